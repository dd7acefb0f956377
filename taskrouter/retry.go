package taskrouter

import (
	"time"

	"github.com/taskrouter-go/sdk/taskrouter/internal/pipeline"
)

// RetryPolicy says when a call that failed makes another attempt. What is zero
// has the default.
//
// A call answered with 429 is repeated whatever it is, because the service did
// nothing. After another failure that may pass (a status from 500 up but for 501,
// a connection that could not be made or broke, an attempt that took too long)
// only GET and DELETE are repeated, and a POST if no byte of it can have left. A
// deletion that finds nothing, when an attempt before it may have been carried
// out, has succeeded.
//
// All retries of a client share a budget of 100, so that an outage adds but a
// tenth to the load. A call that the service deals with puts back a tenth, and the
// retries that it made because of a 429. When the budget is spent, calls end with
// their first failure.
type RetryPolicy struct {
	// MaxAttempts is how many attempts a call makes at most, 4 unless set. With 1
	// there are no retries. One more is made for a token that had to be renewed.
	MaxAttempts int
	// MinDelay and MaxDelay, 0.5 and 8 seconds unless set, bound the wait before an
	// attempt: it is a random part of MinDelay before the second, of twice as much
	// before the third and so on, up to MaxDelay. What an answer asks for with
	// Retry-After comes on top.
	MinDelay, MaxDelay time.Duration
	// MaxRetryAfter, a minute unless set, is how much of that is granted. A call
	// that is asked to wait for longer fails at once, with [Error.RetryAfter].
	MaxRetryAfter time.Duration
	// RepeatUnsafe also repeats a POST that may have been carried out. A resource
	// may then be created twice, and an update with [WithIfMatch] may fail because
	// of itself.
	RepeatUnsafe bool
}

// WithRetry sets how the calls of the client are repeated.
func WithRetry(policy RetryPolicy) Option {
	return func(c *config) (err error) {
		c.pipeline.Retry, err = pipeline.Policy(policy).Complete("WithRetry")
		return err
	}
}

// WithCallRetry sets how one call is repeated, in place of the client's policy:
// what is zero has the default of [RetryPolicy], not that of the client.
func WithCallRetry(policy RetryPolicy) CallOption {
	return func(o *callOptions) error {
		complete, err := pipeline.Policy(policy).Complete("WithCallRetry")
		o.pipeline.Retry = &complete
		return err
	}
}
