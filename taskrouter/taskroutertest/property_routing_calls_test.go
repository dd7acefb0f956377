package taskroutertest_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

// The calls that are made at random, each with what the model has to say of it first.

func (f *floor) name(prefix string) string {
	f.names++
	return fmt.Sprintf("%s %d", prefix, f.names)
}

// maybe is nil sometimes.
func maybe[T any](t *rapid.T, label string, choices ...T) *T {
	if !rapid.Bool().Draw(t, label) {
		return nil
	}
	return new(draw(t, label+" is", choices))
}

// keysOf are those of a map, in the order of how they were made as far as tests are alike.
func keysOf[T any](items map[string]*T) []string { return slices.Sorted(maps.Keys(items)) }

func (f *floor) channel() string {
	return draw(f.t, "channel", []string{"default", "default", "chat", "voice"})
}

// attributes are those of a worker or a task.
func (f *floor) attributes() taskrouter.Attributes {
	fields := make(map[string]any)
	if lang := draw(f.t, "lang", []string{"", "en", "en", "es"}); lang != "" {
		fields["lang"] = lang
	}
	if level := number(f.t, "level", -1, 3); level >= 0 {
		fields["level"] = level
	}
	if langs := draw(f.t, "langs", [][]string{nil, {"en"}, {"en", "es"}}); langs != nil {
		fields["langs"] = langs
	}
	return f.attributesOf(fields)
}

func (f *floor) attributesOf(fields map[string]any) taskrouter.Attributes {
	attributes, err := taskrouter.AttributesOf(fields)
	require.NoError(f.t, err)
	return attributes
}

// taskAttributes may also name a worker, and what an instruction wants.
func (f *floor) taskAttributes() taskrouter.Attributes {
	fields := make(map[string]any)
	require.NoError(f.t, f.attributes().Decode(&fields))
	fields["call_sid"], fields["contact_uri"] = "CA1", "client:x"
	if len(f.now.workers) > 0 && rapid.Bool().Draw(f.t, "names a worker") {
		k := draw(f.t, "known", f.now.workers)
		fields["agent"], fields["agent_name"] = k.SID, k.FriendlyName
		if oneIn(f.t, 8, "in capitals") {
			fields["agent_name"] = strings.ToUpper(k.FriendlyName) // which is nobody's
		}
	}
	return f.attributesOf(fields)
}

func (f *floor) virtualStart() *time.Time {
	if !oneIn(f.t, 4, "virtual start") {
		return nil
	}
	return new(time.Now().Add(-time.Duration(number(f.t, "virtual age", 0, 100)) * time.Second))
}

func (f *floor) createTask(ctx context.Context) error {
	request := taskrouter.CreateTaskRequest{
		Attributes: f.taskAttributes(), WorkflowSID: new(draw(f.t, "workflow", keysOf(f.now.workflows))),
		Priority: maybe(f.t, "priority", 0, 1, 5), TaskChannel: new(f.channel()), VirtualStartTime: f.virtualStart(),
		Timeout: maybe(f.t, "timeout", 20, 150, 4000),
	}
	switch number(f.t, "routing target", 0, 11) {
	case 9:
		if len(f.now.workers) > 0 {
			request.RoutingTarget = new(draw(f.t, "worker", f.now.workers).SID)
			request.IgnoreCapacity = maybe(f.t, "ignore capacity", true, false, false, false)
			request.TaskQueueSID = maybe(f.t, "task queue", keysOf(f.now.queues)...)
		}
	case 10:
		request.RoutingTarget = new(draw(f.t, "queue", keysOf(f.now.queues)))
	case 11:
		request.RoutingTarget, request.WorkflowSID = request.WorkflowSID, nil
	}
	_, err := f.client.Tasks(f.sid).Create(ctx, request)
	return err
}

// aTask is one that waits, mostly.
func (f *floor) aTask() *taskrouter.Task {
	var waiting []*taskrouter.Task
	for _, t := range f.now.tasks {
		if isWaiting(t) {
			waiting = append(waiting, t)
		}
	}
	if len(waiting) > 0 && !oneIn(f.t, 4, "any task") {
		return draw(f.t, "task", waiting)
	}
	return draw(f.t, "task", f.now.tasks)
}

func (f *floor) updateTask(ctx context.Context) error {
	var request taskrouter.UpdateTaskRequest
	if oneIn(f.t, 3, "attributes") {
		request.Attributes = f.taskAttributes()
	}
	request.Priority, request.VirtualStartTime = maybe(f.t, "priority", 0, 2, 9), f.virtualStart()
	if oneIn(f.t, 3, "channel") {
		request.TaskChannel = new(f.channel())
	}
	_, err := f.client.Tasks(f.sid).Update(ctx, f.aTask().SID, request)
	return err
}

