package peer_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twilio/twilio-go/client"
	peer "github.com/twilio/twilio-go/rest/taskrouter/v1"

	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

func TestEmulatorTellsThePeerWhatIsNotThere(t *testing.T) {
	inDesk(t, func(d *desk) {
		const missing = "00000000000000000000000000000000"
		workspace := "/Workspaces/" + d.sid
		for path, call := range map[string]func() error{
			"/Workspaces/WS" + missing:            func() error { _, err := d.FetchWorkspace("WS" + missing); return err },
			workspace + "/Tasks/WT" + missing:     func() error { _, err := d.FetchTask(d.sid, "WT"+missing); return err },
			workspace + "/Workers/WK" + missing:   func() error { return d.DeleteWorker(d.sid, "WK"+missing, nil) },
			workspace + "/Workflows/WW" + missing: func() error { _, err := d.UpdateWorkflow(d.sid, "WW"+missing, nil); return err },
			workspace + "/Events/EV" + missing:    func() error { _, err := d.FetchEvent(d.sid, "EV"+missing); return err },
			workspace + "/Tasks/":                 func() error { _, err := d.FetchTask(d.sid, ""); return err },
		} {
			assert.Equal(t, "The requested resource "+path+" was not found", d.refused(call(), http.StatusNotFound, 20404))
		}
	})
}

func TestEmulatorTellsThePeerWhatIsWrong(t *testing.T) {
	inDesk(t, func(d *desk) {
		ann := d.worker("Ann", "{}", "Available")
		task := d.task(d.sample(), "{}")
		d.workflow("Another", `{"filters":[]}`)
		create := func(params peer.CreateTaskParams) error {
			_, err := d.CreateTask(d.sid, &params)
			return err
		}
		for name, test := range map[string]struct {
			err     error
			message string
		}{
			"a field is missing": {secondOf(d.CreateActivity(d.sid, nil)), "FriendlyName field is required"},
			"a workflow must be chosen": {
				create(peer.CreateTaskParams{}), "WorkflowSid field is required",
			},
			"attributes that are none": {
				create(peer.CreateTaskParams{WorkflowSid: new(d.sample()), Attributes: new("{")}), "Attributes",
			},
			"a priority below 0": {
				create(peer.CreateTaskParams{WorkflowSid: new(d.sample()), Priority: new(-1)}), "Priority",
			},
			"a name that is taken": {
				secondOf(d.CreateWorker(d.sid, &peer.CreateWorkerParams{FriendlyName: new("ANN")})), "Worker with the same friendly name already exists",
			},
			"an expression that cannot be": {
				secondOf(d.CreateTaskQueue(d.sid, &peer.CreateTaskQueueParams{FriendlyName: new("Q"), TargetWorkers: new("skill-level > 3")})), "TargetWorkers",
			},
			"a configuration without its queue": {
				secondOf(d.UpdateWorkflow(d.sid, d.sample(), &peer.UpdateWorkflowParams{
					Configuration: new(`{"task_routing":{"default_filter":{"queue":"WQ00000000000000000000000000000000"}}}`),
				})), "WQ00000000000000000000000000000000",
			},
			"completion of a task that nobody has": {
				secondOf(d.UpdateTask(d.sid, task, &peer.UpdateTaskParams{AssignmentStatus: new("completed"), Reason: new("done")})),
				"Cannot complete task " + task + " in workspace " + d.sid + " for account " + d.server.AccountSID() +
					" because it is not currently assigned.",
			},
			"wrapping of a task that nobody has": {
				secondOf(d.UpdateTask(d.sid, task, &peer.UpdateTaskParams{AssignmentStatus: new("wrapping")})), "Cannot wrap up a task " + task,
			},
			"the activity that new workers have": {d.DeleteActivity(d.sid, d.activities["Offline"]), "default activity"},
			"a channel of every workspace":       {d.DeleteTaskChannel(d.sid, "default"), "default"},
			"more queues than can be asked about": {
				secondOf(d.CreateTaskQueueBulkRealTimeStatistics(d.sid, &peer.CreateTaskQueueBulkRealTimeStatisticsParams{
					Body: &map[string]any{"queueSids": make([]string, 51)},
				})), "51",
			},
		} {
			assert.Contains(t, d.refused(test.err, http.StatusBadRequest, 20001), test.message, name)
		}
		d.is(task, "reserved")
		d.has(ann, "Available")
	})
}

func secondOf[T any](_ T, err error) error { return err }

func TestEmulatorLetsThePeerInOnlyWithCredentials(t *testing.T) {
	inDesk(t, func(d *desk) {
		for name, wrong := range map[string]*peer.ApiService{
			"another token":   newPeer(d.server.AccountSID(), "0123456789abcdef", d.server.HTTPClient()),
			"another account": newPeer("AC00000000000000000000000000000000", d.server.AuthToken(), d.server.HTTPClient()),
			"no credentials":  newPeer("", "", d.server.HTTPClient()),
		} {
			_, err := wrong.FetchWorkspace(d.sid)
			assert.Contains(t, d.refused(err, http.StatusUnauthorized, 20003), "Authentication Error", name)
		}
		withKey := newPeer("SK0123456789abcdef0123456789abcdef", "secret", d.server.HTTPClient())
		workspace, err := withKey.FetchWorkspace(d.sid)
		d.ok(err)
		assert.Equal(t, d.sid, of(workspace.Sid))
	}, taskroutertest.WithAPIKey("SK0123456789abcdef0123456789abcdef", "secret"))
}

