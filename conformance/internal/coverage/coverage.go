// Package coverage computes what the fixtures prove of each operation of the
// document, and what they do not.
package coverage

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/taskrouter-go/sdk/conformance"
	"github.com/taskrouter-go/sdk/conformance/internal/calls"
	"github.com/taskrouter-go/sdk/openapi/document"
)

// A Row is what the fixtures prove of one operation.
type Row struct {
	Operation string
	// Methods are those of the facade that make requests of the operation.
	Methods []string
	// Successes counts the exchanges that succeed.
	Successes int
	// Failures are the statuses of the others.
	Failures []int
	// Required and Optional count the parameters, fields and headers that occur
	// in an exchange that succeeds.
	Required, Optional Count
	// Emulator are the statuses that the emulator was made to answer.
	Emulator []int
	// Gaps say what is not there and must be.
	Gaps []string
}

// A Count is how many of how many.
type Count struct{ N, Of int }

// Compute returns a row for each operation, in the order of the document. A
// fixture that is for none of them is an error.
func Compute(d *document.Document, scenarios []*conformance.Scenario) ([]Row, error) {
	seen := make(map[string]*sightings)
	for _, o := range d.Operations() {
		seen[o.ID] = newSightings()
	}
	for _, scenario := range scenarios {
		for _, exchange := range scenario.Exchanges {
			o, path, err := d.Find(exchange.Request.Method, exchange.Request.Path)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", scenario.Name, exchange.Name, err)
			}
			if err := seen[o.ID].add(o, path, exchange); err != nil {
				return nil, fmt.Errorf("%s: %s: %w", scenario.Name, exchange.Name, err)
			}
		}
	}
	rows := make([]Row, 0, len(d.Operations()))
	for _, o := range d.Operations() {
		rows = append(rows, seen[o.ID].row(o))
	}
	return rows, nil
}

// sightings are what occurs in the fixtures of one operation.
type sightings struct {
	statuses map[int]int
	methods  map[string]bool
	inputs   map[document.Input]bool
}

func newSightings() *sightings {
	return &sightings{statuses: make(map[int]int), methods: make(map[string]bool), inputs: make(map[document.Input]bool)}
}

func (s *sightings) add(o *document.Operation, path map[string]string, exchange conformance.Exchange) error {
	status := exchange.Response.Status
	if status == http.StatusTooManyRequests && !hasHeader(exchange.Response.Header, "Retry-After") {
		return nil // which proves nothing of what a client waits for
	}
	s.statuses[status]++
	if status >= http.StatusMultipleChoices {
		return nil
	}
	request, err := calls.RequestOf(exchange.Request, path)
	if err != nil {
		return err
	}
	for _, call := range calls.Of(o.ID) {
		if call.Makes(request) {
			s.methods[call.Method] = true
		}
	}
	for _, input := range o.Inputs {
		if holds(exchange.Request.Header, request, input) {
			s.inputs[input] = true
		}
	}
	return nil
}

func holds(header []conformance.Field, r calls.Request, input document.Input) bool {
	switch input.In {
	case document.InHeader:
		return hasHeader(header, input.Name)
	case document.InJSON:
		var members map[string]json.RawMessage
		return json.Unmarshal(r.JSON, &members) == nil && members[input.Name] != nil
	}
	return r.Values.Has(input.Name) // no operation has both a query and a form
}

func (s *sightings) row(o *document.Operation) Row {
	row := Row{Operation: o.ID}
	for _, status := range o.Statuses {
		if s.statuses[status] == 0 {
			row.Gaps = append(row.Gaps, fmt.Sprintf("no exchange is answered %d", status))
		}
	}
	for status, n := range s.statuses {
		if status < http.StatusMultipleChoices {
			row.Successes += n
			continue
		}
		row.Failures = append(row.Failures, status)
	}
	slices.Sort(row.Failures)
	for _, call := range calls.Of(o.ID) {
		row.Methods = append(row.Methods, call.Method)
		if !s.methods[call.Method] {
			row.Gaps = append(row.Gaps, fmt.Sprintf("no exchange that succeeds is made by %s", call.Method))
		}
	}
	if row.Methods == nil {
		row.Gaps = append(row.Gaps, "no method of the facade makes its requests")
	}
	s.countInputs(&row, o.Inputs)
	return row
}

func (s *sightings) countInputs(row *Row, inputs []document.Input) {
	for _, input := range inputs {
		count := &row.Optional
		if input.Required {
			count = &row.Required
		}
		count.Of++
		if s.inputs[input] {
			count.N++
			continue
		}
		row.Gaps = append(row.Gaps, fmt.Sprintf("no exchange that succeeds has the %s %s", nounOf(input.In), input.Name))
	}
}

func nounOf(in string) string {
	switch in {
	case document.InForm:
		return "form field"
	case document.InJSON:
		return "member"
	case document.InHeader:
		return "header"
	}
	return "query parameter"
}

func hasHeader(fields []conformance.Field, name string) bool {
	return slices.ContainsFunc(fields, func(f conformance.Field) bool { return strings.EqualFold(f.Name, name) })
}
