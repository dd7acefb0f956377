package taskrouter_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

const (
	authClientID = "OQ1"
	authSecret   = "s3cret-0f-the-client"
	authAccess   = "acc3ss-t0ken"
)

// authOffice is an authorization server in memory, beside a service that takes
// every token.
type authOffice struct {
	service authService
	answer  func(*http.Request) (*http.Response, error)

	mutex sync.Mutex
	asked []authQuestion
}

// authQuestion is one request for a token.
type authQuestion struct {
	target string // such as "POST https://oauth.twilio.com/v2/token"
	header http.Header
	body   string
	at     time.Time
}

// newAuthOffice returns one that gives every request for a token the next answer.
func newAuthOffice(answers ...http.HandlerFunc) *authOffice {
	return &authOffice{answer: inMemory(inTurn(answers...))}
}

func (o *authOffice) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host == "service.test" {
		return o.service.RoundTrip(r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	o.mutex.Lock()
	o.asked = append(o.asked, authQuestion{r.Method + " " + r.URL.String(), r.Header, string(body), time.Now()})
	o.mutex.Unlock()
	return o.answer(r)
}

// questions returns the requests for tokens so far.
func (o *authOffice) questions() []authQuestion {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return slices.Clone(o.asked)
}

// client authenticates with tokens of https://tokens.test/token, unless the
// options say otherwise.
func (o *authOffice) client(t testing.TB, options ...taskrouter.Option) *taskrouter.Client {
	t.Helper()
	return authClient(t, o, append([]taskrouter.Option{
		taskrouter.WithClientCredentials(authClientID, authSecret),
		taskrouter.WithTokenURL("https://tokens.test/token"),
	}, options...)...)
}

// authGrant answers with a token. Members follow it as they are.
func authGrant(token, members string) http.HandlerFunc {
	return answer(http.StatusOK, `{"access_token":"`+token+`"`+members+`}`)
}

func TestATokenIsAskedForAsTheStandardSays(t *testing.T) {
	for _, secret := range []string{"s3cret", "a:b/c%41+d e&client_id=x", "é☃\x00\r\n\xff"} {
		office := newAuthOffice(authGrant(authAccess, `,"token_type":"Bearer","expires_in":3600`))
		client := office.client(t, taskrouter.WithClientCredentials("OQ&1", secret))
		for range 2 {
			require.NoError(t, authGet(t.Context(), client))
		}
		assert.Equal(t, []string{"Bearer " + authAccess, "Bearer " + authAccess}, office.service.sent())

		require.Len(t, office.questions(), 1)
		question := office.questions()[0]
		assert.Equal(t, "POST https://tokens.test/token", question.target)
		assert.Equal(t, url.Values{"grant_type": {"client_credentials"}, "client_id": {"OQ&1"}, "client_secret": {secret}}.Encode(), question.body)
		assert.Regexp(t, `^taskrouter-go/`+taskrouter.Version+` \(\w+; \w+\) go1\.\d+`, question.header.Get("User-Agent"))
		question.header.Del("User-Agent")
		assert.Equal(t, http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"application/json"}}, question.header)
	}
}

func TestTokensComeFromTheServiceUnlessAnAddressIsSet(t *testing.T) {
	setEnvironment(t, nil)
	office := newAuthOffice(authGrant(authAccess, ""))
	client := authClient(t, office, taskrouter.WithClientCredentials(authClientID, authSecret))
	require.NoError(t, authGet(t.Context(), client))
	assert.Equal(t, "POST https://oauth.twilio.com/v2/token", office.questions()[0].target)
}

// A slash at the end makes another address, for which many servers have nothing
// or a redirect.
func TestTheAddressOfTokensIsTakenAsItIs(t *testing.T) {
	for _, address := range []string{
		"https://tokens.test", "https://tokens.test/", "https://tokens.test/a//b", "https://tokens.test/%c3%a9;x=y", "http://[::1]:8080/token",
		"https://tokens.test/token", "https://tokens.test/token/", "https://tokens.test/token?tenant=a%2Fb&x", "https://tokens.test/a%2Fb/?x=1",
	} {
		t.Run(address, func(t *testing.T) {
			office := newAuthOffice(authGrant(authAccess, ""))
			require.NoError(t, authGet(t.Context(), office.client(t, taskrouter.WithTokenURL(address))))
			require.Len(t, office.questions(), 1)
			assert.Equal(t, "POST "+address, office.questions()[0].target)
		})
	}
}

