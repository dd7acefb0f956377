package webhook_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// seenRequest is what a server saw of a request.
type seenRequest struct {
	Method, Target string
	ContentType    []string
	Body           string
	Verified       error
	User, Password string
}

// newEchoServer returns a server that answers with 202, and what it saw.
func newEchoServer(t *testing.T) (*httptest.Server, *seenRequest) {
	t.Helper()
	verifier, _ := newLoggedVerifier(t)
	seen := &seenRequest{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*seen = seenRequest{Method: r.Method, Target: r.RequestURI, ContentType: r.Header.Values("Content-Type")}
		seen.User, seen.Password, _ = r.BasicAuth()
		seen.Verified = verifier.Verify(r)
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		seen.Body = string(body)
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, "seen")
	}))
	t.Cleanup(server.Close)
	return server, seen
}

func TestClientSendsWhatTheServiceWouldSend(t *testing.T) {
	server, seen := newEchoServer(t)
	client := webhook.Client{AuthToken: authToken}
	form := url.Values{"Z": {"1"}, "A": {"ä &", "b"}}
	const jsonHash = "bodySHA256=015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"
	for _, test := range []struct {
		name   string
		target string // below the server
		send   func(ctx context.Context, target string) (*http.Response, error)
		want   seenRequest
	}{
		{
			"a form", "/events?a=1",
			func(ctx context.Context, target string) (*http.Response, error) {
				return client.PostForm(ctx, target, form)
			},
			seenRequest{Method: "POST", Target: "/events?a=1", ContentType: []string{formType}, Body: "A=%C3%A4+%26&A=b&Z=1"},
		},
		{
			"an empty form", "/events",
			func(ctx context.Context, target string) (*http.Response, error) {
				return client.PostForm(ctx, target, nil)
			},
			seenRequest{Method: "POST", Target: "/events", ContentType: []string{formType}},
		},
		{
			"a form to a URL without a path", "",
			func(ctx context.Context, target string) (*http.Response, error) {
				return client.PostForm(ctx, target, form)
			},
			seenRequest{Method: "POST", Target: "/", ContentType: []string{formType}, Body: "A=%C3%A4+%26&A=b&Z=1"},
		},
		{
			"a form to a URL with escapes and a fragment", "/a%2Fb%20c?d=%2f#rc=3",
			func(ctx context.Context, target string) (*http.Response, error) {
				return client.PostForm(ctx, target, form)
			},
			seenRequest{Method: "POST", Target: "/a%2Fb%20c?d=%2f", ContentType: []string{formType}, Body: "A=%C3%A4+%26&A=b&Z=1"},
		},
		{
			"a form to a URL that is escaped on the way", "/ä b",
			func(ctx context.Context, target string) (*http.Response, error) {
				return client.PostForm(ctx, target, form)
			},
			seenRequest{Method: "POST", Target: "/%C3%A4%20b", ContentType: []string{formType}, Body: "A=%C3%A4+%26&A=b&Z=1"},
		},
		{
			"JSON", "/events",
			func(ctx context.Context, target string) (*http.Response, error) {
				return client.PostBody(ctx, target, "application/json", []byte(`{"a":1}`))
			},
			seenRequest{Method: "POST", Target: "/events?" + jsonHash, ContentType: []string{"application/json"}, Body: `{"a":1}`},
		},
		{
			"JSON to a URL with a query and without a path", "?b=2",
			func(ctx context.Context, target string) (*http.Response, error) {
				return client.PostBody(ctx, target, "application/json", []byte(`{"a":1}`))
			},
			seenRequest{Method: "POST", Target: "/?b=2&" + jsonHash, ContentType: []string{"application/json"}, Body: `{"a":1}`},
		},
		{
			"a request", "/twiml?a=1", client.Get,
			seenRequest{Method: "GET", Target: "/twiml?a=1"},
		},
		{
			"a request of a URL without a path", "?a=1", client.Get,
			seenRequest{Method: "GET", Target: "/?a=1"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, user := range []string{"", "user:pass@"} {
				target := strings.Replace(server.URL, "://", "://"+user, 1) + test.target

				response, err := test.send(t.Context(), target)

				require.NoError(t, err)
				assert.Equal(t, http.StatusAccepted, response.StatusCode)
				assert.Equal(t, "seen", readReply(t, response, time.Now()).body)
				want := test.want
				if user != "" {
					want.User, want.Password = "user", "pass"
				}
				assert.Equal(t, want, *seen)
			}
		})
	}
}

