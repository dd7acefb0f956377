package taskrouter_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/internal/pipenet"
)

const (
	account     = "AC1"
	secretToken = "t0ken-0f-the-acc0unt"

	mount     = "/base"
	tasksPath = "/v1/Workspaces/WS1/Tasks"
	taskPath  = tasksPath + "/WT1"
)

// received is one request that a fakeService saw. The path is escaped and
// begins below the base path.
type received struct {
	Method, Path, Query string
	Form                url.Values // what the body held
	Header              http.Header
}

// fakeService is an HTTP server whose API lies under [mount].
type fakeService struct {
	URL string // of the base path

	transport *http.Transport
	mutex     sync.Mutex
	requests  []received
	peers     map[string]bool // the connections, by the address at their other end
}

// newFakeService serves on a socket.
func newFakeService(t testing.TB, handler http.HandlerFunc) *fakeService {
	t.Helper()
	return startFakeService(t, handler, nil)
}

// newFakeServiceInBubble serves on pipes, so that the time of a bubble of
// testing/synctest goes on while a request waits. When the test ends, so do
// server and idle connections: the bubble fails if a goroutine is left.
func newFakeServiceInBubble(t testing.TB, handler http.HandlerFunc) *fakeService {
	t.Helper()
	return startFakeService(t, handler, pipenet.Listen())
}

func startFakeService(t testing.TB, handler http.HandlerFunc, listener *pipenet.Listener) *fakeService {
	s := &fakeService{transport: &http.Transport{}, peers: map[string]bool{}}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.record(r)
		handler(w, r)
	}))
	if listener != nil {
		_ = server.Listener.Close()
		server.Listener, s.transport.DialContext = listener, listener.Dial
	}
	server.Start()
	t.Cleanup(server.Close)
	t.Cleanup(s.transport.CloseIdleConnections)
	s.URL = server.URL + mount
	return s
}

func (s *fakeService) record(r *http.Request) {
	query := r.URL.RawQuery
	_ = r.ParseForm() // a form that does not parse differs from what is expected
	path, below := strings.CutPrefix(r.URL.EscapedPath(), mount)
	if !below {
		path = "not below the base path: " + path
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.peers[r.RemoteAddr] = true
	s.requests = append(s.requests, received{Method: r.Method, Path: path, Query: query, Form: r.PostForm, Header: r.Header})
}

// seen returns the requests so far.
func (s *fakeService) seen() []received {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return slices.Clone(s.requests)
}

// targets returns what was requested so far, as "GET /v1/Workspaces?Page=1".
func (s *fakeService) targets() []string {
	targets := []string{}
	for _, r := range s.seen() {
		target := r.Method + " " + r.Path
		if r.Query != "" {
			target += "?" + r.Query
		}
		targets = append(targets, target)
	}
	return targets
}

// connections returns how many brought requests so far.
func (s *fakeService) connections() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return len(s.peers)
}

func (s *fakeService) client(t testing.TB, options ...taskrouter.Option) *taskrouter.Client {
	t.Helper()
	return newTestClient(t, append([]taskrouter.Option{
		taskrouter.WithBaseURL(s.URL),
		taskrouter.WithHTTPClient(&http.Client{Transport: s.transport}),
	}, options...)...)
}

// tasks returns the tasks of WS1, the usual example.
func (s *fakeService) tasks(t testing.TB, options ...taskrouter.Option) taskrouter.TasksService {
	t.Helper()
	return s.client(t, options...).Tasks("WS1")
}

// newTestClient returns a client that makes one attempt, unless the options say
// otherwise.
func newTestClient(t testing.TB, options ...taskrouter.Option) *taskrouter.Client {
	t.Helper()
	client, err := taskrouter.NewClient(append([]taskrouter.Option{
		taskrouter.WithAuthToken(account, secretToken),
		taskrouter.WithRetry(taskrouter.RetryPolicy{MaxAttempts: 1}),
	}, options...)...)
	require.NoError(t, err)
	return client
}

// answer answers every request alike. Headers are names and values in turn.
func answer(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Twilio-Request-Id", "RQ1")
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // the client may have gone
	}
}

// inTurn gives every request the next answer, and 501 to one too many.
func inTurn(answers ...http.HandlerFunc) http.HandlerFunc {
	var mutex sync.Mutex
	return func(w http.ResponseWriter, r *http.Request) {
		next := answer(http.StatusNotImplemented, "no request was expected any more")
		mutex.Lock()
		if len(answers) > 0 {
			next, answers = answers[0], answers[1:]
		}
		mutex.Unlock()
		next(w, r)
	}
}

