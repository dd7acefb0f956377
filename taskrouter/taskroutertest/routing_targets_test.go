package taskroutertest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/taskrouter-go/sdk/taskrouter"
)

func respectingCapacity(r *taskrouter.CreateTaskRequest) { r.IgnoreCapacity = new(false) }

func TestATaskThatIsMeantForAWorkerIsOfferedToNobodyElse(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann", "Bob")
		w.support()
		j := w.task("{}", w.meantFor("Bob"))
		j.is("reserved in Support: Bob")
		w.rejects("Bob", j)
		j.asked("Bob rejected", "Bob pending")
	})
}

func TestATaskThatIsMeantForAWorkerIgnoresCapacityAndAvailabilityUnlessItSaysSo(t *testing.T) {
	for name, busy := range map[string]func(*world){
		"capacity": func(w *world) { w.assigned("Ann") },
		"activity": func(w *world) { w.goes("Ann", "Offline") },
		"availability of the channel": func(w *world) {
			w.updateChannel("Ann", "default", taskrouter.UpdateWorkerChannelRequest{Available: new(false)})
		},
		"capacity of nothing": func(w *world) { w.takes("Ann", "default", 0) },
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.workers("Ann")
				w.support()
				busy(w)
				w.task("{}", w.meantFor("Ann"), respectingCapacity).is("pending in Support")
				w.task("{}", w.meantFor("Ann")).is("reserved in Support: Ann")
			})
		})
	}
}

func TestATaskThatIsMeantForAWorkerIsCanceledIfThatOneCannotBeAskedInTime(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workerIn("Offline", "Ann", "{}")
		w.support()
		j := w.task("{}", w.meantFor("Ann"), respectingCapacity)
		j.until("30s", "pending in Support")
		j.is("canceled in Support: RoutingTarget SLA for Reservation creation was not met")
		j.asked()
		j.happened("0s task.created", "0s task-queue.entered Support",
			"30s reservation.failed", "30s task.canceled")
		failed := w.events(taskrouter.ListEventsParams{EventType: new("reservation.failed")})
		assert.NotContains(w.t, failed[0].EventData, "worker_sid")
		assert.Equal(w.t, j.sid, failed[0].EventData["task_sid"])
		assert.Equal(w.t, failed[0].ResourceSID, failed[0].EventData["reservation_sid"])
	})
}

func TestTheTimeToLiveGoesBeforeTheTimeToBeReservedAtTheSameMoment(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workerIn("Offline", "Ann", "{}")
		w.support()
		j := w.task("{}", lasting(30), w.meantFor("Ann"), respectingCapacity)
		j.until("30s", "pending in Support")
		j.is("canceled in Support: Task TTL Exceeded")
	})
}

func TestATaskThatIsMeantForAWorkerKeepsThePriorityItWasGivenWhenItComesBack(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.queues("Support")
		w.targets(`{"queue": "$Support", "priority": 5}`)
		j := w.task("{}", w.meantFor("Ann"), respectingCapacity)
		j.is("reserved in Support at 5: Ann")
		j.update(taskrouter.UpdateTaskRequest{Priority: new(7)})
		w.rejectsInto("Offline", "Ann", j)
		j.is("pending in Support at 7")
	})
}

func TestATaskThatIsMeantForAWorkerIsReservedOnceThatOneIsFree(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Bob", "Ann")
		w.support()
		busy := w.assigned("Bob")
		j := w.task("{}", w.meantFor("Bob"), respectingCapacity)
		w.at("20s")
		w.answers("Bob", busy, "completed")
		j.is("reserved in Support: Bob")
		w.at("40s")
		w.rejectsInto("Offline", "Bob", j)
		j.until("70s", "pending in Support")
		j.is("canceled in Support: RoutingTarget SLA for Reservation creation was not met")
	})
}

