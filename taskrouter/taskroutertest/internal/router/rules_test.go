package router

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

func leadingTo(queues ...*TaskQueue) string {
	text := `{"task_routing":{"filters":[{"expression":"1==1","targets":[`
	for i, q := range queues {
		if i > 0 {
			text += ","
		}
		text += `{"queue":"` + q.SID + `","timeout":100}`
	}
	return text + `]}]}}`
}

func (s *shift) configure(f *Workflow, configuration string) {
	s.t.Helper()
	require.NoError(s.t, s.UpdateWorkflow(f, gen.UpdateWorkflowRequest{Configuration: &configuration}))
}

func (s *shift) enter(f *Workflow) *Task {
	s.t.Helper()
	task, err := s.CreateTask(gen.CreateTaskRequest{WorkflowSID: &f.SID})
	require.NoError(s.t, err)
	s.account.Settle()
	return task
}

func TestFormerRulesAreKeptAsLongAsTasksFollowThem(t *testing.T) {
	for name, end := range map[string]func(*shift, *Workflow, *Task){
		"canceled": func(s *shift, _ *Workflow, task *Task) { s.cancel(task) },
		"deleted":  func(s *shift, _ *Workflow, task *Task) { s.DeleteTask(task) },
		"changed": func(s *shift, _ *Workflow, task *Task) {
			require.NoError(s.t, s.UpdateTask(task, gen.UpdateTaskRequest{Attributes: `{"a":1}`}))
		},
		"too old": func(s *shift, _ *Workflow, _ *Task) { s.after(200 * time.Second) },
		"evaluated anew": func(s *shift, f *Workflow, _ *Task) {
			require.NoError(s.t, s.UpdateWorkflow(f, gen.UpdateWorkflowRequest{ReEvaluateTasks: new(true)}))
		},
		"accepted": func(s *shift, _ *Workflow, task *Task) {
			s.worker("Ann", "Available", "")
			s.account.Settle()
			require.Equal(s.t, gen.TaskStatusReserved, task.Status)
			require.Len(s.t, s.Workflows.rows()[0].Former, 1, "one that is reserved may wait again")
			s.answer(task.Reservations.rows()[0], gen.ReservationStatusAccepted)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShift(t)
			first, second := s.queue("1==1"), s.queue("1==1")
			f := s.workflow(first)
			s.configure(f, leadingTo(first))
			assert.Empty(t, f.Former, "nothing followed them")
			task := s.enter(f)
			former := f.rules
			s.configure(f, leadingTo(second))
			s.configure(f, leadingTo(second, second))
			require.Equal(t, []*Rules{former}, f.Former)
			assert.Equal(t, []int{1, 3, 3}, []int{former.Revision, f.Revision, f.rules.Revision})
			assert.JSONEq(t, leadingTo(second, second), string(f.Configuration))
			assert.Same(t, former, f.ofRevision(1))
			assert.Nil(t, f.ofRevision(2))
			assert.Same(t, f.rules, f.ofRevision(3))
			assert.Equal(t, []string{first.SID, second.SID}, []string{task.TaskQueueSID, s.enter(f).TaskQueueSID})

			end(s, f, task)
			s.account.Settle()
			assert.Empty(t, f.Former)
			assert.Nil(t, f.ofRevision(1))
			requireSettled(t, s.account)
		})
	}
}

func TestFormerRulesAreForgottenWithTheLastTask(t *testing.T) {
	s := newShift(t)
	q := s.queue("1==1")
	f := s.workflow(q)
	a, b := s.enter(f), s.enter(f)
	s.configure(f, leadingTo(q))
	c := s.enter(f)
	s.configure(f, leadingTo(q, q))
	require.Len(t, f.Former, 2)
	s.cancel(a)
	require.Len(t, f.Former, 2)
	s.cancel(c)
	require.Len(t, f.Former, 1)
	assert.Equal(t, 0, f.Former[0].Revision)
	s.cancel(b)
	assert.Empty(t, f.Former)
}

func TestATaskGoesOnByTheRulesWithWhichItCameIn(t *testing.T) {
	s := newShift(t)
	first, second, other := s.queue("1==1"), s.queue("1==1"), s.queue("1==1")
	f := s.workflow(other)
	s.configure(f, leadingTo(first, second))
	task := s.enter(f)
	s.configure(f, leadingTo(other))
	s.after(100 * time.Second)
	assert.Equal(t, second.SID, task.TaskQueueSID)
	assert.Equal(t, workflow.Position{Target: 1, TimedOut: true}, *task.Position)
	s.after(100 * time.Second)
	assert.Equal(t, gen.TaskStatusCanceled, task.Status)
	assert.Nil(t, task.Position)
	assert.Nil(t, task.DateTargetEntered)
}

func TestAQueueThatOnlyFormerRulesLeadToIsNotDeleted(t *testing.T) {
	s := newShift(t)
	first, second, other := s.queue("1==1"), s.queue("1==1"), s.queue("1==1")
	f := s.workflow(other)
	s.configure(f, leadingTo(first, second))
	task := s.enter(f)
	s.configure(f, leadingTo(other))
	assert.True(t, f.leadsTo(first.SID))
	assert.True(t, f.leadsTo(second.SID))
	assert.EqualError(t, s.DeleteTaskQueue(second), "Task queue "+second.SID+" is named by workflow "+f.SID)
	assert.True(t, s.TaskQueues.Has(second.SID))
	s.cancel(task)
	assert.False(t, f.leadsTo(second.SID))
	require.NoError(t, s.DeleteTaskQueue(second))
	assert.Error(t, s.DeleteTaskQueue(other))
	requireSettled(t, s.account)
}

