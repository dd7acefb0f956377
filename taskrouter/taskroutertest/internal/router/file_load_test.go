package router

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

// What a file leaves out, and what becomes of what it has.

func TestWhatAFileLeavesOutIsAsIfItHadNotBeenSent(t *testing.T) {
	a, err := load(read(t, "minimal.json"), loadedAt)
	require.NoError(t, err)
	made := NewAccount("", 0)
	made.Begin(loadedAt)
	_, err = made.CreateWorkspace(gen.CreateWorkspaceRequest{FriendlyName: "Small"})
	require.NoError(t, err)

	want := made.Workspaces.rows()[0]
	got := a.Workspaces.rows()[0]
	want.SID, want.Events = got.SID, Table[*Event]{}
	made.sids.given = a.sids.given
	made.index()
	assert.Equal(t, map[string]int{"WA": 3, "TC": 5}, a.sids.given)
	assert.Equal(t, string(dump(t, made)), string(dump(t, a)))
	assertSameIndexes(t, made, a)
}

func TestAFileMayBeginWithAByteOrderMark(t *testing.T) {
	a, err := load(append([]byte("\xef\xbb\xbf"), read(t, "minimal.json")...), loadedAt)
	require.NoError(t, err)
	want, err := load(read(t, "minimal.json"), loadedAt)
	require.NoError(t, err)
	assert.Equal(t, string(dump(t, want)), string(dump(t, a)))
}

func TestTimesOfAFileAreInUTC(t *testing.T) {
	text := strings.NewReplacer(`"Small"`, `"Small", "date_created": "2026-01-01T01:00:00.5+02:00"`,
		`"version": 1`, `"version": 1, "now": "2026-01-05T10:30:00.123456789+01:00"`).Replace(string(read(t, "minimal.json")))
	a, err := load([]byte(text), loadedAt)
	require.NoError(t, err)
	assert.Contains(t, string(dump(t, a)), `"date_created": "2025-12-31T23:00:00.5Z"`)
}

// aged has each date that there is in a file, an hour after the one before.
const aged = `{"version":1,"workspaces":[{"sid":"WS00000000000000000000000000000001","friendly_name":"a",
	"date_created":"2026-01-01T00:00:00.5Z","date_updated":"2026-01-01T01:00:00.5Z",
	"workers":[{"sid":"WK00000000000000000000000000000001","friendly_name":"a",
		"date_created":"2026-01-01T02:00:00.5Z","date_updated":"2026-01-01T03:00:00.5Z","date_status_changed":"2026-01-01T04:00:00.5Z"}],
	"tasks":[{"sid":"WT00000000000000000000000000000001","workflow_sid":"","assignment_status":"reserved",
		"date_created":"2026-01-01T05:00:00.5Z","date_updated":"2026-01-01T06:00:00.5Z","virtual_start_time":"2026-01-01T07:00:00.5Z",
		"task_queue_entered_date":"2026-01-01T08:00:00.5Z",
		"reservations":[{"sid":"WR00000000000000000000000000000001","worker_sid":"WK00000000000000000000000000000001","reservation_status":"pending",
			"reservation_timeout":86400,"date_created":"2026-01-01T09:00:00.5Z"}]}],
	"events":[{"event_type":"a","resource_type":"task","resource_sid":"WT00000000000000000000000000000001",
		"date_created":"2026-01-01T10:00:00.5Z","date_updated":"2026-01-01T11:00:00.5Z"}]}]}`

