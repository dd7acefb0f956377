package taskroutertest_test

import (
	"context"
	"errors"
	"net/http"
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
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/router"
	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// How events reach an application: one after the other, signed, and however slow it is.

func TestASlowOrFailingHandlerDelaysButLosesNothing(t *testing.T) {
	for name, test := range map[string]struct {
		handler http.Handler
		want    time.Duration // of three events
		err     string
	}{
		"slow":              {slow(10*time.Second, noted), 30 * time.Second, ""},
		"slow, but in time": {slow(14_999*time.Millisecond, noted), 44_997 * time.Millisecond, ""},
		"too slow":          {slow(15_001*time.Millisecond, noted), 45 * time.Second, "deadline exceeded"},
		"much too slow":     {slow(time.Hour, noted), 45 * time.Second, "deadline exceeded"},
		"failing":           {fails, 0, "500"},
		"of another status": {says(http.StatusOK, jsonType, "{}"), 0, "expected 204"},
		"of no type":        {http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }), 0, "content type"},
		"panicking":         {http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("oh no") }), 0, "the handler panicked: oh no"},
		"aborting":          {http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }), 0, "the handler panicked"},
		"ending by Goexit":  {http.HandlerFunc(func(http.ResponseWriter, *http.Request) { runtime.Goexit() }), 0, "the handler ended its goroutine"},
		"writing no status": {http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(7) }), 0, "the handler panicked"},
	} {
		t.Run(name, func(t *testing.T) {
			atSwitchboard(t, func(t *testing.T, s *switchboard) {
				s.support()
				application := &reader{next: test.handler}
				s.server.Handle(eventsURL, application)
				s.tells(eventsURL, "task.created")
				for range 3 {
					s.task("{}")
				}
				start := time.Now()
				s.drain()
				assert.Equal(t, test.want, time.Since(start))
				require.Len(t, application.read(), 3)
				require.Len(t, s.callbacks(), 3)
				for _, c := range s.callbacks() {
					if test.err == "" {
						assert.NoError(t, c.Err)
					} else {
						assert.ErrorContains(t, c.Err, test.err)
					}
				}
			})
		})
	}
}

// lost is the t of a test that fails.
type lost struct{}

func (lost) Errorf(string, ...any) {}
func (lost) FailNow()              { runtime.Goexit() }

func TestAFunctionThatFailsIsReported(t *testing.T) {
	atSwitchboard(t, func(t *testing.T, s *switchboard) {
		s.support()
		s.tells(eventsURL, "task.created")
		s.server.HandleEvents(eventsURL, func(context.Context, webhook.Event) error { return errors.New("not today") })
		s.task("{}")
		s.drain()
		assert.ErrorContains(t, s.only().Err, "500")
	})
}

func TestASlowHandlerDoesNotStopOtherWorkspaces(t *testing.T) {
	atSwitchboard(t, func(t *testing.T, s *switchboard) {
		s.server.Handle(eventsURL, slow(14*time.Second, noted))
		other := &reader{next: noted}
		s.server.Handle("https://other.test", other)
		s.tells(eventsURL, "")
		s.activity("Lunch", false)
		workspace, err := s.client.Workspaces.Create(t.Context(), taskrouter.CreateWorkspaceRequest{
			FriendlyName: "Other", EventCallbackURL: new("https://other.test/events"),
		})
		s.ok(err)
		synctest.Wait()
		assert.Len(t, other.read(), 9, "the workspace, three activities, five task channels")
		assert.Equal(t, workspace.SID, other.read()[0].Get("WorkspaceSid"))
		start := time.Now()
		s.drain()
		assert.Equal(t, 28*time.Second, time.Since(start))
	})
}

func TestEventsOfAWorkspaceAreNotToldAtOnce(t *testing.T) {
	atSwitchboard(t, func(t *testing.T, s *switchboard) {
		s.support()
		s.tells(eventsURL, "")
		busy, most := 0, 0 // without a lock: the race detector sees it if they are told at once
		s.server.Handle(eventsURL, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			busy++
			most = max(most, busy)
			later(time.Second)
			busy--
			noted(w, r)
		}))
		for range 5 {
			s.task("{}")
		}
		s.drain()
		assert.Equal(t, 1, most)
	})
}

func TestCallbacksAreSignedWithTheTokenOfTheServer(t *testing.T) {
	const account, token = "AC0123456789abcdef0123456789abcdef", "my token"
	synctest.Test(t, func(t *testing.T) {
		s := newSwitchboard(t, taskrouter.CreateWorkspaceRequest{}, taskroutertest.WithAccount(account, token))
		verifier := webhook.NewVerifier(token)
		var verified atomic.Int32
		verifying := func(next http.Handler) http.Handler {
			return verifier.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				verified.Add(1)
				next.ServeHTTP(w, r)
			}))
		}
		s.server.Handle(eventsURL, verifying(noted))
		s.server.Handle(askURL, verifying(says(http.StatusOK, jsonType, `{"instruction":"accept"}`)))
		s.asks()
		s.workers("Ann")
		s.tells(eventsURL+"/a%20b?x=ü&y=%C3%BC", "reservation.created")
		s.task("{}")
		s.drain()
		assert.EqualValues(t, 2, verified.Load())

		copied := newSwitchboard(t, taskrouter.CreateWorkspaceRequest{}, taskroutertest.WithAccount("AC"+strings.Repeat("f", 32), token))
		require.NoError(t, copied.server.Load(strings.NewReader(dump(t, s.server))))
		copied.server.Handle(eventsURL, verifying(noted))
		copied.server.Handle(askURL, verifying(says(http.StatusOK, jsonType, `{}`)))
		copied.sid, copied.sids = s.sid, s.sids
		copied.takes("Ann", "default", 2)
		copied.task("{}")
		copied.drain()
		assert.EqualValues(t, 4, verified.Load())
		for _, c := range copied.callbacks() {
			assert.NoError(t, c.Err)
			assert.Equal(t, account, c.Form.Get("AccountSid"))
		}
		assert.Len(t, copied.callbacks(), 2)
	})
}

