package taskrouter

import (
	"context"
	"iter"
	"net/http"

	"github.com/taskrouter-go/sdk/gen"
)

// ActivitiesService manages the activities of a workspace; it is found by
// [Client.Activities].
type ActivitiesService struct {
	client       *Client
	workspaceSID string
}

// Create creates an activity. Whether it makes workers available can never be
// changed.
func (s ActivitiesService) Create(ctx context.Context, request CreateActivityRequest, options ...CallOption) (*Activity, error) {
	return fetch[Activity](ctx, s.client, gen.OperationCreateActivity, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.CreateActivityWithFormdataBody(ctx, s.workspaceSID, request)
	})
}

// Get returns an activity.
func (s ActivitiesService) Get(ctx context.Context, activitySID string, options ...CallOption) (*Activity, error) {
	return fetch[Activity](ctx, s.client, gen.OperationGetActivity, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.GetActivity(ctx, s.workspaceSID, activitySID)
	})
}

// Update renames an activity.
func (s ActivitiesService) Update(ctx context.Context, activitySID string, request UpdateActivityRequest, options ...CallOption) (*Activity, error) {
	return fetch[Activity](ctx, s.client, gen.OperationUpdateActivity, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.UpdateActivityWithFormdataBody(ctx, s.workspaceSID, activitySID, request)
	})
}

// Delete deletes an activity. The default and the timeout activity of a workspace
// cannot be deleted.
func (s ActivitiesService) Delete(ctx context.Context, activitySID string, options ...CallOption) error {
	return remove(ctx, s.client, gen.OperationDeleteActivity, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.DeleteActivity(ctx, s.workspaceSID, activitySID)
	})
}

// List returns the activities of the workspace. Nothing is requested until the
// list is ranged over.
func (s ActivitiesService) List(ctx context.Context, params ListActivitiesParams, options ...CallOption) iter.Seq2[*Activity, error] {
	return s.pages(params, options).all(ctx)
}

// Page returns one page of the activities of the workspace.
func (s ActivitiesService) Page(ctx context.Context, params ListActivitiesParams, options ...CallOption) (*Page[Activity], error) {
	return s.pages(params, options).page(ctx)
}

func (s ActivitiesService) pages(params ListActivitiesParams, options []CallOption) pager[Activity] {
	return newPager(s.client, gen.OperationListActivities, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.ListActivities(ctx, s.workspaceSID, &params)
	}, func(l *gen.ActivityList) ([]Activity, PageMeta) { return l.Activities, l.Meta })
}