func TestDatesOfAFileAreMovedTogetherSoThatTheLatestIsNow(t *testing.T) {
	for name, test := range map[string]struct {
		now time.Time
	}{
		"years":      {now: time.Date(2000, time.January, 1, 0, 0, 0, 250, time.UTC)},
		"centuries":  {now: time.Date(1300, time.January, 1, 0, 0, 0, 999999999, time.UTC)},
		"a trifle":   {now: time.Date(2026, time.January, 1, 11, 0, 0, 499999999, time.UTC)},
		"in a zone":  {now: time.Date(2026, time.January, 1, 1, 0, 0, 0, time.FixedZone("", 3600))},
		"not at all": {now: time.Date(2026, time.January, 1, 11, 0, 0, 500000000, time.UTC)},
		"forward":    {now: time.Date(2026, time.January, 1, 13, 0, 0, 500000000, time.UTC)},
		"far on":     {now: time.Date(3000, time.December, 31, 23, 59, 59, 999999999, time.UTC)},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := load([]byte(aged), test.now)
			require.NoError(t, err)
			w := a.Workspaces.rows()[0]
			worker, task := w.Workers.rows()[0], w.Tasks.rows()[0]
			reservation, event := task.Reservations.rows()[0], w.Events.rows()[0]
			at := test.now.Add(-11 * time.Hour).UTC()
			for i, date := range []time.Time{
				w.DateCreated, w.DateUpdated, worker.DateCreated, worker.DateUpdated, worker.DateStatusChanged, task.DateCreated,
				task.DateUpdated, task.VirtualStartTime, *task.DateQueueEntered, reservation.DateCreated, event.DateCreated, event.DateUpdated,
			} {
				assert.Equal(t, at.Add(time.Duration(i)*time.Hour), date, "the date of hour %d", i)
			}
			assert.Equal(t, reservation.DateCreated, reservation.DateUpdated)
			assert.Equal(t, test.now.UTC(), w.Activities.rows()[0].DateCreated, "which the file does not tell")
		})
	}
}

func TestWhatIsLoadedInABubbleIsNotInTheFuture(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, err := load([]byte(aged), time.Now())
		require.NoError(t, err)
		again, err := load(dump(t, a), time.Now())
		require.NoError(t, err)
		assert.Equal(t, string(dump(t, a)), string(dump(t, again)))

		<-time.After(time.Second)
		a.Begin(time.Now())
		w := a.Workspaces.rows()[0]
		task := w.Tasks.rows()[0]
		assert.Equal(t, 6*time.Hour+time.Second, w.Age(task))
		require.NoError(t, w.UpdateTask(task, gen.UpdateTaskRequest{Priority: new(1)}))
		assert.True(t, task.DateUpdated.After(task.DateCreated))
		assert.Equal(t, 2, w.Events.Len())
	})
}

func TestVirtualStartTimesAreDumpedInUTC(t *testing.T) {
	a := NewAccount("", 1)
	a.Begin(loadedAt)
	w := newWorkspace(t, a, gen.WorkspaceTemplateFIFO)
	at := time.Date(2026, time.January, 1, 1, 0, 0, 0, time.FixedZone("", 7200))
	task, err := w.CreateTask(gen.CreateTaskRequest{VirtualStartTime: &at})
	require.NoError(t, err)
	assert.Equal(t, time.UTC, task.VirtualStartTime.Location())
	require.NoError(t, w.UpdateTask(task, gen.UpdateTaskRequest{VirtualStartTime: &at}))
	assert.Contains(t, string(dump(t, a)), `"virtual_start_time": "2025-12-31T23:00:00Z"`)
}

func TestATaskOfAFileWaitsInTheFirstTargetOfItsQueue(t *testing.T) {
	const before = `{"version": 1, "workspaces": [{"sid": "WS00000000000000000000000000000001", "friendly_name": "a",
		"task_queues": [{"sid": "WQ00000000000000000000000000000001", "friendly_name": "a"}, {"sid": "WQ00000000000000000000000000000002", "friendly_name": "b"},
			{"sid": "WQ00000000000000000000000000000003", "friendly_name": "c"}],
		"workflows": [{"sid": "WW00000000000000000000000000000001", "friendly_name": "a", "configuration": {"task_routing": {"filters": [
			{"expression": "1==1", "targets": [{"queue": "WQ00000000000000000000000000000001", "timeout": 30}, {"queue": "WQ00000000000000000000000000000002", "priority": 9}]}]}}}],
		"workers": [{"sid": "WK00000000000000000000000000000001", "friendly_name": "Ann", "channels": [{"task_channel_sid": "chat", "configured_capacity": 3}]}],
		"tasks": [{"sid": "WT00000000000000000000000000000001", "task_channel_sid": "chat", "task_queue_sid": "%s"}]}]}`
	for queue, want := range map[string]*workflow.Position{
		"WQ00000000000000000000000000000001": {}, "WQ00000000000000000000000000000002": {Target: 1},
		"WQ00000000000000000000000000000003": {}, // where no target leads, so that the task begins its way
	} {
		a, err := load(fmt.Appendf(nil, before, queue), loadedAt)
		require.NoError(t, err)
		w := a.Workspaces.first()
		task := w.Tasks.first()
		assert.Equal(t, want, task.Position, queue)
		assert.Equal(t, loadedAt, *task.DateTargetEntered)
		assert.Equal(t, task.step.Queue, task.TaskQueueSID)
		assert.Zero(t, task.Priority, "which is not given anew")
		chat := w.channelsByName["chat"].SID
		assert.Equal(t, chat, task.TaskChannelSID)
		assert.Equal(t, 3, w.Workers.first().channels[chat].ConfiguredCapacity)
	}
}

