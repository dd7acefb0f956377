package peer_test

import (
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	peer "github.com/twilio/twilio-go/rest/taskrouter/v1"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

// A log has the operations that the peer called with success.
type log struct {
	mu     sync.Mutex
	called map[string]bool
}

func (l *log) after(call taskroutertest.Call, answer taskroutertest.Answer) {
	if answer.Status < 200 || answer.Status > 299 || !strings.HasPrefix(call.Header.Get("User-Agent"), "twilio-go/") {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.called == nil {
		l.called = make(map[string]bool)
	}
	l.called[call.Operation] = true
}

// missing are the operations that were not called.
func (l *log) missing() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var missing []string
	for _, operation := range gen.Operations {
		if !l.called[operation.ID] {
			missing = append(missing, operation.ID)
		}
	}
	return missing
}

func TestEmulatorAnswersThePeerInEveryOperation(t *testing.T) {
	var called log
	inDesk(t, tour, taskroutertest.WithAfter(called.after))
	require.NotEmpty(t, gen.Operations)
	assert.Empty(t, called.missing(), "operations that the peer did not call with success")
}

// A redirect sends all requests to a server, whose address the peer cannot be told.
type redirect struct {
	to        *url.URL
	transport http.RoundTripper
}

func (r redirect) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	request.URL.Scheme, request.URL.Host, request.Host = r.to.Scheme, r.to.Host, ""
	return r.transport.RoundTrip(request)
}

func TestEmulatorAnswersThePeerOverASocket(t *testing.T) {
	var called log
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := taskroutertest.NewServer(taskroutertest.WithListener(listener),
		taskroutertest.WithAfter(checkAnswers(t)), taskroutertest.WithAfter(called.after))
	t.Cleanup(server.Close)
	to, err := url.Parse(server.URL())
	require.NoError(t, err)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	d := newDesk(t, server, &http.Client{Transport: redirect{to, transport}})
	workspace, err := d.FetchWorkspace(d.sid)
	d.ok(err)
	assert.Equal(t, server.URL()+"/v1/Workspaces/"+d.sid, of(workspace.Url))
	tour(d)
	assert.Empty(t, called.missing(), "operations that the peer did not call with success")
}

// tour makes, reads, changes, lists and deletes a resource of each kind, and asks for
// all statistics.
func tour(d *desk) {
	d.t.Helper()
	d.tourWorkspaces()
	d.tourActivities()
	d.tourTaskChannels()
	d.tourWorkers()
	d.tourTaskQueues()
	d.tourWorkflows()
	d.tourTasks()
	d.tourReservations()
	d.tourEvents()
	d.tourStatistics()
}

// gone wants that there is nothing any more after a deletion.
func (d *desk) gone(deleted, found error) {
	d.t.Helper()
	d.ok(deleted)
	d.refused(found, http.StatusNotFound, 20404)
}

func (d *desk) tourWorkspaces() {
	made, err := d.CreateWorkspace(&peer.CreateWorkspaceParams{
		FriendlyName: new("Sales"), PrioritizeQueueOrder: new("LIFO"), EventCallbackUrl: new(itsURL), EventsFilter: new("task.created,task.deleted"),
	})
	d.ok(err)
	assert.Equal(d.t, "LIFO", of(made.PrioritizeQueueOrder))
	changed, err := d.UpdateWorkspace(of(made.Sid), &peer.UpdateWorkspaceParams{FriendlyName: new("Shop"), TimeoutActivitySid: made.DefaultActivitySid})
	d.ok(err)
	assert.Equal(d.t, "Shop", of(changed.FriendlyName))
	found, err := d.FetchWorkspace(of(made.Sid))
	d.ok(err)
	assert.Equal(d.t, changed, found)
	assert.Equal(d.t, "task.created,task.deleted", of(found.EventsFilter))
	assert.Equal(d.t, of(found.Url)+"/Tasks", of(found.Links)["tasks"])
	list, err := d.ListWorkspace(nil)
	d.ok(err)
	assert.Equal(d.t, *found, list[len(list)-1])
	d.gone(d.DeleteWorkspace(of(made.Sid)), secondOf(d.FetchWorkspace(of(made.Sid))))
}

func (d *desk) tourActivities() {
	made, err := d.CreateActivity(d.sid, &peer.CreateActivityParams{FriendlyName: new("Lunch"), Available: new(true)})
	d.ok(err)
	assert.True(d.t, of(made.Available))
	changed, err := d.UpdateActivity(d.sid, of(made.Sid), &peer.UpdateActivityParams{FriendlyName: new("Break")})
	d.ok(err)
	assert.Equal(d.t, "Break", of(changed.FriendlyName))
	found, err := d.FetchActivity(d.sid, of(made.Sid))
	d.ok(err)
	assert.Equal(d.t, changed, found)
	list, err := d.ListActivity(d.sid, nil)
	d.ok(err)
	assert.Equal(d.t, *found, list[len(list)-1])
	d.gone(d.DeleteActivity(d.sid, of(made.Sid)), secondOf(d.FetchActivity(d.sid, of(made.Sid))))
}

