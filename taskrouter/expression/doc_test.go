package expression_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
)

// choice is a row of the table of what the documentation leaves open.
type choice struct {
	marked bool
	answer string
}

// documentedChoices reads the table in doc.go. A row has its name in the first 39
// columns, then the mark, and from the 42nd on the answer; both go on in the lines
// below it.
func documentedChoices(t *testing.T) map[string]choice {
	t.Helper()
	const markColumn, answerColumn = 39, 41
	source, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	_, table, found := strings.Cut(string(source), "as far as samples show it.\n//\n")
	require.True(t, found)
	choices := map[string]choice{}
	var name string
	for line := range strings.Lines(table) {
		row, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "//\t")
		if !ok {
			break
		}
		row += strings.Repeat(" ", max(0, answerColumn-len(row)))
		left, mark, answer := strings.TrimSpace(row[:markColumn]), row[markColumn], row[answerColumn:]
		switch {
		case left != "" && answer != "":
			name = left
			choices[name] = choice{mark == '!', answer}
		default:
			before := choices[name]
			delete(choices, name)
			name = strings.TrimSpace(name + " " + left)
			choices[name] = choice{before.marked, strings.TrimSpace(before.answer + " " + strings.TrimSpace(answer))}
		}
	}
	return choices
}

// shown is how a row of the table shows in what the package does.
type shown struct {
	context expression.Context
	holds   []string // true of everything, or whatever else match takes
	fails   []string // false of it
	refused []string // cannot be parsed
	checked []string // Check finds each of them if the row has a mark, and none if not
	orders  []string // the same for orders
	samples expression.Samples
	match   func(*expression.Expression) bool
}

func workerSamples(workers ...expression.Attributes) expression.Samples {
	return expression.Samples{Workers: workers}
}

