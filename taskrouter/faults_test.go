package taskrouter_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// What the clients of a faultyService take, in bytes.
const (
	mostBody   = 4 << 10
	mostHeader = 16 << 10
)

// faultyService is a fakeService on a socket, of which it is known what is left
// of it.
type faultyService struct {
	*fakeService

	server         *httptest.Server
	before         map[string]string // the goroutines
	accepted, open atomic.Int64      // connections, at the end of the service
}

func newFaultyService(t testing.TB, handler http.HandlerFunc) *faultyService {
	t.Helper()
	s := prepareFaultyService(t, handler)
	s.server.Start()
	s.URL = s.server.URL + mount
	return s
}

func prepareFaultyService(t testing.TB, handler http.HandlerFunc) *faultyService {
	t.Helper()
	s := &faultyService{
		fakeService: &fakeService{transport: &http.Transport{MaxResponseHeaderBytes: mostHeader, MaxIdleConnsPerHost: 64}, peers: map[string]bool{}},
		before:      goroutines(),
	}
	s.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.record(r)
		handler(w, r)
	}))
	s.server.Listener = countingListener{s.server.Listener, s}
	s.server.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes that fail, as they are meant to
	t.Cleanup(s.server.Close)
	t.Cleanup(s.transport.CloseIdleConnections)
	return s
}

// countingListener counts connections. The ConnState of a server would not do:
// it loses sight of those that a handler takes over.
type countingListener struct {
	net.Listener

	service *faultyService
}

func (l countingListener) Accept() (net.Conn, error) {
	connection, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.service.accepted.Add(1)
	l.service.open.Add(1)
	return &countedConnection{connection, sync.OnceFunc(func() { l.service.open.Add(-1) })}, nil
}

type countedConnection struct {
	net.Conn

	closed func()
}

func (c *countedConnection) Close() error {
	c.closed()
	return c.Conn.Close()
}

// startTLS serves HTTPS instead, with a certificate that the clients do not know.
func (s *faultyService) startTLS() {
	s.server.StartTLS()
	s.URL = s.server.URL + mount
}

// trust makes the certificate known.
func (s *faultyService) trust() {
	s.transport.TLSClientConfig = s.server.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
}

// patient returns a client that retries as often as usual, but soon.
func (s *faultyService) patient(t testing.TB, options ...taskrouter.Option) *taskrouter.Client {
	t.Helper()
	return s.client(t, append([]taskrouter.Option{
		taskrouter.WithMaxResponseBytes(mostBody),
		taskrouter.WithRetry(taskrouter.RetryPolicy{MinDelay: time.Millisecond, MaxDelay: 2 * time.Millisecond, MaxRetryAfter: time.Second}),
	}, options...)...)
}

// assertNothingIsLeft ends the service when all calls have ended.
func (s *faultyService) assertNothingIsLeft(t testing.TB) {
	t.Helper()
	connections, leaked := s.leftovers()
	assert.Zero(t, connections, "connections")
	assert.Empty(t, leaked, "goroutines")
}

// leftovers ends the service, and returns how many connections the clients keep
// although they were told to close those that are idle, and the goroutines that
// there are more than before.
func (s *faultyService) leftovers() (connections int64, leaked map[string]string) {
	eventually(func() bool {
		s.transport.CloseIdleConnections()
		return s.open.Load() == 0
	})
	connections = s.open.Load()
	s.server.Close()
	eventually(func() bool {
		leaked = goroutines()
		for number := range s.before {
			delete(leaked, number)
		}
		return len(leaked) == 0
	})
	return connections, leaked
}

// goroutines returns the stacks of all that run, by their number.
func goroutines() map[string]string {
	buffer := make([]byte, 64<<10)
	n := runtime.Stack(buffer, true)
	for n == len(buffer) {
		buffer = make([]byte, 2*len(buffer))
		n = runtime.Stack(buffer, true)
	}
	stacks := map[string]string{}
	for stack := range strings.SplitSeq(string(buffer[:n]), "\n\n") {
		number, _, _ := strings.Cut(strings.TrimPrefix(stack, "goroutine "), " ")
		stacks[number] = stack
	}
	return stacks
}

