package workflow_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

func at(filter, target int) workflow.Position {
	return workflow.Position{Filter: filter, Target: target}
}

// late is where a task is after a timeout.
func late(filter, target int) workflow.Position {
	return workflow.Position{Filter: filter, Target: target, TimedOut: true}
}

var (
	byDefault = at(-1, 0)
	nowhere   = workflow.Position{}
)

func TestATaskComesInAtTheFirstTargetOfTheFirstFilterThatTakesIt(t *testing.T) {
	tests := map[string]struct {
		configuration workflow.Configuration
		task          attributes
		want          workflow.Position
		end           workflow.End
	}{
		"the first matches":                       {routes("a==1: - -", "1==1: -"), attributes{"a": 1}, at(0, 0), ""},
		"the first does not":                      {routes("a==1: -", "1==1: -", "1==1: -"), attributes{"a": 2}, at(1, 0), ""},
		"one without targets is passed over":      {routes("1==1: ", "1==1: -"), nil, at(1, 0), ""},
		"one that cannot be parsed is, too":       {routes("a ==: -", "1==1: -"), nil, at(1, 0), ""},
		"and one without an expression":           {routes(": -", "1==1: -"), nil, at(1, 0), ""},
		"none matches":                            {routes("a==1: -", "default"), nil, byDefault, ""},
		"none matches, without a default filter":  {routes("a==1: -"), nil, nowhere, workflow.EndDropped},
		"none has targets":                        {routes("1==1: ", "default"), nil, byDefault, ""},
		"there are no filters":                    {routes("default"), nil, byDefault, ""},
		"there is nothing":                        {workflow.Configuration{}, nil, nowhere, workflow.EndDropped},
		"a target that will be skipped counts":    {routes("1==1: S", "1==1: -"), nil, at(0, 0), ""},
		"the last of a thousand filters is found": {routes(append(repeatedLine(999, "a==1: -"), "1==1: -")...), nil, at(999, 0), ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, end := test.configuration.Plan().First(test.task)
			assert.Equal(t, test.want, got)
			assert.Equal(t, test.end, end)
		})
	}
}

func repeatedLine(number int, line string) (lines []string) {
	for range number {
		lines = append(lines, line)
	}
	return lines
}