// Over a wire, by the caller's transport.
func TestATokenIsFetchedByTheClientOfTheCaller(t *testing.T) {
	tokens, service := newFakeService(t, authGrant(authAccess, "")), newFakeService(t, answer(200, suitsAll))
	client, err := taskrouter.NewClient(taskrouter.WithBaseURL(service.URL), taskrouter.WithTokenURL(tokens.URL+"/token"),
		taskrouter.WithHTTPClient(&http.Client{Transport: tokens.transport}), taskrouter.WithClientCredentials(authClientID, authSecret))
	require.NoError(t, err)
	require.NoError(t, authGet(t.Context(), client))
	requests := tokens.seen()
	require.Len(t, requests, 1)
	assert.Equal(t, "POST /token", requests[0].Method+" "+requests[0].Path)
	assert.Equal(t, url.Values{"grant_type": {"client_credentials"}, "client_id": {authClientID}, "client_secret": {authSecret}}, requests[0].Form)
	assert.NotContains(t, requests[0].Header, "Authorization")
	assert.Equal(t, []string{"Bearer " + authAccess}, service.seen()[0].Header["Authorization"])
}

func TestATokenOfAClientIsRenewedAsItsAnswerSays(t *testing.T) {
	const never = 0
	for name, test := range map[string]struct {
		members string
		renewed time.Duration
	}{
		"a number of seconds": {`,"expires_in":3600`, 59 * time.Minute},
		"one in quotes":       {`,"expires_in":"3600"`, 59 * time.Minute},
		"a fraction":          {`,"expires_in":0.5`, 250 * time.Millisecond},
		"no end":              {``, never},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				office := newAuthOffice(authGrant("t1", test.members), authGrant("t2", test.members))
				client := office.client(t)
				require.NoError(t, authGet(t.Context(), client))
				if test.renewed == never {
					<-time.After(1000 * time.Hour)
					require.NoError(t, authGet(t.Context(), client))
					assert.Equal(t, []string{"Bearer t1", "Bearer t1"}, office.service.sent())
					return
				}
				<-time.After(test.renewed - 1)
				require.NoError(t, authGet(t.Context(), client))
				<-time.After(1)
				require.NoError(t, authGet(t.Context(), client))
				assert.Equal(t, []string{"Bearer t1", "Bearer t1", "Bearer t2"}, office.service.sent())
			})
		})
	}
}

func TestATokenOfAClientIsReplacedWhenTheServiceRefusesIt(t *testing.T) {
	office := newAuthOffice(authGrant("t1", ""), authGrant("t2", ""))
	office.service.refuses = func(authorization string) bool { return authorization == "Bearer t1" }
	require.NoError(t, authGet(t.Context(), office.client(t, authOnce())))
	assert.Equal(t, []string{"Bearer t1", "Bearer t2"}, office.service.sent())
}

func TestCallsAtTheSameTimeShareOneRequestForAToken(t *testing.T) {
	office := newAuthOffice(authGrant(authAccess, ""))
	client := office.client(t)
	results := authAtOnce(50, func() error { return authGet(t.Context(), client) })
	for range 50 {
		assert.NoError(t, <-results)
	}
	assert.Len(t, office.questions(), 1)
	assert.Len(t, office.service.sent(), 50)
}

