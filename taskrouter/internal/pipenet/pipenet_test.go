package pipenet_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/internal/pipenet"
)

func TestTimeGoesOnWhileARequestWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			<-time.After(time.Hour)
			_, _ = io.WriteString(w, "done")
		}))
		require.NoError(t, server.Listener.Close())
		listener := pipenet.Listen()
		server.Listener = listener
		server.Start()
		defer server.Close()
		transport := &http.Transport{DialContext: listener.Dial}
		defer transport.CloseIdleConnections()
		start := time.Now()

		for range 2 {
			response, err := (&http.Client{Transport: transport}).Get(server.URL)
			require.NoError(t, err)
			body, err := io.ReadAll(response.Body)
			require.NoError(t, err)
			require.NoError(t, response.Body.Close())
			assert.Equal(t, "done", string(body))
		}

		assert.Equal(t, 2*time.Hour, time.Since(start))
		assert.Equal(t, 1, listener.Dialed(), "by both requests")
	})
}

func TestEachConnectionHasAnAddressOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		listener := pipenet.Listen()
		addresses := map[string]bool{}
		for n := range 3 {
			assert.Equal(t, n, listener.Dialed())
			go func() {
				near, err := listener.Dial(t.Context(), "tcp", "callbacks.test:80")
				assert.NoError(t, err)
				assert.NoError(t, near.Close())
			}()
			far, err := listener.Accept()
			require.NoError(t, err)
			addresses[far.RemoteAddr().String()] = true
			_, err = far.Read(make([]byte, 1))
			assert.ErrorIs(t, err, io.EOF, "the other end was closed")
		}
		assert.Len(t, addresses, 3)
	})
}

func TestNobodyWaitsForAClosedListener(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		listener := pipenet.Listen()
		errs := make(chan error)
		go func() {
			_, err := listener.Accept()
			errs <- err
		}()
		synctest.Wait()

		require.NoError(t, listener.Close())
		require.NoError(t, listener.Close(), "again")

		assert.ErrorIs(t, <-errs, net.ErrClosed)
		_, err := listener.Accept()
		assert.ErrorIs(t, err, net.ErrClosed)
		_, err = listener.Dial(t.Context(), "tcp", "callbacks.test:80")
		assert.ErrorIs(t, err, net.ErrClosed)
	})
}

func TestDialWaitsNoLongerThanItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()

		_, err := pipenet.Listen().Dial(ctx, "tcp", "callbacks.test:80")

		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, time.Second, time.Since(start))
	})
}
