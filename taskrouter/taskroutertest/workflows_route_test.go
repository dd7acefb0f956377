package taskroutertest_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/expression"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

// Whole configurations lead random tasks, and Explain says beforehand where each goes.

// workflowCorpus names a folder with configurations that others use, JSON files.
// They are not part of this repository.
const workflowCorpus = "WORKFLOW_CORPUS"

// slip stands in one of them, a != in two pieces. It is repaired once it was refused.
const slip = "worker.waitingOfflineContact! = true"

// repaired is a configuration without the slip.
func repaired(text string) string {
	return strings.ReplaceAll(text, slip, "worker.waitingOfflineContact != true")
}

// unreached are the filters of the corpus that no task comes to, since one above keeps
// all that they match.
var unreached = map[string][]int{
	"helpline-sg-master.json":   {3}, // channelType=='web' AND …, below channelType=='web' OR …
	"helpline-tz-master.json":   {2}, // isContactlessTask == true, below … OR isContactlessTask == true
	"helpline-usnc-master.json": {4}, // channelType IN ['voice'] AND …, below channelType IN ['voice']
}

// eachOfWorkflowCorpus runs a test for each configuration, given its text.
func eachOfWorkflowCorpus(t *testing.T, test func(t *testing.T, name, text string)) {
	t.Helper()
	folder := os.Getenv(workflowCorpus)
	if folder == "" {
		t.Skipf("%s names no folder", workflowCorpus)
	}
	if !filepath.IsAbs(folder) {
		folder = filepath.Join("..", "..", folder) // it is named as seen from the root of the repository
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files, "expected JSON files in %s", folder)
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			test(t, name, string(text))
		})
	}
}

func TestCorpusRoutesTasksAsExplained(t *testing.T) {
	eachOfWorkflowCorpus(t, func(t *testing.T, name, text string) {
		routesAsExplained(t, repaired(text), 1000, unreached[name])
	})
}

func TestCorpusIsTakenButForASlip(t *testing.T) {
	eachOfWorkflowCorpus(t, func(t *testing.T, name, text string) {
		s := newSite(t, 1)
		err := s.upload(s.fillIn(text))
		if name != "helpline-za-master.json" {
			assert.NoError(t, err)
			return
		}
		var refusal *taskrouter.Error
		require.ErrorAs(t, err, &refusal)
		assert.Equal(t, http.StatusBadRequest, refusal.StatusCode)
		assert.Contains(t, refusal.Message, "task_routing.filters[5].targets[0].expression")
		assert.NoError(t, s.upload(s.fillIn(repaired(text))))
	})
}

