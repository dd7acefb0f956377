package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	tasks = `source: reference
# A task is created and listed.

-- create task: request --
POST /v1/Workspaces/WS1/Tasks
Authorization: Basic
Content-Type: application/x-www-form-urlencoded

Attributes={}
-- create task: response --
201
Content-Type: application/json

{"sid":"WT1"}
-- list tasks: request --
GET /v1/Workspaces/WS1/Tasks?Ordering=Priority%3Aasc&PageSize=50
Authorization: Basic
-- list tasks: response --
200
Content-Type: application/json

{"tasks":[]}
`
	queues = `source: emulator

-- statistics: request --
POST /v1/Workspaces/WS%201/TaskQueues/RealTimeStatistics
Content-Type: application/json

{"TaskQueueSids": ["WQ1"]}
-- statistics: response --
429
Retry-After: 1
`
)

// TestMain is the program itself when a test starts it as a process.
func TestMain(m *testing.M) {
	if os.Getenv("REPLAY_PROGRAM") != "" {
		main()
	}
	os.Exit(m.Run())
}

// folder holds fixtures, given as name and text in turn.
func folder(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		require.NoError(t, os.WriteFile(filepath.Join(dir, files[i]), []byte(files[i+1]), 0o600))
	}
	return dir
}

func bothFixtures(t *testing.T) string {
	return folder(t, "tasks.txtar", tasks, "queues.txtar", queues)
}

// program is run of this package under way.
type program struct {
	t      *testing.T
	url    string
	cancel context.CancelFunc
	status chan int
	stderr bytes.Buffer // to be read when it has stopped
}

func start(t *testing.T, args ...string) *program {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	p := &program{t: t, cancel: cancel, status: make(chan int, 1)}
	reader, writer := io.Pipe()
	go func() {
		p.status <- run(ctx, args, writer, &p.stderr)
		_ = writer.Close()
	}()
	line, err := bufio.NewReader(reader).ReadString('\n')
	if err != nil {
		t.Fatalf("it stopped with status %d: %s", <-p.status, p.stderr.String())
	}
	url, found := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "listening on ")
	require.True(t, found, line)
	p.url = url
	return p
}

// stop cancels the program and answers its exit status and what it printed.
func (p *program) stop() (status int, stderr string) {
	p.cancel()
	status = <-p.status
	return status, p.stderr.String()
}

// send answers status and body.
func (p *program) send(method, target, contentType, body string) (status int, answer string) {
	p.t.Helper()
	request, err := http.NewRequestWithContext(p.t.Context(), method, p.url+target, strings.NewReader(body))
	require.NoError(p.t, err)
	request.SetBasicAuth("AC1", "a-secret")
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(p.t, err)
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	require.NoError(p.t, err)
	return response.StatusCode, string(data)
}

func (p *program) get(target string) (status int, answer string) {
	p.t.Helper()
	return p.send("GET", target, "", "")
}

func (p *program) createTask(base string) int {
	p.t.Helper()
	status, _ := p.send("POST", base+"/v1/Workspaces/WS1/Tasks", "application/x-www-form-urlencoded", "Attributes=%7B%7D")
	return status
}

func (p *program) listTasks(base string) int {
	p.t.Helper()
	status, _ := p.get(base + "/v1/Workspaces/WS1/Tasks?PageSize=50&Ordering=Priority:asc")
	return status
}

func TestServesTheBuiltInFixturesFromAnyFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	p := start(t)
	var l list
	_, answer := p.get("/")
	require.NoError(t, json.Unmarshal([]byte(answer), &l))
	var names []string
	for _, s := range l.Scenarios {
		names = append(names, s.Name)
	}
	assert.Subset(t, names, []string{"guide", "quickstart"})

	status, stderr := p.stop()
	assert.Equal(t, 0, status)
	assert.Empty(t, stderr)
}

func TestServesAFolder(t *testing.T) {
	p := start(t, "-fixtures", bothFixtures(t))
	assert.Equal(t, 201, p.createTask("/tasks"))
	assert.Equal(t, 200, p.listTasks("/tasks"))
	status, stderr := p.stop()
	assert.Equal(t, 0, status, "queues was not touched")
	assert.Empty(t, stderr)
}

func TestServesOnlyTheFixturesThatAreNamed(t *testing.T) {
	// The other file would be an error.
	dir := folder(t, "tasks.txtar", tasks, "queues.txtar", queues, "broken.txtar", "")
	p := start(t, "-fixtures", dir, "tasks", "queues.txtar")
	_, answer := p.get("/nothing")
	assert.JSONEq(t, `{"error": "no scenario is named \"nothing\": the base URL of a client is http://HOST:PORT/NAME", "scenarios": ["tasks", "queues"]}`, answer)
	p.stop()
}

