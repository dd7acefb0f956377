package taskroutertest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

// once makes a client try once only.
var once = taskrouter.WithRetry(taskrouter.RetryPolicy{MaxAttempts: 1})

func TestTheNextCallsOfAnOperationFailAsTheyWereToldTo(t *testing.T) {
	s := newServer(t)
	client := s.Client(once)
	s.Fail("createWorkspace", 2, taskroutertest.Failure{Status: 429, Code: 20429, Message: "Not now", Header: http.Header{"Retry-After": {"7"}}})
	s.Fail("createWorkspace", 1, taskroutertest.Failure{Status: 500, Body: "<html>"})

	for range 2 {
		_, err := client.Workspaces.Create(t.Context(), taskrouter.CreateWorkspaceRequest{FriendlyName: "Support"})
		var failure *taskrouter.Error
		require.ErrorAs(t, err, &failure)
		assert.Equal(t, 429, failure.StatusCode)
		assert.Equal(t, 20429, failure.Code)
		assert.Equal(t, "Not now", failure.Message)
		assert.Equal(t, 7*time.Second, failure.RetryAfter)
		assert.Equal(t, "https://www.twilio.com/docs/errors/20429", failure.MoreInfo)
	}
	assert.Empty(t, listWorkspaces(t, client), "other operations do not fail, and nothing was made")
	_, err := client.Workspaces.Create(t.Context(), taskrouter.CreateWorkspaceRequest{FriendlyName: "Support"})
	var failure *taskrouter.Error
	require.ErrorAs(t, err, &failure)
	assert.Equal(t, "<html>", string(failure.Body))
	_, err = client.Workspaces.Create(t.Context(), taskrouter.CreateWorkspaceRequest{FriendlyName: "Support"})
	assert.NoError(t, err)
}

func listWorkspaces(t *testing.T, client *taskrouter.Client) []*taskrouter.Workspace {
	t.Helper()
	workspaces, err := taskrouter.Collect(client.Workspaces.List(t.Context(), taskrouter.ListWorkspacesParams{}), -1)
	require.NoError(t, err)
	return workspaces
}

func TestFailuresOfAnOperationGoBeforeThoseOfAny(t *testing.T) {
	s := newServer(t)
	s.Fail("", 1, taskroutertest.Failure{Status: 500})
	s.Fail("listWorkspaces", 1, taskroutertest.Failure{Status: 503})
	statuses := func() (got []int) {
		for range 3 {
			got = append(got, send(t, s, http.MethodGet, "/Workspaces", nil).Status)
		}
		return got
	}
	assert.Equal(t, []int{503, 500, 200}, statuses())

	s.Fail("listWorkspaces", 5, taskroutertest.Failure{Status: 503})
	s.Fail("listWorkspaces", 0, taskroutertest.Failure{})
	assert.Equal(t, []int{200, 200, 200}, statuses())
}

func TestForgottenFailuresLeaveThoseOfAny(t *testing.T) {
	s := newServer(t)
	s.Fail("", 1, taskroutertest.Failure{Status: 500})
	s.Fail("listWorkspaces", 1, taskroutertest.Failure{Status: 503})
	s.Fail("listWorkspaces", 0, taskroutertest.Failure{})
	assert.Equal(t, 500, send(t, s, http.MethodGet, "/Workspaces", nil).Status)
}

