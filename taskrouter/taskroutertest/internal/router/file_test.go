package router

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

var loadedAt = time.Date(2026, time.January, 5, 9, 30, 0, 123456789, time.UTC)

// load reads a file, whose account and seed are what these are where it has none.
func load(data []byte, now time.Time) (*Account, error) {
	return Load(data, SID("AC", 0, 1), 0, now)
}

func TestTheStateComesBackFromAFile(t *testing.T) {
	a := richAccount(t)
	dumped := dump(t, a)
	loaded, err := load(dumped, a.now)
	require.NoError(t, err)
	assert.Equal(t, string(dumped), string(dump(t, loaded)))
	assert.True(t, bytes.HasSuffix(dumped, []byte("}\n")))
	assertSameIndexes(t, a, loaded)
}

func TestAFileKeepsTheTextOfAttributesAndConfigurations(t *testing.T) {
	a := NewAccount("", 1)
	w := newWorkspace(t, a, gen.WorkspaceTemplateFIFO)
	text := `{"z":1.50,"a":"<&>\u003c` + "\u2028" + `","n":null,"e":{"]}":"[{\\\""},"l":[1e3,[]]}`
	worker, err := w.CreateWorker(gen.CreateWorkerRequest{FriendlyName: "Alice <a@example.com>", Attributes: gen.Attributes(text)})
	require.NoError(t, err)
	configuration := `{"z":"<&>","task_routing":{"filters":[],"default_filter":{"timeout":"5","queue":"` + w.TaskQueues.rows()[0].SID + `"}}}`
	require.NoError(t, w.UpdateWorkflow(w.Workflows.rows()[0], gen.UpdateWorkflowRequest{Configuration: &configuration}))

	loaded, err := load(dump(t, a), loadedAt)
	require.NoError(t, err)
	again := loaded.Workspaces.rows()[0]
	assert.Equal(t, text, again.Workers.rows()[0].Attributes.String())
	assert.Equal(t, worker.FriendlyName, again.Workers.rows()[0].FriendlyName)
	assert.Equal(t, configuration, string(again.Workflows.rows()[0].Configuration))
	assert.Contains(t, string(dump(t, a)), "\"attributes\": {\n            \"z\": 1.50,\n")
}

func TestAttributesThatFitFitInAFileToo(t *testing.T) {
	a := NewAccount("", 1)
	w := newWorkspace(t, a, "")
	text := `{"a":[` + strings.Repeat("1,", 2043) + `1]}`
	require.Len(t, text, maxAttributes-1)
	_, err := w.CreateWorker(gen.CreateWorkerRequest{FriendlyName: "Alice", Attributes: gen.Attributes(text)})
	require.NoError(t, err)
	_, err = load(dump(t, a), loadedAt)
	assert.NoError(t, err)
}

func TestAnEmptyAccountComesBack(t *testing.T) {
	a := NewAccount("AC00000000000000000000000000000001", 7)
	a.Begin(loadedAt)
	assert.Equal(t, `{
  "version": 1,
  "account_sid": "AC00000000000000000000000000000001",
  "seed": 7,
  "now": "2026-01-05T09:30:00.123456789Z",
  "sids": {},
  "workspaces": []
}
`, string(dump(t, a)))
	loaded, err := load(dump(t, a), loadedAt)
	require.NoError(t, err)
	assert.Equal(t, string(dump(t, a)), string(dump(t, loaded)))
}

// TestTheStateComesBackWhateverHappened goes on with both accounts after loading, so
// that what is not in the file must have come back, too.
func TestTheStateComesBackWhateverHappened(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			a := NewAccount("", seed)
			operate(a, rand.New(rand.NewPCG(seed, 1)), 400)
			dumped := dump(t, a)
			loaded, err := load(dumped, a.now)
			require.NoError(t, err)
			require.Equal(t, string(dumped), string(dump(t, loaded)))
			assertSameIndexes(t, a, loaded)

			operate(a, rand.New(rand.NewPCG(seed, 2)), 200)
			operate(loaded, rand.New(rand.NewPCG(seed, 2)), 200)
			require.Equal(t, string(dump(t, a)), string(dump(t, loaded)))
		})
	}
}

