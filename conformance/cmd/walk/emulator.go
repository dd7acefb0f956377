//go:build unix

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// emulatorCommand is the program that the README runs for other languages.
const emulatorCommand = "/cmd/taskrouter-emulator@latest"

// patience is how long it may take until it serves. It is built first.
const patience = 5 * time.Minute

// An emulator is the program while it serves.
type emulator struct {
	command *exec.Cmd // nil while it does not serve
	env     map[string]string
}

// start runs a command that serves, and reads from it how to call it.
func (e *emulator) start(ctx context.Context, m *machine, folder, text string) error {
	e.command = m.command(ctx, folder, text)
	output, err := e.command.StdoutPipe()
	if err != nil {
		return err
	}
	if err := e.command.Start(); err != nil {
		return err
	}
	defer time.AfterFunc(patience, func() { _ = e.command.Cancel() }).Stop()
	e.env = make(map[string]string)
	for lines := bufio.NewScanner(output); len(e.env) < 3; {
		if !lines.Scan() {
			return errors.Join(errors.New("the emulator ended before it had said how to call it"), lines.Err(), e.stop())
		}
		name, value, _ := strings.Cut(lines.Text(), "=")
		e.env[name] = value
	}
	return nil
}

// stop interrupts the emulator as Ctrl-C does, and waits until it has ended.
func (e *emulator) stop() error {
	if e.command == nil {
		return nil
	}
	command := e.command
	e.command = nil
	if err := command.Cancel(); err != nil {
		return fmt.Errorf("interrupt the emulator: %w", err)
	}
	err := command.Wait()
	if status, ok := command.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signal() == syscall.SIGINT {
		return nil // of the shell, which waits for what it runs before it ends
	}
	return err
}

func (e *emulator) client() (*taskrouter.Client, error) {
	return taskrouter.NewClient(
		taskrouter.WithBaseURL(e.env["TASKROUTER_BASE_URL"]),
		taskrouter.WithAuthToken(e.env["TWILIO_ACCOUNT_SID"], e.env["TWILIO_AUTH_TOKEN"]),
	)
}

// serve runs the emulator as the page says, unless it does already, asks it something
// and ends it.
func (w *walker) serve(ctx context.Context, b block) error {
	if err := w.startEmulator(ctx); err != nil {
		return err
	}
	client, err := w.emulator.client()
	if err != nil {
		return err
	}
	workspaces, err := taskrouter.Collect(client.Workspaces.List(ctx, taskrouter.ListWorkspacesParams{}), -1)
	if err != nil {
		return err
	}
	w.log.Printf("%s%s answers; workspaces: %d", b.text, w.emulator.env["TASKROUTER_BASE_URL"], len(workspaces))
	if err := w.emulator.stop(); err != nil {
		return fmt.Errorf("end the emulator: %w", err)
	}
	if _, err := os.Stat(filepath.Join(w.machine.work, "state.json")); err != nil {
		return fmt.Errorf("look for what the emulator was told to keep: %w", err)
	}
	return nil
}

// withWorkspace runs commands with a workspace of the emulator where they leave it open.
func (w *walker) withWorkspace(ctx context.Context, text string) error {
	if err := w.startEmulator(ctx); err != nil {
		return err
	}
	client, err := w.emulator.client()
	if err != nil {
		return err
	}
	workspace, err := client.Workspaces.Create(ctx, taskrouter.CreateWorkspaceRequest{
		FriendlyName: "Walk", Template: new(taskrouter.WorkspaceTemplateFIFO),
	})
	if err != nil {
		return err
	}
	before := w.machine.env
	defer func() { w.machine.env = before }()
	for name, value := range w.emulator.env {
		w.machine.env = append(w.machine.env, name+"="+value)
	}
	return w.shell(ctx, w.folder, strings.ReplaceAll(text, "WS…", workspace.SID))
}

func (w *walker) startEmulator(ctx context.Context) error {
	if w.emulator.command != nil {
		return nil
	}
	for _, b := range w.blocks {
		if b.language == "sh" && strings.Contains(b.text, emulatorCommand) {
			return w.emulator.start(ctx, w.machine, w.machine.work, strings.TrimSpace(b.text)+w.anotherPort(ctx))
		}
	}
	return errors.New("the README does not say how to run the emulator")
}

// anotherPort is the flag for one if something else has that of the emulator.
func (w *walker) anotherPort(ctx context.Context) string {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:8080")
	if err != nil {
		w.log.Print("another program has port 8080: with -addr 127.0.0.1:0")
		return " -addr 127.0.0.1:0"
	}
	_ = listener.Close()
	return ""
}
