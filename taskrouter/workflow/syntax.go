package workflow

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// checkSyntax tells what keeps a text from being one JSON value, and where.
func checkSyntax(data []byte) error {
	if len(bytes.Trim(data, " \t\r\n")) == 0 {
		return errors.New("found an empty text, expected JSON")
	}
	if i := invalidUTF8(data); i >= 0 {
		return fmt.Errorf("%s: found the byte 0x%02x, expected UTF-8", position(data, i), data[i])
	}
	var value json.RawMessage
	err := json.Unmarshal(data, &value)
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("%s: %w", position(data, max(int(syntax.Offset)-1, 0)), err) // GOEXPERIMENT=jsonv2 of Go 1.26 counts from 0
	}
	return err
}

// invalidUTF8 returns where UTF-8 ends, or -1.
func invalidUTF8(data []byte) int {
	for i := 0; i < len(data); {
		char, size := utf8.DecodeRune(data[i:])
		if char == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// position returns where a byte is, in words.
func position(data []byte, offset int) string {
	before := data[:offset]
	line := bytes.Count(before, []byte("\n"))
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
	return fmt.Sprintf("line %d, column %d", line+1, column+1)
}

// checkMembers tells what a Go map or string would lose of a value whose syntax is
// correct: a member that is there twice, and half of a surrogate pair. It looks
// into members that are kept as they are, too: the service writes a configuration
// anew, and would lose it there.
func checkMembers(place string, data []byte) []error {
	c := memberChecker{data: data, decoder: json.NewDecoder(bytes.NewReader(data))}
	c.decoder.UseNumber() // a number may be none that a float can hold
	c.value(place)
	return c.problems
}

type memberChecker struct {
	data     []byte
	decoder  *json.Decoder
	problems []error
}

// value checks the next value. It calls itself for the values inside, as deep as
// encoding/json lets them nest.
func (c *memberChecker) value(place string) {
	switch c.token(place) {
	case json.Delim('{'):
		names := map[string]bool{}
		for c.decoder.More() {
			name, _ := c.token(place).(string)
			if names[name] {
				c.problems = append(c.problems, fmt.Errorf("%s: found the member %s twice, expected it once",
					place, shorten(strconv.Quote(name))))
			}
			names[name] = true
			c.value(memberOf(place, name))
		}
		c.token(place)
	case json.Delim('['):
		for i := 0; c.decoder.More(); i++ {
			c.value(elementOf(place, i))
		}
		c.token(place)
	}
}

func (c *memberChecker) token(place string) json.Token {
	start := c.decoder.InputOffset()
	token, _ := c.decoder.Token() // the syntax is correct
	if _, ok := token.(string); ok {
		if half := halfPair(c.data[start:c.decoder.InputOffset()]); half != "" {
			c.problems = append(c.problems, fmt.Errorf("%s: found %s, half of a surrogate pair, expected both halves", place, half))
		}
	}
	return token
}

// escape is any escape sequence of JSON. A pair of escapes may be a surrogate pair.
var escape = regexp.MustCompile(`\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.`)

// halfPair returns the first escape of a JSON string that stands for half of a
// surrogate pair; encoding/json replaces it.
func halfPair(text []byte) string {
	if !bytes.Contains(text, []byte(`\u`)) {
		return ""
	}
	for _, found := range escape.FindAll(text, -1) {
		if len(found) != len(`\u0000`) {
			continue
		}
		if char, _ := strconv.ParseUint(string(found[2:]), 16, 16); utf16.IsSurrogate(rune(char)) {
			return string(found)
		}
	}
	return ""
}

// topLevel is the place of the whole document.
const topLevel = "the top level"

// maxPlace is where a place is cut, in bytes, so that what is said about a text
// does not outgrow it.
const maxPlace = 200

var plainName = regexp.MustCompile(`^[\p{L}\p{N}_$-]+$`)

// memberOf returns the place of a member of an object.
func memberOf(place, name string) string {
	switch {
	case !plainName.MatchString(name):
		if place == topLevel {
			place = ""
		}
		return grown(place, "["+shorten(strconv.Quote(name))+"]")
	case place == topLevel:
		return shorten(name)
	}
	return grown(place, "."+shorten(name))
}

// elementOf returns the place of an element of a list.
func elementOf(place string, index int) string {
	return grown(place, "["+strconv.Itoa(index)+"]")
}

func grown(place, step string) string {
	const cut = "…"
	switch {
	case strings.HasSuffix(place, cut):
		return place
	case len(place)+len(step) > maxPlace:
		return place + cut
	}
	return place + step
}

// describe says what a value is.
func describe(raw json.RawMessage) string {
	raw = bytes.TrimSpace(raw)
	switch raw[0] {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "the text " + shorten(string(raw))
	case 'n', 't', 'f':
		return string(raw)
	}
	return "the number " + shorten(string(raw))
}

// shorten cuts a text that is too long to be repeated.
func shorten(text string) string {
	const limit = 60
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	return string([]rune(text)[:limit]) + "…"
}

// compact returns a value without white space.
func compact(raw json.RawMessage) json.RawMessage {
	var text bytes.Buffer
	_ = json.Compact(&text, raw) // its syntax is correct
	return text.Bytes()
}
