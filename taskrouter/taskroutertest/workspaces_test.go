package taskroutertest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAWorkspaceIsMadeWithDefaults(t *testing.T) {
	inBubble(t, func(p *shop) {
		offline := p.named("/Activities", "Offline")
		assert.Equal(t, map[string]any{
			"sid": p.sid, "account_sid": p.server.AccountSID(), "friendly_name": "Support",
			"event_callback_url": "", "events_filter": nil,
			"default_activity_sid": offline, "default_activity_name": "Offline",
			"timeout_activity_sid": offline, "timeout_activity_name": "Offline",
			"multi_task_enabled": true, "prioritize_queue_order": "FIFO",
			"date_created": midnight, "date_updated": midnight, "url": p.url(""),
			"links": map[string]any{
				"activities": p.url("/Activities"), "cumulative_statistics": p.url("/CumulativeStatistics"), "events": p.url("/Events"),
				"real_time_statistics": p.url("/RealTimeStatistics"), "statistics": p.url("/Statistics"), "task_channels": p.url("/TaskChannels"),
				"task_queues": p.url("/TaskQueues"), "tasks": p.url("/Tasks"), "workers": p.url("/Workers"), "workflows": p.url("/Workflows"),
			},
		}, p.get("").Body)
	})
}

func TestEveryWorkspaceHasActivitiesAndTaskChannels(t *testing.T) {
	p := newShop(t)
	queue := p.named("/TaskQueues", "Sample Queue")
	assert.Equal(t, "1==1", p.get("/TaskQueues/" + queue).Body["target_workers"])
	flow := p.get("/Workflows/" + p.named("/Workflows", "Default Fifo Workflow")).Body
	assert.Equal(t, `{"task_routing":{"default_filter":{"queue":"`+queue+`"}}}`, flow["configuration"])
	assert.EqualValues(t, 120, flow["task_reservation_timeout"])
	assert.Nil(t, flow["assignment_callback_url"])

	for template, samples := range map[string]int{"FIFO": 1, "NONE": 0, "": 0} {
		pairs := []string{"FriendlyName", "Other", "Template", template}
		if template == "" {
			pairs = pairs[:2]
		}
		p.sid = p.workspace(pairs...)
		assert.Equal(t, []any{"Offline", "Available", "Unavailable"}, p.list("friendly_name", "/Activities"))
		assert.Equal(t, []any{false, true, false}, p.list("available", "/Activities"))
		assert.Equal(t, []any{"default", "voice", "chat", "sms", "video"}, p.list("unique_name", "/TaskChannels"))
		assert.Len(t, p.list("sid", "/TaskQueues"), samples)
		assert.Len(t, p.list("sid", "/Workflows"), samples)
		assert.Empty(t, p.list("sid", "/Workers"))
		assert.Empty(t, p.list("sid", "/Tasks"))
	}
}

func TestAWorkspaceIsMadeOfWhatIsSent(t *testing.T) {
	p := newShop(t)
	p.sid = p.workspace("FriendlyName", strings.Repeat("é", 64), "EventCallbackUrl", "https://example.com/events#rc=2", "EventsFilter", "task.created, task.updated",
		"MultiTaskEnabled", "no", "PrioritizeQueueOrder", "LIFO", "DefaultAttentionProfileSid", "ignored")
	body := p.get("").Body
	assert.Equal(t, strings.Repeat("é", 64), body["friendly_name"])
	assert.Equal(t, "https://example.com/events#rc=2", body["event_callback_url"])
	assert.Equal(t, "task.created, task.updated", body["events_filter"])
	assert.Equal(t, false, body["multi_task_enabled"])
	assert.Equal(t, "LIFO", body["prioritize_queue_order"])
}

func TestAWorkspaceIsNotMadeOfWhatCannotBe(t *testing.T) {
	s := newServer(t)
	for message, pairs := range map[string][]string{
		"FriendlyName field is required":                               nil,
		"FriendlyName must not be empty":                               {"FriendlyName", ""},
		"FriendlyName has 65 characters, at most 64 are allowed":       {"FriendlyName", strings.Repeat("é", 65)},
		"EventCallbackUrl is not an absolute http or https URL":        {"FriendlyName", "a", "EventCallbackUrl", "example.com"},
		`Template cannot be "LIFO"`:                                    {"FriendlyName", "a", "Template", "LIFO"},
		`PrioritizeQueueOrder cannot be "NONE"`:                        {"FriendlyName", "a", "PrioritizeQueueOrder", "NONE"},
		"FriendlyName cannot be read: is given 2 times, expected once": {"FriendlyName", "a", "FriendlyName", "b"},
	} {
		refused := send(t, s, http.MethodPost, "/Workspaces", fields(pairs...))
		assert.Equal(t, http.StatusBadRequest, refused.Status, message)
		assert.Equal(t, message, refused.text("message"))
	}
	assert.Empty(t, send(t, s, http.MethodGet, "/Workspaces", nil).entries())
}