// ownConfigurations have between them all that a configuration can say.
var ownConfigurations = map[string]string{
	"the worker of before, then others": `{"task_routing":{"filters":[
		{"filter_friendly_name":"By SID","expression":"agent_sid != null AND topic == \"support\"","targets":[
			{"queue":"${red}","known_worker_sid":"task.agent_sid","priority":"10","timeout":"60","skip_if":"workers.available == 0"},
			{"expression":"task.language IN worker.languages AND worker.activity_name != \"Chatting\"","timeout":120,"order_by":"worker.level DESC, worker.cost ASC"},
			{"queue":"${all}","priority":20,"timeout":300}]},
		{"friendly_name":"By name","expression":"agent.names[0] != null","targets":[
			{"task_queue_sid":"${all}","known_worker_friendly_name":"task.agent.names[0]","timeout":30,"skip_if":"1==1"},
			{"expression":"worker.friendly_name != task.agent.names[0] AND worker.level == 1","skip_if":"workers.unavailable > 3"}]},
		{"expression":"topic IN [\"support\",\"sales\"]","targets":[{"queue":"${blue}","timeout":600,"order_by":"worker.level"}]}],
		"default_filter":{"queue":"${all}","timeout":5,"priority":1,"expression":"worker.level >= 2"}}}`,

	"as many as there are": `{"task_routing":{"filters":[
		{"filter_friendly_name":"Once","expression":"urgent == true OR urgent == \"true\"","targets":[
			{"queue":"${red}","expression":"worker.skills HAS \"urgent\" AND worker.team == task.team","skip_if":"workers.available < 10"},
			{"queue":"${all}","expression":"worker.team == task.team and worker.level > 1","skip_if":"workers.WALunch >= 1 AND workers.unavailable > 1","timeout":45},
			{"queue":"${blue}","skip_if":"workers.WAChatting != 0 OR workers.unavailable > 1","expression":"worker.level in [1, 3] AND worker.floor == task.floor"},
			{"queue":"${nobody}","skip_if":"workers.available == 0","timeout":15},
			{"queue":"${awake}","skip_if":"1 == 1","priority":0,"expression":"task.language IN worker.languages"}]},
		{"filter_friendly_name":"Twice","expression":"urgent = true","targets":[{"priority":7,"queue":"${awake}","timeout":1,"skip_if":"workers.unavailable > 19","expression":"worker.floor = task.floor"},{"timeout":2}]},
		{"filter_friendly_name":"Nobody","expression":"calm == true","targets":[{"queue":"${nobody}","skip_if":"workers.available == 0"}]}],
		"default_filter":{"queue":"${all}","skip_if":"1==1","order_by":"worker.level ASC"}}}`,

	"numbers and texts, and nothing for the rest": `{"task_routing":{"filters":[
		{"filter_friendly_name":"Numbers","expression":"(level > 5 OR score >= 2.5) AND tags NOT IN [\"off\", 3]","targets":[
			{"queue":"${red}","expression":"worker.sid NOT IN task.not_again AND worker.level >= task.level","timeout":90,"order_by":"worker.stars DESC"},
			{"expression":"task.score <- worker.scores OR worker.stars == 1","skip_if":"1==0","timeout":"30","priority":"3"}]},
		{"filter_friendly_name":"Texts","expression":"locale contains \"en-\" OR locale <- [\"fr\",\"de\"] OR \"vip\" IN tags","targets":[
			{"queue":"${all}","expression":"worker.locales >- \"en\" or worker.locales == null","skip_if":"1==1","order_by":"worker.stars"}]},
		{"filter_friendly_name":"Late","expression":"level >= 6","targets":[{"queue":"${blue}","timeout":10,"priority":4}]}]}}`,

	"longer than a task lives": `{"task_routing":{"filters":[
		{"filter_friendly_name":"Long","expression":"kind == \"long\"","targets":[
			{"queue":"${red}","timeout":900000,"expression":"worker.team == task.team"},{"timeout":300000,"expression":"worker.patience > task.patience"},{"queue":"${all}"}]},
		{"filter_friendly_name":"Longest","expression":"kind != \"short\"","targets":[{"queue":"${red}","timeout":99999999999,"expression":"worker.patience == task.urgency"}]}],
		"default_filter":{"queue":"${all}"}}}`,

	"what the workers have to do": `{"task_routing":{"filters":[
		{"filter_friendly_name":"Nothing","expression":"channelType == 'voice'","targets":[
			{"queue":"${red}","expression":"worker.channel.chat.assigned_tasks == 0 AND worker.channel.voice.assigned_tasks == 0","skip_if":"1==1"},
			{"queue":"${all}","expression":"worker.channel.chat.available_capacity_percentage >= 50","timeout":20}]},
		{"filter_friendly_name":"Little","expression":"channelType != null","targets":[
			{"queue":"${all}","expression":"worker.channel.default.assigned_tasks <= 0 AND worker.channel.sms.configured_capacity > 0","order_by":"worker.level DESC"}]}]}}`,
}

// unasked are the targets that have no worker by their queue, by configuration.
var unasked = map[string][]string{
	"as many as there are": {"task_routing.filters[0].targets[3]", "task_routing.filters[2].targets[0]"},
}

