package conformance_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/conformance"
	"github.com/taskrouter-go/sdk/conformance/internal/calls"
	"github.com/taskrouter-go/sdk/taskrouter"
)

// The test of the fixtures is worth something only if it fails. Each of these
// changes a fixture that fits.
func TestAnExchangeThatDoesNotFitIsFound(t *testing.T) {
	w := newWire(t)
	for name, test := range map[string]struct {
		fixture, exchange string
		change            func(*conformance.Exchange)
		message           string
	}{
		"a field that the facade cannot send": {
			"tasks", "create task with every field",
			func(e *conformance.Exchange) {
				e.Request.Form = append(e.Request.Form, conformance.Field{Name: "Nothing"})
			},
			"it has no field for Nothing",
		},
		"a value that the facade does not send like that": {
			"tasks", "create task with every field",
			func(e *conformance.Exchange) { setForm(e, "VirtualStartTime", "2026-02-09T08:30:00+01:00") },
			"- VirtualStartTime=2026-02-09T08:30:00+01:00\n+ VirtualStartTime=2026-02-09T07:30:00Z",
		},
		"a list in another form": {
			"task_states", "list ended tasks",
			func(e *conformance.Exchange) {
				e.Request.Query = strings.Replace(e.Request.Query, "&AssignmentStatus=", "%2C", 1)
			},
			"what arrived is not what the document says",
		},
		"a condition that nobody sends": {
			"tasks", "get a pending task",
			func(e *conformance.Exchange) {
				e.Request.Header = append(e.Request.Header, conformance.Field{Name: "If-Match", Value: "0"})
			},
			"getTask: invalid argument",
		},
		"no scheme": {
			"tasks", "get a pending task",
			func(e *conformance.Exchange) { e.Request.Header = nil },
			"the fixture names no scheme",
		},
		"a path that is no operation's": {
			"tasks", "get a pending task",
			func(e *conformance.Exchange) { e.Request.Path += "/More" },
			"no operation of the document",
		},
		"an answer that the document does not declare": {
			"tasks", "get a pending task",
			func(e *conformance.Exchange) { e.Response.Status = 202 },
			"status 202: the document declares only",
		},
		"a member that the document does not declare": {
			"tasks", "get a pending task",
			func(e *conformance.Exchange) {
				e.Response.Body = strings.Replace(e.Response.Body, "{", `{"nothing": 1,`, 1)
			},
			`Tasks.Get: decoding and encoding again lost this: $["nothing"]: 1 is gone`,
		},
		"a verb, besides what it stands for": {
			"task_states", "cancel a pending task without a reason",
			func(e *conformance.Exchange) {
				e.Response.Body = strings.Replace(e.Response.Body, "{", `{"nothing": 1,`, 1)
			},
			"Tasks.Cancel: decoding and encoding again lost this",
		},
		"a member that the document requires": {
			"tasks", "get a pending task",
			func(e *conformance.Exchange) {
				e.Response.Body = strings.Replace(e.Response.Body, `"addons": "{}",`, "", 1)
			},
			`property "addons" is missing`,
		},
		"null that the document does not allow": {
			"tasks", "get a pending task",
			func(e *conformance.Exchange) {
				e.Response.Body = strings.Replace(e.Response.Body, `"addons": "{}"`, `"addons": null`, 1)
			},
			`$["addons"]: null became ""`,
		},
		"a header that the document does not declare": {
			"workspaces", "get workspace",
			func(e *conformance.Exchange) {
				e.Response.Header = append(e.Response.Header, conformance.Field{Name: "ETag", Value: "0"})
			},
			"header Etag: the document does not declare it",
		},
		"a failure that is none": {
			"task_states", "complete a pending task",
			func(e *conformance.Exchange) { e.Response.Body = "{" },
			"expected JSON",
		},
	} {
		t.Run(name, func(t *testing.T) {
			exchange := exchangeNamed(t, test.fixture, test.exchange)
			require.Empty(t, w.make(t.Context(), []conformance.Exchange{exchange}), "the fixture fits without the change")
			test.change(&exchange)
			problems := w.make(t.Context(), []conformance.Exchange{exchange})
			require.NotEmpty(t, problems)
			assert.ErrorContains(t, errors.Join(problems...), test.message)
		})
	}
}

