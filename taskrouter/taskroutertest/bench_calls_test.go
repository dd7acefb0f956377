package taskroutertest_test

import (
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// BenchmarkCalls makes calls by several goroutines at once, each with a client in
// memory, as who puts load on a program does:
//
//	go test -run '^$' -bench Calls -benchmem -benchtime 20000x ./taskrouter/taskroutertest
//
// With a benchtime of a number the tasks that are there are as many in every run.
func BenchmarkCalls(b *testing.B) {
	for _, kind := range []struct {
		name string
		make func(context callContext)
	}{
		{"get", callContext.get},
		{"list reservations", callContext.listReservations},
		{"update", callContext.update},
		{"create", func(c callContext) { c.create() }},
	} {
		b.Run(kind.name, func(b *testing.B) {
			s := newBenchServer(b)
			var n atomic.Int64
			first := callContext{b: b, client: s.client, workspace: s.workspace, n: &n}.create()
			b.SetParallelism(4) // goroutines to a core
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				client := s.Client()
				for pb.Next() {
					kind.make(callContext{b, client, s.workspace, first, &n})
				}
			})
			perSecond(b, "calls", 1)
		})
	}
}

// A callContext is what a call needs to be made.
type callContext struct {
	b         *testing.B
	client    *taskrouter.Client
	workspace string
	task      string
	n         *atomic.Int64 // of the tasks that were made
}

func (c callContext) create() string {
	n := int(c.n.Add(1))
	task, err := c.client.Tasks(c.workspace).Create(c.b.Context(), taskrouter.CreateTaskRequest{
		Attributes: taskrouter.Attributes(benchAttributes(n)), Priority: new(n * 7 % 100),
	})
	require.NoError(c.b, err)
	return task.SID
}

func (c callContext) get() {
	_, err := c.client.Tasks(c.workspace).Get(c.b.Context(), c.task)
	require.NoError(c.b, err)
}

func (c callContext) listReservations() {
	_, err := c.client.TaskReservations(c.workspace, c.task).Page(c.b.Context(), taskrouter.ListTaskReservationsParams{})
	require.NoError(c.b, err)
}

func (c callContext) update() {
	_, err := c.client.Tasks(c.workspace).Update(c.b.Context(), c.task, taskrouter.UpdateTaskRequest{Priority: new(1)})
	require.NoError(c.b, err)
}
