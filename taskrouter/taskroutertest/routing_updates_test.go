package taskroutertest_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/taskrouter-go/sdk/taskrouter"
)

const byLanguage = `"filters": [{"expression": "language == 'es'", "targets": [{"queue": "$Spanish", "timeout": 60}, {"queue": "$Late"}]}],
	"default_filter": {"queue": "$English"}`

// languages is a workflow by language, whose queues nobody serves.
func (w *world) languages() {
	w.t.Helper()
	for _, name := range []string{"Spanish", "English", "Late"} {
		w.queue(name, "team == '"+name+"'")
	}
	w.workflow(byLanguage)
}

func TestOtherAttributesOfAPendingTaskLeadItThroughItsWorkflowAnew(t *testing.T) {
	inWorld(t, func(w *world) {
		w.languages()
		j := w.task(`{"language": "en"}`)
		w.at("30s")
		j.is("pending in English")
		j.becomes(`{"language": "es"}`)
		j.until("90s", "pending in Spanish")
		j.is("pending in Late")
	})
}

func TestOtherAttributesLetTheTimeoutsOfTargetsStartAnewButNotTheTimeToLive(t *testing.T) {
	inWorld(t, func(w *world) {
		w.languages()
		j := w.task(`{"language": "es"}`, lasting(150))
		w.at("50s")
		j.becomes(`{"language": "es", "n": 1}`)
		j.until("110s", "pending in Spanish")
		j.until("150s", "pending in Late")
		j.is("canceled in Late: Task TTL Exceeded")
	})
}

func TestATaskThatMovesKeepsItsAge(t *testing.T) {
	inWorld(t, func(w *world) {
		w.languages()
		old := w.task(`{"language": "en"}`)
		w.at("10s")
		young := w.task(`{"language": "es"}`)
		w.at("20s")
		old.becomes(`{"language": "es"}`)
		w.worker("Ann", `{"team": "Spanish"}`)
		w.annServes([]*job{young, old}, 1, 0)
	})
}

func TestOtherAttributesOfATaskLetSomebodyElseDoIt(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queues("Support")
		w.targets(`{"queue": "$Support", "expression": "task.language IN worker.languages"}`)
		w.worker("Ann", `{"languages": ["es"]}`)
		j := w.task(`{"language": "fi"}`)
		j.is("pending in Support")
		j.becomes(`{"language": "es"}`)
		j.is("reserved in Support: Ann")
	})
}

func TestOtherAttributesOfAWorkerMatchAtOnce(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queue("Spanish", "languages HAS 'es'")
		w.targets(`{"queue": "$Spanish", "expression": "worker.level > 3"}`)
		j := w.task("{}")
		w.worker("Ann", `{"languages": ["en"], "level": 9}`)
		j.is("pending in Spanish")
		w.learns("Ann", `{"languages": ["es"], "level": 1}`)
		j.is("pending in Spanish")
		w.learns("Ann", `{"languages": ["es"], "level": 4}`)
		j.is("reserved in Spanish: Ann")
		w.learns("Ann", `{}`)
		j.is("reserved in Spanish: Ann")
		w.rejects("Ann", j)
		j.is("pending in Spanish")
	})
}

func TestAnotherNameOfAWorkerMatchesAtOnce(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queue("Bobs", "friendly_name == 'Bob'")
		w.targets(`{"queue": "$Bobs"}`)
		w.workers("Ann")
		j := w.task("{}")
		_, err := w.client.Workers(w.sid).Update(w.t.Context(), w.sidOf("Ann"), taskrouter.UpdateWorkerRequest{FriendlyName: new("Bob")})
		w.ok(err)
		j.is("reserved in Bobs: Bob")
	})
}

func TestMoreCapacityMatchesAtOnceAndLessTakesNothingAway(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.support()
		jobs := w.tasks(3)
		jobs[1].is("pending in Support")
		w.takes("Ann", "default", 2)
		jobs[1].is("reserved in Support: Ann")
		jobs[2].is("pending in Support")
		w.takes("Ann", "default", 0)
		jobs[0].is("reserved in Support: Ann")
		w.rejects("Ann", jobs[0])
		jobs[0].is("pending in Support")
		w.takes("Ann", "default", 1)
		jobs[0].is("pending in Support")
		w.takes("Ann", "default", 2)
		jobs[0].is("reserved in Support: Ann")
	})
}

