package conformance

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
)

// A Loss is what decoding a JSON text and encoding it again has changed. The
// paths in it look like $["tasks"][0]["age"].
type Loss struct {
	// Lost are the members that did not come back equal, each with what it was
	// and what it became.
	Lost []string
	// Added are the members that encoding added. They are no loss: a Go type has
	// all its members, the answer that it was decoded from may lack some.
	Added []string
}

// CompareJSON tells what is lost between a JSON text and what it became. Members
// are equal if they are the same kind of value and, for numbers, the same number
// (1.0 and 1), for times the same instant (+00:00 and Z). The order of members
// says nothing, and null is not the same as nothing.
func CompareJSON(original, became []byte) (Loss, error) {
	before, err := leavesOf(original)
	if err != nil {
		return Loss{}, fmt.Errorf("compare JSON: the original: %w", err)
	}
	after, err := leavesOf(became)
	if err != nil {
		return Loss{}, fmt.Errorf("compare JSON: what it became: %w", err)
	}
	var loss Loss
	for _, path := range slices.Sorted(maps.Keys(before)) {
		was := before[path][0]
		switch is, ok := after[path]; {
		case !ok:
			loss.Lost = append(loss.Lost, fmt.Sprintf("%s: %s is gone", path, was))
		case was != is[0] && !sameInstant(was, is[0]):
			loss.Lost = append(loss.Lost, fmt.Sprintf("%s: %s became %s", path, was, is[0]))
		}
	}
	for _, path := range slices.Sorted(maps.Keys(after)) {
		if _, ok := before[path]; !ok {
			loss.Added = append(loss.Added, fmt.Sprintf("%s: %s", path, after[path][0]))
		}
	}
	return loss, nil
}

// sameInstant tells whether two leaves are texts of the same time.
func sameInstant(a, b string) bool {
	first, ok := instantOf(a)
	if !ok {
		return false
	}
	second, ok := instantOf(b)
	return ok && first.Equal(second)
}

func instantOf(leaf string) (time.Time, bool) {
	text, err := strconv.Unquote(leaf)
	if err != nil {
		return time.Time{}, false
	}
	instant, err := time.Parse(time.RFC3339, text)
	return instant, err == nil
}
