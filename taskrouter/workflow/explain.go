package workflow

import (
	"fmt"
	"time"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
)

// Explanation is the way of a task through a configuration if nobody accepts it:
// the longest that it can go.
type Explanation struct {
	// Filters are those that are tried, in order.
	Filters []FilterStep
	// Default is the default filter, nil if the task does not get there.
	Default *TargetStep
	End     End
	// After is how long the way to the end takes, at most as long as a task can live,
	// which is 14 days.
	After time.Duration
}

// End is how the way of a task ends.
type End string

// The ends.
const (
	Waits    End = "waits"    // until a worker accepts it or its time to live ends
	Canceled End = "canceled" // by the last timeout
	Dropped  End = "dropped"  // since nothing took it
)

// FilterStep is what a filter does with the task.
type FilterStep struct {
	Place   string // such as task_routing.filters[0]
	Name    string // its friendly name, "" if it has none
	Matched bool
	// Why are the comparisons that decided.
	Why []expression.Outcome
	// Problems are what cannot be parsed, for which the service refuses the
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
	// are asked come first, in the order in which they are.
	Candidates []Candidate
	// OrderIgnored tells that the service ignores order_by, since an attribute of
	// one of those who are asked is no integer.
	OrderIgnored bool
	Exit         Exit
	// Timeout is how long the task stays at most, 0 for no limit.
	Timeout time.Duration
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
	Stays    Exit = "stays" // it does not
	TimesOut Exit = "times out"
	Skipped  Exit = "skipped"
	// MaySkip is for a skip_if while the workers of the queue are not known. The way
	// goes on as if nobody could be asked and it were true.
	MaySkip Exit = "may be skipped"
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

// walk is a task on its way.
type walk struct {
	roster   *roster
	task     expression.Attributes
	priority *int
	elapsed  time.Duration
	timedOut bool
}

func (w *walk) through(p plan) Explanation {
	var explanation Explanation
	for _, branch := range p.branches {
		step := w.filter(branch)
		explanation.Filters = append(explanation.Filters, step)
		if step.keeps() {
			return w.end(explanation, Waits)
		}
	}
	switch {
	case w.timedOut: // after which the default filter is not tried
		return w.end(explanation, Canceled)
	case p.fallback == nil:
		return w.end(explanation, Dropped)
	}
	step, _ := w.enter(*p.fallback)
	step.Exit = Stays // whatever its timeout and skip_if say: nothing comes after it
	explanation.Default = &step
	return w.end(explanation, Waits)
}

func (w *walk) end(explanation Explanation, end End) Explanation {
	explanation.End = end
	explanation.After = w.elapsed
	return explanation
}

// keeps reports whether the task stays with the filter.
func (s FilterStep) keeps() bool {
	return len(s.Targets) > 0 && s.Targets[len(s.Targets)-1].Exit == Stays
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
		if step.keeps() {
			return step
		}
	}
	if len(step.Targets) > 0 && step.Targets[len(step.Targets)-1].Exit == TimesOut {
		w.timedOut = true
	}
	return step
}

// enter returns what is so as soon as the task is in a target, and how many workers
// are asked.
func (w *walk) enter(s step) (entered TargetStep, asked int) {
	if s.target.Priority != nil {
		w.priority = s.target.Priority
	}
	queue, _ := w.roster.workspace.queue(s.queue)
	entered = TargetStep{
		Place: s.place, Target: s.target, Queue: queue, Priority: w.priority,
		KnownWorker: w.knownWorker(s.target), Entered: w.elapsed, Problems: s.problems,
	}
	asked = w.candidates(&entered, s)
	return entered, asked
}

func (w *walk) target(s step) TargetStep {
	step, asked := w.enter(s)
	w.skip(&step, s, asked)
	if step.Exit != "" {
		return step
	}
	step.Exit = Stays
	if s.target.Timeout != nil {
		step.Exit = TimesOut
		step.Timeout = seconds(*s.target.Timeout)
		w.elapsed = min(w.elapsed+step.Timeout, seconds(maxTimeToLive))
	}
	return step
}

// seconds returns how long a task stays that is to stay for some seconds, which is
// not longer than it lives.
func seconds(number int) time.Duration {
	return time.Duration(max(0, min(number, maxTimeToLive))) * time.Second
}

// skip decides whether a target is skipped, which it never is while somebody can
// be asked.
func (w *walk) skip(step *TargetStep, s step, asked int) {
	if s.skipIf == nil || asked > 0 {
		return
	}
	members, known := w.roster.of(s.queue)
	if !known && s.skippable {
		step.Exit = MaySkip
		return
	}
	counts := count(members)
	step.Why = s.skipIf.ExplainCounts(counts)
	if s.skipIf.MatchCounts(counts) {
		step.Exit = Skipped
	}
}

func count(members []member) expression.Counts {
	workers := make([]expression.Worker, len(members))
	for i, member := range members {
		workers[i] = member.worker
	}
	return expression.Count(workers)
}

// candidates finds out who of the queue is asked, and returns how many are.
func (w *walk) candidates(step *TargetStep, s step) (asked int) {
	members, known := w.roster.of(s.queue)
	if !known {
		return 0
	}
	var inOrder, others []Candidate
	for _, member := range members {
		reason := w.excludes(s, member)
		if reason != "" {
			others = append(others, Candidate{Worker: member.worker, Reason: reason})
			continue
		}
		inOrder = append(inOrder, Candidate{Worker: member.worker, Asked: true})
	}
	if s.order != nil {
		step.OrderIgnored = !expression.Sort(s.order, inOrder, func(c Candidate) expression.Attributes { return c.Worker.Fields() })
	}
	step.Candidates = append(append([]Candidate{}, inOrder...), others...)
	return len(inOrder)
}

// excludes returns why a worker of the queue is not asked, "" if it is.
func (w *walk) excludes(s step, m member) string {
	if !m.worker.Available {
		return "is in an activity that is not available"
	}
	if reason := w.excludesUnknown(s.target, m.worker); reason != "" {
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
func (w *walk) excludesUnknown(target Target, worker expression.Worker) string {
	source, isSID, ok := target.knownWorker()
	if !ok {
		return ""
	}
	own := worker.FriendlyName
	if isSID {
		own = worker.SID
	}
	if wanted := w.knownWorker(target); wanted != own || own == "" {
		return fmt.Sprintf("is not the known worker: %s is %s", source, printed(wanted))
	}
	return ""
}

// knownWorker returns what names the known worker of a target, nil if nothing
// does.
func (w *walk) knownWorker(target Target) any {
	source, _, ok := target.knownWorker()
	if !ok {
		return nil
	}
	path := reference(source)
	if path == nil {
		return nil
	}
	return path.LookupTarget(w.task, nil)
}
