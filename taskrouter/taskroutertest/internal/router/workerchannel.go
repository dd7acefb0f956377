package router

import (
	"github.com/taskrouter-go/sdk/gen"
)

// A WorkerChannel is how much work of one kind a worker takes.
type WorkerChannel struct {
	Resource
	TaskChannelSID     string `json:"task_channel_sid"`
	ConfiguredCapacity int    `json:"configured_capacity"`
	Available          bool   `json:"available"`
	// LastReserved is the [Reservation.Number] of the last reservation for the channel, 0
	// without one.
	LastReserved int `json:"last_reserved"`

	used, assigned int // capacity, by what is not over and by what is accepted
}

const maxCapacity = 50

func (w *Workspace) addWorkerChannel(worker *Worker, channel *TaskChannel) {
	c := &WorkerChannel{Resource: w.account.newResource("WC"), TaskChannelSID: channel.SID, ConfiguredCapacity: 1, Available: true}
	worker.Channels.add(c)
	worker.indexChannel(c)
}

func (worker *Worker) indexChannel(c *WorkerChannel) {
	if worker.channels == nil {
		worker.channels = make(map[string]*WorkerChannel)
	}
	worker.channels[c.TaskChannelSID] = c
}

// WorkerChannel returns the channel of a worker with a SID, or of the task channel
// with a unique name.
func (w *Workspace) WorkerChannel(worker *Worker, sidOrName string) (*WorkerChannel, error) {
	if channel, ok := w.channelsByName[sidOrName]; ok && !worker.Channels.Has(sidOrName) {
		return worker.channels[channel.SID], nil
	}
	return worker.Channels.Get(sidOrName)
}

// Use returns how many tasks of a channel a worker has accepted, and how many percent
// of the capacity are free.
func (c *WorkerChannel) Use() (assigned, freePercent int) {
	return c.assigned, c.freeCapacity()
}

// freeCapacity is in percent. Whatever is not over uses capacity.
func (c *WorkerChannel) freeCapacity() int {
	if c.used >= c.ConfiguredCapacity {
		return 0
	}
	return (c.ConfiguredCapacity - c.used) * 100 / c.ConfiguredCapacity
}

// tally counts what a reservation takes of the worker, or gives it back.
func (worker *Worker) tally(r *Reservation, by int) {
	c := worker.channels[r.task.TaskChannelSID]
	if r.open() {
		c.used += by
		worker.held += by
	}
	if r.Status == gen.ReservationStatusAccepted {
		c.assigned += by
	}
}

// UpdateWorkerChannel changes what was sent.
func (w *Workspace) UpdateWorkerChannel(worker *Worker, c *WorkerChannel, request gen.UpdateWorkerChannelRequest) error {
	if err := firstOf(checkCapacity(request.Capacity)); err != nil {
		return err
	}
	if request == (gen.UpdateWorkerChannelRequest{}) {
		return nil
	}
	w.touch(&c.Resource)
	w.changedWorker(worker)
	w.stir(worker, freed)
	if request.Capacity != nil {
		previous := c.ConfiguredCapacity
		c.ConfiguredCapacity = *request.Capacity
		w.record(eventOf("worker.capacity.update", "Worker %s capacity updated", worker.FriendlyName).
			about("worker", worker.SID).with(w.workerFacts(worker)).with(w.workerChannelFacts(c, previous)))
	}
	if request.Available != nil {
		c.Available = *request.Available
		w.record(eventOf("worker.channel.availability.update", "Worker %s channel availability updated", worker.FriendlyName).
			about("worker", worker.SID).with(w.workerFacts(worker)).with(w.workerChannelFacts(c, c.ConfiguredCapacity)))
	}
	return nil
}

func checkCapacity(capacity *int) *Refusal {
	switch {
	case capacity == nil:
		return nil
	case *capacity < 0:
		return Invalid("Capacity is %d, at least 0 is expected", *capacity)
	case *capacity > maxCapacity:
		return Invalid("Capacity is %d, at most %d is allowed", *capacity, maxCapacity)
	}
	return nil
}
