package webhook_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

const (
	decodeActivitySID = "WA0123456789abcdef0123456789abcdef"
	decodeCallSID     = "CA0123456789abcdef0123456789abcdef"
)

// decodeFullConference is a conference with every field set, each to another value.
func decodeFullConference() webhook.Conference {
	return webhook.Conference{
		From: "+15550100100", To: "client:ann", Timeout: 30, PostWorkActivitySID: decodeActivitySID,
		StatusCallback: "https://example.com/call?a=1&b=2", StatusCallbackMethod: "GET",
		StatusCallbackEvents: webhook.CallStatusEvents{"initiated", "completed"},
		Record:               true, Muted: true, Beep: "onEnter", BeepOnCustomerEntrance: new(false),
		StartConferenceOnEnter: new(false), EndConferenceOnExit: new(true), EndConferenceOnCustomerExit: new(false),
		WaitURL: "https://example.com/wait", WaitMethod: "GET", EarlyMedia: new(false), MaxParticipants: 3,
		ConferenceStatusCallback: "https://example.com/conference", ConferenceStatusCallbackMethod: "GET",
		ConferenceStatusCallbackEvents: webhook.ConferenceEvents{"start", "end"},
		ConferenceRecord:               "record-from-start", ConferenceTrim: "do-not-trim", RecordingChannels: "dual",
		RecordingStatusCallback: "https://example.com/recording", RecordingStatusCallbackMethod: "GET",
		ConferenceRecordingStatusCallback: "https://example.com/both", ConferenceRecordingStatusCallbackMethod: "POST",
		Region: "ie1", SIPAuthUsername: "ann", SIPAuthPassword: "secret", JitterBufferSize: "small",
	}
}

// decodeEncoded are instructions and what is sent for them.
var decodeEncoded = map[string]struct {
	instruction webhook.Instruction
	want        string
}{
	"accept": {webhook.Accept{}, `{"instruction":"accept"}`},
	"reject": {webhook.Reject{ActivitySID: decodeActivitySID}, `{"instruction":"reject","activity_sid":"` + decodeActivitySID + `"}`},

	"dequeue without anything": {webhook.Dequeue{}, `{"instruction":"dequeue"}`},
	"dequeue with everything": {
		webhook.Dequeue{
			To: "sip:ann@example.com", From: "+15550100100", PostWorkActivitySID: decodeActivitySID, Record: taskrouter.CallRecordRecordFromAnswer, Timeout: 600,
			StatusCallbackURL:    "https://example.com/status?a=1&b=<2>",
			StatusCallbackEvents: webhook.CallStatusEvents{"initiated", "ringing", "answered", "completed"},
		},
		`{"instruction":"dequeue","to":"sip:ann@example.com","from":"+15550100100","post_work_activity_sid":"` + decodeActivitySID + `","record":"record-from-answer","timeout":600,` +
			`"status_callback_url":"https://example.com/status?a=1&b=<2>","status_callback_events":"initiated,ringing,answered,completed"}`,
	},

	"call with what it needs": {webhook.Call{From: "+15550100100", URL: "https://example.com/twiml"}, `{"instruction":"call","from":"+15550100100","url":"https://example.com/twiml"}`},
	"call with everything": {
		webhook.Call{
			From: "+15550100100", URL: "https://example.com/twiml?a=1&b=2", To: "client:ann", Accept: true, Record: taskrouter.CallRecordDoNotRecord, Timeout: 999,
			StatusCallbackURL: "http://example.com/status",
		},
		`{"instruction":"call","from":"+15550100100","url":"https://example.com/twiml?a=1&b=2","to":"client:ann","accept":true,"record":"do-not-record","timeout":999,` +
			`"status_callback_url":"http://example.com/status"}`,
	},

	"redirect says what it does not accept": {
		webhook.Redirect{CallSID: decodeCallSID, URL: "https://example.com/twiml"},
		`{"instruction":"redirect","call_sid":"` + decodeCallSID + `","url":"https://example.com/twiml","accept":false}`,
	},
	"redirect with everything": {
		webhook.Redirect{CallSID: decodeCallSID, URL: "https://example.com/twiml", Accept: true},
		`{"instruction":"redirect","call_sid":"` + decodeCallSID + `","url":"https://example.com/twiml","accept":true}`,
	},

	"conference with what it needs": {webhook.Conference{From: "+15550100100"}, `{"instruction":"conference","from":"+15550100100"}`},
	"conference with everything": {
		decodeFullConference(),
		`{"instruction":"conference","from":"+15550100100","to":"client:ann","timeout":30,"post_work_activity_sid":"` + decodeActivitySID + `",` +
			`"status_callback":"https://example.com/call?a=1&b=2","status_callback_method":"GET","status_callback_events":"initiated,completed",` +
			`"record":true,"muted":true,"beep":"onEnter","beep_on_customer_entrance":false,` +
			`"start_conference_on_enter":false,"end_conference_on_exit":true,"end_conference_on_customer_exit":false,` +
			`"wait_url":"https://example.com/wait","wait_method":"GET","early_media":false,"max_participants":3,` +
			`"conference_status_callback":"https://example.com/conference","conference_status_callback_method":"GET","conference_status_callback_event":"start,end",` +
			`"conference_record":"record-from-start","conference_trim":"do-not-trim","recording_channels":"dual",` +
			`"recording_status_callback":"https://example.com/recording","recording_status_callback_method":"GET",` +
			`"conference_recording_status_callback":"https://example.com/both","conference_recording_status_callback_method":"POST",` +
			`"region":"ie1","sip_auth_username":"ann","sip_auth_password":"secret","jitter_buffer_size":"small"}`,
	},
}

