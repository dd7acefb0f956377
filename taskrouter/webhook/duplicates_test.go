package webhook_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// scriptStep is what the function of a handler does with an event.
type scriptStep struct {
	after time.Duration // how long it takes, whether or not its context ends
	err   error
	panic bool
	exit  bool // of the goroutine
}

// script has a handler do one step after the other, and tells when each began.
type script struct {
	mutex sync.Mutex
	steps []scriptStep
	start time.Time
	began []time.Duration
}

func (s *script) next(context.Context, webhook.Event) error {
	s.mutex.Lock()
	step := scriptStep{err: errors.New("one step more than was expected")}
	if len(s.steps) > len(s.began) {
		step = s.steps[len(s.began)]
	}
	s.began = append(s.began, time.Since(s.start))
	s.mutex.Unlock()
	<-time.After(step.after)
	switch {
	case step.panic:
		panic("at the disco")
	case step.exit:
		runtime.Goexit()
	}
	return step.err
}

func TestEventThatIsSentAgain(t *testing.T) {
	const second = time.Second
	failure := errors.New("the database is gone")
	type post struct {
		at     time.Duration
		status int
		after  time.Duration
	}
	for _, test := range []struct {
		name  string
		steps []scriptStep
		posts []post // of the same event
		began []time.Duration
		late  int // records of a function that ended after its time
	}{
		{
			"is not handled again",
			[]scriptStep{{}},
			[]post{{0, 204, 0}, {second, 204, 0}, {time.Hour, 204, 0}},
			[]time.Duration{0},
			0,
		},
		{
			"is handled after a failure",
			[]scriptStep{{err: failure}, {err: failure}, {}},
			[]post{{0, 500, 0}, {second, 500, 0}, {2 * second, 204, 0}, {3 * second, 204, 0}},
			[]time.Duration{0, second, 2 * second},
			0,
		},
		{
			"is handled after a panic",
			[]scriptStep{{panic: true}, {}},
			[]post{{0, 500, 0}, {second, 204, 0}, {2 * second, 204, 0}},
			[]time.Duration{0, second},
			0,
		},
		{
			"is handled after a function that did not return",
			[]scriptStep{{exit: true}, {}},
			[]post{{0, 500, 0}, {second, 204, 0}, {2 * second, 204, 0}},
			[]time.Duration{0, second},
			0,
		},
		{
			"waits for the first, and shares its success",
			[]scriptStep{{after: 5 * second}},
			[]post{{0, 204, 5 * second}, {second, 204, 4 * second}, {2 * second, 204, 3 * second}},
			[]time.Duration{0},
			0,
		},
		{
			"waits for the first, and is tried after its failure",
			[]scriptStep{{after: 5 * second, err: failure}, {after: second}},
			[]post{{0, 500, 5 * second}, {second, 204, 5 * second}},
			[]time.Duration{0, 5 * second},
			0,
		},
		{
			"waits for the first, and is tried after its panic",
			[]scriptStep{{after: 5 * second, panic: true}, {after: second}},
			[]post{{0, 500, 5 * second}, {second, 204, 5 * second}},
			[]time.Duration{0, 5 * second},
			0,
		},
		{
			"is not handled when the first succeeds after its time",
			[]scriptStep{{after: 20 * second}},
			[]post{{0, 500, 15 * second}, {10 * second, 204, 10 * second}, {16 * second, 204, 4 * second}, {21 * second, 204, 0}},
			[]time.Duration{0},
			1,
		},
		{
			"is handled when the first fails after its time",
			[]scriptStep{{after: 20 * second, err: failure}, {after: second}},
			[]post{{0, 500, 15 * second}, {10 * second, 204, 11 * second}, {22 * second, 204, 0}},
			[]time.Duration{0, 20 * second},
			1,
		},
		{
			"has its own time to wait, and is not tried after it",
			[]scriptStep{{after: 40 * second, err: failure}, {}},
			[]post{{0, 500, 15 * second}, {second, 500, 15 * second}, {41 * second, 204, 0}},
			[]time.Duration{0, 41 * second},
			1,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				verifier, log := newLoggedVerifier(t)
				steps := &script{steps: test.steps, start: time.Now()}
				service := serveOnPipes(t, webhook.EventHandler(verifier, steps.next))
				var posts sync.WaitGroup
				for _, post := range test.posts {
					posts.Go(func() {
						<-time.After(post.at)
						reply := postForm(t, service.Client, sampleEvent("EV1").Form())
						assert.Equal(t, post.status, reply.status, "of the post at %v", post.at)
						assert.Equal(t, post.after, reply.after, "of the post at %v", post.at)
					})
				}
				posts.Wait()
				assert.Equal(t, test.began, steps.began)
				synctest.Wait()
				assert.Equal(t, test.late, strings.Count(log.String(), "too late"))
			})
		})
	}
}