func TestSIDsGoOnAfterLoading(t *testing.T) {
	a := richAccount(t)
	loaded, err := load(dump(t, a), loadedAt)
	require.NoError(t, err)
	for _, prefix := range []string{"WS", "WK", "WR", "XX"} {
		assert.Equal(t, a.NextSID(prefix), loaded.NextSID(prefix))
	}
}

func TestRequestsAreNotPartOfAFile(t *testing.T) {
	a := richAccount(t)
	before := dump(t, a)
	first := a.NextSID("RQ")
	assert.Equal(t, string(before), string(dump(t, a)))
	assert.NotEqual(t, first, a.NextSID("RQ"), "which a dump does not begin again")

	loaded, err := load(broken(t, `"seed": 1`, `"seed": 1, "sids": {"RQ": 2}`), loadedAt)
	require.NoError(t, err)
	assert.NotContains(t, string(dump(t, loaded)), `"RQ"`)
}

func TestSIDsOfAFileAreNotGivenAgain(t *testing.T) {
	taken := SID("WS", 3, 1)
	a, err := load(fmt.Appendf(nil, `{"version":1,"seed":3,"workspaces":[{"sid":%q,"friendly_name":"a"}]}`, taken), loadedAt)
	require.NoError(t, err)
	assert.Equal(t, SID("AC", 0, 1), a.SID, "the account that was there")
	assert.Equal(t, SID("WS", 3, 2), a.NextSID("WS"))
}

func TestPageTokensOutliveAFile(t *testing.T) {
	a := richAccount(t)
	w := a.Workspaces.rows()[0]
	page, err := w.Events.Page(Query[*Event]{Size: 3, Compare: NewestFirst[*Event]})
	require.NoError(t, err)
	query := Query[*Event]{Size: 3, Compare: NewestFirst[*Event], Token: page.NextToken()}
	want, err := w.Events.Page(query)
	require.NoError(t, err)

	loaded, err := load(dump(t, a), loadedAt)
	require.NoError(t, err)
	got, err := loaded.Workspaces.rows()[0].Events.Page(query)
	require.NoError(t, err)
	assert.Equal(t, sidsOf(want.Items), sidsOf(got.Items))
	assert.Equal(t, []bool{want.Before, want.After}, []bool{got.Before, got.After})
}

func TestReservationsOfAWorkerComeByDate(t *testing.T) {
	const text = `{"version":1,"workspaces":[{"sid":"WS00000000000000000000000000000001","friendly_name":"a",
		"workers":[{"sid":"WK00000000000000000000000000000001","friendly_name":"a"}],
		"tasks":[
			{"sid":"WT00000000000000000000000000000001","workflow_sid":"","assignment_status":"completed","reservations":[
				{"sid":"WR00000000000000000000000000000001","worker_sid":"WK00000000000000000000000000000001","reservation_status":"rejected","date_created":"2026-01-01T00:00:03Z"},
				{"sid":"WR00000000000000000000000000000002","worker_sid":"WK00000000000000000000000000000001","reservation_status":"rejected","date_created":"2026-01-01T00:00:01Z"}]},
			{"sid":"WT00000000000000000000000000000002","workflow_sid":"","assignment_status":"completed","reservations":[
				{"sid":"WR00000000000000000000000000000003","worker_sid":"WK00000000000000000000000000000001","reservation_status":"rejected","date_created":"2026-01-01T00:00:02Z"},
				{"sid":"WR00000000000000000000000000000004","worker_sid":"WK00000000000000000000000000000001","reservation_status":"rejected","date_created":"2026-01-01T00:00:03Z"}]}]}]}`
	a, err := load([]byte(text), loadedAt)
	require.NoError(t, err)
	w := a.Workspaces.rows()[0]
	var got []string
	for _, sid := range sidsOf(w.Workers.rows()[0].Reservations.rows()) {
		got = append(got, sid[33:])
	}
	assert.Equal(t, []string{"3", "1", "2", "4"}, got)
	w.DeleteTask(w.Tasks.rows()[0])
	assert.Equal(t, 2, w.Workers.rows()[0].Reservations.Len())
}

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

