package taskrouter_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// limitFunc is a limiter.
type limitFunc func(context.Context) error

func (f limitFunc) Wait(ctx context.Context) error { return f(ctx) }

// limitHeaders are those of an answer with a rate limit.
func limitHeaders(limit, remaining, config string) []string {
	return []string{"X-Rate-Limit-Limit", limit, "X-Rate-Limit-Remaining", remaining, "X-Rate-Limit-Config", config}
}

func TestTheLastRateLimitOfEachOperationIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		client := offline(t, inMemory(inTurn(
			answer(200, "{}"),
			answer(200, "{}", limitHeaders("100", "42", "Workspaces; w=60")...),
			answer(404, "{}", limitHeaders("100", "41", "Workspaces; w=60")...),
			answer(200, "{}"),
			answer(200, "{}", "x-rate-limit-remaining", "1"),
			answer(200, "{}", limitHeaders("3", "2", "Filters")...),
		)))
		get := func() { _ = retryGet(t.Context(), client); <-time.After(time.Second) } // a failure counts as well
		limit := func(operationID string) taskrouter.RateLimit {
			limit, ok := client.RateLimit(operationID)
			assert.Equal(t, limit != taskrouter.RateLimit{}, ok)
			return limit
		}
		assert.Zero(t, limit("getTask"), "before any answer")
		get()
		assert.Zero(t, limit("getTask"), "after an answer without one")
		get()
		assert.Equal(t, taskrouter.RateLimit{Limit: "100", Remaining: "42", Config: "Workspaces; w=60", At: start.Add(time.Second)}, limit("getTask"))
		get()
		last := taskrouter.RateLimit{Limit: "100", Remaining: "41", Config: "Workspaces; w=60", At: start.Add(2 * time.Second)}
		assert.Equal(t, last, limit("getTask"), "after a failure")
		get()
		assert.Equal(t, last, limit("getTask"), "after another answer without one")
		get()
		assert.Equal(t, taskrouter.RateLimit{Remaining: "1", At: start.Add(4 * time.Second)}, limit("getTask"), "nothing is kept of the one before")

		_, err := client.Tasks("WS1").Cancel(t.Context(), "WT1", "why")
		require.NoError(t, err)
		assert.Equal(t, taskrouter.RateLimit{Limit: "3", Remaining: "2", Config: "Filters", At: start.Add(5 * time.Second)}, limit("updateTask"))
		assert.Equal(t, "1", limit("getTask").Remaining, "each operation has its own")
		assert.Zero(t, limit("listTasks"))
		assert.Zero(t, limit(""))
		assert.Zero(t, limit("no operation"))
	})
}

func TestOneHeaderIsEnoughForARateLimit(t *testing.T) {
	for name, test := range map[string]struct {
		header string
		want   taskrouter.RateLimit
	}{
		"limit":     {"X-Rate-Limit-Limit", taskrouter.RateLimit{Limit: "x y"}},
		"remaining": {"X-Rate-Limit-Remaining", taskrouter.RateLimit{Remaining: "x y"}},
		"config":    {"X-Rate-Limit-Config", taskrouter.RateLimit{Config: "x y"}},
	} {
		t.Run(name, func(t *testing.T) {
			client := offline(t, inMemory(answer(200, "{}", test.header, "x y")))
			require.NoError(t, retryGet(t.Context(), client))
			limit, ok := client.RateLimit("getTask")
			assert.True(t, ok)
			assert.False(t, limit.At.IsZero())
			limit.At = time.Time{}
			assert.Equal(t, test.want, limit)
		})
	}
}

// That of a 429 is the one worth knowing.
func TestTheRateLimitOfEveryAttemptCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := retryClient(t, taskrouter.RetryPolicy{}, inMemory(inTurn(
			answer(200, "{}", limitHeaders("3", "1", "c")...), answer(429, "{}", limitHeaders("3", "0", "c")...), answer(200, "{}"),
		)))
		require.NoError(t, retryGet(t.Context(), client))
		require.NoError(t, retryGet(t.Context(), client))
		limit, ok := client.RateLimit("getTask")
		assert.True(t, ok)
		assert.Equal(t, "0", limit.Remaining)
	})
}

