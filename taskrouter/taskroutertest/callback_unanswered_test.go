package taskroutertest_test

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"strconv"
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

// Applications that do not answer: who is asked then, and when the task is offered again.

// Ways in which nobody answers.
var unanswered = map[string]struct {
	handler http.Handler
	takes   time.Duration
	err     string
}{
	"too late":             {slow(5001*time.Millisecond, says(http.StatusOK, jsonType, `{"instruction":"accept"}`)), 5 * time.Second, "deadline exceeded"},
	"an hour later":        {slow(time.Hour, says(http.StatusOK, jsonType, `{"instruction":"accept"}`)), 5 * time.Second, "deadline exceeded"},
	"another status":       {fails, 0, "500"},
	"201":                  {says(http.StatusCreated, jsonType, `{"instruction":"accept"}`), 0, "201"},
	"204":                  {says(http.StatusNoContent, jsonType, ""), 0, "204"},
	"a redirect":           {http.RedirectHandler(againURL, http.StatusTemporaryRedirect), 0, "307"},
	"another content type": {says(http.StatusOK, "text/plain", `{"instruction":"accept"}`), 0, "40000"},
	"no content type":      {says(http.StatusOK, "", `{"instruction":"accept"}`), 0, "40000"},
	"a panic":              {http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("oh no") }), 0, "the handler panicked: oh no"},
	"a panic after all":    {http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { says(200, jsonType, `{}`)(w, r); panic("oh no") }), 0, "panicked"},
	"Goexit":               {http.HandlerFunc(func(http.ResponseWriter, *http.Request) { runtime.Goexit() }), 0, "ended its goroutine"},
	"more than can be":     {says(http.StatusOK, jsonType, `{"instruction":"accept","x":"`+strings.Repeat("x", 1<<20)+`"}`), 0, "more than"},
	"not as the service is": {webhook.AssignmentHandler(webhook.NewVerifier("another token"), func(context.Context, webhook.Assignment) (webhook.Instruction, error) {
		return webhook.Accept{}, nil
	}), 0, "403"},
}

func TestIfNobodyAnswersTheFallbackURLIsAsked(t *testing.T) {
	for name, test := range unanswered {
		t.Run(name, func(t *testing.T) {
			atSwitchboard(t, func(t *testing.T, s *switchboard) {
				s.asks(again)
				s.workers("Ann")
				s.server.Handle(askURL, test.handler)
				s.server.Handle(againURL, says(http.StatusOK, jsonType, `{"instruction":"accept"}`))
				j := s.task("{}")
				start := time.Now()
				s.drain()
				assert.Equal(t, test.takes, time.Since(start))

				made := s.callbacks()
				require.Len(t, made, 2)
				assert.Equal(t, askURL, made[0].URL)
				assert.False(t, made[0].Fallback)
				assert.Nil(t, made[0].Instruction)
				assert.ErrorContains(t, made[0].Err, test.err)
				assert.Equal(t, againURL, made[1].URL)
				assert.True(t, made[1].Fallback)
				assert.Equal(t, webhook.Accept{}, made[1].Instruction)
				assert.NoError(t, made[1].Err)
				assert.Equal(t, made[0].Form, made[1].Form)
				j.is("assigned in Support: Ann")
				j.asked("Ann accepted")
			})
		})
	}
}

func TestAnAnswerJustInTimeCounts(t *testing.T) {
	atSwitchboard(t, func(t *testing.T, s *switchboard) {
		s.asks(again)
		s.workers("Ann")
		s.server.Handle(askURL, slow(4999*time.Millisecond, says(http.StatusOK, jsonType, `{"instruction":"accept"}`)))
		j := s.task("{}")
		s.drain()
		assert.NoError(t, s.only().Err)
		j.is("assigned in Support: Ann")
	})
}

func TestAFunctionThatFailsLeavesItToTheFallbackURL(t *testing.T) {
	for name, decide := range map[string]func() (webhook.Instruction, error){
		"an error":         func() (webhook.Instruction, error) { return nil, errors.New("no idea") },
		"an invalid one":   func() (webhook.Instruction, error) { return webhook.Reject{}, nil },
		"a panic":          func() (webhook.Instruction, error) { panic("oh no") },
		"a lost goroutine": func() (webhook.Instruction, error) { runtime.Goexit(); return nil, nil },
	} {
		t.Run(name, func(t *testing.T) {
			atSwitchboard(t, func(t *testing.T, s *switchboard) {
				s.asks(again)
				s.workers("Ann")
				s.server.HandleAssignments(askURL, func(context.Context, webhook.Assignment) (webhook.Instruction, error) { return decide() })
				s.server.HandleAssignments(againURL, func(context.Context, webhook.Assignment) (webhook.Instruction, error) { return webhook.Accept{}, nil })
				j := s.task("{}")
				s.drain()
				require.Len(t, s.callbacks(), 2)
				assert.ErrorContains(t, s.callbacks()[0].Err, "500")
				j.is("assigned in Support: Ann")
			})
		})
	}
}

