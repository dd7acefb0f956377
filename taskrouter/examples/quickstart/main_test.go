package main

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

func TestDemoRunsWithoutAnAccount(t *testing.T) {
	require.NoError(t, run(t.Context(), ""))
}

func TestDemoFailsWhenARequestChanges(t *testing.T) {
	err := replay(t.Context(), "quickstart.txtar", func(ctx context.Context, client *taskrouter.Client) error {
		_, err := client.Workspaces.Create(ctx, taskrouter.CreateWorkspaceRequest{FriendlyName: "Another name"})
		assert.Error(t, err)
		return nil // a program that hides the failure
	})
	require.Error(t, err)
	assert.ErrorContains(t, err, "Another name")
}

func TestDemoFailsWhenARequestIsMissing(t *testing.T) {
	err := replay(t.Context(), "quickstart.txtar", func(context.Context, *taskrouter.Client) error { return nil })
	assert.ErrorContains(t, err, "create workspace")
}

func TestLiveDemoFailsWithoutCredentials(t *testing.T) {
	for _, name := range []string{"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_API_KEY", "TWILIO_API_SECRET", "TASKROUTER_BASE_URL"} {
		t.Setenv(name, "")
	}
	assert.ErrorContains(t, run(t.Context(), "live"), "no credentials")
}

func TestDemoRefusesAnotherMode(t *testing.T) {
	assert.ErrorContains(t, run(t.Context(), "Live"), `DEMO is "Live"`)
}
