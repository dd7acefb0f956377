package pipeline

import (
	"context"
	"net/http/httptrace"
	"sync/atomic"
)

// connectionTrace is how far a request came.
type connectionTrace struct{ began, connected atomic.Bool }

func (t *connectionTrace) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { t.began.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { t.connected.Store(true) },
	})
}

// endedBeforeAConnection tells that no byte of a request can have left, because
// the transport looked for a connection and found none. A transport that is not
// net/http's looks for none and tells nothing.
func (t *connectionTrace) endedBeforeAConnection() bool {
	return t.began.Load() && !t.connected.Load()
}
