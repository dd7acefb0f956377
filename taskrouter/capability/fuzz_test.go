package capability_test

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/capability"
)

// realTokens are of every kind. They are short: the shorter they are, the more of
// them are tried.
func realTokens(f *testing.F) []string {
	const long = 1e6 * time.Hour
	return []string{
		sign(f, capability.Worker{
			AccountSID: "AC1", WorkspaceSID: "WS1", WorkerSID: "WK1", TTL: long, NoDefaults: true, AllowUpdateActivities: true,
		}, authToken),
		sign(f, capability.TaskQueue{AccountSID: "AC1", WorkspaceSID: "WS1", TaskQueueSID: "WQ1", TTL: long, NotBefore: start}, authToken),
		sign(f, capability.Workspace{
			AccountSID: "AC1", WorkspaceSID: "WS1", TTL: long, NoDefaults: true,
			Policies: capability.Policies{{URL: "https://a/**", Method: "POST", QueryFilter: map[string]capability.Matcher{"A": {Value: new("é")}}}},
		}, authToken),
		sign(f, capability.AccessToken{
			AccountSID: "AC1", KeySID: "SK1", Identity: "ann", TTL: 24 * time.Hour, NotBefore: start, Region: "ie1",
			TaskRouter: capability.TaskRouterGrant{WorkspaceSID: "WS1", WorkerSID: "WK1"}, Grants: map[string]any{"voice": object{}},
		}, authToken),
	}
}

// Nothing that is not signed with the key is taken, whatever it is.
func FuzzParse(f *testing.F) {
	for _, token := range realTokens(f) {
		f.Add(token)
		f.Add(token[:len(token)/2])
		f.Add(strings.Replace(token, ".", "..", 1))
	}
	f.Add("")
	f.Add("..")
	f.Add(signed(f, object{"alg": "none"}, workspaceClaims(f), authToken))
	f.Fuzz(func(t *testing.T, token string) {
		claims, err := capability.Parse(token, authToken)
		access, accessErr := capability.ParseAccess(token, authToken)
		if err != nil {
			assert.Zero(t, claims)
		}
		if accessErr != nil {
			assert.Zero(t, access)
		}
		_, err = capability.Parse(token, "another key")
		assert.Error(t, err)
		_, err = capability.ParseAccess(token, "another key")
		assert.Error(t, err)
	})
}

// Claims that are taken lose nothing: written again they read the same.
func FuzzClaims(f *testing.F) {
	for _, token := range realTokens(f) {
		f.Add(decode(strings.Split(token, ".")[1]))
	}
	f.Add(workspaceClaims(f, `"nbf": 1.5e0`, `"exp": 99999999999.9`, `"x": {"<": "\ud800"}`, `"policies": [{"url":"*","method":"","post_filter":{"A":"x","B":{"value":null}}}]`))
	f.Add(accessClaims(f, `"x": 1e400`, `"grants": {"identity": "\u0000", "task_router": {"role": "", "x": 5}}`))
	f.Fuzz(func(t *testing.T, payload string) {
		token := signed(t, accessHeader, payload, authToken)
		if claims, err := capability.Parse(token, authToken); err == nil {
			again, err := capability.Parse(signed(t, plainHeader, written(t, claims), authToken), authToken)
			require.NoError(t, err)
			assertSame(t, claims.Other, again.Other)
			claims.Other, again.Other = nil, nil
			assert.Equal(t, claims, again)
		}
		if claims, err := capability.ParseAccess(token, authToken); err == nil {
			again, err := capability.ParseAccess(signed(t, accessHeader, writtenAccess(t, claims), authToken), authToken)
			require.NoError(t, err)
			assertSame(t, claims.Other, again.Other)
			assertSame(t, claims.Grants, again.Grants)
			claims.Other, again.Other, claims.Grants, again.Grants = nil, nil, nil, nil
			assert.Equal(t, claims, again)
		}
	})
}

// assertSame compares JSON by what it means: encoding writes some characters in
// another way.
func assertSame(t *testing.T, want, got map[string]json.RawMessage) {
	t.Helper()
	require.Len(t, got, len(want))
	for name, value := range want {
		assert.Equal(t, meaning(t, value), meaning(t, got[name]))
	}
}

