package taskrouter

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/taskrouter-go/sdk/gen"
)

// A CallOption changes one call. Every method that calls the service takes any
// number of them last.
type CallOption func(*callOptions) error

type callOptions struct {
	ifMatch  string
	response *Response
	timeout  time.Duration
	header   http.Header
}

// WithIfMatch lets an update or a deletion happen only if the resource still
// has the version that etag names, as [Response.ETag] gave it; otherwise the
// call fails with [ErrPreconditionFailed] and nothing is changed. Tasks,
// workers and reservations have versions. The text is sent as it is: the
// service may quote it or not.
func WithIfMatch(etag string) CallOption {
	return func(o *callOptions) error {
		if strings.TrimSpace(etag) == "" {
			return errors.New("WithIfMatch: the ETag is empty, which would make the call unconditional")
		}
		if strings.ContainsFunc(etag, isControl) {
			return fmt.Errorf("WithIfMatch: %q holds a control character", etag)
		}
		o.ifMatch = etag
		return nil
	}
}

// WithResponseInto fills response with the status, the headers and the raw
// body of the answer, of a failure as well. Of a list, it holds the answer that
// brought the last page. Calls that run at the same time need one each.
func WithResponseInto(response *Response) CallOption {
	return func(o *callOptions) error {
		if response == nil {
			return errors.New("WithResponseInto: the response to fill is nil")
		}
		o.response = response
		return nil
	}
}

// WithTimeout ends the call after d, as a deadline of its context would, in place
// of the client's own 30 seconds. A list starts the time anew for every page. The
// Timeout of a client that was passed to [WithHTTPClient] acts as well.
func WithTimeout(d time.Duration) CallOption {
	return func(o *callOptions) error {
		if d <= 0 {
			return fmt.Errorf("WithTimeout: %v is not positive", d)
		}
		o.timeout = d
		return nil
	}
}

// WithHeader sends a header besides those that the client or the connection
// needs itself. Of one name, the last option counts.
func WithHeader(name, value string) CallOption {
	return func(o *callOptions) error {
		key := http.CanonicalHeaderKey(name)
		switch {
		case !headerName.MatchString(name):
			return fmt.Errorf("WithHeader: %q is not the name of a header", name)
		case key == "If-Match":
			return errors.New("WithHeader: use WithIfMatch for If-Match")
		case slices.Contains(ownHeaders, key):
			return fmt.Errorf("WithHeader: %s is set by the client", key)
		case strings.ContainsFunc(value, isControl):
			return fmt.Errorf("WithHeader: the value of %s holds a control character", key)
		}
		if o.header == nil {
			o.header = http.Header{}
		}
		o.header.Set(key, value)
		return nil
	}
}

// headerName is what RFC 9110 calls a token.
var headerName = regexp.MustCompile("^[0-9A-Za-z!#$%&'*+.^_`|~-]+$")

// ownHeaders are not for a caller to set.
var ownHeaders = []string{
	"Accept", "Accept-Encoding", "Authorization", "Connection", "Content-Encoding", "Content-Length", "Content-Type",
	"Expect", "Host", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "Range", "Te", "Trailer",
	"Transfer-Encoding", "Upgrade", "User-Agent",
}

// isControl tells what may not stand in the value of a header.
func isControl(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }

// newCallOptions applies options in their order and holds them against the
// operation.
func newCallOptions(operation gen.Operation, options []CallOption) (*callOptions, error) {
	o := &callOptions{}
	var failures []error
	for _, option := range options {
		if option == nil {
			failures = append(failures, errors.New("a CallOption is nil"))
			continue
		}
		failures = append(failures, option(o))
	}
	if o.ifMatch != "" && !operation.Conditional {
		failures = append(failures, errors.New("WithIfMatch: the service does not heed If-Match here"))
	}
	if o.response != nil {
		*o.response = Response{} // nothing of an earlier call may be taken for this one's
	}
	return o, errors.Join(failures...)
}

// Response is what a call was answered, beside the resource it returns. See
// [WithResponseInto].
type Response struct {
	// StatusCode is the HTTP status; 0 if there was no answer.
	StatusCode int
	// Header holds the headers.
	Header http.Header
	// Body is the raw body.
	Body []byte
}

// ETag returns the version of the resource, to be passed to [WithIfMatch]; ""
// if the answer named none.
func (r *Response) ETag() string { return r.Header.Get("ETag") }

// RequestID returns the name of the request in the logs of the service (RQ…).
func (r *Response) RequestID() string { return r.Header.Get("Twilio-Request-Id") }
