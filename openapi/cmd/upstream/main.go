// Command upstream compares a published OpenAPI document of the service with ours
// and lists what the curator of ours has to decide, in Markdown:
//
//	upstream file
//
// The status is 0 if there is nothing, 1 if there is something, 2 if the file cannot
// be compared.
package main

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/taskrouter-go/sdk/openapi"
	"github.com/taskrouter-go/sdk/openapi/internal/upstream"
)

// deviationsFile says where our document differs on purpose, and why.
//
//go:embed deviations.yaml
var deviationsFile []byte

func main() {
	todo, err := run(os.Stdout, os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "upstream:", err)
		os.Exit(2)
	}
	if todo > 0 {
		os.Exit(1)
	}
}

// run returns how much there is to do.
func run(w io.Writer, args []string) (int, error) {
	if len(args) != 1 {
		return 0, errors.New("expected one file, an OpenAPI 3 document of the service")
	}
	report, err := compare(args[0])
	if err != nil {
		return 0, err
	}
	_, err = io.WriteString(w, report.String())
	return report.ToDo(), err
}

func compare(file string) (upstream.Report, error) {
	var report upstream.Report
	data, err := os.ReadFile(file)
	if err != nil {
		return report, err
	}
	theirs, err := upstream.Load(data)
	if err != nil {
		return report, fmt.Errorf("%s: %w", file, err)
	}
	ours, err := upstream.Load(openapi.Document)
	if err != nil {
		return report, fmt.Errorf("taskrouter.yaml: %w", err)
	}
	deviations, err := upstream.LoadDeviations(deviationsFile)
	if err != nil {
		return report, fmt.Errorf("deviations.yaml: %w", err)
	}
	findings, err := upstream.Compare(theirs, ours)
	if err != nil {
		return report, fmt.Errorf("%s: %w", file, err)
	}
	report.Findings, report.Meant, report.Stale = upstream.Judge(findings, deviations)
	return report, nil
}
