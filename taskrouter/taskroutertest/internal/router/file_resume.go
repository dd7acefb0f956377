package router

import (
	"slices"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

// resume lets go on what a file left where it was.
func (a *Account) resume() {
	for w := range a.Workspaces.All() {
		w.resumeWorkers()
		for f := range w.Workflows.All() {
			f.Former = slices.DeleteFunc(f.Former, func(former *Rules) bool { return former.tasks == 0 })
		}
		for t := range w.Tasks.All() {
			w.resumeTask(t)
		}
	}
	a.Settle()
}

// resumeWorkers finds out what workers do and which queues they serve.
func (w *Workspace) resumeWorkers() {
	for worker := range w.Workers.All() {
		for r := range worker.Reservations.All() {
			worker.tally(r, 1)
			w.ReservationsMade = max(w.ReservationsMade, r.Number)
		}
		for c := range worker.Channels.All() {
			worker.LastReserved = max(worker.LastReserved, c.LastReserved)
		}
		w.ReservationsMade = max(w.ReservationsMade, worker.LastReserved)
	}
	for q := range w.TaskQueues.All() {
		w.watch(q)
	}
}

// resumeTask lets a task wait where it was, or begin its way if the file does not say
// where that is.
func (w *Workspace) resumeTask(t *Task) {
	w.await(t)
	for r := range t.Reservations.All() {
		if r.Status == gen.ReservationStatusPending {
			w.setAlarm(r, r.deadline())
		}
	}
	if t.step == nil && t.waits() && !t.isDirect() {
		w.findPlace(t)
	}
	switch {
	case t.Status != gen.TaskStatusPending:
	case t.isPlaced():
		w.wait(t)
	default:
		w.arrive(t)
	}
}

// findPlace puts a task that is in a queue into the first target that leads there, if any
// on the way of the task does, though its file does not say where the task is. Nothing
// else changes: it has been there before.
func (w *Workspace) findPlace(t *Task) {
	f := w.workflow(t.WorkflowSID)
	if f == nil || t.DateQueueEntered == nil {
		return
	}
	plan, task := f.rules.plan, t.Attributes.Fields()
	at, end := plan.First(task)
	for end == "" && plan.Step(at).Queue != t.TaskQueueSID {
		at, end = plan.Next(task, at, workflow.ExitSkipped)
	}
	if end != "" {
		return
	}
	w.follow(t, f.rules)
	t.step, t.Position, t.DateTargetEntered = plan.Step(at), &at, new(*t.DateQueueEntered)
}