func meaning(t *testing.T, text []byte) (value any) {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // some numbers fit nowhere
	require.NoError(t, decoder.Decode(&value))
	return value
}

// written are claims in JSON, from their fields alone.
func written(t *testing.T, claims capability.Claims) string {
	t.Helper()
	payload := object{
		"version": "v1", "iss": claims.AccountSID, "account_sid": claims.AccountSID, "workspace_sid": claims.WorkspaceSID,
		"channel": claims.Channel, "exp": claims.ExpiresAt.Unix(), "policies": claims.Policies,
	}
	setUnlessZero(payload, object{"worker_sid": claims.WorkerSID, "taskqueue_sid": claims.TaskQueueSID, "friendly_name": claims.FriendlyName})
	setTime(payload, "nbf", claims.NotBefore)
	return withRest(t, payload, claims.Other)
}

func writtenAccess(t *testing.T, claims capability.AccessClaims) string {
	t.Helper()
	grants := object{}
	setUnlessZero(grants, object{"identity": claims.Identity})
	if claims.TaskRouter != (capability.TaskRouterGrant{}) {
		grants["task_router"] = claims.TaskRouter
	}
	payload := object{
		"iss": claims.KeySID, "sub": claims.AccountSID, "exp": claims.ExpiresAt.Unix(),
		"grants": json.RawMessage(withRest(t, grants, claims.Grants)),
	}
	setUnlessZero(payload, object{"jti": claims.ID})
	setTime(payload, "nbf", claims.NotBefore)
	setTime(payload, "iat", claims.IssuedAt)
	return withRest(t, payload, claims.Other)
}

func setUnlessZero(payload, texts object) {
	for name, value := range texts {
		if value != "" {
			payload[name] = value
		}
	}
}

func setTime(payload object, name string, value time.Time) {
	if !value.IsZero() {
		payload[name] = value.Unix()
	}
}

func withRest(t *testing.T, payload object, rest map[string]json.RawMessage) string {
	t.Helper()
	for name, value := range rest {
		require.NotContains(t, payload, name)
		payload[name] = value
	}
	text, err := json.Marshal(payload)
	require.NoError(t, err)
	return string(text)
}

// A policy permits what its URL spells out and nothing beside or above it.
func FuzzPolicies(f *testing.F) {
	f.Add(workspaceURL+"/**", "GET", workspaceURL+"/Tasks/WT1?a=b", "A=1")
	f.Add(workspaceURL+"/*", "POST", workspaceURL+"/Tasks", "")
	f.Add(workerURL, "DELETE", workerURL, "A=1&A=2")
	f.Add(workerURL+"/**", "GET", workerURL+"/%2e%2e/WK2", "")
	f.Fuzz(func(t *testing.T, pattern, method, address, form string) {
		values, err := url.ParseQuery(form)
		if err != nil {
			return
		}
		policies := capability.Policies{{URL: pattern, Method: method, Allow: true}}
		if !policies.Allows(method, address, values) {
			return
		}
		resource, _, _ := strings.Cut(address, "?")
		spelled := strings.TrimRight(pattern, "*")
		assert.True(t, strings.HasPrefix(resource, spelled), "%q is not below %q", resource, spelled)
		if pattern == spelled {
			assert.Equal(t, pattern, resource)
		}
		u, err := url.Parse(resource)
		require.NoError(t, err)
		assert.NotContains(t, strings.Split(u.Path, "/"), "..")

		assert.False(t, append(policies, capability.Policy{URL: pattern, Method: method}).Allows(method, address, values), "a contradiction permits nothing")
		refusal := capability.Policy{URL: resource, Method: method, QueryFilter: map[string]capability.Matcher{"A": {}}}
		refusal.PostFilter = map[string]capability.Matcher{}
		for name := range values {
			refusal.PostFilter[name] = capability.Matcher{Required: true}
		}
		assert.False(t, append(policies, refusal).Allows(method, resource, values), "a refusal of exactly this request decides")
	})
}