func TestATaskThatIsMeantForAWorkerNeedsNoWorkflowThatTakesIt(t *testing.T) {
	inWorld(t, func(w *world) {
		w.worker("Ann", `{"team": 1}`)
		w.queue("Support", "team == 2")
		w.queues("Other")
		w.workflow(`"filters": [{"expression": "type == 'ticket'", "targets": [{"queue": "$Support", "priority": 4, "expression": "worker.team == 3", "timeout": 5, "skip_if": "1==1"}]}]`)
		w.task(`{"type": "ticket"}`, w.meantFor("Ann")).is("reserved in Support at 4: Ann")
		w.task(`{}`, w.meantFor("Ann")).is("reserved: Ann")
		w.task(`{"type": "ticket"}`, w.meantFor("Ann"), w.into("Other")).is("reserved in Other: Ann")
		w.at("6s")
		w.task(`{"type": "ticket"}`, w.meantFor("Ann"), w.into("Other")).is("reserved in Other: Ann")
	})
}

func TestATaskThatIsMeantForAWorkerIsNotLedOnByItsTarget(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Bob")
		w.workerIn("Offline", "Ann", "{}")
		w.queues("First", "Second")
		w.targets(`{"queue": "$First", "skip_if": "1==1", "timeout": 5, "expression": "1==2", "order_by": "worker.level ASC"}, {"queue": "$Second"}`)
		j := w.task("{}", w.meantFor("Ann"), respectingCapacity)
		j.until("20s", "pending in First")
		w.goes("Ann", "Available")
		j.is("reserved in First: Ann")
	})
}

func TestTasksOfNoQueueThatAreMeantForAWorkerAreGivenOldestFirst(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workerIn("Offline", "Ann", "{}")
		w.queues("Support")
		w.workflow(`"filters": [{"expression": "1==0", "targets": [{"queue": "$Support"}]}]`)
		jobs := w.tasks(2, w.meantFor("Ann"), respectingCapacity)
		w.goes("Ann", "Available")
		jobs[0].is("reserved: Ann")
		jobs[1].is("pending")
	})
}

func TestATaskThatIsMeantForAWorkerAsksOneThoughItsQueueAsksSeveral(t *testing.T) {
	inWorld(t, func(w *world) {
		w.siblings().moves("canceled", "")
		w.task("{}", w.meantFor("Bob")).is("reserved in Support: Bob")
		w.task("{}", w.meantFor("Cid"), respectingCapacity).is("reserved in Support: Cid")
	})
}

func TestATaskThatIsMeantForAQueueWaitsThereUntilItsTimeToLiveIsOver(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queue("First", "1==0")
		w.queue("Other", "team == 1")
		w.targets(`{"queue": "$First", "timeout": 10, "priority": 9}`)
		j := w.task("{}", w.meantFor("Other"), lasting(600))
		j.until("600s", "pending in Other")
		j.is("canceled in Other: Task TTL Exceeded")
		j.happened("0s task.created", "0s task-queue.entered Other", "600s task.canceled")
		w.worker("Ann", `{"team": 1}`)
		w.task("{}", w.meantFor("Other")).is("reserved in Other: Ann")
	})
}

func TestAWorkerThatOnlyATaskThatIsOverWasMeantForIsDeleted(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workerIn("Offline", "Ann", "{}")
		w.support()
		j := w.task("{}", w.meantFor("Ann"), respectingCapacity)
		remove := func() error { return w.client.Workers(w.sid).Delete(w.t.Context(), w.sidOf("Ann")) }
		w.refused(remove(), 400)
		j.moves("canceled", "")
		w.ok(remove())
	})
}

func TestTheQueueThatATaskIsMeantForIsShownAtOnce(t *testing.T) {
	inWorld(t, func(w *world) {
		w.support()
		w.queues("Other")
		task, err := w.client.Tasks(w.sid).Create(w.t.Context(), taskrouter.CreateTaskRequest{RoutingTarget: new(w.sidOf("Other"))})
		w.ok(err)
		assert.Equal(w.t, new("Other"), task.TaskQueueFriendlyName)
	})
}

func TestATaskThatIsMeantForAWorkflowGoesThroughThatOne(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queues("First", "Second")
		w.targets(`{"queue": "$First"}`)
		w.workflowOf("Other", `"filters": [{"expression": "taken == true", "targets": [{"queue": "$Second"}]}]`)
		w.task(`{"taken": true}`, w.meantFor("Other")).is("pending in Second")
		w.task("{}", w.meantFor("Other")).is("canceled: No filter of the workflow takes the task")
	})
}