// Of the resource it says nothing: the task is not gone because the token is not
// to be had.
func TestARefusedRequestForATokenIsTheFailureOfTheCall(t *testing.T) {
	for status, test := range map[int]struct {
		body  string
		about error
		text  string
	}{
		400: {`{"code":20001,"message":"Invalid grant"}`, nil, "400 Bad Request: Invalid grant (code 20001) [RQ1]"},
		401: {`{"error":"invalid_client"}`, taskrouter.ErrUnauthorized, `401 Unauthorized: "{\"error\":\"invalid_client\"}" [RQ1]`},
		403: {"", taskrouter.ErrForbidden, "403 Forbidden [RQ1]"},
		404: {"<html>", nil, `404 Not Found: "<html>" [RQ1]`},
		302: {"", nil, "302 Found [RQ1]"},
		308: {"", nil, "308 Permanent Redirect [RQ1]"},
		501: {"", taskrouter.ErrServer, "501 Not Implemented [RQ1]"},
	} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			office := newAuthOffice(answer(status, test.body, "Location", "https://elsewhere.test/token"), authGrant(authAccess, ""))
			client := office.client(t, taskrouter.WithRetry(taskrouter.RetryPolicy{RepeatUnsafe: true}))
			var response taskrouter.Response
			_, err := client.Tasks("WS1").Cancel(t.Context(), "WT1", "why", taskrouter.WithResponseInto(&response))
			assertAbout(t, test.about, err)
			assert.EqualError(t, err, "taskrouter: updateTask: POST /v1/Workspaces/WS1/Tasks/WT1: authenticate: taskrouter: createToken: "+test.text)
			failure := answerError(t, err)
			assert.Equal(t, []any{status, "createToken", "POST", "/token", "RQ1", 1}, []any{failure.StatusCode, failure.Operation, failure.Method, failure.Path, failure.RequestID, failure.Attempts})
			assert.Equal(t, test.body, string(failure.Body))
			assert.Len(t, office.questions(), 1)
			assert.Empty(t, office.service.sent())
			assert.Zero(t, response.StatusCode, "the call itself had no answer")

			assert.NoError(t, authGet(t.Context(), client), "the next call")
		})
	}
}

func TestARequestForATokenIsRepeatedAsAGetWouldBe(t *testing.T) {
	cut := func(r *http.Request) (*http.Response, error) {
		response, err := inMemory(authGrant(authAccess, ""))(r)
		response.Body = io.NopCloser(io.MultiReader(io.LimitReader(response.Body, 10), authBroken{io.ErrUnexpectedEOF}))
		return response, err
	}
	failed := func(err error) transport {
		return func(*http.Request) (*http.Response, error) { return nil, err }
	}
	for name, test := range map[string]struct {
		first    transport
		least    time.Duration // of the wait, besides the random part
		attempts int
	}{
		"unavailable":                      {inMemory(answer(503, "<html>")), 0, 2},
		"an error within":                  {inMemory(answer(500, `{}`)), 0, 2},
		"too many":                         {inMemory(answer(429, "", "Retry-After", "7")), 7 * time.Second, 2},
		"reset":                            {failed(syscall.ECONNRESET), 0, 2},
		"closed before an answer":          {failed(io.EOF), 0, 2},
		"an answer that is cut short":      {cut, 0, 2},
		"no answer within an attempt":      {func(r *http.Request) (*http.Response, error) { <-r.Context().Done(); return nil, r.Context().Err() }, 30 * time.Second, 2},
		"too many for longer than granted": {inMemory(answer(429, "", "Retry-After", "61")), 0, 1},
		"never to be implemented":          {inMemory(answer(501, "")), 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				office := &authOffice{answer: func(r *http.Request) (*http.Response, error) { return inMemory(authGrant(authAccess, ""))(r) }}
				granted, first := office.answer, true
				office.answer = func(r *http.Request) (*http.Response, error) {
					if first {
						first = false
						return test.first(r)
					}
					return granted(r)
				}
				start := time.Now()
				_, err := office.client(t).Tasks("WS1").Create(t.Context(), taskrouter.CreateTaskRequest{})
				assert.Len(t, office.questions(), test.attempts)
				if test.attempts == 1 {
					require.Error(t, err)
					assert.Empty(t, office.service.sent())
					return
				}
				require.NoError(t, err)
				assert.Equal(t, office.questions()[0].body, office.questions()[1].body)
				assert.GreaterOrEqual(t, time.Since(start), test.least)
				assert.LessOrEqual(t, time.Since(start), test.least+500*time.Millisecond)
				assert.Len(t, office.service.sent(), 1)
			})
		})
	}
}

// authBroken breaks off.
type authBroken struct{ err error }

func (b authBroken) Read([]byte) (int, error) { return 0, b.err }

