package workflow_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

// The queues of these tests.
const (
	spanishQueue  = "WQ00000000000000000000000000000001"
	supportQueue  = "WQ00000000000000000000000000000002"
	everyoneQueue = "WQ00000000000000000000000000000003"
)

// small returns a small configuration without problems. Tests change it.
func small() workflow.Configuration {
	return workflow.Configuration{TaskRouting: workflow.TaskRouting{
		Filters: []workflow.Filter{{
			FriendlyName: "Spanish",
			Expression:   `language == "es"`,
			Targets:      []workflow.Target{{Queue: spanishQueue}},
		}},
		DefaultFilter: &workflow.Target{Queue: everyoneQueue},
	}}
}

// everything returns a configuration that uses every feature rightly.
func everything() workflow.Configuration {
	return workflow.Configuration{TaskRouting: workflow.TaskRouting{
		Filters: []workflow.Filter{
			{
				FriendlyName: "Callers with an agent of their own",
				Expression:   `channel_type == "voice" AND agent != null`,
				Targets: []workflow.Target{
					{Queue: supportQueue, KnownWorkerSID: "task.agent", Priority: new(10), Timeout: new(20), SkipIf: "1==1"},
					{Expression: "task.language IN worker.languages", OrderBy: "worker.level DESC, worker.cost ASC", Timeout: new(60)},
					{Priority: new(math.MaxInt32)},
				},
			},
			{
				FriendlyName: "Back to whom they wrote to",
				Expression:   `channel_type IN ["chat", "sms"] AND agent_name != null`,
				Targets: []workflow.Target{
					{Queue: supportQueue, KnownWorkerFriendlyName: "task.agent_name", Timeout: new(1_209_600)},
					{Queue: everyoneQueue, Priority: new(0)},
				},
			},
			{
				FriendlyName: "Spanish, while somebody is there",
				Expression:   `language == "es"`,
				Targets:      []workflow.Target{{Queue: spanishQueue, SkipIf: "workers.available == 0 OR workers.WA00000000000000000000000000000001 > 5", Timeout: new(1)}, {Queue: everyoneQueue}},
			},
			{Expression: "1==1", Targets: []workflow.Target{{Queue: everyoneQueue, SkipIf: "1==1"}}},
		},
		DefaultFilter: &workflow.Target{Queue: everyoneQueue, Priority: new(1), Expression: `worker.roles HAS "agent"`, OrderBy: "worker.level DESC"},
	}}
}

func TestConfigurationsWithoutProblemsHaveNone(t *testing.T) {
	configurations := map[string]workflow.Configuration{"a small one": small(), "one with everything": everything(), "one without filters": {TaskRouting: workflow.TaskRouting{DefaultFilter: &workflow.Target{Queue: everyoneQueue}}}}
	for name, configuration := range configurations {
		t.Run(name, func(t *testing.T) {
			assert.Empty(t, configuration.Check(workflow.Workspace{}))
			assert.NoError(t, configuration.Validate())
		})
	}
}

const counts = "it counts all workers of the queue, also those whom the target does not ask: while one of them is counted, the task waits for workers that may not be there; write 1==1 to pass on whenever nobody can be asked at once"

