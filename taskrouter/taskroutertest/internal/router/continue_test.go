package router

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen"
)

// requireSame wants that two accounts are the same to the letter, apart from the time that
// one is ahead of the other. Events are forgotten, so that there are not too many.
func requireSame(t *testing.T, original, loaded *Account, ahead time.Duration) {
	t.Helper()
	requireSameText(t, textAt(t, original, 0), textAt(t, loaded, ahead))
	for _, a := range []*Account{original, loaded} {
		for w := range a.Workspaces.All() {
			w.Events = Table[*Event]{}
		}
	}
}

// textAt is an account as a file that was written a while earlier.
func textAt(t *testing.T, a *Account, earlier time.Duration) string {
	t.Helper()
	var f file
	r := fileReader{absent: make(map[*Resource][]string), fields: make(fields), texts: make(map[string]string)}
	r.read(dump(t, a), &f)
	require.Zero(t, r.found)
	for _, date := range r.dates {
		*date = date.Add(-earlier)
	}
	for _, w := range f.Workspaces.rows() {
		for _, e := range w.Events.rows() {
			e.Data.Set(FactTaskDateCreated, "") // which is a date as a text
		}
	}
	w := newFileWriter()
	require.NoError(t, w.object(0, &f))
	return w.out.String()
}

// requireSameText is Equal for what is long.
func requireSameText(t *testing.T, want, got string) {
	t.Helper()
	if want == got {
		return
	}
	wants, gots := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(wants), len(gots)) {
		if wants[i] != gots[i] {
			from := max(0, i-25)
			require.Equal(t, strings.Join(wants[from:min(i+5, len(wants))], "\n"), strings.Join(gots[from:min(i+5, len(gots))], "\n"))
		}
	}
	require.Len(t, gots, len(wants))
}

// newest is what happened last, in each workspace.
func newest(a *Account) (events []string) {
	for w := range a.Workspaces.All() {
		for _, e := range w.Events.rows()[max(0, w.Events.Len()-20):] {
			events = append(events, e.SID+" "+e.Type+" "+e.ResourceSID)
		}
	}
	return events
}

// TestALoadedWorldGoesOnAsIfNothingHadHappened loads what a world has come to, at another
// time, and lets both live on for hours with the same calls.
func TestALoadedWorldGoesOnAsIfNothingHadHappened(t *testing.T) {
	for seed := range uint64(6) {
		ahead := []time.Duration{0, 100 * 24 * time.Hour, -3*365*24*time.Hour + time.Nanosecond}[seed%3]
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			original := NewAccount("", seed)
			original.Begin(loadedAt)
			operate(original, rand.New(rand.NewPCG(seed, 4)), 200+int(seed)*50)
			for w := range original.Workspaces.All() {
				w.Events = Table[*Event]{}
			}
			loaded, err := load(dump(t, original), original.now.Add(ahead))
			require.NoError(t, err)
			requireSame(t, original, loaded, ahead)
			requireSettled(t, loaded)

			ofOriginal, ofLoaded := rand.New(rand.NewPCG(seed, 5)), rand.New(rand.NewPCG(seed, 5))
			for step := range 300 {
				operateOnce(original, ofOriginal)
				operateOnce(loaded, ofLoaded)
				require.Equal(t, newest(original), newest(loaded), "after step %d", step)
				if step%30 == 0 {
					requireSame(t, original, loaded, ahead)
				}
			}
			requireSame(t, original, loaded, ahead)
			requireSettled(t, loaded)
		})
	}
}

