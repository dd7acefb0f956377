package conformance_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/conformance"
)

// caller is the least that a client has to do.
type caller struct {
	t    *testing.T
	base string
}

// call answers the body, which it also decodes.
func (c caller) call(method, target string, form url.Values, status int) (answer map[string]any) {
	c.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.base+target, body)
	require.NoError(c.t, err)
	req.SetBasicAuth("AC", "secret")
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := http.DefaultClient.Do(req)
	require.NoError(c.t, err)
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	require.NoError(c.t, err)
	require.Equal(c.t, status, res.StatusCode, string(data))
	if len(data) > 0 {
		require.NoError(c.t, json.Unmarshal(data, &answer))
	}
	return answer
}

func sid(answer map[string]any) string {
	return answer["sid"].(string)
}

// The program of the guide, served below a base path on a real listener: what
// it sends is written out here once more, so that the fixture cannot drift.
func TestGuideHoldsWhatTheProgramOfTheGuideSends(t *testing.T) {
	scenario, err := conformance.Load(conformance.Fixtures, "guide.txtar")
	require.NoError(t, err)
	require.Equal(t, conformance.SourceReference, scenario.Source)
	replayer := conformance.NewReplayer(scenario)
	server := httptest.NewServer(http.StripPrefix("/base", replayer))
	defer server.Close()
	c := caller{t, server.URL + "/base"}

	workspace := "/v1/Workspaces/" + sid(c.call("POST", "/v1/Workspaces",
		url.Values{"FriendlyName": {"Customer Support"}, "Template": {"FIFO"}}, 201))
	activity := sid(c.call("POST", workspace+"/Activities",
		url.Values{"FriendlyName": {"Coffee Break"}, "Available": {"false"}}, 201))
	worker := c.call("POST", workspace+"/Workers", url.Values{
		"FriendlyName": {"Jamie"},
		"Attributes":   {"{\n\t        \"phone\": \"+14155551234\",\n\t        \"languages\": [\"EN\", \"ES\"]\n\t    }"},
	}, 201)
	assert.Equal(t, `{"phone":"+14155551234","languages":["EN","ES"]}`, worker["attributes"])
	queue := sid(c.call("POST", workspace+"/TaskQueues", url.Values{
		"FriendlyName":           {"Sales"},
		"ReservationActivitySid": {activity},
		"AssignmentActivitySid":  {activity},
	}, 201))
	workflow := sid(c.call("POST", workspace+"/Workflows", url.Values{
		"FriendlyName":                  {"Incoming Call Flow"},
		"AssignmentCallbackUrl":         {"https://example.com/callback"},
		"FallbackAssignmentCallbackUrl": {"https://example.com/callback2"},
		"Configuration":                 {strings.ReplaceAll(configuration, "%QUEUE%", queue)},
	}, 201))
	task := c.call("POST", workspace+"/Tasks", url.Values{
		"Attributes": {"{\n\t         \"type\": \"call\",\n\t         \"contact\": \"+15558675309\",\n\t         \"customer-value\": \"gold\"," +
			"\n\t         \"task-reason\": \"support\",\n\t         \"callSid\": \"CA42ed11...\"\n\t    }"},
		"AssignmentStatus": {"pending"},
		"WorkflowSid":      {workflow},
	}, 201)
	assert.Equal(t, "pending", task["assignment_status"])

	var listed []string
	next := workspace + "/Tasks?AssignmentStatus=pending&AssignmentStatus=reserved"
	for next != "" {
		page := c.call("GET", next, nil, 200)
		for _, item := range page["tasks"].([]any) {
			listed = append(listed, sid(item.(map[string]any)))
		}
		next = nextTarget(t, page)
	}
	assert.Len(t, listed, 2)
	assert.Equal(t, sid(task), listed[0])

	missing := c.call("GET", workspace+"/Workers/WK00000000000000000000000000000000", nil, 404)
	assert.EqualValues(t, 20404, missing["code"])
	c.call("DELETE", workspace, nil, 204)

	assert.NoError(t, replayer.Err())
}

// nextTarget is the path and query of the next page; a body's host is nobody's
// business.
func nextTarget(t *testing.T, page map[string]any) string {
	t.Helper()
	next, ok := page["meta"].(map[string]any)["next_page_url"].(string)
	if !ok {
		return ""
	}
	parsed, err := url.Parse(next)
	require.NoError(t, err)
	assert.Equal(t, "taskrouter.twilio.com", parsed.Host, "URLs are served as they are")
	return parsed.RequestURI()
}

const configuration = `
{
   "task_routing":{
      "filters":[
         {
            "friendly_name":"Gold Tickets",
            "expression":"customer_value == 'Gold' AND type == 'ticket'",
            "targets":[
               {
                  "task_queue_sid":"%QUEUE%",
                  "priority":"2"
               }
            ]
         }
      ],
      "default_filter":{
         "task_queue_sid":"%QUEUE%"
      }
   }
}
`