func TestAHandlerOfEventsMayCallTheServer(t *testing.T) {
	atSwitchboard(t, func(t *testing.T, s *switchboard) {
		s.support()
		s.workers("Ann")
		s.tells(eventsURL, "reservation.created,reservation.accepted,task.completed")
		var told []string
		s.server.HandleEvents(eventsURL, func(ctx context.Context, e webhook.Event) error {
			told = append(told, string(e.Type))
			task, _ := e.Task()
			reservation, _ := e.Reservation()
			switch e.Type {
			case "reservation.created":
				_, err := s.client.TaskReservations(s.sid, task.SID).Accept(ctx, reservation.SID)
				return err
			case "reservation.accepted":
				_, err := s.client.Tasks(s.sid).Complete(ctx, task.SID, "done")
				return err
			}
			return nil
		})
		j := s.task("{}")
		s.drain()
		j.is("completed in Support: done")
		assert.Equal(t, []string{"reservation.created", "reservation.accepted", "task.completed"}, told)
	})
}

func TestEventsHappenWithoutACallAreToldToo(t *testing.T) {
	atSwitchboard(t, func(t *testing.T, s *switchboard) {
		s.support()
		application := s.reads()
		s.tells(eventsURL, "task.canceled")
		s.task("{}", lasting(60))
		later(59 * time.Second)
		synctest.Wait()
		assert.Empty(t, application.read())
		later(time.Second)
		synctest.Wait()
		assert.Equal(t, []string{"task.canceled"}, typesOf(application.read()))
	})
}

func TestEventsOfWhatALoadedStateSetsMovingAreTold(t *testing.T) {
	atSwitchboard(t, func(t *testing.T, s *switchboard) {
		s.asks()
		s.tells(eventsURL, "reservation.created")
		s.task("{}")
		state := strings.Replace(dump(t, s.server), `"workers": []`, `"workers": [{"sid": "WK00000000000000000000000000000001", "friendly_name": "Ann", "activity_sid": "`+s.sidOf("Available")+`"}]`, 1)
		require.Contains(t, state, "WK0000")
		application := s.reads()
		s.always(webhook.Accept{})
		require.NoError(t, s.server.Load(strings.NewReader(state)))
		s.drain()
		assert.Equal(t, []string{"reservation.created"}, typesOf(application.read()))
		assert.Len(t, s.callbacks(), 2)
	})
}

func TestDrainWaitsForWhatIsDueNow(t *testing.T) {
	for range 20 {
		atSwitchboard(t, func(t *testing.T, s *switchboard) {
			s.asks()
			s.tells(eventsURL, "reservation.timeout")
			s.workers("Ann")
			application := s.reads()
			s.always(nil)
			s.task("{}")
			later(2 * time.Minute)
			s.drain()
			assert.Equal(t, []string{"reservation.timeout"}, typesOf(application.read()))
		})
	}
}

func TestAnApplicationOfSeveralBubblesIsToldOfEachEventOnce(t *testing.T) {
	told := 0
	application := webhook.EventHandler(webhook.NewVerifier("token"), func(context.Context, webhook.Event) error {
		told++
		return nil
	})
	for _, seed := range []uint64{1, 2, 1} {
		synctest.Test(t, func(t *testing.T) {
			server := newServer(t, taskroutertest.WithSeed(seed), taskroutertest.WithAccount(router.SID("AC", 1, 1), "token"))
			server.Handle(eventsURL, application)
			_, err := server.Client().Workspaces.Create(t.Context(), taskrouter.CreateWorkspaceRequest{
				FriendlyName: "Support", EventCallbackURL: new(eventsURL), EventsFilter: new("workspace.created"),
			})
			require.NoError(t, err)
			require.NoError(t, server.Drain(t.Context()))
		})
	}
	assert.Equal(t, 2, told)
}

func TestThatNoHandlerAnswersIsLoggedOnceIfOthersDo(t *testing.T) {
	log := defaultLog(t)
	synctest.Test(t, func(t *testing.T) {
		server := newServer(t)
		w := newWorld(t, server.Client(), taskrouter.CreateWorkspaceRequest{EventCallbackURL: new("https://app.tset/events")})
		require.NoError(t, server.Drain(t.Context()))
		assert.Empty(t, log.String())
		server.Handle("https://app.test/calls", noted)
		w.activity("Away", false)
		w.activity("Asleep", false)
		require.NoError(t, server.Drain(t.Context()))
		assert.Equal(t, 1, strings.Count(log.String(), "\n"))
		assert.Contains(t, log.String(), "https://app.tset/events")
		assert.Contains(t, log.String(), "handlers=[https://app.test/calls]")
		_, err := server.Client().Workspaces.Update(t.Context(), w.sid, taskrouter.UpdateWorkspaceRequest{EventCallbackURL: new("https://app.tset/other")})
		require.NoError(t, err)
		require.NoError(t, server.Drain(t.Context()))
		assert.Equal(t, 2, strings.Count(log.String(), "\n"), "another URL is worth another line")
	})
}
