package taskrouter_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// This file calls the facade: which method carries out which operation, what
// its arguments are filled with, and where the requests arrive.

// facade lists for every operation of the document the methods that carry it
// out, of services found with ids, which are by the parameters of paths. The
// identifiers that a service does not hold are arguments of its methods.
func facade(c *taskrouter.Client, ids map[string]string) map[string][]any {
	workspace := ids["WorkspaceSid"]
	var (
		workspaces         = c.Workspaces
		activities         = c.Activities(workspace)
		events             = c.Events(workspace)
		tasks              = c.Tasks(workspace)
		taskChannels       = c.TaskChannels(workspace)
		taskQueues         = c.TaskQueues(workspace)
		taskReservations   = c.TaskReservations(workspace, ids["TaskSid"])
		workers            = c.Workers(workspace)
		workerChannels     = c.WorkerChannels(workspace, ids["WorkerSid"])
		workerReservations = c.WorkerReservations(workspace, ids["WorkerSid"])
		workflows          = c.Workflows(workspace)
	)
	return map[string][]any{
		"createWorkspace":                  {workspaces.Create},
		"getWorkspace":                     {workspaces.Get},
		"updateWorkspace":                  {workspaces.Update},
		"deleteWorkspace":                  {workspaces.Delete},
		"listWorkspaces":                   {workspaces.Page, workspaces.List},
		"getWorkspaceStatistics":           {workspaces.Statistics},
		"getWorkspaceRealTimeStatistics":   {workspaces.RealTimeStatistics},
		"getWorkspaceCumulativeStatistics": {workspaces.CumulativeStatistics},

		"createActivity": {activities.Create},
		"getActivity":    {activities.Get},
		"updateActivity": {activities.Update},
		"deleteActivity": {activities.Delete},
		"listActivities": {activities.Page, activities.List},

		"getEvent":   {events.Get},
		"listEvents": {events.Page, events.List},

		"createTask": {tasks.Create},
		"getTask":    {tasks.Get},
		"updateTask": {tasks.Update},
		"deleteTask": {tasks.Delete},
		"listTasks":  {tasks.Page, tasks.List},

		"getTaskReservation":    {taskReservations.Get},
		"updateTaskReservation": {taskReservations.Update},
		"listTaskReservations":  {taskReservations.Page, taskReservations.List},

		"createTaskChannel": {taskChannels.Create},
		"getTaskChannel":    {taskChannels.Get},
		"updateTaskChannel": {taskChannels.Update},
		"deleteTaskChannel": {taskChannels.Delete},
		"listTaskChannels":  {taskChannels.Page, taskChannels.List},

		"createTaskQueue":                    {taskQueues.Create},
		"getTaskQueue":                       {taskQueues.Get},
		"updateTaskQueue":                    {taskQueues.Update},
		"deleteTaskQueue":                    {taskQueues.Delete},
		"listTaskQueues":                     {taskQueues.Page, taskQueues.List},
		"listTaskQueueStatistics":            {taskQueues.PageStatistics, taskQueues.ListStatistics},
		"getTaskQueueStatistics":             {taskQueues.Statistics},
		"getTaskQueueRealTimeStatistics":     {taskQueues.RealTimeStatistics},
		"getTaskQueueCumulativeStatistics":   {taskQueues.CumulativeStatistics},
		"getTaskQueueBulkRealTimeStatistics": {taskQueues.BulkRealTimeStatistics},

		"createWorker":                   {workers.Create},
		"getWorker":                      {workers.Get},
		"updateWorker":                   {workers.Update},
		"deleteWorker":                   {workers.Delete},
		"listWorkers":                    {workers.Page, workers.List},
		"getWorkersStatistics":           {workers.Statistics},
		"getWorkersRealTimeStatistics":   {workers.RealTimeStatistics},
		"getWorkersCumulativeStatistics": {workers.CumulativeStatistics},
		"getWorkerStatistics":            {workers.WorkerStatistics},

		"getWorkerChannel":    {workerChannels.Get},
		"updateWorkerChannel": {workerChannels.Update},
		"listWorkerChannels":  {workerChannels.Page, workerChannels.List},

		"getWorkerReservation":    {workerReservations.Get},
		"updateWorkerReservation": {workerReservations.Update},
		"listWorkerReservations":  {workerReservations.Page, workerReservations.List},

		"createWorkflow":                  {workflows.Create},
		"getWorkflow":                     {workflows.Get},
		"updateWorkflow":                  {workflows.Update},
		"deleteWorkflow":                  {workflows.Delete},
		"listWorkflows":                   {workflows.Page, workflows.List},
		"getWorkflowStatistics":           {workflows.Statistics},
		"getWorkflowRealTimeStatistics":   {workflows.RealTimeStatistics},
		"getWorkflowCumulativeStatistics": {workflows.CumulativeStatistics},
	}
}

