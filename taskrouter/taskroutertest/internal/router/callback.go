package router

import (
	"net/url"
	"strings"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// A Callback is what an application is to be told, or asked, at a URL. Nothing in it
// changes any more, so that it can be made while others call.
type Callback struct {
	// Account is the one that it is of: what is answered counts for no other.
	Account      *Account
	WorkspaceSID string
	URL          string
	// FallbackURL is where to ask if the URL does not answer, "" for nowhere.
	FallbackURL string
	// Event is what happened, nil if the application is asked about an assignment.
	Event *Event
	// Assignment is what the application is asked about.
	Assignment webhook.Assignment
}

// TakeCallbacks returns the callbacks that are to be made since it was last called, in
// the order in which they came up.
func (a *Account) TakeCallbacks() []Callback {
	callbacks := a.callbacks
	a.callbacks = nil
	return callbacks
}

// tell has the application told of an event, if it wants to know of such.
func (w *Workspace) tell(e *Event) {
	if w.EventCallbackURL == "" || !w.wants(e) {
		return
	}
	w.account.callbacks = append(w.account.callbacks, Callback{
		Account: w.account, WorkspaceSID: w.SID, URL: w.EventCallbackURL, Event: e,
	})
}

// wants tells whether the filter of the workspace lets an event through. An empty one
// lets all of them.
func (w *Workspace) wants(e *Event) bool {
	if strings.TrimSpace(w.EventsFilter) == "" {
		return true
	}
	for kind := range strings.SplitSeq(w.EventsFilter, ",") {
		if strings.TrimSpace(kind) == e.Type {
			return true
		}
	}
	return false
}

// ask has the application asked what is to be done with a reservation, if the workflow
// of the task names a URL for that.
func (w *Workspace) ask(r *Reservation) {
	f := w.workflow(r.task.WorkflowSID)
	if f == nil || f.AssignmentCallbackURL == nil || *f.AssignmentCallbackURL == "" {
		return
	}
	c := Callback{Account: w.account, WorkspaceSID: w.SID, URL: *f.AssignmentCallbackURL, Assignment: w.assignmentOf(r)}
	set(&c.FallbackURL, f.FallbackAssignmentCallbackURL)
	w.account.callbacks = append(w.account.callbacks, c)
}

func (w *Workspace) assignmentOf(r *Reservation) webhook.Assignment {
	return webhook.Assignment{
		Time:             w.account.now,
		AccountSID:       w.account.SID,
		WorkspaceSID:     w.SID,
		WorkflowSID:      r.task.WorkflowSID,
		TaskQueueSID:     r.task.TaskQueueSID,
		ReservationSID:   r.SID,
		WorkerSID:        r.WorkerSID,
		WorkerAttributes: gen.Attributes(r.worker.Attributes.String()),
		TaskSID:          r.task.SID,
		TaskAttributes:   gen.Attributes(r.task.Attributes.String()),
		TaskAge:          w.Age(r.task),
		TaskPriority:     r.task.Priority,
	}
}

// EventOf is the event that a callback tells of: its facts have the names of fields
// there, such as WorkerSid for worker_sid.
func (c Callback) EventOf() webhook.Event {
	fields := make(url.Values, c.Event.Data.Len())
	for name, text := range c.Event.Data.All() {
		fields.Set(fieldName(name), text)
	}
	return webhook.Event{
		Type:          webhook.EventType(c.Event.Type),
		SID:           c.Event.SID,
		AccountSID:    c.Account.SID,
		WorkspaceSID:  c.WorkspaceSID,
		WorkspaceName: c.Event.Data.Get(FactWorkspaceName),
		Description:   c.Event.Description,
		ResourceType:  c.Event.ResourceType,
		ResourceSID:   c.Event.ResourceSID,
		Time:          c.Event.DateCreated,
		Fields:        fields,
	}
}

// fieldName is how forms name a fact.
func fieldName(fact string) string {
	var name strings.Builder
	for word := range strings.SplitSeq(fact, "_") {
		if word != "" {
			name.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return name.String()
}
