package webhook

// EventType is what an event reports. The service adds types over time: an event
// may have one that there is no constant for.
type EventType string

// The event types that the service documents.
const (
	EventTypeActivityCreated EventType = "activity.created"
	EventTypeActivityUpdated EventType = "activity.updated"
	EventTypeActivityDeleted EventType = "activity.deleted"

	EventTypeReservationCreated   EventType = "reservation.created"
	EventTypeReservationAccepted  EventType = "reservation.accepted"
	EventTypeReservationRejected  EventType = "reservation.rejected"
	EventTypeReservationTimeout   EventType = "reservation.timeout"
	EventTypeReservationCanceled  EventType = "reservation.canceled"
	EventTypeReservationRescinded EventType = "reservation.rescinded"
	EventTypeReservationCompleted EventType = "reservation.completed"
	EventTypeReservationFailed    EventType = "reservation.failed" // no reservation could be made, so it has no worker
	EventTypeReservationWrapup    EventType = "reservation.wrapup"

	EventTypeTaskCreated               EventType = "task.created"
	EventTypeTaskUpdated               EventType = "task.updated" // its attributes have changed
	EventTypeTaskCanceled              EventType = "task.canceled"
	EventTypeTaskWrapup                EventType = "task.wrapup"
	EventTypeTaskCompleted             EventType = "task.completed"
	EventTypeTaskDeleted               EventType = "task.deleted"        // by a request; not when a finished task is removed
	EventTypeTaskSystemDeleted         EventType = "task.system-deleted" // it was assigned for a day, or reached its TTL: the documentation disagrees
	EventTypeTaskTransferInitiated     EventType = "task.transfer-initiated"
	EventTypeTaskTransferAttemptFailed EventType = "task.transfer-attempt-failed"
	EventTypeTaskTransferFailed        EventType = "task.transfer-failed"
	EventTypeTaskTransferCanceled      EventType = "task.transfer-canceled"
	EventTypeTaskTransferCompleted     EventType = "task.transfer-completed"

	EventTypeTaskChannelCreated EventType = "task-channel.created"
	EventTypeTaskChannelUpdated EventType = "task-channel.updated"
	EventTypeTaskChannelDeleted EventType = "task-channel.deleted"

	EventTypeTaskQueueCreated           EventType = "task-queue.created"
	EventTypeTaskQueueDeleted           EventType = "task-queue.deleted"
	EventTypeTaskQueueEntered           EventType = "task-queue.entered"
	EventTypeTaskQueueTimeout           EventType = "task-queue.timeout"
	EventTypeTaskQueueMoved             EventType = "task-queue.moved"
	EventTypeTaskQueueExpressionUpdated EventType = "task-queue.expression.updated"

	EventTypeWorkerCreated                   EventType = "worker.created"
	EventTypeWorkerActivityUpdate            EventType = "worker.activity.update"
	EventTypeWorkerAttributesUpdate          EventType = "worker.attributes.update"
	EventTypeWorkerCapacityUpdate            EventType = "worker.capacity.update"
	EventTypeWorkerChannelAvailabilityUpdate EventType = "worker.channel.availability.update"
	EventTypeWorkerDeleted                   EventType = "worker.deleted"

	EventTypeWorkflowCreated       EventType = "workflow.created"
	EventTypeWorkflowUpdated       EventType = "workflow.updated"
	EventTypeWorkflowDeleted       EventType = "workflow.deleted"
	EventTypeWorkflowTargetMatched EventType = "workflow.target-matched"
	EventTypeWorkflowEntered       EventType = "workflow.entered"
	EventTypeWorkflowTimeout       EventType = "workflow.timeout" // nobody took the task in time
	EventTypeWorkflowSkipped       EventType = "workflow.skipped" // every target was skipped, and the task is gone

	EventTypeWorkspaceCreated EventType = "workspace.created"
	EventTypeWorkspaceUpdated EventType = "workspace.updated"
	EventTypeWorkspaceDeleted EventType = "workspace.deleted"
)

// EventTypes returns the event types that the service documents, those of a kind of
// resource together: a program that wants all of them, or all of tasks, need not name
// each.
func EventTypes() []EventType {
	return []EventType{
		EventTypeActivityCreated,
		EventTypeActivityUpdated,
		EventTypeActivityDeleted,
		EventTypeReservationCreated,
		EventTypeReservationAccepted,
		EventTypeReservationRejected,
		EventTypeReservationTimeout,
		EventTypeReservationCanceled,
		EventTypeReservationRescinded,
		EventTypeReservationCompleted,
		EventTypeReservationFailed,
		EventTypeReservationWrapup,
		EventTypeTaskCreated,
		EventTypeTaskUpdated,
		EventTypeTaskCanceled,
		EventTypeTaskWrapup,
		EventTypeTaskCompleted,
		EventTypeTaskDeleted,
		EventTypeTaskSystemDeleted,
		EventTypeTaskTransferInitiated,
		EventTypeTaskTransferAttemptFailed,
		EventTypeTaskTransferFailed,
		EventTypeTaskTransferCanceled,
		EventTypeTaskTransferCompleted,
		EventTypeTaskChannelCreated,
		EventTypeTaskChannelUpdated,
		EventTypeTaskChannelDeleted,
		EventTypeTaskQueueCreated,
		EventTypeTaskQueueDeleted,
		EventTypeTaskQueueEntered,
		EventTypeTaskQueueTimeout,
		EventTypeTaskQueueMoved,
		EventTypeTaskQueueExpressionUpdated,
		EventTypeWorkerCreated,
		EventTypeWorkerActivityUpdate,
		EventTypeWorkerAttributesUpdate,
		EventTypeWorkerCapacityUpdate,
		EventTypeWorkerChannelAvailabilityUpdate,
		EventTypeWorkerDeleted,
		EventTypeWorkflowCreated,
		EventTypeWorkflowUpdated,
		EventTypeWorkflowDeleted,
		EventTypeWorkflowTargetMatched,
		EventTypeWorkflowEntered,
		EventTypeWorkflowTimeout,
		EventTypeWorkflowSkipped,
		EventTypeWorkspaceCreated,
		EventTypeWorkspaceUpdated,
		EventTypeWorkspaceDeleted,
	}
}
