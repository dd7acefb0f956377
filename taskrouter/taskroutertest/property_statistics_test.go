package taskroutertest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

// A workspace is furnished at random, and random calls and waits follow. At any moment all
// statistics can be asked for, and every member of every answer is held against what the
// lists of events, tasks and workers give.
func TestStatisticsAgreeWithWhatHappened(t *testing.T) {
	unlessSet(t, "rapid.checks", "6")
	unlessSet(t, "rapid.steps", "60")
	rapid.Check(t, func(t *rapid.T) {
		rapid.SyncTest(t, func(t *rapid.T) {
			a := newAuditor(t)
			t.Repeat(map[string]func(*rapid.T){"": func(*rapid.T) {}, "step": a.step})
			a.t = t
			a.askAll()
		})
	})
}

// An auditor recomputes the statistics of a floor. Of what happened it knows the events
// alone, and of the present the lists.
type auditor struct {
	*floor
	happened []*taskrouter.Event // all, the oldest first
	// By the SIDs of tasks: when they were made, and when they came to their queue last.
	made, entered map[string]time.Time
}

func newAuditor(t *rapid.T) *auditor {
	a := &auditor{floor: newFloor(t), made: make(map[string]time.Time), entered: make(map[string]time.Time)}
	events := all(t, a.client.Events(a.sid).List(context.Background(), taskrouter.ListEventsParams{PageSize: new(1000)}))
	slices.Reverse(events)
	a.note(events)
	return a
}

// note keeps events, and what the dates of later ones are compared with.
func (a *auditor) note(events []*taskrouter.Event) {
	a.happened = append(a.happened, events...)
	for _, e := range events {
		switch e.EventType {
		case "task.created":
			a.made[e.ResourceSID] = dateOf(e)
		case "task-queue.entered":
			a.entered[e.ResourceSID] = dateOf(e)
		case "reservation.accepted", "task.canceled":
			a.checkAge(e, "task_age", a.made)
			a.checkAge(e, "task_age_in_queue", a.entered)
		}
	}
}

func dateOf(e *taskrouter.Event) time.Time { return time.UnixMilli(e.EventDateMs).UTC() }

// checkAge wants that an event tells the whole seconds since another one.
func (a *auditor) checkAge(e *taskrouter.Event, name string, since map[string]time.Time) {
	told := fact(e, name)
	from, known := since[fact(e, "task_sid")]
	if told == "" || !known {
		return
	}
	require.Equal(a.t, strconv.Itoa(int(dateOf(e).Sub(from)/time.Second)), told, "%s of %s", name, e.EventType)
}

func (a *auditor) step(t *rapid.T) {
	a.t = t
	var choices []deed
	for _, d := range a.deeds() {
		if d.name == "update workspace" { // who is asked again and again makes too many events
			continue
		}
		often := d.often
		if d.name == "create task" || d.name == "move reservation" {
			often *= 2 // which make most of what is counted
		}
		choices = append(choices, slices.Repeat([]deed{d}, often)...)
	}
	choices = append(choices, slices.Repeat([]deed{{name: "ask"}}, 24)...)
	switch d := draw(t, "deed", choices); d.name {
	case "ask":
		a.askAll()
	case "wait":
		milliseconds := []int{1, 250, 700, 999, 1000, 1500, 2300, 4000, 7250, 9999, 19_999, 31_001, 130_500, 700_750, 7_200_000, 90_000_001}
		<-time.After(time.Duration(draw(t, "milliseconds", milliseconds)) * time.Millisecond)
	case "move to another server":
		a.moveOn()
	case "create worker":
		a.hire()
	default:
		t.Log(d.name)
		_ = d.do(context.Background()) // which may be refused
	}
	before := a.now
	a.now = look(t, a.client, a.sid, before)
	a.note(a.now.events)
}

// hire makes a worker, mostly one who can do two things at once or more.
func (a *auditor) hire() {
	ctx := context.Background()
	if len(a.now.workers) >= 6 {
		return
	}
	k, err := a.client.Workers(a.sid).Create(ctx, taskrouter.CreateWorkerRequest{
		FriendlyName: a.name("worker"), Attributes: a.attributes(), ActivitySID: new(a.anActivity()),
	})
	require.NoError(a.t, err)
	_, err = a.client.WorkerChannels(a.sid, k.SID).Update(ctx, a.channel(), taskrouter.UpdateWorkerChannelRequest{Capacity: new(number(a.t, "capacity", 1, 3))})
	require.NoError(a.t, err)
}

