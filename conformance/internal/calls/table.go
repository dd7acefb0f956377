package calls

import (
	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter"
)

// all are the methods of all services that make requests, in the order of the
// document. A test fails if one is missing.
var all = []Call{
	list(gen.OperationListWorkspaces, workspaces, taskrouter.WorkspacesService.List),
	page(gen.OperationListWorkspaces, workspaces, taskrouter.WorkspacesService.Page),
	collection(gen.OperationCreateWorkspace, workspaces, taskrouter.WorkspacesService.Create),
	get(gen.OperationGetWorkspace, workspaces, taskrouter.WorkspacesService.Get),
	resource(gen.OperationUpdateWorkspace, workspaces, taskrouter.WorkspacesService.Update),
	remove(gen.OperationDeleteWorkspace, workspaces, taskrouter.WorkspacesService.Delete),
	resource(gen.OperationGetWorkspaceStatistics, workspaces, taskrouter.WorkspacesService.Statistics),
	resource(gen.OperationGetWorkspaceRealTimeStatistics, workspaces, taskrouter.WorkspacesService.RealTimeStatistics),
	resource(gen.OperationGetWorkspaceCumulativeStatistics, workspaces, taskrouter.WorkspacesService.CumulativeStatistics),

	list(gen.OperationListActivities, activities, taskrouter.ActivitiesService.List),
	page(gen.OperationListActivities, activities, taskrouter.ActivitiesService.Page),
	collection(gen.OperationCreateActivity, activities, taskrouter.ActivitiesService.Create),
	get(gen.OperationGetActivity, activities, taskrouter.ActivitiesService.Get),
	resource(gen.OperationUpdateActivity, activities, taskrouter.ActivitiesService.Update),
	remove(gen.OperationDeleteActivity, activities, taskrouter.ActivitiesService.Delete),

	list(gen.OperationListTaskChannels, taskChannels, taskrouter.TaskChannelsService.List),
	page(gen.OperationListTaskChannels, taskChannels, taskrouter.TaskChannelsService.Page),
	collection(gen.OperationCreateTaskChannel, taskChannels, taskrouter.TaskChannelsService.Create),
	get(gen.OperationGetTaskChannel, taskChannels, taskrouter.TaskChannelsService.Get),
	resource(gen.OperationUpdateTaskChannel, taskChannels, taskrouter.TaskChannelsService.Update),
	remove(gen.OperationDeleteTaskChannel, taskChannels, taskrouter.TaskChannelsService.Delete),

	list(gen.OperationListTaskQueues, taskQueues, taskrouter.TaskQueuesService.List),
	page(gen.OperationListTaskQueues, taskQueues, taskrouter.TaskQueuesService.Page),
	collection(gen.OperationCreateTaskQueue, taskQueues, taskrouter.TaskQueuesService.Create),
	get(gen.OperationGetTaskQueue, taskQueues, taskrouter.TaskQueuesService.Get),
	resource(gen.OperationUpdateTaskQueue, taskQueues, taskrouter.TaskQueuesService.Update),
	remove(gen.OperationDeleteTaskQueue, taskQueues, taskrouter.TaskQueuesService.Delete),
	list(gen.OperationListTaskQueueStatistics, taskQueues, taskrouter.TaskQueuesService.ListStatistics),
	page(gen.OperationListTaskQueueStatistics, taskQueues, taskrouter.TaskQueuesService.PageStatistics),
	collection(gen.OperationGetTaskQueueBulkRealTimeStatistics, taskQueues, taskrouter.TaskQueuesService.BulkRealTimeStatistics),
	resource(gen.OperationGetTaskQueueStatistics, taskQueues, taskrouter.TaskQueuesService.Statistics),
	resource(gen.OperationGetTaskQueueRealTimeStatistics, taskQueues, taskrouter.TaskQueuesService.RealTimeStatistics),
	resource(gen.OperationGetTaskQueueCumulativeStatistics, taskQueues, taskrouter.TaskQueuesService.CumulativeStatistics),

	list(gen.OperationListWorkflows, workflows, taskrouter.WorkflowsService.List),
	page(gen.OperationListWorkflows, workflows, taskrouter.WorkflowsService.Page),
	collection(gen.OperationCreateWorkflow, workflows, taskrouter.WorkflowsService.Create),
	get(gen.OperationGetWorkflow, workflows, taskrouter.WorkflowsService.Get),
	resource(gen.OperationUpdateWorkflow, workflows, taskrouter.WorkflowsService.Update),
	remove(gen.OperationDeleteWorkflow, workflows, taskrouter.WorkflowsService.Delete),
	resource(gen.OperationGetWorkflowStatistics, workflows, taskrouter.WorkflowsService.Statistics),
	resource(gen.OperationGetWorkflowRealTimeStatistics, workflows, taskrouter.WorkflowsService.RealTimeStatistics),
	resource(gen.OperationGetWorkflowCumulativeStatistics, workflows, taskrouter.WorkflowsService.CumulativeStatistics),

	list(gen.OperationListWorkers, workers, taskrouter.WorkersService.List),
	page(gen.OperationListWorkers, workers, taskrouter.WorkersService.Page),
	collection(gen.OperationCreateWorker, workers, taskrouter.WorkersService.Create),
	get(gen.OperationGetWorker, workers, taskrouter.WorkersService.Get),
	resource(gen.OperationUpdateWorker, workers, taskrouter.WorkersService.Update),
	text(gen.OperationUpdateWorker, workers, taskrouter.WorkersService.SetActivity, only("", "ActivitySid"), "ActivitySid"),
	remove(gen.OperationDeleteWorker, workers, taskrouter.WorkersService.Delete),
	collection(gen.OperationGetWorkersStatistics, workers, taskrouter.WorkersService.Statistics),
	collection(gen.OperationGetWorkersRealTimeStatistics, workers, taskrouter.WorkersService.RealTimeStatistics),
	collection(gen.OperationGetWorkersCumulativeStatistics, workers, taskrouter.WorkersService.CumulativeStatistics),
	resource(gen.OperationGetWorkerStatistics, workers, taskrouter.WorkersService.WorkerStatistics),

	list(gen.OperationListWorkerChannels, workerChannels, taskrouter.WorkerChannelsService.List),
	page(gen.OperationListWorkerChannels, workerChannels, taskrouter.WorkerChannelsService.Page),
	get(gen.OperationGetWorkerChannel, workerChannels, taskrouter.WorkerChannelsService.Get),
	resource(gen.OperationUpdateWorkerChannel, workerChannels, taskrouter.WorkerChannelsService.Update),

	list(gen.OperationListWorkerReservations, workerReservations, taskrouter.WorkerReservationsService.List),
	page(gen.OperationListWorkerReservations, workerReservations, taskrouter.WorkerReservationsService.Page),
	get(gen.OperationGetWorkerReservation, workerReservations, taskrouter.WorkerReservationsService.Get),
	resource(gen.OperationUpdateWorkerReservation, workerReservations, taskrouter.WorkerReservationsService.Update),
	move(gen.OperationUpdateWorkerReservation, workerReservations, taskrouter.WorkerReservationsService.Accept, only("ReservationStatus=accepted")),
	verb(gen.OperationUpdateWorkerReservation, workerReservations, taskrouter.WorkerReservationsService.Reject, only("ReservationStatus=rejected", "WorkerActivitySid"), ""),
	move(gen.OperationUpdateWorkerReservation, workerReservations, taskrouter.WorkerReservationsService.Wrapup, only("ReservationStatus=wrapping")),
	move(gen.OperationUpdateWorkerReservation, workerReservations, taskrouter.WorkerReservationsService.Complete, only("ReservationStatus=completed")),
	verb(gen.OperationUpdateWorkerReservation, workerReservations, taskrouter.WorkerReservationsService.Dequeue, instruction("dequeue"), "Dequeue"),
	verb(gen.OperationUpdateWorkerReservation, workerReservations, taskrouter.WorkerReservationsService.Call, instruction("call"), "Call"),
	verb(gen.OperationUpdateWorkerReservation, workerReservations, taskrouter.WorkerReservationsService.Redirect, instruction("redirect"), "Redirect"),
	verb(gen.OperationUpdateWorkerReservation, workerReservations, taskrouter.WorkerReservationsService.Conference, instruction("conference"), ""),

	list(gen.OperationListTasks, tasks, taskrouter.TasksService.List),
	page(gen.OperationListTasks, tasks, taskrouter.TasksService.Page),
	collection(gen.OperationCreateTask, tasks, taskrouter.TasksService.Create),
	get(gen.OperationGetTask, tasks, taskrouter.TasksService.Get),
	resource(gen.OperationUpdateTask, tasks, taskrouter.TasksService.Update),
	text(gen.OperationUpdateTask, tasks, taskrouter.TasksService.Cancel, only("AssignmentStatus=canceled", "Reason"), "Reason"),
	text(gen.OperationUpdateTask, tasks, taskrouter.TasksService.Complete, only("AssignmentStatus=completed", "Reason"), "Reason"),
	move(gen.OperationUpdateTask, tasks, taskrouter.TasksService.Wrapup, only("AssignmentStatus=wrapping")),
	remove(gen.OperationDeleteTask, tasks, taskrouter.TasksService.Delete),

	list(gen.OperationListTaskReservations, taskReservations, taskrouter.TaskReservationsService.List),
	page(gen.OperationListTaskReservations, taskReservations, taskrouter.TaskReservationsService.Page),
	get(gen.OperationGetTaskReservation, taskReservations, taskrouter.TaskReservationsService.Get),
	resource(gen.OperationUpdateTaskReservation, taskReservations, taskrouter.TaskReservationsService.Update),
	move(gen.OperationUpdateTaskReservation, taskReservations, taskrouter.TaskReservationsService.Accept, only("ReservationStatus=accepted")),
	verb(gen.OperationUpdateTaskReservation, taskReservations, taskrouter.TaskReservationsService.Reject, only("ReservationStatus=rejected", "WorkerActivitySid"), ""),
	move(gen.OperationUpdateTaskReservation, taskReservations, taskrouter.TaskReservationsService.Wrapup, only("ReservationStatus=wrapping")),
	move(gen.OperationUpdateTaskReservation, taskReservations, taskrouter.TaskReservationsService.Complete, only("ReservationStatus=completed")),
	verb(gen.OperationUpdateTaskReservation, taskReservations, taskrouter.TaskReservationsService.Dequeue, instruction("dequeue"), "Dequeue"),
	verb(gen.OperationUpdateTaskReservation, taskReservations, taskrouter.TaskReservationsService.Call, instruction("call"), "Call"),
	verb(gen.OperationUpdateTaskReservation, taskReservations, taskrouter.TaskReservationsService.Redirect, instruction("redirect"), "Redirect"),
	verb(gen.OperationUpdateTaskReservation, taskReservations, taskrouter.TaskReservationsService.Conference, instruction("conference"), ""),
	verb(gen.OperationUpdateTaskReservation, taskReservations, taskrouter.TaskReservationsService.Supervise, instruction("supervise"), "Supervisor"),

	list(gen.OperationListEvents, events, taskrouter.EventsService.List),
	page(gen.OperationListEvents, events, taskrouter.EventsService.Page),
	get(gen.OperationGetEvent, events, taskrouter.EventsService.Get),
}

