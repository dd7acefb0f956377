package router

import (
	"iter"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/taskrouter-go/sdk/gen"
)

// A Window is a stretch of time, both ends included.
type Window struct{ Start, End time.Time }

// Holds tells whether a time is in the window. The end counts to the second, as times
// are answered: who asks for what happened until the second that an event shows means
// that event, too.
func (w Window) Holds(t time.Time) bool {
	return !t.Before(w.Start) && (!t.After(w.End) || !t.Truncate(time.Second).After(w.End))
}

// Happened is what happened in a window.
type Happened struct {
	// Events counts the events by their type.
	Events map[string]int
	// UntilAccepted are how long tasks had waited, since they were made, when they were
	// accepted. A task that was accepted twice counts twice.
	UntilAccepted Waits
	// InQueueUntilAccepted are the same since the tasks entered their queue.
	InQueueUntilAccepted Waits
	// UntilCanceled are how long tasks had waited when they were canceled.
	UntilCanceled Waits
}

// Happened returns what happened to the tasks of a scope. An event counts for the
// queue, the workflow and the channel that the task had then.
func (w *Workspace) Happened(s Scope, window Window) *Happened {
	return w.happened(s, window, func(*Event) bool { return true })
}

// HappenedTo returns what happened to the tasks of a scope that these workers were
// asked to do.
func (w *Workspace) HappenedTo(workers []*Worker, s Scope, window Window) *Happened {
	asked := make(map[string]bool, len(workers))
	for _, worker := range workers {
		asked[worker.SID] = true
	}
	return w.happened(s, window, func(e *Event) bool { return asked[e.Data.Get(FactWorkerSID)] })
}

func (w *Workspace) happened(s Scope, window Window, match func(*Event) bool) *Happened {
	h := &Happened{Events: make(map[string]int)}
	facts := s.facts()
	for e := range w.eventsSince(window.Start) {
		if window.Holds(e.DateCreated) && e.Has(facts) && match(e) {
			h.count(e)
		}
	}
	return h
}

// eventsSince returns the events from a time on, the newest first. Those before it, which
// may be a month of them, are not looked at: events are in the order of their time.
func (w *Workspace) eventsSince(start time.Time) iter.Seq[*Event] {
	return func(yield func(*Event) bool) {
		for e := range w.Events.Backwards() {
			if e.DateCreated.Before(start) || !yield(e) {
				return
			}
		}
	}
}

// TasksDeleted counts those that were deleted by a call and those that the router
// deleted, since they were assigned for too long. Tasks that are forgotten once they are
// over are not among them.
func (h *Happened) TasksDeleted() int {
	return h.Events["task.deleted"] + h.Events["task.system-deleted"]
}

func (h *Happened) count(e *Event) {
	h.Events[e.Type]++
	switch e.Type {
	case "reservation.accepted":
		h.UntilAccepted.add(e, FactTaskAge)
		h.InQueueUntilAccepted.add(e, FactTaskAgeInQueue)
	case "task.canceled":
		h.UntilCanceled.add(e, FactTaskAge)
	}
}

// Split returns what happened below and above each of some thresholds in seconds, and
// nil for none.
func (h *Happened) Split(thresholds []int) map[string]gen.WaitTimeSplit {
	if len(thresholds) == 0 {
		return nil
	}
	split := make(map[string]gen.WaitTimeSplit, len(thresholds))
	for _, threshold := range thresholds {
		accepted, canceled := h.UntilAccepted.below(threshold), h.UntilCanceled.below(threshold)
		split[strconv.Itoa(threshold)] = gen.WaitTimeSplit{
			Below: gen.WaitTimeCounts{ReservationsAccepted: accepted, TasksCanceled: canceled},
			Above: gen.WaitTimeCounts{
				ReservationsAccepted: len(h.UntilAccepted) - accepted,
				TasksCanceled:        len(h.UntilCanceled) - canceled,
			},
		}
	}
	return split
}

// Waits are how long tasks waited, each in whole seconds, as events tell it.
type Waits []int

func (s *Waits) add(e *Event, fact Fact) {
	if seconds, err := strconv.Atoi(e.Data.Get(fact)); err == nil {
		*s = append(*s, seconds)
	}
}

// below counts the waits that were shorter than a threshold. One of as many seconds is
// not: there are only whole ones, so that it was mostly longer.
func (s Waits) below(threshold int) int {
	n := 0
	for _, wait := range s {
		if wait < threshold {
			n++
		}
	}
	return n
}

// Average is the average in whole seconds, cut down, as a figure of its own has it: the
// service documents that as an integer, and libraries of others read no fraction there.
func (s Waits) Average() float64 { return math.Floor(s.Duration().Avg) }

// Duration sums the waits up. All of it is 0 if there are none.
func (s Waits) Duration() gen.WaitDuration {
	if len(s) == 0 {
		return gen.WaitDuration{}
	}
	total := 0
	for _, wait := range s {
		total += wait
	}
	return gen.WaitDuration{
		Avg:   float64(total) / float64(len(s)),
		Min:   float64(slices.Min(s)),
		Max:   float64(slices.Max(s)),
		Total: float64(total),
	}
}
