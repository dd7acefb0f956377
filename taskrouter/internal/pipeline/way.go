package pipeline

import (
	"context"
	"errors"
	"net/http/httptrace"
	"sync/atomic"
)

// way is how far a request came.
type way struct{ began, connected atomic.Bool }

func (w *way) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { w.began.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { w.connected.Store(true) },
	})
}

// mark marks the error of a request of which no byte can have left, because the
// transport looked for a connection and found none. A transport that is not
// net/http's looks for none and tells nothing.
func (w *way) mark(err error) error {
	if w.began.Load() && !w.connected.Load() {
		return unsent{err}
	}
	return err
}

type unsent struct{ error }

func (u unsent) Unwrap() error { return u.error }

func neverLeft(err error) bool {
	_, ok := errors.AsType[unsent](err)
	return ok
}
