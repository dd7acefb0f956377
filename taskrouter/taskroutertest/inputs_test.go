package taskroutertest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/openapi"
	"github.com/taskrouter-go/sdk/openapi/document"
)

// wrongValues are such as some field cannot have.
var wrongValues = []string{
	"", " ", "x", "-1", "0", "1", "1001", "2147483648", "99999999999999999999", "1e3", "0.5", "NaN", "+1", "true",
	"\x00", "\xff", "É", strings.Repeat("a", 65), strings.Repeat("a", 4097), `{"a":"` + strings.Repeat("b", 4096) + `"}`,
	"{}", `{"a":{"b":[1,{"c":null}]}}`, `{"a":1}{"b":2}`, `{"a":`, "[]", "null", `"text"`,
	"AC00000000000000000000000000000000", "WA00000000000000000000000000000000", "wa00000000000000000000000000000000",
	"WK00000000000000000000000000000000", "WQ00000000000000000000000000000000", "WW00000000000000000000000000000000",
	"WT00000000000000000000000000000000", "TC00000000000000000000000000000000", "CA00000000000000000000000000000000",
	"WA0000000000000000000000000000000g", "WA0000000000000000000000000000000", "WA00000000000000000000000000000000\n",
	"PA", "PAWS00000000000000000000000000000000", "PB",
	"2016-07-31", "9999-12-31T23:59:59Z", "1899-12-31T23:59:59Z", "0000-01-01", "yesterday",
	"javascript:alert(1)", "http://", "http://[::1", "//example.com", "https://user:pass@example.com:99999/%zz",
	"1==", "skill-level > 3", strings.Repeat("(", 5000), "a" + strings.Repeat(" AND a", 3000),
	"Priority:up", "DateCreated:asc,VirtualStartTime:asc", "Priority:asc,Priority:asc", "pending,lost", ",",
	"completed", "accepted", "supervise",
}

func TestEveryWrongInputIsRefusedAndChangesNothing(t *testing.T) {
	d, err := document.Load(openapi.Document)
	require.NoError(t, err)
	for _, operation := range gen.Operations {
		described, _, err := d.Find(operation.Method, operation.Path)
		require.NoError(t, err)
		t.Run(operation.ID, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { checkInputs(t, d, operation, described) }) // where all have the same dates
		})
	}
}

// checkInputs sends each field and each parameter of an operation with each value.
func checkInputs(t *testing.T, d *document.Document, operation gen.Operation, described *document.Operation) {
	t.Helper()
	r := newRig(t)
	before := r.dump(t)
	// Where there are many fields, each meets some of the values only.
	stride := 1 + len(described.Inputs)/6
	for i, input := range described.Inputs {
		if input.In == document.InJSON {
			continue // see TestWrongJSONIsRefused
		}
		for n := i % stride; n < len(wrongValues); n += stride {
			value := wrongValues[n]
			if input.In == document.InHeader && strings.ContainsAny(value, "\x00\n") {
				continue // which no client sends
			}
			checkInput(t, d, r, before, operation, described, input, value)
		}
		if input.In != document.InHeader {
			checkRepeated(t, r, operation, described, input)
		}
		checkSame(t, before, r.dump(t), "a refused %s", input.Name)
	}
}

// checkInput sends a request that holds a value. Whether it is wrong is for the
// document to say.
func checkInput(t *testing.T, d *document.Document, r *rig, before string, operation gen.Operation, described *document.Operation, input document.Input, value string) {
	t.Helper()
	request, body := requestWith(r, operation, described, input, value)
	answer := r.ask(t, request)
	if answer.Status >= http.StatusMultipleChoices {
		return
	}
	request, _ = requestWith(r, operation, described, input, value)
	request.SetBasicAuth(r.account.SID, rigToken)
	for _, problem := range d.CheckValues(request, []byte(body)) {
		if !isTolerated(input, value, problem) {
			assert.Fail(t, "a wrong value was accepted", "%s %s=%.100q: %v", operation.ID, input.Name, value, problem)
		}
	}
	if operation.Method != http.MethodGet && r.dump(t) != before {
		*r = *newRig(t) // the next value meets the same state
	}
}

// isTolerated tells what the service takes although the document does not foresee it.
func isTolerated(input document.Input, value string, problem error) bool {
	text := problem.Error()
	switch {
	case strings.Contains(text, "must be a boolean"), strings.Contains(text, "an invalid boolean"), input.Name == "Available", input.Name == "HasAddons":
		return true // everything but true, 1 and yes is false
	case isDate(value) && strings.Contains(text, "date-time"):
		return true // at midnight
	case value == "+1" && strings.Contains(text, "must be an integer"):
		return true // as programs spell numbers that make much of their sign
	case value == "" && input.In == document.InQuery:
		return true // an empty filter is none
	case (value == "," || value == "") && input.List:
		return true // and so is an empty list
	}
	return false
}

func isDate(value string) bool {
	_, err := time.Parse(time.DateOnly, value)
	return err == nil
}

func checkRepeated(t *testing.T, r *rig, operation gen.Operation, described *document.Operation, input document.Input) {
	t.Helper()
	if input.List {
		return
	}
	request, body := requestWith(r, operation, described, input, "a")
	if input.In == document.InQuery {
		request.URL.RawQuery += "&" + input.Name + "=b"
	} else {
		request = httptest.NewRequest(request.Method, request.URL.String(), strings.NewReader(body+"&"+input.Name+"=b"))
		request.Header.Set("Content-Type", formType)
	}
	answer := r.ask(t, request)
	assert.Equal(t, http.StatusBadRequest, answer.Status, "%s takes %s twice", operation.ID, input.Name)
}

