package taskroutertest_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAnEventTellsWhatHappened(t *testing.T) {
	inBubble(t, func(p *shop) {
		worker := p.make("/Workers", "FriendlyName", "Ann", "Attributes", `{"a":1}`)
		later(26*time.Second + 900*time.Millisecond)
		offline, available := p.named("/Activities", "Offline"), p.named("/Activities", "Available")
		p.update("/Workers/"+worker, "ActivitySid", available)
		events := p.get("/Events?EventType=worker.activity.update").entries()
		require.Len(t, events, 1)
		sid := events[0].(map[string]any)["sid"].(string)
		event := p.get("/Events/" + sid).Body
		assert.Equal(t, events[0], event)
		assert.Equal(t, map[string]any{
			"sid": sid, "account_sid": p.server.AccountSID(), "workspace_sid": p.sid, "event_type": "worker.activity.update",
			"event_date": "2000-01-01T00:00:26Z", "event_date_ms": 946684826900.0, "description": "Worker Ann updated to Available Activity",
			"resource_type": "worker", "resource_sid": worker, "resource_url": p.url("/Workers/" + worker),
			"actor_type": "workspace", "actor_sid": p.sid, "actor_url": p.url(""), "source": "twilio", "source_ip_address": nil, "url": p.url("/Events/" + sid),
			"event_data": map[string]any{
				"workspace_sid": p.sid, "workspace_name": "Support", "worker_sid": worker, "worker_name": "Ann", "worker_attributes": `{"a":1}`,
				"worker_activity_sid": available, "worker_activity_name": "Available", "worker_version": "1",
				"worker_previous_activity_sid": offline, "worker_previous_activity_name": "Offline",
				"worker_time_in_previous_activity": "26", "worker_time_in_previous_activity_ms": "26900",
			},
		}, event)
	})
}

func TestEachChangeIsAnEvent(t *testing.T) {
	p := newShop(t)
	var have int
	happened := func(types ...any) {
		t.Helper()
		events := p.list("event_type", "/Events", "PageSize", "1000")
		assert.Equal(t, append([]any{}, types...), events[:len(events)-have])
		have = len(events)
	}
	types := p.list("event_type", "/Events", "PageSize", "1000")
	assert.Equal(t, "workspace.created", types[len(types)-1], "newest first")
	have = len(types)

	activity := "/Activities/" + p.make("/Activities", "FriendlyName", "a")
	happened("activity.created")
	p.update(activity, "FriendlyName", "b")
	happened("activity.updated")
	p.remove(activity)
	happened("activity.deleted")
	p.make("/TaskChannels", "FriendlyName", "a", "UniqueName", "a")
	happened("task-channel.created")
	p.update("/TaskChannels/a", "FriendlyName", "b")
	happened("task-channel.updated")
	p.remove("/TaskChannels/a")
	happened("task-channel.deleted")
	queue := "/TaskQueues/" + p.make("/TaskQueues", "FriendlyName", "a")
	happened("task-queue.created")
	p.update(queue, "FriendlyName", "b", "TargetWorkers", "1==1")
	happened()
	p.update(queue, "TargetWorkers", "1==2")
	happened("task-queue.expression.updated")
	p.remove(queue)
	happened("task-queue.deleted")
	flow := "/Workflows/" + p.make("/Workflows", "FriendlyName", "a", "Configuration", noFilters)
	happened("workflow.created")
	p.update(flow, "FriendlyName", "b")
	happened("workflow.updated")
	p.remove(flow)
	happened("workflow.deleted")
	worker := "/Workers/" + p.make("/Workers", "FriendlyName", "a")
	happened("worker.created")
	p.update(worker, "Attributes", `{"a":1}`)
	happened("worker.attributes.update")
	p.update(worker, "FriendlyName", "b", "ActivitySid", p.named("/Activities", "Offline"))
	happened()
	p.update(worker, "ActivitySid", p.named("/Activities", "Available"), "Attributes", "{}")
	happened("worker.activity.update", "worker.attributes.update")
	p.update(worker+"/Channels/voice", "Capacity", "2")
	happened("worker.capacity.update")
	p.update(worker+"/Channels/voice", "Available", "no")
	happened("worker.channel.availability.update")
	p.remove(worker)
	happened("worker.deleted")
	task := "/Tasks/" + p.make("/Tasks")
	happened("task-queue.entered", "workflow.target-matched", "workflow.entered", "task.created")
	p.update(task, "Priority", "1")
	happened("task.updated")
	p.update(task, "AssignmentStatus", "pending")
	happened("task.updated")
	p.update(task, "AssignmentStatus", "canceled", "Reason", "x")
	happened("task.canceled")
	p.remove(task)
	happened("task.deleted")
	p.update("", "FriendlyName", "b")
	happened("workspace.updated")
	p.update("")
	happened()
}

