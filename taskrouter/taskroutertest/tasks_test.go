package taskroutertest_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestATaskIsMadeWithDefaults(t *testing.T) {
	inBubble(t, func(p *shop) {
		made := p.call(http.MethodPost, "/Tasks")
		sid := made.text("sid")
		path := "/Tasks/" + sid
		flow, queue := p.named("/Workflows", "Default Fifo Workflow"), p.named("/TaskQueues", "Sample Queue")
		want := map[string]any{
			"sid": sid, "account_sid": p.server.AccountSID(), "workspace_sid": p.sid, "assignment_status": "pending", "attributes": "{}",
			"addons": "{}", "age": 0.0, "priority": 0.0, "reason": nil, "timeout": 86400.0, "virtual_start_time": midnight,
			"routing_target": nil, "ignore_capacity": false, "task_channel_unique_name": "default",
			"task_channel_sid": p.get("/TaskChannels/default").text("sid"),
			"task_queue_sid":   queue, "task_queue_friendly_name": "Sample Queue", "task_queue_entered_date": nil,
			"workflow_sid": flow, "workflow_friendly_name": "Default Fifo Workflow",
			"date_created": midnight, "date_updated": midnight, "url": p.url(path),
			"links": map[string]any{
				"workspace": p.url(""), "workflow": p.url("/Workflows/" + flow), "task_queue": p.url("/TaskQueues/" + queue), "reservations": p.url(path + "/Reservations"),
			},
		}
		assert.Equal(t, want, made.Body)

		later(90 * time.Second)
		want["age"], want["task_queue_entered_date"] = 90.0, midnight
		assert.Equal(t, want, p.get(path).Body, "once its workflow has put it into a queue")
		assert.Empty(t, p.get(path+"/Reservations").entries())
	})
}

func TestATaskIsMadeOfWhatIsSent(t *testing.T) {
	inBubble(t, func(p *shop) {
		later(time.Hour)
		queue, flow, worker := p.named("/TaskQueues", "Sample Queue"), p.named("/Workflows", "Default Fifo Workflow"), p.make("/Workers", "FriendlyName", "Ann")
		body := p.get("/Tasks/" + p.make("/Tasks", "Attributes", `{"type": "call"}`, "WorkflowSid", flow, "Priority", "2147483647", "Timeout", "1209600",
			"TaskChannel", "voice", "VirtualStartTime", "1900-01-01T00:00:00Z", "RoutingTarget", worker, "TaskQueueSid", queue, "AssignmentStatus", "pending",
			"OperatingUnitSid", "ignored")).Body
		assert.Equal(t, `{"type":"call"}`, body["attributes"])
		assert.EqualValues(t, 2147483647, body["priority"])
		assert.EqualValues(t, 1209600, body["timeout"])
		assert.Equal(t, "voice", body["task_channel_unique_name"])
		assert.Equal(t, "1900-01-01T00:00:00Z", body["virtual_start_time"])
		assert.Equal(t, worker, body["routing_target"])
		assert.Equal(t, queue, body["task_queue_sid"])
		assert.Equal(t, "Sample Queue", body["task_queue_friendly_name"])
		assert.Equal(t, p.url("/TaskQueues/"+queue), body["links"].(map[string]any)["task_queue"])
		assert.Equal(t, true, body["ignore_capacity"], "of a task for a worker")
		assert.Equal(t, "chat", p.get("/Tasks/" + p.make("/Tasks", "TaskChannel", p.get("/TaskChannels/chat").text("sid"))).Body["task_channel_unique_name"])
		assert.Equal(t, "2000-01-01T01:00:00Z", p.get("/Tasks/" + p.make("/Tasks", "VirtualStartTime", "2000-01-01T01:00:00Z")).Body["virtual_start_time"])
	})
}

func TestCapacityIsIgnoredOnlyForAWorker(t *testing.T) {
	p := newShop(t)
	targets := map[string]string{
		"": "", "worker": p.make("/Workers", "FriendlyName", "Ann"), "queue": p.named("/TaskQueues", "Sample Queue"), "workflow": p.named("/Workflows", "Default Fifo Workflow"),
	}
	for target, sid := range targets {
		for flag, forWorker := range map[string]bool{"": true, "true": true, "1": true, "false": false, "x": false} {
			pairs := []string{}
			if sid != "" {
				pairs = append(pairs, "RoutingTarget", sid)
			}
			if flag != "" {
				pairs = append(pairs, "IgnoreCapacity", flag)
			}
			body := p.get("/Tasks/" + p.make("/Tasks", pairs...)).Body
			assert.Equal(t, target == "worker" && forWorker, body["ignore_capacity"], "%s %s", target, flag)
		}
	}
}

