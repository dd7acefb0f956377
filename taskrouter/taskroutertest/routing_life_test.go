package taskroutertest_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

func TestATaskIsAnsweredBeforeItIsRouted(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.support()
		task, err := w.client.Tasks(w.sid).Create(w.t.Context(), taskrouter.CreateTaskRequest{})
		w.ok(err)
		assert.Equal(w.t, taskrouter.TaskStatusPending, task.AssignmentStatus)
		assert.Equal(w.t, new("Support"), task.TaskQueueFriendlyName, "where it will come in")
		assert.Nil(w.t, task.TaskQueueEnteredDate)
		(&job{w, task.SID}).is("reserved in Support: Ann")
	})
}

func TestATaskGoesFromPendingToReservedToAssignedToWrappingToCompleted(t *testing.T) {
	inWorld(t, func(w *world) {
		w.support()
		j := w.task("{}")
		j.is("pending in Support")
		w.workers("Ann")
		j.is("reserved in Support: Ann")
		w.accepts("Ann", j)
		j.is("assigned in Support: Ann")
		w.answers("Ann", j, "wrapping")
		j.is("wrapping in Support: Ann")
		w.answers("Ann", j, "completed")
		j.is("completed in Support")
		j.asked("Ann completed")
	})
}

func TestATaskThatIsMovedOnTakesItsReservationsAlong(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.support()
		j := w.assigned("Ann")
		j.moves("wrapping", "")
		j.asked("Ann wrapping")
		j.moves("completed", "done")
		j.is("completed in Support: done")
		j.asked("Ann completed")
		waiting := w.task("{}")
		waiting.moves("canceled", "hung up")
		waiting.is("canceled in Support: hung up")
		waiting.asked("Ann canceled")
	})
}

func TestAnAssignedTaskNeverBecomesCanceled(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.support()
		j := w.task("{}", lasting(60))
		w.accepts("Ann", j)
		_, err := w.client.Tasks(w.sid).Cancel(w.t.Context(), j.sid, "no")
		w.refused(err, http.StatusBadRequest)
		w.at("23h")
		j.is("assigned in Support: Ann")
	})
}

func TestATaskThatNobodyTakesIsCanceledWhenItsTimeToLiveIsOver(t *testing.T) {
	for name, test := range map[string]struct {
		changes []func(*taskrouter.CreateTaskRequest)
		end     string
	}{
		"of its own":      {[]func(*taskrouter.CreateTaskRequest){lasting(90)}, "90s"},
		"24 hours":        {nil, "24h"},
		"14 days at most": {[]func(*taskrouter.CreateTaskRequest){lasting(1_209_600)}, "336h"},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.support()
				j := w.task("{}", test.changes...)
				j.until(test.end, "pending in Support")
				j.is("canceled in Support: Task TTL Exceeded")
			})
		})
	}
}

func TestTheTimeToLiveRunsWhileATaskIsReserved(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.support()
		j := w.task("{}", lasting(60))
		j.until("60s", "reserved in Support: Ann")
		j.is("canceled in Support: Task TTL Exceeded")
		j.asked("Ann canceled")
		w.has("Ann", "Available")
	})
}

func TestTheTimeToLiveGoesBeforeAReservationTimeoutAtTheSameMoment(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.support()
		j := w.task("{}", lasting(120))
		j.until("120s", "reserved in Support: Ann")
		assert.Equal(w.t, "canceled in Support: Task TTL Exceeded", j.state())
	})
}

func TestTheTimeToLiveEndsThroughAllTargets(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queues("First", "Second")
		w.targets(`{"queue": "$First", "timeout": 40}, {"queue": "$Second", "timeout": 40}`)
		j := w.task("{}", lasting(60))
		j.until("40s", "pending in First")
		j.until("60s", "pending in Second")
		j.is("canceled in Second: Task TTL Exceeded")
	})
}

func TestThousandRejectionsCancelATask(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.support()
		j := w.task("{}")
		reservations := w.client.WorkerReservations(w.sid, w.sidOf("Ann"))
		var first string
		for n := range 1000 {
			page, err := reservations.Page(w.t.Context(), taskrouter.ListWorkerReservationsParams{ReservationStatus: new(taskrouter.ReservationStatusPending)})
			w.ok(err)
			require.Len(w.t, page.Items, 1, "%d rejections", n)
			if n == 0 {
				first = page.Items[0].SID
			}
			w.ok(w.tries("Ann", page.Items[0].SID, "rejected"))
		}
		assert.NotEmpty(w.t, first)
		j.is("canceled in Support: Task TTL Exceeded or Max assignment count exceeded")
		assert.Len(w.t, j.reservations(), 1000)
		w.has("Ann", "Available")
	})
}

