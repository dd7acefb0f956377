package router

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen"
)

// These are the events of the lives of tasks, of which there are more than of anything
// else:
//
//	go test -run '^$' -bench Event -benchmem ./taskrouter/taskroutertest/internal/router

// A benchLife is a task that a worker accepted, with all that its events tell.
type benchLife struct {
	*Workspace
	task        *Task
	reservation *Reservation
}

func newBenchLife(b *testing.B) benchLife {
	b.Helper()
	a := NewAccount("", 1)
	a.Begin(noon)
	w, err := a.CreateWorkspace(gen.CreateWorkspaceRequest{FriendlyName: "Support", Template: new(gen.WorkspaceTemplateFIFO)})
	require.NoError(b, err)
	worker, err := w.CreateWorker(gen.CreateWorkerRequest{FriendlyName: "Ann", Attributes: `{"languages":["en","es"],"contact_uri":"client:ann"}`})
	require.NoError(b, err)
	task, err := w.CreateTask(gen.CreateTaskRequest{
		Attributes:   `{"type":"call","contact":"+15558670000","language":"es","level":3}`,
		TaskQueueSID: new(w.TaskQueues.rows()[0].SID),
	})
	require.NoError(b, err)
	r := &Reservation{Resource: a.newResource("WR"), WorkerSID: worker.SID, Status: gen.ReservationStatusAccepted, task: task, worker: worker}
	task.Reservations.add(r)
	worker.Reservations.add(r)
	task.Status = gen.TaskStatusAssigned
	return benchLife{w, task, r}
}

// eventsOfALife are as many as record records.
const eventsOfALife = 9

// record records what happens in the life of a task from its beginning to its end.
func (l benchLife) record() {
	for _, kind := range [...]string{"task.created", "workflow.entered", "workflow.target-matched", "task-queue.entered", "task.completed", "task.updated"} {
		l.recordTask(l.task, kind, "updated")
	}
	for range 3 {
		l.recordReservation(l.reservation, "accepted")
	}
}

func BenchmarkEventsOfATask(b *testing.B) {
	l := newBenchLife(b)
	for i := 0; b.Loop(); i++ {
		if i%1000 == 0 {
			l.Events = Table[*Event]{} // so that the table is not what takes the time
		}
		l.record()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*eventsOfALife), "ns/event")
}

func BenchmarkEventMemory(b *testing.B) {
	for name, record := range map[string]func(benchLife){
		"task":        func(l benchLife) { l.recordTask(l.task, "task.updated", "updated") },
		"reservation": func(l benchLife) { l.recordReservation(l.reservation, "accepted") },
	} {
		b.Run(name, func(b *testing.B) {
			const kept = 50_000
			for b.Loop() {
				l := newBenchLife(b)
				before := heapInUse()
				for range kept {
					record(l)
				}
				b.ReportMetric(float64(heapInUse()-before)/kept, "bytes/event")
				runtime.KeepAlive(l)
			}
		})
	}
}

func heapInUse() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// BenchmarkEventStatistics counts what happened to the tasks of a queue.
func BenchmarkEventStatistics(b *testing.B) {
	l := newBenchLife(b)
	for range 10_000 {
		l.record()
	}
	scope := Scope{TaskQueueSID: l.task.TaskQueueSID, TaskChannelSID: l.task.TaskChannelSID}
	for b.Loop() {
		require.Len(b, l.Happened(scope, Window{noon, noon}).UntilAccepted, 30_000)
	}
}

func BenchmarkFileOfManyEvents(b *testing.B) {
	l := newBenchLife(b)
	for i := range 10_000 {
		l.task.Attributes = newAttributes(fmt.Sprintf(`{"type":"call","contact":"+1555867%04d"}`, i))
		l.record()
		l.recordReservation(l.reservation, "accepted")
	}
	data := dump(b, l.account)
	b.Run("Dump", func(b *testing.B) {
		for b.Loop() {
			data = dump(b, l.account)
		}
		b.SetBytes(int64(len(data)))
	})
	b.Run("Load", func(b *testing.B) {
		for b.Loop() {
			_, err := load(data, noon)
			require.NoError(b, err)
		}
		b.SetBytes(int64(len(data)))
	})
	b.Run("Loaded", func(b *testing.B) {
		for b.Loop() {
			before := heapInUse()
			a, err := load(data, noon)
			require.NoError(b, err)
			b.ReportMetric(float64(heapInUse()-before)/100_000, "bytes/event")
			runtime.KeepAlive(a)
		}
	})
}
