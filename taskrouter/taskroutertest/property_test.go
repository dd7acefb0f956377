package taskroutertest_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
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

// ---- What is drawn.

// draw draws one of some, each as often. Those that rapid draws itself are the first
// ones mostly.
func draw[T any](t *rapid.T, label string, items []T) T {
	return items[number(t, label, 0, len(items)-1)]
}

// oneIn is true rarely.
func oneIn(t *rapid.T, n int, label string) bool { return number(t, label, 0, n-1) == n-1 }

func number(t *rapid.T, label string, least, most int) int {
	return least + int(evenly.Draw(t, label)*float64(most-least+1))
}

// evenly draws numbers from 0 to less than 1.
var evenly = rapid.Custom(func(t *rapid.T) float64 {
	fraction := 0.0
	for range 16 {
		fraction /= 2
		if rapid.Bool().Draw(t, "") {
			fraction += 0.5
		}
	}
	return fraction
})

// A form is built field by field; valid tells whether it can be.
type form struct {
	t     *rapid.T
	set   url.Values
	valid bool
}

func newForm(t *rapid.T) *form { return &form{t: t, set: make(url.Values), valid: true} }

// want tells whether a field is to be sent.
func (f *form) want(field string) bool { return rapid.Bool().Draw(f.t, field) }

// wrong tells whether a field is to be wrong, and then makes it so.
func (f *form) wrong(field string, values ...string) bool {
	if !oneIn(f.t, 32, field+" is wrong") {
		return false
	}
	f.set.Set(field, draw(f.t, "wrong "+field, values))
	f.valid = false
	return true
}

// text sets a field that can be one of some texts.
func (f *form) text(field string, value *string, texts ...string) {
	*value = draw(f.t, field, texts)
	f.set.Set(field, *value)
}

func (f *form) flag(field string, value *bool) {
	if !f.want(field) {
		return
	}
	*value = rapid.Bool().Draw(f.t, field+" is")
	f.set.Set(field, strconv.FormatBool(*value))
}

func (f *form) number(field string, value *int, least, most int, wrong ...string) {
	if !f.want(field) || f.wrong(field, append(wrong, "many")...) {
		return
	}
	*value = number(f.t, field+" is", least, most)
	f.set.Set(field, strconv.Itoa(*value))
}

// refer sets a field that refers to a resource, sometimes to one that is not there.
func refer[T interface{ resource() *modelResource }](f *form, field, prefix string, value *T, items []T) {
	if len(items) == 0 || !f.want(field) || f.wrong(field, "nonsense", prefix+strings.Repeat("0", 32)) {
		return
	}
	*value = draw(f.t, field+" is", items)
	f.set.Set(field, (*value).resource().sid)
}

func (f *form) attributes(value *modelAttributes) {
	if !f.want("Attributes") || f.wrong("Attributes", "{", "[]", "1", `{"text":"`+strings.Repeat("x", 4096)+`"}`) {
		return
	}
	*value = drawAttributes(f.t)
	f.set.Set("Attributes", value.spaced())
}

func drawAttributes(t *rapid.T) modelAttributes {
	a := modelAttributes{
		kind:  draw(t, "kind", []string{"", "call", "chat", "mail"}),
		level: number(t, "level", -1, 4),
	}
	a.tags = draw(t, "tags", [][]string{nil, {"en"}, {"es"}, {"es", "fr"}, {"fr", "en"}})
	return a
}

func drawExpression(t *rapid.T, depth int) modelExpression {
	kind := draw(t, "kind", []string{"call", "chat", "mail"})
	level := number(t, "level", 0, 4)
	tag := draw(t, "tag", []string{"en", "es", "fr"})
	shapes := []modelExpression{
		{fmt.Sprintf("kind == '%s'", kind), func(a modelAttributes) bool { return a.kind == kind }},
		{fmt.Sprintf("kind != %q", kind), func(a modelAttributes) bool { return a.kind != kind }},
		{fmt.Sprintf("kind IN ['%s', 'call']", kind), func(a modelAttributes) bool { return a.kind == kind || a.kind == "call" }},
		{fmt.Sprintf("level > %d", level), func(a modelAttributes) bool { return a.level > level }},
		{fmt.Sprintf("level <= %d", level), func(a modelAttributes) bool { return a.level >= 0 && a.level <= level }},
		{fmt.Sprintf("tags HAS '%s'", tag), func(a modelAttributes) bool { return slices.Contains(a.tags, tag) }},
		{"1==1", func(modelAttributes) bool { return true }},
		{"1==0", func(modelAttributes) bool { return false }},
	}
	e := draw(t, "expression", shapes)
	if depth == 0 || rapid.Bool().Draw(t, "simple") {
		return e
	}
	if rapid.Bool().Draw(t, "and") {
		return e.and(drawExpression(t, depth-1))
	}
	return e.or(drawExpression(t, depth-1))
}

