package taskroutertest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

func TestTheGuideRunsInMemory(t *testing.T) {
	client, workspace := newWorkspace(t, newServer(t))

	worker, err := client.Workers(workspace).Create(t.Context(), taskrouter.CreateWorkerRequest{
		FriendlyName: "Jamie",
		Attributes:   `{"phone": "+14155551234", "languages": ["EN", "ES"]}`,
	})
	require.NoError(t, err)
	assert.Equal(t, taskrouter.Attributes(`{"phone":"+14155551234","languages":["EN","ES"]}`), worker.Attributes)
	task, err := client.Tasks(workspace).Create(t.Context(), taskrouter.CreateTaskRequest{Attributes: `{"type": "call"}`})
	require.NoError(t, err)
	assert.Equal(t, taskrouter.TaskStatusPending, task.AssignmentStatus)

	tasks, err := taskrouter.Collect(client.Tasks(workspace).List(t.Context(), taskrouter.ListTasksParams{}), -1)
	require.NoError(t, err)
	assert.Len(t, tasks, 1)
}

func TestARequestIsAnsweredAsTheServiceDoes(t *testing.T) {
	s := newServer(t)
	e := send(t, s, http.MethodPost, "/Workspaces", fields("FriendlyName", "Support"))
	assert.Equal(t, http.StatusCreated, e.Status)
	assert.Equal(t, "Support", e.Body["friendly_name"])
	missing := send(t, s, http.MethodGet, "/Workspaces/WS00000000000000000000000000000000", nil)
	assert.Equal(t, map[string]any{
		"code": 20404.0, "status": 404.0, "more_info": "https://www.twilio.com/docs/errors/20404",
		"message": "The requested resource /Workspaces/WS00000000000000000000000000000000 was not found",
	}, missing.Body)
}

func TestTheOperationOfARequestIsThatOfItsMethodAndPath(t *testing.T) {
	s := newServer(t, taskroutertest.WithBasePath("/base"))
	const workspace = "/base/v1/Workspaces/WS00000000000000000000000000000000"
	for _, test := range []struct{ method, path, want string }{
		{"POST", "/base/v1/Workspaces", "createWorkspace"},
		{"GET", workspace, "getWorkspace"},
		{"HEAD", workspace, ""},
		{"PUT", workspace, ""},
		{"GET", workspace + "/", ""},
		{"DELETE", workspace + "/TaskQueues/Statistics", ""},
		{"GET", "/v1/Workspaces", ""},
	} {
		request, err := http.NewRequestWithContext(t.Context(), test.method, "https://taskrouter.test"+test.path, nil)
		require.NoError(t, err)
		before := request.Clone(t.Context())
		assert.Equal(t, test.want, s.Operation(request), "%s %s", test.method, test.path)
		assert.Equal(t, before, request)
	}
}

func TestInMemoryTheURLIsNotThatOfTheService(t *testing.T) {
	s := newServer(t)
	assert.Equal(t, "https://taskrouter.test", s.URL())
	client, workspace := newWorkspace(t, s)
	found, err := client.Workspaces.Get(t.Context(), workspace)
	require.NoError(t, err)
	assert.Equal(t, s.URL()+"/v1/Workspaces/"+workspace, found.URL)
}

// Listeners are pipes in a bubble: what they wait for is the time of the bubble.

// pipeListener is a listener to which dial connects.
type pipeListener struct {
	connections chan net.Conn
	closed      chan struct{}
	close       func()
}

// newPipeListener returns a listener for the bubble of a test. At its end, net/http has
// half a second to end connections in.
func newPipeListener(t *testing.T) *pipeListener {
	t.Helper()
	t.Cleanup(func() { <-time.After(time.Second) })
	l := &pipeListener{connections: make(chan net.Conn), closed: make(chan struct{})}
	l.close = sync.OnceFunc(func() { close(l.closed) })
	return l
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case connection := <-l.connections:
		return connection, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.close()
	return nil
}

func (*pipeListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

func (l *pipeListener) dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.connections <- server:
		return client, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// A way is how requests come to a server.
type way struct {
	server *taskroutertest.Server
	client *http.Client
}

// ways call f, each in a bubble, with servers that requests come to in memory, over a
// listener of the server, and over one of another server.
func ways(t *testing.T, f func(*testing.T, way), options ...taskroutertest.Option) {
	t.Helper()
	t.Run("in memory", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := newServer(t, options...)
			f(t, way{s, s.HTTPClient()})
		})
	})
	t.Run("over a listener", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			l := newPipeListener(t)
			s := newServer(t, slices.Concat(options, []taskroutertest.Option{taskroutertest.WithListener(l)})...)
			f(t, way{s, clientOf(t, l)})
		})
	})
	t.Run("over another server", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			l := newPipeListener(t)
			s := newServer(t, options...)
			outer := &http.Server{Handler: s, ReadHeaderTimeout: time.Minute, ReadTimeout: time.Minute}
			go func() { _ = outer.Serve(l) }()
			t.Cleanup(func() { _ = outer.Close() })
			f(t, way{s, clientOf(t, l)})
		})
	})
}

