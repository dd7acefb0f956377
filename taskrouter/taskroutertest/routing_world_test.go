package taskroutertest_test

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// A world is a workspace in a bubble, where everything goes by its name. In attributes,
// expressions and configurations $Name stands for the SID of what has the name.
type world struct {
	t      *testing.T
	client *taskrouter.Client
	sid    string // of the workspace
	began  time.Time
	sids   map[string]string // by name
}

// inWorld runs a test in a workspace with multitasking that has nothing but activities
// and task channels.
func inWorld(t *testing.T, test func(*world)) {
	t.Helper()
	inWorldOf(t, taskrouter.CreateWorkspaceRequest{}, test)
}

// inSingleTasking runs a test in a workspace where workers do one thing at a time.
func inSingleTasking(t *testing.T, test func(*world)) {
	t.Helper()
	inWorldOf(t, taskrouter.CreateWorkspaceRequest{MultiTaskEnabled: new(false)}, test)
}

func inWorldOf(t *testing.T, request taskrouter.CreateWorkspaceRequest, test func(*world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(newWorld(t, newServer(t).Client(), request)) })
}

func newWorld(t *testing.T, client *taskrouter.Client, request taskrouter.CreateWorkspaceRequest) *world {
	t.Helper()
	w := &world{t: t, client: client, began: time.Now(), sids: make(map[string]string)}
	request.FriendlyName = "World"
	workspace, err := w.client.Workspaces.Create(t.Context(), request)
	w.ok(err)
	w.sid = workspace.SID
	for activity, err := range w.client.Activities(w.sid).List(t.Context(), taskrouter.ListActivitiesParams{}) {
		w.ok(err)
		w.sids[activity.FriendlyName] = activity.SID
	}
	return w
}

func (w *world) ok(err error) {
	w.t.Helper()
	require.NoError(w.t, err)
}

// refused wants an error of a status.
func (w *world) refused(err error, status int) {
	w.t.Helper()
	var refusal *taskrouter.Error
	require.ErrorAs(w.t, err, &refusal)
	assert.Equal(w.t, status, refusal.StatusCode)
}

func (w *world) sidOf(name string) string {
	w.t.Helper()
	require.Contains(w.t, w.sids, name)
	return w.sids[name]
}

func (w *world) nameOf(sid string) string {
	for name, other := range w.sids {
		if other == sid {
			return name
		}
	}
	return sid
}

func (w *world) fill(text string) string {
	w.t.Helper()
	return os.Expand(text, w.sidOf)
}

// activity makes an activity.
func (w *world) activity(name string, available bool) {
	w.t.Helper()
	activity, err := w.client.Activities(w.sid).Create(w.t.Context(), taskrouter.CreateActivityRequest{FriendlyName: name, Available: &available})
	w.ok(err)
	w.sids[name] = activity.SID
}

// workers makes workers who are available.
func (w *world) workers(names ...string) {
	w.t.Helper()
	for _, name := range names {
		w.worker(name, "{}")
	}
}

func (w *world) worker(name, attributes string) {
	w.t.Helper()
	w.workerIn("Available", name, attributes)
}

func (w *world) workerIn(activity, name, attributes string) {
	w.t.Helper()
	worker, err := w.client.Workers(w.sid).Create(w.t.Context(), taskrouter.CreateWorkerRequest{
		FriendlyName: name, Attributes: taskrouter.Attributes(w.fill(attributes)), ActivitySID: new(w.sidOf(activity)),
	})
	w.ok(err)
	w.sids[name] = worker.SID
}

// queues makes task queues of everybody.
func (w *world) queues(names ...string) {
	w.t.Helper()
	for _, name := range names {
		w.queue(name, "1==1")
	}
}

func (w *world) queue(name, target string, changes ...func(*taskrouter.CreateTaskQueueRequest)) {
	w.t.Helper()
	request := taskrouter.CreateTaskQueueRequest{FriendlyName: name, TargetWorkers: new(w.fill(target))}
	for _, change := range changes {
		change(&request)
	}
	queue, err := w.client.TaskQueues(w.sid).Create(w.t.Context(), request)
	w.ok(err)
	w.sids[name] = queue.SID
}

func lifo(r *taskrouter.CreateTaskQueueRequest) { r.TaskOrder = new(taskrouter.QueueOrderLIFO) }

