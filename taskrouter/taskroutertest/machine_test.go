package taskroutertest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

// A workspace is furnished at random, and random calls and waits follow. After each all of
// it is read through the client, and held against what must be so, see [floor.check]. What
// happens by itself is read at the very second at which it is due, so that whatever is
// found anew between two looks happened at one time.
func TestRandomWorkIsGivenToWhomItShouldBe(t *testing.T) {
	unlessSet(t, "rapid.checks", "8")
	unlessSet(t, "rapid.steps", "50")
	rapid.Check(t, func(t *rapid.T) {
		rapid.SyncTest(t, func(t *rapid.T) {
			f := newFloor(t)
			t.Repeat(map[string]func(*rapid.T){"": func(*rapid.T) {}, "step": f.step})
			f.t = t
			f.checkCopy()
		})
	})
}

// A floor is where workers do tasks: a workspace of a server, and what is known of it.
type floor struct {
	t      *rapid.T
	server *taskroutertest.Server
	twin   *taskroutertest.Server // does the same; nil if there is none
	client *taskrouter.Client
	sid    string

	now      *scene
	journeys map[string]*journey
	places   int // tasks that were made
	// Of workers, and of workers and channels: which reservation of all was the last.
	last     map[string]int
	lastOf   map[[2]string]int
	reserved int
	timeouts map[string]time.Time // when reservations end
	versions map[string]int       // as events told them
	etags    map[string]int
	answers  []string        // of the twin and of the server in turn
	asking   string          // the task for which workers are being asked, and when
	leaving  map[string]bool // the tasks that go on in the step that is looked at
	called   bool            // the last step was a call
	names    int
}

// ---- What is done.

func newFloor(t *rapid.T) *floor {
	f := &floor{
		t: t, journeys: make(map[string]*journey), last: make(map[string]int), lastOf: make(map[[2]string]int),
		timeouts: make(map[string]time.Time), versions: make(map[string]int), etags: make(map[string]int),
	}
	var server *taskroutertest.Server
	server = taskroutertest.NewServer(f.listen(&server))
	f.server = server
	t.Cleanup(func() {
		f.server.Close()
		if f.twin != nil {
			f.twin.Close()
		}
	})
	f.client = f.server.Client()
	ctx := context.Background()
	workspace, err := f.client.Workspaces.Create(ctx, taskrouter.CreateWorkspaceRequest{
		FriendlyName: "Floor", MultiTaskEnabled: new(!oneIn(t, 3, "single tasking")),
		PrioritizeQueueOrder: new(draw(t, "prioritize", queueOrders)),
	})
	require.NoError(t, err)
	f.sid = workspace.SID
	_, err = f.client.Activities(f.sid).Create(ctx, taskrouter.CreateActivityRequest{FriendlyName: "Open", Available: new(true)})
	require.NoError(t, err)
	f.now = look(t, f.client, f.sid, nil)
	for range number(t, "queues", 1, 4) {
		f.do("create queue", f.createQueue)
	}
	for range number(t, "workflows", 1, 2) {
		f.do("create workflow", f.createWorkflow)
	}
	for range number(t, "workers", 1, 5) {
		f.do("create worker", f.createWorker)
	}
	return f
}

var queueOrders = []taskrouter.QueueOrder{taskrouter.QueueOrderFIFO, taskrouter.QueueOrderLIFO}

// step does something, which may be refused, and checks what came of it.
func (f *floor) step(t *rapid.T) {
	f.t = t
	var choices []deed
	for _, d := range f.deeds() {
		choices = append(choices, slices.Repeat([]deed{d}, d.often)...)
	}
	d := draw(t, "deed", choices)
	if d.do == nil {
		f.wait()
		return
	}
	f.do(d.name, d.do)
}

// A deed is a call that can be made, and how often it is; one without a call is a wait.
type deed struct {
	often int
	name  string
	do    func(context.Context) error
}

func (f *floor) deeds() []deed {
	of := func(there, often int) int { return min(there, 1) * often }
	return []deed{
		{16, "wait", nil},
		{of(len(f.now.workflows), 24), "create task", f.createTask},
		{of(len(f.now.tasks), 8), "update task", f.updateTask},
		{of(len(f.now.tasks), 8), "move task", f.moveTask},
		{of(len(f.now.tasks), 1), "delete task", f.deleteTask},
		{of(len(f.now.reservations), 24), "move reservation", f.moveReservation},
		{of(len(f.now.reservations), 5), "instruct", f.instruct},
		{3, "create worker", f.createWorker},
		{of(len(f.now.workers), 14), "update worker", f.updateWorker},
		{of(len(f.now.workers), 8), "update worker channel", f.updateWorkerChannel},
		{of(len(f.now.workers), 1), "delete worker", f.deleteWorker},
		{1, "create queue", f.createQueue},
		{of(len(f.now.queues), 5), "update queue", f.updateQueue},
		{of(len(f.now.queues), 1), "delete queue", f.deleteQueue},
		{of(len(f.now.queues), 1), "create workflow", f.createWorkflow},
		{of(len(f.now.workflows), 5), "update workflow", f.updateWorkflow},
		{of(len(f.now.workflows), 1), "delete workflow", f.deleteWorkflow},
		{2, "update workspace", f.updateWorkspace},
		{1, "create activity", f.createActivity},
		{1, "update activity", f.updateActivity},
		{1, "delete activity", f.deleteActivity},
		{2, "update task channel", f.updateTaskChannel},
		{2, "move to another server", f.moveServer},
	}
}