func TestTellsAtTheEndWhatDidNotFit(t *testing.T) {
	differs := func(p *program) { p.get("/tasks/v1/Workspaces") }
	for promise, c := range map[string]struct {
		args   []string
		use    func(*program)
		status int
		want   string
	}{
		"nothing, if nothing was asked": {
			use: func(*program) {},
		},
		"a look at the report is no request": {
			use: func(p *program) { p.get("/tasks"); p.get("/queues/1") },
		},
		"a request that fitted nothing": {
			use:    func(p *program) { p.createTask("/tasks"); p.listTasks("/tasks"); differs(p) },
			status: 1,
			want: "/tasks: requests that fit no exchange: 1\n" +
				"GET /v1/Workspaces: no exchange left fits\nno exchange left has a path like it\n",
		},
		"an exchange that was not served": {
			use:    func(p *program) { p.createTask("/tasks") },
			status: 1,
			want: "/tasks: exchanges that were not served: 1\n" +
				"tasks.txtar: list tasks (GET /v1/Workspaces/WS1/Tasks?Ordering=Priority%3Aasc&PageSize=50)\n",
		},
		"an exchange on its own asks for no other": {
			use: func(p *program) { p.createTask("/tasks/1"); p.createTask("/tasks/1") },
		},
		"a difference from an exchange on its own": {
			use:    func(p *program) { p.createTask("/tasks/1"); p.listTasks("/tasks/1") },
			status: 1,
			want: "/tasks/1: requests that fit no exchange: 1\n" +
				"GET /v1/Workspaces/WS1/Tasks?PageSize=50&Ordering=Priority:asc: no exchange left fits\n" +
				"nearest: tasks.txtar: create task (POST /v1/Workspaces/WS1/Tasks)\n  (- want, + got)\n" +
				"- POST /v1/Workspaces/WS1/Tasks\n+ GET /v1/Workspaces/WS1/Tasks\n" +
				"+ ?Ordering=Priority:asc\n+ ?PageSize=50\n- Content-Type: application/x-www-form-urlencoded\n- Attributes={}\n",
		},
		"with -all, scenarios that were not touched": {
			args:   []string{"-all"},
			use:    func(p *program) { p.createTask("/tasks"); p.listTasks("/tasks") },
			status: 1,
			want: "/queues: exchanges that were not served: 1\n" +
				"queues.txtar: statistics (POST /v1/Workspaces/WS%201/TaskQueues/RealTimeStatistics)\n",
		},
		"with -all, exchanges that were not served on their own either": {
			args:   []string{"-all", "tasks"},
			use:    func(p *program) { p.createTask("/tasks/1") },
			status: 1,
			want: "/tasks: exchanges that were not served: 1\n" +
				"tasks.txtar: list tasks (GET /v1/Workspaces/WS1/Tasks?Ordering=Priority%3Aasc&PageSize=50)\n",
		},
		"with -all, nothing if each was served on its own": {
			args: []string{"-all", "tasks"},
			use:  func(p *program) { p.createTask("/tasks/1"); p.listTasks("/tasks/2") },
		},
		"what was rewound is forgotten": {
			use: func(p *program) { differs(p); p.send("POST", "/tasks", "", "") },
		},
	} {
		t.Run(promise, func(t *testing.T) {
			p := start(t, append([]string{"-fixtures", bothFixtures(t)}, c.args...)...)
			c.use(p)
			status, stderr := p.stop()
			assert.Equal(t, c.status, status)
			assert.Equal(t, c.want, stderr)
		})
	}
}

func TestPrintsALineForEachRequestWithoutCredentials(t *testing.T) {
	p := start(t, "-v", "-fixtures", bothFixtures(t))
	p.createTask("/tasks/1")
	p.get("/tasks/1")
	p.get("/nothing?a=b")
	p.send("POST", "/tasks/1", "", "")
	status, stderr := p.stop()
	assert.Equal(t, 0, status)
	assert.Equal(t, "POST /tasks/1/v1/Workspaces/WS1/Tasks 201\n"+
		"GET /tasks/1 200\n"+
		"GET /nothing?a=b 404\n"+
		"POST /tasks/1 204\n", stderr)
}

func TestShowsNoCredential(t *testing.T) {
	p := start(t, "-v", "-fixtures", bothFixtures(t))
	for _, authorization := range []string{"Basic a-secret", "Bearer a-secret", "a-secret", "Basic"} {
		request, err := http.NewRequestWithContext(t.Context(), "DELETE", p.url+"/queues/v1/Workspaces/WS%201/TaskQueues/RealTimeStatistics", nil)
		require.NoError(t, err)
		request.Header.Set("Authorization", authorization)
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		assert.Equal(t, http.StatusNotImplemented, response.StatusCode)
		assert.NotContains(t, string(body), "a-secret")
	}
	status, answer := p.get("/queues")
	assert.Equal(t, http.StatusConflict, status)
	assert.Contains(t, answer, "+ Authorization: Basic")
	assert.NotContains(t, answer, "a-secret")
	status, stderr := p.stop()
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "+ Authorization: Bearer")
	assert.NotContains(t, stderr, "a-secret")
}

