package record

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/conformance"
)

const here = "http://127.0.0.1:8080"

// parsed is a scenario from its sections.
func parsed(t *testing.T, sections string) *conformance.Scenario {
	t.Helper()
	scenario, err := conformance.Parse("s.txtar", []byte("source: reference\n# A scenario.\n\n"+sections))
	require.NoError(t, err)
	return scenario
}

// get is a scenario of one GET.
func get(t *testing.T, answer string) *conformance.Scenario {
	t.Helper()
	return parsed(t, "-- get: request --\nGET /v1/Workspaces/WS1?a=b%20c\nAuthorization: Basic\n-- get: response --\n"+answer)
}

// recordIn records a scenario in a time of its own, and tells how much passed.
func recordIn(t *testing.T, r *Recorder, s *conformance.Scenario) (recording Recording, passed time.Duration, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		recording, err = r.Record(t.Context(), s)
		passed = time.Since(start)
	})
	return recording, passed, err
}

// answers gives one answer after the other, and the last one from then on.
type answers struct {
	t        *testing.T
	list     []func(http.ResponseWriter)
	requests []string
}

func (a *answers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	assert.NoError(a.t, err)
	user, _, _ := r.BasicAuth()
	a.requests = append(a.requests, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", r.Method, r.URL.RequestURI(), user, body)))
	next := a.list[0]
	if len(a.list) > 1 {
		a.list = a.list[1:]
	}
	next(w)
}

func status(code int, body string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

func answering(t *testing.T, list ...func(http.ResponseWriter)) (*Recorder, *answers) {
	t.Helper()
	a := &answers{t: t, list: list}
	return newRecorder(t, here+"/base/", a, nil), a
}

func TestAnAnswerOfAnotherKindStopsTheScenario(t *testing.T) {
	for promise, c := range map[string]struct {
		want, got int
		stops     bool
	}{
		"failure for success":       {200, 404, true},
		"success for failure":       {404, 200, true},
		"another success":           {201, 200, false},
		"another failure":           {400, 404, false},
		"wrong credentials":         {404, 401, true},
		"no wrong credentials":      {401, 403, false},
		"a limit for a failure":     {400, 429, true},
		"a breakdown for a failure": {400, 503, true},
		"a redirect for a success":  {200, 302, true},
		"a redirect for a failure":  {404, 302, true},
		"the same redirect":         {302, 302, false},
	} {
		t.Run(promise, func(t *testing.T) {
			r, a := answering(t, status(c.got, `{"message":"for `+testCredentials.AuthToken+` and +4930901820"}`))
			scenario := get(t, fmt.Sprint(c.want))
			scenario.Exchanges[0].Request.Method = "POST"
			recording, _, err := recordIn(t, r, scenario)
			if !c.stops {
				require.NoError(t, err)
				assert.Equal(t, c.got, recording.Scenario.Exchanges[0].Response.Status)
				if c.want != c.got {
					assert.Equal(t, []string{fmt.Sprintf("get: %d, was %d", c.got, c.want)}, recording.Statuses)
				}
				return
			}
			require.Error(t, err)
			assert.Nil(t, recording.Scenario)
			assert.Equal(t, fmt.Sprintf("exchange \"get\": expected status %d, got %d\n{\n  \"message\": \"for removed-auth-token and +15550100100\"\n}", c.want, c.got), err.Error())
			assert.NotEmpty(t, a.requests)
		})
	}
}

func TestALongBodyIsCutInAnError(t *testing.T) {
	r, _ := answering(t, status(404, strings.Repeat("é", maxShown)))
	scenario := get(t, "200")
	scenario.Exchanges[0].Request.Method = "POST"
	_, _, err := recordIn(t, r, scenario)
	require.Error(t, err)
	assert.Less(t, len(err.Error()), maxShown+100)
	assert.True(t, strings.HasSuffix(err.Error(), "é…"))
}

func TestAGetIsRepeatedUntilItShowsWhatTheFixtureShows(t *testing.T) {
	const list = `{"tasks":[{"assignment_status":"reserved"}],"meta":{"key":"tasks"}}`
	pending := status(200, strings.Replace(list, "reserved", "pending", 1))
	for promise, c := range map[string]struct {
		early func(http.ResponseWriter)
		want  string
		last  func(http.ResponseWriter)
	}{
		"another status": {status(200, list), "404", status(404, "")},
		"fewer entries":  {status(200, `{"tasks":[],"meta":{"key":"tasks"}}`), "200\n\n" + list, status(200, list)},
		"another state":  {pending, "200\n\n" + list, status(200, list)},
		"no JSON":        {status(200, "wait"), "200\n\n" + list, status(200, list)},
		"a refusal":      {status(503, ""), "200\n\n" + list, status(200, list)},
	} {
		t.Run(promise, func(t *testing.T) {
			r, a := answering(t, c.early, c.early, c.early, c.last)
			recording, passed, err := recordIn(t, r, get(t, c.want))
			require.NoError(t, err)
			assert.Empty(t, recording.Statuses)
			assert.Len(t, a.requests, 4)
			assert.Equal(t, 3*pause, passed)
		})
	}
}

func TestANewFixtureWaitsForWhatItNames(t *testing.T) {
	const list = `{"reservations":[{"sid":"WR1","reservation_status":"pending"}],"meta":{"key":"reservations"}}`
	none := status(200, `{"reservations":[],"meta":{"key":"reservations"}}`)
	for promise, c := range map[string]struct {
		fixture  string
		answers  []func(http.ResponseWriter)
		requests int
	}{
		"as many entries":   {`{"reservations":[{"sid":"WR1"}]}`, []func(http.ResponseWriter){none, none, status(200, list)}, 3},
		"no state":          {`{"sid":"WT1"}`, []func(http.ResponseWriter){status(200, `{"sid":"WT1","assignment_status":"pending"}`)}, 1},
		"nothing of a list": {`{}`, []func(http.ResponseWriter){status(200, list)}, 1},
	} {
		t.Run(promise, func(t *testing.T) {
			r, a := answering(t, c.answers...)
			_, _, err := recordIn(t, r, get(t, "200\n\n"+c.fixture))
			require.NoError(t, err)
			assert.Len(t, a.requests, c.requests)
		})
	}
}

func TestPatienceEnds(t *testing.T) {
	r, a := answering(t, status(200, `{"assignment_status":"pending"}`))
	recording, passed, err := recordIn(t, r, get(t, "200\n\n"+`{"assignment_status":"reserved"}`))
	require.NoError(t, err)
	assert.Equal(t, r.patience, passed, "as it is after that time")
	assert.Len(t, a.requests, int(r.patience/pause)+1)
	assert.Contains(t, recording.Scenario.Exchanges[0].Response.Body, "pending")
}

func TestOnlyAGetAndALimitAreRepeated(t *testing.T) {
	post := get(t, "201")
	post.Exchanges[0].Request.Method = "POST"

	r, a := answering(t, status(429, ""), status(429, ""), status(201, ""))
	_, _, err := recordIn(t, r, post)
	require.NoError(t, err)
	assert.Len(t, a.requests, 3, "of a limit nothing was done")

	r, a = answering(t, status(503, ""), status(201, ""))
	_, _, err = recordIn(t, r, post)
	require.Error(t, err)
	assert.Len(t, a.requests, 1, "of a breakdown nobody knows")
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	r, _ := answering(t, status(404, ""))
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		start := time.Now()
		_, err := r.Record(ctx, get(t, "200"))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 3*time.Second, time.Since(start))
	})
}

