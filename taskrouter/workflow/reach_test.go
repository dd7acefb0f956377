package workflow_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

// routes reads a configuration from a line per filter: its expression, a colon and
// its targets. A target is T for a timeout, S for a skip_if of 1==1, N for one of
// 1==0, C for one that counts, each if it has it, or - for none of these. A line
// that begins with default is for the default filter.
func routes(lines ...string) workflow.Configuration {
	var c workflow.Configuration
	for _, line := range lines {
		condition, targets, _ := strings.Cut(line, ": ")
		if condition == "default" {
			c.TaskRouting.DefaultFilter = &workflow.Target{Queue: "WQ1"}
			continue
		}
		filter := workflow.Filter{Expression: condition}
		for _, letters := range strings.Fields(targets) {
			filter.Targets = append(filter.Targets, targetOf(letters))
		}
		c.TaskRouting.Filters = append(c.TaskRouting.Filters, filter)
	}
	return c
}

func targetOf(letters string) workflow.Target {
	target := workflow.Target{Queue: "WQ1"}
	for _, letter := range letters {
		switch letter {
		case 'T':
			target.Timeout = new(10)
		case 'S':
			target.SkipIf = "1==1"
		case 'N':
			target.SkipIf = "1==0"
		case 'C':
			target.SkipIf = "workers.available == 0"
		}
	}
	return target
}

