package expression_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
)

func TestConstantTellsWhatDependsOnNothing(t *testing.T) {
	for source, want := range map[string]struct{ matches, ok bool }{
		`1==1`:                        {true, true},
		`1==0`:                        {false, true},
		`1 != 1`:                      {false, true},
		`'language' == 'spanish'`:     {false, true},
		`'a' IN ['a'] AND null==null`: {true, true},
		`1==1 AND 1==0`:               {false, true},
		`1==0 OR 1==1`:                {true, true},
		`1==0 OR 2==0`:                {false, true},
		`a == 1`:                      {false, false},
		`a == a`:                      {false, false},
		`a == 1 AND 1==1`:             {false, false},
		`a == 1 OR 1==0`:              {false, false},
		`a == 1 AND b == 1`:           {false, false},
		`a == 1 OR b == 1`:            {false, false},
		`a == 1 AND 1==0`:             {false, true},
		`a == 1 OR 1==1`:              {true, true},
		`(a == 1 OR 1==1) AND 2==2`:   {true, true},
		`(a == 1 AND 1==0) OR b == 1`: {false, false},
		`(a == 1 AND 1==0) OR 2==0`:   {false, true},
	} {
		matches, ok := parse(t, source).Constant()
		assert.Equal(t, want.matches, matches, source)
		assert.Equal(t, want.ok, ok, source)
	}
}

