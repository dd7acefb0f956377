package taskroutertest_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
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

func TestAnAssignmentIsAskedAboutWithAllThatIsDocumented(t *testing.T) {
	atSwitchboard(t, func(t *testing.T, s *switchboard) {
		s.asks()
		s.workerIn("Offline", "Ann", `{"contact_uri": "client:ann", "ü": "&"}`)
		var asked []webhook.Assignment
		s.decides(func(a webhook.Assignment) webhook.Instruction {
			asked = append(asked, a)
			return nil
		})
		j := s.task(`{"call_sid": "CA1", "text": "a=b&c"}`, priority(5))
		later(90 * time.Second)
		s.goes("Ann", "Available")
		j.becomes(`{"call_sid": "CA2"}`) // which comes too late to be told
		s.learns("Ann", `{}`)
		now := time.Now()
		s.drain()

		reservation := j.reservation("Ann")
		made := s.only()
		assert.NoError(t, made.Err)
		assert.Nil(t, made.Instruction)
		assert.False(t, made.Fallback)
		assert.Equal(t, askURL, made.URL)
		assert.Equal(t, url.Values{
			"Timestamp":        {strconv.FormatInt(now.Unix(), 10)},
			"AccountSid":       {s.server.AccountSID()},
			"WorkspaceSid":     {s.sid},
			"WorkflowSid":      {s.sidOf("Flow")},
			"TaskQueueSid":     {s.sidOf("Support")},
			"WorkerSid":        {s.sidOf("Ann")},
			"WorkerAttributes": {`{"contact_uri":"client:ann","ü":"&"}`},
			"TaskSid":          {j.sid},
			"TaskAttributes":   {`{"call_sid":"CA1","text":"a=b&c"}`},
			"TaskAge":          {"90"},
			"TaskPriority":     {"5"},
			"ReservationSid":   {reservation.SID},
		}, made.Form)
		require.Len(t, asked, 1)
		assert.Equal(t, now.UTC(), asked[0].Time)
		assert.Equal(t, 90*time.Second, asked[0].TaskAge)
		assert.Equal(t, made.Form, asked[0].Fields, "what arrives is what is reported")
	})
}

func TestFieldsOfAnAssignmentAreThereAlsoIfTheyAreZero(t *testing.T) {
	atSwitchboard(t, func(t *testing.T, s *switchboard) {
		s.asks()
		s.workers("Ann")
		s.always(nil)
		s.task("{}")
		s.drain()
		form := s.only().Form
		assert.Equal(t, []string{"0"}, form["TaskAge"])
		assert.Equal(t, []string{"0"}, form["TaskPriority"])
		assert.Equal(t, []string{"{}"}, form["TaskAttributes"])
		assert.Equal(t, []string{"{}"}, form["WorkerAttributes"])
	})
}

func TestEachReservationIsAskedAboutOnce(t *testing.T) {
	atSwitchboard(t, func(t *testing.T, s *switchboard) {
		s.queue("Support", "1==1", asking(3))
		s.targets(`{"queue": "$Support"}`)
		s.updateFlow(taskrouter.UpdateWorkflowRequest{AssignmentCallbackURL: new(askURL)})
		s.workers("Ann", "Bob", "Cid")
		s.always(nil)
		j := s.task("{}")
		s.drain()
		asked := map[string]string{}
		for _, c := range s.callbacks() {
			asked[c.Form.Get("ReservationSid")] = c.Form.Get("WorkerSid")
		}
		assert.Equal(t, map[string]string{
			j.reservation("Ann").SID: s.sidOf("Ann"), j.reservation("Bob").SID: s.sidOf("Bob"), j.reservation("Cid").SID: s.sidOf("Cid"),
		}, asked)
		assert.Len(t, s.callbacks(), 3)
		j.is("reserved in Support: Ann, Bob, Cid")

		later(10 * time.Second)
		s.accepts("Bob", j)
		s.drain()
		assert.Len(t, s.callbacks(), 3, "nothing is asked again")
	})
}

