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
	// mayHaveLeft tells that a byte may have left, and unsent is the error of a
	// request of which none can have.
	mayHaveLeft atomic.Bool
	unsent      atomic.Pointer[error]
	// renewable tells that the service refused credentials in place of which the
	// next attempt will have others.
	renewable atomic.Bool
}

// sent notes what became of a request.
func (a *attempt) sent(err error, left bool) {
	if left || !reflect.ValueOf(err).Comparable() { // which errors.Is needs
		a.mayHaveLeft.Store(true)
		return
	}
	a.unsent.Store(&err)
}

// neverLeft tells that no byte of an attempt that failed with err can have left:
// by no request, nor by another way than the steps, of which err would be.
func (a *attempt) neverLeft(err error) bool {
	unsent := a.unsent.Load()
	return unsent != nil && !a.mayHaveLeft.Load() && errors.Is(err, *unsent)
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
