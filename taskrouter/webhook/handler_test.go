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
		{"not to be encoded", unencodable{}, "webhook: encode an instruction: json: error calling MarshalJSON for type webhook_test.unencodable: no ink"},
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
		{"with a panic without a value", func(context.Context) error { panic(nil) }, "webhook: the function panicked: panic called with nil argument", true}, //nolint:govet // what a function may do
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

// The service hears at the very second that the function is not done, and what the
// function does afterwards is lost, but not unheard of.
func TestFunctionThatOverrunsIsAnsweredWith500AtItsDeadline(t *testing.T) {
	overrun := func(kind callbackKind) map[string]any {
		return kind.record("ERROR", "taskrouter callback failed", map[string]any{
			"error": "webhook: wait for the function: context deadline exceeded", "status": 500,
		})
	}
	late := func(kind callbackKind, text string) map[string]any {
		return kind.record("ERROR", "taskrouter callback answered too late", map[string]any{"error": text})
	}
	for _, test := range []struct {
		name     string
		function func(context.Context) error // once the deadline has passed
		late     string                      // what the log says of it
	}{
		{"and ends when its context does", func(ctx context.Context) error { return fmt.Errorf("ask the database: %w", ctx.Err()) }, ""},
		{"and succeeds", func(context.Context) error { return nil }, "webhook: the function succeeded, but the service was told that it did not"},
		{"and fails", func(context.Context) error { return errors.New("the database is gone") }, "the database is gone"},
		{"and panics", func(context.Context) error { panic("at the disco") }, "webhook: the function panicked: at the disco"},
		{"and ends its goroutine", func(context.Context) error { runtime.Goexit(); return nil }, "webhook: the function did not return"},
	} {
		t.Run(test.name, func(t *testing.T) {
			forEachKind(t, func(t *testing.T, kind callbackKind) {
				verifier, log := newLoggedVerifier(t)
				service := serveOnPipes(t, kind.handler(verifier, func(ctx context.Context) error {
					<-ctx.Done()
					<-time.After(time.Nanosecond)
					return test.function(ctx)
				}))

				reply := postForm(t, service.Client, kind.form)

				assert.Equal(t, httpReply{http.StatusInternalServerError, "text/plain; charset=utf-8", "Internal Server Error\n", kind.timeout}, reply)
				synctest.Wait()
				<-time.After(time.Second)
				synctest.Wait()
				want := []map[string]any{overrun(kind)}
				if test.late != "" {
					want = append(want, late(kind, test.late))
				}
				records := log.records(t)
				for _, record := range records {
					delete(record, "stack")
				}
				assert.Equal(t, want, records)
			})
		})
	}
}

func TestFunctionThatReturnsInTheLastMomentIsHeard(t *testing.T) {
	forEachKind(t, func(t *testing.T, kind callbackKind) {
		verifier, log := newLoggedVerifier(t)
		last := kind.timeout - time.Nanosecond
		service := serveOnPipes(t, kind.handler(verifier, func(context.Context) error {
			<-time.After(last)
			return nil
		}))

		reply := postForm(t, service.Client, kind.form)

		assert.Equal(t, kind.status, reply.status)
		assert.Equal(t, last, reply.after)
		synctest.Wait()
		<-time.After(time.Second)
		synctest.Wait()
		assert.Empty(t, log.records(t))
	})
}

// The context ends when the answer has been written, too, which must not look as if
// the function had been late.
func TestFunctionInTimeIsNeverCalledLate(t *testing.T) {
	forEachKind(t, func(t *testing.T, kind callbackKind) {
		verifier, log := newLoggedVerifier(t)
		handler := kind.handler(verifier, func(context.Context) error { return nil })
		kind.form.Del("Sid")
		var posts sync.WaitGroup
		for range 8 {
			posts.Go(func() {
				for range 200 {
					recorder := httptest.NewRecorder()
					handler.ServeHTTP(recorder, incomingForm(kind.form).request(t))
					assert.Equal(t, kind.status, recorder.Code)
				}
			})
		}
		posts.Wait()
		synctest.Wait()
		assert.Empty(t, log.records(t))
	})
}

// slowBody is a body that begins to arrive late.
type slowBody struct {
	after time.Duration
	io.Reader
}

