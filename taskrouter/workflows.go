package taskrouter

import (
	"context"
	"iter"
	"net/http"

	"github.com/taskrouter-go/sdk/gen"
)

// WorkflowsService manages the workflows of a workspace; it is found by
// [Client.Workflows].
type WorkflowsService struct {
	client       *Client
	workspaceSID string
}

// Create creates a workflow.
func (s WorkflowsService) Create(ctx context.Context, request CreateWorkflowRequest, options ...CallOption) (*Workflow, error) {
	return fetch[Workflow](ctx, s.client, gen.OperationCreateWorkflow, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.CreateWorkflowWithFormdataBody(ctx, s.workspaceSID, request)
	})
}

// Get returns a workflow.
func (s WorkflowsService) Get(ctx context.Context, workflowSID string, options ...CallOption) (*Workflow, error) {
	return fetch[Workflow](ctx, s.client, gen.OperationGetWorkflow, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.GetWorkflow(ctx, s.workspaceSID, workflowSID)
	})
}

// Update changes a workflow. What the request leaves nil stays. Pending tasks
// go on by the old configuration unless ReEvaluateTasks is true.
func (s WorkflowsService) Update(ctx context.Context, workflowSID string, request UpdateWorkflowRequest, options ...CallOption) (*Workflow, error) {
	return fetch[Workflow](ctx, s.client, gen.OperationUpdateWorkflow, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.UpdateWorkflowWithFormdataBody(ctx, s.workspaceSID, workflowSID, request)
	})
}

// Delete deletes a workflow. It is refused while pending or reserved tasks are
// in it.
func (s WorkflowsService) Delete(ctx context.Context, workflowSID string, options ...CallOption) error {
	return remove(ctx, s.client, gen.OperationDeleteWorkflow, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.DeleteWorkflow(ctx, s.workspaceSID, workflowSID)
	})
}

// List returns the workflows of the workspace. Nothing is requested until the
// list is ranged over.
func (s WorkflowsService) List(ctx context.Context, params ListWorkflowsParams, options ...CallOption) iter.Seq2[*Workflow, error] {
	return s.pages(params, options).all(ctx)
}

// Page returns one page of the workflows of the workspace.
func (s WorkflowsService) Page(ctx context.Context, params ListWorkflowsParams, options ...CallOption) (*Page[Workflow], error) {
	return s.pages(params, options).page(ctx)
}

func (s WorkflowsService) pages(params ListWorkflowsParams, options []CallOption) pager[Workflow] {
	return newPager(s.client, gen.OperationListWorkflows, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.ListWorkflows(ctx, s.workspaceSID, &params)
	}, func(l *gen.WorkflowList) ([]Workflow, PageMeta) { return l.Workflows, l.Meta })
}

// Statistics returns what is going on in a workflow, and what happened in a
// stretch of time.
func (s WorkflowsService) Statistics(ctx context.Context, workflowSID string, params GetWorkflowStatisticsParams, options ...CallOption) (*WorkflowStatistics, error) {
	return fetch[WorkflowStatistics](ctx, s.client, gen.OperationGetWorkflowStatistics, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.GetWorkflowStatistics(ctx, s.workspaceSID, workflowSID, &params)
	})
}

// RealTimeStatistics returns what is going on in a workflow.
func (s WorkflowsService) RealTimeStatistics(ctx context.Context, workflowSID string, params GetWorkflowRealTimeStatisticsParams, options ...CallOption) (*WorkflowRealTimeStatistics, error) {
	return fetch[WorkflowRealTimeStatistics](ctx, s.client, gen.OperationGetWorkflowRealTimeStatistics, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.GetWorkflowRealTimeStatistics(ctx, s.workspaceSID, workflowSID, &params)
	})
}

// CumulativeStatistics returns what happened in a workflow in a stretch of
// time, the last 15 minutes unless set.
func (s WorkflowsService) CumulativeStatistics(ctx context.Context, workflowSID string, params GetWorkflowCumulativeStatisticsParams, options ...CallOption) (*WorkflowCumulativeStatistics, error) {
	return fetch[WorkflowCumulativeStatistics](ctx, s.client, gen.OperationGetWorkflowCumulativeStatistics, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.GetWorkflowCumulativeStatistics(ctx, s.workspaceSID, workflowSID, &params)
	})
}
