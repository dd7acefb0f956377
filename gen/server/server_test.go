package server_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/gen/server"
)

const base = "/base"

// routes records what is registered.
type routes struct {
	*http.ServeMux
	patterns []string
}

func (r *routes) HandleFunc(pattern string, handler func(http.ResponseWriter, *http.Request)) {
	r.patterns = append(r.patterns, pattern)
	r.ServeMux.HandleFunc(pattern, handler) // panics on a conflict
}

func TestEveryOperationHasARouteThatNoOtherTakes(t *testing.T) {
	mux := &routes{ServeMux: http.NewServeMux()}
	server.HandlerFromMuxWithBaseURL(struct{ server.ServerInterface }{}, mux, base)
	assert.Len(t, mux.patterns, reflect.TypeFor[server.ServerInterface]().NumMethod())

	for _, pattern := range mux.patterns {
		t.Run(pattern, func(t *testing.T) {
			method, path, _ := strings.Cut(pattern, " ")
			path = regexp.MustCompile(`{\w+}`).ReplaceAllString(path, "XX1")
			_, taken := mux.Handler(httptest.NewRequest(method, path, nil))
			assert.Equal(t, pattern, taken)
		})
	}
}

// implementation has three operations; the others are nil.
type implementation struct {
	server.ServerInterface

	path    []string
	tasks   gen.ListTasksParams
	events  gen.ListEventsParams
	deletes gen.DeleteTaskParams
}

func (i *implementation) ListTasks(w http.ResponseWriter, _ *http.Request, workspaceSID string, params gen.ListTasksParams) {
	i.path, i.tasks = []string{workspaceSID}, params
	w.WriteHeader(http.StatusOK)
}

func (i *implementation) ListEvents(w http.ResponseWriter, _ *http.Request, workspaceSID string, params gen.ListEventsParams) {
	i.path, i.events = []string{workspaceSID}, params
	w.WriteHeader(http.StatusOK)
}

func (i *implementation) DeleteTask(w http.ResponseWriter, _ *http.Request, workspaceSID, taskSID string, params gen.DeleteTaskParams) {
	i.path, i.deletes = []string{workspaceSID, taskSID}, params
	w.WriteHeader(http.StatusNoContent)
}

// serve returns a client of an implementation under the base path.
func serve(t *testing.T, i *implementation) *gen.Client {
	s := httptest.NewServer(server.HandlerWithOptions(i, server.StdHTTPServerOptions{BaseURL: base}))
	t.Cleanup(s.Close)
	client, err := gen.NewClient(s.URL + base)
	require.NoError(t, err)
	return client
}

func checkStatus(t *testing.T, want int, response *http.Response, err error) {
	t.Helper()
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, want, response.StatusCode)
}

func TestParametersOfTheQueryArriveAsTheyWereSet(t *testing.T) {
	i := &implementation{}
	client := serve(t, i)

	tasks := gen.ListTasksParams{
		AssignmentStatus:       []gen.TaskStatus{gen.TaskStatusPending, gen.TaskStatusReserved},
		EvaluateTaskAttributes: new(`score > 1.5 AND name == "a&b=c+é"`),
		Priority:               new(0),
		HasAddons:              new(false),
	}
	response, err := client.ListTasks(t.Context(), "WS1", &tasks)
	checkStatus(t, http.StatusOK, response, err)
	assert.Equal(t, tasks, i.tasks)
	assert.Equal(t, []string{"WS1"}, i.path)

	events := gen.ListEventsParams{
		StartDate: new(time.Date(2026, 3, 1, 21, 4, 5, 0, time.FixedZone("", 3600))),
		EndDate:   new(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)),
	}
	response, err = client.ListEvents(t.Context(), "WS1", &events)
	checkStatus(t, http.StatusOK, response, err)
	require.NotNil(t, i.events.StartDate)
	assert.Equal(t, "2026-03-01T20:04:05Z", i.events.StartDate.Format(time.RFC3339Nano))
	assert.Equal(t, events.EndDate, i.events.EndDate)
}

// The types of the client cannot say it, but other callers do.
func TestFlagsAndListsAreReadAsTheServiceReadsThem(t *testing.T) {
	tests := map[string]gen.ListTasksParams{
		"HasAddons=yes":  {HasAddons: new(true)},
		"HasAddons=1":    {HasAddons: new(true)},
		"HasAddons=TRUE": {HasAddons: new(true)},
		"HasAddons=no":   {HasAddons: new(false)},
		"AssignmentStatus=pending,reserved&AssignmentStatus=parked": {AssignmentStatus: []gen.TaskStatus{"pending", "reserved", "parked"}},
		"Unknown=1": {},
	}
	for query, want := range tests {
		t.Run(query, func(t *testing.T) {
			i := &implementation{}
			response, err := serve(t, i).ListTasks(t.Context(), "WS1", nil, func(_ context.Context, r *http.Request) error {
				r.URL.RawQuery = query
				return nil
			})
			checkStatus(t, http.StatusOK, response, err)
			assert.Equal(t, want, i.tasks)
		})
	}
}

func TestIfMatchArrivesVerbatimOrNotAtAll(t *testing.T) {
	for name, etag := range map[string]*string{"quoted": new(`"3"`), "weak": new(`W/"3"`), "bare": new("0123abcd"), "none": nil} {
		t.Run(name, func(t *testing.T) {
			i := &implementation{}
			response, err := serve(t, i).DeleteTask(t.Context(), "WS1", "WT1", &gen.DeleteTaskParams{IfMatch: etag})
			checkStatus(t, http.StatusNoContent, response, err)
			assert.Equal(t, gen.DeleteTaskParams{IfMatch: etag}, i.deletes)
			assert.Equal(t, []string{"WS1", "WT1"}, i.path)
		})
	}
}

func TestAParameterThatCannotBeReadIsTheErrorHandlersToAnswer(t *testing.T) {
	var failure error
	handler := server.HandlerWithOptions(&implementation{}, server.StdHTTPServerOptions{
		BaseURL: base,
		ErrorHandlerFunc: func(w http.ResponseWriter, _ *http.Request, err error) {
			failure = err
			w.WriteHeader(http.StatusTeapot)
		},
	})
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, base+"/v1/Workspaces/WS1/Events?StartDate=yesterday", nil))
	assert.Equal(t, http.StatusTeapot, recorder.Code)
	var format *server.InvalidParamFormatError
	require.ErrorAs(t, failure, &format)
	assert.Equal(t, "StartDate", format.ParamName)
}
