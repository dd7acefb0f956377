package taskrouter_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

func TestAFailureToFetchATokenIsLoggedWithoutItsBody(t *testing.T) {
	var book logBook
	network := inMemory(answer(400, `{"error":"invalid_client","echo":"S3CRET"}`))
	client, err := taskrouter.NewClient(
		taskrouter.WithBaseURL("https://service.test"), taskrouter.WithHTTPClient(&http.Client{Transport: network}),
		taskrouter.WithClientCredentials("id", "secret"), taskrouter.WithTokenURL("https://auth.test/token"), book.option())
	require.NoError(t, err)
	require.Error(t, retryGet(t.Context(), client))
	assert.NotContains(t, book.text.String(), logSecret)
}

func TestPasswordsAreHiddenHoweverTheyAreWritten(t *testing.T) {
	for _, value := range []string{
		"https://u:p^S3CRET@host/", "https://u:p%zzS3CRET@host/", "https://u:S3CRET@host:port/", " https://u:S3CRET@host/",
		"sip:u:S3CRET@host", "https://host/?next=https://u:S3CRET@host/",
	} {
		var book logBook
		client := offline(t, inMemory(answer(200, "{}")), book.option(), taskrouter.WithLoggedValues())
		_, err := client.TaskReservations("WS1", "WT1").Update(t.Context(), "WR1", taskrouter.UpdateReservationRequest{CallURL: &value})
		require.NoError(t, err)
		assert.NotContains(t, book.text.String(), logSecret, value)
	}
}

func TestTheCauseOfAContextIsFoundAfterAWait(t *testing.T) {
	cause := errors.New("shutting down")
	for name, f := range map[string]transport{"an answer": inMemory(answer(429, "", "Retry-After", "10")), "none": retryFails(io.EOF)} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := retryClient(t, taskrouter.RetryPolicy{MinDelay: 1e6 * time.Hour}, f)
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(time.Second, func() { cancel(cause) })
				err := retryGet(ctx, client)
				assert.ErrorIs(t, err, context.Canceled)
				assert.ErrorIs(t, err, cause)
			})
		})
	}
}

func TestMiddlewareMayAnswerInPlaceOfACallThatGaveUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := retryClient(t, taskrouter.RetryPolicy{}, inMemory(answer(429, "", "Retry-After", "10")),
			logAround(taskrouter.WithCallMiddleware, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
				response, err := next.RoundTrip(r)
				if err == nil && response.StatusCode == 429 {
					return inMemory(answer(200, `{"sid":"WT1"}`))(r)
				}
				return response, err
			}))
		assert.NoError(t, retryGet(t.Context(), client, taskrouter.WithTimeout(time.Second)))
	})
}

func TestMiddlewareMayRepeatACallThatFoundNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := retryClient(t, taskrouter.RetryPolicy{}, inMemory(inTurn(answer(503, ""), answer(404, ""))),
			logAround(taskrouter.WithCallMiddleware, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
				response, err := next.RoundTrip(r)
				if err == nil && response.StatusCode == 404 {
					return inMemory(answer(403, `{}`))(r)
				}
				return response, err
			}))
		assertAbout(t, taskrouter.ErrForbidden, client.Tasks("WS1").Delete(t.Context(), "WT1"))
	})
}

func TestMiddlewareMaySendACallTwiceAtOnce(t *testing.T) {
	client := retryClient(t, taskrouter.RetryPolicy{}, inMemory(answer(200, "{}")),
		logAround(taskrouter.WithCallMiddleware, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			responses := make(chan *http.Response, 2)
			for range 2 {
				go func() {
					response, _ := next.RoundTrip(r.Clone(r.Context()))
					responses <- response
				}()
			}
			return <-responses, nil
		}))
	require.NoError(t, retryGet(t.Context(), client))
}

func TestAPostThatMayHaveArrivedIsNotRepeatedBecauseMiddlewareCouldNotRepeatIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		arrived := 0
		service := newFakeServiceInBubble(t, func(w http.ResponseWriter, _ *http.Request) {
			arrived++
			wireText("")(w, nil) // carried out, and the answer is lost
		})
		dial, dials := service.transport.DialContext, 0
		service.transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			if dials++; dials == 2 {
				return nil, errors.New("connection refused")
			}
			return dial(ctx, network, address)
		}
		client := service.client(t, taskrouter.WithRetry(taskrouter.RetryPolicy{MaxAttempts: 2}),
			logAround(taskrouter.WithAttemptMiddleware, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
				again := r.Clone(r.Context())
				again.Body, _ = r.GetBody()
				response, err := next.RoundTrip(r)
				if err != nil && dials == 1 { // as middleware that has retries of its own
					return next.RoundTrip(again)
				}
				return response, err
			}))
		_, err := client.Tasks("WS1").Create(t.Context(), taskrouter.CreateTaskRequest{})
		require.Error(t, err)
		assert.Equal(t, 1, arrived)
	})
}

