//go:build soak

package taskrouter_test

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// Of a soak.
const (
	soakCalls   = 20_000
	soakCallers = 64
	soakOneIn   = 20 // answers fail, and connections too
	soakSeed    = 20260301
)

// counts counts by name.
type counts struct {
	mutex sync.Mutex
	all   map[string]int
}

func (c *counts) add(name string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.all == nil {
		c.all = map[string]int{}
	}
	c.all[name]++
}

// log writes one line for each name, the most frequent first.
func (c *counts) log(t *testing.T, label string) {
	t.Helper()
	for _, name := range slices.SortedFunc(maps.Keys(c.all), func(a, b string) int {
		return cmp.Or(c.all[b]-c.all[a], strings.Compare(a, b))
	}) {
		t.Logf("%s, %s: %d", label, name, c.all[name])
	}
}

// misfortune decides what fails. The n-th answer fares alike in every run, though
// which request is the n-th is for the goroutines to settle.
type misfortune struct {
	mutex  sync.Mutex
	random *rand.Rand
	kinds  int
	deck   []int // of kinds, each of which is drawn before any is drawn again
}

func newMisfortune(kinds int) *misfortune {
	return &misfortune{random: rand.New(rand.NewPCG(soakSeed, uint64(kinds))), kinds: kinds}
}

// draw returns the kind of failure, and a coin; false for none.
func (m *misfortune) draw() (kind int, coin, fails bool) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.random.IntN(soakOneIn) != 0 {
		return 0, false, false
	}
	if len(m.deck) == 0 {
		m.deck = m.random.Perm(m.kinds)
	}
	kind, m.deck = m.deck[0], m.deck[1:]
	return kind, m.random.IntN(2) == 0, true
}

// soakService creates and shows tasks, and misbehaves now and then.
type soakService struct {
	faults     []faultTest
	misfortune *misfortune
	failures   counts // by name of the fault

	mutex    sync.Mutex
	executed map[string]int // creations, by the ID that the task was to have
}

func (s *soakService) handle(w http.ResponseWriter, r *http.Request) {
	kind, coin, fails := s.misfortune.draw()
	if !fails {
		s.execute(r).serve(w)
		return
	}
	f := s.faults[kind]
	s.failures.add(f.name)
	if f.isCarriedOut(coin) {
		f.fault(w, s.execute(r))
		return
	}
	f.fault(w, taskOf(r))
}

// isCarriedOut tells whether the request was carried out before the answer
// failed. Where the answer does not say, a coin does.
func (f faultTest) isCarriedOut(coin bool) bool {
	switch create := f.wants.create; create.status {
	case 0: // a success, or no answer
		return create.succeeds || coin
	case http.StatusBadGateway, http.StatusServiceUnavailable:
		return coin
	default:
		return create.status/100 == 2
	}
}

func (s *soakService) execute(r *http.Request) reply {
	if r.Method == http.MethodPost {
		s.mutex.Lock()
		defer s.mutex.Unlock()
		s.executed[idOf(r)]++
	}
	return taskOf(r)
}

// taskOf is the task that was asked for. Its SID ends in its ID.
func taskOf(r *http.Request) reply {
	status := http.StatusOK
	if r.Method == http.MethodPost {
		status = http.StatusCreated
	}
	return reply{status, fmt.Sprintf(`{"sid":"WT%s","reason":"later"}`, idOf(r))}
}

func idOf(r *http.Request) string {
	if r.Method == http.MethodPost {
		return strings.Trim(r.PostForm.Get("Attributes"), `{"id:}`)
	}
	return strings.TrimPrefix(r.URL.Path, mount+tasksPath+"/WT")
}

// soakDialer fails to connect now and then.
type soakDialer struct {
	misfortune *misfortune
	nobody     string // listens here
	failures   counts
}

func (d *soakDialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	kind, _, fails := d.misfortune.draw()
	switch {
	case fails && kind == 0:
		d.failures.add("a connection that is refused")
		address = d.nobody
	case fails:
		d.failures.add("TLS to a plain port")
		return (&tls.Dialer{}).DialContext(ctx, network, address)
	}
	return new(net.Dialer).DialContext(ctx, network, address)
}

// classOf names the kind of an error; "" if it is none of those that a caller is
// promised.
func classOf(operation, target string, err error) string {
	if failure, ok := errors.AsType[*taskrouter.Error](err); ok {
		switch {
		case failure.Operation != operation:
			return ""
		case errors.Is(err, taskrouter.ErrInvalidResponse):
			return fmt.Sprintf("an answer of %d that cannot be used", failure.StatusCode)
		case failure.StatusCode/100 == 2 && errors.Is(err, context.DeadlineExceeded):
			return fmt.Sprintf("an answer of %d that did not end", failure.StatusCode)
		case errors.Is(err, taskrouter.ErrRateLimited), errors.Is(err, taskrouter.ErrServer), errors.Is(err, taskrouter.ErrInvalid),
			errors.Is(err, taskrouter.ErrNotFound), failure.StatusCode/100 == 3:
			return fmt.Sprintf("an answer of %d", failure.StatusCode)
		}
		return ""
	}
	text := err.Error()
	if !strings.HasPrefix(text, "taskrouter: "+operation+": "+target+": ") {
		return ""
	}
	for _, class := range []struct {
		name string
		is   bool
	}{
		{"nobody listens", errors.Is(err, syscall.ECONNREFUSED)},
		{"no TLS", strings.Contains(text, "first record does not look like a TLS handshake")},
		{"no answer in time", errors.Is(err, context.DeadlineExceeded)},
		{"a connection reset", errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)},
		{"a connection closed", errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || strings.Contains(text, "server closed idle connection")},
		{"headers too large", strings.Contains(text, "server response headers exceeded")},
		{"no HTTP", strings.Contains(text, "malformed ") || strings.Contains(text, "bad Content-Length")},
	} {
		if class.is {
			return class.name
		}
	}
	return ""
}

