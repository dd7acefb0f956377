package conformance_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A corpus is not always there, so reading one is proved on data of our own.

const (
	corpusWorkspace = "https://taskrouter.twilio.com/v1/Workspaces/WS2755ca500fe07f93394eba29bccd4fca"
	corpusActivity  = `{"sid": "WA1495bb3a187f0cc82f10af47dff505cb", "account_sid": "AC228c14652c374b1f5ced78e9b0bdb8e1",
		"workspace_sid": "WS2755ca500fe07f93394eba29bccd4fca", "friendly_name": "Break", "available": false,
		"date_created": "2026-03-17T09:41:05Z", "date_updated": "2026-03-17T09:41:05Z", "links": {},
		"url": "` + corpusWorkspace + `/Activities/WA1495bb3a187f0cc82f10af47dff505cb"}`
	corpusCreate = `{"method": "POST", "url": "` + corpusWorkspace + `/Activities", "request_body": "FriendlyName=Break&Available=false",
		"status": 201, "response_headers": {"content-type": "application/json", "content-length": "1"}, "response_body": ` + corpusActivity + `}`
	corpusBulk = `{"account_sid": "AC228c14652c374b1f5ced78e9b0bdb8e1", "task_queue_data": [], "task_queue_response_count": 0,
		"workspace_sid": "WS2755ca500fe07f93394eba29bccd4fca", "url": "` + corpusWorkspace + `/TaskQueues/RealTimeStatistics"}`
)

func corpusPage(number, previous, next string) string {
	return `{"activities": [` + corpusActivity + `], "meta": {"page": ` + number + `, "page_size": 1, "key": "activities",
		"first_page_url": "` + corpusWorkspace + `/Activities?Page=0", "previous_page_url": ` + previous + `, "next_page_url": ` + next + `,
		"url": "` + corpusWorkspace + `/Activities?Page=` + number + `"}}`
}

func corpusGet(path, status, body string) string {
	return `{"method": "GET", "url": "` + corpusWorkspace + path + `", "request_body": null, "status": ` + status + `,
		"response_headers": {"Content-Type": "application/json"}, "response_body": ` + body + `}`
}

func readCorpus(t *testing.T, files map[string]string) corpus {
	t.Helper()
	folder := make(fstest.MapFS)
	for name, text := range files {
		folder[name] = &fstest.MapFile{Data: []byte(text)}
	}
	c := corpus{wire: newWire(t)}
	require.NoError(t, c.read(t.Context(), folder))
	return c
}

func TestACorpusIsReadInAllItsForms(t *testing.T) {
	next, previous := `"`+corpusWorkspace+`/Activities?Page=1"`, `"`+corpusWorkspace+`/Activities?Page=0"`
	c := readCorpus(t, map[string]string{
		"recorded/activities.json": `[` + corpusCreate + `,
			{"method": "DELETE", "url": "` + corpusWorkspace + `", "request_body": null, "status": 204, "response_headers": {}, "response_body": null}]`,
		"recorded/pages.json": `[` + corpusGet("/Activities?Page=0", "200", corpusPage("0", "null", next)) + `,` +
			corpusGet("/Activities?Page=1", "200", corpusPage("1", previous, "null")) + `]`,
		"recorded/half.json":   `[` + corpusGet("/Activities?Page=0", "200", corpusPage("0", "null", next)) + `]`,
		"recorded/circle.json": `[` + corpusGet("/Activities?Page=0", "200", corpusPage("0", "null", previous)) + `]`,
		"recorded/failures.json": `[` + corpusGet("", "404", `{"code": 20404, "message": "not found"}`) + `,` +
			corpusGet("", "503", `"<html>"`) + `,` + corpusGet("", "409", `{}`) + `,` + corpusGet("", "500", `null`) + `]`,
		"recorded/bulk.json": `[{"method": "POST", "url": "` + corpusWorkspace + `/TaskQueues/RealTimeStatistics", "status": 200,
			"request_body": "{\"queueSids\": [\"WQ2755ca500fe07f93394eba29bccd4fca\"]}",
			"response_headers": {"Content-Type": "application/json"}, "response_body": ` + corpusBulk + `}]`,
		"recorded/odd.json": `[` + corpusGet("/Tasks?AssignmentStatus=pending%2Creserved", "400", `{"code": 20001}`) + `,` +
			corpusGet("/Tasks?AssignmentStatus=later", "404", `{"code": 20404}`) + `]`,
		"answers/FetchActivity.200.JSON":  corpusActivity,
		"answers/updateActivity.200.json": strings.Replace(corpusActivity, "/Activities/", "/Aktivities/", 1),
		"answers/getActivity.json":        strings.Replace(corpusActivity, `"url"`, `"link"`, 1),
		"answers/bulk.json":               corpusBulk,
		"answers/page.json":               corpusPage("0", "null", "null"),
		"answers/first page.json":         corpusPage("0", "null", next),
		"workflow.json":                   `{"task_routing": {}}`,
		"notes.txt":                       `not JSON`,
	})
	assert.Equal(t, []error{errors.New(`$["link"]`)}, shortened(c.problems), "a member that the document does not know is lost")
	assert.Equal(t, 13, c.replayed)
	assert.Equal(t, 6, c.decoded)
	notes := strings.Join(c.notes, "\n")
	for _, note := range []string{
		"workflow.json: neither a list of exchanges nor an answer",
		"half.json[0] GET /v1/Workspaces/WS2755ca500fe07f93394eba29bccd4fca/Activities: only this page is read",
		"circle.json[0] GET /v1/Workspaces/WS2755ca500fe07f93394eba29bccd4fca/Activities: only this page is read",
		"odd.json[1] GET /v1/Workspaces/WS2755ca500fe07f93394eba29bccd4fca/Tasks: Tasks.List: what arrived is not what the document says",
		`getActivity.json: not as the document says: body: $.link`,
		`getActivity.json: Activities.Get: was not there: $["url"]: ""`,
	} {
		assert.Contains(t, notes, note)
	}
}

