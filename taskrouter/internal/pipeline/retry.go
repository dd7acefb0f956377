package pipeline

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// retry makes another attempt where that may help and cannot do harm.
func retry(standard Policy, budget *Budget, maxResponseBytes int64, next Step) Step {
	r := retrier{budget: budget, maxResponseBytes: maxResponseBytes, next: next}
	return func(request *http.Request) (*http.Response, error) {
		policy, options := standard, CallOf(request.Context()).Options
		if options.Retry != nil {
			policy = *options.Retry
		}
		if options.OnceAtMost {
			policy.RepeatUnsafe = false
		}
		return r.send(request, policy)
	}
}

type retrier struct {
	budget           *Budget
	maxResponseBytes int64
	next             Step
}

// send makes attempts until one of them settles the call.
func (r retrier) send(request *http.Request, policy Policy) (*http.Response, error) {
	ctx := request.Context()
	call := CallOf(ctx)
	var renewed, doubtful bool
	for retries := 0; ; {
		o := r.attempt(request)
		if !renewed && call.renewable.Load() && replayable(request) {
			renewed = true // which is no retry: the service did nothing, and credentials that it accepts are on their way
			continue
		}
		if !o.failed() {
			call.AlreadyGone = doubtful && o.foundNothing()
			r.budget.give(earned(retries))
			return o.response, o.err
		}
		retryAfter := o.retryAfter()
		if ctx.Err() != nil || retries+1 >= policy.MaxAttempts || retryAfter > policy.MaxRetryAfter ||
			!o.repeatable(policy) || !replayable(request) || !r.budget.take() {
			return o.response, o.err
		}
		delay := policy.delay(retries, retryAfter)
		if err := Wait(ctx, delay); err != nil {
			return o.abandon(call, fmt.Errorf("wait %v for the next attempt: %w", delay, err))
		}
		doubtful = doubtful || o.doubtful()
		retries++
	}
}

func earned(retries int) int {
	if retries > 0 {
		return oneRetry
	}
	return freshSuccess
}

// replayable tells whether the body of a request can be sent again: middleware
// may have put a stream in its place.
func replayable(request *http.Request) bool {
	return request.Body == nil || request.Body == http.NoBody || request.GetBody != nil
}

// attempt sends a copy of the request, of which the steps below may change what
// they like.
func (r retrier) attempt(request *http.Request) outcome {
	ctx := request.Context()
	call := CallOf(ctx)
	call.attempts.Add(1)
	call.renewable.Store(false)
	call.left.Store(false)
	call.unsent.Store(nil)
	attempt := request.Clone(ctx)
	if request.GetBody != nil {
		var err error
		if attempt.Body, err = request.GetBody(); err != nil {
			return outcome{method: request.Method, err: Permanent(fmt.Errorf("read the body of the request once more: %w", err))}
		}
	}
	response, err := r.next(attempt)
	if err != nil {
		return outcome{method: request.Method, err: err, neverLeft: call.neverLeft(err)}
	}
	return outcome{method: request.Method, response: response, body: ReadBody(response, r.maxResponseBytes)}
}

// outcome is what came of an attempt.
type outcome struct {
	method   string
	response *http.Response // nil if there is none
	body     *Body          // of the response
	err      error          // why there is no response

	neverLeft bool // besides err: no byte of the request can have left
}

// failed tells whether an attempt did not settle the call.
func (o outcome) failed() bool {
	switch {
	case o.err != nil:
		return true
	case o.response.StatusCode == http.StatusTooManyRequests:
		return true
	case o.response.StatusCode == http.StatusNotImplemented: // and never will be
		return false
	case o.response.StatusCode >= 500:
		return true
	case o.isSuccess() && o.method != http.MethodDelete:
		return o.body.Err != nil // a deletion needs no body
	default:
		return false
	}
}

func (o outcome) isSuccess() bool { return o.response != nil && o.response.StatusCode/100 == 2 }

// repeatable tells whether the same request can do better, and do no harm, when
// it is sent again.
func (o outcome) repeatable(policy Policy) bool {
	if isPermanent(o.err) || o.isSuccess() && isPermanent(o.body.Err) {
		return false
	}
	if !o.doubtful() {
		return true
	}
	return o.method == http.MethodGet || o.method == http.MethodDelete || policy.RepeatUnsafe
}

// doubtful tells whether a failed attempt may have been carried out all the
// same.
func (o outcome) doubtful() bool {
	if o.err != nil {
		return !o.neverLeft
	}
	return o.response.StatusCode != http.StatusTooManyRequests
}

func (o outcome) foundNothing() bool {
	return o.method == http.MethodDelete && o.response != nil && o.response.StatusCode == http.StatusNotFound
}

func (o outcome) retryAfter() time.Duration {
	if o.response == nil {
		return 0
	}
	return RetryAfter(o.response.Header, time.Now())
}

// abandon returns what there is, with the reason why there will be no more.
func (o outcome) abandon(call *Call, reason error) (*http.Response, error) {
	if o.err != nil {
		return nil, fmt.Errorf("%w, after: %w", reason, o.err)
	}
	call.Abandoned = reason
	return o.response, nil
}

// Permanent marks an error that another attempt would meet again.
func Permanent(err error) error { return permanent{err} }

type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

func isPermanent(err error) bool {
	if _, ok := errors.AsType[permanent](err); ok {
		return true
	}
	_, ok := errors.AsType[*tls.CertificateVerificationError](err)
	return ok
}
