package router

import (
	"encoding/json"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
	"github.com/taskrouter-go/sdk/taskrouter/internal/pipeline"
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

// with returns the attributes with one more, or with another value for it.
func (a *Attributes) with(name, value string) Attributes {
	if _, ok := a.Fields()[name]; !ok && a.text != "{}" {
		return Attributes{text: a.text[:len(a.text)-1] + `,"` + name + `":"` + value + `"}`} // in the order in which they came
	}
	members := make(map[string]json.RawMessage)
	_ = json.Unmarshal([]byte(a.text), &members) // which was checked before
	members[name], _ = pipeline.EncodeJSON(value)
	text, _ := pipeline.EncodeJSON(members)
	return newAttributes(string(text))
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

// textOf returns an attribute that is a text, "" for none.
func (a *Attributes) textOf(name string) string {
	text, _ := a.Fields()[name].(string)
	return text
}

// MarshalJSON returns the object itself, so that people can read it in a file.
func (a *Attributes) MarshalJSON() ([]byte, error) { return []byte(a.text), nil }

// UnmarshalJSON reads what MarshalJSON returns.
func (a *Attributes) UnmarshalJSON(data []byte) error {
	if !isObject(string(data)) {
		return Invalid("is not a JSON object")
	}
	*a = newAttributes(string(data)) // of any length: an instruction adds to them, too
	return nil
}
