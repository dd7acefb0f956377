package expression_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
)

func explained(outcomes []expression.Outcome) []string {
	texts := []string{}
	for _, outcome := range outcomes {
		texts = append(texts, outcome.String())
	}
	return texts
}

func TestExplainTellsWhatDecides(t *testing.T) {
	attributes := expression.Attributes{"yes": 1, "no": 0}
	const isTrue, isFalse = "yes == 1 is true: yes is 1", "no == 1 is false: no is 0"
	for source, want := range map[string][]string{
		`yes == 1`:                           {isTrue},
		`no == 1`:                            {isFalse},
		`yes == 1 AND no == 1 AND no == 2`:   {isFalse},
		`yes == 1 AND yes > 0`:               {isTrue, "yes > 0 is true: yes is 1"},
		`no == 1 OR yes == 1 OR yes > 0`:     {isTrue},
		`no == 1 OR no == 2`:                 {isFalse, "no == 2 is false: no is 0"},
		`(no == 1 OR yes == 1) AND yes > 0`:  {isTrue, "yes > 0 is true: yes is 1"},
		`(no == 1 OR no == 2) AND yes == 1`:  {isFalse, "no == 2 is false: no is 0"},
		`(yes == 1 AND no == 1) OR no == 2`:  {isFalse, "no == 2 is false: no is 0"},
		`no == 2 OR (yes == 1 AND yes > 0)`:  {isTrue, "yes > 0 is true: yes is 1"},
		`yes == 1 AND (no == 2 OR yes == 1)`: {isTrue, isTrue},
	} {
		assert.Equal(t, want, explained(parse(t, source).Explain(attributes)), source)
	}
}

func TestOutcomeShowsTheValuesOfNames(t *testing.T) {
	attributes := parseAttributes(t, `{
		"language": "en", "level": 5.50, "list": ["a", 1], "object": {"a": null}, "html": "<b>&</b>", "no": false,
		"long": "0123456789012345678901234567890123456789", "ä": "öööööööööööööööööööööööööööööööööööööööööö"
	}`)
	attributes["function"] = func() {}
	for source, want := range map[string]string{
		`language == 'es'`:     `language == 'es' is false: language is "en"`,
		`'en'=language`:        `'en' == language is true: language is "en"`,
		`level > 5`:            `level > 5 is true: level is 5.50`,
		`level > language`:     `level > language is false: level is 5.50, language is "en"`,
		`missing != true`:      `missing != true is true: missing is missing`,
		`object.a == null`:     `object.a == null is true: object.a is missing`,
		`list[1] IN [1, null]`: `list[1] IN [1, null] is true: list[1] is 1`,
		`list HAS 'b'`:         `list HAS 'b' is false: list is ["a",1]`,
		`object == 1`:          `object == 1 is false: object is {"a":null}`,
		`html == ''`:           `html == '' is false: html is "<b>&</b>"`,
		`no == true`:           `no == true is false: no is false`,
		`1==1`:                 `1 == 1 is true`,
		`long == ''`:           `long == '' is false: long is "012345678901234567890123456789012345678…`,
		`ä == ''`:              `ä == '' is false: ä is "ööööööööööööööööööööööööööööööööööööööö…`,
		`function == 1`:        `function == 1 is false: function is a func()`,
	} {
		assert.Equal(t, []string{want}, explained(parse(t, source).Explain(attributes)), source)
	}
}

func TestOutcomeHasItsPartsInFields(t *testing.T) {
	e := parse(t, `a IN ['x', 5, 5.5, true, null] OR missing == null`)
	comparisons := e.Root().(*expression.Logical).Conditions
	assert.Equal(t, []expression.Outcome{{
		Comparison: comparisons[0].(*expression.Comparison), Matched: true, Left: "x", Right: []any{"x", int64(5), 5.5, true, nil},
	}}, e.Explain(expression.Attributes{"a": "x"}))
	assert.Equal(t, []expression.Outcome{{
		Comparison: comparisons[1].(*expression.Comparison), Matched: true,
	}}, e.Explain(nil)[:1])
}

func TestExplainTargetTellsTaskFromWorker(t *testing.T) {
	task, worker := expression.Attributes{"a": 1}, expression.Attributes{"a": 2}
	e := parse(t, `task.a < worker.a AND a == null`)
	assert.Equal(t, []string{
		"task.a < worker.a is true: task.a is 1, worker.a is 2",
		"a == null is true: a is missing",
	}, explained(e.ExplainTarget(task, worker)))
	assert.Equal(t, []string{"task.a < worker.a is false: task.a is missing, worker.a is missing"}, explained(e.Explain(task)))
}

// evaluate judges a tree by what its comparisons are said to be.
func evaluate(node expression.Condition, is func(*expression.Comparison) bool) bool {
	logical, ok := node.(*expression.Logical)
	if !ok {
		return is(node.(*expression.Comparison))
	}
	for _, condition := range logical.Conditions {
		if evaluate(condition, is) == (logical.Connective == expression.Or) {
			return logical.Connective == expression.Or
		}
	}
	return logical.Connective == expression.And
}

