package workflow

import (
	"fmt"
	"slices"
)

// reach finds what no task gets to, and where tasks end that nobody expects to.
func (v *validator) reach(index int) {
	v.unreachableTargets(v.plan.branches[index])
	v.unreachableBranch(index)
	v.canceledTasks(index)
}

func (v *validator) unreachableTargets(b branch) {
	for i, step := range b.steps[:max(0, len(b.steps)-1)] {
		if step.endless {
			v.report(Warning, RuleUnreachable, step.place, "tasks wait here until they are accepted or their time to live ends: targets[%d] and what follows are never tried; add a timeout", i+1)
			return
		}
	}
}

// unreachableBranch finds a filter all of whose tasks an earlier one keeps. An
// earlier one with timeouts passes them on.
func (v *validator) unreachableBranch(index int) {
	b := &v.plan.branches[index]
	if b.condition == nil || b.never {
		return
	}
	if i := v.hiddenBy(index); i >= 0 {
		v.report(Warning, RuleUnreachable, b.place, "no task gets here: filters[%d]%s matches all that this one would, and keeps them; put this one before it", i, named(v.plan.branches[i].filter))
	}
}

// hiddenBy returns the first filter that keeps all that a later one matches, or -1.
func (v *validator) hiddenBy(index int) int {
	b := &v.plan.branches[index]
	for i := 0; i < index && v.spend(glance); i++ {
		if earlier := &v.plan.branches[i]; earlier.endless && v.implies(b, earlier) {
			return i
		}
	}
	if v.plan.keeper < index {
		return v.plan.keeper
	}
	return -1
}

func named(f Filter) string {
	if f.FriendlyName == "" {
		return ""
	}
	return fmt.Sprintf(" (%q)", f.FriendlyName)
}

// canceledTasks finds a last timeout after which people expect the default filter.
func (v *validator) canceledTasks(index int) {
	b := &v.plan.branches[index]
	if v.plan.fallback == nil || !b.canTimeOut() || v.isCaught(index) {
		return
	}
	ending := "the task is canceled"
	if index+1 < len(v.plan.branches) {
		ending += ", unless a filter below matches"
	}
	last := b.steps[len(b.steps)-1]
	v.report(Warning, RuleTimeout, memberOf(last.place, "timeout"), "after it %s: the default filter does not catch timeouts; leave this timeout out to keep the task here, or add a target or a last filter with 1==1", ending)
}

// isCaught reports whether a filter below a branch matches whatever the branch
// does, and skips no task: that would cancel it, too. A timeout there is a finding
// of its own.
func (v *validator) isCaught(index int) bool {
	b := &v.plan.branches[index]
	if index < v.plan.catcher {
		return true
	}
	for i := index + 1; i < len(v.plan.branches) && v.spend(glance); i++ {
		if later := &v.plan.branches[i]; !later.canSkip() && v.implies(b, later) {
			return true
		}
	}
	return false
}

// Work is what comparing two expressions may cost, in bytes of the one times bytes
// of the other.
const (
	maxWork = 100_000_000 // enough for hundreds of filters, each with each other
	glance  = 400         // of looking whether to compare them
)

// spend reports whether there may be more work.
func (v *validator) spend(work int) bool {
	if v.work+work > maxWork {
		return false
	}
	v.work += work
	return true
}

// implies reports whether a branch matches whatever another does, as far as can be
// seen.
func (v *validator) implies(b, other *branch) bool {
	switch {
	case other.always:
		return true
	case b.condition == nil || other.condition == nil:
		return false
	}
	return v.spend(len(b.filter.Expression)*len(other.filter.Expression)) && b.condition.Implies(other.condition)
}

func (v *validator) fallback() {
	s := v.plan.fallback
	if s == nil {
		if v.takesAll() < 0 {
			v.report(Warning, RuleDefaultFilter, memberOf("task_routing", "default_filter"), "there is none: a task that no filter matches, or that the last target of one skips, is dropped (event workflow.skipped)")
		}
		return
	}
	if s.queue == "" {
		v.report(Error, RuleMissing, memberOf(s.place, "queue"), "the default filter must name a queue")
	}
	if s.target.Timeout != nil {
		v.report(Warning, RuleDefaultFilter, memberOf(s.place, "timeout"), "what a timeout does here is not documented: tasks are expected to wait in the default filter until their time to live ends")
	}
	if s.skipIf != nil {
		v.report(Warning, RuleDefaultFilter, memberOf(s.place, "skip_if"), "nothing comes after the default filter: what skipping it does is not documented")
	}
	if i := v.takesAll(); i >= 0 {
		v.report(Warning, RuleUnreachable, s.place, "no task gets here: filters[%d]%s matches every task, and keeps it or lets it time out", i, named(v.plan.branches[i].filter))
	}
	v.step(*s)
}

// takesAll returns the first filter that matches every task and lets none go to the
// default filter, or -1.
func (v *validator) takesAll() int {
	return slices.IndexFunc(v.plan.branches, func(b branch) bool { return b.always && !b.canSkip() })
}
