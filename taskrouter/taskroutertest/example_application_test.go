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
	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// The README shows what follows, up to callBack.

// An inbox is an application: it shows workers which chats they are asked to take, and
// writes down what happens.
type inbox struct {
	asked []string // reservations
	seen  []webhook.EventType
}

// routes are what the application serves at https://inbox.test.
func (i *inbox) routes(verifier *webhook.Verifier) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/assignment", webhook.AssignmentHandler(verifier, func(_ context.Context, a webhook.Assignment) (webhook.Instruction, error) {
		i.asked = append(i.asked, a.ReservationSID)
		return nil, nil // the worker decides
	}))
	mux.Handle("/events", webhook.EventHandler(verifier, func(_ context.Context, e webhook.Event) error {
		i.seen = append(i.seen, e.Type)
		return nil
	}))
	return mux
}

func TestAChatIsTakenAndDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := taskroutertest.NewServer()
		defer server.Close()
		ctx, client := t.Context(), server.Client()
		var app inbox
		server.Handle("https://inbox.test", app.routes(webhook.NewVerifier(server.AuthToken())))
		ws, alice := support(ctx, t, client)
		callBack(ctx, t, client, ws, "https://inbox.test")

		task, err := client.Tasks(ws).Create(ctx, taskrouter.CreateTaskRequest{Attributes: `{"type": "chat"}`})
		require.NoError(t, err)
		require.NoError(t, server.Drain(ctx)) // until the application was asked and told
		require.Len(t, app.asked, 1)

		<-time.After(20 * time.Second) // of the bubble, while Alice reads
		_, err = client.WorkerReservations(ws, alice).Accept(ctx, app.asked[0])
		require.NoError(t, err)
		<-time.After(5 * time.Minute)
		_, err = client.Tasks(ws).Complete(ctx, task.SID, "answered")
		require.NoError(t, err)
		require.NoError(t, server.Drain(ctx))

		assert.Equal(t, []webhook.EventType{
			webhook.EventTypeReservationCreated, webhook.EventTypeReservationAccepted,
			webhook.EventTypeTaskCompleted, webhook.EventTypeReservationCompleted,
		}, app.seen)
		statistics, err := client.Workspaces.CumulativeStatistics(ctx, ws, taskrouter.GetWorkspaceCumulativeStatisticsParams{
			Minutes: new(60), // or they are those of the last 15
		})
		require.NoError(t, err)
		assert.Equal(t, 1, statistics.TasksCompleted)
		assert.InDelta(t, 20, statistics.WaitDurationUntilAccepted.Avg, 0) // seconds
	})
}

// callBack has the service ask and tell an application.
func callBack(ctx context.Context, t *testing.T, client *taskrouter.Client, ws, application string) {
	t.Helper()
	workflow, err := taskrouter.First(client.Workflows(ws).List(ctx, taskrouter.ListWorkflowsParams{}))
	require.NoError(t, err)
	_, err = client.Workflows(ws).Update(ctx, workflow.SID, taskrouter.UpdateWorkflowRequest{
		AssignmentCallbackURL: new(application + "/assignment"),
	})
	require.NoError(t, err)
	_, err = client.Workspaces.Update(ctx, ws, taskrouter.UpdateWorkspaceRequest{
		EventCallbackURL: new(application + "/events"),
		EventsFilter:     new("reservation.created,reservation.accepted,reservation.completed,task.completed"),
	})
	require.NoError(t, err)
}
