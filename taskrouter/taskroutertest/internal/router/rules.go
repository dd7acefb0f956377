package router

import (
	"encoding/json"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
	"github.com/taskrouter-go/sdk/taskrouter/internal/pipeline"
	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

// Rules are a configuration of a workflow. A task that waits keeps those with which it
// came in, also when the workflow has others by now.
type Rules struct {
	// Revision counts the configurations of the workflow before this one.
	Revision int `json:"revision"`
	// Configuration is compact JSON.
	Configuration json.RawMessage `json:"configuration"`

	parsed  workflow.Configuration
	plan    *workflow.Plan
	demands map[*workflow.Step]*demand
	tasks   int // that follow them
}

func newRules(revision int, text string) *Rules {
	parsed, _ := workflow.Parse(text) // which was checked before
	return &Rules{
		Revision:      revision,
		Configuration: json.RawMessage(compact(text)),
		parsed:        parsed,
		plan:          parsed.Plan(),
		demands:       make(map[*workflow.Step]*demand),
	}
}

// leadTo tells whether a target names a task queue.
func (r *Rules) leadTo(queueSID string) bool {
	for _, filter := range r.parsed.TaskRouting.Filters {
		for _, target := range filter.Targets {
			if target.Queue == queueSID {
				return true
			}
		}
	}
	last := r.parsed.TaskRouting.DefaultFilter
	return last != nil && last.Queue == queueSID
}

// A demand is what the target of a rule asks of workers, beyond that they serve its
// queue.
type demand struct {
	step *workflow.Step
	// ofTask are what it looks at in the task: of tasks that are alike in these, a worker
	// may do all or none.
	ofTask []*expression.Path
	// changing tells that it looks at what workers are doing, which every reservation
	// changes.
	changing bool
}

// demandOf returns what a target asks for, nil if it asks for nothing.
func (r *Rules) demandOf(step *workflow.Step) *demand {
	if d, ok := r.demands[step]; ok {
		return d
	}
	d := newDemand(step)
	r.demands[step] = d
	return d
}

func newDemand(step *workflow.Step) *demand {
	_, _, known := step.KnownWorker(nil)
	if step.Target.Expression == "" && !known {
		return nil
	}
	d := &demand{step: step}
	if step.Condition == nil {
		return d
	}
	for _, path := range pathsOf(step.Condition) {
		switch {
		case len(path.Steps) < 2:
			continue // which leads nowhere
		case path.Steps[0].Name == "task":
			d.ofTask = append(d.ofTask, path)
		case path.Steps[0].Name == "worker" && changes(path.Steps[1].Name):
			d.changing = true
		}
	}
	return d
}

// pathsOf returns what an expression names.
func pathsOf(e *expression.Expression) []*expression.Path {
	var paths []*expression.Path
	for _, source := range e.Paths() {
		if path, err := expression.ParsePath(source); err == nil {
			paths = append(paths, path)
		}
	}
	return paths
}

// changes tells whether a name stands for what a worker is doing.
func changes(name string) bool {
	return name == "channel" || name == "activity_sid" || name == "activity_name"
}

// isBuiltIn tells whether a name stands for something that is no attribute of a worker.
func isBuiltIn(name string) bool {
	return name == "sid" || name == "friendly_name" || changes(name)
}

// kind is the same text for tasks that the same workers may do.
func (d *demand) kind(task expression.Attributes) string {
	parts := []any{d.step.Target.Expression}
	for _, path := range d.ofTask {
		parts = append(parts, path.LookupTarget(task, nil))
	}
	if value, isSID, ok := d.step.KnownWorker(task); ok {
		parts = append(parts, isSID, value)
	}
	text, _ := pipeline.EncodeJSON(parts) // which were JSON before
	return string(text)
}
