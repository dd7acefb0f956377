package taskrouter_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// retryClient returns a client without a network, whose calls are repeated.
func retryClient(t testing.TB, policy taskrouter.RetryPolicy, f transport, options ...taskrouter.Option) *taskrouter.Client {
	t.Helper()
	return offline(t, f, append([]taskrouter.Option{taskrouter.WithRetry(policy)}, options...)...)
}

// retryTimes notes when each attempt begins. With attempts that take no time,
// what lies between are the waits.
type retryTimes []time.Time

func (times *retryTimes) of(f transport) transport {
	return func(r *http.Request) (*http.Response, error) {
		*times = append(*times, time.Now())
		return f(r)
	}
}

func (times *retryTimes) waits() (waits []time.Duration) {
	for i := 1; i < len(*times); i++ {
		waits = append(waits, (*times)[i].Sub((*times)[i-1]))
	}
	return waits
}

// retryFails is a transport that reaches nobody.
func retryFails(err error) transport {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// retryHangs is a transport that waits until it is told to stop.
func retryHangs(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// retryGet makes the usual call.
func retryGet(ctx context.Context, client *taskrouter.Client, options ...taskrouter.CallOption) error {
	_, err := client.Tasks("WS1").Get(ctx, "WT1", options...)
	return err
}

// retryCalls are a call by each HTTP method.
var retryCalls = map[string]func(context.Context, *taskrouter.Client, ...taskrouter.CallOption) error{
	http.MethodGet: retryGet,
	http.MethodPost: func(ctx context.Context, client *taskrouter.Client, options ...taskrouter.CallOption) error {
		_, err := client.Tasks("WS1").Cancel(ctx, "WT1", "why", options...)
		return err
	},
	http.MethodDelete: func(ctx context.Context, client *taskrouter.Client, options ...taskrouter.CallOption) error {
		return client.Tasks("WS1").Delete(ctx, "WT1", options...)
	},
}

// Who failed together does not come back together.
func TestTheWaitBeforeAnAttemptIsARandomPartOfATimeThatDoubles(t *testing.T) {
	const ms = time.Millisecond
	tests := map[string]struct {
		policy taskrouter.RetryPolicy
		bounds []time.Duration
	}{
		"unless set":                     {taskrouter.RetryPolicy{}, []time.Duration{500 * ms, 1000 * ms, 2000 * ms}},
		"up to 8 seconds unless set":     {taskrouter.RetryPolicy{MaxAttempts: 8}, []time.Duration{500 * ms, 1000 * ms, 2000 * ms, 4000 * ms, 8000 * ms, 8000 * ms, 8000 * ms}},
		"between the bounds that are":    {taskrouter.RetryPolicy{MinDelay: 10 * ms, MaxDelay: 25 * ms}, []time.Duration{10 * ms, 20 * ms, 25 * ms}},
		"from a small minimum":           {taskrouter.RetryPolicy{MinDelay: 10 * ms}, []time.Duration{10 * ms, 20 * ms, 40 * ms}},
		"from a minimum above 8 seconds": {taskrouter.RetryPolicy{MinDelay: time.Minute}, []time.Duration{time.Minute, time.Minute, time.Minute}},
		"to a maximum below a half":      {taskrouter.RetryPolicy{MaxDelay: 100 * ms}, []time.Duration{100 * ms, 100 * ms, 100 * ms}},
		"to a maximum above it":          {taskrouter.RetryPolicy{MaxDelay: 800 * ms}, []time.Duration{500 * ms, 800 * ms, 800 * ms}},
		"between bounds that are alike":  {taskrouter.RetryPolicy{MinDelay: time.Hour, MaxDelay: time.Hour, MaxAttempts: 2}, []time.Duration{time.Hour}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				shortest, longest := make([]time.Duration, len(test.bounds)), make([]time.Duration, len(test.bounds))
				for i := range shortest {
					shortest[i] = math.MaxInt64
				}
				for range 300 { // of which none is in an edge of a tenth once in 10^13 times
					var times retryTimes
					client := retryClient(t, test.policy, times.of(inMemory(answer(503, "{}"))))
					assertAbout(t, taskrouter.ErrServer, retryGet(t.Context(), client))
					require.Len(t, times.waits(), len(test.bounds))
					for i, wait := range times.waits() {
						shortest[i], longest[i] = min(shortest[i], wait), max(longest[i], wait)
					}
				}
				for i, bound := range test.bounds {
					assert.LessOrEqual(t, shortest[i], bound/10)
					assert.LessOrEqual(t, longest[i], bound)
					assert.GreaterOrEqual(t, longest[i], bound/10*9)
				}
			})
		})
	}
}