func TestEmulatorFailsThePeerAsItIsTold(t *testing.T) {
	inDesk(t, func(d *desk) {
		d.server.Fail("", 1, taskroutertest.Failure{Status: http.StatusTooManyRequests})
		_, err := d.ListTask(d.sid, nil)
		d.refused(err, http.StatusTooManyRequests, 20429)
		broken := errors.New("connection reset")
		d.server.Fail("", 1, taskroutertest.Failure{Err: broken})
		_, err = d.ListTask(d.sid, nil)
		assert.ErrorIs(t, err, broken)
		d.server.Fail("", 1, taskroutertest.Failure{Delay: timeout + 1})
		_, err = d.ListTask(d.sid, nil)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		_, err = d.ListTask(d.sid, nil)
		d.ok(err)
	})
}

func TestEmulatorRefusesWhatThePeerAsksTooOften(t *testing.T) {
	inDesk(t, func(d *desk) {
		params := &peer.ListTaskParams{EvaluateTaskAttributes: new("1==1")}
		for range 3 {
			_, err := d.ListTask(d.sid, params)
			d.ok(err)
		}
		_, err := d.ListTask(d.sid, params)
		d.refused(err, http.StatusTooManyRequests, 20429)
		d.at(timeout)
		_, err = d.ListTask(d.sid, params)
		d.ok(err)
	}, taskroutertest.WithRateLimits())
}

const tag = "ETag"

