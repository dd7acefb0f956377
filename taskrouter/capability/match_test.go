package capability_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/capability"
)

const base = "https://taskrouter.twilio.com/v1/Workspaces/WS1"

func TestURLsAndMethodsOfPolicies(t *testing.T) {
	for _, test := range []struct {
		policy, request string
		want            bool
	}{
		{"GET " + base, "GET " + base, true},
		{"GET " + base, "GET " + base + "?PageSize=1", true},
		{"GET " + base, "GET " + base + "/", false},
		{"GET " + base, "GET " + base + "/Tasks", false},
		{"GET " + base, "GET " + base[:len(base)-1], false},
		{"GET " + base, "POST " + base, false},
		{"GET " + base, "get " + base, false},
		{"GET " + base, "GET " + strings.ToLower(base), false},
		{"GET " + base + "/*", "GET " + base, false},
		{"GET " + base + "/*", "GET " + base + "/", false},
		{"GET " + base + "/*", "GET " + base + "?a=b/c", false},
		{"GET " + base + "/*", "GET " + base + "/Tasks", true},
		{"GET " + base + "/*", "GET " + base + "/Tasks?a=b/c", true},
		{"GET " + base + "/*", "GET " + base + "/Tasks/", false},
		{"GET " + base + "/*", "GET " + base + "/Tasks/WT1", false},
		{"GET " + base + "/*", "GET " + base + "s/Tasks", false},
		{"GET " + base + "/**", "GET " + base, false},
		{"GET " + base + "/**", "GET " + base + "/", false},
		{"GET " + base + "/**", "GET " + base + "/?a=b", false},
		{"GET " + base + "/**", "GET " + base + "/Tasks", true},
		{"GET " + base + "/**", "GET " + base + "/Tasks/WT1/Reservations/WR1", true},
		{"GET " + base + "/**", "GET " + base + "s/Tasks", false},
		{"GET " + base + "/Workers/WK1/**", "GET " + base + "/Workers/WK1/../WK2", false},
		{"GET " + base + "/Workers/WK1/**", "GET " + base + "/Workers/WK1/%2e%2E/WK2", false},
		{"GET " + base + "/Workers/WK1/**", "GET " + base + "/Workers/WK1/x%2F../../WK2", false},
		{"GET " + base + "/Workers/WK1/**", "GET " + base + "/Workers/WK1/./Channels", false},
		{"GET " + base + "/Workers/WK1/**", "GET " + base + "/Workers/WK1/..Channels", true},
		{"GET " + base + "/Workers/WK1/**", "GET " + base + `/Workers/WK1/..\WK2`, false},
		{"GET " + base + "/Workers/WK1/**", "GET " + base + "/Workers/WK1/Channels/", false},
		{"GET " + base + "/Workers/WK1/**", "GET " + base + "/Workers/WK1//Channels", false},
		{"GET " + base + "/Workers/WK1/**", "GET " + base + "/Workers/WK1/Channels/a b", false},
		{"GET " + base + "/Workers/WK1/**", "GET " + base + "/Workers/WK1/Channels/a%20b", true},
		{"GET " + base + "/**", "GET " + base + "/Tasks?a=b#here", false},
		{"GET " + base + "/**", "GET " + base + "/Tasks#here", false},
		{"GET " + base + "/**", "GET " + base + "/%zz", false},
		{"GET " + base + "/**", "GET " + base + "/Tasks?a=%zz", false},
		{"GET *", "GET a", false},
		{"GET ", "GET ", false},
	} {
		t.Run(test.policy+" for "+test.request, func(t *testing.T) {
			method, address, _ := strings.Cut(test.policy, " ")
			policies := capability.Policies{{URL: address, Method: method, Allow: true}}
			method, address, _ = strings.Cut(test.request, " ")
			assert.Equal(t, test.want, policies.Allows(method, address, nil))
			policies[0].Allow = false
			assert.False(t, policies.Allows(method, address, nil))
		})
	}
}

