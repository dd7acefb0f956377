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
		"a filter that waits":                           {[]string{"a==1: -", "default"}, nil},
		"a timeout before the last target":              {[]string{"a==1: T -", "default"}, nil},
		"timeouts on all targets":                       {[]string{"a==1: T T", "default"}, []string{"timeout filters[0].targets[1].timeout"}},
		"timeouts without a default filter":             {[]string{"a==1: T T"}, []string{byDefault}},
		"a timeout on the last target alone":            {[]string{"a==1: - T", "default"}, []string{"unreachable filters[0].targets[0]"}},
		"a timeout on no target":                        {[]string{"a==1: - -", "default"}, []string{"unreachable filters[0].targets[0]"}},
		"targets behind two that wait":                  {[]string{"a==1: - - -", "default"}, []string{"unreachable filters[0].targets[0]"}},
		"a target behind one in the middle that waits":  {[]string{"a==1: T - T", "default"}, []string{"unreachable filters[0].targets[1]"}},
		"a target behind one that is skipped":           {[]string{"a==1: S -", "default"}, nil},
		"a target behind one that is never skipped":     {[]string{"a==1: N -", "default"}, []string{"unreachable filters[0].targets[0]"}},
		"a target behind one that counts":               {[]string{"a==1: C -", "default"}, nil},
		"skipped or timed out":                          {[]string{"a==1: ST", "default"}, []string{"timeout filters[0].targets[0].timeout"}},
		"counted or timed out":                          {[]string{"a==1: CT", "default"}, []string{"timeout filters[0].targets[0].timeout"}},
		"timed out, then skipped":                       {[]string{"a==1: T S", "default"}, nil},
		"a catch-all below":                             {[]string{"a==1: T", "1==1: -", "default"}, []string{"unreachable default_filter"}},
		"a catch-all that times out itself":             {[]string{"a==1: T", "1==1: T", "default"}, []string{"timeout filters[1].targets[0].timeout", "unreachable default_filter"}},
		"a catch-all that can be skipped":               {[]string{"a==1: T", "1==1: S", "default"}, []string{"timeout filters[0].targets[0].timeout"}},
		"a catch-all that skips or times out":           {[]string{"a==1: T", "1==1: ST", "default"}, []string{"timeout filters[0].targets[0].timeout", "timeout filters[1].targets[0].timeout"}},
		"a catch-all without targets":                   {[]string{"a==1: T", "1==1:", "default"}, []string{"timeout filters[0].targets[0].timeout"}},
		"a catch-all behind one that can be skipped":    {[]string{"a==1: T", "1==1: C", "1==1: -", "default"}, []string{"unreachable default_filter"}},
		"a catch-all above":                             {[]string{"1==1: T -", "a==1: -", "default"}, []string{"unreachable filters[1]", "unreachable default_filter"}},
		"a catch-all above that passes on":              {[]string{"1==1: ST", "a==1: -", "default"}, []string{"timeout filters[0].targets[0].timeout"}},
		"a catch-all without a default filter":          {[]string{"1==1: -"}, nil},
		"a catch-all that times out, without a default": {[]string{"1==1: T"}, nil},
		"a catch-all that skips, without a default":     {[]string{"1==1: S"}, []string{byDefault}},
		"a catch-all that waits before one that skips":  {[]string{"a==1: T", "1==1: - S", "default"}, []string{"unreachable filters[1].targets[0]", "unreachable default_filter"}},
		"no catch-all and no default filter":            {[]string{"a==1: -"}, []string{byDefault}},
		"no filters and no default filter":              {nil, []string{byDefault}},
		"the same condition below":                      {[]string{"a==1: -", "1 = a: -", "default"}, []string{"unreachable filters[1]"}},
		"the same condition behind a timeout":           {[]string{"a==1: T", "a==1: -", "default"}, nil},
		"a stronger condition below":                    {[]string{"a==1: -", "a==1 AND b==2: -", "default"}, []string{"unreachable filters[1]"}},
		"a weaker condition below":                      {[]string{"a==1 AND b==2: -", "a==1: -", "default"}, nil},
		"a weaker condition below a timeout":            {[]string{"a==1 AND b==2: T", "a==1: -", "default"}, nil},
		"a stronger condition below a timeout":          {[]string{"a==1: T", "a==1 AND b==2: -", "default"}, []string{"timeout filters[0].targets[0].timeout"}},
		"a higher limit below":                          {[]string{"a>1: -", "a>2: -", "default"}, []string{"unreachable filters[1]"}},
		"a lower limit below":                           {[]string{"a>2: -", "a>1: -", "default"}, nil},
		"one of a list below":                           {[]string{"a IN [1, 2]: -", "a==2: -", "default"}, []string{"unreachable filters[1]"}},
		"only the first of those that hide it is named": {[]string{"a==1: -", "a==1: -", "a==1: -", "default"}, []string{"unreachable filters[1]", "unreachable filters[2]"}},
		"a filter for no task":                          {[]string{"1==0: -", "default"}, []string{"unreachable filters[0].expression"}},
		"a filter for no task below one for all":        {[]string{"1==1: -", "1==0: -"}, []string{"unreachable filters[1].expression"}},
		"what cannot be parsed hides nothing":           {[]string{"a: -", "a==1: -", "default"}, nil},
		"what cannot be parsed is not hidden":           {[]string{"1==1: -", "a: -"}, nil},
		"what cannot be parsed catches nothing":         {[]string{"a==1: T", "b: -", "default"}, []string{"timeout filters[0].targets[0].timeout"}},
		"a timeout of what cannot be parsed":            {[]string{"a: T", "b==1: -", "default"}, []string{"timeout filters[0].targets[0].timeout"}},
		"a timeout of what cannot be parsed is caught":  {[]string{"a: T", "1==1: -"}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, problem := range routes(test.lines...).Check(workflow.Workspace{}) {
				switch problem.Rule {
				case workflow.RuleUnreachable, workflow.RuleTimeout, workflow.RuleDefaultFilter:
					assert.Equal(t, workflow.Warning, problem.Severity)
					got = append(got, fmt.Sprintf("%s %s", problem.Rule, strings.TrimPrefix(problem.Place, "task_routing.")))
				}
			}
			assert.Equal(t, test.want, got)
		})
	}
}

