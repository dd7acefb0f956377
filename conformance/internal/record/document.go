package record

import (
	"bytes"
	"encoding/json"
	"strings"
)

// A node is a value of a JSON text and remembers where it stands there, so that
// a text can be changed without touching the order of its members, the spelling
// of its numbers or its white space.
type node struct {
	kind       byte   // '{', '[', '"', or 0 for a number, true, false and null
	start, end int    // of a literal, in the text
	text       string // decoded if a string, else as it is
	members    []member
	elements   []*node
}

type member struct {
	key   *node
	value *node
}

// parseContainer reads a JSON object or array. Anything else, also a JSON text
// that is one string, is no document but plain text.
func parseContainer(text string) (*node, bool) {
	trimmed := strings.TrimLeft(text, " \t\r\n")
	if trimmed == "" || trimmed[0] != '{' && trimmed[0] != '[' || !json.Valid([]byte(text)) {
		return nil, false
	}
	s := scanner{text: text}
	return s.value(), true
}

// A scanner takes a text apart that is known to be valid JSON.
type scanner struct {
	text string
	pos  int
}

// next skips white space and what separates values; in a valid text there is
// nothing to confuse it with.
func (s *scanner) next() byte {
	for strings.IndexByte(" \t\r\n,:", s.text[s.pos]) >= 0 {
		s.pos++
	}
	return s.text[s.pos]
}

func (s *scanner) value() *node {
	switch s.next() {
	case '{':
		return s.object()
	case '[':
		return s.array()
	case '"':
		return s.string()
	}
	start := s.pos
	for s.pos < len(s.text) && strings.IndexByte(" \t\r\n,:]}", s.text[s.pos]) < 0 {
		s.pos++
	}
	return &node{start: start, end: s.pos, text: s.text[start:s.pos]}
}

func (s *scanner) object() *node {
	object := &node{kind: '{'}
	s.pos++
	for s.next() != '}' {
		key := s.string()
		object.members = append(object.members, member{key, s.value()})
	}
	s.pos++
	return object
}

func (s *scanner) array() *node {
	array := &node{kind: '['}
	s.pos++
	for s.next() != ']' {
		array.elements = append(array.elements, s.value())
	}
	s.pos++
	return array
}

func (s *scanner) string() *node {
	start := s.pos
	for s.pos++; s.text[s.pos] != '"'; s.pos++ {
		if s.text[s.pos] == '\\' {
			s.pos++
		}
	}
	s.pos++
	n := &node{kind: '"', start: start, end: s.pos}
	_ = json.Unmarshal([]byte(s.text[start:s.pos]), &n.text) // valid, as the whole text is
	return n
}

// member finds a member of an object by its key. There may be no object.
func (n *node) member(key string) *node {
	if n == nil {
		return nil
	}
	for _, m := range n.members {
		if m.key.text == key {
			return m.value
		}
	}
	return nil
}

// str is the text of a member that is a string.
func (n *node) str(key string) string {
	value := n.member(key)
	if value == nil || value.kind != '"' {
		return ""
	}
	return value.text
}

// literals visits the keys, strings, numbers and so on, in their order.
func (n *node) literals(visit func(*node)) {
	switch n.kind {
	case '{':
		for _, m := range n.members {
			visit(m.key)
			m.value.literals(visit)
		}
	case '[':
		for _, element := range n.elements {
			element.literals(visit)
		}
	default:
		visit(n)
	}
}

// An editor replaces literals of a text, in the order in which they stand there.
type editor struct {
	source string
	out    strings.Builder
	done   int
}

// replace puts a text where a literal stands. An unchanged one keeps its
// spelling.
func (e *editor) replace(literal *node, text string) {
	if text == literal.text {
		return
	}
	e.out.WriteString(e.source[e.done:literal.start])
	if literal.kind == '"' {
		text = quote(text)
	}
	e.out.WriteString(text)
	e.done = literal.end
}

func (e *editor) String() string {
	return e.out.String() + e.source[e.done:]
}

// quote spells a JSON string as the service does: <, > and & are themselves.
func quote(text string) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) //nolint:errchkjson // a string can always be encoded
	return strings.TrimSuffix(out.String(), "\n")
}

// indent lays a JSON text out for a fixture. It changes nothing but white space.
func indent(text string) string {
	var out bytes.Buffer
	if err := json.Indent(&out, []byte(text), "", "  "); err != nil {
		return text
	}
	return strings.TrimRight(out.String(), "\n")
}
