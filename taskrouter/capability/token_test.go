package capability_test

import (
	"math"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/capability"
)

// The documented example: a workspace with everything in it.
func TestWorkspaceTokenIsTheDocumentedOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		token := sign(t, capability.Workspace{
			AccountSID: account, WorkspaceSID: workspace,
			AllowFetchSubresources: true, AllowUpdateSubresources: true, AllowDeleteSubresources: true,
		}, authToken)
		assert.Equal(t, object{"typ": "JWT", "alg": "HS256"}, header(t, token))
		policy := func(method, url string) object { return object{"url": url, "method": method, "allow": true} }
		assert.Equal(t, object{
			"iss": account, "exp": float64(start.Unix() + 3600), "version": "v1", "friendly_name": workspace,
			"account_sid": account, "workspace_sid": workspace, "channel": workspace,
			"policies": []any{
				policy("GET", bridgeURL+workspace),
				policy("POST", bridgeURL+workspace),
				policy("GET", workspaceURL),
				policy("GET", workspaceURL+"/**"),
				policy("POST", workspaceURL+"/**"),
				policy("DELETE", workspaceURL+"/**"),
			},
		}, payload(t, token))
	})
}

func TestClaimsSayWhatTheTokenIsFor(t *testing.T) {
	for name, test := range map[string]struct {
		token signer
		want  object
	}{
		"worker":                {aWorker(), object{"channel": worker, "worker_sid": worker, "friendly_name": worker}},
		"task queue":            {aQueue(), object{"channel": queue, "taskqueue_sid": queue, "friendly_name": queue}},
		"workspace":             {aWorkspace(), object{"channel": workspace, "friendly_name": workspace}},
		"worker with a name":    {capability.Worker{AccountSID: account, WorkspaceSID: workspace, WorkerSID: worker, FriendlyName: "Ann"}, object{"channel": worker, "worker_sid": worker, "friendly_name": "Ann"}},
		"queue with a name":     {capability.TaskQueue{AccountSID: account, WorkspaceSID: workspace, TaskQueueSID: queue, FriendlyName: "Sales"}, object{"channel": queue, "taskqueue_sid": queue, "friendly_name": "Sales"}},
		"workspace with a name": {capability.Workspace{AccountSID: account, WorkspaceSID: workspace, FriendlyName: "Désk <1>"}, object{"channel": workspace, "friendly_name": "Désk <1>"}},
	} {
		bubble(t, name, func(t *testing.T) {
			got := payload(t, sign(t, test.token, authToken))
			delete(got, "policies")
			for claim, value := range (object{"iss": account, "account_sid": account, "workspace_sid": workspace, "version": "v1", "exp": float64(start.Unix() + 3600)}) {
				test.want[claim] = value
			}
			assert.Equal(t, test.want, got)
		})
	}
}

var (
	workerDefaults = []string{
		"+ GET " + bridgeURL + worker,
		"+ POST " + bridgeURL + worker,
		"+ GET " + workerURL,
		"+ GET " + workspaceURL + "/Activities",
		"+ GET " + workspaceURL + "/Tasks/**",
		"+ GET " + workerURL + "/Reservations/**",
	}
	queueDefaults     = []string{"+ GET " + bridgeURL + queue, "+ POST " + bridgeURL + queue, "+ GET " + queueURL}
	workspaceDefaults = []string{"+ GET " + bridgeURL + workspace, "+ POST " + bridgeURL + workspace, "+ GET " + workspaceURL}
)

// with puts policies where those that fields allow are: after the resource itself
// at place i.
func with(defaults []string, i int, policies ...string) []string {
	return slices.Insert(slices.Clone(defaults), i, policies...)
}

// set returns the token with fields that are true.
func set[Token signer](token Token, fields ...string) signer {
	for _, field := range fields {
		reflect.ValueOf(&token).Elem().FieldByName(field).SetBool(true)
	}
	return token
}

