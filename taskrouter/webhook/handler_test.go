package webhook_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// forEachKind runs a test in a bubble for each kind of callback.
func forEachKind(t *testing.T, test func(*testing.T, callbackKind)) {
	t.Helper()
	for _, kind := range callbackKinds() {
		t.Run(kind.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(t, kind) })
		})
	}
}

func TestTimeoutsAreThoseOfTheService(t *testing.T) {
	assert.Equal(t, 5*time.Second, webhook.AssignmentTimeout)
	assert.Equal(t, 15*time.Second, webhook.EventTimeout)
}

func TestAssignmentIsAnsweredWithItsInstruction(t *testing.T) {
	for _, test := range []struct {
		name        string
		instruction webhook.Instruction
		want        string
	}{
		{"none", nil, `{}`},
		{"accept", webhook.Accept{}, `{"instruction":"accept"}`},
		{"by a pointer", &webhook.Accept{}, `{"instruction":"accept"}`},
		{"with an ampersand", webhook.Call{From: "+15550100100", URL: "https://example.com/?a=1&b=2"}, `{"instruction":"call","from":"+15550100100","url":"https://example.com/?a=1&b=2"}`},
		{"raw", webhook.Raw(`{"instruction":"of tomorrow"}`), `{"instruction":"of tomorrow"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				verifier, log := newLoggedVerifier(t)
				var got webhook.Assignment
				service := serveOnPipes(t, webhook.AssignmentHandler(verifier, func(_ context.Context, a webhook.Assignment) (webhook.Instruction, error) {
					got = a
					return test.instruction, nil
				}))

				reply := postForm(t, service.Client, sampleAssignment().Form())

				assert.Equal(t, httpReply{status: http.StatusOK, contentType: "application/json", body: test.want}, reply)
				want := sampleAssignment()
				want.Fields = want.Form()
				assert.Equal(t, want, got)
				assert.Empty(t, log.records(t))
			})
		})
	}
}

func TestEventIsAnsweredWithoutABody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		verifier, log := newLoggedVerifier(t)
		var got webhook.Event
		service := serveOnPipes(t, webhook.EventHandler(verifier, func(_ context.Context, e webhook.Event) error {
			got = e
			return nil
		}))

		reply := postForm(t, service.Client, sampleEvent("EV1").Form())

		assert.Equal(t, httpReply{status: http.StatusNoContent, contentType: "application/json"}, reply)
		want := sampleEvent("EV1")
		want.Fields = want.Form()
		assert.Equal(t, want, got)
		assert.Empty(t, log.records(t))
	})
}

// unencodable is an instruction that passes every check and has no JSON.
type unencodable struct{ webhook.Accept }

func (unencodable) MarshalJSON() ([]byte, error) { return nil, errors.New("no ink") }

func TestInstructionThatTheServiceWouldRefuseIsNotSent(t *testing.T) {
	for _, test := range []struct {
		name        string
		instruction webhook.Instruction
		want        string // in the log
	}{
		{"invalid", webhook.Reject{}, "webhook: instruction reject activity_sid: it is required (error 40100 of the service)"},
		{"empty", webhook.Raw(nil), "webhook: instruction: it is no JSON object (error 40001 of the service)"},
		{"not to be encoded", unencodable{}, "webhook: encode an instruction: json: error calling MarshalJSON for type "},
		{"a nil pointer", (*webhook.Dequeue)(nil), "webhook: instruction: it is a *webhook.Dequeue that is nil, expected an instruction"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				verifier, log := newLoggedVerifier(t)
				service := serveOnPipes(t, webhook.AssignmentHandler(verifier, func(context.Context, webhook.Assignment) (webhook.Instruction, error) {
					return test.instruction, nil
				}))

				reply := postForm(t, service.Client, sampleAssignment().Form())

				assert.Equal(t, httpReply{status: http.StatusInternalServerError, contentType: "text/plain; charset=utf-8", body: "Internal Server Error\n"}, reply)
				records := log.records(t)
				require.Len(t, records, 1)
				assert.Equal(t, "ERROR", records[0]["level"])
				assert.Contains(t, records[0]["error"], test.want)
			})
		})
	}
}

// What the service may not be able to do is still sent, and written down without
// what the attributes say.
func TestDoubtfulInstructionIsSentAndLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		verifier, log := newLoggedVerifier(t)
		service := serveOnPipes(t, webhook.AssignmentHandler(verifier, func(context.Context, webhook.Assignment) (webhook.Instruction, error) {
			return webhook.Dequeue{}, nil
		}))
		assignment := sampleAssignment()
		assignment.WorkerAttributes = `{"name":"Jamie"}`

		reply := postForm(t, service.Client, assignment.Form())

		assert.Equal(t, http.StatusOK, reply.status)
		assert.Equal(t, `{"instruction":"dequeue"}`, reply.body)
		assert.Equal(t, []map[string]any{callbackKinds()[0].record("WARN", "taskrouter instruction may fail", map[string]any{
			"error": "instruction dequeue to: it is empty, and worker WK0123456789abcdef0123456789abcdef has no attribute contact_uri (error 40131 of the service)",
		})}, log.records(t))
	})
}

func TestFunctionThatFailsIsAnsweredWith500(t *testing.T) {
	for _, test := range []struct {
		name     string
		function func(context.Context) error
		want     string // in the log
		stack    bool   // as well
	}{
		{"with an error", func(context.Context) error { return errors.New("the database is gone") }, "the database is gone", false},
		{"with a panic", func(context.Context) error { panic("at the disco") }, "webhook: the function panicked: at the disco", true},
		{"with an error as a panic", func(context.Context) error { panic(io.ErrUnexpectedEOF) }, "webhook: the function panicked: unexpected EOF", true},
		{"with the panic that aborts an answer", func(context.Context) error { panic(http.ErrAbortHandler) }, "webhook: the function panicked: net/http: abort Handler", true},
		{"with a panic without a value", func(context.Context) error { panic(nil) }, "panic called with nil argument", true}, //nolint:govet // what a function may do
		{"by the end of its goroutine", func(context.Context) error { runtime.Goexit(); return nil }, "webhook: the function did not return", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			forEachKind(t, func(t *testing.T, kind callbackKind) {
				verifier, log := newLoggedVerifier(t)
				service := serveOnPipes(t, kind.handler(verifier, test.function))

				reply := postForm(t, service.Client, kind.form)

				assert.Equal(t, httpReply{status: http.StatusInternalServerError, contentType: "text/plain; charset=utf-8", body: "Internal Server Error\n"}, reply)
				records := log.records(t)
				require.Len(t, records, 1)
				if test.stack {
					assert.Contains(t, records[0]["stack"], "handler_test.go:", "the stack shows where")
				}
				assert.Equal(t, test.stack, records[0]["stack"] != nil)
				assert.Contains(t, records[0]["error"], test.want)
				delete(records[0], "stack")
				delete(records[0], "error")
				assert.Equal(t, kind.record("ERROR", "taskrouter callback failed", map[string]any{"status": 500}), records[0])
			})
		})
	}
}

func TestHandlerWithoutAFunctionIsNotMade(t *testing.T) {
	verifier, _ := newLoggedVerifier(t)
	for name, build := range map[string]func(){
		"assignments": func() { webhook.AssignmentHandler(verifier, nil) },
		"events":      func() { webhook.EventHandler(verifier, nil) },
		"others":      func() { verifier.Handler(nil) },
	} {
		assert.PanicsWithValue(t, "webhook: the function is nil", build, name)
	}
}

func TestHandlerWithoutAVerifierAnswers500(t *testing.T) {
	unusable := webhook.NewVerifier()
	for _, verifier := range []*webhook.Verifier{nil, unusable} {
		forEachKind(t, func(t *testing.T, kind callbackKind) {
			service := serveOnPipes(t, kind.handler(verifier, func(context.Context) error {
				t.Error("a callback was believed that nobody verified")
				return nil
			}))

			reply := postForm(t, service.Client, kind.form)

			assert.Equal(t, http.StatusInternalServerError, reply.status)
			assert.Equal(t, "Internal Server Error\n", reply.body)
		})
	}
}

func TestOtherMethodsThanPostAreNotAllowed(t *testing.T) {
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, "post"} {
		t.Run(method, func(t *testing.T) {
			forEachKind(t, func(t *testing.T, kind callbackKind) {
				verifier, _ := newLoggedVerifier(t)
				handler := kind.handler(verifier, func(context.Context) error {
					t.Error("the function was called")
					return nil
				})
				r := incomingForm(kind.form).request(t)
				r.Method = method
				recorder := httptest.NewRecorder()

				handler.ServeHTTP(recorder, r)

				assert.Equal(t, http.StatusMethodNotAllowed, recorder.Code)
				assert.Equal(t, "POST", recorder.Header().Get("Allow"))
				assert.Equal(t, "Method Not Allowed\n", recorder.Body.String())
			})
		})
	}
}

// Nor does the deadline of its body end what follows on the connection.
func TestConnectionGoesOnAfterARefusal(t *testing.T) {
	forEachKind(t, func(t *testing.T, kind callbackKind) {
		verifier, _ := newLoggedVerifier(t)
		service := serveOnPipes(t, kind.handler(verifier, func(ctx context.Context) error {
			<-time.After(kind.timeout - time.Second)
			return ctx.Err()
		}))
		forged, unsigned := service.Client, outgoing(t, kind.form, strings.NewReader(kind.form.Encode()))
		forged.AuthToken = "another token"
		assert.Equal(t, http.StatusForbidden, postForm(t, forged, kind.form).status)
		unsigned.Header.Del(webhook.SignatureHeader)
		response, err := service.HTTPClient.Do(unsigned)
		require.NoError(t, err)
		assert.Equal(t, http.StatusForbidden, readReply(t, response, time.Now()).status)
		<-time.After(kind.timeout - time.Second)

		assert.Equal(t, kind.status, postForm(t, service.Client, kind.form).status)
		assert.Equal(t, 1, service.listener.Dialed(), "connections")
	})
}

func TestForgedCallbackIsRefusedWithoutAReason(t *testing.T) {
	forEachKind(t, func(t *testing.T, kind callbackKind) {
		verifier, log := newLoggedVerifier(t)
		service := serveOnPipes(t, kind.handler(verifier, func(context.Context) error {
			t.Error("a forged callback was believed")
			return nil
		}))
		service.AuthToken = "another token"

		reply := postForm(t, service.Client, kind.form)

		assert.Equal(t, httpReply{status: http.StatusForbidden, contentType: "text/plain; charset=utf-8", body: "Forbidden\n"}, reply)
		records := log.records(t)
		require.Len(t, records, 1)
		assert.Equal(t, "DEBUG", records[0]["level"], "whoever knows the URL could fill the log")
	})
}

// unreadBody is a body that must not be asked for.
type unreadBody struct{ t *testing.T }

func (b unreadBody) Read([]byte) (int, error) {
	b.t.Error("the body was asked for")
	return 0, io.EOF
}

// A client that expects to be asked for the body is not, when it is refused anyway.
func TestBodyOfARequestThatIsRefusedAnywayIsNotAskedFor(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*http.Request)
		want   int
	}{
		"without a signature":  {func(r *http.Request) { r.Header.Del(webhook.SignatureHeader) }, http.StatusForbidden},
		"with another method":  {func(r *http.Request) { r.Method = http.MethodPut }, http.StatusMethodNotAllowed},
		"with a body too long": {func(r *http.Request) { r.ContentLength = 1<<20 + 1 }, http.StatusForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			forEachKind(t, func(t *testing.T, kind callbackKind) {
				verifier, _ := newLoggedVerifier(t)
				service := serveOnPipes(t, kind.handler(verifier, func(context.Context) error { return nil }))
				service.HTTPClient.Transport.(*http.Transport).ExpectContinueTimeout = time.Hour
				r := outgoing(t, kind.form, unreadBody{t})
				r.ContentLength = int64(len(kind.form.Encode()))
				r.Header.Set("Expect", "100-continue")
				test.change(r)

				response, err := service.HTTPClient.Do(r)

				require.NoError(t, err)
				assert.Equal(t, test.want, readReply(t, response, time.Now()).status)
			})
		})
	}
}

func TestHandlersAnswerOverHTTP2(t *testing.T) {
	for _, kind := range callbackKinds() {
		t.Run(kind.name, func(t *testing.T) {
			verifier, log := newLoggedVerifier(t)
			handler := kind.handler(verifier, func(ctx context.Context) error { return ctx.Err() })
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				assert.Equal(t, "HTTP/2.0", r.Proto)
				handler.ServeHTTP(w, r)
			}))
			server.EnableHTTP2 = true
			server.StartTLS()
			defer server.Close()
			client := webhook.Client{AuthToken: authToken, HTTPClient: server.Client()}
			for range 2 {
				response, err := client.PostForm(t.Context(), server.URL, kind.form)
				require.NoError(t, err)
				reply := readReply(t, response, time.Now())
				assert.Equal(t, kind.status, reply.status)
				assert.Equal(t, "application/json", reply.contentType)
			}
			for _, entry := range log.records(t) {
				assert.Equal(t, "taskrouter event was handled before", entry["msg"])
			}
		})
	}
}

func TestCallbackAtTheWrongHandlerIsAnsweredWith400(t *testing.T) {
	kinds := callbackKinds()
	assignment, event := kinds[0], kinds[1]
	const noAssignment = "webhook: read an assignment: it is an event, as its EventType is \"task.canceled\"\n"
	const noEvent = "webhook: read an event: EventType is missing, as in an assignment or another callback\n"
	for _, test := range []struct {
		name string
		at   callbackKind
		post func(context.Context, webhook.Client) (*http.Response, error)
		body string
	}{
		{name: "an event", at: assignment, body: noAssignment, post: func(ctx context.Context, c webhook.Client) (*http.Response, error) {
			return c.PostForm(ctx, callbackURL, event.form)
		}},
		{name: "an assignment", at: event, body: noEvent, post: func(ctx context.Context, c webhook.Client) (*http.Response, error) {
			return c.PostForm(ctx, callbackURL, assignment.form)
		}},
		{name: "JSON", at: event, body: noEvent, post: func(ctx context.Context, c webhook.Client) (*http.Response, error) {
			return c.PostBody(ctx, callbackURL, "application/json", []byte(`{"EventType":"task.canceled"}`))
		}},
		{name: "nothing", at: event, body: noEvent, post: func(ctx context.Context, c webhook.Client) (*http.Response, error) {
			return c.PostForm(ctx, callbackURL, nil)
		}},
	} {
		t.Run(test.name+" at the handler of the "+test.at.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				verifier, log := newLoggedVerifier(t)
				service := serveOnPipes(t, test.at.handler(verifier, func(context.Context) error {
					t.Error("the function was called")
					return nil
				}))
				start := time.Now()

				response, err := test.post(t.Context(), service.Client)

				require.NoError(t, err)
				assert.Equal(t, httpReply{status: http.StatusBadRequest, contentType: "text/plain; charset=utf-8", body: test.body}, readReply(t, response, start))
				records := log.records(t)
				require.Len(t, records, 1)
				assert.Equal(t, "taskrouter callback failed", records[0]["msg"])
				assert.Equal(t, "ERROR", records[0]["level"])
				assert.Equal(t, 400, records[0]["status"])
				assert.Equal(t, strings.TrimSpace(test.body), records[0]["error"])
			})
		})
	}
}

// A function may itself read callbacks; that it fails to is no fault of the service.
func TestErrorOfTheFunctionIsNotTakenForAWrongCallback(t *testing.T) {
	forEachKind(t, func(t *testing.T, kind callbackKind) {
		verifier, _ := newLoggedVerifier(t)
		service := serveOnPipes(t, kind.handler(verifier, func(context.Context) error {
			_, err := webhook.ParseEvent(nil)
			return err
		}))
		assert.Equal(t, http.StatusInternalServerError, postForm(t, service.Client, kind.form).status)
	})
}

func TestHandlersAnswerManyAtOnce(t *testing.T) {
	forEachKind(t, func(t *testing.T, kind callbackKind) {
		verifier, _ := newLoggedVerifier(t)
		var running, most atomic.Int32
		service := serveOnPipes(t, kind.handler(verifier, func(context.Context) error {
			most.Store(max(most.Load(), running.Add(1)))
			defer running.Add(-1)
			<-time.After(time.Second)
			return nil
		}))
		start := time.Now()
		var posts sync.WaitGroup
		for n := range 50 {
			form := url.Values{}
			for name, values := range kind.form {
				form[name] = values
			}
			form.Set("Sid", fmt.Sprint("EV", n))
			posts.Go(func() { assert.Equal(t, kind.status, postForm(t, service.Client, form).status) })
		}
		posts.Wait()
		assert.Equal(t, time.Second, time.Since(start))
		assert.EqualValues(t, 50, most.Load())
	})
}
