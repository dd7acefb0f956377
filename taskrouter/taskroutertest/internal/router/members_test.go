package router

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen"
)

// members are the names of the workers who serve a queue.
func (s *shift) members(q *TaskQueue) []string {
	names := []string{}
	for worker := range s.Workers.All() {
		if worker.Serves(q) {
			names = append(names, worker.FriendlyName)
		}
	}
	return names
}

// TestAfterEachChangeAQueueIsServedByThoseWhoMatch makes one change to a workspace with a
// queue and the workers Ann, who has a task, and Ben, who is away. Each expression is
// evaluated anew to know who matches.
func TestAfterEachChangeAQueueIsServedByThoseWhoMatch(t *testing.T) {
	type world struct {
		*shift
		queue    *TaskQueue
		ann, ben *Worker
		task     *Task
	}
	update := func(of func(world) *Worker, request gen.UpdateWorkerRequest) func(world) error {
		return func(w world) error { return w.UpdateWorker(of(w), request) }
	}
	ann := func(w world) *Worker { return w.ann }
	ben := func(w world) *Worker { return w.ben }
	move := func(activity string) func(world) error {
		return func(w world) error {
			return w.UpdateWorker(w.ann, gen.UpdateWorkerRequest{ActivitySID: &w.named(activity).SID})
		}
	}
	answer := func(status gen.ReservationStatus) func(world) error {
		return func(w world) error { w.answer(w.task.Reservations.rows()[0], status); return nil }
	}
	target := func(source string) func(world) error {
		return func(w world) error {
			return w.UpdateTaskQueue(w.queue, gen.UpdateTaskQueueRequest{TargetWorkers: &source})
		}
	}
	const (
		reserved = `channel.default.available_capacity_percentage < 100`
		accepted = `channel.default.assigned_tasks > 0`
	)
	for name, test := range map[string]struct {
		target        string
		change        func(world) error
		before, after []string
	}{
		"attributes":               {`level > 1`, update(ben, gen.UpdateWorkerRequest{Attributes: `{"level":3}`}), []string{"Ann"}, []string{"Ann", "Ben"}},
		"other attributes":         {`level > 1`, update(ann, gen.UpdateWorkerRequest{Attributes: `{"level":1}`}), []string{"Ann"}, []string{}},
		"name":                     {`friendly_name == 'Eve'`, update(ben, gen.UpdateWorkerRequest{FriendlyName: new("Eve")}), []string{}, []string{"Eve"}},
		"activity":                 {`activity_name == 'Available'`, move("Offline"), []string{"Ann"}, []string{}},
		"activity by another name": {`activity_name == 'Offline'`, move("Offline"), []string{"Ben"}, []string{"Ann", "Ben"}},
		"new name of an activity": {`activity_name == 'Away'`, func(w world) error {
			return w.UpdateActivity(w.named("Offline"), gen.UpdateActivityRequest{FriendlyName: new("Away")})
		}, []string{}, []string{"Ben"}},
		"accepting":                   {accepted, answer("accepted"), []string{}, []string{"Ann"}},
		"rejecting":                   {reserved, answer("rejected"), []string{"Ann"}, []string{"Ann"}}, // who is asked again
		"canceling":                   {reserved, func(w world) error { w.cancel(w.task); return nil }, []string{"Ann"}, []string{}},
		"deleting the task":           {reserved, func(w world) error { w.DeleteTask(w.task); return nil }, []string{"Ann"}, []string{}},
		"a timeout":                   {reserved, func(w world) error { w.after(3 * time.Minute); return nil }, []string{"Ann"}, []string{}},
		"another channel of the task": {`channel.voice.available_capacity_percentage < 100`, func(w world) error { return w.UpdateTask(w.task, gen.UpdateTaskRequest{TaskChannel: new("voice")}) }, []string{}, []string{"Ann"}},
		"capacity": {`channel.chat.configured_capacity > 2`, func(w world) error {
			return w.UpdateWorkerChannel(w.ben, w.ben.channels[w.channelsByName["chat"].SID], gen.UpdateWorkerChannelRequest{Capacity: new(3)})
		}, []string{}, []string{"Ben"}},
		"a new channel": {`channel.fax.configured_capacity == 1`, func(w world) error {
			_, err := w.CreateTaskChannel(gen.CreateTaskChannelRequest{FriendlyName: "Fax", UniqueName: "fax"})
			return err
		}, []string{}, []string{"Ann", "Ben"}},
		"a channel that is deleted":           {`channel.mail.configured_capacity == 1`, func(w world) error { return w.DeleteTaskChannel(w.channelsByName["mail"]) }, []string{"Ann", "Ben"}, []string{}},
		"a new worker":                        {`1==1`, func(w world) error { w.worker("Cid", "Offline", ""); return nil }, []string{"Ann", "Ben"}, []string{"Ann", "Ben", "Cid"}},
		"a worker who is deleted":             {`1==1`, func(w world) error { return w.DeleteWorker(w.ben) }, []string{"Ann", "Ben"}, []string{"Ann"}},
		"a worker who is deleted while asked": {`activity_name != 'x'`, func(w world) error { return w.DeleteWorker(w.ann) }, []string{"Ann", "Ben"}, []string{"Ben"}},
		"another expression":                  {`level > 1`, target(`activity_name == 'Offline'`), []string{"Ann"}, []string{"Ben"}},
		"the same expression":                 {`level > 1`, target(`level > 1`), []string{"Ann"}, []string{"Ann"}},
		"nobody any more":                     {`1==1`, target(``), []string{"Ann", "Ben"}, []string{}},
		"everybody now":                       {``, target(`1==1`), []string{}, []string{"Ann", "Ben"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShift(t)
			_, err := s.CreateTaskChannel(gen.CreateTaskChannelRequest{FriendlyName: "Mail", UniqueName: "mail"})
			require.NoError(t, err)
			w := world{shift: s, ann: s.worker("Ann", "Available", `{"level":2}`), ben: s.worker("Ben", "Offline", `{}`)}
			w.queue = s.queue(test.target)
			everybody := s.queue("1==1")
			w.task = s.task(s.workflow(everybody), everybody, "default", 0)
			s.account.Settle()
			require.Equal(t, test.before, s.members(w.queue))
			requireSettled(t, s.account)

			require.NoError(t, test.change(w))
			s.account.Settle()
			assert.Equal(t, test.after, s.members(w.queue))
			requireSettled(t, s.account)
		})
	}
}