func TestPoliciesOfEachField(t *testing.T) {
	extra := capability.Policies{
		{URL: workspaceURL + "/Workers/*", Method: http.MethodGet, QueryFilter: map[string]capability.Matcher{"FriendlyName": {Value: new("Ann")}}, Allow: true},
		{URL: workspaceURL + "/Tasks/WT1", Method: http.MethodGet},
	}
	const extraLines = `+ GET ` + workspaceURL + `/Workers/* query_filter {"FriendlyName":{"required":false,"value":"Ann"}}` + "\n" + `- GET ` + workspaceURL + "/Tasks/WT1"
	updateActivities := "+ POST " + workerURL + ` post_filter {"ActivitySid":{"required":true}}`
	updateReservations := []string{"+ POST " + workspaceURL + "/Tasks/**", "+ POST " + workerURL + "/Reservations/**"}

	everything := []string{
		"AllowUpdateSelf", "AllowDeleteSelf", "AllowFetchSubresources", "AllowUpdateSubresources", "AllowDeleteSubresources",
		"AllowUpdateActivities", "AllowUpdateReservations",
	}
	workerWith, queueWith, workspaceWith := aWorker(), aQueue(), aWorkspace()
	workerWith.Policies, queueWith.Policies, workspaceWith.Policies = extra, extra, extra

	for name, test := range map[string]struct {
		token signer
		want  []string
	}{
		"worker":                      {aWorker(), workerDefaults},
		"worker without defaults":     {set(aWorker(), "NoDefaults"), workerDefaults[:2]},
		"worker, update self":         {set(aWorker(), "AllowUpdateSelf"), with(workerDefaults, 3, "+ POST "+workerURL)},
		"worker, delete self":         {set(aWorker(), "AllowDeleteSelf"), with(workerDefaults, 3, "+ DELETE "+workerURL)},
		"worker, fetch subresources":  {set(aWorker(), "AllowFetchSubresources"), with(workerDefaults, 3, "+ GET "+workerURL+"/**")},
		"worker, update subresources": {set(aWorker(), "AllowUpdateSubresources"), with(workerDefaults, 3, "+ POST "+workerURL+"/**")},
		"worker, delete subresources": {set(aWorker(), "AllowDeleteSubresources"), with(workerDefaults, 3, "+ DELETE "+workerURL+"/**")},
		"worker, update activities":   {set(aWorker(), "AllowUpdateActivities"), with(workerDefaults, 6, updateActivities)},
		"worker, update reservations": {set(aWorker(), "AllowUpdateReservations"), with(workerDefaults, 6, updateReservations...)},
		"worker, everything in its order": {set(workerWith, everything...), slices.Concat(
			workerDefaults[:3],
			[]string{"+ POST " + workerURL, "+ DELETE " + workerURL, "+ GET " + workerURL + "/**", "+ POST " + workerURL + "/**", "+ DELETE " + workerURL + "/**"},
			workerDefaults[3:],
			[]string{updateActivities},
			updateReservations,
			strings.Split(extraLines, "\n"),
		)},
		"worker, everything without defaults": {set(workerWith, append(everything, "NoDefaults")...), slices.Concat(
			workerDefaults[:2],
			[]string{"+ POST " + workerURL, "+ DELETE " + workerURL, "+ GET " + workerURL + "/**", "+ POST " + workerURL + "/**", "+ DELETE " + workerURL + "/**"},
			[]string{updateActivities},
			updateReservations,
			strings.Split(extraLines, "\n"),
		)},
		"task queue":                      {aQueue(), queueDefaults},
		"task queue without defaults":     {set(aQueue(), "NoDefaults"), queueDefaults[:2]},
		"task queue, update self":         {set(aQueue(), "AllowUpdateSelf"), with(queueDefaults, 3, "+ POST "+queueURL)},
		"task queue, delete self":         {set(aQueue(), "AllowDeleteSelf"), with(queueDefaults, 3, "+ DELETE "+queueURL)},
		"task queue, fetch subresources":  {set(aQueue(), "AllowFetchSubresources"), with(queueDefaults, 3, "+ GET "+queueURL+"/**")},
		"task queue, update subresources": {set(aQueue(), "AllowUpdateSubresources"), with(queueDefaults, 3, "+ POST "+queueURL+"/**")},
		"task queue, delete subresources": {set(aQueue(), "AllowDeleteSubresources"), with(queueDefaults, 3, "+ DELETE "+queueURL+"/**")},
		"task queue with policies":        {queueWith, slices.Concat(queueDefaults, strings.Split(extraLines, "\n"))},
		"workspace":                       {aWorkspace(), workspaceDefaults},
		"workspace without defaults":      {set(aWorkspace(), "NoDefaults"), workspaceDefaults[:2]},
		"workspace, update self":          {set(aWorkspace(), "AllowUpdateSelf"), with(workspaceDefaults, 3, "+ POST "+workspaceURL)},
		"workspace, delete self":          {set(aWorkspace(), "AllowDeleteSelf"), with(workspaceDefaults, 3, "+ DELETE "+workspaceURL)},
		"workspace, fetch subresources":   {set(aWorkspace(), "AllowFetchSubresources"), with(workspaceDefaults, 3, "+ GET "+workspaceURL+"/**")},
		"workspace, update subresources":  {set(aWorkspace(), "AllowUpdateSubresources"), with(workspaceDefaults, 3, "+ POST "+workspaceURL+"/**")},
		"workspace, delete subresources":  {set(aWorkspace(), "AllowDeleteSubresources"), with(workspaceDefaults, 3, "+ DELETE "+workspaceURL+"/**")},
		"workspace with policies":         {workspaceWith, slices.Concat(workspaceDefaults, strings.Split(extraLines, "\n"))},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, test.want, policies(t, sign(t, test.token, authToken)))
		})
	}
}

