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
					{Queue: supportQueue, KnownWorkerFriendlyName: "task.agent_name", Timeout: new(86_400)},
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

const counts = "workers.available and its like count every worker of the queue, also those whom this target does not ask: while one of them is counted, the task is not skipped and waits; write 1==1 to skip whenever nobody can be asked at once"

// assertProblems asserts what was found. What the package expression says is a
// matter of its own tests: of that, a part of the message is enough.
func assertProblems(t *testing.T, want, got workflow.Problems) {
	t.Helper()
	for i := range min(len(want), len(got)) {
		if !ownRules[got[i].Rule] && strings.Contains(got[i].Message, want[i].Message) {
			got[i].Message = want[i].Message
		}
	}
	assert.Equal(t, want, got)
}

func assertErrors(t *testing.T, want workflow.Problems, err error) {
	t.Helper()
	got, ok := errors.AsType[workflow.Errors](err)
	require.True(t, ok, "found %v", err)
	assertProblems(t, want, workflow.Problems(got))
}

// ownRules are those whose messages are written in this package alone.
var ownRules = map[workflow.Rule]bool{
	workflow.RuleMissing: true, workflow.RuleQueue: true, workflow.RuleRange: true, workflow.RuleKnownWorker: true,
	workflow.RuleSkipIf: true, workflow.RuleUnreachable: true, workflow.RuleTimeout: true, workflow.RuleDefaultFilter: true,
	workflow.RuleNoWorkers: true, workflow.RuleUnknownMember: true, workflow.RuleSize: true,
}

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
			workflow.SeverityError, workflow.RuleMissing, ".filters[0].expression", "a filter must say which tasks it is for: write 1==1 for all",
		},
		"a filter that cannot be parsed": {
			func(_ *workflow.Configuration, f *workflow.Filter, _ *target) { f.Expression = "language ==" },
			workflow.SeverityError, workflow.RuleSyntax, ".filters[0].expression", "the service probably refuses the configuration: line 1, column 12: ",
		},
		"a filter for no task": {
			func(_ *workflow.Configuration, f *workflow.Filter, _ *target) { f.Expression = "1==0" },
			workflow.SeverityWarning, workflow.RuleUnreachable, ".filters[0].expression", "no task matches 1==0: the filter has no effect",
		},
		"a filter with the prefix of a target": {
			func(_ *workflow.Configuration, f *workflow.Filter, _ *target) { f.Expression = `task.language == "es"` },
			workflow.SeverityError, expression.RuleContext, ".filters[0].expression", "line 1, column 1: task.language: ",
		},
		"a filter without targets": {
			func(_ *workflow.Configuration, f *workflow.Filter, _ *target) { f.Targets = nil },
			workflow.SeverityError, workflow.RuleMissing, ".filters[0].targets", "a filter must send its tasks to at least one target",
		},
		"an empty list of targets": {
			func(_ *workflow.Configuration, f *workflow.Filter, _ *target) { f.Targets = []target{} },
			workflow.SeverityError, workflow.RuleMissing, ".filters[0].targets", "a filter must send its tasks to at least one target",
		},
		"a first target without a queue": {
			func(_ *workflow.Configuration, f *workflow.Filter, t *target) {
				t.Queue, t.Timeout = "", new(1)
				f.Targets = append(f.Targets, target{Queue: everyoneQueue})
			},
			workflow.SeverityError, workflow.RuleMissing, "queue", "the first target must name the queue in which tasks wait; later ones without a queue stay in it",
		},
		"a queue by its name": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) { t.Queue = "Everyone" },
			workflow.SeverityError, workflow.RuleQueue, "queue", `"Everyone" is not the SID of a task queue, and the service refuses an update with it: write the SID, which is WQ and letters and digits, not the name`,
		},
		"the SID of something else": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) {
				t.Queue = "WK00000000000000000000000000000001"
			},
			workflow.SeverityError, workflow.RuleQueue, "queue", `"WK00000000000000000000000000000001" is not the SID of a task queue, and the service refuses an update with it: write the SID, which is WQ and letters and digits, not the name`,
		},
		"a SID with a space": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) { t.Queue = "WQ1 " },
			workflow.SeverityError, workflow.RuleQueue, "queue", `"WQ1 " is not the SID of a task queue, and the service refuses an update with it: write the SID, which is WQ and letters and digits, not the name`,
		},
		"a SID with signs of a template": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) { t.Queue = "WQ{{queue}}" },
			workflow.SeverityError, workflow.RuleQueue, "queue", `"WQ{{queue}}" is not the SID of a task queue, and the service refuses an update with it: write the SID, which is WQ and letters and digits, not the name`,
		},
		"a SID with an underscore": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) { t.Queue = "WQ_1" },
			workflow.SeverityError, workflow.RuleQueue, "queue", `"WQ_1" is not the SID of a task queue, and the service refuses an update with it: write the SID, which is WQ and letters and digits, not the name`,
		},
		"a SID in small letters": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) { t.Queue = "wq1" },
			workflow.SeverityError, workflow.RuleQueue, "queue", `"wq1" is not the SID of a task queue, and the service refuses an update with it: write the SID, which is WQ and letters and digits, not the name`,
		},
		"a later queue by its name": {
			func(c *workflow.Configuration, f *workflow.Filter, t *target) {
				onlyTimeout(c, t, 30)
				f.Targets[1].Queue = "Everyone"
			},
			workflow.SeverityError, workflow.RuleQueue, ".filters[0].targets[1].queue", `"Everyone" is not the SID of a task queue, and the service refuses an update with it: write the SID, which is WQ and letters and digits, not the name`,
		},
		"a target that cannot be parsed": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) { t.Expression = "worker.vip" },
			workflow.SeverityError, workflow.RuleSyntax, "expression", "the service probably refuses the configuration: line 1, column 11: ",
		},
		"a target without a prefix": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) { t.Expression = `languages HAS "es"` },
			workflow.SeverityError, expression.RuleContext, "expression", "line 1, column 1: languages: ",
		},
		"a target with lines": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) {
				t.Expression = "worker.a == 1 OR\nworker.b == 1\r\nAND worker.c == 1"
			},
			workflow.SeverityWarning, expression.RulePrecedence, "expression", "line 2, column 1: worker.b == 1  AND worker.c == 1: ",
		},
		"a negative priority": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) { t.Priority = new(-1) },
			workflow.SeverityError, workflow.RuleRange, "priority", "a task has a priority from 0 to 2147483647, not -1",
		},
		"too high a priority": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) { t.Priority = new(math.MaxInt32 + 1) },
			workflow.SeverityError, workflow.RuleRange, "priority", "a task has a priority from 0 to 2147483647, not 2147483648",
		},
		"a timeout of 0": {
			func(c *workflow.Configuration, _ *workflow.Filter, t *target) { onlyTimeout(c, t, 0) },
			workflow.SeverityError, workflow.RuleRange, "timeout", "a timeout has at least 1 second, not 0: to pass on at once if nobody can be asked, write a skip_if of 1==1",
		},
		"a negative timeout": {
			func(c *workflow.Configuration, _ *workflow.Filter, t *target) { onlyTimeout(c, t, -5) },
			workflow.SeverityError, workflow.RuleRange, "timeout", "a timeout has at least 1 second, not -5: to pass on at once if nobody can be asked, write a skip_if of 1==1",
		},
		"a timeout longer than a task lives": {
			func(c *workflow.Configuration, _ *workflow.Filter, t *target) { onlyTimeout(c, t, 1_209_601) },
			workflow.SeverityWarning, workflow.RuleRange, "timeout", "the timeout never ends: no task lives for more than 1209600 seconds",
		},
		"a timeout longer than a task lives if nothing is said": {
			func(c *workflow.Configuration, _ *workflow.Filter, t *target) { onlyTimeout(c, t, 86_401) },
			workflow.SeverityWarning, workflow.RuleRange, "timeout", "the timeout ends only for tasks that are created with a longer time to live than 86400 seconds, a day: others expire before",
		},
		"a timeout as long as any task lives": {
			func(c *workflow.Configuration, _ *workflow.Filter, t *target) { onlyTimeout(c, t, 1_209_600) },
			workflow.SeverityWarning, workflow.RuleRange, "timeout", "the timeout ends only for tasks that are created with a longer time to live than 86400 seconds, a day: others expire before",
		},
		"a last timeout": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) { t.Timeout = new(30) },
			workflow.SeverityWarning, workflow.RuleTimeout, "timeout", canceledMessage,
		},
		"an order that cannot be parsed": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) { t.OrderBy = "worker.level DOWN" },
			workflow.SeverityError, workflow.RuleSyntax, "order_by", `the service probably refuses the configuration: line 1, column 14: `,
		},
		"an order by what is no attribute of a worker": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) { t.OrderBy = "level DESC" },
			workflow.SeverityError, expression.RuleContext, "order_by", "line 1, column 1: level: ",
		},
		"an order without a direction": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) { t.OrderBy = "worker.level" },
			workflow.SeverityWarning, expression.RuleUndocumented, "order_by", "line 1, column 1: worker.level: ",
		},
		"a skip_if that cannot be parsed": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) { t.SkipIf = "true" },
			workflow.SeverityError, workflow.RuleSyntax, "skip_if", "the service probably refuses the configuration: line 1, column 5: ",
		},
		"a skip_if about the worker": {
			func(c *workflow.Configuration, _ *workflow.Filter, t *target) {
				t.SkipIf = "worker.level == 0"
				onlyTimeout(c, t, 30)
			},
			workflow.SeverityError, expression.RuleContext, "skip_if", "line 1, column 1: worker.level: ",
		},
		"a skip_if that is never true": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) { t.SkipIf = "1 == 0" },
			workflow.SeverityWarning, workflow.RuleSkipIf, "skip_if", "1 == 0 is never true: the target is never skipped",
		},
		"a skip_if that does not see the expression": {
			func(c *workflow.Configuration, _ *workflow.Filter, t *target) {
				t.SkipIf, t.Expression = "workers.available == 0", "worker.level > 3"
				onlyTimeout(c, t, 30)
			},
			workflow.SeverityWarning, workflow.RuleSkipIf, "skip_if", counts,
		},
		"a skip_if that does not see the known worker": {
			func(c *workflow.Configuration, _ *workflow.Filter, t *target) {
				t.SkipIf, t.KnownWorkerSID = "workers.available == 0", "task.agent"
				onlyTimeout(c, t, 30)
			},
			workflow.SeverityWarning, workflow.RuleSkipIf, "skip_if", counts,
		},
		"a skip_if that does not see the known worker by name": {
			func(c *workflow.Configuration, _ *workflow.Filter, t *target) {
				t.SkipIf, t.KnownWorkerFriendlyName = "workers.available == 0", "task.agent"
				onlyTimeout(c, t, 30)
			},
			workflow.SeverityWarning, workflow.RuleSkipIf, "skip_if", counts,
		},
		"a skip_if that is judged once": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) { t.SkipIf = "workers.available == 0" },
			workflow.SeverityWarning, workflow.RuleSkipIf, ".filters[0].targets[0]", "skip_if is not judged again while a task waits: one that is not skipped as it enters waits here without an end; to go on later, too, add a timeout and a target after it",
		},
		"a skip_if that is judged once, and a target after it": {
			func(c *workflow.Configuration, _ *workflow.Filter, t *target) {
				t.SkipIf = "workers.available == 0"
				onlyTimeout(c, t, 30)
				t = &c.TaskRouting.Filters[0].Targets[0]
				t.Timeout = nil
			},
			workflow.SeverityWarning, workflow.RuleSkipIf, ".filters[0].targets[0]", "skip_if is not judged again while a task waits: one that is not skipped as it enters waits here without an end; add a timeout to go on to targets[1] later, too",
		},
		"a skip_if about the worker, without a timeout": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) { t.SkipIf = "worker.level == 0" },
			workflow.SeverityError, expression.RuleContext, "skip_if", "line 1, column 1: worker.level: ",
		},
		"a skip_if about the worker that does not see the expression either": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) {
				t.SkipIf, t.Expression = "worker.level == 0", "worker.level > 3"
			},
			workflow.SeverityError, expression.RuleContext, "skip_if", "line 1, column 1: worker.level: ",
		},
		"a known worker that is waited for": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) { t.KnownWorkerSID = "task.agent" },
			workflow.SeverityWarning, workflow.RuleKnownWorker, ".filters[0].targets[0]", "without a timeout, tasks wait for one worker until their time to live ends, be that worker there or not: add a timeout, and a target after it",
		},
		"a known worker by name that is waited for, since it is never skipped": {
			func(c *workflow.Configuration, f *workflow.Filter, t *target) {
				onlyTimeout(c, t, 30)
				f.Targets[1].KnownWorkerFriendlyName = "task.agent"
			},
			workflow.SeverityWarning, workflow.RuleKnownWorker, ".filters[0].targets[1]", "without a timeout, tasks wait for one worker until their time to live ends, be that worker there or not: add a timeout, and a target after it",
		},
		"a known worker without a prefix": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) { t.KnownWorkerSID = "agent_sid" },
			workflow.SeverityError, workflow.RuleKnownWorker, "known_worker_sid", "agent_sid is no attribute of the task: nobody is asked, as far as is documented, and tasks wait here (error 40154); write task.agent_sid",
		},
		"both known workers": {
			func(c *workflow.Configuration, _ *workflow.Filter, t *target) {
				t.KnownWorkerSID, t.KnownWorkerFriendlyName = "task.agent", "task.agent_name"
				onlyTimeout(c, t, 30)
			},
			workflow.SeverityError, workflow.RuleKnownWorker, "known_worker_friendly_name", "a target has known_worker_friendly_name or known_worker_sid, not both: remove one",
		},
		"the SID of a worker as known worker": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) {
				t.KnownWorkerSID = "WK00000000000000000000000000000001"
			},
			workflow.SeverityError, workflow.RuleKnownWorker, "known_worker_sid", "WK00000000000000000000000000000001 is no attribute of the task: nobody is asked, as far as is documented, and tasks wait here (error 40154); put the worker into an attribute of the task, and name that, as in task.agent",
		},
		"an attribute of the worker as known worker": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) { t.KnownWorkerSID = "worker.sid" },
			workflow.SeverityError, workflow.RuleKnownWorker, "known_worker_sid", "worker.sid is no attribute of the task: nobody is asked, as far as is documented, and tasks wait here (error 40154); put the worker into an attribute of the task, and name that, as in task.agent",
		},
		"the task as known worker": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) { t.KnownWorkerFriendlyName = "task" },
			workflow.SeverityError, workflow.RuleKnownWorker, "known_worker_friendly_name", "task is no attribute of the task: nobody is asked, as far as is documented, and tasks wait here (error 40154); put the worker into an attribute of the task, and name that, as in task.agent",
		},
		"a name as known worker": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) {
				t.KnownWorkerFriendlyName = "Alice Smith"
			},
			workflow.SeverityError, workflow.RuleKnownWorker, "known_worker_friendly_name", "Alice Smith is no attribute of the task: nobody is asked, as far as is documented, and tasks wait here (error 40154); put the worker into an attribute of the task, and name that, as in task.agent",
		},
		"a target that nothing follows": {
			func(_ *workflow.Configuration, f *workflow.Filter, _ *target) {
				f.Targets = append(f.Targets, target{Queue: everyoneQueue}, target{})
			},
			workflow.SeverityWarning, workflow.RuleUnreachable, ".filters[0].targets[0]", "without a timeout, tasks wait here until they are accepted or their time to live ends: targets[1] and what follows are never tried; add a timeout",
		},
		"a filter behind one that keeps its tasks": {
			func(c *workflow.Configuration, _ *workflow.Filter, _ *target) {
				c.TaskRouting.Filters = append(c.TaskRouting.Filters, workflow.Filter{
					FriendlyName: "Spanish", Expression: `language == "es" AND vip == true`, Targets: []target{{Queue: supportQueue}},
				})
			},
			workflow.SeverityWarning, workflow.RuleUnreachable, ".filters[1]", `no task gets here: filters[0] ("Spanish") takes all that this one would, and passes none on; put this one before it`,
		},
		"no default filter": {
			func(c *workflow.Configuration, _ *workflow.Filter, _ *target) { c.TaskRouting.DefaultFilter = nil },
			workflow.SeverityWarning, workflow.RuleDefaultFilter, ".default_filter", "there is no default filter: a task that no filter takes is dropped (event workflow.skipped); add one, or a last filter with the expression 1==1",
		},
		"a default filter without a queue": {
			func(c *workflow.Configuration, _ *workflow.Filter, _ *target) {
				c.TaskRouting.DefaultFilter = &target{Priority: new(1)}
			},
			workflow.SeverityError, workflow.RuleMissing, ".default_filter.queue", "the default filter must name the queue in which tasks wait",
		},
		"a default filter with a timeout": {
			func(c *workflow.Configuration, _ *workflow.Filter, _ *target) {
				c.TaskRouting.DefaultFilter.Timeout = new(30)
			},
			workflow.SeverityWarning, workflow.RuleDefaultFilter, ".default_filter.timeout", "what a timeout does in the default filter is not documented: tasks are expected to wait there until their time to live ends; remove it",
		},
		"a default filter with a skip_if": {
			func(c *workflow.Configuration, _ *workflow.Filter, _ *target) {
				c.TaskRouting.DefaultFilter.SkipIf = "1==1"
			},
			workflow.SeverityWarning, workflow.RuleDefaultFilter, ".default_filter.skip_if", "what a skip_if does in the default filter is not documented: nothing comes after it; remove it",
		},
		"a default filter with an expression of another place": {
			func(c *workflow.Configuration, _ *workflow.Filter, _ *target) {
				c.TaskRouting.DefaultFilter.Expression = `language == "es"`
			},
			workflow.SeverityError, expression.RuleContext, ".default_filter.expression", "line 1, column 1: language: ",
		},
		"a default filter that no task reaches": {
			func(_ *workflow.Configuration, f *workflow.Filter, _ *target) { f.Expression = "1==1" },
			workflow.SeverityWarning, workflow.RuleUnreachable, ".default_filter", `no task gets to the default filter: filters[0] ("Spanish") takes every task, and keeps it or lets it time out; remove the default filter, or let that filter take less`,
		},
		"a member of the document that is not known": {
			func(c *workflow.Configuration, _ *workflow.Filter, _ *target) {
				c.Extra = extra{"version": json.RawMessage("1")}
			},
			workflow.SeverityWarning, workflow.RuleUnknownMember, "version", unknownMessage,
		},
		"a misspelt member of task_routing": {
			func(c *workflow.Configuration, _ *workflow.Filter, _ *target) {
				c.TaskRouting.Extra = extra{"Filters": json.RawMessage("[]")}
			},
			workflow.SeverityWarning, workflow.RuleUnknownMember, ".Filters", "no such member is known: the service takes it, and it probably has no effect; rename it to filters, or remove it",
		},
		"a member of a filter that is not known": {
			func(_ *workflow.Configuration, f *workflow.Filter, _ *target) {
				f.Extra = extra{"the name": json.RawMessage(`"x"`)}
			},
			workflow.SeverityWarning, workflow.RuleUnknownMember, `.filters[0]["the name"]`, unknownMessage,
		},
		"an older name beside the newer": {
			func(_ *workflow.Configuration, f *workflow.Filter, _ *target) {
				f.Extra = extra{"friendly_name": json.RawMessage(`"x"`)}
			},
			workflow.SeverityWarning, workflow.RuleUnknownMember, ".filters[0].friendly_name", "this is an older name for what stands here under the newer one, and says something else: remove it",
		},
		"a misspelt member of a target": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) {
				t.Extra = extra{"time_out": json.RawMessage("5")}
			},
			workflow.SeverityWarning, workflow.RuleUnknownMember, "time_out", "no such member is known: the service takes it, and it probably has no effect; rename it to timeout, or remove it",
		},
		"an empty member of a target": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) {
				t.Extra = extra{"skip_if": json.RawMessage(`""`)}
			},
			workflow.SeverityWarning, workflow.RuleUnknownMember, "skip_if", "this is empty, and as good as not there: remove it",
		},
		"a misspelt member of the default filter": {
			func(c *workflow.Configuration, _ *workflow.Filter, _ *target) {
				c.TaskRouting.DefaultFilter.Extra = extra{"Expression": json.RawMessage(`"1==1"`)}
			},
			workflow.SeverityWarning, workflow.RuleUnknownMember, ".default_filter.Expression", "no such member is known: the service takes it, and it probably has no effect; rename it to expression, or remove it",
		},
		"a misspelt member with a hyphen": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) {
				t.Extra = extra{"Order-By": json.RawMessage(`"worker.level DESC"`)}
			},
			workflow.SeverityWarning, workflow.RuleUnknownMember, `Order-By`, "no such member is known: the service takes it, and it probably has no effect; rename it to order_by, or remove it",
		},
		"a member of a target that is not known": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) {
				t.Extra = extra{"max_reserved": json.RawMessage("5")}
			},
			workflow.SeverityWarning, workflow.RuleUnknownMember, "max_reserved", unknownMessage,
		},
		"a member of a filter, which a target does not have": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) {
				t.Extra = extra{"targets": json.RawMessage("[]")}
			},
			workflow.SeverityWarning, workflow.RuleUnknownMember, "targets", unknownMessage,
		},
		"a queue by both names": {
			func(_ *workflow.Configuration, _ *workflow.Filter, t *target) {
				t.Extra = extra{"task_queue_sid": json.RawMessage(`"` + everyoneQueue + `"`)}
			},
			workflow.SeverityWarning, workflow.RuleUnknownMember, "task_queue_sid", "this is an older name for what stands here under the newer one, and says something else: remove it",
		},
		"an empty older name": {
			func(_ *workflow.Configuration, f *workflow.Filter, _ *target) {
				f.Extra = extra{"friendly_name": json.RawMessage(`""`)}
			},
			workflow.SeverityWarning, workflow.RuleUnknownMember, ".filters[0].friendly_name", "this is empty, and as good as not there: remove it",
		},
		"a member that has a field, set by hand": {
			func(c *workflow.Configuration, _ *workflow.Filter, _ *target) {
				c.TaskRouting.DefaultFilter.Extra = extra{"priority": json.RawMessage("5")}
			},
			workflow.SeverityWarning, workflow.RuleUnknownMember, ".default_filter.priority", "this is written as it stands in Extra, and not checked: set the field",
		},
		"a misspelt member of the document": {
			func(c *workflow.Configuration, _ *workflow.Filter, _ *target) {
				c.Extra = extra{"TaskRouting": json.RawMessage("{}")}
			},
			workflow.SeverityWarning, workflow.RuleUnknownMember, "TaskRouting", "no such member is known: the service takes it, and it probably has no effect; rename it to task_routing, or remove it",
		},
		"a text that is not UTF-8": {
			func(_ *workflow.Configuration, f *workflow.Filter, _ *target) { f.FriendlyName = "Spanish\xff" },
			workflow.SeverityError, workflow.RuleSyntax, "the top level", `this cannot be written as it is: task_routing.filters[0].filter_friendly_name: found "Spanish\xff", expected UTF-8`,
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
			case want.Place != "the top level" && want.Place != "version" && want.Place != "TaskRouting":
				want.Place = "task_routing.filters[0].targets[0]." + want.Place
			}
			if strings.HasPrefix(want.Place, "task_routing.filters") {
				want.Filter = "Spanish"
			}
			got := c.Check(workflow.Workspace{})
			assertProblems(t, workflow.Problems{want}, got)
			if test.severity == workflow.SeverityError {
				assertErrors(t, workflow.Problems{want}, c.Validate())
				return
			}
			assert.NoError(t, c.Validate(), "a warning is no error")
		})
	}
}

