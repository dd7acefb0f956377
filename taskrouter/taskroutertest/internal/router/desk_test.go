package router

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen"
)

// A desk is a workspace with two workers, and a clock that stands still until it is
// moved on.
type desk struct {
	*Workspace
	account *Account
	queue   *TaskQueue
	flow    *Workflow
	ann     *Worker
	bob     *Worker
	task    *Task
}

var noon = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)

func newDesk(t *testing.T, changes ...func(*gen.CreateWorkspaceRequest)) *desk {
	t.Helper()
	d := &desk{account: NewAccount("", 1)}
	d.account.Begin(noon)
	request := gen.CreateWorkspaceRequest{FriendlyName: "Support", Template: new(gen.WorkspaceTemplateFIFO)}
	for _, change := range changes {
		change(&request)
	}
	var err error
	d.Workspace, err = d.account.CreateWorkspace(request)
	require.NoError(t, err)
	d.queue, d.flow = d.TaskQueues.rows()[0], d.Workflows.rows()[0]
	d.ann, d.bob = d.newWorker(t, "Ann"), d.newWorker(t, "Bob")
	d.task = d.newTask(t, `{"call_sid":"CA1"}`)
	return d
}

func singleTasking(request *gen.CreateWorkspaceRequest) { request.MultiTaskEnabled = new(false) }

func (d *desk) newWorker(t *testing.T, name string) *Worker {
	t.Helper()
	worker, err := d.CreateWorker(gen.CreateWorkerRequest{
		FriendlyName: name,
		ActivitySID:  new(d.activityNamed("Available").SID),
		Attributes:   `{"contact_uri":"client:x"}`,
	})
	require.NoError(t, err)
	return worker
}

func (d *desk) newTask(t *testing.T, attributes string) *Task {
	t.Helper()
	task, err := d.CreateTask(gen.CreateTaskRequest{Attributes: gen.Attributes(attributes), WorkflowSID: &d.flow.SID})
	require.NoError(t, err)
	return task
}

func (d *desk) activityNamed(name string) *Activity {
	i := slices.IndexFunc(d.Activities.rows(), func(a *Activity) bool { return a.FriendlyName == name })
	return d.Activities.rows()[i]
}

// ask makes a reservation, as routing does, but leaves versions as they are.
func (d *desk) ask(task *Task, worker *Worker) *Reservation { return ask(d.Workspace, task, worker) }

func ask(w *Workspace, task *Task, worker *Worker) *Reservation {
	r := &Reservation{
		Resource:  w.account.newResource("WR"),
		WorkerSID: worker.SID,
		Status:    gen.ReservationStatusPending,
		Timeout:   defaultReservationTimeout,
		task:      task,
		worker:    worker,
	}
	task.Reservations.add(r)
	worker.Reservations.add(r)
	worker.tally(r, 1)
	w.stopWaiting(task)
	w.setAlarm(r, r.deadline())
	task.Status = gen.TaskStatusReserved
	return r
}

// in is ask, for a reservation that has gone on to a state.
func (d *desk) in(status gen.ReservationStatus) *Reservation {
	r := d.ask(d.task, d.ann)
	d.ann.tally(r, -1)
	r.Status = status
	d.ann.tally(r, 1)
	if status != gen.ReservationStatusPending {
		d.unsetAlarm(r)
	}
	switch status {
	case gen.ReservationStatusAccepted:
		d.task.Status = gen.TaskStatusAssigned
	case gen.ReservationStatusWrapping:
		d.task.Status = gen.TaskStatusWrapping
	case gen.ReservationStatusCompleted:
		d.task.Status = gen.TaskStatusCompleted
	case gen.ReservationStatusCanceled:
		d.task.Status = gen.TaskStatusCanceled
	}
	return r
}

func (d *desk) update(r *Reservation, request gen.UpdateReservationRequest) error {
	return d.UpdateReservation(r, request, TaskInstructions)
}

func (d *desk) move(r *Reservation, status gen.ReservationStatus) error {
	return d.update(r, gen.UpdateReservationRequest{ReservationStatus: &status})
}

// text is all there is.
func (d *desk) text(t *testing.T) string {
	t.Helper()
	text, err := d.account.Dump()
	require.NoError(t, err)
	return string(text)
}

// refuses wants that a call is refused and changes nothing.
func (d *desk) refuses(t *testing.T, status int, message string, call func() error) {
	t.Helper()
	before := d.text(t)
	var refusal *Refusal
	require.ErrorAs(t, call(), &refusal)
	assert.Equal(t, status, refusal.Status)
	assert.Equal(t, message, refusal.Message)
	assert.Equal(t, before, d.text(t))
}

// events are the types of those since a number of them, in the order in which they
// happened.
func (d *desk) events(since int) []string {
	types := []string{}
	for _, e := range d.Events.rows()[since:] {
		types = append(types, e.Type)
	}
	return types
}