func TestRulesLeadToTheQueuesOfTheirTargets(t *testing.T) {
	rules := newRules(0, `{"task_routing":{"filters":[{"expression":"1==1","targets":[{"queue":"WQ1"},{"queue":"WQ2"}]},
		{"expression":"1==1","targets":[{"queue":"WQ3"}]}],"default_filter":{"queue":"WQ4"}}}`)
	for sid, want := range map[string]bool{"WQ1": true, "WQ2": true, "WQ3": true, "WQ4": true, "WQ5": false, "": false} {
		assert.Equal(t, want, rules.leadTo(sid), sid)
	}
	none := newRules(0, `{"task_routing":{"filters":[]}}`)
	assert.False(t, none.leadTo("WQ1"))
	assert.False(t, none.leadTo(""))
}

// TestTasksAreAlikeIfTargetsSeeThemSo groups tasks by what the target looks at in them.
func TestTasksAreAlikeIfTargetsSeeThemSo(t *testing.T) {
	for name, test := range map[string]struct {
		target   string
		a, b     string
		alike    bool
		changing bool
		none     bool
	}{
		"no condition":             {target: `{}`, none: true},
		"a condition of workers":   {target: `{"expression":"worker.level > 1"}`, a: `{"a":1}`, b: `{"a":2}`, alike: true},
		"what is looked at":        {target: `{"expression":"task.a == worker.a"}`, a: `{"a":1}`, b: `{"a":2}`},
		"what is not looked at":    {target: `{"expression":"task.a == worker.a"}`, a: `{"a":1,"b":1}`, b: `{"a":1,"b":2}`, alike: true},
		"deep inside":              {target: `{"expression":"task.a.b == worker.a"}`, a: `{"a":{"b":1,"c":2}}`, b: `{"a":{"b":1,"c":3}}`, alike: true},
		"other inside":             {target: `{"expression":"task.a.b == worker.a"}`, a: `{"a":{"b":1}}`, b: `{"a":{"b":2}}`},
		"a text and a number":      {target: `{"expression":"task.a == worker.a"}`, a: `{"a":1}`, b: `{"a":"1"}`},
		"nothing and null":         {target: `{"expression":"task.a == worker.a"}`, a: `{}`, b: `{"a":null}`, alike: true},
		"the one who is known":     {target: `{"known_worker_sid":"task.agent"}`, a: `{"agent":"WK1"}`, b: `{"agent":"WK2"}`},
		"the same who is known":    {target: `{"known_worker_friendly_name":"task.agent"}`, a: `{"agent":"Ann","b":1}`, b: `{"agent":"Ann"}`, alike: true},
		"what workers do":          {target: `{"expression":"worker.channel.voice.assigned_tasks < task.most"}`, a: `{"most":1}`, b: `{"most":1}`, alike: true, changing: true},
		"what their activity is":   {target: `{"expression":"worker.activity_name == 'Available'"}`, a: `{}`, b: `{}`, alike: true, changing: true},
		"what their activity's is": {target: `{"expression":"worker.activity_sid != 'WA'"}`, a: `{}`, b: `{}`, alike: true, changing: true},
		"of a task, not a worker":  {target: `{"expression":"task.channel == 'voice'"}`, a: `{"channel":"voice"}`, b: `{"channel":"chat"}`},
	} {
		t.Run(name, func(t *testing.T) {
			rules := newRules(0, `{"task_routing":{"filters":[],"default_filter":`+test.target+`}}`)
			step := rules.plan.Step(workflow.Position{Filter: -1})
			d := rules.demandOf(step)
			assert.Same(t, d, rules.demandOf(step))
			if test.none {
				assert.Nil(t, d)
				return
			}
			assert.Equal(t, test.changing, d.changing)
			a, b := newAttributes(test.a), newAttributes(test.b)
			assert.NotEmpty(t, d.kind(a.Fields()))
			assert.Equal(t, test.alike, d.kind(a.Fields()) == d.kind(b.Fields()), "%s, %s", d.kind(a.Fields()), d.kind(b.Fields()))
		})
	}
}

func TestATargetIsSkippedWhenATaskComesOrComesBackAndNobodyIsThere(t *testing.T) {
	s := newShift(t)
	first, second := s.queue("level > 1"), s.queue("level > 5")
	f := s.workflow(first)
	s.configure(f, `{"task_routing":{"filters":[{"expression":"1==1","targets":[
		{"queue":"`+first.SID+`","skip_if":"workers.available == 0"},{"queue":"`+second.SID+`"}]}]}}`)
	assert.Equal(t, second.SID, s.enter(f).TaskQueueSID)
	s.worker("Ann", "Available", `{"level":2}`)
	task, other := s.enter(f), s.enter(f)
	assert.Equal(t, []gen.TaskStatus{"reserved", "pending"}, []gen.TaskStatus{task.Status, other.Status})
	assert.Equal(t, []string{first.SID, first.SID}, []string{task.TaskQueueSID, other.TaskQueueSID})
	require.NoError(t, s.UpdateReservation(task.Reservations.rows()[0], gen.UpdateReservationRequest{
		ReservationStatus: new(gen.ReservationStatusRejected), WorkerActivitySID: &s.named("Offline").SID,
	}, TaskInstructions))
	s.account.Settle()
	assert.Equal(t, []string{second.SID, first.SID}, []string{task.TaskQueueSID, other.TaskQueueSID}, "the other one was judged when it came")
	assert.Equal(t, workflow.Position{Target: 1}, *task.Position)
	requireSettled(t, s.account)
}
