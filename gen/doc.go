// Package gen holds the types and the client of the TaskRouter API, generated
// from openapi/taskrouter.yaml, for those who want the wire and nothing else: a
// request goes out right, and the answer is an [net/http.Response]. Most programs
// use package taskrouter instead.
//
// Optional scalars are pointers: nil is not sent, and false, 0 and "" are. The
// files named *.gen.go are never edited; see generate.go in the root.
package gen
