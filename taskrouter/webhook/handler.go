package webhook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"time"

	"github.com/taskrouter-go/sdk/taskrouter/internal/pipeline"
)

// How long the service waits for the answer to a callback.
const (
	AssignmentTimeout = 5 * time.Second
	EventTimeout      = 15 * time.Second
)

// AssignmentHandler answers the assignment callbacks of workflows: it has a
// function decide, and encodes the instruction that it returns. With nil the
// reservation stays pending, to be decided later.
//
// The context of the function ends [AssignmentTimeout] after the request arrived;
// the service began to count a little earlier, so the last moment may be too late.
// If the function has not returned by then, fails, panics, or returns an instruction
// that the service would refuse (see [CheckInstruction]), the answer is status 500,
// upon which the service asks the fallback URL, which may have a handler of this kind
// with another function; if neither can be reached, the service cancels the
// reservation. What the function returns later is lost. Callbacks that the verifier
// does not accept are answered with 403, those that are no assignment with 400.
//
// How long a body may take to arrive is for the ReadTimeout of the [http.Server]: it
// should have one. AssignmentHandler panics if the function is nil.
func AssignmentHandler(verifier *Verifier, decide func(context.Context, Assignment) (Instruction, error)) http.Handler {
	mustBeFunction(decide != nil)
	return &handler{verifier, AssignmentTimeout, func(ctx context.Context, form url.Values) (answer, error) {
		assignment, err := ParseAssignment(form)
		if err != nil {
			return answer{}, misfit{err}
		}
		instruction, err := decide(ctx, assignment)
		if err != nil {
			return answer{}, err
		}
		if err := CheckInstruction(instruction); err != nil {
			return answer{}, err
		}
		for _, doubt := range assignment.doubts(instruction) {
			record(ctx, verifier, slog.LevelWarn, "taskrouter instruction may fail", form, doubt)
		}
		return answerWith(instruction)
	}}
}

// EventHandler receives the event callbacks of a workspace, and has a function
// handle them.
//
// The context of the function ends [EventTimeout] after the request arrived. If the
// function has not returned by then, fails or panics, the answer is status 500.
// Callbacks that the verifier does not accept are answered with 403, those that are
// no event with 400. As of [AssignmentHandler], the server should have a ReadTimeout, and
// a function that is nil panics.
//
// Whether the service sends an event again is not documented; so one that was handled
// is not handled again, even if that took too long, as long as its SID is among the
// last 10,000. One that is still being handled is waited for, and tried again if that
// fails. A record of level debug tells of what is not handled again. Programs that share
// the events of a workspace have to tell by [Event].SID what the others have handled.
func EventHandler(verifier *Verifier, handle func(context.Context, Event) error) http.Handler {
	mustBeFunction(handle != nil)
	var handled memory
	return &handler{verifier, EventTimeout, func(ctx context.Context, form url.Values) (answer, error) {
		event, err := ParseEvent(form)
		if err != nil {
			return answer{}, misfit{err}
		}
		before, err := handled.once(ctx, event.SID, func() error { return handle(ctx, event) })
		if before {
			record(ctx, verifier, slog.LevelDebug, "taskrouter event was handled before", form, nil)
		}
		return answer{status: http.StatusNoContent}, err
	}}
}

// mustBeFunction panics when a program is put together wrongly, rather than when it is
// called.
func mustBeFunction(is bool) {
	if !is {
		panic("webhook: the function is nil")
	}
}

// A misfit is a callback that the service sent to the wrong handler.
type misfit struct{ error }

func (m misfit) Unwrap() error { return m.error }

// answer is what a callback is answered with, always as JSON.
type answer struct {
	status int
	body   []byte
}

func answerWith(instruction Instruction) (answer, error) {
	body := []byte("{}") // an empty body would count as a failure
	if instruction != nil {
		var err error
		if body, err = pipeline.EncodeJSON(instruction); err != nil {
			return answer{}, fmt.Errorf("webhook: encode an instruction: %w", err)
		}
	}
	return answer{http.StatusOK, body}, nil
}

// A handler answers one kind of callback within its time.
type handler struct {
	verifier *Verifier
	timeout  time.Duration
	answer   func(context.Context, url.Values) (answer, error)
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), h.timeout)
	defer cancel()
	r = r.WithContext(ctx)

	form, err := h.verifier.verify(r)
	if err != nil {
		h.verifier.refuse(w, r, err)
		return
	}
	result, err := h.within(ctx, form)
	if err != nil {
		h.fail(ctx, w, form, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(result.status)
	_, _ = w.Write(result.body) // who does not listen any more cannot be told
}

// fail answers a callback of the service that could not be dealt with.
func (h *handler) fail(ctx context.Context, w http.ResponseWriter, form url.Values, err error) {
	status, text := http.StatusInternalServerError, http.StatusText(http.StatusInternalServerError)
	if _, ok := errors.AsType[misfit](err); ok {
		status, text = http.StatusBadRequest, err.Error()
	}
	record(ctx, h.verifier, slog.LevelError, "taskrouter callback failed", form, err, slog.Int("status", status))
	http.Error(w, text, status)
}

// outcome is what became of a callback.
type outcome struct {
	answer answer
	err    error
}

// errUnfinished is what became of a function that did not return, but ended its
// goroutine.
var errUnfinished = errors.New("webhook: the function did not return")

// panicked is what became of a function that panicked.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("webhook: the function panicked: %v", p.value) }

// within answers a callback before the context ends, whatever the function does.
func (h *handler) within(ctx context.Context, form url.Values) (answer, error) {
	if ctx.Err() != nil { // to verify it took all the time
		return answer{}, fmt.Errorf("webhook: call the function: %w", ctx.Err())
	}
	outcomes := make(chan outcome)
	go func() {
		result := outcome{err: errUnfinished}
		defer func() {
			if value := recover(); value != nil {
				result.err = &panicked{value, debug.Stack()}
			}
			select {
			case outcomes <- result:
			case <-ctx.Done(): // nobody waits for it any more
				h.logLate(ctx, form, result.err)
			}
		}()
		result.answer, result.err = h.answer(ctx, form)
	}()
	select {
	case result := <-outcomes:
		return result.answer, result.err
	case <-ctx.Done():
		return answer{}, fmt.Errorf("webhook: wait for the function: %w", ctx.Err())
	}
}

// logLate writes down what became of a function after its time, unless it only says
// that its context has ended, which is known.
func (h *handler) logLate(ctx context.Context, form url.Values, err error) {
	if errors.Is(err, ctx.Err()) {
		return
	}
	if err == nil {
		err = errors.New("webhook: the function succeeded, but the service was told that it did not")
	}
	record(ctx, h.verifier, slog.LevelError, "taskrouter callback answered too late", form, err)
}

// record writes down something about a callback. Of its fields, only those are
// written that tell it from others, since attributes are personal data.
func record(ctx context.Context, v *Verifier, level slog.Level, message string, form url.Values, err error, facts ...slog.Attr) {
	if err != nil {
		facts = append([]slog.Attr{slog.String("error", err.Error())}, facts...)
	}
	for _, field := range []struct{ key, name string }{{"event", "Sid"}, {"type", "EventType"}, {"task", "TaskSid"}, {"reservation", "ReservationSid"}} {
		if value := form.Get(field.name); value != "" {
			facts = append(facts, slog.String(field.key, value))
		}
	}
	if p, ok := errors.AsType[*panicked](err); ok {
		facts = append(facts, slog.String("stack", string(p.stack)))
	}
	v.log().LogAttrs(ctx, level, message, facts...)
}