func TestEveryProblemIsFoundWhereItStands(t *testing.T) {
	type target = workflow.Target
	// A change makes one thing wrong. Its place is relative to the only target of
	// the only filter unless it begins with a dot, which stands for task_routing.
	tests := map[string]struct {
		change   func(c *workflow.Configuration, filter *workflow.Filter, target *workflow.Target)
		severity workflow.Severity
		rule     workflow.Rule
		place    string
		message  string
	}{
		"a filter without an expression": {
			func(_ *workflow.Configuration, f *workflow.Filter, _ *target) { f.Expression = "" },
			workflow.Error, workflow.RuleMissing, ".filters[0].expression", "a filter must say which tasks it is for: write 1==1 for all",
		},
		"a filter that cannot be parsed": {
			func(_ *workflow.Configuration, f *workflow.Filter, _ *target) { f.Expression = "language ==" },
			workflow.Error, workflow.RuleSyntax, ".filters[0].expression", "the service can be expected to refuse it: expression: line 1, column 12: unexpected end, expected a name or a constant",
		},
		"a filter for no task": {
			func(_ *workflow.Configuration, f *workflow.Filter, _ *target) { f.Expression = "1==0" },
			workflow.Warning, workflow.RuleUnreachable, ".filters[0].expression", "it is true of no task: nothing comes here",
		},
		"a filter with the prefix of a target": {
			func(_ *workflow.Configuration, f *workflow.Filter, _ *target) { f.Expression = `task.language == "es"` },
			workflow.Error, expression.RuleContext, ".filters[0].expression", "line 1, column 1: task.language: names have no prefix in a filter: write language; as it is, it looks for an attribute that is called task",
		},
		"a filter without targets": {
			func(_ *workflow.Configuration, f *workflow.Filter, _ *target) { f.Targets = nil },
			workflow.Error, workflow.RuleMissing, ".filters[0].targets", "a filter must send its tasks to at least one target",
		},
		"an empty list of targets": {
			func(_ *workflow.Configuration, f *workflow.Filter, _ *target) { f.Targets = []target{} },
			workflow.Error, workflow.RuleMissing, ".filters[0].targets", "a filter must send its tasks to at least one target",
		},
		"a first target without a queue": {
			func(_ *workflow.Configuration, f *workflow.Filter, t *target) {
				t.Queue, t.Timeout = "", new(1)
				f.Targets = append(f.Targets, target{Queue: everyoneQueue})
			},
			workflow.Error, workflow.RuleMissing, "queue", "the first target must name the queue in which tasks wait; later ones without a queue stay in it",
		},
		"a queue by its name": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) { t.Queue = "Everyone" },
			workflow.Error, workflow.RuleQueue, "queue", `the service refuses it: "Everyone" is not the SID of a task queue, which begins with WQ`,
		},
		"the SID of something else": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) {
				t.Queue = "WK00000000000000000000000000000001"
			},
			workflow.Error, workflow.RuleQueue, "queue", `the service refuses it: "WK00000000000000000000000000000001" is not the SID of a task queue, which begins with WQ`,
		},
		"a target that cannot be parsed": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) { t.Expression = "worker.vip" },
			workflow.Error, workflow.RuleSyntax, "expression", "the service can be expected to refuse it: expression: line 1, column 11: unexpected end, expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (a name alone is no condition: write worker.vip == true)",
		},
		"a target without a prefix": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) { t.Expression = `languages HAS "es"` },
			workflow.Error, expression.RuleContext, "expression", "line 1, column 1: languages: the expression of a target is about a task and a worker: write task.languages or worker.languages, or 'languages' if it is a text",
		},
		"a target with lines": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) {
				t.Expression = "worker.a == 1 OR\nworker.b == 1\r\nAND worker.c == 1"
			},
			workflow.Warning, expression.RulePrecedence, "expression", "line 2, column 1: worker.b == 1  AND worker.c == 1: AND is taken to bind tighter than OR, which is not documented: put it in parentheses",
		},
		"a long text that is not in one line": {
			func(_ *workflow.Configuration, f *workflow.Filter, _ *target) {
				f.Expression = "language == 'a\\\n" + strings.Repeat("x", 100) + "'"
			},
			workflow.Warning, expression.RuleUndocumented, ".filters[0].expression", `line 1, column 13: 'a\ ` + strings.Repeat("x", 56) + `…: the language has no escapes: the \ is taken for a character like any other, which is not documented`,
		},
		"a negative priority": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) { t.Priority = new(-1) },
			workflow.Error, workflow.RuleRange, "priority", "expected a number from 0 to 2147483647, not -1",
		},
		"too high a priority": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) { t.Priority = new(math.MaxInt32 + 1) },
			workflow.Error, workflow.RuleRange, "priority", "expected a number from 0 to 2147483647, not 2147483648",
		},
		"a timeout of 0": {
			func(c *workflow.Configuration, _ *workflow.Filter, t *target) { onlyTimeout(c, t, 0) },
			workflow.Error, workflow.RuleRange, "timeout", "expected a number of seconds from 1, not 0: to pass on at once, write a skip_if of 1==1",
		},
		"a negative timeout": {
			func(c *workflow.Configuration, _ *workflow.Filter, t *target) { onlyTimeout(c, t, -5) },
			workflow.Error, workflow.RuleRange, "timeout", "expected a number of seconds from 1, not -5: to pass on at once, write a skip_if of 1==1",
		},
		"a timeout longer than a task lives": {
			func(c *workflow.Configuration, _ *workflow.Filter, t *target) { onlyTimeout(c, t, 1_209_601) },
			workflow.Warning, workflow.RuleRange, "timeout", "it never ends: no task lives for more than 1209600 seconds",
		},
		"a last timeout": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) { t.Timeout = new(30) },
			workflow.Warning, workflow.RuleTimeout, "timeout", canceledMessage,
		},
		"an order that cannot be parsed": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) { t.OrderBy = "worker.level DOWN" },
			workflow.Error, workflow.RuleSyntax, "order_by", `the service can be expected to refuse it: expression: line 1, column 14: unexpected "DOWN", expected ASC, DESC, a comma or the end`,
		},
		"an order by what is no attribute of a worker": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) { t.OrderBy = "level DESC" },
			workflow.Error, expression.RuleContext, "order_by", "line 1, column 1: level: workers are ordered by their attributes: write one, such as worker.level",
		},
		"an order without a direction": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) { t.OrderBy = "worker.level" },
			workflow.Warning, expression.RuleUndocumented, "order_by", "line 1, column 1: worker.level: what the order is without a direction is not documented: write worker.level ASC or worker.level DESC",
		},
		"a skip_if that cannot be parsed": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) { t.SkipIf = "true" },
			workflow.Error, workflow.RuleSyntax, "skip_if", "the service can be expected to refuse it: expression: line 1, column 5: unexpected end, expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (write 1==1 for what is always true, and 1==0 for what never is)",
		},
		"a skip_if about the worker": {
			func(c *workflow.Configuration, _ *workflow.Filter, t *target) {
				t.SkipIf = "worker.level == 0"
				skippable(c, t)
			},
			workflow.Error, expression.RuleContext, "skip_if", "line 1, column 1: worker.level: a skip_if knows only workers.available, workers.unavailable and workers.WA…, with the SID of an activity, not its name",
		},
		"a skip_if that is never true": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) { t.SkipIf = "1 == 0" },
			workflow.Warning, workflow.RuleSkipIf, "skip_if", "it is never true: the target is not skipped",
		},
		"a skip_if that does not see the expression": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) {
				t.SkipIf, t.Expression = "workers.available == 0", "worker.level > 3"
			},
			workflow.Warning, workflow.RuleSkipIf, "skip_if", counts,
		},
		"a skip_if that does not see the known worker": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) {
				t.SkipIf, t.KnownWorkerSID = "workers.available == 0", "task.agent"
			},
			workflow.Warning, workflow.RuleSkipIf, "skip_if", counts,
		},
		"a skip_if that does not see the known worker by name": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) {
				t.SkipIf, t.KnownWorkerFriendlyName = "workers.available == 0", "task.agent"
			},
			workflow.Warning, workflow.RuleSkipIf, "skip_if", counts,
		},
		"a skip_if that is judged once": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) { t.SkipIf = "workers.available == 0" },
			workflow.Warning, workflow.RuleSkipIf, "skip_if", "it is judged only when the task enters the target: a task that is not skipped then waits until its time to live ends; add a timeout to pass on later, too",
		},
		"both known workers": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) {
				t.KnownWorkerSID, t.KnownWorkerFriendlyName = "task.agent", "task.agent_name"
			},
			workflow.Error, workflow.RuleKnownWorker, "known_worker_friendly_name", "it excludes known_worker_sid, which is here, too: keep one of them",
		},
		"the SID of a worker as known worker": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) {
				t.KnownWorkerSID = "WK00000000000000000000000000000001"
			},
			workflow.Error, workflow.RuleKnownWorker, "known_worker_sid", referenceMessage,
		},
		"an attribute of the worker as known worker": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) { t.KnownWorkerSID = "worker.sid" },
			workflow.Error, workflow.RuleKnownWorker, "known_worker_sid", referenceMessage,
		},
		"the task as known worker": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) { t.KnownWorkerFriendlyName = "task" },
			workflow.Error, workflow.RuleKnownWorker, "known_worker_friendly_name", referenceMessage,
		},
		"a name as known worker": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) {
				t.KnownWorkerFriendlyName = "Alice Smith"
			},
			workflow.Error, workflow.RuleKnownWorker, "known_worker_friendly_name", referenceMessage,
		},
		"a target that nothing follows": {
			func(_ *workflow.Configuration, f *workflow.Filter, _ *target) {
				f.Targets = append(f.Targets, target{Queue: everyoneQueue}, target{})
			},
			workflow.Warning, workflow.RuleUnreachable, ".filters[0].targets[0]", "tasks wait here until they are accepted or their time to live ends: targets[1] and what follows are never tried; add a timeout",
		},
		"a filter behind one that keeps its tasks": {
			func(c *workflow.Configuration, _ *workflow.Filter, _ *target) {
				c.TaskRouting.Filters = append(c.TaskRouting.Filters, workflow.Filter{
					FriendlyName: "Spanish", Expression: `language == "es" AND vip == true`, Targets: []target{{Queue: supportQueue}},
				})
			},
			workflow.Warning, workflow.RuleUnreachable, ".filters[1]", `no task gets here: filters[0] ("Spanish") matches all that this one would, and keeps them; put this one before it`,
		},
		"no default filter": {
			func(c *workflow.Configuration, _ *workflow.Filter, _ *target) { c.TaskRouting.DefaultFilter = nil },
			workflow.Warning, workflow.RuleDefaultFilter, ".default_filter", "there is none: a task that no filter matches, or that the last target of one skips, is dropped (event workflow.skipped)",
		},
		"a default filter without a queue": {
			func(c *workflow.Configuration, _ *workflow.Filter, _ *target) {
				c.TaskRouting.DefaultFilter = &target{Priority: new(1)}
			},
			workflow.Error, workflow.RuleMissing, ".default_filter.queue", "the default filter must name a queue",
		},
		"a default filter with a timeout": {
			func(c *workflow.Configuration, _ *workflow.Filter, _ *target) {
				c.TaskRouting.DefaultFilter.Timeout = new(30)
			},
			workflow.Warning, workflow.RuleDefaultFilter, ".default_filter.timeout", "what a timeout does here is not documented: tasks are expected to wait in the default filter until their time to live ends",
		},
		"a default filter with a skip_if": {
			func(c *workflow.Configuration, _ *workflow.Filter, _ *target) {
				c.TaskRouting.DefaultFilter.SkipIf = "1==1"
			},
			workflow.Warning, workflow.RuleDefaultFilter, ".default_filter.skip_if", "nothing comes after the default filter: what skipping it does is not documented",
		},
		"a default filter with an expression of another place": {
			func(c *workflow.Configuration, _ *workflow.Filter, _ *target) {
				c.TaskRouting.DefaultFilter.Expression = `language == "es"`
			},
			workflow.Error, expression.RuleContext, ".default_filter.expression", "line 1, column 1: language: the expression of a target is about a task and a worker: write task.language or worker.language, or 'language' if it is a text",
		},
		"a default filter that no task reaches": {
			func(_ *workflow.Configuration, f *workflow.Filter, _ *target) { f.Expression = "1==1" },
			workflow.Warning, workflow.RuleUnreachable, ".default_filter", `no task gets here: filters[0] ("Spanish") matches every task, and keeps it or lets it time out`,
		},
		"a member of the document that is not known": {
			func(c *workflow.Configuration, _ *workflow.Filter, _ *target) {
				c.Extra = extra{"version": json.RawMessage("1")}
			},
			workflow.Warning, workflow.RuleUnknownMember, "version", unknownMessage,
		},
		"a member of task_routing that is not known": {
			func(c *workflow.Configuration, _ *workflow.Filter, _ *target) {
				c.TaskRouting.Extra = extra{"Filters": json.RawMessage("[]")}
			},
			workflow.Warning, workflow.RuleUnknownMember, ".Filters", unknownMessage,
		},
		"a member of a filter that is not known": {
			func(_ *workflow.Configuration, f *workflow.Filter, _ *target) {
				f.Extra = extra{"the name": json.RawMessage(`"x"`)}
			},
			workflow.Warning, workflow.RuleUnknownMember, `.filters[0]["the name"]`, unknownMessage,
		},
		"an older name beside the newer": {
			func(_ *workflow.Configuration, f *workflow.Filter, _ *target) {
				f.Extra = extra{"friendly_name": json.RawMessage(`"x"`)}
			},
			workflow.Warning, workflow.RuleUnknownMember, ".filters[0].friendly_name", keptMessage,
		},
		"a member of a target that is not known": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) {
				t.Extra = extra{"time_out": json.RawMessage("5")}
			},
			workflow.Warning, workflow.RuleUnknownMember, "time_out", unknownMessage,
		},
		"an empty member of a target": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) {
				t.Extra = extra{"skip_if": json.RawMessage(`""`)}
			},
			workflow.Warning, workflow.RuleUnknownMember, "skip_if", keptMessage,
		},
		"a misspelt member of the default filter": {
			func(c *workflow.Configuration, _ *workflow.Filter, _ *target) {
				c.TaskRouting.DefaultFilter.Extra = extra{"Expression": json.RawMessage(`"1==1"`)}
			},
			workflow.Warning, workflow.RuleUnknownMember, ".default_filter.Expression", unknownMessage,
		},
		"a text that is not UTF-8": {
			func(_ *workflow.Configuration, f *workflow.Filter, _ *target) { f.FriendlyName = "Spanish\xff" },
			workflow.Error, workflow.RuleSyntax, "the top level", `it cannot be written as it is: task_routing.filters[0].filter_friendly_name: found "Spanish\xff", expected UTF-8`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := small()
			filter := &c.TaskRouting.Filters[0]
			test.change(&c, filter, &filter.Targets[0])
			want := workflow.Problem{Severity: test.severity, Rule: test.rule, Place: test.place, Message: test.message}
			switch {
			case strings.HasPrefix(want.Place, "."):
				want.Place = "task_routing" + want.Place
			case want.Place != "the top level" && want.Place != "version":
				want.Place = "task_routing.filters[0].targets[0]." + want.Place
			}
			if strings.HasPrefix(want.Place, "task_routing.filters") {
				want.Filter = "Spanish"
			}
			got := c.Check(workflow.Workspace{})
			assert.Equal(t, workflow.Problems{want}, got)
			if test.severity == workflow.Error {
				assert.Equal(t, workflow.Problems{want}, c.Validate())
				return
			}
			assert.NoError(t, c.Validate(), "a warning is no error")
		})
	}
}