func TestRequestsAreSentAsTheFixtureHasThem(t *testing.T) {
	scenario := parsed(t, `-- create: request --
POST /v1/Workspaces/WS%201?b=2&a=1
Authorization: Basic
Content-Type: application/x-www-form-urlencoded
X-More: yes

Zeta=a & b
Attributes=
|{
|  "n": 1}
Zeta=
-- create: response --
201
-- statistics: request --
POST /v1/Workspaces/WS1/Statistics
Content-Type: application/json

{ "account": "AC228c14652c374b1f5ced78e9b0bdb8e1", "n": 1.0 }
-- statistics: response --
200
`)
	r, a := answering(t, status(201, ""), status(200, ""))
	recording, _, err := recordIn(t, r, scenario)
	require.NoError(t, err)
	assert.Equal(t, []string{
		"POST /base/v1/Workspaces/WS%201?b=2&a=1 " + testCredentials.AccountSID + " Zeta=a+%26+b&Attributes=%7B%0A++%22n%22%3A+1%7D&Zeta=",
		`POST /base/v1/Workspaces/WS1/Statistics  { "account": "` + testCredentials.AccountSID + `", "n": 1.0 }`,
	}, a.requests, "the second without credentials, as in the fixture")
	assert.Equal(t, scenario.Exchanges[0].Request, recording.Scenario.Exchanges[0].Request)
	assert.Equal(t, scenario.Exchanges[1].Request, recording.Scenario.Exchanges[1].Request)
}

