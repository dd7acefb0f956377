package taskrouter_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// hedgeAgain is a request that can be sent although r was.
func hedgeAgain(t testing.TB, r *http.Request) *http.Request {
	t.Helper()
	again := r.Clone(r.Context())
	if r.GetBody != nil {
		body, err := r.GetBody()
		assert.NoError(t, err)
		again.Body = body
	}
	return again
}

// hedgeTwice sends a request twice at the same time, and answers with what comes
// first.
func hedgeTwice(next http.RoundTripper, r *http.Request) (*http.Response, error) {
	type outcome struct {
		response *http.Response
		err      error
	}
	outcomes := make(chan outcome, 2)
	for range 2 {
		go func() {
			response, err := next.RoundTrip(r.Clone(r.Context()))
			outcomes <- outcome{response, err}
		}()
	}
	first := <-outcomes
	return first.response, first.err
}

func TestAPostThatMiddlewareSentAgainWithANewTokenIsNotSentOnceMore(t *testing.T) {
	for status, answered := range map[int]bool{200: true, 503: false, 0: false} {
		t.Run(fmt.Sprintf("status %d", status), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var sent []string
				lost := errors.New("lost")
				network := transport(func(r *http.Request) (*http.Response, error) {
					sent = append(sent, r.Header.Get("Authorization"))
					switch {
					case len(sent) == 1:
						return inMemory(answer(401, `{}`))(r)
					case status == 0:
						return nil, lost
					}
					return inMemory(answer(status, `{"sid":"WT1"}`))(r)
				})
				client := authClient(t, network, (&authTokens{}).option(),
					middlewareOf(taskrouter.WithAttemptMiddleware, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
						response, err := next.RoundTrip(r)
						if err == nil && response.StatusCode == http.StatusUnauthorized {
							return next.RoundTrip(hedgeAgain(t, r))
						}
						return response, err
					}))
				_, err := client.Tasks("WS1").Create(t.Context(), taskrouter.CreateTaskRequest{})
				assert.Equal(t, answered, err == nil, "%v", err)
				assert.Equal(t, []string{"Bearer t1", "Bearer t2"}, sent)
			})
		})
	}
}

// Whether a byte can have left is asked of all ways that an attempt took.
func TestAPostIsRepeatedIfNoWayThatMiddlewareTookCanHaveLeft(t *testing.T) {
	refused, lost := errors.New("connection refused"), errors.New("the answer is lost")
	always := func(int32) bool { return true }
	fails := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	twice := func(next, _ http.RoundTripper, r, again *http.Request) (*http.Response, error) {
		if response, err := next.RoundTrip(r); err == nil {
			return response, nil
		}
		return next.RoundTrip(again)
	}
	elsewhere := func(next, other http.RoundTripper, r, again *http.Request) (*http.Response, error) {
		if response, err := next.RoundTrip(r); err == nil {
			return response, nil
		}
		return other.RoundTrip(again)
	}
	tests := map[string]struct {
		refuse            func(dial int32) bool
		service           http.HandlerFunc
		send              func(next, other http.RoundTripper, r, again *http.Request) (*http.Response, error)
		dials, carriedOut int32
	}{
		"refused": {always, fails, func(next, _ http.RoundTripper, r, _ *http.Request) (*http.Response, error) {
			return next.RoundTrip(r)
		}, 4, 0},
		"refused, and that told in other words": {always, fails, func(next, _ http.RoundTripper, r, _ *http.Request) (*http.Response, error) {
			_, err := next.RoundTrip(r)
			return nil, fmt.Errorf("middleware: %w", err)
		}, 4, 0},
		"refused twice":           {always, fails, twice, 8, 0},
		"reset, then refused":     {func(dial int32) bool { return dial%2 == 0 }, fails, twice, 2, 1},
		"refused, then reset":     {func(dial int32) bool { return dial%2 == 1 }, fails, twice, 2, 1},
		"refused, then elsewhere": {always, fails, elsewhere, 1, 1},
		"refused, while another is on its way": {func(dial int32) bool { return dial%2 == 0 }, func(_ http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
		}, func(next, _ http.RoundTripper, r, again *http.Request) (*http.Response, error) {
			go func() { _, _ = next.RoundTrip(r) }() // until the call ends
			synctest.Wait()
			return next.RoundTrip(again)
		}, 2, 1},
		"refused, then misdoubted": {func(dial int32) bool { return dial%2 == 1 }, answer(200, `{}`), func(next, other http.RoundTripper, r, again *http.Request) (*http.Response, error) {
			_, err := twice(next, other, r, again)
			assert.NoError(t, err)
			return nil, errors.New("the signature is wrong")
		}, 2, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var dials, carriedOut atomic.Int32
				service := newFakeServiceInBubble(t, func(w http.ResponseWriter, r *http.Request) {
					carriedOut.Add(1)
					test.service(w, r)
				})
				dial := service.transport.DialContext
				service.transport.DisableKeepAlives = true
				service.transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
					if test.refuse(dials.Add(1)) {
						return nil, refused
					}
					return dial(ctx, network, address)
				}
				other := transport(func(*http.Request) (*http.Response, error) {
					carriedOut.Add(1)
					return nil, lost
				})
				client := service.client(t, taskrouter.WithRetry(taskrouter.RetryPolicy{}),
					middlewareOf(taskrouter.WithAttemptMiddleware, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
						return test.send(next, other, r, hedgeAgain(t, r))
					}))
				_, err := client.Tasks("WS1").Create(t.Context(), taskrouter.CreateTaskRequest{})
				require.Error(t, err)
				assert.Equal(t, test.dials, dials.Load())
				assert.Equal(t, test.carriedOut, carriedOut.Load())
			})
		})
	}
}

