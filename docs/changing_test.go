package docs_test

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

// pause sends a field and reads a member that the SDK does not have.
func pause(ctx context.Context, client *taskrouter.Client, workspaceSID, taskSID string) (*time.Time, error) {
	var response taskrouter.Response
	_, err := client.Tasks(workspaceSID).Update(ctx, taskSID, taskrouter.UpdateTaskRequest{},
		taskrouter.WithParam("PausedUntil", "2026-03-01T09:30:00Z"),
		taskrouter.WithResponseInto(&response))
	if err != nil {
		return nil, err
	}
	var more struct {
		PausedUntil *time.Time `json:"paused_until"`
	}
	err = json.Unmarshal(response.Body, &more)
	return more.PausedUntil, err
}

// What a program does until the SDK knows a field is compiled and works.
func TestWhatTheSDKDoesNotKnowIsSentAndRead(t *testing.T) {
	var sent string
	server := taskroutertest.NewServer(taskroutertest.WithBefore(func(call taskroutertest.Call) *taskroutertest.Failure {
		if call.Operation != "updateTask" {
			return nil
		}
		sent = call.Form().Get("PausedUntil")
		return &taskroutertest.Failure{Status: http.StatusOK, Body: `{"sid": "WT1", "paused_until": "2026-03-01T09:30:00Z"}`}
	}))
	defer server.Close()
	until, err := pause(t.Context(), server.Client(), "WS1", "WT1")
	require.NoError(t, err)
	assert.Equal(t, "2026-03-01T09:30:00Z", sent)
	require.NotNil(t, until)
	assert.Equal(t, time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC), *until)
}

func TestThePageShowsThisProgram(t *testing.T) {
	page, err := os.ReadFile("changing-the-api.md")
	require.NoError(t, err)
	source, err := os.ReadFile("changing_test.go")
	require.NoError(t, err)
	_, section, ok := strings.Cut(string(page), "\n## Meanwhile\n")
	require.True(t, ok)
	_, block, ok := strings.Cut(section, "```go\n")
	require.True(t, ok)
	block, _, _ = strings.Cut(block, "```")
	assert.Contains(t, strings.ReplaceAll(string(source), "\n\t", "\n"), block)
}
