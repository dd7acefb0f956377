package taskrouter_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

// A client of another address than the service's, which asks more often than usual.
func ExampleNewClient() {
	server := taskroutertest.NewServer()
	defer server.Close()

	client, err := taskrouter.NewClient(
		taskrouter.WithAuthToken(server.AccountSID(), server.AuthToken()),
		taskrouter.WithBaseURL(server.URL()),           // left out for the service
		taskrouter.WithHTTPClient(server.HTTPClient()), // the same, unless there is a proxy
		taskrouter.WithAttemptTimeout(5*time.Second),
		taskrouter.WithRetry(taskrouter.RetryPolicy{MaxAttempts: 6, MaxDelay: 20 * time.Second}),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(client) // without its credentials

	_, err = client.Workspaces.Page(context.Background(), taskrouter.ListWorkspacesParams{})
	fmt.Println(err)
	// Output:
	// taskrouter.Client(https://taskrouter.test)
	// <nil>
}

// All that is wrong is reported at once, and before anything is sent.
func ExampleNewClient_mistakes() {
	_, err := taskrouter.NewClient(
		taskrouter.WithAuthToken("the token", "AC00000000000000000000000000000001"),
		taskrouter.WithBaseURL("localhost:8080"),
		taskrouter.WithAttemptTimeout(-time.Second),
	)
	fmt.Println(err)
	// Output:
	// taskrouter: new client: WithAuthToken: account SID is no SID that begins with AC
	// WithBaseURL: expected an absolute http or https URL, such as https://localhost:8080/prefix
	// WithAttemptTimeout: -1s is not positive
}

// A client is shared by all goroutines, and so is what comes from it.
func ExampleClient() {
	server := taskroutertest.NewServer()
	defer server.Close()
	ctx, client := context.Background(), server.Client()
	workspace, err := client.Workspaces.Create(ctx, taskrouter.CreateWorkspaceRequest{
		FriendlyName: "Support",
		Template:     new(taskrouter.WorkspaceTemplateFIFO),
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	tasks := client.Tasks(workspace.SID)
	failures := make([]error, 20)
	var group sync.WaitGroup
	for i := range failures {
		group.Go(func() {
			_, failures[i] = tasks.Create(ctx, taskrouter.CreateTaskRequest{})
		})
	}
	group.Wait()
	if err = errors.Join(failures...); err != nil {
		fmt.Println(err)
		return
	}

	statistics, err := client.Workspaces.RealTimeStatistics(ctx, workspace.SID, taskrouter.GetWorkspaceRealTimeStatisticsParams{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(statistics.TotalTasks, "tasks")
	// Output: 20 tasks
}

// What the service said of its limits last, for each operation.
func ExampleClient_RateLimit() {
	server := taskroutertest.NewServer()
	defer server.Close()
	client := server.Client()

	_, err := client.Workspaces.Page(context.Background(), taskrouter.ListWorkspacesParams{})
	if err != nil {
		fmt.Println(err)
		return
	}
	if limit, ok := client.RateLimit("listWorkspaces"); ok {
		fmt.Println(limit.Remaining, "of", limit.Limit, "are left")
	}
	// Output: 99 of 100 are left
}

// Ask an error what it is about by errors.Is, and for details by errors.As.
func ExampleError() {
	server := taskroutertest.NewServer()
	defer server.Close()
	ctx, client := context.Background(), server.Client()
	workspace, err := client.Workspaces.Create(ctx, taskrouter.CreateWorkspaceRequest{FriendlyName: "Support"})
	if err != nil {
		fmt.Println(err)
		return
	}

	_, missing := client.Workers(workspace.SID).Get(ctx, "WK00000000000000000000000000000000")
	_, mistaken := client.Workers(workspace.SID).Get(ctx, "WT00000000000000000000000000000000")
	_, refused := client.TaskQueues(workspace.SID).Create(ctx, taskrouter.CreateTaskQueueRequest{
		FriendlyName:  "Spanish",
		TargetWorkers: new(`languages HAS "es`),
	})
	for _, err := range []error{missing, mistaken, refused} {
		var failure *taskrouter.Error
		switch {
		case errors.Is(err, taskrouter.ErrNotFound):
			fmt.Println("there is none")
		case errors.Is(err, taskrouter.ErrInvalidArgument):
			fmt.Println("nothing was sent:", err)
		case errors.As(err, &failure):
			fmt.Println("refused:", failure.StatusCode, failure.Code, failure.Message)
		case err != nil:
			fmt.Println("no usable answer; it may have been carried out all the same:", err)
		}
	}
	// Output:
	// there is none
	// nothing was sent: taskrouter: getWorker: invalid argument: WorkerSid is "WT00000000000000000000000000000000", expected a SID that begins with WK
	// refused: 400 20001 TargetWorkers: line 1, column 15: unexpected "\"es", expected the text to end with "
}

// Calls that fail by what may pass are made again.
func ExampleRetryPolicy() {
	server := taskroutertest.NewServer()
	defer server.Close()
	client := server.Client(taskrouter.WithRetry(taskrouter.RetryPolicy{
		MaxAttempts: 6,
		MinDelay:    time.Millisecond, // half a second unless set
	}))
	server.Fail("listWorkspaces", 2, taskroutertest.Failure{Status: http.StatusServiceUnavailable})

	var response taskrouter.Response
	_, err := client.Workspaces.Page(context.Background(), taskrouter.ListWorkspacesParams{}, taskrouter.WithResponseInto(&response))
	fmt.Println("attempts:", response.Attempts, err)

	// The service may have carried out a POST that it answers so. It is not made again.
	server.Fail("createWorkspace", 1, taskroutertest.Failure{Status: http.StatusServiceUnavailable})
	_, err = client.Workspaces.Create(context.Background(), taskrouter.CreateWorkspaceRequest{FriendlyName: "Support"})
	fmt.Println("not made again:", errors.Is(err, taskrouter.ErrServer))
	// Output:
	// attempts: 3 <nil>
	// not made again: true
}

// A health check wants to know at once.
func ExampleWithCallRetry() {
	server := taskroutertest.NewServer()
	defer server.Close()
	client := server.Client()
	server.Fail("listWorkspaces", 1, taskroutertest.Failure{Status: http.StatusServiceUnavailable})

	_, err := client.Workspaces.Page(context.Background(), taskrouter.ListWorkspacesParams{},
		taskrouter.WithCallRetry(taskrouter.RetryPolicy{MaxAttempts: 1}))
	fmt.Println(errors.Is(err, taskrouter.ErrServer))
	// Output: true
}

// The time of a call includes that of all its attempts.
func ExampleWithTimeout() {
	server := taskroutertest.NewServer()
	defer server.Close()
	server.Fail("listWorkspaces", 1, taskroutertest.Failure{Delay: time.Hour})

	_, err := server.Client().Workspaces.Page(context.Background(), taskrouter.ListWorkspacesParams{},
		taskrouter.WithTimeout(10*time.Millisecond))
	fmt.Println(errors.Is(err, context.DeadlineExceeded))
	// Output: true
}

// Each attempt and each call is a record, without credentials and without what requests
// and answers hold.
func ExampleWithLogger() {
	server := taskroutertest.NewServer()
	defer server.Close()
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey || a.Key == "duration" {
				return slog.Attr{} // another one in each run
			}
			return a
		},
	}))
	client := server.Client(taskrouter.WithLogger(logger))

	_, err := client.Workspaces.Create(context.Background(), taskrouter.CreateWorkspaceRequest{FriendlyName: "Ann's"})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// level=DEBUG msg="taskrouter attempt" operation=createWorkspace method=POST path=/v1/Workspaces attempt=1 status=201 request_id=RQ46da69146c8c12bfd6c13e2c909331b2
	// level=DEBUG msg="taskrouter call" operation=createWorkspace method=POST path=/v1/Workspaces attempts=1 status=201 request_id=RQ46da69146c8c12bfd6c13e2c909331b2
}

// Middleware counts calls by operation. It never sees credentials.
func ExampleWithCallMiddleware() {
	server := taskroutertest.NewServer()
	defer server.Close()
	calls := make(map[string]int) // with a lock, if several goroutines use the client
	client := server.Client(taskrouter.WithCallMiddleware(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(r *http.Request) (*http.Response, error) {
			if operation, ok := taskrouter.OperationOf(r.Context()); ok {
				calls[operation.ID]++
			}
			return next.RoundTrip(r)
		})
	}))

	for _, name := range []string{"Support", "Sales"} {
		_, err := client.Workspaces.Create(context.Background(), taskrouter.CreateWorkspaceRequest{FriendlyName: name})
		if err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Println(calls)
	// Output: map[createWorkspace:2]
}

