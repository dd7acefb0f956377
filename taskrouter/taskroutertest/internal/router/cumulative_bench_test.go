package router

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen"
)

// newBusyMonth returns a workspace in which 100,000 tasks of ten queues were done within
// 23 days, of which there are 820,000 events.
func newBusyMonth(b *testing.B) *Workspace {
	b.Helper()
	const tasks, queues, workers = 100_000, 10, 20
	a := NewAccount("", 1)
	a.Begin(noon)
	w, err := a.CreateWorkspace(gen.CreateWorkspaceRequest{FriendlyName: "Support"})
	require.NoError(b, err)
	available := w.Activities.rows()[1].SID
	for i := range workers {
		_, err := w.CreateWorker(gen.CreateWorkerRequest{FriendlyName: fmt.Sprint("Worker ", i), ActivitySID: &available})
		require.NoError(b, err)
	}
	var flows []string
	for i := range queues {
		q, err := w.CreateTaskQueue(gen.CreateTaskQueueRequest{FriendlyName: fmt.Sprint("Queue ", i), TargetWorkers: new("1==1")})
		require.NoError(b, err)
		f, err := w.CreateWorkflow(gen.CreateWorkflowRequest{
			FriendlyName: fmt.Sprint("Workflow ", i), Configuration: `{"task_routing":{"default_filter":{"queue":"` + q.SID + `"}}}`,
		})
		require.NoError(b, err)
		flows = append(flows, f.SID)
	}
	random := rand.New(rand.NewPCG(1, 2))
	pass := func(d time.Duration) {
		a.Begin(a.now.Add(d))
		a.Settle()
	}
	for range tasks {
		task, err := w.CreateTask(gen.CreateTaskRequest{WorkflowSID: &flows[random.IntN(queues)]})
		require.NoError(b, err)
		pass(time.Duration(random.IntN(20_000)) * time.Millisecond)
		r := task.Reservations.rows()[0]
		for _, status := range []gen.ReservationStatus{gen.ReservationStatusAccepted, gen.ReservationStatusCompleted} {
			require.NoError(b, w.UpdateReservation(r, gen.UpdateReservationRequest{ReservationStatus: &status}, WorkerInstructions))
			pass(5 * time.Second)
		}
		if random.IntN(10) == 0 {
			w.moveWorker(r.worker, w.Activities.rows()[0].SID)
			w.moveWorker(r.worker, available)
		}
	}
	return w
}

// BenchmarkCumulative asks for statistics of a workspace with 820,000 events: of the
// last 15 minutes, of the last day, and of all.
func BenchmarkCumulative(b *testing.B) {
	w := newBusyMonth(b)
	b.Logf("%d events in %s", w.Events.Len(), w.account.now.Sub(noon))
	worker, queue := w.Workers.rows()[0], w.TaskQueues.rows()[0]
	for name, ask := range map[string]func(Window){
		"workspace": func(window Window) { w.Happened(Scope{}, window) },
		"queue":     func(window Window) { w.Happened(Scope{TaskQueueSID: queue.SID}, window) },
		"queues": func(window Window) {
			for q := range w.TaskQueues.All() {
				w.Happened(Scope{TaskQueueSID: q.SID}, window)
			}
		},
		"worker": func(window Window) {
			w.HappenedTo([]*Worker{worker}, Scope{}, window)
			w.ActivityDurations([]*Worker{worker}, window)
		},
	} {
		for span, d := range map[string]time.Duration{"15 minutes": 15 * time.Minute, "a day": 24 * time.Hour, "all": EventsKept} {
			b.Run(name+"/"+span, func(b *testing.B) {
				for b.Loop() {
					ask(Window{w.account.now.Add(-d), w.account.now})
				}
			})
		}
	}
}