// name is one that some resources share.
func name(t *rapid.T) string { return draw(t, "name", []string{"One", "Two", "Drei & Vier", "fünf"}) }

// ifMatch draws an If-Match, and tells whether the version meets it.
func ifMatch(t *rapid.T, version int) (header []string, met bool) {
	v := strconv.Itoa(version)
	switch number(t, "If-Match", 0, 7) {
	case 0:
		return []string{"If-Match", v}, true
	case 1:
		return []string{"If-Match", `"` + v + `"`}, true
	case 2:
		return []string{"If-Match", `W/"` + v + `"`}, true
	case 3:
		return []string{"If-Match", "*"}, true
	case 4:
		return []string{"If-Match", strconv.Itoa(version + 1)}, false
	case 5:
		return []string{"If-Match", `"` + strconv.Itoa(version+7) + `"`}, false
	}
	return nil, true
}

// ---- Workspaces.

func (w *modelWorkspace) path(more ...string) string {
	return strings.Join(append([]string{"/Workspaces", w.sid}, more...), "/")
}

func (m *machine) createWorkspace(t *rapid.T, _ *modelWorkspace) {
	f := newForm(t)
	w := &modelWorkspace{multitask: true, order: "FIFO"}
	f.text("FriendlyName", &w.name, name(t))
	f.wrong("FriendlyName", "", strings.Repeat("ü", 65))
	f.flag("MultiTaskEnabled", &w.multitask)
	if f.want("PrioritizeQueueOrder") && !f.wrong("PrioritizeQueueOrder", "FILO") {
		f.text("PrioritizeQueueOrder", &w.order, "FIFO", "LIFO")
	}
	if f.want("EventCallbackUrl") && !f.wrong("EventCallbackUrl", "nowhere", "ftp://example.com") {
		f.text("EventCallbackUrl", &w.callback, "https://example.com/events#rc=3", "")
	}
	template := draw(t, "Template", []string{"NONE", "FIFO"})
	f.set.Set("Template", template)
	made, ok := m.made("/Workspaces", f.set, f.valid)
	if !ok {
		return
	}
	w.modelResource = made
	w.happened("workspace.created", w.sid)
	m.adopt(w, template)
	m.spaces = append(m.spaces, w)
	m.last = w
}

// adopt reads the SIDs of what a new workspace has from the start, which the check
// after it sees the rest of.
func (m *machine) adopt(w *modelWorkspace, template string) {
	sids := func(list, key string) (sids []string) {
		for _, item := range m.get(w.path(list)).Body[key].([]any) {
			sid := item.(map[string]any)["sid"].(string)
			m.take(sid)
			sids = append(sids, sid)
		}
		return sids
	}
	activities := sids("Activities", "activities")
	require.Len(m.t, activities, 3)
	for i, name := range []string{"Offline", "Available", "Unavailable"} {
		w.activities = append(w.activities, &modelActivity{newModelResource(activities[i]), name, i == 1})
		w.happened("activity.created", activities[i])
	}
	w.defaultActivity, w.timeoutActivity = w.activities[0], w.activities[0]
	channels := sids("TaskChannels", "channels")
	require.Len(m.t, channels, 5)
	for i, name := range []string{"Default", "Voice", "Chat", "SMS", "Video"} {
		w.channels = append(w.channels, &modelChannel{newModelResource(channels[i]), name, strings.ToLower(name), false, true})
		w.happened("task-channel.created", channels[i], "TaskChannel", channels[i])
	}
	queues, workflows := sids("TaskQueues", "task_queues"), sids("Workflows", "workflows")
	if template == "NONE" {
		require.Empty(m.t, queues)
		require.Empty(m.t, workflows)
		return
	}
	require.Len(m.t, queues, 1)
	require.Len(m.t, workflows, 1)
	w.queues = []*modelQueue{{modelResource: newModelResource(queues[0]), name: "Sample Queue", order: "FIFO", target: everybody, most: 1}}
	w.workflows = []*modelWorkflow{{
		modelResource: newModelResource(workflows[0]), name: "Default Fifo Workflow", timeout: 120, queues: w.queues,
		configuration: `{"task_routing":{"default_filter":{"queue":"` + queues[0] + `"}}}`,
	}}
	w.workflows[0].queues = slices.Clone(w.queues)
	w.happened("task-queue.created", queues[0], "TaskQueueSid", queues[0])
	w.happened("workflow.created", workflows[0], "WorkflowSid", workflows[0])
}

