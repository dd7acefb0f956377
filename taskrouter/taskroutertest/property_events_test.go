package taskroutertest_test

import (
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
)

// What routing does in the property test. The model does not know whom it asks, and what
// leaves a queue when: it reads that in the events, and knows what each makes of the
// tasks, workers and reservations that it is about.

// A modelReservation is one that an event told of.
type modelReservation struct {
	modelResource
	status string
	task   *modelTask
	worker *modelWorker
}

func (r *modelReservation) wanted(w *modelWorkspace) map[string]any {
	return r.want(w, map[string]any{
		"reservation_status": r.status, "task_sid": r.task.sid, "worker_sid": r.worker.sid, "worker_name": r.worker.name,
	})
}

func (r *modelReservation) holdsTask() bool { return r.status == "accepted" || r.status == "wrapping" }

func (r *modelReservation) open() bool { return r.status == "pending" || r.holdsTask() }

// reservationsOf are those of a task or a worker.
func (w *modelWorkspace) reservationsOf(sid string) []*modelReservation {
	return slices.DeleteFunc(slices.Clone(w.reservations), func(r *modelReservation) bool { return r.task.sid != sid && r.worker.sid != sid })
}

// isOpen tells whether somebody is asked to do a task, or does it.
func (w *modelWorkspace) isOpen(t *modelTask) bool {
	return slices.ContainsFunc(w.reservationsOf(t.sid), (*modelReservation).open)
}

// removeTask takes a task out, and its reservations.
func (w *modelWorkspace) removeTask(t *modelTask) {
	w.tasks = without(w.tasks, t)
	w.reservations = slices.DeleteFunc(w.reservations, func(r *modelReservation) bool { return r.task == t })
}

// removeWorker takes a worker out, and its reservations.
func (w *modelWorkspace) removeWorker(k *modelWorker) {
	w.workers = without(w.workers, k)
	w.reservations = slices.DeleteFunc(w.reservations, func(r *modelReservation) bool { return r.worker == k })
}

// catchUp reads what happened in a workspace since it was read last: all that calls must
// have brought about, in this order, and what routing did between.
func (m *machine) catchUp(w *modelWorkspace) {
	m.silently(func() {
		for _, event := range m.newEvents(w) {
			if len(w.expected) > 0 && event.kind == w.expected[0].kind && event.resource == w.expected[0].resource {
				want := w.expected[0]
				want.at = want.at.Truncate(time.Millisecond)
				require.Equal(m.t, want, event.modelEvent)
				w.expected = w.expected[1:]
			} else {
				m.apply(w, event)
			}
			w.events = append(w.events, event.modelEvent)
		}
		require.Empty(m.t, w.expected, "which no event tells of")
	})
	const kept = 5 * time.Minute
	for _, t := range slices.Clone(w.tasks) {
		if t.over() && time.Since(t.since) >= kept {
			w.removeTask(t)
			m.gone = append(m.gone, w.path("Tasks", t.sid))
		}
	}
}

// A readEvent is an event as the server tells it.
type readEvent struct {
	modelEvent
	data map[string]any
}

// newEvents are those that were not read before, the oldest first.
func (m *machine) newEvents(w *modelWorkspace) []readEvent {
	var events []readEvent
	newest := w.newest
	for page := m.get(w.path("Events") + "?Minutes=43200"); ; {
		for _, item := range page.Body["events"].([]any) {
			body := item.(map[string]any)
			if body["sid"] == newest {
				slices.Reverse(events)
				return events
			}
			if len(events) == 0 {
				w.newest = body["sid"].(string)
			}
			events = append(events, eventFrom(body))
		}
		next := page.Body["meta"].(map[string]any)["next_page_url"]
		if next == nil {
			slices.Reverse(events)
			return events
		}
		page = m.follow(next)
	}
}

func eventFrom(body map[string]any) readEvent {
	data := body["event_data"].(map[string]any)
	facts := map[string]string{}
	for fact, name := range map[string]string{
		"TaskSid": "task_sid", "WorkerSid": "worker_sid", "WorkflowSid": "workflow_sid", "TaskQueueSid": "task_queue_sid",
		"TaskChannel": "task_channel_sid", "ReservationSid": "reservation_sid",
	} {
		if sid, ok := data[name].(string); ok {
			facts[fact] = sid
		}
	}
	return readEvent{modelEvent{
		kind: body["event_type"].(string), resource: body["resource_sid"].(string),
		at: time.UnixMilli(int64(body["event_date_ms"].(float64))), facts: facts,
	}, data}
}

// apply makes of the model what an event tells that no call brought about.
func (m *machine) apply(w *modelWorkspace, e readEvent) {
	switch e.kind {
	case "workflow.target-matched", "workflow.timeout", "workflow.skipped", "task-queue.timeout", "task-queue.moved":
	case "workflow.entered":
		i := slices.IndexFunc(w.workflows, func(f *modelWorkflow) bool { return f.sid == e.facts["WorkflowSid"] })
		m.tasks[e.resource].follows = slices.Clone(w.workflows[i].queues)
	case "task-queue.entered":
		t := m.tasks[e.resource]
		i := slices.IndexFunc(w.queues, func(q *modelQueue) bool { return q.sid == e.facts["TaskQueueSid"] })
		t.queue, t.entered = w.queues[i], e.at
		t.changedAt(e.at)
	case "task.canceled":
		t := m.tasks[e.resource]
		t.reason = e.data["task_canceled_reason"]
		t.move("canceled", e.at)
	case "task.wrapup":
		m.tasks[e.resource].move("wrapping", e.at)
	case "task.completed":
		m.tasks[e.resource].move("completed", e.at)
	case "worker.activity.update":
		k := m.workers[e.resource]
		i := slices.IndexFunc(w.activities, func(a *modelActivity) bool { return a.sid == e.data["worker_activity_sid"] })
		k.activity, k.since = w.activities[i], e.at
	case "reservation.failed":
		m.take(e.resource)
	case "reservation.created":
		m.reserve(w, e)
	default:
		status, ok := strings.CutPrefix(e.kind, "reservation.")
		require.True(m.t, ok, "%s happened, and nobody knows why", e.kind)
		m.turn(w, e, status)
	}
}

// reserve adds a reservation that was made.
func (m *machine) reserve(w *modelWorkspace, e readEvent) {
	m.take(e.resource)
	task, worker := m.tasks[e.facts["TaskSid"]], m.workers[e.facts["WorkerSid"]]
	r := &modelReservation{modelResource{sid: e.resource, created: e.at, updated: e.at}, "pending", task, worker}
	m.reservations[r.sid] = r
	w.reservations = append(w.reservations, r)
	if task.status != "reserved" {
		require.Equal(m.t, "pending", task.status)
		task.move("reserved", e.at)
	}
	worker.changedAt(e.at)
}

// turn gives a reservation another state, and its task with it.
func (m *machine) turn(w *modelWorkspace, e readEvent, status string) {
	if status == "wrapup" {
		status = "wrapping"
	}
	r := m.reservations[e.resource]
	require.True(m.t, r.open(), "%s, although it is %s", e.kind, r.status)
	r.status = status
	r.changedAt(e.at)
	r.worker.changedAt(e.at)
	switch {
	case status == "accepted":
		r.task.move("assigned", e.at)
	case r.task.status == "reserved" && !w.isOpen(r.task):
		r.task.move("pending", e.at)
	}
}
