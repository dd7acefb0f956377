package main

import (
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/conformance"
	"github.com/taskrouter-go/sdk/taskrouter"
)

const workspaceSID = "WS2755ca500fe07f93394eba29bccd4fca"

// checked runs the program against the answers of testdata.
func checked(t *testing.T) (report string, err error) {
	t.Helper()
	scenario, err := conformance.Load(os.DirFS("testdata"), "workspace.txtar")
	require.NoError(t, err)
	replayer := conformance.NewReplayer(scenario)
	server := httptest.NewServer(replayer)
	t.Cleanup(server.Close)
	client, err := taskrouter.NewClient(
		taskrouter.WithAuthToken("AC00000000000000000000000000000000", "token"),
		taskrouter.WithBaseURL(server.URL),
	)
	require.NoError(t, err)
	report, err = check(t.Context(), client, workspaceSID)
	require.NoError(t, replayer.Err())
	return report, err
}

func TestEachWorkflowIsHeldAgainstItsWorkspace(t *testing.T) {
	report, err := checked(t)
	lines := strings.Split(report, "\n")
	for i, part := range []string{
		"Calls WW049350c949269c563e193a76ca437014",
		`  task_routing.filters[0].expression ("Spanish callers"): warning: line 1, column 1: language == 'es': `,
		"Chats WW5dfd75301cd0e8ce16a3e1efc71c9be0",
		`  task_routing.filters[0].expression ("Spanish callers"): warning: line 1, column 1: language CONTAINS 'es': `,
		`  task_routing.filters[0].expression ("Spanish callers"): warning: line 1, column 28: vip: `,
		`  task_routing.filters[0].targets[0].queue ("Spanish callers"): error: the workspace has no task queue WQ00000000000000000000000000000000`,
		`  task_routing.filters[0].targets[0].timeout ("Spanish callers"): warning: when this timeout ends, the task is canceled: the default filter does not catch timeouts`,
		"Old WW7f59a220b994ffff52ebb1c570c90a69",
		"  workflow: read configuration: line 1, column 2",
	} {
		require.Greater(t, len(lines), i, report)
		assert.True(t, strings.HasPrefix(lines[i], part), "line %d is %q, and does not begin with %q", i, lines[i], part)
	}
	assert.Len(t, lines, 10)
	assert.EqualError(t, err, "2 of 3 workflows have errors", "the first has only warnings")
}

func TestProgramWantsTheSIDOfAWorkspace(t *testing.T) {
	for _, arguments := range [][]string{nil, {"-h"}, {"Support"}, {workspaceSID, workspaceSID}} {
		assert.ErrorContains(t, run(t.Context(), arguments), "usage: checkworkflows WS…", arguments)
	}
}