func TestWhatNoTaskReachesAndWhereTasksAreLostIsFound(t *testing.T) {
	const byDefault = "default-filter default_filter"
	tests := map[string]struct {
		lines []string
		want  []string
	}{
		"a filter that waits":                                        {[]string{"a==1: -", "default"}, nil},
		"a timeout before the last target":                           {[]string{"a==1: T -", "default"}, nil},
		"timeouts on all targets":                                    {[]string{"a==1: T T", "default"}, []string{"timeout filters[0].targets[1].timeout"}},
		"timeouts without a default filter":                          {[]string{"a==1: T T"}, []string{"timeout filters[0].targets[1].timeout", byDefault}},
		"a timeout on the last target alone":                         {[]string{"a==1: - T", "default"}, []string{"unreachable filters[0].targets[0]"}},
		"a timeout on no target":                                     {[]string{"a==1: - -", "default"}, []string{"unreachable filters[0].targets[0]"}},
		"targets behind two that wait":                               {[]string{"a==1: - - -", "default"}, []string{"unreachable filters[0].targets[0]"}},
		"a target behind one in the middle that waits":               {[]string{"a==1: T - T", "default"}, []string{"unreachable filters[0].targets[1]"}},
		"a target behind one that is skipped":                        {[]string{"a==1: S -", "default"}, nil},
		"a target behind one that is never skipped":                  {[]string{"a==1: N -", "default"}, []string{"unreachable filters[0].targets[0]"}},
		"a target behind one that counts":                            {[]string{"a==1: C -", "default"}, nil},
		"skipped or timed out":                                       {[]string{"a==1: ST", "default"}, []string{"timeout filters[0].targets[0].timeout"}},
		"counted or timed out":                                       {[]string{"a==1: CT", "default"}, []string{"timeout filters[0].targets[0].timeout"}},
		"timed out, then skipped":                                    {[]string{"a==1: T S", "default"}, []string{"timeout filters[0].targets[0].timeout"}},
		"timed out, then counted twice":                              {[]string{"a==1: T CT C C", "default"}, []string{"timeout filters[0].targets[1].timeout"}},
		"timed out, then waiting":                                    {[]string{"a==1: T N", "default"}, nil},
		"a catch-all below":                                          {[]string{"a==1: T", "1==1: -", "default"}, []string{"unreachable default_filter"}},
		"a catch-all that times out itself":                          {[]string{"a==1: T", "1==1: T", "default"}, []string{"timeout filters[1].targets[0].timeout", "unreachable default_filter"}},
		"a catch-all that can be skipped":                            {[]string{"a==1: T", "1==1: S", "default"}, []string{"timeout filters[0].targets[0].timeout"}},
		"a catch-all that skips or times out":                        {[]string{"a==1: T", "1==1: ST", "default"}, []string{"timeout filters[0].targets[0].timeout", "timeout filters[1].targets[0].timeout"}},
		"a catch-all without targets":                                {[]string{"a==1: T", "1==1:", "default"}, []string{"timeout filters[0].targets[0].timeout"}},
		"a catch-all behind one that can be skipped":                 {[]string{"a==1: T", "1==1: C", "1==1: -", "default"}, []string{"unreachable default_filter"}},
		"a catch-all above":                                          {[]string{"1==1: T -", "a==1: -", "default"}, []string{"unreachable filters[1]", "unreachable default_filter"}},
		"a catch-all above that passes on":                           {[]string{"1==1: ST", "a==1: -", "default"}, []string{"timeout filters[0].targets[0].timeout"}},
		"a catch-all without a default filter":                       {[]string{"1==1: -"}, nil},
		"a catch-all that times out, without a default":              {[]string{"1==1: T"}, []string{"timeout filters[0].targets[0].timeout"}},
		"a catch-all that skips, without a default":                  {[]string{"1==1: S"}, []string{byDefault}},
		"a catch-all that waits before one that skips":               {[]string{"a==1: T", "1==1: - S", "default"}, []string{"unreachable filters[1].targets[0]", "unreachable default_filter"}},
		"no catch-all and no default filter":                         {[]string{"a==1: -"}, []string{byDefault}},
		"no filters and no default filter":                           {nil, []string{byDefault}},
		"the same condition below":                                   {[]string{"a==1: -", "1 = a: -", "default"}, []string{"unreachable filters[1]"}},
		"the same condition behind a timeout":                        {[]string{"a==1: T", "a==1: -", "default"}, nil},
		"a stronger condition below":                                 {[]string{"a==1: -", "a==1 AND b==2: -", "default"}, []string{"unreachable filters[1]"}},
		"a weaker condition below":                                   {[]string{"a==1 AND b==2: -", "a==1: -", "default"}, nil},
		"a weaker condition below a timeout":                         {[]string{"a==1 AND b==2: T", "a==1: -", "default"}, nil},
		"a stronger condition below a timeout":                       {[]string{"a==1: T", "a==1 AND b==2: -", "default"}, []string{"timeout filters[0].targets[0].timeout", "unreachable filters[1]"}},
		"a stronger condition below a catch-all that times out":      {[]string{"1==1: T", "b==2: -", "1==1: -"}, []string{"unreachable filters[1]"}},
		"a stronger condition below one that may be skipped":         {[]string{"a==1: S", "a==1 AND b==2: -", "default"}, nil},
		"a stronger condition below a catch-all that may be skipped": {[]string{"1==1: CT", "b==2: -", "1==1: -"}, nil},
		"the same catch-all below":                                   {[]string{"1==1: T", "1==1: T", "1==1: -"}, nil},
		"one that keeps is named before one that delays":             {[]string{"a==1: T", "a==1: -", "a==1 AND b==2: -", "default"}, []string{"unreachable filters[2]"}},
		"a catch-all that repeats one that waits":                    {[]string{"1==1: -", "2==2: -"}, []string{"unreachable filters[1]"}},
		"a timeout that two filters together catch":                  {[]string{"a==1: T", "b==2: -", "b!=2: -", "default"}, []string{"timeout filters[0].targets[0].timeout"}},
		"a timeout that a weaker filter catches":                     {[]string{"a==1 AND b==2: T", "c==1: T", "a==1: T -", "default"}, []string{"timeout filters[1].targets[0].timeout"}},
		"a timeout that a weaker filter may skip":                    {[]string{"a==1 AND b==2: T", "a==1: ST", "default"}, []string{"timeout filters[0].targets[0].timeout", "timeout filters[1].targets[0].timeout"}},
		"a higher limit below":                                       {[]string{"a>1: -", "a>2: -", "default"}, []string{"unreachable filters[1]"}},
		"a lower limit below":                                        {[]string{"a>2: -", "a>1: -", "default"}, nil},
		"one of a list below":                                        {[]string{"a IN [1, 2]: -", "a==2: -", "default"}, []string{"unreachable filters[1]"}},
		"only the first of those that hide it is named":              {[]string{"a==1: -", "a==1: -", "a==1: -", "default"}, []string{"unreachable filters[1]", "unreachable filters[2]"}},
		"a filter for no task":                                       {[]string{"1==0: -", "default"}, []string{"unreachable filters[0].expression"}},
		"a filter for no task below one for all":                     {[]string{"1==1: -", "1==0: -"}, []string{"unreachable filters[1].expression"}},
		"what cannot be parsed hides nothing":                        {[]string{"a: -", "a==1: -", "default"}, nil},
		"what cannot be parsed is not hidden":                        {[]string{"1==1: -", "a: -"}, nil},
		"what cannot be parsed catches nothing":                      {[]string{"a==1: T", "b: -", "default"}, []string{"timeout filters[0].targets[0].timeout"}},
		"a timeout of what cannot be parsed":                         {[]string{"a: T", "b==1: -", "default"}, []string{"timeout filters[0].targets[0].timeout"}},
		"a timeout of what cannot be parsed is caught":               {[]string{"a: T", "1==1: -"}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, problem := range routes(test.lines...).Check(workflow.Workspace{}) {
				switch problem.Rule {
				case workflow.RuleUnreachable, workflow.RuleTimeout, workflow.RuleDefaultFilter:
					assert.Equal(t, workflow.SeverityWarning, problem.Severity)
					got = append(got, fmt.Sprintf("%s %s", problem.Rule, strings.TrimPrefix(problem.Place, "task_routing.")))
				}
			}
			assert.Equal(t, test.want, got)
		})
	}
}

