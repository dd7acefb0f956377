package router

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
)

// Who is asked to do what. Between two calls no task waits that a worker could be asked
// to do. So only tasks that have come newly, and workers of whom something changed, have
// to be looked at.

// unsettle has the workspace looked at before the call is answered.
func (w *Workspace) unsettle() {
	if !w.unsettled {
		w.unsettled = true
		w.account.unsettled = append(w.account.unsettled, w)
	}
}

// route asks workers to do what waits, until nothing waits that somebody can do.
func (w *Workspace) route() {
	for len(w.arriving)+len(w.fresh)+len(w.stirred)+len(w.judged) > 0 {
		drain(&w.arriving, w.start)
		for len(w.fresh)+len(w.stirred) > 0 {
			w.match()
		}
		drain(&w.judged, w.judge) // now that nobody can be asked any more
	}
	w.unsettled = false
}

// drain does something with all of a list, which is empty then but for what this adds.
func drain[T any](list *[]T, do func(T)) {
	all := *list
	*list = nil
	for _, item := range all {
		do(item)
	}
}

// match asks workers to do what has come newly, and what those can do of whom something
// changed. What goes first is given away first.
func (w *Workspace) match() {
	c := w.newContest()
	var parked []*group // which nobody can do
	for !c.groups.empty() {
		g := c.groups.first()
		t := g.tasks.first()
		if !t.fresh && !w.canTakeMore(g.line) {
			c.groups.remove(g) // nor can anybody do what is behind it in its line, but for what is new there
			continue
		}
		if workers := w.candidates(g, t); len(workers) > 0 {
			w.reserve(t, workers)
		} else {
			g.line.groups.remove(g)
			parked = append(parked, g)
		}
		c.goOn(g)
	}
	for _, g := range parked {
		g.reposition()
	}
	c.end()
}

// canTakeMore tells whether anybody in a line of whom something changed is still ready.
// Without one, only those tasks can be given away that have come newly.
func (w *Workspace) canTakeMore(l *line) bool {
	for last := len(l.stirred) - 1; last >= 0; last-- {
		if w.isUsable(l.stirred[last]) {
			return true
		}
		l.stirred = l.stirred[:last] // for the rest of the contest
	}
	return false
}

// isUsable tells whether a worker still has a seat and can be given a task there.
func (w *Workspace) isUsable(s *seat) bool {
	return s.line != nil && w.isFree(s.worker) && s.channel.hasRoom()
}

// A contest is between groups of tasks of several lines: the first one of each line
// where something changed of a worker, and those with tasks that have come newly.
type contest struct {
	// groups are those that may have a task to give away, the one whose first task goes
	// first before the others.
	groups  queue[*group]
	stirred []*line
	fresh   []*Task
	// freshGroups are those that these tasks have begun.
	freshGroups []*group
}

// newContest takes what has come newly and the workers of whom something changed.
func (w *Workspace) newContest() *contest {
	c := &contest{
		groups: queue[*group]{
			before: func(a, b *group) bool { return w.goesBefore(a.tasks.first(), b.tasks.first()) },
			place:  func(g *group) *int { return &g.placeInContest },
		},
		fresh:       w.fresh,
		freshGroups: w.freshGroups,
	}
	workers := w.stirred
	w.fresh, w.freshGroups, w.stirred = nil, nil, nil
	for _, worker := range workers {
		how := worker.stirred
		worker.stirred = still
		if !w.Workers.Has(worker.SID) {
			continue // it was deleted by the same call
		}
		w.enrollChanging(worker)
		w.enterContest(worker, how, c)
	}
	for _, l := range c.stirred {
		c.add(l.groups.first())
	}
	for _, t := range c.fresh {
		if t.group != nil {
			c.add(t.group)
		}
	}
	return c
}

// enterContest has the lines of a worker looked at, as far as the worker is ready and
// what happened to it can matter there. Seats that had been of no use are taken again.
func (w *Workspace) enterContest(worker *Worker, how stirring, c *contest) {
	if !w.isFree(worker) {
		return
	}
	for _, s := range worker.seats {
		l := s.line
		if how == loaded && l.changing == 0 || !s.channel.hasRoom() {
			continue
		}
		if !l.seats.has(s) {
			s.key = worker.idleKey(l.channel)
			l.seats.push(s)
		}
		if l.groups.empty() {
			continue
		}
		if len(l.stirred) == 0 {
			c.stirred = append(c.stirred, l)
		}
		l.stirred = append(l.stirred, s)
	}
}

