package router

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// What becomes of a reservation when an application was asked about it. By then it may be
// over, or gone.

// ErrGone is why an answer comes too late.
var ErrGone = errors.New("the reservation is not there any more")

// CarryOut does what an application answered when it was asked about an assignment. If that
// cannot be done, the reservation is left as it is, and the error is a
// [webhook.InstructionError] with the code by which the service reports that, unless the
// reservation is gone.
func (a *Account) CarryOut(asked webhook.Assignment, instruction webhook.Instruction) error {
	w, r := a.reservationOf(asked)
	if r == nil {
		return ErrGone
	}
	r.task.unanswered = 0
	switch i := instruction.(type) {
	case webhook.Accept:
		return w.answerAccept(r)
	case webhook.Reject:
		return w.answerReject(r, i)
	case webhook.Dequeue:
		return w.answerDequeue(r, i)
	case webhook.Call:
		return w.answerCall(r, i)
	case webhook.Redirect:
		return w.answerRedirect(r, i)
	case webhook.Conference:
		return w.answerConference(r, i)
	}
	return fmt.Errorf("%T is none of the instructions that are carried out", instruction)
}

// CancelUnanswered cancels a reservation about which nobody could be asked. If its task is
// to be offered again, that is after a pause.
func (a *Account) CancelUnanswered(asked webhook.Assignment) {
	w, r := a.reservationOf(asked)
	if r == nil || r.Status != gen.ReservationStatusPending {
		return
	}
	if r.task.held = r.task.without(r) == gen.TaskStatusPending; r.task.held {
		r.task.unanswered++
	}
	w.decline(r, gen.ReservationStatusCanceled)
}

// IsPending tells whether a reservation is still to be decided about.
func (a *Account) IsPending(asked webhook.Assignment) bool {
	_, r := a.reservationOf(asked)
	return r != nil && r.Status == gen.ReservationStatusPending
}

// reservationOf returns the reservation of an assignment, nil if it is gone.
func (a *Account) reservationOf(asked webhook.Assignment) (*Workspace, *Reservation) {
	w, ok := a.Workspaces.Lookup(asked.WorkspaceSID)
	if !ok {
		return nil, nil
	}
	t, ok := w.Tasks.Lookup(asked.TaskSID)
	if !ok {
		return nil, nil
	}
	r, _ := t.Reservations.Lookup(asked.ReservationSID)
	return w, r
}

func (w *Workspace) answerAccept(r *Reservation) error {
	if err := r.pendingFor("accept", 0); err != nil {
		return err
	}
	w.accept(r)
	return nil
}

func (w *Workspace) answerReject(r *Reservation, i webhook.Reject) error {
	if err := cmp.Or(
		r.pendingFor("reject", 0),
		w.activityFor("reject", "activity_sid", i.ActivitySID, 40100),
	); err != nil {
		return err
	}
	w.reject(r, &i.ActivitySID)
	return nil
}

func (w *Workspace) answerDequeue(r *Reservation, i webhook.Dequeue) error {
	if err := cmp.Or(
		r.pendingFor("dequeue", 40135),
		w.assignmentOf(r).Check(i),
		w.activityFor("dequeue", "post_work_activity_sid", i.PostWorkActivitySID, 40130),
	); err != nil {
		return err
	}
	w.dequeue(r, &i.PostWorkActivitySID)
	return nil
}

func (w *Workspace) answerCall(r *Reservation, i webhook.Call) error {
	if err := cmp.Or(r.pendingFor("call", 40114), w.assignmentOf(r).Check(i)); err != nil {
		return err
	}
	w.call(r, i.Accept)
	return nil
}

func (w *Workspace) answerRedirect(r *Reservation, i webhook.Redirect) error {
	if err := r.pendingFor("redirect", 40123); err != nil {
		return err
	}
	w.redirect(r, i.Accept)
	return nil
}

func (w *Workspace) answerConference(r *Reservation, i webhook.Conference) error {
	if err := cmp.Or(
		r.pendingFor("conference", 40136),
		w.assignmentOf(r).Check(i),
		w.postWorkFor("conference", i.PostWorkActivitySID),
	); err != nil {
		return err
	}
	w.confer(r, &i.PostWorkActivitySID)
	return nil
}

func problem(instruction, member string, code int, format string, arguments ...any) error {
	return &webhook.InstructionError{Instruction: instruction, Member: member, Problem: fmt.Sprintf(format, arguments...), Code: code}
}

// pendingFor wants that the reservation is still to be decided about.
func (r *Reservation) pendingFor(instruction string, code int) error {
	if r.Status == gen.ReservationStatusPending {
		return nil
	}
	return problem(instruction, "", code, "reservation %s is %s, not pending", r.SID, r.Status)
}

// postWorkFor wants an activity after a conference only where there can be one.
func (w *Workspace) postWorkFor(instruction, sid string) error {
	const member, code = "post_work_activity_sid", 40139
	if sid != "" && w.MultiTaskEnabled {
		return problem(instruction, member, code, "a workspace with multitasking allows none")
	}
	return w.activityFor(instruction, member, sid, code)
}

// activityFor wants an activity that is there, or none.
func (w *Workspace) activityFor(instruction, member, sid string, code int) error {
	if sid == "" || w.Activities.Has(sid) {
		return nil
	}
	return problem(instruction, member, code, "there is no activity %s", sid)
}