// choicesShown has each row of the table.
var choicesShown = map[string]shown{
	"AND beside OR without parentheses": {
		holds:   []string{`1==1 OR 1==1 AND 1==0`},
		fails:   []string{`(1==1 OR 1==1) AND 1==0`},
		checked: []string{`a == 1 OR b == 1 AND c == 1`},
	},
	"words with small letters, but for and, in, not in": {
		holds:   []string{`list has 'es' or 1==0`, `'fr-CA' contains 'CA'`, `yes == TRUE`, `missing == NULL`, `text Not In ['x'] And 1==1`},
		checked: []string{`a has 'x' or b contains 'y'`, `a == TRUE`, `a == Null`},
	},
	`"Es" beside "es", Level beside level`: {
		holds:   []string{`text != 'ES'`, `Text == null`},
		fails:   []string{`text == 'Es'`, `list HAS 'ES'`, `text CONTAINS 'E'`},
		checked: []string{`text == 'Es'`, `text != 'Es'`, `Text == 'es'`, `list HAS 'ES'`},
		samples: workerSamples(expression.Attributes{"text": "es", "list": []any{"es"}}),
	},
	"a number and a text": {
		holds:   []string{`six == 6`, `'06' == 6`, `six > 5`, `text != 6`},
		fails:   []string{`text == 6`, `text > 6`, `text <= 6`, `exponent == 6`},
		checked: []string{`six == 6`, `5 < six`, `six != 6`, `six <= 6`},
		samples: workerSamples(expression.Attributes{"six": "6"}),
	},
	"true and a text, or a number": {
		holds:   []string{`yesText != true`, `yes != 1`},
		fails:   []string{`yesText == true`, `yes == 1`, `yes >= 0`},
		checked: []string{`yesText == true`, `yes == 1`, `yes > 0`, `'true' == true`},
		samples: workerSamples(expression.Attributes{"yesText": "true", "yes": true}),
	},
	"a list and another, an object": {
		holds:   []string{`list != null`, `object != null`},
		fails:   []string{`list == list`, `list != none`, `object == object`, `object != emptyObject`, `list != object`},
		checked: []string{`list == list`, `list != object`, `object == object`, `a == ['x']`, `['x'] == ['x']`},
		samples: workerSamples(expression.Attributes{"a": []any{}, "list": []any{"x"}, "object": map[string]any{}}),
	},
	"> >= < <= of texts": {
		holds:   []string{`ten < nine`, `'b' > 'a'`, `capital < text`},
		checked: []string{`a > 'b'`, `a <= '9'`},
	},
	"> >= < <= with null, true or false": {
		fails:   []string{`missing > 0`, `missing <= 0`, `yes > false`, `null >= null`, `no <= false`},
		checked: []string{`a > null`, `null <= a`, `a < true`, `false >= a`},
	},
	"CONTAINS": {
		holds:   []string{`'fr-CA' CONTAINS 'CA'`},
		fails:   []string{`'16' CONTAINS 6`, `list CONTAINS 'es'`, `missing CONTAINS ''`, `'true' CONTAINS true`},
		checked: []string{`a CONTAINS 5`, `5 CONTAINS a`, `a CONTAINS null`, `a CONTAINS true`, `a CONTAINS ['x']`},
	},
	"null and lists as constants": {
		holds:   []string{`missing == null`, `text IN ['es']`, `['es'] HAS text`},
		checked: []string{`a == null`, `a IN ['x', 5, null]`, `['x'] HAS a`},
	},
	"== null": {
		holds:   []string{`missing == null`, `nothing == null`},
		fails:   []string{`none == null`},
		checked: []string{`a == null`, `null == a`},
	},
	"!= where one side is missing": {
		holds:   []string{`missing != true`, `missing != 'x'`, `'x' != missing`, `missing != list`},
		checked: []string{`a != true`, `a != 'x'`},
	},
	"HAS, IN where a side is missing": {
		fails:   []string{`missing HAS 'x'`, `'x' IN missing`, `missing IN ['x', null]`, `list HAS missing`},
		checked: []string{`a HAS 'x'`, `a IN ['x']`},
	},
	"NOT IN where the list is missing": {
		holds:   []string{`'x' NOT IN missing`},
		checked: []string{`'x' NOT IN a`},
	},
	"NOT IN where the value is missing": {
		holds:   []string{`missing NOT IN ['x']`, `missing NOT IN list`, `missing NOT IN none`},
		fails:   []string{`missing NOT IN text`},
		checked: []string{`a NOT IN ['x']`},
	},
	`\ in a text`: {
		holds:   []string{`'\n' CONTAINS 'n'`, `'a\' == "a\"`},
		checked: []string{`a == '\n'`, `a IN ['x\']`},
	},
	"names with letters beyond a to z": {
		holds:   []string{`größe == null`},
		checked: []string{`größe == 1`, `a.größe == 1`},
	},
	"names with _ and $": {
		holds:   []string{`_a$1 == null`},
		checked: []string{`_a$1 == 1`},
	},
	"words of the language as names": {
		holds:   []string{`object.in == null`},
		refused: []string{`in == 1`, `in.x == 1`, `NULL.x == 1`, `a == has`},
		checked: []string{`a == 1`},
		samples: workerSamples(expression.Attributes{"a": 1, "in": 1}),
	},
	"space beyond ASCII, as of web pages": {
		refused: []string{"a\u00a0== 1", "a ==\u20031", "\ufeffa == 1", "a == 1\u200b"},
	},
	`"." with space around it`: {
		refused: []string{`a .b == 1`, `a. b == 1`},
	},
	"parentheses in parentheses": {
		holds:   []string{strings.Repeat("(", 500) + "1==1" + strings.Repeat(")", 500)},
		refused: []string{strings.Repeat("(", 501) + "1==1" + strings.Repeat(")", 501)},
	},
	"sid, friendly_name, activity_sid, activity_name, channel in a queue": {
		holds:   []string{`sid == 'WK1'`, `friendly_name == 'Ada'`, `activity_sid == 'WA1'`, `activity_name == 'Idle'`, `channel.voice.assigned_tasks == 1`},
		checked: []string{`sid == 'WK1'`, `friendly_name == 'Ada'`, `activity_sid == 'WA1'`, `activity_name == 'Idle'`, `channel.voice.assigned_tasks == 1`},
		match:   matchWorker,
	},
	"the same, beside attributes so called": {
		context: expression.ContextTarget,
		holds:   []string{`sid != 'own'`, `friendly_name != 'own'`, `activity_sid != 'own'`, `activity_name != 'own'`, `channel.voice != null`},
		checked: []string{`worker.sid == 'WK1'`, `worker.channel.voice.assigned_tasks == 1`},
		match:   matchWorker,
	},
	"CONTAINS, HAS, IN, NOT IN in a skip_if": {
		context: expression.ContextSkipIf,
		holds:   []string{`workers.available IN [0, 1]`, `workers.available NOT IN [0]`, `[1] HAS workers.available`},
		fails:   []string{`workers.available CONTAINS '1'`},
		checked: []string{`workers.available IN [0, 1]`, `workers.available NOT IN [0]`, `[1] HAS workers.available`, `workers.available CONTAINS '1'`},
		match:   matchCounts,
	},
	"a skip_if that names an activity that no worker is in": {
		context: expression.ContextSkipIf,
		holds:   []string{`workers.WA9 == 0`, `workers.WA1 == 1`},
		checked: []string{`workers.WA9 == 0`},
		match:   matchCounts,
	},
	"order_by without ASC or DESC": {orders: []string{`worker.level`}},
	"5.0 in an order_by": {
		orders:  []string{`worker.level ASC`},
		samples: workerSamples(expression.Attributes{"level": 5.0}),
	},
	`"5" in an order_by`: {
		orders:  []string{`worker.level ASC`},
		samples: workerSamples(expression.Attributes{"level": "5"}),
	},
}

