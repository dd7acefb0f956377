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
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// How long a callback may take, and whose time is whose.

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
