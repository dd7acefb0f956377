package taskrouter

import (
	"context"
	"iter"
	"net/http"

	"github.com/taskrouter-go/sdk/gen"
)

// WorkerChannelsService manages the channels of a worker; it is found by
// [Client.WorkerChannels].
type WorkerChannelsService struct {
	client       *Client
	workspaceSID string
	workerSID    string
}

// Get returns a channel by its SID or its task channel's unique name.
func (s WorkerChannelsService) Get(ctx context.Context, sidOrUniqueName string, options ...CallOption) (*WorkerChannel, error) {
	return fetch[WorkerChannel](ctx, s.client, gen.OperationGetWorkerChannel, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.GetWorkerChannel(ctx, s.workspaceSID, s.workerSID, sidOrUniqueName)
	})
}

// Update changes a channel, named by its SID or its task channel's unique name.
// What the request leaves nil stays.
func (s WorkerChannelsService) Update(ctx context.Context, sidOrUniqueName string, request UpdateWorkerChannelRequest, options ...CallOption) (*WorkerChannel, error) {
	return fetch[WorkerChannel](ctx, s.client, gen.OperationUpdateWorkerChannel, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.UpdateWorkerChannelWithFormdataBody(ctx, s.workspaceSID, s.workerSID, sidOrUniqueName, request)
	})
}

// List returns the channels of the worker. Nothing is requested until the list is
// ranged over.
func (s WorkerChannelsService) List(ctx context.Context, params ListWorkerChannelsParams, options ...CallOption) iter.Seq2[*WorkerChannel, error] {
	return s.pages(params, options).all(ctx)
}

// Page returns one page of the channels of the worker.
func (s WorkerChannelsService) Page(ctx context.Context, params ListWorkerChannelsParams, options ...CallOption) (*Page[WorkerChannel], error) {
	return s.pages(params, options).page(ctx)
}

func (s WorkerChannelsService) pages(params ListWorkerChannelsParams, options []CallOption) pager[WorkerChannel] {
	return newPager(s.client, gen.OperationListWorkerChannels, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.ListWorkerChannels(ctx, s.workspaceSID, s.workerSID, &params)
	}, func(l *gen.WorkerChannelList) ([]WorkerChannel, PageMeta) { return l.Channels, l.Meta })
}
