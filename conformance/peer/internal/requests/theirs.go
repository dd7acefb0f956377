package requests

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/twilio/twilio-go/client"
	peer "github.com/twilio/twilio-go/rest/taskrouter/v1"
)

// theirNames are the methods of the peer for each operation of the document, without
// the twins that return the status and the headers as well. A test fails if the peer
// has others.
var theirNames = map[string][]string{
	"listWorkspaces":                     listOf("Workspace"),
	"createWorkspace":                    {"CreateWorkspace"},
	"getWorkspace":                       {"FetchWorkspace"},
	"updateWorkspace":                    {"UpdateWorkspace"},
	"deleteWorkspace":                    {"DeleteWorkspace"},
	"getWorkspaceStatistics":             {"FetchWorkspaceStatistics"},
	"getWorkspaceRealTimeStatistics":     {"FetchWorkspaceRealTimeStatistics"},
	"getWorkspaceCumulativeStatistics":   {"FetchWorkspaceCumulativeStatistics"},
	"listActivities":                     listOf("Activity"),
	"createActivity":                     {"CreateActivity"},
	"getActivity":                        {"FetchActivity"},
	"updateActivity":                     {"UpdateActivity"},
	"deleteActivity":                     {"DeleteActivity"},
	"listTaskChannels":                   listOf("TaskChannel"),
	"createTaskChannel":                  {"CreateTaskChannel"},
	"getTaskChannel":                     {"FetchTaskChannel"},
	"updateTaskChannel":                  {"UpdateTaskChannel"},
	"deleteTaskChannel":                  {"DeleteTaskChannel"},
	"listTaskQueues":                     listOf("TaskQueue"),
	"createTaskQueue":                    {"CreateTaskQueue"},
	"getTaskQueue":                       {"FetchTaskQueue"},
	"updateTaskQueue":                    {"UpdateTaskQueue"},
	"deleteTaskQueue":                    {"DeleteTaskQueue"},
	"listTaskQueueStatistics":            listOf("TaskQueuesStatistics"),
	"getTaskQueueBulkRealTimeStatistics": {"CreateTaskQueueBulkRealTimeStatistics"},
	"getTaskQueueStatistics":             {"FetchTaskQueueStatistics"},
	"getTaskQueueRealTimeStatistics":     {"FetchTaskQueueRealTimeStatistics"},
	"getTaskQueueCumulativeStatistics":   {"FetchTaskQueueCumulativeStatistics"},
	"listWorkflows":                      listOf("Workflow"),
	"createWorkflow":                     {"CreateWorkflow"},
	"getWorkflow":                        {"FetchWorkflow"},
	"updateWorkflow":                     {"UpdateWorkflow"},
	"deleteWorkflow":                     {"DeleteWorkflow"},
	"getWorkflowStatistics":              {"FetchWorkflowStatistics"},
	"getWorkflowRealTimeStatistics":      {"FetchWorkflowRealTimeStatistics"},
	"getWorkflowCumulativeStatistics":    {"FetchWorkflowCumulativeStatistics"},
	"listWorkers":                        listOf("Worker"),
	"createWorker":                       {"CreateWorker"},
	"getWorker":                          {"FetchWorker"},
	"updateWorker":                       {"UpdateWorker"},
	"deleteWorker":                       {"DeleteWorker"},
	"getWorkersStatistics":               {"FetchWorkerStatistics"},
	"getWorkersRealTimeStatistics":       {"FetchWorkersRealTimeStatistics"},
	"getWorkersCumulativeStatistics":     {"FetchWorkersCumulativeStatistics"},
	"getWorkerStatistics":                {"FetchWorkerInstanceStatistics"},
	"listWorkerChannels":                 listOf("WorkerChannel"),
	"getWorkerChannel":                   {"FetchWorkerChannel"},
	"updateWorkerChannel":                {"UpdateWorkerChannel"},
	"listWorkerReservations":             listOf("WorkerReservation"),
	"getWorkerReservation":               {"FetchWorkerReservation"},
	"updateWorkerReservation":            {"UpdateWorkerReservation"},
	"listTasks":                          listOf("Task"),
	"createTask":                         {"CreateTask"},
	"getTask":                            {"FetchTask"},
	"updateTask":                         {"UpdateTask"},
	"deleteTask":                         {"DeleteTask"},
	"listTaskReservations":               listOf("TaskReservation"),
	"getTaskReservation":                 {"FetchTaskReservation"},
	"updateTaskReservation":              {"UpdateTaskReservation"},
	"listEvents":                         listOf("Event"),
	"getEvent":                           {"FetchEvent"},
}

// listOf are the methods of a list.
func listOf(resource string) []string {
	return []string{"List" + resource, "Stream" + resource, "Page" + resource}
}

// A theirMethod is one method of the peer. All of them take the values of the path,
// then perhaps a struct of parameters, and those that return a page the place of it.
type theirMethod struct {
	name   string
	path   int          // how many values of the path it takes
	params reflect.Type // of the struct, nil if it takes none
	paged  bool         // returns one page
}

// theirMethods are all methods of the peer that make the requests of an operation.
func theirMethods(operationID string) ([]theirMethod, error) {
	var methods []theirMethod
	for _, name := range theirNames[operationID] {
		for _, name := range []string{name, name + "WithMetadata"} {
			method, err := theirMethodNamed(name)
			if err != nil {
				return nil, err
			}
			methods = append(methods, method)
		}
	}
	return methods, nil
}

var theirService = reflect.TypeFor[*peer.ApiService]()