func (b *slowBody) Read(p []byte) (int, error) {
	<-time.After(b.after)
	b.after = 0
	return b.Reader.Read(p)
}

// outgoing is a signed request to send, with a body that a [webhook.Client] would not
// send.
func outgoing(t *testing.T, form url.Values, body io.Reader) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, callbackURL, body)
	require.NoError(t, err)
	r.Header.Set("Content-Type", formType)
	r.Header.Set(webhook.SignatureHeader, webhook.Sign(authToken, callbackURL, form))
	return r
}

// postSlowly posts a form whose body begins to arrive late.
func postSlowly(t *testing.T, service *pipeService, form url.Values, after time.Duration) (httpReply, error) {
	t.Helper()
	start := time.Now()
	response, err := service.HTTPClient.Do(outgoing(t, form, &slowBody{after, strings.NewReader(form.Encode())}))
	if err != nil {
		return httpReply{after: time.Since(start)}, err
	}
	return readReply(t, response, start), nil
}

func TestDeadlineIsCountedFromTheArrivalOfTheRequest(t *testing.T) {
	forEachKind(t, func(t *testing.T, kind callbackKind) {
		verifier, _ := newLoggedVerifier(t)
		start := time.Now()
		service := serveOnPipes(t, kind.handler(verifier, func(ctx context.Context) error {
			assert.Equal(t, 2*time.Second, time.Since(start))
			deadline, ok := ctx.Deadline()
			assert.True(t, ok)
			assert.Equal(t, kind.timeout, deadline.Sub(start))
			<-ctx.Done()
			return ctx.Err()
		}))

		reply, err := postSlowly(t, service, kind.form, 2*time.Second)

		require.NoError(t, err)
		assert.Equal(t, http.StatusInternalServerError, reply.status)
		assert.Equal(t, kind.timeout, reply.after)
	})
}

func TestBodyThatDoesNotArriveInTheReadTimeoutIsRefused(t *testing.T) {
	forEachKind(t, func(t *testing.T, kind callbackKind) {
		verifier, log := newLoggedVerifier(t)
		served := make(chan time.Duration, 1)
		start := time.Now()
		handler := kind.handler(verifier, func(context.Context) error {
			t.Error("a callback was believed whose body had not arrived")
			return nil
		})
		service := serveOnPipes(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			handler.ServeHTTP(w, r)
			served <- time.Since(start)
		}), func(server *http.Server) { server.ReadTimeout = time.Second })

		_, _ = postSlowly(t, service, kind.form, time.Minute) // whether the answer is seen is up to the transport

		assert.Equal(t, time.Second, <-served)
		records := log.records(t)
		require.Len(t, records, 1)
		assert.Equal(t, "DEBUG", records[0]["level"])
		assert.Equal(t, 403, records[0]["status"])
		assert.Contains(t, records[0]["error"], "read the body: ")
		assert.Contains(t, records[0]["error"], "i/o timeout")
		<-time.After(time.Minute) // until the transport has done with the body
	})
}

// The server must not end the context when the body has arrived but the function takes
// longer than the server gives to requests.
func TestReadTimeoutOfTheServerIsNotTheTimeOfTheFunction(t *testing.T) {
	forEachKind(t, func(t *testing.T, kind callbackKind) {
		verifier, _ := newLoggedVerifier(t)
		service := serveOnPipes(t, kind.handler(verifier, func(ctx context.Context) error {
			<-time.After(3 * time.Second)
			return ctx.Err()
		}), func(server *http.Server) { server.ReadTimeout = time.Second })
		for range 2 {
			assert.Equal(t, kind.status, postForm(t, service.Client, kind.form).status)
		}
		assert.Equal(t, 1, service.listener.Dialed(), "connections")
	})
}

// A proxy may send the requests of others on the same connection.
func TestRequestWithoutABodyThatTakesTooLongLeavesTheConnectionAsItIs(t *testing.T) {
	forEachKind(t, func(t *testing.T, kind callbackKind) {
		var took time.Duration
		verifier, _ := newLoggedVerifier(t, webhook.WithTokenSource(func(context.Context, string) ([]string, error) {
			<-time.After(took)
			return []string{authToken}, nil
		}))
		service := serveOnPipes(t, kind.handler(verifier, func(ctx context.Context) error { return ctx.Err() }))

		took = kind.timeout + time.Second
		assert.Equal(t, http.StatusInternalServerError, postForm(t, service.Client, nil).status)
		took = 0

		assert.Equal(t, kind.status, postForm(t, service.Client, kind.form).status)
		assert.Equal(t, 1, service.listener.Dialed(), "connections")
	})
}

