package expression_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
)

func TestStringIsCanonical(t *testing.T) {
	tests := []struct{ name, source, want string }{
		{"spelling of operators", `a=1 and b>-2 or c<-[3]`, `(a == 1 AND b HAS 2) OR c IN [3]`},
		{"every operator", `a!=1 AND a>1 AND a>=1 AND a<1 AND a<=1 AND a contains 1 AND a not  in b`,
			`a != 1 AND a > 1 AND a >= 1 AND a < 1 AND a <= 1 AND a CONTAINS 1 AND a NOT IN b`},
		{"constants", `a IN[TRUE,False , NULL,1.50,007,"x"]`, `a IN [true, false, null, 1.50, 007, 'x']`},
		{"empty list and text", `a IN [ ] OR a == ""`, `a IN [] OR a == ''`},
		{"quotes", `a == "it's" OR a == '"' OR a == "x"`, `a == "it's" OR a == '"' OR a == 'x'`},
		{"indices", `a[007].b[1][2] == 1`, `a[7].b[1][2] == 1`},
		{"names stay", `Größe.IN == x.and`, `Größe.IN == x.and`},
		{"superfluous parentheses go", `((a == 1)) AND (b == 2)`, `a == 1 AND b == 2`},
		{"AND in OR", `a == 1 OR b == 2 AND c == 3`, `a == 1 OR (b == 2 AND c == 3)`},
		{"OR in AND", `a == 1 AND (b == 2 OR c == 3)`, `a == 1 AND (b == 2 OR c == 3)`},
		{"AND in AND", `a == 1 AND (b == 2 AND c == 3)`, `a == 1 AND (b == 2 AND c == 3)`},
		{"lines and space", " a\n==\t1 ", `a == 1`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := parse(t, tt.source)
			assert.Equal(t, tt.want, e.String())
			requirePrintedAgain(t, e)
		})
	}
}

func TestQuoteMakesAConstant(t *testing.T) {
	for text, want := range map[string]string{
		"":          `''`,
		"es":        `'es'`,
		"it's":      `"it's"`,
		`a "b"`:     `'a "b"'`,
		`\n`:        `'\n'`,
		"line\nend": "'line\nend'",
		"größe 語":   `'größe 語'`,
		"1 == 1":    `'1 == 1'`,
	} {
		quoted, err := expression.Quote(text)
		assert.NoError(t, err)
		assert.Equal(t, want, quoted)
		right := parse(t, "a == "+quoted).Root().(*expression.Comparison).Right
		assert.Equal(t, text, right.(*expression.String).Value)
	}
}

func TestQuoteRefusesWhatCannotBeWritten(t *testing.T) {
	for text, want := range map[string]string{
		`'"`:     `expression: quoting "'\"": expected quotes of one kind at most`,
		"a\xffb": `expression: quoting "a\xffb": expected UTF-8`,
	} {
		quoted, err := expression.Quote(text)
		assert.Empty(t, quoted)
		assert.EqualError(t, err, want)
	}
}
