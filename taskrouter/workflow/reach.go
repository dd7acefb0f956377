package workflow

import "fmt"

// reach finds what no task gets to, or only late, and timeouts that cancel tasks.
func (v *validator) reach(index int) {
	if b := &v.plan.branches[index]; !b.never && !v.isUnreachable(index) {
		v.canceledTasks(index)
	}
}

// isUnreachable reports whether an earlier filter takes all tasks of a filter and
// passes none on. It is also told of one that passes them on late.
func (v *validator) isUnreachable(index int) bool {
	b := &v.plan.branches[index]
	if b.condition == nil {
		return false
	}
	first := v.coveredBy(index)
	if first < 0 {
		return false
	}
	earlier := &v.plan.branches[first]
	if !earlier.endless {
		v.report(SeverityWarning, RuleUnreachable, b.place, "tasks get here only after filters[%d]%s, which takes all that this one would, has let them time out; put this one before it", first, named(earlier.filter))
		return false
	}
	advice := "put this one before it"
	if earlier.condition.String() == b.condition.String() || v.implies(earlier, b) {
		advice = "remove one of the two"
	}
	v.report(SeverityWarning, RuleUnreachable, b.place, "no task gets here: filters[%d]%s takes all that this one would, and passes none on; %s", first, named(earlier.filter), advice)
	return true
}

// coveredBy returns an earlier filter that takes all that one would, or -1: one
// that keeps it if there is one, else one that lets it time out.
func (v *validator) coveredBy(index int) int {
	if v.plan.keeper >= 0 && v.plan.keeper < index {
		return v.plan.keeper
	}
	b := &v.plan.branches[index]
	form := b.condition.String()
	if same, ok := v.keepers[form]; ok {
		return same
	}
	if b.endless {
		v.keepers[form] = index
	}
	delaying := -1
	if v.plan.taker < index && !b.always {
		delaying = v.plan.taker
	}
	for i := 0; i < index && v.spend(glance); i++ {
		earlier := &v.plan.branches[i]
		switch {
		case earlier.endless && v.implies(b, earlier):
			return i
		case delaying < 0 && v.delays(earlier, b):
			delaying = i
		}
	}
	return delaying
}

// delays reports whether a filter lets tasks time out before one for some of them
// gets them. One for all of them is there to take them then, and one that skips
// them is there to look who is free.
func (v *validator) delays(earlier, b *branch) bool {
	return !earlier.endless && !earlier.canSkip && v.implies(b, earlier) && !v.implies(earlier, b)
}

func named(f Filter) string {
	if f.FriendlyName == "" {
		return ""
	}
	return fmt.Sprintf(" (%q)", f.FriendlyName)
}

// canceledTasks finds timeouts after which nothing takes the task.
func (v *validator) canceledTasks(index int) {
	b := &v.plan.branches[index]
	if !b.canExpire || v.isCaught(index) {
		return
	}
	ending, remedy := "the task is canceled", "add a last target that has neither a timeout nor a skip_if"
	if index+1 < len(v.plan.branches) {
		ending += ", unless a filter below matches"
	}
	if v.plan.fallback != nil {
		ending += ": the default filter does not catch timeouts"
	} else {
		remedy += ", or a last filter with the expression 1==1"
	}
	when, last := "when this timeout ends", len(b.steps)-1
	for b.steps[last].Target.Timeout == nil {
		when, last = "when this timeout ends and the targets after it are skipped", last-1
	}
	v.report(SeverityWarning, RuleTimeout, memberOf(b.steps[last].place, "timeout"), "%s, %s; to keep the task, %s", when, ending, remedy)
}

// isCaught reports whether a filter below a branch takes whatever the branch does,
// and does not skip it: that would cancel it, too. A timeout there is a finding of
// its own.
func (v *validator) isCaught(index int) bool {
	b := &v.plan.branches[index]
	if index < v.plan.catcher {
		return true
	}
	for i := index + 1; i < len(v.plan.branches) && v.spend(glance); i++ {
		if later := &v.plan.branches[i]; !later.canSkip && v.implies(b, later) {
			return true
		}
	}
	return false
}

// What comparing filters with each other may cost, in bytes of the one expression
// times bytes of the other.
const (
	maxWork = 1_000_000_000 // some 700 filters of 60 characters, each with each other
	glance  = 400           // of looking whether to compare them
)

// spend reports whether some more work may be done. What is too much is left out,
// and does not keep others from being compared.
func (v *validator) spend(work int) bool {
	if v.work+work > maxWork {
		v.left = true
		return false
	}
	v.work += work
	return true
}

// exhausted says so if not all filters were compared.
func (v *validator) exhausted() {
	if v.left {
		v.report(SeverityWarning, RuleUnreachable, memberOf("task_routing", "filters"), "there are too many filters to compare each with each other: there may be more that no task gets to")
	}
}

// implies reports whether what a branch matches is matched by another, too, as far
// as can be seen.
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
		if v.plan.taker < 0 {
			v.report(SeverityWarning, RuleDefaultFilter, memberOf("task_routing", "default_filter"), "there is no default filter: a task that no filter takes is dropped (event workflow.skipped); add one, or a last filter with the expression 1==1")
		}
		return
	}
	if s.Queue == "" {
		v.report(SeverityError, RuleMissing, memberOf(s.place, "queue"), "the default filter must name the queue in which tasks wait")
	}
	if timeout := s.Target.Timeout; timeout != nil && *timeout < 1 {
		v.report(SeverityError, RuleRange, memberOf(s.place, "timeout"), "a timeout has at least 1 second, not %d, and what it does in the default filter is not documented: remove it", *timeout)
	} else if timeout != nil {
		v.report(SeverityWarning, RuleDefaultFilter, memberOf(s.place, "timeout"), "what a timeout does in the default filter is not documented: tasks are expected to wait there until their time to live ends; remove it")
	}
	if s.SkipIf != nil {
		v.report(SeverityWarning, RuleDefaultFilter, memberOf(s.place, "skip_if"), "what a skip_if does in the default filter is not documented: nothing comes after it; remove it")
	}
	if i := v.plan.taker; i >= 0 {
		v.report(SeverityWarning, RuleUnreachable, s.place, "no task gets to the default filter: filters[%d]%s takes every task, and keeps it or lets it time out; remove the default filter, or let that filter take less", i, named(v.plan.branches[i].filter))
	}
	v.step(s)
}
