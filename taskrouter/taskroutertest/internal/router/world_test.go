package router

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/expression"
)

// operate does what comes by chance, refusals included, and lets it be routed.
func operate(a *Account, random *rand.Rand, n int) {
	for range n {
		operateOnce(a, random)
	}
}

func operateOnce(a *Account, random *rand.Rand) {
	pause := time.Duration(random.IntN(1e10))
	switch random.IntN(100) {
	case 0:
		pause = time.Duration(random.IntN(30)) * time.Hour
	case 1, 2, 3:
		pause = time.Duration(random.IntN(600)) * time.Second
	case 4, 5, 6:
		pause = 0
	}
	a.Begin(a.now.Add(pause))
	defer a.Settle()
	if a.Workspaces.Len() == 0 || a.Workspaces.Len() < 3 && random.IntN(200) == 0 {
		template := pick(random, []gen.WorkspaceTemplate{gen.WorkspaceTemplateFIFO, gen.WorkspaceTemplateNONE})
		_, _ = a.CreateWorkspace(gen.CreateWorkspaceRequest{FriendlyName: "w", Template: &template, MultiTaskEnabled: new(random.IntN(3) > 0)})
		return
	}
	operations[random.IntN(len(operations))](pick(random, a.Workspaces.rows()), random)
}

func pick[T any](random *rand.Rand, all []T) (one T) {
	if len(all) > 0 {
		one = all[random.IntN(len(all))]
	}
	return one
}

func coin(random *rand.Rand) bool { return random.IntN(2) == 0 }

// Attributes and expressions that match each other now and then.
var (
	someAttributes = []string{
		`{}`, `{"a":1}`, `{"a":1,"language":"en"}`, `{"a":2,"language":"es","agent":"K1"}`, `{"language":"es","agent":"k2","call_sid":"CA1"}`,
	}
	someTargets = []string{
		"", "1==1", "a == 1", "language == 'es'", "a > 0 AND friendly_name != 'K1'", "activity_name == 'a'", "activity_name != 'Offline'",
		"channel.default.assigned_tasks == 0", "channel.c1.available_capacity_percentage > 50", "channel.voice.configured_capacity >= 1",
	}
	someOrders = []gen.QueueOrder{gen.QueueOrderFIFO, gen.QueueOrderLIFO}
)

// configuration returns rules by chance that lead to some of the queues.
func configuration(random *rand.Rand, queues []*TaskQueue) string {
	queue := func() string { return fmt.Sprintf(`"queue":%q`, pick(random, queues).SID) }
	target := func() string {
		members := []string{queue()}
		for _, member := range []string{
			`"timeout":30`, `"priority":5`, `"skip_if":"workers.available == 0"`, `"order_by":"worker.a DESC"`, `"expression":"task.a == worker.a"`,
			`"expression":"worker.channel.default.assigned_tasks < 1"`, `"known_worker_friendly_name":"task.agent"`,
		} {
			if random.IntN(5) == 0 && !slices.ContainsFunc(members, func(m string) bool { return m[:5] == member[:5] }) {
				members = append(members, member)
			}
		}
		return "{" + strings.Join(members, ",") + "}"
	}
	filters := []string{}
	for range random.IntN(3) {
		filters = append(filters, fmt.Sprintf(`{"expression":%q,"targets":[%s,%s]}`,
			pick(random, []string{"1==1", "a == 1", "language == 'es'"}), target(), target()))
	}
	text := `{"task_routing":{"filters":[` + strings.Join(filters, ",") + `]`
	if random.IntN(4) > 0 {
		text += `,"default_filter":{` + queue() + `}`
	}
	return text + "}}"
}

