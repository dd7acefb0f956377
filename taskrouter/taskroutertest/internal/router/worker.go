package router

import (
	"strings"
	"time"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/expression"
)

// A Worker does the work.
type Worker struct {
	Resource
	FriendlyName      string     `json:"friendly_name"`
	ActivitySID       string     `json:"activity_sid"`
	DateStatusChanged time.Time  `json:"date_status_changed"`
	Version           int        `json:"version"`
	Attributes        Attributes `json:"attributes"`
	// LastReserved is the [Reservation.Number] of the last reservation, 0 without one.
	LastReserved int `json:"last_reserved"`

	// Channels are those of the worker, one for each task channel.
	Channels Table[*WorkerChannel] `json:"channels"`
	// Reservations are those that were made for the worker. A task holds each, too.
	Reservations Table[*Reservation] `json:"-"`

	channels map[string]*WorkerChannel // by the SID of the task channel

	queues  []*TaskQueue // that the worker serves
	seats   []*seat      // in lines of these, and in those of tasks for this worker alone
	held    int          // reservations that are not over
	stirred stirring
	view    *view // nil until it is needed
}

const maxWorkers = 15_000

// CreateWorker makes a worker.
func (w *Workspace) CreateWorker(request gen.CreateWorkerRequest) (*Worker, error) {
	attributes := string(request.Attributes)
	if err := firstOf(
		checkName("FriendlyName", &request.FriendlyName, maxName),
		w.checkWorkerName(nil, &request.FriendlyName),
		w.checkActivity("ActivitySid", request.ActivitySID),
		checkAttributes(attributes),
		checkRoom("workers", w.Workers.Len(), maxWorkers),
	); err != nil {
		return nil, err
	}
	worker := &Worker{
		Resource:          w.account.newResource("WK"),
		FriendlyName:      request.FriendlyName,
		ActivitySID:       w.DefaultActivitySID,
		DateStatusChanged: w.account.now,
		Attributes:        newAttributes(attributes),
	}
	set(&worker.ActivitySID, request.ActivitySID)
	w.Workers.add(worker)
	w.indexWorker(worker)
	for c := range w.TaskChannels.All() {
		w.addWorkerChannel(worker, c)
	}
	w.enroll(worker)
	w.stir(worker, freed)
	w.record(eventOf("worker.created", "Worker %s created", worker.FriendlyName).about("worker", worker.SID).with(w.workerFacts(worker)))
	return worker, nil
}

// checkWorkerName wants a name that no other worker has. Case does not count.
func (w *Workspace) checkWorkerName(worker *Worker, name *string) *Refusal {
	if name == nil {
		return nil
	}
	if other := w.workersByName[strings.ToLower(*name)]; other != nil && other != worker {
		return Invalid("Worker with the same friendly name already exists")
	}
	return nil
}

func (w *Workspace) indexWorker(worker *Worker) {
	if w.workersByName == nil {
		w.workersByName = make(map[string]*Worker)
	}
	w.workersByName[strings.ToLower(worker.FriendlyName)] = worker
}

// Available tells whether the activity of a worker is one in which it is given tasks.
func (w *Workspace) Available(worker *Worker) bool { return w.activity(worker.ActivitySID).Available }

// seen returns a worker as expressions see it.
func (w *Workspace) seen(worker *Worker) expression.Worker {
	channels := make(map[string]expression.Channel, worker.Channels.Len())
	for c := range worker.Channels.All() {
		channels[w.TaskChannelOf(c.TaskChannelSID).UniqueName] = expression.Channel{
			ConfiguredCapacity:          c.ConfiguredCapacity,
			AssignedTasks:               c.assigned,
			AvailableCapacityPercentage: c.freeCapacity(),
		}
	}
	return expression.Worker{
		SID:          worker.SID,
		FriendlyName: worker.FriendlyName,
		ActivitySID:  worker.ActivitySID,
		ActivityName: w.ActivityName(worker.ActivitySID),
		Available:    w.Available(worker),
		Attributes:   worker.Attributes.Fields(),
		Channels:     channels,
	}
}

