package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/openapi"
)

// edit is a change of the text of our document: below a heading, an old part that is
// there becomes a new one.
type edit struct{ below, from, to string }

func (e edit) apply(t *testing.T, document string) string {
	t.Helper()
	start := strings.Index(document, e.below)
	require.GreaterOrEqual(t, start, 0, "the document has no %q", e.below)
	require.Contains(t, document[start:], e.from)
	return document[:start] + strings.Replace(document[start:], e.from, e.to, 1)
}

func everywhere(from, to string) func(*testing.T, string) string {
	return func(_ *testing.T, document string) string { return strings.ReplaceAll(document, from, to) }
}

func edits(all ...edit) func(*testing.T, string) string {
	return func(t *testing.T, document string) string {
		t.Helper()
		for _, e := range all {
			document = e.apply(t, document)
		}
		return document
	}
}

// compareWith compares our document with what a change makes of it, by the program
// that make breaking-check installs. Plain go test needs nothing but Go.
func compareWith(t *testing.T, change func(*testing.T, string) string) (output string, broken bool) {
	t.Helper()
	program := os.Getenv("OASDIFF")
	if program == "" {
		t.Skip("OASDIFF is not set; make breaking-check sets it")
	}
	changed := change(t, string(openapi.Document))
	output, broken, err := compare(t.Context(), program, openapi.Document, []byte(changed))
	require.NoError(t, err)
	return output, broken
}

func TestCompareTellsWhatBreaks(t *testing.T) {
	tests := map[string]struct {
		change func(*testing.T, string) string
		want   string
	}{
		"an operationId is renamed": {
			edits(edit{"", "operationId: getTask\n", "operationId: fetchTask\n"}),
			"operation id `getTask` removed and replaced with `fetchTask`",
		},
		"operationIds change places": {
			edits(edit{"", "operationId: getTask\n", "operationId: x\n"}, edit{"", "operationId: getWorker\n", "operationId: getTask\n"}, edit{"", "operationId: x\n", "operationId: getWorker\n"}),
			"operation id `getWorker` removed and replaced with `getTask`",
		},
		"an operationId is given to a new path": {
			edits(edit{"\n  /v1/Workspaces:\n", "operationId: listWorkspaces\n", "operationId: listAll\n"},
				edit{"\n  /v1/Workspaces:\n", "", "\n  /v1/Other:\n    get:\n      operationId: listWorkspaces\n      responses: {'204': {description: none}}\n"}),
			"operation id `listWorkspaces` removed and replaced with `listAll`",
		},
		"an operationId of a callback is renamed": {
			edits(edit{"", "operationId: receiveEvent\n", "operationId: takeEvent\n"}), "operation id `receiveEvent` removed",
		},
		"a field of a form is removed": {
			edits(edit{"\n    CreateWorkspaceRequest:\n", "        EventCallbackUrl:\n", "        EventUrl:\n"}), "removed the request property `EventCallbackUrl`",
		},
		"a parameter is removed": {
			edits(edit{"operationId: listWorkspaces", "name: FriendlyName", "name: Name"}), "deleted the `query` request parameter `FriendlyName`",
		},
		"a parameter becomes required": {
			edits(edit{"operationId: listWorkspaces", "          in: query\n", "          in: query\n          required: true\n"}),
			"the `query` request parameter `FriendlyName` became required",
		},
		"a member of an answer is removed": {
			edits(edit{"\n    Task:\n", "        - age\n", ""}, edit{"\n    Task:\n", "        age:\n", "        seconds:\n"}), "removed the required property `age` from the response",
		},
		"a member of an answer becomes optional": {
			edits(edit{"\n    Task:\n", "        - age\n", ""}), "the response property `age` became optional",
		},
		"a member of an answer becomes nullable": {
			edits(edit{"\n        age:\n", "          type: integer\n", "          type: integer\n          nullable: true\n"}), "the response property `tasks/items/age` became nullable",
		},
		"a type changes": {
			edits(edit{"\n        age:\n", "type: integer", "type: string"}), "`type` changed from `integer` to `string`",
		},
		"a type of the workflow's configuration changes": {
			edits(edit{"\n    WorkflowTarget:\n", "type: integer", "type: string"}), "POST /schemas/WorkflowConfiguration",
		},
		"a type of a callback changes": {
			edits(edit{"\n    EventCallback:\n", "type: string", "type: integer"}), "/callbacks/createWorkspace/event",
		},
		"the URL of a callback changes": {
			edits(edit{"", "'{$request.body#/EventCallbackUrl}'", "'{$request.body#/EventUrl}'"}), "/callbacks/createWorkspace/event/$request.body#/EventCallbackUrl",
		},
		"a parameter of a path is renamed": {
			func(t *testing.T, document string) string {
				t.Helper()
				renamed := everywhere("{ActivitySid}", "{Sid}")(t, document)
				return edit{"", "      name: ActivitySid\n", "      name: Sid\n"}.apply(t, renamed)
			},
			"deleted the `query` request parameter `path.ActivitySid`",
		},
		"a list of a query becomes text": {
			edits(edit{"operationId: listTasks", "            type: array\n            items:\n              $ref: '#/components/schemas/TaskStatus'\n", "            type: string\n"}),
			"`AssignmentStatus`, the `type` was widened",
		},
		"a number of a form becomes text": {
			edits(edit{"\n    CreateTaskRequest:\n", "          type: integer\n", "          type: string\n"}), "`type` changed from `integer` to `string`",
		},
		"a member of an answer gets a format": {
			edits(edit{"\n    Task:\n", "        reason:\n", "        reason:\n          format: uri\n"}), "`format` was narrowed from `none` to `uri`",
		},
		"a failure is no longer described": {
			edits(edit{"operationId: getWorkspace\n", "        '404':\n          $ref: '#/components/responses/NotFound'\n", ""}), "removed the non-success response with the status `404`",
		},
		"a header of an answer is removed": {
			everywhere("        ETag:\n", "        Version:\n"), "the optional response header `etag` removed",
		},
		"a value is no longer taken": {
			edits(edit{"\n    WorkspaceTemplate:\n", "[NONE, FIFO]", "[FIFO]"}), "removed the enum value `NONE`",
		},
		"an operation is removed": {
			edits(edit{"operationId: getWorkspace\n", "    delete:\n", "    put:\n"}), "in API DELETE /v1/Workspaces/{WorkspaceSid} api removed",
		},
		"a status of success changes": {
			edits(edit{"operationId: createWorkspace\n", "'201':", "'200':"}), "removed the success response with the status `201`",
		},
		"a schema is renamed": {
			func(t *testing.T, document string) string {
				t.Helper()
				renamed := everywhere("schemas/WorkspaceList'", "schemas/WorkspacePage'")(t, document)
				return edit{"", "\n    WorkspaceList:\n", "\n    WorkspacePage:\n"}.apply(t, renamed)
			},
			"in components/schemas removed the schema `WorkspaceList`",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			output, broken := compareWith(t, test.change)
			assert.True(t, broken)
			assert.Contains(t, output, test.want)
		})
	}
}

