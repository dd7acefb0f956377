package record

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/conformance"
)

// A server that lives in the time of the fixture and does the same in every run shows
// more than one of which times and versions mean nothing: all of it is written, but
// what is named by the fixture, so that requests stay as they are.
func TestAnExactRecordingKeepsNothingButNames(t *testing.T) {
	const (
		task  = "WT11111111111111111111111111111111"
		other = "WT22222222222222222222222222222222"
	)
	scenario := parsed(t, `-- get: request --
GET /v1/Workspaces/WS1/Tasks?StartDate=2026-03-05T08:00:00Z
-- get: response --
200
ETag: 1
X-Rate-Limit-Remaining: 99

{"sid": "`+task+`", "age": 3, "date_updated": "2026-03-05T08:00:00Z", "data": {"task_age": "3", "task_date_created": "1772697600"}}
-- update: request --
POST /v1/Workspaces/WS1/Tasks/`+task+`
If-Match: 1
-- update: response --
200
`)
	a := &answers{t: t, list: []func(http.ResponseWriter){
		func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("ETag", "5")
			w.Header().Set("X-Rate-Limit-Remaining", "41")
			_, _ = w.Write([]byte(`{"sid":"` + other + `","age":7,"date_updated":"2026-03-05T09:00:00Z","data":{"task_age":"8","task_date_created":"1772697609"}}`))
		},
		func(http.ResponseWriter) {},
	}}
	var ifMatch []string
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ifMatch = append(ifMatch, r.Header.Get("If-Match"))
		a.ServeHTTP(w, r)
	})
	recording, _, err := recordIn(t, newRecorder(t, here, handler, func(o *Options) { o.Exact, o.Patience = true, 0 }), scenario)
	require.NoError(t, err)

	got := recording.Scenario.Exchanges[0].Response
	assert.Equal(t, []conformance.Field{{Name: "Content-Type", Value: "application/json"}, {Name: "ETag", Value: "5"}, {Name: "X-Rate-Limit-Remaining", Value: "41"}}, got.Header)
	assert.JSONEq(t, `{"sid":"`+task+`","age":7,"date_updated":"2026-03-05T09:00:00Z","data":{"task_age":"8","task_date_created":"1772697609"}}`, got.Body)
	assert.Equal(t, []string{"", "5"}, ifMatch)
	assert.Contains(t, recording.Scenario.Exchanges[1].Request.Header, conformance.Field{Name: "If-Match", Value: "5"})
	assert.Contains(t, a.requests[1], "/Tasks/"+other, "names are those of the server again")
}

func TestAnExactRecordingAsksForTheTimesOfTheFixture(t *testing.T) {
	scenario := parsed(t, `-- create: request --
POST /v1/Workspaces
-- create: response --
201

{"date_created": "2026-03-05T08:00:00Z"}
-- get: request --
GET /v1/Workspaces/WS1/Events?StartDate=2026-03-05T08:00:00Z
-- get: response --
200
`)
	a := &answers{t: t, list: []func(http.ResponseWriter){status(201, `{"date_created":"2026-03-05T09:00:00Z"}`), status(200, `{}`)}}
	_, _, err := recordIn(t, newRecorder(t, here, a, func(o *Options) { o.Exact = true }), scenario)
	require.NoError(t, err)
	assert.Contains(t, a.requests[1], "StartDate=2026-03-05T08:00:00Z")
}