// stalls are the handlers of a service that hangs until the call is given up, by where in
// its answer it does.
var stalls = map[string]http.HandlerFunc{
	"before the headers": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	"within the body": func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "30")
		_, _ = io.WriteString(w, taskOf30Bytes[:10])
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	},
}

// wireText answers with exactly this text, headers and all, whose line ends it
// writes as CRLF, and closes the connection.
func wireText(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		connection, buffer, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = buffer.WriteString(strings.ReplaceAll(text, "\n", "\r\n"))
		_ = buffer.Flush()
		_ = connection.Close()
	}
}

// transport is a round tripper without a network.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// inMemory answers by a handler.
func inMemory(handler http.HandlerFunc) transport {
	return func(r *http.Request) (*http.Response, error) {
		recorder := httptest.NewRecorder()
		handler(recorder, r)
		return recorder.Result(), nil
	}
}

// offline returns a client of https://service.test/base without a network.
func offline(t testing.TB, f transport, options ...taskrouter.Option) *taskrouter.Client {
	t.Helper()
	return newTestClient(t, append([]taskrouter.Option{
		taskrouter.WithBaseURL("https://service.test" + mount),
		taskrouter.WithHTTPClient(&http.Client{Transport: f}),
	}, options...)...)
}

// sentinels are all that an error can be about.
var sentinels = []error{
	taskrouter.ErrInvalidArgument, taskrouter.ErrInvalidResponse, taskrouter.ErrInvalid, taskrouter.ErrUnauthorized,
	taskrouter.ErrForbidden, taskrouter.ErrNotFound, taskrouter.ErrConflict, taskrouter.ErrGone,
	taskrouter.ErrPreconditionFailed, taskrouter.ErrRateLimited, taskrouter.ErrServer, taskrouter.ErrNoPage,
}

// assertAbout checks that an error is about want, nil for none of them, and
// about nothing else.
func assertAbout(t testing.TB, want, err error) {
	t.Helper()
	require.Error(t, err)
	for _, sentinel := range sentinels {
		assert.Equal(t, sentinel == want, errors.Is(err, sentinel), "about %q: %v", sentinel, err) //nolint:errorlint // which one it is, not what it wraps
	}
}

// answerError returns the [taskrouter.Error] in err.
func answerError(t testing.TB, err error) *taskrouter.Error {
	t.Helper()
	failure, ok := errors.AsType[*taskrouter.Error](err)
	require.True(t, ok, "%T: %v", err, err)
	return failure
}

// method is a method that calls the service, with arguments that pass.
type method struct {
	name   string       // such as "Tasks.Get"
	result reflect.Type // of what it returns or, a list, yields; nil for nothing
	isList bool
	// arguments are those between context and options, new ones each time.
	arguments func() []reflect.Value
	// call passes arguments and returns what the method returned or, a list, all
	// that it yielded.
	call func(ctx context.Context, arguments []reflect.Value, options ...taskrouter.CallOption) ([]reflect.Value, error)
}

// methodsOf returns every method of every service of a client, also of nil.
func methodsOf(client *taskrouter.Client) []method {
	var workspaces taskrouter.WorkspacesService
	if client != nil {
		workspaces = client.Workspaces
	}
	return append(methodsBelow(client, "WS1", "WT1", "WK1"), methodsOfService("Workspaces", workspaces, "WS1")...)
}

// methodsBelow returns every method of the services below a workspace, and of
// those below its task and worker.
func methodsBelow(client *taskrouter.Client, workspace, task, worker string) []method {
	return slices.Concat(
		methodsOfService("Activities", client.Activities(workspace), "WA1"),
		methodsOfService("Events", client.Events(workspace), "EV1"),
		methodsOfService("Tasks", client.Tasks(workspace), "WT1"),
		methodsOfService("TaskChannels", client.TaskChannels(workspace), "TC1"),
		methodsOfService("TaskQueues", client.TaskQueues(workspace), "WQ1"),
		methodsOfService("TaskReservations", client.TaskReservations(workspace, task), "WR1"),
		methodsOfService("Workers", client.Workers(workspace), "WK1"),
		methodsOfService("WorkerChannels", client.WorkerChannels(workspace, worker), "WC1"),
		methodsOfService("WorkerReservations", client.WorkerReservations(workspace, worker), "WR1"),
		methodsOfService("Workflows", client.Workflows(workspace), "WW1"),
	)
}

func methodsOfService(name string, service any, sid string) (methods []method) {
	for m, function := range reflect.ValueOf(service).Methods() {
		methods = append(methods, newMethod(name+"."+m.Name, function, sid))
	}
	return methods
}

