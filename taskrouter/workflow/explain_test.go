package workflow_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

type attributes = expression.Attributes

func routing(filters ...workflow.Filter) workflow.Configuration {
	return workflow.Configuration{TaskRouting: workflow.TaskRouting{Filters: filters, DefaultFilter: &workflow.Target{Queue: everyoneQueue}}}
}

// forAll returns a filter for all tasks.
func forAll(targets ...workflow.Target) workflow.Filter {
	return workflow.Filter{Expression: "1==1", Targets: targets}
}

func TestExplainTellsTheWayOfATask(t *testing.T) {
	type target = workflow.Target
	const matches = "filters[0] matches: 1 == 1 is true\n"
	const stays = "if nobody accepts it, the task is there from 0s until its time to live ends"
	tests := map[string]struct {
		configuration workflow.Configuration
		task          attributes
		workspace     workflow.Workspace
		want          string
	}{
		"it stays in the first target without a timeout": {
			routing(forAll(target{Queue: "WQ1"}, target{Queue: "WQ2"})), nil, workflow.Workspace{},
			matches + "  targets[0] from 0s: queue WQ1, waits\n" + stays,
		},
		"it goes from filter to filter until one matches": {
			routing(
				workflow.Filter{FriendlyName: "Spanish", Expression: `language == "es"`, Targets: []target{{Queue: "WQ1"}}},
				workflow.Filter{Expression: `vip == true OR level > 3`, Targets: []target{{Queue: "WQ1"}}},
				workflow.Filter{FriendlyName: `All "others"`, Expression: `language != "fr" AND level < 3`, Targets: []target{{Queue: "WQ2"}}},
			), attributes{"language": "en", "level": 2}, workflow.Workspace{},
			`filters[0] "Spanish" does not match: language == 'es' is false: language is "en"
filters[1] does not match: vip == true is false: vip is missing; level > 3 is false: level is 2
filters[2] "All \"others\"" matches: language != 'fr' is true: language is "en"; level < 3 is true: level is 2
  targets[0] from 0s: queue WQ2, waits
` + stays,
		},
		"without a match it goes to the default filter": {
			routing(workflow.Filter{Expression: "a == 1", Targets: []target{{Queue: "WQ1"}}}), nil, people(),
			"filters[0] does not match: a == 1 is false: a is missing\n" +
				"default_filter from 0s: queue " + everyoneQueue + ", asks Alice, then WK3, waits\n" + stays,
		},
		"without a match and a default filter it is dropped": {
			workflow.Configuration{}, nil, workflow.Workspace{},
			"the task is dropped (event workflow.skipped): nothing keeps it, and there is no default filter",
		},
		"timeouts lead through the targets and the filters below, but not to the default filter": {
			routing(
				forAll(target{Queue: "WQ1", Timeout: new(30)}, target{Timeout: new(90)}),
				workflow.Filter{Expression: "a == 1", Targets: []target{{Queue: "WQ2"}}},
				forAll(target{Queue: "WQ3", Timeout: new(5)}),
			), nil, workflow.Workspace{},
			matches + "  targets[0] from 0s: queue WQ1, waits for at most 30s\n  targets[1] from 30s: queue WQ1, waits for at most 1m30s\n" +
				"filters[1] does not match: a == 1 is false: a is missing\n" +
				"filters[2] matches: 1 == 1 is true\n  targets[0] from 2m0s: queue WQ3, waits for at most 5s\n" +
				"if nobody accepts it, the task is canceled after 2m5s (event workflow.timeout): the default filter does not catch timeouts",
		},
		"after a timeout a later filter keeps it": {
			routing(forAll(target{Queue: "WQ1", Timeout: new(30)}), forAll(target{Queue: "WQ2"})), nil, workflow.Workspace{},
			matches + "  targets[0] from 0s: queue WQ1, waits for at most 30s\n" +
				"filters[1] matches: 1 == 1 is true\n  targets[0] from 30s: queue WQ2, waits\n" +
				"if nobody accepts it, the task is there from 30s until its time to live ends",
		},
		"timed out and skipped at its last target it is canceled": {
			routing(forAll(target{Queue: "WQ1", Timeout: new(30)}, target{Queue: "WQ2", SkipIf: "1==1"})), nil, workflow.Workspace{},
			matches + "  targets[0] from 0s: queue WQ1, waits for at most 30s\n  targets[1] from 30s: queue WQ2, waits unless it is skipped (skip_if 1==1)\n" +
				"if nobody accepts it, the task is canceled after 30s (event workflow.timeout): the default filter does not catch timeouts",
		},
		"timed out in one filter and skipped in another it is canceled": {
			routing(forAll(target{Queue: "WQ1", Timeout: new(30)}), forAll(target{Queue: "WQ2", SkipIf: "1==1"})), nil, workflow.Workspace{},
			matches + "  targets[0] from 0s: queue WQ1, waits for at most 30s\n" +
				"filters[1] matches: 1 == 1 is true\n  targets[0] from 30s: queue WQ2, waits unless it is skipped (skip_if 1==1)\n" +
				"if nobody accepts it, the task is canceled after 30s (event workflow.timeout): the default filter does not catch timeouts",
		},
		"a skip_if is not looked at while somebody can be asked, and after that": {
			routing(forAll(target{Queue: spanishQueue, SkipIf: "1==1"})), nil, people(),
			matches + "  targets[0] from 0s: queue Spanish, asks Alice, is skipped when nobody can be asked any more: 1 == 1 is true\n" +
				"default_filter from 0s: queue " + everyoneQueue + ", asks Alice, then WK3, waits\n" + stays,
		},
		"a skip_if counts all workers of the queue": {
			routing(forAll(
				target{Queue: supportQueue, Expression: "worker.level > 4", SkipIf: "workers.available == 0", Timeout: new(5)},
				target{Queue: supportQueue, Expression: "worker.level > 4", SkipIf: "workers.available == 1 AND workers.unavailable == 1 AND workers.WA2 == 1 AND workers.WA9 == 0"},
			)), nil, people(),
			matches + "  targets[0] from 0s: queue Support, asks nobody (Alice: worker.level > 4 is false: worker.level is 3; Bob: is in an activity that is not available), is not skipped: workers.available == 0 is false: workers.available is 1, waits for at most 5s\n" +
				"  targets[1] from 5s: queue Support, asks nobody (Alice: worker.level > 4 is false: worker.level is 3; Bob: is in an activity that is not available), is skipped: workers.available == 1 is true: workers.available is 1; " +
				"workers.unavailable == 1 is true: workers.unavailable is 1; workers.WA2 == 1 is true: workers.WA2 is 1; workers.WA9 == 0 is true: workers.WA9 is 0\n" +
				"if nobody accepts it, the task is canceled after 5s (event workflow.timeout): the default filter does not catch timeouts",
		},
		"a skip_if that is false is not told of where somebody is asked until the timeout": {
			routing(forAll(target{Queue: spanishQueue, SkipIf: "workers.available == 0", Timeout: new(5)}, target{Queue: spanishQueue, SkipIf: "workers.available == 0"})), nil, people(),
			matches + "  targets[0] from 0s: queue Spanish, asks Alice, waits for at most 5s\n" +
				"  targets[1] from 5s: queue Spanish, asks Alice, is not skipped: workers.available == 0 is false: workers.available is 1, waits\n" +
				"if nobody accepts it, the task is there from 5s until its time to live ends",
		},
		"without a default filter nothing is said of it": {
			workflow.Configuration{TaskRouting: workflow.TaskRouting{Filters: []workflow.Filter{forAll(target{Queue: "WQ1", Timeout: new(5)})}}}, nil, workflow.Workspace{},
			matches + "  targets[0] from 0s: queue WQ1, waits for at most 5s\nif nobody accepts it, the task is canceled after 5s (event workflow.timeout)",
		},
		"a target without a queue": {
			routing(forAll(target{})), nil, workflow.Workspace{},
			matches + "  targets[0] from 0s: queue missing, waits\n" + stays,
		},
		"a skip_if may be true where the workers are not known": {
			routing(forAll(target{Queue: "WQ1", SkipIf: "workers.available == 0", Timeout: new(5)})), nil, workflow.Workspace{},
			matches + "  targets[0] from 0s: queue WQ1, waits for at most 5s unless it is skipped (skip_if workers.available == 0)\n" +
				"if nobody accepts it, the task is canceled after 5s (event workflow.timeout): the default filter does not catch timeouts",
		},
		"a skip_if that is never true": {
			routing(forAll(target{Queue: "WQ1", SkipIf: "1==0"})), nil, workflow.Workspace{},
			matches + "  targets[0] from 0s: queue WQ1, is not skipped: 1 == 0 is false, waits\n" + stays,
		},
		"a skip_if that cannot be parsed": {
			routing(forAll(target{Queue: "WQ1", SkipIf: "now"})), nil, workflow.Workspace{},
			matches + "  targets[0] from 0s: queue WQ1, skip_if cannot be parsed, waits\n" + stays,
		},
		"neither timeout nor skip_if of the default filter are heeded": {
			workflow.Configuration{TaskRouting: workflow.TaskRouting{DefaultFilter: &target{Queue: "WQ1", Timeout: new(5), SkipIf: "1==1", Priority: new(3)}}},
			nil, workflow.Workspace{},
			"default_filter from 0s: queue WQ1, priority 3, waits\n" + stays,
		},
		"a priority stays, and a queue is inherited": {
			routing(
				forAll(target{Queue: "WQ1", Timeout: new(1)}, target{Priority: new(7), Timeout: new(1)}, target{Queue: "WQ2", Timeout: new(1)}, target{SkipIf: "1==1"}),
				forAll(target{Queue: "WQ3", Timeout: new(1)}, target{Priority: new(0)}),
			), nil, workflow.Workspace{},
			matches + "  targets[0] from 0s: queue WQ1, waits for at most 1s\n" +
				"  targets[1] from 1s: queue WQ1, priority 7, waits for at most 1s\n" +
				"  targets[2] from 2s: queue WQ2, priority 7, waits for at most 1s\n" +
				"  targets[3] from 3s: queue WQ2, priority 7, waits unless it is skipped (skip_if 1==1)\n" +
				"filters[1] matches: 1 == 1 is true\n" +
				"  targets[0] from 3s: queue WQ3, priority 7, waits for at most 1s\n" +
				"  targets[1] from 4s: queue WQ3, priority 0, waits\n" +
				"if nobody accepts it, the task is there from 4s until its time to live ends",
		},
		"a known worker by SID": {
			routing(forAll(target{Queue: everyoneQueue, KnownWorkerSID: "task.agent.sid"})), attributes{"agent": map[string]any{"sid": "WK3"}}, people(),
			matches + "  targets[0] from 0s: queue " + everyoneQueue + `, only the worker in task.agent.sid ("WK3"), asks WK3, waits` + "\n" + stays,
		},
		"a known worker by name": {
			routing(forAll(target{Queue: everyoneQueue, KnownWorkerFriendlyName: "task.agent"})), attributes{"agent": "Alice"}, people(),
			matches + "  targets[0] from 0s: queue " + everyoneQueue + `, only the worker in task.agent ("Alice"), asks Alice, waits` + "\n" + stays,
		},
		"a known worker that is null": {
			routing(forAll(target{Queue: everyoneQueue, KnownWorkerSID: "task.agent", SkipIf: "1==1"})), attributes{"agent": nil}, people(),
			matches + "  targets[0] from 0s: queue " + everyoneQueue + ", only the worker in task.agent (missing), asks nobody, since this is no worker of the queue who is available and fits, is skipped: 1 == 1 is true\n" +
				"default_filter from 0s: queue " + everyoneQueue + ", asks Alice, then WK3, waits\n" + stays,
		},
		"a known worker whose name is empty": {
			routing(forAll(target{Queue: "WQ1", KnownWorkerFriendlyName: "task.agent"})), attributes{"agent": ""},
			workflow.Workspace{Queues: []workflow.Queue{{SID: "WQ1", TargetWorkers: new("1==1")}}, Workers: people().Workers[2:]},
			matches + `  targets[0] from 0s: queue WQ1, only the worker in task.agent (""), asks nobody, since this is no worker of the queue who is available and fits, waits` + "\n" + stays,
		},
		"a known worker that is a list": {
			routing(forAll(target{Queue: everyoneQueue, KnownWorkerSID: "task.agent"})), attributes{"agent": []any{"WK1"}}, people(),
			matches + "  targets[0] from 0s: queue " + everyoneQueue + `, only the worker in task.agent (["WK1"]), asks nobody, since this is no worker of the queue who is available and fits, waits` + "\n" + stays,
		},
		"a known worker that JSON does not have": {
			routing(forAll(target{Queue: "WQ1", KnownWorkerSID: "task.agent"})), attributes{"agent": math.Inf(1)}, workflow.Workspace{},
			matches + "  targets[0] from 0s: queue WQ1, only the worker in task.agent (a float64), waits\n" + stays,
		},
		"a known worker that is no reference": {
			routing(forAll(target{Queue: everyoneQueue, KnownWorkerSID: "WK1"})), nil, people(),
			matches + "  targets[0] from 0s: queue " + everyoneQueue + ", only the worker in WK1 (missing), asks nobody, since this is no worker of the queue who is available and fits, waits\n" + stays,
		},
		"a filter that cannot be parsed": {
			routing(workflow.Filter{FriendlyName: "Broken", Expression: "a", Targets: []target{{Queue: "WQ1"}}}), nil, workflow.Workspace{},
			`filters[0] "Broken" cannot be parsed: the service probably refuses the configuration: ` + syntaxError("a") + "\n" +
				"default_filter from 0s: queue " + everyoneQueue + ", waits\n" + stays,
		},
		"a filter without an expression, and one without targets": {
			routing(workflow.Filter{Targets: []target{{Queue: "WQ1"}}}, forAll()), nil, workflow.Workspace{},
			"filters[0] has no expression, and is not tried\nfilters[1] matches: 1 == 1 is true\n" +
				"default_filter from 0s: queue " + everyoneQueue + ", waits\n" + stays,
		},
		"a target that cannot be parsed asks nobody": {
			routing(forAll(target{Queue: everyoneQueue, Expression: "a", Timeout: new(5)})), nil, people(),
			matches + "  targets[0] from 0s: queue " + everyoneQueue + ", asks nobody (Alice: the expression of the target cannot be parsed; Bob: is in an activity that is not available; WK3: the expression of the target cannot be parsed), expression cannot be parsed, waits for at most 5s\n" +
				"if nobody accepts it, the task is canceled after 5s (event workflow.timeout): the default filter does not catch timeouts",
		},
		"an order that the service ignores": {
			routing(forAll(target{Queue: everyoneQueue, OrderBy: "worker.languages DESC"})), nil, people(),
			matches + "  targets[0] from 0s: queue " + everyoneQueue + ", asks Alice, then WK3, order_by is ignored since an attribute is no integer, waits\n" + stays,
		},
		"a queue without workers": {
			routing(forAll(target{Queue: "WQ1"})), nil, workflow.Workspace{Queues: []workflow.Queue{{SID: "WQ1", TargetWorkers: new("")}}, Workers: people().Workers},
			matches + "  targets[0] from 0s: queue WQ1, asks nobody, since the queue has no workers, waits\n" + stays,
		},
		"a task lives for two weeks at most": {
			routing(forAll(target{Queue: "WQ1", Timeout: new(-60)}, target{Timeout: new(math.MaxInt)}, target{Timeout: new(60)})), nil, workflow.Workspace{},
			matches + "  targets[0] from 0s: queue WQ1, waits for at most 0s\n  targets[1] from 0s: queue WQ1, waits for at most 336h0m0s\n" +
				"if nobody accepts it, the task expires: no task lives for more than 336h0m0s",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, test.want, test.configuration.Explain(test.task, test.workspace).String())
		})
	}
}

