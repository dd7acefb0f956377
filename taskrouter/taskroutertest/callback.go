package taskroutertest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"

	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/callback"
	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// A Callback is what the server told or asked an application, and what came of it.
type Callback struct {
	// URL is where it was posted, and Fallback tells whether that is the fallback URL of a
	// workflow, asked because nobody answered at the first one.
	URL      string
	Fallback bool
	// Form is what was posted: the fields of an event, for [webhook.ParseEvent], or those of
	// an assignment, for [webhook.ParseAssignment]. Only an event has an EventType.
	Form url.Values
	// Instruction is the answer to an assignment, nil if there is none, if it decides later,
	// and if it cannot be read or is refused whatever the assignment.
	Instruction webhook.Instruction
	// Err is why the service would complain: nobody answered in time or as documented, or
	// the instruction cannot be carried out, a [webhook.InstructionError], or the reservation
	// is gone by then. It is [ErrNoHandler] if the callback was not made.
	Err error
}

// ErrNoHandler is why a callback was not made: no handler answers its URL, see
// [Server.Handle], and no client is there for others, see [WithCallbackClient]. What would
// have been told is then told to nobody, and a reservation waits for the API.
var ErrNoHandler = callback.ErrNoHandler

// Handle has a handler answer the callbacks to a URL, such as https://app.test/assignment,
// and to those below its path: of https://app.test it answers all. Of several the one with
// the longest path answers; one with the same URL replaces the one before. The handler
// gets requests as a server does that has the URL: the path is not shortened, and an https
// URL arrives as TLS.
//
// Callbacks are signed with [Server.AuthToken]. They are made in memory, also beside a
// listener, and outside of the calls that led to them, so that the handler may make calls
// itself. [Server.Drain] waits for them, [Server.Close] ends them, so the handler must not
// call these. A handler that panics, or ends its goroutine as a failed require does, is
// taken for one that does not answer. A function of [Server.HandleAssignments] or
// [Server.HandleEvents] that goes on when its context has ended is not waited for: a test in
// a bubble that has such a function waits itself until it has ended.
//
// An application belongs to one server: SIDs follow from the seed, so that it would take
// the events of another one for those that it was told of, see [WithSeed].
//
// Handle panics if the URL is no absolute http or https URL, or has more than a host and a
// path.
func (s *Server) Handle(target string, handler http.Handler) {
	u, err := url.Parse(target)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		panic(fmt.Sprintf("taskroutertest: Handle: expected a URL like https://app.test/path, not %q", target))
	}
	if handler == nil {
		panic("taskroutertest: Handle: the handler is nil")
	}
	s.callbacks.Handlers.Handle(u, handler)
}

// HandleAssignments has a function decide about the assignments that are asked about at a
// URL, by a [webhook.AssignmentHandler]; see [Server.Handle].
func (s *Server) HandleAssignments(target string, decide func(context.Context, webhook.Assignment) (webhook.Instruction, error)) {
	s.Handle(target, webhook.AssignmentHandler(webhook.NewVerifier(s.AuthToken()), decide))
}

// HandleEvents has a function told of the events that are posted to a URL, by a
// [webhook.EventHandler]; see [Server.Handle]. To be told of some types only, there is
// [webhook.EventMux].
func (s *Server) HandleEvents(target string, handle func(context.Context, webhook.Event) error) {
	s.Handle(target, webhook.EventHandler(webhook.NewVerifier(s.AuthToken()), handle))
}

// Drain waits until all callbacks are made to which calls, [Server.Load] and what is due by
// now have led, and those to which their answers lead: a test drains before it looks. It is
// an error if the context ends before that. What waits for its time, as a reservation does
// for its timeout, is not waited for. In a bubble, synctest.Wait does as well.
func (s *Server) Drain(ctx context.Context) error {
	s.api.CatchUp()
	if err := s.callbacks.Drain(ctx); err != nil {
		return fmt.Errorf("taskroutertest: Drain: %w", err)
	}
	return nil
}

// madeCallback tells of a callback: those who want to know of all, or else whoever reads
// what is logged of those that fail.
func (s *Server) madeCallback(made callback.Result) {
	c := Callback(made)
	for _, after := range s.config.afterCallback {
		after(c)
	}
	if len(s.config.afterCallback) == 0 && c.Err != nil && !s.isClosed() {
		s.complain(c)
	}
}

// complain logs why a callback failed, with the keys of package webhook. That no handler
// answers is worth a line if there are others, and once for each URL.
func (s *Server) complain(c Callback) {
	facts := []any{"error", c.Err}
	for _, fact := range []struct{ key, field string }{{"event", "Sid"}, {"type", "EventType"}, {"task", "TaskSid"}, {"reservation", "ReservationSid"}} {
		if value := c.Form.Get(fact.field); value != "" {
			facts = append(facts, fact.key, value)
		}
	}
	if !errors.Is(c.Err, ErrNoHandler) {
		slog.Warn("taskroutertest: a callback failed", facts...)
		return
	}
	handlers := s.callbacks.Handlers.URLs()
	if len(handlers) == 0 {
		return
	}
	if _, said := s.unanswered.LoadOrStore(c.URL, true); !said {
		slog.Warn("taskroutertest: a callback was not made", append(facts, "handlers", handlers)...)
	}
}
