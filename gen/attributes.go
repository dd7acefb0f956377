package gen

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Attributes are the freely chosen facts about a task or a worker: the text of
// a JSON object, of at most 4,096 characters. A literal serves as well as what
// a program encodes:
//
//	Attributes: `{"languages": ["en", "es"]}`
//
// The zero value, the empty text, means that there are none: it is not sent in
// a request, it is encoded in JSON as null, and null leaves it as it is. The
// service may answer with other white space and another order of members, so
// compare what [Attributes.Decode] gives, not the text.
type Attributes string

// Decode decodes the attributes into v as [json.Unmarshal] does. It is an error
// if there are none.
func (a Attributes) Decode(v any) error {
	if a == "" {
		return errors.New("decode attributes: there are none")
	}
	if err := json.Unmarshal([]byte(a), v); err != nil {
		return fmt.Errorf("decode attributes: %w", err)
	}
	return nil
}

// MarshalJSON encodes the attributes as the service does, as a JSON string
// that holds their text, or as null when there are none.
func (a Attributes) MarshalJSON() ([]byte, error) {
	if a == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(a))
}
