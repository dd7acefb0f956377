package taskrouter

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/taskrouter-go/sdk/gen"
)

// checkAddress holds the path of a request against its operation: a SID of
// another kind of resource is a mistake that the service would answer with a
// 404, and finding that one takes an hour. Length and digits of a SID are the
// service's to judge. What would lead to another path, such as "", ".." and a
// slash, was refused when the request was built.
func checkAddress(base *url.URL, next step) step {
	return func(request *http.Request) (*http.Response, error) {
		state := callOf(request.Context())
		path := strings.TrimPrefix(request.URL.EscapedPath(), base.EscapedPath())
		values, err := matchPath(state.operation, path)
		if err != nil {
			return nil, err
		}
		for i, parameter := range state.operation.PathParameters {
			if !strings.HasPrefix(values[i], parameter.Prefix) {
				return nil, fmt.Errorf("%s is %q, expected a SID that begins with %s", parameter.Name, values[i], parameter.Prefix)
			}
		}
		state.path = path
		return next(request)
	}
}

// matchPath returns the values that an escaped path has for the parameters of
// the operation, in their order.
func matchPath(operation gen.Operation, path string) ([]string, error) {
	want, got := strings.Split(operation.Path, "/"), strings.Split(path, "/")
	values := make([]string, 0, len(operation.PathParameters))
	matches := len(want) == len(got)
	for i := 0; matches && i < len(want); i++ {
		if !strings.HasPrefix(want[i], "{") {
			matches = got[i] == want[i]
			continue
		}
		value, err := url.PathUnescape(got[i])
		matches = err == nil && value != "" && value != "." && value != ".." && !strings.Contains(value, "/")
		values = append(values, value)
	}
	if !matches {
		return nil, fmt.Errorf("the path %q is not of the form %s", path, operation.Path)
	}
	return values, nil
}
