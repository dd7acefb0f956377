package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// This is our own although cenkalti/backoff/v5 (v5.0.3) does much of it. There, a
// Retry-After takes the place of the backoff and starts it over, so that a
// service which answers 429 with Retry-After: 0 is asked again and again without
// any pause; a wait for which no time is left is waited nevertheless; and what
// ended the wait takes the place of the failure that led to it. What could be
// used is three lines of arithmetic.

// Policy says which failures are worth another attempt, and when.
type Policy struct {
	MaxAttempts        int
	MinDelay, MaxDelay time.Duration
	MaxRetryAfter      time.Duration
	RepeatUnsafe       bool
}

// DefaultPolicy is what counts for the fields of a policy that are zero.
var DefaultPolicy = Policy{
	MaxAttempts:   4,
	MinDelay:      500 * time.Millisecond,
	MaxDelay:      8 * time.Second,
	MaxRetryAfter: time.Minute,
}

// Complete fills in the defaults. A bound that is not set gives way to the other.
// Source is where the policy comes from.
func (p Policy) Complete(source string) (Policy, error) {
	if p.MaxAttempts < 0 || p.MinDelay < 0 || p.MaxDelay < 0 || p.MaxRetryAfter < 0 {
		return Policy{}, fmt.Errorf("%s: %+v has a negative field", source, p)
	}
	if p.MinDelay > p.MaxDelay && p.MaxDelay != 0 {
		return Policy{}, fmt.Errorf("%s: MinDelay %v is more than MaxDelay %v", source, p.MinDelay, p.MaxDelay)
	}
	complete := Policy{
		MaxAttempts:   cmp.Or(p.MaxAttempts, DefaultPolicy.MaxAttempts),
		MaxDelay:      cmp.Or(p.MaxDelay, max(DefaultPolicy.MaxDelay, p.MinDelay)),
		MaxRetryAfter: cmp.Or(p.MaxRetryAfter, DefaultPolicy.MaxRetryAfter),
		RepeatUnsafe:  p.RepeatUnsafe,
	}
	complete.MinDelay = cmp.Or(p.MinDelay, min(DefaultPolicy.MinDelay, complete.MaxDelay))
	return complete, nil
}

// delay is how long to wait after an attempt that failed: as long as the answer
// asks for, and on top of it a random part of a time that doubles with every
// retry (full jitter, so that callers who failed together do not come back
// together).
func (p Policy) delay(retries int, retryAfter time.Duration) time.Duration {
	backoff := p.MaxDelay
	if doubled := p.MinDelay << min(retries, 62); doubled>>min(retries, 62) == p.MinDelay { // it did not overflow
		backoff = min(doubled, p.MaxDelay)
	}
	jitter := rand.N(max(backoff, 1))
	return jitter + min(retryAfter, math.MaxInt64-jitter)
}

// Wait returns early, with the reason, if ctx ends before; at once if it is
// bound to.
func Wait(ctx context.Context, delay time.Duration) error {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= delay {
		return context.DeadlineExceeded
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		if cause := context.Cause(ctx); !errors.Is(cause, ctx.Err()) {
			return fmt.Errorf("%w: %w", ctx.Err(), cause)
		}
		return ctx.Err()
	}
}

// RetryAfter reads the Retry-After header of an answer, a number of seconds or a
// date; 0 if there is none, or one that says nothing.
func RetryAfter(header http.Header, now time.Time) time.Duration {
	const maxSeconds = int64(1<<63-1) / int64(time.Second)
	text := header.Get("Retry-After")
	seconds, err := strconv.ParseInt(text, 10, 64)
	// Beyond its range it is the nearest number, also if a letter follows the digits.
	if err == nil || errors.Is(err, strconv.ErrRange) && strings.Trim(text[1:], "0123456789") == "" {
		return time.Duration(min(max(seconds, 0), maxSeconds)) * time.Second
	}
	if date, err := http.ParseTime(text); err == nil {
		return max(date.Sub(now), 0)
	}
	return 0
}