func TestTheRateLimitOutlivesAFailureOnTheWay(t *testing.T) {
	fails := false
	client := offline(t, func(r *http.Request) (*http.Response, error) {
		if fails {
			return nil, io.ErrUnexpectedEOF
		}
		return inMemory(answer(200, "{}", limitHeaders("3", "1", "c")...))(r)
	})
	require.NoError(t, retryGet(t.Context(), client))
	fails = true
	require.Error(t, retryGet(t.Context(), client))
	limit, ok := client.RateLimit("getTask")
	assert.True(t, ok)
	assert.Equal(t, "1", limit.Remaining)
}

func TestAClientThatIsNoneHasNoRateLimit(t *testing.T) {
	for name, client := range map[string]*taskrouter.Client{"nil": nil, "zero": {}} {
		t.Run(name, func(t *testing.T) {
			limit, ok := client.RateLimit("getTask")
			assert.False(t, ok)
			assert.Zero(t, limit)
		})
	}
}

// The race detector watches.
func TestRateLimitsAreReadAndWrittenByManyAtOnce(t *testing.T) {
	client := offline(t, inMemory(answer(200, suitsAll, limitHeaders("3", "1", "c")...)))
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for _, m := range methodsOf(client) {
				_, err := m.call(t.Context(), m.arguments())
				assert.NoError(t, err)
			}
		})
		group.Go(func() {
			for range 200 {
				for _, id := range []string{"getTask", "listTasks", "createWorker"} {
					if limit, ok := client.RateLimit(id); ok {
						assert.Equal(t, "3", limit.Limit)
					}
				}
			}
		})
	}
	group.Wait()
}

func TestALimiterIsAskedBeforeEachAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var events []string
		limiter := limitFunc(func(ctx context.Context) error {
			operation, ok := taskrouter.OperationOf(ctx)
			assert.True(t, ok)
			events = append(events, fmt.Sprintf("ask for %s %s %s, attempt %d", operation.ID, operation.Method, operation.Path, operation.Attempt))
			return nil
		})
		service := inMemory(inTurn(answer(429, ""), answer(503, ""), answer(200, "{}"), answer(200, "{}"), pageOfTasks(tasksPath+"?Page=1", "WT1"), pageOfTasks("", "WT2")))
		client := retryClient(t, taskrouter.RetryPolicy{}, func(r *http.Request) (*http.Response, error) {
			events = append(events, "send "+r.URL.Path)
			return service(r)
		}, taskrouter.WithLimiter(limiter))
		require.NoError(t, retryGet(t.Context(), client))
		_, err := client.Tasks("WS1").Cancel(t.Context(), "WT1", "why")
		require.NoError(t, err)
		_, err = sidsOf(t, client.Tasks("WS1").List(t.Context(), taskrouter.ListTasksParams{}))
		require.NoError(t, err)

		const task, list = "/v1/Workspaces/{WorkspaceSid}/Tasks/{TaskSid}", "/v1/Workspaces/{WorkspaceSid}/Tasks"
		assert.Equal(t, []string{
			"ask for getTask GET " + task + ", attempt 1", "send /base" + taskPath,
			"ask for getTask GET " + task + ", attempt 2", "send /base" + taskPath,
			"ask for getTask GET " + task + ", attempt 3", "send /base" + taskPath,
			"ask for updateTask POST " + task + ", attempt 1", "send /base" + taskPath,
			"ask for listTasks GET " + list + ", attempt 1", "send /base" + tasksPath,
			"ask for listTasks GET " + list + ", attempt 1", "send /base" + tasksPath,
		}, events)
	})
}

