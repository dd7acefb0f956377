package capability_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/capability"
)

func TestParsingGivesBackWhatWasSigned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := aWorker()
		w.TTL, w.NotBefore, w.FriendlyName, w.NoDefaults = 8*time.Hour, start.Add(-time.Minute), "Ann <é>", true
		w.Policies = capability.Policies{{
			URL: workspaceURL + "/Tasks/*", Method: "POST",
			QueryFilter: map[string]capability.Matcher{"A": {Required: true}, "B": {Value: new("")}},
			PostFilter:  map[string]capability.Matcher{"C": {Required: true, Value: new("c")}},
		}}
		claims, err := capability.Parse(sign(t, w, authToken), authToken)
		require.NoError(t, err)
		assert.Equal(t, capability.Claims{
			AccountSID: account, WorkspaceSID: workspace, Channel: worker, WorkerSID: worker, FriendlyName: "Ann <é>",
			NotBefore: start.Add(-time.Minute), ExpiresAt: start.Add(8 * time.Hour),
			Policies: capability.Policies{
				{URL: bridgeURL + worker, Method: "GET", Allow: true},
				{URL: bridgeURL + worker, Method: "POST", Allow: true},
				w.Policies[0],
			},
		}, claims)

		claims, err = capability.Parse(sign(t, aQueue(), authToken), authToken)
		require.NoError(t, err)
		assert.Equal(t, queue, claims.Channel)
		assert.Equal(t, queue, claims.TaskQueueSID)
		assert.Empty(t, claims.WorkerSID)
		assert.Zero(t, claims.NotBefore)
		assert.Len(t, claims.Policies, 3)

		claims, err = capability.Parse(sign(t, aWorkspace(), authToken), authToken)
		require.NoError(t, err)
		assert.Equal(t, workspace, claims.Channel)
		assert.Empty(t, claims.TaskQueueSID)

		a := anAccessToken()
		a.Region, a.NotBefore, a.TTL = "ie1", start, time.Minute
		a.Grants = map[string]any{"voice": object{"incoming": object{"allow": true}}}
		access, err := capability.ParseAccess(sign(t, a, secret), secret)
		require.NoError(t, err)
		assert.Equal(t, capability.AccessClaims{
			ID: apiKey + "-946684800", AccountSID: account, KeySID: apiKey, Identity: "ann", Region: "ie1",
			IssuedAt: start, NotBefore: start, ExpiresAt: start.Add(time.Minute),
			TaskRouter: capability.TaskRouterGrant{WorkspaceSID: workspace, WorkerSID: worker, Role: "worker"},
			Grants:     map[string]json.RawMessage{"voice": json.RawMessage(`{"incoming":{"allow":true}}`)},
		}, access)
	})
}

func TestUnknownClaimsAreKept(t *testing.T) {
	claims, err := capability.Parse(signed(t, plainHeader, workspaceClaims(t, `"sub": {"a": [1.50, null]}`, `"EXP": 5`, `"x": null`), authToken), authToken)
	require.NoError(t, err)
	assert.Equal(t, map[string]json.RawMessage{"sub": json.RawMessage(`{"a": [1.50, null]}`), "EXP": json.RawMessage("5"), "x": json.RawMessage("null")}, claims.Other)

	access, err := capability.ParseAccess(signed(t, accessHeader, accessClaims(t, `"aud": "me"`, `"grants": {"video": {"room": "a"}, "task_router": null}`), secret), secret)
	require.NoError(t, err)
	assert.Equal(t, map[string]json.RawMessage{"aud": json.RawMessage(`"me"`)}, access.Other)
	assert.Equal(t, map[string]json.RawMessage{"video": json.RawMessage(`{"room": "a"}`)}, access.Grants)
	assert.Zero(t, access.TaskRouter)
}

