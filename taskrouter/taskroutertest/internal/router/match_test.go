package router

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/expression"
)

// served has a worker do what it is asked, one task after the other, and returns the
// attribute name of these tasks.
func (s *shift) served(worker *Worker) (names string) {
	s.t.Helper()
	s.account.Settle()
	for {
		i := slices.IndexFunc(worker.Reservations.rows(), func(r *Reservation) bool { return r.Status == gen.ReservationStatusPending })
		if i < 0 {
			return names
		}
		r := worker.Reservations.rows()[i]
		name, _ := r.task.Attributes.Fields()["name"].(string)
		names += name
		s.answer(r, gen.ReservationStatusAccepted)
		s.answer(r, gen.ReservationStatusCompleted)
		s.account.Settle()
	}
}

// asked are the names of those who are asked to do a task, in order.
func (s *shift) asked(task *Task) []string {
	s.account.Settle()
	names := []string{}
	for r := range task.Reservations.All() {
		if r.Status == gen.ReservationStatusPending {
			names = append(names, r.worker.FriendlyName)
		}
	}
	return names
}

func (s *shift) waiting(f *Workflow, name string, priority int, ago time.Duration) *Task {
	s.t.Helper()
	task, err := s.CreateTask(gen.CreateTaskRequest{
		WorkflowSID: &f.SID, Attributes: gen.Attributes(fmt.Sprintf(`{"name":%q}`, name)), Priority: &priority,
		VirtualStartTime: new(s.account.now.Add(-ago)),
	})
	require.NoError(s.t, err)
	s.account.Settle()
	return task
}

func TestTasksAreGivenAwayInTheOrderOfTheirQueues(t *testing.T) {
	fifo, lifo := gen.QueueOrderFIFO, gen.QueueOrderLIFO
	for name, test := range map[string]struct {
		first, second, preferred gen.QueueOrder
		want                     string
	}{
		"first in":                  {fifo, fifo, fifo, "DabAcBC"},
		"last in":                   {lifo, lifo, lifo, "BcAbaDC"},
		"both, first in preferred":  {fifo, lifo, fifo, "abcBADC"},
		"both, last in preferred":   {fifo, lifo, lifo, "BADCabc"},
		"the other, first in first": {lifo, fifo, fifo, "DABCcba"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShift(t)
			require.NoError(t, s.Update(gen.UpdateWorkspaceRequest{PrioritizeQueueOrder: &test.preferred}))
			small, large := s.queue("1==1"), s.queue("1==1")
			require.NoError(t, s.UpdateTaskQueue(small, gen.UpdateTaskQueueRequest{TaskOrder: &test.first}))
			toSmall, toLarge := s.workflow(small), s.workflow(large)
			s.waiting(toSmall, "c", 1, 2*time.Second)
			s.waiting(toLarge, "A", 1, 3*time.Second)
			s.waiting(toLarge, "B", 1, time.Second)
			s.waiting(toSmall, "a", 2, 4*time.Second) // as high as the next one, and as old
			s.waiting(toSmall, "b", 2, 4*time.Second)
			s.waiting(toLarge, "C", 0, time.Hour)
			s.waiting(toLarge, "D", 3, 10*time.Second)
			// What waits is put where it belongs by the new order.
			require.NoError(t, s.UpdateTaskQueue(large, gen.UpdateTaskQueueRequest{TaskOrder: &test.second}))
			requireSettled(t, s.account)
			got := s.served(s.worker("Ann", "Available", ""))
			assert.Equal(t, test.want, got)
			requireSettled(t, s.account)
		})
	}
}

func TestATaskThatIsChangedWaitsWhereItBelongs(t *testing.T) {
	s := newShift(t)
	f := s.workflow(s.queue("1==1"))
	a, b, c := s.waiting(f, "a", 0, 3*time.Second), s.waiting(f, "b", 0, 2*time.Second), s.waiting(f, "c", 0, time.Second)
	require.NoError(t, s.UpdateTask(c, gen.UpdateTaskRequest{Priority: new(1)}))
	require.NoError(t, s.UpdateTask(a, gen.UpdateTaskRequest{VirtualStartTime: &s.account.now}))
	require.NoError(t, s.UpdateTask(b, gen.UpdateTaskRequest{TaskChannel: new("voice")}))
	require.NoError(t, s.UpdateTask(b, gen.UpdateTaskRequest{TaskChannel: new("default")}))
	assert.Equal(t, "cba", s.served(s.worker("Ann", "Available", "")))
}

