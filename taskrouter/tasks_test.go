package taskrouter_test

import (
	"context"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

func TestVerbsOfATaskSendItsNewStateAndTheReason(t *testing.T) {
	service := newFakeService(t, answer(200, `{"sid":"WT1"}`))
	tasks := service.tasks(t)
	type verb func(context.Context, string, string, ...taskrouter.CallOption) (*taskrouter.Task, error)
	wrapup := func(ctx context.Context, taskSID, _ string, options ...taskrouter.CallOption) (*taskrouter.Task, error) {
		return tasks.Wrapup(ctx, taskSID, options...)
	}
	tests := map[string]struct {
		verb   verb
		reason string
		want   url.Values
	}{
		"cancel":                    {tasks.Cancel, "hung up", url.Values{"AssignmentStatus": {"canceled"}, "Reason": {"hung up"}}},
		"cancel without a reason":   {tasks.Cancel, "", url.Values{"AssignmentStatus": {"canceled"}}},
		"complete":                  {tasks.Complete, "sold", url.Values{"AssignmentStatus": {"completed"}, "Reason": {"sold"}}},
		"complete without a reason": {tasks.Complete, "", url.Values{"AssignmentStatus": {"completed"}}},
		"wrap up":                   {wrapup, "", url.Values{"AssignmentStatus": {"wrapping"}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			before := len(service.seen())
			task, err := test.verb(t.Context(), "WT1", test.reason, taskrouter.WithIfMatch("v1"))
			require.NoError(t, err)
			assert.Equal(t, "WT1", task.SID)
			require.Len(t, service.seen(), before+1)
			request := service.seen()[before]
			assert.Equal(t, "POST "+taskPath, request.Method+" "+request.Path)
			assert.Equal(t, test.want, request.Form)
			assert.Equal(t, "v1", request.Header.Get("If-Match"))
		})
	}
}
