// Package merge writes back what a program changed in a JSON document of which
// it knows only a part.
package merge

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Objects returns the document original with the changes between before and
// after, which are what a program made of it and left of it, both encoded alike.
// All three hold JSON objects. Whatever is the same before and after keeps its
// original text, and so does what the program does not know. A member that is
// there before and not after is gone.
//
// Objects within are treated likewise, and so are lists. An entry is taken for the
// one before that has the same key, a member such as "id" that tells all entries
// apart. Without one it is taken for the one in its place if the list keeps its
// length, unless the list is only rearranged, and otherwise for one that is the
// same. Others are new.
//
// A program may decode and encode as it likes, so it is asked whether it finds in
// the result what it left. If not, the members that it changed are replaced as a
// whole.
func Objects(original, before, after []byte, fits func(result []byte) bool) ([]byte, error) {
	for _, text := range [][]byte{original, before, after} {
		var object map[string]json.RawMessage
		if err := json.Unmarshal(text, &object); err != nil {
			return nil, fmt.Errorf("merge: %w", err)
		}
	}
	was, old, now := parse(original), parse(before), parse(after)
	if result := merge(was, old, now); fits(result) {
		return result, nil
	}
	if result := replaceMembers(was, old, now); fits(result) {
		return result, nil
	}
	return nil, errors.New("merge: the program does not find in a document what it has left there itself")
}

// replaceMembers replaces the members that the program changed, however often and
// in whatever case they are there.
func replaceMembers(original, before, after node) json.RawMessage {
	changed := slices.DeleteFunc(slices.Concat(before.parts, after.parts), func(member node) bool {
		return same(before.member(member.name), after.member(member.name))
	})
	isChanged := func(name string) bool {
		return slices.ContainsFunc(changed, func(member node) bool { return strings.EqualFold(member.name, name) })
	}
	result := slices.DeleteFunc(slices.Clone(original.parts), func(member node) bool { return isChanged(member.name) })
	for _, member := range after.parts {
		if isChanged(member.name) {
			result = append(result, member)
		}
	}
	return join('{', result, '}')
}

// merge returns the text of a value, original and before of which may be missing.
func merge(original, before, after node) json.RawMessage {
	switch {
	case same(before, after):
		return original.text
	case original.kind() == '{' && before.kind() == '{' && after.kind() == '{':
		return mergeObjects(original, before, after)
	case original.kind() == '[' && before.kind() == '[' && after.kind() == '[':
		return mergeLists(original, before, after)
	default:
		return after.text
	}
}

func mergeObjects(original, before, after node) json.RawMessage {
	known := slices.Concat(before.parts, after.parts)
	var result []node
	written := map[string]bool{}
	for _, member := range original.parts {
		name := nameIn(known, member.name)
		old, now := before.member(name), after.member(name)
		if old.exists() && !now.exists() {
			continue
		}
		if now.exists() {
			member.text = merge(member, old, now)
		}
		written[name] = true
		result = append(result, member)
	}
	for _, member := range after.parts {
		if !written[member.name] && !same(before.member(member.name), member) {
			result = append(result, member)
		}
	}
	return join('{', result, '}')
}

// nameIn returns the name that the program has for a member of the original: that
// of the field which encoding/json decodes it into, "owner" for "Owner". A member
// that is not among the known ones has its own.
func nameIn(known []node, name string) string {
	folded := name
	for _, member := range slices.Backward(known) {
		if member.name == name {
			return name
		}
		if strings.EqualFold(member.name, name) {
			folded = member.name
		}
	}
	return folded
}

func mergeLists(original, before, after node) json.RawMessage {
	if len(original.parts) != len(before.parts) { // the program's type does not keep the entries apart
		return after.text
	}
	result := slices.Clone(after.parts)
	for i, source := range sourcesOf(before, after) {
		if source != none {
			result[i].text = merge(original.parts[source], before.parts[source], after.parts[i])
		}
	}
	return join('[', result, ']')
}

const none = -1

// sourcesOf returns for each entry of a list after which one before it was, or
// none.
func sourcesOf(before, after node) []int {
	sources, taken := slices.Repeat([]int{none}, len(after.parts)), make([]bool, len(before.parts))
	try := func(i, j int, fit func(was, now node) bool) {
		if sources[i] == none && !taken[j] && fit(before.parts[j], after.parts[i]) {
			sources[i], taken[j] = j, true
		}
	}
	inPlace := func(fit func(was, now node) bool) {
		for i := range min(len(sources), len(taken)) {
			try(i, i, fit)
		}
	}
	anywhere := func(fit func(was, now node) bool) {
		for i := range sources {
			for j := range taken {
				try(i, j, fit)
			}
		}
	}
	if key, found := keyOf(before, after); found {
		anywhere(func(was, now node) bool { return same(was.member(key), now.member(key)) })
		if len(sources) == len(taken) && len(before.parts[0].parts) == 1 { // the key is all that can have changed
			inPlace(func(node, node) bool { return true })
		}
		return sources
	}
	if len(sources) == len(taken) && !isRearranged(before, after) {
		inPlace(func(node, node) bool { return true })
		return sources
	}
	inPlace(same) // first, so that equal entries do not change places
	anywhere(same)
	return sources
}

