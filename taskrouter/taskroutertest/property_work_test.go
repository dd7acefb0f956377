package taskroutertest_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Workers, tasks and reservations: what is done to them at random.

// ---- Workers.

// drawWorkerName draws a name, sometimes one that is taken, in another spelling.
func (m *machine) drawWorkerName(f *form, w *modelWorkspace, k *modelWorker) {
	m.names++
	k.name = fmt.Sprintf("Jämie %d", m.names)
	if len(w.workers) > 0 && oneIn(f.t, 8, "name is taken") {
		k.name = strings.ToUpper(draw(f.t, "name of", w.workers).name)
	}
	if len(m.former) > 0 && oneIn(f.t, 4, "former name") {
		k.name = draw(f.t, "name before", m.former)
	}
	f.set.Set("FriendlyName", k.name)
}

// activitiesOfWorkers are those to draw from: mostly such in which workers are asked.
func (w *modelWorkspace) activitiesOfWorkers() []*modelActivity {
	all := slices.Clone(w.activities)
	for _, a := range w.activities {
		if a.available {
			all = append(all, a, a, a, a)
		}
	}
	return all
}

func (m *machine) createWorker(t *rapid.T, w *modelWorkspace) {
	f := newForm(t)
	k := &modelWorker{activity: w.defaultActivity, attributes: modelAttributes{level: -1}, since: time.Now()}
	m.drawWorkerName(f, w, k)
	f.valid = !w.nameTaken(k.name, nil)
	f.wrong("FriendlyName", "", strings.Repeat("x", 65))
	refer(f, "ActivitySid", "WA", &k.activity, w.activitiesOfWorkers())
	f.attributes(&k.attributes)
	made, ok := m.made(w.path("Workers"), f.set, f.valid)
	if !ok {
		return
	}
	k.modelResource = made
	w.workers, m.workers[k.sid] = append(w.workers, k), k
	w.happened("worker.created", k.sid, "WorkerSid", k.sid)
	m.adoptChannels(w, k, w.channels...)
}

func (m *machine) updateWorker(t *rapid.T, w *modelWorkspace) {
	k := draw(t, "worker", w.workers)
	f := newForm(t)
	next := *k
	if oneIn(t, 4, "FriendlyName") {
		m.drawWorkerName(f, w, &next)
		f.valid = !w.nameTaken(next.name, k)
	}
	refer(f, "ActivitySid", "WA", &next.activity, w.activitiesOfWorkers())
	f.attributes(&next.attributes)
	path := w.path("Workers", k.sid)
	header, met := ifMatch(t, k.version)
	if !met { // whatever else is wrong
		m.call(http.MethodPost, path, f.set, http.StatusPreconditionFailed, header...)
		return
	}
	if !m.changed(path, f.set, f.valid, header...) {
		return
	}
	if next.name != k.name {
		m.former = append(m.former, k.name)
	}
	moved := next.activity != k.activity
	*k = next
	k.changed()
	if f.set.Has("Attributes") {
		w.happened("worker.attributes.update", k.sid, "WorkerSid", k.sid)
	}
	if moved {
		k.since = time.Now()
		w.happened("worker.activity.update", k.sid, "WorkerSid", k.sid)
	}
}

func (m *machine) updateWorkerChannel(t *rapid.T, w *modelWorkspace) {
	k := draw(t, "worker", w.workers)
	c := draw(t, "channel", k.channels)
	f := newForm(t)
	next := *c
	f.number("Capacity", &next.capacity, 0, 50, "-1", "51")
	f.flag("Available", &next.available)
	if !m.changed(w.path("Workers", k.sid, "Channels", draw(t, "by", []string{c.sid, c.channel.uniqueName})), f.set, f.valid) {
		return
	}
	*c = next
	c.changed()
	k.changed()
	if f.set.Has("Capacity") {
		w.happened("worker.capacity.update", k.sid, "WorkerSid", k.sid, "TaskChannel", c.channel.sid)
	}
	if f.set.Has("Available") {
		w.happened("worker.channel.availability.update", k.sid, "WorkerSid", k.sid, "TaskChannel", c.channel.sid)
	}
}

func (m *machine) deleteWorker(t *rapid.T, w *modelWorkspace) {
	k := draw(t, "worker", w.workers)
	header, met := ifMatch(t, k.version)
	path := w.path("Workers", k.sid)
	if !met {
		m.call(http.MethodDelete, path, nil, http.StatusPreconditionFailed, header...)
		return
	}
	if !m.deleted(path, !w.workerInUse(k), header...) {
		return
	}
	w.removeWorker(k)
	w.happened("worker.deleted", k.sid, "WorkerSid", k.sid)
}

// ---- Tasks.

func (m *machine) drawTask(f *form, w *modelWorkspace, task *modelTask) {
	f.attributes(&task.attributes)
	f.number("Priority", &task.priority, 0, 3, "-1", "2147483648")
	if f.want("TaskChannel") && !f.wrong("TaskChannel", "nonsense", "TC"+strings.Repeat("0", 32)) {
		task.channel = draw(f.t, "TaskChannel is", w.channels)
		f.set.Set("TaskChannel", draw(f.t, "TaskChannel by", []string{task.channel.sid, task.channel.uniqueName}))
	}
	now := time.Now()
	if f.want("VirtualStartTime") && !f.wrong("VirtualStartTime", second(now.Add(2*time.Second)), "1899-12-31T23:59:59Z", "tomorrow") {
		task.start = now.Add(-time.Duration(number(f.t, "hours", 1, 3)) * time.Hour).Truncate(time.Second)
		f.set.Set("VirtualStartTime", second(task.start))
	}
}

