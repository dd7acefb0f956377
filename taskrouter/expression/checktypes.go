package expression

import (
	"fmt"
	"slices"
	"strings"
)

// kinds is a set of kinds of values.
type kinds uint8

const anyKind kinds = 1<<(objectKind+1) - 1

func setOf(list ...kind) kinds {
	var set kinds
	for _, k := range list {
		set |= 1 << k
	}
	return set
}

var (
	nulls   = setOf(nullKind)
	lists   = setOf(listKind)
	scalars = setOf(booleanKind, numberKind, textKind)
)

func (k kinds) has(other kind) bool { return k&setOf(other) != 0 }

// within reports whether every kind of k is one of other.
func (k kinds) within(other kinds) bool { return k&^other == 0 }

// isList reports whether a list is meant, which may be missing.
func (k kinds) isList() bool { return k.has(listKind) && k.within(lists|nulls) }

// isSingle reports whether a single value is meant, which may be missing.
func (k kinds) isSingle() bool { return k&scalars != 0 && k.within(scalars|nulls) }

// String names the kinds as a sentence does.
func (k kinds) String() string {
	var names []string
	for i, name := range []string{"missing", "true or false", "a number", "a text", "a list", "an object"} {
		if k.has(kind(i)) {
			names = append(names, name)
		}
	}
	return strings.Join(names, " or ")
}

// canBeTrue reports whether a comparison can be true of values of two kinds.
func canBeTrue(operator Operator, left, right kind) bool {
	bothScalar := setOf(left, right).within(scalars)
	switch operator {
	case Equal:
		return left == right && (left == nullKind || bothScalar) || areOrdered(left, right)
	case NotEqual:
		return bothScalar || left != right && setOf(left, right).has(nullKind)
	case Contains:
		return left == textKind && right == textKind
	case Has:
		return left == listKind && scalars.has(right)
	case In:
		return scalars.has(left) && right == listKind
	case NotIn:
		return setOf(left).within(scalars|nulls) && setOf(right).within(lists|nulls)
	default:
		return areOrdered(left, right)
	}
}

func areOrdered(left, right kind) bool {
	return setOf(left, right).within(setOf(numberKind, textKind))
}

// kindsOf returns what an operand can be: a constant what it is, a path what it is
// in the samples, or anything.
func (c *checker) kindsOf(node Operand) kinds {
	path, ok := node.(*Path)
	if !ok {
		return ownKinds(node)
	}
	if c.context == SkipIf && isCount(path) {
		return setOf(numberKind)
	}
	samples, steps := c.samplesOf(path)
	if len(samples) == 0 || c.isBuiltIn(path) {
		return anyKind
	}
	var found kinds
	for _, sample := range samples {
		found |= setOf(valueOf(resolve(steps, scope{names: sample})).kind)
	}
	if found == nulls {
		return anyKind // which is a finding of its own
	}
	return found
}

// ownKinds returns what an operand can be if nothing is known of attributes.
func ownKinds(node Operand) kinds {
	if !isConstant(node) {
		return anyKind
	}
	return setOf(compileOperand(node).constant.kind)
}

// checkComparison finds comparisons that are never true, and some whose result the
// documentation does not tell.
func (c *checker) checkComparison(node *Comparison) {
	if c.context == SkipIf && isWord(node.Operator) {
		c.report(Warning, node, "a skip_if compares with == != > >= < and <=: whether it knows %s is not documented", node.Operator)
		return
	}
	c.checkArrow(node)
	if isConstant(node.Left) && isConstant(node.Right) {
		c.checkConstants(node)
		return
	}
	left, right := c.kindsOf(node.Left), c.kindsOf(node.Right)
	switch p := possibilitiesOf(node.Operator, left, right); {
	case !p.some:
		c.reportImpossible(node, left, right)
	case !p.present && !isNull(node.Left) && !isNull(node.Right):
		c.report(Warning, node, "this is true only where something is missing%s", c.reasonFor(node, left, right))
	case !p.sameKind:
		c.report(Warning, node, "a text is compared with a number, whose result is not documented: here a text counts as the number that it spells")
	}
}

// possibilities tell of what a comparison can be true, given the kinds of its
// sides: of something, of two things that are there, of something but a text
// beside a number.
type possibilities struct {
	some, present, sameKind bool
}

func possibilitiesOf(operator Operator, left, right kinds) possibilities {
	var p possibilities
	for l := nullKind; l <= objectKind; l++ {
		for r := nullKind; r <= objectKind; r++ {
			if left.has(l) && right.has(r) && canBeTrue(operator, l, r) {
				p.some = true
				p.present = p.present || l != nullKind && r != nullKind
				p.sameKind = p.sameKind || l == r || !areOrdered(l, r)
			}
		}
	}
	return p
}

