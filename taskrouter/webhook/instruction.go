package webhook

import (
	"encoding/json"
	"strings"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/internal/pipeline"
)

// An Instruction answers an assignment: [Accept], [Reject], [Dequeue], [Call],
// [Redirect], [Conference] or [Raw]. Nil answers that it is decided later, by an
// update of the reservation.
//
// Values and pointers to them will do, but no pointer that is nil: an answer of null
// is no decision.
//
// A field of an instruction that is left zero is not sent, and the default that
// its comment names applies. A pointer is for a field whose zero value differs from
// the default, or whose default the service does not document.
type Instruction interface {
	json.Marshaler
	// problems are the reasons for which the service would refuse it.
	problems() []error
}

// Accept accepts the reservation for the worker, without connecting anybody.
type Accept struct{}

// Reject rejects the reservation for the worker; the task goes back to its queue,
// and may be offered to the same worker again if the activity leaves them available.
type Reject struct {
	// ActivitySID is the activity that the worker goes to (WA…). Required.
	ActivitySID string `json:"activity_sid"`
}

// Dequeue connects the caller, who waits in a queue by <Enqueue>, with the worker.
// The task must have the attribute call_sid; worker_call_sid is added to it.
type Dequeue struct {
	// To is where to reach the worker: a phone number, "client:…" or "sip:…". The
	// worker's attribute contact_uri unless set.
	To string `json:"to,omitempty"`
	// From is the caller ID that the worker sees. The number that the caller dialed
	// unless set.
	From string `json:"from,omitempty"`
	// PostWorkActivitySID is the activity that the worker goes to when the call has
	// ended (WA…).
	PostWorkActivitySID string `json:"post_work_activity_sid,omitempty"`
	// Record says whether the call is recorded. Not, unless set.
	Record taskrouter.CallRecord `json:"record,omitempty"`
	// Timeout is how many seconds to let it ring, at most 999 and with a SIP address
	// 600. 60 unless set.
	Timeout int `json:"timeout,omitempty"`
	// StatusCallbackURL is where steps in the life of the call are reported, by GET,
	// as an absolute http or https URL.
	StatusCallbackURL string `json:"status_callback_url,omitempty"`
	// StatusCallbackEvents are the steps to report. The last, completed, unless set.
	StatusCallbackEvents CallStatusEvents `json:"status_callback_events,omitempty"`
}

// Call calls the worker and runs TwiML when the call is answered. worker_call_sid
// is added to the attributes of the task.
type Call struct {
	// From is the caller ID that the worker sees. Required.
	From string `json:"from"`
	// URL is that of the TwiML, absolute and http or https. Required.
	URL string `json:"url"`
	// To is where to reach the worker: a phone number, "client:…" or "sip:…". The
	// worker's attribute contact_uri unless set.
	To string `json:"to,omitempty"`
	// Accept says whether answering accepts the reservation. Not, unless set.
	Accept bool `json:"accept,omitempty"`
	// Record says whether the call is recorded. Not, unless set.
	Record taskrouter.CallRecord `json:"record,omitempty"`
	// Timeout is how many seconds to let it ring, at most 999. 60 unless set.
	Timeout int `json:"timeout,omitempty"`
	// StatusCallbackURL is where steps in the life of the call are reported, as an
	// absolute http or https URL.
	StatusCallbackURL string `json:"status_callback_url,omitempty"`
}

// Redirect lets a call in progress go on with other TwiML.
type Redirect struct {
	// CallSID is the call (CA…), which must be live. Required.
	CallSID string `json:"call_sid"`
	// URL is that of the TwiML, absolute and http or https. Required.
	URL string `json:"url"`
	// Accept says whether redirecting accepts the reservation. It is always sent, as
	// the documentation disagrees about the default.
	Accept bool `json:"accept"`
}

