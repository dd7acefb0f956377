package taskrouter_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"
)

// This file reads from the OpenAPI document what requests must look like, and
// how values are encoded. It shares no code with package gen, so that a mistake
// of either shows as a difference. What the document says in a way that is new
// to this file is an error, never passed over.

// operation is what the document says about the requests of one operation.
type operation struct {
	id, method string
	// path is the template, such as "/v1/Workspaces/{WorkspaceSid}".
	path string
	// identifiers are the parameters in the path, in their order there.
	identifiers []identifier
	// keys are the parameters in the query and the members of the body.
	keys []key
	// contentType is the type of the body; "" for no body.
	contentType string
	// conditional tells whether the header If-Match is declared.
	conditional bool
	// list tells whether the answer is a page of a list.
	list bool
	// success is the status of a success.
	success int
}

// identifier is a parameter in the path. Its prefix is empty where a unique
// name may stand for the SID.
type identifier struct{ name, prefix string }

// key is a name that the document declares in one place of a request.
type key struct {
	name     string
	place    place
	required bool
	schema   *openapi3.Schema
}

type place string

const (
	inHeader place = "header"
	inQuery  place = "query"
	inForm   place = "form"
	inJSON   place = "JSON body"
)

// bodies are where the keys of a body stand, by its content type.
var bodies = map[string]place{"application/x-www-form-urlencoded": inForm, "application/json": inJSON}

// operations returns those of the document, ordered by their ids.
func operations(t *testing.T) []operation {
	t.Helper()
	read, err := readDocument()
	require.NoError(t, err)
	require.NotEmpty(t, read)
	return read
}

var readDocument = sync.OnceValues(func() ([]operation, error) {
	document, err := openapi3.NewLoader().LoadFromFile("../openapi/taskrouter.yaml")
	if err != nil {
		return nil, err
	}
	var read []operation
	for path, item := range document.Paths.Map() {
		for method, described := range item.Operations() {
			o := operation{id: described.OperationID, method: method, path: path}
			if err := o.read(document, slices.Concat(item.Parameters, described.Parameters), described); err != nil {
				return nil, fmt.Errorf("%s: %w", o.id, err)
			}
			read = append(read, o)
		}
	}
	slices.SortFunc(read, func(a, b operation) int { return strings.Compare(a.id, b.id) })
	return read, nil
})

func (o *operation) read(document *openapi3.T, parameters openapi3.Parameters, described *openapi3.Operation) error {
	for _, parameter := range parameters {
		if err := o.addParameter(parameter.Value); err != nil {
			return fmt.Errorf("parameter %q: %w", parameter.Value.Name, err)
		}
	}
	o.sortIdentifiers()
	if len(o.identifiers) != strings.Count(o.path, "{") {
		return fmt.Errorf("the path %s does not have the parameters %v", o.path, o.identifiers)
	}
	if described.RequestBody != nil {
		if err := o.addBody(described.RequestBody.Value.Content); err != nil {
			return err
		}
	}
	slices.SortFunc(o.keys, func(a, b key) int { return strings.Compare(a.name, b.name) })
	if err := o.addSuccess(described.Responses.Map()); err != nil {
		return err
	}
	return checkBasicAuth(document, described)
}

func (o *operation) addParameter(parameter *openapi3.Parameter) error {
	encoding, err := parameter.SerializationMethod()
	if err != nil {
		return err
	}
	schema := flatten(parameter.Schema.Value)
	switch {
	case parameter.In == "path" && encoding.Style == "simple":
		prefix, err := sidPrefix(schema.Pattern)
		o.identifiers = append(o.identifiers, identifier{parameter.Name, prefix})
		return err
	case parameter.In == "query" && encoding.Style == "form" && encoding.Explode:
		o.keys = append(o.keys, key{parameter.Name, inQuery, parameter.Required, schema})
		return nil
	case parameter.In == "header" && parameter.Name == "If-Match":
		o.conditional = true
		return nil
	}
	return fmt.Errorf("in %s with style %s, explode %t: this test does not know how that is sent", parameter.In, encoding.Style, encoding.Explode)
}

// sortIdentifiers puts the parameters of the path into their order there, which
// need not be that of their declarations.
func (o *operation) sortIdentifiers() {
	position := func(i identifier) int { return strings.Index(o.path, "{"+i.name+"}") }
	slices.SortFunc(o.identifiers, func(a, b identifier) int { return position(a) - position(b) })
}

func (o *operation) addBody(content openapi3.Content) error {
	if len(content) != 1 {
		return fmt.Errorf("the body has %d content types, expected one", len(content))
	}
	for contentType, media := range content {
		place, known := bodies[contentType]
		if !known {
			return fmt.Errorf("this test does not know how a body of type %s is sent", contentType)
		}
		for name, encoding := range media.Encoding {
			if encoding.Style != "form" || encoding.Explode == nil || !*encoding.Explode {
				return fmt.Errorf("key %q: this test knows no other encoding than repeated keys", name)
			}
		}
		o.contentType = contentType
		schema := flatten(media.Schema.Value)
		for name, property := range schema.Properties {
			o.keys = append(o.keys, key{name, place, slices.Contains(schema.Required, name), flatten(property.Value)})
		}
	}
	return nil
}

