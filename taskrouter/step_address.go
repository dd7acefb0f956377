package taskrouter

import (
	"errors"
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
			if err := checkPrefix(parameter, values[i]); err != nil {
				return nil, err
			}
		}
		state.path = path
		return next(request)
	}
}

func checkPrefix(parameter gen.PathParameter, value string) error {
	if value == "" {
		return identifierError(parameter, "is empty")
	}
	if !strings.HasPrefix(value, parameter.Prefix) {
		return identifierError(parameter, fmt.Sprintf("is %q", value))
	}
	return nil
}

// identifierError says what is wrong with an identifier, and what was expected.
func identifierError(parameter gen.PathParameter, fault string) error {
	expected := "a SID or a unique name"
	if parameter.Prefix != "" {
		expected = "a SID that begins with " + parameter.Prefix
	}
	return fmt.Errorf("%s %s, expected %s", parameter.Name, fault, expected)
}

// pathError adds to the error of a request that could not be built what was
// expected of its path.
func pathError(operation gen.Operation, err error) error {
	fault, ok := errors.AsType[*gen.PathParameterError](err)
	if !ok {
		return err
	}
	for _, parameter := range operation.PathParameters {
		if parameter.Name == fault.Name {
			return identifierError(parameter, fault.Err.Error())
		}
	}
	return err
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
