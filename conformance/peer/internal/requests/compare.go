package requests

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// nothing stands for what a library does not send.
const nothing = "nothing"

// refused is what stands before the reason of a library that sends no request.
const refused = "refused: "

// noField stands for a value that a method cannot be told.
const noField = "no field"

// A difference is one place of a request in which the libraries differ.
type difference struct {
	operation    string
	place        string // of a request, behind "page 2 " in that of a second page
	ours, theirs string
}

func (d difference) String() string {
	return fmt.Sprintf("%s | %s | %s | %s", d.operation, d.place, d.ours, d.theirs)
}

// An outcome is what a library made of a call.
type outcome struct {
	requests  []facets
	records   int      // of a list, where they were counted
	refusal   string   // why it made no further request; empty if it was content
	cannotSay []string // places of values that the method cannot be told
}

// unsent tells that no request was made.
func (o outcome) unsent() bool { return len(o.requests) == 0 }

// compare returns how two libraries differ in a call.
func compare(operation string, ours, theirs outcome) []difference {
	var found []difference
	for i := range max(len(ours.requests), len(theirs.requests)) + 1 {
		page := ""
		if i > 0 {
			page = fmt.Sprintf("page %d ", i+1)
		}
		for _, d := range compareStep(ours, theirs, i) {
			d.operation, d.place = operation, page+d.place
			found = append(found, d)
		}
	}
	if ours.records != theirs.records {
		found = append(found, difference{operation, placeRecords, strconv.Itoa(ours.records), strconv.Itoa(theirs.records)})
	}
	return found
}

// compareStep compares the requests of one number.
func compareStep(ours, theirs outcome, i int) []difference {
	if i >= len(ours.requests) || i >= len(theirs.requests) {
		ourLine, theirLine := ours.line(i), theirs.line(i)
		if ourLine == theirLine || isRefusal(ourLine) && isRefusal(theirLine) {
			return nil
		}
		return []difference{{place: placeRequest, ours: ourLine, theirs: theirLine}}
	}
	var found []difference
	us, them := ours.requests[i], theirs.requests[i]
	places := maps.Clone(us)
	maps.Copy(places, them)
	for _, place := range slices.Sorted(maps.Keys(places)) {
		d := difference{place: place, ours: orNothing(us, place), theirs: orNothing(them, place)}
		switch {
		case d.ours == d.theirs:
			continue
		case place == placeEscaped && us[placePath] != them[placePath]:
			continue // which says the same
		case d.theirs == nothing && slices.Contains(theirs.cannotSay, place):
			d.theirs = noField
		}
		found = append(found, d)
	}
	return found
}

func orNothing(f facets, place string) string {
	if value, ok := f[place]; ok {
		return value
	}
	return nothing
}

// line says in one line what is made of a request.
func (o outcome) line(i int) string {
	switch {
	case i < len(o.requests):
		return o.requests[i].line()
	case i == len(o.requests) && o.refusal != "":
		return refused + o.refusal
	}
	return nothing
}

func isRefusal(line string) bool { return strings.HasPrefix(line, refused) }