func TestATaskOfAFileThatIsInNoTargetBeginsItsWayWhenItIsRejected(t *testing.T) {
	a, err := load([]byte(`{"version": 1, "workspaces": [{"sid": "WS00000000000000000000000000000001", "friendly_name": "a",
		"task_queues": [{"sid": "WQ00000000000000000000000000000001", "friendly_name": "a"}, {"sid": "WQ00000000000000000000000000000002", "friendly_name": "b"}],
		"workflows": [{"sid": "WW00000000000000000000000000000001", "friendly_name": "a", "configuration": {"task_routing": {"default_filter": {"queue": "WQ00000000000000000000000000000001"}}}}],
		"workers": [{"sid": "WK00000000000000000000000000000001", "friendly_name": "Ann"}],
		"tasks": [{"sid": "WT00000000000000000000000000000001", "task_queue_sid": "WQ00000000000000000000000000000002", "assignment_status": "reserved",
			"reservations": [{"sid": "WR00000000000000000000000000000001", "worker_sid": "WK00000000000000000000000000000001", "reservation_status": "pending"}]}]}]}`), loadedAt)
	require.NoError(t, err)
	w := a.Workspaces.first()
	task := w.Tasks.first()
	require.Nil(t, task.Position)
	w.reject(task.Reservations.first(), nil)
	a.Settle()
	assert.Equal(t, gen.TaskStatusPending, task.Status)
	assert.NotNil(t, task.Position)
	assert.Equal(t, "WQ00000000000000000000000000000001", task.TaskQueueSID)
}

func TestATaskMayNameATargetThatTheRouterLetGo(t *testing.T) {
	for kind, status := range map[string]string{"WK": "completed", "WW": "completed", "WQ": "canceled"} {
		t.Run(kind, func(t *testing.T) {
			old := fmt.Sprintf(`"assignment_status": %q`, status)
			a, err := load(broken(t, old, fmt.Sprintf(`%s, "routing_target": "%s000000000000000000000000000000ff"`, old, kind)), loadedAt)
			require.NoError(t, err)
			a.Begin(loadedAt.Add(time.Hour))
		})
	}
}

func TestCapacityIsIgnoredForATaskOfOneWorkerOnly(t *testing.T) {
	for target, want := range map[string]bool{"": false, "WK00000000000000000000000000000001": true} {
		a, err := load(broken(t, `"priority": 5`, `"routing_target": "`+target+`"`), loadedAt)
		require.NoError(t, err)
		assert.Equal(t, want, a.Workspaces.rows()[0].Tasks.rows()[3].IgnoreCapacity)
	}
}

func TestAWorkerChannelHasRoomForOneTask(t *testing.T) {
	a, err := load(broken(t, `, "configured_capacity": 3`, ``), loadedAt)
	require.NoError(t, err)
	assert.Equal(t, 1, a.Workspaces.rows()[0].Workers.rows()[0].Channels.rows()[0].ConfiguredCapacity)
}

func TestATaskQueueIsForEverybody(t *testing.T) {
	a, err := load(broken(t, `, "target_workers": "languages HAS 'es'"`, ``), loadedAt)
	require.NoError(t, err)
	assert.Equal(t, everybody, a.Workspaces.rows()[0].TaskQueues.rows()[1].TargetWorkers)
}

func TestAnEventMayHaveNoFacts(t *testing.T) {
	a, err := load(broken(t, `"activities": [`, `"events": [{"event_type": "a", "resource_type": "worker",
		"resource_sid": "WK00000000000000000000000000000001"}], "activities": [`), loadedAt)
	require.NoError(t, err)
	assert.Contains(t, string(dump(t, a)), `"event_data": {}`)
}

func TestSeveralWorkersMayBeAskedAtOnce(t *testing.T) {
	_, err := load(broken(t, `"reservation_status": "pending"}`, `"reservation_status": "pending"},
		{"sid": "WRffffffffffffffffffffffffffffffff", "worker_sid": "WK00000000000000000000000000000003", "reservation_status": "pending"}`), loadedAt)
	assert.NoError(t, err)
}

