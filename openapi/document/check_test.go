package document_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	form     = "application/x-www-form-urlencoded"
	jsonBody = "application/json"
)

// request is a request that a test is about. What is not set is right.
type request struct {
	method, target, media, body, authorization, ifMatch string
}

func (r request) build() *http.Request {
	built := httptest.NewRequest(r.method, r.target, strings.NewReader(r.body))
	built.Header.Set("Authorization", "Basic x")
	if r.authorization != "" {
		built.Header.Set("Authorization", r.authorization)
	}
	if r.media != "" {
		built.Header.Set("Content-Type", r.media)
	}
	if r.ifMatch != "" {
		built.Header.Set("If-Match", r.ifMatch)
	}
	return built
}

func TestChecksOfARequestLetPassWhatTheDocumentSays(t *testing.T) {
	d := load(t)
	for name, r := range map[string]request{
		"a list":                {method: "GET", target: workspace + "/Tasks?PageSize=50&HasAddons=true&Ordering=Priority:desc"},
		"a repeated list":       {method: "GET", target: workspace + "/Tasks?AssignmentStatus=pending&AssignmentStatus=reserved"},
		"a time":                {method: "GET", target: workspace + "/Events?StartDate=2026-03-17T09%3A00%3A00Z"},
		"a form":                {method: "POST", target: workspace + "/Workers", media: form, body: "FriendlyName=Ada&Attributes=%7B%7D"},
		"a repeated field":      {method: "POST", target: workspace + "/Tasks/WT2755ca500fe07f93394eba29bccd4fca/Reservations/WR2755ca500fe07f93394eba29bccd4fca", media: form, body: "ConferenceStatusCallbackEvent=start&ConferenceStatusCallbackEvent=end"},
		"JSON":                  {method: "POST", target: workspace + "/TaskQueues/RealTimeStatistics", media: jsonBody, body: `{"queueSids": ["WQ2755ca500fe07f93394eba29bccd4fca"]}`},
		"a bearer token":        {method: "GET", target: workspace, authorization: "Bearer x"},
		"a condition":           {method: "DELETE", target: workspace + "/Workers/WK2755ca500fe07f93394eba29bccd4fca", ifMatch: "1"},
		"the name of a channel": {method: "GET", target: workspace + "/TaskChannels/voice"},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Empty(t, append(d.CheckNames(r.build(), []byte(r.body)), d.CheckValues(r.build(), []byte(r.body))...))
		})
	}
}

func TestChecksOfARequestFindWhatTheDocumentDoesNotSay(t *testing.T) {
	d := load(t)
	worker := workspace + "/Workers/WK2755ca500fe07f93394eba29bccd4fca"
	for name, test := range map[string]struct {
		request
		message string
	}{
		"no such path":                 {request{method: "GET", target: "/v1/Nothing"}, "no operation of the document"},
		"no such parameter":            {request{method: "GET", target: workspace + "/Tasks?Nothing=1"}, "query Nothing: the document does not declare it"},
		"a name in another case":       {request{method: "GET", target: workspace + "/Tasks?pagesize=1"}, "query pagesize: the document does not declare it"},
		"a repeated parameter":         {request{method: "GET", target: workspace + "/Tasks?Priority=1&Priority=2"}, "query Priority: expected once, came 2 times"},
		"no number":                    {request{method: "GET", target: workspace + "/Tasks?PageSize=many"}, "PageSize"},
		"too large a number":           {request{method: "GET", target: workspace + "/Tasks?PageSize=1001"}, "PageSize"},
		"no such value":                {request{method: "GET", target: workspace + "/Tasks?AssignmentStatus=lost"}, "AssignmentStatus"},
		"no time":                      {request{method: "GET", target: workspace + "/Events?StartDate=yesterday"}, "StartDate"},
		"a query that is none":         {request{method: "GET", target: workspace + "/Tasks?a=%zz"}, "query: invalid URL escape"},
		"a SID of another kind":        {request{method: "GET", target: "/v1/Workspaces/WK2755ca500fe07f93394eba29bccd4fca"}, "WorkspaceSid"},
		"no such field":                {request{method: "POST", target: workspace + "/Workers", media: form, body: "FriendlyName=Ada&Nothing=1"}, "form Nothing: the document does not declare it"},
		"a field with an index":        {request{method: "POST", target: workspace + "/Workers", media: form, body: "FriendlyName=Ada&Attributes%5B0%5D=1"}, "form Attributes[0]: the document does not declare it"},
		"a repeated field":             {request{method: "POST", target: workspace + "/Workers", media: form, body: "FriendlyName=Ada&FriendlyName=Eva"}, "form FriendlyName: expected once, came 2 times"},
		"a missing field":              {request{method: "POST", target: workspace + "/Workers", media: form, body: "Attributes=%7B%7D"}, "FriendlyName"},
		"a field that is no flag":      {request{method: "POST", target: workspace + "/Activities", media: form, body: "FriendlyName=A&Available=perhaps"}, "Available"},
		"a form that is none":          {request{method: "POST", target: workspace + "/Workers", media: form, body: "a=%zz"}, "form: invalid URL escape"},
		"another kind of body":         {request{method: "POST", target: workspace + "/Workers", media: "text/plain", body: "x"}, "body: expected a Content-Type of application/x-www-form-urlencoded"},
		"no body":                      {request{method: "POST", target: workspace + "/Workers", media: form}, "FriendlyName"},
		"a body too much":              {request{method: "GET", target: worker, media: form, body: "a=b"}, "body: expected none"},
		"no such member":               {request{method: "POST", target: workspace + "/TaskQueues/RealTimeStatistics", media: jsonBody, body: `{"queueSids": ["WQ2755ca500fe07f93394eba29bccd4fca"], "more": 1}`}, "body: $.more: the document does not declare it"},
		"a member that is there twice": {request{method: "POST", target: workspace + "/TaskQueues/RealTimeStatistics", media: jsonBody, body: `{"queueSids": [], "queueSids": ["WQ2755ca500fe07f93394eba29bccd4fca"]}`}, "body: $.queueSids: the member is there twice"},
		"too short a list":             {request{method: "POST", target: workspace + "/TaskQueues/RealTimeStatistics", media: jsonBody, body: `{"queueSids": []}`}, "queueSids"},
		"another scheme":               {request{method: "GET", target: worker, authorization: "Digest x"}, "expected an Authorization of scheme"},
		"a scheme alone":               {request{method: "GET", target: worker, authorization: "Basic"}, "expected an Authorization of scheme"},
		"a condition not heeded":       {request{method: "GET", target: worker, ifMatch: "1"}, "header If-Match: the document does not declare it"},
	} {
		t.Run(name, func(t *testing.T) {
			problems := append(d.CheckNames(test.build(), []byte(test.body)), d.CheckValues(test.build(), []byte(test.body))...)
			require.NotEmpty(t, problems)
			assert.Contains(t, join(problems), test.message)
		})
	}
}