// moveOn goes on with a server that has the state of this one, later as a rule. All that
// happened is as long ago then as it was.
func (a *auditor) moveOn() {
	var file bytes.Buffer
	require.NoError(a.t, a.server.Dump(&file))
	a.server.Close()
	idle := time.Duration(draw(a.t, "idle", []int{0, 400, 1000, 100_900})) * time.Millisecond
	<-time.After(idle)
	var next *taskroutertest.Server
	next = taskroutertest.NewServer(a.listen(&next), taskroutertest.WithAccount(a.server.AccountSID(), a.server.AuthToken()))
	a.server, a.client = next, next.Client()
	require.NoError(a.t, next.Load(&file))
	for _, e := range a.happened {
		e.EventDateMs += idle.Milliseconds()
	}
	for _, dates := range []map[string]time.Time{a.made, a.entered} {
		for sid, at := range dates {
			dates[sid] = at.Add(idle)
		}
	}
}

// ---- What is asked.

// A question is what all statistics are asked for.
type question struct {
	query      url.Values
	now        time.Time
	start, end time.Time
	channel    string // the SID, "" for all
	thresholds []int
}

func (a *auditor) question() question {
	now := time.Now()
	q := question{query: make(url.Values), now: now, start: now.Add(-15 * time.Minute), end: now}
	ago := func(label string) time.Time {
		seconds := draw(a.t, label, []int{0, 1, 2, 5, 20, 60, 300, 3600, 86_400, 200_000, 2_592_000 - 1, -1, -600})
		return now.Add(-time.Duration(seconds) * time.Second).Truncate(time.Second)
	}
	// Some begin or end with something that happened.
	near := func(label string) time.Time {
		if at := dateOf(draw(a.t, "event", a.happened)).Truncate(time.Second); rapid.Bool().Draw(a.t, label) && now.Sub(at) < 29*24*time.Hour {
			return at
		}
		return ago(label)
	}
	const month = 30 * 24 * time.Hour
	switch number(a.t, "window", 0, 4) {
	case 1:
		minutes := draw(a.t, "Minutes", []int{1, 2, 60, 2000, 43_200, 50_000})
		q.query.Set("Minutes", strconv.Itoa(minutes))
		q.start = now.Add(-min(month, time.Duration(minutes)*time.Minute))
	case 2:
		q.start = near("StartDate")
		q.query.Set("StartDate", q.start.Format(time.RFC3339))
		if q.start.After(now) {
			q.end = q.start
		}
	case 3:
		q.start, q.end = now.Add(-month), near("EndDate")
		q.query.Set("EndDate", q.end.Format(time.RFC3339))
	case 4:
		q.start, q.end = near("StartDate"), near("EndDate")
		if q.end.Before(q.start) {
			q.start, q.end = q.end, q.start
		}
		q.query.Set("StartDate", q.start.Format(time.RFC3339))
		q.query.Set("EndDate", q.end.Format(time.RFC3339))
	}
	if rapid.Bool().Draw(a.t, "of a channel") {
		channel := a.now.channels[draw(a.t, "channel", keysOf(a.now.channels))]
		q.channel = channel.SID
		q.query.Set("TaskChannel", draw(a.t, "channel by", []string{channel.SID, channel.UniqueName}))
	}
	if rapid.Bool().Draw(a.t, "split") {
		list := draw(a.t, "thresholds", []string{"1", "7", "1,2,20", "30,07,300", "5,90000"})
		q.query.Set("SplitByWaitTime", list)
		for text := range strings.SplitSeq(list, ",") {
			threshold, err := strconv.Atoi(text)
			require.NoError(a.t, err)
			q.thresholds = append(q.thresholds, threshold)
		}
	}
	return q
}

// without returns a query that leaves out some names.
func (q question) without(names ...string) url.Values {
	query := maps.Clone(q.query)
	for _, name := range names {
		query.Del(name)
	}
	return query
}

func (q question) nowOnly() url.Values {
	return q.without("Minutes", "StartDate", "EndDate", "SplitByWaitTime")
}

