package taskroutertest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestAWorkerIsMadeWithDefaults(t *testing.T) {
	inBubble(t, func(p *shop) {
		sid := p.make("/Workers", "FriendlyName", "Ann")
		path := "/Workers/" + sid
		offline := p.named("/Activities", "Offline")
		assert.Equal(t, map[string]any{
			"sid": sid, "account_sid": p.server.AccountSID(), "workspace_sid": p.sid, "friendly_name": "Ann", "attributes": "{}",
			"activity_sid": offline, "activity_name": "Offline", "available": false,
			"date_created": midnight, "date_updated": midnight, "date_status_changed": midnight, "url": p.url(path),
			"links": map[string]any{
				"activity": p.url("/Activities/" + offline), "workspace": p.url(""), "channels": p.url(path + "/Channels"),
				"worker_channels": p.url(path + "/Channels"), "reservations": p.url(path + "/Reservations"),
				"statistics": p.url("/Workers/Statistics"), "real_time_statistics": p.url("/Workers/RealTimeStatistics"),
				"cumulative_statistics": p.url("/Workers/CumulativeStatistics"), "worker_statistics": p.url(path + "/Statistics"),
			},
		}, p.get(path).Body)
		assert.Empty(t, p.get(path+"/Reservations").entries())
	})
}

func TestAWorkerStartsInTheDefaultActivityUnlessAnotherIsNamed(t *testing.T) {
	p := newShop(t)
	unavailable, available := p.named("/Activities", "Unavailable"), p.named("/Activities", "Available")
	p.update("", "DefaultActivitySid", unavailable)
	assert.Equal(t, "Unavailable", p.get("/Workers/" + p.make("/Workers", "FriendlyName", "a")).Body["activity_name"])
	worker := p.get("/Workers/" + p.make("/Workers", "FriendlyName", "b", "ActivitySid", available)).Body
	assert.Equal(t, "Available", worker["activity_name"])
	assert.Equal(t, true, worker["available"])
}

func TestNamesOfWorkersDifferByMoreThanCase(t *testing.T) {
	p := newShop(t)
	const taken = "Worker with the same friendly name already exists"
	ann, bob := p.make("/Workers", "FriendlyName", "Ännchen"), p.make("/Workers", "FriendlyName", "Bob")
	p.refuses(taken, http.MethodPost, "/Workers", "FriendlyName", "äNNCHEN")
	p.refuses(taken, http.MethodPost, "/Workers/"+ann, "FriendlyName", "bOB")
	assert.Equal(t, "BOB", p.update("/Workers/"+bob, "FriendlyName", "BOB").Body["friendly_name"], "its own name in another case")
	p.update("/Workers/"+bob, "FriendlyName", "Carol")
	p.refuses(taken, http.MethodPost, "/Workers", "FriendlyName", "carol")
	p.make("/Workers", "FriendlyName", "Bob")
	p.remove("/Workers/" + ann)
	p.make("/Workers", "FriendlyName", "Ännchen")
	p.sid = p.workspace("FriendlyName", "Other")
	p.make("/Workers", "FriendlyName", "Bob")
}

func TestAWorkerIsNotMadeOfWhatCannotBe(t *testing.T) {
	p := newShop(t)
	worker := "/Workers/" + p.make("/Workers", "FriendlyName", "Ann", "Attributes", `{"a":1}`)
	before := p.get(worker).Body
	for message, pair := range map[string][2]string{
		"FriendlyName must not be empty":                             {"FriendlyName", ""},
		"FriendlyName has 65 characters, at most 64 are allowed":     {"FriendlyName", strings.Repeat("é", 65)},
		"Activity WA00000000000000000000000000000000 does not exist": {"ActivitySid", "WA00000000000000000000000000000000"},
		"ActivitySid is WQ1, which is no SID of an activity":         {"ActivitySid", "WQ1"},
		"Attributes is not a JSON object":                            {"Attributes", "[]"},
		"Attributes has 4097 characters, at most 4096 are allowed":   {"Attributes", `{}` + strings.Repeat(" ", 4095)},
	} {
		pairs := append([]string{"FriendlyName", "a"}, pair[:]...)
		if pair[0] == "FriendlyName" {
			pairs = pair[:]
		}
		p.refuses(message, http.MethodPost, "/Workers", pairs...)
		p.refuses(message, http.MethodPost, worker, pairs...)
	}
	for _, text := range []string{"x", "null", "1", `"a"`, `{"a":`, `{}{}`, `{'a':1}`, " "} {
		p.refuses("Attributes is not a JSON object", http.MethodPost, worker, "Attributes", text)
	}
	p.refuses("FriendlyName field is required", http.MethodPost, "/Workers")
	assert.Equal(t, before, p.get(worker).Body)
	assert.Len(t, p.list("sid", "/Workers"), 1)
}

