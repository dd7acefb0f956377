package taskrouter_test

import (
	"context"
	"fmt"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

// The six steps from nothing to a task that waits for a worker. The client is one of a
// TaskRouter in memory. That of the service is made so, and all else stays as it is:
//
//	client, err := taskrouter.NewClient(taskrouter.WithAuthToken(accountSID, authToken))
func Example() {
	server := taskroutertest.NewServer()
	defer server.Close()
	if err := sixSteps(context.Background(), server.Client()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// Customer Support: workers are Offline at first
	// Coffee Break: available is false
	// Jamie: attributes {"phone":"+14155551234","languages":["EN","ES"]}
	// Sales: FIFO, for workers with 1==1
	// Incoming Call Flow: 120 seconds to answer
	// {"type":"call","contact":"+15558675309","customer_value":"gold","task_reason":"support"}: pending in Sales
}

func sixSteps(ctx context.Context, client *taskrouter.Client) error {
	// The workspace holds everything else.
	workspace, err := client.Workspaces.Create(ctx, taskrouter.CreateWorkspaceRequest{
		FriendlyName: "Customer Support",
		Template:     new(taskrouter.WorkspaceTemplateFIFO), // with a queue and a workflow
	})
	if err != nil {
		return err
	}
	fmt.Printf("%s: workers are %s at first\n", workspace.FriendlyName, workspace.DefaultActivityName)

	// An activity is what workers may be doing.
	activity, err := client.Activities(workspace.SID).Create(ctx, taskrouter.CreateActivityRequest{
		FriendlyName: "Coffee Break",
		Available:    new(false), // whether workers are given tasks meanwhile
	})
	if err != nil {
		return err
	}
	fmt.Printf("%s: available is %t\n", activity.FriendlyName, activity.Available)

	// A worker does the work; its attributes are what queues and workflows look for.
	worker, err := client.Workers(workspace.SID).Create(ctx, taskrouter.CreateWorkerRequest{
		FriendlyName: "Jamie",
		Attributes:   `{"phone": "+14155551234", "languages": ["EN", "ES"]}`,
	})
	if err != nil {
		return err
	}
	fmt.Printf("%s: attributes %s\n", worker.FriendlyName, worker.Attributes)

	// A task queue is where tasks wait for the workers who may serve them: for all,
	// unless TargetWorkers says otherwise.
	queue, err := client.TaskQueues(workspace.SID).Create(ctx, taskrouter.CreateTaskQueueRequest{
		FriendlyName:           "Sales",
		ReservationActivitySID: new(activity.SID), // where workers go when a task is reserved for them
		AssignmentActivitySID:  new(activity.SID), // and when they have accepted it
	})
	if err != nil {
		return err
	}
	fmt.Printf("%s: %s, for workers with %s\n", queue.FriendlyName, queue.TaskOrder, *queue.TargetWorkers)

	// A workflow leads tasks into queues. Package workflow builds and checks its
	// configuration.
	workflow, err := client.Workflows(workspace.SID).Create(ctx, taskrouter.CreateWorkflowRequest{
		FriendlyName:                  "Incoming Call Flow",
		AssignmentCallbackURL:         new("https://example.com/callback"),
		FallbackAssignmentCallbackURL: new("https://example.com/callback2"),
		Configuration: `{"task_routing": {
			"filters": [{
				"filter_friendly_name": "Gold tickets",
				"expression": "customer_value == 'gold' AND type == 'ticket'",
				"targets": [{"queue": "` + queue.SID + `", "priority": 2}]
			}],
			"default_filter": {"queue": "` + queue.SID + `"}
		}}`,
	})
	if err != nil {
		return err
	}
	fmt.Printf("%s: %d seconds to answer\n", workflow.FriendlyName, workflow.TaskReservationTimeout)

	// A task is a single piece of work. Nobody is available, so that it waits.
	task, err := client.Tasks(workspace.SID).Create(ctx, taskrouter.CreateTaskRequest{
		Attributes:  `{"type": "call", "contact": "+15558675309", "customer_value": "gold", "task_reason": "support"}`,
		WorkflowSID: new(workflow.SID),
	})
	if err != nil {
		return err
	}
	fmt.Printf("%s: %s in %s\n", task.Attributes, task.AssignmentStatus, *task.TaskQueueFriendlyName)
	return nil
}