func TestEventsOfAFileAreInTheOrderOfTheirTime(t *testing.T) {
	at := time.Date(2026, time.January, 1, 12, 0, 0, 0, time.UTC)
	a, err := load([]byte(`{"version":1,"now":"2026-01-01T12:00:00Z","workspaces":[{"sid":"WS00000000000000000000000000000001","friendly_name":"w","events":[
		{"event_type":"now","resource_type":"task","resource_sid":"WT00000000000000000000000000000001"},
		{"event_type":"last","resource_type":"task","resource_sid":"WT00000000000000000000000000000001","date_created":"2026-01-01T11:59:00Z"},
		{"event_type":"first","resource_type":"task","resource_sid":"WT00000000000000000000000000000001","date_created":"2026-01-01T11:50:00Z"},
		{"event_type":"second","resource_type":"task","resource_sid":"WT00000000000000000000000000000001","date_created":"2026-01-01T11:50:00Z"}]}]}`), at)
	require.NoError(t, err)
	w := a.Workspaces.rows()[0]
	var types []string
	place := 0
	for e := range w.Events.All() {
		types = append(types, e.Type)
		assert.Greater(t, e.place, place)
		place = e.place
	}
	assert.Equal(t, []string{"first", "second", "last", "now"}, types)
	assert.Equal(t, map[string]int{"last": 1, "now": 1}, w.Happened(Scope{}, Window{at.Add(-time.Minute), at}).Events)
}

func TestTheDateOfATaskInAnEventIsMovedWithAllDates(t *testing.T) {
	a, err := load([]byte(`{"version":1,"now":"2026-01-01T12:00:00Z","workspaces":[{"sid":"WS00000000000000000000000000000001","friendly_name":"w","events":[
		{"event_type":"a","resource_type":"task","resource_sid":"WT00000000000000000000000000000001","event_data":{"task_date_created":"1767265200"}},
		{"event_type":"a","resource_type":"task","resource_sid":"WT00000000000000000000000000000001","event_data":{"task_date_created":"noon"}},
		{"event_type":"a","resource_type":"task","resource_sid":"WT00000000000000000000000000000001","event_data":{"task_date_created":"9999999999999999999"}},
		{"event_type":"a","resource_type":"task","resource_sid":"WT00000000000000000000000000000001"}]}]}`), time.Date(2026, time.January, 1, 13, 0, 0, 0, time.UTC))
	require.NoError(t, err)
	var dates []string
	for e := range a.Workspaces.rows()[0].Events.All() {
		dates = append(dates, e.Data.Get(FactTaskDateCreated))
	}
	assert.Equal(t, []string{"1767268800", "noon", "9999999999999999999", ""}, dates)
}

func TestWorkersOfAFileAreAwayUnlessItSaysOtherwise(t *testing.T) {
	for name, test := range map[string]struct {
		workspace  string
		activities []string
		want       string
	}{
		"none":            {"", nil, "Offline"},
		"available first": {"", []string{`"Here","available":true`, `"Away"`, `"Asleep"`}, "Away"},
		"all available":   {"", []string{`"Here","available":true`, `"Also here","available":true`}, "Here"},
		"a default":       {`"default_activity_sid":"WA00000000000000000000000000000000",`, []string{`"Here","available":true`, `"Away"`}, "Here"},
	} {
		t.Run(name, func(t *testing.T) {
			var activities []string
			for i, a := range test.activities {
				activities = append(activities, fmt.Sprintf(`{"sid":"WA0000000000000000000000000000000%d","friendly_name":%s}`, i, a))
			}
			a, err := load([]byte(`{"version":1,"workspaces":[{"sid":"WS00000000000000000000000000000001","friendly_name":"w",`+test.workspace+`
				"activities":[`+strings.Join(activities, ",")+`],"workers":[{"sid":"WK00000000000000000000000000000001","friendly_name":"a"}]}]}`), noon)
			require.NoError(t, err)
			w := a.Workspaces.rows()[0]
			assert.Equal(t, test.want, w.ActivityName(w.DefaultActivitySID))
			assert.Equal(t, test.want, w.ActivityName(w.TimeoutActivitySID))
			assert.Equal(t, test.want, w.ActivityName(w.Workers.rows()[0].ActivitySID))
		})
	}
}
