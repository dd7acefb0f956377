package callback

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// ErrNoHandler is why a callback was not made: no handler answers its URL, and nothing
// else is to be called.
var ErrNoHandler = errors.New("no handler answers this URL")

// Handlers answer callbacks in memory. The zero value has none.
type Handlers struct {
	mu      sync.RWMutex
	bases   []base // the longest paths first
	serving sync.WaitGroup
}

// A base is where a handler answers: at a path and below it.
type base struct {
	scheme, host, path string
	handler            http.Handler
}

// Handle has a handler answer at a URL and below its path, in place of the one that did so.
func (h *Handlers) Handle(u *url.URL, handler http.Handler) {
	h.mu.Lock()
	defer h.mu.Unlock()
	added := base{strings.ToLower(u.Scheme), hostOf(u), strings.TrimRight(u.Path, "/"), handler}
	same := func(b base) bool { return b.scheme == added.scheme && b.host == added.host && b.path == added.path }
	h.bases = append(slices.DeleteFunc(h.bases, same), added)
	slices.SortStableFunc(h.bases, func(a, b base) int { return cmp.Compare(len(b.path), len(a.path)) })
}

// URLs are where handlers answer.
func (h *Handlers) URLs() []string {
	h.mu.RLock()
	defer h.mu.RUnlock()
	urls := make([]string, len(h.bases))
	for i, b := range h.bases {
		urls[i] = b.scheme + "://" + b.host + b.path
	}
	return urls
}

// find returns the handler that answers at a URL, nil if none does.
func (h *Handlers) find(u *url.URL) http.Handler {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for _, b := range h.bases {
		if b.holds(u) {
			return b.handler
		}
	}
	return nil
}

func (b base) holds(u *url.URL) bool {
	below, ok := strings.CutPrefix(u.Path, b.path)
	return ok && (below == "" || below[0] == '/') && strings.EqualFold(u.Scheme, b.scheme) && hostOf(u) == b.host
}

// hostOf is the host of a URL with its port, unless that is the default.
func hostOf(u *url.URL) string {
	host := strings.ToLower(u.Host)
	switch strings.ToLower(u.Scheme) {
	case "http":
		return strings.TrimSuffix(host, ":80")
	case "https":
		return strings.TrimSuffix(host, ":443")
	}
	return host
}

// clientBeside returns a client that reaches the handlers, and all else by a network, if
// there is one.
func (h *Handlers) clientBeside(network http.RoundTripper) *http.Client {
	if network == nil {
		network = nowhere{}
	}
	return &http.Client{Transport: transport{h, network}}
}

type nowhere struct{}

func (nowhere) RoundTrip(*http.Request) (*http.Response, error) { return nil, ErrNoHandler }

type transport struct {
	handlers *Handlers
	network  http.RoundTripper
}

// RoundTrip has a handler answer, for which it waits until the context of the request ends.
// What the handler does after that is lost.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	handler := t.handlers.find(r.URL)
	if handler == nil {
		return t.network.RoundTrip(r)
	}
	arriving, err := arrived(r)
	if err != nil {
		return nil, err
	}
	served := make(chan outcome, 1)
	t.handlers.serving.Go(func() { serve(served, handler, arriving) })
	select {
	case o := <-served:
		if isOver(r.Context()) {
			return nil, context.DeadlineExceeded
		}
		return o.response, o.err
	case <-r.Context().Done():
		return nil, context.Cause(r.Context())
	}
}

// isOver tells whether the time of a request is over, if its context does not yet. A handler
// that ends with its time, too, as those of package webhook do, is always too late.
func isOver(ctx context.Context) bool {
	deadline, ok := ctx.Deadline()
	return ok && !time.Now().Before(deadline)
}

// arrived is a request as a server has it.
func arrived(r *http.Request) (*http.Request, error) {
	body, err := io.ReadAll(r.Body)
	if err = cmp.Or(err, r.Body.Close()); err != nil {
		return nil, err
	}
	arriving := r.Clone(r.Context())
	arriving.Body = io.NopCloser(bytes.NewReader(body))
	arriving.Host = cmp.Or(r.Host, r.URL.Host)
	arriving.RequestURI = r.URL.RequestURI()
	if arriving.URL, err = url.ParseRequestURI(arriving.RequestURI); err != nil { // which always has a path
		return nil, err
	}
	arriving.RemoteAddr = "192.0.2.1:1234" // of those that are kept for documentation
	if r.URL.Scheme == "https" {
		arriving.TLS = &tls.ConnectionState{HandshakeComplete: true, ServerName: r.URL.Hostname()}
	}
	return arriving, nil
}

// outcome is what became of a request.
type outcome struct {
	response *http.Response
	err      error
}

// serve has a handler answer. If it panics, or ends its goroutine as a failed require does,
// the connection is broken, as it is by a server.
func serve(served chan<- outcome, handler http.Handler, r *http.Request) {
	o := outcome{err: errors.New("the handler ended its goroutine")}
	defer func() {
		if reason := recover(); reason != nil {
			o.err = fmt.Errorf("the handler panicked: %v", reason)
		}
		served <- o
	}()
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, r)
	o = outcome{response: recorder.Result()}
}
