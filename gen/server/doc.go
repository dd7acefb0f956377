// Package server holds the interface of a TaskRouter server, generated from
// openapi/taskrouter.yaml, with a router that binds path, query and header
// parameters as the service reads them. Bodies are left to the implementation, which
// reads forms by [DecodeForm].
package server