// isRearranged tells whether two lists hold the same entries, in any order.
func isRearranged(before, after node) bool {
	texts := func(list node) []string {
		var texts []string
		for _, entry := range list.parts {
			texts = append(texts, string(entry.text))
		}
		return slices.Sorted(slices.Values(texts))
	}
	return slices.Equal(texts(before), texts(after))
}

// keyOf returns the member by which entries are told apart: one that all of both
// lists have, a string or a number, and no two of one list alike. Of several it is
// one that is called so, or else a string, or else the one by which most entries
// are found again: positions and counters change, and keys do not.
func keyOf(before, after node) (key string, found bool) {
	if len(before.parts) == 0 || before.parts[0].kind() != '{' {
		return "", false
	}
	best := 0
	for _, member := range before.parts[0].parts {
		if !before.toldApartBy(member.name) || !after.toldApartBy(member.name) {
			continue
		}
		if rank := rankOfKey(before, after, member); rank > best {
			key, best = member.name, rank
		}
	}
	return key, best > 0
}

// rankOfKey is the higher the more likely a member is a key; 0 if it is none.
func rankOfKey(before, after, member node) int {
	rank := foundAgain(before, after, member.name)
	name := strings.ToLower(member.name)
	const more = 1 << 20 // than there are entries
	switch {
	case strings.HasSuffix(name, "id") || strings.HasSuffix(name, "key"):
		return rank + 2*more
	case rank > 0 && member.kind() == '"':
		return rank + more
	default:
		return rank
	}
}

func foundAgain(before, after node, key string) (count int) {
	for _, was := range before.parts {
		if slices.ContainsFunc(after.parts, func(now node) bool { return same(was.member(key), now.member(key)) }) {
			count++
		}
	}
	return count
}

func (n node) toldApartBy(key string) bool {
	seen := map[string]bool{}
	for _, entry := range n.parts {
		value := entry.member(key)
		if value.kind() != '"' && value.kind() != '0' || seen[string(value.text)] {
			return false
		}
		seen[string(value.text)] = true
	}
	return true
}

func same(a, b node) bool { return bytes.Equal(a.text, b.text) }

// node is a JSON value. The zero node is one that is missing.
type node struct {
	text  json.RawMessage
	parts []node // the members of an object, the entries of a list

	// What a member has besides. The text of the name is kept because it may hold
	// what a Go string does not, half of a surrogate pair.
	name     string
	nameText []byte
}

// parse takes a text that is known to be valid.
func parse(text []byte) node {
	p := parser{json.NewDecoder(bytes.NewReader(text)), text}
	p.UseNumber() // for those beyond the range of a float64
	return p.value()
}

type parser struct {
	*json.Decoder
	all []byte
}

func (p parser) value() (n node) {
	start := p.InputOffset()
	token, _ := p.Token()
	if begin, ok := token.(json.Delim); ok {
		for p.More() {
			var name, part node
			if begin == '{' {
				name = p.value()
			}
			part = p.value()
			part.name, part.nameText = name.string(), name.text
			n.parts = append(n.parts, part)
		}
		_, _ = p.Token() // its end
	}
	n.text = bytes.TrimLeft(p.all[start:p.InputOffset()], ",: \t\r\n")
	return n
}

// join is the opposite of parse.
func join(begin byte, parts []node, end byte) json.RawMessage {
	text := []byte{begin}
	for i, part := range parts {
		if i > 0 {
			text = append(text, ',')
		}
		if begin == '{' {
			text = append(append(text, part.nameText...), ':')
		}
		text = append(text, part.text...)
	}
	return append(text, end)
}

func (n node) exists() bool { return n.text != nil }

// kind is the first byte of the text, '0' for any number and 0 for none.
func (n node) kind() byte {
	switch {
	case !n.exists():
		return 0
	case strings.IndexByte("-0123456789", n.text[0]) >= 0:
		return '0'
	default:
		return n.text[0]
	}
}

// member returns the member with exactly this name, the last one if there are
// several.
func (n node) member(name string) node {
	for _, member := range slices.Backward(n.parts) {
		if member.name == name {
			return member
		}
	}
	return node{}
}

func (n node) string() (s string) {
	_ = json.Unmarshal(n.text, &s) // it is valid
	return s
}