func (m *machine) updateWorkspace(t *rapid.T, w *modelWorkspace) {
	f := newForm(t)
	next := *w
	if f.want("FriendlyName") && !f.wrong("FriendlyName", "") {
		f.text("FriendlyName", &next.name, name(t))
	}
	if f.want("EventsFilter") {
		f.text("EventsFilter", &next.filter, "task.created,task.updated", "task.canceled")
	}
	refer(f, "DefaultActivitySid", "WA", &next.defaultActivity, w.activities)
	refer(f, "TimeoutActivitySid", "WA", &next.timeoutActivity, w.activities)
	f.flag("MultiTaskEnabled", &next.multitask)
	if w.multitask && !next.multitask && !slices.ContainsFunc(m.spaces, func(w *modelWorkspace) bool { return !w.multitask }) {
		f.valid = false
	}
	if m.changed(w.path(), f.set, f.valid) {
		*w = next
		w.changed()
		w.happened("workspace.updated", w.sid)
	}
}

func (m *machine) deleteWorkspace(_ *rapid.T, w *modelWorkspace) {
	m.deleted(w.path(), true)
	m.spaces = without(m.spaces, w)
	for _, list := range []string{"Activities", "TaskChannels", "TaskQueues", "Workflows", "Workers", "Tasks", "Events"} {
		m.call(http.MethodGet, w.path(list), nil, http.StatusNotFound)
	}
	for _, task := range w.tasks {
		m.call(http.MethodGet, w.path("Tasks", task.sid), nil, http.StatusNotFound)
	}
	m.last = m.spaces[0]
}

// ---- Activities.

func (m *machine) createActivity(t *rapid.T, w *modelWorkspace) {
	f := newForm(t)
	a := &modelActivity{}
	f.text("FriendlyName", &a.name, name(t))
	f.wrong("FriendlyName", "", strings.Repeat("x", 65))
	f.flag("Available", &a.available)
	made, ok := m.made(w.path("Activities"), f.set, f.valid)
	if !ok {
		return
	}
	a.modelResource = made
	w.activities = append(w.activities, a)
	w.happened("activity.created", a.sid)
}

func (m *machine) updateActivity(t *rapid.T, w *modelWorkspace) {
	a := draw(t, "activity", w.activities)
	f := newForm(t)
	renamed := a.name
	if f.want("FriendlyName") && !f.wrong("FriendlyName", "", strings.Repeat("x", 65)) {
		f.text("FriendlyName", &renamed, name(t))
	}
	changes := f.set.Has("FriendlyName")
	if rapid.Bool().Draw(t, "Available") { // which is not looked at
		f.set.Set("Available", strconv.FormatBool(!a.available))
	}
	if m.changed(w.path("Activities", a.sid), f.set, f.valid) && changes {
		a.name = renamed
		a.changed()
		w.happened("activity.updated", a.sid)
	}
}

func (m *machine) deleteActivity(t *rapid.T, w *modelWorkspace) {
	a := draw(t, "activity", w.activities)
	if m.deleted(w.path("Activities", a.sid), !w.activityInUse(a)) {
		w.activities = without(w.activities, a)
		w.happened("activity.deleted", a.sid)
	}
}

// ---- Task channels.

