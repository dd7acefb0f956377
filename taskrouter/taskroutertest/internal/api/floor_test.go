package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/openapi"
	"github.com/taskrouter-go/sdk/openapi/document"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/api"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/router"
)

// A floor is a workspace of which statistics are asked for.
type floor struct {
	t       *testing.T
	api     *api.API
	account *router.Account

	workspace         *router.Workspace
	spanish, other    *router.TaskQueue
	workflow          *router.Workflow
	amara, bruno      *router.Worker
	offline, unlisted string // SIDs: of an activity, and of a queue that is not there
}

var loaded = sync.OnceValues(func() (*document.Document, error) { return document.Load(openapi.Document) })

func newFloor(t *testing.T) *floor {
	t.Helper()
	f := &floor{t: t, unlisted: router.SID("WQ", 2, 1)}
	f.adopt(router.NewAccount("", 1))
	f.create("", "Workspaces", url.Values{"FriendlyName": {"Floor"}})
	f.adopt(f.account)
	f.create("/Workspaces/"+f.workspace.SID, "TaskQueues", url.Values{"FriendlyName": {"Español"}, "TargetWorkers": {`languages HAS "es"`}})
	f.create("/Workspaces/"+f.workspace.SID, "TaskQueues", url.Values{"FriendlyName": {"Other"}, "TargetWorkers": {"1==2"}})
	f.adopt(f.account)
	f.create("/Workspaces/"+f.workspace.SID, "Workflows", url.Values{
		"FriendlyName": {"Workflow"},
		"Configuration": {`{"task_routing":{
			"filters":[{"expression":"patient == true","targets":[{"queue":"` + f.other.SID + `","timeout":20},{"queue":"` + f.spanish.SID + `"}]}],
			"default_filter":{"queue":"` + f.spanish.SID + `"}}}`},
	})
	activities := collect(&f.workspace.Activities)
	f.offline = activities[0].SID
	f.worker("Amara", activities[1].SID, `{"languages":["es"]}`)
	f.worker("Bruno", f.offline, `{"languages":["es"]}`)
	f.worker("Chidi", activities[1].SID, "{}")
	f.adopt(f.account)
	return f
}

// adopt makes the floor that of an account, as far as that is furnished.
func (f *floor) adopt(account *router.Account) {
	if f.account != account {
		f.account = account
		f.api = api.New(api.Config{Account: account, Credentials: map[string]string{"u": "p"}})
	}
	for w := range account.Workspaces.All() {
		f.workspace = w
		if queues := collect(&w.TaskQueues); len(queues) > 1 {
			f.spanish, f.other = queues[0], queues[1]
		}
		if workflows := collect(&w.Workflows); len(workflows) > 0 {
			f.workflow = workflows[0]
		}
		if workers := collect(&w.Workers); len(workers) > 1 {
			f.amara, f.bruno = workers[0], workers[1]
		}
	}
}

func collect[T router.Entry](table *router.Table[T]) []T {
	var all []T
	for entry := range table.All() {
		all = append(all, entry)
	}
	return all
}

// call sends a request and holds the answer against the document.
func (f *floor) call(method, path, contentType, body string) *api.Answer {
	f.t.Helper()
	r := httptest.NewRequest(method, "https://taskrouter.example/v1"+path, strings.NewReader(body))
	r.SetBasicAuth("u", "p")
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	answer := f.api.Answer(r)
	d, err := loaded()
	require.NoError(f.t, err)
	operation, _, err := d.Find(method, r.URL.Path)
	require.NoError(f.t, err)
	assert.Empty(f.t, operation.CheckResponse(answer.Status, answer.Header(), answer.Body), "%s %s: %s", method, path, answer.Body)
	return answer
}

// create makes something and returns its SID.
func (f *floor) create(parent, kind string, form url.Values) string {
	f.t.Helper()
	answer := f.call(http.MethodPost, parent+"/"+kind, "application/x-www-form-urlencoded", form.Encode())
	require.Equal(f.t, http.StatusCreated, answer.Status, "%s", answer.Body)
	var made struct{ SID string }
	require.NoError(f.t, json.Unmarshal(answer.Body, &made))
	return made.SID
}

// update changes something in the workspace.
func (f *floor) update(path string, form url.Values) {
	f.t.Helper()
	answer := f.call(http.MethodPost, "/Workspaces/"+f.workspace.SID+path, "application/x-www-form-urlencoded", form.Encode())
	require.Equal(f.t, http.StatusOK, answer.Status, "%s", answer.Body)
}