// do makes a call and checks what came of it. A call that is refused changes nothing.
func (f *floor) do(name string, call func(context.Context) error) {
	f.t.Log(name)
	f.called = true
	err := call(context.Background())
	for ; len(f.answers) > 0; f.answers = f.answers[2:] {
		require.Equal(f.t, f.answers[1], f.answers[0], "a server with the state of another one answers otherwise")
	}
	before := f.now
	f.look()
	if err != nil {
		var refusal *taskrouter.Error
		require.ErrorAs(f.t, err, &refusal)
		require.Contains(f.t, []int{400, 404, 410}, refusal.StatusCode, "%s: %v", name, err)
		require.Empty(f.t, f.now.events, "%s: %v", name, err)
		f.now.events = before.events
		require.Equal(f.t, before, f.now, "%s: %v", name, err)
	}
}

// wait lets time pass, and looks whenever something is due.
func (f *floor) wait() {
	f.called = false
	until := time.Now().Add(time.Duration(draw(f.t, "seconds", []int{1, 5, 20, 40, 130, 600, 7200, 90_000})) * time.Second)
	deadlines := f.judge(f.now).deadlinesOf(f.now)
	if len(deadlines) > 0 && rapid.Bool().Draw(f.t, "to a deadline") {
		slices.SortFunc(deadlines, time.Time.Compare)
		until = draw(f.t, "deadline", deadlines[:min(3, len(deadlines))]).Add(-time.Duration(number(f.t, "early", 0, 1)) * time.Second)
	}
	f.t.Logf("wait until %s", until)
	// A worker who lets everything time out is asked again and again.
	for looks := 0; looks == 0 || (looks < 6 && time.Now().Before(until)); looks++ {
		next, due := until, false
		for _, deadline := range f.judge(f.now).deadlinesOf(f.now) {
			if !deadline.After(next) {
				next, due = deadline, true
			}
		}
		<-time.After(time.Until(next))
		f.look()
		if !due {
			require.Empty(f.t, kindsOf(f.now.events), "something happens before it is due")
		}
	}
}

func kindsOf(events []*taskrouter.Event) []string {
	var kinds []string
	for _, e := range events {
		kinds = append(kinds, e.EventType+" "+e.ResourceSID)
	}
	return kinds
}

// moveServer goes on with another server that has the state of this one: with it alone,
// or with both, which then have to answer alike.
func (f *floor) moveServer(context.Context) error {
	f.checkCopy()
	var copied *taskroutertest.Server
	copied = loaded(f.t, f.server, f.listen(&copied))
	if f.twin != nil {
		f.twin.Close()
	}
	f.twin = nil
	former := f.server
	f.server, f.client = copied, copied.Client()
	if rapid.Bool().Draw(f.t, "both") {
		f.twin = former
		return nil
	}
	former.Close()
	return nil
}

// listen logs the calls that change a server, and has the twin do the same.
func (f *floor) listen(s **taskroutertest.Server) taskroutertest.Option {
	return taskroutertest.WithAfter(func(call taskroutertest.Call, answer taskroutertest.Answer) {
		if f.server != *s || call.Method == http.MethodGet {
			return
		}
		f.t.Log(call.Method, call.Path, call.Form(), answer.Status)
		if f.twin != nil {
			f.answers = append(f.answers, f.askTwin(call), answerOf(answer.Status, answer.Body))
		}
	})
}

func answerOf(status int, body []byte) string { return fmt.Sprint(status, " ", string(body)) }

// askTwin makes the same call of the twin.
func (f *floor) askTwin(call taskroutertest.Call) string {
	request, err := http.NewRequest(call.Method, f.twin.URL()+call.Path, bytes.NewReader(call.Body))
	if err != nil {
		return err.Error()
	}
	request.Header = call.Header.Clone()
	response, err := f.twin.HTTPClient().Do(request)
	if err != nil {
		return err.Error()
	}
	body, err := io.ReadAll(response.Body)
	require.NoError(f.t, response.Body.Close())
	if err != nil {
		return err.Error()
	}
	return answerOf(response.StatusCode, body)
}

// checkCopy wants that another server is the same with the state of this one, and that
// the one that went on beside this is.
func (f *floor) checkCopy() {
	copied := loaded(f.t, f.server)
	defer copied.Close()
	before := *f.now
	before.events = nil
	require.Equal(f.t, &before, look(f.t, copied.Client(), f.sid, f.now), "a state that was loaded is another one")
	require.Equal(f.t, dumpOf(f.t, f.server), dumpOf(f.t, copied), "a state that was loaded is another one")
	if f.twin != nil {
		// A number of a worker who was deleted may be given again, which changes no order.
		one, other := lastReserved.ReplaceAllString(dumpOf(f.t, f.server), ""), lastReserved.ReplaceAllString(dumpOf(f.t, f.twin), "")
		require.Equal(f.t, one, other, "a state that was loaded went on otherwise")
	}
}

var lastReserved = regexp.MustCompile(`"last_reserved": [0-9]+`)

func dumpOf(t require.TestingT, s *taskroutertest.Server) string {
	var file bytes.Buffer
	require.NoError(t, s.Dump(&file))
	return file.String()
}

// ---- Calls.

func (f *floor) name(prefix string) string {
	f.names++
	return fmt.Sprintf("%s %d", prefix, f.names)
}

// maybe is nil sometimes.
func maybe[T any](t *rapid.T, label string, choices ...T) *T {
	if !rapid.Bool().Draw(t, label) {
		return nil
	}
	return new(draw(t, label+" is", choices))
}

// keysOf are those of a map, in the order of how they were made as far as tests are alike.
func keysOf[T any](items map[string]*T) []string { return slices.Sorted(maps.Keys(items)) }

