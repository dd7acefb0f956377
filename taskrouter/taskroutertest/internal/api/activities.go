package api

import (
	"net/http"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/router"
)

func activity(sid string) finder[*router.Activity] {
	return func(w *router.Workspace) (*router.Activity, error) { return w.Activities.Get(sid) }
}

// ListActivities answers listActivities.
func (a *API) ListActivities(w http.ResponseWriter, r *http.Request, workspaceSID string, params gen.ListActivitiesParams) {
	a.inWorkspace(w, r, http.StatusOK, workspaceSID, func(c *call, workspace *router.Workspace) (any, error) {
		query := router.Query[*router.Activity]{Match: func(activity *router.Activity) bool {
			return matches(params.FriendlyName, activity.FriendlyName) && matchesFlag(params.Available, activity.Available)
		}}
		items, meta, err := pageOf(c, workspace, "activities", &workspace.Activities,
			paging{params.PageSize, params.Page, params.PageToken}, query, renderActivity)
		return gen.ActivityList{Activities: items, Meta: meta}, err
	})
}

// CreateActivity answers createActivity.
func (a *API) CreateActivity(w http.ResponseWriter, r *http.Request, workspaceSID string) {
	create(a, w, r, workspaceSID, (*router.Workspace).CreateActivity, renderActivity)
}

// GetActivity answers getActivity.
func (a *API) GetActivity(w http.ResponseWriter, r *http.Request, workspaceSID, activitySID string) {
	get(a, w, r, workspaceSID, activity(activitySID), renderActivity)
}

// UpdateActivity answers updateActivity.
func (a *API) UpdateActivity(w http.ResponseWriter, r *http.Request, workspaceSID, activitySID string) {
	update(a, w, r, workspaceSID, activity(activitySID), (*router.Workspace).UpdateActivity, renderActivity)
}

// DeleteActivity answers deleteActivity.
func (a *API) DeleteActivity(w http.ResponseWriter, r *http.Request, workspaceSID, activitySID string) {
	remove(a, w, r, workspaceSID, activity(activitySID), (*router.Workspace).DeleteActivity)
}

func renderActivity(c *call, w *router.Workspace, activity *router.Activity) gen.Activity {
	return gen.Activity{
		SID:          activity.SID,
		AccountSID:   c.api.account.SID,
		WorkspaceSID: w.SID,
		FriendlyName: activity.FriendlyName,
		Available:    activity.Available,
		DateCreated:  second(activity.DateCreated),
		DateUpdated:  second(activity.DateUpdated),
		URL:          c.url(w, "Activities", activity.SID),
		Links:        gen.Links{"workspace": c.link(w)},
	}
}
