package webhook

import (
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// An Event reports something that happened in a workspace. What every event has is
// in its fields; what it is about is in its views, such as [Event.Task], each of
// which tells whether the event has it, that is whether one of its fields is there
// and not empty: which ones are depends on the type.
//
// All values arrive as text. Where one cannot be read as what a view has it for,
// it is zero there; Fields always has the text.
type Event struct {
	Type             EventType
	SID              string // EV…; empty if the service sent none
	AccountSID       string // AC…
	WorkspaceSID     string // WS…
	WorkspaceName    string
	OperatingUnitSID string    // OU…, often empty
	Description      string    // what happened, as a sentence
	ResourceType     string    // what it happened to, such as "task"; in lower case, which the service is not consistent in
	ResourceSID      string    // and its SID
	Reason           string    // why it happened, where that is said
	Time             time.Time // when it happened, to the millisecond if that is said; zero if it cannot be read
	// Fields are all fields as they arrived, also those that the service adds and
	// this package does not know. [Event.Form] sends them as well.
	Fields url.Values
}

// ParseEvent reads the fields of an event callback. It is an error if there is no
// type, as with another callback that is sent to the wrong URL; any other field
// may be missing, and any type will do.
func ParseEvent(form url.Values) (Event, error) {
	if form.Get("EventType") == "" {
		return Event{}, errors.New("webhook: read an event: EventType is missing, as in an assignment or another callback")
	}
	return readEvent(form), nil
}

func readEvent(form url.Values) Event {
	f := fields{form: form}
	return Event{
		Type:             EventType(f.text("EventType")),
		SID:              f.text("Sid"),
		AccountSID:       f.text("AccountSid"),
		WorkspaceSID:     f.text("WorkspaceSid"),
		WorkspaceName:    f.text("WorkspaceName"),
		OperatingUnitSID: f.text("OperatingUnitSid"),
		Description:      f.text("EventDescription"),
		ResourceType:     strings.ToLower(f.text("ResourceType")),
		ResourceSID:      f.text("ResourceSid"),
		Reason:           f.text("Reason"),
		Time:             timeOf(form),
		Fields:           copyOf(form),
	}
}

// Form returns the fields that the service would send: Fields, and over them what
// the event says itself. What is empty is left out. What its views show is in
// Fields only.
func (e Event) Form() url.Values {
	return over(e.Fields, readEvent(e.Fields).texts(), e.texts())
}

// texts are the fields that an event has names for, "" for none.
func (e Event) texts() map[string]string {
	return map[string]string{
		"EventType":        string(e.Type),
		"Sid":              e.SID,
		"AccountSid":       e.AccountSID,
		"WorkspaceSid":     e.WorkspaceSID,
		"WorkspaceName":    e.WorkspaceName,
		"OperatingUnitSid": e.OperatingUnitSID,
		"EventDescription": e.Description,
		"ResourceType":     e.ResourceType,
		"ResourceSid":      e.ResourceSID,
		"Reason":           e.Reason,
		"Timestamp":        timeText(e.Time, e.Time.Unix()),
		"TimestampMs":      timeText(e.Time, e.Time.UnixMilli()),
	}
}

// EventActivity is the activity that an event is about.
type EventActivity struct {
	SID       string // WA…
	Name      string
	Available bool // whether it makes workers available
}

// Activity returns the activity that was created, updated or deleted. The activity
// of a worker is part of [EventWorker].
func (e Event) Activity() (activity EventActivity, ok bool) {
	f := fields{form: e.Fields}
	activity = EventActivity{
		SID:       f.text("ActivitySid"),
		Name:      f.text("ActivityName"),
		Available: f.truth("ActivityAvailable"),
	}
	return activity, f.found
}

// EventTask is the task that an event is about, as it was then.
type EventTask struct {
	SID              string // WT…
	Attributes       taskrouter.Attributes
	Age              time.Duration // since its creation, in whole seconds
	Priority         int           // the higher goes first
	AssignmentStatus taskrouter.TaskStatus
	CanceledReason   string // "" unless it is canceled, and a reason was given
	CompletedReason  string // the same of completing it
	Version          string // to compare with an ETag
	DateCreated      time.Time
	VirtualStartTime time.Time // from which its age counts in a queue
	QueueEnteredDate time.Time // when it entered its queue
	IgnoreCapacity   bool      // whether it ignores the capacity of workers
}

// Task returns the task that an event is about: events of tasks and reservations
// have one, and those of task queues and workflows that tell where a task went.
func (e Event) Task() (task EventTask, ok bool) {
	f := fields{form: e.Fields}
	task = EventTask{
		SID:              f.text("TaskSid"),
		Attributes:       taskrouter.Attributes(f.text("TaskAttributes")),
		Age:              f.seconds("TaskAge"),
		Priority:         f.number("TaskPriority"),
		AssignmentStatus: taskrouter.TaskStatus(f.text("TaskAssignmentStatus")),
		CanceledReason:   f.text("TaskCanceledReason"),
		CompletedReason:  f.text("TaskCompletedReason"),
		Version:          f.text("TaskVersion"),
		DateCreated:      f.moment("TaskDateCreated"),
		VirtualStartTime: f.moment("TaskVirtualStartTime"),
		QueueEnteredDate: f.moment("TaskQueueEnteredDate"),
		IgnoreCapacity:   f.truth("TaskIgnoreCapacity"),
	}
	return task, f.found
}

// EventTaskChannel is the task channel that an event is about, or that its task
// belongs to.
type EventTaskChannel struct {
	SID              string // TC…
	Name             string
	UniqueName       string
	OptimizedRouting bool // whether workers take turns on it by itself
}

// TaskChannel returns the task channel of an event.
func (e Event) TaskChannel() (channel EventTaskChannel, ok bool) {
	f := fields{form: e.Fields}
	channel = EventTaskChannel{
		SID:              f.text("TaskChannelSid"),
		Name:             f.text("TaskChannelName"),
		UniqueName:       f.text("TaskChannelUniqueName"),
		OptimizedRouting: f.truth("TaskChannelOptimizedRouting"),
	}
	return channel, f.found
}

// EventTaskQueue is the task queue that an event is about, or that its task is in.
type EventTaskQueue struct {
	SID              string // WQ…
	Name             string
	TargetExpression string // who may serve it
}

// TaskQueue returns the task queue of an event.
func (e Event) TaskQueue() (queue EventTaskQueue, ok bool) {
	f := fields{form: e.Fields}
	queue = EventTaskQueue{
		SID:              f.text("TaskQueueSid"),
		Name:             f.text("TaskQueueName"),
		TargetExpression: f.text("TaskQueueTargetExpression"),
	}
	if queue.TargetExpression == "" { // programs that stand in for the service call it so
		queue.TargetExpression = f.text("TaskQueueExpression")
	}
	return queue, f.found
}

// EventWorkflow is the workflow that an event is about, or that leads its task.
type EventWorkflow struct {
	SID  string // WW…
	Name string
}

// Workflow returns the workflow of an event.
func (e Event) Workflow() (workflow EventWorkflow, ok bool) {
	f := fields{form: e.Fields}
	workflow = EventWorkflow{SID: f.text("WorkflowSid"), Name: f.text("WorkflowName")}
	return workflow, f.found
}

// EventWorkflowTarget is where in its workflow a task is.
type EventWorkflowTarget struct {
	FilterName       string
	FilterExpression string
	Name             string
	Expression       string
}

// WorkflowTarget returns the filter and the target of a workflow that a task has
// reached. Both were seen, and are not documented.
func (e Event) WorkflowTarget() (target EventWorkflowTarget, ok bool) {
	f := fields{form: e.Fields}
	target = EventWorkflowTarget{
		FilterName:       f.text("WorkflowFilterName"),
		FilterExpression: f.text("WorkflowFilterExpression"),
		Name:             f.text("WorkflowFilterTargetName"),
		Expression:       f.text("WorkflowFilterTargetExpression"),
	}
	return target, f.found
}

// EventWorker is the worker that an event is about, as they were then.
type EventWorker struct {
	SID          string // WK…
	Name         string
	Attributes   taskrouter.Attributes
	ActivitySID  string // WA…
	ActivityName string
	Version      string // to compare with an ETag

	// What the worker did before, if the activity has changed, and for how long:
	// to the millisecond if that is said.
	PreviousActivitySID    string
	PreviousActivityName   string
	TimeInPreviousActivity time.Duration
}

// Worker returns the worker that an event is about: events of workers have one,
// and all of reservations but reservation.failed.
func (e Event) Worker() (worker EventWorker, ok bool) {
	f := fields{form: e.Fields}
	worker = EventWorker{
		SID:                    f.text("WorkerSid"),
		Name:                   f.text("WorkerName"),
		Attributes:             taskrouter.Attributes(f.text("WorkerAttributes")),
		ActivitySID:            f.text("WorkerActivitySid"),
		ActivityName:           f.text("WorkerActivityName"),
		Version:                f.text("WorkerVersion"),
		PreviousActivitySID:    f.text("WorkerPreviousActivitySid"),
		PreviousActivityName:   f.text("WorkerPreviousActivityName"),
		TimeInPreviousActivity: f.milliseconds("WorkerTimeInPreviousActivityMs"),
	}
	if worker.TimeInPreviousActivity == 0 {
		worker.TimeInPreviousActivity = f.seconds("WorkerTimeInPreviousActivity")
	}
	return worker, f.found
}

// EventWorkerChannel is how much a worker takes of a task channel, which
// [Event.TaskChannel] names. Whether what is free and what is in use count tasks or
// percent is not documented.
type EventWorkerChannel struct {
	Available         bool // whether the worker is given tasks of the channel
	Capacity          int  // how many tasks the worker takes at once
	PreviousCapacity  int  // before the change
	AvailableCapacity int  // how much of it is free
	ConsumedCapacity  int  // how much of it is in use
	TaskCount         int  // how many of its tasks the worker has
}

// WorkerChannel returns the channel of the worker that an event is about: events
// of capacity and availability have one, some of reservations as well.
func (e Event) WorkerChannel() (channel EventWorkerChannel, ok bool) {
	f := fields{form: e.Fields}
	channel = EventWorkerChannel{
		Available:         f.truth("WorkerChannelAvailable"),
		Capacity:          f.number("WorkerChannelCapacity"),
		PreviousCapacity:  f.number("WorkerChannelPreviousCapacity"),
		AvailableCapacity: f.number("WorkerChannelAvailableCapacity"),
		ConsumedCapacity:  f.number("WorkerChannelConsumedCapacity"),
		TaskCount:         f.number("WorkerChannelTaskCount"),
	}
	return channel, f.found
}

// EventReservation is the reservation that an event is about.
type EventReservation struct {
	SID     string // WR…
	Version string // to compare with an ETag
}

// Reservation returns the reservation that an event is about. Its state is what
// the type of the event says.
func (e Event) Reservation() (reservation EventReservation, ok bool) {
	f := fields{form: e.Fields}
	reservation = EventReservation{SID: f.text("ReservationSid"), Version: f.text("ReservationVersion")}
	return reservation, f.found
}
