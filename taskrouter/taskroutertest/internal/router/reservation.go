package router

import (
	"cmp"

	"github.com/taskrouter-go/sdk/gen"
)

// A Reservation is a worker who is asked to do a task, or does it, or did.
type Reservation struct {
	Resource
	WorkerSID string                `json:"worker_sid"`
	Status    gen.ReservationStatus `json:"reservation_status"`
	// PreviousActivitySID is what the worker did before, in a workspace without multitasking.
	PreviousActivitySID string `json:"previous_activity_sid"`
	// PostWorkActivitySID is what the worker does once the task is completed, "" for what
	// it does then.
	PostWorkActivitySID string `json:"post_work_activity_sid"`
	// Timeout is for how many seconds the worker is asked.
	Timeout int `json:"reservation_timeout"`
	Version int `json:"version"`
	// Number is the place among all reservations of the workspace, those that are gone, too.
	Number int `json:"number"`

	alarm  alarm
	task   *Task
	worker *Worker
}

// Task returns the task.
func (r *Reservation) Task() *Task { return r.task }

// Worker returns the worker.
func (r *Reservation) Worker() *Worker { return r.worker }

// letGo lets go of the task and the worker of a reservation that is gone: tables remember
// it for longer, but not what it was about.
func (r *Reservation) letGo() { r.task, r.worker = nil, nil }

// holdsTask tells whether the worker has the task.
func (r *Reservation) holdsTask() bool {
	return r.Status == gen.ReservationStatusAccepted || r.Status == gen.ReservationStatusWrapping
}

// open tells whether the reservation uses capacity of the worker.
func (r *Reservation) open() bool { return r.Status == gen.ReservationStatusPending || r.holdsTask() }

// UpdateReservation carries out what was sent, if the instruction is one of those that
// are allowed.
func (w *Workspace) UpdateReservation(r *Reservation, request gen.UpdateReservationRequest, allowed []string) error {
	if err := firstOf(
		w.checkReservationFields(request),
		checkReservationMove(r, request.ReservationStatus),
		w.checkInstruction(r, request, allowed),
	); err != nil {
		return err
	}
	if request.ReservationStatus != nil {
		w.moveReservation(r, *request.ReservationStatus, request.WorkerActivitySID)
	}
	w.carryOut(r, request)
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
	return Invalid("The reservation is %s and cannot be %s", cmp.Or(reservationVerbs[r.Status], endVerbs[r.Status], string(r.Status)), verb)
}

// reservationVerbs are the states that a reservation can be moved to, and how a
// sentence says so.
var reservationVerbs = map[gen.ReservationStatus]string{
	gen.ReservationStatusAccepted:  "accepted",
	gen.ReservationStatusRejected:  "rejected",
	gen.ReservationStatusWrapping:  "wrapped up",
	gen.ReservationStatusCompleted: "completed",
}

// endVerbs are how a sentence says that a reservation has come to states that nobody
// moves it to.
var endVerbs = map[gen.ReservationStatus]string{gen.ReservationStatusTimeout: "timed out"}

// moveReservation moves a reservation to a state, and its task with it.
func (w *Workspace) moveReservation(r *Reservation, status gen.ReservationStatus, activitySID *string) {
	switch status {
	case gen.ReservationStatusAccepted:
		w.accept(r)
	case gen.ReservationStatusRejected:
		w.reject(r, activitySID)
	case gen.ReservationStatusWrapping:
		w.transition(r.task, gen.TaskStatusWrapping, turn{r, status})
	case gen.ReservationStatusCompleted:
		w.transition(r.task, gen.TaskStatusCompleted, turn{r, status})
	}
}

// rejectPending rejects what a worker is asked for, who stays where it is.
func (w *Workspace) rejectPending(worker *Worker) {
	for r := range worker.Reservations.All() {
		if r.Status == gen.ReservationStatusPending {
			w.decline(r, gen.ReservationStatusRejected)
		}
	}
}

// reservationWord is how events name the state that a reservation was given.
func reservationWord(status gen.ReservationStatus) string {
	if status == gen.ReservationStatusWrapping {
		return "wrapup"
	}
	return string(status)
}

func (w *Workspace) recordReservation(r *Reservation, word string) {
	w.record(eventOf("reservation."+word, "Reservation %s %s", r.SID, word).about("reservation", r.SID).with(w.reservationFacts(r)))
}

// recordFailedReservation tells of one that could not be made in time.
func (w *Workspace) recordFailedReservation(t *Task) {
	sid := w.account.NextSID("WR")
	facts := w.queuedFacts(t)
	facts.set(FactReservationSID, sid)
	w.record(eventOf("reservation.failed", "Reservation %s failed", sid).about("reservation", sid).with(facts))
}
