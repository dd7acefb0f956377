package router

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen"
)

// A shift is a workspace in which work is done, step by step.
type shift struct {
	*Workspace
	t *testing.T
}

var opened = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

func newShift(t *testing.T) *shift {
	t.Helper()
	account := NewAccount("", 1)
	account.Begin(opened)
	w, err := account.CreateWorkspace(gen.CreateWorkspaceRequest{FriendlyName: "Shift"})
	require.NoError(t, err)
	return &shift{w, t}
}

// after lets time pass.
func (s *shift) after(d time.Duration) { s.account.Begin(s.account.now.Add(d)) }

func (s *shift) queue(target string) *TaskQueue {
	s.t.Helper()
	q, err := s.CreateTaskQueue(gen.CreateTaskQueueRequest{FriendlyName: "Queue", TargetWorkers: &target})
	require.NoError(s.t, err)
	return q
}

func (s *shift) workflow(q *TaskQueue) *Workflow {
	s.t.Helper()
	f, err := s.CreateWorkflow(gen.CreateWorkflowRequest{
		FriendlyName:  "Workflow",
		Configuration: `{"task_routing":{"default_filter":{"queue":"` + q.SID + `"}}}`,
	})
	require.NoError(s.t, err)
	return f
}

func (s *shift) worker(name, activity, attributes string) *Worker {
	s.t.Helper()
	worker, err := s.CreateWorker(gen.CreateWorkerRequest{
		FriendlyName: name, ActivitySID: new(s.named(activity).SID), Attributes: gen.Attributes(attributes),
	})
	require.NoError(s.t, err)
	return worker
}

func (s *shift) named(activity string) *Activity {
	for a := range s.Activities.All() {
		if a.FriendlyName == activity {
			return a
		}
	}
	s.t.Fatalf("no activity %s", activity)
	return nil
}

func (s *shift) task(f *Workflow, q *TaskQueue, channel string, priority int) *Task {
	s.t.Helper()
	t, err := s.CreateTask(gen.CreateTaskRequest{
		WorkflowSID: &f.SID, TaskQueueSID: &q.SID, TaskChannel: &channel, Priority: &priority,
	})
	require.NoError(s.t, err)
	return t
}

// reserve asks a worker to do a task, as routing does.
func (s *shift) reserve(t *Task, worker *Worker) *Reservation {
	s.Workspace.reserve(t, []*Worker{worker})
	return t.Reservations.rows()[t.Reservations.Len()-1]
}

func (s *shift) answer(r *Reservation, status gen.ReservationStatus) {
	s.t.Helper()
	require.NoError(s.t, s.UpdateReservation(r, gen.UpdateReservationRequest{ReservationStatus: &status}, TaskInstructions))
}

func (s *shift) cancel(t *Task) {
	s.t.Helper()
	require.NoError(s.t, s.UpdateTask(t, gen.UpdateTaskRequest{AssignmentStatus: new(gen.TaskStatusCanceled)}))
}

func (s *shift) move(worker *Worker, activity string) { s.moveWorker(worker, s.named(activity).SID) }

// past is the window of all that happened.
func (s *shift) past() Window { return Window{opened, s.account.now} }

func TestTasksAreCountedWhateverTheirState(t *testing.T) {
	s := newShift(t)
	q := s.queue("1==1")
	f := s.workflow(q)
	worker := s.worker("Amara", "Available", "")
	s.task(f, q, "default", 0)
	s.reserve(s.task(f, q, "default", 3), worker)
	s.answer(s.reserve(s.task(f, q, "default", 0), worker), gen.ReservationStatusAccepted)
	wrapping := s.reserve(s.task(f, q, "default", 0), worker)
	s.answer(wrapping, gen.ReservationStatusAccepted)
	s.answer(wrapping, gen.ReservationStatusWrapping)
	completed := s.reserve(s.task(f, q, "default", 0), worker)
	s.answer(completed, gen.ReservationStatusAccepted)
	s.answer(completed, gen.ReservationStatusCompleted)
	s.cancel(s.task(f, q, "default", 9))

	now := s.TasksNow(Scope{})
	assert.Equal(t, gen.TasksByStatus{"pending": 1, "reserved": 1, "assigned": 1, "wrapping": 1, "completed": 1, "canceled": 1}, now.ByStatus)
	assert.Equal(t, 6, now.Total)
	assert.Equal(t, gen.TasksByPriority{"0": 4, "3": 1, "9": 1}, now.ByPriority)
}

