package taskroutertest_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

func TestAServerOfNoBubbleIsUsedAndClosedBesideOne(t *testing.T) {
	server := taskroutertest.NewServer()
	synctest.Test(t, func(t *testing.T) {
		ctx, client := t.Context(), server.Client()
		ws, _ := support(ctx, t, client)
		task, err := client.Tasks(ws).Create(ctx, taskrouter.CreateTaskRequest{})
		require.NoError(t, err)
		task, err = client.Tasks(ws).Get(ctx, task.SID)
		require.NoError(t, err)
		assert.Equal(t, taskrouter.TaskStatusReserved, task.AssignmentStatus)
	})
	server.Close()
}

func TestAServerThatWasUsedOutsideOfABubbleSaysThatItHasAnotherClock(t *testing.T) {
	server := taskroutertest.NewServer()
	defer server.Close()
	support(t.Context(), t, server.Client())
	synctest.Test(t, func(t *testing.T) {
		assert.PanicsWithValue(t,
			"taskroutertest: the clock is before the last call: a server lives in one bubble of testing/synctest, or outside of all",
			func() { support(t.Context(), t, server.Client()) })
	})
}
