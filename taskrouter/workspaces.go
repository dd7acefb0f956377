package taskrouter

import (
	"context"
	"iter"
	"net/http"

	"github.com/taskrouter-go/sdk/gen"
)

// WorkspacesService manages the workspaces of the account; it is found as
// [Client.Workspaces].
type WorkspacesService struct{ client *Client }

// Create creates a workspace. With [WorkspaceTemplateFIFO] it has a queue and a
// workflow from the start.
func (s WorkspacesService) Create(ctx context.Context, request CreateWorkspaceRequest, options ...CallOption) (*Workspace, error) {
	return fetch[Workspace](ctx, s.client, gen.OperationCreateWorkspace, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.CreateWorkspaceWithFormdataBody(ctx, request)
	})
}

// Get returns a workspace.
func (s WorkspacesService) Get(ctx context.Context, workspaceSID string, options ...CallOption) (*Workspace, error) {
	return fetch[Workspace](ctx, s.client, gen.OperationGetWorkspace, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.GetWorkspace(ctx, workspaceSID)
	})
}

// Update changes a workspace. What the request leaves nil stays.
func (s WorkspacesService) Update(ctx context.Context, workspaceSID string, request UpdateWorkspaceRequest, options ...CallOption) (*Workspace, error) {
	return fetch[Workspace](ctx, s.client, gen.OperationUpdateWorkspace, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.UpdateWorkspaceWithFormdataBody(ctx, workspaceSID, request)
	})
}

// Delete deletes a workspace and everything in it.
func (s WorkspacesService) Delete(ctx context.Context, workspaceSID string, options ...CallOption) error {
	return remove(ctx, s.client, gen.OperationDeleteWorkspace, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.DeleteWorkspace(ctx, workspaceSID)
	})
}

// List returns the workspaces of the account. Nothing is requested until the
// list is ranged over.
func (s WorkspacesService) List(ctx context.Context, params ListWorkspacesParams, options ...CallOption) iter.Seq2[*Workspace, error] {
	return s.pages(params, options).all(ctx)
}

// Page returns one page of the workspaces of the account.
func (s WorkspacesService) Page(ctx context.Context, params ListWorkspacesParams, options ...CallOption) (*Page[Workspace], error) {
	return s.pages(params, options).page(ctx)
}

func (s WorkspacesService) pages(params ListWorkspacesParams, options []CallOption) pager[Workspace] {
	return newPager(s.client, gen.OperationListWorkspaces, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.ListWorkspaces(ctx, &params)
	}, func(l *gen.WorkspaceList) ([]Workspace, PageMeta) { return l.Workspaces, l.Meta })
}

// Statistics returns what is going on in a workspace, and what happened in a
// stretch of time.
func (s WorkspacesService) Statistics(ctx context.Context, workspaceSID string, params GetWorkspaceStatisticsParams, options ...CallOption) (*WorkspaceStatistics, error) {
	return fetch[WorkspaceStatistics](ctx, s.client, gen.OperationGetWorkspaceStatistics, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.GetWorkspaceStatistics(ctx, workspaceSID, &params)
	})
}

// RealTimeStatistics returns what is going on in a workspace.
func (s WorkspacesService) RealTimeStatistics(ctx context.Context, workspaceSID string, params GetWorkspaceRealTimeStatisticsParams, options ...CallOption) (*WorkspaceRealTimeStatistics, error) {
	return fetch[WorkspaceRealTimeStatistics](ctx, s.client, gen.OperationGetWorkspaceRealTimeStatistics, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.GetWorkspaceRealTimeStatistics(ctx, workspaceSID, &params)
	})
}

// CumulativeStatistics returns what happened in a workspace in a stretch of
// time, the last 15 minutes unless set.
func (s WorkspacesService) CumulativeStatistics(ctx context.Context, workspaceSID string, params GetWorkspaceCumulativeStatisticsParams, options ...CallOption) (*WorkspaceCumulativeStatistics, error) {
	return fetch[WorkspaceCumulativeStatistics](ctx, s.client, gen.OperationGetWorkspaceCumulativeStatistics, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.GetWorkspaceCumulativeStatistics(ctx, workspaceSID, &params)
	})
}
