// Command consumer is a program of a user: it lives in a module of its own and
// imports the SDK and nothing else. It opens a support desk, lets one worker
// take one task, and clears everything away, so that each service of the client
// has something to do.
//
// TASKROUTER_BASE_URL is where it sends its requests, TWILIO_ACCOUNT_SID and
// TWILIO_AUTH_TOKEN say who it is.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/taskrouter-go/sdk/taskrouter"
)

func main() {
	log.SetFlags(0)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	err := run(ctx, os.Stdout)
	cancel()
	if err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer) (err error) {
	client, err := taskrouter.NewClient() // the environment says everything
	if err != nil {
		return err
	}
	workspace, err := client.Workspaces.Create(ctx, taskrouter.CreateWorkspaceRequest{FriendlyName: "Support desk"})
	if err != nil {
		return err
	}
	d := desk{client: client, workspace: workspace.SID, out: out}
	d.print("opened workspace", workspace.SID)
	defer func() {
		err = errors.Join(err, client.Workspaces.Delete(context.WithoutCancel(ctx), workspace.SID))
	}()

	workflow, err := d.furnish(ctx)
	if err != nil {
		return err
	}
	worker, err := d.hire(ctx)
	if err != nil {
		return err
	}
	task, err := d.work(ctx, workflow, worker)
	if err != nil {
		return err
	}
	if err := d.lookBack(ctx, task); err != nil {
		return err
	}
	return d.makeMistakes(ctx)
}

type desk struct {
	client    *taskrouter.Client
	workspace string
	out       io.Writer
}

func (d desk) print(what ...any) {
	_, _ = fmt.Fprintln(d.out, what...)
}

// furnish makes a channel, a queue and a workflow that leads into it.
func (d desk) furnish(ctx context.Context) (workflowSID string, err error) {
	channel, err := d.client.TaskChannels(d.workspace).Create(ctx, taskrouter.CreateTaskChannelRequest{
		FriendlyName: "Letters",
		UniqueName:   "letters",
	})
	if err != nil {
		return "", err
	}
	d.print("task channel", channel.UniqueName)

	queue, err := d.client.TaskQueues(d.workspace).Create(ctx, taskrouter.CreateTaskQueueRequest{
		FriendlyName:  "Everything",
		TargetWorkers: new("1==1"),
	})
	if err != nil {
		return "", err
	}
	queue, err = d.client.TaskQueues(d.workspace).Update(ctx, queue.SID, taskrouter.UpdateTaskQueueRequest{
		MaxReservedWorkers: new(1),
	})
	if err != nil {
		return "", err
	}
	d.print("task queue", queue.SID, "asks", queue.MaxReservedWorkers, "worker at a time")

	workflow, err := d.client.Workflows(d.workspace).Create(ctx, taskrouter.CreateWorkflowRequest{
		FriendlyName:  "Into the queue",
		Configuration: fmt.Sprintf(`{"task_routing":{"default_filter":{"queue":%q}}}`, queue.SID),
	})
	if err != nil {
		return "", err
	}
	d.print("workflow", workflow.SID)
	return workflow.SID, nil
}

// hire makes a worker who is at work and takes two letters at a time.
func (d desk) hire(ctx context.Context) (workerSID string, err error) {
	activity, err := d.client.Activities(d.workspace).Create(ctx, taskrouter.CreateActivityRequest{
		FriendlyName: "At the desk",
		Available:    new(true),
	})
	if err != nil {
		return "", err
	}
	worker, err := d.client.Workers(d.workspace).Create(ctx, taskrouter.CreateWorkerRequest{
		FriendlyName: "Robin",
		Attributes:   `{"languages":["en"]}`,
	})
	if err != nil {
		return "", err
	}
	channel, err := d.client.WorkerChannels(d.workspace, worker.SID).Update(ctx, "letters", taskrouter.UpdateWorkerChannelRequest{
		Capacity: new(2),
	})
	if err != nil {
		return "", err
	}
	worker, err = d.client.Workers(d.workspace).SetActivity(ctx, worker.SID, activity.SID)
	if err != nil {
		return "", err
	}
	d.print("worker", worker.FriendlyName, "takes", channel.ConfiguredCapacity, "of", channel.TaskChannelUniqueName)
	return worker.SID, nil
}

// work lets the worker take a task that is made for it, and complete it.
func (d desk) work(ctx context.Context, workflowSID, workerSID string) (taskSID string, err error) {
	attributes, err := taskrouter.AttributesOf(map[string]any{"from": "Alex"})
	if err != nil {
		return "", err
	}
	task, err := d.client.Tasks(d.workspace).Create(ctx, taskrouter.CreateTaskRequest{
		Attributes:  attributes,
		TaskChannel: new("letters"),
		WorkflowSID: new(workflowSID),
	})
	if err != nil {
		return "", err
	}
	d.print("task", task.SID, "is", task.AssignmentStatus)

	reservation, err := d.waitForReservation(ctx, task.SID)
	if err != nil {
		return "", err
	}
	reservation, err = d.client.WorkerReservations(d.workspace, workerSID).Accept(ctx, reservation.SID)
	if err != nil {
		return "", err
	}
	d.print("reservation", reservation.SID, "of", reservation.WorkerName, "is", reservation.ReservationStatus)

	task, err = d.client.Tasks(d.workspace).Complete(ctx, task.SID, "answered")
	if err != nil {
		return "", err
	}
	d.print("task", task.SID, "is", task.AssignmentStatus)
	return task.SID, nil
}

// waitForReservation asks again until the task is offered to someone, which the
// service does in its own time.
func (d desk) waitForReservation(ctx context.Context, taskSID string) (*taskrouter.Reservation, error) {
	for {
		reservation, err := taskrouter.First(d.client.TaskReservations(d.workspace, taskSID).List(ctx, taskrouter.ListTaskReservationsParams{
			ReservationStatus: new(taskrouter.ReservationStatusPending),
		}))
		if !errors.Is(err, taskrouter.ErrNotFound) {
			return reservation, err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("no reservation of task %s: %w", taskSID, ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// lookBack gets the task and lists what happened to it.
func (d desk) lookBack(ctx context.Context, taskSID string) error {
	task, err := d.client.Tasks(d.workspace).Get(ctx, taskSID)
	if err != nil {
		return err
	}
	d.print("task", task.SID, "is", task.Age, "seconds old")
	for event, err := range d.client.Events(d.workspace).List(ctx, taskrouter.ListEventsParams{TaskSID: new(taskSID)}) {
		if err != nil {
			return err
		}
		d.print("event", event.EventType)
	}
	return nil
}

// makeMistakes asks for what is not there, and for what cannot be.
func (d desk) makeMistakes(ctx context.Context) error {
	workers := d.client.Workers(d.workspace)
	var failure *taskrouter.Error
	switch _, err := workers.Get(ctx, "WK00000000000000000000000000000000"); {
	case err == nil:
		return errors.New("a worker whom nobody hired was found")
	case !errors.Is(err, taskrouter.ErrNotFound) || !errors.As(err, &failure):
		return err
	}
	d.print("missing:", failure.StatusCode, failure.Code, failure.Operation)

	switch _, err := workers.Get(ctx, "WT00000000000000000000000000000000"); {
	case err == nil:
		return errors.New("a worker was found by the SID of a task")
	case !errors.Is(err, taskrouter.ErrInvalidArgument):
		return err
	default:
		d.print("not sent:", err)
	}
	return nil
}