const (
	canceledMessage  = "after it the task is canceled: the default filter does not catch timeouts; leave this timeout out to keep the task here, or add a target or a last filter with 1==1"
	referenceMessage = "expected the name of an attribute of the task, such as task.agent: with anything else nobody is asked, and the task waits here (error 40154)"
	unknownMessage   = "the service takes this member, and nothing is known that it does with it: look whether the name is misspelt"
	keptMessage      = "it is written as it is and not looked at: it is empty, of another type, or an older name for what is there under the newer one"
)

// onlyTimeout sets a timeout, after which a target follows that keeps the task.
func onlyTimeout(c *workflow.Configuration, target *workflow.Target, seconds int) {
	target.Timeout = new(seconds)
	c.TaskRouting.Filters[0].Targets = append(c.TaskRouting.Filters[0].Targets, workflow.Target{Queue: everyoneQueue})
}

// skippable adds what a skip_if that counts needs not to be warned of.
func skippable(c *workflow.Configuration, target *workflow.Target) { onlyTimeout(c, target, 30) }

func TestEveryPriorityAndTimeoutInRangeIsTaken(t *testing.T) {
	for _, priority := range []int{0, 1, math.MaxInt32} {
		for _, timeout := range []int{1, 1_209_600} {
			c := small()
			target := &c.TaskRouting.Filters[0].Targets[0]
			target.Priority = new(priority)
			onlyTimeout(&c, target, timeout)
			assert.Empty(t, c.Check(workflow.Workspace{}), "priority %d, timeout %d", priority, timeout)
		}
	}
}

