package workflow_test

import (
	"errors"
	"fmt"

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

func ExampleConfiguration_Validate() {
	configuration := workflow.Configuration{TaskRouting: workflow.TaskRouting{
		Filters: []workflow.Filter{{
			FriendlyName: "Gold customers",
			Expression:   `task.tier == "gold"`,
			Targets:      []workflow.Target{{Timeout: new(0)}},
		}},
		DefaultFilter: &workflow.Target{Queue: everyone},
	}}
	err := configuration.Validate()
	if problems, ok := errors.AsType[workflow.Errors](err); ok {
		for _, problem := range problems {
			fmt.Println(problem.Rule, problem.Place)
		}
	}
	// Output:
	// context task_routing.filters[0].expression
	// missing task_routing.filters[0].targets[0].queue
	// range task_routing.filters[0].targets[0].timeout
}

func ExampleConfiguration_Check() {
	configuration, err := workflow.Parse(`{"task_routing": {
		"filters": [{
			"filter_friendly_name": "Spanish callers",
			"expression": "language == 'es'",
			"targets": [
				{"queue": "` + spanish + `", "expression": "worker.level > 8", "timeout": 60},
				{"skip_if": "workers.available == 0"}
			]
		}],
		"default_filter": {"queue": "WQ00000000000000000000000000000000"}
	}}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, problem := range configuration.Check(workspace) {
		fmt.Println(problem)
	}
	// Output:
	// task_routing.filters[0].targets[0].expression ("Spanish callers"): warning: no worker of the queue Spanish, which has 1, can meet it: nobody is asked here; correct the expression, or the attributes of the workers
	// task_routing.filters[0].targets[1] ("Spanish callers"): warning: skip_if is not judged again while a task waits: one that is not skipped as it enters waits here without an end; to go on later, too, add a timeout and a target after it
	// task_routing.filters[0].targets[0].timeout ("Spanish callers"): warning: when this timeout ends and the targets after it are skipped, the task is canceled: the default filter does not catch timeouts; to keep the task, add a last target that has neither a timeout nor a skip_if
	// task_routing.default_filter.queue: error: the workspace has no task queue WQ00000000000000000000000000000000, and the service refuses an update with it: write the SID of one that it has
}

func ExampleConfiguration_Explain() {
	configuration := workflow.Configuration{TaskRouting: workflow.TaskRouting{
		Filters: []workflow.Filter{
			{FriendlyName: "Emergencies", Expression: `urgent == true`, Targets: []workflow.Target{{Queue: everyone, Priority: new(100)}}},
			{FriendlyName: "Spanish", Expression: `language == "es"`, Targets: []workflow.Target{
				{Queue: spanish, OrderBy: "worker.level DESC", Timeout: new(60)},
				{Queue: everyone, OrderBy: "worker.level DESC", Priority: new(10)},
			}},
		},
		DefaultFilter: &workflow.Target{Queue: everyone},
	}}
	explanation := configuration.Explain(expression.Attributes{"language": "es"}, workspace)
	fmt.Println(explanation)

	// The same as data.
	for _, target := range explanation.Filters[1].Targets {
		fmt.Println(target.Queue.FriendlyName, target.Entered, target.Exit)
	}
	// Output:
	// filters[0] "Emergencies" does not match: urgent == true is false: urgent is missing
	// filters[1] "Spanish" matches: language == 'es' is true: language is "es"
	//   targets[0] from 0s: queue Spanish, asks Alice, waits for at most 1m0s
	//   targets[1] from 1m0s: queue Everyone, priority 10, asks Bob, then Alice, waits
	// if nobody accepts it, the task is there from 1m0s until its time to live ends
	// Spanish 0s times out
	// Everyone 1m0s stays
}

func ExamplePlan() {
	configuration := workflow.Configuration{TaskRouting: workflow.TaskRouting{
		Filters: []workflow.Filter{{
			FriendlyName: "Spanish",
			Expression:   `language == "es"`,
			Targets: []workflow.Target{
				{Queue: spanish, Expression: "worker.level > 8", SkipIf: "1==1"},
				{Expression: "worker.level > 1", Timeout: new(30)},
				{Queue: everyone},
			},
		}},
		DefaultFilter: &workflow.Target{Queue: everyone},
	}}
	alice, bob := workspace.Workers[0], workspace.Workers[1]
	members := map[string][]expression.Worker{spanish: {alice}, everyone: {alice, bob}}
	plan := configuration.Plan() // once, for all tasks

	task := expression.Attributes{"language": "es"}
	at, end := plan.First(task)
	for end == "" {
		step := plan.Step(at)
		var asked []string
		for _, worker := range members[step.Queue] {
			if worker.Available && step.Asks(task, worker, worker.Fields()) {
				asked = append(asked, worker.FriendlyName)
			}
		}
		exit := workflow.ExitStays // here nobody accepts anything
		if _, timesOut := step.Timeout(); timesOut {
			exit = workflow.ExitTimesOut
		}
		if len(asked) == 0 && step.Skips(expression.Count(members[step.Queue])) {
			exit = workflow.ExitSkipped
		}
		fmt.Println(step.FilterName, at.Target, asked, exit)
		at, end = plan.Next(task, at, exit)
	}
	fmt.Println(end)
	// Output:
	// Spanish 0 [] skipped
	// Spanish 1 [Alice] times out
	// Spanish 2 [Alice Bob] stays
	// waits
}

func ExampleConfiguration_Diagram() {
	configuration := workflow.Configuration{TaskRouting: workflow.TaskRouting{
		Filters: []workflow.Filter{{
			FriendlyName: "Spanish",
			Expression:   `language == "es"`,
			Targets:      []workflow.Target{{Queue: spanish, Timeout: new(60)}, {Queue: everyone}},
		}},
		DefaultFilter: &workflow.Target{Queue: everyone},
	}}
	fmt.Println(configuration.Diagram(workspace))
	// Output:
	// flowchart TD
	//     task(["a task"]) --> filter0
	//     filter0{"Spanish
	// language == #quot;es#quot;"}
	//     filter0 -->|yes| filter0target0
	//     filter0 -->|no| fallback
	//     filter0target0["Spanish"]
	//     filter0target0 -->|after 60 s| filter0target1
	//     filter0target1["Everyone
	// no timeout"]
	//     fallback["default filter
	// Everyone"]
}
