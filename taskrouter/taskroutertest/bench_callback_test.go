package taskroutertest_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// BenchmarkCallbacks lets tasks live one after the other: each is created, reserved for
// the only worker, accepted and completed. With callbacks all events of it are told, and
// the assignment is asked about and not looked for, by handlers in memory.
func BenchmarkCallbacks(b *testing.B) {
	for _, told := range []bool{false, true} {
		for _, asked := range []bool{false, true} {
			b.Run(fmt.Sprintf("events %t, assignments %t", told, asked), func(b *testing.B) { benchmarkCallbacks(b, told, asked) })
		}
	}
}

func benchmarkCallbacks(b *testing.B, told, asked bool) {
	made := 0
	server := taskroutertest.NewServer(taskroutertest.WithAfterCallback(func(c taskroutertest.Callback) {
		if c.Err != nil {
			b.Error(c.Err)
		}
	}))
	b.Cleanup(server.Close)
	server.HandleEvents(eventsURL, func(context.Context, webhook.Event) error { made++; return nil })
	server.HandleAssignments(askURL, func(context.Context, webhook.Assignment) (webhook.Instruction, error) {
		return webhook.Accept{}, nil
	})
	ctx, client := b.Context(), server.Client()
	workspace, err := client.Workspaces.Create(ctx, taskrouter.CreateWorkspaceRequest{FriendlyName: "Bench", Template: new(taskrouter.WorkspaceTemplateFIFO)})
	require.NoError(b, err)
	available, err := taskrouter.First(client.Activities(workspace.SID).List(ctx, taskrouter.ListActivitiesParams{Available: new(true)}))
	require.NoError(b, err)
	_, err = client.Workers(workspace.SID).Create(ctx, taskrouter.CreateWorkerRequest{FriendlyName: "Ann", ActivitySID: &available.SID})
	require.NoError(b, err)
	flow, err := taskrouter.First(client.Workflows(workspace.SID).List(ctx, taskrouter.ListWorkflowsParams{}))
	require.NoError(b, err)
	if asked {
		_, err = client.Workflows(workspace.SID).Update(ctx, flow.SID, taskrouter.UpdateWorkflowRequest{AssignmentCallbackURL: new(askURL)})
		require.NoError(b, err)
	}
	if told {
		_, err = client.Workspaces.Update(ctx, workspace.SID, taskrouter.UpdateWorkspaceRequest{EventCallbackURL: new(eventsURL)})
		require.NoError(b, err)
	}
	require.NoError(b, server.Drain(ctx))
	agent := sdkAgent{ctx, client, workspace.SID}
	made = 0
	for b.Loop() {
		task, err := agent.create("{}")
		require.NoError(b, err)
		if asked {
			require.NoError(b, server.Drain(ctx))
		} else {
			r, err := agent.reservationOf(task)
			require.NoError(b, err)
			require.NoError(b, agent.accept(r))
		}
		require.NoError(b, agent.complete(task))
		require.NoError(b, server.Drain(ctx))
	}
	perSecond(b, "lives", 1)
	if told {
		b.ReportMetric(float64(made)/float64(b.N), "events/op")
	}
}
