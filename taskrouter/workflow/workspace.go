package workflow

import "github.com/taskrouter-go/sdk/taskrouter/expression"

// Workspace is what is known of the workspace that a configuration is for. The
// more there is, the more [Configuration.Check] and [Configuration.Explain] can
// say; nothing has to be there.
type Workspace struct {
	// Queues are all task queues of the workspace, nil if they are not known.
	Queues []Queue
	// Workers are all workers of the workspace, nil if they are not known.
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

// queue returns a queue by its SID.
func (w Workspace) queue(sid string) (queue Queue, ok bool) {
	for _, queue := range w.Queues {
		if queue.SID == sid {
			return queue, true
		}
	}
	return Queue{SID: sid}, false
}

// roster is the workers of a workspace, and which of them a queue has.
type roster struct {
	workspace Workspace
	all       []member
	queues    map[string][]member
}

// member is a worker with its fields, which many expressions ask for.
type member struct {
	worker expression.Worker
	fields expression.Attributes
}

func newRoster(workspace Workspace) *roster {
	r := &roster{workspace: workspace, queues: map[string][]member{}}
	for _, worker := range workspace.Workers {
		r.all = append(r.all, member{worker, worker.Fields()})
	}
	return r
}

// of returns the workers of a queue, if it can be told who they are.
func (r *roster) of(sid string) (members []member, ok bool) {
	queue, found := r.workspace.queue(sid)
	if !found || queue.TargetWorkers == nil || r.workspace.Workers == nil {
		return nil, false
	}
	if seen, ok := r.queues[sid]; ok {
		return seen, true
	}
	if *queue.TargetWorkers != "" {
		condition, err := expression.Parse(*queue.TargetWorkers)
		if err != nil {
			return nil, false
		}
		for _, member := range r.all {
			if condition.Match(member.fields) {
				members = append(members, member)
			}
		}
	}
	r.queues[sid] = members
	return members, true
}

// samples are the attributes that expressions are held against.
func (r *roster) samples() expression.Samples {
	samples := expression.Samples{Tasks: r.workspace.Tasks}
	for _, member := range r.all {
		samples.Workers = append(samples.Workers, member.fields)
	}
	return samples
}
