// Package openapi holds the OpenAPI document, for programs that read it, such as
// a server that checks what it is sent:
//
//	document, err := openapi3.NewLoader().LoadFromData(openapi.Document)
//
// It is OpenAPI 3.0.3, in YAML, and keeps to what generators in every language
// understand; README.md beside this file says what else it promises. Package
// [github.com/taskrouter-go/sdk/openapi/document] holds requests and answers
// against it.
package openapi

import _ "embed"

// Document is taskrouter.yaml, byte for byte. Nobody may change it.
//
//go:embed taskrouter.yaml
var Document []byte
