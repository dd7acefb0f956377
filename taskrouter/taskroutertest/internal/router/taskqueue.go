package router

import (
	"cmp"
	"slices"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/expression"
)

// A TaskQueue is where tasks wait, and which workers may serve them.
type TaskQueue struct {
	Resource
	FriendlyName           string         `json:"friendly_name"`
	TargetWorkers          string         `json:"target_workers"`
	MaxReservedWorkers     int            `json:"max_reserved_workers"`
	TaskOrder              gen.QueueOrder `json:"task_order"`
	ReservationActivitySID string         `json:"reservation_activity_sid"`
	AssignmentActivitySID  string         `json:"assignment_activity_sid"`

	target     *expression.Expression // nil for nobody
	builtIns   bool                   // whether it names more than attributes
	lines      []*line
	activities map[string]int // how many workers of the queue are in an activity, by its SID
}

const (
	maxTaskQueues      = 5_000
	maxReservedWorkers = 50
	everybody          = "1==1"
)

// CreateTaskQueue makes a task queue.
func (w *Workspace) CreateTaskQueue(request gen.CreateTaskQueueRequest) (*TaskQueue, error) {
	fields := gen.UpdateTaskQueueRequest{
		FriendlyName:           &request.FriendlyName,
		TargetWorkers:          request.TargetWorkers,
		MaxReservedWorkers:     request.MaxReservedWorkers,
		TaskOrder:              request.TaskOrder,
		ReservationActivitySID: request.ReservationActivitySID,
		AssignmentActivitySID:  request.AssignmentActivitySID,
	}
	if err := firstOf(w.checkTaskQueue(fields), checkRoom("task queues", w.TaskQueues.Len(), maxTaskQueues)); err != nil {
		return nil, err
	}
	q := w.addTaskQueue(request.FriendlyName)
	q.change(fields)
	w.recordTaskQueue(q, "task-queue.created", "created")
	w.watch(q)
	return q, nil
}

// watch finds out who serves a queue, and whether that depends on what workers are doing.
func (w *Workspace) watch(q *TaskQueue) {
	w.unwatch(q)
	if q.target != nil && slices.ContainsFunc(pathsOf(q.target), func(p *expression.Path) bool { return changes(p.Steps[0].Name) }) {
		w.changingQueues = append(w.changingQueues, q)
	}
	w.enrollAll(q)
}

// unwatch forgets that who serves a queue depends on what workers are doing.
func (w *Workspace) unwatch(q *TaskQueue) {
	w.changingQueues = slices.DeleteFunc(w.changingQueues, func(other *TaskQueue) bool { return other == q })
}

func (w *Workspace) recordTaskQueue(q *TaskQueue, kind, words string) {
	w.record(eventOf(kind, "TaskQueue %s %s", q.FriendlyName, words).about("task-queue", q.SID).with(q.facts()))
}

// addTaskQueue adds one with the defaults.
func (w *Workspace) addTaskQueue(friendlyName string) *TaskQueue {
	q := &TaskQueue{
		Resource:           w.account.newResource("WQ"),
		FriendlyName:       friendlyName,
		MaxReservedWorkers: 1,
		TaskOrder:          gen.QueueOrderFIFO,
	}
	q.setTarget(everybody)
	w.TaskQueues.add(q)
	return q
}

func (w *Workspace) checkTaskQueue(request gen.UpdateTaskQueueRequest) *Refusal {
	return cmp.Or(
		checkName("FriendlyName", request.FriendlyName, anyLength),
		checkTargetWorkers(request.TargetWorkers),
		checkRange("MaxReservedWorkers", request.MaxReservedWorkers, 1, maxReservedWorkers),
		CheckEnum("TaskOrder", request.TaskOrder),
		w.checkActivity("ReservationActivitySid", request.ReservationActivitySID),
		w.checkActivity("AssignmentActivitySid", request.AssignmentActivitySID),
	)
}

// checkTargetWorkers wants an expression, or nothing for nobody.
func checkTargetWorkers(source *string) *Refusal {
	if source != nil && *source == "" {
		return nil
	}
	return CheckExpression("TargetWorkers", source)
}

func (q *TaskQueue) change(request gen.UpdateTaskQueueRequest) {
	set(&q.FriendlyName, request.FriendlyName)
	set(&q.MaxReservedWorkers, request.MaxReservedWorkers)
	set(&q.TaskOrder, request.TaskOrder)
	set(&q.ReservationActivitySID, request.ReservationActivitySID)
	set(&q.AssignmentActivitySID, request.AssignmentActivitySID)
	if request.TargetWorkers != nil {
		q.setTarget(*request.TargetWorkers)
	}
}

func (q *TaskQueue) setTarget(source string) {
	q.TargetWorkers, q.target, q.builtIns = source, nil, false
	if source == "" {
		return
	}
	q.target = expression.MustParse(source) // which was checked before
	q.builtIns = slices.ContainsFunc(pathsOf(q.target), func(p *expression.Path) bool { return isBuiltIn(p.Steps[0].Name) })
}

// Matches tells whether a worker with these fields would serve the queue.
func (q *TaskQueue) Matches(worker expression.Attributes) bool {
	return q.target != nil && q.target.Match(worker)
}

// UpdateTaskQueue changes what was sent.
func (w *Workspace) UpdateTaskQueue(q *TaskQueue, request gen.UpdateTaskQueueRequest) error {
	if err := firstOf(w.checkTaskQueue(request)); err != nil {
		return err
	}
	if request == (gen.UpdateTaskQueueRequest{}) {
		return nil
	}
	previous, order := q.TargetWorkers, q.TaskOrder
	q.change(request)
	if q.TaskOrder != order {
		w.reorder()
	}
	w.touch(&q.Resource)
	if q.TargetWorkers != previous {
		w.watch(q)
		w.recordTaskQueue(q, "task-queue.expression.updated", "expression updated")
	}
	return nil
}

// DeleteTaskQueue deletes a task queue that no workflow leads to and no task waits in.
func (w *Workspace) DeleteTaskQueue(q *TaskQueue) error {
	if err := firstOf(w.checkTaskQueueUnused(q)); err != nil {
		return err
	}
	for task := range w.Tasks.All() {
		if task.TaskQueueSID == q.SID {
			task.TaskQueueSID = ""
			w.changed(task)
		}
	}
	for worker := range w.Workers.All() {
		if worker.Serves(q) {
			w.part(worker, q)
		}
	}
	w.unwatch(q)
	w.closeLines(q.SID)
	w.TaskQueues.remove(q)
	w.recordTaskQueue(q, "task-queue.deleted", "deleted")
	return nil
}

func (w *Workspace) checkTaskQueueUnused(q *TaskQueue) *Refusal {
	for task := range w.Tasks.All() {
		if task.TaskQueueSID == q.SID && !task.over() {
			return Invalid("Task queue %s holds tasks that are %s", q.SID, task.Status)
		}
	}
	for workflow := range w.Workflows.All() {
		if workflow.leadsTo(q.SID) {
			return Invalid("Task queue %s is named by workflow %s", q.SID, workflow.SID)
		}
	}
	return w.checkNoTarget("Task queue", q.SID) // of a task that a file has in another queue
}

// taskQueue returns a task queue by its SID, or nil.
func (w *Workspace) taskQueue(sid string) *TaskQueue { return w.TaskQueues.bySID[sid] }

// TaskQueueName returns the name of a task queue, or "" for none.
func (w *Workspace) TaskQueueName(sid string) string {
	if q := w.taskQueue(sid); q != nil {
		return q.FriendlyName
	}
	return ""
}