func TestARequestForATokenIsRepeatedAsOftenAsTheClientSaysAndTheCallNotOnTopOfIt(t *testing.T) {
	for _, attempts := range []int{1, 3} {
		t.Run(fmt.Sprint(attempts), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				office := newAuthOffice(slices.Repeat([]http.HandlerFunc{answer(503, "")}, 20)...)
				client := office.client(t, taskrouter.WithRetry(taskrouter.RetryPolicy{MaxAttempts: attempts}))
				err := authGet(t.Context(), client)
				assertAbout(t, taskrouter.ErrServer, err)
				assert.Equal(t, attempts, answerError(t, err).Attempts)
				assert.Equal(t, "createToken", answerError(t, err).Operation)
				assert.Len(t, office.questions(), attempts)
			})
		})
	}
	t.Run("without an answer", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			office := &authOffice{answer: func(*http.Request) (*http.Response, error) { return nil, syscall.ECONNRESET }}
			err := authGet(t.Context(), office.client(t))
			assertAbout(t, nil, err)
			assert.ErrorIs(t, err, syscall.ECONNRESET)
			assert.EqualError(t, err, "taskrouter: getTask: GET /v1/Workspaces/WS1/Tasks/WT1: authenticate: taskrouter: createToken: POST /token: 4 attempts: connection reset by peer")
			assert.Len(t, office.questions(), 4)
			assert.Empty(t, office.service.sent())
		})
	})
}

// The request goes on for those who have more time.
func TestACallDoesNotWaitForATokenLongerThanItMay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		office := &authOffice{answer: func(r *http.Request) (*http.Response, error) { <-r.Context().Done(); return nil, r.Context().Err() }}
		client, start := office.client(t), time.Now()
		_, err := client.Tasks("WS1").Get(t.Context(), "WT1", taskrouter.WithTimeout(time.Second))
		assertAbout(t, nil, err)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, time.Second, time.Since(start))
		assert.Len(t, office.questions(), 1)
		<-time.After(5 * time.Minute) // of the bubble, until the request is given up
	})
}

// An answer that was not understood may hold a token nevertheless.
func TestAnAnswerThatIsNoTokenFailsTheCallAndIsKeptNowhere(t *testing.T) {
	const noObject = "200 OK: the body is not the JSON object that holds a token"
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		text    string
	}{
		"a page for people":       {answer(200, "<html>"+authAccess), noObject + " [RQ1]"},
		"nothing":                 {answer(200, ""), noObject + " [RQ1]"},
		"no content":              {answer(204, ""), "204 No Content: the body is not the JSON object that holds a token [RQ1]"},
		"an empty object":         {answer(200, `{}`), "200 OK: access_token is missing or empty [RQ1]"},
		"a token of another kind": {authGrant(authAccess, `,"token_type":"mac"`), "200 OK: token_type is not bearer [RQ1]"},
		"an end in the past":      {authGrant(authAccess, `,"expires_in":-1`), "200 OK: expires_in is no number of seconds [RQ1]"},
		"an end that is nonsense": {authGrant(authAccess, `,"expires_in":"soon"`), noObject + " [RQ1]"},
		"JSON that breaks off":    {answer(200, `{"access_token":"`+authAccess), noObject + " [RQ1]"},
		"an echo of the question": {answer(200, `{"client_secret":"`+authSecret+`"}`), "200 OK: access_token is missing or empty [RQ1]"},
		"cut short": {
			wireText("HTTP/1.1 200 OK\nContent-Length: 99\n\n" + `{"access_token":"` + authAccess + `"`), "200 OK: read the body after 30 bytes: unexpected EOF",
		},
		"cut short between chunks": {
			wireText("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n1e\n" + `{"access_token":"` + authAccess + `"` + "\n"), "200 OK: read the body after 30 bytes: unexpected EOF",
		},
		"too large":              {authGrant(authAccess, strings.Repeat(" ", 100)), "200 OK: the body has 131 bytes, more than the limit of 100 [RQ1]"},
		"too large, unannounced": {flushed(authGrant(authAccess, strings.Repeat(" ", 100))), "200 OK: the body has more than the limit of 100 bytes [RQ1]"},
	} {
		t.Run(name, func(t *testing.T) {
			tokens, service := newFakeService(t, test.handler), newFakeService(t, answer(200, suitsAll))
			client, err := taskrouter.NewClient(taskrouter.WithBaseURL(service.URL), taskrouter.WithTokenURL(tokens.URL+"/token"), authOnce(),
				taskrouter.WithClientCredentials(authClientID, authSecret), taskrouter.WithMaxResponseBytes(100))
			require.NoError(t, err)
			for calls := range 2 {
				err = authGet(t.Context(), client)
				assertAbout(t, taskrouter.ErrInvalidResponse, err)
				assert.EqualError(t, err, "taskrouter: getTask: GET /v1/Workspaces/WS1/Tasks/WT1: authenticate: taskrouter: createToken: "+test.text)
				assert.Len(t, tokens.seen(), calls+1)
			}
			failure := answerError(t, err)
			assert.Empty(t, failure.Body)
			for _, value := range []any{err, failure, *failure, failure.LogValue(), logged(err), logged(failure)} {
				for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
					printed := fmt.Sprintf(verb, value)
					for _, secret := range []string{authAccess, authSecret} {
						assert.NotContains(t, printed, secret, verb)
						assert.NotContains(t, printed, fmt.Sprintf("%x", secret), verb)
					}
				}
			}
			assert.Empty(t, service.seen())
		})
	}
}

