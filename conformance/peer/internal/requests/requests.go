// Package requests lets this SDK and the peer, twilio-go, make the same calls with the
// same values, in all operations of the document, and holds what they send beside each
// other. Nothing is sent to anybody: both have an HTTP client that keeps the requests
// and answers them.
//
// Each way in which they differ stands in differences.txt, with the reason.
package requests

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/taskrouter-go/sdk/gen"
)

// A Result is what came of holding the libraries beside each other.
type Result struct {
	// Operations are those that both made calls of.
	Operations int
	// Fixtures is how many of the calls are requests of fixtures.
	Fixtures int
	// Calls is how many calls were made, each by a method of ours and by one of theirs.
	// Same is how many of them are the same on the wire but for Accept and Content-Type,
	// and Refused how many neither sends.
	Calls, Same, Refused int
	// Answers is how many answers of the fixtures both decoded and encoded again, and
	// OursWhole and TheirsWhole how many came back with all their members.
	Answers, OursWhole, TheirsWhole int
	// Entries are the differences that are known.
	Entries []*Entry
	// Unexplained are the differences that are not known.
	Unexplained []Unexplained
	// Uncalled are the operations that no call was made of.
	Uncalled []string
}

// Unexplained is a difference that no entry of the list explains.
type Unexplained struct {
	Difference string // as a line of the list
	Example    string // a call in which it is found
	Calls      int    // in how many
}

// Err tells what is not as the list says: nil if nothing.
func (r *Result) Err() error {
	var failures []error
	for _, u := range r.Unexplained {
		failures = append(failures, fmt.Errorf("not explained: %s\n\tin %d calls, such as %s", u.Difference, u.Calls, u.Example))
	}
	for _, e := range r.Entries {
		if unneeded := e.unneeded(); len(unneeded) > 0 {
			failures = append(failures, fmt.Errorf("nothing differs any more as the list says in %s: %s (%s)", strings.Join(unneeded, " "), e, e.Reason))
		}
	}
	for _, id := range r.Uncalled {
		failures = append(failures, fmt.Errorf("%s: no call was made by both", id))
	}
	return errors.Join(failures...)
}

// Compare makes all calls by both libraries. The result says how they differ; an error
// is one of the comparison itself. The environment must not say where requests go
// (TASKROUTER_BASE_URL, TWILIO_REGION, TWILIO_EDGE).
func Compare(ctx context.Context) (*Result, error) {
	entries, err := parse(list)
	if err != nil {
		return nil, fmt.Errorf("differences.txt: %w", err)
	}
	c, err := newComparison()
	if err != nil {
		return nil, err
	}
	if err := c.run(ctx); err != nil {
		return nil, err
	}
	return c.result(entries), nil
}

// result explains what was found by the entries of the list. Of several that fit, the
// first counts, so that one which says nothing new is not needed.
func (c *comparison) result(entries []*Entry) *Result {
	r := &Result{Operations: len(c.called), Fixtures: c.fixtures, Calls: c.calls, Same: c.same - c.refused, Refused: c.refused, Entries: entries}
	r.Answers, r.OursWhole, r.TheirsWhole = c.answered.all, c.answered.oursWhole, c.answered.theirsWhole
	for _, d := range c.order {
		found := c.found[d]
		i := slices.IndexFunc(entries, func(e *Entry) bool { return e.explains(d) })
		if i < 0 {
			r.Unexplained = append(r.Unexplained, Unexplained{Difference: d.String(), Example: found.example, Calls: found.calls})
			continue
		}
		entries[i].explain(d, found.calls)
	}
	slices.SortFunc(r.Unexplained, func(a, b Unexplained) int { return strings.Compare(a.Difference, b.Difference) })
	for _, operation := range gen.Operations {
		if !c.called[operation.ID] {
			r.Uncalled = append(r.Uncalled, operation.ID)
		}
	}
	return r
}
