package taskroutertest_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

// values are what the expressions of a configuration compare attributes with, and what
// is near that: attributes drawn from them match now and then.
type values struct {
	random        *rand.Rand
	task, workers pool
	filters       []*expression.Expression
	targets       []*expression.Expression
}

// A pool are values of attributes, by what names these.
type pool map[string]*choice

// A choice are values of an attribute.
type choice struct {
	path   *expression.Path
	single []any
	items  []any // that a list may have in it
}

// missing is the value of an attribute that is not there.
type missing struct{}

// newValues takes the values from all expressions, and the SIDs and names of workers
// where a task may name one.
func newValues(random *rand.Rand, c workflow.Configuration, workers []expression.Worker) *values {
	v := &values{random: random, task: pool{}, workers: pool{}}
	for _, filter := range c.TaskRouting.Filters {
		condition := expression.MustParse(filter.Expression)
		v.filters = append(v.filters, condition)
		for c := range comparisons(condition.Root()) {
			v.learn(c, func(*expression.Path) pool { return v.task }, workers)
		}
		for _, target := range filter.Targets {
			v.learnTarget(target, workers)
		}
	}
	if last := c.TaskRouting.DefaultFilter; last != nil {
		v.learnTarget(*last, workers)
	}
	return v
}

// ofTarget returns the attribute that a path in a target is of, nil if it is none.
func (v *values) ofTarget(path *expression.Path) pool {
	switch {
	case path.Steps[0].Name == "task":
		return v.task
	case isAttribute(path):
		return v.workers
	default:
		return nil
	}
}

// isAttribute tells whether a path in a target leads to an attribute of a worker.
func isAttribute(path *expression.Path) bool {
	return path.Steps[0].Name == "worker" &&
		!slices.Contains([]string{"sid", "friendly_name", "activity_sid", "activity_name", "channel"}, path.Steps[1].Name)
}

func (v *values) learnTarget(target workflow.Target, workers []expression.Worker) {
	if target.Expression != "" {
		condition := expression.MustParse(target.Expression)
		v.targets = append(v.targets, condition)
		for c := range comparisons(condition.Root()) {
			v.learn(c, v.ofTarget, workers)
		}
	}
	for _, worker := range workers {
		v.task.add(target.KnownWorkerSID, worker.SID)
		v.task.add(target.KnownWorkerFriendlyName, worker.FriendlyName, strings.ToUpper(worker.FriendlyName))
	}
	if target.OrderBy == "" {
		return
	}
	order, _ := expression.ParseOrder(target.OrderBy)
	for _, term := range order.Terms {
		v.workers.at(term.Path).single = []any{1, 2, 3, 4}
	}
}

func (p pool) add(source string, single ...any) {
	if source == "" {
		return
	}
	path, _ := expression.ParsePath(source)
	c := p.at(path)
	c.single = append(c.single, single...)
}

// at returns the choice of a path, whose first step may tell what it is of.
func (p pool) at(path *expression.Path) *choice {
	if first := path.Steps[0].Name; first == "task" || first == "worker" {
		path = &expression.Path{Steps: path.Steps[1:]}
	}
	name := path.String()
	if p[name] == nil {
		p[name] = &choice{path: path}
	}
	return p[name]
}

// comparisons walks through all of a condition.
func comparisons(root expression.Condition) func(func(*expression.Comparison) bool) {
	return func(yield func(*expression.Comparison) bool) {
		expression.Walk(root, func(node expression.Node) bool {
			c, ok := node.(*expression.Comparison)
			return !ok || yield(c)
		})
	}
}

// learn takes values for both sides of a comparison, if they are attributes.
func (v *values) learn(c *expression.Comparison, of func(*expression.Path) pool, workers []expression.Worker) {
	for _, side := range []struct {
		own, other expression.Operand
		isList     bool
	}{
		{c.Left, c.Right, c.Operator == expression.Has},
		{c.Right, c.Left, c.Operator == expression.In || c.Operator == expression.NotIn},
	} {
		path, ok := side.own.(*expression.Path)
		if !ok || of(path) == nil {
			continue
		}
		choice := of(path).at(path)
		known := near(side.other, workers)
		if side.isList {
			choice.items = append(choice.items, known...)
			continue
		}
		choice.single = append(choice.single, known...)
	}
}

// near returns what is compared with an operand, and what is like it.
func near(operand expression.Operand, workers []expression.Worker) []any {
	switch o := operand.(type) {
	case *expression.String:
		if number, err := strconv.ParseFloat(o.Value, 64); err == nil {
			return []any{o.Value, number}
		}
		return []any{o.Value, o.Value, o.Value + " or more"}
	case *expression.Number:
		n := o.Float64()
		return []any{n, n + 1, n - 1, o.Text}
	case *expression.Boolean:
		return []any{o.Value, o.Value, !o.Value, o.String()}
	case *expression.List:
		var all []any
		for _, item := range o.Items {
			all = append(all, near(item, workers)...)
		}
		return all
	case *expression.Path:
		return nearPath(o, workers)
	default:
		return []any{"something"}
	}
}

