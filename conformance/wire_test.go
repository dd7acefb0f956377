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
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/conformance"
	"github.com/taskrouter-go/sdk/conformance/internal/calls"
	"github.com/taskrouter-go/sdk/openapi"
	"github.com/taskrouter-go/sdk/openapi/document"
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
