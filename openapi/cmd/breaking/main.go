// Command breaking tells whether our OpenAPI document breaks clients that were
// generated from an older revision of it:
//
//	breaking -oasdiff program revision
//
// A revision is whatever git takes for one; if it is missing or empty, the newest tag
// counts. oasdiff judges, by the severities in severity.txt. The status is 0 if nothing
// breaks, 1 if something does, and 2 if that cannot be told.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/taskrouter-go/sdk/openapi"
)

func main() {
	broken, err := run(context.Background(), os.Stdout, os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "breaking:", err)
		os.Exit(2)
	}
	if broken {
		os.Exit(1)
	}
}

func run(ctx context.Context, w io.Writer, args []string) (broken bool, err error) {
	flags := flag.NewFlagSet("breaking", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // the error says it
	oasdiff := flags.String("oasdiff", "oasdiff", "the program that compares")
	if err = flags.Parse(args); err != nil {
		return false, err
	}
	if flags.NArg() > 1 {
		return false, errors.New("expected one revision")
	}
	revision := flags.Arg(0)
	if revision == "" {
		if revision, err = newestTag(ctx); err != nil {
			return false, err
		}
	}
	if revision == "" {
		_, err = fmt.Fprintln(w, "there is no release to compare with; BASE=revision compares with any other")
		return false, err
	}
	base, err := documentAt(ctx, revision)
	if err != nil {
		return false, err
	}
	output, broken, err := compare(ctx, *oasdiff, base, openapi.Document)
	if err != nil {
		return false, fmt.Errorf("compared with %s: %w", revision, err)
	}
	_, err = fmt.Fprintf(w, "compared with %s: %s", revision, output)
	return broken, err
}