func asking(workers int) func(*taskrouter.CreateTaskQueueRequest) {
	return func(r *taskrouter.CreateTaskQueueRequest) { r.MaxReservedWorkers = &workers }
}

// workflow makes the workflow Flow from what its task_routing holds.
func (w *world) workflow(routing string) { w.t.Helper(); w.workflowOf("Flow", routing) }

func (w *world) workflowOf(name, routing string) {
	w.t.Helper()
	flow, err := w.client.Workflows(w.sid).Create(w.t.Context(), taskrouter.CreateWorkflowRequest{
		FriendlyName: name, Configuration: w.configuration(routing),
	})
	w.ok(err)
	w.sids[name] = flow.SID
}

// targets makes the workflow Flow of one filter that matches everything.
func (w *world) targets(targets string) {
	w.t.Helper()
	w.workflow(`"filters": [{"expression": "1==1", "targets": [` + targets + `]}]`)
}

func (w *world) configuration(routing string) string {
	w.t.Helper()
	return w.fill(`{"task_routing": {` + routing + `}}`)
}

// updateFlow changes the workflow Flow.
func (w *world) updateFlow(request taskrouter.UpdateWorkflowRequest) {
	w.t.Helper()
	_, err := w.client.Workflows(w.sid).Update(w.t.Context(), w.sidOf("Flow"), request)
	w.ok(err)
}

// updateSupport changes the queue Support.
func (w *world) updateSupport(request taskrouter.UpdateTaskQueueRequest) {
	w.t.Helper()
	_, err := w.client.TaskQueues(w.sid).Update(w.t.Context(), w.sidOf("Support"), request)
	w.ok(err)
}

// support makes everything that a simple test needs: the queue Support of everybody,
// and a workflow that leads there.
func (w *world) support() {
	w.t.Helper()
	w.queues("Support")
	w.targets(`{"queue": "$Support"}`)
}

// goes moves a worker to an activity.
func (w *world) goes(worker, activity string) {
	w.t.Helper()
	_, err := w.client.Workers(w.sid).SetActivity(w.t.Context(), w.sidOf(worker), w.sidOf(activity))
	w.ok(err)
}

// learns gives a worker other attributes.
func (w *world) learns(worker, attributes string) {
	w.t.Helper()
	_, err := w.client.Workers(w.sid).Update(w.t.Context(), w.sidOf(worker), taskrouter.UpdateWorkerRequest{
		Attributes: taskrouter.Attributes(w.fill(attributes)),
	})
	w.ok(err)
}

// has wants a worker in an activity.
func (w *world) has(worker, activity string) {
	w.t.Helper()
	found, err := w.client.Workers(w.sid).Get(w.t.Context(), w.sidOf(worker))
	w.ok(err)
	assert.Equal(w.t, activity, found.ActivityName, "the activity of %s", worker)
}

// takes sets the capacity of a worker for a channel.
func (w *world) takes(worker, channel string, capacity int) {
	w.t.Helper()
	w.updateChannel(worker, channel, taskrouter.UpdateWorkerChannelRequest{Capacity: &capacity})
}

func (w *world) updateChannel(worker, channel string, request taskrouter.UpdateWorkerChannelRequest) {
	w.t.Helper()
	_, err := w.client.WorkerChannels(w.sid, w.sidOf(worker)).Update(w.t.Context(), channel, request)
	w.ok(err)
}

// at lets time pass until so long after the beginning.
func (w *world) at(offset string) {
	w.t.Helper()
	d, err := time.ParseDuration(offset)
	w.ok(err)
	require.GreaterOrEqual(w.t, d, time.Since(w.began), "time only passes")
	<-time.After(d - time.Since(w.began))
}

// when is how long after the beginning a time is, 90s say.
func (w *world) when(at time.Time) string { return fmt.Sprintf("%.0fs", at.Sub(w.began).Seconds()) }

// A job is a task of a world.
type job struct {
	w   *world
	sid string
}

// task makes a task.
func (w *world) task(attributes string, changes ...func(*taskrouter.CreateTaskRequest)) *job {
	w.t.Helper()
	request := taskrouter.CreateTaskRequest{Attributes: taskrouter.Attributes(w.fill(attributes))}
	for _, change := range changes {
		change(&request)
	}
	task, err := w.client.Tasks(w.sid).Create(w.t.Context(), request)
	w.ok(err)
	return &job{w, task.SID}
}