func TestAWorkspaceChangesInWhatIsSent(t *testing.T) {
	inBubble(t, func(p *shop) {
		later(time.Minute)
		available, unavailable := p.named("/Activities", "Available"), p.named("/Activities", "Unavailable")
		changed := p.update("", "FriendlyName", strings.Repeat("a", 65), "DefaultActivitySid", available, "TimeoutActivitySid", unavailable,
			"EventCallbackUrl", "https://example.com", "EventsFilter", "task.created", "PrioritizeQueueOrder", "LIFO").Body
		assert.Equal(t, "Available", changed["default_activity_name"])
		assert.Equal(t, "Unavailable", changed["timeout_activity_name"])
		assert.Equal(t, strings.Repeat("a", 65), changed["friendly_name"], "an update has no limit")
		assert.Equal(t, "https://example.com", changed["event_callback_url"])
		assert.Equal(t, "task.created", changed["events_filter"])
		assert.Equal(t, "LIFO", changed["prioritize_queue_order"])
		assert.Equal(t, minuteLater, changed["date_updated"])
		assert.Equal(t, midnight, changed["date_created"])
		assert.Equal(t, changed, p.get("").Body)

		changed = p.update("", "EventCallbackUrl", "", "EventsFilter", "").Body
		assert.Equal(t, [2]any{"", nil}, [2]any{changed["event_callback_url"], changed["events_filter"]})
		assert.Equal(t, available, changed["default_activity_sid"])

		p.refuses("FriendlyName must not be empty", http.MethodPost, "", "FriendlyName", "")
		p.refuses("Activity WA00000000000000000000000000000000 does not exist", http.MethodPost, "", "DefaultActivitySid", "WA00000000000000000000000000000000")
		p.refuses("TimeoutActivitySid is x, which is no SID of an activity", http.MethodPost, "", "TimeoutActivitySid", "x")
		p.refuses(`PrioritizeQueueOrder cannot be "x"`, http.MethodPost, "", "PrioritizeQueueOrder", "x")
		p.refuses("EventCallbackUrl is not an absolute http or https URL", http.MethodPost, "", "EventCallbackUrl", "x")
	})
}

func TestMultitaskingCannotBeTurnedOff(t *testing.T) {
	p := newShop(t)
	p.refuses("MultiTaskEnabled of workspace "+p.sid+" cannot be turned off", http.MethodPost, "", "MultiTaskEnabled", "false")
	p.update("", "MultiTaskEnabled", "true")

	multi := p.sid
	p.sid = p.workspace("FriendlyName", "Single", "MultiTaskEnabled", "false")
	p.update("", "MultiTaskEnabled", "false")
	p.sid = multi
	assert.Equal(t, false, p.update("", "MultiTaskEnabled", "false").Body["multi_task_enabled"], "beside another that has none")
	assert.Equal(t, true, p.update("", "MultiTaskEnabled", "yes").Body["multi_task_enabled"])
}

func TestADeletedWorkspaceIsGoneWithAllInIt(t *testing.T) {
	p := newShop(t)
	kept, worker := p.workspace("FriendlyName", "Kept"), p.make("/Workers", "FriendlyName", "Ann")
	p.remove("")
	for _, path := range []string{"", "/Workers/" + worker, "/Workers", "/Activities", "/Events", "/TaskQueues"} {
		p.lacks(path)
	}
	assert.Equal(t, http.StatusNotFound, p.call(http.MethodDelete, "").Status)
	assert.Equal(t, http.StatusNotFound, p.call(http.MethodPost, "", "FriendlyName", "a").Status)
	assert.Equal(t, http.StatusNotFound, p.call(http.MethodPost, "/Workers", "FriendlyName", "a").Status)
	assert.Equal(t, []any{kept}, send(t, p.server, http.MethodGet, "/Workspaces", nil).list("sid"))
}

func TestWorkspacesAreFoundByName(t *testing.T) {
	p := newShop(t)
	p.workspace("FriendlyName", "Sales")
	sales := p.workspace("FriendlyName", "Sales", "Template", "NONE")
	found := func(query string) []any {
		return send(t, p.server, http.MethodGet, "/Workspaces"+query, nil).list("sid")
	}
	assert.Len(t, found(""), 3)
	assert.Len(t, found("?FriendlyName="), 3)
	require.Len(t, found("?FriendlyName=Sales"), 2)
	assert.Equal(t, sales, found("?FriendlyName=Sales")[1])
	assert.Empty(t, found("?FriendlyName=sales"))
	assert.Empty(t, found("?FriendlyName=Sale"))
}
