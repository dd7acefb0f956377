package conformance_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/conformance"
	"github.com/taskrouter-go/sdk/conformance/internal/calls"
)

// The fixtures are data, so this one test is all of them: every exchange is made
// by every method of the facade that can make it.
func TestTheFacadeMakesEveryExchange(t *testing.T) {
	w := newWire(t)
	scenarios, err := conformance.LoadAll(conformance.Fixtures)
	require.NoError(t, err)
	for _, scenario := range scenarios {
		for i, exchange := range scenario.Exchanges {
			t.Run(scenario.Name+"/"+exchange.Name, func(t *testing.T) {
				makeExchange(t, w, exchange, append([]conformance.Exchange{exchange}, nextPages(t, scenario, i)...))
			})
		}
	}
}

func makeExchange(t *testing.T, w *wire, exchange conformance.Exchange, exchanges []conformance.Exchange) {
	operation, path, err := w.document.Find(exchange.Request.Method, exchange.Request.Path)
	require.NoError(t, err)
	checkAnswer(t, operation, exchange.Response)

	request, err := calls.RequestOf(exchange.Request, path)
	require.NoError(t, err)
	made := 0
	for _, call := range calls.Of(operation.ID) {
		if !call.Makes(request) {
			continue
		}
		made++
		t.Run(call.Method, func(t *testing.T) { w.replay(t, call, request, exchanges) })
	}
	assert.Positive(t, made, "no method of the facade makes this request")
}

// nextPages are the exchanges that follow when the list that exchange i begins is
// read to its end.
func nextPages(t *testing.T, scenario *conformance.Scenario, i int) []conformance.Exchange {
	t.Helper()
	var pages []conformance.Exchange
	page := scenario.Exchanges[i]
	for len(pages) < len(scenario.Exchanges) {
		link, err := nextLink(page.Response)
		require.NoError(t, err, page.Name)
		if link == "" {
			return pages
		}
		page = exchangeAt(t, scenario, link)
		pages = append(pages, page)
	}
	t.Fatalf("%s: the pages that follow %q go round in a circle", scenario.Name, scenario.Exchanges[i].Name)
	return nil
}

func exchangeAt(t *testing.T, scenario *conformance.Scenario, link string) conformance.Exchange {
	t.Helper()
	for _, exchange := range scenario.Exchanges {
		if r := exchange.Request; r.Method == "GET" && r.Path+"?"+r.Query == link {
			return exchange
		}
	}
	t.Fatalf("%s: a next_page_url leads to GET %s, and no exchange has it", scenario.Name, link)
	return conformance.Exchange{}
}