func TestWhatHidesAFilterIsNamed(t *testing.T) {
	tests := map[string]struct {
		lines []string
		want  string
	}{
		"a weaker one that waits": {
			[]string{"a==1: -", "b==1: -", "b==1 AND a==2: -", "default"},
			"no task gets here: filters[1] takes all that this one would, and passes none on; put this one before it",
		},
		"the same one": {
			[]string{"a==1: -", "b==1: -", "1 == b: T", "1==1: -"},
			"no task gets here: filters[1] takes all that this one would, and passes none on; remove one of the two",
		},
		"one that times out": {
			[]string{"a==1: -", "b==1: T", "b==1 AND a==2: -", "1==1: -"},
			"tasks get here only after filters[1], which takes all that this one would, has let them time out; put this one before it",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := routes(test.lines...)
			require.Equal(t, workflow.Problems{{
				Severity: workflow.SeverityWarning, Rule: workflow.RuleUnreachable, Place: "task_routing.filters[2]", Message: test.want,
			}}, c.Check(workflow.Workspace{}))
			c.TaskRouting.Filters[1].FriendlyName = "B\nis 1"
			assert.Equal(t, strings.Replace(test.want, "filters[1]", `filters[1] ("B\nis 1")`, 1), c.Check(workflow.Workspace{})[0].Message)
		})
	}
}

func TestTheFirstOfThoseThatDelayAFilterIsNamed(t *testing.T) {
	problems := routes("a==1: T", "b==1: T", "a==1 AND b==1: -", "1==1: -").Check(workflow.Workspace{})
	assert.Equal(t, []string{"task_routing.filters[2]"}, places(problems))
	assert.Contains(t, problems[0].Message, "only after filters[0],")
}

func TestATimeoutWhereNoTaskComesIsNotTold(t *testing.T) {
	for _, lines := range [][]string{{"1==0: T", "default"}, {"1==1: -", "a==1: T", "default"}, {"a==1: -", "a==1 AND b==1: T", "default"}} {
		problems := routes(lines...).Check(workflow.Workspace{})
		assert.NotEmpty(t, problems, lines)
		for _, problem := range problems {
			assert.Equal(t, workflow.RuleUnreachable, problem.Rule, "%q: %s", lines, problem)
		}
	}
}