func TestCredentialsAreChosen(t *testing.T) {
	exchange := func(scheme string, status int) conformance.Exchange {
		return conformance.Exchange{
			Request:  conformance.Request{Header: []conformance.Field{{Name: "authorization", Value: scheme}}},
			Response: conformance.Response{Status: status},
		}
	}
	key := Credentials{AccountSID: "AC-account", AuthToken: "auth-token", APIKey: "SK-the-key", APISecret: "api-secret"}
	for promise, c := range map[string]struct {
		credentials Credentials
		exchange    conformance.Exchange
		want        string
	}{
		"the token":            {testCredentials, exchange("Basic", 200), testCredentials.AccountSID + ":" + testCredentials.AuthToken},
		"a key before a token": {key, exchange("Basic", 200), "SK-the-key:api-secret"},
		"the bearer token":     {testCredentials, exchange("Bearer", 200), "Bearer " + testCredentials.BearerToken},
		"wrong ones":           {testCredentials, exchange("Basic", 401), nobody + ":" + nobodyPassword},
		"a wrong token":        {testCredentials, exchange("Bearer", 401), "Bearer " + nobodyPassword},
		"none at home":         {Credentials{}, exchange("Basic", 200), nobody + ":" + nobodyPassword},
	} {
		request, err := http.NewRequestWithContext(t.Context(), "GET", here, nil)
		require.NoError(t, err)
		c.credentials.authorize(request, c.exchange)
		got := request.Header.Get("Authorization")
		if user, password, ok := request.BasicAuth(); ok {
			got = user + ":" + password
		}
		assert.Equal(t, c.want, got, promise)
	}
}

func TestCredentialsComeFromTheEnvironment(t *testing.T) {
	got := CredentialsFrom(func(name string) string { return "the " + name })
	assert.Equal(t, Credentials{
		AccountSID:  "the TWILIO_ACCOUNT_SID",
		AuthToken:   "the TWILIO_AUTH_TOKEN",
		APIKey:      "the TWILIO_API_KEY",
		APISecret:   "the TWILIO_API_SECRET",
		BearerToken: "the TWILIO_BEARER_TOKEN",
	}, got)
	assert.Equal(t, "Basic", got.scheme())
	assert.Equal(t, "Bearer", Credentials{BearerToken: "the token"}.scheme())
	assert.Equal(t, "Basic", Credentials{}.scheme())
}

