package pipeline

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
func checkAddress(base *url.URL, next Step) Step {
	return func(request *http.Request) (*http.Response, error) {
		call := CallOf(request.Context())
		path := strings.TrimPrefix(request.URL.EscapedPath(), base.EscapedPath())
		for i, value := range pathValues(call.Operation, path) {
			if err := CheckIdentifier(call.Operation.PathParameters[i], value); err != nil {
				return nil, err
			}
		}
		call.Path, call.Query = path, request.URL.RawQuery
		return next(request)
	}
}

// CheckIdentifier finds an identifier of another kind than its parameter's.
func CheckIdentifier(parameter gen.PathParameter, value string) error {
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

// PathError adds to the error of a request that could not be built what was
// expected of its path.
func PathError(operation gen.Operation, err error) error {
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

// pathValues returns the values that an escaped path has for the parameters of
// the operation, in their order.
func pathValues(operation gen.Operation, path string) []string {
	values := make([]string, 0, len(operation.PathParameters))
	for segment := range strings.SplitSeq(operation.Path, "/") {
		var escaped string
		escaped, path, _ = strings.Cut(path, "/")
		if strings.HasPrefix(segment, "{") {
			value, _ := url.PathUnescape(escaped) // the request was built with it
			values = append(values, value)
		}
	}
	return values
}
