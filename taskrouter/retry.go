package taskrouter

import (
	"cmp"
	"fmt"
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
// All retries of a client share a budget of 100. Each takes one out; a call that
// the service deals with puts back one if it needed retries, and a tenth if not.
// When the budget is spent, calls end with their first failure.
type RetryPolicy struct {
	// MaxAttempts is how many attempts a call makes at most, 4 unless set. With 1
	// there are no retries.
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

var defaultRetry = pipeline.Policy{
	MaxAttempts:   4,
	MinDelay:      500 * time.Millisecond,
	MaxDelay:      8 * time.Second,
	MaxRetryAfter: time.Minute,
}

// WithRetry sets how the calls of the client are repeated.
func WithRetry(policy RetryPolicy) Option {
	return func(c *config) (err error) {
		c.pipeline.Retry, err = policy.complete("WithRetry")
		return err
	}
}

// WithCallRetry sets how one call is repeated, in place of the client's policy.
func WithCallRetry(policy RetryPolicy) CallOption {
	return func(o *callOptions) error {
		complete, err := policy.complete("WithCallRetry")
		o.pipeline.Retry = &complete
		return err
	}
}

// complete fills in the defaults. A bound that is not set gives way to the other.
func (p RetryPolicy) complete(source string) (pipeline.Policy, error) {
	if p.MaxAttempts < 0 || p.MinDelay < 0 || p.MaxDelay < 0 || p.MaxRetryAfter < 0 {
		return pipeline.Policy{}, fmt.Errorf("%s: %+v has a negative field", source, p)
	}
	complete := pipeline.Policy{
		MaxAttempts:   cmp.Or(p.MaxAttempts, defaultRetry.MaxAttempts),
		MinDelay:      cmp.Or(p.MinDelay, defaultRetry.MinDelay),
		MaxDelay:      cmp.Or(p.MaxDelay, max(defaultRetry.MaxDelay, p.MinDelay)),
		MaxRetryAfter: cmp.Or(p.MaxRetryAfter, defaultRetry.MaxRetryAfter),
		RepeatUnsafe:  p.RepeatUnsafe,
	}
	if p.MinDelay == 0 {
		complete.MinDelay = min(complete.MinDelay, complete.MaxDelay)
	}
	if complete.MinDelay > complete.MaxDelay {
		return pipeline.Policy{}, fmt.Errorf("%s: MinDelay %v is more than MaxDelay %v", source, p.MinDelay, p.MaxDelay)
	}
	return complete, nil
}
