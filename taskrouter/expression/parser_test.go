package expression_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
)

func TestParseReadsEverySpelling(t *testing.T) {
	tests := []struct{ name, source, want string }{
		{"equal", `a == 1`, `{a == number1}`},
		{"equal with one sign", `a = 1`, `{a == number1}`},
		{"not equal", `a != 1`, `{a != number1}`},
		{"greater", `a > 1`, `{a > number1}`},
		{"greater or equal", `a >= 1`, `{a >= number1}`},
		{"less", `a < 1`, `{a < number1}`},
		{"less or equal", `a <= 1`, `{a <= number1}`},
		{"contains", `a CONTAINS 'x'`, `{a CONTAINS text"x"}`},
		{"has", `a HAS 'x'`, `{a HAS text"x"}`},
		{"has as an arrow", `a >- 'x'`, `{a HAS text"x"}`},
		{"in", `a IN b`, `{a IN b}`},
		{"in as an arrow", `a <- b`, `{a IN b}`},
		{"not in", `a NOT IN b`, `{a NOT IN b}`},
		{"not in over lines", "a NOT\n\tIN b", `{a NOT IN b}`},
		{"and", `a == 1 AND b == 2`, `(AND {a == number1} {b == number2})`},
		{"or", `a == 1 OR b == 2`, `(OR {a == number1} {b == number2})`},
		{"small letters", `a has 1 and b in c or d not in e and f contains 'x'`,
			`(OR (AND {a HAS number1} {b IN c}) (AND {d NOT IN e} {f CONTAINS text"x"}))`},
		{"letters of both sizes", `a hAs 1 aNd b In c oR d nOt iN e`, `(OR (AND {a HAS number1} {b IN c}) {d NOT IN e})`},
		{"constants", `a IN [true, false, null, 1, 1.50, 'x', "y"]`,
			`{a IN [bool:true bool:false null: number1 number1.50 text"x" text"y"]}`},
		{"constants in capitals", `a IN [TRUE, False, NULL]`, `{a IN [bool:true bool:false null:]}`},
		{"empty list", `a IN []`, `{a IN []}`},
		{"empty list with space", `a IN [ ]`, `{a IN []}`},
		{"list on the left", `[1] HAS a`, `{[number1] HAS a}`},
		{"constant on the left", `'x' IN a`, `{text"x" IN a}`},
		{"constants only", `1==1`, `{number1 == number1}`},
		{"paths only", `task.a==worker.b`, `{task/a == worker/b}`},
		{"empty text", `a != ''`, `{a != text""}`},
		{"quotes in a text", `a == "it's" OR a == '"'`, `(OR {a == text"it's"} {a == text"\""})`},
		{"backslash at the end of a text", `a == 'x\' AND b == 1`, `(AND {a == text"x\\"} {b == number1})`},
		{"words and signs in a text", `a == 'AND ( ] == \n'`, `{a == text"AND ( ] == \\n"}`},
		{"text over lines", "a == 'x\ny'", `{a == text"x\ny"}`},
		{"zeros before a number", `a == 007.10`, `{a == number007.10}`},
		{"number of many digits", `a == 12345678901234567890123`, `{a == number12345678901234567890123}`},
		{"members and indices", `a.b[0].c[12][007] == 1`, `{a/b/#0/c/#12/#7 == number1}`},
		{"alphabet of names", `_a$1.$ == 1`, `{_a$1/$ == number1}`},
		{"letters beyond a to z", `größe.語 == 'ä'`, `{größe/語 == text"ä"}`},
		{"digits beyond 0 to 9 in names", `a٣ == 1`, `{a٣ == number1}`},
		{"capitals of names stay", `Level == level`, `{Level == level}`},
		{"no space at all", `a=='x'AND(b>=2)OR'y'IN['y',1]`, `(OR (AND {a == text"x"} {b >= number2}) {text"y" IN [text"y" number1]})`},
		{"much space", "  a\t==\r\n1  ", `{a == number1}`},
		{"word of the language before a list", `a IN['x']`, `{a IN [text"x"]}`},
		{"two words of the language before a list", `a NOT IN[1]`, `{a NOT IN [number1]}`},
		{"HAS before a list", `a HAS[1]`, `{a HAS [number1]}`},
		{"words of the language as members", `task.in.has == x.NOT[0].and`, `{task/in/has == x/NOT/#0/and}`},
		{"word of the language as a part of a name", `android == order OR inn == hash`, `(OR {android == order} {inn == hash})`},
		{"name that is a keyword in Unicode only", `ın == contaınſ`, `{ın == contaınſ}`},
		{"words of an order_by are names", `asc == desc`, `{asc == desc}`},
		{"words of other languages are names", `like == 1 AND is == exists`, `(AND {like == number1} {is == exists})`},
		{"arrows before a sign-like number", `a >-5 OR a<-5`, `(OR {a HAS number5} {a IN number5})`},
		{"AND binds tighter", `a==1 OR b==1 AND c==1 OR d==1`,
			`(OR {a == number1} (AND {b == number1} {c == number1}) {d == number1})`},
		{"parentheses bind tightest", `(a==1 OR b==1) AND c==1`, `(AND (OR {a == number1} {b == number1}) {c == number1})`},
		{"parentheses around all", `((a==1))`, `{a == number1}`},
		{"parentheses around the same", `(a==1 OR b==1) OR c==1`, `(OR (OR {a == number1} {b == number1}) {c == number1})`},
		{"three in a row are one", `a==1 AND b==1 AND c==1`, `(AND {a == number1} {b == number1} {c == number1})`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := parse(t, tt.source)
			assert.Equal(t, tt.want, shape(e.Root()))
			assert.Equal(t, tt.source, e.Source())
			requirePrintedAgain(t, e)
			requireSpans(t, e)
		})
	}
}

