package taskroutertest_test

import (
	"bytes"
	"cmp"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/router"
)

// A state that was written by hand: a small contact centre.
const supportFile = "internal/router/testdata/support.json"

func loadSupport(t *testing.T, s *taskroutertest.Server) (client *taskrouter.Client, workspace string) {
	t.Helper()
	file, err := os.Open(supportFile)
	require.NoError(t, err)
	require.NoError(t, s.Load(file))
	require.NoError(t, file.Close())
	client = s.Client()
	workspaces := listWorkspaces(t, client)
	require.Len(t, workspaces, 1)
	return client, workspaces[0].SID
}

func dump(t *testing.T, s *taskroutertest.Server) string {
	t.Helper()
	var file bytes.Buffer
	require.NoError(t, s.Dump(&file))
	return file.String()
}

func TestAStateThatIsLoadedAgainGoesOnAsItWouldHave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second := newServer(t), newServer(t, taskroutertest.WithSeed(7))
		client, workspace := loadSupport(t, first)
		require.NoError(t, second.Load(strings.NewReader(dump(t, first))))
		assert.Equal(t, dump(t, first), dump(t, second))

		made := func(client *taskrouter.Client) string {
			worker, err := client.Workers(workspace).Create(t.Context(), taskrouter.CreateWorkerRequest{FriendlyName: "Zoe"})
			require.NoError(t, err)
			return worker.SID
		}
		assert.Equal(t, made(client), made(second.Client()))
		later(time.Hour) // in which workers do not answer, and tasks go on
		assert.Equal(t, dump(t, first), dump(t, second))
	})
}

func TestReadingChangesNoDump(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t)
		client, workspace := loadSupport(t, s)
		before := dump(t, s)
		for range 3 {
			_, err := taskrouter.Collect(client.Tasks(workspace).List(t.Context(), taskrouter.ListTasksParams{}), -1)
			require.NoError(t, err)
		}
		assert.Equal(t, before, dump(t, s))
	})
}

func TestAFileOfTodayIsNotInTheFutureOfABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, workspace := loadSupport(t, newServer(t))
		tasks, err := taskrouter.Collect(client.Tasks(workspace).List(t.Context(), taskrouter.ListTasksParams{}), -1)
		require.NoError(t, err)
		var ages []int
		for _, task := range tasks {
			ages = append(ages, task.Age/60)
		}
		assert.Equal(t, []int{25, 20, 15, 10, 5, 0}, ages)
	})
}

func TestLoadKeepsWhoMayCall(t *testing.T) {
	s := newServer(t)
	before, account := s.Client(), s.AccountSID()
	after, _ := loadSupport(t, s)
	assert.NotEqual(t, account, s.AccountSID(), "the account of the file")
	assert.Len(t, listWorkspaces(t, before), 1)
	assert.Len(t, listWorkspaces(t, after), 1)

	s = newServer(t)
	account = s.AccountSID()
	require.NoError(t, s.Load(strings.NewReader(`{"version": 1}`)))
	assert.Equal(t, account, s.AccountSID(), "which a file need not name")
}

func TestAFileThatCannotBeChangesNothing(t *testing.T) {
	for name, test := range map[string]struct{ file, message string }{
		"no JSON":            {`{"version": 1,`, "taskroutertest: Load: "},
		"another version":    {`{"version": 2}`, "taskroutertest: Load: version: is 2, 1 is expected"},
		"an unknown member":  {`{"version": 1, "workspace": []}`, "workspace: is no member that is known here"},
		"a member too many":  {`{"version": 1, "workspaces": [{"sid": "WS00000000000000000000000000000001", "friendly_name": "a", "colour": "red"}]}`, "workspaces[0].colour: "},
		"a SID that is none": {`{"version": 1, "workspaces": [{"sid": "WS1", "friendly_name": "a"}]}`, "workspaces[0].sid: "},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer(t)
				loadSupport(t, s)
				before := dump(t, s)
				assert.ErrorContains(t, s.Load(strings.NewReader(test.file)), test.message)
				assert.Equal(t, before, dump(t, s))
			})
		})
	}
	s := newServer(t)
	assert.ErrorContains(t, s.Load(errorReader{}), "taskroutertest: Load: unreadable")
	assert.ErrorContains(t, s.Dump(fullDisk{}), "taskroutertest: Dump: no room")
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no room") }

