package pipeline

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// whitespace is what JSON takes for it.
const whitespace = " \t\r\n"

// DecodeObject decodes a JSON object. Anything else, null included, would leave
// a zero value behind that looks like a resource.
func DecodeObject(body []byte, v any) error {
	trimmed := bytes.TrimLeft(body, whitespace)
	if len(trimmed) == 0 {
		return errors.New("the body is empty, expected a JSON object")
	}
	if err := json.Unmarshal(trimmed, v); err != nil {
		return fmt.Errorf("decode the body: %w", err)
	}
	if trimmed[0] != '{' {
		return fmt.Errorf("the body begins with %q, expected a JSON object", trimmed[0])
	}
	return nil
}

// EncodeJSON is [json.Marshal], but leaves <, > and & as they are: escaped, they would
// count six times against the limit of attributes, and make URLs hard to read.
func EncodeJSON(v any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), nil
}

// attributes is the field that an error is about.
const attributes = "Attributes"

// CheckAttributes finds what the service would refuse. Their length is left to
// it: the limit may change.
func CheckAttributes(a string) error {
	if a == "" {
		return nil
	}
	if !utf8.ValidString(a) { // which encoding/json lets pass
		return fmt.Errorf("%s: not UTF-8", attributes)
	}
	text := []byte(a)
	if !json.Valid(text) {
		return fmt.Errorf("%s: not JSON: %w", attributes, json.Unmarshal(text, new(json.RawMessage))) // which says why, and costs more
	}
	if first := bytes.TrimLeft(text, whitespace)[0]; first != '{' {
		return fmt.Errorf("%s: the text begins with %q, expected a JSON object", attributes, first)
	}
	return nil
}
