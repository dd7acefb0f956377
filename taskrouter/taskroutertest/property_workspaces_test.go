package taskroutertest_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Workspaces, activities and task channels: what is done to them at random.

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
