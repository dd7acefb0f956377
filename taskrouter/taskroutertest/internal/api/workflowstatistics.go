package api

import (
	"net/http"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/router"
)

// GetWorkflowStatistics answers getWorkflowStatistics.
func (a *API) GetWorkflowStatistics(w http.ResponseWriter, r *http.Request, workspaceSID, workflowSID string, params gen.GetWorkflowStatisticsParams) {
	report(a, w, r, workspaceSID, workflow(workflowSID), asked(params), renderWorkflowStatistics)
}

// GetWorkflowRealTimeStatistics answers getWorkflowRealTimeStatistics.
func (a *API) GetWorkflowRealTimeStatistics(w http.ResponseWriter, r *http.Request, workspaceSID, workflowSID string, params gen.GetWorkflowRealTimeStatisticsParams) {
	report(a, w, r, workspaceSID, workflow(workflowSID), asked{TaskChannel: params.TaskChannel}, renderWorkflowRealTime)
}

// GetWorkflowCumulativeStatistics answers getWorkflowCumulativeStatistics.
func (a *API) GetWorkflowCumulativeStatistics(w http.ResponseWriter, r *http.Request, workspaceSID, workflowSID string, params gen.GetWorkflowCumulativeStatisticsParams) {
	report(a, w, r, workspaceSID, workflow(workflowSID), asked(params), renderWorkflowCumulative)
}

func renderWorkflowStatistics(c *call, w *router.Workspace, f *router.Workflow, s survey) gen.WorkflowStatistics {
	now := renderWorkflowRealTime(c, w, f, s)
	past := renderWorkflowCumulative(c, w, f, s)
	return gen.WorkflowStatistics{
		AccountSID:   c.api.account.SID,
		WorkspaceSID: w.SID,
		WorkflowSID:  f.SID,
		Realtime: gen.WorkflowStatisticsRealTime{
			LongestTaskWaitingAge: now.LongestTaskWaitingAge,
			LongestTaskWaitingSID: now.LongestTaskWaitingSID,
			TasksByPriority:       &now.TasksByPriority,
			TasksByStatus:         now.TasksByStatus,
			TotalTasks:            now.TotalTasks,
		},
		Cumulative: gen.WorkflowStatisticsCumulative{
			StartTime:               past.StartTime,
			EndTime:                 past.EndTime,
			AvgTaskAcceptanceTime:   past.AvgTaskAcceptanceTime,
			SplitByWaitTime:         past.SplitByWaitTime,
			ReservationsAccepted:    past.ReservationsAccepted,
			ReservationsRejected:    past.ReservationsRejected,
			ReservationsTimedOut:    past.ReservationsTimedOut,
			TasksEntered:            past.TasksEntered,
			TasksCanceled:           past.TasksCanceled,
			TasksMoved:              past.TasksMoved,
			TasksTimedOutInWorkflow: past.TasksTimedOutInWorkflow,
		},
		URL: c.url(w, "Workflows", f.SID, "Statistics"),
	}
}

func renderWorkflowRealTime(c *call, w *router.Workspace, f *router.Workflow, s survey) gen.WorkflowRealTimeStatistics {
	tasks := w.TasksNow(router.Scope{WorkflowSID: f.SID, TaskChannelSID: s.taskChannelSID})
	return gen.WorkflowRealTimeStatistics{
		AccountSID:            c.api.account.SID,
		WorkspaceSID:          w.SID,
		WorkflowSID:           f.SID,
		TotalTasks:            tasks.Total,
		LongestTaskWaitingAge: new(seconds(tasks.Longest.Age)),
		LongestTaskWaitingSID: tasks.Longest.SID,
		TasksByStatus:         tasks.ByStatus,
		TasksByPriority:       tasks.ByPriority,
		URL:                   c.url(w, "Workflows", f.SID, "RealTimeStatistics"),
	}
}

func renderWorkflowCumulative(c *call, w *router.Workspace, f *router.Workflow, s survey) gen.WorkflowCumulativeStatistics {
	h := w.Happened(router.Scope{WorkflowSID: f.SID, TaskChannelSID: s.taskChannelSID}, s.window)
	return gen.WorkflowCumulativeStatistics{
		AccountSID:                c.api.account.SID,
		WorkspaceSID:              w.SID,
		WorkflowSID:               f.SID,
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
		TasksEntered:              h.Events["workflow.entered"],
		TasksCanceled:             h.Events["task.canceled"],
		TasksCompleted:            h.Events["task.completed"],
		TasksDeleted:              h.TasksDeleted(),
		TasksMoved:                h.Events["task-queue.moved"],
		TasksTimedOutInWorkflow:   h.Events["workflow.timeout"],
		URL:                       c.url(w, "Workflows", f.SID, "CumulativeStatistics"),
	}
}