func TestWorkersWhoAreAskedAtOnceCountAsOneAssignment(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann", "Bob")
		w.queue("Support", "1==1", asking(2))
		w.targets(`{"queue": "$Support"}`)
		j := w.task("{}")
		for range 600 {
			for _, name := range []string{"Ann", "Bob"} {
				page, err := w.client.WorkerReservations(w.sid, w.sidOf(name)).Page(w.t.Context(),
					taskrouter.ListWorkerReservationsParams{ReservationStatus: new(taskrouter.ReservationStatusPending)})
				w.ok(err)
				require.Len(w.t, page.Items, 1)
				w.ok(w.tries(name, page.Items[0].SID, "rejected"))
			}
		}
		j.is("reserved in Support: Ann, Bob")
	})
}

func TestATaskThatIsAssignedForADayIsDeleted(t *testing.T) {
	for name, wrapping := range map[string]bool{"assigned": false, "wrapping": true} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.workers("Ann")
				w.support()
				w.at("30s")
				j := w.assigned("Ann")
				w.at("12h")
				if wrapping {
					w.answers("Ann", j, "wrapping")
				}
				j.until("86430s", name+" in Support: Ann")
				j.is("gone")
				w.task("{}").is("reserved in Support: Ann")
				deleted := w.events(taskrouter.ListEventsParams{TaskSID: &j.sid, EventType: new("task.system-deleted")})
				assert.Equal(w.t, []string{"86430s task.system-deleted"}, w.told(deleted))
				counted, err := w.client.Workspaces.CumulativeStatistics(w.t.Context(), w.sid, taskrouter.GetWorkspaceCumulativeStatisticsParams{})
				w.ok(err)
				assert.Equal(w.t, 1, counted.TasksDeleted)
			})
		})
	}
}

func TestATaskThatIsOverVanishesAfterFiveMinutes(t *testing.T) {
	for name, end := range map[string]func(*world, *job){
		"completed": func(w *world, j *job) { w.accepts("Ann", j); w.answers("Ann", j, "completed") },
		"canceled":  func(_ *world, j *job) { j.moves("canceled", "") },
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.workers("Ann")
				w.support()
				j := w.task("{}")
				w.at("10s")
				end(w, j)
				reservation := j.reservation("Ann").SID
				w.at("309.999999999s")
				assert.Contains(w.t, j.state(), name+" in Support")
				w.at("310s")
				j.is("gone")
				_, err := w.client.WorkerReservations(w.sid, w.sidOf("Ann")).Get(w.t.Context(), reservation)
				require.ErrorIs(w.t, err, taskrouter.ErrNotFound)
				last := w.told(w.events(taskrouter.ListEventsParams{TaskSID: &j.sid}))
				assert.Contains(w.t, last[len(last)-1], "10s ", "nothing tells that it vanished, and what happened is still told")
			})
		})
	}
}

func TestAChangeOfATaskThatIsOverDoesNotKeepItForLonger(t *testing.T) {
	inWorld(t, func(w *world) {
		w.support()
		j := w.task("{}")
		j.moves("canceled", "x")
		w.at("200s")
		j.becomes(`{"rating": 5}`)
		j.until("300s", "canceled in Support: x")
		j.is("gone")
	})
}

func TestADeletedTaskTakesItsPendingReservationsAlong(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.support()
		j := w.task("{}")
		reservation := j.reservation("Ann").SID
		w.ok(w.client.Tasks(w.sid).Delete(w.t.Context(), j.sid))
		j.is("gone")
		_, err := w.client.WorkerReservations(w.sid, w.sidOf("Ann")).Get(w.t.Context(), reservation)
		require.ErrorIs(w.t, err, taskrouter.ErrNotFound)
		w.task("{}").is("reserved in Support: Ann")
	})
}

func TestADeletedTaskThatIsAssignedCompletesItsReservation(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.support()
		j := w.assigned("Ann")
		w.ok(w.client.Tasks(w.sid).Delete(w.t.Context(), j.sid))
		told := w.told(w.events(taskrouter.ListEventsParams{TaskSID: &j.sid}))
		assert.Equal(w.t, []string{"0s reservation.completed Ann", "0s task.deleted"}, told[len(told)-2:])
		w.task("{}").is("reserved in Support: Ann")
	})
}