func TestWhereATaskGoesNext(t *testing.T) {
	const (
		timesOut = workflow.ExitTimesOut
		skipped  = workflow.ExitSkipped
	)
	filters := []string{"a==1: - - -", "a==2: -", "b==true: ", "a ==: -", "b==true: - -"}
	without, with := routes(filters...), routes(append(filters, "default")...)
	one, both := attributes{"a": 1}, attributes{"a": 1, "b": true}
	tests := map[string]struct {
		configuration workflow.Configuration
		task          attributes
		from          workflow.Position
		exit          workflow.Exit
		want          workflow.Position
		end           workflow.End
	}{
		"skipped, to the next target":                      {with, one, at(0, 0), skipped, at(0, 1), ""},
		"skipped, to the last target":                      {with, one, at(0, 1), skipped, at(0, 2), ""},
		"timed out, to the next target":                    {with, one, at(0, 0), timesOut, late(0, 1), ""},
		"skipped after a timeout":                          {with, one, late(0, 1), skipped, late(0, 2), ""},
		"timed out for a second time":                      {with, one, late(0, 1), timesOut, late(0, 2), ""},
		"skipped past the last, to the next that matches":  {with, both, at(0, 2), skipped, at(4, 0), ""},
		"timed out in the last, to the next that matches":  {with, both, at(0, 2), timesOut, late(4, 0), ""},
		"skipped past the last after a timeout":            {with, both, late(0, 2), skipped, late(4, 0), ""},
		"skipped past the last, to the default filter":     {with, one, at(0, 2), skipped, byDefault, ""},
		"skipped past the last filter":                     {with, both, at(4, 1), skipped, byDefault, ""},
		"timed out, and the default filter is not tried":   {with, one, at(0, 2), timesOut, nowhere, workflow.EndCanceled},
		"skipped after a timeout, and it is not, either":   {with, one, late(0, 2), skipped, nowhere, workflow.EndCanceled},
		"timed out in the last filter":                     {with, both, at(4, 1), timesOut, nowhere, workflow.EndCanceled},
		"skipped without a default filter":                 {without, one, at(0, 2), skipped, nowhere, workflow.EndDropped},
		"timed out without a default filter":               {without, one, at(0, 2), timesOut, nowhere, workflow.EndCanceled},
		"skipped after a timeout without a default filter": {without, one, late(0, 2), skipped, nowhere, workflow.EndCanceled},
		"in a filter that it does not match, it goes on":   {with, nil, at(0, 0), skipped, at(0, 1), ""},
		"it stays":                  {with, one, at(0, 1), workflow.ExitStays, at(0, 1), workflow.EndWaits},
		"it stays after a timeout":  {with, one, late(0, 1), workflow.ExitStays, late(0, 1), workflow.EndWaits},
		"an exit that is not known": {with, one, at(0, 1), "", at(0, 1), workflow.EndWaits},
		"nothing follows the default filter by a timeout":    {with, one, byDefault, timesOut, byDefault, workflow.EndWaits},
		"nothing follows the default filter by a skip":       {with, one, byDefault, skipped, byDefault, workflow.EndWaits},
		"a default filter that is not there, skipped":        {without, one, byDefault, skipped, nowhere, workflow.EndDropped},
		"a default filter that is not there, timed out":      {without, one, byDefault, timesOut, nowhere, workflow.EndCanceled},
		"a target that is not there, to the filters below":   {with, both, at(0, 3), skipped, at(4, 0), ""},
		"a target below 0, to the filters below":             {with, both, at(0, -1), skipped, at(4, 0), ""},
		"a target that is not there, late":                   {with, both, late(0, 3), skipped, late(4, 0), ""},
		"a filter without targets, to the filters below":     {with, both, at(2, 0), skipped, at(4, 0), ""},
		"a filter that is not there, to the default filter":  {with, both, at(5, 0), skipped, byDefault, ""},
		"a filter that is not there, timed out":              {with, both, at(5, 0), timesOut, nowhere, workflow.EndCanceled},
		"a filter that is not there, late":                   {with, both, late(5, 0), skipped, nowhere, workflow.EndCanceled},
		"a filter below -1, to the default filter":           {with, both, at(-2, 0), skipped, byDefault, ""},
		"a second target of the default filter":              {with, both, at(-1, 1), skipped, byDefault, ""},
		"the largest numbers":                                {with, both, at(math.MaxInt, math.MaxInt), skipped, byDefault, ""},
		"the smallest numbers":                               {with, both, at(math.MinInt, math.MinInt), skipped, byDefault, ""},
		"the largest target, to the filters below":           {with, both, at(0, math.MaxInt), skipped, at(4, 0), ""},
		"the largest target of the default filter":           {with, both, at(-1, math.MaxInt), skipped, byDefault, ""},
		"any position of a plan that is empty":               {workflow.Configuration{}, both, at(0, 0), skipped, nowhere, workflow.EndDropped},
		"a position that is not there, and nobody leaves it": {with, both, at(7, 7), workflow.ExitStays, at(7, 7), workflow.EndWaits},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, end := test.configuration.Plan().Next(test.task, test.from, test.exit)
			assert.Equal(t, test.want, got)
			assert.Equal(t, test.end, end)
		})
	}
}

func TestAPlanHasNoTargetWhereItHasNone(t *testing.T) {
	with, without := routes("1==1: - -", "1==1: ", "default").Plan(), routes("1==1: - -").Plan()
	for _, position := range []workflow.Position{at(0, 0), late(0, 1), byDefault, late(-1, 0)} {
		assert.NotNil(t, with.Step(position), "%v", position)
	}
	for _, position := range []workflow.Position{
		at(0, 2), at(0, -1), at(1, 0), at(2, 0), at(-1, 1), at(-1, -1), at(-2, 0),
		at(math.MaxInt, 0), at(math.MinInt, 0), at(0, math.MaxInt), at(0, math.MinInt),
	} {
		assert.Nil(t, with.Step(position), "%v", position)
	}
	assert.Nil(t, without.Step(byDefault))
	assert.Nil(t, workflow.Configuration{}.Plan().Step(at(0, 0)))
	assert.Nil(t, new(workflow.Plan).Step(at(0, 0)))
}

