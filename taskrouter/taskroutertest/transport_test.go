package taskroutertest_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

func TestABubbleEndsWithTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := taskroutertest.NewServer()
		client := s.Client()
		workspace, err := client.Workspaces.Create(t.Context(), taskrouter.CreateWorkspaceRequest{FriendlyName: "Support"})
		require.NoError(t, err)
		assert.Equal(t, time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), workspace.DateCreated, "the time of a bubble")
		<-time.After(36 * time.Hour)
		name := "Help"
		workspace, err = client.Workspaces.Update(t.Context(), workspace.SID, taskrouter.UpdateWorkspaceRequest{FriendlyName: &name})
		require.NoError(t, err)
		assert.Equal(t, 36*time.Hour, workspace.DateUpdated.Sub(workspace.DateCreated))
		s.Close()
	}) // which fails if a goroutine is left
}

func TestCallsOfAClosedServerFail(t *testing.T) {
	s := newServer(t)
	client := s.Client(once)
	s.Close()
	s.Close()
	_, err := client.Workspaces.Page(t.Context(), taskrouter.ListWorkspacesParams{})
	assert.ErrorContains(t, err, "the server is closed")
}

func TestCloseEndsACallThatIsOnItsWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := taskroutertest.NewServer()
		s.Fail("listWorkspaces", 1, taskroutertest.Failure{Delay: time.Hour})
		time.AfterFunc(time.Minute, s.Close)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		start := time.Now()
		_, err := s.Client(once, taskrouter.WithAttemptTimeout(2*time.Hour)).Workspaces.Page(ctx, taskrouter.ListWorkspacesParams{})
		assert.ErrorContains(t, err, "the server is closed")
		assert.Equal(t, time.Minute, time.Since(start))
	})
}

func TestACallerWhoGaveUpGetsItsOwnReason(t *testing.T) {
	s := newServer(t)
	reason := errors.New("lunch")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(reason)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL()+"/v1/Workspaces", nil)
	require.NoError(t, err)
	_, err = s.HTTPClient().Do(request)
	assert.ErrorIs(t, err, reason)
}

// closeRecorder is a body that tells whether it was closed.
type closeRecorder struct {
	io.Reader
	closed bool
}

func (c *closeRecorder) Close() error {
	c.closed = true
	return nil
}

func TestTheBodyOfARequestIsClosed(t *testing.T) {
	s := newServer(t)
	for name, reader := range map[string]io.Reader{
		"that is read":           strings.NewReader("FriendlyName=Support"),
		"that cannot be read":    io.MultiReader(strings.NewReader("Frien"), errorReader{}),
		"that is much too large": strings.NewReader(strings.Repeat("a", 5<<20)),
	} {
		t.Run(name, func(t *testing.T) {
			body := &closeRecorder{Reader: reader}
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/v1/Workspaces", body)
			require.NoError(t, err)
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			response, err := s.HTTPClient().Do(request)
			if err == nil {
				require.NoError(t, response.Body.Close())
			}
			assert.Equal(t, name == "that cannot be read", err != nil)
			assert.True(t, body.closed)
		})
	}
}

type errorReader struct{}

func (errorReader) Read([]byte) (int, error) { return 0, errors.New("unreadable") }

func TestAnAnswerThatIsNotReadHoldsNothingUp(t *testing.T) {
	s := newServer(t)
	for range 3 {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"/v1/Workspaces", nil)
		require.NoError(t, err)
		response, err := s.HTTPClient().Do(request)
		require.NoError(t, err)
		assert.Equal(t, http.StatusUnauthorized, response.StatusCode)
		assert.Equal(t, "401 Unauthorized", response.Status)
		assert.Positive(t, response.ContentLength)
	}
}

func TestAHookThatPanicsDoesSoInTheTest(t *testing.T) {
	s := newServer(t, taskroutertest.WithBefore(func(taskroutertest.Call) *taskroutertest.Failure { panic("found out") }))
	assert.PanicsWithValue(t, "found out", func() {
		_, _ = s.Client(once).Workspaces.Page(t.Context(), taskrouter.ListWorkspacesParams{})
	})
}

func TestAHookThatEndsItsGoroutineIsAnError(t *testing.T) {
	s := newServer(t, taskroutertest.WithBefore(func(taskroutertest.Call) *taskroutertest.Failure {
		runtime.Goexit()
		return nil
	}))
	_, err := s.Client(once).Workspaces.Page(t.Context(), taskrouter.ListWorkspacesParams{})
	assert.ErrorContains(t, err, "a hook ended the goroutine of the call")
}