func TestOtherTargetWorkersMatchAtOnce(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queue("Support", "")
		w.targets(`{"queue": "$Support"}`)
		w.workers("Ann")
		j := w.task("{}")
		j.is("pending in Support")
		w.updateSupport(taskrouter.UpdateTaskQueueRequest{TargetWorkers: new("1==1")})
		j.is("reserved in Support: Ann")
		w.updateSupport(taskrouter.UpdateTaskQueueRequest{TargetWorkers: new("1==0")})
		j.is("reserved in Support: Ann")
		w.rejects("Ann", j)
		j.is("pending in Support")
	})
}

func TestAnotherOrderOfAQueueCountsFromNowOn(t *testing.T) {
	inWorld(t, func(w *world) {
		w.support()
		jobs := w.each(priority(0), priority(5), priority(0), priority(1))
		w.updateSupport(taskrouter.UpdateTaskQueueRequest{TaskOrder: new(taskrouter.QueueOrderLIFO)})
		w.workers("Ann")
		w.annServes(jobs, 3, 2, 1, 0)
	})
}

func TestAnotherOrderOfAQueueCountsForTasksThatAskForOtherWorkers(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queues("Support")
		w.targets(`{"queue": "$Support", "expression": "task.level < worker.level"}`)
		var jobs []*job
		for level := range 3 {
			jobs = append(jobs, w.task(fmt.Sprintf(`{"level": %d}`, level)))
			later(time.Second)
		}
		w.updateSupport(taskrouter.UpdateTaskQueueRequest{TaskOrder: new(taskrouter.QueueOrderLIFO)})
		w.worker("Ann", `{"level": 5}`)
		w.annServes(jobs, 2, 1, 0)
	})
}

func TestAWorkerWhoLeavesAQueueStaysInTheOthers(t *testing.T) {
	inWorld(t, func(w *world) {
		w.worker("Ann", `{"team": 1}`)
		w.queue("Support", "team == 1")
		w.queues("Other")
		w.workflow(`"filters": [{"expression": "other == true", "targets": [{"queue": "$Other"}]}], "default_filter": {"queue": "$Support"}`)
		for _, attributes := range []string{"{}", `{"other": true}`} {
			j := w.task(attributes)
			w.accepts("Ann", j)
			w.answers("Ann", j, "completed")
		}
		w.learns("Ann", `{"team": 2}`)
		w.task("{}").is("pending in Support")
		w.task(`{"other": true}`).is("reserved in Other: Ann")
	})
}

func TestAnotherOrderOfAQueueCountsForTasksThatAreMeantForAWorkerToo(t *testing.T) {
	inWorld(t, func(w *world) {
		w.support()
		w.workers("Ann")
		busy := w.assigned("Ann")
		var jobs []*job
		for range 5 {
			jobs = append(jobs, w.task("{}", w.meantFor("Ann"), respectingCapacity))
			later(time.Second)
		}
		w.updateSupport(taskrouter.UpdateTaskQueueRequest{TaskOrder: new(taskrouter.QueueOrderLIFO)})
		w.answers("Ann", busy, "completed")
		w.annServes(jobs, 4, 3, 2, 1, 0)
	})
}

func TestAnotherPreferredKindOfQueueCountsForTasksThatAreMeantForAWorkerToo(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queue("First", "1==1")
		w.queue("Last", "1==1", lifo)
		w.targets(`{"queue": "$First"}`)
		w.workers("Ann")
		busy := w.assigned("Ann")
		var jobs []*job
		for _, name := range []string{"First", "Last", "First", "Last", "First"} {
			jobs = append(jobs, w.task("{}", w.meantFor("Ann"), respectingCapacity, w.into(name)))
			later(time.Second)
		}
		_, err := w.client.Workspaces.Update(w.t.Context(), w.sid, taskrouter.UpdateWorkspaceRequest{PrioritizeQueueOrder: new(taskrouter.QueueOrderLIFO)})
		w.ok(err)
		w.answers("Ann", busy, "completed")
		w.annServes(jobs, 3, 1, 0, 2, 4)
	})
}

func TestAnotherNumberOfWorkersToAskCountsFromTheNextTime(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann", "Bob")
		w.support()
		j := w.task("{}")
		w.updateSupport(taskrouter.UpdateTaskQueueRequest{MaxReservedWorkers: new(2)})
		j.is("reserved in Support: Ann")
		w.rejects("Ann", j)
		j.is("reserved in Support: Bob, Ann")
	})
}

