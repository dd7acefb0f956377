package peer_test

import (
	"maps"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	peer "github.com/twilio/twilio-go/rest/taskrouter/v1"
)

// A day is what statistics are of, from the moment at which it begins:
//
//	 0 s  Ann and Bob are there, Ann available. Five tasks are made, all of priority 0
//	      but the last, which has 9 and the channel chat. Ann is asked for it and for
//	      the first one
//	10 s  she accepts the first task
//	20 s  she completes it, and is asked for the second one, which she rejects: it is
//	      offered to her again
//	30 s  the second task is canceled, and she is asked for the third, which she accepts
//	40 s  the fourth task is deleted
//
// What is left: tasks completed, canceled, assigned and, in the other channel, reserved.
type day struct {
	*desk
	began            time.Time
	queue, flow, ann string
	tasks            []string
}

// What a day had, wherever all of it is counted.
var (
	reservationsOfDay = object{
		"reservations_created": 5.0, "reservations_accepted": 2.0, "reservations_rejected": 1.0, "reservations_timed_out": 0.0,
		"reservations_canceled": 1.0, "reservations_rescinded": 0.0,
	}
	tasksOfDay = with(reservationsOfDay, object{
		"tasks_canceled": 1.0, "tasks_deleted": 1.0, "tasks_moved": 0.0, "avg_task_acceptance_time": 20.0,
	})
	// waitsOfDay is what statistics leave out that are of past and present.
	waitsOfDay = with(tasksOfDay, object{
		"tasks_completed":              1.0,
		"wait_duration_until_accepted": object{"avg": 20.0, "min": 10.0, "max": 30.0, "total": 40.0},
		"wait_duration_until_canceled": object{"avg": 30.0, "min": 30.0, "max": 30.0, "total": 30.0},
	})
	splitOfDay = object{"20": object{
		"below": object{"reservations_accepted": 1.0, "tasks_canceled": 0.0},
		"above": object{"reservations_accepted": 1.0, "tasks_canceled": 1.0},
	}}
	statusesOfDay   = object{"pending": 0.0, "reserved": 1.0, "assigned": 1.0, "wrapping": 0.0, "completed": 1.0, "canceled": 1.0}
	prioritiesOfDay = object{"0": 3.0, "9": 1.0}
)

func newDay(d *desk) *day {
	d.t.Helper()
	y := &day{desk: d, flow: d.sample(), began: time.Now()}
	queues, err := d.ListTaskQueue(d.sid, nil)
	d.ok(err)
	y.queue = of(queues[0].Sid)
	y.ann = d.worker("Ann", "{}", "Available")
	d.worker("Bob", "{}", "Offline")
	for range 4 {
		y.tasks = append(y.tasks, d.task(y.flow, "{}"))
	}
	chat, err := d.CreateTask(d.sid, &peer.CreateTaskParams{WorkflowSid: &y.flow, TaskChannel: new("chat"), Priority: new(9)})
	d.ok(err)
	y.tasks = append(y.tasks, of(chat.Sid))

	d.at(10 * time.Second)
	d.accepts(y.tasks[0], d.asked(y.tasks[0], "Ann pending")[0])
	d.at(10 * time.Second)
	d.becomes(y.tasks[0], "completed", "done")
	_, err = d.UpdateTaskReservation(d.sid, y.tasks[1], d.asked(y.tasks[1], "Ann pending")[0],
		&peer.UpdateTaskReservationParams{ReservationStatus: new("rejected")})
	d.ok(err)
	d.at(10 * time.Second)
	d.becomes(y.tasks[1], "canceled", "no longer needed")
	d.accepts(y.tasks[2], d.asked(y.tasks[2], "Ann pending")[0])
	d.at(10 * time.Second)
	d.ok(d.DeleteTask(d.sid, y.tasks[3], nil))
	d.asked(y.tasks[4], "Ann pending")
	return y
}

func inDay(t *testing.T, test func(y *day)) {
	t.Helper()
	inDesk(t, func(d *desk) { test(newDay(d)) })
}