func (m *machine) createTask(t *rapid.T, w *modelWorkspace) {
	f := newForm(t)
	task := &modelTask{
		status: "pending", attributes: modelAttributes{level: -1}, channel: w.channels[0], timeout: 86_400, start: time.Now(), since: time.Now(),
	}
	m.drawTask(f, w, task)
	f.number("Timeout", &task.timeout, 1, 2000, "0", "1209601")
	var worker *modelWorker
	var targetQueue *modelQueue
	var targetWorkflow *modelWorkflow
	switch number(t, "target", 0, 5) {
	case 0:
		refer(f, "RoutingTarget", "WK", &worker, w.workers)
	case 1:
		refer(f, "RoutingTarget", "WQ", &targetQueue, w.queues)
	case 2:
		refer(f, "RoutingTarget", "WW", &targetWorkflow, w.workflows)
	}
	task.target = f.set.Get("RoutingTarget")
	refer(f, "TaskQueueSid", "WQ", &task.queue, w.queues)
	refer(f, "WorkflowSid", "WW", &task.workflow, w.workflows)
	switch {
	case targetWorkflow != nil:
		task.workflow = targetWorkflow
	case f.set.Has("WorkflowSid"):
	case len(w.workflows) == 1:
		task.workflow = w.workflows[0]
	case oneIn(t, 8, "no workflow"):
		f.valid = false
	default:
		task.workflow = draw(t, "WorkflowSid is", w.workflows)
		f.set.Set("WorkflowSid", task.workflow.sid)
	}
	ignore := worker != nil
	f.flag("IgnoreCapacity", &ignore)
	task.ignoreCapacity = ignore && worker != nil
	made, ok := m.made(w.path("Tasks"), f.set, f.valid)
	if !ok {
		return
	}
	task.modelResource = made
	w.tasks, m.tasks[task.sid] = append(w.tasks, task), task
	w.taskHappened("task.created", task)
}

func (m *machine) updateTask(t *rapid.T, w *modelWorkspace) {
	task := draw(t, "task", w.tasks)
	f := newForm(t)
	next := *task
	m.drawTask(f, w, &next)
	if f.want("Reason") {
		reason := name(t)
		next.reason = reason
		f.set.Set("Reason", reason)
	}
	event := "" // of a move
	if oneIn(t, 2, "AssignmentStatus") {
		f.text("AssignmentStatus", &next.status, "canceled", "canceled", "completed", "completed", "wrapping", "wrapping", "pending", "reserved", "assigned", "lost")
		switch {
		case next.status == "canceled" && task.waits():
			event = "task.canceled"
		case next.status == "wrapping" && task.status == "assigned" && !f.set.Has("Attributes"):
			event = "task.wrapup"
		case next.status == "completed" && (task.status == "assigned" || task.status == "wrapping") && !f.set.Has("Attributes"):
			event = "task.completed"
		case next.status == task.status && task.status != "wrapping" && !task.over(): // which moves nothing
		default:
			f.valid = false
		}
	}
	path := w.path("Tasks", task.sid)
	header, met := ifMatch(t, task.version)
	if !met { // whatever else is wrong
		m.call(http.MethodPost, path, f.set, http.StatusPreconditionFailed, header...)
		return
	}
	if !m.changed(path, f.set, f.valid, header...) {
		return
	}
	*task = next
	if event == "" {
		task.changed()
		w.taskHappened("task.updated", task)
		return
	}
	task.move(next.status, time.Now())
	w.taskHappened(event, task)
	more := maps.Clone(f.set)
	more.Del("AssignmentStatus")
	more.Del("Reason")
	if len(more) > 0 || next.status == "completed" {
		w.taskHappened("task.updated", task)
	}
}

func (m *machine) deleteTask(t *rapid.T, w *modelWorkspace) {
	task := draw(t, "task", w.tasks)
	path := w.path("Tasks", task.sid)
	header, met := ifMatch(t, task.version)
	if !met {
		m.call(http.MethodDelete, path, nil, http.StatusPreconditionFailed, header...)
		return
	}
	m.call(http.MethodDelete, path, nil, http.StatusNoContent, header...)
	m.gone = append(m.gone, path)
	w.removeTask(task)
	w.taskHappened("task.deleted", task)
}

// ---- Reservations.

// updateReservation answers what a worker is asked, or goes on with what it accepted.
// What became of it, an event tells.
func (m *machine) updateReservation(t *rapid.T, w *modelWorkspace) {
	all := w.reservations
	if open := slices.DeleteFunc(slices.Clone(all), func(r *modelReservation) bool { return !r.open() }); len(open) > 0 && !oneIn(t, 6, "any") {
		all = open
	}
	r := draw(t, "reservation", all)
	f := newForm(t)
	var to string
	f.text("ReservationStatus", &to, "accepted", "accepted", "accepted", "rejected", "wrapping", "completed")
	if to == "rejected" {
		var activity *modelActivity
		refer(f, "WorkerActivitySid", "WA", &activity, w.activities)
	}
	path := w.path(draw(t, "by", []string{"Tasks/" + r.task.sid, "Workers/" + r.worker.sid}), "Reservations", r.sid)
	header, met := ifMatch(t, r.version)
	status := http.StatusOK
	switch {
	case !met:
		status = http.StatusPreconditionFailed
	case !f.valid:
		status = http.StatusBadRequest
	case r.status == "rescinded":
		status = http.StatusGone
	case !slices.Contains(map[string][]string{
		"pending": {"accepted", "rejected"}, "accepted": {"wrapping", "completed"}, "wrapping": {"completed"},
	}[r.status], to):
		status = http.StatusBadRequest
	}
	m.call(http.MethodPost, path, f.set, status, header...)
	m.catchUp(w)
	if status == http.StatusOK {
		require.Equal(t, to, r.status)
	}
}
