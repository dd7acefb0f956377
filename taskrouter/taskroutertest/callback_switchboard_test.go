package taskroutertest_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// Where the application of a switchboard answers.
const (
	askURL    = "https://app.test/ask"
	againURL  = "https://app.test/again" // the fallback URL
	eventsURL = "https://app.test/events"
)

// A switchboard is a world with an application that is told of events and asked about
// assignments. It keeps what became of all callbacks.
type switchboard struct {
	*world
	server *taskroutertest.Server

	mu   sync.Mutex
	made []taskroutertest.Callback
}

// atSwitchboard runs a test in a bubble, in a workspace with multitasking.
func atSwitchboard(t *testing.T, test func(*testing.T, *switchboard)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, newSwitchboard(t, taskrouter.CreateWorkspaceRequest{})) })
}

func newSwitchboard(t *testing.T, request taskrouter.CreateWorkspaceRequest, options ...taskroutertest.Option) *switchboard {
	t.Helper()
	s := &switchboard{}
	s.server = newServer(t, append(options, taskroutertest.WithAfterCallback(s.keep))...)
	s.world = newWorld(t, s.server.Client(), request)
	return s
}

func (s *switchboard) keep(c taskroutertest.Callback) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.made = append(s.made, c)
}

// callbacks are those that were made until now, in the order in which they ended.
func (s *switchboard) callbacks() []taskroutertest.Callback {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.made)
}

// only is the only callback that was made.
func (s *switchboard) only() taskroutertest.Callback {
	s.t.Helper()
	made := s.callbacks()
	require.Len(s.t, made, 1)
	return made[0]
}

// drain waits until all callbacks are made.
func (s *switchboard) drain() {
	s.t.Helper()
	require.NoError(s.t, s.server.Drain(s.t.Context()))
}

// asks makes the queue Support of everybody and the workflow Flow, which asks the
// application.
func (s *switchboard) asks(changes ...func(*taskrouter.UpdateWorkflowRequest)) {
	s.t.Helper()
	s.support()
	request := taskrouter.UpdateWorkflowRequest{AssignmentCallbackURL: new(askURL)}
	for _, change := range changes {
		change(&request)
	}
	s.updateFlow(request)
}

func again(r *taskrouter.UpdateWorkflowRequest) { r.FallbackAssignmentCallbackURL = new(againURL) }

func askingFor(seconds int) func(*taskrouter.UpdateWorkflowRequest) {
	return func(r *taskrouter.UpdateWorkflowRequest) { r.TaskReservationTimeout = &seconds }
}

// tells has the workspace tell of events, those of a filter or all of "".
func (s *switchboard) tells(target, filter string) {
	s.t.Helper()
	_, err := s.client.Workspaces.Update(s.t.Context(), s.sid, taskrouter.UpdateWorkspaceRequest{EventCallbackURL: &target, EventsFilter: &filter})
	s.ok(err)
}

// decides has a function decide about assignments.
func (s *switchboard) decides(decide func(webhook.Assignment) webhook.Instruction) {
	s.server.HandleAssignments(askURL, func(_ context.Context, a webhook.Assignment) (webhook.Instruction, error) { return decide(a), nil })
}

// always decides the same.
func (s *switchboard) always(instruction webhook.Instruction) {
	s.decides(func(webhook.Assignment) webhook.Instruction { return instruction })
}

// says is a handler that always answers the same.
func says(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// slow is a handler that takes its time, whatever its context says.
func slow(d time.Duration, next http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		later(d)
		next.ServeHTTP(w, r)
	}
}

var (
	noted = says(http.StatusNoContent, jsonType, "")
	fails = says(http.StatusInternalServerError, "text/plain", "out of order")
)

// A reader is an application that keeps the forms that it is sent, in their order.
type reader struct {
	mu    sync.Mutex
	forms []url.Values
	next  http.Handler
}

func (r *reader) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if err := request.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	r.forms = append(r.forms, request.PostForm)
	r.mu.Unlock()
	r.next.ServeHTTP(w, request)
}

func (r *reader) read() []url.Values {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.forms)
}

// reads has events read.
func (s *switchboard) reads() *reader {
	r := &reader{next: noted}
	s.server.Handle(eventsURL, r)
	return r
}

func typesOf(forms []url.Values) []string {
	types := []string{}
	for _, form := range forms {
		types = append(types, form.Get("EventType"))
	}
	return types
}

// failed wants an error of the service in what became of a callback.
func failed(t *testing.T, c taskroutertest.Callback, code int) {
	t.Helper()
	var wrong *webhook.InstructionError
	if assert.ErrorAs(t, c.Err, &wrong) {
		assert.Equal(t, code, wrong.Code, wrong)
	}
}

// defaultLog is what is logged from now on to the end of the test, where nothing says
// another logger.
func defaultLog(t *testing.T) *bytes.Buffer {
	t.Helper()
	var log bytes.Buffer
	before := slog.Default()
	t.Cleanup(func() { slog.SetDefault(before) })
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	return &log
}
