package taskroutertest_test

import (
	"context"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// formOf is how an event of the Events resource is posted.
func formOf(accountSID, workspaceSID string, e *taskrouter.Event) url.Values {
	form := url.Values{
		"EventType": {e.EventType}, "Sid": {e.SID}, "AccountSid": {accountSID}, "WorkspaceSid": {workspaceSID},
		"EventDescription": {e.Description}, "ResourceType": {e.ResourceType}, "ResourceSid": {e.ResourceSID},
		"Timestamp": {strconv.FormatInt(e.EventDate.Unix(), 10)}, "TimestampMs": {strconv.FormatInt(e.EventDateMs, 10)},
	}
	for fact, value := range e.EventData {
		name := ""
		for _, word := range strings.Split(fact, "_") {
			name += strings.ToUpper(word[:1]) + word[1:]
		}
		form.Set(name, value.(string))
	}
	return form
}

// checkTold wants that all events of the workspace were posted, once and in their order.
func (s *switchboard) checkTold(t *testing.T, posted []url.Values) {
	t.Helper()
	want := []url.Values{}
	for _, event := range s.events(taskrouter.ListEventsParams{}) {
		want = append(want, formOf(s.server.AccountSID(), s.sid, event))
	}
	require.Len(t, posted, len(want))
	for i := range want {
		require.Equal(t, want[i], posted[i], "the event of place %d", i)
	}
}

// liveThroughEverything brings about an event of each type that the server knows.
func (s *switchboard) liveThroughEverything() {
	ctx := s.t.Context()
	s.activity("Lunch", false)
	_, err := s.client.Activities(s.sid).Update(ctx, s.sidOf("Lunch"), taskrouter.UpdateActivityRequest{FriendlyName: new("Break")})
	s.ok(err)
	fax, err := s.client.TaskChannels(s.sid).Create(ctx, taskrouter.CreateTaskChannelRequest{FriendlyName: "Fax", UniqueName: "fax"})
	s.ok(err)
	_, err = s.client.TaskChannels(s.sid).Update(ctx, fax.SID, taskrouter.UpdateTaskChannelRequest{FriendlyName: new("Telefax")})
	s.ok(err)
	s.ok(s.client.TaskChannels(s.sid).Delete(ctx, fax.SID))
	s.queue("Support", "1==1", asking(2))
	s.queues("Later", "Gone")
	_, err = s.client.TaskQueues(s.sid).Update(ctx, s.sidOf("Gone"), taskrouter.UpdateTaskQueueRequest{TargetWorkers: new("1 == 1")})
	s.ok(err)
	s.ok(s.client.TaskQueues(s.sid).Delete(ctx, s.sidOf("Gone")))
	s.workflow(`"filters": [{"filter_friendly_name": "Calls", "expression": "type == 'call'", "targets": [{"queue": "$Support", "timeout": 300}, {"queue": "$Later", "timeout": 600}]}]`)
	s.workflowOf("Gone", `"default_filter": {"queue": "$Later"}`)
	s.ok(s.client.Workflows(s.sid).Delete(ctx, s.sidOf("Gone")))
	s.workers("Ann", "Bob")
	s.takes("Ann", "default", 2)
	s.updateChannel("Ann", "voice", taskrouter.UpdateWorkerChannelRequest{Available: new(false)})
	s.learns("Ann", `{"contact_uri": "client:ann", "ünï": "\u0000 & = + \""}`)
	s.updateFlow(taskrouter.UpdateWorkflowRequest{FriendlyName: new("Flow 2")})

	const call = `{"type": "call", "call_sid": "CA1"}`
	done := s.task(call)
	s.accepts("Ann", done) // Bob's is rescinded
	done.moves("wrapping", "")
	later(1500 * time.Millisecond)
	done.moves("completed", "solved")
	s.goes("Bob", "Offline")
	over := s.task(call)
	s.rejectsInto("Available", "Ann", over)
	over.moves("canceled", "hung up")
	removed := s.task(call)
	removed.becomes(`{"type": "call", "vip": true}`)
	s.ok(s.client.Tasks(s.sid).Delete(ctx, removed.sid))
	s.task(`{"type": "mail"}`) // no filter takes it
	s.goes("Ann", "Offline")
	s.task(call, s.meantFor("Ann"), func(r *taskrouter.CreateTaskRequest) { r.IgnoreCapacity = new(false) })
	later(time.Minute) // so that the reservation fails
	s.task(call)
	later(20 * time.Minute) // so that it goes through both targets
	s.goes("Ann", "Available")
	s.task(call)
	later(3 * time.Minute) // so that Ann is Offline
	s.goes("Ann", "Available")
	s.assignedOf("Ann", call)
	later(25 * time.Hour) // so that it is deleted
	s.ok(s.client.Workers(s.sid).Delete(ctx, s.sidOf("Bob")))
	s.ok(s.client.Activities(s.sid).Delete(ctx, s.sidOf("Lunch")))
	_, err = s.client.Workspaces.Update(ctx, s.sid, taskrouter.UpdateWorkspaceRequest{FriendlyName: new("Wörld")})
	s.ok(err)
}

// assignedOf makes a task and has a worker accept it.
func (s *switchboard) assignedOf(worker, attributes string) {
	s.t.Helper()
	s.accepts(worker, s.task(attributes))
}

// All types but those of transfers, which the server does not know.
var toldTypes = []string{
	"activity.created", "activity.deleted", "activity.updated",
	"reservation.accepted", "reservation.canceled", "reservation.completed", "reservation.created", "reservation.failed",
	"reservation.rejected", "reservation.rescinded", "reservation.timeout", "reservation.wrapup",
	"task-channel.created", "task-channel.deleted", "task-channel.updated",
	"task-queue.created", "task-queue.deleted", "task-queue.entered", "task-queue.expression.updated", "task-queue.moved", "task-queue.timeout",
	"task.canceled", "task.completed", "task.created", "task.deleted", "task.system-deleted", "task.updated", "task.wrapup",
	"worker.activity.update", "worker.attributes.update", "worker.capacity.update", "worker.channel.availability.update", "worker.created", "worker.deleted",
	"workflow.created", "workflow.deleted", "workflow.entered", "workflow.skipped", "workflow.target-matched", "workflow.timeout", "workflow.updated",
	"workspace.created", "workspace.deleted", "workspace.updated",
}

func TestEveryEventIsPostedOnceInItsOrderWithAllThatItTells(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSwitchboard(t, taskrouter.CreateWorkspaceRequest{EventCallbackURL: new(eventsURL)})
		application := s.reads() // the first ones are told to nobody
		s.drain()
		early := s.callbacks()
		require.NotEmpty(t, early)
		require.Equal(t, "workspace.created", early[0].Form.Get("EventType"))

		s.liveThroughEverything()
		s.drain()
		made := s.callbacks()
		var posted []url.Values
		for _, c := range made {
			posted = append(posted, c.Form)
			assert.Equal(t, eventsURL, c.URL)
			assert.False(t, c.Fallback)
			assert.Nil(t, c.Instruction)
		}
		s.checkTold(t, posted)
		read := application.read()
		assert.Equal(t, posted[len(posted)-len(read):], read, "what arrives is what is reported")

		s.ok(s.client.Workspaces.Delete(t.Context(), s.sid))
		s.drain()
		all := application.read()
		last := all[len(all)-1]
		assert.Equal(t, "workspace.deleted", last.Get("EventType"))
		assert.Equal(t, s.sid, last.Get("ResourceSid"))
		assert.Equal(t, "Wörld", last.Get("WorkspaceName"))
		assert.Equal(t, s.server.AccountSID(), last.Get("AccountSid"))

		types := map[string]bool{}
		for _, kind := range append(typesOf(posted), typesOf(all)...) {
			types[kind] = true
		}
		assert.Equal(t, toldTypes, slices.Sorted(func(yield func(string) bool) {
			for kind := range types {
				if !yield(kind) {
					return
				}
			}
		}))
	})
}

