package router

// A Scope is what statistics tell about: the tasks of a queue, of a workflow, of a
// channel. A SID that is "" leaves all in, so that the zero value is a workspace.
type Scope struct {
	TaskQueueSID   string
	WorkflowSID    string
	TaskChannelSID string
}

func (s Scope) holds(t *Task) bool {
	return (s.TaskQueueSID == "" || s.TaskQueueSID == t.TaskQueueSID) &&
		(s.WorkflowSID == "" || s.WorkflowSID == t.WorkflowSID) &&
		(s.TaskChannelSID == "" || s.TaskChannelSID == t.TaskChannelSID)
}

// facts are those of the events that the scope holds.
func (s Scope) facts() Facts {
	var facts Facts
	for fact, sid := range map[Fact]string{
		FactTaskQueueSID: s.TaskQueueSID, FactWorkflowSID: s.WorkflowSID, FactTaskChannelSID: s.TaskChannelSID,
	} {
		if sid != "" {
			facts.Set(fact, sid)
		}
	}
	return facts
}

// Eligible returns the workers who may serve a task queue, whatever they are doing: of
// a queue that is not there, none.
func (w *Workspace) Eligible(taskQueueSID string) []*Worker {
	q := w.taskQueue(taskQueueSID) // nobody serves nil
	return w.WorkersWhere(func(worker *Worker) bool { return worker.Serves(q) })
}

// WorkersWhere returns the workers that match, in the order in which they were made.
func (w *Workspace) WorkersWhere(match func(*Worker) bool) []*Worker {
	var workers []*Worker
	for worker := range w.Workers.All() {
		if match(worker) {
			workers = append(workers, worker)
		}
	}
	return workers
}
