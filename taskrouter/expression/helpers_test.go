package expression_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
)

// shape writes down a tree without the spans of its nodes, and without anything
// that String does, so that a fault of printing does not hide one of parsing.
func shape(node expression.Node) string {
	switch node := node.(type) {
	case *expression.Logical:
		parts := []string{string(node.Connective)}
		for _, condition := range node.Conditions {
			parts = append(parts, shape(condition))
		}
		return "(" + strings.Join(parts, " ") + ")"
	case *expression.Comparison:
		return fmt.Sprintf("{%s %s %s}", shape(node.Left), node.Operator, shape(node.Right))
	case *expression.Path:
		steps := make([]string, len(node.Steps))
		for i, step := range node.Steps {
			steps[i] = step.Name
			if step.Name == "" {
				steps[i] = fmt.Sprintf("#%d", step.Index)
			}
		}
		return strings.Join(steps, "/")
	case *expression.List:
		items := make([]string, len(node.Items))
		for i, item := range node.Items {
			items[i] = shape(item)
		}
		return "[" + strings.Join(items, " ") + "]"
	case *expression.String:
		return fmt.Sprintf("text%q", node.Value)
	case *expression.Number:
		return "number" + node.Text
	case *expression.Boolean:
		return fmt.Sprintf("bool:%t", node.Value)
	case *expression.Null:
		return "null:"
	default:
		return fmt.Sprintf("%T", node)
	}
}

func parse(t testing.TB, source string) *expression.Expression {
	t.Helper()
	e, err := expression.Parse(source)
	require.NoError(t, err, source)
	return e
}

func parseOrder(t testing.TB, source string) *expression.Order {
	t.Helper()
	order, err := expression.ParseOrder(source)
	require.NoError(t, err, source)
	return order
}

func parseAttributes(t testing.TB, text string) expression.Attributes {
	t.Helper()
	attributes, err := expression.ParseAttributes(text)
	require.NoError(t, err, text)
	return attributes
}

// requirePrintedAgain checks that the canonical form is parsed to the same tree,
// and printed as it is.
func requirePrintedAgain(t testing.TB, e *expression.Expression) {
	t.Helper()
	again, err := expression.Parse(e.String())
	require.NoError(t, err, "the canonical form of %q is %q", e.Source(), e)
	require.Equal(t, shape(e.Root()), shape(again.Root()), "the canonical form of %q is %q", e.Source(), e)
	require.Equal(t, e.String(), again.String())
}

// requireSpans checks of every node that its span, parsed alone, is that node.
func requireSpans(t testing.TB, e *expression.Expression) {
	t.Helper()
	expression.Walk(e.Root(), func(node expression.Node) bool {
		span := node.Extent()
		part := e.Source()[span.Start:span.End]
		switch node.(type) {
		case expression.Condition:
			alone, err := expression.Parse(part)
			require.NoError(t, err, "%q of %q", part, e.Source())
			require.Equal(t, shape(node), shape(alone.Root()), "%q of %q", part, e.Source())
		default:
			alone, err := expression.Parse(part + " == 1")
			require.NoError(t, err, "%q of %q", part, e.Source())
			require.Equal(t, "{"+shape(node)+" == number1}", shape(alone.Root()), "%q of %q", part, e.Source())
		}
		return true
	})
}