// clientOf returns a client of a listener, which it finds at any URL.
func clientOf(t *testing.T, l *pipeListener) *http.Client {
	t.Helper()
	transport := &http.Transport{DialContext: l.dial, DialTLSContext: l.dial}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// makeWorkspace sends a request that makes a workspace.
func (w way) makeWorkspace(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.server.URL()+"/v1/Workspaces", strings.NewReader("FriendlyName=Support"))
	if err != nil {
		return err
	}
	request.SetBasicAuth(w.server.AccountSID(), w.server.AuthToken())
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := w.client.Do(request)
	if err != nil {
		return err
	}
	return response.Body.Close()
}

// workspaces are those in the state of a server, which may be closed.
func workspaces(t *testing.T, s *taskroutertest.Server) []any {
	t.Helper()
	var text bytes.Buffer
	require.NoError(t, s.Dump(&text))
	var state map[string]any
	require.NoError(t, json.Unmarshal(text.Bytes(), &state))
	found, _ := state["workspaces"].([]any)
	return found
}

func TestNothingBecomesOfACallAfterClose(t *testing.T) {
	var seen atomic.Int64
	count := taskroutertest.WithBefore(func(taskroutertest.Call) *taskroutertest.Failure {
		seen.Add(1)
		return nil
	})
	ways(t, func(t *testing.T, w way) {
		seen.Store(0)
		w.server.Fail("createWorkspace", 1, taskroutertest.Failure{Delay: time.Hour})
		start := time.Now()
		failed := make(chan error)
		go func() { failed <- w.makeWorkspace(t.Context()) }()
		<-time.After(time.Minute)
		w.server.Close()
		assert.Error(t, <-failed)
		assert.Equal(t, time.Minute, time.Since(start), "neither Close nor the client waits for the delay")

		assert.Error(t, w.makeWorkspace(t.Context()), "a closed server answers nothing")
		<-time.After(2 * time.Hour)
		assert.Empty(t, workspaces(t, w.server))
		assert.EqualValues(t, 1, seen.Load(), "nor does a hook see what comes to a closed server")
	}, count)
}

func TestInMemoryACallerDoesNotWaitForAHookWhenTheServerIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, taskroutertest.WithBefore(func(taskroutertest.Call) *taskroutertest.Failure {
			<-time.After(time.Hour)
			return nil
		}))
		time.AfterFunc(time.Minute, s.Close)
		start := time.Now()
		assert.ErrorContains(t, way{s, s.HTTPClient()}.makeWorkspace(t.Context()), "the server is closed")
		assert.Equal(t, time.Minute, time.Since(start))
	})
}

func TestCloseWaitsForTheHooksOfACall(t *testing.T) {
	var seen atomic.Bool
	slow := taskroutertest.WithBefore(func(taskroutertest.Call) *taskroutertest.Failure {
		<-time.After(time.Hour)
		seen.Store(true)
		return nil
	})
	ways(t, func(t *testing.T, w way) {
		seen.Store(false)
		start := time.Now()
		failed := make(chan error)
		go func() { failed <- w.makeWorkspace(t.Context()) }()
		<-time.After(time.Minute)
		go w.server.Close()
		synctest.Wait()
		w.server.Close() // which waits like the first one
		assert.True(t, seen.Load())
		assert.Equal(t, time.Hour, time.Since(start))
		assert.Error(t, <-failed)
		assert.Empty(t, workspaces(t, w.server), "what was not carried out when the server was closed never is")
	}, slow)
}

func TestCloseAtTheSameTimeAsCalls(t *testing.T) {
	s := newServer(t)
	var calls sync.WaitGroup
	for range 8 {
		calls.Go(func() {
			for range 50 {
				_ = way{s, s.HTTPClient()}.makeWorkspace(t.Context()) // which fails at some time
			}
		})
	}
	s.Close()
	made := len(workspaces(t, s))
	calls.Wait()
	assert.Len(t, workspaces(t, s), made, "nothing is made after Close")
}

func TestAConnectionThatIsNotUsedIsClosed(t *testing.T) {
	const head = "POST /v1/Workspaces HTTP/1.1\r\nHost: taskrouter.test\r\n"
	for name, test := range map[string]struct {
		sent  string
		after time.Duration
	}{
		"half a header":              {head, time.Minute},
		"half a body":                {head + "Content-Length: 2\r\n\r\na", time.Minute},
		"nothing more after a while": {head + "Content-Length: 0\r\n\r\n", 2 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newPipeListener(t)
				newServer(t, taskroutertest.WithListener(l))
				connection, err := l.dial(t.Context(), "", "")
				require.NoError(t, err)
				start := time.Now()
				_, err = io.WriteString(connection, test.sent)
				require.NoError(t, err)
				_, err = io.Copy(io.Discard, connection)
				assert.NoError(t, err, "the end")
				assert.InDelta(t, test.after, time.Since(start), float64(time.Second))
				assert.NoError(t, connection.Close())
			})
		})
	}
}