// service stands in for TaskRouter below a base path. It answers everything
// with one status and keeps what arrives.
type service struct {
	client *taskrouter.Client

	mutex    sync.Mutex
	status   int
	arrivals []arrival
}

func newService(t *testing.T) *service {
	t.Helper()
	s := &service{}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	client, err := taskrouter.NewClient(
		taskrouter.WithBaseURL(server.URL+basePath),
		taskrouter.WithAuthToken(accountSID, authToken),
		taskrouter.WithHTTPClient(server.Client()),
	)
	require.NoError(t, err)
	s.client = client
	return s
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		body = fmt.Appendf(nil, "the body cannot be read: %v", err)
	}
	if len(r.TransferEncoding) > 0 { // net/http takes it out of the header; it announces a body, if an empty one
		r.Header["Transfer-Encoding"] = r.TransferEncoding
	}
	path, query, _ := strings.Cut(r.RequestURI, "?")
	s.arrivals = append(s.arrivals, arrival{r.Method, path, query, r.Header, string(body)})
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(s.status)
	if s.status != http.StatusNoContent {
		_, _ = io.WriteString(w, `{"meta":{"key":"entries"}}`) // a client that is gone fails itself
	}
}

// during returns what arrives while something is done, answered with status.
// One thing is done at a time.
func (s *service) during(status int, do func() error) ([]arrival, error) {
	s.mutex.Lock()
	s.status, s.arrivals = status, nil
	s.mutex.Unlock()
	err := do()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.arrivals, err
}

// route is a method of the facade that carries out an operation.
type route struct {
	service   *service
	operation operation
	index     int // in the table
}

// eachRoute runs a test for every operation of the document and every method
// that carries it out.
func eachRoute(t *testing.T, test func(*testing.T, route)) {
	t.Helper()
	s := newService(t)
	table := facade(s.client, nil)
	for _, o := range operations(t) {
		for i := range table[o.id] {
			r := route{s, o, i}
			t.Run(o.id+"/"+r.name(), func(t *testing.T) { test(t, r) })
		}
	}
}

// method is bound to a service that was found with ids.
func (r route) method(ids map[string]string) reflect.Value {
	return reflect.ValueOf(facade(r.service.client, ids)[r.operation.id][r.index])
}

// name is that of the method, without its package and type.
func (r route) name() string {
	name := runtime.FuncForPC(r.method(nil).Pointer()).Name()
	return strings.TrimSuffix(name[strings.LastIndex(name, ".")+1:], "-fm")
}

// signature is what a method of the facade takes between context and options.
type signature struct {
	identifiers int
	request     reflect.Type // a struct; nil for none
}