func TestTheAgeOfATaskCountsFromItsCreation(t *testing.T) {
	inWorld(t, func(w *world) {
		w.support()
		j := w.task("{}")
		w.at("45.9s")
		task, err := w.client.Tasks(w.sid).Get(w.t.Context(), j.sid)
		w.ok(err)
		assert.Equal(w.t, 45, task.Age)
		require.NotNil(w.t, task.TaskQueueEnteredDate)
		assert.Equal(w.t, "0s", w.when(*task.TaskQueueEnteredDate))
	})
}

func TestEachMoveOfATaskIsAVersion(t *testing.T) {
	inWorld(t, func(w *world) {
		w.support()
		var response taskrouter.Response
		task, err := w.client.Tasks(w.sid).Create(w.t.Context(), taskrouter.CreateTaskRequest{}, taskrouter.WithResponseInto(&response))
		w.ok(err)
		j := &job{w, task.SID}
		assert.Equal(w.t, "0", response.ETag())
		for version, step := range []func(){
			func() {}, // it has entered its queue
			func() { w.workers("Ann") },
			func() { w.accepts("Ann", j) },
			func() { w.answers("Ann", j, "wrapping") },
			func() { w.answers("Ann", j, "completed") },
		} {
			step()
			_, err = w.client.Tasks(w.sid).Get(w.t.Context(), j.sid, taskrouter.WithResponseInto(&response))
			w.ok(err)
			assert.Equal(w.t, fmt.Sprint(version+1), response.ETag())
		}
		_, err = w.client.Tasks(w.sid).Update(w.t.Context(), j.sid, taskrouter.UpdateTaskRequest{Priority: new(1)}, taskrouter.WithIfMatch("0"))
		require.ErrorIs(w.t, err, taskrouter.ErrPreconditionFailed)
	})
}

func TestEachTargetThatChangesATaskIsOneVersion(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queues("First", "Second")
		w.targets(`{"queue": "$First", "priority": 1, "timeout": 10}, {"priority": 2, "timeout": 10},
			{"timeout": 10}, {"queue": "$Second", "priority": 3}`)
		j := w.task("{}")
		assert.Equal(w.t, "1", j.version(), "another queue and another priority")
		w.at("10s")
		assert.Equal(w.t, "2", j.version(), "another priority")
		w.at("20s")
		assert.Equal(w.t, "2", j.version(), "neither another queue nor another priority")
		w.at("30s")
		assert.Equal(w.t, "3", j.version(), "both")
	})
}

func TestAnotherPriorityOfATaskThatIsMeantForAWorkerIsAVersion(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workerIn("Offline", "Ann", "{}")
		w.queues("Support")
		w.workflow(`"filters": [{"expression": "urgent == true", "targets": [{"queue": "$Support", "priority": 9}]},
			{"expression": "1==1", "targets": [{"queue": "$Support", "priority": 1}]}]`)
		j := w.task("{}", w.meantFor("Ann"), respectingCapacity)
		j.is("pending in Support at 1")
		assert.Equal(w.t, "1", j.version(), "the queue and the priority at once")
		j.becomes(`{"urgent": true}`)
		j.is("pending in Support at 9")
		assert.Equal(w.t, "3", j.version(), "the attributes, and then the priority")
	})
}

func TestATaskTellsWhenItCameToItsQueue(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queues("First", "Second")
		w.targets(`{"queue": "$First", "timeout": 10}, {"timeout": 10}, {"queue": "$Second"}`)
		j := w.task("{}")
		w.at("15s")
		assert.Equal(w.t, "0s", j.entered(), "in another target of the same queue")
		w.at("25s")
		assert.Equal(w.t, "20s", j.entered())
	})
}

func TestTheDayOfAnAssignedTaskCountsFromWhenItWasAccepted(t *testing.T) {
	inWorld(t, func(w *world) {
		w.support()
		j := w.task("{}")
		w.at("1h")
		w.workers("Ann")
		w.at("61m")
		w.accepts("Ann", j)
		j.until("25h1m", "assigned in Support: Ann")
		j.is("gone")
	})
}

