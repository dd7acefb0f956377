package router

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/taskrouter-go/sdk/gen"
)

// loadWorkspace completes a workspace and looks at all that is in it. What others
// refer to comes first.
func (l *loader) loadWorkspace(place string, w *Workspace) {
	at := func(name string) string { return member(place, name) }
	l.dates(&w.Resource)
	l.refuse(at("friendly_name"), checkName("", &w.FriendlyName, anyLength))
	l.refuse(at("event_callback_url"), checkURL("", &w.EventCallbackURL))
	l.refuse(at("prioritize_queue_order"), CheckEnum("", &w.PrioritizeQueueOrder))
	for i, a := range w.Activities.numbered() {
		l.dates(&a.Resource)
		l.refuse(member(element(at("activities"), i), "friendly_name"), checkName("", &a.FriendlyName, maxName))
	}
	l.loadActivitiesOf(place, w)
	for i, c := range w.TaskChannels.numbered() {
		l.loadTaskChannel(element(at("task_channels"), i), w, c)
	}
	l.addBuiltInChannels(w)
	for i, q := range w.TaskQueues.numbered() {
		l.loadTaskQueue(element(at("task_queues"), i), w, q)
	}
	for i, f := range w.Workflows.numbered() {
		l.loadWorkflow(element(at("workflows"), i), w, f)
	}
	for i, worker := range w.Workers.numbered() {
		l.loadWorker(element(at("workers"), i), w, worker)
	}
	for i, t := range w.Tasks.numbered() {
		l.loadTask(element(at("tasks"), i), w, t)
	}
	for i, e := range w.Events.numbered() {
		l.loadEvent(element(at("events"), i), e)
	}
}

// dates completes the dates that all resources have.
func (l *loader) dates(r *Resource) {
	if l.lacks(r, "date_created") {
		r.DateCreated = l.account.now
	}
	if l.lacks(r, "date_updated") {
		r.DateUpdated = r.DateCreated
	}
}

// refer wants that there is what a SID refers to.
func (l *loader) refer(place, sid string, has func(string) bool) {
	if !has(sid) {
		l.fault(place, "%s does not exist", quoteEmpty(sid))
	}
}

// referOrNone is for a SID that may be empty.
func (l *loader) referOrNone(place, sid string, has func(string) bool) {
	if sid != "" {
		l.refer(place, sid, has)
	}
}

func quoteEmpty(text string) string {
	if text == "" {
		return `""`
	}
	return text
}

func (l *loader) loadActivitiesOf(place string, w *Workspace) {
	if w.Activities.Len() == 0 {
		for _, name := range []string{offline, available, unavailable} {
			w.Activities.add(&Activity{Resource: l.account.newResource("WA"), FriendlyName: name, Available: name == available})
		}
	}
	if l.lacks(&w.Resource, "default_activity_sid") {
		w.DefaultActivitySID = w.Activities.first().SID
	}
	if l.lacks(&w.Resource, "timeout_activity_sid") {
		w.TimeoutActivitySID = w.DefaultActivitySID
	}
	l.refer(member(place, "default_activity_sid"), w.DefaultActivitySID, w.Activities.Has)
	l.refer(member(place, "timeout_activity_sid"), w.TimeoutActivitySID, w.Activities.Has)
}

func (l *loader) loadTaskChannel(place string, w *Workspace, c *TaskChannel) {
	l.dates(&c.Resource)
	l.refuse(member(place, "friendly_name"), checkName("", &c.FriendlyName, maxName))
	if refusal := w.checkUniqueName(c.UniqueName); refusal != nil {
		l.refuse(member(place, "unique_name"), refusal)
		return
	}
	builtIn := slices.ContainsFunc(builtInChannels, func(b struct{ uniqueName, friendlyName string }) bool {
		return b.uniqueName == c.UniqueName
	})
	if l.lacks(&c.Resource, "built_in") {
		c.BuiltIn = builtIn
	}
	if c.BuiltIn != builtIn {
		l.fault(member(place, "built_in"), "is %t, %t is expected for %s", c.BuiltIn, builtIn, c.UniqueName)
	}
	w.indexTaskChannel(c)
}