// A function that never returns must not have more and more goroutines wait for it.
func TestDuplicatesDoNotWaitLongerThanTheirTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		verifier, _ := newLoggedVerifier(t)
		release := make(chan struct{})
		handler := webhook.EventHandler(verifier, func(context.Context, webhook.Event) error {
			<-release
			return nil
		})
		before := runtime.NumGoroutine()
		var posts sync.WaitGroup
		for range 100 {
			posts.Go(func() {
				assert.Equal(t, http.StatusInternalServerError, sendEvent(t, handler, sampleEvent("EV1")))
			})
		}
		posts.Wait()
		synctest.Wait()
		assert.Less(t, runtime.NumGoroutine(), before+10)
		close(release)
	})
}

// eventCounter counts how often each event is handled.
type eventCounter struct {
	mutex sync.Mutex
	calls map[string]int
	fail  func(sid string, call int) bool // if not nil
}

func (c *eventCounter) count(_ context.Context, e webhook.Event) error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.calls == nil {
		c.calls = map[string]int{}
	}
	c.calls[e.SID]++
	if c.fail != nil && c.fail(e.SID, c.calls[e.SID]) {
		return errors.New("the database is gone")
	}
	return nil
}

// sendEvent sends an event to a handler.
func sendEvent(t testing.TB, handler http.Handler, event webhook.Event) int {
	t.Helper()
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, incomingForm(event.Form()).request(t))
	return recorder.Code
}

func TestEventWithoutASIDIsAlwaysHandled(t *testing.T) {
	verifier, _ := newLoggedVerifier(t)
	counter := &eventCounter{}
	handler := webhook.EventHandler(verifier, counter.count)
	for range 3 {
		assert.Equal(t, http.StatusNoContent, sendEvent(t, handler, sampleEvent("")))
	}
	assert.Equal(t, map[string]int{"": 3}, counter.calls)
}

func TestHandlersDoNotShareWhatTheyHandled(t *testing.T) {
	verifier, _ := newLoggedVerifier(t)
	counter := &eventCounter{}
	for range 2 {
		handler := webhook.EventHandler(verifier, counter.count)
		for range 2 {
			assert.Equal(t, http.StatusNoContent, sendEvent(t, handler, sampleEvent("EV1")))
		}
	}
	assert.Equal(t, map[string]int{"EV1": 2}, counter.calls)
}

