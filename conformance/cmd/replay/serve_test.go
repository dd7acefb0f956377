package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// memory is a listener whose connections have no socket, so that a test of time
// can wait for them.
type memory struct {
	connections chan net.Conn
	closed      chan struct{}
}

func newMemory() memory {
	return memory{make(chan net.Conn), make(chan struct{})}
}

func (m memory) dial() net.Conn {
	client, server := net.Pipe()
	m.connections <- server
	return client
}

func (m memory) Accept() (net.Conn, error) {
	select {
	case connection := <-m.connections:
		return connection, nil
	case <-m.closed:
		return nil, net.ErrClosed
	}
}

func (m memory) Close() error {
	close(m.closed)
	return nil
}

func (m memory) Addr() net.Addr { return &net.TCPAddr{} }

// slow answers after that time.
func slow(d time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(d):
			_, _ = io.WriteString(w, "done")
		case <-r.Context().Done():
		}
	})
}

// stopUnderWay serves a request, is stopped while it is under way, and answers
// what the client got and how long it took.
func stopUnderWay(t *testing.T, handler http.Handler) (answer, printed string, took time.Duration) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	listener := newMemory()
	var output strings.Builder
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, listener, handler, log.New(&output, "", 0)) }()

	client := listener.dial()
	defer func() { _ = client.Close() }()
	_, err := io.WriteString(client, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	require.NoError(t, err)
	synctest.Wait()

	began := time.Now()
	cancel()
	if response, err := http.ReadResponse(bufio.NewReader(client), nil); err == nil {
		body, _ := io.ReadAll(response.Body)
		answer = string(body)
	}
	require.NoError(t, <-ended)
	return answer, output.String(), time.Since(began)
}

func TestStopAnswersRequestsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answer, printed, took := stopUnderWay(t, slow(grace/2))
		assert.Equal(t, "done", answer)
		assert.Empty(t, printed)
		assert.Less(t, took, grace)
	})
}

func TestStopCutsOffRequestsThatTakeTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answer, printed, took := stopUnderWay(t, slow(time.Hour))
		assert.Empty(t, answer)
		assert.Equal(t, "replay: requests still under way after 5s are cut off\n", printed)
		assert.Equal(t, grace, took)
	})
}

// broken is a listener that accepts nothing.
type broken struct{ memory }

func (broken) Accept() (net.Conn, error) { return nil, errors.New("out of files") }

func TestServeTellsThatItCannot(t *testing.T) {
	err := serve(t.Context(), broken{newMemory()}, http.NotFoundHandler(), log.New(io.Discard, "", 0))
	assert.EqualError(t, err, "serve: out of files")
}
