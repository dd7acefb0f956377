package router

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen"
)

// BenchmarkTaskMemory tells what a task takes of memory, without its events and with
// them, while it waits, and what is left once it was done and is gone:
//
//	go test -run '^$' -bench TaskMemory ./taskrouter/taskroutertest/internal/router
func BenchmarkTaskMemory(b *testing.B) {
	const tasks = 20_000
	for name, expression := range map[string]string{
		"waiting":                        "",
		"waiting, 50 groups":             "task.level == worker.level",
		"waiting, each in its own group": "task.contact != worker.contact_uri",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				w := benchWorkspace(b, expression)
				before := heapInUse()
				createTasks(b, w, tasks)
				with := heapInUse()
				w.Events = Table[*Event]{}
				without := heapInUse()
				b.ReportMetric(float64(with-before)/tasks, "B/task")
				b.ReportMetric(float64(without-before)/tasks, "B/task-without-events")
				runtime.KeepAlive(w)
			}
		})
	}
	b.Run("gone", func(b *testing.B) {
		for b.Loop() {
			w := benchWorkspace(b, "")
			for i := range 100 {
				_, err := w.CreateWorker(gen.CreateWorkerRequest{
					FriendlyName: fmt.Sprint("Worker ", i), ActivitySID: new(w.activityNamed(available).SID),
				})
				require.NoError(b, err)
			}
			before := heapInUse()
			for range tasks / 100 {
				createTasks(b, w, 100)
				for t := range w.Tasks.All() {
					complete(b, w, t)
				}
			}
			done := heapInUse()
			w.Events = Table[*Event]{}
			without := heapInUse()
			w.account.Begin(noon.Add(time.Hour))
			require.Zero(b, w.Tasks.Len())
			b.ReportMetric(float64(done-before)/tasks, "B/task")
			b.ReportMetric(float64(without-before)/tasks, "B/task-without-events")
			b.ReportMetric((float64(heapInUse())-float64(before))/tasks, "B/task-gone")
			runtime.KeepAlive(w)
		}
	})
}

// benchWorkspace returns one in which all tasks go to one queue.
func benchWorkspace(b *testing.B, expression string) *Workspace {
	b.Helper()
	a := NewAccount("", 1)
	a.Begin(noon)
	w, err := a.CreateWorkspace(gen.CreateWorkspaceRequest{FriendlyName: "Support", Template: new(gen.WorkspaceTemplateFIFO)})
	require.NoError(b, err)
	configuration := fmt.Sprintf(`{"task_routing":{"filters":[{"expression":"1==1","targets":[{"queue":"%s","expression":"%s"}]}]}}`,
		w.TaskQueues.first().SID, expression)
	require.NoError(b, w.UpdateWorkflow(w.Workflows.first(), gen.UpdateWorkflowRequest{Configuration: &configuration}))
	return w
}

func (w *Workspace) activityNamed(name string) *Activity {
	for a := range w.Activities.All() {
		if a.FriendlyName == name {
			return a
		}
	}
	return nil
}

func createTasks(b *testing.B, w *Workspace, n int) {
	for i := range n {
		_, err := w.CreateTask(gen.CreateTaskRequest{
			Attributes: gen.Attributes(fmt.Sprintf(`{"type":"call","contact":"+1555867%04d","language":"es","level":%d}`, i, i%50)),
		})
		require.NoError(b, err)
		w.account.Settle()
	}
}

// complete does a task unless it is done.
func complete(b *testing.B, w *Workspace, t *Task) {
	if t.over() {
		return
	}
	r := t.Reservations.first()
	require.NoError(b, w.UpdateReservation(r, gen.UpdateReservationRequest{ReservationStatus: new(gen.ReservationStatusAccepted)}, nil))
	w.account.Settle()
	require.NoError(b, w.UpdateTask(t, gen.UpdateTaskRequest{AssignmentStatus: new(gen.TaskStatusCompleted)}))
	w.account.Settle()
}
