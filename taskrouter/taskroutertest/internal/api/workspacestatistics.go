package api

import (
	"net/http"
	"slices"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/router"
)

func wholeWorkspace(w *router.Workspace) (*router.Workspace, error) { return w, nil }

// GetWorkspaceStatistics answers getWorkspaceStatistics.
func (a *API) GetWorkspaceStatistics(w http.ResponseWriter, r *http.Request, workspaceSID string, params gen.GetWorkspaceStatisticsParams) {
	report(a, w, r, workspaceSID, wholeWorkspace, asked(params), renderWorkspaceStatistics)
}

// GetWorkspaceRealTimeStatistics answers getWorkspaceRealTimeStatistics.
func (a *API) GetWorkspaceRealTimeStatistics(w http.ResponseWriter, r *http.Request, workspaceSID string, params gen.GetWorkspaceRealTimeStatisticsParams) {
	report(a, w, r, workspaceSID, wholeWorkspace, asked{TaskChannel: params.TaskChannel}, renderWorkspaceRealTime)
}

// GetWorkspaceCumulativeStatistics answers getWorkspaceCumulativeStatistics.
func (a *API) GetWorkspaceCumulativeStatistics(w http.ResponseWriter, r *http.Request, workspaceSID string, params gen.GetWorkspaceCumulativeStatisticsParams) {
	report(a, w, r, workspaceSID, wholeWorkspace, asked(params), renderWorkspaceCumulative)
}

func renderWorkspaceStatistics(c *call, w, _ *router.Workspace, s survey) gen.WorkspaceStatistics {
	now := renderWorkspaceRealTime(c, w, w, s)
	past := renderWorkspaceCumulative(c, w, w, s)
	return gen.WorkspaceStatistics{
		AccountSID:   c.api.account.SID,
		WorkspaceSID: w.SID,
		Realtime: gen.WorkspaceStatisticsRealTime{
			ActivityStatistics:    now.ActivityStatistics,
			LongestTaskWaitingAge: now.LongestTaskWaitingAge,
			LongestTaskWaitingSID: now.LongestTaskWaitingSID,
			TasksByPriority:       &now.TasksByPriority,
			TasksByStatus:         now.TasksByStatus,
			TotalTasks:            now.TotalTasks,
			TotalWorkers:          now.TotalWorkers,
		},
		Cumulative: gen.WorkspaceStatisticsCumulative{
			StartTime:               past.StartTime,
			EndTime:                 past.EndTime,
			AvgTaskAcceptanceTime:   past.AvgTaskAcceptanceTime,
			SplitByWaitTime:         past.SplitByWaitTime,
			ReservationsCreated:     past.ReservationsCreated,
			ReservationsAccepted:    past.ReservationsAccepted,
			ReservationsRejected:    past.ReservationsRejected,
			ReservationsTimedOut:    past.ReservationsTimedOut,
			ReservationsCanceled:    past.ReservationsCanceled,
			ReservationsRescinded:   past.ReservationsRescinded,
			TasksCreated:            past.TasksCreated,
			TasksCanceled:           past.TasksCanceled,
			TasksDeleted:            past.TasksDeleted,
			TasksMoved:              past.TasksMoved,
			TasksTimedOutInWorkflow: past.TasksTimedOutInWorkflow,
		},
		URL: c.url(w, "Statistics"),
	}
}

func renderWorkspaceRealTime(c *call, w, _ *router.Workspace, s survey) gen.WorkspaceRealTimeStatistics {
	tasks := w.TasksNow(router.Scope{TaskChannelSID: s.taskChannelSID})
	workers := w.WorkersNow(slices.Collect(w.Workers.All()))
	return gen.WorkspaceRealTimeStatistics{
		AccountSID:            c.api.account.SID,
		WorkspaceSID:          w.SID,
		TotalTasks:            tasks.Total,
		TotalWorkers:          workers.Total,
		LongestTaskWaitingAge: new(seconds(tasks.Longest.Age)),
		LongestTaskWaitingSID: tasks.Longest.SID,
		TasksByStatus:         tasks.ByStatus,
		TasksByPriority:       tasks.ByPriority,
		ActivityStatistics:    workers.ByActivity,
		URL:                   c.url(w, "RealTimeStatistics"),
	}
}

func renderWorkspaceCumulative(c *call, w, _ *router.Workspace, s survey) gen.WorkspaceCumulativeStatistics {
	h := w.Happened(router.Scope{TaskChannelSID: s.taskChannelSID}, s.window)
	return gen.WorkspaceCumulativeStatistics{
		AccountSID:                c.api.account.SID,
		WorkspaceSID:              w.SID,
		StartTime:                 second(s.window.Start),
		EndTime:                   second(s.window.End),
		AvgTaskAcceptanceTime:     h.UntilAccepted.Average(),
		WaitDurationUntilAccepted: h.UntilAccepted.Duration(),
		WaitDurationUntilCanceled: h.UntilCanceled.Duration(),
		SplitByWaitTime:           h.Split(s.thresholds),
		ReservationsCreated:       h.Events["reservation.created"],
		ReservationsAccepted:      h.Events["reservation.accepted"],
		ReservationsRejected:      h.Events["reservation.rejected"],
		ReservationsTimedOut:      h.Events["reservation.timeout"],
		ReservationsCanceled:      h.Events["reservation.canceled"],
		ReservationsRescinded:     h.Events["reservation.rescinded"],
		TasksCreated:              h.Events["task.created"],
		TasksCanceled:             h.Events["task.canceled"],
		TasksCompleted:            h.Events["task.completed"],
		TasksDeleted:              h.TasksDeleted(),
		TasksMoved:                h.Events["task-queue.moved"],
		TasksTimedOutInWorkflow:   h.Events["workflow.timeout"],
		URL:                       c.url(w, "CumulativeStatistics"),
	}
}