const activity = `{
	"sid": "WA1495bb3a187f0cc82f10af47dff505cb", "account_sid": "AC228c14652c374b1f5ced78e9b0bdb8e1",
	"workspace_sid": "WS2755ca500fe07f93394eba29bccd4fca", "friendly_name": "Break", "available": false,
	"date_created": "2026-03-17T09:41:05Z", "date_updated": "2026-03-17T09:41:05Z",
	"url": "https://taskrouter.twilio.com/v1/Workspaces/WS2755ca500fe07f93394eba29bccd4fca/Activities/WA1495bb3a187f0cc82f10af47dff505cb",
	"links": {"workspace": "https://taskrouter.twilio.com/v1/Workspaces/WS2755ca500fe07f93394eba29bccd4fca", "more": null}}`

func TestCheckResponse(t *testing.T) {
	d := load(t)
	page := `{"activities": [` + activity + `], "meta": {"page": 0, "page_size": 50, "key": "activities",
		"first_page_url": "https://x", "previous_page_url": null, "next_page_url": null, "url": "https://x"}}`
	for name, test := range map[string]struct {
		method, path string
		status       int
		header       map[string]string
		body         string
		message      string // none if the answer is right
	}{
		"a resource":           {"GET", "/Activities/WA1", 200, nil, activity, ""},
		"a page":               {"GET", "/Activities", 200, nil, page, ""},
		"a failure":            {"GET", "/Activities/WA1", 404, nil, `{"code": 20404, "details": {"any": [1]}}`, ""},
		"a failure that is {}": {"GET", "/Activities/WA1", 429, map[string]string{"Retry-After": "1"}, `{}`, ""},
		"nothing":              {"DELETE", "/Activities/WA1", 204, nil, ``, ""},
		"a version":            {"GET", "/Workers/WK1", 404, nil, `{}`, ""},

		"a failure not foreseen":   {"GET", "/Activities/WA1", 403, nil, `{"code": 20403}`, ""},
		"a breakdown of a gateway": {"GET", "/Activities/WA1", 503, map[string]string{"Content-Type": "text/html"}, `<html>`, ""},

		"no such success":               {"GET", "/Activities/WA1", 202, nil, `{}`, "status 202: the document declares only [200 401 404 429]"},
		"a failure with another body":   {"GET", "/Activities/WA1", 404, map[string]string{"Content-Type": "text/html"}, `<html>`, "Content-Type"},
		"a member of a failure":         {"GET", "/Activities/WA1", 403, nil, `{"nothing": 1}`, "body: $.nothing: the document does not declare it"},
		"no such member":                {"GET", "/Activities/WA1", 200, nil, strings.Replace(activity, `"sid"`, `"nothing": 1, "sid"`, 1), "body: $.nothing: the document does not declare it"},
		"no such member in a list":      {"GET", "/Activities", 200, nil, strings.Replace(page, `"sid"`, `"nothing": {}, "sid"`, 1), "body: $.activities[0].nothing: the document does not declare it"},
		"a member that is there twice":  {"GET", "/Activities/WA1", 200, nil, strings.Replace(activity, `"sid"`, `"available": true, "sid"`, 1), "body: $.available: the member is there twice"},
		"a missing member":              {"GET", "/Activities/WA1", 200, nil, strings.Replace(activity, `"available": false,`, ``, 1), "available"},
		"null":                          {"GET", "/Activities/WA1", 200, nil, strings.Replace(activity, `"available": false`, `"available": null`, 1), "/available"},
		"another type":                  {"GET", "/Activities/WA1", 200, nil, strings.Replace(activity, `"available": false`, `"available": "no"`, 1), "/available"},
		"no time":                       {"GET", "/Activities/WA1", 200, nil, strings.Replace(activity, `"2026-03-17T09:41:05Z"`, `"today"`, 1), "/date_created"},
		"a SID of another kind":         {"GET", "/Activities/WA1", 200, nil, strings.Replace(activity, `"WA`, `"WB`, 1), "/sid"},
		"no JSON":                       {"GET", "/Activities/WA1", 200, nil, `<html>`, "body: expected JSON"},
		"JSON that ends early":          {"GET", "/Activities/WA1", 200, nil, `{"sid": [1`, "body: expected JSON"},
		"more than JSON":                {"GET", "/Activities/WA1", 200, nil, activity + `{}`, "body: expected nothing after the JSON value"},
		"another kind of body":          {"GET", "/Activities/WA1", 200, map[string]string{"Content-Type": "text/html"}, activity, "Content-Type"},
		"a header that is not declared": {"GET", "/Activities/WA1", 200, map[string]string{"ETag": "1"}, activity, "header Etag: the document does not declare it"},
		"a body where there is none":    {"DELETE", "/Activities/WA1", 204, nil, `{}`, "status 204: expected no body"},
	} {
		t.Run(name, func(t *testing.T) {
			o, _, err := d.Find(test.method, workspace+test.path)
			require.NoError(t, err)
			header := make(http.Header)
			if test.body != "" {
				header.Set("Content-Type", jsonBody)
			}
			for name, value := range test.header {
				header.Set(name, value)
			}
			problems := o.CheckResponse(test.status, header, []byte(test.body))
			if test.message == "" {
				assert.Empty(t, problems)
				return
			}
			assert.Contains(t, join(problems), test.message)
		})
	}
}

