package callback

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync"

	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/router"
	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// A Desk carries out what applications answer.
type Desk interface {
	// Matters tells whether a callback is still to be made.
	Matters(router.Callback) bool
	CarryOut(router.Callback, webhook.Instruction) error
	// CancelUnanswered ends a reservation about which nobody could be asked.
	CancelUnanswered(router.Callback)
}

// A Result is what became of a callback that was made.
type Result struct {
	URL      string
	Fallback bool
	Form     url.Values
	// Instruction is the answer, nil if there is none.
	Instruction webhook.Instruction
	Err         error
}

// A Config is what a [Sender] is made of.
type Config struct {
	// AuthToken is what callbacks are signed with.
	AuthToken string
	// Network makes the callbacks that no handler answers. Nil leaves them alone.
	Network http.RoundTripper
	Desk    Desk
	// After is called with each callback that was made.
	After func(Result)
}

// A Sender makes callbacks. Those of events are made one after the other in each workspace,
// so that they come in the order in which the events happened; those of assignments at once,
// since an application may take its time.
type Sender struct {
	Handlers Handlers

	client webhook.Client
	desk   Desk
	after  func(Result)
	ctx    context.Context // until Close
	cancel context.CancelFunc

	mu    sync.Mutex
	going int           // callbacks that are not made yet
	idle  chan struct{} // is closed when none is left
	// events are those that wait, by workspace, for the one that is being made there.
	events map[string][]router.Callback
}

// NewSender returns a sender, which [Sender.Close] ends.
func NewSender(config Config) *Sender {
	ctx, cancel := context.WithCancel(context.Background())
	s := &Sender{desk: config.Desk, after: config.After, ctx: ctx, cancel: cancel, events: make(map[string][]router.Callback)}
	s.client = webhook.Client{AuthToken: config.AuthToken, HTTPClient: s.Handlers.clientBeside(config.Network)}
	return s
}

// Send begins to make callbacks.
func (s *Sender) Send(callbacks []router.Callback) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.isClosed() {
		return
	}
	if s.going == 0 {
		s.idle = make(chan struct{})
	}
	s.going += len(callbacks)
	for _, c := range callbacks {
		s.begin(c)
	}
}

func (s *Sender) begin(c router.Callback) {
	if c.Event == nil {
		go s.ask(c)
		return
	}
	waiting, busy := s.events[c.WorkspaceSID]
	if busy {
		s.events[c.WorkspaceSID] = append(waiting, c)
		return
	}
	s.events[c.WorkspaceSID] = nil
	go s.tell(c)
}

// end counts a callback as made.
func (s *Sender) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.going--
	if s.going == 0 {
		close(s.idle)
	}
}

// tell posts an event, and then has the next one of its workspace posted.
func (s *Sender) tell(c router.Callback) {
	defer s.end()
	s.post(c)
	s.tellNext(c.WorkspaceSID)
}

func (s *Sender) post(c router.Callback) {
	if s.isClosed() || !s.desk.Matters(c) {
		return
	}
	event := c.EventOf()
	s.report(Result{URL: c.URL, Form: event.Form(), Err: s.client.PostEvent(s.ctx, c.URL, event)})
}

// tellNext posts the event of a workspace that has waited longest, if there is any.
func (s *Sender) tellNext(workspaceSID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	waiting := s.events[workspaceSID]
	if len(waiting) == 0 {
		delete(s.events, workspaceSID)
		return
	}
	s.events[workspaceSID] = waiting[1:]
	go s.tell(waiting[0])
}

// report tells what became of a callback, in a goroutine of its own: who is told may end
// it, as a failed require does.
func (s *Sender) report(r Result) {
	told := make(chan struct{})
	go func() {
		defer close(told)
		s.after(r)
	}()
	<-told
}

// ask asks about an assignment, and at the fallback URL if nobody answers at the first one.
// If nobody answers at all, the reservation ends, unless there is nobody who could.
func (s *Sender) ask(c router.Callback) {
	defer s.end()
	if s.isClosed() {
		return
	}
	outcome := s.askAt(c, c.URL, false)
	if outcome != answered && c.FallbackURL != "" && !s.isClosed() && s.desk.Matters(c) {
		outcome = min(outcome, s.askAt(c, c.FallbackURL, true))
	}
	if outcome == failed && !s.isClosed() {
		s.desk.CancelUnanswered(c)
	}
}

// isClosed tells whether what is not being made yet is not made any more.
func (s *Sender) isClosed() bool { return s.ctx.Err() != nil }

// A reply is how an application dealt with a question.
type reply int

const (
	// answered it in time, with status 200 and as JSON, if only with what cannot be
	// carried out.
	answered reply = iota
	failed
	// absent is one that nobody wants to be asked.
	absent
)

func (s *Sender) askAt(c router.Callback, target string, fallback bool) reply {
	instruction, err := s.client.PostAssignment(s.ctx, target, c.Assignment)
	outcome := replyOf(err)
	if err == nil && instruction != nil {
		err = s.desk.CarryOut(c, instruction)
	}
	s.report(Result{URL: target, Fallback: fallback, Form: c.Assignment.Form(), Instruction: instruction, Err: err})
	return outcome
}

func replyOf(err error) reply {
	wrong, isAnswer := errors.AsType[*webhook.InstructionError](err)
	switch {
	case err == nil, isAnswer && wrong.Code != codeContentType:
		return answered
	case errors.Is(err, ErrNoHandler):
		return absent
	}
	return failed
}

// codeContentType is the error of the service for an answer that is no JSON.
const codeContentType = 40000

// Drain waits until no callback is left to be made, of those included to which the answers
// lead.
func (s *Sender) Drain(ctx context.Context) error {
	idle, ok := s.busy()
	if !ok {
		return nil
	}
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// busy returns what is closed when no callback is left to be made, if there are any.
func (s *Sender) busy() (idle chan struct{}, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.idle, s.going > 0
}

// Close makes no callbacks any more, ends those that are being made, and returns when they
// and the handlers have ended.
func (s *Sender) Close() {
	s.mu.Lock()
	s.cancel()
	s.mu.Unlock()
	_ = s.Drain(context.Background()) // which does not end
	s.Handlers.serving.Wait()
}
