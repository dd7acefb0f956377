package callback

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/router"
	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// A bench is a sender with a desk that keeps what it was to carry out.
type bench struct {
	*Sender
	mu       sync.Mutex
	results  []Result
	carried  []webhook.Instruction
	canceled []string
	over     bool // whether no callback matters any more
}

func newBench(handler http.Handler) *bench {
	b := &bench{}
	b.Sender = NewSender(Config{AuthToken: "token", Desk: b, After: func(r Result) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.results = append(b.results, r)
	}})
	b.Handlers.Handle(&appURL, handler)
	return b
}

func (b *bench) Matters(router.Callback) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return !b.over
}

func (b *bench) CarryOut(_ router.Callback, i webhook.Instruction) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.carried = append(b.carried, i)
	return errCarried
}

func (b *bench) CancelUnanswered(c router.Callback) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.canceled = append(b.canceled, c.Assignment.ReservationSID)
}

var errCarried = errors.New("it was carried out")

var account = router.NewAccount("AC00000000000000000000000000000001", 1)

var appURL = url.URL{Scheme: "https", Host: "app.test"}

func event(workspace string, n int) router.Callback {
	e := &router.Event{Type: "task.created", Description: fmt.Sprint(n)}
	e.SID, e.DateCreated = fmt.Sprint(workspace, n), time.Unix(1, 0)
	return router.Callback{Account: account, WorkspaceSID: workspace, URL: "https://app.test", Event: e}
}

func assignment(reservation string) router.Callback {
	return router.Callback{WorkspaceSID: "WS1", URL: "https://app.test/" + reservation, FallbackURL: "https://app.test/again", Assignment: webhook.Assignment{
		WorkspaceSID: "WS1", TaskSID: "WT1", WorkerSID: "WK1", ReservationSID: reservation,
	}}
}

func TestEventsOfAWorkspaceComeInTheirOrderHoweverTheyAreSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		told := map[string][]string{}
		b := newBench(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			workspace := r.FormValue("WorkspaceSid")
			mu.Lock()
			told[workspace] = append(told[workspace], r.FormValue("Sid"))
			n := len(told[workspace])
			mu.Unlock()
			<-time.After(time.Duration(n%3) * time.Second)
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusNoContent)
		}))
		defer b.Close()
		want := map[string][]string{}
		for i := range 60 {
			workspace := fmt.Sprint("WS", i%3)
			want[workspace] = append(want[workspace], fmt.Sprint(workspace, i))
			b.Send([]router.Callback{event(workspace, i)})
			if i%7 == 0 {
				<-time.After(time.Second)
			}
		}
		b.Send(nil)
		assert.NoError(t, b.Drain(t.Context()))
		assert.Equal(t, want, told)
		assert.Empty(t, b.events, "nothing is kept of workspaces where nothing waits")
		assert.Len(t, b.results, 60)
	})
}

