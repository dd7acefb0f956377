package taskrouter

import (
	"fmt"
	"strings"
)

// checkInstruction finds what an instruction cannot do without. What an optional
// field may hold is the service's to judge.
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

// ConferenceRequest says how to bring a caller and a worker together in a
// conference. Everything may be left out.
type ConferenceRequest struct {
	// To is where to reach the worker, a phone number, "client:…" or "sip:…";
	// nil for its attribute contact_uri.
	To *string
	// From is the caller ID that the worker sees.
	From *string
	// Timeout is how many seconds to let it ring, at most 999, 60 unless set.
	Timeout *int
	// SIPAuthUsername and SIPAuthPassword are for a SIP address that asks for
	// them.
	SIPAuthUsername, SIPAuthPassword *string
	// Region is where the audio is mixed, such as "ie1".
	Region *string
	// JitterBufferSize is how much delay evens out the worker's connection.
	JitterBufferSize *JitterBufferSize

	// StatusCallback is where steps in the life of the worker's call are
	// reported, by StatusCallbackMethod, POST unless set.
	StatusCallback       *string
	StatusCallbackMethod *HTTPMethod
	// StatusCallbackEvent are the steps to report.
	StatusCallbackEvent []CallStatusEvent

	// Muted says whether the worker joins muted, false unless set.
	Muted *bool
	// Beep says when joining or leaving makes a sound, always unless set.
	Beep *ConferenceBeep
	// BeepOnCustomerEntrance says whether it makes a sound when the customer
	// joins.
	BeepOnCustomerEntrance *bool
	// StartConferenceOnEnter says whether the conference starts when the worker
	// joins, true unless set.
	StartConferenceOnEnter *bool
	// EndConferenceOnExit says whether it ends when the worker leaves.
	EndConferenceOnExit *bool
	// EndConferenceOnCustomerExit says whether it ends when the customer leaves.
	EndConferenceOnCustomerExit *bool
	// EarlyMedia says whether what is heard before the worker answers goes into
	// the conference, true unless set.
	EarlyMedia *bool
	// MaxParticipants is how many may take part, 2 to 250, 250 unless set.
	MaxParticipants *int
	// WaitURL is that of the TwiML or music for those who wait, requested by
	// WaitMethod, POST unless set.
	WaitURL    *string
	WaitMethod *HTTPMethod

	// ConferenceStatusCallback is where steps in the life of the conference are
	// reported, by ConferenceStatusCallbackMethod, POST unless set.
	ConferenceStatusCallback       *string
	ConferenceStatusCallbackMethod *HTTPMethod
	// ConferenceStatusCallbackEvent are the steps to report.
	ConferenceStatusCallbackEvent []ConferenceEvent

	// Record says whether the worker's side is recorded, false unless set.
	Record *bool
	// RecordingChannels says how that recording mixes the parties, mono unless
	// set.
	RecordingChannels *RecordingChannels
	// RecordingStatusCallback is where it is reported that the recording is
	// ready, by RecordingStatusCallbackMethod, POST unless set.
	RecordingStatusCallback       *string
	RecordingStatusCallbackMethod *HTTPMethod
	// ConferenceRecord says whether the conference is recorded, false unless set.
	ConferenceRecord *ConferenceRecord
	// ConferenceTrim says whether silence is cut off that recording, trim-silence
	// unless set.
	ConferenceTrim *ConferenceTrim
	// ConferenceRecordingStatusCallback is where it is reported that the
	// recording is ready, by ConferenceRecordingStatusCallbackMethod, POST unless
	// set.
	ConferenceRecordingStatusCallback       *string
	ConferenceRecordingStatusCallbackMethod *HTTPMethod

	// PostWorkActivitySID is the activity that the worker goes to afterwards.
	//
	// Deprecated: multitasking workspaces refuse it.
	PostWorkActivitySID *string
}

func (r ConferenceRequest) update() UpdateReservationRequest {
	return UpdateReservationRequest{
		Instruction:                             new("conference"),
		To:                                      r.To,
		From:                                    r.From,
		Timeout:                                 r.Timeout,
		SIPAuthUsername:                         r.SIPAuthUsername,
		SIPAuthPassword:                         r.SIPAuthPassword,
		Region:                                  r.Region,
		JitterBufferSize:                        r.JitterBufferSize,
		StatusCallback:                          r.StatusCallback,
		StatusCallbackMethod:                    r.StatusCallbackMethod,
		StatusCallbackEvent:                     r.StatusCallbackEvent,
		Muted:                                   r.Muted,
		Beep:                                    r.Beep,
		BeepOnCustomerEntrance:                  r.BeepOnCustomerEntrance,
		StartConferenceOnEnter:                  r.StartConferenceOnEnter,
		EndConferenceOnExit:                     r.EndConferenceOnExit,
		EndConferenceOnCustomerExit:             r.EndConferenceOnCustomerExit,
		EarlyMedia:                              r.EarlyMedia,
		MaxParticipants:                         r.MaxParticipants,
		WaitURL:                                 r.WaitURL,
		WaitMethod:                              r.WaitMethod,
		ConferenceStatusCallback:                r.ConferenceStatusCallback,
		ConferenceStatusCallbackMethod:          r.ConferenceStatusCallbackMethod,
		ConferenceStatusCallbackEvent:           r.ConferenceStatusCallbackEvent,
		Record:                                  r.Record,
		RecordingChannels:                       r.RecordingChannels,
		RecordingStatusCallback:                 r.RecordingStatusCallback,
		RecordingStatusCallbackMethod:           r.RecordingStatusCallbackMethod,
		ConferenceRecord:                        r.ConferenceRecord,
		ConferenceTrim:                          r.ConferenceTrim,
		ConferenceRecordingStatusCallback:       r.ConferenceRecordingStatusCallback,
		ConferenceRecordingStatusCallbackMethod: r.ConferenceRecordingStatusCallbackMethod,
		PostWorkActivitySID:                     r.PostWorkActivitySID,
	}
}