func TestTheServerAnswersOnAListener(t *testing.T) {
	listener := listen(t)
	s := newServer(t, taskroutertest.WithListener(listener))
	assert.Equal(t, "http://"+listener.Addr().String(), s.URL())
	client, workspace := newWorkspace(t, s)
	found, err := client.Workspaces.Get(t.Context(), workspace)
	require.NoError(t, err)
	assert.Equal(t, s.URL()+"/v1/Workspaces/"+workspace, found.URL)

	s.Close()
	_, err = s.Client(once).Workspaces.Get(t.Context(), workspace)
	assert.ErrorContains(t, err, "refused")
}

func TestARequestThatIsTooLargeIsRefused(t *testing.T) {
	const most = 4 << 20
	for name, test := range map[string]struct{ size, seen, status int }{
		"not yet":  {most, most, http.StatusBadRequest}, // such a name is too long
		"by one":   {most + 1, most + 1, http.StatusRequestEntityTooLarge},
		"by a lot": {most + 1<<20, most + 1, http.StatusRequestEntityTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			var seen atomic.Int64
			size := taskroutertest.WithBefore(func(call taskroutertest.Call) *taskroutertest.Failure {
				seen.Store(int64(len(call.Body)))
				return nil
			})
			ways(t, func(t *testing.T, w way) {
				body := "FriendlyName=" + strings.Repeat("a", test.size-len("FriendlyName="))
				request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.server.URL()+"/v1/Workspaces", strings.NewReader(body))
				require.NoError(t, err)
				request.SetBasicAuth(w.server.AccountSID(), w.server.AuthToken())
				request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				response, err := w.client.Do(request)
				require.NoError(t, err)
				assert.Equal(t, test.status, response.StatusCode)
				var refusal map[string]any
				require.NoError(t, json.NewDecoder(response.Body).Decode(&refusal))
				require.NoError(t, response.Body.Close())
				if test.status == http.StatusRequestEntityTooLarge {
					assert.Equal(t, map[string]any{"status": 413.0, "message": "The body has more than 4 MiB"}, refusal)
				}
				assert.EqualValues(t, test.seen, seen.Load())
			}, size)
		})
	}
}

func TestTheServerIsAHandler(t *testing.T) {
	s := newServer(t, taskroutertest.WithBasePath("/base"))
	mux := http.NewServeMux()
	mux.Handle("/base/", s)
	outer := httptest.NewServer(mux)
	defer outer.Close()
	client, err := taskrouter.NewClient(taskrouter.WithBaseURL(outer.URL+"/base"), taskrouter.WithAuthToken(s.AccountSID(), s.AuthToken()))
	require.NoError(t, err)
	_, err = client.Workspaces.Create(t.Context(), taskrouter.CreateWorkspaceRequest{FriendlyName: "Support"})
	assert.NoError(t, err)
	assert.Len(t, listWorkspaces(t, client), 1)
}

func TestARequestWithoutAHostIsForThatOfItsURL(t *testing.T) {
	s := newServer(t)
	request := newRequest(t, s, http.MethodPost, s.URL()+"/v1/Workspaces", fields("FriendlyName", "Support"))
	request.Host = ""
	made := do(t, s, request)
	assert.Equal(t, s.URL()+"/v1/Workspaces/"+made.text("sid"), made.text("url"))
	assert.Empty(t, request.Host, "a transport leaves requests as they are")
}

func TestAnAnswerInMemoryLooksLikeOneFromAConnection(t *testing.T) {
	s := newServer(t)
	request := newRequest(t, s, http.MethodGet, s.URL()+"/v1/Workspaces", nil)
	response, err := s.HTTPClient().Do(request)
	require.NoError(t, err)
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	assert.Equal(t, "200 OK", response.Status)
	assert.Equal(t, [3]any{"HTTP/1.1", 1, 1}, [3]any{response.Proto, response.ProtoMajor, response.ProtoMinor})
	assert.EqualValues(t, len(body), response.ContentLength)
	assert.Equal(t, request.URL, response.Request.URL)
}

// stuckBody is a body that cannot be closed.
type stuckBody struct{ io.Reader }

func (stuckBody) Close() error { return errors.New("stuck") }

func TestABodyThatCannotBeClosedFailsTheCallAsOverAConnection(t *testing.T) {
	s := newServer(t)
	request := newRequest(t, s, http.MethodPost, s.URL()+"/v1/Workspaces", nil)
	request.Body = stuckBody{strings.NewReader("FriendlyName=Support")}
	response, err := s.HTTPClient().Do(request)
	if err == nil {
		require.NoError(t, response.Body.Close())
	}
	assert.ErrorContains(t, err, "stuck")
	assert.Empty(t, listWorkspaces(t, s.Client()))
}
