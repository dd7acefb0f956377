package peer_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	peer "github.com/twilio/twilio-go/rest/taskrouter/v1"
)

func taskSIDs(tasks []peer.TaskrouterV1Task) []string {
	return each(tasks, func(task peer.TaskrouterV1Task) *string { return task.Sid })
}

// manyTasks makes tasks that nobody is asked to do, and returns their SIDs.
func (d *desk) manyTasks() []string {
	d.t.Helper()
	sids := make([]string, 0, 120)
	workflow := d.sample()
	for i := range cap(sids) {
		sids = append(sids, d.task(workflow, fmt.Sprintf(`{"number":%d}`, i)))
	}
	return sids
}

func TestEmulatorListsAllTasksToThePeerOnceInOrder(t *testing.T) {
	inDesk(t, func(d *desk) {
		all := d.manyTasks()
		for name, test := range map[string]struct {
			limit, pageSize *int
			want            []string
		}{
			"all":                          {want: all},
			"small pages":                  {pageSize: new(7), want: all},
			"pages that end with the list": {pageSize: new(40), want: all},
			"one page":                     {pageSize: new(1000), want: all},
			"a limit":                      {limit: new(75), want: all[:75]},
			"a limit within pages":         {limit: new(75), pageSize: new(10), want: all[:75]},
			"a limit at the end of a page": {limit: new(40), pageSize: new(20), want: all[:40]},
			"a limit above all that is":    {limit: new(500), want: all},
			"a limit of as many as are":    {limit: new(120), pageSize: new(60), want: all},
			"a limit of one":               {limit: new(1), pageSize: new(50), want: all[:1]},
		} {
			tasks, err := d.ListTask(d.sid, &peer.ListTaskParams{Limit: test.limit, PageSize: test.pageSize})
			d.ok(err)
			assert.Equal(t, test.want, taskSIDs(tasks), name)
		}

		listed, err := d.ListTaskWithMetadata(d.sid, &peer.ListTaskParams{PageSize: new(50)})
		d.ok(err)
		assert.Equal(t, all, taskSIDs(listed.GetResource()))
		assert.Equal(t, http.StatusOK, listed.GetStatusCode())
		assert.NotEmpty(t, listed.GetHeader("X-Rate-Limit-Remaining"))
	})
}

func TestEmulatorStreamsAllTasksToThePeerOnceInOrder(t *testing.T) {
	inDesk(t, func(d *desk) {
		all := d.manyTasks()
		records, errs := d.StreamTask(d.sid, &peer.ListTaskParams{PageSize: new(25)})
		var got []string
		for record := range records {
			got = append(got, of(record.Sid))
		}
		d.ok(<-errs)
		assert.Equal(t, all, got)
	})
}

// The peer has no way to a next page but the query of its URL.
func TestEmulatorLeadsThePeerFromPageToPageAndBack(t *testing.T) {
	inDesk(t, func(d *desk) {
		all := d.manyTasks()
		params := &peer.ListTaskParams{PageSize: new(50), Ordering: new("DateCreated:asc")}
		turn := func(link string) *peer.ListTaskResponse {
			u, err := url.Parse(link)
			d.ok(err)
			page, err := d.PageTask(d.sid, params, u.Query().Get("PageToken"), u.Query().Get("Page"))
			d.ok(err)
			return page
		}
		first := turn("")
		assert.Equal(t, all[:50], taskSIDs(first.Tasks))
		assert.Nil(t, first.Meta.PreviousPageUrl)
		assert.Equal(t, "tasks", first.Meta.Key)
		assert.Equal(t, 50, first.Meta.PageSize)
		second := turn(of(first.Meta.NextPageUrl))
		assert.Equal(t, all[50:100], taskSIDs(second.Tasks))
		assert.Equal(t, 1, second.Meta.Page)
		third := turn(of(second.Meta.NextPageUrl))
		assert.Equal(t, all[100:], taskSIDs(third.Tasks))
		assert.Nil(t, third.Meta.NextPageUrl)
		assert.Equal(t, all[50:100], taskSIDs(turn(of(third.Meta.PreviousPageUrl)).Tasks))
		assert.Equal(t, all[:50], taskSIDs(turn(third.Meta.FirstPageUrl).Tasks))

		_, err := d.PageTask(d.sid, params, "", "1")
		d.refused(err, http.StatusBadRequest, 40153)
	})
}

