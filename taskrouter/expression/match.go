package expression

import "strings"

// Match reports whether an expression is true of attributes: of a worker's, if it
// is the expression of a task queue, of a task's, if it is that of a filter. For
// a worker, pass [Worker.Fields], so that names such as sid have a value. It knows
// no prefix: for the expression of a target, use [Expression.MatchTarget], for a
// skip_if [Expression.MatchCounts].
//
// Match does not allocate if the attributes were decoded from JSON.
func (e *Expression) Match(attributes Attributes) bool {
	return e.compiled.matches(scope{names: attributes})
}

// MatchTarget reports whether the expression of a target is true of the attributes
// of a task and of the [Worker.Fields] of a worker: the names of the former begin
// with task, those of the latter with worker. It allocates no more than
// [Expression.Match] does.
func (e *Expression) MatchTarget(task, worker Attributes) bool {
	return e.compiled.matches(scope{target: true, task: task, worker: worker})
}

// MatchCounts reports whether a skip_if is true of the workers of a task queue.
func (e *Expression) MatchCounts(counts Counts) bool {
	return e.compiled.matches(scope{counts: &counts})
}

// CouldMatch reports whether there can be a task and a moment for which the
// expression of a target is true of a worker. What depends on the task, on the
// activity of the worker or on its channels is taken to be true.
func (e *Expression) CouldMatch(worker Attributes) bool {
	return e.compiled.matches(scope{target: true, worker: worker, anyMoment: true})
}

// scope is what names are looked up in: counts if there are some, task and worker if
// it is a target's, else names. It is passed by value: a pointer would be moved to
// the heap.
type scope struct {
	names        Attributes
	counts       *Counts
	target       bool
	task, worker Attributes
	anyMoment    bool // take what is not settled by the worker alone as true
}

func (s scope) lookup(name string) any {
	switch {
	case !s.target:
		return s.names[name]
	case name == "task":
		return s.task
	case name == "worker":
		return s.worker
	default:
		return nil
	}
}

// condition is a [Condition] made ready to be matched.
type condition interface {
	matches(s scope) bool
}

type conjunction []condition

func (c conjunction) matches(s scope) bool {
	for _, condition := range c {
		if !condition.matches(s) {
			return false
		}
	}
	return true
}

type disjunction []condition

func (d disjunction) matches(s scope) bool {
	for _, condition := range d {
		if condition.matches(s) {
			return true
		}
	}
	return false
}

type comparison struct {
	left, right operand
	rule        rule
	momentary   bool
}

func (c *comparison) matches(s scope) bool {
	if s.anyMoment && c.momentary {
		return true
	}
	return c.rule(c.left.value(s), c.right.value(s))
}

// operand is a constant or, if it has steps, a path.
type operand struct {
	constant value
	steps    []Step
}

func (o operand) value(s scope) value {
	if o.steps == nil {
		return o.constant
	}
	return valueOf(resolve(o.steps, s))
}

// LookupTarget returns what a path such as task.agent_sid leads to in a task and in
// the fields of a worker, nil if it leads nowhere.
func (p *Path) LookupTarget(task, worker Attributes) any {
	return resolve(p.Steps, scope{target: true, task: task, worker: worker})
}

// resolve returns what a path leads to, nil if it leads nowhere.
func resolve(steps []Step, s scope) any {
	if s.counts != nil {
		return s.counts.lookup(steps)
	}
	found := s.lookup(steps[0].Name)
	for _, step := range steps[1:] {
		if found == nil {
			return nil
		}
		if step.Name == "" {
			found = element(found, step.Index)
			continue
		}
		found = member(found, step.Name)
	}
	return found
}

func compile(node Condition) condition {
	logical, ok := node.(*Logical)
	if !ok {
		return compileComparison(node.(*Comparison))
	}
	conditions := make([]condition, len(logical.Conditions))
	for i, condition := range logical.Conditions {
		conditions[i] = compile(condition)
	}
	if logical.Connective == And {
		return conjunction(conditions)
	}
	return disjunction(conditions)
}

func compileComparison(node *Comparison) condition {
	c := &comparison{left: compileOperand(node.Left), right: compileOperand(node.Right), rule: rules[node.Operator]}
	for _, path := range paths(node) {
		c.momentary = c.momentary || isMomentary(path)
	}
	return c
}

// isMomentary reports whether a path of a target's expression can lead elsewhere
// from one task, or from one moment, to the next.
func isMomentary(path *Path) bool {
	if path.Steps[0].Name != "worker" || len(path.Steps) == 1 {
		return true
	}
	switch path.Steps[1].Name {
	case "channel", "activity_sid", "activity_name":
		return true
	default:
		return false
	}
}

func compileOperand(node Operand) operand {
	if path, ok := node.(*Path); ok {
		return operand{steps: path.Steps}
	}
	return operand{constant: valueOf(goValue(node, scope{}))}
}

// values returns the Go values of a list.
func values(list *List) []any {
	found := make([]any, len(list.Items))
	for i, item := range list.Items {
		found[i] = constant(item)
	}
	return found
}

// constant returns the Go value of a scalar.
func constant(scalar Scalar) any {
	switch scalar := scalar.(type) {
	case *String:
		return scalar.Value
	case *Number:
		if n, _ := parseNumber(scalar.Text); n.exact {
			return n.integer
		}
		return scalar.Float64()
	case *Boolean:
		return scalar.Value
	default:
		return nil
	}
}

// rule is what an operator asks of its two sides.
type rule func(left, right value) bool

var rules = map[Operator]rule{
	Equal:          equal,
	NotEqual:       notEqual,
	Greater:        ordered(func(order int) bool { return order > 0 }),
	GreaterOrEqual: ordered(func(order int) bool { return order >= 0 }),
	Less:           ordered(func(order int) bool { return order < 0 }),
	LessOrEqual:    ordered(func(order int) bool { return order <= 0 }),
	Contains:       contains,
	Has:            has,
	In:             func(left, right value) bool { return has(right, left) },
	NotIn:          notIn,
}

// equal asks for null first: whether a list is there can be tested, though a list
// is equal to nothing.
func equal(left, right value) bool {
	if left.kind == nullKind || right.kind == nullKind {
		return left.kind == right.kind
	}
	return same(left, right)
}

func notEqual(left, right value) bool {
	if left.kind == nullKind || right.kind == nullKind {
		return left.kind != right.kind
	}
	return left.isScalar() && right.isScalar() && !same(left, right)
}

func ordered(holds func(order int) bool) rule {
	return func(left, right value) bool {
		order, ok := compare(left, right)
		return ok && holds(order)
	}
}

func contains(left, right value) bool {
	return left.kind == textKind && right.kind == textKind && strings.Contains(left.text, right.text)
}

func has(list, wanted value) bool {
	if list.kind != listKind || !wanted.isScalar() {
		return false
	}
	for _, item := range list.list {
		if text, ok := item.(string); ok && wanted.kind == textKind { // the usual case, without a detour
			if text == wanted.text {
				return true
			}
			continue
		}
		if same(valueOf(item), wanted) {
			return true
		}
	}
	return false
}

// notIn is true where there is no list or nothing to look for: a worker without
// the attribute is not in a list of those to be left out, nor has it any skill.
func notIn(left, right value) bool {
	applies := left.kind == nullKind || left.isScalar()
	switch {
	case !applies:
		return false
	case right.kind == nullKind:
		return true
	default:
		return right.kind == listKind && !has(right, left)
	}
}