func TestASkipIfMayCountWhereTheTargetAsksAll(t *testing.T) {
	c := small()
	target := &c.TaskRouting.Filters[0].Targets[0]
	target.SkipIf, target.Expression = "workers.available == 0", "1==1"
	onlyTimeout(&c, target, 30)
	assert.Empty(t, c.Check(workflow.Workspace{}))
}

func TestAConfigurationMayHaveTheLargestSizeAndNoMore(t *testing.T) {
	const largest = 1_038_576
	c := small()
	c.TaskRouting.Filters[0].FriendlyName = ""
	empty := len(c.String()) + len(`"filter_friendly_name":"",`)
	c.TaskRouting.Filters[0].FriendlyName = strings.Repeat("é", (largest-empty)/2) + strings.Repeat("x", (largest-empty)%2)
	require.Len(t, c.String(), largest)
	assert.NoError(t, c.Validate())

	c.TaskRouting.Filters[0].FriendlyName += "x"
	assert.Equal(t, workflow.Problems{{
		Severity: workflow.Error, Rule: workflow.RuleSize, Place: "the top level",
		Message: "the service refuses it: it has 1038577 bytes, 1 more than a configuration may have",
	}}, c.Validate())
}

func TestAllProblemsAreReportedInTheOrderOfTheirTargets(t *testing.T) {
	c := parse(t, `{"task_routing":{"filters":[
		{"filter_friendly_name":"Broken","expression":"a ==","hint":1,"targets":[
			{"expression":"b","priority":-1,"timeout":0,"order_by":"c d","skip_if":"e","known_worker_sid":"f","known_worker_friendly_name":"g"},
			{"queue":"Sales"}]},
		{"expression":"","targets":[]}],
		"default_filter":{"queue":"","timeout":5}},"note":"x"}`)
	var got []string
	for _, problem := range c.Check(workflow.Workspace{}) {
		got = append(got, fmt.Sprintf("%s %s %s %s", problem.Severity, problem.Rule, problem.Place, problem.Filter))
	}
	assert.Equal(t, []string{
		"warning unknown-member note ",
		"warning unknown-member task_routing.filters[0].hint Broken",
		"error syntax task_routing.filters[0].expression Broken",
		"error missing task_routing.filters[0].targets[0].queue Broken",
		"error syntax task_routing.filters[0].targets[0].expression Broken",
		"error syntax task_routing.filters[0].targets[0].order_by Broken",
		"error syntax task_routing.filters[0].targets[0].skip_if Broken",
		"error range task_routing.filters[0].targets[0].priority Broken",
		"error range task_routing.filters[0].targets[0].timeout Broken",
		"error known-worker task_routing.filters[0].targets[0].known_worker_friendly_name Broken",
		"error known-worker task_routing.filters[0].targets[0].known_worker_sid Broken",
		"error known-worker task_routing.filters[0].targets[0].known_worker_friendly_name Broken",
		"error queue task_routing.filters[0].targets[1].queue Broken",
		"error missing task_routing.filters[1].expression ",
		"error missing task_routing.filters[1].targets ",
		"error missing task_routing.default_filter.queue ",
		"warning default-filter task_routing.default_filter.timeout ",
		"warning unknown-member task_routing.default_filter.queue ",
	}, got)
}