func TestEventsHoldTheFactsOfWhatTheyAreAbout(t *testing.T) {
	inBubble(t, func(p *shop) {
		queue, flow := p.named("/TaskQueues", "Sample Queue"), p.named("/Workflows", "Default Fifo Workflow")
		data := func(kind string) map[string]any {
			t.Helper()
			events := p.list("event_data", "/Events", "EventType", kind)
			require.NotEmpty(t, events, kind)
			data := events[0].(map[string]any)
			assert.Equal(t, p.sid, data["workspace_sid"])
			delete(data, "workspace_sid")
			delete(data, "workspace_name")
			return data
		}
		assert.Empty(t, data("workspace.created"))
		assert.Equal(t, map[string]any{"activity_sid": p.named("/Activities", "Unavailable"), "activity_name": "Unavailable", "activity_available": "false"}, data("activity.created"))
		fax := p.make("/TaskChannels", "FriendlyName", "Fax", "UniqueName", "fax", "ChannelOptimizedRouting", "true")
		assert.Equal(t, map[string]any{
			"task_channel_sid": fax, "task_channel_name": "Fax", "task_channel_unique_name": "fax", "task_channel_optimized_routing": "true",
		}, data("task-channel.created"))
		p.update("/TaskQueues/"+queue, "TargetWorkers", "1==2")
		assert.Equal(t, map[string]any{"task_queue_sid": queue, "task_queue_name": "Sample Queue", "task_queue_target_expression": "1==2"}, data("task-queue.expression.updated"))
		p.update("/Workflows/"+flow, "FriendlyName", "Calls")
		assert.Equal(t, map[string]any{"workflow_sid": flow, "workflow_name": "Calls"}, data("workflow.updated"))
		task := p.make("/Tasks", "TaskQueueSid", queue, "TaskChannel", "fax", "Priority", "3", "Attributes", `{"a":1}`)
		later(time.Minute)
		p.update("/Tasks/"+task, "AssignmentStatus", "canceled", "Reason", "gone")
		assert.Equal(t, map[string]any{
			"task_sid": task, "task_attributes": `{"a":1}`, "task_age": "60", "task_age_in_queue": "60", "task_priority": "3", "task_assignment_status": "canceled", "task_version": "2",
			"task_date_created": "946684800", "task_channel_sid": fax, "task_channel_unique_name": "fax", "task_canceled_reason": "gone",
			"workflow_sid": flow, "workflow_name": "Calls", "task_queue_sid": queue, "task_queue_name": "Sample Queue", "task_queue_target_expression": "1==2",
		}, data("task.canceled"))
		worker := p.make("/Workers", "FriendlyName", "Ann")
		p.update("/Workers/"+worker+"/Channels/fax", "Capacity", "5")
		capacity := data("worker.capacity.update")
		assert.Equal(t, "5", capacity["worker_channel_available_capacity"])
		assert.Equal(t, "1", capacity["worker_channel_previous_capacity"])
		assert.Equal(t, "0", capacity["worker_channel_task_count"])
		assert.Equal(t, "true", capacity["worker_channel_available"])
		assert.Equal(t, "fax", capacity["task_channel_unique_name"])
		assert.Equal(t, fax, capacity["task_channel_sid"])
	})
}

