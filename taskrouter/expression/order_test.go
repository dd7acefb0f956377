package expression_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
)

func TestParseOrderReadsTerms(t *testing.T) {
	type term struct{ path, direction string }
	tests := []struct {
		name, source string
		want         []term
		canonical    string
	}{
		{"one", "worker.level DESC", []term{{"worker.level", "DESC"}}, "worker.level DESC"},
		{"several", "worker.levels.a desc,worker.cost Asc", []term{{"worker.levels.a", "DESC"}, {"worker.cost", "ASC"}}, "worker.levels.a DESC, worker.cost ASC"},
		{"no direction", "worker.level", []term{{"worker.level", ""}}, "worker.level"},
		{"no direction before a comma", "worker.level , worker.cost ASC", []term{{"worker.level", ""}, {"worker.cost", "ASC"}}, "worker.level, worker.cost ASC"},
		{"lines", "worker.level\nDESC\n,\nworker.cost", []term{{"worker.level", "DESC"}, {"worker.cost", ""}}, "worker.level DESC, worker.cost"},
		{"index", "worker.levels[1] ASC", []term{{"worker.levels[1]", "ASC"}}, "worker.levels[1] ASC"},
		{"attributes called as a direction", "asc desc, worker.asc", []term{{"asc", "DESC"}, {"worker.asc", ""}}, "asc DESC, worker.asc"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			order := parseOrder(t, tt.source)
			var got []term
			for _, t := range order.Terms {
				got = append(got, term{t.Path.String(), string(t.Direction)})
			}
			assert.Equal(t, tt.want, got)
			assert.Equal(t, tt.source, order.Source())
			assert.Equal(t, tt.canonical, order.String())
			assert.Equal(t, tt.canonical, parseOrder(t, order.String()).String())
		})
	}
}

func TestParseOrderTellsWhereEachTermStands(t *testing.T) {
	order := parseOrder(t, "worker.ä DESC,\n worker.b, worker.c\tASC")
	var parts []string
	for _, term := range order.Terms {
		parts = append(parts, order.Source()[term.Start:term.End])
	}
	assert.Equal(t, []string{"worker.ä DESC", "worker.b", "worker.c\tASC"}, parts)
	assert.Equal(t, expression.Position{Offset: 17, Line: 2, Column: 2}, order.Position(order.Terms[1].Start))
}

func TestParseOrderSaysWhereWhatAndWhatCouldStandThere(t *testing.T) {
	const attribute = "expected an attribute such as worker.level"
	for source, want := range map[string]string{
		"":                           "line 1, column 1: unexpected end, " + attribute,
		"worker.a,":                  "line 1, column 10: unexpected end, " + attribute,
		"worker.a DOWN":              `line 1, column 10: unexpected "DOWN", expected ASC, DESC, a comma or the end`,
		"worker.a ASC DESC":          `line 1, column 14: unexpected "DESC", expected a comma or the end`,
		"worker.a worker.b":          `line 1, column 10: unexpected "worker.b", expected ASC, DESC, a comma or the end`,
		", worker.a":                 `line 1, column 1: unexpected ",", ` + attribute,
		"worker.a DESC,,worker.b":    `line 1, column 15: unexpected ",", ` + attribute,
		"1 ASC":                      `line 1, column 1: unexpected "1", ` + attribute,
		"'worker.a' ASC":             `line 1, column 1: unexpected "'worker.a'", ` + attribute,
		"worker.a 'ASC'":             `line 1, column 10: unexpected "'ASC'", expected ASC, DESC, a comma or the end`,
		"worker.a == 1":              `line 1, column 10: unexpected "==", expected ASC, DESC, a comma or the end`,
		"worker.a-b ASC":             `line 1, column 9: unexpected "-", expected ASC, DESC, a comma or the end (a name has no hyphen: rename the attribute, for example to worker.a_b)`,
		"worker.a asc.x":             `line 1, column 10: unexpected "asc.x", expected ASC, DESC, a comma or the end`,
		"worker.a deſc":              `line 1, column 10: unexpected "deſc", expected ASC, DESC, a comma or the end`,
		"worker.a ASC;":              `line 1, column 13: unexpected ";", expected a comma or the end (nothing ends an expression)`,
		"worker.a\n, worker.ü ASC é": `line 2, column 16: unexpected "é", expected a comma or the end`,
		"null ASC":                   `line 1, column 1: unexpected "null", ` + attribute,
		"worker.a[":                  `line 1, column 9: unexpected "[", expected an index such as [0]`,
		"worker.a[0] ASC, worker.":   `line 1, column 24: unexpected ".", expected a name after the dot`,
		"worker.a ASC, worker.b 1.":  `line 1, column 24: unexpected "1.", expected digits after the point`,
		"worker.a, worker.b ASC 'x":  `line 1, column 24: unexpected "'x", expected the text to end with '`,
		"worker.a, 'x":               `line 1, column 11: unexpected "'x", expected the text to end with '`,
		"worker.a \xff":              `line 1, column 10: unexpected "\xff", expected UTF-8`,
	} {
		order, err := expression.ParseOrder(source)
		assert.Nil(t, order, "%q", source)
		assert.EqualError(t, err, "expression: "+want, "%q", source)
		var syntaxError *expression.SyntaxError
		assert.ErrorAs(t, err, &syntaxError)
	}
}

