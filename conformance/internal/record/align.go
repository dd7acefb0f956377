package record

import (
	"strings"
)

// A pair is a literal of an answer and what the fixture has in its place.
type pair struct {
	place
	old  *node // nil if the fixture has nothing there
	came *node
}

// An aligner walks an old and a new document together.
type aligner struct {
	names *names
	visit func(pair)
}

func (a aligner) walk(at place, old, came *node) {
	if old != nil && old.kind != came.kind && (isContainer(old) || isContainer(came)) {
		old = nil
	}
	switch came.kind {
	case '{':
		a.object(at, old, came)
	case '[':
		matched := a.match(old, came)
		for i, element := range came.elements {
			a.walk(at, matched[i], element)
		}
	default:
		a.visit(pair{at, old, came})
	}
}

func isContainer(n *node) bool {
	return n.kind == '{' || n.kind == '['
}

func (a aligner) object(at place, old, came *node) {
	for _, m := range came.members {
		was := a.sameMember(old, came, m)
		a.visit(pair{place{member: "", beside: came, within: at.within}, was.key, m.key})
		a.walk(place{member: m.key.text, beside: came, within: at.within}, was.value, m.value)
	}
}

// sameMember finds the old member of the same name. A name that is a SID, or has
// one in it, is the same if the SID stands for the same; failing that, if it is
// the only name of its shape.
func (a aligner) sameMember(old, came *node, m member) member {
	if old == nil {
		return member{}
	}
	name := a.names.fixtureText(m.key.text)
	for _, was := range old.members {
		if was.key.text == name {
			return was
		}
	}
	return onlyOfShape(old, came, shapeOf(m.key.text))
}

func onlyOfShape(old, came *node, shape string) member {
	if !strings.Contains(shape, "\x00") || countShape(came, shape) != 1 || countShape(old, shape) != 1 {
		return member{}
	}
	for _, was := range old.members {
		if shapeOf(was.key.text) == shape {
			return was
		}
	}
	return member{}
}

func countShape(object *node, shape string) int {
	count := 0
	for _, m := range object.members {
		if shapeOf(m.key.text) == shape {
			count++
		}
	}
	return count
}

// shapeOf is a text with each of its tokens replaced by the class.
func shapeOf(text string) string {
	var shape strings.Builder
	done := 0
	for _, t := range tokensIn(text) {
		shape.WriteString(text[done:t.start] + "\x00" + t.class + "\x00")
		done = t.end
	}
	return shape.String() + text[done:]
}

// match finds for each element of a list the old one that it stands for: that of
// the same SID, if it has one that is known; else the first that is left of the
// same name, since the service may sort otherwise than the fixture; else the
// first that is left.
func (a aligner) match(old, came *node) []*node {
	matched := make([]*node, len(came.elements))
	if old == nil {
		return matched
	}
	left := make([]*node, 0, len(old.elements))
	bySID := make(map[string]*node)
	for _, element := range old.elements {
		sid := element.str("sid")
		if sid != "" && a.names.taken(sidThing(sid)) {
			bySID[sid] = element
			continue
		}
		left = append(left, element)
	}
	rest := make([]int, 0, len(came.elements))
	for i, element := range came.elements {
		sid, known := a.names.known(sidThing(element.str("sid")).class, element.str("sid"))
		if known {
			matched[i] = bySID[sid]
			continue
		}
		rest = append(rest, i)
	}
	rest, left = matchBy(nameOf, matched, rest, left, came)
	matchBy(func(*node) string { return "any" }, matched, rest, left, came)
	return matched
}

// matchBy matches those of the same name and returns what is left of both.
func matchBy(name func(*node) string, matched []*node, rest []int, left []*node, came *node) ([]int, []*node) {
	var unmatched []int
	for _, i := range rest {
		wanted, found := name(came.elements[i]), -1
		for j, element := range left {
			if element != nil && wanted != "" && name(element) == wanted {
				found = j
				break
			}
		}
		if found < 0 {
			unmatched = append(unmatched, i)
			continue
		}
		matched[i], left[found] = left[found], nil
	}
	return unmatched, left
}

// nameOf is what a resource is called, or what happened.
func nameOf(n *node) string {
	for _, key := range []string{"unique_name", "task_channel_unique_name", "friendly_name", "worker_name", "event_type"} {
		if name := n.str(key); name != "" {
			return key + " " + name
		}
	}
	return ""
}

func sidThing(sid string) thing {
	if len(sid) < 2 {
		return thing{}
	}
	return thing{classSID + sid[:2], sid}
}

// inStep pairs the tokens of two texts, those of each class in their order. Where
// one text has more of a class than the other, none of that class has a partner.
func inStep(old, came []token) map[int]token {
	partners := make(map[int]token)
	byClass := func(tokens []token) map[string][]int {
		indexes := make(map[string][]int)
		for i, t := range tokens {
			indexes[t.class] = append(indexes[t.class], i)
		}
		return indexes
	}
	olds := byClass(old)
	for class, indexes := range byClass(came) {
		if len(olds[class]) != len(indexes) {
			continue
		}
		for k, i := range indexes {
			partners[i] = old[olds[class][k]]
		}
	}
	return partners
}