func TestADelayIsLongerThanAnyTimeout(t *testing.T) {
	ways(t, func(t *testing.T, w way) {
		w.server.Fail("createWorkspace", 1, taskroutertest.Failure{Delay: 24 * time.Hour})
		start := time.Now()
		assert.NoError(t, w.makeWorkspace(t.Context()))
		assert.Equal(t, 24*time.Hour, time.Since(start))
		assert.Len(t, workspaces(t, w.server), 1)
	})
}

func TestBelowABasePathURLsLeadOn(t *testing.T) {
	ways(t, func(t *testing.T, w way) {
		assert.True(t, strings.HasSuffix(w.server.URL(), "/proxy/v1"), w.server.URL())
		for range 3 {
			require.NoError(t, w.makeWorkspace(t.Context()))
		}
		next, pages := w.server.URL()+"/v1/Workspaces?PageSize=1", 0
		for ; next != ""; pages++ {
			page := w.get(t, next)
			meta := page.Body["meta"].(map[string]any)
			assert.Equal(t, http.StatusOK, w.get(t, meta["first_page_url"].(string)).Status)
			found := page.Body["workspaces"].([]any)[0].(map[string]any)
			assert.Equal(t, found["sid"], w.get(t, found["url"].(string)).Body["sid"])
			for _, link := range found["links"].(map[string]any) {
				assert.Equal(t, http.StatusOK, w.get(t, link.(string)).Status, link)
			}
			next, _ = meta["next_page_url"].(string)
		}
		assert.Equal(t, 3, pages)
	}, taskroutertest.WithBasePath("/proxy/v1"))
}

func TestOutsideOfTheBasePathThereIsNothing(t *testing.T) {
	var operation string
	seen := taskroutertest.WithBefore(func(call taskroutertest.Call) *taskroutertest.Failure {
		operation = call.Operation + " " + call.Path
		return nil
	})
	ways(t, func(t *testing.T, w way) {
		origin := strings.TrimSuffix(w.server.URL(), "/base")
		for _, path := range []string{"/v1/Workspaces", "/base", "/basement/v1/Workspaces", "/other/v1/Workspaces", "/base/Workspaces"} {
			missing := w.get(t, origin+path)
			assert.Equal(t, http.StatusNotFound, missing.Status, path)
			assert.Equal(t, " "+path, operation)
		}
		missing := w.get(t, w.server.URL()+"/v1/Workspaces/WS1")
		assert.Equal(t, "The requested resource /Workspaces/WS1 was not found", missing.Body["message"])
		assert.Equal(t, "getWorkspace /base/v1/Workspaces/WS1", operation)
	}, taskroutertest.WithBasePath("/base"), seen)
}

func TestAClientOfAnotherHostFindsTheServerBelowItsBasePath(t *testing.T) {
	s := newServer(t, taskroutertest.WithBasePath("/fake"))
	for name, client := range map[string]*taskrouter.Client{
		"https://proxy.example/fake":   s.Client(taskrouter.WithBaseURL("https://proxy.example/fake")),
		"https://taskrouter.test/fake": s.Client(),
	} {
		t.Run(name, func(t *testing.T) {
			for range 2 {
				made, err := client.Workspaces.Create(t.Context(), taskrouter.CreateWorkspaceRequest{FriendlyName: "Support"})
				require.NoError(t, err)
				assert.Equal(t, name+"/v1/Workspaces/"+made.SID, made.URL)
			}
			all, err := taskrouter.Collect(client.Workspaces.List(t.Context(), taskrouter.ListWorkspacesParams{PageSize: new(1)}), -1)
			require.NoError(t, err)
			assert.GreaterOrEqual(t, len(all), 2)
		})
	}
}

// get sends a request for a URL.
func (w way) get(t *testing.T, address string) exchange {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	require.NoError(t, err)
	request.SetBasicAuth(w.server.AccountSID(), w.server.AuthToken())
	response, err := w.client.Do(request)
	require.NoError(t, err)
	e := exchange{Status: response.StatusCode, Header: response.Header}
	require.NoError(t, json.NewDecoder(response.Body).Decode(&e.Body), address)
	require.NoError(t, response.Body.Close())
	return e
}

func TestACallHasTheFieldsOfAFormAndOfNothingElse(t *testing.T) {
	form := func(body string) url.Values { return taskroutertest.Call{Body: []byte(body)}.Form() }
	assert.Equal(t, url.Values{"a": {"1", "2"}, "b": {""}}, form("a=1&b=&a=2"))
	assert.Empty(t, form(""))
	assert.Empty(t, form("a=1&b=%zz"), "not even those that can be read")
}
