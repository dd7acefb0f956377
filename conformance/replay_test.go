package conformance_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/conformance"
)

const updates = `source: reference

-- update task: request --
POST /v1/Workspaces/WS1/Tasks/WT1?Trace=x&Trace=y&Depth=1
Authorization: Basic
If-Match: 3
Content-Type: application/x-www-form-urlencoded

Attributes=
|{
|	"type": "call"
|}
Priority=5
Event=start
Event=end
-- update task: response --
200
ETag: 4
Set-Cookie: a=1
Set-Cookie: b=2

{"priority":5}
-- statistics: request --
POST /v1/Workspaces/WS1/TaskQueues/RealTimeStatistics
Authorization: Basic
Content-Type: application/json

{"TaskQueueSids": ["WQ1", "WQ2"], "Depth": 12.50}
-- statistics: response --
200
Content-Type: application/json

{}
-- delete task: request --
DELETE /v1/Workspaces/WS1/Tasks/WT1
-- delete task: response --
204
`

// The requests that the scenario asks for, not spelt as the fixture spells them.
func updateTask() request {
	return request{
		method: "POST",
		target: "/v1/Workspaces/WS1/Tasks/%57T1?Depth=1&Trace=x&Trace=y",
		header: map[string]string{
			"Authorization": "Basic c2VjcmV0",
			"If-Match":      "3",
			"Content-Type":  "application/x-www-form-urlencoded",
			"User-Agent":    "anything",
		},
		body: "Event=start&Priority=5&Event=end&Attributes=%7B%0A%09%22type%22%3A+%22call%22%0A%7D",
	}
}

func statistics() request {
	return request{
		method: "POST",
		target: "/v1/Workspaces/WS1/TaskQueues/RealTimeStatistics",
		header: map[string]string{"Authorization": "basic c2VjcmV0", "Content-Type": "application/json; charset=UTF-8"},
		body:   `{"Depth":1.25e1,"TaskQueueSids":["WQ1","\u0057Q2"]}`,
	}
}

func deleteTask() request {
	return request{method: "DELETE", target: "/v1/Workspaces/WS1/Tasks/WT1"}
}

type request struct {
	method, target string
	header         map[string]string
	body           string
}

// send plays the request to the handler, in process.
func (r request) send(handler http.Handler) *http.Response {
	req := httptest.NewRequest(r.method, r.target, strings.NewReader(r.body))
	for name, value := range r.header {
		req.Header.Set(name, value)
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, req)
	return recorder.Result()
}

func text(t *testing.T, response *http.Response) string {
	t.Helper()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	return string(body)
}

func TestReplayerServesEachAnswerInAnyOrder(t *testing.T) {
	replayer := conformance.NewReplayer(mustParse(t, updates))

	response := deleteTask().send(replayer)
	assert.Equal(t, http.StatusNoContent, response.StatusCode)
	assert.Empty(t, text(t, response))

	response = statistics().send(replayer)
	assert.Equal(t, "application/json", response.Header.Get("Content-Type"))
	assert.Equal(t, "{}", text(t, response))

	response = updateTask().send(replayer)
	assert.Equal(t, http.StatusOK, response.StatusCode)
	assert.Equal(t, "4", response.Header.Get("ETag"))
	assert.Equal(t, []string{"a=1", "b=2"}, response.Header.Values("Set-Cookie"))
	assert.Empty(t, response.Header.Get("Content-Type"), "no type is guessed")
	assert.Equal(t, `{"priority":5}`, text(t, response), "the last line feed is the file's")

	assert.NoError(t, replayer.Err())
}

func TestReplayerAnswersARepeatedRequestWithTheNextExchange(t *testing.T) {
	scenario := mustParse(t, minimal("GET /p", "503")+"-- b: request --\nGET /p\n-- b: response --\n200\n")
	replayer := conformance.NewReplayer(scenario)

	assert.Equal(t, 503, request{method: "GET", target: "/p"}.send(replayer).StatusCode)
	assert.Equal(t, 200, request{method: "GET", target: "/p"}.send(replayer).StatusCode)
	assert.NoError(t, replayer.Err())
}

