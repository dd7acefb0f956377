package taskrouter

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/taskrouter-go/sdk/taskrouter/internal/pipeline"
)

// What an error of this package is about, to be asked with [errors.Is].
var (
	// ErrInvalidArgument is a mistake that was seen before anything was sent: an
	// empty SID, the SID of another kind of resource, a slash in one.
	ErrInvalidArgument = errors.New("invalid argument")
	// ErrInvalidResponse is an answer that says it is a success and is not what
	// the document promises: cut short, no JSON, empty, too large.
	ErrInvalidResponse = errors.New("invalid response")
	// ErrInvalid is status 400: a value is refused, or the state of the resource
	// does not allow the request.
	ErrInvalid = errors.New("invalid request")
	// ErrUnauthorized is status 401: the credentials are wrong.
	ErrUnauthorized = errors.New("unauthorized")
	// ErrForbidden is status 403: the credentials do not allow the request.
	ErrForbidden = errors.New("forbidden")
	// ErrNotFound is status 404, and what [First] answers when nothing is found.
	// A task is gone five to eight minutes after it was canceled or completed.
	ErrNotFound = errors.New("not found")
	// ErrConflict is status 409.
	ErrConflict = errors.New("conflict")
	// ErrGone is status 410: a reservation was rescinded.
	ErrGone = errors.New("gone")
	// ErrPreconditionFailed is status 412: the resource has another version than
	// [WithIfMatch] said.
	ErrPreconditionFailed = errors.New("precondition failed")
	// ErrRateLimited is status 429. [Error.RetryAfter] says how long to wait, if the
	// answer did.
	ErrRateLimited = errors.New("rate limited")
	// ErrServer is any status from 500 up.
	ErrServer = errors.New("server error")
)

// maxErrorBody is how much of a body an [Error] keeps, in bytes.
const maxErrorBody = 1 << 20

// Error is an answer that is not a success, whatever its body is, or a success
// whose body cannot be used. Ask what it is about with [errors.Is] and the
// sentinels ([ErrNotFound] and so on), and for details with [errors.As].
type Error struct {
	// StatusCode is the HTTP status.
	StatusCode int
	// Code is the number by which https://www.twilio.com/docs/api/errors lists
	// the failure, such as 20404; 0 if the body has none.
	Code int
	// Message says what went wrong; empty if the body has none.
	Message string
	// MoreInfo is the URL of the page that explains Code.
	MoreInfo string
	// Detail is a hint for people, as the answer to a request without credentials
	// has one.
	Detail string
	// Details are further facts, by names that depend on Code.
	Details map[string]any
	// RequestID names the request in the logs of the service (RQ…).
	RequestID string
	// RetryAfter is how long to wait before the request may be sent again, as
	// the answer said; 0 if it did not say.
	RetryAfter time.Duration
	// Attempts is how many attempts were made, the last of which had this answer.
	Attempts int
	// Operation is the operationId of the document, such as "getTask".
	Operation string
	// Method and Path are what was requested, below the base URL and without
	// the query.
	Method, Path string
	// Header holds the headers of the answer.
	Header http.Header
	// Body is the raw body, its first MiB at most.
	Body []byte
	// Err is why the body of a success cannot be used, or could not be read to its
	// end whatever the status is, or why the next attempt was not waited for; nil
	// for none of these.
	Err error
}

// newError describes an answer that is no success, or whose body cannot be used
// because of cause. The body may be anything.
func newError(call *pipeline.Call, response *http.Response, body []byte, cause error) *Error {
	e := &Error{
		StatusCode: response.StatusCode,
		RequestID:  response.Header.Get("Twilio-Request-Id"),
		RetryAfter: pipeline.RetryAfter(response.Header, time.Now()),
		Attempts:   call.Attempts(),
		Operation:  call.Operation.ID,
		Method:     call.Operation.Method,
		Path:       call.Path,
		Header:     response.Header,
		Body:       bytes.Clone(body[:min(len(body), maxErrorBody)]), // an error may be kept for long, the buffer not
		Err:        cause,
	}
	if !isSuccess(e.StatusCode) {
		e.decode(body)
	}
	return e
}

