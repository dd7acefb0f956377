package conformance_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/conformance"
)

// everything uses every part of the format, in canonical form.
const everything = `source: emulator
# A queue is asked for, changed and deleted.
#
#   Indented.

-- update worker: request --
POST /v1/Workspaces/WS1/Workers/WK%201?Trace=a%20b
Authorization: Bearer
If-Match: 3
Content-Type: application/x-www-form-urlencoded

FriendlyName=Jamie = James
Attributes=
|{
|	"note": "|bar|"
|
|}
ActivitySid=
-- update worker: response --
412
Content-Type: application/json
X-Empty:

{
  "code": 20412
}

-- statistics: request --
POST /v1/Workspaces/WS1/TaskQueues/RealTimeStatistics
Authorization: Basic
Content-Type: application/json

{
  "TaskQueueSids": ["WQ1", "WQ2"],
  "Limit": 20
}
-- statistics: response --
200

<p>text</p>
-- delete: request --
DELETE /v1/Workspaces/WS1
-- delete: response --
204
`

var everythingParsed = &conformance.Scenario{
	Name:    "everything.txtar",
	Source:  conformance.SourceEmulator,
	Comment: "A queue is asked for, changed and deleted.\n\n  Indented.",
	Exchanges: []conformance.Exchange{
		{
			Name: "update worker",
			Request: conformance.Request{
				Method: "POST",
				Path:   "/v1/Workspaces/WS1/Workers/WK%201",
				Query:  "Trace=a%20b",
				Header: []conformance.Field{
					{Name: "Authorization", Value: "Bearer"},
					{Name: "If-Match", Value: "3"},
					{Name: "Content-Type", Value: "application/x-www-form-urlencoded"},
				},
				Form: []conformance.Field{
					{Name: "FriendlyName", Value: "Jamie = James"},
					{Name: "Attributes", Value: "{\n\t\"note\": \"|bar|\"\n\n}"},
					{Name: "ActivitySid"},
				},
			},
			Response: conformance.Response{
				Status: 412,
				Header: []conformance.Field{{Name: "Content-Type", Value: "application/json"}, {Name: "X-Empty"}},
				Body:   "{\n  \"code\": 20412\n}\n",
			},
		},
		{
			Name: "statistics",
			Request: conformance.Request{
				Method: "POST",
				Path:   "/v1/Workspaces/WS1/TaskQueues/RealTimeStatistics",
				Header: []conformance.Field{
					{Name: "Authorization", Value: "Basic"},
					{Name: "Content-Type", Value: "application/json"},
				},
				JSON: "{\n  \"TaskQueueSids\": [\"WQ1\", \"WQ2\"],\n  \"Limit\": 20\n}",
			},
			Response: conformance.Response{Status: 200, Body: "<p>text</p>"},
		},
		{
			Name:     "delete",
			Request:  conformance.Request{Method: "DELETE", Path: "/v1/Workspaces/WS1"},
			Response: conformance.Response{Status: 204},
		},
	},
}

func TestParseReadsEveryPartOfTheFormat(t *testing.T) {
	scenario, err := conformance.Parse("everything.txtar", []byte(everything))
	require.NoError(t, err)
	assert.Equal(t, everythingParsed, scenario)
}

func TestLoadReadsByFileName(t *testing.T) {
	fsys := fstest.MapFS{"everything.txtar": {Data: []byte(everything)}}

	scenario, err := conformance.Load(fsys, "everything.txtar")
	require.NoError(t, err)
	assert.Equal(t, everythingParsed, scenario)

	_, err = conformance.Load(fsys, "nothing.txtar")
	assert.ErrorContains(t, err, "nothing.txtar")
}

// minimal is a fixture of one exchange with the parts given.
func minimal(request, response string) string {
	return "source: live\n\n-- a: request --\n" + request + "\n-- a: response --\n" + response + "\n"
}

func TestParseForgivesWhatFormatWouldWriteOtherwise(t *testing.T) {
	want := mustParse(t, minimal("POST /p\nContent-Type: application/x-www-form-urlencoded\n\nKey=value", "204"))
	for promise, text := range map[string]string{
		"words after the status":         minimal("POST /p\nContent-Type: application/x-www-form-urlencoded\n\nKey=value", "204 No Content"),
		"a bar before a single line":     minimal("POST /p\nContent-Type: application/x-www-form-urlencoded\n\nKey=\n|value", "204"),
		"an empty line and no body":      minimal("POST /p\nContent-Type: application/x-www-form-urlencoded\n\nKey=value", "204\n"),
		"no line feed at the end":        strings.TrimSuffix(minimal("POST /p\nContent-Type: application/x-www-form-urlencoded\n\nKey=value", "204"), "\n"),
		"spaces around a header's value": minimal("POST /p\nContent-Type:\tapplication/x-www-form-urlencoded \n\nKey=value", "204"),
		"empty lines in the comment":     "\n\n" + minimal("POST /p\nContent-Type: application/x-www-form-urlencoded\n\nKey=value", "204"),
		"a comment without words":        "source: live\n#\n\n" + strings.TrimPrefix(minimal("POST /p\nContent-Type: application/x-www-form-urlencoded\n\nKey=value", "204"), "source: live\n"),
	} {
		t.Run(promise, func(t *testing.T) {
			assert.Equal(t, want, mustParse(t, text))
		})
	}
}

