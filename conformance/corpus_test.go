package conformance_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/conformance"
	"github.com/taskrouter-go/sdk/conformance/internal/calls"
	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/openapi/document"
)

// corpusVariable names the folders with genuine exchanges and documented answers,
// separated as in PATH. They are not part of this repository.
const corpusVariable = "CONFORMANCE_CORPUS"

// TestCorpus replays what others recorded, and decodes what the documentation
// shows. Both are older than the document or less careful, so where they do not
// agree with it is logged; that the facade loses nothing of them is a must.
func TestCorpus(t *testing.T) {
	folders := filepath.SplitList(os.Getenv(corpusVariable))
	if len(folders) == 0 {
		t.Skipf("%s names no folder", corpusVariable)
	}
	w := newWire(t)
	for _, folder := range folders {
		t.Run(folder, func(t *testing.T) {
			c := corpus{wire: w}
			require.NoError(t, c.read(t.Context(), os.DirFS(find(folder))), folder)
			for _, note := range c.notes {
				t.Log(note)
			}
			for _, problem := range c.problems {
				t.Error(problem)
			}
			t.Logf("%d exchanges replayed, %d answers decoded", c.replayed, c.decoded)
		})
	}
}

// find finds a folder that is named as seen from the root of the repository, from
// where tests are run, or from here, where they run.
func find(folder string) string {
	if fromRoot := filepath.Join("..", folder); !filepath.IsAbs(folder) {
		if _, err := os.Stat(fromRoot); err == nil {
			return fromRoot
		}
	}
	return folder
}

// A corpus is what came of reading one.
type corpus struct {
	wire              *wire
	replayed, decoded int
	problems          []error
	notes             []string
}

// read goes through the JSON files of a folder and of the folders in it.
func (c *corpus) read(ctx context.Context, folder fs.FS) error {
	err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.EqualFold(path.Ext(name), ".json") {
			return err
		}
		data, err := fs.ReadFile(folder, name)
		if err != nil {
			return err
		}
		c.readFile(ctx, name, data)
		return nil
	})
	if err != nil {
		return err
	}
	if c.replayed+c.decoded+len(c.problems) == 0 {
		return errors.New("expected JSON files with exchanges or answers, and there are none")
	}
	return nil
}

func (c *corpus) readFile(ctx context.Context, name string, data []byte) {
	var entries []json.RawMessage
	switch {
	case !json.Valid(data):
		c.fail(name, errors.New("expected JSON"))
	case json.Unmarshal(data, &entries) == nil && slices.ContainsFunc(entries, looksRecorded):
		c.replayAll(ctx, name, entries)
	case urlOf(data) != "" || c.wire.named(name) != nil:
		c.decodeAnswer(ctx, name, data)
	default:
		c.note(name, "neither a list of exchanges nor an answer of the service: left out")
	}
}

func (c *corpus) fail(where string, problems ...error) {
	for _, problem := range problems {
		c.problems = append(c.problems, fmt.Errorf("%s: %w", where, problem))
	}
}

func (c *corpus) note(where string, notes ...string) {
	for _, note := range notes {
		c.notes = append(c.notes, where+": "+note)
	}
}

// noteDisagreement notes where an answer is not what the document says. Of its
// headers only the type counts: gateways and browsers have a say in the others.
func (c *corpus) noteDisagreement(where string, o *document.Operation, r conformance.Response) {
	header := http.Header{"Content-Type": {headerOf(r.Header).Get("Content-Type")}}
	for _, problem := range o.CheckResponse(r.Status, header, []byte(r.Body)) {
		c.note(where, fmt.Sprintf("not as the document says: %v", problem))
	}
}

// A recording is an exchange as recordings hold it.
type recording struct {
	Method          string            `json:"method"`
	URL             string            `json:"url"`
	RequestBody     *string           `json:"request_body"`
	Status          int               `json:"status"`
	ResponseHeaders map[string]string `json:"response_headers"`
	ResponseBody    json.RawMessage   `json:"response_body"` // JSON, or a string that is no JSON
}

