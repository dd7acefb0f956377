package webhook_test

import (
	"math"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// parseEvent parses the text of a form as an event.
func parseEvent(t *testing.T, text string) webhook.Event {
	t.Helper()
	form, err := url.ParseQuery(text)
	require.NoError(t, err)
	event, err := webhook.ParseEvent(form)
	require.NoError(t, err)
	return event
}

func TestAnEventSaysWhatItsFieldsSay(t *testing.T) {
	form := url.Values{
		"EventType":        {"task.canceled"},
		"Sid":              {"EV0123456789abcdef0123456789abcdef"},
		"AccountSid":       {"AC0123456789abcdef0123456789abcdef"},
		"WorkspaceSid":     {"WS0123456789abcdef0123456789abcdef"},
		"WorkspaceName":    {"Support"},
		"OperatingUnitSid": {"OU0123456789abcdef0123456789abcdef"},
		"EventDescription": {"Task canceled"},
		"ResourceType":     {"Task"},
		"ResourceSid":      {"WT0123456789abcdef0123456789abcdef"},
		"Reason":           {"hangup"},
		"Timestamp":        {"1773738000"},
		"TimestampMs":      {"1773738000123"},
		"Tomorrow":         {"new", "and repeated"},
	}
	event, err := webhook.ParseEvent(form)
	require.NoError(t, err)
	assert.Equal(t, webhook.Event{
		Type:             webhook.EventTypeTaskCanceled,
		SID:              "EV0123456789abcdef0123456789abcdef",
		AccountSID:       "AC0123456789abcdef0123456789abcdef",
		WorkspaceSID:     "WS0123456789abcdef0123456789abcdef",
		WorkspaceName:    "Support",
		OperatingUnitSID: "OU0123456789abcdef0123456789abcdef",
		Description:      "Task canceled",
		ResourceType:     "task",
		ResourceSID:      "WT0123456789abcdef0123456789abcdef",
		Reason:           "hangup",
		Time:             time.Date(2026, time.March, 17, 9, 0, 0, 123_000_000, time.UTC),
		Fields:           form,
	}, event)
	assert.Equal(t, form, event.Form())
}

func TestOnlyAnEventTypeMakesAnEvent(t *testing.T) {
	for name, form := range map[string]url.Values{"nothing": nil, "an assignment": sampleAssignmentForm(), "an empty type": {"EventType": {""}}} {
		event, err := webhook.ParseEvent(form)
		assert.EqualError(t, err, "webhook: read an event: EventType is missing, as in an assignment or another callback", name)
		assert.Zero(t, event, name)
	}
	assert.Equal(t, webhook.EventType("a.type.of.tomorrow"), parseEvent(t, "EventType=a.type.of.tomorrow").Type)
	assert.Equal(t, webhook.EventType("first"), parseEvent(t, "EventType=first&EventType=second").Type)
}

// These were made after callbacks that were seen: with fewer fields than are
// documented, and attributes that are laid out.
func TestCallbacksWithFewFieldsAreRead(t *testing.T) {
	t.Run("an accepted reservation", func(t *testing.T) {
		event := parseEvent(t, "EventType=reservation.accepted&Sid=EV7&TimestampMs=1773738000123&TaskQueueSid=WQ7&WorkerSid=WK7&WorkerName=Ann"+
			"&WorkerAttributes=%7B%22contact_uri%22%3A%22client%3Aann%22%7D&TaskAttributes=%7B%22call_sid%22%3A%22CA7%22%2C%22from%22%3A%22%2B15550100100%22%7D")
		assert.Equal(t, []string{"Task", "TaskQueue", "Worker"}, viewsOf(event))
		assert.Equal(t, int64(1773738000123), event.Time.UnixMilli())
		worker, _ := event.Worker()
		assert.Equal(t, webhook.EventWorker{SID: "WK7", Name: "Ann", Attributes: `{"contact_uri":"client:ann"}`}, worker)
		queue, _ := event.TaskQueue()
		assert.Equal(t, webhook.EventTaskQueue{SID: "WQ7"}, queue)
	})
	for _, eventType := range []string{"task.canceled", "workflow.timeout"} {
		t.Run(eventType+" with laid out attributes", func(t *testing.T) {
			event := parseEvent(t, "TaskAttributes=%0A++++%7B%22from%22%3A+%22%2B15550100100%22%2C%0A++++%22product%22%3A+%22rockets%22%7D%0A++++&EventType="+eventType)
			assert.Equal(t, []string{"Task"}, viewsOf(event))
			task, _ := event.Task()
			var attributes struct{ From, Product string }
			require.NoError(t, task.Attributes.Decode(&attributes))
			assert.Equal(t, "+15550100100 rockets", attributes.From+" "+attributes.Product)
			assert.Zero(t, event.Time)
		})
	}
	t.Run("another activity", func(t *testing.T) {
		event := parseEvent(t, "EventType=worker.activity.update&WorkerActivityName=Break&WorkerAttributes=%7B%22contact_uri%22%3A+%22%2B15550100100%22%7D")
		assert.Equal(t, []string{"Worker"}, viewsOf(event))
		worker, _ := event.Worker()
		assert.Equal(t, webhook.EventWorker{ActivityName: "Break", Attributes: `{"contact_uri": "+15550100100"}`}, worker)
	})
}

func TestAFieldThatSaysFalseOrZeroMakesAView(t *testing.T) {
	activity, ok := parseEvent(t, "EventType=x&ActivityAvailable=false").Activity()
	assert.True(t, ok)
	assert.Zero(t, activity)
	channel, ok := parseEvent(t, "EventType=x&WorkerChannelTaskCount=0").WorkerChannel()
	assert.True(t, ok)
	assert.Zero(t, channel)
}

func TestNumbersOfEventsAreReadAndZeroIfTheyAreNone(t *testing.T) {
	for text, want := range map[string]int{
		"7": 7, "-7": -7, "+7": 7, "007": 7, "9223372036854775807": math.MaxInt64, "-9223372036854775808": math.MinInt64,
		"": 0, "x": 0, "1.5": 0, "1e3": 0, "0x10": 0, "1_000": 0, "\u00a01": 0, "9223372036854775808": 0, "-9223372036854775809": 0, "99999999999999999999999": 0,
	} {
		task, _ := parseEvent(t, "EventType=x&TaskPriority="+url.QueryEscape(text)).Task()
		assert.Equal(t, want, task.Priority, "%q", text)
	}
}

func TestBooleansOfEventsAreReadAsTheServiceReadsThem(t *testing.T) {
	for text, want := range map[string]bool{"true": true, "1": true, "yes": true, "": false, "false": false, "0": false, "no": false, "2": false, "x": false} {
		task, _ := parseEvent(t, "EventType=x&TaskIgnoreCapacity="+text).Task()
		assert.Equal(t, want, task.IgnoreCapacity, "%q", text)
	}
}

func TestSpansOfEventsAreReadAndZeroIfTheyAreNone(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"0": 0, "90": 90 * time.Second, "-5": -5 * time.Second, "9223372036": 9223372036 * time.Second, "-9223372036": -9223372036 * time.Second,
		"9223372037": 0, "-9223372037": 0, "18446744074": 0, "9223372036854775807": 0, "9223372036854775808": 0, "-9223372036854775809": 0, "": 0, "1.5": 0, "1m": 0,
	} {
		task, _ := parseEvent(t, "EventType=x&TaskAge="+text).Task()
		assert.Equal(t, want, task.Age, "%q", text)
	}
}

