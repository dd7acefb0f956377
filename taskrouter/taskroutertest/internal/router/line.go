package router

import (
	"maps"
	"slices"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/expression"
)

// Where tasks wait, and workers for them. Both are kept in order, so that who goes first
// is found without looking through the others. What a target asks for beyond its queue is
// asked of workers one by one, and once for all tasks that are alike in it.

// A line is where the tasks of one channel wait in one queue, and where the workers
// who serve the queue sit. A task that is meant for one worker waits in a line of its
// own kind, where nobody but that worker sits.
type line struct {
	channel *TaskChannel
	// groups are the tasks, the group of the one that goes first before the others.
	groups queue[*group]
	byKind map[string]*group
	// changing counts the groups whose demand looks at what workers are doing.
	changing int
	// seats are those of the workers, who was without a task for the longest before the
	// others. A seat that turned out to be of no use now is not in it.
	seats queue[*seat]
	// stirred are the seats of those workers of whom something changed, in a contest.
	stirred []*seat
}

// lineKey is what a line is of: a queue, or a worker, and a channel.
type lineKey struct{ of, channel string }

// A group are the tasks of a line that the same workers may do.
type group struct {
	line   *line
	kind   string
	demand *demand // nil for none
	// task are the attributes of one of the tasks, if there is a demand, which looks only
	// at what is alike in all of them.
	task  expression.Attributes
	tasks queue[*Task]
	place int  // in the line
	fresh bool // nobody was looked for yet

	placeInContest int
}

// A seat is a worker in a line.
type seat struct {
	line    *line // nil once the seat was taken away
	worker  *Worker
	channel *WorkerChannel // of the worker, and of the line
	// key is that of the worker when the seat was put where it is. That of the worker only
	// grows meanwhile, so a seat is never too far behind; see reseat for the exception.
	key   int
	place int // in the line
}

func newLine(w *Workspace, channel *TaskChannel) *line {
	return &line{
		channel: channel,
		byKind:  make(map[string]*group),
		groups: queue[*group]{
			before: func(a, b *group) bool { return w.goesBefore(a.tasks.first(), b.tasks.first()) },
			place:  func(g *group) *int { return &g.place },
		},
		seats: queue[*seat]{
			before: func(a, b *seat) bool {
				if a.key != b.key {
					return a.key < b.key
				}
				return a.worker.place < b.worker.place
			},
			place: func(s *seat) *int { return &s.place },
		},
	}
}

// goesBefore tells which of two tasks a worker is given who may do both. Tasks of queues
// of the kind that the workspace prefers go first. Of those of first-in queues the one
// with the higher priority does, and of equal ones the older; of those of last-in queues
// the newer.
func (w *Workspace) goesBefore(a, b *Task) bool {
	orderOfA, orderOfB := a.queueOrder(), b.queueOrder()
	switch {
	case orderOfA != orderOfB:
		return orderOfA == w.PrioritizeQueueOrder
	case orderOfA == gen.QueueOrderLIFO:
		return b.isOlder(a)
	case a.Priority != b.Priority:
		return a.Priority > b.Priority
	default:
		return a.isOlder(b)
	}
}

// isOlder tells whether a task has been there for longer than another one.
func (t *Task) isOlder(other *Task) bool {
	if order := t.VirtualStartTime.Compare(other.VirtualStartTime); order != 0 {
		return order < 0
	}
	return t.place < other.place
}

func (t *Task) queueOrder() gen.QueueOrder {
	if t.queue == nil {
		return gen.QueueOrderFIFO
	}
	return t.queue.TaskOrder
}

// wait puts a task into its line, where it belongs by now.
func (w *Workspace) wait(t *Task) {
	w.stopWaiting(t)
	t.held = false
	t.queue = w.taskQueue(t.TaskQueueSID)
	t.group = w.lineOf(t).groupOf(w, t)
	t.group.tasks.push(t)
	t.group.reposition()
	t.Attributes.fields = nil // which are not needed while so many wait
	t.fresh = true
	w.fresh = append(w.fresh, t)
	w.await(t)
	w.unsettle()
}

// stopWaiting takes a task out of its line, if it is in one.
func (w *Workspace) stopWaiting(t *Task) {
	if t.group == nil {
		return
	}
	t.group.tasks.remove(t)
	t.group.reposition()
	t.group, t.queue = nil, nil
}