// candidate is a worker by name, with attributes as JSON.
type candidate struct{ name, attributes string }

func sorted(t *testing.T, source string, candidates []candidate) (names string, ok bool) {
	t.Helper()
	ok = expression.Sort(parseOrder(t, source), candidates, func(c candidate) expression.Attributes {
		return parseAttributes(t, c.attributes)
	})
	for _, c := range candidates {
		names += c.name
	}
	return names, ok
}

func TestSortKeepsTheRules(t *testing.T) {
	tests := []struct {
		name, order string
		candidates  []candidate
		want        string
	}{
		{"ascending", "worker.level ASC", []candidate{{"a", `{"level": 10}`}, {"b", `{"level": -1}`}, {"c", `{"level": 9}`}}, "bca"},
		{"descending", "worker.level DESC", []candidate{{"a", `{"level": 9}`}, {"b", `{"level": -1}`}, {"c", `{"level": 10}`}}, "cab"},
		{"without a direction ascending", "worker.level", []candidate{{"a", `{"level": 2}`}, {"b", `{"level": 1}`}}, "ba"},
		{"missing last, ascending", "worker.level ASC", []candidate{{"a", `{}`}, {"b", `{"level": 5}`}, {"c", `{"level": null}`}, {"d", `{"level": 1}`}}, "dbac"},
		{"missing last, descending", "worker.level DESC", []candidate{{"a", `{}`}, {"b", `{"level": -5}`}, {"c", `{"level": null}`}, {"d", `{"level": 1}`}}, "dbac"},
		{"equal ones stay", "worker.level DESC", []candidate{{"a", `{"level": 1}`}, {"b", `{"level": 2}`}, {"c", `{"level": 1}`}, {"d", `{"level": 2}`}, {"e", `{"level": 1}`}}, "bdace"},
		{"the next term decides between equal ones", "worker.level DESC, worker.cost ASC",
			[]candidate{{"a", `{"level": 1, "cost": 1}`}, {"b", `{"level": 2, "cost": 9}`}, {"c", `{"level": 2, "cost": 3}`}, {"d", `{"level": 1, "cost": 0}`}}, "cbda"},
		{"missing in the next term", "worker.level DESC, worker.cost DESC",
			[]candidate{{"a", `{"level": 1}`}, {"b", `{"level": 1, "cost": 0}`}, {"c", `{"cost": 100}`}}, "bac"},
		{"within objects and lists", "worker.routing.levels[1] ASC", []candidate{{"a", `{"routing": {"levels": [0, 2]}}`}, {"b", `{"routing": {"levels": [5, 1]}}`}, {"c", `{"routing": {"levels": [0]}}`}}, "bac"},
		{"5.0 is an integer", "worker.level ASC", []candidate{{"a", `{"level": 6}`}, {"b", `{"level": 5.0}`}, {"c", `{"level": 5e0}`}}, "bca"},
		{"every digit counts", "worker.level ASC", []candidate{{"a", `{"level": 9007199254740993}`}, {"b", `{"level": 9007199254740992}`}}, "ba"},
		{"every digit counts, descending", "worker.level DESC", []candidate{{"a", `{"level": 9007199254740992}`}, {"b", `{"level": 9007199254740993}`}}, "ba"},
		{"names without worker lead nowhere", "level ASC, task.level ASC", []candidate{{"a", `{"level": 2}`}, {"b", `{"level": 1}`}}, "ab"},
		{"one", "worker.level ASC", []candidate{{"a", `{"level": 2}`}}, "a"},
		{"none", "worker.level ASC", nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			names, ok := sorted(t, tt.order, tt.candidates)
			assert.True(t, ok)
			assert.Equal(t, tt.want, names)
		})
	}
}

func TestSortLeavesManyEqualCandidatesInTheirOrder(t *testing.T) {
	var candidates []int
	for i := range 200 {
		candidates = append(candidates, i)
	}
	require.True(t, expression.Sort(parseOrder(t, "worker.level DESC"), candidates, func(i int) expression.Attributes {
		return expression.Attributes{"level": i % 2}
	}))
	for i := range 100 {
		assert.Equal(t, 2*i+1, candidates[i])
		assert.Equal(t, 2*i, candidates[100+i])
	}
}

func TestSortIgnoresTheOrderIfAnAttributeIsNoInteger(t *testing.T) {
	for _, value := range []string{`"5"`, `"x"`, `5.5`, `true`, `[5]`, `{"a": 5}`, `0.1`} {
		for _, order := range []string{"worker.level ASC", "worker.level DESC", "worker.cost ASC, worker.level ASC"} {
			names, ok := sorted(t, order, []candidate{
				{"a", `{"level": 3, "cost": 3}`}, {"b", `{"level": 1, "cost": 1}`}, {"c", `{"level": ` + value + `, "cost": 2}`},
			})
			assert.False(t, ok, "%s with %s", order, value)
			assert.Equal(t, "abc", names, "%s with %s", order, value)
		}
	}
	_, ok := sorted(t, "worker ASC", []candidate{{"a", `{}`}})
	assert.False(t, ok, "a worker is no integer")
}

