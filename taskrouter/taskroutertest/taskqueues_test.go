package taskroutertest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestATaskQueueIsMadeWithDefaults(t *testing.T) {
	inBubble(t, func(p *shop) {
		sid := p.make("/TaskQueues", "FriendlyName", "English")
		path := "/TaskQueues/" + sid
		want := map[string]any{
			"sid": sid, "account_sid": p.server.AccountSID(), "workspace_sid": p.sid, "friendly_name": "English",
			"target_workers": "1==1", "max_reserved_workers": 1.0, "task_order": "FIFO",
			"reservation_activity_sid": nil, "reservation_activity_name": nil, "assignment_activity_sid": nil, "assignment_activity_name": nil,
			"date_created": midnight, "date_updated": midnight, "url": p.url(path),
			"links": map[string]any{
				"assignment_activity": nil, "reservation_activity": nil, "workspace": p.url(""),
				"statistics": p.url(path + "/Statistics"), "real_time_statistics": p.url(path + "/RealTimeStatistics"),
				"cumulative_statistics": p.url(path + "/CumulativeStatistics"), "list_statistics": p.url("/TaskQueues/Statistics"),
				"bulk_real_time_statistics": p.url("/TaskQueues/RealTimeStatistics"),
			},
		}
		assert.Equal(t, want, p.get(path).Body)
	})
}

func TestATaskQueueIsMadeOfWhatIsSentAndChangesInIt(t *testing.T) {
	inBubble(t, func(p *shop) {
		available, offline := p.named("/Activities", "Available"), p.named("/Activities", "Offline")
		sent := []string{
			"FriendlyName", strings.Repeat("a", 65), "TargetWorkers", `languages HAS "en"`, "MaxReservedWorkers", "50", "TaskOrder", "LIFO",
			"ReservationActivitySid", available, "AssignmentActivitySid", offline,
		}
		made := p.get("/TaskQueues/" + p.make("/TaskQueues", sent...)).Body
		path := "/TaskQueues/" + p.named("/TaskQueues", "Sample Queue")
		later(time.Minute)
		changed := p.update(path, sent...).Body
		assert.Equal(t, minuteLater, changed["date_updated"])
		for _, queue := range []map[string]any{made, changed} {
			assert.Equal(t, strings.Repeat("a", 65), queue["friendly_name"])
			assert.Equal(t, `languages HAS "en"`, queue["target_workers"])
			assert.EqualValues(t, 50, queue["max_reserved_workers"])
			assert.Equal(t, "LIFO", queue["task_order"])
			assert.Equal(t, available, queue["reservation_activity_sid"])
			assert.Equal(t, "Available", queue["reservation_activity_name"])
			assert.Equal(t, offline, queue["assignment_activity_sid"])
			assert.Equal(t, "Offline", queue["assignment_activity_name"])
			links := queue["links"].(map[string]any)
			assert.Equal(t, p.url("/Activities/"+available), links["reservation_activity"])
			assert.Equal(t, p.url("/Activities/"+offline), links["assignment_activity"])
		}
		assert.Equal(t, "LIFO", p.update(path, "FriendlyName", "b").Body["task_order"])
		assert.Equal(t, []any{""}, []any{p.update(path, "TargetWorkers", "").Body["target_workers"]}, "which is nobody")
	})
}

func TestATaskQueueIsNotMadeOfWhatCannotBe(t *testing.T) {
	p := newShop(t)
	for message, pair := range map[string][2]string{
		"FriendlyName must not be empty":                                         {"FriendlyName", ""},
		"MaxReservedWorkers must be from 1 to 50":                                {"MaxReservedWorkers", "0"},
		`TaskOrder cannot be "fifo"`:                                             {"TaskOrder", "fifo"},
		"Activity WA00000000000000000000000000000000 does not exist":             {"ReservationActivitySid", "WA00000000000000000000000000000000"},
		"AssignmentActivitySid is x, which is no SID of an activity":             {"AssignmentActivitySid", "x"},
		"ReservationActivitySid is , which is no SID of an activity":             {"ReservationActivitySid", ""},
		`MaxReservedWorkers cannot be read: "many" is no integer`:                {"MaxReservedWorkers", "many"},
		`MaxReservedWorkers cannot be read: "99999999999999999999" is too large`: {"MaxReservedWorkers", "99999999999999999999"},
	} {
		pairs := append([]string{"FriendlyName", "a"}, pair[:]...)
		if pair[0] == "FriendlyName" {
			pairs = pair[:]
		}
		p.refuses(message, http.MethodPost, "/TaskQueues", pairs...)
		p.refuses(message, http.MethodPost, "/TaskQueues/"+p.named("/TaskQueues", "Sample Queue"), pairs...)
	}
	p.refuses("MaxReservedWorkers must be from 1 to 50", http.MethodPost, "/TaskQueues", "FriendlyName", "a", "MaxReservedWorkers", "51")
	p.refuses("FriendlyName field is required", http.MethodPost, "/TaskQueues")
	refused := p.call(http.MethodPost, "/TaskQueues", "FriendlyName", "a", "TargetWorkers", "skill-level > 3")
	assert.Equal(t, http.StatusBadRequest, refused.Status)
	assert.Contains(t, refused.text("message"), "TargetWorkers: ")
	assert.NotContains(t, refused.text("message"), "expression: ")
}

