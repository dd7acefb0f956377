package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// reached is what a transport of a test fails with that was asked.
var errReached = errors.New("reached")

func TestOnlyHostsOfThisMachineAreReached(t *testing.T) {
	transport := newLoopback()
	transport.network.DialContext = func(context.Context, string, string) (net.Conn, error) { return nil, errReached }
	for host, want := range map[string]error{
		"localhost":                 errReached,
		"LocalHost.":                errReached,
		"app.localhost":             errReached,
		"127.0.0.1":                 errReached,
		"127.8.9.10":                errReached,
		"[::1]":                     errReached,
		"[::ffff:127.0.0.1]":        errReached,
		"user:pass@localhost":       errReached,
		"localhost@example.com":     taskroutertest.ErrNoHandler,
		"127.0.0.1.example.com":     taskroutertest.ErrNoHandler,
		"localhost.example.com":     taskroutertest.ErrNoHandler,
		"notlocalhost":              taskroutertest.ErrNoHandler,
		"app.test":                  taskroutertest.ErrNoHandler,
		"192.0.2.1":                 taskroutertest.ErrNoHandler,
		"10.0.0.1":                  taskroutertest.ErrNoHandler,
		"0.0.0.0":                   taskroutertest.ErrNoHandler,
		"127.1":                     taskroutertest.ErrNoHandler,
		"[::]":                      taskroutertest.ErrNoHandler,
		"[::ffff:192.0.2.1]":        taskroutertest.ErrNoHandler,
		"ip6-localhost.example.com": taskroutertest.ErrNoHandler,
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+host+":1/path", strings.NewReader("body"))
		require.NoError(t, err)
		_, err = transport.RoundTrip(request)
		assert.ErrorIs(t, err, want, host)
	}
}

func TestNamesOfThisMachineAreNotLookedUp(t *testing.T) {
	for _, network := range []string{"127.0.0.1:0", "[::1]:0"} {
		listener, err := net.Listen("tcp", network)
		if err != nil && network == "[::1]:0" {
			t.Log("this machine has no IPv6: ", err)
			continue
		}
		require.NoError(t, err)
		defer func() { _ = listener.Close() }()
		_, port, err := net.SplitHostPort(listener.Addr().String())
		require.NoError(t, err)
		connection, err := dialLoopback(t.Context(), "tcp", "nobody-knows-this-name.localhost:"+port)
		require.NoError(t, err)
		assert.NoError(t, connection.Close())
	}
}

func TestAProxyIsNotAsked(t *testing.T) {
	assert.Nil(t, newLoopback().network.Proxy)
}

// application answers callbacks.
type application struct {
	url    string
	events chan webhook.Event
	asked  chan webhook.Assignment
	answer chan webhook.Instruction // to what it is asked, which waits for it
}