func TestAWorkspaceWithoutTasksHasNoWaitButAllStates(t *testing.T) {
	now := newShift(t).TasksNow(Scope{})
	assert.Equal(t, TasksNow{
		ByStatus:   gen.TasksByStatus{"pending": 0, "reserved": 0, "assigned": 0, "wrapping": 0, "completed": 0, "canceled": 0},
		ByPriority: gen.TasksByPriority{},
	}, now)
}

func TestAScopeHoldsTheTasksAndEventsOfItsQueueWorkflowAndChannel(t *testing.T) {
	s := newShift(t)
	q, otherQueue := s.queue("1==1"), s.queue("1==1")
	f, otherWorkflow := s.workflow(q), s.workflow(q)
	for _, made := range []*Task{
		s.task(f, q, "voice", 0), s.task(f, q, "voice", 0), s.task(f, q, "chat", 0),
		s.task(f, otherQueue, "voice", 0), s.task(otherWorkflow, q, "voice", 0),
	} {
		s.cancel(made)
		made.Status = gen.TaskStatusPending // so that it counts both now and then
	}
	voice, chat := s.channelsByName["voice"].SID, s.channelsByName["chat"].SID
	for name, test := range map[string]struct {
		scope Scope
		want  int
	}{
		"workspace":                  {Scope{}, 5},
		"queue":                      {Scope{TaskQueueSID: q.SID}, 4},
		"other queue":                {Scope{TaskQueueSID: otherQueue.SID}, 1},
		"workflow":                   {Scope{WorkflowSID: f.SID}, 4},
		"other workflow":             {Scope{WorkflowSID: otherWorkflow.SID}, 1},
		"channel":                    {Scope{TaskChannelSID: voice}, 4},
		"other channel":              {Scope{TaskChannelSID: chat}, 1},
		"queue and channel":          {Scope{TaskQueueSID: q.SID, TaskChannelSID: voice}, 3},
		"workflow and channel":       {Scope{WorkflowSID: f.SID, TaskChannelSID: chat}, 1},
		"other workflow and channel": {Scope{WorkflowSID: otherWorkflow.SID, TaskChannelSID: chat}, 0},
		"foreign queue":              {Scope{TaskQueueSID: SID("WQ", 2, 1)}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, test.want, s.TasksNow(test.scope).Total)
			assert.Equal(t, test.want, s.Happened(test.scope, s.past()).Events["task.canceled"])
		})
	}
}

func TestTheLongestWaitIsThatOfTheOldestTaskThatWaits(t *testing.T) {
	s := newShift(t)
	q := s.queue("1==1")
	f := s.workflow(q)
	worker := s.worker("Amara", "Available", "")
	assigned := s.task(f, q, "default", 0)
	s.answer(s.reserve(assigned, worker), gen.ReservationStatusAccepted)
	s.after(time.Second)
	oldest := s.task(f, q, "default", 0)
	s.task(f, q, "default", 0) // as old
	s.after(2 * time.Second)
	relative := s.task(f, q, "default", 0)
	s.after(4 * time.Second)
	oldest.DateQueueEntered = new(s.account.now)
	s.after(8 * time.Second)

	assert.Equal(t, Waiting{14 * time.Second, &oldest.SID}, s.TasksNow(Scope{}).Longest)
	second := s.Tasks.rows()[2]
	assert.Equal(t, Waiting{14 * time.Second, &second.SID}, s.TasksNow(Scope{}).LongestInQueue, "one without a date entered when it was made")
	second.DateQueueEntered = new(s.account.now.Add(-13 * time.Second))
	assert.Equal(t, Waiting{13 * time.Second, &second.SID}, s.TasksNow(Scope{}).LongestInQueue)
	second.DateQueueEntered = new(s.account.now)
	assert.Equal(t, Waiting{12 * time.Second, &relative.SID}, s.TasksNow(Scope{}).LongestInQueue)
	s.reserve(oldest, worker)
	assert.Equal(t, &oldest.SID, s.TasksNow(Scope{}).Longest.SID, "a reserved task still waits")
}

