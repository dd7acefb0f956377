package requests

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// A wire is the transport of a client. It keeps what goes over it, and answers.
type wire struct {
	mu       sync.Mutex
	requests []facets
	answers  []answer // to one request after the other; the last one to all after it
	answered int      // how many requests were
}

// mostRequests is more than any call makes. A list that has no end is an error rather
// than a comparison that has none.
const mostRequests = 20

// An answer is a success.
type answer struct {
	status int
	body   string
}

// begin forgets what was sent, for the next call.
func (w *wire) begin(answers ...answer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requests, w.answers, w.answered = nil, answers, 0
}

// sent are the requests since begin.
func (w *wire) sent() []facets {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.requests
}

// RoundTrip implements [http.RoundTripper].
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme == "" { // as a transport of net/http does
		return nil, errors.New(`unsupported protocol scheme ""`)
	}
	sent, err := facetsOf(r)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.answered == mostRequests {
		return nil, fmt.Errorf("the call makes more than %d requests", mostRequests)
	}
	a := w.answers[min(w.answered, len(w.answers)-1)]
	w.answered++
	w.requests = append(w.requests, sent)
	return &http.Response{
		Status: http.StatusText(a.status), StatusCode: a.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:  http.Header{"Content-Type": {"application/json"}},
		Body:    io.NopCloser(strings.NewReader(a.body)),
		Request: r, ContentLength: int64(len(a.body)),
	}, nil
}

// Facets are the parts of a request that are compared, each by the place where it
// stands, such as "query FriendlyName". A text is quoted as in Go, of several with one
// name there is a list, in their order.
type facets map[string]string

// The places that are no input.
const (
	placeMethod  = "method"
	placeOrigin  = "origin" // scheme, host and port
	placePath    = "path"   // decoded
	placeEscaped = "escaped path"
	placeBody    = "body" // that is JSON
	// placeRequest is a request as a whole, where one library makes one and the other
	// makes none.
	placeRequest = "request"
	// placeRecords is how many entries of a list the caller gets.
	placeRecords = "records"
)

func facetsOf(r *http.Request) (facets, error) {
	body, err := bodyOf(r)
	if err != nil {
		return nil, err
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, fmt.Errorf("query %q: %w", r.URL.RawQuery, err)
	}
	f := facets{
		placeMethod:  r.Method,
		placeOrigin:  r.URL.Scheme + "://" + r.URL.Host,
		placePath:    decodedPath(r.URL.EscapedPath()),
		placeEscaped: r.URL.EscapedPath(),
	}
	f.add("query", query)
	if strings.Contains(r.URL.RawQuery, " ") {
		f["query"] = "not escaped"
	}
	for name, values := range r.Header {
		if name != "User-Agent" { // in which each library names itself
			f["header "+name] = show(values...)
		}
	}
	switch media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); {
	case len(body) == 0:
	case media == "application/json":
		f[placeBody] = string(body)
		var value any
		if json.Unmarshal(body, &value) == nil { // written anew, it does not depend on space and order
			f[placeBody] = mustJSON(value)
		}
	default:
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, fmt.Errorf("form %q: %w", body, err)
		}
		f.add("form", form)
	}
	return f, nil
}

func (f facets) add(in string, values url.Values) {
	for name, texts := range values {
		f[in+" "+name] = show(texts...)
	}
}

// line is the request in one line.
func (f facets) line() string { return f[placeMethod] + " " + f[placeOrigin] + f[placeEscaped] }

// decodedPath decodes segment by segment. A slash that is data stays escaped.
func decodedPath(escaped string) string {
	segments := strings.Split(escaped, "/")
	for i, segment := range segments {
		if decoded, err := url.PathUnescape(segment); err == nil {
			segments[i] = strings.ReplaceAll(decoded, "/", "%2F")
		}
	}
	return strings.Join(segments, "/")
}

func bodyOf(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	defer func() { _ = r.Body.Close() }()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, fmt.Errorf("body of %s: %w", r.URL.Path, err)
	}
	return body, nil
}

// show writes values so that they stand in one line and no bar stands alone.
func show(values ...string) string {
	shown := make([]string, 0, len(values))
	for _, value := range values {
		shown = append(shown, strings.ReplaceAll(fmt.Sprintf("%q", value), " | ", ` \x7c `))
	}
	return strings.Join(shown, ", ")
}

func mustJSON(value any) string {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil { // what was decoded can be encoded
		panic(err)
	}
	return strings.TrimSpace(text.String())
}