func TestIfNobodyAnswersAtAllTheReservationIsCanceled(t *testing.T) {
	for name, test := range unanswered {
		for _, fallback := range []bool{false, true} {
			t.Run(name+", fallback "+strconv.FormatBool(fallback), func(t *testing.T) {
				atSwitchboard(t, func(t *testing.T, s *switchboard) {
					want := test.takes
					if fallback {
						s.asks(again)
						want *= 2
					} else {
						s.asks()
					}
					s.workers("Ann")
					var j *job
					s.server.Handle(askURL, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						s.goes("Ann", "Unavailable") // so that nobody is asked once more
						test.handler.ServeHTTP(w, r)
					}))
					s.server.Handle(againURL, test.handler)
					j = s.task("{}")
					start := time.Now()
					s.drain()
					assert.Equal(t, want, time.Since(start))
					j.is("pending in Support")
					j.asked("Ann canceled")
					made := s.callbacks()
					if fallback {
						require.Len(t, made, 2)
						assert.ErrorContains(t, made[1].Err, test.err)
						assert.Equal(t, againURL, made[1].URL)
					} else {
						require.Len(t, made, 1)
					}
				})
			})
		}
	}
}

func TestATaskAboutWhichNobodyCouldBeAskedIsOfferedAgainAfterPausesThatGrow(t *testing.T) {
	atSwitchboard(t, func(t *testing.T, s *switchboard) {
		s.asks()
		s.workers("Ann")
		start := time.Now()
		var asked []time.Duration
		s.server.Handle(askURL, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked = append(asked, time.Since(start))
			fails(w, r)
		}))
		j := s.task("{}")
		s.drain()
		j.is("pending in Support")
		s.has("Ann", "Available")
		later(80 * time.Second)
		s.drain()
		assert.Equal(t, []time.Duration{0, 1e9, 3e9, 7e9, 15e9, 31e9, 47e9, 63e9, 79e9}, asked)
		s.always(webhook.Accept{})
		later(15 * time.Second)
		s.drain()
		j.is("assigned in Support: Ann")
	})
}

func TestATaskThatIsChangedInAPauseIsOfferedAtOnce(t *testing.T) {
	atSwitchboard(t, func(_ *testing.T, s *switchboard) {
		s.asks()
		s.workers("Ann")
		s.server.Handle(askURL, fails)
		j := s.task("{}")
		s.drain()
		j.asked("Ann canceled")
		s.always(webhook.Accept{})
		j.update(taskrouter.UpdateTaskRequest{Priority: new(1)})
		s.drain()
		j.is("assigned in Support at 1: Ann")
		later(2 * time.Second)
		j.asked("Ann canceled", "Ann accepted")
	})
}

func TestOthersAreAskedForOtherTasksInAPause(t *testing.T) {
	atSwitchboard(t, func(_ *testing.T, s *switchboard) {
		s.asks()
		s.workers("Ann")
		s.server.Handle(askURL, fails)
		first := s.task("{}")
		s.drain()
		s.always(webhook.Accept{})
		second := s.task("{}")
		s.drain()
		first.is("pending in Support")
		second.is("assigned in Support: Ann")
	})
}

func TestAPauseLastsNoLongerThanTheTaskAndItsTarget(t *testing.T) {
	for name, test := range map[string]struct {
		targets string
		seconds int // of the task
		end     string
		want    string
	}{
		"task":             {`{"queue": "$Support"}`, 2, "2s", "canceled in Support: Task TTL Exceeded"},
		"task, together":   {`{"queue": "$Support"}`, 3, "3s", "canceled in Support: Task TTL Exceeded"},
		"target":           {`{"queue": "$Support", "timeout": 2}, {"queue": "$Others"}`, 60, "2s", "pending in Others"},
		"target, together": {`{"queue": "$Support", "timeout": 3}, {"queue": "$Others"}`, 60, "3s", "pending in Others"},
	} {
		t.Run(name, func(t *testing.T) {
			atSwitchboard(t, func(_ *testing.T, s *switchboard) {
				s.queues("Support")
				s.queue("Others", "1==2")
				s.targets(test.targets)
				s.updateFlow(taskrouter.UpdateWorkflowRequest{AssignmentCallbackURL: new(askURL)})
				s.workers("Ann")
				s.server.Handle(askURL, fails)
				j := s.task("{}", lasting(test.seconds)) // whose pauses end after 1 and 3 seconds
				j.until(test.end, "pending in Support")
				j.is(test.want)
				later(10 * time.Second)
				j.asked("Ann canceled", "Ann canceled")
			})
		})
	}
}

