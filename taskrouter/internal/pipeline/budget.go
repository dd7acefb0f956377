package pipeline

import "sync"

// In hundredths of a retry.
const (
	fullBudget = 100 * oneRetry
	oneRetry   = 100
)

// Budget bounds the retries of all calls of a client, so that an outage, even of
// a part of the service, adds but a tenth to the load. A retry takes one out. A
// call that the service dealt with puts back a tenth, and in addition the retries
// that it made because of a rate limit: those come when the service asks for
// them.
type Budget struct {
	mutex sync.Mutex
	spent int // of fullBudget
}

// take takes out one retry, if there is one.
func (b *Budget) take() bool {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.spent+oneRetry > fullBudget {
		return false
	}
	b.spent += oneRetry
	return true
}

// settle puts back what a call earned with which the service dealt, after so many
// retries because of a rate limit.
func (b *Budget) settle(afterLimits int) { b.give(afterLimits*oneRetry + oneRetry/10) }

// refund puts back a retry that was not made.
func (b *Budget) refund() { b.give(oneRetry) }

func (b *Budget) give(hundredths int) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.spent = max(b.spent-hundredths, 0)
}