// documented are the fields that the reference of events lists for a type.
func documented(kind string) []string {
	task := []string{"TaskSid", "TaskAttributes", "TaskAge", "TaskPriority", "TaskAssignmentStatus", "WorkflowSid"}
	worker := []string{"WorkerSid", "WorkerName", "WorkerAttributes", "WorkerActivitySid", "WorkerActivityName"}
	subject, _, _ := strings.Cut(kind, ".")
	switch kind {
	case "task.created", "workflow.entered", "workflow.target-matched", "workflow.timeout", "workflow.skipped":
		return task
	case "task-queue.created", "task-queue.deleted":
		return []string{"TaskQueueSid", "TaskQueueName", "TaskQueueTargetExpression"}
	case "task-queue.expression.updated":
		return []string{"TaskQueueSid", "TaskQueueTargetExpression"}
	case "reservation.failed":
		return append(task, "TaskQueueSid", "ReservationSid")
	case "worker.activity.update":
		return append(worker, "WorkerTimeInPreviousActivity", "WorkerTimeInPreviousActivityMs", "WorkerPreviousActivitySid")
	case "worker.capacity.update":
		return append(worker, "WorkerChannelAvailable", "WorkerChannelAvailableCapacity", "WorkerChannelPreviousCapacity", "TaskChannelSid", "TaskChannelUniqueName")
	case "worker.channel.availability.update":
		return append(worker, "WorkerChannelAvailable", "WorkerChannelTaskCount", "TaskChannelSid", "TaskChannelUniqueName")
	case "task.canceled":
		return append(task, "TaskCanceledReason")
	case "task.completed":
		return append(task, "TaskCompletedReason", "TaskQueueSid")
	}
	return map[string][]string{
		"activity":     {"ActivitySid", "ActivityName", "ActivityAvailable"},
		"reservation":  append(append(task, worker...), "TaskQueueSid", "ReservationSid"),
		"task":         append(task, "TaskQueueSid"),
		"task-queue":   append(task, "TaskQueueSid"),
		"task-channel": {"TaskChannelSid", "TaskChannelName", "TaskChannelUniqueName", "TaskChannelOptimizedRouting"},
		"worker":       worker,
		"workflow":     {"WorkflowSid", "WorkflowName"},
	}[subject]
}

