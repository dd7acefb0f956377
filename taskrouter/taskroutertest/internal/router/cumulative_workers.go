package router

import (
	"slices"
	"strconv"
	"time"

	"github.com/taskrouter-go/sdk/gen"
)

// ActivityDurations returns how long some workers stayed in each activity of the
// workspace, in the order in which those were made.
//
// The average, the shortest and the longest are those of the stays. A stay is from one
// change of the activity to the next, or until now, as far as it is in the window; one
// that does not reach into the window is none. So a worker who comes back to an
// activity has two stays there, and the totals of all activities are the time that the
// workers were there.
func (w *Workspace) ActivityDurations(workers []*Worker, window Window) []gen.ActivityDuration {
	stays := w.stays(workers, window)
	durations := make([]gen.ActivityDuration, 0, w.Activities.Len())
	for a := range w.Activities.All() {
		durations = append(durations, durationOf(a, stays[a.SID]))
	}
	return durations
}

// stays returns how long each stay in a window was, by the activity.
func (w *Workspace) stays(workers []*Worker, window Window) map[string][]time.Duration {
	stays := make(map[string][]time.Duration)
	add := func(activitySID string, from, to time.Time) {
		if stayed := window.overlap(from, to); stayed > 0 {
			stays[activitySID] = append(stays[activitySID], stayed)
		}
	}
	counted := make(map[string]bool, len(workers))
	for _, worker := range workers {
		counted[worker.SID] = true
		add(worker.ActivitySID, worker.DateStatusChanged, w.account.now)
	}
	for e := range w.eventsSince(window.Start) {
		if e.Type != "worker.activity.update" || !counted[e.Data.Get(FactWorkerSID)] {
			continue
		}
		stayed, _ := strconv.ParseInt(e.Data.Get(FactWorkerTimeInPreviousActivityMs), 10, 64) // as moveWorker wrote it
		from := e.DateCreated.Add(-time.Duration(stayed) * time.Millisecond)
		add(e.Data.Get(FactWorkerPreviousActivitySID), from, e.DateCreated)
	}
	return stays
}

// overlap is how much of the time between two others is in the window, 0 or less if none
// is.
func (w Window) overlap(from, to time.Time) time.Duration {
	if from.Before(w.Start) {
		from = w.Start
	}
	if to.After(w.End) {
		to = w.End
	}
	return to.Sub(from)
}

func durationOf(a *Activity, stays []time.Duration) gen.ActivityDuration {
	duration := gen.ActivityDuration{SID: a.SID, FriendlyName: a.FriendlyName}
	if len(stays) == 0 {
		return duration
	}
	var total time.Duration
	for _, stayed := range stays {
		total += stayed
	}
	duration.Avg = total.Seconds() / float64(len(stays))
	duration.Min = slices.Min(stays).Seconds()
	duration.Max = slices.Max(stays).Seconds()
	duration.Total = total.Seconds()
	return duration
}
