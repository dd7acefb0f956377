package taskroutertest_test

import (
	"fmt"
	"slices"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/expression"
	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

// What package workflow explains of tasks, and what happened to them.

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
