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
	form := withField(sampleAssignmentForm(), "Tomorrow", "new", "and repeated")
	a, err := webhook.ParseAssignment(form)
	require.NoError(t, err)
	want := sampleAssignment()
	want.Fields = form
	assert.Equal(t, want, a)
}

func TestAnAssignmentIsReadWithoutWhatIsNotNeededToTellWhatIsAssigned(t *testing.T) {
	needed := []string{"WorkspaceSid", "TaskSid", "WorkerSid", "ReservationSid"}
	for name := range sampleAssignmentForm() {
		for _, values := range [][]string{nil, {}, {""}} {
			_, err := webhook.ParseAssignment(withField(sampleAssignmentForm(), name, values...))
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
		"an event of a reservation, which has all SIDs": {withField(sampleAssignmentForm(), "EventType", "reservation.created"), `it is an event, as its EventType is "reservation.created"`},
		"an event without any":                          {url.Values{"EventType": {"activity.created"}}, `it is an event, as its EventType is "activity.created"`},
		"an age that is no number":                      {withField(sampleAssignmentForm(), "TaskAge", "old"), `TaskAge is "old", expected a whole number of 32 bits`},
		"a priority with a fraction":                    {withField(sampleAssignmentForm(), "TaskPriority", "1.5"), `TaskPriority is "1.5", expected a whole number of 32 bits`},
		"a priority that is too great":                  {withField(sampleAssignmentForm(), "TaskPriority", "2147483648"), `TaskPriority is "2147483648", expected a whole number of 32 bits`},
		"both": {
			withField(withField(sampleAssignmentForm(), "TaskPriority", "x"), "TaskAge", " 1"),
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
	_, err := webhook.ParseAssignment(withField(sampleAssignmentForm(), "EventType", ""))
	assert.NoError(t, err)
}

func TestNumbersOfAnAssignmentAreReadToTheirLimits(t *testing.T) {
	for text, want := range map[string]int{"2147483647": 2147483647, "-2147483648": -2147483648, "-1": -1, "+5": 5, "007": 7, "": 0} {
		a, err := webhook.ParseAssignment(withField(withField(sampleAssignmentForm(), "TaskPriority", text), "TaskAge", text))
		require.NoError(t, err)
		assert.Equal(t, want, a.TaskPriority)
		assert.Equal(t, time.Duration(want)*time.Second, a.TaskAge)
	}
}

func TestAFieldThatAnAssignmentHasTwiceSaysTheFirst(t *testing.T) {
	a, err := webhook.ParseAssignment(withField(sampleAssignmentForm(), "TaskPriority", "1", "2"))
	require.NoError(t, err)
	assert.Equal(t, 1, a.TaskPriority)
	assert.Equal(t, []string{"1", "2"}, a.Fields["TaskPriority"])
}

func TestTheFormOfAnAssignmentIsTheOneThatWasRead(t *testing.T) {
	form := sampleAssignmentForm()
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
	form := withField(sampleAssignmentForm(), "Tomorrow", "new")
	a, err := webhook.ParseAssignment(form)
	require.NoError(t, err)
	a.Time = time.Unix(1800000000, 999)
	a.TaskAge = 61*time.Second + 999*time.Millisecond
	a.TaskPriority = 0
	a.TaskQueueSID = ""
	a.TaskAttributes = `{}`
	want := withField(form, "Timestamp", "1800000000")
	want = withField(want, "TaskAge", "61")
	want = withField(want, "TaskPriority", "0")
	want = withField(want, "TaskQueueSid")
	want = withField(want, "TaskAttributes", "{}")
	assert.Equal(t, want, a.Form())

	a.Time = time.Time{}
	assert.Equal(t, withField(want, "Timestamp"), a.Form())
}

func TestAnAssignmentMadeByHandSendsAgeAndPriorityEvenIfTheyAreZero(t *testing.T) {
	a := webhook.Assignment{TaskSID: "WT1"}
	assert.Equal(t, url.Values{"TaskSid": {"WT1"}, "TaskAge": {"0"}, "TaskPriority": {"0"}}, a.Form())
	assert.Nil(t, a.Fields)
}

func TestAnAssignmentMadeByHandIsReadAsItWasMade(t *testing.T) {
	read, err := webhook.ParseAssignment(sampleAssignmentForm())
	require.NoError(t, err)
	made := read
	made.Fields = nil
	again, err := webhook.ParseAssignment(made.Form())
	require.NoError(t, err)
	assert.Equal(t, read, again)
}

func TestAnAssignmentSharesNothingWithForms(t *testing.T) {
	form := sampleAssignmentForm()
	a, err := webhook.ParseAssignment(form)
	require.NoError(t, err)
	form["TaskSid"][0] = "changed"
	form.Set("New", "field")
	assert.Equal(t, sampleAssignmentForm(), a.Fields)
	sent := a.Form()
	sent["TaskSid"][0] = "changed"
	sent.Set("New", "field")
	assert.Equal(t, sampleAssignmentForm(), a.Fields)
}
