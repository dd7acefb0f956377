package pipeline

import (
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen"
)

// drain takes out all that a budget holds and returns how much it was.
func drain(b *Budget) (retries int) {
	for retries < 1000 && b.take() { // a budget without a bottom fails, and does not hang
		retries++
	}
	return retries
}

func TestABudgetHolds100Retries(t *testing.T) {
	var b Budget
	assert.Equal(t, 100, drain(&b))
	assert.False(t, b.take(), "what is refused must not be taken")
}

func TestACallGivesBackWhatItEarned(t *testing.T) {
	t.Run("the retries that a rate limit asked for", func(t *testing.T) {
		for _, retries := range []int{1, 3} {
			var b Budget
			drain(&b)
			b.settle(retries)
			assert.Equal(t, retries, drain(&b))
		}
	})
	t.Run("a tenth of one", func(t *testing.T) {
		var b Budget
		drain(&b)
		for range 9 {
			b.settle(0)
			assert.False(t, b.take())
		}
		b.settle(0)
		assert.Equal(t, 1, drain(&b))
	})
	t.Run("a retry that was not made", func(t *testing.T) {
		var b Budget
		drain(&b)
		b.refund()
		assert.Equal(t, 1, drain(&b))
	})
	t.Run("never more than there is room for", func(t *testing.T) {
		var b Budget
		for range 1000 {
			b.settle(1)
			b.refund()
		}
		assert.Equal(t, 100, drain(&b))
	})
}

// Whatever happens, what is taken out was there or has been earned.
func TestABudgetIsNeverOverdrawn(t *testing.T) {
	for range 200 {
		var b Budget
		var taken, earnedTenths int
		inclination := rand.IntN(101)
		for range 2000 {
			switch {
			case rand.IntN(100) < inclination:
				if b.take() {
					taken++
				}
			case rand.IntN(2) == 0:
				b.settle(1)
				earnedTenths += 11
			default:
				b.settle(0)
				earnedTenths++
			}
			require.LessOrEqual(t, 10*taken, 1000+earnedTenths)
		}
	}
}

func TestABudgetIsSharedByGoroutines(t *testing.T) {
	var b Budget
	var taken atomic.Int32
	var group sync.WaitGroup
	for range 300 {
		group.Go(func() {
			if b.take() {
				taken.Add(1)
			}
		})
	}
	group.Wait()
	assert.EqualValues(t, 100, taken.Load())
	for range 20 {
		group.Go(func() { b.settle(0) })
	}
	group.Wait()
	assert.Equal(t, 2, drain(&b))
}

// An outage of all or a part of the calls adds to the load 100 requests, and one
// for every ten that the service dealt with.
func TestAnOutageAddsButATenthToTheLoad(t *testing.T) {
	const calls = 3000
	for name, share := range map[string]float64{"none fails": 0, "few fail": 0.02, "every tenth fails": 0.1, "half fail": 0.5, "nearly all fail": 0.99, "all fail": 1} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var attempts, successes int
				policy := Policy{MaxAttempts: 4, MinDelay: time.Second, MaxDelay: time.Second}
				var fails bool
				step := retry(policy, &Budget{}, 1<<20, func(*http.Request) (*http.Response, error) {
					attempts++
					if fails {
						return &http.Response{StatusCode: http.StatusServiceUnavailable, Body: http.NoBody}, nil
					}
					return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
				})
				for range calls {
					fails = rand.Float64() < share
					if !fails {
						successes++
					}
					request, err := http.NewRequestWithContext(WithCall(t.Context(), &Call{Operation: gen.OperationGetTask}), http.MethodGet, "https://service.test", nil)
					require.NoError(t, err)
					response, err := step(request)
					require.NoError(t, err)
					require.Equal(t, fails, response.StatusCode == http.StatusServiceUnavailable)
				}
				most := 100 + successes/10
				assert.LessOrEqual(t, attempts-calls, most)
				if failures := calls - successes; 3*failures > most { // there is use for all of it
					assert.GreaterOrEqual(t, attempts-calls, 100)
				} else {
					assert.Equal(t, 3*failures, attempts-calls, "nothing is refused that is there")
				}
			})
		})
	}
}
