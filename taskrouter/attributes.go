package taskrouter

import (
	"encoding/json"
	"fmt"
	"strings"

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
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // <, > and & would count six times against the limit
	if err := encoder.Encode(v); err != nil {
		return "", fmt.Errorf("taskrouter: encode attributes: %w", err)
	}
	attributes := Attributes(strings.TrimSuffix(text.String(), "\n"))
	if err := pipeline.CheckAttributes(string(attributes)); err != nil {
		return "", fmt.Errorf("taskrouter: encode attributes of %T: %w", v, err)
	}
	return attributes, nil
}