// TestFollowingAdviceOnTimeoutsEndsIt adds what the advice says, and sees that nothing
// is left to say.
func TestFollowingAdviceOnTimeoutsEndsIt(t *testing.T) {
	for _, lines := range [][]string{{"a==1: T", "default"}, {"a==1: T S S", "default"}, {"a==1: T", "b==1: -", "default"}, {"a==1: T", "default"}} {
		configuration := routes(lines...)
		problems := configuration.Check(workflow.Workspace{})
		require.NotEmpty(t, problems, lines)
		assert.Equal(t, workflow.RuleTimeout, problems[0].Rule, lines)
		filter := &configuration.TaskRouting.Filters[0]
		filter.Targets = append(filter.Targets, workflow.Target{Queue: "WQ1"})
		assert.Empty(t, configuration.Check(workflow.Workspace{}), lines)
	}
	configuration := routes("a==1: T")
	configuration.TaskRouting.Filters = append(configuration.TaskRouting.Filters, workflow.Filter{
		Expression: "1==1", Targets: []workflow.Target{{Queue: "WQ1"}},
	})
	assert.Empty(t, configuration.Check(workflow.Workspace{}))
}

func TestATimeoutThatCancelsTasksIsTold(t *testing.T) {
	const (
		advice    = "; to keep the task, add a last target that has neither a timeout nor a skip_if"
		orAFilter = ", or a last filter with the expression 1==1"
	)
	tests := map[string]struct {
		lines []string
		want  string
	}{
		"with a default filter":           {[]string{"a==1: T", "default"}, "when this timeout ends, the task is canceled: the default filter does not catch timeouts" + advice},
		"without one":                     {[]string{"a==1: T"}, "when this timeout ends, the task is canceled" + advice + orAFilter},
		"before another filter":           {[]string{"a==1: T", "b==1: -"}, "when this timeout ends, the task is canceled, unless a filter below matches" + advice + orAFilter},
		"before targets that are skipped": {[]string{"a==1: T S S", "default"}, "when this timeout ends and the targets after it are skipped, the task is canceled: the default filter does not catch timeouts" + advice},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			problem := routes(test.lines...).Check(workflow.Workspace{})[0]
			assert.Equal(t, workflow.Problem{
				Severity: workflow.SeverityWarning, Rule: workflow.RuleTimeout, Place: "task_routing.filters[0].targets[0].timeout", Message: test.want,
			}, problem)
		})
	}
}

// The small world in which what is said about configurations is held against what
// Explain does with every task.
var (
	smallTasks = func() (tasks []attributes) {
		for _, a := range []any{nil, 1, 2, "1", []any{1}} {
			for _, b := range []any{nil, true, 2} {
				tasks = append(tasks, attributes{"a": a, "b": b})
			}
		}
		return tasks
	}()
	smallConditions = []string{
		"1==1", "1==0", "a==1", "a!=1", "a==2", "a>1", "a<2", "a IN [1, 2]", "a NOT IN [2]", "a == null", "a != null", "a HAS 1",
		"b==true", "b!=true", "b==2", "a==b", "2<=a", "a ==",
	}
	smallTargets = []string{"-", "T", "T", "S", "N", "C", "ST", "CT", "NT"}
	// Queue 1 has a worker who can be asked, queue 2 one who cannot.
	smallWorkspaces = []workflow.Workspace{{}, {
		Queues:  []workflow.Queue{{SID: "WQ1", TargetWorkers: new("n == 1")}, {SID: "WQ2", TargetWorkers: new("n == 2")}},
		Workers: []expression.Worker{{SID: "WK1", Available: true, Attributes: attributes{"n": 1}}, {SID: "WK2", Attributes: attributes{"n": 2}}},
	}}
)

func pick[T any](random *rand.Rand, list []T) T { return list[random.IntN(len(list))] }

