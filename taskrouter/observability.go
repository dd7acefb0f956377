package taskrouter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"

	"github.com/taskrouter-go/sdk/taskrouter/internal/pipeline"
)

// WithLogger writes a record for each attempt and one for each call, at level
// debug: operation, method, path template, status, duration, attempts, request
// ID. There are neither credentials in them nor what requests and answers hold;
// see [WithLoggedValues]. With nil, as without the option, there is no log.
func WithLogger(logger *slog.Logger) Option {
	return func(c *config) error {
		c.pipeline.Logger = logger
		return nil
	}
}

// WithLoggedValues adds query and form of the request to the record of an
// attempt. They hold attributes and so, as a rule, personal data; passwords are
// left out.
func WithLoggedValues() Option {
	return func(c *config) error {
		c.pipeline.LogValues = true
		return nil
	}
}

// Middleware wraps what sends a request. What it calls and what it is called by
// keep to the rules of [http.RoundTripper]; in addition, it passes on the context
// that it is given, or one made from it. [OperationOf] tells what a request is
// for.
type Middleware func(next http.RoundTripper) http.RoundTripper

// WithCallMiddleware puts middleware around each call, with all its attempts. It
// never sees credentials. Of several, the first is outermost.
func WithCallMiddleware(middleware Middleware) Option {
	return func(c *config) error {
		if middleware == nil {
			return errors.New("WithCallMiddleware: the middleware is nil")
		}
		c.pipeline.CallMiddleware = append(c.pipeline.CallMiddleware, pipeline.Middleware(middleware))
		return nil
	}
}

// WithAttemptMiddleware puts middleware around each attempt. It never sees
// credentials; the transport of [WithHTTPClient] sees all that is sent. Of
// several, the first is outermost.
func WithAttemptMiddleware(middleware Middleware) Option {
	return func(c *config) error {
		if middleware == nil {
			return errors.New("WithAttemptMiddleware: the middleware is nil")
		}
		c.pipeline.AttemptMiddleware = append(c.pipeline.AttemptMiddleware, pipeline.Middleware(middleware))
		return nil
	}
}

// Operation is what a request is for; see [OperationOf].
type Operation struct {
	// ID is the operationId of the document, such as "getTask".
	ID string
	// Method is the HTTP method.
	Method string
	// Path is the path template, such as "/v1/Workspaces/{WorkspaceSid}".
	Path string
	// Attempt counts the attempts of a call from 1 on; it is 0 before the first.
	Attempt int

	call *pipeline.Call
}

// Format prints the ID, whatever the verb, and so never what was asked for.
func (o Operation) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, o.ID) } // fmt.State keeps the error

// OperationOf returns the operation that the context of a request belongs to:
// in middleware, in a [Limiter], in a transport. It is false for the context of
// anything else.
func OperationOf(ctx context.Context) (Operation, bool) {
	call := pipeline.CallOf(ctx)
	if call == nil {
		return Operation{}, false
	}
	operation := call.Operation
	return Operation{ID: operation.ID, Method: operation.Method, Path: operation.Path, Attempt: call.Attempts(), call: call}, true
}

// Uses tells whether the query of the request has a parameter, such as
// "EvaluateTaskAttributes". The service limits some of them to three requests a
// second: that one of listTasks, TargetWorkersExpression of listWorkers and
// EvaluateWorkerAttributes of listTaskQueues.
func (o Operation) Uses(parameter string) bool {
	if o.call == nil {
		return false
	}
	query, err := url.ParseQuery(o.call.Query)
	return err == nil && query.Has(parameter)
}