func TestTokenIsValidUntilTheVerySecond(t *testing.T) {
	for name, test := range map[string]struct {
		wait time.Duration
		want error
	}{
		"before it begins":      {time.Minute - 1, capability.ErrNotYetValid},
		"when it begins":        {time.Minute, nil},
		"just before its end":   {time.Hour - 1, nil},
		"at its end":            {time.Hour, capability.ErrExpired},
		"long after its end":    {1000 * time.Hour, capability.ErrExpired},
		"long before it begins": {0, capability.ErrNotYetValid},
	} {
		bubble(t, name, func(t *testing.T) {
			w, a := aWorker(), anAccessToken()
			w.NotBefore, a.NotBefore = start.Add(time.Minute), start.Add(time.Minute)
			token, access := sign(t, w, authToken), sign(t, a, secret)
			<-time.After(test.wait)
			claims, err := capability.Parse(token, authToken)
			accessClaims, accessErr := capability.ParseAccess(access, secret)
			if test.want == nil {
				assert.NoError(t, err)
				assert.NoError(t, accessErr)
				return
			}
			for _, err := range []error{err, accessErr} {
				assertOnly(t, err, test.want)
			}
			assert.Zero(t, claims)
			assert.Zero(t, accessClaims)
		})
	}
	synctest.Test(t, func(t *testing.T) {
		token := sign(t, aWorker(), authToken)
		<-time.After(time.Hour)
		_, err := capability.Parse(token, authToken)
		require.EqualError(t, err, "capability: expired token: it ended at 2000-01-01T01:00:00Z")
		_, err = capability.Parse(signed(t, plainHeader, workspaceClaims(t, `"nbf": 946688401`), authToken), authToken)
		require.EqualError(t, err, "capability: token not valid yet: it begins at 2000-01-01T01:00:01Z")
	})
}

// assertOnly looks for one of the errors that parsing can end in, and for none of
// the others.
func assertOnly(t *testing.T, err, want error) {
	t.Helper()
	for _, candidate := range []error{capability.ErrMalformed, capability.ErrWrongKey, capability.ErrExpired, capability.ErrNotYetValid} {
		if candidate == want { //nolint:errorlint // these are the sentinels themselves
			assert.ErrorIs(t, err, candidate)
			continue
		}
		assert.NotErrorIs(t, err, candidate)
	}
}

func TestKeysDecide(t *testing.T) {
	token, access := sign(t, aWorker(), authToken), sign(t, anAccessToken(), secret)
	for name, test := range map[string]struct {
		keys func(key string) []string
		want error
	}{
		"the key":              {func(key string) []string { return []string{key} }, nil},
		"the key among others": {func(key string) []string { return []string{"old", key, "new"} }, nil},
		"the key at last":      {func(key string) []string { return []string{"old", key} }, nil},
		"another":              {func(string) []string { return []string{"old"} }, capability.ErrWrongKey},
		"others":               {func(string) []string { return []string{"old", "older"} }, capability.ErrWrongKey},
		"a beginning of it":    {func(key string) []string { return []string{key[:len(key)-1]} }, capability.ErrWrongKey},
	} {
		t.Run(name, func(t *testing.T) {
			keys := test.keys(authToken)
			_, err := capability.Parse(token, keys[0], keys[1:]...)
			assertOnly(t, err, test.want)
			keys = test.keys(secret)
			_, err = capability.ParseAccess(access, keys[0], keys[1:]...)
			assertOnly(t, err, test.want)
		})
	}
}

func TestEmptyKeyVerifiesNothing(t *testing.T) {
	forged := signed(t, plainHeader, workspaceClaims(t), "")
	for _, keys := range [][]string{{"", authToken}, {authToken, ""}, {authToken, "old", ""}} {
		_, err := capability.Parse(forged, keys[0], keys[1:]...)
		assert.EqualError(t, err, "capability: parse a token: the auth token is empty")
		assertOnly(t, err, nil)
		_, err = capability.ParseAccess(forged, keys[0], keys[1:]...)
		assert.EqualError(t, err, "capability: parse a token: the secret of the API key is empty")
	}
}

func TestKeyWithWhiteSpaceAtAnEndIsToldFromAWrongOne(t *testing.T) {
	token, access := sign(t, aWorker(), authToken), sign(t, anAccessToken(), secret)
	for _, space := range []string{" ", "\t", "\n", "\r\n"} {
		for _, keys := range [][]string{{authToken + space, authToken}, {authToken, space + authToken}, {space, authToken}} {
			_, err := capability.Parse(token, keys[0], keys[1:]...)
			require.EqualError(t, err, "capability: parse a token: the auth token begins or ends with white space, as with the line break of a file")
			assertOnly(t, err, nil)
		}
		_, err := capability.ParseAccess(access, secret+space)
		require.EqualError(t, err, "capability: parse a token: the secret of the API key begins or ends with white space, as with the line break of a file")
	}
}

