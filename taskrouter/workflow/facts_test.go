package workflow_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

// What the documentation says of the way of a task, case by case.

const (
	firstQueue  = "WQ1"
	secondQueue = "WQ2"
	thirdQueue  = "WQ3"
	lastQueue   = "WQ9"
)

// staff has a free worker in the first queue, one who is away in the second, and
// nobody in the third. All are in the last.
func staff() workflow.Workspace {
	return workflow.Workspace{
		Queues: []workflow.Queue{
			{SID: firstQueue, TargetWorkers: new("team == 1")}, {SID: secondQueue, TargetWorkers: new("team == 2")},
			{SID: thirdQueue, TargetWorkers: new("team == 3")}, {SID: lastQueue, TargetWorkers: new("1==1")},
		},
		Workers: []expression.Worker{
			{SID: "WKfree", FriendlyName: "Fay", ActivitySID: "WAidle", Available: true, Attributes: attributes{"team": 1, "level": 2}},
			{SID: "WKaway", FriendlyName: "Abe", ActivitySID: "WAlunch", Attributes: attributes{"team": 2, "level": 9}},
		},
	}
}

func filterFor(condition string, targets ...workflow.Target) workflow.Filter {
	return workflow.Filter{Expression: condition, Targets: targets}
}

// withDefault and withoutDefault return configurations.
func withDefault(filters ...workflow.Filter) workflow.Configuration {
	c := withoutDefault(filters...)
	c.TaskRouting.DefaultFilter = &workflow.Target{Queue: lastQueue}
	return c
}

func withoutDefault(filters ...workflow.Filter) workflow.Configuration {
	return workflow.Configuration{TaskRouting: workflow.TaskRouting{Filters: filters}}
}

// stations returns the queues of a way, when the task comes to each, and how it
// leaves it.
func stations(e workflow.Explanation) (list []string) {
	for _, target := range e.Targets() {
		list = append(list, fmt.Sprintf("%s %s %s", target.Queue.SID, target.Entered, target.Exit))
	}
	return append(list, string(e.End))
}

func asked(step workflow.TargetStep) (names []string) {
	for _, candidate := range step.Candidates {
		if candidate.Asked {
			names = append(names, candidate.Worker.FriendlyName)
		}
	}
	return names
}

func TestTheFirstFilterThatMatchesTakesTheTask(t *testing.T) {
	c := withDefault(
		filterFor("a == 1", workflow.Target{Queue: firstQueue}),
		filterFor("b == 1", workflow.Target{Queue: secondQueue}),
		filterFor("1 == 1", workflow.Target{Queue: thirdQueue}),
	)
	for want, task := range map[string]attributes{
		firstQueue: {"a": 1, "b": 1}, secondQueue: {"b": 1}, thirdQueue: {"a": 2},
	} {
		assert.Equal(t, []string{want + " 0s stays", "waits"}, stations(c.Explain(task, staff())))
	}
}

func TestALaterTargetInheritsTheQueueAndNothingElse(t *testing.T) {
	first := workflow.Target{Queue: firstQueue, Expression: "worker.level > 5", Timeout: new(10), OrderBy: "worker.level DESC", KnownWorkerSID: "task.agent"}
	e := withDefault(filterFor("1==1", first, workflow.Target{})).Explain(nil, staff())
	assert.Equal(t, []string{"WQ1 0s times out", "WQ1 10s stays", "waits"}, stations(e))
	assert.Empty(t, asked(e.Targets()[0]))
	assert.Equal(t, []string{"Fay"}, asked(e.Targets()[1]), "neither the expression nor the known worker is inherited")
}

func TestAQueueIsInheritedFromTheTargetBeforeAndNotFromTheFilterBefore(t *testing.T) {
	e := withDefault(
		filterFor("1==1", workflow.Target{Queue: firstQueue, Timeout: new(1)}, workflow.Target{Queue: secondQueue, Timeout: new(1)}, workflow.Target{Timeout: new(1)}),
		filterFor("1==1", workflow.Target{}),
	).Explain(nil, staff())
	assert.Equal(t, []string{"WQ1 0s times out", "WQ2 1s times out", "WQ2 2s times out", " 3s stays", "waits"}, stations(e))
}