func (f *floor) moveTask(ctx context.Context) error {
	task := draw(f.t, "task", f.now.tasks)
	status := draw(f.t, "status", []taskrouter.TaskStatus{taskrouter.TaskStatusCompleted, taskrouter.TaskStatusWrapping, taskrouter.TaskStatusCanceled})
	_, err := f.client.Tasks(f.sid).Update(ctx, task.SID, taskrouter.UpdateTaskRequest{AssignmentStatus: &status, Reason: new("done")})
	return err
}

func (f *floor) deleteTask(ctx context.Context) error {
	return f.client.Tasks(f.sid).Delete(ctx, draw(f.t, "task", f.now.tasks).SID)
}

// aReservation is one that is open, mostly.
func (f *floor) aReservation() *taskrouter.Reservation {
	var open []string
	for _, sid := range keysOf(f.now.reservations) {
		if isOpen(f.now.reservations[sid].ReservationStatus) {
			open = append(open, sid)
		}
	}
	if len(open) > 0 && !oneIn(f.t, 8, "any reservation") {
		return f.now.reservations[draw(f.t, "reservation", open)]
	}
	return f.now.reservations[draw(f.t, "reservation", keysOf(f.now.reservations))]
}

// moveReservation moves one to a state to which it can go, mostly.
func (f *floor) moveReservation(ctx context.Context) error {
	r := f.aReservation()
	choices := []taskrouter.ReservationStatus{taskrouter.ReservationStatusAccepted, taskrouter.ReservationStatusRejected}
	if r.ReservationStatus != taskrouter.ReservationStatusPending {
		choices = []taskrouter.ReservationStatus{taskrouter.ReservationStatusCompleted, taskrouter.ReservationStatusCompleted, taskrouter.ReservationStatusWrapping}
	}
	status := draw(f.t, "status", choices)
	request := taskrouter.UpdateReservationRequest{ReservationStatus: &status}
	if status == taskrouter.ReservationStatusRejected && rapid.Bool().Draw(f.t, "with an activity") {
		request.WorkerActivitySID = new(f.anActivity())
	}
	var err error
	if rapid.Bool().Draw(f.t, "of the task") {
		_, err = f.client.TaskReservations(f.sid, r.TaskSID).Update(ctx, r.SID, request)
	} else {
		_, err = f.client.WorkerReservations(f.sid, r.WorkerSID).Update(ctx, r.SID, request)
	}
	return err
}

func (f *floor) instruct(ctx context.Context) error {
	r := f.aReservation()
	reservations := f.client.TaskReservations(f.sid, r.TaskSID)
	var err error
	switch number(f.t, "instruction", 0, 4) {
	case 0:
		_, err = reservations.Dequeue(ctx, r.SID, taskrouter.DequeueRequest{From: new("+1"), To: new("client:a"), PostWorkActivitySID: maybe(f.t, "post work", f.anActivity())})
	case 1:
		_, err = reservations.Call(ctx, r.SID, taskrouter.CallRequest{From: "+1", URL: "https://example.com", To: new("client:a"), Accept: maybe(f.t, "accept", true, false)})
	case 2:
		_, err = reservations.Redirect(ctx, r.SID, taskrouter.RedirectRequest{CallSID: "CA" + strings.Repeat("0", 32), URL: "https://example.com", Accept: maybe(f.t, "accept", true, false)})
	case 3:
		_, err = reservations.Conference(ctx, r.SID, taskrouter.UpdateReservationRequest{To: new("client:a"), PostWorkActivitySID: maybe(f.t, "post work", f.anActivity())})
	default:
		_, err = reservations.Supervise(ctx, r.SID, taskrouter.SuperviseRequest{Supervisor: r.WorkerSID})
	}
	return err
}

// anActivity is one in which workers are available, mostly.
func (f *floor) anActivity() string {
	sid := draw(f.t, "activity", keysOf(f.now.activities))
	if f.now.activities[sid].Available || oneIn(f.t, 2, "unavailable") {
		return sid
	}
	for _, other := range keysOf(f.now.activities) {
		if f.now.activities[other].Available {
			return other
		}
	}
	return sid
}