func (f *floor) channel() string {
	return draw(f.t, "channel", []string{"default", "default", "chat", "voice"})
}

// attributes are those of a worker or a task.
func (f *floor) attributes() taskrouter.Attributes {
	fields := make(map[string]any)
	if lang := draw(f.t, "lang", []string{"", "en", "en", "es"}); lang != "" {
		fields["lang"] = lang
	}
	if level := number(f.t, "level", -1, 3); level >= 0 {
		fields["level"] = level
	}
	if langs := draw(f.t, "langs", [][]string{nil, {"en"}, {"en", "es"}}); langs != nil {
		fields["langs"] = langs
	}
	return f.attributesOf(fields)
}

func (f *floor) attributesOf(fields map[string]any) taskrouter.Attributes {
	attributes, err := taskrouter.AttributesOf(fields)
	require.NoError(f.t, err)
	return attributes
}

// taskAttributes may also name a worker, and what an instruction wants.
func (f *floor) taskAttributes() taskrouter.Attributes {
	fields := make(map[string]any)
	require.NoError(f.t, f.attributes().Decode(&fields))
	fields["call_sid"], fields["contact_uri"] = "CA1", "client:x"
	if len(f.now.workers) > 0 && rapid.Bool().Draw(f.t, "names a worker") {
		k := draw(f.t, "known", f.now.workers)
		fields["agent"], fields["agent_name"] = k.SID, k.FriendlyName
		if oneIn(f.t, 8, "in capitals") {
			fields["agent_name"] = strings.ToUpper(k.FriendlyName) // which is nobody's
		}
	}
	return f.attributesOf(fields)
}

func (f *floor) virtualStart() *time.Time {
	if !oneIn(f.t, 4, "virtual start") {
		return nil
	}
	return new(time.Now().Add(-time.Duration(number(f.t, "virtual age", 0, 100)) * time.Second))
}

func (f *floor) createTask(ctx context.Context) error {
	request := taskrouter.CreateTaskRequest{
		Attributes: f.taskAttributes(), WorkflowSID: new(draw(f.t, "workflow", keysOf(f.now.workflows))),
		Priority: maybe(f.t, "priority", 0, 1, 5), TaskChannel: new(f.channel()), VirtualStartTime: f.virtualStart(),
		Timeout: maybe(f.t, "timeout", 20, 150, 4000),
	}
	switch number(f.t, "routing target", 0, 11) {
	case 9:
		if len(f.now.workers) > 0 {
			request.RoutingTarget = new(draw(f.t, "worker", f.now.workers).SID)
			request.IgnoreCapacity = maybe(f.t, "ignore capacity", true, false, false, false)
			request.TaskQueueSID = maybe(f.t, "task queue", keysOf(f.now.queues)...)
		}
	case 10:
		request.RoutingTarget = new(draw(f.t, "queue", keysOf(f.now.queues)))
	case 11:
		request.RoutingTarget, request.WorkflowSID = request.WorkflowSID, nil
	}
	_, err := f.client.Tasks(f.sid).Create(ctx, request)
	return err
}

// aTask is one that waits, mostly.
func (f *floor) aTask() *taskrouter.Task {
	var waiting []*taskrouter.Task
	for _, t := range f.now.tasks {
		if isWaiting(t) {
			waiting = append(waiting, t)
		}
	}
	if len(waiting) > 0 && !oneIn(f.t, 4, "any task") {
		return draw(f.t, "task", waiting)
	}
	return draw(f.t, "task", f.now.tasks)
}

func (f *floor) updateTask(ctx context.Context) error {
	var request taskrouter.UpdateTaskRequest
	if oneIn(f.t, 3, "attributes") {
		request.Attributes = f.taskAttributes()
	}
	request.Priority, request.VirtualStartTime = maybe(f.t, "priority", 0, 2, 9), f.virtualStart()
	if oneIn(f.t, 3, "channel") {
		request.TaskChannel = new(f.channel())
	}
	_, err := f.client.Tasks(f.sid).Update(ctx, f.aTask().SID, request)
	return err
}

func (f *floor) moveTask(ctx context.Context) error {
	task := draw(f.t, "task", f.now.tasks)
	status := draw(f.t, "status", []taskrouter.TaskStatus{taskrouter.TaskStatusCompleted, taskrouter.TaskStatusWrapping, taskrouter.TaskStatusCanceled})
	_, err := f.client.Tasks(f.sid).Update(ctx, task.SID, taskrouter.UpdateTaskRequest{AssignmentStatus: &status, Reason: new("done")})
	return err
}

func (f *floor) deleteTask(ctx context.Context) error {
	return f.client.Tasks(f.sid).Delete(ctx, draw(f.t, "task", f.now.tasks).SID)
}

// aReservation is one that is open, mostly.
func (f *floor) aReservation() *taskrouter.Reservation {
	var open []string
	for _, sid := range keysOf(f.now.reservations) {
		if isOpen(f.now.reservations[sid].ReservationStatus) {
			open = append(open, sid)
		}
	}
	if len(open) > 0 && !oneIn(f.t, 8, "any reservation") {
		return f.now.reservations[draw(f.t, "reservation", open)]
	}
	return f.now.reservations[draw(f.t, "reservation", keysOf(f.now.reservations))]
}