// Tasks that go while a list is read, even the last one of a page, cost no other its
// place.
func TestEmulatorKeepsThePlaceOfThePeerInAListThatChanges(t *testing.T) {
	inDesk(t, func(d *desk) {
		all := d.manyTasks()
		first, err := d.PageTask(d.sid, &peer.ListTaskParams{PageSize: new(50)}, "", "")
		d.ok(err)
		for _, sid := range all[10:60] {
			d.ok(d.DeleteTask(d.sid, sid, nil))
		}
		u, err := url.Parse(of(first.Meta.NextPageUrl))
		d.ok(err)
		second, err := d.PageTask(d.sid, &peer.ListTaskParams{PageSize: new(50)}, u.Query().Get("PageToken"), u.Query().Get("Page"))
		d.ok(err)
		assert.Equal(t, all[60:110], taskSIDs(second.Tasks))
	})
}

// listed reads a list in pages of one entry, and wants the entries of a whole one.
func listed[T any](d *desk, list func(pageSize *int) ([]T, error), sid func(T) *string) []string {
	d.t.Helper()
	whole, err := list(nil)
	d.ok(err)
	require.NotEmpty(d.t, whole)
	one, err := list(new(1))
	d.ok(err)
	assert.Equal(d.t, each(whole, sid), each(one, sid))
	for _, value := range each(whole, sid) {
		assert.NotEmpty(d.t, value)
	}
	return each(whole, sid)
}