func TestATaskNeedsAWorkflowUnlessThereIsOne(t *testing.T) {
	p := newShop(t)
	only := p.named("/Workflows", "Default Fifo Workflow")
	assert.Equal(t, only, p.get("/Tasks/" + p.make("/Tasks")).Body["workflow_sid"])
	second := p.make("/Workflows", "FriendlyName", "a", "Configuration", noFilters)
	p.refuses("WorkflowSid field is required", http.MethodPost, "/Tasks")
	assert.Equal(t, second, p.get("/Tasks/" + p.make("/Tasks", "WorkflowSid", second)).Body["workflow_sid"])
	assert.Equal(t, second, p.get("/Tasks/" + p.make("/Tasks", "RoutingTarget", second)).Body["workflow_sid"])
	assert.Equal(t, second, p.get("/Tasks/" + p.make("/Tasks", "RoutingTarget", second, "WorkflowSid", only)).Body["workflow_sid"])
	p.refuses("WorkflowSid field is required", http.MethodPost, "/Tasks", "RoutingTarget", p.named("/TaskQueues", "Sample Queue"))
	p.refuses("Workflow WW00000000000000000000000000000000 does not exist", http.MethodPost, "/Tasks", "WorkflowSid", "WW00000000000000000000000000000000")
	p.refuses("WorkflowSid is , which is no SID of a workflow", http.MethodPost, "/Tasks", "WorkflowSid", "")
	p.sid = p.workspace("FriendlyName", "Empty")
	p.refuses("WorkflowSid field is required", http.MethodPost, "/Tasks")
	p.refuses("Workflow "+only+" does not exist", http.MethodPost, "/Tasks", "WorkflowSid", only)
}

func TestATaskIsNotMadeOfWhatCannotBe(t *testing.T) {
	inBubble(t, func(p *shop) {
		task := "/Tasks/" + p.make("/Tasks", "Priority", "3")
		before := p.get(task).Body
		both := map[string][2]string{
			"Attributes is not a JSON object":              {"Attributes", "x"},
			`AssignmentStatus cannot be "lost"`:            {"AssignmentStatus", "lost"},
			"Priority must be from 0 to 2147483647":        {"Priority", "-1"},
			"TaskChannel fax does not exist":               {"TaskChannel", "fax"},
			"VirtualStartTime cannot be in the future":     {"VirtualStartTime", "2000-01-01T00:00:01Z"},
			"VirtualStartTime cannot be before 1900":       {"VirtualStartTime", "1899-12-31T23:59:59Z"},
			`Priority cannot be read: "NaN" is no integer`: {"Priority", "NaN"},
			`VirtualStartTime cannot be read: "soon" is no time, expected the like of 2016-07-31T12:00:00Z or 2016-07-31`: {"VirtualStartTime", "soon"},
		}
		for message, pair := range both {
			p.refuses(message, http.MethodPost, "/Tasks", pair[:]...)
			p.refuses(message, http.MethodPost, task, pair[:]...)
		}
		p.refuses("Priority must be from 0 to 2147483647", http.MethodPost, task, "Priority", "2147483648")
		for message, pair := range map[string][2]string{
			"Timeout must be from 1 to 1209600":                            {"Timeout", "1209601"},
			"RoutingTarget x is no worker, task queue or workflow":         {"RoutingTarget", "x"},
			"TaskQueueSid is x, which is no SID of a task queue":           {"TaskQueueSid", "x"},
			"Task queue WQ00000000000000000000000000000000 does not exist": {"TaskQueueSid", "WQ00000000000000000000000000000000"},
		} {
			p.refuses(message, http.MethodPost, "/Tasks", pair[:]...)
		}
		p.refuses("Timeout must be from 1 to 1209600", http.MethodPost, "/Tasks", "Timeout", "0")
		assert.Equal(t, before, p.get(task).Body)
		assert.Len(t, p.list("sid", "/Tasks"), 1)
	})
}

