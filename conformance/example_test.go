package conformance_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/taskrouter-go/sdk/conformance"
	"github.com/taskrouter-go/sdk/taskrouter"
)

// A client is held against the exchanges of a fixture: what it sends must be what stands
// there, and all of it.
func Example() {
	scenario, err := conformance.Load(conformance.Fixtures, "quickstart.txtar")
	if err != nil {
		fmt.Println(err)
		return
	}
	replayer := conformance.NewReplayer(scenario)
	server := httptest.NewServer(replayer)
	defer server.Close()
	client, err := taskrouter.NewClient(
		taskrouter.WithBaseURL(server.URL),
		taskrouter.WithAuthToken("AC00000000000000000000000000000000", "any token"),
	)
	if err != nil {
		fmt.Println(err)
		return
	}

	workspace, err := client.Workspaces.Create(context.Background(), taskrouter.CreateWorkspaceRequest{
		FriendlyName: "Customer Support",
		Template:     new(taskrouter.WorkspaceTemplateFIFO),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(workspace.SID)
	firstLine, _, _ := strings.Cut(replayer.Err().Error(), "\n")
	fmt.Println(firstLine) // the other steps were not taken
	// Output:
	// WS2755ca500fe07f93394eba29bccd4fca
	// exchanges that were not served: 8
}

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