func TestTokenOfTheOtherSortIsToldFromABrokenOne(t *testing.T) {
	_, err := capability.Parse(sign(t, anAccessToken(), secret), secret)
	assertOnly(t, err, capability.ErrMalformed)
	assert.EqualError(t, err, "capability: malformed token: it is an access token, which ParseAccess reads")

	_, err = capability.ParseAccess(sign(t, aWorker(), authToken), authToken)
	assertOnly(t, err, capability.ErrMalformed)
	assert.ErrorContains(t, err, "as with a capability token, which Parse reads")
}

func TestTextsThatAreNoTokensAreRefused(t *testing.T) {
	valid := sign(t, aWorker(), authToken)
	parts := strings.Split(valid, ".")
	head, body, signature := parts[0], parts[1], parts[2]

	hs384, err := jwt.NewWithClaims(jwt.SigningMethodHS384, jwt.MapClaims{}).SignedString([]byte(authToken))
	require.NoError(t, err)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	rs256, err := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{}).SignedString(key)
	require.NoError(t, err)
	none, err := jwt.NewWithClaims(jwt.SigningMethodNone, jwt.MapClaims{"exp": 9999999999}).SignedString(jwt.UnsafeAllowNoneSignatureType)
	require.NoError(t, err)

	otherSignature := "A" + signature[1:]
	if signature[0] == 'A' {
		otherSignature = "B" + signature[1:]
	}
	// The last character of a signature of 32 bytes has two bits that say nothing.
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(alphabet, signature[len(signature)-1])
	sameSignature := signature[:len(signature)-1] + alphabet[last+1:last+2]

	for name, test := range map[string]struct {
		token string
		want  error
	}{
		"nothing":                         {"", capability.ErrMalformed},
		"a text":                          {"token", capability.ErrMalformed},
		"two parts":                       {head + "." + body, capability.ErrMalformed},
		"four parts":                      {valid + "." + signature, capability.ErrMalformed},
		"the header twice":                {head + "." + head + "." + signature, capability.ErrWrongKey},
		"the claims twice":                {head + "." + body + "." + body, capability.ErrWrongKey},
		"no header":                       {"." + body + "." + signature, capability.ErrMalformed},
		"no claims":                       {head + ".." + signature, capability.ErrMalformed},
		"no signature":                    {head + "." + body + ".", capability.ErrWrongKey},
		"a signature cut short":           {valid[:len(valid)-3], capability.ErrWrongKey},
		"a signature that is longer":      {valid + "AAAA", capability.ErrWrongKey},
		"a signature changed":             {head + "." + body + "." + otherSignature, capability.ErrWrongKey},
		"a signature spelled anew":        {head + "." + body + "." + sameSignature, capability.ErrMalformed},
		"a signature of no base64":        {head + "." + body + ".!" + signature[1:], capability.ErrMalformed},
		"claims of no base64":             {head + ".!" + body[1:] + "." + signature, capability.ErrMalformed},
		"a space before":                  {" " + valid, capability.ErrMalformed},
		"a line break after":              {valid + "\n", capability.ErrMalformed},
		"a line break within":             {head + "." + body + "." + signature[:9] + "\r" + signature[9:], capability.ErrMalformed},
		"padding":                         {valid + "=", capability.ErrMalformed},
		"claims changed":                  {head + "." + encode(strings.Replace(workspaceClaims(t), "[]", `[{"url":"https://a/**","method":"GET","allow":true}]`, 1)) + "." + signature, capability.ErrWrongKey},
		"claims that are not read":        {head + "." + encode(`{"exp": "x"}`) + "." + signature, capability.ErrWrongKey},
		"claims that are no JSON":         {signed(t, plainHeader, "{", authToken), capability.ErrMalformed},
		"claims that are a list":          {signed(t, plainHeader, "[]", authToken), capability.ErrMalformed},
		"claims that are null":            {signed(t, plainHeader, "null", authToken), capability.ErrMalformed},
		"claims that are nothing":         {signed(t, plainHeader, "", authToken), capability.ErrMalformed},
		"claims that are not UTF-8":       {signed(t, plainHeader, workspaceClaims(t, `"friendly_name": "`+"\xff"+`"`), authToken), capability.ErrMalformed},
		"claims that are deep":            {signed(t, plainHeader, workspaceClaims(t, `"x": `+strings.Repeat("[", 20000)+strings.Repeat("]", 20000)), authToken), capability.ErrMalformed},
		"not UTF-8":                       {"\xff.\xff.\xff", capability.ErrMalformed},
		"huge":                            {signed(t, plainHeader, workspaceClaims(t, `"x": "`+strings.Repeat("a", 1<<20)+`"`), authToken), capability.ErrMalformed},
		"huge and no token":               {strings.Repeat("a.", 1<<22), capability.ErrMalformed},
		"a header that is no JSON":        {encode("{") + "." + body + "." + signature, capability.ErrMalformed},
		"a header that is null":           {encode("null") + "." + body + "." + signature, capability.ErrMalformed},
		"no algorithm":                    {signed(t, object{"typ": "JWT"}, workspaceClaims(t), authToken), capability.ErrMalformed},
		"an algorithm that is none":       {none, capability.ErrMalformed},
		"none with a signature":           {signed(t, object{"alg": "none"}, workspaceClaims(t), authToken), capability.ErrMalformed},
		"none in capitals":                {signed(t, object{"alg": "NONE"}, workspaceClaims(t), authToken), capability.ErrMalformed},
		"a number for an algorithm":       {signed(t, object{"alg": 256}, workspaceClaims(t), authToken), capability.ErrMalformed},
		"an algorithm with small letters": {signed(t, object{"alg": "hs256"}, workspaceClaims(t), authToken), capability.ErrMalformed},
		"HS384":                           {hs384, capability.ErrMalformed},
		"RS256":                           {rs256, capability.ErrMalformed},
		"an extension that must be known": {signed(t, object{"alg": "HS256", "crit": []string{"b64"}}, workspaceClaims(t), authToken), capability.ErrMalformed},
		"an access token":                 {sign(t, anAccessToken(), authToken), capability.ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			claims, err := capability.Parse(test.token, authToken)
			assertOnly(t, err, test.want)
			assert.Zero(t, claims)
			require.Error(t, err)
			assert.Less(t, len(err.Error()), 500)
			assert.NotContains(t, err.Error(), authToken)
			access, err := capability.ParseAccess(test.token, authToken)
			if name != "an access token" {
				assert.Error(t, err)
				assert.Zero(t, access)
			}
		})
	}
}

