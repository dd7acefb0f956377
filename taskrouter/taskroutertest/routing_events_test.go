package taskroutertest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

func TestTheLifeOfATaskIsToldInItsOrder(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.support()
		j := w.task("{}")
		w.at("10s")
		w.rejects("Ann", j)
		w.at("20s")
		w.accepts("Ann", j)
		w.at("30s")
		j.moves("wrapping", "")
		w.at("40s")
		j.moves("completed", "done")
		j.happened("0s task.created", "0s workflow.entered", "0s workflow.target-matched", "0s task-queue.entered Support",
			"0s reservation.created Ann", "10s reservation.rejected Ann", "10s reservation.created Ann", "20s reservation.accepted Ann",
			"30s task.wrapup", "30s reservation.wrapup Ann", "40s task.completed", "40s reservation.completed Ann", "40s task.updated")
	})
}

func TestTheWayThroughTheTargetsIsTold(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queues("First", "Second")
		w.targets(`{"queue": "$First", "timeout": 10}, {"timeout": 10}, {"queue": "$Second", "timeout": 10}`)
		j := w.task("{}")
		w.at("1h")
		gone := []string{"0s task.created", "0s workflow.entered", "0s workflow.target-matched", "0s task-queue.entered First",
			"10s task-queue.timeout First", "10s workflow.target-matched",
			"20s task-queue.timeout First", "20s workflow.target-matched", "20s task-queue.moved First", "20s task-queue.entered Second",
			"30s task-queue.timeout Second", "30s workflow.timeout", "30s task.canceled"}
		j.happened(gone...)
	})
}

func TestAnEventOfAWayNamesItsTarget(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queues("First", "Second")
		w.workflow(`"filters": [{"filter_friendly_name": "Tickets", "expression": "type == 'ticket'", "targets": [{"queue": "$First", "timeout": 10}, {"queue": "$Second", "expression": "worker.level > 1"}]}]`)
		w.task(`{"type": "ticket"}`)
		w.at("10s")
		matched := w.events(taskrouter.ListEventsParams{EventType: new("workflow.target-matched")})
		require.Len(w.t, matched, 2)
		for i, want := range [][2]string{{"First", ""}, {"Second", "worker.level > 1"}} {
			data := matched[i].EventData
			assert.Equal(w.t, "Tickets", data["workflow_filter_name"])
			assert.Equal(w.t, "type == 'ticket'", data["workflow_filter_expression"])
			assert.Equal(w.t, want[0], data["workflow_filter_target_name"])
			assert.Equal(w.t, want[1], data["workflow_filter_target_expression"])
			assert.Equal(w.t, w.sidOf("Flow"), data["workflow_sid"])
			assert.NotContains(w.t, data, "task_queue_sid")
		}
		moved := w.events(taskrouter.ListEventsParams{EventType: new("task-queue.moved")})
		require.Len(w.t, moved, 1)
		assert.Equal(w.t, w.sidOf("First"), moved[0].EventData["task_queue_sid"])
		entered := w.events(taskrouter.ListEventsParams{EventType: new("task-queue.entered")})
		require.Len(w.t, entered, 2)
		assert.Equal(w.t, w.sidOf("Second"), entered[1].EventData["task_queue_sid"])
		assert.Equal(w.t, "First", entered[1].EventData["previous_task_queue_name"])
		assert.NotContains(w.t, entered[0].EventData, "previous_task_queue_name")
	})
}

func TestAnEventOfAWayHasThePriorityOfItsTarget(t *testing.T) {
	inWorld(t, func(w *world) {
		w.queues("Support")
		w.targets(`{"queue": "$Support", "priority": 3}`)
		w.task("{}")
		matched := w.events(taskrouter.ListEventsParams{EventType: new("workflow.target-matched")})
		require.Len(w.t, matched, 1)
		assert.Equal(w.t, "3", matched[0].EventData["task_priority"])
	})
}

func TestAnAcceptedReservationIsToldBeforeItsSiblings(t *testing.T) {
	inWorld(t, func(w *world) {
		j := w.siblings()
		w.at("5s")
		w.accepts("Bob", j)
		j.happened("0s task.created", "0s workflow.entered", "0s workflow.target-matched", "0s task-queue.entered Support",
			"0s reservation.created Ann", "0s reservation.created Bob", "0s reservation.created Cid",
			"5s reservation.accepted Bob", "5s reservation.rescinded Ann", "5s reservation.rescinded Cid")
	})
}

func TestACanceledTaskIsToldBeforeItsReservations(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.support()
		j := w.task("{}", lasting(60))
		w.at("60s")
		j.happened("0s task.created", "0s workflow.entered", "0s workflow.target-matched", "0s task-queue.entered Support",
			"0s reservation.created Ann", "60s task.canceled", "60s reservation.canceled Ann")
		canceled := w.events(taskrouter.ListEventsParams{EventType: new("task.canceled")})
		assert.Equal(w.t, "Task TTL Exceeded", canceled[0].EventData["task_canceled_reason"])
		assert.Equal(w.t, "60", canceled[0].EventData["task_age"])
		assert.Equal(w.t, "canceled", canceled[0].EventData["task_assignment_status"])
	})
}

func TestAWorkerWhoTimesOutIsToldToMove(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.support()
		w.task("{}")
		w.at("120s")
		told := w.events(taskrouter.ListEventsParams{WorkerSID: new(w.sidOf("Ann"))})
		assert.Equal(w.t, []string{"0s worker.created Ann", "0s reservation.created Ann", "120s reservation.timeout Ann", "120s worker.activity.update Ann"}, w.told(told))
		data := told[3].EventData
		assert.Equal(w.t, "Offline", data["worker_activity_name"])
		assert.Equal(w.t, "Available", data["worker_previous_activity_name"])
		assert.Equal(w.t, "120", data["worker_time_in_previous_activity"])
	})
}

