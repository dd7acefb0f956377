package expression_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
)

// fuzzSources cover the language, and what is nearly of it.
var fuzzSources = []string{
	``, ` `, `a`, `a == 1`, `a = 1`, `a != 'x'`, `a > 1.50`, `a >= 007`, `a < b`, `a <= b.c[0]`, `a CONTAINS "it's"`, `a HAS 'x'`, `a >- 'x'`, `a>-5`, `'x' IN a`, `a<-[1]`,
	`a NOT IN ['x', "y", 1, 2.5, true, FALSE, null]`, `a in[]`, `a not  in [ ]`, `(a == 1)`, `((a==1 AND b==2) OR c==3) and d==4 or e==5`,
	"a == 1\n\tAND b == 'two\nlines'", `größe.語 == 'ä'`, `_$1.in == and.x`, `task.a == worker.b`, `workers.WA1 < 2`, `1==1`, `'a' == "b"`, `null == null`,
	`a == 'x\'`, `ın == contaınſ`, `a && b`, `a === 1`, `NOT a == 1`, `a IS NULL`, `skill-level > 3`, `a == -1`, `a + 1`, `a LIKE 'x'`, `f(a)`, `a == “x”`,
	`a == 'x`, `a == "`, `a IN [1,`, `a IN [1 2]`, `a. b`, `a..b`, `a[x]`, `a[99999999999999999999]`, `a[0`, `6abc`, `1.`, `1.2.3`, `a == 1e5`, `a == 1 )`, `(((`, "a == \xff", "\x00", "\u00a0",
	`worker.sid != task.ignored AND ('S' IN worker.skills OR worker.channel.chat.assigned_tasks == 0)`, `a == ` + strings.Repeat("9", 400), strings.Repeat("(", 600),
	`a.b.c == 1 AND a.B.c == 2`, `Language == 'es'`, `languages == 'es'`, `level == '5'`, `text CONTAINS 5`,
}

// fuzzAttributes has values of all kinds under the names that are in the sources.
func fuzzAttributes() expression.Attributes {
	return expression.Attributes{
		"a": []any{"x", 1.0, map[string]any{"b": nil}, true}, "b": map[string]any{"c": []string{"x"}, "x": "5"}, "c": json.Number("3"),
		"d": 5, "e": nil, "language": "es", "languages": []any{"es"}, "level": 5, "text": "x", "skill-level": 1, "in": 1, "sid": "WK1", "größe": 1.5,
		"task": map[string]any{"a": 1}, "worker": map[string]any{"b": 1}, "workers": map[string]any{"available": 1},
	}
}

// requireWithin checks that a position is that of its offset, within the source.
func requireWithin(t *testing.T, source string, position expression.Position) {
	t.Helper()
	require.LessOrEqual(t, position.Offset, len(source))
	require.GreaterOrEqual(t, position.Offset, 0)
	lines := strings.Split(source[:position.Offset], "\n")
	require.Equal(t, len(lines), position.Line)
	require.Equal(t, utf8.RuneCountInString(lines[len(lines)-1])+1, position.Column)
}

// requireSyntaxError checks that an error says where it is, and what stands there.
func requireSyntaxError(t *testing.T, source string, err error) {
	t.Helper()
	var syntaxError *expression.SyntaxError
	require.ErrorAs(t, err, &syntaxError)
	requireWithin(t, source, syntaxError.Position)
	require.True(t, strings.HasPrefix(source[syntaxError.Position.Offset:], syntaxError.Text))
	if syntaxError.Text == "" {
		require.Len(t, source, syntaxError.Position.Offset)
	}
	require.NotEmpty(t, syntaxError.Expected)
	require.True(t, utf8.ValidString(err.Error()))
}

// requireFinding checks that a finding says where it is, and what stands there.
func requireFinding(t *testing.T, source string, finding expression.Finding) {
	t.Helper()
	require.NotEmpty(t, finding.Rule)
	require.NotEmpty(t, finding.Message)
	require.True(t, utf8.ValidString(finding.String()))
	if finding.Text == "" { // it is about the samples
		require.Zero(t, finding.Position)
		return
	}
	requireWithin(t, source, finding.Position)
	require.True(t, strings.HasPrefix(source[finding.Position.Offset:], finding.Text))
}

