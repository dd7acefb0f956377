package taskrouter

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// maxGrowth is how much memory is set aside for a body that is only announced,
// in bytes. A page of 1,000 tasks has about 2 MB.
const maxGrowth = 4 << 20

// readBody reads a body once and to its end, so that the connection can be
// used again, but gives up beyond limit bytes. What was read is returned with
// the error.
func readBody(response *http.Response, limit int64) ([]byte, error) {
	if response.StatusCode == http.StatusSwitchingProtocols {
		return nil, errors.New("the server switched protocols: there is no body, only the connection")
	}
	if response.ContentLength > limit {
		return nil, fmt.Errorf("the body has %d bytes, more than the limit of %d", response.ContentLength, limit)
	}
	var body bytes.Buffer
	if response.ContentLength > 0 {
		// The space behind lets the buffer see the end without growing.
		body.Grow(int(min(response.ContentLength, maxGrowth)) + bytes.MinRead)
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
