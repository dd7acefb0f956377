package conformance_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/taskrouter-go/sdk/conformance"
)

func ExampleReplayer() {
	scenario, err := conformance.Parse("workspaces.txtar", []byte(`source: reference
# A workspace that is not there.

-- get: request --
GET /v1/Workspaces/WS00000000000000000000000000000000
-- get: response --
404 Not Found
Content-Type: application/json

{"code":20404,"status":404}
`))
	if err != nil {
		panic(err)
	}
	replayer := conformance.NewReplayer(scenario)
	server := httptest.NewServer(replayer)
	defer server.Close()

	response, err := http.Get(server.URL + "/v1/Workspaces/WS11111111111111111111111111111111")
	if err != nil {
		panic(err)
	}
	_ = response.Body.Close()

	fmt.Println(response.StatusCode)
	fmt.Println(replayer.Err())
	// Output:
	// 501
	// requests that fit no exchange: 1
	// GET /v1/Workspaces/WS11111111111111111111111111111111: no exchange left fits
	// nearest: workspaces.txtar: get (GET /v1/Workspaces/WS00000000000000000000000000000000)
	//   (- want, + got)
	// - GET /v1/Workspaces/WS00000000000000000000000000000000
	// + GET /v1/Workspaces/WS11111111111111111111111111111111
	// exchanges that were not served: 1
	// workspaces.txtar: get (GET /v1/Workspaces/WS00000000000000000000000000000000)
}
