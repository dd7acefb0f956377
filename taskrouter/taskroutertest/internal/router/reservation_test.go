package router

import (
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen"
)

var allReservationStatuses = []gen.ReservationStatus{
	gen.ReservationStatusPending, gen.ReservationStatusAccepted, gen.ReservationStatusRejected, gen.ReservationStatusTimeout,
	gen.ReservationStatusCanceled, gen.ReservationStatusRescinded, gen.ReservationStatusWrapping, gen.ReservationStatusCompleted,
}

// was is how a sentence says the state that a reservation has.
var was = map[gen.ReservationStatus]string{
	gen.ReservationStatusPending: "pending", gen.ReservationStatusAccepted: "accepted", gen.ReservationStatusRejected: "rejected",
	gen.ReservationStatusTimeout: "timed out", gen.ReservationStatusCanceled: "canceled", gen.ReservationStatusRescinded: "rescinded",
	gen.ReservationStatusWrapping: "wrapped up", gen.ReservationStatusCompleted: "completed",
}

func TestAReservationMovesAlongItsLifeAndNotElsewhere(t *testing.T) {
	type move struct{ from, to gen.ReservationStatus }
	tasks := map[move]gen.TaskStatus{
		{gen.ReservationStatusPending, gen.ReservationStatusAccepted}:   gen.TaskStatusAssigned,
		{gen.ReservationStatusPending, gen.ReservationStatusRejected}:   gen.TaskStatusPending,
		{gen.ReservationStatusAccepted, gen.ReservationStatusWrapping}:  gen.TaskStatusWrapping,
		{gen.ReservationStatusAccepted, gen.ReservationStatusCompleted}: gen.TaskStatusCompleted,
		{gen.ReservationStatusWrapping, gen.ReservationStatusCompleted}: gen.TaskStatusCompleted,
	}
	words := map[gen.ReservationStatus]string{
		gen.ReservationStatusAccepted: "accepted", gen.ReservationStatusRejected: "rejected",
		gen.ReservationStatusWrapping: "wrapped up", gen.ReservationStatusCompleted: "completed",
	}
	for _, from := range allReservationStatuses {
		for _, to := range allReservationStatuses {
			t.Run(string(from+" "+to), func(t *testing.T) {
				d := newDesk(t)
				r := d.in(from)
				word, settable := words[to]
				status, allowed := tasks[move{from, to}]
				call := func() error { return d.move(r, to) }
				switch {
				case allowed:
					d.account.Begin(noon.Add(time.Minute))
					require.NoError(t, call())
					assert.Equal(t, to, r.Status)
					assert.Equal(t, status, d.task.Status)
					assert.Equal(t, noon.Add(time.Minute), r.DateUpdated)
					assert.Equal(t, noon.Add(time.Minute), d.task.DateUpdated)
					assert.Equal(t, noon, r.DateCreated)
					assert.Equal(t, [3]int{1, 1, 1}, [3]int{r.Version, d.task.Version, d.ann.Version})
				case !settable:
					d.refuses(t, 400, "ReservationStatus cannot be set to "+string(to), call)
				case from == gen.ReservationStatusRescinded:
					d.refuses(t, 410, "The reservation is rescinded: another worker accepted the task", call)
				default:
					d.refuses(t, 400, "The reservation is "+was[from]+" and cannot be "+word, call)
				}
			})
		}
	}
}

func TestTheFirstToAcceptHasTheTask(t *testing.T) {
	d := newDesk(t)
	first, second := d.ask(d.task, d.ann), d.ask(d.task, d.bob)
	early := d.ask(d.task, d.newWorker(t, "Early"))
	require.NoError(t, d.move(early, gen.ReservationStatusRejected))
	assert.Equal(t, gen.TaskStatusReserved, d.task.Status, "two are still asked")
	other := d.ask(d.newTask(t, ""), d.bob)

	since := d.Events.Len()
	require.NoError(t, d.move(second, gen.ReservationStatusAccepted))
	assert.Equal(t, gen.ReservationStatusAccepted, second.Status)
	assert.Equal(t, gen.ReservationStatusRescinded, first.Status)
	assert.Equal(t, gen.ReservationStatusRejected, early.Status)
	assert.Equal(t, gen.ReservationStatusPending, other.Status)
	assert.Equal(t, gen.TaskStatusAssigned, d.task.Status)
	assert.Equal(t, []string{"reservation.accepted", "reservation.rescinded"}, d.events(since))
	assert.Equal(t, 1, d.ann.Version)

	d.refuses(t, 410, "The reservation is rescinded: another worker accepted the task",
		func() error { return d.move(first, gen.ReservationStatusAccepted) })
}

