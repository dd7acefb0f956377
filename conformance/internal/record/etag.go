package record

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A tag is an ETag of a resource. Tags are versions: two resources may have the
// same one and mean different things.
type tag struct {
	resource, value string
}

// etags is the bijection between the tags of the service and those of the
// fixture, for each resource.
type etags struct {
	exact   bool           // what the service gives is written
	written map[tag]string // by what the service gave
	taken   map[tag]bool   // what was written
	given   map[tag]given  // by the core of what the fixture had
}

// given is what came where the fixture had a tag.
type given struct {
	old, real, written string // as they were spelled
}

func newETags() *etags {
	return &etags{
		written: make(map[tag]string),
		taken:   make(map[tag]bool),
		given:   make(map[tag]given),
	}
}

// A tag is spelled W/"3", "3" or 3; the core is what is between the quotes.
var tagParts = regexp.MustCompile(`^((?:W/)?"?)(.*?)("?)$`)

func coreOf(value string) string {
	return tagParts.FindStringSubmatch(value)[2]
}

func withCore(value, core string) string {
	parts := tagParts.FindStringSubmatch(value)
	return parts[1] + core + parts[3]
}

var version = regexp.MustCompile(`^[0-9]{1,6}$`)

// learn answers what is written for the tag that came. The spelling and the kind
// are those of the service, for whether it quotes its tags is worth knowing.
func (e *etags) learn(resource, old, came string) string {
	if came == "" {
		return ""
	}
	core := coreOf(came)
	written, known := e.written[tag{resource, core}]
	if !known {
		written = e.choose(resource, coreOf(old), core)
		e.written[tag{resource, core}] = written
		e.taken[tag{resource, written}] = true
	}
	written = withCore(came, written)
	if old != "" {
		e.given[tag{resource, coreOf(old)}] = given{old: old, real: came, written: written}
	}
	return written
}

func (e *etags) choose(resource, old, came string) string {
	if e.exact {
		return came
	}
	sameKind := version.MatchString(old) == version.MatchString(came) && (version.MatchString(old) || len(old) == len(came))
	if old != "" && sameKind && !e.taken[tag{resource, old}] {
		return old
	}
	first := 1
	if n, err := strconv.Atoi(came); err == nil && version.MatchString(came) {
		first = n
	}
	for n := first; ; n++ {
		made := strconv.Itoa(n)
		if !version.MatchString(came) {
			made = fmt.Sprintf("%0*d", len(came), n)
		}
		if !e.taken[tag{resource, made}] {
			return made
		}
	}
}

// match finds what to send, and what to write, for an If-Match of the fixture. One
// that no answer gave stays as it is: it is wrong on purpose.
func (e *etags) match(resource, value string) (send, write string) {
	g, ok := e.given[tag{resource, coreOf(value)}]
	switch {
	case !ok:
		return value, value
	case value == g.old:
		return g.real, g.written
	}
	// Spelled otherwise than the fixture's ETag, and so it stays.
	return withCore(value, coreOf(g.real)), withCore(value, coreOf(g.written))
}

// rename puts the fixture's tags into the text of an answer. Versions are left
// alone: a 3 may be anything.
func (e *etags) rename(text string) string {
	var opaque []renaming
	for real, written := range e.written {
		if !version.MatchString(real.value) && len(real.value) >= minOpaque {
			opaque = append(opaque, renaming{real.value, written})
		}
	}
	// In an order of their own, since the first that fits is taken: one may begin
	// like another, and two resources may have the same.
	slices.SortFunc(opaque, func(a, b renaming) int {
		return cmp.Or(cmp.Compare(len(b.real), len(a.real)), cmp.Compare(a.written, b.written))
	})
	var pairs []string
	for _, r := range opaque {
		pairs = append(pairs, r.real, r.written)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

type renaming struct{ real, written string }

// minOpaque letters of a tag are no word.
const minOpaque = 8
