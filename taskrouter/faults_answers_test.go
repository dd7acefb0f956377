package taskrouter_test

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// http.Client parses Location before it asks CheckRedirect, and gives the
// answer up if that fails.
func TestARedirectToWhatIsNoURLIsAnAnswerToo(t *testing.T) {
	for _, location := range []string{"http://[::1", "%zz", ":", "http://a b/"} {
		for _, c := range taskCalls {
			t.Run(location+"/"+c.name, func(t *testing.T) {
				service := newFaultyService(t, says(301, "moved", "Location", location).handler())
				var response taskrouter.Response
				err := c.call(t.Context(), service.patient(t).Tasks("WS1"), taskrouter.WithResponseInto(&response))
				c.assertOutcome(t, want{attempts: 1, status: 301, text: "Moved Permanently"}, err, response)
				assert.Equal(t, location, response.Header.Get("Location"))
			})
		}
	}
}

// A POST with this header is one that net/http repeats by itself.
func TestAPOSTOnAUsedConnectionIsNotRepeatedWhateverItsHeaders(t *testing.T) {
	for _, header := range []string{"Idempotency-Key", "X-Idempotency-Key"} {
		t.Run(header, func(t *testing.T) {
			service := newFaultyService(t, inOrder(ok, broken, ok))
			tasks := service.patient(t, taskrouter.WithRetry(taskrouter.RetryPolicy{MaxAttempts: 1})).Tasks("WS1")
			_, err := tasks.Get(t.Context(), "WT1")
			require.NoError(t, err)
			_, err = tasks.Create(t.Context(), taskrouter.CreateTaskRequest{}, taskrouter.WithHeader(header, "x"))
			assert.Error(t, err)
			assert.Len(t, service.seen(), 2)
		})
	}
}

// How long the page of a gateway is says nothing about the next attempt.
func TestAFailureIsRepeatedHoweverLargeItsBodyIs(t *testing.T) {
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			service := newFaultyService(t, inOrder(says(status, strings.Repeat("x", mostBody+1)), ok))
			_, err := service.patient(t).Tasks("WS1").Get(t.Context(), "WT1")
			assert.NoError(t, err)
		})
	}
}

// What comes from outside is made fit for a line of a log, but the ID not.
func TestTheIDOfARequestIsBriefInText(t *testing.T) {
	for name, id := range map[string]string{"not UTF-8": "RQ\xff\xfe", "long": strings.Repeat("x", 3000)} {
		t.Run(name, func(t *testing.T) {
			service := newFaultyService(t, wire("HTTP/1.1 404 Not Found\r\nTwilio-Request-Id: "+id+"\r\nContent-Length: 0\r\n\r\n").handler())
			_, err := service.patient(t).Tasks("WS1").Get(t.Context(), "WT1")
			assert.True(t, utf8.ValidString(err.Error()))
			assert.Less(t, len(err.Error()), 600)
		})
	}
}

// net/http quotes what it could not read, as long as it is.
func TestAFailureOnTheWayIsBriefInText(t *testing.T) {
	long := strings.Repeat("x", 10_000)
	for name, text := range map[string]string{
		"another protocol":        long + "\r\n\r\n",
		"a status that is none":   "HTTP/1.1 " + long + " OK\r\n\r\n",
		"a header that is none":   "HTTP/1.1 200 OK\r\n" + long + "\r\n\r\n",
		"a length that is none":   "HTTP/1.1 200 OK\r\nContent-Length: " + long + "\r\n\r\n",
		"an encoding that's none": "HTTP/1.1 200 OK\r\nTransfer-Encoding: " + long + "\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			service := newFaultyService(t, wire(text).handler())
			_, err := service.patient(t).Tasks("WS1").Get(t.Context(), "WT1")
			assert.Less(t, len(err.Error()), 600)
		})
	}
}

// Middleware may send a request twice; if the first time left, the attempt
// did, whatever the second one met.
func TestAnAttemptHasLeftIfItsMiddlewareSentItOnce(t *testing.T) {
	twice := taskrouter.WithAttemptMiddleware(func(next http.RoundTripper) http.RoundTripper {
		return transport(func(r *http.Request) (*http.Response, error) {
			response, err := next.RoundTrip(r)
			if err != nil {
				again := r.Clone(r.Context())
				if r.GetBody != nil {
					again.Body, _ = r.GetBody()
				}
				return next.RoundTrip(again)
			}
			return response, err
		})
	})
	start := func(t *testing.T, faults ...fault) *faultyService {
		service := newFaultyService(t, inOrder(faults...))
		nobody := refusing(t)
		var dialed atomic.Int32
		service.transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			if dialed.Add(1) == 2 {
				address = nobody
			}
			return new(net.Dialer).DialContext(ctx, network, address)
		}
		return service
	}
	t.Run("createTask", func(t *testing.T) {
		service := start(t, broken, ok)
		_, err := service.patient(t, twice).Tasks("WS1").Create(t.Context(), taskrouter.CreateTaskRequest{})
		assert.Error(t, err)
		assert.Len(t, service.seen(), 1)
	})
	t.Run("deleteTask", func(t *testing.T) {
		service := start(t, broken, notFound)
		assert.NoError(t, service.patient(t, twice).Tasks("WS1").Delete(t.Context(), "WT1"))
		assert.Len(t, service.seen(), 2)
	})
}
