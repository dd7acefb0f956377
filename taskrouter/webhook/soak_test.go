//go:build soak

package webhook_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// Of a soak.
const (
	soakCallbacks = 20_000
	soakSenders   = 64
	soakForged    = 10 // one in so many is forged,
	soakDoubled   = 5  // one event in so many is sent twice,
	soakFailing   = 50 // and one fails when it is handled first
	soakSeed      = 20260301
)

// soakCallback is what is sent, before a forger gets hold of it.
type soakCallback struct {
	base      string // of the server
	path      string
	form      url.Values
	header    http.Header
	host      string
	body      string
	signature []string
}

func newSoakCallback(base, path string, form url.Values) *soakCallback {
	return &soakCallback{
		base: base, path: path, form: form,
		header:    http.Header{"Content-Type": {formType}},
		body:      form.Encode(),
		signature: []string{webhook.Sign(authToken, base+path, form)},
	}
}

func (c *soakCallback) sign(target string, form url.Values) {
	c.signature = []string{webhook.Sign(authToken, target, form)}
}

// with sends other fields than were signed.
func (c *soakCallback) with(change func(url.Values)) {
	form := maps.Clone(c.form)
	change(form)
	c.body = form.Encode()
}

// soakForgeries are ways to send what the service did not send.
var soakForgeries = []struct {
	name  string
	forge func(*soakCallback)
}{
	{"another token", func(c *soakCallback) { c.signature = []string{webhook.Sign("another token", c.base+c.path, c.form)} }},
	{"no token", func(c *soakCallback) { c.signature = []string{webhook.Sign("", c.base+c.path, c.form)} }},
	{"no signature", func(c *soakCallback) { c.signature = nil }},
	{"an empty signature", func(c *soakCallback) { c.signature = []string{""} }},
	{"a truncated signature", func(c *soakCallback) { c.signature[0] = c.signature[0][:24] }},
	{"a signature in hexadecimal", func(c *soakCallback) {
		raw, _ := base64.StdEncoding.DecodeString(c.signature[0])
		c.signature[0] = hex.EncodeToString(raw)
	}},
	{"a signature in lower case", func(c *soakCallback) { c.signature[0] = "a" + strings.ToLower(c.signature[0][1:]) }},
	{"two signatures", func(c *soakCallback) { c.signature = append(c.signature, c.signature[0]) }},
	{"the signature of another callback", func(c *soakCallback) {
		other := maps.Clone(c.form)
		other.Set("TaskAge", "4")
		c.sign(c.base+c.path, other)
	}},
	{"the signature of a request without a form", func(c *soakCallback) { c.sign(c.base+c.path, nil) }},
	{"a changed field", func(c *soakCallback) { c.with(func(f url.Values) { f.Set("TaskPriority", "999") }) }},
	{"a field with white space", func(c *soakCallback) { c.with(func(f url.Values) { f.Set("AccountSid", f.Get("AccountSid")+" ") }) }},
	{"an added field", func(c *soakCallback) { c.with(func(f url.Values) { f.Set("Admin", "true") }) }},
	{"an added value", func(c *soakCallback) {
		c.with(func(f url.Values) { f["TaskAttributes"] = []string{f.Get("TaskAttributes"), `{"admin":true}`} })
	}},
	{"an added value in front", func(c *soakCallback) {
		c.with(func(f url.Values) { f["TaskAttributes"] = []string{`{"admin":true}`, f.Get("TaskAttributes")} })
	}},
	{"a missing field", func(c *soakCallback) { c.with(func(f url.Values) { f.Del("AccountSid") }) }},
	{"a field in another spelling", func(c *soakCallback) {
		c.with(func(f url.Values) { f.Set("taskpriority", f.Get("TaskPriority")); f.Del("TaskPriority") })
	}},
	{"values that changed places", func(c *soakCallback) {
		c.with(func(f url.Values) { f["TaskSid"], f["WorkerSid"] = f["WorkerSid"], f["TaskSid"] })
	}},
	{"a truncated body", func(c *soakCallback) { c.body = c.body[:len(c.body)-1] }},
	{"no body", func(c *soakCallback) { c.body = "" }},
	{"a body after the body", func(c *soakCallback) { c.body += "&TaskAge=4" }},
	{"a form that is said to be JSON", func(c *soakCallback) { c.header.Set("Content-Type", "application/json") }},
	{"a form that is said to be nothing, with the signature of the URL", func(c *soakCallback) {
		c.header.Del("Content-Type")
		c.sign(c.base+c.path, nil)
	}},
	{"a hash of another body", func(c *soakCallback) {
		target, signature := webhook.SignBody(authToken, c.base+c.path, []byte("another"))
		c.path, c.signature = strings.TrimPrefix(target, c.base), []string{signature}
	}},
	{"a hash that is not signed", func(c *soakCallback) {
		target, _ := webhook.SignBody(authToken, c.base+c.path, []byte(c.body))
		c.path = strings.TrimPrefix(target, c.base)
	}},
	{"another path", func(c *soakCallback) { c.sign(c.base+"/elsewhere", c.form) }},
	{"another query", func(c *soakCallback) { c.path += "?admin=true" }},
	{"another port", func(c *soakCallback) { c.sign("http://127.0.0.1:1"+c.path, c.form) }},
	{"another scheme", func(c *soakCallback) { c.sign("https"+strings.TrimPrefix(c.base, "http")+c.path, c.form) }},
	{"another host", func(c *soakCallback) {
		c.host = "of-another-program.test"
		c.sign("http://"+c.host+c.path, c.form)
	}},
	{"another host of a proxy", func(c *soakCallback) {
		c.header.Set("X-Forwarded-Host", "of-another-program.test")
		c.sign("http://of-another-program.test"+c.path, c.form)
	}},
}

