package api

import (
	"net/http"
	"slices"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/router"
)

func worker(sid string) finder[*router.Worker] {
	return func(w *router.Workspace) (*router.Worker, error) { return w.Workers.Get(sid) }
}

func unchangedWorker(sid string, ifMatch *string) finder[*router.Worker] {
	return unchanged(worker(sid), ifMatch, "worker", func(worker *router.Worker) int { return worker.Version })
}

// ListWorkers answers listWorkers.
func (a *API) ListWorkers(w http.ResponseWriter, r *http.Request, workspaceSID string, params gen.ListWorkersParams) {
	a.inWorkspace(w, r, http.StatusOK, workspaceSID, func(c *call, workspace *router.Workspace) (any, error) {
		query, err := workerQuery(workspace, params)
		if err != nil {
			return nil, err
		}
		c.tag(0)
		items, meta, err := pageOf(c, workspace, "workers", &workspace.Workers,
			paging{params.PageSize, params.Page, params.PageToken}, query, renderWorker)
		return gen.WorkerList{Workers: items, Meta: meta}, err
	})
}

func workerQuery(w *router.Workspace, params gen.ListWorkersParams) (router.Query[*router.Worker], error) {
	var query router.Query[*router.Worker]
	compare, err := workerOrders.parse(params.Ordering)
	if err != nil {
		return query, err
	}
	if refusal := checkFilterSID("ActivitySid", "WA", params.ActivitySID); refusal != nil {
		return query, refusal
	}
	expressed, err := parseFilter("TargetWorkersExpression", params.TargetWorkersExpression)
	if err != nil {
		return query, err
	}
	serves, err := servers(w, params.TaskQueueSID, params.TaskQueueName)
	if err != nil {
		return query, err
	}
	query.Compare = compare
	query.Match = func(worker *router.Worker) bool {
		return matches(params.ActivitySID, worker.ActivitySID) &&
			matches(params.ActivityName, w.ActivityName(worker.ActivitySID)) &&
			matchesFlag(params.Available, w.Available(worker)) &&
			matches(params.FriendlyName, worker.FriendlyName) &&
			(expressed == nil || expressed.Match(w.Fields(worker))) &&
			serves(worker)
	}
	return query, nil
}

// servers tells of workers whether they can serve a task queue that is named by its
// SID, its name or both. One that is not there is served by nobody.
func servers(w *router.Workspace, sid, name *string) (func(*router.Worker) bool, error) {
	if refusal := checkFilterSID("TaskQueueSid", "WQ", sid); refusal != nil {
		return nil, refusal
	}
	if isEmpty(sid) && isEmpty(name) {
		return func(*router.Worker) bool { return true }, nil
	}
	var queues []*router.TaskQueue
	for q := range w.TaskQueues.All() {
		if matches(sid, q.SID) && matches(name, q.FriendlyName) {
			queues = append(queues, q)
		}
	}
	return func(worker *router.Worker) bool { return slices.ContainsFunc(queues, worker.Serves) }, nil
}

// CreateWorker answers createWorker.
func (a *API) CreateWorker(w http.ResponseWriter, r *http.Request, workspaceSID string) {
	create(a, w, r, workspaceSID, (*router.Workspace).CreateWorker, renderWorker)
}

// GetWorker answers getWorker.
func (a *API) GetWorker(w http.ResponseWriter, r *http.Request, workspaceSID, workerSID string) {
	get(a, w, r, workspaceSID, worker(workerSID), renderWorker)
}

// UpdateWorker answers updateWorker.
func (a *API) UpdateWorker(w http.ResponseWriter, r *http.Request, workspaceSID, workerSID string, params gen.UpdateWorkerParams) {
	update(a, w, r, workspaceSID, unchangedWorker(workerSID, params.IfMatch), (*router.Workspace).UpdateWorker, renderWorker)
}

// DeleteWorker answers deleteWorker.
func (a *API) DeleteWorker(w http.ResponseWriter, r *http.Request, workspaceSID, workerSID string, params gen.DeleteWorkerParams) {
	remove(a, w, r, workspaceSID, unchangedWorker(workerSID, params.IfMatch), (*router.Workspace).DeleteWorker)
}

func renderWorker(c *call, w *router.Workspace, worker *router.Worker) gen.Worker {
	c.tag(worker.Version)
	return gen.Worker{
		SID:               worker.SID,
		AccountSID:        c.api.account.SID,
		WorkspaceSID:      w.SID,
		FriendlyName:      worker.FriendlyName,
		ActivitySID:       worker.ActivitySID,
		ActivityName:      w.ActivityName(worker.ActivitySID),
		Available:         w.Available(worker),
		Attributes:        gen.Attributes(worker.Attributes.String()),
		DateCreated:       second(worker.DateCreated),
		DateUpdated:       second(worker.DateUpdated),
		DateStatusChanged: second(worker.DateStatusChanged),
		URL:               c.url(w, "Workers", worker.SID),
		Links: gen.Links{
			"activity":              c.link(w, "Activities", worker.ActivitySID),
			"channels":              c.link(w, "Workers", worker.SID, "Channels"),
			"cumulative_statistics": c.link(w, "Workers", "CumulativeStatistics"),
			"real_time_statistics":  c.link(w, "Workers", "RealTimeStatistics"),
			"reservations":          c.link(w, "Workers", worker.SID, "Reservations"),
			"statistics":            c.link(w, "Workers", "Statistics"),
			"worker_channels":       c.link(w, "Workers", worker.SID, "Channels"),
			"worker_statistics":     c.link(w, "Workers", worker.SID, "Statistics"),
			"workspace":             c.link(w),
		},
	}
}
