package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/conformance"
)

// catalogueOf holds fixtures, given as name and text in turn.
func catalogueOf(t *testing.T, files ...string) *catalogue {
	t.Helper()
	var scenarios []*conformance.Scenario
	for i := 0; i < len(files); i += 2 {
		scenario, err := conformance.Parse(files[i], []byte(files[i+1]))
		require.NoError(t, err)
		scenarios = append(scenarios, scenario)
	}
	c, err := newCatalogue(scenarios)
	require.NoError(t, err)
	return c
}

// ask plays a request in process.
func ask(c *catalogue, method, target string) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	c.ServeHTTP(recorder, httptest.NewRequest(method, target, nil))
	return recorder
}

func TestListHoldsAllThatAFixtureDoes(t *testing.T) {
	c := catalogueOf(t, "tasks.txtar", tasks, "queues.txtar", queues)
	recorder := httptest.NewRecorder()
	request := httptest.NewRequest("GET", "/tasks/v1/Workspaces/WS1/Tasks?Ordering=Priority:asc&PageSize=50", nil)
	request.SetBasicAuth("AC1", "a-secret")
	c.ServeHTTP(recorder, request)
	require.Equal(t, 200, recorder.Code)

	recorder = ask(c, "GET", "/")
	assert.Equal(t, 200, recorder.Code)
	assert.Equal(t, "application/json", recorder.Header().Get("Content-Type"))
	d, err := loadDocument()
	require.NoError(t, err)
	var operations []string
	for _, o := range d.Operations() {
		operations = append(operations, strconv.Quote(o.ID))
	}
	assert.JSONEq(t, `{"operations": [`+strings.Join(operations, ",")+`], "scenarios": [
	  {
	    "name": "tasks", "base": "/tasks", "source": "reference", "comment": "A task is created and listed.",
	    "exchanges": [
	      {
	        "name": "create task", "base": "/tasks/1", "served": false,
	        "request": {
	          "method": "POST", "path": "/v1/Workspaces/WS1/Tasks", "query": [],
	          "header": [
	            {"name": "Authorization", "value": "Basic"},
	            {"name": "Content-Type", "value": "application/x-www-form-urlencoded"}
	          ],
	          "form": [{"name": "Attributes", "value": "{}"}]
	        },
	        "call": {
	          "operation": "createTask", "template": "/v1/Workspaces/{WorkspaceSid}/Tasks",
	          "path": {"WorkspaceSid": "WS1"}, "query": {}, "header": {}, "body": {"Attributes": "{}"}
	        },
	        "response": {
	          "status": 201, "header": [{"name": "Content-Type", "value": "application/json"}], "body": "{\"sid\":\"WT1\"}"
	        }
	      },
	      {
	        "name": "list tasks", "base": "/tasks/2", "served": true,
	        "request": {
	          "method": "GET", "path": "/v1/Workspaces/WS1/Tasks",
	          "query": [{"name": "Ordering", "value": "Priority:asc"}, {"name": "PageSize", "value": "50"}],
	          "header": [{"name": "Authorization", "value": "Basic"}], "form": []
	        },
	        "call": {
	          "operation": "listTasks", "template": "/v1/Workspaces/{WorkspaceSid}/Tasks",
	          "path": {"WorkspaceSid": "WS1"}, "query": {"Ordering": "Priority:asc", "PageSize": 50}, "header": {}
	        },
	        "response": {
	          "status": 200, "header": [{"name": "Content-Type", "value": "application/json"}], "body": "{\"tasks\":[]}"
	        }
	      }
	    ]
	  },
	  {
	    "name": "queues", "base": "/queues", "source": "emulator", "comment": "",
	    "exchanges": [
	      {
	        "name": "statistics", "base": "/queues/1", "served": false,
	        "request": {
	          "method": "POST", "path": "/v1/Workspaces/WS%201/TaskQueues/RealTimeStatistics", "query": [],
	          "header": [{"name": "Content-Type", "value": "application/json"}], "form": [],
	          "json": {"TaskQueueSids": ["WQ1"]}
	        },
	        "response": {"status": 429, "header": [{"name": "Retry-After", "value": "1"}], "body": ""}
	      }
	    ]
	  }
	]}`, recorder.Body.String())
}

