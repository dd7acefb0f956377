package upstream

import (
	"math"
	"slices"
)

// sameType tells whether ours is the type of theirs, or theirs says none. A flag that
// theirs calls text is another type too: deviations.yaml names those, so that a number
// that becomes text is seen.
func sameType(t, o *view) bool {
	return len(t.types) == 0 || slices.Equal(t.types, o.types)
}

// matters are the formats of which generators make types of their own, or that say
// how a text is to be written. The others are hints.
var matters = []string{"date-time", "date", "time", "duration", "byte", "binary", "uuid", "uri"}

// formatMatters tells whether ours should have the format of theirs. Integers go
// without one, as every language has its own, except where they may be too large for
// what some languages take by default. A format that theirs puts in the place of one of
// ours matters whatever it is.
func formatMatters(t, o *view) bool {
	if t.format == "int64" {
		maximum, ok := t.limits["maximum"]
		return !ok || maximum > math.MaxInt32
	}
	return slices.Contains(matters, t.format) || t.format != "" && slices.Contains(matters, o.format)
}
