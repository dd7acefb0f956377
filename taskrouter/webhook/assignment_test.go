package webhook_test

import (
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

func TestAnAssignmentSaysWhatItsFieldsSay(t *testing.T) {
	form := decodeWith(decodeAssignmentForm(), "Tomorrow", "new", "and repeated")
	a, err := webhook.ParseAssignment(form)
	require.NoError(t, err)
	assert.Equal(t, webhook.Assignment{
		Time:             time.Date(2026, time.March, 17, 9, 0, 0, 0, time.UTC),
		AccountSID:       "AC0123456789abcdef0123456789abcdef",
		WorkspaceSID:     "WS0123456789abcdef0123456789abcdef",
		WorkflowSID:      "WW0123456789abcdef0123456789abcdef",
		TaskQueueSID:     "WQ0123456789abcdef0123456789abcdef",
		ReservationSID:   "WR0123456789abcdef0123456789abcdef",
		WorkerSID:        "WK0123456789abcdef0123456789abcdef",
		WorkerAttributes: `{"contact_uri": "client:ann"}`,
		TaskSID:          "WT0123456789abcdef0123456789abcdef",
		TaskAttributes:   `{"call_sid": "CA0123456789abcdef0123456789abcdef", "language": "pt"}`,
		TaskAge:          42 * time.Second,
		TaskPriority:     7,
		Fields:           form,
	}, a)
}

func TestAnAssignmentIsReadWithoutWhatIsNotNeededToTellWhatIsAssigned(t *testing.T) {
	needed := []string{"WorkspaceSid", "TaskSid", "WorkerSid", "ReservationSid"}
	for name := range decodeAssignmentForm() {
		for _, values := range [][]string{nil, {}, {""}} {
			_, err := webhook.ParseAssignment(decodeWith(decodeAssignmentForm(), name, values...))
			if slices.Contains(needed, name) {
				assert.EqualError(t, err, "webhook: read an assignment: "+name+" is missing")
			} else {
				assert.NoError(t, err, name)
			}
		}
	}
}

func TestWhatIsNoAssignmentIsRefused(t *testing.T) {
	for name, test := range map[string]struct {
		form url.Values
		want string
	}{
		"nothing": {nil, "WorkspaceSid is missing\nTaskSid is missing\nWorkerSid is missing\nReservationSid is missing"},
		"an event of a reservation, which has all SIDs": {decodeWith(decodeAssignmentForm(), "EventType", "reservation.created"), `it is an event, as its EventType is "reservation.created"`},
		"an event without any":                          {url.Values{"EventType": {"activity.created"}}, `it is an event, as its EventType is "activity.created"`},
		"an age that is no number":                      {decodeWith(decodeAssignmentForm(), "TaskAge", "old"), `TaskAge is "old", expected a whole number of 32 bits`},
		"a priority with a fraction":                    {decodeWith(decodeAssignmentForm(), "TaskPriority", "1.5"), `TaskPriority is "1.5", expected a whole number of 32 bits`},
		"a priority that is too great":                  {decodeWith(decodeAssignmentForm(), "TaskPriority", "2147483648"), `TaskPriority is "2147483648", expected a whole number of 32 bits`},
		"both": {
			decodeWith(decodeWith(decodeAssignmentForm(), "TaskPriority", "x"), "TaskAge", " 1"),
			"TaskAge is \" 1\", expected a whole number of 32 bits\nTaskPriority is \"x\", expected a whole number of 32 bits",
		},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := webhook.ParseAssignment(test.form)
			assert.EqualError(t, err, "webhook: read an assignment: "+test.want)
			assert.Zero(t, a)
		})
	}
}

func TestAnEmptyEventTypeMakesNoEventOfAnAssignment(t *testing.T) {
	_, err := webhook.ParseAssignment(decodeWith(decodeAssignmentForm(), "EventType", ""))
	assert.NoError(t, err)
}