func TestEventsHaveTheFieldsThatAreDocumented(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSwitchboard(t, taskrouter.CreateWorkspaceRequest{EventCallbackURL: new(eventsURL)})
		s.liveThroughEverything()
		s.ok(s.client.Workspaces.Delete(t.Context(), s.sid))
		s.drain()
		common := []string{
			"EventType", "AccountSid", "WorkspaceSid", "WorkspaceName", "EventDescription", "ResourceType", "ResourceSid", "Timestamp", "TimestampMs", "Sid",
		}
		for _, c := range s.callbacks() {
			kind := c.Form.Get("EventType")
			for _, name := range append(common, documented(kind)...) {
				assert.NotEmpty(t, c.Form.Get(name), "%s of %s", name, kind)
				assert.Len(t, c.Form[name], 1, "%s of %s", name, kind)
			}
			if kind == "reservation.failed" {
				assert.Empty(t, c.Form.Get("WorkerSid"), "nobody was asked")
			}
			if kind == "task.created" {
				assert.Empty(t, c.Form.Get("TaskQueueSid"), "it is in none yet")
			}
		}
	})
}

func TestViewsOfAnEventHaveWhatHappened(t *testing.T) {
	atSwitchboard(t, func(t *testing.T, s *switchboard) {
		s.support()
		s.worker("Ann", `{"contact_uri": "client:ann"}`)
		s.tells(eventsURL, "reservation.accepted, worker.activity.update")
		var events []webhook.Event
		s.server.HandleEvents(eventsURL, func(_ context.Context, e webhook.Event) error {
			events = append(events, e)
			return nil
		})
		later(90 * time.Second)
		j := s.task(`{"call_sid": "CA1"}`, priority(7))
		later(2500 * time.Millisecond)
		s.accepts("Ann", j)
		s.goes("Ann", "Unavailable")
		s.drain()
		require.Len(t, events, 2)

		accepted := events[0]
		assert.Equal(t, time.Now().UTC(), accepted.Time, "to the millisecond")
		assert.Equal(t, "World", accepted.WorkspaceName)
		assert.Equal(t, "reservation", accepted.ResourceType)
		reservation, ok := accepted.Reservation()
		assert.True(t, ok)
		assert.Equal(t, accepted.ResourceSID, reservation.SID)
		assert.Equal(t, j.reservation("Ann").SID, reservation.SID)
		task, ok := accepted.Task()
		assert.True(t, ok)
		assert.Equal(t, j.sid, task.SID)
		assert.Equal(t, taskrouter.Attributes(`{"call_sid":"CA1"}`), task.Attributes)
		assert.Equal(t, 2*time.Second, task.Age)
		assert.Equal(t, 7, task.Priority)
		assert.Equal(t, taskrouter.TaskStatusAssigned, task.AssignmentStatus)
		queue, ok := accepted.TaskQueue()
		assert.True(t, ok)
		assert.Equal(t, webhook.EventTaskQueue{SID: s.sidOf("Support"), Name: "Support", TargetExpression: "1==1"}, queue)
		flow, ok := accepted.Workflow()
		assert.True(t, ok)
		assert.Equal(t, webhook.EventWorkflow{SID: s.sidOf("Flow"), Name: "Flow"}, flow)

		worker, ok := events[1].Worker()
		assert.True(t, ok)
		assert.Equal(t, s.sidOf("Ann"), worker.SID)
		assert.Equal(t, "Unavailable", worker.ActivityName)
		assert.Equal(t, s.sidOf("Available"), worker.PreviousActivitySID)
		assert.Equal(t, 92500*time.Millisecond, worker.TimeInPreviousActivity)
	})
}