func TestCallbacksAreSentDrainedAndClosedByMany(t *testing.T) {
	b := newBench(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if strings.HasSuffix(r.URL.Path, "again") {
			w.WriteHeader(http.StatusOK)
			_, _ = w.Write([]byte(`{"instruction":"accept"}`))
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	var sending sync.WaitGroup
	for i := range 16 {
		sending.Go(func() {
			for n := range 20 {
				b.Send([]router.Callback{event(fmt.Sprint("WS", i%2), n), assignment(fmt.Sprint("WR", i, "-", n)), event("WS2", n)})
				assert.NoError(t, b.Drain(t.Context()))
			}
		})
	}
	sending.Wait()
	assert.Len(t, b.results, 16*20*4, "each assignment is asked about twice")
	assert.Len(t, b.carried, 16*20)
	assert.Empty(t, b.canceled)
	var closing sync.WaitGroup
	for range 4 {
		closing.Go(b.Close)
		closing.Go(func() { b.Send([]router.Callback{event("WS0", 1)}) })
	}
	closing.Wait()
	made := len(b.results)
	b.Send([]router.Callback{event("WS0", 1), assignment("WR1")})
	assert.NoError(t, b.Drain(t.Context()))
	assert.Len(t, b.results, made)
}

func TestWhatBecomesOfAQuestion(t *testing.T) {
	answer := func(status int, contentType, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}
	none := answer(http.StatusInternalServerError, "text/plain", "no")
	accept := answer(http.StatusOK, "application/json", `{"instruction":"accept"}`)
	for name, test := range map[string]struct {
		first, fallback http.Handler
		made, carried   int
		canceled        bool
	}{
		"accepted":                 {accept, none, 1, 1, false},
		"later":                    {answer(http.StatusOK, "application/json", `{}`), none, 1, 0, false},
		"unreadable":               {answer(http.StatusOK, "application/json", `{`), accept, 1, 0, false},
		"accepted by the fallback": {none, accept, 2, 1, false},
		"later by the fallback":    {none, answer(http.StatusOK, "application/json", `{}`), 2, 0, false},
		"unreadable fallback":      {none, answer(http.StatusOK, "application/json", `{`), 2, 0, false},
		"unanswered":               {none, none, 2, 0, true},
		"no content type":          {answer(http.StatusOK, "", `{}`), none, 2, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(test.first)
			defer b.Close()
			fallback := appURL
			fallback.Path = "/again"
			b.Handlers.Handle(&fallback, test.fallback)
			b.Send([]router.Callback{assignment("WR1")})
			assert.NoError(t, b.Drain(t.Context()))
			assert.Len(t, b.results, test.made)
			assert.Len(t, b.carried, test.carried)
			assert.Equal(t, test.canceled, slices.Contains(b.canceled, "WR1"))
			if test.carried > 0 {
				assert.ErrorIs(t, b.results[test.made-1].Err, errCarried, "what becomes of the instruction is reported")
			}
			if test.canceled {
				assert.Len(t, b.canceled, 1)
			}
		})
	}
}

func TestAHandlerThatIsLateIsNotWaitedForButByClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-time.After(time.Hour) }))
		start := time.Now()
		b.Send([]router.Callback{event("WS1", 1)})
		assert.NoError(t, b.Drain(context.Background()))
		assert.Equal(t, 15*time.Second, time.Since(start))
		b.Close()
		assert.Equal(t, time.Hour, time.Since(start))
		b.Close()
	})
}

func TestWhatHasNotBegunWhenASenderIsClosedIsNotMade(t *testing.T) {
	b := newBench(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was made") }))
	b.idle, b.going = make(chan struct{}), 2
	b.cancel() // as Close does, between what was sent and its beginning
	b.ask(assignment("WR1"))
	b.tell(event("WS1", 1))
	b.Close()
	assert.Empty(t, b.results)
	assert.Empty(t, b.canceled)
	b.Send([]router.Callback{assignment("WR1"), event("WS1", 2)})
	_, busy := b.busy()
	assert.False(t, busy)
}

func TestWhatDoesNotMatterAnyMoreIsNotMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b *bench
		posts := 0
		b = newBench(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			posts++
			b.mu.Lock()
			b.over = true
			b.mu.Unlock()
			w.WriteHeader(http.StatusInternalServerError)
		}))
		b.Send([]router.Callback{assignment("WR1")})
		assert.NoError(t, b.Drain(t.Context()))
		assert.Equal(t, 1, posts, "nor is a fallback asked")
		b.Send([]router.Callback{event("WS1", 1), event("WS1", 2)})
		assert.NoError(t, b.Drain(t.Context()))
		assert.Equal(t, 1, posts)
		b.Close()
	})
}

func TestWhoIsToldOfACallbackMayEndTheGoroutineAndTheFallbackIsAskedAllTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bench{}
		var told atomic.Int32
		b.Sender = NewSender(Config{AuthToken: "token", Desk: b, After: func(Result) {
			told.Add(1)
			runtime.Goexit()
		}})
		b.Handlers.Handle(&appURL, http.NotFoundHandler())
		b.Send([]router.Callback{assignment("WR1"), event("WS1", 1), event("WS1", 2)})
		assert.NoError(t, b.Drain(t.Context()))
		assert.EqualValues(t, 4, told.Load())
		assert.Equal(t, []string{"WR1"}, b.canceled)
		b.Close()
	})
}