func TestATaskChangesInWhatIsSent(t *testing.T) {
	inBubble(t, func(p *shop) {
		task := "/Tasks/" + p.make("/Tasks", "Attributes", `{"a":1}`)
		later(time.Minute)
		changed := p.update(task, "Priority", "5", "TaskChannel", "sms", "VirtualStartTime", "2000-01-01", "Reason", "why", "Timeout", "1").Body
		assert.EqualValues(t, 5, changed["priority"])
		assert.Equal(t, "sms", changed["task_channel_unique_name"])
		assert.Equal(t, midnight, changed["virtual_start_time"])
		assert.Equal(t, "why", changed["reason"])
		assert.EqualValues(t, 86400, changed["timeout"], "which cannot be changed")
		assert.Equal(t, minuteLater, changed["date_updated"])
		assert.Equal(t, midnight, changed["date_created"])
		assert.Equal(t, `{"a":1}`, changed["attributes"])
		changed = p.update(task, "Attributes", `{"b": 2}`).Body
		assert.Equal(t, `{"b":2}`, changed["attributes"])
		assert.Equal(t, "why", changed["reason"])
		assert.EqualValues(t, 5, changed["priority"])
	})
}

func TestATaskThatWaitsCanBeCanceledAndNothingElse(t *testing.T) {
	p := newShop(t)
	sid := p.make("/Tasks")
	task := "/Tasks/" + sid
	cannot := func(verb, state string) string {
		return "Cannot " + verb + " task " + sid + " in workspace " + p.sid + " for account " + p.server.AccountSID() + " because it is not " + state + "."
	}
	p.refuses(cannot("complete", "currently assigned"), http.MethodPost, task, "AssignmentStatus", "completed", "Reason", "x")
	p.refuses(cannot("wrap up a", "currently assigned"), http.MethodPost, task, "AssignmentStatus", "wrapping")
	p.refuses("AssignmentStatus cannot be set to reserved", http.MethodPost, task, "AssignmentStatus", "reserved")
	p.refuses("AssignmentStatus cannot be set to assigned", http.MethodPost, task, "AssignmentStatus", "assigned")
	body := p.get(task).Body
	assert.Equal(t, "pending", body["assignment_status"])
	assert.Nil(t, body["reason"])
	assert.Equal(t, "pending", p.update(task, "AssignmentStatus", "pending").Body["assignment_status"])

	changed := p.update(task, "AssignmentStatus", "canceled", "Reason", "gone", "Attributes", `{"a":1}`).Body
	assert.Equal(t, "canceled", changed["assignment_status"])
	assert.Equal(t, "gone", changed["reason"])
	assert.Equal(t, `{"a":1}`, changed["attributes"])
	p.refuses(cannot("cancel", "pending or reserved"), http.MethodPost, task, "AssignmentStatus", "canceled")
	p.refuses(cannot("complete", "currently assigned"), http.MethodPost, task, "AssignmentStatus", "completed")
	p.refuses("AssignmentStatus cannot be set to pending", http.MethodPost, task, "AssignmentStatus", "pending")

	without := p.update("/Tasks/"+p.make("/Tasks"), "AssignmentStatus", "canceled").Body
	assert.Equal(t, "canceled", without["assignment_status"], "without a reason")
	assert.Nil(t, without["reason"])
}

func TestADeletedTaskIsGone(t *testing.T) {
	p := newShop(t)
	task := "/Tasks/" + p.make("/Tasks")
	p.remove(task)
	p.lacks(task)
	p.lacks(task + "/Reservations")
	assert.Equal(t, http.StatusNotFound, p.call(http.MethodDelete, task).Status)
}