// In the bubble it is midnight of the first of January 2000.
func TestAnAttemptIsNotEarlierThanTheAnswerBeforeAskedFor(t *testing.T) {
	tests := map[string]struct {
		header string
		least  time.Duration
	}{
		"seconds":                    {"7", 7 * time.Second},
		"as many as are granted":     {"60", time.Minute},
		"a date":                     {"Sat, 01 Jan 2000 00:00:30 GMT", 30 * time.Second},
		"an old form of a date":      {"Saturday, 01-Jan-00 00:01:00 GMT", time.Minute},
		"a date that is over":        {"Fri, 31 Dec 1999 23:59:59 GMT", 0},
		"no time":                    {"0", 0},
		"less than none":             {"-7", 0},
		"a fraction, which is none":  {"1.5", 0},
		"a word":                     {"soon", 0},
		"another form of a date":     {"2000-01-01T00:00:30Z", 0},
		"nothing at all, which none": {"", 0},
	}
	for name, test := range tests {
		for _, status := range []int{429, 503} {
			t.Run(fmt.Sprintf("%s, %d", name, status), func(t *testing.T) {
				shortest, longest := time.Duration(math.MaxInt64), time.Duration(0)
				for range 100 {
					synctest.Test(t, func(t *testing.T) {
						var times retryTimes
						client := retryClient(t, taskrouter.RetryPolicy{}, times.of(inMemory(inTurn(
							answer(status, "{}", "Retry-After", test.header), answer(200, "{}"),
						))))
						require.NoError(t, retryGet(t.Context(), client))
						require.Len(t, times, 2)
						shortest, longest = min(shortest, times.waits()[0]), max(longest, times.waits()[0])
					})
				}
				assert.GreaterOrEqual(t, shortest, test.least)
				assert.LessOrEqual(t, shortest, test.least+100*time.Millisecond)
				assert.LessOrEqual(t, longest, test.least+500*time.Millisecond)
				assert.GreaterOrEqual(t, longest, test.least+400*time.Millisecond, "what is random comes on top")
			})
		}
	}
}

// Otherwise a service that always says 0 would be asked again without a pause.
func TestWhatAnAnswerAsksForDoesNotStartTheDelaysOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var longest time.Duration
		for range 100 {
			var times retryTimes
			client := retryClient(t, taskrouter.RetryPolicy{}, times.of(inMemory(answer(429, "{}", "Retry-After", "0"))))
			assertAbout(t, taskrouter.ErrRateLimited, retryGet(t.Context(), client))
			longest = max(longest, times.waits()[2])
		}
		assert.Greater(t, longest, 1500*time.Millisecond)
	})
}

func TestACallThatIsAskedToWaitForTooLongFailsAtOnce(t *testing.T) {
	tests := map[string]struct {
		policy taskrouter.RetryPolicy
		header string
		want   time.Duration
	}{
		"more than a minute":          {taskrouter.RetryPolicy{}, "61", 61 * time.Second},
		"till a date after it":        {taskrouter.RetryPolicy{}, "Sat, 01 Jan 2000 00:01:01 GMT", 61 * time.Second},
		"more than is granted":        {taskrouter.RetryPolicy{MaxRetryAfter: 2 * time.Second}, "3", 3 * time.Second},
		"any time, if none is":        {taskrouter.RetryPolicy{MaxRetryAfter: 1}, "1", time.Second},
		"longer than any number tell": {taskrouter.RetryPolicy{MaxRetryAfter: time.Hour}, "99999999999999999999", 9223372036 * time.Second},
	}
	for name, test := range tests {
		for method, call := range retryCalls {
			t.Run(name+", "+method, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var times retryTimes
					client := retryClient(t, test.policy, times.of(inMemory(answer(429, "{}", "Retry-After", test.header))))
					start := time.Now()
					err := call(t.Context(), client)
					assert.Zero(t, time.Since(start))
					assert.Len(t, times, 1)
					assertAbout(t, taskrouter.ErrRateLimited, err)
					assert.Equal(t, test.want, answerError(t, err).RetryAfter)
					assert.NoError(t, answerError(t, err).Err)
				})
			})
		}
	}
	t.Run("and does not, if more is granted", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			client := retryClient(t, taskrouter.RetryPolicy{MaxRetryAfter: time.Hour}, inMemory(inTurn(answer(429, "{}", "Retry-After", "3600"), answer(200, "{}"))))
			start := time.Now()
			require.NoError(t, retryGet(t.Context(), client))
			assert.GreaterOrEqual(t, time.Since(start), time.Hour)
		})
	})
}

func TestAWaitForTheNextAttemptEndsWithTheContext(t *testing.T) {
	unplugged := errors.New("the cable is cut")
	canceled := func(ctx context.Context) (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancel(ctx)
		time.AfterFunc(3*time.Second, cancel)
		return ctx, cancel
	}
	deadline := func(ctx context.Context) (context.Context, context.CancelFunc) {
		return context.WithTimeout(ctx, 3*time.Second)
	}
	// Such a delay is shorter than those times once in 10^10 times.
	policy := taskrouter.RetryPolicy{MinDelay: 1e6 * time.Hour, MaxDelay: 1e6 * time.Hour}
	tests := map[string]struct {
		context func(context.Context) (context.Context, context.CancelFunc)
		options []taskrouter.CallOption
		after   time.Duration
		want    error
	}{
		"canceled, when it is":                   {canceled, nil, 3 * time.Second, context.Canceled},
		"a deadline too early, at once":          {deadline, nil, 0, context.DeadlineExceeded},
		"a timeout too short, at once":           {context.WithCancel, []taskrouter.CallOption{taskrouter.WithTimeout(time.Minute)}, 0, context.DeadlineExceeded},
		"canceled before a deadline beyond all":  {canceled, []taskrouter.CallOption{taskrouter.WithTimeout(2e6 * time.Hour)}, 3 * time.Second, context.Canceled},
		"a timeout before a deadline, and early": {deadline, []taskrouter.CallOption{taskrouter.WithTimeout(time.Second)}, 0, context.DeadlineExceeded},
	}
	for name, test := range tests {
		t.Run(name+", after an answer", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var times retryTimes
				client := retryClient(t, policy, times.of(inMemory(answer(429, `{"code":20429,"message":"Too many requests"}`, "Retry-After", "30"))))
				ctx, cancel := test.context(t.Context())
				defer cancel()
				var response taskrouter.Response
				start := time.Now()
				err := retryGet(ctx, client, append(test.options, taskrouter.WithResponseInto(&response))...)
				assert.Equal(t, test.after, time.Since(start))
				assert.Len(t, times, 1)
				assert.ErrorIs(t, err, test.want)
				assertAbout(t, taskrouter.ErrRateLimited, err)
				failure := answerError(t, err)
				assert.Equal(t, []int{429, 20429, 1}, []int{failure.StatusCode, failure.Code, failure.Attempts})
				assert.Equal(t, 30*time.Second, failure.RetryAfter)
				assert.Regexp(t, `^taskrouter: getTask: 429 Too Many Requests: Too many requests: wait \S+ for the next attempt: `+test.want.Error()+` \(code 20429\), retry after 30s \[RQ1\]$`, err.Error())
				assert.Equal(t, []int{429, 1}, []int{response.StatusCode, response.Attempts})
			})
		})
		t.Run(name+", after a failure on the way", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var times retryTimes
				client := retryClient(t, policy, times.of(retryFails(unplugged)))
				ctx, cancel := test.context(t.Context())
				defer cancel()
				start := time.Now()
				err := retryGet(ctx, client, test.options...)
				assert.Equal(t, test.after, time.Since(start))
				assert.Len(t, times, 1)
				assert.ErrorIs(t, err, test.want)
				assert.ErrorIs(t, err, unplugged)
				assertAbout(t, nil, err)
				assert.Regexp(t, `^taskrouter: getTask: GET /v1/Workspaces/WS1/Tasks/WT1: wait \S+ for the next attempt: `+test.want.Error()+`, after: the cable is cut$`, err.Error())
			})
		})
	}
}