// eventually waits until a condition holds, and tells whether it does.
// [assert.Eventually] would have goroutines of its own.
func eventually(condition func() bool) bool {
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	late := time.After(10 * time.Second)
	for !condition() {
		select {
		case <-ticker.C:
		case <-late:
			return false
		}
	}
	return true
}

// reply is a sound answer, for a fault to spoil.
type reply struct {
	status int
	body   string
}

// soundReply is what a request deserves.
func soundReply(r *http.Request) reply {
	isList := !strings.HasPrefix(r.URL.Path, mount+tasksPath+"/")
	switch {
	case r.Method == http.MethodDelete:
		return reply{http.StatusNoContent, ""}
	case isList && r.Method == http.MethodGet:
		return reply{http.StatusOK, `{"meta":{"key":"tasks"},"tasks":[{"sid":"WT1","reason":"later"}]}`}
	case isList:
		return reply{http.StatusCreated, taskOf30Bytes}
	default:
		return reply{http.StatusOK, taskOf30Bytes}
	}
}

func (r reply) serve(w http.ResponseWriter) { answer(r.status, r.body)(w, nil) }

// filled is the reply with a body, also to a deletion.
func (r reply) filled() reply {
	if r.body == "" {
		return reply{http.StatusOK, taskOf30Bytes}
	}
	return r
}

// head is the reply as far as its body. What is not about its length is added.
func (r reply) head(lines ...string) string {
	return fmt.Sprintf("HTTP/1.1 %d %s\r\nTwilio-Request-Id: RQ1\r\n%s\r\n", r.status, http.StatusText(r.status), strings.Join(append(lines, ""), "\r\n"))
}

// measured is the head of a reply that says how long the body is.
func (r reply) measured() string { return r.head(fmt.Sprintf("Content-Length: %d", len(r.body))) }

// nothing, headers, half and whole are how far a reply may come.
func (reply) nothing() string { return "" }

func (r reply) headers() string { return r.filled().measured() }

func (r reply) half() string {
	r = r.filled()
	return r.measured() + r.body[:len(r.body)/2]
}

func (r reply) whole() string {
	if r.body == "" {
		return r.head()
	}
	return r.measured() + r.body
}

// chunked is a reply of chunks, with what comes after the first ones.
func (r reply) chunked(end string) string {
	r = r.filled()
	return r.head("Transfer-Encoding: chunked") + fmt.Sprintf("%x\r\n%s\r\n%s", len(r.body), r.body, end)
}

// packed is a reply whose body says that it is packed.
func (r reply) packed(pack func(string) string) string {
	r = r.filled()
	r.body = pack(r.body)
	return r.head("Content-Encoding: gzip", fmt.Sprintf("Content-Length: %d", len(r.body))) + r.body
}

func zip(text string) string {
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	_, _ = io.WriteString(writer, text) // a buffer takes it all
	_ = writer.Close()
	return packed.String()
}

// A fault answers in its own way a request that deserves a sound reply.
type fault func(w http.ResponseWriter, sound reply)

// handler answers every request with the fault.
func (f fault) handler() http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { f(w, soundReply(r)) }
}

// onWire writes a text on the connection, and then ends it.
func onWire(text func(reply) string, end func(net.Conn)) fault {
	return func(w http.ResponseWriter, sound reply) {
		connection, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(connection, text(sound)) // the client may have had enough of it
		end(connection)
	}
}

// wire writes a text that does not depend on the request.
func wire(text string) fault { return onWire(func(reply) string { return text }, hangUp) }

func hangUp(connection net.Conn) { _ = connection.Close() }

// reset makes the kernel send an RST.
func reset(connection net.Conn) {
	_ = connection.(*countedConnection).Conn.(*net.TCPConn).SetLinger(0)
	_ = connection.Close()
}

// resetWhenUsedAgain sends the RST in place of the next answer.
func resetWhenUsedAgain(connection net.Conn) {
	_, _ = connection.Read(make([]byte, 1))
	reset(connection)
}

// stall does nothing until the client has gone.
func stall(connection net.Conn) {
	_, _ = io.Copy(io.Discard, connection)
	_ = connection.Close()
}

