package calls_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/conformance"
	"github.com/taskrouter-go/sdk/conformance/internal/calls"
	"github.com/taskrouter-go/sdk/taskrouter"
)

// A method that is not in the table is a method that no fixture proves.
func TestEveryMethodOfEveryServiceIsACall(t *testing.T) {
	var known []string
	for _, call := range calls.All() {
		known = append(known, call.Method)
	}
	var methods []string
	for name, service := range services() {
		for i := range service.NumMethod() {
			methods = append(methods, name+"."+service.Method(i).Name)
		}
	}
	require.Len(t, services(), 11)
	assert.ElementsMatch(t, methods, known)
}

// services are those that a client has, by name: what its fields hold and what
// its methods return, if the type is called a service.
func services() map[string]reflect.Type {
	found := make(map[string]reflect.Type)
	add := func(of reflect.Type) {
		if name, ok := strings.CutSuffix(of.Name(), "Service"); ok {
			found[name] = of
		}
	}
	client := reflect.TypeFor[*taskrouter.Client]()
	for i := range client.Elem().NumField() {
		add(client.Elem().Field(i).Type)
	}
	for i := range client.NumMethod() {
		if method := client.Method(i).Type; method.NumOut() == 1 {
			add(method.Out(0))
		}
	}
	return found
}

func TestOf(t *testing.T) {
	var methods []string
	for _, call := range calls.Of("updateTask") {
		methods = append(methods, call.Method)
	}
	assert.Equal(t, []string{"Tasks.Update", "Tasks.Cancel", "Tasks.Complete", "Tasks.Wrapup"}, methods)
	assert.Empty(t, calls.Of("unknown"))
}

func TestMakesTellsWhichVerbMakesARequest(t *testing.T) {
	for name, test := range map[string]struct {
		operation, form string
		methods         []string
	}{
		"cancel":                      {"updateTask", "AssignmentStatus=canceled", []string{"Tasks.Update", "Tasks.Cancel"}},
		"cancel with a reason":        {"updateTask", "AssignmentStatus=canceled&Reason=gone", []string{"Tasks.Update", "Tasks.Cancel"}},
		"cancel with an empty reason": {"updateTask", "AssignmentStatus=canceled&Reason=", []string{"Tasks.Update"}},
		"cancel and change":           {"updateTask", "AssignmentStatus=canceled&Priority=1", []string{"Tasks.Update"}},
		"a reason alone":              {"updateTask", "Reason=gone", []string{"Tasks.Update"}},
		"wrap up":                     {"updateTask", "AssignmentStatus=wrapping", []string{"Tasks.Update", "Tasks.Wrapup"}},
		"set an activity":             {"updateWorker", "ActivitySid=WA1", []string{"Workers.Update", "Workers.SetActivity"}},
		"nothing":                     {"updateWorker", "", []string{"Workers.Update"}},
		"rename":                      {"updateWorker", "FriendlyName=Ada", []string{"Workers.Update"}},
		"reject":                      {"updateTaskReservation", "ReservationStatus=rejected&WorkerActivitySid=WA1", []string{"TaskReservations.Update", "TaskReservations.Reject"}},
		"supervise":                   {"updateTaskReservation", "Instruction=supervise&Supervisor=WK1", []string{"TaskReservations.Update", "TaskReservations.Supervise"}},
		"conference":                  {"updateWorkerReservation", "Instruction=conference&From=a", []string{"WorkerReservations.Update", "WorkerReservations.Conference"}},
	} {
		t.Run(name, func(t *testing.T) {
			values, err := url.ParseQuery(test.form)
			require.NoError(t, err)
			var methods []string
			for _, call := range calls.Of(test.operation) {
				if call.Makes(calls.Request{Values: values}) {
					methods = append(methods, call.Method)
				}
			}
			assert.Equal(t, test.methods, methods)
		})
	}
}

func TestRequestOf(t *testing.T) {
	request, err := calls.RequestOf(conformance.Request{
		Query: "a=1&b=%20",
		Form:  []conformance.Field{{Name: "c", Value: "2"}, {Name: "c", Value: "3"}},
	}, map[string]string{"WorkspaceSid": "WS1"})
	require.NoError(t, err)
	assert.Equal(t, calls.Request{
		Path:   map[string]string{"WorkspaceSid": "WS1"},
		Values: url.Values{"a": {"1"}, "b": {" "}, "c": {"2", "3"}},
	}, request)

	request, err = calls.RequestOf(conformance.Request{JSON: `{}`}, nil)
	require.NoError(t, err)
	assert.Equal(t, []byte(`{}`), request.JSON)

	_, err = calls.RequestOf(conformance.Request{Path: "/a", Query: "a=%zz"}, nil)
	assert.ErrorContains(t, err, "query of /a")
}

// What a fixture holds and the facade cannot send must not get lost on the way to
// the facade: the fixture would seem to fit.
func TestDoRefusesWhatTheMethodCannotSend(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	client, err := taskrouter.NewClient(taskrouter.WithAuthToken("AC228c14652c374b1f5ced78e9b0bdb8e1", "x"), taskrouter.WithBaseURL(server.URL))
	require.NoError(t, err)
	for name, test := range map[string]struct {
		method, form, json string
		message            string
	}{
		"no such field":           {"Tasks.Create", "Nothing=1", "", "decode gen.CreateTaskRequest: it has no field for Nothing"},
		"a name in another case":  {"Tasks.Create", "priority=1", "", "it has no field for priority"},
		"no number":               {"Tasks.Create", "Priority=high", "", "Priority: strconv.Atoi"},
		"no flag":                 {"Activities.Create", "Available=yes", "", "Available: expected true or false, not \"yes\""},
		"no time":                 {"Tasks.Create", "VirtualStartTime=now", "", "VirtualStartTime: parsing time"},
		"two values":              {"Tasks.Create", "Priority=1&Priority=2", "", "Priority: expected one value, not 2"},
		"no such member":          {"TaskQueues.BulkRealTimeStatistics", "", `{"queueSids": [], "more": 1}`, `unknown field "more"`},
		"no such parameter":       {"Tasks.List", "Nothing=1", "", "it has no field for Nothing"},
		"a field of another verb": {"TaskReservations.Dequeue", "Instruction=dequeue&CallTo=a", "", "it has no field for CallTo"},
	} {
		t.Run(name, func(t *testing.T) {
			values, err := url.ParseQuery(test.form)
			require.NoError(t, err)
			request := calls.Request{Values: values}
			if test.json != "" {
				request.JSON = []byte(test.json)
			}
			_, err = callNamed(t, test.method).Do(t.Context(), client, request)
			assert.ErrorContains(t, err, test.message)
		})
	}
}

func callNamed(t *testing.T, method string) calls.Call {
	t.Helper()
	for _, call := range calls.All() {
		if call.Method == method {
			return call
		}
	}
	t.Fatalf("no call %s", method)
	return calls.Call{}
}