func TestAttributesComeBackWithoutWhiteSpaceAndOtherwiseAsTheyWere(t *testing.T) {
	p := newShop(t)
	for sent, want := range map[string]string{
		"":                                  "{}",
		" { \"b\" : 1.0,\n\t\"a\" : [ ] } ": `{"b":1.0,"a":[]}`,
		`{"a":"<é>&\u00e9 x"}`:              `{"a":"<é>&\u00e9 x"}`,
		`{"a":1,"a":2}`:                     `{"a":1,"a":2}`,
		`{"a":12345678901234567890123}`:     `{"a":12345678901234567890123}`,
		`{"a":"` + strings.Repeat("é", 4088) + `"}`: `{"a":"` + strings.Repeat("é", 4088) + `"}`,
	} {
		task := "/Tasks/" + p.make("/Tasks", "Attributes", sent)
		assert.Equal(t, want, p.get(task).Body["attributes"])
		worker := "/Workers/" + p.make("/Workers", "FriendlyName", "Ann", "Attributes", sent)
		assert.Equal(t, want, p.get(worker).Body["attributes"])
		assert.Equal(t, []any{want}, p.list("attributes", "/Workers"), "lists have them, too")
		p.remove(worker)
	}
}

func TestOnlyAChangeOfActivityMovesTheDateOfTheStatus(t *testing.T) {
	inBubble(t, func(p *shop) {
		worker := "/Workers/" + p.make("/Workers", "FriendlyName", "Ann")
		available, offline := p.named("/Activities", "Available"), p.named("/Activities", "Offline")
		dates := func(body map[string]any) [3]any {
			return [3]any{body["date_created"], body["date_updated"], body["date_status_changed"]}
		}
		later(time.Minute)
		assert.Equal(t, [3]any{midnight, midnight, midnight}, dates(p.update(worker).Body))
		changed := p.update(worker, "Attributes", `{"a":1}`).Body
		assert.Equal(t, [3]any{midnight, minuteLater, midnight}, dates(changed))
		assert.Equal(t, `{"a":1}`, changed["attributes"])
		assert.Equal(t, [3]any{midnight, minuteLater, midnight}, dates(p.update(worker, "ActivitySid", offline).Body))
		changed = p.update(worker, "ActivitySid", available).Body
		assert.Equal(t, [3]any{midnight, minuteLater, minuteLater}, dates(changed))
		assert.Equal(t, true, changed["available"])
		assert.Equal(t, "Available", changed["activity_name"])
		assert.Equal(t, `{"a":1}`, changed["attributes"])
		later(time.Minute)
		changed = p.update(worker, "FriendlyName", "Anna", "Attributes", "").Body
		assert.Equal(t, [3]any{midnight, "2000-01-01T00:02:00Z", minuteLater}, dates(changed))
		assert.Equal(t, `{"a":1}`, changed["attributes"], "empty is not sent")
		assert.Equal(t, "Available", changed["activity_name"])
	})
}

func TestPendingReservationsAreRejectedOnlyByLeaving(t *testing.T) {
	p := newShop(t)
	worker := "/Workers/" + p.make("/Workers", "FriendlyName", "Ann")
	available, offline := p.named("/Activities", "Available"), p.named("/Activities", "Offline")
	const rule = "RejectPendingReservations needs an activity that makes the worker unavailable"
	p.refuses(rule, http.MethodPost, worker, "RejectPendingReservations", "true")
	p.refuses(rule, http.MethodPost, worker, "RejectPendingReservations", "true", "ActivitySid", available)
	p.update(worker, "RejectPendingReservations", "true", "ActivitySid", offline)
	p.update(worker, "RejectPendingReservations", "false")
	p.update(worker, "RejectPendingReservations", "no", "ActivitySid", available)
}