// TestEverythingGoesOnWhereAFileLeftIt leaves tasks in each state, and lets what is due
// happen in the original and in what was loaded, without calls and with some.
func TestEverythingGoesOnWhereAFileLeftIt(t *testing.T) {
	for name, ahead := range map[string]time.Duration{"now": 0, "later": 1000 * time.Hour, "earlier": -1000 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			original := inTheMiddle(t)
			loaded, err := load(dump(t, original.account), original.account.now.Add(ahead))
			require.NoError(t, err)
			requireSettled(t, loaded)
			other := &shift{loaded.Workspaces.rows()[0], t}
			textBefore := textAt(t, original.account, 0)
			requireSameText(t, textBefore, textAt(t, loaded, ahead))
			for step, call := range []func(s *shift){
				func(*shift) {},
				func(s *shift) { s.enter(s.Workflows.rows()[0]) },
				func(s *shift) { s.move(s.Workers.rows()[0], "Available") },
				func(s *shift) { s.move(s.Workers.rows()[3], "Available") },
				func(s *shift) {
					for r := range s.Workers.rows()[3].Reservations.All() {
						if r.Status == gen.ReservationStatusPending {
							s.answer(r, gen.ReservationStatusAccepted)
							return
						}
					}
				},
				func(s *shift) { s.enter(s.Workflows.rows()[0]) },
			} {
				for _, pause := range []time.Duration{time.Second, 29 * time.Second, time.Minute, 3 * time.Minute, time.Hour} {
					for _, s := range []*shift{original, other} {
						s.after(pause)
						call(s)
						s.account.Settle()
					}
					require.Equal(t, newest(original.account), newest(loaded), "after step %d", step)
				}
				requireSame(t, original.account, loaded, ahead)
			}
			for _, s := range []*shift{original, other} {
				s.after(30 * time.Hour)
			}
			requireSame(t, original.account, loaded, ahead)
			requireSettled(t, loaded)
			require.NotEqual(t, textBefore, textAt(t, original.account, 0))
		})
	}
}

// inTheMiddle is a workspace in which something of each kind goes on.
func inTheMiddle(t *testing.T) *shift {
	t.Helper()
	s := newShift(t)
	first, second := s.queue("level > 1"), s.queue("level > 0")
	f := s.workflow(second)
	s.configure(f, leadingTo(first, second))
	former := s.enter(f)
	s.after(101 * time.Second) // former is in its second target, after a timeout
	s.configure(f, leadingTo(first, first, second))
	waiting := s.enter(f)
	s.after(5 * time.Second)

	ann, ben := s.worker("Ann", "Offline", `{"level":1}`), s.worker("Ben", "Offline", `{"level":2}`)
	cid, dan := s.worker("Cid", "Offline", `{"level":3}`), s.worker("Dan", "Offline", `{}`)
	direct := func(worker *Worker, ignore bool, q *TaskQueue) *Task {
		task, err := s.CreateTask(gen.CreateTaskRequest{
			WorkflowSID: &f.SID, TaskQueueSID: &q.SID, RoutingTarget: &worker.SID, IgnoreCapacity: &ignore, TaskChannel: new("voice"),
		})
		require.NoError(t, err)
		s.account.Settle()
		return task
	}
	done, assigned, wrapping, reserved := direct(ben, true, first), direct(ben, true, second), direct(ann, true, second), direct(cid, true, first)
	for _, task := range []*Task{done, assigned, wrapping} {
		s.answer(task.Reservations.rows()[0], gen.ReservationStatusAccepted)
	}
	s.answer(wrapping.Reservations.rows()[0], gen.ReservationStatusWrapping)
	s.answer(done.Reservations.rows()[0], gen.ReservationStatusCompleted)
	s.after(30 * time.Second)
	s.move(ben, "Available")
	s.account.Settle()
	require.Equal(t, gen.TaskStatusReserved, former.Status)
	require.NoError(t, s.UpdateReservation(former.Reservations.rows()[0], gen.UpdateReservationRequest{
		ReservationStatus: new(gen.ReservationStatusRejected), WorkerActivitySID: &s.named("Offline").SID,
	}, TaskInstructions))
	s.account.Settle()
	toQueue, err := s.CreateTask(gen.CreateTaskRequest{WorkflowSID: &f.SID, RoutingTarget: &second.SID})
	require.NoError(t, err)
	s.after(50 * time.Second)
	patient := direct(dan, false, second)
	s.after(5 * time.Second)
	s.configure(f, leadingTo(second))

	require.Equal(t, []gen.TaskStatus{"pending", "pending", "completed", "assigned", "wrapping", "reserved", "pending", "pending"},
		[]gen.TaskStatus{former.Status, waiting.Status, done.Status, assigned.Status, wrapping.Status, reserved.Status, toQueue.Status, patient.Status})
	require.Equal(t, []int{1, 2, 3}, []int{former.Revision, waiting.Revision, f.Revision})
	require.True(t, former.Position.TimedOut)
	require.Equal(t, []int{1, 0}, []int{former.Position.Target, waiting.Position.Target})
	require.Equal(t, []int{1, 0}, []int{former.Assignments, waiting.Assignments})
	require.Len(t, f.Former, 2)
	require.Equal(t, []int{3, 5, 4}, []int{ann.LastReserved, ben.LastReserved, cid.LastReserved})
	return s
}
