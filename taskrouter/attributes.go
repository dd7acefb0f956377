package taskrouter

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/taskrouter-go/sdk/gen"
)

// Attributes are the freely chosen facts about a task or a worker, the text of
// a JSON object; see [gen.Attributes]. A literal will do, [AttributesOf] makes
// them from a Go value and [gen.Attributes.Decode] turns them back into one.
type Attributes = gen.Attributes

// AttributesOf encodes v, a struct or a map, as attributes. It is an error if v
// does not encode as a JSON object.
func AttributesOf(v any) (Attributes, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("taskrouter: encode attributes: %w", err)
	}
	if err := checkAttributes(Attributes(text)); err != nil {
		return "", fmt.Errorf("taskrouter: encode attributes of %T: %w", v, err)
	}
	return Attributes(text), nil
}

// checkAttributes finds what the service would refuse. Their length is left to
// it: the limit may change.
func checkAttributes(a Attributes) error {
	if a == "" {
		return nil
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal([]byte(a), &object); err != nil {
		return fmt.Errorf("Attributes: not the text of a JSON object: %w", err)
	}
	if object == nil { // null
		return errors.New("Attributes: null is not a JSON object; leave them empty for none")
	}
	return nil
}