func TestAFailureThatCannotBePanics(t *testing.T) {
	const noStatus = "Code, Message, Body and Header are for an answer, which has a Status"
	for name, test := range map[string]struct {
		failure taskroutertest.Failure
		wrong   string
	}{
		"too low a Status":         {taskroutertest.Failure{Status: 199}, "Status is 199, expected one from 200 to 599"},
		"too high a Status":        {taskroutertest.Failure{Status: 600}, "Status is 600, expected one from 200 to 599"},
		"a negative Status":        {taskroutertest.Failure{Status: -1, Err: errors.New("lost")}, "Status is -1, expected one from 200 to 599"},
		"a Code":                   {taskroutertest.Failure{Code: 20001}, noStatus},
		"a Message":                {taskroutertest.Failure{Message: "Busy"}, noStatus},
		"a Body":                   {taskroutertest.Failure{Body: "<html>", Delay: time.Second}, noStatus},
		"a Header":                 {taskroutertest.Failure{Header: http.Header{"Retry-After": {"1"}}}, noStatus},
		"nothing":                  {taskroutertest.Failure{}, "the failure has neither Status nor Err nor Delay"},
		"nothing but CarriedOut":   {taskroutertest.Failure{CarriedOut: true}, "the failure has neither Status nor Err nor Delay"},
		"a Delay that takes back":  {taskroutertest.Failure{Delay: -time.Second}, "the failure has neither Status nor Err nor Delay"},
		"the lowest Status":        {taskroutertest.Failure{Status: 200, Body: "<html>"}, ""},
		"the highest Status":       {taskroutertest.Failure{Status: 599, Message: "Odd"}, ""},
		"an Err":                   {taskroutertest.Failure{Err: errors.New("lost")}, ""},
		"the shortest Delay":       {taskroutertest.Failure{Delay: 1}, ""},
		"a Delay and an Err":       {taskroutertest.Failure{Delay: 1, Err: errors.New("lost")}, ""},
		"an Err that has a Header": {taskroutertest.Failure{Err: errors.New("lost"), Header: http.Header{"Retry-After": {"1"}}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			told := taskroutertest.NewServer()
			defer told.Close()
			fail := func() { told.Fail("listWorkspaces", 1, test.failure) }
			hooked := taskroutertest.NewServer(taskroutertest.WithBefore(func(taskroutertest.Call) *taskroutertest.Failure { return &test.failure }))
			defer hooked.Close()
			call := func() {
				_, _ = hooked.Client(once).Workspaces.Page(t.Context(), taskrouter.ListWorkspacesParams{})
			}
			if test.wrong == "" {
				assert.NotPanics(t, fail)
				assert.NotPanics(t, call)
				return
			}
			assert.PanicsWithValue(t, "taskroutertest: Fail: "+test.wrong, fail)
			assert.PanicsWithValue(t, "taskroutertest: WithBefore: "+test.wrong, call)
		})
	}
}

func TestFailPanicsForWhatIsNoOperationOrNoNumber(t *testing.T) {
	s := newServer(t)
	assert.PanicsWithValue(t, `taskroutertest: Fail: there is no operation "makeCoffee"`,
		func() { s.Fail("makeCoffee", 1, taskroutertest.Failure{Status: 503}) })
	assert.PanicsWithValue(t, "taskroutertest: Fail: n is -1, expected 0 or more",
		func() { s.Fail("listWorkspaces", -1, taskroutertest.Failure{Status: 503}) })
}

func TestARequestForNoOperationCanFail(t *testing.T) {
	s := newServer(t)
	s.Fail("", 1, taskroutertest.Failure{Status: 502, Message: "Bad gateway"})
	assert.Equal(t, 502, send(t, s, http.MethodGet, "/Nothing", nil).Status)
	assert.Equal(t, 404, send(t, s, http.MethodGet, "/Nothing", nil).Status)
}

func TestABrokenConnectionIsAnErrorOfTheTransport(t *testing.T) {
	broken := errors.New("the cable is cut")
	s := newServer(t)
	s.Fail("listWorkspaces", 1, taskroutertest.Failure{Err: broken})
	_, err := s.Client(once).Workspaces.Page(t.Context(), taskrouter.ListWorkspacesParams{})
	assert.ErrorIs(t, err, broken)

	listening := newServer(t, taskroutertest.WithListener(listen(t)))
	listening.Fail("listWorkspaces", 1, taskroutertest.Failure{Err: broken})
	_, err = listening.Client(once).Workspaces.Page(t.Context(), taskrouter.ListWorkspacesParams{})
	assert.ErrorContains(t, err, "EOF")
}

