package taskroutertest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// reservation sends a request for the reservation of a rig, by its task or its worker.
func (r *rig) reservation(t *testing.T, method, parents, rest, ifMatch string, pairs ...string) exchange {
	t.Helper()
	parent := map[string]string{"Tasks": r.sids["TaskSid"], "Workers": r.sids["WorkerSid"]}[parents]
	path := "/v1/Workspaces/" + r.sids["WorkspaceSid"] + "/" + parents + "/" + parent + "/Reservations" + rest
	request := httptest.NewRequest(method, serviceURL+path, strings.NewReader(fields(pairs...).Encode()))
	request.Header.Set("Content-Type", formType)
	if ifMatch != "" {
		request.Header.Set("If-Match", ifMatch)
	}
	answer := r.ask(t, request)
	e := exchange{Status: answer.Status, Header: answer.Header()}
	require.NoError(t, json.Unmarshal(answer.Body, &e.Body))
	return e
}

func TestAReservationIsFoundByItsTaskAndByItsWorker(t *testing.T) {
	r := newRig(t)
	sid := r.sids["ReservationSid"]
	workspace := serviceURL + "/v1/Workspaces/" + r.sids["WorkspaceSid"]
	for parents, parent := range map[string]string{"Tasks": r.sids["TaskSid"], "Workers": r.sids["WorkerSid"]} {
		found := r.reservation(t, http.MethodGet, parents, "/"+sid, "")
		delete(found.Body, "date_created")
		delete(found.Body, "date_updated")
		assert.Equal(t, map[string]any{
			"sid": sid, "account_sid": r.account.SID, "workspace_sid": r.sids["WorkspaceSid"], "task_sid": r.sids["TaskSid"],
			"worker_sid": r.sids["WorkerSid"], "worker_name": "Bob", "reservation_status": "pending",
			"url": workspace + "/" + parents + "/" + parent + "/Reservations/" + sid,
			"links": map[string]any{
				"task": workspace + "/Tasks/" + r.sids["TaskSid"], "worker": workspace + "/Workers/" + r.sids["WorkerSid"], "workspace": workspace,
			},
		}, found.Body)
		assert.Equal(t, http.StatusNotFound, r.reservation(t, http.MethodGet, parents, "/WR00000000000000000000000000000002", "").Status)
	}
}

func TestOnlyTheReservationOfATaskShowsItsVersion(t *testing.T) {
	r := newRig(t)
	sid := "/" + r.sids["ReservationSid"]
	assert.Equal(t, "0", r.reservation(t, http.MethodGet, "Tasks", sid, "").Header.Get("ETag"))
	assert.Empty(t, r.reservation(t, http.MethodGet, "Workers", sid, "").Header.Get("ETag"))
	accepted := r.reservation(t, http.MethodPost, "Workers", sid, "0", "ReservationStatus", "accepted")
	assert.Equal(t, "accepted", accepted.text("reservation_status"))
	assert.Empty(t, accepted.Header.Get("ETag"))
	assert.Equal(t, "1", r.reservation(t, http.MethodGet, "Tasks", sid, "").Header.Get("ETag"))
	assert.Equal(t, "1", r.reservation(t, http.MethodGet, "Tasks", "", "").Header.Get("ETag"))
	assert.Equal(t, "1", r.reservation(t, http.MethodGet, "Workers", "", "").Header.Get("ETag"))
	for _, parents := range []string{"Tasks", "Workers"} {
		refused := r.reservation(t, http.MethodPost, parents, sid, "0", "ReservationStatus", "completed")
		assert.Equal(t, http.StatusPreconditionFailed, refused.Status)
		assert.Equal(t, "The reservation has another version", refused.text("message"))
	}
	assert.Equal(t, "2", r.reservation(t, http.MethodPost, "Tasks", sid, `W/"1"`, "ReservationStatus", "wrapping").Header.Get("ETag"))
}

func TestReservationsAreFiltered(t *testing.T) {
	r := newRig(t)
	for query, want := range map[string]int{
		"": 1, "?ReservationStatus=pending": 1, "?ReservationStatus=accepted": 0, "?WorkerSid=" + r.sids["WorkerSid"]: 1,
		"?WorkerSid=WK00000000000000000000000000000000": 0, "?WorkerSid=": 1, "?ReservationStatus=pending&WorkerSid=WK00000000000000000000000000000000": 0,
	} {
		assert.Len(t, r.reservation(t, http.MethodGet, "Tasks", query, "").entries(), want, query)
	}
	assert.Len(t, r.reservation(t, http.MethodGet, "Workers", "?ReservationStatus=pending", "").entries(), 1)
	assert.Empty(t, r.reservation(t, http.MethodGet, "Workers", "?ReservationStatus=accepted", "").entries())
	assert.Len(t, r.reservation(t, http.MethodGet, "Workers", "?WorkerSid=x", "").entries(), 1, "which is no filter of a worker's")
	for _, parents := range []string{"Tasks", "Workers"} {
		assert.Equal(t, `ReservationStatus cannot be "lost"`, r.reservation(t, http.MethodGet, parents, "?ReservationStatus=lost", "").text("message"))
	}
	assert.Equal(t, "WorkerSid is x, which is no SID of a worker", r.reservation(t, http.MethodGet, "Tasks", "?WorkerSid=x", "").text("message"))
}