func (r route) signature(t *testing.T) signature {
	t.Helper()
	inputs := slices.Collect(r.method(nil).Type().Ins())
	require.GreaterOrEqual(t, len(inputs), 2)
	require.Equal(t, reflect.TypeFor[context.Context](), inputs[0], "the first parameter")
	require.Equal(t, reflect.TypeFor[[]taskrouter.CallOption](), inputs[len(inputs)-1], "the last parameter")
	var s signature
	for _, input := range inputs[1 : len(inputs)-1] {
		switch {
		case input.Kind() == reflect.String && s.request == nil:
			s.identifiers++
		case input.Kind() == reflect.Struct && s.request == nil:
			s.request = input
		default:
			require.Fail(t, "expected identifiers and then at most one struct", "parameter %s", input)
		}
	}
	return s
}

// call calls the method. Of the identifiers in the path, it takes the last ones.
func (r route) call(t *testing.T, ids map[string]string, request reflect.Value, options ...taskrouter.CallOption) ([]arrival, error) {
	t.Helper()
	in := []reflect.Value{reflect.ValueOf(t.Context())}
	path := r.operation.identifiers
	count := r.signature(t).identifiers
	require.LessOrEqual(t, count, len(path), "the method takes more identifiers than the path has")
	for _, identifier := range path[len(path)-count:] {
		in = append(in, reflect.ValueOf(ids[identifier.name]))
	}
	if request.IsValid() {
		in = append(in, request)
	}
	for _, option := range options {
		in = append(in, reflect.ValueOf(option))
	}
	return r.service.during(r.operation.success, func() error {
		out := r.method(ids).Call(in)
		return failure(out[len(out)-1])
	})
}

// failure returns the error that a method returned, or that its list yields.
func failure(result reflect.Value) error {
	if result.Type().CanSeq2() {
		for _, err := range result.Seq2() {
			if err, failed := err.Interface().(error); failed {
				return err
			}
		}
		return nil
	}
	err, _ := result.Interface().(error)
	return err
}

// checkSent calls the method and holds what arrives against the document.
func (r route) checkSent(t *testing.T, want expectation, request reflect.Value, options ...taskrouter.CallOption) {
	t.Helper()
	want.operation = r.operation
	arrivals, err := r.call(t, want.identifiers, request, options...)
	require.NoError(t, err, r.operation.id)
	require.Len(t, arrivals, 1, "%s: requests", r.operation.id)
	for _, difference := range want.differences(arrivals[0]) {
		t.Error(difference)
	}
}

// checkRefused calls the method and wants a failure before anything is sent.
func (r route) checkRefused(t *testing.T, ids map[string]string, request reflect.Value, options ...taskrouter.CallOption) error {
	t.Helper()
	arrivals, err := r.call(t, ids, request, options...)
	assert.ErrorIs(t, err, taskrouter.ErrInvalidArgument, r.operation.id)
	assert.Empty(t, arrivals, "%s: requests", r.operation.id)
	return err
}

// ids returns valid and distinct identifiers for the path.
func (r route) ids() map[string]string {
	ids := map[string]string{}
	for i, identifier := range r.operation.identifiers {
		if identifier.prefix == "" {
			ids[identifier.name] = fmt.Sprintf("name-%d", i)
			continue
		}
		ids[identifier.name] = sid(identifier.prefix, i)
	}
	return ids
}

func sid(prefix string, n int) string { return fmt.Sprintf("%s%032x", prefix, 0xab00+n) }

// pairing ties the fields of a struct to the keys of the document.
type pairing struct {
	pairs []pair
	// undeclared are fields without a key.
	undeclared []reflect.StructField
	// problems are what no struct may have.
	problems []string
}

type pair struct {
	key   key
	field reflect.StructField
}

