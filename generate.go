// Package sdk holds nothing to import: it maps the repository and generates the
// code that the OpenAPI document drives.
//
//   - openapi is the document, curated by hand, for every language, and what
//     compares it with others and renders it.
//   - gen is what is generated from it: types, a client and, in gen/server, the
//     interface of a server. Its overlay holds what only Go needs, and
//     gen/internal/runtime corrects the generator's runtime.
//   - taskrouter is the SDK, the only import that most programs need. Below it,
//     expression and workflow have the language in which workflows are written,
//     webhook answers what the service calls, capability makes tokens for
//     programs in a browser, and taskroutertest is a TaskRouter in memory for
//     tests, which cmd/taskrouter-emulator puts behind a port.
//   - conformance holds exchanges with the service, recorded or composed, and
//     replays them; its programs replay them for other languages, record them
//     again, and count what they prove. Below it, reuse has clients in other
//     languages that are generated from the document, clients drives the emulator
//     with those that others wrote, peer sets the SDK beside the official Go
//     library, call by call, and measures both, consumer is a program of a user,
//     held to what it links, and mermaid renders the diagrams of workflows.
//   - docs has the pages that the README leads to.
//
// Imports run one way, from taskrouter to gen. After a change of the document,
// of the overlay or of the configuration under gen, run go generate ./... .
package sdk

//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen -config gen/types.yaml openapi/taskrouter.yaml
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen -config gen/client.yaml openapi/taskrouter.yaml
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen -config gen/server.yaml openapi/taskrouter.yaml
