package document_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/openapi"
	"github.com/taskrouter-go/sdk/openapi/document"
)

const workspace = "/v1/Workspaces/WS2755ca500fe07f93394eba29bccd4fca"

func load(t testing.TB) *document.Document {
	t.Helper()
	d, err := document.Load(openapi.Document)
	require.NoError(t, err)
	return d
}

func TestLoadListsTheOperationsInTheirOrder(t *testing.T) {
	var want, got []string
	for _, found := range regexp.MustCompile(`(?m)^      operationId: (.+)$`).FindAllSubmatch(openapi.Document, -1) {
		want = append(want, string(found[1]))
	}
	for _, o := range load(t).Operations() {
		got = append(got, o.ID)
	}
	assert.GreaterOrEqual(t, len(want), 61)
	assert.Equal(t, want, got)
}

func TestLoadRefusesWhatIsNoUsableDocument(t *testing.T) {
	for name, test := range map[string]struct{ document, message string }{
		"no YAML":                           {"\t", "load the document"},
		"not OpenAPI":                       {"openapi: 3.0.3", "validate the document"},
		"no success":                        {"openapi: 3.0.3\ninfo: {title: A, version: '1'}\npaths: {/a: {get: {operationId: a, responses: {default: {description: B}}}}}", "load the document: GET /a: expected a response of status 2xx"},
		"a body of a kind that is not used": {withBody("text/plain"), "expected a body of"},
		"a body of two kinds":               {withBody("application/json", "application/x-www-form-urlencoded"), "expected a body of one kind"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := document.Load([]byte(test.document))
			assert.ErrorContains(t, err, test.message)
		})
	}
}

func withBody(media ...string) string {
	var content strings.Builder
	for _, m := range media {
		content.WriteString("            " + m + ": {schema: {type: object}}\n")
	}
	return `
openapi: 3.0.3
info: {title: A, version: '1'}
paths:
  /a:
    post:
      operationId: a
      requestBody:
        content:
` + strings.ReplaceAll(content.String(), "            ", "          ") + `
      responses: {'200': {description: B}}
`
}

func TestFind(t *testing.T) {
	d := load(t)
	for name, test := range map[string]struct {
		method, path string
		operation    string
		values       map[string]string
	}{
		"a collection":                    {"GET", "/v1/Workspaces", "listWorkspaces", map[string]string{}},
		"another method":                  {"POST", "/v1/Workspaces", "createWorkspace", map[string]string{}},
		"a resource":                      {"GET", workspace, "getWorkspace", map[string]string{"WorkspaceSid": "WS2755ca500fe07f93394eba29bccd4fca"}},
		"a name rather than a parameter":  {"GET", workspace + "/Workers/Statistics", "getWorkersStatistics", map[string]string{"WorkspaceSid": "WS2755ca500fe07f93394eba29bccd4fca"}},
		"one name for two methods":        {"POST", workspace + "/TaskQueues/RealTimeStatistics", "getTaskQueueBulkRealTimeStatistics", map[string]string{"WorkspaceSid": "WS2755ca500fe07f93394eba29bccd4fca"}},
		"a value that is percent-encoded": {"GET", workspace + "/TaskChannels/a%2Fb", "getTaskChannel", map[string]string{"WorkspaceSid": "WS2755ca500fe07f93394eba29bccd4fca", "TaskChannelSid": "a/b"}},
		"a name that is percent-encoded":  {"GET", "/v1/%57orkspaces", "listWorkspaces", map[string]string{}},
	} {
		t.Run(name, func(t *testing.T) {
			o, values, err := d.Find(test.method, test.path)
			require.NoError(t, err)
			assert.Equal(t, test.operation, o.ID)
			assert.Equal(t, test.values, values)
		})
	}
	for name, path := range map[string]string{
		"nothing":            "",
		"below a base path":  "/base/v1/Workspaces",
		"a slash at the end": "/v1/Workspaces/",
		"an empty value":     "/v1/Workspaces//Tasks",
		"bad encoding":       "/v1/Workspaces/%zz",
		"too much":           workspace + "/Tasks/WT1/More",
	} {
		t.Run("not "+name, func(t *testing.T) {
			_, _, err := d.Find("GET", path)
			assert.EqualError(t, err, "GET "+path+": no operation of the document")
		})
	}
	_, _, err := d.Find("PUT", workspace)
	assert.Error(t, err, "not another method")
}

func TestInputsAreWhatARequestCanHold(t *testing.T) {
	d := load(t)
	tasks, _, err := d.Find("GET", workspace+"/Tasks")
	require.NoError(t, err)
	status, ok := tasks.Input(document.InQuery, "AssignmentStatus")
	assert.True(t, ok)
	assert.Equal(t, document.InQuery, status.In)
	assert.Equal(t, "AssignmentStatus", status.Name)
	assert.False(t, status.Required)
	assert.True(t, status.List)
	_, ok = tasks.Input(document.InQuery, "assignmentstatus")
	assert.False(t, ok, "names of parameters know case")

	worker, _, err := d.Find("POST", workspace+"/Workers/WK1")
	require.NoError(t, err)
	_, ok = worker.Input(document.InHeader, "if-match")
	assert.True(t, ok, "names of headers do not")

	create, _, err := d.Find("POST", workspace+"/Workflows")
	require.NoError(t, err)
	configuration, ok := create.Input(document.InForm, "Configuration")
	assert.True(t, ok)
	assert.True(t, configuration.Required)

	bulk, _, err := d.Find("POST", workspace+"/TaskQueues/RealTimeStatistics")
	require.NoError(t, err)
	require.Len(t, bulk.Inputs, 1)
	queues, ok := bulk.Input(document.InJSON, "queueSids")
	assert.True(t, ok)
	assert.True(t, queues.Required)
	assert.True(t, queues.List)

	// The form of this one is made of two.
	reservation, _, err := d.Find("POST", workspace+"/Tasks/WT1/Reservations/WR1")
	require.NoError(t, err)
	for _, field := range []string{"Instruction", "SupervisorMode"} {
		_, ok = reservation.Input(document.InForm, field)
		assert.True(t, ok, field)
	}
}
