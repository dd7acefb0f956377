//go:build unix

package main

import (
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// process is the program as it is built.
type process struct {
	program
	command *exec.Cmd
}

func build(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "emulator")
	output, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput()
	require.NoError(t, err, string(output))
	return binary
}

func startProcess(t *testing.T, binary string, args ...string) *process {
	t.Helper()
	p := &process{program: program{t: t, stdout: newOutput(), stderr: newOutput(), ended: make(chan struct{})}}
	p.command = exec.CommandContext(t.Context(), binary, append([]string{"-addr", "127.0.0.1:0"}, args...)...)
	p.command.Stdout, p.command.Stderr = p.stdout, p.stderr
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "TWILIO_") {
			p.command.Env = append(p.command.Env, variable)
		}
	}
	require.NoError(t, p.command.Start())
	go func() {
		defer close(p.ended)
		_ = p.command.Wait() // the tests look at its state
	}()
	t.Cleanup(func() {
		_ = p.command.Process.Kill() // unless it has ended
		<-p.ended
	})
	p.waitFor(p.stdout, "TWILIO_AUTH_TOKEN")
	return p
}

func (p *process) signal(s os.Signal) {
	p.t.Helper()
	require.NoError(p.t, p.command.Process.Signal(s))
}

func (p *process) signalUntilItEnds(s os.Signal) {
	often := time.NewTicker(together / 10)
	defer often.Stop()
	for {
		select {
		case <-often.C:
			_ = p.command.Process.Signal(s) // which may come when it has ended
		case <-p.ended:
			return
		}
	}
}

func TestSignalsWriteTheStateAndEndTheProgramOrNot(t *testing.T) {
	binary := build(t)
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(s.String()+" writes the state and ends", func(t *testing.T) {
			file := stateFile(t)
			p := startProcess(t, binary, "-state", file)
			p.createWorkspace("Support")
			p.signal(s)
			<-p.ended
			assert.Equal(t, done, p.command.ProcessState.ExitCode())
			assert.Contains(t, read(t, file), "Support")
			assert.Contains(t, p.stderr.String(), `msg="shutting down" reason="signal: `+s.String()+`"`)
		})
	}
	t.Run("hangup writes the state and goes on", func(t *testing.T) {
		file := stateFile(t)
		p := startProcess(t, binary, "-state", file)
		p.createWorkspace("Support")
		p.signal(syscall.SIGHUP)
		p.waitFor(p.stderr, "reason=SIGHUP")
		assert.Contains(t, read(t, file), "Support")
		p.createWorkspace("Sales")
	})
	t.Run("two signals together are one", func(t *testing.T) {
		file := stateFile(t)
		p := startProcess(t, binary, "-state", file)
		p.createWorkspace("Support")
		p.signal(syscall.SIGTERM)
		_ = p.command.Process.Signal(syscall.SIGINT) // which may come when it has ended
		<-p.ended
		assert.Equal(t, done, p.command.ProcessState.ExitCode())
		assert.Contains(t, read(t, file), "Support")
	})
	t.Run("a later signal ends at once", func(t *testing.T) {
		file := stateFile(t)
		log := endAtOnce(t, binary, "-state", file)
		assert.Contains(t, log, "level=ERROR msg=\"state not written\" file="+file+" error=\"a second signal ended it at once\"\n")
		assert.NoFileExists(t, file)
	})
	t.Run("a later signal without a file loses none", func(t *testing.T) {
		log := endAtOnce(t, binary)
		assert.NotContains(t, log, "state not written")
		assert.Contains(t, log, "taskrouter-emulator: a second signal ended it at once\n")
	})
}

// endAtOnce ends a program while a call is under way, and answers what it logged.
func endAtOnce(t *testing.T, binary string, args ...string) (log string) {
	t.Helper()
	p := startProcess(t, binary, args...)
	connection, err := net.Dial("tcp", strings.TrimPrefix(p.value("TASKROUTER_BASE_URL"), "http://"))
	require.NoError(t, err)
	defer func() { _ = connection.Close() }()
	_, err = io.WriteString(connection, "POST /v1/Workspaces HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n")
	require.NoError(t, err)
	_, err = connection.Read(make([]byte, 100)) // so that the call is under way
	require.NoError(t, err)
	p.signal(syscall.SIGTERM)
	p.waitFor(p.stderr, "shutting down")
	began := time.Now()
	p.signalUntilItEnds(syscall.SIGTERM)
	assert.Less(t, time.Since(began), grace)
	assert.Equal(t, failed, p.command.ProcessState.ExitCode())
	return p.stderr.String()
}