func TestWorkspacesThatAreLeftAreDeleted(t *testing.T) {
	const created = "WS11111111111111111111111111111111"
	create := "-- create: request --\nPOST /v1/Workspaces\nAuthorization: Basic\n-- create: response --\n201\n\n{\"sid\":\"WS2755ca500fe07f93394eba29bccd4fca\"}\n"
	remove := "-- delete: request --\nDELETE /v1/Workspaces/WS2755ca500fe07f93394eba29bccd4fca\nAuthorization: Basic\n-- delete: response --\n204\n"
	other := "-- other: request --\nPOST /v1/Workspaces/WS2755ca500fe07f93394eba29bccd4fca\nAuthorization: Basic\n-- other: response --\n200\n"
	ok := status(201, `{"sid":"`+created+`"}`)
	for promise, c := range map[string]struct {
		sections string
		answers  []func(http.ResponseWriter)
		report   string
		failed   bool
	}{
		"it deletes its own":  {create + remove, []func(http.ResponseWriter){ok, status(204, "")}, "", false},
		"it forgets to":       {create, []func(http.ResponseWriter){ok, status(204, "")}, "was left and is deleted", false},
		"it fails before":     {create + other + remove, []func(http.ResponseWriter){ok, status(400, ""), status(204, "")}, "was left and is deleted", true},
		"deleting fails":      {create + remove, []func(http.ResponseWriter){ok, status(400, ""), status(403, "")}, "is left and must be deleted: the service answered 403", true},
		"nothing was created": {create, []func(http.ResponseWriter){status(400, "")}, "", true},
		"it is no SID":        {create + other, []func(http.ResponseWriter){status(201, `{"sid":"`+created+`/../.."}`), status(200, "")}, "", false},
		"it was another kind": {other, []func(http.ResponseWriter){ok}, "", false},
	} {
		t.Run(promise, func(t *testing.T) {
			r, a := answering(t, c.answers...)
			recording, _, err := recordIn(t, r, parsed(t, c.sections))
			assert.Equal(t, c.failed, err != nil, err)
			assert.Len(t, a.requests, len(c.answers))
			if c.report == "" {
				assert.Empty(t, recording.Cleanup)
				return
			}
			assert.Equal(t, []string{"workspace " + created + " " + c.report}, recording.Cleanup)
			assert.Equal(t, "DELETE /base/v1/Workspaces/"+created+" "+testCredentials.AccountSID, a.requests[len(a.requests)-1])
		})
	}
}

func TestWorkspacesAreDeletedAfterAnInterruptToo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, a := answering(t, func(w http.ResponseWriter) {
		status(201, `{"sid":"WS11111111111111111111111111111111"}`)(w)
		cancel()
	}, status(204, ""))
	scenario := parsed(t, "-- create: request --\nPOST /v1/Workspaces\n-- create: response --\n201\n-- get: request --\nGET /v1\n-- get: response --\n200\n")
	recording, err := r.Record(ctx, scenario)
	require.ErrorIs(t, err, context.Canceled)
	assert.Len(t, a.requests, 2)
	assert.Equal(t, []string{"workspace WS11111111111111111111111111111111 was left and is deleted"}, recording.Cleanup)
}

// slow answers when the context may have ended meanwhile, as a network does.
type slow struct{ wire }

func (s slow) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := s.wire.RoundTrip(r)
	if r.Context().Err() != nil {
		return nil, r.Context().Err()
	}
	return answer, err
}

func TestAWorkspaceThatIsBeingMadeAtAnInterruptIsDeletedToo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	a := &answers{t: t, list: []func(http.ResponseWriter){func(w http.ResponseWriter) {
		cancel()
		status(201, `{"sid":"WS11111111111111111111111111111111"}`)(w)
	}, status(204, "")}}
	r := newRecorder(t, here, nil, func(o *Options) { o.Transport = slow{wire{a}} })
	scenario := parsed(t, "-- create: request --\nPOST /v1/Workspaces\n-- create: response --\n201\n-- more: request --\nPOST /v1/Workspaces\n-- more: response --\n201\n")
	recording, err := r.Record(ctx, scenario)
	require.EqualError(t, err, `before exchange "more": context canceled`)
	assert.Len(t, a.requests, 2, "nothing else is made")
	assert.Equal(t, []string{"workspace WS11111111111111111111111111111111 was left and is deleted"}, recording.Cleanup)
}

type failing struct{ err error }

func (f failing) RoundTrip(*http.Request) (*http.Response, error) { return nil, f.err }