func newMethod(name string, function reflect.Value, sid string) method {
	kind := function.Type()
	m := method{name: name}
	switch first := kind.Out(0); {
	case first.Kind() == reflect.Func:
		m.isList, m.result = true, first.In(0).In(0)
	case kind.NumOut() == 2:
		m.result = first
	}
	m.arguments = func() (arguments []reflect.Value) {
		for i := 1; i < kind.NumIn()-1; i++ {
			argument := reflect.ValueOf(sid)
			if name == "Workers.SetActivity" && i == 2 {
				argument = reflect.ValueOf("WA1")
			}
			if kind.In(i).Kind() == reflect.Struct {
				argument = filled(kind.In(i))
			}
			if argument.Type() == reflect.TypeFor[taskrouter.UpdateReservationRequest]() {
				clearRefused(name, argument)
			}
			arguments = append(arguments, argument)
		}
		return arguments
	}
	m.call = func(ctx context.Context, arguments []reflect.Value, options ...taskrouter.CallOption) ([]reflect.Value, error) {
		in := []reflect.Value{reflect.Zero(kind.In(0))}
		if ctx != nil {
			in[0] = reflect.ValueOf(ctx)
		}
		in = append(append(in, arguments...), reflect.ValueOf(options))
		return outcome(function.CallSlice(in))
	}
	return m
}

// notOfConferences are the fields of an update of a reservation that
// a conference refuses.
var notOfConferences = regexp.MustCompile("^(Call|Dequeue|Redirect|ReservationStatus|Supervisor|WorkerActivitySID)")

// clearRefused leaves out of an update what a method refuses.
func clearRefused(method string, update reflect.Value) {
	for field, value := range update.Fields() {
		ofSupervisors := strings.HasPrefix(method, "WorkerReservations.") && strings.HasPrefix(field.Name, "Supervisor")
		if ofSupervisors || strings.HasSuffix(method, ".Conference") && notOfConferences.MatchString(field.Name) {
			value.SetZero()
		}
	}
}

func outcome(out []reflect.Value) (results []reflect.Value, err error) {
	if out[0].Kind() == reflect.Func {
		for item, failure := range out[0].Seq2() {
			if !failure.IsNil() {
				return results, failure.Interface().(error)
			}
			results = append(results, item)
		}
		return results, nil
	}
	last := len(out) - 1
	err, _ = out[last].Interface().(error)
	return out[:last], err
}

// filled returns a value of type t in which nothing is zero.
func filled(t reflect.Type) reflect.Value {
	v := reflect.New(t).Elem()
	switch {
	case t == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)))
	case t == reflect.TypeFor[taskrouter.Attributes]():
		v.SetString(`{"filled":true}`)
	case t.Kind() == reflect.Struct:
		for _, field := range v.Fields() {
			field.Set(filled(field.Type()))
		}
	case t.Kind() == reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		v.Elem().Set(filled(t.Elem()))
	case t.Kind() == reflect.Slice:
		v.Set(reflect.Append(v, filled(t.Elem()), filled(t.Elem())))
	case t.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.CanInt():
		v.SetInt(7)
	case t.Kind() == reflect.String:
		v.SetString("filled")
	default:
		panic(fmt.Sprintf("nothing to fill a %v with", t))
	}
	return v
}

// suitsAll is an answer that every method takes: no resource misses its members,
// and a list has metadata.
const suitsAll = `{"meta":{"key":"entries"}}`

// envelopeKeys are the names under which pages hold their entries.
var envelopeKeys = []string{
	"activities", "channels", "events", "reservations", "task_queues", "task_queues_statistics", "tasks", "workers", "workflows", "workspaces",
}

// pageOfTasks answers with a page of tasks and the link to the next, "" for
// none.
func pageOfTasks(link string, sids ...string) http.HandlerFunc {
	page := map[string]any{"tasks": []any{}, "meta": map[string]any{"key": "tasks", "next_page_url": nil}}
	for _, sid := range sids {
		page["tasks"] = append(page["tasks"].([]any), map[string]any{"sid": sid})
	}
	if link != "" {
		page["meta"] = map[string]any{"next_page_url": link}
	}
	body, err := json.Marshal(page)
	if err != nil {
		panic(err)
	}
	return answer(http.StatusOK, string(body))
}

// sidsOf ranges over a list to its end, and checks that an error comes once and
// last.
func sidsOf(t testing.TB, list iter.Seq2[*taskrouter.Task, error]) (sids []string, failure error) {
	t.Helper()
	for task, err := range list {
		require.NoError(t, failure, "the list went on after its error")
		if failure = err; err != nil {
			assert.Nil(t, task)
			continue
		}
		sids = append(sids, task.SID)
	}
	return sids, failure
}
