package taskrouter_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// authSecrets are secrets that are often broken on their way.
var authSecrets = []string{
	"p-w_1", "a:b:", ":", " spaced ", "é☃", "+/=&%41", "a/b//..", `"'\`, "\x00\x7f\r\n", "\t", "\n", "\xff\xfe", strings.Repeat("x", 4096),
}

func TestSecretsArriveIntact(t *testing.T) {
	for _, secret := range authSecrets {
		t.Run(secret[:min(len(secret), 10)], func(t *testing.T) {
			for user, option := range map[string]taskrouter.Option{
				"AC1":     taskrouter.WithAuthToken("AC1", secret),
				"SK1":     taskrouter.WithAPIKey("AC1", "SK1", secret),
				"AC1-sub": taskrouter.WithAuthToken("AC1-sub", secret),
			} {
				service := newFakeService(t, func(w http.ResponseWriter, r *http.Request) {
					gotUser, gotSecret, _ := r.BasicAuth()
					assert.Equal(t, user, gotUser)
					assert.Equal(t, secret, gotSecret)
					answer(200, `{}`)(w, r)
				})
				client, err := taskrouter.NewClient(taskrouter.WithBaseURL(service.URL), option)
				require.NoError(t, err)
				_, err = client.Tasks("WS1").Get(t.Context(), "WT1")
				require.NoError(t, err)
				assert.Len(t, service.seen(), 1)
			}
		})
	}
}

func TestSecretsOfTheEnvironmentArriveIntact(t *testing.T) {
	for _, secret := range authSecrets {
		if strings.Contains(secret, "\x00") { // which no variable can hold
			continue
		}
		for user, variables := range map[string]map[string]string{
			"AC1": {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": secret},
			"SK1": {"TWILIO_API_KEY": "SK1", "TWILIO_API_SECRET": secret},
		} {
			setEnvironment(t, variables)
			service := newFakeService(t, func(w http.ResponseWriter, r *http.Request) {
				gotUser, gotSecret, _ := r.BasicAuth()
				assert.Equal(t, user, gotUser)
				assert.Equal(t, secret, gotSecret)
				answer(200, `{}`)(w, r)
			})
			client, err := taskrouter.NewClient(taskrouter.WithBaseURL(service.URL))
			require.NoError(t, err)
			require.NoError(t, authGet(t.Context(), client))
			assert.Len(t, service.seen(), 1)
		}
	}
}

// authKinds are all ways to authenticate, by what is then sent.
func authKinds() map[string]taskrouter.Option {
	return map[string]taskrouter.Option{
		"Basic QUMxOnMzY3JldA==": taskrouter.WithAuthToken("AC1", "s3cret"),
		"Basic U0sxOnMzY3JldA==": taskrouter.WithAPIKey("AC1", "SK1", "s3cret"),
		"Bearer t1":              (&authTokens{}).option(),
		"Bearer " + authAccess:   taskrouter.WithClientCredentials(authClientID, authSecret),
	}
}

func TestEveryRequestIsAuthenticated(t *testing.T) {
	for want, option := range authKinds() {
		t.Run(want, func(t *testing.T) {
			office := newAuthOffice(authGrant(authAccess, ""))
			for i, m := range methodsOf(authClient(t, office, option)) {
				_, err := m.call(t.Context(), m.arguments())
				require.NoError(t, err, m.name)
				sent := office.service.sent()
				require.Len(t, sent, i+1, m.name)
				assert.Equal(t, want, sent[i], m.name)
			}
		})
	}
}

// Attempts and pages are requests of their own.
func TestEveryAttemptAndEveryPageIsAuthenticated(t *testing.T) {
	for want, option := range authKinds() {
		t.Run(want, func(t *testing.T) {
			authentications := []string{}
			respond := inMemory(inTurn(answer(429, ""), pageOfTasks(tasksPath+"?Page=1", "WT1"), answer(429, ""), pageOfTasks("", "WT2")))
			client := authClient(t, transport(func(r *http.Request) (*http.Response, error) {
				if r.URL.Host != "service.test" {
					return inMemory(authGrant(authAccess, ""))(r)
				}
				authentications = append(authentications, strings.Join(r.Header["Authorization"], " and "))
				return respond(r)
			}), option, taskrouter.WithRetry(taskrouter.RetryPolicy{MinDelay: 1, MaxDelay: 1}))
			sids, err := sidsOf(t, client.Tasks("WS1").List(t.Context(), taskrouter.ListTasksParams{}))
			require.NoError(t, err)
			assert.Equal(t, []string{"WT1", "WT2"}, sids)
			assert.Equal(t, []string{want, want, want, want}, authentications)
		})
	}
}

// What the service refuses it would refuse again.
func TestAnAuthTokenOrAKeyThatIsRefusedIsSentOnce(t *testing.T) {
	for name, option := range map[string]taskrouter.Option{"a token": taskrouter.WithAuthToken("AC1", "s3cret"), "a key": taskrouter.WithAPIKey("AC1", "SK1", "s3cret")} {
		t.Run(name, func(t *testing.T) {
			service := &authService{refuses: func(string) bool { return true }}
			client := authClient(t, service, option, taskrouter.WithRetry(taskrouter.RetryPolicy{RepeatUnsafe: true}))
			for i, m := range methodsOf(client) {
				_, err := m.call(t.Context(), m.arguments())
				assertAbout(t, taskrouter.ErrUnauthorized, err)
				assert.Equal(t, 1, answerError(t, err).Attempts)
				assert.Len(t, service.sent(), i+1, m.name)
			}
		})
	}
}

// Middleware may direct a request elsewhere; the credentials are not for it.
func TestCredentialsGoNowhereButToTheBaseURL(t *testing.T) {
	for name, direct := range map[string]func(*http.Request){
		"another host":      func(r *http.Request) { r.URL.Host = "elsewhere.test" },
		"another port":      func(r *http.Request) { r.URL.Host = "service.test:8443" },
		"a host above":      func(r *http.Request) { r.URL.Host = "test" },
		"a host without it": func(r *http.Request) { r.URL.Host = "" },
		"another scheme":    func(r *http.Request) { r.URL.Scheme = "http" },
	} {
		middleware := func(next http.RoundTripper) http.RoundTripper {
			return transport(func(r *http.Request) (*http.Response, error) {
				r = r.Clone(r.Context())
				direct(r)
				return next.RoundTrip(r)
			})
		}
		for when, around := range map[string]taskrouter.Option{"a call": taskrouter.WithCallMiddleware(middleware), "an attempt": taskrouter.WithAttemptMiddleware(middleware)} {
			for kind, option := range authKinds() {
				t.Run(name+" by "+when+" with "+kind, func(t *testing.T) {
					office, attempts := newAuthOffice(), 0
					client := authClient(t, office, option, around, taskrouter.WithAttemptMiddleware(func(next http.RoundTripper) http.RoundTripper {
						return transport(func(r *http.Request) (*http.Response, error) {
							attempts++
							return next.RoundTrip(r)
						})
					}))
					err := authGet(t.Context(), client)
					assertAbout(t, nil, err)
					assert.EqualError(t, err, "taskrouter: getTask: GET /v1/Workspaces/WS1/Tasks/WT1: the credentials are for https://service.test, and middleware has directed the request elsewhere")
					assert.Equal(t, 1, attempts)
					assert.Empty(t, office.service.sent())
					assert.Empty(t, office.questions(), "no token is fetched for it")
				})
			}
		}
	}
}

func TestMiddlewareMayDirectARequestToAnotherPathOfTheBaseURL(t *testing.T) {
	var target string
	client := authClient(t, transport(func(r *http.Request) (*http.Response, error) {
		target = r.URL.String()
		return inMemory(answer(200, suitsAll))(r)
	}), taskrouter.WithAuthToken("AC1", "s3cret"), taskrouter.WithAttemptMiddleware(func(next http.RoundTripper) http.RoundTripper {
		return transport(func(r *http.Request) (*http.Response, error) {
			r.URL.Path = "/v2"
			return next.RoundTrip(r)
		})
	}))
	require.NoError(t, authGet(t.Context(), client))
	assert.Equal(t, "https://service.test/v2", target)
}

// Middleware may log what it sees, and cannot take the place of the credentials.
func TestMiddlewareSeesNoCredentialsAndReplacesNone(t *testing.T) {
	for want, option := range authKinds() {
		t.Run(want, func(t *testing.T) {
			office := newAuthOffice(authGrant(authAccess, ""))
			seen := 0
			middleware := func(next http.RoundTripper) http.RoundTripper {
				return transport(func(r *http.Request) (*http.Response, error) {
					if seen++; seen == 1 {
						assert.NotContains(t, r.Header, "Authorization")
					}
					r.Header["Authorization"] = []string{"Basic eA==", "Basic eQ=="}
					return next.RoundTrip(r)
				})
			}
			client := authClient(t, office, option, taskrouter.WithCallMiddleware(middleware), taskrouter.WithAttemptMiddleware(middleware))
			require.NoError(t, authGet(t.Context(), client))
			assert.Equal(t, 2, seen)
			assert.Equal(t, []string{want}, office.service.sent())
		})
	}
}

func TestACredentialThatIsNoneIsFoundBeforeItIsSent(t *testing.T) {
	for _, sid := range []string{"AC", "AC1", "AC~", "ACé", "AC" + strings.Repeat("0", 100)} { // what the rest may be is the service's to judge
		_, err := taskrouter.NewClient(taskrouter.WithAuthToken(sid, "s3cret"), taskrouter.WithBaseURL("http://host"))
		assert.NoError(t, err, sid)
	}
	for _, sid := range []string{"ac1", "A", "xAC1", " AC1", "AC1 ", "AC 1", "AC1\t", "AC1:", ":AC1", "AC\x001", "AC1\r\n"} {
		_, err := taskrouter.NewClient(taskrouter.WithAuthToken(sid, "s3cret"))
		assert.EqualError(t, err, "taskrouter: new client: WithAuthToken: account SID is no SID that begins with AC", sid)
	}
}

func TestCredentialsThatAreMissingAreNamed(t *testing.T) {
	for text, variables := range map[string]map[string]string{
		"no credentials: use WithAuthToken or WithAPIKey, or set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN":   nil,
		"TWILIO_API_KEY and TWILIO_API_SECRET: the secret of the API key is empty":                           {"TWILIO_API_KEY": "SK1"},
		"TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN: the auth token is empty":                                  {"TWILIO_ACCOUNT_SID": "AC1"},
		"TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN: account SID is empty, expected a SID that begins with AC": {"TWILIO_AUTH_TOKEN": "s3cret"},
		"TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN: account SID is no SID that begins with AC":                {"TWILIO_ACCOUNT_SID": "s3cret", "TWILIO_AUTH_TOKEN": "AC1"},
		"TWILIO_API_KEY and TWILIO_API_SECRET: API key SID is no SID that begins with SK":                    {"TWILIO_API_KEY": "s3cret", "TWILIO_API_SECRET": "SK1"},
	} {
		setEnvironment(t, variables)
		client, err := taskrouter.NewClient()
		assert.Nil(t, client)
		assert.EqualError(t, err, "taskrouter: new client: "+text)
	}
}
