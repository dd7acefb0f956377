package webhook_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

func TestAnInstructionIsSentAsTheServiceTakesIt(t *testing.T) {
	for name, test := range encodedInstructions {
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
	for name, test := range encodedInstructions {
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
	for field, value := range reflect.ValueOf(fullConference()).Fields() {
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