func TestAConnectionThatWasKeptAliveHidesThatOneBroke(t *testing.T) {
	for name, keptAlive := range map[string]bool{"kept alive": true, "not kept alive": false} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, taskroutertest.WithListener(listen(t)))
			transport := &http.Transport{DisableKeepAlives: !keptAlive}
			defer transport.CloseIdleConnections()
			get := func() error {
				request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"/v1/Workspaces", nil)
				require.NoError(t, err)
				response, err := transport.RoundTrip(request)
				if err != nil {
					return err
				}
				_, err = io.Copy(io.Discard, response.Body)
				return errors.Join(err, response.Body.Close())
			}
			require.NoError(t, get())
			s.Fail("listWorkspaces", 1, taskroutertest.Failure{Err: errors.New("lost")})
			assert.Equal(t, keptAlive, get() == nil)
		})
	}
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	return listener
}

func TestACallWhoseAnswerIsLostIsCarriedOut(t *testing.T) {
	for name, failure := range map[string]taskroutertest.Failure{
		"by a broken connection": {Err: errors.New("lost"), CarriedOut: true},
		"by a gateway":           {Status: 504, CarriedOut: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.Fail("createWorkspace", 1, failure)
			_, err := s.Client(once).Workspaces.Create(t.Context(), taskrouter.CreateWorkspaceRequest{FriendlyName: "Support"})
			assert.Error(t, err)
			assert.Len(t, listWorkspaces(t, s.Client()), 1)
		})
	}
}

func TestASlowCallIsCarriedOutInTheTimeOfTheBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t)
		client := s.Client(once, taskrouter.WithAttemptTimeout(time.Minute))
		s.Fail("listWorkspaces", 1, taskroutertest.Failure{Delay: 59 * time.Second})
		s.Fail("listWorkspaces", 1, taskroutertest.Failure{Delay: time.Hour})
		start := time.Now()

		_, err := client.Workspaces.Page(t.Context(), taskrouter.ListWorkspacesParams{})
		assert.NoError(t, err)
		assert.Equal(t, 59*time.Second, time.Since(start))
		_, err = client.Workspaces.Page(t.Context(), taskrouter.ListWorkspacesParams{})
		assert.ErrorContains(t, err, "deadline exceeded")
		assert.Equal(t, 119*time.Second, time.Since(start), "as long as the client waits, and no longer")
	})
}

func TestTheSDKGetsOverFailuresThatPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t)
		s.Fail("listWorkspaces", 2, taskroutertest.Failure{Status: 429, Header: http.Header{"Retry-After": {"3"}}})
		start := time.Now()
		assert.Empty(t, listWorkspaces(t, s.Client()))
		assert.GreaterOrEqual(t, time.Since(start), 6*time.Second)
	})
}

func TestHooksSeeEachCall(t *testing.T) {
	var before, after []string
	s := newServer(t,
		taskroutertest.WithBefore(func(call taskroutertest.Call) *taskroutertest.Failure {
			before = append(before, call.Operation+" "+call.Method+" "+call.Path)
			if call.Query.Has("FriendlyName") {
				return &taskroutertest.Failure{Status: 403, Message: "Names are secret"}
			}
			return nil
		}),
		taskroutertest.WithAfter(func(call taskroutertest.Call, answer taskroutertest.Answer) {
			after = append(after, http.StatusText(answer.Status)+" "+call.Form().Get("FriendlyName"))
		}))
	send(t, s, http.MethodPost, "/Workspaces", fields("FriendlyName", "Support"))
	send(t, s, http.MethodGet, "/Workspaces?FriendlyName=Support", nil)
	send(t, s, http.MethodGet, "/Coffee", nil)
	assert.Equal(t, []string{"createWorkspace POST /v1/Workspaces", "listWorkspaces GET /v1/Workspaces", " GET /v1/Coffee"}, before)
	assert.Equal(t, []string{"Created Support", "Forbidden ", "Not Found "}, after)
}