func workspaces(c *taskrouter.Client, _ map[string]string) taskrouter.WorkspacesService {
	return c.Workspaces
}

func activities(c *taskrouter.Client, path map[string]string) taskrouter.ActivitiesService {
	return c.Activities(path["WorkspaceSid"])
}

func taskChannels(c *taskrouter.Client, path map[string]string) taskrouter.TaskChannelsService {
	return c.TaskChannels(path["WorkspaceSid"])
}

func taskQueues(c *taskrouter.Client, path map[string]string) taskrouter.TaskQueuesService {
	return c.TaskQueues(path["WorkspaceSid"])
}

func workflows(c *taskrouter.Client, path map[string]string) taskrouter.WorkflowsService {
	return c.Workflows(path["WorkspaceSid"])
}

func workers(c *taskrouter.Client, path map[string]string) taskrouter.WorkersService {
	return c.Workers(path["WorkspaceSid"])
}

func workerChannels(c *taskrouter.Client, path map[string]string) taskrouter.WorkerChannelsService {
	return c.WorkerChannels(path["WorkspaceSid"], path["WorkerSid"])
}

func workerReservations(c *taskrouter.Client, path map[string]string) taskrouter.WorkerReservationsService {
	return c.WorkerReservations(path["WorkspaceSid"], path["WorkerSid"])
}

func tasks(c *taskrouter.Client, path map[string]string) taskrouter.TasksService {
	return c.Tasks(path["WorkspaceSid"])
}

func taskReservations(c *taskrouter.Client, path map[string]string) taskrouter.TaskReservationsService {
	return c.TaskReservations(path["WorkspaceSid"], path["TaskSid"])
}

func events(c *taskrouter.Client, path map[string]string) taskrouter.EventsService {
	return c.Events(path["WorkspaceSid"])
}
