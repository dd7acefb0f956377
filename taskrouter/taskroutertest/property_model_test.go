package taskroutertest_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The model is a TaskRouter in few words, for the property test: slices that are
// searched, references that are pointers, and nothing in common with the emulator.
// Each resource has a want, which is what its JSON must say but for URLs.

type modelResource struct {
	sid              string
	created, updated time.Time
	version          int
}

func (r *modelResource) resource() *modelResource { return r }

// changed marks a resource as changed now.
func (r *modelResource) changed() { r.changedAt(time.Now()) }

func (r *modelResource) changedAt(t time.Time) {
	r.version++
	r.updated = t
}

func (r *modelResource) want(workspace *modelWorkspace, fields map[string]any) map[string]any {
	fields["sid"], fields["workspace_sid"] = r.sid, workspace.sid
	fields["date_created"], fields["date_updated"] = second(r.created), second(r.updated)
	return fields
}

func newModelResource(sid string) modelResource {
	return modelResource{sid: sid, created: time.Now(), updated: time.Now()}
}

func second(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }

// null is the text, or null for none.
func null(text string) any {
	if text == "" {
		return nil
	}
	return text
}

type modelWorkspace struct {
	modelResource
	name, callback, filter, order    string
	multitask                        bool
	defaultActivity, timeoutActivity *modelActivity

	activities   []*modelActivity
	channels     []*modelChannel
	queues       []*modelQueue
	workflows    []*modelWorkflow
	workers      []*modelWorker
	tasks        []*modelTask
	reservations []*modelReservation
	events       []modelEvent // newest last
	newest       string       // the SID of the last of them
	expected     []modelEvent // that calls brought about since
}

func (w *modelWorkspace) wanted() map[string]any {
	fields := w.want(w, map[string]any{
		"friendly_name": w.name, "event_callback_url": w.callback, "events_filter": null(w.filter),
		"multi_task_enabled": w.multitask, "prioritize_queue_order": w.order,
		"default_activity_sid": w.defaultActivity.sid, "default_activity_name": w.defaultActivity.name,
		"timeout_activity_sid": w.timeoutActivity.sid, "timeout_activity_name": w.timeoutActivity.name,
	})
	delete(fields, "workspace_sid")
	return fields
}

type modelActivity struct {
	modelResource
	name      string
	available bool
}

func (a *modelActivity) wanted(w *modelWorkspace) map[string]any {
	return a.want(w, map[string]any{"friendly_name": a.name, "available": a.available})
}

// activityInUse tells whether anything needs an activity.
func (w *modelWorkspace) activityInUse(a *modelActivity) bool {
	return a == w.defaultActivity || a == w.timeoutActivity ||
		slices.ContainsFunc(w.workers, func(k *modelWorker) bool { return k.activity == a }) ||
		slices.ContainsFunc(w.queues, func(q *modelQueue) bool { return q.reservation == a || q.assignment == a })
}

type modelChannel struct {
	modelResource
	name, uniqueName   string
	optimized, builtIn bool
}

func (c *modelChannel) wanted(w *modelWorkspace) map[string]any {
	return c.want(w, map[string]any{"friendly_name": c.name, "unique_name": c.uniqueName, "channel_optimized_routing": c.optimized})
}

func (w *modelWorkspace) channelInUse(c *modelChannel) bool {
	return c.builtIn || slices.ContainsFunc(w.tasks, func(t *modelTask) bool { return t.channel == c })
}

type modelQueue struct {
	modelResource
	name, order             string
	target                  modelExpression
	most                    int
	reservation, assignment *modelActivity // nil for none
}

func (q *modelQueue) wanted(w *modelWorkspace) map[string]any {
	fields := map[string]any{
		"friendly_name": q.name, "task_order": q.order, "target_workers": q.target.text, "max_reserved_workers": float64(q.most),
		"reservation_activity_sid": nil, "reservation_activity_name": nil,
		"assignment_activity_sid": nil, "assignment_activity_name": nil,
	}
	if q.reservation != nil {
		fields["reservation_activity_sid"], fields["reservation_activity_name"] = q.reservation.sid, q.reservation.name
	}
	if q.assignment != nil {
		fields["assignment_activity_sid"], fields["assignment_activity_name"] = q.assignment.sid, q.assignment.name
	}
	return q.want(w, fields)
}

func (w *modelWorkspace) queueInUse(q *modelQueue) bool {
	return slices.ContainsFunc(w.tasks, func(t *modelTask) bool {
		return !t.over() && t.queue == q || t.waits() && (t.target == q.sid || slices.Contains(t.follows, q))
	}) ||
		slices.ContainsFunc(w.workflows, func(f *modelWorkflow) bool { return slices.Contains(f.queues, q) })
}

