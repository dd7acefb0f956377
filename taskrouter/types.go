package taskrouter

import "github.com/taskrouter-go/sdk/gen"

// The types of requests and answers are those of package gen, which is generated
// from the OpenAPI document. Follow the link of a type to its fields. In
// requests, an optional scalar is a pointer: new(5) sets it, new("") and
// new(false) are sent too, and nil is not sent.

// Resources.
type (
	// Workspace is the container of all other resources; see [gen.Workspace].
	Workspace = gen.Workspace
	// Activity is something that workers may be doing; see [gen.Activity].
	Activity = gen.Activity
	// TaskChannel is a kind of task; see [gen.TaskChannel].
	TaskChannel = gen.TaskChannel
	// TaskQueue is where tasks wait for workers; see [gen.TaskQueue].
	TaskQueue = gen.TaskQueue
	// Workflow holds the rules that lead tasks into queues; see [gen.Workflow].
	Workflow = gen.Workflow
	// Worker is someone, or something, that does tasks; see [gen.Worker].
	Worker = gen.Worker
	// WorkerChannel is how much a worker takes of one task channel; see [gen.WorkerChannel].
	WorkerChannel = gen.WorkerChannel
	// Task is a single piece of work; see [gen.Task].
	Task = gen.Task
	// Reservation is the offer of one task to one worker; see [gen.Reservation].
	Reservation = gen.Reservation
	// Event is something that happened; see [gen.Event].
	Event = gen.Event
)

// What resources are made of.
type (
	// Links are the URLs of related resources by their names; an entry may be nil; see [gen.Links].
	Links = gen.Links
	// PageMeta is where a page stands in its list; see [gen.PageMeta].
	PageMeta = gen.PageMeta
)

// Requests.
type (
	// CreateActivityRequest is what a new activity is made from; see [gen.CreateActivityRequest].
	CreateActivityRequest = gen.CreateActivityRequest
	// CreateTaskChannelRequest is what a new task channel is made from; see [gen.CreateTaskChannelRequest].
	CreateTaskChannelRequest = gen.CreateTaskChannelRequest
	// CreateTaskQueueRequest is what a new task queue is made from; see [gen.CreateTaskQueueRequest].
	CreateTaskQueueRequest = gen.CreateTaskQueueRequest
	// CreateTaskRequest is what a new task is made from; see [gen.CreateTaskRequest].
	CreateTaskRequest = gen.CreateTaskRequest
	// CreateWorkerRequest is what a new worker is made from; see [gen.CreateWorkerRequest].
	CreateWorkerRequest = gen.CreateWorkerRequest
	// CreateWorkflowRequest is what a new workflow is made from; see [gen.CreateWorkflowRequest].
	CreateWorkflowRequest = gen.CreateWorkflowRequest
	// CreateWorkspaceRequest is what a new workspace is made from; see [gen.CreateWorkspaceRequest].
	CreateWorkspaceRequest = gen.CreateWorkspaceRequest
	// TaskQueueBulkRealTimeStatisticsRequest names the task queues to report on; see [gen.TaskQueueBulkRealTimeStatisticsRequest].
	TaskQueueBulkRealTimeStatisticsRequest = gen.TaskQueueBulkRealTimeStatisticsRequest
	// UpdateActivityRequest is what changes in an activity; nil is not sent; see [gen.UpdateActivityRequest].
	UpdateActivityRequest = gen.UpdateActivityRequest
	// UpdateReservationRequest is what changes in a reservation; nil is not sent; see [gen.UpdateReservationRequest].
	UpdateReservationRequest = gen.UpdateReservationRequest
	// UpdateTaskChannelRequest is what changes in a task channel; nil is not sent; see [gen.UpdateTaskChannelRequest].
	UpdateTaskChannelRequest = gen.UpdateTaskChannelRequest
	// UpdateTaskQueueRequest is what changes in a task queue; nil is not sent; see [gen.UpdateTaskQueueRequest].
	UpdateTaskQueueRequest = gen.UpdateTaskQueueRequest
	// UpdateTaskRequest is what changes in a task; nil is not sent; see [gen.UpdateTaskRequest].
	UpdateTaskRequest = gen.UpdateTaskRequest
	// UpdateWorkerChannelRequest is what changes in a worker channel; nil is not sent; see [gen.UpdateWorkerChannelRequest].
	UpdateWorkerChannelRequest = gen.UpdateWorkerChannelRequest
	// UpdateWorkerRequest is what changes in a worker; nil is not sent; see [gen.UpdateWorkerRequest].
	UpdateWorkerRequest = gen.UpdateWorkerRequest
	// UpdateWorkflowRequest is what changes in a workflow; nil is not sent; see [gen.UpdateWorkflowRequest].
	UpdateWorkflowRequest = gen.UpdateWorkflowRequest
	// UpdateWorkspaceRequest is what changes in a workspace; nil is not sent; see [gen.UpdateWorkspaceRequest].
	UpdateWorkspaceRequest = gen.UpdateWorkspaceRequest
)