func TestLongestTokenIsRead(t *testing.T) {
	long := func(n int) string {
		return signed(t, plainHeader, workspaceClaims(t, `"x": "`+strings.Repeat("a", n)+`"`), authToken)
	}
	const most = 1 << 20
	n := (most - len(long(0))) / 4 * 3
	for len(long(n)) < most {
		n++
	}
	require.Len(t, long(n), most)
	_, err := capability.Parse(long(n), authToken)
	assert.NoError(t, err)
	_, err = capability.Parse(long(n+1), authToken)
	assert.EqualError(t, err, "capability: malformed token: it has 1048577 bytes, expected 1048576 at most")
}

func TestClaimsThatDoNotFitAreRefused(t *testing.T) {
	for _, test := range []struct{ change, want string }{
		{`"exp"`, "exp is missing"},
		{`"exp": null`, "exp is missing"},
		{`"exp": "9999999999"`, `exp is "9999999999", expected seconds since 1970, up to the year 9999`},
		{`"exp": -1`, "exp is -1, expected seconds since 1970, up to the year 9999"},
		{`"exp": 253402300800`, "exp is 253402300800, expected seconds since 1970, up to the year 9999"},
		{`"exp": 1e300`, "exp is 1e300, expected seconds since 1970, up to the year 9999"},
		{`"exp": 1e999`, "exp is 1e999, expected seconds since 1970, up to the year 9999"},
		{`"exp": true`, "exp is true, expected seconds since 1970, up to the year 9999"},
		{`"exp": []`, "exp is [], expected seconds since 1970, up to the year 9999"},
		{`"nbf": "0"`, `nbf is "0", expected seconds since 1970, up to the year 9999`},
		{`"nbf": -5`, "nbf is -5, expected seconds since 1970, up to the year 9999"},
		{`"iss"`, "iss is missing"},
		{`"iss": 5`, "iss is 5, expected a string"},
		{`"iss": "AC9"`, `iss is "AC9", expected the account_sid ` + account},
		{`"account_sid"`, "account_sid is missing"},
		{`"account_sid": "SK1"`, `account_sid is "SK1", expected AC and then letters and digits`},
		{`"account_sid": {}`, "account_sid is {}, expected a string"},
		{`"workspace_sid"`, "workspace_sid is missing"},
		{`"account_sid": ""`, `account_sid is "", expected AC and then letters and digits`},
		{`"channel": ""`, `channel is "", expected WK or WQ or WS and then letters and digits`},
		{`"friendly_name": [` + strings.Repeat("1,", 100) + `1]`, "friendly_name is [" + strings.Repeat("1,", 19) + "1, expected a string"},
		{`"workspace_sid": "WS"`, `workspace_sid is "WS", expected WS and then letters and digits`},
		{`"channel"`, "channel is missing"},
		{`"channel": "CH1"`, `channel is "CH1", expected WK or WQ or WS and then letters and digits`},
		{`"channel": "WS9"`, "channel is WS9, and the token is for " + workspace},
		{`"worker_sid": "WQ1"`, `worker_sid is "WQ1", expected WK and then letters and digits`},
		{`"worker_sid": 1`, "worker_sid is 1, expected a string"},
		{`"taskqueue_sid": "WK1"`, `taskqueue_sid is "WK1", expected WQ and then letters and digits`},
		{`"version"`, "version is missing"},
		{`"version": "v2"`, `version is "v2", expected v1`},
		{`"version": 1`, "version is 1, expected a string"},
		{`"friendly_name": 1`, "friendly_name is 1, expected a string"},
		{`"policies"`, "policies is missing"},
		{`"policies": null`, "policies is missing"},
		{`"policies": {}`, "policies is {}, expected an array of objects"},
		{`"policies": "all"`, `policies is "all", expected an array of objects`},
		{`"policies": [null]`, "policies[0].url is missing; policies[0].method is missing"},
		{`"policies": ["all"]`, `policies is ["all"], expected an array of objects`},
		{`"policies": [{}]`, "policies[0].url is missing; policies[0].method is missing"},
		{`"policies": [{"url": 1, "method": "GET"}]`, "policies[0].url is 1, expected a string"},
		{`"policies": [{"url": "", "method": ["GET"]}]`, `policies[0].method is ["GET"], expected a string`},
		{`"policies": [{"url": "", "method": ""}, {"url": ""}]`, "policies[1].method is missing"},
		{`"policies": [{"url": "", "method": "", "allow": "yes"}]`, `policies[0].allow is "yes", expected true or false`},
		{`"policies": [{"URL": "", "url": "", "method": "", "deny": 1}]`, "policies[0].URL is not known; policies[0].deny is not known"},
		{`"policies": [{"url": "", "method": "", "query_filter": []}]`, "policies[0].query_filter is [], expected an object"},
		{`"policies": [{"url": "", "method": "", "post_filter": "A"}]`, `policies[0].post_filter is "A", expected an object`},
		{`"policies": [{"url": "", "method": "", "post_filter": {"A": null}}]`, "policies[0].post_filter.A is null, expected a string or an object"},
		{`"policies": [{"url": "", "method": "", "post_filter": {"A": 1}}]`, "policies[0].post_filter.A is 1, expected a string or an object"},
		{`"policies": [{"url": "", "method": "", "post_filter": {"A": {"required": 1}}}]`, "policies[0].post_filter.A.required is 1, expected true or false"},
		{`"policies": [{"url": "", "method": "", "post_filter": {"A": {"value": 1}}}]`, "policies[0].post_filter.A.value is 1, expected a string"},
		{`"policies": [{"url": "", "method": "", "post_filter": {"A": {"Required": true}}}]`, "policies[0].post_filter.A.Required is not known"},
	} {
		t.Run(test.change, func(t *testing.T) {
			_, err := capability.Parse(signed(t, plainHeader, workspaceClaims(t, test.change), authToken), authToken)
			assertOnly(t, err, capability.ErrMalformed)
			assert.EqualError(t, err, "capability: malformed token: "+test.want)
		})
	}
	t.Run("several", func(t *testing.T) {
		_, err := capability.Parse(signed(t, plainHeader, "{}", authToken), authToken)
		assert.EqualError(t, err, "capability: malformed token: account_sid is missing; workspace_sid is missing; channel is missing; iss is missing; version is missing; exp is missing; policies is missing")
	})
}