func TestATaskWaitsAgainOnceAllHaveRejectedIt(t *testing.T) {
	d := newDesk(t)
	first, second := d.ask(d.task, d.ann), d.ask(d.task, d.bob)
	since := d.Events.Len()
	require.NoError(t, d.move(first, gen.ReservationStatusRejected))
	assert.Equal(t, gen.TaskStatusReserved, d.task.Status)
	assert.Equal(t, 0, d.task.Version)
	require.NoError(t, d.move(second, gen.ReservationStatusRejected))
	assert.Equal(t, gen.TaskStatusPending, d.task.Status)
	assert.Equal(t, 1, d.task.Version)
	assert.Equal(t, []string{"reservation.rejected", "reservation.rejected"}, d.events(since))
}

func TestARejectionMovesTheWorkerOnlyIfItSaysWhere(t *testing.T) {
	tests := map[string]struct {
		status   gen.ReservationStatus
		activity string
		want     string
	}{
		"rejected":             {gen.ReservationStatusRejected, "", "Available"},
		"rejected, and a move": {gen.ReservationStatusRejected, "Unavailable", "Unavailable"},
		"accepted, and a move": {gen.ReservationStatusAccepted, "Unavailable", "Available"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			request := gen.UpdateReservationRequest{ReservationStatus: &test.status}
			if test.activity != "" {
				request.WorkerActivitySID = &d.activityNamed(test.activity).SID
			}
			require.NoError(t, d.update(d.ask(d.task, d.ann), request))
			assert.Equal(t, test.want, d.ActivityName(d.ann.ActivitySID))
		})
	}
}

func TestAReservationEndsWithItsTask(t *testing.T) {
	tests := map[string]struct {
		from   gen.ReservationStatus
		status gen.TaskStatus
		want   gen.ReservationStatus
		events []string
	}{
		"canceled":                  {gen.ReservationStatusPending, gen.TaskStatusCanceled, gen.ReservationStatusCanceled, []string{"task.canceled", "reservation.canceled"}},
		"wrapping":                  {gen.ReservationStatusAccepted, gen.TaskStatusWrapping, gen.ReservationStatusWrapping, []string{"task.wrapup", "reservation.wrapup"}},
		"completed":                 {gen.ReservationStatusAccepted, gen.TaskStatusCompleted, gen.ReservationStatusCompleted, []string{"task.completed", "reservation.completed", "task.updated"}},
		"completed after a wrap-up": {gen.ReservationStatusWrapping, gen.TaskStatusCompleted, gen.ReservationStatusCompleted, []string{"task.completed", "reservation.completed", "task.updated"}},
		"rejected before":           {gen.ReservationStatusRejected, gen.TaskStatusCanceled, gen.ReservationStatusRejected, []string{"task.canceled"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			r := d.in(test.from)
			since := d.Events.Len()
			require.NoError(t, d.UpdateTask(d.task, gen.UpdateTaskRequest{AssignmentStatus: &test.status, Reason: new("done")}))
			assert.Equal(t, test.status, d.task.Status)
			assert.Equal(t, test.want, r.Status)
			assert.Equal(t, test.events, d.events(since))
			assert.Equal(t, 1, d.task.Version)
			assert.Equal(t, "done", *d.task.Reason)
		})
	}
}