// Parameters.
type (
	// ListWorkspacesParams says which workspaces to list; see [gen.ListWorkspacesParams].
	ListWorkspacesParams = gen.ListWorkspacesParams
	// ListActivitiesParams says which activities to list; see [gen.ListActivitiesParams].
	ListActivitiesParams = gen.ListActivitiesParams
	// GetWorkspaceCumulativeStatisticsParams says which tasks, and which stretch of time, to report on; see [gen.GetWorkspaceCumulativeStatisticsParams].
	GetWorkspaceCumulativeStatisticsParams = gen.GetWorkspaceCumulativeStatisticsParams
	// ListEventsParams says which events to list; see [gen.ListEventsParams].
	ListEventsParams = gen.ListEventsParams
	// GetWorkspaceRealTimeStatisticsParams says which tasks to report on; see [gen.GetWorkspaceRealTimeStatisticsParams].
	GetWorkspaceRealTimeStatisticsParams = gen.GetWorkspaceRealTimeStatisticsParams
	// GetWorkspaceStatisticsParams says which tasks, and which stretch of time, to report on; see [gen.GetWorkspaceStatisticsParams].
	GetWorkspaceStatisticsParams = gen.GetWorkspaceStatisticsParams
	// ListTaskChannelsParams says which task channels to list; see [gen.ListTaskChannelsParams].
	ListTaskChannelsParams = gen.ListTaskChannelsParams
	// ListTaskQueuesParams says which task queues to list, and in what order; see [gen.ListTaskQueuesParams].
	ListTaskQueuesParams = gen.ListTaskQueuesParams
	// ListTaskQueueStatisticsParams says which task queues, and which stretch of time, to report on; see [gen.ListTaskQueueStatisticsParams].
	ListTaskQueueStatisticsParams = gen.ListTaskQueueStatisticsParams
	// GetTaskQueueCumulativeStatisticsParams says which tasks, and which stretch of time, to report on; see [gen.GetTaskQueueCumulativeStatisticsParams].
	GetTaskQueueCumulativeStatisticsParams = gen.GetTaskQueueCumulativeStatisticsParams
	// GetTaskQueueRealTimeStatisticsParams says which tasks to report on; see [gen.GetTaskQueueRealTimeStatisticsParams].
	GetTaskQueueRealTimeStatisticsParams = gen.GetTaskQueueRealTimeStatisticsParams
	// GetTaskQueueStatisticsParams says which tasks, and which stretch of time, to report on; see [gen.GetTaskQueueStatisticsParams].
	GetTaskQueueStatisticsParams = gen.GetTaskQueueStatisticsParams
	// ListTasksParams says which tasks to list, and in what order; see [gen.ListTasksParams].
	ListTasksParams = gen.ListTasksParams
	// ListTaskReservationsParams says which task reservations to list; see [gen.ListTaskReservationsParams].
	ListTaskReservationsParams = gen.ListTaskReservationsParams
	// ListWorkersParams says which workers to list, and in what order; see [gen.ListWorkersParams].
	ListWorkersParams = gen.ListWorkersParams
	// GetWorkersCumulativeStatisticsParams says which task channel, and which stretch of time, to report on; see [gen.GetWorkersCumulativeStatisticsParams].
	GetWorkersCumulativeStatisticsParams = gen.GetWorkersCumulativeStatisticsParams
	// GetWorkersRealTimeStatisticsParams says which task channel to report on; see [gen.GetWorkersRealTimeStatisticsParams].
	GetWorkersRealTimeStatisticsParams = gen.GetWorkersRealTimeStatisticsParams
	// GetWorkersStatisticsParams says which workers, and which stretch of time, to report on; see [gen.GetWorkersStatisticsParams].
	GetWorkersStatisticsParams = gen.GetWorkersStatisticsParams
	// ListWorkerChannelsParams says which worker channels to list; see [gen.ListWorkerChannelsParams].
	ListWorkerChannelsParams = gen.ListWorkerChannelsParams
	// ListWorkerReservationsParams says which worker reservations to list; see [gen.ListWorkerReservationsParams].
	ListWorkerReservationsParams = gen.ListWorkerReservationsParams
	// GetWorkerStatisticsParams says which task channel, and which stretch of time, to report on; see [gen.GetWorkerStatisticsParams].
	GetWorkerStatisticsParams = gen.GetWorkerStatisticsParams
	// ListWorkflowsParams says which workflows to list; see [gen.ListWorkflowsParams].
	ListWorkflowsParams = gen.ListWorkflowsParams
	// GetWorkflowCumulativeStatisticsParams says which tasks, and which stretch of time, to report on; see [gen.GetWorkflowCumulativeStatisticsParams].
	GetWorkflowCumulativeStatisticsParams = gen.GetWorkflowCumulativeStatisticsParams
	// GetWorkflowRealTimeStatisticsParams says which tasks to report on; see [gen.GetWorkflowRealTimeStatisticsParams].
	GetWorkflowRealTimeStatisticsParams = gen.GetWorkflowRealTimeStatisticsParams
	// GetWorkflowStatisticsParams says which tasks, and which stretch of time, to report on; see [gen.GetWorkflowStatisticsParams].
	GetWorkflowStatisticsParams = gen.GetWorkflowStatisticsParams
)