func TestTasksAreFiltered(t *testing.T) {
	p := newShop(t)
	queue, worker := p.named("/TaskQueues", "Sample Queue"), p.make("/Workers", "FriendlyName", "Ann")
	other := p.make("/TaskQueues", "FriendlyName", "Other")
	first := p.named("/Workflows", "Default Fifo Workflow")
	second := p.make("/Workflows", "FriendlyName", "Second", "Configuration", `{"task_routing":{"default_filter":{"queue":"`+other+`"}}}`)
	p.make("/Tasks", "WorkflowSid", first, "Attributes", `{"n":1,"type":"call"}`)
	p.make("/Tasks", "WorkflowSid", second, "Attributes", `{"n":2}`, "Priority", "7", "RoutingTarget", worker)
	p.update("/Tasks/"+p.make("/Tasks", "WorkflowSid", second, "Attributes", `{"n":3}`), "AssignmentStatus", "canceled")
	one, two, three := `{"n":1,"type":"call"}`, `{"n":2}`, `{"n":3}`
	all := []any{one, two, three}
	for query, want := range map[string][]any{
		"":           all,
		"Priority=7": {two}, "Priority=0": {one, three}, "Priority=8": {},
		"AssignmentStatus=pending": {one}, "AssignmentStatus=canceled,reserved": {two, three}, "AssignmentStatus=assigned": {},
		"AssignmentStatus=pending&AssignmentStatus=canceled": {one, three}, "AssignmentStatus=": all,
		"WorkflowSid=" + second: {two, three}, "WorkflowSid=WW00000000000000000000000000000000": {}, "WorkflowName=Second": {two, three}, "WorkflowName=x": {},
		"TaskQueueSid=" + queue: {one}, "TaskQueueSid=WQ00000000000000000000000000000000": {}, "TaskQueueName=Sample+Queue": {one}, "TaskQueueName=x": {},
		"TaskQueueSid=" + other: {two, three}, "TaskQueueSid=" + queue + "&TaskQueueName=Other": {},
		"RoutingTarget=" + worker: {two}, "RoutingTarget=WK00000000000000000000000000000000": {}, "RoutingTarget=": all,
		"HasAddons=true": {}, "HasAddons=false": all, "HasAddons=x": all,
		"EvaluateTaskAttributes=" + escape(`type == "call"`): {one}, "EvaluateTaskAttributes=" + escape("n > 1"): {two, three}, "EvaluateTaskAttributes=": all,
		"WorkflowSid=&WorkflowName=&TaskQueueSid=&TaskQueueName=&Ordering=": all,
		"Priority=7&AssignmentStatus=canceled":                              {},
	} {
		assert.Equal(t, want, p.get("/Tasks?"+query).list("attributes"), query)
	}
	for query, message := range map[string]string{
		"AssignmentStatus=lost":         `AssignmentStatus cannot be "lost"`,
		"AssignmentStatus=pending,lost": `AssignmentStatus cannot be "lost"`,
		"Priority=high":                 `Priority cannot be read: "high" is no integer`,
		"WorkflowSid=WQ1":               "WorkflowSid is WQ1, which is no SID of a workflow",
		"TaskQueueSid=x":                "TaskQueueSid is x, which is no SID of a task queue",
		"RoutingTarget=x":               "RoutingTarget is x, which is no SID of a worker, a task queue or a workflow",
	} {
		p.refuses(message, http.MethodGet, "/Tasks?"+query)
	}
	refused := p.call(http.MethodGet, "/Tasks?EvaluateTaskAttributes="+escape("1=="))
	assert.Equal(t, http.StatusBadRequest, refused.Status)
}

func TestTasksAreSorted(t *testing.T) {
	inBubble(t, func(p *shop) {
		later(time.Hour)
		for _, task := range [][3]string{{`{"n":1}`, "5", "2000-01-01T00:30:00Z"}, {`{"n":2}`, "9", "2000-01-01T00:10:00Z"}, {`{"n":3}`, "5", "2000-01-01T00:20:00Z"}} {
			p.make("/Tasks", "Attributes", task[0], "Priority", task[1], "VirtualStartTime", task[2])
			later(time.Second)
		}
		one, two, three := `{"n":1}`, `{"n":2}`, `{"n":3}`
		for ordering, want := range map[string][]any{
			"": {one, two, three}, "DateCreated:asc": {one, two, three}, "DateCreated:desc": {three, two, one},
			"Priority:asc": {one, three, two}, "Priority:desc": {two, one, three}, "Priority:desc,DateCreated:desc": {two, three, one},
			"VirtualStartTime:asc": {two, three, one}, "VirtualStartTime:desc": {one, three, two},
			"Priority:asc, VirtualStartTime:asc": {three, one, two}, "VirtualStartTime:asc,Priority:desc": {two, three, one},
		} {
			assert.Equal(t, want, p.list("attributes", "/Tasks", "Ordering", ordering), ordering)
		}
		const known = "DateCreated, Priority, VirtualStartTime once at most"
		for ordering, message := range map[string]string{
			"Age:asc":                              "Ordering is Age:asc, expected each of " + known,
			"Priority":                             "Ordering is Priority, expected :asc or :desc after Priority",
			"Priority:asc,Priority:asc":            "Ordering is Priority:asc,Priority:asc, expected each of " + known,
			"Priority:asc,":                        "Ordering is Priority:asc,, expected each of " + known,
			"DateCreated:asc,VirtualStartTime:asc": "Ordering cannot join DateCreated and VirtualStartTime",
		} {
			p.refuses(message, http.MethodGet, "/Tasks?Ordering="+escape(ordering))
		}
	})
}
