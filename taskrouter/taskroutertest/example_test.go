package taskroutertest_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

func Example() {
	server := taskroutertest.NewServer()
	defer server.Close()
	client := server.Client()
	ctx := context.Background()

	workspace, err := client.Workspaces.Create(ctx, taskrouter.CreateWorkspaceRequest{FriendlyName: "Support"})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.TaskQueues(workspace.SID).Create(ctx, taskrouter.CreateTaskQueueRequest{
		FriendlyName:  "Spanish",
		TargetWorkers: new(`languages HAS "es`),
	})
	var failure *taskrouter.Error
	if errors.As(err, &failure) {
		fmt.Println(failure.StatusCode, failure.Code, failure.Message)
	}
	for activity, err := range client.Activities(workspace.SID).List(ctx, taskrouter.ListActivitiesParams{}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(activity.FriendlyName, activity.Available)
	}
	// Output:
	// 400 20001 TargetWorkers: line 1, column 15: unexpected "\"es", expected the text to end with "
	// Offline false
	// Available true
	// Unavailable false
}

// A test begins with what stands in a file, or in a text, and looks at what is left.
func ExampleServer_Load() {
	server := taskroutertest.NewServer()
	defer server.Close()
	const workspace, worker = "WS00000000000000000000000000000001", "WK00000000000000000000000000000001"
	err := server.Load(strings.NewReader(`{
		"version": 1,
		"workspaces": [{
			"sid": "WS00000000000000000000000000000001", "friendly_name": "Support",
			"workers": [{"sid": "WK00000000000000000000000000000001", "friendly_name": "Alice", "attributes": {"level": 3}}]
		}]
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}

	alice, err := server.Client().Workers(workspace).Get(context.Background(), worker)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(alice.FriendlyName, alice.ActivityName, alice.Attributes)
	// Output: Alice Offline {"level":3}
}

// A function of the test is the application that is asked about each reservation.
func ExampleServer_HandleAssignments() {
	server := taskroutertest.NewServer()
	defer server.Close()
	err := server.Load(strings.NewReader(`{
		"version": 1,
		"workspaces": [{
			"sid": "WS00000000000000000000000000000001", "friendly_name": "Support",
			"activities": [
				{"sid": "WA00000000000000000000000000000001", "friendly_name": "Offline"},
				{"sid": "WA00000000000000000000000000000002", "friendly_name": "Available", "available": true}
			],
			"task_queues": [{"sid": "WQ00000000000000000000000000000001", "friendly_name": "Everyone"}],
			"workflows": [{
				"sid": "WW00000000000000000000000000000001", "friendly_name": "Everything",
				"assignment_callback_url": "https://app.test/assignment",
				"configuration": {"task_routing": {"default_filter": {"queue": "WQ00000000000000000000000000000001"}}}
			}],
			"workers": [{
				"sid": "WK00000000000000000000000000000001", "friendly_name": "Alice",
				"activity_sid": "WA00000000000000000000000000000002"
			}]
		}]
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	server.HandleAssignments("https://app.test/assignment", func(_ context.Context, a webhook.Assignment) (webhook.Instruction, error) {
		fmt.Println("asked about", a.TaskAttributes)
		return webhook.Accept{}, nil
	})

	ctx, tasks := context.Background(), server.Client().Tasks("WS00000000000000000000000000000001")
	task, err := tasks.Create(ctx, taskrouter.CreateTaskRequest{Attributes: `{"type":"chat"}`})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err = server.Drain(ctx); err != nil { // until the application has answered
		fmt.Println(err)
		return
	}
	task, err = tasks.Get(ctx, task.SID)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(task.AssignmentStatus)
	// Output:
	// asked about {"type":"chat"}
	// assigned
}

// A program that gives up when the service is busy can be shown to do so.
func ExampleServer_Fail() {
	server := taskroutertest.NewServer()
	defer server.Close()
	server.Fail("listWorkspaces", 1, taskroutertest.Failure{Status: 503, Message: "Busy"})

	client := server.Client(taskrouter.WithRetry(taskrouter.RetryPolicy{MaxAttempts: 1}))
	_, err := client.Workspaces.Page(context.Background(), taskrouter.ListWorkspacesParams{})
	fmt.Println(err)
	_, err = client.Workspaces.Page(context.Background(), taskrouter.ListWorkspacesParams{})
	fmt.Println(err)
	// Output:
	// taskrouter: listWorkspaces: 503 Service Unavailable: Busy
	// <nil>
}

// A task is routed to the worker who can do it, who accepts and completes it.
func Example_routing() {
	server := taskroutertest.NewServer()
	defer server.Close()
	if err := route(context.Background(), server.Client()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// pending
	// reserved for Ann
	// assigned
	// completed
}

func route(ctx context.Context, client *taskrouter.Client) error {
	workspace, err := client.Workspaces.Create(ctx, taskrouter.CreateWorkspaceRequest{
		FriendlyName: "Support", Template: new(taskrouter.WorkspaceTemplateFIFO), // with a queue and a workflow
	})
	if err != nil {
		return err
	}
	ws := workspace.SID
	activities, err := taskrouter.Collect(client.Activities(ws).List(ctx, taskrouter.ListActivitiesParams{Available: new(true)}), 1)
	if err != nil {
		return err
	}
	_, err = client.Workers(ws).Create(ctx, taskrouter.CreateWorkerRequest{FriendlyName: "Ann", ActivitySID: &activities[0].SID})
	if err != nil {
		return err
	}
	task, err := client.Tasks(ws).Create(ctx, taskrouter.CreateTaskRequest{Attributes: `{"language": "es"}`})
	if err != nil {
		return err
	}
	fmt.Println(task.AssignmentStatus)

	reservations := client.TaskReservations(ws, task.SID)
	asked, err := taskrouter.Collect(reservations.List(ctx, taskrouter.ListTaskReservationsParams{}), 1)
	if err != nil {
		return err
	}
	fmt.Println("reserved for", asked[0].WorkerName)
	if _, err = reservations.Accept(ctx, asked[0].SID); err != nil {
		return err
	}
	task, err = client.Tasks(ws).Get(ctx, task.SID)
	if err != nil {
		return err
	}
	fmt.Println(task.AssignmentStatus)
	task, err = client.Tasks(ws).Complete(ctx, task.SID, "resolved")
	if err != nil {
		return err
	}
	fmt.Println(task.AssignmentStatus)
	return nil
}