func TestEmulatorListsEveryKindOfResourceToThePeer(t *testing.T) {
	inDesk(t, func(d *desk) {
		ann := d.worker("Ann", "{}", "Available")
		d.worker("Bob", "{}", "Available")
		everybody := d.queue("Everybody", "1==1", 2)
		workflow := d.workflow("To everybody", `{"default_filter":{"queue":"`+everybody+`"}}`)
		task := d.task(workflow, "{}")
		other := d.task(d.sample(), "{}")
		_, err := d.CreateWorkspace(&peer.CreateWorkspaceParams{FriendlyName: new("Sales")})
		d.ok(err)

		workspaces := listed(d, func(n *int) ([]peer.TaskrouterV1Workspace, error) {
			return d.ListWorkspace(&peer.ListWorkspaceParams{PageSize: n})
		}, func(w peer.TaskrouterV1Workspace) *string { return w.FriendlyName })
		assert.Equal(t, []string{"Support", "Sales"}, workspaces)
		activities := listed(d, func(n *int) ([]peer.TaskrouterV1Activity, error) {
			return d.ListActivity(d.sid, &peer.ListActivityParams{PageSize: n})
		}, func(a peer.TaskrouterV1Activity) *string { return a.FriendlyName })
		assert.ElementsMatch(t, []string{"Offline", "Available", "Unavailable"}, activities)
		workers := listed(d, func(n *int) ([]peer.TaskrouterV1Worker, error) {
			return d.ListWorker(d.sid, &peer.ListWorkerParams{PageSize: n})
		}, func(w peer.TaskrouterV1Worker) *string { return w.FriendlyName })
		assert.Equal(t, []string{"Ann", "Bob"}, workers)
		queues := listed(d, func(n *int) ([]peer.TaskrouterV1TaskQueue, error) {
			return d.ListTaskQueue(d.sid, &peer.ListTaskQueueParams{PageSize: n})
		}, func(q peer.TaskrouterV1TaskQueue) *string { return q.FriendlyName })
		assert.Equal(t, []string{"Sample Queue", "Everybody"}, queues)
		workflows := listed(d, func(n *int) ([]peer.TaskrouterV1Workflow, error) {
			return d.ListWorkflow(d.sid, &peer.ListWorkflowParams{PageSize: n})
		}, func(w peer.TaskrouterV1Workflow) *string { return w.FriendlyName })
		assert.Equal(t, []string{"Default Fifo Workflow", "To everybody"}, workflows)
		channels := listed(d, func(n *int) ([]peer.TaskrouterV1TaskChannel, error) {
			return d.ListTaskChannel(d.sid, &peer.ListTaskChannelParams{PageSize: n})
		}, func(c peer.TaskrouterV1TaskChannel) *string { return c.UniqueName })
		workerChannels := listed(d, func(n *int) ([]peer.TaskrouterV1WorkerChannel, error) {
			return d.ListWorkerChannel(d.sid, ann, &peer.ListWorkerChannelParams{PageSize: n})
		}, func(c peer.TaskrouterV1WorkerChannel) *string { return c.TaskChannelUniqueName })
		assert.Equal(t, channels, workerChannels)
		tasks := listed(d, func(n *int) ([]peer.TaskrouterV1Task, error) {
			return d.ListTask(d.sid, &peer.ListTaskParams{PageSize: n})
		}, func(task peer.TaskrouterV1Task) *string { return task.Sid })
		assert.Equal(t, []string{task, other}, tasks)
		asked := listed(d, func(n *int) ([]peer.TaskrouterV1TaskReservation, error) {
			return d.ListTaskReservation(d.sid, task, &peer.ListTaskReservationParams{PageSize: n})
		}, func(r peer.TaskrouterV1TaskReservation) *string { return r.WorkerName })
		assert.Equal(t, []string{"Ann", "Bob"}, asked)
		asks := listed(d, func(n *int) ([]peer.TaskrouterV1WorkerReservation, error) {
			return d.ListWorkerReservation(d.sid, ann, &peer.ListWorkerReservationParams{PageSize: n})
		}, func(r peer.TaskrouterV1WorkerReservation) *string { return r.TaskSid })
		assert.Equal(t, []string{task}, asks)
		statistics := listed(d, func(n *int) ([]peer.TaskrouterV1TaskQueuesStatistics, error) {
			return d.ListTaskQueuesStatistics(d.sid, &peer.ListTaskQueuesStatisticsParams{PageSize: n})
		}, func(s peer.TaskrouterV1TaskQueuesStatistics) *string { return s.TaskQueueSid })
		assert.Len(t, statistics, 2)
		events := listed(d, func(n *int) ([]peer.TaskrouterV1Event, error) {
			return d.ListEvent(d.sid, &peer.ListEventParams{PageSize: n})
		}, func(e peer.TaskrouterV1Event) *string { return e.EventType })
		assert.Contains(t, events, "workspace.created")
		assert.Contains(t, events, "reservation.created")
	})
}

