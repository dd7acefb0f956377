package router

import (
	"cmp"
	"slices"
	"strings"

	"github.com/taskrouter-go/sdk/gen"
)

// Instructions that an update of a reservation can hold. Only reservations that are
// addressed by their task can be supervised.
var (
	TaskInstructions   = []string{"dequeue", "call", "redirect", "conference", "supervise"}
	WorkerInstructions = TaskInstructions[:4]
)

const (
	maxRinging      = 999 // seconds
	maxRingingSIP   = 600
	maxParticipants = 250
)

// checkReservationFields looks at each field on its own.
func (w *Workspace) checkReservationFields(request gen.UpdateReservationRequest) *Refusal {
	return cmp.Or(
		CheckEnum("ReservationStatus", request.ReservationStatus),
		w.checkActivity("WorkerActivitySid", request.WorkerActivitySID),

		w.checkActivity("DequeuePostWorkActivitySid", request.DequeuePostWorkActivitySID),
		CheckEnum("DequeueRecord", request.DequeueRecord),
		checkRange("DequeueTimeout", request.DequeueTimeout, 1, maxRinging),
		checkURL("DequeueStatusCallbackUrl", request.DequeueStatusCallbackURL),
		checkEnums("DequeueStatusCallbackEvent", request.DequeueStatusCallbackEvent),

		CheckEnum("CallRecord", request.CallRecord),
		checkRange("CallTimeout", request.CallTimeout, 1, maxRinging),
		checkURL("CallUrl", request.CallURL),
		checkURL("CallStatusCallbackUrl", request.CallStatusCallbackURL),

		CheckSID("RedirectCallSid", "CA", request.RedirectCallSID),
		checkURL("RedirectUrl", request.RedirectURL),

		checkURL("StatusCallback", request.StatusCallback),
		CheckEnum("StatusCallbackMethod", request.StatusCallbackMethod),
		checkEnums("StatusCallbackEvent", request.StatusCallbackEvent),
		checkRange("Timeout", request.Timeout, 1, maxRinging),
		CheckEnum("Beep", request.Beep),
		checkURL("WaitUrl", request.WaitURL),
		CheckEnum("WaitMethod", request.WaitMethod),
		checkRange("MaxParticipants", request.MaxParticipants, 2, maxParticipants),
		checkURL("ConferenceStatusCallback", request.ConferenceStatusCallback),
		CheckEnum("ConferenceStatusCallbackMethod", request.ConferenceStatusCallbackMethod),
		checkEnums("ConferenceStatusCallbackEvent", request.ConferenceStatusCallbackEvent),
		CheckEnum("ConferenceRecord", request.ConferenceRecord),
		CheckEnum("ConferenceTrim", request.ConferenceTrim),
		CheckEnum("RecordingChannels", request.RecordingChannels),
		checkURL("RecordingStatusCallback", request.RecordingStatusCallback),
		CheckEnum("RecordingStatusCallbackMethod", request.RecordingStatusCallbackMethod),
		checkURL("ConferenceRecordingStatusCallback", request.ConferenceRecordingStatusCallback),
		CheckEnum("ConferenceRecordingStatusCallbackMethod", request.ConferenceRecordingStatusCallbackMethod),
		w.checkActivity("PostWorkActivitySid", request.PostWorkActivitySID),
		CheckEnum("JitterBufferSize", request.JitterBufferSize),

		checkReference("Supervisor", "WK", "Worker", request.Supervisor, &w.Workers),
		CheckEnum("SupervisorMode", request.SupervisorMode),
	)
}

func checkEnums[E interface {
	~string
	Valid() bool
}](field string, values []E) *Refusal {
	for _, value := range values {
		if refusal := CheckEnum(field, &value); refusal != nil {
			return refusal
		}
	}
	return nil
}

// checkInstruction wants an instruction that can be carried out now.
func (w *Workspace) checkInstruction(r *Reservation, request gen.UpdateReservationRequest, allowed []string) *Refusal {
	if request.Instruction == nil {
		return nil
	}
	instruction := strings.ToLower(*request.Instruction)
	switch {
	case !slices.Contains(allowed, instruction):
		last := len(allowed) - 1
		return Invalid("Instruction is none of %s and %s", strings.Join(allowed[:last], ", "), allowed[last])
	case instruction == "supervise":
		return checkSupervise(r, request)
	case r.Status == gen.ReservationStatusRescinded:
		return gone()
	case r.Status != gen.ReservationStatusPending:
		return Invalid("The reservation is not pending")
	}
	switch instruction {
	case "dequeue":
		return checkDequeue(r, request)
	case "call":
		return checkCall(r, request)
	case "redirect":
		return checkRedirect(request)
	}
	return w.checkConference(r, request)
}

func checkSupervise(r *Reservation, request gen.UpdateReservationRequest) *Refusal {
	if r.Status != gen.ReservationStatusAccepted {
		return Invalid("Only an accepted reservation can be supervised")
	}
	return checkGiven("Supervisor", request.Supervisor)
}