func TestTasksAreRoutedAsExplained(t *testing.T) {
	for name, text := range ownConfigurations {
		t.Run(name, func(t *testing.T) {
			asked := routesAsExplained(t, text, 150, nil)
			c, err := workflow.Parse(text)
			require.NoError(t, err)
			for i, filter := range c.TaskRouting.Filters {
				for k := range filter.Targets {
					place := fmt.Sprintf("task_routing.filters[%d].targets[%d]", i, k)
					assert.Equal(t, slices.Contains(unasked[name], place), asked[place] == 0, "%s asked %d times", place, asked[place])
				}
			}
			assert.Equal(t, c.TaskRouting.DefaultFilter != nil, asked["task_routing.default_filter"] > 0)
		})
	}
}

// routesAsExplained leads tasks through a configuration: with nobody available, with
// workers who have time for all, and with workers who have time for one of each channel.
// It returns how often each target asked somebody.
func routesAsExplained(t *testing.T, text string, tasks int, unreached []int) map[string]int {
	asked := map[string]int{}
	t.Run("nobody is available", func(t *testing.T) {
		inSite(t, text, 0, func(s *site) { s.routeToNobody(tasks, unreached) })
	})
	t.Run("workers have time", func(t *testing.T) {
		inSite(t, text, 50, func(s *site) { s.routeToWorkers(tasks/3, 24, asked) })
	})
	t.Run("workers have little time", func(t *testing.T) {
		inSite(t, text, 1, func(s *site) { s.routeToWorkers(tasks/10, 50, asked) })
	})
	return asked
}

// inSite runs a test in a bubble, with a workspace for a configuration.
func inSite(t *testing.T, text string, capacity int, test func(*site)) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t, capacity)
		text = s.fillIn(text)
		s.addAgents(text)
		require.NoError(t, s.upload(text))
		test(s)
		t.Logf("%d tasks", s.checked)
	})
}

// A site is a workspace that is made to fit a configuration.
type site struct {
	t             *testing.T
	random        *rand.Rand
	values        *values
	client        *taskrouter.Client
	sid           string
	workflowSID   string
	configuration workflow.Configuration
	queues        []workflow.Queue
	activities    []*taskrouter.Activity
	channels      []string
	// agents are the workers, who was without a task for the longest before the others.
	agents   []*clerk
	capacity int        // of each agent and channel, 0 if none is available
	passages []*passage // that are not checked yet
	checked  int
}

// A clerk is a worker, and what it does.
type clerk struct {
	expression.Worker
	used, assigned map[string]int // tasks by channel
}

// newSite makes a workspace without queues and workers.
func newSite(t *testing.T, capacity int) *site {
	t.Helper()
	server := taskroutertest.NewServer()
	t.Cleanup(server.Close)
	s := &site{t: t, random: rand.New(rand.NewPCG(1, uint64(capacity))), client: server.Client(), capacity: capacity}
	workspace, err := s.client.Workspaces.Create(t.Context(), taskrouter.CreateWorkspaceRequest{FriendlyName: "Support"})
	require.NoError(t, err)
	s.sid = workspace.SID
	for channel, err := range s.client.TaskChannels(s.sid).List(t.Context(), taskrouter.ListTaskChannelsParams{}) {
		require.NoError(t, err)
		s.channels = append(s.channels, channel.UniqueName)
	}
	s.addActivities()
	return s
}

// upload makes the workflow. Nobody has to answer a reservation for as long as can be.
func (s *site) upload(text string) error {
	made, err := s.client.Workflows(s.sid).Create(s.t.Context(), taskrouter.CreateWorkflowRequest{
		FriendlyName: "Routing", Configuration: text, TaskReservationTimeout: new(86_400),
	})
	if err == nil {
		s.workflowSID = made.SID
	}
	return err
}

func (s *site) addActivities() {
	for _, available := range []bool{false, true} {
		_, err := s.client.Activities(s.sid).Create(s.t.Context(), taskrouter.CreateActivityRequest{
			FriendlyName: map[bool]string{false: "Lunch", true: "Chatting"}[available], Available: new(available),
		})
		require.NoError(s.t, err)
	}
	var err error
	s.activities, err = taskrouter.Collect(s.client.Activities(s.sid).List(s.t.Context(), taskrouter.ListActivitiesParams{}), -1)
	require.NoError(s.t, err)
}

