package router

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen"
)

// A bell has an alarm that only says when it rings.
type bell struct {
	alarm
	kind, nth int
	rang      *[]string
	then      func()
}

func (b *bell) alarmed() *alarm          { return &b.alarm }
func (b *bell) order() (kind, place int) { return b.kind, b.nth }

func (b *bell) ring(w *Workspace) {
	*b.rang = append(*b.rang, fmt.Sprintf("%d.%d at %v", b.kind, b.nth, w.account.now.Sub(noon)))
	if b.then != nil {
		b.then()
	}
}

func TestAlarmsRingInTheOrderOfTheirTimesEachAtItsOwn(t *testing.T) {
	d := newDesk(t)
	d.account.Settle()
	d.unsetAlarm(d.task)
	var rang []string
	newBell := func(kind, nth int) *bell { return &bell{kind: kind, nth: nth, rang: &rang} }
	late, task, reservation, second, never, moved := newBell(0, 1), newBell(1, 1), newBell(0, 3), newBell(0, 4), newBell(0, 5), newBell(0, 6)
	after := func(seconds int) time.Time { return noon.Add(time.Duration(seconds) * time.Second) }
	d.setAlarm(late, after(9))
	d.setAlarm(task, after(5))
	d.setAlarm(second, after(5))
	d.setAlarm(reservation, after(5))
	d.setAlarm(never, after(4))
	d.setAlarm(moved, after(1))
	d.unsetAlarm(never)
	d.unsetAlarm(never)
	d.setAlarm(moved, after(7))
	chained := newBell(1, 9)
	task.then = func() { d.setAlarm(chained, after(6)) }
	late.then = func() { d.setAlarm(never, after(8)) } // which is due already
	next, ok := d.account.Next()
	assert.True(t, ok)
	assert.Equal(t, after(5), next)

	for r := range d.task.Reservations.All() {
		d.unsetAlarm(r)
	}
	d.account.Begin(after(5).Add(-1))
	assert.Empty(t, rang)
	d.account.Begin(after(100))
	assert.Equal(t, []string{"0.3 at 5s", "0.4 at 5s", "1.1 at 5s", "1.9 at 6s", "0.6 at 7s", "0.1 at 9s", "0.5 at 9s"}, rang)
	assert.Equal(t, after(100), d.account.Now())
	_, ok = d.account.Next()
	assert.False(t, ok)
	assert.False(t, d.account.ringDue())

	d.account.Begin(after(50))
	assert.Equal(t, after(100), d.account.Now(), "time never goes back")
}

func TestWhatIsDueWhenACallComesLateHappensAtItsOwnTime(t *testing.T) {
	d := newDesk(t)
	d.account.Settle()
	require.Equal(t, 1, d.task.Reservations.Len())
	since := d.Events.Len()
	d.account.Begin(noon.Add(time.Hour))
	type happened struct {
		kind  string
		after time.Duration
	}
	var got []happened
	for _, e := range d.Events.rows()[since:] {
		got = append(got, happened{e.Type, e.DateCreated.Sub(noon)})
	}
	assert.Equal(t, []happened{
		{"reservation.timeout", 2 * time.Minute}, {"worker.activity.update", 2 * time.Minute}, {"reservation.created", 2 * time.Minute},
		{"reservation.timeout", 4 * time.Minute}, {"worker.activity.update", 4 * time.Minute},
	}, got)
	assert.Equal(t, gen.TaskStatusPending, d.task.Status)
	next, ok := d.account.Next()
	assert.True(t, ok)
	assert.Equal(t, noon.Add(24*time.Hour), next, "the end of its life")
}

func TestReservationsThatEndTogetherWithTheirTaskEndBeforeIt(t *testing.T) {
	d := newDesk(t)
	d.task.Timeout = 120
	d.account.Settle()
	since := d.Events.Len()
	d.account.Begin(noon.Add(2 * time.Minute))
	assert.Equal(t, []string{"reservation.timeout", "worker.activity.update", "task.canceled"}, d.events(since))
}

func TestNothingRingsInAWorkspaceThatWasDeleted(t *testing.T) {
	d := newDesk(t)
	d.account.Settle()
	d.account.DeleteWorkspace(d.Workspace)
	_, ok := d.account.Next()
	assert.False(t, ok)
	d.account.Begin(noon.Add(time.Hour))
	d.account.Settle()
}

func TestADeletedWorkspaceIsNotRouted(t *testing.T) {
	d := newDesk(t) // with a task that is to begin its way
	d.account.DeleteWorkspace(d.Workspace)
	d.account.Settle()
	_, ok := d.account.Next()
	assert.False(t, ok)
}
