package taskroutertest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

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
)

func newRig(tb testing.TB) *rig {
	tb.Helper()
	r := &rig{account: router.NewAccount("", 1), sids: make(map[string]string)}
	r.api = api.New(api.Config{Account: r.account, Credentials: map[string]string{r.account.SID: rigToken}})

	r.sids["WorkspaceSid"] = r.make(tb, "", "FriendlyName", "Support", "Template", "FIFO")
	r.sids["ActivitySid"] = r.make(tb, "/Activities", "FriendlyName", "Lunch")
	r.sids["TaskChannelSid"] = r.make(tb, "/TaskChannels", "FriendlyName", "Fax", "UniqueName", "fax")
	r.sids["TaskQueueSid"] = r.make(tb, "/TaskQueues", "FriendlyName", "English", "TargetWorkers", `languages HAS "en"`)
	r.sids["WorkflowSid"] = r.make(tb, "/Workflows", "FriendlyName", "Calls",
		"Configuration", `{"task_routing":{"default_filter":{"queue":"`+r.sids["TaskQueueSid"]+`"}}}`)
	for _, name := range []string{"Ann", "Bob"} {
		r.sids["WorkerSid"] = r.make(tb, "/Workers", "FriendlyName", name, "Attributes", `{"languages":["en"],"contact_uri":"client:bob"}`)
		r.sids["TaskSid"] = r.make(tb, "/Tasks", "WorkflowSid", r.sids["WorkflowSid"], "Attributes", `{"type":"call","call_sid":"CA0"}`)
	}
	r.sids["WorkerChannelSid"] = "default"
	for event := range r.workspace(tb).Events.All() {
		r.sids["EventSid"] = event.SID
	}
	r.sids["ReservationSid"] = "WR00000000000000000000000000000000"
	return r
}

// make makes a resource and returns its SID.
func (r *rig) make(tb testing.TB, collection string, pairs ...string) string {
	tb.Helper()
	path := "/v1/Workspaces"
	if collection != "" {
		path += "/" + r.sids["WorkspaceSid"] + collection
	}
	request := httptest.NewRequest(http.MethodPost, serviceURL+path, strings.NewReader(fields(pairs...).Encode()))
	request.Header.Set("Content-Type", formType)
	request.SetBasicAuth(r.account.SID, rigToken)
	answer := r.api.Answer(request)
	require.Equal(tb, http.StatusCreated, answer.Status, "%s", answer.Body)
	var made struct{ SID string }
	require.NoError(tb, json.Unmarshal(answer.Body, &made))
	return made.SID
}

func (r *rig) workspace(tb testing.TB) *router.Workspace {
	tb.Helper()
	w, err := r.account.Workspaces.Get(r.sids["WorkspaceSid"])
	require.NoError(tb, err)
	return w
}

// path is the path of an operation, of resources that are there.
func (r *rig) path(operation gen.Operation) string {
	path := operation.Path
	for _, parameter := range operation.PathParameters {
		path = strings.ReplaceAll(path, "{"+parameter.Name+"}", r.sids[parameter.Name])
	}
	return path
}

// post sends a form.
func (r *rig) post(tb testing.TB, path, form string) {
	tb.Helper()
	request := httptest.NewRequest(http.MethodPost, serviceURL+path, strings.NewReader(form))
	request.Header.Set("Content-Type", formType)
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

// dump is all that is in the account. Of events, which nothing changes, it is how many
// there are.
func (r *rig) dump(tb testing.TB) string {
	tb.Helper()
	var dump strings.Builder
	for w := range r.account.Workspaces.All() {
		others := *w
		others.Events = router.Table[*router.Event]{}
		require.NoError(tb, json.NewEncoder(&dump).Encode(&others))
		fmt.Fprintln(&dump, w.Events.Len())
	}
	return dump.String()
}

// missing is the status of an operation of a resource that the rig lacks, 0 for others.
func (r *rig) missing(operation gen.Operation) int {
	if strings.Contains(operation.Path, "{ReservationSid}") {
		return http.StatusNotFound
	}
	return 0
}

// isPromised tells whether an operation is carried out already.
func isPromised(operation gen.Operation) bool { return !strings.Contains(operation.Path, "Statistics") }

func escape(value string) string { return url.QueryEscape(value) }