func TestClientPostsAssignmentsAndEvents(t *testing.T) {
	verifier, _ := newLoggedVerifier(t)
	mux := http.NewServeMux()
	var event webhook.Event
	mux.Handle("/events", webhook.EventHandler(verifier, func(_ context.Context, e webhook.Event) error {
		event = e
		return nil
	}))
	var assignment webhook.Assignment
	var instruction webhook.Instruction
	mux.Handle("/assignment", webhook.AssignmentHandler(verifier, func(_ context.Context, a webhook.Assignment) (webhook.Instruction, error) {
		assignment = a
		return instruction, nil
	}))
	server := httptest.NewServer(mux)
	defer server.Close()
	client := webhook.Client{AuthToken: authToken, HTTPClient: server.Client()}

	require.NoError(t, client.PostEvent(t.Context(), server.URL+"/events", sampleEvent("EV1")))
	assert.Equal(t, "EV1", event.SID)

	for _, instruction = range []webhook.Instruction{nil, webhook.Accept{}, webhook.Dequeue{To: "client:jamie", Timeout: 20}} {
		answer, err := client.PostAssignment(t.Context(), server.URL+"/assignment", sampleAssignment())
		require.NoError(t, err)
		assert.Equal(t, instruction, answer)
	}
	assert.Equal(t, taskSID, assignment.TaskSID)
}

func TestClientReportsAWrongAnswer(t *testing.T) {
	const asJSON = "application/json"
	long := strings.Repeat("x", 2000)
	for _, test := range []struct {
		name              string
		status            int
		contentType, body string
		assignment, event string // the error, after the URL; "" for none
		code              int    // of the error of an assignment that is an InstructionError
	}{
		{name: "nothing to do", status: 200, contentType: asJSON, body: `{}`,
			event: "URL answered with 200 OK, expected 204: {}"},
		{name: "no content", status: 204, contentType: asJSON,
			assignment: "URL answered with 204 No Content, expected 200: "},
		{name: "JSON with a parameter", status: 200, contentType: asJSON + "; charset=utf-8", body: `{"instruction":"accept"}`,
			event: `URL answered with 200 OK, expected 204: {"instruction":"accept"}`},
		{name: "no content, as text", status: 204, contentType: "text/plain",
			assignment: "URL answered with 204 No Content, expected 200: ", event: `the content type of the answer is "text/plain", expected application/json`},
		{name: "no content type", status: 204,
			assignment: "URL answered with 204 No Content, expected 200: ", event: `the content type of the answer is "", expected application/json`},
		{name: "text", status: 200, contentType: "text/html; charset=utf-8", body: `{"instruction":"accept"}`, code: 40000,
			assignment: `instruction: its content type is "text/html", expected application/json (error 40000 of the service)`, event: `URL answered with 200 OK, expected 204: {"instruction":"accept"}`},
		{name: "an empty body", status: 200, contentType: asJSON, code: 40001,
			assignment: "instruction: it is no JSON object (error 40001 of the service)", event: "URL answered with 200 OK, expected 204: "},
		{name: "an array", status: 200, contentType: asJSON, body: `[]`, code: 40001,
			assignment: "instruction: it is no JSON object (error 40001 of the service)", event: "URL answered with 200 OK, expected 204: []"},
		{name: "no instruction", status: 200, contentType: asJSON, body: `{"a":1}`, code: 40005,
			assignment: `instruction: there is no member "instruction" with a name (error 40005 of the service)`, event: `URL answered with 200 OK, expected 204: {"a":1}`},
		{name: "an unknown instruction", status: 200, contentType: asJSON, body: `{"instruction":"dance"}`, code: 55555,
			assignment: `instruction: "dance" is no instruction (error 55555 of the service)`, event: `URL answered with 200 OK, expected 204: {"instruction":"dance"}`},
		{name: "an instruction that is refused", status: 200, contentType: asJSON, body: `{"instruction":"reject"}`, code: 40100,
			assignment: "instruction reject activity_sid: it is required (error 40100 of the service)", event: `URL answered with 200 OK, expected 204: {"instruction":"reject"}`},
		{name: "a redirect", status: 302, contentType: asJSON, body: `{}`,
			assignment: "URL answered with 302 Found, expected 200: {}", event: "URL answered with 302 Found, expected 204: {}"},
		{name: "a failure", status: 500, contentType: "text/plain", body: "  the database is gone\n",
			assignment: "URL answered with 500 Internal Server Error, expected 200: the database is gone", event: "URL answered with 500 Internal Server Error, expected 204: the database is gone"},
		{name: "a failure with many words", status: 502, contentType: "text/plain", body: long,
			assignment: "URL answered with 502 Bad Gateway, expected 200: " + long[:500], event: "URL answered with 502 Bad Gateway, expected 204: " + long[:500]},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Content-Type"] = nil
				if test.contentType != "" {
					w.Header().Set("Content-Type", test.contentType)
				}
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(test.status)
				_, _ = io.WriteString(w, test.body)
			}))
			defer server.Close()
			client := webhook.Client{AuthToken: authToken}
			target := strings.Replace(server.URL, "://", "://user:pass@", 1) + "/callbacks"

			instruction, err := client.PostAssignment(t.Context(), target, sampleAssignment())
			if test.assignment == "" {
				assert.NoError(t, err)
			} else {
				assert.EqualError(t, err, "webhook: post an assignment: "+strings.Replace(test.assignment, "URL", server.URL+"/callbacks", 1))
				assert.Nil(t, instruction)
			}
			refused, ok := errors.AsType[*webhook.InstructionError](err)
			assert.Equal(t, test.code != 0, ok)
			if ok {
				assert.Equal(t, test.code, refused.Code)
			}

			err = client.PostEvent(t.Context(), target, sampleEvent("EV1"))
			if test.event == "" {
				assert.NoError(t, err)
			} else {
				assert.EqualError(t, err, "webhook: post an event: "+strings.Replace(test.event, "URL", server.URL+"/callbacks", 1))
			}
		})
	}
}

