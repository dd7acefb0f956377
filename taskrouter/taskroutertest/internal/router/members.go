package router

import (
	"slices"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
)

// Who serves which queue is found out when a worker or a queue changes, and kept.

// Serves tells whether a worker may be given tasks of a queue. Its activity and its
// capacity do not count.
func (worker *Worker) Serves(q *TaskQueue) bool { return slices.Contains(worker.queues, q) }

// enroll finds out which queues a worker serves.
func (w *Workspace) enroll(worker *Worker) {
	for q := range w.TaskQueues.All() {
		w.enrollIn(worker, q)
	}
}

// enrollAll finds out who serves a queue.
func (w *Workspace) enrollAll(q *TaskQueue) {
	for worker := range w.Workers.All() {
		w.enrollIn(worker, q)
	}
}

func (w *Workspace) enrollIn(worker *Worker, q *TaskQueue) {
	switch matches := w.matches(worker, q); {
	case matches == worker.Serves(q):
		return
	case matches:
		w.join(worker, q)
	default:
		w.part(worker, q)
	}
}

// enrollChanging finds out which of the queues a worker serves that look at what workers
// are doing.
func (w *Workspace) enrollChanging(worker *Worker) {
	for _, q := range w.changingQueues {
		w.enrollIn(worker, q)
	}
}

// matches tells whether the expression of a queue is true of a worker.
func (w *Workspace) matches(worker *Worker, q *TaskQueue) bool {
	if !q.builtIns {
		return q.Matches(worker.Attributes.Fields())
	}
	return q.Matches(w.viewOf(worker).fields)
}

func (w *Workspace) join(worker *Worker, q *TaskQueue) {
	worker.queues = append(worker.queues, q)
	q.countActivity(worker.ActivitySID, 1)
	for _, l := range q.lines {
		w.seat(worker, l)
	}
	w.stir(worker, freed)
}

func (w *Workspace) part(worker *Worker, q *TaskQueue) {
	i := slices.Index(worker.queues, q)
	worker.queues = slices.Delete(worker.queues, i, i+1)
	q.countActivity(worker.ActivitySID, -1)
	worker.unseat(func(s *seat) bool { return slices.Contains(q.lines, s.line) })
}

// countActivity counts a worker of a queue, who is in an activity or in it no longer.
func (q *TaskQueue) countActivity(sid string, by int) {
	if q.activities == nil {
		q.activities = make(map[string]int)
	}
	q.activities[sid] += by
	if q.activities[sid] == 0 {
		delete(q.activities, sid)
	}
}

// A view is a worker as expressions see it.
type view struct {
	worker expression.Worker
	fields expression.Attributes
}

// viewOf returns how expressions see a worker now.
func (w *Workspace) viewOf(worker *Worker) *view {
	if worker.view == nil {
		seen := w.seen(worker)
		worker.view = &view{seen, seen.Fields()}
	}
	return worker.view
}

// Fields returns what names in expressions stand for, of a worker.
func (w *Workspace) Fields(worker *Worker) expression.Attributes { return w.viewOf(worker).fields }

// isReady tells whether a worker can be given a task of a channel.
func (w *Workspace) isReady(worker *Worker, channel *TaskChannel) bool {
	return w.isFree(worker) && worker.channels[channel.SID].hasRoom()
}

// isFree tells whether a worker can be given a task of any channel that has room.
func (w *Workspace) isFree(worker *Worker) bool {
	return w.Available(worker) && (w.MultiTaskEnabled || worker.held == 0)
}

// hasRoom tells whether a channel of a worker has room for a task.
func (c *WorkerChannel) hasRoom() bool { return c.Available && c.used < c.ConfiguredCapacity }

// What happened to a worker, as far as it can be asked to do more.
type stirring int

const (
	still  stirring = iota
	loaded          // it has more to do, which the target of a task may want
	freed           // it may be able to do what it was not before
)

// stir has what waits looked at, once more, for a worker of whom something changed.
func (w *Workspace) stir(worker *Worker, how stirring) {
	worker.view = nil
	if worker.stirred == still {
		w.stirred = append(w.stirred, worker)
	}
	worker.stirred = max(worker.stirred, how)
	w.unsettle()
}

// stirAll does so for all workers that match.
func (w *Workspace) stirAll(match func(*Worker) bool) {
	for worker := range w.Workers.All() {
		if match(worker) {
			w.stir(worker, freed)
		}
	}
}
