// Command taskrouter-emulator is the TaskRouter of package taskroutertest behind a
// port, for programs in any language.
//
//	go run ./taskrouter/cmd/taskrouter-emulator [flags]
//
// When the port is open it prints what programs need to call, for a shell:
//
//	TASKROUTER_BASE_URL=http://127.0.0.1:8080
//	TWILIO_ACCOUNT_SID=AC…
//	TWILIO_AUTH_TOKEN=…
//
// A script has them in its environment, and in that of what it runs, by
//
//	rm -f env
//	taskrouter-emulator -addr 127.0.0.1:0 >env &
//	while kill -0 $! && ! [ -s env ]; do sleep 0.1; done
//	set -a; . ./env; set +a
//	run-the-tests
//	kill $!; wait $!
//
// It is a program that was built or installed by then, since go run does not hand signals
// on. conformance/with-emulator does all of this, and runs a command while it serves.
//
// Account and token follow from the seed, unless TWILIO_ACCOUNT_SID and
// TWILIO_AUTH_TOKEN are in its own environment; a token from there is not printed.
// TWILIO_API_KEY and TWILIO_API_SECRET let an API key call, too. A state has an account
// of its own, which is then the one that is printed; the other may call as well.
//
// # Flags
//
//	-addr host:port     where it listens, 127.0.0.1:8080 unless set; port 0 is any that is free
//	-public             allows -addr to be what other machines reach
//	-base-path /base    serves below a path
//	-state file         begins with the state in the file, if it is there, and writes it at the end
//	-load file          begins with the state in the file, which is only read, such as one that
//	                    was written by hand; with -state as long as its file is not there
//	-seed number        makes other SIDs and credentials, 1 unless set
//	-speed factor       lets time pass faster: with 60 a minute takes a second; dates are then
//	                    ahead of the machine's, so that an application that refuses old or future
//	                    callbacks, as by webhook.WithMaxAge, refuses them
//	-rate-limits        refuses requests that come too often, as the service does
//	-callbacks reach    where events are posted and assignments asked about: at loopback, which
//	                    is localhost, names below it and addresses such as 127.0.0.1, unless it
//	                    is all, for every URL, or none
//	-log format         text or json, on stderr
//	-log-level level    debug, info, warn or error; each call and each callback that succeeds is info,
//	                    with debug each refused call has its message, too, which may quote what was sent
//
// # State
//
// The file is written at the end, on SIGHUP and when it is asked for, as a whole or not
// at all. It is what Server.Dump of package taskroutertest writes; what Server.Load
// says of files holds for it. A file that cannot be loaded is an error, but an empty one,
// as mktemp makes it, is as if it were not there. Of two programs with the same file the
// last replaces what the other wrote, and warns of it.
//
// These are below the base path, and want the credentials of the API. What is wrong is
// told as {"status": 400, "message": "…"}.
//
//	GET  /emulator/state   answers the state
//	PUT  /emulator/state   replaces it: 204, or 400 if it cannot be, which changes nothing
//	POST /emulator/state   writes it to the file: 204, or 409 without -state
//
// # End
//
// On an interrupt or SIGTERM it lets callbacks end, then accepts no calls any more and lets
// those that go on end, for 10 seconds at most in all, and writes the state. Further signals within a
// second count as the same one, since timeout and process managers signal a program and
// then its group. One that comes later ends it at once: the state is not written, which
// the log says. The exit status is 0, 1 if it failed, also to write the state, and 2 if
// it was called wrongly.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

func main() {
	ends, hangups := make(chan os.Signal, 1), make(chan os.Signal, 1)
	signal.Notify(ends, os.Interrupt, syscall.SIGTERM)
	signal.Notify(hangups, syscall.SIGHUP)
	os.Exit(run(context.Background(), os.Args[1:], os.Getenv, signals{ends, hangups}, os.Stdout, os.Stderr))
}

// Exit statuses.
const (
	done   = 0
	failed = 1
	misuse = 2
)

// run emulates until ctx ends or a signal says so, and answers the exit status.
func run(ctx context.Context, args []string, getenv func(string) string, received signals, stdout, stderr io.Writer) int {
	s, err := parse(args, getenv, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return done
	case err != nil:
		return misuse // parse has said why
	}
	logger := s.logger(stderr)
	err = attend(ctx, received.ends, func(ctx context.Context) error {
		return emulate(ctx, s, logger, received.hangups, stdout)
	})
	if errors.Is(err, errSecondSignal) && s.stateFile != "" {
		logger.Error("state not written", "file", s.stateFile, "error", err)
	}
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "taskrouter-emulator:", err)
		return failed
	}
	return done
}

func emulate(ctx context.Context, s settings, logger *slog.Logger, hangups <-chan os.Signal, stdout io.Writer) error {
	server := taskroutertest.NewServer(s.options(logger)...)
	defer server.Close()
	e := newEmulator(s, server, logger)
	listener, err := listen(ctx, s.address)
	if err != nil {
		return err
	}
	// What waits in the state leads to callbacks at once, whose applications may call.
	if err = e.begin(); err == nil {
		err = e.introduce(stdout, listener.Addr())
	}
	if err != nil {
		_ = listener.Close()
		return err
	}
	return e.serve(ctx, listener, hangups)
}
