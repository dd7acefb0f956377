package conformance_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/conformance"
	"github.com/taskrouter-go/sdk/conformance/internal/calls"
	"github.com/taskrouter-go/sdk/conformance/internal/coverage"
)

// The fixtures are data, so this one test is all of them: every exchange is made
// by every method of the facade that can make it.
func TestTheFacadeMakesEveryExchange(t *testing.T) {
	w := newWire(t)
	for _, scenario := range fixtures(t) {
		for i, exchange := range scenario.Exchanges {
			t.Run(scenario.Name+"/"+exchange.Name, func(t *testing.T) {
				pages, err := nextPages(scenario.Exchanges, i)
				require.NoError(t, err)
				for _, problem := range w.make(t.Context(), append([]conformance.Exchange{exchange}, pages...)) {
					t.Error(problem)
				}
			})
		}
	}
}

func TestEveryOperationIsProved(t *testing.T) {
	d := newWire(t).document
	rows, err := coverage.Compute(d, fixtures(t))
	require.NoError(t, err)
	assert.Len(t, rows, len(d.Operations()))
	assert.Empty(t, coverage.Gaps(rows))
}

// A file that is no fixture by its name would lie there unused.
func TestEveryFileIsAFixture(t *testing.T) {
	files, err := os.ReadDir("fixtures")
	require.NoError(t, err)
	var names, fixtureNames []string
	for _, file := range files {
		names = append(names, file.Name())
	}
	for _, scenario := range fixtures(t) {
		fixtureNames = append(fixtureNames, scenario.Name)
	}
	assert.Equal(t, names, fixtureNames)
}

// make makes the first of some exchanges by every method that can make it, and
// returns what does not fit.
func (w *wire) make(ctx context.Context, exchanges []conformance.Exchange) []error {
	first := exchanges[0]
	operation, path, err := w.document.Find(first.Request.Method, first.Request.Path)
	if err != nil {
		return []error{err}
	}
	request, err := calls.RequestOf(first.Request, path)
	if err != nil {
		return []error{err}
	}
	var problems []error
	for _, problem := range operation.CheckResponse(first.Response.Status, headerOf(first.Response.Header), []byte(first.Response.Body)) {
		problems = append(problems, fmt.Errorf("the answer is not what the document says: %w", problem))
	}
	for _, call := range calls.Of(operation.ID) {
		if !call.Makes(request) {
			continue
		}
		misfits, added := w.replay(ctx, call, request, exchanges)
		for _, problem := range append(misfits, inventions(added)...) {
			problems = append(problems, fmt.Errorf("%s: %w", call.Method, problem))
		}
	}
	return problems
}

// inventions are what encoding has added to an answer and does not only say that
// something was not there.
func inventions(added []string) []error {
	var problems []error
	for _, member := range added {
		if !strings.HasSuffix(member, ": null") {
			problems = append(problems, fmt.Errorf("decoding and encoding again added this: %s", member))
		}
	}
	return problems
}

// nextPages are the exchanges that follow when the list that exchange i begins is
// read to its end.
func nextPages(exchanges []conformance.Exchange, i int) ([]conformance.Exchange, error) {
	var pages []conformance.Exchange
	page := exchanges[i]
	for range exchanges {
		link, err := linkOf(page.Response, "next_page_url")
		if err != nil || link == "" {
			return pages, err
		}
		n := slices.IndexFunc(exchanges, func(e conformance.Exchange) bool {
			return e.Request.Method == http.MethodGet && e.Request.Path+"?"+e.Request.Query == link
		})
		if n < 0 {
			return nil, fmt.Errorf("next_page_url: no exchange is GET %s", link)
		}
		page = exchanges[n]
		pages = append(pages, page)
	}
	return nil, fmt.Errorf("next_page_url: the pages that follow %q go round in a circle", exchanges[i].Name)
}

func fixtures(t *testing.T) []*conformance.Scenario {
	t.Helper()
	scenarios, err := conformance.LoadAll(conformance.Fixtures)
	require.NoError(t, err)
	return scenarios
}