func TestClientTakesAnAnswerOfAMebibyte(t *testing.T) {
	const most = 1 << 20
	for name, test := range map[string]struct {
		size int
		want string
	}{
		"and no less":    {most, ""},
		"and not a byte": {most + 1, "answered with more than 1048576 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				_, _ = io.WriteString(w, "{"+strings.Repeat(" ", test.size-2)+"}")
			}))
			defer server.Close()

			_, err := webhook.Client{AuthToken: authToken}.PostAssignment(t.Context(), server.URL, sampleAssignment())

			if test.want == "" {
				assert.NoError(t, err)
			} else {
				assert.ErrorContains(t, err, test.want)
			}
		})
	}
}

func TestClientReportsAnAnswerThatBreaksOff(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "10")
		_, _ = io.WriteString(w, "{}")
	}))
	defer server.Close()

	_, err := webhook.Client{AuthToken: authToken}.PostAssignment(t.Context(), server.URL, sampleAssignment())

	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.EqualError(t, err, "webhook: post an assignment: read the answer: unexpected EOF")
}

func TestClientWaitsAsLongAsTheService(t *testing.T) {
	for name, test := range map[string]struct {
		timeout time.Duration
		post    func(context.Context, webhook.Client) error
	}{
		"for an assignment": {5 * time.Second, func(ctx context.Context, c webhook.Client) error {
			_, err := c.PostAssignment(ctx, callbackURL, sampleAssignment())
			return err
		}},
		"for an event": {15 * time.Second, func(ctx context.Context, c webhook.Client) error {
			return c.PostEvent(ctx, callbackURL, sampleEvent("EV1"))
		}},
	} {
		for _, headers := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, headers %v", name, headers), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					service := serveOnPipes(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						_, _ = io.Copy(io.Discard, r.Body)
						if headers {
							w.WriteHeader(http.StatusNoContent - 4)
							assert.NoError(t, http.NewResponseController(w).Flush())
						}
						<-r.Context().Done()
					}))

					start := time.Now()
					assert.ErrorIs(t, test.post(t.Context(), service.Client), context.DeadlineExceeded)
					assert.Equal(t, test.timeout, time.Since(start))

					ctx, cancel := context.WithTimeout(t.Context(), time.Second)
					defer cancel()
					start = time.Now()
					assert.ErrorIs(t, test.post(ctx, service.Client), context.DeadlineExceeded)
					assert.Equal(t, time.Second, time.Since(start), "of a shorter context")
				})
			})
		}
	}
}

// callEachMethod calls every method of a client.
func callEachMethod(ctx context.Context, client webhook.Client, target string) map[string]error {
	failures := map[string]error{}
	_, failures["webhook: post an assignment: "] = client.PostAssignment(ctx, target, sampleAssignment())
	failures["webhook: post an event: "] = client.PostEvent(ctx, target, sampleEvent("EV1"))
	for doing, send := range map[string]func() (*http.Response, error){
		"webhook: post a form: ": func() (*http.Response, error) { return client.PostForm(ctx, target, nil) },
		"webhook: post a body: ": func() (*http.Response, error) { return client.PostBody(ctx, target, "application/json", nil) },
		"webhook: get: ":         func() (*http.Response, error) { return client.Get(ctx, target) },
	} {
		response, err := send()
		if response != nil {
			_ = response.Body.Close()
		}
		failures[doing] = err
	}
	return failures
}

