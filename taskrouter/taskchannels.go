package taskrouter

import (
	"context"
	"iter"
	"net/http"

	"github.com/taskrouter-go/sdk/gen"
)

// TaskChannelsService manages the task channels of a workspace; it is found by
// [Client.TaskChannels].
type TaskChannelsService struct {
	client       *Client
	workspaceSID string
}

// Create creates a task channel.
func (s TaskChannelsService) Create(ctx context.Context, request CreateTaskChannelRequest, options ...CallOption) (*TaskChannel, error) {
	return fetch[TaskChannel](ctx, s.client, gen.OperationCreateTaskChannel, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.CreateTaskChannelWithFormdataBody(ctx, s.workspaceSID, request)
	})
}

// Get returns a task channel by its SID or its unique name.
func (s TaskChannelsService) Get(ctx context.Context, sidOrUniqueName string, options ...CallOption) (*TaskChannel, error) {
	return fetch[TaskChannel](ctx, s.client, gen.OperationGetTaskChannel, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.GetTaskChannel(ctx, s.workspaceSID, sidOrUniqueName)
	})
}

// Update changes a task channel, named by its SID or its unique name. What the
// request leaves nil stays.
func (s TaskChannelsService) Update(ctx context.Context, sidOrUniqueName string, request UpdateTaskChannelRequest, options ...CallOption) (*TaskChannel, error) {
	return fetch[TaskChannel](ctx, s.client, gen.OperationUpdateTaskChannel, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.UpdateTaskChannelWithFormdataBody(ctx, s.workspaceSID, sidOrUniqueName, request)
	})
}

// Delete deletes a task channel, named by its SID or its unique name. Those
// that a workspace has from the start cannot be deleted.
func (s TaskChannelsService) Delete(ctx context.Context, sidOrUniqueName string, options ...CallOption) error {
	return remove(ctx, s.client, gen.OperationDeleteTaskChannel, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.DeleteTaskChannel(ctx, s.workspaceSID, sidOrUniqueName)
	})
}

// List returns the task channels of the workspace. Nothing is requested until
// the list is ranged over.
func (s TaskChannelsService) List(ctx context.Context, params ListTaskChannelsParams, options ...CallOption) iter.Seq2[*TaskChannel, error] {
	return s.pages(params, options).all(ctx)
}

// Page returns one page of the task channels of the workspace.
func (s TaskChannelsService) Page(ctx context.Context, params ListTaskChannelsParams, options ...CallOption) (*Page[TaskChannel], error) {
	return s.pages(params, options).page(ctx)
}

func (s TaskChannelsService) pages(params ListTaskChannelsParams, options []CallOption) pager[TaskChannel] {
	return newPager(s.client, gen.OperationListTaskChannels, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.ListTaskChannels(ctx, s.workspaceSID, &params)
	}, func(l *gen.TaskChannelList) ([]TaskChannel, PageMeta) { return l.Channels, l.Meta })
}