func (c *contest) add(g *group) {
	if !c.groups.has(g) {
		c.groups.push(g)
	}
}

// goOn goes on from a group of which a task was given away, or which nobody can do.
func (c *contest) goOn(g *group) {
	l := g.line
	if l.groups.has(g) {
		c.groups.fix(g)
	} else {
		c.groups.remove(g)
	}
	if len(l.stirred) > 0 && !l.groups.empty() {
		c.add(l.groups.first())
	}
}

func (c *contest) end() {
	for _, l := range c.stirred {
		l.stirred = nil
	}
	for _, t := range c.fresh {
		t.fresh = false
	}
	for _, g := range c.freshGroups {
		g.fresh = false
	}
}

// candidates returns whom to ask to do a task, the first one of its group. Where the
// target asks for nothing, it is whoever sits first. Otherwise everybody in the line comes
// into question for the first task of its kind; for the others, who could do them would
// have been asked to do the one that waited before, but for those of whom something
// changed since.
func (w *Workspace) candidates(g *group, t *Task) []*Worker {
	switch {
	case t.isMeantForWorker() && t.IgnoreCapacity:
		return []*Worker{w.Workers.bySID[t.RoutingTarget]}
	case g.demand == nil:
		return w.seated(g.line, t, func(*Worker) bool { return true })
	}
	asks := func(worker *Worker) bool {
		seen := w.viewOf(worker)
		return g.demand.step.Asks(g.task, seen.worker, seen.fields)
	}
	if value, isSID, ok := g.demand.step.KnownWorker(g.task); ok {
		return w.known(g.line, value, isSID, asks)
	}
	if g.fresh {
		return w.seated(g.line, t, asks)
	}
	return w.moved(g.line, t, asks)
}

// known returns the worker that a task names, if that one can be asked.
func (w *Workspace) known(l *line, value any, isSID bool, asks func(*Worker) bool) []*Worker {
	name, _ := value.(string)
	worker := w.workersByName[strings.ToLower(name)]
	if isSID {
		worker = w.Workers.bySID[name]
	}
	if worker == nil || !worker.sitsIn(l) || !w.isReady(worker, l.channel) || !asks(worker) {
		return nil
	}
	return []*Worker{worker}
}

// moved returns those whom a task asks of whom something changed.
func (w *Workspace) moved(l *line, t *Task, asks func(*Worker) bool) []*Worker {
	var found []*Worker
	for _, s := range l.stirred {
		if w.isUsable(s) && asks(s.worker) {
			found = append(found, s.worker)
		}
	}
	slices.SortFunc(found, func(a, b *Worker) int {
		return cmp.Or(cmp.Compare(a.idleKey(l.channel), b.idleKey(l.channel)), byPlace(a, b))
	})
	return w.firstOf(t, found)
}

// seated returns those whom a task asks of all who sit in the line. Who cannot be given
// a task now loses the seat until that changes.
func (w *Workspace) seated(l *line, t *Task, asks func(*Worker) bool) []*Worker {
	wanted := t.wanted()
	if t.orderBy() != nil {
		wanted = math.MaxInt // the order decides who is first
	}
	var found []*Worker
	var tried []*seat
	for len(found) < wanted && !l.seats.empty() {
		s := l.seats.first()
		if key := s.worker.idleKey(l.channel); key != s.key {
			s.key = key
			l.seats.fix(s)
			continue
		}
		l.seats.remove(s)
		if !w.isUsable(s) {
			continue
		}
		tried = append(tried, s)
		if asks(s.worker) {
			found = append(found, s.worker)
		}
	}
	for _, s := range tried {
		l.seats.push(s)
	}
	return w.firstOf(t, found)
}

// firstOf returns those whom a task asks first of the ones that it may ask, who are in
// the order of how long they were without a task.
func (w *Workspace) firstOf(t *Task, workers []*Worker) []*Worker {
	if order := t.orderBy(); order != nil {
		expression.Sort(order, workers, w.Fields)
	}
	return workers[:min(len(workers), t.wanted())]
}

// wanted is how many workers a task asks at once.
func (t *Task) wanted() int {
	if t.queue == nil || t.isMeantForWorker() {
		return 1
	}
	return t.queue.MaxReservedWorkers
}

// orderBy is the order_by of the target of a task, nil without one.
func (t *Task) orderBy() *expression.Order {
	if t.step == nil {
		return nil
	}
	return t.step.Order
}