func TestADeletedTaskTakesItsReservationsAway(t *testing.T) {
	tests := map[gen.ReservationStatus][]string{
		gen.ReservationStatusPending:  {"reservation.canceled", "task.deleted"},
		gen.ReservationStatusAccepted: {"reservation.completed", "task.deleted"},
		gen.ReservationStatusWrapping: {"reservation.completed", "task.deleted"},
		gen.ReservationStatusRejected: {"task.deleted"},
	}
	for status, events := range tests {
		t.Run(string(status), func(t *testing.T) {
			d := newDesk(t)
			r := d.in(status)
			kept := d.ask(d.newTask(t, ""), d.ann)
			since := d.Events.Len()
			d.DeleteTask(d.task)
			assert.Equal(t, events, d.events(since))
			assert.False(t, d.ann.Reservations.Has(r.SID))
			assert.True(t, d.ann.Reservations.Has(kept.SID))
			assert.False(t, d.Tasks.Has(d.task.SID))
		})
	}
}

func TestAWorkerIsDeletedOnlyWithoutATask(t *testing.T) {
	for _, status := range []gen.ReservationStatus{gen.ReservationStatusAccepted, gen.ReservationStatusWrapping} {
		d := newDesk(t)
		d.in(status)
		d.refuses(t, 400, "Worker "+d.ann.SID+" holds tasks that are assigned", func() error { return d.DeleteWorker(d.ann) })
	}

	d := newDesk(t)
	r := d.ask(d.task, d.ann)
	since := d.Events.Len()
	require.NoError(t, d.DeleteWorker(d.ann))
	assert.Equal(t, []string{"reservation.canceled", "worker.deleted"}, d.events(since))
	assert.Equal(t, gen.TaskStatusPending, d.task.Status)
	assert.False(t, d.task.Reservations.Has(r.SID))
	assert.Nil(t, d.workersByName["ann"])
	assert.NotNil(t, d.workersByName["bob"])

	d = newDesk(t)
	r = d.in(gen.ReservationStatusRejected)
	since = d.Events.Len()
	require.NoError(t, d.DeleteWorker(d.ann))
	assert.Equal(t, []string{"worker.deleted"}, d.events(since))
	assert.False(t, d.task.Reservations.Has(r.SID))
}

func TestAWorkerWhoLeavesCanRejectWhatIsAsked(t *testing.T) {
	for _, reject := range []bool{true, false} {
		d := newDesk(t)
		pending, held := d.ask(d.task, d.ann), d.ask(d.newTask(t, ""), d.ann)
		require.NoError(t, d.move(held, gen.ReservationStatusAccepted))
		require.NoError(t, d.UpdateWorker(d.ann, gen.UpdateWorkerRequest{
			ActivitySID: &d.activityNamed("Offline").SID, RejectPendingReservations: &reject,
		}))
		assert.Equal(t, gen.ReservationStatusAccepted, held.Status)
		assert.Equal(t, "Offline", d.ActivityName(d.ann.ActivitySID))
		if reject {
			assert.Equal(t, gen.ReservationStatusRejected, pending.Status)
			assert.Equal(t, gen.TaskStatusPending, d.task.Status)
		} else {
			assert.Equal(t, gen.ReservationStatusPending, pending.Status)
			assert.Equal(t, gen.TaskStatusReserved, d.task.Status)
		}
	}
}

func TestWhatIsNotOverUsesCapacityAndWhatIsAcceptedIsAssigned(t *testing.T) {
	uses := map[gen.ReservationStatus]struct{ assigned, free int }{
		gen.ReservationStatusPending: {0, 66}, gen.ReservationStatusAccepted: {1, 66}, gen.ReservationStatusWrapping: {0, 66},
		gen.ReservationStatusRejected: {0, 100}, gen.ReservationStatusTimeout: {0, 100}, gen.ReservationStatusCanceled: {0, 100},
		gen.ReservationStatusRescinded: {0, 100}, gen.ReservationStatusCompleted: {0, 100},
	}
	for status, want := range uses {
		d := newDesk(t)
		d.in(status)
		c, err := d.WorkerChannel(d.ann, "default")
		require.NoError(t, err)
		c.ConfiguredCapacity = 3
		assigned, free := c.Use()
		assert.Equal(t, want, struct{ assigned, free int }{assigned, free}, status)
		voice, err := d.WorkerChannel(d.ann, "voice")
		require.NoError(t, err)
		assigned, free = voice.Use()
		assert.Equal(t, [2]int{0, 100}, [2]int{assigned, free}, "the channel of no task")
	}

	d := newDesk(t)
	c, err := d.WorkerChannel(d.ann, "default")
	require.NoError(t, err)
	for range 2 {
		d.ask(d.newTask(t, ""), d.ann)
	}
	for capacity, free := range map[int]int{0: 0, 1: 0, 2: 0, 3: 33, 4: 50, 7: 71} {
		c.ConfiguredCapacity = capacity
		_, got := c.Use()
		assert.Equal(t, free, got, capacity)
	}
	c.ConfiguredCapacity = 3
	assert.Equal(t, 33, d.seen(d.ann).Channels["default"].AvailableCapacityPercentage)
	assert.Equal(t, 3, d.seen(d.ann).Channels["default"].ConfiguredCapacity)
	assert.Equal(t, 0, d.seen(d.ann).Channels["default"].AssignedTasks)
}