// The success of a body that breaks off, too, is no success when time is up.
func TestAWaitAfterABrokenBodyEndsWithBothReasons(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		policy := taskrouter.RetryPolicy{MinDelay: 1e6 * time.Hour}
		client := retryClient(t, policy, retryBrokenBody(200))
		err := retryGet(t.Context(), client, taskrouter.WithTimeout(time.Second))
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
		assert.Equal(t, 200, answerError(t, err).StatusCode)
		assertAbout(t, nil, err)
	})
}

// retryBrokenBody answers with a body that breaks off.
func retryBrokenBody(status int) transport {
	return func(*http.Request) (*http.Response, error) {
		body := io.MultiReader(strings.NewReader(`{"sid":`), iotest.ErrReader(io.ErrUnexpectedEOF))
		return &http.Response{StatusCode: status, ContentLength: -1, Body: io.NopCloser(body), Header: http.Header{}}, nil
	}
}

func TestADeadlineAfterTheWaitIsNoneForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := retryClient(t, taskrouter.RetryPolicy{}, inMemory(inTurn(answer(429, "{}", "Retry-After", "5"), answer(200, "{}"))))
		start := time.Now()
		require.NoError(t, retryGet(t.Context(), client, taskrouter.WithTimeout(5501*time.Millisecond)))
		assert.GreaterOrEqual(t, time.Since(start), 5*time.Second)
	})
}

func TestATimeoutBoundsACallWithItsAttemptsAndItsWaits(t *testing.T) {
	slow := func(took time.Duration) transport {
		return func(r *http.Request) (*http.Response, error) {
			select {
			case <-time.After(took):
				return inMemory(answer(503, "{}"))(r)
			case <-r.Context().Done():
				return nil, r.Context().Err()
			}
		}
	}
	const bound = 10 * time.Second
	tests := map[string]struct {
		took time.Duration // by an attempt
		ends time.Duration // the earliest
	}{
		"in a wait, which is not begun":   {0, bound - 8*time.Second},
		"in either":                       {time.Second, bound - 8*time.Second},
		"in an attempt, which is stopped": {bound + 1, bound},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for range 50 {
				synctest.Test(t, func(t *testing.T) {
					client := retryClient(t, taskrouter.RetryPolicy{MaxAttempts: 90}, slow(test.took))
					start := time.Now()
					err := retryGet(t.Context(), client, taskrouter.WithTimeout(bound))
					assert.LessOrEqual(t, time.Since(start), bound)
					assert.GreaterOrEqual(t, time.Since(start), test.ends)
					assert.ErrorIs(t, err, context.DeadlineExceeded)
				})
			}
		})
	}
}