func TestNumbersOfAnAssignmentAreReadToTheirLimits(t *testing.T) {
	for text, want := range map[string]int{"2147483647": 2147483647, "-2147483648": -2147483648, "-1": -1, "+5": 5, "007": 7, "": 0} {
		a, err := webhook.ParseAssignment(decodeWith(decodeWith(decodeAssignmentForm(), "TaskPriority", text), "TaskAge", text))
		require.NoError(t, err)
		assert.Equal(t, want, a.TaskPriority)
		assert.Equal(t, time.Duration(want)*time.Second, a.TaskAge)
	}
}

func TestAFieldThatAnAssignmentHasTwiceSaysTheFirst(t *testing.T) {
	a, err := webhook.ParseAssignment(decodeWith(decodeAssignmentForm(), "TaskPriority", "1", "2"))
	require.NoError(t, err)
	assert.Equal(t, 1, a.TaskPriority)
	assert.Equal(t, []string{"1", "2"}, a.Fields["TaskPriority"])
}

func TestTheFormOfAnAssignmentIsTheOneThatWasRead(t *testing.T) {
	form := decodeAssignmentForm()
	form["Tomorrow"] = []string{"new", "and repeated"}
	form["TaskAge"] = []string{"007"}
	form["TaskPriority"] = []string{"+5", "6"}
	form["Timestamp"] = []string{"2026-03-17T09:00:00Z"}
	form["TimestampMs"] = []string{"1"} // which the service does not send
	a, err := webhook.ParseAssignment(form)
	require.NoError(t, err)
	assert.Equal(t, form, a.Form())

	form.Set("Timestamp", "some day")
	a, err = webhook.ParseAssignment(form)
	require.NoError(t, err)
	assert.Zero(t, a.Time)
	assert.Equal(t, form, a.Form())
}

func TestTheFormOfAnAssignmentSaysWhatWasChanged(t *testing.T) {
	form := decodeWith(decodeAssignmentForm(), "Tomorrow", "new")
	a, err := webhook.ParseAssignment(form)
	require.NoError(t, err)
	a.Time = time.Unix(1800000000, 999)
	a.TaskAge = 61*time.Second + 999*time.Millisecond
	a.TaskPriority = 0
	a.TaskQueueSID = ""
	a.TaskAttributes = `{}`
	want := decodeWith(form, "Timestamp", "1800000000")
	want = decodeWith(want, "TaskAge", "61")
	want = decodeWith(want, "TaskPriority", "0")
	want = decodeWith(want, "TaskQueueSid")
	want = decodeWith(want, "TaskAttributes", "{}")
	assert.Equal(t, want, a.Form())

	a.Time = time.Time{}
	assert.Equal(t, decodeWith(want, "Timestamp"), a.Form())
}

func TestAnAssignmentMadeByHandSendsAgeAndPriorityEvenIfTheyAreZero(t *testing.T) {
	a := webhook.Assignment{TaskSID: "WT1"}
	assert.Equal(t, url.Values{"TaskSid": {"WT1"}, "TaskAge": {"0"}, "TaskPriority": {"0"}}, a.Form())
	assert.Nil(t, a.Fields)
}

func TestAnAssignmentMadeByHandIsReadAsItWasMade(t *testing.T) {
	read, err := webhook.ParseAssignment(decodeAssignmentForm())
	require.NoError(t, err)
	made := read
	made.Fields = nil
	again, err := webhook.ParseAssignment(made.Form())
	require.NoError(t, err)
	assert.Equal(t, read, again)
}

func TestAnAssignmentSharesNothingWithForms(t *testing.T) {
	form := decodeAssignmentForm()
	a, err := webhook.ParseAssignment(form)
	require.NoError(t, err)
	form["TaskSid"][0] = "changed"
	form.Set("New", "field")
	assert.Equal(t, decodeAssignmentForm(), a.Fields)
	sent := a.Form()
	sent["TaskSid"][0] = "changed"
	sent.Set("New", "field")
	assert.Equal(t, decodeAssignmentForm(), a.Fields)
}
