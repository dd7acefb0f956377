package gen_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

// The wire and nothing else: who makes the request authenticates it, looks at the status
// and reads the body.
func Example() {
	server := taskroutertest.NewServer() // for the service, https://taskrouter.twilio.com
	defer server.Close()
	client, err := gen.NewClient(server.URL(),
		gen.WithHTTPClient(server.HTTPClient()),
		gen.WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
			r.SetBasicAuth(server.AccountSID(), server.AuthToken())
			return nil
		}),
	)
	if err != nil {
		fmt.Println(err)
		return
	}

	response, err := client.CreateWorkspaceWithFormdataBody(context.Background(), gen.CreateWorkspaceRequest{
		FriendlyName: "Support",
		Template:     new(gen.WorkspaceTemplateFIFO),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusCreated {
		fmt.Println(response.Status)
		return
	}
	var workspace gen.Workspace
	if err = json.NewDecoder(response.Body).Decode(&workspace); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(workspace.FriendlyName, workspace.DefaultActivityName)
	// Output: Support Offline
}

// A task's attributes are JSON in a string. A Go value is read from them.
func ExampleAttributes_Decode() {
	var task gen.Task
	if err := json.Unmarshal([]byte(`{"attributes": "{\"language\": \"es\"}"}`), &task); err != nil {
		fmt.Println(err)
		return
	}
	var customer struct{ Language string }
	if err := task.Attributes.Decode(&customer); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(customer.Language)
	// Output: es
}
