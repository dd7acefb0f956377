package taskroutertest

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/taskrouter-go/sdk/taskrouter/internal/pipeline"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/api"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/router"
)

// A Failure is how a call fails. With a Status the call is answered so, with an Err
// it is not answered at all, whatever else is set, and with nothing but a Delay it is
// only slow.
type Failure struct {
	// Status is that of the answer, such as 503.
	Status int
	// Code and Message are those of the error object in the answer. Without a Message
	// it has the one that is usual for the status, and the code as well if there is none:
	// with a Status of 429 alone it is like that of the service.
	Code    int
	Message string
	// Header is added to that of the answer, such as a Retry-After.
	Header http.Header
	// Body is the answer's in place of an error object, such as the HTML of a gateway.
	Body string
	// Err breaks the connection. A client in memory gets this error; one of a listener
	// sees that the connection was closed. If it was kept alive from an earlier call,
	// net/http itself repeats a GET over another one, and the client may see nothing of
	// a single failure; with DisableKeepAlives in its Transport it does.
	Err error
	// Delay is how long the call takes before anything else becomes of it. If the client
	// gives up before that, nothing does.
	Delay time.Duration
	// CarriedOut tells that the call is carried out all the same, before the Delay, and
	// that only its answer is lost or late. With a Delay for which the client does not
	// wait, the service did what the client believes to have failed.
	CarriedOut bool
}

// answer is what an API answers a request with.
func (f Failure) answer(a *api.API, r *http.Request) Answer {
	answer := Answer{Status: f.Status, Header: f.Header.Clone(), Body: []byte(f.Body)}
	if answer.Header == nil {
		answer.Header = make(http.Header)
	}
	if f.Body != "" {
		return answer
	}
	answer.Header.Set("Content-Type", "application/json")
	object := a.ErrorObject(r, router.Refusal{Status: f.Status, Code: f.Code, Message: f.Message})
	answer.Body, _ = pipeline.EncodeJSON(object) // texts and numbers always can be
	return answer
}

// check returns what is wrong with a failure, "" if nothing is.
func (f Failure) check() string {
	switch {
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return fmt.Sprintf("Status is %d, expected one from 200 to 599", f.Status)
	case f.Status != 0 || f.Err != nil:
		return ""
	case f.Code != 0 || f.Message != "" || f.Body != "" || len(f.Header) > 0:
		return "Code, Message, Body and Header are for an answer, which has a Status"
	case f.Delay <= 0:
		return "the failure has neither Status nor Err nor Delay"
	default:
		return ""
	}
}

// Fail lets the next n calls of an operation fail, after those that are to fail
// already. The operation is named by its operationId, such as "createTask", of which
// package gen lists all as Operations: to accept is updateTaskReservation, or
// updateWorkerReservation if the reservation is addressed by its worker. "" is any
// operation, and requests for none. Failures of an operation by name go before those
// of "". An n of 0 forgets the failures of that name that are still to come: without
// them a call of an operation may yet fail by those of "".
//
// The SDK makes a call again that failed and may be repeated, as the retry policy of the
// client says: a test of one failure gives the client taskrouter.WithRetry with one
// attempt, or lets as many calls fail as it makes attempts.
//
// Fail panics if there is no such operation, n is negative, or the failure cannot be,
// such as one that does nothing, or has a Message but no Status.
func (s *Server) Fail(operation string, n int, failure Failure) {
	if operation != "" && !operationIDs[operation] {
		panic(fmt.Sprintf("taskroutertest: Fail: there is no operation %q", operation))
	}
	if n < 0 {
		panic(fmt.Sprintf("taskroutertest: Fail: n is %d, expected 0 or more", n))
	}
	if wrong := failure.check(); n > 0 && wrong != "" {
		panic("taskroutertest: Fail: " + wrong)
	}
	s.failures.add(operation, n, failure)
}

// failures are those that are to come, by operation.
type failures struct {
	mu      sync.Mutex
	pending map[string][]pendingFailure
}

type pendingFailure struct {
	left    int
	failure Failure
}

func (f *failures) add(operation string, n int, failure Failure) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.pending == nil {
		f.pending = make(map[string][]pendingFailure)
	}
	if n == 0 {
		delete(f.pending, operation)
		return
	}
	f.pending[operation] = append(f.pending[operation], pendingFailure{n, failure})
}

// areComing tells whether a call may have to fail.
func (f *failures) areComing() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.pending) > 0
}

// take returns how a call of an operation is to fail. Failures of the operation go
// before those of any.
func (f *failures) take(operation string) Failure {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, of := range []string{operation, ""} {
		queue := f.pending[of]
		if len(queue) == 0 {
			continue
		}
		queue[0].left--
		failure := queue[0].failure
		if queue[0].left == 0 {
			f.pending[of] = queue[1:]
		}
		if len(f.pending[of]) == 0 {
			delete(f.pending, of)
		}
		return failure
	}
	return Failure{}
}
