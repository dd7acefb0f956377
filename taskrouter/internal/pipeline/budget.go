package pipeline

import "sync"

// In hundredths of a retry, what the budget holds, and what a call gives back
// that did not need one.
const (
	fullBudget   = 100 * oneRetry
	oneRetry     = 100
	freshSuccess = oneRetry / 10
)

// Budget bounds the retries of all calls of a client, so that an outage adds but
// a tenth to the load. A retry takes one out. A call that the service dealt with
// puts back one if it needed retries, and a tenth if not.
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

// give puts back what a call earned.
func (b *Budget) give(earned int) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.spent = max(b.spent-earned, 0)
}
