package taskroutertest_test

import (
	"slices"
	"strings"

	"pgregory.net/rapid"
)

// Task queues and workflows: what is done to them at random.

// ---- Task queues.

func (m *machine) drawQueue(f *form, w *modelWorkspace, q *modelQueue) {
	if f.want("TargetWorkers") && !f.wrong("TargetWorkers", "level >", "(", "a-b == 1") {
		q.target = modelExpression{"", func(modelAttributes) bool { return false }}
		if !oneIn(f.t, 8, "nobody") {
			q.target = drawExpression(f.t, 2)
		}
		f.set.Set("TargetWorkers", q.target.text)
	}
	f.number("MaxReservedWorkers", &q.most, 1, 50, "0", "51", "-1")
	if f.want("TaskOrder") && !f.wrong("TaskOrder", "FILO", "fifo") {
		f.text("TaskOrder", &q.order, "FIFO", "LIFO")
	}
	refer(f, "ReservationActivitySid", "WA", &q.reservation, w.activities)
	refer(f, "AssignmentActivitySid", "WA", &q.assignment, w.activities)
}

func (m *machine) createQueue(t *rapid.T, w *modelWorkspace) {
	f := newForm(t)
	q := &modelQueue{order: "FIFO", target: everybody, most: 1}
	f.text("FriendlyName", &q.name, name(t))
	m.drawQueue(f, w, q)
	made, ok := m.made(w.path("TaskQueues"), f.set, f.valid)
	if !ok {
		return
	}
	q.modelResource = made
	w.queues = append(w.queues, q)
	w.happened("task-queue.created", q.sid, "TaskQueueSid", q.sid)
}

func (m *machine) updateQueue(t *rapid.T, w *modelWorkspace) {
	q := draw(t, "queue", w.queues)
	f := newForm(t)
	next := *q
	if f.want("FriendlyName") && !f.wrong("FriendlyName", "") {
		f.text("FriendlyName", &next.name, name(t))
	}
	m.drawQueue(f, w, &next)
	if m.changed(w.path("TaskQueues", q.sid), f.set, f.valid) {
		targets := q.target.text
		*q = next
		q.changed()
		if q.target.text != targets {
			w.happened("task-queue.expression.updated", q.sid, "TaskQueueSid", q.sid)
		}
	}
}

// queuesOfTasks are those that only tasks name, and no workflow.
func (w *modelWorkspace) queuesOfTasks() []*modelQueue {
	return slices.DeleteFunc(slices.Clone(w.queues), func(q *modelQueue) bool {
		return slices.ContainsFunc(w.workflows, func(f *modelWorkflow) bool { return slices.Contains(f.queues, q) }) ||
			!slices.ContainsFunc(w.tasks, func(t *modelTask) bool { return t.queue == q || t.target == q.sid })
	})
}

func (m *machine) deleteQueue(t *rapid.T, w *modelWorkspace) {
	q := draw(t, "queue", w.queues)
	if used := w.queuesOfTasks(); len(used) > 0 && oneIn(t, 2, "one that tasks name") {
		q = draw(t, "queue of tasks", used)
	}
	if m.deleted(w.path("TaskQueues", q.sid), !w.queueInUse(q)) {
		w.queues = without(w.queues, q)
		for _, task := range w.tasks {
			if task.queue == q {
				task.queue = nil
				task.changed()
			}
		}
		w.happened("task-queue.deleted", q.sid, "TaskQueueSid", q.sid)
	}
}

// ---- Workflows.

func (m *machine) drawConfiguration(f *form, w *modelWorkspace, flow *modelWorkflow) {
	unknown := &modelQueue{modelResource: modelResource{sid: "WQ" + strings.Repeat("0", 32)}}
	if f.wrong("Configuration", "{", "[]", `{"task_routing":{"filters":[{"expression":"(","targets":[]}]}}`, configurationOf([]*modelQueue{unknown})) {
		return
	}
	var queues []*modelQueue
	for range number(f.t, "queues", 1, 2) {
		queues = append(queues, draw(f.t, "queue", w.queues))
	}
	flow.queues, flow.configuration = queues, configurationOf(queues)
	f.set.Set("Configuration", strings.ReplaceAll(flow.configuration, `":`, `" : `))
}

func (m *machine) drawWorkflow(f *form, flow *modelWorkflow) {
	if f.want("AssignmentCallbackUrl") && !f.wrong("AssignmentCallbackUrl", "nowhere") {
		callback := draw(f.t, "AssignmentCallbackUrl", []string{"https://example.com/assignment", "http://example.com"})
		flow.callback = callback
		f.set.Set("AssignmentCallbackUrl", callback)
	}
	f.number("TaskReservationTimeout", &flow.timeout, 20, 300, "0", "86401")
}

func (m *machine) createWorkflow(t *rapid.T, w *modelWorkspace) {
	f := newForm(t)
	flow := &modelWorkflow{timeout: 120}
	f.text("FriendlyName", &flow.name, name(t))
	m.drawConfiguration(f, w, flow)
	m.drawWorkflow(f, flow)
	made, ok := m.made(w.path("Workflows"), f.set, f.valid)
	if !ok {
		return
	}
	flow.modelResource = made
	w.workflows = append(w.workflows, flow)
	w.happened("workflow.created", flow.sid, "WorkflowSid", flow.sid)
}

func (m *machine) updateWorkflow(t *rapid.T, w *modelWorkspace) {
	flow := draw(t, "workflow", w.workflows)
	f := newForm(t)
	next := *flow
	if f.want("FriendlyName") && !f.wrong("FriendlyName", "") {
		f.text("FriendlyName", &next.name, name(t))
	}
	if f.want("Configuration") && len(w.queues) > 0 {
		m.drawConfiguration(f, w, &next)
	}
	m.drawWorkflow(f, &next)
	var anew bool
	f.flag("ReEvaluateTasks", &anew)
	if m.changed(w.path("Workflows", flow.sid), f.set, f.valid) {
		*flow = next
		flow.changed()
		w.happened("workflow.updated", flow.sid, "WorkflowSid", flow.sid)
	}
}

func (m *machine) deleteWorkflow(t *rapid.T, w *modelWorkspace) {
	flow := draw(t, "workflow", w.workflows)
	if i := slices.IndexFunc(w.workflows, func(f *modelWorkflow) bool {
		return slices.ContainsFunc(w.tasks, func(t *modelTask) bool { return t.target == f.sid })
	}); i >= 0 && oneIn(t, 2, "one that is a target") {
		flow = w.workflows[i]
	}
	if m.deleted(w.path("Workflows", flow.sid), !w.workflowInUse(flow)) {
		w.workflows = without(w.workflows, flow)
		for _, task := range w.tasks {
			if task.workflow == flow {
				task.workflow = nil
				task.changed()
			}
		}
		w.happened("workflow.deleted", flow.sid, "WorkflowSid", flow.sid)
	}
}
