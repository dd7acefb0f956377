package measure

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/openapi"
	"github.com/taskrouter-go/sdk/openapi/document"
)

// smallCalls are of each kind, with one page and with several.
func smallCalls() []call {
	return []call{getTask(), createTask(), listTasks(5, 5), listTasks(25, 10)}
}

// served serves calls in this process.
func served(t *testing.T, calls []call) (*child, []library) {
	t.Helper()
	server := httptest.NewServer(newServer(calls))
	t.Cleanup(server.Close)
	c := &child{address: server.Listener.Addr().String()}
	all, err := libraries(c.transport)
	require.NoError(t, err)
	return c, all
}

func TestEachLibraryMakesEachCall(t *testing.T) {
	c, all := served(t, smallCalls())
	for _, call := range smallCalls() {
		m, err := c.measure(t.Context(), call, all, pace{run: time.Microsecond, rounds: 2})
		require.NoError(t, err, call.name)
		assert.Equal(t, call.name, m.Name)
		assert.Equal(t, call.list, m.List, call.name)
		assert.Equal(t, call.list, m.Limited != nil, call.name)
		costs := []Cost{m.Ours, m.Theirs, m.Floor}
		if call.list {
			costs = append(costs, *m.Limited)
		}
		for _, cost := range costs {
			assert.Positive(t, cost.Least, call.name)
			assert.LessOrEqual(t, cost.Least, cost.Median, call.name)
			assert.Greater(t, cost.Bytes, len(call.answer(0)), "all that is read is counted: %s", call.name)
			assert.Positive(t, cost.Allocations, call.name)
		}
	}
}

// That is what the limit saves: another page is not asked for.
func TestTheirsWithALimitDoesLess(t *testing.T) {
	list := listTasks(50, 50)
	c, all := served(t, []call{list})
	m, err := c.measure(t.Context(), list, all, pace{run: time.Microsecond, rounds: 1})
	require.NoError(t, err)
	assert.Less(t, m.Limited.Allocations, m.Theirs.Allocations/2)
}

func TestServerIsAnotherProcess(t *testing.T) {
	c, err := startChild(t.Context())
	require.NoError(t, err)
	all, err := libraries(c.transport)
	require.NoError(t, err)
	_, err = c.run(t.Context(), all[0], getTask(), 3)
	require.NoError(t, err)
	require.NoError(t, c.close())
	_, err = c.counts(t.Context())
	assert.Error(t, err, "it has ended")
}

func TestServerEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c, err := startChild(ctx)
	require.NoError(t, err)
	cancel()
	assert.Error(t, c.close())
	_, err = c.counts(t.Context())
	assert.Error(t, err)
}

func TestNothingIsMeasuredAfterTheEndOfTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := new(child).run(ctx, nil, call{}, 1)
	assert.ErrorIs(t, err, context.Canceled)
}

// A liar is a library whose calls do what a test wants.
type liar struct{ library }

func (liar) name() string { return "the liar" }

func TestWhatIsWrongIsNotMeasured(t *testing.T) {
	c, all := served(t, smallCalls())
	right := getTask()
	real := right.by(all[0])
	twice := func(ctx context.Context) error { return errors.Join(real.do(ctx), real.do(ctx)) }
	nothing := func(context.Context) error { return nil }
	for name, test := range map[string]struct {
		attempt attempt
		want    string
	}{
		"a failure":          {attempt{do: func(context.Context) error { return errors.New("no luck") }}, "call by the liar: no luck"},
		"nothing returned":   {attempt{do: real.do, take: func() []task { return nil }}, "check the call by the liar: it returned 0 tasks, not 1"},
		"another task":       {attempt{do: real.do, take: func() []task { return []task{taskAt(1)} }}, "it returned {SID:WT00000000000000000000000000000001 "},
		"no request":         {attempt{do: nothing, take: right.want}, "it sent the requests map[], not map[GET /v1/Workspaces/"},
		"a request too many": {attempt{do: twice, take: real.take}, ":2], not map["},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.counts(t.Context()) // forget those of the case before
			require.NoError(t, err)
			wrong := right
			wrong.by = func(library) attempt { return test.attempt }
			_, err = c.run(t.Context(), liar{}, wrong, 1)
			assert.ErrorContains(t, err, test.want)
		})
	}
}

// A named library makes as many allocations as a test wants.
type named struct {
	library
	title       string
	allocations int
}

func (n named) name() string { return n.title }

var kept *[16]byte

func TestFiguresAreOfTheLibraryThatTheyNameAndOfOneCall(t *testing.T) {
	c, _ := served(t, nil)
	made := call{list: true, want: func() []task { return nil }, by: func(l library) attempt {
		return attempt{
			do: func(context.Context) error {
				for range l.(named).allocations {
					kept = new([16]byte)
				}
				return nil
			},
			take: func() []task { return nil },
		}
	}}
	all := []library{named{title: nameOurs, allocations: 1_000}, named{title: nameTheirs, allocations: 2_000}, named{title: nameLimited, allocations: 3_000}, named{title: nameFloor, allocations: 4_000}}
	m, err := c.measure(t.Context(), made, all, pace{run: 20 * time.Millisecond, rounds: 3})
	require.NoError(t, err)
	for want, got := range map[int]Cost{1_000: m.Ours, 2_000: m.Theirs, 3_000: *m.Limited, 4_000: m.Floor} {
		assert.InDelta(t, want, got.Allocations, 200)
		assert.InDelta(t, 16*want, got.Bytes, 10_000)
	}
}

