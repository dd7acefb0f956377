package taskrouter_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
	"github.com/taskrouter-go/sdk/taskrouter/webhook"
	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

// A workspace with two queues and a workflow that leads to both of them.
const (
	shop      = "WS00000000000000000000000000000001"
	sales     = "WQ00000000000000000000000000000001"
	returns   = "WQ00000000000000000000000000000002"
	byRequest = "WW00000000000000000000000000000001"

	shopState = `{
		"version": 1,
		"workspaces": [{
			"sid": "WS00000000000000000000000000000001", "friendly_name": "Shop",
			"activities": [
				{"sid": "WA00000000000000000000000000000001", "friendly_name": "Offline"},
				{"sid": "WA00000000000000000000000000000002", "friendly_name": "Available", "available": true}
			],
			"task_queues": [
				{"sid": "WQ00000000000000000000000000000001", "friendly_name": "Sales", "target_workers": "teams HAS 'sales'"},
				{"sid": "WQ00000000000000000000000000000002", "friendly_name": "Returns", "target_workers": "teams HAS 'returns'"}
			],
			"workflows": [{
				"sid": "WW00000000000000000000000000000001", "friendly_name": "By Request",
				"configuration": {"task_routing": {
					"filters": [{
						"filter_friendly_name": "Parcels that come back",
						"expression": "request == 'return'",
						"targets": [{"queue": "WQ00000000000000000000000000000002"}]
					}],
					"default_filter": {"queue": "WQ00000000000000000000000000000001"}
				}}
			}],
			"workers": [{
				"sid": "WK00000000000000000000000000000001", "friendly_name": "Fay", "attributes": {"teams": ["sales"]},
				"activity_sid": "WA00000000000000000000000000000002"
			}]
		}]
	}`
)

