package pipeline

import (
	"context"
	"net/http"
	"net/url"
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

	// Path is what is requested, below the base URL. It is empty until the address
	// has been checked.
	Path string
	// Query is the encoded query of the request.
	Query string

	// What follows is atomic: middleware may send requests at the same time.
	attempts    atomic.Int32
	alreadyGone atomic.Bool
	abandoned   atomic.Pointer[error]
}

// Attempts tells how many attempts were begun.
func (c *Call) Attempts() int { return int(c.attempts.Load()) }

// AlreadyGone tells that a deletion found nothing after one of its attempts that
// may have been carried out.
func (c *Call) AlreadyGone() bool { return c.alreadyGone.Load() }

// Abandoned is why there was no further attempt although one was due; nil unless
// the context ended.
func (c *Call) Abandoned() error {
	if reason := c.abandoned.Load(); reason != nil {
		return *reason
	}
	return nil
}

// Options are what a caller asks of one call.
type Options struct {
	IfMatch    string
	Header     http.Header
	Parameters url.Values
	Retry      *Policy // nil for that of the client
	OnceAtMost bool    // whatever the policy says of what may have been carried out
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