func (d *desk) tourTaskChannels() {
	made, err := d.CreateTaskChannel(d.sid, &peer.CreateTaskChannelParams{FriendlyName: new("Fax"), UniqueName: new("fax")})
	d.ok(err)
	assert.Equal(d.t, "fax", of(made.UniqueName))
	changed, err := d.UpdateTaskChannel(d.sid, "fax", &peer.UpdateTaskChannelParams{FriendlyName: new("Letters"), ChannelOptimizedRouting: new(true)})
	d.ok(err)
	assert.True(d.t, of(changed.ChannelOptimizedRouting))
	found, err := d.FetchTaskChannel(d.sid, of(made.Sid))
	d.ok(err)
	assert.Equal(d.t, changed, found)
	list, err := d.ListTaskChannel(d.sid, nil)
	d.ok(err)
	assert.Equal(d.t, *found, list[len(list)-1])
	d.gone(d.DeleteTaskChannel(d.sid, "fax"), secondOf(d.FetchTaskChannel(d.sid, "fax")))
}

func (d *desk) tourWorkers() {
	sid := d.worker("Tom", `{"level":1}`, "Offline")
	changed, err := d.UpdateWorker(d.sid, sid, &peer.UpdateWorkerParams{FriendlyName: new("Tim"), Attributes: new(`{"level":2}`)})
	d.ok(err)
	assert.Equal(d.t, "Tim", of(changed.FriendlyName))
	found, err := d.FetchWorker(d.sid, sid)
	d.ok(err)
	assert.Equal(d.t, changed, found)
	assert.JSONEq(d.t, `{"level":2}`, of(found.Attributes))
	assert.False(d.t, of(found.Available))
	list, err := d.ListWorker(d.sid, nil)
	d.ok(err)
	assert.Equal(d.t, []peer.TaskrouterV1Worker{*found}, list)

	channels, err := d.ListWorkerChannel(d.sid, sid, nil)
	d.ok(err)
	require.Len(d.t, channels, 5)
	assert.Equal(d.t, 1, channels[0].ConfiguredCapacity)
	voice, err := d.UpdateWorkerChannel(d.sid, sid, "voice", &peer.UpdateWorkerChannelParams{Capacity: new(4), Available: new(false)})
	d.ok(err)
	assert.Equal(d.t, 4, voice.ConfiguredCapacity)
	assert.False(d.t, of(voice.Available))
	again, err := d.FetchWorkerChannel(d.sid, sid, of(voice.Sid))
	d.ok(err)
	assert.Equal(d.t, voice, again)
	d.gone(d.DeleteWorker(d.sid, sid, nil), secondOf(d.FetchWorker(d.sid, sid)))
}

func (d *desk) tourTaskQueues() {
	sid := d.queue("Letters", "1==1", 2)
	changed, err := d.UpdateTaskQueue(d.sid, sid, &peer.UpdateTaskQueueParams{FriendlyName: new("Parcels"), TargetWorkers: new("level > 1"), TaskOrder: new("LIFO")})
	d.ok(err)
	assert.Equal(d.t, "Parcels", of(changed.FriendlyName))
	found, err := d.FetchTaskQueue(d.sid, sid)
	d.ok(err)
	assert.Equal(d.t, changed, found)
	assert.Equal(d.t, "LIFO", of(found.TaskOrder))
	assert.Equal(d.t, 2, found.MaxReservedWorkers)
	list, err := d.ListTaskQueue(d.sid, nil)
	d.ok(err)
	assert.Equal(d.t, *found, list[len(list)-1])
	d.gone(d.DeleteTaskQueue(d.sid, sid), secondOf(d.FetchTaskQueue(d.sid, sid)))
}

func (d *desk) tourWorkflows() {
	sid := d.workflow("Letters", `{"filters":[]}`)
	changed, err := d.UpdateWorkflow(d.sid, sid, &peer.UpdateWorkflowParams{
		FriendlyName: new("Parcels"), TaskReservationTimeout: new(30), AssignmentCallbackUrl: new(itsURL), FallbackAssignmentCallbackUrl: new(itsURL),
	})
	d.ok(err)
	assert.Equal(d.t, itsURL, of(changed.AssignmentCallbackUrl))
	found, err := d.FetchWorkflow(d.sid, sid)
	d.ok(err)
	assert.Equal(d.t, changed, found)
	assert.Equal(d.t, 30, found.TaskReservationTimeout)
	list, err := d.ListWorkflow(d.sid, nil)
	d.ok(err)
	assert.Equal(d.t, *found, list[len(list)-1])
	d.gone(d.DeleteWorkflow(d.sid, sid), secondOf(d.FetchWorkflow(d.sid, sid)))
}

