package taskroutertest_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

const (
	aNumber = "+15550100100"
	aCall   = "CA0123456789abcdef0123456789abcdef"
	aURL    = "https://app.test/twiml"
	nobody  = "WA00000000000000000000000000000000" // an activity that is not there
)

// An order is an instruction, as an answer and as a request. Both make the same of a
// reservation.
type order struct {
	answer  webhook.Instruction
	request taskrouter.UpdateReservationRequest
}

// orders are all instructions, in a workspace where workers go on afterwards.
func orders(s *switchboard) map[string]order {
	after := s.sidOf("After")
	return map[string]order{
		"accept": {webhook.Accept{}, taskrouter.UpdateReservationRequest{ReservationStatus: new(taskrouter.ReservationStatusAccepted)}},
		"reject": {webhook.Reject{ActivitySID: after}, taskrouter.UpdateReservationRequest{
			ReservationStatus: new(taskrouter.ReservationStatusRejected), WorkerActivitySID: &after,
		}},
		"dequeue": {webhook.Dequeue{From: aNumber}, taskrouter.UpdateReservationRequest{Instruction: new("dequeue"), DequeueFrom: new(aNumber)}},
		"dequeue, work afterwards": {
			webhook.Dequeue{From: aNumber, To: "client:ann", PostWorkActivitySID: after, Timeout: 900, Record: taskrouter.CallRecordRecordFromAnswer},
			taskrouter.UpdateReservationRequest{
				Instruction: new("dequeue"), DequeueFrom: new(aNumber), DequeueTo: new("client:ann"), DequeuePostWorkActivitySID: &after, DequeueTimeout: new(900),
				DequeueRecord: new(taskrouter.CallRecordRecordFromAnswer),
			},
		},
		"call": {webhook.Call{From: aNumber, URL: aURL}, taskrouter.UpdateReservationRequest{
			Instruction: new("call"), CallFrom: new(aNumber), CallURL: new(aURL),
		}},
		"call, accept": {webhook.Call{From: aNumber, URL: aURL, Accept: true}, taskrouter.UpdateReservationRequest{
			Instruction: new("call"), CallFrom: new(aNumber), CallURL: new(aURL), CallAccept: new(true),
		}},
		"redirect": {webhook.Redirect{CallSID: aCall, URL: aURL}, taskrouter.UpdateReservationRequest{
			Instruction: new("redirect"), RedirectCallSID: new(aCall), RedirectURL: new(aURL),
		}},
		"redirect, accept": {webhook.Redirect{CallSID: aCall, URL: aURL, Accept: true}, taskrouter.UpdateReservationRequest{
			Instruction: new("redirect"), RedirectCallSID: new(aCall), RedirectURL: new(aURL), RedirectAccept: new(true),
		}},
		"conference": {webhook.Conference{From: aNumber}, taskrouter.UpdateReservationRequest{Instruction: new("conference"), From: new(aNumber)}},
		"conference, work afterwards": {
			webhook.Conference{From: aNumber, PostWorkActivitySID: after},
			taskrouter.UpdateReservationRequest{Instruction: new("conference"), From: new(aNumber), PostWorkActivitySID: &after},
		},
	}
}

// newOffice is a workspace whose worker is reached, with activities for all that happens.
func newOffice(t *testing.T, multitasking bool) *switchboard {
	t.Helper()
	s := newSwitchboard(t, taskrouter.CreateWorkspaceRequest{MultiTaskEnabled: &multitasking})
	for _, name := range []string{"Reserved", "Busy", "After"} {
		s.activity(name, false)
	}
	s.queue("Support", "1==1", asking(2), func(r *taskrouter.CreateTaskQueueRequest) {
		r.ReservationActivitySID, r.AssignmentActivitySID = new(s.sidOf("Reserved")), new(s.sidOf("Busy"))
	})
	s.targets(`{"queue": "$Support"}`)
	s.updateFlow(taskrouter.UpdateWorkflowRequest{AssignmentCallbackURL: new(askURL)})
	s.worker("Ann", `{"contact_uri": "client:ann"}`)
	s.worker("Bob", `{"contact_uri": "client:bob"}`)
	return s
}

