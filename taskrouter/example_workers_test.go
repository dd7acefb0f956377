package taskrouter_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

// A workspace in which Cleo is available and Dan is not.
const (
	desk = "WS00000000000000000000000000000001"
	cleo = "WK00000000000000000000000000000001"

	deskState = `{
		"version": 1,
		"workspaces": [{
			"sid": "WS00000000000000000000000000000001", "friendly_name": "Help Desk",
			"activities": [
				{"sid": "WA00000000000000000000000000000001", "friendly_name": "Offline"},
				{"sid": "WA00000000000000000000000000000002", "friendly_name": "Available", "available": true},
				{"sid": "WA00000000000000000000000000000003", "friendly_name": "On a Break"}
			],
			"task_queues": [{"sid": "WQ00000000000000000000000000000001", "friendly_name": "Everything"}],
			"workflows": [{
				"sid": "WW00000000000000000000000000000001", "friendly_name": "Everything",
				"configuration": {"task_routing": {"default_filter": {"queue": "WQ00000000000000000000000000000001"}}}
			}],
			"workers": [
				{
					"sid": "WK00000000000000000000000000000001", "friendly_name": "Cleo", "attributes": {"languages": ["en"]},
					"activity_sid": "WA00000000000000000000000000000002"
				},
				{"sid": "WK00000000000000000000000000000002", "friendly_name": "Dan", "attributes": {"languages": ["en", "es"]}}
			]
		}]
	}`
)

