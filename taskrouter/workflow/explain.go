package workflow

import (
	"fmt"
	"time"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
)

// Explanation is the way of a task through a configuration if nobody accepts it:
// the longest that it can go. While somebody is asked a timeout does not interrupt,
// so that a target can keep the task for longer than its own.
type Explanation struct {
	// Filters are those that are tried, in order.
	Filters []FilterStep
	// Default is the default filter, nil if the task does not get there.
	Default *TargetStep
	End     End
	// After is how long the way to the end takes.
	After time.Duration

	hasDefault bool
}

// End is how the way of a task ends.
type End string

// The ends.
const (
	EndWaits    End = "waits"    // until a worker accepts it or its time to live ends
	EndCanceled End = "canceled" // by a timeout that nothing follows, with the event workflow.timeout
	EndDropped  End = "dropped"  // since nothing took it, with the event workflow.skipped
	EndExpired  End = "expired"  // since it was on its way for 14 days, and no task lives for longer
)

// FilterStep is what a filter does with the task.
type FilterStep struct {
	Place   string // such as task_routing.filters[0]
	Name    string // its friendly name, "" if it has none
	Matched bool
	// Why are the comparisons that decided.
	Why []expression.Outcome
	// Problems are what cannot be parsed, for which the service probably refuses the
	// configuration. A filter whose expression is among them is taken not to match.
	Problems Problems
	// Targets are those that the task goes through.
	Targets []TargetStep
}

// TargetStep is what a target does with the task.
type TargetStep struct {
	Place  string // such as task_routing.filters[0].targets[1]
	Target Target // as it stands there
	// Queue is where the task is. If the queue is not known it has only a SID.
	Queue Queue
	// Priority is that of the task from here on, nil for the one it came with.
	Priority *int
	// KnownWorker is the value of the attribute that known_worker_sid or
	// known_worker_friendly_name names, nil if there is none.
	KnownWorker any
	// Entered is how long the task has been on its way.
	Entered time.Duration
	// Candidates are the workers of the queue, nil if they are not known. Those who
	// can be asked come first, in the order in which they are.
	Candidates []Candidate
	// OrderIgnored tells that the service ignores order_by, since an attribute of
	// one of those who can be asked is no integer.
	OrderIgnored bool
	Exit         Exit
	// Timeout is for how long the task stays, 0 without a timeout.
	Timeout time.Duration
	// MaySkip tells that skip_if cannot be evaluated, since the workers of the queue
	// are not known. The way then goes on after the timeout or, if there is none, as
	// if the target were skipped.
	MaySkip bool
	// Why are the comparisons of skip_if that decided, if it was evaluated.
	Why []expression.Outcome
	// Problems are what cannot be parsed. A target whose expression is among them
	// asks nobody.
	Problems Problems
}

// Exit is how a task leaves a target.
type Exit string

// The exits.
const (
	ExitStays    Exit = "stays" // it does not
	ExitTimesOut Exit = "times out"
	ExitSkipped  Exit = "skipped"
)

// Candidate is a worker of the queue of a target.
type Candidate struct {
	Worker expression.Worker
	// Asked tells whether the worker can be given the task. Capacity is not looked
	// at.
	Asked bool
	// Reason is why not.
	Reason string
}

// Explain tells what becomes of a task that comes in with these attributes. With
// queues and workers it also tells who is asked, and which targets are skipped.
func (c Configuration) Explain(task expression.Attributes, workspace Workspace) Explanation {
	w := walk{plan: c.Plan(), roster: newRoster(workspace), task: task}
	return w.through()
}

// Targets returns the targets that the task goes through, in order, the default
// filter included. The first is where it is put when it comes in, unless that is
// skipped.
func (e Explanation) Targets() []TargetStep {
	var targets []TargetStep
	for _, filter := range e.Filters {
		targets = append(targets, filter.Targets...)
	}
	if e.Default != nil {
		targets = append(targets, *e.Default)
	}
	return targets
}

// walk is a task on its way.
type walk struct {
	plan        *Plan
	roster      *roster
	task        expression.Attributes
	priority    *int
	elapsed     time.Duration
	explanation Explanation
}

func (w *walk) through() Explanation {
	at, end := w.plan.First(w.task)
	w.try(at, end)
	for end == "" {
		exit := w.target(at)
		if w.expired() {
			end = EndExpired
			break
		}
		at, end = w.plan.Next(w.task, at, exit)
		w.try(at, end)
	}
	w.explanation.End, w.explanation.After = end, w.elapsed
	w.explanation.hasDefault = w.plan.fallback != nil
	return w.explanation
}