func TestAPriorityStaysWithTheTask(t *testing.T) {
	e := withDefault(
		filterFor("1==1", workflow.Target{Queue: firstQueue, Timeout: new(1)}, workflow.Target{Priority: new(5), Timeout: new(1)}, workflow.Target{Timeout: new(1)}),
		filterFor("1==1", workflow.Target{Queue: thirdQueue, Timeout: new(1)}, workflow.Target{Priority: new(0)}),
	).Explain(nil, staff())
	var priorities []*int
	for _, target := range e.Targets() {
		priorities = append(priorities, target.Priority)
	}
	assert.Equal(t, []*int{nil, new(5), new(5), new(5), new(0)}, priorities)
}

func TestATaskThatNoFilterTakesKeepsItsPriority(t *testing.T) {
	e := withDefault(filterFor("a == 1", workflow.Target{Queue: firstQueue, Priority: new(5)})).Explain(nil, staff())
	assert.Equal(t, []string{"WQ9 0s stays", "waits"}, stations(e))
	assert.Nil(t, e.Default.Priority)
}

func TestThoseOfTheQueueAreAskedWhoAreAvailableAndFit(t *testing.T) {
	for condition, want := range map[string][]string{
		"": {"Fay"}, "worker.level <= task.level": {"Fay"}, "worker.level > task.level": nil, "worker.team == 2": nil,
	} {
		e := withDefault(filterFor("1==1", workflow.Target{Queue: lastQueue, Expression: condition})).Explain(attributes{"level": 2}, staff())
		assert.Equal(t, want, asked(e.Targets()[0]), condition)
	}
}

func TestATargetIsSkippedAtOnceOnlyIfNobodyCanBeAsked(t *testing.T) {
	skip := func(queue string) workflow.Configuration {
		return withDefault(filterFor("1==1", workflow.Target{Queue: queue, SkipIf: "1==1", Timeout: new(30)}, workflow.Target{Queue: lastQueue}))
	}
	assert.Equal(t, []string{"WQ2 0s skipped", "WQ9 0s stays", "waits"}, stations(skip(secondQueue).Explain(nil, staff())))
	assert.Equal(t, []string{"WQ3 0s skipped", "WQ9 0s stays", "waits"}, stations(skip(thirdQueue).Explain(nil, staff())))
	assert.Equal(t, []string{"WQ1 0s times out", "WQ9 30s stays", "waits"}, stations(skip(firstQueue).Explain(nil, staff())))
}

func TestATargetWhoseSkipIfIsFalseIsNotSkipped(t *testing.T) {
	e := withDefault(filterFor("1==1", workflow.Target{Queue: secondQueue, SkipIf: "workers.unavailable == 0", Timeout: new(30)}, workflow.Target{Queue: lastQueue})).Explain(nil, staff())
	assert.Equal(t, []string{"WQ2 0s times out", "WQ9 30s stays", "waits"}, stations(e))
}

func TestSkippedPastItsLastTargetATaskGoesToTheFiltersBelowAndThenToTheDefaultFilter(t *testing.T) {
	skipping := workflow.Target{Queue: thirdQueue, SkipIf: "1==1"}
	below := filterFor("a == 1", workflow.Target{Queue: firstQueue})
	c := withDefault(filterFor("1==1", skipping, skipping), filterFor("1==0", workflow.Target{Queue: secondQueue}), below)
	assert.Equal(t, []string{"WQ3 0s skipped", "WQ3 0s skipped", "WQ1 0s stays", "waits"}, stations(c.Explain(attributes{"a": 1}, staff())))
	assert.Equal(t, []string{"WQ3 0s skipped", "WQ3 0s skipped", "WQ9 0s stays", "waits"}, stations(c.Explain(nil, staff())))
}

func TestWithoutADefaultFilterATaskThatNothingTakesIsDropped(t *testing.T) {
	c := withoutDefault(filterFor("a == 1", workflow.Target{Queue: thirdQueue, SkipIf: "1==1"}))
	assert.Equal(t, []string{"WQ3 0s skipped", "dropped"}, stations(c.Explain(attributes{"a": 1}, staff())))
	assert.Equal(t, []string{"dropped"}, stations(c.Explain(nil, staff())))
}

