package document_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCallHasTheTypesOfTheDocument(t *testing.T) {
	d := load(t)
	for name, test := range map[string]struct {
		request   request
		operation string
		want      string // query, header and body
	}{
		"a query": {
			request{method: "GET", target: workspace + "/Tasks?PageSize=50&HasAddons=true&AssignmentStatus=pending&AssignmentStatus=reserved"},
			"listTasks", `[{"PageSize": 50, "HasAddons": true, "AssignmentStatus": ["pending", "reserved"]}, {}, null]`,
		},
		"a list of one, and a percent sign": {
			request{method: "GET", target: workspace + "/Tasks?AssignmentStatus=pending&Ordering=Priority%3Aasc"},
			"listTasks", `[{"AssignmentStatus": ["pending"], "Ordering": "Priority:asc"}, {}, null]`,
		},
		"a form": {
			request{method: "POST", target: workspace + "/Tasks", media: form, body: "Priority=-5&Attributes=%7B%7D&VirtualStartTime=2026-03-17T09%3A00%3A00Z"},
			"createTask", `[{}, {}, {"Priority": -5, "Attributes": "{}", "VirtualStartTime": "2026-03-17T09:00:00Z"}]`,
		},
		"a form whose schema is made of two": {
			request{method: "POST", target: workspace + "/Tasks/WT1/Reservations/WR1", media: form, ifMatch: "3", body: "ConferenceStatusCallbackEvent=start&ConferenceStatusCallbackEvent=end&Beep=true&EndConferenceOnExit=false"},
			"updateTaskReservation", `[{}, {"If-Match": "3"}, {"ConferenceStatusCallbackEvent": ["start", "end"], "Beep": "true", "EndConferenceOnExit": false}]`,
		},
		"an empty form": {
			request{method: "POST", target: workspace + "/Tasks/WT1", media: form},
			"updateTask", `[{}, {}, null]`,
		},
		"JSON": {
			request{method: "POST", target: workspace + "/TaskQueues/RealTimeStatistics", media: jsonBody, body: `{"queueSids": ["WQ1"]}`},
			"getTaskQueueBulkRealTimeStatistics", `[{}, {}, {"queueSids": ["WQ1"]}]`,
		},
		"texts that are no integers": {
			request{method: "POST", target: workspace + "/Tasks", media: form, body: "Priority=007&Timeout=1.5"},
			"createTask", `[{}, {}, {"Priority": "007", "Timeout": "1.5"}]`,
		},
		"a text that is no flag": {
			request{method: "POST", target: workspace + "/Activities", media: form, body: "FriendlyName=A&Available=yes"},
			"createActivity", `[{}, {}, {"FriendlyName": "A", "Available": "yes"}]`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			call, err := d.Call(test.request.build(), []byte(test.request.body))
			require.NoError(t, err)
			assert.Equal(t, test.operation, call.Operation.ID)
			assert.Equal(t, "WS2755ca500fe07f93394eba29bccd4fca", call.Path["WorkspaceSid"])
			got, err := json.Marshal([]any{call.Query, call.Header, call.Body})
			require.NoError(t, err)
			assert.JSONEq(t, test.want, string(got))
		})
	}
}

func TestThereIsNoCallOfWhatTheDocumentDoesNotDeclare(t *testing.T) {
	d := load(t)
	for name, test := range map[string]struct {
		request request
		message string
	}{
		"an operation":    {request{method: "GET", target: "/v1/Nothing"}, "no operation of the document"},
		"a parameter":     {request{method: "GET", target: workspace + "/Tasks?Nothing=1"}, "query Nothing: the document does not declare it"},
		"a field":         {request{method: "POST", target: workspace + "/Tasks", media: form, body: "Nothing=1"}, "form Nothing: the document does not declare it"},
		"a member":        {request{method: "POST", target: workspace + "/TaskQueues/RealTimeStatistics", media: jsonBody, body: `{"nothing": 1}`}, "body: $.nothing: the document does not declare it"},
		"a header":        {request{method: "GET", target: workspace + "/Tasks", ifMatch: "1"}, "header If-Match: the document does not declare it"},
		"what is no form": {request{method: "POST", target: workspace + "/Tasks", media: form, body: "%zz"}, "form: invalid URL escape"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := d.Call(test.request.build(), []byte(test.request.body))
			assert.ErrorContains(t, err, test.message)
		})
	}
}
