package api

import (
	"math"
	"sync"
	"time"
)

// begin has everything happen that is due. Nobody else is answered before the end of the
// call. Once it is closed, nothing more is due.
func (a *API) begin() {
	a.mu.Lock()
	now := a.alarm.clock.now()
	if a.alarm.stopped {
		return
	}
	if a.account.Now().Sub(now) > mostBack {
		a.mu.Unlock()
		panic("taskroutertest: the clock is before the last call: a server lives in one bubble of testing/synctest, or outside of all")
	}
	a.account.Begin(now)
}

// mostBack is how much a clock may be set back between two calls. The time of the account
// stands still until it is where it was.
const mostBack = time.Minute

// end has everything happen that the call has set moving, and the callbacks made to which
// that led. They are handed over in the order in which they came up, whoever calls.
func (a *API) end() {
	a.account.Settle()
	a.alarm.set(a.account.Next())
	if callbacks := a.account.TakeCallbacks(); len(callbacks) > 0 && a.deliver != nil {
		a.deliver(callbacks)
	}
	a.mu.Unlock()
}

// wake has happen what is due without a call.
func (a *API) wake() {
	a.begin()
	a.alarm.rang()
	a.end()
}

// Close has nothing more happen by itself. It returns when nothing does.
func (a *API) Close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.alarm.stop()
	for a.alarm.ringing > 0 {
		a.alarm.ended.Wait()
	}
}

// An alarm is the only timer. It is set to what happens next.
type alarm struct {
	clock   clock
	timer   *time.Timer
	at      time.Time // zero if it is not set
	stopped bool
	ringing int       // how often it was set and has neither rung nor been stopped
	ended   sync.Cond // that it rang
}

// init makes the timer, which then belongs to the bubble in which the server is made, or
// to none, whoever calls first.
func (m *alarm) init(lock sync.Locker, ring func(), speed float64) {
	m.clock = clock{start: time.Now(), speed: speed}
	m.ended.L = lock
	m.timer = time.AfterFunc(math.MaxInt64, ring)
	m.timer.Stop()
}

// set sets it to a time, if there is one. It may ring before that: whatever was due
// earlier, and is not any more, is not worth setting it anew.
func (m *alarm) set(at time.Time, ok bool) {
	if !ok || m.stopped || (!m.at.IsZero() && !at.Before(m.at)) {
		return
	}
	m.at = at
	if !m.timer.Reset(m.clock.until(at)) {
		m.ringing++
	}
}

func (m *alarm) rang() {
	m.at = time.Time{}
	m.ringing--
	m.ended.Broadcast()
}

func (m *alarm) stop() {
	m.stopped = true
	if m.timer.Stop() {
		m.ringing--
	}
}
