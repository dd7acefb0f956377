package conformance_test

import (
	"bytes"
	"encoding/json"
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
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/conformance"
	"github.com/taskrouter-go/sdk/conformance/internal/calls"
	"github.com/taskrouter-go/sdk/conformance/internal/document"
	"github.com/taskrouter-go/sdk/gen"
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
			replayed, decoded := testFolder(t, w, os.DirFS(find(folder)))
			require.Positive(t, replayed+decoded, "the folder holds neither exchanges nor answers")
			t.Logf("%d exchanges replayed, %d answers decoded", replayed, decoded)
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

// testFolder goes through the JSON files of a folder and the folders in it.
func testFolder(t *testing.T, w *wire, folder fs.FS) (replayed, decoded int) {
	t.Helper()
	require.NoError(t, fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".json" {
			return err
		}
		data, err := fs.ReadFile(folder, name)
		if err != nil {
			return err
		}
		if !json.Valid(data) {
			t.Errorf("%s: expected JSON", name)
			return nil
		}
		recordings, answer := kindOf(data)
		for i, recording := range recordings {
			replayed++
			t.Run(fmt.Sprintf("%s/%d_%s", name, i, recording.OperationID), func(t *testing.T) { replayRecording(t, w, recording) })
		}
		if answer {
			decoded++
			t.Run(name, func(t *testing.T) { decodeAnswer(t, w, name, data) })
		}
		if recordings == nil && !answer {
			t.Logf("%s: neither a list of exchanges nor an answer of the service: left out", name)
		}
		return nil
	}))
	return replayed, decoded
}

// The formats are proved on data of our own, since a corpus is not always there.
func TestCorpusFormatsAreUnderstood(t *testing.T) {
	activity := `{"sid": "WA1495bb3a187f0cc82f10af47dff505cb", "account_sid": "AC228c14652c374b1f5ced78e9b0bdb8e1",
		"workspace_sid": "WS2755ca500fe07f93394eba29bccd4fca", "friendly_name": "Break", "available": false,
		"date_created": "2026-03-17T09:41:05Z", "date_updated": "2026-03-17T09:41:05Z", "links": {},
		"url": "https://taskrouter.twilio.com/v1/Workspaces/WS2755ca500fe07f93394eba29bccd4fca/%s/WA1495bb3a187f0cc82f10af47dff505cb"}`
	created := strings.ReplaceAll(activity, "%s", "Activities")
	replayed, decoded := testFolder(t, newWire(t), fstest.MapFS{
		"recorded/activities.json": {Data: []byte(`[
			{"method": "POST", "url": "https://taskrouter.twilio.com/v1/Workspaces/WS2755ca500fe07f93394eba29bccd4fca/Activities",
			 "request_body": "FriendlyName=Break&Available=false", "status": 201,
			 "response_headers": {"Content-Type": "application/json", "Connection": "keep-alive"}, "response_body": ` + created + `},
			{"method": "DELETE", "url": "https://taskrouter.twilio.com/v1/Workspaces/WS2755ca500fe07f93394eba29bccd4fca",
			 "request_body": null, "status": 204, "response_headers": {"Content-Length": "0"}, "response_body": null}]`)},
		"answers/FetchActivity.200.json":  {Data: []byte(created)},
		"answers/UpdateActivity.200.json": {Data: []byte(strings.ReplaceAll(activity, "%s", "Aktivities"))},
		"answers/bulk.json": {Data: []byte(`{"account_sid": "AC228c14652c374b1f5ced78e9b0bdb8e1", "task_queue_data": [], "task_queue_response_count": 0,
			"workspace_sid": "WS2755ca500fe07f93394eba29bccd4fca",
			"url": "https://taskrouter.twilio.com/v1/Workspaces/WS2755ca500fe07f93394eba29bccd4fca/TaskQueues/RealTimeStatistics"}`)},
		"answers/page.json": {Data: []byte(`{"activities": [` + created + `], "meta": {"page": 0, "page_size": 50, "key": "activities",
			"first_page_url": "", "previous_page_url": null, "next_page_url": null,
			"url": "https://taskrouter.twilio.com/v1/Workspaces/WS2755ca500fe07f93394eba29bccd4fca/Activities?PageSize=50"}}`)},
		"workflow.json": {Data: []byte(`{"task_routing": {}}`)},
		"notes.txt":     {Data: []byte(`not JSON`)},
	})
	assert.Equal(t, 2, replayed)
	assert.Equal(t, 4, decoded)
}

// A recording is an exchange as recordings hold it.
type recording struct {
	Method          string            `json:"method"`
	URL             string            `json:"url"`
	RequestBody     *string           `json:"request_body"`
	Status          int               `json:"status"`
	ResponseHeaders map[string]string `json:"response_headers"`
	ResponseBody    json.RawMessage   `json:"response_body"`
	OperationID     string            `json:"operationId"`
}

// kindOf tells what a file holds: exchanges, or an answer, which has a URL of its
// own.
func kindOf(data []byte) (recordings []recording, answer bool) {
	if json.Unmarshal(data, &recordings) == nil && len(recordings) > 0 && recordings[0].Method != "" {
		return recordings, false
	}
	return nil, urlOf(data) != ""
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
	return body.URL + body.Meta.URL
}

