package taskroutertest_test

import (
	"testing"

	"github.com/taskrouter-go/sdk/taskrouter"
)

func TestTheFirstFilterThatMatchesIsUsed(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queues("Gold", "Tickets", "Everyone")
		w.workflow(`"filters": [
			{"expression": "customer_value == 'Gold' AND type == 'ticket'", "targets": [{"queue": "$Gold", "priority": 1}]},
			{"expression": "type == 'ticket' AND customer_value IN ['Silver', 'Bronze']", "targets": [{"queue": "$Tickets"}]},
			{"expression": "type == 'ticket'", "targets": [{"queue": "$Tickets", "priority": 9}]}
		], "default_filter": {"queue": "$Everyone"}`)
		for attributes, want := range map[string]string{
			`{"type": "ticket", "customer_value": "Gold"}`:   "pending in Gold at 1",
			`{"type": "ticket", "customer_value": "Bronze"}`: "pending in Tickets",
			`{"type": "ticket"}`:                             "pending in Tickets at 9",
			`{"customer_value": "Gold"}`:                     "pending in Everyone",
			`{"type": "Ticket"}`:                             "pending in Everyone",
		} {
			w.task(attributes).is(want)
		}
	})
}

func TestTargetsAreTriedInTheirOrder(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queues("First", "Second", "Third")
		w.targets(`{"queue": "$First", "timeout": 10}, {"queue": "$Second", "timeout": "20"}, {"queue": "$Third"}`)
		j := w.task("{}")
		j.until("10s", "pending in First")
		j.until("30s", "pending in Second")
		j.until("86400s", "pending in Third")
		j.is("canceled in Third: Task TTL Exceeded")
	})
}

func TestATargetWithoutAQueueInheritsThatOfTheOneBefore(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queues("First", "Second")
		w.targets(`{"queue": "$First", "timeout": 10}, {"timeout": 10}, {"queue": "$Second", "timeout": 10}, {}`)
		j := w.task("{}")
		j.until("20s", "pending in First")
		j.until("40s", "pending in Second")
		j.is("pending in Second")
	})
}

func TestATargetInheritsOnlyTheQueue(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queues("First")
		w.targets(`{"queue": "$First", "timeout": 10, "expression": "worker.level > 5", "skip_if": "1==2", "order_by": "worker.level DESC"}, {}`)
		w.worker("Ann", `{"level": 1}`)
		w.worker("Bob", `{"level": 2}`)
		j := w.task("{}")
		j.until("10s", "pending in First")
		j.is("reserved in First: Ann")
		w.at("20h")
	})
}

func TestThePriorityOfATargetIsWrittenToTheTaskAndOutlivesTheTarget(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queues("First")
		w.targets(`{"queue": "$First", "timeout": 10}, {"priority": "5", "timeout": 10}, {"timeout": 10}, {"priority": 0}`)
		j := w.task("{}", priority(3))
		j.until("10s", "pending in First at 3")
		j.until("30s", "pending in First at 5")
		j.is("pending in First")
	})
}

func TestATargetWithoutATimeoutKeepsTheTask(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queues("First", "Second")
		w.targets(`{"queue": "$First"}, {"queue": "$Second"}`)
		j := w.task("{}")
		j.until("24h", "pending in First")
		j.is("canceled in First: Task TTL Exceeded")
	})
}

func TestATimeoutOfTheLastTargetGoesOnToTheNextFilterThatMatches(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queues("First", "Wrong", "Next")
		w.workflow(`"filters": [
			{"expression": "type == 'ticket'", "targets": [{"queue": "$First", "timeout": 10}]},
			{"expression": "type == 'call'", "targets": [{"queue": "$Wrong"}]},
			{"expression": "1==1", "targets": [{"queue": "$Next"}]}
		]`)
		j := w.task(`{"type": "ticket"}`)
		j.until("10s", "pending in First")
		j.is("pending in Next")
	})
}

func TestATimeoutWithNothingToFollowCancelsTheTaskAndNeverUsesTheDefaultFilter(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queues("First", "Second", "Default")
		w.workflow(`"filters": [{"expression": "1==1", "targets": [{"queue": "$First", "timeout": 10}, {"queue": "$Second", "timeout": 5}]}],
			"default_filter": {"queue": "$Default"}`)
		j := w.task("{}")
		j.until("10s", "pending in First")
		j.until("15s", "pending in Second")
		j.is("canceled in Second: Task canceled on Workflow timeout")
	})
}