func TestLogsNameTheRequestForATokenAndHoldNothingOfIt(t *testing.T) {
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		records []string
	}{
		"a success":          {authGrant(authAccess, ""), []string{"taskrouter attempt createToken 200", "taskrouter call createToken 200", "taskrouter attempt getTask 200", "taskrouter call getTask 200"}},
		"a refusal":          {answer(401, `{}`), []string{"taskrouter attempt createToken 401", "taskrouter call createToken 401", "taskrouter attempt getTask <nil>", "taskrouter call getTask <nil>"}},
		"what is no success": {answer(200, `{"access_token":"`+authAccess), []string{"taskrouter attempt createToken 200", "taskrouter call createToken 200", "taskrouter attempt getTask <nil>", "taskrouter call getTask <nil>"}},
	} {
		t.Run(name, func(t *testing.T) {
			var log strings.Builder
			office, records := newAuthOffice(test.handler), []string{}
			handler := slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug - 10, AddSource: true})
			client := office.client(t, taskrouter.WithLoggedValues(), taskrouter.WithLogger(slog.New(authRecords{handler, &records})))
			_ = authGet(t.Context(), client) // some fail
			assert.Equal(t, test.records, records)
			for _, secret := range []string{authAccess, authSecret, authClientID, "grant_type"} {
				assert.NotContains(t, log.String(), secret)
			}
			assert.Contains(t, log.String(), `"operation":"createToken","method":"POST","path":"/token"`)
		})
	}
}

// authRecords notes what records are about: message, operation, status.
type authRecords struct {
	slog.Handler
	records *[]string
}

func (h authRecords) Handle(ctx context.Context, record slog.Record) error {
	facts := map[string]any{}
	record.Attrs(func(fact slog.Attr) bool {
		facts[fact.Key] = fact.Value.Any()
		return true
	})
	*h.records = append(*h.records, fmt.Sprint(record.Message, " ", facts["operation"], " ", facts["status"]))
	return h.Handler.Handle(ctx, record)
}

type authLimiter func(context.Context) error

func (l authLimiter) Wait(ctx context.Context) error { return l(ctx) }

// A request for a token holds a secret, and the limits of the service are not
// those of the authorization server.
func TestMiddlewareAndLimiterSeeNothingOfARequestForAToken(t *testing.T) {
	var seen []string
	watch := func(next http.RoundTripper) http.RoundTripper {
		return transport(func(r *http.Request) (*http.Response, error) {
			operation, _ := taskrouter.OperationOf(r.Context())
			seen = append(seen, operation.ID+" to "+r.URL.Host)
			assert.NotContains(t, r.Header, "Authorization")
			return next.RoundTrip(r)
		})
	}
	office := newAuthOffice(authGrant(authAccess, ""))
	client := office.client(t, taskrouter.WithCallMiddleware(watch), taskrouter.WithAttemptMiddleware(watch),
		taskrouter.WithLimiter(authLimiter(func(ctx context.Context) error {
			operation, _ := taskrouter.OperationOf(ctx)
			seen = append(seen, operation.ID)
			return nil
		})))
	require.NoError(t, authGet(t.Context(), client))
	assert.Equal(t, []string{"getTask to service.test", "getTask", "getTask to service.test"}, seen)
	assert.Len(t, office.questions(), 1)
}