func TestTheExampleOfASupportCenterLoads(t *testing.T) {
	a, err := load(read(t, "support.json"), loadedAt)
	require.NoError(t, err)
	w := a.Workspaces.rows()[0]

	var states []gen.TaskStatus
	for task := range w.Tasks.All() {
		states = append(states, task.Status)
		assert.Equal(t, w.Workflows.rows()[0].SID, task.WorkflowSID)
		assert.Equal(t, task.DateCreated, *task.DateQueueEntered)
		assert.Equal(t, task.DateCreated, task.VirtualStartTime)
		assert.Equal(t, task.DateCreated, task.DateUpdated)
		assert.Equal(t, defaultTaskTimeout, task.Timeout)
	}
	assert.ElementsMatch(t, states, []gen.TaskStatus{"pending", "reserved", "assigned", "wrapping", "completed", "canceled"})

	assert.Equal(t, []string{"voice", "chat", "default", "sms", "video"}, namesOf(w.TaskChannels.rows()))
	alice, bob, carmen := w.Workers.rows()[0], w.Workers.rows()[1], w.Workers.rows()[2]
	assert.True(t, w.Available(alice))
	assert.Equal(t, w.DefaultActivitySID, carmen.ActivitySID)
	assert.Equal(t, loadedAt, alice.DateCreated)
	assert.Equal(t, loadedAt, alice.DateStatusChanged)
	chat, err := w.WorkerChannel(bob, "chat")
	require.NoError(t, err)
	used, free := chat.Use()
	assert.Equal(t, []int{0, 50}, []int{used, free})
	assert.True(t, chat.Available)
	assert.Equal(t, 5, alice.Channels.Len())
	english, spanish := w.TaskQueues.rows()[0], w.TaskQueues.rows()[1]
	assert.True(t, alice.Serves(english))
	assert.False(t, alice.Serves(spanish))
	assert.True(t, w.Workflows.rows()[0].leadsTo(spanish.SID))
	assert.Equal(t, defaultReservationTimeout, w.Workflows.rows()[0].TaskReservationTimeout)
	assert.Equal(t, []int{1, 2}, []int{english.MaxReservedWorkers, spanish.MaxReservedWorkers})

	ago := func(d time.Duration) time.Time { return loadedAt.Add(-d) }
	flow, done, asked, waiting := w.Workflows.rows()[0], w.Tasks.rows()[0], w.Tasks.rows()[4], w.Tasks.rows()[5]
	require.Len(t, flow.Former, 1)
	assert.Equal(t, []int{1, 0}, []int{flow.Revision, flow.Former[0].Revision})
	assert.Same(t, flow.Former[0], asked.rules)
	assert.Same(t, flow.rules, waiting.rules)
	assert.Equal(t, flow.rules.plan.Step(workflow.Position{}), waiting.step)
	assert.Equal(t, ago(30*time.Second), *waiting.DateTargetEntered)
	assert.Equal(t, ago(30*time.Second), waiting.DateCreated)
	assert.Equal(t, ago(3*time.Minute+30*time.Second), done.Since)
	assert.Equal(t, loadedAt, waiting.Since, "which the file does not tell")
	assert.Equal(t, ago(5*time.Minute+29*time.Second), asked.Reservations.rows()[0].DateCreated)
	assert.Equal(t, []int{600, 120}, []int{asked.Reservations.rows()[0].Timeout, done.Reservations.rows()[0].Timeout})
	assert.Equal(t, []int{1, 0}, []int{asked.Assignments, waiting.Assignments})
	assert.Equal(t, []int{0, 8, 0}, []int{alice.LastReserved, bob.LastReserved, carmen.LastReserved})
	assert.Equal(t, 8, w.ReservationsMade)

	dumped := dump(t, a)
	again, err := load(dumped, loadedAt)
	require.NoError(t, err)
	assert.Equal(t, string(dumped), string(dump(t, again)))
	assertSameIndexes(t, a, again)
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

func TestAttributesThatAnInstructionMadeTooLongComeBackFromAFile(t *testing.T) {
	d := newDesk(t)
	long := `{"z":"` + strings.Repeat("z", maxAttributes-8) + `"}`
	require.NoError(t, d.UpdateTask(d.task, gen.UpdateTaskRequest{Attributes: gen.Attributes(long)}))
	d.callWorker(d.task)
	loaded, err := load(dump(t, d.account), loadedAt)
	require.NoError(t, err)
	got := loaded.Workspaces.rows()[0].Tasks.rows()[0].Attributes.String()
	assert.Equal(t, d.task.Attributes.String(), got)
	assert.True(t, strings.HasPrefix(got, strings.TrimSuffix(long, "}")+`,"worker_call_sid":"CA`), "after what was there")
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

func TestAReservationKeepsThePreviousActivityOfItsWorker(t *testing.T) {
	for name, test := range map[string]struct{ status, sid string }{
		"none":               {"pending", ""},
		"one that is there":  {"accepted", "WA00000000000000000000000000000002"},
		"one that was there": {"timeout", "WA000000000000000000000000000000ff"},
		"one that was there, of one that is open": {"pending", "WA000000000000000000000000000000ff"},
	} {
		t.Run(name, func(t *testing.T) {
			old := fmt.Sprintf(`"reservation_status": %q`, test.status)
			a, err := load(broken(t, old, fmt.Sprintf(`%s, "previous_activity_sid": %q`, old, test.sid)), loadedAt)
			require.NoError(t, err)
			assert.Contains(t, string(dump(t, a)), fmt.Sprintf(`"previous_activity_sid": %q`, test.sid))
			_, err = load(dump(t, a), loadedAt)
			assert.NoError(t, err)
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

// richAccount has everything: several workspaces, and reservations in all states.
func richAccount(t *testing.T) *Account {
	t.Helper()
	a, err := load(read(t, "support.json"), loadedAt)
	require.NoError(t, err)
	w := newWorkspace(t, a, gen.WorkspaceTemplateFIFO)
	_, err = w.CreateTask(gen.CreateTaskRequest{Attributes: `{"a":1}`})
	require.NoError(t, err)
	support := a.Workspaces.rows()[0]
	a.Begin(loadedAt.Add(time.Second))
	task, err := support.CreateTask(gen.CreateTaskRequest{RoutingTarget: new(support.Workers.rows()[1].SID)})
	require.NoError(t, err)
	a.Settle()
	require.Equal(t, gen.TaskStatusReserved, task.Status)
	require.NoError(t, support.UpdateWorker(support.Workers.rows()[0], gen.UpdateWorkerRequest{Attributes: `{"b":[]}`}))
	newWorkspace(t, a, "")
	return a
}

// assertSameIndexes wants that all that a file does not hold is the same in both.
func assertSameIndexes(t *testing.T, want, got *Account) {
	t.Helper()
	assert.Equal(t, outside(want), outside(got))
}

// outside returns in words what a file does not hold, checking that it is in order.
func outside(a *Account) []string {
	var out []string
	say := func(format string, arguments ...any) { out = append(out, fmt.Sprintf(format, arguments...)) }
	order := map[string]int{}
	a.each(func(place, _ string, r *Resource) {
		list := place[:strings.LastIndexByte(place, '[')]
		say("%s in order: %t", place, r.place > order[list] && r.place <= a.made)
		order[list] = r.place
	})
	for _, w := range a.Workspaces.rows() {
		same, err := a.Workspaces.Get(w.SID)
		say("%s %t %t %v", w.SID, w.account == a, same == w, err)
		for c := range w.TaskChannels.All() {
			say("%s %t %t", c.SID, w.channelsByName[c.UniqueName] == c, w.TaskChannels.bySID[c.SID] == c)
		}
		for q := range w.TaskQueues.All() {
			say("%s %t %v", q.SID, w.TaskQueues.bySID[q.SID] == q, q.target)
		}
		for f := range w.Workflows.All() {
			say("%s %t %d %s %d", f.SID, w.Workflows.bySID[f.SID] == f, f.rules.Revision, f.rules.Configuration, f.rules.tasks)
		}
		for worker := range w.Workers.All() {
			say("%s %t %t %d", worker.SID, w.Workers.bySID[worker.SID] == worker, w.workersByName[strings.ToLower(worker.FriendlyName)] == worker, len(worker.channels))
			for c := range worker.Channels.All() {
				say("%s %t %t", c.SID, worker.Channels.bySID[c.SID] == c, worker.channels[c.TaskChannelSID] == c)
			}
			previous := 0
			for r := range worker.Reservations.All() {
				say("%s of %s %t %t", r.SID, worker.SID, worker.Reservations.bySID[r.SID] == r, r.place > previous)
				previous = r.place
			}
		}
		for task := range w.Tasks.All() {
			say("%s %t", task.SID, w.Tasks.bySID[task.SID] == task)
			for r := range task.Reservations.All() {
				say("%s %t %t %s", r.SID, task.Reservations.bySID[r.SID] == r, r.task == task, r.worker.SID)
			}
		}
		say("%d %d %d %d %d %d", len(w.Activities.bySID), len(w.TaskChannels.bySID), len(w.Events.bySID), len(w.channelsByName), len(w.workersByName), len(w.Tasks.bySID))
	}
	return out
}

func newWorkspace(t *testing.T, a *Account, template gen.WorkspaceTemplate) *Workspace {
	t.Helper()
	request := gen.CreateWorkspaceRequest{FriendlyName: "Another"}
	if template != "" {
		request.Template = &template
	}
	w, err := a.CreateWorkspace(request)
	require.NoError(t, err)
	return w
}

func dump(t testing.TB, a *Account) []byte {
	t.Helper()
	data, err := a.Dump()
	require.NoError(t, err)
	return data
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	return data
}

// broken is the example of a support center with something in it replaced, once.
func broken(t testing.TB, old, replacement string) []byte {
	t.Helper()
	text := string(read(t, "support.json"))
	require.Contains(t, text, old)
	return []byte(strings.Replace(text, old, replacement, 1))
}

func sidsOf[T Entry](entries []T) (sids []string) {
	for _, entry := range entries {
		sids = append(sids, entry.resource().SID)
	}
	return sids
}

func namesOf(channels []*TaskChannel) (names []string) {
	for _, c := range channels {
		names = append(names, c.UniqueName)
	}
	return names
}

func FuzzLoad(f *testing.F) {
	for _, name := range []string{"minimal.json", "support.json"} {
		f.Add(read(f, name))
	}
	a := NewAccount("", 1)
	operate(a, rand.New(rand.NewPCG(1, 1)), 60)
	f.Add(dump(f, a))
	operate(a, rand.New(rand.NewPCG(1, 2)), 400) // until there are former rules and second targets
	for w := range a.Workspaces.All() {
		w.Events = Table[*Event]{}
	}
	f.Add(dump(f, a))
	f.Add([]byte(`{"version":1,"workspaces":[{"sid":"\u0057S00000000000000000000000000000001","friendly_name":"\"\\","x":[{}]} , null]}`))
	f.Add([]byte(" [ ] "))
	f.Fuzz(func(t *testing.T, data []byte) {
		loaded, err := load(data, loadedAt)
		if err != nil {
			assert.Nil(t, loaded)
			assert.NotEmpty(t, err.Error())
			return
		}
		dumped := dump(t, loaded)
		require.True(t, json.Valid(dumped))
		again, err := load(dumped, loadedAt)
		require.NoError(t, err)
		require.Equal(t, string(dumped), string(dump(t, again)))
		operate(again, rand.New(rand.NewPCG(1, 1)), 100)
		for _, w := range slices.Clone(again.Workspaces.rows()) {
			again.DeleteWorkspace(w)
		}
	})
}

func BenchmarkFileOfManyTasks(b *testing.B) {
	a := NewAccount("", 1)
	a.Begin(loadedAt)
	w, err := a.CreateWorkspace(gen.CreateWorkspaceRequest{FriendlyName: "Large", Template: new(gen.WorkspaceTemplateFIFO)})
	require.NoError(b, err)
	for range 100_000 {
		_, err := w.CreateTask(gen.CreateTaskRequest{Attributes: `{"language": "en", "from": "+14155550101", "account": {"tier": 2}}`})
		require.NoError(b, err)
	}
	data := dump(b, a)
	b.Run("Dump", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			data = dump(b, a)
		}
		b.SetBytes(int64(len(data)))
	})
	b.Run("Load", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, err := load(data, loadedAt)
			require.NoError(b, err)
		}
		b.SetBytes(int64(len(data)))
	})
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
