package workflow_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

const (
	spanish  = "WQ0123456789abcdef0123456789abcdef"
	everyone = "WQabcdef01234567890123456789abcdef"
)

// workspace is what is known of the workspace.
var workspace = workflow.Workspace{
	Queues: []workflow.Queue{
		{SID: spanish, FriendlyName: "Spanish", TargetWorkers: new(`languages HAS "es"`)},
		{SID: everyone, FriendlyName: "Everyone", TargetWorkers: new("1==1")},
	},
	Workers: []expression.Worker{
		{FriendlyName: "Alice", Available: true, Attributes: expression.Attributes{"languages": []any{"en", "es"}, "level": 2}},
		{FriendlyName: "Bob", Available: true, Attributes: expression.Attributes{"languages": []any{"en"}, "level": 5}},
	},
}

func configuration() workflow.Configuration {
	configuration := workflow.Configuration{TaskRouting: workflow.TaskRouting{
		Filters: []workflow.Filter{{
			FriendlyName: "Spanish callers",
			Expression:   `type == "call" AND language == "es"`,
			Targets: []workflow.Target{
				{Queue: spanish, Expression: "worker.level >= task.difficulty", SkipIf: "1==1"},
				{Queue: spanish, Priority: new(5), Timeout: new(60)},
				{Queue: everyone, Timeout: new(300)},
			},
		}},
		DefaultFilter: &workflow.Target{Queue: everyone},
	}}
	return configuration
}

// Example is what the README shows: a configuration is built, checked, explained
// for a task, and drawn.
func Example() {
	configuration := configuration()
	if err := configuration.Validate(); err != nil {
		fmt.Println(err) // all errors, each with its place; there is none
	}
	for _, problem := range configuration.Check(workspace) {
		fmt.Println(problem)
	}

	task := expression.Attributes{"type": "call", "language": "es", "difficulty": 4}
	fmt.Println(configuration.Explain(task, workspace))

	fmt.Println(configuration.Diagram(workspace))
	// Output:
	// task_routing.filters[0].targets[2].timeout ("Spanish callers"): warning: when this timeout ends, the task is canceled: the default filter does not catch timeouts; to keep the task, add a last target that has neither a timeout nor a skip_if
	// filters[0] "Spanish callers" matches: type == 'call' is true: type is "call"; language == 'es' is true: language is "es"
	//   targets[0] from 0s: queue Spanish, asks nobody (Alice: worker.level >= task.difficulty is false: worker.level is 2, task.difficulty is 4), is skipped: 1 == 1 is true
	//   targets[1] from 0s: queue Spanish, priority 5, asks Alice, waits for at most 1m0s
	//   targets[2] from 1m0s: queue Everyone, priority 5, asks Alice, then Bob, waits for at most 5m0s
	// if nobody accepts it, the task is canceled after 6m0s (event workflow.timeout): the default filter does not catch timeouts
	// flowchart TD
	//     task(["a task"]) --> filter0
	//     filter0{"Spanish callers
	// type == #quot;call#quot; AND language == #quot;es#quot;"}
	//     filter0 -->|yes| filter0target0
	//     filter0 -->|no| fallback
	//     filter0target0["Spanish
	// if worker.level #gt;= task.difficulty
	// no timeout"]
	//     filter0target0 -.->|"skip if 1==1"| filter0target1
	//     filter0target1["Spanish
	// priority 5"]
	//     filter0target1 -->|after 60 s| filter0target2
	//     filter0target2["Everyone"]
	//     filter0target2 -->|after 300 s| canceled
	//     fallback["default filter
	// Everyone"]
	//     canceled(["canceled"])
}

func TestREADMEShowsWhatTheExamplePrints(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	source, err := os.ReadFile("readme_test.go")
	require.NoError(t, err)
	_, section, ok := strings.Cut(string(readme), "\n## Check a workflow before it is uploaded\n")
	require.True(t, ok, "the README has no such section")
	section, _, _ = strings.Cut(section, "\n## ")
	blocks := strings.Split(section, "```")
	require.Greater(t, len(blocks), 2)
	for i := 1; i < len(blocks); i += 2 {
		language, block, _ := strings.Cut(blocks[i], "\n")
		if language == "sh" {
			continue
		}
		prefix := map[string]string{"go": "\t", "text": "\t// ", "mermaid": "\t// "}[language]
		shown := string(source) + unindented(string(source), prefix)
		assert.Contains(t, shown, block, "the block in %s is not what the example has", language)
	}
}

// unindented takes a prefix from each line that has it.
func unindented(text, prefix string) string {
	return strings.ReplaceAll("\n"+text, "\n"+prefix, "\n")
}
