package api

import (
	"net/http"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/router"
)

// A workerChannel is a channel with the worker that has it.
type workerChannel struct {
	*router.WorkerChannel
	worker *router.Worker
}

func channelOfWorker(workerSID, sidOrName string) finder[workerChannel] {
	return func(w *router.Workspace) (workerChannel, error) {
		worker, err := w.Workers.Get(workerSID)
		if err != nil {
			return workerChannel{}, err
		}
		channel, err := w.WorkerChannel(worker, sidOrName)
		return workerChannel{channel, worker}, err
	}
}

// ListWorkerChannels answers listWorkerChannels.
func (a *API) ListWorkerChannels(w http.ResponseWriter, r *http.Request, workspaceSID, workerSID string, params gen.ListWorkerChannelsParams) {
	a.inWorkspace(w, r, http.StatusOK, workspaceSID, func(c *call, workspace *router.Workspace) (any, error) {
		worker, err := workspace.Workers.Get(workerSID)
		if err != nil {
			return nil, err
		}
		items, meta, err := pageOf(c, workspace, "channels", &worker.Channels,
			paging{params.PageSize, params.Page, params.PageToken}, router.Query[*router.WorkerChannel]{},
			func(c *call, w *router.Workspace, channel *router.WorkerChannel) gen.WorkerChannel {
				return renderWorkerChannel(c, w, workerChannel{channel, worker})
			})
		return gen.WorkerChannelList{Channels: items, Meta: meta}, err
	})
}

// GetWorkerChannel answers getWorkerChannel.
func (a *API) GetWorkerChannel(w http.ResponseWriter, r *http.Request, workspaceSID, workerSID, workerChannelSID string) {
	get(a, w, r, workspaceSID, channelOfWorker(workerSID, workerChannelSID), renderWorkerChannel)
}

// UpdateWorkerChannel answers updateWorkerChannel.
func (a *API) UpdateWorkerChannel(w http.ResponseWriter, r *http.Request, workspaceSID, workerSID, workerChannelSID string) {
	update(a, w, r, workspaceSID, channelOfWorker(workerSID, workerChannelSID),
		func(w *router.Workspace, channel workerChannel, request gen.UpdateWorkerChannelRequest) error {
			return w.UpdateWorkerChannel(channel.worker, channel.WorkerChannel, request)
		}, renderWorkerChannel)
}

func renderWorkerChannel(c *call, w *router.Workspace, channel workerChannel) gen.WorkerChannel {
	assigned, free := channel.Use()
	return gen.WorkerChannel{
		SID:                         channel.SID,
		AccountSID:                  c.api.account.SID,
		WorkspaceSID:                w.SID,
		WorkerSID:                   channel.worker.SID,
		TaskChannelSID:              channel.TaskChannelSID,
		TaskChannelUniqueName:       w.TaskChannelOf(channel.TaskChannelSID).UniqueName,
		AssignedTasks:               assigned,
		Available:                   channel.Available,
		AvailableCapacityPercentage: free,
		ConfiguredCapacity:          channel.ConfiguredCapacity,
		DateCreated:                 second(channel.DateCreated),
		DateUpdated:                 second(channel.DateUpdated),
		URL:                         c.url(w, "Workers", channel.worker.SID, "Channels", channel.SID),
	}
}
