package workflow

import (
	"strings"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
)

// plan is a configuration with its expressions parsed: what the service makes of
// it before a task comes. An expression that cannot be parsed is nil, and one of
// the problems beside it.
type plan struct {
	branches []branch
	fallback *step // the default filter, nil if there is none
	keeper   int   // the first branch that matches every task and passes none on, or -1
	taker    int   // the first that matches every task and never skips it, or -1
	catcher  int   // the last of these
}

// branch is a filter.
type branch struct {
	place     string
	filter    Filter
	condition *expression.Expression
	always    bool // the condition is true of every task
	never     bool // it is true of none
	steps     []step
	endless   bool // a task that matches stays: one of the steps is endless
	canSkip   bool // a task can leave without a timeout, as if it had not matched
	canExpire bool // a task can leave after a timeout
	problems  Problems
}

// step is a target. Its expressions are nil if it has none.
type step struct {
	place     string
	target    Target
	queue     string // the SID of its own queue, or of that of the target before it
	condition *expression.Expression
	skipIf    *expression.Expression
	order     *expression.Order
	// knownWorker is the attribute of the task that names the only worker to ask.
	knownWorker *expression.Path
	skippable   bool // the task can leave as it enters
	endless     bool // the task stays until it is accepted or its time to live ends
	problems    Problems
}

func planned(c Configuration) plan {
	p := plan{keeper: -1, taker: -1, catcher: -1}
	filters := memberOf("task_routing", "filters")
	for i, filter := range c.TaskRouting.Filters {
		b := newBranch(elementOf(filters, i), filter)
		if b.always && b.endless && p.keeper < 0 {
			p.keeper = i
		}
		if b.always && !b.canSkip {
			p.catcher = i
			if p.taker < 0 {
				p.taker = i
			}
		}
		p.branches = append(p.branches, b)
	}
	if target := c.TaskRouting.DefaultFilter; target != nil {
		p.fallback = new(newStep(memberOf("task_routing", "default_filter"), "", *target, ""))
	}
	return p
}

func newBranch(place string, filter Filter) branch {
	b := branch{place: place, filter: filter}
	b.condition = b.problems.parse(memberOf(place, "expression"), filter.FriendlyName, filter.Expression)
	b.always, b.never = always(b.condition), never(b.condition)
	targets, queue := memberOf(place, "targets"), ""
	for i, target := range filter.Targets {
		b.steps = append(b.steps, newStep(elementOf(targets, i), filter.FriendlyName, target, queue))
		queue = b.steps[i].queue
	}
	b.canSkip = true
	for _, step := range b.steps {
		b.endless = b.endless || step.endless
		b.canSkip = b.canSkip && step.skippable
		b.canExpire = b.canExpire || step.target.Timeout != nil
	}
	b.canExpire = b.canExpire && !b.endless
	return b
}

func newStep(place, filter string, target Target, inherited string) step {
	s := step{place: place, target: target, queue: target.Queue}
	if s.queue == "" {
		s.queue = inherited
	}
	s.condition = s.problems.parse(memberOf(place, "expression"), filter, target.Expression)
	if target.OrderBy != "" {
		order, err := expression.ParseOrder(target.OrderBy)
		s.problems.addSyntax(memberOf(place, "order_by"), filter, err)
		s.order = order
	}
	s.skipIf = s.problems.parse(memberOf(place, "skip_if"), filter, target.SkipIf)
	if source, _, ok := target.knownWorker(); ok {
		s.knownWorker = reference(source)
	}
	s.skippable = s.skipIf != nil && !never(s.skipIf)
	s.endless = target.Timeout == nil && !s.skippable
	return s
}

// parse returns a condition, nil if there is none or if it is added as a problem.
func (p *Problems) parse(place, filter, source string) *expression.Expression {
	if source == "" {
		return nil
	}
	condition, err := expression.Parse(source)
	p.addSyntax(place, filter, err)
	return condition
}

func (p *Problems) addSyntax(place, filter string, err error) {
	if err == nil {
		return
	}
	*p = append(*p, Problem{
		Severity: SeverityError, Rule: RuleSyntax, Place: place, Filter: filter,
		Message: oneLine("the service probably refuses the configuration: " + withoutPackage(err)),
	})
}

// withoutPackage returns the text of an error of package expression for a message
// that says what it is about.
func withoutPackage(err error) string { return strings.TrimPrefix(err.Error(), "expression: ") }

// always reports whether an expression is there and true of everything.
func always(e *expression.Expression) bool {
	matches, ok := constant(e)
	return ok && matches
}

// never reports whether an expression is there and true of nothing.
func never(e *expression.Expression) bool {
	matches, ok := constant(e)
	return ok && !matches
}

func constant(e *expression.Expression) (matches, ok bool) {
	if e == nil {
		return false, false
	}
	return e.Constant()
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
