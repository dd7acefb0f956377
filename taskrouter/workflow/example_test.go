package workflow_test

import (
	"errors"
	"fmt"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

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