// The race detector watches.
func TestMiddlewareMaySendWhatDoesNoHarmTwiceAtTheSameTime(t *testing.T) {
	const calls = 20
	logger := taskrouter.WithLogger(slog.New(slog.NewTextHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelDebug})))
	for level, with := range middlewareLevels {
		t.Run(level, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var requests atomic.Int32
				// The first two requests fail; they are sent before any is repeated.
				client := func(first, then transport) *taskrouter.Client {
					requests.Store(0)
					return retryClient(t, taskrouter.RetryPolicy{}, func(r *http.Request) (*http.Response, error) {
						if requests.Add(1) <= 2 {
							return first(r)
						}
						return then(r)
					}, logger, middlewareOf(with, hedgeTwice))
				}
				for range calls {
					task, err := client(inMemory(answer(503, "")), inMemory(answer(200, `{"sid":"WT1"}`))).Tasks("WS1").Get(t.Context(), "WT1")
					require.NoError(t, err)
					assert.Equal(t, "WT1", task.SID)
					synctest.Wait()

					err = retryGet(t.Context(), client(retryFails(io.ErrUnexpectedEOF), inMemory(answer(404, `{}`))))
					assertAbout(t, taskrouter.ErrNotFound, err)
					synctest.Wait()

					notFound := inMemory(answer(404, `{}`))
					lost := client(retryFails(io.ErrUnexpectedEOF), notFound)
					require.NoError(t, lost.Tasks("WS1").Delete(t.Context(), "WT1"), "it may have been carried out before")
					synctest.Wait()

					assertAbout(t, taskrouter.ErrNotFound, client(notFound, notFound).Tasks("WS1").Delete(t.Context(), "WT1"))
					synctest.Wait()
				}
			})
		})
	}
}

// Several errors may come of several requests, of which one has left.
func TestAPostIsNotRepeatedIfMiddlewareJoinsErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		elsewhere := 0
		network := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("refused") }}
		client := newTestClient(t, taskrouter.WithBaseURL("http://service.test"), taskrouter.WithRetry(taskrouter.RetryPolicy{}),
			taskrouter.WithHTTPClient(&http.Client{Transport: network}),
			middlewareOf(taskrouter.WithAttemptMiddleware, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
				_, err := next.RoundTrip(r)
				elsewhere++
				return nil, errors.Join(err, errors.New("lost"))
			}))
		_, err := client.Tasks("WS1").Create(t.Context(), taskrouter.CreateTaskRequest{})
		assert.Error(t, err)
		assert.Equal(t, 1, elsewhere)
	})
}

// The race detector watches.
func TestCallMiddlewareMaySendACallTwiceAtOnce(t *testing.T) {
	for method, call := range retryCalls {
		t.Run(method, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := retryClient(t, taskrouter.RetryPolicy{}, inMemory(answer(429, "")),
					middlewareOf(taskrouter.WithCallMiddleware, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
						responses := make(chan *http.Response, 2)
						for range 2 {
							go func() {
								response, _ := next.RoundTrip(r.Clone(r.Context())) // the other one may do better
								responses <- response
							}()
						}
						return <-responses, nil
					}))
				assertAbout(t, taskrouter.ErrRateLimited, call(t.Context(), client, taskrouter.WithTimeout(time.Minute)))
				<-time.After(time.Hour) // of the bubble, until the other one has ended
			})
		})
	}
}
