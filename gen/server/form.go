package server

import (
	"errors"
	"net/url"

	"github.com/taskrouter-go/sdk/gen/internal/runtime"
)

// DecodeForm reads a form as a body of the document, such as CreateTaskRequest,
// in the way in which the router reads parameters, and with the same errors:
// [RequiredParamError] and [InvalidParamFormatError]. Fields that the document does
// not know are ignored, as the service does.
func DecodeForm[T any](form url.Values) (T, error) {
	var body T
	name, err := runtime.BindForm(form, &body)
	switch {
	case err == nil:
		return body, nil
	case isRequired(err):
		err = &RequiredParamError{ParamName: name}
	default:
		err = &InvalidParamFormatError{ParamName: name, Err: err}
	}
	var none T
	return none, err
}

func isRequired(err error) bool {
	_, ok := errors.AsType[*runtime.RequiredParameterError](err)
	return ok
}
