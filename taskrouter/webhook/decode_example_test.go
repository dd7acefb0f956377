package webhook_test

import (
	"context"
	"fmt"
	"net/url"

	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

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
