package upstream

import (
	"math"
	"slices"
)

// sameType tells whether ours is the type of theirs, or one that says more.
//
//   - On the wire a parameter or a field of a form is text. Where theirs says no more
//     than that, ours may say which text: the flags that the service calls strings are
//     booleans here.
func sameType(way direction, t, o *view) bool {
	if len(t.types) == 0 || slices.Equal(t.types, o.types) {
		return true
	}
	return way == text && t.is("string") && t.plain() && (o.is("boolean") || o.is("integer") || o.is("number"))
}

// matters are the formats of which generators make types of their own, or that say
// how a text is to be written. The others are hints.
var matters = []string{"date-time", "date", "time", "duration", "byte", "binary", "uuid", "uri"}

// formatMatters tells whether ours should have the format of theirs. Integers go
// without one, as every language has its own, except where they may be too large for
// what some languages take by default.
func formatMatters(t *view) bool {
	if t.format == "int64" {
		maximum, ok := t.limits["maximum"]
		return !ok || maximum > math.MaxInt32
	}
	return slices.Contains(matters, t.format)
}