func TestExplanationHasEachStepAsData(t *testing.T) {
	c := small()
	filter := &c.TaskRouting.Filters[0]
	filter.Targets = []workflow.Target{
		{Queue: spanishQueue, Priority: new(5), Timeout: new(30), SkipIf: "workers.available == 0", KnownWorkerSID: "task.agent"},
		{SkipIf: "workers.available == 1", Expression: "worker.level > 3"},
	}
	keeper := workflow.Filter{Expression: "1==1", Targets: []workflow.Target{{Queue: everyoneQueue}}}
	c.TaskRouting.Filters = append(c.TaskRouting.Filters, keeper)
	filter = &c.TaskRouting.Filters[0]
	w := people()
	task := attributes{"language": "es", "agent": "WK9"}
	explanation := c.Explain(task, w)
	require.Len(t, explanation.Filters, 2)

	step := explanation.Filters[0]
	assert.Equal(t, []string{`language == 'es' is true: language is "es"`}, outcomes(step.Why))
	require.Len(t, step.Targets, 2)
	assert.Equal(t, []string{"workers.available == 0 is false: workers.available is 1"}, outcomes(step.Targets[0].Why))
	assert.Equal(t, []string{"workers.available == 1 is true: workers.available is 1"}, outcomes(step.Targets[1].Why))
	assert.Equal(t, []string{"1 == 1 is true"}, outcomes(explanation.Filters[1].Why))
	explanation.Filters[0].Why, step.Targets[0].Why, step.Targets[1].Why, explanation.Filters[1].Why = nil, nil, nil, nil

	filters := []workflow.FilterStep{
		{
			Place: "task_routing.filters[0]", Name: "Spanish", Matched: true,
			Targets: []workflow.TargetStep{
				{
					Place: "task_routing.filters[0].targets[0]", Target: filter.Targets[0], Queue: w.Queues[0], Priority: new(5), KnownWorker: "WK9",
					Candidates: []workflow.Candidate{{Worker: w.Workers[0], Reason: "is not the known worker: task.agent is \"WK9\""}},
					Exit:       workflow.ExitTimesOut, Timeout: 30 * time.Second,
				},
				{
					Place: "task_routing.filters[0].targets[1]", Target: filter.Targets[1], Queue: w.Queues[0], Priority: new(5), Entered: 30 * time.Second,
					Candidates: []workflow.Candidate{{Worker: w.Workers[0], Reason: "worker.level > 3 is false: worker.level is 3"}},
					Exit:       workflow.ExitSkipped,
				},
			},
		},
		{
			Place: "task_routing.filters[1]", Matched: true,
			Targets: []workflow.TargetStep{{
				Place: "task_routing.filters[1].targets[0]", Target: keeper.Targets[0], Queue: w.Queues[2], Priority: new(5), Entered: 30 * time.Second,
				Candidates: []workflow.Candidate{
					{Worker: w.Workers[0], Asked: true}, {Worker: w.Workers[2], Asked: true},
					{Worker: w.Workers[1], Reason: "is in an activity that is not available"},
				},
				Exit: workflow.ExitStays,
			}},
		},
	}
	assert.Equal(t, filters, explanation.Filters)
	assert.Nil(t, explanation.Default)
	assert.Equal(t, workflow.EndWaits, explanation.End)
	assert.Equal(t, 30*time.Second, explanation.After)
	assert.Equal(t, append(filters[0].Targets, filters[1].Targets...), explanation.Targets())
}

