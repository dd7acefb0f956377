package taskrouter_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// Answers to one attempt of several. They end the connection, because net/http
// repeats a GET by itself that finds a used one broken, and attempts could not
// be told apart.
var (
	ok           = fault(func(w http.ResponseWriter, sound reply) { sound.serve(w) })
	tooMany      = says(429, "{}", "Connection", "close")
	unavailable  = says(503, "<html>", "Connection", "close")
	notFound     = says(404, `{"code":20404,"message":"gone"}`, "Connection", "close")
	forbidden    = says(403, `{"code":20403,"message":"no"}`, "Connection", "close")
	broken       = onWire(reply.nothing, reset)
	closed       = onWire(reply.nothing, hangUp)
	silence      = onWire(reply.nothing, stall)
	brokenWithin = onWire(reply.half, reset)
)

// inOrder gives every attempt the next answer.
func inOrder(faults ...fault) http.HandlerFunc {
	var handlers []http.HandlerFunc
	for _, f := range faults {
		handlers = append(handlers, f.handler())
	}
	return inTurn(handlers...)
}

func TestAnAttemptThatFailsIsFollowedByAnotherWhereThatDoesNoHarm(t *testing.T) {
	unsafe := taskrouter.WithCallRetry(taskrouter.RetryPolicy{MinDelay: time.Millisecond, MaxDelay: 2 * time.Millisecond, RepeatUnsafe: true})
	created := want{attempts: 1, status: 201, about: taskrouter.ErrInvalidResponse, text: "read the body after 15 bytes"}
	serverError := want{attempts: 1, status: 503, about: taskrouter.ErrServer}
	success := func(attempts int) want { return want{attempts: attempts, succeeds: true} }
	tests := map[string]struct {
		call    string
		faults  []fault
		want    want
		options []taskrouter.CallOption
	}{
		"a GET, for whatever reason":                   {"getTask", []fault{broken, unavailable, tooMany, ok}, success(4), nil},
		"a GET, for whatever else":                     {"getTask", []fault{closed, silence, brokenWithin, ok}, success(4), nil},
		"a page of a list":                             {"listTasks", []fault{unavailable, brokenWithin, tooMany, ok}, success(4), nil},
		"a GET, but not for ever":                      {"getTask", []fault{closed, tooMany, broken, unavailable, ok}, want{attempts: 4, status: 503, about: taskrouter.ErrServer}, nil},
		"a GET, until the answer settles it":           {"getTask", []fault{unavailable, forbidden, ok}, want{attempts: 2, status: 403, about: taskrouter.ErrForbidden}, nil},
		"a POST that was limited":                      {"createTask", []fault{tooMany, tooMany, tooMany, ok}, success(4), nil},
		"not a POST that may have been carried out":    {"createTask", []fault{unavailable, ok}, serverError, nil},
		"not one after it was limited":                 {"updateTask", []fault{tooMany, unavailable, ok}, want{attempts: 2, status: 503, about: taskrouter.ErrServer}, nil},
		"not one without an answer":                    {"updateTask", []fault{broken, ok}, want{attempts: 1, wraps: syscall.ECONNRESET}, nil},
		"not one that was silent":                      {"createTask", []fault{silence, ok}, want{attempts: 1, wraps: context.DeadlineExceeded}, nil},
		"not one that was carried out":                 {"createTask", []fault{brokenWithin, ok}, created, nil},
		"a POST that may be carried out twice":         {"createTask", []fault{unavailable, broken, silence, ok}, success(4), []taskrouter.CallOption{unsafe}},
		"a POST that was carried out and may be twice": {"createTask", []fault{brokenWithin, ok}, success(2), []taskrouter.CallOption{unsafe}},
		"a call, but not if it is to make one attempt": {"getTask", []fault{unavailable, ok}, serverError, []taskrouter.CallOption{taskrouter.WithCallRetry(taskrouter.RetryPolicy{MaxAttempts: 1})}},
		"a deletion": {"deleteTask", []fault{broken, unavailable, tooMany, ok}, success(4), nil},
		"a deletion, but not one that was carried out":    {"deleteTask", []fault{brokenWithin, notFound}, success(1), nil},
		"a deletion that finds nothing":                   {"deleteTask", []fault{notFound, ok}, want{attempts: 1, status: 404, about: taskrouter.ErrNotFound}, nil},
		"a deletion that finds nothing when it gets to":   {"deleteTask", []fault{tooMany, tooMany, notFound}, want{attempts: 3, status: 404, about: taskrouter.ErrNotFound}, nil},
		"a deletion that finds it gone, after a reset":    {"deleteTask", []fault{broken, notFound}, success(2), nil},
		"a deletion that finds it gone, after a close":    {"deleteTask", []fault{closed, notFound}, success(2), nil},
		"a deletion that finds it gone, after 503":        {"deleteTask", []fault{unavailable, notFound}, success(2), nil},
		"a deletion that finds it gone, after a silence":  {"deleteTask", []fault{silence, notFound}, success(2), nil},
		"a deletion that finds it gone, and long ago":     {"deleteTask", []fault{unavailable, tooMany, tooMany, notFound}, success(4), nil},
		"a deletion that is refused the second time":      {"deleteTask", []fault{unavailable, forbidden}, want{attempts: 2, status: 403, about: taskrouter.ErrForbidden}, nil},
		"a GET that finds nothing, which is no success":   {"getTask", []fault{unavailable, notFound}, want{attempts: 2, status: 404, about: taskrouter.ErrNotFound}, nil},
		"a POST that finds nothing, which is no success":  {"updateTask", []fault{unavailable, notFound}, want{attempts: 2, status: 404, about: taskrouter.ErrNotFound}, []taskrouter.CallOption{unsafe}},
		"a deletion that may be unsafe, as any other one": {"deleteTask", []fault{unavailable, notFound}, success(2), []taskrouter.CallOption{unsafe}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			service := newFaultyService(t, inOrder(test.faults...))
			tasks := service.patient(t, taskrouter.WithAttemptTimeout(400*time.Millisecond)).Tasks("WS1")
			for _, c := range taskCalls {
				if c.name != test.call {
					continue
				}
				var response taskrouter.Response
				err := c.call(t.Context(), tasks, append(test.options, taskrouter.WithResponseInto(&response))...)
				c.assertOutcome(t, test.want, err, response)
			}
			assert.Len(t, service.seen(), test.want.attempts)
			service.assertNothingIsLeft(t)
		})
	}
}

