package workflow

import (
	"strings"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
)

// Plan is a configuration made ready to lead tasks: its expressions are parsed, and
// one that cannot be parsed is true of nothing, as for [Configuration.Explain].
// Make it once for all tasks. Several goroutines may use it at once; the configuration
// that it was made of must not be changed any more. The zero Plan drops all tasks.
type Plan struct {
	branches []branch
	fallback *Step // the default filter, nil if there is none
	keeper   int   // the first branch that matches every task and passes none on, or -1
	taker    int   // the first that matches every task and never skips it, or -1
	catcher  int   // the last of these
}

// Position is a target where a task can be.
type Position struct {
	Filter int `json:"filter"` // index of the filter, -1 for the default filter
	Target int `json:"target"` // index of the target in it, 0 for the default filter
	// TimedOut tells that the task has left a target by a timeout, after which the
	// default filter is not tried.
	TimedOut bool `json:"timed_out"`
}

// defaultFilter is the [Position.Filter] of the default filter.
const defaultFilter = -1

// branch is a filter.
type branch struct {
	place     string
	filter    Filter
	condition *expression.Expression
	always    bool // the condition is true of every task
	never     bool // it is true of none
	steps     []*Step
	endless   bool // a task that matches stays: one of the steps is endless
	canSkip   bool // a task can leave without a timeout, as if it had not matched
	canExpire bool // a task can leave after a timeout
	problems  Problems
}

// Plan makes the configuration ready to lead tasks, whatever is wrong with it:
// [Configuration.Validate] tells what is.
func (c Configuration) Plan() *Plan {
	p := &Plan{keeper: -1, taker: -1, catcher: -1}
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
		p.fallback = newDefault(*target)
	}
	return p
}

// First returns where a task comes in: the first target of the first filter that
// matches, or the default filter. If nothing takes the task, it returns the zero
// Position and [EndDropped], else an End of "".
func (p *Plan) First(task expression.Attributes) (Position, End) {
	return p.enter(task, 0, false)
}

// Next returns where a task goes that leaves a position, by its timeout
// ([ExitTimesOut]) or because the target is skipped ([ExitSkipped]): to the next
// target of the filter, else to the first target of the next filter that matches,
// else to the default filter, unless the task has ever timed out. If it goes
// nowhere, Next returns the zero Position, and [EndCanceled] if the task has ever
// timed out, [EndDropped] if it has not. How long a task lives is not looked at.
//
// Nothing follows the default filter: there, and with [ExitStays] or an exit that
// is not known, Next returns the same position and [EndWaits].
//
// From a target that the filter does not have, a task goes on below the filter, and
// from a filter that the plan does not have, below all filters.
func (p *Plan) Next(task expression.Attributes, from Position, exit Exit) (Position, End) {
	step, leaves := p.Step(from), exit == ExitTimesOut || exit == ExitSkipped
	if !leaves || step != nil && step.isDefault {
		return from, EndWaits
	}
	timedOut := from.TimedOut || exit == ExitTimesOut
	following := Position{Filter: from.Filter, Target: from.Target + 1, TimedOut: timedOut}
	switch {
	case step != nil && p.Step(following) != nil:
		return following, ""
	case p.has(from.Filter):
		return p.enter(task, from.Filter+1, timedOut)
	default:
		return p.enter(task, len(p.branches), timedOut)
	}
}

// enter returns where a task comes that tries the filters from one of them on.
func (p *Plan) enter(task expression.Attributes, first int, timedOut bool) (Position, End) {
	for i := first; i < len(p.branches); i++ {
		if b := &p.branches[i]; len(b.steps) > 0 && b.matches(task) {
			return Position{Filter: i, TimedOut: timedOut}, ""
		}
	}
	switch {
	case timedOut:
		return Position{}, EndCanceled
	case p.fallback == nil:
		return Position{}, EndDropped
	default:
		return Position{Filter: defaultFilter}, ""
	}
}

// Step returns the target at a position, nil if the plan has none there. It is a
// part of the plan, and must not be changed.
func (p *Plan) Step(at Position) *Step {
	switch {
	case at.Filter == defaultFilter && at.Target == 0:
		return p.fallback
	case !p.has(at.Filter):
		return nil
	}
	steps := p.branches[at.Filter].steps
	if at.Target < 0 || at.Target >= len(steps) {
		return nil
	}
	return steps[at.Target]
}

// has reports whether there is a filter with an index.
func (p *Plan) has(filter int) bool { return filter >= 0 && filter < len(p.branches) }

func (b *branch) matches(task expression.Attributes) bool {
	return b.condition != nil && b.condition.Match(task)
}

func newBranch(place string, filter Filter) branch {
	b := branch{place: place, filter: filter}
	b.condition = b.problems.parse(memberOf(place, "expression"), filter.FriendlyName, filter.Expression)
	b.always, b.never = always(b.condition), never(b.condition)
	targets, queue := memberOf(place, "targets"), ""
	for i, target := range filter.Targets {
		b.steps = append(b.steps, newStep(elementOf(targets, i), filter, target, queue))
		queue = b.steps[i].Queue
	}
	b.canSkip = true
	for _, step := range b.steps {
		b.endless = b.endless || step.endless
		b.canSkip = b.canSkip && step.skippable
		b.canExpire = b.canExpire || step.Target.Timeout != nil
	}
	b.canExpire = b.canExpire && !b.endless
	return b
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
