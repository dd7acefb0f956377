package taskroutertest_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/api"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/router"
)

// A rig is the API without the server, so that its state can be seen: an account with
// at least one resource of each kind.
type rig struct {
	account *router.Account
	api     *api.API
	// sids are values for the parameters in paths, by their names.
	sids map[string]string
}

const (
	rigToken   = "token"
	serviceURL = "https://taskrouter.twilio.com"
	formType   = "application/x-www-form-urlencoded"
	jsonType   = "application/json"
)

// newRig returns a rig that was loaded from a file, always the same one.
func newRig(tb testing.TB) *rig {
	tb.Helper()
	file, err := rigFile()
	require.NoError(tb, err)
	account, err := router.Load(file.account, "", 1, time.Now())
	require.NoError(tb, err)
	r := rigOf(account, maps.Clone(file.sids))
	tb.Cleanup(r.api.Close)
	return r
}

func rigOf(account *router.Account, sids map[string]string) *rig {
	return &rig{account, api.New(api.Config{Account: account, Credentials: map[string]string{account.SID: rigToken}}), sids}
}

// rigFile is made of what requests make: one worker is available and asked to do a task,
// another task waits.
var rigFile = sync.OnceValues(func() (file struct {
	account []byte
	sids    map[string]string
}, err error) {
	account := router.NewAccount("", 1)
	r := rigOf(account, make(map[string]string))
	r.make("WorkspaceSid", "", "FriendlyName", "Support", "Template", "FIFO")
	r.make("ActivitySid", "/Activities", "FriendlyName", "Lunch")
	r.make("TaskChannelSid", "/TaskChannels", "FriendlyName", "Fax", "UniqueName", "fax")
	r.make("TaskQueueSid", "/TaskQueues", "FriendlyName", "English", "TargetWorkers", `languages HAS "en"`)
	r.make("WorkflowSid", "/Workflows", "FriendlyName", "Calls",
		"Configuration", `{"task_routing":{"default_filter":{"queue":"`+r.sids["TaskQueueSid"]+`"}}}`)
	w, err := account.Workspaces.Get(r.sids["WorkspaceSid"])
	if err != nil {
		return file, err
	}
	var available string
	for activity := range w.Activities.All() {
		if activity.Available {
			available = activity.SID
		}
	}
	const attributes = `{"languages":["en"],"contact_uri":"client:bob"}`
	r.make("WorkerSid", "/Workers", "FriendlyName", "Ann", "Attributes", attributes)
	r.make("WorkerSid", "/Workers", "FriendlyName", "Bob", "Attributes", attributes, "ActivitySid", available)
	for _, parameter := range []string{"TaskSid", "the task that waits"} {
		r.make(parameter, "/Tasks", "WorkflowSid", r.sids["WorkflowSid"], "Attributes", `{"type":"call","call_sid":"CA0"}`)
	}
	r.sids["WorkerChannelSid"] = "default"
	for task := range w.Tasks.All() {
		for reservation := range task.Reservations.All() {
			r.sids["ReservationSid"] = reservation.SID
		}
	}
	for event := range w.Events.All() {
		r.sids["EventSid"] = event.SID
	}
	file.sids = r.sids
	file.account, err = account.Dump()
	return file, err
})

// make makes a resource and keeps its SID.
func (r *rig) make(parameter, collection string, pairs ...string) {
	path := "/v1/Workspaces"
	if collection != "" {
		path += "/" + r.sids["WorkspaceSid"] + collection
	}
	request := httptest.NewRequest(http.MethodPost, serviceURL+path, strings.NewReader(fields(pairs...).Encode()))
	request.Header.Set("Content-Type", formType)
	request.SetBasicAuth(r.account.SID, rigToken)
	var made struct{ SID string }
	if err := json.Unmarshal(r.api.Answer(request).Body, &made); err == nil {
		r.sids[parameter] = made.SID
	}
}

// path is the path of an operation, of resources that are there.
func (r *rig) path(operation gen.Operation) string {
	path := operation.Path
	for _, parameter := range operation.PathParameters {
		path = strings.ReplaceAll(path, "{"+parameter.Name+"}", r.sids[parameter.Name])
	}
	return path
}

// post sends a body of a type.
func (r *rig) post(tb testing.TB, path, mediaType, body string) {
	tb.Helper()
	request := httptest.NewRequest(http.MethodPost, serviceURL+path, strings.NewReader(body))
	request.Header.Set("Content-Type", mediaType)
	r.do(tb, request)
}

// do sends a request, and wants that one that is refused, or only asks, changes nothing.
func (r *rig) do(tb testing.TB, request *http.Request) {
	tb.Helper()
	before := r.dump(tb)
	answer := r.ask(tb, request)
	if answer.Status >= 300 || request.Method == http.MethodGet {
		checkSame(tb, before, r.dump(tb), "%s, answered with %d %s", describe(request), answer.Status, answer.Body)
	}
}

// ask sends a request, and looks at its answer alone.
func (r *rig) ask(tb testing.TB, request *http.Request) *api.Answer {
	tb.Helper()
	request.SetBasicAuth(r.account.SID, rigToken)
	operation, known := r.api.Operation(request)
	answer := r.api.Answer(request)
	what := describe(request)

	require.GreaterOrEqual(tb, answer.Status, 200, what)
	require.Less(tb, answer.Status, 500, what)
	if answer.Status >= 300 {
		checkRefusal(tb, what, answer)
	}
	if !known {
		assert.GreaterOrEqual(tb, answer.Status, 400, what)
		return answer
	}
	operations, err := loadDocument()
	require.NoError(tb, err)
	assert.Empty(tb, operations[operation.ID].CheckResponse(answer.Status, answer.Header(), answer.Body),
		"%s is answered with what the document does not allow: %d %s", what, answer.Status, answer.Body)
	return answer
}

// checkSame wants that a dump did not change, and shows where it did.
func checkSame(tb testing.TB, before, after, what string, arguments ...any) {
	tb.Helper()
	if before == after {
		return
	}
	i := 0
	for i < min(len(before), len(after)) && before[i] == after[i] {
		i++
	}
	around := func(text string) string { return text[max(0, i-200):min(len(text), i+50)] }
	assert.Fail(tb, "something changed", "%s: %s became %s", fmt.Sprintf(what, arguments...), around(before), around(after))
}

func describe(request *http.Request) string {
	const most = 500
	what := request.Method + " " + request.URL.String()
	return what[:min(len(what), most)]
}

// checkRefusal wants an error object with a sentence, and with a code if one is known.
func checkRefusal(tb testing.TB, what string, answer *api.Answer) {
	tb.Helper()
	var refusal gen.Error
	require.NoError(tb, json.Unmarshal(answer.Body, &refusal), "%s: %d %s", what, answer.Status, answer.Body)
	require.NotNil(tb, refusal.Status, what)
	assert.Equal(tb, answer.Status, *refusal.Status, what)
	require.NotNil(tb, refusal.Message, what)
	assert.NotEmpty(tb, *refusal.Message, what)
	if answer.Status != http.StatusPreconditionFailed && answer.Status != http.StatusGone {
		assert.NotNil(tb, refusal.Code, what)
	}
}

// dump is all that is in the account. What comes before the workspaces counts requests.
func (r *rig) dump(tb testing.TB) string {
	tb.Helper()
	text, err := r.account.Dump()
	require.NoError(tb, err)
	_, workspaces, found := strings.Cut(string(text), `"workspaces"`)
	require.True(tb, found)
	return workspaces
}

func escape(value string) string { return url.QueryEscape(value) }
