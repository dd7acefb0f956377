package taskrouter_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

// A workspace in which Ann has accepted a task, which another program changes as well.
const (
	ticketWorkspace = "WS00000000000000000000000000000001"
	ticket          = "WT00000000000000000000000000000001"

	ticketState = `{
		"version": 1,
		"workspaces": [{
			"sid": "WS00000000000000000000000000000001", "friendly_name": "Support",
			"task_queues": [{"sid": "WQ00000000000000000000000000000001", "friendly_name": "Everyone"}],
			"workflows": [{
				"sid": "WW00000000000000000000000000000001", "friendly_name": "Everything",
				"configuration": {"task_routing": {"default_filter": {"queue": "WQ00000000000000000000000000000001"}}}
			}],
			"workers": [{"sid": "WK00000000000000000000000000000001", "friendly_name": "Ann"}],
			"tasks": [{
				"sid": "WT00000000000000000000000000000001",
				"attributes": {"language": "es", "queue_seconds": 12.50},
				"assignment_status": "assigned",
				"task_queue_sid": "WQ00000000000000000000000000000001",
				"reservations": [{
					"sid": "WR00000000000000000000000000000001",
					"worker_sid": "WK00000000000000000000000000000001", "reservation_status": "accepted"
				}]
			}]
		}]
	}`
)

func ExampleModifyAttributes() {
	server := taskroutertest.NewServer()
	defer server.Close()
	if err := server.Load(strings.NewReader(ticketState)); err != nil {
		fmt.Println(err)
		return
	}
	ctx, tasks := context.Background(), server.Client().Tasks(ticketWorkspace)
	another := sync.OnceValue(func() error { // which is faster than this one, once
		_, err := tasks.Update(ctx, ticket, taskrouter.UpdateTaskRequest{
			Attributes: `{"language": "es", "queue_seconds": 12.50, "survey": "sent"}`,
		})
		return err
	})

	// What this program knows of the attributes. The rest stays as it is.
	type attributes struct {
		Language string `json:"language"`
		Owner    string `json:"owner,omitempty"`
	}
	task, err := taskrouter.ModifyAttributes(ctx, tasks, ticket, func(a *attributes) error {
		fmt.Printf("owned by %q\n", a.Owner)
		if a.Owner != "" {
			return errors.New("taken by " + a.Owner)
		}
		a.Owner = "ann"
		return another()
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(task.Attributes)
	// Output:
	// owned by ""
	// owned by ""
	// {"language":"es","queue_seconds":12.50,"survey":"sent","owner":"ann"}
}

func ExampleCompleteTask() {
	server := taskroutertest.NewServer()
	defer server.Close()
	if err := server.Load(strings.NewReader(ticketState)); err != nil {
		fmt.Println(err)
		return
	}

	tasks := server.Client().Tasks(ticketWorkspace)
	task, err := taskrouter.CompleteTask(context.Background(), tasks, ticket, "sold", func(attributes *map[string]any) error {
		(*attributes)["outcome"] = "two seats"
		return nil
	})
	switch {
	case errors.Is(err, taskrouter.ErrNotCompleted):
		fmt.Println("the outcome is noted, the task still open:", err)
	case err != nil:
		fmt.Println(err)
	default:
		fmt.Println(task.AssignmentStatus, task.Attributes)
	}
	// Output: completed {"language":"es","queue_seconds":12.50,"outcome":"two seats"}
}

// A program shows a task to somebody, who raises its priority. Meanwhile another program
// has changed the task, so that what was shown no longer holds.
func ExampleWithIfMatch() {
	server := taskroutertest.NewServer()
	defer server.Close()
	if err := server.Load(strings.NewReader(ticketState)); err != nil {
		fmt.Println(err)
		return
	}
	ctx, tasks := context.Background(), server.Client().Tasks(ticketWorkspace)

	var response taskrouter.Response
	shown, err := tasks.Get(ctx, ticket, taskrouter.WithResponseInto(&response))
	if err != nil {
		fmt.Println(err)
		return
	}
	version := response.ETag()
	fmt.Println("shown with priority", shown.Priority)

	if _, err = tasks.Update(ctx, ticket, taskrouter.UpdateTaskRequest{Priority: new(50)}); err != nil { // another program
		fmt.Println(err)
		return
	}
	_, err = tasks.Update(ctx, ticket, taskrouter.UpdateTaskRequest{Priority: new(shown.Priority + 1)}, taskrouter.WithIfMatch(version))
	if errors.Is(err, taskrouter.ErrPreconditionFailed) {
		fmt.Println("somebody was faster: show it again")
	}
	// Output:
	// shown with priority 0
	// somebody was faster: show it again
}

// What a call was answered, beside the resource that it returns.
func ExampleWithResponseInto() {
	server := taskroutertest.NewServer()
	defer server.Close()
	if err := server.Load(strings.NewReader(ticketState)); err != nil {
		fmt.Println(err)
		return
	}

	var response taskrouter.Response
	_, err := server.Client().Tasks(ticketWorkspace).Get(context.Background(), ticket, taskrouter.WithResponseInto(&response))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(response.StatusCode, response.Header.Get("Content-Type"), response.Attempts)
	fmt.Println("version", response.ETag())
	fmt.Println("for questions to the service:", response.RequestID()[:2]+"…")
	// Output:
	// 200 application/json 1
	// version 0
	// for questions to the service: RQ…
}
