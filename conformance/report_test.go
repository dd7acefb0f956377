package conformance_test

import (
	"io/fs"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/conformance"
)

// missing is a folder that is not there.
type missing struct{}

func (missing) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

func TestReportTellsWhatWasServedAndWhatDidNotFit(t *testing.T) {
	replayer := conformance.NewReplayer(mustParse(t, updates))
	assert.False(t, replayer.Report().Touched())

	deleteTask().send(replayer)
	request{method: "GET", target: "/v1/Workspaces/WS1/Tasks/WT1"}.send(replayer)

	report := replayer.Report()
	assert.True(t, report.Touched())
	require.Len(t, report.Entries, 3)
	assert.Equal(t, "delete task", report.Entries[2].Exchange.Name)
	assert.True(t, report.Entries[2].Served)
	require.Len(t, report.Unserved(), 2)
	assert.Equal(t, "f.txtar: statistics (POST /v1/Workspaces/WS1/TaskQueues/RealTimeStatistics)", report.Unserved()[1].String())
	require.Len(t, report.Misfits, 1)
	assert.Contains(t, report.Misfits[0], "+ GET /v1/Workspaces/WS1/Tasks/WT1")
	assert.Equal(t, replayer.Err(), report.Err())
}

func TestReportIsTouchedByARequestThatFitsNothing(t *testing.T) {
	replayer := conformance.NewReplayer(mustParse(t, updates))
	request{method: "GET", target: "/"}.send(replayer)
	assert.True(t, replayer.Report().Touched())
}

func TestReportDoesNotChangeWithTheReplayer(t *testing.T) {
	replayer := conformance.NewReplayer(mustParse(t, updates))
	before := replayer.Report()
	deleteTask().send(replayer)
	assert.False(t, before.Touched())
	before.Entries[0].Served = true
	assert.False(t, replayer.Report().Entries[0].Served, "nor the other way round")
}

func TestRewindForgetsEverything(t *testing.T) {
	replayer := conformance.NewReplayer(mustParse(t, minimal("GET /p", "200")))
	get := request{method: "GET", target: "/p"}
	get.send(replayer)
	require.Equal(t, 501, get.send(replayer).StatusCode)

	replayer.Rewind()
	assert.False(t, replayer.Report().Touched())
	assert.Equal(t, 200, get.send(replayer).StatusCode)
	assert.NoError(t, replayer.Err())
}

func TestRepeaterServesOneExchangeAgainAndAgain(t *testing.T) {
	repeater := conformance.NewRepeater("f.txtar", mustParse(t, updates).Exchanges[2])
	require.EqualError(t, repeater.Err(), "exchanges that were not served: 1\n"+
		"f.txtar: delete task (DELETE /v1/Workspaces/WS1/Tasks/WT1)", "once is asked for")
	for range 3 {
		assert.Equal(t, 204, deleteTask().send(repeater).StatusCode)
	}
	require.NoError(t, repeater.Err())

	assert.Equal(t, 501, statistics().send(repeater).StatusCode, "another exchange of the scenario")
	response := request{method: "DELETE", target: "/v1/Workspaces/WS1/Tasks/WT2"}.send(repeater)
	assert.Contains(t, text(t, response), "nearest: f.txtar: delete task", "it is still there to be compared with")
	assert.Error(t, repeater.Err())
}