// tasks makes so many tasks without attributes, one a second.
func (w *world) tasks(n int, changes ...func(*taskrouter.CreateTaskRequest)) []*job {
	w.t.Helper()
	var jobs []*job
	for range n {
		jobs = append(jobs, w.task("{}", changes...))
		later(time.Second)
	}
	return jobs
}

func priority(p int) func(*taskrouter.CreateTaskRequest) {
	return func(r *taskrouter.CreateTaskRequest) { r.Priority = &p }
}

func lasting(seconds int) func(*taskrouter.CreateTaskRequest) {
	return func(r *taskrouter.CreateTaskRequest) { r.Timeout = &seconds }
}

func channel(name string) func(*taskrouter.CreateTaskRequest) {
	return func(r *taskrouter.CreateTaskRequest) { r.TaskChannel = &name }
}

func (w *world) through(flow string) func(*taskrouter.CreateTaskRequest) {
	return func(r *taskrouter.CreateTaskRequest) { r.WorkflowSID = new(w.sidOf(flow)) }
}

func (w *world) meantFor(name string) func(*taskrouter.CreateTaskRequest) {
	return func(r *taskrouter.CreateTaskRequest) { r.RoutingTarget = new(w.sidOf(name)) }
}

func (w *world) into(queue string) func(*taskrouter.CreateTaskRequest) {
	return func(r *taskrouter.CreateTaskRequest) { r.TaskQueueSID = new(w.sidOf(queue)) }
}

func (j *job) reservations() []*taskrouter.Reservation {
	j.w.t.Helper()
	all, err := taskrouter.Collect(j.w.client.TaskReservations(j.w.sid, j.sid).List(j.w.t.Context(), taskrouter.ListTaskReservationsParams{}), 2000)
	j.w.ok(err)
	slices.SortStableFunc(all, func(a, b *taskrouter.Reservation) int {
		return cmp.Or(a.DateCreated.Compare(b.DateCreated), 0)
	})
	return all
}

// is wants the whole state of a task, as in "reserved in Support at 5: Ann, Bob": its
// queue, its priority unless it is 0, and who has to do with it now, or why it is over.
func (j *job) is(want string) {
	j.w.t.Helper()
	assert.Equal(j.w.t, want, j.state(), "the task after %s", time.Since(j.w.began))
}

func (j *job) state() string {
	j.w.t.Helper()
	task, err := j.w.client.Tasks(j.w.sid).Get(j.w.t.Context(), j.sid)
	if err != nil {
		require.ErrorIs(j.w.t, err, taskrouter.ErrNotFound)
		return "gone"
	}
	state := string(task.AssignmentStatus)
	if task.TaskQueueSID != nil {
		state += " in " + j.w.nameOf(*task.TaskQueueSID)
	}
	if task.Priority != 0 {
		state += fmt.Sprintf(" at %d", task.Priority)
	}
	if task.Reason != nil {
		return state + ": " + *task.Reason
	}
	var busy []string
	for _, r := range j.reservations() {
		switch r.ReservationStatus {
		case taskrouter.ReservationStatusPending, taskrouter.ReservationStatusAccepted, taskrouter.ReservationStatusWrapping:
			busy = append(busy, r.WorkerName)
		}
	}
	if len(busy) > 0 {
		state += ": " + strings.Join(busy, ", ")
	}
	return state
}

// until wants that a task is in a state till the last moment before so long after the
// beginning, and lets that moment pass.
func (j *job) until(offset, want string) {
	j.w.t.Helper()
	d, err := time.ParseDuration(offset)
	j.w.ok(err)
	j.w.at((d - time.Nanosecond).String())
	j.is(want)
	j.w.at(offset)
}

// asked wants that these were asked for a task, and what came of it: "Ann timeout".
func (j *job) asked(want ...string) {
	j.w.t.Helper()
	var have []string
	for _, r := range j.reservations() {
		have = append(have, r.WorkerName+" "+string(r.ReservationStatus))
	}
	assert.Equal(j.w.t, want, have, "who was asked")
}

