package taskrouter_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

func TestRetriesAreTakenFromABudgetThatAllCallsOfAClientShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		status, attempts := 503, 0
		service := transport(func(r *http.Request) (*http.Response, error) {
			attempts++
			return inMemory(answer(status, "{}"))(r)
		})
		made := func(client *taskrouter.Client, calls int, options ...taskrouter.CallOption) int {
			attempts = 0
			for range calls {
				_ = retryGet(t.Context(), client, options...) // how many attempts it took is what counts
			}
			return attempts
		}
		client, other := retryClient(t, taskrouter.RetryPolicy{}, service), retryClient(t, taskrouter.RetryPolicy{}, service)
		assert.Equal(t, 1000+100, made(client, 1000), "an outage adds no more than the budget")
		assert.Equal(t, 1, made(client, 1))
		assert.Equal(t, 1, made(client, 1, taskrouter.WithCallRetry(taskrouter.RetryPolicy{MaxAttempts: 9})), "a policy of its own does not help")
		status = 429
		assert.Equal(t, 1, made(client, 1), "nor does it that 429 is always repeatable")
		assert.Equal(t, 4, made(other, 1), "each client has its own")

		status = 200
		assert.Equal(t, 9, made(client, 9))
		status = 503
		assert.Equal(t, 1, made(client, 1), "nine tenths are none")
		status = 404
		assert.Equal(t, 10, made(client, 10), "the service dealt with those, too")
		status = 503
		assert.Equal(t, 2, made(client, 1), "one was given back for ten, and nine tenths are left")
		status = 501
		assert.Equal(t, 1, made(client, 1), "and with this one")
		status = 503
		assert.Equal(t, 2, made(client, 1))
		assert.Equal(t, 1, made(client, 1))
	})
}

func TestACallThatSucceedsGivesBackATenthAndTheRetriesThatALimitAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var answers []int
		client := retryClient(t, taskrouter.RetryPolicy{}, func(r *http.Request) (*http.Response, error) {
			status := 503
			if len(answers) > 0 {
				status, answers = answers[0], answers[1:]
			}
			return inMemory(answer(status, "{}"))(r)
		})
		attemptsLeft := func() (retries int) {
			for {
				n := answerError(t, retryGet(t.Context(), client)).Attempts
				if n == 1 {
					return retries
				}
				retries += n - 1
			}
		}
		for range 32 { // of 100, 96 are gone
			_ = retryGet(t.Context(), client)
		}
		answers = []int{503, 503, 200}
		require.NoError(t, retryGet(t.Context(), client)) // takes two and gives back a tenth
		answers = []int{429, 200}
		require.NoError(t, retryGet(t.Context(), client)) // takes one and gives it back, with a tenth
		answers = []int{503, 200}
		require.NoError(t, retryGet(t.Context(), client)) // takes one and gives back a tenth
		assert.Equal(t, 1, attemptsLeft())
	})
}

// Every second answer is the failure, so that every call would succeed if it were
// repeated once.
func TestAnOutageOfAHalfAddsATenthToTheLoadAndALimitWhatItAsksFor(t *testing.T) {
	const calls = 5000
	alternating := func(t *testing.T, status int) (requests, failures int) {
		client := retryClient(t, taskrouter.RetryPolicy{}, func(r *http.Request) (*http.Response, error) {
			if requests++; requests%2 == 1 {
				return inMemory(answer(status, "{}"))(r)
			}
			return inMemory(answer(200, "{}"))(r)
		})
		for range calls {
			if err := retryGet(t.Context(), client); err != nil {
				failures++
			}
		}
		return requests, failures
	}
	t.Run("an outage", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			requests, failures := alternating(t, 503)
			assert.LessOrEqual(t, requests, calls+100+calls/10)
			assert.Positive(t, failures)
		})
	})
	t.Run("a limit", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			requests, failures := alternating(t, 429)
			assert.Equal(t, 2*calls, requests)
			assert.Zero(t, failures)
		})
	})
}

func TestARetryThatIsNotWaitedForCostsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service, attempts := answer(429, "{}", "Retry-After", "1"), 0
		client := retryClient(t, taskrouter.RetryPolicy{}, func(r *http.Request) (*http.Response, error) {
			attempts++
			return inMemory(service)(r)
		})
		for range 200 {
			assertAbout(t, taskrouter.ErrRateLimited, retryGet(t.Context(), client, taskrouter.WithTimeout(500*time.Millisecond)))
		}
		require.Equal(t, 200, attempts)
		service, attempts = answer(503, "{}"), 0
		for range 200 {
			assertAbout(t, taskrouter.ErrServer, retryGet(t.Context(), client))
		}
		assert.Equal(t, 200+100, attempts)
	})
}

func TestABudgetThatIsFullStaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		status, attempts := 200, 0
		client := retryClient(t, taskrouter.RetryPolicy{}, func(r *http.Request) (*http.Response, error) {
			attempts++
			return inMemory(answer(status, "{}"))(r)
		})
		for range 500 {
			require.NoError(t, retryGet(t.Context(), client))
		}
		status, attempts = 503, 0
		for range 200 {
			_ = retryGet(t.Context(), client)
		}
		assert.Equal(t, 200+100, attempts)
	})
}

// The race detector watches.
func TestTheBudgetHoldsForCallsAtTheSameTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		attempts := make(chan struct{}, 1000)
		client := retryClient(t, taskrouter.RetryPolicy{}, func(r *http.Request) (*http.Response, error) {
			attempts <- struct{}{}
			return inMemory(answer(503, "{}"))(r)
		})
		done := make(chan error)
		for range 200 {
			go func() { done <- retryGet(t.Context(), client) }()
		}
		for range 200 {
			assertAbout(t, taskrouter.ErrServer, <-done)
		}
		assert.Len(t, attempts, 200+100)
	})
}

// Otherwise callers in haste would spend what others need.
func TestARetryThatIsNotMadeIsNotTakenFromTheBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := retryClient(t, taskrouter.RetryPolicy{}, inMemory(answer(429, "", "Retry-After", "10")))
		for range 200 {
			err := retryGet(t.Context(), client, taskrouter.WithTimeout(time.Second))
			assertAbout(t, taskrouter.ErrRateLimited, err)
			require.ErrorIs(t, err, context.DeadlineExceeded)
		}
		assert.Equal(t, 4, answerError(t, retryGet(t.Context(), client)).Attempts)
	})
}