// history is a whole state, but for what is not of workspaces.
func (s *switchboard) history() string {
	s.t.Helper()
	_, workspaces, found := strings.Cut(dump(s.t, s.server), `"workspaces"`)
	require.True(s.t, found)
	return workspaces
}

func TestAnInstructionMakesTheSameAsTheRequestWithItsContent(t *testing.T) {
	for _, multitasking := range []bool{false, true} {
		var names []string
		synctest.Test(t, func(t *testing.T) {
			for name := range orders(newOffice(t, multitasking)) {
				names = append(names, name)
			}
		})
		for _, name := range names {
			if multitasking && name == "conference, work afterwards" {
				continue // which is refused
			}
			t.Run(map[bool]string{true: "multitasking", false: "one task at a time"}[multitasking]+"/"+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					answered, requested := newOffice(t, multitasking), newOffice(t, multitasking)
					answered.decides(func(a webhook.Assignment) webhook.Instruction {
						if a.WorkerSID == answered.sidOf("Ann") {
							return orders(answered)[name].answer
						}
						return nil
					})
					requested.always(nil)

					j := answered.task(`{"call_sid": "CA1"}`)
					answered.drain()
					for _, c := range answered.callbacks() {
						require.NoError(t, c.Err)
					}
					i := requested.task(`{"call_sid": "CA1"}`)
					requested.drain()
					_, err := requested.client.TaskReservations(requested.sid, i.sid).Update(t.Context(), i.reservation("Ann").SID, orders(requested)[name].request)
					require.NoError(t, err)

					checkSame(t, requested.history(), answered.history(), "when it is carried out")
					if strings.HasPrefix(j.state(), "assigned") {
						j.moves("completed", "done")
						i.moves("completed", "done")
						checkSame(t, requested.history(), answered.history(), "when it is completed")
					}
				})
			})
		}
	}
}

func TestWhatEachInstructionMakesOfTaskAndWorker(t *testing.T) {
	for name, test := range map[string]struct {
		want, worker, afterwards string
		calls                    bool // the worker
		events                   string
	}{
		"accept":                      {want: "assigned in Support: Ann", worker: "Busy", afterwards: "Busy", events: "reservation.accepted"},
		"reject":                      {want: "reserved in Support: Bob", worker: "After", events: "reservation.rejected"},
		"dequeue":                     {want: "assigned in Support: Ann", worker: "Busy", afterwards: "Busy", calls: true, events: "task.updated reservation.accepted"},
		"dequeue, work afterwards":    {want: "assigned in Support: Ann", worker: "Busy", afterwards: "After", calls: true, events: "task.updated reservation.accepted"},
		"call":                        {want: "reserved in Support: Ann, Bob", worker: "Reserved", calls: true, events: "task.updated"},
		"call, accept":                {want: "assigned in Support: Ann", worker: "Busy", afterwards: "Busy", calls: true, events: "task.updated reservation.accepted"},
		"redirect":                    {want: "reserved in Support: Ann, Bob", worker: "Reserved"},
		"redirect, accept":            {want: "assigned in Support: Ann", worker: "Busy", afterwards: "Busy", events: "reservation.accepted"},
		"conference":                  {want: "assigned in Support: Ann", worker: "Busy", afterwards: "Busy", events: "reservation.accepted"},
		"conference, work afterwards": {want: "assigned in Support: Ann", worker: "Busy", afterwards: "After", events: "reservation.accepted"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newOffice(t, false)
				order, known := orders(s)[name]
				require.True(t, known)
				s.decides(func(a webhook.Assignment) webhook.Instruction {
					if a.WorkerSID == s.sidOf("Ann") {
						return order.answer
					}
					return nil
				})
				j := s.task(`{"call_sid": "CA1"}`)
				s.drain()
				j.is(test.want)
				s.has("Ann", test.worker)
				assert.Equal(t, "task.created workflow.entered workflow.target-matched task-queue.entered reservation.created reservation.created"+
					strings.TrimRight(" "+test.events, " "), strings.ReplaceAll(j.kinds(), " reservation.rescinded", ""))
				for _, c := range s.callbacks() {
					if c.Form.Get("WorkerSid") == s.sidOf("Ann") {
						assert.Equal(t, order.answer, c.Instruction)
					}
				}
				task, err := s.client.Tasks(s.sid).Get(t.Context(), j.sid)
				require.NoError(t, err)
				if test.calls {
					assert.Regexp(t, `^\{"call_sid":"CA1","worker_call_sid":"CA[0-9a-f]{32}"\}$`, string(task.Attributes))
				} else {
					assert.Equal(t, taskrouter.Attributes(`{"call_sid":"CA1"}`), task.Attributes)
				}
				if test.afterwards != "" {
					j.moves("completed", "done")
					s.has("Ann", test.afterwards)
				}
			})
		})
	}
}