// A sample of the service gives a worker more than any field does.
func TestSampleOfTheServiceCanBeMade(t *testing.T) {
	w := aWorker()
	w.Policies = capability.Policies{
		{URL: capability.URL("Workspaces", workspace), Method: http.MethodGet, Allow: true},
		{URL: capability.URL("Workspaces", workspace, "**"), Method: http.MethodGet, Allow: true},
		{URL: capability.URL("Workspaces", workspace, "Activities"), Method: http.MethodPost, Allow: true},
		{URL: capability.URL("Workspaces", workspace, "Workers", worker, "Reservations", "**"), Method: http.MethodPost, Allow: true},
	}
	assert.Equal(t, slices.Concat(workerDefaults, []string{
		"+ GET " + workspaceURL,
		"+ GET " + workspaceURL + "/**",
		"+ POST " + workspaceURL + "/Activities",
		"+ POST " + workerURL + "/Reservations/**",
	}), policies(t, sign(t, w, authToken)))
}

func TestPolicyIsWrittenAsDocumented(t *testing.T) {
	w := aWorkspace()
	w.Policies = capability.Policies{
		{URL: workspaceURL + "/Workers/*", Method: http.MethodPost, PostFilter: map[string]capability.Matcher{
			"ActivitySid": {Required: true}, "Attributes": {}, "FriendlyName": {Required: true, Value: new("")},
		}},
		{URL: workspaceURL + "/Tasks", Method: http.MethodGet, QueryFilter: map[string]capability.Matcher{}, PostFilter: map[string]capability.Matcher{}, Allow: true},
	}
	list := payload(t, sign(t, w, authToken))["policies"].([]any)
	assert.Equal(t, []any{
		object{"url": workspaceURL + "/Workers/*", "method": "POST", "allow": false, "post_filter": object{
			"ActivitySid": object{"required": true}, "Attributes": object{"required": false}, "FriendlyName": object{"required": true, "value": ""},
		}},
		object{"url": workspaceURL + "/Tasks", "method": "GET", "allow": true},
	}, list[3:])
}

