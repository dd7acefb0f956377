package taskroutertest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

const (
	manyClients = 64
	manyRounds  = 2
)

func TestManyClientsAtOnceAreAnsweredAsOneAfterTheOther(t *testing.T) {
	for name, options := range map[string]func(*testing.T) []taskroutertest.Option{
		"in memory": func(*testing.T) []taskroutertest.Option { return nil },
		"over a listener": func(t *testing.T) []taskroutertest.Option {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			return []taskroutertest.Option{taskroutertest.WithListener(listener)}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, options(t)...)
			client, shared := newWorkspace(t, s)
			sample, err := taskrouter.First(client.TaskQueues(shared).List(t.Context(), taskrouter.ListTaskQueuesParams{}))
			require.NoError(t, err)
			_, err = client.TaskQueues(shared).Update(t.Context(), sample.SID, taskrouter.UpdateTaskQueueRequest{TargetWorkers: new("1==2")})
			require.NoError(t, err) // nobody is asked to do the task in which all count
			counted, err := client.Tasks(shared).Create(t.Context(), taskrouter.CreateTaskRequest{Attributes: `{"n":0}`})
			require.NoError(t, err)

			all := &ledger{t: t, counted: counted.SID}
			all.made(counted.SID, shared, "tasks")
			var clients sync.WaitGroup
			for n := range manyClients {
				clients.Go(func() { all.use(s.Client(), shared, n) })
			}
			clients.Go(func() { assert.NoError(t, s.Dump(io.Discard)) })
			clients.Wait()
			all.compare(client, shared)
		})
	}
}

// A ledger is what clients were answered.
type ledger struct {
	t       *testing.T
	counted string // the SID of the task that all count in

	mu      sync.Mutex
	sids    map[string]bool
	there   map[string][]string // the SIDs of what was made and not deleted, by workspace and kind
	owned   []string            // the SIDs of the clients' workspaces
	counts  int
	uniques int
}

// made notes what a call made.
func (l *ledger) made(sid, workspace, kind string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.sids == nil {
		l.sids, l.there = make(map[string]bool), make(map[string][]string)
	}
	assert.False(l.t, l.sids[sid], "%s was given twice", sid)
	l.sids[sid] = true
	l.there[workspace+kind] = append(l.there[workspace+kind], sid)
}

// deleted notes what a call deleted, which it can do once.
func (l *ledger) deleted(sid, workspace, kind string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.Index(l.there[workspace+kind], sid)
	if assert.GreaterOrEqual(l.t, i, 0, "%s was deleted twice", sid) {
		l.there[workspace+kind] = slices.Delete(l.there[workspace+kind], i, i+1)
	}
}

// use is what one client does: the same in a workspace that all share and in its own.
func (l *ledger) use(client *taskrouter.Client, shared string, n int) {
	ctx := l.t.Context()
	workspace, err := client.Workspaces.Create(ctx, taskrouter.CreateWorkspaceRequest{
		FriendlyName: fmt.Sprintf("Of %d", n), Template: new(taskrouter.WorkspaceTemplateFIFO),
	})
	if !assert.NoError(l.t, err) {
		return
	}
	l.mu.Lock()
	l.owned = append(l.owned, workspace.SID)
	l.mu.Unlock()
	l.work(ctx, client, workspace.SID, n)
	l.arrange(ctx, client, workspace.SID)
	for round := range manyRounds {
		l.work(ctx, client, shared, n*manyRounds+round)
		l.count(ctx, client.Tasks(shared))
		l.takeName(ctx, client.Workers(shared), round)
		l.clear(ctx, client.Tasks(shared), shared)
	}
}