func TestTimeInThePreviousActivityIsToTheMillisecondIfThatIsSaid(t *testing.T) {
	for form, want := range map[string]time.Duration{
		"WorkerTimeInPreviousActivity=26":                                             26 * time.Second,
		"WorkerTimeInPreviousActivityMs=26345":                                        26345 * time.Millisecond,
		"WorkerTimeInPreviousActivity=26&WorkerTimeInPreviousActivityMs=26345":        26345 * time.Millisecond,
		"WorkerTimeInPreviousActivity=26&WorkerTimeInPreviousActivityMs=":             26 * time.Second,
		"WorkerTimeInPreviousActivity=26&WorkerTimeInPreviousActivityMs=long":         26 * time.Second,
		"WorkerTimeInPreviousActivity=0&WorkerTimeInPreviousActivityMs=345":           345 * time.Millisecond,
		"WorkerTimeInPreviousActivity=0&WorkerTimeInPreviousActivityMs=0":             0,
		"WorkerTimeInPreviousActivityMs=9223372036855&WorkerTimeInPreviousActivity=1": time.Second, // beyond what a Duration holds
		"WorkerTimeInPreviousActivityMs=9223372036854":                                9223372036854 * time.Millisecond,
	} {
		worker, ok := parseEvent(t, "EventType=x&"+form).Worker()
		assert.True(t, ok)
		assert.Equal(t, want, worker.TimeInPreviousActivity, form)
	}
}

