package conformance_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
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
	url      string                        // that the clients have

	mu         sync.Mutex
	handler    http.Handler
	undeclared []error // what arrived by names that the document does not declare
	invalid    []error // what arrived and is not allowed by the document
}

// The credentials of the clients.
const (
	accountSID = "AC228c14652c374b1f5ced78e9b0bdb8e1"
	authToken  = "secret"
	token      = "token"
)

var basicCredential = "Basic " + base64.StdEncoding.EncodeToString([]byte(accountSID+":"+authToken))

func newWire(t *testing.T) *wire {
	t.Helper()
	d, err := document.Load(openapi.Document)
	require.NoError(t, err)
	w := &wire{document: d, clients: make(map[string]*taskrouter.Client)}
	server := httptest.NewServer(http.StripPrefix("/base", w))
	t.Cleanup(server.Close)
	w.url = server.URL + "/base"
	for scheme, credential := range map[string]taskrouter.Option{
		"Basic":  taskrouter.WithAuthToken(accountSID, authToken),
		"Bearer": taskrouter.WithTokenSource(func(context.Context) (string, time.Time, error) { return token, time.Time{}, nil }),
	} {
		client, err := taskrouter.NewClient(credential,
			taskrouter.WithBaseURL(w.url),
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
	if !slices.Contains([]string{basicCredential, "Bearer " + token}, r.Header.Get("Authorization")) {
		w.undeclared = append(w.undeclared, errors.New("the credentials are not those of the client")) // which they must not show
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
		problems[i] = disagreement{problem}
	}
	return problems
}

// A disagreement is one with the document.
type disagreement struct{ error }

func (d disagreement) Error() string {
	return "what arrived is not what the document says: " + d.error.Error()
}

// replay makes the first of some exchanges by a method of the facade, which may
// lead it to the others, the next pages of a list. It returns what does not fit,
// of what arrived and of what the facade made of the answers; and apart from that
// what it added to them.
func (w *wire) replay(ctx context.Context, call calls.Call, request calls.Request, exchanges []conformance.Exchange) (problems []error, added []string) {
	first := exchanges[0]
	header := headerOf(first.Request.Header)
	client := w.clients[header.Get("Authorization")]
	if client == nil {
		return []error{errors.New("the fixture names no scheme of Authorization")}, nil
	}
	if call.Paged {
		back, err := wayBack(exchanges)
		if err != nil {
			return []error{err}, nil
		}
		exchanges = slices.Concat(exchanges, back)
	}
	replayer := conformance.NewReplayer(&conformance.Scenario{Name: "fixture", Exchanges: exchanges})
	w.answer(replayer)
	var response taskrouter.Response
	options := []taskrouter.CallOption{taskrouter.WithResponseInto(&response)}
	if etag := header.Get("If-Match"); etag != "" {
		options = append(options, taskrouter.WithIfMatch(etag))
	}

	result, err := call.Do(ctx, client, request, options...)

	problems = w.found(first.Response.Status)
	if misfit := replayer.Err(); misfit != nil {
		return append(problems, misfit, fmt.Errorf("the call: %w", cmp.Or(err, errors.New("succeeded")))), nil
	}
	problems = append(problems, compareResponse(exchanges[len(exchanges)-1].Response, response)...)
	if first.Response.Status >= http.StatusBadRequest {
		return append(problems, compareFailure(call.Operation.ID, first, err)...), nil
	}
	if err != nil {
		return append(problems, err), nil
	}
	lost, added := compareResult(exchanges, result)
	return append(problems, lost...), added
}

// wayBack are the exchanges in which pages are read backwards from the last. No
// fixture has them: each is a link to the page before, and the answer that this
// page had on the way forth.
func wayBack(forth []conformance.Exchange) ([]conformance.Exchange, error) {
	var back []conformance.Exchange
	for i := len(forth) - 1; i > 0; i-- {
		link, err := linkOf(forth[i].Response, "previous_page_url")
		if err != nil || link == "" {
			return nil, fmt.Errorf("%s: expected a link to the page before: %w", forth[i].Name, cmp.Or(err, errors.New("there is none")))
		}
		path, query, _ := strings.Cut(link, "?")
		back = append(back, conformance.Exchange{
			Name:     "back from " + forth[i].Name,
			Request:  conformance.Request{Method: http.MethodGet, Path: path, Query: query, Header: forth[0].Request.Header},
			Response: forth[i-1].Response,
		})
	}
	return back, nil
}

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

func headerOf(fields []conformance.Field) http.Header {
	header := make(http.Header)
	for _, field := range fields {
		header.Add(field.Name, field.Value)
	}
	return header
}

// linkOf is the path and query of the next or the previous page.
func linkOf(r conformance.Response, name string) (string, error) {
	var page struct{ Meta map[string]any }
	if json.Unmarshal([]byte(r.Body), &page) != nil {
		return "", nil //nolint:nilerr // what is no page has no link
	}
	text, ok := page.Meta[name].(string)
	if !ok {
		return "", nil
	}
	link, err := url.Parse(text)
	if err != nil || !strings.HasPrefix(link.Path, "/v1/") {
		return "", fmt.Errorf("%s: expected a URL with a path below /v1, not %q", name, text)
	}
	return link.RequestURI(), nil
}
