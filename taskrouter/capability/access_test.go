package capability_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/capability"
)

func TestAccessTokenIsTheDocumentedOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		token := sign(t, anAccessToken(), secret)
		assert.Equal(t, object{"typ": "JWT", "alg": "HS256", "cty": "twilio-fpa;v=1"}, header(t, token))
		assert.Equal(t, object{
			"jti": apiKey + "-946684800", "iss": apiKey, "sub": account,
			"iat": float64(start.Unix()), "exp": float64(start.Unix() + 3600),
			"grants": object{
				"identity":    "ann",
				"task_router": object{"workspace_sid": workspace, "worker_sid": worker, "role": "worker"},
			},
		}, payload(t, token))
	})
}

func TestAccessTokenHasWhatItsFieldsSay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := anAccessToken()
		a.Identity = ""
		a.Region = "ie1"
		a.TTL = 24 * time.Hour
		a.NotBefore = start.Add(time.Second)
		a.TaskRouter.Role = "supervisor"
		a.Grants = map[string]any{
			"voice": object{"incoming": object{"allow": true}},
			"chat":  struct{ ServiceSID string }{"IS1"},
		}
		token := sign(t, a, secret)
		assert.Equal(t, object{"typ": "JWT", "alg": "HS256", "cty": "twilio-fpa;v=1", "twr": "ie1"}, header(t, token))
		claims := payload(t, token)
		assert.Equal(t, object{
			"task_router": object{"workspace_sid": workspace, "worker_sid": worker, "role": "supervisor"},
			"voice":       object{"incoming": object{"allow": true}},
			"chat":        object{"ServiceSID": "IS1"},
		}, claims["grants"])
		assert.InDelta(t, start.Unix()+86400, claims["exp"], 0)
		assert.InDelta(t, start.Unix()+1, claims["nbf"], 0)
		assert.Len(t, a.Grants, 2, "what is passed in is not written to")
	})
}

// A day from any moment is not a second more than a day in the token.
func TestAccessTokenOfADayIsNoLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		<-time.After(999_999_999)
		a := anAccessToken()
		a.TTL = 24 * time.Hour
		claims := payload(t, sign(t, a, secret))
		assert.InDelta(t, 86400, claims["exp"].(float64)-claims["iat"].(float64), 0)
	})
}

func TestMistakesInAccessTokensAreRefused(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*capability.AccessToken)
		want   string
	}{
		"no account":                   {func(a *capability.AccessToken) { a.AccountSID = "" }, "AccountSID is empty, expected a SID that begins with AC"},
		"no key":                       {func(a *capability.AccessToken) { a.KeySID = "" }, "KeySID is empty, expected a SID that begins with SK"},
		"the secret for the key":       {func(a *capability.AccessToken) { a.KeySID = secret }, "KeySID is something else, not shown as it may be a secret, expected SK and then letters and digits"},
		"an identity that is none":     {func(a *capability.AccessToken) { a.Identity = "\xff" }, `Identity is "\xff", expected valid UTF-8`},
		"a time that has passed":       {func(a *capability.AccessToken) { a.TTL = -1 }, "TTL is -1ns, expected a second or more, or zero for an hour"},
		"more than a day":              {func(a *capability.AccessToken) { a.TTL = 24*time.Hour + 1 }, "TTL is 24h0m0.000000001s, expected 24 hours at most: the service refuses more with error 20157"},
		"a beginning at the end":       {func(a *capability.AccessToken) { a.NotBefore = start.Add(time.Hour) }, "NotBefore is 2000-01-01T01:00:00Z, expected a time after 1970 and before the token ends"},
		"a region that is none":        {func(a *capability.AccessToken) { a.Region = "ie1.example" }, `the region is "ie1.example", expected letters and digits, such as ie1`},
		"no workspace":                 {func(a *capability.AccessToken) { a.TaskRouter.WorkspaceSID = "" }, "TaskRouter.WorkspaceSID is empty, expected a SID that begins with WS"},
		"no worker":                    {func(a *capability.AccessToken) { a.TaskRouter.WorkerSID = "" }, "TaskRouter.WorkerSID is empty, expected a SID that begins with WK"},
		"the secret for the workspace": {func(a *capability.AccessToken) { a.TaskRouter.WorkspaceSID = secret }, `TaskRouter.WorkspaceSID is "…", expected WS and then letters and digits`},
		"the secret for the worker":    {func(a *capability.AccessToken) { a.TaskRouter.WorkerSID = secret }, `TaskRouter.WorkerSID is "…", expected WK and then letters and digits`},
		"another's SID":                {func(a *capability.AccessToken) { a.TaskRouter.WorkerSID = workspace }, `TaskRouter.WorkerSID is "` + workspace + `", expected WK and then letters and digits`},
		"a role that is no text":       {func(a *capability.AccessToken) { a.TaskRouter.Role = "\xff" }, `TaskRouter.Role is "\xff", expected valid UTF-8`},
		"an identity twice":            {func(a *capability.AccessToken) { a.Grants = map[string]any{"identity": object{}} }, `the grant "identity" is among Grants, expected it in its own field`},
		"the secret for a grant":       {func(a *capability.AccessToken) { a.Grants = map[string]any{"voice": secret} }, `the grant "voice" is "…" in JSON, expected an object`},
		"a grant twice":                {func(a *capability.AccessToken) { a.Grants = map[string]any{"task_router": object{}} }, `the grant "task_router" is among Grants, expected it in its own field`},
		"a grant that is a text":       {func(a *capability.AccessToken) { a.Grants = map[string]any{"voice": "yes"} }, `the grant "voice" is "yes" in JSON, expected an object`},
		"a grant that is nil":          {func(a *capability.AccessToken) { a.Grants = map[string]any{"voice": nil} }, `the grant "voice" is null in JSON, expected an object`},
		"a grant that is no JSON":      {func(a *capability.AccessToken) { a.Grants = map[string]any{"voice": http.NoBody.Read} }, `encode the grant "voice": json: unsupported type: func([]uint8) (int, error)`},
		"a grant without a text":       {func(a *capability.AccessToken) { a.Grants = map[string]any{"\xff": object{}} }, `a name in Grants is "\xff", expected valid UTF-8`},
		"several grants": {func(a *capability.AccessToken) { a.Grants = map[string]any{"voice": 1, "chat": 2} },
			"the grant \"chat\" is 2 in JSON, expected an object\nthe grant \"voice\" is 1 in JSON, expected an object"},
	} {
		bubble(t, name, func(t *testing.T) {
			a := anAccessToken()
			test.change(&a)
			token, err := a.Sign(secret)
			assert.Empty(t, token)
			require.EqualError(t, err, "capability: sign the access token: "+test.want)
			assert.NotContains(t, err.Error(), secret)
		})
	}
}

func TestAccessTokenNeedsAKey(t *testing.T) {
	token, err := anAccessToken().Sign("")
	assert.Empty(t, token)
	assert.EqualError(t, err, "capability: sign the access token: the secret of the API key is empty")
}

func TestAllMistakesInAnAccessTokenAreToldAtOnce(t *testing.T) {
	_, err := capability.AccessToken{TTL: 25 * time.Hour, Region: "-", Identity: "\xff", Grants: map[string]any{"a": 1}}.Sign("")
	require.Error(t, err)
	for _, want := range []string{"secret of the API key", "AccountSID", "KeySID", "Identity", "20157", "region", "WorkspaceSID", "WorkerSID", `grant "a"`} {
		assert.Contains(t, err.Error(), want)
	}
}