func TestParseSaysWhereWhatAndWhatCouldStandThere(t *testing.T) {
	tests := []struct{ source, want string }{
		{"", `line 1, column 1: unexpected end, expected an expression such as 1==1`},
		{"  \n ", `line 2, column 2: unexpected end, expected an expression such as 1==1`},
		{"a", `line 1, column 2: unexpected end, expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (a name alone is no condition: compare it with something, as in vip == true)`},
		{"a ==", `line 1, column 5: unexpected end, expected a name or a constant`},
		{"a == 1 AND", `line 1, column 11: unexpected end, expected a name, a constant or "("`},
		{"a == 1 OR", `line 1, column 10: unexpected end, expected a name, a constant or "("`},
		{"a == 1 b == 2", `line 1, column 8: unexpected "b", expected AND, OR or the end`},
		{"a == 1,", `line 1, column 7: unexpected ",", expected AND, OR or the end`},
		{"1", `line 1, column 2: unexpected end, expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (a constant alone is no condition: repeat the name, or write name IN [ … ])`},
		{"vip", `line 1, column 4: unexpected end, expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (a name alone is no condition: compare it with something, as in vip == true)`},
		{"(a == 1", `line 1, column 8: unexpected end, expected AND, OR or ")" (the ( at line 1, column 1 is not closed)`},
		{"(a == 1 AND b == 2", `line 1, column 19: unexpected end, expected AND, OR or ")" (the ( at line 1, column 1 is not closed)`},
		{"a == 1)", `line 1, column 7: unexpected ")", expected AND, OR or the end`},
		{"()", `line 1, column 2: unexpected ")", expected a name, a constant or "("`},
		{"(", `line 1, column 2: unexpected end, expected a name, a constant or "("`},
		{")", `line 1, column 1: unexpected ")", expected a name, a constant or "("`},
		{"(a == 1 b == 2)", `line 1, column 9: unexpected "b", expected AND, OR or ")"`},
		{"(a == 1 AND ('x", `line 1, column 14: unexpected "'x", expected the text to end with '`},
		{"((a == 1)", `line 1, column 10: unexpected end, expected AND, OR or ")" (the ( at line 1, column 1 is not closed)`},
		{"== 1", `line 1, column 1: unexpected "==", expected a name, a constant or "("`},
		{"AND a == 1", `line 1, column 1: unexpected "AND", expected a name, a constant or "("`},
		{"OR", `line 1, column 1: unexpected "OR", expected a name, a constant or "("`},
		{"a == 1 AND AND b == 1", `line 1, column 12: unexpected "AND", expected a name, a constant or "("`},
		{"a == AND", `line 1, column 6: unexpected "AND", expected a name or a constant`},
		{"a IN", `line 1, column 5: unexpected end, expected a name or a constant`},
		{"a HAS", `line 1, column 6: unexpected end, expected a name or a constant`},
		{"a b 1", `line 1, column 3: unexpected "b", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN)`},
		{"a == == 1", `line 1, column 6: unexpected "==", expected a name or a constant`},
		{"a == b == c", `line 1, column 8: unexpected "==", expected AND, OR or the end`},
		{"a < b < c", `line 1, column 7: unexpected "<", expected AND, OR or the end`},
		{"a && b", `line 1, column 3: unexpected "&&", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (write AND)`},
		{"a == 1 && b == 2", `line 1, column 8: unexpected "&&", expected AND, OR or the end (write AND)`},
		{"a == 1 || b == 2", `line 1, column 8: unexpected "||", expected AND, OR or the end (write OR)`},
		{"a === 1", `line 1, column 3: unexpected "===", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (write ==)`},
		{"a !== 1", `line 1, column 3: unexpected "!==", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (write !=)`},
		{"a <> 1", `line 1, column 3: unexpected "<>", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (write !=)`},
		{"! a == 1", `line 1, column 1: unexpected "!", expected a name, a constant or "(" (conditions cannot be negated: write != in one piece, or NOT IN)`},
		{"!a", `line 1, column 1: unexpected "!", expected a name, a constant or "(" (conditions cannot be negated: write != in one piece, or NOT IN)`},
		{"NOT a == 1", `line 1, column 1: unexpected "NOT", expected a name, a constant or "(" (conditions cannot be negated: write != in one piece, or NOT IN)`},
		{"not (a == 1)", `line 1, column 1: unexpected "not", expected a name, a constant or "(" (conditions cannot be negated: write != in one piece, or NOT IN)`},
		{"a == NOT b", `line 1, column 6: unexpected "NOT", expected a name or a constant (conditions cannot be negated: write != in one piece, or NOT IN)`},
		{"a + 1 == 2", `line 1, column 3: unexpected "+", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (there is no arithmetic)`},
		{"a * 2 == 4", `line 1, column 3: unexpected "*", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (there is no arithmetic)`},
		{"a / 2 == 1", `line 1, column 3: unexpected "/", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (there is no arithmetic)`},
		{"a % 2 == 0", `line 1, column 3: unexpected "%", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (there is no arithmetic)`},
		{"worker.skill-level.x > 3", `line 1, column 13: unexpected "-", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (a name has no hyphen: rename the attribute, for example to worker.skill_level.x)`},
		{"a == fr-CA", `line 1, column 8: unexpected "-", expected AND, OR or the end (write 'fr-CA' if it is a text; a name has no hyphen: rename the attribute, for example to fr_CA)`},
		{"task.a == worker.b-c", `line 1, column 19: unexpected "-", expected AND, OR or the end (a name has no hyphen: rename the attribute, for example to worker.b_c)`},
		{"a == 2024-01-15", `line 1, column 10: unexpected "-", expected AND, OR or the end (there is no arithmetic, and numbers have no sign)`},
		{"a == b-", `line 1, column 7: unexpected "-", expected AND, OR or the end (there is no arithmetic, and numbers have no sign)`},
		{"a == b -c", `line 1, column 8: unexpected "-", expected AND, OR or the end (there is no arithmetic, and numbers have no sign)`},
		{"a == 1 (b == 2)", `line 1, column 8: unexpected "(", expected AND, OR or the end`},
		{"a == 'x' 'y'", `line 1, column 10: unexpected "'y'", expected AND, OR or the end`},
		{"a == 'it''s'", `line 1, column 10: unexpected "'s'", expected AND, OR or the end (the text before it has ended: look whether a quote is missing; a text cannot hold the quote that it stands in, and \ is no escape)`},
		{`a == 'it\' s'`, `line 1, column 12: unexpected "s", expected AND, OR or the end (the text before it has ended: look whether a quote is missing; a text cannot hold the quote that it stands in, and \ is no escape)`},
		{"a == 'x AND b == 'y", `line 1, column 19: unexpected "y", expected AND, OR or the end (the text before it has ended: look whether a quote is missing; a text cannot hold the quote that it stands in, and \ is no escape)`},
		{"a CONTAINS b NOT CONTAINS c", `line 1, column 14: unexpected "NOT", expected AND, OR or the end (conditions cannot be negated: write != in one piece, or NOT IN)`},
		{"a NOT CONTAINS 'x'", `line 1, column 7: unexpected "CONTAINS", expected IN after NOT (nothing asks whether a text is not in another)`},
		{"a AND b == 1", `line 1, column 3: unexpected "AND", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (a name alone is no condition: compare it with something, as in vip == true)`},
		{"(a) OR b == 1", `line 1, column 3: unexpected ")", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (a name alone is no condition: compare it with something, as in vip == true)`},
		{"a OR b == 1", `line 1, column 3: unexpected "OR", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (a name alone is no condition: compare it with something, as in vip == true)`},
		{"count (a) > 1", `line 1, column 7: unexpected "(", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (there are no functions)`},
		{"false OR a == 1", `line 1, column 7: unexpected "OR", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (write 1==1 for what is always true, and 1==0 for what never is)`},
		{"true && a == 1", `line 1, column 6: unexpected "&&", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (write AND)`},
		{"a == 1 | b == 2", `line 1, column 8: unexpected "|", expected AND, OR or the end (write OR)`},
		{"a == 1\u200b", "line 1, column 7: unexpected \"\\u200b\", expected AND, OR or the end (this is no plain space, as in a text that was copied from a page)"},
		{"in.x == 1", `line 1, column 1: unexpected "in", expected a name, a constant or "("`},
		{"a == and.or", `line 1, column 6: unexpected "and", expected a name or a constant`},
		{"(\n  a == 1 AND (b == 1)", `line 2, column 22: unexpected end, expected AND, OR or ")" (the ( at line 1, column 1 is not closed)`},
		{"a - 1 == 2", `line 1, column 3: unexpected "-", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (there is no arithmetic, and numbers have no sign)`},
		{"skill-level > 3", `line 1, column 6: unexpected "-", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (a name has no hyphen: rename the attribute, for example to skill_level)`},
		{"a == -1", `line 1, column 6: unexpected "-", expected a name or a constant (there is no arithmetic, and numbers have no sign)`},
		{"a > -1", `line 1, column 5: unexpected "-", expected a name or a constant (there is no arithmetic, and numbers have no sign)`},
		{"a >- -1", `line 1, column 6: unexpected "-", expected a name or a constant (there is no arithmetic, and numbers have no sign)`},
		{"a LIKE 'x'", `line 1, column 3: unexpected "LIKE", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (write CONTAINS)`},
		{"a like 'x'", `line 1, column 3: unexpected "like", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (write CONTAINS)`},
		{"a MATCHES 'x'", `line 1, column 3: unexpected "MATCHES", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (write CONTAINS)`},
		{"a IS NULL", `line 1, column 3: unexpected "IS", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (write == null or != null)`},
		{"a is null", `line 1, column 3: unexpected "is", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (write == null or != null)`},
		{"a BETWEEN 1", `line 1, column 3: unexpected "BETWEEN", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (write >= and <=)`},
		{"a NOT HAS 'x'", `line 1, column 7: unexpected "HAS", expected IN after NOT (write NOT IN, with the list on its right)`},
		{"a NOT LIKE 'x'", `line 1, column 7: unexpected "LIKE", expected IN after NOT (nothing asks whether a text is not in another)`},
		{"a NOT", `line 1, column 6: unexpected end, expected IN after NOT`},
		{"a NOT == 1", `line 1, column 7: unexpected "==", expected IN after NOT`},
		{"a EXISTS", `line 1, column 3: unexpected "EXISTS", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN)`},
		{"a IN ('x', 'y')", `line 1, column 6: unexpected "(", expected a name or a constant (a list stands in [ ])`},
		{"a IN (b)", `line 1, column 6: unexpected "(", expected a name or a constant (a list stands in [ ])`},
		{"count(a) > 1", `line 1, column 6: unexpected "(", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (there are no functions)`},
		{"a == lower('x')", `line 1, column 11: unexpected "(", expected AND, OR or the end (there are no functions)`},
		{"a == `x`", "line 1, column 6: unexpected \"`\", expected a name or a constant (a text stands in ' or \")"},
		{"a == “x”", `line 1, column 6: unexpected "“", expected a name or a constant (a text stands in ' or ")`},
		{"“x” == a", `line 1, column 1: unexpected "“", expected a name, a constant or "(" (a text stands in ' or ")`},
		{"a == ‘x’", `line 1, column 6: unexpected "‘", expected a name or a constant (a text stands in ' or ")`},
		{"a == ’x’", `line 1, column 6: unexpected "’", expected a name or a constant (a text stands in ' or ")`},
		{"a == ”x", `line 1, column 6: unexpected "”", expected a name or a constant (a text stands in ' or ")`},
		{"a == 'x", `line 1, column 6: unexpected "'x", expected the text to end with '`},
		{`a == "x`, `line 1, column 6: unexpected "\"x", expected the text to end with "`},
		{"a == 'it's'", `line 1, column 10: unexpected "s", expected AND, OR or the end (the text before it has ended: look whether a quote is missing; a text cannot hold the quote that it stands in, and \ is no escape)`},
		{`a == 'x\' AND b == "`, `line 1, column 20: unexpected "\"", expected the text to end with "`},
		{"'", `line 1, column 1: unexpected "'", expected the text to end with '`},
		{"a == 1 AND 'x", `line 1, column 12: unexpected "'x", expected the text to end with '`},
		{"('x", `line 1, column 2: unexpected "'x", expected the text to end with '`},
		{"a IN ['x", `line 1, column 7: unexpected "'x", expected the text to end with '`},
		{"a IN ['x', 'y", `line 1, column 12: unexpected "'y", expected the text to end with '`},
		{"a IN ['x' 'y", `line 1, column 11: unexpected "'y", expected the text to end with '`},
		{"a 'x", `line 1, column 3: unexpected "'x", expected the text to end with '`},
		{"a NOT 'x", `line 1, column 7: unexpected "'x", expected the text to end with '`},
		{"a NOT IN 'x", `line 1, column 10: unexpected "'x", expected the text to end with '`},
		{"a IN [", `line 1, column 7: unexpected end, expected a constant (a list holds no names and no lists)`},
		{"a IN ['x'", `line 1, column 10: unexpected end, expected "," or "]"`},
		{"a IN ['x',", `line 1, column 11: unexpected end, expected a constant (a list holds no names and no lists)`},
		{"a IN ['x',]", `line 1, column 11: unexpected "]", expected a constant (a list holds no names and no lists)`},
		{"a IN [,]", `line 1, column 7: unexpected ",", expected a constant (a list holds no names and no lists)`},
		{"a IN ['x' 'y']", `line 1, column 11: unexpected "'y'", expected "," or "]"`},
		{"a IN [b]", `line 1, column 7: unexpected "b", expected a constant (a list holds no names and no lists)`},
		{"a IN [['x']]", `line 1, column 7: unexpected "[", expected a constant (a list holds no names and no lists)`},
		{"a IN ['x')", `line 1, column 10: unexpected ")", expected "," or "]"`},
		{"a IN [1 == 1]", `line 1, column 9: unexpected "==", expected "," or "]"`},
		{"a IN ]", `line 1, column 6: unexpected "]", expected a name or a constant`},
		{"[a] HAS b", `line 1, column 2: unexpected "a", expected a constant (a list holds no names and no lists)`},
		{"a. == 1", `line 1, column 2: unexpected ". ", expected a name after the dot`},
		{"a.", `line 1, column 2: unexpected ".", expected a name after the dot`},
		{"a..b == 1", `line 1, column 2: unexpected "..", expected a name after the dot`},
		{"a .b == 1", `line 1, column 3: unexpected ".", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (write 0.5 for .5)`},
		{"a. b == 1", `line 1, column 2: unexpected ". ", expected a name after the dot`},
		{"a.1 == 1", `line 1, column 2: unexpected ".1", expected a name after the dot`},
		{"a.'b' == 1", `line 1, column 2: unexpected ".'", expected a name after the dot`},
		{"a.-b == 1", `line 1, column 2: unexpected ".-", expected a name after the dot`},
		{".a == 1", `line 1, column 1: unexpected ".", expected a name, a constant or "(" (write 0.5 for .5)`},
		{"a[ == 1", `line 1, column 2: unexpected "[ ", expected an index such as [0]`},
		{"a[] == 1", `line 1, column 2: unexpected "[]", expected an index such as [0]`},
		{"a[x] == 1", `line 1, column 2: unexpected "[x", expected an index such as [0]`},
		{"a['x'] == 1", `line 1, column 2: unexpected "['", expected an index such as [0]`},
		{"a[-1] == 1", `line 1, column 2: unexpected "[-", expected an index such as [0]`},
		{"a[1.5] == 1", `line 1, column 2: unexpected "[1.", expected an index such as [0]`},
		{"a[0 == 1", `line 1, column 2: unexpected "[0 ", expected an index such as [0]`},
		{"a[0", `line 1, column 2: unexpected "[0", expected an index such as [0]`},
		{"a [0] == 1", `line 1, column 3: unexpected "[", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN)`},
		{"a[99999999999999999999] == 1", `line 1, column 2: unexpected "[99999999999999999999]", expected an index such as [0]`},
		{"a[é] == 1", `line 1, column 2: unexpected "[é", expected an index such as [0]`},
		{"6abc == 1", `line 1, column 1: unexpected "6abc", expected a number such as 6 or 5.1 (a name begins with a letter)`},
		{"1e5 == a", `line 1, column 1: unexpected "1e5", expected a number such as 6 or 5.1 (numbers have no exponent)`},
		{"a == 1.", `line 1, column 6: unexpected "1.", expected digits after the point`},
		{"a == 1. AND b == 2", `line 1, column 6: unexpected "1.", expected digits after the point`},
		{"a == .5", `line 1, column 6: unexpected ".", expected a name or a constant (write 0.5 for .5)`},
		{"a == 1.5.2", `line 1, column 6: unexpected "1.5.2", expected a number such as 6 or 5.1`},
		{"a == 1.x", `line 1, column 6: unexpected "1.", expected digits after the point`},
		{"a == 1_000", `line 1, column 6: unexpected "1_000", expected a number such as 6 or 5.1 (a name begins with a letter)`},
		{"a == 0x10", `line 1, column 6: unexpected "0x10", expected a number such as 6 or 5.1 (a name begins with a letter)`},
		{"a == 1,5", `line 1, column 7: unexpected ",", expected AND, OR or the end`},
		{"a == 12.5e3", `line 1, column 6: unexpected "12.5e3", expected a number such as 6 or 5.1 (numbers have no exponent)`},
		{"true", `line 1, column 5: unexpected end, expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (write 1==1 for what is always true, and 1==0 for what never is)`},
		{"true = true = true", `line 1, column 13: unexpected "=", expected AND, OR or the end`},
		{"null.x", `line 1, column 5: unexpected ".", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (write 0.5 for .5)`},
		{"true.x", `line 1, column 5: unexpected ".", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (write 0.5 for .5)`},
		{"IN == 1", `line 1, column 1: unexpected "IN", expected a name, a constant or "("`},
		{"has == 1", `line 1, column 1: unexpected "has", expected a name, a constant or "("`},
		{"Contains == 1", `line 1, column 1: unexpected "Contains", expected a name, a constant or "("`},
		{"a == in", `line 1, column 6: unexpected "in", expected a name or a constant`},
		{"a.b[0].c[1", `line 1, column 9: unexpected "[1", expected an index such as [0]`},
		{"a == 1;", `line 1, column 7: unexpected ";", expected AND, OR or the end (nothing ends an expression)`},
		{"a == 1 # x", `line 1, column 8: unexpected "#", expected AND, OR or the end`},
		{"a == @b", `line 1, column 6: unexpected "@", expected a name or a constant`},
		{"a ? b", `line 1, column 3: unexpected "?", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN)`},
		{"a = > 1", `line 1, column 5: unexpected ">", expected a name or a constant`},
		{"a =< 1", `line 1, column 3: unexpected "=<", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (write <=)`},
		{"a => 1", `line 1, column 3: unexpected "=>", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (write >=)`},
		{"a =! 1", `line 1, column 4: unexpected "!", expected a name or a constant (conditions cannot be negated: write != in one piece, or NOT IN)`},
		{"a ! = 1", `line 1, column 3: unexpected "!", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (conditions cannot be negated: write != in one piece, or NOT IN)`},
		{"a : 1", `line 1, column 3: unexpected ":", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN)`},
		{"a\u00a0== 1", "line 1, column 2: unexpected \"\\u00a0\", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (this is no plain space, as in a text that was copied from a page)"},
		{"a => 1", `line 1, column 3: unexpected "=>", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (write >=)`},
		{"a =< 1", `line 1, column 3: unexpected "=<", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (write <=)`},
		{"a == 'x' OR 'y'", `line 1, column 16: unexpected end, expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (a constant alone is no condition: repeat the name, or write name IN [ … ])`},
		{"a NOT LIKE 'x'", `line 1, column 7: unexpected "LIKE", expected IN after NOT (nothing asks whether a text is not in another)`},
		{"a == 1;", `line 1, column 7: unexpected ";", expected AND, OR or the end (nothing ends an expression)`},
		{"a == .5", `line 1, column 6: unexpected ".", expected a name or a constant (write 0.5 for .5)`},
		{"{a} == 1", `line 1, column 1: unexpected "{", expected a name, a constant or "(" (${…} is a placeholder that was to be filled in)`},
		{`a == \x`, `line 1, column 6: unexpected "\\", expected a name or a constant`},
		{"ä == 'ö' und b == 1", `line 1, column 10: unexpected "und", expected AND, OR or the end`},
		{"a == 'ö'\n  AND b = 'ü' ß", `line 2, column 15: unexpected "ß", expected AND, OR or the end`},
		{"a == 1\nAND\n", `line 3, column 1: unexpected end, expected a name, a constant or "("`},
		{"a == 1\r\nAND b ~ 2", `line 2, column 7: unexpected "~", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN)`},
		{"\ta == 1 &\n", `line 1, column 9: unexpected "&", expected AND, OR or the end (write AND)`},
		{"a == '\n\n' x", `line 3, column 3: unexpected "x", expected AND, OR or the end`},
		{"語 == '語' AND 語 語", `line 1, column 16: unexpected "語", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN)`},
		{"a == 1 AND b == '\xff'", `line 1, column 18: unexpected "\xff", expected UTF-8`},
		{"\xc3 == 1", `line 1, column 1: unexpected "\xc3", expected UTF-8`},
		{"a == 1 AND (b == 1 OR (c == 1 AND d == 1)", `line 1, column 42: unexpected end, expected AND, OR or ")" (the ( at line 1, column 12 is not closed)`},
		{"a == 1 AND b", `line 1, column 13: unexpected end, expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (a name alone is no condition: compare it with something, as in vip == true)`},
		{"a == 1 AND 'x' AND b == 2", `line 1, column 16: unexpected "AND", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (a constant alone is no condition: repeat the name, or write name IN [ … ])`},
		{"a == 1 AND b == 'this text is long enough to be cut off, and has no end", `line 1, column 17: unexpected "'this text is long enough to be cut off,…", expected the text to end with '`},
		{"\ufeffa == 1", `line 1, column 1: unexpected "\ufeff", expected a name, a constant or "(" (this is no plain space, as in a text that was copied from a page)`},
		{"a == \x00", `line 1, column 6: unexpected "\x00", expected a name or a constant`},
		{"a a'b'c", `line 1, column 3: unexpected "a", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN)`},
		{"٣ == 1", `line 1, column 1: unexpected "٣", expected a name, a constant or "("`},
		{"ın 'x'", `line 1, column 4: unexpected "'x'", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN)`},
		{"a ın ['x']", `line 1, column 3: unexpected "ın", expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN)`},
	}
	for _, tt := range tests {
		t.Run(tt.source, func(t *testing.T) {
			e, err := expression.Parse(tt.source)
			assert.Nil(t, e)
			assert.EqualError(t, err, "expression: "+tt.want)
		})
	}
}