func (m *machine) createChannel(t *rapid.T, w *modelWorkspace) {
	f := newForm(t)
	c := &modelChannel{}
	f.text("FriendlyName", &c.name, name(t))
	f.text("UniqueName", &c.uniqueName, "fax", "$mail_2", "_", "Voice", "voice", "chat")
	if slices.ContainsFunc(w.channels, func(other *modelChannel) bool { return other.uniqueName == c.uniqueName }) {
		f.valid = false
	}
	f.wrong("UniqueName", "", "2nd", "e-mail", "a b")
	f.flag("ChannelOptimizedRouting", &c.optimized)
	made, ok := m.made(w.path("TaskChannels"), f.set, f.valid)
	if !ok {
		return
	}
	c.modelResource = made
	w.channels = append(w.channels, c)
	w.happened("task-channel.created", c.sid, "TaskChannel", c.sid)
	for _, k := range w.workers {
		m.adoptChannels(w, k, c)
	}
}

// adoptChannels reads the SIDs of the last channels of a worker, which are new.
func (m *machine) adoptChannels(w *modelWorkspace, k *modelWorker, channels ...*modelChannel) {
	items := m.get(w.path("Workers", k.sid, "Channels")).Body["channels"].([]any)
	require.Len(m.t, items, len(k.channels)+len(channels))
	items = items[len(k.channels):]
	for i, c := range channels {
		sid := items[i].(map[string]any)["sid"].(string)
		m.take(sid)
		k.channels = append(k.channels, &modelWorkerChannel{newModelResource(sid), c, 1, true})
	}
}

func (m *machine) updateChannel(t *rapid.T, w *modelWorkspace) {
	c := draw(t, "channel", w.channels)
	f := newForm(t)
	next := *c
	if f.want("FriendlyName") && !f.wrong("FriendlyName", "", strings.Repeat("x", 65)) {
		f.text("FriendlyName", &next.name, name(t))
	}
	f.flag("ChannelOptimizedRouting", &next.optimized)
	if m.changed(w.path("TaskChannels", draw(t, "by", []string{c.sid, c.uniqueName})), f.set, f.valid) {
		*c = next
		c.changed()
		w.happened("task-channel.updated", c.sid, "TaskChannel", c.sid)
	}
}

func (m *machine) deleteChannel(t *rapid.T, w *modelWorkspace) {
	candidates := w.channels
	if len(w.channels) > 5 && !oneIn(t, 4, "a built-in channel") {
		candidates = w.channels[5:]
	}
	c := draw(t, "channel", candidates)
	if m.deleted(w.path("TaskChannels", draw(t, "by", []string{c.sid, c.uniqueName})), !w.channelInUse(c)) {
		w.channels = without(w.channels, c)
		for _, k := range w.workers {
			k.channels = slices.DeleteFunc(k.channels, func(of *modelWorkerChannel) bool { return of.channel == c })
		}
		w.happened("task-channel.deleted", c.sid, "TaskChannel", c.sid)
	}
}

// ---- Task queues.

func (m *machine) drawQueue(f *form, w *modelWorkspace, q *modelQueue) {
	if f.want("TargetWorkers") && !f.wrong("TargetWorkers", "level >", "(", "a-b == 1") {
		q.target = modelExpression{"", func(modelAttributes) bool { return false }}
		if !oneIn(f.t, 8, "nobody") {
			q.target = drawExpression(f.t, 2)
		}
		f.set.Set("TargetWorkers", q.target.text)
	}
	f.number("MaxReservedWorkers", &q.most, 1, 50, "0", "51", "-1")
	if f.want("TaskOrder") && !f.wrong("TaskOrder", "FILO", "fifo") {
		f.text("TaskOrder", &q.order, "FIFO", "LIFO")
	}
	refer(f, "ReservationActivitySid", "WA", &q.reservation, w.activities)
	refer(f, "AssignmentActivitySid", "WA", &q.assignment, w.activities)
}

func (m *machine) createQueue(t *rapid.T, w *modelWorkspace) {
	f := newForm(t)
	q := &modelQueue{order: "FIFO", target: everybody, most: 1}
	f.text("FriendlyName", &q.name, name(t))
	m.drawQueue(f, w, q)
	made, ok := m.made(w.path("TaskQueues"), f.set, f.valid)
	if !ok {
		return
	}
	q.modelResource = made
	w.queues = append(w.queues, q)
	w.happened("task-queue.created", q.sid, "TaskQueueSid", q.sid)
}

