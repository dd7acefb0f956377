package taskrouter

import (
	"context"
	"iter"
	"net/http"

	"github.com/taskrouter-go/sdk/gen"
)

// EventsService reads what happened in a workspace; it is found by
// [Client.Events].
type EventsService struct {
	client       *Client
	workspaceSID string
}

// Get returns an event.
func (s EventsService) Get(ctx context.Context, eventSID string, options ...CallOption) (*Event, error) {
	return fetch[Event](ctx, s.client, gen.OperationGetEvent, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.GetEvent(ctx, s.workspaceSID, eventSID)
	})
}

// List returns the events of the workspace, those of the last 15 minutes unless
// params say otherwise. Nothing is requested until the list is ranged over.
func (s EventsService) List(ctx context.Context, params ListEventsParams, options ...CallOption) iter.Seq2[*Event, error] {
	return s.pages(params, options).all(ctx)
}

// Page returns one page of the events of the workspace.
func (s EventsService) Page(ctx context.Context, params ListEventsParams, options ...CallOption) (*Page[Event], error) {
	return s.pages(params, options).page(ctx)
}

func (s EventsService) pages(params ListEventsParams, options []CallOption) pager[Event] {
	return newPager(s.client, gen.OperationListEvents, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.ListEvents(ctx, s.workspaceSID, &params)
	}, func(l *gen.EventList) ([]Event, PageMeta) { return l.Events, l.Meta })
}