func TestReplayerServesSeveralScenarios(t *testing.T) {
	replayer := conformance.NewReplayer(mustParse(t, minimal("GET /p", "200")), mustParse(t, minimal("GET /q", "404")))
	assert.Equal(t, 404, request{method: "GET", target: "/q"}.send(replayer).StatusCode)
	assert.Equal(t, 200, request{method: "GET", target: "/p"}.send(replayer).StatusCode)
	assert.NoError(t, replayer.Err())
}

// without cuts a header out of a request.
func without(name string) func(*request) {
	return func(r *request) { delete(r.header, name) }
}

func header(name, value string) func(*request) {
	return func(r *request) {
		if r.header == nil {
			r.header = make(map[string]string)
		}
		r.header[name] = value
	}
}

func body(old, new string) func(*request) {
	return func(r *request) { r.body = strings.Replace(r.body, old, new, 1) }
}

func inTarget(old, new string) func(*request) {
	return func(r *request) { r.target = strings.Replace(r.target, old, new, 1) }
}

func TestReplayerReportsEveryDifference(t *testing.T) {
	for promise, c := range map[string]struct {
		request request
		change  func(*request)
		want    []string // the difference, whole
	}{
		"a form value that changed": {
			updateTask(), body("Priority=5", "Priority=6"),
			[]string{"- Priority=5", "+ Priority=6"},
		},
		"one line of a form value": {
			updateTask(), body("call", "chat"),
			[]string{"  Attributes=", "  |{", "- |\t\"type\": \"call\"", "+ |\t\"type\": \"chat\"", "  |}"},
		},
		"white space of a form value": {
			updateTask(), body("%0A%09", "%0A"),
			[]string{"  Attributes=", "  |{", "- |\t\"type\": \"call\"", "+ |\"type\": \"call\"", "  |}"},
		},
		"a key that is missing": {
			updateTask(), body("Priority=5&", ""),
			[]string{"- Priority=5"},
		},
		"a key too much": {
			updateTask(), body("Priority=5", "Priority=5&Reason=none"),
			[]string{"+ Reason=none"},
		},
		"an empty value too much": {
			updateTask(), body("Priority=5", "Priority=5&Reason="),
			[]string{"+ Reason="},
		},
		"a scalar sent twice": {
			updateTask(), body("Priority=5", "Priority=5&Priority=5"),
			[]string{"  Priority=5", "+ Priority=5"},
		},
		"a value of a repeated key that is missing": {
			updateTask(), body("&Event=end", ""),
			[]string{"  Event=start", "- Event=end"},
		},
		"the order within a repeated key": {
			updateTask(), body("Event=start&Priority=5&Event=end", "Event=end&Priority=5&Event=start"),
			[]string{"- Event=start", "- Event=end", "+ Event=end", "+ Event=start"},
		},
		"a form that is none": {
			updateTask(), func(r *request) { r.body = "%zz" },
			[]string{"- Attributes=", "- |{", "- |\t\"type\": \"call\"", "- |}", "- Event=start", "- Event=end", "- Priority=5", `+ (not a form: invalid URL escape "%zz")`},
		},
		"another method": {
			updateTask(), func(r *request) { r.method = "PUT" },
			[]string{"- POST /v1/Workspaces/WS1/Tasks/WT1", "+ PUT /v1/Workspaces/WS1/Tasks/%57T1"},
		},
		"another SID in the path": {
			updateTask(), inTarget("%57T1", "WT2"),
			[]string{"- POST /v1/Workspaces/WS1/Tasks/WT1", "+ POST /v1/Workspaces/WS1/Tasks/WT2"},
		},
		"a query value that changed": {
			updateTask(), inTarget("Depth=1", "Depth=2"),
			[]string{"- ?Depth=1", "+ ?Depth=2"},
		},
		"a query key too much": {
			updateTask(), inTarget("Depth=1", "Depth=1&Page=0"),
			[]string{"+ ?Page=0"},
		},
		"the order within a query key": {
			updateTask(), inTarget("Trace=x&Trace=y", "Trace=y&Trace=x"),
			[]string{"- ?Trace=x", "- ?Trace=y", "+ ?Trace=y", "+ ?Trace=x"},
		},
		"a query that is none": {
			updateTask(), inTarget("Depth=1", "Depth=%zz"),
			[]string{"- ?Trace=x&Trace=y&Depth=1", `+ ?Depth=%zz&Trace=x&Trace=y (not a query: invalid URL escape "%zz")`},
		},
		"another If-Match": {
			updateTask(), header("If-Match", `"3"`),
			[]string{"- If-Match: 3", `+ If-Match: "3"`},
		},
		"an If-Match that is missing": {
			updateTask(), without("If-Match"),
			[]string{"- If-Match: 3"},
		},
		"an If-Match that is not named": {
			deleteTask(), header("If-Match", "3"),
			[]string{"+ If-Match: 3"},
		},
		"authorization that is missing": {
			updateTask(), without("Authorization"),
			[]string{"- Authorization: Basic"},
		},
		"authorization that is not named": {
			deleteTask(), header("Authorization", "Bearer c2VjcmV0"),
			[]string{"+ Authorization: Bearer"},
		},
		"authorization of another scheme": {
			updateTask(), header("Authorization", "Bearer c2VjcmV0"),
			[]string{"- Authorization: Basic", "+ Authorization: Bearer"},
		},
		"authorization without a credential": {
			updateTask(), header("Authorization", "Basic "),
			[]string{"- Authorization: Basic", "+ Authorization: Basic (without a credential)"},
		},
		"authorization without a scheme": {
			updateTask(), header("Authorization", "c2VjcmV0"),
			[]string{"- Authorization: Basic", "+ Authorization: (neither Basic nor Bearer)"},
		},
		"another content type": {
			updateTask(), header("Content-Type", "application/json"),
			[]string{"- Content-Type: application/x-www-form-urlencoded", "+ Content-Type: application/json"},
		},
		"a content type that says more than a charset": {
			statistics(), header("Content-Type", "application/json; charset=utf-8; profile=x"),
			[]string{"- Content-Type: application/json", "+ Content-Type: application/json; charset=utf-8; profile=x"},
		},
		"a content type of another charset": {
			statistics(), header("Content-Type", "application/json; charset=latin1"),
			[]string{"- Content-Type: application/json", "+ Content-Type: application/json; charset=latin1"},
		},
		"a body where none is expected": {
			deleteTask(), func(r *request) { r.body = "a=b\xff\nc" },
			[]string{"+ a=b\uFFFD", "+ c"},
		},
		"no body where one is expected": {
			statistics(), func(r *request) { r.body = "" },
			[]string{`- $["Depth"] = 125e-1`, `- $["TaskQueueSids"] = [length 2]`, `- $["TaskQueueSids"][0] = "WQ1"`, `- $["TaskQueueSids"][1] = "WQ2"`, "+ (not JSON: EOF)"},
		},
		"a JSON value that changed": {
			statistics(), body("WQ1", "WQ3"),
			[]string{`- $["TaskQueueSids"][0] = "WQ1"`, `+ $["TaskQueueSids"][0] = "WQ3"`},
		},
		"a JSON text that goes on": {
			statistics(), func(r *request) { r.body += "{}" },
			[]string{`- $["Depth"] = 125e-1`, `- $["TaskQueueSids"] = [length 2]`, `- $["TaskQueueSids"][0] = "WQ1"`, `- $["TaskQueueSids"][1] = "WQ2"`, "+ (not JSON: more after the value)"},
		},
	} {
		t.Run(promise, func(t *testing.T) {
			replayer := conformance.NewReplayer(mustParse(t, updates))
			c.change(&c.request)

			response := c.request.send(replayer)
			assert.Equal(t, http.StatusNotImplemented, response.StatusCode)
			assert.Equal(t, "text/plain; charset=utf-8", response.Header.Get("Content-Type"))
			report := text(t, response)
			_, difference, found := strings.Cut(report, "  (- want, + got)\n")
			require.True(t, found, report)
			assert.Equal(t, strings.Join(c.want, "\n")+"\n", difference)

			err := replayer.Err()
			require.ErrorContains(t, err, "requests that fit no exchange: 1\n"+strings.TrimSuffix(report, "\n"))
			assert.ErrorContains(t, err, "exchanges that were not served: 3\n")
			assert.NotContains(t, err.Error(), "c2VjcmV0", "no credential is shown")
		})
	}
}

