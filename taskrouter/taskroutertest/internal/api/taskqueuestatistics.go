package api

import (
	"net/http"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/router"
)

// GetTaskQueueStatistics answers getTaskQueueStatistics.
func (a *API) GetTaskQueueStatistics(w http.ResponseWriter, r *http.Request, workspaceSID, taskQueueSID string, params gen.GetTaskQueueStatisticsParams) {
	report(a, w, r, workspaceSID, taskQueue(taskQueueSID), asked(params),
		func(c *call, w *router.Workspace, q *router.TaskQueue, s survey) gen.TaskQueueStatistics {
			return gen.TaskQueueStatistics{
				AccountSID:   c.api.account.SID,
				WorkspaceSID: w.SID,
				TaskQueueSID: q.SID,
				Realtime:     nestedTaskQueueRealTime(renderTaskQueueRealTime(c, w, q, s)),
				Cumulative:   nestedTaskQueueCumulative(renderTaskQueueCumulative(c, w, q, s)),
				URL:          c.url(w, "TaskQueues", q.SID, "Statistics"),
			}
		})
}

// ListTaskQueueStatistics answers listTaskQueueStatistics.
func (a *API) ListTaskQueueStatistics(w http.ResponseWriter, r *http.Request, workspaceSID string, params gen.ListTaskQueueStatisticsParams) {
	a.inWorkspace(w, r, http.StatusOK, workspaceSID, func(c *call, workspace *router.Workspace) (any, error) {
		s, err := c.survey(workspace, asked{
			Minutes: params.Minutes, StartDate: params.StartDate, EndDate: params.EndDate,
			TaskChannel: params.TaskChannel, SplitByWaitTime: params.SplitByWaitTime,
		})
		if err != nil {
			return nil, err
		}
		query := router.Query[*router.TaskQueue]{Match: func(q *router.TaskQueue) bool {
			return matches(params.FriendlyName, q.FriendlyName)
		}}
		items, meta, err := pageOf(c, workspace, "task_queues_statistics", &workspace.TaskQueues,
			paging{params.PageSize, params.Page, params.PageToken}, query,
			func(c *call, w *router.Workspace, q *router.TaskQueue) gen.TaskQueueStatisticsEntry {
				return gen.TaskQueueStatisticsEntry{
					AccountSID:   c.api.account.SID,
					WorkspaceSID: w.SID,
					TaskQueueSID: q.SID,
					Realtime:     nestedTaskQueueRealTime(renderTaskQueueRealTime(c, w, q, s)),
					Cumulative:   nestedTaskQueueCumulative(renderTaskQueueCumulative(c, w, q, s)),
				}
			})
		return gen.TaskQueueStatisticsList{TaskQueuesStatistics: items, Meta: meta}, err
	})
}

// GetTaskQueueRealTimeStatistics answers getTaskQueueRealTimeStatistics.
func (a *API) GetTaskQueueRealTimeStatistics(w http.ResponseWriter, r *http.Request, workspaceSID, taskQueueSID string, params gen.GetTaskQueueRealTimeStatisticsParams) {
	report(a, w, r, workspaceSID, taskQueue(taskQueueSID), asked{TaskChannel: params.TaskChannel}, renderTaskQueueRealTime)
}

// GetTaskQueueCumulativeStatistics answers getTaskQueueCumulativeStatistics.
func (a *API) GetTaskQueueCumulativeStatistics(w http.ResponseWriter, r *http.Request, workspaceSID, taskQueueSID string, params gen.GetTaskQueueCumulativeStatisticsParams) {
	report(a, w, r, workspaceSID, taskQueue(taskQueueSID), asked(params), renderTaskQueueCumulative)
}

// GetTaskQueueBulkRealTimeStatistics answers getTaskQueueBulkRealTimeStatistics. A
// queue that is not there is one of which there is nothing to count.
func (a *API) GetTaskQueueBulkRealTimeStatistics(w http.ResponseWriter, r *http.Request, workspaceSID string) {
	a.inWorkspace(w, r, http.StatusOK, workspaceSID, func(c *call, workspace *router.Workspace) (any, error) {
		request, err := decodeJSON[gen.TaskQueueBulkRealTimeStatisticsRequest](c)
		if err != nil {
			return nil, err
		}
		if refusal := checkBulk(request.QueueSIDs); refusal != nil {
			return nil, refusal
		}
		data := make([]gen.TaskQueueRealTimeFigures, 0, len(request.QueueSIDs))
		for _, sid := range request.QueueSIDs {
			data = append(data, figuresOf(workspace, sid, workspace.TasksNow(router.Scope{TaskQueueSID: sid})))
		}
		return gen.TaskQueueBulkRealTimeStatistics{
			AccountSID:             c.api.account.SID,
			WorkspaceSID:           workspace.SID,
			TaskQueueData:          data,
			TaskQueueResponseCount: len(data),
			URL:                    c.url(workspace, "TaskQueues", "RealTimeStatistics"),
		}, nil
	})
}

const maxBulk = 50

func checkBulk(sids []string) *router.Refusal {
	if len(sids) < 1 || len(sids) > maxBulk {
		return router.Invalid("queueSids has %d SIDs, from 1 to %d are expected", len(sids), maxBulk)
	}
	for _, sid := range sids {
		if !router.IsSID("WQ", sid) {
			return router.Invalid("queueSids has %s, which is no SID of a task queue", sid)
		}
	}
	return nil
}