func TestSyntaxErrorHasItsPartsInFields(t *testing.T) {
	tests := []struct {
		name, source string
		want         expression.SyntaxError
	}{
		{"hint", "vip == 'ja'\n && ä", expression.SyntaxError{
			Position: expression.Position{Offset: 13, Line: 2, Column: 2},
			Text:     "&&", Expected: "AND, OR or the end", Hint: "write AND",
		}},
		{"column in characters, offset in bytes", "größe == 'ö' & b", expression.SyntaxError{
			Position: expression.Position{Offset: 16, Line: 1, Column: 14},
			Text:     "&", Expected: "AND, OR or the end", Hint: "write AND",
		}},
		{"end", "ä", expression.SyntaxError{
			Position: expression.Position{Offset: 2, Line: 1, Column: 2},
			Expected: "an operator (== != > >= < <= CONTAINS HAS IN NOT IN)", Hint: "a name alone is no condition: compare it with something, as in vip == true",
		}},
		{"text in full", "a == '" + strings.Repeat("x", 50), expression.SyntaxError{
			Position: expression.Position{Offset: 5, Line: 1, Column: 6},
			Text:     "'" + strings.Repeat("x", 50), Expected: "the text to end with '",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := expression.Parse(tt.source)
			var got *expression.SyntaxError
			require.ErrorAs(t, err, &got)
			assert.Equal(t, tt.want, *got)
		})
	}
}