func TestFiltersOfPolicies(t *testing.T) {
	for _, test := range []struct {
		filter     string
		parameters string
		want       bool
	}{
		{`{}`, "", true},
		{`{}`, "A=1&B=2", true},
		{`{"A": {"required": true}}`, "A=1", true},
		{`{"A": {"required": true}}`, "A=", true},
		{`{"A": {"required": true}}`, "", false},
		{`{"A": {"required": true}}`, "a=1", false},
		{`{"A": {"required": true}}`, "A=1&B=2", false},
		{`{"A": {"required": false}}`, "", true},
		{`{"A": {"required": false}}`, "A=1", true},
		{`{"A": {"required": false}}`, "B=1", false},
		{`{"A": {}}`, "", true},
		{`{"A": {"required": true, "value": "1"}}`, "A=1", true},
		{`{"A": {"required": true, "value": "1"}}`, "A=2", false},
		{`{"A": {"required": true, "value": "1"}}`, "", false},
		{`{"A": {"required": true, "value": "1"}}`, "A=1&A=1", true},
		{`{"A": {"required": true, "value": "1"}}`, "A=1&A=2", false},
		{`{"A": {"required": false, "value": "1"}}`, "", true},
		{`{"A": {"required": false, "value": "1"}}`, "A=2", false},
		{`{"A": {"value": ""}}`, "A=", true},
		{`{"A": {"value": ""}}`, "A=1", false},
		{`{"A": "1"}`, "A=1", true},
		{`{"A": "1"}`, "A=2", false},
		{`{"A": "1"}`, "", false},
		{`{"A": "1", "B": {"required": true}}`, "A=1", false},
		{`{"A": "1", "B": {"required": true}}`, "A=1&B=", true},
	} {
		t.Run(test.filter+" for "+test.parameters, func(t *testing.T) {
			parameters, err := url.ParseQuery(test.parameters)
			require.NoError(t, err)
			policies := readPolicies(t, `[{"url": "`+base+`", "method": "POST", "allow": true, "post_filter": `+test.filter+`}]`)
			assert.Equal(t, test.want, policies.Allows("POST", base, parameters), "in the form")
			assert.Equal(t, test.filter == `{}` || policies.Allows("POST", base, nil), policies.Allows("POST", base+"?"+test.parameters, nil), "a filter of the form has no say in the query")

			policies = readPolicies(t, `[{"url": "`+base+`", "method": "POST", "allow": true, "query_filter": `+test.filter+`}]`)
			assert.Equal(t, test.want, policies.Allows("POST", base+"?"+test.parameters, nil), "in the query")
			assert.Equal(t, policies.Allows("POST", base, nil), policies.Allows("POST", base, parameters), "a filter of the query has no say in the form")
		})
	}
}