func TestTimesAreReadInEveryFormatThatTheServiceHas(t *testing.T) {
	nine := time.Date(2026, time.March, 17, 9, 7, 8, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"1773738428":                      nine,
		"1773738428123":                   nine.Add(123 * time.Millisecond),
		"1":                               time.Unix(1, 0).UTC(),
		"99999999999":                     time.Unix(99_999_999_999, 0).UTC(),
		"100000000000":                    time.UnixMilli(100_000_000_000).UTC(),
		"253402300799999":                 time.Date(9999, time.December, 31, 23, 59, 59, 999_000_000, time.UTC),
		"2026-03-17T09:07:08Z":            nine,
		"2026-03-17T09:07:08.123Z":        nine.Add(123 * time.Millisecond),
		"2026-03-17T10:37:08+01:30":       nine,
		"Tue, 17 Mar 2026 09:07:08 +0000": nine,
		"Tue, 17 Mar 2026 01:07:08 -0800": nine,
		"Tue, 17 Mar 2026 09:07:08 GMT":   nine,
		"Tue, 17 Mar 2026 09:07:08 UTC":   nine,
		"Mon, 2 Mar 2026 09:07:08 +0000":  time.Date(2026, time.March, 2, 9, 7, 8, 0, time.UTC),
		"Mon, 02 Mar 2026 09:07:08 GMT":   time.Date(2026, time.March, 2, 9, 7, 8, 0, time.UTC),
	} {
		event := parseEvent(t, "EventType=x&Timestamp="+url.QueryEscape(text)+"&TaskDateCreated="+url.QueryEscape(text))
		task, _ := event.Task()
		assert.Equal(t, want, event.Time, text)
		assert.Equal(t, want, task.DateCreated, text)
	}
}

func TestTimesThatCannotBeReadAreZero(t *testing.T) {
	for _, text := range []string{
		"", "0", "-1", "-9223372036854775808", "-2305843009213692952", // times 1000 it would overflow to a million
		"253402300800000", "1773738000123456", "9223372036854775807", "9223372036854775808",
		"now", "1773738000.5", "2026-03-17", "2026-03-17 09:00:00", "2026-13-17T09:00:00Z", "Tue, 17 Mar 2026 09:00:00 PST", "Tue, 17 Mar 2026 09:00:00",
	} {
		event := parseEvent(t, "EventType=x&Timestamp="+url.QueryEscape(text))
		assert.Zero(t, event.Time, text)
		assert.Equal(t, text, event.Fields.Get("Timestamp"))
		assert.Zero(t, parseEvent(t, "EventType=x&TimestampMs="+url.QueryEscape(text)).Time, text)
	}
}

func TestTheTimeOfAnEventIsToTheMillisecondIfThatIsSaid(t *testing.T) {
	for form, want := range map[string]time.Time{
		"Timestamp=1773738000&TimestampMs=1773738000123":       time.UnixMilli(1773738000123),
		"TimestampMs=1773738000123":                            time.UnixMilli(1773738000123),
		"TimestampMs=5000":                                     time.Unix(5, 0), // these are milliseconds, however few
		"TimestampMs=2026-03-17T09:00:00.123Z&Timestamp=1":     time.UnixMilli(1773738000123),
		"Timestamp=1773738000&TimestampMs=":                    time.Unix(1773738000, 0),
		"Timestamp=1773738000&TimestampMs=x":                   time.Unix(1773738000, 0),
		"Timestamp=1773738000&TimestampMs=0":                   time.Unix(1773738000, 0),
		"Timestamp=2026-03-17T09:00:00Z&TimestampMs=999999999": time.UnixMilli(999999999),
	} {
		assert.Equal(t, want.UTC(), parseEvent(t, "EventType=x&"+form).Time, form)
	}
}

