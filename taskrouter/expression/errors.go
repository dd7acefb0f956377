package expression

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// SyntaxError says where an expression stops being one.
type SyntaxError struct {
	Position Position // where it stands
	Text     string   // what stands there; "" at the end of the source
	Expected string   // what could stand there
	Hint     string   // what to write for what was probably meant; often ""
}

func newSyntaxError(source string, span Span, expected, hint string) *SyntaxError {
	return &SyntaxError{
		Position: positionOf(source, span.Start),
		Text:     source[span.Start:span.End],
		Expected: expected,
		Hint:     hint,
	}
}

// Error returns all of it in one line.
func (e *SyntaxError) Error() string {
	found := "end"
	if e.Text != "" {
		found = fmt.Sprintf("%q", shorten(e.Text))
	}
	text := fmt.Sprintf("expression: %s: unexpected %s, expected %s", e.Position, found, e.Expected)
	if e.Hint != "" {
		text += " (" + e.Hint + ")"
	}
	return text
}

// longest is how much of a text an error repeats.
const longest = 40

func shorten(text string) string {
	characters := 0
	for i := range text {
		if characters == longest {
			return text[:i] + "…"
		}
		characters++
	}
	return text
}

// oneLine puts spaces in the place of line breaks, which texts may have.
func oneLine(text string) string {
	return strings.NewReplacer("\n", " ", "\r", " ").Replace(text)
}

// Position is a place in an expression. Lines and columns are counted from 1,
// columns in characters; the offset is in bytes.
type Position struct {
	Offset, Line, Column int
}

// String returns line and column.
func (p Position) String() string {
	return fmt.Sprintf("line %d, column %d", p.Line, p.Column)
}

func positionOf(source string, offset int) Position {
	return Position{Line: 1, Column: 1}.advance(source, offset)
}

// advance returns the position of a later offset.
func (p Position) advance(source string, offset int) Position {
	between := source[p.Offset:offset]
	p.Offset = offset
	if lines := strings.Count(between, "\n"); lines > 0 {
		p.Line += lines
		p.Column = 1
		between = between[strings.LastIndexByte(between, '\n')+1:]
	}
	p.Column += utf8.RuneCountInString(between)
	return p
}