func TestWithSeveralWorkflowsATaskNamesOne(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queues("First", "Second")
		w.targets(`{"queue": "$First"}`)
		w.task("{}").is("pending in First")
		w.workflowOf("Other", `"default_filter": {"queue": "$Second"}`)
		_, err := w.client.Tasks(w.sid).Create(w.t.Context(), taskrouter.CreateTaskRequest{})
		assert.ErrorContains(w.t, err, "WorkflowSid field is required")
		w.task("{}", w.through("Other")).is("pending in Second")
	})
}

func TestTheQueueOfARequestIsShownUntilTheWorkflowHasTheTask(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queues("First", "Second")
		w.targets(`{"queue": "$First"}`)
		task, err := w.client.Tasks(w.sid).Create(w.t.Context(), taskrouter.CreateTaskRequest{TaskQueueSID: new(w.sidOf("Second"))})
		w.ok(err)
		assert.Equal(w.t, w.sidOf("Second"), *task.TaskQueueSID)
		assert.Nil(w.t, task.TaskQueueEnteredDate)
		(&job{w, task.SID}).is("pending in First")
	})
}

func TestATaskEntersTheQueueOfItsRequestOnlyByItsWorkflow(t *testing.T) {
	inWorld(t, func(w *world) {
		w.support()
		j := w.task("{}", w.into("Support"))
		j.is("pending in Support")
		j.happened("0s task.created", "0s workflow.entered", "0s workflow.target-matched", "0s task-queue.entered Support")
	})
}

// call makes a task that is a phone call, for which Ann is asked.
func (w *world) call() (*job, taskrouter.TaskReservationsService, string) {
	w.t.Helper()
	w.worker("Ann", `{"contact_uri": "client:ann"}`)
	w.support()
	j := w.task(`{"call_sid": "CA00000000000000000000000000000001"}`, channel("voice"))
	return j, w.client.TaskReservations(w.sid, j.sid), j.reservation("Ann").SID
}

func (j *job) attribute(name string) any {
	j.w.t.Helper()
	task, err := j.w.client.Tasks(j.w.sid).Get(j.w.t.Context(), j.sid)
	j.w.ok(err)
	var attributes map[string]any
	j.w.ok(task.Attributes.Decode(&attributes))
	return attributes[name]
}

func TestDequeueAndCallTellTheTaskOfTheCallOfTheWorker(t *testing.T) {
	inWorld(t, func(w *world) {
		j, reservations, sid := w.call()
		_, err := reservations.Dequeue(w.t.Context(), sid, taskrouter.DequeueRequest{From: new("+1")})
		w.ok(err)
		assert.Regexp(w.t, "^CA[0-9a-f]{32}$", j.attribute("worker_call_sid"))
		assert.Equal(w.t, "CA00000000000000000000000000000001", j.attribute("call_sid"))
		j.is("assigned in Support: Ann")
	})
	inWorld(t, func(w *world) {
		j, reservations, sid := w.call()
		_, err := reservations.Call(w.t.Context(), sid, taskrouter.CallRequest{From: "+1", URL: "https://example.com"})
		w.ok(err)
		assert.Regexp(w.t, "^CA[0-9a-f]{32}$", j.attribute("worker_call_sid"))
		j.is("reserved in Support: Ann")
	})
}

func TestAnInstructionAcceptsAsItIsTold(t *testing.T) {
	redirect := taskrouter.RedirectRequest{CallSID: "CA00000000000000000000000000000001", URL: "https://example.com"}
	accepting := redirect
	accepting.Accept = new(true)
	for name, test := range map[string]struct {
		instruct func(*world, taskrouter.TaskReservationsService, string) error
		want     string
	}{
		"call": {func(w *world, s taskrouter.TaskReservationsService, sid string) error {
			_, err := s.Call(w.t.Context(), sid, taskrouter.CallRequest{From: "+1", URL: "https://example.com", Accept: new(true)})
			return err
		}, "assigned"},
		"redirect": {func(w *world, s taskrouter.TaskReservationsService, sid string) error {
			_, err := s.Redirect(w.t.Context(), sid, redirect)
			return err
		}, "reserved"},
		"redirect and accept": {func(w *world, s taskrouter.TaskReservationsService, sid string) error {
			_, err := s.Redirect(w.t.Context(), sid, accepting)
			return err
		}, "assigned"},
		"conference": {func(w *world, s taskrouter.TaskReservationsService, sid string) error {
			_, err := s.Conference(w.t.Context(), sid, taskrouter.UpdateReservationRequest{From: new("+1")})
			return err
		}, "assigned"},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				j, reservations, sid := w.call()
				w.ok(test.instruct(w, reservations, sid))
				j.is(test.want + " in Support: Ann")
			})
		})
	}
}