func TestTimeIsOfOneCall(t *testing.T) {
	c, _ := served(t, nil)
	const least = 100 * time.Microsecond
	made := call{want: func() []task { return nil }, by: func(library) attempt {
		return attempt{
			do: func(context.Context) error {
				for began := time.Now(); time.Since(began) < least; {
					continue
				}
				return nil
			},
			take: func() []task { return nil },
		}
	}}
	r, err := c.run(t.Context(), liar{}, made, 100)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, r.time, least)
	assert.Less(t, r.time, 100*least)
}

func TestTasksAreComparedInAllTheirMembers(t *testing.T) {
	right := taskAt(0)
	require.NoError(t, check([]task{right}, []task{right}))
	for name, change := range map[string]func(*task){
		"SID":        func(t *task) { t.SID = "WT1" },
		"status":     func(t *task) { t.Status = "canceled" },
		"attributes": func(t *task) { t.Attributes = "{}" },
		"queue":      func(t *task) { t.Queue = "" },
		"priority":   func(t *task) { t.Priority++ },
		"age":        func(t *task) { t.Age++ },
		"date":       func(t *task) { t.Created = t.Created.Add(time.Second) },
	} {
		wrong := right
		change(&wrong)
		assert.Error(t, check([]task{right, wrong}, []task{right, right}), name)
	}
}

func TestServerHasThePagesOfAListInTheirOrder(t *testing.T) {
	list := listTasks(25, 10)
	server := httptest.NewServer(newServer([]call{list}))
	t.Cleanup(server.Close)
	address := tasksPath(workspaceOf(25)) + "?PageSize=10"
	var pages [][]task
	for address != "" {
		response, err := http.Get(server.URL + address)
		require.NoError(t, err)
		var page gen.TaskList
		require.NoError(t, json.NewDecoder(response.Body).Decode(&page))
		require.NoError(t, response.Body.Close())
		assert.Equal(t, len(pages) > 0, page.Meta.PreviousPageURL != nil)
		var tasks []task
		for i := range page.Tasks {
			tasks = append(tasks, tasksOfGen(&page.Tasks[i])...)
		}
		pages = append(pages, tasks)
		address = strings.TrimPrefix(of(page.Meta.NextPageURL), service)
	}
	assert.Equal(t, slices.Collect(slices.Chunk(tasksUpTo(25), 10)), pages)

	response, err := http.Get(server.URL + countsPath)
	require.NoError(t, err)
	var counts map[string]int
	require.NoError(t, json.NewDecoder(response.Body).Decode(&counts))
	require.NoError(t, response.Body.Close())
	assert.Equal(t, list.sent(1), counts)
	assert.Len(t, counts, 3)
}

func TestServerCountsAnew(t *testing.T) {
	s := newServer([]call{getTask()})
	ask := func(path string) string {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, http.NoBody))
		return w.Body.String()
	}
	path := tasksPath(workspaceOf(1)) + "/" + taskSID(0)
	for range 3 {
		ask(path)
	}
	assert.JSONEq(t, `{"GET `+path+`?": 3}`, ask(countsPath))
	assert.JSONEq(t, `{}`, ask(countsPath))
}

func TestServerRefusesWhatIsNoCall(t *testing.T) {
	path := tasksPath(workspaceOf(1))
	for name, request := range map[string]*http.Request{
		"a parameter more": httptest.NewRequest(http.MethodGet, path+"/"+taskSID(0)+"?A=b", http.NoBody),
		"another task":     httptest.NewRequest(http.MethodGet, path+"/"+taskSID(1), http.NoBody),
		"another method":   httptest.NewRequest(http.MethodDelete, path+"/"+taskSID(0), http.NoBody),
		"a form without the rest of it": func() *http.Request {
			r := httptest.NewRequest(http.MethodPost, path, strings.NewReader("Priority=3"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			return r
		}(),
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(smallCalls())
			w := httptest.NewRecorder()
			s.ServeHTTP(w, request)
			assert.Equal(t, http.StatusBadRequest, w.Code)
			assert.Contains(t, w.Body.String(), "unexpected request: "+request.Method)
			assert.Empty(t, s.counts)
		})
	}
}

func TestAnswersAreThoseOfTheDocument(t *testing.T) {
	d, err := document.Load(openapi.Document)
	require.NoError(t, err)
	operations := make(map[string]*document.Operation)
	for _, operation := range d.Operations() {
		operations[operation.ID] = operation
	}
	of := map[string]string{"get a task": "getTask", "create a task": "createTask"}
	for _, c := range smallCalls() {
		name, status := "listTasks", http.StatusOK
		if !c.list {
			name = of[c.name]
		}
		if name == "createTask" {
			status = http.StatusCreated
		}
		header := http.Header{"Content-Type": {"application/json"}}
		assert.Empty(t, operations[name].CheckResponse(status, header, []byte(c.answer(0))), c.name)
	}
}

func TestTaskHasARealisticSize(t *testing.T) {
	assert.InDelta(t, 1500, len(taskJSON(9_999, workspaceOf(10_000))), 200)
}

func TestNoCallAsksForWhatAnotherAsksFor(t *testing.T) {
	asked := map[string]string{}
	for _, c := range theCalls() {
		for _, request := range c.requests {
			assert.Empty(t, asked[request], "%s asks for %s", c.name, request)
			asked[request] = c.name
		}
	}
	assert.Len(t, asked, 1+1+1+1+10)
}

func TestSummaryIsTheLeastAndTheMedian(t *testing.T) {
	assert.Equal(t, Cost{Least: 1, Median: 3, Bytes: 20, Allocations: 6}, summary([]run{
		{time: 5, bytes: 10, allocations: 7},
		{time: 1, bytes: 30, allocations: 6},
		{time: 3, bytes: 20, allocations: 5},
	}))
}