// What the list says of an exchange is enough to send its request: that is what
// a test run in another language does.
func TestEveryBuiltInExchangeIsServedToWhatTheListSaysOfIt(t *testing.T) {
	c, l := builtIn(t)
	for _, s := range l.Scenarios {
		for _, e := range s.Exchanges {
			for _, base := range []string{s.Base, e.Base, e.Base} {
				recorder := httptest.NewRecorder()
				c.ServeHTTP(recorder, listedRequest(e.Request, base))
				assert.Equal(t, e.Response.Status, recorder.Code, "%s %s: %s", base, e.Name, recorder.Body)
				assert.Equal(t, e.Response.Body, recorder.Body.String())
			}
			assert.Equal(t, 200, ask(c, "GET", e.Base).Code, "its report")
		}
		assert.Equal(t, 200, ask(c, "GET", s.Base).Code, "its report")
	}
	assert.Empty(t, c.differences(true))
}

// And so is the call, to a program that knows the document.
func TestEveryBuiltInExchangeIsServedToItsCall(t *testing.T) {
	c, l := builtIn(t)
	called := make(map[string]bool)
	for _, s := range l.Scenarios {
		for _, e := range s.Exchanges {
			require.NotNil(t, e.Call, "%s: %s", s.Name, e.Name)
			called[e.Call.Operation] = true
			recorder := httptest.NewRecorder()
			c.ServeHTTP(recorder, calledRequest(t, e))
			assert.Equal(t, e.Response.Status, recorder.Code, "%s %s: %s", e.Base, e.Name, recorder.Body)
		}
	}
	assert.GreaterOrEqual(t, len(l.Operations), 61)
	assert.ElementsMatch(t, l.Operations, slices.Collect(maps.Keys(called)))
}

func builtIn(t *testing.T) (*catalogue, list) {
	t.Helper()
	scenarios, err := conformance.LoadAll(conformance.Fixtures)
	require.NoError(t, err)
	c, err := newCatalogue(scenarios)
	require.NoError(t, err)
	var l list
	decoder := json.NewDecoder(ask(c, "GET", "/").Body)
	decoder.UseNumber() // a float64 would be sent as 1e+09
	require.NoError(t, decoder.Decode(&l))
	require.Len(t, l.Scenarios, len(scenarios))
	return c, l
}

// calledRequest takes from the request itself what a call does not say: the
// method, the scheme of the credentials and the kind of the body.
func calledRequest(t *testing.T, e exchange) *http.Request {
	t.Helper()
	path := e.Call.Template
	for name, value := range e.Call.Path {
		path = strings.ReplaceAll(path, "{"+name+"}", url.PathEscape(value))
	}
	r := e.Request
	fields, _ := e.Call.Body.(map[string]any)
	body := encodeValues(fields)
	if r.JSON != nil {
		text, err := json.Marshal(fields)
		require.NoError(t, err)
		body = string(text)
	}
	made := httptest.NewRequest(r.Method, e.Base+path+"?"+encodeValues(e.Call.Query), strings.NewReader(body))
	for _, f := range r.Header {
		if f.Name == "Authorization" {
			made.Header.Set(f.Name, f.Value+" c2VjcmV0")
		}
		if f.Name == "Content-Type" {
			made.Header.Set(f.Name, f.Value)
		}
	}
	for name, value := range e.Call.Header {
		made.Header.Set(name, value)
	}
	return made
}

func encodeValues(from map[string]any) string {
	values := make(url.Values)
	for name, value := range from {
		list, ok := value.([]any)
		if !ok {
			list = []any{value}
		}
		for _, entry := range list {
			values.Add(name, fmt.Sprint(entry))
		}
	}
	return values.Encode()
}

func listedRequest(r request, base string) *http.Request {
	body := encode(r.Form)
	if r.JSON != nil {
		body = string(r.JSON)
	}
	made := httptest.NewRequest(r.Method, base+r.Path+"?"+encode(r.Query), strings.NewReader(body))
	for _, f := range r.Header {
		if f.Name == "Authorization" {
			f.Value += " c2VjcmV0"
		}
		made.Header.Add(f.Name, f.Value)
	}
	return made
}