func TestAChangeOfAnExpressionIsToldOfAndOnlyThat(t *testing.T) {
	s := newShift(t)
	q := s.queue("1==1")
	since := s.Events.Len()
	require.NoError(t, s.UpdateTaskQueue(q, gen.UpdateTaskQueueRequest{TargetWorkers: new("1==1"), FriendlyName: new("b")}))
	assert.Equal(t, since, s.Events.Len())
	require.NoError(t, s.UpdateTaskQueue(q, gen.UpdateTaskQueueRequest{TargetWorkers: new("1==2")}))
	assert.Equal(t, "task-queue.expression.updated", s.Events.rows()[since].Type)
}

func TestTheWorkersOfAQueueAreCountedByWhatTheyDo(t *testing.T) {
	s := newShift(t)
	q, nobody := s.queue("level > 1"), s.queue("")
	ann := s.worker("Ann", "Available", `{"level":2}`)
	s.worker("Ben", "Offline", `{"level":2}`)
	s.worker("Cid", "Available", `{"level":1}`)
	dan := s.worker("Dan", "Unavailable", `{"level":2}`)
	assert.Equal(t, map[string]int{s.named("Available").SID: 1, s.named("Offline").SID: 1, s.named("Unavailable").SID: 1}, q.activities)
	counts := s.countsOf(q)
	assert.Equal(t, []int{1, 2}, []int{counts.Available, counts.Unavailable})

	s.move(ann, "Offline")
	assert.Equal(t, map[string]int{s.named("Offline").SID: 2, s.named("Unavailable").SID: 1}, q.activities)
	require.NoError(t, s.UpdateWorker(ann, gen.UpdateWorkerRequest{ActivitySID: &s.named("Available").SID, Attributes: `{"level":0}`}))
	require.NoError(t, s.DeleteWorker(dan))
	assert.Equal(t, map[string]int{s.named("Offline").SID: 1}, q.activities)
	assert.Empty(t, nobody.activities)
	none := s.countsOf(nobody)
	assert.Equal(t, []int{0, 0}, []int{none.Available, none.Unavailable})
}

// TestWhoIsReady turns off one by one what a worker needs to be given a task.
func TestWhoIsReady(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*desk)
		want   bool
	}{
		"nothing":             {func(*desk) {}, true},
		"away":                {func(d *desk) { d.moveWorker(d.ann, d.activityNamed("Offline").SID) }, false},
		"channel not":         {func(d *desk) { d.ann.Channels.rows()[0].Available = false }, false},
		"another channel not": {func(d *desk) { d.ann.Channels.rows()[1].Available = false }, true},
		"no capacity":         {func(d *desk) { d.ann.Channels.rows()[0].ConfiguredCapacity = 0 }, false},
		"busy":                {func(d *desk) { d.in(gen.ReservationStatusAccepted) }, false},
		"wrapping":            {func(d *desk) { d.in(gen.ReservationStatusWrapping) }, false},
		"done":                {func(d *desk) { d.in(gen.ReservationStatusCompleted) }, true},
		"room for one more":   {func(d *desk) { d.in(gen.ReservationStatusAccepted); d.ann.Channels.rows()[0].ConfiguredCapacity = 2 }, true},
		"busy elsewhere": {func(d *desk) {
			d.task.TaskChannelSID = d.TaskChannels.rows()[1].SID
			d.in(gen.ReservationStatusAccepted)
		}, true},
		"single, busy else": {func(d *desk) {
			d.MultiTaskEnabled = false
			d.task.TaskChannelSID = d.TaskChannels.rows()[1].SID
			d.in(gen.ReservationStatusAccepted)
		}, false},
		"single, room": {func(d *desk) {
			d.MultiTaskEnabled = false
			d.ann.Channels.rows()[0].ConfiguredCapacity = 2
			d.in(gen.ReservationStatusPending)
		}, false},
		"single, done":        {func(d *desk) { d.MultiTaskEnabled = false; d.in(gen.ReservationStatusCompleted) }, true},
		"single, and no room": {func(d *desk) { d.MultiTaskEnabled = false; d.ann.Channels.rows()[0].ConfiguredCapacity = 0 }, false},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			test.change(d)
			assert.Equal(t, test.want, d.isReady(d.ann, d.TaskChannels.rows()[0]))
		})
	}
}
