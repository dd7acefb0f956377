package peer_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twilio/twilio-go/client"
	peer "github.com/twilio/twilio-go/rest/taskrouter/v1"

	"github.com/taskrouter-go/sdk/openapi"
	"github.com/taskrouter-go/sdk/openapi/document"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

// A desk is a workspace of an emulator, and the peer, which works there.
type desk struct {
	*peer.ApiService
	t      *testing.T
	server *taskroutertest.Server
	sid    string // of the workspace
	// activities are the SIDs of those that a new workspace has, by their names.
	activities map[string]string
}

// inDesk runs a test at a desk, in a bubble: what takes hours at the service takes no
// time there.
func inDesk(t *testing.T, test func(d *desk), options ...taskroutertest.Option) {
	t.Helper()
	check := checkAnswers(t)
	synctest.Test(t, func(t *testing.T) {
		server := taskroutertest.NewServer(append(options, taskroutertest.WithAfter(check))...)
		t.Cleanup(server.Close)
		// The peer closes no body of a refusal, so that net/http waits for the timeout.
		t.Cleanup(func() { <-time.After(timeout) })
		test(newDesk(t, server, server.HTTPClient()))
	})
}

// newDesk makes a workspace with the peer, which has an HTTP client that leads to the
// server.
func newDesk(t *testing.T, server *taskroutertest.Server, httpClient *http.Client) *desk {
	t.Helper()
	d := &desk{ApiService: newPeer(server.AccountSID(), server.AuthToken(), httpClient), t: t, server: server}
	workspace, err := d.CreateWorkspace(&peer.CreateWorkspaceParams{FriendlyName: new("Support"), Template: new("FIFO")})
	require.NoError(t, err)
	d.sid = of(workspace.Sid)
	activities, err := d.ListActivity(d.sid, nil)
	require.NoError(t, err)
	d.activities = make(map[string]string)
	for _, activity := range activities {
		d.activities[of(activity.FriendlyName)] = of(activity.Sid)
	}
	return d
}

// timeout is that of the peer if it is given no HTTP client.
const timeout = 10 * time.Second

// newPeer sets the peer up as its users do who have an HTTP client of their own.
func newPeer(user, password string, httpClient *http.Client) *peer.ApiService {
	c := &client.Client{Credentials: client.NewCredentials(user, password), HTTPClient: httpClient}
	c.SetAccountSid(user)
	c.SetTimeout(timeout)
	return peer.NewApiServiceWithClient(c)
}

var loadDocument = sync.OnceValues(func() (map[string]*document.Operation, error) {
	d, err := document.Load(openapi.Document)
	if err != nil {
		return nil, err
	}
	operations := make(map[string]*document.Operation)
	for _, operation := range d.Operations() {
		operations[operation.ID] = operation
	}
	return operations, nil
})

// checkAnswers returns a hook that holds each answer against the document.
func checkAnswers(t *testing.T) func(taskroutertest.Call, taskroutertest.Answer) {
	t.Helper()
	operations, err := loadDocument()
	require.NoError(t, err)
	return func(call taskroutertest.Call, answer taskroutertest.Answer) {
		if call.Operation == "" || answer.Status == 0 {
			return // of an address that the document does not have, or a call that broke
		}
		assert.Empty(t, operations[call.Operation].CheckResponse(answer.Status, answer.Header, answer.Body),
			"%s %s is answered with what the document does not allow: %d %s", call.Method, call.Path, answer.Status, answer.Body)
	}
}

// of is what the peer points to, the zero value for nil.
func of[T any](p *T) (value T) {
	if p != nil {
		value = *p
	}
	return value
}

// each returns a member of each resource of a list.
func each[T any](list []T, member func(T) *string) []string {
	values := make([]string, 0, len(list))
	for _, resource := range list {
		values = append(values, of(member(resource)))
	}
	return values
}

func (d *desk) ok(err error) {
	d.t.Helper()
	require.NoError(d.t, err)
}

// refused wants that the peer tells a refusal with a status and a code, and returns the
// message.
func (d *desk) refused(err error, status, code int) string {
	d.t.Helper()
	refusal, ok := errors.AsType[*client.TwilioRestError](err)
	require.True(d.t, ok, "%T: %v", err, err)
	assert.Equal(d.t, status, refusal.Status, refusal)
	assert.Equal(d.t, code, refusal.Code, refusal)
	assert.NotEmpty(d.t, refusal.Message)
	return refusal.Message
}