func TestAFailureOfTheTransportSaysWhereAndShowsNoCredential(t *testing.T) {
	secret := errors.New("refused for " + testCredentials.AuthToken + " of jo@b.de")
	for _, err := range []error{secret, &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(10, 1, 2, 3)}, Err: secret}} {
		r := newRecorder(t, here, nil, func(o *Options) { o.Transport = failing{err} })
		_, _, err := recordIn(t, r, get(t, "200"))
		assert.EqualError(t, err, `exchange "get": no usable answer from 127.0.0.1:8080: refused for removed-auth-token of person1@example.com`)
	}
}

func TestABodyWithoutEndIsRefused(t *testing.T) {
	r, _ := answering(t, status(200, strings.Repeat(" ", maxBody+1)))
	_, _, err := recordIn(t, r, get(t, "200"))
	assert.EqualError(t, err, `exchange "get": no usable answer from 127.0.0.1:8080: expected a body of at most 16 MiB`)
}

func TestWhatNobodyCanAskForIsNotRecorded(t *testing.T) {
	for _, code := range []int{429, 500, 503} {
		r, a := answering(t, status(200, ""))
		_, _, err := recordIn(t, r, get(t, fmt.Sprint(code)))
		require.ErrorIs(t, err, ErrNotRecordable)
		assert.EqualError(t, err, fmt.Sprintf(`exchange "get": cannot be recorded: nobody can ask for status %d`, code))
		assert.Empty(t, a.requests)
	}
}

func TestAnAnswerInAnotherFormIsWrittenAsText(t *testing.T) {
	r, _ := answering(t, func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", `Text/HTML; Charset="UTF-8"; level=1`)
		w.Header().Set("X-Powered-By", "us")
		w.Header()["X-Rate-Limit-Config"] = []string{"b", "a"}
		w.Header().Set("Retry-After", "17")
		w.Header().Set("X-Rate-Limit-Reset", "1773740464")
		status(404, "\r\n<p>\xffone</p>\rtwo\r\n\r\n")(w)
	})
	recording, _, err := recordIn(t, r, get(t, "404\nRetry-After: 3"))
	require.NoError(t, err)
	assert.Equal(t, conformance.Response{
		Status: 404,
		Header: []conformance.Field{
			{Name: "Content-Type", Value: "text/html; level=1"},
			{Name: "Retry-After", Value: "3"},
			{Name: "X-Rate-Limit-Config", Value: "b"},
			{Name: "X-Rate-Limit-Config", Value: "a"},
			{Name: "X-Rate-Limit-Reset", Value: "1"},
		},
		Body: "<p>\uFFFDone</p>\ntwo",
	}, recording.Scenario.Exchanges[0].Response)
}

func TestAHeaderIsOneLineOfText(t *testing.T) {
	r, _ := answering(t, func(w http.ResponseWriter) {
		w.Header().Set("Location", "/caf\xe9?a=%0Ab&to=jo%2540b.de%20")
		status(200, "")(w)
	})
	recording, _, err := recordIn(t, r, get(t, "200"))
	require.NoError(t, err)
	assert.Equal(t, []conformance.Field{{Name: "Location", Value: "/caf\uFFFD?a= b&to=person1%40example.com"}},
		recording.Scenario.Exchanges[0].Response.Header)
}

func TestABodyThatNothingCanBeFoundInIsRefused(t *testing.T) {
	r, _ := answering(t, func(w http.ResponseWriter) {
		w.Header().Set("Content-Encoding", "br")
		status(200, "compressed")(w)
	})
	_, _, err := recordIn(t, r, get(t, "200"))
	require.ErrorContains(t, err, "expected a body that is not encoded, not br")
}

func TestAFixtureSaysWhatIsAcceptedAndByWhom(t *testing.T) {
	var got http.Header
	r := newRecorder(t, here, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Header }), nil)
	_, _, err := recordIn(t, r, parsed(t, "-- a: request --\nGET /\nAccept: text/html\nUser-Agent: other\n-- a: response --\n200\n"))
	require.NoError(t, err)
	assert.Equal(t, http.Header{"Accept": {"text/html"}, "User-Agent": {"other"}}, got)

	_, _, err = recordIn(t, r, parsed(t, "-- a: request --\nGET /\n-- a: response --\n200\n"))
	require.NoError(t, err)
	assert.Equal(t, http.Header{"Accept": {"application/json"}, "User-Agent": {"taskrouter-go-record"}}, got)
}