type modelWorkflow struct {
	modelResource
	name          string
	callback      any // null for none
	timeout       int
	configuration string
	queues        []*modelQueue // that the configuration names
}

func (f *modelWorkflow) wanted(w *modelWorkspace) map[string]any {
	return f.want(w, map[string]any{
		"friendly_name": f.name, "assignment_callback_url": f.callback, "fallback_assignment_callback_url": nil, "document_content_type": nil,
		"task_reservation_timeout": float64(f.timeout), "configuration": f.configuration,
	})
}

func (w *modelWorkspace) workflowInUse(f *modelWorkflow) bool {
	return slices.ContainsFunc(w.tasks, func(t *modelTask) bool { return t.waits() && (t.workflow == f || t.target == f.sid) })
}

// configurationOf is one that leads to queues: those with a filter of their own, until
// a timeout, and whoever is in none to the last.
func configurationOf(queues []*modelQueue) string {
	var filters []string
	for _, q := range queues[:len(queues)-1] {
		filters = append(filters, fmt.Sprintf(`{"expression":"level > 1","targets":[{"queue":%q,"timeout":90}]}`, q.sid))
	}
	return fmt.Sprintf(`{"task_routing":{"filters":[%s],"default_filter":{"queue":%q}}}`, strings.Join(filters, ","), queues[len(queues)-1].sid)
}

type modelWorker struct {
	modelResource
	name       string
	activity   *modelActivity
	since      time.Time // when it began the activity
	attributes modelAttributes
	channels   []*modelWorkerChannel
}

func (k *modelWorker) wanted(w *modelWorkspace) map[string]any {
	return k.want(w, map[string]any{
		"friendly_name": k.name, "activity_sid": k.activity.sid, "activity_name": k.activity.name,
		"available": k.activity.available, "attributes": k.attributes.text(), "date_status_changed": second(k.since),
	})
}

func (w *modelWorkspace) nameTaken(name string, but *modelWorker) bool {
	return slices.ContainsFunc(w.workers, func(k *modelWorker) bool { return k != but && strings.EqualFold(k.name, name) })
}

type modelWorkerChannel struct {
	modelResource
	channel   *modelChannel
	capacity  int
	available bool
}

func (c *modelWorkerChannel) wanted(w *modelWorkspace, k *modelWorker) map[string]any {
	used, assigned := 0, 0
	for _, r := range w.reservationsOf(k.sid) {
		if r.task.channel != c.channel || !r.open() {
			continue
		}
		used++
		if r.status == "accepted" {
			assigned++
		}
	}
	free := 0
	if used < c.capacity {
		free = (c.capacity - used) * 100 / c.capacity
	}
	return c.want(w, map[string]any{
		"worker_sid": k.sid, "task_channel_sid": c.channel.sid, "task_channel_unique_name": c.channel.uniqueName,
		"configured_capacity": float64(c.capacity), "available": c.available,
		"assigned_tasks": float64(assigned), "available_capacity_percentage": float64(free),
	})
}

type modelTask struct {
	modelResource
	status         string
	reason         any // null for none
	attributes     modelAttributes
	priority       int
	channel        *modelChannel
	workflow       *modelWorkflow // nil once it is deleted
	queue          *modelQueue    // nil for none
	entered        time.Time      // the queue, zero if it never did
	follows        []*modelQueue  // to which the workflow led when the task came in
	since          time.Time      // when it came to its status
	target         string
	ignoreCapacity bool
	timeout        int
	start          time.Time
}

func (t *modelTask) waits() bool { return t.status == "pending" || t.status == "reserved" }

func (t *modelTask) over() bool { return t.status == "completed" || t.status == "canceled" }

// move gives a task another status.
func (t *modelTask) move(status string, at time.Time) {
	t.status, t.since = status, at
	if !t.waits() {
		t.follows = nil
	}
	t.changedAt(at)
}

func (t *modelTask) wanted(w *modelWorkspace) map[string]any {
	fields := map[string]any{
		"assignment_status": t.status, "reason": t.reason, "attributes": t.attributes.text(), "addons": "{}",
		"age": float64(time.Since(t.created) / time.Second), "priority": float64(t.priority),
		"task_channel_sid": t.channel.sid, "task_channel_unique_name": t.channel.uniqueName,
		"workflow_sid": nil, "workflow_friendly_name": nil, "task_queue_sid": nil, "task_queue_friendly_name": nil,
		"task_queue_entered_date": nil, "routing_target": null(t.target), "ignore_capacity": t.ignoreCapacity,
		"timeout": float64(t.timeout), "virtual_start_time": second(t.start),
	}
	if t.workflow != nil {
		fields["workflow_sid"], fields["workflow_friendly_name"] = t.workflow.sid, t.workflow.name
	}
	if t.queue != nil {
		fields["task_queue_sid"], fields["task_queue_friendly_name"] = t.queue.sid, t.queue.name
	}
	if !t.entered.IsZero() {
		fields["task_queue_entered_date"] = second(t.entered)
	}
	return t.want(w, fields)
}