func checkDequeue(r *Reservation, request gen.UpdateReservationRequest) *Refusal {
	if !r.task.has("call_sid") {
		return Invalid("The task has no call_sid")
	}
	return cmp.Or(
		checkGiven("DequeueFrom", request.DequeueFrom),
		checkReachable("DequeueTo", request.DequeueTo, r.worker),
		checkRinging(request, r.worker),
	)
}

// checkRinging wants that nobody lets a SIP address ring for longer than the service
// does.
func checkRinging(request gen.UpdateReservationRequest, worker *Worker) *Refusal {
	to := worker.Attributes.textOf("contact_uri")
	if request.DequeueTo != nil && *request.DequeueTo != "" {
		to = *request.DequeueTo
	}
	if isSIP(to) {
		return checkRange("DequeueTimeout", request.DequeueTimeout, 1, maxRingingSIP)
	}
	return nil
}

func checkCall(r *Reservation, request gen.UpdateReservationRequest) *Refusal {
	return cmp.Or(
		checkGiven("CallFrom", request.CallFrom),
		checkGiven("CallUrl", request.CallURL),
		checkReachable("CallTo", request.CallTo, r.worker),
	)
}

func checkRedirect(request gen.UpdateReservationRequest) *Refusal {
	return cmp.Or(
		checkGiven("RedirectCallSid", request.RedirectCallSID),
		checkGiven("RedirectUrl", request.RedirectURL),
	)
}

func (w *Workspace) checkConference(r *Reservation, request gen.UpdateReservationRequest) *Refusal {
	switch {
	case request.PostWorkActivitySID != nil && w.MultiTaskEnabled:
		return Invalid("PostWorkActivitySid is not allowed in a workspace with multitasking")
	case !r.task.has("call_sid") && !r.task.has("outbound_to") && !r.task.has("to"):
		return Invalid("The task has neither call_sid nor outbound_to")
	}
	return checkReachable("To", request.To, r.worker)
}

// checkGiven wants a field that is not empty.
func checkGiven(field string, value *string) *Refusal {
	if value == nil || *value == "" {
		return Invalid("%s field is required", field)
	}
	return nil
}

// checkReachable wants an address of the worker, in the request or in its attributes.
func checkReachable(field string, to *string, worker *Worker) *Refusal {
	if (to == nil || *to == "") && worker.Attributes.textOf("contact_uri") == "" {
		return Invalid("%s field is required, since worker %s has no contact_uri", field, worker.SID)
	}
	return nil
}

func (t *Task) has(attribute string) bool { return t.Attributes.textOf(attribute) != "" }

// isSIP tells whether an address is one of SIP, whose scheme may have capitals.
func isSIP(address string) bool { return strings.HasPrefix(strings.ToLower(address), "sip:") }

// carryOut does what an instruction changes. There are no calls: whoever is called answers
// at once, and is called until the task is completed.
func (w *Workspace) carryOut(r *Reservation, request gen.UpdateReservationRequest) {
	if request.Instruction == nil || !r.open() {
		return // because the same request has rejected it
	}
	switch strings.ToLower(*request.Instruction) {
	case "dequeue":
		w.dequeue(r, request.DequeuePostWorkActivitySID)
	case "conference":
		w.confer(r, request.PostWorkActivitySID)
	case "call":
		w.call(r, isTrue(request.CallAccept))
	case "redirect":
		w.redirect(r, isTrue(request.RedirectAccept))
	}
}

func isTrue(flag *bool) bool { return flag != nil && *flag }

// dequeue connects the caller with the worker, who has the task then.
func (w *Workspace) dequeue(r *Reservation, postWorkActivitySID *string) {
	set(&r.PostWorkActivitySID, postWorkActivitySID)
	w.callWorker(r.task)
	w.acceptPending(r)
}

// confer brings the caller and the worker together, who has the task then.
func (w *Workspace) confer(r *Reservation, postWorkActivitySID *string) {
	set(&r.PostWorkActivitySID, postWorkActivitySID)
	w.acceptPending(r)
}

// call calls the worker, who has the task then if that is wanted.
func (w *Workspace) call(r *Reservation, accept bool) {
	w.callWorker(r.task)
	if accept {
		w.acceptPending(r)
	}
}

// redirect lets a call go on otherwise, of which nobody here knows. The worker has the
// task then if that is wanted.
func (w *Workspace) redirect(r *Reservation, accept bool) {
	if accept {
		w.acceptPending(r)
	}
}

// acceptPending accepts a reservation unless the same request did so.
func (w *Workspace) acceptPending(r *Reservation) {
	if r.Status == gen.ReservationStatusPending {
		w.accept(r)
	}
}

// callWorker has a task tell which call leads to the worker.
func (w *Workspace) callWorker(t *Task) {
	t.Attributes = t.Attributes.with("worker_call_sid", w.account.NextSID("CA"))
	w.changed(t)
	w.recordTask(t, "task.updated", "updated")
}