// nearPath returns what is compared with an attribute: the SIDs or names of workers, or
// else what all have in common whose values no expression says.
func nearPath(path *expression.Path, workers []expression.Worker) []any {
	var all []any
	switch path.String() {
	case "worker.sid":
		for _, worker := range workers {
			all = append(all, worker.SID)
		}
	case "worker.friendly_name":
		for _, worker := range workers {
			all = append(all, worker.FriendlyName)
		}
	default:
		all = []any{"one", "two", "three", 1, 2}
	}
	return all
}

// newTask draws the attributes of a task: half of them such that one of the filters
// matches, if that can be.
func (v *values) newTask() expression.Attributes {
	task := v.draw(v.task)
	if len(v.filters) == 0 || v.random.IntN(2) == 0 {
		return task
	}
	filter := v.filters[v.random.IntN(len(v.filters))]
	for range 10 {
		if filter.Match(task) {
			break
		}
		v.please(filter.Root(), v.task, task, filterMatches)
	}
	return task
}

// newWorker does so for a worker and a target.
func (v *values) newWorker() expression.Attributes {
	worker := v.draw(v.workers)
	if len(v.targets) > 0 {
		v.please(v.targets[v.random.IntN(len(v.targets))].Root(), v.workers, worker, targetMatches)
	}
	teams := []any{}
	for _, team := range []any{"red", "blue", "green"} {
		if v.random.IntN(2) == 0 {
			teams = append(teams, team)
		}
	}
	worker["teams"], worker["seniority"] = teams, v.random.IntN(5)
	return worker
}

func filterMatches(e *expression.Expression, attributes expression.Attributes) bool {
	return e.Match(attributes)
}

func targetMatches(e *expression.Expression, attributes expression.Attributes) bool {
	return e.MatchTarget(nil, expression.Worker{Attributes: attributes}.Fields())
}

// draw draws a value for each attribute.
func (v *values) draw(from pool) expression.Attributes {
	attributes := expression.Attributes{}
	for _, name := range slices.Sorted(maps.Keys(from)) {
		v.set(attributes, from[name])
	}
	return attributes
}

// set draws a value for an attribute.
func (v *values) set(attributes expression.Attributes, c *choice) {
	with(map[string]any(attributes), c.path.Steps, v.pick(c))
}

func (v *values) pick(c *choice) any {
	others := []any{missing{}, missing{}, missing{}, "another", 7, true, nil, []any{"another"}, map[string]any{"a": 1}}
	switch n := v.random.IntN(10); {
	case n < 3 || len(c.single)+len(c.items) == 0:
		return others[v.random.IntN(len(others))]
	case len(c.items) > 0 && (len(c.single) == 0 || n < 7):
		list := []any{}
		for _, item := range c.items {
			if v.random.IntN(3) > 0 {
				list = append(list, item)
			}
		}
		return list
	default:
		return c.single[v.random.IntN(len(c.single))]
	}
}

// please draws attributes anew until they fit a condition, as far as it is about them.
func (v *values) please(condition expression.Condition, from pool, attributes expression.Attributes, matches func(*expression.Expression, expression.Attributes) bool) {
	switch c := condition.(type) {
	case *expression.Logical:
		if c.Connective == expression.Or {
			v.please(c.Conditions[v.random.IntN(len(c.Conditions))], from, attributes, matches)
			return
		}
		for _, part := range c.Conditions {
			v.please(part, from, attributes, matches)
		}
	case *expression.Comparison:
		alone := expression.MustParse(c.String())
		for range 20 {
			if matches(alone, attributes) {
				return
			}
			for _, source := range alone.Paths() {
				name := strings.TrimPrefix(strings.TrimPrefix(source, "worker."), "task.")
				if choice := from[name]; choice != nil {
					v.set(attributes, choice)
				}
			}
		}
	}
}

// with returns a value in which a path leads to another.
func with(value any, steps []expression.Step, leaf any) any {
	if len(steps) == 0 {
		return leaf
	}
	step := steps[0]
	if step.Name == "" {
		list, _ := value.([]any)
		for len(list) <= step.Index {
			list = append(list, nil)
		}
		list[step.Index] = with(list[step.Index], steps[1:], leaf)
		if list[step.Index] == (missing{}) {
			list[step.Index] = nil
		}
		return list
	}
	object, _ := value.(map[string]any)
	if object == nil {
		object = make(map[string]any)
	}
	object[step.Name] = with(object[step.Name], steps[1:], leaf)
	if object[step.Name] == (missing{}) {
		delete(object, step.Name)
	}
	return object
}