func encode(from []field) string {
	var pairs []string
	for _, f := range from {
		pairs = append(pairs, url.QueryEscape(f.Name)+"="+url.QueryEscape(f.Value))
	}
	return strings.Join(pairs, "&")
}

func TestReportOfAScenario(t *testing.T) {
	c := catalogueOf(t, "tasks.txtar", tasks)
	for _, base := range []string{"/tasks", "/tasks/"} {
		recorder := ask(c, "GET", base)
		assert.Equal(t, http.StatusConflict, recorder.Code, "it is not complete")
		assert.JSONEq(t, `{"base": "/tasks", "complete": false, "served": [], "unserved": ["create task", "list tasks"], "differences": []}`,
			recorder.Body.String())
	}
	require.Equal(t, 501, ask(c, "GET", "/tasks/v1/Workspaces").Code)
	assert.JSONEq(t, `{"base": "/tasks", "complete": false, "served": [], "unserved": ["create task", "list tasks"],
	  "differences": ["GET /v1/Workspaces: no exchange left fits\nno exchange left has a path like it"]}`,
		ask(c, "GET", "/tasks").Body.String())
}

const ping = "source: live\n\n-- ping: request --\nGET /v1/p%2Fq\n-- ping: response --\n204\n"

func TestReportIsCompleteWhenAllWasServedAndFitted(t *testing.T) {
	c := catalogueOf(t, "ping.txtar", ping)
	require.Equal(t, 204, ask(c, "GET", "/ping/v1/p%2Fq").Code)
	recorder := ask(c, "GET", "/ping")
	assert.Equal(t, 200, recorder.Code)
	assert.JSONEq(t, `{"base": "/ping", "complete": true, "served": ["ping"], "unserved": [], "differences": []}`, recorder.Body.String())

	require.Equal(t, 501, ask(c, "GET", "/ping/v1/p%2Fq").Code, "once is enough")
	assert.Equal(t, http.StatusConflict, ask(c, "GET", "/ping").Code)
}

func TestPostRewinds(t *testing.T) {
	c := catalogueOf(t, "ping.txtar", ping)
	for range 2 {
		require.Equal(t, 204, ask(c, "GET", "/ping/v1/p%2Fq").Code)
		require.Equal(t, 501, ask(c, "GET", "/ping/v1/p%2Fq").Code)
		recorder := ask(c, "POST", "/ping")
		assert.Equal(t, 204, recorder.Code)
		assert.Empty(t, recorder.Body.String())
	}
}

func TestAnExchangeOnItsOwnHasItsOwnReport(t *testing.T) {
	c := catalogueOf(t, "ping.txtar", ping)
	assert.Equal(t, http.StatusConflict, ask(c, "GET", "/ping/1").Code)
	for range 2 {
		require.Equal(t, 204, ask(c, "GET", "/ping/1/v1/p%2Fq").Code)
	}
	recorder := ask(c, "GET", "/ping/1/")
	assert.Equal(t, 200, recorder.Code)
	assert.Contains(t, recorder.Body.String(), `"base": "/ping/1"`)
	assert.Equal(t, http.StatusConflict, ask(c, "GET", "/ping").Code, "the scenario has not seen it")

	require.Equal(t, 501, ask(c, "GET", "/ping/1/v1/p/q").Code)
	assert.Equal(t, http.StatusConflict, ask(c, "GET", "/ping/1").Code)
	require.Equal(t, 204, ask(c, "POST", "/ping/1").Code)
	assert.Contains(t, ask(c, "GET", "/ping/1").Body.String(), `"differences": []`)
}