// kinds are the types of the events of a task.
func (j *job) kinds() string {
	var kinds []string
	for _, event := range j.w.events(taskrouter.ListEventsParams{TaskSID: &j.sid}) {
		kinds = append(kinds, event.EventType)
	}
	return strings.Join(kinds, " ")
}

func TestAnInstructionThatCannotBeCarriedOutChangesNothing(t *testing.T) {
	const call = `{"call_sid": "CA1"}`
	conference := webhook.Conference{From: aNumber}
	for name, test := range map[string]struct {
		multitasking bool
		worker, task string
		answer       webhook.Instruction
		code         int
		err          string
	}{
		"reject into an activity that is not there":          {false, "{}", call, webhook.Reject{ActivitySID: nobody}, 40100, "there is no activity " + nobody},
		"dequeue without call_sid":                           {false, `{"contact_uri": "client:ann"}`, `{"to": "+1"}`, webhook.Dequeue{}, 40140, "no attribute call_sid"},
		"dequeue without address":                            {false, "{}", call, webhook.Dequeue{}, 40131, "no attribute contact_uri"},
		"dequeue into an activity that is not there":         {false, "{}", call, webhook.Dequeue{To: "client:x", PostWorkActivitySID: nobody}, 40130, "there is no activity"},
		"dequeue that lets SIP ring for too long":            {false, `{"contact_uri": "sip:ann@app.test"}`, call, webhook.Dequeue{Timeout: 601}, 0, "601 is more than 600"},
		"call without address":                               {false, "{}", "{}", webhook.Call{From: aNumber, URL: aURL, Accept: true}, 40110, "no attribute contact_uri"},
		"conference without call_sid":                        {false, `{"contact_uri": "client:ann"}`, "{}", conference, 40142, "none of the attributes call_sid, outbound_to and to"},
		"conference without address":                         {false, "{}", call, conference, 40137, "no attribute contact_uri"},
		"conference into an activity that is not there":      {false, "{}", call, webhook.Conference{From: aNumber, To: "client:x", PostWorkActivitySID: nobody}, 40139, "there is no activity"},
		"conference into an activity, in multitasking":       {true, "{}", call, webhook.Conference{From: aNumber, To: "client:x", PostWorkActivitySID: "Offline"}, 40139, "multitasking"},
		"conference into no activity there, in multitasking": {true, "{}", call, webhook.Conference{From: aNumber, To: "client:x", PostWorkActivitySID: nobody}, 40139, "multitasking"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSwitchboard(t, taskrouter.CreateWorkspaceRequest{MultiTaskEnabled: &test.multitasking})
				s.asks(again)
				s.worker("Ann", test.worker)
				if c, ok := test.answer.(webhook.Conference); ok && c.PostWorkActivitySID == "Offline" {
					c.PostWorkActivitySID = s.sidOf("Offline")
					test.answer = c
				}
				var before string
				s.decides(func(webhook.Assignment) webhook.Instruction {
					before = s.history()
					return test.answer
				})
				j := s.task(test.task)
				s.drain()
				made := s.only()
				assert.Equal(t, test.answer, made.Instruction)
				failed(t, made, test.code)
				assert.ErrorContains(t, made.Err, test.err)
				checkSame(t, before, s.history(), "the instruction cannot be carried out")
				j.until("120s", "reserved in Support: Ann")
				j.asked("Ann timeout")
			})
		})
	}
}

