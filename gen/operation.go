package gen

import "github.com/taskrouter-go/sdk/gen/internal/runtime"

// Operation describes one operation of the document: what it is called and
// where it stands. The variables named Operation… hold one each.
type Operation struct {
	// ID is the operationId of the document, such as "getTask".
	ID string
	// Method is the HTTP method.
	Method string
	// Path is the path template, such as "/v1/Workspaces/{WorkspaceSid}".
	Path string
	// PathParameters are the parameters in the path, in their order.
	PathParameters []PathParameter
	// Conditional tells whether the operation heeds If-Match.
	Conditional bool
}

// PathParameter is one parameter in the path of an [Operation].
type PathParameter struct {
	// Name is the name between the braces, such as "WorkspaceSid".
	Name string
	// Prefix is how a SID of the kind begins, such as "WS". It is empty where a
	// unique name may stand for the SID.
	Prefix string
}

// PathParameterError is how a request is refused whose path would lead
// elsewhere: a parameter is empty, "." or "..", or holds a slash, a question
// mark, a number sign or a control character.
type PathParameterError = runtime.PathParameterError