// work makes, changes, reads and deletes.
func (l *ledger) work(ctx context.Context, client *taskrouter.Client, in string, n int) {
	workers, tasks, queues := client.Workers(in), client.Tasks(in), client.TaskQueues(in)

	available, err := taskrouter.First(client.Activities(in).List(ctx, taskrouter.ListActivitiesParams{FriendlyName: new("Available")}))
	if !assert.NoError(l.t, err) {
		return
	}
	attributes := taskrouter.Attributes(fmt.Sprintf(`{"n":%d}`, n))
	worker, err := workers.Create(ctx, taskrouter.CreateWorkerRequest{
		FriendlyName: fmt.Sprintf("Worker %d", n), Attributes: attributes, ActivitySID: &available.SID,
	})
	if !assert.NoError(l.t, err) {
		return
	}
	l.made(worker.SID, in, "workers")
	_, err = client.WorkerChannels(in, worker.SID).Update(ctx, "voice", taskrouter.UpdateWorkerChannelRequest{Capacity: new(3)})
	assert.NoError(l.t, err)

	queue, err := queues.Create(ctx, taskrouter.CreateTaskQueueRequest{FriendlyName: "Queue", TargetWorkers: new(fmt.Sprintf("n == %d", n))})
	if !assert.NoError(l.t, err) {
		return
	}
	l.made(queue.SID, in, "queues")

	flow, err := taskrouter.First(client.Workflows(in).List(ctx, taskrouter.ListWorkflowsParams{PageSize: new(1)}))
	assert.NoError(l.t, err)
	task, err := tasks.Create(ctx, taskrouter.CreateTaskRequest{Attributes: attributes, RoutingTarget: &queue.SID, WorkflowSID: &flow.SID})
	if !assert.NoError(l.t, err) {
		return
	}
	l.made(task.SID, in, "tasks")
	found, err := taskrouter.Collect(tasks.List(ctx, taskrouter.ListTasksParams{TaskQueueSID: &queue.SID}), -1)
	assert.NoError(l.t, err)
	assert.Len(l.t, found, 1)

	assert.ErrorIs(l.t, queues.Delete(ctx, queue.SID), taskrouter.ErrInvalid, "the task is in it")
	reservation, err := taskrouter.First(client.WorkerReservations(in, worker.SID).List(ctx, taskrouter.ListWorkerReservationsParams{}))
	if !assert.NoError(l.t, err) {
		return
	}
	l.made(reservation.SID, in, "reservations")
	assert.Equal(l.t, task.SID, reservation.TaskSID, "only this worker serves the queue")
	if n%3 == 0 {
		_, err = client.WorkerReservations(in, worker.SID).Accept(ctx, reservation.SID)
		assert.NoError(l.t, err)
		_, err = tasks.Complete(ctx, task.SID, "done")
		assert.NoError(l.t, err)
	} else {
		_, err = tasks.Cancel(ctx, task.SID, "done")
		assert.NoError(l.t, err)
	}
	if n%2 == 0 && assert.NoError(l.t, queues.Delete(ctx, queue.SID)) {
		l.deleted(queue.SID, in, "queues")
	}
	events, err := client.Events(in).Page(ctx, taskrouter.ListEventsParams{TaskSID: &task.SID})
	assert.NoError(l.t, err)
	assert.NotEmpty(l.t, events.Items)
	figures, err := workers.Statistics(ctx, taskrouter.GetWorkersStatisticsParams{TaskQueueSID: &queue.SID})
	if !errors.Is(err, taskrouter.ErrInvalid) { // as it is of too many workers
		assert.NoError(l.t, err)
		assert.NotNil(l.t, figures)
	}
	_, err = client.Workspaces.RealTimeStatistics(ctx, in, taskrouter.GetWorkspaceRealTimeStatisticsParams{})
	assert.NoError(l.t, err)
}

// arrange makes, changes and deletes what a workspace has few of.
func (l *ledger) arrange(ctx context.Context, client *taskrouter.Client, in string) {
	activities, channels, workflows := client.Activities(in), client.TaskChannels(in), client.Workflows(in)

	activity, err := activities.Create(ctx, taskrouter.CreateActivityRequest{FriendlyName: "Lunch"})
	assert.NoError(l.t, err)
	_, err = activities.Update(ctx, activity.SID, taskrouter.UpdateActivityRequest{FriendlyName: new("Dinner")})
	assert.NoError(l.t, err)
	_, err = client.Workspaces.Update(ctx, in, taskrouter.UpdateWorkspaceRequest{TimeoutActivitySID: &activity.SID})
	assert.NoError(l.t, err)
	assert.ErrorIs(l.t, activities.Delete(ctx, activity.SID), taskrouter.ErrInvalid, "the workspace needs it")

	_, err = channels.Create(ctx, taskrouter.CreateTaskChannelRequest{FriendlyName: "Fax", UniqueName: "fax"})
	assert.NoError(l.t, err)
	assert.NoError(l.t, channels.Delete(ctx, "fax"))

	sample, err := taskrouter.First(workflows.List(ctx, taskrouter.ListWorkflowsParams{}))
	assert.NoError(l.t, err)
	flow, err := workflows.Create(ctx, taskrouter.CreateWorkflowRequest{FriendlyName: "Another", Configuration: sample.Configuration})
	assert.NoError(l.t, err)
	assert.NoError(l.t, workflows.Delete(ctx, flow.SID))
}

