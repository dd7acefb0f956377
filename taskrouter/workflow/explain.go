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
	w := walk{roster: newRoster(workspace), task: task}
	return w.through(planned(c))
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
	roster   *roster
	task     expression.Attributes
	priority *int
	elapsed  time.Duration
	timedOut bool
}

func (w *walk) through(p plan) Explanation {
	explanation := Explanation{hasDefault: p.fallback != nil}
	for _, branch := range p.branches {
		step := w.filter(branch)
		explanation.Filters = append(explanation.Filters, step)
		switch {
		case step.keeps():
			return w.end(explanation, EndWaits)
		case w.expired():
			return w.end(explanation, EndExpired)
		}
	}
	switch {
	case w.timedOut: // after which the default filter is not tried
		return w.end(explanation, EndCanceled)
	case p.fallback == nil:
		return w.end(explanation, EndDropped)
	}
	step, _ := w.enter(*p.fallback)
	step.Exit = ExitStays // whatever its timeout and skip_if say: nothing comes after it
	explanation.Default = &step
	return w.end(explanation, EndWaits)
}

func (w *walk) end(explanation Explanation, end End) Explanation {
	explanation.End = end
	explanation.After = w.elapsed
	return explanation
}

// expired reports whether no task lives for that long.
func (w *walk) expired() bool { return w.elapsed >= maxTimeToLive*time.Second }

// keeps reports whether the task stays with the filter.
func (s FilterStep) keeps() bool {
	return len(s.Targets) > 0 && s.Targets[len(s.Targets)-1].Exit == ExitStays
}

func (w *walk) filter(b branch) FilterStep {
	step := FilterStep{Place: b.place, Name: b.filter.FriendlyName, Problems: b.problems}
	if b.condition == nil {
		return step
	}
	step.Matched = b.condition.Match(w.task)
	step.Why = b.condition.Explain(w.task)
	if !step.Matched {
		return step
	}
	for _, target := range b.steps {
		step.Targets = append(step.Targets, w.target(target))
		if step.keeps() || w.expired() {
			return step
		}
	}
	return step
}

// enter returns what is so as soon as the task is in a target, and how many workers
// can be asked.
func (w *walk) enter(s step) (entered TargetStep, asked int) {
	if s.target.Priority != nil {
		w.priority = s.target.Priority
	}
	entered = TargetStep{
		Place: s.place, Target: s.target, Queue: w.roster.queue(s.queue), Priority: w.priority,
		KnownWorker: w.knownWorker(s), Entered: w.elapsed, Problems: s.problems,
	}
	asked = w.candidates(&entered, s)
	return entered, asked
}

func (w *walk) target(s step) TargetStep {
	step, asked := w.enter(s)
	skips := w.skips(&step, s)
	step.Exit = ExitStays
	switch {
	case skips && asked == 0:
		step.Exit = ExitSkipped
	case s.target.Timeout != nil:
		step.Exit = ExitTimesOut
		step.Timeout = seconds(*s.target.Timeout)
		w.elapsed = min(w.elapsed+step.Timeout, maxTimeToLive*time.Second)
		w.timedOut = true
	case skips, step.MaySkip: // once those who are asked have not accepted
		step.Exit = ExitSkipped
	}
	return step
}

// seconds returns how long a task stays that is to stay for some seconds, which is
// not longer than it lives.
func seconds(number int) time.Duration {
	return time.Duration(max(0, min(number, maxTimeToLive))) * time.Second
}

// skips reports whether a target is skipped when nobody can be asked.
func (w *walk) skips(step *TargetStep, s step) bool {
	if s.skipIf == nil {
		return false
	}
	members, known := w.roster.of(s.queue)
	if !known && s.skippable {
		step.MaySkip = true
		return false
	}
	counts := count(members)
	step.Why = s.skipIf.ExplainCounts(counts)
	return s.skipIf.MatchCounts(counts)
}

func count(members []member) expression.Counts {
	workers := make([]expression.Worker, len(members))
	for i, member := range members {
		workers[i] = member.worker
	}
	return expression.Count(workers)
}

// candidates finds out who of the queue can be asked, and returns how many.
func (w *walk) candidates(step *TargetStep, s step) (asked int) {
	members, known := w.roster.of(s.queue)
	if !known {
		return 0
	}
	var able []member
	var others []Candidate
	for _, member := range members {
		if reason := w.excludes(s, member, step.KnownWorker); reason != "" {
			others = append(others, Candidate{Worker: member.worker, Reason: reason})
			continue
		}
		able = append(able, member)
	}
	if s.order != nil {
		step.OrderIgnored = !expression.Sort(s.order, able, func(m member) expression.Attributes { return m.fields })
	}
	step.Candidates = make([]Candidate, 0, len(members)) // of an empty queue they are known, too
	for _, member := range able {
		step.Candidates = append(step.Candidates, Candidate{Worker: member.worker, Asked: true})
	}
	step.Candidates = append(step.Candidates, others...)
	return len(able)
}

// excludes returns why a worker of the queue is not asked, "" if it is.
func (w *walk) excludes(s step, m member, knownWorker any) string {
	if !m.worker.Available {
		return "is in an activity that is not available"
	}
	if reason := excludesUnknown(s.target, m.worker, knownWorker); reason != "" {
		return reason
	}
	switch {
	case s.target.Expression == "":
		return ""
	case s.condition == nil:
		return "the expression of the target cannot be parsed"
	case s.condition.MatchTarget(w.task, m.fields):
		return ""
	default:
		return sentence(s.condition.ExplainTarget(w.task, m.fields))
	}
}

// excludesUnknown returns why a worker is not the known worker of a target.
func excludesUnknown(target Target, worker expression.Worker, known any) string {
	source, isSID, ok := target.knownWorker()
	if !ok {
		return ""
	}
	own := worker.FriendlyName
	if isSID {
		own = worker.SID
	}
	if known != own || own == "" {
		return fmt.Sprintf("is not the known worker: %s is %s", source, shorten(expression.FormatValue(known)))
	}
	return ""
}

// knownWorker returns what names the known worker of a target, nil if nothing
// does.
func (w *walk) knownWorker(s step) any {
	if s.knownWorker == nil {
		return nil
	}
	return s.knownWorker.LookupTarget(w.task, nil)
}
