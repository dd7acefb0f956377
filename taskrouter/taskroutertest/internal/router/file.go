package router

import (
	"cmp"
	"maps"
	"math"
	"regexp"
	"slices"
	"time"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

// file is an account as a file has it: all of it in JSON, with attributes and
// configurations as the objects that they are.
//
// People write such files, too. They must give the version, the SID and the friendly
// name of whatever has them (but worker channels and events are given SIDs), the
// unique name of a task channel, the configuration of a workflow, the task channel of
// a worker channel, the worker and the state of a reservation, and the type and the
// resource of an event. What else is missing is as if it had not been sent when the
// thing was made, with these additions:
//
//   - a date is that of creation, and that of creation is the time of loading;
//   - a workspace without activities has the usual three; its default activity is the
//     first one, and its timeout activity the default one;
//   - those of the five built-in task channels that are missing are added, and so is
//     a worker channel for each task channel that a worker has none of;
//   - a task is pending, and entered its queue, if it has one, when it was created; it is
//     in its state since the time of loading, and begins its way through its workflow then
//     if it has no position there;
//   - a reservation has the timeout of the workflow of its task.
//
// Nothing may be null but what can be unset, and nothing may be there that is not
// known.
//
// A file is a moment: its now or, without one, the latest of its dates becomes the time
// of loading, and all dates are moved by as much. So ages, order and what is left of every
// timeout stay. What waits is routed at once, which makes events; the rest of loading does
// not.
type file struct {
	Version    int               `json:"version"`
	AccountSID string            `json:"account_sid"`
	Seed       uint64            `json:"seed"`
	Now        time.Time         `json:"now"`
	SIDs       map[string]int    `json:"sids"`
	Workspaces Table[*Workspace] `json:"workspaces"`
}

const fileVersion = 1

// Dump returns the account as a file. Page tokens of what was removed are not in it,
// nor is how far the SIDs of requests are, since to read would change the file.
func (a *Account) Dump() ([]byte, error) {
	f := file{
		Version:    fileVersion,
		AccountSID: a.SID,
		Seed:       a.sids.seed,
		Now:        a.now,
		SIDs:       make(map[string]int),
		Workspaces: a.Workspaces,
	}
	maps.Copy(f.SIDs, a.sids.given)
	delete(f.SIDs, "RQ")
	w := newFileWriter()
	if err := w.object(0, &f); err != nil {
		return nil, err
	}
	w.line(0)
	return w.out.Bytes(), nil
}

// Load returns the account that a file has. Where the file does not say it, the account
// has the SID and the seed that are given, and things were made now. The error has the
// first twenty faults that were found, a line each, with their places.
func Load(data []byte, accountSID string, seed uint64, now time.Time) (*Account, error) {
	r := fileReader{absent: make(map[*Resource][]string), fields: make(fields), texts: make(map[string]string)}
	f := file{AccountSID: accountSID, Seed: seed}
	r.read(data, &f)
	r.moveDates(now, f.Now)
	if r.found > 0 {
		return nil, r.err()
	}
	l := loader{
		fileReader: r,
		account: &Account{
			SID:        f.AccountSID,
			Workspaces: f.Workspaces,
			sids:       sids{seed: f.Seed, given: f.SIDs, taken: make(map[string]bool)},
			now:        now.UTC(),
			alarms:     newAlarms(),
		},
	}
	l.load(f)
	if l.found > 0 {
		return nil, l.err()
	}
	l.account.resume()
	return l.account, nil
}

// preset gives what a file is read into the values of what is missing there, where
// these are always the same ones.
func preset(value any) {
	switch v := value.(type) {
	case *Workspace:
		v.MultiTaskEnabled, v.PrioritizeQueueOrder = true, gen.QueueOrderFIFO
	case *WorkerChannel:
		v.ConfiguredCapacity, v.Available = 1, true
	case *Worker:
		v.Attributes = newAttributes("")
	case *TaskQueue:
		v.TargetWorkers, v.MaxReservedWorkers, v.TaskOrder = everybody, 1, gen.QueueOrderFIFO
	case *Workflow:
		v.TaskReservationTimeout, v.Former = defaultReservationTimeout, []*Rules{}
	case *Task:
		v.Status, v.Attributes, v.Timeout = gen.TaskStatusPending, newAttributes(""), defaultTaskTimeout
	}
}

// required returns the members that must be there.
func required(value any) []string {
	switch value.(type) {
	case *file:
		return []string{"version"}
	case *TaskChannel:
		return []string{"sid", "friendly_name", "unique_name"}
	case *WorkerChannel:
		return []string{"task_channel_sid"}
	case *Workflow:
		return []string{"sid", "friendly_name", "configuration"}
	case *Rules:
		return []string{"revision", "configuration"}
	case *workflow.Position:
		return []string{"filter", "target"}
	case *Task:
		return []string{"sid"}
	case *Reservation:
		return []string{"sid", "worker_sid", "reservation_status"}
	case *Event:
		return []string{"event_type", "resource_type", "resource_sid"}
	}
	return []string{"sid", "friendly_name"}
}

// A loader makes an account of what was read.
type loader struct {
	fileReader
	account *Account
}

func (l *loader) load(f file) {
	if f.Version != fileVersion {
		l.fault("version", "is %d, %d is expected", f.Version, fileVersion)
	}
	l.checkGiven(f.SIDs)
	l.nameAll()
	if l.found > 0 {
		return // since whatever refers to a SID would be at fault, too
	}
	for i, w := range l.account.Workspaces.numbered() {
		w.account = l.account
		l.loadWorkspace(element("workspaces", i), w)
	}
	if l.found == 0 {
		l.number()
	}
}

var sidPrefix = regexp.MustCompile(`^[A-Z]{2}$`)

// checkGiven looks at how many SIDs of each kind were given.
func (l *loader) checkGiven(given map[string]int) {
	for _, kind := range slices.Sorted(maps.Keys(given)) {
		place := member("sids", kind)
		if !sidPrefix.MatchString(kind) {
			l.fault(place, "is no kind of SID, two capital letters are expected")
		}
		l.refuse(place, checkRange("", new(given[kind]), 0, math.MaxInt32))
	}
}

// nameAll looks at all SIDs, gives some to those that need have none, and makes
// everything known by them.
func (l *loader) nameAll() {
	a := l.account
	l.takeSID("account_sid", "AC", a.SID)
	a.each(func(place, prefix string, r *Resource) {
		if !l.lacks(r, "sid") {
			l.takeSID(member(place, "sid"), prefix, r.SID)
		}
	})
	a.each(func(_, prefix string, r *Resource) {
		if l.lacks(r, "sid") {
			r.SID = a.NextSID(prefix)
		}
	})
	a.index()
}

func (l *loader) takeSID(place, prefix, sid string) {
	taken := l.account.sids.taken
	switch refusal := CheckSID("", prefix, &sid); {
	case refusal != nil:
		l.refuse(place, refusal)
	case taken[sid]:
		l.fault(place, "%s stands in the file before", sid)
	}
	taken[sid] = true
}

// number gives everything its place in the order in which it was made, which is that
// of the file, but for events, which are in the order of their time whoever wrote it.
// Reservations are in the file under their tasks; among those of
// different tasks, which only workers bring together, the date decides, and the number.
func (l *loader) number() {
	for w := range l.account.Workspaces.All() {
		w.Events.sort(func(a, b *Event) int { return a.DateCreated.Compare(b.DateCreated) })
	}
	l.account.made = 0
	next := func(r *Resource) {
		l.account.made++
		r.place = l.account.made
	}
	l.account.each(func(_, _ string, r *Resource) { next(r) })
	for w := range l.account.Workspaces.All() {
		for _, r := range reservationsByDate(w) {
			next(&r.Resource)
			r.worker.Reservations.add(r)
		}
	}
}

// reservationsByDate returns the reservations of all tasks, by their numbers if they have
// the same date. Those of one task stay in the order of the task, even if their dates do
// not.
func reservationsByDate(w *Workspace) []*Reservation {
	type dated struct {
		*Reservation
		at     time.Time
		number int
	}
	compare := func(a, b dated) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.number, b.number)) }
	var all []dated
	for t := range w.Tasks.All() {
		var latest dated
		for r := range t.Reservations.All() {
			if next := (dated{r, r.DateCreated, r.Number}); compare(next, latest) > 0 {
				latest = next
			}
			all = append(all, dated{r, latest.at, latest.number})
		}
	}
	slices.SortStableFunc(all, compare)
	reservations := make([]*Reservation, len(all))
	for i, r := range all {
		reservations[i] = r.Reservation
	}
	return reservations
}
