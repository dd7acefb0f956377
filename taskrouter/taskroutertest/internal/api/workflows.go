package api

import (
	"net/http"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/router"
)

func workflow(sid string) finder[*router.Workflow] {
	return func(w *router.Workspace) (*router.Workflow, error) { return w.Workflows.Get(sid) }
}

// ListWorkflows answers listWorkflows.
func (a *API) ListWorkflows(w http.ResponseWriter, r *http.Request, workspaceSID string, params gen.ListWorkflowsParams) {
	a.inWorkspace(w, r, http.StatusOK, workspaceSID, func(c *call, workspace *router.Workspace) (any, error) {
		query := router.Query[*router.Workflow]{Match: func(f *router.Workflow) bool {
			return matches(params.FriendlyName, f.FriendlyName)
		}}
		items, meta, err := pageOf(c, workspace, "workflows", &workspace.Workflows,
			paging{params.PageSize, params.Page, params.PageToken}, query, renderWorkflow)
		return gen.WorkflowList{Workflows: items, Meta: meta}, err
	})
}

// CreateWorkflow answers createWorkflow.
func (a *API) CreateWorkflow(w http.ResponseWriter, r *http.Request, workspaceSID string) {
	create(a, w, r, workspaceSID, (*router.Workspace).CreateWorkflow, renderWorkflow)
}

// GetWorkflow answers getWorkflow.
func (a *API) GetWorkflow(w http.ResponseWriter, r *http.Request, workspaceSID, workflowSID string) {
	get(a, w, r, workspaceSID, workflow(workflowSID), renderWorkflow)
}

// UpdateWorkflow answers updateWorkflow.
func (a *API) UpdateWorkflow(w http.ResponseWriter, r *http.Request, workspaceSID, workflowSID string) {
	update(a, w, r, workspaceSID, workflow(workflowSID), (*router.Workspace).UpdateWorkflow, renderWorkflow)
}

// DeleteWorkflow answers deleteWorkflow.
func (a *API) DeleteWorkflow(w http.ResponseWriter, r *http.Request, workspaceSID, workflowSID string) {
	remove(a, w, r, workspaceSID, workflow(workflowSID), (*router.Workspace).DeleteWorkflow)
}

func renderWorkflow(c *call, w *router.Workspace, f *router.Workflow) gen.Workflow {
	return gen.Workflow{
		SID:                           f.SID,
		AccountSID:                    c.api.account.SID,
		WorkspaceSID:                  w.SID,
		FriendlyName:                  f.FriendlyName,
		AssignmentCallbackURL:         f.AssignmentCallbackURL,
		FallbackAssignmentCallbackURL: f.FallbackAssignmentCallbackURL,
		TaskReservationTimeout:        f.TaskReservationTimeout,
		Configuration:                 string(f.Configuration),
		DateCreated:                   second(f.DateCreated),
		DateUpdated:                   second(f.DateUpdated),
		URL:                           c.url(w, "Workflows", f.SID),
		Links: gen.Links{
			"cumulative_statistics": c.link(w, "Workflows", f.SID, "CumulativeStatistics"),
			"real_time_statistics":  c.link(w, "Workflows", f.SID, "RealTimeStatistics"),
			"statistics":            c.link(w, "Workflows", f.SID, "Statistics"),
			"workspace":             c.link(w),
		},
	}
}