var (
	expressionToFillIn = regexp.MustCompile(`("expression"\s*:\s*)"\$\{[^}]*\}"`)
	nameToFillIn       = regexp.MustCompile(`\$\{[^}]*\}|\bW[QA]\w+`)
)

// fillIn makes the queues of a text in which these are named by placeholders, or by SIDs
// of elsewhere, and activities by WA and their name. It puts the SIDs there.
func (s *site) fillIn(text string) string {
	sids := map[string]string{}
	for _, activity := range s.activities {
		sids["WA"+activity.FriendlyName] = activity.SID
	}
	text = expressionToFillIn.ReplaceAllString(text, `$1"filledIn == true"`)
	return nameToFillIn.ReplaceAllStringFunc(text, func(name string) string {
		if sids[name] == "" {
			sids[name] = s.addQueue()
		}
		return sids[name]
	})
}

func (s *site) addQueue() (sid string) {
	expressions := []string{`teams HAS "red"`, "1==1", `teams HAS "blue" OR seniority > 2`, "", `activity_name != "Lunch"`}
	queue := workflow.Queue{
		FriendlyName:  fmt.Sprintf("Queue %d", len(s.queues)),
		TargetWorkers: &expressions[len(s.queues)%len(expressions)],
	}
	made, err := s.client.TaskQueues(s.sid).Create(s.t.Context(), taskrouter.CreateTaskQueueRequest{
		FriendlyName: queue.FriendlyName, TargetWorkers: queue.TargetWorkers,
	})
	require.NoError(s.t, err)
	queue.SID = made.SID
	s.queues = append(s.queues, queue)
	return made.SID
}

// addAgents makes workers whom the targets of a configuration ask now and then.
func (s *site) addAgents(text string) {
	var err error
	s.configuration, err = workflow.Parse(text)
	require.NoError(s.t, err)
	values := newValues(s.random, s.configuration, nil)
	var workers []expression.Worker
	for i := range 20 {
		a := s.newAgent(fmt.Sprintf("Agent %d", i), values.newWorker())
		s.agents = append(s.agents, a)
		workers = append(workers, a.Worker)
	}
	s.values = newValues(s.random, s.configuration, workers)
}

func (s *site) newAgent(name string, attributes expression.Attributes) *clerk {
	activity := s.activities[s.random.IntN(len(s.activities))]
	for activity.Available && s.capacity == 0 {
		activity = s.activities[s.random.IntN(len(s.activities))]
	}
	text, parsed := written(s.t, attributes)
	made, err := s.client.Workers(s.sid).Create(s.t.Context(), taskrouter.CreateWorkerRequest{
		FriendlyName: name, ActivitySID: &activity.SID, Attributes: text,
	})
	require.NoError(s.t, err)
	for _, channel := range s.channels {
		_, err = s.client.WorkerChannels(s.sid, made.SID).Update(s.t.Context(), channel, taskrouter.UpdateWorkerChannelRequest{Capacity: new(max(1, s.capacity))})
		require.NoError(s.t, err)
	}
	return &clerk{
		Worker: expression.Worker{
			SID: made.SID, FriendlyName: name, ActivitySID: activity.SID, ActivityName: activity.FriendlyName,
			Available: activity.Available, Attributes: parsed,
		},
		used: map[string]int{}, assigned: map[string]int{},
	}
}

// written returns attributes as they are sent, and as they are then read.
func written(t *testing.T, attributes expression.Attributes) (taskrouter.Attributes, expression.Attributes) {
	text, err := json.Marshal(attributes)
	require.NoError(t, err)
	parsed, err := expression.ParseAttributes(string(text))
	require.NoError(t, err)
	return taskrouter.Attributes(text), parsed
}

