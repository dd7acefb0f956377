package webhook_test

import (
	"encoding/json"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// decodeForms are forms, well-formed and not.
var decodeForms = []string{
	"", "EventType=x", "EventType=&Sid=EV1", "EventType=x&EventType=y&ResourceType=Task&Reason=a&Reason=b",
	"EventType=task.created&Timestamp=1773738000&TimestampMs=1773738000123&TaskAge=9223372037&TaskPriority=-99999999999999999999",
	"EventType=x&Timestamp=Tue,+17+Mar+2026+09:00:00+GMT&TaskDateCreated=2026-03-17T09:00:00.5%2B01:00&TaskVirtualStartTime=99999999999999999999&TaskQueueEnteredDate=-1",
	"EventType=x&TimestampMs=5000&WorkerTimeInPreviousActivity=26&WorkerTimeInPreviousActivityMs=26345&WorkerChannelAvailable=yes&TaskQueueExpression=1==1",
	"EventType=x&Timestamp=9999-12-31T23:59:59-01:00&ResourceType=%C4%B0",
	"WorkspaceSid=WS1&TaskSid=WT1&WorkerSid=WK1&ReservationSid=WR1", "WorkspaceSid=WS1&TaskSid=WT1&WorkerSid=WK1&ReservationSid=WR1&EventType=reservation.created",
	"WorkspaceSid=WS1&TaskSid=WT1&WorkerSid=WK1&ReservationSid=WR1&TaskAge=007&TaskPriority=%2B5&TaskPriority=6&Timestamp=1773738000&New=1&New=2&%FF=%FF",
	"WorkspaceSid=WS1&TaskSid=WT1&WorkerSid=WK1&ReservationSid=WR1&TaskAge=-2147483648&TaskPriority=2147483647&Timestamp=&TimestampMs=1",
	"a=%zz&b;c&=&&=x",
}

// decodeRequireKept checks that a form still has all fields that arrived, and that
// those which it has besides are known.
func decodeRequireKept(t *testing.T, arrived, form url.Values, known []string) {
	t.Helper()
	for name, values := range arrived {
		require.Equal(t, values, form[name], name)
	}
	for name := range form {
		require.True(t, arrived.Has(name) || slices.Contains(known, name), name)
	}
}

func FuzzParseEvent(f *testing.F) {
	for _, form := range decodeForms {
		f.Add(form)
	}
	f.Fuzz(func(t *testing.T, text string) {
		form, _ := url.ParseQuery(text) // what it could read is as good as any
		before := form.Encode()
		event, err := webhook.ParseEvent(form)
		require.Equal(t, before, form.Encode())
		require.Equal(t, form.Get("EventType") != "", err == nil)
		if err != nil {
			return
		}
		require.Equal(t, form, event.Fields)
		views := decodeViewsOf(event)
		sent := event.Form()
		decodeRequireKept(t, form, sent, []string{"Timestamp", "TimestampMs"})
		again, err := webhook.ParseEvent(sent)
		require.NoError(t, err)
		require.Equal(t, views, decodeViewsOf(again))
		require.Empty(t, decodeDifferences(event, again))
		if event.Time.Year() <= 9999 {
			_, err = json.Marshal(event)
			require.NoError(t, err)
		}
	})
}

func FuzzParseAssignment(f *testing.F) {
	for _, form := range decodeForms {
		f.Add(form)
	}
	known := slices.Collect(maps.Keys(decodeAssignmentForm()))
	f.Fuzz(func(t *testing.T, text string) {
		form, _ := url.ParseQuery(text)
		before := form.Encode()
		assignment, err := webhook.ParseAssignment(form)
		require.Equal(t, before, form.Encode())
		if err != nil {
			require.Zero(t, assignment)
			return
		}
		require.Equal(t, form, assignment.Fields)
		require.Zero(t, assignment.TaskAge%time.Second)
		sent := assignment.Form()
		decodeRequireKept(t, form, sent, known)
		again, err := webhook.ParseAssignment(sent)
		require.NoError(t, err)
		require.Empty(t, decodeDifferences(assignment, again))

		made := assignment
		made.Fields = nil
		again, err = webhook.ParseAssignment(made.Form())
		require.NoError(t, err)
		assignment.Time = assignment.Time.Truncate(time.Second)
		if seconds := assignment.Time.Unix(); seconds <= 0 || seconds >= 100_000_000_000 { // what a callback does not say so
			return
		}
		require.Empty(t, decodeDifferences(assignment, again))
	})
}

func FuzzParseInstruction(f *testing.F) {
	for _, text := range []string{
		``, `{}`, `null`, `[]`, `{"instruction":"fly"}`, `{"instruction":"Accept"}`, `{"instruction":"call","accept":"true","timeout":1e2}`, `{"instruction":"call","accept":"\u0074rue"}`,
		`{"instruction":"redirect","accept":1}`, `{"instruction":"dequeue","timeout":"30","status_callback_events":" ringing,,x"}`, `{"instruction":"dequeue","ſtatus_callback_url":"x","To":5}`,
		`{"instruction":"conference","beep":null,"early_media":false,"max_participants":251,"conference_status_callback_event":"end,start"}`, "{\"instruction\":\"reject\",\"activity_sid\":\"\xff\"}",
		`{"instruction":"dequeue","status_callback_events":"\u2028,<&>"}`, `{"instruction":"reject","a":` + strings.Repeat("[", 500) + strings.Repeat("]", 500) + `}`,
	} {
		f.Add([]byte(text))
	}
	for _, test := range decodeEncoded {
		f.Add([]byte(test.want))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		instruction, err := webhook.ParseInstruction(text)
		rawErr := webhook.CheckInstruction(webhook.Raw(text))
		if err != nil {
			require.Nil(t, instruction)
			problems := decodeInstructionErrors(t, err)
			require.Len(t, problems, 1)
			require.NotEmpty(t, problems[0].Problem)
			known := problems[0].Code != 40001 && problems[0].Code != 40005
			require.Equal(t, known, rawErr == nil, "raw takes all that has a name")
			return
		}
		require.NoError(t, rawErr)
		if instruction == nil {
			return
		}
		decodeInstructionErrors(t, webhook.CheckInstruction(instruction))
		sent, err := json.Marshal(instruction)
		require.NoError(t, err)
		require.True(t, utf8.Valid(sent))
		again, err := webhook.ParseInstruction(sent)
		require.NoError(t, err)
		require.True(t, reflect.DeepEqual(instruction, again), "%s was read again as %#v", sent, again)
	})
}
