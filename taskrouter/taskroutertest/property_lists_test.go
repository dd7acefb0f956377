package taskroutertest_test

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The lists of the property test: what the model says is in them, and how they are
// walked through.

// checkLast wants the workspace that was used last to be as the model says, all of it.
// A request that was refused must have changed nothing, and one that was not only what
// it should.
func (m *machine) checkLast(t *rapid.T) {
	m.t = t
	m.catchUp(m.last)
	if m.called {
		m.silently(func() { m.checkSpace(m.last) })
	}
	m.called = false
}

// checkAll wants all workspaces to be as the model says.
func (m *machine) checkAll() {
	m.silently(func() {
		for _, w := range m.spaces {
			m.catchUp(w)
			m.checkSpace(w)
			for _, t := range w.tasks {
				m.checkReservations(w, "Tasks", t.sid)
			}
			m.sameList(w.path("Events"), "events", url.Values{"Minutes": {"43200"}}, 1000, nil, len(w.events))
		}
		m.sameList("/Workspaces", "workspaces", nil, 1000, wants(m.spaces, (*modelWorkspace).wanted), len(m.spaces))
	})
}

func (m *machine) silently(f func()) {
	m.silent = true
	defer func() { m.silent = false }()
	f()
}

func wants[T any](items []T, want func(T) map[string]any) []map[string]any {
	all := make([]map[string]any, 0, len(items))
	for _, item := range items {
		all = append(all, want(item))
	}
	return all
}

func in[T any](w *modelWorkspace, want func(T, *modelWorkspace) map[string]any) func(T) map[string]any {
	return func(item T) map[string]any { return want(item, w) }
}

func (m *machine) checkSpace(w *modelWorkspace) {
	require.Equal(m.t, w.wanted(), m.plain(m.get(w.path()).Body))
	m.whole(w.path("Activities"), "activities", wants(w.activities, in(w, (*modelActivity).wanted)))
	m.whole(w.path("TaskChannels"), "channels", wants(w.channels, in(w, (*modelChannel).wanted)))
	m.whole(w.path("TaskQueues"), "task_queues", wants(w.queues, in(w, (*modelQueue).wanted)))
	m.whole(w.path("Workflows"), "workflows", wants(w.workflows, in(w, (*modelWorkflow).wanted)))
	tasks := m.whole(w.path("Tasks"), "tasks", wants(w.tasks, in(w, (*modelTask).wanted)))
	require.Equal(m.t, strconv.Itoa(highest(w.tasks)), tasks.Header.Get("ETag"))
	workers := m.whole(w.path("Workers"), "workers", wants(w.workers, in(w, (*modelWorker).wanted)))
	require.Equal(m.t, strconv.Itoa(highest(w.workers)), workers.Header.Get("ETag"))
	for _, k := range w.workers {
		m.whole(w.path("Workers", k.sid, "Channels"), "channels",
			wants(k.channels, func(c *modelWorkerChannel) map[string]any { return c.wanted(w, k) }))
		m.checkReservations(w, "Workers", k.sid)
	}
}

// checkReservations wants the reservations of a task or a worker to be those that events
// told of.
func (m *machine) checkReservations(w *modelWorkspace, parents, sid string) {
	reservations := w.reservationsOf(sid)
	list := m.whole(w.path(parents, sid, "Reservations"), "reservations", wants(reservations, in(w, (*modelReservation).wanted)))
	require.Equal(m.t, strconv.Itoa(highest(reservations)), list.Header.Get("ETag"))
}

func highest[T interface{ resource() *modelResource }](items []T) int {
	version := 0
	for _, item := range items {
		version = max(version, item.resource().version)
	}
	return version
}

// whole wants a list to be so, in one page.
func (m *machine) whole(path, key string, want []map[string]any) exchange {
	e := m.get(path + "?PageSize=1000")
	require.Equal(m.t, want, m.entries(e, key))
	return e
}

func (m *machine) entries(e exchange, key string) []map[string]any {
	list := e.Body[key].([]any)
	entries := make([]map[string]any, 0, len(list))
	for _, item := range list {
		entries = append(entries, m.plain(item.(map[string]any)))
	}
	return entries
}