func TestSigningTwiceGivesTheSameToken(t *testing.T) {
	all := aWorker()
	all.AllowUpdateSelf, all.AllowFetchSubresources, all.AllowUpdateActivities, all.AllowUpdateReservations = true, true, true, true
	given := make(capability.Policies, 1, 10) // with room to be written into
	given[0] = capability.Policy{URL: workspaceURL + "/Tasks", Method: http.MethodPost, PostFilter: map[string]capability.Matcher{"A": {}, "B": {}, "C": {}}, Allow: true}
	all.Policies = given
	for name, token := range map[string]signer{"worker": all, "queue": aQueue(), "workspace": aWorkspace(), "access": anAccessToken()} {
		bubble(t, name, func(t *testing.T) {
			first := sign(t, token, authToken)
			for range 5 {
				assert.Equal(t, first, sign(t, token, authToken))
			}
		})
	}
	assert.Empty(t, given[:2][1], "what is passed in is not written to")
}

func TestTokenEndsWhenItIsTold(t *testing.T) {
	for name, test := range map[string]struct {
		ttl, wait time.Duration
		want      int64 // seconds after start
	}{
		"an hour unless set":                        {0, 0, 3600},
		"one second":                                {time.Second, 0, 1},
		"a minute":                                  {time.Minute, 0, 60},
		"eight hours":                               {8 * time.Hour, 0, 8 * 3600},
		"fractions are cut":                         {1999 * time.Millisecond, 0, 1},
		"fractions of the clock are cut":            {time.Minute, 999 * time.Millisecond, 60},
		"fractions of both are one":                 {1500 * time.Millisecond, 500 * time.Millisecond, 2},
		"for as long as a duration can be, to 2292": {math.MaxInt64, 0, math.MaxInt64 / int64(time.Second)},
	} {
		bubble(t, name, func(t *testing.T) {
			<-time.After(test.wait)
			w, q, s := aWorker(), aQueue(), aWorkspace()
			w.TTL, q.TTL, s.TTL = test.ttl, test.ttl, test.ttl
			for _, token := range []signer{w, q, s} {
				claims := payload(t, sign(t, token, authToken))
				assert.InDelta(t, start.Unix()+test.want, claims["exp"], 0)
				assert.NotContains(t, claims, "nbf")
				assert.NotContains(t, claims, "iat")
			}
		})
	}
}

func TestTokenBeginsWhenItIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, q, s, a := aWorker(), aQueue(), aWorkspace(), anAccessToken()
		begin := start.Add(59*time.Minute + 59*time.Second + 900*time.Millisecond).In(time.FixedZone("", 5400))
		w.NotBefore, q.NotBefore, s.NotBefore, a.NotBefore = begin, begin, begin, begin
		for _, token := range []signer{w, q, s, a} {
			claims := payload(t, sign(t, token, authToken))
			assert.InDelta(t, start.Unix()+3599, claims["nbf"], 0)
			assert.InDelta(t, start.Unix()+3600, claims["exp"], 0)
		}
	})
}