func (o *operation) addSuccess(responses map[string]*openapi3.ResponseRef) error {
	for code, response := range responses {
		status, err := strconv.Atoi(code)
		if err != nil || status/100 != 2 {
			continue
		}
		if o.success != 0 {
			return errors.New("it has more than one status of success")
		}
		o.success = status
		if media := response.Value.Content.Get("application/json"); media != nil {
			_, o.list = flatten(media.Schema.Value).Properties["meta"]
		}
	}
	if o.success == 0 {
		return errors.New("it has no status of success")
	}
	return nil
}

// checkBasicAuth is here because the test expects the header of every operation.
func checkBasicAuth(document *openapi3.T, described *openapi3.Operation) error {
	requirements := document.Security
	if described.Security != nil {
		requirements = *described.Security
	}
	for _, requirement := range requirements {
		for name := range requirement {
			if scheme := document.Components.SecuritySchemes[name].Value; scheme.Type == "http" && scheme.Scheme == "basic" {
				return nil
			}
		}
	}
	return errors.New("it does not declare basic authentication")
}

// flatten resolves allOf: what its parts say holds for the whole.
func flatten(schema *openapi3.Schema) *openapi3.Schema {
	flat := *schema
	flat.AllOf = nil
	flat.Properties = openapi3.Schemas{}
	maps.Copy(flat.Properties, schema.Properties)
	for _, ref := range schema.AllOf {
		part := flatten(ref.Value)
		if flat.Type == nil {
			flat.Type, flat.Format, flat.Pattern, flat.Enum, flat.Items = part.Type, part.Format, part.Pattern, part.Enum, part.Items
		}
		maps.Copy(flat.Properties, part.Properties)
		flat.Required = slices.Concat(flat.Required, part.Required)
	}
	return &flat
}

var sidPattern = regexp.MustCompile(`^\^([A-Z]{2})\[0-9a-fA-F\]\{32\}\$$`)

// sidPrefix returns the letters that a pattern demands, "" for no pattern.
func sidPrefix(pattern string) (string, error) {
	if pattern == "" {
		return "", nil
	}
	match := sidPattern.FindStringSubmatch(pattern)
	if match == nil {
		return "", fmt.Errorf("the pattern %s is not that of a SID", pattern)
	}
	return match[1], nil
}

// isSent tells whether a value of Go is to be seen on the wire.
func (k key) isSent(value reflect.Value) bool {
	if value.Kind() == reflect.Slice {
		return value.Len() > 0
	}
	return k.required || !value.IsZero() // a pointer to zero is not zero itself
}

// encode gives the texts by which a value of Go is sent, as the schema has it.
func encode(schema *openapi3.Schema, value reflect.Value) ([]string, error) {
	value = reflect.Indirect(value)
	if !schema.Type.Is("array") {
		text, err := encodeScalar(schema, value)
		return []string{text}, err
	}
	if value.Kind() != reflect.Slice {
		return nil, fmt.Errorf("an array cannot be held by %s", value.Type())
	}
	texts := make([]string, value.Len())
	for i := range texts {
		var err error
		if texts[i], err = encodeScalar(flatten(schema.Items.Value), value.Index(i)); err != nil {
			return nil, err
		}
	}
	return texts, nil
}

func encodeScalar(schema *openapi3.Schema, value reflect.Value) (string, error) {
	moment, isTime := value.Interface().(time.Time)
	isDate := schema.Format == "date-time"
	switch {
	case schema.Type.Is("string") && isDate && isTime:
		return moment.UTC().Format("2006-01-02T15:04:05Z"), nil
	case schema.Type.Is("string") && !isDate && value.Kind() == reflect.String:
		return value.String(), nil
	case schema.Type.Is("integer") && value.CanInt():
		return strconv.FormatInt(value.Int(), 10), nil
	case schema.Type.Is("number") && value.CanFloat():
		return strconv.FormatFloat(value.Float(), 'f', -1, 64), nil
	case schema.Type.Is("boolean") && value.Kind() == reflect.Bool:
		return strconv.FormatBool(value.Bool()), nil
	}
	return "", fmt.Errorf("type %v, format %q cannot be held by %s", schema.Type.Slice(), schema.Format, value.Type())
}

// jsonOf gives the value in JSON that says the same as the texts of a form.
func jsonOf(schema *openapi3.Schema, texts []string) any {
	if schema.Type.Is("array") {
		elements := make([]any, len(texts))
		for i, text := range texts {
			elements[i] = jsonOf(flatten(schema.Items.Value), []string{text})
		}
		return elements
	}
	switch {
	case schema.Type.Is("boolean"):
		return texts[0] == "true"
	case schema.Type.Is("integer"), schema.Type.Is("number"):
		return json.Number(texts[0])
	}
	return texts[0]
}
