package taskrouter

import (
	"context"
	"errors"
	"time"
)

// A Limiter holds attempts back, as the Limiter of golang.org/x/time/rate does.
// Wait is called before each attempt and returns when it may begin, or with an
// error, with which the call then fails. [OperationOf] tells what the attempt is
// for.
type Limiter interface {
	Wait(ctx context.Context) error
}

// WithLimiter asks a limiter before each attempt. The service's own limits are by
// kinds of request: see [Operation.Uses].
func WithLimiter(limiter Limiter) Option {
	return func(c *config) error {
		if limiter == nil {
			return errors.New("WithLimiter: the limiter is nil")
		}
		c.pipeline.Limiter = limiter
		return nil
	}
}

// RateLimit is what the service said of its limits in the headers X-Rate-Limit-…
// of an answer. It documents them as texts of no particular form; "" is a header
// that was missing.
type RateLimit struct {
	// Limit is how much there is, and Remaining how much of it is left.
	Limit, Remaining string
	// Config names the limit.
	Config string
	// At is when the answer arrived.
	At time.Time
}

// RateLimit returns the rate-limit headers of the last answer that had any, of
// the operation with this operationId ("listTasks"), of those that [gen.Operations]
// lists; false if there was none.
func (c *Client) RateLimit(operationID string) (RateLimit, bool) {
	if c == nil || c.limits == nil {
		return RateLimit{}, false
	}
	limit, ok := c.limits.Last(operationID)
	return RateLimit(limit), ok
}