func TestOnlyTheReservationOfATaskIsSupervised(t *testing.T) {
	r := newRig(t)
	sid := "/" + r.sids["ReservationSid"]
	r.reservation(t, http.MethodPost, "Tasks", sid, "", "ReservationStatus", "accepted")
	supervise := []string{"Instruction", "supervise", "Supervisor", r.sids["WorkerSid"], "SupervisorMode", "whisper"}
	assert.Equal(t, http.StatusOK, r.reservation(t, http.MethodPost, "Tasks", sid, "", supervise...).Status)
	refused := r.reservation(t, http.MethodPost, "Workers", sid, "", supervise...)
	assert.Equal(t, "Instruction is none of dequeue, call, redirect and conference", refused.text("message"))
}

func TestATaskGoesThroughItsStatesByRequests(t *testing.T) {
	r := newRig(t)
	task := "/v1/Workspaces/" + r.sids["WorkspaceSid"] + "/Tasks/" + r.sids["TaskSid"]
	post := func(pairs ...string) (int, exchange) {
		t.Helper()
		request := httptest.NewRequest(http.MethodPost, serviceURL+task, strings.NewReader(fields(pairs...).Encode()))
		request.Header.Set("Content-Type", formType)
		answer := r.ask(t, request)
		var e exchange
		require.NoError(t, json.Unmarshal(answer.Body, &e.Body))
		return answer.Status, e
	}
	status := func() string {
		t.Helper()
		return r.reservation(t, http.MethodGet, "Tasks", "/"+r.sids["ReservationSid"], "").text("reservation_status")
	}
	cannot := func(pairs []string, message string) {
		t.Helper()
		code, e := post(pairs...)
		assert.Equal(t, http.StatusBadRequest, code)
		assert.Equal(t, message, e.text("message"))
	}
	of := r.sids["TaskSid"] + " in workspace " + r.sids["WorkspaceSid"] + " for account " + r.account.SID + " because it is not "
	cannot([]string{"AssignmentStatus", "completed"}, "Cannot complete task "+of+"currently assigned.")
	r.reservation(t, http.MethodPost, "Workers", "/"+r.sids["ReservationSid"], "", "ReservationStatus", "accepted")
	cannot([]string{"AssignmentStatus", "canceled"}, "Cannot cancel task "+of+"pending or reserved.")
	for _, to := range []string{"wrapping", "completed"} {
		cannot([]string{"AssignmentStatus", to, "Attributes", "{}"}, "Attributes cannot be changed together with an AssignmentStatus of "+to)
		code, e := post("AssignmentStatus", to, "Reason", "done")
		assert.Equal(t, http.StatusOK, code)
		assert.Equal(t, to, e.text("assignment_status"))
		assert.Equal(t, to, status())
		cannot([]string{"AssignmentStatus", "wrapping"}, "Cannot wrap up a task "+of+"currently assigned.")
	}
	cannot([]string{"AssignmentStatus", "completed"}, "Cannot complete task "+of+"currently assigned.")
}

func TestTheEventsOfAReservationAreFoundByAllThatBelongsToIt(t *testing.T) {
	r := newRig(t)
	sid := r.sids["ReservationSid"]
	accepted := r.reservation(t, http.MethodPost, "Tasks", "/"+sid, "", "ReservationStatus", "accepted")
	require.Equal(t, http.StatusOK, accepted.Status)
	events := serviceURL + "/v1/Workspaces/" + r.sids["WorkspaceSid"] + "/Events?EventType=reservation.accepted&"
	found := func(query string) []any {
		var e exchange
		require.NoError(t, json.Unmarshal(r.ask(t, httptest.NewRequest(http.MethodGet, events+query, nil)).Body, &e.Body))
		return e.list("resource_url")
	}
	for _, name := range []string{"ReservationSid", "TaskSid", "WorkerSid", "TaskQueueSid", "WorkflowSid"} {
		assert.Equal(t, []any{accepted.text("url")}, found(name+"="+r.sids[name]), name)
		assert.Empty(t, found(name+"="+r.sids[name][:2]+strings.Repeat("0", 32)), name)
	}
	assert.Equal(t, []any{accepted.text("url")}, found("TaskChannel=default"))
	assert.Empty(t, found("TaskChannel=voice"))
}

func TestAnAcceptedTaskIsCompleted(t *testing.T) {
	client, workspace := newWorkspace(t, newServer(t))
	available, err := taskrouter.First(client.Activities(workspace).List(t.Context(), taskrouter.ListActivitiesParams{FriendlyName: new("Available")}))
	require.NoError(t, err)
	_, err = client.Workers(workspace).Create(t.Context(), taskrouter.CreateWorkerRequest{FriendlyName: "Ann", ActivitySID: &available.SID})
	require.NoError(t, err)
	task, err := client.Tasks(workspace).Create(t.Context(), taskrouter.CreateTaskRequest{})
	require.NoError(t, err)
	reservations := client.TaskReservations(workspace, task.SID)
	reservation, err := taskrouter.First(reservations.List(t.Context(), taskrouter.ListTaskReservationsParams{}))
	require.NoError(t, err)

	reservation, err = reservations.Accept(t.Context(), reservation.SID)
	require.NoError(t, err)
	assert.Equal(t, taskrouter.ReservationStatusAccepted, reservation.ReservationStatus)
	task, err = client.Tasks(workspace).Complete(t.Context(), task.SID, "resolved")
	require.NoError(t, err)
	assert.Equal(t, taskrouter.TaskStatusCompleted, task.AssignmentStatus)
	reservation, err = reservations.Get(t.Context(), reservation.SID)
	require.NoError(t, err)
	assert.Equal(t, taskrouter.ReservationStatusCompleted, reservation.ReservationStatus)
}