func (l *loader) addBuiltInChannels(w *Workspace) {
	for _, b := range builtInChannels {
		if w.channelsByName[b.uniqueName] != nil {
			continue
		}
		c := &TaskChannel{Resource: l.account.newResource("TC"), FriendlyName: b.friendlyName, UniqueName: b.uniqueName, BuiltIn: true}
		w.TaskChannels.add(c)
		w.indexTaskChannel(c)
	}
}

func (l *loader) loadTaskQueue(place string, w *Workspace, q *TaskQueue) {
	l.dates(&q.Resource)
	l.refuse(member(place, "friendly_name"), checkName("", &q.FriendlyName, anyLength))
	l.refuse(member(place, "max_reserved_workers"), checkRange("", &q.MaxReservedWorkers, 1, maxReservedWorkers))
	l.refuse(member(place, "task_order"), CheckEnum("", &q.TaskOrder))
	l.referOrNone(member(place, "reservation_activity_sid"), q.ReservationActivitySID, w.Activities.Has)
	l.referOrNone(member(place, "assignment_activity_sid"), q.AssignmentActivitySID, w.Activities.Has)
	if refusal := checkTargetWorkers(&q.TargetWorkers); refusal != nil {
		l.fault(member(place, "target_workers"), "%s", strings.TrimPrefix(refusal.Message, "TargetWorkers: "))
		return
	}
	q.setTarget(q.TargetWorkers)
}

func (l *loader) loadWorkflow(place string, w *Workspace, f *Workflow) {
	l.dates(&f.Resource)
	l.refuse(member(place, "friendly_name"), checkName("", &f.FriendlyName, anyLength))
	l.refuse(member(place, "assignment_callback_url"), checkURL("", f.AssignmentCallbackURL))
	l.refuse(member(place, "fallback_assignment_callback_url"), checkURL("", f.FallbackAssignmentCallbackURL))
	l.refuse(member(place, "task_reservation_timeout"), checkRange("", &f.TaskReservationTimeout, 1, maxReservationTimeout))
	text := compact(string(f.Configuration))
	if refusal := w.checkConfiguration(&text); refusal != nil {
		l.fault(member(place, "configuration"), "%s", strings.TrimLeft(strings.TrimPrefix(refusal.Message, "Configuration"), ": "))
		return
	}
	f.setConfiguration(text)
}

func (l *loader) loadWorker(place string, w *Workspace, worker *Worker) {
	l.dates(&worker.Resource)
	if l.lacks(&worker.Resource, "activity_sid") {
		worker.ActivitySID = w.DefaultActivitySID
	} else {
		l.refer(member(place, "activity_sid"), worker.ActivitySID, w.Activities.Has)
	}
	if l.lacks(&worker.Resource, "date_status_changed") {
		worker.DateStatusChanged = worker.DateCreated
	}
	l.refuse(member(place, "friendly_name"), checkName("", &worker.FriendlyName, maxName))
	l.refuse(member(place, "friendly_name"), w.checkWorkerName(worker, &worker.FriendlyName))
	w.indexWorker(worker)
	l.version(place, worker.Version)
	for i, c := range worker.Channels.numbered() {
		l.loadWorkerChannel(element(member(place, "channels"), i), w, worker, c)
	}
	for c := range w.TaskChannels.All() {
		if worker.channels[c.SID] == nil {
			w.addWorkerChannel(worker, c)
		}
	}
}

func (l *loader) version(place string, version int) {
	l.refuse(member(place, "version"), checkRange("", &version, 0, math.MaxInt32))
}

func (l *loader) loadWorkerChannel(place string, w *Workspace, worker *Worker, c *WorkerChannel) {
	l.dates(&c.Resource)
	l.refuse(member(place, "configured_capacity"), checkCapacity(&c.ConfiguredCapacity))
	l.refer(member(place, "task_channel_sid"), c.TaskChannelSID, w.TaskChannels.Has)
	if worker.channels[c.TaskChannelSID] != nil {
		l.fault(member(place, "task_channel_sid"), "%s has a channel of the worker before", c.TaskChannelSID)
	}
	worker.indexChannel(c)
}

