// Command checkworkflows reads the workflows of a workspace from the service and
// holds them against the task queues, the workers and the pending tasks that are
// there. It prints what is wrong with each, and fails if that is an error.
//
//	go run github.com/taskrouter-go/sdk/taskrouter/examples/checkworkflows@latest WS…
//
// Credentials are taken from the environment, as by [taskrouter.NewClient].
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"os/signal"
	"strings"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/expression"
	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

func main() {
	log.SetFlags(0)
	if err := run(context.Background(), os.Args[1:]); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, arguments []string) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	if len(arguments) != 1 || !strings.HasPrefix(arguments[0], "WS") {
		return errors.New("usage: checkworkflows WS… (the SID of a workspace; TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN say whose)")
	}
	client, err := taskrouter.NewClient() // the environment says how to authenticate
	if err != nil {
		return err
	}
	report, err := check(ctx, client, arguments[0])
	fmt.Print(report)
	return err
}

// check reports the problems of all workflows. It is an error if one has errors, or
// cannot be read.
func check(ctx context.Context, client *taskrouter.Client, workspaceSID string) (report string, err error) {
	workspace, err := read(ctx, client, workspaceSID)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	workflows, invalid := 0, 0
	for flow, err := range client.Workflows(workspaceSID).List(ctx, taskrouter.ListWorkflowsParams{}) {
		if err != nil {
			return text.String(), err
		}
		workflows++
		fmt.Fprintln(&text, flow.FriendlyName, flow.SID)
		configuration, err := workflow.Parse(flow.Configuration)
		if err != nil {
			invalid++
			fmt.Fprintln(&text, " ", err)
			continue
		}
		problems := configuration.Check(workspace)
		for _, problem := range problems {
			fmt.Fprintln(&text, " ", problem)
		}
		if problems.Err() != nil {
			invalid++
		}
	}
	if invalid > 0 {
		return text.String(), fmt.Errorf("%d of %d workflows have errors", invalid, workflows)
	}
	return text.String(), nil
}

// mostTasks is how many pending tasks are enough to know what attributes occur.
const mostTasks = 200

// read reads what a workspace has. The channels of workers are left out: they would
// take a request for each worker.
func read(ctx context.Context, client *taskrouter.Client, workspaceSID string) (workflow.Workspace, error) {
	var workspace workflow.Workspace
	for queue, err := range client.TaskQueues(workspaceSID).List(ctx, taskrouter.ListTaskQueuesParams{}) {
		if err != nil {
			return workspace, err
		}
		workspace.Queues = append(workspace.Queues, workflow.Queue{
			SID: queue.SID, FriendlyName: queue.FriendlyName, TargetWorkers: queue.TargetWorkers,
		})
	}
	for worker, err := range client.Workers(workspaceSID).List(ctx, taskrouter.ListWorkersParams{}) {
		if err != nil {
			return workspace, err
		}
		attributes, err := expression.ParseAttributes(string(worker.Attributes))
		if err != nil {
			return workspace, fmt.Errorf("worker %s: %w", worker.SID, err)
		}
		workspace.Workers = append(workspace.Workers, expression.Worker{
			SID: worker.SID, FriendlyName: worker.FriendlyName,
			ActivitySID: worker.ActivitySID, ActivityName: worker.ActivityName, Available: worker.Available,
			Attributes: attributes,
		})
	}
	pending := taskrouter.ListTasksParams{AssignmentStatus: []taskrouter.TaskStatus{taskrouter.TaskStatusPending}}
	tasks, err := taskrouter.Collect(client.Tasks(workspaceSID).List(ctx, pending), mostTasks)
	if err != nil {
		return workspace, err
	}
	for _, task := range tasks {
		attributes, err := expression.ParseAttributes(string(task.Attributes))
		if err != nil {
			return workspace, fmt.Errorf("task %s: %w", task.SID, err)
		}
		workspace.Tasks = append(workspace.Tasks, attributes)
	}
	return workspace, nil
}
