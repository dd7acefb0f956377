package document

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"

	"github.com/getkin/kin-openapi/openapi3"
)

// A Call is a request as a program makes it with a generated client: an
// operation, and values that have the types of the document.
type Call struct {
	Operation *Operation
	Path      map[string]string // the values in the path, decoded, by the names in the template
	Query     map[string]any    // by the names of parameters; a list is a []any
	Header    map[string]string // those that are parameters, spelled as in the document
	// Body is nil if there is none, a map[string]any by the names of fields if it is a
	// form, and the text, a json.RawMessage, if it is JSON.
	Body any
}

// Call tells which call a request is. Numbers, flags and lists are ones of JSON,
// times and all else are texts, and so is what is not of its type. It is an error
// if the document does not declare all that the request holds.
func (d *Document) Call(r *http.Request, body []byte) (Call, error) {
	if problems := d.CheckNames(r, body); problems != nil {
		return Call{}, errors.Join(problems...)
	}
	o, path, err := d.Find(r.Method, r.URL.EscapedPath())
	if err != nil {
		return Call{}, err
	}
	call := Call{Operation: o, Path: path, Query: o.values(InQuery, r.URL.Query()), Header: o.headers(r.Header)}
	switch {
	case o.body == nil || len(body) == 0:
	case o.media == jsonType:
		call.Body = json.RawMessage(body)
	default:
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return Call{}, fmt.Errorf("form: %w", err)
		}
		call.Body = o.values(InForm, form)
	}
	return call, nil
}

func (o *Operation) headers(header http.Header) map[string]string {
	declared := make(map[string]string)
	for _, input := range o.Inputs {
		if value := header.Get(input.Name); input.In == InHeader && value != "" {
			declared[input.Name] = value
		}
	}
	return declared
}

// values gives the values of a query or a form their types. It leaves away what
// the document does not declare.
func (o *Operation) values(in string, texts url.Values) map[string]any {
	typed := make(map[string]any)
	for name, list := range texts {
		input, ok := o.Input(in, name)
		switch {
		case !ok:
		case input.List:
			typed[name] = valuesOf(itemsOf(input.schema), list)
		default:
			typed[name] = valueOf(input.schema, list[0])
		}
	}
	return typed
}

func valuesOf(schema *openapi3.Schema, texts []string) []any {
	var typed []any
	for _, text := range texts {
		typed = append(typed, valueOf(schema, text))
	}
	return typed
}

// isInteger knows the integers of JSON that a client spells as they were spelt. No
// parameter of the document is a number of another type.
var isInteger = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`).MatchString

func valueOf(schema *openapi3.Schema, text string) any {
	switch {
	case schema.Type.Is("boolean") && (text == "true" || text == "false"):
		return text == "true"
	case schema.Type.Is("integer") && isInteger(text):
		return json.Number(text)
	}
	return text
}