func theirMethodNamed(name string) (theirMethod, error) {
	method, ok := theirService.MethodByName(name)
	if !ok {
		return theirMethod{}, fmt.Errorf("the peer has no method %s", name)
	}
	m := theirMethod{name: name, paged: strings.HasPrefix(name, "Page")}
	for i := 1; i < method.Type.NumIn(); i++ { // behind the receiver
		switch in := method.Type.In(i); {
		case in.Kind() == reflect.Pointer && in.Elem().Kind() == reflect.Struct && m.params == nil:
			m.params = in.Elem()
		case in.Kind() == reflect.String && m.params == nil:
			m.path++
		case in.Kind() == reflect.String && m.paged:
		default:
			return theirMethod{}, fmt.Errorf("%s: not known how to fill its argument %d, a %s", name, i, in)
		}
	}
	return m, nil
}

// fields are the names on the wire of what the method can be told, but for the
// limit, which the peer keeps for itself.
func (m theirMethod) fields() []string {
	var names []string
	if m.params != nil {
		for i := range m.params.NumField() {
			if name := wireName(m.params.Field(i)); name != "limit" {
				names = append(names, name)
			}
		}
	}
	if m.paged {
		names = append(names, "Page", "PageToken")
	}
	return names
}

func wireName(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	return name
}

// do calls the method, and waits for all that it does. It returns what the method
// does, and how many records came of it if it is a list.
func (m theirMethod) do(service *peer.ApiService, arguments []reflect.Value) (result any, records int, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	results := reflect.ValueOf(service).MethodByName(m.name).Call(arguments)
	var failures []error
	for _, value := range results {
		n, failure := take(value)
		records += n
		failures = append(failures, failure)
	}
	return results[0].Interface(), records, errors.Join(failures...)
}

// arguments are those of a call, and the names of the values that the method cannot be
// told.
func (m theirMethod) arguments(c call) (arguments []reflect.Value, cannotSay []string, err error) {
	if len(c.path()) != m.path {
		return nil, nil, fmt.Errorf("%s takes %d values of the path, and %s has %d", m.name, m.path, c.operation.ID, len(c.path()))
	}
	for _, value := range c.path() {
		arguments = append(arguments, reflect.ValueOf(value))
	}
	values := c.inputs()
	if m.params != nil {
		params := reflect.New(m.params)
		for i := range m.params.NumField() {
			given, ok := values[wireName(m.params.Field(i))]
			if !ok {
				continue
			}
			if err := setTheirs(params.Elem().Field(i), given); err != nil {
				return nil, nil, fmt.Errorf("%s: %s: %w", m.name, m.params.Field(i).Name, err)
			}
		}
		if len(values) == 0 {
			params = reflect.Zero(params.Type()) // nil, as users give it
		}
		arguments = append(arguments, params)
	}
	if m.paged {
		arguments = append(arguments, reflect.ValueOf(values.Get("PageToken")), reflect.ValueOf(values.Get("Page")))
	}
	for name := range values {
		if !slices.Contains(m.fields(), name) && name != "limit" {
			cannotSay = append(cannotSay, name)
		}
	}
	return arguments, cannotSay, nil
}

// setTheirs gives a field of the peer's, a pointer, the value that texts stand for.
func setTheirs(field reflect.Value, texts []string) error {
	if field.Kind() != reflect.Pointer {
		return fmt.Errorf("expected a pointer, not %s", field.Type())
	}
	into := reflect.New(field.Type().Elem())
	field.Set(into)
	if list, ok := into.Interface().(*[]string); ok {
		*list = texts
		return nil
	}
	if len(texts) != 1 {
		return fmt.Errorf("expected one value for a %s, not %q", field.Type(), texts)
	}
	var err error
	switch value := into.Interface().(type) {
	case *string:
		*value = texts[0]
	case *int:
		*value, err = strconv.Atoi(texts[0])
	case *bool:
		*value, err = strconv.ParseBool(texts[0])
	case *time.Time:
		*value, err = time.Parse(time.RFC3339, texts[0])
	case *map[string]any:
		err = json.Unmarshal([]byte(texts[0]), value)
	default:
		err = fmt.Errorf("not known how to fill a %s", field.Type())
	}
	return err
}

// take takes what a method returns: all records of a list, or an error.
func take(result reflect.Value) (records int, err error) {
	switch value := result.Interface().(type) {
	case error:
		return 0, value
	case chan error:
		return 0, <-value
	case interface{ GetStatusCode() int }: // with it comes what the method without it returns
		if result.IsNil() {
			return 0, nil
		}
		return take(result.MethodByName("GetResource").Call(nil)[0])
	}
	switch result.Kind() {
	case reflect.Slice:
		return result.Len(), nil
	case reflect.Chan:
		for _, open := result.Recv(); open; _, open = result.Recv() {
			records++
		}
	}
	return records, nil
}

// newTheirs sets the peer up as its users do who have an HTTP client of their own.
func newTheirs(l login, transport http.RoundTripper) *peer.ApiService {
	c := &client.Client{Credentials: client.NewCredentials(l.user, l.password), HTTPClient: &http.Client{Transport: transport}}
	c.SetAccountSid(accountSID)
	if l.token != "" {
		c.SetOauth(bearer(l.token))
	}
	service := peer.NewApiServiceWithClient(c)
	service.RequestHandler().Region, service.RequestHandler().Edge = l.region, l.edge
	return service
}

// A bearer is a token that needs no renewal.
type bearer string

func (b bearer) GetAccessToken(context.Context) (string, error) { return string(b), nil }

// inputs are all values of a call but those of its path, as the peer has them: in one
// struct.
func (c call) inputs() url.Values {
	values := url.Values{}
	maps.Copy(values, c.values)
	if c.ifMatch != "" {
		values.Set("If-Match", c.ifMatch)
	}
	if c.json != "" {
		values.Set("body", c.json)
	}
	return values
}
