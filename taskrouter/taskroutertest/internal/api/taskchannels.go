package api

import (
	"net/http"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/router"
)

func taskChannel(sidOrName string) finder[*router.TaskChannel] {
	return func(w *router.Workspace) (*router.TaskChannel, error) { return w.TaskChannel(sidOrName) }
}

// ListTaskChannels answers listTaskChannels.
func (a *API) ListTaskChannels(w http.ResponseWriter, r *http.Request, workspaceSID string, params gen.ListTaskChannelsParams) {
	a.inWorkspace(w, r, http.StatusOK, workspaceSID, func(c *call, workspace *router.Workspace) (any, error) {
		items, meta, err := pageOf(c, workspace, "channels", &workspace.TaskChannels,
			paging{params.PageSize, params.Page, params.PageToken}, router.Query[*router.TaskChannel]{}, renderTaskChannel)
		return gen.TaskChannelList{Channels: items, Meta: meta}, err
	})
}

// CreateTaskChannel answers createTaskChannel.
func (a *API) CreateTaskChannel(w http.ResponseWriter, r *http.Request, workspaceSID string) {
	create(a, w, r, workspaceSID, (*router.Workspace).CreateTaskChannel, renderTaskChannel)
}

// GetTaskChannel answers getTaskChannel.
func (a *API) GetTaskChannel(w http.ResponseWriter, r *http.Request, workspaceSID, taskChannelSID string) {
	get(a, w, r, workspaceSID, taskChannel(taskChannelSID), renderTaskChannel)
}

// UpdateTaskChannel answers updateTaskChannel.
func (a *API) UpdateTaskChannel(w http.ResponseWriter, r *http.Request, workspaceSID, taskChannelSID string) {
	update(a, w, r, workspaceSID, taskChannel(taskChannelSID), (*router.Workspace).UpdateTaskChannel, renderTaskChannel)
}

// DeleteTaskChannel answers deleteTaskChannel.
func (a *API) DeleteTaskChannel(w http.ResponseWriter, r *http.Request, workspaceSID, taskChannelSID string) {
	remove(a, w, r, workspaceSID, taskChannel(taskChannelSID), (*router.Workspace).DeleteTaskChannel)
}

func renderTaskChannel(c *call, w *router.Workspace, channel *router.TaskChannel) gen.TaskChannel {
	return gen.TaskChannel{
		SID:                     channel.SID,
		AccountSID:              c.api.account.SID,
		WorkspaceSID:            w.SID,
		FriendlyName:            channel.FriendlyName,
		UniqueName:              channel.UniqueName,
		ChannelOptimizedRouting: channel.ChannelOptimizedRouting,
		DateCreated:             second(channel.DateCreated),
		DateUpdated:             second(channel.DateUpdated),
		URL:                     c.url(w, "TaskChannels", channel.SID),
		Links:                   gen.Links{"workspace": c.link(w)},
	}
}