// A queue is looked up by its name, and made if there is none.
func ExampleFirst() {
	server := taskroutertest.NewServer()
	defer server.Close()
	if err := server.Load(strings.NewReader(shopState)); err != nil {
		fmt.Println(err)
		return
	}
	ctx, queues := context.Background(), server.Client().TaskQueues(shop)

	for _, name := range []string{"Sales", "Repairs"} {
		queue, err := taskrouter.First(queues.List(ctx, taskrouter.ListTaskQueuesParams{FriendlyName: &name}))
		if errors.Is(err, taskrouter.ErrNotFound) {
			fmt.Print("new: ")
			queue, err = queues.Create(ctx, taskrouter.CreateTaskQueueRequest{
				FriendlyName:  name,
				TargetWorkers: new(`teams HAS "repairs"`),
			})
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(queue.FriendlyName)
	}
	// Output:
	// Sales
	// new: Repairs
}

// How long is the queue? Seconds, and the SID of the task that has waited longest, are nil
// when nothing waits.
func ExampleTaskQueuesService_RealTimeStatistics() {
	server := taskroutertest.NewServer()
	defer server.Close()
	if err := server.Load(strings.NewReader(shopState)); err != nil {
		fmt.Println(err)
		return
	}
	ctx, client := context.Background(), server.Client()
	for range 3 {
		if _, err := client.Tasks(shop).Create(ctx, taskrouter.CreateTaskRequest{}); err != nil {
			fmt.Println(err)
			return
		}
	}

	now, err := client.TaskQueues(shop).RealTimeStatistics(ctx, sales, taskrouter.GetTaskQueueRealTimeStatisticsParams{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("waiting:", now.TasksByStatus["pending"])
	fmt.Println("offered:", now.TasksByStatus["reserved"])
	fmt.Printf("workers: %d, of whom %d are available\n", now.TotalEligibleWorkers, now.TotalAvailableWorkers)
	fmt.Println("somebody waits:", now.LongestTaskWaitingSID != nil)
	// Output:
	// waiting: 2
	// offered: 1
	// workers: 1, of whom 1 are available
	// somebody waits: true
}

// The figures of up to 50 queues by one request.
func ExampleTaskQueuesService_BulkRealTimeStatistics() {
	server := taskroutertest.NewServer()
	defer server.Close()
	if err := server.Load(strings.NewReader(shopState)); err != nil {
		fmt.Println(err)
		return
	}
	ctx, client := context.Background(), server.Client()
	if _, err := client.Tasks(shop).Create(ctx, taskrouter.CreateTaskRequest{Attributes: `{"request": "return"}`}); err != nil {
		fmt.Println(err)
		return
	}

	statistics, err := client.TaskQueues(shop).BulkRealTimeStatistics(ctx, taskrouter.TaskQueueBulkRealTimeStatisticsRequest{
		QueueSIDs: []string{sales, returns},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, queue := range statistics.TaskQueueData {
		fmt.Println(queue.TaskQueueSID, "has", queue.TotalTasks, "tasks and", queue.TotalEligibleWorkers, "workers")
	}
	// Output:
	// WQ00000000000000000000000000000001 has 0 tasks and 1 workers
	// WQ00000000000000000000000000000002 has 1 tasks and 0 workers
}

// What came into each queue in the last hour, and what is there now?
func ExampleTaskQueuesService_ListStatistics() {
	server := taskroutertest.NewServer()
	defer server.Close()
	if err := server.Load(strings.NewReader(shopState)); err != nil {
		fmt.Println(err)
		return
	}
	ctx, client := context.Background(), server.Client()
	if _, err := client.Tasks(shop).Create(ctx, taskrouter.CreateTaskRequest{}); err != nil {
		fmt.Println(err)
		return
	}

	for queue, err := range client.TaskQueues(shop).ListStatistics(ctx, taskrouter.ListTaskQueueStatisticsParams{
		Minutes: new(60), // 15 unless set
	}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(queue.TaskQueueSID, queue.Cumulative.TasksEntered, queue.Realtime.TotalTasks)
	}
	// Output:
	// WQ00000000000000000000000000000001 1 1
	// WQ00000000000000000000000000000002 0 0
}

// A channel is a kind of task, of which each worker takes so many at a time.
func ExampleTaskChannelsService_Create() {
	server := taskroutertest.NewServer()
	defer server.Close()
	if err := server.Load(strings.NewReader(shopState)); err != nil {
		fmt.Println(err)
		return
	}
	ctx, client := context.Background(), server.Client()

	_, err := client.TaskChannels(shop).Create(ctx, taskrouter.CreateTaskChannelRequest{
		FriendlyName: "E-mail",
		UniqueName:   "email", // by which tasks and requests name it
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	task, err := client.Tasks(shop).Create(ctx, taskrouter.CreateTaskRequest{
		Attributes:  `{"subject": "Where is my parcel?"}`,
		TaskChannel: new("email"),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(task.TaskChannelUniqueName)
	// Output: email
}

// A workflow is read, changed, checked, and updated only if nothing is wrong with it.
func ExampleWorkflowsService_Update() {
	server := taskroutertest.NewServer()
	defer server.Close()
	if err := server.Load(strings.NewReader(shopState)); err != nil {
		fmt.Println(err)
		return
	}
	ctx, workflows := context.Background(), server.Client().Workflows(shop)
	current, err := workflows.Get(ctx, byRequest)
	if err != nil {
		fmt.Println(err)
		return
	}
	configuration, err := workflow.Parse(current.Configuration)
	if err != nil {
		fmt.Println(err)
		return
	}

	filter := &configuration.TaskRouting.Filters[0]
	filter.Expression = `request == "return" AND parcel == "`
	fmt.Println(configuration.Validate())

	filter.Expression = `request == "return" AND parcel != null`
	if err = configuration.Validate(); err != nil {
		fmt.Println(err)
		return
	}
	_, err = workflows.Update(ctx, byRequest, taskrouter.UpdateWorkflowRequest{
		Configuration:   new(configuration.String()),
		ReEvaluateTasks: new(true), // or tasks that wait go on by the old one
	})
	fmt.Println("updated:", err)
	// Output:
	// workflow: the configuration is invalid:
	// 	task_routing.filters[0].expression ("Parcels that come back"): error: the service probably refuses the configuration: line 1, column 35: unexpected "\"", expected the text to end with "
	// updated: <nil>
}

// The workspace is told which events an application wants, and where.
func ExampleWorkspacesService_Update() {
	server := taskroutertest.NewServer()
	defer server.Close()
	if err := server.Load(strings.NewReader(shopState)); err != nil {
		fmt.Println(err)
		return
	}
	var events webhook.EventMux // what the application does about each; its handler answers at the URL
	events.On(webhook.EventTypeTaskCanceled, func(context.Context, webhook.Event) error { return nil })
	events.On(webhook.EventTypeReservationTimeout, func(context.Context, webhook.Event) error { return nil })

	workspace, err := server.Client().Workspaces.Update(context.Background(), shop, taskrouter.UpdateWorkspaceRequest{
		EventCallbackURL: new("https://shop.example.com/events"),
		EventsFilter:     new(events.Filter()),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(*workspace.EventsFilter)
	// Output: reservation.timeout,task.canceled
}

// What happened in the last hour?
func ExampleWorkspacesService_CumulativeStatistics() {
	server := taskroutertest.NewServer()
	defer server.Close()
	if err := server.Load(strings.NewReader(shopState)); err != nil {
		fmt.Println(err)
		return
	}
	ctx, client := context.Background(), server.Client()
	task, err := client.Tasks(shop).Create(ctx, taskrouter.CreateTaskRequest{})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err = client.Tasks(shop).Cancel(ctx, task.SID, "hung up"); err != nil {
		fmt.Println(err)
		return
	}

	statistics, err := client.Workspaces.CumulativeStatistics(ctx, shop, taskrouter.GetWorkspaceCumulativeStatisticsParams{
		Minutes:         new(60),
		SplitByWaitTime: new("30,120"), // seconds
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(statistics.TasksCreated, "created,", statistics.TasksCanceled, "canceled")
	fmt.Println("of which within 30 seconds:", statistics.SplitByWaitTime["30"].Below.TasksCanceled)
	// Output:
	// 1 created, 1 canceled
	// of which within 30 seconds: 1
}