// shortened leaves of each problem the path of the member that was lost.
func shortened(problems []error) []error {
	var short []error
	for _, problem := range problems {
		_, lost, _ := strings.Cut(problem.Error(), "lost this: ")
		member, _, _ := strings.Cut(lost, ":")
		short = append(short, errors.New(member))
	}
	return short
}

func TestAMistakeInACorpusIsFound(t *testing.T) {
	for name, test := range map[string]struct{ file, text, problem string }{
		"no JSON":                    {"a.json", `{`, "a.json: expected JSON"},
		"a status that is text":      {"a.json", `[` + strings.Replace(corpusCreate, "201", `"201"`, 1) + `]`, "a.json[0]: read the recording: json: cannot unmarshal string"},
		"a mistake in a later entry": {"a.json", `[` + corpusCreate + `, {"method": 1, "url": "x", "status": 200}]`, "a.json[1]: read the recording"},
		"no status":                  {"a.json", `[` + strings.Replace(corpusCreate, `"status": 201,`, "", 1) + `]`, "a.json[0]: expected a status from 200 to 599, not 0"},
		"no method":                  {"a.json", `[` + strings.Replace(corpusCreate, `"method": "POST",`, "", 1) + `]`, "a.json[0]: expected a method and a url"},
		"a url that is none":         {"a.json", `[` + strings.Replace(corpusCreate, `"url": "https`, `"url": ":`, 1) + `]`, "a.json[0]: url:"},
		"a form that is none":        {"a.json", `[` + strings.Replace(corpusCreate, "FriendlyName=Break", "%zz", 1) + `]`, "a.json[0]: request_body:"},
		"a form that is an object":   {"a.json", `[` + strings.Replace(corpusCreate, `"FriendlyName=Break&Available=false"`, "{}", 1) + `]`, "a.json[0]: read the recording"},
		"another service":            {"a.json", `[` + strings.ReplaceAll(corpusCreate, "/Activities", "/Calls") + `]`, "no operation of the document"},
		"a field that is not known":  {"a.json", `[` + strings.Replace(corpusCreate, "Available=false", "Nothing=1", 1) + `]`, "it has no field for Nothing"},
		"a lost member":              {"a.json", `[` + strings.Replace(corpusCreate, `"links": {}`, `"links": {}, "more": 1`, 1) + `]`, `$["more"]: 1 is gone`},
		"a lost value":               {"a.json", strings.Replace(corpusActivity, `false`, `null`, 1), `$["available"]: null became false`},
		"a value of another type":    {"a.json", strings.Replace(corpusActivity, `false`, `"no"`, 1), "Activities.Get: taskrouter: getActivity"},
		"the url of nothing":         {"a.json", `{"url": "https://taskrouter.twilio.com/v1/Nothing"}`, "a.json: expected the url of an answer"},
	} {
		t.Run(name, func(t *testing.T) {
			c := readCorpus(t, map[string]string{test.file: test.text})
			assert.ErrorContains(t, errors.Join(c.problems...), test.problem)
		})
	}
	empty := corpus{}
	assert.ErrorContains(t, empty.read(t.Context(), fstest.MapFS{"a.txt": {}}), "expected JSON files")
}
