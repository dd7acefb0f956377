package taskroutertest_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/taskrouter-go/sdk/taskrouter"
)

func TestAWorkerWhoDoesNotAnswerGoesToTheTimeoutActivity(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.support()
		j := w.task("{}")
		j.until("120s", "reserved in Support: Ann")
		j.is("pending in Support")
		j.asked("Ann timeout")
		w.has("Ann", "Offline")
		j.happened("0s task.created", "0s workflow.entered", "0s workflow.target-matched", "0s task-queue.entered Support",
			"0s reservation.created Ann", "120s reservation.timeout Ann")
	})
}

func TestAWorkspaceNamesItsTimeoutActivity(t *testing.T) {
	inWorld(t, func(w *world) {
		w.activity("Asleep", false)
		_, err := w.client.Workspaces.Update(w.t.Context(), w.sid, taskrouter.UpdateWorkspaceRequest{TimeoutActivitySID: new(w.sidOf("Asleep"))})
		w.ok(err)
		w.workers("Ann")
		w.support()
		w.task("{}")
		w.at("120s")
		w.has("Ann", "Asleep")
	})
}

func TestAWorkerIsAskedForAsLongAsTheWorkflowSays(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.support()
		w.updateFlow(taskrouter.UpdateWorkflowRequest{TaskReservationTimeout: new(7)})
		j := w.task("{}")
		w.updateFlow(taskrouter.UpdateWorkflowRequest{TaskReservationTimeout: new(50)})
		j.until("7s", "reserved in Support: Ann")
		j.is("pending in Support")
		w.goes("Ann", "Available")
		j.until("57s", "reserved in Support: Ann")
		j.asked("Ann timeout", "Ann timeout")
	})
}

func TestAfterATimeoutTheNextWorkerIsAsked(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann", "Bob")
		w.support()
		j := w.task("{}")
		j.until("120s", "reserved in Support: Ann")
		j.until("240s", "reserved in Support: Bob")
		j.is("pending in Support")
		j.asked("Ann timeout", "Bob timeout")
	})
}

func TestAWorkerWhoTimedOutComesBackOnlyByHand(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.support()
		j := w.task("{}")
		w.at("3h")
		w.has("Ann", "Offline")
		w.goes("Ann", "Available")
		j.is("reserved in Support: Ann")
	})
}

func TestTheSameWorkerIsAskedAgainAtOnceAfterARejection(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.support()
		j := w.task("{}")
		w.at("10s")
		w.rejects("Ann", j)
		j.asked("Ann rejected", "Ann pending")
		w.has("Ann", "Available")
		j.until("130s", "reserved in Support: Ann")
		j.is("pending in Support")
	})
}

func TestARejectionGoesToWhoWasWithoutATaskForLonger(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann", "Bob")
		w.support()
		j := w.task("{}")
		w.rejects("Ann", j)
		j.asked("Ann rejected", "Bob pending")
		w.rejects("Bob", j)
		j.asked("Ann rejected", "Bob rejected", "Ann pending")
	})
}

func TestARejectionWithAnActivityMovesTheWorker(t *testing.T) {
	inWorld(t, func(w *world) {
		w.activity("Lunch", false)
		w.workers("Ann")
		w.support()
		j := w.task("{}")
		w.rejectsInto("Lunch", "Ann", j)
		j.is("pending in Support")
		j.asked("Ann rejected")
		w.has("Ann", "Lunch")
	})
}

func TestAnActivityCountsOnlyBesideARejection(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.support()
		j := w.task("{}")
		_, err := w.client.TaskReservations(w.sid, j.sid).Update(w.t.Context(), j.reservation("Ann").SID, taskrouter.UpdateReservationRequest{
			ReservationStatus: new(taskrouter.ReservationStatusAccepted), WorkerActivitySID: new(w.sidOf("Offline")),
		})
		w.ok(err)
		j.is("assigned in Support: Ann")
		w.has("Ann", "Available")
	})
}

func TestAQueueHasUpToSoManyWorkersAskedAtOnce(t *testing.T) {
	for most, want := range map[int]string{1: "Ann", 2: "Ann, Bob", 3: "Ann, Bob, Cid", 50: "Ann, Bob, Cid"} {
		t.Run(fmt.Sprint(most), func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.workers("Ann", "Bob", "Cid")
				w.workerIn("Offline", "Dan", "{}")
				w.queue("Support", "1==1", asking(most))
				w.targets(`{"queue": "$Support"}`)
				w.task("{}").is("reserved in Support: " + want)
			})
		})
	}
}