// askAll asks for all statistics.
func (a *auditor) askAll() {
	q := a.question()
	a.t.Logf("ask %v at %s", q.query, q.now)
	a.askThree("", figures{}, q, []string{
		"activity_statistics", "longest_task_waiting_age", "longest_task_waiting_sid", "tasks_by_priority", "tasks_by_status",
		"total_tasks", "total_workers",
	}, []string{
		"start_time", "end_time", "avg_task_acceptance_time", "split_by_wait_time", "reservations_created", "reservations_accepted",
		"reservations_rejected", "reservations_timed_out", "reservations_canceled", "reservations_rescinded",
		"tasks_created", "tasks_canceled", "tasks_deleted", "tasks_moved", "tasks_timed_out_in_workflow",
	}, a.workspaceNow(q), a.workspacePast(q))
	for _, sid := range keysOf(a.now.workflows) {
		a.askThree("/Workflows/"+sid, figures{"workflow_sid": sid}, q, []string{
			"longest_task_waiting_age", "longest_task_waiting_sid", "tasks_by_priority", "tasks_by_status", "total_tasks",
		}, []string{
			"start_time", "end_time", "avg_task_acceptance_time", "split_by_wait_time", "reservations_accepted",
			"reservations_rejected", "reservations_timed_out",
			"tasks_entered", "tasks_canceled", "tasks_moved", "tasks_timed_out_in_workflow",
		}, a.tasksNow(q, "workflow", sid), a.workflowPast(q, sid))
	}
	for _, sid := range keysOf(a.now.queues) {
		a.askThree("/TaskQueues/"+sid, figures{"task_queue_sid": sid}, q, queueNowNested, queuePastNested, a.queueNow(q, sid), a.queuePast(q, sid))
	}
	a.askQueues(q)
	a.askBulk(q)
	a.askWorkers(q)
}

var queueNowNested = []string{
	"activity_statistics", "longest_relative_task_age_in_queue", "longest_relative_task_sid_in_queue",
	"longest_task_waiting_age", "longest_task_waiting_sid", "tasks_by_priority", "tasks_by_status",
	"total_available_workers", "total_eligible_workers", "total_tasks",
}

var queuePastNested = []string{
	"start_time", "end_time", "avg_task_acceptance_time", "split_by_wait_time", "reservations_created", "reservations_accepted",
	"reservations_rejected", "reservations_timed_out", "reservations_canceled", "reservations_rescinded",
	"tasks_entered", "tasks_canceled", "tasks_deleted", "tasks_moved",
}

// askThree asks for the statistics of a resource: of now, of the past, and of both, which
// have some of the members only.
func (a *auditor) askThree(parent string, sids figures, q question, nestedNow, nestedPast []string, now, past figures) {
	sids = a.within(sids)
	a.sameAnswer(parent+"/RealTimeStatistics", q.nowOnly(), sids, now)
	a.sameAnswer(parent+"/CumulativeStatistics", q.query, sids, past)
	a.sameAnswer(parent+"/Statistics", q.query, sids, figures{"realtime": now.only(nestedNow), "cumulative": past.only(nestedPast)})
}

// askQueues asks for the list of the statistics of all task queues, or of those of a name.
func (a *auditor) askQueues(q question) {
	query := q.without()
	name := maybe(a.t, "name of queues", append(namesOf(a.now.queues), "Nothing")...)
	if name != nil {
		query.Set("FriendlyName", *name)
	}
	query.Set("PageSize", strconv.Itoa(number(a.t, "PageSize", 1, 5)))
	got := []any{}
	for path := a.path("/TaskQueues/Statistics", query); path != ""; {
		page := a.get(http.MethodGet, path, "")
		got = append(got, page["task_queues_statistics"].([]any)...)
		path, _ = page["meta"].(map[string]any)["next_page_url"].(string)
	}
	want := []any{}
	for _, queue := range all(a.t, a.client.TaskQueues(a.sid).List(context.Background(), taskrouter.ListTaskQueuesParams{})) {
		if name == nil || *name == queue.FriendlyName {
			want = append(want, a.within(figures{
				"task_queue_sid": queue.SID,
				"realtime":       a.queueNow(q, queue.SID).only(queueNowNested),
				"cumulative":     a.queuePast(q, queue.SID).only(queuePastNested),
			}))
		}
	}
	require.Equal(a.t, plain(a.t, want), plain(a.t, got), "the list of %v", query)
}