// Statistics.
type (
	// TaskQueueBulkRealTimeStatistics is what is going on in several task queues; see [gen.TaskQueueBulkRealTimeStatistics].
	TaskQueueBulkRealTimeStatistics = gen.TaskQueueBulkRealTimeStatistics
	// TaskQueueCumulativeStatistics is what happened in a task queue in a stretch of time; see [gen.TaskQueueCumulativeStatistics].
	TaskQueueCumulativeStatistics = gen.TaskQueueCumulativeStatistics
	// TaskQueueRealTimeStatistics is what is going on in a task queue; see [gen.TaskQueueRealTimeStatistics].
	TaskQueueRealTimeStatistics = gen.TaskQueueRealTimeStatistics
	// TaskQueueStatistics is what is going on in a task queue, and what happened in a stretch of time; see [gen.TaskQueueStatistics].
	TaskQueueStatistics = gen.TaskQueueStatistics
	// TaskQueueStatisticsCumulative is the cumulative half of [TaskQueueStatistics]; see [gen.TaskQueueStatisticsCumulative].
	TaskQueueStatisticsCumulative = gen.TaskQueueStatisticsCumulative
	// TaskQueueStatisticsEntry is what is going on in a task queue, and what happened in a stretch of time, as an entry of a list; see [gen.TaskQueueStatisticsEntry].
	TaskQueueStatisticsEntry = gen.TaskQueueStatisticsEntry
	// TaskQueueStatisticsRealTime is the real-time half of [TaskQueueStatistics]; see [gen.TaskQueueStatisticsRealTime].
	TaskQueueStatisticsRealTime = gen.TaskQueueStatisticsRealTime
	// WorkerStatistics is what one worker did in a stretch of time; see [gen.WorkerStatistics].
	WorkerStatistics = gen.WorkerStatistics
	// WorkersCumulativeStatistics is what happened in all workers in a stretch of time; see [gen.WorkersCumulativeStatistics].
	WorkersCumulativeStatistics = gen.WorkersCumulativeStatistics
	// WorkersRealTimeStatistics is what is going on in all workers; see [gen.WorkersRealTimeStatistics].
	WorkersRealTimeStatistics = gen.WorkersRealTimeStatistics
	// WorkersStatistics is what is going on in all workers, and what happened in a stretch of time; see [gen.WorkersStatistics].
	WorkersStatistics = gen.WorkersStatistics
	// WorkersStatisticsCumulative is the cumulative half of [WorkersStatistics]; see [gen.WorkersStatisticsCumulative].
	WorkersStatisticsCumulative = gen.WorkersStatisticsCumulative
	// WorkersStatisticsRealTime is the real-time half of [WorkersStatistics]; see [gen.WorkersStatisticsRealTime].
	WorkersStatisticsRealTime = gen.WorkersStatisticsRealTime
	// WorkflowCumulativeStatistics is what happened in a workflow in a stretch of time; see [gen.WorkflowCumulativeStatistics].
	WorkflowCumulativeStatistics = gen.WorkflowCumulativeStatistics
	// WorkflowRealTimeStatistics is what is going on in a workflow; see [gen.WorkflowRealTimeStatistics].
	WorkflowRealTimeStatistics = gen.WorkflowRealTimeStatistics
	// WorkflowStatistics is what is going on in a workflow, and what happened in a stretch of time; see [gen.WorkflowStatistics].
	WorkflowStatistics = gen.WorkflowStatistics
	// WorkflowStatisticsCumulative is the cumulative half of [WorkflowStatistics]; see [gen.WorkflowStatisticsCumulative].
	WorkflowStatisticsCumulative = gen.WorkflowStatisticsCumulative
	// WorkflowStatisticsRealTime is the real-time half of [WorkflowStatistics]; see [gen.WorkflowStatisticsRealTime].
	WorkflowStatisticsRealTime = gen.WorkflowStatisticsRealTime
	// WorkspaceCumulativeStatistics is what happened in a workspace in a stretch of time; see [gen.WorkspaceCumulativeStatistics].
	WorkspaceCumulativeStatistics = gen.WorkspaceCumulativeStatistics
	// WorkspaceRealTimeStatistics is what is going on in a workspace; see [gen.WorkspaceRealTimeStatistics].
	WorkspaceRealTimeStatistics = gen.WorkspaceRealTimeStatistics
	// WorkspaceStatistics is what is going on in a workspace, and what happened in a stretch of time; see [gen.WorkspaceStatistics].
	WorkspaceStatistics = gen.WorkspaceStatistics
	// WorkspaceStatisticsCumulative is the cumulative half of [WorkspaceStatistics]; see [gen.WorkspaceStatisticsCumulative].
	WorkspaceStatisticsCumulative = gen.WorkspaceStatisticsCumulative
	// WorkspaceStatisticsRealTime is the real-time half of [WorkspaceStatistics]; see [gen.WorkspaceStatisticsRealTime].
	WorkspaceStatisticsRealTime = gen.WorkspaceStatisticsRealTime
	// ActivityCount is how many workers are in one activity; see [gen.ActivityCount].
	ActivityCount = gen.ActivityCount
	// ActivityDuration is how long workers were in one activity, in seconds; see [gen.ActivityDuration].
	ActivityDuration = gen.ActivityDuration
	// TaskQueueRealTimeFigures is what is going on in one of several task queues; see [gen.TaskQueueRealTimeFigures].
	TaskQueueRealTimeFigures = gen.TaskQueueRealTimeFigures
	// TasksByPriority is how many tasks have which priority; see [gen.TasksByPriority].
	TasksByPriority = gen.TasksByPriority
	// TasksByStatus is how many tasks are in which state; see [gen.TasksByStatus].
	TasksByStatus = gen.TasksByStatus
	// WaitDuration is how long tasks waited, in seconds; see [gen.WaitDuration].
	WaitDuration = gen.WaitDuration
	// WaitTimeCounts is what happened on one side of a threshold; see [gen.WaitTimeCounts].
	WaitTimeCounts = gen.WaitTimeCounts
	// WaitTimeSplit is what happened below and above a threshold; see [gen.WaitTimeSplit].
	WaitTimeSplit = gen.WaitTimeSplit
)

