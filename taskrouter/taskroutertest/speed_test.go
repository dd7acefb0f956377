package taskroutertest_test

import (
	"context"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

func TestWithSpeedPanicsForAFactorThatCannotBe(t *testing.T) {
	for _, factor := range []float64{0, -1, math.Inf(-1), math.Inf(1), math.NaN(), 10_000.1} {
		assert.Panics(t, func() { taskroutertest.WithSpeed(factor) }, "%v", factor)
	}
	for _, factor := range []float64{math.SmallestNonzeroFloat64, 0.5, 1, 10_000} {
		assert.NotPanics(t, func() { newServer(t, taskroutertest.WithSpeed(factor)) }, "%v", factor)
	}
}

// Over real time, a day passes in seconds.
func TestTimeoutsPassFasterThanTheTimeOfTheMachine(t *testing.T) {
	s := newSwitchboard(t, taskrouter.CreateWorkspaceRequest{}, taskroutertest.WithSpeed(3600))
	s.support()
	s.workers("Ann")
	canceled := make(chan webhook.Event, 1)
	timedOut := make(chan webhook.Event, 1)
	s.server.HandleEvents(eventsURL, func(_ context.Context, e webhook.Event) error {
		switch e.Type {
		case "task.canceled":
			canceled <- e
		case "reservation.timeout":
			timedOut <- e
		}
		return nil
	})
	s.tells(eventsURL, "")
	start := time.Now()
	task, err := s.client.Tasks(s.sid).Create(t.Context(), taskrouter.CreateTaskRequest{Timeout: new(3600)})
	require.NoError(t, err)
	soon := time.After(20 * time.Second) // of the machine, which may be busy
	for _, want := range []struct {
		events chan webhook.Event
		after  time.Duration
	}{{timedOut, 120 * time.Second}, {canceled, time.Hour}} {
		select {
		case e := <-want.events:
			assert.WithinRange(t, e.Time, task.DateCreated.Add(want.after), task.DateCreated.Add(want.after+2*time.Second), "at its own time, in whole seconds as answers have it")
		case <-soon:
			require.Fail(t, "it takes too long")
		}
	}
	assert.GreaterOrEqual(t, time.Since(start), time.Second)
}

func TestTheTimeOfTheServerPassesSoManyTimesAsFast(t *testing.T) {
	for name, test := range map[string]struct {
		factor      float64
		reservation time.Duration // of the bubble, for 120 seconds
	}{
		"as fast":     {1, 120 * time.Second},
		"twice":       {2, 60 * time.Second},
		"60 times":    {60, 2 * time.Second},
		"3600 times":  {3600, 33_333_334 * time.Nanosecond},
		"the fastest": {10_000, 12 * time.Millisecond},
		"half":        {0.5, 240 * time.Second},
		"2.5 times":   {2.5, 48 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSwitchboard(t, taskrouter.CreateWorkspaceRequest{}, taskroutertest.WithSpeed(test.factor))
				s.support()
				s.workers("Ann")
				j := s.task("{}")
				later(test.reservation - time.Nanosecond)
				j.is("reserved in Support: Ann")
				later(time.Nanosecond)
				j.is("pending in Support")
				s.has("Ann", "Offline")

				events := s.events(taskrouter.ListEventsParams{EventType: new("reservation.timeout")})
				require.Len(t, events, 1)
				assert.Equal(t, int64(120_000), events[0].EventDateMs-s.began.UnixMilli(), "the date is of the server's time")
				created, err := s.client.Tasks(s.sid).Get(t.Context(), j.sid)
				require.NoError(t, err)
				assert.Equal(t, s.began.UTC(), created.DateCreated.UTC())
			})
		})
	}
}

func TestDatesAreAheadWhenTimePassesFaster(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSwitchboard(t, taskrouter.CreateWorkspaceRequest{}, taskroutertest.WithSpeed(60))
		s.support()
		j := s.task("{}")
		later(10 * time.Minute)
		ahead := s.task("{}")
		task, err := s.client.Tasks(s.sid).Get(t.Context(), ahead.sid)
		require.NoError(t, err)
		assert.Equal(t, s.began.Add(10*time.Hour).UTC(), task.DateCreated.UTC())
		old, err := s.client.Tasks(s.sid).Get(t.Context(), j.sid)
		require.NoError(t, err)
		assert.Equal(t, 36_000, old.Age)
	})
}