func TestATaskThatWasOfferedAgainIsOfferedAtOnceToTheNextWhenRejected(t *testing.T) {
	atSwitchboard(t, func(_ *testing.T, s *switchboard) {
		s.asks()
		s.workers("Ann")
		s.server.Handle(askURL, fails)
		j := s.task("{}")
		s.drain()
		s.always(nil)
		j.update(taskrouter.UpdateTaskRequest{Priority: new(1)})
		j.is("reserved in Support at 1: Ann")
		s.workers("Bob")
		s.rejectsInto("Offline", "Ann", j)
		j.is("reserved in Support at 1: Bob")
	})
}

func TestATaskThatOneOfSeveralRejectsIsOfferedAtOnceThoughAnotherCouldNotBeAsked(t *testing.T) {
	atSwitchboard(t, func(_ *testing.T, s *switchboard) {
		s.queue("Support", "1==1", asking(2))
		s.targets(`{"queue": "$Support"}`)
		s.updateFlow(taskrouter.UpdateWorkflowRequest{AssignmentCallbackURL: new(askURL)})
		s.workers("Ann", "Bob")
		s.server.Handle(askURL, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.FormValue("WorkerSid") == s.sidOf("Ann") {
				fails(w, r)
				return
			}
			says(http.StatusOK, jsonType, "{}")(w, r)
		}))
		j := s.task("{}")
		s.drain()
		j.asked("Ann canceled", "Bob pending")
		s.always(nil)
		s.rejectsInto("Offline", "Bob", j)
		j.is("reserved in Support: Ann")
	})
}

func TestAThousandReservationsThatNobodyAnswersCancelTheTask(t *testing.T) {
	atSwitchboard(t, func(t *testing.T, s *switchboard) {
		s.asks()
		s.workers("Ann")
		s.server.Handle(askURL, fails)
		j := s.task("{}")
		later(5 * time.Hour)
		s.drain()
		made := s.callbacks()
		require.Len(t, made, 1000)
		canceled := s.events(taskrouter.ListEventsParams{EventType: new("task.canceled")})
		require.Len(t, canceled, 1)
		assert.Equal(t, made[999].Form.Get("Timestamp"), strconv.FormatInt(canceled[0].EventDateMs/1000, 10), "without a pause after the last one")
		_, err := s.client.Tasks(s.sid).Get(t.Context(), j.sid)
		assert.ErrorIs(t, err, taskrouter.ErrNotFound) // for it was canceled more than five minutes ago
	})
}

func TestAWorkerWhoseReservationIsCanceledGoesBackToWhatItDid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSwitchboard(t, taskrouter.CreateWorkspaceRequest{MultiTaskEnabled: new(false)})
		s.activity("Reserved", false)
		s.queue("Support", "1==1", func(r *taskrouter.CreateTaskQueueRequest) { r.ReservationActivitySID = new(s.sidOf("Reserved")) })
		s.targets(`{"queue": "$Support"}`)
		s.updateFlow(taskrouter.UpdateWorkflowRequest{AssignmentCallbackURL: new(askURL)})
		s.workers("Ann")
		s.server.Handle(askURL, slow(3*time.Second, fails))
		j := s.task("{}", lasting(2)) // which is canceled itself before that
		j.is("reserved in Support: Ann")
		s.has("Ann", "Reserved")
		s.drain()
		j.is("canceled in Support: Task TTL Exceeded")
		s.has("Ann", "Available")

		var moved *job
		s.server.Handle(askURL, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s.has("Ann", "Reserved")
			s.updateFlow(taskrouter.UpdateWorkflowRequest{AssignmentCallbackURL: new("")})
			fails(w, r)
		}))
		moved = s.task("{}")
		s.drain()
		moved.asked("Ann canceled")
		later(time.Second)
		moved.asked("Ann canceled", "Ann pending")
	})
}