func TestAStepHasWhatTheConfigurationSays(t *testing.T) {
	target := workflow.Target{
		Queue: "WQ1", Expression: "worker.level > task.level", Priority: new(3), Timeout: new(60),
		OrderBy: "worker.level DESC", SkipIf: "workers.available == 0", Extra: map[string]json.RawMessage{"x": []byte("1")},
	}
	c := routing(workflow.Filter{FriendlyName: "Gold", Expression: "1 == 1", Targets: []workflow.Target{target}})
	c.TaskRouting.DefaultFilter = &target
	p := c.Plan()
	for name, step := range map[string]*workflow.Step{"a target": p.Step(at(0, 0)), "the default filter": p.Step(byDefault)} {
		assert.Equal(t, target, step.Target, name)
		assert.Equal(t, "WQ1", step.Queue, name)
		assert.Equal(t, target.Expression, step.Condition.Source(), name)
		assert.Equal(t, target.SkipIf, step.SkipIf.Source(), name)
		assert.Equal(t, target.OrderBy, step.Order.Source(), name)
	}
	assert.Equal(t, []string{"Gold", "1 == 1"}, []string{p.Step(at(0, 0)).FilterName, p.Step(at(0, 0)).FilterExpression})
	assert.Equal(t, []string{"", ""}, []string{p.Step(byDefault).FilterName, p.Step(byDefault).FilterExpression})
}

func TestAStepHasNoExpressionWhereThereIsNoneAndWhereItCannotBeParsed(t *testing.T) {
	p := routing(forAll(workflow.Target{}, workflow.Target{Expression: "b ==", SkipIf: "c", OrderBy: "1"})).Plan()
	for _, position := range []workflow.Position{at(0, 0), at(0, 1)} {
		step := p.Step(position)
		assert.Nil(t, step.Condition)
		assert.Nil(t, step.SkipIf)
		assert.Nil(t, step.Order)
	}
}

func TestAStepInheritsTheQueueOfTheTargetBeforeInTheSameFilter(t *testing.T) {
	c := routing(
		forAll(workflow.Target{}, workflow.Target{Queue: "WQ1"}, workflow.Target{}, workflow.Target{}, workflow.Target{Queue: "WQ2"}, workflow.Target{}),
		forAll(workflow.Target{}),
	)
	c.TaskRouting.DefaultFilter = &workflow.Target{}
	p := c.Plan()
	var queues []string
	for i := range 6 {
		queues = append(queues, p.Step(at(0, i)).Queue)
	}
	assert.Equal(t, []string{"", "WQ1", "WQ1", "WQ1", "WQ2", "WQ2"}, queues)
	assert.Empty(t, p.Step(at(0, 2)).Target.Queue, "what is inherited does not stand in the configuration")
	assert.Empty(t, p.Step(at(1, 0)).Queue)
	assert.Empty(t, p.Step(byDefault).Queue)
}

func TestForHowLongATaskStays(t *testing.T) {
	const twoWeeks = 14 * 24 * time.Hour
	for seconds, want := range map[int]time.Duration{
		60: time.Minute, 1: time.Second, 0: 0, -1: 0, math.MinInt: 0, 1_209_600: twoWeeks, 1_209_601: twoWeeks, math.MaxInt: twoWeeks,
	} {
		c := routing(forAll(workflow.Target{Timeout: new(seconds)}, workflow.Target{}))
		c.TaskRouting.DefaultFilter = &workflow.Target{Timeout: new(seconds)}
		p := c.Plan()
		timeout, ok := p.Step(at(0, 0)).Timeout()
		assert.True(t, ok)
		assert.Equal(t, want, timeout)
		for _, position := range []workflow.Position{at(0, 1), byDefault} {
			timeout, ok = p.Step(position).Timeout()
			assert.False(t, ok, "%v", position)
			assert.Zero(t, timeout)
		}
	}
}

