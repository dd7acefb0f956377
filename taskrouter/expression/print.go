package expression

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// String prints the conditions with parentheses around those that are logical,
// too: people need not know what binds tighter, and the service does not say it.
func (l *Logical) String() string {
	var b strings.Builder
	for i, condition := range l.Conditions {
		if i > 0 {
			b.WriteString(" " + string(l.Connective) + " ")
		}
		if _, nested := condition.(*Logical); nested {
			b.WriteString("(" + condition.String() + ")")
			continue
		}
		b.WriteString(condition.String())
	}
	return b.String()
}

// String prints the comparison with single spaces.
func (c *Comparison) String() string {
	return c.Left.String() + " " + string(c.Operator) + " " + c.Right.String()
}

// String prints the path as it is written.
func (p *Path) String() string {
	var b strings.Builder
	for i, step := range p.Steps {
		switch {
		case step.Name == "":
			b.WriteString("[" + strconv.Itoa(step.Index) + "]")
		case i == 0:
			b.WriteString(step.Name)
		default:
			b.WriteString("." + step.Name)
		}
	}
	return b.String()
}

// String prints the list in brackets.
func (l *List) String() string {
	items := make([]string, len(l.Items))
	for i, item := range l.Items {
		items[i] = item.String()
	}
	return "[" + strings.Join(items, ", ") + "]"
}

// String prints the text in quotes: single ones, which need no escape in JSON,
// unless it has some in it.
func (s *String) String() string {
	if strings.Contains(s.Value, "'") {
		return `"` + s.Value + `"`
	}
	return "'" + s.Value + "'"
}

// String prints the number as it was written.
func (n *Number) String() string { return n.Text }

// String prints true or false.
func (b *Boolean) String() string { return strconv.FormatBool(b.Value) }

// String prints null.
func (*Null) String() string { return "null" }

// Quote returns a text as a constant of the language, to put what somebody typed
// into an expression. A text that holds quotes of both kinds cannot be written, since
// there are no escapes: it is an error, and so is one that is not UTF-8. What cannot
// be written can be put into an attribute, and compared with that.
func Quote(text string) (string, error) {
	if strings.Contains(text, `"`) && strings.Contains(text, "'") {
		return "", fmt.Errorf("expression: quoting %q: expected quotes of one kind at most", text)
	}
	if !utf8.ValidString(text) {
		return "", fmt.Errorf("expression: quoting %q: expected UTF-8", text)
	}
	return (&String{Value: text}).String(), nil
}
