package taskrouter_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

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
					logAround(taskrouter.WithAttemptMiddleware, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
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
					logAround(taskrouter.WithAttemptMiddleware, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
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

// Nor does it afterwards, on the request and on that of the answer, as tracing
// might record them.
func TestMiddlewareNeverSeesCredentials(t *testing.T) {
	for level, with := range logLevels {
		for want, option := range authKinds() {
			t.Run(level+" "+want, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					office := newAuthOffice(authGrant(authAccess, ""))
					looks, attempts := 0, 0
					network := transport(func(r *http.Request) (*http.Response, error) {
						response, err := office.RoundTrip(r)
						if err == nil && r.URL.Host == "service.test" {
							if attempts++; attempts == 1 {
								response.StatusCode = http.StatusServiceUnavailable
							}
						}
						if response != nil {
							response.Request = r // as net/http does
						}
						return response, err
					})
					client := authClient(t, network, option, logAround(with, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
						header := r.Header
						assert.NotContains(t, header, "Authorization", "before")
						response, err := next.RoundTrip(r)
						require.NoError(t, err)
						require.NotNil(t, response.Request)
						for _, seen := range []http.Header{header, r.Header, response.Request.Header} {
							looks++
							assert.NotContains(t, seen, "Authorization", "afterwards")
						}
						return response, err
					}))
					require.NoError(t, authGet(t.Context(), client))
					assert.Equal(t, map[string]int{"call": 3, "attempt": 6}[level], looks)
					assert.Equal(t, []string{want, want}, office.service.sent())
				})
			})
		}
	}
}

func TestHeadersThatMiddlewareAddsDoNotPileUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newFakeServiceInBubble(t, inTurn(answer(503, ""), answer(429, ""), answer(200, `{}`)))
		add := func(name string) func(http.RoundTripper, *http.Request) (*http.Response, error) {
			return func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
				r.Header.Add(name, "1")
				r.Header.Add("X-Trace", name)
				return next.RoundTrip(r)
			}
		}
		client := service.client(t, taskrouter.WithRetry(taskrouter.RetryPolicy{}),
			logAround(taskrouter.WithCallMiddleware, add("X-Call")), logAround(taskrouter.WithAttemptMiddleware, add("X-Attempt")))
		require.NoError(t, retryGet(t.Context(), client, taskrouter.WithHeader("X-Trace", "mine")))
		require.Len(t, service.seen(), 3)
		for _, request := range service.seen() {
			assert.Equal(t, []string{"1"}, request.Header["X-Call"])
			assert.Equal(t, []string{"1"}, request.Header["X-Attempt"])
			assert.Equal(t, []string{"mine", "X-Call", "X-Attempt"}, request.Header["X-Trace"])
		}
	})
}

// The race detector watches.
func TestMiddlewareMaySendWhatDoesNoHarmTwiceAtTheSameTime(t *testing.T) {
	const calls = 20
	logger := taskrouter.WithLogger(slog.New(slog.NewTextHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelDebug})))
	for level, with := range logLevels {
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
					}, logger, logAround(with, hedgeTwice))
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

// Whatever GetBody says, which middleware may have forgotten.
func TestTheFirstAttemptSendsTheBodyThatMiddlewarePutInPlace(t *testing.T) {
	const other = "Reason=other"
	tests := map[string]func(r *http.Request){
		"without GetBody":            func(r *http.Request) { r.GetBody = nil },
		"with the GetBody of before": func(*http.Request) {},
		"with its GetBody": func(r *http.Request) {
			r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(other)), nil }
		},
	}
	for name, setGetBody := range tests {
		for level, with := range logLevels {
			t.Run(name+", "+level, func(t *testing.T) {
				service := newFakeService(t, answer(200, `{}`))
				client := service.client(t, taskrouter.WithRetry(taskrouter.RetryPolicy{}), logAround(with, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
					r.Body, r.ContentLength = io.NopCloser(strings.NewReader(other)), int64(len(other))
					setGetBody(r)
					return next.RoundTrip(r)
				}))
				require.NoError(t, retryCalls[http.MethodPost](t.Context(), client))
				require.Len(t, service.seen(), 1)
				assert.Equal(t, other, service.seen()[0].Form.Encode())
			})
		}
	}
}

// Several errors may come of several requests, of which one has left.
func TestAPostIsNotRepeatedIfMiddlewareJoinsErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		elsewhere := 0
		network := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("refused") }}
		client := newTestClient(t, taskrouter.WithBaseURL("http://service.test"), taskrouter.WithRetry(taskrouter.RetryPolicy{}),
			taskrouter.WithHTTPClient(&http.Client{Transport: network}),
			logAround(taskrouter.WithAttemptMiddleware, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
				_, err := next.RoundTrip(r)
				elsewhere++
				return nil, errors.Join(err, errors.New("lost"))
			}))
		_, err := client.Tasks("WS1").Create(t.Context(), taskrouter.CreateTaskRequest{})
		assert.Error(t, err)
		assert.Equal(t, 1, elsewhere)
	})
}