// counts wants members of statistics, whatever type the peer gave them. One that is 0
// it leaves out when it writes them.
func counts(t *testing.T, statistics any, want object) {
	t.Helper()
	got := asDecoded(t, statistics)
	for member, value := range want {
		if _, found := got[member]; !found {
			got[member] = 0.0
		}
		assert.Equal(t, value, got[member], member)
	}
}

// with is an object with more members.
func with(members, more object) object {
	all := maps.Clone(members)
	maps.Copy(all, more)
	return all
}

func TestEmulatorCountsTheWorkspaceForThePeer(t *testing.T) {
	inDay(t, func(y *day) {
		now, err := y.FetchWorkspaceRealTimeStatistics(y.sid, nil)
		y.ok(err)
		realTime := object{
			"total_tasks": 4.0, "total_workers": 2.0, "tasks_by_status": statusesOfDay, "tasks_by_priority": prioritiesOfDay,
			"longest_task_waiting_sid": y.tasks[4], "longest_task_waiting_age": 40.0, "activity_statistics": y.activityCounts(),
		}
		counts(t, now, realTime)
		assert.Equal(t, "https://taskrouter.twilio.com/v1/Workspaces/"+y.sid+"/RealTimeStatistics", of(now.Url))
		inChat, err := y.FetchWorkspaceRealTimeStatistics(y.sid, &peer.FetchWorkspaceRealTimeStatisticsParams{TaskChannel: new("chat")})
		y.ok(err)
		counts(t, inChat, object{"total_tasks": 1.0, "tasks_by_priority": object{"9": 1.0}})

		past, err := y.FetchWorkspaceCumulativeStatistics(y.sid, &peer.FetchWorkspaceCumulativeStatisticsParams{
			StartDate: &y.began, EndDate: new(time.Now()), SplitByWaitTime: new("20"),
		})
		y.ok(err)
		counts(t, past, with(waitsOfDay, object{
			"tasks_created": 5.0, "tasks_timed_out_in_workflow": 0.0, "split_by_wait_time": splitOfDay,
		}))
		assert.Equal(t, 40*time.Second, of(past.EndTime).Sub(of(past.StartTime)))

		both, err := y.FetchWorkspaceStatistics(y.sid, &peer.FetchWorkspaceStatisticsParams{Minutes: new(1), SplitByWaitTime: new("20")})
		y.ok(err)
		counts(t, both.Realtime, object{"total_tasks": 4.0, "total_workers": 2.0, "tasks_by_status": statusesOfDay})
		counts(t, both.Cumulative, with(tasksOfDay, object{"tasks_created": 5.0, "split_by_wait_time": splitOfDay}))
		assert.Equal(t, y.sid, of(both.WorkspaceSid))

		y.at(5 * time.Second)
		y.task(y.flow, "{}") // which waits for less long
		now, err = y.FetchWorkspaceRealTimeStatistics(y.sid, nil)
		y.ok(err)
		counts(t, now, object{"total_tasks": 5.0, "longest_task_waiting_sid": y.tasks[4], "longest_task_waiting_age": 45.0})
	})
}

// activityCounts is how many workers are in each activity.
func (y *day) activityCounts() []any {
	counted := make([]any, 0, len(y.activities))
	for _, activity := range []struct {
		name    string
		workers float64
	}{{"Offline", 1}, {"Available", 1}, {"Unavailable", 0}} {
		counted = append(counted, object{"sid": y.activities[activity.name], "friendly_name": activity.name, "workers": activity.workers})
	}
	return counted
}