func TestWhatIsRepeated(t *testing.T) {
	const all, idempotent, none = "DELETE GET POST", "DELETE GET", ""
	refused := &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	tests := map[string]struct {
		first transport
		safe  string // what is repeated
		also  string // what is repeated with RepeatUnsafe
	}{
		"429":                        {inMemory(answer(429, "{}")), all, all},
		"500":                        {inMemory(answer(500, "{}")), idempotent, all},
		"502":                        {inMemory(answer(502, "<html>")), idempotent, all},
		"503":                        {inMemory(answer(503, "")), idempotent, all},
		"504":                        {inMemory(answer(504, "{}")), idempotent, all},
		"599":                        {inMemory(answer(599, "{}")), idempotent, all},
		"501, which will never pass": {inMemory(answer(501, "{}")), none, none},
		"301":                        {inMemory(answer(301, "{}")), none, none},
		"400":                        {inMemory(answer(400, "{}")), none, none},
		"401":                        {inMemory(answer(401, "{}")), none, none},
		"403":                        {inMemory(answer(403, "{}")), none, none},
		"404":                        {inMemory(answer(404, "{}")), none, none},
		"408":                        {inMemory(answer(408, "{}")), none, none},
		"409":                        {inMemory(answer(409, "{}")), none, none},
		"412":                        {inMemory(answer(412, "{}")), none, none},
		"428":                        {inMemory(answer(428, "{}")), none, none},
		"499":                        {inMemory(answer(499, "{}")), none, none},
		"no JSON":                    {inMemory(answer(200, "<html>")), none, none},
		"a failure on the way":       {retryFails(io.ErrUnexpectedEOF), idempotent, all},
		"one of unknown progress":    {retryFails(refused), idempotent, all}, // this transport is not net/http's
		"a body that breaks off":     {retryBrokenBody(200), "GET", "GET POST"},
		"one of a failure":           {retryBrokenBody(404), none, none},
		"one of 503":                 {retryBrokenBody(503), idempotent, all},
	}
	for name, test := range tests {
		for policy, repeated := range map[taskrouter.RetryPolicy]string{{}: test.safe, {RepeatUnsafe: true}: test.also} {
			for method, call := range retryCalls {
				t.Run(fmt.Sprintf("%s, %s, unsafe %t", name, method, policy.RepeatUnsafe), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						attempts := 0
						client := retryClient(t, policy, func(r *http.Request) (*http.Response, error) {
							if attempts++; attempts == 1 {
								return test.first(r)
							}
							return inMemory(answer(200, "{}"))(r)
						})
						var response taskrouter.Response
						err := call(t.Context(), client, taskrouter.WithResponseInto(&response))
						want := 1
						if strings.Contains(repeated, method) {
							want = 2
							assert.NoError(t, err)
							assert.Equal(t, 200, response.StatusCode)
						}
						assert.Equal(t, want, attempts)
						assert.Equal(t, want, response.Attempts)
					})
				})
			}
		}
	}
}

func TestADeletionThatFindsNothingHasSucceededIfItMayHaveBeenCarriedOutBefore(t *testing.T) {
	gone := answer(404, `{"code":20404}`)
	tests := map[string]struct {
		answers []transport
		deleted bool
	}{
		"at first":                      {[]transport{inMemory(gone)}, false},
		"after 503":                     {[]transport{inMemory(answer(503, "")), inMemory(gone)}, true},
		"after a failure on the way":    {[]transport{retryFails(io.EOF), inMemory(gone)}, true},
		"after 429, which did nothing":  {[]transport{inMemory(answer(429, "")), inMemory(gone)}, false},
		"after 503 and then 429":        {[]transport{inMemory(answer(503, "")), inMemory(answer(429, "")), inMemory(gone)}, true},
		"after two that did nothing":    {[]transport{inMemory(answer(429, "")), inMemory(answer(429, "")), inMemory(gone)}, false},
		"410 is another thing than 404": {[]transport{inMemory(answer(503, "")), inMemory(answer(410, ""))}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				left := test.answers
				client := retryClient(t, taskrouter.RetryPolicy{}, func(r *http.Request) (*http.Response, error) {
					next := left[0]
					left = left[1:]
					return next(r)
				})
				var response taskrouter.Response
				err := client.Tasks("WS1").Delete(t.Context(), "WT1", taskrouter.WithResponseInto(&response))
				assert.Equal(t, test.deleted, err == nil, "%v", err)
				assert.Equal(t, len(test.answers), response.Attempts)
				assert.Empty(t, left)
			})
		})
	}
	t.Run("a GET that finds nothing has not", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			client := retryClient(t, taskrouter.RetryPolicy{}, inMemory(inTurn(answer(503, ""), gone)))
			assertAbout(t, taskrouter.ErrNotFound, retryGet(t.Context(), client))
		})
	})
}

func TestACallMayHaveAPolicyOfItsOwn(t *testing.T) {
	tests := map[string]struct {
		client   taskrouter.RetryPolicy
		call     []taskrouter.RetryPolicy
		attempts int
	}{
		"none":                             {taskrouter.RetryPolicy{MaxAttempts: 3}, nil, 3},
		"more attempts":                    {taskrouter.RetryPolicy{MaxAttempts: 3}, []taskrouter.RetryPolicy{{MaxAttempts: 5}}, 5},
		"no second one":                    {taskrouter.RetryPolicy{}, []taskrouter.RetryPolicy{{MaxAttempts: 1}}, 1},
		"although the client's have none":  {taskrouter.RetryPolicy{MaxAttempts: 1}, []taskrouter.RetryPolicy{{MaxAttempts: 2}}, 2},
		"the defaults, not the client's":   {taskrouter.RetryPolicy{MaxAttempts: 9}, []taskrouter.RetryPolicy{{}}, 4},
		"the last of two":                  {taskrouter.RetryPolicy{}, []taskrouter.RetryPolicy{{MaxAttempts: 7}, {MaxAttempts: 2}}, 2},
		"another field, and default these": {taskrouter.RetryPolicy{MaxAttempts: 9}, []taskrouter.RetryPolicy{{MaxDelay: time.Second}}, 4},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var times retryTimes
				client := retryClient(t, test.client, times.of(inMemory(answer(503, "{}"))))
				var options []taskrouter.CallOption
				for _, policy := range test.call {
					options = append(options, taskrouter.WithCallRetry(policy))
				}
				err := retryGet(t.Context(), client, options...)
				assert.Equal(t, test.attempts, answerError(t, err).Attempts)
				assert.Len(t, times, test.attempts)

				times = nil
				assertAbout(t, taskrouter.ErrServer, retryGet(t.Context(), client, taskrouter.WithCallRetry(taskrouter.RetryPolicy{MaxAttempts: 1})))
				assert.Len(t, times, 1, "a policy of a call is that of no other")
			})
		})
	}
	t.Run("which is that of every page of a list", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			client := retryClient(t, taskrouter.RetryPolicy{MaxAttempts: 1}, inMemory(inTurn(
				answer(503, ""), pageOfTasks(tasksPath+"?Page=1", "WT1"), answer(503, ""), pageOfTasks("", "WT2"),
			)))
			list := client.Tasks("WS1").List(t.Context(), taskrouter.ListTasksParams{}, taskrouter.WithCallRetry(taskrouter.RetryPolicy{MaxAttempts: 2}))
			sids, err := sidsOf(t, list)
			require.NoError(t, err)
			assert.Equal(t, []string{"WT1", "WT2"}, sids)
		})
	})
}