// UpdateWorker changes what was sent.
func (w *Workspace) UpdateWorker(worker *Worker, request gen.UpdateWorkerRequest) error {
	attributes := string(request.Attributes)
	if err := firstOf(
		w.checkActivity("ActivitySid", request.ActivitySID),
		checkAttributes(attributes),
		checkName("FriendlyName", request.FriendlyName, maxName),
		w.checkWorkerName(worker, request.FriendlyName),
		w.checkRejectPending(request),
	); err != nil {
		return err
	}
	if request == (gen.UpdateWorkerRequest{}) {
		return nil
	}
	if request.FriendlyName != nil {
		delete(w.workersByName, strings.ToLower(worker.FriendlyName))
		worker.FriendlyName = *request.FriendlyName
		w.indexWorker(worker)
	}
	w.changedWorker(worker)
	if attributes != "" {
		worker.Attributes = newAttributes(attributes)
		w.record(eventOf("worker.attributes.update", "Worker %s attributes updated", worker.FriendlyName).
			about("worker", worker.SID).with(w.workerFacts(worker)))
	}
	if request.ActivitySID != nil {
		w.moveWorker(worker, *request.ActivitySID)
	}
	if request.RejectPendingReservations != nil && *request.RejectPendingReservations {
		w.rejectPending(worker)
	}
	w.stir(worker, freed)
	if attributes != "" || request.FriendlyName != nil {
		w.enroll(worker)
	}
	return nil
}

// changedWorker marks a worker as changed now.
func (w *Workspace) changedWorker(worker *Worker) {
	worker.Version++
	w.touch(&worker.Resource)
}

// checkRejectPending wants an activity beside the flag that makes the worker
// unavailable.
func (w *Workspace) checkRejectPending(request gen.UpdateWorkerRequest) *Refusal {
	if request.RejectPendingReservations == nil || !*request.RejectPendingReservations {
		return nil
	}
	if request.ActivitySID != nil {
		if a := w.activity(*request.ActivitySID); a != nil && !a.Available {
			return nil
		}
	}
	return Invalid("RejectPendingReservations needs an activity that makes the worker unavailable")
}

// moveWorker changes the activity of a worker. To stay in one is no change of it.
func (w *Workspace) moveWorker(worker *Worker, activitySID string) {
	previous := worker.ActivitySID
	if activitySID == previous {
		return
	}
	for _, q := range worker.queues {
		q.countActivity(previous, -1)
		q.countActivity(activitySID, 1)
	}
	since := worker.DateStatusChanged
	worker.ActivitySID, worker.DateStatusChanged = activitySID, w.account.now
	w.record(eventOf("worker.activity.update", "Worker %s updated to %s Activity", worker.FriendlyName, w.ActivityName(activitySID)).
		about("worker", worker.SID).with(w.workerFacts(worker)).
		with(w.previousActivityFacts(previous, w.account.now.Sub(since))))
	w.stir(worker, freed)
}

// DeleteWorker deletes a worker that holds no task. What it is asked for goes back to
// its queue.
func (w *Workspace) DeleteWorker(worker *Worker) error {
	if err := firstOf(checkIdle(worker), w.checkNoTarget("Worker", worker.SID)); err != nil {
		return err
	}
	for len(worker.queues) > 0 {
		w.part(worker, worker.queues[0])
	}
	worker.unseat(func(*seat) bool { return true })
	w.closeLines(worker.SID)
	delete(w.workersByName, strings.ToLower(worker.FriendlyName))
	w.Workers.remove(worker)
	for r := range worker.Reservations.All() {
		if r.Status == gen.ReservationStatusPending {
			w.decline(r, gen.ReservationStatusCanceled)
		}
		r.task.Reservations.remove(r)
		r.letGo()
	}
	worker.Reservations = Table[*Reservation]{}
	w.record(eventOf("worker.deleted", "Worker %s deleted", worker.FriendlyName).about("worker", worker.SID).with(w.workerFacts(worker)))
	return nil
}

func checkIdle(worker *Worker) *Refusal {
	for r := range worker.Reservations.All() {
		if r.holdsTask() {
			return Invalid("Worker %s holds tasks that are assigned", worker.SID)
		}
	}
	return nil
}