func TestReservationsAreAskedAboutAtOnce(t *testing.T) {
	atSwitchboard(t, func(t *testing.T, s *switchboard) {
		s.asks()
		s.workers("Ann", "Bob")
		s.decides(func(webhook.Assignment) webhook.Instruction {
			later(4 * time.Second)
			return webhook.Accept{}
		})
		s.task("{}")
		s.task("{}")
		start := time.Now()
		s.drain()
		assert.Equal(t, 4*time.Second, time.Since(start))
	})
}

func TestWithoutAURLNobodyIsAsked(t *testing.T) {
	atSwitchboard(t, func(t *testing.T, s *switchboard) {
		s.asks(again)
		s.updateFlow(taskrouter.UpdateWorkflowRequest{AssignmentCallbackURL: new("")})
		s.workers("Ann")
		s.always(webhook.Accept{})
		j := s.task("{}")
		s.drain()
		j.is("reserved in Support: Ann")
		assert.Empty(t, s.callbacks())
	})
}

func TestATaskWithoutWorkflowURLsOfItsOwnAsksThatOfItsWorkflow(t *testing.T) {
	atSwitchboard(t, func(_ *testing.T, s *switchboard) {
		s.asks()
		s.workflowOf("Quiet", `"default_filter": {"queue": "$Support"}`)
		s.workers("Ann", "Bob", "Cid")
		s.always(webhook.Accept{})
		quiet := s.task("{}", s.through("Quiet"))
		loud := s.task("{}", s.through("Flow"))
		direct := s.task("{}", s.through("Flow"), s.meantFor("Cid"))
		s.drain()
		quiet.is("reserved in Support: Ann")
		loud.is("assigned in Support: Bob")
		direct.is("assigned in Support: Cid")
	})
}

func TestWithoutAnInstructionTheReservationWaits(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"of a function": nil,
		"{}":            says(http.StatusOK, jsonType, "{}"),
		"with charset":  says(http.StatusOK, "application/json; charset=utf-8", " { } \n"),
	} {
		t.Run(name, func(t *testing.T) {
			atSwitchboard(t, func(t *testing.T, s *switchboard) {
				s.asks(again)
				s.workers("Ann")
				s.always(nil)
				if answer != nil {
					s.server.Handle(askURL, answer)
				}
				j := s.task("{}")
				s.drain()
				made := s.only()
				assert.NoError(t, made.Err)
				assert.Nil(t, made.Instruction)
				j.until("120s", "reserved in Support: Ann")
				j.is("pending in Support")
				j.asked("Ann timeout")
			})
		})
	}
}

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

