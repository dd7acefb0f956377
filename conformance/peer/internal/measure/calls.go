package measure

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strconv"
	"time"
)

// A call is what is measured of each library. It holds no answer and no result: what
// lives in memory decides how often the garbage collector runs.
type call struct {
	name     string
	list     bool
	by       func(library) attempt
	requests []string           // that it consists of, as key writes them; each is sent once
	answer   func(i int) string // to a request
	want     func() []task      // what it returns
}

// theCalls are those that are measured.
func theCalls() []call {
	return []call{getTask(), createTask(), listTasks(50, 50), listTasks(1_000, 1_000), listTasks(10_000, 1_000)}
}

func getTask() call {
	workspace, sid := workspaceOf(1), taskSID(0)
	return call{
		name:     "get a task",
		by:       func(l library) attempt { return l.get(workspace, sid) },
		requests: []string{key(http.MethodGet, tasksPath(workspace)+"/"+sid, nil)},
		answer:   func(int) string { return taskJSON(0, workspace) },
		want:     func() []task { return tasksUpTo(1) },
	}
}

func createTask() call {
	workspace := workspaceOf(1)
	form := url.Values{"Attributes": {attributes}, "Priority": {strconv.Itoa(priority)}, "WorkflowSid": {workflow}}
	return call{
		name:     "create a task",
		by:       func(l library) attempt { return l.create(workspace) },
		requests: []string{key(http.MethodPost, tasksPath(workspace), form)},
		answer:   func(int) string { return taskJSON(0, workspace) },
		want:     func() []task { return tasksUpTo(1) },
	}
}

func listTasks(tasks, pageSize int) call {
	workspace := workspaceOf(tasks)
	requests := []string{key(http.MethodGet, tasksPath(workspace), url.Values{"PageSize": {strconv.Itoa(pageSize)}})}
	for page := 1; page*pageSize < tasks; page++ {
		requests = append(requests, key(http.MethodGet, tasksPath(workspace), pageQuery(pageSize, page)))
	}
	return call{
		name:     fmt.Sprintf("list %s tasks", thousands(tasks)),
		list:     true,
		by:       func(l library) attempt { return l.list(workspace, tasks, pageSize) },
		requests: requests,
		answer:   func(page int) string { return pageJSON(tasks, pageSize, page) },
		want:     func() []task { return tasksUpTo(tasks) },
	}
}

// A Call is what was measured of a call.
type Call struct {
	Name    string
	List    bool
	Ours    Cost
	Theirs  Cost
	Limited *Cost // of a list, theirs with a limit that is as long as the list
	Floor   Cost
}

// A Cost is what a call costs a library.
type Cost struct {
	Least, Median time.Duration // over the rounds
	Bytes         int           // that were allocated, the median over the rounds
	Allocations   int           // likewise
}

// Calls measures all calls, each for about so long, and says which one it is at.
func Calls(ctx context.Context, each time.Duration, say func(string)) (_ []Call, err error) {
	c, err := startChild(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = cmp.Or(err, c.close()) }()
	all, err := libraries(c.transport)
	if err != nil {
		return nil, err
	}
	var measured []Call
	for _, call := range theCalls() {
		say(call.name)
		m, err := c.measure(ctx, call, all, pace{run: runTime, all: each, rounds: leastRounds})
		if err != nil {
			return nil, fmt.Errorf("measure %q: %w", call.name, err)
		}
		measured = append(measured, m)
	}
	return measured, nil
}

// A run is as short as can be, for there are the more of them then, and their median says
// what a call takes, however often the machine does something else or is slow to wake.
const (
	runTime     = 20 * time.Millisecond
	leastRounds = 9
)

// A pace is how a call is measured.
type pace struct {
	run    time.Duration // that one by hand takes; the others make as many calls in one
	all    time.Duration // after which no round begins
	rounds int           // that there are at least
}

// measure makes the call by each library to see that it is right, and then in rounds in
// which the libraries follow one another: what else the machine does meanwhile disturbs
// them all.
func (c *child) measure(ctx context.Context, call call, all []library, pace pace) (Call, error) {
	if !call.list { // a limit is of lists only
		all = slices.DeleteFunc(slices.Clone(all), func(l library) bool { return l.name() == nameLimited })
	}
	runs := make(map[string][]run)
	var last run
	for _, l := range all { // the last is the one by hand
		for range 2 { // the first one connects
			var err error
			if last, err = c.run(ctx, l, call, 1); err != nil {
				return Call{}, err
			}
		}
	}
	often := max(1, int(pace.run/last.time))
	began := time.Now()
	for round := 0; round < pace.rounds || time.Since(began) < pace.all; round++ {
		for i := range all {
			l := all[(round+i)%len(all)] // no library is always the one after another
			r, err := c.run(ctx, l, call, often)
			if err != nil {
				return Call{}, err
			}
			runs[l.name()] = append(runs[l.name()], r)
		}
	}
	m := Call{Name: call.name, List: call.list, Ours: summary(runs[nameOurs]), Theirs: summary(runs[nameTheirs]), Floor: summary(runs[nameFloor])}
	if call.list {
		m.Limited = new(summary(runs[nameLimited]))
	}
	return m, nil
}

// run makes a call so often, and returns the cost of one. It fails if the last result or
// the requests that arrived are not the right ones.
func (c *child) run(ctx context.Context, l library, call call, often int) (run, error) {
	if err := ctx.Err(); err != nil {
		return run{}, err
	}
	made := call.by(l)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now()
	for range often {
		if err := made.do(ctx); err != nil {
			return run{}, fmt.Errorf("call by %s: %w", l.name(), err)
		}
	}
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	if err := check(made.take(), call.want()); err != nil {
		return run{}, fmt.Errorf("check the call by %s: %w", l.name(), err)
	}
	counts, err := c.counts(ctx)
	if err != nil {
		return run{}, err
	}
	if want := call.sent(often); !maps.Equal(counts, want) {
		return run{}, fmt.Errorf("check the call by %s: it sent the requests %v, not %v", l.name(), counts, want)
	}
	return run{
		time:        took / time.Duration(often),
		bytes:       int(after.TotalAlloc-before.TotalAlloc) / often,
		allocations: int(after.Mallocs-before.Mallocs) / often,
	}, nil
}

// sent are the requests of so many calls, and how often each is sent.
func (c call) sent(calls int) map[string]int {
	sent := make(map[string]int, len(c.requests))
	for _, request := range c.requests {
		sent[request] = calls
	}
	return sent
}

// A run is some calls after one another, and what one of them cost.
type run struct {
	time               time.Duration
	bytes, allocations int
}

func summary(runs []run) Cost {
	times := sorted(runs, func(r run) time.Duration { return r.time })
	return Cost{
		Least:       times[0],
		Median:      median(times),
		Bytes:       median(sorted(runs, func(r run) int { return r.bytes })),
		Allocations: median(sorted(runs, func(r run) int { return r.allocations })),
	}
}

func sorted[T cmp.Ordered](runs []run, member func(run) T) []T {
	values := make([]T, len(runs))
	for i, r := range runs {
		values[i] = member(r)
	}
	slices.Sort(values)
	return values
}

// median is the one in the middle, of an even number the greater of the two.
func median[T any](sorted []T) T { return sorted[len(sorted)/2] }