func TestTaskQueuesAreFoundByNameAndByWhoServesThem(t *testing.T) {
	p := newShop(t)
	p.make("/TaskQueues", "FriendlyName", "English", "TargetWorkers", `languages HAS "en"`)
	p.make("/TaskQueues", "FriendlyName", "Nobody", "TargetWorkers", "")
	p.make("/TaskQueues", "FriendlyName", "Ann", "TargetWorkers", `friendly_name == "Ann"`)
	ann := p.make("/Workers", "FriendlyName", "Ann", "Attributes", `{"languages":["en"]}`)
	bob := p.make("/Workers", "FriendlyName", "Bob")
	all := []any{"Sample Queue", "English", "Nobody", "Ann"}
	for query, want := range map[string][]any{
		"":                     all,
		"FriendlyName=English": {"English"},
		"FriendlyName=english": {},
		"FriendlyName=&WorkerSid=&EvaluateWorkerAttributes=&Ordering=": all,
		"WorkerSid=" + ann: {"Sample Queue", "English", "Ann"},
		"WorkerSid=" + bob: {"Sample Queue"},
		"WorkerSid=WK00000000000000000000000000000000":                                   {},
		"EvaluateWorkerAttributes=" + escape(`{"languages":["en"]}`):                     {"Sample Queue", "English"},
		"EvaluateWorkerAttributes=" + escape(`{}`):                                       {"Sample Queue"},
		"FriendlyName=English&EvaluateWorkerAttributes=" + escape(`{}`):                  {},
		"FriendlyName=Ann&EvaluateWorkerAttributes=" + escape(`{"friendly_name":"Ann"}`): {"Ann"},
	} {
		assert.Equal(t, want, p.get("/TaskQueues?"+query).list("friendly_name"), query)
	}
	p.refuses("WorkerSid is WQ00000000000000000000000000000000, which is no SID of a worker", http.MethodGet, "/TaskQueues?WorkerSid=WQ00000000000000000000000000000000")
	for _, text := range []string{"x", "[]", "1", "null", `"a"`, `{"a":`} {
		p.refuses("EvaluateWorkerAttributes is not a JSON object", http.MethodGet, "/TaskQueues?EvaluateWorkerAttributes="+escape(text))
	}
}

func TestTaskQueuesAreSortedByTheirLastChange(t *testing.T) {
	inBubble(t, func(p *shop) {
		later(time.Second)
		second := p.make("/TaskQueues", "FriendlyName", "Second")
		later(time.Second)
		p.make("/TaskQueues", "FriendlyName", "Third")
		later(time.Second)
		p.update("/TaskQueues/"+second, "FriendlyName", "Changed")
		assert.Equal(t, []any{"Sample Queue", "Third", "Changed"}, p.list("friendly_name", "/TaskQueues", "Ordering", "DateUpdated:asc"))
		assert.Equal(t, []any{"Changed", "Third", "Sample Queue"}, p.list("friendly_name", "/TaskQueues", "Ordering", "DateUpdated:desc"))
		p.refuses("Ordering is DateUpdated, expected :asc or :desc after DateUpdated", http.MethodGet, "/TaskQueues?Ordering=DateUpdated")
		p.refuses("Ordering is Priority:asc, expected each of DateUpdated once at most", http.MethodGet, "/TaskQueues?Ordering=Priority:asc")
		p.refuses("Ordering is DateUpdated:asc,DateUpdated:asc, expected each of DateUpdated once at most", http.MethodGet, "/TaskQueues?Ordering=DateUpdated:asc,DateUpdated:asc")
	})
}

func TestATaskQueueIsDeletedOnlyIfNothingLeadsThere(t *testing.T) {
	p := newShop(t)
	sample := p.named("/TaskQueues", "Sample Queue")
	p.refuses("Task queue "+sample+" is named by workflow "+p.named("/Workflows", "Default Fifo Workflow"), http.MethodDelete, "/TaskQueues/"+sample)
	queue := p.make("/TaskQueues", "FriendlyName", "a")
	flow := p.make("/Workflows", "FriendlyName", "a", "Configuration", `{"task_routing":{"filters":[{"expression":"1==1","targets":[{"queue":"`+sample+`"},{"queue":"`+queue+`"}]}]}}`)
	p.refuses("Task queue "+queue+" is named by workflow "+flow, http.MethodDelete, "/TaskQueues/"+queue)
	p.remove("/Workflows/" + flow)
	task := p.make("/Tasks", "RoutingTarget", queue)
	p.refuses("Task queue "+queue+" holds tasks that are pending", http.MethodDelete, "/TaskQueues/"+queue)
	p.update("/Tasks/"+task, "AssignmentStatus", "canceled")
	p.remove("/TaskQueues/" + queue)
	p.lacks("/TaskQueues/" + queue)
	assert.Nil(t, p.get("/Tasks/" + task).Body["task_queue_sid"])
	assert.Nil(t, p.get("/Tasks/" + task).Body["links"].(map[string]any)["task_queue"])
}

func TestATaskQueueIsKeptAsLongAsATaskFollowsRulesThatLeadThere(t *testing.T) {
	p := newShop(t)
	sample, queue := p.named("/TaskQueues", "Sample Queue"), p.make("/TaskQueues", "FriendlyName", "a")
	flow := p.named("/Workflows", "Default Fifo Workflow")
	p.update("/Workflows/"+flow, "Configuration", `{"task_routing":{"filters":[{"expression":"1==1","targets":[{"queue":"`+sample+`","timeout":10},{"queue":"`+queue+`"}]}]}}`)
	task := p.make("/Tasks")
	p.update("/Workflows/"+flow, "Configuration", `{"task_routing":{"default_filter":{"queue":"`+sample+`"}}}`)
	p.refuses("Task queue "+queue+" is named by workflow "+flow, http.MethodDelete, "/TaskQueues/"+queue)
	p.update("/Tasks/"+task, "Attributes", "{}") // which lets it follow those of now
	p.remove("/TaskQueues/" + queue)
}