// looksRecorded tells whether an entry of a list is meant to be a recording, so
// that one with a mistake in it is not taken for something else.
func looksRecorded(entry json.RawMessage) bool {
	var members map[string]json.RawMessage
	if json.Unmarshal(entry, &members) != nil {
		return false
	}
	found := 0
	for _, name := range []string{"method", "url", "status", "request_body", "response_body"} {
		if members[name] != nil {
			found++
		}
	}
	return found >= 3
}

func (c *corpus) replayAll(ctx context.Context, name string, entries []json.RawMessage) {
	var exchanges []conformance.Exchange
	for i, entry := range entries {
		exchange, err := exchangeOf(entry)
		if err != nil {
			c.fail(fmt.Sprintf("%s[%d]", name, i), err)
			return // what the others are is not sure then
		}
		exchanges = append(exchanges, exchange)
	}
	for i := range exchanges {
		c.replayed++
		c.replay(ctx, fmt.Sprintf("%s[%d] %s", name, i, exchanges[i].Name), exchanges, i)
	}
}

func (c *corpus) replay(ctx context.Context, where string, exchanges []conformance.Exchange, i int) {
	exchange := exchanges[i]
	operation, values, err := c.wire.document.Find(exchange.Request.Method, exchange.Request.Path)
	if err != nil {
		c.fail(where, err)
		return
	}
	c.noteDisagreement(where, operation, exchange.Response)
	request, err := calls.RequestOf(exchange.Request, values)
	if err != nil {
		c.fail(where, err)
		return
	}
	pages, err := nextPages(exchanges, i)
	if err != nil {
		c.note(where, fmt.Sprintf("only this page is read: %v", err))
		request.OnePage, pages = true, nil
	}
	for _, call := range calls.Of(operation.ID) {
		if !call.Makes(request) {
			continue
		}
		problems, added := c.wire.replay(ctx, call, request, append([]conformance.Exchange{exchange}, pages...))
		for _, problem := range problems {
			if _, ok := errors.AsType[disagreement](problem); ok {
				c.note(where+": "+call.Method, problem.Error())
				continue
			}
			c.fail(where+": "+call.Method, problem)
		}
		c.note(where+": "+call.Method+": was not there", added...)
	}
}

// exchangeOf brings a recording into the form of a fixture.
func exchangeOf(entry json.RawMessage) (conformance.Exchange, error) {
	var r recording
	if err := json.Unmarshal(entry, &r); err != nil {
		return conformance.Exchange{}, fmt.Errorf("read the recording: %w", err)
	}
	target, err := url.Parse(r.URL)
	switch {
	case err != nil:
		return conformance.Exchange{}, fmt.Errorf("url: %w", err)
	case r.Method == "" || target.Path == "":
		return conformance.Exchange{}, errors.New("expected a method and a url")
	case r.Status < 200 || r.Status > 599:
		return conformance.Exchange{}, fmt.Errorf("expected a status from 200 to 599, not %d", r.Status)
	}
	exchange := conformance.Exchange{
		Name: r.Method + " " + target.Path,
		Request: conformance.Request{
			Method: r.Method,
			Path:   target.EscapedPath(),
			Query:  target.RawQuery,
			Header: []conformance.Field{{Name: "Authorization", Value: "Basic"}}, // which is not recorded
		},
		Response: conformance.Response{Status: r.Status, Header: answered(r.ResponseHeaders), Body: bodyOf(r.ResponseBody)},
	}
	if r.RequestBody == nil {
		return exchange, nil
	}
	if strings.HasPrefix(*r.RequestBody, "{") {
		exchange.Request.JSON = *r.RequestBody
		return exchange, nil
	}
	form, err := url.ParseQuery(*r.RequestBody)
	if err != nil {
		return exchange, fmt.Errorf("request_body: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, value := range form[name] {
			exchange.Request.Form = append(exchange.Request.Form, conformance.Field{Name: name, Value: value})
		}
	}
	return exchange, nil
}

