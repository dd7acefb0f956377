package router

import (
	"runtime"
	"testing"
	"time"
	"weak"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen"
)

func TestReservationsThatAreRememberedHoldNeitherTasksNorWorkers(t *testing.T) {
	t.Run("of a task that is gone", func(t *testing.T) {
		d := newDesk(t)
		task := weak.Make(d.task)
		require.NoError(t, d.move(d.in(gen.ReservationStatusAccepted), gen.ReservationStatusCompleted))
		d.task = nil
		d.account.Settle()
		d.account.Begin(noon.Add(finishedKept + time.Second))
		require.Zero(t, d.Tasks.Len())
		d.Tasks.removed = nil // which remembers some tasks
		runtime.GC()
		assert.Nil(t, task.Value())
		runtime.KeepAlive(d)
	})
	t.Run("of a worker who was deleted", func(t *testing.T) {
		d := newDesk(t)
		worker := weak.Make(d.ann)
		require.NoError(t, d.move(d.in(gen.ReservationStatusAccepted), gen.ReservationStatusCompleted))
		require.NoError(t, d.DeleteWorker(d.ann))
		d.ann = nil
		d.account.Settle()
		d.Workers.removed = nil
		runtime.GC()
		assert.Nil(t, worker.Value())
		runtime.KeepAlive(d)
	})
}
