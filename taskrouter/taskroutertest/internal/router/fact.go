package router

import (
	"encoding/json"
	"iter"
	"maps"
	"math/bits"
	"slices"
)

// A Fact is the name of something that events tell. One more needs its place below and
// its name.
type Fact uint8

// The facts that the router tells, in the order of their names.
const (
	FactActivityAvailable Fact = iota
	FactActivityName
	FactActivitySID
	FactPreviousTaskQueueName
	FactPreviousTaskQueueSID
	FactReservationSID
	FactReservationVersion
	FactTaskAge
	FactTaskAgeInQueue
	FactTaskAssignmentStatus
	FactTaskAttributes
	FactTaskCanceledReason
	FactTaskChannelName
	FactTaskChannelOptimizedRouting
	FactTaskChannelSID
	FactTaskChannelUniqueName
	FactTaskCompletedReason
	FactTaskDateCreated
	FactTaskPriority
	FactTaskQueueName
	FactTaskQueueSID
	FactTaskQueueTargetExpression
	FactTaskSID
	FactTaskVersion
	FactWorkerActivityName
	FactWorkerActivitySID
	FactWorkerAttributes
	FactWorkerChannelAvailable
	FactWorkerChannelAvailableCapacity
	FactWorkerChannelPreviousCapacity
	FactWorkerChannelTaskCount
	FactWorkerName
	FactWorkerPreviousActivityName
	FactWorkerPreviousActivitySID
	FactWorkerSID
	FactWorkerTimeInPreviousActivity
	FactWorkerTimeInPreviousActivityMs
	FactWorkerVersion
	FactWorkflowFilterExpression
	FactWorkflowFilterName
	FactWorkflowFilterTargetExpression
	FactWorkflowFilterTargetName
	FactWorkflowName
	FactWorkflowSID
	FactWorkspaceName
	FactWorkspaceSID
	factCount
)

// A set of facts has a bit for each.
const _ = uint(64 - factCount)

var factNames = [factCount]string{
	FactActivityAvailable:              "activity_available",
	FactActivityName:                   "activity_name",
	FactActivitySID:                    "activity_sid",
	FactPreviousTaskQueueName:          "previous_task_queue_name",
	FactPreviousTaskQueueSID:           "previous_task_queue_sid",
	FactReservationSID:                 "reservation_sid",
	FactReservationVersion:             "reservation_version",
	FactTaskAge:                        "task_age",
	FactTaskAgeInQueue:                 "task_age_in_queue",
	FactTaskAssignmentStatus:           "task_assignment_status",
	FactTaskAttributes:                 "task_attributes",
	FactTaskCanceledReason:             "task_canceled_reason",
	FactTaskChannelName:                "task_channel_name",
	FactTaskChannelOptimizedRouting:    "task_channel_optimized_routing",
	FactTaskChannelSID:                 "task_channel_sid",
	FactTaskChannelUniqueName:          "task_channel_unique_name",
	FactTaskCompletedReason:            "task_completed_reason",
	FactTaskDateCreated:                "task_date_created",
	FactTaskPriority:                   "task_priority",
	FactTaskQueueName:                  "task_queue_name",
	FactTaskQueueSID:                   "task_queue_sid",
	FactTaskQueueTargetExpression:      "task_queue_target_expression",
	FactTaskSID:                        "task_sid",
	FactTaskVersion:                    "task_version",
	FactWorkerActivityName:             "worker_activity_name",
	FactWorkerActivitySID:              "worker_activity_sid",
	FactWorkerAttributes:               "worker_attributes",
	FactWorkerChannelAvailable:         "worker_channel_available",
	FactWorkerChannelAvailableCapacity: "worker_channel_available_capacity",
	FactWorkerChannelPreviousCapacity:  "worker_channel_previous_capacity",
	FactWorkerChannelTaskCount:         "worker_channel_task_count",
	FactWorkerName:                     "worker_name",
	FactWorkerPreviousActivityName:     "worker_previous_activity_name",
	FactWorkerPreviousActivitySID:      "worker_previous_activity_sid",
	FactWorkerSID:                      "worker_sid",
	FactWorkerTimeInPreviousActivity:   "worker_time_in_previous_activity",
	FactWorkerTimeInPreviousActivityMs: "worker_time_in_previous_activity_ms",
	FactWorkerVersion:                  "worker_version",
	FactWorkflowFilterExpression:       "workflow_filter_expression",
	FactWorkflowFilterName:             "workflow_filter_name",
	FactWorkflowFilterTargetExpression: "workflow_filter_target_expression",
	FactWorkflowFilterTargetName:       "workflow_filter_target_name",
	FactWorkflowName:                   "workflow_name",
	FactWorkflowSID:                    "workflow_sid",
	FactWorkspaceName:                  "workspace_name",
	FactWorkspaceSID:                   "workspace_sid",
}