func replayRecording(t *testing.T, w *wire, r recording) {
	exchange := exchangeOf(t, r)
	operation, values, err := w.document.Find(r.Method, exchange.Request.Path)
	require.NoError(t, err)
	logDisagreement(t, operation, exchange.Response)
	request, err := calls.RequestOf(exchange.Request, values)
	require.NoError(t, err)
	for _, call := range calls.Of(operation.ID) {
		if call.Makes(request) {
			t.Run(call.Method, func(t *testing.T) {
				lost, _ := w.replay(t.Context(), call, request, []conformance.Exchange{exchange})
				assert.Empty(t, lost)
			})
		}
	}
}

// exchangeOf brings a recording into the form of a fixture.
func exchangeOf(t *testing.T, r recording) conformance.Exchange {
	t.Helper()
	target, err := url.Parse(r.URL)
	require.NoError(t, err)
	exchange := conformance.Exchange{
		Name: r.Method + " " + target.Path,
		Request: conformance.Request{
			Method: r.Method,
			Path:   target.EscapedPath(),
			Query:  target.RawQuery,
			Header: []conformance.Field{{Name: "Authorization", Value: "Basic"}}, // which is not recorded
		},
		Response: conformance.Response{Status: r.Status},
	}
	if r.RequestBody != nil {
		form, err := url.ParseQuery(*r.RequestBody)
		require.NoError(t, err)
		for name, values := range form {
			for _, value := range values {
				exchange.Request.Form = append(exchange.Request.Form, conformance.Field{Name: name, Value: value})
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.ResponseHeaders)) {
		if !slices.Contains([]string{"Connection", "Content-Encoding", "Content-Length", "Transfer-Encoding"}, name) {
			exchange.Response.Header = append(exchange.Response.Header, conformance.Field{Name: name, Value: r.ResponseHeaders[name]})
		}
	}
	if body := r.ResponseBody; !bytes.Equal(body, []byte("null")) {
		exchange.Response.Body = string(body)
	}
	return exchange
}

// decodeAnswer lets the facade decode an answer of which nothing else is known,
// not even what it answers.
func decodeAnswer(t *testing.T, w *wire, name string, body []byte) {
	operation, err := w.answered(name, body)
	require.NoError(t, err)
	exchange := conformance.Exchange{Response: conformance.Response{
		Status: operation.Success(),
		Header: []conformance.Field{{Name: "Content-Type", Value: "application/json"}},
		Body:   string(body),
	}}
	logDisagreement(t, operation, exchange.Response)
	w.answer(http.HandlerFunc(func(answer http.ResponseWriter, _ *http.Request) {
		answer.Header().Set("Content-Type", "application/json")
		_, _ = answer.Write(body)
	}))
	for _, call := range calls.Of(operation.ID) {
		t.Run(call.Method, func(t *testing.T) {
			result, err := call.Do(t.Context(), w.clients["Basic"], someRequest(t, operation, call.Operation))
			require.NoError(t, err)
			lost, _ := compareResult([]conformance.Exchange{exchange}, result)
			assert.Empty(t, lost)
		})
	}
}

// answered finds an operation whose answer a body is. Its URL tells: a resource
// is answered the same when it is created, read and updated, so read it. The
// documentation has a URL that leads nowhere, and the file's name helps.
func (w *wire) answered(name string, body []byte) (*document.Operation, error) {
	location, err := url.Parse(urlOf(body))
	if err != nil {
		return nil, err
	}
	read, pathOfRead, err := w.document.Find(http.MethodGet, location.EscapedPath())
	change, pathOfChange, _ := w.document.Find(http.MethodPost, location.EscapedPath())
	if change != nil && (read == nil || len(pathOfChange) < len(pathOfRead)) {
		return change, nil
	}
	if read != nil {
		return read, nil
	}
	called, _, _ := strings.Cut(path.Base(name), ".")
	for _, o := range w.document.Operations() {
		if strings.EqualFold(o.ID, called) {
			return o, nil
		}
	}
	return nil, err
}

// someRequest is the least that the facade sends, for an answer that does not
// depend on it.
func someRequest(t *testing.T, o *document.Operation, described gen.Operation) calls.Request {
	t.Helper()
	request := calls.Request{Path: make(map[string]string)}
	for _, p := range described.PathParameters {
		request.Path[p.Name] = p.Prefix + strings.Repeat("0", 32)
	}
	body := make(map[string][]string)
	for _, input := range o.Inputs {
		if input.In == document.InJSON && input.Required {
			body[input.Name] = []string{"WQ" + strings.Repeat("0", 32)}
		}
	}
	if len(body) > 0 {
		var err error
		request.JSON, err = json.Marshal(body)
		require.NoError(t, err)
	}
	return request
}

// logDisagreement lists where an answer is not what the document says. Of its
// headers only the type counts: gateways and browsers have a say in the others.
func logDisagreement(t *testing.T, o *document.Operation, r conformance.Response) {
	t.Helper()
	header := http.Header{"Content-Type": {headerOf(r.Header).Get("Content-Type")}}
	for _, problem := range o.CheckResponse(r.Status, header, []byte(r.Body)) {
		t.Logf("not as the document says: %v", problem)
	}
}