func TestWorkersAreFiltered(t *testing.T) {
	p := newShop(t)
	offline, available := p.named("/Activities", "Offline"), p.named("/Activities", "Available")
	english := p.make("/TaskQueues", "FriendlyName", "English", "TargetWorkers", `languages HAS "en"`)
	p.make("/TaskQueues", "FriendlyName", "Nobody", "TargetWorkers", "")
	ann := p.make("/Workers", "FriendlyName", "Ann", "Attributes", `{"languages":["en"],"level":3}`, "ActivitySid", available)
	bob := p.make("/Workers", "FriendlyName", "Bob", "Attributes", `{"level":7}`)
	p.update("/Workers/"+bob+"/Channels/voice", "Capacity", "5")
	all := []any{"Ann", "Bob"}
	for query, want := range map[string][]any{
		"":                       all,
		"FriendlyName=Ann":       {"Ann"},
		"FriendlyName=ann":       {},
		"ActivityName=Available": {"Ann"},
		"ActivityName=Unknown":   {},
		"ActivitySid=" + offline: {"Bob"},
		"ActivitySid=WA00000000000000000000000000000000": {},
		"Available=1":             {"Ann"},
		"Available=0":             {"Bob"},
		"Available=x":             {"Bob"},
		"TaskQueueSid=" + english: {"Ann"},
		"TaskQueueSid=WQ00000000000000000000000000000000": {},
		"TaskQueueName=English":                           {"Ann"},
		"TaskQueueName=Sample+Queue":                      all,
		"TaskQueueName=Nobody":                            {},
		"TaskQueueName=Unknown":                           {},
		"TaskQueueName=Nobody&TaskQueueSid=" + english:    {},
		"TaskQueueName=English&TaskQueueSid=" + english:   {"Ann"},
		"FriendlyName=&ActivityName=&ActivitySid=&TaskQueueSid=&TaskQueueName=&TargetWorkersExpression=&Ordering=": all,
		"TargetWorkersExpression=" + escape("level > 5"):                                                           {"Bob"},
		"TargetWorkersExpression=" + escape(`sid IN ['`+ann+`']`):                                                  {"Ann"},
		"TargetWorkersExpression=" + escape(`activity_name == "Offline"`):                                          {"Bob"},
		"TargetWorkersExpression=" + escape(`activity_sid == "`+available+`"`):                                     {"Ann"},
		"TargetWorkersExpression=" + escape("channel.voice.configured_capacity > 1"):                               {"Bob"},
		"TargetWorkersExpression=" + escape("missing == 1"):                                                        {},
		"Available=1&TargetWorkersExpression=" + escape("level > 5"):                                               {},
	} {
		assert.Equal(t, want, p.get("/Workers?"+query).list("friendly_name"), query)
	}
	p.refuses("ActivitySid is x, which is no SID of an activity", http.MethodGet, "/Workers?ActivitySid=x")
	p.refuses("TaskQueueSid is WA1, which is no SID of a task queue", http.MethodGet, "/Workers?TaskQueueSid=WA1")
	refused := p.call(http.MethodGet, "/Workers?TargetWorkersExpression="+escape("skill-level > 3"))
	assert.Equal(t, http.StatusBadRequest, refused.Status)
	assert.Contains(t, refused.text("message"), "TargetWorkersExpression: ")
}

func TestWorkersAreSortedByTheirLastActivity(t *testing.T) {
	inBubble(t, func(p *shop) {
		available := p.named("/Activities", "Available")
		ann := p.make("/Workers", "FriendlyName", "Ann")
		p.make("/Workers", "FriendlyName", "Bob")
		later(time.Second)
		p.make("/Workers", "FriendlyName", "Carol")
		later(time.Second)
		p.update("/Workers/"+ann, "ActivitySid", available)
		assert.Equal(t, []any{"Ann", "Bob", "Carol"}, p.list("friendly_name", "/Workers"))
		assert.Equal(t, []any{"Bob", "Carol", "Ann"}, p.list("friendly_name", "/Workers", "Ordering", "DateStatusChanged:asc"))
		assert.Equal(t, []any{"Ann", "Carol", "Bob"}, p.list("friendly_name", "/Workers", "Ordering", " DateStatusChanged:desc "))
		p.refuses("Ordering is DateStatusChanged:up, expected :asc or :desc after DateStatusChanged", http.MethodGet, "/Workers?Ordering=DateStatusChanged:up")
		p.refuses("Ordering is x, expected each of DateStatusChanged once at most", http.MethodGet, "/Workers?Ordering=x")
	})
}

func TestADeletedWorkerIsGone(t *testing.T) {
	p := newShop(t)
	worker := "/Workers/" + p.make("/Workers", "FriendlyName", "Ann", "ActivitySid", p.named("/Activities", "Available"))
	p.remove(worker)
	for _, path := range []string{worker, worker + "/Channels", worker + "/Channels/voice", worker + "/Reservations"} {
		p.lacks(path)
	}
	assert.Equal(t, http.StatusNotFound, p.call(http.MethodPost, worker+"/Channels/voice", "Capacity", "1").Status)
	assert.Equal(t, http.StatusNotFound, p.call(http.MethodDelete, worker).Status)
}
