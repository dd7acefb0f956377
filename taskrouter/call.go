package taskrouter

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/taskrouter-go/sdk/gen"
)

// A sender makes one request with the generated client.
type sender func(context.Context) (*http.Response, error)

// call is what the pipeline knows of a call, carried by the context.
type call struct {
	operation gen.Operation
	options   *callOptions
	// path is what was requested, below the base URL; the pipeline sets it. It
	// is empty as long as the request has not been built.
	path string
}

type callKey struct{}

// callOf returns the call that ctx belongs to, nil for none.
func callOf(ctx context.Context) *call {
	state, _ := ctx.Value(callKey{}).(*call)
	return state
}

// fetch makes a call that is answered with a T.
func fetch[T any](ctx context.Context, c *Client, operation gen.Operation, options []CallOption, send sender) (*T, error) {
	result := new(T)
	_, err := c.do(ctx, operation, options, send, func(body []byte) error { return decodeObject(body, result) })
	if err != nil {
		return nil, err
	}
	return result, nil
}

// remove makes a call that is answered without a body.
func remove(ctx context.Context, c *Client, operation gen.Operation, options []CallOption, send sender) error {
	_, err := c.do(ctx, operation, options, send, func([]byte) error { return nil })
	return err
}

// do makes one call: options, deadline, request, status, body, in that order.
// It returns the path that was requested.
func (c *Client) do(ctx context.Context, operation gen.Operation, options []CallOption, send sender, decode func([]byte) error) (path string, err error) {
	o, err := c.check(ctx, operation, options)
	if err != nil {
		return "", argumentError(operation, err)
	}
	if timeout := cmp.Or(o.timeout, c.timeout); timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	state := &call{operation: operation, options: o}
	response, err := send(context.WithValue(ctx, callKey{}, state))
	if err != nil {
		return state.path, sendError(ctx, state, err)
	}
	defer func() { _ = response.Body.Close() }() // nothing is lost: the body was read or given up
	body, err := readBody(response, c.maxResponseBytes)
	if err != nil {
		err = ended(ctx, err)
	}
	if o.response != nil {
		*o.response = Response{StatusCode: response.StatusCode, Header: response.Header, Body: body}
	}
	if err == nil && isSuccess(response.StatusCode) {
		err = decode(body)
	}
	if err != nil || !isSuccess(response.StatusCode) {
		return state.path, newError(state, response, body, err)
	}
	return state.path, nil
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
func sendError(ctx context.Context, state *call, err error) error {
	if state.path == "" {
		return argumentError(state.operation, pathError(state.operation, err))
	}
	// net/http repeats the URL, whose query may hold personal data.
	if failure, ok := err.(*url.Error); ok { //nolint:errorlint // only its own, outermost one
		err = failure.Err
	}
	return fmt.Errorf("taskrouter: %s: %s %s: %w", state.operation.ID, state.operation.Method, state.path, ended(ctx, err))
}

// ended lets errors.Is find how ctx ended, although net/http reports only the
// cause that was given for it.
func ended(ctx context.Context, err error) error {
	if end := ctx.Err(); end != nil && !errors.Is(err, end) {
		return fmt.Errorf("%w: %w", end, err)
	}
	return err
}

// decodeObject decodes a JSON object. Anything else, null included, would leave
// a zero value behind that looks like a resource.
func decodeObject(body []byte, v any) error {
	trimmed := bytes.TrimLeft(body, " \t\r\n")
	if len(trimmed) == 0 {
		return errors.New("the body is empty, expected a JSON object")
	}
	if err := json.Unmarshal(trimmed, v); err != nil {
		return fmt.Errorf("decode the body: %w", err)
	}
	if trimmed[0] != '{' {
		return fmt.Errorf("the body begins with %q, expected a JSON object", trimmed[0])
	}
	return nil
}