const (
	canceledMessage = "when this timeout ends, the task is canceled: the default filter does not catch timeouts; to keep the task, add a last target that has neither a timeout nor a skip_if"
	unknownMessage  = "no such member is known here: the service takes it, and it probably has no effect; remove it"
)

// onlyTimeout sets a timeout, after which a target follows that keeps the task.
func onlyTimeout(c *workflow.Configuration, target *workflow.Target, seconds int) {
	target.Timeout = new(seconds)
	c.TaskRouting.Filters[0].Targets = append(c.TaskRouting.Filters[0].Targets, workflow.Target{Queue: everyoneQueue})
}

func TestEveryPriorityAndTimeoutInRangeIsTaken(t *testing.T) {
	for _, priority := range []int{0, 1, math.MaxInt32} {
		for _, timeout := range []int{1, 86_400} {
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
	assertErrors(t, workflow.Problems{{
		Severity: workflow.SeverityError, Rule: workflow.RuleSize, Place: "the top level",
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
		"error known-worker task_routing.filters[0].targets[0].known_worker_friendly_name Broken",
		"error known-worker task_routing.filters[0].targets[0].known_worker_sid Broken",
		"error known-worker task_routing.filters[0].targets[0].known_worker_friendly_name Broken",
		"error range task_routing.filters[0].targets[0].timeout Broken",
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

	problems, ok := errors.AsType[workflow.Errors](err)
	require.True(t, ok)
	assert.Equal(t, []string{
		`task_routing.filters[0].targets[0].priority ("Spanish"): error: a task has a priority from 0 to 2147483647, not -1`,
		`task_routing.default_filter.queue: error: "Everyone" is not the SID of a task queue, and the service refuses an update with it: write the SID, which is WQ and letters and digits, not the name`,
	}, []string{problems[0].String(), problems[1].String()})
	assert.Len(t, problems, 2)
	assert.EqualError(t, err, `save: workflow: the configuration is invalid:
	task_routing.filters[0].targets[0].priority ("Spanish"): error: a task has a priority from 0 to 2147483647, not -1
	task_routing.default_filter.queue: error: "Everyone" is not the SID of a task queue, and the service refuses an update with it: write the SID, which is WQ and letters and digits, not the name`)
	assert.Len(t, c.Check(workflow.Workspace{}), 3)
}

func TestErrIsNilWithoutErrors(t *testing.T) {
	assert.NoError(t, workflow.Problems(nil).Err())
	assert.NoError(t, workflow.Problems{{Severity: workflow.SeverityWarning}}.Err())
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
	const nobody = "no worker of the queue Spanish, which has 1, can meet it: nobody is asked here; correct the expression, or the attributes of the workers"
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
			want:   workflow.Problems{{Severity: workflow.SeverityError, Rule: workflow.RuleQueue, Place: at("queue"), Message: "the workspace has no task queue " + unknown + ", and the service refuses an update with it: write the SID of one that it has"}},
		},
		"queues that are not known": {target: target{Queue: unknown}, workspace: func(w *workflow.Workspace) { w.Queues = nil }},
		"an unknown queue with an expression": {
			target: target{Queue: unknown, Expression: "worker.level > 9"},
			want:   workflow.Problems{{Severity: workflow.SeverityError, Rule: workflow.RuleQueue, Place: at("queue"), Message: "the workspace has no task queue " + unknown + ", and the service refuses an update with it: write the SID of one that it has"}},
		},
		"a queue without workers": {
			target: target{Queue: spanishQueue, Expression: "worker.level > 2"}, workspace: func(w *workflow.Workspace) { w.Queues[0].TargetWorkers = new(`languages HAS "fr"`) },
			want: workflow.Problems{{Severity: workflow.SeverityWarning, Rule: workflow.RuleNoWorkers, Place: at("queue"), Message: "the queue Spanish has no workers: nobody is asked here; look at its TargetWorkers and at the attributes of the workers"}},
		},
		"a queue whose workers have no expression": {
			target: target{Queue: spanishQueue}, workspace: func(w *workflow.Workspace) { w.Queues[0].TargetWorkers = new("") },
			want: workflow.Problems{{Severity: workflow.SeverityWarning, Rule: workflow.RuleNoWorkers, Place: at("queue"), Message: "the queue Spanish has no workers: nobody is asked here; look at its TargetWorkers and at the attributes of the workers"}},
		},
		"a queue whose workers are not known":      {target: target{Queue: spanishQueue, Expression: "worker.level > 3"}, workspace: func(w *workflow.Workspace) { w.Queues[0].TargetWorkers = nil }},
		"a queue whose workers cannot be told":     {target: target{Queue: spanishQueue, Expression: "worker.level > 3"}, workspace: func(w *workflow.Workspace) { w.Queues[0].TargetWorkers = new("languages") }, want: workflow.Problems{{Severity: workflow.SeverityError, Rule: workflow.RuleSyntax, Place: "TargetWorkers of " + spanishQueue, Message: "nobody can tell who is in the queue: line 1, column 10: "}}},
		"workers that are not known":               {target: target{Queue: spanishQueue, Expression: "worker.level > 3"}, workspace: func(w *workflow.Workspace) { w.Workers = nil }},
		"a target that is to let tasks wait":       {target: target{Queue: spanishQueue, Expression: "1==0"}},
		"a target that is up to the task":          {target: target{Queue: spanishQueue, Expression: "task.level > 9"}},
		"a target that is up to task and worker":   {target: target{Queue: spanishQueue, Expression: "task.language IN worker.languages AND task.level > worker.level"}},
		"a target that is up to the activity":      {target: target{Queue: spanishQueue, Expression: `worker.activity_name == "Break"`}},
		"a target that is up to the channels":      {target: target{Queue: spanishQueue, Expression: "worker.channel.voice.assigned_tasks == 7"}},
		"a target for a worker of the queue":       {target: target{Queue: spanishQueue, Expression: `worker.sid == "WK1"`}},
		"a target for a worker on a break":         {target: target{Queue: supportQueue, Expression: `worker.friendly_name == "Bob"`}},
		"a target for a worker of another queue":   {target: target{Queue: spanishQueue, Expression: `worker.sid == "WK2"`}, want: workflow.Problems{{Severity: workflow.SeverityWarning, Rule: workflow.RuleNoWorkers, Place: at("expression"), Message: nobody}}},
		"a target that nobody can meet":            {target: target{Queue: spanishQueue, Expression: "worker.level > 3 AND task.language == 'es'"}, want: workflow.Problems{{Severity: workflow.SeverityWarning, Rule: workflow.RuleNoWorkers, Place: at("expression"), Message: nobody}}},
		"a worker attribute that nobody has":       {target: target{Queue: spanishQueue, Expression: "worker.grade != 3"}, want: workflow.Problems{{Severity: workflow.SeverityWarning, Rule: expression.RuleUnknownName, Place: at("expression"), Message: "line 1, column 1: worker.grade: "}}},
		"a worker attribute in capitals":           {target: target{Queue: spanishQueue, Expression: "worker.Level != 3"}, want: workflow.Problems{{Severity: workflow.SeverityWarning, Rule: expression.RuleUnknownName, Place: at("expression"), Message: "line 1, column 1: worker.Level: "}}},
		"an order by an attribute of texts":        {target: target{Queue: spanishQueue, OrderBy: "worker.level DESC"}, workspace: func(w *workflow.Workspace) { w.Workers[2].Attributes["level"] = "7" }, want: workflow.Problems{{Severity: workflow.SeverityWarning, Rule: expression.RuleOrder, Place: at("order_by"), Message: `line 1, column 1: worker.level: `}}},
		"an order by an attribute that none has":   {target: target{Queue: spanishQueue, OrderBy: "worker.grade DESC"}, want: workflow.Problems{{Severity: workflow.SeverityWarning, Rule: expression.RuleUnknownName, Place: at("order_by"), Message: "line 1, column 1: worker.grade: "}}},
		"an expression that can't be parsed":       {target: target{Queue: spanishQueue, Expression: "worker"}, want: workflow.Problems{{Severity: workflow.SeverityError, Rule: workflow.RuleSyntax, Place: at("expression"), Message: "the service probably refuses the configuration: line 1, column 7: "}}},
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
			assertProblems(t, test.want, c.Check(w))
		})
	}
}

func TestAWarningAboutASkipIfDoesNotHideThatItIsJudgedOnce(t *testing.T) {
	c := small()
	c.TaskRouting.Filters[0].Targets[0].SkipIf = "workers.available == 0 OR workers.WA1 == 0 AND workers.WA2 == 0"
	problems := c.Check(workflow.Workspace{})
	assert.Equal(t, []string{"task_routing.filters[0].targets[0].skip_if", "task_routing.filters[0].targets[0]"}, places(problems))
	assert.Equal(t, workflow.SeverityWarning, problems[0].Severity)
	assert.Equal(t, workflow.RuleSkipIf, problems[1].Rule)
}

func TestTargetWorkersOfTheQueuesThatAreUsedAreChecked(t *testing.T) {
	w := people()
	w.Queues[0].TargetWorkers = new(`worker.languages HAS "es"`)
	w.Queues[1].TargetWorkers = new("level >=") // which is not used
	w.Queues[2].TargetWorkers = new("workers")
	w.Workers = nil
	c := small()
	onlyTimeout(&c, &c.TaskRouting.Filters[0].Targets[0], 30)
	c.TaskRouting.Filters = append(c.TaskRouting.Filters, workflow.Filter{Expression: "a == 1", Targets: []workflow.Target{{Queue: spanishQueue}}})
	assertProblems(t, workflow.Problems{
		{
			Severity: workflow.SeverityWarning, Rule: expression.RuleContext, Place: "TargetWorkers of " + spanishQueue, Filter: "Spanish",
			Message: "line 1, column 1: worker.languages: ",
		},
		{
			Severity: workflow.SeverityError, Rule: workflow.RuleSyntax, Place: "TargetWorkers of " + everyoneQueue, Filter: "Spanish",
			Message: "nobody can tell who is in the queue: line 1, column 8: ",
		},
	}, c.Check(w))
}

func TestTargetWorkersOfTheDefaultFilterAreChecked(t *testing.T) {
	c := workflow.Configuration{TaskRouting: workflow.TaskRouting{DefaultFilter: &workflow.Target{Queue: everyoneQueue}}}
	w := people()
	w.Queues[2].TargetWorkers = new("grade == 1 OR level > 0")
	assertProblems(t, workflow.Problems{{
		Severity: workflow.SeverityWarning, Rule: expression.RuleUnknownName, Place: "TargetWorkers of " + everyoneQueue, Message: "line 1, column 1: grade: ",
	}}, c.Check(w))
}

func TestAKnownWorkerThatNoTaskHasIsTold(t *testing.T) {
	none := func(place, source string) workflow.Problems {
		return workflow.Problems{{
			Severity: workflow.SeverityWarning, Rule: workflow.RuleKnownWorker, Filter: "Spanish",
			Place: "task_routing.filters[0].targets[0]." + place, Message: "none of the tasks that were given has " + source,
		}}
	}
	tests := map[string]struct {
		target workflow.Target
		tasks  []attributes
		want   workflow.Problems
	}{
		"no tasks":             {workflow.Target{KnownWorkerSID: "task.agent"}, nil, nil},
		"a task with it":       {workflow.Target{KnownWorkerSID: "task.agent"}, []attributes{{}, {"agent": "WK1"}}, nil},
		"a task with an inner": {workflow.Target{KnownWorkerSID: "task.agent.sid"}, []attributes{{"agent": attributes{"sid": "WK1"}}}, nil},
		"tasks without it":     {workflow.Target{KnownWorkerSID: "task.agent"}, []attributes{{}, {"Agent": "WK1"}}, none("known_worker_sid", "task.agent")},
		"a task with null":     {workflow.Target{KnownWorkerFriendlyName: "task.agent"}, []attributes{{"agent": nil}}, none("known_worker_friendly_name", "task.agent")},
		"without the inner":    {workflow.Target{KnownWorkerSID: "task.agent.sid"}, []attributes{{"agent": "WK1"}}, none("known_worker_sid", "task.agent.sid")},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := small()
			test.target.Queue = spanishQueue
			c.TaskRouting.Filters[0].Targets[0] = test.target
			onlyTimeout(&c, &c.TaskRouting.Filters[0].Targets[0], 30)
			for _, task := range test.tasks {
				task["language"] = "es"
			}
			assertProblems(t, test.want, c.Check(workflow.Workspace{Tasks: test.tasks}))
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
		Severity: workflow.SeverityWarning, Rule: workflow.RuleNoWorkers, Place: "task_routing.filters[0].targets[1].expression", Filter: "Spanish",
		Message: "no worker of the queue Spanish, which has 1, can meet it: nobody is asked here; correct the expression, or the attributes of the workers",
	}}, c.Check(people()))
}