func TestATaskThatWaitsForNoTimeYetIsTheLongestOne(t *testing.T) {
	s := newShift(t)
	q := s.queue("1==1")
	waiting := s.task(s.workflow(q), q, "default", 0)
	assert.Equal(t, Waiting{0, &waiting.SID}, s.TasksNow(Scope{}).Longest)
}

func TestWorkersAreEligibleWhateverTheyDoAndAvailableByTheirActivity(t *testing.T) {
	s := newShift(t)
	q := s.queue(`languages HAS "es"`)
	s.worker("Amara", "Available", `{"languages":["es"]}`)
	s.worker("Bruno", "Offline", `{"languages":["es"]}`)
	s.worker("Chidi", "Available", `{"languages":["en"]}`)
	busy := s.worker("Dewi", "Available", `{"languages":["es"]}`)
	s.answer(s.reserve(s.task(s.workflow(q), q, "default", 0), busy), gen.ReservationStatusAccepted)

	count := func(offline, available int) []gen.ActivityCount {
		return []gen.ActivityCount{
			{SID: s.named("Offline").SID, FriendlyName: "Offline", Workers: offline},
			{SID: s.named("Available").SID, FriendlyName: "Available", Workers: available},
			{SID: s.named("Unavailable").SID, FriendlyName: "Unavailable", Workers: 0},
		}
	}
	assert.Equal(t, WorkersNow{Total: 3, Available: 2, ByActivity: count(1, 2)}, s.WorkersNow(s.Eligible(q.SID)))
	all := s.WorkersWhere(func(*Worker) bool { return true })
	assert.Equal(t, WorkersNow{Total: 4, Available: 3, ByActivity: count(1, 3)}, s.WorkersNow(all))
	assert.Equal(t, WorkersNow{ByActivity: count(0, 0)}, s.WorkersNow(s.Eligible(SID("WQ", 2, 1))), "a queue that is not there")
}

func TestEveryKindOfEventIsCounted(t *testing.T) {
	s := newShift(t)
	q := s.queue("1==1")
	f := s.workflow(q)
	amara, bruno := s.worker("Amara", "Available", ""), s.worker("Bruno", "Available", "")
	done := s.task(f, q, "default", 0)
	s.after(4 * time.Second)
	done.DateQueueEntered = new(s.account.now)
	s.answer(s.reserve(done, amara), gen.ReservationStatusRejected)
	r, late := s.reserve(done, amara), s.reserve(done, bruno)
	s.after(2*time.Second + 900*time.Millisecond)
	s.answer(r, gen.ReservationStatusAccepted)
	require.Equal(t, gen.ReservationStatusRescinded, late.Status)
	s.answer(r, gen.ReservationStatusCompleted)
	canceled := s.task(f, q, "default", 0)
	s.reserve(canceled, bruno)
	s.after(9 * time.Second)
	s.cancel(canceled)
	s.DeleteTask(canceled)

	all := s.Happened(Scope{TaskQueueSID: q.SID, WorkflowSID: f.SID}, s.past())
	assert.Equal(t, &Happened{
		Events: map[string]int{
			"reservation.created": 4, "reservation.accepted": 1, "reservation.rejected": 1, "reservation.rescinded": 1,
			"reservation.completed": 1, "reservation.canceled": 1,
			"task.completed": 1, "task.canceled": 1, "task.deleted": 1, // task.created names no queue
		},
		UntilAccepted:        Waits{6},
		InQueueUntilAccepted: Waits{2},
		UntilCanceled:        Waits{9},
	}, all)

	ofBruno := s.HappenedTo([]*Worker{bruno}, Scope{}, s.past())
	assert.Equal(t, map[string]int{
		"worker.created": 1, "reservation.created": 2, "reservation.rescinded": 1, "reservation.canceled": 1,
	}, ofBruno.Events)
	assert.Empty(t, s.HappenedTo(nil, Scope{}, s.past()).Events)
}

