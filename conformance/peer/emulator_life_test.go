package peer_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	peer "github.com/twilio/twilio-go/rest/taskrouter/v1"
)

func TestEmulatorMakesTheWorkspaceThatThePeerAsksFor(t *testing.T) {
	inDesk(t, func(d *desk) {
		workspace, err := d.FetchWorkspace(d.sid)
		d.ok(err)
		assert.Equal(t, "Support", of(workspace.FriendlyName))
		assert.Equal(t, d.server.AccountSID(), of(workspace.AccountSid))
		assert.True(t, of(workspace.MultiTaskEnabled))
		assert.Equal(t, "FIFO", of(workspace.PrioritizeQueueOrder))
		assert.Equal(t, "Offline", of(workspace.DefaultActivityName))
		assert.Equal(t, d.activities["Offline"], of(workspace.TimeoutActivitySid))
		assert.Equal(t, "https://taskrouter.twilio.com/v1/Workspaces/"+d.sid, of(workspace.Url), "where the peer believes to be")
		assert.WithinDuration(t, time.Now(), of(workspace.DateCreated), 0)

		queues, err := d.ListTaskQueue(d.sid, nil)
		d.ok(err)
		require.Len(t, queues, 1)
		assert.Equal(t, "Sample Queue", of(queues[0].FriendlyName))
		assert.Equal(t, "1==1", of(queues[0].TargetWorkers))
		assert.Equal(t, 1, queues[0].MaxReservedWorkers)
		workflow, err := d.FetchWorkflow(d.sid, d.sample())
		d.ok(err)
		assert.Contains(t, of(workflow.Configuration), of(queues[0].Sid))
		assert.Equal(t, 120, workflow.TaskReservationTimeout)
		channels, err := d.ListTaskChannel(d.sid, nil)
		d.ok(err)
		assert.Equal(t, []string{"default", "voice", "chat", "sms", "video"},
			each(channels, func(c peer.TaskrouterV1TaskChannel) *string { return c.UniqueName }))
	})
}

func TestEmulatorLeadsATaskOfThePeerThroughItsWholeLife(t *testing.T) {
	inDesk(t, func(d *desk) {
		ann := d.worker("Ann", `{"languages":["fr"]}`, "Offline")
		d.worker("Bob", `{"languages":["en"]}`, "Available")
		english, french := d.queue("English", `languages HAS "en"`, 1), d.queue("French", `languages HAS "fr"`, 1)
		workflow := d.workflow("By language", `{
			"filters":[{"filter_friendly_name":"French","expression":"language == \"fr\"","targets":[{"queue":"`+french+`","priority":7}]}],
			"default_filter":{"queue":"`+english+`"}}`)

		created, err := d.CreateTask(d.sid, &peer.CreateTaskParams{
			WorkflowSid: &workflow, Attributes: new(`{"language":"fr"}`), TaskChannel: new("chat"), Timeout: new(600),
		})
		d.ok(err)
		assert.Equal(t, "pending", of(created.AssignmentStatus))
		assert.Equal(t, "chat", of(created.TaskChannelUniqueName))
		task := of(created.Sid)
		waiting := d.is(task, "pending")
		assert.Equal(t, "French", of(waiting.TaskQueueFriendlyName))
		assert.Equal(t, "By language", of(waiting.WorkflowFriendlyName))
		assert.Equal(t, 7, waiting.Priority, "that of the target")
		assert.JSONEq(t, `{"language":"fr"}`, of(waiting.Attributes))
		d.asked(task)

		d.at(30 * time.Second)
		d.goes(ann, "Available")
		assert.Equal(t, 30, d.is(task, "reserved").Age)
		reservation := d.asked(task, "Ann pending")[0]
		d.accepts(task, reservation)
		d.is(task, "assigned")
		channel, err := d.FetchWorkerChannel(d.sid, ann, "chat")
		d.ok(err)
		assert.Equal(t, 1, channel.AssignedTasks)
		assert.Equal(t, 0, channel.AvailableCapacityPercentage)

		d.at(time.Minute)
		d.becomes(task, "wrapping", "she has hung up")
		d.asked(task, "Ann wrapping")
		d.becomes(task, "completed", "all is well")
		d.asked(task, "Ann completed")
		channel, err = d.FetchWorkerChannel(d.sid, ann, "chat")
		d.ok(err)
		assert.Equal(t, 0, channel.AssignedTasks)
		assert.Equal(t, 100, channel.AvailableCapacityPercentage)
		d.has(ann, "Available")

		d.at(10 * time.Minute)
		_, err = d.FetchTask(d.sid, task)
		d.refused(err, http.StatusNotFound, 20404)
		events, err := d.ListEvent(d.sid, &peer.ListEventParams{TaskSid: &task})
		d.ok(err)
		assert.ElementsMatch(t, []string{
			"task.created", "workflow.entered", "workflow.target-matched", "task-queue.entered", "reservation.created",
			"reservation.accepted", "task.wrapup", "reservation.wrapup", "task.completed", "reservation.completed", "task.updated",
		}, eventTypes(events), "and no task.deleted")
	})
}

