package coverage_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/conformance/internal/coverage"
	"github.com/taskrouter-go/sdk/openapi"
	"github.com/taskrouter-go/sdk/openapi/document"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

// rowsOfEmulator are those of servers of which one operation fails some calls.
func rowsOfEmulator(t *testing.T, operation string, calls int, failure taskroutertest.Failure) map[string]coverage.Row {
	t.Helper()
	d, err := document.Load(openapi.Document)
	require.NoError(t, err)
	rows := make([]coverage.Row, 0, len(d.Operations()))
	for _, o := range d.Operations() {
		rows = append(rows, coverage.Row{Operation: o.ID})
	}
	require.NoError(t, coverage.AskEmulator(d, func() (*taskroutertest.Server, error) {
		s, err := coverage.NewServer()
		if err == nil {
			s.Fail(operation, calls, failure)
		}
		return s, err
	}, rows))
	byName := make(map[string]coverage.Row)
	for _, row := range rows {
		byName[row.Operation] = row
	}
	return byName
}

func TestTheEmulatorCarriesEveryOperationOutAndRefusesIt(t *testing.T) {
	for _, row := range rowsOfEmulator(t, "getTask", 0, taskroutertest.Failure{}) {
		assert.Empty(t, row.Gaps, row.Operation)
		require.Len(t, row.Emulator, 2, row.Operation)
		assert.Less(t, row.Emulator[0], 300, row.Operation)
		want := 404
		if row.Operation == "listWorkspaces" || row.Operation == "createWorkspace" {
			want = 400
		}
		assert.Equal(t, want, row.Emulator[1], row.Operation)
	}
}

func TestWhatTheEmulatorDoesNotAnswerIsAGap(t *testing.T) {
	lost := taskroutertest.Failure{Status: 503, Body: "later"}
	for name, test := range map[string]struct {
		operation string
		calls     int
		failure   taskroutertest.Failure
		emulator  []int
		gaps      []string
	}{
		"no success": {"createTask", 100, taskroutertest.Failure{Status: 404, Message: "no"}, []int{404},
			[]string{`the emulator is expected to answer 201, not 404: {"message":"no","status":404}`}},
		"no failure": {"createTask", 1, lost, []int{201}, []string{"the emulator is expected to answer 404, not 503: later"}},
		"neither": {"deleteWorker", 100, lost, nil, []string{
			"the emulator is expected to answer 404, not 503: later", "the emulator is expected to answer 204, not 503: later",
		}},
		"another answer than the document's": {"getTask", 1, taskroutertest.Failure{Status: 404, Header: http.Header{"Content-Type": {"application/json"}}, Body: `{"who": 1}`}, []int{200},
			[]string{`the emulator answers 404 otherwise than the document says: body: $.who: the document does not declare it`}},
	} {
		t.Run(name, func(t *testing.T) {
			rows := rowsOfEmulator(t, test.operation, test.calls, test.failure)
			assert.Equal(t, test.emulator, rows[test.operation].Emulator)
			assert.Equal(t, test.gaps, rows[test.operation].Gaps)
			assert.Empty(t, rows["getWorkspace"].Gaps)
		})
	}
}

func TestEmulatedCountsOperationsThatSucceedAndFail(t *testing.T) {
	assert.Equal(t, 1, coverage.Emulated([]coverage.Row{{Emulator: []int{200}}, {Emulator: []int{201, 400}}, {}}))
}

func TestAskEmulatorNeedsServers(t *testing.T) {
	d, err := document.Load(openapi.Document)
	require.NoError(t, err)
	rows := make([]coverage.Row, len(d.Operations()))
	for name, test := range map[string]struct {
		newServer func() (*taskroutertest.Server, error)
		message   string
	}{
		"none":                {func() (*taskroutertest.Server, error) { return nil, errors.New("no state") }, "no state"},
		"one with nothing":    {func() (*taskroutertest.Server, error) { return taskroutertest.NewServer(), nil }, "ask the emulator for getActivity: expected something at /v1/Workspaces/{WorkspaceSid}/Activities/ffffffffffffffffffffffffffffffff, there is nothing"},
		"one that is closed":  {closed, "ask the emulator for listWorkspaces: "},
		"one that lists none": {unlisted, "ask the emulator for getWorkspace: expected a list at /v1/Workspaces, not 503"},
	} {
		t.Run(name, func(t *testing.T) {
			assert.ErrorContains(t, coverage.AskEmulator(d, test.newServer, rows), test.message)
		})
	}
}

func closed() (*taskroutertest.Server, error) {
	s, err := coverage.NewServer()
	if err == nil {
		s.Close()
	}
	return s, err
}

func unlisted() (*taskroutertest.Server, error) {
	return taskroutertest.NewServer(taskroutertest.WithBefore(func(c taskroutertest.Call) *taskroutertest.Failure {
		if c.Operation == "listWorkspaces" && c.Query.Get("PageToken") == "" {
			return &taskroutertest.Failure{Status: 503}
		}
		return nil
	})), nil
}