func TestEmulatorCountsATaskQueueForThePeer(t *testing.T) {
	inDay(t, func(y *day) {
		empty := y.desk.queue("Empty", "1==0", 1)
		realTime := object{
			"total_tasks": 4.0, "total_eligible_workers": 2.0, "total_available_workers": 1.0, "tasks_by_status": statusesOfDay,
			"tasks_by_priority": prioritiesOfDay, "longest_task_waiting_sid": y.tasks[4], "longest_task_waiting_age": 40.0,
			"activity_statistics": y.activityCounts(),
		}
		now, err := y.FetchTaskQueueRealTimeStatistics(y.sid, y.queue, nil)
		y.ok(err)
		counts(t, now, with(realTime, object{
			"task_queue_sid": y.queue, "longest_relative_task_sid_in_queue": y.tasks[4], "longest_relative_task_age_in_queue": 40.0,
		}))

		past, err := y.FetchTaskQueueCumulativeStatistics(y.sid, y.queue, &peer.FetchTaskQueueCumulativeStatisticsParams{SplitByWaitTime: new("20")})
		y.ok(err)
		counts(t, past, with(waitsOfDay, object{
			"tasks_entered": 5.0, "split_by_wait_time": splitOfDay,
			"wait_duration_in_queue_until_accepted": object{"avg": 20.0, "min": 10.0, "max": 30.0, "total": 40.0},
		}))
		assert.Equal(t, 15*time.Minute, of(past.EndTime).Sub(of(past.StartTime)), "unless told")

		both, err := y.FetchTaskQueueStatistics(y.sid, y.queue, &peer.FetchTaskQueueStatisticsParams{StartDate: &y.began})
		y.ok(err)
		counts(t, both.Realtime, realTime)
		counts(t, both.Cumulative, with(tasksOfDay, object{"tasks_entered": 5.0}))

		list, err := y.ListTaskQueuesStatistics(y.sid, &peer.ListTaskQueuesStatisticsParams{Minutes: new(5)})
		y.ok(err)
		require.Len(t, list, 2)
		assert.Equal(t, y.queue, of(list[0].TaskQueueSid))
		counts(t, list[0].Realtime, realTime)
		counts(t, list[0].Cumulative, tasksOfDay)
		counts(t, list[1].Cumulative, object{"reservations_created": 0.0, "tasks_entered": 0.0})
		named, err := y.ListTaskQueuesStatistics(y.sid, &peer.ListTaskQueuesStatisticsParams{FriendlyName: new("Empty")})
		y.ok(err)
		require.Len(t, named, 1)
		assert.Equal(t, empty, of(named[0].TaskQueueSid))

		const foreign = "WQ00000000000000000000000000000000"
		bulk, err := y.CreateTaskQueueBulkRealTimeStatistics(y.sid, &peer.CreateTaskQueueBulkRealTimeStatisticsParams{
			Body: &map[string]any{"queueSids": []string{y.queue, empty, foreign}},
		})
		y.ok(err)
		assert.Equal(t, 3, bulk.TaskQueueResponseCount)
		data := of(bulk.TaskQueueData)
		require.Len(t, data, 3)
		counts(t, data[0], with(realTime, object{"task_queue_sid": y.queue}))
		counts(t, data[1], object{"task_queue_sid": empty, "total_tasks": 0.0, "total_eligible_workers": 0.0, "longest_task_waiting_sid": nil})
		counts(t, data[2], object{"task_queue_sid": foreign, "total_tasks": 0.0})
	})
}

func TestEmulatorCountsAWorkflowForThePeer(t *testing.T) {
	inDay(t, func(y *day) {
		now, err := y.FetchWorkflowRealTimeStatistics(y.sid, y.flow, nil)
		y.ok(err)
		counts(t, now, object{
			"workflow_sid": y.flow, "total_tasks": 4.0, "tasks_by_status": statusesOfDay, "tasks_by_priority": prioritiesOfDay,
			"longest_task_waiting_sid": y.tasks[4], "longest_task_waiting_age": 40.0,
		})
		past, err := y.FetchWorkflowCumulativeStatistics(y.sid, y.flow, &peer.FetchWorkflowCumulativeStatisticsParams{SplitByWaitTime: new("20,100")})
		y.ok(err)
		counts(t, past, with(waitsOfDay, object{
			"tasks_entered": 5.0, "tasks_timed_out_in_workflow": 0.0,
			"split_by_wait_time": with(splitOfDay, object{"100": object{
				"below": object{"reservations_accepted": 2.0, "tasks_canceled": 1.0},
				"above": object{"reservations_accepted": 0.0, "tasks_canceled": 0.0},
			}}),
		}))
		both, err := y.FetchWorkflowStatistics(y.sid, y.flow, &peer.FetchWorkflowStatisticsParams{TaskChannel: new("chat")})
		y.ok(err)
		counts(t, both.Realtime, object{"total_tasks": 1.0, "longest_task_waiting_sid": y.tasks[4]})
		counts(t, both.Cumulative, object{"tasks_entered": 1.0, "reservations_accepted": 0.0})
		assert.Equal(t, y.flow, of(both.WorkflowSid))
	})
}

