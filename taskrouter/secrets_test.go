package taskrouter_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// Secrets whose forms differ, in Base64, in a URL, in quotes and in JSON.
const (
	authSecretOfAccount = `t0ken-<of/the+acc0unt>?"é`
	authSecretOfKey     = `s3cret-<of/the+key>?"é`
	authSecretOfClient  = `s3cret-<of/the+client>?"é`
	authSecretToken     = `acc3ss-<to/ken+>?"`
	authSecretOfSource  = `sourc3-<to/ken+>?"`
)

// authForms are all forms in which the secrets could occur in a text.
func authForms() map[string]string {
	forms := map[string]string{}
	for user, secret := range map[string]string{
		"AC1": authSecretOfAccount, "SK1": authSecretOfKey, "OQ1": authSecretOfClient, "": authSecretToken, "-": authSecretOfSource,
	} {
		text, err := json.Marshal(secret)
		if err != nil {
			panic(err)
		}
		for form, value := range map[string]string{
			"raw": secret, "quoted": strconv.Quote(secret), "in ASCII": strconv.QuoteToASCII(secret), "JSON": string(text),
			"hexadecimal": hex.EncodeToString([]byte(secret)), "HEXADECIMAL": strings.ToUpper(hex.EncodeToString([]byte(secret))),
			"bytes": fmt.Sprintf("%d", []byte(secret)), "Go's bytes": fmt.Sprintf("%#v", []byte(secret)),
			"a query": url.QueryEscape(secret), "a path": url.PathEscape(secret),
			"Base64": base64.StdEncoding.EncodeToString([]byte(secret)), "Base64 of a URL": base64.URLEncoding.EncodeToString([]byte(secret)),
			"Basic": base64.StdEncoding.EncodeToString([]byte(user + ":" + secret)),
		} {
			forms[secret+" as "+form] = strings.TrimRight(strings.Trim(strings.TrimPrefix(value, "[]byte"), `"[]{}`), "=")
		}
	}
	return forms
}

// authPrints are all texts that a program can make of a value without looking
// into it.
func authPrints(value any) map[string]string {
	prints := map[string]string{}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%q", "%x", "%X", "%t", "%T", "%o", "%g"} {
		prints[verb] = fmt.Sprintf(verb, value)
	}
	text, err := json.Marshal(value)
	prints["JSON"] = fmt.Sprint(string(text), err)
	options := &slog.HandlerOptions{Level: slog.LevelDebug}
	for name, handler := range map[string]func(io.Writer) slog.Handler{
		"slog as JSON": func(w io.Writer) slog.Handler { return slog.NewJSONHandler(w, options) },
		"slog as text": func(w io.Writer) slog.Handler { return slog.NewTextHandler(w, options) },
	} {
		var log strings.Builder
		slog.New(handler(&log)).With("with", value).WithGroup("group").Error("message", "value", value, "values", []any{value})
		prints[name] = log.String()
	}
	prints["a dump"] = strings.Join(authReachable(reflect.ValueOf(value), map[uintptr]bool{}), "\n")
	return prints
}

// authReachable returns all texts that a dump finds, which follows pointers and
// heeds no visibility.
func authReachable(v reflect.Value, seen map[uintptr]bool) (texts []string) {
	switch v.Kind() {
	case reflect.String:
		return []string{v.String()}
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() || v.Kind() == reflect.Pointer && seen[v.Pointer()] {
			return nil
		}
		if v.Kind() == reflect.Pointer {
			seen[v.Pointer()] = true
		}
		return authReachable(v.Elem(), seen)
	case reflect.Struct:
		for _, field := range v.Fields() {
			texts = append(texts, authReachable(field, seen)...)
		}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 && v.Kind() == reflect.Slice {
			return []string{string(v.Bytes())}
		}
		for i := range v.Len() {
			texts = append(texts, authReachable(v.Index(i), seen)...)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			texts = append(texts, authReachable(key, seen)...)
			texts = append(texts, authReachable(v.MapIndex(key), seen)...)
		}
	}
	return texts
}

func assertNoSecrets(t *testing.T, name string, value any) {
	t.Helper()
	forms := authForms()
	for by, text := range authPrints(value) {
		for what, form := range forms {
			assert.False(t, strings.Contains(text, form), "%s by %s shows %s: %s", name, by, what, text) //nolint:testifylint // the text is long, and once is enough
		}
	}
}