func TestAnUpdateOfNothingChangesNothing(t *testing.T) {
	d := newDesk(t)
	r := d.ask(d.task, d.ann)
	before := d.text(t)
	require.NoError(t, d.update(r, gen.UpdateReservationRequest{}))
	require.NoError(t, d.Update(gen.UpdateWorkspaceRequest{}))
	require.NoError(t, d.UpdateActivity(d.activityNamed("Offline"), gen.UpdateActivityRequest{}))
	require.NoError(t, d.UpdateTaskChannel(d.TaskChannels.rows()[0], gen.UpdateTaskChannelRequest{}))
	require.NoError(t, d.UpdateTaskQueue(d.queue, gen.UpdateTaskQueueRequest{}))
	require.NoError(t, d.UpdateWorkflow(d.flow, gen.UpdateWorkflowRequest{}))
	require.NoError(t, d.UpdateWorker(d.ann, gen.UpdateWorkerRequest{}))
	require.NoError(t, d.UpdateWorkerChannel(d.ann, d.ann.Channels.rows()[0], gen.UpdateWorkerChannelRequest{}))
	require.NoError(t, d.UpdateTask(d.task, gen.UpdateTaskRequest{}))
	assert.Equal(t, before, d.text(t))
}

func TestTheEventOfAReservationNamesAllThatBelongToIt(t *testing.T) {
	d := newDesk(t)
	r := d.ask(d.task, d.ann)
	require.NoError(t, d.move(r, gen.ReservationStatusAccepted))
	e := d.Events.rows()[d.Events.Len()-1]
	assert.Equal(t, "reservation.accepted", e.Type)
	assert.Subset(t, maps.Collect(e.Data.All()), map[string]string{
		"reservation_sid": r.SID, "task_sid": d.task.SID, "worker_sid": d.ann.SID, "worker_name": "Ann", "workflow_sid": d.flow.SID,
		"task_channel_unique_name": "default", "workspace_sid": d.SID, "workspace_name": "Support", "reservation_version": "1",
	})
	assert.Equal(t, []string{"Tasks", d.task.SID, "Reservations", r.SID}, e.ResourcePath())
}

func TestEventsTellOfTheStateThatAllHaveComeTo(t *testing.T) {
	for name, test := range map[string]struct {
		from, to gen.ReservationStatus
		events   []string
		status   string
	}{
		"accepted":  {gen.ReservationStatusPending, gen.ReservationStatusAccepted, []string{"reservation.accepted"}, "assigned"},
		"rejected":  {gen.ReservationStatusPending, gen.ReservationStatusRejected, []string{"reservation.rejected"}, "pending"},
		"wrapped":   {gen.ReservationStatusAccepted, gen.ReservationStatusWrapping, []string{"task.wrapup", "reservation.wrapup"}, "wrapping"},
		"completed": {gen.ReservationStatusAccepted, gen.ReservationStatusCompleted, []string{"task.completed", "reservation.completed"}, "completed"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			r := d.ask(d.task, d.ann)
			if test.from == gen.ReservationStatusAccepted {
				require.NoError(t, d.move(r, test.from))
			}
			before := d.Events.Len()
			require.NoError(t, d.move(r, test.to))
			var kinds []string
			for _, e := range d.Events.rows()[before:] {
				kinds = append(kinds, e.Type)
				assert.Equal(t, test.status, e.Data.Get(FactTaskAssignmentStatus), e.Type)
			}
			assert.Equal(t, test.events, kinds)
		})
	}
}