// operations do one thing each, whether it is refused or not.
var operations = slices.Concat(
	[]func(w *Workspace, random *rand.Rand){
		func(w *Workspace, random *rand.Rand) {
			_, _ = w.CreateActivity(gen.CreateActivityRequest{FriendlyName: "a", Available: new(coin(random))})
		},
		func(w *Workspace, random *rand.Rand) { _ = w.DeleteActivity(pick(random, w.Activities.rows())) },
		func(w *Workspace, random *rand.Rand) {
			_ = w.UpdateActivity(pick(random, w.Activities.rows()), gen.UpdateActivityRequest{FriendlyName: new(pick(random, []string{"a", "b"}))})
		},
		func(w *Workspace, random *rand.Rand) {
			_ = w.Update(gen.UpdateWorkspaceRequest{
				DefaultActivitySID: new(pick(random, w.Activities.rows()).SID), TimeoutActivitySID: new(pick(random, w.Activities.rows()).SID),
				MultiTaskEnabled: new(random.IntN(3) > 0), PrioritizeQueueOrder: new(pick(random, someOrders)),
			})
		},
		func(w *Workspace, random *rand.Rand) {
			_, _ = w.CreateTaskChannel(gen.CreateTaskChannelRequest{FriendlyName: "c", UniqueName: fmt.Sprint("c", random.IntN(3))})
		},
		func(w *Workspace, random *rand.Rand) {
			_ = w.UpdateTaskChannel(pick(random, w.TaskChannels.rows()), gen.UpdateTaskChannelRequest{ChannelOptimizedRouting: new(coin(random))})
		},
		func(w *Workspace, random *rand.Rand) { _ = w.DeleteTaskChannel(pick(random, w.TaskChannels.rows())) },
		func(w *Workspace, random *rand.Rand) {
			request := gen.CreateTaskQueueRequest{
				FriendlyName: "<q>", TargetWorkers: new(pick(random, someTargets)), MaxReservedWorkers: new(1 + random.IntN(3)),
				TaskOrder: new(pick(random, someOrders)),
			}
			if coin(random) {
				request.ReservationActivitySID = new(pick(random, w.Activities.rows()).SID)
				request.AssignmentActivitySID = new(pick(random, w.Activities.rows()).SID)
			}
			_, _ = w.CreateTaskQueue(request)
		},
		func(w *Workspace, random *rand.Rand) {
			if q := pick(random, w.TaskQueues.rows()); q != nil {
				_ = w.UpdateTaskQueue(q, gen.UpdateTaskQueueRequest{TargetWorkers: new(pick(random, someTargets)), TaskOrder: new(pick(random, someOrders))})
			}
		},
		func(w *Workspace, random *rand.Rand) {
			if q := pick(random, w.TaskQueues.rows()); q != nil {
				_ = w.DeleteTaskQueue(q)
			}
		},
		func(w *Workspace, random *rand.Rand) {
			if w.TaskQueues.Len() > 0 && w.Workflows.Len() < 4 {
				_, _ = w.CreateWorkflow(gen.CreateWorkflowRequest{
					FriendlyName: "f", Configuration: configuration(random, w.TaskQueues.rows()), TaskReservationTimeout: new(1 + random.IntN(100)),
				})
			}
		},
		func(w *Workspace, random *rand.Rand) {
			if f := pick(random, w.Workflows.rows()); f != nil && w.TaskQueues.Len() > 0 {
				_ = w.UpdateWorkflow(f, gen.UpdateWorkflowRequest{
					Configuration: new(configuration(random, w.TaskQueues.rows())), ReEvaluateTasks: new(random.IntN(4) == 0),
				})
			}
		},
		func(w *Workspace, random *rand.Rand) {
			if f := pick(random, w.Workflows.rows()); f != nil && random.IntN(3) == 0 {
				_ = w.DeleteWorkflow(f)
			}
		},
		func(w *Workspace, random *rand.Rand) {
			_, _ = w.CreateWorker(gen.CreateWorkerRequest{
				FriendlyName: fmt.Sprint("K", random.IntN(8)), Attributes: gen.Attributes(pick(random, someAttributes)),
				ActivitySID: new(pick(random, w.Activities.rows()).SID),
			})
		},
		func(w *Workspace, random *rand.Rand) {
			if worker := pick(random, w.Workers.rows()); worker != nil {
				_ = w.UpdateWorker(worker, gen.UpdateWorkerRequest{
					FriendlyName: new(fmt.Sprint("k", random.IntN(8))), Attributes: gen.Attributes(pick(random, someAttributes)),
				})
			}
		},
		func(w *Workspace, random *rand.Rand) {
			if worker := pick(random, w.Workers.rows()); worker != nil && random.IntN(4) == 0 {
				_ = w.DeleteWorker(worker)
			}
		},
		func(w *Workspace, random *rand.Rand) {
			if worker := pick(random, w.Workers.rows()); worker != nil {
				c, _ := w.WorkerChannel(worker, pick(random, w.TaskChannels.rows()).UniqueName)
				_ = w.UpdateWorkerChannel(worker, c, gen.UpdateWorkerChannelRequest{Capacity: new(random.IntN(4)), Available: new(random.IntN(4) > 0)})
			}
		},
		func(w *Workspace, random *rand.Rand) {
			if task := pick(random, w.Tasks.rows()); task != nil {
				_ = w.UpdateTask(task, gen.UpdateTaskRequest{
					AssignmentStatus: new(pick(random, []gen.TaskStatus{"completed", "canceled", "wrapping"})), Reason: new("r"),
				})
			}
		},
		func(w *Workspace, random *rand.Rand) {
			if task := pick(random, w.Tasks.rows()); task != nil {
				request := gen.UpdateTaskRequest{Priority: new(random.IntN(3)), VirtualStartTime: new(w.account.now.Add(-time.Minute))}
				if coin(random) {
					request.Attributes = gen.Attributes(pick(random, someAttributes))
				}
				if coin(random) {
					request.TaskChannel = new(pick(random, w.TaskChannels.rows()).SID)
				}
				_ = w.UpdateTask(task, request)
			}
		},
		func(w *Workspace, random *rand.Rand) {
			if task := pick(random, w.Tasks.rows()); task != nil && random.IntN(3) == 0 {
				w.DeleteTask(task)
			}
		},
	},
	slices.Repeat([]func(*Workspace, *rand.Rand){createTask}, 5),
	slices.Repeat([]func(*Workspace, *rand.Rand){moveReservation}, 5),
	slices.Repeat([]func(*Workspace, *rand.Rand){makeAvailable}, 2),
)

