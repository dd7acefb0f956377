package taskroutertest_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/expression"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

// A workspace in which a configuration is tried out.

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
