package pipeline

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// A Limiter is asked before each attempt, with the context of the call, and
// holds it back as long as it has to.
type Limiter interface {
	Wait(ctx context.Context) error
}

// limitRate asks the limiter of the caller, and remembers what the service says
// of its own.
func limitRate(limiter Limiter, limits *Limits, next Step) Step {
	return func(request *http.Request) (*http.Response, error) {
		if limiter != nil {
			if err := limiter.Wait(request.Context()); err != nil {
				return nil, Permanent(fmt.Errorf("wait for the rate limiter: %w", err))
			}
		}
		response, err := next(request)
		if err == nil {
			limits.note(CallOf(request.Context()).Operation.ID, response.Header)
		}
		return response, err
	}
}

// Limit holds the rate-limit headers of one answer, as they were sent.
type Limit struct {
	Limit, Remaining, Config string
	At                       time.Time // when the answer arrived
}

// Limits holds the last rate-limit headers of each operation.
type Limits struct {
	mutex sync.RWMutex
	last  map[string]Limit // by operationId
}

// Last returns the last headers of an operation.
func (l *Limits) Last(operationID string) (Limit, bool) {
	l.mutex.RLock()
	defer l.mutex.RUnlock()
	limit, ok := l.last[operationID]
	return limit, ok
}

func (l *Limits) note(operationID string, header http.Header) {
	limit := Limit{
		Limit:     header.Get("X-Rate-Limit-Limit"),
		Remaining: header.Get("X-Rate-Limit-Remaining"),
		Config:    header.Get("X-Rate-Limit-Config"),
	}
	if limit == (Limit{}) {
		return
	}
	limit.At = time.Now()
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.last == nil {
		l.last = map[string]Limit{}
	}
	l.last[operationID] = limit
}