func TestReplayerComparesJSONByValue(t *testing.T) {
	for promise, c := range map[string]struct {
		want, got string
		same      bool
	}{
		"key order and white space are free":    {`{"a": 1, "b": [true, null]}`, `{"b":[true,null],"a":1}`, true},
		"the spelling of a string is free":      {`"\u0041/"`, `"A\/"`, true},
		"the spelling of an integer is free":    {`[120, 0, -1200]`, `[1.2e2, -0.0, -12.00E+02]`, true},
		"the spelling of a fraction is free":    {`0.0125`, `1.25e-2`, true},
		"a number may be too large to compute":  {`1e999999999`, `10e999999998`, true},
		"an exponent may be too large to read":  {`1e99999999999999999999`, `1e99999999999999999999`, true},
		"large integers stay apart":             {`9007199254740993`, `9007199254740992`, false},
		"the sign counts":                       {`1`, `-1`, false},
		"a number is not its text":              {`1`, `"1"`, false},
		"null is not missing":                   {`{"a": null}`, `{}`, false},
		"null is not its text":                  {`null`, `"null"`, false},
		"empty object, empty array":             {`{}`, `[]`, false},
		"an index is not a key":                 {`[1]`, `{"0": 1}`, false},
		"the order of elements counts":          {`[1, 2]`, `[2, 1]`, false},
		"a key with brackets is not an element": {`{"a][0": 1}`, `{"a": [1]}`, false},
	} {
		t.Run(promise, func(t *testing.T) {
			replayer := conformance.NewReplayer(mustParse(t, minimal("POST /p\nContent-Type: application/json\n\n"+c.want, "200")))
			got := request{method: "POST", target: "/p", header: map[string]string{"Content-Type": "application/json"}, body: c.got}
			assert.Equal(t, c.same, got.send(replayer).StatusCode == http.StatusOK)
			assert.Equal(t, c.same, replayer.Err() == nil)
		})
	}
}

