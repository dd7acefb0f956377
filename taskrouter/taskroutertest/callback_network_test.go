package taskroutertest_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

func TestHandlePanicsForWhatIsNoURLToAnswerAt(t *testing.T) {
	server := newServer(t)
	for _, target := range []string{
		"", "app.test", "/path", "//app.test/path", "ftp://app.test", "https:", "https://", "https:///path", "https://app.test/%zz", "https://app.test:port",
		"https://ann@app.test", "https://app.test/?x=1", "https://app.test/#top", "mailto:ann@app.test",
	} {
		assert.PanicsWithValue(t, fmt.Sprintf("taskroutertest: Handle: expected a URL like https://app.test/path, not %q", target), func() { server.Handle(target, noted) }, target)
	}
	assert.PanicsWithValue(t, "taskroutertest: Handle: the handler is nil", func() { server.Handle("https://app.test", nil) })
	assert.Panics(t, func() { server.HandleAssignments("https://app.test", nil) })
	assert.Panics(t, func() { server.HandleEvents("https://app.test", nil) })
	assert.Panics(t, func() {
		server.HandleEvents("app.test", func(context.Context, webhook.Event) error { return nil })
	})
	assert.PanicsWithValue(t, "taskroutertest: WithCallbackClient: the client is nil", func() { taskroutertest.WithCallbackClient(nil) })
	assert.PanicsWithValue(t, "taskroutertest: WithAfterCallback: the function is nil", func() { taskroutertest.WithAfterCallback(nil) })
}

// tellsAt has one event told at a URL.
func (s *switchboard) tellsAt(target string) taskroutertest.Callback {
	s.t.Helper()
	before := len(s.callbacks())
	s.tells(target, "workspace.updated")
	s.drain()
	made := s.callbacks()
	require.Len(s.t, made, before+1)
	assert.Equal(s.t, target, made[before].URL)
	return made[before]
}

func TestTheHandlerWithTheLongestPathAnswers(t *testing.T) {
	atSwitchboard(t, func(t *testing.T, s *switchboard) {
		var by string
		for _, base := range []string{
			"https://app.test/a", "https://app.test", "https://app.test/a/b/c", "https://app.test/a/b/", "http://app.test/a", "https://app.test:8443",
			"https://other.test/", "HTTPS://Upper.Test/Path",
		} {
			s.server.Handle(base, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				by = base
				noted(w, r)
			}))
		}
		for target, want := range map[string]string{
			"https://app.test":               "https://app.test",
			"https://app.test/":              "https://app.test",
			"https://app.test/x/a":           "https://app.test",
			"https://app.test/ab":            "https://app.test",
			"https://app.test?x=/a":          "https://app.test",
			"https://app.test/a":             "https://app.test/a",
			"https://app.test/a/":            "https://app.test/a",
			"https://app.test/a?b":           "https://app.test/a",
			"https://app.test/a/bc":          "https://app.test/a",
			"https://app.test/A/b":           "https://app.test",
			"https://app.test/a/b":           "https://app.test/a/b/",
			"https://app.test/a/b/d":         "https://app.test/a/b/",
			"https://app.test/a/b/c/d/e":     "https://app.test/a/b/c",
			"https://app.test/a/b#rc=2":      "https://app.test/a/b/",
			"HTTPS://APP.Test/a/b":           "https://app.test/a/b/",
			"http://app.test/a/b":            "http://app.test/a",
			"https://app.test:8443/a":        "https://app.test:8443",
			"https://other.test":             "https://other.test/",
			"https://upper.test/Path/below":  "HTTPS://Upper.Test/Path",
			"http://app.test/":               "",
			"https://app.test:8444/a":        "",
			"https://a.app.test/a":           "",
			"https://upper.test/path":        "",
			"http://other.test":              "",
			"https://app.test.example.com/a": "",
		} {
			by = ""
			made := s.tellsAt(target)
			assert.Equal(t, want, by, target)
			if want == "" {
				assert.ErrorIs(t, made.Err, taskroutertest.ErrNoHandler, target)
			} else {
				assert.NoError(t, made.Err, target)
			}
		}
	})
}

func TestAHandlerReplacesTheOneWithTheSameURL(t *testing.T) {
	atSwitchboard(t, func(t *testing.T, s *switchboard) {
		first, second := &reader{next: noted}, &reader{next: noted}
		s.server.Handle("https://app.test/path", first)
		s.server.Handle("https://app.test/path/below", first)
		s.server.Handle("HTTPS://App.test/path/", second)
		s.tellsAt("https://app.test/path")
		s.tellsAt("https://app.test/path/below")
		assert.Len(t, first.read(), 1)
		assert.Len(t, second.read(), 1)
	})
}

