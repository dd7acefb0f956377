package taskroutertest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestATaskChannelIsMadeWithDefaults(t *testing.T) {
	inBubble(t, func(p *shop) {
		sid := p.make("/TaskChannels", "FriendlyName", "Fax", "UniqueName", "fax_$1")
		want := map[string]any{
			"sid": sid, "account_sid": p.server.AccountSID(), "workspace_sid": p.sid, "friendly_name": "Fax", "unique_name": "fax_$1",
			"channel_optimized_routing": false, "date_created": midnight, "date_updated": midnight, "url": p.url("/TaskChannels/" + sid),
			"links": map[string]any{"workspace": p.url("")},
		}
		assert.Equal(t, want, p.get("/TaskChannels/"+sid).Body)
		assert.Equal(t, want, p.get("/TaskChannels/fax_$1").Body, "by its unique name")
	})
}

func TestUniqueNamesAreWords(t *testing.T) {
	p := newShop(t)
	const rule = "UniqueName may hold letters, digits, _ and $ only and must not begin with a digit"
	for _, name := range []string{"", "two-words", "1st", "two words", "é", "a.b", "a\n", "a/b"} {
		p.refuses(rule, http.MethodPost, "/TaskChannels", "FriendlyName", "a", "UniqueName", name)
	}
	for _, name := range []string{"_", "$", "A1", "Default", strings.Repeat("a", 100)} {
		p.make("/TaskChannels", "FriendlyName", "a", "UniqueName", name)
	}
	p.refuses("Task channel with the same unique name already exists", http.MethodPost, "/TaskChannels", "FriendlyName", "a", "UniqueName", "A1")
	p.refuses("Task channel with the same unique name already exists", http.MethodPost, "/TaskChannels", "FriendlyName", "a", "UniqueName", "default")
	p.refuses("UniqueName field is required", http.MethodPost, "/TaskChannels", "FriendlyName", "a")
	p.refuses("FriendlyName field is required", http.MethodPost, "/TaskChannels", "UniqueName", "a")
	p.refuses("FriendlyName has 65 characters, at most 64 are allowed", http.MethodPost, "/TaskChannels", "FriendlyName", strings.Repeat("a", 65), "UniqueName", "a")
}

func TestASIDMeansItsTaskChannelWhateverOthersAreCalled(t *testing.T) {
	p := newShop(t)
	fax := p.make("/TaskChannels", "FriendlyName", "Fax", "UniqueName", "fax")
	p.make("/TaskChannels", "FriendlyName", "Impostor", "UniqueName", fax)
	assert.Equal(t, "Fax", p.get("/TaskChannels/" + fax).Body["friendly_name"])
}

func TestATaskChannelChangesInWhatIsSent(t *testing.T) {
	inBubble(t, func(p *shop) {
		later(time.Minute)
		changed := p.update("/TaskChannels/voice", "FriendlyName", "Phone", "ChannelOptimizedRouting", "yes", "UniqueName", "phone").Body
		assert.Equal(t, "Phone", changed["friendly_name"])
		assert.Equal(t, true, changed["channel_optimized_routing"])
		assert.Equal(t, "voice", changed["unique_name"], "which cannot be changed")
		assert.Equal(t, minuteLater, changed["date_updated"])
		assert.Equal(t, false, p.update("/TaskChannels/voice", "ChannelOptimizedRouting", "no").Body["channel_optimized_routing"])
		p.refuses("FriendlyName must not be empty", http.MethodPost, "/TaskChannels/voice", "FriendlyName", "")
		p.refuses("FriendlyName has 65 characters, at most 64 are allowed", http.MethodPost, "/TaskChannels/voice", "FriendlyName", strings.Repeat("a", 65))
		sid := p.make("/TaskChannels", "FriendlyName", "Fax", "UniqueName", "fax", "ChannelOptimizedRouting", "1")
		assert.Equal(t, true, p.get("/TaskChannels/" + sid).Body["channel_optimized_routing"])
	})
}

func TestATaskChannelIsDeletedUnlessItIsBuiltInOrATaskIsOfIt(t *testing.T) {
	p := newShop(t)
	for _, name := range []string{"default", "voice", "chat", "sms", "video"} {
		p.refuses("Task channel "+name+" cannot be deleted", http.MethodDelete, "/TaskChannels/"+name)
	}
	fax, other := p.make("/TaskChannels", "FriendlyName", "Fax", "UniqueName", "fax"), p.make("/TaskChannels", "FriendlyName", "a", "UniqueName", "a")
	worker := p.make("/Workers", "FriendlyName", "Ann")
	task := p.make("/Tasks", "TaskChannel", "fax")
	p.refuses("Task channel fax is the one of task "+task, http.MethodDelete, "/TaskChannels/"+fax)
	p.remove("/Tasks/" + task)
	p.remove("/TaskChannels/fax")
	p.lacks("/TaskChannels/fax")
	p.lacks("/TaskChannels/" + fax)
	assert.Equal(t, []any{"default", "voice", "chat", "sms", "video", "a"}, p.list("task_channel_unique_name", "/Workers/"+worker+"/Channels"))
	p.remove("/TaskChannels/" + other)
	p.make("/TaskChannels", "FriendlyName", "Fax", "UniqueName", "fax")
}

func TestBuiltInTaskChannelsHaveNamesForPeople(t *testing.T) {
	p := newShop(t)
	assert.Equal(t, []any{"Default", "Voice", "Chat", "SMS", "Video"}, p.list("friendly_name", "/TaskChannels"))
}
