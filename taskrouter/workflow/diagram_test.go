package workflow_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

var update = flag.Bool("update", false, "write the diagrams in testdata anew")

// diagrams are configurations by the files in testdata that they are drawn in.
func diagrams() map[string]workflow.Configuration {
	return map[string]workflow.Configuration{
		"nothing":                  {},
		"only_a_default_filter":    routes("default"),
		"everything":               everything(),
		"no_default_filter":        routes("a==1: -", "b==1: S"),
		"timeouts":                 routes("a==1: T T", "b==1: ST", "default"),
		"timeouts_without_default": routes("a==1: T"),
		"a_catch_all_that_waits":   routes("a==1: T", "1==1: -", "default"),
		"skip_if":                  routes("a==1: S C N", "b==1: CT T", "default"),
		"what_is_missing": {TaskRouting: workflow.TaskRouting{
			Filters:       []workflow.Filter{{}, {FriendlyName: "Nothing"}, {Expression: "a ==", Targets: []workflow.Target{{}, {SkipIf: "("}}}},
			DefaultFilter: &workflow.Target{},
		}},
	}
}

func TestDiagramIsDrawnAsBefore(t *testing.T) {
	for name, c := range diagrams() {
		t.Run(name, func(t *testing.T) {
			assertDrawn(t, name, c.Diagram(people()))
		})
	}
}

// assertDrawn asserts that a diagram is that of a file.
func assertDrawn(t *testing.T, name, diagram string) {
	t.Helper()
	file := filepath.Join("testdata", name+".mmd")
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(diagram), 0o600))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err, "write it with -update")
	assert.Equal(t, string(want), diagram)
}

// What a diagram consists of. What may stand in a label is a matter of its own.
const (
	labelPattern = `"[^"]+"`
	idPattern    = `(task|late|canceled|dropped|fallback|filter\d+(?:target\d+)?)`
)

var (
	statement = regexp.MustCompile(`(?:[^"\n]|"[^"]*")+`)
	nodeLine  = regexp.MustCompile(`^    ` + idPattern + `(?:\[` + labelPattern + `\]|\{` + labelPattern + `\}|\(\[` + labelPattern + `\]\))$`)
	edgeLine  = regexp.MustCompile(`^    ` + idPattern + `(?:\(\["a task"\]\))? (?:-->|-->\|(?:yes|no|after -?\d+ s)\||-\.->\|` + labelPattern + `\|) ` + idPattern + `$`)
)

// assertDrawable asserts that a diagram is of the statements that it may have, that all
// nodes that an edge names are drawn once, and that no end is drawn to which no
// edge leads.
func assertDrawable(t *testing.T, diagram string) {
	t.Helper()
	require.True(t, utf8.ValidString(diagram))
	lines := statement.FindAllString(diagram, -1)
	require.Equal(t, diagram, strings.Join(lines, "\n")+"\n")
	require.Equal(t, "flowchart TD", lines[0])
	drawn, from, to := map[string]int{}, map[string]bool{}, map[string]bool{}
	for _, line := range lines[1:] {
		if node := nodeLine.FindStringSubmatch(line); node != nil {
			drawn[node[1]]++
			continue
		}
		edge := edgeLine.FindStringSubmatch(line)
		require.NotNil(t, edge, "the line %q is neither a node nor an edge", line)
		from[edge[1]], to[edge[2]] = true, true
		if strings.HasPrefix(line, "    task([") {
			drawn["task"]++
		}
	}
	for _, ends := range []map[string]bool{from, to} {
		for node := range ends {
			require.Equal(t, 1, drawn[node], "%s is drawn once in\n%s", node, diagram)
		}
	}
	for node := range drawn {
		isEnd := node == "late" || node == "canceled" || node == "dropped"
		require.True(t, to[node] || !isEnd, "nothing leads to %s in\n%s", node, diagram)
	}
}

func TestDiagramsHaveOnlyWhatMermaidCanRead(t *testing.T) {
	for name, c := range diagrams() {
		t.Run(name, func(t *testing.T) {
			assertDrawable(t, c.Diagram(workflow.Workspace{}))
			assertDrawable(t, c.Diagram(people()))
		})
	}
	random := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		assertDrawable(t, randomConfiguration(random).Diagram(workflow.Workspace{}))
	}
}

func TestDiagramCallsQueuesByTheirNames(t *testing.T) {
	c := small()
	assert.Contains(t, c.Diagram(people()), "filter0target0[\"Spanish\nno timeout\"]")
	assert.NotContains(t, c.Diagram(people()), spanishQueue)
	assert.Contains(t, c.Diagram(people()), everyoneQueue, "which has no name")
	assert.Contains(t, c.Diagram(workflow.Workspace{}), `filter0target0["`+spanishQueue+"\nno timeout\"]")
}

func TestDiagramCutsLongLabelsByCharacters(t *testing.T) {
	for length, want := range map[int]string{60: strings.Repeat("é", 60), 61: strings.Repeat("é", 60) + "…"} {
		c := small()
		c.TaskRouting.Filters[0].Targets[0].Queue = strings.Repeat("é", length)
		assert.Contains(t, c.Diagram(workflow.Workspace{}), `filter0target0["`+want+"\nno timeout\"]")
	}
}