func TestAWindowHasBothItsEndsAndItsLastSecond(t *testing.T) {
	s := newShift(t)
	q := s.queue("1==1")
	f := s.workflow(q)
	s.after(61*time.Second + 900*time.Millisecond)
	s.task(f, q, "default", 0)
	at, second := s.account.now, s.account.now.Truncate(time.Second)
	for name, test := range map[string]struct {
		window Window
		want   int
	}{
		"around":               {Window{at.Add(-1), at.Add(1)}, 1},
		"from it":              {Window{at, at.Add(1)}, 1},
		"to it":                {Window{at.Add(-1), at}, 1},
		"to its second":        {Window{opened, second}, 1},
		"to its second alone":  {Window{second, second}, 1},
		"after":                {Window{at.Add(1), at.Add(2)}, 0},
		"to before its second": {Window{opened, second.Add(-1)}, 0},
		"to the second before": {Window{opened, second.Add(-time.Second)}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, test.want, s.Happened(Scope{}, test.window).Events["task.created"])
		})
	}
}

func TestTasksThatTheRouterDeletesCountAsDeleted(t *testing.T) {
	h := &Happened{Events: map[string]int{"task.deleted": 1, "task.system-deleted": 2, "task.canceled": 4}}
	assert.Equal(t, 3, h.TasksDeleted())
}

func TestTheAverageThatStandsAloneIsInWholeSeconds(t *testing.T) {
	assert.InDelta(t, 0, Waits(nil).Average(), 0)
	assert.InDelta(t, 0, Waits{0, 1}.Average(), 0)
	assert.InDelta(t, 3, Waits{2, 5}.Average(), 0)
	assert.InDelta(t, 4, Waits{3, 5}.Average(), 0)
}

func TestWaitsAreSummedUp(t *testing.T) {
	assert.Equal(t, gen.WaitDuration{}, Waits(nil).Duration())
	assert.Equal(t, gen.WaitDuration{Avg: 7, Min: 7, Max: 7, Total: 7}, Waits{7}.Duration())
	assert.Equal(t, gen.WaitDuration{Avg: 9.5, Min: 6, Max: 13, Total: 19}, Waits{13, 6}.Duration())
}

func TestWaitsAreSplitByThresholds(t *testing.T) {
	h := &Happened{UntilAccepted: Waits{1, 4, 5, 60}, UntilCanceled: Waits{5, 30, 31}}
	assert.Nil(t, h.Split(nil))
	counts := func(accepted, canceled int) gen.WaitTimeCounts {
		return gen.WaitTimeCounts{ReservationsAccepted: accepted, TasksCanceled: canceled}
	}
	assert.Equal(t, map[string]gen.WaitTimeSplit{
		"5":  {Below: counts(2, 0), Above: counts(2, 3)},
		"31": {Below: counts(3, 2), Above: counts(1, 1)},
		"61": {Below: counts(4, 3), Above: counts(0, 0)},
	}, h.Split([]int{5, 31, 61}))
}

