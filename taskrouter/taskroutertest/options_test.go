package taskroutertest_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

func TestTheSameSeedGivesTheSameSIDs(t *testing.T) {
	sids := func(options ...taskroutertest.Option) [3]string {
		s := newServer(t, options...)
		_, workspace := newWorkspace(t, s)
		return [3]string{s.AccountSID(), s.AuthToken(), workspace}
	}
	first := sids()
	assert.Equal(t, first, sids())
	assert.Equal(t, first, sids(taskroutertest.WithSeed(1)), "the seed that is there unless set")
	other := sids(taskroutertest.WithSeed(2))
	for i, sid := range first {
		assert.NotEqual(t, sid, other[i])
	}
}

func TestOneMoreOfAKindChangesNoOtherSIDs(t *testing.T) {
	worker := func(activities int) string {
		client, workspace := newWorkspace(t, newServer(t))
		for range activities {
			_, err := client.Activities(workspace).Create(t.Context(), taskrouter.CreateActivityRequest{FriendlyName: "Lunch"})
			require.NoError(t, err)
		}
		worker, err := client.Workers(workspace).Create(t.Context(), taskrouter.CreateWorkerRequest{FriendlyName: "Jamie"})
		require.NoError(t, err)
		return worker.SID
	}
	assert.Equal(t, worker(0), worker(3))
}

func TestOnlyThoseWithCredentialsMayCall(t *testing.T) {
	const account, key = "AC0123456789abcdef0123456789abcdef", "SK0123456789abcdef0123456789abcdef"
	s := newServer(t, taskroutertest.WithAccount(account, "token"), taskroutertest.WithAPIKey(key, "secret"))
	assert.Equal(t, account, s.AccountSID())
	for name, test := range map[string]struct {
		user, password string
		status         int
	}{
		"the account":               {account, "token", http.StatusOK},
		"the API key":               {key, "secret", http.StatusOK},
		"the account, another's":    {account, "secret", http.StatusUnauthorized},
		"an account that is none":   {"AC00000000000000000000000000000000", "token", http.StatusUnauthorized},
		"somebody without password": {account, "", http.StatusUnauthorized},
		"nobody":                    {"", "", http.StatusUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"/v1/Workspaces", nil)
			require.NoError(t, err)
			request.SetBasicAuth(test.user, test.password)
			e := do(t, s, request)
			assert.Equal(t, test.status, e.Status)
			assert.Equal(t, test.status == http.StatusOK, s.Authenticate(request))
			assert.Equal(t, test.status == http.StatusUnauthorized, e.Header.Get("WWW-Authenticate") == `Basic realm="Twilio API"`)
		})
	}
}

func TestAClientTakesNothingFromTheEnvironment(t *testing.T) {
	t.Setenv("TASKROUTER_BASE_URL", "https://elsewhere.example.com")
	t.Setenv("TWILIO_API_KEY", "SK0123456789abcdef0123456789abcdef")
	t.Setenv("TWILIO_API_SECRET", "secret")
	t.Setenv("TWILIO_REGION", "ie1")
	t.Setenv("TWILIO_EDGE", "dublin")
	assert.Empty(t, listWorkspaces(t, newServer(t).Client()))
}

func TestAClientMayUseAnAPIKey(t *testing.T) {
	const key = "SK0123456789abcdef0123456789abcdef"
	var user string
	s := newServer(t, taskroutertest.WithAPIKey(key, "secret"), taskroutertest.WithBefore(func(call taskroutertest.Call) *taskroutertest.Failure {
		user, _, _ = (&http.Request{Header: call.Header}).BasicAuth()
		return nil
	}))
	assert.Empty(t, listWorkspaces(t, s.Client(taskrouter.WithAPIKey(s.AccountSID(), key, "secret"))))
	assert.Equal(t, key, user)
}

func TestWhatCannotBeIsSaidWhenTheServerIsMade(t *testing.T) {
	for name, make := range map[string]func(){
		"no option":         func() { taskroutertest.NewServer(nil) },
		"no account":        func() { taskroutertest.WithAccount("AC1", "token") },
		"no token":          func() { taskroutertest.WithAccount("AC0123456789abcdef0123456789abcdef", "") },
		"no key":            func() { taskroutertest.WithAPIKey("", "secret") },
		"no secret":         func() { taskroutertest.WithAPIKey("SK1", "") },
		"no listener":       func() { taskroutertest.WithListener(nil) },
		"no base path":      func() { taskroutertest.WithBasePath("") },
		"a root":            func() { taskroutertest.WithBasePath("/") },
		"no path":           func() { taskroutertest.WithBasePath("base") },
		"no path but below": func() { taskroutertest.WithBasePath("base/below") },
		"an open end":       func() { taskroutertest.WithBasePath("/base/") },
		"a way up":          func() { taskroutertest.WithBasePath("/base/../up") },
		"a wildcard":        func() { taskroutertest.WithBasePath("/{base}") },
		"an escaped path":   func() { taskroutertest.WithBasePath("/a%20b") },
		"two lines":         func() { taskroutertest.WithBasePath("/base\n") },
		"no hook before":    func() { taskroutertest.WithBefore(nil) },
		"no hook after":     func() { taskroutertest.WithAfter(nil) },
		"a client's region": func() { taskroutertest.NewServer().Client(taskrouter.WithRegion("ie1", "dublin")) },
		"a client's tokens": func() {
			taskroutertest.NewServer().Client(taskrouter.WithTokenSource(func(context.Context) (string, time.Time, error) { return "token", time.Time{}, nil }))
		},
		"a client's base": func() { taskroutertest.NewServer().Client(taskrouter.WithBaseURL("nowhere")) },
	} {
		t.Run(name, func(t *testing.T) { assert.Panics(t, make) })
	}
}