func TestReplayerTellsAnEncodedSlashFromASlash(t *testing.T) {
	replayer := conformance.NewReplayer(mustParse(t, minimal("GET /Channels/a%2Fb", "200")))
	assert.Equal(t, 501, request{method: "GET", target: "/Channels/a/b"}.send(replayer).StatusCode)
	assert.Equal(t, 200, request{method: "GET", target: "/Channels/%61%2fb"}.send(replayer).StatusCode)
}

func TestReplayerServesAnExchangeOnlyOnce(t *testing.T) {
	replayer := conformance.NewReplayer(mustParse(t, minimal("GET /v1/Workspaces", "200")))
	get := request{method: "GET", target: "/v1/Workspaces"}

	assert.Equal(t, 200, get.send(replayer).StatusCode)
	require.NoError(t, replayer.Err())

	response := get.send(replayer)
	assert.Equal(t, 501, response.StatusCode)
	want := "GET /v1/Workspaces: no exchange left fits\n" +
		"served already: f.txtar: a (GET /v1/Workspaces)\n" +
		"no exchange left has a path like it"
	assert.Equal(t, want+"\n", text(t, response))
	assert.EqualError(t, replayer.Err(), "requests that fit no exchange: 1\n"+want)
}

func TestReplayerReportsWhatWasNotServed(t *testing.T) {
	replayer := conformance.NewReplayer(mustParse(t, updates))
	deleteTask().send(replayer)
	assert.EqualError(t, replayer.Err(), "exchanges that were not served: 2\n"+
		"f.txtar: update task (POST /v1/Workspaces/WS1/Tasks/WT1?Trace=x&Trace=y&Depth=1)\n"+
		"f.txtar: statistics (POST /v1/Workspaces/WS1/TaskQueues/RealTimeStatistics)")
}

