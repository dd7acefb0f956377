package taskroutertest_test

import (
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

func TestWhoeverOnlyWaitsFindsThatThingsHappenedAtTheirTimes(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann", "Bob")
		w.queues("First", "Second")
		w.targets(`{"queue": "$First", "timeout": 300}, {"queue": "$Second", "timeout": 50}`)
		j := w.task("{}")
		w.at("48h")
		j.is("gone")
		j.happened("0s task.created", "0s workflow.entered", "0s workflow.target-matched", "0s task-queue.entered First",
			"0s reservation.created Ann", "120s reservation.timeout Ann", "120s reservation.created Bob", "240s reservation.timeout Bob",
			"300s task-queue.timeout First", "300s workflow.target-matched", "300s task-queue.moved First", "300s task-queue.entered Second",
			"350s task-queue.timeout Second", "350s workflow.timeout", "350s task.canceled")
		for _, event := range w.events(taskrouter.ListEventsParams{TaskSID: &j.sid}) {
			assert.Zero(w.t, event.EventDateMs%1000, "to the millisecond: %s", event.EventType)
		}
	})
}

func TestACallAtTheMomentOfADeadlineFindsItPast(t *testing.T) {
	for name, test := range map[string]struct {
		deadline string
		changes  []func(*taskrouter.CreateTaskRequest)
		before   string
		after    string
	}{
		"time to live":        {"45s", []func(*taskrouter.CreateTaskRequest){lasting(45)}, "reserved in Support: Ann", "canceled in Support: Task TTL Exceeded"},
		"reservation timeout": {"120s", nil, "reserved in Support: Ann", "pending in Support"},
	} {
		t.Run(name, func(t *testing.T) {
			for range 20 { // whoever is first at that moment, the call or the alarm
				inWorld(t, func(w *world) {
					w.workers("Ann")
					w.support()
					j := w.task("{}", test.changes...)
					sid := j.reservation("Ann").SID
					j.until(test.deadline, test.before)
					require.Error(w.t, w.tries("Ann", sid, "accepted"))
					j.is(test.after)
				})
			}
		})
	}
}

func TestAnAnswerInTheLastMomentCounts(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann")
		w.support()
		j := w.task("{}")
		w.at("119.999999999s")
		w.accepts("Ann", j)
		w.at("120s")
		j.is("assigned in Support: Ann")
		w.has("Ann", "Available")
	})
}

func TestManyThingsAtTheSameMomentHappenInTheirOrder(t *testing.T) {
	inWorld(t, func(w *world) {
		w.workers("Ann", "Bob", "Cid")
		w.support()
		jobs := []*job{w.task("{}"), w.task("{}"), w.task("{}", lasting(120)), w.task("{}", lasting(120))}
		w.at("120s")
		jobs[0].is("pending in Support")
		jobs[2].is("canceled in Support: Task TTL Exceeded")
		jobs[3].is("canceled in Support: Task TTL Exceeded")
		var order []string
		for _, line := range w.told(w.events(taskrouter.ListEventsParams{})) {
			if strings.HasPrefix(line, "120s reservation") {
				order = append(order, line)
			}
		}
		assert.Equal(w.t, []string{"120s reservation.timeout Ann", "120s reservation.timeout Bob", "120s reservation.timeout Cid"}, order)
	})
}

func TestWhatHappenedByItselfBeforeCloseIsInTheState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t)
		w := newWorld(t, s.Client(), taskrouter.CreateWorkspaceRequest{})
		w.workers("Ann")
		w.support()
		w.task("{}", lasting(300))
		loaded := newServer(t)
		require.NoError(t, loaded.Load(strings.NewReader(dump(t, s))))
		w.at("310s")
		for _, server := range []*taskroutertest.Server{s, loaded} {
			server.Close()
			text := dump(t, server)
			assert.Contains(t, text, `"reservation_status": "timeout"`)
			assert.Contains(t, text, `"assignment_status": "canceled"`)
		}
	})
}

func TestTheStateStaysAsItWasAtClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t)
		w := newWorld(t, s.Client(), taskrouter.CreateWorkspaceRequest{})
		w.workers("Ann")
		w.support()
		w.task("{}")
		s.Close()
		text := dump(t, s)
		assert.Contains(t, text, `"assignment_status": "reserved"`)
		w.at("1000h")
		assert.Equal(t, text, dump(t, s))
	})
}

func TestNothingHappensAfterClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t)
		w := newWorld(t, s.Client(), taskrouter.CreateWorkspaceRequest{})
		w.workers("Ann")
		w.support()
		w.task("{}")
		goroutines := runtime.NumGoroutine()
		s.Close()
		w.at("1000h")
		assert.LessOrEqual(t, runtime.NumGoroutine(), goroutines)
		_, err := w.client.Workers(w.sid).Get(t.Context(), w.sidOf("Ann"))
		assert.Error(t, err)
	})
}

func TestCloseBesideADeadlineLeavesNothingBehind(t *testing.T) {
	for range 50 {
		synctest.Test(t, func(t *testing.T) {
			s := newServer(t)
			w := newWorld(t, s.Client(), taskrouter.CreateWorkspaceRequest{})
			w.workers("Ann")
			w.support()
			w.task("{}")
			w.at("120s") // when the alarm rings, too
			s.Close()
		})
	}
}

func TestWithARealClockThingsHappenAtTheirTimesAndStopAtClose(t *testing.T) {
	before := runtime.NumGoroutine()
	s := newServer(t)
	w := newWorld(t, s.Client(), taskrouter.CreateWorkspaceRequest{})
	w.workers("Ann")
	w.support()
	w.updateFlow(taskrouter.UpdateWorkflowRequest{TaskReservationTimeout: new(1)})
	j := w.task("{}", lasting(2))
	j.is("reserved in Support: Ann")
	for end := time.Now().Add(20 * time.Second); strings.HasPrefix(j.state(), "reserved") || strings.HasPrefix(j.state(), "pending"); {
		require.WithinDuration(t, end, time.Now(), 20*time.Second)
		<-time.After(50 * time.Millisecond)
	}
	j.is("canceled in Support: Task TTL Exceeded")
	w.has("Ann", "Offline")
	dates := make(map[string]time.Time)
	for _, event := range w.events(taskrouter.ListEventsParams{TaskSID: &j.sid}) {
		dates[event.EventType] = time.UnixMilli(event.EventDateMs)
	}
	created := dates["task.created"]
	assert.WithinDuration(t, created.Add(time.Second), dates["reservation.timeout"], 2*time.Millisecond)
	assert.WithinDuration(t, created.Add(2*time.Second), dates["task.canceled"], 2*time.Millisecond)
	w.goes("Ann", "Available")
	w.task("{}")
	s.Close()
	require.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+1 }, 20*time.Second, 50*time.Millisecond)
}