func TestCheckResponseKnowsHeadersInAnyCase(t *testing.T) {
	o, _, err := load(t).Find("GET", workspace+"/Workers/WK1")
	require.NoError(t, err)
	problems := o.CheckResponse(200, http.Header{"Content-Type": {jsonBody}, "Etag": {"1"}}, []byte(`{}`))
	assert.NotContains(t, join(problems), "header Etag")
}

func join(problems []error) string {
	lines := make([]string, 0, len(problems))
	for _, problem := range problems {
		lines = append(lines, problem.Error())
	}
	return strings.Join(lines, "\n")
}

// Bodies come from recordings and servers of all kinds.
func FuzzCheckResponse(f *testing.F) {
	d := load(f)
	f.Add([]byte(activity))
	f.Add([]byte(`{"links": {"a": null, "a": [1, {}]}, "sid": 1e999}`))
	f.Add([]byte(`[{"a":`))
	o, _, err := d.Find("GET", workspace+"/Activities/WA1")
	require.NoError(f, err)
	header := http.Header{"Content-Type": {jsonBody}}
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(o.CheckResponse(200, header, body)) > 0 {
			return
		}
		var decoded map[string]any
		require.NoError(t, json.Unmarshal(body, &decoded), "what is no JSON object is found")
		require.Contains(t, decoded, "sid", "what lacks a required member is found")
	})
}

func TestManyGoroutinesUseADocument(t *testing.T) {
	d := load(t)
	r := request{method: "POST", target: workspace + "/Tasks", media: form, body: "Priority=high&Attributes=%7B%7D"}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			assert.Empty(t, d.CheckNames(r.build(), []byte(r.body)))
			assert.Len(t, d.CheckValues(r.build(), []byte(r.body)), 1)
			o, _, err := d.Find(r.method, r.target)
			assert.NoError(t, err)
			assert.Len(t, o.CheckResponse(http.StatusCreated, http.Header{"Content-Type": {jsonBody}}, []byte(`[]`)), 1)
		})
	}
	group.Wait()
}