func TestEveryAttemptSendsTheSameBytes(t *testing.T) {
	var mutex sync.Mutex
	var bodies []string
	next := inOrder(tooMany, tooMany, ok)
	service := newFakeService(t, next)
	copying := transport(func(r *http.Request) (*http.Response, error) {
		sent := r.Clone(r.Context())
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		mutex.Lock()
		bodies = append(bodies, string(body))
		mutex.Unlock()
		sent.Body = io.NopCloser(bytes.NewReader(body))
		return service.transport.RoundTrip(sent)
	})
	tasks := service.tasks(t, taskrouter.WithHTTPClient(&http.Client{Transport: copying}), taskrouter.WithRetry(taskrouter.RetryPolicy{MinDelay: time.Nanosecond, MaxDelay: time.Nanosecond}))
	_, err := tasks.Create(t.Context(), taskrouter.CreateTaskRequest{Attributes: taskrouter.Attributes(`{"text":"` + strings.Repeat("ä&=+", 10_000) + `"}`), WorkflowSID: new("WW1")},
		taskrouter.WithHeader("X-Trace", "1"), taskrouter.WithParam("Later", "x"))
	require.NoError(t, err)
	require.Len(t, bodies, 3)
	assert.Greater(t, len(bodies[0]), 10_000)
	requests := service.seen()
	for i := range requests {
		assert.True(t, bodies[i] == bodies[0], "body %d differs", i+1) //nolint:testifylint // a difference of 100 kB helps nobody
		assert.Equal(t, requests[0], requests[i])
	}
}