// moveReservation moves one to a state to which it can go, mostly.
func (f *floor) moveReservation(ctx context.Context) error {
	r := f.aReservation()
	choices := []taskrouter.ReservationStatus{taskrouter.ReservationStatusAccepted, taskrouter.ReservationStatusRejected}
	if r.ReservationStatus != taskrouter.ReservationStatusPending {
		choices = []taskrouter.ReservationStatus{taskrouter.ReservationStatusCompleted, taskrouter.ReservationStatusCompleted, taskrouter.ReservationStatusWrapping}
	}
	status := draw(f.t, "status", choices)
	request := taskrouter.UpdateReservationRequest{ReservationStatus: &status}
	if status == taskrouter.ReservationStatusRejected && rapid.Bool().Draw(f.t, "with an activity") {
		request.WorkerActivitySID = new(f.anActivity())
	}
	var err error
	if rapid.Bool().Draw(f.t, "of the task") {
		_, err = f.client.TaskReservations(f.sid, r.TaskSID).Update(ctx, r.SID, request)
	} else {
		_, err = f.client.WorkerReservations(f.sid, r.WorkerSID).Update(ctx, r.SID, request)
	}
	return err
}

func (f *floor) instruct(ctx context.Context) error {
	r := f.aReservation()
	reservations := f.client.TaskReservations(f.sid, r.TaskSID)
	var err error
	switch number(f.t, "instruction", 0, 4) {
	case 0:
		_, err = reservations.Dequeue(ctx, r.SID, taskrouter.DequeueRequest{From: new("+1"), To: new("client:a"), PostWorkActivitySID: maybe(f.t, "post work", f.anActivity())})
	case 1:
		_, err = reservations.Call(ctx, r.SID, taskrouter.CallRequest{From: "+1", URL: "https://example.com", To: new("client:a"), Accept: maybe(f.t, "accept", true, false)})
	case 2:
		_, err = reservations.Redirect(ctx, r.SID, taskrouter.RedirectRequest{CallSID: "CA" + strings.Repeat("0", 32), URL: "https://example.com", Accept: maybe(f.t, "accept", true, false)})
	case 3:
		_, err = reservations.Conference(ctx, r.SID, taskrouter.UpdateReservationRequest{To: new("client:a"), PostWorkActivitySID: maybe(f.t, "post work", f.anActivity())})
	default:
		_, err = reservations.Supervise(ctx, r.SID, taskrouter.SuperviseRequest{Supervisor: r.WorkerSID})
	}
	return err
}

// anActivity is one in which workers are available, mostly.
func (f *floor) anActivity() string {
	sid := draw(f.t, "activity", keysOf(f.now.activities))
	if f.now.activities[sid].Available || oneIn(f.t, 2, "unavailable") {
		return sid
	}
	for _, other := range keysOf(f.now.activities) {
		if f.now.activities[other].Available {
			return other
		}
	}
	return sid
}

func (f *floor) createWorker(ctx context.Context) error {
	if len(f.now.workers) >= 6 {
		return f.updateWorker(ctx)
	}
	k, err := f.client.Workers(f.sid).Create(ctx, taskrouter.CreateWorkerRequest{
		FriendlyName: f.name("worker"), Attributes: f.attributes(), ActivitySID: new(f.anActivity()),
	})
	if err == nil && f.now.workspace.MultiTaskEnabled {
		// Most workers of the tests can do two things at once.
		f.look()
		_, err = f.client.WorkerChannels(f.sid, k.SID).Update(ctx, "default", taskrouter.UpdateWorkerChannelRequest{Capacity: new(number(f.t, "capacity", 1, 3))})
	}
	return err
}

func (f *floor) updateWorker(ctx context.Context) error {
	var request taskrouter.UpdateWorkerRequest
	if oneIn(f.t, 3, "attributes") {
		request.Attributes = f.attributes()
	}
	if request.Attributes == "" || rapid.Bool().Draw(f.t, "activity too") {
		request.ActivitySID = new(f.anActivity())
		if !f.now.activities[*request.ActivitySID].Available {
			request.RejectPendingReservations = maybe(f.t, "reject pending", true, false)
		}
	}
	if oneIn(f.t, 8, "name") {
		request.FriendlyName = new(f.name("worker"))
	}
	_, err := f.client.Workers(f.sid).Update(ctx, draw(f.t, "worker", f.now.workers).SID, request)
	return err
}

func (f *floor) deleteWorker(ctx context.Context) error {
	return f.client.Workers(f.sid).Delete(ctx, draw(f.t, "worker", f.now.workers).SID)
}

func (f *floor) updateWorkerChannel(ctx context.Context) error {
	request := taskrouter.UpdateWorkerChannelRequest{Capacity: maybe(f.t, "capacity", 0, 1, 2, 2, 3)}
	if oneIn(f.t, 3, "availability") {
		request.Available = maybe(f.t, "available", true, true, false)
	}
	_, err := f.client.WorkerChannels(f.sid, draw(f.t, "worker", f.now.workers).SID).Update(ctx, f.channel(), request)
	return err
}

// targetWorkers are expressions of queues, the more often the more workers they have.
func (f *floor) targetWorkers() string {
	return draw(f.t, "target workers", []string{
		"1==1", "1==1", `lang == "en"`, "level >= 1", `langs HAS "es" OR level > 2`, `activity_name != "Available"`, `activity_name IN ["Available", "Open"]`,
		"channel.default.available_capacity_percentage > 40", "channel.chat.assigned_tasks < 1", `friendly_name != "worker 5"`, "",
	})
}

func (f *floor) createQueue(ctx context.Context) error {
	if len(f.now.queues) >= 5 {
		return f.updateQueue(ctx)
	}
	_, err := f.client.TaskQueues(f.sid).Create(ctx, taskrouter.CreateTaskQueueRequest{
		FriendlyName: f.name("queue"), TargetWorkers: new(f.targetWorkers()), MaxReservedWorkers: maybe(f.t, "most", 1, 2, 3),
		TaskOrder: maybe(f.t, "order", queueOrders...), ReservationActivitySID: maybe(f.t, "reservation", f.anActivity()),
		AssignmentActivitySID: maybe(f.t, "assignment", f.anActivity()),
	})
	return err
}

