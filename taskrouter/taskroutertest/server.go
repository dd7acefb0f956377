package taskroutertest

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/api"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/callback"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/router"
)

// Server is a TaskRouter. Many goroutines may call it at once.
type Server struct {
	config    config
	api       *api.API
	callbacks *callback.Sender
	failures  failures
	// unanswered are the URLs of which it was said that no handler answers them.
	unanswered sync.Map

	url      string
	listener *http.Server   // nil without one
	serving  sync.WaitGroup // of the listener

	mu     sync.Mutex
	calls  int           // that have begun and not ended
	closed chan struct{} // no call begins any more
	ended  chan struct{} // and none goes on
}

// NewServer returns a TaskRouter without workspaces, in memory unless an option says
// otherwise. It panics if an option cannot be. [Server.Close] ends it.
func NewServer(options ...Option) *Server {
	c := newConfig(options)
	s := &Server{config: c, closed: make(chan struct{}), ended: make(chan struct{}), url: memoryURL + c.basePath}
	account := router.NewAccount(c.accountSID, c.seed)
	s.api = api.New(api.Config{
		Account:     account,
		Credentials: c.passwords(account.SID),
		RateLimits:  c.rateLimits,
		BasePath:    c.basePath,
		Speed:       c.speed,
		Deliver:     func(callbacks []router.Callback) { s.callbacks.Send(callbacks) },
	})
	s.callbacks = callback.NewSender(callback.Config{
		AuthToken: c.authToken,
		Network:   c.callbackNetwork,
		Desk:      s.api,
		After:     s.madeCallback,
	})
	if c.listener != nil {
		s.url = "http://" + c.listener.Addr().String() + c.basePath
		s.listener = newHTTPServer(s)
		s.serving.Go(func() { _ = s.listener.Serve(c.listener) }) // which Close ends
	}
	return s
}

// newHTTPServer returns a server without a timeout for answers, which would end a Delay.
func newHTTPServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: time.Minute,
		ReadTimeout:       time.Minute,
		IdleTimeout:       2 * time.Minute,
	}
}

// memoryURL is where clients believe to be without a listener. It is not the service's:
// a program that is given it but has an HTTP client of its own would reach the live
// service. Names below test are reserved, and lead nowhere.
const memoryURL = "https://taskrouter.test"

// URL is the base URL of the server, such as http://127.0.0.1:34567, with the path of
// [WithBasePath]. Without a listener it is https://taskrouter.test, a name that leads
// nowhere: only [Server.HTTPClient] and the clients of [Server.Client] find the server
// there.
// Programs that use the SDK read it from TASKROUTER_BASE_URL.
func (s *Server) URL() string { return s.url }

// AccountSID is the account that the workspaces belong to. It is a user name for
// basic authentication, with [Server.AuthToken] as its password. Programs that use the
// SDK read it from TWILIO_ACCOUNT_SID.
func (s *Server) AccountSID() string { return s.api.AccountSID() }

// AuthToken is the auth token of the account. Programs that use the SDK read it from
// TWILIO_AUTH_TOKEN.
func (s *Server) AuthToken() string { return s.config.authToken }

// Authenticate tells whether a request has the credentials of somebody who may call the
// server, by basic authentication: for what a program serves beside the API.
func (s *Server) Authenticate(r *http.Request) bool { return s.api.Authenticate(r) }

// Client returns a client of the server, with its address and credentials and with
// the options that are given, which win. It panics if an option cannot be, and for
// WithRegion, WithTokenSource and WithClientCredentials, which exclude the address or
// the credentials that it has.
func (s *Server) Client(options ...taskrouter.Option) *taskrouter.Client {
	options = append([]taskrouter.Option{
		taskrouter.WithBaseURL(s.url),
		taskrouter.WithAuthToken(s.AccountSID(), s.AuthToken()),
		taskrouter.WithHTTPClient(s.HTTPClient()),
	}, options...)
	client, err := taskrouter.NewClient(options...)
	if err != nil {
		panic(fmt.Sprintf("taskroutertest: Client: %v", err))
	}
	return client
}

// HTTPClient returns a client that reaches the server, and without a listener nothing
// else. It sends no credentials of its own.
func (s *Server) HTTPClient() *http.Client {
	if s.listener != nil {
		return &http.Client{}
	}
	return &http.Client{Transport: transport{s}}
}

// Close ends the server: calls fail from now on, the listener is closed, and calls
// that wait for a Delay fail at once. Callbacks that are being made end, by their context,
// and the others are not made. It returns when the last call, callback, hook and handler
// has ended, so hooks and handlers must not call it. It may be called more than once.
func (s *Server) Close() {
	s.end()
	if s.listener != nil {
		_ = s.listener.Close() // of the listener, which nobody has to know about
	}
	s.serving.Wait()
	<-s.ended
	s.callbacks.Close()
	s.api.Close()
}

