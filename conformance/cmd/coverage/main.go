// Command coverage prints what the fixtures prove of each operation of the
// OpenAPI document: how the facade makes its requests, which answers occur, and
// how many of its parameters and fields are sent. It fails if anything that the
// document declares occurs in no fixture.
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
	gaps := coverage.Gaps(rows)
	if _, err := io.WriteString(w, coverage.Table(rows)+totals(rows, scenarios)+gaps); err != nil {
		return err
	}
	if gaps != "" {
		return errors.New("the document declares what no fixture shows")
	}
	return nil
}

func totals(rows []coverage.Row, scenarios []*conformance.Scenario) string {
	exchanges := 0
	for _, scenario := range scenarios {
		exchanges += len(scenario.Exchanges)
	}
	return fmt.Sprintf("%d operations, %d exchanges in %d fixtures\n", len(rows), exchanges, len(scenarios))
}