func makeAvailable(w *Workspace, random *rand.Rand) {
	if worker := pick(random, w.Workers.rows()); worker != nil {
		_ = w.UpdateWorker(worker, gen.UpdateWorkerRequest{
			ActivitySID: new(pick(random, w.Activities.rows()).SID), RejectPendingReservations: new(random.IntN(4) == 0),
		})
	}
}

func createTask(w *Workspace, random *rand.Rand) {
	targets := []string{pick(random, w.Activities.rows()).SID}
	for worker := range w.Workers.All() {
		targets = append(targets, worker.SID)
	}
	for f := range w.Workflows.All() {
		targets = append(targets, f.SID)
	}
	request := gen.CreateTaskRequest{
		Attributes: gen.Attributes(pick(random, someAttributes)), TaskChannel: new(pick(random, w.TaskChannels.rows()[:2]).SID),
		Priority: new(random.IntN(3)), Timeout: new(1 + random.IntN(2000)), IgnoreCapacity: new(random.IntN(3) == 0),
	}
	if random.IntN(4) == 0 {
		request.TaskChannel = new(pick(random, w.TaskChannels.rows()).SID)
	}
	if f := pick(random, w.Workflows.rows()); f != nil {
		request.WorkflowSID = &f.SID
	}
	if q := pick(random, w.TaskQueues.rows()); q != nil {
		targets = append(targets, q.SID)
		if random.IntN(4) == 0 {
			request.TaskQueueSID = &q.SID
		}
	}
	if random.IntN(3) == 0 {
		request.RoutingTarget = new(pick(random, targets))
	}
	_, _ = w.CreateTask(request)
}