func (m *machine) updateQueue(t *rapid.T, w *modelWorkspace) {
	q := draw(t, "queue", w.queues)
	f := newForm(t)
	next := *q
	if f.want("FriendlyName") && !f.wrong("FriendlyName", "") {
		f.text("FriendlyName", &next.name, name(t))
	}
	m.drawQueue(f, w, &next)
	if m.changed(w.path("TaskQueues", q.sid), f.set, f.valid) {
		targets := q.target.text
		*q = next
		q.changed()
		if q.target.text != targets {
			w.happened("task-queue.expression.updated", q.sid, "TaskQueueSid", q.sid)
		}
	}
}

// queuesOfTasks are those that only tasks name, and no workflow.
func (w *modelWorkspace) queuesOfTasks() []*modelQueue {
	return slices.DeleteFunc(slices.Clone(w.queues), func(q *modelQueue) bool {
		return slices.ContainsFunc(w.workflows, func(f *modelWorkflow) bool { return slices.Contains(f.queues, q) }) ||
			!slices.ContainsFunc(w.tasks, func(t *modelTask) bool { return t.queue == q || t.target == q.sid })
	})
}

func (m *machine) deleteQueue(t *rapid.T, w *modelWorkspace) {
	q := draw(t, "queue", w.queues)
	if used := w.queuesOfTasks(); len(used) > 0 && oneIn(t, 2, "one that tasks name") {
		q = draw(t, "queue of tasks", used)
	}
	if m.deleted(w.path("TaskQueues", q.sid), !w.queueInUse(q)) {
		w.queues = without(w.queues, q)
		for _, task := range w.tasks {
			if task.queue == q {
				task.queue = nil
				task.changed()
			}
		}
		w.happened("task-queue.deleted", q.sid, "TaskQueueSid", q.sid)
	}
}

// ---- Workflows.

func (m *machine) drawConfiguration(f *form, w *modelWorkspace, flow *modelWorkflow) {
	unknown := &modelQueue{modelResource: modelResource{sid: "WQ" + strings.Repeat("0", 32)}}
	if f.wrong("Configuration", "{", "[]", `{"task_routing":{"filters":[{"expression":"(","targets":[]}]}}`, configurationOf([]*modelQueue{unknown})) {
		return
	}
	var queues []*modelQueue
	for range number(f.t, "queues", 1, 2) {
		queues = append(queues, draw(f.t, "queue", w.queues))
	}
	flow.queues, flow.configuration = queues, configurationOf(queues)
	f.set.Set("Configuration", strings.ReplaceAll(flow.configuration, `":`, `" : `))
}

func (m *machine) drawWorkflow(f *form, flow *modelWorkflow) {
	if f.want("AssignmentCallbackUrl") && !f.wrong("AssignmentCallbackUrl", "nowhere") {
		callback := draw(f.t, "AssignmentCallbackUrl", []string{"https://example.com/assignment", "http://example.com"})
		flow.callback = callback
		f.set.Set("AssignmentCallbackUrl", callback)
	}
	f.number("TaskReservationTimeout", &flow.timeout, 20, 300, "0", "86401")
}

func (m *machine) createWorkflow(t *rapid.T, w *modelWorkspace) {
	f := newForm(t)
	flow := &modelWorkflow{timeout: 120}
	f.text("FriendlyName", &flow.name, name(t))
	m.drawConfiguration(f, w, flow)
	m.drawWorkflow(f, flow)
	made, ok := m.made(w.path("Workflows"), f.set, f.valid)
	if !ok {
		return
	}
	flow.modelResource = made
	w.workflows = append(w.workflows, flow)
	w.happened("workflow.created", flow.sid, "WorkflowSid", flow.sid)
}