// answered are the headers of an answer, without those of its connection.
func answered(recorded map[string]string) []conformance.Field {
	var header []conformance.Field
	for _, name := range slices.Sorted(maps.Keys(recorded)) {
		switch http.CanonicalHeaderKey(name) {
		case "Connection", "Content-Encoding", "Content-Length", "Keep-Alive", "Transfer-Encoding":
		default:
			header = append(header, conformance.Field{Name: name, Value: recorded[name]})
		}
	}
	return header
}

func bodyOf(recorded json.RawMessage) string {
	var text string
	if bytes.HasPrefix(recorded, []byte(`"`)) && json.Unmarshal(recorded, &text) == nil {
		return text
	}
	if string(recorded) == "null" {
		return ""
	}
	return string(recorded)
}

// decodeAnswer lets the facade decode an answer of which nothing else is known,
// not even what it answers.
func (c *corpus) decodeAnswer(ctx context.Context, name string, body []byte) {
	operation := c.wire.answeredBy(name, body)
	if operation == nil {
		c.fail(name, fmt.Errorf("expected the url of an answer to an operation of the document, not %q, or its name in that of the file", urlOf(body)))
		return
	}
	c.decoded++
	exchange := conformance.Exchange{Response: conformance.Response{
		Status: operation.Success(),
		Header: []conformance.Field{{Name: "Content-Type", Value: "application/json"}},
		Body:   string(body),
	}}
	c.noteDisagreement(name, operation, exchange.Response)
	c.wire.answer(http.HandlerFunc(func(answer http.ResponseWriter, _ *http.Request) {
		answer.Header().Set("Content-Type", "application/json")
		_, _ = answer.Write(body)
	}))
	for _, call := range calls.Of(operation.ID) {
		request := someRequest(operation, call.Operation)
		link, err := linkOf(exchange.Response, "next_page_url")
		request.OnePage = link != "" || err != nil
		if !call.Makes(request) {
			continue
		}
		result, err := call.Do(ctx, c.wire.clients["Basic"], request)
		if err != nil {
			c.fail(name+": "+call.Method, err)
			continue
		}
		problems, added := compareResult([]conformance.Exchange{exchange}, result)
		c.fail(name+": "+call.Method, problems...)
		c.note(name+": "+call.Method+": was not there", added...)
	}
}

// urlOf is the URL of an answer: that of the resource, or that of the page.
func urlOf(answer []byte) string {
	var body struct {
		URL  string
		Meta struct{ URL string }
	}
	if json.Unmarshal(answer, &body) != nil {
		return ""
	}
	return cmp.Or(body.URL, body.Meta.URL)
}

// answeredBy finds an operation whose answer a body is. Its URL tells: a resource
// is answered the same when it is created, read and updated, so read it. The
// documentation has a URL that leads nowhere, and then the file's name helps.
func (w *wire) answeredBy(name string, body []byte) *document.Operation {
	location, err := url.Parse(urlOf(body))
	if err != nil {
		return w.named(name)
	}
	read, pathOfRead, _ := w.document.Find(http.MethodGet, location.EscapedPath())
	change, pathOfChange, _ := w.document.Find(http.MethodPost, location.EscapedPath())
	if change != nil && (read == nil || len(pathOfChange) < len(pathOfRead)) {
		return change
	}
	return cmp.Or(read, w.named(name))
}

// named finds the operation that a file is named after, as updateTask.200.json is.
func (w *wire) named(file string) *document.Operation {
	name, _, _ := strings.Cut(path.Base(file), ".")
	for _, o := range w.document.Operations() {
		if strings.EqualFold(o.ID, name) && o.Answer() != nil {
			return o
		}
	}
	return nil
}

// someRequest is the least that the facade sends, for an answer that does not
// depend on it.
func someRequest(o *document.Operation, described gen.Operation) calls.Request {
	request := calls.Request{Path: make(map[string]string)}
	for _, p := range described.PathParameters {
		request.Path[p.Name] = cmp.Or(p.Prefix, "TC") + strings.Repeat("0", 32)
	}
	for _, input := range o.Inputs {
		if input.In == document.InJSON { // the one operation that takes JSON takes a list of queues
			request.JSON = []byte(`{"` + input.Name + `": ["WQ00000000000000000000000000000000"]}`)
		}
	}
	return request
}
