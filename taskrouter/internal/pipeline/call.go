package pipeline

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"sync/atomic"

	"github.com/taskrouter-go/sdk/gen"
)

// Call is what the steps know of a call, carried by the context of its request.
type Call struct {
	Operation gen.Operation
	Options   Options
	// FollowsLink tells that the request asks for the page that a link leads to,
	// whose query has all that the first page was asked for.
	FollowsLink bool

	// Path is what was requested, below the base URL. It is empty as long as
	// nothing has been sent.
	Path string
	// Query is the encoded query of the request.
	Query string
	// Abandoned is why there was no further attempt although one was due; nil
	// unless the context ended.
	Abandoned error
	// AlreadyGone tells that a deletion found nothing because one of its attempts
	// before may have been carried out.
	AlreadyGone bool

	attempts atomic.Int32
	// renewable tells that the service refused credentials in place of which the
	// next attempt will have others.
	renewable atomic.Bool
	// left tells that a byte of the last attempt may have left, and unsent is the
	// error of one of its requests of which none can have.
	left   atomic.Bool
	unsent atomic.Pointer[error]
}

// Options are what a caller asks of one call.
type Options struct {
	IfMatch    string
	Header     http.Header
	Parameters url.Values
	Retry      *Policy // nil for that of the client
	OnceAtMost bool    // whatever the policy says of what may have been carried out
}

// Attempts tells how many attempts were begun.
func (c *Call) Attempts() int { return int(c.attempts.Load()) }

// sent notes what became of a request of the attempt.
func (c *Call) sent(err error, neverLeft bool) {
	if neverLeft && reflect.ValueOf(err).Comparable() { // errors.Is would panic
		c.unsent.Store(&err)
		return
	}
	c.left.Store(true)
}

// neverLeft tells that no byte of an attempt that failed with err can have left.
// Middleware may have sent it more than once, or by another way than the steps.
func (c *Call) neverLeft(err error) bool {
	unsent := c.unsent.Load()
	return unsent != nil && !c.left.Load() && errors.Is(err, *unsent)
}

type callKey struct{}

// WithCall returns a context whose requests belong to call.
func WithCall(ctx context.Context, call *Call) context.Context {
	return context.WithValue(ctx, callKey{}, call)
}

// CallOf returns the call that ctx belongs to, nil for none.
func CallOf(ctx context.Context) *Call {
	call, _ := ctx.Value(callKey{}).(*Call)
	return call
}