// says answers over a connection that stays in use.
func says(status int, body string, headers ...string) fault {
	return func(w http.ResponseWriter, _ reply) { answer(status, body, headers...)(w, nil) }
}

// soundWith adds headers to the sound reply.
func soundWith(headers ...string) fault {
	return func(w http.ResponseWriter, sound reply) { answer(sound.status, sound.body, headers...)(w, nil) }
}

// want is what comes of a call.
type want struct {
	attempts int
	succeeds bool

	// Of a call that fails:
	status       int // of the [taskrouter.Error]; 0 if the error is none
	about, wraps error
	text         string
}

// wants are what comes of a call, by the kind of its operation.
type wants struct{ read, list, create, update, remove want }

// fine is a fault that does no harm.
func fine() wants {
	w := want{attempts: 1, succeeds: true}
	return wants{w, w, w, w, w}
}

// lost is a request that got no answer. Nobody knows whether it was carried out.
func lost(wraps error, text string) wants {
	once := want{attempts: 1, wraps: wraps, text: text}
	repeated := want{attempts: 4, wraps: wraps, text: text}
	return wants{repeated, repeated, once, once, repeated}
}

// cut is a request that was carried out, with an answer that broke off.
func cut(wraps error, text string) wants {
	once := want{attempts: 1, status: 200, about: taskrouter.ErrInvalidResponse, wraps: wraps, text: text}
	repeated, created := once, once
	repeated.attempts = 4
	created.status = 201
	return wants{repeated, repeated, created, once, fine().remove}
}

// useless is an answer that would be no other a second time. A deletion needs
// none.
func useless(read, create int, text string) wants {
	once := want{attempts: 1, status: read, about: taskrouter.ErrInvalidResponse, text: text}
	created := once
	created.status = create
	return wants{once, once, created, once, fine().remove}
}

// said is an answer that settles the call, or one that all calls repeat.
func said(attempts, status int, about error, text string) wants {
	w := want{attempts: attempts, status: status, about: about, text: text}
	return wants{w, w, w, w, w}
}

// down is a service that could not do what was asked.
func down(status int, text string) wants {
	once, repeated := said(1, status, taskrouter.ErrServer, text).create, said(4, status, taskrouter.ErrServer, text).read
	return wants{repeated, repeated, once, once, repeated}
}

type faultTest struct {
	name  string
	fault fault
	wants wants

	// attemptTimeout is for faults that do not end by themselves.
	attemptTimeout time.Duration
}