// plain takes URLs and the account off an answer. The model does not know the first,
// and checkLinks looks at them.
func (m *machine) plain(body map[string]any) map[string]any {
	require.Equal(m.t, m.s.AccountSID(), body["account_sid"])
	require.True(m.t, strings.HasSuffix(body["url"].(string), "/"+body["sid"].(string)), "%v", body["url"])
	delete(body, "account_sid")
	delete(body, "url")
	delete(body, "links")
	return body
}

// list draws a page size and wants a list to be so, walked forwards and backwards.
func (m *machine) list(path, key string, query url.Values, want []map[string]any) {
	m.sameList(path, key, query, number(m.t, "PageSize", 1, 7), want, len(want))
}

// sameList is the same with a page size. Without entries only their number counts.
func (m *machine) sameList(path, key string, query url.Values, size int, want []map[string]any, count int) {
	pages := m.walk(path, key, query, size)
	got := []map[string]any{}
	for i, page := range pages {
		entries := m.entries(page, key)
		require.True(m.t, len(entries) == size || i == len(pages)-1, "page %d has only %d entries", i, len(entries))
		got = append(got, entries...)
	}
	if want == nil {
		require.Len(m.t, got, count, "%s %v", path, query)
		return
	}
	require.Equal(m.t, want, got, "%s %v", path, query)
}

// walk reads all pages of a list, forwards by their links and then backwards, where
// they must be the same.
func (m *machine) walk(path, key string, query url.Values, size int) []exchange {
	query = cloned(query)
	query.Set("PageSize", strconv.Itoa(size))
	page := m.get(path + "?" + query.Encode())
	pages := []exchange{page}
	for {
		meta := page.Body["meta"].(map[string]any)
		require.Equal(m.t, key, meta["key"])
		require.Equal(m.t, size, int(meta["page_size"].(float64)))
		require.Equal(m.t, len(pages)-1, int(meta["page"].(float64)))
		require.Equal(m.t, pages[0].Body["meta"].(map[string]any)["url"], meta["first_page_url"])
		require.Equal(m.t, len(pages) > 1, meta["previous_page_url"] != nil, "%s", path)
		if meta["next_page_url"] == nil {
			break
		}
		page = m.follow(meta["next_page_url"])
		require.Equal(m.t, meta["next_page_url"], page.Body["meta"].(map[string]any)["url"])
		pages = append(pages, page)
		require.Less(m.t, len(pages), 10_000, "the list does not end")
	}
	for i := len(pages) - 1; i > 0; i-- {
		page = m.follow(page.Body["meta"].(map[string]any)["previous_page_url"])
		require.Equal(m.t, pages[i-1].Body[key], page.Body[key], "page %d of %s %v, read backwards", i-1, path, query)
		meta := page.Body["meta"].(map[string]any)
		require.Equal(m.t, i-1, int(meta["page"].(float64)))
		require.Equal(m.t, pages[i-1].Body["meta"].(map[string]any)["next_page_url"], meta["next_page_url"])
	}
	require.Nil(m.t, page.Body["meta"].(map[string]any)["previous_page_url"])
	return pages
}

func cloned(query url.Values) url.Values {
	all := make(url.Values)
	for name, values := range query {
		all[name] = slices.Clone(values)
	}
	return all
}

// follow reads what a link leads to.
func (m *machine) follow(link any) exchange {
	path, ok := strings.CutPrefix(link.(string), m.s.URL()+"/v1")
	require.True(m.t, ok, "%v leads away", link)
	return m.get(path)
}

// checkLinks wants every link of every resource to lead somewhere, and every URL to
// lead to the resource itself.
func (m *machine) checkLinks() {
	m.silently(func() {
		followed := make(map[string]bool)
		for _, w := range m.spaces {
			m.linksOf(followed, m.get(w.path()).Body)
			for list, key := range map[string]string{
				"Activities": "activities", "TaskChannels": "channels", "TaskQueues": "task_queues",
				"Workflows": "workflows", "Workers": "workers", "Tasks": "tasks", "Events": "events",
			} {
				for _, item := range m.get(w.path(list) + "?PageSize=1000").Body[key].([]any) {
					m.linksOf(followed, item.(map[string]any))
				}
			}
			for _, k := range w.workers {
				for _, item := range m.get(w.path("Workers", k.sid, "Channels")).Body["channels"].([]any) {
					m.linksOf(followed, item.(map[string]any))
				}
			}
		}
	})
}

