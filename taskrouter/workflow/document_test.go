package workflow_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/openapi"
	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

// Every value of a configuration of this file, by its type. The text is the same
// everywhere, so that an older name says the same as the newer one.
const (
	anyText   = "WQ00000000000000000000000000000001"
	anyNumber = 7
)

// loaded is the OpenAPI document, which takes a while to load.
var loaded = sync.OnceValues(func() (*openapi3.T, error) {
	return openapi3.NewLoader().LoadFromData(openapi.Document)
})

// configurationSchema returns what the OpenAPI document says of configurations.
func configurationSchema(t *testing.T) *openapi3.Schema {
	t.Helper()
	document, err := loaded()
	require.NoError(t, err)
	require.Contains(t, document.Components.Schemas, "WorkflowConfiguration")
	return document.Components.Schemas["WorkflowConfiguration"].Value
}

// sample returns a value of a schema with every property.
func sample(t *testing.T, schema *openapi3.Schema) any {
	t.Helper()
	switch {
	case len(schema.AllOf) == 1:
		return sample(t, schema.AllOf[0].Value)
	case schema.Type.Is("object"):
		members := map[string]any{}
		for name, property := range schema.Properties {
			members[name] = sample(t, property.Value)
		}
		return members
	case schema.Type.Is("array"):
		return []any{sample(t, schema.Items.Value)}
	case schema.Type.Is("integer"):
		return anyNumber
	case schema.Type.Is("string"):
		return anyText
	}
	require.Fail(t, "a property of a type that is new to this test", "%v", schema.Type)
	return nil
}

// fill sets every field but Extra.
func fill(t *testing.T, value reflect.Value) {
	t.Helper()
	switch value.Kind() {
	case reflect.Struct:
		for i := range value.NumField() {
			if value.Type().Field(i).Name != "Extra" {
				fill(t, value.Field(i))
			}
		}
	case reflect.Slice:
		value.Set(reflect.MakeSlice(value.Type(), 1, 1))
		fill(t, value.Index(0))
	case reflect.Pointer:
		value.Set(reflect.New(value.Type().Elem()))
		fill(t, value.Elem())
	case reflect.String:
		value.SetString(anyText)
	case reflect.Int:
		value.SetInt(anyNumber)
	default:
		require.Fail(t, "a field of a kind that is new to this test", "%v", value.Kind())
	}
}

func TestEveryPropertyOfTheDocumentHasAField(t *testing.T) {
	text, err := json.Marshal(sample(t, configurationSchema(t)))
	require.NoError(t, err)
	var full workflow.Configuration
	fill(t, reflect.ValueOf(&full).Elem())
	assert.Equal(t, full, parse(t, string(text)), "a property that has no field is in Extra, and what has no property is empty")
}

func TestEveryFieldIsAPropertyOfTheDocument(t *testing.T) {
	var full workflow.Configuration
	fill(t, reflect.ValueOf(&full).Elem())
	schema := configurationSchema(t)
	var written any
	require.NoError(t, json.Unmarshal([]byte(full.String()), &written))
	assert.NoError(t, schema.VisitJSON(written))
	assertNames(t, schema, reflect.TypeFor[workflow.Configuration](), written)
}

// assertNames asserts that an object has the properties of its schema, all but
// those of older documents, and that its Go type has a field for each.
func assertNames(t *testing.T, schema *openapi3.Schema, fields reflect.Type, written any) {
	t.Helper()
	if len(schema.AllOf) == 1 {
		schema = schema.AllOf[0].Value
	}
	if fields.Kind() == reflect.Pointer || fields.Kind() == reflect.Slice {
		fields = fields.Elem()
	}
	if list, ok := written.([]any); ok {
		require.Len(t, list, 1)
		schema, written = schema.Items.Value, list[0]
	}
	object, ok := written.(map[string]any)
	if !ok {
		return
	}
	var current []string
	for name, property := range schema.Properties {
		if !property.Value.Deprecated {
			current = append(current, name)
		}
	}
	assert.ElementsMatch(t, current, slices.Collect(maps.Keys(object)), fields.Name())
	assert.Equal(t, len(current), fields.NumField()-len([]string{"Extra"}), fields.Name())
	for i := range fields.NumField() {
		if name, isObject := objects[fields.Field(i).Name]; isObject {
			assertNames(t, schema.Properties[name].Value, fields.Field(i).Type, object[name])
		}
	}
}

// objects are the members that hold objects, by their fields.
var objects = map[string]string{
	"TaskRouting": "task_routing", "Filters": "filters", "DefaultFilter": "default_filter", "Targets": "targets",
}

func TestTheExampleOfTheDocumentIsRead(t *testing.T) {
	text, err := json.Marshal(configurationSchema(t).Example)
	require.NoError(t, err)
	configuration := parse(t, string(text))
	assert.JSONEq(t, string(text), configuration.String())
	assert.NotEmpty(t, configuration.TaskRouting.Filters)
}