// arrows returns where the arrows of a diagram lead, by the node that they come
// from and the first word of their label.
func arrows(diagram string) map[string]map[string]string {
	arrow := regexp.MustCompile(`(?m)^    (\w+)(?:\(\["a task"\]\))? (?:-->|-->\|(yes|no|after) ?.*\||-\.->\|"(skip) (?:[^"]*)"\|) (\w+)$`)
	found := map[string]map[string]string{}
	for _, match := range arrow.FindAllStringSubmatch(diagram, -1) {
		if found[match[1]] == nil {
			found[match[1]] = map[string]string{}
		}
		found[match[1]][match[2]+match[3]] = match[4]
	}
	return found
}

// follow returns where a task ends that goes by the arrows of a diagram as an
// explanation says.
func follow(t *testing.T, diagram string, e workflow.Explanation) string {
	t.Helper()
	leads, timedOut := arrows(diagram), false
	node := leads["task"][""]
	for i, filter := range e.Filters {
		require.Equal(t, fmt.Sprintf("filter%d", i), node, diagram)
		node = leads[node][map[bool]string{true: "yes", false: "no"}[filter.Matched]]
		for j, target := range filter.Targets {
			require.Equal(t, fmt.Sprintf("filter%dtarget%d", i, j), node, diagram)
			switch target.Exit {
			case workflow.ExitSkipped:
				node = leads[node]["skip"]
			case workflow.ExitTimesOut:
				node, timedOut = leads[node]["after"], true
			case workflow.ExitStays:
				return "waits"
			}
		}
	}
	if node == "late" {
		node = leads[node][map[bool]string{true: "yes", false: "no"}[timedOut]]
	}
	return node
}

func TestTheArrowsLeadWhereTasksGo(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	ends := map[string]int{}
	for range 300 {
		c := randomConfiguration(random)
		diagram := c.Diagram(workflow.Workspace{})
		for _, w := range smallWorkspaces {
			task := pick(random, smallTasks)
			e := c.Explain(task, w)
			end := follow(t, diagram, e)
			want := string(e.End)
			if e.Default != nil {
				want = "fallback"
			}
			require.Equal(t, want, end, "%s\n%v\n%s\n%s", c, task, e, diagram)
			ends[end]++
		}
	}
	for _, end := range []string{"waits", "fallback", "canceled", "dropped"} {
		assert.Greater(t, ends[end], 10, end)
	}
}

func TestNoArrowLeadsToAQuestionWhoseAnswerIsCertain(t *testing.T) {
	tests := map[string]struct {
		lines []string
		want  map[string]map[string]string
	}{
		"nothing can have timed out": {
			[]string{"a==1: S", "default"},
			map[string]map[string]string{"task": {"": "filter0"}, "filter0": {"yes": "filter0target0", "no": "fallback"}, "filter0target0": {"skip": "fallback"}},
		},
		"all have timed out": {
			[]string{"1==1: T", "a==1: S", "default"},
			map[string]map[string]string{
				"task": {"": "filter0"}, "filter0": {"yes": "filter0target0"}, "filter0target0": {"after": "filter1"},
				"filter1": {"yes": "filter1target0", "no": "canceled"}, "filter1target0": {"skip": "canceled"},
			},
		},
		"all have timed out or been skipped": {
			[]string{"1==1: ST", "a==1: S", "default"},
			map[string]map[string]string{
				"task": {"": "filter0"}, "filter0": {"yes": "filter0target0"}, "filter0target0": {"after": "filter1", "skip": "filter1"},
				"filter1": {"yes": "filter1target0", "no": "late"}, "filter1target0": {"skip": "late"}, "late": {"yes": "canceled", "no": "fallback"},
			},
		},
		"all have timed out, and some might have anyhow": {
			[]string{"1==1: T", "a==1: T", "b==1: S"},
			map[string]map[string]string{
				"task": {"": "filter0"}, "filter0": {"yes": "filter0target0"}, "filter0target0": {"after": "filter1"},
				"filter1": {"yes": "filter1target0", "no": "filter2"}, "filter1target0": {"after": "filter2"},
				"filter2": {"yes": "filter2target0", "no": "canceled"}, "filter2target0": {"skip": "canceled"},
			},
		},
		"a target before has timed out": {
			[]string{"a==1: T S", "default"},
			map[string]map[string]string{
				"task": {"": "filter0"}, "filter0": {"yes": "filter0target0", "no": "fallback"},
				"filter0target0": {"after": "filter0target1"}, "filter0target1": {"skip": "canceled"},
			},
		},
		"a target before may have timed out": {
			[]string{"a==1: ST CT S", "default"},
			map[string]map[string]string{
				"task": {"": "filter0"}, "filter0": {"yes": "filter0target0", "no": "fallback"},
				"filter0target0": {"after": "filter0target1", "skip": "filter0target1"}, "filter0target1": {"after": "filter0target2", "skip": "filter0target2"},
				"filter0target2": {"skip": "late"}, "late": {"yes": "canceled", "no": "fallback"},
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, test.want, arrows(routes(test.lines...).Diagram(workflow.Workspace{})))
		})
	}
}