// lineOf returns the line in which a task waits.
func (w *Workspace) lineOf(t *Task) *line {
	key := lineKey{t.TaskQueueSID, t.TaskChannelSID}
	target := w.Workers.bySID[t.RoutingTarget] // nil unless the task is meant for a worker
	if target != nil {
		key.of = target.SID
	}
	if l := w.lines[key]; l != nil {
		return l
	}
	l := newLine(w, w.TaskChannelOf(t.TaskChannelSID))
	if w.lines == nil {
		w.lines = make(map[lineKey]*line)
	}
	w.lines[key] = l
	if target != nil {
		w.seat(target, l)
		return l
	}
	if q := w.taskQueue(t.TaskQueueSID); q != nil {
		w.openLine(q, l)
	}
	return l
}

// openLine seats everybody who serves a queue in a line of it.
func (w *Workspace) openLine(q *TaskQueue, l *line) {
	q.lines = append(q.lines, l)
	for worker := range w.Workers.All() {
		if worker.Serves(q) {
			w.seat(worker, l)
		}
	}
}

// groupOf returns the group of a task, which is made if there is none.
func (l *line) groupOf(w *Workspace, t *Task) *group {
	d := t.demand()
	kind := ""
	var task expression.Attributes
	switch {
	case d != nil:
		task = t.Attributes.Fields()
		kind = d.kind(task)
	case t.IgnoreCapacity:
		kind = "ignores capacity" // and need not wait behind those that do not
	}
	if g := l.byKind[kind]; g != nil {
		return g
	}
	g := &group{line: l, kind: kind, demand: d, task: task, tasks: queue[*Task]{
		before: w.goesBefore,
		place:  func(t *Task) *int { return &t.placeInGroup },
	}}
	l.byKind[kind] = g
	g.fresh = true
	w.freshGroups = append(w.freshGroups, g)
	if g.changes() {
		l.changing++
	}
	return g
}

func (g *group) changes() bool { return g.demand != nil && g.demand.changing }

// demand is what the target of a task asks of workers, nil for nothing.
func (t *Task) demand() *demand {
	if t.step == nil {
		return nil
	}
	return t.rules.demandOf(t.step)
}

// reposition puts a group into its line where its first task belongs. One without tasks is
// forgotten.
func (g *group) reposition() {
	l := g.line
	if !g.tasks.empty() {
		l.groups.put(g)
		return
	}
	if l.groups.has(g) {
		l.groups.remove(g)
	}
	delete(l.byKind, g.kind)
	if g.changes() {
		l.changing--
	}
}

// reorder puts all that waits where it belongs, after an order was changed. That of a
// queue counts in lines of workers, too: what waits there may be of any queue.
func (w *Workspace) reorder() {
	for _, l := range w.lines {
		for _, g := range l.byKind {
			g.tasks.fixAll()
		}
		l.groups.fixAll()
	}
}

// seat gives a worker a seat in a line.
func (w *Workspace) seat(worker *Worker, l *line) {
	s := &seat{line: l, worker: worker, channel: worker.channels[l.channel.SID], key: worker.idleKey(l.channel)}
	worker.seats = append(worker.seats, s)
	l.seats.push(s)
}

// sitsIn tells whether a worker has a seat in a line.
func (worker *Worker) sitsIn(l *line) bool {
	return slices.ContainsFunc(worker.seats, func(s *seat) bool { return s.line == l })
}

// unseat takes away the seats of a worker that match.
func (worker *Worker) unseat(match func(*seat) bool) {
	worker.seats = slices.DeleteFunc(worker.seats, func(s *seat) bool {
		if !match(s) {
			return false
		}
		if s.line.seats.has(s) {
			s.line.seats.remove(s)
		}
		s.line = nil
		return true
	})
}

// idleKey grows with each task that a worker is asked to do: who has the least was
// without one for the longest. A channel that is optimized counts its own only.
func (worker *Worker) idleKey(channel *TaskChannel) int {
	if channel.ChannelOptimizedRouting {
		return worker.channels[channel.SID].LastReserved
	}
	return worker.LastReserved
}

// reseat puts everybody in the lines of a channel where they belong, after its order
// was changed.
func (w *Workspace) reseat(channel *TaskChannel) {
	for _, l := range w.lines {
		if l.channel != channel {
			continue
		}
		for _, s := range l.seats.items {
			s.key = s.worker.idleKey(channel)
		}
		l.seats.fixAll()
	}
}

// closeLines forgets the lines of a worker, a queue or a channel, in which nobody waits
// or sits any more.
func (w *Workspace) closeLines(sid string) {
	maps.DeleteFunc(w.lines, func(key lineKey, _ *line) bool { return key.of == sid || key.channel == sid })
}
