package pipeline

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// receive sends a request over the wire and takes in the answer, body included,
// so that the steps above see all that can go wrong with it, the connection is
// free for the next attempt, and the timeout of an attempt covers it all.
//
// Of the client it takes transport, cookies and timeout. Its Do would look at the
// target of a redirect, and fail before anybody sees the status.
func receive(client *http.Client, limit int64) Step {
	late := fmt.Errorf("the attempt took more than %v: %w", client.Timeout, context.DeadlineExceeded)
	return func(request *http.Request) (*http.Response, error) {
		ctx, cancel := context.WithTimeoutCause(request.Context(), client.Timeout, late)
		defer cancel()
		var trace *connectionTrace
		if request.Method != http.MethodGet { // which may be repeated however far it came
			ctx, trace = watchConnection(ctx)
			hideIdempotencyKeys(request.Header)
		}
		attempt := attemptOf(ctx)
		attempt.open.Add(1)
		response, err := roundTrip(client, request.WithContext(ctx))
		attempt.sent(err, err == nil || !trace.endedBeforeAConnection())
		if err != nil {
			return nil, err
		}
		ReadBody(response, limit)
		return response, nil
	}
}

// roundTrip sends a request as the client would, but for redirects: they would
// carry it, and on the same host its credentials, to a place that nobody chose.
func roundTrip(client *http.Client, request *http.Request) (*http.Response, error) {
	if client.Jar != nil {
		request = request.Clone(request.Context()) // each attempt has cookies of its own
		for _, cookie := range client.Jar.Cookies(request.URL) {
			request.AddCookie(cookie)
		}
	}
	response, err := client.Transport.RoundTrip(request)
	if failure, ok := err.(tls.RecordHeaderError); ok && string(failure.RecordHeader[:]) == "HTTP/" { //nolint:errorlint // a proxy's would be wrapped
		err = http.ErrSchemeMismatch // which says more
	}
	if failure, ok := err.(*url.Error); ok && failure.Op == "parse" { //nolint:errorlint // of the proxy's address, which may hold a password
		err = fmt.Errorf("the address of the proxy does not parse: %w", failure.Err)
	}
	if err != nil {
		return nil, err
	}
	if response == nil {
		return nil, Permanent(errors.New("the transport returned neither a response nor an error"))
	}
	if response.Body == nil { // which only a client's own transport does
		response.Body = http.NoBody
	}
	if client.Jar != nil {
		client.Jar.SetCookies(request.URL, response.Cookies())
	}
	return response, nil
}

// hideIdempotencyKeys keeps net/http from repeating a POST by itself: it does so
// for requests that have one of these headers, if it finds them in this spelling.
func hideIdempotencyKeys(header http.Header) {
	for _, key := range []string{"Idempotency-Key", "X-Idempotency-Key"} {
		if values, ok := header[key]; ok {
			delete(header, key)
			header[strings.ToLower(key)] = values
		}
	}
}

// Body is a body in memory, in place of the one that came by the wire.
type Body struct {
	// Bytes are what was read of it.
	Bytes []byte
	// Err is why that is not all; nil if it is.
	Err error

	read int
}

// Failure says why and where a body broke off; nil if it did not.
func (b *Body) Failure() error {
	if b.Err == nil || isPermanent(b.Err) {
		return b.Err
	}
	return fmt.Errorf("read the body after %d bytes: %w", len(b.Bytes), b.Err)
}

// Read reads the bytes and then the error, as the original would have.
func (b *Body) Read(p []byte) (int, error) {
	if b.read < len(b.Bytes) {
		n := copy(p, b.Bytes[b.read:])
		b.read += n
		return n, nil
	}
	if b.Err != nil {
		return 0, b.Err
	}
	return 0, io.EOF
}

// Close does nothing: the original was closed when it had been read.
func (b *Body) Close() error { return nil }

// ReadBody takes in the body of a response once and to its end, so that the
// connection can be used again, but gives up beyond limit bytes. What middleware
// has put in the place of a body is taken in as well.
func ReadBody(response *http.Response, limit int64) *Body {
	body, ok := response.Body.(*Body)
	if !ok {
		data, err := readAll(response, limit)
		_ = response.Body.Close() // nothing is lost: it was read or given up
		body = &Body{Bytes: data, Err: err}
		response.Body = body
	}
	return body
}

// maxGrowth is how much memory is set aside for a body that is only announced,
// in bytes. A page of 1,000 tasks has about 2 MB.
const maxGrowth = 4 << 20

func readAll(response *http.Response, limit int64) ([]byte, error) {
	if response.StatusCode == http.StatusSwitchingProtocols {
		return nil, Permanent(errors.New("the server switched protocols: there is no body, only the connection"))
	}
	if response.ContentLength > limit {
		return nil, Permanent(fmt.Errorf("the body has %d bytes, more than the limit of %d", response.ContentLength, limit))
	}
	var body bytes.Buffer
	if response.ContentLength > 0 {
		// The space behind lets the buffer see the end without growing.
		body.Grow(int(min(response.ContentLength, maxGrowth)) + bytes.MinRead)
	}
	_, err := body.ReadFrom(io.LimitReader(response.Body, limit+1))
	if int64(body.Len()) > limit {
		return body.Bytes()[:limit], Permanent(fmt.Errorf("the body has more than the limit of %d bytes", limit))
	}
	return body.Bytes(), err
}