func TestWhatCannotBeReadOrIsRefusedLeavesTheReservationPendingWithoutFallback(t *testing.T) {
	for name, test := range map[string]struct {
		answer string
		code   int
	}{
		"no JSON":                      {`accept`, 40001},
		"nothing":                      {``, 40001},
		"a list":                       {`[{"instruction":"accept"}]`, 40001},
		"null":                         {`null`, 40001},
		"escaped":                      {`"{\"instruction\":\"accept\"}"`, 40001},
		"half":                         {`{"instruction":"accept"`, 40001},
		"no instruction":               {`{"activity_sid":"WA00000000000000000000000000000000"}`, 40005},
		"an empty instruction":         {`{"instruction":""}`, 40005},
		"no name":                      {`{"instruction":1}`, 40005},
		"an unknown one":               {`{"instruction":"hang-up"}`, 55555},
		"reject without activity":      {`{"instruction":"reject"}`, 40100},
		"reject into no SID":           {`{"instruction":"reject","activity_sid":"Offline"}`, 40100},
		"a dequeue's callback":         {`{"instruction":"dequeue","status_callback_url":"nowhere"}`, 40157},
		"a dequeue's events":           {`{"instruction":"dequeue","status_callback_events":"initiated,hung-up"}`, 40134},
		"a dequeue's timeout":          {`{"instruction":"dequeue","timeout":1000}`, 0},
		"a dequeue's timeout in words": {`{"instruction":"dequeue","timeout":"ten"}`, 0},
		"a dequeue's activity":         {`{"instruction":"dequeue","post_work_activity_sid":"Offline"}`, 40130},
		"a call from nobody":           {`{"instruction":"call","url":"https://app.test/twiml"}`, 40111},
		"a call without URL":           {`{"instruction":"call","from":"+15550100100"}`, 40112},
		"a call's callback":            {`{"instruction":"call","from":"+15550100100","url":"https://app.test/twiml","status_callback_url":"ftp://app.test"}`, 40158},
		"a redirect of no call":        {`{"instruction":"redirect","url":"https://app.test/twiml"}`, 40121},
		"a redirect without URL":       {`{"instruction":"redirect","call_sid":"CA0123456789abcdef0123456789abcdef"}`, 40120},
		"a conference of nobody":       {`{"instruction":"conference"}`, 40138},
		"a conference's callback":      {`{"instruction":"conference","from":"+15550100100","status_callback":"nowhere"}`, 40159},
		"a conference of one":          {`{"instruction":"conference","from":"+15550100100","max_participants":1}`, 0},
		"two problems, the first says": {`{"instruction":"call"}`, 40111},
	} {
		t.Run(name, func(t *testing.T) {
			atSwitchboard(t, func(t *testing.T, s *switchboard) {
				s.asks(again)
				s.worker("Ann", `{"contact_uri": "client:ann"}`)
				s.server.Handle(askURL, says(http.StatusOK, jsonType, test.answer))
				s.server.Handle(againURL, says(http.StatusOK, jsonType, `{"instruction":"accept"}`))
				j := s.task(`{"call_sid": "CA1"}`)
				s.drain()
				made := s.only() // and no fallback
				assert.Nil(t, made.Instruction)
				failed(t, made, test.code)
				j.until("120s", "reserved in Support: Ann")
				j.asked("Ann timeout")
			})
		})
	}
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

var errAny = errors.New("any other")

func TestAnAnswerThatComesTooLateDoesNoHarmAndIsReported(t *testing.T) {
	for name, test := range map[string]struct {
		meanwhile func(*switchboard, *job)
		want      string // state of the task
		err       string
	}{
		"timed out":         {func(*switchboard, *job) { later(3 * time.Second) }, "pending in Support", "is timeout, not pending"},
		"accepted":          {func(s *switchboard, j *job) { s.accepts("Ann", j) }, "assigned in Support: Ann", "is accepted, not pending"},
		"rejected":          {func(s *switchboard, j *job) { s.rejectsInto("Offline", "Ann", j) }, "pending in Support", "is rejected, not pending"},
		"task canceled":     {func(_ *switchboard, j *job) { j.moves("canceled", "over") }, "canceled in Support: over", "is canceled, not pending"},
		"task completed":    {func(s *switchboard, j *job) { s.accepts("Ann", j); j.moves("completed", "over") }, "completed in Support: over", "is completed, not pending"},
		"task deleted":      {func(s *switchboard, j *job) { s.ok(s.client.Tasks(s.sid).Delete(s.t.Context(), j.sid)) }, "gone", "not there any more"},
		"workspace deleted": {func(s *switchboard, _ *job) { s.ok(s.client.Workspaces.Delete(s.t.Context(), s.sid)) }, "gone", "not there any more"},
		"loaded": {func(s *switchboard, _ *job) {
			require.NoError(s.t, s.server.Load(strings.NewReader(`{"version": 1, "workspaces": []}`)))
		}, "gone", "not there any more"},
	} {
		for answer, status := range map[string]int{"answered": http.StatusOK, "unanswered": http.StatusInternalServerError} {
			t.Run(name+", "+answer, func(t *testing.T) {
				atSwitchboard(t, func(t *testing.T, s *switchboard) {
					s.asks(askingFor(2))
					s.workers("Ann")
					created := make(chan *job, 1)
					s.server.Handle(askURL, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						test.meanwhile(s, <-created)
						says(status, jsonType, `{"instruction":"accept"}`)(w, r)
					}))
					j := s.task("{}")
					created <- j
					s.drain()
					j.is(test.want)
					made := s.only()
					if status != http.StatusOK {
						assert.ErrorContains(t, made.Err, "500")
						return
					}
					assert.Equal(t, webhook.Accept{}, made.Instruction)
					assert.ErrorContains(t, made.Err, test.err)
					if test.want != "gone" {
						failed(t, made, 0)
					}
				})
			})
		}
	}
}