func matchWorker(e *expression.Expression) bool {
	return e.Match(expression.Worker{
		SID: "WK1", FriendlyName: "Ada", ActivitySID: "WA1", ActivityName: "Idle",
		Attributes: expression.Attributes{"sid": "own", "friendly_name": "own", "activity_sid": "own", "activity_name": "own", "channel": "own"},
		Channels:   map[string]expression.Channel{"voice": {AssignedTasks: 1}},
	}.Fields())
}

func matchCounts(e *expression.Expression) bool {
	return e.MatchCounts(expression.Count([]expression.Worker{{ActivitySID: "WA1", Available: true}}))
}

func TestEachDocumentedChoiceIsTheOneThatIsMade(t *testing.T) {
	documented := documentedChoices(t)
	attributes := parseAttributes(t, everything)
	for name, row := range choicesShown {
		t.Run(name, func(t *testing.T) {
			choice, ok := documented[name]
			require.True(t, ok, "doc.go has no such row")
			assert.NotEmpty(t, choice.answer)
			match := row.match
			if match == nil {
				match = func(e *expression.Expression) bool { return e.Match(attributes) }
			}
			for _, source := range row.holds {
				assert.True(t, match(parse(t, source)), source)
			}
			for _, source := range row.fails {
				assert.False(t, match(parse(t, source)), source)
			}
			for _, source := range row.refused {
				_, err := expression.Parse(source)
				assert.Error(t, err, source)
			}
			for _, source := range row.checked {
				assert.Equal(t, choice.marked, len(parse(t, source).Check(row.context, row.samples)) > 0, "%s: %v", source, findings(t, source, row.context, row.samples))
			}
			for _, source := range row.orders {
				assert.Equal(t, choice.marked, len(parseOrder(t, source).Check(row.samples)) > 0, source)
			}
		})
	}
	for name := range documented {
		assert.Contains(t, choicesShown, name, "a row of doc.go that no test shows")
	}
}
