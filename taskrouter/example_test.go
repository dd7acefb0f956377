package taskrouter_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http/httptest"

	"github.com/taskrouter-go/sdk/conformance"
	"github.com/taskrouter-go/sdk/taskrouter"
)

// Who runs the examples needs no account: they talk to prepared answers, of a
// workspace with this SID.
const exampleWorkspace = "WS2755ca500fe07f93394eba29bccd4fca"

func exampleClient(fixture string) (client *taskrouter.Client, done func()) {
	scenario, err := conformance.Load(conformance.Fixtures, fixture)
	if err != nil {
		log.Fatal(err)
	}
	server := httptest.NewServer(conformance.NewReplayer(scenario))
	client, err = taskrouter.NewClient(
		taskrouter.WithAuthToken("AC00000000000000000000000000000000", "token"),
		taskrouter.WithBaseURL(server.URL),
	)
	if err != nil {
		log.Fatal(err)
	}
	return client, server.Close
}

func ExampleWorkspacesService_Create() {
	client, done := exampleClient("quickstart.txtar")
	defer done()

	workspace, err := client.Workspaces.Create(context.Background(), taskrouter.CreateWorkspaceRequest{
		FriendlyName: "Customer Support",
		Template:     new(taskrouter.WorkspaceTemplateFIFO),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(workspace.SID, workspace.DefaultActivityName)
	// Output: WS2755ca500fe07f93394eba29bccd4fca Offline
}

func ExampleWorkersService_Create() {
	client, done := exampleClient("quickstart.txtar")
	defer done()

	worker, err := client.Workers(exampleWorkspace).Create(context.Background(), taskrouter.CreateWorkerRequest{
		FriendlyName: "Jamie",
		Attributes:   `{"phone": "+14155551234", "languages": ["EN", "ES"]}`,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	var skills struct {
		Languages []string `json:"languages"`
	}
	if err := worker.Attributes.Decode(&skills); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(worker.FriendlyName, skills.Languages)
	// Output: Jamie [EN ES]
}

func ExampleTasksService_List() {
	client, done := exampleClient("quickstart.txtar")
	defer done()

	for task, err := range client.Tasks(exampleWorkspace).List(context.Background(), taskrouter.ListTasksParams{
		AssignmentStatus: []taskrouter.TaskStatus{taskrouter.TaskStatusPending, taskrouter.TaskStatusReserved},
	}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(task.SID, task.AssignmentStatus)
	}
	// Output:
	// WT954da749f9460419bb5ef7ea561c86a0 pending
	// WT8d49743f57af30f46079dddde150bf45 pending
}

func ExampleError() {
	client, done := exampleClient("guide.txtar")
	defer done()

	_, err := client.Workers(exampleWorkspace).Get(context.Background(), "WK00000000000000000000000000000000")
	var failure *taskrouter.Error
	switch {
	case errors.Is(err, taskrouter.ErrNotFound):
		fmt.Println("there is no such worker")
	case errors.As(err, &failure):
		fmt.Println("refused:", failure.StatusCode, failure.Code, failure.Message)
	case err != nil:
		fmt.Println("no answer:", err)
	}
	// Output: there is no such worker
}