func TestAllHooksAreCalledInTheirOrder(t *testing.T) {
	var called []string
	before := func(name string, failure *taskroutertest.Failure) taskroutertest.Option {
		return taskroutertest.WithBefore(func(taskroutertest.Call) *taskroutertest.Failure {
			called = append(called, name)
			return failure
		})
	}
	after := func(name string) taskroutertest.Option {
		return taskroutertest.WithAfter(func(_ taskroutertest.Call, answer taskroutertest.Answer) {
			called = append(called, fmt.Sprintf("%s %d", name, answer.Status))
		})
	}
	s := newServer(t, after("fourth"), after("fifth"), before("first", nil),
		before("second", &taskroutertest.Failure{Status: 503}), before("third", &taskroutertest.Failure{Status: 500}))
	s.Fail("listWorkspaces", 1, taskroutertest.Failure{Status: 429})
	assert.Equal(t, 503, send(t, s, http.MethodGet, "/Workspaces", nil).Status)
	assert.Equal(t, []string{"first", "second", "third", "fourth 503", "fifth 503"}, called)
}

func TestHooksSeeCallsThatBreak(t *testing.T) {
	statuses := make(chan int, 1)
	seen := taskroutertest.WithAfter(func(_ taskroutertest.Call, answer taskroutertest.Answer) { statuses <- answer.Status })
	for name, test := range map[string]struct {
		failure taskroutertest.Failure
		end     func(*taskroutertest.Server, context.CancelFunc)
		status  int
	}{
		"an error":               {taskroutertest.Failure{Delay: time.Hour, Err: errors.New("lost")}, nil, 0},
		"an answer that is lost": {taskroutertest.Failure{Delay: time.Hour, Err: errors.New("lost"), CarriedOut: true}, nil, 0},
		"a client that gave up":  {taskroutertest.Failure{Delay: time.Hour}, func(_ *taskroutertest.Server, cancel context.CancelFunc) { cancel() }, 0},
		"the end of the server":  {taskroutertest.Failure{Delay: time.Hour}, func(s *taskroutertest.Server, _ context.CancelFunc) { s.Close() }, 0},
		"none":                   {taskroutertest.Failure{Delay: time.Hour}, nil, 201},
	} {
		t.Run(name, func(t *testing.T) {
			ways(t, func(t *testing.T, w way) {
				w.server.Fail("createWorkspace", 1, test.failure)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if test.end != nil {
					time.AfterFunc(time.Minute, func() { test.end(w.server, cancel) })
				}
				assert.Equal(t, test.status == 0, w.makeWorkspace(ctx) != nil)
				assert.Equal(t, test.status, <-statuses)
			}, seen)
		})
	}
}

func TestHooksMayCallTheServer(t *testing.T) {
	var s *taskroutertest.Server
	var inside atomic.Bool
	s = newServer(t, taskroutertest.WithBefore(func(taskroutertest.Call) *taskroutertest.Failure {
		if inside.CompareAndSwap(false, true) {
			send(t, s, http.MethodPost, "/Workspaces", fields("FriendlyName", "By a hook"))
		}
		return nil
	}))
	assert.Len(t, send(t, s, http.MethodGet, "/Workspaces", nil).Body["workspaces"], 1)
}

