package webhook

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// An Assignment asks what is to be done with a new reservation of a worker for a
// task.
type Assignment struct {
	// Time is when the reservation was made; zero if that cannot be read, since
	// its format is not documented. Fields has its text.
	Time             time.Time
	AccountSID       string // AC…
	WorkspaceSID     string // WS…
	WorkflowSID      string // WW…
	TaskQueueSID     string // WQ…, the queue that the task is in
	ReservationSID   string // WR…
	WorkerSID        string // WK…, the worker who is reserved
	WorkerAttributes taskrouter.Attributes
	TaskSID          string // WT…
	TaskAttributes   taskrouter.Attributes
	TaskAge          time.Duration // since the task was created, in whole seconds
	TaskPriority     int           // the higher goes first
	// Fields are all fields as they arrived, also those that the service adds and
	// this package does not know. [Assignment.Form] sends them as well.
	Fields url.Values
}

// ParseAssignment reads the fields of an assignment callback. It is an error if
// one of the SIDs that tell what is assigned is missing (of workspace, task,
// worker and reservation), if age or priority is no whole number, or if it is an
// event, which is sent to the wrong URL: those of reservations have these SIDs as
// well. Other fields may be missing.
func ParseAssignment(form url.Values) (Assignment, error) {
	if err := checkAssignment(form); err != nil {
		return Assignment{}, fmt.Errorf("webhook: read an assignment: %w", err)
	}
	return readAssignment(form), nil
}

func checkAssignment(form url.Values) error {
	if event := form.Get("EventType"); event != "" {
		return fmt.Errorf("it is an event, as its EventType is %q", event)
	}
	var problems []error
	for _, name := range []string{"WorkspaceSid", "TaskSid", "WorkerSid", "ReservationSid"} {
		if form.Get(name) == "" {
			problems = append(problems, fmt.Errorf("%s is missing", name))
		}
	}
	for _, name := range []string{"TaskAge", "TaskPriority"} {
		if text := form.Get(name); text != "" && !isWhole(text) {
			problems = append(problems, fmt.Errorf("%s is %q, expected a whole number of 32 bits", name, text))
		}
	}
	return errors.Join(problems...)
}

func isWhole(text string) bool {
	_, err := strconv.ParseInt(text, 10, 32)
	return err == nil
}

func readAssignment(form url.Values) Assignment {
	f := fields{form: form}
	return Assignment{
		Time:             f.moment("Timestamp"),
		AccountSID:       f.text("AccountSid"),
		WorkspaceSID:     f.text("WorkspaceSid"),
		WorkflowSID:      f.text("WorkflowSid"),
		TaskQueueSID:     f.text("TaskQueueSid"),
		ReservationSID:   f.text("ReservationSid"),
		WorkerSID:        f.text("WorkerSid"),
		WorkerAttributes: taskrouter.Attributes(f.text("WorkerAttributes")),
		TaskSID:          f.text("TaskSid"),
		TaskAttributes:   taskrouter.Attributes(f.text("TaskAttributes")),
		TaskAge:          f.seconds("TaskAge"),
		TaskPriority:     f.number("TaskPriority"),
		Fields:           copyOf(form),
	}
}

// Form returns the fields that the service would send: Fields, and over them what
// the assignment says itself. What is empty is left out, and the age is cut to
// whole seconds.
func (a Assignment) Form() url.Values {
	return over(a.Fields, readAssignment(a.Fields).texts(), a.texts())
}

// texts are the fields that an assignment has names for, "" for none.
func (a Assignment) texts() map[string]string {
	return map[string]string{
		"Timestamp":        timeText(a.Time, a.Time.Unix()),
		"AccountSid":       a.AccountSID,
		"WorkspaceSid":     a.WorkspaceSID,
		"WorkflowSid":      a.WorkflowSID,
		"TaskQueueSid":     a.TaskQueueSID,
		"ReservationSid":   a.ReservationSID,
		"WorkerSid":        a.WorkerSID,
		"WorkerAttributes": string(a.WorkerAttributes),
		"TaskSid":          a.TaskSID,
		"TaskAttributes":   string(a.TaskAttributes),
		"TaskAge":          strconv.FormatInt(int64(a.TaskAge/time.Second), 10),
		"TaskPriority":     strconv.Itoa(a.TaskPriority),
	}
}