// A connection that was kept may be closed by the service at any time, so that
// net/http repeats a GET on its own. What must not be done twice it leaves to us.
func TestARequestOnAUsedConnectionIsNotRepeatedBehindOurBack(t *testing.T) {
	for name, lose := range map[string]fault{"reset": broken, "closed": closed} {
		for _, c := range taskCalls[2:] {
			t.Run(name+"/"+c.name, func(t *testing.T) {
				service := newFaultyService(t, inOrder(ok, lose, ok))
				tasks := service.patient(t, taskrouter.WithRetry(taskrouter.RetryPolicy{MaxAttempts: 1})).Tasks("WS1")
				_, err := tasks.Get(t.Context(), "WT1")
				require.NoError(t, err)
				assert.Error(t, c.call(t.Context(), tasks))
				assert.Len(t, service.seen(), 2)
				assert.Equal(t, int64(1), service.accepted.Load(), "connections")
				service.assertNothingIsLeft(t)
			})
		}
	}
}

// A POST with this header is one that net/http repeats by itself.
func TestAPOSTOnAUsedConnectionIsNotRepeatedWhateverItsHeaders(t *testing.T) {
	for _, header := range []string{"Idempotency-Key", "X-Idempotency-Key"} {
		t.Run(header, func(t *testing.T) {
			service := newFaultyService(t, inOrder(ok, broken, ok))
			tasks := service.patient(t, taskrouter.WithRetry(taskrouter.RetryPolicy{MaxAttempts: 1})).Tasks("WS1")
			_, err := tasks.Get(t.Context(), "WT1")
			require.NoError(t, err)
			_, err = tasks.Create(t.Context(), taskrouter.CreateTaskRequest{}, taskrouter.WithHeader(header, "x"))
			assert.Error(t, err)
			assert.Len(t, service.seen(), 2)
		})
	}
}

// How long the page of a gateway is says nothing about the next attempt.
func TestAFailureIsRepeatedHoweverLargeItsBodyIs(t *testing.T) {
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			service := newFaultyService(t, inOrder(says(status, strings.Repeat("x", mostBody+1)), ok))
			_, err := service.patient(t).Tasks("WS1").Get(t.Context(), "WT1")
			assert.NoError(t, err)
		})
	}
}

// Middleware may send a request twice; if the first time left, the attempt
// did, whatever the second one met.
func TestADeletionThatMiddlewareSentBeforeItCouldNotLeaveMayHaveBeenCarriedOut(t *testing.T) {
	service := newFaultyService(t, inOrder(broken, notFound))
	nobody := refusing(t)
	var dialed atomic.Int32
	service.transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if dialed.Add(1) == 2 {
			address = nobody
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	twice := middlewareOf(taskrouter.WithAttemptMiddleware, func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		response, err := next.RoundTrip(r)
		if err != nil {
			return next.RoundTrip(r.Clone(r.Context()))
		}
		return response, err
	})
	assert.NoError(t, service.patient(t, twice).Tasks("WS1").Delete(t.Context(), "WT1"))
	assert.Len(t, service.seen(), 2)
}

// refuseFirst lets the first connections find nobody who listens.
func (s *faultyService) refuseFirst(t *testing.T, n int32) {
	nobody := refusing(t)
	var dialed atomic.Int32
	s.transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if dialed.Add(1) <= n {
			address = nobody
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}
}

func TestARequestThatFindsAConnectionInTheEndIsCarriedOutOnce(t *testing.T) {
	for _, c := range taskCalls {
		t.Run(c.name, func(t *testing.T) {
			service := newFaultyService(t, inOrder(ok))
			service.refuseFirst(t, 2)
			var response taskrouter.Response
			require.NoError(t, c.call(t.Context(), service.patient(t).Tasks("WS1"), taskrouter.WithResponseInto(&response)))
			assert.Equal(t, 3, response.Attempts)
			assert.Len(t, service.seen(), 1)
			service.assertNothingIsLeft(t)
		})
	}
	t.Run("a deletion that then finds nothing was not carried out before", func(t *testing.T) {
		service := newFaultyService(t, inOrder(notFound))
		service.refuseFirst(t, 1)
		assertAbout(t, taskrouter.ErrNotFound, service.patient(t).Tasks("WS1").Delete(t.Context(), "WT1"))
	})
}