func randomCondition(random *rand.Rand, depth int) string {
	if depth == 0 || random.IntN(2) == 0 {
		return pick(random, smallConditions)
	}
	connective := pick(random, []string{" AND ", " OR "})
	return "(" + randomCondition(random, depth-1) + connective + randomCondition(random, depth-1) + ")"
}

func randomConfiguration(random *rand.Rand) workflow.Configuration {
	var c workflow.Configuration
	for range random.IntN(5) {
		filter := workflow.Filter{Expression: randomCondition(random, 2)}
		for range random.IntN(4) {
			target := targetOf(pick(random, smallTargets))
			target.Queue = pick(random, []string{"WQ1", "WQ2"})
			filter.Targets = append(filter.Targets, target)
		}
		c.TaskRouting.Filters = append(c.TaskRouting.Filters, filter)
	}
	if random.IntN(3) > 0 {
		c.TaskRouting.DefaultFilter = &workflow.Target{Queue: "WQ2"}
	}
	return c
}

// holdAgainstTasks asserts that what is said about a configuration is true of
// every task of the small world. It returns how much was said.
func holdAgainstTasks(t *testing.T, c workflow.Configuration) (said map[workflow.Rule]int) {
	t.Helper()
	said = map[workflow.Rule]int{}
	unreachable, late, timeouts, drops := map[string]bool{}, map[string]bool{}, map[string]bool{}, false
	for _, problem := range c.Check(workflow.Workspace{}) {
		said[problem.Rule]++
		switch problem.Rule {
		case workflow.RuleUnreachable:
			if strings.HasPrefix(problem.Message, "tasks get here only after") {
				late[problem.Place] = true
				continue
			}
			unreachable[problem.Place] = true
		case workflow.RuleTimeout:
			filter, _, _ := strings.Cut(problem.Place, ".targets")
			timeouts[filter] = true
		case workflow.RuleDefaultFilter:
			drops = true
		}
	}
	for _, task := range smallTasks {
		for _, w := range smallWorkspaces {
			explanation := c.Explain(task, w)
			hold := func(true bool, what, place string) {
				if !true { // a message for each of so many would take most of the time
					t.Helper()
					require.Fail(t, what, "%s: %s\n%v\n%s", place, c, task, explanation)
				}
			}
			warned, timedOut := false, false
			for _, filter := range explanation.Filters {
				if filter.Matched {
					hold(!unreachable[filter.Place] && !unreachable[filter.Place+".expression"], "the filter is reached", filter.Place)
					hold(!late[filter.Place] || timedOut, "the task gets there without a timeout", filter.Place)
				}
				for i, target := range filter.Targets {
					hold(!unreachable[target.Place] || i == len(filter.Targets)-1, "what follows the target is reached", target.Place)
					timedOut = timedOut || target.Exit == workflow.ExitTimesOut
					warned = warned || target.Exit == workflow.ExitTimesOut && timeouts[filter.Place]
				}
			}
			hold(explanation.Default == nil || !timedOut, "the default filter is tried after a timeout", "")
			hold(explanation.Default == nil || !unreachable["task_routing.default_filter"], "the default filter is reached", "")
			hold(explanation.End != workflow.EndCanceled || warned, "it is canceled, of which nothing warns", "")
			hold(explanation.End != workflow.EndDropped || drops, "it is dropped, of which nothing warns", "")
		}
	}
	return said
}

func TestWhatIsSaidAboutReachingIsTrueOfEveryTask(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	total := map[workflow.Rule]int{}
	for range 300 {
		for rule, number := range holdAgainstTasks(t, randomConfiguration(random)) {
			total[rule] += number
		}
	}
	for _, rule := range []workflow.Rule{workflow.RuleUnreachable, workflow.RuleTimeout, workflow.RuleDefaultFilter} {
		assert.Greater(t, total[rule], 20, "the configurations have too little of %s", rule)
	}
}

// FuzzReach does the same for configurations that chance makes.
func FuzzReach(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) {
		holdAgainstTasks(t, randomConfiguration(rand.New(rand.NewPCG(seed, 0))))
	})
}
