package webhook_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// The handler is what a program serves at the AssignmentCallbackUrl of a workflow; the
// client stands in for the service.
func ExampleAssignmentHandler() {
	verifier := webhook.NewVerifier("token")
	handler := webhook.AssignmentHandler(verifier, func(_ context.Context, a webhook.Assignment) (webhook.Instruction, error) {
		var task struct{ Language string }
		if err := a.TaskAttributes.Decode(&task); err != nil {
			return nil, err
		}
		if task.Language == "es" {
			return webhook.Dequeue{To: "client:jamie", From: "+15550100100"}, nil
		}
		return nil, nil // decide later
	})

	server := httptest.NewServer(handler)
	defer server.Close()
	client := webhook.Client{AuthToken: "token"}
	for _, attributes := range []string{
		`{"language":"es","call_sid":"CA00000000000000000000000000000001"}`,
		`{"language":"en"}`,
	} {
		instruction, err := client.PostAssignment(context.Background(), server.URL, webhook.Assignment{
			WorkspaceSID:   "WS00000000000000000000000000000001",
			TaskSID:        "WT00000000000000000000000000000001",
			WorkerSID:      "WK00000000000000000000000000000001",
			ReservationSID: "WR00000000000000000000000000000001",
			TaskAttributes: taskrouter.Attributes(attributes),
		})
		fmt.Printf("%T %v\n", instruction, err)
	}
	// Output:
	// webhook.Dequeue <nil>
	// <nil> <nil>
}

// The handler is what a program serves at the EventCallbackUrl of a workspace; the
// client stands in for the service, and sends one event twice.
func ExampleEventHandler() {
	var events webhook.EventMux
	events.On(webhook.EventTypeTaskCanceled, func(_ context.Context, e webhook.Event) error {
		task, _ := e.Task()
		fmt.Println(task.SID, "was canceled:", task.CanceledReason)
		return nil
	})
	mux := http.NewServeMux()
	mux.Handle("/events", webhook.EventHandler(webhook.NewVerifier("token"), events.Dispatch))

	server := httptest.NewServer(mux)
	defer server.Close()
	client := webhook.Client{AuthToken: "token"}
	event := webhook.Event{
		Type:   webhook.EventTypeTaskCanceled,
		SID:    "EV00000000000000000000000000000001",
		Fields: map[string][]string{"TaskSid": {"WT00000000000000000000000000000001"}, "TaskCanceledReason": {"hung up"}},
	}
	for range 2 {
		if err := client.PostEvent(context.Background(), server.URL+"/events", event); err != nil {
			fmt.Println(err)
		}
	}
	// Output: WT00000000000000000000000000000001 was canceled: hung up
}
