package taskroutertest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// The figures that statistics are held against, counted from what happened.

// figures are the members of an object.
type figures map[string]any

func (f figures) only(names []string) figures {
	some := make(figures)
	for _, name := range names {
		some[name] = f[name]
	}
	return some
}

// plain is a value as JSON has it, with numbers of six decimals.
func plain(t require.TestingT, value any) any {
	text, err := json.Marshal(value)
	require.NoError(t, err)
	decoder := json.NewDecoder(bytes.NewReader(text))
	var decoded any
	require.NoError(t, decoder.Decode(&decoded))
	return rounded(decoded)
}

func rounded(value any) any {
	switch v := value.(type) {
	case float64:
		return math.Round(v*1e6) / 1e6
	case []any:
		for i := range v {
			v[i] = rounded(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = rounded(v[name])
		}
	}
	return value
}

// within adds where something is.
func (a *auditor) within(f figures) figures {
	more := figures{"account_sid": a.server.AccountSID(), "workspace_sid": a.sid}
	maps.Copy(more, f)
	return more
}

func (a *auditor) workspaceNow(q question) figures {
	now := a.tasksNow(q, "", "")
	maps.Copy(now, a.workersNow(a.now.workers))
	return now
}

func (a *auditor) queueNow(q question, sid string) figures {
	now := a.tasksNow(q, "queue", sid)
	longest, age := a.longest(q, "queue", sid, func(t *taskrouter.Task) time.Time {
		if t.TaskQueueEnteredDate == nil {
			return a.made[t.SID]
		}
		return a.entered[t.SID]
	})
	now["longest_relative_task_age_in_queue"], now["longest_relative_task_sid_in_queue"] = age, longest
	eligible := all(a.t, a.client.Workers(a.sid).List(context.Background(), taskrouter.ListWorkersParams{TaskQueueSID: &sid}))
	available := 0
	for _, k := range eligible {
		if a.now.activities[k.ActivitySID].Available {
			available++
		}
	}
	now["total_eligible_workers"], now["total_available_workers"] = len(eligible), available
	now["activity_statistics"] = a.workersNow(eligible)["activity_statistics"]
	return now
}

// tasksOf are those of a queue or of a workflow, or all, as far as they are of the channel.
func (a *auditor) tasksOf(q question, kind, sid string) []*taskrouter.Task {
	var tasks []*taskrouter.Task
	for _, t := range a.now.tasks {
		of := map[string]string{"": "", "queue": text(t.TaskQueueSID), "workflow": text(t.WorkflowSID)}[kind]
		if of == sid && (q.channel == "" || q.channel == t.TaskChannelSID) {
			tasks = append(tasks, t)
		}
	}
	return tasks
}

func (a *auditor) tasksNow(q question, kind, sid string) figures {
	tasks := a.tasksOf(q, kind, sid)
	byStatus := map[string]int{"pending": 0, "reserved": 0, "assigned": 0, "wrapping": 0, "completed": 0, "canceled": 0}
	byPriority := make(map[string]int)
	for _, t := range tasks {
		byStatus[string(t.AssignmentStatus)]++
		byPriority[strconv.Itoa(t.Priority)]++
	}
	longest, age := a.longest(q, kind, sid, func(t *taskrouter.Task) time.Time { return a.made[t.SID] })
	return figures{
		"total_tasks": len(tasks), "tasks_by_status": byStatus, "tasks_by_priority": byPriority,
		"longest_task_waiting_age": age, "longest_task_waiting_sid": longest,
	}
}

// longest is the task that waits since before all others, and its age.
func (a *auditor) longest(q question, kind, sid string, since func(*taskrouter.Task) time.Time) (task *string, age int) {
	var first time.Time
	for _, t := range a.tasksOf(q, kind, sid) {
		if isWaiting(t) && (task == nil || since(t).Before(first)) {
			task, first = &t.SID, since(t)
		}
	}
	if task == nil {
		return nil, 0
	}
	return task, int(q.now.Sub(first) / time.Second)
}

func (a *auditor) workersNow(workers []*taskrouter.Worker) figures {
	counts := []any{}
	for _, activity := range a.activities() {
		n := 0
		for _, k := range workers {
			if k.ActivitySID == activity.SID {
				n++
			}
		}
		counts = append(counts, figures{"sid": activity.SID, "friendly_name": activity.FriendlyName, "workers": n})
	}
	return figures{"total_workers": len(workers), "activity_statistics": counts}
}

func (a *auditor) activities() []*taskrouter.Activity {
	return all(a.t, a.client.Activities(a.sid).List(context.Background(), taskrouter.ListActivitiesParams{}))
}

// inWindow are the events of a window that have some facts.
func (a *auditor) inWindow(q question, facts map[string]string) []*taskrouter.Event {
	var events []*taskrouter.Event
	for _, e := range a.happened {
		if at := dateOf(e); at.Before(q.start) || at.Truncate(time.Second).After(q.end) {
			continue
		}
		if q.channel != "" && fact(e, "task_channel_sid") != q.channel {
			continue
		}
		matches := true
		for name, value := range facts {
			matches = matches && fact(e, name) == value
		}
		if matches {
			events = append(events, e)
		}
	}
	return events
}

// reservations counts what happened to those that are asked.
func reservations(q question, events []*taskrouter.Event) figures {
	f := figures{"start_time": q.start.Truncate(time.Second), "end_time": q.end.Truncate(time.Second)}
	for kind, name := range map[string]string{
		"reservation.created": "reservations_created", "reservation.accepted": "reservations_accepted",
		"reservation.rejected": "reservations_rejected", "reservation.timeout": "reservations_timed_out",
		"reservation.canceled": "reservations_canceled", "reservation.rescinded": "reservations_rescinded",
	} {
		f[name] = count(events, kind)
	}
	return f
}

func count(events []*taskrouter.Event, kind string) int {
	n := 0
	for _, e := range events {
		if e.EventType == kind {
			n++
		}
	}
	return n
}

// past is what queues, workflows and the workspace have in common.
func (a *auditor) past(q question, events []*taskrouter.Event) figures {
	f := reservations(q, events)
	accepted, canceled := a.waits(events, "reservation.accepted", "task_age"), a.waits(events, "task.canceled", "task_age")
	f["wait_duration_until_accepted"], f["wait_duration_until_canceled"] = summary(accepted, 1), summary(canceled, 1)
	f["avg_task_acceptance_time"] = math.Floor(summary(accepted, 1)["avg"].(float64))
	f["split_by_wait_time"] = nil
	if len(q.thresholds) > 0 {
		split := make(figures)
		for _, threshold := range q.thresholds {
			below := func(waits []int) int {
				return len(slices.DeleteFunc(slices.Clone(waits), func(wait int) bool { return wait >= threshold }))
			}
			split[strconv.Itoa(threshold)] = figures{
				"below": figures{"reservations_accepted": below(accepted), "tasks_canceled": below(canceled)},
				"above": figures{"reservations_accepted": len(accepted) - below(accepted), "tasks_canceled": len(canceled) - below(canceled)},
			}
		}
		f["split_by_wait_time"] = split
	}
	f["tasks_canceled"], f["tasks_completed"] = count(events, "task.canceled"), count(events, "task.completed")
	f["tasks_deleted"] = count(events, "task.deleted") + count(events, "task.system-deleted")
	f["tasks_moved"] = count(events, "task-queue.moved")
	return f
}

// waits are the whole seconds that events of a kind tell.
func (a *auditor) waits(events []*taskrouter.Event, kind, name string) []int {
	var waits []int
	for _, e := range events {
		if e.EventType == kind {
			wait, err := strconv.Atoi(fact(e, name))
			require.NoError(a.t, err, "%s of %s", name, kind)
			waits = append(waits, wait)
		}
	}
	return waits
}

// summary sums up numbers of which so many are a second.
func summary(numbers []int, second float64) figures {
	if len(numbers) == 0 {
		return figures{"avg": 0.0, "min": 0.0, "max": 0.0, "total": 0.0}
	}
	total := 0
	for _, n := range numbers {
		total += n
	}
	return figures{
		"avg": float64(total) / float64(len(numbers)) / second, "total": float64(total) / second,
		"min": float64(slices.Min(numbers)) / second, "max": float64(slices.Max(numbers)) / second,
	}
}

func (a *auditor) workspacePast(q question) figures {
	events := a.inWindow(q, nil)
	f := a.past(q, events)
	f["tasks_created"], f["tasks_timed_out_in_workflow"] = count(events, "task.created"), count(events, "workflow.timeout")
	return f
}

func (a *auditor) workflowPast(q question, sid string) figures {
	events := a.inWindow(q, map[string]string{"workflow_sid": sid})
	f := a.past(q, events)
	f["tasks_entered"], f["tasks_timed_out_in_workflow"] = count(events, "workflow.entered"), count(events, "workflow.timeout")
	return f
}

func (a *auditor) queuePast(q question, sid string) figures {
	events := a.inWindow(q, map[string]string{"task_queue_sid": sid})
	f := a.past(q, events)
	f["tasks_entered"] = count(events, "task-queue.entered")
	f["wait_duration_in_queue_until_accepted"] = summary(a.waits(events, "reservation.accepted", "task_age_in_queue"), 1)
	return f
}

func (a *auditor) workersPast(q question, workers []*taskrouter.Worker) figures {
	var events []*taskrouter.Event
	stays := make(map[string][]int) // in milliseconds
	for _, k := range workers {
		events = append(events, a.inWindow(q, map[string]string{"worker_sid": k.SID})...)
		a.addStays(q, k.SID, stays)
	}
	f := reservations(q, events)
	durations := []any{}
	for _, activity := range a.activities() {
		duration := figures{"sid": activity.SID, "friendly_name": activity.FriendlyName}
		maps.Copy(duration, summary(stays[activity.SID], 1000))
		durations = append(durations, duration)
	}
	f["activity_durations"] = durations
	return f
}

// addStays adds how long a worker was in each activity, from one change to the next, as
// far as that is in the window.
func (a *auditor) addStays(q question, worker string, stays map[string][]int) {
	var activity string
	var since time.Time
	leave := func(at time.Time) {
		from, until := since, at
		if from.Before(q.start) {
			from = q.start
		}
		if until.After(q.end) {
			until = q.end
		}
		if activity != "" && until.After(from) {
			stays[activity] = append(stays[activity], int(until.Sub(from)/time.Millisecond))
		}
	}
	for _, e := range a.happened {
		if fact(e, "worker_sid") != worker || (e.EventType != "worker.created" && e.EventType != "worker.activity.update") {
			continue
		}
		leave(dateOf(e))
		activity, since = fact(e, "worker_activity_sid"), dateOf(e)
	}
	leave(q.now)
}