func TestATransportKnowsThatARequestIsForAToken(t *testing.T) {
	office := newAuthOffice(authGrant(authAccess, ""))
	granted := office.answer
	office.answer = func(r *http.Request) (*http.Response, error) {
		operation, ok := taskrouter.OperationOf(r.Context())
		assert.True(t, ok)
		assert.Equal(t, []any{"createToken", "POST", "/token", 1}, []any{operation.ID, operation.Method, operation.Path, operation.Attempt})
		return granted(r)
	}
	require.NoError(t, authGet(t.Context(), office.client(t)))
}

func TestWrongOptionsOfOAuthAreRefused(t *testing.T) {
	const secret, notAURL = "S3CRET", ": expected an absolute http or https URL, such as https://localhost:8080/prefix"
	for name, test := range map[string]struct {
		option taskrouter.Option
		text   string
	}{
		"no ID":                     {taskrouter.WithClientCredentials("", secret), "WithClientCredentials: the ID or the secret of the client is empty"},
		"no secret":                 {taskrouter.WithClientCredentials(secret, ""), "WithClientCredentials: the ID or the secret of the client is empty"},
		"no source":                 {taskrouter.WithTokenSource(nil), "WithTokenSource: the source is nil"},
		"an address that is empty":  {taskrouter.WithTokenURL(""), "WithTokenURL" + notAURL},
		"a path for an address":     {taskrouter.WithTokenURL("/v2/token"), "WithTokenURL" + notAURL},
		"a host for an address":     {taskrouter.WithTokenURL("auth.test"), "WithTokenURL" + notAURL},
		"another scheme":            {taskrouter.WithTokenURL("ftp://auth.test/token"), "WithTokenURL" + notAURL},
		"an address that is none":   {taskrouter.WithTokenURL("https://" + secret + ":x@auth.test:y"), "WithTokenURL: not a URL, expected an absolute http or https URL, such as https://localhost:8080/prefix"},
		"an address with a user":    {taskrouter.WithTokenURL("https://OQ1:" + secret + "@auth.test/token"), "WithTokenURL: holds a user name; credentials have options of their own"},
		"an address with a segment": {taskrouter.WithTokenURL("https://auth.test/token#" + secret), "WithTokenURL: has a fragment"},
	} {
		t.Run(name, func(t *testing.T) {
			client, err := taskrouter.NewClient(taskrouter.WithClientCredentials(authClientID, authSecret), test.option)
			assert.Nil(t, client)
			assert.EqualError(t, err, "taskrouter: new client: "+test.text)
			assert.NotContains(t, err.Error(), secret)
		})
	}
}

func TestOptionsThatAuthenticateInTwoWaysAreRefused(t *testing.T) {
	token, key := taskrouter.WithAuthToken(account, secretToken), taskrouter.WithAPIKey(account, "SK1", secretToken)
	source, credentials, address := (&authTokens{}).option(), taskrouter.WithClientCredentials(authClientID, authSecret), taskrouter.WithTokenURL("https://auth.test/token")
	const both, basic, missing = "WithTokenSource and WithClientCredentials exclude each other",
		"WithTokenSource and WithClientCredentials exclude WithAPIKey and WithAuthToken", "WithTokenURL is for WithClientCredentials, which is missing"
	for name, test := range map[string]struct {
		options []taskrouter.Option
		text    string // "" if they go together
	}{
		"a source and OAuth":                  {[]taskrouter.Option{source, credentials}, both},
		"all there is":                        {[]taskrouter.Option{token, key, source, credentials, address}, both},
		"a source and an auth token":          {[]taskrouter.Option{source, token}, basic},
		"a source and an API key":             {[]taskrouter.Option{source, key}, basic},
		"OAuth and an auth token":             {[]taskrouter.Option{credentials, token}, basic},
		"OAuth and an API key":                {[]taskrouter.Option{key, credentials, address}, basic},
		"an address alone":                    {[]taskrouter.Option{address}, missing},
		"an address for an auth token":        {[]taskrouter.Option{token, address}, missing},
		"an address for a source":             {[]taskrouter.Option{source, address}, missing},
		"a key and a token, of which it wins": {[]taskrouter.Option{key, token}, ""},
		"OAuth and an address":                {[]taskrouter.Option{address, credentials}, ""},
		"two sources, of which the last wins": {[]taskrouter.Option{source, source}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			// The environment does not make good for what is missing.
			setEnvironment(t, map[string]string{"TWILIO_ACCOUNT_SID": account, "TWILIO_AUTH_TOKEN": secretToken})
			client, err := taskrouter.NewClient(test.options...)
			if test.text == "" {
				require.NoError(t, err)
				return
			}
			assert.Nil(t, client)
			assert.EqualError(t, err, "taskrouter: new client: "+test.text)
		})
	}
}

