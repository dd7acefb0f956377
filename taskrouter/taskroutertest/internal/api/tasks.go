package api

import (
	"net/http"
	"slices"
	"time"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/router"
)

func task(sid string) finder[*router.Task] {
	return func(w *router.Workspace) (*router.Task, error) { return w.Tasks.Get(sid) }
}

func unchangedTask(sid string, ifMatch *string) finder[*router.Task] {
	return unchanged(task(sid), ifMatch, "task", func(t *router.Task) int { return t.Version })
}

// ListTasks answers listTasks.
func (a *API) ListTasks(w http.ResponseWriter, r *http.Request, workspaceSID string, params gen.ListTasksParams) {
	a.inWorkspace(w, r, http.StatusOK, workspaceSID, func(c *call, workspace *router.Workspace) (any, error) {
		query, err := taskQuery(workspace, params)
		if err != nil {
			return nil, err
		}
		c.tag(0)
		items, meta, err := pageOf(c, workspace, "tasks", &workspace.Tasks,
			paging{params.PageSize, params.Page, params.PageToken}, query, renderTask)
		return gen.TaskList{Tasks: items, Meta: meta}, err
	})
}

func taskQuery(w *router.Workspace, params gen.ListTasksParams) (router.Query[*router.Task], error) {
	var query router.Query[*router.Task]
	compare, err := taskOrders.parse(params.Ordering)
	if err != nil {
		return query, err
	}
	for _, status := range params.AssignmentStatus {
		if refusal := router.CheckEnum("AssignmentStatus", &status); refusal != nil {
			return query, refusal
		}
	}
	if refusal := checkFilterSID("WorkflowSid", "WW", params.WorkflowSID); refusal != nil {
		return query, refusal
	}
	if refusal := checkFilterSID("TaskQueueSid", "WQ", params.TaskQueueSID); refusal != nil {
		return query, refusal
	}
	if refusal := checkRoutingTarget(params.RoutingTarget); refusal != nil {
		return query, refusal
	}
	expressed, err := parseFilter("EvaluateTaskAttributes", params.EvaluateTaskAttributes)
	if err != nil {
		return query, err
	}
	query.Compare = compare
	query.Match = func(t *router.Task) bool {
		return (params.Priority == nil || *params.Priority == t.Priority) &&
			(len(params.AssignmentStatus) == 0 || slices.Contains(params.AssignmentStatus, t.Status)) &&
			matches(params.WorkflowSID, t.WorkflowSID) &&
			matches(params.WorkflowName, w.WorkflowName(t.WorkflowSID)) &&
			matches(params.TaskQueueSID, t.TaskQueueSID) &&
			matches(params.TaskQueueName, w.TaskQueueName(t.TaskQueueSID)) &&
			matches(params.RoutingTarget, t.RoutingTarget) &&
			matchesFlag(params.HasAddons, false) &&
			(expressed == nil || expressed.Match(t.Attributes.Fields()))
	}
	return query, nil
}

// checkRoutingTarget wants the form of a SID of what tasks can be created for.
func checkRoutingTarget(sid *string) *router.Refusal {
	if isEmpty(sid) || router.IsSID("WK", *sid) || router.IsSID("WQ", *sid) || router.IsSID("WW", *sid) {
		return nil
	}
	return router.Invalid("RoutingTarget is %s, which is no SID of a worker, a task queue or a workflow", *sid)
}

// CreateTask answers createTask.
func (a *API) CreateTask(w http.ResponseWriter, r *http.Request, workspaceSID string) {
	create(a, w, r, workspaceSID, (*router.Workspace).CreateTask, renderTask)
}

// GetTask answers getTask.
func (a *API) GetTask(w http.ResponseWriter, r *http.Request, workspaceSID, taskSID string) {
	get(a, w, r, workspaceSID, task(taskSID), renderTask)
}

// UpdateTask answers updateTask.
func (a *API) UpdateTask(w http.ResponseWriter, r *http.Request, workspaceSID, taskSID string, params gen.UpdateTaskParams) {
	update(a, w, r, workspaceSID, unchangedTask(taskSID, params.IfMatch), (*router.Workspace).UpdateTask, renderTask)
}

// DeleteTask answers deleteTask.
func (a *API) DeleteTask(w http.ResponseWriter, r *http.Request, workspaceSID, taskSID string, params gen.DeleteTaskParams) {
	remove(a, w, r, workspaceSID, unchangedTask(taskSID, params.IfMatch), func(w *router.Workspace, t *router.Task) error {
		w.DeleteTask(t)
		return nil
	})
}

func renderTask(c *call, w *router.Workspace, t *router.Task) gen.Task {
	c.tag(t.Version)
	return gen.Task{
		SID:                   t.SID,
		AccountSID:            c.api.account.SID,
		WorkspaceSID:          w.SID,
		AssignmentStatus:      t.Status,
		Attributes:            gen.Attributes(t.Attributes.String()),
		Addons:                "{}",
		Age:                   seconds(w.Age(t)),
		Priority:              t.Priority,
		Reason:                t.Reason,
		Timeout:               t.Timeout,
		VirtualStartTime:      second(t.VirtualStartTime),
		RoutingTarget:         optional(t.RoutingTarget),
		IgnoreCapacity:        t.IgnoreCapacity,
		TaskChannelSID:        t.TaskChannelSID,
		TaskChannelUniqueName: w.TaskChannelOf(t.TaskChannelSID).UniqueName,
		TaskQueueSID:          optional(t.TaskQueueSID),
		TaskQueueFriendlyName: optional(w.TaskQueueName(t.TaskQueueSID)),
		TaskQueueEnteredDate:  optionalSecond(t.DateQueueEntered),
		WorkflowSID:           optional(t.WorkflowSID),
		WorkflowFriendlyName:  optional(w.WorkflowName(t.WorkflowSID)),
		DateCreated:           second(t.DateCreated),
		DateUpdated:           second(t.DateUpdated),
		URL:                   c.url(w, "Tasks", t.SID),
		Links: gen.Links{
			"reservations": c.link(w, "Tasks", t.SID, "Reservations"),
			"task_queue":   c.optionalLink(w, "TaskQueues", t.TaskQueueSID),
			"workflow":     c.optionalLink(w, "Workflows", t.WorkflowSID),
			"workspace":    c.link(w),
		},
	}
}

func optionalSecond(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	return new(second(*t))
}