// workspace is what Explain is told of the site. Without those who have no capacity left
// in a channel, unless this is "".
func (s *site) workspace(channel string) workflow.Workspace {
	w := workflow.Workspace{Queues: s.queues, Workers: []expression.Worker{}}
	for _, a := range s.agents {
		if channel == "" || a.used[channel] < s.capacity {
			w.Workers = append(w.Workers, s.seen(a))
		}
	}
	return w
}

func (s *site) seen(a *clerk) expression.Worker {
	worker, capacity := a.Worker, max(1, s.capacity)
	worker.Channels = map[string]expression.Channel{}
	for _, channel := range s.channels {
		worker.Channels[channel] = expression.Channel{
			ConfiguredCapacity:          capacity,
			AssignedTasks:               a.assigned[channel],
			AvailableCapacityPercentage: (capacity - a.used[channel]) * 100 / capacity,
		}
	}
	return worker
}

// A passage is a task, and what is foreseen of it.
type passage struct {
	sid        string
	request    taskrouter.CreateTaskRequest
	attributes expression.Attributes
	created    time.Time
	lifetime   time.Duration
	priority   int
	channel    string
	explained  workflow.Explanation
	asks       bool          // those whom Explain names can be asked
	until      time.Duration // what comes later is not looked at
	agent      *clerk        // who was asked, nil for nobody
}

// A happening is what a task comes to. What happens at a time has an order.
type happening struct {
	after time.Duration
	kind  string // of event
	what  string
}

func (h happening) String() string { return fmt.Sprint(h.after, " ", h.kind, " ", h.what) }

// draw makes up a task, and has it explained.
func (s *site) draw(explain func(*passage) workflow.Explanation) *passage {
	j := &passage{
		lifetime: 24 * time.Hour, until: longestLife,
		channel: s.channels[s.random.IntN(len(s.channels))], asks: s.capacity > 0,
	}
	var text taskrouter.Attributes
	text, j.attributes = written(s.t, s.values.newTask())
	j.request = taskrouter.CreateTaskRequest{WorkflowSID: &s.workflowSID, Attributes: text, TaskChannel: &j.channel}
	if s.random.IntN(2) == 0 {
		j.priority = s.random.IntN(5)
		j.request.Priority = &j.priority
	}
	switch s.random.IntN(4) {
	case 0:
		j.request.Timeout = new(1 + s.random.IntN(1000))
	case 1:
		j.request.Timeout = new(int(longestLife / time.Second))
	}
	if j.request.Timeout != nil {
		j.lifetime = time.Duration(*j.request.Timeout) * time.Second
	}
	j.explained = explain(j)
	return j
}

// create sends a task.
func (s *site) create(j *passage) {
	made, err := s.client.Tasks(s.sid).Create(s.t.Context(), j.request)
	require.NoError(s.t, err)
	j.sid, j.created = made.SID, time.Now()
	s.passages = append(s.passages, j)
}

const longestLife = 14 * 24 * time.Hour

// Stay is a target in which a task is, from a time on.
type stay struct {
	workflow.TargetStep
	filter   workflow.Filter // that it is in, the zero one for the default filter
	priority int
}

// stays are where a task comes to, in order.
func (s *site) stays(j *passage) []stay {
	var all []stay
	priority := j.priority
	add := func(filter workflow.Filter, step workflow.TargetStep) {
		if step.Priority != nil {
			priority = *step.Priority
		}
		all = append(all, stay{step, filter, priority})
	}
	for i, filter := range j.explained.Filters {
		for _, step := range filter.Targets {
			add(s.configuration.TaskRouting.Filters[i], step)
		}
	}
	if last := j.explained.Default; last != nil {
		add(workflow.Filter{}, *last)
	}
	return all
}