// Each call of the peer that takes an If-Match is refused with the version of before,
// and carried out with the one of now.
func TestEmulatorChangesForThePeerOnlyTheVersionItKnows(t *testing.T) {
	stale := func(d *desk, err error) {
		d.t.Helper()
		d.refused(err, http.StatusPreconditionFailed, 0)
	}
	tests := map[string]func(d *desk){
		"UpdateTask": func(d *desk) {
			created, err := d.CreateTaskWithMetadata(d.sid, &peer.CreateTaskParams{WorkflowSid: new(d.sample())})
			d.ok(err)
			task := created.GetResource()
			fetched, err := d.FetchTaskWithMetadata(d.sid, of(task.Sid))
			d.ok(err)
			version := fetched.GetHeader(tag)
			require.NotEmpty(d.t, version)
			updated, err := d.UpdateTaskWithMetadata(d.sid, of(task.Sid), &peer.UpdateTaskParams{IfMatch: &version, Attributes: new(`{"by":"me"}`)})
			d.ok(err)
			assert.Equal(d.t, http.StatusOK, updated.GetStatusCode())
			assert.NotEqual(d.t, version, updated.GetHeader(tag))
			stale(d, secondOf(d.UpdateTask(d.sid, of(task.Sid), &peer.UpdateTaskParams{IfMatch: &version, Attributes: new(`{"by":"you"}`)})))
			assert.Equal(d.t, "me", d.attribute(d.is(of(task.Sid), "pending"), "by"))
			_, err = d.UpdateTask(d.sid, of(task.Sid), &peer.UpdateTaskParams{IfMatch: new(updated.GetHeader(tag)), Priority: new(3)})
			d.ok(err)
		},
		"DeleteTask": func(d *desk) {
			task := d.task(d.sample(), "{}")
			before, err := d.FetchTaskWithMetadata(d.sid, task)
			d.ok(err)
			now, err := d.UpdateTaskWithMetadata(d.sid, task, &peer.UpdateTaskParams{Priority: new(1)})
			d.ok(err)
			stale(d, d.DeleteTask(d.sid, task, &peer.DeleteTaskParams{IfMatch: new(before.GetHeader(tag))}))
			d.is(task, "pending")
			deleted, err := d.DeleteTaskWithMetadata(d.sid, task, &peer.DeleteTaskParams{IfMatch: new(now.GetHeader(tag))})
			d.ok(err)
			assert.Equal(d.t, http.StatusNoContent, deleted.GetStatusCode())
			_, err = d.FetchTask(d.sid, task)
			d.refused(err, http.StatusNotFound, 20404)
		},
		"UpdateWorker": func(d *desk) {
			ann := d.worker("Ann", "{}", "Offline")
			before, err := d.FetchWorkerWithMetadata(d.sid, ann)
			d.ok(err)
			now, err := d.UpdateWorkerWithMetadata(d.sid, ann, &peer.UpdateWorkerParams{
				IfMatch: new(before.GetHeader(tag)), ActivitySid: new(d.activities["Unavailable"]),
			})
			d.ok(err)
			change := &peer.UpdateWorkerParams{IfMatch: new(before.GetHeader(tag)), ActivitySid: new(d.activities["Available"])}
			stale(d, secondOf(d.UpdateWorker(d.sid, ann, change)))
			d.has(ann, "Unavailable")
			_, err = d.UpdateWorker(d.sid, ann, change.SetIfMatch(now.GetHeader(tag)))
			d.ok(err)
			d.has(ann, "Available")
		},
		"DeleteWorker": func(d *desk) {
			ann := d.worker("Ann", "{}", "Offline")
			before, err := d.FetchWorkerWithMetadata(d.sid, ann)
			d.ok(err)
			d.goes(ann, "Unavailable")
			stale(d, d.DeleteWorker(d.sid, ann, &peer.DeleteWorkerParams{IfMatch: new(before.GetHeader(tag))}))
			now, err := d.FetchWorkerWithMetadata(d.sid, ann)
			d.ok(err)
			d.ok(d.DeleteWorker(d.sid, ann, &peer.DeleteWorkerParams{IfMatch: new(now.GetHeader(tag))}))
			_, err = d.FetchWorker(d.sid, ann)
			d.refused(err, http.StatusNotFound, 20404)
		},
		"UpdateTaskReservation": func(d *desk) {
			d.worker("Ann", "{}", "Available")
			task := d.task(d.sample(), "{}")
			reservation := d.asked(task, "Ann pending")[0]
			before, err := d.FetchTaskReservationWithMetadata(d.sid, task, reservation)
			d.ok(err)
			now, err := d.UpdateTaskReservationWithMetadata(d.sid, task, reservation, &peer.UpdateTaskReservationParams{
				IfMatch: new(before.GetHeader(tag)), ReservationStatus: new("accepted"),
			})
			d.ok(err)
			change := &peer.UpdateTaskReservationParams{IfMatch: new(before.GetHeader(tag)), ReservationStatus: new("completed")}
			stale(d, secondOf(d.UpdateTaskReservation(d.sid, task, reservation, change)))
			d.asked(task, "Ann accepted")
			_, err = d.UpdateTaskReservation(d.sid, task, reservation, change.SetIfMatch(now.GetHeader(tag)))
			d.ok(err)
			d.asked(task, "Ann completed")
		},
		// Only the list of a worker's reservations shows a version.
		"UpdateWorkerReservation": func(d *desk) {
			ann := d.worker("Ann", "{}", "Available")
			task := d.task(d.sample(), "{}")
			reservation := d.asked(task, "Ann pending")[0]
			version := func() *string {
				list, err := d.ListWorkerReservationWithMetadata(d.sid, ann, nil)
				d.ok(err)
				return new(list.GetHeader(tag))
			}
			before := version()
			accepted, err := d.UpdateWorkerReservationWithMetadata(d.sid, ann, reservation, &peer.UpdateWorkerReservationParams{
				IfMatch: before, ReservationStatus: new("accepted"),
			})
			d.ok(err)
			assert.Empty(d.t, accepted.GetHeader(tag))
			change := &peer.UpdateWorkerReservationParams{IfMatch: before, ReservationStatus: new("completed")}
			stale(d, secondOf(d.UpdateWorkerReservation(d.sid, ann, reservation, change)))
			d.is(task, "assigned")
			_, err = d.UpdateWorkerReservation(d.sid, ann, reservation, change.SetIfMatch(of(version())))
			d.ok(err)
			d.is(task, "completed")
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { inDesk(t, test) })
	}
}

// A counter counts the answers whose bodies are open.
type counter struct {
	http.RoundTripper
	open atomic.Int64
}

func (c *counter) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := c.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	c.open.Add(1)
	response.Body = &counted{response.Body, c}
	return response, nil
}

type counted struct {
	io.ReadCloser
	counter *counter
}

func (c *counted) Close() error {
	c.counter.open.Add(-1)
	return c.ReadCloser.Close()
}

func TestKnownFaultsOfThePeerThatTheEmulatorShowsInRefusals(t *testing.T) {
	inDesk(t, func(d *desk) {
		c := &counter{RoundTripper: d.server.HTTPClient().Transport}
		counting := newPeer(d.server.AccountSID(), d.server.AuthToken(), &http.Client{Transport: c})
		_, err := counting.FetchWorkspace(d.sid)
		d.ok(err)
		require.Zero(t, c.open.Load())
		_, err = counting.FetchWorkspace("WS0")
		d.refused(err, http.StatusNotFound, 20404)
		knownFault(t, "the body of a refusal stays open", c.open.Load() == 1)

		_, err = newPeer(d.server.AccountSID(), "p-w_1", d.server.HTTPClient()).FetchWorkspace(d.sid)
		d.refused(err, http.StatusBadRequest, 21224)
		knownFault(t, "a secret with a hyphen is refused without asking, as if the service had", err != nil)

		d.server.Fail("", 1, taskroutertest.Failure{Status: http.StatusServiceUnavailable, Body: "<html>"})
		_, err = d.FetchWorkspace(d.sid)
		_, told := errors.AsType[*client.TwilioRestError](err)
		knownFault(t, "a refusal that is no JSON has no status", err != nil && !told)
	})
}
