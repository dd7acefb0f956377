package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"sync"
	"time"

	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

// grace is how long calls and callbacks that go on may take when the program is to end.
const grace = 10 * time.Second

// emulator is the program, once it is set up.
type emulator struct {
	settings
	server   *taskroutertest.Server
	logger   *slog.Logger
	maxState int64

	saving sync.Mutex
	known  os.FileInfo // of the state's file as it was read or written last, nil if it was not there
}

func newEmulator(s settings, server *taskroutertest.Server, logger *slog.Logger) *emulator {
	return &emulator{settings: s, server: server, logger: logger, maxState: maxState}
}

func listen(ctx context.Context, address string) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("-addr: %w", err)
	}
	return listener, nil
}

// introduce prints what programs need to call, for a shell to evaluate. A token that was
// given is known, and is not shown.
func (e *emulator) introduce(stdout io.Writer, address net.Addr) error {
	lines := fmt.Sprintf("TASKROUTER_BASE_URL=%s\nTWILIO_ACCOUNT_SID=%s\n", e.url(address), e.server.AccountSID())
	if !e.account.given() {
		lines += fmt.Sprintf("TWILIO_AUTH_TOKEN=%s\n", e.server.AuthToken())
	}
	if _, err := io.WriteString(stdout, lines); err != nil {
		return fmt.Errorf("print the address: %w", err)
	}
	e.logger.Info("listening", "url", e.url(address), "account", e.server.AccountSID())
	if !e.account.given() && !onlyThisMachine(address) {
		e.logger.Warn("other machines may call, and the credentials follow from the seed; TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN set others")
	}
	return nil
}

func onlyThisMachine(address net.Addr) bool {
	tcp, ok := address.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// url is where programs on this machine reach an address.
func (e *emulator) url(address net.Addr) string {
	host := address.String()
	if tcp, ok := address.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		host = fmt.Sprintf("127.0.0.1:%d", tcp.Port)
	}
	u := url.URL{Scheme: "http", Host: host, Path: e.basePath}
	return u.String()
}

// serve returns when ctx has ended, calls and callbacks that went on then are done or had
// their grace, and the state is written.
func (e *emulator) serve(ctx context.Context, listener net.Listener, hangups <-chan os.Signal) error {
	server := &http.Server{
		Handler:           e.handler(),
		ReadHeaderTimeout: time.Minute,
		ReadTimeout:       time.Minute,
		WriteTimeout:      2 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          slog.NewLogLogger(e.logger.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	err := e.wait(ctx, failed, hangups)
	e.shutDown(context.WithoutCancel(ctx), server)
	if e.stateFile != "" {
		err = errors.Join(err, e.save("shutdown"))
	}
	return err
}

// wait returns when the program is to end, with an error if it has failed.
func (e *emulator) wait(ctx context.Context, failed <-chan error, hangups <-chan os.Signal) error {
	for {
		select {
		case <-hangups:
			_ = e.save("SIGHUP") // which logs it
		case err := <-failed:
			e.logger.Error("shutting down", "reason", err)
			return fmt.Errorf("serve: %w", err)
		case <-ctx.Done():
			e.logger.Info("shutting down", "reason", context.Cause(ctx))
			return nil
		}
	}
}

// shutDown waits for callbacks that are being made, while applications may still call, then
// for calls that go on, and for callbacks to which these lead.
func (e *emulator) shutDown(ctx context.Context, server *http.Server) {
	ctx, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	e.drain(ctx, grace/2)
	if err := server.Shutdown(ctx); err != nil {
		e.logger.Warn("calls are cut off", "after", grace)
		_ = server.Close()
	}
	if err := e.server.Drain(ctx); err != nil {
		e.logger.Warn("callbacks are given up", "after", grace)
	}
}

// drain waits for callbacks, for as long as it takes or this long.
func (e *emulator) drain(ctx context.Context, most time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	_ = e.server.Drain(ctx) // what is left is waited for later
}
