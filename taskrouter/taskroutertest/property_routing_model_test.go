package taskroutertest_test

import (
	"bytes"
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/expression"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

// What a client sees of a workspace at a moment, and what it can conclude from that: who
// could do which task. All is looked through, and nothing is in common with the router but
// the packages in which expressions and configurations are read.

// A scene is a workspace at a moment, as a client reads it.
type scene struct {
	at           time.Time
	workspace    taskrouter.Workspace
	activities   map[string]*taskrouter.Activity
	channels     map[string]*taskrouter.TaskChannel
	queues       map[string]*taskrouter.TaskQueue
	workflows    map[string]*taskrouter.Workflow
	workers      []*taskrouter.Worker // in the order in which they were made, as the tasks are
	capacity     map[string]map[string]*taskrouter.WorkerChannel
	tasks        []*taskrouter.Task
	reservations map[string]*taskrouter.Reservation
	events       []*taskrouter.Event // since the scene before, the oldest first
	last         string              // the SID of the newest event
}

// all collects a list.
func all[T any](t require.TestingT, list iter.Seq2[*T, error]) []*T {
	var items []*T
	for item, err := range list {
		require.NoError(t, err)
		items = append(items, item)
	}
	return items
}

// bySID is a list by the SIDs of its entries.
func bySID[T any](items []*T, sid func(*T) string) map[string]*T {
	found := make(map[string]*T, len(items))
	for _, item := range items {
		found[sid(item)] = item
	}
	return found
}

// look reads a workspace, with the events since another look.
func look(t require.TestingT, client *taskrouter.Client, sid string, before *scene) *scene {
	ctx, now := context.Background(), &scene{at: time.Now()}
	workspace, err := client.Workspaces.Get(ctx, sid)
	require.NoError(t, err)
	now.workspace = *workspace
	now.activities = bySID(all(t, client.Activities(sid).List(ctx, taskrouter.ListActivitiesParams{})), func(a *taskrouter.Activity) string { return a.SID })
	now.channels = bySID(all(t, client.TaskChannels(sid).List(ctx, taskrouter.ListTaskChannelsParams{})), func(c *taskrouter.TaskChannel) string { return c.SID })
	now.queues = bySID(all(t, client.TaskQueues(sid).List(ctx, taskrouter.ListTaskQueuesParams{})), func(q *taskrouter.TaskQueue) string { return q.SID })
	now.workflows = bySID(all(t, client.Workflows(sid).List(ctx, taskrouter.ListWorkflowsParams{})), func(f *taskrouter.Workflow) string { return f.SID })
	now.workers = all(t, client.Workers(sid).List(ctx, taskrouter.ListWorkersParams{PageSize: new(1000)}))
	now.tasks = all(t, client.Tasks(sid).List(ctx, taskrouter.ListTasksParams{PageSize: new(1000)}))
	now.capacity = make(map[string]map[string]*taskrouter.WorkerChannel)
	now.reservations = make(map[string]*taskrouter.Reservation)
	for _, worker := range now.workers {
		channels := all(t, client.WorkerChannels(sid, worker.SID).List(ctx, taskrouter.ListWorkerChannelsParams{}))
		now.capacity[worker.SID] = bySID(channels, func(c *taskrouter.WorkerChannel) string { return c.TaskChannelSID })
		for _, r := range all(t, client.WorkerReservations(sid, worker.SID).List(ctx, taskrouter.ListWorkerReservationsParams{PageSize: new(1000)})) {
			now.reservations[r.SID] = r
		}
	}
	now.readEvents(t, client, before)
	return now
}

// readEvents reads those that are newer than all of a scene before.
func (s *scene) readEvents(t require.TestingT, client *taskrouter.Client, before *scene) {
	params := taskrouter.ListEventsParams{PageSize: new(100)}
	if before != nil {
		params.StartDate, s.last = new(before.at), before.last
	}
	for event, err := range client.Events(s.workspace.SID).List(context.Background(), params) {
		require.NoError(t, err)
		if before != nil && event.SID == before.last {
			break
		}
		s.events = append(s.events, event)
	}
	slices.Reverse(s.events)
	if n := len(s.events); n > 0 {
		s.last = s.events[n-1].SID
	}
}

func (s *scene) task(sid string) *taskrouter.Task {
	i := slices.IndexFunc(s.tasks, func(t *taskrouter.Task) bool { return t.SID == sid })
	if i < 0 {
		return nil
	}
	return s.tasks[i]
}

func (s *scene) worker(sid string) *taskrouter.Worker {
	i := slices.IndexFunc(s.workers, func(k *taskrouter.Worker) bool { return k.SID == sid })
	if i < 0 {
		return nil
	}
	return s.workers[i]
}

// of are the reservations of a task.
func (s *scene) of(task *taskrouter.Task) []*taskrouter.Reservation {
	var found []*taskrouter.Reservation
	for _, r := range s.reservations {
		if r.TaskSID == task.SID {
			found = append(found, r)
		}
	}
	return found
}

func isOpen(status taskrouter.ReservationStatus) bool {
	return status == taskrouter.ReservationStatusPending || isHeld(status)
}

func isHeld(status taskrouter.ReservationStatus) bool {
	return status == taskrouter.ReservationStatusAccepted || status == taskrouter.ReservationStatusWrapping
}

func isWaiting(t *taskrouter.Task) bool {
	return t.AssignmentStatus == taskrouter.TaskStatusPending || t.AssignmentStatus == taskrouter.TaskStatusReserved
}

func isOver(t *taskrouter.Task) bool {
	return t.AssignmentStatus == taskrouter.TaskStatusCompleted || t.AssignmentStatus == taskrouter.TaskStatusCanceled
}

func text(value *string) string {
	if value == nil {
		return ""
	}
	return *value
}

func fact(e *taskrouter.Event, name string) string {
	value, _ := e.EventData[name].(string)
	return value
}

func attributesOf(t require.TestingT, source string) expression.Attributes {
	attributes, err := expression.ParseAttributes(source)
	require.NoError(t, err)
	return attributes
}

// A journey is what is known of the way of a task, from its events.
type journey struct {
	place      int // among all tasks
	target     string
	ignores    bool // capacity
	attributes expression.Attributes
	plan       *workflow.Plan
	at         *workflow.Position // nil while it is in no target
	exit       workflow.Exit      // by which it is about to leave the target
	entered    time.Time          // the target
	since      time.Time          // when it began to wait, to be done or to be over

	// Of the step that is looked at.
	touched bool // something happened to it
	matched int  // how many targets it came to
	left    bool // it left one
}

func (j *journey) isForWorker() bool { return strings.HasPrefix(j.target, "WK") }
func (j *journey) isForQueue() bool  { return strings.HasPrefix(j.target, "WQ") }
func (j *journey) isDirect() bool    { return j.isForWorker() || j.isForQueue() }

// step is the target that a task is in, nil if none leads it.
func (j *journey) step() *workflow.Step {
	if j.at == nil || j.isDirect() {
		return nil
	}
	return j.plan.Step(*j.at)
}

// A judge knows a scene, and the way there: it is asked who can do what at a moment
// between two scenes, when some reservations of the second are not made yet.
type judge struct {
	t         require.TestingT
	now       *scene
	unmade    map[string]bool   // reservations
	activity  map[string]string // of workers
	journeys  map[string]*journey
	last      map[string]int // reservation of a worker, counted from 1
	lastOf    map[[2]string]int
	deadlines map[string]time.Time // of reservations
}

// load counts what a worker has to do of a channel, and what of it is accepted.
func (j *judge) load(worker, channel string) (open, accepted int) {
	for _, r := range j.now.reservations {
		if r.WorkerSID != worker || j.unmade[r.SID] || (channel != "" && j.now.task(r.TaskSID).TaskChannelSID != channel) {
			continue
		}
		if isOpen(r.ReservationStatus) {
			open++
		}
		if r.ReservationStatus == taskrouter.ReservationStatusAccepted {
			accepted++
		}
	}
	return open, accepted
}

// seen is a worker as expressions see it.
func (j *judge) seen(k *taskrouter.Worker) expression.Worker {
	activity := j.now.activities[j.activity[k.SID]]
	require.NotNil(j.t, activity, "the activity %s of worker %s", j.activity[k.SID], k.SID)
	seen := expression.Worker{
		SID: k.SID, FriendlyName: k.FriendlyName, ActivitySID: activity.SID, ActivityName: activity.FriendlyName, Available: activity.Available,
		Attributes: attributesOf(j.t, string(k.Attributes)), Channels: make(map[string]expression.Channel),
	}
	for sid, c := range j.now.capacity[k.SID] {
		open, accepted := j.load(k.SID, sid)
		free := 0
		if open < c.ConfiguredCapacity {
			free = (c.ConfiguredCapacity - open) * 100 / c.ConfiguredCapacity
		}
		seen.Channels[c.TaskChannelUniqueName] = expression.Channel{
			ConfiguredCapacity: c.ConfiguredCapacity, AssignedTasks: accepted, AvailableCapacityPercentage: free,
		}
	}
	return seen
}

func (j *judge) serves(k *taskrouter.Worker, queue string) bool {
	q := j.now.queues[queue]
	return q != nil && text(q.TargetWorkers) != "" && expression.MustParse(*q.TargetWorkers).Match(j.seen(k).Fields())
}

// isReady tells whether a worker can be given one more task of a channel.
func (j *judge) isReady(k *taskrouter.Worker, channel string) bool {
	c := j.now.capacity[k.SID][channel]
	open, _ := j.load(k.SID, channel)
	all, _ := j.load(k.SID, "")
	switch {
	case !j.now.activities[j.activity[k.SID]].Available, !c.Available, c.ConfiguredCapacity == 0:
		return false
	case j.now.workspace.MultiTaskEnabled:
		return open < c.ConfiguredCapacity
	default:
		return all == 0
	}
}

// asks tells whether a target lets a worker of its queue be asked.
func (j *judge) asks(step *workflow.Step, task expression.Attributes, k *taskrouter.Worker) bool {
	target := step.Target
	if name, ok := strings.CutPrefix(target.KnownWorkerSID, "task."); ok && task[name] != k.SID {
		return false
	}
	if name, ok := strings.CutPrefix(target.KnownWorkerFriendlyName, "task."); ok && task[name] != k.FriendlyName {
		return false
	}
	return target.Expression == "" || expression.MustParse(target.Expression).MatchTarget(task, j.seen(k).Fields())
}

// can tells whether a worker can be asked to do a task that waits.
func (j *judge) can(k *taskrouter.Worker, task *taskrouter.Task) bool {
	way := j.journeys[task.SID]
	switch {
	case way.isForWorker():
		return k.SID == way.target && (way.ignores || j.isReady(k, task.TaskChannelSID))
	case way.isForQueue():
		return j.serves(k, way.target) && j.isReady(k, task.TaskChannelSID)
	case way.at == nil:
		return false
	}
	step := way.step()
	return j.serves(k, step.Queue) && j.isReady(k, task.TaskChannelSID) && j.asks(step, way.attributes, k)
}

// idle is less for a worker who was without a task for longer.
func (j *judge) idle(k *taskrouter.Worker, channel string) int {
	if j.now.channels[channel].ChannelOptimizedRouting {
		return j.lastOf[[2]string{k.SID, channel}]
	}
	return j.last[k.SID]
}

// asked are those who are to be asked to do a task, the first one first.
func (j *judge) asked(task *taskrouter.Task) []string {
	var found []*taskrouter.Worker
	for _, k := range j.now.workers {
		if j.can(k, task) {
			found = append(found, k)
		}
	}
	slices.SortStableFunc(found, func(a, b *taskrouter.Worker) int {
		return cmp.Compare(j.idle(a, task.TaskChannelSID), j.idle(b, task.TaskChannelSID))
	})
	way, most := j.journeys[task.SID], 1
	if step := way.step(); step != nil && step.Target.OrderBy != "" {
		order, err := expression.ParseOrder(step.Target.OrderBy)
		require.NoError(j.t, err)
		expression.Sort(order, found, func(k *taskrouter.Worker) expression.Attributes { return j.seen(k).Fields() })
	}
	if q := j.now.queues[text(task.TaskQueueSID)]; q != nil && !way.isForWorker() {
		most = q.MaxReservedWorkers
	}
	var sids []string
	for _, k := range found[:min(most, len(found))] {
		sids = append(sids, k.SID)
	}
	return sids
}

// goesBefore tells which of two tasks a worker is given who can do both.
func (j *judge) goesBefore(a, b *taskrouter.Task) bool {
	orderOfA, orderOfB := j.orderOf(a), j.orderOf(b)
	older := cmp.Or(a.VirtualStartTime.Compare(b.VirtualStartTime), cmp.Compare(j.journeys[a.SID].place, j.journeys[b.SID].place))
	switch {
	case orderOfA != orderOfB:
		return orderOfA == j.now.workspace.PrioritizeQueueOrder
	case orderOfA == taskrouter.QueueOrderLIFO:
		return older > 0
	case a.Priority != b.Priority:
		return a.Priority > b.Priority
	default:
		return older < 0
	}
}

func (j *judge) orderOf(t *taskrouter.Task) taskrouter.QueueOrder {
	if q := j.now.queues[text(t.TaskQueueSID)]; q != nil {
		return q.TaskOrder
	}
	return taskrouter.QueueOrderFIFO
}

// counts are what the workers of a queue are doing.
func (j *judge) counts(queue string) expression.Counts {
	var workers []expression.Worker
	for _, k := range j.now.workers {
		if j.serves(k, queue) {
			workers = append(workers, j.seen(k))
		}
	}
	return expression.Count(workers)
}

// skips tells whether a task goes on from its target if nobody can be asked.
func (j *judge) skips(way *journey) bool {
	step := way.step()
	return step != nil && way.at.Filter >= 0 && step.Target.SkipIf != "" &&
		expression.MustParse(step.Target.SkipIf).MatchCounts(j.counts(step.Queue))
}

// deadlinesOf are when something is to happen by itself, of a scene.
func (j *judge) deadlinesOf(s *scene) []time.Time {
	var found []time.Time
	for sid, r := range s.reservations {
		if r.ReservationStatus == taskrouter.ReservationStatusPending {
			found = append(found, j.deadlines[sid])
		}
	}
	for _, t := range s.tasks {
		way := j.journeys[t.SID]
		life := t.DateCreated.Add(time.Duration(t.Timeout) * time.Second)
		switch {
		case isOver(t):
			found = append(found, way.since.Add(5*time.Minute))
		case !isWaiting(t):
			found = append(found, way.since.Add(24*time.Hour))
		case t.AssignmentStatus == taskrouter.TaskStatusReserved:
			found = append(found, life)
		default:
			found = append(found, life)
			if step := way.step(); step != nil && step.Target.Timeout != nil && way.at.Filter >= 0 {
				found = append(found, way.entered.Add(time.Duration(*step.Target.Timeout)*time.Second))
			}
			if way.isForWorker() {
				found = append(found, way.since.Add(30*time.Second))
			}
		}
	}
	return found
}

// loaded returns a server with the state of another one.
func loaded(t require.TestingT, s *taskroutertest.Server, options ...taskroutertest.Option) *taskroutertest.Server {
	var file bytes.Buffer
	require.NoError(t, s.Dump(&file))
	copied := taskroutertest.NewServer(append(options, taskroutertest.WithAccount(s.AccountSID(), s.AuthToken()))...)
	require.NoError(t, copied.Load(&file))
	return copied
}