func TestSyntaxErrorShortensOnlyWhatIsLong(t *testing.T) {
	for _, tt := range []struct {
		length int
		want   string
	}{
		{39, `"'` + strings.Repeat("ä", 39) + `"`},
		{40, `"'` + strings.Repeat("ä", 39) + `…"`},
	} {
		_, err := expression.Parse("a == '" + strings.Repeat("ä", tt.length))
		assert.EqualError(t, err, "expression: line 1, column 6: unexpected "+tt.want+", expected the text to end with '")
	}
}

func TestParseRefusesNumbersThatNoFloat64Holds(t *testing.T) {
	digits := strings.Repeat("9", 308)
	assert.InEpsilon(t, 1e308, parse(t, "a == "+digits).Root().(*expression.Comparison).Right.(*expression.Number).Float64(), 1e-9)

	_, err := expression.Parse("a IN [1, " + digits + "9]")
	assert.EqualError(t, err, `expression: line 1, column 10: unexpected "`+digits[:40]+`…", expected a smaller number`)

	tiny := parse(t, "a == 0."+strings.Repeat("0", 400)+"1").Root().(*expression.Comparison).Right.(*expression.Number)
	assert.Zero(t, tiny.Float64())
}

func TestNumberThatIsTooLargeIsInfinite(t *testing.T) {
	number := expression.Number{Text: strings.Repeat("9", 400)}
	assert.Greater(t, number.Float64(), 1.7e308)
}

