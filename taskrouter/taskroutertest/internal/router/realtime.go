package router

import (
	"strconv"
	"time"

	"github.com/taskrouter-go/sdk/gen"
)

// TasksNow are how many tasks there are, those that are over but not yet gone among
// them, and how long they wait.
type TasksNow struct {
	Total      int
	ByStatus   gen.TasksByStatus
	ByPriority gen.TasksByPriority
	// Longest is the oldest task of those that wait.
	Longest Waiting
	// LongestInQueue is the one of them that entered its queue first.
	LongestInQueue Waiting
}

// Waiting is how long a task has waited. It is 0 and no task where none waits.
type Waiting struct {
	Age time.Duration
	SID *string
}

// TasksNow returns how the tasks of a scope are now.
func (w *Workspace) TasksNow(s Scope) TasksNow {
	now := TasksNow{
		ByStatus: gen.TasksByStatus{
			string(gen.TaskStatusPending): 0, string(gen.TaskStatusReserved): 0,
			string(gen.TaskStatusAssigned): 0, string(gen.TaskStatusWrapping): 0,
			string(gen.TaskStatusCompleted): 0, string(gen.TaskStatusCanceled): 0,
		},
		ByPriority: make(gen.TasksByPriority),
	}
	for t := range w.Tasks.All() {
		if !s.holds(t) {
			continue
		}
		now.Total++
		now.ByStatus[string(t.Status)]++
		now.ByPriority[strconv.Itoa(t.Priority)]++
		if t.waits() {
			now.Longest.atLeast(t, w.Age(t))
			now.LongestInQueue.atLeast(t, w.ageInQueue(t))
		}
	}
	return now
}

// atLeast makes it the wait of a task if that is longer. Of tasks that have waited
// equally long it stays with the one that was made first.
func (longest *Waiting) atLeast(t *Task, age time.Duration) {
	if longest.SID == nil || age > longest.Age {
		*longest = Waiting{age, &t.SID}
	}
}

// ageInQueue is how long ago a task entered its queue. One that was put there from
// the start entered it when it was made.
func (w *Workspace) ageInQueue(t *Task) time.Duration {
	if t.DateQueueEntered == nil {
		return w.Age(t)
	}
	return w.account.now.Sub(*t.DateQueueEntered)
}

// WorkersNow are how many workers there are and what they are doing.
type WorkersNow struct {
	Total int
	// Available counts those whose activity is available, the busy ones too.
	Available int
	// ByActivity has every activity of the workspace, in the order in which they were
	// made.
	ByActivity []gen.ActivityCount
}

// WorkersNow returns what some workers are doing now.
func (w *Workspace) WorkersNow(workers []*Worker) WorkersNow {
	now := WorkersNow{Total: len(workers), ByActivity: make([]gen.ActivityCount, 0, w.Activities.Len())}
	counts := make(map[string]int)
	for _, worker := range workers {
		counts[worker.ActivitySID]++
		if w.Available(worker) {
			now.Available++
		}
	}
	for a := range w.Activities.All() {
		now.ByActivity = append(now.ByActivity, gen.ActivityCount{SID: a.SID, FriendlyName: a.FriendlyName, Workers: counts[a.SID]})
	}
	return now
}