func TestMistakesAreRefusedBeforeSigning(t *testing.T) {
	const expectURL = ", expected an https URL, escaped and without a query, whose segments are not empty, . or .., and * or ** at its end only"
	policy := func(p capability.Policy) func(*capability.Worker) {
		return func(w *capability.Worker) { w.Policies = capability.Policies{p} }
	}
	for name, test := range map[string]struct {
		change func(*capability.Worker)
		want   string
	}{
		"no account":                      {func(w *capability.Worker) { w.AccountSID = "" }, "AccountSID is empty, expected a SID that begins with AC"},
		"the auth token as the account":   {func(w *capability.Worker) { w.AccountSID = authToken }, "AccountSID is something else, not shown as it may be a secret, expected AC and then letters and digits"},
		"the auth token as the workspace": {func(w *capability.Worker) { w.WorkspaceSID = authToken }, `WorkspaceSID is "…", expected WS and then letters and digits`},
		"the auth token as the worker":    {func(w *capability.Worker) { w.WorkerSID = authToken }, `WorkerSID is "…", expected WK and then letters and digits`},
		"the auth token in a policy":      {policy(capability.Policy{URL: "https://AC1:" + authToken + "@taskrouter.twilio.com", Method: "GET"}), `Policies[0].URL is "https://AC1:…@taskrouter.twilio.com"` + expectURL},
		"the auth token in the contrary": {func(w *capability.Worker) {
			w.WorkerSID = authToken
			w.Policies = capability.Policies{{URL: workspaceURL + "/Workers/" + authToken, Method: "GET"}}
		}, `WorkerSID is "…", expected WK and then letters and digits` + "\nGET " + workspaceURL + "/Workers/… is both allowed and refused with the same filters, expected one of them"},
		"no workspace":               {func(w *capability.Worker) { w.WorkspaceSID = "" }, "WorkspaceSID is empty, expected a SID that begins with WS"},
		"a worker as the workspace":  {func(w *capability.Worker) { w.WorkspaceSID = worker }, `WorkspaceSID is "` + worker + `", expected WS and then letters and digits`},
		"no worker":                  {func(w *capability.Worker) { w.WorkerSID = "" }, "WorkerSID is empty, expected a SID that begins with WK"},
		"a worker's prefix alone":    {func(w *capability.Worker) { w.WorkerSID = "WK" }, `WorkerSID is "WK", expected WK and then letters and digits`},
		"a path in the worker":       {func(w *capability.Worker) { w.WorkerSID = "WK1/../**" }, `WorkerSID is "WK1/../**", expected WK and then letters and digits`},
		"a wildcard in the worker":   {func(w *capability.Worker) { w.WorkerSID = "WK*" }, `WorkerSID is "WK*", expected WK and then letters and digits`},
		"a line break in the worker": {func(w *capability.Worker) { w.WorkerSID = "WK1\n" }, `WorkerSID is "WK1\n", expected WK and then letters and digits`},
		"a letter that is not ASCII": {func(w *capability.Worker) { w.WorkerSID = "WKé" }, `WorkerSID is "WKé", expected WK and then letters and digits`},
		"a small prefix":             {func(w *capability.Worker) { w.WorkerSID = "wk1" }, `WorkerSID is "wk1", expected WK and then letters and digits`},
		"a time that has passed":     {func(w *capability.Worker) { w.TTL = -time.Hour }, "TTL is -1h0m0s, expected a second or more, or zero for an hour"},
		"less than a second":         {func(w *capability.Worker) { w.TTL = time.Second - 1 }, "TTL is 999.999999ms, expected a second or more, or zero for an hour"},
		"a beginning at the end":     {func(w *capability.Worker) { w.NotBefore = start.Add(time.Hour) }, "NotBefore is 2000-01-01T01:00:00Z, expected a time after 1970 and before the token ends"},
		"a beginning before 1970":    {func(w *capability.Worker) { w.NotBefore = time.Unix(-1, 0).UTC() }, "NotBefore is 1969-12-31T23:59:59Z, expected a time after 1970 and before the token ends"},
		"a name that is no text":     {func(w *capability.Worker) { w.FriendlyName = "\xff" }, `FriendlyName is "\xff", expected valid UTF-8`},
		"another method":             {policy(capability.Policy{URL: workerURL, Method: http.MethodPatch}), `Policies[0].Method is "PATCH", expected GET, POST or DELETE`},
		"a small method":             {policy(capability.Policy{URL: workerURL, Method: "get"}), `Policies[0].Method is "get", expected GET, POST or DELETE`},
		"no method":                  {policy(capability.Policy{URL: workerURL}), `Policies[0].Method is "", expected GET, POST or DELETE`},
		"a filter for no text":       {policy(capability.Policy{URL: workerURL, Method: "GET", QueryFilter: map[string]capability.Matcher{"\xff": {}}}), `a name in Policies[0].QueryFilter is "\xff", expected valid UTF-8`},
		"a filter with no text":      {policy(capability.Policy{URL: workerURL, Method: "GET", PostFilter: map[string]capability.Matcher{"A": {Value: new("\xff")}}}), `Policies[0].PostFilter["A"].Value is "\xff", expected valid UTF-8`},
		"the contrary of a default": {policy(capability.Policy{URL: workerURL, Method: "GET"}),
			"GET " + workerURL + " is both allowed and refused with the same filters, expected one of them"},
		"the contrary of a field": {func(w *capability.Worker) {
			w.AllowUpdateActivities = true
			w.Policies = capability.Policies{{URL: workerURL, Method: "POST", PostFilter: map[string]capability.Matcher{"ActivitySid": {Required: true}}}}
		}, "POST " + workerURL + " is both allowed and refused with the same filters, expected one of them"},
		"the contrary of itself": {func(w *capability.Worker) {
			filter := map[string]capability.Matcher{"A": {Value: new("1")}}
			same := map[string]capability.Matcher{"A": {Value: new("1")}}
			w.Policies = capability.Policies{{URL: workerURL, Method: "DELETE", QueryFilter: filter}, {URL: workspaceURL, Method: "DELETE"}, {URL: workerURL, Method: "DELETE", QueryFilter: same, Allow: true}}
		}, "DELETE " + workerURL + " is both allowed and refused with the same filters, expected one of them"},
		"a URL by http":                 {policy(capability.Policy{URL: "http://taskrouter.twilio.com/v1", Method: "GET"}), `Policies[0].URL is "http://taskrouter.twilio.com/v1"` + expectURL},
		"a URL in capitals":             {policy(capability.Policy{URL: "HTTPS://taskrouter.twilio.com/v1", Method: "GET"}), `Policies[0].URL is "HTTPS://taskrouter.twilio.com/v1"` + expectURL},
		"a URL with a backslash":        {policy(capability.Policy{URL: workerURL + `/a\b`, Method: "GET"}), `Policies[0].URL is "` + workerURL + `/a\\b"` + expectURL},
		"a URL with a brace":            {policy(capability.Policy{URL: workerURL + "/{sid}", Method: "GET"}), `Policies[0].URL is "` + workerURL + `/{sid}"` + expectURL},
		"a URL with a port alone":       {policy(capability.Policy{URL: "https://:443/v1", Method: "GET"}), `Policies[0].URL is "https://:443/v1"` + expectURL},
		"a path for a URL":              {policy(capability.Policy{URL: "/v1/Workspaces", Method: "GET"}), `Policies[0].URL is "/v1/Workspaces"` + expectURL},
		"no URL":                        {policy(capability.Policy{Method: "GET"}), `Policies[0].URL is ""` + expectURL},
		"a URL without a host":          {policy(capability.Policy{URL: "https:///v1", Method: "GET"}), `Policies[0].URL is "https:///v1"` + expectURL},
		"a URL with a query":            {policy(capability.Policy{URL: workerURL + "?a=b", Method: "GET"}), `Policies[0].URL is "` + workerURL + `?a=b"` + expectURL},
		"a URL with a fragment":         {policy(capability.Policy{URL: workerURL + "#a", Method: "GET"}), `Policies[0].URL is "` + workerURL + `#a"` + expectURL},
		"a URL with a user":             {policy(capability.Policy{URL: "https://a@b.example/v1", Method: "GET"}), `Policies[0].URL is "https://a@b.example/v1"` + expectURL},
		"a URL with a space":            {policy(capability.Policy{URL: workerURL + "/a b", Method: "GET"}), `Policies[0].URL is "` + workerURL + `/a b"` + expectURL},
		"a URL with an accent":          {policy(capability.Policy{URL: workerURL + "/é", Method: "GET"}), `Policies[0].URL is "` + workerURL + `/é"` + expectURL},
		"a URL with a wrong escape":     {policy(capability.Policy{URL: workerURL + "/%zz", Method: "GET"}), `Policies[0].URL is "` + workerURL + `/%zz"` + expectURL},
		"a URL that climbs":             {policy(capability.Policy{URL: workerURL + "/../WK2", Method: "GET"}), `Policies[0].URL is "` + workerURL + `/../WK2"` + expectURL},
		"a URL that climbs in disguise": {policy(capability.Policy{URL: workerURL + "/%2e%2e/WK2", Method: "GET"}), `Policies[0].URL is "` + workerURL + `/%2e%2e/WK2"` + expectURL},
		"a URL that stays":              {policy(capability.Policy{URL: workerURL + "/./a", Method: "GET"}), `Policies[0].URL is "` + workerURL + `/./a"` + expectURL},
		"a URL with an empty segment":   {policy(capability.Policy{URL: workspaceURL + "//Workers", Method: "GET"}), `Policies[0].URL is "` + workspaceURL + `//Workers"` + expectURL},
		"a URL with a slash at the end": {policy(capability.Policy{URL: workspaceURL + "/", Method: "GET"}), `Policies[0].URL is "` + workspaceURL + `/"` + expectURL},
		"a wildcard in the middle":      {policy(capability.Policy{URL: workspaceURL + "/*/WK1", Method: "GET"}), `Policies[0].URL is "` + workspaceURL + `/*/WK1"` + expectURL},
		"a wildcard in a segment":       {policy(capability.Policy{URL: workspaceURL + "/Work*", Method: "GET"}), `Policies[0].URL is "` + workspaceURL + `/Work*"` + expectURL},
		"a wildcard of three":           {policy(capability.Policy{URL: workspaceURL + "/***", Method: "GET"}), `Policies[0].URL is "` + workspaceURL + `/***"` + expectURL},
		"a wildcard for the host":       {policy(capability.Policy{URL: "https://*/v1", Method: "GET"}), `Policies[0].URL is "https://*/v1"` + expectURL},
		"a wildcard within the host":    {policy(capability.Policy{URL: "https://*.twilio.com", Method: "GET"}), `Policies[0].URL is "https://*.twilio.com"` + expectURL},
	} {
		bubble(t, name, func(t *testing.T) {
			w := aWorker()
			test.change(&w)
			token, err := w.Sign(authToken)
			assert.Empty(t, token)
			require.EqualError(t, err, "capability: sign the token of a worker: "+test.want)
			assert.NotContains(t, err.Error(), authToken)
		})
	}
}