func TestParseLimitsHowDeepParenthesesStand(t *testing.T) {
	nested := func(depth int) string { return strings.Repeat("(", depth) + "a == 1" + strings.Repeat(")", depth) }

	assert.Equal(t, "a == 1", parse(t, nested(500)).String())
	assert.Equal(t, 101, strings.Count(parse(t, nested(500)+strings.Repeat(" OR "+nested(500), 100)).String(), "a == 1"),
		"what counts is how many are open")

	_, err := expression.Parse("b == 1 AND " + nested(501))
	assert.EqualError(t, err, `expression: line 1, column 512: unexpected "(", expected at most 500 parentheses in each other`)
}

func TestParseRefusesAMegabyteOfParentheses(t *testing.T) {
	_, err := expression.Parse(strings.Repeat("(", 1<<20))
	assert.EqualError(t, err, `expression: line 1, column 501: unexpected "(", expected at most 500 parentheses in each other`)
}

func TestParseReadsAMegabyte(t *testing.T) {
	const term = "a == 1 AND "
	n := 1 << 20 / len(term)
	root := parse(t, strings.Repeat(term, n)+"a == 1").Root().(*expression.Logical)
	assert.Len(t, root.Conditions, n+1)
	assert.Equal(t, expression.Span{Start: 0, End: n*len(term) + len("a == 1")}, root.Span)
}