func TestWhoeverAcceptsFirstGetsTheTaskAndOthersAreTooLate(t *testing.T) {
	atSwitchboard(t, func(t *testing.T, s *switchboard) {
		s.queue("Support", "1==1", asking(3))
		s.targets(`{"queue": "$Support"}`)
		s.updateFlow(taskrouter.UpdateWorkflowRequest{AssignmentCallbackURL: new(askURL)})
		s.workers("Ann", "Bob", "Cid")
		s.decides(func(a webhook.Assignment) webhook.Instruction {
			later(map[string]time.Duration{s.sidOf("Ann"): 3 * time.Second, s.sidOf("Bob"): time.Second, s.sidOf("Cid"): 2 * time.Second}[a.WorkerSID])
			return webhook.Accept{}
		})
		j := s.task("{}")
		s.drain()
		j.is("assigned in Support: Bob")
		j.asked("Ann rescinded", "Bob accepted", "Cid rescinded")
		made := s.callbacks()
		require.Len(t, made, 3)
		assert.NoError(t, made[0].Err)
		for _, c := range made[1:] {
			failed(t, c, 0)
			assert.ErrorContains(t, c.Err, "is rescinded, not pending")
		}
	})
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

func TestAHandlerOfAssignmentsMayCallTheServer(t *testing.T) {
	atSwitchboard(t, func(t *testing.T, s *switchboard) {
		s.asks()
		s.workers("Ann")
		s.server.HandleAssignments(askURL, func(ctx context.Context, a webhook.Assignment) (webhook.Instruction, error) {
			_, err := s.client.TaskReservations(a.WorkspaceSID, a.TaskSID).Accept(ctx, a.ReservationSID)
			return nil, err
		})
		j := s.task("{}")
		s.drain()
		j.is("assigned in Support: Ann")
		assert.NoError(t, s.only().Err)
	})
}

func TestAnAnswerAboutAStateThatWasReplacedCountsForNothing(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{"accepted": says(http.StatusOK, jsonType, `{"instruction":"accept"}`), "failed": fails} {
		t.Run(name, func(t *testing.T) {
			atSwitchboard(t, func(t *testing.T, s *switchboard) {
				s.asks()
				s.workers("Ann")
				s.server.Handle(askURL, slow(3*time.Second, answer))
				j := s.task("{}")
				state := dump(t, s.server)
				later(time.Second)
				require.NoError(t, s.server.Load(strings.NewReader(state)))
				s.drain()
				j.is("reserved in Support: Ann")
			})
		})
	}
}

func TestNobodyIsAskedAtAFallbackAboutWhatIsOver(t *testing.T) {
	atSwitchboard(t, func(t *testing.T, s *switchboard) {
		s.asks(again)
		s.workers("Ann")
		s.server.Handle(askURL, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, err := s.client.TaskReservations(s.sid, r.FormValue("TaskSid")).Accept(r.Context(), r.FormValue("ReservationSid"))
			assert.NoError(t, err)
			fails(w, r)
		}))
		j := s.task("{}")
		s.drain()
		j.is("assigned in Support: Ann")
		require.Len(t, s.callbacks(), 1)
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
