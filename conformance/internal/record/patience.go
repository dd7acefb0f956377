package record

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/taskrouter-go/sdk/conformance"
)

// pause stands between two tries. The service routes within a second or so.
const pause = 500 * time.Millisecond

// ask sends a request, and again while the answer may still become that of the
// fixture: the service routes tasks and deletes resources when it gets to it.
func (c *conversation) ask(ctx context.Context, exchange conformance.Exchange) (answer, error) {
	deadline := time.Now().Add(c.patience)
	for {
		came, err := c.send(ctx, exchange)
		if err != nil || !worthWaiting(exchange, came) || time.Now().Add(pause).After(deadline) {
			return came, err
		}
		select {
		case <-ctx.Done():
			return came, ctx.Err()
		case <-time.After(pause):
		}
	}
}

// worthWaiting: reading again changes nothing, and a 429 says that nothing was
// done.
func worthWaiting(exchange conformance.Exchange, came answer) bool {
	if came.status == http.StatusTooManyRequests {
		return true
	}
	return exchange.Request.Method == http.MethodGet && !settled(exchange.Response, came)
}

// settled tells whether an answer shows what the fixture's shows: as many entries,
// and tasks and reservations that have come as far.
func settled(old conformance.Response, came answer) bool {
	if old.Status != came.status {
		return false
	}
	was, ok := parseContainer(old.Body)
	if !ok {
		return true
	}
	is := came.document()
	if is == nil {
		return false
	}
	// A new fixture says less than any answer. What it does not say may be anything.
	key := cmp.Or(is.member("meta").str("key"), was.member("meta").str("key"))
	wanted, states := was.member(key), progress(was)
	return (wanted == nil || entries(wanted) == entries(is.member(key))) &&
		(states == nil || slices.Equal(states, progress(is)))
}

func entries(list *node) int {
	if list == nil {
		return 0
	}
	return len(list.elements)
}

// progress lists the states of tasks and reservations, sorted, since a list may be
// in another order.
func progress(document *node) []string {
	var states []string
	aligner{&names{}, func(p pair) {
		if p.member == "assignment_status" || p.member == "reservation_status" {
			states = append(states, p.came.text)
		}
	}}.walk(place{}, nil, document)
	slices.Sort(states)
	return states
}