// expired reports whether no task lives for that long.
func (w *walk) expired() bool { return w.elapsed >= maxTimeToLive*time.Second }

// try tells of the filters that were tried before the task came to a position, or
// to an end.
func (w *walk) try(at Position, end End) {
	last := at.Filter
	if last == defaultFilter || end == EndCanceled || end == EndDropped {
		last = len(w.plan.branches) - 1
	}
	for i := len(w.explanation.Filters); i <= last; i++ {
		w.explanation.Filters = append(w.explanation.Filters, w.filter(&w.plan.branches[i]))
	}
}

func (w *walk) filter(b *branch) FilterStep {
	step := FilterStep{Place: b.place, Name: b.filter.FriendlyName, Matched: b.matches(w.task), Problems: b.problems}
	if b.condition != nil {
		step.Why = b.condition.Explain(w.task)
	}
	return step
}

// target tells what the target at a position does, and returns how the task leaves
// it.
func (w *walk) target(at Position) Exit {
	step := w.enter(w.plan.Step(at))
	if at.Filter == defaultFilter {
		w.explanation.Default = &step
		return step.Exit
	}
	filter := &w.explanation.Filters[at.Filter]
	filter.Targets = append(filter.Targets, step)
	return step.Exit
}

func (w *walk) enter(s *Step) TargetStep {
	if s.Target.Priority != nil {
		w.priority = s.Target.Priority
	}
	known, _, _ := s.KnownWorker(w.task)
	step := TargetStep{
		Place: s.place, Target: s.Target, Queue: w.roster.queue(s.Queue), Priority: w.priority,
		KnownWorker: known, Entered: w.elapsed, Problems: s.problems,
	}
	asked := w.candidates(&step, s)
	skips := w.skips(&step, s)
	timeout, timesOut := s.Timeout()
	step.Exit = ExitStays
	switch {
	case skips && asked == 0:
		step.Exit = ExitSkipped
	case timesOut:
		step.Exit = ExitTimesOut
		step.Timeout = timeout
		w.elapsed = min(w.elapsed+timeout, maxTimeToLive*time.Second)
	case skips, step.MaySkip: // once those who are asked have not accepted
		step.Exit = ExitSkipped
	}
	return step
}

// skips reports whether a target is skipped when nobody can be asked.
func (w *walk) skips(step *TargetStep, s *Step) bool {
	if s.SkipIf == nil || s.isDefault {
		return false
	}
	members, known := w.roster.of(s.Queue)
	if !known && s.skippable {
		step.MaySkip = true
		return false
	}
	counts := count(members)
	step.Why = s.SkipIf.ExplainCounts(counts)
	return s.Skips(counts)
}

func count(members []member) expression.Counts {
	workers := make([]expression.Worker, len(members))
	for i, member := range members {
		workers[i] = member.worker
	}
	return expression.Count(workers)
}

// candidates finds out who of the queue can be asked, and returns how many.
func (w *walk) candidates(step *TargetStep, s *Step) (asked int) {
	members, known := w.roster.of(s.Queue)
	if !known {
		return 0
	}
	var able []member
	var others []Candidate
	for _, member := range members {
		if reason := w.excludes(s, member); reason != "" {
			others = append(others, Candidate{Worker: member.worker, Reason: reason})
			continue
		}
		able = append(able, member)
	}
	if s.Order != nil {
		step.OrderIgnored = !expression.Sort(s.Order, able, func(m member) expression.Attributes { return m.fields })
	}
	step.Candidates = make([]Candidate, 0, len(members)) // of an empty queue they are known, too
	for _, member := range able {
		step.Candidates = append(step.Candidates, Candidate{Worker: member.worker, Asked: true})
	}
	step.Candidates = append(step.Candidates, others...)
	return len(able)
}

// excludes returns why a worker of the queue is not asked, "" if it is.
func (w *walk) excludes(s *Step, m member) string {
	switch {
	case !m.worker.Available:
		return "is in an activity that is not available"
	case s.Asks(w.task, m.worker, m.fields):
		return ""
	case !s.allows(w.task, m.worker):
		source, _, _ := s.Target.knownWorker()
		known, _, _ := s.KnownWorker(w.task)
		return fmt.Sprintf("is not the known worker: %s is %s", source, shorten(expression.FormatValue(known)))
	case s.Condition == nil:
		return "the expression of the target cannot be parsed"
	default:
		return sentence(s.Condition.ExplainTarget(w.task, m.fields))
	}
}
