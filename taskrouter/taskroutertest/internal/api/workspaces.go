package api

import (
	"net/http"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/router"
)

// ListWorkspaces answers listWorkspaces.
func (a *API) ListWorkspaces(w http.ResponseWriter, r *http.Request, params gen.ListWorkspacesParams) {
	a.answer(w, r, http.StatusOK, func(c *call) (any, error) {
		items, meta, err := pageOf(c, nil, "workspaces", &a.account.Workspaces,
			paging{params.PageSize, params.Page, params.PageToken},
			router.Query[*router.Workspace]{Match: func(w *router.Workspace) bool {
				return matches(params.FriendlyName, w.FriendlyName)
			}}, func(c *call, _, w *router.Workspace) gen.Workspace { return c.renderWorkspace(w) })
		return gen.WorkspaceList{Workspaces: items, Meta: meta}, err
	})
}

// CreateWorkspace answers createWorkspace.
func (a *API) CreateWorkspace(w http.ResponseWriter, r *http.Request) {
	a.answer(w, r, http.StatusCreated, func(c *call) (any, error) {
		request, err := decodeForm[gen.CreateWorkspaceRequest](c)
		if err != nil {
			return nil, err
		}
		workspace, err := a.account.CreateWorkspace(request)
		if err != nil {
			return nil, err
		}
		return c.renderWorkspace(workspace), nil
	})
}

// GetWorkspace answers getWorkspace.
func (a *API) GetWorkspace(w http.ResponseWriter, r *http.Request, workspaceSID string) {
	a.answer(w, r, http.StatusOK, func(c *call) (any, error) {
		workspace, err := a.account.Workspaces.Get(workspaceSID)
		if err != nil {
			return nil, err
		}
		return c.renderWorkspace(workspace), nil
	})
}

// UpdateWorkspace answers updateWorkspace.
func (a *API) UpdateWorkspace(w http.ResponseWriter, r *http.Request, workspaceSID string) {
	a.answer(w, r, http.StatusOK, func(c *call) (any, error) {
		workspace, err := a.account.Workspaces.Get(workspaceSID)
		if err != nil {
			return nil, err
		}
		request, err := decodeForm[gen.UpdateWorkspaceRequest](c)
		if err != nil {
			return nil, err
		}
		if err := workspace.Update(request); err != nil {
			return nil, err
		}
		return c.renderWorkspace(workspace), nil
	})
}

// DeleteWorkspace answers deleteWorkspace.
func (a *API) DeleteWorkspace(w http.ResponseWriter, r *http.Request, workspaceSID string) {
	a.answer(w, r, http.StatusNoContent, func(*call) (any, error) {
		workspace, err := a.account.Workspaces.Get(workspaceSID)
		if err != nil {
			return nil, err
		}
		a.account.DeleteWorkspace(workspace)
		return nil, nil
	})
}

func (c *call) renderWorkspace(w *router.Workspace) gen.Workspace {
	return gen.Workspace{
		SID:                  w.SID,
		AccountSID:           c.api.account.SID,
		FriendlyName:         w.FriendlyName,
		EventCallbackURL:     new(w.EventCallbackURL),
		EventsFilter:         optional(w.EventsFilter),
		DefaultActivitySID:   w.DefaultActivitySID,
		DefaultActivityName:  w.ActivityName(w.DefaultActivitySID),
		TimeoutActivitySID:   w.TimeoutActivitySID,
		TimeoutActivityName:  w.ActivityName(w.TimeoutActivitySID),
		MultiTaskEnabled:     w.MultiTaskEnabled,
		PrioritizeQueueOrder: w.PrioritizeQueueOrder,
		DateCreated:          second(w.DateCreated),
		DateUpdated:          second(w.DateUpdated),
		URL:                  c.url(w),
		Links: gen.Links{
			"activities":            c.link(w, "Activities"),
			"cumulative_statistics": c.link(w, "CumulativeStatistics"),
			"events":                c.link(w, "Events"),
			"real_time_statistics":  c.link(w, "RealTimeStatistics"),
			"statistics":            c.link(w, "Statistics"),
			"task_channels":         c.link(w, "TaskChannels"),
			"task_queues":           c.link(w, "TaskQueues"),
			"tasks":                 c.link(w, "Tasks"),
			"workers":               c.link(w, "Workers"),
			"workflows":             c.link(w, "Workflows"),
		},
	}
}