// What ModifyAttributes writes is bound to the version that it has read. Written
// twice, the second would fail because of the first, and the change be made anew.
func TestModifyAttributesWritesOnceAtMost(t *testing.T) {
	for name, lose := range map[string]fault{"503": unavailable, "a reset": broken} {
		t.Run(name, func(t *testing.T) {
			service := newFaultyService(t, inOrder(unavailable, says(200, `{"attributes":"{}"}`, "ETag", "1", "Connection", "close"), lose, ok))
			changes := 0
			_, err := taskrouter.ModifyAttributes(t.Context(), service.patient(t, taskrouter.WithRetry(taskrouter.RetryPolicy{
				MinDelay: time.Millisecond, MaxDelay: time.Millisecond, RepeatUnsafe: true,
			})).Tasks("WS1"), "WT1", func(a *map[string]any) error {
				changes++
				*a = map[string]any{"owner": "ann"}
				return nil
			})
			assert.ErrorContains(t, err, "taskrouter: updateTask: ")
			assert.Equal(t, 1, changes)
			assert.Equal(t, []string{"GET " + taskPath, "GET " + taskPath, "POST " + taskPath}, service.targets())
		})
	}
}

// In the bubble it is midnight of the first of January 2000.
func TestACallWaitsAsLongAsTheAnswerAsks(t *testing.T) {
	const backoff = 500 * time.Millisecond // before the second attempt, at most
	const hour = time.Hour
	tests := map[string]struct {
		status  int
		header  string
		waits   time.Duration
		refused time.Duration // how long the call was asked to wait, if that is too long
	}{
		"seconds":                   {429, "5", 5 * time.Second, 0},
		"seconds, of a failure":     {503, "5", 5 * time.Second, 0},
		"a date":                    {429, "Sat, 01 Jan 2000 00:00:30 GMT", 30 * time.Second, 0},
		"as long as is granted":     {429, "60", time.Minute, 0},
		"no time":                   {429, "0", 0, 0},
		"a word":                    {429, "soon", 0, 0},
		"less than nothing":         {429, "-1", 0, 0},
		"no integer":                {429, "1e9999", 0, 0},
		"a date that has passed":    {429, "Fri, 31 Dec 1999 23:59:59 GMT", 0, 0},
		"an hour":                   {429, "3600", 0, hour},
		"an hour, of a failure":     {503, "3600", 0, hour},
		"an hour, by a date":        {429, "Sat, 01 Jan 2000 01:00:00 GMT", 0, hour},
		"a little more than enough": {429, "61", 0, 61 * time.Second},
	}
	for name, test := range tests {
		for _, c := range taskCalls {
			if test.status == 503 && c.method == http.MethodPost {
				continue
			}
			t.Run(name+"/"+c.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					service := newFakeServiceInBubble(t, inOrder(says(test.status, "{}", "Retry-After", test.header), ok))
					start := time.Now()
					err := c.call(t.Context(), service.tasks(t, taskrouter.WithRetry(taskrouter.RetryPolicy{})))
					elapsed := time.Since(start)
					if test.refused == 0 {
						require.NoError(t, err)
						assert.GreaterOrEqual(t, elapsed, test.waits)
						assert.Less(t, elapsed, test.waits+backoff)
						assert.Len(t, service.seen(), 2)
						return
					}
					assert.Zero(t, elapsed)
					assert.Len(t, service.seen(), 1)
					assert.Equal(t, test.refused, answerError(t, err).RetryAfter)
					assert.Contains(t, err.Error(), "retry after "+test.refused.String())
				})
			})
		}
	}
	t.Run("and at once if there is no time for it", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			service := newFakeServiceInBubble(t, inOrder(says(429, "{}", "Retry-After", "5"), ok))
			start := time.Now()
			_, err := service.tasks(t, taskrouter.WithRetry(taskrouter.RetryPolicy{})).Get(t.Context(), "WT1", taskrouter.WithTimeout(4*time.Second))
			assert.Zero(t, time.Since(start))
			assertAbout(t, taskrouter.ErrRateLimited, err)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			assert.Equal(t, 5*time.Second, answerError(t, err).RetryAfter)
		})
	})
}

