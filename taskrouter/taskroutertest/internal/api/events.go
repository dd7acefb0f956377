package api

import (
	"net/http"
	"time"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/router"
)

// ListEvents answers listEvents, newest first.
func (a *API) ListEvents(w http.ResponseWriter, r *http.Request, workspaceSID string, params gen.ListEventsParams) {
	a.inWorkspace(w, r, http.StatusOK, workspaceSID, func(c *call, workspace *router.Workspace) (any, error) {
		query, err := eventQuery(c, workspace, params)
		if err != nil {
			return nil, err
		}
		items, meta, err := pageOf(c, workspace, "events", &workspace.Events,
			paging{params.PageSize, params.Page, params.PageToken}, query, renderEvent)
		return gen.EventList{Events: items, Meta: meta}, err
	})
}

func eventQuery(c *call, w *router.Workspace, params gen.ListEventsParams) (router.Query[*router.Event], error) {
	query := router.Query[*router.Event]{Compare: router.NewestFirst[*router.Event]}
	window, err := c.window(params.Minutes, params.StartDate, params.EndDate)
	if err != nil {
		return query, err
	}
	var facts router.Facts
	for _, filter := range []struct {
		name, prefix string
		fact         router.Fact
		sid          *string
	}{
		{"ReservationSid", "WR", router.FactReservationSID, params.ReservationSID},
		{"TaskQueueSid", "WQ", router.FactTaskQueueSID, params.TaskQueueSID},
		{"TaskSid", "WT", router.FactTaskSID, params.TaskSID},
		{"WorkerSid", "WK", router.FactWorkerSID, params.WorkerSID},
		{"WorkflowSid", "WW", router.FactWorkflowSID, params.WorkflowSID},
	} {
		if refusal := checkFilterSID(filter.name, filter.prefix, filter.sid); refusal != nil {
			return query, refusal
		}
		if !isEmpty(filter.sid) {
			facts.Set(filter.fact, *filter.sid)
		}
	}
	if refusal := checkFilterSID("Sid", "EV", params.SID); refusal != nil {
		return query, refusal
	}
	if !isEmpty(params.TaskChannel) {
		sid := *params.TaskChannel
		if channel, err := w.TaskChannel(sid); err == nil {
			sid = channel.SID
		} else if !router.IsSID("TC", sid) { // one of a channel that is gone may be in events still
			return query, w.CheckTaskChannel("TaskChannel", params.TaskChannel)
		}
		facts.Set(router.FactTaskChannelSID, sid)
	}
	query.Match = func(e *router.Event) bool {
		return window.Holds(e.DateCreated) && matches(params.EventType, e.Type) && matches(params.SID, e.SID) && e.Has(facts)
	}
	return query, nil
}

// GetEvent answers getEvent.
func (a *API) GetEvent(w http.ResponseWriter, r *http.Request, workspaceSID, eventSID string) {
	find := func(w *router.Workspace) (*router.Event, error) { return w.Events.Get(eventSID) }
	get(a, w, r, workspaceSID, find, renderEvent)
}

func renderEvent(c *call, w *router.Workspace, e *router.Event) gen.Event {
	data := make(map[string]any, e.Data.Len())
	for name, text := range e.Data.All() {
		data[name] = text
	}
	return gen.Event{
		SID:             e.SID,
		AccountSID:      c.api.account.SID,
		WorkspaceSID:    w.SID,
		EventType:       e.Type,
		EventDate:       second(e.DateCreated),
		EventDateMs:     e.DateCreated.UnixMilli(),
		EventData:       data,
		Description:     e.Description,
		ResourceType:    e.ResourceType,
		ResourceSID:     e.ResourceSID,
		ResourceURL:     c.url(w, e.ResourcePath()...),
		ActorType:       new("workspace"),
		ActorSID:        new(w.SID),
		ActorURL:        c.link(w),
		Source:          new("twilio"),
		SourceIPAddress: nil,
		URL:             c.url(w, "Events", e.SID),
	}
}

const (
	defaultMinutes = 15
	maxMinutes     = int(router.EventsKept / time.Minute) // before which there is nothing to ask for
)

// window reads the stretch of time that events and statistics are asked for: the last
// minutes, or from a date to another or until now.
func (c *call) window(minutes *int, start, end *time.Time) (router.Window, error) {
	now := c.api.account.Now()
	w := router.Window{Start: now.Add(-defaultMinutes * time.Minute), End: now}
	switch {
	case minutes != nil && (start != nil || end != nil):
		return w, router.Invalid("Minutes cannot be combined with StartDate and EndDate")
	case minutes != nil && *minutes < 1:
		return w, router.Invalid("Minutes must be 1 or more")
	case start != nil && start.Before(now.Add(-router.EventsKept)):
		return w, router.Invalid("StartDate is more than 30 days ago")
	case start != nil && end != nil && start.After(*end):
		return w, router.Invalid("StartDate is after EndDate")
	}
	if minutes != nil {
		w.Start = now.Add(-time.Duration(min(*minutes, maxMinutes)) * time.Minute)
	}
	if end != nil {
		w.End, w.Start = *end, now.Add(-router.EventsKept)
	}
	if start != nil {
		w.Start = *start
	}
	switch {
	case !w.Start.After(w.End):
	case start != nil: // in the future, where nothing happened yet
		w.End = w.Start
	default: // more than 30 days ago, of which nobody knows any more
		w.Start = w.End
	}
	return w, nil
}