func TestBaseURLsAreChecked(t *testing.T) {
	for base, want := range map[string]string{
		"":                                "expected one like",
		"taskrouter.twilio.com":           "expected one like",
		"https://":                        "expected one like",
		"ftp://example.com":               "expected https",
		"http://example.com":              "credentials would go to example.com in the clear",
		"http://127.0.0.1.example.com":    "in the clear",
		"http://10.0.0.1":                 "in the clear",
		"https://u:hunter22@example.com":  "expected no user",
		"https://example.com/?a=hunter22": "expected no user, query",
		"https://u:hunter22@exa mple":     "expected one like",
	} {
		_, err := New(Options{BaseURL: base})
		require.ErrorContains(t, err, want, base)
		assert.NotContains(t, err.Error(), "hunter22")
	}
	for base, source := range map[string]string{
		"https://taskrouter.twilio.com":              "live",
		"https://taskrouter.dublin.ie1.TWILIO.com./": "live",
		"https://nottwilio.com":                      "emulator",
		"https://twilio.com.example":                 "emulator",
		"http://localhost:1":                         "emulator",
		"http://[::1]:1/base":                        "emulator",
		"http://127.8.8.8":                           "emulator",
	} {
		r, err := New(Options{BaseURL: base})
		require.NoError(t, err, base)
		assert.Equal(t, source, r.source, base)
	}
	r, err := New(Options{BaseURL: here, Source: "live"})
	require.NoError(t, err)
	assert.Equal(t, "live", r.source)
}

func TestOptionsAreChecked(t *testing.T) {
	for want, options := range map[string]Options{
		`source: expected live or emulator, not "reference"`: {Source: "reference"},
		"patience: expected a duration that is not negative": {Patience: -1},
		"TWILIO_AUTH_TOKEN: expected at least 8 characters":  {Credentials: Credentials{AccountSID: "AC-account", AuthToken: "hunter2"}},
		"TWILIO_API_SECRET: expected the secret":             {Credentials: Credentials{APIKey: "SK-hunter2"}},
		"TWILIO_API_KEY: expected the key":                   {Credentials: Credentials{APISecret: "hunter2hunter2"}},
		"TWILIO_ACCOUNT_SID: expected the account":           {Credentials: Credentials{AuthToken: "hunter2hunter2"}},
	} {
		options.BaseURL = serviceURL
		_, err := New(options)
		require.ErrorContains(t, err, want)
		assert.NotContains(t, err.Error(), "hunter2")
	}
}

func TestMissingCredentialsAreMissedBeforeAnythingIsSent(t *testing.T) {
	for scheme, want := range map[string]string{
		"Basic":  "expected TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, or TWILIO_API_KEY and TWILIO_API_SECRET",
		"Bearer": "expected TWILIO_BEARER_TOKEN",
	} {
		a := &answers{t: t, list: []func(http.ResponseWriter){status(200, "")}}
		none := newRecorder(t, serviceURL, a, func(o *Options) { o.Credentials = Credentials{} })
		scenario := get(t, "200")
		scenario.Exchanges[0].Request.Header[0].Value = scheme
		_, _, err := recordIn(t, none, scenario)
		require.ErrorContains(t, err, want)
		assert.Empty(t, a.requests)

		scenario.Exchanges[0].Response.Status = 401
		a.list[0] = status(401, "")
		_, _, err = recordIn(t, none, scenario)
		require.NoError(t, err, "wrong ones are always there")
	}
}