func TestClaimsOfOthersAreRead(t *testing.T) {
	for name, test := range map[string]struct {
		changes []string
		check   func(t *testing.T, claims capability.Claims)
	}{
		"a worker by the documentation": {[]string{`"worker_sid": "` + worker + `"`}, func(t *testing.T, claims capability.Claims) {
			assert.Equal(t, worker, claims.WorkerSID)
			assert.Equal(t, workspace, claims.Channel)
		}},
		"a worker by the channel alone": {[]string{`"channel": "` + worker + `"`}, func(t *testing.T, claims capability.Claims) {
			assert.Equal(t, worker, claims.Channel)
			assert.Empty(t, claims.WorkerSID)
		}},
		"a time with an exponent": {[]string{`"exp": 9.9999e9`}, func(t *testing.T, claims capability.Claims) {
			assert.Equal(t, time.Unix(9999900000, 0).UTC(), claims.ExpiresAt)
		}},
		"a time with a fraction": {[]string{`"exp": 9999999999.999`, `"nbf": 1.5`}, func(t *testing.T, claims capability.Claims) {
			assert.Equal(t, time.Unix(9999999999, 0).UTC(), claims.ExpiresAt)
			assert.Equal(t, time.Unix(1, 0).UTC(), claims.NotBefore)
		}},
		"the last second": {[]string{`"exp": 253402300799`, `"nbf": 0`}, func(t *testing.T, claims capability.Claims) {
			assert.Equal(t, time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), claims.ExpiresAt)
			assert.Equal(t, time.Unix(0, 0).UTC(), claims.NotBefore)
			assert.False(t, claims.NotBefore.IsZero())
		}},
		"null for nothing": {[]string{`"worker_sid": null`, `"nbf": null`, `"friendly_name": null`}, func(t *testing.T, claims capability.Claims) {
			assert.Empty(t, claims.WorkerSID)
			assert.Zero(t, claims.NotBefore)
			assert.Nil(t, claims.Other)
		}},
		"no policies": {nil, func(t *testing.T, claims capability.Claims) {
			assert.Equal(t, capability.Policies{}, claims.Policies)
		}},
		"policies that would be refused": {[]string{`"policies": [{"url": "a", "method": "b"}, {"url": "a", "method": "b", "allow": true, "query_filter": {}, "post_filter": null}]`}, func(t *testing.T, claims capability.Claims) {
			assert.Equal(t, capability.Policies{{URL: "a", Method: "b"}, {URL: "a", Method: "b", Allow: true}}, claims.Policies)
		}},
		"matchers": {[]string{`"policies": [{"url": "a", "method": "b", "post_filter": {"A": "x", "B": {}, "C": {"required": true, "value": null}, "D": {"value": "y"}}}]`}, func(t *testing.T, claims capability.Claims) {
			assert.Equal(t, map[string]capability.Matcher{"A": {Required: true, Value: new("x")}, "B": {}, "C": {Required: true}, "D": {Value: new("y")}}, claims.Policies[0].PostFilter)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			claims, err := capability.Parse(signed(t, plainHeader, workspaceClaims(t, test.changes...), authToken), authToken)
			require.NoError(t, err)
			test.check(t, claims)
		})
	}
	_, err := capability.Parse(signed(t, plainHeader, workspaceClaims(t, `"channel": "WK1"`, `"worker_sid": "WK2"`), authToken), authToken)
	assert.EqualError(t, err, "capability: malformed token: channel is WK1, and the token is for WK2")
	_, err = capability.Parse(signed(t, plainHeader, workspaceClaims(t, `"channel": "WQ1"`, `"taskqueue_sid": "WQ2"`), authToken), authToken)
	assert.EqualError(t, err, "capability: malformed token: channel is WQ1, and the token is for WQ2")
}

