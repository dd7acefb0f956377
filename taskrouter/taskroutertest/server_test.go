package taskroutertest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

func TestTheGuideRunsInMemory(t *testing.T) {
	client, workspace := newWorkspace(t, newServer(t))

	worker, err := client.Workers(workspace).Create(t.Context(), taskrouter.CreateWorkerRequest{
		FriendlyName: "Jamie",
		Attributes:   `{"phone": "+14155551234", "languages": ["EN", "ES"]}`,
	})
	require.NoError(t, err)
	assert.Equal(t, taskrouter.Attributes(`{"phone":"+14155551234","languages":["EN","ES"]}`), worker.Attributes)
	task, err := client.Tasks(workspace).Create(t.Context(), taskrouter.CreateTaskRequest{Attributes: `{"type": "call"}`})
	require.NoError(t, err)
	assert.Equal(t, taskrouter.TaskStatusPending, task.AssignmentStatus)

	tasks, err := taskrouter.Collect(client.Tasks(workspace).List(t.Context(), taskrouter.ListTasksParams{}), -1)
	require.NoError(t, err)
	assert.Len(t, tasks, 1)
}

func TestARequestIsAnsweredAsTheServiceDoes(t *testing.T) {
	s := newServer(t)
	e := send(t, s, http.MethodPost, "/Workspaces", fields("FriendlyName", "Support"))
	assert.Equal(t, http.StatusCreated, e.Status)
	assert.Equal(t, "Support", e.Body["friendly_name"])
	missing := send(t, s, http.MethodGet, "/Workspaces/WS00000000000000000000000000000000", nil)
	assert.Equal(t, map[string]any{
		"code": 20404.0, "status": 404.0, "more_info": "https://www.twilio.com/docs/errors/20404",
		"message": "The requested resource /Workspaces/WS00000000000000000000000000000000 was not found",
	}, missing.Body)
}
