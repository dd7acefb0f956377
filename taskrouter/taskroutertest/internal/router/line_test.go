package router

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen"
)

func TestALineIsClosedWithWhatItIsOf(t *testing.T) {
	for name, test := range map[string]struct {
		remove func(s *shift) error
		left   int
	}{
		"a queue":   {func(s *shift) error { return s.DeleteTaskQueue(s.TaskQueues.rows()[1]) }, 2},
		"a channel": {func(s *shift) error { return s.DeleteTaskChannel(s.channelsByName["fax"]) }, 2},
		"a worker":  {func(s *shift) error { return s.DeleteWorker(s.Workers.rows()[0]) }, 2},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShift(t)
			_, err := s.CreateTaskChannel(gen.CreateTaskChannelRequest{FriendlyName: "Fax", UniqueName: "fax"})
			require.NoError(t, err)
			everybody, other := s.queue("1==1"), s.queue("1==1")
			f := s.workflow(everybody)
			ann, _ := s.worker("Ann", "Offline", ""), s.worker("Ben", "Offline", "")
			for _, request := range []gen.CreateTaskRequest{
				{TaskChannel: new("fax")}, {RoutingTarget: &other.SID}, {RoutingTarget: &ann.SID, IgnoreCapacity: new(false)},
			} {
				request.WorkflowSID = &f.SID
				task, err := s.CreateTask(request)
				require.NoError(t, err)
				s.account.Settle()
				s.cancel(task)
			}
			s.after(10 * time.Minute) // when the tasks are gone
			require.Zero(t, s.Tasks.Len())
			require.Len(t, s.lines, 3)
			requireSettled(t, s.account)

			require.NoError(t, test.remove(s))
			s.account.Settle()
			assert.Len(t, s.lines, test.left)
			requireSettled(t, s.account)
			for q := range s.TaskQueues.All() {
				for _, l := range q.lines {
					assert.Same(t, l, s.lines[lineKey{q.SID, l.channel.SID}])
				}
			}
		})
	}
}

func TestGroupsAreWhereTheirTasksBelongByAnotherOrderOfTheQueue(t *testing.T) {
	s := newShift(t)
	q := s.queue("1==1")
	f := s.workflow(q)
	s.configure(f, `{"task_routing":{"filters":[],"default_filter":{"queue":"`+q.SID+`","expression":"task.name != worker.name"}}}`)
	for i, name := range []string{"a", "b", "c", "d"} {
		s.waiting(f, name, 0, time.Duration(10-i)*time.Second)
	}
	require.Len(t, s.lines[lineKey{q.SID, s.channelsByName["default"].SID}].byKind, 4)
	require.NoError(t, s.UpdateTaskQueue(q, gen.UpdateTaskQueueRequest{TaskOrder: new(gen.QueueOrderLIFO)}))
	requireSettled(t, s.account)
	assert.Equal(t, "dcba", s.served(s.worker("Ann", "Available", "")))
}
