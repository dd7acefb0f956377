package taskrouter

import (
	"context"
	"fmt"
	"iter"
	"net/http"

	"github.com/taskrouter-go/sdk/gen"
)

// TaskQueuesService manages the task queues of a workspace; it is found by
// [Client.TaskQueues].
type TaskQueuesService struct {
	client       *Client
	workspaceSID string
}

// Create creates a task queue, which all workers may serve unless the request
// says otherwise.
func (s TaskQueuesService) Create(ctx context.Context, request CreateTaskQueueRequest, options ...CallOption) (*TaskQueue, error) {
	return fetch[TaskQueue](ctx, s.client, gen.OperationCreateTaskQueue, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.CreateTaskQueueWithFormdataBody(ctx, s.workspaceSID, request)
	})
}

// Get returns a task queue.
func (s TaskQueuesService) Get(ctx context.Context, taskQueueSID string, options ...CallOption) (*TaskQueue, error) {
	return fetch[TaskQueue](ctx, s.client, gen.OperationGetTaskQueue, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.GetTaskQueue(ctx, s.workspaceSID, taskQueueSID)
	})
}

// Update changes a task queue. What the request leaves nil stays.
func (s TaskQueuesService) Update(ctx context.Context, taskQueueSID string, request UpdateTaskQueueRequest, options ...CallOption) (*TaskQueue, error) {
	return fetch[TaskQueue](ctx, s.client, gen.OperationUpdateTaskQueue, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.UpdateTaskQueueWithFormdataBody(ctx, s.workspaceSID, taskQueueSID, request)
	})
}

// Delete deletes a task queue. It is refused while tasks wait in it.
func (s TaskQueuesService) Delete(ctx context.Context, taskQueueSID string, options ...CallOption) error {
	return remove(ctx, s.client, gen.OperationDeleteTaskQueue, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.DeleteTaskQueue(ctx, s.workspaceSID, taskQueueSID)
	})
}

// List returns the task queues of the workspace. Nothing is requested until the
// list is ranged over.
func (s TaskQueuesService) List(ctx context.Context, params ListTaskQueuesParams, options ...CallOption) iter.Seq2[*TaskQueue, error] {
	return s.pages(params, options).all(ctx)
}

// Page returns one page of the task queues of the workspace.
func (s TaskQueuesService) Page(ctx context.Context, params ListTaskQueuesParams, options ...CallOption) (*Page[TaskQueue], error) {
	return s.pages(params, options).page(ctx)
}

func (s TaskQueuesService) pages(params ListTaskQueuesParams, options []CallOption) pager[TaskQueue] {
	return newPager(s.client, gen.OperationListTaskQueues, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.ListTaskQueues(ctx, s.workspaceSID, &params)
	}, func(l *gen.TaskQueueList) ([]TaskQueue, PageMeta) { return l.TaskQueues, l.Meta })
}

// Statistics returns what is going on in a task queue, and what happened in a
// stretch of time.
func (s TaskQueuesService) Statistics(ctx context.Context, taskQueueSID string, params GetTaskQueueStatisticsParams, options ...CallOption) (*TaskQueueStatistics, error) {
	return fetch[TaskQueueStatistics](ctx, s.client, gen.OperationGetTaskQueueStatistics, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.GetTaskQueueStatistics(ctx, s.workspaceSID, taskQueueSID, &params)
	})
}

// RealTimeStatistics returns what is going on in a task queue.
func (s TaskQueuesService) RealTimeStatistics(ctx context.Context, taskQueueSID string, params GetTaskQueueRealTimeStatisticsParams, options ...CallOption) (*TaskQueueRealTimeStatistics, error) {
	return fetch[TaskQueueRealTimeStatistics](ctx, s.client, gen.OperationGetTaskQueueRealTimeStatistics, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.GetTaskQueueRealTimeStatistics(ctx, s.workspaceSID, taskQueueSID, &params)
	})
}

// CumulativeStatistics returns what happened in a task queue in a stretch of
// time, the last 15 minutes unless set.
func (s TaskQueuesService) CumulativeStatistics(ctx context.Context, taskQueueSID string, params GetTaskQueueCumulativeStatisticsParams, options ...CallOption) (*TaskQueueCumulativeStatistics, error) {
	return fetch[TaskQueueCumulativeStatistics](ctx, s.client, gen.OperationGetTaskQueueCumulativeStatistics, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.GetTaskQueueCumulativeStatistics(ctx, s.workspaceSID, taskQueueSID, &params)
	})
}

// ListStatistics returns the statistics of all task queues of the workspace.
// Nothing is requested until the list is ranged over.
func (s TaskQueuesService) ListStatistics(ctx context.Context, params ListTaskQueueStatisticsParams, options ...CallOption) iter.Seq2[*TaskQueueStatisticsEntry, error] {
	return s.statisticsPages(params, options).all(ctx)
}

// PageStatistics returns one page of the statistics of all task queues of the
// workspace.
func (s TaskQueuesService) PageStatistics(ctx context.Context, params ListTaskQueueStatisticsParams, options ...CallOption) (*Page[TaskQueueStatisticsEntry], error) {
	return s.statisticsPages(params, options).page(ctx)
}

func (s TaskQueuesService) statisticsPages(params ListTaskQueueStatisticsParams, options []CallOption) pager[TaskQueueStatisticsEntry] {
	return newPager(s.client, gen.OperationListTaskQueueStatistics, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.ListTaskQueueStatistics(ctx, s.workspaceSID, &params)
	}, func(l *gen.TaskQueueStatisticsList) ([]TaskQueueStatisticsEntry, PageMeta) {
		return l.TaskQueuesStatistics, l.Meta
	})
}

// maxBulkQueues is how many task queues one request may ask about.
const maxBulkQueues = 50

// BulkRealTimeStatistics returns what is going on in 1 to 50 task queues. A SID
// of another workspace is answered with zeroes.
func (s TaskQueuesService) BulkRealTimeStatistics(ctx context.Context, request TaskQueueBulkRealTimeStatisticsRequest, options ...CallOption) (*TaskQueueBulkRealTimeStatistics, error) {
	return fetch[TaskQueueBulkRealTimeStatistics](ctx, s.client, gen.OperationGetTaskQueueBulkRealTimeStatistics, options, func(ctx context.Context) (*http.Response, error) {
		if n := len(request.QueueSIDs); n == 0 || n > maxBulkQueues {
			return nil, fmt.Errorf("QueueSIDs has %d entries, expected 1 to %d", n, maxBulkQueues)
		}
		return s.client.wire.GetTaskQueueBulkRealTimeStatistics(ctx, s.workspaceSID, request)
	})
}
