package router

import (
	"time"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

// A Task is something to be done.
type Task struct {
	Resource
	Status           gen.TaskStatus `json:"assignment_status"`
	Attributes       Attributes     `json:"attributes"`
	Priority         int            `json:"priority"`
	Reason           *string        `json:"reason"`
	TaskChannelSID   string         `json:"task_channel_sid"`
	WorkflowSID      string         `json:"workflow_sid"`
	TaskQueueSID     string         `json:"task_queue_sid"`
	DateQueueEntered *time.Time     `json:"task_queue_entered_date"`
	Timeout          int            `json:"timeout"`
	VirtualStartTime time.Time      `json:"virtual_start_time"`
	RoutingTarget    string         `json:"routing_target"`
	IgnoreCapacity   bool           `json:"ignore_capacity"`
	Version          int            `json:"version"`
	// Since is when the task began to wait, to be done or to be over.
	Since time.Time `json:"status_since"`
	// Assignments counts how often workers were asked, several at once as one time.
	Assignments int `json:"assignments"`
	// Position is the target that the task is in, of the rules of its workflow that have
	// this revision; nil if it is in none.
	Position          *workflow.Position `json:"position"`
	Revision          int                `json:"workflow_revision"`
	DateTargetEntered *time.Time         `json:"target_entered_date"`

	// Reservations are those that were made for the task.
	Reservations Table[*Reservation] `json:"reservations"`

	rules *Rules         // that the task follows while it waits; nil if it follows none
	step  *workflow.Step // at Position
	queue *TaskQueue     // in whose line the task is, nil if it is in none
	group *group         // of that line
	// placeInGroup is counted from 1.
	placeInGroup int
	fresh        bool // came to its group since the last contest
	// unanswered counts how often nobody could be asked since somebody last decided, and held
	// tells whether the task is not offered again yet because of that.
	unanswered int
	held       bool
	alarm      alarm
}

const (
	maxTaskTimeout     = 1_209_600 // seconds
	defaultTaskTimeout = 86_400
	maxPriority        = 2_147_483_647
)

var firstVirtualStart = time.Date(1900, time.January, 1, 0, 0, 0, 0, time.UTC)

// waits tells whether no worker has the task yet.
func (t *Task) waits() bool {
	return t.Status == gen.TaskStatusPending || t.Status == gen.TaskStatusReserved
}

// over tells whether nothing more becomes of the task.
func (t *Task) over() bool {
	return t.Status == gen.TaskStatusCompleted || t.Status == gen.TaskStatusCanceled
}

// Age returns how long ago a task was made.
func (w *Workspace) Age(t *Task) time.Duration { return w.account.now.Sub(t.DateCreated) }

// CreateTask makes a task.
func (w *Workspace) CreateTask(request gen.CreateTaskRequest) (*Task, error) {
	attributes := string(request.Attributes)
	workflowSID, noWorkflow := w.workflowOf(request)
	if err := firstOf(
		checkAttributes(attributes),
		noWorkflow,
		CheckEnum("AssignmentStatus", request.AssignmentStatus),
		checkRange("Priority", request.Priority, 0, maxPriority),
		checkRange("Timeout", request.Timeout, 1, maxTaskTimeout),
		w.CheckTaskChannel("TaskChannel", request.TaskChannel),
		w.checkVirtualStart(request.VirtualStartTime),
		w.checkRoutingTarget(request.RoutingTarget),
		checkReference("TaskQueueSid", "WQ", "Task queue", request.TaskQueueSID, &w.TaskQueues),
	); err != nil {
		return nil, err
	}
	t := &Task{
		Resource:         w.account.newResource("WT"),
		Status:           gen.TaskStatusPending,
		Attributes:       newAttributes(attributes),
		TaskChannelSID:   w.channelsByName[defaultChannel].SID,
		WorkflowSID:      workflowSID,
		Timeout:          defaultTaskTimeout,
		VirtualStartTime: w.account.now,
		Since:            w.account.now,
	}
	set(&t.Priority, request.Priority)
	set(&t.Timeout, request.Timeout)
	set(&t.VirtualStartTime, request.VirtualStartTime)
	t.VirtualStartTime = t.VirtualStartTime.UTC()
	set(&t.TaskQueueSID, request.TaskQueueSID)
	set(&t.RoutingTarget, request.RoutingTarget)
	w.setTaskChannel(t, request.TaskChannel)
	if IsSID("WK", t.RoutingTarget) {
		t.IgnoreCapacity = request.IgnoreCapacity == nil || *request.IgnoreCapacity
	}
	if t.TaskQueueSID == "" {
		if q := w.queueOf(t); q != nil {
			t.TaskQueueSID = q.SID // as the answer shows it before the task is there
		}
	}
	w.Tasks.add(t)
	// Of all events of a task this one alone names no queue.
	w.record(eventOf("task.created", "Task %s created", t.SID).about("task", t.SID).with(w.taskFacts(t)))
	w.arrive(t)
	return t, nil
}

// workflowOf returns the workflow that a new task goes through: its routing target, the
// one that is named, or the only one.
func (w *Workspace) workflowOf(request gen.CreateTaskRequest) (string, *Refusal) {
	sid := request.WorkflowSID
	if refusal := checkReference("WorkflowSid", "WW", "Workflow", sid, &w.Workflows); refusal != nil {
		return "", refusal
	}
	if request.RoutingTarget != nil && IsSID("WW", *request.RoutingTarget) {
		sid = request.RoutingTarget
	}
	switch {
	case sid == nil && w.Workflows.Len() == 1:
		return w.Workflows.first().SID, nil
	case sid == nil:
		return "", Invalid("WorkflowSid field is required")
	}
	return *sid, checkReference("WorkflowSid", "WW", "Workflow", sid, &w.Workflows)
}

func (w *Workspace) checkRoutingTarget(sid *string) *Refusal {
	if sid == nil || w.Workers.Has(*sid) || w.TaskQueues.Has(*sid) || w.Workflows.Has(*sid) {
		return nil
	}
	return Invalid("RoutingTarget %s is no worker, task queue or workflow", *sid)
}

// checkNoTarget wants that no task that waits is meant for something.
func (w *Workspace) checkNoTarget(what, sid string) *Refusal {
	for t := range w.Tasks.All() {
		if t.RoutingTarget == sid && t.waits() {
			return Invalid("%s %s is the routing target of task %s", what, sid, t.SID)
		}
	}
	return nil
}

func (w *Workspace) checkVirtualStart(at *time.Time) *Refusal {
	switch {
	case at == nil:
		return nil
	case at.After(w.account.now):
		return Invalid("VirtualStartTime cannot be in the future")
	case at.Before(firstVirtualStart):
		return Invalid("VirtualStartTime cannot be before 1900")
	}
	return nil
}

// setTaskChannel sets the channel that was named, by its SID or unique name.
func (w *Workspace) setTaskChannel(t *Task, sidOrName *string) {
	if sidOrName == nil {
		return
	}
	if c, err := w.TaskChannel(*sidOrName); err == nil {
		t.TaskChannelSID = c.SID
	}
}

// UpdateTask changes what was sent.
func (w *Workspace) UpdateTask(t *Task, request gen.UpdateTaskRequest) error {
	attributes := string(request.Attributes)
	if err := firstOf(
		checkAttributes(attributes),
		CheckEnum("AssignmentStatus", request.AssignmentStatus),
		w.checkMove(t, request),
		checkRange("Priority", request.Priority, 0, maxPriority),
		w.CheckTaskChannel("TaskChannel", request.TaskChannel),
		w.checkVirtualStart(request.VirtualStartTime),
	); err != nil {
		return err
	}
	if request == (gen.UpdateTaskRequest{}) {
		return nil
	}
	w.stopWaiting(t) // where it waits may be another place afterwards
	if attributes != "" {
		t.Attributes = newAttributes(attributes)
	}
	set(&t.Priority, request.Priority)
	set(&t.VirtualStartTime, request.VirtualStartTime)
	t.VirtualStartTime = t.VirtualStartTime.UTC()
	w.changeTaskChannel(t, request.TaskChannel)
	if request.Reason != nil {
		t.Reason = request.Reason
	}
	w.moveOn(t, request)
	return nil
}

// moveOn gives a task that was changed the state that was sent, or lets it wait again.
func (w *Workspace) moveOn(t *Task, request gen.UpdateTaskRequest) {
	if request.AssignmentStatus == nil || *request.AssignmentStatus == t.Status {
		w.changed(t)
		w.recordTask(t, "task.updated", "updated")
		w.waitAgain(t, request.Attributes != "")
		return
	}
	move := taskMoves[*request.AssignmentStatus]
	w.transition(t, *request.AssignmentStatus, t.open(move.reservations)...)
	if isMore(request) {
		w.recordTask(t, "task.updated", "updated")
	}
}

// waitAgain lets a task that was changed wait where it belongs by now. One with other
// attributes goes through its workflow anew.
func (w *Workspace) waitAgain(t *Task, anew bool) {
	switch {
	case t.Status != gen.TaskStatusPending:
	case t.isPlaced() && !anew:
		w.wait(t)
	default:
		w.arrive(t)
	}
}

// changeTaskChannel makes a task one of a channel, and takes up the capacity of workers
// for that one from now on.
func (w *Workspace) changeTaskChannel(t *Task, sidOrName *string) {
	if sidOrName == nil {
		return
	}
	for r := range t.Reservations.All() {
		r.worker.tally(r, -1)
	}
	w.setTaskChannel(t, sidOrName)
	for r := range t.Reservations.All() {
		r.worker.tally(r, 1)
		w.stir(r.worker, freed)
	}
}

// isMore tells whether a request that moves a task is told of as an update, too: if it
// changes anything but the state, and, as the service was seen to do, if it completes
// the task.
func isMore(request gen.UpdateTaskRequest) bool {
	completes := *request.AssignmentStatus == gen.TaskStatusCompleted
	request.AssignmentStatus, request.Reason = nil, nil
	return completes || request != (gen.UpdateTaskRequest{})
}

// changed marks a task as changed now.
func (w *Workspace) changed(t *Task) {
	t.Version++
	w.touch(&t.Resource)
}

// checkMove wants that a task can move to the state that was sent, as the service
// tells it.
func (w *Workspace) checkMove(t *Task, request gen.UpdateTaskRequest) *Refusal {
	if request.AssignmentStatus == nil {
		return nil
	}
	switch status := *request.AssignmentStatus; status {
	case gen.TaskStatusCanceled:
		if !t.waits() {
			return w.cannotMove("cancel", t, "pending or reserved")
		}
	case gen.TaskStatusWrapping:
		if t.Status != gen.TaskStatusAssigned {
			return w.cannotMove("wrap up a", t, "currently assigned")
		}
	case gen.TaskStatusCompleted:
		if t.Status != gen.TaskStatusAssigned && t.Status != gen.TaskStatusWrapping {
			return w.cannotMove("complete", t, "currently assigned")
		}
	default:
		if status != t.Status {
			return Invalid("AssignmentStatus cannot be set to %s", status)
		}
		return nil
	}
	if *request.AssignmentStatus != gen.TaskStatusCanceled && request.Attributes != "" {
		return Invalid("Attributes cannot be changed together with an AssignmentStatus of %s", *request.AssignmentStatus)
	}
	return nil
}

func (w *Workspace) cannotMove(verb string, t *Task, state string) *Refusal {
	return Invalid("Cannot %s task %s in workspace %s for account %s because it is not %s.",
		verb, t.SID, w.SID, w.account.SID, state)
}

// DeleteTask deletes a task and its reservations.
func (w *Workspace) DeleteTask(t *Task) { w.discard(t, "task.deleted", "deleted") }

// discard deletes a task, and ends what workers are asked to do or do for it.
func (w *Workspace) discard(t *Task, event, word string) {
	var turns []turn
	for r := range t.Reservations.All() {
		switch {
		case r.holdsTask():
			turns = append(turns, turn{r, gen.ReservationStatusCompleted})
		case r.open():
			turns = append(turns, turn{r, gen.ReservationStatusCanceled})
		}
	}
	w.transition(t, t.Status, turns...)
	w.forgetTask(t)
	w.recordTask(t, event, word)
}

// forgetTask takes a task out of the workspace, and all its reservations.
func (w *Workspace) forgetTask(t *Task) {
	w.stopWaiting(t)
	w.unfollow(t)
	w.unsetAlarm(t)
	for r := range t.Reservations.All() {
		r.worker.Reservations.remove(r)
		r.letGo()
	}
	w.Tasks.remove(t)
}

func (w *Workspace) recordTask(t *Task, kind, word string) {
	w.record(eventOf(kind, "Task %s %s", t.SID, word).about("task", t.SID).with(w.queuedFacts(t)))
}
