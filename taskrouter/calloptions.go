package taskrouter

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/internal/pipeline"
)

// A CallOption changes one call. Every method that calls the service takes any
// number of them last.
type CallOption func(*callOptions) error

type callOptions struct {
	response *Response
	etag     *string // where the version goes that the answer names
	timeout  time.Duration
	pipeline pipeline.Options
}

// etagInto hands on the version that an answer names.
func etagInto(etag *string) CallOption {
	return func(o *callOptions) error {
		o.etag = etag
		return nil
	}
}

// answered hands on what the call was answered.
func (o *callOptions) answered(response Response) {
	if o.response != nil {
		*o.response = response
	}
	if o.etag != nil {
		*o.etag = response.ETag()
	}
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
		if pipeline.HasControl(etag) {
			return fmt.Errorf("WithIfMatch: %q holds a control character", etag)
		}
		o.pipeline.IfMatch = etag
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

// WithTimeout ends the call after d, as a deadline of its context would, with all
// its attempts and the waits between them. A list starts the time anew for every
// page. For one attempt see [WithAttemptTimeout].
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
		if err := pipeline.CheckHeader(name, value); err != nil {
			return fmt.Errorf("WithHeader: %w", err)
		}
		if o.pipeline.Header == nil {
			o.pipeline.Header = http.Header{}
		}
		o.pipeline.Header.Set(name, value)
		return nil
	}
}

// WithParam sends a parameter that this package does not know yet: in the query
// or, where the request has one, in the form. The name is spelt as the service
// spells it. Several options with one name send it several times. A parameter
// that the request itself sets is an error. The pages of a list take it from the
// first one.
func WithParam(name, value string) CallOption {
	return func(o *callOptions) error {
		if name == "" {
			return errors.New("WithParam: the name is empty")
		}
		if o.pipeline.Parameters == nil {
			o.pipeline.Parameters = url.Values{}
		}
		o.pipeline.Parameters.Add(name, value)
		return nil
	}
}

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
	if o.pipeline.IfMatch != "" && !operation.Conditional {
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
	// Attempts is how many attempts were begun, the last of which had this answer.
	Attempts int
}

// ETag returns the version of the resource, to be passed to [WithIfMatch]; ""
// if the answer named none.
func (r *Response) ETag() string { return r.Header.Get("ETag") }

// RequestID returns the name of the request in the logs of the service (RQ…).
func (r *Response) RequestID() string { return r.Header.Get("Twilio-Request-Id") }
