package expression

import "slices"

// Constant reports whether the expression is true, or false, of everything, as
// 1==1 and 1==0 are. A false ok does not mean that it is neither.
func (e *Expression) Constant() (matches, ok bool) { return constantOf(e.root) }

func constantOf(node Condition) (matches, ok bool) {
	logical, isLogical := node.(*Logical)
	if !isLogical {
		if len(paths(node)) > 0 {
			return false, false
		}
		return compile(node).matches(scope{}), true
	}
	deciding := logical.Connective == Or
	all := true
	for _, condition := range logical.Conditions {
		matches, ok := constantOf(condition)
		if ok && matches == deciding {
			return deciding, true
		}
		all = all && ok
	}
	return all && !deciding, all
}

// Implies reports whether other is true wherever the expression is, as type ==
// 'call' is wherever type == 'call' AND language == 'es' is. A false answer means
// only that this cannot be seen from how they are written.
func (e *Expression) Implies(other *Expression) bool {
	i := implication{left: maxSteps}
	return i.holds(e.root, other.root)
}

// maxSteps bounds the work for expressions that nobody writes by hand. A step is a
// comparison with a comparison, or an item with an item of their lists.
const maxSteps = 100_000

type implication struct {
	left int // steps
}

// spend reports whether there are that many steps left.
func (i *implication) spend(steps int) bool {
	i.left -= steps
	return i.left >= 0
}

func (i *implication) holds(premise, conclusion Condition) bool {
	if !i.spend(1) {
		return false
	}
	given, _ := premise.(*Logical)
	wanted, _ := conclusion.(*Logical)
	switch {
	case given != nil && given.Connective == Or:
		return every(given.Conditions, func(c Condition) bool { return i.holds(c, conclusion) })
	case wanted != nil && wanted.Connective == And:
		return every(wanted.Conditions, func(c Condition) bool { return i.holds(premise, c) })
	case given != nil && slices.ContainsFunc(given.Conditions, func(c Condition) bool { return i.holds(c, conclusion) }):
		return true
	case wanted != nil:
		return slices.ContainsFunc(wanted.Conditions, func(c Condition) bool { return i.holds(premise, c) })
	case given != nil:
		return false
	default:
		return i.comparison(premise.(*Comparison), conclusion.(*Comparison))
	}
}

func every(conditions []Condition, holds func(Condition) bool) bool {
	return !slices.ContainsFunc(conditions, func(c Condition) bool { return !holds(c) })
}

func (i *implication) comparison(premise, conclusion *Comparison) bool {
	if !i.spend(items(premise) + items(conclusion)) {
		return false
	}
	if matches, ok := constantOf(conclusion); ok && matches {
		return true
	}
	if matches, ok := constantOf(premise); ok && !matches {
		return true
	}
	premise, conclusion = pathFirst(premise), pathFirst(conclusion)
	switch {
	case premise.Left.String() != conclusion.Left.String():
		return false
	case premise.Operator == conclusion.Operator && premise.Right.String() == conclusion.Right.String():
		return true
	case !isConstant(premise.Right), !isConstant(conclusion.Right):
		return false
	}
	given, wanted := compileOperand(premise.Right).constant, compileOperand(conclusion.Right).constant
	holds := rules[conclusion.Operator]
	switch premise.Operator {
	case Equal:
		return holdsOfEquals(given, wanted, conclusion.Operator)
	case In:
		if !i.spend(len(given.list) * len(wanted.list)) {
			return false
		}
		return !slices.ContainsFunc(given.list, func(item any) bool {
			return !holdsOfEquals(valueOf(item), wanted, conclusion.Operator)
		})
	case Greater, GreaterOrEqual, Less, LessOrEqual:
		sameDirection := premise.Operator[0] == conclusion.Operator[0]
		return sameDirection && given.kind == numberKind && wanted.kind == numberKind && holds(given, wanted)
	default:
		return false
	}
}

// items returns how many items the lists of a comparison have.
func items(c *Comparison) int {
	count := 0
	for _, operand := range []Operand{c.Left, c.Right} {
		if list, ok := operand.(*List); ok {
			count += len(list.Items)
		}
	}
	return count
}

// holdsOfEquals reports whether a comparison is true of all that is equal to a
// constant. To a text that spells a number that number is equal, too, and to a
// number every text that spells it: 5 is equal to "5" and "5.0", which are unequal.
func holdsOfEquals(equal, wanted value, operator Operator) bool {
	if equal.kind == listKind {
		return true // a list is equal to nothing
	}
	holds := rules[operator]
	spelled, ok := equal.asNumber()
	if !ok {
		return holds(equal, wanted)
	}
	if equal.kind == numberKind && operator != NotEqual && operator != NotIn {
		wanted = withoutTexts(wanted)
	}
	return holds(equal, wanted) && holds(value{kind: numberKind, number: spelled}, wanted)
}

// withoutTexts leaves out what is true of a number and not of every text that
// spells it.
func withoutTexts(v value) value {
	if v.kind == textKind {
		return value{kind: objectKind}
	}
	isText := func(item any) bool { return valueOf(item).kind == textKind }
	v.list = slices.DeleteFunc(slices.Clone(v.list), isText)
	return v
}

func isConstant(operand Operand) bool { return len(paths(operand)) == 0 }

// mirrored are the operators that ask the same when their sides are swapped.
var mirrored = map[Operator]Operator{
	Equal: Equal, NotEqual: NotEqual, Has: In, In: Has,
	Greater: Less, Less: Greater, GreaterOrEqual: LessOrEqual, LessOrEqual: GreaterOrEqual,
}

// pathFirst swaps the sides of a comparison that has its constant on the left.
func pathFirst(c *Comparison) *Comparison {
	operator, ok := mirrored[c.Operator]
	if !ok || !isConstant(c.Left) {
		return c
	}
	return &Comparison{Span: c.Span, Left: c.Right, Operator: operator, Right: c.Left}
}