func TestValidateFailsOnErrorsAloneAndCarriesEveryOne(t *testing.T) {
	c := small()
	c.TaskRouting.Filters[0].Targets[0].Priority = new(-1)
	c.TaskRouting.Filters[0].Targets[0].OrderBy = "worker.level" // a warning
	c.TaskRouting.DefaultFilter.Queue = "Everyone"
	err := fmt.Errorf("save: %w", c.Validate())

	problems, ok := errors.AsType[workflow.Problems](err)
	require.True(t, ok)
	assert.Equal(t, []string{
		`task_routing.filters[0].targets[0].priority ("Spanish"): error: expected a number from 0 to 2147483647, not -1`,
		`task_routing.default_filter.queue: error: the service refuses it: "Everyone" is not the SID of a task queue, which begins with WQ`,
	}, []string{problems[0].String(), problems[1].String()})
	assert.Len(t, problems, 2)
	assert.EqualError(t, err, `save: workflow: the configuration is invalid:
	task_routing.filters[0].targets[0].priority ("Spanish"): error: expected a number from 0 to 2147483647, not -1
	task_routing.default_filter.queue: error: the service refuses it: "Everyone" is not the SID of a task queue, which begins with WQ`)
	assert.Len(t, c.Check(workflow.Workspace{}), 3)
}

