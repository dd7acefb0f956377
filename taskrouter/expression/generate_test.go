package expression_test

import (
	"math/rand/v2"
	"strings"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
)

// choices makes expressions and attributes, given a source of numbers below n.
// There are few names and values, chosen for what they have in common: numbers and
// texts that spell the same number, differently, and texts in each other.
type choices func(n int) int

func randomChoices(seed uint64) choices {
	return rand.New(rand.NewPCG(seed, 1)).IntN
}

// byteChoices takes a choice from each byte, and the first of all once there are
// no more.
func byteChoices(data []byte) choices {
	return func(n int) int {
		if len(data) == 0 {
			return 0
		}
		next := int(data[0]) % n
		data = data[1:]
		return next
	}
}

var (
	scalarTexts   = []string{`5`, `5.0`, `6`, `10`, `'5'`, `'5.0'`, `'05'`, `'6'`, `'10'`, `'x'`, `'ax'`, `''`, `true`, `false`, `null`}
	listTexts     = []string{`[]`, `[5]`, `['5']`, `['5', 6]`, `['x', true, null]`, `['ax', 'x']`, `[5, '5.0', '05']`}
	operatorTexts = []string{`==`, `!=`, `>`, `>=`, `<`, `<=`, `CONTAINS`, `HAS`, `IN`, `NOT IN`}
	pathTexts     = []string{`a`, `b`, `c.a`, `a[0]`}

	values = []any{
		nil, 5, 5.0, 6, 10, "5", "5.0", "05", "6", "10", "x", "ax", "", true, false, 4, 5.5, "5.00", "9", "y",
		[]any{}, []any{5}, []any{"5", 6.0}, []any{"x", nil, true}, []string{"ax"}, map[string]any{"a": 5}, map[string]string{"a": "x"},
	}
)

func oneOf[T any](c choices, list []T) T { return list[c(len(list))] }

func (c choices) operand() string {
	switch c(6) {
	case 0, 1:
		return oneOf(c, scalarTexts)
	case 2:
		return oneOf(c, listTexts)
	default:
		return oneOf(c, pathTexts)
	}
}

func (c choices) condition(depth int) string {
	if depth == 0 || c(3) == 0 {
		return c.operand() + " " + oneOf(c, operatorTexts) + " " + c.operand()
	}
	parts := []string{}
	for range 2 + c(2) {
		part := c.condition(depth - 1)
		if c(2) == 0 {
			part = "(" + part + ")"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, oneOf(c, []string{" AND ", " OR "}))
}

func (c choices) attributes() expression.Attributes {
	attributes := expression.Attributes{"a": oneOf(c, values), "b": oneOf(c, values), "c": map[string]any{"a": oneOf(c, values)}}
	if c(4) == 0 {
		delete(attributes, oneOf(c, []string{"a", "b", "c"}))
	}
	return attributes
}
