package requests

import (
	"fmt"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/taskrouter-go/sdk/openapi/document"
)

// An input is a parameter, a header or a field that the document declares, and values
// of it.
type input struct {
	document.Input

	values [][]string // several if it is a list
}

// place is where the input stands in a request.
func (in input) place() string {
	if in.In == document.InJSON {
		return placeBody
	}
	return in.In + " " + in.Name
}

func (in input) set(c *call, value []string) {
	switch in.In {
	case document.InHeader:
		c.ifMatch = value[0]
	case document.InJSON:
		c.json = value[0]
	default:
		c.values[in.Name] = value
	}
}

// inputsOf are the inputs of an operation. Package document checks values, and does
// not tell them, so they are looked up in the document itself.
func inputsOf(spec *openapi3.T, o *document.Operation) ([]input, error) {
	var all []input
	for _, declared := range o.Inputs {
		in := input{Input: declared}
		switch declared.In {
		case document.InHeader:
			if declared.Name != "If-Match" {
				return nil, fmt.Errorf("%s: not known how to send the header %s", o.ID, declared.Name)
			}
			in.values = each(etags)
		case document.InJSON:
			in.values = each(bodies)
		default:
			schema := schemaOf(spec, o, declared)
			if schema == nil {
				return nil, fmt.Errorf("%s: expected a schema of %s %s", o.ID, declared.In, declared.Name)
			}
			in.values = valuesOf(schema)
			if declared.Name == "Attributes" {
				in.values = each(attributes)
			}
		}
		all = append(all, in)
	}
	return all, nil
}

func schemaOf(spec *openapi3.T, o *document.Operation, in document.Input) *openapi3.Schema {
	item := spec.Paths.Value(o.Path)
	operation := item.GetOperation(o.Method)
	if in.In == document.InForm {
		return fieldOf(operation.RequestBody.Value.Content["application/x-www-form-urlencoded"].Schema.Value, in.Name)
	}
	for _, parameters := range []openapi3.Parameters{operation.Parameters, item.Parameters} {
		if p := parameters.GetByInAndName(in.In, in.Name); p != nil {
			return p.Schema.Value
		}
	}
	return nil
}

// fieldOf is the schema of a property, which may stand in a part of an allOf.
func fieldOf(schema *openapi3.Schema, name string) *openapi3.Schema {
	if property := schema.Properties[name]; property != nil {
		return property.Value
	}
	for _, part := range schema.AllOf {
		if property := fieldOf(part.Value, name); property != nil {
			return property
		}
	}
	return nil
}

func valuesOf(schema *openapi3.Schema) [][]string {
	switch {
	case schema.Type.Is("array"):
		one := valuesOf(schema.Items.Value)
		return append(one, []string{one[1][0], one[0][0]}, []string{one[0][0], one[0][0]})
	case schema.Type.Is("boolean"):
		return each(flags)
	case schema.Type.Is("integer"):
		return each(numbers)
	case schema.Format == "date-time":
		return each(times)
	}
	if enum := enumOf(schema); len(enum) > 0 {
		return each(append(enum, later))
	}
	return each(texts)
}

func enumOf(schema *openapi3.Schema) []string {
	var values []string
	for _, value := range schema.Enum {
		values = append(values, fmt.Sprint(value))
	}
	for _, part := range schema.AllOf {
		values = append(values, enumOf(part.Value)...)
	}
	return values
}

// each makes a list of one of each value.
func each(values []string) [][]string {
	lists := make([][]string, 0, len(values))
	for _, value := range values {
		lists = append(lists, []string{value})
	}
	return lists
}