func TestWhoWasWithoutATaskForTheLongestIsAskedFirst(t *testing.T) {
	s := newShift(t)
	f := s.workflow(s.queue("1==1"))
	workers := []*Worker{s.worker("Ann", "Available", ""), s.worker("Ben", "Available", ""), s.worker("Cid", "Available", "")}
	next := func(channel string) string {
		s.after(time.Second)
		task, err := s.CreateTask(gen.CreateTaskRequest{WorkflowSID: &f.SID, TaskChannel: &channel})
		require.NoError(t, err)
		asked := s.asked(task)
		require.Len(t, asked, 1)
		s.cancel(task)
		s.account.Settle()
		requireSettled(t, s.account)
		return asked[0]
	}
	for _, want := range []string{"Ann", "Ben", "Cid", "Ann"} {
		assert.Equal(t, want, next("default"))
	}
	assert.Equal(t, "Ben", next("voice"), "the order is that of all channels")

	// Now Cid is the one who is idle for the longest, then Ann, then Ben. On the channel
	// voice only Ben was asked.
	voice := s.channelsByName["voice"]
	optimize := func(on bool) {
		require.NoError(t, s.UpdateTaskChannel(voice, gen.UpdateTaskChannelRequest{ChannelOptimizedRouting: &on}))
	}
	optimize(true)
	assert.Equal(t, "Ann", next("voice"))
	assert.Equal(t, "Cid", next("voice"))
	assert.Equal(t, "Ben", next("voice"))
	assert.Equal(t, "Ann", next("default"))
	assert.Equal(t, "Ann", next("voice"), "of the channel alone")
	optimize(false)
	assert.Equal(t, "Cid", next("voice"), "of all channels again")
	assert.Equal(t, []int{s.ReservationsMade, 11}, []int{workers[2].LastReserved, s.ReservationsMade})
	assert.Equal(t, 3, workers[2].channels[s.channelsByName["default"].SID].LastReserved)
}

func TestASeatThatWasOfNoUseComesBack(t *testing.T) {
	for name, test := range map[string]struct {
		lose, gain func(s *shift, worker *Worker)
	}{
		"away": {
			func(s *shift, worker *Worker) { s.move(worker, "Offline") },
			func(s *shift, worker *Worker) { s.move(worker, "Available") },
		},
		"channel not available": {
			func(s *shift, worker *Worker) {
				s.channel(worker, gen.UpdateWorkerChannelRequest{Available: new(false)})
			},
			func(s *shift, worker *Worker) {
				s.channel(worker, gen.UpdateWorkerChannelRequest{Available: new(true)})
			},
		},
		"no capacity": {
			func(s *shift, worker *Worker) { s.channel(worker, gen.UpdateWorkerChannelRequest{Capacity: new(0)}) },
			func(s *shift, worker *Worker) { s.channel(worker, gen.UpdateWorkerChannelRequest{Capacity: new(1)}) },
		},
		"busy": {
			func(s *shift, worker *Worker) {
				s.enter(s.Workflows.rows()[0])
				s.answer(worker.Reservations.rows()[0], gen.ReservationStatusAccepted)
			},
			func(s *shift, worker *Worker) {
				s.answer(worker.Reservations.rows()[0], gen.ReservationStatusCompleted)
			},
		},
		"not of the queue": {
			func(s *shift, _ *Worker) {
				require.NoError(s.t, s.UpdateTaskQueue(s.TaskQueues.rows()[0], gen.UpdateTaskQueueRequest{TargetWorkers: new("")}))
			},
			func(s *shift, _ *Worker) {
				require.NoError(s.t, s.UpdateTaskQueue(s.TaskQueues.rows()[0], gen.UpdateTaskQueueRequest{TargetWorkers: new("1==1")}))
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShift(t)
			f := s.workflow(s.queue("1==1"))
			worker := s.worker("Ann", "Available", "")
			test.lose(s, worker)
			task := s.enter(f)
			assert.Empty(t, s.asked(task))
			assert.Empty(t, task.group.line.seats.items)
			requireSettled(t, s.account)
			test.gain(s, worker)
			assert.Equal(t, []string{"Ann"}, s.asked(task))
			requireSettled(t, s.account)
		})
	}
}

func (s *shift) channel(worker *Worker, request gen.UpdateWorkerChannelRequest) {
	s.t.Helper()
	require.NoError(s.t, s.UpdateWorkerChannel(worker, worker.channels[s.channelsByName["default"].SID], request))
}