// syntaxError returns what the package expression says of an expression.
func syntaxError(source string) string {
	_, err := expression.Parse(source)
	return strings.TrimPrefix(err.Error(), "expression: ")
}

func outcomes(list []expression.Outcome) (texts []string) {
	for _, outcome := range list {
		texts = append(texts, outcome.String())
	}
	return texts
}

func TestExplanationHasTheEndsAndExitsAsData(t *testing.T) {
	canceled := routing(forAll(workflow.Target{Queue: "WQ1", Timeout: new(5)})).Explain(nil, workflow.Workspace{})
	assert.Equal(t, workflow.EndCanceled, canceled.End)
	assert.Equal(t, 5*time.Second, canceled.After)
	assert.Nil(t, canceled.Default)

	dropped := workflow.Configuration{TaskRouting: workflow.TaskRouting{Filters: []workflow.Filter{forAll(workflow.Target{Queue: "WQ1", SkipIf: "workers.available > 1"})}}}.Explain(nil, workflow.Workspace{})
	assert.Equal(t, workflow.EndDropped, dropped.End)
	assert.Equal(t, workflow.ExitSkipped, dropped.Filters[0].Targets[0].Exit)
	assert.True(t, dropped.Filters[0].Targets[0].MaySkip)
	assert.Nil(t, dropped.Filters[0].Targets[0].Candidates, "they are not known")

	waits := workflow.Configuration{TaskRouting: workflow.TaskRouting{DefaultFilter: &workflow.Target{Queue: everyoneQueue, Timeout: new(5), SkipIf: "1==1"}}}.Explain(nil, workflow.Workspace{})
	assert.Equal(t, workflow.EndWaits, waits.End)
	assert.Zero(t, waits.After)
	assert.Equal(t, workflow.ExitStays, waits.Default.Exit)
	assert.Zero(t, waits.Default.Timeout)
	assert.Empty(t, waits.Default.Why)
}

