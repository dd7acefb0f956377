package main

import (
	"bytes"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// called serves the program and returns how TaskRouter calls it.
func called(t *testing.T) (taskRouter webhook.Client, url string) {
	t.Helper()
	server := httptest.NewServer(routes(webhook.NewVerifier("token")))
	t.Cleanup(server.Close)
	return webhook.Client{AuthToken: "token"}, server.URL
}

func TestTypeOfTaskDecidesWhatIsDoneWithItsReservation(t *testing.T) {
	taskRouter, url := called(t)
	tests := map[string]struct {
		attributes taskrouter.Attributes
		want       webhook.Instruction
	}{
		"a call":           {`{"type": "call", "called": "+15550100100"}`, webhook.Dequeue{From: "+15550100100", Timeout: 20}},
		"a chat":           {`{"type": "chat"}`, webhook.Accept{}},
		"a ticket":         {`{"type": "ticket"}`, nil},
		"without any type": {`{}`, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			reservation := assignment()
			reservation.TaskAttributes = test.attributes
			instruction, err := taskRouter.PostAssignment(t.Context(), url+"/assignment", reservation)
			require.NoError(t, err)
			assert.Equal(t, test.want, instruction)
		})
	}
}

func TestTaskWithoutAttributesIsLeftToTheFallbackURL(t *testing.T) {
	taskRouter, url := called(t)
	reservation := assignment()
	reservation.TaskAttributes = ""
	_, err := taskRouter.PostAssignment(t.Context(), url+"/assignment", reservation)
	assert.ErrorContains(t, err, "500")
}

func TestEventsAreReceivedFromTaskRouterOnly(t *testing.T) {
	taskRouter, url := called(t)
	require.NoError(t, taskRouter.PostEvent(t.Context(), url+"/events", cancellation()))

	response, err := webhook.Client{AuthToken: "a guess"}.PostForm(t.Context(), url+"/events", cancellation().Form())
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	assert.Equal(t, http.StatusForbidden, response.StatusCode)
	assert.Equal(t, "task.canceled,worker.activity.update", events().Filter(), "what the workspace has to send")
}

func TestProgramTriesItself(t *testing.T) {
	assert.NoError(t, run(t.Context(), []string{"-try"}))
}

func TestProgramSaysWhyACallerIsRefusedIfAsked(t *testing.T) {
	var text bytes.Buffer
	log.SetOutput(&text)
	level := slog.SetLogLoggerLevel(slog.LevelInfo)
	t.Cleanup(func() {
		log.SetOutput(os.Stderr)
		slog.SetLogLoggerLevel(level)
	})
	require.NoError(t, run(t.Context(), []string{"-try"}))
	assert.NotContains(t, text.String(), "refused")
	require.NoError(t, run(t.Context(), []string{"-try", "-debug"}))
	assert.Contains(t, text.String(), "the signature fits none of 1 tokens")
	assert.Contains(t, text.String(), "/assignment")
}

func TestProgramWantsItsURLAndAToken(t *testing.T) {
	t.Setenv("TWILIO_AUTH_TOKEN", "")
	assert.ErrorContains(t, run(t.Context(), nil), "-url is missing")
	assert.ErrorContains(t, run(t.Context(), []string{"-url", "https://example.com"}), "an auth token is empty")
	assert.ErrorContains(t, run(t.Context(), []string{"-unknown"}), "-unknown")
}