func TestMistakesOfOtherKindsAreRefused(t *testing.T) {
	for name, test := range map[string]struct {
		token signer
		key   string
		want  string
	}{
		"a queue without an account":     {capability.TaskQueue{WorkspaceSID: workspace, TaskQueueSID: queue}, authToken, "task queue: AccountSID is empty, expected a SID that begins with AC"},
		"a queue without a workspace":    {capability.TaskQueue{AccountSID: account, TaskQueueSID: queue}, authToken, "task queue: WorkspaceSID is empty, expected a SID that begins with WS"},
		"a queue without a queue":        {capability.TaskQueue{AccountSID: account, WorkspaceSID: workspace}, authToken, "task queue: TaskQueueSID is empty, expected a SID that begins with WQ"},
		"a workspace without an account": {capability.Workspace{WorkspaceSID: workspace}, authToken, "workspace: AccountSID is empty, expected a SID that begins with AC"},
		"a workspace without any":        {capability.Workspace{AccountSID: account}, authToken, "workspace: WorkspaceSID is empty, expected a SID that begins with WS"},
		"a key with its line break":      {aWorker(), authToken + "\n", "worker: the auth token begins or ends with white space, as with the line break of a file"},
		"a key with a space before":      {aWorkspace(), " " + authToken, "workspace: the auth token begins or ends with white space, as with the line break of a file"},
		"an empty key":                   {aWorker(), "", "worker: the auth token is empty"},
		"an empty key of a queue":        {aQueue(), "", "task queue: the auth token is empty"},
		"an empty key of a workspace":    {aWorkspace(), "", "workspace: the auth token is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			token, err := test.token.Sign(test.key)
			assert.Empty(t, token)
			assert.EqualError(t, err, "capability: sign the token of a "+test.want)
		})
	}
}

