package taskrouter_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// Middleware resends a request whose connection broke, and finds no connection:
// what it sent first may have been carried out.
func TestAPostThatLeftBeforeItCouldNotLeaveIsNotRepeated(t *testing.T) {
	var arrived atomic.Int32
	service := newFakeService(t, func(w http.ResponseWriter, r *http.Request) {
		arrived.Add(1)
		wireText("")(w, r)
	})
	var dialed atomic.Int32
	network := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		if dialed.Add(1) > 1 {
			return nil, syscall.ECONNREFUSED
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}}
	client := authClient(t, network, taskrouter.WithBaseURL(service.URL), taskrouter.WithAuthToken(account, secretToken), taskrouter.WithAttemptMiddleware(func(next http.RoundTripper) http.RoundTripper {
		return transport(func(r *http.Request) (*http.Response, error) {
			again := r.Clone(r.Context())
			response, err := next.RoundTrip(r)
			if err == nil {
				return response, nil
			}
			assert.ErrorIs(t, err, io.EOF)
			if again.Body, err = r.GetBody(); err != nil {
				return nil, err
			}
			return next.RoundTrip(again)
		})
	}))
	_, err := client.Tasks("WS1").Create(t.Context(), taskrouter.CreateTaskRequest{})
	assert.ErrorIs(t, err, syscall.ECONNREFUSED)
	assert.EqualValues(t, 1, arrived.Load())
	assert.EqualValues(t, 2, dialed.Load(), "by one attempt")
}