func TestAHandlerGetsRequestsAsAServerDoes(t *testing.T) {
	type seen struct {
		method, uri, path, rawPath, query, host, scheme, contentType, remote string
		length                                                               int64
	}
	for target, want := range map[string]seen{
		"https://app.test/a/b?x=1&y=%20":     {uri: "/a/b?x=1&y=%20", path: "/a/b", query: "x=1&y=%20", host: "app.test"},
		"https://App.test:8443/a%2Fb/%C3%BC": {uri: "/a%2Fb/%C3%BC", path: "/a/b/ü", rawPath: "/a%2Fb/%C3%BC", host: "App.test:8443"},
		"https://app.test/ü":                 {uri: "/%C3%BC", path: "/ü", host: "app.test"},
		"https://app.test":                   {uri: "/", path: "/", host: "app.test"},
		"https://app.test?x":                 {uri: "/?x", path: "/", query: "x", host: "app.test"},
		"https://app.test/a#rc=2":            {uri: "/a", path: "/a", host: "app.test"},
		"http://app.test//a/../b":            {uri: "//a/../b", path: "//a/../b", host: "app.test"},
	} {
		t.Run(target, func(t *testing.T) {
			u, err := url.Parse(target)
			require.NoError(t, err)
			look := func(r *http.Request) (got seen, form url.Values, tls bool) {
				require.NoError(t, r.ParseForm())
				return seen{
					r.Method, r.RequestURI, r.URL.Path, r.URL.RawPath, r.URL.RawQuery, r.Host, r.URL.Scheme + r.URL.Host, r.Header.Get("Content-Type"),
					"", r.ContentLength,
				}, r.PostForm, r.TLS != nil
			}
			atSwitchboard(t, func(t *testing.T, s *switchboard) {
				verifier := webhook.NewVerifier(s.server.AuthToken())
				s.server.Handle(u.Scheme+"://"+u.Host, verifier.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					_, _, err := net.SplitHostPort(r.RemoteAddr)
					assert.NoError(t, err)
					got, form, tls := look(r)
					want.method, want.contentType, want.length = http.MethodPost, formType, int64(len(form.Encode()))
					assert.Equal(t, want, got)
					assert.Equal(t, u.Scheme == "https", tls)
					assert.Equal(t, "workspace.updated", form.Get("EventType"))
					again, err := http.ReadRequest(onTheWire(r, form))
					if assert.NoError(t, err) { // as a server reads it from the wire
						parsed, _, _ := look(again)
						want.length = parsed.length
						assert.Equal(t, want, parsed)
						assert.Equal(t, again.URL, r.URL)
					}
					noted(w, r)
				})))
				assert.NoError(t, s.tellsAt(target).Err)
			})
		})
	}
}

// onTheWire is a request as it arrives at a server.
func onTheWire(r *http.Request, form url.Values) *bufio.Reader {
	head := fmt.Sprintf("%s %s %s\r\nHost: %s\r\n", r.Method, r.RequestURI, r.Proto, r.Host)
	body := form.Encode()
	return bufio.NewReader(strings.NewReader(fmt.Sprintf("%sContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", head, formType, len(body), body)))
}

func TestAMuxMayBeTheHandler(t *testing.T) {
	atSwitchboard(t, func(t *testing.T, s *switchboard) {
		var mux http.ServeMux
		mux.Handle("POST /{$}", noted)
		mux.Handle("POST app.test/calls/{id}", noted)
		s.server.Handle("https://app.test", &mux)
		assert.NoError(t, s.tellsAt("https://app.test").Err)
		assert.NoError(t, s.tellsAt("https://app.test/calls/1").Err)
		assert.ErrorContains(t, s.tellsAt("https://app.test/calls").Err, "404")
	})
}

func TestUsersOfURLsAreAskedWithTheirPasswords(t *testing.T) {
	atSwitchboard(t, func(t *testing.T, s *switchboard) {
		verifier := webhook.NewVerifier(s.server.AuthToken())
		s.server.Handle("https://app.test", verifier.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			user, password, _ := r.BasicAuth()
			assert.Equal(t, "ann secret", user+" "+password)
			noted(w, r)
		})))
		assert.NoError(t, s.tellsAt("https://ann:secret@app.test/events").Err)
	})
}

func TestHandlersMayBeSetWhileCallbacksAreMade(t *testing.T) {
	atSwitchboard(t, func(t *testing.T, s *switchboard) {
		s.server.Handle("https://app.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s.server.Handle("https://app.test"+r.URL.Path, says(http.StatusTeapot, "", ""))
			noted(w, r)
		}))
		assert.NoError(t, s.tellsAt("https://app.test/a").Err)
		assert.ErrorContains(t, s.tellsAt("https://app.test/a").Err, "418")
		assert.NoError(t, s.tellsAt("https://app.test/b").Err)
	})
}

// newNetworked is a switchboard whose callbacks go over a network.
func newNetworked(t *testing.T, client *http.Client) *switchboard {
	t.Helper()
	return newSwitchboard(t, taskrouter.CreateWorkspaceRequest{}, taskroutertest.WithCallbackClient(client))
}