func (l *loader) loadTask(place string, w *Workspace, t *Task) {
	l.dates(&t.Resource)
	l.completeTask(place, w, t)
	l.refuse(member(place, "assignment_status"), CheckEnum("", &t.Status))
	l.refuse(member(place, "priority"), checkRange("", &t.Priority, 0, maxPriority))
	l.refuse(member(place, "timeout"), checkRange("", &t.Timeout, 1, maxTaskTimeout))
	l.version(place, t.Version)
	l.refer(member(place, "task_channel_sid"), t.TaskChannelSID, w.TaskChannels.Has)
	l.referOrNone(member(place, "workflow_sid"), t.WorkflowSID, w.Workflows.Has)
	l.referOrNone(member(place, "task_queue_sid"), t.TaskQueueSID, w.TaskQueues.Has)
	l.checkTarget(member(place, "routing_target"), w, t)
	for i, r := range t.Reservations.numbered() {
		l.loadReservation(element(member(place, "reservations"), i), w, t, r)
	}
	if t.Status.Valid() && !slices.ContainsFunc(slices.Collect(t.Reservations.All()), func(r *Reservation) bool { return !r.Status.Valid() }) {
		l.checkStates(place, t)
	}
}

// completeTask sets what follows from the rest where it is missing.
func (l *loader) completeTask(place string, w *Workspace, t *Task) {
	if l.absent[&t.Resource] == nil {
		return
	}
	if l.lacks(&t.Resource, "task_channel_sid") {
		t.TaskChannelSID = w.channelsByName[defaultChannel].SID
	}
	if l.lacks(&t.Resource, "workflow_sid") {
		if w.Workflows.Len() == 1 {
			t.WorkflowSID = w.Workflows.first().SID
		} else {
			l.fault(member(place, "workflow_sid"), "is missing, and the workspace has %d workflows", w.Workflows.Len())
		}
	}
	if l.lacks(&t.Resource, "task_queue_entered_date") && t.TaskQueueSID != "" {
		t.DateQueueEntered = new(t.DateCreated)
	}
	if l.lacks(&t.Resource, "virtual_start_time") {
		t.VirtualStartTime = t.DateCreated
	}
	if l.lacks(&t.Resource, "ignore_capacity") {
		t.IgnoreCapacity = IsSID("WK", t.RoutingTarget)
	}
}

// checkTarget wants a routing target that is there. One that was deleted since may
// stand in a task all the same, if the router deletes such: a worker at any time, the
// others once the task waits no longer or is over. Of a state that is none it is not
// known which may.
func (l *loader) checkTarget(place string, w *Workspace, t *Task) {
	switch {
	case t.RoutingTarget == "", !t.Status.Valid(),
		IsSID("WK", t.RoutingTarget),
		IsSID("WW", t.RoutingTarget) && !t.waits(),
		IsSID("WQ", t.RoutingTarget) && t.over():
		return
	}
	l.refer(place, t.RoutingTarget, func(sid string) bool { return w.checkRoutingTarget(&sid) == nil })
}

func (l *loader) loadReservation(place string, w *Workspace, t *Task, r *Reservation) {
	l.dates(&r.Resource)
	l.refuse(member(place, "reservation_status"), CheckEnum("", &r.Status))
	l.version(place, r.Version)
	l.refer(member(place, "worker_sid"), r.WorkerSID, w.Workers.Has)
	l.checkPreviousActivity(member(place, "previous_activity_sid"), w, r)
	r.task, r.worker = t, w.Workers.bySID[r.WorkerSID]
}

// checkPreviousActivity wants an activity. It may have been deleted since: the worker
// goes back only to one that is there.
func (l *loader) checkPreviousActivity(place string, w *Workspace, r *Reservation) {
	if !IsSID("WA", r.PreviousActivitySID) {
		l.referOrNone(place, r.PreviousActivitySID, w.Activities.Has)
	}
}

// statusWhile are the states of a task while a reservation of it is open.
var statusWhile = map[gen.ReservationStatus]gen.TaskStatus{
	gen.ReservationStatusPending:  gen.TaskStatusReserved,
	gen.ReservationStatusAccepted: gen.TaskStatusAssigned,
	gen.ReservationStatusWrapping: gen.TaskStatusWrapping,
}

