package taskroutertest_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

// Servers with hooks have a goroutine for each call; these are without.

func TestACallWithoutHooksThatIsDelayedIsGivenUpInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := taskroutertest.NewServer()
		defer s.Close()
		client := s.Client(once)
		s.Fail("createWorkspace", 1, taskroutertest.Failure{Delay: time.Hour, CarriedOut: true})
		s.Fail("createWorkspace", 1, taskroutertest.Failure{Delay: time.Hour})
		for range 2 {
			start := time.Now()
			_, err := client.Workspaces.Create(t.Context(), taskrouter.CreateWorkspaceRequest{FriendlyName: "Support"}, taskrouter.WithTimeout(time.Second))
			require.ErrorIs(t, err, context.DeadlineExceeded)
			assert.Equal(t, time.Second, time.Since(start))
		}
		assert.Len(t, listWorkspaces(t, client), 1, "of the call that was carried out")
	})
}

// endingContext is one that ends when it has been asked once whether it has.
type endingContext struct {
	context.Context
	asked bool
}

func (c *endingContext) Err() error {
	if c.asked {
		return context.Canceled
	}
	c.asked = true
	return nil
}

func TestAnAnswerWithoutHooksThatComesTooLateIsNone(t *testing.T) {
	s := taskroutertest.NewServer()
	defer s.Close()
	request := newRequest(t, s, http.MethodPost, s.URL()+"/v1/Workspaces", fields("FriendlyName", "Support"))
	request = request.WithContext(&endingContext{Context: context.Background()})
	response, err := s.HTTPClient().Transport.RoundTrip(request)
	if err == nil {
		require.NoError(t, response.Body.Close())
	}
	require.ErrorIs(t, err, context.Canceled)
	assert.Len(t, listWorkspaces(t, s.Client()), 1, "carried out all the same")
}

func TestAHookAfterCallsNeedsNoneBefore(t *testing.T) {
	var operations []string
	s := taskroutertest.NewServer(taskroutertest.WithAfter(func(call taskroutertest.Call, _ taskroutertest.Answer) {
		operations = append(operations, call.Operation)
	}))
	defer s.Close()
	assert.Empty(t, listWorkspaces(t, s.Client()))
	assert.Equal(t, []string{"listWorkspaces"}, operations)
}