func TestAnInstructionIsSentAsTheServiceTakesIt(t *testing.T) {
	for name, test := range decodeEncoded {
		t.Run(name, func(t *testing.T) {
			text, err := test.instruction.MarshalJSON()
			require.NoError(t, err)
			assert.Equal(t, test.want, string(text))
			assert.NoError(t, webhook.CheckInstruction(test.instruction))

			text, err = json.Marshal(test.instruction)
			require.NoError(t, err)
			assert.JSONEq(t, test.want, string(text))
		})
	}
}

func TestEmptyListsOfEventsAreNotSent(t *testing.T) {
	text, err := webhook.Dequeue{StatusCallbackEvents: webhook.CallStatusEvents{}}.MarshalJSON()
	require.NoError(t, err)
	assert.Equal(t, `{"instruction":"dequeue"}`, string(text))
}

func TestAnInstructionIsReadAsItWasSent(t *testing.T) {
	for name, test := range decodeEncoded {
		t.Run(name, func(t *testing.T) {
			read, err := webhook.ParseInstruction([]byte(test.want))
			require.NoError(t, err)
			assert.Equal(t, test.instruction, read)

			again := reflect.New(reflect.TypeOf(test.instruction))
			require.NoError(t, json.Unmarshal([]byte(test.want), again.Interface()))
			assert.Equal(t, test.instruction, again.Elem().Interface(), "by encoding/json")
		})
	}
}

func TestEveryFieldOfAConferenceIsTested(t *testing.T) {
	for field, value := range reflect.ValueOf(decodeFullConference()).Fields() {
		assert.False(t, value.IsZero(), field.Name)
	}
}

func TestAPointerToAnInstructionIsTheInstruction(t *testing.T) {
	pointer := &webhook.Call{From: "+15550100100", URL: "https://example.com"}
	assert.NoError(t, webhook.CheckInstruction(pointer))
	text, err := json.Marshal(webhook.Instruction(pointer))
	require.NoError(t, err)
	assert.Equal(t, `{"instruction":"call","from":"+15550100100","url":"https://example.com"}`, string(text))
	assert.EqualError(t, webhook.CheckInstruction(&webhook.Reject{}), "webhook: instruction reject activity_sid: it is required (error 40100 of the service)")
}

func TestAnInstructionThatCannotBeEncodedIsAnError(t *testing.T) {
	_, err := json.Marshal(webhook.Raw(`{"instruction":`))
	assert.Error(t, err)
}

func TestRawIsSentAsItIs(t *testing.T) {
	const text = `{"instruction":"conference","room_name":"a&b"}`
	sent, err := webhook.Raw(text).MarshalJSON()
	require.NoError(t, err)
	assert.Equal(t, text, string(sent))
	assert.NoError(t, webhook.CheckInstruction(webhook.Raw(text)))
	pointer := webhook.Raw(text)
	assert.NoError(t, webhook.CheckInstruction(&pointer))
}

func TestUnmarshalingKeepsWhatTheTextDoesNotSay(t *testing.T) {
	call := webhook.Call{From: "+15550100100", Accept: true}
	require.NoError(t, json.Unmarshal([]byte(`{"to":"client:ann"}`), &call))
	assert.Equal(t, webhook.Call{From: "+15550100100", To: "client:ann", Accept: true}, call)
	redirect := webhook.Redirect{URL: "https://example.com", Accept: true}
	require.NoError(t, json.Unmarshal([]byte(`{"call_sid":"CA1"}`), &redirect))
	assert.Equal(t, webhook.Redirect{URL: "https://example.com", CallSID: "CA1", Accept: true}, redirect)
}

func TestEventsAreSplitAtCommas(t *testing.T) {
	for text, want := range map[string]webhook.CallStatusEvents{
		``: nil, ` , ,`: nil, `initiated`: {"initiated"}, `initiated,ringing`: {"initiated", "ringing"}, ` initiated , ringing,`: {"initiated", "ringing"}, `unknown`: {"unknown"},
	} {
		events := webhook.CallStatusEvents{"before"}
		require.NoError(t, events.UnmarshalText([]byte(text)))
		assert.Equal(t, want, events, "%q", text)
		conference := webhook.ConferenceEvents{"before"}
		require.NoError(t, conference.UnmarshalText([]byte(text)))
		assert.Len(t, conference, len(want), "%q", text)
	}
}
