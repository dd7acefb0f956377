// Package merge writes back what a program changed in a JSON document of which
// it knows only a part.
package merge

import (
	"bytes"
	"encoding/json"
	"strings"
)

// Objects returns the document original with the changes between before and
// after, which are what a program made of it and left of it, both encoded alike.
// All three hold JSON objects. Whatever is the same before and after keeps its
// original text, and so does what the program does not know. A member that is
// there before and not after is gone.
//
// Objects within are treated likewise, and so are lists: an entry that is the
// same as one before takes that one's original text, wherever it stood. If a list
// keeps its length, an entry that changed is taken for the one in its place;
// otherwise it is taken for a new one.
func Objects(original, before, after []byte) ([]byte, error) {
	return value(original, before, after)
}

func value(original, before, after json.RawMessage) (json.RawMessage, error) {
	switch {
	case bytes.Equal(before, after):
		return original, nil
	case kind(original) == '{' && kind(before) == '{' && kind(after) == '{':
		return object(original, before, after)
	case kind(original) == '[' && kind(before) == '[' && kind(after) == '[':
		return list(original, before, after)
	default:
		return after, nil
	}
}

func object(original, before, after json.RawMessage) (json.RawMessage, error) {
	var result, old, changed map[string]json.RawMessage
	if err := decode(original, &result, before, &old, after, &changed); err != nil {
		return nil, err
	}
	known := func(member string) bool { return old[member] != nil || changed[member] != nil }
	for member := range old {
		if changed[member] != nil {
			continue
		}
		for _, name := range spellings(result, member, known) {
			delete(result, name)
		}
	}
	for member, now := range changed {
		if bytes.Equal(old[member], now) {
			continue // also if the original lacks it
		}
		for _, name := range spellings(result, member, known) {
			merged, err := value(result[name], old[member], now)
			if err != nil {
				return nil, err
			}
			result[name] = merged
		}
	}
	return encode(result)
}

// spellings returns the names in original of a member that the program knows:
// encoding/json decodes "Owner" into a field that it encodes as "owner". A member
// that original lacks has its own.
func spellings(original map[string]json.RawMessage, member string, known func(string) bool) []string {
	var names []string
	for name := range original {
		if name == member || strings.EqualFold(name, member) && !known(name) {
			names = append(names, name)
		}
	}
	if names == nil {
		return []string{member}
	}
	return names
}

func list(original, before, after json.RawMessage) (json.RawMessage, error) {
	var stood, old, result []json.RawMessage
	if err := decode(original, &stood, before, &old, after, &result); err != nil {
		return nil, err
	}
	if len(stood) != len(old) { // the program's type does not keep the entries apart
		return after, nil
	}
	taken := make([]bool, len(old))
	found := make([]bool, len(result))
	take := func(i, j int) {
		result[i], taken[j], found[i] = stood[j], true, true
	}
	for i := range result { // in its place first, so that equal entries do not change places
		if i < len(old) && bytes.Equal(result[i], old[i]) {
			take(i, i)
		}
	}
	for i := range result {
		for j := 0; j < len(old) && !found[i]; j++ {
			if !taken[j] && bytes.Equal(result[i], old[j]) {
				take(i, j)
			}
		}
	}
	for i := range result {
		if found[i] || len(result) != len(old) || taken[i] {
			continue
		}
		var err error
		if result[i], err = value(stood[i], old[i], result[i]); err != nil {
			return nil, err
		}
	}
	return encode(result)
}

// kind is the first byte of a value: '{' of an object, '[' of a list.
func kind(value json.RawMessage) byte {
	trimmed := bytes.TrimLeft(value, " \t\r\n")
	if len(trimmed) == 0 {
		return 0
	}
	return trimmed[0]
}

// decode decodes texts into values, in turn.
func decode(original json.RawMessage, a any, before json.RawMessage, b any, after json.RawMessage, c any) error {
	for _, step := range []struct {
		text   json.RawMessage
		target any
	}{{original, a}, {before, b}, {after, c}} {
		if err := json.Unmarshal(step.text, step.target); err != nil {
			return err
		}
	}
	return nil
}

// encode leaves <, > and & as they are, which Marshal does not.
func encode(v any) (json.RawMessage, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), nil
}