func (m *machine) linksOf(followed map[string]bool, body map[string]any) {
	self := m.follow(body["url"])
	require.Equal(m.t, body["sid"], self.Body["sid"])
	links, _ := body["links"].(map[string]any)
	for name, link := range links {
		if link == nil || name == "bulk_real_time_statistics" || followed[link.(string)] {
			continue // the bulk statistics are asked for by POST
		}
		followed[link.(string)] = true
		m.follow(link)
	}
}

// ---- Filters.

// A filtered list is a query and what of a list it leaves.
type filtered[T any] struct {
	t     *rapid.T
	query url.Values
	items []T
}

func filter[T any](t *rapid.T, items []T) *filtered[T] {
	return &filtered[T]{t, make(url.Values), slices.Clone(items)}
}

// by draws whether there is a filter, and which of some values it has.
func (f *filtered[T]) by(name string, values []string, keep func(item T, value string) bool) {
	if len(values) == 0 || !oneIn(f.t, 8, name) {
		return
	}
	value := draw(f.t, name+" is", values)
	f.query.Set(name, value)
	if value == "" {
		return
	}
	f.items = slices.DeleteFunc(f.items, func(item T) bool { return !keep(item, value) })
}

// order draws an Ordering.
func (f *filtered[T]) order(orders []string, keys map[string]func(a, b T) int) {
	if rapid.Bool().Draw(f.t, "ordered") {
		ordering := draw(f.t, "Ordering", orders)
		f.query.Set("Ordering", ordering)
		f.items = modelOrder(f.items, ordering, keys)
	}
}

// sids are the SIDs of a list and one that is of none.
func sids[T interface{ resource() *modelResource }](prefix string, items []T) []string {
	all := []string{prefix + strings.Repeat("0", 32)}
	for _, item := range items {
		all = append(all, item.resource().sid)
	}
	return all
}

var names = []string{"One", "Two", "Drei & Vier", "fünf", "Offline", "Sample Queue", "Default Fifo Workflow", "one", ""}

func (m *machine) listWorkspaces(t *rapid.T, _ *modelWorkspace) {
	f := filter(t, m.spaces)
	f.by("FriendlyName", names, func(w *modelWorkspace, value string) bool { return w.name == value })
	m.list("/Workspaces", "workspaces", f.query, wants(f.items, (*modelWorkspace).wanted))
}

func (m *machine) listActivities(t *rapid.T, w *modelWorkspace) {
	f := filter(t, w.activities)
	f.by("FriendlyName", names, func(a *modelActivity, value string) bool { return a.name == value })
	f.by("Available", []string{"true", "1", "yes", "false", "0", "no", "perhaps"}, func(a *modelActivity, value string) bool {
		return a.available == isTrue(value)
	})
	m.list(w.path("Activities"), "activities", f.query, wants(f.items, in(w, (*modelActivity).wanted)))
}

func isTrue(value string) bool { return value == "true" || value == "1" || value == "yes" }

func (m *machine) listQueues(t *rapid.T, w *modelWorkspace) {
	f := filter(t, w.queues)
	f.by("FriendlyName", names, func(q *modelQueue, value string) bool { return q.name == value })
	f.by("WorkerSid", sids("WK", w.workers), func(q *modelQueue, value string) bool {
		return slices.ContainsFunc(w.workers, func(k *modelWorker) bool { return k.sid == value && q.target.holds(k.attributes) })
	})
	attributes := drawAttributes(t)
	f.by("EvaluateWorkerAttributes", []string{attributes.spaced()}, func(q *modelQueue, _ string) bool { return q.target.holds(attributes) })
	f.order([]string{"DateUpdated:asc", "DateUpdated:desc"}, modelQueueOrders)
	m.list(w.path("TaskQueues"), "task_queues", f.query, wants(f.items, in(w, (*modelQueue).wanted)))
}

