package router

import (
	"fmt"
	"math"
	"slices"
	"strconv"
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
	l.count(at("reservations_made"), w.ReservationsMade)
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

// restingActivity is the activity of those of whom nothing is known: the first one in which
// nobody is given tasks, if there is any.
func restingActivity(w *Workspace) *Activity {
	for a := range w.Activities.All() {
		if !a.Available {
			return a
		}
	}
	return w.Activities.first()
}

func (l *loader) loadActivitiesOf(place string, w *Workspace) {
	if w.Activities.Len() == 0 {
		for _, name := range []string{offline, available, unavailable} {
			w.Activities.add(&Activity{Resource: l.account.newResource("WA"), FriendlyName: name, Available: name == available})
		}
	}
	if l.lacks(&w.Resource, "default_activity_sid") {
		w.DefaultActivitySID = restingActivity(w).SID
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

// channelSID returns the SID of the task channel that a file names by its unique name, as
// people do who do not know the SIDs of built-in ones.
func (w *Workspace) channelSID(sidOrName string) string {
	if c, ok := w.channelsByName[sidOrName]; ok && !w.TaskChannels.Has(sidOrName) {
		return c.SID
	}
	return sidOrName
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
	l.count(member(place, "revision"), f.Revision)
	f.rules = l.loadRules(place, w, &Rules{Revision: f.Revision, Configuration: f.Configuration})
	f.Configuration = f.rules.Configuration
	for i, former := range f.Former {
		f.Former[i] = l.loadFormer(element(member(place, "former_configurations"), i), w, f, former)
	}
}

// loadRules completes rules as a file has them.
func (l *loader) loadRules(place string, w *Workspace, rules *Rules) *Rules {
	text := compact(string(rules.Configuration))
	if refusal := w.checkConfiguration(&text); refusal != nil {
		l.fault(member(place, "configuration"), "%s", strings.TrimLeft(strings.TrimPrefix(refusal.Message, "Configuration"), ": "))
		return rules
	}
	return newRules(rules.Revision, text)
}

// loadFormer completes former rules of a workflow.
func (l *loader) loadFormer(place string, w *Workspace, f *Workflow, former *Rules) *Rules {
	switch {
	case former.Revision < 0 || former.Revision >= f.Revision:
		l.fault(member(place, "revision"), "is %d, less than that of the workflow is expected, which is %d", former.Revision, f.Revision)
	case f.ofRevision(former.Revision) != former:
		l.fault(member(place, "revision"), "%d is that of former rules before", former.Revision)
	}
	return l.loadRules(place, w, former)
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
	l.count(member(place, "last_reserved"), worker.LastReserved)
	for i, c := range worker.Channels.numbered() {
		l.loadWorkerChannel(element(member(place, "channels"), i), w, worker, c)
	}
	for c := range w.TaskChannels.All() {
		if worker.channels[c.SID] == nil {
			w.addWorkerChannel(worker, c)
		}
	}
}

func (l *loader) version(place string, version int) { l.count(member(place, "version"), version) }

func (l *loader) count(place string, n int) { l.refuse(place, checkRange("", &n, 0, math.MaxInt32)) }

func (l *loader) loadWorkerChannel(place string, w *Workspace, worker *Worker, c *WorkerChannel) {
	l.dates(&c.Resource)
	l.refuse(member(place, "configured_capacity"), checkCapacity(&c.ConfiguredCapacity))
	l.count(member(place, "last_reserved"), c.LastReserved)
	c.TaskChannelSID = w.channelSID(c.TaskChannelSID)
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
	t.TaskChannelSID = w.channelSID(t.TaskChannelSID)
	l.refer(member(place, "task_channel_sid"), t.TaskChannelSID, w.TaskChannels.Has)
	l.referOrNone(member(place, "workflow_sid"), t.WorkflowSID, w.Workflows.Has)
	l.referOrNone(member(place, "task_queue_sid"), t.TaskQueueSID, w.TaskQueues.Has)
	l.checkTarget(member(place, "routing_target"), w, t)
	l.refuse(member(place, "assignments"), checkRange("", &t.Assignments, 0, maxAssignments))
	l.loadPosition(member(place, "position"), w, t)
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
	if l.lacks(&t.Resource, "status_since") {
		t.Since = l.account.now
	}
	if l.lacks(&t.Resource, "target_entered_date") && t.Position != nil {
		t.DateTargetEntered = new(l.account.now)
	}
	if l.lacks(&t.Resource, "ignore_capacity") {
		t.IgnoreCapacity = IsSID("WK", t.RoutingTarget)
	}
}

// checkTarget wants a routing target that is there. One that was deleted since may
// stand in a task all the same, if the router deletes such: a worker and a workflow once
// the task waits no longer, a queue once it is over. Of a state that is none it is not
// known which may.
func (l *loader) checkTarget(place string, w *Workspace, t *Task) {
	switch {
	case t.RoutingTarget == "", !t.Status.Valid(),
		(IsSID("WK", t.RoutingTarget) || IsSID("WW", t.RoutingTarget)) && !t.waits(),
		IsSID("WQ", t.RoutingTarget) && t.over():
		return
	}
	l.refer(place, t.RoutingTarget, func(sid string) bool { return w.checkRoutingTarget(&sid) == nil })
}

// loadPosition wants a target of rules that the workflow of a task has.
func (l *loader) loadPosition(place string, w *Workspace, t *Task) {
	if t.Position == nil || !t.Status.Valid() {
		return
	}
	if !t.waits() || t.DateTargetEntered == nil {
		l.fault(place, "is there, but the task is %s, or has no target_entered_date", t.Status)
		return
	}
	f := w.workflow(t.WorkflowSID)
	if f == nil {
		l.fault(place, "is there, but the task has no workflow")
		return
	}
	rules := f.ofRevision(t.Revision)
	if rules != nil && rules.plan == nil {
		return // since the configuration is at fault
	}
	if rules == nil || rules.plan.Step(*t.Position) == nil {
		l.fault(place, "is of no target of revision %d of workflow %s", t.Revision, f.SID)
		return
	}
	w.follow(t, rules)
	t.step = rules.plan.Step(*t.Position)
	if t.step.Queue != t.TaskQueueSID || t.DateQueueEntered == nil {
		l.fault(place, "is of a target of task queue %s, in which the task is not", t.step.Queue)
	}
}

func (l *loader) loadReservation(place string, w *Workspace, t *Task, r *Reservation) {
	l.dates(&r.Resource)
	l.refuse(member(place, "reservation_status"), CheckEnum("", &r.Status))
	l.version(place, r.Version)
	l.count(member(place, "number"), r.Number)
	if l.lacks(&r.Resource, "reservation_timeout") {
		r.Timeout = w.reservationTimeout(t)
	} else {
		l.refuse(member(place, "reservation_timeout"), checkRange("", &r.Timeout, 1, maxReservationTimeout))
	}
	l.refer(member(place, "worker_sid"), r.WorkerSID, w.Workers.Has)
	l.checkActivityOnce(member(place, "previous_activity_sid"), w, r.PreviousActivitySID)
	l.checkActivityOnce(member(place, "post_work_activity_sid"), w, r.PostWorkActivitySID)
	r.task, r.worker = t, w.Workers.bySID[r.WorkerSID]
}

// checkActivityOnce wants an activity. It may have been deleted since: the worker moves
// only to one that is there.
func (l *loader) checkActivityOnce(place string, w *Workspace, sid string) {
	if !IsSID("WA", sid) {
		l.referOrNone(place, sid, w.Activities.Has)
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
	if made, err := strconv.ParseInt(e.Data.Get(FactTaskDateCreated), 10, 64); err == nil {
		e.Data.Set(FactTaskDateCreated, strconv.FormatInt(made+l.moved, 10)) // as all dates are
	}
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
