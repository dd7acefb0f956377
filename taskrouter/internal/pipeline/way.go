package pipeline

import (
	"context"
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

// endedBeforeAConnection tells that no byte of a request can have left, because
// the transport looked for a connection and found none. A transport that is not
// net/http's looks for none and tells nothing.
func (w *way) endedBeforeAConnection() bool { return w.began.Load() && !w.connected.Load() }