func startApplication(t *testing.T, authToken string) *application {
	t.Helper()
	a := &application{events: make(chan webhook.Event, 10), asked: make(chan webhook.Assignment, 10), answer: make(chan webhook.Instruction, 10)}
	verifier := webhook.NewVerifier(authToken)
	mux := http.NewServeMux()
	mux.Handle("/events", webhook.EventHandler(verifier, func(_ context.Context, event webhook.Event) error {
		a.events <- event
		return nil
	}))
	mux.Handle("/assignment", webhook.AssignmentHandler(verifier, func(ctx context.Context, assignment webhook.Assignment) (webhook.Instruction, error) {
		a.asked <- assignment
		select {
		case instruction := <-a.answer:
			return instruction, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	a.url = server.URL
	return a
}

const workspaceSID = "WS00000000000000000000000000000001"

// asking is a state in which an application is told of new tasks and asked about those for Ann.
func asking(url string) string {
	return strings.ReplaceAll(`{"version": 1, "workspaces": [{
		"sid": "WS00000000000000000000000000000001", "friendly_name": "Support",
		"event_callback_url": "$URL/events", "events_filter": "task.created",
		"activities": [{"sid": "WA00000000000000000000000000000001", "friendly_name": "Here", "available": true}],
		"workers": [{"sid": "WK00000000000000000000000000000001", "friendly_name": "Ann", "activity_sid": "WA00000000000000000000000000000001"}],
		"task_queues": [{"sid": "WQ00000000000000000000000000000001", "friendly_name": "Everyone"}],
		"workflows": [{"sid": "WW00000000000000000000000000000001", "friendly_name": "All", "assignment_callback_url": "$URL/assignment",
			"configuration": {"task_routing": {"default_filter": {"queue": "WQ00000000000000000000000000000001"}}}}]
	}]}`, "$URL", url)
}

// createTask lets a task come to an application, and answers its SID.
func (p *program) createTask(url string) string {
	p.t.Helper()
	status, answer := p.request("PUT", "/emulator/state", asking(url))
	require.Equal(p.t, 204, status, answer)
	task, err := p.client().Tasks(workspaceSID).Create(p.t.Context(), taskrouter.CreateTaskRequest{})
	require.NoError(p.t, err)
	return task.SID
}

func TestApplicationsOfThisMachineAreToldAndAsked(t *testing.T) {
	p := start(t, nil)
	application := startApplication(t, p.value("TWILIO_AUTH_TOKEN"))
	application.answer <- webhook.Accept{}
	named := strings.Replace(application.url, "127.0.0.1", "app.localhost", 1)
	sid := p.createTask(strings.Replace(named, "://", "://someone:password@", 1))
	assert.Equal(t, webhook.EventType("task.created"), (<-application.events).Type)
	assert.Equal(t, sid, (<-application.asked).TaskSID)

	p.waitFor(p.stderr, "instruction=Accept")
	p.waitFor(p.stderr, "type=task.created")
	task, err := p.client().Tasks(workspaceSID).Get(t.Context(), sid)
	require.NoError(t, err)
	assert.Equal(t, taskrouter.TaskStatusAssigned, task.AssignmentStatus)
	log := p.stderr.String()
	assert.Contains(t, log, "level=INFO msg=callback url="+named+"/events outcome=made event=EV")
	assert.Regexp(t, "event=EV[0-9a-f]{32} type=task.created task="+sid+"\n", log)
	assert.Regexp(t, "level=INFO msg=callback url="+named+"/assignment outcome=made task="+sid+" reservation=WR[0-9a-f]{32} fallback=false instruction=Accept\n", log)
	assert.NotContains(t, log, "password")
	assert.NotContains(t, log, "someone")
}

func TestApplicationsElsewhereAreLeftAlone(t *testing.T) {
	p := start(t, nil)
	p.createTask("https://app.test")
	p.waitFor(p.stderr, "type=task.created")
	p.waitFor(p.stderr, "reservation=WR")
	assert.Contains(t, p.stderr.String(), "level=INFO msg=callback url=https://app.test/events outcome=\"not made\" event=EV")
	assert.Contains(t, p.stderr.String(), "app.test is beyond loopback, and needs the flag -callbacks all")
}

// Why a reservation is canceled and its task offered again can be found by either's SID.
func TestAnApplicationThatDoesNotRunIsLoggedWithTaskAndReservation(t *testing.T) {
	p := start(t, nil)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	sid := p.createTask(gone.URL)
	p.waitFor(p.stderr, "reservation=WR")
	assert.Regexp(t, "level=WARN msg=callback url="+gone.URL+"/assignment outcome=failed task="+sid+
		" reservation=WR[0-9a-f]{32} fallback=false error=.*connection refused", p.stderr.String())
	assert.NotContains(t, p.stderr.String(), "instruction")
}

func TestAnEventIsLoggedWithTheReservationItIsAbout(t *testing.T) {
	stderr := newOutput()
	log := logCallbacks((&settings{}).logger(stderr))
	log(taskroutertest.Callback{URL: "https://app.test", Form: url.Values{
		"EventType": {"reservation.created"}, "Sid": {"EV1"}, "TaskSid": {"WT1"}, "ReservationSid": {"WR1"}, "WorkerName": {"Ann"},
	}})
	log(taskroutertest.Callback{URL: "https://app.test", Form: url.Values{"EventType": {"worker.created"}, "Sid": {"EV2"}}})
	assert.Contains(t, stderr.String(), "msg=callback url=https://app.test outcome=made event=EV1 type=reservation.created task=WT1 reservation=WR1\n")
	assert.Contains(t, stderr.String(), "msg=callback url=https://app.test outcome=made event=EV2 type=worker.created\n")
}

func TestNoApplicationIsAskedWithoutCallbacks(t *testing.T) {
	p := start(t, nil, "-callbacks", "none")
	application := startApplication(t, p.value("TWILIO_AUTH_TOKEN"))
	p.createTask(application.url)
	p.waitFor(p.stderr, "type=task.created")
	p.waitFor(p.stderr, "reservation=WR")
	assert.Equal(t, 2, strings.Count(p.stderr.String(), `outcome="not made"`))
	assert.Empty(t, application.events)
	assert.Empty(t, application.asked)
}

func TestAllApplicationsAreAskedOnDemand(t *testing.T) {
	p := start(t, nil, "-callbacks", "all")
	application := startApplication(t, p.value("TWILIO_AUTH_TOKEN"))
	application.answer <- webhook.Accept{}
	p.createTask(application.url)
	<-application.events
	client := callbackClients["all"]
	require.NotNil(t, client)
	assert.Nil(t, client.Transport, "that of net/http")
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	p := start(t, nil)
	application := startApplication(t, p.value("TWILIO_AUTH_TOKEN"))
	redirecting := httptest.NewServer(http.RedirectHandler(application.url+"/events", http.StatusTemporaryRedirect))
	defer redirecting.Close()
	p.createTask(redirecting.URL)
	p.waitFor(p.stderr, "type=task.created")
	assert.Empty(t, application.events)
	assert.Contains(t, p.stderr.String(), "level=WARN msg=callback url="+redirecting.URL+"/events outcome=failed")
}

// An answer that comes after the program was interrupted is in the state all the same.
func TestCallbacksAreDoneBeforeTheStateIsWritten(t *testing.T) {
	file := stateFile(t)
	p := start(t, nil, "-state", file)
	application := startApplication(t, p.value("TWILIO_AUTH_TOKEN"))
	p.createTask(application.url)
	<-application.asked
	p.interrupt(errors.New("interrupted by the test"))
	p.waitFor(p.stderr, "shutting down")
	application.answer <- webhook.Accept{}
	assert.Equal(t, done, p.stop())
	assert.Contains(t, read(t, file), `"reservation_status": "accepted"`)
}

func TestTimePassesFaster(t *testing.T) {
	p := start(t, nil, "-speed", "10000", "-callbacks", "none")
	sid := p.createTask("https://app.test")
	for timedOut := false; !timedOut; { // after 120 seconds, 12 ms of ours
		reservations, err := taskrouter.Collect(p.client().TaskReservations(workspaceSID, sid).List(t.Context(), taskrouter.ListTaskReservationsParams{}), 1)
		require.NoError(t, err)
		timedOut = len(reservations) > 0 && reservations[0].ReservationStatus == taskrouter.ReservationStatusTimeout
	}
}

func TestTheQueryOfACallbackIsNotLogged(t *testing.T) {
	p := start(t, nil)
	refusing := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(refusing.Close)
	status, answer := p.request("PUT", "/emulator/state", strings.ReplaceAll(asking(refusing.URL), "/events", "/events?token=hidden"))
	require.Equal(t, 204, status, answer)
	_, err := p.client().Tasks(workspaceSID).Create(t.Context(), taskrouter.CreateTaskRequest{})
	require.NoError(t, err)
	p.waitFor(p.stderr, "type=task.created")
	assert.Contains(t, p.stderr.String(), refusing.URL+"/events")
	assert.NotContains(t, p.stderr.String(), "hidden")
}

func TestAnApplicationMayCallWhileTheProgramEnds(t *testing.T) {
	p := start(t, nil)
	asked, answered := make(chan struct{}), make(chan error, 1)
	mux := http.NewServeMux()
	mux.HandleFunc("/assignment", func(w http.ResponseWriter, r *http.Request) {
		close(asked)
		p.waitFor(p.stderr, "shutting down")
		_, err := p.client().TaskReservations(workspaceSID, r.FormValue("TaskSid")).Accept(r.Context(), r.FormValue("ReservationSid"))
		answered <- err
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte("{}"))
	})
	application := httptest.NewServer(mux)
	t.Cleanup(application.Close)
	p.createTask(application.URL)
	<-asked
	p.stop()
	assert.NoError(t, <-answered)
}
