// Package merge writes back what a program changed in a JSON document of which
// it knows only a part.
package merge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Objects returns the document original with the changes between before and
// after, which are what a program made of it and left of it, both encoded alike.
// All three hold JSON objects. Whatever is the same before and after keeps its
// original text, and so does what the program does not know. A member that is
// there before and not after is gone. A program that decodes the result with
// encoding/json finds in it what it left.
//
// Objects within are treated likewise, and so are lists. An entry that is the
// same as one before takes that one's original text, wherever it stood. One that
// changed is taken for the one with the same key, which is the first member that
// tells all entries apart, an "id" for example; or else, if the list keeps its
// length, for the one in its place. Others are new.
func Objects(original, before, after []byte) ([]byte, error) {
	for _, text := range [][]byte{original, before, after} {
		var object map[string]json.RawMessage
		if err := json.Unmarshal(text, &object); err != nil {
			return nil, fmt.Errorf("merge: %w", err)
		}
	}
	return merge(parse(original), parse(before), parse(after)), nil
}

// merge returns the text of a value, original and before of which may be missing.
func merge(original, before, after node) json.RawMessage {
	switch {
	case same(before, after):
		return original.text
	case original.kind() == '{' && before.kind() == '{' && after.kind() == '{':
		return mergeObjects(original, before, after)
	case original.kind() == '[' && before.kind() == '[' && after.kind() == '[' && !original.shares:
		return mergeLists(original, before, after)
	default:
		return after.text
	}
}

func mergeObjects(original, before, after node) json.RawMessage {
	known := slices.Concat(before.parts, after.parts)
	names := make([]string, len(original.parts)) // of the original's members, as the program knows them
	count, last := map[string]int{}, map[string]int{}
	for i, member := range original.parts {
		names[i] = nameIn(known, member.name)
		count[names[i]]++
		last[names[i]] = i
	}
	var result []node
	for i, member := range original.parts {
		old, now := before.member(names[i]), after.member(names[i])
		if old.exists() && !now.exists() {
			continue
		}
		// Of several that decode into one field the last counts, but what objects and
		// lists hold adds up.
		member.shares = original.shares || count[names[i]] > 1
		if now.exists() && (i == last[names[i]] || now.isContainer() && now.kind() == member.kind()) {
			member.text = merge(member, old, now)
		}
		result = append(result, member)
	}
	for _, member := range after.parts {
		if count[member.name] == 0 && !same(before.member(member.name), member) {
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
	origins := originsOf(before, original)
	sources := newPairs(after, before)
	sources.find(same)
	if key, found := keyOf(before, after); found {
		sources.find(func(entry, source node) bool { return same(entry.member(key), source.member(key)) })
	}
	if len(after.parts) == len(before.parts) {
		sources.findInPlace(func(node, node) bool { return true })
	}
	result := slices.Clone(after.parts)
	for i, source := range sources.partner {
		if source != none && origins.partner[source] != none {
			result[i].text = merge(original.parts[origins.partner[source]], before.parts[source], after.parts[i])
		}
	}
	return join('[', result, ']')
}

// originsOf pairs entries with those that they were decoded from: in their places,
// unless a type of the program's has rearranged them, as a set does that encodes
// them in order.
func originsOf(before, original node) pairs {
	keptLength := len(before.parts) == len(original.parts)
	if keptLength {
		rearranged := newPairs(before, original)
		rearranged.find(same)
		rearranged.find(alike)
		if !slices.Contains(rearranged.partner, none) {
			return rearranged
		}
	}
	inPlace := newPairs(before, original)
	inPlace.findInPlace(func(entry, origin node) bool {
		if entry.isContainer() {
			return keptLength
		}
		return alike(entry, origin) // or else it may be another's, and has nothing to lose
	})
	return inPlace
}

// keyOf returns the first member that all entries of both lists have, a string or
// a number, and no two entries of one list have alike.
func keyOf(before, after node) (key string, found bool) {
	if len(before.parts) == 0 || before.parts[0].kind() != '{' {
		return "", false
	}
	for _, member := range before.parts[0].parts {
		if before.toldApartBy(member.name) && after.toldApartBy(member.name) {
			return member.name, true
		}
	}
	return "", false
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

// alike tells whether the program can have decoded original, which may be missing,
// and encoded it as encoded, what it does not know aside.
func alike(encoded, original node) bool {
	switch {
	case same(encoded, original):
		return true
	case !original.exists() || original.kind() == 'n':
		return slices.Contains([]string{`""`, "0", "false"}, string(encoded.text))
	case original.kind() != encoded.kind():
		return false
	}
	switch original.kind() {
	case '{':
		members := map[string]node{}
		for _, member := range original.parts {
			members[nameIn(encoded.parts, member.name)] = member
		}
		return !slices.ContainsFunc(encoded.parts, func(member node) bool { return !alike(member, members[member.name]) })
	case '[':
		return slices.EqualFunc(encoded.parts, original.parts, alike)
	case '"':
		return encoded.string() == original.string()
	default:
		return encoded.number() == original.number()
	}
}

const none = -1

// pairs are made of the parts of two nodes.
type pairs struct {
	one, other node
	partner    []int  // for each part of one, that of the other or none
	taken      []bool // of the other
}

func newPairs(one, other node) pairs {
	return pairs{one, other, slices.Repeat([]int{none}, len(one.parts)), make([]bool, len(other.parts))}
}

// find pairs what has no partner yet and fits: in its place first, so that equal
// entries do not change places.
func (p pairs) find(fit func(one, other node) bool) {
	p.findInPlace(fit)
	for i := range p.partner {
		for j := range p.taken {
			p.try(i, j, fit)
		}
	}
}

func (p pairs) findInPlace(fit func(one, other node) bool) {
	for i := range min(len(p.partner), len(p.taken)) {
		p.try(i, i, fit)
	}
}

func (p pairs) try(i, j int, fit func(one, other node) bool) {
	if p.partner[i] == none && !p.taken[j] && fit(p.one.parts[i], p.other.parts[j]) {
		p.partner[i], p.taken[j] = j, true
	}
}

// node is a JSON value. The zero node is one that is missing.
type node struct {
	text  json.RawMessage
	parts []node // the members of an object, the entries of a list

	// What a member has besides. The text of the name is kept because it may hold
	// what a Go string does not, half of a surrogate pair.
	name     string
	nameText []byte
	shares   bool // the field of the program with another member, or is within one that does
}

// parse takes a text that is known to be valid.
func parse(text []byte) node {
	p := parser{json.NewDecoder(bytes.NewReader(text)), text}
	p.UseNumber() // for those beyond the range of float64
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

func (n node) isContainer() bool { return n.kind() == '{' || n.kind() == '[' }

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

// number is as inexact as the least exact type that a program may have for it.
func (n node) number() float32 {
	f, _ := strconv.ParseFloat(string(n.text), 32) // beyond its range it is infinite
	return float32(f)
}
