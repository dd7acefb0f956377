package taskroutertest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
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
	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// patient is a handler that waits until its context ends, and keeps when and why.
type patient struct {
	began time.Time
	ended time.Duration
	err   error
}

func (p *patient) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	p.began = time.Now()
	<-r.Context().Done()
	p.ended, p.err = time.Since(p.began), r.Context().Err()
}

func TestHandlersHaveAsLongAsTheServiceGivesThem(t *testing.T) {
	atSwitchboard(t, func(t *testing.T, s *switchboard) {
		s.asks()
		s.workers("Ann")
		s.tells(eventsURL, "task.created")
		var event, assignment patient
		s.server.Handle(eventsURL, &event)
		s.server.Handle(askURL, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			assignment.ServeHTTP(w, r)
			s.goes("Ann", "Offline")
		}))
		s.task("{}", lasting(5))
		s.drain()
		synctest.Wait() // for the handlers
		assert.Equal(t, 15*time.Second, event.ended)
		assert.ErrorIs(t, event.err, context.DeadlineExceeded)
		assert.Equal(t, 5*time.Second, assignment.ended)
		assert.ErrorIs(t, assignment.err, context.DeadlineExceeded)
		for _, c := range s.callbacks() {
			assert.ErrorIs(t, c.Err, context.DeadlineExceeded)
		}
		assert.Len(t, s.callbacks(), 2)
	})
}

func TestDrainWaitsForAllToWhichAnswersLead(t *testing.T) {
	atSwitchboard(t, func(t *testing.T, s *switchboard) {
		s.asks()
		s.workers("Ann")
		s.tells(eventsURL, "task.completed,task.canceled")
		tasks := 1
		s.server.HandleEvents(eventsURL, func(ctx context.Context, _ webhook.Event) error {
			later(2 * time.Second)
			if tasks == 10 {
				return nil
			}
			tasks++
			_, err := s.client.Tasks(s.sid).Create(ctx, taskrouter.CreateTaskRequest{})
			return err
		})
		s.server.HandleAssignments(askURL, func(ctx context.Context, a webhook.Assignment) (webhook.Instruction, error) {
			later(time.Second)
			_, err := s.client.Tasks(s.sid).Cancel(ctx, a.TaskSID, "enough")
			return nil, err
		})
		s.task("{}")
		start := time.Now()
		s.drain()
		assert.Equal(t, 30*time.Second, time.Since(start))
		assert.Equal(t, 10, tasks)
		assert.Len(t, s.callbacks(), 20)
	})
}

func TestDrainWaitsForHooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		done := false
		s := newSwitchboard(t, taskrouter.CreateWorkspaceRequest{}, taskroutertest.WithAfterCallback(func(taskroutertest.Callback) {
			later(time.Minute)
			done = true
		}))
		s.tells(eventsURL, "")
		s.drain()
		assert.True(t, done)
	})
}

func TestDrainEndsWithItsContext(t *testing.T) {
	atSwitchboard(t, func(t *testing.T, s *switchboard) {
		s.support()
		s.server.Handle(eventsURL, slow(10*time.Second, noted))
		s.tells(eventsURL, "")
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := s.server.Drain(ctx)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorContains(t, err, "taskroutertest: Drain: ")
		assert.Equal(t, time.Second, time.Since(start))

		why := errors.New("no patience")
		ended, end := context.WithCancelCause(t.Context())
		end(why)
		assert.ErrorIs(t, s.server.Drain(ended), why)
		assert.Equal(t, time.Second, time.Since(start))

		s.drain()
		assert.Equal(t, 10*time.Second, time.Since(start))
		assert.NoError(t, s.server.Drain(ended), "there is nothing to wait for")
	})
}

func TestDrainDoesNotWaitForWhatHasItsTime(t *testing.T) {
	atSwitchboard(t, func(t *testing.T, s *switchboard) {
		s.asks()
		s.workers("Ann")
		s.tells(eventsURL, "")
		s.reads()
		s.always(nil)
		start := time.Now()
		s.drain()
		s.task("{}")
		s.drain()
		assert.Zero(t, time.Since(start))
		assert.NoError(t, s.server.Drain(t.Context()))
	})
}

func TestManyMayDrain(t *testing.T) {
	atSwitchboard(t, func(t *testing.T, s *switchboard) {
		s.server.Handle(eventsURL, slow(time.Second, noted))
		var drained sync.WaitGroup
		for range 3 {
			s.tells(eventsURL, "")
			for range 3 {
				drained.Go(func() { assert.NoError(t, s.server.Drain(t.Context())) })
			}
		}
		start := time.Now()
		drained.Wait()
		assert.Equal(t, 3*time.Second, time.Since(start))
	})
}

