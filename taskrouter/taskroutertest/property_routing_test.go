package taskroutertest_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
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