// foreseen is what a task will come to.
func (s *site) foreseen(j *passage) []string {
	var all []happening
	add := func(after time.Duration, kind, what string) {
		if after < j.lifetime {
			all = append(all, happening{after, kind, what})
		}
	}
	queue := ""
	for _, stay := range s.stays(j) {
		add(stay.Entered, "workflow.target-matched", fmt.Sprintf("%s|%s|%s|%s priority %d",
			stay.filter.FriendlyName, stay.filter.Expression, stay.Target.Expression, stay.Queue.FriendlyName, stay.priority))
		if stay.Queue.SID != queue {
			queue = stay.Queue.SID
			add(stay.Entered, "task-queue.entered", fmt.Sprint(stay.Queue.FriendlyName, " priority ", stay.priority))
		}
		if j.asks && stay.asked() != "" {
			add(stay.Entered, "reservation.created", fmt.Sprint(stay.asked(), " for ", stay.Queue.FriendlyName, " priority ", stay.priority))
			if stay.Entered < j.lifetime {
				return lines(all, j.until)
			}
		}
		if stay.Exit == workflow.ExitTimesOut {
			add(stay.Entered+stay.Timeout, "task-queue.timeout", stay.Queue.FriendlyName)
		}
	}
	switch end := j.explained.End; {
	case end == workflow.EndCanceled && j.explained.After < j.lifetime:
		add(j.explained.After, "workflow.timeout", "")
		add(j.explained.After, "task.canceled", "Task canceled on Workflow timeout")
	case end == workflow.EndDropped && j.explained.After < j.lifetime:
		add(j.explained.After, "workflow.skipped", "")
		add(j.explained.After, "task.canceled", "No filter of the workflow takes the task")
	default:
		all = append(all, happening{j.lifetime, "task.canceled", "Task TTL Exceeded"})
	}
	return lines(all, j.until)
}

// asked returns the worker whom a target asks first, "" for nobody.
func (s stay) asked() string {
	if len(s.Candidates) == 0 || !s.Candidates[0].Asked {
		return ""
	}
	return s.Candidates[0].Worker.FriendlyName
}

// lines are what happens until a time.
func lines(all []happening, until time.Duration) []string {
	var lines []string
	for _, h := range all {
		if h.after <= until {
			lines = append(lines, h.String())
		}
	}
	return lines
}

// happened is what all tasks came to, by their SIDs.
func (s *site) happened() map[string][]string {
	created, until := map[string]time.Time{}, map[string]time.Duration{}
	for _, j := range s.passages {
		created[j.sid], until[j.sid] = j.created, j.until
	}
	events, err := taskrouter.Collect(s.client.Events(s.sid).List(s.t.Context(), taskrouter.ListEventsParams{
		StartDate: &s.passages[0].created, PageSize: new(1000),
	}), -1)
	require.NoError(s.t, err)
	all := map[string][]string{}
	for _, e := range slices.Backward(events) {
		fact := func(name string) string {
			text, _ := e.EventData[name].(string)
			return text
		}
		what := ""
		switch e.EventType {
		case "workflow.target-matched":
			what = fmt.Sprintf("%s|%s|%s|%s priority %s", fact("workflow_filter_name"), fact("workflow_filter_expression"),
				fact("workflow_filter_target_expression"), fact("workflow_filter_target_name"), fact("task_priority"))
		case "task-queue.entered":
			what = fmt.Sprint(fact("task_queue_name"), " priority ", fact("task_priority"))
		case "reservation.created":
			what = fmt.Sprint(fact("worker_name"), " for ", fact("task_queue_name"), " priority ", fact("task_priority"))
		case "task-queue.timeout":
			what = fact("task_queue_name")
		case "task.canceled":
			what = fact("task_canceled_reason")
		case "workflow.timeout", "workflow.skipped":
		default:
			continue
		}
		sid := fact("task_sid")
		after := time.UnixMilli(e.EventDateMs).Sub(created[sid])
		if after <= until[sid] {
			all[sid] = append(all[sid], happening{after, e.EventType, what}.String())
		}
	}
	return all
}

