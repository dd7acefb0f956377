package taskrouter_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

func TestSetActivitySendsTheActivityAlone(t *testing.T) {
	service := newFakeService(t, answer(200, `{"activity_sid":"WA1"}`))
	worker, err := service.client(t).Workers("WS1").SetActivity(t.Context(), "WK1", "WA1", taskrouter.WithIfMatch("v1"))
	require.NoError(t, err)
	assert.Equal(t, "WA1", worker.ActivitySID)
	assert.Equal(t, []string{"POST /v1/Workspaces/WS1/Workers/WK1"}, service.targets())
	assert.Equal(t, url.Values{"ActivitySid": {"WA1"}}, service.seen()[0].Form)
	assert.Equal(t, "v1", service.seen()[0].Header.Get("If-Match"))
}

func TestSetActivityWantsTheSIDOfAnActivity(t *testing.T) {
	service := newFakeService(t, answer(200, `{}`))
	for sid, text := range map[string]string{"": "ActivitySid is empty, expected a SID that begins with WA", "WK1": `ActivitySid is "WK1", expected a SID that begins with WA`} {
		_, err := service.client(t).Workers("WS1").SetActivity(t.Context(), "WK1", sid)
		assertAbout(t, taskrouter.ErrInvalidArgument, err)
		assert.EqualError(t, err, "taskrouter: updateWorker: invalid argument: "+text)
	}
	assert.Empty(t, service.seen())
}
