package taskroutertest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
)

// errClosed is what calls of a server fail with that is closed.
var errClosed = errors.New("taskroutertest: the server is closed")

// transport makes calls in memory. An answer is there as a whole before the client
// gets it, so one whose body is never read holds nothing up.
type transport struct{ server *Server }

// RoundTrip makes a call. The call goes on when the client does not wait for it any
// more, as one of the service does.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := readBody(r)
	if err != nil {
		return nil, err
	}
	if err := context.Cause(r.Context()); err != nil {
		return nil, err
	}
	if !t.server.config.hasHooks() {
		return t.server.answerAtOnce(r, body)
	}
	answered := make(chan outcome, 1)
	go t.server.answerTo(answered, r.Clone(r.Context()), body)
	select {
	case o := <-answered:
		return o.response(r)
	case <-r.Context().Done():
		return nil, context.Cause(r.Context())
	case <-t.server.closed:
		return nil, errClosed
	}
}

// answerAtOnce makes a call without a goroutine of its own. Without a hook there is
// nothing in it that would go on when the client waits no more but a Delay, which ends
// then, too.
func (s *Server) answerAtOnce(r *http.Request, body []byte) (*http.Response, error) {
	answer, err := s.answer(r, body)
	return outcome{answer: answer, err: cmp.Or(context.Cause(r.Context()), err)}.response(r)
}

// outcome is what became of a call.
type outcome struct {
	answer Answer
	err    error
	// panicked is what a hook panicked with.
	panicked any
}

// answerTo makes a call. A hook that ends its goroutine, as a failed require does,
// leaves an error behind.
func (s *Server) answerTo(answered chan<- outcome, r *http.Request, body []byte) {
	o := outcome{err: errors.New("taskroutertest: a hook ended the goroutine of the call")}
	defer func() {
		o.panicked = recover()
		answered <- o
	}()
	o.answer, o.err = s.answer(r, body)
}

// response is what the client gets.
func (o outcome) response(r *http.Request) (*http.Response, error) {
	if o.panicked != nil {
		panic(o.panicked) // where the test can see it
	}
	if o.err != nil {
		return nil, o.err
	}
	return &http.Response{
		Status:        strconv.Itoa(o.answer.Status) + " " + http.StatusText(o.answer.Status),
		StatusCode:    o.answer.Status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        o.answer.Header,
		Body:          io.NopCloser(bytes.NewReader(o.answer.Body)),
		ContentLength: int64(len(o.answer.Body)),
		Request:       r,
	}, nil
}
