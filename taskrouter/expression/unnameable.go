package expression

import (
	"reflect"
	"slices"
	"strconv"
)

// Unnameable returns which attributes no expression can name, such as
// "skill-level", sorted. Members of objects and of lists stand below them, as in
// "routing.skill-level" and "teams[0].skill-level". Among them are attributes that
// are called as a word of the language is, such as "in": only the expression of a
// target can name those, after a dot.
func Unnameable(attributes Attributes) []string {
	return unnameable(attributes, false)
}

// unnameable lets words of the language pass at the top if they stand after a dot.
func unnameable(attributes Attributes, afterDot bool) []string {
	search := unnameableSearch{}
	for name, value := range attributes {
		if !isName(name) || !afterDot && isKeyword(name) {
			search.found = append(search.found, name)
			continue
		}
		search.visit(value, name)
	}
	slices.Sort(search.found)
	return search.found
}

// unnameableSearch remembers what it is in: a map that is made by hand can hold
// itself.
type unnameableSearch struct {
	found []string
	in    []uintptr
}

func (s *unnameableSearch) visit(value any, place string) {
	switch value := value.(type) {
	case map[string]any:
		s.enter(reflect.ValueOf(value).Pointer(), func() { s.members(value, place) })
	case []any:
		s.enter(reflect.ValueOf(value).Pointer(), func() {
			for i, item := range value {
				s.visit(item, place+"["+strconv.Itoa(i)+"]")
			}
		})
	}
}

func (s *unnameableSearch) members(object map[string]any, place string) {
	for name, member := range object {
		if !isName(name) {
			s.found = append(s.found, place+"."+name)
			continue
		}
		s.visit(member, place+"."+name)
	}
}

func (s *unnameableSearch) enter(container uintptr, visit func()) {
	if slices.Contains(s.in, container) {
		return
	}
	s.in = append(s.in, container)
	visit()
	s.in = s.in[:len(s.in)-1]
}