func TestErrIsNilWithoutErrors(t *testing.T) {
	assert.NoError(t, workflow.Problems(nil).Err())
	assert.NoError(t, workflow.Problems{{Severity: workflow.Warning}}.Err())
}

// people returns three queues and three workers. Alice speaks Spanish, Bob is on
// a break, and Carol is new.
func people() workflow.Workspace {
	return workflow.Workspace{
		Queues: []workflow.Queue{
			{SID: spanishQueue, FriendlyName: "Spanish", TargetWorkers: new(`languages HAS "es"`)},
			{SID: supportQueue, FriendlyName: "Support", TargetWorkers: new("level >= 1")},
			{SID: everyoneQueue, TargetWorkers: new("1==1")},
		},
		Workers: []expression.Worker{
			{
				SID: "WK1", FriendlyName: "Alice", ActivitySID: "WA1", ActivityName: "Available", Available: true,
				Attributes: expression.Attributes{"languages": []any{"en", "es"}, "level": 3, "agent": true},
				Channels:   map[string]expression.Channel{"voice": {ConfiguredCapacity: 1, AvailableCapacityPercentage: 100}},
			},
			{
				SID: "WK2", FriendlyName: "Bob", ActivitySID: "WA2", ActivityName: "Break",
				Attributes: expression.Attributes{"languages": []any{"en"}, "level": 5},
			},
			{
				SID: "WK3", ActivitySID: "WA1", ActivityName: "Available", Available: true,
				Attributes: expression.Attributes{"languages": []any{"en"}},
			},
		},
	}
}