// Enumerations. The service may add values: any text decodes, and Valid tells
// whether a value is one of those below.
type (
	// TaskStatus is where a task is in its life; see [gen.TaskStatus].
	TaskStatus = gen.TaskStatus
	// ReservationStatus is where a reservation is in its life; see [gen.ReservationStatus].
	ReservationStatus = gen.ReservationStatus
	// QueueOrder is the order in which tasks are served; see [gen.QueueOrder].
	QueueOrder = gen.QueueOrder
	// WorkspaceTemplate is what a new workspace contains; see [gen.WorkspaceTemplate].
	WorkspaceTemplate = gen.WorkspaceTemplate
	// CallRecord says whether a call is recorded; see [gen.CallRecord].
	CallRecord = gen.CallRecord
	// CallStatusEvent is a step in the life of a call; see [gen.CallStatusEvent].
	CallStatusEvent = gen.CallStatusEvent
	// ConferenceBeep says when joining or leaving a conference makes a sound; see [gen.ConferenceBeep].
	ConferenceBeep = gen.ConferenceBeep
	// ConferenceEvent is a step in the life of a conference; see [gen.ConferenceEvent].
	ConferenceEvent = gen.ConferenceEvent
	// ConferenceRecord says whether a conference is recorded; see [gen.ConferenceRecord].
	ConferenceRecord = gen.ConferenceRecord
	// ConferenceTrim says whether silence is cut off a recording; see [gen.ConferenceTrim].
	ConferenceTrim = gen.ConferenceTrim
	// HTTPMethod is the method of a request that the service makes; see [gen.HTTPMethod].
	HTTPMethod = gen.HTTPMethod
	// JitterBufferSize is how much delay evens out an unsteady connection; see [gen.JitterBufferSize].
	JitterBufferSize = gen.JitterBufferSize
	// RecordingChannels says whether a recording keeps the parties apart; see [gen.RecordingChannels].
	RecordingChannels = gen.RecordingChannels
	// SupervisorMode is what a supervisor may do in a call; see [gen.SupervisorMode].
	SupervisorMode = gen.SupervisorMode
)