func TestAPolicyThatCannotBeMeantIsRefused(t *testing.T) {
	tests := map[string]struct {
		policy taskrouter.RetryPolicy
		text   string
	}{
		"attempts below none":            {taskrouter.RetryPolicy{MaxAttempts: -1}, ": {MaxAttempts:-1 MinDelay:0s MaxDelay:0s MaxRetryAfter:0s RepeatUnsafe:false} has a negative field"},
		"a minimum below none":           {taskrouter.RetryPolicy{MinDelay: -1}, ": {MaxAttempts:0 MinDelay:-1ns MaxDelay:0s MaxRetryAfter:0s RepeatUnsafe:false} has a negative field"},
		"a maximum below none":           {taskrouter.RetryPolicy{MaxDelay: -time.Second}, ": {MaxAttempts:0 MinDelay:0s MaxDelay:-1s MaxRetryAfter:0s RepeatUnsafe:false} has a negative field"},
		"a Retry-After below none":       {taskrouter.RetryPolicy{MaxRetryAfter: -1}, ": {MaxAttempts:0 MinDelay:0s MaxDelay:0s MaxRetryAfter:-1ns RepeatUnsafe:false} has a negative field"},
		"a minimum beyond the maximum":   {taskrouter.RetryPolicy{MinDelay: 2 * time.Second, MaxDelay: time.Second}, ": MinDelay 2s is more than MaxDelay 1s"},
		"a minimum a bit beyond as well": {taskrouter.RetryPolicy{MinDelay: time.Second + 1, MaxDelay: time.Second}, ": MinDelay 1.000000001s is more than MaxDelay 1s"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			client, err := taskrouter.NewClient(taskrouter.WithAuthToken(account, secretToken), taskrouter.WithRetry(test.policy))
			assert.Nil(t, client)
			assert.EqualError(t, err, "taskrouter: new client: WithRetry"+test.text)

			client = offline(t, func(*http.Request) (*http.Response, error) {
				t.Error("something was sent")
				return nil, io.EOF
			})
			err = retryGet(t.Context(), client, taskrouter.WithCallRetry(test.policy))
			assertAbout(t, taskrouter.ErrInvalidArgument, err)
			assert.EqualError(t, err, "taskrouter: getTask: invalid argument: WithCallRetry"+test.text)
		})
	}
}

// What another attempt would meet again, or what is not the service's, ends a
// call that would otherwise be repeated.
func TestAFailureThatWillNotPassIsNotRepeated(t *testing.T) {
	const all, withBody = "DELETE GET POST", "GET POST" // the answer of a deletion needs no body
	refusal := errors.New("refused")
	untrusted := &tls.CertificateVerificationError{Err: refusal}
	tests := map[string]struct {
		transport transport
		option    taskrouter.Option
		methods   string
		want      error
		text      string
	}{
		"a certificate that is not trusted": {
			retryFails(fmt.Errorf("dial: %w", untrusted)), taskrouter.WithLogger(nil),
			all, untrusted, "failed to verify certificate: refused",
		},
		"a limiter that refuses": {
			retryFails(io.EOF), taskrouter.WithLimiter(limitFunc(func(context.Context) error { return refusal })),
			all, refusal, "refused",
		},
		"a body that announces too much": {
			inMemory(answer(200, taskOf30Bytes, "Content-Length", "30")), taskrouter.WithMaxResponseBytes(29),
			withBody, taskrouter.ErrInvalidResponse, "the body has 30 bytes, more than the limit of 29",
		},
		"a body that turns out too large": {
			inMemory(answer(200, taskOf30Bytes)), taskrouter.WithMaxResponseBytes(29),
			withBody, taskrouter.ErrInvalidResponse, "the body has more than the limit of 29 bytes",
		},
	}
	for name, test := range tests {
		for method := range strings.FieldsSeq(test.methods) {
			t.Run(name+", "+method, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					client := retryClient(t, taskrouter.RetryPolicy{RepeatUnsafe: true}, test.transport, test.option)
					var response taskrouter.Response
					start := time.Now()
					err := retryCalls[method](t.Context(), client, taskrouter.WithResponseInto(&response))
					assert.Zero(t, time.Since(start))
					assert.LessOrEqual(t, response.Attempts, 1)
					assert.ErrorIs(t, err, test.want)
					assert.ErrorContains(t, err, test.text)
				})
			})
		}
	}
}