func TestWithAWorkspaceQueuesAndWorkersAreLookedAt(t *testing.T) {
	const unknown = "WQ00000000000000000000000000000009"
	const nobody = "none of the 1 workers of the queue can meet it: tasks wait here for nobody"
	type target = workflow.Target
	at := func(place string) string { return "task_routing.filters[0].targets[0]." + place }
	tests := map[string]struct {
		target    target
		workspace func(*workflow.Workspace)
		want      workflow.Problems
	}{
		"all is well": {target: target{Queue: spanishQueue, Expression: "worker.level > 2", OrderBy: "worker.level DESC"}},
		"an unknown queue": {
			target: target{Queue: unknown},
			want:   workflow.Problems{{Severity: workflow.Error, Rule: workflow.RuleQueue, Place: at("queue"), Message: "the service refuses it: the workspace has no task queue " + unknown}},
		},
		"queues that are not known": {target: target{Queue: unknown}, workspace: func(w *workflow.Workspace) { w.Queues = nil }},
		"an unknown queue with an expression": {
			target: target{Queue: unknown, Expression: "worker.level > 9"},
			want:   workflow.Problems{{Severity: workflow.Error, Rule: workflow.RuleQueue, Place: at("queue"), Message: "the service refuses it: the workspace has no task queue " + unknown}},
		},
		"a queue without workers": {
			target: target{Queue: spanishQueue, Expression: "worker.level > 2"}, workspace: func(w *workflow.Workspace) { w.Queues[0].TargetWorkers = new(`languages HAS "fr"`) },
			want: workflow.Problems{{Severity: workflow.Warning, Rule: workflow.RuleNoWorkers, Place: at("queue"), Message: "the queue has no workers: tasks wait here for nobody"}},
		},
		"a queue whose workers have no expression": {
			target: target{Queue: spanishQueue}, workspace: func(w *workflow.Workspace) { w.Queues[0].TargetWorkers = new("") },
			want: workflow.Problems{{Severity: workflow.Warning, Rule: workflow.RuleNoWorkers, Place: at("queue"), Message: "the queue has no workers: tasks wait here for nobody"}},
		},
		"a queue whose workers are not known":      {target: target{Queue: spanishQueue, Expression: "worker.level > 3"}, workspace: func(w *workflow.Workspace) { w.Queues[0].TargetWorkers = nil }},
		"a queue whose workers cannot be told":     {target: target{Queue: spanishQueue, Expression: "worker.level > 3"}, workspace: func(w *workflow.Workspace) { w.Queues[0].TargetWorkers = new("languages") }},
		"workers that are not known":               {target: target{Queue: spanishQueue, Expression: "worker.level > 3"}, workspace: func(w *workflow.Workspace) { w.Workers = nil }},
		"a target that is to let tasks wait":       {target: target{Queue: spanishQueue, Expression: "1==0"}},
		"a target that is up to the task":          {target: target{Queue: spanishQueue, Expression: "task.level > 9"}},
		"a target that is up to task and worker":   {target: target{Queue: spanishQueue, Expression: "task.language IN worker.languages AND task.level > worker.level"}},
		"a target that is up to the activity":      {target: target{Queue: spanishQueue, Expression: `worker.activity_name == "Break"`}},
		"a target that is up to the channels":      {target: target{Queue: spanishQueue, Expression: "worker.channel.voice.assigned_tasks == 7"}},
		"a target for a worker of the queue":       {target: target{Queue: spanishQueue, Expression: `worker.sid == "WK1"`}},
		"a target for a worker on a break":         {target: target{Queue: supportQueue, Expression: `worker.friendly_name == "Bob"`}},
		"a target for a worker of another queue":   {target: target{Queue: spanishQueue, Expression: `worker.sid == "WK2"`}, want: workflow.Problems{{Severity: workflow.Warning, Rule: workflow.RuleNoWorkers, Place: at("expression"), Message: nobody}}},
		"a target that nobody can meet":            {target: target{Queue: spanishQueue, Expression: "worker.level > 3 AND task.language == 'es'"}, want: workflow.Problems{{Severity: workflow.Warning, Rule: workflow.RuleNoWorkers, Place: at("expression"), Message: nobody}}},
		"a worker attribute that nobody has":       {target: target{Queue: spanishQueue, Expression: "worker.grade != 3"}, want: workflow.Problems{{Severity: workflow.Warning, Rule: expression.RuleUnknownName, Place: at("expression"), Message: "line 1, column 1: worker.grade: no sample has it"}}},
		"a worker attribute in capitals":           {target: target{Queue: spanishQueue, Expression: "worker.Level != 3"}, want: workflow.Problems{{Severity: workflow.Warning, Rule: expression.RuleUnknownName, Place: at("expression"), Message: "line 1, column 1: worker.Level: no sample has it, but one has level: small and capital letters differ"}}},
		"an order by an attribute of texts":        {target: target{Queue: spanishQueue, OrderBy: "worker.level DESC"}, workspace: func(w *workflow.Workspace) { w.Workers[2].Attributes["level"] = "7" }, want: workflow.Problems{{Severity: workflow.Warning, Rule: expression.RuleOrder, Place: at("order_by"), Message: `line 1, column 1: worker.level: a worker has "7" here: one that is no integer makes the service ignore the whole order`}}},
		"an order by an attribute that none has":   {target: target{Queue: spanishQueue, OrderBy: "worker.grade DESC"}, want: workflow.Problems{{Severity: workflow.Warning, Rule: expression.RuleUnknownName, Place: at("order_by"), Message: "line 1, column 1: worker.grade: no sample has it"}}},
		"an expression that can't be parsed":       {target: target{Queue: spanishQueue, Expression: "worker"}, want: workflow.Problems{{Severity: workflow.Error, Rule: workflow.RuleSyntax, Place: at("expression"), Message: "the service can be expected to refuse it: expression: line 1, column 7: unexpected end, expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (a name alone is no condition: write worker == true)"}}},
		"a skip_if for an activity without worker": {target: target{Queue: spanishQueue, SkipIf: "1==1"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := small()
			c.TaskRouting.Filters[0].Targets[0] = test.target
			w := people()
			if test.workspace != nil {
				test.workspace(&w)
			}
			for i := range test.want {
				test.want[i].Filter = "Spanish"
			}
			assert.Equal(t, test.want, c.Check(w))
		})
	}
}