// checkStates wants reservations that agree with each other and with the state of their
// task. Where they do not agree with each other, the task cannot agree with both.
func (l *loader) checkStates(place string, t *Task) {
	var first *Reservation // of those that are open
	var firstPlace string
	for i, r := range t.Reservations.numbered() {
		if !r.open() {
			continue
		}
		here := element("reservations", i)
		at := member(place+"."+here, "reservation_status")
		switch {
		case t.over():
			l.fault(at, "is %s, but the task is %s: %s or another end is expected", r.Status, t.Status, taskMoves[t.Status].reservations)
		case first == nil:
			first, firstPlace = r, here
		case r.holdsTask() || first.holdsTask():
			l.fault(at, "is %s, but %s is %s: several may be open only while all are pending", r.Status, firstPlace, first.Status)
			return
		}
	}
	l.checkTaskStatus(member(place, "assignment_status"), t, first, firstPlace)
}

// checkTaskStatus wants the state that follows from a reservation that is open, or one
// that needs none.
func (l *loader) checkTaskStatus(place string, t *Task, open *Reservation, openPlace string) {
	if open != nil {
		if expected := statusWhile[open.Status]; t.Status != expected {
			l.fault(place, "is %s, but %s is %s: %s is expected", t.Status, openPlace, open.Status, expected)
		}
		return
	}
	for needed, status := range statusWhile {
		if t.Status == status {
			l.fault(place, "is %s, but no reservation is %s", t.Status, needed)
		}
	}
}

func (l *loader) loadEvent(place string, e *Event) {
	l.dates(&e.Resource)
	if e.Type == "" {
		l.fault(member(place, "event_type"), "must not be empty")
	}
	kind, ok := eventKinds[e.ResourceType]
	if !ok {
		l.fault(member(place, "resource_type"), "cannot be %q", e.ResourceType)
		return
	}
	l.refuse(member(place, "resource_sid"), CheckSID("", kind, &e.ResourceSID))
}

// eventKinds are the prefixes of the SIDs of what events are about.
var eventKinds = map[string]string{
	"workspace": "WS", "activity": "WA", "task-channel": "TC", "task-queue": "WQ", "workflow": "WW", "worker": "WK",
	"task": "WT", "reservation": "WR",
}

// each calls a function with all that is in the account, in the order of a file: with
// its place there and the prefix of its SID.
func (a *Account) each(do func(place, prefix string, r *Resource)) {
	each(&a.Workspaces, "workspaces", "WS", do)
	for i, w := range a.Workspaces.numbered() {
		w.each(element("workspaces", i)+".", do)
	}
}

func (w *Workspace) each(within string, do func(place, prefix string, r *Resource)) {
	each(&w.Activities, within+"activities", "WA", do)
	each(&w.TaskChannels, within+"task_channels", "TC", do)
	each(&w.TaskQueues, within+"task_queues", "WQ", do)
	each(&w.Workflows, within+"workflows", "WW", do)
	each(&w.Workers, within+"workers", "WK", do)
	for i, worker := range w.Workers.numbered() {
		each(&worker.Channels, fmt.Sprintf("%sworkers[%d].channels", within, i), "WC", do)
	}
	each(&w.Tasks, within+"tasks", "WT", do)
	for i, t := range w.Tasks.numbered() {
		each(&t.Reservations, fmt.Sprintf("%stasks[%d].reservations", within, i), "WR", do)
	}
	each(&w.Events, within+"events", "EV", do)
}

func each[T Entry](t *Table[T], list, prefix string, do func(place, prefix string, r *Resource)) {
	for i, entry := range t.numbered() {
		do(element(list, i), prefix, entry.resource())
	}
}

// index makes all that is in the account known by its SID.
func (a *Account) index() {
	a.Workspaces.index()
	for w := range a.Workspaces.All() {
		w.Activities.index()
		w.TaskChannels.index()
		w.TaskQueues.index()
		w.Workflows.index()
		w.Workers.index()
		w.Tasks.index()
		w.Events.index()
		for worker := range w.Workers.All() {
			worker.Channels.index()
		}
		for t := range w.Tasks.All() {
			t.Reservations.index()
		}
	}
}