func TestEventsAreFiltered(t *testing.T) {
	p := newShop(t)
	queue, flow := p.named("/TaskQueues", "Sample Queue"), p.named("/Workflows", "Default Fifo Workflow")
	all := len(p.list("sid", "/Events", "PageSize", "1000")) + 5
	task, worker := p.make("/Tasks", "TaskQueueSid", queue, "TaskChannel", "sms"), p.make("/Workers", "FriendlyName", "Ann")
	event := p.list("sid", "/Events", "EventType", "task.created")[0].(string)
	ofTask := []any{"task-queue.entered", "workflow.target-matched", "workflow.entered", "task.created"}
	ofChannel := append(slices.Clone(ofTask), "task-channel.created")
	for query, want := range map[string][]any{
		"EventType=task.created": {"task.created"}, "EventType=task.lost": {}, "Sid=" + event: {"task.created"}, "Sid=EV00000000000000000000000000000000": {},
		"TaskSid=" + task: ofTask, "TaskSid=WT00000000000000000000000000000000": {}, "WorkerSid=" + worker: {"worker.created"},
		"WorkerSid=WK00000000000000000000000000000000": {}, "WorkflowSid=WW00000000000000000000000000000000": {}, "ReservationSid=WR00000000000000000000000000000000": {},
		"TaskQueueSid=WQ00000000000000000000000000000000": {}, "TaskQueueSid=" + queue: {"task-queue.entered", "task-queue.created"}, "WorkflowSid=" + flow: append(slices.Clone(ofTask), "workflow.created"),
		"TaskChannel=sms": ofChannel, "TaskChannel=" + p.get("/TaskChannels/sms").text("sid"): ofChannel,
		"TaskSid=" + task + "&WorkerSid=" + worker: {}, "TaskSid=" + task + "&TaskChannel=voice": {}, "TaskChannel=TC00000000000000000000000000000000": {},
	} {
		assert.Equal(t, want, p.get("/Events?"+query).list("event_type"), query)
	}
	nothing := "EventType=&Sid=&TaskSid=&WorkerSid=&WorkflowSid=&ReservationSid=&TaskQueueSid=&TaskChannel=&PageSize=1000"
	assert.Len(t, p.get("/Events?"+nothing).entries(), all)
	for query, message := range map[string]string{
		"TaskSid=WK1": "TaskSid is WK1, which is no SID of a task", "WorkerSid=x": "WorkerSid is x, which is no SID of a worker",
		"WorkflowSid=x": "WorkflowSid is x, which is no SID of a workflow", "TaskQueueSid=x": "TaskQueueSid is x, which is no SID of a task queue",
		"ReservationSid=x": "ReservationSid is x, which is no SID of a reservation", "Sid=x": "Sid is x, which is no SID of an event",
		"TaskChannel=fax": "TaskChannel fax does not exist",
	} {
		p.refuses(message, http.MethodGet, "/Events?"+query)
	}
}

func TestEventsAreAskedForByTheirTime(t *testing.T) {
	inBubble(t, func(p *shop) {
		p.make("/Workers", "FriendlyName", "Old")
		later(10 * time.Minute)
		p.make("/Workers", "FriendlyName", "New")
		later(5 * time.Minute)
		found := func(query string) []any {
			return p.get("/Events?EventType=worker.created&" + query).list("event_date")
		}
		const old, fresh = midnight, "2000-01-01T00:10:00Z"
		assert.Equal(t, []any{fresh, old}, found(""), "in the last 15 minutes")
		later(time.Second)
		for query, want := range map[string][]any{
			"": {fresh}, "Minutes=5": {}, "Minutes=6": {fresh}, "Minutes=43200": {fresh, old},
			"StartDate=2000-01-01": {fresh, old}, "StartDate=2000-01-01T00:00:00Z": {fresh, old}, "StartDate=2000-01-01T00:00:01Z": {fresh},
			"EndDate=2000-01-01T00:09:59Z": {old}, "EndDate=2000-01-01T00:10:00Z": {fresh, old}, "EndDate=1999-12-31": {}, "StartDate=2001-01-01": {},
			"StartDate=2000-01-01T00:10:00Z&EndDate=2000-01-01T00:10:00Z": {fresh}, "StartDate=1999-12-02T00:15:01Z": {fresh, old},
		} {
			assert.Equal(t, want, found(query), query)
		}
		for query, message := range map[string]string{
			"Minutes=0": "Minutes must be 1 or more", "Minutes=x": `Minutes cannot be read: "x" is no integer`,
			"Minutes=5&StartDate=2000-01-01": "Minutes cannot be combined with StartDate and EndDate", "Minutes=5&EndDate=2000-01-01": "Minutes cannot be combined with StartDate and EndDate",
			"StartDate=1999-12-02T00:15:00Z": "StartDate is more than 30 days ago", "StartDate=2000-01-02&EndDate=2000-01-01": "StartDate is after EndDate",
			"EndDate=x": `EndDate cannot be read: "x" is no time, expected the like of 2016-07-31T12:00:00Z or 2016-07-31`,
		} {
			p.refuses(message, http.MethodGet, "/Events?"+query)
		}
	})
}

