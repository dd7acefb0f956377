package taskroutertest_test

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

// What is held against the model after each call: the events that came, and what the
// server shows.

func (f *floor) judge(now *scene) *judge {
	j := &judge{
		t: f.t, now: now, unmade: make(map[string]bool), activity: make(map[string]string),
		journeys: f.journeys, last: f.last, lastOf: f.lastOf, deadlines: f.timeouts,
	}
	for _, k := range now.workers {
		j.activity[k.SID] = k.ActivitySID
	}
	return j
}

// look reads the workspace anew and checks what is there and how it came to be.
func (f *floor) look() {
	before := f.now
	f.now = look(f.t, f.client, f.sid, before)
	j := f.judge(f.now)
	for sid := range f.now.reservations {
		j.unmade[sid] = before.reservations[sid] == nil
	}
	for _, k := range before.workers {
		j.activity[k.SID] = k.ActivitySID
	}
	for _, way := range f.journeys {
		way.touched, way.matched, way.left = false, 0, false
	}
	f.findLeaving()
	for i, e := range f.now.events {
		f.follow(j, i, e)
	}
	f.settle(before)
	f.check(j, before)
}

// follow goes on by an event, which must be one that can follow those before.
func (f *floor) follow(j *judge, i int, e *taskrouter.Event) {
	require.Equal(f.t, f.now.at.UnixMilli(), e.EventDateMs, "%s %s happens at another time than is due", e.EventType, e.ResourceSID)
	f.checkVersions(e)
	if sid := fact(e, "worker_activity_sid"); e.ResourceType == "worker" && sid != "" {
		j.activity[e.ResourceSID] = sid
	}
	sid := fact(e, "task_sid")
	if sid == "" {
		return
	}
	if e.EventType == "task.created" {
		f.places++
		task := f.now.task(sid)
		f.journeys[sid] = &journey{place: f.places, target: text(task.RoutingTarget), ignores: task.IgnoreCapacity}
	}
	way := f.journeys[sid]
	require.NotNil(f.t, way, "%s of a task that is not known", e.EventType)
	way.attributes = attributesOf(f.t, fact(e, "task_attributes"))
	switch e.EventType {
	case "workflow.entered":
		require.False(f.t, way.isForQueue(), "a task for a queue enters its workflow")
		way.plan, way.at, way.exit = f.planOf(fact(e, "workflow_sid")), nil, ""
	case "workflow.target-matched":
		f.enter(j, way, e)
	case "task-queue.timeout":
		f.timeOut(way)
	case "workflow.timeout":
		_, end := f.next(j, way)
		require.Equal(f.t, workflow.EndCanceled, end, "a task ends with workflow.timeout")
	case "workflow.skipped":
		_, end := f.next(j, way)
		require.Equal(f.t, workflow.EndDropped, end, "a task ends with workflow.skipped")
	case "task-queue.entered":
		f.checkQueue(way, fact(e, "task_queue_sid"))
	case "reservation.failed":
		require.True(f.t, way.isForWorker() && !way.since.Add(30*time.Second).After(f.now.at), "a reservation fails that has time")
	case "reservation.created":
		f.reserve(j, i, e)
	}
	way.touched = true
}

func (f *floor) planOf(sid string) *workflow.Plan {
	configuration, err := workflow.Parse(f.now.workflows[sid].Configuration)
	require.NoError(f.t, err)
	return configuration.Plan()
}

// next is where a task goes, into its first target or out of the one that it is in: by a
// timeout that was told of, or since it is to be skipped.
func (f *floor) next(j *judge, way *journey) (workflow.Position, workflow.End) {
	require.NotNil(f.t, way.plan, "a task goes on that is in no workflow")
	if way.at == nil {
		return way.plan.First(way.attributes)
	}
	way.left = true
	if way.exit == "" {
		require.True(f.t, j.skips(way), "a task leaves %v, which is not to be skipped", *way.at)
		way.exit = workflow.ExitSkipped
	}
	return way.plan.Next(way.attributes, *way.at, way.exit)
}