// Conference brings the caller and the worker together in a conference named after
// the task. The reservation is accepted once both are there. The task must have the
// attribute call_sid, or outbound_to or to.
//
// The service documents it for requests, [taskrouter.UpdateReservationRequest], and
// mentions it as an answer in its pages of errors only. The names of its members are
// those of the requests, in the spelling of the other instructions; where another one
// is needed, there is [Raw].
type Conference struct {
	// From is the caller ID that the worker sees. Errors 40138 and 40141 demand it,
	// though it is documented as optional, so it is required here.
	From string `json:"from"`
	// To is where to reach the worker: a phone number, "client:…" or "sip:…". The
	// worker's attribute contact_uri unless set.
	To string `json:"to,omitempty"`
	// Timeout is how many seconds to let it ring, at most 999. 60 unless set.
	Timeout int `json:"timeout,omitempty"`
	// PostWorkActivitySID is the activity that the worker goes to afterwards (WA…).
	// Multitasking workspaces refuse it.
	PostWorkActivitySID string `json:"post_work_activity_sid,omitempty"`

	// StatusCallback is where the steps in the life of the worker's call are
	// reported, by POST unless the method is set.
	StatusCallback       string                `json:"status_callback,omitempty"`
	StatusCallbackMethod taskrouter.HTTPMethod `json:"status_callback_method,omitempty"`
	StatusCallbackEvents CallStatusEvents      `json:"status_callback_events,omitempty"`

	// Record says whether the worker's side is recorded, and Muted whether the worker
	// is muted on joining. Not, unless set.
	Record bool `json:"record,omitempty"`
	Muted  bool `json:"muted,omitempty"`
	// Beep says when a sound is made for the worker. On entering and leaving, unless
	// set.
	Beep taskrouter.ConferenceBeep `json:"beep,omitempty"`
	// BeepOnCustomerEntrance says whether one is made when the customer joins.
	BeepOnCustomerEntrance *bool `json:"beep_on_customer_entrance,omitempty"`
	// StartConferenceOnEnter says whether the conference starts when the worker
	// joins. It does, unless set.
	StartConferenceOnEnter *bool `json:"start_conference_on_enter,omitempty"`
	// EndConferenceOnExit says whether it ends when the worker leaves, and
	// EndConferenceOnCustomerExit when the customer does.
	EndConferenceOnExit         *bool `json:"end_conference_on_exit,omitempty"`
	EndConferenceOnCustomerExit *bool `json:"end_conference_on_customer_exit,omitempty"`
	// WaitURL is that of the TwiML or music for those who wait for it to start,
	// requested by POST unless the method is set.
	WaitURL    string                `json:"wait_url,omitempty"`
	WaitMethod taskrouter.HTTPMethod `json:"wait_method,omitempty"`
	// EarlyMedia says whether what is heard before the worker answers goes into the
	// conference. It does, unless set.
	EarlyMedia *bool `json:"early_media,omitempty"`
	// MaxParticipants is how many may take part, 2 to 250. 250 unless set.
	MaxParticipants int `json:"max_participants,omitempty"`

	// ConferenceStatusCallback is where the steps in the life of the conference are
	// reported, by POST unless the method is set.
	ConferenceStatusCallback       string                `json:"conference_status_callback,omitempty"`
	ConferenceStatusCallbackMethod taskrouter.HTTPMethod `json:"conference_status_callback_method,omitempty"`
	ConferenceStatusCallbackEvents ConferenceEvents      `json:"conference_status_callback_event,omitempty"`

	// ConferenceRecord says whether the conference is recorded. Not, unless set.
	ConferenceRecord taskrouter.ConferenceRecord `json:"conference_record,omitempty"`
	// ConferenceTrim says whether silence at both ends of the recording is cut off. It
	// is, unless set.
	ConferenceTrim taskrouter.ConferenceTrim `json:"conference_trim,omitempty"`
	// RecordingChannels says whether a recording keeps the parties apart. Not, unless
	// set.
	RecordingChannels taskrouter.RecordingChannels `json:"recording_channels,omitempty"`
	// RecordingStatusCallback is where it is reported that the recording of the
	// worker's call is ready, by POST unless the method is set.
	RecordingStatusCallback       string                `json:"recording_status_callback,omitempty"`
	RecordingStatusCallbackMethod taskrouter.HTTPMethod `json:"recording_status_callback_method,omitempty"`
	// ConferenceRecordingStatusCallback is the same for that of the conference.
	ConferenceRecordingStatusCallback       string                `json:"conference_recording_status_callback,omitempty"`
	ConferenceRecordingStatusCallbackMethod taskrouter.HTTPMethod `json:"conference_recording_status_callback_method,omitempty"`

	// Region is where the audio is mixed, such as "us1" or "ie1".
	Region string `json:"region,omitempty"`
	// SIPAuthUsername and SIPAuthPassword are for a SIP address that asks for them.
	SIPAuthUsername string `json:"sip_auth_username,omitempty"`
	SIPAuthPassword string `json:"sip_auth_password,omitempty"`
	// JitterBufferSize is how much delay evens out an unsteady connection.
	JitterBufferSize taskrouter.JitterBufferSize `json:"jitter_buffer_size,omitempty"`
}

