package measure

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// ServeArgument alone on the command line makes a program that measures the server
// that it measures with: it has to call [Serve] then.
const ServeArgument = "serve-for-measuring"

// Serve serves the answers to the calls on a port of this machine that it writes to
// out, until the end of in, which comes when the parent ends, however it does.
func Serve(in io.Reader, out io.Writer) error {
	signal.Ignore(os.Interrupt, syscall.SIGTERM) // which the parent gets as well
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen for calls: %w", err)
	}
	s := &http.Server{Handler: newServer(theCalls()), ReadHeaderTimeout: time.Minute}
	go func() {
		_, _ = io.Copy(io.Discard, in)
		_ = s.Close()
	}()
	if _, err := fmt.Fprintln(out, listener.Addr()); err != nil {
		return fmt.Errorf("tell the port: %w", err)
	}
	if err := s.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve calls: %w", err)
	}
	return nil
}

// A child is a process that serves.
type child struct {
	address string // host and port

	command *exec.Cmd
	stdin   io.Closer
}

// startChild runs this program again as a server, which lives until close or the end
// of the context.
func startChild(ctx context.Context) (*child, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find the program to serve with: %w", err)
	}
	command := exec.CommandContext(ctx, program, ServeArgument)
	command.Stderr = os.Stderr
	stdin, err := command.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	if err = command.Start(); err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	c := &child{command: command, stdin: stdin}
	address, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("hear from the server where it listens: %w", errors.Join(err, c.close()))
	}
	c.address = strings.TrimSpace(address)
	return c, nil
}

func (c *child) close() error {
	_ = c.stdin.Close()
	if err := c.command.Wait(); err != nil {
		return fmt.Errorf("end the server: %w", err)
	}
	return nil
}

// counts are the requests since they were last asked for.
func (c *child) counts(ctx context.Context) (map[string]int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.address+countsPath, http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("ask the server for its requests: %w", err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("ask the server for its requests: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	var counts map[string]int
	if err := json.NewDecoder(response.Body).Decode(&counts); err != nil {
		return nil, fmt.Errorf("ask the server for its requests: %w", err)
	}
	return counts, nil
}

// transport leads to the child whatever is asked for. twilio-go has the address of the
// service built in, so all ask for that. The connection is in plain text though they
// ask for https, and no request is copied or changed on the way, which would cost.
func (c *child) transport() *http.Transport {
	return &http.Transport{
		DialTLSContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, c.address)
		},
	}
}
