// Command record sends the requests of fixtures to a server again and writes the
// answers into them. conformance/README.md says what stays the same and what is
// taken out.
//
//	go run ./conformance/cmd/record [flags] [fixture…]
//
// It records all fixtures of the folder if none is named. Credentials come from
// TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, or TWILIO_API_KEY and
// TWILIO_API_SECRET, and TWILIO_BEARER_TOKEN. Its exit status is 1 if a fixture
// could not be recorded, and 2 if it was called wrongly. What is recorded from the
// emulator of taskroutertest is recorded by a test of package conformance.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/taskrouter-go/sdk/conformance/internal/record"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // who interrupts twice does not wait for the workspaces
	code := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// Exit statuses.
const (
	done   = 0
	failed = 1
	misuse = 2
)

func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	options := record.Options{Credentials: record.CredentialsFrom(getenv)}
	flags := flag.NewFlagSet("record", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		_, _ = fmt.Fprintln(stderr, "usage: record [flags] [fixture…]")
		flags.PrintDefaults()
	}
	flags.StringVar(&options.BaseURL, "base", "", "`URL` of the server to record from, required; https, unless it is this machine")
	flags.StringVar(&options.Source, "source", "", "what the fixtures say of where they are from, live or emulator (default: live below twilio.com, else emulator)")
	flags.DurationVar(&options.Patience, "patience", 15*time.Second, "how long to ask again while the service has not come as far as the fixture")
	folder := flags.String("dir", "conformance/fixtures", "`folder` of the fixtures")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return done
		}
		return misuse
	}
	recorder, err := record.New(options)
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "record:", err)
		return misuse
	}
	code := done
	err = recorder.Folder(ctx, *folder, flags.Args(), func(outcome record.Outcome) {
		if outcome.Err != nil {
			code = failed
		}
		_, _ = io.WriteString(stdout, summary(outcome))
	})
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "record:", err)
		return failed
	}
	return code
}

// summary is a line for a fixture, and one for each thing to know about it.
func summary(outcome record.Outcome) string {
	lines := []string{fmt.Sprintf("%-24s %s", outcome.Fixture, verdict(outcome))}
	for _, status := range outcome.Statuses {
		lines = append(lines, "  status "+status)
	}
	for _, workspace := range outcome.Cleanup {
		lines = append(lines, "  "+workspace)
	}
	if outcome.Err != nil {
		for line := range strings.SplitSeq(outcome.Err.Error(), "\n") {
			lines = append(lines, "  "+line)
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

func verdict(outcome record.Outcome) string {
	switch {
	case outcome.Err != nil:
		return "failed"
	case outcome.Skipped != "":
		return "skipped: " + outcome.Skipped
	case outcome.Changed:
		return count(outcome.Exchanges) + ", changed"
	}
	return count(outcome.Exchanges) + ", unchanged"
}

func count(exchanges int) string {
	if exchanges == 1 {
		return "1 exchange"
	}
	return fmt.Sprintf("%d exchanges", exchanges)
}