func eventTypes(events []peer.TaskrouterV1Event) []string {
	return each(events, func(e peer.TaskrouterV1Event) *string { return e.EventType })
}

func TestEmulatorOffersATaskAgainThatAWorkerOfThePeerRejects(t *testing.T) {
	inDesk(t, func(d *desk) {
		ann, bob := d.worker("Ann", "{}", "Available"), d.worker("Bob", "{}", "Available")
		task := d.task(d.sample(), "{}")
		first := d.asked(task, "Ann pending")[0]
		rejected, err := d.UpdateWorkerReservation(d.sid, ann, first, &peer.UpdateWorkerReservationParams{
			ReservationStatus: new("rejected"), WorkerActivitySid: new(d.activities["Unavailable"]),
		})
		d.ok(err)
		assert.Equal(t, "rejected", of(rejected.ReservationStatus))
		assert.Equal(t, task, of(rejected.TaskSid))
		d.has(ann, "Unavailable")
		d.is(task, "reserved")
		second := d.asked(task, "Ann rejected", "Bob pending")[1]
		offered, err := d.ListWorkerReservation(d.sid, bob, nil)
		d.ok(err)
		require.Len(t, offered, 1)
		assert.Equal(t, second, of(offered[0].Sid))
		d.accepts(task, second)
		d.is(task, "assigned")
	})
}

func TestEmulatorCancelsATaskOfThePeerWithItsReservation(t *testing.T) {
	inDesk(t, func(d *desk) {
		d.worker("Ann", "{}", "Available")
		task := d.task(d.sample(), "{}")
		d.is(task, "reserved")
		d.becomes(task, "canceled", "no longer needed")
		d.asked(task, "Ann canceled")

		other := d.task(d.sample(), "{}")
		d.accepts(other, d.asked(other, "Ann pending")[0])
		_, err := d.UpdateTask(d.sid, other, &peer.UpdateTaskParams{AssignmentStatus: new("canceled"), Reason: new("too late")})
		assert.Contains(t, d.refused(err, http.StatusBadRequest, 20001), "because it is not pending or reserved")
	})
}

func TestEmulatorTakesAWorkerOfThePeerOfflineWhoDoesNotAnswer(t *testing.T) {
	inDesk(t, func(d *desk) {
		ann := d.worker("Ann", "{}", "Available")
		task := d.task(d.sample(), "{}")
		d.at(120*time.Second - time.Nanosecond)
		d.is(task, "reserved")
		d.at(time.Nanosecond)
		d.is(task, "pending")
		d.asked(task, "Ann timeout")
		d.has(ann, "Offline")

		d.at(24*time.Hour - 2*time.Minute)
		assert.Equal(t, "Task TTL Exceeded", of(d.is(task, "canceled").Reason))
		d.at(10 * time.Minute)
		_, err := d.FetchTask(d.sid, task)
		d.refused(err, http.StatusNotFound, 20404)
		events, err := d.ListEvent(d.sid, &peer.ListEventParams{TaskSid: &task, EventType: new("task.canceled")})
		d.ok(err)
		require.Len(t, events, 1)
		assert.Equal(t, "Task TTL Exceeded", of(events[0].EventData).(object)["task_canceled_reason"])
	})
}

func TestEmulatorMovesATaskOfThePeerOnWhenItsTargetTimesOut(t *testing.T) {
	inDesk(t, func(d *desk) {
		first, second := d.queue("First", "1==0", 1), d.queue("Second", "1==0", 1)
		workflow := d.workflow("Two steps", `{"filters":[{"expression":"1==1","targets":[
			{"queue":"`+first+`","timeout":20},{"queue":"`+second+`","timeout":30}]}]}`)
		task := d.task(workflow, "{}")
		assert.Equal(t, "First", of(d.is(task, "pending").TaskQueueFriendlyName))
		d.at(20 * time.Second)
		assert.Equal(t, "Second", of(d.is(task, "pending").TaskQueueFriendlyName))
		d.at(30 * time.Second)
		assert.Equal(t, "Task canceled on Workflow timeout", of(d.is(task, "canceled").Reason))
	})
}

