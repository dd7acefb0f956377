// Command compare holds what this SDK and twilio-go send beside each other, and measures
// them beside what is written by hand: calls, and the smallest useful program with each.
// It prints tables, and writes them as Markdown. Package requests says what is compared,
// package measure what is measured and what is not.
//
// It fails if a request differs and nothing explains it, if a call or a build fails, or
// if a library returns or sends something else than it should. That an aim is missed is
// shown, and is no failure: the figures are of a machine that does other things as well.
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

	"github.com/taskrouter-go/sdk/conformance/peer/internal/measure"
	"github.com/taskrouter-go/sdk/conformance/peer/internal/requests"
)

func main() {
	if len(os.Args) == 2 && os.Args[1] == measure.ServeArgument {
		exit(measure.Serve(os.Stdin, os.Stdout))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	if err != nil && ctx.Err() != nil {
		err = errors.New("interrupted") // rather than what that broke
	}
	stop()
	exit(err)
}

func exit(err error) {
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		os.Exit(0)
	default:
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

type options struct {
	out, readme string
	each        time.Duration
	builds      bool
}

func run(ctx context.Context, arguments []string, stdout, stderr io.Writer) error {
	o, err := parse(arguments, stderr)
	if err != nil {
		return err
	}
	if err = forgetEnvironment(); err != nil {
		return err
	}
	if _, err = o.readmeWith(""); err != nil {
		return err // now rather than after minutes
	}
	say := func(what string) { _, _ = fmt.Fprintln(stderr, "compare:", what) } // it takes minutes
	report := measure.Report{Setting: measure.CurrentSetting()}
	if report.Requests, err = compareRequests(ctx, stdout); err != nil {
		return err
	}
	if report.Calls, err = measure.Calls(ctx, o.each, say); err != nil {
		return err
	}
	if o.builds {
		if report.Programs, err = measure.Programs(ctx, say); err != nil {
			return err
		}
	}
	if _, err = io.WriteString(stdout, report.Text()); err != nil {
		return fmt.Errorf("print the tables: %w", err)
	}
	readme, err := o.readmeWith(report.Short())
	if err != nil {
		return err
	}
	return errors.Join(write(o.out, report.Markdown()), write(o.readme, readme))
}

// compareRequests prints how far both libraries send the same, and returns the section
// that tells the differences. One that is not explained is an error.
func compareRequests(ctx context.Context, stdout io.Writer) (section string, err error) {
	result, err := requests.Compare(ctx)
	if err != nil {
		return "", fmt.Errorf("compare requests: %w", err)
	}
	if err = result.Err(); err != nil {
		return "", fmt.Errorf("compare requests: %w", err)
	}
	if _, err = fmt.Fprintf(stdout, "%d operations, %d calls: %d are the same on the wire, %d are sent by neither, the others differ as listed\n\n",
		result.Operations, result.Calls, result.Same, result.Refused); err != nil {
		return "", fmt.Errorf("print what was compared: %w", err)
	}
	var text strings.Builder
	err = result.WriteMarkdown(&text)
	return text.String(), err
}

func parse(arguments []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("compare", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.out, "out", "", "`file` to write the report to, as Markdown")
	flags.StringVar(&o.readme, "readme", "", "`file` in which to replace the short table")
	flags.BoolVar(&o.builds, "builds", true, "build programs, which takes minutes")
	flags.DurationVar(&o.each, "each", 15*time.Second, "`duration` for which each call is measured")
	if err := flags.Parse(arguments); err != nil {
		return options{}, err
	}
	switch {
	case flags.NArg() > 0:
		return options{}, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case o.each <= 0:
		return options{}, fmt.Errorf("expected a positive duration for -each, not %v", o.each)
	case !o.builds && (o.out != "" || o.readme != ""):
		return options{}, errors.New("the tables that -out and -readme write have programs in them, so -builds=false excludes these")
	}
	return o, nil
}

// forgetEnvironment removes what both libraries would read of it.
func forgetEnvironment() error {
	for _, name := range []string{"TWILIO_REGION", "TWILIO_EDGE", "TASKROUTER_BASE_URL"} {
		if err := os.Unsetenv(name); err != nil {
			return fmt.Errorf("forget %s: %w", name, err)
		}
	}
	return nil
}

// readmeWith is the document of -readme with a table in it, "" if there is none.
func (o options) readmeWith(table string) (string, error) {
	if o.readme == "" {
		return "", nil
	}
	document, err := os.ReadFile(o.readme)
	if err != nil {
		return "", fmt.Errorf("read the document for the short table: %w", err)
	}
	replaced, err := measure.ReplaceBlock(string(document), table)
	if err != nil {
		return "", fmt.Errorf("find the place of the short table in %s: %w", o.readme, err)
	}
	return replaced, nil
}

// write writes a file that has a name.
func write(name, text string) error {
	if name == "" {
		return nil
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		return fmt.Errorf("write what was measured: %w", err)
	}
	return nil
}