func TestImpliesSeesWhatFollows(t *testing.T) {
	tests := []struct {
		premise, conclusion string
		want                bool
	}{
		// The same, however it is written.
		{`a == 'x'`, `a = "x"`, true},
		{`a HAS 'x'`, `a HAS 'x'`, true},
		{`a HAS 'x'`, `'x' IN a`, true},
		{`'x' == a`, `a == 'x'`, true},
		{`5 < a`, `a > 5`, true},
		{`5 <= a`, `a >= 5`, true},
		{`5 > a`, `a < 5`, true},
		{`5 >= a`, `a <= 5`, true},
		{`5 != a`, `a != 5`, true},
		{`['x'] HAS a`, `a IN ['x']`, true},
		{`a CONTAINS 'x'`, `'x' CONTAINS a`, false},
		{`a NOT IN b`, `b NOT IN a`, false},
		{`a == b`, `a == b`, true},
		{`a == 'x'`, `b == 'x'`, false},
		{`a.x == 1`, `a.y == 1`, false},
		{`a == b`, `a == 'b'`, false},
		// Parts of AND, wholes of OR.
		{`a == 1 AND b == 2`, `a == 1`, true},
		{`a == 1 AND b == 2`, `b == 2 AND a == 1`, true},
		{`a == 1 AND b == 2 AND c == 3`, `c == 3 AND a == 1`, true},
		{`a == 1`, `a == 1 AND b == 2`, false},
		{`a == 1`, `a == 1 OR b == 2`, true},
		{`a == 1 OR b == 2`, `a == 1`, false},
		{`a == 1 OR b == 2`, `b == 2 OR a == 1 OR c == 3`, true},
		{`a == 1 OR b == 2`, `b == 2 OR c == 3`, false},
		{`(a == 1 OR b == 2) AND c == 3`, `b == 2 OR a == 1`, true},
		{`a == 1 AND (b == 2 OR b == 3)`, `b == 3 OR b == 2`, true},
		{`(a == 1 AND b == 2) OR (a == 1 AND c == 3)`, `a == 1`, true},
		{`a == 1 AND b == 2`, `(a == 1 AND b == 2) OR c == 3`, true},
		{`a == 1 AND b == 2`, `(a == 1 OR c == 3) AND (b == 2 OR c == 3)`, true},
		// Constants.
		{`a == 1`, `1==1`, true},
		{`1==0`, `a == 1`, true},
		{`1==1`, `a == 1`, false},
		{`a == 1`, `1==0`, false},
		{`a == 1 AND 1==0`, `b == 1`, true},
		{`a == 1`, `b == 1 OR 1==1`, true},
		{`1==1`, `2==2`, true},
		{`a == 1 AND 1==1`, `a == 1`, true},
		// What is equal to a constant.
		{`a == 'x'`, `a != 'y'`, true},
		{`a == 'x'`, `a IN ['x', 'y']`, true},
		{`a == 'x'`, `a NOT IN ['y', 'z']`, true},
		{`a == 'x'`, `a NOT IN ['x']`, false},
		{`a == 'x'`, `a != null`, true},
		{`a == 'xy'`, `a CONTAINS 'x'`, true},
		{`a == 'b'`, `a > 'a'`, true},
		{`a == 'b'`, `a > 'b'`, false},
		{`a == null`, `a != 'x'`, true},
		{`a == null`, `a NOT IN ['x']`, true},
		{`a == null`, `a == 'x'`, false},
		{`a == true`, `a != false`, true},
		{`a == 5`, `a > 4`, true},
		{`a == 5`, `a >= 5.0`, true},
		{`a == 5`, `a == 5.0`, true},
		{`a == 5`, `a < 5`, false},
		{`a == 5`, `a IN [4, 5]`, true},
		{`a == 5`, `a IN ['y', 5.0]`, true},
		{`a == 5`, `a != '6'`, true},
		{`a == 5`, `a != 'x'`, true},
		{`a == 5`, `a NOT IN ['6', 'x', 7]`, true},
		{`a == '5'`, `a == 5`, true},
		{`a == '5'`, `a > 4`, true},
		{`a == '5'`, `a IN ['5']`, true},
		{`a == '5'`, `a != '6'`, true},
		{`a == ['x']`, `a == 'y'`, true}, // which is true of nothing
		// A number is equal to every text that spells it, and those are not equal.
		{`a == 5`, `a == '5'`, false},
		{`a == 5`, `a IN ['5']`, false},
		{`a == 5`, `a < '6'`, false},
		{`a == 5`, `a CONTAINS '5'`, false},
		{`a == 5`, `a != '5'`, false},
		{`a == '5'`, `a != '5.0'`, false},
		{`a == '5'`, `a NOT IN ['5.0']`, false},
		{`a == '5'`, `a > '10'`, false},
		{`a == '5'`, `a CONTAINS '5'`, false},
		{`a == '5'`, `a < 'x'`, false},
		// What is in a list.
		{`a IN ['x', 'y']`, `a IN ['y', 'z', 'x']`, true},
		{`a IN ['x', 'y']`, `a IN ['x']`, false},
		{`a IN ['x']`, `a == 'x'`, true},
		{`a IN ['x', 'y']`, `a != 'z'`, true},
		{`a IN ['x', 'y']`, `a != 'y'`, false},
		{`a IN [5, 6]`, `a > 4`, true},
		{`a IN [5]`, `a IN ['5']`, false},
		{`a IN [5, 'x']`, `a IN ['x', 5]`, true},
		{`a IN []`, `a == 'y'`, true},
		{`a IN ['x']`, `a == 'x' OR a == 'y'`, true},
		// Beyond a number.
		{`a > 5`, `a > 4`, true},
		{`a > 5`, `a >= 5`, true},
		{`a >= 5`, `a > 5`, false},
		{`a >= 5`, `a > 4.9`, true},
		{`a > 5`, `a > 6`, false},
		{`a < 5`, `a < 6`, true},
		{`a < 5`, `a <= 5`, true},
		{`a <= 5`, `a < 5`, false},
		{`a < 5`, `a > 4`, false},
		{`a > 5`, `a < 4`, false},
		{`a > 5`, `a > '4'`, false}, // of texts this is by code point
		{`a > 'b'`, `a > 'a'`, false},
		{`a > 5`, `a == 6`, false},
		// What cannot be seen.
		{`a != 'x'`, `a != 'y'`, false},
		{`a NOT IN ['x', 'y']`, `a NOT IN ['x']`, false},
		{`a CONTAINS 'xy'`, `a CONTAINS 'x'`, false},
		{`a == b AND b == 'x'`, `a == 'x'`, false},
	}
	for _, tt := range tests {
		assert.Equal(t, tt.want, parse(t, tt.premise).Implies(parse(t, tt.conclusion)), "%s => %s", tt.premise, tt.conclusion)
	}
}

// requireImplication checks attributes against all that is claimed of two
// expressions.
func requireImplication(t testing.TB, premise, conclusion *expression.Expression, all []expression.Attributes) (implied bool) {
	t.Helper()
	implied = premise.Implies(conclusion)
	constant, isConstant := premise.Constant()
	for _, attributes := range all {
		matched := premise.Match(attributes)
		if implied && matched {
			require.True(t, conclusion.Match(attributes), "%s implies %s, but not of %#v", premise, conclusion, attributes)
		}
		if isConstant {
			require.Equal(t, constant, matched, "%s is constant, but not of %#v", premise, attributes)
		}
	}
	return implied
}

func TestImpliesHoldsForEveryPairOfComparisons(t *testing.T) {
	constants := append(append([]string{}, scalarTexts...), listTexts...)
	var all []*expression.Expression
	for _, operator := range operatorTexts {
		for _, constant := range constants {
			all = append(all, parse(t, "a "+operator+" "+constant), parse(t, constant+" "+operator+" a"))
		}
	}
	truths := make([][]bool, len(all))
	for i, e := range all {
		for _, value := range values {
			truths[i] = append(truths[i], e.Match(expression.Attributes{"a": value}))
		}
	}
	implied := 0
	for p, premise := range all {
		for c, conclusion := range all {
			if p == c || !premise.Implies(conclusion) {
				continue
			}
			implied++
			for v, value := range values {
				if truths[p][v] && !truths[c][v] {
					t.Errorf("%s implies %s, but not of %#v", premise, conclusion, value)
				}
			}
		}
	}
	assert.Greater(t, implied, 5000, "of %d pairs", len(all)*len(all))
}

