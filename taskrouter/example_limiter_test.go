package taskrouter_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/time/rate"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

// A filter is a parameter of an operation that costs the service much.
type filter struct{ operation, parameter string }

// filterLimiter holds back the requests that use a filter, and no others.
type filterLimiter map[filter]*rate.Limiter

// newFilterLimiter has a limiter for each filter that the service limits to three
// requests a second. A burst of one spreads them evenly: with one of three, there
// could be six within a second.
func newFilterLimiter() filterLimiter {
	limiter := filterLimiter{}
	for _, f := range []filter{
		{"listTasks", "EvaluateTaskAttributes"},
		{"listWorkers", "TargetWorkersExpression"},
		{"listTaskQueues", "EvaluateWorkerAttributes"},
	} {
		limiter[f] = rate.NewLimiter(3, 1)
	}
	return limiter
}

func (l filterLimiter) Wait(ctx context.Context) error {
	operation, _ := taskrouter.OperationOf(ctx)
	for f, limiter := range l {
		if f.operation == operation.ID && operation.Uses(f.parameter) {
			return limiter.Wait(ctx)
		}
	}
	return nil
}

func ExampleWithLimiter() {
	server := taskroutertest.NewServer()
	defer server.Close()
	client := server.Client(taskrouter.WithLimiter(newFilterLimiter()))
	ctx := context.Background()
	workspace, err := client.Workspaces.Create(ctx, taskrouter.CreateWorkspaceRequest{FriendlyName: "Support"})
	if err != nil {
		fmt.Println(err)
		return
	}
	tasks, workers := client.Tasks(workspace.SID), client.Workers(workspace.SID)

	spanish := taskrouter.ListTasksParams{EvaluateTaskAttributes: new("language == 'es'")}
	start := time.Now()
	for range 2 {
		_, err = tasks.Page(ctx, spanish)
		fmt.Println("filtered tasks:", err)
	}
	fmt.Println("a third of a second apart:", time.Since(start) > 300*time.Millisecond)

	// For a third one no time is left. It is not sent.
	_, err = tasks.Page(ctx, spanish, taskrouter.WithTimeout(100*time.Millisecond))
	fmt.Println("in haste:", errors.Unwrap(err))

	// Other filters have limiters of their own, and other requests none.
	_, err = workers.Page(ctx, taskrouter.ListWorkersParams{TargetWorkersExpression: new("language == 'es'")})
	fmt.Println("filtered workers:", err)
	_, err = tasks.Page(ctx, taskrouter.ListTasksParams{})
	fmt.Println("all tasks:", err)
	// Output:
	// filtered tasks: <nil>
	// filtered tasks: <nil>
	// a third of a second apart: true
	// in haste: wait for the rate limiter: rate: Wait(n=1) would exceed context deadline
	// filtered workers: <nil>
	// all tasks: <nil>
}