// Each row is tried in both orders: order has no meaning.
func TestOnePolicyDecides(t *testing.T) {
	const (
		task   = base + "/Tasks/WT1"
		filter = `, "query_filter": {"A": {"required": false}}`
		form   = `, "post_filter": {"B": {"required": false}}`
		both   = `, "query_filter": {"A": {"required": false}}, "post_filter": {"B": {"required": false}}`
	)
	policy := func(url, filters string, allow bool) string {
		return `{"url": "` + url + `", "method": "GET", "allow": ` + map[bool]string{true: "true", false: "false"}[allow] + filters + `}`
	}
	for name, test := range map[string]struct{ winner, loser string }{
		"a longer path goes before a shorter":         {task, base + "/**"},
		"a longer path with a wildcard does":          {base + "/Tasks/**", base + "/**"},
		"one segment goes before any number":          {base + "/Tasks/*", base + "/Tasks/**"},
		"a resource goes before one segment":          {task, base + "/Tasks/*"},
		"a longer path goes before one with a filter": {task, base + "/Tasks/**|" + filter},
		"a filter goes before none":                   {task + "|" + filter, task},
		"a filter of the form does":                   {task + "|" + form, task},
		"a filter with a wildcard does":               {base + "/Tasks/**|" + filter, base + "/Tasks/**"},
	} {
		t.Run(name, func(t *testing.T) {
			winner, winnerFilter, _ := strings.Cut(test.winner, "|")
			loser, loserFilter, _ := strings.Cut(test.loser, "|")
			for _, allow := range []bool{true, false} {
				a, b := policy(winner, winnerFilter, allow), policy(loser, loserFilter, !allow)
				assert.Equal(t, allow, readPolicies(t, "["+a+","+b+"]").Allows("GET", task, nil))
				assert.Equal(t, allow, readPolicies(t, "["+b+","+a+"]").Allows("GET", task, nil))
			}
		})
	}
	t.Run("of different filters one that refuses does", func(t *testing.T) {
		for _, other := range []string{form, both} {
			a, b := policy(task, filter, true), policy(task, other, false)
			assert.False(t, readPolicies(t, "["+a+","+b+"]").Allows("GET", task, nil))
			assert.False(t, readPolicies(t, "["+b+","+a+"]").Allows("GET", task, nil))
			a, b = policy(task, filter, true), policy(task, other, true)
			assert.True(t, readPolicies(t, "["+a+","+b+"]").Allows("GET", task, nil))
		}
	})
	t.Run("policies that contradict each other permit nothing", func(t *testing.T) {
		conflict := policy(base+"/Workers", "", true) + "," + policy(base+"/Workers", `, "post_filter": {}`, false)
		assert.False(t, readPolicies(t, "["+policy(task, "", true)+","+conflict+"]").Allows("GET", task, nil))
	})
	t.Run("no policy permits nothing", func(t *testing.T) {
		assert.False(t, capability.Policies{}.Allows("GET", task, nil))
		assert.False(t, capability.Policies(nil).Allows("GET", task, nil))
	})
}

// What a worker's program may do by the defaults and by the two fields for it.
func TestWorkerMayWork(t *testing.T) {
	w := aWorker()
	w.AllowUpdateActivities, w.AllowUpdateReservations = true, true
	claims, err := capability.Parse(sign(t, w, authToken), authToken)
	require.NoError(t, err)
	form := func(text string) url.Values {
		values, err := url.ParseQuery(text)
		require.NoError(t, err)
		return values
	}
	for _, test := range []struct {
		method, url string
		form        url.Values
		want        bool
	}{
		{"GET", bridgeURL + worker, nil, true},
		{"POST", bridgeURL + worker, nil, true},
		{"GET", bridgeURL + queue, nil, false},
		{"GET", workerURL, nil, true},
		{"POST", workerURL, form("ActivitySid=WA1"), true},
		{"POST", workerURL, form("ActivitySid=WA1&Attributes={}"), false},
		{"POST", workerURL, nil, false},
		{"DELETE", workerURL, nil, false},
		{"GET", workspaceURL, nil, false},
		{"GET", workspaceURL + "/Activities", nil, true},
		{"GET", workspaceURL + "/Tasks", nil, false},
		{"POST", workspaceURL + "/Tasks/WT1", form("AssignmentStatus=completed"), true},
		{"POST", workerURL + "/Reservations/WR1", form("ReservationStatus=accepted"), true},
		{"POST", workspaceURL + "/Workers/WK9/Reservations/WR1", nil, false},
		{"GET", workspaceURL + "/Workers/WK9", nil, false},
	} {
		assert.Equal(t, test.want, claims.Policies.Allows(test.method, test.url, test.form), "%s %s %s", test.method, test.url, test.form)
	}
}

// readPolicies reads policies as a token has them.
func readPolicies(t testing.TB, text string) capability.Policies {
	t.Helper()
	claims, err := capability.Parse(signed(t, plainHeader, workspaceClaims(t, `"policies": `+text), authToken), authToken)
	require.NoError(t, err)
	return claims.Policies
}