func TestALoadedStateGoesOnAtTheSpeedOfTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := newSwitchboard(t, taskrouter.CreateWorkspaceRequest{})
		slow.support()
		slow.workers("Ann")
		j := slow.task("{}")
		later(60 * time.Second)
		state := dump(t, slow.server)
		fast := newSwitchboard(t, taskrouter.CreateWorkspaceRequest{}, taskroutertest.WithSpeed(60), taskroutertest.WithSeed(2))
		later(time.Second)
		require.NoError(t, fast.server.Load(strings.NewReader(state)))
		fast.sid, fast.sids, fast.client = slow.sid, slow.sids, fast.server.Client(taskrouter.WithAuthToken(slow.server.AccountSID(), fast.server.AuthToken()))
		copied := &job{fast.world, j.sid}
		later(time.Second - time.Nanosecond)
		copied.is("reserved in Support: Ann")
		later(time.Nanosecond)
		copied.is("pending in Support")
	})
}

func TestCallbacksTakeTheTimeOfTheMachine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSwitchboard(t, taskrouter.CreateWorkspaceRequest{}, taskroutertest.WithSpeed(60))
		s.asks(askingFor(3600))
		s.workers("Ann")
		s.server.Handle(askURL, slow(4*time.Second, says(http.StatusOK, jsonType, `{"instruction":"accept"}`)))
		s.tells(eventsURL, "task.created")
		s.server.Handle(eventsURL, slow(14*time.Second, noted))
		j := s.task("{}")
		start := time.Now()
		s.drain()
		assert.Equal(t, 14*time.Second, time.Since(start))
		j.is("assigned in Support: Ann")
		for _, c := range s.callbacks() {
			assert.NoError(t, c.Err)
		}
	})
}

func TestRateLimitsGoByTheTimeOfTheMachine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSwitchboard(t, taskrouter.CreateWorkspaceRequest{}, taskroutertest.WithSpeed(10_000), taskroutertest.WithRateLimits())
		for range 3 {
			require.Equal(t, http.StatusOK, send(t, s.server, http.MethodGet, "/Workspaces/"+s.sid+"/Tasks?EvaluateTaskAttributes=a+==+1", nil).Status)
			later(100 * time.Millisecond) // a quarter of an hour of the server
		}
		assert.Equal(t, http.StatusTooManyRequests, send(t, s.server, http.MethodGet, "/Workspaces/"+s.sid+"/Tasks?EvaluateTaskAttributes=a+==+1", nil).Status)
		later(time.Second)
		assert.Equal(t, http.StatusOK, send(t, s.server, http.MethodGet, "/Workspaces/"+s.sid+"/Tasks?EvaluateTaskAttributes=a+==+1", nil).Status)
	})
}

func TestDelaysOfFailuresTakeTheTimeOfTheMachine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSwitchboard(t, taskrouter.CreateWorkspaceRequest{}, taskroutertest.WithSpeed(60))
		s.server.Fail("listTasks", 1, taskroutertest.Failure{Delay: time.Minute})
		start := time.Now()
		send(t, s.server, http.MethodGet, "/Workspaces/"+s.sid+"/Tasks", nil)
		assert.Equal(t, time.Minute, time.Since(start))
	})
}

// A server that is as slow as can be, and one that was left running for a year.
func TestTimeNeverTurnsBackAtAnySpeed(t *testing.T) {
	for _, factor := range []float64{math.SmallestNonzeroFloat64, 1e-9, 10_000} {
		synctest.Test(t, func(t *testing.T) {
			s := newSwitchboard(t, taskrouter.CreateWorkspaceRequest{}, taskroutertest.WithSpeed(factor))
			s.support()
			s.workers("Ann")
			j := s.task("{}")
			later(time.Millisecond)
			j.is("reserved in Support: Ann")
			j.moves("canceled", "over")
			later(365 * 24 * time.Hour)
			_, err := s.client.Tasks(s.sid).Create(t.Context(), taskrouter.CreateTaskRequest{})
			assert.NoError(t, err)
		})
	}
}
