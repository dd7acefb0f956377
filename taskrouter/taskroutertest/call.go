package taskroutertest

import (
	"bytes"
	"net/http"
	"net/url"
)

// A Call is a request that the server got. Nothing in it may be changed.
type Call struct {
	// Operation is the operationId of the document, such as "createTask", or "" for a
	// request that is for none.
	Operation string
	Method    string
	// Path is the path of the URL, such as /v1/Workspaces or, with WithBasePath,
	// /base/v1/Workspaces.
	Path   string
	Query  url.Values
	Header http.Header
	// Body is cut off after 4 MiB and one byte. A request with so much is refused.
	Body []byte
}

// Form returns the fields of the body, none if it is no form.
func (c Call) Form() url.Values {
	form, err := url.ParseQuery(string(c.Body))
	if err != nil {
		return nil
	}
	return form
}

// An Answer is what the server answers. Nothing in it may be changed.
type Answer struct {
	// Status is 0 if the call broke and is not answered.
	Status int
	Header http.Header
	Body   []byte
}

// Operation returns the operationId of the document for a request, such as "createTask",
// or "" if it is for none: for what a program has around the server, such as a log. The
// request is neither changed nor made.
func (s *Server) Operation(r *http.Request) string {
	operation, _ := s.api.Operation(r)
	return operation.ID
}

func (s *Server) callOf(r *http.Request, body []byte) Call {
	return Call{
		Operation: s.Operation(r),
		Method:    r.Method,
		Path:      r.URL.Path,
		Query:     r.URL.Query(),
		Header:    r.Header.Clone(),
		Body:      bytes.Clone(body),
	}
}