func TestEachValueThatCannotBeWrittenIsAProblem(t *testing.T) {
	c := small()
	c.TaskRouting.Extra = extra{"a": json.RawMessage("{"), "b": json.RawMessage(`{"c":1,"c":2}`)}
	err := c.Validate()
	require.Error(t, err)
	assertErrors(t, workflow.Problems{
		{Severity: workflow.SeverityError, Rule: workflow.RuleSyntax, Place: "the top level", Message: "this cannot be written as it is: task_routing.a: line 1, column 1: unexpected end of JSON input"},
		{Severity: workflow.SeverityError, Rule: workflow.RuleSyntax, Place: "the top level", Message: `this cannot be written as it is: task_routing.b: found the member "c" twice, expected it once`},
	}, err)
}

func TestTheDefaultFilterIsLookedAtForItsWorkers(t *testing.T) {
	c := small()
	c.TaskRouting.DefaultFilter.Expression = "worker.level > 5"
	assert.Equal(t, workflow.Problems{{
		Severity: workflow.SeverityWarning, Rule: workflow.RuleNoWorkers, Place: "task_routing.default_filter.expression",
		Message: "no worker of the queue " + everyoneQueue + ", which has 3, can meet it: nobody is asked here; correct the expression, or the attributes of the workers",
	}}, c.Check(people()))
}