// pairUp goes by names alone, the case and the hyphens of which do not count,
// and not by tags, which are what is to be tested.
func pairUp(keys []key, request reflect.Type) (p pairing) {
	fields := map[string]reflect.StructField{}
	if request != nil {
		for field := range request.Fields() {
			name := normalize(field.Name)
			if _, taken := fields[name]; taken || field.Anonymous || !field.IsExported() {
				p.problems = append(p.problems, fmt.Sprintf("field %s: is embedded, not exported, or like another field", field.Name))
			}
			fields[name] = field
		}
	}
	declared := map[string]bool{}
	for _, key := range keys {
		name := normalize(key.name)
		field, found := fields[name]
		switch {
		case declared[name]:
			p.problems = append(p.problems, fmt.Sprintf("%s key %q: is like another key", key.place, key.name))
		case !found:
			p.problems = append(p.problems, fmt.Sprintf("%s key %q: no field stands for it", key.place, key.name))
		case key.required && field.Type.Kind() == reflect.Pointer:
			p.problems = append(p.problems, fmt.Sprintf("%s key %q: is required, yet field %s may be nil", key.place, key.name, field.Name))
		default:
			p.pairs = append(p.pairs, pair{key, field})
		}
		declared[name] = true
	}
	if request != nil {
		for field := range request.Fields() {
			if !declared[normalize(field.Name)] {
				p.undeclared = append(p.undeclared, field)
			}
		}
	}
	return p
}

func normalize(name string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, name))
}

func (r route) pairing(t *testing.T) pairing {
	t.Helper()
	p := pairUp(r.operation.keys, r.signature(t).request)
	require.Empty(t, p.problems, r.operation.id)
	return p
}

// A filler makes the n-th value of a type for a key of the document.
type filler func(schema *openapi3.Schema, goType reflect.Type, n int) (reflect.Value, error)

// build makes the struct that the method takes, its declared fields as fill has
// them, and returns them by the keys of the document as well.
func (r route) build(t *testing.T, fill func(pair) filler) (request reflect.Value, values map[string]reflect.Value) {
	t.Helper()
	values = map[string]reflect.Value{}
	if structType := r.signature(t).request; structType != nil {
		request = reflect.New(structType).Elem()
	}
	for i, p := range r.pairing(t).pairs {
		value, err := fill(p)(p.key.schema, p.field.Type, 2*i) // a slice takes two
		require.NoError(t, err, "%s: field %s", r.operation.id, p.field.Name)
		request.FieldByIndex(p.field.Index).Set(value)
		values[p.key.name] = value
	}
	return request, values
}

// withSamples fills fields with values of which no two are equal, as far as
// their types have so many.
func withSamples(pair) filler { return sample }

// withZeros points pointers at zeros, and makes slices empty.
func withZeros(pair) filler { return zero }

// withNothing leaves fields as they are.
func withNothing(pair) filler { return nothing }

func sample(schema *openapi3.Schema, goType reflect.Type, n int) (reflect.Value, error) {
	value := reflect.New(goType).Elem()
	switch {
	case goType.Kind() == reflect.Pointer:
		target, err := sample(schema, goType.Elem(), n)
		if err != nil {
			return value, err
		}
		value.Set(reflect.New(goType.Elem()))
		value.Elem().Set(target)
		return value, nil
	case goType.Kind() == reflect.Slice:
		if schema.Items != nil {
			schema = flatten(schema.Items.Value)
		}
		for i := range 2 {
			element, err := sample(schema, goType.Elem(), n+i)
			if err != nil {
				return value, err
			}
			value = reflect.Append(value, element)
		}
		return value, nil
	}
	return value, setSample(value, schema, n)
}

func setSample(value reflect.Value, schema *openapi3.Schema, n int) error {
	switch {
	case value.Type() == reflect.TypeFor[time.Time]():
		value.Set(reflect.ValueOf(evening.Add(time.Duration(n) * time.Hour)))
	case value.Type() == reflect.TypeFor[taskrouter.Attributes]():
		value.SetString(fmt.Sprintf(`{ "n": %d, "text": "é <b> & 100%% + = ;" }`, n))
	case value.Kind() == reflect.String:
		text, err := sampleText(schema, n)
		value.SetString(text)
		return err
	case value.Kind() == reflect.Bool:
		value.SetBool(true)
	case value.CanInt():
		highest := 2e9
		if schema.Max != nil {
			highest = *schema.Max
		}
		value.SetInt(int64(highest) - int64(n))
	case value.CanFloat():
		value.SetFloat(1e21 + float64(n)*1e9) // long enough for an exponent
	default:
		return fmt.Errorf("this test has no sample of %s", value.Type())
	}
	return nil
}

