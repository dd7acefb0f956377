package taskrouter

import (
	"context"
	"iter"
	"net/http"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/internal/pipeline"
)

// TasksService manages the tasks of a workspace; it is found by
// [Client.Tasks].
type TasksService struct {
	client       *Client
	workspaceSID string
}

// Create creates a task. The answer shows it before it is routed.
func (s TasksService) Create(ctx context.Context, request CreateTaskRequest, options ...CallOption) (*Task, error) {
	return fetch[Task](ctx, s.client, gen.OperationCreateTask, options, func(ctx context.Context) (*http.Response, error) {
		if err := pipeline.CheckAttributes(string(request.Attributes)); err != nil {
			return nil, err
		}
		return s.client.wire.CreateTaskWithFormdataBody(ctx, s.workspaceSID, request)
	})
}

// Get returns a task.
func (s TasksService) Get(ctx context.Context, taskSID string, options ...CallOption) (*Task, error) {
	return fetch[Task](ctx, s.client, gen.OperationGetTask, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.GetTask(ctx, s.workspaceSID, taskSID)
	})
}

// Update changes a task. What the request leaves nil stays; new attributes
// replace the old ones as a whole, and send a pending task through its workflow
// again. To complete or wrap up a task and change its attributes takes two
// calls.
func (s TasksService) Update(ctx context.Context, taskSID string, request UpdateTaskRequest, options ...CallOption) (*Task, error) {
	return fetch[Task](ctx, s.client, gen.OperationUpdateTask, options, func(ctx context.Context) (*http.Response, error) {
		if err := pipeline.CheckAttributes(string(request.Attributes)); err != nil {
			return nil, err
		}
		return s.client.wire.UpdateTaskWithFormdataBody(ctx, s.workspaceSID, taskSID, nil, request)
	})
}

// Delete deletes a task, and its pending reservations with it. To
// end a task in the course of work, cancel or complete it.
func (s TasksService) Delete(ctx context.Context, taskSID string, options ...CallOption) error {
	return remove(ctx, s.client, gen.OperationDeleteTask, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.DeleteTask(ctx, s.workspaceSID, taskSID, nil)
	})
}

// List returns the tasks of the workspace, the oldest first unless params say
// otherwise. Nothing is requested until the list is ranged over.
func (s TasksService) List(ctx context.Context, params ListTasksParams, options ...CallOption) iter.Seq2[*Task, error] {
	return s.pages(params, options).all(ctx)
}

// Page returns one page of the tasks of the workspace.
func (s TasksService) Page(ctx context.Context, params ListTasksParams, options ...CallOption) (*Page[Task], error) {
	return s.pages(params, options).page(ctx)
}

func (s TasksService) pages(params ListTasksParams, options []CallOption) pager[Task] {
	return newPager(s.client, gen.OperationListTasks, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.ListTasks(ctx, s.workspaceSID, &params)
	}, func(l *gen.TaskList) ([]Task, PageMeta) { return l.Tasks, l.Meta })
}

// Cancel cancels a pending or reserved task. The service documents the reason as
// required, though it was seen to cancel without one; an empty one is not sent.
func (s TasksService) Cancel(ctx context.Context, taskSID, reason string, options ...CallOption) (*Task, error) {
	return s.move(ctx, taskSID, TaskStatusCanceled, reason, options)
}

// Complete completes an assigned or wrapping task. The service documents the
// reason as required; an empty one is not sent.
func (s TasksService) Complete(ctx context.Context, taskSID, reason string, options ...CallOption) (*Task, error) {
	return s.move(ctx, taskSID, TaskStatusCompleted, reason, options)
}

// Wrapup puts an assigned task into wrapping, the worker's after-work.
func (s TasksService) Wrapup(ctx context.Context, taskSID string, options ...CallOption) (*Task, error) {
	return s.move(ctx, taskSID, TaskStatusWrapping, "", options)
}

func (s TasksService) move(ctx context.Context, taskSID string, status TaskStatus, reason string, options []CallOption) (*Task, error) {
	request := UpdateTaskRequest{AssignmentStatus: &status}
	if reason != "" {
		request.Reason = &reason
	}
	return s.Update(ctx, taskSID, request, options...)
}