// What the facade made of an answer is compared with the fixture, so a facade
// that made something else of it must be found too.
func TestAResultThatDoesNotFitIsFound(t *testing.T) {
	exchange := exchangeNamed(t, "tasks", "get a pending task")
	page := exchangeNamed(t, "tasks", "list tasks with add-ons")
	for name, test := range map[string]struct {
		exchange conformance.Exchange
		result   calls.Result
		message  string
	}{
		"nothing":          {exchange, calls.Result{}, "expected 1 answers decoded, got 0"},
		"too much":         {exchange, calls.Result{Bodies: []any{1, 2}}, "expected 1 answers decoded, got 2"},
		"another resource": {exchange, calls.Result{Bodies: []any{taskrouter.Task{SID: "WT1"}}}, `$["sid"]: "WT`},
		"no page":          {exchange, calls.Result{Entries: []any{}}, "unexpected end of JSON input"},
		"too many entries": {page, calls.Result{Entries: []any{taskrouter.Task{}}}, "$: [] became [length 1]"},
	} {
		t.Run(name, func(t *testing.T) {
			lost, _ := compareResult([]conformance.Exchange{test.exchange}, test.result)
			assert.ErrorContains(t, errors.Join(lost...), test.message)
		})
	}
}

func TestAnErrorThatDoesNotFitIsFound(t *testing.T) {
	exchange := exchangeNamed(t, "task_states", "complete a pending task")
	header := headerOf(exchange.Response.Header)
	right := func() *taskrouter.Error {
		var said failure
		require.NoError(t, json.Unmarshal([]byte(exchange.Response.Body), &said))
		return &taskrouter.Error{
			Operation: "updateTask", Method: "POST", Path: exchange.Request.Path, Attempts: 1,
			StatusCode: exchange.Response.Status, Header: header, RequestID: header.Get("Twilio-Request-Id"),
			Body: []byte(exchange.Response.Body), Code: said.Code, Message: said.Message, MoreInfo: said.MoreInfo,
		}
	}
	require.Empty(t, compareFailure("updateTask", exchange, right()))
	for name, change := range map[string]func(*taskrouter.Error){
		"operation":  func(e *taskrouter.Error) { e.Operation = "getTask" },
		"method":     func(e *taskrouter.Error) { e.Method = "GET" },
		"path":       func(e *taskrouter.Error) { e.Path = "" },
		"attempts":   func(e *taskrouter.Error) { e.Attempts = 2 },
		"status":     func(e *taskrouter.Error) { e.StatusCode = 404 },
		"header":     func(e *taskrouter.Error) { e.Header = nil },
		"code":       func(e *taskrouter.Error) { e.Code = 0 },
		"message":    func(e *taskrouter.Error) { e.Message = "" },
		"more info":  func(e *taskrouter.Error) { e.MoreInfo = "" },
		"detail":     func(e *taskrouter.Error) { e.Detail = "x" },
		"details":    func(e *taskrouter.Error) { e.Details = map[string]any{"a": 1} },
		"request id": func(e *taskrouter.Error) { e.RequestID = "" },
		"wait":       func(e *taskrouter.Error) { e.RetryAfter = time.Minute },
		"body":       func(e *taskrouter.Error) { e.Body = nil },
	} {
		t.Run(name, func(t *testing.T) {
			e := right()
			change(e)
			assert.NotEmpty(t, compareFailure("updateTask", exchange, e))
		})
	}
	assert.NotEmpty(t, compareFailure("updateTask", exchange, nil), "no error")
	assert.NotEmpty(t, compareFailure("updateTask", exchange, errors.New("x")), "an error of another type")
	assert.NotEmpty(t, compareSentinels(400, fmt.Errorf("%w %w", taskrouter.ErrInvalid, taskrouter.ErrNotFound)), "one sentinel too much")
	assert.NotEmpty(t, compareSentinels(400, errors.New("x")), "no sentinel")
}