func TestAReservationAboutWhichNobodyCanBeAskedWaits(t *testing.T) {
	accept := says(http.StatusOK, jsonType, `{"instruction":"accept"}`)
	for name, test := range map[string]struct {
		first, fallback http.Handler
		want            string
		errs            []error
	}{
		"no handlers":              {nil, nil, "reserved in Support: Ann", []error{taskroutertest.ErrNoHandler, taskroutertest.ErrNoHandler}},
		"a fallback alone":         {nil, accept, "assigned in Support: Ann", []error{taskroutertest.ErrNoHandler, nil}},
		"a failing fallback alone": {nil, fails, "pending in Support", []error{taskroutertest.ErrNoHandler, errAny}},
		"no fallback":              {accept, nil, "assigned in Support: Ann", []error{nil}},
		"failing, and no fallback": {fails, nil, "pending in Support", []error{errAny, taskroutertest.ErrNoHandler}},
	} {
		t.Run(name, func(t *testing.T) {
			atSwitchboard(t, func(t *testing.T, s *switchboard) {
				s.asks(again)
				s.workers("Ann")
				leaving := func(next http.Handler) http.Handler {
					return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						s.goes("Ann", "Unavailable") // so that nobody is asked once more
						next.ServeHTTP(w, r)
					})
				}
				if test.first != nil {
					s.server.Handle(askURL, leaving(test.first))
				}
				if test.fallback != nil {
					s.server.Handle(againURL, leaving(test.fallback))
				}
				j := s.task("{}")
				s.drain()
				j.is(test.want)
				made := s.callbacks()
				require.Len(t, made, len(test.errs))
				for i, want := range test.errs {
					assert.Equal(t, want == nil, made[i].Err == nil, made[i].Err)
					assert.Equal(t, errors.Is(want, taskroutertest.ErrNoHandler), errors.Is(made[i].Err, taskroutertest.ErrNoHandler), made[i].Err)
				}
			})
		})
	}
}

func TestOfSeveralReservationsThatNobodyAnswersAllAreCanceledBeforeTheTaskWaitsAgain(t *testing.T) {
	atSwitchboard(t, func(_ *testing.T, s *switchboard) {
		s.queue("Support", "1==1", asking(2))
		s.targets(`{"queue": "$Support"}`)
		s.updateFlow(taskrouter.UpdateWorkflowRequest{AssignmentCallbackURL: new(askURL)})
		s.workers("Ann", "Bob")
		s.server.Handle(askURL, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.FormValue("WorkerSid") == s.sidOf("Ann") {
				s.goes("Ann", "Offline")
				fails(w, r)
				return
			}
			later(2 * time.Second)
			s.goes("Bob", "Offline")
			fails(w, r)
		}))
		j := s.task("{}")
		j.until("2s", "reserved in Support: Bob")
		s.drain()
		j.is("pending in Support")
		j.asked("Ann canceled", "Bob canceled")
	})
}

func TestSeveralWhoAreAskedAtOncePauseATaskOnce(t *testing.T) {
	atSwitchboard(t, func(t *testing.T, s *switchboard) {
		s.asks()
		s.updateSupport(taskrouter.UpdateTaskQueueRequest{MaxReservedWorkers: new(3)})
		s.workers("Ann", "Bob", "Cid")
		s.server.Handle(askURL, fails)
		s.task("{}")
		for _, test := range []struct {
			wait time.Duration
			want int
		}{{0, 3}, {time.Second, 6}, {time.Second, 6}, {time.Second, 9}} {
			later(test.wait)
			s.drain()
			assert.Len(t, s.callbacks(), test.want)
		}
	})
}

func TestAPauseIsShortAgainOnceTheApplicationHasDecided(t *testing.T) {
	atSwitchboard(t, func(t *testing.T, s *switchboard) {
		s.asks()
		s.workers("Ann")
		s.server.Handle(askURL, fails)
		s.task("{}")
		later(3 * time.Second)
		s.drain()
		require.Len(t, s.callbacks(), 3) // the next pause is of 4 seconds
		s.decides(func(webhook.Assignment) webhook.Instruction {
			s.server.Handle(askURL, fails)
			return webhook.Reject{ActivitySID: s.sidOf("Available")}
		})
		later(4 * time.Second)
		s.drain()
		require.Len(t, s.callbacks(), 5) // rejected, and failed at once
		later(time.Second)
		s.drain()
		assert.Len(t, s.callbacks(), 6)
	})
}