func TestExplainTellsWhatCannotBeParsed(t *testing.T) {
	c := routing(
		workflow.Filter{Expression: "a"},
		forAll(workflow.Target{Queue: everyoneQueue, Expression: "b", OrderBy: "1", SkipIf: "c"}),
	)
	explanation := c.Explain(nil, people())
	require.Len(t, explanation.Filters, 2)
	assert.False(t, explanation.Filters[0].Matched)
	assert.Equal(t, []string{"task_routing.filters[0].expression"}, places(explanation.Filters[0].Problems))
	target := explanation.Filters[1].Targets[0]
	assert.Equal(t, []string{
		"task_routing.filters[1].targets[0].expression", "task_routing.filters[1].targets[0].order_by", "task_routing.filters[1].targets[0].skip_if",
	}, places(target.Problems))
	assert.Equal(t, "the expression of the target cannot be parsed", target.Candidates[0].Reason)
	assert.False(t, target.OrderIgnored)
}

func places(problems workflow.Problems) (list []string) {
	for _, problem := range problems {
		list = append(list, problem.Place)
	}
	return list
}

func TestCandidatesAreAskedInTheirOrder(t *testing.T) {
	tests := map[string]struct {
		orderBy string
		change  func(*workflow.Workspace)
		want    []string
		ignored bool
	}{
		"without an order as they come": {want: []string{"Alice", "Bob", "Carol"}},
		"descending":                    {orderBy: "worker.level DESC", want: []string{"Bob", "Alice", "Carol"}},
		"ascending":                     {orderBy: "worker.level ASC", want: []string{"Alice", "Bob", "Carol"}},
		"who lacks the attribute last":  {orderBy: "worker.seniority DESC", want: []string{"Carol", "Alice", "Bob"}},
		"ignored for a text": {
			orderBy: "worker.level DESC", change: func(w *workflow.Workspace) { w.Workers[0].Attributes["level"] = "3" },
			want: []string{"Alice", "Bob", "Carol"}, ignored: true,
		},
		"not ignored for a text of one who is not asked": {
			orderBy: "worker.level DESC", change: func(w *workflow.Workspace) {
				w.Workers[0].Attributes["level"] = "3"
				w.Workers[0].Available = false
			},
			want: []string{"Bob", "Carol"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := people()
			w.Workers[1].Available = true
			w.Workers[2].FriendlyName = "Carol"
			w.Workers[2].Attributes["level"] = 1
			w.Workers[2].Attributes["seniority"] = 4
			if test.orderBy == "worker.level ASC" {
				w.Workers[2].Attributes["level"] = nil
			}
			if test.change != nil {
				test.change(&w)
			}
			step := routing(forAll(workflow.Target{Queue: everyoneQueue, OrderBy: test.orderBy})).Explain(nil, w).Filters[0].Targets[0]
			var names []string
			for _, candidate := range step.Candidates {
				if candidate.Asked {
					names = append(names, candidate.Worker.FriendlyName)
				}
			}
			assert.Equal(t, test.want, names)
			assert.Equal(t, test.ignored, step.OrderIgnored)
			assert.Len(t, step.Candidates, 3, "those who are not asked stand behind")
		})
	}
}