func TestConnectionGoesOnAfterAnOverrun(t *testing.T) {
	forEachKind(t, func(t *testing.T, kind callbackKind) {
		verifier, _ := newLoggedVerifier(t)
		var ends []error
		service := serveOnPipes(t, kind.handler(verifier, func(ctx context.Context) error {
			<-ctx.Done()
			ends = append(ends, ctx.Err())
			return ctx.Err()
		}))
		for range 3 {
			assert.Equal(t, http.StatusInternalServerError, postForm(t, service.Client, kind.form).status)
			synctest.Wait()
		}
		assert.Equal(t, []error{context.DeadlineExceeded, context.DeadlineExceeded, context.DeadlineExceeded}, ends)
		assert.Equal(t, 1, service.listener.Dialed(), "connections")
	})
}

func TestFunctionIsNotCalledWhenTheTimeIsOver(t *testing.T) {
	forEachKind(t, func(t *testing.T, kind callbackKind) {
		verifier, log := newLoggedVerifier(t, webhook.WithTokenSource(func(context.Context, string) ([]string, error) {
			<-time.After(kind.timeout + time.Nanosecond)
			return []string{authToken}, nil
		}))
		service := serveOnPipes(t, kind.handler(verifier, func(context.Context) error {
			t.Error("the function was called for nobody")
			return nil
		}))

		reply := postForm(t, service.Client, kind.form)

		assert.Equal(t, http.StatusInternalServerError, reply.status)
		assert.Equal(t, []map[string]any{kind.record("ERROR", "taskrouter callback failed", map[string]any{
			"error": "webhook: call the function: context deadline exceeded", "status": 500,
		})}, log.records(t))
	})
}

func TestTokenSourceHasTheTimeOfTheCallback(t *testing.T) {
	forEachKind(t, func(t *testing.T, kind callbackKind) {
		verifier, log := newLoggedVerifier(t, webhook.WithTokenSource(func(ctx context.Context, _ string) ([]string, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}))
		service := serveOnPipes(t, kind.handler(verifier, func(context.Context) error { return nil }))

		reply := postForm(t, service.Client, kind.form)

		assert.Equal(t, http.StatusInternalServerError, reply.status)
		assert.Equal(t, kind.timeout, reply.after)
		records := log.records(t)
		require.Len(t, records, 1)
		assert.Equal(t, "webhook: look up the auth tokens: context deadline exceeded", records[0]["error"])
	})
}

func TestContextEndsWhenTheClientGoesAway(t *testing.T) {
	forEachKind(t, func(t *testing.T, kind callbackKind) {
		verifier, log := newLoggedVerifier(t)
		ended := make(chan time.Duration, 1)
		start := time.Now()
		service := serveOnPipes(t, kind.handler(verifier, func(ctx context.Context) error {
			<-ctx.Done()
			ended <- time.Since(start)
			return ctx.Err()
		}))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()

		_, err := service.PostForm(ctx, callbackURL, kind.form)

		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, time.Second, <-ended)
		synctest.Wait()
		assert.Equal(t, []map[string]any{kind.record("ERROR", "taskrouter callback failed", map[string]any{
			"error": "webhook: wait for the function: context canceled", "status": 500,
		})}, log.records(t))
	})
}

func TestContextHasTheValuesOfTheRequestAndEndsWithTheAnswer(t *testing.T) {
	type key struct{}
	forEachKind(t, func(t *testing.T, kind callbackKind) {
		verifier, _ := newLoggedVerifier(t)
		var function context.Context
		handler := kind.handler(verifier, func(ctx context.Context) error {
			function = ctx
			return nil
		})
		r := incomingForm(kind.form).request(t)

		handler.ServeHTTP(httptest.NewRecorder(), r.WithContext(context.WithValue(r.Context(), key{}, "kept")))

		assert.Equal(t, "kept", function.Value(key{}))
		assert.ErrorIs(t, function.Err(), context.Canceled)
	})
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