func TestTheDefaultFilterIsNotUsedAfterATimeoutThoughALaterFilterIsSkipped(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queues("First", "Second", "Default")
		w.workflow(`"filters": [
			{"expression": "1==1", "targets": [{"queue": "$First", "timeout": 10}]},
			{"expression": "1==1", "targets": [{"queue": "$Second", "skip_if": "1==1"}]}
		], "default_filter": {"queue": "$Default"}`)
		j := w.task("{}")
		j.until("10s", "pending in First")
		j.is("canceled in Second: Task canceled on Workflow timeout")
	})
}

func TestTheDefaultFilterTakesWhatNoFilterMatchesUntilItsTimeToLiveIsOver(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queues("Support", "Default")
		w.workflow(`"filters": [{"expression": "type == 'ticket'", "targets": [{"queue": "$Support"}]}],
			"default_filter": {"queue": "$Default", "priority": 2, "timeout": 10, "skip_if": "1==1"}`)
		j := w.task("{}")
		j.until("24h", "pending in Default at 2")
		j.is("canceled in Default at 2: Task TTL Exceeded")
	})
}

func TestWithoutADefaultFilterATaskThatNothingMatchesIsDropped(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.queues("Support")
		w.workflow(`"filters": [{"expression": "type == 'ticket'", "targets": [{"queue": "$Support"}]}]`)
		j := w.task("{}")
		j.is("canceled: No filter of the workflow takes the task")
		j.happened("0s task.created", "0s workflow.entered", "0s workflow.skipped", "0s task.canceled")
	})
}

func TestATargetIsSkippedIfNobodyCanBeAskedAndItsConditionHolds(t *testing.T) {
	for name, test := range map[string]struct{ skipIf, want string }{
		"nobody is available":           {"workers.available == 0", "pending in Second"},
		"somebody is":                   {"workers.available > 0", "pending in First"},
		"who is unavailable":            {"workers.unavailable == 2", "pending in Second"},
		"in an activity":                {"workers.$Lunch == 1 AND workers.$Offline == 1", "pending in Second"},
		"in one of some activities":     {"workers.$Lunch < 1 OR workers.$Offline < 1", "pending in First"},
		"not of another queue":          {"workers.$Available == 0", "pending in Second"},
		"constants that are equal":      {"1==1", "pending in Second"},
		"constants that are not equal":  {"1==2", "pending in First"},
		"an activity that nobody is in": {"workers.$Unavailable != 0", "pending in First"},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.activity("Lunch", false)
				w.worker("Other", `{"team": 2}`)
				w.workerIn("Lunch", "Ann", `{"team": 1}`)
				w.workerIn("Offline", "Bob", `{"team": 1}`)
				w.queue("First", "team == 1")
				w.queue("Second", "1==2")
				w.targets(`{"queue": "$First", "skip_if": "` + test.skipIf + `"}, {"queue": "$Second"}`)
				w.task("{}").is(test.want)
			})
		})
	}
}

func TestWorkersAreCountedByActivityWhateverTheExpressionAndTheirCapacity(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queues("First", "Second", "Third")
		w.worker("Ann", `{"level": 1}`)
		w.targets(`{"queue": "$First", "expression": "worker.level > 5", "skip_if": "workers.available == 0"}, {"queue": "$Second"}`)
		j := w.task("{}")
		j.until("24h", "pending in First")
	})
	inWorld(t, func(w *world) {
		w.queues("First", "Second")
		w.workers("Ann")
		w.targets(`{"queue": "$First", "skip_if": "workers.available == 0"}, {"queue": "$Second"}`)
		w.assigned("Ann")
		w.task("{}").is("pending in First")
	})
}

func TestATargetIsNotSkippedIfSomebodyCanBeAsked(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.queues("First", "Second")
		w.targets(`{"queue": "$First", "skip_if": "1==1"}, {"queue": "$Second"}`)
		w.task("{}").is("reserved in First: Ann")
		w.task("{}").is("pending in Second")
	})
}

func TestATaskIsJudgedWhenItComesInAndNotLater(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queue("First", "team == 1")
		w.queues("Second")
		w.worker("Ann", `{"team": 1, "level": 1}`)
		w.targets(`{"queue": "$First", "expression": "worker.level > 5", "skip_if": "workers.available == 0"}, {"queue": "$Second", "expression": "1==2"}`)
		j := w.task("{}")
		w.goes("Ann", "Offline")
		w.at("1h")
		j.is("pending in First")
		w.task("{}").is("pending in Second")
	})
}