func TestImpliesHoldsForRandomExpressions(t *testing.T) {
	implied := 0
	for seed := range uint64(1500) {
		c := randomChoices(seed)
		premise := parse(t, c.condition(2))
		conclusion := parse(t, c.condition(1))
		both := parse(t, "("+premise.String()+") AND ("+conclusion.String()+")")
		either := parse(t, "("+premise.String()+") OR ("+conclusion.String()+")")
		var all []expression.Attributes
		for range 20 {
			all = append(all, c.attributes())
		}
		if requireImplication(t, premise, conclusion, all) {
			implied++
		}
		requireImplication(t, conclusion, premise, all)
		requireImplication(t, both, conclusion, all)
		requireImplication(t, either, conclusion, all)
		assert.True(t, both.Implies(premise), "%s", both)
		assert.True(t, premise.Implies(either), "%s", either)
		assert.True(t, premise.Implies(premise), "%s", premise)
	}
	assert.Greater(t, implied, 50)
}

func TestImpliesGivesUpRatherThanGoOn(t *testing.T) {
	var premise, conclusion []string
	for i := range 400 {
		premise = append(premise, fmt.Sprintf("(a%d == 1 OR b%d == 1)", i, i))
		conclusion = append(conclusion, fmt.Sprintf("(c%d == 1 AND d%d == 1)", i, i))
	}
	p, c := parse(t, strings.Join(premise, " AND ")), parse(t, strings.Join(conclusion, " OR "))
	assert.False(t, p.Implies(c))
	assert.False(t, p.Implies(parse(t, strings.Join(append(conclusion, premise[399]), " OR "))), "which is true, and beyond the limit")
}

// listOf returns n numbers from first on, step apart.
func listOf(n, first, step int) string {
	items := make([]string, n)
	for i := range items {
		items[i] = fmt.Sprint(first + i*step)
	}
	return "[" + strings.Join(items, ", ") + "]"
}

func TestImpliesGivesUpOnLongLists(t *testing.T) {
	short, long := 200, 20_000
	assert.True(t, parse(t, "a IN "+listOf(short, 0, 1)).Implies(parse(t, "a IN "+listOf(short, short-1, -1))))
	assert.False(t, parse(t, "a IN "+listOf(long, 0, 1)).Implies(parse(t, "a IN "+listOf(long, long-1, -1))), "which is true, and beyond the limit")

	many := strings.Repeat("a IN "+listOf(100, 0, 1)+" OR ", 1000) + "a == 1"
	assert.False(t, parse(t, many).Implies(parse(t, "a > 0 AND b IN "+listOf(long, 0, 1))))
	assert.False(t, parse(t, "a IN "+listOf(2*maxItems, 0, 1)).Implies(parse(t, "a >= 0")), "a list that has more items than there are steps")
}

// maxItems is more than the steps that Implies takes.
const maxItems = 100_000

func TestImpliesTellsLargeIntegersApart(t *testing.T) {
	values := []any{
		int64(9007199254740992), int64(9007199254740993), 9007199254740992.0, json.Number("9007199254740993"), json.Number("9007199254740993.0"),
		"9007199254740993", "9007199254740992", "9007199254740993.0", int64(math.MaxInt64), int64(math.MaxInt64 - 1), float64(1 << 63), uint64(1 << 63),
	}
	constants := []string{`9007199254740992`, `9007199254740993`, `9007199254740993.0`, `'9007199254740993'`, `9223372036854775807`, `9223372036854775806`, `9223372036854775808`}
	implied := 0
	for _, given := range []string{"==", ">", ">=", "<", "<="} {
		for _, p := range constants {
			for _, wanted := range []string{"==", "!=", ">", ">=", "<", "<="} {
				for _, c := range constants {
					var all []expression.Attributes
					for _, value := range values {
						all = append(all, expression.Attributes{"a": value})
					}
					if requireImplication(t, parse(t, "a "+given+" "+p), parse(t, "a "+wanted+" "+c), all) {
						implied++
					}
				}
			}
		}
	}
	assert.Greater(t, implied, 200)
	assert.True(t, parse(t, `a == 9007199254740993`).Implies(parse(t, `a != 9007199254740992`)), "which are two numbers")
	assert.False(t, parse(t, `a == 9007199254740993.0`).Implies(parse(t, `a != 9007199254740992`)), "which are the same number as far as a float64 can tell")
}