// faultTests are all the ways in which a service, or what lies between, may
// misbehave once it has a request.
func faultTests() []faultTest {
	const page = "<html><h1>Sorry</h1></html>"
	const noDeadline, stalled = 0, 400 * time.Millisecond // in which the service sees the request, however busy the machine is
	large := strings.Repeat(" ", mostBody+1)
	onlyList := fine()
	onlyList.list = useless(200, 0, "the body holds neither entries nor metadata of a page").list
	silent := cut(context.DeadlineExceeded, "read the body after 15 bytes")
	silent.list.text = "read the body after 32 bytes"
	for _, w := range []*want{&silent.read, &silent.list, &silent.create, &silent.update} {
		w.about = nil // a slow answer is no wrong one
	}
	return []faultTest{
		{"a reset before the answer", onWire(reply.nothing, reset), lost(syscall.ECONNRESET, "connection reset by peer"), noDeadline},
		{"a reset after the headers", onWire(reply.headers, reset), cut(syscall.ECONNRESET, "read the body after 0 bytes"), noDeadline},
		{"a reset within the body", onWire(reply.half, reset), cut(syscall.ECONNRESET, "read the body after "), noDeadline},
		{"a reset after the body", onWire(reply.whole, reset), fine(), noDeadline},
		{"a reset when the connection is used again", onWire(reply.whole, resetWhenUsedAgain), fine(), noDeadline},
		{"a close before the answer", onWire(reply.nothing, hangUp), lost(io.EOF, "EOF"), noDeadline},
		{"a close within the headers", wire("HTTP/1.1 200 OK\r\nContent-Type: "), lost(io.ErrUnexpectedEOF, "unexpected EOF"), noDeadline},
		{"a close within the body", onWire(reply.half, hangUp), cut(io.ErrUnexpectedEOF, "read the body after "), noDeadline},
		{"a close after the body", onWire(reply.whole, hangUp), fine(), noDeadline},
		{"a body without its last chunk", onWire(func(r reply) string { return r.chunked("") }, hangUp), cut(io.ErrUnexpectedEOF, "read the body after "), noDeadline},
		{"a body that ends within a chunk", onWire(func(r reply) string { return r.chunked("7\r\n   ") }, hangUp), cut(io.ErrUnexpectedEOF, "read the body after "), noDeadline},
		{"a chunk of no length", onWire(func(r reply) string { return r.chunked("long\r\n") }, hangUp), cut(nil, "invalid byte in chunk length"), noDeadline},

		{"silence", onWire(reply.nothing, stall), lost(context.DeadlineExceeded, ""), stalled},
		{"silence within the body", onWire(reply.half, stall), silent, stalled},

		{"a page with 502", says(502, page, "Content-Type", "text/html"), down(502, page), noDeadline},
		{"a page with 503", says(503, page, "Content-Type", "text/html"), down(503, page), noDeadline},
		{"a page with 200", says(200, page, "Content-Type", "text/html"), useless(200, 200, "invalid character '<'"), noDeadline},
		{"501", says(501, "{}"), said(1, 501, taskrouter.ErrServer, "Not Implemented"), noDeadline},
		{"an empty object with 429", says(429, "{}"), said(4, 429, taskrouter.ErrRateLimited, "Too Many Requests"), noDeadline},
		{"an empty object with 200", says(200, "{}"), onlyList, noDeadline},
		{"no content", says(204, ""), useless(204, 204, "the body is empty"), noDeadline},

		{"JSON that says it is a page", soundWith("Content-Type", "text/html; charset=utf-16"), fine(), noDeadline},
		{"JSON that says it is bytes", soundWith("Content-Type", "application/octet-stream"), fine(), noDeadline},
		{"JSON of no type", onWire(reply.whole, hangUp), fine(), noDeadline},
		{"JSON of a type that is none", soundWith("Content-Type", "?;=/"), fine(), noDeadline},

		{"gzip", onWire(func(r reply) string { return r.packed(zip) }, hangUp), fine(), noDeadline},
		{"gzip that is none", onWire(func(r reply) string { return r.packed(func(s string) string { return s }) }, hangUp), cut(gzip.ErrHeader, "gzip: invalid header"), noDeadline},
		{"gzip of another text", onWire(func(r reply) string {
			return r.packed(func(s string) string { return zip(s)[:len(zip(s))-8] + "another." })
		}, hangUp), cut(gzip.ErrChecksum, "gzip: invalid checksum"), noDeadline},
		{"gzip that breaks off", onWire(func(r reply) string { return r.packed(func(s string) string { return zip(s)[:20] }) }, hangUp), cut(io.ErrUnexpectedEOF, "read the body after "), noDeadline},

		{"text that is not UTF-8", func(w http.ResponseWriter, sound reply) {
			answer(sound.status, strings.ReplaceAll(sound.body, "later", "\xff\xfe"))(w, nil)
		}, fine(), noDeadline},
		{"a failure that is not UTF-8", says(400, "{\"message\":\"\xff\xfe\"}"), said(1, 400, taskrouter.ErrInvalid, "\ufffd\ufffd"), noDeadline},
		{"a page that is not UTF-8", says(400, "\xff\xfe"), said(1, 400, taskrouter.ErrInvalid, `\xff\xfe`), noDeadline},

		{"too large a body, as announced", func(w http.ResponseWriter, sound reply) {
			answer(sound.filled().status, sound.filled().body+large, "Content-Length", fmt.Sprint(len(sound.filled().body+large)))(w, nil)
		}, useless(200, 201, "more than the limit of 4096"), noDeadline},
		{"too large a body", func(w http.ResponseWriter, sound reply) {
			flushed(answer(sound.filled().status, sound.filled().body+large))(w, nil)
		}, useless(200, 201, "more than the limit of 4096 bytes"), noDeadline},
		{"too large a failure, as announced", says(404, large, "Content-Length", fmt.Sprint(len(large))), said(1, 404, taskrouter.ErrNotFound, "more than the limit of 4096"), noDeadline},
		{"too large a failure", fault(func(w http.ResponseWriter, _ reply) { flushed(answer(404, large))(w, nil) }), said(1, 404, taskrouter.ErrNotFound, "more than the limit of 4096 bytes"), noDeadline},
		{"too large headers", onWire(func(r reply) string { return r.filled().head("X-Large: " + strings.Repeat("x", 2*mostHeader)) }, stall), lost(nil, "server response headers exceeded"), noDeadline},

		{"Retry-After of nothing", says(429, "{}", "Retry-After", "0"), said(4, 429, taskrouter.ErrRateLimited, "Too Many Requests"), noDeadline},
		{"Retry-After of more than is granted", says(429, "{}", "Retry-After", "5"), said(1, 429, taskrouter.ErrRateLimited, "retry after 5s"), noDeadline},
		{"Retry-After of an hour", says(503, "{}", "Retry-After", "3600"), said(1, 503, taskrouter.ErrServer, "retry after 1h0m0s"), noDeadline},
		{"Retry-After of a far date", says(429, "{}", "Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT"), said(1, 429, taskrouter.ErrRateLimited, "retry after "), noDeadline},
		{"Retry-After of a past date", says(429, "{}", "Retry-After", "Sat, 01 Jan 2000 00:00:00 GMT"), said(4, 429, taskrouter.ErrRateLimited, "Too Many Requests"), noDeadline},
		{"Retry-After of a word", says(429, "{}", "Retry-After", "soon"), said(4, 429, taskrouter.ErrRateLimited, "Too Many Requests"), noDeadline},
		{"Retry-After of less than nothing", says(429, "{}", "Retry-After", "-1"), said(4, 429, taskrouter.ErrRateLimited, "Too Many Requests"), noDeadline},
		{"Retry-After of no integer", says(429, "{}", "Retry-After", "1e9999"), said(4, 429, taskrouter.ErrRateLimited, "Too Many Requests"), noDeadline},

		{"information before the answer", onWire(func(r reply) string {
			return "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + r.whole()
		}, hangUp), fine(), noDeadline},
		{"information without an answer", wire("HTTP/1.1 103 Early Hints\r\n\r\n"), lost(io.ErrUnexpectedEOF, "unexpected EOF"), noDeadline},
		{"a redirect", says(302, "moved", "Location", "/elsewhere"), said(1, 302, nil, "Found"), noDeadline},
		{"a redirect that keeps the method", says(307, "moved", "Location", "/elsewhere"), said(1, 307, nil, "Temporary Redirect"), noDeadline},
		{"a redirect to nowhere", says(301, "moved"), said(1, 301, nil, "Moved Permanently"), noDeadline},

		{"a status that is none", wire("HTTP/1.1 banana OK\r\n\r\n"), lost(nil, `malformed HTTP status code "banana"`), noDeadline},
		{"another protocol", wire("SSH-2.0-OpenSSH_9.6\r\n"), lost(nil, `malformed HTTP response "SSH-2.0-OpenSSH_9.6"`), noDeadline},
		{"a header that is none", wire("HTTP/1.1 200 OK\r\nno colon\r\n\r\n"), lost(nil, "malformed MIME header"), noDeadline},
		{"a length that is none", wire("HTTP/1.1 200 OK\r\nContent-Length: long\r\n\r\n"), lost(nil, `bad Content-Length "long"`), noDeadline},
		{"an old protocol", onWire(func(r reply) string {
			return strings.Replace(r.filled().head(), "HTTP/1.1", "HTTP/1.0", 1) + r.filled().body
		}, hangUp), fine(), noDeadline},
	}
}