func TestAWorkerOfASingleTaskingWorkspaceMovesWithItsReservation(t *testing.T) {
	newSingle := func(t *testing.T) (*desk, *Reservation, *Activity, *Activity) {
		d := newDesk(t)
		d.MultiTaskEnabled = false
		reserved, busy := d.addActivity("Reserved", false), d.addActivity("Busy", false)
		require.NoError(t, d.UpdateTaskQueue(d.queue, gen.UpdateTaskQueueRequest{
			ReservationActivitySID: &reserved.SID, AssignmentActivitySID: &busy.SID,
		}))
		d.task.TaskQueueSID = d.queue.SID
		r := d.ask(d.task, d.ann)
		r.PreviousActivitySID = d.ann.ActivitySID
		d.moveWorker(d.ann, reserved.SID)
		return d, r, reserved, busy
	}
	t.Run("accepted, to the assignment activity of the queue", func(t *testing.T) {
		d, r, _, busy := newSingle(t)
		require.NoError(t, d.move(r, gen.ReservationStatusAccepted))
		assert.Equal(t, busy.SID, d.ann.ActivitySID)
		require.NoError(t, d.move(r, gen.ReservationStatusCompleted))
		assert.Equal(t, busy.SID, d.ann.ActivitySID, "where completing leaves the worker")
	})
	t.Run("rejected, back to where it was", func(t *testing.T) {
		d, r, _, _ := newSingle(t)
		require.NoError(t, d.move(r, gen.ReservationStatusRejected))
		assert.Equal(t, r.PreviousActivitySID, d.ann.ActivitySID)
	})
	t.Run("rejected, to the activity that is named", func(t *testing.T) {
		d, r, _, busy := newSingle(t)
		require.NoError(t, d.update(r, gen.UpdateReservationRequest{ReservationStatus: new(gen.ReservationStatusRejected), WorkerActivitySID: &busy.SID}))
		assert.Equal(t, busy.SID, d.ann.ActivitySID)
	})
	t.Run("rejected with the others, nowhere", func(t *testing.T) {
		d, r, reserved, _ := newSingle(t)
		d.rejectPending(d.ann)
		assert.Equal(t, gen.ReservationStatusRejected, r.Status)
		assert.Equal(t, reserved.SID, d.ann.ActivitySID)
	})
	t.Run("rejected once several tasks are allowed, back too", func(t *testing.T) {
		d, r, _, _ := newSingle(t)
		d.MultiTaskEnabled = true
		require.NoError(t, d.move(r, gen.ReservationStatusRejected))
		assert.Equal(t, r.PreviousActivitySID, d.ann.ActivitySID)
	})
	t.Run("rejected after it was moved elsewhere, nowhere", func(t *testing.T) {
		d, r, _, busy := newSingle(t)
		d.moveWorker(d.ann, busy.SID)
		require.NoError(t, d.move(r, gen.ReservationStatusRejected))
		assert.Equal(t, busy.SID, d.ann.ActivitySID)
	})
	t.Run("canceled while it is asked for something else, back only after that", func(t *testing.T) {
		d, first, reserved, _ := newSingle(t)
		before := first.PreviousActivitySID
		other, err := d.CreateTask(gen.CreateTaskRequest{RoutingTarget: &d.ann.SID, TaskQueueSID: &d.queue.SID})
		require.NoError(t, err)
		d.account.Settle()
		require.Equal(t, gen.TaskStatusReserved, other.Status)
		d.cancel(first.task, "a")
		assert.Equal(t, reserved.SID, d.ann.ActivitySID)
		d.cancel(other, "a")
		assert.Equal(t, before, d.ann.ActivitySID)
	})
}

func TestAWorkerThatAWaitingTaskIsMeantForIsNotDeleted(t *testing.T) {
	d := newDesk(t)
	d.task.RoutingTarget = d.ann.SID
	d.refuses(t, 400, "Worker "+d.ann.SID+" is the routing target of task "+d.task.SID, func() error { return d.DeleteWorker(d.ann) })
	d.task.Status = gen.TaskStatusCanceled
	assert.NoError(t, d.DeleteWorker(d.ann))
}