func (f *floor) updateQueue(ctx context.Context) error {
	request := taskrouter.UpdateTaskQueueRequest{MaxReservedWorkers: maybe(f.t, "most", 1, 2, 3), TaskOrder: maybe(f.t, "order", queueOrders...)}
	if rapid.Bool().Draw(f.t, "target") {
		request.TargetWorkers = new(f.targetWorkers())
	}
	_, err := f.client.TaskQueues(f.sid).Update(ctx, draw(f.t, "queue", keysOf(f.now.queues)), request)
	return err
}

func (f *floor) deleteQueue(ctx context.Context) error {
	return f.client.TaskQueues(f.sid).Delete(ctx, draw(f.t, "queue", keysOf(f.now.queues)))
}

// configuration is one whose filters and targets all have names of their own.
func (f *floor) configuration() string {
	var routing workflow.TaskRouting
	for range number(f.t, "filters", 0, 3) {
		filter := workflow.Filter{
			FriendlyName: f.name("filter"),
			Expression:   draw(f.t, "filter", []string{"1==1", `lang == "en"`, `lang != "es"`, "level > 1", `langs HAS "en" AND level < 3`}),
		}
		for i := range number(f.t, "targets", 1, 3) {
			filter.Targets = append(filter.Targets, f.target(i > 0))
		}
		routing.Filters = append(routing.Filters, filter)
	}
	if len(routing.Filters) == 0 || rapid.Bool().Draw(f.t, "default filter") {
		routing.DefaultFilter = new(f.target(false))
	}
	return workflow.Configuration{TaskRouting: routing}.String()
}

func (f *floor) target(inherits bool) workflow.Target {
	target := workflow.Target{
		Queue: draw(f.t, "queue", keysOf(f.now.queues)), Priority: maybe(f.t, "priority", 0, 1, 5, 10), Timeout: maybe(f.t, "timeout", 10, 30, 120, 150),
	}
	if inherits && oneIn(f.t, 4, "queue of the one before") {
		target.Queue = ""
	}
	if oneIn(f.t, 3, "skip") {
		target.SkipIf = draw(f.t, "skip if", []string{"workers.available == 0", "1==1", "workers.unavailable > 0", "workers." + f.anActivity() + " < 2"})
	}
	if oneIn(f.t, 3, "order") {
		target.OrderBy = draw(f.t, "order by", []string{"worker.level DESC", "worker.level ASC"})
	}
	switch number(f.t, "demand", 0, 7) {
	case 3, 4, 5:
		target.Expression = draw(f.t, "expression", []string{
			"task.lang == worker.lang", "task.lang IN worker.langs", "worker.level >= task.level", "worker.channel.default.assigned_tasks == 0",
			"worker.channel.default.available_capacity_percentage > 40 AND task.level >= 0", `worker.activity_name == "Available"`, `worker.lang == "en"`,
		})
	case 6:
		target.KnownWorkerSID = "task.agent"
	case 7:
		target.KnownWorkerFriendlyName = "task.agent_name"
	}
	return target
}

func (f *floor) createWorkflow(ctx context.Context) error {
	if len(f.now.workflows) >= 3 {
		return f.updateWorkflow(ctx)
	}
	_, err := f.client.Workflows(f.sid).Create(ctx, taskrouter.CreateWorkflowRequest{
		FriendlyName: f.name("workflow"), Configuration: f.configuration(), TaskReservationTimeout: maybe(f.t, "reservation timeout", 5, 30, 120, 300),
	})
	return err
}

func (f *floor) updateWorkflow(ctx context.Context) error {
	request := taskrouter.UpdateWorkflowRequest{
		TaskReservationTimeout: maybe(f.t, "reservation timeout", 5, 30, 120, 300), ReEvaluateTasks: maybe(f.t, "again", true, false),
	}
	if rapid.Bool().Draw(f.t, "configuration") {
		request.Configuration = new(f.configuration())
	}
	_, err := f.client.Workflows(f.sid).Update(ctx, draw(f.t, "workflow", keysOf(f.now.workflows)), request)
	return err
}

func (f *floor) deleteWorkflow(ctx context.Context) error {
	return f.client.Workflows(f.sid).Delete(ctx, draw(f.t, "workflow", keysOf(f.now.workflows)))
}

func (f *floor) updateWorkspace(ctx context.Context) error {
	request := taskrouter.UpdateWorkspaceRequest{
		PrioritizeQueueOrder: maybe(f.t, "prioritize", queueOrders...), TimeoutActivitySID: maybe(f.t, "timeout activity", f.anActivity()),
	}
	if oneIn(f.t, 8, "multitasking") {
		request.MultiTaskEnabled = new(true)
	}
	_, err := f.client.Workspaces.Update(ctx, f.sid, request)
	return err
}

func (f *floor) createActivity(ctx context.Context) error {
	_, err := f.client.Activities(f.sid).Create(ctx, taskrouter.CreateActivityRequest{FriendlyName: f.name("activity"), Available: maybe(f.t, "available", true, false)})
	return err
}

func (f *floor) updateActivity(ctx context.Context) error {
	name := draw(f.t, "name", []string{"Available", "Open", "Closed"})
	_, err := f.client.Activities(f.sid).Update(ctx, draw(f.t, "activity", keysOf(f.now.activities)), taskrouter.UpdateActivityRequest{FriendlyName: &name})
	return err
}