// These are what the service limits by; see the comment of Uses.
func TestALimiterLearnsWhichParametersARequestUses(t *testing.T) {
	const all, expensive = "EvaluateTaskAttributes TargetWorkersExpression EvaluateWorkerAttributes", "x == 'PRIVATE' AND y > 1"
	one := func(_ any, err error) error { return err }
	tests := map[string]struct {
		call func(context.Context, *taskrouter.Client) error
		uses string
	}{
		"tasks by attributes": {func(ctx context.Context, c *taskrouter.Client) error {
			return one(c.Tasks("WS1").Page(ctx, taskrouter.ListTasksParams{EvaluateTaskAttributes: new(expensive)}))
		}, "EvaluateTaskAttributes"},
		"tasks by nothing": {func(ctx context.Context, c *taskrouter.Client) error {
			return one(c.Tasks("WS1").Page(ctx, taskrouter.ListTasksParams{}))
		}, ""},
		"tasks by something else": {func(ctx context.Context, c *taskrouter.Client) error {
			return one(c.Tasks("WS1").Page(ctx, taskrouter.ListTasksParams{WorkflowName: new("EvaluateTaskAttributes=1&")}))
		}, ""},
		"an empty expression, which is sent": {func(ctx context.Context, c *taskrouter.Client) error {
			return one(c.Tasks("WS1").Page(ctx, taskrouter.ListTasksParams{EvaluateTaskAttributes: new("")}))
		}, "EvaluateTaskAttributes"},
		"workers by expression": {func(ctx context.Context, c *taskrouter.Client) error {
			return one(c.Workers("WS1").Page(ctx, taskrouter.ListWorkersParams{TargetWorkersExpression: new(expensive)}))
		}, "TargetWorkersExpression"},
		"task queues by worker": {func(ctx context.Context, c *taskrouter.Client) error {
			return one(c.TaskQueues("WS1").Page(ctx, taskrouter.ListTaskQueuesParams{EvaluateWorkerAttributes: new(expensive)}))
		}, "EvaluateWorkerAttributes"},
		"one that the package does not know": {func(ctx context.Context, c *taskrouter.Client) error {
			return retryGet(ctx, c, taskrouter.WithParam("TargetWorkersExpression", "x"))
		}, "TargetWorkersExpression"},
		"one in a form, which is none of the query": {func(ctx context.Context, c *taskrouter.Client) error {
			return one(c.Tasks("WS1").Cancel(ctx, "WT1", "why", taskrouter.WithParam("TargetWorkersExpression", "x")))
		}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			asked := 0
			client := offline(t, inMemory(answer(200, suitsAll)), taskrouter.WithLimiter(limitFunc(func(ctx context.Context) error {
				asked++
				operation, ok := taskrouter.OperationOf(ctx)
				assert.True(t, ok)
				for _, parameter := range []string{"EvaluateTaskAttributes", "TargetWorkersExpression", "EvaluateWorkerAttributes"} {
					assert.Equal(t, parameter == test.uses, operation.Uses(parameter), parameter)
				}
				assert.False(t, operation.Uses(""))
				assert.False(t, operation.Uses(all))
				return nil
			})))
			require.NoError(t, test.call(t.Context(), client))
			assert.Equal(t, 1, asked)
		})
	}
	t.Run("the pages after the first", func(t *testing.T) {
		for link, uses := range map[string]bool{"?EvaluateTaskAttributes=x&Page=1": true, "?Page=1": false, "?EvaluateTaskAttributes=x&a=%zz": false} {
			var used []bool
			client := offline(t, inMemory(inTurn(pageOfTasks(tasksPath+link), pageOfTasks(""))), taskrouter.WithLimiter(limitFunc(func(ctx context.Context) error {
				operation, _ := taskrouter.OperationOf(ctx)
				used = append(used, operation.Uses("EvaluateTaskAttributes"))
				return nil
			})))
			_, err := sidsOf(t, client.Tasks("WS1").List(t.Context(), taskrouter.ListTasksParams{EvaluateTaskAttributes: new("x")}))
			require.NoError(t, err)
			assert.Equal(t, []bool{true, uses}, used, link)
		}
	})
	t.Run("an operation that is none uses nothing", func(t *testing.T) {
		assert.False(t, taskrouter.Operation{}.Uses("EvaluateTaskAttributes"))
	})
}