// TestTasksThatTheSameWorkersMayDoShareAGroup counts groups, which are gone when nothing
// waits.
func TestTasksThatTheSameWorkersMayDoShareAGroup(t *testing.T) {
	for name, test := range map[string]struct {
		target string
		want   int
	}{
		"no condition":     {`{"queue":%q}`, 1},
		"by one attribute": {`{"queue":%q,"expression":"task.a == worker.a"}`, 2},
		"by two":           {`{"queue":%q,"expression":"task.a == worker.a AND task.b == worker.b"}`, 3},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShift(t)
			q := s.queue("1==1")
			f := s.workflow(q)
			s.configure(f, `{"task_routing":{"filters":[],"default_filter":`+fmt.Sprintf(test.target, q.SID)+`}}`)
			for _, attributes := range []string{`{"a":1,"b":1}`, `{"a":1,"b":2}`, `{"a":2,"b":2}`, `{"a":2,"b":2,"c":1}`} {
				_, err := s.CreateTask(gen.CreateTaskRequest{WorkflowSID: &f.SID, Attributes: gen.Attributes(attributes)})
				require.NoError(t, err)
			}
			s.account.Settle()
			require.Len(t, s.lines, 1)
			l := s.Tasks.rows()[0].group.line
			assert.Len(t, l.byKind, test.want)
			requireSettled(t, s.account)

			for task := range s.Tasks.All() {
				s.cancel(task)
			}
			assert.Empty(t, l.byKind)
			assert.True(t, l.groups.empty())
			assert.Zero(t, l.changing)
		})
	}
}

func TestATaskThatIgnoresCapacityDoesNotWaitForOneThatDoesNot(t *testing.T) {
	s := newShift(t)
	q := s.queue("1==1")
	f := s.workflow(q)
	ann := s.worker("Ann", "Offline", "")
	create := func(ignore bool) *Task {
		task, err := s.CreateTask(gen.CreateTaskRequest{WorkflowSID: &f.SID, TaskQueueSID: &q.SID, RoutingTarget: &ann.SID, IgnoreCapacity: &ignore})
		require.NoError(t, err)
		return task
	}
	patient, urgent := create(false), create(true)
	assert.Empty(t, s.asked(patient))
	assert.Equal(t, []string{"Ann"}, s.asked(urgent))
	s.move(ann, "Available")
	assert.Empty(t, s.asked(patient), "the other one takes up the capacity")
	s.answer(urgent.Reservations.rows()[0], gen.ReservationStatusRejected)
	s.account.Settle()
	assert.Equal(t, []string{"Ann"}, s.asked(urgent), "which is asked for again at once")
	requireSettled(t, s.account)
}

func TestSeveralWorkersAreAskedAtOnceIfTheQueueSaysSo(t *testing.T) {
	s := newShift(t)
	q := s.queue("1==1")
	require.NoError(t, s.UpdateTaskQueue(q, gen.UpdateTaskQueueRequest{MaxReservedWorkers: new(2)}))
	f := s.workflow(q)
	s.worker("Ann", "Available", `{"level":1}`)
	s.worker("Ben", "Available", `{"level":3}`)
	s.worker("Cid", "Available", `{"level":2}`)
	first := s.enter(f)
	assert.Equal(t, []string{"Ann", "Ben"}, s.asked(first))
	assert.Equal(t, 1, first.Assignments)
	second := s.enter(f)
	assert.Equal(t, []string{"Cid"}, s.asked(second))
	s.cancel(first)
	s.cancel(second)
	s.account.Settle()
	for _, test := range []struct {
		order string
		want  []string
	}{{"worker.level DESC", []string{"Ben", "Cid"}}, {"worker.level ASC", []string{"Ann", "Cid"}}} {
		s.configure(f, `{"task_routing":{"filters":[],"default_filter":{"queue":"`+q.SID+`","order_by":"`+test.order+`"}}}`)
		task := s.enter(f)
		assert.Equal(t, test.want, s.asked(task))
		s.cancel(task)
		s.account.Settle()
	}
}