func sampleText(schema *openapi3.Schema, n int) (string, error) {
	if len(schema.Enum) > 0 {
		return fmt.Sprint(schema.Enum[n%len(schema.Enum)]), nil
	}
	if schema.Format == "uri" {
		return fmt.Sprintf("https://example.com/%d?a=b%%20c&d=e#f", n), nil
	}
	prefix, err := sidPrefix(schema.Pattern)
	if err != nil || prefix != "" {
		return sid(prefix, n), err
	}
	return fmt.Sprintf("text %d: é \"q\" a+b & c=d; 100%%, [0] #/?\r\n", n), nil
}

func zero(schema *openapi3.Schema, goType reflect.Type, n int) (reflect.Value, error) {
	switch {
	case schema.MinItems > 0: // there is no empty one to send
		return sample(schema, goType, n)
	case goType.Kind() == reflect.Slice:
		return reflect.MakeSlice(goType, 0, 0), nil
	case goType.Kind() == reflect.Pointer:
		return reflect.New(goType.Elem()), nil
	}
	return reflect.Zero(goType), nil
}

func nothing(schema *openapi3.Schema, goType reflect.Type, n int) (reflect.Value, error) {
	if schema.MinItems > 0 {
		return sample(schema, goType, n)
	}
	return reflect.Zero(goType), nil
}

func TestWirePairingReports(t *testing.T) {
	keys := func(names ...string) (keys []key) {
		for _, name := range names {
			keys = append(keys, key{name, inForm, name == "Required", schemaOf("string", "")})
		}
		return keys
	}
	type embedded struct{ Name string }
	tests := map[string]struct {
		keys       []key
		request    reflect.Type
		problem    string
		undeclared []string
	}{
		"nothing where names match":          {keys("TaskSid", "Call-Url"), reflect.TypeFor[struct{ TaskSID, CallURL string }](), "", nil},
		"a key without a field":              {keys("TaskSid", "Name"), reflect.TypeFor[struct{ TaskSID string }](), `"Name": no field stands for it`, nil},
		"a key where there is no struct":     {keys("Name"), nil, `"Name": no field stands for it`, nil},
		"a field without a key":              {keys("Name"), reflect.TypeFor[struct{ Name, Nickname string }](), "", []string{"Nickname"}},
		"fields where the document has none": {nil, reflect.TypeFor[struct{ Name string }](), "", []string{"Name"}},
		"two fields of like names":           {keys("CallUrl"), reflect.TypeFor[struct{ CallURL, CallUrl string }](), "field CallUrl: ", nil},
		"two keys of like names":             {keys("CallUrl", "CallURL"), reflect.TypeFor[struct{ CallURL string }](), `"CallURL": is like another key`, nil},
		"an embedded struct":                 {keys("embedded"), reflect.TypeFor[struct{ embedded }](), "field embedded: ", nil},
		"a field that is not exported":       {keys("Name"), reflect.TypeFor[struct{ name string }](), "field name: ", nil},
		"a pointer for a required key":       {keys("Required"), reflect.TypeFor[struct{ Required *string }](), `"Required": is required, yet field Required may be nil`, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := pairUp(test.keys, test.request)
			var undeclared []string
			for _, field := range got.undeclared {
				undeclared = append(undeclared, field.Name)
			}
			assert.Equal(t, test.undeclared, undeclared)
			if test.problem == "" {
				assert.Empty(t, got.problems)
				return
			}
			require.Len(t, got.problems, 1)
			assert.Contains(t, got.problems[0], test.problem)
		})
	}
}