func (m *machine) updateWorkflow(t *rapid.T, w *modelWorkspace) {
	flow := draw(t, "workflow", w.workflows)
	f := newForm(t)
	next := *flow
	if f.want("FriendlyName") && !f.wrong("FriendlyName", "") {
		f.text("FriendlyName", &next.name, name(t))
	}
	if f.want("Configuration") && len(w.queues) > 0 {
		m.drawConfiguration(f, w, &next)
	}
	m.drawWorkflow(f, &next)
	var anew bool
	f.flag("ReEvaluateTasks", &anew)
	if m.changed(w.path("Workflows", flow.sid), f.set, f.valid) {
		*flow = next
		flow.changed()
		w.happened("workflow.updated", flow.sid, "WorkflowSid", flow.sid)
	}
}

func (m *machine) deleteWorkflow(t *rapid.T, w *modelWorkspace) {
	flow := draw(t, "workflow", w.workflows)
	if i := slices.IndexFunc(w.workflows, func(f *modelWorkflow) bool {
		return slices.ContainsFunc(w.tasks, func(t *modelTask) bool { return t.target == f.sid })
	}); i >= 0 && oneIn(t, 2, "one that is a target") {
		flow = w.workflows[i]
	}
	if m.deleted(w.path("Workflows", flow.sid), !w.workflowInUse(flow)) {
		w.workflows = without(w.workflows, flow)
		for _, task := range w.tasks {
			if task.workflow == flow {
				task.workflow = nil
				task.changed()
			}
		}
		w.happened("workflow.deleted", flow.sid, "WorkflowSid", flow.sid)
	}
}

// ---- Workers.

// drawWorkerName draws a name, sometimes one that is taken, in another spelling.
func (m *machine) drawWorkerName(f *form, w *modelWorkspace, k *modelWorker) {
	m.names++
	k.name = fmt.Sprintf("Jämie %d", m.names)
	if len(w.workers) > 0 && oneIn(f.t, 8, "name is taken") {
		k.name = strings.ToUpper(draw(f.t, "name of", w.workers).name)
	}
	if len(m.former) > 0 && oneIn(f.t, 4, "former name") {
		k.name = draw(f.t, "name before", m.former)
	}
	f.set.Set("FriendlyName", k.name)
}

// activitiesOfWorkers are those to draw from: mostly such in which workers are asked.
func (w *modelWorkspace) activitiesOfWorkers() []*modelActivity {
	all := slices.Clone(w.activities)
	for _, a := range w.activities {
		if a.available {
			all = append(all, a, a, a, a)
		}
	}
	return all
}

func (m *machine) createWorker(t *rapid.T, w *modelWorkspace) {
	f := newForm(t)
	k := &modelWorker{activity: w.defaultActivity, attributes: modelAttributes{level: -1}, since: time.Now()}
	m.drawWorkerName(f, w, k)
	f.valid = !w.nameTaken(k.name, nil)
	f.wrong("FriendlyName", "", strings.Repeat("x", 65))
	refer(f, "ActivitySid", "WA", &k.activity, w.activitiesOfWorkers())
	f.attributes(&k.attributes)
	made, ok := m.made(w.path("Workers"), f.set, f.valid)
	if !ok {
		return
	}
	k.modelResource = made
	w.workers, m.workers[k.sid] = append(w.workers, k), k
	w.happened("worker.created", k.sid, "WorkerSid", k.sid)
	m.adoptChannels(w, k, w.channels...)
}

func (m *machine) updateWorker(t *rapid.T, w *modelWorkspace) {
	k := draw(t, "worker", w.workers)
	f := newForm(t)
	next := *k
	if oneIn(t, 4, "FriendlyName") {
		m.drawWorkerName(f, w, &next)
		f.valid = !w.nameTaken(next.name, k)
	}
	refer(f, "ActivitySid", "WA", &next.activity, w.activitiesOfWorkers())
	f.attributes(&next.attributes)
	path := w.path("Workers", k.sid)
	header, met := ifMatch(t, k.version)
	if !met { // whatever else is wrong
		m.call(http.MethodPost, path, f.set, http.StatusPreconditionFailed, header...)
		return
	}
	if !m.changed(path, f.set, f.valid, header...) {
		return
	}
	if next.name != k.name {
		m.former = append(m.former, k.name)
	}
	moved := next.activity != k.activity
	*k = next
	k.changed()
	if f.set.Has("Attributes") {
		w.happened("worker.attributes.update", k.sid, "WorkerSid", k.sid)
	}
	if moved {
		k.since = time.Now()
		w.happened("worker.activity.update", k.sid, "WorkerSid", k.sid)
	}
}