func TestALineNamesFiveWorkers(t *testing.T) {
	c := routing(forAll(workflow.Target{Queue: everyoneQueue}))
	w := people()
	for len(w.Workers) < 6 {
		w.Workers = append(w.Workers, w.Workers[0])
	}
	assert.Contains(t, c.Explain(nil, w).String(), "asks Alice, then WK3, then Alice, then Alice, then Alice, waits")
	w.Workers = append(w.Workers, w.Workers[0], w.Workers[0])
	assert.Contains(t, c.Explain(nil, w).String(), "asks Alice, then WK3, then Alice, then Alice, then Alice, then 2 more, waits")
	c.TaskRouting.Filters[0].Targets[0].Expression = "1==0"
	w.Workers = append(w.Workers[:1], w.Workers[2:7]...)
	assert.Contains(t, c.Explain(nil, w).String(), "asks nobody (Alice: 1 == 0 is false; WK3: 1 == 0 is false; "+strings.Repeat("Alice: 1 == 0 is false; ", 3)+"1 more), waits")
}

func TestExplainDoesNotChangeWhatItIsGiven(t *testing.T) {
	c, w, task := everything(), people(), attributes{"channel_type": "voice", "agent": "WK1", "language": "es"}
	c.Explain(task, w)
	assert.Equal(t, everything(), c)
	assert.Equal(t, people(), w)
	assert.Equal(t, attributes{"channel_type": "voice", "agent": "WK1", "language": "es"}, task)
}