// enter puts a task into the target that is told of, which must be the one that follows.
func (f *floor) enter(j *judge, way *journey, e *taskrouter.Event) {
	at, end := f.next(j, way)
	require.Empty(f.t, end, "a task goes on that should not")
	way.at, way.exit, way.entered = &at, "", f.now.at
	way.matched++
	step := way.plan.Step(at)
	require.Equal(f.t, []string{step.FilterName, step.FilterExpression, step.Target.Expression, f.now.queues[step.Queue].FriendlyName}, []string{
		fact(e, "workflow_filter_name"), fact(e, "workflow_filter_expression"), fact(e, "workflow_filter_target_expression"), fact(e, "workflow_filter_target_name"),
	}, "a task comes to another target than follows")
	if priority := step.Target.Priority; priority != nil {
		require.Equal(f.t, strconv.Itoa(*priority), fact(e, "task_priority"), "a target gives its priority")
	}
}

// timeOut wants that the time in a target is over.
func (f *floor) timeOut(way *journey) {
	step := way.step()
	require.NotNil(f.t, step, "a task times out that is in no target")
	timeout, ok := step.Timeout()
	require.True(f.t, ok && !way.entered.Add(timeout).After(f.now.at), "a task times out that has time")
	way.exit, way.left = workflow.ExitTimesOut, true
}

func (f *floor) checkQueue(way *journey, queue string) {
	switch step := way.step(); {
	case way.isForQueue():
		require.Equal(f.t, way.target, queue, "a task for a queue enters another one")
	case step != nil:
		require.Equal(f.t, step.Queue, queue, "a task enters another queue than that of its target")
	}
}

// reserve wants that the workers who are asked are those who should be, that the most
// urgent task comes first, and keeps what follows from a reservation.
func (f *floor) reserve(j *judge, i int, e *taskrouter.Event) {
	r := f.now.reservations[e.ResourceSID]
	require.NotNil(f.t, r)
	task := f.now.task(r.TaskSID)
	var workers []string
	for _, other := range f.now.events[i:] {
		if other.EventType == "reservation.created" && fact(other, "task_sid") == task.SID {
			workers = append(workers, fact(other, "worker_sid"))
		}
	}
	if f.asking != task.SID+f.now.last {
		f.asking = task.SID + f.now.last
		require.Equal(f.t, j.asked(task), workers, "others are asked for task %s than should be", task.SID)
	}
	for _, other := range f.now.tasks {
		if other != task && f.contends(j, other) && j.can(f.now.worker(r.WorkerSID), other) {
			require.False(f.t, j.goesBefore(other, task), "worker %s is asked for task %s before task %s", r.WorkerSID, task.SID, other.SID)
		}
	}
	j.unmade[r.SID] = false
	f.reserved++
	f.last[r.WorkerSID], f.lastOf[[2]string{r.WorkerSID, task.TaskChannelSID}] = f.reserved, f.reserved
	seconds := 120
	if rules := f.now.workflows[text(task.WorkflowSID)]; rules != nil {
		seconds = rules.TaskReservationTimeout
	}
	f.timeouts[r.SID] = f.now.at.Add(time.Duration(seconds) * time.Second)
}

// contends tells whether a task waits at a moment of a step, surely since its begin: one
// that went from target to target in it may have come later.
func (f *floor) contends(j *judge, t *taskrouter.Task) bool {
	way := f.journeys[t.SID]
	if way == nil || !isWaiting(t) || f.leaving[t.SID] || way.matched > 1 || (way.matched == 1 && !f.called) {
		return false
	}
	return !slices.ContainsFunc(f.now.of(t), func(r *taskrouter.Reservation) bool { return isOpen(r.ReservationStatus) && !j.unmade[r.SID] })
}

// findLeaving finds the tasks that go on from a target, or enter several. That one is
// skipped leaves no event: who was in a target, and matches one without having entered the
// workflow anew, has left it.
func (f *floor) findLeaving() {
	f.leaving = make(map[string]bool)
	within := make(map[string]bool)
	for sid, way := range f.journeys {
		within[sid] = way.at != nil
	}
	for _, e := range f.now.events {
		sid := fact(e, "task_sid")
		switch e.EventType {
		case "workflow.entered":
			within[sid] = false
		case "workflow.target-matched":
			f.leaving[sid] = f.leaving[sid] || within[sid]
			within[sid] = true
		case "task-queue.timeout", "workflow.timeout", "workflow.skipped":
			f.leaving[sid] = true
		}
	}
}

