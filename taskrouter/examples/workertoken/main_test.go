package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/capability"
)

func TestTokenLetsTheWorkerWorkForEightHours(t *testing.T) {
	t.Setenv("TWILIO_ACCOUNT_SID", "AC1")
	t.Setenv("TWILIO_AUTH_TOKEN", "secret")
	synctest.Test(t, func(t *testing.T) {
		printed, err := run([]string{"WS1", "WK1"})
		require.NoError(t, err)
		token, report, _ := strings.Cut(printed, "\n")
		assert.Equal(t, `until 2000-01-01T08:00:00Z permits
  GET  https://event-bridge.twilio.com/v1/wschannels/AC1/WK1
  POST https://event-bridge.twilio.com/v1/wschannels/AC1/WK1
  GET  /Workspaces/WS1/Workers/WK1
  GET  /Workspaces/WS1/Activities
  GET  /Workspaces/WS1/Tasks/**
  GET  /Workspaces/WS1/Workers/WK1/Reservations/**
  POST /Workspaces/WS1/Workers/WK1
  POST /Workspaces/WS1/Tasks/**
  POST /Workspaces/WS1/Workers/WK1/Reservations/**
`, report)

		claims, err := capability.Parse(token, "secret")
		require.NoError(t, err)
		worker := capability.URL("Workspaces", "WS1", "Workers", "WK1")
		assert.True(t, claims.Policies.Allows(http.MethodPost, worker, url.Values{"ActivitySid": {"WA1"}}))
		assert.False(t, claims.Policies.Allows(http.MethodPost, worker, url.Values{"Attributes": {"{}"}}))
	})
}

func TestProgramWantsSIDsAndCredentials(t *testing.T) {
	t.Setenv("TWILIO_ACCOUNT_SID", "")
	t.Setenv("TWILIO_AUTH_TOKEN", "")
	_, err := run(nil)
	assert.ErrorContains(t, err, "usage: workertoken WS… WK…")
	report, err := run([]string{"WS1", "WT1"})
	for _, part := range []string{"the auth token is empty", "AccountSID is empty", `WorkerSID is "WT1"`} {
		assert.ErrorContains(t, err, part)
	}
	assert.Empty(t, report)
}
