package expression

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// SyntaxError says where an expression stops being one.
type SyntaxError struct {
	Position
	Text     string // what stands there; "" at the end of the source
	Expected string // what could stand there
	Hint     string // what to write for what was probably meant; often ""
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
	if utf8.RuneCountInString(text) <= longest {
		return text
	}
	return string([]rune(text)[:longest]) + "…"
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
	before := source[:offset]
	lineStart := strings.LastIndexByte(before, '\n') + 1
	return Position{
		Offset: offset,
		Line:   strings.Count(before, "\n") + 1,
		Column: utf8.RuneCountInString(before[lineStart:]) + 1,
	}
}