// With thousands of filters not all are compared. What a filter for all tasks hides
// or catches is found nevertheless.
func TestAFilterForAllTasksIsHeededAmongThousands(t *testing.T) {
	lines := []string{"1==1: T"}
	for i := range 2_000 {
		lines = append(lines, fmt.Sprintf("a==%d: T", i), fmt.Sprintf("b==%d: -", i))
	}
	lines = append(lines, "1==1: T -", "c==1: -", "1==1: -", "c==1: T -", "default")
	var messages []string
	for _, problem := range routes(lines...).Check(workflow.Workspace{}) {
		messages = append(messages, strings.TrimPrefix(problem.Place, "task_routing.")+" "+problem.Message[:strings.IndexByte(problem.Message, ']')+1])
	}
	assert.Equal(t, []string{
		"filters[4002] no task gets here: filters[4001]", "filters[4003] no task gets here: filters[4001]",
		"filters[4004] no task gets here: filters[4001]", "default_filter no task gets here: filters[0]",
	}, messages)
}

func TestHugeExpressionsDoNotKeepOthersFromBeingCompared(t *testing.T) {
	huge := joined(" OR ", 2_000, 1)
	c := routes(huge+": -", huge+": -", "a==1: -", "a==1 AND b==1: -", "default")
	var found []string
	for _, problem := range c.Check(workflow.Workspace{}) {
		found = append(found, problem.Place)
	}
	assert.Equal(t, []string{"task_routing.filters[3]"}, found)
}

func TestWhatHidesAFilterIsNamed(t *testing.T) {
	c := routes("a==1: -", "b==1: -", "b==1 AND a==2: -", "default")
	messages := func() (list []string) {
		for _, problem := range c.Check(workflow.Workspace{}) {
			list = append(list, problem.Message)
		}
		return list
	}
	assert.Equal(t, []string{"no task gets here: filters[1] matches all that this one would, and keeps them; put this one before it"}, messages())
	c.TaskRouting.Filters[1].FriendlyName = "B\nis 1"
	assert.Equal(t, []string{`no task gets here: filters[1] ("B\nis 1") matches all that this one would, and keeps them; put this one before it`}, messages())
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
	unreachable, timeouts, drops := map[string]bool{}, map[string]bool{}, false
	for _, problem := range c.Check(workflow.Workspace{}) {
		said[problem.Rule]++
		switch problem.Rule {
		case workflow.RuleUnreachable:
			unreachable[problem.Place] = true
		case workflow.RuleTimeout:
			timeouts[problem.Place] = true
		case workflow.RuleDefaultFilter:
			drops = true
		}
	}
	for _, task := range smallTasks {
		for _, w := range smallWorkspaces {
			explanation := c.Explain(task, w)
			about := func() string { return fmt.Sprintf("%s\n%v\n%s", c, task, explanation) }
			warned := false
			for _, filter := range explanation.Filters {
				if filter.Matched {
					require.False(t, unreachable[filter.Place] || unreachable[filter.Place+".expression"], "%s is reached: %s", filter.Place, about())
				}
				for i, target := range filter.Targets {
					last := i == len(filter.Targets)-1
					require.False(t, unreachable[target.Place] && !last, "what follows %s is reached: %s", target.Place, about())
					warned = warned || last && target.Exit == workflow.TimesOut && timeouts[target.Place+".timeout"]
				}
			}
			require.False(t, explanation.Default != nil && unreachable["task_routing.default_filter"], "the default filter is reached: %s", about())
			if explanation.End == workflow.Canceled && c.TaskRouting.DefaultFilter != nil {
				require.True(t, warned, "it is canceled, of which nothing warns: %s", about())
			}
			if explanation.End == workflow.Dropped {
				require.True(t, drops, "it is dropped, of which nothing warns: %s", about())
			}
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
