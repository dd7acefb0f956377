package pipeline

import (
	"net/http"
	"reflect"
	"sync"
	"time"
)

// shared is the transport of all clients that are given none, so that one that is
// thrown away leaves no connections behind.
var shared struct {
	sync.Mutex
	source, transport *http.Transport
}

// DefaultTransport is for a client that is given none.
func DefaultTransport() http.RoundTripper {
	source, ok := http.DefaultTransport.(*http.Transport)
	if !ok { // the program has replaced it, and wants its own used
		return http.DefaultTransport
	}
	shared.Lock()
	defer shared.Unlock()
	if shared.source != source {
		shared.source, shared.transport = source, forOneHost(source)
	}
	return shared.transport
}

// forOneHost returns a transport that suits an API better than a browser, and
// keeps what the program has set itself.
func forOneHost(source *http.Transport) *http.Transport {
	transport := source.Clone()
	transport.MaxIdleConnsPerHost = max(transport.MaxIdleConnsPerHost, 32) // net/http keeps two to a host, and this is the only one
	// A gateway closes what is idle for long, many of them after a minute. If a
	// request comes at that moment nobody knows whether it was carried out, and a
	// POST cannot be repeated.
	if transport.IdleConnTimeout == 0 || transport.IdleConnTimeout > 30*time.Second {
		transport.IdleConnTimeout = 30 * time.Second
	}
	// Otherwise a connection that died silently would be used until the kernel
	// notices. Since Go 1.27 an empty configuration is what a clone has that nobody
	// configured.
	if transport.HTTP2 == nil || reflect.ValueOf(*transport.HTTP2).IsZero() {
		transport.HTTP2 = &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 5 * time.Second}
	}
	return transport
}