func TestSortTakesIntegersOfEveryGoType(t *testing.T) {
	values := []any{uint64(math.MaxUint64), json.Number("7"), int8(6), 5.0, uint(4), new(3)}
	require.True(t, expression.Sort(parseOrder(t, "worker.n"), values, func(value any) expression.Attributes {
		return expression.Attributes{"n": value}
	}))
	assert.Equal(t, []any{new(3), uint(4), 5.0, int8(6), json.Number("7"), uint64(math.MaxUint64)}, values)
}

func TestOrderCheckFindsWhatMakesItUseless(t *testing.T) {
	samples := expression.Samples{
		Workers: []expression.Attributes{
			{"level": 5.0, "cost": json.Number("7"), "name": "Ada", "share": 0.5, "optional": nil, "levels": []any{1}, "skill-level": 1},
			{"level": 3, "cost": 8, "share": 1, "optional": 2},
		},
		Tasks: []expression.Attributes{{"a-b": 1, "level": "x"}},
	}
	const (
		unnameable = `warning: no expression can name the attribute "skill-level" of a worker: names are letters, digits, _ and $, without a digit first, and no words of the language`
		noInteger  = ": this is no integer, which makes the service ignore the whole order"
	)
	for source, want := range map[string][]string{
		`worker.level DESC, worker.cost ASC`: nil,
		`Worker.level DESC`:                  {"column 1: error: Worker.level: write worker in small letters"},
		`workers.level DESC`:                 {"column 1: error: workers.level: write worker.level"},
		`routing.level DESC`:                 {"column 1: error: routing.level: workers are ordered by their attributes: write worker.routing.level"},
		`worker.optional ASC`:                nil,
		`worker.levels[0] DESC`:              nil,
		`worker.channel.voice.assigned_tasks ASC, worker.channel.chat.available_capacity_percentage DESC`: nil,
		`worker.level`:                                     {"column 1: warning: worker.level: what the order is without a direction is not documented: write worker.level ASC or worker.level DESC"},
		`worker.level DESC, worker.level ASC`:              {"column 20: warning: worker.level: workers are ordered by it already: this has no effect"},
		`worker.level DESC, worker.cost ASC, worker.level`: {"column 37: warning: worker.level: workers are ordered by it already: this has no effect"},
		`worker.sid ASC`:                                   {"column 1: warning: worker.sid" + noInteger},
		`worker.friendly_name ASC`:                         {"column 1: warning: worker.friendly_name" + noInteger},
		`worker.channel ASC`: {
			"column 1: warning: worker.channel: a channel has configured_capacity, assigned_tasks and available_capacity_percentage, as in channel.voice.assigned_tasks",
			"column 1: warning: worker.channel" + noInteger,
		},
		`worker.name ASC`:   {`column 1: warning: worker.name: a worker has "Ada" here: one that is no integer makes the service ignore the whole order`},
		`worker.share ASC`:  {`column 1: warning: worker.share: a worker has 0.5 here: one that is no integer makes the service ignore the whole order`},
		`worker.nix DESC`:   {"column 1: warning: worker.nix: no sample has it"},
		`worker.Level DESC`: {"column 1: warning: worker.Level: no sample has it, but one has level: small and capital letters differ"},
		`level DESC`:        {"column 1: error: level: workers are ordered by their attributes: write worker.level"},
		`task.level ASC`:    {"column 1: error: task.level: workers are ordered by their own attributes, not by those of the task"},
		`worker`: {
			"column 1: warning: worker: what the order is without a direction is not documented: write worker ASC or worker DESC",
			"column 1: error: worker: write which attribute of the worker",
		},
		`worker.ä ASC`: {
			"column 1: warning: worker.ä: whether a name may have letters other than a to z is not documented",
			"column 1: warning: worker.ä: no sample has it",
		},
	} {
		expected := []string{}
		for _, finding := range want {
			expected = append(expected, "line 1, "+finding)
		}
		got := []string{}
		for _, finding := range parseOrder(t, source).Check(samples) {
			got = append(got, finding.String())
		}
		assert.Equal(t, append(expected, unnameable), got, "%s: of the samples, tasks count for nothing", source)
	}
}

func TestSortOrdersLargeNumbersTransitively(t *testing.T) {
	ascending := []any{
		int64(9007199254740992), int64(9007199254740993), json.Number("9007199254740994"), json.Number("9007199254740995"), int64(math.MaxInt64 - 1), int64(math.MaxInt64), float64(1 << 63),
	}
	order := parseOrder(t, "worker.n ASC")
	for seed := range uint64(200) {
		values := slices.Clone(ascending)
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(values), func(i, j int) { values[i], values[j] = values[j], values[i] })
		require.True(t, expression.Sort(order, values, func(value any) expression.Attributes { return expression.Attributes{"n": value} }))
		require.Equal(t, ascending, values, "seed %d", seed)
	}
}