func TestEmulatorFiltersTheTasksOfThePeer(t *testing.T) {
	inDesk(t, func(d *desk) {
		nobody, ann := d.queue("Nobody", "1==0", 1), d.worker("Ann", "{}", "Offline")
		flow := d.workflow("To nobody", `{"default_filter":{"queue":"`+nobody+`"}}`)
		sids := make(map[string]string)
		create := func(name string, params peer.CreateTaskParams) {
			params.Attributes = new(`{"name":"` + name + `","score":` + fmt.Sprint(len(sids)) + `}`)
			task, err := d.CreateTask(d.sid, &params)
			d.ok(err)
			sids[name] = of(task.Sid)
			d.at(time.Second)
		}
		early := time.Now().Add(-time.Hour)
		create("first", peer.CreateTaskParams{WorkflowSid: new(d.sample())})
		create("second", peer.CreateTaskParams{WorkflowSid: &flow, Priority: new(5)})
		create("third", peer.CreateTaskParams{WorkflowSid: &flow, VirtualStartTime: &early})
		create("fourth", peer.CreateTaskParams{WorkflowSid: &flow, RoutingTarget: &ann})
		create("fifth", peer.CreateTaskParams{WorkflowSid: &flow, Priority: new(5)})
		d.accepts(sids["fourth"], d.asked(sids["fourth"], "Ann pending")[0])
		d.becomes(sids["fifth"], "canceled", "of no use")

		everything := []string{"first", "second", "third", "fourth", "fifth"}
		for name, test := range map[string]struct {
			params peer.ListTaskParams
			want   []string
		}{
			"no filter":               {peer.ListTaskParams{}, everything},
			"a status":                {peer.ListTaskParams{AssignmentStatus: &[]string{"pending"}}, []string{"first", "second", "third"}},
			"several statuses":        {peer.ListTaskParams{AssignmentStatus: &[]string{"assigned", "canceled"}}, []string{"fourth", "fifth"}},
			"statuses joined":         {peer.ListTaskParams{AssignmentStatus: &[]string{"assigned,canceled"}}, []string{"fourth", "fifth"}},
			"a priority":              {peer.ListTaskParams{Priority: new(5)}, []string{"second", "fifth"}},
			"priority 0":              {peer.ListTaskParams{Priority: new(0)}, []string{"first", "third", "fourth"}},
			"a workflow":              {peer.ListTaskParams{WorkflowSid: &flow}, everything[1:]},
			"a workflow by name":      {peer.ListTaskParams{WorkflowName: new("Default Fifo Workflow")}, everything[:1]},
			"no workflow of the name": {peer.ListTaskParams{WorkflowName: new("None")}, []string{}},
			"a queue":                 {peer.ListTaskParams{TaskQueueSid: &nobody}, everything[1:]},
			"a queue by name":         {peer.ListTaskParams{TaskQueueName: new("Sample Queue")}, everything[:1]},
			"a routing target":        {peer.ListTaskParams{RoutingTarget: &ann}, []string{"fourth"}},
			"attributes":              {peer.ListTaskParams{EvaluateTaskAttributes: new(`name == "third" OR score < 1`)}, []string{"first", "third"}},
			"attributes in a list":    {peer.ListTaskParams{EvaluateTaskAttributes: new(`name IN ["second", "fifth"] AND (score >= 4)`)}, []string{"fifth"}},
			"add-ons":                 {peer.ListTaskParams{HasAddons: new(true)}, []string{}},
			"no add-ons":              {peer.ListTaskParams{HasAddons: new(false)}, everything},
			"newest first":            {peer.ListTaskParams{Ordering: new("DateCreated:desc")}, []string{"fifth", "fourth", "third", "second", "first"}},
			"highest priority first": {
				peer.ListTaskParams{Ordering: new("Priority:desc,DateCreated:desc")}, []string{"fifth", "second", "fourth", "third", "first"},
			},
			"by virtual start": {peer.ListTaskParams{Ordering: new("VirtualStartTime:asc")}, []string{"third", "first", "second", "fourth", "fifth"}},
			"filters together": {
				peer.ListTaskParams{WorkflowSid: &flow, Priority: new(5), AssignmentStatus: &[]string{"pending"}}, []string{"second"},
			},
		} {
			want := make([]string, 0, len(test.want))
			for _, task := range test.want {
				want = append(want, sids[task])
			}
			test.params.PageSize = new(2) // the filter is in the links, too
			tasks, err := d.ListTask(d.sid, &test.params)
			d.ok(err)
			assert.Equal(t, want, taskSIDs(tasks), name)
		}
		for name, params := range map[string]peer.ListTaskParams{
			"a status that is none":      {AssignmentStatus: &[]string{"lost"}},
			"an order that is none":      {Ordering: new("Age:asc")},
			"two orders that exclude":    {Ordering: new("DateCreated:asc,VirtualStartTime:asc")},
			"an expression that ends":    {EvaluateTaskAttributes: new("score >")},
			"a SID of another kind":      {WorkflowSid: &nobody},
			"more to a page than can be": {PageSize: new(1001)},
		} {
			_, err := d.ListTask(d.sid, &params)
			assert.NotEmpty(t, d.refused(err, http.StatusBadRequest, 20001), name)
		}
	})
}