func (m *machine) listWorkflows(t *rapid.T, w *modelWorkspace) {
	f := filter(t, w.workflows)
	f.by("FriendlyName", names, func(flow *modelWorkflow, value string) bool { return flow.name == value })
	m.list(w.path("Workflows"), "workflows", f.query, wants(f.items, in(w, (*modelWorkflow).wanted)))
}

func (m *machine) filterWorkers(t *rapid.T, w *modelWorkspace) *filtered[*modelWorker] {
	f := filter(t, w.workers)
	var workerNames []string
	for _, k := range w.workers {
		workerNames = append(workerNames, k.name)
	}
	f.by("FriendlyName", workerNames, func(k *modelWorker, value string) bool { return k.name == value })
	f.by("ActivityName", names, func(k *modelWorker, value string) bool { return k.activity.name == value })
	f.by("ActivitySid", sids("WA", w.activities), func(k *modelWorker, value string) bool { return k.activity.sid == value })
	f.by("Available", []string{"true", "1", "false", "perhaps"}, func(k *modelWorker, value string) bool { return k.activity.available == isTrue(value) })
	expression := drawExpression(t, 2)
	f.by("TargetWorkersExpression", []string{expression.text}, func(k *modelWorker, _ string) bool { return expression.holds(k.attributes) })
	serves := func(k *modelWorker) bool {
		sid, name := f.query.Get("TaskQueueSid"), f.query.Get("TaskQueueName")
		return slices.ContainsFunc(w.queues, func(q *modelQueue) bool {
			return (sid == "" || sid == q.sid) && (name == "" || name == q.name) && q.target.holds(k.attributes)
		})
	}
	f.by("TaskQueueSid", sids("WQ", w.queues), func(k *modelWorker, _ string) bool { return serves(k) })
	f.by("TaskQueueName", names, func(k *modelWorker, _ string) bool { return serves(k) })
	f.order([]string{"DateStatusChanged:asc", "DateStatusChanged:desc"}, modelWorkerOrders)
	return f
}

func (m *machine) listWorkers(t *rapid.T, w *modelWorkspace) {
	f := m.filterWorkers(t, w)
	m.list(w.path("Workers"), "workers", f.query, wants(f.items, in(w, (*modelWorker).wanted)))
}

func (m *machine) filterTasks(t *rapid.T, w *modelWorkspace) *filtered[*modelTask] {
	f := filter(t, w.tasks)
	f.by("Priority", []string{"0", "1", "2", "3", "4"}, func(k *modelTask, value string) bool { return strconv.Itoa(k.priority) == value })
	f.by("AssignmentStatus", []string{"pending", "reserved", "assigned", "wrapping", "canceled", "completed", "pending,canceled"}, func(k *modelTask, value string) bool {
		return slices.Contains(strings.Split(value, ","), k.status)
	})
	if status := f.query.Get("AssignmentStatus"); strings.Contains(status, ",") && rapid.Bool().Draw(t, "repeated") {
		f.query["AssignmentStatus"] = strings.Split(status, ",")
	}
	flow := func(k *modelTask) *modelWorkflow {
		if k.workflow == nil {
			return &modelWorkflow{}
		}
		return k.workflow
	}
	queue := func(k *modelTask) *modelQueue {
		if k.queue == nil {
			return &modelQueue{}
		}
		return k.queue
	}
	f.by("WorkflowSid", sids("WW", w.workflows), func(k *modelTask, value string) bool { return flow(k).sid == value })
	f.by("WorkflowName", names, func(k *modelTask, value string) bool { return flow(k).name == value })
	f.by("TaskQueueSid", sids("WQ", w.queues), func(k *modelTask, value string) bool { return queue(k).sid == value })
	f.by("TaskQueueName", names, func(k *modelTask, value string) bool { return queue(k).name == value })
	f.by("RoutingTarget", append(sids("WQ", w.queues), sids("WK", w.workers)...), func(k *modelTask, value string) bool { return k.target == value })
	f.by("HasAddons", []string{"true", "false", "false"}, func(_ *modelTask, value string) bool { return value == "false" })
	expression := drawExpression(t, 2)
	f.by("EvaluateTaskAttributes", []string{expression.text}, func(k *modelTask, _ string) bool { return expression.holds(k.attributes) })
	f.order([]string{
		"Priority:asc", "Priority:desc", "DateCreated:asc", "DateCreated:desc", "VirtualStartTime:asc", "VirtualStartTime:desc",
		"Priority:desc,DateCreated:desc", "Priority:desc,VirtualStartTime:asc", "VirtualStartTime:desc,Priority:asc",
	}, modelTaskOrders)
	return f
}