func (f *floor) deleteActivity(ctx context.Context) error {
	return f.client.Activities(f.sid).Delete(ctx, draw(f.t, "activity", keysOf(f.now.activities)))
}

func (f *floor) updateTaskChannel(ctx context.Context) error {
	_, err := f.client.TaskChannels(f.sid).Update(ctx, draw(f.t, "channel", keysOf(f.now.channels)),
		taskrouter.UpdateTaskChannelRequest{ChannelOptimizedRouting: maybe(f.t, "optimized", true, false)})
	return err
}

// ---- What must be so.

func (f *floor) judge(now *scene) *judge {
	j := &judge{
		t: f.t, now: now, unmade: make(map[string]bool), activity: make(map[string]string),
		journeys: f.journeys, last: f.last, lastOf: f.lastOf, deadlines: f.timeouts,
	}
	for _, k := range now.workers {
		j.activity[k.SID] = k.ActivitySID
	}
	return j
}

// look reads the workspace anew and checks what is there and how it came to be.
func (f *floor) look() {
	before := f.now
	f.now = look(f.t, f.client, f.sid, before)
	j := f.judge(f.now)
	for sid := range f.now.reservations {
		j.unmade[sid] = before.reservations[sid] == nil
	}
	for _, k := range before.workers {
		j.activity[k.SID] = k.ActivitySID
	}
	for _, way := range f.journeys {
		way.touched, way.matched, way.left = false, 0, false
	}
	f.findLeaving()
	for i, e := range f.now.events {
		f.follow(j, i, e)
	}
	f.settle(before)
	f.check(j, before)
}

// follow goes on by an event, which must be one that can follow those before.
func (f *floor) follow(j *judge, i int, e *taskrouter.Event) {
	require.Equal(f.t, f.now.at.UnixMilli(), e.EventDateMs, "%s %s happens at another time than is due", e.EventType, e.ResourceSID)
	f.checkVersions(e)
	if sid := fact(e, "worker_activity_sid"); e.ResourceType == "worker" && sid != "" {
		j.activity[e.ResourceSID] = sid
	}
	sid := fact(e, "task_sid")
	if sid == "" {
		return
	}
	if e.EventType == "task.created" {
		f.places++
		task := f.now.task(sid)
		f.journeys[sid] = &journey{place: f.places, target: text(task.RoutingTarget), ignores: task.IgnoreCapacity}
	}
	way := f.journeys[sid]
	require.NotNil(f.t, way, "%s of a task that is not known", e.EventType)
	way.attributes = attributesOf(f.t, fact(e, "task_attributes"))
	switch e.EventType {
	case "workflow.entered":
		require.False(f.t, way.isForQueue(), "a task for a queue enters its workflow")
		way.plan, way.at, way.exit = f.planOf(fact(e, "workflow_sid")), nil, ""
	case "workflow.target-matched":
		f.enter(j, way, e)
	case "task-queue.timeout":
		f.timeOut(way)
	case "workflow.timeout":
		_, end := f.next(j, way)
		require.Equal(f.t, workflow.EndCanceled, end, "a task ends with workflow.timeout")
	case "workflow.skipped":
		_, end := f.next(j, way)
		require.Equal(f.t, workflow.EndDropped, end, "a task ends with workflow.skipped")
	case "task-queue.entered":
		f.checkQueue(way, fact(e, "task_queue_sid"))
	case "reservation.failed":
		require.True(f.t, way.isForWorker() && !way.since.Add(30*time.Second).After(f.now.at), "a reservation fails that has time")
	case "reservation.created":
		f.reserve(j, i, e)
	}
	way.touched = true
}

func (f *floor) planOf(sid string) *workflow.Plan {
	configuration, err := workflow.Parse(f.now.workflows[sid].Configuration)
	require.NoError(f.t, err)
	return configuration.Plan()
}

// next is where a task goes, into its first target or out of the one that it is in: by a
// timeout that was told of, or since it is to be skipped.
func (f *floor) next(j *judge, way *journey) (workflow.Position, workflow.End) {
	require.NotNil(f.t, way.plan, "a task goes on that is in no workflow")
	if way.at == nil {
		return way.plan.First(way.attributes)
	}
	way.left = true
	if way.exit == "" {
		require.True(f.t, j.skips(way), "a task leaves %v, which is not to be skipped", *way.at)
		way.exit = workflow.ExitSkipped
	}
	return way.plan.Next(way.attributes, *way.at, way.exit)
}

// enter puts a task into the target that is told of, which must be the one that follows.
func (f *floor) enter(j *judge, way *journey, e *taskrouter.Event) {
	at, end := f.next(j, way)
	require.Empty(f.t, end, "a task goes on that should not")
	way.at, way.exit, way.entered = &at, "", f.now.at
	way.matched++
	step := way.plan.Step(at)
	require.Equal(f.t, []string{step.FilterName, step.FilterExpression, step.Target.Expression, f.now.queues[step.Queue].FriendlyName}, []string{
		fact(e, "workflow_filter_name"), fact(e, "workflow_filter_expression"), fact(e, "workflow_filter_target_expression"), fact(e, "workflow_filter_target_name"),
	}, "a task comes to another target than follows")
	if priority := step.Target.Priority; priority != nil {
		require.Equal(f.t, strconv.Itoa(*priority), fact(e, "task_priority"), "a target gives its priority")
	}
}

// timeOut wants that the time in a target is over.
func (f *floor) timeOut(way *journey) {
	step := way.step()
	require.NotNil(f.t, step, "a task times out that is in no target")
	timeout, ok := step.Timeout()
	require.True(f.t, ok && !way.entered.Add(timeout).After(f.now.at), "a task times out that has time")
	way.exit, way.left = workflow.ExitTimesOut, true
}