func moveReservation(w *Workspace, random *rand.Rand) {
	worker := pick(random, w.Workers.rows())
	if worker == nil {
		return
	}
	if r := pick(random, worker.Reservations.rows()); r != nil {
		status := pick(random, []gen.ReservationStatus{"accepted", "accepted", "rejected", "wrapping", "completed"})
		_ = w.UpdateReservation(r, gen.UpdateReservationRequest{ReservationStatus: &status}, WorkerInstructions)
	}
}

// requireSettled wants that all that is kept beside the resources follows from them, and
// that nothing waits that somebody could be asked to do.
func requireSettled(t *testing.T, a *Account) {
	t.Helper()
	require.Empty(t, a.unsettled)
	alarms := map[ringer]time.Time{}
	for w := range a.Workspaces.All() {
		require.Empty(t, w.arriving)
		require.Empty(t, w.fresh)
		require.Empty(t, w.judged)
		require.Empty(t, w.stirred)
		require.False(t, w.unsettled)
		requireMembers(t, w)
		requireCapacity(t, w)
		requireRules(t, w)
		requireLines(t, w)
		for task := range w.Tasks.All() {
			requireNobodyFor(t, w, task)
			alarms[task], _ = task.due()
			for r := range task.Reservations.All() {
				if r.Status == gen.ReservationStatusPending {
					alarms[r] = r.deadline()
				}
			}
		}
	}
	require.Len(t, a.alarms.items, len(alarms))
	for r, at := range alarms {
		if !at.Equal(r.alarmed().at) || !at.After(a.now) {
			require.Failf(t, "wrong alarm", "%v instead of %v", r.alarmed().at, at)
		}
	}
	requireQueue(t, &a.alarms.queue)
}

// requireQueue wants that each thing knows its place, and that none is before what
// should go before it.
func requireQueue[T any](t *testing.T, q *queue[T]) {
	t.Helper()
	for i, item := range q.items {
		if *q.place(item) != i+1 || i > 0 && q.before(item, q.items[(i-1)/2]) {
			require.Failf(t, "not in order", "%v at %d", item, i)
		}
	}
}

// requireMembers evaluates each expression anew.
func requireMembers(t *testing.T, w *Workspace) {
	t.Helper()
	fields := map[*Worker]expression.Attributes{}
	for worker := range w.Workers.All() {
		fields[worker] = w.seen(worker).Fields()
		require.Equal(t, fields[worker], w.Fields(worker))
	}
	for q := range w.TaskQueues.All() {
		counts := map[string]int{}
		target := expression.MustParse(cmp.Or(q.TargetWorkers, "1==2"))
		for worker := range w.Workers.All() {
			matches := target.Match(fields[worker])
			if matches != worker.Serves(q) {
				require.Failf(t, "wrong members", "%s of %v", q.TargetWorkers, fields[worker])
			}
			if matches {
				counts[worker.ActivitySID]++
			}
		}
		require.Equal(t, counts, withoutNil(q.activities))
	}
}

func withoutNil(m map[string]int) map[string]int {
	if m == nil {
		return map[string]int{}
	}
	return m
}

func requireCapacity(t *testing.T, w *Workspace) {
	t.Helper()
	for worker := range w.Workers.All() {
		used, assigned, held := map[string]int{}, map[string]int{}, 0
		for r := range worker.Reservations.All() {
			if r.open() {
				used[r.task.TaskChannelSID]++
				held++
			}
			if r.Status == gen.ReservationStatusAccepted {
				assigned[r.task.TaskChannelSID]++
			}
		}
		require.Equal(t, held, worker.held)
		for c := range worker.Channels.All() {
			require.Equal(t, [2]int{used[c.TaskChannelSID], assigned[c.TaskChannelSID]}, [2]int{c.used, c.assigned})
		}
	}
}

