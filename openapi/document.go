// Package openapi holds the OpenAPI document, for programs that read it, such as
// a server that checks what it is sent.
package openapi

import _ "embed"

// Document is taskrouter.yaml.
//
//go:embed taskrouter.yaml
var Document []byte

// Deviations is deviations.yaml: where Document differs on purpose from what is
// published of the service.
//
//go:embed deviations.yaml
var Deviations []byte

// Severities is severity.txt, which tells oasdiff which differences from an older
// revision of Document break clients, where we do not think as it does. Generators
// make methods of operationIds and types of schemas, so both keep their names. Values
// of an enumeration in an answer are added by the service all the time, and the
// document says that a reader must accept them, so to tell of one breaks nobody who
// reads it. The file allows no comments.
//
//go:embed severity.txt
var Severities []byte
