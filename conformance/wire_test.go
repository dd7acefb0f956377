package conformance_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/conformance"
	"github.com/taskrouter-go/sdk/conformance/internal/calls"
	"github.com/taskrouter-go/sdk/conformance/internal/document"
	"github.com/taskrouter-go/sdk/openapi"
	"github.com/taskrouter-go/sdk/taskrouter"
)

// A wire lies between the facade and exchanges: a server below a base path that
// answers from a handler, which each test sets, and holds every request against
// the document.
type wire struct {
	document *document.Document
	clients  map[string]*taskrouter.Client // by scheme of Authorization

	mu         sync.Mutex
	handler    http.Handler
	undeclared []error // what arrived by names that the document does not declare
	invalid    []error // what arrived and is not allowed by the document
}

func newWire(t *testing.T) *wire {
	t.Helper()
	d, err := document.Load(openapi.Document)
	require.NoError(t, err)
	w := &wire{document: d, clients: make(map[string]*taskrouter.Client)}
	server := httptest.NewServer(http.StripPrefix("/base", w))
	t.Cleanup(server.Close)
	for scheme, credential := range map[string]taskrouter.Option{
		"Basic":  taskrouter.WithAuthToken("AC228c14652c374b1f5ced78e9b0bdb8e1", "secret"),
		"Bearer": taskrouter.WithTokenSource(func(context.Context) (string, time.Time, error) { return "token", time.Time{}, nil }),
	} {
		client, err := taskrouter.NewClient(credential,
			taskrouter.WithBaseURL(server.URL+"/base"),
			taskrouter.WithRetry(taskrouter.RetryPolicy{MaxAttempts: 1}))
		require.NoError(t, err)
		t.Cleanup(client.CloseIdleConnections)
		w.clients[scheme] = client
	}
	return w
}

func (w *wire) ServeHTTP(answer http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.invalid = append(w.invalid, err)
	}
	w.undeclared = append(w.undeclared, w.document.CheckNames(r, body)...)
	w.invalid = append(w.invalid, w.document.CheckValues(r, body)...)
	r.Body = io.NopCloser(bytes.NewReader(body))
	w.handler.ServeHTTP(answer, r)
}

// answer lets the handler answer what is requested next.
func (w *wire) answer(handler http.Handler) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.handler, w.undeclared, w.invalid = handler, nil, nil
}

// found is how what arrived is not what the document says. A request that the
// service refuses may hold a value that the document does not allow, for just
// that is why.
func (w *wire) found(status int) []error {
	w.mu.Lock()
	defer w.mu.Unlock()
	problems := slices.Clone(w.undeclared)
	if status != http.StatusBadRequest {
		problems = append(problems, w.invalid...)
	}
	for i, problem := range problems {
		problems[i] = fmt.Errorf("what arrived is not what the document says: %w", problem)
	}
	return problems
}

// replay makes the first of some exchanges by a method of the facade, which may
// lead it to the others, the next pages of a list. It returns what does not fit:
// of what arrived, and of what the facade made of the answers.
func (w *wire) replay(ctx context.Context, call calls.Call, request calls.Request, exchanges []conformance.Exchange) []error {
	replayer := conformance.NewReplayer(&conformance.Scenario{Name: "fixture", Exchanges: exchanges})
	w.answer(replayer)
	first := exchanges[0]
	header := headerOf(first.Request.Header)
	client := w.clients[header.Get("Authorization")]
	if client == nil {
		return []error{errors.New("the fixture names no scheme of Authorization")}
	}
	var response taskrouter.Response
	options := []taskrouter.CallOption{taskrouter.WithResponseInto(&response)}
	if etag := header.Get("If-Match"); etag != "" {
		options = append(options, taskrouter.WithIfMatch(etag))
	}

	result, err := call.Do(ctx, client, request, options...)

	problems := w.found(first.Response.Status)
	if misfit := replayer.Err(); misfit != nil {
		return append(problems, misfit, fmt.Errorf("the call: %w", cmp.Or(err, errors.New("succeeded"))))
	}
	if got, want := response.ETag(), headerOf(exchanges[len(exchanges)-1].Response.Header).Get("ETag"); len(exchanges) == 1 && got != want {
		problems = append(problems, fmt.Errorf("expected the ETag %q, got %q", want, got))
	}
	if first.Response.Status >= http.StatusBadRequest {
		return append(problems, compareFailure(first.Response, err)...)
	}
	if err != nil {
		return append(problems, err)
	}
	return append(problems, compareResult(exchanges, result)...)
}

