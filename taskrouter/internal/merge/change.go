package merge

import (
	"fmt"

	"github.com/taskrouter-go/sdk/gen"
)

// Change returns attributes as change leaves them. They are decoded into a T for
// it, and encode turns one back into attributes. What T does not know stays, see
// [Objects]; if change alters nothing, the text is returned that was given.
func Change[T any](old gen.Attributes, change func(*T) error, encode func(any) (gen.Attributes, error)) (gen.Attributes, error) {
	text := old
	if text == "" || text == "null" {
		text = "{}"
	}
	value := new(T)
	if err := text.Decode(value); err != nil {
		return "", err
	}
	before, err := encode(value)
	if err != nil {
		return "", err
	}
	if err = change(value); err != nil {
		return "", err
	}
	after, err := encode(value)
	if err != nil || after == before {
		return old, err
	}
	wanted, err := seen[T](after, encode)
	if err != nil {
		return "", fmt.Errorf("as change has left them: %w", err)
	}
	merged, err := Objects([]byte(text), []byte(before), []byte(after), func(result []byte) bool {
		found, failure := seen[T](gen.Attributes(result), encode)
		return failure == nil && found == wanted
	})
	return gen.Attributes(merged), err
}

// seen returns what a T makes of attributes: two that give the same are the same to
// the program.
func seen[T any](attributes gen.Attributes, encode func(any) (gen.Attributes, error)) (gen.Attributes, error) {
	value := new(T)
	if err := attributes.Decode(value); err != nil {
		return "", err
	}
	return encode(value)
}
