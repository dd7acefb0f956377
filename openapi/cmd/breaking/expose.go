package main

import (
	"bytes"
	"errors"
	"regexp"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

const jsonType = "application/json"

// expose adds what oasdiff does not compare otherwise: callbacks, the names of path
// parameters, which generators make arguments of, and schemas that are told in words
// only, such as that of a workflow's configuration, which a client writes and reads as
// text.
func expose(document []byte) ([]byte, error) {
	doc, err := openapi3.NewLoader().LoadFromData(document)
	if err != nil {
		return nil, err
	}
	if doc.Paths == nil {
		return nil, errors.New("expected paths, found none")
	}
	exposeCallbacks(doc)
	exposePathParameters(doc)
	exposeSchemas(doc, document)
	return doc.MarshalJSON()
}

func exposeCallbacks(doc *openapi3.T) {
	for _, item := range doc.Paths.Map() {
		for _, o := range item.Operations() {
			for name, callback := range o.Callbacks {
				exposeCallback(doc, "/callbacks/"+o.OperationID+"/"+name, callback.Value)
			}
		}
	}
}

// exposeCallback adds each URL of a callback, whose braces would be taken for a
// parameter of the path.
func exposeCallback(doc *openapi3.T, at string, callback *openapi3.Callback) {
	for expression, item := range callback.Map() {
		for method, o := range item.Operations() {
			doc.Paths.Set(at+"/"+strings.Trim(expression, "{}"), turned(method, o))
		}
	}
}

var hole = regexp.MustCompile(`\{([^{}]*)\}`)

// exposePathParameters adds the names as optional parameters, which may come but not go.
func exposePathParameters(doc *openapi3.T) {
	for path, item := range doc.Paths.Map() {
		for _, name := range hole.FindAllStringSubmatch(path, -1) {
			parameter := openapi3.NewQueryParameter("path." + name[1]).WithSchema(openapi3.NewStringSchema())
			for _, o := range item.Operations() {
				o.AddParameter(parameter)
			}
		}
	}
}

// turned is a callback as an operation, for what the service asks is an answer to the
// client, and what the client answers is asked of it.
func turned(method string, callback *openapi3.Operation) *openapi3.PathItem {
	o := &openapi3.Operation{OperationID: callback.OperationID, Responses: openapi3.NewResponses()}
	if answer := callback.Responses.Value("200"); answer != nil {
		o.RequestBody = &openapi3.RequestBodyRef{Value: openapi3.NewRequestBody().WithContent(asJSON(answer.Value.Content))}
	}
	asked := openapi3.NewResponse().WithDescription("")
	if body := callback.RequestBody; body != nil {
		asked.Content = asJSON(body.Value.Content)
	}
	o.Responses.Set("200", &openapi3.ResponseRef{Value: asked})
	item := &openapi3.PathItem{}
	item.SetOperation(method, o)
	return item
}

// asJSON keeps oasdiff from taking a number for text, as it does in forms.
func asJSON(content openapi3.Content) openapi3.Content {
	for _, media := range content { // one
		return openapi3.Content{jsonType: media}
	}
	return nil
}

// exposeSchemas adds those that nothing refers to, as something that goes both ways.
func exposeSchemas(doc *openapi3.T, document []byte) {
	if doc.Components == nil {
		return
	}
	for name := range doc.Components.Schemas {
		ref := "#/components/schemas/" + name
		if bytes.Contains(document, []byte(ref+"'")) || bytes.Contains(document, []byte(ref+`"`)) {
			continue
		}
		content := openapi3.Content{jsonType: openapi3.NewMediaType().WithSchemaRef(openapi3.NewSchemaRef(ref, nil))}
		o := &openapi3.Operation{Responses: openapi3.NewResponses()}
		o.RequestBody = &openapi3.RequestBodyRef{Value: openapi3.NewRequestBody().WithContent(content)}
		o.Responses.Set("200", &openapi3.ResponseRef{Value: openapi3.NewResponse().WithDescription("").WithContent(content)})
		doc.Paths.Set("/schemas/"+name, &openapi3.PathItem{Post: o})
	}
}
