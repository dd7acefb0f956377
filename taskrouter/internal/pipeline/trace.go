package pipeline

import (
	"context"
	"net/http/httptrace"
	"sync/atomic"
)

// connectionTrace is how far a request came.
type connectionTrace struct {
	began, connected atomic.Bool
	httptrace.ClientTrace
}

func watchConnection(ctx context.Context) (context.Context, *connectionTrace) {
	t := &connectionTrace{}
	t.GetConn = func(string) { t.began.Store(true) }
	t.GotConn = func(httptrace.GotConnInfo) { t.connected.Store(true) }
	return httptrace.WithClientTrace(ctx, &t.ClientTrace), t
}

// endedBeforeAConnection tells that no byte of a request can have left, because
// the transport looked for a connection and found none. A transport that is not
// net/http's looks for none and tells nothing, and neither does the trace of a
// request that was not watched.
func (t *connectionTrace) endedBeforeAConnection() bool {
	return t != nil && t.began.Load() && !t.connected.Load()
}