func (d *desk) at(since time.Duration) { <-time.After(since) }

func (d *desk) worker(name, attributes, activity string) string {
	d.t.Helper()
	worker, err := d.CreateWorker(d.sid, &peer.CreateWorkerParams{
		FriendlyName: &name, Attributes: &attributes, ActivitySid: new(d.activities[activity]),
	})
	d.ok(err)
	return of(worker.Sid)
}

// goes moves a worker to an activity.
func (d *desk) goes(workerSID, activity string) {
	d.t.Helper()
	worker, err := d.UpdateWorker(d.sid, workerSID, &peer.UpdateWorkerParams{ActivitySid: new(d.activities[activity])})
	d.ok(err)
	assert.Equal(d.t, activity, of(worker.ActivityName))
}

// has wants that a worker is in an activity.
func (d *desk) has(workerSID, activity string) {
	d.t.Helper()
	worker, err := d.FetchWorker(d.sid, workerSID)
	d.ok(err)
	assert.Equal(d.t, activity, of(worker.ActivityName))
}

func (d *desk) queue(name, targetWorkers string, maxReserved int) string {
	d.t.Helper()
	queue, err := d.CreateTaskQueue(d.sid, &peer.CreateTaskQueueParams{
		FriendlyName: &name, TargetWorkers: &targetWorkers, MaxReservedWorkers: &maxReserved,
	})
	d.ok(err)
	return of(queue.Sid)
}

func (d *desk) workflow(name, routing string) string {
	d.t.Helper()
	workflow, err := d.CreateWorkflow(d.sid, &peer.CreateWorkflowParams{
		FriendlyName: &name, Configuration: new(`{"task_routing":` + routing + `}`),
	})
	d.ok(err)
	return of(workflow.Sid)
}

// sample is the SID of the workflow that the template made.
func (d *desk) sample() string {
	d.t.Helper()
	workflows, err := d.ListWorkflow(d.sid, &peer.ListWorkflowParams{FriendlyName: new("Default Fifo Workflow")})
	d.ok(err)
	require.Len(d.t, workflows, 1)
	return of(workflows[0].Sid)
}

func (d *desk) task(workflowSID, attributes string) string {
	d.t.Helper()
	task, err := d.CreateTask(d.sid, &peer.CreateTaskParams{WorkflowSid: &workflowSID, Attributes: &attributes})
	d.ok(err)
	return of(task.Sid)
}

// is wants that a task is in a state.
func (d *desk) is(taskSID, status string) *peer.TaskrouterV1Task {
	d.t.Helper()
	task, err := d.FetchTask(d.sid, taskSID)
	d.ok(err)
	assert.Equal(d.t, status, of(task.AssignmentStatus))
	return task
}

func (d *desk) becomes(taskSID, status, reason string) {
	d.t.Helper()
	task, err := d.UpdateTask(d.sid, taskSID, &peer.UpdateTaskParams{AssignmentStatus: &status, Reason: &reason})
	d.ok(err)
	assert.Equal(d.t, status, of(task.AssignmentStatus))
	assert.Equal(d.t, reason, of(task.Reason))
}

// asked wants that these workers, each with what came of it, were asked to do a task,
// and returns the SIDs of the reservations.
func (d *desk) asked(taskSID string, want ...string) []string {
	d.t.Helper()
	reservations, err := d.ListTaskReservation(d.sid, taskSID, nil)
	d.ok(err)
	got := make([]string, 0, len(reservations))
	for _, reservation := range reservations {
		got = append(got, of(reservation.WorkerName)+" "+of(reservation.ReservationStatus))
	}
	require.Equal(d.t, append([]string{}, want...), got)
	return each(reservations, func(r peer.TaskrouterV1TaskReservation) *string { return r.Sid })
}

func (d *desk) accepts(taskSID, reservationSID string) {
	d.t.Helper()
	reservation, err := d.UpdateTaskReservation(d.sid, taskSID, reservationSID, &peer.UpdateTaskReservationParams{ReservationStatus: new("accepted")})
	d.ok(err)
	assert.Equal(d.t, "accepted", of(reservation.ReservationStatus))
}

// attribute is one of a task's.
func (d *desk) attribute(task *peer.TaskrouterV1Task, name string) any {
	d.t.Helper()
	var attributes object
	d.ok(json.Unmarshal([]byte(of(task.Attributes)), &attributes))
	return attributes[name]
}
