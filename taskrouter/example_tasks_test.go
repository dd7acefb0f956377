package taskrouter_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

// A workspace in which Ann and Ben are available. Tasks in Spanish are offered to both at
// once, all others to Ann.
const (
	support = "WS00000000000000000000000000000001"
	ann     = "WK00000000000000000000000000000001"
	ben     = "WK00000000000000000000000000000002"

	supportState = `{
		"version": 1,
		"workspaces": [{
			"sid": "WS00000000000000000000000000000001", "friendly_name": "Support",
			"activities": [
				{"sid": "WA00000000000000000000000000000001", "friendly_name": "Offline"},
				{"sid": "WA00000000000000000000000000000002", "friendly_name": "Available", "available": true}
			],
			"task_queues": [
				{"sid": "WQ00000000000000000000000000000001", "friendly_name": "Everything", "target_workers": "languages HAS 'en'"},
				{"sid": "WQ00000000000000000000000000000002", "friendly_name": "Spanish", "target_workers": "languages HAS 'es'", "max_reserved_workers": 2}
			],
			"workflows": [{
				"sid": "WW00000000000000000000000000000001", "friendly_name": "By Language",
				"configuration": {"task_routing": {
					"filters": [{"expression": "language == 'es'", "targets": [{"queue": "WQ00000000000000000000000000000002"}]}],
					"default_filter": {"queue": "WQ00000000000000000000000000000001"}
				}}
			}],
			"workers": [
				{
					"sid": "WK00000000000000000000000000000001", "friendly_name": "Ann", "attributes": {"languages": ["en", "es"]},
					"activity_sid": "WA00000000000000000000000000000002"
				},
				{
					"sid": "WK00000000000000000000000000000002", "friendly_name": "Ben", "attributes": {"languages": ["es"]},
					"activity_sid": "WA00000000000000000000000000000002"
				}
			]
		}]
	}`
)

// The life of a task: it is created, reserved for a worker, accepted and completed.
func ExampleTasksService_Complete() {
	server := taskroutertest.NewServer()
	defer server.Close()
	if err := server.Load(strings.NewReader(supportState)); err != nil {
		fmt.Println(err)
		return
	}
	ctx, client := context.Background(), server.Client()

	task, err := client.Tasks(support).Create(ctx, taskrouter.CreateTaskRequest{Attributes: `{"type": "chat"}`})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(task.AssignmentStatus) // the answer shows it before it is routed

	reservations := client.TaskReservations(support, task.SID)
	reservation, err := taskrouter.First(reservations.List(ctx, taskrouter.ListTaskReservationsParams{}))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("reserved for", reservation.WorkerName)
	reservation, err = reservations.Accept(ctx, reservation.SID)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("the reservation is", reservation.ReservationStatus)

	task, err = client.Tasks(support).Complete(ctx, task.SID, "answered")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(task.AssignmentStatus, "because", *task.Reason)
	// Output:
	// pending
	// reserved for Ann
	// the reservation is accepted
	// completed because answered
}

// A caller hangs up. A task that a worker has accepted cannot be canceled any more.
func ExampleTasksService_Cancel() {
	server := taskroutertest.NewServer()
	defer server.Close()
	if err := server.Load(strings.NewReader(supportState)); err != nil {
		fmt.Println(err)
		return
	}
	ctx, tasks := context.Background(), server.Client().Tasks(support)

	task, err := tasks.Create(ctx, taskrouter.CreateTaskRequest{Attributes: `{"type": "call"}`})
	if err != nil {
		fmt.Println(err)
		return
	}
	task, err = tasks.Cancel(ctx, task.SID, "hung up")
	switch {
	case errors.Is(err, taskrouter.ErrInvalid), errors.Is(err, taskrouter.ErrNotFound):
		fmt.Println("too late:", err) // it is assigned, over or gone
	case err != nil:
		fmt.Println(err)
	default:
		fmt.Println(task.AssignmentStatus, "because the caller", *task.Reason)
	}
	// Output: canceled because the caller hung up
}