func TestEmulatorFiltersTheWorkersOfThePeer(t *testing.T) {
	inDesk(t, func(d *desk) {
		ann := d.worker("Ann", `{"languages":["en"],"level":1}`, "Available")
		d.at(time.Second)
		d.worker("Bob", `{"languages":["en","fr"],"level":2}`, "Offline")
		d.at(time.Second)
		d.worker("Cid", `{"languages":["fr"],"level":3}`, "Unavailable")
		d.at(time.Second)
		d.goes(ann, "Offline")
		d.goes(ann, "Available")
		french := d.queue("French", `languages HAS "fr"`, 1)
		for name, test := range map[string]struct {
			params peer.ListWorkerParams
			want   []string
		}{
			"an activity":               {peer.ListWorkerParams{ActivitySid: new(d.activities["Offline"])}, []string{"Bob"}},
			"an activity by name":       {peer.ListWorkerParams{ActivityName: new("Unavailable")}, []string{"Cid"}},
			"available":                 {peer.ListWorkerParams{Available: new("true")}, []string{"Ann"}},
			"available, told otherwise": {peer.ListWorkerParams{Available: new("1")}, []string{"Ann"}},
			"not available":             {peer.ListWorkerParams{Available: new("false")}, []string{"Bob", "Cid"}},
			"a name":                    {peer.ListWorkerParams{FriendlyName: new("Bob")}, []string{"Bob"}},
			"an expression":             {peer.ListWorkerParams{TargetWorkersExpression: new(`languages HAS "en" AND level > 1`)}, []string{"Bob"}},
			"an expression of a SID":    {peer.ListWorkerParams{TargetWorkersExpression: new(`sid IN ['` + ann + `']`)}, []string{"Ann"}},
			"a queue":                   {peer.ListWorkerParams{TaskQueueSid: &french}, []string{"Bob", "Cid"}},
			"a queue by name":           {peer.ListWorkerParams{TaskQueueName: new("French")}, []string{"Bob", "Cid"}},
			"the last change last":      {peer.ListWorkerParams{Ordering: new("DateStatusChanged:asc")}, []string{"Bob", "Cid", "Ann"}},
			"the last change first":     {peer.ListWorkerParams{Ordering: new("DateStatusChanged:desc")}, []string{"Ann", "Cid", "Bob"}},
			"filters together":          {peer.ListWorkerParams{TaskQueueSid: &french, Available: new("no"), ActivityName: new("Offline")}, []string{"Bob"}},
			"nobody":                    {peer.ListWorkerParams{ActivityName: new("Asleep")}, []string{}},
		} {
			workers, err := d.ListWorker(d.sid, &test.params)
			d.ok(err)
			assert.Equal(t, test.want, each(workers, func(w peer.TaskrouterV1Worker) *string { return w.FriendlyName }), name)
		}
		_, err := d.ListWorker(d.sid, &peer.ListWorkerParams{ActivitySid: new("Offline")})
		d.refused(err, http.StatusBadRequest, 20001)
	})
}

