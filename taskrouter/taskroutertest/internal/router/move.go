package router

import "github.com/taskrouter-go/sdk/gen"

// How a task and its reservations move on together: through settle alone.

// A turn is the state that a reservation gets.
type turn struct {
	reservation *Reservation
	status      gen.ReservationStatus
}

// settle gives a task and reservations of it other states, and then tells of all of
// them, of the task first, as the service was seen to do. Each that changes has a new
// version, and so have the workers.
func (w *Workspace) settle(t *Task, status gen.TaskStatus, turns ...turn) {
	moved := t.Status != status
	if moved {
		t.Status = status
		w.changed(t)
	}
	for _, turn := range turns {
		turn.reservation.Status = turn.status
		turn.reservation.Version++
		w.touch(&turn.reservation.Resource)
		w.changedWorker(turn.reservation.worker)
	}
	if move, ok := taskMoves[status]; ok && moved {
		w.recordTask(t, move.event, move.word)
	}
	for _, turn := range turns {
		w.recordReservation(turn.reservation)
	}
}

// taskMoves are the states of a task that are told of, and what becomes of its
// reservations in them.
var taskMoves = map[gen.TaskStatus]struct {
	event, word  string
	reservations gen.ReservationStatus
}{
	gen.TaskStatusCanceled:  {"task.canceled", "canceled", gen.ReservationStatusCanceled},
	gen.TaskStatusWrapping:  {"task.wrapup", "wrapping", gen.ReservationStatusWrapping},
	gen.TaskStatusCompleted: {"task.completed", "completed", gen.ReservationStatusCompleted},
}

// open returns a turn to a state for each reservation of a task that is not over.
func (t *Task) open(status gen.ReservationStatus) []turn {
	var turns []turn
	for r := range t.Reservations.All() {
		if r.open() {
			turns = append(turns, turn{r, status})
		}
	}
	return turns
}

// accept gives the task to the worker. The others who were asked are not any more.
func (w *Workspace) accept(r *Reservation) {
	turns := []turn{{r, gen.ReservationStatusAccepted}}
	for other := range r.task.Reservations.All() {
		if other != r && other.Status == gen.ReservationStatusPending {
			turns = append(turns, turn{other, gen.ReservationStatusRescinded})
		}
	}
	w.settle(r.task, gen.TaskStatusAssigned, turns...)
	if q := w.taskQueue(r.task.TaskQueueSID); q != nil && !w.MultiTaskEnabled && q.AssignmentActivitySID != "" {
		w.moveWorker(r.worker, q.AssignmentActivitySID)
	}
}

// decline ends a reservation that nobody accepted. The task waits again unless others
// are still asked.
func (w *Workspace) decline(r *Reservation, status gen.ReservationStatus) {
	w.settle(r.task, r.task.without(r), turn{r, status})
}

// without is the state of a task once a reservation does not count any more.
func (t *Task) without(r *Reservation) gen.TaskStatus {
	for other := range t.Reservations.All() {
		if other != r && other.open() {
			return t.Status
		}
	}
	if t.Status == gen.TaskStatusReserved {
		return gen.TaskStatusPending
	}
	return t.Status
}

// reject declines a reservation and moves the worker: to an activity that was named,
// or, in a workspace without multitasking, back to what the worker did before.
func (w *Workspace) reject(r *Reservation, activitySID *string) {
	w.decline(r, gen.ReservationStatusRejected)
	switch {
	case activitySID != nil:
		w.moveWorker(r.worker, *activitySID)
	case !w.MultiTaskEnabled && w.Activities.Has(r.PreviousActivitySID):
		w.moveWorker(r.worker, r.PreviousActivitySID)
	}
}