func isWord(operator Operator) bool {
	return operator == Contains || operator == Has || operator == In || operator == NotIn
}

// checkArrow finds what was meant as a comparison with a negative number.
func (c *checker) checkArrow(node *Comparison) {
	number, ok := node.Right.(*Number)
	if ok && number.Start > 0 && c.source[number.Start-1] == '-' {
		c.report(Warning, node, "the arrow means %s: there are no negative numbers", node.Operator)
	}
}

// checkConstants leaves alone what people write on purpose, such as 1==0.
func (c *checker) checkConstants(node *Comparison) {
	_, left := node.Left.(*String)
	_, right := node.Right.(*String)
	if left && right {
		c.report(Warning, node, "this compares two texts and is always %t: names stand without quotes", compile(node).matches(scope{}))
	}
}

// reportImpossible reports an error if that is so whatever the attributes are, and
// documented, as it is of lists. There may be attributes that no sample has.
func (c *checker) reportImpossible(node *Comparison, left, right kinds) {
	severity := Warning
	isOfLists := node.Operator == Has || node.Operator == In || node.Operator == NotIn || left.isList() || right.isList()
	if isOfLists && !possibilitiesOf(node.Operator, ownKinds(node.Left), ownKinds(node.Right)).some {
		severity = Error
	}
	c.report(severity, node, "this is never true%s", c.reasonFor(node, left, right))
}

// reasonFor tells what is known of the sides of a comparison, and what to write.
func (c *checker) reasonFor(node *Comparison, left, right kinds) string {
	reason := ": " + strings.Join(slices.Concat(c.told(node.Left, left), c.told(node.Right, right)), ", and ")
	if advice := adviceFor(node, left, right); advice != "" {
		reason += "; write " + advice
	}
	return reason
}

// told says what an operand is, if that is known.
func (c *checker) told(node Operand, is kinds) []string {
	if is == anyKind {
		return nil
	}
	text := fmt.Sprintf("%s is %s", node, is)
	if !isConstant(node) && c.context != SkipIf {
		text += " in every sample"
	}
	return []string{text}
}

// adviceFor returns the comparison that was probably meant.
func adviceFor(node *Comparison, left, right kinds) string {
	l, r := node.Left.String(), node.Right.String()
	negative := node.Operator == NotEqual || node.Operator == NotIn
	switch {
	case left.isList() && right&scalars != 0 && negative:
		return r + " NOT IN " + l
	case left.isList() && right&scalars != 0:
		return l + " HAS " + r
	case right.isList() && left&scalars != 0 && negative:
		return l + " NOT IN " + r
	case right.isList() && left&scalars != 0:
		return l + " IN " + r
	case right.isSingle() && node.Operator == NotIn:
		return l + " != " + r
	case right.isSingle() && (node.Operator == In || node.Operator == Has):
		return l + " == " + r
	case left.isSingle() && right == anyKind && node.Operator == Has:
		return l + " IN " + r
	default:
		return ""
	}
}

// use is how a comparison treats a path.
type use struct {
	path       *Path
	list       bool
	comparison *Comparison
}

// checkUses finds paths that are taken for a list here and for a single value
// there: one of the two is never true.
func (c *checker) checkUses(root Condition) {
	first := map[string]use{}
	Walk(root, func(node Node) bool {
		comparison, ok := node.(*Comparison)
		if !ok {
			return true
		}
		for _, use := range usesIn(comparison) {
			name := use.path.String()
			before, seen := first[name]
			switch {
			case !seen:
				first[name] = use
			case before.list != use.list:
				c.report(Warning, use.path, "a %s here and a %s in %s: where it is the one, the other comparison is never true",
					formOf(use.list), formOf(before.list), shorten(before.comparison.String()))
			}
		}
		return true
	})
}

func formOf(list bool) string {
	if list {
		return "list"
	}
	return "single value"
}

func usesIn(node *Comparison) []use {
	var uses []use
	add := func(operand Operand, list bool) {
		if path, ok := operand.(*Path); ok {
			uses = append(uses, use{path, list, node})
		}
	}
	switch node.Operator {
	case Has:
		add(node.Left, true)
		add(node.Right, false)
	case In, NotIn:
		add(node.Left, false)
		add(node.Right, true)
	default:
		if isNull(node.Left) || isNull(node.Right) {
			return nil // which asks of a list, too, whether it is there
		}
		add(node.Left, false)
		add(node.Right, false)
	}
	return uses
}

func isNull(operand Operand) bool {
	_, ok := operand.(*Null)
	return ok
}