func (m *machine) updateWorkerChannel(t *rapid.T, w *modelWorkspace) {
	k := draw(t, "worker", w.workers)
	c := draw(t, "channel", k.channels)
	f := newForm(t)
	next := *c
	f.number("Capacity", &next.capacity, 0, 50, "-1", "51")
	f.flag("Available", &next.available)
	if !m.changed(w.path("Workers", k.sid, "Channels", draw(t, "by", []string{c.sid, c.channel.uniqueName})), f.set, f.valid) {
		return
	}
	*c = next
	c.changed()
	k.changed()
	if f.set.Has("Capacity") {
		w.happened("worker.capacity.update", k.sid, "WorkerSid", k.sid, "TaskChannel", c.channel.sid)
	}
	if f.set.Has("Available") {
		w.happened("worker.channel.availability.update", k.sid, "WorkerSid", k.sid, "TaskChannel", c.channel.sid)
	}
}

func (m *machine) deleteWorker(t *rapid.T, w *modelWorkspace) {
	k := draw(t, "worker", w.workers)
	header, met := ifMatch(t, k.version)
	path := w.path("Workers", k.sid)
	if !met {
		m.call(http.MethodDelete, path, nil, http.StatusPreconditionFailed, header...)
		return
	}
	if !m.deleted(path, !w.workerInUse(k), header...) {
		return
	}
	w.removeWorker(k)
	w.happened("worker.deleted", k.sid, "WorkerSid", k.sid)
}

// ---- Tasks.

func (m *machine) drawTask(f *form, w *modelWorkspace, task *modelTask) {
	f.attributes(&task.attributes)
	f.number("Priority", &task.priority, 0, 3, "-1", "2147483648")
	if f.want("TaskChannel") && !f.wrong("TaskChannel", "nonsense", "TC"+strings.Repeat("0", 32)) {
		task.channel = draw(f.t, "TaskChannel is", w.channels)
		f.set.Set("TaskChannel", draw(f.t, "TaskChannel by", []string{task.channel.sid, task.channel.uniqueName}))
	}
	now := time.Now()
	if f.want("VirtualStartTime") && !f.wrong("VirtualStartTime", second(now.Add(2*time.Second)), "1899-12-31T23:59:59Z", "tomorrow") {
		task.start = now.Add(-time.Duration(number(f.t, "hours", 1, 3)) * time.Hour).Truncate(time.Second)
		f.set.Set("VirtualStartTime", second(task.start))
	}
}

func (m *machine) createTask(t *rapid.T, w *modelWorkspace) {
	f := newForm(t)
	task := &modelTask{
		status: "pending", attributes: modelAttributes{level: -1}, channel: w.channels[0], timeout: 86_400, start: time.Now(), since: time.Now(),
	}
	m.drawTask(f, w, task)
	f.number("Timeout", &task.timeout, 1, 2000, "0", "1209601")
	var worker *modelWorker
	var targetQueue *modelQueue
	var targetWorkflow *modelWorkflow
	switch number(t, "target", 0, 5) {
	case 0:
		refer(f, "RoutingTarget", "WK", &worker, w.workers)
	case 1:
		refer(f, "RoutingTarget", "WQ", &targetQueue, w.queues)
	case 2:
		refer(f, "RoutingTarget", "WW", &targetWorkflow, w.workflows)
	}
	task.target = f.set.Get("RoutingTarget")
	refer(f, "TaskQueueSid", "WQ", &task.queue, w.queues)
	refer(f, "WorkflowSid", "WW", &task.workflow, w.workflows)
	switch {
	case targetWorkflow != nil:
		task.workflow = targetWorkflow
	case f.set.Has("WorkflowSid"):
	case len(w.workflows) == 1:
		task.workflow = w.workflows[0]
	case oneIn(t, 8, "no workflow"):
		f.valid = false
	default:
		task.workflow = draw(t, "WorkflowSid is", w.workflows)
		f.set.Set("WorkflowSid", task.workflow.sid)
	}
	ignore := worker != nil
	f.flag("IgnoreCapacity", &ignore)
	task.ignoreCapacity = ignore && worker != nil
	made, ok := m.made(w.path("Tasks"), f.set, f.valid)
	if !ok {
		return
	}
	task.modelResource = made
	w.tasks, m.tasks[task.sid] = append(w.tasks, task), task
	w.taskHappened("task.created", task)
}