func (f *floor) createWorker(ctx context.Context) error {
	if len(f.now.workers) >= 6 {
		return f.updateWorker(ctx)
	}
	k, err := f.client.Workers(f.sid).Create(ctx, taskrouter.CreateWorkerRequest{
		FriendlyName: f.name("worker"), Attributes: f.attributes(), ActivitySID: new(f.anActivity()),
	})
	if err == nil && f.now.workspace.MultiTaskEnabled {
		// Most workers of the tests can do two things at once.
		f.look()
		_, err = f.client.WorkerChannels(f.sid, k.SID).Update(ctx, "default", taskrouter.UpdateWorkerChannelRequest{Capacity: new(number(f.t, "capacity", 1, 3))})
	}
	return err
}

func (f *floor) updateWorker(ctx context.Context) error {
	var request taskrouter.UpdateWorkerRequest
	if oneIn(f.t, 3, "attributes") {
		request.Attributes = f.attributes()
	}
	if request.Attributes == "" || rapid.Bool().Draw(f.t, "activity too") {
		request.ActivitySID = new(f.anActivity())
		if !f.now.activities[*request.ActivitySID].Available {
			request.RejectPendingReservations = maybe(f.t, "reject pending", true, false)
		}
	}
	if oneIn(f.t, 8, "name") {
		request.FriendlyName = new(f.name("worker"))
	}
	_, err := f.client.Workers(f.sid).Update(ctx, draw(f.t, "worker", f.now.workers).SID, request)
	return err
}

func (f *floor) deleteWorker(ctx context.Context) error {
	return f.client.Workers(f.sid).Delete(ctx, draw(f.t, "worker", f.now.workers).SID)
}

func (f *floor) updateWorkerChannel(ctx context.Context) error {
	request := taskrouter.UpdateWorkerChannelRequest{Capacity: maybe(f.t, "capacity", 0, 1, 2, 2, 3)}
	if oneIn(f.t, 3, "availability") {
		request.Available = maybe(f.t, "available", true, true, false)
	}
	_, err := f.client.WorkerChannels(f.sid, draw(f.t, "worker", f.now.workers).SID).Update(ctx, f.channel(), request)
	return err
}

// targetWorkers are expressions of queues, the more often the more workers they have.
func (f *floor) targetWorkers() string {
	return draw(f.t, "target workers", []string{
		"1==1", "1==1", `lang == "en"`, "level >= 1", `langs HAS "es" OR level > 2`, `activity_name != "Available"`, `activity_name IN ["Available", "Open"]`,
		"channel.default.available_capacity_percentage > 40", "channel.chat.assigned_tasks < 1", `friendly_name != "worker 5"`, "",
	})
}

func (f *floor) createQueue(ctx context.Context) error {
	if len(f.now.queues) >= 5 {
		return f.updateQueue(ctx)
	}
	_, err := f.client.TaskQueues(f.sid).Create(ctx, taskrouter.CreateTaskQueueRequest{
		FriendlyName: f.name("queue"), TargetWorkers: new(f.targetWorkers()), MaxReservedWorkers: maybe(f.t, "most", 1, 2, 3),
		TaskOrder: maybe(f.t, "order", queueOrders...), ReservationActivitySID: maybe(f.t, "reservation", f.anActivity()),
		AssignmentActivitySID: maybe(f.t, "assignment", f.anActivity()),
	})
	return err
}

func (f *floor) updateQueue(ctx context.Context) error {
	request := taskrouter.UpdateTaskQueueRequest{MaxReservedWorkers: maybe(f.t, "most", 1, 2, 3), TaskOrder: maybe(f.t, "order", queueOrders...)}
	if rapid.Bool().Draw(f.t, "target") {
		request.TargetWorkers = new(f.targetWorkers())
	}
	_, err := f.client.TaskQueues(f.sid).Update(ctx, draw(f.t, "queue", keysOf(f.now.queues)), request)
	return err
}

func (f *floor) deleteQueue(ctx context.Context) error {
	return f.client.TaskQueues(f.sid).Delete(ctx, draw(f.t, "queue", keysOf(f.now.queues)))
}

// configuration is one whose filters and targets all have names of their own.
func (f *floor) configuration() string {
	var routing workflow.TaskRouting
	for range number(f.t, "filters", 0, 3) {
		filter := workflow.Filter{
			FriendlyName: f.name("filter"),
			Expression:   draw(f.t, "filter", []string{"1==1", `lang == "en"`, `lang != "es"`, "level > 1", `langs HAS "en" AND level < 3`}),
		}
		for i := range number(f.t, "targets", 1, 3) {
			filter.Targets = append(filter.Targets, f.target(i > 0))
		}
		routing.Filters = append(routing.Filters, filter)
	}
	if len(routing.Filters) == 0 || rapid.Bool().Draw(f.t, "default filter") {
		routing.DefaultFilter = new(f.target(false))
	}
	return workflow.Configuration{TaskRouting: routing}.String()
}