// Who waits for somebody who speaks English, the most urgent first?
func ExampleTasksService_List() {
	server := taskroutertest.NewServer()
	defer server.Close()
	if err := server.Load(strings.NewReader(supportState)); err != nil {
		fmt.Println(err)
		return
	}
	ctx, tasks := context.Background(), server.Client().Tasks(support)
	for priority, attributes := range []taskrouter.Attributes{`{"name": "Eve"}`, `{"name": "Flo"}`, `{"name": "Gus"}`} {
		_, err := tasks.Create(ctx, taskrouter.CreateTaskRequest{Attributes: attributes, Priority: new(priority)})
		if err != nil {
			fmt.Println(err)
			return
		}
	}

	for task, err := range tasks.List(ctx, taskrouter.ListTasksParams{
		AssignmentStatus: []taskrouter.TaskStatus{taskrouter.TaskStatusPending}, // Ann is asked about one of them
		TaskQueueName:    new("Everything"),
		Ordering:         new("Priority:desc"),
	}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		var customer struct{ Name string }
		if err = task.Attributes.Decode(&customer); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(task.Priority, customer.Name)
	}
	// Output:
	// 2 Gus
	// 1 Flo
}

// A user interface turns the pages. Where all entries are wanted, List does it.
func ExamplePage() {
	server := taskroutertest.NewServer()
	defer server.Close()
	if err := server.Load(strings.NewReader(supportState)); err != nil {
		fmt.Println(err)
		return
	}
	ctx, tasks := context.Background(), server.Client().Tasks(support)
	for number := range 5 {
		_, err := tasks.Create(ctx, taskrouter.CreateTaskRequest{Attributes: taskrouter.Attributes(fmt.Sprintf(`{"number": %d}`, number))})
		if err != nil {
			fmt.Println(err)
			return
		}
	}

	page, err := tasks.Page(ctx, taskrouter.ListTasksParams{PageSize: new(2)})
	for err == nil {
		fmt.Println("page", page.Meta.Page)
		for _, task := range page.Items {
			fmt.Println(" ", task.Attributes)
		}
		page, err = page.Next(ctx)
	}
	if !errors.Is(err, taskrouter.ErrNoPage) {
		fmt.Println(err)
	}
	// Output:
	// page 0
	//   {"number":0}
	//   {"number":1}
	// page 1
	//   {"number":2}
	//   {"number":3}
	// page 2
	//   {"number":4}
}

// The ten oldest tasks, by no more requests than these need.
func ExampleCollect() {
	server := taskroutertest.NewServer()
	defer server.Close()
	if err := server.Load(strings.NewReader(supportState)); err != nil {
		fmt.Println(err)
		return
	}
	ctx, tasks := context.Background(), server.Client().Tasks(support)
	for range 12 {
		if _, err := tasks.Create(ctx, taskrouter.CreateTaskRequest{}); err != nil {
			fmt.Println(err)
			return
		}
	}

	oldest, err := taskrouter.Collect(tasks.List(ctx, taskrouter.ListTasksParams{PageSize: new(10)}), 10)
	if err != nil {
		fmt.Println(err) // oldest are those that came before the failure
		return
	}
	fmt.Println(len(oldest), "tasks, of which the first is", oldest[0].AssignmentStatus)
	// Output: 10 tasks, of which the first is reserved
}

// A task is offered to two workers at once. The first to accept gets it.
func ExampleTaskReservationsService_Accept() {
	server := taskroutertest.NewServer()
	defer server.Close()
	if err := server.Load(strings.NewReader(supportState)); err != nil {
		fmt.Println(err)
		return
	}
	ctx, client := context.Background(), server.Client()
	task, err := client.Tasks(support).Create(ctx, taskrouter.CreateTaskRequest{Attributes: `{"language": "es"}`})
	if err != nil {
		fmt.Println(err)
		return
	}

	reservations := client.TaskReservations(support, task.SID)
	offers, err := taskrouter.Collect(reservations.List(ctx, taskrouter.ListTaskReservationsParams{}), -1)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, offer := range offers {
		_, err = reservations.Accept(ctx, offer.SID)
		switch {
		case errors.Is(err, taskrouter.ErrGone):
			fmt.Println(offer.WorkerName, "was too late")
		case err != nil:
			fmt.Println(err)
		default:
			fmt.Println(offer.WorkerName, "has accepted")
		}
	}
	// Output:
	// Ann has accepted
	// Ben was too late
}

