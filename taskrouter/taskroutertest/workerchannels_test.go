package taskroutertest_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestAWorkerHasAChannelOfEachTaskChannel(t *testing.T) {
	inBubble(t, func(p *shop) {
		worker := p.make("/Workers", "FriendlyName", "Ann")
		path := "/Workers/" + worker + "/Channels"
		assert.Equal(t, []any{"default", "voice", "chat", "sms", "video"}, p.list("task_channel_unique_name", path))
		later(time.Minute)
		fax := p.make("/TaskChannels", "FriendlyName", "Fax", "UniqueName", "fax")
		assert.Len(t, p.list("sid", path), 6)
		channel := p.get(path + "/fax")
		sid := channel.text("sid")
		assert.Equal(t, map[string]any{
			"sid": sid, "account_sid": p.server.AccountSID(), "workspace_sid": p.sid, "worker_sid": worker, "task_channel_sid": fax,
			"task_channel_unique_name": "fax", "configured_capacity": 1.0, "available": true, "assigned_tasks": 0.0,
			"available_capacity_percentage": 100.0, "date_created": minuteLater, "date_updated": minuteLater, "url": p.url(path + "/" + sid),
		}, channel.Body)
		assert.Equal(t, channel.Body, p.get(path+"/"+sid).Body)
		p.lacks(path + "/" + fax)
		p.lacks(path + "/unknown")
		other := p.make("/Workers", "FriendlyName", "Bob")
		p.lacks("/Workers/" + other + "/Channels/" + sid)
	})
}

func TestCapacityAndAvailabilityOfAChannelChange(t *testing.T) {
	inBubble(t, func(p *shop) {
		worker := "/Workers/" + p.make("/Workers", "FriendlyName", "Ann")
		voice := worker + "/Channels/voice"
		later(time.Minute)
		changed := p.update(voice, "Capacity", "50").Body
		assert.EqualValues(t, 50, changed["configured_capacity"])
		assert.Equal(t, true, changed["available"])
		assert.Equal(t, minuteLater, changed["date_updated"])
		assert.Equal(t, midnight, changed["date_created"])
		changed = p.update(voice, "Available", "false").Body
		assert.EqualValues(t, 50, changed["configured_capacity"])
		assert.Equal(t, false, changed["available"])
		changed = p.update(voice, "Capacity", "0", "Available", "true").Body
		assert.EqualValues(t, 0, changed["available_capacity_percentage"])
		assert.Equal(t, true, changed["available"])
		assert.Equal(t, midnight, p.get(worker + "/Channels/chat").Body["date_updated"])

		p.refuses("Capacity is -1, at least 0 is expected", http.MethodPost, voice, "Capacity", "-1")
		p.refuses("Capacity is 51, at most 50 is allowed", http.MethodPost, voice, "Capacity", "51")
		p.refuses(`Capacity cannot be read: "" is no integer`, http.MethodPost, voice, "Capacity", "")
		assert.Equal(t, changed, p.get(voice).Body)
	})
}

func TestAChannelOfAWorkerIsNeitherMadeNorDeleted(t *testing.T) {
	p := newShop(t)
	path := "/Workers/" + p.make("/Workers", "FriendlyName", "Ann") + "/Channels"
	assert.Equal(t, http.StatusMethodNotAllowed, p.call(http.MethodPost, path, "Capacity", "1").Status)
	assert.Equal(t, http.StatusMethodNotAllowed, p.call(http.MethodDelete, path+"/voice").Status)
}

func TestTheEventOfAChannelTellsOfItAsItBecame(t *testing.T) {
	p := newShop(t)
	worker := "/Workers/" + p.make("/Workers", "FriendlyName", "Ann")
	p.update(worker+"/Channels/voice", "Capacity", "3", "Available", "false")
	for kind, want := range map[string][3]any{
		"worker.capacity.update":             {"3", "1", "true"},
		"worker.channel.availability.update": {"3", "3", "false"},
	} {
		data := p.list("event_data", "/Events", "EventType", kind)[0].(map[string]any)
		assert.Equal(t, want, [3]any{data["worker_channel_available_capacity"], data["worker_channel_previous_capacity"], data["worker_channel_available"]}, kind)
	}
}
