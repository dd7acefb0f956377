package router

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

func TestFieldsAreNamedAsFactsAre(t *testing.T) {
	seen := map[string]string{}
	for _, fact := range factNames {
		name := fieldName(fact)
		assert.Regexp(t, `^([A-Z][a-z]+)+$`, name, fact)
		assert.Empty(t, seen[name], "%s and %s have the same field", fact, seen[name])
		seen[name] = fact
		assert.Equal(t, strings.ReplaceAll(fact, "_", ""), strings.ToLower(name))
	}
	assert.Equal(t, "task_queue_sid", seen["TaskQueueSid"])
	assert.Equal(t, "worker_time_in_previous_activity_ms", seen["WorkerTimeInPreviousActivityMs"])
	for _, kind := range []string{"EventType", "AccountSid", "EventDescription", "ResourceType", "ResourceSid", "Timestamp", "TimestampMs", "Sid"} {
		assert.Empty(t, seen[kind], "%s is of the event itself", kind)
	}
	for fact, want := range map[string]string{"": "", "_": "", "_a__b_": "AB", "sid": "Sid", "a1_2b": "A12b", "Already_Named": "AlreadyNamed"} {
		assert.Equal(t, want, fieldName(fact), fact)
	}
}

// Where an account does what comes by chance, events and callbacks of them are the same.
func TestCallbacksTellOfAllEventsAndAskAboutAllReservations(t *testing.T) {
	for seed := range uint64(10) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 1))
			a := NewAccount("", seed)
			w, err := a.CreateWorkspace(gen.CreateWorkspaceRequest{FriendlyName: "w", EventCallbackURL: new("https://app.test/events"), Template: new(gen.WorkspaceTemplateFIFO)})
			require.NoError(t, err)
			var told []string
			asked := map[string]int{}
			reserved := map[string]bool{}
			assert.Empty(t, a.unsettled)
			for range 400 {
				operateOnce(a, random)
				for f := range w.Workflows.All() {
					f.AssignmentCallbackURL = new("https://app.test/ask")
				}
				for _, c := range a.TakeCallbacks() {
					if c.WorkspaceSID != w.SID {
						continue
					}
					if c.Event == nil {
						asked[c.Assignment.ReservationSID]++
						continue
					}
					told = append(told, c.Event.SID)
					if c.Event.Type == "reservation.created" && c.Event.Data.Get(FactWorkflowSID) != "" {
						reserved[c.Event.ResourceSID] = true
					}
				}
				if !a.Workspaces.Has(w.SID) {
					break
				}
			}
			if a.Workspaces.Has(w.SID) {
				var kept []string
				for e := range w.Events.All() {
					kept = append(kept, e.SID)
				}
				require.Greater(t, len(kept), 20)
				assert.Equal(t, kept, told[len(told)-len(kept):], "those of before are too old to be kept")
			}
			assert.Len(t, told, len(slices.Compact(slices.Sorted(slices.Values(told)))), "none is told twice")
			for sid, times := range asked {
				assert.Equal(t, 1, times, sid)
				assert.True(t, reserved[sid], sid)
			}
			assert.Empty(t, a.TakeCallbacks(), "they are taken once")
		})
	}
}

func TestCallbacksAreTakenInTheOrderInWhichTheyCameUp(t *testing.T) {
	a := NewAccount("", 1)
	a.Begin(time.Now())
	w, err := a.CreateWorkspace(gen.CreateWorkspaceRequest{FriendlyName: "w", Template: new(gen.WorkspaceTemplateFIFO)})
	require.NoError(t, err)
	assert.Empty(t, a.TakeCallbacks(), "without a URL")
	w.EventCallbackURL, w.EventsFilter = "https://app.test/events", "task.created,reservation.created"
	for f := range w.Workflows.All() {
		f.AssignmentCallbackURL, f.FallbackAssignmentCallbackURL = new("https://app.test/ask"), new("https://app.test/again")
	}
	var available string
	for activity := range w.Activities.All() {
		if activity.Available {
			available = activity.SID
		}
	}
	_, err = w.CreateWorker(gen.CreateWorkerRequest{FriendlyName: "Ann", ActivitySID: &available})
	require.NoError(t, err)
	task, err := w.CreateTask(gen.CreateTaskRequest{})
	require.NoError(t, err)
	a.Settle()
	callbacks := a.TakeCallbacks()
	require.Len(t, callbacks, 3)
	assert.Equal(t, "task.created", callbacks[0].Event.Type)
	assert.Equal(t, "reservation.created", callbacks[1].Event.Type)
	assert.Equal(t, task.SID, callbacks[2].Assignment.TaskSID)
	assert.Equal(t, "https://app.test/events", callbacks[0].URL)
	assert.Empty(t, callbacks[0].FallbackURL)
	assert.Equal(t, "https://app.test/ask", callbacks[2].URL)
	assert.Equal(t, "https://app.test/again", callbacks[2].FallbackURL)
	assert.Equal(t, a.SID, callbacks[2].Account.SID)
	assert.Empty(t, a.TakeCallbacks())
}

func TestAnInstructionThatIsNotKnownIsNotCarriedOut(t *testing.T) {
	d := newDesk(t)
	r := d.ask(d.task, d.ann)
	asked := d.assignmentOf(r)
	err := d.account.CarryOut(asked, webhook.Raw(`{"instruction":"accept"}`))
	assert.ErrorContains(t, err, "webhook.Raw is none of the instructions")
	assert.Equal(t, gen.ReservationStatusPending, r.Status)

	assert.NoError(t, d.account.CarryOut(asked, webhook.Accept{}))
	assert.Equal(t, gen.ReservationStatusAccepted, r.Status)
	d.account.CancelUnanswered(asked)
	assert.Equal(t, gen.ReservationStatusAccepted, r.Status, "only one that is pending is canceled")

	for _, change := range []func(*webhook.Assignment){
		func(a *webhook.Assignment) { a.WorkspaceSID = "WS" + strings.Repeat("0", 32) },
		func(a *webhook.Assignment) { a.TaskSID = "WT" + strings.Repeat("0", 32) },
		func(a *webhook.Assignment) { a.ReservationSID = "WR" + strings.Repeat("0", 32) },
	} {
		other := asked
		change(&other)
		assert.ErrorIs(t, d.account.CarryOut(other, webhook.Accept{}), ErrGone)
		assert.NotPanics(t, func() { d.account.CancelUnanswered(other) })
	}
}
