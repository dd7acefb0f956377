package taskroutertest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// A callCenter is a workspace with many workers, and 50 queues to which tasks go by
// their skill.
type callCenter struct {
	benchServer
	workers []string
}

const benchQueues = 50

// A staffing is who serves the queues, and whom tasks ask for there.
type staffing struct {
	name string
	// everywhere lets each worker serve all queues, not just three.
	everywhere bool
	// expression is that of all targets.
	expression string
}

var staffings = []staffing{
	{name: "three queues each"},
	{name: "all queues each", everywhere: true},
	{name: "50 languages", everywhere: true, expression: "task.language == worker.language"},
	{name: "each task its caller", everywhere: true, expression: "task.caller != worker.contact_uri"},
}

func newCallCenter(b *testing.B, s staffing, workers int) *callCenter {
	b.Helper()
	c := &callCenter{benchServer: newBenchServer(b)}
	var filters []string
	for i := range benchQueues {
		target := "1==1"
		if !s.everywhere {
			target = fmt.Sprintf(`skills HAS "s%d"`, i)
		}
		queue, err := c.client.TaskQueues(c.workspace).Create(b.Context(), taskrouter.CreateTaskQueueRequest{
			FriendlyName: fmt.Sprint("Skill ", i), TargetWorkers: &target,
		})
		require.NoError(b, err)
		filters = append(filters, fmt.Sprintf(`{"expression":"skill == \"s%d\"","targets":[{"queue":"%s","expression":"%s"}]}`, i, queue.SID, s.expression))
	}
	for flow, err := range c.client.Workflows(c.workspace).List(b.Context(), taskrouter.ListWorkflowsParams{}) {
		require.NoError(b, err)
		_, err = c.client.Workflows(c.workspace).Update(b.Context(), flow.SID, taskrouter.UpdateWorkflowRequest{
			Configuration: new(`{"task_routing":{"filters":[` + strings.Join(filters, ",") + `]}}`),
		})
		require.NoError(b, err)
	}
	activity := c.availableActivity(b)
	for i := range workers {
		worker := c.make(b, "/Workers",
			"FriendlyName", fmt.Sprint("Worker ", i), "ActivitySid", activity,
			"Attributes", fmt.Sprintf(`{"skills":["s%d","s%d","s%d"],"language":"l%d","contact_uri":"client:%d"}`,
				i%benchQueues, (i+7)%benchQueues, (i+13)%benchQueues, i%50, i))
		c.workers = append(c.workers, worker)
	}
	return c
}

func (c *callCenter) availableActivity(b *testing.B) string {
	b.Helper()
	for activity, err := range c.client.Activities(c.workspace).List(b.Context(), taskrouter.ListActivitiesParams{}) {
		require.NoError(b, err)
		if activity.Available {
			return activity.SID
		}
	}
	b.Fatal("there is no such activity")
	return ""
}

// skilled are the attributes of the nth task: one of all queues, languages and callers.
func skilled(n int) string {
	return fmt.Sprintf(`{"skill":"s%d","language":"l%d","caller":"+1555%07d"}`, n%benchQueues, (n+n/benchQueues)*7%50, n)
}

// An agent makes the calls of the life of a task.
type agent interface {
	create(attributes string) (task string, err error)
	// reservationOf returns the reservation of a task, and askedOf what a worker is asked
	// to do.
	reservationOf(task string) (asked, error)
	askedOf(worker string) (asked, error)
	accept(asked) error
	complete(task string) error
}

// asked is a reservation.
type asked struct{ task, reservation string }

// sdkAgent makes the calls through the SDK.
type sdkAgent struct {
	ctx       context.Context
	client    *taskrouter.Client
	workspace string
}

func (a sdkAgent) create(attributes string) (string, error) {
	task, err := a.client.Tasks(a.workspace).Create(a.ctx, taskrouter.CreateTaskRequest{Attributes: taskrouter.Attributes(attributes)})
	if err != nil {
		return "", err
	}
	return task.SID, nil
}

func (a sdkAgent) reservationOf(task string) (asked, error) {
	page, err := a.client.TaskReservations(a.workspace, task).Page(a.ctx, taskrouter.ListTaskReservationsParams{})
	if err != nil {
		return asked{}, err
	}
	if len(page.Items) != 1 {
		return asked{}, fmt.Errorf("task %s has %d reservations", task, len(page.Items))
	}
	return asked{task, page.Items[0].SID}, nil
}

func (a sdkAgent) askedOf(worker string) (asked, error) {
	page, err := a.client.WorkerReservations(a.workspace, worker).Page(a.ctx, taskrouter.ListWorkerReservationsParams{
		ReservationStatus: new(taskrouter.ReservationStatusPending),
	})
	if err != nil {
		return asked{}, err
	}
	if len(page.Items) != 1 {
		return asked{}, fmt.Errorf("worker %s has %d reservations", worker, len(page.Items))
	}
	return asked{page.Items[0].TaskSID, page.Items[0].SID}, nil
}

func (a sdkAgent) accept(r asked) error {
	_, err := a.client.TaskReservations(a.workspace, r.task).Accept(a.ctx, r.reservation)
	return err
}

func (a sdkAgent) complete(task string) error {
	_, err := a.client.Tasks(a.workspace).Complete(a.ctx, task, "resolved")
	return err
}