func TestStaysAreCountedAsFarAsTheyAreInTheWindow(t *testing.T) {
	s := newShift(t)
	worker := s.worker("Amara", "Offline", "")
	other := s.worker("Bruno", "Offline", "")
	s.after(100 * time.Second)
	s.move(worker, "Available") // Offline 0 to 100
	s.after(50 * time.Second)
	s.move(worker, "Offline") // Available 100 to 150
	s.after(30*time.Second + 500*time.Millisecond)
	s.move(worker, "Available") // Offline 150 to 180.5
	s.move(other, "Unavailable")
	s.after(19*time.Second + 500*time.Millisecond) // Available 180.5 to 200

	at := func(second int) time.Time { return opened.Add(time.Duration(second) * time.Second) }
	duration := func(activity string, avg, least, most, total float64) gen.ActivityDuration {
		return gen.ActivityDuration{SID: s.named(activity).SID, FriendlyName: activity, Avg: avg, Min: least, Max: most, Total: total}
	}
	for name, test := range map[string]struct {
		window Window
		want   []gen.ActivityDuration
	}{
		"all": {Window{at(-100), at(300)}, []gen.ActivityDuration{
			duration("Offline", 65.25, 30.5, 100, 130.5), duration("Available", 34.75, 19.5, 50, 69.5), duration("Unavailable", 0, 0, 0, 0),
		}},
		"its middle": {Window{at(40), at(190)}, []gen.ActivityDuration{
			duration("Offline", 45.25, 30.5, 60, 90.5), duration("Available", 29.75, 9.5, 50, 59.5), duration("Unavailable", 0, 0, 0, 0),
		}},
		"within one stay": {Window{at(110), at(120)}, []gen.ActivityDuration{
			duration("Offline", 0, 0, 0, 0), duration("Available", 10, 10, 10, 10), duration("Unavailable", 0, 0, 0, 0),
		}},
		"from one change to the next": {Window{at(100), at(150)}, []gen.ActivityDuration{
			duration("Offline", 0, 0, 0, 0), duration("Available", 50, 50, 50, 50), duration("Unavailable", 0, 0, 0, 0),
		}},
		"before": {Window{at(-20), at(-10)}, []gen.ActivityDuration{
			duration("Offline", 0, 0, 0, 0), duration("Available", 0, 0, 0, 0), duration("Unavailable", 0, 0, 0, 0),
		}},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, test.want, s.ActivityDurations([]*Worker{worker}, test.window))
		})
	}
	both := s.ActivityDurations([]*Worker{worker, other}, s.past())
	assert.Equal(t, duration("Offline", 311./3, 30.5, 180.5, 311), both[0])
	assert.Equal(t, duration("Unavailable", 19.5, 19.5, 19.5, 19.5), both[2])
}

// Whatever happens, the parts are the whole.
func TestTheStatisticsOfAllPartsAddUpToThoseOfTheWorkspace(t *testing.T) {
	for seed := range uint64(30) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { checkSums(t, newRandomShift(t, rand.New(rand.NewPCG(seed, 7)))) })
	}
}

func newRandomShift(t *testing.T, random *rand.Rand) *shift {
	t.Helper()
	s := newShift(t)
	queues := []*TaskQueue{s.queue("1==1"), s.queue("1==2"), s.queue(`name == "Bruno"`)}
	workflows := []*Workflow{s.workflow(queues[0]), s.workflow(queues[1])}
	workers := []*Worker{s.worker("Amara", "Available", ""), s.worker("Bruno", "Offline", `{"name":"Bruno"}`)}
	activities := []string{"Offline", "Available", "Unavailable"}
	pick := func(n int) int { return random.IntN(n) }
	for range 500 {
		s.after(time.Duration(pick(90_000)) * time.Millisecond)
		tasks, action := s.Tasks.rows(), pick(7)
		switch {
		case action == 0:
			s.move(workers[pick(2)], activities[pick(3)])
		case action < 3 || len(tasks) == 0:
			s.task(workflows[pick(2)], queues[pick(3)], builtInChannels[pick(5)].uniqueName, pick(3))
		default:
			s.touchTask(tasks[pick(len(tasks))], workers[pick(2)], pick(6))
		}
	}
	return s
}

// touchTask does something with a task, if it can be done now.
func (s *shift) touchTask(t *Task, worker *Worker, what int) {
	i := slices.IndexFunc(t.Reservations.rows(), (*Reservation).open)
	switch {
	case what == 0 && t.waits():
		s.cancel(t)
	case what == 1:
		s.DeleteTask(t)
	case t.Status == gen.TaskStatusPending:
		s.reserve(t, worker)
	case i < 0:
	case t.Status == gen.TaskStatusReserved && what == 2:
		s.answer(t.Reservations.rows()[i], gen.ReservationStatusRejected)
	case t.Status == gen.TaskStatusReserved:
		s.answer(t.Reservations.rows()[i], gen.ReservationStatusAccepted)
	default:
		s.answer(t.Reservations.rows()[i], gen.ReservationStatusCompleted)
	}
}