func TestAServerThatIsNotTrustedIsAskedOnce(t *testing.T) {
	server := httptest.NewUnstartedServer(answer(200, "{}"))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	connections := 0
	network := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		connections++
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}}
	client := newTestClient(t, taskrouter.WithBaseURL(server.URL), taskrouter.WithHTTPClient(&http.Client{Transport: network}),
		taskrouter.WithRetry(taskrouter.RetryPolicy{RepeatUnsafe: true}))
	for method, call := range retryCalls {
		t.Run(method, func(t *testing.T) {
			connections = 0
			err := call(t.Context(), client)
			var untrusted *tls.CertificateVerificationError
			require.ErrorAs(t, err, &untrusted)
			assert.Equal(t, 1, connections)
		})
	}
}

func TestATransportThatReturnsNothingIsAskedOnce(t *testing.T) {
	for method, call := range retryCalls {
		t.Run(method, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				asked := 0
				client := retryClient(t, taskrouter.RetryPolicy{RepeatUnsafe: true}, func(*http.Request) (*http.Response, error) {
					asked++
					return nil, nil
				})
				err := call(t.Context(), client)
				assert.ErrorContains(t, err, method+" "+taskPath+": the transport returned neither a response nor an error")
				assertAbout(t, nil, err)
				assert.Equal(t, 1, asked)
			})
		})
	}
}

// net/http's own transport always returns one; those of tests may not.
func TestAResponseWithoutABodyHasAnEmptyOne(t *testing.T) {
	client := offline(t, func(*http.Request) (*http.Response, error) { return &http.Response{StatusCode: 200}, nil })
	require.NoError(t, client.Tasks("WS1").Delete(t.Context(), "WT1"))
	err := retryGet(t.Context(), client)
	assertAbout(t, taskrouter.ErrInvalidResponse, err)
	assert.ErrorContains(t, err, "the body is empty")
}

// retryBody is middleware that puts another body in the place of a form.
func retryBody(body func() io.ReadCloser, again func() (io.ReadCloser, error)) taskrouter.Option {
	return taskrouter.WithCallMiddleware(func(next http.RoundTripper) http.RoundTripper {
		return transport(func(r *http.Request) (*http.Response, error) {
			r = r.Clone(r.Context())
			r.Body, r.GetBody, r.ContentLength = body(), again, -1
			return next.RoundTrip(r)
		})
	})
}

func TestABodyThatCanBeReadOnlyOnceIsSentOnce(t *testing.T) {
	stream := func() io.ReadCloser { return io.NopCloser(strings.NewReader("Reason=other")) }
	tests := map[string]struct {
		middleware taskrouter.Option
		attempts   int
		bodies     []string
	}{
		"a stream":                 {retryBody(stream, nil), 1, []string{"Reason=other"}},
		"no stream after all":      {retryBody(func() io.ReadCloser { return http.NoBody }, nil), 2, []string{"", ""}},
		"no body any more":         {retryBody(func() io.ReadCloser { return nil }, nil), 2, []string{"", ""}},
		"a stream that comes back": {retryBody(stream, func() (io.ReadCloser, error) { return stream(), nil }), 2, []string{"Reason=other", "Reason=other"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var bodies []string
				client := retryClient(t, taskrouter.RetryPolicy{MaxAttempts: 2}, func(r *http.Request) (*http.Response, error) {
					text := []byte{}
					if r.Body != nil {
						text, _ = io.ReadAll(r.Body) // it lies in memory
					}
					bodies = append(bodies, string(text))
					return inMemory(answer(429, "{}"))(r)
				}, test.middleware)
				_, err := client.Tasks("WS1").Cancel(t.Context(), "WT1", "why")
				assertAbout(t, taskrouter.ErrRateLimited, err)
				assert.Equal(t, test.attempts, answerError(t, err).Attempts)
				assert.Equal(t, test.bodies, bodies)
			})
		})
	}
	t.Run("a stream that fails to come back", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			gone, again := errors.New("gone"), 0
			client := retryClient(t, taskrouter.RetryPolicy{}, inMemory(answer(429, "{}")), retryBody(stream, func() (io.ReadCloser, error) {
				if again++; again == 2 {
					return nil, gone
				}
				return stream(), nil
			}))
			_, err := client.Tasks("WS1").Cancel(t.Context(), "WT1", "why")
			assert.ErrorIs(t, err, gone)
			assert.EqualError(t, err, "taskrouter: updateTask: POST /v1/Workspaces/WS1/Tasks/WT1: 3 attempts: read the body of the request once more: gone")
			assert.Equal(t, 2, again, "that is not repeated")
		})
	})
}

// What middleware or a transport does to one attempt does not add up.
func TestEveryAttemptSendsTheSameRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newFakeServiceInBubble(t, inTurn(answer(429, "{}"), answer(503, "{}"), answer(200, "{}")))
		client := service.client(t, taskrouter.WithRetry(taskrouter.RetryPolicy{RepeatUnsafe: true}), taskrouter.WithAttemptMiddleware(func(next http.RoundTripper) http.RoundTripper {
			return transport(func(r *http.Request) (*http.Response, error) { // against the rules, but it happens
				r.Header.Add("X-Added", "1")
				r.URL.RawQuery += "&added=1"
				return next.RoundTrip(r)
			})
		}))
		_, err := client.Tasks("WS1").Update(t.Context(), "WT1", taskrouter.UpdateTaskRequest{Reason: new("why"), Attributes: `{"a":1}`},
			taskrouter.WithHeader("X-Trace", "1"), taskrouter.WithIfMatch("v1"), taskrouter.WithParam("New", "n"))
		require.NoError(t, err)
		seen := service.seen()
		require.Len(t, seen, 3)
		for _, request := range seen {
			assert.Equal(t, url.Values{"Reason": {"why"}, "Attributes": {`{"a":1}`}, "New": {"n"}}, request.Form)
			assert.Equal(t, "&added=1", request.Query)
			assert.Equal(t, []string{"1"}, request.Header["X-Added"])
			assert.Equal(t, []string{"1"}, request.Header["X-Trace"])
			assert.Equal(t, []string{"v1"}, request.Header["If-Match"])
			assert.Equal(t, seen[0], request)
		}
	})
}