func TestEventsAreKeptForThirtyDays(t *testing.T) {
	inBubble(t, func(p *shop) {
		event := "/Events/" + p.list("sid", "/Events")[0].(string)
		later(30 * 24 * time.Hour)
		p.make("/Workers", "FriendlyName", "Ann")
		p.get(event)
		later(time.Second)
		p.make("/Workers", "FriendlyName", "Bob")
		p.lacks(event)
		assert.Equal(t, []any{"worker.created", "worker.created"}, p.list("event_type", "/Events", "Minutes", "43200"))
	})
}

func TestEventsStayWhenWhatTheyAreAboutIsDeleted(t *testing.T) {
	p := newShop(t)
	worker := p.make("/Workers", "FriendlyName", "Ann")
	p.remove("/Workers/" + worker)
	assert.Equal(t, []any{"worker.deleted", "worker.created"}, p.list("event_type", "/Events", "WorkerSid", worker))
	assert.Equal(t, []any{p.url("/Workers/" + worker), p.url("/Workers/" + worker)}, p.list("resource_url", "/Events", "WorkerSid", worker))
	paths := map[any]any{}
	kinds, urls := p.list("resource_type", "/Events"), p.list("resource_url", "/Events")
	for i := range kinds {
		paths[kinds[i]] = urls[i]
	}
	assert.Equal(t, p.url(""), paths["workspace"])
	assert.Contains(t, paths["activity"], p.url("/Activities/WA"))
	assert.Contains(t, paths["task-channel"], p.url("/TaskChannels/TC"))
}

func TestEventsAreGoneAfterThirtyDays(t *testing.T) {
	inBubble(t, func(p *shop) {
		event := "/Events/" + p.list("sid", "/Events", "EventType", "workspace.created")[0].(string)
		later(30 * 24 * time.Hour)
		assert.Equal(p.t, "workspace.created", p.get(event).text("event_type"))
		assert.NotEmpty(p.t, p.list("sid", "/Events", "EndDate", "2000-01-31"))
		later(time.Second)
		assert.Equal(p.t, http.StatusNotFound, p.call(http.MethodGet, event).Status)
		assert.Empty(p.t, p.list("sid", "/Events", "EndDate", "2000-01-31"))
	})
}

func TestAnEndDateHoldsAllOfItsSecond(t *testing.T) {
	inBubble(t, func(p *shop) {
		later(26*time.Second + 900*time.Millisecond)
		p.make("/Workers", "FriendlyName", "Ann")
		assert.Len(p.t, p.list("sid", "/Events", "EventType", "worker.created", "EndDate", "2000-01-01T00:00:26Z"), 1)
		assert.Empty(p.t, p.list("sid", "/Events", "EventType", "worker.created", "EndDate", "2000-01-01T00:00:25Z"))
	})
}

