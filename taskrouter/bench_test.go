package taskrouter_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter"
)

const (
	benchWorkspace = "WS0a1b2c3d4e5f60718293a4b5c6d7e8f9"
	benchTask      = "WT0a1b2c3d4e5f60718293a4b5c6d7e8f9"
	benchSecret    = "0123456789abcdef0123456789abcdef"
	benchAccount   = "AC0a1b2c3d4e5f60718293a4b5c6d7e8f9"
)

// The benchmarks run each call beside its floor: the same request written by
// hand with net/http and encoding/json, over the same kind of server and into
// the same types; and once more with all that the pipeline can do switched on.
// Compare the three of one run:
//
//	go test -run '^$' -bench . -benchmem ./taskrouter

func BenchmarkGetTask(b *testing.B) {
	server := benchServer(b, taskJSON(0))
	compare(b, server, func(ctx context.Context, client *taskrouter.Client) error {
		_, err := client.Tasks(benchWorkspace).Get(ctx, benchTask)
		return err
	}, func(ctx context.Context, client *http.Client) error {
		return floor(ctx, client, http.MethodGet, server.URL+"/v1/Workspaces/"+benchWorkspace+"/Tasks/"+benchTask, nil, new(gen.Task))
	})
}

func BenchmarkCreateTask(b *testing.B) {
	server := benchServer(b, taskJSON(0))
	const attributes = `{"type":"call","contact":"+15558675309","language":"es"}`
	compare(b, server, func(ctx context.Context, client *taskrouter.Client) error {
		_, err := client.Tasks(benchWorkspace).Create(ctx, taskrouter.CreateTaskRequest{
			Attributes:  attributes,
			Priority:    new(3),
			WorkflowSID: new("WW0a1b2c3d4e5f60718293a4b5c6d7e8f9"),
		})
		return err
	}, func(ctx context.Context, client *http.Client) error {
		form := url.Values{}
		form.Set("Attributes", attributes)
		form.Set("Priority", strconv.Itoa(3))
		form.Set("WorkflowSid", "WW0a1b2c3d4e5f60718293a4b5c6d7e8f9")
		return floor(ctx, client, http.MethodPost, server.URL+"/v1/Workspaces/"+benchWorkspace+"/Tasks", form, new(gen.Task))
	})
}

func BenchmarkPageOf50Tasks(b *testing.B)   { benchmarkPage(b, 50) }
func BenchmarkPageOf1000Tasks(b *testing.B) { benchmarkPage(b, 1000) }

func benchmarkPage(b *testing.B, size int) {
	server := benchServer(b, pageJSON(size))
	compare(b, server, func(ctx context.Context, client *taskrouter.Client) error {
		page, err := client.Tasks(benchWorkspace).Page(ctx, taskrouter.ListTasksParams{PageSize: new(size)})
		if err == nil && len(page.Items) != size {
			return fmt.Errorf("%d tasks", len(page.Items))
		}
		return err
	}, func(ctx context.Context, client *http.Client) error {
		query := url.Values{"PageSize": {strconv.Itoa(size)}}
		var list gen.TaskList
		err := floor(ctx, client, http.MethodGet, server.URL+"/v1/Workspaces/"+benchWorkspace+"/Tasks?"+query.Encode(), nil, &list)
		if err == nil && len(list.Tasks) != size {
			return fmt.Errorf("%d tasks", len(list.Tasks))
		}
		return err
	})
}

// floor is the least that a careful programmer writes for one request.
func floor(ctx context.Context, client *http.Client, method, target string, form url.Values, result any) error {
	request, err := http.NewRequestWithContext(ctx, method, target, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	if len(form) > 0 {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	request.SetBasicAuth(benchAccount, benchSecret)
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("status %s", response.Status)
	}
	// Into a buffer of the right size: json.NewDecoder would take half as much memory again.
	var answer bytes.Buffer
	answer.Grow(int(response.ContentLength) + bytes.MinRead)
	if _, err := answer.ReadFrom(response.Body); err != nil {
		return err
	}
	return json.Unmarshal(answer.Bytes(), result)
}

func compare(b *testing.B, server *httptest.Server, sdk func(context.Context, *taskrouter.Client) error, floor func(context.Context, *http.Client) error) {
	client, err := taskrouter.NewClient(taskrouter.WithAuthToken(benchAccount, benchSecret), taskrouter.WithBaseURL(server.URL))
	require.NoError(b, err)
	b.Run("sdk", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			require.NoError(b, sdk(b.Context(), client))
		}
	})
	full, err := taskrouter.NewClient(append(everything(), taskrouter.WithBaseURL(server.URL))...)
	require.NoError(b, err)
	b.Run("full", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			require.NoError(b, sdk(b.Context(), full))
		}
	})
	plain := &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()}
	b.Run("floor", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			require.NoError(b, floor(b.Context(), plain))
		}
	})
}