func TestCloseEndsWhatIsBeingMadeAndMakesNothingMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSwitchboard(t, taskrouter.CreateWorkspaceRequest{})
		s.asks(again)
		s.workers("Ann")
		var event, assignment patient
		var others atomic.Int32
		counting := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { others.Add(1) })
		s.server.Handle(askURL, &assignment)
		s.server.Handle(againURL, counting)
		s.server.Handle(eventsURL, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.FormValue("EventType") != "workspace.updated" {
				counting(w, r)
			}
			event.ServeHTTP(w, r)
		}))
		s.tells(eventsURL, "")
		s.task("{}")
		later(time.Second)
		s.server.Close()
		s.server.Close()
		assert.Equal(t, time.Second, event.ended)
		assert.ErrorIs(t, event.err, context.Canceled)
		assert.Equal(t, time.Second, assignment.ended)
		assert.ErrorIs(t, assignment.err, context.Canceled)
		assert.Zero(t, others.Load(), "neither the events that wait nor the fallback URL")
		made := s.callbacks()
		require.Len(t, made, 2, "only what was being made")
		for _, c := range made {
			assert.ErrorIs(t, c.Err, context.Canceled)
		}
		assert.NoError(t, s.server.Drain(t.Context()), "there is nothing to wait for")
		assert.NotContains(t, s.history(), "reservation.canceled", "nobody knows what would have been answered")
	})
}

func TestCloseWaitsForHandlersThatTakeTheirTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSwitchboard(t, taskrouter.CreateWorkspaceRequest{})
		ended := false
		s.server.Handle(eventsURL, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			later(time.Hour)
			ended = true
		}))
		s.tells(eventsURL, "")
		later(time.Minute) // the callback is over, but not the handler
		start := time.Now()
		var closed sync.WaitGroup
		for range 2 {
			closed.Go(s.server.Close)
		}
		closed.Wait()
		assert.True(t, ended)
		assert.Equal(t, 59*time.Minute, time.Since(start))
	})
}

func TestAfterCloseNothingIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSwitchboard(t, taskrouter.CreateWorkspaceRequest{})
		s.asks()
		s.workers("Ann")
		s.always(nil)
		application := s.reads()
		s.tells(eventsURL, "reservation.timeout")
		s.task("{}")
		s.drain()
		s.server.Close()
		later(time.Hour)
		assert.Empty(t, application.read())
		assert.Len(t, s.callbacks(), 1)
	})
}

func TestCloseDuringCallsOfAHandlerLetsTheseFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSwitchboard(t, taskrouter.CreateWorkspaceRequest{})
		s.server.Fail("listTasks", 9, taskroutertest.Failure{Delay: time.Hour})
		var err error
		s.server.HandleEvents(eventsURL, func(ctx context.Context, _ webhook.Event) error {
			_, err = taskrouter.Collect(s.client.Tasks(s.sid).List(ctx, taskrouter.ListTasksParams{}), 1)
			return err
		})
		s.tells(eventsURL, "")
		s.drainFor(time.Second)
		s.server.Close()
		synctest.Wait()
		assert.Error(t, err)
	})
}

// drainFor waits for a while for callbacks that go on for longer.
func (s *switchboard) drainFor(d time.Duration) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), d)
	defer cancel()
	require.ErrorIs(s.t, s.server.Drain(ctx), context.DeadlineExceeded)
}

func TestAHookThatEndsItsGoroutineStopsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSwitchboard(t, taskrouter.CreateWorkspaceRequest{}, taskroutertest.WithAfterCallback(func(taskroutertest.Callback) {
			require.Fail(lost{}, "not as it should be")
		}))
		s.asks()
		s.workers("Ann")
		s.always(webhook.Accept{})
		application := s.reads()
		s.tells(eventsURL, "task.created,reservation.created,reservation.accepted")
		j := s.task("{}")
		s.drain()
		j.is("assigned in Support: Ann")
		assert.Equal(t, []string{"task.created", "reservation.created", "reservation.accepted"}, typesOf(application.read()))
	})
}

func TestHooksAreCalledInTheirOrderOnceTheAnswerIsCarriedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s *switchboard
		var told []string
		hook := func(name string) taskroutertest.Option {
			return taskroutertest.WithAfterCallback(func(c taskroutertest.Callback) {
				task, err := s.client.Tasks(s.sid).Get(t.Context(), c.Form.Get("TaskSid"))
				assert.NoError(t, err)
				told = append(told, fmt.Sprint(name, " ", task.AssignmentStatus))
			})
		}
		s = newSwitchboard(t, taskrouter.CreateWorkspaceRequest{}, hook("first"), hook("second"))
		s.asks()
		s.workers("Ann")
		s.always(webhook.Accept{})
		s.task("{}")
		s.drain()
		assert.Equal(t, []string{"first assigned", "second assigned"}, told)
	})
}