func TestParseReadsAListOfAMegabyte(t *testing.T) {
	n := 1 << 20 / len("'x', ")
	list := parse(t, "a IN ["+strings.Repeat("'x', ", n)+"1]").Root().(*expression.Comparison).Right.(*expression.List)
	assert.Len(t, list.Items, n+1)
}

func TestExtentIsWithoutTheParenthesesAround(t *testing.T) {
	e := parse(t, " ( (ä == 1) AND ( b IN [ 2 ] ) ) ")
	var parts []string
	expression.Walk(e.Root(), func(node expression.Node) bool {
		span := node.Extent()
		parts = append(parts, e.Source()[span.Start:span.End])
		return true
	})
	assert.Equal(t, []string{"(ä == 1) AND ( b IN [ 2 ] )", "ä == 1", "ä", "1", "b IN [ 2 ]", "b", "[ 2 ]", "2"}, parts)
}

func TestWalkLeavesOutWhatIsNotWanted(t *testing.T) {
	e := parse(t, "a == 1 AND (b == 2 OR c IN [3, 4]) AND d == 5")
	var visited []string
	expression.Walk(e.Root(), func(node expression.Node) bool {
		visited = append(visited, node.String())
		logical, ok := node.(*expression.Logical)
		return !ok || logical.Connective == expression.And
	})
	assert.Equal(t, []string{
		"a == 1 AND (b == 2 OR c IN [3, 4]) AND d == 5",
		"a == 1", "a", "1",
		"b == 2 OR c IN [3, 4]",
		"d == 5", "d", "5",
	}, visited)
}