// roundTripper makes a function the way of requests.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Tokens come from a vault. One is fetched when the first call needs it, and kept for as
// long as it is good.
func ExampleWithTokenSource() {
	server := taskroutertest.NewServer()
	defer server.Close()
	vault := func(context.Context) (token string, expiry time.Time, err error) {
		fmt.Println("the vault is asked")
		return "secret", time.Now().Add(time.Hour), nil
	}
	client, err := taskrouter.NewClient(
		taskrouter.WithTokenSource(vault),
		taskrouter.WithBaseURL(server.URL()),
		// The TaskRouter in memory knows no bearer tokens, so that something stands before it.
		taskrouter.WithHTTPClient(&http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			fmt.Println(r.Method, r.URL.Path, r.Header.Get("Authorization"))
			r = r.Clone(r.Context())
			r.SetBasicAuth(server.AccountSID(), server.AuthToken())
			return server.HTTPClient().Do(r)
		})}),
	)
	if err != nil {
		fmt.Println(err)
		return
	}

	for range 2 {
		if _, err = client.Workspaces.Page(context.Background(), taskrouter.ListWorkspacesParams{}); err != nil {
			fmt.Println(err)
			return
		}
	}
	// Output:
	// the vault is asked
	// GET /v1/Workspaces Bearer secret
	// GET /v1/Workspaces Bearer secret
}