func TestTasksAreSamplesForFilters(t *testing.T) {
	c := small()
	c.TaskRouting.Filters[0].Expression = `Language == "es" OR skills == "a"`
	w := workflow.Workspace{Tasks: []expression.Attributes{{"language": "es", "skills": []any{"a"}}}}
	assertProblems(t, workflow.Problems{
		{
			Severity: workflow.SeverityWarning, Rule: expression.RuleUnknownName, Place: "task_routing.filters[0].expression", Filter: "Spanish",
			Message: "line 1, column 1: Language: ",
		},
		{
			Severity: workflow.SeverityWarning, Rule: expression.RuleNeverTrue, Place: "task_routing.filters[0].expression", Filter: "Spanish",
			Message: `line 1, column 21: skills == "a": `,
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
	assertProblems(t, workflow.Problems{{
		Severity: workflow.SeverityWarning, Rule: expression.RuleUnnameable, Place: "TargetWorkers of " + spanishQueue, Filter: "Spanish",
		Message: `"skill-level"`,
	}}, c.Check(w))
}

func TestADefaultFilterIsToldOneThingAboutEachMember(t *testing.T) {
	for name, test := range map[string]struct {
		target workflow.Target
		member string // what is told of, "" for nothing
	}{
		"a timeout of nothing":                {workflow.Target{Queue: "WQ1", Timeout: new(0)}, "timeout"},
		"a timeout without an end":            {workflow.Target{Queue: "WQ1", Timeout: new(9_999_999)}, "timeout"},
		"a skip_if that counts":               {workflow.Target{Queue: "WQ1", Expression: "worker.a == 1", SkipIf: "workers.available == 0"}, "skip_if"},
		"a skip_if that is never true":        {workflow.Target{Queue: "WQ1", SkipIf: "1==0"}, "skip_if"},
		"a skip_if that is always true":       {workflow.Target{Queue: "WQ1", SkipIf: "1==1"}, "skip_if"},
		"a known worker who is waited for":    {workflow.Target{Queue: "WQ1", KnownWorkerSID: "task.agent"}, ""},
		"a priority, an order, an expression": {workflow.Target{Queue: "WQ1", Priority: new(5), OrderBy: "worker.level DESC", Expression: "worker.a == 1"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			configuration := workflow.Configuration{TaskRouting: workflow.TaskRouting{DefaultFilter: &test.target}}
			problems := configuration.Check(workflow.Workspace{})
			if test.member == "" {
				assert.Empty(t, problems)
				return
			}
			require.Len(t, problems, 1)
			assert.Equal(t, "task_routing.default_filter."+test.member, problems[0].Place)
			assert.Contains(t, problems[0].Message, "remove it")
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