func TestEmulatorFiltersWhatElseThePeerLists(t *testing.T) {
	inDesk(t, func(d *desk) {
		ann := d.worker("Ann", `{"languages":["en"]}`, "Available")
		english := d.queue("English", `languages HAS "en"`, 1)
		d.queue("French", `languages HAS "fr"`, 1)
		names := func(queues []peer.TaskrouterV1TaskQueue, err error) []string {
			d.ok(err)
			return each(queues, func(q peer.TaskrouterV1TaskQueue) *string { return q.FriendlyName })
		}
		assert.Equal(t, []string{"French"}, names(d.ListTaskQueue(d.sid, &peer.ListTaskQueueParams{FriendlyName: new("French")})))
		assert.Equal(t, []string{"Sample Queue", "English"}, names(d.ListTaskQueue(d.sid, &peer.ListTaskQueueParams{WorkerSid: &ann})))
		assert.Equal(t, []string{"Sample Queue", "French"},
			names(d.ListTaskQueue(d.sid, &peer.ListTaskQueueParams{EvaluateWorkerAttributes: new(`{"languages":["fr"]}`)})))
		d.at(time.Second)
		_, err := d.UpdateTaskQueue(d.sid, english, &peer.UpdateTaskQueueParams{MaxReservedWorkers: new(2)})
		d.ok(err)
		assert.Equal(t, "English", names(d.ListTaskQueue(d.sid, &peer.ListTaskQueueParams{Ordering: new("DateUpdated:desc")}))[0])

		activities, err := d.ListActivity(d.sid, &peer.ListActivityParams{Available: new("true")})
		d.ok(err)
		assert.Equal(t, []string{"Available"}, each(activities, func(a peer.TaskrouterV1Activity) *string { return a.FriendlyName }))
		activities, err = d.ListActivity(d.sid, &peer.ListActivityParams{FriendlyName: new("Offline")})
		d.ok(err)
		assert.Equal(t, []string{"Offline"}, each(activities, func(a peer.TaskrouterV1Activity) *string { return a.FriendlyName }))
		workflows, err := d.ListWorkflow(d.sid, &peer.ListWorkflowParams{FriendlyName: new("None")})
		d.ok(err)
		assert.Empty(t, workflows)
		workspaces, err := d.ListWorkspace(&peer.ListWorkspaceParams{FriendlyName: new("Support")})
		d.ok(err)
		assert.Equal(t, []string{d.sid}, each(workspaces, func(w peer.TaskrouterV1Workspace) *string { return w.Sid }))
	})
}

func TestEmulatorFiltersTheReservationsOfThePeer(t *testing.T) {
	inDesk(t, func(d *desk) {
		ann, bob := d.worker("Ann", "{}", "Available"), d.worker("Bob", "{}", "Available")
		task := d.task(d.sample(), "{}")
		_, err := d.UpdateTaskReservation(d.sid, task, d.asked(task, "Ann pending")[0],
			&peer.UpdateTaskReservationParams{ReservationStatus: new("rejected")})
		d.ok(err)
		d.asked(task, "Ann rejected", "Bob pending")
		for name, test := range map[string]struct {
			params peer.ListTaskReservationParams
			want   []string
		}{
			"rejected":    {peer.ListTaskReservationParams{ReservationStatus: new("rejected")}, []string{"Ann"}},
			"accepted":    {peer.ListTaskReservationParams{ReservationStatus: new("accepted")}, []string{}},
			"of a worker": {peer.ListTaskReservationParams{WorkerSid: &bob}, []string{"Bob"}},
			"of both":     {peer.ListTaskReservationParams{WorkerSid: &bob, ReservationStatus: new("rejected")}, []string{}},
		} {
			reservations, err := d.ListTaskReservation(d.sid, task, &test.params)
			d.ok(err)
			assert.Equal(t, test.want, each(reservations, func(r peer.TaskrouterV1TaskReservation) *string { return r.WorkerName }), name)
		}
		for status, want := range map[string]int{"rejected": 1, "pending": 0} {
			reservations, err := d.ListWorkerReservation(d.sid, ann, &peer.ListWorkerReservationParams{ReservationStatus: &status})
			d.ok(err)
			assert.Len(t, reservations, want, status)
		}
	})
}