func (f *floor) worker(name, activitySID, attributes string) {
	f.t.Helper()
	f.create("/Workspaces/"+f.workspace.SID, "Workers", url.Values{
		"FriendlyName": {name}, "ActivitySid": {activitySID}, "Attributes": {attributes},
	})
}

// task makes a task, and lets a worker who is asked to do it bring it to a state.
func (f *floor) task(status gen.TaskStatus, form url.Values) {
	f.t.Helper()
	form.Set("WorkflowSid", f.workflow.SID)
	path := "/Tasks/" + f.create("/Workspaces/"+f.workspace.SID, "Tasks", form)
	if status != gen.TaskStatusPending && status != gen.TaskStatusReserved {
		var list gen.ReservationList
		require.NoError(f.t, json.Unmarshal(f.get(path+"/Reservations").Body, &list))
		require.Len(f.t, list.Reservations, 1)
		f.update(path+"/Reservations/"+list.Reservations[0].SID, url.Values{"ReservationStatus": {"accepted"}})
	}
	if status == gen.TaskStatusWrapping || status == gen.TaskStatusCompleted {
		f.update(path, url.Values{"AssignmentStatus": {string(status)}})
	}
	var made gen.Task
	require.NoError(f.t, json.Unmarshal(f.get(path).Body, &made))
	require.Equal(f.t, status, made.AssignmentStatus)
}

// get asks for statistics below the workspace.
func (f *floor) get(path string) *api.Answer {
	f.t.Helper()
	return f.call(http.MethodGet, "/Workspaces/"+f.workspace.SID+path, "", "")
}

// fill replaces the names in a text by what they stand for here.
func (f *floor) fill(text string) string {
	pairs := []string{
		"{AC}", f.account.SID, "{WS}", f.workspace.SID, "{WQ}", f.spanish.SID, "{WQother}", f.other.SID, "{WQunlisted}", f.unlisted,
		"{WW}", f.workflow.SID, "{WK}", f.amara.SID, "{URL}", "https://taskrouter.example/v1/Workspaces/" + f.workspace.SID,
	}
	for a := range f.workspace.Activities.All() {
		pairs = append(pairs, "{"+a.FriendlyName+"}", a.SID)
	}
	for i, task := range collect(&f.workspace.Tasks) {
		pairs = append(pairs, fmt.Sprintf("{WT%d}", i), task.SID)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// loadEvents replaces the events by as many of each type as its place in the list says,
// all of the same queue, workflow, channel and worker.
func (f *floor) loadEvents() {
	f.t.Helper()
	facts := map[string]string{
		"task_queue_sid": f.spanish.SID, "workflow_sid": f.workflow.SID, "worker_sid": f.amara.SID,
		"task_channel_sid": collect(&f.workspace.TaskChannels)[1].SID, // voice
	}
	var events []map[string]any
	add := func(kind string, facts map[string]string) {
		events = append(events, map[string]any{
			"event_type": kind, "resource_type": "workspace", "resource_sid": f.workspace.SID, "event_data": facts,
		})
	}
	for i, kind := range []string{
		"reservation.created", "reservation.accepted", "reservation.rejected", "reservation.timeout",
		"reservation.canceled", "reservation.rescinded",
		"task.created", "task.canceled", "task.completed", "task.deleted",
		"task-queue.entered", "task-queue.moved", "workflow.entered", "workflow.timeout",
	} {
		for n := range i + 1 {
			of := maps.Clone(facts)
			of["task_age"], of["task_age_in_queue"] = fmt.Sprint(6*n+4), fmt.Sprint(2*n+3)
			add(kind, of)
		}
	}
	add("task.system-deleted", facts)
	add("worker.activity.update", map[string]string{
		"worker_sid": f.amara.SID, "worker_previous_activity_sid": f.offline, "worker_time_in_previous_activity_ms": "2000",
	})
	f.reload(events)
}

// reload loads the floor again, with other events.
func (f *floor) reload(events []map[string]any) {
	f.t.Helper()
	dump, err := f.api.Dump()
	require.NoError(f.t, err)
	var file map[string]any
	require.NoError(f.t, json.Unmarshal(dump, &file))
	file["workspaces"].([]any)[0].(map[string]any)["events"] = events
	dump, err = json.Marshal(file)
	require.NoError(f.t, err)
	account, err := router.Load(dump, "", 1, time.Now())
	require.NoError(f.t, err)
	f.adopt(account)
}