// What is not needed may be wrong.
func TestTheEnvironmentIsNotAskedForCredentialsThatAnOptionBrings(t *testing.T) {
	options := map[string]taskrouter.Option{
		"Basic QUMxOm9wdGlvbg==": taskrouter.WithAuthToken("AC1", "option"),
		"Basic U0sxOm9wdGlvbg==": taskrouter.WithAPIKey("AC1", "SK1", "option"),
		"Bearer t1":              taskrouter.WithTokenSource(func(context.Context) (string, time.Time, error) { return "t1", time.Time{}, nil }),
		"Bearer " + authAccess:   taskrouter.WithClientCredentials(authClientID, authSecret),
	}
	for name, environment := range map[string]map[string]string{
		"right": {"TWILIO_ACCOUNT_SID": "AC2", "TWILIO_AUTH_TOKEN": "environment", "TWILIO_API_KEY": "SK2", "TWILIO_API_SECRET": "environment"},
		"wrong": {"TWILIO_ACCOUNT_SID": "wrong", "TWILIO_AUTH_TOKEN": "", "TWILIO_API_KEY": "wrong", "TWILIO_API_SECRET": ""},
	} {
		for want, option := range options {
			t.Run(name+" "+want, func(t *testing.T) {
				setEnvironment(t, environment)
				office := newAuthOffice(authGrant(authAccess, ""))
				require.NoError(t, authGet(t.Context(), authClient(t, office, option)))
				assert.Equal(t, []string{want}, office.service.sent())
			})
		}
	}
}

func TestTheLastOfTwoOptionsCounts(t *testing.T) {
	office := newAuthOffice(authGrant(authAccess, ""))
	client := office.client(t, taskrouter.WithClientCredentials("OQ2", "last"), taskrouter.WithTokenURL("https://last.test/token"))
	require.NoError(t, authGet(t.Context(), client))
	assert.Equal(t, "POST https://last.test/token", office.questions()[0].target)
	assert.Equal(t, "client_id=OQ2&client_secret=last&grant_type=client_credentials", office.questions()[0].body)
}

func TestATokenThatCannotStandInAHeaderIsRefusedWhoeverSendsIt(t *testing.T) {
	office := newAuthOffice(authGrant(`s3cret\r\nX-A: 1`, ""))
	err := authGet(t.Context(), office.client(t))
	assert.ErrorContains(t, err, "authenticate: the token holds a space, a control character or one beyond ASCII")
	assert.NotContains(t, err.Error(), "s3cret")
	assert.Empty(t, office.service.sent())
	_, answered := errors.AsType[*taskrouter.Error](err)
	assert.False(t, answered)
}

// The next attempt comes after the end of the caller who began.
func TestWhoFetchesAndHasNoTimeForAnotherAttemptDoesNotFailTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		failed := make(chan struct{})
		office := newAuthOffice(func(w http.ResponseWriter, r *http.Request) {
			<-failed
			answer(503, "", "Retry-After", "7")(w, r)
		}, authGrant(authAccess, ""))
		client := office.client(t)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		fetching := authAtOnce(1, func() error { return authGet(ctx, client) })
		synctest.Wait()
		waiting := authAtOnce(1, func() error { return authGet(t.Context(), client) })
		synctest.Wait()
		close(failed)
		assert.ErrorIs(t, <-fetching, context.DeadlineExceeded)
		assert.NoError(t, <-waiting)
		assert.Len(t, office.questions(), 2)
	})
}

func TestAnAddressOfTokensWithoutAPathIsNoWrongArgument(t *testing.T) {
	for _, address := range []string{"https://tokens.test", "https://tokens.test/"} {
		office := &authOffice{answer: func(*http.Request) (*http.Response, error) { return nil, syscall.ECONNRESET }}
		err := authGet(t.Context(), office.client(t, taskrouter.WithTokenURL(address), authOnce()))
		assertAbout(t, nil, err)
		assert.EqualError(t, err, "taskrouter: getTask: GET /v1/Workspaces/WS1/Tasks/WT1: authenticate: taskrouter: createToken: POST /: connection reset by peer")
	}
}