func TestPathsAreSortedAndEachOnce(t *testing.T) {
	e := parse(t, "b.x == 1 AND a[0] == b.x OR 'c' IN a AND b.y == [1]")
	assert.Equal(t, []string{"a", "a[0]", "b.x", "b.y"}, e.Paths())
	assert.Equal(t, []string{}, parse(t, "1 == 1").Paths())
}

func TestPositionCountsLinesAndCharacters(t *testing.T) {
	e := parse(t, "ä == 1\nAND ü == 2")
	for offset, want := range map[int]expression.Position{
		0:               {Offset: 0, Line: 1, Column: 1},
		3:               {Offset: 3, Line: 1, Column: 3},
		7:               {Offset: 7, Line: 1, Column: 7},
		8:               {Offset: 8, Line: 2, Column: 1},
		14:              {Offset: 14, Line: 2, Column: 6},
		len(e.Source()): {Offset: 19, Line: 2, Column: 11},
	} {
		assert.Equal(t, want, e.Position(offset), strconv.Itoa(offset))
	}
	assert.Equal(t, "line 2, column 6", e.Position(14).String())
}

func TestMustParsePanicsWithTheError(t *testing.T) {
	assert.Equal(t, "a == 1", expression.MustParse("a = 1").String())
	assert.PanicsWithError(t, `expression: line 1, column 2: unexpected end, expected an operator (== != > >= < <= CONTAINS HAS IN NOT IN) (a name alone is no condition: compare it with something, as in vip == true)`,
		func() { expression.MustParse("a") })
}

