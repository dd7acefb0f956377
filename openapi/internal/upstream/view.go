package upstream

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// view is what a schema says, however it is written: with the parts of an allOf
// taken together, and null, an enumeration of constants and a choice of one seen
// through oneOf and anyOf.
type view struct {
	types      []string // without null
	format     string
	pattern    string
	enum       []string
	limits     map[string]float64
	nullable   bool
	deprecated bool
	items      *openapi3.Schema
	properties map[string]property
	required   map[string]bool
	others     *openapi3.Schema // what the members that are not named hold
	closed     bool             // there are no others
	choices    []openapi3.SchemaRefs
}

// property is a member with the schema that declares it, which is a part of the
// whole where an allOf is made of several.
type property struct {
	schema *openapi3.Schema
	home   *openapi3.Schema
}

func viewOf(schema *openapi3.Schema) *view {
	v := &view{}
	v.add(schema, make(map[*openapi3.Schema]bool))
	return v
}

func (v *view) add(schema *openapi3.Schema, seen map[*openapi3.Schema]bool) {
	if schema == nil || seen[schema] {
		return
	}
	seen[schema] = true
	v.addType(schema)
	v.addValue(schema)
	v.addMembers(schema)
	for _, part := range schema.AllOf {
		v.add(valueOf(part), seen)
	}
	v.addChoice(schema.OneOf, seen)
	v.addChoice(schema.AnyOf, seen)
}

func (v *view) addType(schema *openapi3.Schema) {
	for _, name := range schema.Type.Slice() {
		v.addTypeName(name)
	}
	v.nullable = v.nullable || schema.Nullable || schema.Type.IncludesNull()
	v.deprecated = v.deprecated || schema.Deprecated
	if schema.Type.IsEmpty() && len(schema.Properties) > 0 {
		v.addTypeName("object")
	}
	if schema.Type.IsEmpty() && schema.Items != nil {
		v.addTypeName("array")
	}
}

func (v *view) addTypeName(name string) {
	if name != "null" && !slices.Contains(v.types, name) {
		v.types = append(v.types, name)
		slices.Sort(v.types)
	}
}

func (v *view) addValue(schema *openapi3.Schema) {
	if v.format == "" {
		v.format = schema.Format
	}
	if v.pattern == "" {
		v.pattern = schema.Pattern
	}
	values := schema.Enum
	if schema.Const != nil {
		values = append(slices.Clone(values), schema.Const)
	}
	for _, value := range values {
		if text := fmt.Sprint(value); value != nil && !slices.Contains(v.enum, text) {
			v.enum = append(v.enum, text)
		}
	}
	v.addLimits(schema)
	if v.items == nil {
		v.items = valueOf(schema.Items)
	}
}

func (v *view) addLimits(schema *openapi3.Schema) {
	limit := func(name string, value *float64) {
		if value != nil {
			v.limits = set(v.limits, name, *value)
		}
	}
	count := func(name string, value *uint64) {
		if value != nil && *value > 0 {
			v.limits = set(v.limits, name, float64(*value))
		}
	}
	limit("minimum", schema.Min)
	limit("maximum", schema.Max)
	count("minLength", &schema.MinLength)
	count("maxLength", schema.MaxLength)
	count("minItems", &schema.MinItems)
	count("maxItems", schema.MaxItems)
}

func (v *view) addMembers(schema *openapi3.Schema) {
	for name, ref := range schema.Properties {
		// Where two parts declare a member, the first that says something is the better.
		if had, ok := v.properties[name]; !ok || isBare(had.schema) {
			v.properties = set(v.properties, name, property{schema: valueOf(ref), home: schema})
		}
	}
	for _, name := range schema.Required {
		v.required = set(v.required, name, true)
	}
	if others := valueOf(schema.AdditionalProperties.Schema); others != nil {
		v.others = others
		if schema.Type.IsEmpty() {
			v.addTypeName("object")
		}
	}
	if allowed := schema.AdditionalProperties.Has; allowed != nil && !*allowed {
		v.closed = true
	}
}

// addChoice sees through the choices that have one meaning only.
func (v *view) addChoice(refs openapi3.SchemaRefs, seen map[*openapi3.Schema]bool) {
	var rest openapi3.SchemaRefs
	constants := true
	for _, ref := range refs {
		if isNull(valueOf(ref)) {
			v.nullable = true
			continue
		}
		rest = append(rest, ref)
		constants = constants && isConstants(valueOf(ref))
	}
	if len(rest) > 1 && !constants {
		v.choices = append(v.choices, rest)
		return
	}
	for _, ref := range rest {
		v.add(valueOf(ref), seen)
	}
}

// isBare tells a schema that says no type, itself or through others.
func isBare(schema *openapi3.Schema) bool {
	return schema == nil || schema.Type.IsEmpty() && !isConstants(schema) &&
		len(schema.AllOf)+len(schema.OneOf)+len(schema.AnyOf)+len(schema.Properties) == 0
}

func isNull(schema *openapi3.Schema) bool {
	return schema != nil && schema.Type.Is("null")
}

func isConstants(schema *openapi3.Schema) bool {
	return schema != nil && (schema.Const != nil || len(schema.Enum) > 0)
}

// set makes the map when it is needed, as most views are of values.
func set[V any](m map[string]V, name string, value V) map[string]V {
	if m == nil {
		m = make(map[string]V)
	}
	m[name] = value
	return m
}

func valueOf(ref *openapi3.SchemaRef) *openapi3.Schema {
	if ref == nil {
		return nil
	}
	return ref.Value
}

// saysNothing tells a schema that allows everything.
func (v *view) saysNothing() bool {
	return len(v.types) == 0 && len(v.enum) == 0 && len(v.choices) == 0
}

// free tells an object of which nothing is said.
func (v *view) free() bool {
	if len(v.properties) > 0 || v.closed {
		return false
	}
	return viewOf(v.others).saysNothing()
}

// is tells a schema of one type.
func (v *view) is(name string) bool {
	return len(v.types) == 1 && v.types[0] == name
}

// nullSaysNothing tells an object in which even what identifies it may be null, as
// in documents that mark whatever they can. Of such an object nullable is no news.
func (v *view) nullSaysNothing() bool {
	for _, name := range []string{"sid", "account_sid", "url"} {
		if viewOf(v.properties[name].schema).nullable {
			return true
		}
	}
	return false
}

// String describes a value to the curator.
func (v *view) String() string {
	if v.is("array") && v.items != nil {
		entry := viewOf(v.items)
		if entry.is("array") {
			return "list of lists" // and no further: a list may hold itself
		}
		return "list of " + entry.String()
	}
	text := strings.Join(v.types, " or ")
	switch {
	case len(v.choices) > 0:
		text = "one of several schemas"
	case text == "":
		text = "anything"
	}
	if v.format != "" {
		text += " (" + v.format + ")"
	}
	if len(v.enum) > 0 {
		text += " (" + strings.Join(v.enum, ", ") + ")"
	}
	if len(v.properties) > 0 {
		text += " of " + strings.Join(slices.Sorted(maps.Keys(v.properties)), ", ")
	}
	return text
}