// Values of [TaskStatus].
const (
	TaskStatusAssigned  TaskStatus = gen.TaskStatusAssigned
	TaskStatusCanceled  TaskStatus = gen.TaskStatusCanceled
	TaskStatusCompleted TaskStatus = gen.TaskStatusCompleted
	TaskStatusPending   TaskStatus = gen.TaskStatusPending
	TaskStatusReserved  TaskStatus = gen.TaskStatusReserved
	TaskStatusWrapping  TaskStatus = gen.TaskStatusWrapping
)

// Values of [ReservationStatus].
const (
	ReservationStatusAccepted  ReservationStatus = gen.ReservationStatusAccepted
	ReservationStatusCanceled  ReservationStatus = gen.ReservationStatusCanceled
	ReservationStatusCompleted ReservationStatus = gen.ReservationStatusCompleted
	ReservationStatusPending   ReservationStatus = gen.ReservationStatusPending
	ReservationStatusRejected  ReservationStatus = gen.ReservationStatusRejected
	ReservationStatusRescinded ReservationStatus = gen.ReservationStatusRescinded
	ReservationStatusTimeout   ReservationStatus = gen.ReservationStatusTimeout
	ReservationStatusWrapping  ReservationStatus = gen.ReservationStatusWrapping
)

// Values of [QueueOrder].
const (
	QueueOrderFIFO QueueOrder = gen.QueueOrderFIFO
	QueueOrderLIFO QueueOrder = gen.QueueOrderLIFO
)

