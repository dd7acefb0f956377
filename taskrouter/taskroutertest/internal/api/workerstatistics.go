package api

import (
	"net/http"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/router"
)

// maxWorkersOfStatistics is how many workers a workspace may have so that statistics of
// them are told.
const maxWorkersOfStatistics = 100

func checkWorkersOfStatistics(w *router.Workspace) *router.Refusal {
	if w.Workers.Len() > maxWorkersOfStatistics {
		return router.Invalid("The workspace has %d workers, statistics of workers are told of at most %d",
			w.Workers.Len(), maxWorkersOfStatistics)
	}
	return nil
}

// workersOf finds the workers of whom statistics are told: those who are there now, with
// a name and able to serve a queue if that is asked for. Workers who were deleted are
// in no statistics of workers.
func workersOf(taskQueueSID, taskQueueName, friendlyName *string) finder[[]*router.Worker] {
	return func(w *router.Workspace) ([]*router.Worker, error) {
		if refusal := checkWorkersOfStatistics(w); refusal != nil {
			return nil, refusal
		}
		serves, err := servers(w, taskQueueSID, taskQueueName)
		if err != nil {
			return nil, err
		}
		return w.WorkersWhere(func(worker *router.Worker) bool {
			return matches(friendlyName, worker.FriendlyName) && serves(worker)
		}), nil
	}
}

// workerOf finds one of them by its SID.
func workerOf(workerSID string) finder[*router.Worker] {
	return func(w *router.Workspace) (*router.Worker, error) {
		found, err := w.Workers.Get(workerSID)
		if err != nil {
			return nil, err
		}
		if refusal := checkWorkersOfStatistics(w); refusal != nil {
			return nil, refusal
		}
		return found, nil
	}
}

// GetWorkersStatistics answers getWorkersStatistics.
func (a *API) GetWorkersStatistics(w http.ResponseWriter, r *http.Request, workspaceSID string, params gen.GetWorkersStatisticsParams) {
	report(a, w, r, workspaceSID, workersOf(params.TaskQueueSID, params.TaskQueueName, params.FriendlyName),
		asked{Minutes: params.Minutes, StartDate: params.StartDate, EndDate: params.EndDate, TaskChannel: params.TaskChannel},
		func(c *call, w *router.Workspace, workers []*router.Worker, s survey) gen.WorkersStatistics {
			now := w.WorkersNow(workers)
			return gen.WorkersStatistics{
				AccountSID:   c.api.account.SID,
				WorkspaceSID: w.SID,
				Realtime:     gen.WorkersStatisticsRealTime{TotalWorkers: now.Total, ActivityStatistics: now.ByActivity},
				Cumulative:   workersCumulative(w, workers, s),
				URL:          c.url(w, "Workers", "Statistics"),
			}
		})
}

// GetWorkersRealTimeStatistics answers getWorkersRealTimeStatistics. The channel is
// one of tasks and changes nothing in what workers are doing.
func (a *API) GetWorkersRealTimeStatistics(w http.ResponseWriter, r *http.Request, workspaceSID string, params gen.GetWorkersRealTimeStatisticsParams) {
	report(a, w, r, workspaceSID, workersOf(nil, nil, nil), asked{TaskChannel: params.TaskChannel},
		func(c *call, w *router.Workspace, workers []*router.Worker, _ survey) gen.WorkersRealTimeStatistics {
			now := w.WorkersNow(workers)
			return gen.WorkersRealTimeStatistics{
				AccountSID:         c.api.account.SID,
				WorkspaceSID:       w.SID,
				TotalWorkers:       now.Total,
				ActivityStatistics: now.ByActivity,
				URL:                c.url(w, "Workers", "RealTimeStatistics"),
			}
		})
}

// GetWorkersCumulativeStatistics answers getWorkersCumulativeStatistics.
func (a *API) GetWorkersCumulativeStatistics(w http.ResponseWriter, r *http.Request, workspaceSID string, params gen.GetWorkersCumulativeStatisticsParams) {
	report(a, w, r, workspaceSID, workersOf(nil, nil, nil),
		asked{Minutes: params.Minutes, StartDate: params.StartDate, EndDate: params.EndDate, TaskChannel: params.TaskChannel},
		func(c *call, w *router.Workspace, workers []*router.Worker, s survey) gen.WorkersCumulativeStatistics {
			past := workersCumulative(w, workers, s)
			return gen.WorkersCumulativeStatistics{
				AccountSID:            c.api.account.SID,
				WorkspaceSID:          w.SID,
				StartTime:             past.StartTime,
				EndTime:               past.EndTime,
				ReservationsCreated:   past.ReservationsCreated,
				ReservationsAccepted:  past.ReservationsAccepted,
				ReservationsRejected:  past.ReservationsRejected,
				ReservationsTimedOut:  past.ReservationsTimedOut,
				ReservationsCanceled:  past.ReservationsCanceled,
				ReservationsRescinded: past.ReservationsRescinded,
				ActivityDurations:     past.ActivityDurations,
				URL:                   c.url(w, "Workers", "CumulativeStatistics"),
			}
		})
}

// GetWorkerStatistics answers getWorkerStatistics.
func (a *API) GetWorkerStatistics(w http.ResponseWriter, r *http.Request, workspaceSID, workerSID string, params gen.GetWorkerStatisticsParams) {
	report(a, w, r, workspaceSID, workerOf(workerSID),
		asked{Minutes: params.Minutes, StartDate: params.StartDate, EndDate: params.EndDate, TaskChannel: params.TaskChannel},
		func(c *call, w *router.Workspace, worker *router.Worker, s survey) gen.WorkerStatistics {
			return gen.WorkerStatistics{
				AccountSID:   c.api.account.SID,
				WorkspaceSID: w.SID,
				WorkerSID:    worker.SID,
				Cumulative:   workersCumulative(w, []*router.Worker{worker}, s),
				URL:          c.url(w, "Workers", worker.SID, "Statistics"),
			}
		})
}

// workersCumulative is what some workers did. The channel is that of the reservations:
// a worker has one activity for all channels.
func workersCumulative(w *router.Workspace, workers []*router.Worker, s survey) gen.WorkersStatisticsCumulative {
	h := w.HappenedTo(workers, router.Scope{TaskChannelSID: s.taskChannelSID}, s.window)
	return gen.WorkersStatisticsCumulative{
		StartTime:             second(s.window.Start),
		EndTime:               second(s.window.End),
		ReservationsCreated:   h.Events["reservation.created"],
		ReservationsAccepted:  h.Events["reservation.accepted"],
		ReservationsRejected:  h.Events["reservation.rejected"],
		ReservationsTimedOut:  h.Events["reservation.timeout"],
		ReservationsCanceled:  h.Events["reservation.canceled"],
		ReservationsRescinded: h.Events["reservation.rescinded"],
		ActivityDurations:     w.ActivityDurations(workers, s.window),
	}
}