func FuzzParse(f *testing.F) {
	for _, source := range fuzzSources {
		f.Add(source)
	}
	attributes := fuzzAttributes()
	samples := expression.Samples{Workers: []expression.Attributes{attributes, {}}, Tasks: []expression.Attributes{attributes, nil}}
	f.Fuzz(func(t *testing.T, source string) {
		e, err := expression.Parse(source)
		if err != nil {
			require.Nil(t, e)
			requireSyntaxError(t, source, err)
			return
		}
		requirePrintedAgain(t, e)
		requireSpans(t, e)
		require.True(t, slices.IsSorted(e.Paths()))
		for _, context := range contexts {
			for _, samples := range []expression.Samples{{}, samples} {
				for _, finding := range e.Check(context, samples) {
					requireFinding(t, source, finding)
				}
			}
		}
		requireExplained(t, e, attributes)
		require.Equal(t, e.MatchTarget(attributes, attributes), e.ExplainTarget(attributes, attributes)[0].Matched)
		if e.MatchTarget(attributes, attributes) {
			require.True(t, e.CouldMatch(attributes))
		}
		counts := expression.Counts{Available: 1, Activities: map[string]int{"WA1": 1}}
		requireDecided(t, e, e.MatchCounts(counts), e.ExplainCounts(counts))
		if matches, ok := e.Constant(); ok {
			require.Equal(t, matches, e.Match(attributes))
		}
		require.Equal(t, e.Match(attributes), parse(t, e.String()).Match(attributes))
	})
}

func FuzzParseOrder(f *testing.F) {
	for _, source := range []string{
		``, `worker.a`, `worker.a ASC`, `worker.a desc, worker.b.c[0] ASC`, "worker.a\nDESC,b", `asc desc`, `worker.a DOWN`, `worker.a,`, `, a`, `1`, `a-b`, `a[`, `a.`, `'a`, `in.x`, `in`, "\xff", `größe ASC`, `a deſc`,
	} {
		f.Add(source, 5, "x")
	}
	f.Fuzz(func(t *testing.T, source string, number int, text string) {
		order, err := expression.ParseOrder(source)
		if err != nil {
			require.Nil(t, order)
			requireSyntaxError(t, source, err)
			return
		}
		again := parseOrder(t, order.String())
		require.Equal(t, order.String(), again.String())
		require.Len(t, again.Terms, len(order.Terms))
		for i, term := range order.Terms {
			alone := parseOrder(t, order.Source()[term.Start:term.End])
			require.Len(t, alone.Terms, 1)
			require.Equal(t, shape(term.Path), shape(again.Terms[i].Path))
			require.Equal(t, shape(term.Path), shape(alone.Terms[0].Path))
			require.Equal(t, term.Direction, alone.Terms[0].Direction)
		}

		for _, finding := range order.Check(expression.Samples{Workers: []expression.Attributes{fuzzAttributes()}}) {
			requireFinding(t, source, finding)
		}

		candidates := []any{number, 0, nil, -1, number, text, 5.0, 0}[:5+number&3]
		before := slices.Clone(candidates)
		ok := expression.Sort(order, candidates, func(candidate any) expression.Attributes {
			return expression.Attributes{"a": candidate, "b": map[string]any{"c": []any{candidate}}}
		})
		require.ElementsMatch(t, before, candidates, "nobody is lost")
		if !ok {
			require.Equal(t, before, candidates)
		}
	})
}

func FuzzParseAttributes(f *testing.F) {
	for _, text := range []string{
		``, ` `, `null`, `{}`, `{"a": 1, "b": [1.5, "x", true, null], "c": {"a": "5"}}`, `{"a": 12345678901234567890123, "a": 1e400}`, `{"a": -0.0}`, `[1]`, `"x"`, `{"a"`, `{} {}`, "{\"a\": \"\xff\"}", `{"": {"": 1}}`, `{"in": 1, "a-b": {"c d": 2}}`,
	} {
		f.Add(text)
	}
	sources := []string{
		`a == b`, `a > 5`, `b HAS a`, `a IN b`, `a NOT IN b`, `c.a != 'x'`, `b[0] <= 'x'`, `a CONTAINS 'x'`, `a == null`, `a == 5`, `a[0].b == 1`,
	}
	f.Fuzz(func(t *testing.T, text string) {
		attributes, err := expression.ParseAttributes(text)
		if err != nil {
			require.Nil(t, attributes)
			return
		}
		require.True(t, strings.TrimSpace(text) == "" || json.Valid([]byte(text)))
		encoded, err := json.Marshal(attributes)
		require.NoError(t, err)
		again := parseAttributes(t, string(encoded))
		require.Equal(t, attributes, again)
		for _, source := range sources {
			e := parse(t, source)
			require.Equal(t, e.Match(attributes), e.Match(again))
			requireExplained(t, e, attributes)
			e.Check(expression.ContextQueue, expression.Samples{Workers: []expression.Attributes{attributes}})
		}
		require.True(t, slices.IsSorted(expression.Unnameable(attributes)))
	})
}

func FuzzImplies(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("a == 5 AND a == '5'"))
	f.Add([]byte{1, 0, 0, 5, 0, 4, 2, 1, 1, 1, 1, 3, 3, 3, 7, 7, 7, 200, 201, 202, 99, 98, 97, 5, 4, 3, 2, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		c := byteChoices(data)
		var all []expression.Attributes
		for range 5 {
			all = append(all, c.attributes())
		}
		premise, conclusion := parse(t, c.condition(2)), parse(t, c.condition(2))
		requireImplication(t, premise, conclusion, all)
		requireImplication(t, conclusion, premise, all)
		for _, attributes := range all {
			requireExplained(t, premise, attributes)
		}
	})
}
