package webhook

import (
	"context"
	"strings"
	"sync"
)

// maxRemembered is how many events are remembered, in about 250 bytes each: at 1,000
// events a second those of ten seconds, at one a second those of almost three hours.
const maxRemembered = 10_000

// A memory remembers which events were handled, so that those which the service
// sends again are not handled twice.
type memory struct {
	mutex  sync.Mutex
	events map[string]*handling // by SID: those being handled, and nil for those that were
	done   []string             // the SIDs of the latter, a ring
	oldest int                  // where in the ring
}

// A handling of an event ends once.
type handling struct {
	ended chan struct{}
	err   error // if it has ended
}

// once calls a function unless the event with the SID was handled before, and tells
// whether it was. While another call handles it, this one waits for how that ends: a
// failure is tried again. An event without a SID is always handled.
func (m *memory) once(ctx context.Context, sid string, handle func() error) (before bool, err error) {
	if sid == "" {
		return false, handle()
	}
	sid = strings.Clone(sid) // it may be part of the text of a whole form
	for ctx.Err() == nil {
		current, mine := m.begin(sid)
		switch {
		case mine:
			return false, m.run(sid, current, handle)
		case current == nil:
			return true, nil
		}
		select {
		case <-current.ended:
			if current.err == nil {
				return true, nil
			}
		case <-ctx.Done():
		}
	}
	return false, ctx.Err()
}

// begin returns how the event is being handled, nil if it was before, and whether that is
// for the caller to do.
func (m *memory) begin(sid string) (current *handling, mine bool) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if other, ok := m.events[sid]; ok {
		return other, false
	}
	if m.events == nil {
		m.events = map[string]*handling{}
	}
	current = &handling{ended: make(chan struct{}), err: errUnfinished}
	m.events[sid] = current
	return current, true
}

func (m *memory) run(sid string, current *handling, handle func() error) error {
	defer func() { // a panic, too, is a failure
		m.end(sid, current.err == nil)
		close(current.ended)
	}()
	err := handle()
	current.err = err
	return err
}

// end forgets a failure, and remembers a success in the place of the oldest one.
func (m *memory) end(sid string, success bool) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if !success {
		delete(m.events, sid)
		return
	}
	m.events[sid] = nil
	if len(m.done) < maxRemembered {
		m.done = append(m.done, sid)
		return
	}
	delete(m.events, m.done[m.oldest])
	m.done[m.oldest] = sid
	m.oldest = (m.oldest + 1) % maxRemembered
}
