package taskrouter

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/internal/pipeline"
)

// A sender makes one request with the generated client.
type sender func(context.Context) (*http.Response, error)

// fetch makes a call that is answered with a T.
func fetch[T any](ctx context.Context, c *Client, operation gen.Operation, options []CallOption, send sender) (*T, error) {
	result := new(T)
	_, err := c.do(ctx, operation, options, send, func(body []byte) error { return pipeline.DecodeObject(body, result) })
	if err != nil {
		return nil, err
	}
	return result, nil
}

// remove makes a call whose answer needs no body.
func remove(ctx context.Context, c *Client, operation gen.Operation, options []CallOption, send sender) error {
	_, err := c.do(ctx, operation, options, send, nil)
	return err
}

// do makes one call: options, deadline, request, status, body, in that order.
// It returns the path that was requested.
func (c *Client) do(ctx context.Context, operation gen.Operation, options []CallOption, send sender, decode func([]byte) error) (path string, err error) {
	o, err := c.check(ctx, operation, options)
	if err != nil {
		return "", argumentError(operation, err)
	}
	if o.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, o.timeout)
		defer cancel()
	}
	call := &pipeline.Call{Operation: operation, Options: o.pipeline}
	response, err := send(pipeline.WithCall(ctx, call)) //nolint:bodyclose // ReadBody does it
	if err != nil {
		o.answered(Response{Attempts: call.Attempts()})
		return call.Path, sendError(ctx, call, err)
	}
	body := pipeline.ReadBody(response, c.maxResponseBytes)
	o.answered(Response{StatusCode: response.StatusCode, Header: response.Header, Body: body.Bytes, Attempts: call.Attempts()})
	if err := failureOf(ctx, call, response, body, decode); err != nil {
		return call.Path, err
	}
	return call.Path, nil
}

// failureOf is the error of a call that was answered. Without decode, the answer
// needs no body.
func failureOf(ctx context.Context, call *pipeline.Call, response *http.Response, body *pipeline.Body, decode func([]byte) error) error {
	if call.AlreadyGone() && response.StatusCode == http.StatusNotFound || decode == nil && isSuccess(response.StatusCode) {
		return nil
	}
	err := ended(ctx, body.Failure())
	if err == nil && isSuccess(response.StatusCode) {
		if err = decode(body.Bytes); err == nil {
			return nil
		}
	}
	return newError(call, response, body.Bytes, errors.Join(err, call.Abandoned()))
}

func (c *Client) check(ctx context.Context, operation gen.Operation, options []CallOption) (*callOptions, error) {
	o, err := newCallOptions(operation, options)
	if c == nil || c.wire == nil {
		err = errors.Join(err, errors.New("the client was not made by NewClient"))
	}
	if ctx == nil {
		err = errors.Join(err, errors.New("the context is nil"))
	}
	return o, err
}

func argumentError(operation gen.Operation, err error) error {
	return fmt.Errorf("taskrouter: %s: %w: %w", operation.ID, ErrInvalidArgument, err)
}

// sendError tells a request that could not be built from one that failed on
// its way.
func sendError(ctx context.Context, call *pipeline.Call, err error) error {
	operation := call.Operation
	if call.Path == "" {
		return argumentError(operation, pipeline.PathError(operation, err))
	}
	err = pipeline.BriefError(ended(ctx, err))
	if n := call.Attempts(); n > 1 {
		err = fmt.Errorf("%d attempts: %w", n, err)
	}
	return fmt.Errorf("taskrouter: %s: %s %s: %w", operation.ID, operation.Method, call.Path, err)
}

// ended lets errors.Is find how ctx ended, although net/http reports only the
// cause that was given for it.
func ended(ctx context.Context, err error) error {
	if end := ctx.Err(); err != nil && end != nil && !errors.Is(err, end) {
		return fmt.Errorf("%w: %w", end, err)
	}
	return err
}