// FuzzLoadedState carries out each operation on whatever can be loaded. There is an
// answer to each, which is not that the emulator failed.
func FuzzLoadedState(f *testing.F) {
	file, err := rigFile()
	require.NoError(f, err)
	f.Add(file.account)
	for _, name := range []string{"support.json", "minimal.json"} {
		data, err := os.ReadFile("internal/router/testdata/" + name)
		require.NoError(f, err)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		account, err := router.Load(data, "AC00000000000000000000000000000001", 1, time.Now())
		if err != nil {
			t.Skip("there is nothing to ask")
		}
		for _, workspace := range slices.Collect(account.Workspaces.All()) {
			r := rigOf(account, sidsIn(workspace))
			t.Cleanup(r.api.Close)
			for _, operation := range operationsBy(http.MethodGet) {
				r.carryOut(t, operation, "")
			}
			for _, operation := range operationsBy(http.MethodPost) {
				for _, form := range formsOf(operation, r.sids) {
					r.carryOut(t, operation, form)
				}
			}
			deletions := operationsBy(http.MethodDelete)
			slices.SortFunc(deletions, func(a, b gen.Operation) int { return cmp.Compare(len(b.Path), len(a.Path)) }) // the workspace last
			for _, operation := range deletions {
				r.carryOut(t, operation, "")
			}
			assert.False(t, account.Workspaces.Has(workspace.SID))
		}
		_, err = account.Dump()
		assert.NoError(t, err)
	})
}

// sidsIn are the SIDs of the last of each kind, and of one that has reservations if any has.
func sidsIn(w *router.Workspace) map[string]string {
	sids := map[string]string{"WorkspaceSid": w.SID}
	for a := range w.Activities.All() {
		sids["ActivitySid"] = a.SID
	}
	for c := range w.TaskChannels.All() {
		sids["TaskChannelSid"] = c.SID
	}
	for q := range w.TaskQueues.All() {
		sids["TaskQueueSid"] = q.SID
	}
	for f := range w.Workflows.All() {
		sids["WorkflowSid"] = f.SID
	}
	for worker := range w.Workers.All() {
		sids["WorkerSid"] = worker.SID
	}
	for task := range w.Tasks.All() {
		if task.Reservations.Len() > 0 || sids["ReservationSid"] == "" {
			sids["TaskSid"] = task.SID
		}
		for reservation := range task.Reservations.All() {
			sids["ReservationSid"], sids["WorkerSid"] = reservation.SID, reservation.Worker().SID
		}
	}
	if worker, err := w.Workers.Get(sids["WorkerSid"]); err == nil {
		for c := range worker.Channels.All() {
			sids["WorkerChannelSid"] = c.SID
		}
	}
	for e := range w.Events.All() {
		sids["EventSid"] = e.SID
	}
	return sids
}

// formsOf are bodies for an operation, some of which it may refuse.
func formsOf(operation gen.Operation, sids map[string]string) []string {
	if operation.ID == gen.OperationGetTaskQueueBulkRealTimeStatistics.ID {
		return []string{`{"queueSids":["` + sids["TaskQueueSid"] + `"]}`}
	}
	return []string{
		"",
		fields("FriendlyName", "Zoe", "UniqueName", "zoe", "Attributes", "{}", "Priority", "1", "Capacity", "2", "Available", "true", "TaskChannel", "voice",
			"Configuration", `{"task_routing":{"default_filter":{"queue":"`+sids["TaskQueueSid"]+`"}}}`, "TargetWorkers", "1==1").Encode(),
		fields("ActivitySid", sids["ActivitySid"], "AssignmentStatus", "completed", "ReservationStatus", "accepted").Encode(),
		fields("ReservationStatus", "rejected", "WorkerActivitySid", sids["ActivitySid"], "AssignmentStatus", "canceled").Encode(),
		fields("Instruction", "conference", "To", "client:zoe").Encode(),
		fields("ReservationStatus", "wrapping", "AssignmentStatus", "wrapping").Encode(),
		fields("ReservationStatus", "completed").Encode(),
	}
}