// settle keeps since when tasks are in their states.
func (f *floor) settle(before *scene) {
	for _, t := range f.now.tasks {
		way, former := f.journeys[t.SID], before.task(t.SID)
		if former == nil || (former.AssignmentStatus != t.AssignmentStatus && t.AssignmentStatus != taskrouter.TaskStatusWrapping) {
			way.since = f.now.at
		}
		if !isWaiting(t) {
			way.at = nil
		}
	}
}

func (f *floor) check(j *judge, before *scene) {
	for sid, unmade := range j.unmade {
		require.False(f.t, unmade, "reservation %s comes without an event", sid)
	}
	for _, t := range f.now.tasks {
		f.checkTask(j, t, before.task(t.SID))
	}
	for _, t := range before.tasks {
		if f.now.task(t.SID) == nil {
			f.checkGone(t)
		}
	}
	for _, k := range f.now.workers {
		f.checkWorker(j, k, before)
	}
	for _, deadline := range j.deadlinesOf(f.now) {
		require.True(f.t, deadline.After(f.now.at), "something is due since %s", deadline)
	}
	f.checkChanged(before)
}

// checkTask wants that a task and its reservations agree, and that one that waits has to.
func (f *floor) checkTask(j *judge, t, before *taskrouter.Task) {
	count := make(map[taskrouter.ReservationStatus]int)
	for _, r := range f.now.of(t) {
		if isOpen(r.ReservationStatus) {
			count[r.ReservationStatus]++
		}
	}
	pending := count[taskrouter.ReservationStatusPending]
	want := map[taskrouter.TaskStatus]map[taskrouter.ReservationStatus]int{
		taskrouter.TaskStatusReserved: {taskrouter.ReservationStatusPending: max(pending, 1)},
		taskrouter.TaskStatusAssigned: {taskrouter.ReservationStatusAccepted: 1},
		taskrouter.TaskStatusWrapping: {taskrouter.ReservationStatusWrapping: 1},
	}[t.AssignmentStatus]
	if want == nil {
		want = map[taskrouter.ReservationStatus]int{}
	}
	require.Equal(f.t, want, count, "task %s is %s", t.SID, t.AssignmentStatus)
	way := f.journeys[t.SID]
	if !isWaiting(t) {
		return
	}
	f.checkQueue(way, text(t.TaskQueueSID))
	if t.AssignmentStatus != taskrouter.TaskStatusPending {
		return
	}
	require.True(f.t, way.at != nil || way.isDirect(), "task %s is on no way", t.SID)
	require.Empty(f.t, j.asked(t), "task %s waits", t.SID)
	came := way.matched > 0 || before == nil || before.AssignmentStatus != taskrouter.TaskStatusPending
	if came {
		require.False(f.t, j.skips(way), "task %s waits in a target that is to be skipped", t.SID)
	}
}

// checkGone wants that a task is gone that was deleted, or whose time was over.
func (f *floor) checkGone(t *taskrouter.Task) {
	since := f.journeys[t.SID].since
	delete(f.journeys, t.SID)
	for _, e := range f.now.events {
		switch {
		case e.ResourceSID != t.SID:
		case e.EventType == "task.deleted":
			return
		case e.EventType == "task.system-deleted":
			require.Equal(f.t, since.Add(24*time.Hour), f.now.at)
			return
		}
	}
	require.True(f.t, isOver(t), "task %s is gone", t.SID)
	require.Equal(f.t, since.Add(5*time.Minute), f.now.at)
}