func TestAFolderIsRecordedAsFarAsItCanBe(t *testing.T) {
	folder := t.TempDir()
	write := func(name, content string) {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(content), 0o640))
	}
	section := "source: reference\n\n-- get: request --\nGET /%s\n-- get: response --\n%d\n"
	write("a.txtar", fmt.Sprintf(section, "a", 200))
	write("b.txtar", "nothing")
	write("c.txtar", fmt.Sprintf(section, "c", 429))
	write("d.txtar", fmt.Sprintf(section, "d", 404))
	write("other.txt", "")
	r, _ := answering(t, status(200, "x"))
	r.patience = 0

	outcomes := outcomesOf(t, r, folder)
	require.Len(t, outcomes, 4)
	assert.Equal(t, Outcome{Fixture: "a.txtar", Exchanges: 1, Changed: true}, outcomes[0])
	assert.ErrorContains(t, outcomes[1].Err, "b.txtar: ")
	assert.Equal(t, Outcome{Fixture: "c.txtar", Exchanges: 1, Skipped: `exchange "get": cannot be recorded: nobody can ask for status 429`}, outcomes[2])
	assert.ErrorContains(t, outcomes[3].Err, "expected status 404, got 200")
	assert.Equal(t, fmt.Sprintf(section, "d", 404), read(t, folder, "d.txtar"), "what failed is not written")
	assert.Equal(t, "source: emulator\n\n-- get: request --\nGET /a\n-- get: response --\n200\n\nx\n", read(t, folder, "a.txtar"))

	info, err := os.Stat(filepath.Join(folder, "a.txtar"))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o640), info.Mode().Perm())
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Len(t, entries, 5, "nothing else is left in the folder")

	outcomes = outcomesOf(t, r, folder, "c", "../a", "missing", "a")
	require.Len(t, outcomes, 4)
	assert.ErrorIs(t, outcomes[0].Err, ErrNotRecordable, "naming it is an error")
	assert.ErrorContains(t, outcomes[1].Err, "expected the name of a fixture")
	assert.ErrorIs(t, outcomes[2].Err, os.ErrNotExist)
	assert.Equal(t, Outcome{Fixture: "a.txtar", Exchanges: 1}, outcomes[3])
}

func TestAnInterruptEndsTheFolder(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"a.txtar", "b.txtar"} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte("source: reference\n\n-- get: request --\nGET /\n-- get: response --\n200\n"), 0o644))
	}
	ctx, cancel := context.WithCancel(t.Context())
	r, a := answering(t, func(http.ResponseWriter) { cancel() })
	var reported []string
	err := r.Folder(ctx, folder, nil, func(o Outcome) { reported = append(reported, o.Fixture) })
	require.ErrorIs(t, err, context.Canceled)
	assert.EqualError(t, err, "interrupted before b.txtar: context canceled")
	assert.Equal(t, []string{"a.txtar"}, reported)
	assert.Len(t, a.requests, 1)
}

func TestAFolderWithoutFixturesIsAMistake(t *testing.T) {
	r, _ := answering(t, status(200, ""))
	err := r.Folder(t.Context(), t.TempDir()+"/[a", nil, func(Outcome) { t.Error("nothing to report") })
	assert.ErrorContains(t, err, "expected fixtures (*.txtar) in ")
}

func TestAFileThatWouldReadBackOtherwiseOrHoldACredentialIsNotWritten(t *testing.T) {
	for promise, c := range map[string]struct{ comment, body, want string }{
		"a section":    {"", "x\n-- b: request --\nGET /p", "format: s.txtar: section"},
		"a credential": {"for " + testCredentials.AuthToken, "x", "expected no credential in the file"},
	} {
		folder := t.TempDir()
		content := "source: reference\n# " + c.comment + "\n\n-- get: request --\nGET /p\n-- get: response --\n200\n"
		require.NoError(t, os.WriteFile(filepath.Join(folder, "s.txtar"), []byte(content), 0o644))
		r, _ := answering(t, status(200, c.body))
		outcomes := outcomesOf(t, r, folder)
		require.ErrorContains(t, outcomes[0].Err, c.want, promise)
		assert.NotContains(t, outcomes[0].Err.Error(), testCredentials.AuthToken)
		assert.Equal(t, content, read(t, folder, "s.txtar"))
	}
}