// taskCall is a call of one kind.
type taskCall struct {
	name, method, path string
	call               func(context.Context, taskrouter.TasksService, ...taskrouter.CallOption) error
	want               func(wants) want
}

var taskCalls = []taskCall{
	{"getTask", "GET", taskPath, func(ctx context.Context, tasks taskrouter.TasksService, options ...taskrouter.CallOption) error {
		_, err := tasks.Get(ctx, "WT1", options...)
		return err
	}, func(w wants) want { return w.read }},
	{"listTasks", "GET", tasksPath, func(ctx context.Context, tasks taskrouter.TasksService, options ...taskrouter.CallOption) error {
		_, err := tasks.Page(ctx, taskrouter.ListTasksParams{}, options...)
		return err
	}, func(w wants) want { return w.list }},
	{"createTask", "POST", tasksPath, func(ctx context.Context, tasks taskrouter.TasksService, options ...taskrouter.CallOption) error {
		_, err := tasks.Create(ctx, taskrouter.CreateTaskRequest{Attributes: `{"id":1}`}, options...)
		return err
	}, func(w wants) want { return w.create }},
	{"updateTask", "POST", taskPath, func(ctx context.Context, tasks taskrouter.TasksService, options ...taskrouter.CallOption) error {
		_, err := tasks.Update(ctx, "WT1", taskrouter.UpdateTaskRequest{Attributes: `{"id":1}`}, options...)
		return err
	}, func(w wants) want { return w.update }},
	{"deleteTask", "DELETE", taskPath, func(ctx context.Context, tasks taskrouter.TasksService, options ...taskrouter.CallOption) error {
		return tasks.Delete(ctx, "WT1", options...)
	}, func(w wants) want { return w.remove }},
}