// Values of [WorkspaceTemplate].
const (
	WorkspaceTemplateFIFO WorkspaceTemplate = gen.WorkspaceTemplateFIFO
	WorkspaceTemplateNONE WorkspaceTemplate = gen.WorkspaceTemplateNONE
)

// Values of [CallRecord].
const (
	CallRecordDoNotRecord      CallRecord = gen.CallRecordDoNotRecord
	CallRecordRecordFromAnswer CallRecord = gen.CallRecordRecordFromAnswer
)

// Values of [CallStatusEvent].
const (
	CallStatusEventAnswered  CallStatusEvent = gen.CallStatusEventAnswered
	CallStatusEventCompleted CallStatusEvent = gen.CallStatusEventCompleted
	CallStatusEventInitiated CallStatusEvent = gen.CallStatusEventInitiated
	CallStatusEventRinging   CallStatusEvent = gen.CallStatusEventRinging
)

// Values of [ConferenceBeep].
const (
	ConferenceBeepFalse   ConferenceBeep = gen.ConferenceBeepFalse
	ConferenceBeepOnEnter ConferenceBeep = gen.ConferenceBeepOnEnter
	ConferenceBeepOnExit  ConferenceBeep = gen.ConferenceBeepOnExit
	ConferenceBeepTrue    ConferenceBeep = gen.ConferenceBeepTrue
)

// Values of [ConferenceEvent].
const (
	ConferenceEventEnd     ConferenceEvent = gen.ConferenceEventEnd
	ConferenceEventHold    ConferenceEvent = gen.ConferenceEventHold
	ConferenceEventJoin    ConferenceEvent = gen.ConferenceEventJoin
	ConferenceEventLeave   ConferenceEvent = gen.ConferenceEventLeave
	ConferenceEventMute    ConferenceEvent = gen.ConferenceEventMute
	ConferenceEventSpeaker ConferenceEvent = gen.ConferenceEventSpeaker
	ConferenceEventStart   ConferenceEvent = gen.ConferenceEventStart
)

// Values of [ConferenceRecord].
const (
	ConferenceRecordDoNotRecord     ConferenceRecord = gen.ConferenceRecordDoNotRecord
	ConferenceRecordFalse           ConferenceRecord = gen.ConferenceRecordFalse
	ConferenceRecordRecordFromStart ConferenceRecord = gen.ConferenceRecordRecordFromStart
	ConferenceRecordTrue            ConferenceRecord = gen.ConferenceRecordTrue
)

// Values of [ConferenceTrim].
const (
	ConferenceTrimDoNotTrim   ConferenceTrim = gen.ConferenceTrimDoNotTrim
	ConferenceTrimTrimSilence ConferenceTrim = gen.ConferenceTrimTrimSilence
)

// Values of [HTTPMethod].
const (
	HTTPMethodGET  HTTPMethod = gen.HTTPMethodGET
	HTTPMethodPOST HTTPMethod = gen.HTTPMethodPOST
)

// Values of [JitterBufferSize].
const (
	JitterBufferSizeLarge  JitterBufferSize = gen.JitterBufferSizeLarge
	JitterBufferSizeMedium JitterBufferSize = gen.JitterBufferSizeMedium
	JitterBufferSizeOff    JitterBufferSize = gen.JitterBufferSizeOff
	JitterBufferSizeSmall  JitterBufferSize = gen.JitterBufferSizeSmall
)

// Values of [RecordingChannels].
const (
	RecordingChannelsDual RecordingChannels = gen.RecordingChannelsDual
	RecordingChannelsMono RecordingChannels = gen.RecordingChannelsMono
)

// Values of [SupervisorMode].
const (
	SupervisorModeBarge   SupervisorMode = gen.SupervisorModeBarge
	SupervisorModeMonitor SupervisorMode = gen.SupervisorModeMonitor
	SupervisorModeWhisper SupervisorMode = gen.SupervisorModeWhisper
)