func TestAWorkerWhoIsKnownIsAskedAlone(t *testing.T) {
	for target, attribute := range map[string]func(*Worker) string{
		`"known_worker_sid":"task.agent"`:           func(worker *Worker) string { return worker.SID },
		`"known_worker_friendly_name":"task.agent"`: func(worker *Worker) string { return worker.FriendlyName },
	} {
		s := newShift(t)
		q, others := s.queue("level > 0"), s.queue("1==1")
		f := s.workflow(q)
		s.configure(f, `{"task_routing":{"filters":[{"expression":"1==1","targets":[{"queue":"`+q.SID+`",`+target+`}]}]}}`)
		s.worker("Ann", "Available", `{"level":1}`)
		ben := s.worker("Ben", "Offline", `{"level":1}`)
		cid := s.worker("Cid", "Available", `{}`) // who does not serve the queue
		enter := func(worker *Worker) *Task {
			task, err := s.CreateTask(gen.CreateTaskRequest{WorkflowSID: &f.SID, Attributes: gen.Attributes(fmt.Sprintf(`{"agent":%q}`, attribute(worker)))})
			require.NoError(t, err)
			return task
		}
		ofBen, ofCid := enter(ben), enter(cid)
		assert.Empty(t, s.asked(ofBen))
		s.move(ben, "Available")
		assert.Equal(t, []string{"Ben"}, s.asked(ofBen))
		assert.Empty(t, s.asked(ofCid))
		assert.Empty(t, s.asked(s.enter(f)), "of nobody")
		require.NoError(t, s.UpdateWorker(cid, gen.UpdateWorkerRequest{Attributes: `{"level":1}`}))
		assert.Equal(t, []string{"Cid"}, s.asked(ofCid))
		assert.Empty(t, others.lines)
		requireSettled(t, s.account)
	}
}

func TestWhatAWorkerDoesMayLetAnotherTaskAskIt(t *testing.T) {
	s := newShift(t)
	q := s.queue("1==1")
	f := s.workflow(q)
	s.configure(f, `{"task_routing":{"filters":[],"default_filter":{"queue":"`+q.SID+`","expression":"worker.channel.voice.assigned_tasks == 1"}}}`)
	ann := s.worker("Ann", "Available", "")
	task := s.enter(f)
	assert.Empty(t, s.asked(task))
	voice, err := s.CreateTask(gen.CreateTaskRequest{RoutingTarget: &ann.SID, TaskQueueSID: &q.SID, TaskChannel: new("voice")})
	require.NoError(t, err)
	assert.Equal(t, []string{"Ann"}, s.asked(voice))
	assert.Empty(t, s.asked(task))
	s.answer(voice.Reservations.rows()[0], gen.ReservationStatusAccepted)
	assert.Equal(t, []string{"Ann"}, s.asked(task))
	requireSettled(t, s.account)
}

// TestTasksAreGivenToThoseWhoAPlainSearchFinds has many workers become available at once,
// and searches all tasks and all workers for each pair.
func TestTasksAreGivenToThoseWhoAPlainSearchFinds(t *testing.T) {
	for seed := range uint64(60) {
		random := rand.New(rand.NewPCG(seed, 9))
		s := newShift(t)
		require.NoError(t, s.Update(gen.UpdateWorkspaceRequest{PrioritizeQueueOrder: new(pick(random, someOrders))}))
		require.NoError(t, s.UpdateTaskChannel(s.channelsByName["voice"], gen.UpdateTaskChannelRequest{ChannelOptimizedRouting: new(coin(random))}))
		flows := []*Workflow{}
		for _, target := range []string{"1==1", "level > 1", "level < 3"} {
			q := s.queue(target)
			require.NoError(t, s.UpdateTaskQueue(q, gen.UpdateTaskQueueRequest{
				TaskOrder: new(pick(random, someOrders)), MaxReservedWorkers: new(1 + random.IntN(2)),
			}))
			f := s.workflow(q)
			s.configure(f, `{"task_routing":{"filters":[],"default_filter":{"queue":"`+q.SID+`"`+pick(random, []string{
				"", `,"expression":"task.level == worker.level"`, `,"order_by":"worker.level DESC"`,
			})+`}}}`)
			flows = append(flows, f)
		}
		for i := range 6 {
			worker := s.worker(fmt.Sprint("K", i), "Available", fmt.Sprintf(`{"level":%d}`, random.IntN(4)))
			for c := range worker.Channels.All() {
				require.NoError(t, s.UpdateWorkerChannel(worker, c, gen.UpdateWorkerChannelRequest{Capacity: new(random.IntN(3))}))
			}
		}
		create := func() {
			_, err := s.CreateTask(gen.CreateTaskRequest{
				WorkflowSID: &pick(random, flows).SID, Attributes: gen.Attributes(fmt.Sprintf(`{"level":%d}`, random.IntN(4))),
				Priority: new(random.IntN(3)), VirtualStartTime: new(s.account.now.Add(-time.Duration(random.IntN(3)) * time.Second)),
				TaskChannel: new(pick(random, []string{"default", "voice"})),
			})
			require.NoError(t, err)
		}
		for range 6 { // so that not all have been idle for as long
			create()
			s.account.Settle()
		}
		for worker := range s.Workers.All() {
			for len(worker.Reservations.rows()) > 0 && coin(random) {
				s.cancel(worker.Reservations.rows()[0].task)
				s.DeleteTask(worker.Reservations.rows()[0].task)
			}
			s.move(worker, "Offline")
		}
		s.account.Settle()
		for range 12 {
			create()
			s.account.Settle()
		}
		for worker := range s.Workers.All() {
			s.move(worker, "Available")
		}
		want := s.search()
		since := s.ReservationsMade
		s.account.Settle()
		var got []string
		for worker := range s.Workers.All() {
			for r := range worker.Reservations.All() {
				if r.Number > since {
					got = append(got, fmt.Sprintf("%03d %s %s", r.Number-since, r.task.SID, worker.FriendlyName))
				}
			}
		}
		slices.Sort(got)
		require.Equal(t, want, got, "seed %d", seed)
		requireSettled(t, s.account)
	}
}

