package main

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

func TestDemoTellsOfATaskFromItsCreationToItsCompletion(t *testing.T) {
	printed := printedBy(t, func() error { return run(t.Context(), "") })
	told := regexp.MustCompile(`(?m)^  ([a-z.-]+) +\S`).FindAllStringSubmatch(printed, -1)
	var types []string
	for _, event := range told {
		types = append(types, event[1])
	}
	assert.Equal(t, []string{
		"workspace.updated",
		"task.created", "workflow.entered", "workflow.target-matched", "task-queue.entered",
		"worker.activity.update", "reservation.created", "reservation.accepted",
		"task.wrapup", "reservation.wrapup",
		"task.completed", "reservation.completed", "task.updated",
		"workspace.deleted",
	}, types)
	assert.Contains(t, printed, "1 task created, 1 reservation accepted, 1 task completed")
}

// printedBy returns what a function prints.
func printedBy(t *testing.T, f func() error) string {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "stdout"))
	require.NoError(t, err)
	stdout := os.Stdout
	os.Stdout = file
	defer func() { os.Stdout = stdout }()
	require.NoError(t, f())
	require.NoError(t, file.Close())
	printed, err := os.ReadFile(file.Name())
	require.NoError(t, err)
	return string(printed)
}

// The fixture is what a reader of the guide expects to be sent.
func TestTheSixStepsSendWhatTheFixtureHolds(t *testing.T) {
	require.NoError(t, replay(t.Context(), "quickstart.txtar", guide))
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