func (m *machine) listTasks(t *rapid.T, w *modelWorkspace) {
	f := m.filterTasks(t, w)
	m.list(w.path("Tasks"), "tasks", f.query, wants(f.items, in(w, (*modelTask).wanted)))
}

func (m *machine) listReservations(t *rapid.T, w *modelWorkspace) {
	r := draw(t, "reservation", w.reservations)
	parents, sid := "Tasks", r.task.sid
	if rapid.Bool().Draw(t, "of a worker") {
		parents, sid = "Workers", r.worker.sid
	}
	f := filter(t, w.reservationsOf(sid))
	f.by("ReservationStatus", []string{"pending", "accepted", "rejected", "timeout", "canceled", "rescinded", "wrapping", "completed"}, func(r *modelReservation, value string) bool {
		return r.status == value
	})
	if parents == "Tasks" {
		f.by("WorkerSid", sids("WK", w.workers), func(r *modelReservation, value string) bool { return r.worker.sid == value })
	}
	m.list(w.path(parents, sid, "Reservations"), "reservations", f.query, wants(f.items, in(w, (*modelReservation).wanted)))
}

// listEvents wants the events of all that happened, newest first.
func (m *machine) listEvents(t *rapid.T, w *modelWorkspace) {
	newest := slices.Clone(w.events)
	slices.Reverse(newest)
	f := filter(t, newest)
	kinds := []string{"task.timeout"}
	resources := map[string][]string{}
	for _, event := range w.events {
		kinds = append(kinds, event.kind)
		for fact, sid := range event.facts {
			resources[fact] = append(resources[fact], sid)
		}
	}
	f.by("EventType", kinds, func(e modelEvent, value string) bool { return e.kind == value })
	for _, fact := range []string{"TaskSid", "WorkerSid", "WorkflowSid", "TaskQueueSid", "ReservationSid"} {
		f.by(fact, resources[fact], func(e modelEvent, value string) bool { return e.facts[fact] == value })
	}
	c := draw(t, "channel", w.channels)
	f.by("TaskChannel", []string{c.sid, c.uniqueName}, func(e modelEvent, _ string) bool { return e.facts["TaskChannel"] == c.sid })
	m.drawWindow(t, f)
	pages := m.walk(w.path("Events"), "events", f.query, number(t, "PageSize", 1, 20))
	got, want := []modelEvent{}, []modelEvent{}
	for _, page := range pages {
		for _, item := range page.Body["events"].([]any) {
			got = append(got, eventFrom(item.(map[string]any)).modelEvent)
		}
	}
	require.Equal(t, append(want, f.items...), got, "%v", f.query)
}

// drawWindow draws from when to when events are wanted, of the last 15 minutes unless
// something else is said.
func (m *machine) drawWindow(t *rapid.T, f *filtered[modelEvent]) {
	now := time.Now()
	start, end := now.Add(-15*time.Minute), now
	switch number(t, "window", 0, 3) {
	case 1:
		minutes := draw(t, "Minutes", []int{1, 10, 43_200})
		f.query.Set("Minutes", strconv.Itoa(minutes))
		start = now.Add(-time.Duration(minutes) * time.Minute)
	case 2:
		start = now.Add(-time.Duration(number(t, "seconds ago", 0, 1200)) * time.Second).Truncate(time.Second)
		f.query.Set("StartDate", second(start))
	case 3:
		end = now.Add(-time.Duration(number(t, "seconds ago", 0, 1200)) * time.Second).Truncate(time.Second)
		start = end.Add(-time.Minute)
		f.query.Set("StartDate", second(start))
		f.query.Set("EndDate", second(end))
	}
	f.items = slices.DeleteFunc(f.items, func(e modelEvent) bool { return e.at.Before(start) || e.at.After(end) })
}

