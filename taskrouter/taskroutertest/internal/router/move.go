package router

import "github.com/taskrouter-go/sdk/gen"

// How a task and its reservations move on together: reserve makes reservations, and
// transition alone gives other states.

// reserve asks workers to do a task.
func (w *Workspace) reserve(t *Task, workers []*Worker) {
	t.Assignments++
	w.moveTask(t, gen.TaskStatusReserved)
	for _, worker := range workers {
		r := &Reservation{
			Resource:  w.account.newResource("WR"),
			WorkerSID: worker.SID,
			Status:    gen.ReservationStatusPending,
			Timeout:   w.reservationTimeout(t),
			Number:    w.ReservationsMade + 1,
			task:      t,
			worker:    worker,
		}
		t.Reservations.add(r)
		worker.Reservations.add(r)
		worker.tally(r, 1)
		w.ReservationsMade = r.Number
		worker.channels[t.TaskChannelSID].LastReserved = r.Number
		worker.LastReserved = r.Number
		w.changedWorker(worker)
		w.stir(worker, loaded)
		w.setAlarm(r, r.deadline())
		w.recordReservation(r, "created")
		w.ask(r)
		w.occupy(r)
		w.enrollChanging(worker) // before the next task of the contest is given away
	}
}

// reservationTimeout is for how many seconds a worker is asked to do a task.
func (w *Workspace) reservationTimeout(t *Task) int {
	if f := w.workflow(t.WorkflowSID); f != nil {
		return f.TaskReservationTimeout
	}
	return defaultReservationTimeout
}

// A turn is the state that a reservation gets.
type turn struct {
	reservation *Reservation
	status      gen.ReservationStatus
}

// transition gives a task and reservations of it other states, and then tells of all of
// them, of the task first, as the service was seen to do. Each that changes has a new
// version, and so have the workers.
func (w *Workspace) transition(t *Task, status gen.TaskStatus, turns ...turn) {
	moved := t.Status != status
	if moved {
		w.moveTask(t, status)
	}
	for _, turn := range turns {
		w.turn(turn)
	}
	if move, ok := taskMoves[status]; ok && moved {
		w.recordTask(t, move.event, move.word)
	}
	for _, turn := range turns {
		w.recordReservation(turn.reservation, reservationWord(turn.status))
		w.afterwards(turn.reservation)
	}
	if moved && status == gen.TaskStatusPending {
		w.returnToQueue(t)
	}
}

// moveTask gives a task another state.
func (w *Workspace) moveTask(t *Task, status gen.TaskStatus) {
	if status != gen.TaskStatusWrapping { // which is still being done
		t.Since = w.account.now
	}
	t.Status = status
	w.changed(t)
	if status != gen.TaskStatusPending {
		w.stopWaiting(t)
	}
	if !t.waits() {
		w.unfollow(t)
	}
	w.await(t)
}

// turn gives a reservation that was open another state.
func (w *Workspace) turn(t turn) {
	r := t.reservation
	r.worker.tally(r, -1)
	r.Status = t.status
	r.worker.tally(r, 1)
	r.Version++
	w.touch(&r.Resource)
	w.unsetAlarm(r)
	w.changedWorker(r.worker)
	w.stir(r.worker, r.stirring())
}

// stirring is what the state of a reservation means for what else its worker can do.
func (r *Reservation) stirring() stirring {
	if r.open() {
		return loaded
	}
	return freed
}

// afterwards moves the worker of a reservation that is over to what it does next. After a
// rejection and a timeout that is for others to say.
func (w *Workspace) afterwards(r *Reservation) {
	switch r.Status {
	case gen.ReservationStatusCanceled, gen.ReservationStatusRescinded:
		w.goBack(r)
	case gen.ReservationStatusCompleted:
		if w.Activities.Has(r.PostWorkActivitySID) {
			w.moveWorker(r.worker, r.PostWorkActivitySID)
		}
	}
}

// occupy moves a worker to the activity that the queue has for those who are asked, in a
// workspace without multitasking. Who is asked already by then goes back, later, to what
// it did before that.
func (w *Workspace) occupy(r *Reservation) {
	q := w.taskQueue(r.task.TaskQueueSID)
	if w.MultiTaskEnabled || q == nil || q.ReservationActivitySID == "" {
		return
	}
	r.PreviousActivitySID = r.worker.ActivitySID
	for other := range r.worker.Reservations.All() {
		if other != r && other.open() && other.PreviousActivitySID != "" {
			r.PreviousActivitySID = other.PreviousActivitySID
		}
	}
	w.moveWorker(r.worker, q.ReservationActivitySID)
}

// goBack moves a worker back to what it did before it was asked, unless it is asked for
// something else, too, or has been moved to another activity since.
func (w *Workspace) goBack(r *Reservation) {
	q := w.taskQueue(r.task.TaskQueueSID)
	if r.worker.held > 0 || q == nil || r.worker.ActivitySID != q.ReservationActivitySID {
		return
	}
	if w.Workers.Has(r.WorkerSID) && w.Activities.Has(r.PreviousActivitySID) {
		w.moveWorker(r.worker, r.PreviousActivitySID)
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
	w.transition(r.task, gen.TaskStatusAssigned, turns...)
	if q := w.taskQueue(r.task.TaskQueueSID); q != nil && !w.MultiTaskEnabled && q.AssignmentActivitySID != "" {
		w.moveWorker(r.worker, q.AssignmentActivitySID)
	}
}

// decline ends a reservation that nobody accepted. The task waits again unless others
// are still asked.
func (w *Workspace) decline(r *Reservation, status gen.ReservationStatus) {
	w.transition(r.task, r.task.without(r), turn{r, status})
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
	if activitySID != nil {
		w.moveWorker(r.worker, *activitySID)
		return
	}
	w.goBack(r)
}