// siblings makes a task for which three workers are asked.
func (w *world) siblings() *job {
	w.t.Helper()
	w.workers("Ann", "Bob", "Cid")
	w.queue("Support", "1==1", asking(3))
	w.targets(`{"queue": "$Support"}`)
	return w.task("{}")
}

func TestTheFirstWhoAcceptsHasTheOthersRescinded(t *testing.T) {
	inWorld(t, func(w *world) {
		j := w.siblings()
		w.accepts("Bob", j)
		j.is("assigned in Support: Bob")
		j.asked("Ann rescinded", "Bob accepted", "Cid rescinded")
		w.task("{}").is("reserved in Support: Ann, Cid")
	})
}

func TestARescindedReservationIsGone(t *testing.T) {
	inWorld(t, func(w *world) {
		j := w.siblings()
		w.accepts("Bob", j)
		for _, status := range []taskrouter.ReservationStatus{"accepted", "rejected"} {
			w.refused(w.tries("Ann", j.reservation("Ann").SID, status), http.StatusGone)
		}
		j.asked("Ann rescinded", "Bob accepted", "Cid rescinded")
	})
}

func TestATaskStaysReservedUntilTheLastSiblingIsOver(t *testing.T) {
	inWorld(t, func(w *world) {
		j := w.siblings()
		w.rejects("Ann", j)
		j.is("reserved in Support: Bob, Cid")
		j.asked("Ann rejected", "Bob pending", "Cid pending")
		w.rejectsInto("Offline", "Bob", j)
		j.is("reserved in Support: Cid")
		w.rejects("Cid", j)
		j.is("reserved in Support: Ann, Cid")
		j.asked("Ann rejected", "Bob rejected", "Cid rejected", "Ann pending", "Cid pending")
	})
}

func TestSiblingsTimeOutTogether(t *testing.T) {
	inWorld(t, func(w *world) {
		j := w.siblings()
		j.until("120s", "reserved in Support: Ann, Bob, Cid")
		j.is("pending in Support")
		j.asked("Ann timeout", "Bob timeout", "Cid timeout")
	})
}

func TestACanceledTaskHasAllItsReservationsCanceled(t *testing.T) {
	inWorld(t, func(w *world) {
		j := w.siblings()
		w.rejects("Ann", j)
		j.moves("canceled", "no more")
		j.asked("Ann rejected", "Bob canceled", "Cid canceled")
		w.task("{}").is("reserved in Support: Ann, Bob, Cid")
	})
}

func TestAReservationMovesOnlyFromWhereItMay(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.support()
		j := w.task("{}")
		sid := j.reservation("Ann").SID
		for _, status := range []taskrouter.ReservationStatus{"wrapping", "completed", "timeout", "canceled", "rescinded", "pending"} {
			w.refused(w.tries("Ann", sid, status), http.StatusBadRequest)
		}
		w.accepts("Ann", j)
		for _, status := range []taskrouter.ReservationStatus{"accepted", "rejected"} {
			w.refused(w.tries("Ann", sid, status), http.StatusBadRequest)
		}
		j.is("assigned in Support: Ann")
	})
}

func TestAPendingReservationSurvivesAMoveOfItsWorker(t *testing.T) {
	for _, available := range []bool{true, false} {
		t.Run(fmt.Sprintf("to available %t", available), func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.activity("Other", available)
				w.workers("Ann")
				w.support()
				j := w.task("{}")
				w.goes("Ann", "Other")
				j.is("reserved in Support: Ann")
				w.accepts("Ann", j)
				j.is("assigned in Support: Ann")
				w.has("Ann", "Other")
			})
		})
	}
}

func TestAWorkerWhoGoesMayRejectAllThatIsPending(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.takes("Ann", "default", 3)
		w.support()
		held := w.assigned("Ann")
		jobs := w.tasks(2)
		w.workers("Bob")
		_, err := w.client.Workers(w.sid).Update(w.t.Context(), w.sidOf("Ann"), taskrouter.UpdateWorkerRequest{
			ActivitySID: new(w.sidOf("Offline")), RejectPendingReservations: new(true),
		})
		w.ok(err)
		held.is("assigned in Support: Ann")
		jobs[0].asked("Ann rejected", "Bob pending")
		jobs[1].asked("Ann rejected")
		jobs[1].is("pending in Support")
		w.has("Ann", "Offline")
	})
}