// soak is what came of the calls.
type soak struct {
	tasks taskrouter.TasksService

	calls, successes, retries, foreign, empty atomic.Int64
	failures, unexpected                      counts // by class and by text

	mutex   sync.Mutex
	created []string // IDs of the creations that succeeded
}

// run makes calls until there were enough of them, creations and reads in turn.
func (s *soak) run(ctx context.Context) {
	sid := "WT0" // the last that was created
	for n := s.calls.Add(1); n <= soakCalls; n = s.calls.Add(1) {
		var response taskrouter.Response
		if n%2 != 0 {
			task, err := s.tasks.Get(ctx, sid, taskrouter.WithResponseInto(&response))
			s.settle("getTask", "GET "+tasksPath+"/"+sid, sid, task, err)
		} else {
			id := fmt.Sprint(n)
			task, err := s.tasks.Create(ctx, taskrouter.CreateTaskRequest{Attributes: taskrouter.Attributes(`{"id":` + id + `}`)}, taskrouter.WithResponseInto(&response))
			if s.settle("createTask", "POST "+tasksPath, "WT"+id, task, err) {
				sid = "WT" + id
				s.mutex.Lock()
				s.created = append(s.created, id)
				s.mutex.Unlock()
			}
		}
		s.retries.Add(int64(max(response.Attempts, 1)) - 1)
	}
}

// settle counts what came of a call, and tells whether it succeeded.
func (s *soak) settle(operation, target, sid string, task *taskrouter.Task, err error) bool {
	if err == nil {
		s.successes.Add(1)
		switch task.SID {
		case sid:
		case "": // from an empty object
			s.empty.Add(1)
		default:
			s.foreign.Add(1)
		}
		return true
	}
	if class := classOf(operation, target, err); class != "" {
		s.failures.add(class)
	} else {
		s.unexpected.add(err.Error())
	}
	return false
}

// However the service and the network behave, every call ends in a result or in
// an error that says what happened, nothing is created twice, and nothing leaks.
func TestSoak(t *testing.T) {
	start := time.Now()
	service := &soakService{faults: faultTests(), executed: map[string]int{}}
	service.misfortune = newMisfortune(len(service.faults))
	dialer := &soakDialer{misfortune: newMisfortune(2), nobody: refusing(t)}
	server := newFaultyService(t, service.handle)
	server.transport.DialContext = dialer.dial
	s := &soak{tasks: server.patient(t, taskrouter.WithAttemptTimeout(2*time.Second)).Tasks("WS1")}

	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	var callers sync.WaitGroup
	for range soakCallers {
		callers.Go(func() { s.run(ctx) })
	}
	callers.Wait()
	require.NoError(t, ctx.Err(), "the calls took too long")
	seen := len(server.seen())
	connections, goroutines := server.leftovers()

	var doubled, unfounded int
	for _, times := range service.executed {
		if times > 1 {
			doubled++
		}
	}
	for _, id := range s.created {
		if service.executed[id] == 0 {
			unfounded++
		}
	}
	failed := 0
	for _, n := range s.failures.all {
		failed += n
	}

	t.Logf("calls: %d", soakCalls)
	t.Logf("successes: %d", s.successes.Load())
	t.Logf("failures: %d", failed)
	s.failures.log(t, "failures")
	s.unexpected.log(t, "failures without a promise")
	service.failures.log(t, "faults of an answer")
	dialer.failures.log(t, "faults of a connection")
	t.Logf("requests: %d", seen)
	t.Logf("connections: %d", server.accepted.Load())
	t.Logf("retries: %d", s.retries.Load())
	t.Logf("creates executed: %d", len(service.executed))
	t.Logf("doubled creates: %d", doubled)
	t.Logf("creates that succeeded and were not executed: %d", unfounded)
	t.Logf("answers of another call: %d", s.foreign.Load())
	t.Logf("leaked goroutines: %d", len(goroutines))
	t.Logf("leaked connections: %d", connections)
	t.Logf("time: %v", time.Since(start).Round(time.Millisecond))

	assert.Equal(t, int64(soakCalls), s.successes.Load()+int64(failed))
	assert.Empty(t, s.unexpected.all)
	assert.Len(t, service.failures.all, len(service.faults), "faults that happened")
	assert.Len(t, dialer.failures.all, 2, "faults that happened")
	assert.Positive(t, s.retries.Load())
	assert.LessOrEqual(t, s.empty.Load(), int64(service.failures.all["an empty object with 200"]))
	assert.Zero(t, doubled)
	assert.Zero(t, unfounded)
	assert.Zero(t, s.foreign.Load())
	assert.Empty(t, goroutines)
	assert.Zero(t, connections)
}