// soak is what came of the callbacks.
type soak struct {
	base   string
	client *http.Client

	sent                                                            atomic.Int64 // callbacks, without what is sent again
	requests, assignments, events, again, failures, forged, refused atomic.Int64
	lost, foreign                                                   atomic.Int64

	mutex      sync.Mutex
	handled    map[string]int // calls that succeeded, by SID
	calls      map[string]int // all calls of events, by SID
	doors      map[string]int // forgeries that were tried, by name
	breaches   []string       // and those that were accepted, or of which that is not known
	unexpected []string
}

func (s *soak) note(notes *[]string, format string, arguments ...any) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	*notes = append(*notes, fmt.Sprintf(format, arguments...))
}

func (s *soak) decide(_ context.Context, a webhook.Assignment) (webhook.Instruction, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.handled[a.ReservationSID]++
	return webhook.Dequeue{To: "client:" + a.ReservationSID}, nil
}

func (s *soak) handle(_ context.Context, e webhook.Event) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.calls[e.SID]++
	if s.calls[e.SID] == 1 && e.Reason == "fail" {
		return errors.New("the database is gone")
	}
	s.handled[e.SID]++
	return nil
}

// run sends callbacks until there were enough, assignments and events in turn.
func (s *soak) run(ctx context.Context) {
	for n := s.sent.Add(1); n <= soakCallbacks; n = s.sent.Add(1) {
		random := rand.New(rand.NewPCG(soakSeed, uint64(n)))
		isForged := random.IntN(soakForged) == 0
		switch sid := fmt.Sprintf("%032d", n); {
		case isForged:
			s.sendForged(ctx, n, random.IntN(len(soakForgeries)))
		case n%2 == 0:
			s.sendAssignment(ctx, "WR"+sid)
		default:
			s.sendEvent(ctx, "EV"+sid, random)
		}
	}
}

func soakForm(sid string) url.Values {
	a := sampleAssignment()
	a.ReservationSID = sid
	return a.Form()
}

func (s *soak) sendAssignment(ctx context.Context, sid string) {
	s.assignments.Add(1)
	status, contentType, body := s.send(ctx, newSoakCallback(s.base, "/assignment", soakForm(sid)))
	var answer struct{ Instruction, To string }
	_ = json.Unmarshal([]byte(body), &answer)
	switch {
	case status == 0:
	case status != http.StatusOK || contentType != "application/json" || answer.Instruction != "dequeue":
		s.note(&s.unexpected, "an assignment: %d %s %s", status, contentType, body)
	case answer.To != "client:"+sid:
		s.foreign.Add(1)
	}
}

func (s *soak) sendEvent(ctx context.Context, sid string, random *rand.Rand) {
	s.events.Add(1)
	event := sampleEvent(sid)
	want := []int{http.StatusNoContent}
	doubled, together := random.IntN(soakDoubled) == 0, random.IntN(2) == 0
	if random.IntN(soakFailing) == 0 {
		event.Reason = "fail"
		want, doubled, together = []int{http.StatusInternalServerError}, true, false
		s.failures.Add(1)
	}
	post := func(want []int) {
		if status, contentType, body := s.send(ctx, newSoakCallback(s.base, "/events", event.Form())); status != 0 && !slices.Contains(want, status) {
			s.note(&s.unexpected, "an event: %d %s %s", status, contentType, body)
		}
	}
	if !doubled {
		post(want)
		return
	}
	s.again.Add(1)
	var posts sync.WaitGroup
	posts.Go(func() { post(want) })
	if !together {
		posts.Wait()
	}
	post([]int{http.StatusNoContent})
	posts.Wait()
}

