package workflow_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

func TestADefaultFilterIsToldOneThingAboutEachMember(t *testing.T) {
	for name, target := range map[string]workflow.Target{
		"a timeout of nothing":                {Queue: "WQ1", Timeout: new(0)},
		"a timeout without an end":            {Queue: "WQ1", Timeout: new(9_999_999)},
		"a skip_if that counts":               {Queue: "WQ1", Expression: "worker.a == 1", SkipIf: "workers.available == 0"},
		"a skip_if that is never true":        {Queue: "WQ1", SkipIf: "1==0"},
		"a skip_if that is always true":       {Queue: "WQ1", SkipIf: "1==1"},
		"a known worker who is waited for":    {Queue: "WQ1", KnownWorkerSID: "task.agent"},
		"a priority, an order, an expression": {Queue: "WQ1", Priority: new(5), OrderBy: "worker.level DESC", Expression: "worker.a == 1"},
	} {
		t.Run(name, func(t *testing.T) {
			configuration := workflow.Configuration{TaskRouting: workflow.TaskRouting{DefaultFilter: &target}}
			told := map[string]int{}
			for _, problem := range configuration.Check(workflow.Workspace{}) {
				assert.Contains(t, problem.Message, "remove it")
				told[problem.Place]++
			}
			for place, times := range told {
				assert.Equal(t, 1, times, place)
			}
		})
	}
}

func TestAPlaceholderIsToBeFilledIn(t *testing.T) {
	err := workflow.Configuration{TaskRouting: workflow.TaskRouting{DefaultFilter: &workflow.Target{Queue: "${QUEUE}"}}}.Validate()
	assert.ErrorContains(t, err, `task_routing.default_filter.queue: error: "${QUEUE}" is a placeholder: fill in the SID of the task queue`)
}

func TestAKnownWorkerWhoseAttributeHasAHyphenIsToldSo(t *testing.T) {
	err := workflow.Configuration{TaskRouting: workflow.TaskRouting{DefaultFilter: &workflow.Target{Queue: "WQ1", KnownWorkerSID: "task.agent-sid"}}}.Validate()
	assert.ErrorContains(t, err, "rename the attribute, for example to task.agent_sid")
}

func TestATaskThatSomebodyIsAskedForIsDroppedOnlyIfNobodyAcceptsIt(t *testing.T) {
	configuration := workflow.Configuration{TaskRouting: workflow.TaskRouting{Filters: []workflow.Filter{{
		Expression: "1==1", Targets: []workflow.Target{{Queue: "WQ1", SkipIf: "1==1"}},
	}}}}
	const dropped = "the task is dropped (event workflow.skipped): nothing keeps it, and there is no default filter"
	workspace := workflow.Workspace{Queues: []workflow.Queue{{SID: "WQ1", TargetWorkers: new("1==1")}}, Workers: []expression.Worker{}}
	assert.Contains(t, configuration.Explain(nil, workspace).String(), "\n"+dropped)
	workspace.Workers = append(workspace.Workers, expression.Worker{FriendlyName: "Alice", Available: true})
	assert.Contains(t, configuration.Explain(nil, workspace).String(), "\nif nobody accepts it, "+dropped)
	assert.Contains(t, configuration.Explain(nil, workflow.Workspace{}).String(), "\nif nobody accepts it, "+dropped)
}

// BenchmarkCheckOfALargeWorkspace has 200 filters and 5,000 workers, whose attributes
// are looked through once and not for each expression.
func BenchmarkCheckOfALargeWorkspace(b *testing.B) {
	var configuration workflow.Configuration
	for i := range 200 {
		configuration.TaskRouting.Filters = append(configuration.TaskRouting.Filters, workflow.Filter{
			Expression: fmt.Sprintf("topic == 'topic %d'", i),
			Targets: []workflow.Target{
				{Queue: "WQ1", Expression: "worker.level >= task.level AND worker.a5 HAS 'x'", Timeout: new(60), OrderBy: "worker.level DESC"},
				{Queue: "WQ1"},
			},
		})
	}
	workspace := workflow.Workspace{Queues: []workflow.Queue{{SID: "WQ1", TargetWorkers: new("1==1")}}}
	for range 5_000 {
		worker := expression.Attributes{"level": 5, "skill-level": 1}
		for i := range 16 {
			worker[fmt.Sprintf("a%d", i)] = []any{"x", "y"}
		}
		workspace.Workers = append(workspace.Workers, expression.Worker{Attributes: worker})
	}
	for b.Loop() {
		require.NotEmpty(b, configuration.Check(workspace))
	}
}