var factsByName = func() map[string]Fact {
	facts := make(map[string]Fact, factCount)
	for fact, name := range factNames {
		facts[name] = Fact(fact)
	}
	return facts
}()

// A factSet is a bit for each fact that is in it.
type factSet uint64

func (s factSet) has(fact Fact) bool { return s&(1<<fact) != 0 }

// before counts the facts that come before one.
func (s factSet) before(fact Fact) int { return bits.OnesCount64(uint64(s & (1<<fact - 1))) }

func (s factSet) len() int { return bits.OnesCount64(uint64(s)) }

// all gives the facts in their order.
func (s factSet) all() iter.Seq[Fact] {
	return func(yield func(Fact) bool) {
		for ; s != 0; s &= s - 1 {
			if !yield(Fact(bits.TrailingZeros64(uint64(s)))) {
				return
			}
		}
	}
}

// Facts are what an event tells, all of it in texts. There are so many events that each
// keeps no names, and no texts of its own where resources have the same ones.
type Facts struct {
	known factSet
	texts []string // of those that are known, in the order of the facts
	// others are what only a file tells, by names that the router does not know.
	others map[string]string
}

// Get returns the text of a fact, or "".
func (f *Facts) Get(fact Fact) string {
	if !f.known.has(fact) {
		return ""
	}
	return f.texts[f.known.before(fact)]
}

// Set sets the text of a fact.
func (f *Facts) Set(fact Fact, text string) {
	i := f.known.before(fact)
	if f.known.has(fact) {
		f.texts[i] = text
		return
	}
	f.known |= 1 << fact
	if i == len(f.texts) {
		f.texts = append(f.texts, text)
		return
	}
	f.texts = slices.Insert(f.texts, i, text)
}

// gather sets what a draft has. It makes room for some more.
func (f *Facts) gather(d *draft, more int) {
	f.texts = slices.Grow(f.texts, d.known.len()+more)
	for fact := range d.known.all() {
		f.Set(fact, d.texts[fact])
	}
}

// Len returns how many there are.
func (f *Facts) Len() int { return len(f.texts) + len(f.others) }

// All returns the names and texts in the order of the names.
func (f *Facts) All() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		others := slices.Sorted(maps.Keys(f.others))
		i := 0
		for fact := range f.known.all() {
			for ; len(others) > 0 && others[0] < factNames[fact]; others = others[1:] {
				if !yield(others[0], f.others[others[0]]) {
					return
				}
			}
			if !yield(factNames[fact], f.texts[i]) {
				return
			}
			i++
		}
		for _, name := range others {
			if !yield(name, f.others[name]) {
				return
			}
		}
	}
}

// read reads the facts of an event. Their texts are mostly those of other events, too,
// and are kept once.
func (f *Facts) read(r *fileReader, place string, object json.RawMessage) {
	const notTexts = "is %s, an object of texts is expected"
	if object[0] != '{' {
		r.fault(place, notTexts, brief(object))
		return
	}
	var d draft
	for name, value := range members(object) {
		text, ok := r.shared(value)
		if !ok {
			r.fault(place, notTexts, brief(object))
			return
		}
		if fact, known := factsByName[name]; known {
			d.set(fact, text)
			continue
		}
		if f.others == nil {
			f.others = make(map[string]string)
		}
		f.others[name] = text
	}
	f.gather(&d, 0)
}

// write writes the facts as an object.
func (f *Facts) write(w *fileWriter, depth int) error {
	w.out.WriteByte('{')
	first := true
	for name, text := range f.All() {
		if !first {
			w.out.WriteByte(',')
		}
		first = false
		w.line(depth + 1)
		if err := w.text(name); err != nil {
			return err
		}
		w.out.WriteString(": ")
		if err := w.text(text); err != nil {
			return err
		}
	}
	if !first {
		w.line(depth)
	}
	w.out.WriteByte('}')
	return nil
}

// A draft is facts while they are gathered. It has room for all that the router tells,
// so that none of it is left over for the garbage collector.
type draft struct {
	known factSet
	texts [factCount]string
}

func (d *draft) set(fact Fact, text string) {
	d.known |= 1 << fact
	d.texts[fact] = text
}

// add sets what another draft has.
func (d *draft) add(more draft) {
	for fact := range more.known.all() {
		d.set(fact, more.texts[fact])
	}
}