func (d *desk) tourTasks() {
	sid := d.task(d.sample(), `{"from":"me"}`)
	changed, err := d.UpdateTask(d.sid, sid, &peer.UpdateTaskParams{Priority: new(3), TaskChannel: new("sms")})
	d.ok(err)
	assert.Equal(d.t, 3, changed.Priority)
	found := d.is(sid, "pending")
	assert.Equal(d.t, "sms", of(found.TaskChannelUniqueName))
	assert.Equal(d.t, "me", d.attribute(found, "from"))
	list, err := d.ListTask(d.sid, nil)
	d.ok(err)
	assert.Equal(d.t, []string{sid}, taskSIDs(list))
	d.gone(d.DeleteTask(d.sid, sid, nil), secondOf(d.FetchTask(d.sid, sid)))
}

func (d *desk) tourReservations() {
	sid := d.worker("Ann", "{}", "Available")
	task := d.task(d.sample(), "{}")
	reservation := d.asked(task, "Ann pending")[0]
	d.accepts(task, reservation)
	found, err := d.FetchTaskReservation(d.sid, task, reservation)
	d.ok(err)
	assert.Equal(d.t, "accepted", of(found.ReservationStatus))
	assert.Contains(d.t, of(found.Url), "/Tasks/"+task)
	completed, err := d.UpdateWorkerReservation(d.sid, sid, reservation, &peer.UpdateWorkerReservationParams{ReservationStatus: new("completed")})
	d.ok(err)
	assert.Contains(d.t, of(completed.Url), "/Workers/"+sid)
	again, err := d.FetchWorkerReservation(d.sid, sid, reservation)
	d.ok(err)
	assert.Equal(d.t, completed, again)
	assert.Equal(d.t, "completed", of(again.ReservationStatus))
	list, err := d.ListWorkerReservation(d.sid, sid, nil)
	d.ok(err)
	assert.Equal(d.t, []peer.TaskrouterV1WorkerReservation{*again}, list)
	d.is(task, "completed")
}

func (d *desk) tourEvents() {
	list, err := d.ListEvent(d.sid, &peer.ListEventParams{EventType: new("task.completed")})
	d.ok(err)
	require.Len(d.t, list, 1)
	found, err := d.FetchEvent(d.sid, of(list[0].Sid))
	d.ok(err)
	assert.Equal(d.t, list[0], *found)
	assert.Equal(d.t, "completed", of(found.EventData).(object)["task_assignment_status"])
}

func (d *desk) tourStatistics() {
	workers, err := d.ListWorker(d.sid, &peer.ListWorkerParams{FriendlyName: new("Ann")})
	d.ok(err)
	require.Len(d.t, workers, 1)
	worker, flow := of(workers[0].Sid), d.sample()
	queues, err := d.ListTaskQueuesStatistics(d.sid, nil)
	d.ok(err)
	require.Len(d.t, queues, 1)
	queue := of(queues[0].TaskQueueSid)

	told := func(want object) func(statistics any, err error) {
		return func(statistics any, err error) {
			d.t.Helper()
			d.ok(err)
			counts(d.t, statistics, with(want, object{"workspace_sid": d.sid}))
		}
	}
	accepted, tasks := object{"reservations_accepted": 1.0}, object{"total_tasks": 1.0}
	told(object{})(d.FetchWorkspaceStatistics(d.sid, nil))
	told(accepted)(d.FetchWorkspaceCumulativeStatistics(d.sid, nil))
	told(tasks)(d.FetchWorkspaceRealTimeStatistics(d.sid, nil))
	told(object{"task_queue_sid": queue})(d.FetchTaskQueueStatistics(d.sid, queue, nil))
	told(accepted)(d.FetchTaskQueueCumulativeStatistics(d.sid, queue, nil))
	told(tasks)(d.FetchTaskQueueRealTimeStatistics(d.sid, queue, nil))
	told(object{"task_queue_response_count": 1.0})(d.CreateTaskQueueBulkRealTimeStatistics(d.sid,
		&peer.CreateTaskQueueBulkRealTimeStatisticsParams{Body: &map[string]any{"queueSids": []string{queue}}}))
	told(object{"workflow_sid": flow})(d.FetchWorkflowStatistics(d.sid, flow, nil))
	told(accepted)(d.FetchWorkflowCumulativeStatistics(d.sid, flow, nil))
	told(tasks)(d.FetchWorkflowRealTimeStatistics(d.sid, flow, nil))
	told(object{})(d.FetchWorkerStatistics(d.sid, nil))
	told(accepted)(d.FetchWorkersCumulativeStatistics(d.sid, nil))
	told(object{"total_workers": 1.0})(d.FetchWorkersRealTimeStatistics(d.sid, nil))
	told(object{"worker_sid": worker})(d.FetchWorkerInstanceStatistics(d.sid, worker, nil))
}