func TestMiddlewareThatSendsAnIncompleteRequestIsAnError(t *testing.T) {
	for name, change := range map[string]func(*http.Request) *http.Request{
		"no URL":     func(r *http.Request) *http.Request { r = r.Clone(r.Context()); r.URL = nil; return r },
		"no headers": func(r *http.Request) *http.Request { r = r.Clone(r.Context()); r.Header = nil; return r },
		"no request": func(*http.Request) *http.Request { return nil },
	} {
		for level, option := range logLevels {
			t.Run(name+" "+level, func(t *testing.T) {
				client := offline(t, inMemory(answer(200, "{}")), logAround(option, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
					return next.RoundTrip(change(r))
				}))
				assert.NotPanics(t, func() { _ = retryGet(t.Context(), client) })
			})
		}
	}
}

func TestBodiesOfMiddlewareAreClosed(t *testing.T) {
	for _, sent := range []bool{true, false} {
		var opened []*logSpy
		open := func() io.ReadCloser {
			opened = append(opened, &logSpy{Reader: strings.NewReader("a=1")})
			return opened[len(opened)-1]
		}
		limiter := limitFunc(func(context.Context) error {
			if sent {
				return nil
			}
			return errors.New("refused")
		})
		client := offline(t, func(r *http.Request) (*http.Response, error) {
			_ = r.Body.Close()
			return inMemory(answer(200, "{}"))(r)
		}, taskrouter.WithLimiter(limiter), retryBody(open, func() (io.ReadCloser, error) { return open(), nil }))
		_ = retryCalls[http.MethodPost](t.Context(), client)
		for i, body := range opened {
			assert.Positive(t, body.closed, "sent %t, body %d", sent, i)
		}
	}
}

func TestACallThatIsCanceledWithItsAnswerSaysSo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	client := retryClient(t, taskrouter.RetryPolicy{}, func(r *http.Request) (*http.Response, error) {
		cancel()
		return inMemory(answer(429, ""))(r)
	})
	err := retryGet(ctx, client)
	assertAbout(t, taskrouter.ErrRateLimited, err)
	assert.ErrorIs(t, err, context.Canceled)
}

func TestWhatTheServerSaidIsNotLogged(t *testing.T) {
	for _, text := range []string{"HTTP/1.1 200 OK\nX-S3CRET\n\n", "HTTP/1.1 S3CRET x\n\n", "S3CRET\n\n", "HTTP/1.1 301 Moved\nLocation: http://[::1S3CRET\nContent-Length: 0\n\n"} {
		var book logBook
		require.Error(t, retryGet(t.Context(), newFakeService(t, wireText(text)).client(t, book.option())))
		assert.NotContains(t, book.text.String(), logSecret)
	}
}

func TestAStatusIsNotLostBecauseItsLocationIsNoURL(t *testing.T) {
	err := retryGet(t.Context(), newFakeService(t, answer(301, "moved", "Location", "http://[::1")).client(t))
	assert.Equal(t, 301, answerError(t, err).StatusCode)
}

func TestAHostHeaderTakesNoCredentialsElsewhere(t *testing.T) {
	for name, change := range map[string]func(*http.Request){
		"Host":   func(r *http.Request) { r.Host = "elsewhere.test" },
		"Opaque": func(r *http.Request) { r.URL.Opaque = "//elsewhere.test/" },
	} {
		t.Run(name, func(t *testing.T) {
			var requested []string
			proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				requested = append(requested, r.RequestURI+" "+r.Host+" "+r.Header.Get("Authorization"))
				answer(200, "{}")(w, r)
			}))
			defer proxy.Close()
			address, err := url.Parse(proxy.URL)
			require.NoError(t, err)
			client := newTestClient(t, taskrouter.WithBaseURL("http://service.test"),
				taskrouter.WithHTTPClient(&http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(address)}}),
				logAround(taskrouter.WithAttemptMiddleware, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
					r = r.Clone(r.Context())
					change(r)
					return next.RoundTrip(r)
				}))
			_ = retryGet(t.Context(), client)
			for _, target := range requested {
				assert.NotContains(t, target, "elsewhere")
			}
		})
	}
}