func TestEventsOfRandomLivesArePostedOnceInTheirOrder(t *testing.T) {
	for seed := range uint64(12) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { liveAtRandom(t, rand.New(rand.NewPCG(seed, seed))) })
		})
	}
}

func liveAtRandom(t *testing.T, random *rand.Rand) {
	t.Helper()
	s := newSwitchboard(t, taskrouter.CreateWorkspaceRequest{EventCallbackURL: new(eventsURL)})
	s.queue("Support", "1==1", asking(2))
	s.workflow(`"filters": [{"expression": "a > 1", "targets": [{"queue": "$Support", "timeout": 30, "priority": 3}]}], "default_filter": {"queue": "$Support"}`)
	s.updateFlow(taskrouter.UpdateWorkflowRequest{AssignmentCallbackURL: new(askURL), TaskReservationTimeout: new(20)})
	s.workers("Ann", "Bob", "Cid")
	// Nobody knows the order in which handlers are called: what they do follows from what
	// they are told.
	delays, answers := random.Perm(16), random.Perm(16)
	s.server.Handle(eventsURL, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		later(time.Duration(delays[r.FormValue("Sid")[9]%16]) * time.Second)
		noted(w, r)
	}))
	s.decides(func(a webhook.Assignment) webhook.Instruction {
		switch answers[a.ReservationSID[9]%16] {
		case 0, 1:
			return nil
		case 2:
			return webhook.Reject{ActivitySID: s.sidOf("Unavailable")}
		case 3:
			return webhook.Call{From: "+15550100100", URL: "https://app.test/twiml", To: "client:x"}
		case 4:
			later(7 * time.Second)
		}
		return webhook.Accept{}
	})
	for i := range 50 {
		s.randomStep(i, random.IntN(10))
	}
	s.drain()
	var posted []url.Values
	for _, c := range s.callbacks() {
		if c.Form.Has("EventType") {
			posted = append(posted, c.Form)
		}
	}
	require.Greater(t, len(posted), 60)
	s.checkTold(t, posted)
}