func TestATaskIsJudgedWhenItComesBack(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queues("First", "Second")
		w.workers("Ann")
		w.targets(`{"queue": "$First", "skip_if": "workers.available == 0"}, {"queue": "$Second"}`)
		j := w.task("{}")
		j.until("120s", "reserved in First: Ann")
		j.is("pending in Second")
	})
}

func TestSkippingPastTheLastTargetIsAsIfTheFilterDidNotMatch(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queues("First", "Second", "Wrong", "Next", "Default")
		w.workflow(`"filters": [
			{"expression": "type == 'ticket'", "targets": [{"queue": "$First", "skip_if": "1==1"}, {"queue": "$Second", "skip_if": "1==1"}]},
			{"expression": "type == 'call'", "targets": [{"queue": "$Wrong"}]},
			{"expression": "known == true", "targets": [{"queue": "$Next"}]}
		], "default_filter": {"queue": "$Default"}`)
		w.task(`{"type": "ticket", "known": true}`).is("pending in Next")
		w.task(`{"type": "ticket"}`).is("pending in Default")
	})
}

func TestWithoutADefaultFilterATaskThatIsSkippedToTheEndIsDropped(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queues("First")
		w.targets(`{"queue": "$First", "skip_if": "1==1"}`)
		j := w.task("{}")
		j.is("canceled in First: No filter of the workflow takes the task")
		j.happened("0s task.created", "0s workflow.entered", "0s workflow.target-matched", "0s task-queue.entered First",
			"0s workflow.skipped", "0s task.canceled")
	})
}

func TestATargetIsJudgedOnceNobodyCanBeAskedAnyMore(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.takes("Ann", "default", 2)
		w.queue("Nobody", "")
		w.queues("Support", "Late")
		w.workflow(`"default_filter": {"queue": "$Nobody"}`)
		plain, small := w.task("{}"), w.task(`{"small": true}`)
		w.updateFlow(taskrouter.UpdateWorkflowRequest{ReEvaluateTasks: new(true), Configuration: new(w.configuration(`
			"filters": [{"expression": "small == true", "targets": [{"queue": "$Support", "priority": 9, "skip_if": "workers.available == 1",
				"expression": "worker.channel.default.available_capacity_percentage < 100"}, {"queue": "$Late"}]}],
			"default_filter": {"queue": "$Support"}`))})
		plain.is("reserved in Support: Ann")
		small.is("reserved in Support at 9: Ann") // as soon as she had the other one
	})
}

func TestATargetIsJudgedThoughAnActivityIsGone(t *testing.T) {
	inWorld(t, func(w *world) {
		w.activity("Lunch", false)
		w.queues("First", "Second")
		w.targets(`{"queue": "$First", "skip_if": "workers.available == 0"}, {"queue": "$Second"}`)
		w.workerIn("Lunch", "Ann", "{}")
		w.goes("Ann", "Offline")
		w.ok(w.client.Activities(w.sid).Delete(w.t.Context(), w.sidOf("Lunch")))
		w.task("{}").is("pending in Second")
	})
}

func TestATargetAfterATimeoutIsTriedBeforeItIsJudged(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queue("First", "team == 1")
		w.queue("Second", "team == 2")
		w.queue("Third", "team == 3")
		w.queues("Fourth")
		w.worker("Ann", `{"team": 1}`)
		w.worker("Cid", `{"team": 3}`)
		w.targets(`{"queue": "$First", "timeout": 10}, {"queue": "$Second", "skip_if": "1==1"}, {"queue": "$Third", "skip_if": "1==1"}, {"queue": "$Fourth"}`)
		j := w.task("{}")
		j.until("20s", "reserved in First: Ann")
		w.rejects("Ann", j)
		j.is("reserved in Third: Cid")
	})
}