// A modelEvent is what an event says, and the SIDs by which it is found.
type modelEvent struct {
	kind, resource string
	at             time.Time
	facts          map[string]string
}

// happened tells of what a call brought about.
func (w *modelWorkspace) happened(kind, resource string, facts ...string) {
	event := modelEvent{kind: kind, resource: resource, at: time.Now(), facts: map[string]string{}}
	for i := 0; i < len(facts); i += 2 {
		event.facts[facts[i]] = facts[i+1]
	}
	w.expected = append(w.expected, event)
}

// isTarget tells whether a task that waits is meant for something.
func (w *modelWorkspace) isTarget(sid string) bool {
	return slices.ContainsFunc(w.tasks, func(t *modelTask) bool { return t.target == sid && t.waits() })
}

func (w *modelWorkspace) taskHappened(kind string, t *modelTask) {
	facts := []string{"TaskSid", t.sid, "TaskChannel", t.channel.sid}
	if t.workflow != nil {
		facts = append(facts, "WorkflowSid", t.workflow.sid)
	}
	if t.queue != nil && kind != "task.created" {
		facts = append(facts, "TaskQueueSid", t.queue.sid)
	}
	w.happened(kind, t.sid, facts...)
}

// modelAttributes are those of a task or worker; "", -1 and none are missing.
type modelAttributes struct {
	kind  string
	level int
	tags  []string
}

// text is how the service returns them.
func (a modelAttributes) text() string { return strings.ReplaceAll(a.spaced(), " ", "") }

// spaced is how they are sent.
func (a modelAttributes) spaced() string {
	var fields []string
	if a.kind != "" {
		fields = append(fields, fmt.Sprintf(`"kind": %q`, a.kind))
	}
	if a.level >= 0 {
		fields = append(fields, fmt.Sprintf(`"level": %d`, a.level))
	}
	if a.tags != nil {
		fields = append(fields, fmt.Sprintf(`"tags": ["%s"]`, strings.Join(a.tags, `", "`)))
	}
	return "{" + strings.Join(fields, ", ") + "}"
}

// A modelExpression is a text and what it means.
type modelExpression struct {
	text  string
	holds func(modelAttributes) bool
}

var everybody = modelExpression{"1==1", func(modelAttributes) bool { return true }}

func (e modelExpression) and(other modelExpression) modelExpression {
	return modelExpression{"(" + e.text + ") AND (" + other.text + ")", func(a modelAttributes) bool { return e.holds(a) && other.holds(a) }}
}

func (e modelExpression) or(other modelExpression) modelExpression {
	return modelExpression{e.text + " OR " + other.text, func(a modelAttributes) bool { return e.holds(a) || other.holds(a) }}
}

// modelOrder sorts as an Ordering says: by keys, and as they were made among equals.
func modelOrder[T any](items []T, ordering string, keys map[string]func(a, b T) int) []T {
	items = slices.Clone(items)
	if ordering == "" {
		return items
	}
	parts := strings.Split(ordering, ",")
	slices.SortStableFunc(items, func(a, b T) int {
		for _, part := range parts {
			name, direction, _ := strings.Cut(part, ":")
			order := keys[name](a, b)
			if direction == "desc" {
				order = -order
			}
			if order != 0 {
				return order
			}
		}
		return 0
	})
	return items
}

var modelTaskOrders = map[string]func(a, b *modelTask) int{
	"Priority":         func(a, b *modelTask) int { return cmp.Compare(a.priority, b.priority) },
	"DateCreated":      func(a, b *modelTask) int { return a.created.Compare(b.created) },
	"VirtualStartTime": func(a, b *modelTask) int { return a.start.Compare(b.start) },
}

var modelWorkerOrders = map[string]func(a, b *modelWorker) int{
	"DateStatusChanged": func(a, b *modelWorker) int { return a.since.Compare(b.since) },
}

var modelQueueOrders = map[string]func(a, b *modelQueue) int{
	"DateUpdated": func(a, b *modelQueue) int { return a.updated.Compare(b.updated) },
}

// workerInUse tells whether a worker does something, or is to do it.
func (w *modelWorkspace) workerInUse(k *modelWorker) bool {
	return w.isTarget(k.sid) || slices.ContainsFunc(w.reservationsOf(k.sid), (*modelReservation).holdsTask)
}