// carryOut sends a request of an operation.
func (r *rig) carryOut(tb testing.TB, operation gen.Operation, body string) {
	tb.Helper()
	request := httptest.NewRequest(operation.Method, serviceURL+r.path(operation), strings.NewReader(body))
	request.SetBasicAuth(r.account.SID, rigToken)
	request.Header.Set("Content-Type", formType)
	if strings.HasPrefix(body, "{") {
		request.Header.Set("Content-Type", jsonType)
	}
	answer := r.api.Answer(request)
	require.GreaterOrEqual(tb, answer.Status, 200, describe(request))
	require.Less(tb, answer.Status, 500, "%s: %s", describe(request), answer.Body)
}

func TestErrorsOfFilesBeginWithWhatFailed(t *testing.T) {
	s := newServer(t)
	assert.EqualError(t, s.Load(errorReader{}), "taskroutertest: Load: unreadable")
	assert.EqualError(t, s.Load(strings.NewReader(`{"version": 2}`)), "taskroutertest: Load: version: is 2, 1 is expected")
	assert.EqualError(t, s.Dump(fullDisk{}), "taskroutertest: Dump: no room")
}

func TestTasksOfAFileThatAreNowhereYetBeginTheirWay(t *testing.T) {
	const file = `{"version": 1, "workspaces": [{
		"sid": "WS00000000000000000000000000000001", "friendly_name": "Support",
		"task_queues": [{"sid": "WQ00000000000000000000000000000001", "friendly_name": "Everyone"}],
		"workflows": [{"sid": "WW00000000000000000000000000000001", "friendly_name": "Flow",
			"configuration": {"task_routing": {"default_filter": {"queue": "WQ00000000000000000000000000000001"}}}}],
		"tasks": [
			{"sid": "WT00000000000000000000000000000002", "workflow_sid": "WW00000000000000000000000000000001"},
			{"sid": "WT00000000000000000000000000000003", "workflow_sid": "WW00000000000000000000000000000001",
				"routing_target": "WQ00000000000000000000000000000001"}]}]}`
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t)
		require.NoError(t, s.Load(strings.NewReader(file)))
		tasks := s.Client().Tasks("WS00000000000000000000000000000001")
		for _, sid := range []string{"WT00000000000000000000000000000002", "WT00000000000000000000000000000003"} {
			task, err := tasks.Get(t.Context(), sid)
			require.NoError(t, err)
			assert.NotNil(t, task.TaskQueueEnteredDate)
			assert.Equal(t, new("Everyone"), task.TaskQueueFriendlyName)
		}
	})
}

func TestATaskQueueIsKeptThatATaskOfAFileIsMeantForInAnother(t *testing.T) {
	const file = `{"version": 1, "workspaces": [{
		"sid": "WS00000000000000000000000000000001", "friendly_name": "Support",
		"task_queues": [
			{"sid": "WQ00000000000000000000000000000001", "friendly_name": "Everyone"},
			{"sid": "WQ00000000000000000000000000000002", "friendly_name": "Nobody"}],
		"workflows": [{"sid": "WW00000000000000000000000000000001", "friendly_name": "Flow",
			"configuration": {"task_routing": {"default_filter": {"queue": "WQ00000000000000000000000000000001"}}}}],
		"tasks": [{"sid": "WT00000000000000000000000000000001", "workflow_sid": "WW00000000000000000000000000000001",
			"task_queue_sid": "WQ00000000000000000000000000000001", "routing_target": "WQ00000000000000000000000000000002"}]}]}`
	s := newServer(t)
	require.NoError(t, s.Load(strings.NewReader(file)))
	queues := s.Client().TaskQueues("WS00000000000000000000000000000001")
	assert.ErrorContains(t, queues.Delete(t.Context(), "WQ00000000000000000000000000000002"),
		"Task queue WQ00000000000000000000000000000002 is the routing target of task WT00000000000000000000000000000001")
}