// Beyond 10,000 events, the one that was handled first is forgotten first. Failures
// take no place.
func TestLast10000EventsAreRemembered(t *testing.T) {
	const remembered = 10_000
	verifier, _ := newLoggedVerifier(t)
	counter := &eventCounter{fail: func(sid string, _ int) bool { return strings.HasPrefix(sid, "EVfail") }}
	handler := webhook.EventHandler(verifier, counter.count)
	send := func(n int) int {
		sid := fmt.Sprint("EV", n)
		require.Equal(t, http.StatusNoContent, sendEvent(t, handler, sampleEvent(sid)))
		return counter.calls[sid]
	}
	for n := range remembered {
		send(n)
		if n%1000 == 0 {
			sendEvent(t, handler, sampleEvent(fmt.Sprint("EVfail", n)))
		}
	}
	require.Equal(t, 1, send(0), "calls for the first of 10,000")
	send(remembered)                                              // forgets 0
	assert.Equal(t, 1, send(1), "calls for the second of 10,001") // still there
	assert.Equal(t, 2, send(0), "calls for the first of 10,001")  // forgets 1
	assert.Equal(t, 1, send(2), "calls for the third of 10,001")  // still there
	assert.Equal(t, 2, send(1), "calls for the second of 10,002") // forgets 2
	for n := remembered + 1; n < 2*remembered+100; n++ {          // once around, and on
		send(n)
	}
	assert.Equal(t, 1, send(2*remembered+99), "calls for the last")
	assert.Equal(t, 1, send(remembered+100), "calls for the first of the last 10,000")
	assert.Equal(t, 2, send(remembered+99), "calls for the last of those before")
	assert.Equal(t, 3, send(0), "calls for one that was forgotten twice")
}

// What is remembered of an event is its SID, not the form that it came with.
func TestRememberedEventsNeedLittleMemory(t *testing.T) {
	verifier, _ := newLoggedVerifier(t)
	handler := webhook.EventHandler(verifier, func(context.Context, webhook.Event) error { return nil })
	event := sampleEvent("")
	event.Fields.Set("TaskAttributes", `{"text":"`+strings.Repeat("x", 50_000)+`"}`)
	heap := func() uint64 {
		var stats runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&stats)
		return stats.HeapAlloc
	}
	const events = 200
	before := heap()
	for n := range events {
		event.SID = fmt.Sprintf("EV%032d", n)
		sendEvent(t, handler, event)
	}
	grown := int64(heap()) - int64(before)
	runtime.KeepAlive(handler)
	assert.Less(t, grown, int64(events*2000), "bytes")
}

// Each event is handled by one of many goroutines, and again only if that failed.
func TestEventsThatArriveTogetherAreHandledOnce(t *testing.T) {
	const events, senders = 200, 32
	verifier, _ := newLoggedVerifier(t)
	counter := &eventCounter{fail: func(sid string, call int) bool { return call == 1 && strings.HasSuffix(sid, "7") }}
	handler := webhook.EventHandler(verifier, counter.count)
	var successes, failures atomic.Int32
	var posts sync.WaitGroup
	for range senders {
		posts.Go(func() {
			for _, n := range rand.Perm(events) {
				switch sendEvent(t, handler, sampleEvent(fmt.Sprint("EV", n))) {
				case http.StatusNoContent:
					successes.Add(1)
				case http.StatusInternalServerError:
					failures.Add(1)
				}
			}
		})
	}
	posts.Wait()
	assert.EqualValues(t, events/10, failures.Load())
	assert.EqualValues(t, events*senders-events/10, successes.Load())
	assert.Len(t, counter.calls, events)
	for sid, calls := range counter.calls {
		want := 1
		if strings.HasSuffix(sid, "7") {
			want = 2
		}
		assert.Equal(t, want, calls, sid)
	}
}

func TestAnEventThatIsNotHandledAgainIsWrittenDown(t *testing.T) {
	verifier, log := newLoggedVerifier(t)
	handler := webhook.EventHandler(verifier, func(context.Context, webhook.Event) error { return nil })
	client := webhook.Client{AuthToken: authToken, HTTPClient: serveOnPipes(t, handler).HTTPClient}
	event := webhook.Event{Type: webhook.EventTypeTaskCreated, SID: "EV1"}
	require.NoError(t, client.PostEvent(t.Context(), "http://example.com/", event))
	assert.Empty(t, log.records(t))
	require.NoError(t, client.PostEvent(t.Context(), "http://example.com/", event))
	records := log.records(t)
	require.Len(t, records, 1)
	assert.Equal(t, map[string]any{"level": "DEBUG", "msg": "taskrouter event was handled before", "event": "EV1", "type": "task.created"}, records[0])
}