// version is that of a task.
func (j *job) version() string {
	j.w.t.Helper()
	var response taskrouter.Response
	_, err := j.w.client.Tasks(j.w.sid).Get(j.w.t.Context(), j.sid, taskrouter.WithResponseInto(&response))
	j.w.ok(err)
	return response.ETag()
}

// entered is when a task came to its queue.
func (j *job) entered() string {
	j.w.t.Helper()
	task, err := j.w.client.Tasks(j.w.sid).Get(j.w.t.Context(), j.sid)
	j.w.ok(err)
	return j.w.when(*task.TaskQueueEnteredDate)
}

// update changes a task.
func (j *job) update(request taskrouter.UpdateTaskRequest) {
	j.w.t.Helper()
	_, err := j.w.client.Tasks(j.w.sid).Update(j.w.t.Context(), j.sid, request)
	j.w.ok(err)
}

// becomes gives a task other attributes.
func (j *job) becomes(attributes string) {
	j.w.t.Helper()
	j.update(taskrouter.UpdateTaskRequest{Attributes: taskrouter.Attributes(j.w.fill(attributes))})
}

// moves gives a task another state.
func (j *job) moves(status taskrouter.TaskStatus, reason string) {
	j.w.t.Helper()
	j.update(taskrouter.UpdateTaskRequest{AssignmentStatus: &status, Reason: &reason})
}

// reservation is the last one of a worker.
func (j *job) reservation(worker string) *taskrouter.Reservation {
	j.w.t.Helper()
	var last *taskrouter.Reservation
	for _, r := range j.reservations() {
		if r.WorkerName == worker {
			last = r
		}
	}
	require.NotNil(j.w.t, last, "%s was never asked", worker)
	return last
}

func (w *world) accepts(worker string, j *job) { w.t.Helper(); w.answers(worker, j, "accepted") }

func (w *world) rejects(worker string, j *job) { w.t.Helper(); w.answers(worker, j, "rejected") }

// rejectsInto rejects, and goes to an activity.
func (w *world) rejectsInto(activity, worker string, j *job) {
	w.t.Helper()
	_, err := w.client.WorkerReservations(w.sid, w.sidOf(worker)).Reject(w.t.Context(), j.reservation(worker).SID,
		taskrouter.RejectRequest{WorkerActivitySID: new(w.sidOf(activity))})
	w.ok(err)
}

func (w *world) answers(worker string, j *job, status taskrouter.ReservationStatus) {
	w.t.Helper()
	w.ok(w.tries(worker, j.reservation(worker).SID, status))
}

// tries lets a worker answer to a reservation.
func (w *world) tries(worker, reservationSID string, status taskrouter.ReservationStatus) error {
	w.t.Helper()
	_, err := w.client.WorkerReservations(w.sid, w.sidOf(worker)).Update(w.t.Context(), reservationSID,
		taskrouter.UpdateReservationRequest{ReservationStatus: &status})
	return err
}

// assigned makes a task that a worker has accepted.
func (w *world) assigned(worker string) *job {
	w.t.Helper()
	j := w.task("{}")
	w.accepts(worker, j)
	return j
}

// events are those that have a fact, oldest first.
func (w *world) events(params taskrouter.ListEventsParams) []*taskrouter.Event {
	w.t.Helper()
	params.Minutes = new(43_200)
	events, err := taskrouter.Collect(w.client.Events(w.sid).List(w.t.Context(), params), 10_000)
	w.ok(err)
	slices.Reverse(events)
	return events
}

// happened wants these events of a task, and of nothing else: when, what, and of which
// queue or worker.
func (j *job) happened(want ...string) {
	j.w.t.Helper()
	assert.Equal(j.w.t, want, j.w.told(j.w.events(taskrouter.ListEventsParams{TaskSID: &j.sid})))
}

func (w *world) told(events []*taskrouter.Event) []string {
	w.t.Helper()
	var told []string
	for _, event := range events {
		line := w.when(event.EventDate) + " " + event.EventType
		subject, _, _ := strings.Cut(event.EventType, ".")
		for kind, fact := range map[string]string{"task-queue": "task_queue_name", "reservation": "worker_name", "worker": "worker_name"} {
			if name, ok := event.EventData[fact]; ok && kind == subject {
				line += " " + name.(string)
			}
		}
		told = append(told, line)
	}
	return told
}