func TestEmulatorCountsTheWorkersForThePeer(t *testing.T) {
	inDay(t, func(y *day) {
		now, err := y.FetchWorkersRealTimeStatistics(y.sid, nil)
		y.ok(err)
		counts(t, now, object{"total_workers": 2.0, "activity_statistics": y.activityCounts()})
		past, err := y.FetchWorkersCumulativeStatistics(y.sid, &peer.FetchWorkersCumulativeStatisticsParams{Minutes: new(5)})
		y.ok(err)
		counts(t, past, with(reservationsOfDay, object{"activity_durations": y.activityDurations(40, 40)}))
		both, err := y.FetchWorkerStatistics(y.sid, nil)
		y.ok(err)
		counts(t, both.Realtime, object{"total_workers": 2.0, "activity_statistics": y.activityCounts()})
		counts(t, both.Cumulative, with(reservationsOfDay, object{"activity_durations": y.activityDurations(40, 40)}))
		bob, err := y.FetchWorkerStatistics(y.sid, &peer.FetchWorkerStatisticsParams{FriendlyName: new("Bob"), TaskQueueName: new("Sample Queue")})
		y.ok(err)
		counts(t, bob.Realtime, object{"total_workers": 1.0})
		counts(t, bob.Cumulative, object{"reservations_created": 0.0, "activity_durations": y.activityDurations(40, 0)})

		ann, err := y.FetchWorkerInstanceStatistics(y.sid, y.ann, &peer.FetchWorkerInstanceStatisticsParams{StartDate: &y.began})
		y.ok(err)
		assert.Equal(t, y.ann, of(ann.WorkerSid))
		counts(t, ann.Cumulative, with(reservationsOfDay, object{"activity_durations": y.activityDurations(0, 40)}))
		_, err = y.FetchWorkerInstanceStatistics(y.sid, y.ann, &peer.FetchWorkerInstanceStatisticsParams{
			StartDate: &y.began, EndDate: new(y.began.Add(-time.Hour)),
		})
		y.refused(err, http.StatusBadRequest, 20001)
	})
}

// activityDurations is how long one worker was offline and one available, in seconds.
func (y *day) activityDurations(offline, available float64) []any {
	durations := make([]any, 0, len(y.activities))
	for _, activity := range []struct {
		name    string
		seconds float64
	}{{"Offline", offline}, {"Available", available}, {"Unavailable", 0}} {
		durations = append(durations, object{
			"sid": y.activities[activity.name], "friendly_name": activity.name,
			"avg": activity.seconds, "min": activity.seconds, "max": activity.seconds, "total": activity.seconds,
		})
	}
	return durations
}

// The peer reads an integer there, and fails the whole answer otherwise.
func TestEmulatorAnswersAnAverageThatThePeerReads(t *testing.T) {
	inDesk(t, func(d *desk) {
		d.worker("Ann", "{}", "Available")
		first, second := d.task(d.sample(), "{}"), d.task(d.sample(), "{}")
		d.accepts(first, d.asked(first, "Ann pending")[0])
		d.at(3 * time.Second)
		d.becomes(first, "completed", "done")
		d.accepts(second, d.asked(second, "Ann pending")[0])
		past, err := d.FetchWorkspaceCumulativeStatistics(d.sid, nil)
		d.ok(err)
		assert.Equal(t, 1, past.AvgTaskAcceptanceTime) // 1.5 seconds, cut down
		counts(t, past.WaitDurationUntilAccepted, object{"avg": 1.5})
		both, err := d.FetchWorkspaceStatistics(d.sid, nil)
		d.ok(err)
		counts(t, both.Cumulative, object{"avg_task_acceptance_time": 1.0})
	})
}