func TestEmulatorFiltersTheEventsOfThePeer(t *testing.T) {
	inDesk(t, func(d *desk) {
		began := time.Now()
		ann := d.worker("Ann", "{}", "Available")
		queues, err := d.ListTaskQueue(d.sid, nil)
		d.ok(err)
		d.at(20 * time.Minute)
		task := d.task(d.sample(), "{}")
		reservation := d.asked(task, "Ann pending")[0]
		d.at(time.Minute)
		d.accepts(task, reservation)
		d.at(time.Minute)

		ofTask := []string{"task.created", "workflow.entered", "workflow.target-matched", "task-queue.entered", "reservation.created", "reservation.accepted"}
		for name, test := range map[string]struct {
			params peer.ListEventParams
			want   []string
		}{
			"a task":            {peer.ListEventParams{TaskSid: &task}, ofTask},
			"a type":            {peer.ListEventParams{EventType: new("task.created")}, []string{"task.created"}},
			"a type, too early": {peer.ListEventParams{EventType: new("worker.created")}, []string{}},
			"a longer time":     {peer.ListEventParams{EventType: new("worker.created"), Minutes: new(30)}, []string{"worker.created"}},
			"a shorter time":    {peer.ListEventParams{TaskSid: &task, Minutes: new(1)}, []string{"reservation.accepted"}},
			"a reservation":     {peer.ListEventParams{ReservationSid: &reservation}, []string{"reservation.created", "reservation.accepted"}},
			"a worker":          {peer.ListEventParams{WorkerSid: &ann}, []string{"reservation.created", "reservation.accepted"}},
			"a queue": {
				peer.ListEventParams{TaskQueueSid: queues[0].Sid}, []string{"task-queue.entered", "reservation.created", "reservation.accepted"},
			},
			"a workflow": {peer.ListEventParams{WorkflowSid: new(d.sample())}, ofTask},
			"a channel":  {peer.ListEventParams{TaskChannel: new("default"), EventType: new("task.created")}, []string{"task.created"}},
			"another channel": {
				peer.ListEventParams{TaskChannel: new("voice"), EventType: new("task.created")}, []string{},
			},
			"dates": {
				peer.ListEventParams{StartDate: &began, EndDate: new(began.Add(time.Minute)), EventType: new("worker.created")}, []string{"worker.created"},
			},
			"dates in another zone": {
				peer.ListEventParams{StartDate: new(began.Add(20 * time.Minute).In(time.FixedZone("", 5400))), TaskSid: &task}, ofTask,
			},
		} {
			events, refused := d.ListEvent(d.sid, &test.params)
			d.ok(refused)
			assert.ElementsMatch(t, test.want, eventTypes(events), name)
		}

		created, err := d.ListEvent(d.sid, &peer.ListEventParams{EventType: new("reservation.created")})
		d.ok(err)
		event, err := d.FetchEvent(d.sid, of(created[0].Sid))
		d.ok(err)
		assert.Equal(t, reservation, of(event.ResourceSid))
		assert.Equal(t, "reservation", of(event.ResourceType))
		assert.Equal(t, began.Add(20*time.Minute).UnixMilli(), of(event.EventDateMs))
		data := of(event.EventData).(object)
		assert.Equal(t, "Ann", data["worker_name"])
		assert.Equal(t, task, data["task_sid"])
		bySID, err := d.ListEvent(d.sid, &peer.ListEventParams{Sid: event.Sid})
		d.ok(err)
		assert.Equal(t, []string{"reservation.created"}, eventTypes(bySID))

		_, err = d.ListEvent(d.sid, &peer.ListEventParams{StartDate: new(time.Now().AddDate(0, 0, -31))})
		d.refused(err, http.StatusBadRequest, 20001)
	})
}

func TestKnownFaultsOfThePeerThatTheEmulatorShowsInLists(t *testing.T) {
	inDesk(t, func(d *desk) {
		task := d.task(d.sample(), `{"score":1.2}`)
		matched, err := d.ListTask(d.sid, &peer.ListTaskParams{EvaluateTaskAttributes: new("score > 1.5")})
		d.ok(err)
		knownFault(t, "a dot and digits are cut out of queries", len(matched) == 1 && of(matched[0].Sid) == task)
		none, err := d.ListTask(d.sid, &peer.ListTaskParams{Limit: new(0), PageSize: new(5)})
		knownFault(t, "a limit of 0 is sent as the size of a page", err != nil && none == nil)
		d.refused(err, http.StatusBadRequest, 20001)
		params := &peer.ListTaskParams{Limit: new(1)}
		_, err = d.ListTask(d.sid, params)
		d.ok(err)
		knownFault(t, "parameters of the caller are changed", of(params.PageSize) == 1)
		knownFault(t, "a list with metadata that is refused panics", panics(func() { _, _ = d.ListTaskWithMetadata("WS0", nil) }))
	})
}