func TestOrderByDecidesWhoIsAskedFirst(t *testing.T) {
	for name, test := range map[string]struct{ order, want string }{
		"ascending":                     {"worker.level ASC", "Ann, Bob, Cid, Dan"},
		"descending":                    {"worker.level DESC", "Bob, Cid, Ann, Dan"},
		"two attributes":                {"worker.level DESC, worker.age ASC", "Cid, Bob, Ann, Dan"},
		"missing last both ways":        {"worker.absent DESC", "Ann, Bob, Cid, Dan"},
		"one is no integer, so ignored": {"worker.rate DESC", "Ann, Bob, Cid, Dan"},
		"nested":                        {"worker.skills.es DESC", "Cid, Ann, Bob, Dan"},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.worker("Ann", `{"level": 1, "age": 40, "rate": 1, "skills": {"es": 1}}`)
				w.worker("Bob", `{"level": 9, "age": 30, "rate": 9, "skills": {}}`)
				w.worker("Cid", `{"level": 9, "age": 20, "rate": 5, "skills": {"es": 7}}`)
				w.worker("Dan", `{"rate": 2.5}`)
				w.queue("Support", "1==1", asking(4))
				w.targets(`{"queue": "$Support", "order_by": "` + test.order + `"}`)
				w.task("{}").is("reserved in Support: " + test.want)
			})
		})
	}
}

func TestATieOfOrderByGoesToWhoWasWithoutATaskForTheLongest(t *testing.T) {
	inWorld(t, func(w *world) {
		w.worker("Ann", `{"level": 1}`)
		w.worker("Bob", `{"level": 1}`)
		w.worker("Cid", `{"level": 0}`)
		w.queues("Support")
		w.targets(`{"queue": "$Support", "order_by": "worker.level DESC"}`)
		j := w.task("{}")
		w.rejects("Ann", j)
		w.rejects("Bob", j)
		w.rejects("Ann", j)
		j.asked("Ann rejected", "Bob rejected", "Ann rejected", "Bob pending")
	})
}

func TestTheExpressionOfATargetChoosesAmongTheWorkersOfTheQueue(t *testing.T) {
	for name, test := range map[string]struct{ expression, want string }{
		"an attribute":           {"worker.level > 4", "Bob"},
		"task and worker":        {"task.language IN worker.languages", "Cid"},
		"equal attributes":       {"task.agent==worker.level", "Bob"},
		"the SID":                {"task.wanted = worker.sid", "Cid"},
		"the name":               {"worker.friendly_name == 'Bob'", "Bob"},
		"the activity":           {"worker.activity_name in ['Available']", "Ann, Cid, Bob"},
		"the activity's SID":     {"worker.activity_sid != '$Available'", ""},
		"not this one":           {"worker.sid not in task.not", "Bob"},
		"of the queue only":      {"worker.other == true", ""},
		"capacity of a channel":  {"worker.channel.chat.configured_capacity == 3", "Ann"},
		"no task of a channel":   {"worker.channel.voice.assigned_tasks == 0", "Ann, Cid"},
		"free part of a channel": {"worker.channel.voice.available_capacity_percentage < 100", "Bob"},
		"missing is not true":    {"worker.absent != true", "Ann, Cid, Bob"},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.worker("Ann", `{"level": 1, "team": 1}`)
				w.worker("Bob", `{"level": 5, "team": 1}`)
				w.worker("Cid", `{"level": 2, "team": 1, "languages": ["en", "es"]}`)
				w.worker("Other", `{"other": true, "level": 9}`)
				w.queue("Support", "team == 1", asking(9))
				w.targets(`{"queue": "$Support", "expression": "` + test.expression + `"}`)
				w.takes("Ann", "chat", 3)
				w.accepts("Bob", w.task("{}", channel("voice"), w.meantFor("Bob")))
				j := w.task(`{"language": "es", "agent": 5, "wanted": "$Cid", "not": ["$Ann", "$Cid"]}`)
				if test.want == "" {
					j.is("pending in Support")
					return
				}
				j.is("reserved in Support: " + test.want)
			})
		})
	}
}

func TestATargetThatAsksForTheLoadOfWorkersFollowsIt(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.queues("Support")
		w.targets(`{"queue": "$Support", "expression": "worker.channel.voice.assigned_tasks == 1"}`)
		j := w.task("{}")
		j.is("pending in Support")
		call := w.task("{}", channel("voice"), w.meantFor("Ann"))
		j.is("pending in Support")
		w.accepts("Ann", call)
		j.is("reserved in Support: Ann")
	})
}

// comeTogether lets all workers come to the queue Support at the same moment, where two
// tasks wait in a target.
func (w *world) comeTogether(target string) (first, second *job) {
	w.t.Helper()
	w.queue("Support", "")
	w.targets(`{"queue": "$Support"` + target + `}`)
	jobs := w.tasks(2, w.through("Flow"))
	w.updateSupport(taskrouter.UpdateTaskQueueRequest{TargetWorkers: new("1==1")})
	return jobs[0], jobs[1]
}