func TestTheTimeThatALimiterTakesIsNotThatOfAnAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := offline(t, func(r *http.Request) (*http.Response, error) {
			<-time.After(900 * time.Millisecond)
			return inMemory(answer(200, "{}"))(r)
		}, taskrouter.WithAttemptTimeout(time.Second), taskrouter.WithLimiter(limitFunc(func(context.Context) error {
			<-time.After(time.Hour)
			return nil
		})))
		start := time.Now()
		require.NoError(t, retryGet(t.Context(), client))
		assert.Equal(t, time.Hour+900*time.Millisecond, time.Since(start))
	})
}

func TestALimiterIsGivenTheContextOfTheCall(t *testing.T) {
	type key struct{}
	synctest.Test(t, func(t *testing.T) {
		client := retryClient(t, taskrouter.RetryPolicy{}, retryFails(io.EOF), taskrouter.WithLimiter(limitFunc(func(ctx context.Context) error {
			assert.Equal(t, "of the caller", ctx.Value(key{}))
			deadline, ok := ctx.Deadline()
			assert.True(t, ok)
			assert.Equal(t, time.Minute, time.Until(deadline))
			<-ctx.Done()
			return fmt.Errorf("too many: %w", ctx.Err())
		})))
		start := time.Now()
		err := retryGet(context.WithValue(t.Context(), key{}, "of the caller"), client, taskrouter.WithTimeout(time.Minute))
		assert.Equal(t, time.Minute, time.Since(start))
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assertAbout(t, nil, err)
	})
}

func TestALimiterThatRefusesEndsTheCall(t *testing.T) {
	refusal := errors.New("the day's quota is spent")
	for method, call := range retryCalls {
		for refused := 1; refused <= 2; refused++ {
			t.Run(fmt.Sprintf("%s, attempt %d", method, refused), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					asked, sent := 0, 0
					limiter := limitFunc(func(context.Context) error {
						if asked++; asked == refused {
							return refusal
						}
						return nil
					})
					client := retryClient(t, taskrouter.RetryPolicy{RepeatUnsafe: true}, func(r *http.Request) (*http.Response, error) {
						sent++
						return inMemory(answer(503, ""))(r)
					}, taskrouter.WithLimiter(limiter))
					err := call(t.Context(), client)
					assert.ErrorIs(t, err, refusal)
					assert.ErrorContains(t, err, "wait for the rate limiter: the day's quota is spent")
					assert.ErrorContains(t, err, "taskrouter: ")
					assert.ErrorContains(t, err, ": "+method+" "+taskPath+": ")
					assertAbout(t, nil, err)
					assert.Equal(t, refused, asked)
					assert.Equal(t, refused-1, sent)
				})
			})
		}
	}
}

func TestALimiterThatIsNilIsAnError(t *testing.T) {
	_, err := taskrouter.NewClient(taskrouter.WithAuthToken(account, secretToken), taskrouter.WithLimiter(nil))
	assert.EqualError(t, err, "taskrouter: new client: WithLimiter: the limiter is nil")
}

func TestTheLastOfTwoLimitersIsAsked(t *testing.T) {
	asked := ""
	by := func(name string) taskrouter.Option {
		return taskrouter.WithLimiter(limitFunc(func(context.Context) error { asked += name; return nil }))
	}
	require.NoError(t, retryGet(t.Context(), offline(t, inMemory(answer(200, "{}")), by("first"), by("last"))))
	assert.Equal(t, "last", asked)
}