func TestTheExpressionOfAQueueIsReadUnderBothOfItsNames(t *testing.T) {
	for form, want := range map[string]string{
		"TaskQueueTargetExpression=documented":                           "documented",
		"TaskQueueExpression=other":                                      "other",
		"TaskQueueTargetExpression=documented&TaskQueueExpression=other": "documented",
		"TaskQueueTargetExpression=&TaskQueueExpression=other":           "other",
	} {
		queue, ok := parseEvent(t, "EventType=x&"+form).TaskQueue()
		assert.True(t, ok)
		assert.Equal(t, webhook.EventTaskQueue{TargetExpression: want}, queue, form)
	}
}

func TestTheStateOfATaskIsOneOfTheFacade(t *testing.T) {
	task, _ := parseEvent(t, "EventType=x&TaskAssignmentStatus=wrapping").Task()
	assert.Equal(t, taskrouter.TaskStatusWrapping, task.AssignmentStatus)
}

func TestTheFormOfAnEventIsTheOneThatWasRead(t *testing.T) {
	for _, text := range []string{
		"EventType=x&ResourceType=Task&Reason=a&Reason=b&Timestamp=2026-03-17T09:00:00Z&TimestampMs=1773738000123&Other=1&Other=2&Empty=",
		"EventType=x&EventType=y&Timestamp=some+day&TimestampMs=",
		"EventType=x&Sid=&WorkspaceName=",
	} {
		event := parseEvent(t, text)
		form, err := url.ParseQuery(text)
		require.NoError(t, err)
		assert.Equal(t, form, event.Form())
	}
}

func TestTheFormOfAnEventSaysWhatWasChanged(t *testing.T) {
	event := parseEvent(t, "EventType=x&ResourceType=Task&Reason=a&Reason=b&WorkspaceName=Support&Timestamp=1773738000&Other=1")
	event.Type = "y"
	event.ResourceType = "worker"
	event.Reason = ""
	event.WorkspaceName = "Sales"
	event.Time = time.Date(2027, time.January, 15, 9, 0, 0, 123_456_789, time.FixedZone("", 3600))
	assert.Equal(t, "EventType=y&Other=1&ResourceType=worker&Timestamp=1800000000&TimestampMs=1800000000123&WorkspaceName=Sales", event.Form().Encode())

	event.Time = time.Time{}
	assert.Equal(t, "EventType=y&Other=1&ResourceType=worker&WorkspaceName=Sales", event.Form().Encode())
}

func TestAnEventMadeByHandIsReadAsItWasMade(t *testing.T) {
	made := webhook.Event{
		Type: webhook.EventTypeWorkerDeleted, SID: "EV1", AccountSID: "AC1", WorkspaceSID: "WS1", WorkspaceName: "Support", OperatingUnitSID: "OU1",
		Description: "Worker deleted", ResourceType: "worker", ResourceSID: "WK1", Reason: "left", Time: time.UnixMilli(1773738000123).UTC(),
		Fields: url.Values{"WorkerSid": {"WK1"}},
	}
	before := made.Fields.Encode()
	form := made.Form()
	assert.Equal(t, before, made.Fields.Encode())
	read, err := webhook.ParseEvent(form)
	require.NoError(t, err)
	assert.Equal(t, form, read.Fields)
	made.Fields, read.Fields = nil, nil
	assert.Equal(t, made, read)

	assert.Equal(t, url.Values{"EventType": {"x"}}, webhook.Event{Type: "x"}.Form())
}

func TestAnEventSharesNothingWithForms(t *testing.T) {
	form := url.Values{"EventType": {"x"}, "Other": append(make([]string, 0, 8), "1")}
	event, err := webhook.ParseEvent(form)
	require.NoError(t, err)
	form["Other"][0] = "changed"
	form.Set("New", "field")
	sent := event.Form()
	sent["Other"][0] = "changed"
	sent.Set("New", "field")
	assert.Equal(t, url.Values{"EventType": {"x"}, "Other": {"1"}}, event.Fields)
}

func TestTheViewsOfAnEventWithoutFieldsAreEmpty(t *testing.T) {
	assert.Empty(t, viewsOf(webhook.Event{Type: "task.created"}))
}

func TestResourceTypesAreInLowerCase(t *testing.T) {
	for _, text := range []string{"task", "Task", "TASK"} {
		assert.Equal(t, strings.ToLower(text), parseEvent(t, "EventType=x&ResourceType="+text).ResourceType)
	}
}