func TestTheTimeToLiveGoesBeforeTheTimeoutOfATargetAtTheSameMoment(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queues("Support")
		w.targets(`{"queue": "$Support", "timeout": 60}`)
		j := w.task("{}", lasting(60))
		j.until("60s", "pending in Support")
		j.is("canceled in Support: Task TTL Exceeded")
	})
}

func TestAReservationChangesTheVersionOfItsWorker(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.support()
		version := func() string {
			var response taskrouter.Response
			_, err := w.client.Workers(w.sid).Get(w.t.Context(), w.sidOf("Ann"), taskrouter.WithResponseInto(&response))
			w.ok(err)
			return response.ETag()
		}
		assert.Equal(w.t, "0", version())
		j := w.task("{}")
		assert.Equal(w.t, "1", version())
		w.takes("Ann", "voice", 2)
		assert.Equal(w.t, "2", version())
		w.accepts("Ann", j)
		assert.Equal(w.t, "3", version())
		accepted := w.events(taskrouter.ListEventsParams{EventType: new("reservation.accepted")})
		assert.Equal(w.t, "1", accepted[0].EventData["reservation_version"])
	})
}

func TestNothingMoreHappensToADeletedTask(t *testing.T) {
	inWorld(t, func(w *world) {
		w.support()
		j, next := w.task("{}"), w.task("{}", lasting(1_000_000))
		w.ok(w.client.Tasks(w.sid).Delete(w.t.Context(), j.sid))
		w.workers("Ann")
		next.is("reserved in Support: Ann")
		w.at("25h")
		j.happened("0s task.created", "0s workflow.entered", "0s workflow.target-matched", "0s task-queue.entered Support", "0s task.deleted")
	})
}

func TestNothingMoreHappensInADeletedWorkspace(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.support()
		for _, j := range w.tasks(2) {
			assert.Contains(w.t, j.state(), "in Support")
		}
		w.ok(w.client.Workspaces.Delete(w.t.Context(), w.sid))
		w.at("25h")
		_, err := w.client.Workspaces.Get(w.t.Context(), w.sid)
		require.ErrorIs(w.t, err, taskrouter.ErrNotFound)
	})
}

func TestADeletedTaskThatWasOverIsOnlyToldToBeDeleted(t *testing.T) {
	inWorld(t, func(w *world) {
		w.support()
		j := w.task("{}")
		j.moves("canceled", "")
		w.ok(w.client.Tasks(w.sid).Delete(w.t.Context(), j.sid))
		j.happened("0s task.created", "0s workflow.entered", "0s workflow.target-matched", "0s task-queue.entered Support",
			"0s task.canceled", "0s task.deleted")
	})
}

func TestTheStatusIsMovedOnlyFromWhereItMayBe(t *testing.T) {
	statuses := []taskrouter.TaskStatus{"pending", "reserved", "assigned", "wrapping", "completed", "canceled"}
	reach := map[taskrouter.TaskStatus]func(*world, *job){
		"pending":   func(w *world, _ *job) { w.goes("Ann", "Offline") },
		"reserved":  func(*world, *job) {},
		"assigned":  func(w *world, j *job) { w.accepts("Ann", j) },
		"wrapping":  func(w *world, j *job) { w.accepts("Ann", j); w.answers("Ann", j, "wrapping") },
		"completed": func(w *world, j *job) { w.accepts("Ann", j); w.answers("Ann", j, "completed") },
		"canceled":  func(_ *world, j *job) { j.moves("canceled", "") },
	}
	allowed := map[taskrouter.TaskStatus][]taskrouter.TaskStatus{
		"canceled": {"pending", "reserved"}, "wrapping": {"assigned"}, "completed": {"assigned", "wrapping"},
	}
	for to, froms := range allowed {
		for _, from := range statuses {
			t.Run(fmt.Sprintf("%s from %s", to, from), func(t *testing.T) {
				inWorld(t, func(w *world) {
					w.workers("Ann")
					w.support()
					if from == "pending" {
						w.goes("Ann", "Offline")
					}
					j := w.task("{}")
					if from != "pending" {
						reach[from](w, j)
					}
					_, err := w.client.Tasks(w.sid).Update(w.t.Context(), j.sid, taskrouter.UpdateTaskRequest{AssignmentStatus: &to})
					for _, ok := range froms {
						if ok == from {
							w.ok(err)
							return
						}
					}
					w.refused(err, http.StatusBadRequest)
				})
			})
		}
	}
}