// checkWorker wants that a worker has no more to do than it can, as far as that was up to
// the router.
func (f *floor) checkWorker(j *judge, k *taskrouter.Worker, before *scene) {
	require.Equal(f.t, k.ActivitySID, j.activity[k.SID], "worker %s changes its activity without an event", k.SID)
	require.Equal(f.t, f.now.activities[k.ActivitySID].Available, k.Available)
	given, ignoring := make(map[string]int), make(map[string]int)
	for sid, r := range f.now.reservations {
		if task := f.now.task(r.TaskSID); r.WorkerSID == k.SID && before.reservations[sid] == nil {
			for _, of := range []string{task.TaskChannelSID, ""} {
				given[of]++
				if task.IgnoreCapacity {
					ignoring[of]++
				}
			}
		}
	}
	if open, _ := j.load(k.SID, ""); given[""] > ignoring[""] && !f.now.workspace.MultiTaskEnabled {
		require.Equal(f.t, 1, open-ignoring[""], "worker %s has too much to do", k.SID)
	}
	for sid, c := range f.now.capacity[k.SID] {
		open, accepted := j.load(k.SID, sid)
		if given[sid] > ignoring[sid] && f.now.workspace.MultiTaskEnabled {
			require.LessOrEqual(f.t, open-ignoring[sid], c.ConfiguredCapacity, "worker %s has too much to do", k.SID)
		}
		require.Equal(f.t, accepted, c.AssignedTasks)
		require.Equal(f.t, j.seen(k).Channels[c.TaskChannelUniqueName].AvailableCapacityPercentage, c.AvailableCapacityPercentage)
	}
}

// checkVersions wants that the versions in events never go back.
func (f *floor) checkVersions(e *taskrouter.Event) {
	for _, kind := range []string{"task", "worker", "reservation"} {
		sid := fact(e, kind+"_sid")
		version, err := strconv.Atoi(fact(e, kind+"_version"))
		if sid == "" || err != nil {
			continue
		}
		known, ok := f.versions[sid]
		require.True(f.t, !ok || version >= known, "the version of %s goes back", sid)
		f.versions[sid] = version
	}
}

// checkChanged wants another version of each thing that looks different.
func (f *floor) checkChanged(before *scene) {
	ctx := context.Background()
	for _, t := range f.now.tasks {
		if former := before.task(t.SID); former == nil || f.appearance(*former, "age", "workflow_friendly_name", "task_queue_friendly_name") != f.appearance(*t, "age", "workflow_friendly_name", "task_queue_friendly_name") {
			f.checkETag(t.SID, former != nil, func(into taskrouter.CallOption) error {
				_, err := f.client.Tasks(f.sid).Get(ctx, t.SID, into)
				return err
			})
		}
	}
	for _, k := range f.now.workers {
		if former := before.worker(k.SID); former == nil || f.appearance(*former, "activity_name") != f.appearance(*k, "activity_name") {
			f.checkETag(k.SID, former != nil, func(into taskrouter.CallOption) error {
				_, err := f.client.Workers(f.sid).Get(ctx, k.SID, into)
				return err
			})
		}
	}
	for _, sid := range keysOf(f.now.reservations) {
		r := f.now.reservations[sid]
		if former := before.reservations[sid]; former == nil || former.ReservationStatus != r.ReservationStatus {
			f.checkETag(sid, former != nil, func(into taskrouter.CallOption) error {
				_, err := f.client.TaskReservations(f.sid, r.TaskSID).Get(ctx, sid, into)
				return err
			})
		}
	}
}

func (f *floor) checkETag(sid string, known bool, get func(taskrouter.CallOption) error) {
	var response taskrouter.Response
	require.NoError(f.t, get(taskrouter.WithResponseInto(&response)))
	version, err := strconv.Atoi(response.ETag())
	require.NoError(f.t, err)
	if known {
		require.Greater(f.t, version, f.etags[sid], "%s has changed, and not its version", sid)
	}
	require.GreaterOrEqual(f.t, version, f.versions[sid], "the version of %s goes back", sid)
	f.etags[sid] = version
}

// appearance is how something looks, but for some members.
func (f *floor) appearance(thing any, but ...string) string {
	text, err := json.Marshal(thing)
	require.NoError(f.t, err)
	var members map[string]any
	require.NoError(f.t, json.Unmarshal(text, &members))
	for _, name := range but {
		delete(members, name)
	}
	text, err = json.Marshal(members)
	require.NoError(f.t, err)
	return string(text)
}