func (f *floor) target(inherits bool) workflow.Target {
	target := workflow.Target{
		Queue: draw(f.t, "queue", keysOf(f.now.queues)), Priority: maybe(f.t, "priority", 0, 1, 5, 10), Timeout: maybe(f.t, "timeout", 10, 30, 120, 150),
	}
	if inherits && oneIn(f.t, 4, "queue of the one before") {
		target.Queue = ""
	}
	if oneIn(f.t, 3, "skip") {
		target.SkipIf = draw(f.t, "skip if", []string{"workers.available == 0", "1==1", "workers.unavailable > 0", "workers." + f.anActivity() + " < 2"})
	}
	if oneIn(f.t, 3, "order") {
		target.OrderBy = draw(f.t, "order by", []string{"worker.level DESC", "worker.level ASC"})
	}
	switch number(f.t, "demand", 0, 7) {
	case 3, 4, 5:
		target.Expression = draw(f.t, "expression", []string{
			"task.lang == worker.lang", "task.lang IN worker.langs", "worker.level >= task.level", "worker.channel.default.assigned_tasks == 0",
			"worker.channel.default.available_capacity_percentage > 40 AND task.level >= 0", `worker.activity_name == "Available"`, `worker.lang == "en"`,
		})
	case 6:
		target.KnownWorkerSID = "task.agent"
	case 7:
		target.KnownWorkerFriendlyName = "task.agent_name"
	}
	return target
}

func (f *floor) createWorkflow(ctx context.Context) error {
	if len(f.now.workflows) >= 3 {
		return f.updateWorkflow(ctx)
	}
	_, err := f.client.Workflows(f.sid).Create(ctx, taskrouter.CreateWorkflowRequest{
		FriendlyName: f.name("workflow"), Configuration: f.configuration(), TaskReservationTimeout: maybe(f.t, "reservation timeout", 5, 30, 120, 300),
	})
	return err
}

func (f *floor) updateWorkflow(ctx context.Context) error {
	request := taskrouter.UpdateWorkflowRequest{
		TaskReservationTimeout: maybe(f.t, "reservation timeout", 5, 30, 120, 300), ReEvaluateTasks: maybe(f.t, "again", true, false),
	}
	if rapid.Bool().Draw(f.t, "configuration") {
		request.Configuration = new(f.configuration())
	}
	_, err := f.client.Workflows(f.sid).Update(ctx, draw(f.t, "workflow", keysOf(f.now.workflows)), request)
	return err
}

func (f *floor) deleteWorkflow(ctx context.Context) error {
	return f.client.Workflows(f.sid).Delete(ctx, draw(f.t, "workflow", keysOf(f.now.workflows)))
}

func (f *floor) updateWorkspace(ctx context.Context) error {
	request := taskrouter.UpdateWorkspaceRequest{
		PrioritizeQueueOrder: maybe(f.t, "prioritize", queueOrders...), TimeoutActivitySID: maybe(f.t, "timeout activity", f.anActivity()),
	}
	if oneIn(f.t, 8, "multitasking") {
		request.MultiTaskEnabled = new(true)
	}
	_, err := f.client.Workspaces.Update(ctx, f.sid, request)
	return err
}

func (f *floor) createActivity(ctx context.Context) error {
	_, err := f.client.Activities(f.sid).Create(ctx, taskrouter.CreateActivityRequest{FriendlyName: f.name("activity"), Available: maybe(f.t, "available", true, false)})
	return err
}

func (f *floor) updateActivity(ctx context.Context) error {
	name := draw(f.t, "name", []string{"Available", "Open", "Closed"})
	_, err := f.client.Activities(f.sid).Update(ctx, draw(f.t, "activity", keysOf(f.now.activities)), taskrouter.UpdateActivityRequest{FriendlyName: &name})
	return err
}

func (f *floor) deleteActivity(ctx context.Context) error {
	return f.client.Activities(f.sid).Delete(ctx, draw(f.t, "activity", keysOf(f.now.activities)))
}

func (f *floor) updateTaskChannel(ctx context.Context) error {
	_, err := f.client.TaskChannels(f.sid).Update(ctx, draw(f.t, "channel", keysOf(f.now.channels)),
		taskrouter.UpdateTaskChannelRequest{ChannelOptimizedRouting: maybe(f.t, "optimized", true, false)})
	return err
}