func TestSIDsHaveLettersAndDigitsOfASCIIOnly(t *testing.T) {
	var accepted strings.Builder
	for r := range rune(0x180) {
		w := aWorker()
		w.WorkerSID = "WK1" + string(r)
		if _, err := w.Sign(authToken); err == nil {
			accepted.WriteRune(r)
		}
	}
	assert.Equal(t, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", accepted.String())
}

func TestAllMistakesAreToldAtOnce(t *testing.T) {
	_, err := capability.Worker{
		WorkerSID: queue, TTL: -1, FriendlyName: "\xff",
		Policies: capability.Policies{{}, {URL: workerURL, Method: "GET"}, {URL: workerURL, Method: "GET", Allow: true}},
	}.Sign("")
	require.Error(t, err)
	for _, want := range []string{"auth token is empty", "AccountSID", "WorkspaceSID", "WorkerSID", "TTL", "FriendlyName", "Policies[0].Method", "Policies[0].URL", "both allowed and refused"} {
		assert.Contains(t, err.Error(), want)
	}
}

func TestPoliciesThatDifferAreNoConflict(t *testing.T) {
	matchers := []capability.Matcher{{}, {Required: true}, {Value: new("1")}, {Required: true, Value: new("1")}, {Value: new("1")}, {Value: new("2")}}
	all := capability.Policies{{URL: workspaceURL + "/Tasks", Method: "POST", Allow: true}, {URL: workspaceURL + "/Tasks", Method: "GET"}, {URL: workspaceURL + "/Tasks/*", Method: "POST"}}
	for i, matcher := range matchers {
		filter := map[string]capability.Matcher{"A": matcher}
		all = append(all,
			capability.Policy{URL: workspaceURL + "/Tasks", Method: "POST", PostFilter: filter, Allow: i%2 == 0},
			capability.Policy{URL: workspaceURL + "/Tasks", Method: "POST", QueryFilter: filter, Allow: i%2 == 1},
		)
	}
	w := aWorkspace()
	w.Policies = slices.Concat(all, all) // the same twice is none either
	sign(t, w, authToken)
}

func TestWhatPoliciesMayBeAbout(t *testing.T) {
	for _, url := range []string{
		"https://taskrouter.dublin.ie1.twilio.com/v1/Workspaces/*", "https://localhost:8443/**", "https://example.com", "https://example.com/a%20b/%2A",
		capability.URL("Workspaces", workspace, "Workers", worker, "Channels", "très bien/..*"),
	} {
		t.Run(url, func(t *testing.T) {
			w := aWorkspace()
			w.Policies = capability.Policies{{URL: url, Method: "DELETE", Allow: true}}
			assert.Contains(t, policies(t, sign(t, w, authToken)), "+ DELETE "+url)
		})
	}
}

func TestURLIsThatOfAResource(t *testing.T) {
	assert.Equal(t, "https://taskrouter.twilio.com/v1", capability.URL())
	assert.Equal(t, workspaceURL, capability.URL("Workspaces", workspace))
	assert.Equal(t, "https://taskrouter.twilio.com/v1/Workspaces/*", capability.URL("Workspaces", "*"))
	assert.Equal(t, "https://taskrouter.twilio.com/v1/Workspaces/**", capability.URL("Workspaces", "**"))
	assert.Equal(t, "https://taskrouter.twilio.com/v1/%2A%2A%2A/a%2Fb/%3Fa=b%23", capability.URL("***", "a/b", "?a=b#"))
}