func TestACallIsCarriedOutBeforeTheClientGivesUp(t *testing.T) {
	for name, test := range map[string]struct {
		failure taskroutertest.Failure
		made    int
	}{
		"carried out, no answer":      {taskroutertest.Failure{Delay: time.Hour, Err: errors.New("lost"), CarriedOut: true}, 1},
		"carried out, another answer": {taskroutertest.Failure{Delay: time.Hour, Status: 504, CarriedOut: true}, 1},
		"carried out, a late answer":  {taskroutertest.Failure{Delay: time.Hour, CarriedOut: true}, 1},
		"late":                        {taskroutertest.Failure{Delay: time.Hour}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			ways(t, func(t *testing.T, w way) {
				w.server.Fail("createWorkspace", 1, test.failure)
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				assert.Error(t, w.makeWorkspace(ctx))
				assert.Len(t, workspaces(t, w.server), test.made)
				<-time.After(2 * time.Hour)
				assert.Len(t, workspaces(t, w.server), test.made, "nothing more when the delay is over")
			})
		})
	}
}

func TestALateAnswerIsTheOneOfACallThatWasCarriedOut(t *testing.T) {
	ways(t, func(t *testing.T, w way) {
		w.server.Fail("createWorkspace", 1, taskroutertest.Failure{Delay: time.Hour, CarriedOut: true})
		start := time.Now()
		assert.NoError(t, w.makeWorkspace(t.Context()))
		assert.Equal(t, time.Hour, time.Since(start))
		assert.Len(t, workspaces(t, w.server), 1)
	})
}

func TestAFailureOfAStatusAloneIsLikeOneOfTheService(t *testing.T) {
	const moreInfo = "https://www.twilio.com/docs/errors/"
	for name, test := range map[string]struct {
		failure taskroutertest.Failure
		body    map[string]any
	}{
		"401": {taskroutertest.Failure{Status: 401}, map[string]any{
			"status": 401.0, "code": 20003.0, "more_info": moreInfo + "20003",
			"message": "Authentication Error - The credentials are not valid", "detail": "Your AccountSid or AuthToken was incorrect.",
		}},
		"404": {taskroutertest.Failure{Status: 404}, map[string]any{
			"status": 404.0, "code": 20404.0, "more_info": moreInfo + "20404", "message": "The requested resource /Workspaces was not found",
		}},
		"429": {taskroutertest.Failure{Status: 429, Header: http.Header{"Retry-After": {"1"}}}, map[string]any{
			"status": 429.0, "code": 20429.0, "more_info": moreInfo + "20429", "message": "Too Many Requests",
		}},
		"503":                     {taskroutertest.Failure{Status: 503}, map[string]any{"status": 503.0, "message": "Service Unavailable"}},
		"a status without a name": {taskroutertest.Failure{Status: 599}, map[string]any{"status": 599.0}},
		"a message of the test's": {taskroutertest.Failure{Status: 404, Message: "no"}, map[string]any{"status": 404.0, "message": "no"}},
		"a code of the test's": {taskroutertest.Failure{Status: 429, Code: 20001}, map[string]any{
			"status": 429.0, "code": 20001.0, "more_info": moreInfo + "20001", "message": "Too Many Requests",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := taskroutertest.NewServer() // whose answers need not be those of the document
			defer s.Close()
			s.Fail("listWorkspaces", 1, test.failure)
			failed := send(t, s, http.MethodGet, "/Workspaces", nil)
			assert.Equal(t, test.failure.Status, failed.Status)
			assert.Equal(t, test.body, failed.Body)
			assert.Equal(t, "application/json", failed.Header.Get("Content-Type"))
		})
	}
}

func TestTheServiceAndAFailureRefuseInTheSameWords(t *testing.T) {
	s := newServer(t)
	refused := func() map[int]map[string]any {
		got := make(map[int]map[string]any)
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"/v1/Workspaces", nil)
		require.NoError(t, err)
		request.SetBasicAuth("somebody", "")
		for _, e := range []exchange{do(t, s, request), send(t, s, http.MethodGet, "/Nothing", nil)} {
			got[e.Status] = e.Body
		}
		return got
	}
	byService := refused()
	s.Fail("listWorkspaces", 1, taskroutertest.Failure{Status: 401})
	s.Fail("", 1, taskroutertest.Failure{Status: 404})
	assert.Equal(t, byService, refused())
	assert.Len(t, byService, 2)
}
