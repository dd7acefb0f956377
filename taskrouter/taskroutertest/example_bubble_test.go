package taskroutertest_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

// The README shows a part of this.
func TestAReservationThatNobodyAnswersTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := taskroutertest.NewServer()
		defer server.Close()
		ctx, client := t.Context(), server.Client()
		ws, alice := support(ctx, t, client)

		task, err := client.Tasks(ws).Create(ctx, taskrouter.CreateTaskRequest{Attributes: `{"language": "es"}`})
		require.NoError(t, err)
		task, err = client.Tasks(ws).Get(ctx, task.SID)
		require.NoError(t, err)
		assert.Equal(t, taskrouter.TaskStatusReserved, task.AssignmentStatus) // for Alice

		<-time.After(2 * time.Minute) // of the bubble: the test does not wait

		worker, err := client.Workers(ws).Get(ctx, alice)
		require.NoError(t, err)
		assert.Equal(t, "Offline", worker.ActivityName)

		<-time.After(24 * time.Hour)

		events, err := taskrouter.Collect(client.Events(ws).List(ctx, taskrouter.ListEventsParams{
			EventType: new("task.canceled"), TaskSID: new(task.SID),
		}), 10)
		require.NoError(t, err)
		require.Len(t, events, 1)
		assert.Equal(t, "Task TTL Exceeded", events[0].EventData["task_canceled_reason"])
	})
}

// support makes a workspace with a queue, a workflow that leads there and a worker who
// is available, and returns the SIDs of the workspace and of the worker.
func support(ctx context.Context, t *testing.T, client *taskrouter.Client) (workspaceSID, workerSID string) {
	t.Helper()
	workspace, err := client.Workspaces.Create(ctx, taskrouter.CreateWorkspaceRequest{
		FriendlyName: "Support", Template: new(taskrouter.WorkspaceTemplateFIFO),
	})
	require.NoError(t, err)
	available, err := taskrouter.Collect(client.Activities(workspace.SID).List(ctx, taskrouter.ListActivitiesParams{Available: new(true)}), 1)
	require.NoError(t, err)
	require.Len(t, available, 1)
	worker, err := client.Workers(workspace.SID).Create(ctx, taskrouter.CreateWorkerRequest{
		FriendlyName: "Alice", ActivitySID: new(available[0].SID),
	})
	require.NoError(t, err)
	return workspace.SID, worker.SID
}
