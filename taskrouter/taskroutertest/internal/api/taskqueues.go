package api

import (
	"net/http"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/expression"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/router"
)

func taskQueue(sid string) finder[*router.TaskQueue] {
	return func(w *router.Workspace) (*router.TaskQueue, error) { return w.TaskQueues.Get(sid) }
}

// ListTaskQueues answers listTaskQueues.
func (a *API) ListTaskQueues(w http.ResponseWriter, r *http.Request, workspaceSID string, params gen.ListTaskQueuesParams) {
	a.inWorkspace(w, r, http.StatusOK, workspaceSID, func(c *call, workspace *router.Workspace) (any, error) {
		query, err := taskQueueQuery(workspace, params)
		if err != nil {
			return nil, err
		}
		items, meta, err := pageOf(c, workspace, "task_queues", &workspace.TaskQueues,
			paging{params.PageSize, params.Page, params.PageToken}, query, renderTaskQueue)
		return gen.TaskQueueList{TaskQueues: items, Meta: meta}, err
	})
}

func taskQueueQuery(w *router.Workspace, params gen.ListTaskQueuesParams) (router.Query[*router.TaskQueue], error) {
	var query router.Query[*router.TaskQueue]
	compare, err := taskQueueOrders.parse(params.Ordering)
	if err != nil {
		return query, err
	}
	served, err := servedBy(w, params.WorkerSID)
	if err != nil {
		return query, err
	}
	couldServe, err := servedByAttributes(params.EvaluateWorkerAttributes)
	if err != nil {
		return query, err
	}
	query.Compare = compare
	query.Match = func(q *router.TaskQueue) bool {
		return matches(params.FriendlyName, q.FriendlyName) && served(q) && couldServe(q)
	}
	return query, nil
}

// servedBy tells of queues whether a worker can serve them. One that is not there
// serves none.
func servedBy(w *router.Workspace, workerSID *string) (func(*router.TaskQueue) bool, error) {
	if isEmpty(workerSID) {
		return anyTaskQueue, nil
	}
	if refusal := checkFilterSID("WorkerSid", "WK", workerSID); refusal != nil {
		return nil, refusal
	}
	worker, ok := w.Workers.Lookup(*workerSID)
	if !ok {
		return func(*router.TaskQueue) bool { return false }, nil
	}
	return worker.Serves, nil
}

// servedByAttributes tells of queues whether a worker with such attributes can serve
// them.
func servedByAttributes(text *string) (func(*router.TaskQueue) bool, error) {
	if isEmpty(text) {
		return anyTaskQueue, nil
	}
	fields, err := expression.ParseAttributes(*text)
	if err != nil || fields == nil {
		return nil, router.Invalid("EvaluateWorkerAttributes is not a JSON object")
	}
	return func(q *router.TaskQueue) bool { return q.Matches(fields) }, nil
}

func anyTaskQueue(*router.TaskQueue) bool { return true }

// CreateTaskQueue answers createTaskQueue.
func (a *API) CreateTaskQueue(w http.ResponseWriter, r *http.Request, workspaceSID string) {
	create(a, w, r, workspaceSID, (*router.Workspace).CreateTaskQueue, renderTaskQueue)
}

// GetTaskQueue answers getTaskQueue.
func (a *API) GetTaskQueue(w http.ResponseWriter, r *http.Request, workspaceSID, taskQueueSID string) {
	get(a, w, r, workspaceSID, taskQueue(taskQueueSID), renderTaskQueue)
}

// UpdateTaskQueue answers updateTaskQueue.
func (a *API) UpdateTaskQueue(w http.ResponseWriter, r *http.Request, workspaceSID, taskQueueSID string) {
	update(a, w, r, workspaceSID, taskQueue(taskQueueSID), (*router.Workspace).UpdateTaskQueue, renderTaskQueue)
}

// DeleteTaskQueue answers deleteTaskQueue.
func (a *API) DeleteTaskQueue(w http.ResponseWriter, r *http.Request, workspaceSID, taskQueueSID string) {
	remove(a, w, r, workspaceSID, taskQueue(taskQueueSID), (*router.Workspace).DeleteTaskQueue)
}

func renderTaskQueue(c *call, w *router.Workspace, q *router.TaskQueue) gen.TaskQueue {
	return gen.TaskQueue{
		SID:                     q.SID,
		AccountSID:              c.api.account.SID,
		WorkspaceSID:            w.SID,
		FriendlyName:            q.FriendlyName,
		TargetWorkers:           new(q.TargetWorkers),
		MaxReservedWorkers:      q.MaxReservedWorkers,
		TaskOrder:               q.TaskOrder,
		ReservationActivitySID:  optional(q.ReservationActivitySID),
		ReservationActivityName: optional(w.ActivityName(q.ReservationActivitySID)),
		AssignmentActivitySID:   optional(q.AssignmentActivitySID),
		AssignmentActivityName:  optional(w.ActivityName(q.AssignmentActivitySID)),
		DateCreated:             second(q.DateCreated),
		DateUpdated:             second(q.DateUpdated),
		URL:                     c.url(w, "TaskQueues", q.SID),
		Links: gen.Links{
			"assignment_activity":       c.optionalLink(w, "Activities", q.AssignmentActivitySID),
			"bulk_real_time_statistics": c.link(w, "TaskQueues", "RealTimeStatistics"),
			"cumulative_statistics":     c.link(w, "TaskQueues", q.SID, "CumulativeStatistics"),
			"list_statistics":           c.link(w, "TaskQueues", "Statistics"),
			"real_time_statistics":      c.link(w, "TaskQueues", q.SID, "RealTimeStatistics"),
			"reservation_activity":      c.optionalLink(w, "Activities", q.ReservationActivitySID),
			"statistics":                c.link(w, "TaskQueues", q.SID, "Statistics"),
			"workspace":                 c.link(w),
		},
	}
}