// authSecretOptions are all options that hold a secret, those that authenticate
// by what they use.
func authSecretOptions() map[string][]taskrouter.Option {
	return map[string][]taskrouter.Option{
		"an auth token": {taskrouter.WithAuthToken("AC1", authSecretOfAccount)},
		"an API key":    {taskrouter.WithAPIKey("AC1", "SK1", authSecretOfKey)},
		"OAuth":         {taskrouter.WithClientCredentials("OQ1", authSecretOfClient), taskrouter.WithTokenURL("https://tokens.test/token")},
		"a source": {taskrouter.WithTokenSource(func(context.Context) (string, time.Time, error) {
			return authSecretOfSource, time.Time{}, nil
		})},
	}
}

// authIssue answers with the secret token.
func authIssue() http.HandlerFunc {
	body, err := json.Marshal(map[string]string{"access_token": authSecretToken})
	if err != nil {
		panic(err)
	}
	return answer(200, string(body))
}

// authSecretNetwork is a network in memory of an authorization server and a
// service.
func authSecretNetwork(tokens, service transport) transport {
	return func(r *http.Request) (*http.Response, error) {
		if r.URL.Host == "tokens.test" {
			return tokens(r)
		}
		return service(r)
	}
}

// The tests below would notice.
func TestTheFormsOfASecretAreFound(t *testing.T) {
	found := func(by string, value any) bool {
		for _, form := range authForms() {
			if strings.Contains(authPrints(value)[by], form) {
				return true
			}
		}
		return false
	}
	for by := range authPrints(authSecretOfKey) {
		if by != "%T" {
			assert.True(t, found(by, authSecretOfKey), "a text by %s", by)
		}
	}
	for _, by := range []string{"%v", "%+v", "%#v", "%s", "%d", "%q", "%x", "%X", "JSON", "a dump"} {
		assert.True(t, found(by, []byte(authSecretOfKey)), "bytes by %s", by)
	}
	for what, value := range map[string]any{
		"a field": struct{ secret any }{authSecretOfKey}, "a pointer": &[]*string{new(authSecretOfKey)}, "an error": fmt.Errorf("failed: %w", errors.New(authSecretOfKey)),
		"a header": http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte("SK1:"+authSecretOfKey))}},
		"a form":   url.Values{"client_secret": {authSecretOfKey}}.Encode(),
	} {
		assert.True(t, found("a dump", value), "%s by a dump", what)
	}
}

func TestNothingThatAClientReturnsShowsASecret(t *testing.T) {
	for kind, options := range authSecretOptions() {
		t.Run(kind, func(t *testing.T) {
			client := authClient(t, authSecretNetwork(inMemory(authIssue()), inMemory(pageOfTasks("", "WT1"))), options...)
			var response taskrouter.Response
			page, err := client.Tasks("WS1").Page(t.Context(), taskrouter.ListTasksParams{}, taskrouter.WithResponseInto(&response))
			require.NoError(t, err)
			for name, value := range map[string]any{
				"a client": *client, "a pointer to a client": client, "clients": []taskrouter.Client{*client}, "a client in a map": map[string]any{"client": client},
				"a client in a field": struct{ client taskrouter.Client }{*client}, "one that is exported": struct{ Client *taskrouter.Client }{client},
				"activities": client.Activities("WS1"), "events": client.Events("WS1"), "tasks": client.Tasks("WS1"), "task channels": client.TaskChannels("WS1"),
				"task queues": client.TaskQueues("WS1"), "workers": client.Workers("WS1"), "workflows": client.Workflows("WS1"), "workspaces": client.Workspaces,
				"reservations of a task": client.TaskReservations("WS1", "WT1"), "those of a worker": client.WorkerReservations("WS1", "WK1"), "channels of a worker": client.WorkerChannels("WS1", "WK1"),
				"a response": response, "a pointer to a response": &response, "a page": *page, "a pointer to a page": page, "a list": client.Tasks("WS1").List(t.Context(), taskrouter.ListTasksParams{}),
			} {
				assertNoSecrets(t, name, value)
			}
			for i, option := range options {
				assertNoSecrets(t, fmt.Sprint("option ", i), option)
			}
			assertNoSecrets(t, "options", options)
		})
	}
}

