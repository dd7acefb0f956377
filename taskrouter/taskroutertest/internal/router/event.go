package router

import (
	"fmt"
	"strconv"
	"time"

	"github.com/taskrouter-go/sdk/gen"
)

// An Event is something that happened.
type Event struct {
	Resource
	Type         string `json:"event_type"`
	Description  string `json:"description"`
	ResourceType string `json:"resource_type"`
	ResourceSID  string `json:"resource_sid"`
	Data         Facts  `json:"event_data"`
}

// EventsKept is how long events can be asked for.
const EventsKept = 30 * 24 * time.Hour

func eventOf(kind, description string, arguments ...any) *Event {
	return &Event{Type: kind, Description: fmt.Sprintf(description, arguments...)}
}

func (e *Event) about(kind, sid string) *Event {
	e.ResourceType, e.ResourceSID = kind, sid
	return e
}

func (e *Event) with(facts draft) *Event {
	e.Data.gather(&facts, factsOfAll)
	return e
}

// factsOfAll is how many facts record adds to each event.
const factsOfAll = 2

// record keeps an event that happens now, and has the application told of it.
func (w *Workspace) record(e *Event) {
	e.Resource = w.account.newResource("EV")
	e.Data.Set(FactWorkspaceSID, w.SID)
	e.Data.Set(FactWorkspaceName, w.FriendlyName)
	w.Events.add(e)
	w.tell(e)
}

// ForgetOldEvents forgets those that nobody can ask for any more.
func (w *Workspace) ForgetOldEvents() {
	for w.Events.Len() > 0 && w.account.now.Sub(w.Events.first().DateCreated) > EventsKept {
		w.Events.remove(w.Events.first())
	}
}

func (a *Activity) facts() (d draft) {
	d.set(FactActivitySID, a.SID)
	d.set(FactActivityName, a.FriendlyName)
	d.set(FactActivityAvailable, strconv.FormatBool(a.Available))
	return d
}

func (c *TaskChannel) facts() (d draft) {
	d.set(FactTaskChannelSID, c.SID)
	d.set(FactTaskChannelName, c.FriendlyName)
	d.set(FactTaskChannelUniqueName, c.UniqueName)
	d.set(FactTaskChannelOptimizedRouting, strconv.FormatBool(c.ChannelOptimizedRouting))
	return d
}

func (q *TaskQueue) facts() (d draft) {
	d.set(FactTaskQueueSID, q.SID)
	d.set(FactTaskQueueName, q.FriendlyName)
	d.set(FactTaskQueueTargetExpression, q.TargetWorkers)
	return d
}

func (f *Workflow) facts() (d draft) {
	d.set(FactWorkflowSID, f.SID)
	d.set(FactWorkflowName, f.FriendlyName)
	return d
}

func (w *Workspace) workerFacts(worker *Worker) (d draft) {
	d.set(FactWorkerSID, worker.SID)
	d.set(FactWorkerName, worker.FriendlyName)
	d.set(FactWorkerAttributes, worker.Attributes.String())
	d.set(FactWorkerActivitySID, worker.ActivitySID)
	d.set(FactWorkerActivityName, w.ActivityName(worker.ActivitySID))
	d.set(FactWorkerVersion, strconv.Itoa(worker.Version))
	return d
}

func (w *Workspace) previousActivityFacts(sid string, stayed time.Duration) (d draft) {
	d.set(FactWorkerPreviousActivitySID, sid)
	d.set(FactWorkerPreviousActivityName, w.ActivityName(sid))
	d.set(FactWorkerTimeInPreviousActivity, strconv.FormatInt(int64(stayed.Seconds()), 10))
	d.set(FactWorkerTimeInPreviousActivityMs, strconv.FormatInt(stayed.Milliseconds(), 10))
	return d
}

func (w *Workspace) workerChannelFacts(c *WorkerChannel, previous int) (d draft) {
	channel := w.TaskChannelOf(c.TaskChannelSID)
	d.set(FactWorkerChannelAvailable, strconv.FormatBool(c.Available))
	d.set(FactWorkerChannelAvailableCapacity, strconv.Itoa(c.ConfiguredCapacity))
	d.set(FactWorkerChannelPreviousCapacity, strconv.Itoa(previous))
	d.set(FactWorkerChannelTaskCount, strconv.Itoa(c.used))
	d.set(FactTaskChannelSID, channel.SID)
	d.set(FactTaskChannelUniqueName, channel.UniqueName)
	return d
}

func (w *Workspace) taskFacts(t *Task) (d draft) {
	channel := w.TaskChannelOf(t.TaskChannelSID)
	d.set(FactTaskSID, t.SID)
	d.set(FactTaskAttributes, t.Attributes.String())
	d.set(FactTaskAge, strconv.Itoa(int(w.Age(t).Seconds())))
	d.set(FactTaskPriority, strconv.Itoa(t.Priority))
	d.set(FactTaskAssignmentStatus, string(t.Status))
	d.set(FactTaskVersion, strconv.Itoa(t.Version))
	d.set(FactTaskDateCreated, strconv.FormatInt(t.DateCreated.Unix(), 10))
	d.set(FactTaskChannelSID, channel.SID)
	d.set(FactTaskChannelUniqueName, channel.UniqueName)
	if t.Reason != nil {
		switch t.Status {
		case gen.TaskStatusCanceled:
			d.set(FactTaskCanceledReason, *t.Reason)
		case gen.TaskStatusCompleted:
			d.set(FactTaskCompletedReason, *t.Reason)
		}
	}
	if t.WorkflowSID != "" {
		d.set(FactWorkflowSID, t.WorkflowSID)
		d.set(FactWorkflowName, w.WorkflowName(t.WorkflowSID))
	}
	return d
}

// queuedFacts are those of a task and of the queue that it is in.
func (w *Workspace) queuedFacts(t *Task) draft {
	d := w.taskFacts(t)
	if q := w.taskQueue(t.TaskQueueSID); q != nil {
		d.add(q.facts())
		d.set(FactTaskAgeInQueue, strconv.Itoa(int(w.ageInQueue(t).Seconds())))
	}
	return d
}

func (w *Workspace) reservationFacts(r *Reservation) draft {
	d := w.queuedFacts(r.task)
	d.add(w.workerFacts(r.worker))
	d.set(FactReservationSID, r.SID)
	d.set(FactReservationVersion, strconv.Itoa(r.Version))
	return d
}

// Has tells whether an event has all of some facts of the router.
func (e *Event) Has(facts Facts) bool {
	i := 0
	for fact := range facts.known.all() {
		if e.Data.Get(fact) != facts.texts[i] {
			return false
		}
		i++
	}
	return true
}

// ResourcePath is the path, below that of its workspace, of what the event is about.
func (e *Event) ResourcePath() []string {
	switch e.ResourceType {
	case "workspace":
		return nil
	case "reservation":
		return []string{"Tasks", e.Data.Get(FactTaskSID), "Reservations", e.ResourceSID}
	}
	return []string{resourcePaths[e.ResourceType], e.ResourceSID}
}

var resourcePaths = map[string]string{
	"activity": "Activities", "task-channel": "TaskChannels", "task-queue": "TaskQueues",
	"workflow": "Workflows", "worker": "Workers", "task": "Tasks",
}