func TestATimeoutLeadsToTheNextTargetAndThenToTheNextFilterThatMatches(t *testing.T) {
	e := withDefault(
		filterFor("a == 1", workflow.Target{Queue: firstQueue, Timeout: new(10)}, workflow.Target{Queue: secondQueue, Timeout: new(20)}),
		filterFor("a == 2", workflow.Target{Queue: lastQueue}),
		filterFor("a != 2", workflow.Target{Queue: thirdQueue}),
	).Explain(attributes{"a": 1}, staff())
	assert.Equal(t, []string{"WQ1 0s times out", "WQ2 10s times out", "WQ3 30s stays", "waits"}, stations(e))
	assert.Equal(t, 30*time.Second, e.After)
}

func TestAfterATimeoutTheDefaultFilterIsNeverTried(t *testing.T) {
	timed := workflow.Target{Queue: firstQueue, Timeout: new(10)}
	skipped := workflow.Target{Queue: thirdQueue, SkipIf: "1==1"}
	for name, filters := range map[string][]workflow.Filter{
		"timed out":                                 {filterFor("1==1", timed)},
		"timed out, and no filter below matches":    {filterFor("1==1", timed), filterFor("1==0", timed)},
		"timed out, then skipped":                   {filterFor("1==1", timed, skipped)},
		"timed out, then skipped in another filter": {filterFor("1==1", timed), filterFor("1==1", skipped)},
		"skipped, then timed out":                   {filterFor("1==1", skipped, timed)},
		"skipped in another filter, then timed out": {filterFor("1==1", skipped), filterFor("1==1", timed)},
	} {
		t.Run(name, func(t *testing.T) {
			e := withDefault(filters...).Explain(nil, staff())
			assert.Equal(t, workflow.EndCanceled, e.End)
			assert.Equal(t, 10*time.Second, e.After)
			assert.Nil(t, e.Default)
		})
	}
}

func TestWithoutATimeoutATaskWaits(t *testing.T) {
	for _, queue := range []string{firstQueue, secondQueue, thirdQueue} {
		e := withDefault(filterFor("1==1", workflow.Target{Queue: queue}, workflow.Target{Queue: lastQueue}), filterFor("1==1", workflow.Target{Queue: lastQueue})).Explain(nil, staff())
		assert.Equal(t, []string{queue + " 0s stays", "waits"}, stations(e))
	}
}

func TestATaskWithoutItsKnownWorkerWaitsUntilTheTimeoutOrTheSkipIf(t *testing.T) {
	known := workflow.Target{Queue: firstQueue, KnownWorkerSID: "task.agent"}
	with := func(change func(*workflow.Target)) workflow.Configuration {
		target := known
		change(&target)
		return withDefault(filterFor("1==1", target, workflow.Target{Queue: lastQueue}))
	}
	for name, task := range map[string]attributes{
		"null": {"agent": nil}, "missing": {}, "no worker": {"agent": "WKnone"}, "of another queue": {"agent": "WKaway"}, "a name": {"agent": "Fay"}, "a number": {"agent": 1},
	} {
		t.Run(name, func(t *testing.T) {
			waits := with(func(*workflow.Target) {}).Explain(task, staff())
			assert.Equal(t, []string{"WQ1 0s stays", "waits"}, stations(waits))
			assert.Empty(t, asked(waits.Targets()[0]))
			assert.Equal(t, task["agent"], waits.Targets()[0].KnownWorker)
			timed := with(func(target *workflow.Target) { target.Timeout = new(5) })
			assert.Equal(t, []string{"WQ1 0s times out", "WQ9 5s stays", "waits"}, stations(timed.Explain(task, staff())))
			skipped := with(func(target *workflow.Target) { target.SkipIf = "1==1" })
			assert.Equal(t, []string{"WQ1 0s skipped", "WQ9 0s stays", "waits"}, stations(skipped.Explain(task, staff())))
		})
	}
}