// A worker is made from a Go value, and what comes back is read into one.
func ExampleWorkersService_Create() {
	server := taskroutertest.NewServer()
	defer server.Close()
	if err := server.Load(strings.NewReader(deskState)); err != nil {
		fmt.Println(err)
		return
	}
	type skills struct {
		Languages  []string `json:"languages"`
		ContactURI string   `json:"contact_uri"` // where a call reaches the worker
	}

	attributes, err := taskrouter.AttributesOf(skills{Languages: []string{"en", "pt"}, ContactURI: "client:eve"})
	if err != nil {
		fmt.Println(err)
		return
	}
	worker, err := server.Client().Workers(desk).Create(context.Background(), taskrouter.CreateWorkerRequest{
		FriendlyName: "Eve", // nobody else in the workspace may have the name
		Attributes:   attributes,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	var eve skills
	if err = worker.Attributes.Decode(&eve); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(worker.FriendlyName, "is", worker.ActivityName, "and speaks", eve.Languages)
	// Output: Eve is Offline and speaks [en pt]
}

// Cleo goes on a break, during which tasks wait.
func ExampleWorkersService_SetActivity() {
	server := taskroutertest.NewServer()
	defer server.Close()
	if err := server.Load(strings.NewReader(deskState)); err != nil {
		fmt.Println(err)
		return
	}
	ctx, client := context.Background(), server.Client()
	activity := func(name string) (*taskrouter.Activity, error) {
		return taskrouter.First(client.Activities(desk).List(ctx, taskrouter.ListActivitiesParams{FriendlyName: &name}))
	}

	onABreak, err := activity("On a Break")
	if err != nil {
		fmt.Println(err)
		return
	}
	worker, err := client.Workers(desk).SetActivity(ctx, cleo, onABreak.SID)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s: available is %t\n", worker.ActivityName, worker.Available)
	if _, err = client.Tasks(desk).Create(ctx, taskrouter.CreateTaskRequest{}); err != nil {
		fmt.Println(err)
		return
	}
	_, err = taskrouter.First(client.WorkerReservations(desk, cleo).List(ctx, taskrouter.ListWorkerReservationsParams{}))
	fmt.Println("nothing is reserved:", errors.Is(err, taskrouter.ErrNotFound))

	available, err := activity("Available")
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err = client.Workers(desk).SetActivity(ctx, cleo, available.SID); err != nil {
		fmt.Println(err)
		return
	}
	reservation, err := taskrouter.First(client.WorkerReservations(desk, cleo).List(ctx, taskrouter.ListWorkerReservationsParams{}))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("after the break:", reservation.ReservationStatus)
	// Output:
	// On a Break: available is false
	// nothing is reserved: true
	// after the break: pending
}

// Who speaks Spanish? The service allows three such requests a second.
func ExampleWorkersService_List() {
	server := taskroutertest.NewServer()
	defer server.Close()
	if err := server.Load(strings.NewReader(deskState)); err != nil {
		fmt.Println(err)
		return
	}

	workers := server.Client().Workers(desk).List(context.Background(), taskrouter.ListWorkersParams{
		TargetWorkersExpression: new(`languages HAS "es"`),
	})
	for worker, err := range workers {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(worker.FriendlyName, "is", worker.ActivityName)
	}
	// Output: Dan is Offline
}

// A wallboard shows what the workers are doing.
func ExampleWorkersService_RealTimeStatistics() {
	server := taskroutertest.NewServer()
	defer server.Close()
	if err := server.Load(strings.NewReader(deskState)); err != nil {
		fmt.Println(err)
		return
	}

	statistics, err := server.Client().Workers(desk).RealTimeStatistics(context.Background(), taskrouter.GetWorkersRealTimeStatisticsParams{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(statistics.TotalWorkers, "workers")
	for _, activity := range statistics.ActivityStatistics {
		fmt.Println(activity.FriendlyName, activity.Workers)
	}
	// Output:
	// 2 workers
	// Offline 1
	// Available 1
	// On a Break 0
}

// What did Cleo do in the last hour?
func ExampleWorkersService_WorkerStatistics() {
	server := taskroutertest.NewServer()
	defer server.Close()
	if err := server.Load(strings.NewReader(deskState)); err != nil {
		fmt.Println(err)
		return
	}
	ctx, client := context.Background(), server.Client()
	if _, err := client.Tasks(desk).Create(ctx, taskrouter.CreateTaskRequest{}); err != nil {
		fmt.Println(err)
		return
	}
	reservations := client.WorkerReservations(desk, cleo)
	reservation, err := taskrouter.First(reservations.List(ctx, taskrouter.ListWorkerReservationsParams{}))
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err = reservations.Accept(ctx, reservation.SID); err != nil {
		fmt.Println(err)
		return
	}

	statistics, err := client.Workers(desk).WorkerStatistics(ctx, cleo, taskrouter.GetWorkerStatisticsParams{Minutes: new(60)})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("offered:", statistics.Cumulative.ReservationsCreated)
	fmt.Println("accepted:", statistics.Cumulative.ReservationsAccepted)
	fmt.Println("unanswered:", statistics.Cumulative.ReservationsTimedOut)
	// Output:
	// offered: 1
	// accepted: 1
	// unanswered: 0
}

// A worker takes one task of each channel at a time, unless told to take more.
func ExampleWorkerChannelsService_Update() {
	server := taskroutertest.NewServer()
	defer server.Close()
	if err := server.Load(strings.NewReader(deskState)); err != nil {
		fmt.Println(err)
		return
	}
	ctx, client := context.Background(), server.Client()

	channels := client.WorkerChannels(desk, cleo)
	channel, err := channels.Update(ctx, "chat", taskrouter.UpdateWorkerChannelRequest{Capacity: new(4)})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d chats at a time, of which %d %% are free\n", channel.ConfiguredCapacity, channel.AvailableCapacityPercentage)

	if _, err = client.Tasks(desk).Create(ctx, taskrouter.CreateTaskRequest{TaskChannel: new("chat")}); err != nil {
		fmt.Println(err)
		return
	}
	channel, err = channels.Get(ctx, "chat")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d %% are free while one is offered\n", channel.AvailableCapacityPercentage)
	// Output:
	// 4 chats at a time, of which 100 % are free
	// 75 % are free while one is offered
}

// Whether an activity makes workers available is decided when it is made.
func ExampleActivitiesService_Create() {
	server := taskroutertest.NewServer()
	defer server.Close()
	if err := server.Load(strings.NewReader(deskState)); err != nil {
		fmt.Println(err)
		return
	}
	ctx, activities := context.Background(), server.Client().Activities(desk)

	_, err := activities.Create(ctx, taskrouter.CreateActivityRequest{
		FriendlyName: "Overtime",
		Available:    new(true), // false unless set
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for activity, err := range activities.List(ctx, taskrouter.ListActivitiesParams{Available: new(true)}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(activity.FriendlyName)
	}
	// Output:
	// Available
	// Overtime
}
