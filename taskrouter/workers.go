package taskrouter

import (
	"context"
	"iter"
	"net/http"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/internal/pipeline"
)

// WorkersService manages the workers of a workspace; it is found by
// [Client.Workers].
type WorkersService struct {
	client       *Client
	workspaceSID string
}

// Create creates a worker, in the workspace's default activity unless the request
// says otherwise.
func (s WorkersService) Create(ctx context.Context, request CreateWorkerRequest, options ...CallOption) (*Worker, error) {
	return fetch[Worker](ctx, s.client, gen.OperationCreateWorker, options, func(ctx context.Context) (*http.Response, error) {
		if err := pipeline.CheckAttributes(string(request.Attributes)); err != nil {
			return nil, err
		}
		return s.client.wire.CreateWorkerWithFormdataBody(ctx, s.workspaceSID, request)
	})
}

// Get returns a worker.
func (s WorkersService) Get(ctx context.Context, workerSID string, options ...CallOption) (*Worker, error) {
	return fetch[Worker](ctx, s.client, gen.OperationGetWorker, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.GetWorker(ctx, s.workspaceSID, workerSID)
	})
}

// Update changes a worker. What the request leaves nil stays; new attributes
// replace the old ones as a whole.
func (s WorkersService) Update(ctx context.Context, workerSID string, request UpdateWorkerRequest, options ...CallOption) (*Worker, error) {
	return fetch[Worker](ctx, s.client, gen.OperationUpdateWorker, options, func(ctx context.Context) (*http.Response, error) {
		if err := pipeline.CheckAttributes(string(request.Attributes)); err != nil {
			return nil, err
		}
		return s.client.wire.UpdateWorkerWithFormdataBody(ctx, s.workspaceSID, workerSID, nil, request)
	})
}

// Delete deletes a worker.
func (s WorkersService) Delete(ctx context.Context, workerSID string, options ...CallOption) error {
	return remove(ctx, s.client, gen.OperationDeleteWorker, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.DeleteWorker(ctx, s.workspaceSID, workerSID, nil)
	})
}

// List returns the workers of the workspace. Nothing is requested until the
// list is ranged over.
func (s WorkersService) List(ctx context.Context, params ListWorkersParams, options ...CallOption) iter.Seq2[*Worker, error] {
	return s.pages(params, options).all(ctx)
}

// Page returns one page of the workers of the workspace.
func (s WorkersService) Page(ctx context.Context, params ListWorkersParams, options ...CallOption) (*Page[Worker], error) {
	return s.pages(params, options).page(ctx)
}

func (s WorkersService) pages(params ListWorkersParams, options []CallOption) pager[Worker] {
	return newPager(s.client, gen.OperationListWorkers, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.ListWorkers(ctx, s.workspaceSID, &params)
	}, func(l *gen.WorkerList) ([]Worker, PageMeta) { return l.Workers, l.Meta })
}

// Statistics returns what is going on in all workers, and what happened in a
// stretch of time.
func (s WorkersService) Statistics(ctx context.Context, params GetWorkersStatisticsParams, options ...CallOption) (*WorkersStatistics, error) {
	return fetch[WorkersStatistics](ctx, s.client, gen.OperationGetWorkersStatistics, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.GetWorkersStatistics(ctx, s.workspaceSID, &params)
	})
}

// RealTimeStatistics returns what is going on in all workers.
func (s WorkersService) RealTimeStatistics(ctx context.Context, params GetWorkersRealTimeStatisticsParams, options ...CallOption) (*WorkersRealTimeStatistics, error) {
	return fetch[WorkersRealTimeStatistics](ctx, s.client, gen.OperationGetWorkersRealTimeStatistics, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.GetWorkersRealTimeStatistics(ctx, s.workspaceSID, &params)
	})
}

// CumulativeStatistics returns what happened in all workers in a stretch of
// time, the last 15 minutes unless set.
func (s WorkersService) CumulativeStatistics(ctx context.Context, params GetWorkersCumulativeStatisticsParams, options ...CallOption) (*WorkersCumulativeStatistics, error) {
	return fetch[WorkersCumulativeStatistics](ctx, s.client, gen.OperationGetWorkersCumulativeStatistics, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.GetWorkersCumulativeStatistics(ctx, s.workspaceSID, &params)
	})
}

// WorkerStatistics returns what one worker did in a stretch of time, the last 15
// minutes unless set.
func (s WorkersService) WorkerStatistics(ctx context.Context, workerSID string, params GetWorkerStatisticsParams, options ...CallOption) (*WorkerStatistics, error) {
	return fetch[WorkerStatistics](ctx, s.client, gen.OperationGetWorkerStatistics, options, func(ctx context.Context) (*http.Response, error) {
		return s.client.wire.GetWorkerStatistics(ctx, s.workspaceSID, workerSID, &params)
	})
}

// SetActivity puts a worker into an activity. Pending reservations stay with
// the worker; to reject them, set RejectPendingReservations with
// [WorkersService.Update].
func (s WorkersService) SetActivity(ctx context.Context, workerSID, activitySID string, options ...CallOption) (*Worker, error) {
	if err := pipeline.CheckIdentifier(gen.PathParameter{Name: "ActivitySid", Prefix: "WA"}, activitySID); err != nil {
		return nil, argumentError(gen.OperationUpdateWorker, err)
	}
	return s.Update(ctx, workerSID, UpdateWorkerRequest{ActivitySID: &activitySID}, options...)
}