func TestEmulatorRescindsWhatAnotherWorkerOfThePeerAccepted(t *testing.T) {
	inDesk(t, func(d *desk) {
		for _, name := range []string{"Ann", "Bob", "Cid"} {
			d.worker(name, "{}", "Available")
		}
		all := d.queue("All", "1==1", 3)
		task := d.task(d.workflow("To all", `{"default_filter":{"queue":"`+all+`"}}`), "{}")
		reservations := d.asked(task, "Ann pending", "Bob pending", "Cid pending")
		d.accepts(task, reservations[1])
		d.asked(task, "Ann rescinded", "Bob accepted", "Cid rescinded")
		_, err := d.UpdateTaskReservation(d.sid, task, reservations[0], &peer.UpdateTaskReservationParams{ReservationStatus: new("accepted")})
		d.refused(err, http.StatusGone, 0)
		d.asked(task, "Ann rescinded", "Bob accepted", "Cid rescinded")
	})
}

const (
	itsURL = "https://example.com/answer"
	number = "+15005550006"
)

func TestEmulatorCarriesOutTheInstructionsOfThePeer(t *testing.T) {
	const call = "CA0123456789abcdef0123456789abcdef"
	tests := map[string]struct {
		instruction peer.UpdateTaskReservationParams
		accepted    bool
		calls       bool // the worker
	}{
		"dequeue": {
			peer.UpdateTaskReservationParams{
				Instruction: new("dequeue"), DequeueFrom: new(number), DequeueRecord: new("record-from-answer"), DequeueTimeout: new(20),
				DequeueStatusCallbackUrl: new(itsURL), DequeueStatusCallbackEvent: &[]string{"initiated", "completed"},
			}, true, true,
		},
		"conference": {
			peer.UpdateTaskReservationParams{
				Instruction: new("conference"), From: new(number), To: new("client:ann"), Beep: new("onEnter"), EndConferenceOnExit: new(true),
				Timeout: new(30), MaxParticipants: new(3), StatusCallback: new(itsURL), StatusCallbackEvent: &[]string{"ringing", "answered"},
				ConferenceStatusCallback: new(itsURL), ConferenceStatusCallbackEvent: &[]string{"start", "end"}, ConferenceRecord: new("true"),
			}, true, false,
		},
		"call that accepts": {
			peer.UpdateTaskReservationParams{Instruction: new("call"), CallFrom: new(number), CallUrl: new(itsURL), CallAccept: new(true)}, true, true,
		},
		"call": {
			peer.UpdateTaskReservationParams{Instruction: new("call"), CallFrom: new(number), CallUrl: new(itsURL)}, false, true,
		},
		"redirect that accepts": {
			peer.UpdateTaskReservationParams{
				Instruction: new("redirect"), RedirectCallSid: new(call), RedirectUrl: new(itsURL), RedirectAccept: new(true),
			}, true, false,
		},
		"redirect": {
			peer.UpdateTaskReservationParams{Instruction: new("redirect"), RedirectCallSid: new(call), RedirectUrl: new(itsURL)}, false, false,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inDesk(t, func(d *desk) {
				d.worker("Ann", `{"contact_uri":"client:ann"}`, "Available")
				task := d.task(d.sample(), `{"call_sid":"`+call+`"}`)
				reservation := d.asked(task, "Ann pending")[0]
				_, err := d.UpdateTaskReservation(d.sid, task, reservation, &test.instruction)
				d.ok(err)
				taskStatus := "reserved"
				if test.accepted {
					d.asked(task, "Ann accepted")
					taskStatus = "assigned"
				} else {
					d.asked(task, "Ann pending")
				}
				workerCall := d.attribute(d.is(task, taskStatus), "worker_call_sid")
				if test.calls {
					assert.Regexp(d.t, "^CA[0-9a-f]{32}$", workerCall)
				} else {
					assert.Nil(d.t, workerCall)
				}
			})
		})
	}
}

