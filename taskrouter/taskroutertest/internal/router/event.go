package router

import (
	"fmt"
	"maps"
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
	// Data are the facts, all of them texts.
	Data map[string]string `json:"event_data"`
}

// EventsKept is how long events can be asked for.
const EventsKept = 30 * 24 * time.Hour

func eventOf(kind, description string, arguments ...any) *Event {
	return &Event{Type: kind, Description: fmt.Sprintf(description, arguments...), Data: make(map[string]string)}
}

func (e *Event) about(kind, sid string) *Event {
	e.ResourceType, e.ResourceSID = kind, sid
	return e
}

func (e *Event) with(facts map[string]string) *Event {
	maps.Copy(e.Data, facts)
	return e
}

// record keeps an event that happens now.
func (w *Workspace) record(e *Event) {
	e.Resource = w.account.newResource("EV")
	e.Data["workspace_sid"], e.Data["workspace_name"] = w.SID, w.FriendlyName
	w.Events.add(e)
}

// ForgetOldEvents forgets those that nobody can ask for any more.
func (w *Workspace) ForgetOldEvents() {
	for w.Events.Len() > 0 && w.account.now.Sub(w.Events.rows[0].DateCreated) > EventsKept {
		w.Events.remove(w.Events.rows[0])
	}
}

func (a *Activity) facts() map[string]string {
	return map[string]string{
		"activity_sid":       a.SID,
		"activity_name":      a.FriendlyName,
		"activity_available": strconv.FormatBool(a.Available),
	}
}

func (c *TaskChannel) facts() map[string]string {
	return map[string]string{
		"task_channel_sid":               c.SID,
		"task_channel_name":              c.FriendlyName,
		"task_channel_unique_name":       c.UniqueName,
		"task_channel_optimized_routing": strconv.FormatBool(c.ChannelOptimizedRouting),
	}
}

func (q *TaskQueue) facts() map[string]string {
	return map[string]string{
		"task_queue_sid":               q.SID,
		"task_queue_name":              q.FriendlyName,
		"task_queue_target_expression": q.TargetWorkers,
	}
}

func (f *Workflow) facts() map[string]string {
	return map[string]string{"workflow_sid": f.SID, "workflow_name": f.FriendlyName}
}

func (w *Workspace) workerFacts(worker *Worker) map[string]string {
	return map[string]string{
		"worker_sid":           worker.SID,
		"worker_name":          worker.FriendlyName,
		"worker_attributes":    worker.Attributes.String(),
		"worker_activity_sid":  worker.ActivitySID,
		"worker_activity_name": w.ActivityName(worker.ActivitySID),
		"worker_version":       strconv.Itoa(worker.Version),
	}
}

func (w *Workspace) previousActivityFacts(sid string, stayed time.Duration) map[string]string {
	return map[string]string{
		"worker_previous_activity_sid":        sid,
		"worker_previous_activity_name":       w.ActivityName(sid),
		"worker_time_in_previous_activity":    strconv.FormatInt(int64(stayed.Seconds()), 10),
		"worker_time_in_previous_activity_ms": strconv.FormatInt(stayed.Milliseconds(), 10),
	}
}

func (w *Workspace) workerChannelFacts(worker *Worker, c *WorkerChannel, previous int) map[string]string {
	channel := w.TaskChannelOf(c.TaskChannelSID)
	return map[string]string{
		"worker_channel_available":          strconv.FormatBool(c.Available),
		"worker_channel_available_capacity": strconv.Itoa(c.ConfiguredCapacity),
		"worker_channel_previous_capacity":  strconv.Itoa(previous),
		"worker_channel_task_count":         strconv.Itoa(worker.count(c, (*Reservation).open)),
		"task_channel_sid":                  channel.SID,
		"task_channel_unique_name":          channel.UniqueName,
	}
}

func (w *Workspace) taskFacts(t *Task) map[string]string {
	channel := w.TaskChannelOf(t.TaskChannelSID)
	facts := map[string]string{
		"task_sid":                 t.SID,
		"task_attributes":          t.Attributes.String(),
		"task_age":                 strconv.Itoa(int(w.Age(t).Seconds())),
		"task_priority":            strconv.Itoa(t.Priority),
		"task_assignment_status":   string(t.Status),
		"task_version":             strconv.Itoa(t.Version),
		"task_date_created":        strconv.FormatInt(t.DateCreated.Unix(), 10),
		"task_channel_sid":         channel.SID,
		"task_channel_unique_name": channel.UniqueName,
	}
	if t.Reason != nil {
		switch t.Status {
		case gen.TaskStatusCanceled:
			facts["task_canceled_reason"] = *t.Reason
		case gen.TaskStatusCompleted:
			facts["task_completed_reason"] = *t.Reason
		}
	}
	if t.WorkflowSID != "" {
		facts["workflow_sid"], facts["workflow_name"] = t.WorkflowSID, w.WorkflowName(t.WorkflowSID)
	}
	return facts
}

// queuedFacts are those of a task and of the queue that it is in.
func (w *Workspace) queuedFacts(t *Task) map[string]string {
	facts := w.taskFacts(t)
	if q := w.taskQueue(t.TaskQueueSID); q != nil {
		maps.Copy(facts, q.facts())
		facts["task_age_in_queue"] = strconv.Itoa(int(w.ageInQueue(t).Seconds()))
	}
	return facts
}

func (w *Workspace) reservationFacts(r *Reservation) map[string]string {
	facts := w.queuedFacts(r.task)
	maps.Copy(facts, w.workerFacts(r.worker))
	facts["reservation_sid"] = r.SID
	facts["reservation_version"] = strconv.Itoa(r.Version)
	return facts
}

// Has tells whether an event has all of some facts.
func (e *Event) Has(facts map[string]string) bool {
	for name, value := range facts {
		if e.Data[name] != value {
			return false
		}
	}
	return true
}

// ResourcePath is the path, below that of its workspace, of what the event is about.
func (e *Event) ResourcePath() []string {
	switch e.ResourceType {
	case "workspace":
		return nil
	case "reservation":
		return []string{"Tasks", e.Data["task_sid"], "Reservations", e.ResourceSID}
	}
	return []string{resourcePaths[e.ResourceType], e.ResourceSID}
}

var resourcePaths = map[string]string{
	"activity": "Activities", "task-channel": "TaskChannels", "task-queue": "TaskQueues",
	"workflow": "Workflows", "worker": "Workers", "task": "Tasks",
}