func (s *Server) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.isClosed() {
		return
	}
	close(s.closed)
	if s.calls == 0 {
		close(s.ended)
	}
}

// beginCall counts a call, for which Close then waits, unless the server is closed.
func (s *Server) beginCall() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.isClosed() {
		return errClosed
	}
	s.calls++
	return nil
}

func (s *Server) endCall() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls--
	if s.calls == 0 && s.isClosed() {
		close(s.ended)
	}
}

func (s *Server) isClosed() bool {
	select {
	case <-s.closed:
		return true
	default:
		return false
	}
}

// maxBody is how much a request may have, in bytes. The largest one is that of a
// workflow, whose configuration may have 1,038,576, each of them escaped.
const maxBody = 4 << 20

// readBody reads a body and closes it. Of one that is too large it reads one byte more
// than there may be, by which it is known.
func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	return body, cmp.Or(err, r.Body.Close())
}

// ServeHTTP answers a request, which may have come to a server of the caller's. Below a
// path the handler needs [WithBasePath] in place of [http.StripPrefix], which hides from
// it what the URLs in answers have to begin with. When the server is closed, it breaks
// the connection instead.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := readBody(r)
	if err != nil {
		panic(http.ErrAbortHandler) // the client is gone, or speaks no HTTP
	}
	answer, err := s.answer(r, body)
	if err != nil {
		panic(http.ErrAbortHandler) // net/http closes the connection
	}
	answer.write(w)
}

func (a Answer) write(w http.ResponseWriter) {
	for name, values := range a.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body) // a client that is gone misses nothing
}

// answer carries a call out, or lets it fail as it is to. An error means that the
// connection breaks.
func (s *Server) answer(r *http.Request, body []byte) (Answer, error) {
	if err := s.beginCall(); err != nil {
		return Answer{}, err
	}
	defer s.endCall()
	if !s.config.hasHooks() && !s.failures.areComing() {
		return s.carryOut(r, body)
	}
	call := s.callOf(r, body)
	answer, err := s.outcomeOf(r, body, s.failureOf(call))
	for _, after := range s.config.after {
		after(call, answer)
	}
	return answer, err
}

// outcomeOf is what becomes of a call. One that is carried out although it fails is so
// at once: the client may give up before the delay is over.
func (s *Server) outcomeOf(r *http.Request, body []byte, failure Failure) (answer Answer, err error) {
	if failure.CarriedOut {
		answer, err = s.carryOut(r, body)
	}
	if err == nil {
		err = s.wait(r.Context(), failure.Delay)
	}
	switch {
	case err != nil:
		return Answer{}, err
	case failure.Err != nil:
		return Answer{}, failure.Err
	case failure.Status != 0:
		return failure.answer(s.api, r), nil
	case failure.CarriedOut:
		return answer, nil
	default:
		return s.carryOut(r, body)
	}
}

func (s *Server) carryOut(r *http.Request, body []byte) (Answer, error) {
	if s.isClosed() {
		return Answer{}, errClosed
	}
	if len(body) > maxBody {
		tooLarge := Failure{Status: http.StatusRequestEntityTooLarge, Message: "The body has more than 4 MiB"}
		return tooLarge.answer(s.api, r), nil
	}
	r = r.WithContext(r.Context()) // a copy, in which the mux leaves what it found
	r.Host = cmp.Or(r.Host, r.URL.Host)
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer := s.api.Answer(r)
	return Answer{Status: answer.Status, Header: answer.Header(), Body: answer.Body}, nil
}

// failureOf is how a call is to fail: as the first hook says that has a failure, or
// else as Fail was told.
func (s *Server) failureOf(call Call) Failure {
	var first *Failure
	for _, before := range s.config.before {
		failure := before(call)
		if failure == nil {
			continue
		}
		if wrong := failure.check(); wrong != "" {
			panic("taskroutertest: WithBefore: " + wrong)
		}
		first = cmp.Or(first, failure)
	}
	if first != nil {
		return *first
	}
	return s.failures.take(call.Operation)
}

// wait waits as long as the context and Close let it.
func (s *Server) wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-s.closed:
		return errClosed
	}
}

// operationIDs are the names of all operations.
var operationIDs = func() map[string]bool {
	ids := make(map[string]bool)
	for _, operation := range gen.Operations {
		ids[operation.ID] = true
	}
	return ids
}()
