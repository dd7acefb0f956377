package workflow

import (
	"time"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
)

// Step is a target of a [Plan], ready to be used. Its expressions are nil if the
// target has none, and if they cannot be parsed.
type Step struct {
	// FilterName and FilterExpression are those of the filter that the target is in,
	// "" for the default filter. Events name them.
	FilterName       string
	FilterExpression string
	Target           Target // as it stands in the configuration
	// Queue is the SID of its own queue or, if it names none, of that of the target
	// before it in the same filter; "" if that has none either.
	Queue string
	// Condition is the expression of the target. [Step.Asks] asks it.
	Condition *expression.Expression
	// SkipIf is the skip_if, that of the default filter too, which is not heeded:
	// [Step.Skips] knows.
	SkipIf *expression.Expression
	// Order is the order_by.
	Order *expression.Order

	place string
	// knownWorker is the attribute of the task that names the only worker to ask.
	knownWorker *expression.Path
	isDefault   bool // it is the default filter, which a task does not leave
	skippable   bool // the task can leave a target of a filter as it enters
	endless     bool // the task stays there until it is accepted or its time to live ends
	problems    Problems
}

func newStep(place string, filter Filter, target Target, inherited string) *Step {
	s := &Step{FilterName: filter.FriendlyName, FilterExpression: filter.Expression, Target: target, Queue: target.Queue, place: place}
	if s.Queue == "" {
		s.Queue = inherited
	}
	s.Condition = s.problems.parse(memberOf(place, "expression"), filter.FriendlyName, target.Expression)
	if target.OrderBy != "" {
		order, err := expression.ParseOrder(target.OrderBy)
		s.problems.addSyntax(memberOf(place, "order_by"), filter.FriendlyName, err)
		s.Order = order
	}
	s.SkipIf = s.problems.parse(memberOf(place, "skip_if"), filter.FriendlyName, target.SkipIf)
	if source, _, ok := target.knownWorker(); ok {
		s.knownWorker = reference(source)
	}
	s.skippable = s.SkipIf != nil && !never(s.SkipIf)
	s.endless = target.Timeout == nil && !s.skippable
	return s
}

func newDefault(target Target) *Step {
	s := newStep(memberOf("task_routing", "default_filter"), Filter{}, target, "")
	s.isDefault = true
	return s
}

// Timeout returns for how long a task stays, false if until its time to live ends.
// In the default filter it always does. A timeout is not negative, and not longer
// than the 14 days for which a task can live, whatever the configuration says.
func (s *Step) Timeout() (time.Duration, bool) {
	if s.isDefault || s.Target.Timeout == nil {
		return 0, false
	}
	return seconds(*s.Target.Timeout), true
}

// seconds returns how long a task stays that is to stay for some seconds, which is
// not longer than it lives.
func seconds(number int) time.Duration {
	return time.Duration(max(0, min(number, maxTimeToLive))) * time.Second
}

// KnownWorker returns what the attribute of the task holds that names the only
// worker to ask, and whether that is a SID or a friendly name. The value is nil if
// the task has no such attribute, or if what the target says is no attribute of a
// task: nobody is asked then. It is not ok if the target asks for no known worker.
func (s *Step) KnownWorker(task expression.Attributes) (value any, isSID, ok bool) {
	_, isSID, ok = s.Target.knownWorker()
	if s.knownWorker == nil {
		return nil, isSID, ok
	}
	return s.knownWorker.LookupTarget(task, nil), isSID, ok
}

// Asks reports whether the target lets a worker of its queue be asked: whether this
// is the known worker, if the target asks for one, and whether its expression is
// true of the task and the worker. One that cannot be parsed lets nobody be asked.
// Whether the worker is available and has capacity is not looked at. Fields are the
// [expression.Worker.Fields] of the worker.
//
// Asks does not allocate if the attributes were decoded from JSON.
func (s *Step) Asks(task expression.Attributes, worker expression.Worker, fields expression.Attributes) bool {
	switch {
	case !s.allows(task, worker):
		return false
	case s.Target.Expression == "":
		return true
	default:
		return s.Condition != nil && s.Condition.MatchTarget(task, fields)
	}
}

// allows reports whether a worker is the known one, if the target asks for one.
func (s *Step) allows(task expression.Attributes, worker expression.Worker) bool {
	known, isSID, ok := s.KnownWorker(task)
	if !ok {
		return true
	}
	own := worker.FriendlyName
	if isSID {
		own = worker.SID
	}
	return known == own && own != ""
}

// Skips reports whether the skip_if is true of the workers of the queue, never if
// there is none, if it cannot be parsed, and in the default filter. The target is
// skipped if moreover nobody can be asked at that moment.
func (s *Step) Skips(counts expression.Counts) bool {
	return s.SkipIf != nil && !s.isDefault && s.SkipIf.MatchCounts(counts)
}

// knownWorker returns the attribute of the task that names the only worker to ask,
// as task.agent_sid does, and whether it holds the SID of the worker or the name.
func (t Target) knownWorker() (reference string, isSID, ok bool) {
	if t.KnownWorkerSID != "" {
		return t.KnownWorkerSID, true, true
	}
	return t.KnownWorkerFriendlyName, false, t.KnownWorkerFriendlyName != ""
}

// reference parses what names an attribute of the task, nil if it does not.
func reference(source string) *expression.Path {
	path, err := expression.ParsePath(source)
	if err != nil || len(path.Steps) == 1 || path.Steps[0].Name != "task" {
		return nil
	}
	return path
}