// assertOutcome holds what came of a call against what was to come of it.
func (c taskCall) assertOutcome(t *testing.T, want want, err error, response taskrouter.Response) {
	t.Helper()
	assert.Equal(t, want.attempts, response.Attempts)
	if want.succeeds {
		assert.NoError(t, err)
		return
	}
	assertAbout(t, want.about, err)
	if want.wraps != nil {
		assert.ErrorIs(t, err, want.wraps)
	}
	text := err.Error()
	assert.Contains(t, text, want.text)
	assert.NotContains(t, text, secretToken)
	assert.True(t, utf8.ValidString(text), "%q", text)
	assert.Equal(t, want.attempts > 1, strings.Contains(text, fmt.Sprintf("%d attempts", want.attempts)), text)
	failure, ok := errors.AsType[*taskrouter.Error](err)
	if want.status == 0 {
		assert.False(t, ok, "%T: %v", err, err)
		assert.Contains(t, text, "taskrouter: "+c.name+": "+c.method+" "+c.path+": ")
		return
	}
	require.True(t, ok, "%T: %v", err, err)
	assert.Contains(t, text, "taskrouter: "+c.name+": ")
	assert.Equal(t, []any{want.status, want.attempts, c.name, c.method, c.path}, []any{failure.StatusCode, failure.Attempts, failure.Operation, failure.Method, failure.Path})
}

// Whatever the service does, a call ends in the result or in an error that says
// what became of it, is repeated only where that can do no harm, and leaves
// nothing behind that the next call could suffer from.
func TestEveryFaultEndsInAResultOrAnErrorThatTells(t *testing.T) {
	for _, test := range faultTests() {
		for _, c := range taskCalls {
			t.Run(test.name+"/"+c.name, func(t *testing.T) {
				var recovered atomic.Bool
				service := newFaultyService(t, func(w http.ResponseWriter, r *http.Request) {
					if recovered.Load() {
						soundReply(r).serve(w)
						return
					}
					test.fault.handler()(w, r)
				})
				var options []taskrouter.Option
				if test.attemptTimeout > 0 {
					options = append(options, taskrouter.WithAttemptTimeout(test.attemptTimeout))
				}
				var response taskrouter.Response
				err := c.call(t.Context(), service.patient(t, options...).Tasks("WS1"), taskrouter.WithResponseInto(&response))
				expected := c.want(test.wants)
				c.assertOutcome(t, expected, err, response)
				assert.Len(t, service.seen(), expected.attempts)

				recovered.Store(true)
				task, err := service.tasks(t).Get(t.Context(), "WT1")
				require.NoError(t, err, "the call after it")
				assert.Equal(t, new("later"), task.Reason)
				// Go 1.27 reads on what a call has given up, for a moment, and then keeps that connection as well.
				assert.True(t, eventually(func() bool { return service.open.Load() <= 2 }), "%d connections", service.open.Load())
				service.assertNothingIsLeft(t)
			})
		}
	}
}