// check wants that all tasks came to what was foreseen, and is done with them.
func (s *site) check() {
	s.t.Helper()
	if len(s.passages) == 0 {
		return
	}
	happened, wrong := s.happened(), 0
	for _, j := range s.passages {
		if !assert.Equal(s.t, s.foreseen(j), happened[j.sid], "%v", j.attributes) {
			s.t.Log(j.explained)
			wrong++
		}
		require.Less(s.t, wrong, 3)
	}
	s.checked += len(s.passages)
	s.passages = nil
}

// routeToNobody lets tasks go their ways to the end.
func (s *site) routeToNobody(tasks int, unreached []int) {
	nobody := s.workspace("")
	for range tasks {
		s.create(s.draw(func(j *passage) workflow.Explanation { return s.configuration.Explain(j.attributes, nobody) }))
	}
	began := time.Now()
	for _, moment := range s.moments() {
		<-time.After(moment - time.Since(began))
		s.checkTasks(moment)
	}
	s.checkReached(unreached)
	s.check()
}

// moments are some when tasks are in one target or another.
func (s *site) moments() []time.Duration {
	all := []time.Duration{0, longestLife + time.Hour}
	j := s.passages[s.random.IntN(len(s.passages))]
	all = append(all, min(j.lifetime, j.explained.After)+time.Second/2)
	if stays := s.stays(j); len(stays) > 0 {
		all = append(all, stays[len(stays)-1].Entered+time.Second/2)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// A state is what is seen of a task.
type state struct {
	Status   taskrouter.TaskStatus
	Queue    string
	Priority int
}

// stateAt is what will be seen of a task after a time, false if it will be gone.
func (s *site) stateAt(j *passage, after time.Duration) (state, bool) {
	seen := state{taskrouter.TaskStatusPending, "", j.priority}
	for _, stay := range s.stays(j) {
		if stay.Entered <= after && stay.Entered < j.lifetime {
			seen.Queue, seen.Priority = stay.Queue.FriendlyName, stay.priority
		}
	}
	end := j.lifetime
	if j.explained.End == workflow.EndCanceled || j.explained.End == workflow.EndDropped {
		end = min(end, j.explained.After)
	}
	if end <= after {
		seen.Status = taskrouter.TaskStatusCanceled
	}
	return seen, after < end+5*time.Minute
}

func (s *site) checkTasks(after time.Duration) {
	s.t.Helper()
	want, got := map[string]state{}, map[string]state{}
	for _, j := range s.passages {
		if seen, ok := s.stateAt(j, after); ok {
			want[j.sid] = seen
		}
	}
	for task, err := range s.client.Tasks(s.sid).List(s.t.Context(), taskrouter.ListTasksParams{PageSize: new(1000)}) {
		require.NoError(s.t, err)
		queue := ""
		if task.TaskQueueFriendlyName != nil {
			queue = *task.TaskQueueFriendlyName
		}
		got[task.SID] = state{task.AssignmentStatus, queue, task.Priority}
	}
	require.Equal(s.t, want, got, "after %s", after)
}

// checkReached wants that each filter had a task but for some.
func (s *site) checkReached(unreached []int) {
	s.t.Helper()
	reached := make([]int, len(s.configuration.TaskRouting.Filters))
	for _, j := range s.passages {
		for i, filter := range j.explained.Filters {
			if len(filter.Targets) > 0 {
				reached[i]++
			}
		}
	}
	var none []int
	for i, n := range reached {
		if n == 0 {
			none = append(none, i)
		}
	}
	s.t.Log("tasks by filter: ", reached)
	assert.Equal(s.t, unreached, none, "filters without a task")
}

// routeToWorkers lets tasks come in rounds, and counts who asked somebody. After a round
// its tasks are deleted, so that the workers have nothing to do.
func (s *site) routeToWorkers(tasks, perRound int, asked map[string]int) {
	explain := func(j *passage) workflow.Explanation { return s.configuration.Explain(j.attributes, s.workspace("")) }
	isEnough := s.capacity > perRound
	if !isEnough {
		settled := s.settled()
		explain = func(j *passage) workflow.Explanation { return settled.Explain(j.attributes, s.workspace(j.channel)) }
	}
	for range (tasks + perRound - 1) / perRound {
		var waiting, reserved []*passage
		for range perRound {
			j := s.draw(explain)
			j.until = 0
			s.create(j)
			at := s.reservedAt(j)
			if at == nil || at.Entered > 0 {
				waiting = append(waiting, j)
				continue
			}
			reserved = append(reserved, j)
			asked[at.Place]++
			worker := s.reserve(j, at)
			if s.random.IntN(6) == 0 {
				s.accept(j, worker)
			}
		}
		s.remove(waiting) // first, or it would be their turn
		s.remove(reserved)
		if isEnough && strings.Contains(s.configuration.String(), `"timeout"`) {
			s.routeLate(explain, asked)
		}
	}
	s.check()
}

// routeLate leads tasks, as far as they are found, that wait for the workers of a later
// target. It prefers targets that asked nobody yet.
func (s *site) routeLate(explain func(*passage) workflow.Explanation, asked map[string]int) {
	for range 50 {
		j := s.draw(explain)
		at := s.reservedAt(j)
		if at == nil || at.Entered == 0 || asked[at.Place] > 0 && s.random.IntN(5) > 0 {
			continue
		}
		j.until = at.Entered
		s.create(j)
		<-time.After(at.Entered)
		asked[at.Place]++
		s.reserve(j, at)
		s.remove([]*passage{j})
		if time.Since(s.passages[0].created) > longestLife/2 {
			s.check() // as long as there are the events
		}
	}
}

// reservedAt returns the target that asks somebody, nil if none does before the task
// has lived its time.
func (s *site) reservedAt(j *passage) *stay {
	for _, stay := range s.stays(j) {
		if stay.asked() != "" && stay.Entered < j.lifetime {
			return &stay
		}
	}
	return nil
}

// settled is the configuration with what each skip_if comes to, which it does also when
// those who have no capacity left are not there: the activities of workers do not change.
func (s *site) settled() workflow.Configuration {
	c, err := workflow.Parse(s.configuration.String())
	require.NoError(s.t, err)
	plan := s.configuration.Plan()
	members := map[string][]expression.Worker{}
	for _, queue := range s.queues {
		for _, a := range s.agents {
			if *queue.TargetWorkers != "" && expression.MustParse(*queue.TargetWorkers).Match(a.Fields()) {
				members[queue.SID] = append(members[queue.SID], a.Worker)
			}
		}
	}
	for i, filter := range c.TaskRouting.Filters {
		for k, target := range filter.Targets {
			if target.SkipIf == "" {
				continue
			}
			step := plan.Step(workflow.Position{Filter: i, Target: k})
			filter.Targets[k].SkipIf = map[bool]string{true: "1==1", false: "1==0"}[step.Skips(expression.Count(members[step.Queue]))]
		}
	}
	return c
}

// reserve notes whom a target asks.
func (s *site) reserve(j *passage, at *stay) *clerk {
	i := slices.IndexFunc(s.agents, func(a *clerk) bool { return a.FriendlyName == at.asked() })
	a := s.agents[i]
	s.agents = append(slices.Delete(s.agents, i, i+1), a)
	a.used[j.channel]++
	j.agent = a
	return a
}

// accept has a worker accept a task.
func (s *site) accept(j *passage, a *clerk) {
	reservations := s.client.TaskReservations(s.sid, j.sid)
	for r, err := range reservations.List(s.t.Context(), taskrouter.ListTaskReservationsParams{}) {
		require.NoError(s.t, err)
		_, err = reservations.Accept(s.t.Context(), r.SID)
		require.NoError(s.t, err)
	}
	a.assigned[j.channel]++
}

// remove deletes tasks, which nobody has to do then.
func (s *site) remove(passages []*passage) {
	for _, j := range passages {
		require.NoError(s.t, s.client.Tasks(s.sid).Delete(s.t.Context(), j.sid))
		if j.agent != nil {
			j.agent.used[j.channel]--
			j.agent.assigned[j.channel] = 0
		}
	}
}