// serve serves an application at a port of this machine.
func serve(t *testing.T, handler http.Handler) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func TestCallbacksReachAnApplicationOverTheNetwork(t *testing.T) {
	var mux http.ServeMux
	address := serve(t, &mux)
	s := newNetworked(t, &http.Client{})
	verifier := webhook.NewVerifier(s.server.AuthToken())
	mux.Handle("/ask", webhook.AssignmentHandler(verifier, func(context.Context, webhook.Assignment) (webhook.Instruction, error) {
		return webhook.Accept{}, nil
	}))
	told := &reader{next: noted}
	mux.Handle("/events", verifier.Handler(told))
	s.support()
	s.updateFlow(taskrouter.UpdateWorkflowRequest{AssignmentCallbackURL: new(address + "/ask")})
	s.workers("Ann")
	s.tells(address+"/events?x=%20", "task.created,reservation.accepted")
	memory := s.reads()
	j := s.task("{}")
	s.drain()
	j.is("assigned in Support: Ann")
	assert.Equal(t, []string{"task.created", "reservation.accepted"}, typesOf(told.read()))
	assert.Len(t, s.callbacks(), 3)
	for _, c := range s.callbacks() {
		assert.NoError(t, c.Err)
	}

	assert.NoError(t, s.tellsAt(eventsURL).Err, "a handler answers beside the network")
	assert.Len(t, memory.read(), 1)
}

func TestAHandlerAnswersInPlaceOfTheNetwork(t *testing.T) {
	address := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the network was asked") }))
	s := newNetworked(t, &http.Client{})
	s.server.Handle(address, noted)
	assert.NoError(t, s.tellsAt(address+"/events").Err)
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	elsewhere := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was followed") }))
	for _, status := range []int{301, 302, 303, 307, 308} {
		address := serve(t, http.RedirectHandler(elsewhere, status))
		s := newNetworked(t, &http.Client{})
		assert.ErrorContains(t, s.tellsAt(address).Err, fmt.Sprint(status))
	}
}

func TestAnApplicationThatIsNotThereDoesNotAnswer(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := "http://" + listener.Addr().String()
	require.NoError(t, listener.Close())

	s := newNetworked(t, &http.Client{})
	s.support()
	s.updateFlow(taskrouter.UpdateWorkflowRequest{AssignmentCallbackURL: &address, FallbackAssignmentCallbackURL: new(againURL)})
	s.workers("Ann")
	s.server.Handle(againURL, says(http.StatusOK, jsonType, `{"instruction":"accept"}`))
	j := s.task("{}")
	s.drain()
	j.is("assigned in Support: Ann")
	made := s.callbacks()
	require.Len(t, made, 2)
	assert.ErrorContains(t, made[0].Err, "refused")
	assert.NotErrorIs(t, made[0].Err, taskroutertest.ErrNoHandler)
}

// A carrier is a transport that is a function.
type carrier func(*http.Request) (*http.Response, error)

func (c carrier) RoundTrip(r *http.Request) (*http.Response, error) { return c(r) }

func TestATransportMayLeaveCallbacksAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked []string
		s := newNetworked(t, &http.Client{Transport: carrier(func(r *http.Request) (*http.Response, error) {
			asked = append(asked, r.URL.String())
			return nil, fmt.Errorf("only loopback: %w", taskroutertest.ErrNoHandler)
		})})
		s.asks()
		s.workers("Ann")
		j := s.task("{}")
		s.drain()
		assert.ErrorIs(t, s.only().Err, taskroutertest.ErrNoHandler)
		assert.Equal(t, []string{askURL}, asked)
		j.until("120s", "reserved in Support: Ann")
	})
}

func TestWhatATransportCannotDoIsUnanswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s *switchboard
		s = newNetworked(t, &http.Client{Transport: carrier(func(*http.Request) (*http.Response, error) {
			s.goes("Ann", "Offline")
			return nil, errors.New("the cable is cut")
		})})
		s.asks()
		s.workers("Ann")
		j := s.task("{}")
		s.drain()
		assert.ErrorContains(t, s.only().Err, "the cable is cut")
		j.asked("Ann canceled")
	})
}

func TestTheClientOfCallersIsLeftAsItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := &http.Client{}
		s := newNetworked(t, client)
		s.reads()
		assert.NoError(t, s.tellsAt(eventsURL).Err)
		assert.Equal(t, http.Client{}, *client)
	})
}

func TestWithoutAClientTheNetworkIsNotReached(t *testing.T) {
	var reached atomic.Bool
	address := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Store(true) }))
	s := newSwitchboard(t, taskrouter.CreateWorkspaceRequest{})
	assert.ErrorIs(t, s.tellsAt(address).Err, taskroutertest.ErrNoHandler)
	assert.False(t, reached.Load())
}

func TestCallbacksAreMadeInMemoryBesideAListener(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := newSwitchboard(t, taskrouter.CreateWorkspaceRequest{}, taskroutertest.WithListener(listener))
	s.asks()
	s.workers("Ann")
	s.always(webhook.Accept{})
	j := s.task("{}")
	s.drain()
	j.is("assigned in Support: Ann")
}