func TestAnotherPriorityMovesATaskInItsQueue(t *testing.T) {
	inWorld(t, func(w *world) {
		w.support()
		jobs := w.tasks(3)
		jobs[2].update(taskrouter.UpdateTaskRequest{Priority: new(5)})
		jobs[2].is("pending in Support at 5")
		w.workers("Ann")
		w.annServes(jobs, 2, 0, 1)
	})
}

func TestAnotherVirtualStartTimeMovesATaskInItsQueue(t *testing.T) {
	inWorld(t, func(w *world) {
		w.support()
		jobs := w.tasks(3)
		jobs[1].update(taskrouter.UpdateTaskRequest{VirtualStartTime: new(w.began.Add(-time.Hour))})
		jobs[0].update(taskrouter.UpdateTaskRequest{VirtualStartTime: new(time.Now())})
		w.workers("Ann")
		w.annServes(jobs, 1, 2, 0)
	})
}

func TestAnotherChannelOfATaskMatchesAtOnce(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.takes("Ann", "default", 0)
		w.support()
		j := w.task("{}")
		j.is("pending in Support")
		j.update(taskrouter.UpdateTaskRequest{TaskChannel: new("chat")})
		j.is("reserved in Support: Ann")
		w.task("{}", channel("chat")).is("pending in Support")
	})
}

func TestAnotherChannelOfATaskThatIsDoneTakesCapacityThere(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.support()
		j := w.assigned("Ann")
		waits, chat := w.task("{}"), w.task("{}", channel("chat"))
		waits.is("pending in Support")
		chat.is("reserved in Support: Ann")
		w.accepts("Ann", chat)
		w.answers("Ann", chat, "completed")
		j.update(taskrouter.UpdateTaskRequest{TaskChannel: new("chat")})
		waits.is("reserved in Support: Ann")
		chat = w.task("{}", channel("chat"))
		chat.is("pending in Support")
		w.answers("Ann", j, "completed")
		chat.is("reserved in Support: Ann")
	})
}

func TestAnUpdateThatSaysPendingLeavesATaskWhereItWaits(t *testing.T) {
	inWorld(t, func(w *world) {
		w.languages()
		j := w.task(`{"language": "es"}`)
		w.at("30s")
		j.update(taskrouter.UpdateTaskRequest{AssignmentStatus: new(taskrouter.TaskStatusPending), Priority: new(2)})
		j.until("60s", "pending in Spanish at 2")
		j.is("pending in Late at 2")
	})
}

const alwaysLate = `"filters": [{"expression": "1==1", "targets": [{"queue": "$Late"}]}]`

func TestPendingTasksKeepTheConfigurationWithWhichTheyCameIn(t *testing.T) {
	inWorld(t, func(w *world) {
		w.languages()
		j := w.task(`{"language": "es"}`)
		w.updateFlow(taskrouter.UpdateWorkflowRequest{Configuration: new(w.configuration(`"filters": [{"expression": "1==1", "targets": [{"queue": "$English"}]}]`))})
		j.until("60s", "pending in Spanish")
		j.is("pending in Late")
		w.task(`{"language": "es"}`).is("pending in English")
	})
}

func TestReEvaluateTasksLeadsPendingTasksThroughTheWorkflowAnew(t *testing.T) {
	inWorld(t, func(w *world) {
		w.languages()
		w.workers("Ann")
		reserved := w.task(`{}`, w.meantFor("Ann"))
		j := w.task(`{"language": "es"}`)
		w.at("30s")
		w.updateFlow(taskrouter.UpdateWorkflowRequest{Configuration: new(w.configuration(alwaysLate)), ReEvaluateTasks: new(true)})
		j.is("pending in Late")
		reserved.is("reserved in English: Ann")
		w.at("90s")
		j.is("pending in Late")
	})
}

func TestReEvaluateTasksWithoutAConfigurationStartsTheTimeoutsAnew(t *testing.T) {
	inWorld(t, func(w *world) {
		w.languages()
		j := w.task(`{"language": "es"}`)
		w.at("30s")
		w.updateFlow(taskrouter.UpdateWorkflowRequest{ReEvaluateTasks: new(true)})
		j.until("90s", "pending in Spanish")
		j.is("pending in Late")
	})
}

