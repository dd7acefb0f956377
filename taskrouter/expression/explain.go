package expression

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// Outcome is what became of one comparison.
type Outcome struct {
	Comparison *Comparison // a part of the tree of the expression
	Matched    bool        // whether it is true
	// Left and Right are the values that were compared, nil for what is missing.
	Left, Right any
}

// String says it in one line, as in
//
//	language == 'es' is false: language is "en"
func (o Outcome) String() string {
	text := oneLine(fmt.Sprintf("%s is %t", o.Comparison, o.Matched))
	var values []string
	for _, side := range []struct {
		node  Operand
		value any
	}{{o.Comparison.Left, o.Left}, {o.Comparison.Right, o.Right}} {
		if path, ok := side.node.(*Path); ok {
			values = append(values, path.String()+" is "+shorten(FormatValue(side.value)))
		}
	}
	if len(values) == 0 {
		return text
	}
	return text + ": " + strings.Join(values, ", ")
}

// FormatValue returns the value of an attribute as findings and outcomes have it: as
// JSON, and as missing if it is nil.
func FormatValue(value any) string {
	if value == nil {
		return "missing"
	}
	if holdsALoop(reflect.ValueOf(value), 0) {
		return fmt.Sprintf("a %T", value) // Go 1.27 would encode it without end
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return fmt.Sprintf("a %T", value)
	}
	return strings.TrimSpace(text.String())
}

// holdsALoop tells whether a value is or holds a pointer that leads to itself, or is
// nested more deeply than JSON may be.
func holdsALoop(v reflect.Value, depth int) bool {
	const deepest = 10_000 // that encoding/json decodes
	if depth > deepest {
		return true
	}
	v = pointedTo(v)
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return true // which pointedTo did not come to the end of
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if holdsALoop(v.Index(i), depth+1) {
				return true
			}
		}
	case reflect.Map:
		for entries := v.MapRange(); entries.Next(); {
			if holdsALoop(entries.Value(), depth+1) {
				return true
			}
		}
	case reflect.Struct:
		for field, value := range v.Fields() {
			if field.IsExported() && holdsALoop(value, depth+1) {
				return true
			}
		}
	}
	return false
}

// Explain returns the comparisons that decide whether the expression is true of
// attributes, as [Expression.Match] judges them: of an AND that is false and of
// an OR that is true the first that decides, otherwise all.
func (e *Expression) Explain(attributes Attributes) []Outcome {
	_, outcomes := explain(e.root, scope{names: attributes})
	return outcomes
}

// ExplainTarget is to [Expression.MatchTarget] what [Expression.Explain] is to
// [Expression.Match].
func (e *Expression) ExplainTarget(task, worker Attributes) []Outcome {
	_, outcomes := explain(e.root, scope{target: true, task: task, worker: worker})
	return outcomes
}

// ExplainCounts is to [Expression.MatchCounts] what [Expression.Explain] is to
// [Expression.Match].
func (e *Expression) ExplainCounts(counts Counts) []Outcome {
	_, outcomes := explain(e.root, scope{counts: &counts})
	return outcomes
}

func explain(node Condition, s scope) (matched bool, outcomes []Outcome) {
	logical, ok := node.(*Logical)
	if !ok {
		outcome := outcomeOf(node.(*Comparison), s)
		return outcome.Matched, []Outcome{outcome}
	}
	deciding := logical.Connective == Or // the first that is so decides
	for _, condition := range logical.Conditions {
		matched, part := explain(condition, s)
		if matched == deciding {
			return matched, part
		}
		outcomes = append(outcomes, part...)
	}
	return !deciding, outcomes
}

func outcomeOf(node *Comparison, s scope) Outcome {
	left, right := goValue(node.Left, s), goValue(node.Right, s)
	return Outcome{
		Comparison: node,
		Matched:    rules[node.Operator](valueOf(left), valueOf(right)),
		Left:       left,
		Right:      right,
	}
}

// goValue returns the value of an operand as Go has it.
func goValue(node Operand, s scope) any {
	switch node := node.(type) {
	case *Path:
		return resolve(node.Steps, s)
	case *List:
		return values(node)
	default:
		return constant(node.(Scalar))
	}
}
