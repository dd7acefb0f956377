package workflow

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// tired returns what has found all about the reach of filters, when so much work
// had been done before.
func tired(filters []Filter, spent int) *validator {
	c := Configuration{TaskRouting: TaskRouting{Filters: filters, DefaultFilter: &Target{Queue: "WQ1"}}}
	v := &validator{plan: c.Plan(), roster: newRoster(Workspace{}), said: map[string]bool{}, keepers: map[string]int{}, work: spent}
	for i := range v.plan.branches {
		v.reach(i)
	}
	v.exhausted()
	return v
}

// several returns filters whose only target has a timeout, or waits if it is 0.
func several(number, timeout int, condition func(i int) string) (filters []Filter) {
	for i := range number {
		filter := Filter{Expression: condition(i), Targets: []Target{{Queue: "WQ1"}}}
		if timeout > 0 {
			filter.Targets[0].Timeout = new(timeout)
		}
		filters = append(filters, filter)
	}
	return filters
}

func short(i int) string { return fmt.Sprintf("a==%d", i) }

func long(i int) string { return strings.Repeat("a != 1 AND ", 100) + short(i) }

var tooMany = Problem{
	Severity: SeverityWarning, Rule: RuleUnreachable, Place: "task_routing.filters",
	Message: "there are too many filters to compare each with each other: there may be more that no task gets to",
}

func TestComparingFiltersCostsNoMoreThanItMay(t *testing.T) {
	const pairs = 100 * 99 / 2
	forAll := func(int) string { return "1==1" }
	tests := map[string]struct {
		filters []Filter
		allowed int // work that may be done
		least   int // work that is
		told    bool
	}{
		"filters that wait":                    {several(100, 0, short), maxWork, pairs * glance, false},
		"filters that time out":                {several(100, 5, short), maxWork, 2 * pairs * glance, false},
		"filters that are long":                {several(20, 0, long), maxWork, 190 * len(long(0)) * len(long(0)), false},
		"too many that wait":                   {several(100, 0, short), 1_000_000, 999_000, true},
		"too many that time out":               {several(100, 5, short), 1_000_000, 999_000, true},
		"too many that are long":               {several(100, 0, long), 10_000_000, 8_000_000, true},
		"no work at all":                       {several(2, 0, short), 0, 0, true},
		"one look":                             {several(2, 0, short), glance + 16, glance + 16, false},
		"a byte less":                          {several(2, 0, short), glance + 15, glance, true},
		"filters without an expression":        {several(100, 0, func(int) string { return "" }), 0, 0, false},
		"filters for all below one that waits": {several(100, 0, forAll), 0, 0, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			v := tired(test.filters, maxWork-test.allowed)
			assert.LessOrEqual(t, v.work, maxWork)
			assert.GreaterOrEqual(t, v.work, maxWork-test.allowed+test.least)
			assert.Equal(t, test.told, len(v.problems) > 0 && v.problems[len(v.problems)-1] == tooMany, "what is left out is told")
		})
	}
}

func TestWhatIsTooMuchToCompareDoesNotKeepTheRestFromIt(t *testing.T) {
	filters := append(several(2, 0, long), Filter{Expression: "b==1", Targets: []Target{{}}}, Filter{Expression: "b==1 AND c==1", Targets: []Target{{}}})
	v := tired(filters, maxWork-len(long(0))*len(long(0)))
	assert.Equal(t, []string{"task_routing.filters[3]", "task_routing.filters"}, []string{v.problems[0].Place, v.problems[1].Place})
	assert.Len(t, v.problems, 2)
}

func TestWhatAFilterForAllTakesOrCatchesIsFoundWithoutComparing(t *testing.T) {
	conditions := []string{"1==1", "a==1", "b==1", "1==1", "c==1", "1==1"}
	filters := several(len(conditions), 5, func(i int) string { return conditions[i] })
	for i := 3; i < len(filters); i += 2 {
		filters[i].Targets = append(filters[i].Targets, Target{})
	}
	var found []string
	for _, problem := range tired(filters, maxWork).problems {
		found = append(found, problem.Place+" "+problem.Message[:strings.IndexByte(problem.Message, ']')+1])
	}
	assert.Equal(t, []string{
		"task_routing.filters[1] tasks get here only after filters[0]", "task_routing.filters[2] tasks get here only after filters[0]",
		"task_routing.filters[4] no task gets here: filters[3]", "task_routing.filters[5] no task gets here: filters[3]",
		"task_routing.filters ",
	}, found)
}

func TestFiltersThatRepeatOneAreFoundWithoutComparing(t *testing.T) {
	conditions := []string{"a == 'x'", "b==1", `a = "x"`}
	problems := tired(several(3, 0, func(i int) string { return conditions[i] }), maxWork).problems
	assert.Equal(t, Problems{{
		Severity: SeverityWarning, Rule: RuleUnreachable, Place: "task_routing.filters[2]",
		Message: "no task gets here: filters[0] takes all that this one would, and passes none on; remove one of the two",
	}, tooMany}, problems)
}