func TestReplayerNamesTheNearestExchange(t *testing.T) {
	scenario := mustParse(t, `source: live

-- other shape: request --
GET /v1/Workspaces/WS1/Workers
-- other shape: response --
200
-- delete: request --
DELETE /v1/Workspaces/WS1
-- delete: response --
204
-- get: request --
GET /v1/Workspaces/WS1?a=1&b=2
-- get: response --
200
-- get with one query key: request --
GET /v1/Workspaces/WS1?a=1
-- get with one query key: response --
200
`)
	for promise, c := range map[string]struct{ method, target, want string }{
		"same method and path first":              {"GET", "/v1/Workspaces/WS1?a=1&b=2&c=3", "get"},
		"of those the one that differs least":     {"GET", "/v1/Workspaces/WS1", "get with one query key"},
		"then the same path":                      {"POST", "/v1/Workspaces/WS1", "delete"},
		"then the same method and shape":          {"DELETE", "/v1/Workspaces/WS2", "delete"},
		"then the same shape":                     {"PATCH", "/v1/Workspaces/WS2", "delete"},
		"a SID of 32 letters is still a SID":      {"DELETE", "/v1/Workspaces/WS" + strings.Repeat("a", 32), "delete"},
		"none, if no path left has the same form": {"GET", "/v1/Workspaces/WS1/Tasks", ""},
	} {
		t.Run(promise, func(t *testing.T) {
			report := text(t, request{method: c.method, target: c.target}.send(conformance.NewReplayer(scenario)))
			if c.want == "" {
				assert.Contains(t, report, "no exchange left has a path like it")
				return
			}
			assert.Contains(t, report, "nearest: f.txtar: "+c.want+" (")
		})
	}
}

func TestReplayerReportsABodyThatCannotBeRead(t *testing.T) {
	replayer := conformance.NewReplayer()
	big := request{method: "POST", target: "/p", body: strings.Repeat("a", 5<<20)}
	assert.Equal(t, 501, big.send(replayer).StatusCode)
	assert.EqualError(t, replayer.Err(), "requests that fit no exchange: 1\n"+
		"POST /p: its body could not be read: http: request body too large")
}

func TestReplayerReportsAFixtureMadeByHandThatFitsNothing(t *testing.T) {
	for promise, broken := range map[string]conformance.Request{
		"a bad query": {Method: "GET", Path: "/p", Query: "%zz"},
		"bad JSON":    {Method: "GET", Path: "/p", JSON: "{"},
		"a bad path":  {Method: "GET", Path: "/%zz"},
	} {
		t.Run(promise, func(t *testing.T) {
			replayer := conformance.NewReplayer(one(func(e *conformance.Exchange) { e.Request = broken }))
			assert.Equal(t, 501, request{method: "GET", target: "/p"}.send(replayer).StatusCode)
			assert.Error(t, replayer.Err())
		})
	}
}

func TestReplayerWithoutScenariosHasNothingToReport(t *testing.T) {
	assert.NoError(t, conformance.NewReplayer().Err())
}

func TestReplayerServesManyClientsAtOnce(t *testing.T) {
	const clients = 20
	scenario := one(func(*conformance.Exchange) {})
	for i := range clients - 1 {
		exchange := scenario.Exchanges[0]
		exchange.Name = fmt.Sprint("again ", i)
		scenario.Exchanges = append(scenario.Exchanges, exchange)
	}
	replayer := conformance.NewReplayer(scenario)

	var group sync.WaitGroup
	for range clients {
		group.Go(func() {
			assert.Equal(t, 200, request{method: "GET", target: "/p"}.send(replayer).StatusCode)
			_ = replayer.Err()
		})
	}
	group.Wait()
	assert.NoError(t, replayer.Err())
}