func TestWhoIsTheKnownWorker(t *testing.T) {
	task := attributes{"agent": "WK1", "list": []any{"WK2"}, "null": nil}
	tests := map[string]struct {
		target workflow.Target
		value  any
		isSID  bool
		ok     bool
	}{
		"nobody is asked for":       {workflow.Target{}, nil, false, false},
		"by SID":                    {workflow.Target{KnownWorkerSID: "task.agent"}, "WK1", true, true},
		"by name":                   {workflow.Target{KnownWorkerFriendlyName: "task.agent"}, "WK1", false, true},
		"both, of which the SID":    {workflow.Target{KnownWorkerSID: "task.agent", KnownWorkerFriendlyName: "task.list"}, "WK1", true, true},
		"an item of a list":         {workflow.Target{KnownWorkerSID: "task.list[0]"}, "WK2", true, true},
		"a list":                    {workflow.Target{KnownWorkerSID: "task.list"}, []any{"WK2"}, true, true},
		"null":                      {workflow.Target{KnownWorkerSID: "task.null"}, nil, true, true},
		"missing":                   {workflow.Target{KnownWorkerFriendlyName: "task.nobody"}, nil, false, true},
		"no attribute of a task":    {workflow.Target{KnownWorkerSID: "worker.agent"}, nil, true, true},
		"an attribute without task": {workflow.Target{KnownWorkerSID: "agent"}, nil, true, true},
		"the task":                  {workflow.Target{KnownWorkerSID: "task"}, nil, true, true},
		"what cannot be parsed":     {workflow.Target{KnownWorkerFriendlyName: "]"}, nil, false, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			value, isSID, ok := routing(forAll(test.target)).Plan().Step(at(0, 0)).KnownWorker(task)
			assert.Equal(t, test.value, value)
			assert.Equal(t, test.isSID, isSID)
			assert.Equal(t, test.ok, ok)
		})
	}
}

func TestWhomATargetAsks(t *testing.T) {
	task := attributes{"agent": "WK1", "name": "Alice", "level": 3, "empty": "", "list": []any{"WK1"}}
	alice := expression.Worker{SID: "WK1", FriendlyName: "Alice", Attributes: attributes{"level": 5}}
	tests := map[string]struct {
		target workflow.Target
		worker expression.Worker
		want   bool
	}{
		"anybody":                                     {workflow.Target{}, alice, true},
		"who meets the expression":                    {workflow.Target{Expression: "worker.level > task.level"}, alice, true},
		"not who does not":                            {workflow.Target{Expression: "worker.level < task.level"}, alice, false},
		"by a field that is no attribute":             {workflow.Target{Expression: `worker.friendly_name == "Alice"`}, alice, true},
		"nobody by what cannot be parsed":             {workflow.Target{Expression: "worker.level >"}, alice, false},
		"the known worker by SID":                     {workflow.Target{KnownWorkerSID: "task.agent"}, alice, true},
		"the known worker by name":                    {workflow.Target{KnownWorkerFriendlyName: "task.name"}, alice, true},
		"not by the name in the place of the SID":     {workflow.Target{KnownWorkerSID: "task.name"}, alice, false},
		"not by the SID in the place of the name":     {workflow.Target{KnownWorkerFriendlyName: "task.agent"}, alice, false},
		"not another worker":                          {workflow.Target{KnownWorkerSID: "task.agent"}, expression.Worker{SID: "WK2"}, false},
		"not the known worker who does not meet it":   {workflow.Target{KnownWorkerSID: "task.agent", Expression: "worker.level == 1"}, alice, false},
		"the known worker who meets it":               {workflow.Target{KnownWorkerSID: "task.agent", Expression: "worker.level == 5"}, alice, true},
		"nobody if the attribute is missing":          {workflow.Target{KnownWorkerSID: "task.nobody"}, alice, false},
		"nobody if it is no attribute":                {workflow.Target{KnownWorkerSID: "agent"}, alice, false},
		"nobody by a list":                            {workflow.Target{KnownWorkerSID: "task.list"}, alice, false},
		"nobody without a SID by an empty attribute":  {workflow.Target{KnownWorkerSID: "task.empty"}, expression.Worker{FriendlyName: "Alice"}, false},
		"nobody without a name by an empty attribute": {workflow.Target{KnownWorkerFriendlyName: "task.empty"}, expression.Worker{SID: "WK1"}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := routing(forAll(test.target))
			c.TaskRouting.DefaultFilter = &test.target
			p := c.Plan()
			for _, available := range []bool{false, true} {
				test.worker.Available = available
				assert.Equal(t, test.want, p.Step(at(0, 0)).Asks(task, test.worker, test.worker.Fields()))
				assert.Equal(t, test.want, p.Step(byDefault).Asks(task, test.worker, test.worker.Fields()))
			}
		})
	}
}