func TestAttemptsAreCounted(t *testing.T) {
	unplugged := errors.New("the cable is cut")
	for attempts := 1; attempts <= 4; attempts++ {
		t.Run(fmt.Sprintf("%d of them", attempts), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				policy := taskrouter.RetryPolicy{MaxAttempts: attempts}
				var response taskrouter.Response
				into := taskrouter.WithResponseInto(&response)

				answers := []http.HandlerFunc{answer(200, "{}")}
				for range attempts - 1 {
					answers = append([]http.HandlerFunc{answer(503, "{}")}, answers...)
				}
				require.NoError(t, retryGet(t.Context(), retryClient(t, policy, inMemory(inTurn(answers...))), into))
				assert.Equal(t, attempts, response.Attempts)

				err := retryGet(t.Context(), retryClient(t, policy, inMemory(answer(503, ""))), into)
				assert.Equal(t, []int{attempts, attempts}, []int{response.Attempts, answerError(t, err).Attempts})
				text := "taskrouter: getTask: 503 Service Unavailable"
				if attempts > 1 {
					text += fmt.Sprintf(", %d attempts", attempts)
				}
				assert.EqualError(t, err, text+" [RQ1]")

				err = retryGet(t.Context(), retryClient(t, policy, retryFails(unplugged)), into)
				assert.Equal(t, attempts, response.Attempts)
				assert.ErrorIs(t, err, unplugged)
				text = "taskrouter: getTask: GET /v1/Workspaces/WS1/Tasks/WT1: "
				if attempts > 1 {
					text += fmt.Sprintf("%d attempts: ", attempts)
				}
				assert.EqualError(t, err, text+"the cable is cut")
			})
		})
	}
	t.Run("of the last page alone", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var response taskrouter.Response
			client := retryClient(t, taskrouter.RetryPolicy{}, inMemory(inTurn(answer(503, ""), pageOfTasks(tasksPath+"?Page=1", "WT1"), pageOfTasks("", "WT2"))))
			_, err := sidsOf(t, client.Tasks("WS1").List(t.Context(), taskrouter.ListTasksParams{}, taskrouter.WithResponseInto(&response)))
			require.NoError(t, err)
			assert.Equal(t, 1, response.Attempts)
		})
	})
}

func TestAnAttemptHasATimeoutOfItsOwn(t *testing.T) {
	const s = time.Second
	attemptTimeout := taskrouter.WithAttemptTimeout
	own := func(timeout time.Duration) taskrouter.Option {
		return taskrouter.WithHTTPClient(&http.Client{Transport: transport(retryHangs), Timeout: timeout})
	}
	tests := map[string]struct {
		options []taskrouter.Option
		want    time.Duration
	}{
		"half a minute unless set":            {nil, 30 * s},
		"as set":                              {[]taskrouter.Option{attemptTimeout(2 * s)}, 2 * s},
		"the last of two":                     {[]taskrouter.Option{attemptTimeout(5 * s), attemptTimeout(2 * s)}, 2 * s},
		"that of the caller's client":         {[]taskrouter.Option{own(7 * s)}, 7 * s},
		"half a minute if that has none":      {[]taskrouter.Option{own(0)}, 30 * s},
		"as set, before that of the client":   {[]taskrouter.Option{attemptTimeout(2 * s), own(7 * s)}, 2 * s},
		"as set, in whatever order":           {[]taskrouter.Option{own(7 * s), attemptTimeout(9 * s)}, 9 * s},
		"longer than half a minute, likewise": {[]taskrouter.Option{attemptTimeout(time.Hour)}, time.Hour},
	}
	for name, test := range tests {
		for method, call := range retryCalls {
			t.Run(name+", "+method, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					policy := taskrouter.RetryPolicy{MaxAttempts: 3, MinDelay: 1, MaxDelay: 1} // so that waits do not count
					client := retryClient(t, policy, retryHangs, test.options...)
					var response taskrouter.Response
					start := time.Now()
					err := call(t.Context(), client, taskrouter.WithResponseInto(&response))
					attempts := 3
					if method == http.MethodPost {
						attempts = 1 // it may have been carried out
					}
					assert.Equal(t, attempts, response.Attempts)
					assert.InDelta(t, time.Duration(attempts)*test.want, time.Since(start), 2)
					assert.ErrorIs(t, err, context.DeadlineExceeded)
					assertAbout(t, nil, err)
				})
			})
		}
	}
	t.Run("which is positive", func(t *testing.T) {
		for _, timeout := range []time.Duration{0, -1} {
			_, err := taskrouter.NewClient(taskrouter.WithAuthToken(account, secretToken), taskrouter.WithAttemptTimeout(timeout))
			assert.EqualError(t, err, fmt.Sprintf("taskrouter: new client: WithAttemptTimeout: %v is not positive", timeout))
		}
	})
}