func checkSums(t *testing.T, s *shift) {
	t.Helper()
	window := Window{opened.Add(20 * time.Minute), s.account.now.Add(-10 * time.Minute)}
	var byQueue, byWorkflow, byChannel []Scope
	for q := range s.TaskQueues.All() {
		byQueue = append(byQueue, Scope{TaskQueueSID: q.SID})
	}
	for f := range s.Workflows.All() {
		byWorkflow = append(byWorkflow, Scope{WorkflowSID: f.SID})
	}
	for c := range s.TaskChannels.All() {
		byChannel = append(byChannel, Scope{TaskChannelSID: c.SID})
	}
	whole, now := s.Happened(Scope{}, window), s.TasksNow(Scope{})
	require.NotEmpty(t, whole.UntilAccepted)
	require.NotEmpty(t, whole.UntilCanceled)
	for _, scopes := range [][]Scope{byQueue, byWorkflow, byChannel} {
		checkParts(t, s, scopes, whole, now, window)
	}

	byPriority := 0
	for _, n := range now.ByPriority {
		byPriority += n
	}
	assert.Equal(t, now.Total, byPriority)
	for threshold, split := range whole.Split([]int{1, 60, 300}) {
		assert.Equal(t, len(whole.UntilAccepted), split.Below.ReservationsAccepted+split.Above.ReservationsAccepted, threshold)
		assert.Equal(t, len(whole.UntilCanceled), split.Below.TasksCanceled+split.Above.TasksCanceled, threshold)
	}
	checkWorkers(t, s, whole, window)
}

func checkParts(t *testing.T, s *shift, scopes []Scope, whole *Happened, now TasksNow, window Window) {
	t.Helper()
	var tasks int
	var accepted, inQueue, canceled Waits
	counts := make(map[string]int)
	for _, scope := range scopes {
		part := s.TasksNow(scope)
		tasks += part.Total
		assert.LessOrEqual(t, part.Longest.Age, now.Longest.Age)
		happened := s.Happened(scope, window)
		accepted = append(accepted, happened.UntilAccepted...)
		inQueue = append(inQueue, happened.InQueueUntilAccepted...)
		canceled = append(canceled, happened.UntilCanceled...)
		for kind, n := range happened.Events {
			counts[kind] += n
		}
	}
	assert.Equal(t, now.Total, tasks)
	assert.ElementsMatch(t, whole.UntilAccepted, accepted)
	assert.ElementsMatch(t, whole.InQueueUntilAccepted, inQueue)
	assert.ElementsMatch(t, whole.UntilCanceled, canceled)
	for _, kind := range []string{"task.canceled", "task.completed", "task.deleted", "reservation.created", "reservation.accepted"} {
		assert.Equal(t, whole.Events[kind], counts[kind], kind)
	}
}

func checkWorkers(t *testing.T, s *shift, whole *Happened, window Window) {
	t.Helper()
	counts := make(map[string]int)
	for worker := range s.Workers.All() {
		for kind, n := range s.HappenedTo([]*Worker{worker}, Scope{}, window).Events {
			counts[kind] += n
		}
		var total float64
		for _, duration := range s.ActivityDurations([]*Worker{worker}, window) {
			total += duration.Total
			assert.LessOrEqual(t, duration.Min, duration.Avg+1e-9)
			assert.LessOrEqual(t, duration.Avg, duration.Max+1e-9)
		}
		assert.InDelta(t, window.End.Sub(window.Start).Seconds(), total, 1e-6, "a worker is always in one activity")
	}
	for _, kind := range []string{"created", "accepted", "rejected", "canceled", "completed"} {
		assert.Equal(t, whole.Events["reservation."+kind], counts["reservation."+kind], kind)
	}
}
