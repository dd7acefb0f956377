package taskroutertest_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
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