func TestNothingPanicsOnWhatIsMadeByHand(t *testing.T) {
	configurations := map[string]workflow.Configuration{
		"nothing":                         {},
		"empty lists":                     routing(workflow.Filter{Targets: []workflow.Target{}}),
		"empty targets":                   routing(workflow.Filter{Expression: "1==1", Targets: []workflow.Target{{}, {}}}),
		"an empty default filter":         {TaskRouting: workflow.TaskRouting{DefaultFilter: &workflow.Target{}}},
		"what cannot be parsed":           routing(workflow.Filter{Expression: "\xff", Targets: []workflow.Target{{Queue: "\xff", Expression: "\x00", OrderBy: ",", SkipIf: "(", KnownWorkerSID: "]", KnownWorkerFriendlyName: "\n"}}}),
		"numbers that are out of range":   routing(forAll(workflow.Target{Priority: new(math.MinInt), Timeout: new(math.MinInt)}, workflow.Target{Priority: new(math.MaxInt), Timeout: new(math.MaxInt)})),
		"a filter without anything":       routing(workflow.Filter{}),
		"a filter for all, without a way": routing(forAll()),
	}
	workspaces := map[string]workflow.Workspace{
		"nothing": {}, "lists that are empty": {Queues: []workflow.Queue{}, Workers: []expression.Worker{}, Tasks: []attributes{}},
		"what is empty": {Queues: []workflow.Queue{{}, {TargetWorkers: new("(")}}, Workers: []expression.Worker{{}}, Tasks: []attributes{nil, {"": nil}}},
		"people":        people(),
	}
	for name, c := range configurations {
		for other, w := range workspaces {
			t.Run(name+" with "+other, func(t *testing.T) {
				assert.NotPanics(t, func() {
					_ = c.Check(w)
					assert.NotEmpty(t, c.Explain(nil, w).String())
					assert.NotEmpty(t, c.Explain(attributes{"task": 1}, w).String())
					assert.NotEmpty(t, c.Diagram(w))
				})
			})
		}
	}
	assert.NotPanics(t, func() {
		assert.NotEmpty(t, workflow.Explanation{}.String())
		assert.NotEmpty(t, workflow.FilterStep{}.String())
		assert.NotEmpty(t, workflow.TargetStep{}.String())
		assert.NotEmpty(t, workflow.Problem{}.String())
	})
}

func TestATaskThatSomebodyIsAskedForIsDroppedOnlyIfNobodyAcceptsIt(t *testing.T) {
	configuration := workflow.Configuration{TaskRouting: workflow.TaskRouting{Filters: []workflow.Filter{{
		Expression: "1==1", Targets: []workflow.Target{{Queue: "WQ1", SkipIf: "1==1"}},
	}}}}
	const dropped = "the task is dropped (event workflow.skipped): nothing keeps it, and there is no default filter"
	staffed := workflow.Workspace{Queues: []workflow.Queue{{SID: "WQ1", TargetWorkers: new("1==1")}}, Workers: []expression.Worker{}}
	assert.Contains(t, configuration.Explain(nil, staffed).String(), "\n"+dropped)
	staffed.Workers = append(staffed.Workers, expression.Worker{FriendlyName: "Alice", Available: true})
	assert.Contains(t, configuration.Explain(nil, staffed).String(), "\nif nobody accepts it, "+dropped)
	assert.Contains(t, configuration.Explain(nil, workflow.Workspace{}).String(), "\nif nobody accepts it, "+dropped)
}