func (f *floor) checkQueue(way *journey, queue string) {
	switch step := way.step(); {
	case way.isForQueue():
		require.Equal(f.t, way.target, queue, "a task for a queue enters another one")
	case step != nil:
		require.Equal(f.t, step.Queue, queue, "a task enters another queue than that of its target")
	}
}

// reserve wants that the workers who are asked are those who should be, that the most
// urgent task comes first, and keeps what follows from a reservation.
func (f *floor) reserve(j *judge, i int, e *taskrouter.Event) {
	r := f.now.reservations[e.ResourceSID]
	require.NotNil(f.t, r)
	task := f.now.task(r.TaskSID)
	var workers []string
	for _, other := range f.now.events[i:] {
		if other.EventType == "reservation.created" && fact(other, "task_sid") == task.SID {
			workers = append(workers, fact(other, "worker_sid"))
		}
	}
	if f.asking != task.SID+f.now.last {
		f.asking = task.SID + f.now.last
		require.Equal(f.t, j.asked(task), workers, "others are asked for task %s than should be", task.SID)
	}
	for _, other := range f.now.tasks {
		if other != task && f.contends(j, other) && j.can(f.now.worker(r.WorkerSID), other) {
			require.False(f.t, j.goesBefore(other, task), "worker %s is asked for task %s before task %s", r.WorkerSID, task.SID, other.SID)
		}
	}
	j.unmade[r.SID] = false
	f.reserved++
	f.last[r.WorkerSID], f.lastOf[[2]string{r.WorkerSID, task.TaskChannelSID}] = f.reserved, f.reserved
	seconds := 120
	if rules := f.now.workflows[text(task.WorkflowSID)]; rules != nil {
		seconds = rules.TaskReservationTimeout
	}
	f.timeouts[r.SID] = f.now.at.Add(time.Duration(seconds) * time.Second)
}

// contends tells whether a task waits at a moment of a step, surely since its begin: one
// that went from target to target in it may have come later.
func (f *floor) contends(j *judge, t *taskrouter.Task) bool {
	way := f.journeys[t.SID]
	if way == nil || !isWaiting(t) || f.leaving[t.SID] || way.matched > 1 || (way.matched == 1 && !f.called) {
		return false
	}
	return !slices.ContainsFunc(f.now.of(t), func(r *taskrouter.Reservation) bool { return isOpen(r.ReservationStatus) && !j.unmade[r.SID] })
}

// findLeaving finds the tasks that go on from a target, or enter several. That one is
// skipped leaves no event: who was in a target, and matches one without having entered the
// workflow anew, has left it.
func (f *floor) findLeaving() {
	f.leaving = make(map[string]bool)
	within := make(map[string]bool)
	for sid, way := range f.journeys {
		within[sid] = way.at != nil
	}
	for _, e := range f.now.events {
		sid := fact(e, "task_sid")
		switch e.EventType {
		case "workflow.entered":
			within[sid] = false
		case "workflow.target-matched":
			f.leaving[sid] = f.leaving[sid] || within[sid]
			within[sid] = true
		case "task-queue.timeout", "workflow.timeout", "workflow.skipped":
			f.leaving[sid] = true
		}
	}
}

// settle keeps since when tasks are in their states.
func (f *floor) settle(before *scene) {
	for _, t := range f.now.tasks {
		way, former := f.journeys[t.SID], before.task(t.SID)
		if former == nil || (former.AssignmentStatus != t.AssignmentStatus && t.AssignmentStatus != taskrouter.TaskStatusWrapping) {
			way.since = f.now.at
		}
		if !isWaiting(t) {
			way.at = nil
		}
	}
}

func (f *floor) check(j *judge, before *scene) {
	for sid, unmade := range j.unmade {
		require.False(f.t, unmade, "reservation %s comes without an event", sid)
	}
	for _, t := range f.now.tasks {
		f.checkTask(j, t, before.task(t.SID))
	}
	for _, t := range before.tasks {
		if f.now.task(t.SID) == nil {
			f.checkGone(t)
		}
	}
	for _, k := range f.now.workers {
		f.checkWorker(j, k, before)
	}
	for _, deadline := range j.deadlinesOf(f.now) {
		require.True(f.t, deadline.After(f.now.at), "something is due since %s", deadline)
	}
	f.checkChanged(before)
}

// checkTask wants that a task and its reservations agree, and that one that waits has to.
func (f *floor) checkTask(j *judge, t, before *taskrouter.Task) {
	count := make(map[taskrouter.ReservationStatus]int)
	for _, r := range f.now.of(t) {
		if isOpen(r.ReservationStatus) {
			count[r.ReservationStatus]++
		}
	}
	pending := count[taskrouter.ReservationStatusPending]
	want := map[taskrouter.TaskStatus]map[taskrouter.ReservationStatus]int{
		taskrouter.TaskStatusReserved: {taskrouter.ReservationStatusPending: max(pending, 1)},
		taskrouter.TaskStatusAssigned: {taskrouter.ReservationStatusAccepted: 1},
		taskrouter.TaskStatusWrapping: {taskrouter.ReservationStatusWrapping: 1},
	}[t.AssignmentStatus]
	if want == nil {
		want = map[taskrouter.ReservationStatus]int{}
	}
	require.Equal(f.t, want, count, "task %s is %s", t.SID, t.AssignmentStatus)
	way := f.journeys[t.SID]
	if !isWaiting(t) {
		return
	}
	f.checkQueue(way, text(t.TaskQueueSID))
	if t.AssignmentStatus != taskrouter.TaskStatusPending {
		return
	}
	require.True(f.t, way.at != nil || way.isDirect(), "task %s is on no way", t.SID)
	require.Empty(f.t, j.asked(t), "task %s waits", t.SID)
	came := way.matched > 0 || before == nil || before.AssignmentStatus != taskrouter.TaskStatusPending
	if came {
		require.False(f.t, j.skips(way), "task %s waits in a target that is to be skipped", t.SID)
	}
}