func TestClientReportsWhatCannotBeSent(t *testing.T) {
	gone := httptest.NewServer(nil)
	gone.Close()
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, test := range []struct {
		name   string
		ctx    context.Context
		token  string
		target string
		want   string
	}{
		{"without a token", t.Context(), "", gone.URL, "the client has no auth token to sign with"},
		{"to no URL", t.Context(), authToken, "", "expected an absolute http or https URL"},
		{"to a path", t.Context(), authToken, "/assignment", "expected an absolute http or https URL"},
		{"to a URL without a scheme", t.Context(), authToken, "user:pass@example.com/assignment", "expected an absolute http or https URL"},
		{"to a URL of another scheme", t.Context(), authToken, "ftp://user:pass@example.com/assignment", "expected an absolute http or https URL"},
		{"to a URL that does not parse", t.Context(), authToken, "http://user:pa%zzss@example.com/", "expected an absolute http or https URL"},
		{"to a URL whose password has a slash", t.Context(), authToken, "http://user:pass/word@example.com/", "expected an absolute http or https URL"},
		{"to nobody", t.Context(), authToken, strings.Replace(gone.URL, "://", "://user:pass@", 1) + "/assignment", "request " + gone.URL + "/assignment"},
		{"after its context", canceled, authToken, gone.URL + "/assignment", "context canceled"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for doing, err := range callEachMethod(test.ctx, webhook.Client{AuthToken: test.token}, test.target) {
				require.Error(t, err, doing)
				assert.ErrorContains(t, err, test.want)
				assert.Equal(t, doing, err.Error()[:len(doing)])
				assert.Equal(t, 1, strings.Count(err.Error(), "webhook: "), "the package is named once in %q", err)
				for _, secret := range []string{authToken, "user", "pass", "zz", "word"} {
					assert.NotContains(t, err.Error(), secret)
				}
			}
		})
	}
}

func TestClientWithoutAContextFails(t *testing.T) {
	_, err := webhook.Client{AuthToken: authToken}.Get(nil, "http://127.0.0.1:1/") //nolint:staticcheck // that is the case
	assert.EqualError(t, err, "webhook: get: make a request: net/http: nil Context")
}

// A redirect would carry a signature of another URL elsewhere.
func TestClientFollowsNoRedirectAndLeavesTheHTTPClientAsItIs(t *testing.T) {
	var elsewhere atomic.Int32
	mux := http.NewServeMux()
	mux.Handle("/", http.RedirectHandler("/elsewhere", http.StatusTemporaryRedirect))
	mux.HandleFunc("/elsewhere", func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) })
	server := httptest.NewServer(mux)
	defer server.Close()
	mine := &http.Client{Timeout: time.Minute}

	for _, client := range []*http.Client{nil, mine} {
		failures := callEachMethod(t.Context(), webhook.Client{AuthToken: authToken, HTTPClient: client}, server.URL)
		assert.ErrorContains(t, failures["webhook: post an assignment: "], "307 Temporary Redirect")
		assert.ErrorContains(t, failures["webhook: post an event: "], "307 Temporary Redirect")
		assert.NoError(t, failures["webhook: get: "])
	}

	assert.Zero(t, elsewhere.Load())
	assert.Equal(t, &http.Client{Timeout: time.Minute}, mine)
	assert.Nil(t, http.DefaultClient.CheckRedirect)
}

// countingTransport counts bodies that stay open.
type countingTransport struct {
	inMemory

	open int
}

func (c *countingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := c.inMemory.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	response.Body = &countedBody{response.Body, c}
	c.open++
	return response, nil
}

type countedBody struct {
	io.ReadCloser
	of *countingTransport
}

func (b *countedBody) Close() error {
	b.of.open--
	return b.ReadCloser.Close()
}

func TestClientClosesTheBodyOfAnAnswer(t *testing.T) {
	verifier, _ := newLoggedVerifier(t)
	for name, handler := range map[string]http.Handler{
		"that is good": webhook.AssignmentHandler(verifier, func(context.Context, webhook.Assignment) (webhook.Instruction, error) { return nil, nil }),
		"that is bad":  http.NotFoundHandler(),
	} {
		t.Run(name, func(t *testing.T) {
			transport := &countingTransport{inMemory: inMemory{handler}}
			client := webhook.Client{AuthToken: authToken, HTTPClient: &http.Client{Transport: transport}}
			_, _ = client.PostAssignment(t.Context(), callbackURL, sampleAssignment())
			_ = client.PostEvent(t.Context(), callbackURL, sampleEvent("EV1"))
			assert.Zero(t, transport.open)
		})
	}
}

func TestClientShowsItsTokenInNoPrint(t *testing.T) {
	client := webhook.Client{AuthToken: authToken}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%X"} {
		assert.Equal(t, "webhook.Client", fmt.Sprintf(format, client))
		assert.Equal(t, "webhook.Client", fmt.Sprintf(format, &client))
	}
	for _, handler := range []func(io.Writer) slog.Handler{
		func(w io.Writer) slog.Handler { return slog.NewJSONHandler(w, nil) },
		func(w io.Writer) slog.Handler { return slog.NewTextHandler(w, nil) },
	} {
		var log strings.Builder
		slog.New(handler(&log)).Info("test", "client", client)
		assert.Contains(t, log.String(), "client")
		assert.NotContains(t, log.String(), authToken)
	}
}