// search finds which tasks are given to whom, without giving them.
func (s *shift) search() (pairs []string) {
	taken, last, n := map[string]int{}, map[string]int{}, s.ReservationsMade
	key := func(worker *Worker, channel *TaskChannel) int {
		if channel.ChannelOptimizedRouting {
			return cmp.Or(last[worker.SID+channel.SID], worker.channels[channel.SID].LastReserved)
		}
		return cmp.Or(last[worker.SID], worker.LastReserved)
	}
	tasks := slices.DeleteFunc(slices.Clone(s.Tasks.rows()), func(task *Task) bool { return task.Status != gen.TaskStatusPending })
	slices.SortFunc(tasks, func(a, b *Task) int {
		queueOfA, queueOfB := s.taskQueue(a.TaskQueueSID), s.taskQueue(b.TaskQueueSID)
		switch {
		case queueOfA.TaskOrder == gen.QueueOrderLIFO && queueOfB.TaskOrder == gen.QueueOrderLIFO:
			return cmp.Or(b.VirtualStartTime.Compare(a.VirtualStartTime), -byPlace(a, b))
		case queueOfA.TaskOrder == queueOfB.TaskOrder:
			return cmp.Or(-cmp.Compare(a.Priority, b.Priority), a.VirtualStartTime.Compare(b.VirtualStartTime), byPlace(a, b))
		case queueOfA.TaskOrder == s.PrioritizeQueueOrder:
			return -1
		}
		return 1
	})
	for _, task := range tasks {
		q, channel := s.taskQueue(task.TaskQueueSID), s.TaskChannelOf(task.TaskChannelSID)
		var found []*Worker
		for worker := range s.Workers.All() {
			c := worker.channels[channel.SID]
			seen := s.seen(worker)
			if c.used+taken[c.SID] < c.ConfiguredCapacity && q.Matches(seen.Fields()) && task.step.Asks(task.Attributes.Fields(), seen, seen.Fields()) {
				found = append(found, worker)
			}
		}
		slices.SortStableFunc(found, func(a, b *Worker) int { return cmp.Compare(key(a, channel), key(b, channel)) })
		if task.step.Order != nil {
			expression.Sort(task.step.Order, found, s.Fields)
		}
		for _, worker := range found[:min(len(found), q.MaxReservedWorkers)] {
			n++
			taken[worker.channels[channel.SID].SID]++
			last[worker.SID], last[worker.SID+channel.SID] = n, n
			pairs = append(pairs, fmt.Sprintf("%03d %s %s", n-s.ReservationsMade, task.SID, worker.FriendlyName))
		}
	}
	return pairs
}

func TestATaskThatComesNewlyAsksWhoeverIsReadyAlready(t *testing.T) {
	s := newShift(t)
	q := s.queue("1==1")
	f := s.workflow(q)
	s.configure(f, `{"task_routing":{"filters":[],"default_filter":{"queue":"`+q.SID+`","expression":"worker.level > 1"}}}`)
	s.worker("Ann", "Available", `{"level":1}`)
	s.worker("Ben", "Available", `{"level":2}`)
	s.account.Settle()
	assert.Equal(t, []string{"Ben"}, s.asked(s.enter(f)))
	assert.Empty(t, s.asked(s.enter(f)))
}