func TestWhenATargetIsSkipped(t *testing.T) {
	counts := expression.Counts{Available: 1, Unavailable: 2, Activities: map[string]int{"WA1": 2}}
	for source, want := range map[string]bool{
		"": false, "1==1": true, "1==0": false, "workers.available == 1": true, "workers.available == 0": false,
		"workers.WA1 == 2": true, "workers.available ==": false,
	} {
		c := routing(forAll(workflow.Target{SkipIf: source}))
		c.TaskRouting.DefaultFilter = &workflow.Target{SkipIf: source}
		p := c.Plan()
		assert.Equal(t, want, p.Step(at(0, 0)).Skips(counts), source)
		assert.False(t, p.Step(byDefault).Skips(counts), source)
	}
}

func TestAPositionCanBeKept(t *testing.T) {
	text, err := json.Marshal(late(2, 1))
	require.NoError(t, err)
	assert.JSONEq(t, `{"filter":2,"target":1,"timed_out":true}`, string(text))
	var read workflow.Position
	require.NoError(t, json.Unmarshal(text, &read))
	assert.Equal(t, late(2, 1), read)
}

func TestLeadingATaskDoesNotAllocate(t *testing.T) {
	c := routes("a==2: T", "a==1: T S", "a==2: -", "a IN [1, 3]: T", "default")
	c.TaskRouting.Filters[1].Targets[0].KnownWorkerSID = "task.agent"
	c.TaskRouting.Filters[1].Targets[0].Expression = "worker.languages HAS task.language AND worker.level >= 3"
	p := c.Plan()
	task, err := expression.ParseAttributes(`{"a":1,"agent":"WK1","language":"es"}`)
	require.NoError(t, err)
	skills, err := expression.ParseAttributes(`{"languages":["en","es"],"level":5}`)
	require.NoError(t, err)
	worker := expression.Worker{SID: "WK1", Attributes: skills}
	fields := worker.Fields()
	require.True(t, p.Step(at(1, 0)).Asks(task, worker, fields))
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		p.Step(at(1, 0)).Asks(task, worker, fields)
		position, end := p.First(task)
		for end == "" {
			p.Step(position).Timeout()
			position, end = p.Next(task, position, workflow.ExitTimesOut)
		}
	}))
}

// route returns all targets that a task could come to in filters, in their order,
// found in the simplest way: those of the filters that match.
func route(t *testing.T, c workflow.Configuration, task attributes) (positions []workflow.Position) {
	t.Helper()
	for i, filter := range c.TaskRouting.Filters {
		condition, err := expression.Parse(filter.Expression)
		if err != nil || !condition.Match(task) {
			continue
		}
		for j := range filter.Targets {
			positions = append(positions, at(i, j))
		}
	}
	return positions
}

