package taskroutertest_test

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAVersionCountsTheChanges(t *testing.T) {
	p := newShop(t)
	p.make("/Workers", "FriendlyName", "Other")
	for path, routed := range map[string]int{"/Tasks": 1, "/Workers": 0} { // since a task enters a queue
		after := func(changes int) string { return strconv.Itoa(routed + changes) }
		made := p.call(http.MethodPost, path, "FriendlyName", "Ann")
		assert.Equal(t, "0", made.Header.Get("ETag"), "of what is new")
		one := path + "/" + made.text("sid")
		assert.Equal(t, after(0), p.get(one).Header.Get("ETag"))
		assert.Equal(t, after(1), p.update(one, "Attributes", `{"a":1}`).Header.Get("ETag"))
		assert.Equal(t, after(2), p.update(one, "Attributes", `{"a":1}`).Header.Get("ETag"))
		assert.Equal(t, after(2), p.update(one).Header.Get("ETag"), "nothing was sent")
		assert.Equal(t, after(2), p.update(one, "Unknown", "x").Header.Get("ETag"), "nor anything that is known")
		assert.Equal(t, http.StatusBadRequest, p.call(http.MethodPost, one, "Attributes", "x").Status)
		assert.Equal(t, after(2), p.get(one).Header.Get("ETag"))
		assert.Equal(t, after(2), p.get(path).Header.Get("ETag"), "the highest of a list")
		assert.Equal(t, "0", p.get(path+"?Ordering=&PageSize=1&"+filterOf(path)).Header.Get("ETag"), "of an empty list")
		assert.Equal(t, "0", p.get(one+"/Reservations").Header.Get("ETag"))
	}
}

// filterOf is a filter that nothing passes.
func filterOf(path string) string {
	if path == "/Tasks" {
		return "Priority=99"
	}
	return "FriendlyName=Nobody"
}

func TestAChannelIsPartOfTheVersionOfItsWorker(t *testing.T) {
	p := newShop(t)
	worker := "/Workers/" + p.make("/Workers", "FriendlyName", "Ann")
	p.update(worker+"/Channels/voice", "Capacity", "2")
	assert.Equal(t, "1", p.get(worker).Header.Get("ETag"))
	p.update(worker+"/Channels/voice", "Available", "no", "Capacity", "2")
	assert.Equal(t, "2", p.get(worker).Header.Get("ETag"))
	p.update(worker+"/Channels/voice", "Unknown", "1")
	assert.Equal(t, "2", p.get(worker).Header.Get("ETag"))
}

func TestOnlyTasksWorkersAndReservationsHaveVersions(t *testing.T) {
	p := newShop(t)
	for _, path := range []string{"", "/Activities", "/TaskChannels/voice", "/TaskQueues", "/Workflows", "/Events"} {
		assert.Empty(t, p.get(path).Header.Get("ETag"), path)
	}
	task := "/Tasks/" + p.make("/Tasks")
	assert.Empty(t, p.call(http.MethodDelete, task).Header.Get("ETag"))
	assert.Empty(t, p.call(http.MethodGet, task).Header.Get("ETag"))
	assert.Empty(t, p.call(http.MethodGet, "/Tasks?PageSize=0").Header.Get("ETag"))
}

func TestAChangeOfAnotherVersionIsRefused(t *testing.T) {
	p := newShop(t)
	for _, path := range []string{"/Tasks", "/Workers"} {
		one := path + "/" + p.make(path, "FriendlyName", "Ann")
		version, err := strconv.Atoi(p.update(one, "Attributes", `{"a":1}`).Header.Get("ETag"))
		require.NoError(t, err)
		before := p.get(one).Body
		what := map[string]string{"/Tasks": "task", "/Workers": "worker"}[path]
		later := func(format string, changes int) string { return fmt.Sprintf(format, version+changes) }
		for _, ifMatch := range []string{later("%d", -1), later(`"%d"`, -1), later(`W/"%d"`, -1), later("%d", 1), later(`"0", "%d"`, 1)} {
			for _, method := range []string{http.MethodPost, http.MethodDelete} {
				refused := p.conditional(method, one, ifMatch, "Attributes", `{"a":2}`)
				assert.Equal(t, http.StatusPreconditionFailed, refused.Status, ifMatch)
				assert.Equal(t, map[string]any{"status": 412.0, "message": "The " + what + " has another version"}, refused.Body)
			}
		}
		for _, ifMatch := range []string{"x", `"`, "-1", "0x1"} {
			refused := p.conditional(http.MethodPost, one, ifMatch, "Attributes", `{"a":2}`)
			assert.Equal(t, http.StatusBadRequest, refused.Status, ifMatch)
			assert.Equal(t, "If-Match is not a version", refused.text("message"))
			assert.Equal(t, http.StatusBadRequest, p.conditional(http.MethodDelete, one, ifMatch).Status, ifMatch)
		}
		assert.Equal(t, before, p.get(one).Body)

		for i, ifMatch := range []string{later("%d", 0), later(`"%d"`, 1), later(`W/"%d"`, 2), "*", later(`"0", "%d"`, 4)} {
			assert.Equal(t, http.StatusOK, p.conditional(http.MethodPost, one, ifMatch, "Attributes", `{"a":3}`).Status, "%d %s", i, ifMatch)
		}
		last := later("%d", 5)
		assert.Equal(t, http.StatusNoContent, p.conditional(http.MethodDelete, one, last).Status)
		assert.Equal(t, http.StatusNotFound, p.conditional(http.MethodDelete, one, last).Status)
	}
}

func TestAVersionIsLookedAtBeforeWhatIsSent(t *testing.T) {
	p := newShop(t)
	worker := "/Workers/" + p.make("/Workers", "FriendlyName", "Ann")
	assert.Equal(t, http.StatusPreconditionFailed, p.conditional(http.MethodPost, worker, "7", "Attributes", "x").Status)
}

func TestVersionsOfOtherResourcesAreNotHeeded(t *testing.T) {
	p := newShop(t)
	assert.Equal(t, http.StatusOK, p.conditional(http.MethodPost, "", "7", "FriendlyName", "a").Status)
}
