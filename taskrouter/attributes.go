package taskrouter

import (
	"fmt"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/internal/pipeline"
)

// Attributes are the freely chosen facts about a task or a worker, the text of
// a JSON object; see [gen.Attributes]. A literal will do, [AttributesOf] makes
// them from a Go value and [gen.Attributes.Decode] turns them back into one.
type Attributes = gen.Attributes

// AttributesOf encodes v, a struct or a map, as attributes. It is an error if v
// does not encode as a JSON object.
func AttributesOf(v any) (Attributes, error) {
	text, err := pipeline.EncodeJSON(v)
	if err != nil {
		return "", fmt.Errorf("taskrouter: encode attributes: %w", err)
	}
	if err := pipeline.CheckAttributes(string(text)); err != nil {
		return "", fmt.Errorf("taskrouter: encode attributes of %T: %w", v, err)
	}
	return Attributes(text), nil
}