func TestReEvaluateTasksOnlyConcernsItsWorkflow(t *testing.T) {
	inWorld(t, func(w *world) {
		w.languages()
		w.workflowOf("Other", byLanguage)
		j := w.task(`{"language": "es"}`, w.through("Other"))
		w.at("30s")
		w.updateFlow(taskrouter.UpdateWorkflowRequest{Configuration: new(w.configuration(alwaysLate)), ReEvaluateTasks: new(true)})
		j.until("60s", "pending in Spanish")
		j.is("pending in Late")
	})
}

func TestOtherAttributesFollowTheConfigurationOfNow(t *testing.T) {
	inWorld(t, func(w *world) {
		w.languages()
		j := w.task(`{"language": "en"}`)
		w.updateFlow(taskrouter.UpdateWorkflowRequest{Configuration: new(w.configuration(alwaysLate))})
		j.is("pending in English")
		j.becomes(`{"n": 1}`)
		j.is("pending in Late")
	})
}

func TestARefusedConfigurationLeavesTheOldOneActive(t *testing.T) {
	inWorld(t, func(w *world) {
		w.languages()
		for _, configuration := range []string{
			w.configuration(`"filters": [{"expression": "a ==", "targets": [{"queue": "$Late"}]}]`),
			w.configuration(`"default_filter": {"queue": "WQ00000000000000000000000000000000"}`),
		} {
			_, err := w.client.Workflows(w.sid).Update(w.t.Context(), w.sidOf("Flow"), taskrouter.UpdateWorkflowRequest{Configuration: &configuration})
			w.refused(err, http.StatusBadRequest)
		}
		w.task(`{"language": "es"}`).is("pending in Spanish")
	})
}

func TestAWorkflowAndAQueueWithWaitingTasksAreNotDeleted(t *testing.T) {
	inWorld(t, func(w *world) {
		w.languages()
		j := w.task(`{"language": "es"}`)
		w.updateFlow(taskrouter.UpdateWorkflowRequest{Configuration: new(w.configuration(alwaysLate))})
		w.refused(w.client.Workflows(w.sid).Delete(w.t.Context(), w.sidOf("Flow")), http.StatusBadRequest)
		w.refused(w.client.TaskQueues(w.sid).Delete(w.t.Context(), w.sidOf("Spanish")), http.StatusBadRequest)
		j.moves("canceled", "")
		w.ok(w.client.TaskQueues(w.sid).Delete(w.t.Context(), w.sidOf("Spanish")))
		w.ok(w.client.Workflows(w.sid).Delete(w.t.Context(), w.sidOf("Flow")))
	})
}

func TestAQueueIsDeletedOnceNoTaskCanComeToItAnyMore(t *testing.T) {
	inWorld(t, func(w *world) {
		w.languages()
		jobs := []*job{w.task(`{"language": "en"}`), w.task(`{"language": "en"}`)}
		w.updateFlow(taskrouter.UpdateWorkflowRequest{Configuration: new(w.configuration(alwaysLate))})
		remove := func() error { return w.client.TaskQueues(w.sid).Delete(w.t.Context(), w.sidOf("Spanish")) }
		w.refused(remove(), http.StatusBadRequest)
		jobs[0].becomes(`{"n": 1}`)
		w.refused(remove(), http.StatusBadRequest)
		w.updateFlow(taskrouter.UpdateWorkflowRequest{ReEvaluateTasks: new(true)})
		jobs[1].is("pending in Late")
		w.ok(remove())
	})
}

func TestAQueueOfAnEarlierConfigurationIsDeletedUnlessATaskCanComeToIt(t *testing.T) {
	for name, test := range map[string]struct {
		tasks  func(*world)
		status int
	}{
		"there was none":          {func(*world) {}, http.StatusNoContent},
		"the only one is deleted": {func(w *world) { w.ok(w.client.Tasks(w.sid).Delete(w.t.Context(), w.task(`{"language": "en"}`).sid)) }, http.StatusNoContent},
		"one of a later one is canceled": {func(w *world) {
			w.task(`{"language": "en"}`)
			w.updateFlow(taskrouter.UpdateWorkflowRequest{Configuration: new(w.configuration(byLanguage + " "))})
			j := w.task(`{"language": "en"}`)
			w.updateFlow(taskrouter.UpdateWorkflowRequest{Configuration: new(w.configuration(alwaysLate))})
			j.moves("canceled", "")
		}, http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.languages()
				test.tasks(w)
				w.updateFlow(taskrouter.UpdateWorkflowRequest{Configuration: new(w.configuration(alwaysLate))})
				err := w.client.TaskQueues(w.sid).Delete(w.t.Context(), w.sidOf("Spanish"))
				if test.status == http.StatusNoContent {
					w.ok(err)
					return
				}
				w.refused(err, test.status)
			})
		})
	}
}