func TestParseSaysWhereAndWhatItExpected(t *testing.T) {
	const get = "GET /v1/Workspaces"
	const form = "POST /p\nContent-Type: application/x-www-form-urlencoded\n\n"
	for promise, c := range map[string]struct{ text, want string }{
		"nothing at all":               {"", `f.txtar: comment: expected a line "source: reference"`},
		"no source":                    {"# words\n", `comment: expected a line "source: reference"`},
		"an unknown source":            {"source: memory\n", `expected source to be live, emulator or reference, not "memory"`},
		"an unknown key":               {"source: live\nauthor: me\n", `comment: expected source, the only header, or a line that begins with #, not "author: me"`},
		"the source twice":             {"source: live\nsource: live\n", "comment: expected source once"},
		"a header below the comment":   {"# words\nsource: live\n", `comment: expected another line that begins with #, or the first section, not "source: live"`},
		"line ends of another system":  {"source: live\n# a\r\n", "f.txtar: line 2: expected a line feed at its end and no carriage return"},
		"bytes that are no text":       {"source: live\n\xff", "f.txtar: expected text in UTF-8"},
		"no exchange":                  {"source: live\n", `f.txtar: expected a section "NAME: request" and its response`},
		"a section of another kind":    {"source: live\n-- a --\n", `section "a": expected the name "NAME: request"`},
		"an exchange without a name":   {"source: live\n-- : request --\n", `section ": request": expected the name "NAME: request"`},
		"a request alone":              {"source: live\n-- a: request --\n" + get, `section "a: request": expected a section "a: response" after it`},
		"a response to another":        {"source: live\n-- a: request --\n-- b: response --\n", `section "b: response": expected the name "a: response"`},
		"the same name twice":          {minimal(get, "200") + strings.TrimPrefix(minimal(get, "200"), "source: live\n\n"), `section "a: request": expected a name that no exchange before it has`},
		"an empty request":             {minimal("", "200"), `section "a: request": expected a line like "GET /v1/Workspaces?PageSize=50", not ""`},
		"a method in small letters":    {minimal("get /p", "200"), `not "get /p"`},
		"a URL for a path":             {minimal("GET https://taskrouter.twilio.com/v1", "200"), "expected a line like"},
		"an HTTP version":              {minimal("GET /p HTTP/1.1", "200"), "expected a line like"},
		"a fragment":                   {minimal("GET /p#f", "200"), "expected a line like"},
		"a path badly encoded":         {minimal("GET /%zz", "200"), "expected a path as in a URL"},
		"a query badly encoded":        {minimal("GET /p?a=%zz", "200"), "expected a query as in a URL"},
		"a header without a colon":     {minimal(get+"\nAccept json", "200"), `section "a: request": expected a header line Name: value`},
		"a header with a bad name":     {minimal(get+"\nA b: c", "200"), "expected a header line Name: value"},
		"a header with a bad value":    {minimal(get+"\nA: b\x00", "200"), "expected a header line Name: value"},
		"a header of the connection":   {minimal(get, "200\ncontent-length: 7"), `section "a: response": expected no header content-length: it belongs to the connection`},
		"another scheme":               {minimal(get+"\nAuthorization: Digest", "200"), "expected Authorization to be Basic or Bearer"},
		"a body without a type":        {minimal("POST /p\n\na=b", "200"), "expected a Content-Type of application/x-www-form-urlencoded or application/json"},
		"a body of another type":       {minimal("POST /p\nContent-Type: text/plain\n\na=b", "200"), "expected a Content-Type of"},
		"a form line without =":        {minimal(form+"Key", "200"), `expected a line Key=value, not "Key"`},
		"a form line without a key":    {minimal(form+"=value", "200"), `expected a line Key=value, not "=value"`},
		"an empty line in a form":      {minimal(form+"Key=value\n", "200"), `expected a line Key=value, not ""`},
		"bars without a key":           {minimal(form+"|a=b", "200"), `expected a line Key=value, not "|a=b"`},
		"bars below a value":           {minimal(form+"Key=value\n|more", "200"), `expected nothing after "Key=", since its value follows behind bars`},
		"JSON that is none":            {minimal("POST /p\nContent-Type: application/json\n\n{", "200"), "expected a body of JSON"},
		"no status":                    {minimal(get, "OK"), `section "a: response": expected a status code from 200 to 599, not "OK"`},
		"a status that is not final":   {minimal(get, "100"), "expected a status code from 200 to 599"},
		"a status of four digits":      {minimal(get, "2000"), "expected a status code from 200 to 599"},
		"a body where there can be no": {minimal(get, "204\n\nbody"), "expected no body with status 204"},
	} {
		t.Run(promise, func(t *testing.T) {
			_, err := conformance.Parse("f.txtar", []byte(c.text))
			require.ErrorContains(t, err, c.want)
			assert.True(t, strings.HasPrefix(err.Error(), "f.txtar: "), err)
		})
	}
}

func TestParseRefusesACredentialAndDoesNotShowIt(t *testing.T) {
	for _, value := range []string{"Basic c2VjcmV0", "Bearer c2VjcmV0", "c2VjcmV0"} {
		_, err := conformance.Parse("f.txtar", []byte(minimal("GET /p\nauthorization: "+value, "200")))
		require.ErrorContains(t, err, "expected Authorization to be Basic or Bearer, a scheme and no credential")
		assert.NotContains(t, err.Error(), "c2VjcmV0")
	}
}

func mustParse(t *testing.T, text string) *conformance.Scenario {
	t.Helper()
	scenario, err := conformance.Parse("f.txtar", []byte(text))
	require.NoError(t, err)
	return scenario
}