func TestDequeueSaysWhatTheWorkerDoesAfterwards(t *testing.T) {
	inSingleTasking(t, func(w *world) {
		w.activity("Notes", false)
		j, reservations, sid := w.call()
		_, err := reservations.Dequeue(w.t.Context(), sid, taskrouter.DequeueRequest{From: new("+1"), PostWorkActivitySID: new(w.sidOf("Notes"))})
		w.ok(err)
		w.has("Ann", "Available")
		w.answers("Ann", j, "completed")
		w.has("Ann", "Notes")
	})
}

func TestAWorkerStaysIfWhatItShouldDoAfterwardsIsGone(t *testing.T) {
	inWorld(t, func(w *world) {
		w.activity("Notes", false)
		j, reservations, sid := w.call()
		_, err := reservations.Dequeue(w.t.Context(), sid, taskrouter.DequeueRequest{From: new("+1"), PostWorkActivitySID: new(w.sidOf("Notes"))})
		w.ok(err)
		w.ok(w.client.Activities(w.sid).Delete(w.t.Context(), w.sidOf("Notes")))
		w.answers("Ann", j, "completed")
		w.has("Ann", "Available")
	})
}

func TestAnInstructionBesideAStateComesAfterIt(t *testing.T) {
	for name, test := range map[string]struct {
		status taskrouter.ReservationStatus
		called bool
		events []string
	}{
		"accepted": {taskrouter.ReservationStatusAccepted, true, []string{"10s reservation.accepted Ann", "10s task.updated"}},
		"rejected": {taskrouter.ReservationStatusRejected, false, []string{"10s reservation.rejected Ann", "10s reservation.created Ann"}},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				j, reservations, sid := w.call()
				w.at("10s")
				_, err := reservations.Update(w.t.Context(), sid, taskrouter.UpdateReservationRequest{ReservationStatus: &test.status,
					Instruction: new("call"), CallFrom: new("+1"), CallURL: new("https://example.com"), CallAccept: new(true)})
				w.ok(err)
				j.happened(append([]string{"0s task.created", "0s workflow.entered", "0s workflow.target-matched",
					"0s task-queue.entered Support", "0s reservation.created Ann"}, test.events...)...)
				assert.Equal(w.t, test.called, j.attribute("worker_call_sid") != nil)
				assert.Equal(w.t, "4", j.version(), "the queue, the reservation, the answer, and the call or another reservation")
			})
		})
	}
}

func TestAConferenceSaysWhatTheWorkerDoesAfterwards(t *testing.T) {
	inSingleTasking(t, func(w *world) {
		w.activity("Notes", false)
		j, reservations, sid := w.call()
		_, err := reservations.Conference(w.t.Context(), sid, taskrouter.UpdateReservationRequest{PostWorkActivitySID: new(w.sidOf("Notes"))})
		w.ok(err)
		w.has("Ann", "Available")
		w.answers("Ann", j, "completed")
		w.has("Ann", "Notes")
	})
}

func TestOnlyAnAcceptedReservationIsSupervised(t *testing.T) {
	inWorld(t, func(w *world) {
		j, reservations, sid := w.call()
		w.workers("Bob")
		supervise := taskrouter.SuperviseRequest{Supervisor: w.sidOf("Bob")}
		_, err := reservations.Supervise(w.t.Context(), sid, supervise)
		w.refused(err, 400)
		w.accepts("Ann", j)
		_, err = reservations.Supervise(w.t.Context(), sid, supervise)
		w.ok(err)
		j.is("assigned in Support: Ann")
	})
}