// requireRoute requires that a plan leads a task along its route, whichever way it
// leaves each target.
func requireRoute(t *testing.T, c workflow.Configuration, task attributes) {
	t.Helper()
	p, positions := c.Plan(), route(t, c, task)
	following := func(index int, timedOut bool) (workflow.Position, workflow.End) {
		switch {
		case index < len(positions):
			return workflow.Position{Filter: positions[index].Filter, Target: positions[index].Target, TimedOut: timedOut}, ""
		case timedOut:
			return nowhere, workflow.EndCanceled
		case c.TaskRouting.DefaultFilter == nil:
			return nowhere, workflow.EndDropped
		default:
			return byDefault, ""
		}
	}
	hold := func(index int, timedOut bool, got workflow.Position, end workflow.End) {
		want, wantEnd := following(index, timedOut)
		if want != got || wantEnd != end { // a message for each of so many would take most of the time
			t.Helper()
			require.Fail(t, "the task goes elsewhere", "%s\n%v: %d of %v: %v %q, not %v %q", c, task, index, positions, got, end, want, wantEnd)
		}
	}
	got, end := p.First(task)
	hold(0, false, got, end)
	for i, from := range positions {
		for _, timedOut := range []bool{false, true} {
			from.TimedOut = timedOut
			got, end = p.Next(task, from, workflow.ExitSkipped)
			hold(i+1, timedOut, got, end)
			got, end = p.Next(task, from, workflow.ExitTimesOut)
			hold(i+1, true, got, end)
		}
	}
}

// led is a walk by a plan, with the steps as text.
type led struct {
	t         *testing.T
	plan      *workflow.Plan
	task      attributes
	workspace workflow.Workspace
}

// walk lets the task wait in each target for as long as it may, as somebody does who
// has only the plan, until it ends or has lived for as long as a task can.
func (l led) walk() (steps []string, end workflow.End) {
	const longest = 14 * 24 * time.Hour
	elapsed := time.Duration(0)
	position, end := l.plan.First(l.task)
	for end == "" {
		step := l.plan.Step(position)
		require.NotNil(l.t, step)
		exit, asked := l.exit(position, step)
		steps = append(steps, fmt.Sprintf("%s %s asks %s, %s", placeOf(position), step.Queue, asked, exit))
		if timeout, _ := step.Timeout(); exit == workflow.ExitTimesOut {
			elapsed += timeout
		}
		if elapsed >= longest {
			return steps, workflow.EndExpired
		}
		position, end = l.plan.Next(l.task, position, exit)
	}
	return steps, end
}

// exit returns how the task leaves a target, and who is asked. Where the workers of
// the queue are not known, a target is skipped that may be and has no timeout.
func (l led) exit(position workflow.Position, step *workflow.Step) (exit workflow.Exit, asked []string) {
	workers, known := l.members(step.Queue)
	for _, worker := range workers {
		if worker.Available && step.Asks(l.task, worker, worker.Fields()) {
			asked = append(asked, worker.SID)
		}
	}
	skips := known && step.Skips(expression.Count(workers))
	_, timesOut := step.Timeout()
	switch {
	case skips && len(asked) == 0:
		return workflow.ExitSkipped, asked
	case timesOut:
		return workflow.ExitTimesOut, asked
	case skips, !known && maySkip(position, step):
		return workflow.ExitSkipped, asked
	default:
		return workflow.ExitStays, asked
	}
}

func maySkip(position workflow.Position, step *workflow.Step) bool {
	if position == byDefault || step.SkipIf == nil {
		return false
	}
	matches, isConstant := step.SkipIf.Constant()
	return matches || !isConstant
}

func (l led) members(sid string) (workers []expression.Worker, known bool) {
	for _, queue := range l.workspace.Queues {
		if queue.SID != sid || l.workspace.Workers == nil {
			continue
		}
		condition := expression.MustParse(*queue.TargetWorkers)
		for _, worker := range l.workspace.Workers {
			if condition.Match(worker.Fields()) {
				workers = append(workers, worker)
			}
		}
		return workers, true
	}
	return nil, false
}

func placeOf(position workflow.Position) string {
	if position.Filter < 0 {
		return "task_routing.default_filter"
	}
	return fmt.Sprintf("task_routing.filters[%d].targets[%d]", position.Filter, position.Target)
}