// everything switches on all that the pipeline can do: a token, a limiter,
// middleware around call and attempt, and a log that is written.
func everything() []taskrouter.Option {
	pass := func(next http.RoundTripper) http.RoundTripper {
		return transport(func(r *http.Request) (*http.Response, error) { return next.RoundTrip(r) })
	}
	return []taskrouter.Option{
		taskrouter.WithTokenSource(func(context.Context) (string, time.Time, error) {
			return benchSecret, time.Now().Add(time.Hour), nil
		}),
		taskrouter.WithLimiter(rate.NewLimiter(rate.Inf, 0)),
		taskrouter.WithCallMiddleware(pass),
		taskrouter.WithAttemptMiddleware(pass),
		taskrouter.WithLogger(slog.New(slog.NewTextHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelDebug}))),
	}
}

func benchServer(b *testing.B, body string) *httptest.Server {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusCreated)
		}
		_, _ = w.Write([]byte(body))
	}))
	b.Cleanup(server.Close)
	return server
}

func pageJSON(size int) string {
	tasks := make([]string, size)
	for i := range tasks {
		tasks[i] = taskJSON(i)
	}
	return fmt.Sprintf(`{"tasks":[%s],"meta":{"page":0,"page_size":%d,"key":"tasks","next_page_url":null,"previous_page_url":null,
		"first_page_url":"https://taskrouter.twilio.com/v1/Workspaces/%[3]s/Tasks?PageSize=%[2]d&Page=0",
		"url":"https://taskrouter.twilio.com/v1/Workspaces/%[3]s/Tasks?PageSize=%[2]d&Page=0"}}`, strings.Join(tasks, ","), size, benchWorkspace)
}

// taskJSON is a task as the service answers it, some 1.5 KB.
func taskJSON(i int) string {
	const workspace = "https://taskrouter.twilio.com/v1/Workspaces/" + benchWorkspace
	sid := fmt.Sprintf("WT%032x", i)
	return fmt.Sprintf(`{"sid":%[1]q,"account_sid":%[2]q,"workspace_sid":%[3]q,"attributes":"{\"type\":\"call\",\"contact\":\"+15558675309\",\"language\":\"es\"}",
		"assignment_status":"pending","priority":3,"age":25,"timeout":86400,"reason":null,
		"task_channel_sid":"TC0a1b2c3d4e5f60718293a4b5c6d7e8f9","task_channel_unique_name":"voice",
		"workflow_sid":"WW0a1b2c3d4e5f60718293a4b5c6d7e8f9","workflow_friendly_name":"Incoming calls",
		"task_queue_sid":"WQ0a1b2c3d4e5f60718293a4b5c6d7e8f9","task_queue_friendly_name":"Sales",
		"task_queue_entered_date":"2026-03-01T09:30:00Z","virtual_start_time":"2026-03-01T09:30:00Z",
		"routing_target":null,"ignore_capacity":false,"addons":"{}","date_created":"2026-03-01T09:30:00Z","date_updated":"2026-03-01T09:30:00Z",
		"url":"%[4]s/Tasks/%[1]s","links":{"workspace":%[4]q,"workflow":"%[4]s/Workflows/WW0a1b2c3d4e5f60718293a4b5c6d7e8f9",
		"task_queue":"%[4]s/TaskQueues/WQ0a1b2c3d4e5f60718293a4b5c6d7e8f9","reservations":"%[4]s/Tasks/%[1]s/Reservations"}}`,
		sid, benchAccount, benchWorkspace, workspace)
}