func TestWithoutAHookOnlyWhatFailsIsLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := defaultLog(t)
		server := newServer(t)
		s := &switchboard{server: server, world: newWorld(t, server.Client(), taskrouter.CreateWorkspaceRequest{})}
		s.tells(eventsURL, "")
		s.drain()
		assert.Empty(t, log.String(), "no handler")
		s.reads()
		s.tells(eventsURL, "")
		s.drain()
		assert.Empty(t, log.String(), "a good one")
		s.server.Handle(eventsURL, fails)
		s.tells(eventsURL, "")
		s.drain()
		assert.Equal(t, 1, strings.Count(log.String(), "taskroutertest: a callback failed"), log.String())
		assert.Contains(t, log.String(), "level=WARN")
		assert.Contains(t, log.String(), "500")
		log.Reset()
		s.server.Handle(eventsURL, &patient{})
		s.tells(eventsURL, "")
		synctest.Wait()
		s.server.Close()
		assert.Empty(t, log.String(), "ended by Close")
	})
}

func TestWhatIsLoggedOfACallbackSaysWhatItWasAbout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := defaultLog(t)
		server := newServer(t)
		s := &switchboard{server: server, world: newWorld(t, server.Client(), taskrouter.CreateWorkspaceRequest{})}
		s.asks()
		s.server.Handle("https://app.test", fails)
		s.tells(eventsURL, "task.created,workspace.updated")
		s.drain()
		assert.Regexp(t, " event=EV[0-9a-f]{32} type=workspace.updated\n", log.String(), "it is of no task")
		log.Reset()
		j := s.task("{}")
		s.drain()
		assert.Regexp(t, " event=EV[0-9a-f]{32} type=task.created task="+j.sid+"\n", log.String(), "it is of no reservation")
		s.tells("", "")
		log.Reset()
		s.workers("Ann")
		s.drain()
		assert.Contains(t, log.String(), " task="+j.sid+" reservation="+j.reservation("Ann").SID+"\n")
		assert.NotContains(t, log.String(), "event=")
	})
}

func TestWithAHookNothingIsLogged(t *testing.T) {
	log := defaultLog(t)
	atSwitchboard(t, func(t *testing.T, s *switchboard) {
		s.server.Handle(eventsURL, fails)
		s.tells(eventsURL, "")
		s.drain()
		assert.Error(t, s.only().Err)
	})
	assert.Empty(t, log.String())
}

func TestAssignmentsAreAskedAboutWhenTheReservationIsMade(t *testing.T) {
	atSwitchboard(t, func(t *testing.T, s *switchboard) {
		s.asks(askingFor(10))
		s.workers("Ann")
		var asked []string
		s.decides(func(a webhook.Assignment) webhook.Instruction {
			asked = append(asked, fmt.Sprintf("%s for %s", s.when(a.Time), a.TaskAge))
			return nil
		})
		s.task("{}")
		s.at("4s")
		s.goes("Ann", "Offline")
		s.at("20s")
		s.goes("Ann", "Available")
		synctest.Wait()
		assert.Equal(t, []string{"0s for 0s", "20s for 20s"}, asked)
	})
}

// Applications come in their own time, while tasks are made by many.
func TestManyTasksAreAskedAboutWhileManyAreMade(t *testing.T) {
	const callers, each = 64, 5
	atSwitchboard(t, func(t *testing.T, s *switchboard) {
		s.asks(again)
		for i := range 8 {
			s.worker(fmt.Sprint("W", i), "{}")
			s.takes(fmt.Sprint("W", i), "default", 50)
		}
		s.tells(eventsURL, "task.created,reservation.accepted,task.completed")
		var accepted atomic.Int32
		s.server.HandleEvents(eventsURL, func(ctx context.Context, e webhook.Event) error {
			if e.Type != "reservation.accepted" {
				return nil
			}
			accepted.Add(1)
			task, _ := e.Task()
			_, err := s.client.Tasks(s.sid).Complete(ctx, task.SID, "done")
			return err
		})
		s.server.HandleAssignments(askURL, func(_ context.Context, a webhook.Assignment) (webhook.Instruction, error) {
			if a.ReservationSID[9]%2 == 0 {
				return nil, errors.New("not me")
			}
			return webhook.Accept{}, nil
		})
		s.server.HandleAssignments(againURL, func(context.Context, webhook.Assignment) (webhook.Instruction, error) {
			return webhook.Call{From: aNumber, To: "client:x", URL: aURL, Accept: true}, nil
		})
		var making sync.WaitGroup
		for range callers {
			making.Go(func() {
				for range each {
					_, err := s.client.Tasks(s.sid).Create(t.Context(), taskrouter.CreateTaskRequest{})
					assert.NoError(t, err)
				}
			})
		}
		making.Wait()
		s.drain()
		assert.EqualValues(t, callers*each, accepted.Load())
		tasks, err := taskrouter.Collect(s.client.Tasks(s.sid).List(t.Context(), taskrouter.ListTasksParams{
			AssignmentStatus: []taskrouter.TaskStatus{taskrouter.TaskStatusCompleted},
		}), 1000)
		require.NoError(t, err)
		assert.Len(t, tasks, callers*each)
		types := map[string]int{}
		for _, c := range s.callbacks() {
			types[c.Form.Get("EventType")]++
		}
		assert.Equal(t, callers*each, types["task.created"])
		assert.Equal(t, callers*each, types["reservation.accepted"])
		assert.Equal(t, callers*each, types["task.completed"])
	})
}