func TestWhatCannotBeServed(t *testing.T) {
	for promise, c := range map[string]struct {
		method, target string
		status         int
		want           string
	}{
		"an unknown scenario":             {"GET", "/nothing", 404, `no scenario is named "nothing"`},
		"a client without a base path":    {"GET", "/v1/Workspaces", 404, `no scenario is named "v1"`},
		"an unknown scenario, escaped":    {"GET", "/a%20b/v1", 404, `no scenario is named "a b"`},
		"an exchange that is none":        {"GET", "/ping/2/v1/p", 404, "/ping has the exchanges 1 to 1, not 2"},
		"an exchange before the first":    {"GET", "/ping/0", 404, "/ping has the exchanges 1 to 1, not 0"},
		"an exchange beyond all numbers":  {"GET", "/ping/99999999999999999999", 404, "not 99999999999999999999"},
		"a report that is changed":        {"PUT", "/ping", 405, "expected GET or POST here, not PUT"},
		"a list that is changed":          {"POST", "/", 405, "expected GET here, not POST"},
		"a path with an empty segment":    {"GET", "/ping//v1/p%2Fq", 501, "no exchange left fits"},
		"a path that climbs":              {"GET", "/ping/v1/x/../p%2Fq", 501, "no exchange left fits"},
		"a path with an unescaped slash":  {"GET", "/ping/v1/p/q", 501, "no exchange left fits"},
		"a path with a slash at its end":  {"GET", "/ping/v1/p%2Fq/", 501, "no exchange left fits"},
		"a scenario spelt in another way": {"GET", "/%70ing/v1/%70%2fq", 204, ""},
	} {
		t.Run(promise, func(t *testing.T) {
			recorder := ask(catalogueOf(t, "ping.txtar", ping), c.method, c.target)
			assert.Equal(t, c.status, recorder.Code)
			switch c.status {
			case http.StatusNotFound:
				var p problem
				require.NoError(t, json.Unmarshal(recorder.Body.Bytes(), &p))
				assert.Contains(t, p.Error, c.want)
				assert.Equal(t, []string{"ping"}, p.Scenarios)
			case http.StatusMethodNotAllowed:
				assert.Contains(t, recorder.Body.String(), c.want)
				assert.Contains(t, c.want, recorder.Header().Get("Allow")[:3])
			default:
				assert.Contains(t, recorder.Body.String(), c.want)
			}
		})
	}
}

func TestAServerWideRequestIsNoPanic(t *testing.T) {
	recorder := httptest.NewRecorder()
	made := httptest.NewRequest("OPTIONS", "/", nil)
	made.URL.Path, made.RequestURI = "*", "*"
	catalogueOf(t, "ping.txtar", ping).ServeHTTP(recorder, made)
	assert.Equal(t, 404, recorder.Code)
}

func TestANameThatIsNoPathSegmentIsEscaped(t *testing.T) {
	c := catalogueOf(t, "a b%.txtar", ping)
	var l list
	decoder := json.NewDecoder(ask(c, "GET", "/").Body)
	decoder.UseNumber() // a float64 would be sent as 1e+09
	require.NoError(t, decoder.Decode(&l))
	assert.Equal(t, "/a%20b%25", l.Scenarios[0].Base)
	assert.Equal(t, 204, ask(c, "GET", l.Scenarios[0].Base+"/v1/p%2Fq").Code)
	assert.Equal(t, 204, ask(c, "GET", l.Scenarios[0].Exchanges[0].Base+"/v1/p%2Fq").Code)
}

// Whatever is asked, there is an answer, and it is one of those described.
func FuzzCatalogue(f *testing.F) {
	for _, target := range []string{"/", "/ping", "/ping/1/v1/p%2Fq", "/ping/v1/p?a=%zz", "//", "/ping/-1", "/%2F/1"} {
		f.Add("GET", target)
	}
	f.Fuzz(func(t *testing.T, method, target string) {
		made, err := http.NewRequestWithContext(t.Context(), method, "http://h"+target, nil)
		if err != nil {
			t.Skip("no server would see it")
		}
		made.Body = http.NoBody
		c := catalogueOf(t, "ping.txtar", ping)
		recorder := httptest.NewRecorder()
		c.ServeHTTP(recorder, made)
		switch recorder.Code {
		case 200, 204, 404, 405, 409, 501:
		default:
			t.Errorf("%s %s: %d", method, target, recorder.Code)
		}
		if recorder.Header().Get("Content-Type") == "application/json" {
			assert.True(t, json.Valid(recorder.Body.Bytes()))
		}
	})
}
