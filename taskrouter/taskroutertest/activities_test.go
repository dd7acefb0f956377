package taskroutertest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestAnActivityIsMadeWithDefaults(t *testing.T) {
	inBubble(t, func(p *shop) {
		sid := p.make("/Activities", "FriendlyName", "Lunch")
		assert.Equal(t, map[string]any{
			"sid": sid, "account_sid": p.server.AccountSID(), "workspace_sid": p.sid, "friendly_name": "Lunch", "available": false,
			"date_created": midnight, "date_updated": midnight, "url": p.url("/Activities/" + sid),
			"links": map[string]any{"workspace": p.url("")},
		}, p.get("/Activities/"+sid).Body)
	})
}

func TestAFlagIsTrueInThreeWordsAndElseFalse(t *testing.T) {
	p := newShop(t)
	for text, want := range map[string]bool{
		"true": true, "True": true, "1": true, "yes": true, "YES": true,
		"false": false, "0": false, "no": false, "": false, "on": false, "2": false, "maybe": false,
	} {
		assert.Equal(t, want, p.call(http.MethodPost, "/Activities", "FriendlyName", "a", "Available", text).Body["available"], text)
	}
}

func TestWhetherAnActivityIsAvailableNeverChanges(t *testing.T) {
	inBubble(t, func(p *shop) {
		path := "/Activities/" + p.named("/Activities", "Available")
		later(time.Minute)
		changed := p.update(path, "Available", "false").Body
		assert.Equal(t, true, changed["available"])
		assert.Equal(t, midnight, changed["date_updated"])
		changed = p.update(path, "Available", "false", "FriendlyName", "Ready").Body
		assert.Equal(t, true, changed["available"])
		assert.Equal(t, "Ready", changed["friendly_name"])
		assert.Equal(t, minuteLater, changed["date_updated"])
		assert.Equal(t, midnight, changed["date_created"])
	})
}

func TestNamesOfActivitiesAreLimitedAndNeedNotDiffer(t *testing.T) {
	p := newShop(t)
	sid := p.make("/Activities", "FriendlyName", strings.Repeat("a", 64))
	p.make("/Activities", "FriendlyName", "Available")
	for _, path := range []string{"/Activities", "/Activities/" + sid} {
		p.refuses("FriendlyName has 65 characters, at most 64 are allowed", http.MethodPost, path, "FriendlyName", strings.Repeat("a", 65))
		p.refuses("FriendlyName must not be empty", http.MethodPost, path, "FriendlyName", "")
	}
	p.refuses("FriendlyName field is required", http.MethodPost, "/Activities", "Available", "true")
}

func TestAWorkspaceHasHundredActivitiesAtMost(t *testing.T) {
	p := newShop(t)
	var last string
	for i := range 97 {
		last = p.make("/Activities", "FriendlyName", fmt.Sprint(i))
	}
	p.refuses("The workspace has 100 activities, and more are not allowed", http.MethodPost, "/Activities", "FriendlyName", "one more")
	p.remove("/Activities/" + last)
	p.make("/Activities", "FriendlyName", "one more")
}

func TestActivitiesAreFiltered(t *testing.T) {
	p := newShop(t)
	p.make("/Activities", "FriendlyName", "Lunch", "Available", "1")
	for query, want := range map[string][]any{
		"":                                  {"Offline", "Available", "Unavailable", "Lunch"},
		"FriendlyName=Lunch":                {"Lunch"},
		"FriendlyName=lunch":                {},
		"FriendlyName=":                     {"Offline", "Available", "Unavailable", "Lunch"},
		"Available=true":                    {"Available", "Lunch"},
		"Available=yes":                     {"Available", "Lunch"},
		"Available=false":                   {"Offline", "Unavailable"},
		"Available=maybe":                   {"Offline", "Unavailable"},
		"Available=1&FriendlyName=Offline":  {},
		"friendlyname=Lunch&Unknown=ignore": {"Offline", "Available", "Unavailable", "Lunch"},
	} {
		assert.Equal(t, want, p.get("/Activities?"+query).list("friendly_name"), query)
	}
}

func TestAnActivityIsDeletedOnlyIfNothingNeedsIt(t *testing.T) {
	p := newShop(t)
	offline, available, unavailable := p.named("/Activities", "Offline"), p.named("/Activities", "Available"), p.named("/Activities", "Unavailable")
	p.update("", "TimeoutActivitySid", unavailable)
	p.refuses("Activity "+offline+" is the default activity of workspace "+p.sid, http.MethodDelete, "/Activities/"+offline)
	p.refuses("Activity "+unavailable+" is the timeout activity of workspace "+p.sid, http.MethodDelete, "/Activities/"+unavailable)
	worker := p.make("/Workers", "FriendlyName", "Ann", "ActivitySid", available)
	p.refuses("Activity "+available+" is the one of worker "+worker, http.MethodDelete, "/Activities/"+available)
	p.update("/Workers/"+worker, "ActivitySid", offline)
	for _, field := range []string{"ReservationActivitySid", "AssignmentActivitySid"} {
		queue := p.make("/TaskQueues", "FriendlyName", "a", field, available)
		p.refuses("Activity "+available+" is used by task queue "+queue, http.MethodDelete, "/Activities/"+available)
		p.remove("/TaskQueues/" + queue)
	}
	p.remove("/Activities/" + available)
	p.lacks("/Activities/" + available)
}