func TestEachEventSaysInASentenceWhatHappenedAndToWhat(t *testing.T) {
	p := newShop(t)
	activity := p.make("/Activities", "FriendlyName", "Lunch")
	p.update("/Activities/"+activity, "FriendlyName", "Break")
	p.remove("/Activities/" + activity)
	channel := p.make("/TaskChannels", "FriendlyName", "Fax", "UniqueName", "fax")
	p.update("/TaskChannels/fax", "FriendlyName", "Letter")
	p.remove("/TaskChannels/fax")
	queue := p.make("/TaskQueues", "FriendlyName", "English")
	p.update("/TaskQueues/"+queue, "TargetWorkers", "1==2")
	p.remove("/TaskQueues/" + queue)
	flow := p.make("/Workflows", "FriendlyName", "Calls", "Configuration", noFilters)
	p.update("/Workflows/"+flow, "FriendlyName", "Mails")
	p.remove("/Workflows/" + flow)
	worker := p.make("/Workers", "FriendlyName", "Ann")
	p.update("/Workers/"+worker, "Attributes", `{"a":1}`)
	p.update("/Workers/"+worker+"/Channels/voice", "Capacity", "2", "Available", "no")
	p.remove("/Workers/" + worker)
	task := p.make("/Tasks")
	p.update("/Tasks/"+task, "AssignmentStatus", "canceled", "Priority", "1")
	p.remove("/Tasks/" + task)
	p.update("", "FriendlyName", "Help")
	about := make(map[string][]any)
	for _, entry := range p.get("/Events?PageSize=1000").entries() {
		event := entry.(map[string]any)
		fact := strings.ReplaceAll(event["resource_type"].(string), "-", "_") + "_sid"
		assert.Equal(t, event["resource_sid"], event["event_data"].(map[string]any)[fact], event["event_type"])
		if kind := event["event_type"].(string); about[kind] == nil { // of a kind, the last one
			about[kind] = []any{event["description"], event["resource_type"], event["resource_sid"]}
		}
	}
	assert.Equal(t, map[string][]any{
		"workspace.created":                  {"Workspace Support created", "workspace", p.sid},
		"workspace.updated":                  {"Workspace Help updated", "workspace", p.sid},
		"activity.created":                   {"Activity Lunch created", "activity", activity},
		"activity.updated":                   {"Activity Break updated", "activity", activity},
		"activity.deleted":                   {"Activity Break deleted", "activity", activity},
		"task-channel.created":               {"Task channel Fax created", "task-channel", channel},
		"task-channel.updated":               {"Task channel Letter updated", "task-channel", channel},
		"task-channel.deleted":               {"Task channel Letter deleted", "task-channel", channel},
		"task-queue.created":                 {"TaskQueue English created", "task-queue", queue},
		"task-queue.expression.updated":      {"TaskQueue English expression updated", "task-queue", queue},
		"task-queue.deleted":                 {"TaskQueue English deleted", "task-queue", queue},
		"workflow.created":                   {"Workflow Calls created", "workflow", flow},
		"workflow.updated":                   {"Workflow Mails updated", "workflow", flow},
		"workflow.deleted":                   {"Workflow Mails deleted", "workflow", flow},
		"worker.created":                     {"Worker Ann created", "worker", worker},
		"worker.attributes.update":           {"Worker Ann attributes updated", "worker", worker},
		"worker.capacity.update":             {"Worker Ann capacity updated", "worker", worker},
		"worker.channel.availability.update": {"Worker Ann channel availability updated", "worker", worker},
		"worker.deleted":                     {"Worker Ann deleted", "worker", worker},
		"task.created":                       {"Task " + task + " created", "task", task},
		"workflow.entered":                   {"Task " + task + " entered Workflow Default Fifo Workflow", "task", task},
		"workflow.target-matched":            {"Task " + task + " matched a target of Workflow Default Fifo Workflow", "task", task},
		"task-queue.entered":                 {"Task " + task + " entered TaskQueue Sample Queue", "task", task},
		"task.canceled":                      {"Task " + task + " canceled", "task", task},
		"task.updated":                       {"Task " + task + " updated", "task", task},
		"task.deleted":                       {"Task " + task + " deleted", "task", task},
	}, about)
}

func TestTheLastEventOfAllIsForgottenToo(t *testing.T) {
	inBubble(t, func(p *shop) {
		newest := "/Events/" + p.list("sid", "/Events")[0].(string)
		later(30*24*time.Hour + time.Second)
		p.lacks(newest)
	})
}
