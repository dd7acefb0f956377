package taskrouter

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
)

// readBody reads a body once and to its end, so that the connection can be
// used again, but gives up beyond limit bytes. What was read is returned with
// the error.
func readBody(response *http.Response, limit int64) ([]byte, error) {
	if response.ContentLength > limit {
		return nil, fmt.Errorf("the body has %d bytes, more than the limit of %d", response.ContentLength, limit)
	}
	var body bytes.Buffer
	if response.ContentLength > 0 {
		// One byte more than announced lets the buffer see the end without growing.
		body.Grow(int(response.ContentLength) + bytes.MinRead)
	}
	_, err := body.ReadFrom(io.LimitReader(response.Body, limit+1))
	if int64(body.Len()) > limit {
		return body.Bytes()[:limit], fmt.Errorf("the body has more than the limit of %d bytes", limit)
	}
	if err != nil {
		return body.Bytes(), fmt.Errorf("read the body after %d bytes: %w", body.Len(), err)
	}
	return body.Bytes(), nil
}