// decode takes from the body what it has. Each member is decoded on its own:
// one of another type than documented does not hide the others.
func (e *Error) decode(body []byte) {
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) != nil {
		return
	}
	var code json.Number // in quotes or not
	for name, target := range map[string]any{
		"code": &code, "message": &e.Message, "more_info": &e.MoreInfo, "detail": &e.Detail, "details": &e.Details,
	} {
		_ = json.Unmarshal(members[name], target) // what does not fit stays in Body
	}
	if number, err := strconv.Atoi(code.String()); err == nil {
		e.Code = number
	}
}

// Error says what was asked, what was answered and, as far as the answer
// tells, why: its message, or else the first 120 bytes of its body.
func (e *Error) Error() string {
	var text strings.Builder
	fmt.Fprintf(&text, "taskrouter: %s: %d", e.Operation, e.StatusCode)
	if name := http.StatusText(e.StatusCode); name != "" {
		text.WriteString(" " + name)
	}
	said := strings.Join(slices.DeleteFunc([]string{e.Message, e.Detail}, func(s string) bool { return s == "" }), ": ")
	if said != "" {
		text.WriteString(": " + pipeline.Brief(said))
	}
	if e.Err != nil {
		text.WriteString(": " + pipeline.Brief(e.Err.Error()))
	}
	if said == "" && e.Err == nil && len(e.Body) > 0 {
		fmt.Fprintf(&text, ": %.120q", e.Body)
	}
	if e.Code != 0 {
		fmt.Fprintf(&text, " (code %d)", e.Code)
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&text, ", %d attempts", e.Attempts)
	}
	if e.RetryAfter != 0 {
		fmt.Fprintf(&text, ", retry after %v", e.RetryAfter)
	}
	if e.RequestID != "" {
		text.WriteString(" [" + pipeline.Brief(e.RequestID) + "]")
	}
	return text.String()
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Is tells whether target is the sentinel of this failure.
func (e *Error) Is(target error) bool {
	switch target {
	case ErrInvalidResponse: // a body that ended with a context or a timeout is no fault of the answer
		return isSuccess(e.StatusCode) && !errors.Is(e.Err, context.Canceled) && !errors.Is(e.Err, context.DeadlineExceeded)
	case ErrServer:
		return e.StatusCode >= 500
	case ErrInvalid, ErrNotFound, ErrConflict, ErrGone, ErrPreconditionFailed: // these are about a resource, not about the token
		return e.Operation != createToken && target == statusErrors[e.StatusCode]
	default:
		return target != nil && target == statusErrors[e.StatusCode]
	}
}

var statusErrors = map[int]error{
	http.StatusBadRequest:         ErrInvalid,
	http.StatusUnauthorized:       ErrUnauthorized,
	http.StatusForbidden:          ErrForbidden,
	http.StatusNotFound:           ErrNotFound,
	http.StatusConflict:           ErrConflict,
	http.StatusGone:               ErrGone,
	http.StatusPreconditionFailed: ErrPreconditionFailed,
	http.StatusTooManyRequests:    ErrRateLimited,
}

// LogValue gives a logger the facts one by one. The body stays out of logs: it
// may hold personal data.
func (e *Error) LogValue() slog.Value {
	facts := []slog.Attr{
		slog.String("operation", e.Operation),
		slog.String("method", e.Method),
		slog.String("path", e.Path),
		slog.Int("status", e.StatusCode),
	}
	cause := ""
	if e.Err != nil {
		cause = pipeline.Brief(e.Err.Error())
	}
	for _, fact := range []slog.Attr{
		slog.Int("code", e.Code),
		slog.String("message", pipeline.Brief(e.Message)),
		slog.String("detail", pipeline.Brief(e.Detail)),
		slog.String("request_id", pipeline.Brief(e.RequestID)),
		slog.Int("attempts", e.Attempts),
		slog.Duration("retry_after", e.RetryAfter),
		slog.String("cause", cause),
	} {
		if !reflect.ValueOf(fact.Value.Any()).IsZero() {
			facts = append(facts, fact)
		}
	}
	return slog.GroupValue(facts...)
}

func isSuccess(status int) bool { return status/100 == 2 }