// explained returns the same of what Explain says.
func explained(e workflow.Explanation) (steps []string) {
	for _, target := range e.Targets() {
		var asked []string
		for _, candidate := range target.Candidates {
			if candidate.Asked {
				asked = append(asked, candidate.Worker.SID)
			}
		}
		steps = append(steps, fmt.Sprintf("%s %s asks %s, %s", target.Place, target.Queue.SID, asked, target.Exit))
	}
	return steps
}

// decorated adds to a configuration what [randomConfiguration] leaves out.
func decorated(random *rand.Rand, c workflow.Configuration) workflow.Configuration {
	decorate := func(target *workflow.Target) {
		target.Expression = pick(random, []string{"", "", "worker.n == 1", "task.a == worker.n", "b ==", "1==0"})
		target.KnownWorkerSID = pick(random, []string{"", "", "", "task.agent", "agent", "]"})
		target.KnownWorkerFriendlyName = pick(random, []string{"", "", "", "task.agent", "task.a"})
		target.Queue = pick(random, []string{"", "WQ1", "WQ2", "WQ3"})
		if random.IntN(8) == 0 {
			target.SkipIf = "workers.available =="
		}
		if target.Timeout != nil {
			target.Timeout = new(pick(random, []int{10, 10, 0, -1, 604_800, 1_209_600, math.MaxInt}))
		}
	}
	for _, filter := range c.TaskRouting.Filters {
		for i := range filter.Targets {
			decorate(&filter.Targets[i])
		}
	}
	if c.TaskRouting.DefaultFilter != nil {
		c.TaskRouting.DefaultFilter = new(targetOf(pick(random, smallTargets)))
		decorate(c.TaskRouting.DefaultFilter)
	}
	return c
}

// planWorkspaces are the small ones, and one in which several can be asked.
var planWorkspaces = append([]workflow.Workspace{{
	Queues: []workflow.Queue{{SID: "WQ1", TargetWorkers: new("n >= 1")}, {SID: "WQ2", TargetWorkers: new("n == 3")}, {SID: "WQ3", TargetWorkers: new("n == 2")}},
	Workers: []expression.Worker{
		{SID: "WK1", FriendlyName: "1", Available: true, Attributes: attributes{"n": 1}},
		{SID: "WK2", FriendlyName: "2", Available: true, Attributes: attributes{"n": 2}},
		{SID: "WK3", Attributes: attributes{"n": 3}},
	},
}}, smallWorkspaces...)

// holdPlanAgainstExplain requires of every task of the small world that the plan
// leads it where Explain says that it goes. It returns how many ways had each end.
func holdPlanAgainstExplain(t *testing.T, c workflow.Configuration) (ends map[workflow.End]int) {
	t.Helper()
	ends = map[workflow.End]int{}
	p := c.Plan()
	for i, task := range smallTasks {
		task = attributes{"a": task["a"], "b": task["b"], "agent": pick(rand.New(rand.NewPCG(1, uint64(i))), []any{"WK1", "WK2", "2", "", nil})}
		requireRoute(t, c, task)
		for _, w := range planWorkspaces {
			explanation := c.Explain(task, w)
			steps, end := led{t, p, task, w}.walk()
			require.Equal(t, explained(explanation), steps, "%s\n%v", c, task)
			require.Equal(t, explanation.End, end, "%s\n%v", c, task)
			ends[end]++
		}
	}
	return ends
}

func TestAPlanLeadsATaskWhereExplainSaysThatItGoes(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	total := map[workflow.End]int{}
	for range 100 {
		for end, number := range holdPlanAgainstExplain(t, decorated(random, randomConfiguration(random))) {
			total[end] += number
		}
	}
	for _, end := range []workflow.End{workflow.EndWaits, workflow.EndCanceled, workflow.EndDropped, workflow.EndExpired} {
		assert.Greater(t, total[end], 100, "the configurations have too little of %s", end)
	}
}

// FuzzPlan does the same for configurations that chance makes.
func FuzzPlan(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) {
		random := rand.New(rand.NewPCG(seed, 0))
		holdPlanAgainstExplain(t, decorated(random, randomConfiguration(random)))
	})
}
