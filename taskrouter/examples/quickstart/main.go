// Command quickstart takes the six steps of the guide: it creates a workspace,
// an activity, a worker, a task queue, a workflow and a task, lists the tasks,
// and deletes the workspace again. Then it follows a task through its whole life, and
// prints what happens as it happens.
//
// It needs no account and no network: the service is a TaskRouter in memory, of package
// taskroutertest. With DEMO=live, TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN it takes
// the six steps on the real service.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"os/signal"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

func main() {
	log.SetFlags(0)
	if err := run(context.Background(), os.Getenv("DEMO")); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, mode string) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	switch mode {
	case "":
		return emulated(ctx)
	case "live":
		fmt.Println("on the service")
		client, err := taskrouter.NewClient() // the environment says how to authenticate
		if err != nil {
			return err
		}
		return guide(ctx, client)
	default:
		return fmt.Errorf("DEMO is %q, expected live or nothing", mode)
	}
}

func emulated(ctx context.Context) error {
	server := taskroutertest.NewServer()
	defer server.Close()
	fmt.Println("in memory; DEMO=live takes the six steps on the service")
	if err := guide(ctx, server.Client()); err != nil {
		return err
	}
	fmt.Println("\na task's whole life")
	return life(ctx, server)
}

// guide takes the six steps.
func guide(ctx context.Context, client *taskrouter.Client) (err error) {
	workspace, err := client.Workspaces.Create(ctx, taskrouter.CreateWorkspaceRequest{
		FriendlyName: "Customer Support",
		Template:     new(taskrouter.WorkspaceTemplateFIFO), // with a queue and a workflow
	})
	if err != nil {
		return err
	}
	fmt.Println("workspace", workspace.SID)
	defer func() {
		// An interrupted run tidies up as well.
		err = errors.Join(err, client.Workspaces.Delete(context.WithoutCancel(ctx), workspace.SID))
	}()

	activity, err := client.Activities(workspace.SID).Create(ctx, taskrouter.CreateActivityRequest{
		FriendlyName: "Coffee Break",
		Available:    new(false), // whether workers are given tasks meanwhile
	})
	if err != nil {
		return err
	}
	fmt.Println("activity", activity.SID)

	worker, err := client.Workers(workspace.SID).Create(ctx, taskrouter.CreateWorkerRequest{
		FriendlyName: "Jamie",
		Attributes:   `{"phone": "+14155551234", "languages": ["EN", "ES"]}`,
	})
	if err != nil {
		return err
	}
	fmt.Println("worker", worker.SID)

	queue, err := client.TaskQueues(workspace.SID).Create(ctx, taskrouter.CreateTaskQueueRequest{
		FriendlyName:           "Sales",
		ReservationActivitySID: new(activity.SID), // where workers go when a task is reserved for them
		AssignmentActivitySID:  new(activity.SID), // and when they have accepted it
	})
	if err != nil {
		return err
	}
	fmt.Println("task queue", queue.SID)

	workflow, err := client.Workflows(workspace.SID).Create(ctx, taskrouter.CreateWorkflowRequest{
		FriendlyName:                  "Incoming Call Flow",
		AssignmentCallbackURL:         new("https://example.com/callback"),
		FallbackAssignmentCallbackURL: new("https://example.com/callback2"),
		Configuration:                 configuration(queue.SID),
	})
	if err != nil {
		return err
	}
	fmt.Println("workflow", workflow.SID)

	task, err := client.Tasks(workspace.SID).Create(ctx, taskrouter.CreateTaskRequest{
		Attributes:       `{"type": "call", "contact": "+15558675309", "customer_value": "gold", "task_reason": "support"}`,
		AssignmentStatus: new(taskrouter.TaskStatusPending),
		WorkflowSID:      new(workflow.SID),
	})
	if err != nil {
		return err
	}
	fmt.Println("task", task.SID)

	waiting := taskrouter.ListTasksParams{
		AssignmentStatus: []taskrouter.TaskStatus{taskrouter.TaskStatusPending, taskrouter.TaskStatusReserved},
	}
	for task, err := range client.Tasks(workspace.SID).List(ctx, waiting) {
		if err != nil {
			return err
		}
		fmt.Println("listed", task.SID, task.AssignmentStatus)
	}
	return nil
}

// configuration sends gold customers' tickets ahead of everything else.
func configuration(queueSID string) string {
	return fmt.Sprintf(`{"task_routing": {
  "filters": [{
    "filter_friendly_name": "Gold tickets",
    "expression": "customer_value == 'gold' AND type == 'ticket'",
    "targets": [{"queue": %[1]q, "priority": 2}]
  }],
  "default_filter": {"queue": %[1]q}
}}`, queueSID)
}