func (s *soak) sendForged(ctx context.Context, n int64, way int) {
	s.forged.Add(1)
	forgery := soakForgeries[way]
	path, form := "/assignment", soakForm(fmt.Sprint("WRforged", n))
	if n%2 != 0 {
		path = "/events"
		form.Set("Sid", fmt.Sprint("EVforged", n))
		form.Set("EventType", "task.canceled")
	}
	callback := newSoakCallback(s.base, path, form)
	forgery.forge(callback)
	status, _, body := s.send(ctx, callback)
	s.mutex.Lock()
	s.doors[forgery.name]++
	s.mutex.Unlock()
	if status != http.StatusForbidden {
		s.note(&s.breaches, "%s: %d %s", forgery.name, status, body)
		return
	}
	s.refused.Add(1)
}

// send returns what a callback is answered with, 0 for nothing.
func (s *soak) send(ctx context.Context, c *soakCallback) (status int, contentType, body string) {
	s.requests.Add(1)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+c.path, strings.NewReader(c.body))
	if err != nil {
		s.note(&s.unexpected, "%v", err)
		return 0, "", ""
	}
	request.Host, request.Header = c.host, c.header
	request.Header[webhook.SignatureHeader] = c.signature
	response, err := s.client.Do(request)
	if err != nil {
		s.lost.Add(1)
		s.note(&s.unexpected, "%v", err)
		return 0, "", ""
	}
	defer func() { _ = response.Body.Close() }()
	var text bytes.Buffer
	if _, err := io.Copy(&text, response.Body); err != nil {
		s.lost.Add(1)
		s.note(&s.unexpected, "%v", err)
		return 0, "", ""
	}
	return response.StatusCode, response.Header.Get("Content-Type"), text.String()
}

// soakLeaked returns how many goroutines there are more than before, after at most ten
// seconds for them to end.
func soakLeaked(before int) int {
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for range 1000 {
		if runtime.NumGoroutine() <= before {
			return 0
		}
		<-ticker.C
	}
	return runtime.NumGoroutine() - before
}

// Of many callbacks at once none is lost, none is believed that the service did not
// send, each event is handled once, and nothing leaks.
func TestSoak(t *testing.T) {
	before := runtime.NumGoroutine()
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	transport := &http.Transport{MaxIdleConnsPerHost: 2 * soakSenders}
	s := &soak{
		base: server.URL, client: &http.Client{Transport: transport},
		handled: map[string]int{}, calls: map[string]int{}, doors: map[string]int{},
	}
	verifier := newVerifier(t, webhook.WithBaseURL(server.URL), webhook.WithLogger(slog.New(slog.DiscardHandler)))
	mux.Handle("/assignment", webhook.AssignmentHandler(verifier, s.decide))
	mux.Handle("/events", webhook.EventHandler(verifier, s.handle))

	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	start := time.Now()
	var senders sync.WaitGroup
	for range soakSenders {
		senders.Go(func() { s.run(ctx) })
	}
	senders.Wait()
	duration := time.Since(start)
	require.NoError(t, ctx.Err(), "the callbacks took too long")

	transport.CloseIdleConnections()
	server.Close()
	leaked := soakLeaked(before)

	doubled, believed := 0, 0
	for sid, times := range s.handled {
		if times > 1 {
			doubled++
		}
		if strings.Contains(sid, "forged") {
			believed++
		}
	}
	t.Logf("callbacks: %d", soakCallbacks)
	t.Logf("assignments: %d", s.assignments.Load())
	t.Logf("events: %d, of which %d were sent twice, and %d failed first", s.events.Load(), s.again.Load(), s.failures.Load())
	t.Logf("forged: %d, in %d ways, refused: %d", s.forged.Load(), len(s.doors), s.refused.Load())
	t.Logf("requests: %d", s.requests.Load())
	t.Logf("lost: %d", s.lost.Load())
	t.Logf("forged and believed: %d", believed)
	t.Logf("handled: %d, more than once: %d", len(s.handled), doubled)
	t.Logf("answers of another callback: %d", s.foreign.Load())
	t.Logf("leaked goroutines: %d", leaked)
	t.Logf("time: %v, %.0f requests a second", duration.Round(time.Millisecond), float64(s.requests.Load())/duration.Seconds())

	assert.EqualValues(t, soakCallbacks, s.assignments.Load()+s.events.Load()+s.forged.Load())
	assert.Empty(t, s.unexpected)
	assert.Empty(t, s.breaches)
	assert.Len(t, s.doors, len(soakForgeries), "ways to forge that were tried")
	assert.Equal(t, s.forged.Load(), s.refused.Load())
	assert.Positive(t, s.again.Load())
	assert.Positive(t, s.failures.Load())
	assert.Zero(t, believed)
	assert.Zero(t, doubled)
	assert.Len(t, s.handled, int(s.assignments.Load()+s.events.Load()), "each is handled")
	assert.Zero(t, s.lost.Load())
	assert.Zero(t, s.foreign.Load())
	assert.Zero(t, leaked)
}
