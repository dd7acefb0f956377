package taskroutertest_test

import (
	"encoding/json"
	"flag"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

// A step takes some milliseconds under the race detector: there are few checks of many
// steps unless -rapid.checks and -rapid.steps say otherwise.
func TestRandomCallsDoWhatAPlainModelSays(t *testing.T) {
	unlessSet(t, "rapid.checks", "15")
	unlessSet(t, "rapid.steps", "50")
	rapid.Check(t, func(t *rapid.T) {
		rapid.SyncTest(t, func(t *rapid.T) {
			m := newMachine(t)
			t.Repeat(map[string]func(*rapid.T){"": m.checkLast, "step": m.step})
			m.t = t
			m.checkAll()
			m.checkLinks()
		})
	})
}

// unlessSet sets a flag that is not set for as long as the test runs.
func unlessSet(t *testing.T, name, value string) {
	t.Helper()
	set := flag.Lookup(name)
	if set.Value.String() != set.DefValue {
		return
	}
	require.NoError(t, set.Value.Set(value))
	t.Cleanup(func() { require.NoError(t, set.Value.Set(set.DefValue)) })
}

// A machine drives a server and a model alike.
type machine struct {
	t      *rapid.T
	s      *taskroutertest.Server
	spaces []*modelWorkspace
	last   *modelWorkspace // that was used last
	gone   []string        // the paths of what was deleted
	given  map[string]bool // all SIDs
	called bool            // something was asked for that can change the server
	silent bool            // answers are not held against the document
	names  int
	former []string // names that workers had

	// All that there ever were, by their SIDs.
	tasks        map[string]*modelTask
	workers      map[string]*modelWorker
	reservations map[string]*modelReservation
}

// newMachine begins with a workspace in which there is something.
func newMachine(t *rapid.T) *machine {
	m := &machine{
		t: t, given: make(map[string]bool),
		tasks: make(map[string]*modelTask), workers: make(map[string]*modelWorker), reservations: make(map[string]*modelReservation),
	}
	check := checkAnswer(t)
	m.s = taskroutertest.NewServer(taskroutertest.WithAfter(func(call taskroutertest.Call, answer taskroutertest.Answer) {
		if !m.silent {
			check(call, answer)
		}
	}))
	t.Cleanup(m.s.Close)
	for len(m.spaces) == 0 {
		m.createWorkspace(t, nil) // which may be refused
	}
	for range number(t, "workers", 0, 5) {
		m.createWorker(t, m.last)
	}
	for range number(t, "tasks", 0, 10) {
		if len(m.last.workflows) > 0 {
			m.createTask(t, m.last)
			m.catchUp(m.last)
		}
	}
	return m
}

// step does something in a workspace.
func (m *machine) step(t *rapid.T) {
	m.t = t
	w := m.spaces[0] // in which most happens
	if oneIn(t, 4, "another workspace") {
		w = draw(t, "workspace", m.spaces)
	}
	m.last = w
	m.catchUp(w)
	var all []action
	for _, a := range m.actions(w) {
		all = append(all, slices.Repeat([]action{a}, a.often)...)
	}
	a := draw(t, "action", all)
	t.Log(a.name)
	a.do(t, w)
}

// An action is something that can be done, and how often it is.
type action struct {
	often int
	name  string
	do    func(*rapid.T, *modelWorkspace)
}

func (m *machine) actions(w *modelWorkspace) []action {
	// Those of what is not there are never done.
	of := func(there, often int) int { return max(0, min(there, 1)) * often }
	return []action{
		{of(3-len(m.spaces), 2), "create workspace", m.createWorkspace},
		{1, "update workspace", m.updateWorkspace},
		{of(len(m.spaces)-2, 1), "delete workspace", m.deleteWorkspace},
		{2, "create activity", m.createActivity},
		{1, "update activity", m.updateActivity},
		{2, "delete activity", m.deleteActivity},
		{2, "create task channel", m.createChannel},
		{1, "update task channel", m.updateChannel},
		{2, "delete task channel", m.deleteChannel},
		{3, "create task queue", m.createQueue},
		{of(len(w.queues), 2), "update task queue", m.updateQueue},
		{of(len(w.queues), 3), "delete task queue", m.deleteQueue},
		{of(len(w.queues), 3), "create workflow", m.createWorkflow},
		{of(len(w.workflows), 2), "update workflow", m.updateWorkflow},
		{of(len(w.workflows), 2), "delete workflow", m.deleteWorkflow},
		{5, "create worker", m.createWorker},
		{of(len(w.workers), 4), "update worker", m.updateWorker},
		{of(len(w.workers), 2), "update worker channel", m.updateWorkerChannel},
		{of(len(w.workers), 2), "delete worker", m.deleteWorker},
		{of(len(w.workflows), 16), "create task", m.createTask},
		{of(len(w.tasks), 6), "update task", m.updateTask},
		{of(len(w.tasks), 2), "delete task", m.deleteTask},
		{of(len(w.reservations), 16), "update reservation", m.updateReservation},
		{1, "list workspaces", m.listWorkspaces},
		{1, "list activities", m.listActivities},
		{of(len(w.queues), 3), "list task queues", m.listQueues},
		{of(len(w.workflows), 1), "list workflows", m.listWorkflows},
		{of(len(w.workers), 3), "list workers", m.listWorkers},
		{of(len(w.tasks), 5), "list tasks", m.listTasks},
		{of(len(w.reservations), 3), "list reservations", m.listReservations},
		{2, "list events", m.listEvents},
		{of(len(w.tasks), 2), "list tasks meanwhile", m.listTasksMeanwhile},
		{of(len(w.workers), 2), "list workers meanwhile", m.listWorkersMeanwhile},
		{2, "ask for what is not there", m.askForWhatIsNotThere},
		{6, "wait", m.wait},
	}
}

// wait lets time pass, sometimes less than a second.
func (m *machine) wait(t *rapid.T, _ *modelWorkspace) {
	m.called = true // since much happens without a call
	<-time.After(time.Duration(draw(t, "milliseconds", []int{1, 300, 1000, 30_000, 90_000, 600_000})) * time.Millisecond)
}

// call makes a call and wants a status.
func (m *machine) call(method, path string, form url.Values, status int, header ...string) exchange {
	m.called = m.called || method != http.MethodGet
	request, err := http.NewRequest(method, m.s.URL()+"/v1"+path, strings.NewReader(form.Encode()))
	require.NoError(m.t, err)
	request.SetBasicAuth(m.s.AccountSID(), m.s.AuthToken())
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := m.s.HTTPClient().Do(request)
	require.NoError(m.t, err)
	e := exchange{Status: response.StatusCode, Header: response.Header}
	if response.StatusCode != http.StatusNoContent {
		require.NoError(m.t, json.NewDecoder(response.Body).Decode(&e.Body))
	}
	require.Equal(m.t, status, e.Status, "%s %s %v is answered with %v", method, path, form, e.Body)
	return e
}

func (m *machine) get(path string) exchange { return m.call(http.MethodGet, path, nil, http.StatusOK) }

// made makes a resource, or is refused, and returns what is new of it.
func (m *machine) made(path string, form url.Values, valid bool) (modelResource, bool) {
	if !valid {
		m.call(http.MethodPost, path, form, http.StatusBadRequest)
		return modelResource{}, false
	}
	e := m.call(http.MethodPost, path, form, http.StatusCreated)
	r := newModelResource(e.Body["sid"].(string))
	m.take(r.sid)
	return r, true
}

// take wants a SID that was never given before.
func (m *machine) take(sid string) {
	require.False(m.t, m.given[sid], "%s was given twice", sid)
	m.given[sid] = true
}

// changed updates a resource, or is refused, and tells whether it changed.
func (m *machine) changed(path string, form url.Values, valid bool, header ...string) bool {
	status := http.StatusOK
	if !valid {
		status = http.StatusBadRequest
	}
	m.call(http.MethodPost, path, form, status, header...)
	return valid && len(form) > 0
}

// deleted deletes a resource, or is refused.
func (m *machine) deleted(path string, valid bool, header ...string) bool {
	if !valid {
		m.call(http.MethodDelete, path, nil, http.StatusBadRequest, header...)
		return false
	}
	m.call(http.MethodDelete, path, nil, http.StatusNoContent, header...)
	m.gone = append(m.gone, path)
	return true
}

// without is a list without one of its entries.
func without[T comparable](items []T, item T) []T {
	return slices.DeleteFunc(items, func(other T) bool { return other == item })
}

// askForWhatIsNotThere asks for what was deleted, or what another workspace has.
func (m *machine) askForWhatIsNotThere(t *rapid.T, w *modelWorkspace) {
	paths := []string{w.path("Tasks", "WT"+strings.Repeat("0", 32)), w.path("Nothing")}
	if len(m.gone) > 0 {
		paths = []string{draw(t, "gone", m.gone)}
	}
	for _, other := range m.spaces {
		if other != w {
			paths = append(paths, w.path("Activities", other.activities[0].sid), w.path("TaskChannels", other.channels[0].sid))
		}
	}
	path := draw(t, "path", paths)
	if last := path[strings.LastIndex(path, "/")+1:]; slices.ContainsFunc(m.spaces, func(w *modelWorkspace) bool {
		return strings.HasPrefix(path, w.path("TaskChannels")) &&
			slices.ContainsFunc(w.channels, func(c *modelChannel) bool { return c.uniqueName == last })
	}) {
		return // there is one of the name again
	}
	method := draw(t, "method", []string{http.MethodGet, http.MethodPost, http.MethodDelete})
	m.call(method, path, nil, http.StatusNotFound)
}