// requireExplained checks that what Explain returns is what Match finds, and that
// it decides: the rest could be anything.
func requireExplained(t testing.TB, e *expression.Expression, attributes expression.Attributes) {
	t.Helper()
	matched := e.Match(attributes)
	outcomes := e.Explain(attributes)
	for _, outcome := range outcomes {
		require.Equal(t, matched, parse(t, outcome.Comparison.String()).Match(attributes))
	}
	requireDecided(t, e, matched, outcomes)
}

// requireDecided checks that outcomes decide what an expression is, whatever its
// other comparisons are.
func requireDecided(t testing.TB, e *expression.Expression, matched bool, outcomes []expression.Outcome) {
	t.Helper()
	require.NotEmpty(t, outcomes)
	decided := map[*expression.Comparison]bool{}
	for _, outcome := range outcomes {
		require.Equal(t, matched, outcome.Matched, "%s in %s", outcome, e)
		decided[outcome.Comparison] = true
	}
	require.Equal(t, matched, evaluate(e.Root(), func(c *expression.Comparison) bool {
		return decided[c] == matched
	}), "%s is not decided by %v", e, outcomes)
}

func TestExplainAgreesWithMatch(t *testing.T) {
	count := map[bool]int{}
	for seed := range uint64(1500) {
		c := randomChoices(seed)
		e := parse(t, c.condition(3))
		for range 5 {
			attributes := c.attributes()
			requireExplained(t, e, attributes)
			count[e.Match(attributes)]++
		}
	}
	assert.Greater(t, min(count[true], count[false]), 1500)
}

func TestExplainCountsAgreesWithMatchCounts(t *testing.T) {
	names := []string{"workers.available", "workers.unavailable", "workers.WA1", "workers.WA2", "workers.busy", "workers", "available", "workers.WA1.x"}
	count := map[bool]int{}
	for seed := range uint64(1500) {
		c := randomChoices(seed)
		var parts []string
		for range 1 + c(3) {
			parts = append(parts, oneOf(c, names)+" "+oneOf(c, operatorTexts)+" "+oneOf(c, append([]string{"0", "1", "2", "[0, 1]", "null"}, names...)))
		}
		e := parse(t, strings.Join(parts, oneOf(c, []string{" AND ", " OR "})))
		counts := expression.Counts{Available: c(3), Unavailable: c(3), Activities: map[string]int{"WA1": c(3)}}
		matched := e.MatchCounts(counts)
		requireDecided(t, e, matched, e.ExplainCounts(counts))
		count[matched]++
	}
	assert.Greater(t, min(count[true], count[false]), 300)

	counts := expression.Counts{Unavailable: 2, Activities: map[string]int{"WA1": 1}}
	assert.Equal(t, []string{"workers.available > 0 is false: workers.available is 0"}, explained(parse(t, `workers.available > 0 AND workers.WA1 == 1`).ExplainCounts(counts)))
	assert.Equal(t, []string{"workers.unavailable > workers.WA1 is true: workers.unavailable is 2, workers.WA1 is 1", "workers.WA9 == 0 is true: workers.WA9 is 0"},
		explained(parse(t, `workers.unavailable > workers.WA1 AND workers.WA9 == 0`).ExplainCounts(counts)))
	assert.Equal(t, []string{"workers.busy != 0 is true: workers.busy is missing"}, explained(parse(t, `workers.busy != 0`).ExplainCounts(counts)))
}

func TestCouldMatchIsTrueOfWhatMatchTargetIsTrueOf(t *testing.T) {
	names := []string{"worker.activity_sid", "worker.activity_name"}
	for _, name := range pathTexts {
		names = append(names, "worker."+name, "task."+name, "worker.channel."+name)
	}
	count := map[bool]int{}
	for seed := range uint64(1500) {
		c := randomChoices(seed)
		var source string
		for i := range 1 + c(3) {
			if i > 0 {
				source += oneOf(c, []string{" AND ", " OR "})
			}
			source += oneOf(c, names) + " " + oneOf(c, operatorTexts) + " " + c.operand()
		}
		e := parse(t, source)
		worker := c.attributes()
		could := e.CouldMatch(worker)
		count[could]++
		for range 5 {
			now := maps.Clone(worker)
			now["activity_sid"], now["activity_name"], now["channel"] = oneOf(c, values), oneOf(c, values), c.attributes()
			if e.MatchTarget(c.attributes(), now) {
				require.True(t, could, "%s of %#v", e, worker)
			}
		}
	}
	assert.Greater(t, min(count[true], count[false]), 100)
}

func TestFormatValueWritesWhatFindingsAndOutcomesHave(t *testing.T) {
	for want, value := range map[string]any{
		`missing`:                  nil,
		`"a < b & c"`:              "a < b & c",
		`["es",5,true,null]`:       []any{"es", 5, true, nil},
		`12345678901234567890`:     json.Number("12345678901234567890"),
		`a func()`:                 func() {},
		`{"skills":{"es":"well"}}`: map[string]any{"skills": map[string]any{"es": "well"}},
	} {
		assert.Equal(t, want, expression.FormatValue(value))
	}
}