// Raw is an instruction that is sent as it is, the text of a JSON object with the
// member "instruction": for what this package does not know.
type Raw json.RawMessage

// MarshalJSON encodes the instruction as the service takes it.
func (a Accept) MarshalJSON() ([]byte, error) {
	type members Accept
	return marshalNamed("accept", members(a))
}

// MarshalJSON encodes the instruction as the service takes it.
func (r Reject) MarshalJSON() ([]byte, error) {
	type members Reject
	return marshalNamed("reject", members(r))
}

// MarshalJSON encodes the instruction as the service takes it.
func (d Dequeue) MarshalJSON() ([]byte, error) {
	type members Dequeue
	return marshalNamed("dequeue", members(d))
}

// MarshalJSON encodes the instruction as the service takes it.
func (c Call) MarshalJSON() ([]byte, error) {
	type members Call
	return marshalNamed("call", members(c))
}

// MarshalJSON encodes the instruction as the service takes it.
func (r Redirect) MarshalJSON() ([]byte, error) {
	type members Redirect
	return marshalNamed("redirect", members(r))
}

// MarshalJSON encodes the instruction as the service takes it.
func (c Conference) MarshalJSON() ([]byte, error) {
	type members Conference
	return marshalNamed("conference", members(c))
}

// MarshalJSON returns the text as it is.
func (r Raw) MarshalJSON() ([]byte, error) { return json.RawMessage(r).MarshalJSON() }

// marshalNamed encodes the members of an instruction after its name.
func marshalNamed(name string, members any) ([]byte, error) {
	text, err := pipeline.EncodeJSON(members)
	if err != nil {
		return nil, err
	}
	named := `{"instruction":"` + name + `"`
	if string(text) != "{}" {
		named += ","
	}
	return append([]byte(named), text[1:]...), nil
}

// CallStatusEvents are steps in the life of a call, joined by commas in JSON.
type CallStatusEvents []taskrouter.CallStatusEvent

// MarshalText joins the steps by commas.
func (e CallStatusEvents) MarshalText() ([]byte, error) { return joinEvents(e), nil }

// UnmarshalText splits the steps at commas.
func (e *CallStatusEvents) UnmarshalText(text []byte) error {
	*e = splitEvents[taskrouter.CallStatusEvent](text)
	return nil
}

// ConferenceEvents are steps in the life of a conference, joined by commas in JSON.
type ConferenceEvents []taskrouter.ConferenceEvent

// MarshalText joins the steps by commas.
func (e ConferenceEvents) MarshalText() ([]byte, error) { return joinEvents(e), nil }

// UnmarshalText splits the steps at commas.
func (e *ConferenceEvents) UnmarshalText(text []byte) error {
	*e = splitEvents[taskrouter.ConferenceEvent](text)
	return nil
}

func joinEvents[E ~string](events []E) []byte {
	texts := make([]string, len(events))
	for i, event := range events {
		texts[i] = string(event)
	}
	return []byte(strings.Join(texts, ","))
}

func splitEvents[E ~string](text []byte) []E {
	var events []E
	for event := range strings.SplitSeq(string(text), ",") {
		if event = strings.TrimSpace(event); event != "" {
			events = append(events, E(event))
		}
	}
	return events
}