func TestWorkersWhoComeTogetherAreAskedInTheirOrder(t *testing.T) {
	for name, test := range map[string]struct{ target, first, second string }{
		"of a queue":             {"", "Bob", "Ann"},
		"of a target":            {`, "expression": "worker.level > 0"`, "Bob", "Ann"},
		"of a target with order": {`, "expression": "worker.level > 0", "order_by": "worker.level DESC"`, "Ann", "Bob"},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.worker("Ann", `{"level": 2}`)
				w.worker("Bob", `{"level": 1}`)
				w.queues("Other")
				w.workflowOf("Before", `"default_filter": {"queue": "$Other"}`)
				w.answers("Ann", w.assigned("Ann"), "completed") // so Bob was without a task for longer
				first, second := w.comeTogether(test.target)
				first.is("reserved in Support: " + test.first)
				second.is("reserved in Support: " + test.second)
			})
		})
	}
}

func TestAWorkerWhoLeavesAQueueByTheFirstTaskIsNotAskedForTheSecond(t *testing.T) {
	inWorld(t, func(w *world) {
		w.worker("Ann", `{"level": 1}`)
		w.takes("Ann", "default", 3)
		w.queue("Support", "channel.default.available_capacity_percentage == 100")
		w.targets(`{"queue": "$Support", "expression": "worker.level > 0"}`)
		w.goes("Ann", "Offline")
		jobs := w.tasks(2)
		w.goes("Ann", "Available")
		jobs[0].is("reserved in Support: Ann")
		jobs[1].is("pending in Support")
	})
}

func TestAWorkerWhoIsAskedCanDoWhatWantsSomebodyWithALoad(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.takes("Ann", "default", 2)
		w.queues("Support")
		w.workflow(`"filters": [{"expression": "small == true", "targets": [{"queue": "$Support",
			"expression": "worker.channel.default.available_capacity_percentage < 100"}]}], "default_filter": {"queue": "$Support"}`)
		small := w.task(`{"small": true}`)
		small.is("pending in Support")
		w.task("{}").is("reserved in Support: Ann")
		small.is("reserved in Support: Ann")
	})
}

func TestAWorkerWhoJoinsAQueueByTheFirstTaskIsAskedThereThoughThereIsASecond(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workerIn("Offline", "Ann", "{}")
		w.takes("Ann", "default", 3)
		w.queues("Support")
		w.queue("Busy", "channel.default.available_capacity_percentage < 100")
		w.workflow(`"filters": [{"expression": "small == true", "targets": [{"queue": "$Busy"}]}], "default_filter": {"queue": "$Support"}`)
		jobs := w.tasks(2)
		small := w.task(`{"small": true}`)
		w.goes("Ann", "Available")
		for _, j := range jobs {
			j.is("reserved in Support: Ann")
		}
		small.is("reserved in Busy: Ann")
	})
}

func TestATargetIsAskedAnewWhenTheOneBeforeIsDone(t *testing.T) {
	inWorld(t, func(w *world) {
		w.worker("Ann", `{"level": 2}`)
		w.queues("Support")
		w.targets(`{"queue": "$Support", "expression": "worker.level > 1"}`)
		for range 2 {
			w.answers("Ann", w.assigned("Ann"), "completed")
		}
	})
}

func TestTargetsOfOneQueueDoNotStandInEachOthersWay(t *testing.T) {
	for name, targets := range map[string][2]string{
		"expressions":   {`"expression": "worker.level == 1"`, `"expression": "worker.level == 2"`},
		"known workers": {`"known_worker_friendly_name": "task.nobody"`, `"known_worker_friendly_name": "task.name"`},
		"SID and name":  {`"known_worker_sid": "task.name"`, `"known_worker_friendly_name": "task.name"`},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.worker("Ann", `{"level": 2}`)
				w.queues("Support")
				w.workflow(`"filters": [{"expression": "kind == 1", "targets": [{"queue": "$Support", ` + targets[0] + `}]},
					{"expression": "kind == 2", "targets": [{"queue": "$Support", ` + targets[1] + `}]}]`)
				first, second := w.task(`{"kind": 1, "name": "Ann"}`), w.task(`{"kind": 2, "name": "Ann"}`)
				first.is("pending in Support")
				second.is("reserved in Support: Ann")
			})
		})
	}
}