func figuresOf(w *router.Workspace, sid string, tasks router.TasksNow) gen.TaskQueueRealTimeFigures {
	workers := w.WorkersNow(w.Eligible(sid))
	return gen.TaskQueueRealTimeFigures{
		TaskQueueSID:          sid,
		TotalTasks:            tasks.Total,
		TotalAvailableWorkers: workers.Available,
		TotalEligibleWorkers:  workers.Total,
		LongestTaskWaitingAge: new(seconds(tasks.Longest.Age)),
		LongestTaskWaitingSID: tasks.Longest.SID,
		TasksByStatus:         tasks.ByStatus,
		TasksByPriority:       tasks.ByPriority,
		ActivityStatistics:    workers.ByActivity,
	}
}

func renderTaskQueueRealTime(c *call, w *router.Workspace, q *router.TaskQueue, s survey) gen.TaskQueueRealTimeStatistics {
	tasks := w.TasksNow(router.Scope{TaskQueueSID: q.SID, TaskChannelSID: s.taskChannelSID})
	figures := figuresOf(w, q.SID, tasks)
	return gen.TaskQueueRealTimeStatistics{
		AccountSID:                    c.api.account.SID,
		WorkspaceSID:                  w.SID,
		TaskQueueSID:                  q.SID,
		TotalTasks:                    figures.TotalTasks,
		TotalAvailableWorkers:         figures.TotalAvailableWorkers,
		TotalEligibleWorkers:          figures.TotalEligibleWorkers,
		LongestTaskWaitingAge:         figures.LongestTaskWaitingAge,
		LongestTaskWaitingSID:         figures.LongestTaskWaitingSID,
		LongestRelativeTaskAgeInQueue: new(seconds(tasks.LongestInQueue.Age)),
		LongestRelativeTaskSIDInQueue: tasks.LongestInQueue.SID,
		TasksByStatus:                 figures.TasksByStatus,
		TasksByPriority:               figures.TasksByPriority,
		ActivityStatistics:            figures.ActivityStatistics,
		URL:                           c.url(w, "TaskQueues", q.SID, "RealTimeStatistics"),
	}
}

func nestedTaskQueueRealTime(now gen.TaskQueueRealTimeStatistics) gen.TaskQueueStatisticsRealTime {
	return gen.TaskQueueStatisticsRealTime{
		ActivityStatistics:            now.ActivityStatistics,
		LongestRelativeTaskAgeInQueue: now.LongestRelativeTaskAgeInQueue,
		LongestRelativeTaskSIDInQueue: now.LongestRelativeTaskSIDInQueue,
		LongestTaskWaitingAge:         now.LongestTaskWaitingAge,
		LongestTaskWaitingSID:         now.LongestTaskWaitingSID,
		TasksByPriority:               &now.TasksByPriority,
		TasksByStatus:                 now.TasksByStatus,
		TotalAvailableWorkers:         now.TotalAvailableWorkers,
		TotalEligibleWorkers:          now.TotalEligibleWorkers,
		TotalTasks:                    now.TotalTasks,
	}
}

func renderTaskQueueCumulative(c *call, w *router.Workspace, q *router.TaskQueue, s survey) gen.TaskQueueCumulativeStatistics {
	h := w.Happened(router.Scope{TaskQueueSID: q.SID, TaskChannelSID: s.taskChannelSID}, s.window)
	return gen.TaskQueueCumulativeStatistics{
		AccountSID:                       c.api.account.SID,
		WorkspaceSID:                     w.SID,
		TaskQueueSID:                     q.SID,
		StartTime:                        second(s.window.Start),
		EndTime:                          second(s.window.End),
		AvgTaskAcceptanceTime:            h.UntilAccepted.Average(),
		WaitDurationUntilAccepted:        h.UntilAccepted.Duration(),
		WaitDurationUntilCanceled:        h.UntilCanceled.Duration(),
		WaitDurationInQueueUntilAccepted: h.InQueueUntilAccepted.Duration(),
		SplitByWaitTime:                  h.Split(s.thresholds),
		ReservationsCreated:              h.Events["reservation.created"],
		ReservationsAccepted:             h.Events["reservation.accepted"],
		ReservationsRejected:             h.Events["reservation.rejected"],
		ReservationsTimedOut:             h.Events["reservation.timeout"],
		ReservationsCanceled:             h.Events["reservation.canceled"],
		ReservationsRescinded:            h.Events["reservation.rescinded"],
		TasksEntered:                     h.Events["task-queue.entered"],
		TasksCanceled:                    h.Events["task.canceled"],
		TasksCompleted:                   h.Events["task.completed"],
		TasksDeleted:                     h.TasksDeleted(),
		TasksMoved:                       h.Events["task-queue.moved"],
		URL:                              c.url(w, "TaskQueues", q.SID, "CumulativeStatistics"),
	}
}

func nestedTaskQueueCumulative(past gen.TaskQueueCumulativeStatistics) gen.TaskQueueStatisticsCumulative {
	return gen.TaskQueueStatisticsCumulative{
		StartTime:             past.StartTime,
		EndTime:               past.EndTime,
		AvgTaskAcceptanceTime: past.AvgTaskAcceptanceTime,
		SplitByWaitTime:       past.SplitByWaitTime,
		ReservationsCreated:   past.ReservationsCreated,
		ReservationsAccepted:  past.ReservationsAccepted,
		ReservationsRejected:  past.ReservationsRejected,
		ReservationsTimedOut:  past.ReservationsTimedOut,
		ReservationsCanceled:  past.ReservationsCanceled,
		ReservationsRescinded: past.ReservationsRescinded,
		TasksEntered:          past.TasksEntered,
		TasksCanceled:         past.TasksCanceled,
		TasksDeleted:          past.TasksDeleted,
		TasksMoved:            past.TasksMoved,
	}
}