// The timeout of an attempt begins anew with each, and covers its body.
func TestAnAttemptThatTookTooLongIsRepeatedIfThatDoesNoHarm(t *testing.T) {
	for phase, slow := range stalls {
		t.Run("GET "+phase, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				service := newFakeServiceInBubble(t, inTurn(slow, slow, answer(200, `{"sid":"WT1"}`)))
				client := service.client(t, taskrouter.WithRetry(taskrouter.RetryPolicy{MinDelay: 1, MaxDelay: 1}), taskrouter.WithAttemptTimeout(5*time.Second))
				start := time.Now()
				task, err := client.Tasks("WS1").Get(t.Context(), "WT1", taskrouter.WithTimeout(time.Minute))
				require.NoError(t, err)
				assert.Equal(t, "WT1", task.SID)
				assert.InDelta(t, 10*time.Second, time.Since(start), 2)
			})
		})
		t.Run("POST "+phase, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				service := newFakeServiceInBubble(t, slow)
				client := service.client(t, taskrouter.WithRetry(taskrouter.RetryPolicy{}), taskrouter.WithAttemptTimeout(5*time.Second))
				start := time.Now()
				_, err := client.Tasks("WS1").Create(t.Context(), taskrouter.CreateTaskRequest{})
				assert.ErrorIs(t, err, context.DeadlineExceeded)
				assert.Equal(t, 5*time.Second, time.Since(start))
				assert.Len(t, service.seen(), 1)
			})
		})
	}
	t.Run("not beyond the timeout of the call", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			client := retryClient(t, taskrouter.RetryPolicy{MinDelay: 1, MaxDelay: 1}, retryHangs, taskrouter.WithAttemptTimeout(5*time.Second))
			var response taskrouter.Response
			start := time.Now()
			err := retryGet(t.Context(), client, taskrouter.WithTimeout(12*time.Second), taskrouter.WithResponseInto(&response))
			assert.Equal(t, 12*time.Second, time.Since(start))
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			assert.Equal(t, 3, response.Attempts)
		})
	})
}

func TestAContextThatHasEndedIsNotRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var times retryTimes
		client := retryClient(t, taskrouter.RetryPolicy{}, times.of(func(r *http.Request) (*http.Response, error) {
			cancel()
			return inMemory(answer(503, "{}"))(r)
		}))
		start := time.Now()
		err := retryGet(ctx, client)
		assertAbout(t, taskrouter.ErrServer, err)
		assert.ErrorIs(t, err, context.Canceled)
		assert.Zero(t, time.Since(start))
		assert.Len(t, times, 1)
	})
}

// That an attempt could not leave says nothing about the one after it.
func TestWhatIsKnownOfAnAttemptIsForgottenWithIt(t *testing.T) {
	t.Run("that it did not leave", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			refused, lost := errors.New("connection refused"), errors.New("lost")
			network := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, refused }}
			attempts := 0
			client := newTestClient(t, taskrouter.WithBaseURL("http://service.test"), taskrouter.WithRetry(taskrouter.RetryPolicy{}),
				taskrouter.WithHTTPClient(&http.Client{Transport: network}),
				middlewareOf(taskrouter.WithAttemptMiddleware, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
					if attempts++; attempts == 1 {
						return next.RoundTrip(r)
					}
					return nil, lost // who knows what it has sent
				}))
			_, err := client.Tasks("WS1").Create(t.Context(), taskrouter.CreateTaskRequest{})
			assert.ErrorIs(t, err, lost)
			assert.Equal(t, 2, attempts)
		})
	})
	t.Run("that it left", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			service := newFakeServiceInBubble(t, inTurn(answer(429, "", "Connection", "close"), answer(201, `{"sid":"WT1"}`)))
			dial, dials := service.transport.DialContext, 0
			service.transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
				if dials++; dials == 2 {
					return nil, errors.New("connection refused")
				}
				return dial(ctx, network, address)
			}
			var response taskrouter.Response
			task, err := service.tasks(t, taskrouter.WithRetry(taskrouter.RetryPolicy{})).Create(t.Context(), taskrouter.CreateTaskRequest{}, taskrouter.WithResponseInto(&response))
			require.NoError(t, err)
			assert.Equal(t, "WT1", task.SID)
			assert.Equal(t, 3, response.Attempts)
		})
	})
	t.Run("that its token was refused", func(t *testing.T) {
		sent := 0
		service := inMemory(inTurn(answer(401, ""), answer(401, ""), answer(200, "{}")))
		client, err := taskrouter.NewClient(
			taskrouter.WithTokenSource(func(context.Context) (string, time.Time, error) { return "token", time.Time{}, nil }),
			taskrouter.WithHTTPClient(&http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
				sent++
				return service(r)
			})}),
			middlewareOf(taskrouter.WithCallMiddleware, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
				if response, err := next.RoundTrip(r); err != nil || response.StatusCode != http.StatusUnauthorized {
					return response, err
				}
				return next.RoundTrip(r)
			}))
		require.NoError(t, err)
		require.NoError(t, retryGet(t.Context(), client))
		assert.Equal(t, 3, sent, "what succeeded is not repeated")
	})
}

// The wait itself, like net/http, would know only one of the two.
func TestAWaitEndsWithTheCauseOfItsContext(t *testing.T) {
	cause := errors.New("shutting down")
	for name, f := range map[string]transport{"after an answer": inMemory(answer(429, "", "Retry-After", "10")), "after none": retryFails(io.EOF)} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := retryClient(t, taskrouter.RetryPolicy{MinDelay: 1e6 * time.Hour}, f)
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(time.Second, func() { cancel(cause) })
				err := retryGet(ctx, client)
				assert.ErrorIs(t, err, context.Canceled)
				assert.ErrorIs(t, err, cause)
			})
		})
	}
}