func TestCompareAcceptsWhatGrows(t *testing.T) {
	tests := map[string]func(*testing.T, string) string{
		"nothing": edits(),
		"an optional field": edits(edit{"\n    CreateWorkspaceRequest:\n", "        EventCallbackUrl:\n",
			"        Colour:\n          type: string\n        EventCallbackUrl:\n"}),
		"an operation": edits(edit{"", "\n  /v1/Workspaces:\n",
			"\n  /v1/Other:\n    get:\n      operationId: listOthers\n      responses: {'204': {description: none}}\n  /v1/Workspaces:\n"}),
		"a member of an answer": edits(edit{"\n    Task:\n", "        age:\n", "        colour:\n          type: string\n        age:\n"}),
		"a value of an answer":  edits(edit{"\n    TaskStatus:\n", "enum: [", "enum: [archived, "}),
		"a schema":              edits(edit{"", "\n    WorkspaceList:\n", "\n    Colour:\n      type: string\n    WorkspaceList:\n"}),
		"a description of a reference": edits(edit{"\n    TaskList:\n", "          $ref: '#/components/schemas/PageMeta'",
			"          allOf: [{$ref: '#/components/schemas/PageMeta'}]\n          description: Where the page stands."}),
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			output, broken := compareWith(t, change)
			assert.False(t, broken, output)
		})
	}
}

func TestCompareSaysThatItCannot(t *testing.T) {
	_, _, err := compare(t.Context(), "/no/such/oasdiff", openapi.Document, openapi.Document)
	assert.ErrorContains(t, err, "/no/such/oasdiff")
	_, _, err = compare(t.Context(), "oasdiff", []byte("[1]"), openapi.Document)
	assert.ErrorContains(t, err, "base: ")
}
