package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/internal/pipenet"
)

// interruptUnderWay interrupts an emulator while a call is sent, whose rest comes after a
// time. It answers what the client got, what was logged, and how long it took to end.
func interruptUnderWay(t *testing.T, rest time.Duration) (answer *http.Response, log string, took time.Duration) {
	t.Helper()
	ctx, interrupt := context.WithCancel(t.Context())
	listener, stderr := pipenet.Listen(), newOutput()
	s := settings{speed: 1}
	e := newEmulator(s, newServer(t, s), s.logger(stderr))
	ended := make(chan error, 1)
	go func() { ended <- e.serve(ctx, listener, nil) }()

	client, err := listener.Dial(ctx, "", "")
	require.NoError(t, err)
	defer func() { _ = client.Close() }()
	_, err = io.WriteString(client, "POST /v1/Workspaces HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nFriend")
	require.NoError(t, err)
	synctest.Wait()
	began := time.Now()
	interrupt()
	go func() {
		<-time.After(rest)
		_, _ = io.WriteString(client, "ly=x")
	}()
	answer, _ = http.ReadResponse(bufio.NewReader(client), nil) // nil if it breaks
	require.NoError(t, <-ended)
	took = time.Since(began)
	<-time.After(rest) // until the client has ended as well
	return answer, stderr.String(), took
}

func TestCallsUnderWayAreAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answer, log, took := interruptUnderWay(t, grace/2)
		require.NotNil(t, answer)
		assert.Equal(t, 401, answer.StatusCode, "which has no credentials")
		assert.NotContains(t, log, "cut off")
		assert.Contains(t, log, `reason="context canceled"`)
		assert.Less(t, took, grace)
	})
}

func TestCallsThatTakeTooLongAreCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answer, log, took := interruptUnderWay(t, 2*grace)
		assert.Nil(t, answer)
		assert.Contains(t, log, `level=WARN msg="calls are cut off" after=10s`)
		assert.Equal(t, grace, took)
	})
}

// An application that does not answer in time holds the end up no longer.
func TestCallbacksThatTakeTooLongAreGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stderr := settings{speed: 1}, newOutput()
		e := newEmulator(s, newServer(t, s), s.logger(stderr))
		e.server.Handle("https://app.test", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
		state := strings.Replace(asking("https://app.test"), "task.created", "", 1)
		require.NoError(t, e.server.Load(strings.NewReader(state)))
		ctx, interrupt := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- e.serve(ctx, pipenet.Listen(), nil) }()
		for range 2 { // the events of a workspace wait for each other, 15 seconds each
			_, err := e.server.Client().Tasks(workspaceSID).Create(t.Context(), taskrouter.CreateTaskRequest{})
			require.NoError(t, err)
		}
		began := time.Now()
		interrupt()
		require.NoError(t, <-ended)
		assert.Equal(t, grace, time.Since(began))
		assert.Contains(t, stderr.String(), `level=WARN msg="callbacks are given up" after=10s`)
	})
}

// broken is a listener that accepts nothing.
type broken struct{ *pipenet.Listener }

func (broken) Accept() (net.Conn, error) { return nil, errors.New("out of files") }

func TestAnEmulatorThatCannotServeWritesItsState(t *testing.T) {
	s := settings{speed: 1, stateFile: stateFile(t)}
	e := newEmulator(s, newServer(t, s), s.logger(io.Discard))
	require.NoError(t, e.server.Load(strings.NewReader(workspaceInAFile)))
	assert.EqualError(t, e.serve(t.Context(), broken{pipenet.Listen()}, nil), "serve: out of files")
	assert.Contains(t, read(t, s.stateFile), "In the file")
}

func TestAConnectionThatSendsNothingEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, interrupt := context.WithCancel(t.Context())
		s, listener := settings{speed: 1}, pipenet.Listen()
		e := newEmulator(s, newServer(t, s), s.logger(io.Discard))
		ended := make(chan error, 1)
		go func() { ended <- e.serve(ctx, listener, nil) }()
		client, err := listener.Dial(ctx, "", "")
		require.NoError(t, err)
		began := time.Now()
		_, err = client.Read(make([]byte, 1))
		assert.ErrorIs(t, err, io.EOF)
		assert.Equal(t, time.Minute, time.Since(began))
		interrupt()
		require.NoError(t, <-ended)
	})
}