func TestRefusesBadInput(t *testing.T) {
	busy := httptest.NewServer(http.NotFoundHandler())
	defer busy.Close()
	good := bothFixtures(t)
	for promise, c := range map[string]struct {
		args []string
		want []string
	}{
		"a flag that there is not":    {[]string{"-port", "80"}, []string{"not defined: -port", "usage: replay [flags] [fixture…]"}},
		"a folder that is missing":    {[]string{"-fixtures", filepath.Join(good, "nowhere")}, []string{"nowhere: open .:", "no such file"}},
		"a folder that is a file":     {[]string{"-fixtures", filepath.Join(good, "tasks.txtar")}, []string{"tasks.txtar:", "not a directory"}},
		"a folder without fixtures":   {[]string{"-fixtures", t.TempDir()}, []string{"expected fixtures, files named *.txtar"}},
		"a file that does not parse":  {[]string{"-fixtures", folder(t, "bad.txtar", strings.Replace(tasks, "201", "20", 1))}, []string{`bad.txtar: section "create task: response": expected a status code`}},
		"a file that has no name":     {[]string{"-fixtures", folder(t, ".txtar", tasks)}, []string{`".txtar": expected a name`}},
		"a fixture that is missing":   {[]string{"-fixtures", good, "worker"}, []string{"worker.txtar", "there are queues.txtar, tasks.txtar"}},
		"a fixture of an empty place": {[]string{"-fixtures", t.TempDir(), "worker"}, []string{"worker.txtar", "there are none"}},
		"a fixture outside":           {[]string{"-fixtures", good, "../tasks"}, []string{"../tasks.txtar", "invalid"}},
		"a built-in one that is none": {[]string{"worker"}, []string{"read the built-in fixtures", "worker.txtar", "guide.txtar"}},
		"two of the same name":        {[]string{"-fixtures", good, "tasks", "tasks.txtar"}, []string{`two fixtures are named "tasks"`}},
		"an address without a port":   {[]string{"-addr", "127.0.0.1"}, []string{`-addr "127.0.0.1": expected host:port`, "missing port"}},
		"a port that is none":         {[]string{"-addr", "127.0.0.1:http-port"}, []string{`-addr "127.0.0.1:http-port"`}},
		"a port that is taken":        {[]string{"-addr", busy.Listener.Addr().String()}, []string{busy.Listener.Addr().String(), "in use"}},
		"every address":               {[]string{"-addr", ":0"}, []string{`-addr ":0": expected an address of loopback`, "-public"}},
		"no address":                  {[]string{"-addr", ""}, []string{"expected an address of loopback"}},
		"an address of the network":   {[]string{"-addr", "192.0.2.1:0"}, []string{"expected an address of loopback"}},
	} {
		t.Run(promise, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			assert.Equal(t, 2, run(t.Context(), c.args, &stdout, &stderr))
			assert.Empty(t, stdout.String())
			for _, want := range c.want {
				assert.Contains(t, stderr.String(), want)
			}
		})
	}
}

func TestListensBeyondLoopbackWhenToldTo(t *testing.T) {
	p := start(t, "-public", "-addr", "0.0.0.0:0")
	assert.NotContains(t, p.url, "127.0.0.1")
	status, _ := p.stop()
	assert.Equal(t, 0, status)
}

func TestListensOnLoopbackByAnyName(t *testing.T) {
	for _, addr := range []string{"127.0.0.2:0", "localhost:0"} {
		p := start(t, "-addr", addr)
		status, _ := p.get("/")
		assert.Equal(t, 200, status, addr)
		p.stop()
	}
}

func TestHelpIsNoError(t *testing.T) {
	var stdout, stderr bytes.Buffer
	assert.Equal(t, 0, run(t.Context(), []string{"-h"}, &stdout, &stderr))
	for _, flag := range []string{"-addr", "-public", "-fixtures", "-all", "-v"} {
		assert.Contains(t, stderr.String(), "  "+flag)
	}
}

// full is a writer on a disk that is full.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestStopsWhenNobodyCanLearnTheAddress(t *testing.T) {
	var stderr bytes.Buffer
	assert.Equal(t, 2, run(t.Context(), nil, full{}, &stderr))
	assert.Equal(t, "replay: print the address: no space left\n", stderr.String())
}

func TestASignalStopsTheProcessAndItsStatusTells(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("processes there get no signals")
	}
	for name, signal := range map[string]os.Signal{"interrupt": os.Interrupt, "terminate": syscall.SIGTERM} {
		t.Run(name, func(t *testing.T) {
			command := exec.CommandContext(t.Context(), os.Args[0], "-fixtures", bothFixtures(t))
			command.Env = append(os.Environ(), "REPLAY_PROGRAM=1")
			var stderr bytes.Buffer
			command.Stderr = &stderr
			stdout, err := command.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, command.Start())
			line, err := bufio.NewReader(stdout).ReadString('\n')
			require.NoError(t, err)

			p := &program{t: t, url: strings.TrimPrefix(strings.TrimSpace(line), "listening on ")}
			assert.Equal(t, 201, p.createTask("/tasks"))
			require.NoError(t, command.Process.Signal(signal))

			var exit *exec.ExitError
			require.ErrorAs(t, command.Wait(), &exit)
			assert.Equal(t, 1, exit.ExitCode())
			assert.Contains(t, stderr.String(), "/tasks: exchanges that were not served: 1\n")
		})
	}
}
