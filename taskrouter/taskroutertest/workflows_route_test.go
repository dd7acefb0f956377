package taskroutertest_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/expression"
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