// checkGone wants that a task is gone that was deleted, or whose time was over.
func (f *floor) checkGone(t *taskrouter.Task) {
	since := f.journeys[t.SID].since
	delete(f.journeys, t.SID)
	for _, e := range f.now.events {
		switch {
		case e.ResourceSID != t.SID:
		case e.EventType == "task.deleted":
			return
		case e.EventType == "task.system-deleted":
			require.Equal(f.t, since.Add(24*time.Hour), f.now.at)
			return
		}
	}
	require.True(f.t, isOver(t), "task %s is gone", t.SID)
	require.Equal(f.t, since.Add(5*time.Minute), f.now.at)
}

// checkWorker wants that a worker has no more to do than it can, as far as that was up to
// the router.
func (f *floor) checkWorker(j *judge, k *taskrouter.Worker, before *scene) {
	require.Equal(f.t, k.ActivitySID, j.activity[k.SID], "worker %s changes its activity without an event", k.SID)
	require.Equal(f.t, f.now.activities[k.ActivitySID].Available, k.Available)
	given, ignoring := make(map[string]int), make(map[string]int)
	for sid, r := range f.now.reservations {
		if task := f.now.task(r.TaskSID); r.WorkerSID == k.SID && before.reservations[sid] == nil {
			for _, of := range []string{task.TaskChannelSID, ""} {
				given[of]++
				if task.IgnoreCapacity {
					ignoring[of]++
				}
			}
		}
	}
	if open, _ := j.load(k.SID, ""); given[""] > ignoring[""] && !f.now.workspace.MultiTaskEnabled {
		require.Equal(f.t, 1, open-ignoring[""], "worker %s has too much to do", k.SID)
	}
	for sid, c := range f.now.capacity[k.SID] {
		open, accepted := j.load(k.SID, sid)
		if given[sid] > ignoring[sid] && f.now.workspace.MultiTaskEnabled {
			require.LessOrEqual(f.t, open-ignoring[sid], c.ConfiguredCapacity, "worker %s has too much to do", k.SID)
		}
		require.Equal(f.t, accepted, c.AssignedTasks)
		require.Equal(f.t, j.seen(k).Channels[c.TaskChannelUniqueName].AvailableCapacityPercentage, c.AvailableCapacityPercentage)
	}
}

// checkVersions wants that the versions in events never go back.
func (f *floor) checkVersions(e *taskrouter.Event) {
	for _, kind := range []string{"task", "worker", "reservation"} {
		sid := fact(e, kind+"_sid")
		version, err := strconv.Atoi(fact(e, kind+"_version"))
		if sid == "" || err != nil {
			continue
		}
		known, ok := f.versions[sid]
		require.True(f.t, !ok || version >= known, "the version of %s goes back", sid)
		f.versions[sid] = version
	}
}

// checkChanged wants another version of each thing that looks different.
func (f *floor) checkChanged(before *scene) {
	ctx := context.Background()
	for _, t := range f.now.tasks {
		if former := before.task(t.SID); former == nil || f.appearance(*former, "age", "workflow_friendly_name", "task_queue_friendly_name") != f.appearance(*t, "age", "workflow_friendly_name", "task_queue_friendly_name") {
			f.checkETag(t.SID, former != nil, func(into taskrouter.CallOption) error {
				_, err := f.client.Tasks(f.sid).Get(ctx, t.SID, into)
				return err
			})
		}
	}
	for _, k := range f.now.workers {
		if former := before.worker(k.SID); former == nil || f.appearance(*former, "activity_name") != f.appearance(*k, "activity_name") {
			f.checkETag(k.SID, former != nil, func(into taskrouter.CallOption) error {
				_, err := f.client.Workers(f.sid).Get(ctx, k.SID, into)
				return err
			})
		}
	}
	for _, sid := range keysOf(f.now.reservations) {
		r := f.now.reservations[sid]
		if former := before.reservations[sid]; former == nil || former.ReservationStatus != r.ReservationStatus {
			f.checkETag(sid, former != nil, func(into taskrouter.CallOption) error {
				_, err := f.client.TaskReservations(f.sid, r.TaskSID).Get(ctx, sid, into)
				return err
			})
		}
	}
}

func (f *floor) checkETag(sid string, known bool, get func(taskrouter.CallOption) error) {
	var response taskrouter.Response
	require.NoError(f.t, get(taskrouter.WithResponseInto(&response)))
	version, err := strconv.Atoi(response.ETag())
	require.NoError(f.t, err)
	if known {
		require.Greater(f.t, version, f.etags[sid], "%s has changed, and not its version", sid)
	}
	require.GreaterOrEqual(f.t, version, f.versions[sid], "the version of %s goes back", sid)
	f.etags[sid] = version
}

// appearance is how something looks, but for some members.
func (f *floor) appearance(thing any, but ...string) string {
	text, err := json.Marshal(thing)
	require.NoError(f.t, err)
	var members map[string]any
	require.NoError(f.t, json.Unmarshal(text, &members))
	for _, name := range but {
		delete(members, name)
	}
	text, err = json.Marshal(members)
	require.NoError(f.t, err)
	return string(text)
}
