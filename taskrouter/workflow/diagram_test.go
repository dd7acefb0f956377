package workflow_test

import (
	"flag"
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
			file := filepath.Join("testdata", name+".mmd")
			got := c.Diagram(people())
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(got), 0o600))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err, "write it with -update")
			assert.Equal(t, string(want), got)
		})
	}
}

// What a diagram consists of. What may stand in a label is a matter of its own.
const (
	labelPattern = `"[^"]+"`
	idPattern    = `(task|late|canceled|dropped|fallback|filter\d+(?:target\d+)?)`
)

var (
	statement = regexp.MustCompile(`(?:[^"\n]|"[^"]*")+`)
	nodeLine  = regexp.MustCompile(`^    ` + idPattern + `(?:\[` + labelPattern + `\]|\{` + labelPattern + `\}|\(\[` + labelPattern + `\]\))$`)
	edgeLine  = regexp.MustCompile(`^    ` + idPattern + `(?:\(\["a task"\]\))? (?:-->|-->\|(?:yes|no|after -?\d+ s)\||-\.->\|` + labelPattern + `\|) ` + idPattern + `(?:\(\["canceled"\]\))?$`)
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
		if strings.HasSuffix(line, `canceled(["canceled"])`) {
			drawn["canceled"]++
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
	assert.Contains(t, c.Diagram(people()), `filter0target0["Spanish"]`)
	assert.NotContains(t, c.Diagram(people()), spanishQueue)
	assert.Contains(t, c.Diagram(people()), everyoneQueue, "which has no name")
	assert.Contains(t, c.Diagram(workflow.Workspace{}), `filter0target0["`+spanishQueue+`"]`)
}

func TestDiagramCutsLongLabelsByCharacters(t *testing.T) {
	for length, want := range map[int]string{60: strings.Repeat("é", 60), 61: strings.Repeat("é", 60) + "…"} {
		c := small()
		c.TaskRouting.Filters[0].Targets[0].Queue = strings.Repeat("é", length)
		assert.Contains(t, c.Diagram(workflow.Workspace{}), `filter0target0["`+want+`"]`)
	}
}
