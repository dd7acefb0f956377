package router

import (
	"github.com/taskrouter-go/sdk/gen"
)

// A Workspace holds everything else.
type Workspace struct {
	Resource
	FriendlyName         string         `json:"friendly_name"`
	EventCallbackURL     string         `json:"event_callback_url"`
	EventsFilter         string         `json:"events_filter"`
	MultiTaskEnabled     bool           `json:"multi_task_enabled"`
	PrioritizeQueueOrder gen.QueueOrder `json:"prioritize_queue_order"`
	DefaultActivitySID   string         `json:"default_activity_sid"`
	TimeoutActivitySID   string         `json:"timeout_activity_sid"`
	// ReservationsMade counts the reservations that were made, ever.
	ReservationsMade int `json:"reservations_made"`

	Activities   Table[*Activity]    `json:"activities"`
	TaskChannels Table[*TaskChannel] `json:"task_channels"`
	TaskQueues   Table[*TaskQueue]   `json:"task_queues"`
	Workflows    Table[*Workflow]    `json:"workflows"`
	Workers      Table[*Worker]      `json:"workers"`
	Tasks        Table[*Task]        `json:"tasks"`
	Events       Table[*Event]       `json:"events"`

	account *Account

	lines          map[lineKey]*line
	changingQueues []*TaskQueue // that look at what workers are doing
	arriving       []*Task      // that are to begin their way
	fresh          []*Task      // that have come to a line since the last contest
	freshGroups    []*group     // that were made since then
	judged         []*Task      // that are to be judged after it
	stirred        []*Worker    // of whom something changed since the last contest
	unsettled      bool         // whether the account knows that there are any
	// What names stand for; those of workers are in lower case.
	channelsByName map[string]*TaskChannel
	workersByName  map[string]*Worker
}

// Update changes what was sent.
func (w *Workspace) Update(request gen.UpdateWorkspaceRequest) error {
	if err := firstOf(
		w.checkActivity("DefaultActivitySid", request.DefaultActivitySID),
		w.checkActivity("TimeoutActivitySid", request.TimeoutActivitySID),
		checkURL("EventCallbackUrl", request.EventCallbackURL),
		checkName("FriendlyName", request.FriendlyName, anyLength),
		w.checkMultiTask(request.MultiTaskEnabled),
		CheckEnum("PrioritizeQueueOrder", request.PrioritizeQueueOrder),
	); err != nil {
		return err
	}
	if request == (gen.UpdateWorkspaceRequest{}) {
		return nil
	}
	set(&w.DefaultActivitySID, request.DefaultActivitySID)
	set(&w.TimeoutActivitySID, request.TimeoutActivitySID)
	set(&w.EventCallbackURL, request.EventCallbackURL)
	set(&w.EventsFilter, request.EventsFilter)
	set(&w.FriendlyName, request.FriendlyName)
	if request.PrioritizeQueueOrder != nil {
		w.PrioritizeQueueOrder = *request.PrioritizeQueueOrder
		w.reorder()
	}
	if request.MultiTaskEnabled != nil && *request.MultiTaskEnabled != w.MultiTaskEnabled {
		w.MultiTaskEnabled = *request.MultiTaskEnabled
		w.stirAll(func(*Worker) bool { return true })
	}
	w.touch(&w.Resource)
	w.record(eventOf("workspace.updated", "Workspace %s updated", w.FriendlyName).about("workspace", w.SID))
	return nil
}

// checkMultiTask lets a workspace go back to single tasking only beside another one
// that never left it.
func (w *Workspace) checkMultiTask(enabled *bool) *Refusal {
	if enabled == nil || *enabled || !w.MultiTaskEnabled {
		return nil
	}
	for other := range w.account.Workspaces.All() {
		if !other.MultiTaskEnabled {
			return nil
		}
	}
	return Invalid("MultiTaskEnabled of workspace %s cannot be turned off", w.SID)
}

// touch marks a resource as changed now.
func (w *Workspace) touch(r *Resource) { r.DateUpdated = w.account.now }
