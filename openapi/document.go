// Package openapi holds the OpenAPI document, for programs that read it, such as
// a server that checks what it is sent.
package openapi

import _ "embed"

// Document is taskrouter.yaml.
//
//go:embed taskrouter.yaml
var Document []byte
