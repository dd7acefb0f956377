package taskroutertest_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

func TestAnApplicationInATestIsAskedAboutAssignmentsAndToldOfEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := taskroutertest.NewServer()
		t.Cleanup(server.Close)
		server.HandleAssignments("https://app.test/assignment", func(context.Context, webhook.Assignment) (webhook.Instruction, error) {
			return webhook.Accept{}, nil
		})
		var types []webhook.EventType // no two functions are told at once
		server.HandleEvents("https://app.test/events", func(_ context.Context, e webhook.Event) error {
			types = append(types, e.Type)
			return nil
		})
		ctx, client := t.Context(), server.Client()

		workspace, err := client.Workspaces.Create(ctx, taskrouter.CreateWorkspaceRequest{FriendlyName: "Support"})
		require.NoError(t, err)
		available, err := taskrouter.First(client.Activities(workspace.SID).List(ctx, taskrouter.ListActivitiesParams{Available: new(true)}))
		require.NoError(t, err)
		_, err = client.Workers(workspace.SID).Create(ctx, taskrouter.CreateWorkerRequest{FriendlyName: "Ann", ActivitySID: new(available.SID)})
		require.NoError(t, err)
		queue, err := client.TaskQueues(workspace.SID).Create(ctx, taskrouter.CreateTaskQueueRequest{FriendlyName: "Everyone"})
		require.NoError(t, err)
		_, err = client.Workflows(workspace.SID).Create(ctx, taskrouter.CreateWorkflowRequest{
			FriendlyName:          "All",
			AssignmentCallbackURL: new("https://app.test/assignment"),
			Configuration:         `{"task_routing": {"default_filter": {"queue": "` + queue.SID + `"}}}`,
		})
		require.NoError(t, err)
		_, err = client.Workspaces.Update(ctx, workspace.SID, taskrouter.UpdateWorkspaceRequest{
			EventCallbackURL: new("https://app.test/events"),
			EventsFilter:     new("task.created, reservation.created,reservation.accepted"),
		})
		require.NoError(t, err)

		task, err := client.Tasks(workspace.SID).Create(ctx, taskrouter.CreateTaskRequest{})
		require.NoError(t, err)
		require.NoError(t, server.Drain(ctx))

		task, err = client.Tasks(workspace.SID).Get(ctx, task.SID)
		require.NoError(t, err)
		assert.Equal(t, taskrouter.TaskStatusAssigned, task.AssignmentStatus)
		assert.Equal(t, []webhook.EventType{"task.created", "reservation.created", "reservation.accepted"}, types)
	})
}
