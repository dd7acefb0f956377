package requests

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// list holds the differences that are known.
//
//go:embed differences.txt
var list string

// Whose a difference is: of which library, or of the document, it is a fault or a
// decision.
const (
	Theirs   = "theirs"
	Ours     = "ours"
	Document = "document"
)

// An Entry is a difference that is known. Everything but the reason is a pattern in
// which a star stands for any text.
type Entry struct {
	Operations []string // some operationIds
	Place      string
	Ours       string
	Theirs     string
	Whose      string // one of the constants
	Reason     string // a sentence

	// Calls is in how many calls the libraries differ so.
	Calls int

	example difference      // the first of them
	needed  map[string]bool // by the patterns of operations
}

// Where is the operations and the place.
func (e *Entry) Where() string { return strings.Join(e.Operations, " ") + " | " + e.Place }

func (e *Entry) String() string { return e.Where() + " | " + e.Ours + " | " + e.Theirs }

func (e *Entry) explains(d difference) bool {
	return e.operationOf(d) != "" && fits(e.Place, d.place) && fits(e.Ours, d.ours) && fits(e.Theirs, d.theirs)
}

// explain notes a difference that the entry explains.
func (e *Entry) explain(d difference, calls int) {
	if e.Calls == 0 {
		e.example = d
	}
	e.Calls += calls
	e.needed[e.operationOf(d)] = true
}

// operationOf is the first pattern that fits the operation of a difference.
func (e *Entry) operationOf(d difference) string {
	for _, pattern := range e.Operations {
		if fits(pattern, d.operation) {
			return pattern
		}
	}
	return ""
}

// unneeded are the patterns of operations in which nothing differs as the entry says.
func (e *Entry) unneeded() []string {
	return slices.DeleteFunc(slices.Clone(e.Operations), func(pattern string) bool { return e.needed[pattern] })
}

// fits tells whether a text is as a pattern says.
func fits(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	last := len(parts) - 1
	if last == 0 {
		return pattern == text
	}
	text, ok := strings.CutPrefix(text, parts[0])
	for _, part := range parts[1:last] {
		if ok {
			_, text, ok = strings.Cut(text, part)
		}
	}
	return ok && strings.HasSuffix(text, parts[last])
}

var head = regexp.MustCompile(`^(theirs|ours|document): (.+\.)$`)

// parse reads a list of differences.
func parse(text string) ([]*Entry, error) {
	var entries []*Entry
	var whose, reason string
	for number, line := range strings.Split(text, "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if found := head.FindStringSubmatch(line); found != nil {
			whose, reason = found[1], found[2]
			continue
		}
		parts := strings.Split(line, " | ")
		if reason == "" || len(parts) != 4 || slices.Contains(parts, "") {
			return nil, fmt.Errorf("line %d: expected whose it is and why (theirs: A sentence.), and below it lines of operations | place | ours | theirs", number+1)
		}
		entries = append(entries, &Entry{
			Operations: strings.Fields(parts[0]), Place: parts[1], Ours: parts[2], Theirs: parts[3],
			Whose: whose, Reason: reason, needed: make(map[string]bool),
		})
	}
	return entries, nil
}