// count counts in a task, if no other client does meanwhile.
func (l *ledger) count(ctx context.Context, tasks taskrouter.TasksService) {
	var response taskrouter.Response
	task, err := tasks.Get(ctx, l.counted, taskrouter.WithResponseInto(&response))
	if !assert.NoError(l.t, err) {
		return
	}
	var counted struct{ N int }
	assert.NoError(l.t, task.Attributes.Decode(&counted))
	attributes := taskrouter.Attributes(fmt.Sprintf(`{"n":%d}`, counted.N+1))
	_, err = tasks.Update(ctx, l.counted, taskrouter.UpdateTaskRequest{Attributes: attributes}, taskrouter.WithIfMatch(response.ETag()))
	if errors.Is(err, taskrouter.ErrPreconditionFailed) {
		return
	}
	assert.NoError(l.t, err)
	l.mu.Lock()
	l.counts++
	l.mu.Unlock()
}

// takeName makes a worker of a name that only one of all clients gets.
func (l *ledger) takeName(ctx context.Context, workers taskrouter.WorkersService, round int) {
	worker, err := workers.Create(ctx, taskrouter.CreateWorkerRequest{FriendlyName: fmt.Sprintf("The one of round %d", round)})
	if errors.Is(err, taskrouter.ErrInvalid) {
		return
	}
	if assert.NoError(l.t, err) {
		l.made(worker.SID, worker.WorkspaceSID, "workers")
		l.mu.Lock()
		l.uniques++
		l.mu.Unlock()
	}
}

// clear deletes a canceled task that all clients may delete.
func (l *ledger) clear(ctx context.Context, tasks taskrouter.TasksService, shared string) {
	canceled := taskrouter.ListTasksParams{AssignmentStatus: []taskrouter.TaskStatus{taskrouter.TaskStatusCanceled}, PageSize: new(1)}
	task, err := taskrouter.First(tasks.List(ctx, canceled))
	if errors.Is(err, taskrouter.ErrNotFound) {
		return
	}
	if !assert.NoError(l.t, err) {
		return
	}
	err = tasks.Delete(ctx, task.SID)
	if errors.Is(err, taskrouter.ErrNotFound) {
		return
	}
	if assert.NoError(l.t, err) {
		l.deleted(task.SID, shared, "tasks")
	}
}

// compare wants the server to have what the clients were answered, and nothing else.
func (l *ledger) compare(client *taskrouter.Client, shared string) {
	ctx := l.t.Context()
	assert.Len(l.t, l.owned, manyClients)
	assert.Equal(l.t, manyRounds, l.uniques, "each name has one worker")
	listed := sidsOf(l.t, client.Workspaces.List(ctx, taskrouter.ListWorkspacesParams{}), func(w *taskrouter.Workspace) string { return w.SID })
	assert.ElementsMatch(l.t, append(slices.Clone(l.owned), shared), listed)
	for _, in := range append(slices.Clone(l.owned), shared) {
		assert.ElementsMatch(l.t, l.there[in+"tasks"], sidsOf(l.t, client.Tasks(in).List(ctx, taskrouter.ListTasksParams{}),
			func(task *taskrouter.Task) string { return task.SID }))
		assert.ElementsMatch(l.t, l.there[in+"workers"], sidsOf(l.t, client.Workers(in).List(ctx, taskrouter.ListWorkersParams{}),
			func(worker *taskrouter.Worker) string { return worker.SID }))
		queues := sidsOf(l.t, client.TaskQueues(in).List(ctx, taskrouter.ListTaskQueuesParams{}), func(q *taskrouter.TaskQueue) string { return q.SID })
		assert.ElementsMatch(l.t, l.there[in+"queues"], queues[1:], "but the one of the template")
	}
	var response taskrouter.Response
	counted, err := client.Tasks(shared).Get(ctx, l.counted, taskrouter.WithResponseInto(&response))
	require.NoError(l.t, err)
	assert.Equal(l.t, fmt.Sprintf(`{"n":%d}`, l.counts), string(counted.Attributes))
	assert.Equal(l.t, strconv.Itoa(l.counts+1), response.ETag(), "of what was counted, and of entering the queue")
	assert.Positive(l.t, l.counts)
}

func sidsOf[T any](t *testing.T, list iter.Seq2[*T, error], sid func(*T) string) []string {
	items, err := taskrouter.Collect(list, -1)
	require.NoError(t, err)
	all := make([]string, 0, len(items))
	for _, item := range items {
		all = append(all, sid(item))
	}
	return all
}
