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
	var renewed, mayHaveRun bool
	var afterLimits int // retries because of 429
	for retries := 0; ; {
		o := r.attempt(request, renewed)
		if o.renewable && replayable(request) {
			renewed = true
			continue // which is no retry: the service did nothing, and credentials that it accepts are on their way
		}
		if !o.failed() {
			if mayHaveRun && o.foundNothing() {
				call.alreadyGone.Store(true)
			}
			r.budget.settle(afterLimits)
			return o.response, o.err
		}
		retryAfter := o.retryAfter()
		if retries+1 >= policy.MaxAttempts || retryAfter > policy.MaxRetryAfter || !o.repeatable(policy) || !replayable(request) {
			return o.response, o.err
		}
		if err := ctx.Err(); err != nil && o.err == nil {
			return o.abandon(call, err)
		}
		if ctx.Err() != nil || !r.budget.take() {
			return o.response, o.err
		}
		delay := policy.delay(retries, retryAfter)
		if err := Wait(ctx, delay); err != nil {
			r.budget.refund()
			return o.abandon(call, fmt.Errorf("wait %v for the next attempt: %w", delay, err))
		}
		if o.isLimited() {
			afterLimits++
		}
		mayHaveRun = mayHaveRun || o.mayHaveRun()
		retries++
	}
}

// replayable tells whether the body of a request can be sent again: middleware
// may have put a stream in its place.
func replayable(request *http.Request) bool {
	return request.Body == nil || request.Body == http.NoBody || request.GetBody != nil
}

// attempt sends the request once.
func (r retrier) attempt(request *http.Request, renewed bool) outcome {
	a := &attempt{renewed: renewed}
	ctx := withAttempt(request.Context(), a)
	sent := request.WithContext(ctx)
	if CallOf(ctx).attempts.Add(1) > 1 && request.GetBody != nil {
		var err error
		if sent.Body, err = request.GetBody(); err != nil {
			return outcome{method: request.Method, err: Permanent(fmt.Errorf("read the body of the request once more: %w", err))}
		}
	}
	response, err := r.next(sent)
	if err != nil {
		if sent.Body != nil {
			_ = sent.Body.Close() // a step may have failed before the transport could
		}
		return outcome{method: request.Method, err: err, neverLeft: a.neverLeft(err)}
	}
	return outcome{
		method:    request.Method,
		response:  response,
		body:      ReadBody(response, r.maxResponseBytes),
		renewable: response.StatusCode == http.StatusUnauthorized && a.renewable.Load() && !a.accepted.Load(),
	}
}

// outcome is what came of an attempt.
type outcome struct {
	method   string
	response *http.Response // nil if there is none
	body     *Body          // of the response
	err      error          // why there is no response

	neverLeft bool // besides err: no byte of the request can have left
	renewable bool // besides response: the next attempt will have other credentials
}

// failed tells whether an attempt did not settle the call.
func (o outcome) failed() bool {
	switch {
	case o.err != nil:
		return true
	case o.isLimited():
		return true
	case o.response.StatusCode >= 500:
		return o.response.StatusCode != http.StatusNotImplemented // which will not change
	case o.isSuccess() && o.method != http.MethodDelete:
		return o.body.Err != nil // a deletion needs no body
	default:
		return false
	}
}

func (o outcome) isLimited() bool {
	return o.response != nil && o.response.StatusCode == http.StatusTooManyRequests
}

func (o outcome) isSuccess() bool { return o.response != nil && o.response.StatusCode/100 == 2 }

// repeatable tells whether the same request can do better, and do no harm, when
// it is sent again.
func (o outcome) repeatable(policy Policy) bool {
	if isPermanent(o.err) || o.isSuccess() && isPermanent(o.body.Err) {
		return false
	}
	if !o.mayHaveRun() {
		return true
	}
	return o.method == http.MethodGet || o.method == http.MethodDelete || policy.RepeatUnsafe
}

// mayHaveRun tells whether the service may have carried out an attempt that
// failed.
func (o outcome) mayHaveRun() bool { return !o.neverLeft && !o.isLimited() }

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
	call.abandoned.Store(&reason)
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