// With HTTP/2 it is streams that break, and the connection goes on.
func TestAStreamThatIsResetIsAsBadAsAConnection(t *testing.T) {
	const text = "INTERNAL_ERROR; received from peer"
	tests := map[string]struct {
		fault fault
		wants wants
	}{
		"before the answer": {func(http.ResponseWriter, reply) { panic(http.ErrAbortHandler) }, lost(nil, text)},
		"within the body": {func(w http.ResponseWriter, sound reply) {
			sound = sound.filled()
			flushed(answer(sound.status, sound.body[:10]))(w, nil)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}, cut(nil, text)},
	}
	for name, test := range tests {
		for _, c := range taskCalls {
			t.Run(name+"/"+c.name, func(t *testing.T) {
				service := prepareFaultyService(t, test.fault.handler())
				service.server.EnableHTTP2 = true
				service.startTLS()
				service.trust()
				service.transport.ForceAttemptHTTP2 = true
				var response taskrouter.Response
				err := c.call(t.Context(), service.patient(t).Tasks("WS1"), taskrouter.WithResponseInto(&response))
				expected := c.want(test.wants)
				c.assertOutcome(t, expected, err, response)
				assert.Len(t, service.seen(), expected.attempts)
				assert.Equal(t, int64(1), service.accepted.Load(), "connections")
				service.assertNothingIsLeft(t)
			})
		}
	}
}

// refusing returns an address at which nobody listens.
func refusing(testing.TB) string {
	return "127.0.0.1:1" // and not a port that was free a moment ago: another test may get it
}

// Of a request that finds no connection no byte leaves, so that it can be
// repeated whatever it is.
func TestARequestThatFindsNoConnectionIsRepeatedWhateverItIs(t *testing.T) {
	tests := map[string]struct {
		base     func(*faultyService) string
		accepted int64
		wraps    error
		text     string
	}{
		"nobody listens":      {func(*faultyService) string { return "http://" + refusing(t) }, 0, syscall.ECONNREFUSED, "connection refused"},
		"TLS to a plain port": {func(s *faultyService) string { return strings.Replace(s.URL, "http:", "https:", 1) }, 4, nil, "server gave HTTP response to HTTPS client"},
	}
	for name, test := range tests {
		for _, c := range taskCalls {
			t.Run(name+"/"+c.name, func(t *testing.T) {
				service := newFaultyService(t, func(w http.ResponseWriter, r *http.Request) { soundReply(r).serve(w) })
				var response taskrouter.Response
				tasks := service.patient(t, taskrouter.WithBaseURL(test.base(service))).Tasks("WS1")
				err := c.call(t.Context(), tasks, taskrouter.WithResponseInto(&response))
				c.assertOutcome(t, want{attempts: 4, wraps: test.wraps, text: test.text}, err, response)
				assert.Equal(t, test.accepted, service.accepted.Load())
				assert.Empty(t, service.seen())
				service.assertNothingIsLeft(t)
			})
		}
	}
}

func TestACertificateThatCannotBeTrustedIsNotTriedAgain(t *testing.T) {
	for _, c := range taskCalls {
		t.Run(c.name, func(t *testing.T) {
			service := prepareFaultyService(t, func(w http.ResponseWriter, r *http.Request) { soundReply(r).serve(w) })
			service.startTLS()
			var response taskrouter.Response
			err := c.call(t.Context(), service.patient(t).Tasks("WS1"), taskrouter.WithResponseInto(&response))
			c.assertOutcome(t, want{attempts: 1, text: "failed to verify certificate"}, err, response)
			_, ok := errors.AsType[*tls.CertificateVerificationError](err)
			assert.True(t, ok)
			assert.Equal(t, int64(1), service.accepted.Load())
			assert.Empty(t, service.seen())

			service.trust()
			assert.NoError(t, c.call(t.Context(), service.tasks(t)), "with a certificate that can")
			service.assertNothingIsLeft(t)
		})
	}
}