func TestAKnownWorkerIsTheOnlyOneAsked(t *testing.T) {
	for name, test := range map[string]struct{ target, attributes, want string }{
		"by SID":                     {`"known_worker_sid": "task.agent"`, `{"agent": "$Bob"}`, "reserved in Support: Bob"},
		"by name":                    {`"known_worker_friendly_name": "task.agent"`, `{"agent": "Bob"}`, "reserved in Support: Bob"},
		"with an expression":         {`"known_worker_sid": "task.agent", "expression": "worker.level > 1"`, `{"agent": "$Ann"}`, "pending in Support"},
		"of another queue":           {`"known_worker_sid": "task.agent"`, `{"agent": "$Other"}`, "pending in Support"},
		"who is away":                {`"known_worker_sid": "task.agent"`, `{"agent": "$Away"}`, "pending in Support"},
		"null":                       {`"known_worker_sid": "task.agent"`, `{"agent": null}`, "pending in Support"},
		"missing":                    {`"known_worker_sid": "task.agent"`, `{}`, "pending in Support"},
		"no worker":                  {`"known_worker_sid": "task.agent"`, `{"agent": "WK0"}`, "pending in Support"},
		"a SID where a name belongs": {`"known_worker_friendly_name": "task.agent"`, `{"agent": "$Bob"}`, "pending in Support"},
		"skipped if away":            {`"known_worker_sid": "task.agent", "skip_if": "workers.unavailable == 1"`, `{"agent": "$Away"}`, "reserved in Next: Ann"},
		"timed out":                  {`"known_worker_sid": "task.agent", "timeout": 5`, `{"agent": "$Away"}`, "pending in Support"},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.worker("Ann", `{"team": 1, "level": 1}`)
				w.worker("Bob", `{"team": 1, "level": 2}`)
				w.workerIn("Offline", "Away", `{"team": 1, "level": 3}`)
				w.worker("Other", `{"team": 2, "level": 3}`)
				w.queue("Support", "team == 1")
				w.queues("Next")
				w.targets(`{"queue": "$Support", ` + test.target + `}, {"queue": "$Next"}`)
				j := w.task(test.attributes)
				j.is(test.want)
				w.at("5s")
				if name == "timed out" {
					j.is("reserved in Next: Ann")
				}
			})
		})
	}
}

func TestATaskWaitsForItsKnownWorker(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann", "Bob")
		w.queues("Support")
		w.targets(`{"queue": "$Support", "known_worker_sid": "task.agent", "timeout": 60}, {}`)
		busy := w.task(`{"agent": "$Ann"}`)
		w.accepts("Ann", busy)
		first, second := w.task(`{"agent": "$Ann"}`), w.task(`{"agent": "$Ann"}`)
		w.at("30s")
		w.answers("Ann", busy, "completed")
		first.is("reserved in Support: Ann")
		second.until("60s", "pending in Support")
		second.is("reserved in Support: Bob")
	})
}

func TestTargetsThatNameTheirKnownWorkerByOtherAttributesDoNotStandInEachOthersWay(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.takes("Ann", "default", 0)
		w.queues("Support")
		w.workflow(`"filters": [
			{"expression": "kind == 1", "targets": [{"queue": "$Support", "known_worker_sid": "task.first"}]},
			{"expression": "kind == 2", "targets": [{"queue": "$Support", "known_worker_sid": "task.second"}]}]`)
		first, second := w.task(`{"kind": 1, "first": "$Ann"}`), w.task(`{"kind": 2, "second": "$Ann"}`)
		w.takes("Ann", "default", 5)
		first.is("reserved in Support: Ann")
		second.is("reserved in Support: Ann")
	})
}

func TestWhatNobodyCouldDoIsAskedOfEverybodyOnlyOnceAndOfWhoChangesAlways(t *testing.T) {
	inWorld(t, func(w *world) {
		w.worker("Ann", `{"level": 1}`)
		w.worker("Bob", `{"level": 1}`)
		w.queue("Support", "1==1", lifo)
		w.targets(`{"queue": "$Support", "expression": "worker.level > task.level"}`)
		older, newer := w.task(`{"level": 1}`), w.task(`{"level": 1}`)
		older.is("pending in Support")
		newer.is("pending in Support")
		w.learns("Bob", `{"level": 2}`)
		newer.is("reserved in Support: Bob")
		older.is("pending in Support")
	})
}