func TestPendingReservationsAreRejectedOnlyBesideAnActivityThatIsNotAvailable(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.support()
		j := w.task("{}")
		for _, activity := range []*string{nil, new(w.sidOf("Available"))} {
			_, err := w.client.Workers(w.sid).Update(w.t.Context(), w.sidOf("Ann"), taskrouter.UpdateWorkerRequest{
				ActivitySID: activity, RejectPendingReservations: new(true),
			})
			w.refused(err, http.StatusBadRequest)
		}
		j.is("reserved in Support: Ann")
	})
}

func TestADeletedWorkerGivesBackWhatItWasAskedFor(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann", "Bob")
		w.support()
		j := w.task("{}")
		w.ok(w.client.Workers(w.sid).Delete(w.t.Context(), w.sidOf("Ann")))
		j.is("reserved in Support: Bob")
	})
}

func TestADeletedWorkerIsAskedNoMoreByAQueueThatAsksForTheLoad(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.queue("Support", "channel.default.assigned_tasks == 0")
		w.targets(`{"queue": "$Support"}`)
		j := w.task("{}")
		j.is("reserved in Support: Ann")
		w.ok(w.client.Workers(w.sid).Delete(w.t.Context(), w.sidOf("Ann")))
		j.is("pending in Support")
	})
}

func TestATaskIsTriedAgainInItsTargetAsLongAsThatLasts(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queues("First", "Second")
		w.targets(`{"queue": "$First", "timeout": 200, "expression": "worker.first == true"}, {"queue": "$Second"}`)
		w.worker("Ann", `{"first": true}`)
		w.worker("Bob", `{"first": false}`)
		j := w.task("{}")
		j.until("120s", "reserved in First: Ann")
		j.until("200s", "pending in First")
		j.is("reserved in Second: Bob")
	})
}

func TestATargetDoesNotTimeOutWhileSomebodyIsAsked(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queues("First", "Second")
		w.targets(`{"queue": "$First", "timeout": 30}, {"queue": "$Second"}`)
		w.workers("Ann")
		j := w.task("{}")
		j.until("60s", "reserved in First: Ann")
		w.rejects("Ann", j)
		j.is("reserved in Second: Ann")
		assert.Equal(w.t, "60s", w.when(j.reservation("Ann").DateCreated))
	})
}

func TestATargetThatTimedOutMeanwhileIsNotTriedAgain(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queues("First", "Second")
		w.targets(`{"queue": "$First", "timeout": 120, "expression": "worker.first == true"}, {"queue": "$Second", "expression": "worker.first != true"}`)
		w.worker("Ann", `{"first": true}`)
		w.worker("Bob", `{"first": true}`)
		j := w.task("{}")
		j.until("120s", "reserved in First: Ann")
		j.is("pending in Second")
		j.asked("Ann timeout")
	})
}

func TestAnUpdateOfThePriorityOfAReservedTaskKeepsItsReservation(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann", "Bob")
		w.support()
		j := w.task("{}")
		j.update(taskrouter.UpdateTaskRequest{Priority: new(5)})
		j.is("reserved in Support at 5: Ann")
		j.asked("Ann pending")
	})
}

func TestAReservationTellsWhenItWasChanged(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.support()
		j := w.task("{}")
		w.at("10s")
		w.accepts("Ann", j)
		w.at("20s")
		r := j.reservation("Ann")
		assert.Equal(w.t, "0s", w.when(r.DateCreated))
		assert.Equal(w.t, "10s", w.when(r.DateUpdated))
	})
}

func TestAnUpdateOfTheAttributesOfAReservedTaskKeepsItsReservation(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.queues("Spanish", "English")
		w.workflow(`"filters": [{"expression": "language == 'es'", "targets": [{"queue": "$Spanish"}]}], "default_filter": {"queue": "$English"}`)
		j := w.task("{}")
		j.becomes(`{"language": "es"}`)
		j.is("reserved in English: Ann")
		j.asked("Ann pending")
	})
}