// handlerAgent gives the requests to the handler.
type handlerAgent struct {
	b      *testing.B
	server benchServer
}

func (a handlerAgent) create(attributes string) (string, error) {
	return a.server.make(a.b, "/Tasks", "Attributes", attributes), nil
}

func (a handlerAgent) reservationOf(task string) (asked, error) {
	return a.only("/Tasks/" + task + "/Reservations")
}

func (a handlerAgent) askedOf(worker string) (asked, error) {
	return a.only("/Workers/" + worker + "/Reservations?ReservationStatus=pending")
}

func (a handlerAgent) only(path string) (asked, error) {
	var list struct {
		Reservations []struct {
			SID     string `json:"sid"`
			TaskSID string `json:"task_sid"`
		} `json:"reservations"`
	}
	err := json.Unmarshal(a.server.request(a.b, http.MethodGet, path, nil, http.StatusOK), &list)
	if err != nil || len(list.Reservations) != 1 {
		return asked{}, fmt.Errorf("%s has %d reservations: %w", path, len(list.Reservations), err)
	}
	return asked{list.Reservations[0].TaskSID, list.Reservations[0].SID}, nil
}

func (a handlerAgent) accept(r asked) error {
	a.server.request(a.b, http.MethodPost, "/Tasks/"+r.task+"/Reservations/"+r.reservation, fields("ReservationStatus", "accepted"), http.StatusOK)
	return nil
}

func (a handlerAgent) complete(task string) error {
	a.server.request(a.b, http.MethodPost, "/Tasks/"+task, fields("AssignmentStatus", "completed"), http.StatusOK)
	return nil
}

// live lets a task live where workers are free: it is created, reserved, accepted and
// completed.
func live(a agent, attributes string) error {
	task, err := a.create(attributes)
	if err != nil {
		return err
	}
	r, err := a.reservationOf(task)
	if err != nil {
		return err
	}
	if err := a.accept(r); err != nil {
		return err
	}
	return a.complete(task)
}

// BenchmarkLifeOfATask lets tasks live where as many workers are free as there are: each
// is created, its reservation is listed and accepted, and it is completed.
func BenchmarkLifeOfATask(b *testing.B) {
	b.Run("three queues each/1000 workers/client, goroutines", func(b *testing.B) {
		c := newCallCenter(b, staffings[0], 1000)
		var n atomic.Int64
		b.SetParallelism(4) // goroutines to a core
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			a := sdkAgent{b.Context(), c.Client(), c.workspace}
			for pb.Next() {
				if err := live(a, skilled(int(n.Add(1)))); err != nil {
					b.Error(err)
					return
				}
			}
		})
		perSecond(b, "lives", 1)
	})
	for _, s := range staffings {
		for _, workers := range []int{100, 10_000} {
			b.Run(fmt.Sprintf("%s/%d workers", s.name, workers), func(b *testing.B) {
				c := newCallCenter(b, s, workers)
				n := 0
				next := func(b *testing.B, a agent) {
					require.NoError(b, live(a, skilled(n)))
					n++
				}
				for range benchQueues {
					next(b, handlerAgent{b, c.benchServer}) // so that everybody sits in every line
				}
				c.byBoth(b, next)
			})
		}
	}
}

// byBoth runs lives by the handler, and by the SDK.
func (c *callCenter) byBoth(b *testing.B, live func(*testing.B, agent)) {
	b.Run("handler", func(b *testing.B) {
		for b.Loop() {
			live(b, handlerAgent{b, c.benchServer})
		}
		perSecond(b, "lives", 1)
	})
	b.Run("client", func(b *testing.B) {
		for b.Loop() {
			live(b, sdkAgent{b.Context(), c.client, c.workspace})
		}
		perSecond(b, "lives", 1)
	})
}

// BenchmarkLifeBehindOthers lets tasks live where all workers have a task, so that as
// many wait all the time: one is created, a worker completes what it has, and accepts
// what it is asked to do then, which has waited for the longest.
func BenchmarkLifeBehindOthers(b *testing.B) {
	const workers = 1000
	for _, s := range staffings {
		for _, waiting := range []int{1000, 100_000} {
			b.Run(fmt.Sprintf("%s/%d waiting tasks", s.name, waiting), func(b *testing.B) {
				c := newCallCenter(b, s, workers)
				held := c.occupy(b)
				n := 0
				create := func(a agent) {
					_, err := a.create(skilled(n))
					require.NoError(b, err)
					n++
				}
				for range waiting {
					create(handlerAgent{b, c.benchServer})
				}
				next := 0
				c.byBoth(b, func(b *testing.B, a agent) {
					i := next % workers
					next++
					create(a)
					require.NoError(b, a.complete(held[i]))
					r, err := a.askedOf(c.workers[i])
					require.NoError(b, err)
					require.NoError(b, a.accept(r))
					held[i] = r.task
				})
			})
		}
	}
}

// occupy gives each worker a task, and returns these.
func (c *callCenter) occupy(b *testing.B) []string {
	b.Helper()
	var held []string
	for _, worker := range c.workers {
		task := c.make(b, "/Tasks", "Attributes", "{}", "RoutingTarget", worker)
		a := handlerAgent{b, c.benchServer}
		r, err := a.reservationOf(task)
		require.NoError(b, err)
		require.NoError(b, a.accept(r))
		held = append(held, task)
	}
	return held
}
