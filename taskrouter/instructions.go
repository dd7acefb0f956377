package taskrouter

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
)

// checkInstruction finds what an instruction cannot do without, and what another
// one is for. What an optional field may hold is the service's to judge.
func checkInstruction(r UpdateReservationRequest) error {
	type field struct {
		name  string
		value *string
	}
	var required []field
	switch {
	case instructs(r, "call"):
		required = []field{{"CallFrom", r.CallFrom}, {"CallURL", r.CallURL}}
	case instructs(r, "redirect"):
		required = []field{{"RedirectCallSID", r.RedirectCallSID}, {"RedirectURL", r.RedirectURL}}
	case instructs(r, "conference"):
		return checkConference(r)
	case instructs(r, "supervise"):
		required = []field{{"Supervisor", r.Supervisor}}
	}
	for _, f := range required {
		if f.value == nil || *f.value == "" {
			return fmt.Errorf("%s is empty, and the instruction %s requires it", f.name, *r.Instruction)
		}
	}
	return nil
}

// foreign are the fields of an update that are no conference's.
var foreign = regexp.MustCompile(`^(Call|Dequeue|Redirect|ReservationStatus|Supervisor|WorkerActivitySID)`)

func checkConference(r UpdateReservationRequest) error {
	for field, value := range reflect.ValueOf(r).Fields() {
		if foreign.MatchString(field.Name) && !value.IsZero() {
			return fmt.Errorf("%s is not for a conference", field.Name)
		}
	}
	return nil
}

// instructs tells whether a request holds an instruction. The service does not
// mind the case.
func instructs(r UpdateReservationRequest, instruction string) bool {
	return r.Instruction != nil && strings.EqualFold(*r.Instruction, instruction)
}

// RejectRequest is what [TaskReservationsService] and
// [WorkerReservationsService] take to reject a reservation.
type RejectRequest struct {
	// WorkerActivitySID is the activity that the worker goes to. With nil, the
	// worker stays where it is in a multitasking workspace; of others the
	// documentation of the service disagrees.
	WorkerActivitySID *string
}

// DequeueRequest says how to connect a caller who waits in a queue.
type DequeueRequest struct {
	// To is where to reach the worker, a phone number, "client:…" or "sip:…";
	// nil for its attribute contact_uri.
	To *string
	// From is the caller ID that the worker sees. The service documents it as
	// required.
	From *string
	// PostWorkActivitySID is the activity that the worker goes to afterwards.
	PostWorkActivitySID *string
	// Record says whether the call is recorded, do-not-record unless set.
	Record *CallRecord
	// Timeout is how many seconds to let it ring, at most 999 and with a SIP
	// address 600, 60 unless set.
	Timeout *int
	// StatusCallbackURL is where steps in the life of the call are reported.
	StatusCallbackURL *string
	// StatusCallbackEvent are the steps to report, completed only unless set.
	StatusCallbackEvent []CallStatusEvent
}

func (r DequeueRequest) update() UpdateReservationRequest {
	return UpdateReservationRequest{
		Instruction:                new("dequeue"),
		DequeueTo:                  r.To,
		DequeueFrom:                r.From,
		DequeuePostWorkActivitySID: r.PostWorkActivitySID,
		DequeueRecord:              r.Record,
		DequeueTimeout:             r.Timeout,
		DequeueStatusCallbackURL:   r.StatusCallbackURL,
		DequeueStatusCallbackEvent: r.StatusCallbackEvent,
	}
}

// CallRequest says how to call a worker.
type CallRequest struct {
	// From is the caller ID that the worker sees. The service requires it.
	From string
	// URL is that of the TwiML to run when the worker answers. The service
	// requires it.
	URL string
	// To is where to reach the worker, a phone number, "client:…" or "sip:…";
	// nil for its attribute contact_uri.
	To *string
	// Accept says whether answering accepts the reservation, false unless set.
	Accept *bool
	// Record says whether the call is recorded, do-not-record unless set.
	Record *CallRecord
	// Timeout is how many seconds to let it ring, at most 999, 60 unless set.
	Timeout *int
	// StatusCallbackURL is where steps in the life of the call are reported.
	StatusCallbackURL *string
}

func (r CallRequest) update() UpdateReservationRequest {
	return UpdateReservationRequest{
		Instruction:           new("call"),
		CallFrom:              &r.From,
		CallURL:               &r.URL,
		CallTo:                r.To,
		CallAccept:            r.Accept,
		CallRecord:            r.Record,
		CallTimeout:           r.Timeout,
		CallStatusCallbackURL: r.StatusCallbackURL,
	}
}

// RedirectRequest says how a call in progress goes on.
type RedirectRequest struct {
	// CallSID is the SID of the call (CA…). The service requires it.
	CallSID string
	// URL is that of the TwiML that the call goes on with. The service requires
	// it.
	URL string
	// Accept says whether redirecting accepts the reservation. The documentation
	// of the service disagrees about the default.
	Accept *bool
}

func (r RedirectRequest) update() UpdateReservationRequest {
	return UpdateReservationRequest{
		Instruction:     new("redirect"),
		RedirectCallSID: &r.CallSID,
		RedirectURL:     &r.URL,
		RedirectAccept:  r.Accept,
	}
}

// SuperviseRequest says who joins a call as its supervisor.
type SuperviseRequest struct {
	// Supervisor is the SID of the worker who supervises (WK…). The service
	// requires it.
	Supervisor string
	// Mode says what the supervisor may do.
	Mode *SupervisorMode
}

func (r SuperviseRequest) update() UpdateReservationRequest {
	return UpdateReservationRequest{
		Instruction:    new("supervise"),
		Supervisor:     &r.Supervisor,
		SupervisorMode: r.Mode,
	}
}