// In a storm every attempt is asked to wait, and every wait is kept.
func TestAStormOf429IsWaitedForAndThenReported(t *testing.T) {
	for _, c := range taskCalls {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				service := newFakeServiceInBubble(t, answer(429, "{}", "Retry-After", "7"))
				start := time.Now()
				var response taskrouter.Response
				err := c.call(t.Context(), service.tasks(t, taskrouter.WithRetry(taskrouter.RetryPolicy{})), taskrouter.WithResponseInto(&response))
				c.assertOutcome(t, want{attempts: 4, status: 429, about: taskrouter.ErrRateLimited, text: "retry after 7s"}, err, response)
				assert.GreaterOrEqual(t, time.Since(start), 3*7*time.Second)
				assert.Less(t, time.Since(start), 3*7*time.Second+(500+1000+2000)*time.Millisecond)
				assert.Len(t, service.seen(), 4)
			})
		})
	}
}

func TestASilentServiceIsGivenUpAfterTheTimeOfAllAttempts(t *testing.T) {
	const most = (500 + 1000 + 2000) * time.Millisecond // of the waits between them
	for _, c := range taskCalls {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				service := newFakeServiceInBubble(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
				attempts, waits := 4, most
				if c.method == http.MethodPost {
					attempts, waits = 1, 1
				}
				start := time.Now()
				var response taskrouter.Response
				err := c.call(t.Context(), service.tasks(t, taskrouter.WithRetry(taskrouter.RetryPolicy{}), taskrouter.WithAttemptTimeout(10*time.Second)), taskrouter.WithResponseInto(&response))
				c.assertOutcome(t, want{attempts: attempts, wraps: context.DeadlineExceeded}, err, response)
				assert.GreaterOrEqual(t, time.Since(start), time.Duration(attempts)*10*time.Second)
				assert.Less(t, time.Since(start), time.Duration(attempts)*10*time.Second+waits)
			})
		})
	}
}

// However many calls fail in an outage, a client adds a hundred requests to them.
func TestAnOutageIsNotMadeWorseByRetries(t *testing.T) {
	tests := map[string]struct {
		call  taskCall
		fault fault
	}{
		"GETs that fail":      {taskCalls[0], says(503, "<html>")},
		"POSTs in a storm":    {taskCalls[2], says(429, "{}")},
		"deletions that fail": {taskCalls[4], says(500, "{}")},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			const callers, calls, budget = 10, 30, 100
			var recovered atomic.Bool
			service := newFaultyService(t, func(w http.ResponseWriter, r *http.Request) {
				if recovered.Load() {
					soundReply(r).serve(w)
					return
				}
				test.fault.handler()(w, r)
			})
			tasks := service.patient(t).Tasks("WS1")
			failures := make(chan int)
			for range callers {
				go func() {
					failed := 0
					for range calls {
						if test.call.call(t.Context(), tasks) != nil {
							failed++
						}
					}
					failures <- failed
				}()
			}
			failed := 0
			for range callers {
				failed += <-failures
			}
			assert.Equal(t, callers*calls, failed)
			assert.Len(t, service.seen(), callers*calls+budget)

			recovered.Store(true) // ten calls that succeed earn one retry
			for range 10 {
				require.NoError(t, test.call.call(t.Context(), tasks))
			}
			recovered.Store(false)
			var response taskrouter.Response
			require.Error(t, test.call.call(t.Context(), tasks, taskrouter.WithResponseInto(&response)))
			assert.Equal(t, 2, response.Attempts)
			service.assertNothingIsLeft(t)
		})
	}
}
