package main

import (
	"context"
	"fmt"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// application is where the service calls this program: in memory, so it need not exist.
const application = "https://application.test"

// life follows a task until it is completed. As by the service, this program is told what
// happens, and asked what is to be done when the task is reserved for Jamie.
func life(ctx context.Context, server *taskroutertest.Server) error {
	server.HandleEvents(application+"/events", report)
	server.HandleAssignments(application+"/assignment", accept)
	client := server.Client()
	ws, jamie, err := prepare(ctx, client)
	if err != nil {
		return err
	}
	var task *taskrouter.Task
	steps := []struct {
		what string
		do   func() error
	}{
		{"a task comes in, and nobody is there", func() (err error) {
			task, err = client.Tasks(ws).Create(ctx, taskrouter.CreateTaskRequest{Attributes: `{"type": "chat", "language": "es"}`})
			return err
		}},
		{"Jamie begins to work, and this program, which is asked, accepts", func() error {
			available, err := taskrouter.First(client.Activities(ws).List(ctx, taskrouter.ListActivitiesParams{Available: new(true)}))
			if err != nil {
				return err
			}
			_, err = client.Workers(ws).SetActivity(ctx, jamie, available.SID)
			return err
		}},
		{"the customer is answered", func() error {
			_, err := client.Tasks(ws).Wrapup(ctx, task.SID)
			return err
		}},
		{"Jamie has written a note", func() error {
			_, err := client.Tasks(ws).Complete(ctx, task.SID, "answered")
			return err
		}},
		{"what the day was like", func() error { return summarize(ctx, client, ws) }},
		{"and it is over", func() error { return client.Workspaces.Delete(ctx, ws) }},
	}
	for _, step := range steps {
		fmt.Println(step.what)
		if err := step.do(); err != nil {
			return err
		}
		if err := server.Drain(ctx); err != nil { // until this program was told of it
			return err
		}
	}
	return nil
}

// prepare makes a workspace with a queue and a workflow, which call this program, and with
// Jamie, who is not there yet.
func prepare(ctx context.Context, client *taskrouter.Client) (ws, jamie string, err error) {
	workspace, err := client.Workspaces.Create(ctx, taskrouter.CreateWorkspaceRequest{
		FriendlyName: "Customer Support",
		Template:     new(taskrouter.WorkspaceTemplateFIFO),
	})
	if err != nil {
		return "", "", err
	}
	workflow, err := taskrouter.First(client.Workflows(workspace.SID).List(ctx, taskrouter.ListWorkflowsParams{}))
	if err != nil {
		return "", "", err
	}
	_, err = client.Workflows(workspace.SID).Update(ctx, workflow.SID, taskrouter.UpdateWorkflowRequest{
		AssignmentCallbackURL: new(application + "/assignment"),
	})
	if err != nil {
		return "", "", err
	}
	worker, err := client.Workers(workspace.SID).Create(ctx, taskrouter.CreateWorkerRequest{FriendlyName: "Jamie"})
	if err != nil {
		return "", "", err
	}
	_, err = client.Workspaces.Update(ctx, workspace.SID, taskrouter.UpdateWorkspaceRequest{
		EventCallbackURL: new(application + "/events"),
	})
	return workspace.SID, worker.SID, err
}

// report prints what happened.
func report(_ context.Context, e webhook.Event) error {
	fmt.Printf("  %-24s %s\n", e.Type, e.Description)
	return nil
}

// accept decides what is to be done.
func accept(context.Context, webhook.Assignment) (webhook.Instruction, error) {
	return webhook.Accept{}, nil
}

func summarize(ctx context.Context, client *taskrouter.Client, ws string) error {
	statistics, err := client.Workspaces.CumulativeStatistics(ctx, ws, taskrouter.GetWorkspaceCumulativeStatisticsParams{})
	if err != nil {
		return err
	}
	fmt.Printf("  %d task created, %d reservation accepted, %d task completed\n",
		statistics.TasksCreated, statistics.ReservationsAccepted, statistics.TasksCompleted)
	return nil
}