func TestInAWorkspaceWithoutQueuesNoneExists(t *testing.T) {
	assert.Equal(t, []string{"task_routing.filters[0].targets[0].queue", "task_routing.default_filter.queue"},
		places(small().Check(workflow.Workspace{Queues: []workflow.Queue{}})))
}

func TestAnInheritedQueueIsLookedAtForItsWorkers(t *testing.T) {
	c := small()
	c.TaskRouting.Filters[0].Targets[0].Timeout = new(5)
	c.TaskRouting.Filters[0].Targets = append(c.TaskRouting.Filters[0].Targets, workflow.Target{Expression: "worker.level > 3"})
	assert.Equal(t, workflow.Problems{{
		Severity: workflow.Warning, Rule: workflow.RuleNoWorkers, Place: "task_routing.filters[0].targets[1].expression", Filter: "Spanish",
		Message: "none of the 1 workers of the queue can meet it: tasks wait here for nobody",
	}}, c.Check(people()))
}

func TestEachValueThatCannotBeWrittenIsAProblem(t *testing.T) {
	c := small()
	c.TaskRouting.Extra = extra{"a": json.RawMessage("{"), "b": json.RawMessage(`{"c":1,"c":2}`)}
	err := c.Validate()
	require.Error(t, err)
	assert.Equal(t, workflow.Problems{
		{Severity: workflow.Error, Rule: workflow.RuleSyntax, Place: "the top level", Message: "it cannot be written as it is: task_routing.a: line 1, column 1: unexpected end of JSON input"},
		{Severity: workflow.Error, Rule: workflow.RuleSyntax, Place: "the top level", Message: `it cannot be written as it is: task_routing.b: found the member "c" twice, expected it once`},
	}, err)
}

func TestTheDefaultFilterIsLookedAtForItsWorkers(t *testing.T) {
	c := small()
	c.TaskRouting.DefaultFilter.Expression = "worker.level > 5"
	assert.Equal(t, workflow.Problems{{
		Severity: workflow.Warning, Rule: workflow.RuleNoWorkers, Place: "task_routing.default_filter.expression",
		Message: "none of the 3 workers of the queue can meet it: tasks wait here for nobody",
	}}, c.Check(people()))
}

func TestTasksAreSamplesForFilters(t *testing.T) {
	c := small()
	c.TaskRouting.Filters[0].Expression = `Language == "es" OR skills == "a"`
	w := workflow.Workspace{Tasks: []expression.Attributes{{"language": "es", "skills": []any{"a"}}}}
	assert.Equal(t, workflow.Problems{
		{
			Severity: workflow.Warning, Rule: expression.RuleUnknownName, Place: "task_routing.filters[0].expression", Filter: "Spanish",
			Message: "line 1, column 1: Language: no sample has it, but one has language: small and capital letters differ",
		},
		{
			Severity: workflow.Warning, Rule: expression.RuleNeverTrue, Place: "task_routing.filters[0].expression", Filter: "Spanish",
			Message: `line 1, column 21: skills == "a": this is never true: == compares single values of one kind, and skills is a list in every sample; write skills HAS 'a'`,
		},
	}, c.Check(w))
}

func TestAnAttributeThatNoExpressionCanNameIsSaidOnce(t *testing.T) {
	c := small()
	c.TaskRouting.Filters[0].Targets[0].Expression = "worker.level != 1"
	c.TaskRouting.Filters[0].Targets[0].OrderBy = "worker.level DESC"
	c.TaskRouting.DefaultFilter.Expression = "worker.level != 2"
	w := people()
	w.Workers[0].Attributes["skill-level"] = 1
	w.Workers[1].Attributes["skill-level"] = 2
	assert.Equal(t, workflow.Problems{{
		Severity: workflow.Warning, Rule: expression.RuleUnnameable, Place: "task_routing.filters[0].targets[0].expression", Filter: "Spanish",
		Message: `no expression can name the attribute "skill-level" of a worker: names are letters, digits, _ and $, without a digit first, and no words of the language`,
	}}, c.Check(w))
}
