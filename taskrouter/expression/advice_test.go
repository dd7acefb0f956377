package expression_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
)

// ofEachKind has a value of each kind.
var ofEachKind = []any{nil, true, 5, "x", []any{"x", 5}, map[string]any{"a": 1}}

// sampleSets returns samples in which a is of any set of kinds and b of one of some,
// and none at all.
func sampleSets(ofB []any) []expression.Samples {
	sets := []expression.Samples{{}}
	for set := 1; set < 1<<len(ofEachKind); set++ {
		for _, b := range ofB {
			var workers []expression.Attributes
			for i, a := range ofEachKind {
				if set>>i&1 == 1 {
					workers = append(workers, expression.Attributes{"a": a, "b": b})
				}
			}
			sets = append(sets, expression.Samples{Workers: workers})
		}
	}
	return sets
}

// adviceIn returns what a finding says to write, "" if it does not.
func adviceIn(finding expression.Finding) string {
	_, advice, _ := strings.Cut(finding.Message, "; write ")
	return advice
}

func neverTrue(findings []expression.Finding) []expression.Finding {
	var found []expression.Finding
	for _, finding := range findings {
		if finding.Rule == expression.RuleNeverTrue {
			found = append(found, finding)
		}
	}
	return found
}

func TestAdviceIsNotNeverTrueItself(t *testing.T) {
	constants := append(append([]string{`[null]`, `['x', null]`, `[true, 'x']`}, scalarTexts...), listTexts...)
	withConstants, withB := sampleSets(ofEachKind[:1]), sampleSets(ofEachKind)
	advised := map[string]bool{}
	for _, operator := range operatorTexts {
		for _, constant := range constants {
			requireAdvice(t, "a "+operator+" "+constant, withConstants, advised)
			requireAdvice(t, constant+" "+operator+" a", withConstants, advised)
		}
		requireAdvice(t, "a "+operator+" b", withB, advised)
		requireAdvice(t, "b "+operator+" a", withB, advised)
		requireAdvice(t, "a "+operator+" a", withConstants, advised)
	}
	assert.Greater(t, len(advised), 100)
}

// requireAdvice checks that what Check says to write is parsed, and that Check does
// not take it for never true of the same samples.
func requireAdvice(t *testing.T, source string, sets []expression.Samples, advised map[string]bool) {
	t.Helper()
	e := parse(t, source)
	for _, samples := range sets {
		for _, finding := range neverTrue(e.Check(expression.ContextQueue, samples)) {
			advice := adviceIn(finding)
			if advice == "" {
				continue
			}
			advised[advice] = true
			better, err := expression.Parse(advice)
			require.NoError(t, err, "%s: %s", source, finding)
			require.Empty(t, neverTrue(better.Check(expression.ContextQueue, samples)), "%s: %s; samples %v", source, finding, samples.Workers)
		}
	}
}

func TestAdviceSaysWhatWasMeant(t *testing.T) {
	listed := expression.Samples{Workers: []expression.Attributes{{"a": []any{"x"}, "b": "x", "n": 5}}}
	for source, want := range map[string]string{
		`c == ['x']`:        `c IN ['x']`,
		`c != ['x', 'y']`:   `c NOT IN ['x', 'y']`,
		`c HAS ['x', 'y']`:  `(c HAS 'x' OR c HAS 'y')`,
		`['x', 'y'] IN c`:   `(c HAS 'x' OR c HAS 'y')`,
		`c HAS ['x', null]`: `c HAS 'x'`,
		`a IN ['x', 'y']`:   `(a HAS 'x' OR a HAS 'y')`,
		`b HAS ['x']`:       `b IN ['x']`,
		`['x'] IN b`:        `['x'] HAS b`,
		`c IN 'x'`:          `c == 'x'`,
		`c NOT IN 'x'`:      `c != 'x'`,
		`'x' HAS c`:         `'x' IN c`,
		`a == 'x'`:          `a HAS 'x'`,
		`a == b`:            `a HAS b`,
		`a != 'x'`:          `'x' NOT IN a`,
		`'x' == a`:          `'x' IN a`,
		`b HAS a`:           `b IN a`,
		`b IN b`:            `b == b`,
		`c == []`:           ``,
		`c HAS [null]`:      ``,
		`c > null`:          ``,
		`n CONTAINS '5'`:    ``,
		`c HAS ['` + strings.Repeat("x", 100) + `']`: ``, // which would be in the way
	} {
		found := neverTrue(parse(t, source).Check(expression.ContextQueue, listed))
		if assert.NotEmpty(t, found, source) {
			assert.Equal(t, want, adviceIn(found[0]), "%s: %s", source, found[0])
		}
	}
}