// compareResult wants every answer back: decoded by the facade and encoded again,
// nothing of it is lost.
func compareResult(exchanges []conformance.Exchange, result calls.Result) []error {
	if result.Entries != nil {
		entries, err := entriesOf(exchanges)
		return append(compare(entries, result.Entries), withoutNil(err)...)
	}
	var bodies []string
	for _, exchange := range exchanges {
		if exchange.Response.Body != "" {
			bodies = append(bodies, exchange.Response.Body)
		}
	}
	if len(bodies) != len(result.Bodies) {
		return []error{fmt.Errorf("expected %d answers decoded, got %d", len(bodies), len(result.Bodies))}
	}
	var problems []error
	for i, body := range bodies {
		problems = append(problems, compare([]byte(body), result.Bodies[i])...)
	}
	return problems
}

func compare(original []byte, decoded any) []error {
	became, err := json.Marshal(decoded)
	if err != nil {
		return []error{err}
	}
	loss, err := conformance.CompareJSON(original, became)
	problems := withoutNil(err)
	for _, lost := range loss.Lost {
		problems = append(problems, fmt.Errorf("decoding and encoding again lost this: %s", lost))
	}
	return problems
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

// sentinels are what errors.Is finds for a status.
var sentinels = map[int]error{
	http.StatusBadRequest:         taskrouter.ErrInvalid,
	http.StatusUnauthorized:       taskrouter.ErrUnauthorized,
	http.StatusForbidden:          taskrouter.ErrForbidden,
	http.StatusNotFound:           taskrouter.ErrNotFound,
	http.StatusGone:               taskrouter.ErrGone,
	http.StatusPreconditionFailed: taskrouter.ErrPreconditionFailed,
	http.StatusTooManyRequests:    taskrouter.ErrRateLimited,
}

// failure is what the service says when it refuses.
type failure struct {
	Status     int
	RequestID  string
	RetryAfter time.Duration
	Body       string

	Code     int
	Message  string
	MoreInfo string `json:"more_info"`
	Detail   string
	Details  map[string]any
}

// compareFailure wants everything that the service said in the error.
func compareFailure(r conformance.Response, err error) []error {
	var e *taskrouter.Error
	if !errors.As(err, &e) {
		return []error{fmt.Errorf("expected a %T, got %w", e, cmp.Or(err, errors.New("none")))}
	}
	header := headerOf(r.Header)
	wait, problem := waitOf(header.Get("Retry-After"))
	problems := withoutNil(problem)
	var want failure
	problems = append(problems, withoutNil(json.Unmarshal([]byte(r.Body), &want))...)
	want.Status, want.RequestID, want.RetryAfter, want.Body = r.Status, header.Get("Twilio-Request-Id"), wait, r.Body
	got := failure{
		Status: e.StatusCode, RequestID: e.RequestID, RetryAfter: e.RetryAfter.Round(time.Second), Body: string(e.Body),
		Code: e.Code, Message: e.Message, MoreInfo: e.MoreInfo, Detail: e.Detail, Details: e.Details,
	}
	if !reflect.DeepEqual(want, got) {
		problems = append(problems, fmt.Errorf("expected the error to say %+v, not %+v", want, got))
	}
	if sentinel := sentinels[r.Status]; sentinel == nil || !errors.Is(err, sentinel) {
		problems = append(problems, fmt.Errorf("expected errors.Is to know the status %d", r.Status))
	}
	return problems
}

// waitOf reads a Retry-After. A date in the past, as one in a fixture is soon,
// asks for no wait.
func waitOf(retryAfter string) (time.Duration, error) {
	if retryAfter == "" {
		return 0, nil
	}
	if seconds, err := strconv.Atoi(retryAfter); err == nil {
		return time.Duration(seconds) * time.Second, nil
	}
	date, err := http.ParseTime(retryAfter)
	return max(0, time.Until(date).Round(time.Second)), err
}

func withoutNil(err error) []error {
	if err == nil {
		return nil
	}
	return []error{err}
}

func headerOf(fields []conformance.Field) http.Header {
	header := make(http.Header)
	for _, field := range fields {
		header.Add(field.Name, field.Value)
	}
	return header
}

// nextLink is the path and query of the page after this one.
func nextLink(r conformance.Response) (string, error) {
	var page struct {
		Meta struct {
			Next *string `json:"next_page_url"`
		}
	}
	if err := json.Unmarshal([]byte(r.Body), &page); err != nil || page.Meta.Next == nil {
		return "", nil //nolint:nilerr // what is no page has no next one
	}
	link, err := url.Parse(*page.Meta.Next)
	if err != nil || !strings.HasPrefix(link.Path, "/v1/") {
		return "", errors.Join(errors.New("expected a URL with a path below /v1"), err)
	}
	return link.RequestURI(), nil
}