func TestAReservationEventHoldsTheFactsOfTheTaskTheWorkerAndTheQueue(t *testing.T) {
	inWorld(t, func(w *world) {
		w.worker("Ann", `{"a":1}`)
		w.support()
		w.at("7s")
		j := w.task(`{"b":2}`, priority(3))
		created := w.events(taskrouter.ListEventsParams{EventType: new("reservation.created")})
		require.Len(w.t, created, 1)
		for name, want := range map[string]any{
			"task_sid": j.sid, "task_attributes": `{"b":2}`, "task_age": "0", "task_priority": "3", "task_assignment_status": "reserved",
			"task_queue_sid": w.sidOf("Support"), "task_queue_name": "Support", "workflow_sid": w.sidOf("Flow"), "workflow_name": "Flow",
			"worker_sid": w.sidOf("Ann"), "worker_name": "Ann", "worker_attributes": `{"a":1}`, "worker_activity_name": "Available",
			"reservation_sid": j.reservation("Ann").SID, "reservation_version": "0", "task_channel_unique_name": "default",
		} {
			assert.Equal(w.t, want, created[0].EventData[name], name)
		}
		assert.Equal(w.t, "7s", w.when(created[0].EventDate))
		assert.Equal(w.t, j.reservation("Ann").SID, created[0].ResourceSID)
	})
}

func TestATaskThatIsReroutedIsToldToMove(t *testing.T) {
	inWorld(t, func(w *world) {
		w.languages()
		j := w.task(`{"language": "en"}`)
		w.at("10s")
		j.becomes(`{"language": "es"}`)
		j.happened("0s task.created", "0s workflow.entered", "0s workflow.target-matched", "0s task-queue.entered English",
			"10s task.updated", "10s workflow.entered", "10s workflow.target-matched", "10s task-queue.moved English", "10s task-queue.entered Spanish")
	})
}

func TestStatisticsCountWhatRoutingDid(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann", "Bob")
		w.queue("First", "1==1", asking(2))
		w.queue("Second", "1==2")
		w.workflow(`"filters": [
			{"expression": "type == 'ticket'", "targets": [{"queue": "$First", "timeout": 30, "expression": "worker.absent == true"}, {"queue": "$Second", "timeout": 30}]}
		], "default_filter": {"queue": "$First"}`)
		timedOut := w.task(`{"type": "ticket"}`)
		rescinded := w.task(`{}`)
		w.accepts("Ann", rescinded)
		rejected := w.task(`{}`)
		w.rejects("Bob", rejected)
		w.at("60s")
		timedOut.is("canceled in Second: Task canceled on Workflow timeout")
		w.at("120s")
		rejected.is("pending in First")
		w.answers("Ann", rescinded, "completed")
		w.rejectsInto("Offline", "Ann", rejected)
		w.goes("Bob", "Available")
		rejected.is("reserved in First: Bob")
		rejected.moves("canceled", "")

		first, err := w.client.TaskQueues(w.sid).CumulativeStatistics(w.t.Context(), w.sidOf("First"), taskrouter.GetTaskQueueCumulativeStatisticsParams{})
		w.ok(err)
		assert.Equal(w.t, []int{3, 1, 1, 1, 0}, []int{first.TasksEntered, first.TasksMoved, first.TasksCompleted, first.TasksCanceled, first.TasksDeleted})
		assert.Equal(w.t, []int{6, 1, 2, 1, 1, 1}, []int{first.ReservationsCreated, first.ReservationsAccepted, first.ReservationsRejected,
			first.ReservationsTimedOut, first.ReservationsCanceled, first.ReservationsRescinded})
		second, err := w.client.TaskQueues(w.sid).CumulativeStatistics(w.t.Context(), w.sidOf("Second"), taskrouter.GetTaskQueueCumulativeStatisticsParams{})
		w.ok(err)
		assert.Equal(w.t, []int{1, 0, 0, 1}, []int{second.TasksEntered, second.TasksMoved, second.TasksCompleted, second.TasksCanceled})
		flow, err := w.client.Workflows(w.sid).CumulativeStatistics(w.t.Context(), w.sidOf("Flow"), taskrouter.GetWorkflowCumulativeStatisticsParams{})
		w.ok(err)
		assert.Equal(w.t, []int{3, 1, 1, 1, 2}, []int{flow.TasksEntered, flow.TasksMoved, flow.TasksTimedOutInWorkflow, flow.TasksCompleted, flow.TasksCanceled})
	})
}

func TestStatisticsShowWhatWaitsNow(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.support()
		w.assigned("Ann")
		jobs := w.tasks(2, priority(4))
		w.takes("Ann", "default", 2)
		w.at("60s")
		now, err := w.client.TaskQueues(w.sid).RealTimeStatistics(w.t.Context(), w.sidOf("Support"), taskrouter.GetTaskQueueRealTimeStatisticsParams{})
		w.ok(err)
		assert.Equal(w.t, 3, now.TotalTasks)
		assert.Equal(w.t, map[string]int{"pending": 1, "reserved": 1, "assigned": 1, "wrapping": 0}, map[string]int{
			"pending": now.TasksByStatus["pending"], "reserved": now.TasksByStatus["reserved"], "assigned": now.TasksByStatus["assigned"], "wrapping": now.TasksByStatus["wrapping"],
		})
		require.NotNil(w.t, now.LongestTaskWaitingSID)
		assert.Equal(w.t, jobs[0].sid, *now.LongestTaskWaitingSID)
		assert.Equal(w.t, new(60), now.LongestTaskWaitingAge)
	})
}
