package webhook_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// The workspace of the example Example tells an application what happens, and its workflow
// asks it about reservations.
const callingState = `{
	"version": 1,
	"workspaces": [{
		"sid": "WS00000000000000000000000000000001", "friendly_name": "Support",
		"event_callback_url": "https://app.example.com/events", "events_filter": "reservation.accepted",
		"activities": [
			{"sid": "WA00000000000000000000000000000001", "friendly_name": "Offline"},
			{"sid": "WA00000000000000000000000000000002", "friendly_name": "Available", "available": true}
		],
		"task_queues": [{"sid": "WQ00000000000000000000000000000001", "friendly_name": "Everything"}],
		"workflows": [{
			"sid": "WW00000000000000000000000000000001", "friendly_name": "Everything",
			"assignment_callback_url": "https://app.example.com/assignment",
			"configuration": {"task_routing": {"default_filter": {"queue": "WQ00000000000000000000000000000001"}}}
		}],
		"workers": [{
			"sid": "WK00000000000000000000000000000001", "friendly_name": "Ann",
			"activity_sid": "WA00000000000000000000000000000002"
		}]
	}]
}`

// An application that accepts chats for the worker, and is told of what was accepted. A
// TaskRouter in memory calls it.
func Example() {
	server := taskroutertest.NewServer()
	defer server.Close()
	if err := server.Load(strings.NewReader(callingState)); err != nil {
		fmt.Println(err)
		return
	}

	verifier := webhook.NewVerifier(server.AuthToken()) // behind a proxy, With(webhook.WithBaseURL(…)) besides
	var events webhook.EventMux
	events.On(webhook.EventTypeReservationAccepted, func(_ context.Context, e webhook.Event) error {
		worker, _ := e.Worker()
		task, _ := e.Task()
		fmt.Println(worker.Name, "has accepted", task.Attributes)
		return nil
	})
	mux := http.NewServeMux()
	mux.Handle("/events", webhook.EventHandler(verifier, events.Dispatch))
	mux.Handle("/assignment", webhook.AssignmentHandler(verifier,
		func(_ context.Context, a webhook.Assignment) (webhook.Instruction, error) {
			var task struct{ Type string }
			if err := a.TaskAttributes.Decode(&task); err != nil {
				return nil, err // status 500: the service asks the fallback URL
			}
			if task.Type == "chat" {
				return webhook.Accept{}, nil
			}
			return nil, nil // the worker decides
		}))
	server.Handle("https://app.example.com", mux) // a program calls http.ListenAndServe here

	ctx, tasks := context.Background(), server.Client().Tasks("WS00000000000000000000000000000001")
	if _, err := tasks.Create(ctx, taskrouter.CreateTaskRequest{Attributes: `{"type":"chat"}`}); err != nil {
		fmt.Println(err)
		return
	}
	if err := server.Drain(ctx); err != nil { // until the application was asked and told
		fmt.Println(err)
	}
	// Output: Ann has accepted {"type":"chat"}
}

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

func ExampleEventMux() {
	var events webhook.EventMux
	events.On(webhook.EventTypeTaskCanceled, func(_ context.Context, e webhook.Event) error {
		fmt.Println(e.ResourceSID, "was canceled:", e.Reason)
		return nil
	})
	events.On(webhook.EventTypeReservationTimeout, func(_ context.Context, e webhook.Event) error {
		if worker, ok := e.Worker(); ok {
			fmt.Println(worker.Name, "did not answer")
		}
		return nil
	})
	// The workspace has to be told: UpdateWorkspaceRequest{EventsFilter: new(events.Filter())}.
	fmt.Println(events.Filter())

	// events.Dispatch is what EventHandler takes, and can be called in a test.
	_ = events.Dispatch(context.Background(), webhook.Event{Type: webhook.EventTypeTaskCanceled, ResourceSID: "WT1", Reason: "hangup"})
	_ = events.Dispatch(context.Background(), webhook.Event{Type: webhook.EventTypeReservationTimeout, Fields: url.Values{"WorkerName": {"Ann"}}})
	// Output:
	// reservation.timeout,task.canceled
	// WT1 was canceled: hangup
	// Ann did not answer
}

func ExampleEvent_Worker() {
	event, err := webhook.ParseEvent(url.Values{
		"EventType":                      {"worker.activity.update"},
		"WorkerName":                     {"Ann"},
		"WorkerAttributes":               {`{"languages":["en","pt"]}`},
		"WorkerActivityName":             {"Available"},
		"WorkerPreviousActivityName":     {"Break"},
		"WorkerTimeInPreviousActivityMs": {"900500"},
	})
	if err != nil {
		panic(err)
	}
	worker, ok := event.Worker()
	if !ok {
		return // an event about something else
	}
	var attributes struct{ Languages []string }
	if err := worker.Attributes.Decode(&attributes); err != nil {
		panic(err)
	}
	fmt.Printf("%s, who speaks %v, is %s after a %s of %v\n",
		worker.Name, attributes.Languages, worker.ActivityName, worker.PreviousActivityName, worker.TimeInPreviousActivity)
	// Output: Ann, who speaks [en pt], is Available after a Break of 15m0.5s
}

// What else the service requests, such as the status of calls, is guarded in the
// same way. Here it arrives through a proxy that takes /calls off the path.
func ExampleVerifier_Handler() {
	verifier, err := webhook.NewVerifier("the auth token").With(webhook.WithBaseURL("https://example.com/calls"))
	if err != nil {
		log.Fatal(err)
	}
	handler := verifier.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		fmt.Println("the call is", r.PostFormValue("CallStatus"))
	}))

	form := url.Values{"CallSid": {"CA00000000000000000000000000000001"}, "CallStatus": {"completed"}}
	request := httptest.NewRequest(http.MethodPost, "http://10.0.0.7:8080/status", strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set(webhook.SignatureHeader, webhook.Sign("the auth token", "https://example.com/calls/status", form))
	handler.ServeHTTP(httptest.NewRecorder(), request)

	request.Header.Set(webhook.SignatureHeader, "AAAAAAAAAAAAAAAAAAAAAAAAAAA=")
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, request)
	fmt.Println(answer.Code)
	// Output:
	// the call is completed
	// 403
}

// Each account signs with its own token, and only for itself.
func ExampleWithTokenSource() {
	tokens := map[string][]string{"AC1": {"token of AC1"}, "AC2": {"token of AC2", "new token of AC2"}}
	verifier, err := webhook.NewVerifier().With(webhook.WithTokenSource(
		func(_ context.Context, accountSID string) ([]string, error) {
			return tokens[accountSID], nil // none for an account that is not known
		}))
	if err != nil {
		log.Fatal(err)
	}
	for _, token := range []string{"new token of AC2", "token of AC1"} {
		form := url.Values{"AccountSid": {"AC2"}}
		request := httptest.NewRequest(http.MethodPost, "https://example.com/", strings.NewReader(form.Encode()))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set(webhook.SignatureHeader, webhook.Sign(token, "https://example.com/", form))
		fmt.Println(token, verifier.Verify(request) == nil)
	}
	// Output:
	// new token of AC2 true
	// token of AC1 false
}
