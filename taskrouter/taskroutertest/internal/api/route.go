package api

import (
	"net/http"
	"path"
	"strings"

	"github.com/taskrouter-go/sdk/gen"
)

// A route is where a request leads: to an operation, and to what answers it.
type route struct {
	Answer    // of the mux itself, if there is no operation; nobody sees it
	operation gen.Operation
	handle    http.HandlerFunc // nil if there is no operation
}

// routes find the operation of a request and its handler at once, so that what comes
// between the two does not cost another search.
type routes struct {
	mux        http.ServeMux
	operations map[string]gen.Operation // by the pattern of the mux
}

// HandleFunc adds the handler of an operation.
func (s *routes) HandleFunc(pattern string, handle func(http.ResponseWriter, *http.Request)) {
	operation := s.operations[pattern]
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, _ *http.Request) {
		found := w.(*route)
		found.operation, found.handle = operation, handle
	})
}

// methods are all that operations have.
var methods = []string{http.MethodGet, http.MethodPost, http.MethodDelete}

// seal keeps each path to its own methods. Without it, to delete the statistics of
// TaskQueues/Statistics would be to delete a task queue with that SID.
func (s *routes) seal() {
	sealed := make(map[string]bool)
	for pattern := range s.operations {
		_, resource, _ := strings.Cut(pattern, " ")
		for _, method := range methods {
			other := method + " " + resource
			if _, ok := s.operations[other]; !ok && !sealed[other] {
				sealed[other] = true
				s.mux.HandleFunc(other, func(http.ResponseWriter, *http.Request) {})
			}
		}
	}
}

// methods are those by which the path of a request has operations.
func (s *routes) methods(r *http.Request) []string {
	var allowed []string
	for _, method := range methods {
		other := r.Clone(r.Context())
		other.Method = method
		if s.find(other).handle != nil {
			allowed = append(allowed, method)
		}
	}
	return allowed
}

// ServeHTTP finds the route of a request, to which it writes.
func (s *routes) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// find returns the route of a request, and leaves the values of its path in the request.
func (s *routes) find(r *http.Request) route {
	if path.Clean(r.URL.Path) != r.URL.Path {
		return route{} // which the mux would redirect
	}
	found := route{Answer: Answer{header: make(http.Header)}}
	s.mux.ServeHTTP(&found, r)
	if found.operation.Method != r.Method {
		return route{} // the mux takes a HEAD for a GET
	}
	return found
}