func TestAResponseThatDoesNotFitIsFound(t *testing.T) {
	want := exchangeNamed(t, "tasks", "get a pending task").Response
	right := taskrouter.Response{StatusCode: want.Status, Header: headerOf(want.Header), Body: []byte(want.Body), Attempts: 1}
	require.Empty(t, compareResponse(want, right))
	for name, change := range map[string]func(*taskrouter.Response){
		"status":     func(r *taskrouter.Response) { r.StatusCode = 201 },
		"ETag":       func(r *taskrouter.Response) { r.Header = r.Header.Clone(); r.Header.Set("ETag", "x") },
		"request id": func(r *taskrouter.Response) { r.Header = r.Header.Clone(); r.Header.Del("Twilio-Request-Id") },
		"body":       func(r *taskrouter.Response) { r.Body = nil },
		"attempts":   func(r *taskrouter.Response) { r.Attempts = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			wrong := right
			change(&wrong)
			assert.NotEmpty(t, compareResponse(want, wrong))
		})
	}
}

// The dates in fixtures are past, so this one is made.
func TestAWaitUntilADateIsKept(t *testing.T) {
	exchange := exchangeNamed(t, "rate_limited", "listTasks")
	date := time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)
	for i, field := range exchange.Response.Header {
		if field.Name == "Retry-After" {
			exchange.Response.Header[i].Value = date
		}
	}
	assert.Empty(t, newWire(t).make(t.Context(), []conformance.Exchange{exchange}))
	assert.NotEmpty(t, compareWait(date, 0))
	assert.NotEmpty(t, compareWait("7", 3*time.Second))
	assert.NotEmpty(t, compareWait("", 3*time.Second))
}

// The SDK sends nothing of the kind, so these requests are made by hand.
func TestTheWireFindsWhatNoClientMaySend(t *testing.T) {
	w := newWire(t)
	for name, test := range map[string]struct{ target, authorization, problem string }{
		"a name that is not declared": {"/v1/Workspaces?Nothing=1", basicCredential, "query Nothing: the document does not declare it"},
		"a value that is not allowed": {"/v1/Workspaces?PageSize=0", basicCredential, "PageSize"},
		"other credentials":           {"/v1/Workspaces", "Basic eDp5", "the credentials are not those of the client"},
		"credentials in another case": {"/v1/Workspaces", "bearer " + token, "the credentials are not those of the client"},
	} {
		t.Run(name, func(t *testing.T) {
			w.answer(http.NotFoundHandler())
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+test.target, nil)
			require.NoError(t, err)
			request.Header.Set("Authorization", test.authorization)
			response, err := http.DefaultClient.Do(request)
			require.NoError(t, err)
			require.NoError(t, response.Body.Close())
			assert.ErrorContains(t, errors.Join(w.found(http.StatusNotFound)...), test.problem)
		})
	}
}

func setForm(e *conformance.Exchange, name, value string) {
	for i, field := range e.Request.Form {
		if field.Name == name {
			e.Request.Form[i].Value = value
		}
	}
}

func exchangeNamed(t *testing.T, fixture, name string) conformance.Exchange {
	t.Helper()
	scenario, err := conformance.Load(conformance.Fixtures, fixture+".txtar")
	require.NoError(t, err)
	for _, exchange := range scenario.Exchanges {
		if exchange.Name == name {
			return exchange
		}
	}
	t.Fatalf("%s holds no exchange %q", fixture, name)
	return conformance.Exchange{}
}
