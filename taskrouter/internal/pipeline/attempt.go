package pipeline

import (
	"context"
	"errors"
	"reflect"
	"sync/atomic"
)

// attempt is what becomes of one attempt, carried by the context of its request.
// Middleware may send it more than once, even at the same time.
type attempt struct {
	// open is how many requests of it are on their way, mayHaveLeft tells that a
	// byte of another may have left, and unsent is the error of one of which none
	// can have.
	open        atomic.Int32
	mayHaveLeft atomic.Bool
	unsent      atomic.Pointer[error]
	// renewed tells that the attempt is made because of new credentials, and
	// renewable that the service refused those of it and the next one will have
	// others, unless it accepted them once.
	renewed             bool
	renewable, accepted atomic.Bool
}

// sent notes what became of a request.
func (a *attempt) sent(err error, left bool) {
	if left {
		a.mayHaveLeft.Store(true)
	} else {
		unsent := err // so that the usual case needs no memory for it
		a.unsent.Store(&unsent)
	}
	a.open.Add(-1) // last, because what is no longer open must have been noted
}

// neverLeft tells that no byte of an attempt that failed with err can have left:
// by no request of it, nor by another way than the steps, for which err would be
// another error, or one more.
func (a *attempt) neverLeft(err error) bool {
	unsent := a.unsent.Load()
	if unsent == nil || a.open.Load() > 0 || a.mayHaveLeft.Load() {
		return false
	}
	for ; err != nil; err = errors.Unwrap(err) { // which does not look into several that are joined
		if reflect.ValueOf(err).Comparable() && err == *unsent { //nolint:errorlint // it is the loop that unwraps
			return true
		}
	}
	return false
}

type attemptKey struct{}

func withAttempt(ctx context.Context, a *attempt) context.Context {
	return context.WithValue(ctx, attemptKey{}, a)
}

// attemptOf returns the attempt that ctx belongs to, or one that nobody asks
// afterwards if middleware has lost it.
func attemptOf(ctx context.Context) *attempt {
	if a, ok := ctx.Value(attemptKey{}).(*attempt); ok {
		return a
	}
	return &attempt{}
}
