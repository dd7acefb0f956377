package router

import (
	"cmp"
	"time"
)

// An alarm is when something happens by itself to a task or to a reservation. It rings
// only once, and whatever it is of then looks what is due.
type alarm struct {
	at    time.Time
	place int // in the queue of the account
	w     *Workspace
}

// ringer is what has an alarm.
type ringer interface {
	alarmed() *alarm
	// ring does what is due.
	ring(*Workspace)
	// order decides between those that are due at the same time.
	order() (kind, place int)
}

func (r *Reservation) alarmed() *alarm          { return &r.alarm }
func (r *Reservation) order() (kind, place int) { return 0, r.place }
func (t *Task) alarmed() *alarm                 { return &t.alarm }
func (t *Task) order() (kind, place int)        { return 1, t.place }

// alarms are those of an account, the next one first.
type alarms struct{ queue[ringer] }

func newAlarms() alarms {
	return alarms{queue[ringer]{
		before: func(a, b ringer) bool {
			if order := a.alarmed().at.Compare(b.alarmed().at); order != 0 {
				return order < 0
			}
			kindOfA, placeOfA := a.order()
			kindOfB, placeOfB := b.order()
			return cmp.Or(cmp.Compare(kindOfA, kindOfB), cmp.Compare(placeOfA, placeOfB)) < 0
		},
		place: func(r ringer) *int { return &r.alarmed().place },
	}}
}

// setAlarm lets something ring at a time, in place of the one before.
func (w *Workspace) setAlarm(r ringer, at time.Time) {
	alarm := r.alarmed()
	alarm.at, alarm.w = at, w
	w.account.alarms.put(r)
}

// unsetAlarm lets something not ring any more.
func (w *Workspace) unsetAlarm(r ringer) {
	if w.account.alarms.has(r) {
		w.account.alarms.remove(r)
	}
}

// ringDue rings what is due now, and tells whether anything was.
func (a *Account) ringDue() bool {
	rang := false
	for !a.alarms.empty() && !a.alarms.first().alarmed().at.After(a.now) {
		r := a.alarms.pop()
		r.ring(r.alarmed().w)
		rang = true
	}
	return rang
}