func TestPolicyIsReadAsTokensHaveIt(t *testing.T) {
	read := capability.Policy{URL: "before", Allow: true, QueryFilter: map[string]capability.Matcher{"B": {}}}
	require.NoError(t, json.Unmarshal([]byte(`{"url": "a", "method": "GET", "post_filter": {"A": "x"}, "query_filter": {}}`), &read))
	want := capability.Policy{URL: "a", Method: "GET", PostFilter: map[string]capability.Matcher{"A": {Required: true, Value: new("x")}}}
	assert.Equal(t, want, read)
	for text, message := range map[string]string{
		`null`: "policy: expected a JSON object",
		`"a"`:  "policy: expected a JSON object",
		`{"url": "a", "method": "GET", "Allow": true}`: "policy: Allow is not known",
	} {
		require.EqualError(t, json.Unmarshal([]byte(text), &read), message)
		assert.Equal(t, want, read)
	}
}

func TestClaimsOfAccessTokensThatDoNotFitAreRefused(t *testing.T) {
	for _, test := range []struct{ change, want string }{
		{`"exp"`, "exp is missing"},
		{`"exp": "1"`, `exp is "1", expected seconds since 1970, up to the year 9999`},
		{`"nbf": {}`, "nbf is {}, expected seconds since 1970, up to the year 9999"},
		{`"iat": -1`, "iat is -1, expected seconds since 1970, up to the year 9999"},
		{`"jti": 1`, "jti is 1, expected a string"},
		{`"iss"`, "iss is missing"},
		{`"iss": "AC1"`, `iss is "AC1", expected SK and then letters and digits`},
		{`"sub"`, "sub is missing"},
		{`"sub": "SK1"`, `sub is "SK1", expected AC and then letters and digits`},
		{`"grants"`, "grants is missing"},
		{`"grants": null`, "grants is missing"},
		{`"grants": []`, "grants is [], expected an object"},
		{`"grants": {"identity": 1}`, "grants.identity is 1, expected a string"},
		{`"grants": {"task_router": 1}`, "grants.task_router is 1, expected an object"},
		{`"grants": {"task_router": {"workspace_sid": "WK1"}}`, `grants.task_router.workspace_sid is "WK1", expected WS and then letters and digits`},
		{`"grants": {"task_router": {"worker_sid": "WS1"}}`, `grants.task_router.worker_sid is "WS1", expected WK and then letters and digits`},
		{`"grants": {"task_router": {"role": {}}}`, "grants.task_router.role is {}, expected a string"},
	} {
		t.Run(test.change, func(t *testing.T) {
			_, err := capability.ParseAccess(signed(t, accessHeader, accessClaims(t, test.change), secret), secret)
			assertOnly(t, err, capability.ErrMalformed)
			assert.EqualError(t, err, "capability: malformed token: "+test.want)
		})
	}
	for name, header := range map[string]object{
		"no type of content":      {"alg": "HS256"},
		"another type of content": {"alg": "HS256", "cty": "JWT"},
		"a number for it":         {"alg": "HS256", "cty": 1},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := capability.ParseAccess(signed(t, header, accessClaims(t), secret), secret)
			assertOnly(t, err, capability.ErrMalformed)
			assert.EqualError(t, err, "capability: malformed token: its header has no cty twilio-fpa;v=1, as with a capability token, which Parse reads")
		})
	}
	t.Run("a region that is no text", func(t *testing.T) {
		_, err := capability.ParseAccess(signed(t, object{"alg": "HS256", "cty": "twilio-fpa;v=1", "twr": 1}, accessClaims(t), secret), secret)
		assert.EqualError(t, err, "capability: malformed token: twr of its header is 1, expected a text")
	})
}

