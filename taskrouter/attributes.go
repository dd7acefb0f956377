package taskrouter

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/taskrouter-go/sdk/gen"
)

// Attributes are the freely chosen facts about a task or a worker, the text of
// a JSON object; see [gen.Attributes]. A literal will do, [AttributesOf] makes
// them from a Go value and [gen.Attributes.Decode] turns them back into one.
type Attributes = gen.Attributes

// AttributesOf encodes v, a struct or a map, as attributes. It is an error if v
// does not encode as a JSON object.
func AttributesOf(v any) (Attributes, error) {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // <, > and & would count six times against the limit
	if err := encoder.Encode(v); err != nil {
		return "", fmt.Errorf("taskrouter: encode attributes: %w", err)
	}
	attributes := Attributes(strings.TrimSuffix(text.String(), "\n"))
	if err := checkAttributes(attributes); err != nil {
		return "", fmt.Errorf("taskrouter: encode attributes of %T: %w", v, err)
	}
	return attributes, nil
}

// checkAttributes finds what the service would refuse. Their length is left to
// it: the limit may change.
func checkAttributes(a Attributes) error {
	if a == "" {
		return nil
	}
	if !utf8.ValidString(string(a)) { // which encoding/json lets pass
		return errors.New("Attributes: not UTF-8")
	}
	var text json.RawMessage
	if err := json.Unmarshal([]byte(a), &text); err != nil {
		return fmt.Errorf("Attributes: not JSON: %w", err)
	}
	if text[0] != '{' {
		return fmt.Errorf("Attributes: the text begins with %q, expected a JSON object", text[0])
	}
	return nil
}
