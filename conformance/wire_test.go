package conformance_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
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

	mu       sync.Mutex
	handler  http.Handler
	problems []error
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
		w.problems = append(w.problems, err)
	}
	w.problems = append(w.problems, w.document.CheckRequest(r, body)...)
	r.Body = io.NopCloser(bytes.NewReader(body))
	w.handler.ServeHTTP(answer, r)
}

// answer lets the handler answer what is requested next.
func (w *wire) answer(handler http.Handler) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.handler, w.problems = handler, nil
}

func (w *wire) found() []error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.problems
}

// replay makes the first of some exchanges by a method of the facade, which may
// lead it to the others, the next pages of a list. Everything must fit: what
// arrives, and what the facade makes of the answers.
func (w *wire) replay(t *testing.T, call calls.Call, request calls.Request, exchanges []conformance.Exchange) {
	t.Helper()
	replayer := conformance.NewReplayer(&conformance.Scenario{Name: t.Name(), Exchanges: exchanges})
	w.answer(replayer)
	var response taskrouter.Response
	options := []taskrouter.CallOption{taskrouter.WithResponseInto(&response)}
	if etag := headerOf(exchanges[0].Request.Header).Get("If-Match"); etag != "" {
		options = append(options, taskrouter.WithIfMatch(etag))
	}

	result, err := call.Do(t.Context(), w.client(t, exchanges[0].Request), request, options...)

	require.NoError(t, replayer.Err(), "what arrived is not what the fixture holds (the call: %v)", err)
	assert.Empty(t, w.found(), "what arrived is not what the document says")
	first := exchanges[0].Response
	if len(exchanges) == 1 {
		assert.Equal(t, headerOf(first.Header).Get("ETag"), response.ETag())
		assert.Equal(t, first.Status, response.StatusCode)
	}
	if first.Status >= http.StatusBadRequest {
		checkFailure(t, first, err)
		return
	}
	require.NoError(t, err)
	checkResult(t, exchanges, result)
}

func (w *wire) client(t *testing.T, request conformance.Request) *taskrouter.Client {
	t.Helper()
	client := w.clients[headerOf(request.Header).Get("Authorization")]
	require.NotNil(t, client, "the fixture names no scheme of Authorization")
	return client
}

// checkResult wants every answer back: decoded by the facade and encoded again,
// nothing of it is lost.
func checkResult(t *testing.T, exchanges []conformance.Exchange, result calls.Result) {
	t.Helper()
	if result.Entries != nil {
		assertLossless(t, entriesOf(t, exchanges), result.Entries)
		return
	}
	for i, exchange := range exchanges {
		if exchange.Response.Body == "" {
			assert.Empty(t, result.Bodies)
			continue
		}
		require.Len(t, result.Bodies, len(exchanges))
		assertLossless(t, []byte(exchange.Response.Body), result.Bodies[i])
	}
}

func assertLossless(t *testing.T, original []byte, decoded any) {
	t.Helper()
	became, err := json.Marshal(decoded)
	require.NoError(t, err)
	loss, err := conformance.CompareJSON(original, became)
	require.NoError(t, err)
	assert.Empty(t, loss.Lost, "decoding and encoding again lost this")
}

// entriesOf takes the entries out of pages, as one list.
func entriesOf(t *testing.T, exchanges []conformance.Exchange) []byte {
	t.Helper()
	all := []json.RawMessage{}
	for _, exchange := range exchanges {
		var page map[string]json.RawMessage
		require.NoError(t, json.Unmarshal([]byte(exchange.Response.Body), &page))
		var meta struct{ Key string }
		require.NoError(t, json.Unmarshal(page["meta"], &meta))
		var entries []json.RawMessage
		require.NoError(t, json.Unmarshal(page[meta.Key], &entries))
		all = append(all, entries...)
	}
	joined, err := json.Marshal(all)
	require.NoError(t, err)
	return joined
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

// checkFailure wants everything that the service said in the error.
func checkFailure(t *testing.T, want conformance.Response, err error) {
	t.Helper()
	var got *taskrouter.Error
	require.ErrorAs(t, err, &got)
	require.Contains(t, sentinels, want.Status)
	require.ErrorIs(t, err, sentinels[want.Status])
	assert.Equal(t, want.Status, got.StatusCode)
	assert.Equal(t, want.Body, string(got.Body))

	header := headerOf(want.Header)
	assert.Equal(t, header.Get("Twilio-Request-Id"), got.RequestID)
	assert.Equal(t, waitOf(t, header.Get("Retry-After")), got.RetryAfter.Round(time.Second))

	var body struct {
		Code     int
		Message  string
		MoreInfo string `json:"more_info"`
		Detail   string
		Details  map[string]any
	}
	require.NoError(t, json.Unmarshal([]byte(want.Body), &body))
	assert.Equal(t, body.Code, got.Code)
	assert.Equal(t, body.Message, got.Message)
	assert.Equal(t, body.MoreInfo, got.MoreInfo)
	assert.Equal(t, body.Detail, got.Detail)
	assert.Equal(t, body.Details, got.Details)
}

// waitOf reads a Retry-After. A date in the past, as one in a fixture is soon,
// asks for no wait.
func waitOf(t *testing.T, retryAfter string) time.Duration {
	t.Helper()
	if retryAfter == "" {
		return 0
	}
	if seconds, err := strconv.Atoi(retryAfter); err == nil {
		return time.Duration(seconds) * time.Second
	}
	date, err := http.ParseTime(retryAfter)
	require.NoError(t, err)
	return max(0, time.Until(date).Round(time.Second))
}

func headerOf(fields []conformance.Field) http.Header {
	header := make(http.Header)
	for _, field := range fields {
		header.Add(field.Name, field.Value)
	}
	return header
}

// answerOf holds an answer against the document.
func checkAnswer(t *testing.T, o *document.Operation, r conformance.Response) {
	t.Helper()
	assert.Empty(t, o.CheckResponse(r.Status, headerOf(r.Header), []byte(r.Body)), "the answer is not what the document says")
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
