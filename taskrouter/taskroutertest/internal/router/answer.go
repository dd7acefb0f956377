package router

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

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
	if err := firstProblem(r.pendingFor("accept", 0)); err != nil {
		return err
	}
	w.accept(r)
	return nil
}

func (w *Workspace) answerReject(r *Reservation, i webhook.Reject) error {
	if err := firstProblem(
		r.pendingFor("reject", 0),
		w.activityFor("reject", "activity_sid", i.ActivitySID, 40100),
	); err != nil {
		return err
	}
	w.reject(r, &i.ActivitySID)
	return nil
}

func (w *Workspace) answerDequeue(r *Reservation, i webhook.Dequeue) error {
	const name = "dequeue"
	if err := firstProblem(
		r.pendingFor(name, 40135),
		r.attributeFor(name, 40140, "call_sid"),
		r.reachableFor(name, i.To, 40131),
		r.ringingFor(name, i),
		w.activityFor(name, "post_work_activity_sid", i.PostWorkActivitySID, 40130),
	); err != nil {
		return err
	}
	w.dequeue(r, &i.PostWorkActivitySID)
	return nil
}

func (w *Workspace) answerCall(r *Reservation, i webhook.Call) error {
	if err := firstProblem(
		r.pendingFor("call", 40114),
		r.reachableFor("call", i.To, 40110),
	); err != nil {
		return err
	}
	w.call(r, i.Accept)
	return nil
}

func (w *Workspace) answerRedirect(r *Reservation, i webhook.Redirect) error {
	if err := firstProblem(r.pendingFor("redirect", 40123)); err != nil {
		return err
	}
	w.redirect(r, i.Accept)
	return nil
}

func (w *Workspace) answerConference(r *Reservation, i webhook.Conference) error {
	const name = "conference"
	if err := firstProblem(
		r.pendingFor(name, 40136),
		r.attributeFor(name, 40142, "call_sid", "outbound_to", "to"),
		r.reachableFor(name, i.To, 40137),
		w.postWorkFor(name, i.PostWorkActivitySID),
	); err != nil {
		return err
	}
	w.confer(r, &i.PostWorkActivitySID)
	return nil
}

// firstProblem is the first thing that is wrong with an answer, nil if nothing is.
func firstProblem(problems ...*webhook.InstructionError) error {
	if problem := cmp.Or(problems...); problem != nil {
		return problem
	}
	return nil
}

func problem(instruction, member string, code int, format string, arguments ...any) *webhook.InstructionError {
	return &webhook.InstructionError{Instruction: instruction, Member: member, Problem: fmt.Sprintf(format, arguments...), Code: code}
}

// pendingFor wants that the reservation is still to be decided about.
func (r *Reservation) pendingFor(instruction string, code int) *webhook.InstructionError {
	if r.Status == gen.ReservationStatusPending {
		return nil
	}
	return problem(instruction, "", code, "reservation %s is %s, not pending", r.SID, r.Status)
}

// attributeFor wants one of some attributes of the task.
func (r *Reservation) attributeFor(instruction string, code int, names ...string) *webhook.InstructionError {
	for _, name := range names {
		if r.task.has(name) {
			return nil
		}
	}
	return problem(instruction, "", code, "task %s has no attribute %s", r.task.SID, strings.Join(names, " or "))
}

// reachableFor wants an address of the worker, in the answer or in its attributes.
func (r *Reservation) reachableFor(instruction, to string, code int) *webhook.InstructionError {
	if to != "" || r.worker.Attributes.textOf("contact_uri") != "" {
		return nil
	}
	return problem(instruction, "to", code, "it is empty, and worker %s has no contact_uri", r.WorkerSID)
}

// ringingFor wants that nobody lets a SIP address of a worker ring for longer than the
// service does. One in the answer itself was looked at when that was read.
func (r *Reservation) ringingFor(instruction string, i webhook.Dequeue) *webhook.InstructionError {
	if i.To != "" || !isSIP(r.worker.Attributes.textOf("contact_uri")) || i.Timeout <= maxRingingSIP {
		return nil
	}
	return problem(instruction, "timeout", 0, "%d is more than %d, and worker %s is reached by SIP", i.Timeout, maxRingingSIP, r.WorkerSID)
}

// postWorkFor wants an activity after a conference only where there can be one.
func (w *Workspace) postWorkFor(instruction, sid string) *webhook.InstructionError {
	const member, code = "post_work_activity_sid", 40139
	if sid != "" && w.MultiTaskEnabled {
		return problem(instruction, member, code, "a workspace with multitasking allows none")
	}
	return w.activityFor(instruction, member, sid, code)
}

// activityFor wants an activity that is there, or none.
func (w *Workspace) activityFor(instruction, member, sid string, code int) *webhook.InstructionError {
	if sid == "" || w.Activities.Has(sid) {
		return nil
	}
	return problem(instruction, member, code, "there is no activity %s", sid)
}
