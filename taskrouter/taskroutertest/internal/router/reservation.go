package router

import (
	"github.com/taskrouter-go/sdk/gen"
)

// A Reservation is a worker who is asked to do a task, or does it, or did.
type Reservation struct {
	Resource
	WorkerSID string                `json:"worker_sid"`
	Status    gen.ReservationStatus `json:"reservation_status"`
	Version   int                   `json:"version"`

	task   *Task
	worker *Worker
}

// Task returns the task.
func (r *Reservation) Task() *Task { return r.task }

// Worker returns the worker.
func (r *Reservation) Worker() *Worker { return r.worker }

// holdsTask tells whether the worker has the task.
func (r *Reservation) holdsTask() bool {
	return r.Status == gen.ReservationStatusAccepted || r.Status == gen.ReservationStatusWrapping
}

// open tells whether the reservation uses capacity of the worker.
func (r *Reservation) open() bool { return r.Status == gen.ReservationStatusPending || r.holdsTask() }

// UpdateReservation carries out what was sent, if the reservation has the version and
// the instruction is one of those that are allowed.
func (w *Workspace) UpdateReservation(r *Reservation, version Version, request gen.UpdateReservationRequest, allowed []string) error {
	if err := firstOf(
		version.check("reservation", r.Version),
		w.checkReservationFields(request),
		checkReservationMove(r, request.ReservationStatus),
		w.checkInstruction(r, request, allowed),
	); err != nil {
		return err
	}
	if request.ReservationStatus != nil {
		w.moveReservation(r, *request.ReservationStatus, request.WorkerActivitySID)
	}
	if accepts(request) && r.Status == gen.ReservationStatusPending {
		w.moveReservation(r, gen.ReservationStatusAccepted, nil)
	}
	return nil
}

// checkReservationMove wants that a reservation can move to the state that was sent.
func checkReservationMove(r *Reservation, status *gen.ReservationStatus) *Refusal {
	if status == nil {
		return nil
	}
	verb, known := reservationVerbs[*status]
	switch {
	case !known:
		return Invalid("ReservationStatus cannot be set to %s", *status)
	case r.Status == gen.ReservationStatusPending && (*status == gen.ReservationStatusAccepted || *status == gen.ReservationStatusRejected),
		r.Status == gen.ReservationStatusAccepted && (*status == gen.ReservationStatusWrapping || *status == gen.ReservationStatusCompleted),
		r.Status == gen.ReservationStatusWrapping && *status == gen.ReservationStatusCompleted:
		return nil
	case r.Status == gen.ReservationStatusRescinded:
		return gone()
	}
	return Invalid("The reservation is %s and cannot be %s", r.Status, verb)
}

// reservationVerbs are the states that a reservation can be moved to, and how a
// sentence says so.
var reservationVerbs = map[gen.ReservationStatus]string{
	gen.ReservationStatusAccepted:  "accepted",
	gen.ReservationStatusRejected:  "rejected",
	gen.ReservationStatusWrapping:  "wrapped up",
	gen.ReservationStatusCompleted: "completed",
}

// moveReservation moves a reservation to a state, and its task with it.
func (w *Workspace) moveReservation(r *Reservation, status gen.ReservationStatus, activitySID *string) {
	w.endReservation(r, status)
	switch status {
	case gen.ReservationStatusAccepted:
		for sibling := range r.task.Reservations.All() {
			if sibling.Status == gen.ReservationStatusPending {
				w.endReservation(sibling, gen.ReservationStatusRescinded)
			}
		}
		w.setTaskStatus(r.task, gen.TaskStatusAssigned)
	case gen.ReservationStatusRejected:
		if activitySID != nil {
			w.moveWorker(r.worker, *activitySID)
		}
		w.releaseTask(r.task)
	case gen.ReservationStatusWrapping:
		w.setTaskStatus(r.task, gen.TaskStatusWrapping)
	case gen.ReservationStatusCompleted:
		w.setTaskStatus(r.task, gen.TaskStatusCompleted)
	}
}

// endReservation gives a reservation another state, and tells of it.
func (w *Workspace) endReservation(r *Reservation, status gen.ReservationStatus) {
	r.Status = status
	r.Version++
	w.touch(&r.Resource)
	r.worker.Version++
	name := string(status)
	if status == gen.ReservationStatusWrapping {
		name = "wrapup"
	}
	w.record(eventOf("reservation."+name, "Reservation %s %s", r.SID, status).about("reservation", r.SID).with(w.reservationFacts(r)))
}

// setTaskStatus gives a task the state that follows from its reservations.
func (w *Workspace) setTaskStatus(t *Task, status gen.TaskStatus) {
	if t.Status == status {
		return
	}
	t.Status = status
	w.changed(t)
	if move, ok := taskMoves[status]; ok {
		w.record(eventOf(move.event, "Task %s %s", t.SID, move.word).about("task", t.SID).with(w.taskFacts(t)))
	}
}

// releaseTask lets a task wait again once nobody is asked any more.
func (w *Workspace) releaseTask(t *Task) {
	for r := range t.Reservations.All() {
		if r.open() {
			return
		}
	}
	if t.Status == gen.TaskStatusReserved {
		w.setTaskStatus(t, gen.TaskStatusPending)
	}
}

// rejectPending rejects what a worker is asked for.
func (w *Workspace) rejectPending(worker *Worker) {
	for r := range worker.Reservations.All() {
		if r.Status == gen.ReservationStatusPending {
			w.moveReservation(r, gen.ReservationStatusRejected, nil)
		}
	}
}
