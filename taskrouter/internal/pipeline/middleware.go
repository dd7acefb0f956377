package pipeline

import (
	"errors"
	"net/http"
)

// Middleware wraps a part of the pipeline.
type Middleware func(next http.RoundTripper) http.RoundTripper

// wrap puts middleware around a step, the first outermost.
func wrap(middleware []Middleware, next Step) Step {
	for i := len(middleware) - 1; i >= 0; i-- {
		next = sound(middleware[i](sound(next)))
	}
	return next
}

// sound holds what middleware passes on, and what it returns, against that on
// which the steps rely.
func sound(tripper http.RoundTripper) Step {
	return func(request *http.Request) (*http.Response, error) {
		if tripper == nil {
			return nil, Permanent(errors.New("middleware made no round tripper"))
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
