package workflow

// candidates finds a target that no worker can meet, whatever the task is and
// whatever the workers are doing.
func (v *validator) candidates(s step) {
	members, known := v.roster.of(s.queue)
	if !known || never(s.condition) {
		return // the latter is what people write to let a task wait
	}
	if len(members) == 0 {
		v.report(Warning, RuleNoWorkers, memberOf(s.place, "queue"), "the queue has no workers: tasks wait here for nobody")
		return
	}
	if s.condition == nil {
		return
	}
	for _, member := range members {
		if s.condition.CouldMatch(member.fields) {
			return
		}
	}
	v.report(Warning, RuleNoWorkers, memberOf(s.place, "expression"), "none of the %d workers of the queue can meet it: tasks wait here for nobody", len(members))
}