func TestNoFailureShowsASecret(t *testing.T) {
	status := func(status int) transport { return inMemory(answer(status, `{"code":20003,"message":"no"}`)) }
	broken := transport(func(r *http.Request) (*http.Response, error) {
		return nil, &url.Error{Op: "Get", URL: r.URL.String(), Err: io.ErrUnexpectedEOF}
	})
	for kind, options := range authSecretOptions() {
		for name, test := range map[string]struct {
			tokens, service transport
			options         []taskrouter.Option
		}{
			"credentials that are wrong":   {nil, status(401), nil},
			"a request that is forbidden":  {nil, status(403), nil},
			"a failure of the service":     {nil, status(503), nil},
			"a redirect":                   {nil, inMemory(answer(302, "", "Location", "https://elsewhere.test")), nil},
			"a transport that breaks":      {nil, broken, nil},
			"no JSON":                      {nil, inMemory(answer(200, "<html>")), nil},
			"too much":                     {nil, inMemory(answer(200, strings.Repeat(" ", 200))), []taskrouter.Option{taskrouter.WithMaxResponseBytes(100)}},
			"a request directed elsewhere": {nil, status(200), []taskrouter.Option{taskrouter.WithAttemptMiddleware(authElsewhere)}},
			"a source that fails":          {status(401), status(401), nil},
			"a source that breaks":         {broken, broken, nil},
			"a token of another kind":      {inMemory(answer(200, `{"access_token":"acc3ss","token_type":"mac"}`)), status(401), nil},
			"a token that is cut short":    {authCut(authIssue()), status(401), nil},
			"a token with a line end":      {inMemory(answer(200, `{"access_token":"acc3ss-<to/ken+>?\"\n"}`)), status(401), nil},
			"a token in a page for people": {inMemory(answer(200, "<html>"+authSecretToken)), status(401), nil},
		} {
			t.Run(name+" with "+kind, func(t *testing.T) {
				if test.tokens == nil {
					test.tokens = inMemory(authIssue())
				}
				client := authClient(t, authSecretNetwork(test.tokens, test.service), slices.Concat(options, test.options, []taskrouter.Option{authOnce()})...)
				err := authGet(t.Context(), client)
				require.Error(t, err)
				assertNoSecrets(t, "the error", err)
				if failure, ok := errors.AsType[*taskrouter.Error](err); ok {
					assertNoSecrets(t, "the answer", *failure)
					assertNoSecrets(t, "what a logger is given", failure.LogValue())
				}
				ctx, cancel := context.WithCancelCause(t.Context())
				cancel(errors.New("the end"))
				assertNoSecrets(t, "the error of a call that was canceled", authGet(ctx, client))
				_, err = client.Tasks("WS1").Get(t.Context(), "")
				assertNoSecrets(t, "that of a wrong argument", err)
			})
		}
	}
}

func authElsewhere(next http.RoundTripper) http.RoundTripper {
	return transport(func(r *http.Request) (*http.Response, error) {
		r.URL.Host = "elsewhere.test"
		return next.RoundTrip(r)
	})
}

// authCut breaks off the body of an answer before its last byte.
func authCut(handler http.HandlerFunc) transport {
	return func(r *http.Request) (*http.Response, error) {
		response, err := inMemory(handler)(r)
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(response.Body)
		response.Body = io.NopCloser(io.MultiReader(strings.NewReader(string(body[:len(body)-1])), authBroken{io.ErrUnexpectedEOF}))
		return response, err
	}
}

