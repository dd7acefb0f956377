package workflow

import "github.com/taskrouter-go/sdk/taskrouter/expression"

// Workspace is what is known of the workspace that a configuration is for. The
// more there is, the more [Configuration.Check] and [Configuration.Explain] can
// say; nothing has to be there. The program in taskrouter/examples/checkworkflows
// reads one from the service.
type Workspace struct {
	// Queues are all task queues of the workspace, nil if they are not known.
	Queues []Queue
	// Workers are all workers of the workspace, nil if they are not known. Where no
	// order_by says otherwise they are asked in this order: put first who has been
	// without a task for the longest.
	Workers []expression.Worker
	// Tasks are attributes of tasks that occur.
	Tasks []expression.Attributes
}

// Queue is a task queue.
type Queue struct {
	SID          string
	FriendlyName string
	// TargetWorkers is the expression that tells which workers the queue has, nil
	// if it is not known. A queue with an empty one has no workers.
	TargetWorkers *string
}

// roster is a workspace, indexed.
type roster struct {
	workspace Workspace
	queues    map[string]*rosterQueue // by SID
	all       []member
}

// rosterQueue is a queue with its expression and, once they were asked for, its
// workers.
type rosterQueue struct {
	Queue
	condition *expression.Expression // nil if there is none, or none that can be parsed
	err       error                  // why it cannot be parsed
	asked     bool
	members   []member
}

// member is a worker with its fields, which many expressions ask for.
type member struct {
	worker expression.Worker
	fields expression.Attributes
}

func newRoster(workspace Workspace) *roster {
	r := &roster{workspace: workspace, queues: map[string]*rosterQueue{}}
	for _, queue := range workspace.Queues {
		indexed := &rosterQueue{Queue: queue}
		if queue.TargetWorkers != nil && *queue.TargetWorkers != "" {
			indexed.condition, indexed.err = expression.Parse(*queue.TargetWorkers)
		}
		r.queues[queue.SID] = indexed
	}
	for _, worker := range workspace.Workers {
		r.all = append(r.all, member{worker, worker.Fields()})
	}
	return r
}

// queue returns a queue by its SID, with no more than that if it is not known.
func (r *roster) queue(sid string) Queue {
	if queue, ok := r.queues[sid]; ok {
		return queue.Queue
	}
	return Queue{SID: sid}
}

// of returns the workers of a queue, if it can be told who they are.
func (r *roster) of(sid string) (members []member, ok bool) {
	queue, found := r.queues[sid]
	if !found || queue.TargetWorkers == nil || queue.err != nil || r.workspace.Workers == nil {
		return nil, false
	}
	if queue.asked {
		return queue.members, true
	}
	queue.asked = true
	for _, member := range r.all {
		if queue.condition != nil && queue.condition.Match(member.fields) {
			queue.members = append(queue.members, member)
		}
	}
	return queue.members, true
}

// samples are the attributes that expressions are held against.
func (r *roster) samples() expression.Samples {
	samples := expression.Samples{Tasks: r.workspace.Tasks}
	for _, member := range r.all {
		samples.Workers = append(samples.Workers, member.fields)
	}
	return samples
}
