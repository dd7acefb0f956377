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
	text := `{"z":1.50,"a":"<&>\u003c","n":null,"e":{"]}":"[{\\\""},"l":[1e3,[]]}`
	worker, err := w.CreateWorker(gen.CreateWorkerRequest{FriendlyName: "Alice <a@example.com>", Attributes: gen.Attributes(text)})
	require.NoError(t, err)
	const separator = "{\"a\":\"\u2028\"}" // which Go 1.27 writes as an escape that means it
	_, err = w.CreateWorker(gen.CreateWorkerRequest{FriendlyName: "Bob", Attributes: separator})
	require.NoError(t, err)
	configuration := `{"z":"<&>","task_routing":{"filters":[],"default_filter":{"timeout":"5","queue":"` + w.TaskQueues.rows()[0].SID + `"}}}`
	require.NoError(t, w.UpdateWorkflow(w.Workflows.rows()[0], gen.UpdateWorkflowRequest{Configuration: &configuration}))

	loaded, err := load(dump(t, a), loadedAt)
	require.NoError(t, err)
	again := loaded.Workspaces.rows()[0]
	assert.Equal(t, text, again.Workers.rows()[0].Attributes.String())
	assert.JSONEq(t, separator, again.Workers.rows()[1].Attributes.String())
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