// ---- Lists that change while they are read.

func (m *machine) listTasksMeanwhile(t *rapid.T, w *modelWorkspace) {
	f := m.filterTasks(t, w)
	same := unchanged(w.tasks, func() []*modelTask { return w.tasks })
	m.readMeanwhile(w.path("Tasks"), "tasks", f.query, sids("", f.items)[1:], func(last string) { // the first is of none
		if len(w.tasks) > 0 && !oneIn(t, 3, "create") {
			task := drawOr(t, "task", w.tasks, last)
			m.call(http.MethodDelete, w.path("Tasks", task.sid), nil, http.StatusNoContent)
			w.removeTask(task)
			w.taskHappened("task.deleted", task)
			return
		}
		m.createTask(t, w)
	}, same, func(string) bool { return true })
}

// unchanged returns what tells whether a resource is still there that was in a list
// then, as it was then.
func unchanged[T interface{ resource() *modelResource }](items []T, now func() []T) func(sid string) bool {
	versions := make(map[string]int)
	for _, item := range items {
		versions[item.resource().sid] = item.resource().version
	}
	return func(sid string) bool {
		version, there := versions[sid]
		return there && slices.ContainsFunc(now(), func(item T) bool {
			return item.resource().sid == sid && item.resource().version == version
		})
	}
}

func (m *machine) listWorkersMeanwhile(t *rapid.T, w *modelWorkspace) {
	f := m.filterWorkers(t, w)
	same := unchanged(w.workers, func() []*modelWorker { return w.workers })
	m.readMeanwhile(w.path("Workers"), "workers", f.query, sids("", f.items)[1:], func(last string) {
		if len(w.workers) > 0 && !oneIn(t, 3, "create") {
			k := drawOr(t, "worker", w.workers, last)
			if m.deleted(w.path("Workers", k.sid), !w.workerInUse(k)) {
				w.removeWorker(k)
				w.happened("worker.deleted", k.sid, "WorkerSid", k.sid)
			}
			return
		}
		m.createWorker(t, w)
	}, same, func(sid string) bool {
		return !f.query.Has("Ordering") || same(sid) // which one may be seen again who began another activity
	})
}

// drawOr draws the one with a SID, if there is one, as often as any.
func drawOr[T interface{ resource() *modelResource }](t *rapid.T, label string, items []T, sid string) T {
	i := slices.IndexFunc(items, func(item T) bool { return item.resource().sid == sid })
	if i >= 0 && oneIn(t, 2, "the last") {
		return items[i]
	}
	return draw(t, label, items)
}

// readMeanwhile reads a list forwards, and then backwards, and changes it after each
// page. Whatever was there all the time, as it was, is seen, and nothing that stays where
// it is in the list is seen twice.
func (m *machine) readMeanwhile(path, key string, query url.Values, atFirst []string, change func(last string), stayed, once func(string) bool) {
	query = cloned(query)
	query.Set("PageSize", strconv.Itoa(number(m.t, "PageSize", 1, 3)))
	page := m.get(path + "?" + query.Encode())
	read := func(link string) {
		seen := make(map[string]int)
		last := ""
		for pages := 0; ; pages++ {
			for _, item := range page.Body[key].([]any) {
				last = item.(map[string]any)["sid"].(string)
				seen[last]++
			}
			next := page.Body["meta"].(map[string]any)[link]
			if next == nil {
				break
			}
			if pages < 10 {
				change(last)
				m.catchUp(m.last)
			}
			page = m.follow(next)
		}
		for _, sid := range atFirst {
			if stayed(sid) {
				assert.Equal(m.t, 1, seen[sid], "%s %v, how often %s is seen by %s", path, query, sid, link)
			}
		}
		for sid, times := range seen {
			if !once(sid) {
				continue
			}
			assert.Equal(m.t, 1, times, "%s %v, how often %s is seen by %s", path, query, sid, link)
		}
	}
	read("next_page_url")
	if len(page.Body[key].([]any)) > 0 { // since one that all was removed from has no neighbours
		read("previous_page_url")
	}
}