// A worker's screen shows what the worker is asked to do, and passes on the answer.
func ExampleWorkerReservationsService_Reject() {
	server := taskroutertest.NewServer()
	defer server.Close()
	if err := server.Load(strings.NewReader(supportState)); err != nil {
		fmt.Println(err)
		return
	}
	ctx, client := context.Background(), server.Client()
	if _, err := client.Tasks(support).Create(ctx, taskrouter.CreateTaskRequest{Attributes: `{"language": "es"}`}); err != nil {
		fmt.Println(err)
		return
	}

	inbox := client.WorkerReservations(support, ben)
	for reservation, err := range inbox.List(ctx, taskrouter.ListWorkerReservationsParams{
		ReservationStatus: new(taskrouter.ReservationStatusPending),
	}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		task, err := client.Tasks(support).Get(ctx, reservation.TaskSID)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("offered:", task.Attributes)

		// Without another activity the task may be offered to Ben again at once.
		offline := "WA00000000000000000000000000000001"
		reservation, err = inbox.Reject(ctx, reservation.SID, taskrouter.RejectRequest{WorkerActivitySID: &offline})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(reservation.WorkerName, "has", reservation.ReservationStatus, "it")
	}
	// Output:
	// offered: {"language":"es"}
	// Ben has rejected it
}

// A worker takes a chat, notes down what it was about when it has ended, and is done. The
// task is completed with the reservation.
func ExampleWorkerReservationsService_Complete() {
	server := taskroutertest.NewServer()
	defer server.Close()
	if err := server.Load(strings.NewReader(supportState)); err != nil {
		fmt.Println(err)
		return
	}
	ctx, client := context.Background(), server.Client()
	task, err := client.Tasks(support).Create(ctx, taskrouter.CreateTaskRequest{Attributes: `{"type": "chat"}`})
	if err != nil {
		fmt.Println(err)
		return
	}

	reservations := client.WorkerReservations(support, ann)
	reservation, err := taskrouter.First(reservations.List(ctx, taskrouter.ListWorkerReservationsParams{}))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, step := range []func(context.Context, string, ...taskrouter.CallOption) (*taskrouter.Reservation, error){
		reservations.Accept, reservations.Wrapup, reservations.Complete,
	} {
		if reservation, err = step(ctx, reservation.SID); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("the reservation is", reservation.ReservationStatus)
	}
	task, err = client.Tasks(support).Get(ctx, task.SID)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("the task is", task.AssignmentStatus)
	// Output:
	// the reservation is accepted
	// the reservation is wrapping
	// the reservation is completed
	// the task is completed
}

// A caller, who waits in a queue by <Enqueue>, is connected with the worker.
func ExampleWorkerReservationsService_Dequeue() {
	server := taskroutertest.NewServer()
	defer server.Close()
	if err := server.Load(strings.NewReader(supportState)); err != nil {
		fmt.Println(err)
		return
	}
	ctx, client := context.Background(), server.Client()
	_, err := client.Tasks(support).Create(ctx, taskrouter.CreateTaskRequest{
		Attributes:  `{"call_sid": "CA00000000000000000000000000000001"}`, // <Enqueue> sets it
		TaskChannel: new("voice"),
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	calls := client.WorkerReservations(support, ann)
	reservation, err := taskrouter.First(calls.List(ctx, taskrouter.ListWorkerReservationsParams{}))
	if err != nil {
		fmt.Println(err)
		return
	}
	reservation, err = calls.Dequeue(ctx, reservation.SID, taskrouter.DequeueRequest{
		From:    new("+15550100100"), // what Ann sees
		To:      new("client:ann"),   // or the attribute contact_uri of the worker says it
		Timeout: new(20),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(reservation.ReservationStatus)
	// Output: accepted
}

// What became of a task? Events are kept for 30 days; those of the last 15 minutes are
// listed unless the parameters say otherwise, the newest first.
func ExampleEventsService_List() {
	server := taskroutertest.NewServer()
	defer server.Close()
	if err := server.Load(strings.NewReader(supportState)); err != nil {
		fmt.Println(err)
		return
	}
	ctx, client := context.Background(), server.Client()
	task, err := client.Tasks(support).Create(ctx, taskrouter.CreateTaskRequest{Attributes: `{"type": "chat"}`})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err = client.Tasks(support).Cancel(ctx, task.SID, "solved itself"); err != nil {
		fmt.Println(err)
		return
	}

	events, err := taskrouter.Collect(client.Events(support).List(ctx, taskrouter.ListEventsParams{
		TaskSID: new(task.SID),
		Minutes: new(24 * 60),
	}), -1)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, event := range slices.Backward(events) {
		fmt.Println(event.EventType)
		if event.EventType == "task.canceled" {
			fmt.Println("  because it", event.EventData["task_canceled_reason"])
		}
	}
	// Output:
	// task.created
	// workflow.entered
	// workflow.target-matched
	// task-queue.entered
	// reservation.created
	// task.canceled
	//   because it solved itself
	// reservation.canceled
}