func TestExpressionsSeeTheTasksThatAWorkerAccepted(t *testing.T) {
	d := newDesk(t)
	d.in(gen.ReservationStatusAccepted)
	channels := d.seen(d.ann).Channels
	assert.Equal(t, 1, channels["default"].AssignedTasks)
	assert.Equal(t, 0, channels["voice"].AssignedTasks)
}

func TestATaskThatMovesIsToldOfAsUpdatedOnlyIfMoreChanges(t *testing.T) {
	for name, test := range map[string]struct {
		request gen.UpdateTaskRequest
		events  []string
	}{
		"nothing more":   {gen.UpdateTaskRequest{}, []string{"task.canceled"}},
		"its reason":     {gen.UpdateTaskRequest{Reason: new("gone")}, []string{"task.canceled"}},
		"its priority":   {gen.UpdateTaskRequest{Priority: new(1)}, []string{"task.canceled", "task.updated"}},
		"its attributes": {gen.UpdateTaskRequest{Attributes: `{"a":1}`}, []string{"task.canceled", "task.updated"}},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			since := d.Events.Len()
			test.request.AssignmentStatus = new(gen.TaskStatusCanceled)
			require.NoError(t, d.UpdateTask(d.task, test.request))
			assert.Equal(t, test.events, d.events(since))
		})
	}
}

func TestAcceptingMovesAWorkerOnlyWhereTheQueueSaysAndTasksComeOneByOne(t *testing.T) {
	for name, test := range map[string]struct{ multiTask, queued, named, moves bool }{
		"an activity":               {queued: true, named: true, moves: true},
		"no activity":               {queued: true},
		"no queue":                  {named: true},
		"several tasks at one time": {multiTask: true, queued: true, named: true},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.MultiTaskEnabled = test.multiTask
			d.task.TaskQueueSID = ""
			if test.queued {
				d.task.TaskQueueSID = d.queue.SID
			}
			if test.named {
				d.queue.AssignmentActivitySID = d.activityNamed("Unavailable").SID
			}
			before := d.ann.ActivitySID
			require.NoError(t, d.move(d.ask(d.task, d.ann), gen.ReservationStatusAccepted))
			if test.moves {
				assert.Equal(t, "Unavailable", d.ActivityName(d.ann.ActivitySID))
				return
			}
			assert.Equal(t, before, d.ann.ActivitySID)
		})
	}
}

func TestARejectionMovesNoWorkerBackToAnActivityThatIsGone(t *testing.T) {
	for name, previous := range map[string]func(*desk) string{
		"deleted": func(d *desk) string {
			lunch := d.addActivity("Lunch", false)
			require.NoError(t, d.DeleteActivity(lunch))
			return lunch.SID
		},
		"none": func(*desk) string { return "" },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, singleTasking)
			r := d.ask(d.task, d.ann)
			r.PreviousActivitySID = previous(d)
			before := d.ann.ActivitySID
			require.NoError(t, d.move(r, gen.ReservationStatusRejected))
			assert.Equal(t, before, d.ann.ActivitySID)
		})
	}
}

func TestTheReasonOfATaskIsAFactUnderTheNameOfItsEnd(t *testing.T) {
	for name, test := range map[string]struct {
		from gen.ReservationStatus
		to   *gen.TaskStatus
		fact string
	}{
		"canceled":     {gen.ReservationStatusPending, new(gen.TaskStatusCanceled), "task_canceled_reason"},
		"completed":    {gen.ReservationStatusAccepted, new(gen.TaskStatusCompleted), "task_completed_reason"},
		"not over yet": {gen.ReservationStatusAccepted, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.in(test.from)
			since := d.Events.Len()
			require.NoError(t, d.UpdateTask(d.task, gen.UpdateTaskRequest{AssignmentStatus: test.to, Reason: new("done")}))
			for _, e := range d.Events.rows()[since:] {
				data := maps.Collect(e.Data.All())
				for _, fact := range []string{"task_canceled_reason", "task_completed_reason"} {
					reason, told := data[fact]
					assert.Equal(t, fact == test.fact, told, "%s in %s", fact, e.Type)
					assert.True(t, !told || reason == "done", fact)
				}
			}
			assert.NotEmpty(t, d.Events.rows()[since:])
		})
	}
}
