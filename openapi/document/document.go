// Package document holds requests and answers against an OpenAPI document, such as
// that of package openapi, and tells which operation a request is for. It finds what
// validators let pass as well: names that the document does not declare.
//
//	d, err := document.Load(openapi.Document)
//	if err != nil {
//		return err
//	}
//	operation, path, err := d.Find(r.Method, r.URL.EscapedPath()) // an error if there is none
//	…
//	problems := append(d.CheckNames(r, body), d.CheckValues(r, body)...)
//	problems = append(problems, operation.CheckResponse(status, header, answer)...)
//
// A list of problems is nil if there are none. Many goroutines can use a [Document].
package document

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
)

// A Document is an OpenAPI document.
type Document struct {
	operations []*Operation // in the order of the document
}

// An Operation is one operation of a document.
type Operation struct {
	ID     string // the operationId
	Method string // in capitals
	Path   string // template, such as /v1/Workspaces/{WorkspaceSid}

	// Inputs are what a request can hold besides what its path does.
	Inputs []Input
	// Statuses are those that the document declares by number, in ascending order. The
	// first is a success.
	Statuses []int

	route routers.Route
	media string           // type of the body of a request
	body  *openapi3.Schema // schema of the body; nil if there is none
}

// An Input is a query parameter, a header, a form field or a member of a JSON
// body.
type Input struct {
	In       string // "query", "header", "form" or "json"
	Name     string // as the document spells it
	Required bool   // whether a request must have it
	List     bool   // may occur more than once

	schema *openapi3.Schema
}

// The places that an [Input] can be in.
const (
	InQuery  = openapi3.ParameterInQuery
	InHeader = openapi3.ParameterInHeader
	InForm   = "form"
	InJSON   = "json"
)

const (
	formType = "application/x-www-form-urlencoded"
	jsonType = "application/json"
)

// Load reads a document in YAML or JSON.
func Load(data []byte) (*Document, error) {
	loader := openapi3.NewLoader()
	loader.IncludeOrigin = true // for the order of the operations
	spec, err := loader.LoadFromData(data)
	if err != nil {
		return nil, fmt.Errorf("load the document: %w", err)
	}
	if err := spec.Validate(context.Background(), openapi3.DisableExamplesValidation()); err != nil {
		return nil, fmt.Errorf("validate the document: %w", err)
	}
	d := new(Document)
	for path, item := range spec.Paths.Map() {
		for method, operation := range item.Operations() {
			o, err := newOperation(routers.Route{Spec: spec, Path: path, PathItem: item, Method: method, Operation: operation})
			if err != nil {
				return nil, fmt.Errorf("load the document: %s %s: %w", method, path, err)
			}
			d.operations = append(d.operations, o)
		}
	}
	slices.SortFunc(d.operations, func(a, b *Operation) int { return cmp.Compare(a.line(), b.line()) })
	return d, nil
}

// Operations are all operations, in the order of the document.
func (d *Document) Operations() []*Operation { return d.operations }

// Find returns the operation that a request is for, and the values in its path.
// The path is percent-encoded. Of two templates that fit, the one with less
// parameters is meant: /Workers/Statistics is no worker called Statistics.
func (d *Document) Find(method, path string) (*Operation, map[string]string, error) {
	var found *Operation
	var values map[string]string
	for _, o := range d.operations {
		if o.Method != method {
			continue
		}
		if v, ok := matchPath(o.Path, path); ok && (found == nil || len(v) < len(values)) {
			found, values = o, v
		}
	}
	if found == nil {
		return nil, nil, fmt.Errorf("%s %s: no operation of the document", method, path)
	}
	return found, values, nil
}

// Input returns the input of that place and name.
func (o *Operation) Input(in, name string) (Input, bool) {
	for _, input := range o.Inputs {
		if input.In != in {
			continue
		}
		// Names of headers know no case; those of parameters and fields do.
		if input.Name == name || in == InHeader && strings.EqualFold(input.Name, name) {
			return input, true
		}
	}
	return Input{}, false
}

// Success is the status of an answer that is no failure.
func (o *Operation) Success() int { return o.Statuses[0] }

// Answer is the schema of such an answer, nil if it has no body.
func (o *Operation) Answer() *openapi3.Schema {
	return schemaOf(o.route.Operation.Responses.Status(o.Success()).Value)
}

func newOperation(route routers.Route) (*Operation, error) {
	o := &Operation{ID: route.Operation.OperationID, Method: route.Method, Path: route.Path, route: route}
	for _, parameters := range []openapi3.Parameters{route.PathItem.Parameters, route.Operation.Parameters} {
		for _, ref := range parameters {
			if p := ref.Value; p.In != openapi3.ParameterInPath {
				o.Inputs = append(o.Inputs, newInput(p.In, p.Name, p.Schema.Value, p.Required))
			}
		}
	}
	if err := o.addBody(); err != nil {
		return nil, err
	}
	for status := range route.Operation.Responses.Map() {
		if n, err := strconv.Atoi(status); err == nil {
			o.Statuses = append(o.Statuses, n)
		}
	}
	slices.Sort(o.Statuses)
	if len(o.Statuses) == 0 || o.Statuses[0] < 200 || o.Statuses[0] > 299 {
		return nil, errors.New("expected a response of status 2xx")
	}
	return o, nil
}

func (o *Operation) addBody() error {
	if o.route.Operation.RequestBody == nil {
		return nil
	}
	content := o.route.Operation.RequestBody.Value.Content
	for in, media := range map[string]string{InForm: formType, InJSON: jsonType} {
		if content[media] == nil {
			continue
		}
		if o.body != nil {
			return fmt.Errorf("expected a body of one kind, not both %s and %s", formType, jsonType)
		}
		o.media, o.body = media, content[media].Schema.Value
		o.Inputs = append(o.Inputs, fieldsOf(in, o.body)...)
	}
	if o.body == nil {
		return fmt.Errorf("expected a body of %s or %s", formType, jsonType)
	}
	return nil
}

// fieldsOf are the properties of the schema of a body, sorted by name.
func fieldsOf(in string, body *openapi3.Schema) []Input {
	var fields []Input
	members := membersOf(body)
	for name, member := range members.properties {
		fields = append(fields, newInput(in, name, member.Value, slices.Contains(members.required, name)))
	}
	slices.SortFunc(fields, func(a, b Input) int { return cmp.Compare(a.Name, b.Name) })
	return fields
}

func newInput(in, name string, schema *openapi3.Schema, required bool) Input {
	return Input{In: in, Name: name, Required: required, List: schema.Type.Is("array"), schema: schema}
}

func (o *Operation) line() int { return o.route.Operation.Origin.Key.Line }

// matchPath compares segment by segment. A value is percent-decoded.
func matchPath(template, path string) (map[string]string, bool) {
	want, got := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return nil, false
	}
	values := make(map[string]string)
	for i, segment := range want {
		value, err := url.PathUnescape(got[i])
		name, isParameter := strings.CutPrefix(segment, "{")
		switch {
		case err != nil || value == "":
			if value != segment {
				return nil, false
			}
		case isParameter:
			values[strings.TrimSuffix(name, "}")] = value
		case segment != value:
			return nil, false
		}
	}
	return values, true
}