func namesOf(queues map[string]*taskrouter.TaskQueue) []string {
	var names []string
	for _, sid := range keysOf(queues) {
		names = append(names, queues[sid].FriendlyName)
	}
	return names
}

// askBulk asks for some queues at once, of all channels, one of them not there.
func (a *auditor) askBulk(q question) {
	q.channel = ""
	sids := append(keysOf(a.now.queues), "WQ"+strings.Repeat("0", 32))
	sids = append(sids, draw(a.t, "once more", sids))
	slices.Reverse(sids)
	data := []any{}
	for _, sid := range sids {
		item := a.queueNow(q, sid)
		delete(item, "longest_relative_task_age_in_queue")
		delete(item, "longest_relative_task_sid_in_queue")
		item["task_queue_sid"] = sid
		data = append(data, item)
	}
	body, err := json.Marshal(map[string]any{"queueSids": sids})
	require.NoError(a.t, err)
	path := a.path("/TaskQueues/RealTimeStatistics", nil)
	want := a.within(figures{"task_queue_data": data, "task_queue_response_count": len(sids), "url": path})
	require.Equal(a.t, plain(a.t, want), plain(a.t, a.get(http.MethodPost, path, string(body))))
}

// askWorkers asks for the statistics of all workers, of those who match, and of each.
func (a *auditor) askWorkers(q question) {
	ctx := context.Background()
	ofAll := a.workersPast(q, a.now.workers)
	a.sameAnswer("/Workers/RealTimeStatistics", q.nowOnly(), a.within(nil), a.workersNow(a.now.workers))
	a.sameAnswer("/Workers/CumulativeStatistics", q.without("SplitByWaitTime"), a.within(nil), ofAll)
	for _, k := range a.now.workers {
		a.sameAnswer("/Workers/"+k.SID+"/Statistics", q.without("SplitByWaitTime"), a.within(figures{"worker_sid": k.SID}),
			figures{"cumulative": a.workersPast(q, []*taskrouter.Worker{k})})
	}
	query, list := q.without("SplitByWaitTime"), taskrouter.ListWorkersParams{}
	switch number(a.t, "workers by", 0, 3) {
	case 1:
		list.TaskQueueSID = new(draw(a.t, "queue", keysOf(a.now.queues)))
		query.Set("TaskQueueSid", *list.TaskQueueSID)
	case 2:
		list.TaskQueueName = new(draw(a.t, "queue", namesOf(a.now.queues)))
		query.Set("TaskQueueName", *list.TaskQueueName)
	case 3:
		list.FriendlyName = new("worker " + strconv.Itoa(number(a.t, "worker", 1, 12)))
		query.Set("FriendlyName", *list.FriendlyName)
	}
	workers := all(a.t, a.client.Workers(a.sid).List(ctx, list))
	a.sameAnswer("/Workers/Statistics", query, a.within(nil),
		figures{"realtime": a.workersNow(workers), "cumulative": a.workersPast(q, workers)})
}

func (a *auditor) path(below string, query url.Values) string {
	path := a.server.URL() + "/v1/Workspaces/" + a.sid + below
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return path
}

// get asks for something and decodes the answer.
func (a *auditor) get(method, path, body string) map[string]any {
	request, err := http.NewRequest(method, path, strings.NewReader(body))
	require.NoError(a.t, err)
	request.SetBasicAuth(a.server.AccountSID(), a.server.AuthToken())
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := a.server.HTTPClient().Do(request)
	require.NoError(a.t, err)
	var answer map[string]any
	require.NoError(a.t, json.NewDecoder(response.Body).Decode(&answer))
	require.NoError(a.t, response.Body.Close())
	require.Equal(a.t, http.StatusOK, response.StatusCode, "%s: %v", path, answer)
	return answer
}

// sameAnswer wants an answer of all these members.
func (a *auditor) sameAnswer(below string, query url.Values, parts ...figures) {
	want := figures{"url": a.path(below, nil)}
	for _, part := range parts {
		maps.Copy(want, part)
	}
	got := a.get(http.MethodGet, a.path(below, query), "")
	require.Equal(a.t, plain(a.t, want), plain(a.t, got), "%s %v", below, query)
}
