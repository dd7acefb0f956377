package coverage_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/conformance"
	"github.com/taskrouter-go/sdk/conformance/internal/coverage"
	"github.com/taskrouter-go/sdk/openapi"
	"github.com/taskrouter-go/sdk/openapi/document"
)

const worker = "/v1/Workspaces/WS2755ca500fe07f93394eba29bccd4fca/Workers/WK2755ca500fe07f93394eba29bccd4fca"

// rowOf computes the row of an operation from exchanges.
func rowOf(t *testing.T, operation string, exchanges ...conformance.Exchange) coverage.Row {
	t.Helper()
	for _, row := range compute(t, exchanges...) {
		if row.Operation == operation {
			return row
		}
	}
	t.Fatalf("no row for %s", operation)
	return coverage.Row{}
}

func compute(t *testing.T, exchanges ...conformance.Exchange) []coverage.Row {
	t.Helper()
	d, err := document.Load(openapi.Document)
	require.NoError(t, err)
	rows, err := coverage.Compute(d, []*conformance.Scenario{{Name: "test", Exchanges: exchanges}})
	require.NoError(t, err)
	return rows
}

func exchange(method, path, query string, status int, form ...conformance.Field) conformance.Exchange {
	return conformance.Exchange{
		Name:     "exchange",
		Request:  conformance.Request{Method: method, Path: path, Query: query, Form: form},
		Response: conformance.Response{Status: status},
	}
}

func TestWithoutFixturesEverythingIsAGap(t *testing.T) {
	rows := compute(t)
	require.Len(t, rows, bytes.Count(openapi.Document, []byte("\n      operationId:")))
	for _, row := range rows {
		assert.NotEmpty(t, row.Gaps, row.Operation)
		assert.NotEmpty(t, row.Methods, row.Operation)
	}
	assert.Equal(t, coverage.Row{
		Operation: "updateWorker",
		Methods:   []string{"Workers.Update", "Workers.SetActivity"},
		Optional:  coverage.Count{N: 0, Of: 5},
		Gaps: []string{
			"no exchange is answered 200", "no exchange is answered 400", "no exchange is answered 401",
			"no exchange is answered 404", "no exchange is answered 412", "no exchange is answered 429",
			"no exchange that succeeds is made by Workers.Update",
			"no exchange that succeeds is made by Workers.SetActivity",
			"no exchange that succeeds has the header If-Match",
			"no exchange that succeeds has the form field ActivitySid",
			"no exchange that succeeds has the form field Attributes",
			"no exchange that succeeds has the form field FriendlyName",
			"no exchange that succeeds has the form field RejectPendingReservations",
		},
	}, rowOf(t, "updateWorker"))
}

func TestExchangesCloseGaps(t *testing.T) {
	conditional := exchange("POST", worker, "", 200, conformance.Field{Name: "FriendlyName", Value: "Ada"})
	conditional.Request.Header = []conformance.Field{{Name: "if-match", Value: "0"}}
	limited := exchange("POST", worker, "", 429)
	limited.Response.Header = []conformance.Field{{Name: "Retry-After", Value: "1"}}

	row := rowOf(t, "updateWorker",
		conditional,
		limited,
		exchange("POST", worker, "", 200, conformance.Field{Name: "ActivitySid", Value: "WA1"}),
		exchange("POST", worker, "", 404),
		exchange("POST", worker, "", 400, conformance.Field{Name: "Attributes", Value: "{}"}))
	assert.Equal(t, coverage.Row{
		Operation: "updateWorker",
		Methods:   []string{"Workers.Update", "Workers.SetActivity"},
		Successes: 2,
		Failures:  []int{400, 404, 429},
		Optional:  coverage.Count{N: 3, Of: 5},
		Gaps: []string{
			"no exchange is answered 401", "no exchange is answered 412",
			"no exchange that succeeds has the form field Attributes", // that it is refused proves nothing
			"no exchange that succeeds has the form field RejectPendingReservations",
		},
	}, row)
}

func TestQueriesAndJSONAreCounted(t *testing.T) {
	workspace := "/v1/Workspaces/WS2755ca500fe07f93394eba29bccd4fca"
	row := rowOf(t, "listTaskChannels", exchange("GET", workspace+"/TaskChannels", "PageSize=2&Page=1", 200))
	assert.Equal(t, coverage.Count{N: 2, Of: 3}, row.Optional)
	assert.Contains(t, row.Gaps, "no exchange that succeeds has the query parameter PageToken")

	bulk := exchange("POST", workspace+"/TaskQueues/RealTimeStatistics", "", 200)
	assert.Contains(t, rowOf(t, "getTaskQueueBulkRealTimeStatistics", bulk).Gaps, "no exchange that succeeds has the member queueSids")
	bulk.Request.JSON = `{"queueSids": []}`
	assert.Equal(t, coverage.Count{N: 1, Of: 1}, rowOf(t, "getTaskQueueBulkRealTimeStatistics", bulk).Required)
}

func TestTooManyRequestsCountsOnlyWithRetryAfter(t *testing.T) {
	row := rowOf(t, "updateWorker", exchange("POST", worker, "", 429))
	assert.Empty(t, row.Failures)
	assert.Contains(t, row.Gaps, "no exchange is answered 429")
}

func TestAFixtureForNoOperationIsAnError(t *testing.T) {
	d, err := document.Load(openapi.Document)
	require.NoError(t, err)
	for name, test := range map[string]struct {
		exchange conformance.Exchange
		message  string
	}{
		"another path":         {exchange("GET", "/v1/Nothing", "", 200), "test: exchange: GET /v1/Nothing: no operation of the document"},
		"a query that is none": {exchange("GET", "/v1/Workspaces", "a=%zz", 200), "test: exchange: query of /v1/Workspaces"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := coverage.Compute(d, []*conformance.Scenario{{Name: "test", Exchanges: []conformance.Exchange{test.exchange}}})
			assert.ErrorContains(t, err, test.message)
		})
	}
}

func TestTableShowsEachRow(t *testing.T) {
	rows := []coverage.Row{
		{Operation: "getIt", Methods: []string{"Its.Get"}, Successes: 2, Failures: []int{401, 404}, Required: coverage.Count{}, Optional: coverage.Count{N: 1, Of: 3}, Emulator: []int{200, 404}},
		{Operation: "loseIt", Gaps: []string{"one", "two"}},
	}
	assert.Equal(t, strings.TrimPrefix(`
operation  successes  failures  required  optional  emulator  facade
getIt      2          401 404   0/0       1/3       200 404   Its.Get
loseIt     -          -         0/0       0/0       -         -
`, "\n"), coverage.Table(rows))
	assert.Equal(t, "loseIt: one\nloseIt: two\n", coverage.Gaps(rows))
	assert.Empty(t, coverage.Gaps(rows[:1]))
}
