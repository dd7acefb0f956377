package workflow_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

// largest is how long a configuration may be, in bytes.
const largest = 1_038_576

// large returns configurations of about a size, each of a shape that is hard on
// something.
func large(size int) map[string]workflow.Configuration {
	return map[string]workflow.Configuration{
		"many filters that keep their tasks": filled(size, func(i int) workflow.Filter {
			return workflow.Filter{Expression: fmt.Sprintf("a==%d", i), Targets: []workflow.Target{{Queue: "WQ1"}}}
		}),
		"many filters that time out": filled(size, func(i int) workflow.Filter {
			return workflow.Filter{Expression: fmt.Sprintf("a==%d", i), Targets: []workflow.Target{{Queue: "WQ1", Timeout: new(1)}}}
		}),
		"many filters for all tasks": filled(size, func(int) workflow.Filter {
			return workflow.Filter{Expression: "1==1", Targets: []workflow.Target{{Queue: "WQ1"}}}
		}),
		"filters of middling size": filled(size, func(i int) workflow.Filter {
			return workflow.Filter{Expression: joined(" AND ", 20, i), Targets: []workflow.Target{{Queue: "WQ1"}}}
		}),
		"filters of some size that are alike": filled(size, func(int) workflow.Filter {
			return workflow.Filter{Expression: joined(" OR ", 300, 0), Targets: []workflow.Target{{Queue: "WQ1", Timeout: new(1)}}}
		}),
		"filters that are hard to tell apart": filled(size, func(i int) workflow.Filter {
			return workflow.Filter{Expression: joined([]string{" OR ", " AND "}[i%2], 100, i), Targets: []workflow.Target{{Queue: "WQ1"}}}
		}),
		"two filters that are huge": filled(size, func(int) workflow.Filter {
			return workflow.Filter{Expression: joined(" AND ", size/35, 0), Targets: []workflow.Target{{Queue: "WQ1"}}}
		}),
		"a filter with many targets": {TaskRouting: workflow.TaskRouting{Filters: []workflow.Filter{{
			Expression: "1==1", Targets: slices.Repeat([]workflow.Target{{Queue: "WQ1", SkipIf: "1==1"}}, size/40),
		}}}},
		"many targets that nobody meets": {TaskRouting: workflow.TaskRouting{Filters: []workflow.Filter{{
			Expression: "1==1", Targets: slices.Repeat([]workflow.Target{{Queue: "WQ1", Expression: "worker.level == 100 AND worker.level != 101", Timeout: new(1)}}, size/1_000),
		}}}},
	}
}

// joined returns a condition of so many comparisons.
func joined(connective string, number, salt int) string {
	comparisons := make([]string, number)
	for i := range comparisons {
		comparisons[i] = fmt.Sprintf("a%d == %d", i, salt)
	}
	return strings.Join(comparisons, connective)
}

// filled adds filters until the next would be too many.
func filled(size int, filter func(i int) workflow.Filter) workflow.Configuration {
	c := workflow.Configuration{TaskRouting: workflow.TaskRouting{DefaultFilter: &workflow.Target{Queue: "WQ1"}}}
	used := len(c.String())
	for i := 0; ; i++ {
		next := filter(i)
		one := workflow.Configuration{TaskRouting: workflow.TaskRouting{Filters: []workflow.Filter{next}}}
		if used += len(one.String()); used > size {
			return c
		}
		c.TaskRouting.Filters = append(c.TaskRouting.Filters, next)
	}
}

// busy returns a workspace with as many workers as a large one has.
func busy() workflow.Workspace {
	w := workflow.Workspace{Queues: []workflow.Queue{{SID: "WQ1", TargetWorkers: new("level >= 0")}}}
	for i := range 1_000 {
		w.Workers = append(w.Workers, expression.Worker{
			SID: fmt.Sprintf("WK%d", i), Available: true, Attributes: expression.Attributes{"level": i % 10, "languages": []any{"en"}},
		})
	}
	return w
}

// A second is normal.
func BenchmarkCheck(b *testing.B) {
	for name, c := range large(largest) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_ = c.Check(workflow.Workspace{})
			}
		})
		b.Run(name+", with workers", func(b *testing.B) {
			w := busy()
			for b.Loop() {
				_ = c.Check(w)
			}
		})
	}
}

func BenchmarkExplain(b *testing.B) {
	for name, c := range large(largest) {
		b.Run(name, func(b *testing.B) {
			w := busy()
			for b.Loop() {
				_ = c.Explain(expression.Attributes{"a": 1}, w).String()
			}
		})
	}
}

// A task comes in at the last of many filters, and goes on from there.
func BenchmarkPlan(b *testing.B) {
	filters := make([]workflow.Filter, 100)
	for i := range filters {
		filters[i] = workflow.Filter{Expression: fmt.Sprintf("a==%d", i), Targets: []workflow.Target{{Queue: "WQ1", Timeout: new(1)}, {}}}
	}
	plan := workflow.Configuration{TaskRouting: workflow.TaskRouting{Filters: filters}}.Plan()
	task := expression.Attributes{"a": len(filters) - 1}
	b.ReportAllocs()
	for b.Loop() {
		at, _ := plan.First(task)
		_, _ = plan.Next(task, at, workflow.ExitTimesOut)
	}
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
