package record

import (
	"context"
	"fmt"

	"github.com/taskrouter-go/sdk/conformance"
)

// Repeat sends a scenario once, whatever is answered, and returns it with the answers
// that came, as a recording would have them. It is for those who want to know all that
// a server of theirs says otherwise: nothing is taken out of an answer, and what the
// scenario made stays there.
func (r *Recorder) Repeat(ctx context.Context, s *conformance.Scenario) (*conformance.Scenario, error) {
	c := r.conversation(s)
	c.clean = newCleaner(nil, r.base)
	for _, exchange := range s.Exchanges {
		came, err := c.send(ctx, exchange)
		if err != nil {
			return nil, fmt.Errorf("exchange %q: %w", exchange.Name, err)
		}
		if came.status == exchange.Response.Status { // another answer has nothing in the same place
			c.learn(exchange, &came)
		}
		c.answers = append(c.answers, came)
	}
	return c.rewritten(s, r.source), nil
}