func TestWhatAnInstructionNeedsMayBeInTheAnswerOrInAttributes(t *testing.T) {
	for name, test := range map[string]struct {
		worker, task string
		answer       webhook.Instruction
	}{
		"dequeue to the worker's address":    {`{"contact_uri": "client:ann"}`, `{"call_sid": "CA1"}`, webhook.Dequeue{}},
		"dequeue to its own address":         {`{}`, `{"call_sid": "CA1"}`, webhook.Dequeue{To: "client:x"}},
		"dequeue by SIP, as long as may be":  {`{"contact_uri": "sip:ann@app.test"}`, `{"call_sid": "CA1"}`, webhook.Dequeue{Timeout: 600}},
		"dequeue for long, but not by SIP":   {`{"contact_uri": "client:ann"}`, `{"call_sid": "CA1"}`, webhook.Dequeue{Timeout: 999}},
		"dequeue to another address":         {`{"contact_uri": "sip:ann@app.test"}`, `{"call_sid": "CA1"}`, webhook.Dequeue{To: "client:x", Timeout: 999}},
		"call to its own address":            {`{}`, `{}`, webhook.Call{From: aNumber, URL: aURL, To: "client:x", Accept: true}},
		"conference of a call":               {`{"contact_uri": "client:ann"}`, `{"call_sid": "CA1"}`, webhook.Conference{From: aNumber}},
		"conference of an outbound call":     {`{"contact_uri": "client:ann"}`, `{"outbound_to": "+15550100101"}`, webhook.Conference{From: aNumber}},
		"conference of who is named":         {`{"contact_uri": "client:ann"}`, `{"to": "+15550100101"}`, webhook.Conference{From: aNumber}},
		"conference to its own address":      {`{}`, `{"call_sid": "CA1"}`, webhook.Conference{From: aNumber, To: "client:x"}},
		"redirect, which needs none of that": {`{}`, `{}`, webhook.Redirect{CallSID: aCall, URL: aURL, Accept: true}},
	} {
		t.Run(name, func(t *testing.T) {
			atSwitchboard(t, func(t *testing.T, s *switchboard) {
				s.asks()
				s.worker("Ann", test.worker)
				s.always(test.answer)
				j := s.task(test.task)
				s.drain()
				assert.NoError(t, s.only().Err)
				j.is("assigned in Support: Ann")
			})
		})
	}
}

func TestAnInstructionForWhatIsNotPendingIsReportedWithItsCode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, code := range map[string]int{
			"accept": 0, "reject": 0, "dequeue": 40135, "call": 40114, "call, accept": 40114,
			"redirect": 40123, "redirect, accept": 40123, "conference": 40136,
		} {
			s := newOffice(t, false)
			order, known := orders(s)[name]
			require.True(t, known)
			created := make(chan *job, 1)
			var before string
			s.decides(func(a webhook.Assignment) webhook.Instruction {
				if a.WorkerSID != s.sidOf("Ann") {
					return nil
				}
				s.accepts("Ann", <-created)
				before = s.history()
				return order.answer
			})
			created <- s.task(`{"call_sid": "CA1"}`)
			s.drain()
			checkSame(t, before, s.history(), "%s", name)
			for _, c := range s.callbacks() {
				if c.Form.Get("WorkerSid") == s.sidOf("Ann") {
					failed(t, c, code)
					assert.ErrorContains(t, c.Err, "is accepted, not pending", name)
				}
			}
		}
	})
}

func TestInstructionsAreReadAsTheServiceReadsThem(t *testing.T) {
	for name, test := range map[string]struct {
		answer, want string
	}{
		"capitals":              {`{"instruction": "Accept"}`, "assigned in Support: Ann"},
		"accept as text":        {`{"instruction": "redirect", "call_sid": "` + aCall + `", "url": "` + aURL + `", "accept": "true"}`, "assigned in Support: Ann"},
		"not accept as text":    {`{"instruction": "redirect", "call_sid": "` + aCall + `", "url": "` + aURL + `", "accept": "false"}`, "reserved in Support: Ann"},
		"accept not said":       {`{"instruction": "redirect", "call_sid": "` + aCall + `", "url": "` + aURL + `"}`, "reserved in Support: Ann"},
		"members of no meaning": {`{"instruction": "accept", "room_name": "a", "Accept": false}`, "assigned in Support: Ann"},
	} {
		t.Run(name, func(t *testing.T) {
			atSwitchboard(t, func(t *testing.T, s *switchboard) {
				s.asks()
				s.workers("Ann")
				s.server.Handle(askURL, says(200, jsonType, test.answer))
				j := s.task("{}")
				s.drain()
				assert.NoError(t, s.only().Err)
				j.is(test.want)
			})
		})
	}
}