// randomStep does one of ten things, if it can be done.
func (s *switchboard) randomStep(i, step int) {
	ctx := s.t.Context()
	names := []string{"Ann", "Bob", "Cid"}
	switch step {
	case 0, 1, 2:
		s.task(`{"a": ` + strconv.Itoa(step) + `}`)
	case 3:
		later(1234 * time.Millisecond)
	case 4:
		later(25 * time.Second)
	case 5:
		s.goes(names[i%3], []string{"Available", "Unavailable"}[i%2])
	case 6:
		s.learns(names[i%3], `{"n": `+strconv.Itoa(i)+`}`)
	default:
		tasks, err := taskrouter.Collect(s.client.Tasks(s.sid).List(ctx, taskrouter.ListTasksParams{}), 1)
		s.ok(err)
		if len(tasks) == 0 {
			return
		}
		sid := tasks[0].SID // which may be in another state than that needs
		switch step {
		case 7:
			_, _ = s.client.Tasks(s.sid).Cancel(ctx, sid, "no time")
		case 8:
			_, _ = s.client.Tasks(s.sid).Complete(ctx, sid, "done")
		default:
			_ = s.client.Tasks(s.sid).Delete(ctx, sid)
		}
	}
}

func TestAFilterLetsTypesThroughExactly(t *testing.T) {
	for name, test := range map[string]struct {
		filter string
		want   []string
	}{
		"one":              {"task.created", []string{"task.created"}},
		"some, in spaces":  {" task.created ,task-queue.entered,  workflow.entered", []string{"task.created", "workflow.entered", "task-queue.entered"}},
		"all":              {"", []string{"workspace.updated", "task.created", "workflow.entered", "workflow.target-matched", "task-queue.entered"}},
		"spaces alone":     {"  ", []string{"workspace.updated", "task.created", "workflow.entered", "workflow.target-matched", "task-queue.entered"}},
		"no part of types": {"task,created,task.,task.create,task.created.,*,task.*", []string{}},
		"in small letters": {"Task.Created,TASK-QUEUE.ENTERED", []string{}},
		"commas alone":     {",,", []string{}},
		"unknown ones":     {"task.assigned,task.created", []string{"task.created"}},
	} {
		t.Run(name, func(t *testing.T) {
			atSwitchboard(t, func(t *testing.T, s *switchboard) {
				s.support()
				application := s.reads()
				s.tells(eventsURL, test.filter)
				s.task("{}")
				s.drain()
				assert.Equal(t, test.want, typesOf(application.read()))
			})
		})
	}
}

func TestOtherURLsAndFiltersCountForLaterEvents(t *testing.T) {
	atSwitchboard(t, func(t *testing.T, s *switchboard) {
		s.support()
		application := s.reads()
		other := &reader{next: noted}
		s.server.Handle("https://other.test", other)
		s.tells(eventsURL, "task.created")
		s.server.Handle(eventsURL, slow(10*time.Second, application))
		first := s.task("{}") // is told when the URL is another one, at the one of before
		s.tells("https://other.test/here", "task.created,task.canceled")
		second := s.task("{}")
		s.tells("https://other.test/here", "task.canceled")
		s.task("{}")
		second.moves("canceled", "")
		s.drain()
		require.Equal(t, []string{"task.created"}, typesOf(application.read()))
		assert.Equal(t, first.sid, application.read()[0].Get("TaskSid"))
		require.Equal(t, []string{"task.created", "task.canceled"}, typesOf(other.read()))
		assert.Equal(t, second.sid, other.read()[0].Get("TaskSid"))
	})
}

func TestWithoutURLNobodyIsTold(t *testing.T) {
	atSwitchboard(t, func(t *testing.T, s *switchboard) {
		s.support()
		application := s.reads()
		s.tells(eventsURL, "")
		s.tells("", "")
		s.task("{}")
		s.drain()
		assert.Equal(t, []string{"workspace.updated"}, typesOf(application.read()))
		assert.Len(t, s.callbacks(), 1)
	})
}
