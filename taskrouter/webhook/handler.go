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
// The context of the function ends after [AssignmentTimeout]. If the function has
// not returned by then, fails, panics, or returns an instruction that the service
// would refuse (see [CheckInstruction]), the answer is status 500, upon which the
// service asks the fallback URL; what the function returns later is lost.
// Callbacks that the verifier does not accept are answered with 403, those that are
// no assignment with 400.
func AssignmentHandler(verifier *Verifier, decide func(context.Context, Assignment) (Instruction, error)) http.Handler {
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
		for _, doubt := range doubts(instruction, assignment) {
			verifier.log().LogAttrs(ctx, slog.LevelWarn, "taskrouter instruction may fail",
				slog.String("error", doubt.Error()), slog.String("reservation", assignment.ReservationSID))
		}
		return answerWith(instruction)
	}}
}

// EventHandler receives the event callbacks of a workspace, and has a function
// handle them.
//
// The context of the function ends after [EventTimeout]. If the function has not
// returned by then, fails or panics, the answer is status 500. Whether the service
// sends an event again is not documented; so one that was handled is not handled
// again, as long as its SID is among the last 10,000. One that is still being
// handled is waited for, and tried again if that fails. Programs that share the
// events of a workspace have to tell by [Event].SID what the others have handled.
//
// Callbacks that the verifier does not accept are answered with 403, those that are
// no event with 400.
func EventHandler(verifier *Verifier, handle func(context.Context, Event) error) http.Handler {
	var handled memory
	return &handler{verifier, EventTimeout, func(ctx context.Context, form url.Values) (answer, error) {
		event, err := ParseEvent(form)
		if err != nil {
			return answer{}, misfit{err}
		}
		err = handled.once(ctx, event.SID, func() error { return handle(ctx, event) })
		return answer{status: http.StatusNoContent}, err
	}}
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
		if body, err = marshal(instruction); err != nil {
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
	ctx, cancel := context.WithTimeout(r.Context(), h.timeout)
	defer cancel()
	r = r.WithContext(ctx)

	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return
	}
	form, err := h.verifier.verify(r)
	if err != nil {
		h.verifier.refuse(w, r, err)
		return
	}
	result, err := h.within(ctx, form)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(result.status)
	_, _ = w.Write(result.body) // who does not listen any more cannot be told
}

// fail answers a callback of the service that could not be dealt with.
func (h *handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	status, text := http.StatusInternalServerError, http.StatusText(http.StatusInternalServerError)
	if _, ok := errors.AsType[misfit](err); ok {
		status, text = http.StatusBadRequest, err.Error()
	}
	h.log(r.Context(), "taskrouter callback failed", err, slog.Int("status", status))
	http.Error(w, text, status)
}

func (h *handler) log(ctx context.Context, message string, err error, facts ...slog.Attr) {
	h.verifier.log().LogAttrs(ctx, slog.LevelError, message, append([]slog.Attr{slog.String("error", err.Error())}, facts...)...)
}

// outcome is what became of a callback.
type outcome struct {
	answer answer
	err    error
}

// errUnfinished is what became of a function that did not return, but ended its
// goroutine.
var errUnfinished = errors.New("webhook: the function did not return")

// within answers a callback before the context ends, whatever the function does.
func (h *handler) within(ctx context.Context, form url.Values) (answer, error) {
	outcomes := make(chan outcome, 1) // so that a late one does not wait for a reader
	go func() {
		result := outcome{err: errUnfinished}
		defer func() {
			if value := recover(); value != nil {
				result.err = fmt.Errorf("webhook: the function panicked: %v\n%s", value, debug.Stack())
			}
			outcomes <- result
			if ctx.Err() != nil {
				h.logLate(ctx, result.err)
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

// logLate writes down that a function returned when nobody waited for it any more.
func (h *handler) logLate(ctx context.Context, err error) {
	if err == nil {
		err = errors.New("webhook: what the function returned is lost")
	}
	h.log(ctx, "taskrouter callback answered too late", err)
}