// requestWith is a request that is right but for one value.
func requestWith(r *rig, operation gen.Operation, described *document.Operation, input document.Input, value string) (*http.Request, string) {
	form := validForm(r, described)
	query := ""
	switch input.In {
	case document.InForm:
		form.Set(input.Name, value)
	case document.InQuery:
		query = "?" + input.Name + "=" + escape(value)
	}
	body := form.Encode()
	request := httptest.NewRequest(operation.Method, serviceURL+r.path(operation)+query, strings.NewReader(body))
	if operation.Method == http.MethodPost {
		request.Header.Set("Content-Type", formType)
	}
	if input.In == document.InHeader {
		request.Header.Set(input.Name, value)
	}
	return request, body
}

// validForm holds what an operation requires.
func validForm(r *rig, described *document.Operation) url.Values {
	form := make(url.Values)
	for _, input := range described.Inputs {
		if input.In != document.InForm || !input.Required {
			continue
		}
		switch input.Name {
		case "FriendlyName":
			form.Set(input.Name, "Carol")
		case "UniqueName":
			form.Set(input.Name, "letter")
		case "Configuration":
			form.Set(input.Name, `{"task_routing":{"default_filter":{"queue":"`+r.sids["TaskQueueSid"]+`"}}}`)
		default:
			panic(fmt.Sprintf("a valid %s is not known", input.Name))
		}
	}
	if described.ID == gen.OperationCreateTask.ID {
		form.Set("WorkflowSid", r.sids["WorkflowSid"])
	}
	return form
}

func TestABodyOfAMegabyteIsAnswered(t *testing.T) {
	long := strings.Repeat("a", 1<<20)
	for _, operation := range gen.Operations {
		if operation.Method != http.MethodPost {
			continue
		}
		r := newRig(t) // a name of this length may be taken, and is in every state from then on
		for _, field := range []string{"FriendlyName", "Attributes", "Timeout"} {
			r.post(t, r.path(operation), formType, fields(field, long).Encode())
		}
	}
}

func TestWrongJSONIsRefused(t *testing.T) {
	r := newRig(t)
	sid := r.sids["TaskQueueSid"]
	operation := gen.OperationGetTaskQueueBulkRealTimeStatistics
	for _, body := range []string{
		"", "null", "[]", "1", `"x"`, "{", "{}", `{"queueSids":null}`, `{"queueSids":[]}`, `{"queueSids":"` + sid + `"}`, `{"queueSids":{}}`, `{"queueSids":[1]}`,
		`{"queueSids":[null]}`, `{"queueSids":[""]}`, `{"queueSids":["x"]}`, `{"queueSids":["` + sid + `","x"]}`, `{"queueSids":["wq00000000000000000000000000000000"]}`,
		`{"queueSids":["` + r.sids["WorkflowSid"] + `"]}`, `{"queueSids":["` + sid + `"]}{}`, `{"queueSids":[["` + sid + `"]]}`, "{\"queueSids\":[\"\xff\"]}",
		`{"queueSids":[` + strings.Repeat(`"`+sid+`",`, 50) + `"` + sid + `"]}`, strings.Repeat(`{"queueSids":`, 20_000), `{"queueSids":["` + strings.Repeat("a", 2<<20) + `"]}`,
	} {
		request := httptest.NewRequest(http.MethodPost, serviceURL+r.path(operation), strings.NewReader(body))
		request.Header.Set("Content-Type", jsonType)
		assert.Equal(t, http.StatusBadRequest, r.ask(t, request).Status, "%.100s", body)
	}
	for _, mediaType := range []string{"", formType, "text/json"} {
		request := httptest.NewRequest(http.MethodPost, serviceURL+r.path(operation), strings.NewReader(`{"queueSids":["`+sid+`"]}`))
		request.Header.Set("Content-Type", mediaType)
		assert.Equal(t, http.StatusBadRequest, r.ask(t, request).Status, mediaType)
	}
}

func TestWhatCannotBeReadIsRefusedWithTheReason(t *testing.T) {
	r := newRig(t)
	bulk := r.path(gen.OperationGetTaskQueueBulkRealTimeStatistics)
	for message, test := range map[string]struct{ method, target, body string }{
		"The body is not the JSON that is expected: unexpected end of JSON input": {http.MethodPost, bulk, "{"},
		`The query cannot be read: invalid URL escape "%zz"`:                      {http.MethodGet, "/v1/Workspaces?FriendlyName=%zz", ""},
		"FriendlyName is not UTF-8":                                               {http.MethodGet, "/v1/Workspaces?FriendlyName=%ff", ""},
	} {
		request := httptest.NewRequest(test.method, serviceURL+test.target, strings.NewReader(test.body))
		request.Header.Set("Content-Type", jsonType)
		answer := r.ask(t, request)
		assert.Equal(t, http.StatusBadRequest, answer.Status)
		var refusal struct{ Message string }
		require.NoError(t, json.Unmarshal(answer.Body, &refusal))
		assert.Equal(t, message, refusal.Message)
	}
}
