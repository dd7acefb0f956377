package expression

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

// ofKind has values of each kind among which, for each rule that can be true of
// two kinds, there are two of which it is.
var ofKind = map[kind][]any{
	nullKind:    {nil},
	booleanKind: {true, false},
	numberKind:  {int64(1), int64(2), 1.5},
	textKind:    {"1", "2", "a", "b", "ab", ""},
	listKind:    {[]any{}, []any{int64(1)}, []any{"1", "a"}, []any{true}, []any{nil}, []any{[]any{}}},
	objectKind:  {map[string]any{}, map[string]any{"a": "b"}, struct{}{}},
}

func TestCheckAndMatchAgreeOnWhatCanBeTrue(t *testing.T) {
	for operator, holds := range rules {
		for left, leftValues := range ofKind {
			for right, rightValues := range ofKind {
				t.Run(fmt.Sprintf("%s %s %s", setOf(left), operator, setOf(right)), func(t *testing.T) {
					found := false
					for _, l := range leftValues {
						for _, r := range rightValues {
							assert.Equal(t, left, valueOf(l).kind)
							assert.Equal(t, right, valueOf(r).kind)
							found = found || holds(valueOf(l), valueOf(r))
						}
					}
					assert.Equal(t, found, canBeTrue(operator, left, right))
				})
			}
		}
	}
}

func TestEveryOperatorHasARuleAndASpelling(t *testing.T) {
	all := []Operator{Equal, NotEqual, Greater, GreaterOrEqual, Less, LessOrEqual, Contains, Has, In, NotIn}
	assert.Len(t, rules, len(all))
	spelled := map[Operator]bool{}
	for _, operator := range operators {
		spelled[operator] = true
	}
	for _, operator := range all {
		assert.NotNil(t, rules[operator], operator)
		assert.True(t, spelled[operator], operator)
	}
}
