package taskroutertest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

// Each benchmark runs the calls of a client in memory, and the same requests given to
// the handler, whose answers nobody reads:
//
//	go test -run '^$' -bench . -benchmem ./taskrouter/taskroutertest

// A benchServer is one without a hook, and with a workspace.
type benchServer struct {
	*taskroutertest.Server
	client    *taskrouter.Client
	workspace string
}

func newBenchServer(b *testing.B) benchServer {
	b.Helper()
	s := taskroutertest.NewServer()
	b.Cleanup(s.Close)
	client := s.Client()
	workspace, err := client.Workspaces.Create(b.Context(), taskrouter.CreateWorkspaceRequest{
		FriendlyName: "Support", Template: new(taskrouter.WorkspaceTemplateFIFO),
	})
	require.NoError(b, err)
	return benchServer{s, client, workspace.SID}
}

// request gives a request to the handler.
func (s benchServer) request(b *testing.B, method, path string, form url.Values, status int) []byte {
	request := httptest.NewRequestWithContext(b.Context(), method, s.URL()+"/v1/Workspaces/"+s.workspace+path, strings.NewReader(form.Encode()))
	request.SetBasicAuth(s.AccountSID(), s.AuthToken())
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer := benchAnswer{header: make(http.Header)}
	s.ServeHTTP(&answer, request)
	if answer.status != status {
		b.Fatalf("%s %s is answered with %d", method, path, answer.status)
	}
	return answer.body
}

// make makes a resource by a request to the handler, and returns its SID.
func (s benchServer) make(b *testing.B, path string, pairs ...string) string {
	var made struct {
		SID string `json:"sid"`
	}
	require.NoError(b, json.Unmarshal(s.request(b, http.MethodPost, path, fields(pairs...), http.StatusCreated), &made))
	return made.SID
}

// benchAnswer is an answer that nobody reads further than has to be.
type benchAnswer struct {
	status int
	header http.Header
	body   []byte
}

func (a *benchAnswer) Header() http.Header    { return a.header }
func (a *benchAnswer) WriteHeader(status int) { a.status = status }

func (a *benchAnswer) Write(p []byte) (int, error) {
	a.body = p
	return len(p), nil
}

// perSecond reports how many there were of something that each round has n of.
func perSecond(b *testing.B, what string, n int) {
	b.ReportMetric(float64(b.N*n)/b.Elapsed().Seconds(), what+"/s")
}

// benchAttributes are such as tasks have: 70 characters, and what filters look for.
func benchAttributes(n int) string {
	return fmt.Sprintf(`{"type":"%s","contact":"+1555867%04d","language":"es","level":%d}`, []string{"call", "chat", "mail"}[n%3], n%10_000, n%10)
}

func (s benchServer) createTasks(b *testing.B, n int) {
	for i := range n {
		s.request(b, http.MethodPost, "/Tasks", fields("Attributes", benchAttributes(i), "Priority", fmt.Sprint(i*7%100)), http.StatusCreated)
	}
}

// serverOfTasks returns one with so many tasks, the same for all benchmarks that only
// read.
func serverOfTasks(b *testing.B, n int) benchServer {
	b.Helper()
	readOnly.Lock()
	defer readOnly.Unlock()
	if s, ok := readOnly.servers[n]; ok {
		s.client = s.Client()
		return s
	}
	s := taskroutertest.NewServer() // which ends with the program
	workspace, err := s.Client().Workspaces.Create(b.Context(), taskrouter.CreateWorkspaceRequest{
		FriendlyName: "Support", Template: new(taskrouter.WorkspaceTemplateFIFO),
	})
	require.NoError(b, err)
	filled := benchServer{s, s.Client(), workspace.SID}
	filled.createTasks(b, n)
	readOnly.servers[n] = filled
	return filled
}

var readOnly = struct {
	sync.Mutex
	servers map[int]benchServer
}{servers: make(map[int]benchServer)}

func BenchmarkCreateTask(b *testing.B) {
	b.Run("client", func(b *testing.B) {
		s := newBenchServer(b)
		for i := 0; b.Loop(); i++ {
			_, err := s.client.Tasks(s.workspace).Create(b.Context(), taskrouter.CreateTaskRequest{
				Attributes: taskrouter.Attributes(benchAttributes(i)), Priority: new(i * 7 % 100),
			})
			require.NoError(b, err)
		}
		perSecond(b, "creates", 1)
	})
	b.Run("handler", func(b *testing.B) {
		s := newBenchServer(b)
		for b.Loop() {
			s.createTasks(b, 1)
		}
		perSecond(b, "creates", 1)
	})
}

