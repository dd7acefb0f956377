package pipeline

import (
	"errors"
	"net/http"
	"slices"
)

// Middleware wraps a part of the pipeline.
type Middleware func(next http.RoundTripper) http.RoundTripper

// wrap puts middleware around a step, the first outermost. It has a request of its
// own, of which it may change what it likes.
func wrap(middleware []Middleware, next Step) Step {
	if len(middleware) == 0 {
		return next
	}
	for _, m := range slices.Backward(middleware) {
		next = checked(m(checked(next)))
	}
	return func(request *http.Request) (*http.Response, error) {
		return next(request.Clone(request.Context()))
	}
}

// checked holds what middleware passes on, and what it returns, against that on
// which the steps rely.
func checked(tripper http.RoundTripper) Step {
	return func(request *http.Request) (*http.Response, error) {
		if tripper == nil {
			return nil, Permanent(errors.New("middleware made no round tripper"))
		}
		if request == nil || request.URL == nil || request.Header == nil {
			return nil, Permanent(errors.New("middleware sent a request without a URL or without headers"))
		}
		if CallOf(request.Context()) == nil {
			return nil, Permanent(errors.New("middleware sent a request without the context of its call"))
		}
		response, err := tripper.RoundTrip(request)
		if err == nil && (response == nil || response.Body == nil) {
			return nil, Permanent(errors.New("middleware returned neither an error nor a response with a body"))
		}
		return response, err
	}
}