func TestEmulatorRefusesInstructionsOfThePeerThatCannotBe(t *testing.T) {
	inDesk(t, func(d *desk) {
		d.worker("Ann", `{}`, "Available")
		task := d.task(d.sample(), "{}")
		reservation := d.asked(task, "Ann pending")[0]
		for message, instruction := range map[string]peer.UpdateTaskReservationParams{
			"call_sid":  {Instruction: new("dequeue"), DequeueFrom: new(number), DequeueTo: new(number)},
			"CallUrl":   {Instruction: new("call"), CallFrom: new(number), CallTo: new(number)},
			"CallTo":    {Instruction: new("call"), CallFrom: new(number), CallUrl: new(itsURL)},
			"none of":   {Instruction: new("whistle")},
			"supervise": {Instruction: new("supervise")},
		} {
			_, err := d.UpdateTaskReservation(d.sid, task, reservation, &instruction)
			assert.Contains(t, d.refused(err, http.StatusBadRequest, 20001), message)
		}
		d.asked(task, "Ann pending")
	})
}

func TestEmulatorLetsThePeerSuperviseAnAcceptedReservation(t *testing.T) {
	inDesk(t, func(d *desk) {
		d.worker("Ann", "{}", "Available")
		task := d.task(d.sample(), "{}")
		reservation := d.asked(task, "Ann pending")[0]
		d.accepts(task, reservation)
		supervised, err := d.UpdateTaskReservation(d.sid, task, reservation, &peer.UpdateTaskReservationParams{
			Instruction: new("supervise"), Supervisor: new(d.worker("Sue", `{"contact_uri":"client:sue"}`, "Unavailable")), SupervisorMode: new("whisper"),
		})
		d.ok(err)
		assert.Equal(t, "accepted", of(supervised.ReservationStatus))
		assert.Equal(t, reservation, of(supervised.Sid))
	})
}

func TestEmulatorAsksTheWorkerWhomThePeerRoutesATaskTo(t *testing.T) {
	inDesk(t, func(d *desk) {
		d.worker("Ann", "{}", "Available")
		bob := d.worker("Bob", "{}", "Offline")
		task, err := d.CreateTask(d.sid, &peer.CreateTaskParams{WorkflowSid: new(d.sample()), RoutingTarget: &bob})
		d.ok(err)
		assert.True(t, of(task.IgnoreCapacity))
		assert.Equal(t, bob, of(task.RoutingTarget))
		d.asked(of(task.Sid), "Bob pending")
	})
}

func TestEmulatorTakesTheWorkersCapacityFromThePeer(t *testing.T) {
	inDesk(t, func(d *desk) {
		ann := d.worker("Ann", "{}", "Available")
		channel, err := d.UpdateWorkerChannel(d.sid, ann, "default", &peer.UpdateWorkerChannelParams{Capacity: new(2)})
		d.ok(err)
		assert.Equal(t, 2, channel.ConfiguredCapacity)
		var tasks []string
		for range 3 {
			tasks = append(tasks, d.task(d.sample(), "{}"))
		}
		d.asked(tasks[0], "Ann pending")
		d.asked(tasks[1], "Ann pending")
		d.asked(tasks[2])
		_, err = d.UpdateWorkerChannel(d.sid, ann, "default", &peer.UpdateWorkerChannelParams{Available: new(false)})
		d.ok(err)
		d.becomes(tasks[0], "canceled", "done")
		d.asked(tasks[2])
		_, err = d.UpdateWorkerChannel(d.sid, ann, "default", &peer.UpdateWorkerChannelParams{Available: new(true)})
		d.ok(err)
		d.asked(tasks[2], "Ann pending")
	})
}

// A workflow that is changed leads those who wait only if it is asked to.
func TestEmulatorReEvaluatesTheTasksOfThePeerWhenAsked(t *testing.T) {
	inDesk(t, func(d *desk) {
		before, after := d.queue("Before", "1==0", 1), d.queue("After", "1==0", 1)
		to := func(queue string) *string {
			return new(`{"task_routing":{"default_filter":{"queue":"` + queue + `"}}}`)
		}
		workflow := d.workflow("Changed", `{"default_filter":{"queue":"`+before+`"}}`)
		task := d.task(workflow, "{}")
		_, err := d.UpdateWorkflow(d.sid, workflow, &peer.UpdateWorkflowParams{Configuration: to(after)})
		d.ok(err)
		assert.Equal(t, "Before", of(d.is(task, "pending").TaskQueueFriendlyName))
		_, err = d.UpdateWorkflow(d.sid, workflow, &peer.UpdateWorkflowParams{Configuration: to(after), ReEvaluateTasks: new("true")})
		d.ok(err)
		assert.Equal(t, "After", of(d.is(task, "pending").TaskQueueFriendlyName))
	})
}
