package router

import (
	"time"

	"github.com/taskrouter-go/sdk/gen"
)

// An Account is what holds workspaces.
type Account struct {
	SID        string
	Workspaces Table[*Workspace]

	sids      sids
	made      int // how many resources there were, ever
	now       time.Time
	alarms    alarms
	unsettled []*Workspace
	callbacks []Callback // that are to be made
}

// NewAccount returns an account without workspaces. The same seed gives the same
// SIDs, that of the account too unless it is given.
func NewAccount(sid string, seed uint64) *Account {
	a := &Account{SID: sid, sids: sids{seed: seed}, alarms: newAlarms()}
	if sid == "" {
		a.SID = a.sids.next("AC")
	}
	return a
}

// Begin sets the time at which the next call is made, once all has happened that is due
// until then: each thing at its own time.
func (a *Account) Begin(now time.Time) {
	now = now.UTC()
	for next, ok := a.Next(); ok && !next.After(now); next, ok = a.Next() {
		a.moveTo(next)
		a.Settle()
	}
	a.moveTo(now)
}

// moveTo sets the time, which never goes back.
func (a *Account) moveTo(now time.Time) {
	if now.After(a.now) {
		a.now = now
	}
}

// Next returns when something happens by itself, if anything does.
func (a *Account) Next() (time.Time, bool) {
	if a.alarms.empty() {
		return time.Time{}, false
	}
	return a.alarms.first().alarmed().at, true
}

// Settle lets all happen that a call has set moving, and what is due now.
func (a *Account) Settle() {
	for a.ringDue() || a.route() {
	}
}

// route routes what a call has set moving, and tells whether anything was.
func (a *Account) route() bool {
	unsettled := a.unsettled
	a.unsettled = nil
	for _, w := range unsettled {
		w.route()
	}
	return len(unsettled) > 0
}

// Now returns the time of this call.
func (a *Account) Now() time.Time { return a.now }

// NextSID gives a SID of a kind, the next one of its row.
func (a *Account) NextSID(prefix string) string { return a.sids.next(prefix) }

func (a *Account) newResource(prefix string) Resource {
	a.made++
	return Resource{SID: a.NextSID(prefix), DateCreated: a.now, DateUpdated: a.now, place: a.made}
}

// Default names of what a workspace has from the start, as the service gives them.
const (
	offline     = "Offline"
	available   = "Available"
	unavailable = "Unavailable"

	sampleQueue     = "Sample Queue"
	defaultWorkflow = "Default Fifo Workflow"
)

// builtInChannels are the task channels of every workspace, by their unique names.
var builtInChannels = []struct{ uniqueName, friendlyName string }{
	{defaultChannel, "Default"}, {"voice", "Voice"}, {"chat", "Chat"}, {"sms", "SMS"}, {"video", "Video"},
}

const defaultChannel = "default"

// CreateWorkspace makes a workspace with its activities and task channels, and with
// what its template adds.
func (a *Account) CreateWorkspace(request gen.CreateWorkspaceRequest) (*Workspace, error) {
	if err := firstOf(
		checkName("FriendlyName", &request.FriendlyName, maxName),
		checkURL("EventCallbackUrl", request.EventCallbackURL),
		CheckEnum("Template", request.Template),
		CheckEnum("PrioritizeQueueOrder", request.PrioritizeQueueOrder),
	); err != nil {
		return nil, err
	}
	w := &Workspace{
		Resource:             a.newResource("WS"),
		account:              a,
		FriendlyName:         request.FriendlyName,
		MultiTaskEnabled:     true,
		PrioritizeQueueOrder: gen.QueueOrderFIFO,
	}
	set(&w.EventCallbackURL, request.EventCallbackURL)
	set(&w.EventsFilter, request.EventsFilter)
	set(&w.MultiTaskEnabled, request.MultiTaskEnabled)
	set(&w.PrioritizeQueueOrder, request.PrioritizeQueueOrder)
	a.Workspaces.add(w)
	w.record(eventOf("workspace.created", "Workspace %s created", w.FriendlyName).about("workspace", w.SID))
	w.furnish()
	if request.Template != nil && *request.Template == gen.WorkspaceTemplateFIFO {
		w.addSamples()
	}
	return w, nil
}

// furnish adds what every workspace has from the start.
func (w *Workspace) furnish() {
	w.DefaultActivitySID = w.addActivity(offline, false).SID
	w.TimeoutActivitySID = w.DefaultActivitySID
	w.addActivity(available, true)
	w.addActivity(unavailable, false)
	for _, channel := range builtInChannels {
		w.addTaskChannel(channel.friendlyName, channel.uniqueName, false).BuiltIn = true
	}
}

// addSamples adds what the template FIFO adds: a queue of everybody and a workflow
// that leads there.
func (w *Workspace) addSamples() {
	queue := w.addTaskQueue(sampleQueue)
	w.recordTaskQueue(queue, "task-queue.created", "created")
	w.recordWorkflow(w.addWorkflow(defaultWorkflow, `{"task_routing":{"default_filter":{"queue":"`+queue.SID+`"}}}`), "created")
}

// DeleteWorkspace deletes a workspace and all that is in it. Nobody can ask for the event
// of that any more, but the application is told of it.
func (a *Account) DeleteWorkspace(w *Workspace) {
	w.record(eventOf("workspace.deleted", "Workspace %s deleted", w.FriendlyName).about("workspace", w.SID))
	for t := range w.Tasks.All() {
		w.unsetAlarm(t)
		for r := range t.Reservations.All() {
			w.unsetAlarm(r)
		}
	}
	a.Workspaces.remove(w)
	*w = Workspace{Resource: w.Resource} // the table remembers it, but not what was in it
}
