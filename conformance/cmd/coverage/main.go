// Command coverage prints what the fixtures prove of each operation of the
// OpenAPI document: how the facade makes its requests, which answers occur, how
// many of its parameters and fields are sent, and what the emulator answers. It fails
// if anything that the document declares occurs in no fixture, or if the emulator does
// not both carry an operation out and refuse it.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/taskrouter-go/sdk/conformance"
	"github.com/taskrouter-go/sdk/conformance/internal/coverage"
	"github.com/taskrouter-go/sdk/openapi"
	"github.com/taskrouter-go/sdk/openapi/document"
)

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "coverage:", err)
		os.Exit(1)
	}
}

func run(w io.Writer) error {
	d, err := document.Load(openapi.Document)
	if err != nil {
		return err
	}
	scenarios, err := conformance.LoadAll(conformance.Fixtures)
	if err != nil {
		return err
	}
	rows, err := coverage.Compute(d, scenarios)
	if err != nil {
		return err
	}
	if err := coverage.AskEmulator(d, coverage.NewServer, rows); err != nil {
		return err
	}
	gaps := coverage.Gaps(rows)
	if _, err := io.WriteString(w, coverage.Table(rows)+totals(rows, scenarios)+gaps); err != nil {
		return err
	}
	if gaps != "" {
		return errors.New("the document declares what no fixture shows, or what the emulator does not answer")
	}
	return nil
}

func totals(rows []coverage.Row, scenarios []*conformance.Scenario) string {
	exchanges := 0
	for _, scenario := range scenarios {
		exchanges += len(scenario.Exchanges)
	}
	return fmt.Sprintf("%d operations, %d exchanges in %d fixtures\nemulator: %d of %d operations answer a success and a failure\n",
		len(rows), exchanges, len(scenarios), coverage.Emulated(rows), len(rows))
}