func TestParsePathReadsAPathAlone(t *testing.T) {
	path, err := expression.ParsePath(" task.agents[0].sid ")
	require.NoError(t, err)
	assert.Equal(t, "task.agents[0].sid", path.String())
	assert.Equal(t, expression.Span{Start: 1, End: 19}, path.Span)

	for source, want := range map[string]string{
		"":                  `line 1, column 1: unexpected end, expected a name such as task.agent_sid`,
		"'task.agent'":      `line 1, column 1: unexpected "'task.agent'", expected a name such as task.agent_sid`,
		"in":                `line 1, column 1: unexpected "in", expected a name such as task.agent_sid`,
		"task.agent-sid":    `line 1, column 11: unexpected "-", expected the end (a name has no hyphen: rename the attribute, for example to task.agent_sid)`,
		"Alice Smith":       `line 1, column 7: unexpected "Smith", expected the end`,
		"task.agent == 'x'": `line 1, column 12: unexpected "==", expected the end`,
		"task.agent 'x":     `line 1, column 12: unexpected "'x", expected the text to end with '`,
		"task.agents[x]":    `line 1, column 12: unexpected "[x", expected an index such as [0]`,
		"{{task.agent}}":    `line 1, column 1: unexpected "{", expected a name such as task.agent_sid (${…} is a placeholder that was to be filled in)`,
		"task.agent\xff":    `line 1, column 11: unexpected "\xff", expected UTF-8`,
	} {
		path, err := expression.ParsePath(source)
		assert.Nil(t, path, source)
		assert.EqualError(t, err, "expression: "+want, source)
	}
}