func TestAWorkflowWithAReservedTaskIsNotDeleted(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.support()
		j := w.task("{}")
		w.refused(w.client.Workflows(w.sid).Delete(w.t.Context(), w.sidOf("Flow")), http.StatusBadRequest)
		w.accepts("Ann", j)
		w.ok(w.client.Workflows(w.sid).Delete(w.t.Context(), w.sidOf("Flow")))
	})
}

func TestMultitaskingThatIsTurnedOnLetsWorkersDoMoreAtOnce(t *testing.T) {
	inSingleTasking(t, func(w *world) {
		w.workers("Ann")
		w.takes("Ann", "default", 2)
		w.support()
		w.assigned("Ann")
		j := w.task("{}")
		j.is("pending in Support")
		_, err := w.client.Workspaces.Update(w.t.Context(), w.sid, taskrouter.UpdateWorkspaceRequest{MultiTaskEnabled: new(true)})
		w.ok(err)
		j.is("reserved in Support: Ann")
	})
}

func TestAnotherNameOfAnActivityMatchesAtOnce(t *testing.T) {
	inWorld(t, func(w *world) {
		w.activity("Phone", true)
		w.queues("Support")
		w.targets(`{"queue": "$Support", "expression": "worker.activity_name == 'Desk'"}`)
		w.workerIn("Phone", "Ann", "{}")
		j := w.task("{}")
		j.is("pending in Support")
		_, err := w.client.Activities(w.sid).Update(w.t.Context(), w.sidOf("Phone"), taskrouter.UpdateActivityRequest{FriendlyName: new("Desk")})
		w.ok(err)
		j.is("reserved in Support: Ann")
	})
}

func TestAnotherTaskChannelMatchesAtOnce(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.queues("Support")
		w.targets(`{"queue": "$Support", "expression": "worker.channel.fax.assigned_tasks == 0"}`)
		j := w.task("{}")
		j.is("pending in Support")
		fax, err := w.client.TaskChannels(w.sid).Create(w.t.Context(), taskrouter.CreateTaskChannelRequest{FriendlyName: "Fax", UniqueName: "fax"})
		w.ok(err)
		j.is("reserved in Support: Ann")
		w.task("{}", channel("fax")).moves("canceled", "")
		w.at("10m")
		w.ok(w.client.TaskChannels(w.sid).Delete(w.t.Context(), fax.SID))
		w.workers("Bob") // of whom nothing is asked for what is gone
		w.task("{}").is("pending in Support")
	})
}

func TestTheActivityOfNowCountsForTheSkipOfATarget(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.queues("First", "Second")
		w.targets(`{"queue": "$First", "skip_if": "workers.unavailable == 0"}, {"queue": "$Second"}`)
		w.takes("Ann", "default", 0)
		w.task("{}").is("pending in Second")
		w.goes("Ann", "Offline")
		w.task("{}").is("pending in First")
	})
}

func TestAnUpdateOfTheSkillsCountsForTheSkipOfATarget(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queue("First", "team == 1")
		w.queue("Second", "team == 2")
		w.workerIn("Offline", "Bob", `{"team": 1}`)
		w.targets(`{"queue": "$First", "skip_if": "workers.unavailable == 0"}, {"queue": "$Second"}`)
		w.task("{}").is("pending in First")
		w.learns("Bob", `{"team": 2}`)
		w.task("{}").is("pending in Second")
		w.learns("Bob", `{"team": 1}`)
		w.task("{}").is("pending in First")
		w.ok(w.client.Workers(w.sid).Delete(w.t.Context(), w.sidOf("Bob")))
		w.task("{}").is("pending in Second")
	})
}

func TestTheCounterOfOneThousandOutlivesAnUpdateOfTheAttributes(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.support()
		j := w.task("{}")
		w.rejectsInto("Offline", "Ann", j)
		j.becomes(`{"n": 1}`)
		assert.Len(w.t, j.reservations(), 1)
		j.is("pending in Support")
	})
}