func (m *machine) updateTask(t *rapid.T, w *modelWorkspace) {
	task := draw(t, "task", w.tasks)
	f := newForm(t)
	next := *task
	m.drawTask(f, w, &next)
	if f.want("Reason") {
		reason := name(t)
		next.reason = reason
		f.set.Set("Reason", reason)
	}
	event := "" // of a move
	if oneIn(t, 2, "AssignmentStatus") {
		f.text("AssignmentStatus", &next.status, "canceled", "canceled", "completed", "completed", "wrapping", "wrapping", "pending", "reserved", "assigned", "lost")
		switch {
		case next.status == "canceled" && task.waits():
			event = "task.canceled"
		case next.status == "wrapping" && task.status == "assigned" && !f.set.Has("Attributes"):
			event = "task.wrapup"
		case next.status == "completed" && (task.status == "assigned" || task.status == "wrapping") && !f.set.Has("Attributes"):
			event = "task.completed"
		case next.status == task.status && task.status != "wrapping" && !task.over(): // which moves nothing
		default:
			f.valid = false
		}
	}
	path := w.path("Tasks", task.sid)
	header, met := ifMatch(t, task.version)
	if !met { // whatever else is wrong
		m.call(http.MethodPost, path, f.set, http.StatusPreconditionFailed, header...)
		return
	}
	if !m.changed(path, f.set, f.valid, header...) {
		return
	}
	*task = next
	if event == "" {
		task.changed()
		w.taskHappened("task.updated", task)
		return
	}
	task.move(next.status, time.Now())
	w.taskHappened(event, task)
	more := maps.Clone(f.set)
	more.Del("AssignmentStatus")
	more.Del("Reason")
	if len(more) > 0 || next.status == "completed" {
		w.taskHappened("task.updated", task)
	}
}

func (m *machine) deleteTask(t *rapid.T, w *modelWorkspace) {
	task := draw(t, "task", w.tasks)
	path := w.path("Tasks", task.sid)
	header, met := ifMatch(t, task.version)
	if !met {
		m.call(http.MethodDelete, path, nil, http.StatusPreconditionFailed, header...)
		return
	}
	m.call(http.MethodDelete, path, nil, http.StatusNoContent, header...)
	m.gone = append(m.gone, path)
	w.removeTask(task)
	w.taskHappened("task.deleted", task)
}

// ---- Reservations.

// updateReservation answers what a worker is asked, or goes on with what it accepted.
// What became of it, an event tells.
func (m *machine) updateReservation(t *rapid.T, w *modelWorkspace) {
	all := w.reservations
	if open := slices.DeleteFunc(slices.Clone(all), func(r *modelReservation) bool { return !r.open() }); len(open) > 0 && !oneIn(t, 6, "any") {
		all = open
	}
	r := draw(t, "reservation", all)
	f := newForm(t)
	var to string
	f.text("ReservationStatus", &to, "accepted", "accepted", "accepted", "rejected", "wrapping", "completed")
	if to == "rejected" {
		var activity *modelActivity
		refer(f, "WorkerActivitySid", "WA", &activity, w.activities)
	}
	path := w.path(draw(t, "by", []string{"Tasks/" + r.task.sid, "Workers/" + r.worker.sid}), "Reservations", r.sid)
	header, met := ifMatch(t, r.version)
	status := http.StatusOK
	switch {
	case !met:
		status = http.StatusPreconditionFailed
	case !f.valid:
		status = http.StatusBadRequest
	case r.status == "rescinded":
		status = http.StatusGone
	case !slices.Contains(map[string][]string{
		"pending": {"accepted", "rejected"}, "accepted": {"wrapping", "completed"}, "wrapping": {"completed"},
	}[r.status], to):
		status = http.StatusBadRequest
	}
	m.call(http.MethodPost, path, f.set, status, header...)
	m.catchUp(w)
	if status == http.StatusOK {
		require.Equal(t, to, r.status)
	}
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