func BenchmarkCreateWorker(b *testing.B) {
	// A workspace has room for 15,000 workers: begin another one when it is full.
	const room = 15_000
	b.Run("client", func(b *testing.B) {
		s := newBenchServer(b)
		for i := 0; b.Loop(); i++ {
			if i%room == room-1 {
				s = newBenchServer(b)
			}
			_, err := s.client.Workers(s.workspace).Create(b.Context(), taskrouter.CreateWorkerRequest{
				FriendlyName: fmt.Sprint("Worker ", i), Attributes: taskrouter.Attributes(benchAttributes(i)),
			})
			require.NoError(b, err)
		}
		perSecond(b, "creates", 1)
	})
	b.Run("handler", func(b *testing.B) {
		s := newBenchServer(b)
		for i := 0; b.Loop(); i++ {
			if i%room == room-1 {
				s = newBenchServer(b)
			}
			s.request(b, http.MethodPost, "/Workers", fields("FriendlyName", fmt.Sprint("Worker ", i), "Attributes", benchAttributes(i)), http.StatusCreated)
		}
		perSecond(b, "creates", 1)
	})
}

func BenchmarkListTasks(b *testing.B) {
	for _, list := range []struct {
		name  string
		tasks int
		query string
		items int
	}{
		{"page of 50 of 10000", 10_000, "PageSize=50", 50},
		{"page of 1000 of 10000", 10_000, "PageSize=1000", 1000},
		{"expression over 10000", 10_000, "PageSize=50&EvaluateTaskAttributes=" + url.QueryEscape("type == 'call' AND level > 8 AND contact == '+15558679999'"), 1},
		{"by priority of 10000", 10_000, "PageSize=50&Ordering=" + url.QueryEscape("Priority:desc,DateCreated:asc"), 50},
		{"by priority of 100000", 100_000, "PageSize=50&Ordering=" + url.QueryEscape("Priority:desc,DateCreated:asc"), 50},
	} {
		query, err := url.ParseQuery(list.query)
		require.NoError(b, err)
		b.Run(list.name+"/client", func(b *testing.B) {
			s := serverOfTasks(b, list.tasks)
			params := taskrouter.ListTasksParams{}
			var options []taskrouter.CallOption
			for name := range query {
				options = append(options, taskrouter.WithParam(name, query.Get(name)))
			}
			for b.Loop() {
				page, err := s.client.Tasks(s.workspace).Page(b.Context(), params, options...)
				require.NoError(b, err)
				require.Len(b, page.Items, list.items)
			}
			perSecond(b, "lists", 1)
		})
		b.Run(list.name+"/handler", func(b *testing.B) {
			s := serverOfTasks(b, list.tasks)
			for b.Loop() {
				s.request(b, http.MethodGet, "/Tasks?"+list.query, nil, http.StatusOK)
			}
			perSecond(b, "lists", 1)
		})
	}
}

// BenchmarkWalkTasks reads 100,000 tasks in pages of 1000.
func BenchmarkWalkTasks(b *testing.B) {
	const tasks = 100_000
	for _, ordering := range []string{"", "Priority:desc"} {
		b.Run(fmt.Sprintf("ordering=%s", ordering), func(b *testing.B) {
			s := serverOfTasks(b, tasks)
			params := taskrouter.ListTasksParams{PageSize: new(1000)}
			if ordering != "" {
				params.Ordering = &ordering
			}
			for b.Loop() {
				n := 0
				for _, err := range s.client.Tasks(s.workspace).List(b.Context(), params) {
					require.NoError(b, err)
					n++
				}
				require.Equal(b, tasks, n)
			}
			perSecond(b, "tasks", tasks)
		})
	}
}

// BenchmarkDeleteTask deletes the oldest of 100,000 tasks, as who clears a queue does.
func BenchmarkDeleteTask(b *testing.B) {
	const n = 100_000
	s := newBenchServer(b)
	var oldest []string
	for b.Loop() {
		if len(oldest) == 0 {
			b.StopTimer()
			s.createTasks(b, n)
			for task, err := range s.client.Tasks(s.workspace).List(b.Context(), taskrouter.ListTasksParams{PageSize: new(1000)}) {
				require.NoError(b, err)
				oldest = append(oldest, task.SID)
			}
			b.StartTimer()
		}
		s.request(b, http.MethodDelete, "/Tasks/"+oldest[0], nil, http.StatusNoContent)
		oldest = oldest[1:]
	}
	perSecond(b, "deletes", 1)
}

// BenchmarkMemory tells how much memory a task takes that waits, with the events of its
// way to its queue, and how much each further event takes, of 50,000.
func BenchmarkMemory(b *testing.B) {
	const n = 50_000
	b.Run("waiting task", func(b *testing.B) {
		for b.Loop() {
			s := newBenchServer(b)
			before := heap()
			s.createTasks(b, n)
			b.ReportMetric(float64(heap()-before)/n, "B/task")
			runtime.KeepAlive(s.Server)
		}
	})
	b.Run("event", func(b *testing.B) {
		for b.Loop() {
			s := newBenchServer(b)
			task, err := s.client.Tasks(s.workspace).Create(b.Context(), taskrouter.CreateTaskRequest{Attributes: taskrouter.Attributes(benchAttributes(0))})
			require.NoError(b, err)
			before := heap()
			for i := range n {
				s.request(b, http.MethodPost, "/Tasks/"+task.SID, fields("Priority", fmt.Sprint(i)), http.StatusOK)
			}
			b.ReportMetric(float64(heap()-before)/n, "B/event")
			runtime.KeepAlive(s.Server)
		}
	})
}

// heap is what is reachable, in bytes.
func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}
