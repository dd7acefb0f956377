package router

import (
	"github.com/taskrouter-go/sdk/taskrouter/expression"
)

// Attributes are those of a task or a worker: the text of a JSON object without
// white space, and what it says.
type Attributes struct {
	text   string
	fields expression.Attributes // once they were asked for
}

func newAttributes(text string) Attributes {
	if text == "" {
		text = "{}"
	}
	return Attributes{text: compact(text)}
}

// String returns the text.
func (a *Attributes) String() string { return a.text }

// Fields returns what the text says, for expressions.
func (a *Attributes) Fields() expression.Attributes {
	if a.fields == nil {
		a.fields, _ = expression.ParseAttributes(a.text) // which was checked before
	}
	return a.fields
}

// MarshalJSON returns the object itself, so that people can read it in a file.
func (a *Attributes) MarshalJSON() ([]byte, error) { return []byte(a.text), nil }

// UnmarshalJSON reads what MarshalJSON returns.
func (a *Attributes) UnmarshalJSON(data []byte) error {
	text := compact(string(data)) // so that indenting makes nothing too long
	if refusal := checkAttributes("", text); refusal != nil {
		return refusal
	}
	*a = newAttributes(text)
	return nil
}
