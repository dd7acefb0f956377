package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

// output is a stream of the program, which a test reads while it runs.
type output struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{}
}

func newOutput() *output { return &output{changed: make(chan struct{}, 1)} }

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	select {
	case o.changed <- struct{}{}:
	default:
	}
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// program is one that runs.
type program struct {
	t              *testing.T
	stdout, stderr *output
	hangups        chan os.Signal
	interrupt      context.CancelCauseFunc
	ended          chan struct{}
	code           int // once it has ended
}

// start runs the program on a port of its own, until the test ends.
func start(t *testing.T, environment map[string]string, args ...string) *program {
	t.Helper()
	ctx, interrupt := context.WithCancelCause(context.Background())
	p := &program{t: t, stdout: newOutput(), stderr: newOutput(), hangups: make(chan os.Signal), interrupt: interrupt, ended: make(chan struct{})}
	getenv := func(name string) string { return environment[name] }
	args = append([]string{"-addr", "127.0.0.1:0"}, args...)
	go func() {
		defer close(p.ended)
		p.code = run(ctx, args, getenv, signals{hangups: p.hangups}, p.stdout, p.stderr)
	}()
	t.Cleanup(func() { p.stop() })
	p.waitFor(p.stdout, "TWILIO_ACCOUNT_SID")
	return p
}

// interrupting is the stdout of a program that must not come so far as to print.
type interrupting struct {
	output
	interrupt context.CancelFunc
}

func (i *interrupting) Write(p []byte) (int, error) {
	i.interrupt()
	return i.output.Write(p)
}

// runToEnd runs a program that ends by itself.
func runToEnd(t *testing.T, environment map[string]string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	out, log := &interrupting{interrupt: interrupt}, newOutput()
	getenv := func(name string) string { return environment[name] }
	code = run(ctx, args, getenv, signals{}, out, log)
	return code, out.String(), log.String()
}

// waitFor waits until a text has been printed.
func (p *program) waitFor(o *output, text string) {
	p.t.Helper()
	for !strings.Contains(o.String(), text) {
		select {
		case <-o.changed:
		case <-p.ended:
			require.Contains(p.t, o.String(), text, "the program ended; stderr: %s", p.stderr)
		}
	}
}

// stop interrupts the program, and answers its exit status.
func (p *program) stop() int {
	p.interrupt(errors.New("interrupted by the test"))
	<-p.ended
	return p.code
}

// value is that of a variable that the program printed, or "".
func (p *program) value(name string) string {
	for line := range strings.Lines(p.stdout.String()) {
		if value, ok := strings.CutPrefix(line, name+"="); ok {
			return strings.TrimSuffix(value, "\n")
		}
	}
	return ""
}

func (p *program) client() *taskrouter.Client {
	p.t.Helper()
	return p.clientOf(p.value("TWILIO_ACCOUNT_SID"), p.value("TWILIO_AUTH_TOKEN"))
}

func (p *program) clientOf(user, password string) *taskrouter.Client {
	p.t.Helper()
	client, err := taskrouter.NewClient(
		taskrouter.WithBaseURL(p.value("TASKROUTER_BASE_URL")), taskrouter.WithAuthToken(user, password))
	require.NoError(p.t, err)
	return client
}

// createWorkspace answers the SID.
func (p *program) createWorkspace(name string) string {
	p.t.Helper()
	workspace, err := p.client().Workspaces.Create(p.t.Context(), taskrouter.CreateWorkspaceRequest{FriendlyName: name})
	require.NoError(p.t, err)
	return workspace.SID
}

// request sends a request with the credentials that were printed.
func (p *program) request(method, path, body string) (status int, answer string) {
	p.t.Helper()
	return p.requestAs(p.value("TWILIO_ACCOUNT_SID"), p.value("TWILIO_AUTH_TOKEN"), method, path, strings.NewReader(body))
}

func (p *program) requestAs(user, password, method, path string, body io.Reader) (status int, answer string) {
	p.t.Helper()
	request, err := http.NewRequestWithContext(p.t.Context(), method, p.value("TASKROUTER_BASE_URL")+path, body)
	require.NoError(p.t, err)
	if user != "" {
		request.SetBasicAuth(user, password)
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(p.t, err)
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	require.NoError(p.t, err)
	return response.StatusCode, string(data)
}

func newServer(t *testing.T, s settings) *taskroutertest.Server {
	t.Helper()
	server := taskroutertest.NewServer(s.options(slog.New(slog.DiscardHandler))...)
	t.Cleanup(server.Close)
	return server
}