// requireRules wants that the rules that are kept are those that tasks follow.
func requireRules(t *testing.T, w *Workspace) {
	t.Helper()
	followed := map[*Rules]int{}
	for task := range w.Tasks.All() {
		if task.rules != nil {
			require.True(t, task.waits())
			require.Equal(t, task.Revision, task.rules.Revision)
			followed[task.rules]++
		}
	}
	for f := range w.Workflows.All() {
		require.Equal(t, followed[f.rules], f.rules.tasks)
		delete(followed, f.rules)
		for _, former := range f.Former {
			require.Positive(t, former.tasks)
			require.Equal(t, followed[former], former.tasks)
			delete(followed, former)
		}
	}
	require.Empty(t, followed, "rules that no workflow has")
}

// requireLines wants that those who wait are in the lines, and nobody else, and that
// everybody sits who could be asked.
func requireLines(t *testing.T, w *Workspace) {
	t.Helper()
	inLine := 0
	for key, l := range w.lines {
		require.Equal(t, key.channel, l.channel.SID)
		require.Len(t, l.groups.items, len(l.byKind))
		require.Empty(t, l.stirred)
		requireQueue(t, &l.groups)
		requireQueue(t, &l.seats)
		changing := 0
		for kind, g := range l.byKind {
			require.Equal(t, kind, g.kind)
			require.NotEmpty(t, g.tasks.items)
			requireQueue(t, &g.tasks)
			inLine += len(g.tasks.items)
			if g.changes() {
				changing++
			}
			for _, task := range g.tasks.items {
				require.True(t, g == task.group && l == w.lineOf(task) && !task.fresh)
			}
		}
		require.Equal(t, changing, l.changing)
	}
	waiting := 0
	for task := range w.Tasks.All() {
		if task.group != nil {
			require.Equal(t, gen.TaskStatusPending, task.Status)
			waiting++
		}
	}
	require.Equal(t, waiting, inLine)
	requireSeats(t, w)
}

func requireSeats(t *testing.T, w *Workspace) {
	t.Helper()
	seats := map[*line]int{}
	for worker := range w.Workers.All() {
		wanted := map[*line]bool{}
		for key, l := range w.lines {
			if q := w.taskQueue(key.of); key.of == worker.SID || q != nil && worker.Serves(q) {
				wanted[l] = true
			}
		}
		require.Len(t, worker.seats, len(wanted))
		for _, s := range worker.seats {
			require.True(t, wanted[s.line])
			delete(wanted, s.line)
			if s.line.seats.has(s) {
				seats[s.line]++
				require.LessOrEqual(t, s.key, worker.idleKey(s.line.channel))
				continue
			}
			require.False(t, w.isReady(worker, s.line.channel), "a worker who is ready lost the seat")
		}
	}
	for _, l := range w.lines {
		require.Len(t, l.seats.items, seats[l], "seats of nobody")
	}
}

// requireNobodyFor wants that nobody could be asked to do a task that waits.
func requireNobodyFor(t *testing.T, w *Workspace, task *Task) {
	t.Helper()
	if task.group == nil {
		return
	}
	channel := w.TaskChannelOf(task.TaskChannelSID)
	for worker := range w.Workers.All() {
		if task.isMeantForWorker() {
			require.False(t, worker.SID == task.RoutingTarget && (task.IgnoreCapacity || w.isReady(worker, channel)))
			continue
		}
		q := w.taskQueue(task.TaskQueueSID)
		seen := w.viewOf(worker)
		asked := task.step == nil || task.isDirect() || task.step.Asks(task.Attributes.Fields(), seen.worker, seen.fields)
		if worker.Serves(q) && w.isReady(worker, channel) && asked {
			require.Failf(t, "not asked", "%s waits in %s, but %s could do it", task.SID, q.TargetWorkers, worker.FriendlyName)
		}
	}
}

func TestWhateverHappenedAllThatIsKeptFollowsFromWhatThereIs(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			a := NewAccount("", seed)
			a.Begin(loadedAt)
			random := rand.New(rand.NewPCG(seed, 3))
			for range 500 {
				operateOnce(a, random)
				requireSettled(t, a)
			}
		})
	}
}
