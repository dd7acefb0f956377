package conformance_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"time"

	"github.com/taskrouter-go/sdk/conformance"
	"github.com/taskrouter-go/sdk/conformance/internal/calls"
	"github.com/taskrouter-go/sdk/taskrouter"
)

// What the facade returned is compared with the exchanges here.

// compareResponse wants what the caller asked to see of the last answer.
func compareResponse(want conformance.Response, got taskrouter.Response) []error {
	header := headerOf(want.Header)
	type seen struct {
		Status          int
		ETag, RequestID string
		Body            string
		Attempts        int
	}
	wanted := seen{want.Status, header.Get("ETag"), header.Get("Twilio-Request-Id"), want.Body, 1}
	if saw := (seen{got.StatusCode, got.ETag(), got.RequestID(), string(got.Body), got.Attempts}); saw != wanted {
		return []error{fmt.Errorf("expected WithResponseInto to show %+v, not %+v", wanted, saw)}
	}
	return nil
}

// compareResult wants every answer back: decoded by the facade and encoded again,
// nothing of it is lost. What encoding added is told apart.
func compareResult(exchanges []conformance.Exchange, result calls.Result) (problems []error, added []string) {
	if result.Entries != nil {
		entries, err := entriesOf(exchanges)
		if err != nil {
			return []error{err}, nil
		}
		return compare(entries, result.Entries)
	}
	var bodies []string
	for _, exchange := range exchanges {
		if exchange.Response.Body != "" {
			bodies = append(bodies, exchange.Response.Body)
		}
	}
	if len(bodies) != len(result.Bodies) {
		return []error{fmt.Errorf("expected %d answers decoded, got %d", len(bodies), len(result.Bodies))}, nil
	}
	for i, body := range bodies {
		lost, more := compare([]byte(body), result.Bodies[i])
		problems, added = append(problems, lost...), append(added, more...)
	}
	return problems, added
}

func compare(original []byte, decoded any) (problems []error, added []string) {
	became, err := json.Marshal(decoded)
	if err != nil {
		return []error{err}, nil
	}
	loss, err := conformance.CompareJSON(original, became)
	if err != nil {
		return []error{err}, nil
	}
	for _, lost := range loss.Lost {
		problems = append(problems, fmt.Errorf("decoding and encoding again lost this: %s", lost))
	}
	return problems, loss.Added
}

// entriesOf takes the entries out of pages, as one list.
func entriesOf(exchanges []conformance.Exchange) ([]byte, error) {
	all := []json.RawMessage{}
	for _, exchange := range exchanges {
		var page map[string]json.RawMessage
		var meta struct{ Key string }
		var entries []json.RawMessage
		if err := json.Unmarshal([]byte(exchange.Response.Body), &page); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(page["meta"], &meta); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(page[meta.Key], &entries); err != nil {
			return nil, err
		}
		all = append(all, entries...)
	}
	return json.Marshal(all)
}

// sentinels are what errors.Is finds, by the status that it finds it for. 500
// stands for all from there on.
var sentinels = map[int]error{
	http.StatusBadRequest:          taskrouter.ErrInvalid,
	http.StatusUnauthorized:        taskrouter.ErrUnauthorized,
	http.StatusForbidden:           taskrouter.ErrForbidden,
	http.StatusNotFound:            taskrouter.ErrNotFound,
	http.StatusConflict:            taskrouter.ErrConflict,
	http.StatusGone:                taskrouter.ErrGone,
	http.StatusPreconditionFailed:  taskrouter.ErrPreconditionFailed,
	http.StatusTooManyRequests:     taskrouter.ErrRateLimited,
	http.StatusInternalServerError: taskrouter.ErrServer,
	0:                              taskrouter.ErrInvalidArgument, // which no answer is
	1:                              taskrouter.ErrInvalidResponse, // nor is any failure
}

// failure is what the service says when it refuses, and what the SDK knows of the
// call.
type failure struct {
	Operation, Method, Path string
	Status                  int
	RequestID, ContentType  string
	Body                    string
	Attempts                int

	Code     int
	Message  string
	MoreInfo string `json:"more_info"`
	Detail   string
	Details  map[string]any
}

// compareFailure wants everything that the service said in the error, whatever the
// body is.
func compareFailure(operation string, exchange conformance.Exchange, err error) []error {
	var e *taskrouter.Error
	if !errors.As(err, &e) {
		return []error{fmt.Errorf("expected a %T, got %w", e, cmp.Or(err, errors.New("none")))}
	}
	header := headerOf(exchange.Response.Header)
	var want failure
	_ = json.Unmarshal([]byte(exchange.Response.Body), &want) // what is no JSON object says nothing by name
	want.Operation, want.Method, want.Path = operation, exchange.Request.Method, exchange.Request.Path
	want.Status, want.Body, want.Attempts = exchange.Response.Status, exchange.Response.Body, 1
	want.RequestID, want.ContentType = header.Get("Twilio-Request-Id"), header.Get("Content-Type")
	got := failure{
		Operation: e.Operation, Method: e.Method, Path: e.Path,
		Status: e.StatusCode, Body: string(e.Body), Attempts: e.Attempts,
		RequestID: e.RequestID, ContentType: e.Header.Get("Content-Type"),
		Code: e.Code, Message: e.Message, MoreInfo: e.MoreInfo, Detail: e.Detail, Details: e.Details,
	}
	var problems []error
	if !reflect.DeepEqual(want, got) {
		problems = append(problems, fmt.Errorf("expected the error to say %+v, not %+v", want, got))
	}
	problems = append(problems, compareWait(header.Get("Retry-After"), e.RetryAfter)...)
	return append(problems, compareSentinels(exchange.Response.Status, err)...)
}

func compareSentinels(status int, err error) []error {
	var problems []error
	for of, sentinel := range sentinels {
		want := of == min(status, http.StatusInternalServerError)
		if errors.Is(err, sentinel) != want {
			problems = append(problems, fmt.Errorf("status %d: expected errors.Is to find %q: %t", status, sentinel.Error(), want))
		}
	}
	return problems
}

// compareWait reads a Retry-After. A date in the past asks for no wait, and one to
// come for as long as it is until then, which is less by the time of the test.
func compareWait(retryAfter string, got time.Duration) []error {
	var want time.Duration
	if seconds, err := strconv.Atoi(retryAfter); err == nil {
		want = time.Duration(seconds) * time.Second
	} else if date, err := http.ParseTime(retryAfter); err == nil {
		want = max(0, time.Until(date))
	}
	if difference := (got - want).Abs(); difference > 2*time.Second {
		return []error{fmt.Errorf("expected the error to say to wait for %v, not %v", want, got)}
	}
	return nil
}