func TestAccessTokensOfOthersAreRead(t *testing.T) {
	access, err := capability.ParseAccess(signed(t, accessHeader, accessClaims(t, `"grants": {"task_router": {"role": "worker", "x": 1}}`), secret), secret)
	require.NoError(t, err)
	assert.Equal(t, capability.AccessClaims{
		AccountSID: account, KeySID: apiKey, ExpiresAt: time.Unix(9999999999, 0).UTC(), TaskRouter: capability.TaskRouterGrant{Role: "worker"},
	}, access)
}

func TestErrorsSayWhatIsWrong(t *testing.T) {
	for _, test := range []struct{ token, want string }{
		{"a.b", "malformed token: token contains an invalid number of segments"},
		{"a\n.b.c", "malformed token: it has a line break, over which the decoder would read"},
		{signed(t, object{"alg": "HS512"}, "{}", authToken), "malformed token: signing method HS512 is invalid"},
		{signed(t, object{"alg": "HS1"}, "{}", authToken), "malformed token: signing method (alg) is unavailable"},
		{signed(t, object{"alg": "HS256", "crit": []string{}}, "{}", authToken), "malformed token: its header demands extensions that are not known here"},
		{signed(t, plainHeader, "[]", authToken), "malformed token: claims: expected a JSON object"},
		{signed(t, plainHeader, "{}", "another"), "wrong key or changed token"},
	} {
		_, err := capability.Parse(test.token, authToken)
		assert.EqualError(t, err, "capability: "+test.want)
	}
}