func TestAKnownWorkerMustMeetTheExpressionToo(t *testing.T) {
	for name, test := range map[string]struct {
		target workflow.Target
		want   []string
	}{
		"by SID":                {workflow.Target{KnownWorkerSID: "task.agent.sid", Expression: "worker.level == 2"}, []string{"Fay"}},
		"by SID, who does not":  {workflow.Target{KnownWorkerSID: "task.agent.sid", Expression: "worker.level == 3"}, nil},
		"by name":               {workflow.Target{KnownWorkerFriendlyName: "task.agent.name", Expression: "worker.level == 2"}, []string{"Fay"}},
		"by name, who does not": {workflow.Target{KnownWorkerFriendlyName: "task.agent.name", Expression: "worker.level == 3"}, nil},
		"a SID as name":         {workflow.Target{KnownWorkerFriendlyName: "task.agent.sid"}, nil},
		"the worker":            {workflow.Target{KnownWorkerSID: "worker.sid"}, nil},
		"a SID itself":          {workflow.Target{KnownWorkerSID: "WKfree"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			test.target.Queue = lastQueue
			e := withDefault(filterFor("1==1", test.target)).Explain(attributes{"agent": attributes{"sid": "WKfree", "name": "Fay"}}, staff())
			assert.Equal(t, test.want, asked(e.Targets()[0]))
		})
	}
}

func TestSkipIfCountsTheWorkersOfTheQueueByActivityAlone(t *testing.T) {
	for condition, want := range map[string]workflow.Exit{
		"workers.available == 0":                              workflow.ExitStays,
		"workers.available == 1":                              workflow.ExitSkipped,
		"workers.unavailable > 0":                             workflow.ExitSkipped,
		"workers.WAlunch == 1 AND workers.WAidle == 1":        workflow.ExitSkipped,
		"workers.WAlunch > 1 OR workers.WAnone > 0":           workflow.ExitStays,
		"workers.available == 0 OR workers.unavailable >= 1":  workflow.ExitSkipped,
		"workers.available == 0 AND workers.unavailable >= 1": workflow.ExitStays,
	} {
		target := workflow.Target{Queue: lastQueue, Expression: "worker.level > 100", SkipIf: condition}
		e := withDefault(filterFor("1==1", target)).Explain(nil, staff())
		assert.Equal(t, want, e.Targets()[0].Exit, condition)
	}
}

func TestWhoHasNotAcceptedIsNotWaitedForIfTheTargetSkips(t *testing.T) {
	e := withDefault(filterFor("1==1", workflow.Target{Queue: firstQueue, SkipIf: "1==1"}, workflow.Target{Queue: secondQueue})).Explain(nil, staff())
	assert.Equal(t, []string{"WQ1 0s skipped", "WQ2 0s stays", "waits"}, stations(e))
	assert.Equal(t, []string{"Fay"}, asked(e.Targets()[0]))
}

func TestWhereWorkersAreNotKnownATargetMayBeSkipped(t *testing.T) {
	c := withDefault(filterFor("1==1",
		workflow.Target{Queue: firstQueue, SkipIf: "workers.available == 0", Timeout: new(5)}, workflow.Target{SkipIf: "1==1"},
		workflow.Target{SkipIf: "1==0", Timeout: new(5)}, workflow.Target{Queue: lastQueue}))
	w := staff()
	w.Workers = nil
	e := c.Explain(nil, w)
	assert.Equal(t, []string{"WQ1 0s times out", "WQ1 5s skipped", "WQ1 5s times out", "WQ9 10s stays", "waits"}, stations(e))
	var may []bool
	for _, target := range e.Targets() {
		may = append(may, target.MaySkip)
		assert.Nil(t, target.Candidates)
	}
	assert.Equal(t, []bool{true, true, false, false}, may)
}

func TestNoTaskIsOnItsWayForLongerThanItCanLive(t *testing.T) {
	const twoWeeks = 14 * 24 * time.Hour
	timed := func(seconds int) workflow.Filter {
		return filterFor("1==1", workflow.Target{Queue: firstQueue, Timeout: new(seconds)})
	}
	almost := withDefault(timed(1_209_599)).Explain(nil, staff())
	assert.Equal(t, workflow.EndCanceled, almost.End)
	assert.Equal(t, twoWeeks-time.Second, almost.After)

	e := withDefault(timed(1_209_599), timed(5), timed(5)).Explain(nil, staff())
	assert.Equal(t, []string{"WQ1 0s times out", "WQ1 335h59m59s times out", "expired"}, stations(e))
	assert.Equal(t, twoWeeks, e.After)
}