// People exchange arguments, and paste them with their line end.
func TestNoRefusalShowsASecretInTheWrongPlace(t *testing.T) {
	setEnvironment(t, nil)
	escaped := url.UserPassword("AC1", authSecretOfAccount).String()
	for name, option := range map[string]taskrouter.Option{
		"account and token exchanged": taskrouter.WithAuthToken(authSecretOfAccount, "AC1"),
		"account and token in one":    taskrouter.WithAuthToken("AC1:"+authSecretOfAccount, ""),
		"a token for both":            taskrouter.WithAuthToken(authSecretOfAccount, authSecretOfAccount),
		"key and secret exchanged":    taskrouter.WithAPIKey("AC1", authSecretOfKey, "SK1"),
		"a secret for all":            taskrouter.WithAPIKey(authSecretOfKey, authSecretOfKey, authSecretOfKey),
		"a key without a secret":      taskrouter.WithAPIKey("AC1", "SK1:"+authSecretOfKey, ""),
		"a secret without an ID":      taskrouter.WithClientCredentials("", authSecretOfClient),
		"a secret for an ID":          taskrouter.WithClientCredentials(authSecretOfClient, ""),
		"a password in an address":    taskrouter.WithBaseURL("https://" + escaped + "@host"),
		"one that does not parse":     taskrouter.WithBaseURL("https://AC1:" + authSecretOfAccount + "@host:x"),
		"a secret in a query":         taskrouter.WithBaseURL("https://host?AuthToken=" + url.QueryEscape(authSecretOfAccount)),
		"a secret in a fragment":      taskrouter.WithBaseURL("https://host#" + url.PathEscape(authSecretOfAccount)),
		"a secret for an address":     taskrouter.WithBaseURL(authSecretOfAccount),
		"a password for tokens":       taskrouter.WithTokenURL("https://" + escaped + "@host"),
		"one that does not parse too": taskrouter.WithTokenURL("https://AC1:" + authSecretOfAccount + "@host:x"),
		"a secret in that query":      taskrouter.WithTokenURL("https://host?client_secret=" + url.QueryEscape(authSecretOfClient)),
		"a secret for that address":   taskrouter.WithTokenURL(authSecretOfClient),
	} {
		_, err := taskrouter.NewClient(option)
		require.Error(t, err, name)
		assertNoSecrets(t, name, err)
		assertNoSecrets(t, name, option)
	}
	for name, variables := range map[string]map[string]string{
		"account and token exchanged": {"TWILIO_ACCOUNT_SID": authSecretOfAccount, "TWILIO_AUTH_TOKEN": "AC1"},
		"key and secret exchanged":    {"TWILIO_API_KEY": authSecretOfKey, "TWILIO_API_SECRET": "SK1"},
		"a password in an address":    {"TWILIO_API_KEY": "SK1", "TWILIO_API_SECRET": "x", "TASKROUTER_BASE_URL": "https://" + escaped + "@host"},
	} {
		setEnvironment(t, variables)
		_, err := taskrouter.NewClient()
		require.Error(t, err, name)
		assertNoSecrets(t, name, err)
	}
	setEnvironment(t, nil)
	_, err := taskrouter.NewClient(slices.Concat(slices.Collect(maps.Values(authSecretOptions()))...)...)
	require.Error(t, err)
	assertNoSecrets(t, "all ways to authenticate", err)
}

func TestNoLogShowsASecret(t *testing.T) {
	for kind, options := range authSecretOptions() {
		for _, status := range []int{200, 401, 503} {
			var log strings.Builder
			client := authClient(t, authSecretNetwork(inMemory(authIssue()), inMemory(answer(status, suitsAll))), append(options, authOnce(), taskrouter.WithLoggedValues(),
				taskrouter.WithLogger(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug, AddSource: true}))))...)
			for _, m := range methodsOf(client) {
				_, _ = m.call(t.Context(), m.arguments()) // some fail
			}
			assert.Greater(t, strings.Count(log.String(), "\n"), 100, kind)
			for what, form := range authForms() {
				assert.False(t, strings.Contains(log.String(), form), "a log with %s shows %s", kind, what) //nolint:testifylint // the text is long
			}
		}
	}
}

// A function that chooses the proxy may fail with the text that it could not
// parse, as url.Parse does.
func TestTheAddressOfAProxyThatDoesNotParseIsNotShown(t *testing.T) {
	address := "http://user:s3cret%" + strings.Repeat("z", 2) + "@proxy.test"
	choose := func(*http.Request) (*url.URL, error) { return url.Parse(address) }
	_, cause := choose(nil)
	require.ErrorContains(t, cause, "s3cret")
	var log strings.Builder
	client := newTestClient(t, taskrouter.WithBaseURL("http://service.test"), taskrouter.WithHTTPClient(&http.Client{Transport: &http.Transport{Proxy: choose}}),
		taskrouter.WithLogger(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))))
	err := authGet(t.Context(), client)
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "s3cret")
	assert.NotContains(t, log.String(), "s3cret")
}
