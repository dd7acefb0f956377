package conformance

import (
	"errors"
	"fmt"
	"strings"
)

// A Report is what a Replayer has seen so far.
type Report struct {
	Entries []Entry  // every exchange, in the order of the scenarios
	Misfits []string // each request that fitted none, with the difference from the nearest
}

// An Entry is an exchange that a Replayer serves.
type Entry struct {
	Scenario string // its name
	Exchange Exchange
	Served   bool // whether a request got its answer since the last Rewind
}

// Touched tells whether any request came.
func (r Report) Touched() bool {
	return len(r.Misfits) > 0 || len(r.Unserved()) < len(r.Entries)
}

// Unserved lists the exchanges that no request has asked for.
func (r Report) Unserved() []Entry {
	var unserved []Entry
	for _, e := range r.Entries {
		if !e.Served {
			unserved = append(unserved, e)
		}
	}
	return unserved
}

// Err is nil if every request fitted an exchange and every exchange was served.
// Otherwise it lists what did not.
func (r Report) Err() error {
	var parts []string
	if len(r.Misfits) > 0 {
		parts = append(parts, fmt.Sprintf("requests that fit no exchange: %d", len(r.Misfits)))
		parts = append(parts, r.Misfits...)
	}
	if unserved := r.Unserved(); len(unserved) > 0 {
		parts = append(parts, fmt.Sprintf("exchanges that were not served: %d", len(unserved)))
		for _, e := range unserved {
			parts = append(parts, e.String())
		}
	}
	if parts == nil {
		return nil
	}
	return errors.New(strings.Join(parts, "\n"))
}

// String names the exchange and its request in one line.
func (e Entry) String() string {
	request := e.Exchange.Request
	return fmt.Sprintf("%s: %s (%s %s)", e.Scenario, e.Exchange.Name, request.Method, target(request.Path, request.Query))
}

func (e Entry) fits(got wire) bool {
	return len(diff(e.Exchange.Request, got)) == 0
}
