package document

import (
	"github.com/getkin/kin-openapi/openapi3"
)

// members are what an object may hold by its schema, those of all parts of an
// allOf taken together.
type members struct {
	properties openapi3.Schemas
	required   []string
	// others is the schema of members that are not named; free that they may be
	// anything.
	others *openapi3.Schema
	free   bool
}

func membersOf(schema *openapi3.Schema) members {
	m := members{properties: make(openapi3.Schemas)}
	m.add(schema)
	return m
}

func (m *members) add(schema *openapi3.Schema) {
	for name, property := range schema.Properties {
		m.properties[name] = property
	}
	m.required = append(m.required, schema.Required...)
	if others := schema.AdditionalProperties; others.Schema != nil {
		m.others = others.Schema.Value
	} else if others.Has != nil && *others.Has {
		m.free = true
	}
	for _, part := range schema.AllOf {
		m.add(part.Value)
	}
}

// itemsOf is the schema of the entries of a list.
func itemsOf(schema *openapi3.Schema) *openapi3.Schema {
	if schema.Items != nil {
		return schema.Items.Value
	}
	for _, part := range schema.AllOf {
		if items := itemsOf(part.Value); items != nil {
			return items
		}
	}
	return nil
}
