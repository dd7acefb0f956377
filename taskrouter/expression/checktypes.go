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
	if c.context == ContextSkipIf && isCount(path) {
		return setOf(numberKind)
	}
	if is, ok := c.builtInKinds(path); ok {
		return is | nulls
	}
	if found := c.presenceOf(path); found.kinds != 0 && !found.missing() {
		return found.kinds
	}
	return anyKind
}

// ownKinds returns what an operand can be if nothing is known of attributes.
func ownKinds(node Operand) kinds {
	if !isConstant(node) {
		return anyKind
	}
	return setOf(compileOperand(node).constant.kind)
}

// checkComparison finds comparisons that are never true, and some whose result the
// documentation does not tell. It reports one thing at most.
func (c *checker) checkComparison(node *Comparison) {
	left, right := c.kindsOf(node.Left), c.kindsOf(node.Right)
	p := possibilitiesOf(node.Operator, left, right)
	switch {
	case c.isArrow(node):
		c.report(SeverityWarning, RuleNeverTrue, node, "the arrow is read as %s: the language has no negative numbers", node.Operator)
	case c.context == ContextSkipIf && isWord(node.Operator):
		c.report(SeverityWarning, RuleUndocumented, node, "a skip_if compares with == != > >= < and <=: whether it knows %s is not documented", node.Operator)
	case isConstant(node.Left) && isConstant(node.Right) && (isText(node.Left) || isText(node.Right)):
		c.report(SeverityWarning, RuleQuotes, node, "this compares two constants and is always %t: names stand without quotes", compile(node).matches(scope{}))
	case !p.some:
		c.reportImpossible(node, left, right)
	case !p.present && !isNull(node.Left) && !isNull(node.Right):
		c.report(SeverityWarning, RuleNeverTrue, node, "this is true only where something is missing: %s", c.reasonFor(node, left, right))
	case !p.sameKind && !isNull(node.Left) && !isNull(node.Right):
		c.reportMixed(node, left, right)
	case c.checkItems(node):
		return
	case isEmpty(node.Right) && node.Operator == In:
		c.report(SeverityWarning, RuleNeverTrue, node, "this is never true: nothing is found in %s", node.Right)
	case isEmpty(node.Left) && node.Operator == Has:
		c.report(SeverityWarning, RuleNeverTrue, node, "this is never true: nothing is found in %s", node.Left)
	case isEmpty(node.Right) && node.Operator == NotIn:
		c.report(SeverityWarning, RuleNeverTrue, node, "this is true of every single value: nothing is found in %s", node.Right)
	default:
		c.checkQuotes(node)
		c.checkSpelling(node)
	}
}

// possibilities tell of what a comparison can be true, given the kinds of its
// sides: of something, of two things that are there, of two such things but single
// values of different kinds.
type possibilities struct {
	some, present, sameKind bool
}

func possibilitiesOf(operator Operator, left, right kinds) possibilities {
	var p possibilities
	for l := nullKind; l <= objectKind; l++ {
		for r := nullKind; r <= objectKind; r++ {
			if left.has(l) && right.has(r) && canBeTrue(operator, l, r) {
				p.some = true
				present := l != nullKind && r != nullKind
				p.present = p.present || present
				p.sameKind = p.sameKind || present && (l == r || !setOf(l, r).within(scalars))
			}
		}
	}
	return p
}

// reportMixed tells what becomes of single values of different kinds.
func (c *checker) reportMixed(node *Comparison, left, right kinds) {
	if (left | right).has(booleanKind) {
		c.report(SeverityWarning, RuleMixedTypes, node, "true and false are compared with another kind of value, whose result is not documented: for this package they are unequal")
		return
	}
	c.report(SeverityWarning, RuleMixedTypes, node, "a text is compared with a number, whose result is not documented: this package takes a text for the number that it spells")
}

// checkItems finds a single value that is looked for among constants of another kind.
func (c *checker) checkItems(node *Comparison) (found bool) {
	list, ok := node.Right.(*List)
	is := c.kindsOf(node.Left)
	if !ok || is == anyKind || node.Operator != In && node.Operator != NotIn {
		return false
	}
	var items kinds
	for _, item := range list.Items {
		items |= ownKinds(item)
	}
	if items&scalars == 0 || is&scalars == 0 || items&is&scalars != 0 {
		return false
	}
	c.reportMixed(node, is, items)
	return true
}

func isWord(operator Operator) bool {
	return operator == Contains || operator == Has || operator == In || operator == NotIn
}

func isText(operand Operand) bool {
	_, ok := operand.(*String)
	return ok
}

// isArrow reports whether <- or >- was meant as a comparison with a negative number.
func (c *checker) isArrow(node *Comparison) bool {
	number, ok := node.Right.(*Number)
	return ok && c.source[number.Start-1] == '-'
}

// isEmpty reports whether an operand is a constant list in which nothing is found.
func isEmpty(operand Operand) bool {
	list, ok := operand.(*List)
	return ok && !slices.ContainsFunc(list.Items, func(item Scalar) bool { return !isNull(item) })
}

// checkQuotes finds a text without quotes, which is taken for a name. Names are
// seldom compared with each other but in a target.
func (c *checker) checkQuotes(node *Comparison) {
	path, ok := node.Right.(*Path)
	if !ok || isConstant(node.Left) || len(path.Steps) > 1 || c.context != ContextQueue && c.context != ContextFilter || !comparesTexts(node.Operator) {
		return
	}
	if _, isBuiltIn := c.builtInKinds(path); isBuiltIn {
		return
	}
	if found := c.presenceOf(path); found.kinds != 0 && !found.missing() || found.similar != "" {
		return
	}
	c.unquoted[path] = true
	c.report(SeverityWarning, RuleQuotes, path, "this is taken for the name of an attribute: if it is a text, write '%s'", path)
}

// checkSpelling finds texts that samples have in other capital letters only.
func (c *checker) checkSpelling(node *Comparison) {
	turned := pathFirst(node)
	path, isPath := turned.Left.(*Path)
	if !isPath || !seeksValue(turned.Operator) {
		return
	}
	switch right := turned.Right.(type) {
	case *String:
		c.checkSpelled(path, right)
	case *List:
		for _, item := range right.Items {
			if text, ok := item.(*String); ok {
				c.checkSpelled(path, text)
			}
		}
	}
}

func (c *checker) checkSpelled(path *Path, text *String) {
	samples, steps := c.samplesOf(path)
	if samples == nil {
		return
	}
	var similar string
	for _, sample := range samples.samples {
		for _, value := range texts(valueOf(resolve(steps, scope{names: sample}))) {
			if value == text.Value {
				return
			}
			if strings.EqualFold(value, text.Value) && (similar == "" || value < similar) {
				similar = value
			}
		}
	}
	if similar != "" {
		c.report(SeverityWarning, RuleUnknownName, text, "no sample has it, but one has %s: small and capital letters differ", &String{Value: similar})
	}
}

// seeksValue reports whether an operator asks for a value as a whole.
func seeksValue(operator Operator) bool {
	return operator == Equal || operator == NotEqual || operator == Has || operator == In || operator == NotIn
}

// comparesTexts reports whether a text is usual on the right of an operator.
func comparesTexts(operator Operator) bool {
	return operator == Equal || operator == NotEqual || operator == Contains || operator == Has
}

// texts returns a value that is a text, or those of a list.
func texts(v value) []string {
	if v.kind == textKind {
		return []string{v.text}
	}
	var found []string
	for _, item := range v.list {
		if text, ok := item.(string); ok {
			found = append(found, text)
		}
	}
	return found
}

// reportImpossible reports an error if that is so whatever the attributes are, and
// documented, as it is of lists. There may be attributes that no sample has.
func (c *checker) reportImpossible(node *Comparison, left, right kinds) {
	severity := SeverityWarning
	ofLists := node.Operator == Has || node.Operator == In || node.Operator == NotIn || left.isList() || right.isList()
	ofNull := isNull(node.Left) || isNull(node.Right)
	if ofLists && !ofNull && !possibilitiesOf(node.Operator, ownKinds(node.Left), ownKinds(node.Right)).some {
		severity = SeverityError
	}
	c.report(severity, RuleNeverTrue, node, "this is never true: %s", c.reasonFor(node, left, right))
}

// reasonFor tells what the operator asks for, what is known of the attributes, and
// what to write.
func (c *checker) reasonFor(node *Comparison, left, right kinds) string {
	parts := slices.Concat([]string{asks(node)}, c.told(node.Left, left), c.told(node.Right, right))
	reason := strings.Join(slices.Compact(parts), ", and ")
	if advice := adviceFor(node, left, right); advice != "" && len(advice) <= maxAdvice {
		reason += "; write " + advice
	}
	return reason
}

// maxAdvice is how long an advice can be, in bytes, without being in the way.
const maxAdvice = 100

// asks says what the operator of a comparison asks of its sides.
func asks(node *Comparison) string {
	switch ofNull := isNull(node.Left) || isNull(node.Right); node.Operator {
	case Equal:
		if ofNull {
			return "== null asks whether something is missing"
		}
		return "== compares single values of one kind"
	case NotEqual:
		if ofNull {
			return "!= null asks whether something is there"
		}
		return "!= compares single values of one kind"
	case Contains:
		return "CONTAINS looks for a text in a text"
	case Has:
		return "HAS looks for a single value in a list on its left"
	case In, NotIn:
		return string(node.Operator) + " looks for a single value in a list on its right"
	default:
		return string(node.Operator) + " orders numbers and texts"
	}
}

// told says what a path leads to, if that is known.
func (c *checker) told(node Operand, is kinds) []string {
	if is == anyKind || isConstant(node) {
		return nil
	}
	text := fmt.Sprintf("%s is %s", node, is)
	if path := node.(*Path); c.presenceOf(path).kinds == is {
		text += " in every sample"
	}
	return []string{text}
}

// adviceFor returns the condition that was probably meant, "" if that cannot be told
// or could not be true either.
func adviceFor(node *Comparison, left, right kinds) string {
	leftList, _ := node.Left.(*List)
	rightList, _ := node.Right.(*List)
	switch {
	case isEmpty(node.Left), isEmpty(node.Right):
		return ""
	case rightList != nil && (node.Operator == Has && left.has(listKind) || node.Operator == In && left.isList()):
		return anyOf(node.Left, rightList)
	case leftList != nil && node.Operator == In && right.has(listKind):
		return anyOf(node.Right, leftList)
	}
	operator, swapped := betterOperator(node.Operator, left, right)
	better := Comparison{Left: node.Left, Operator: operator, Right: node.Right}
	if swapped {
		better.Left, better.Right = better.Right, better.Left
		left, right = right, left
	}
	if operator == "" || !possibilitiesOf(operator, left, right).present {
		return ""
	}
	return better.String()
}

// betterOperator returns the operator that fits two sides, "" if none is known, and
// whether they would have to be swapped for it.
func betterOperator(written Operator, left, right kinds) (operator Operator, swapped bool) {
	negative := written == NotEqual || written == NotIn
	switch {
	case left.isList() && right.isList(), written == Has && left == anyKind && right.isList():
		return "", false
	case left.isList() && negative:
		return NotIn, true
	case !seeksValue(written) && written != Contains:
		return "", false // nothing asks of a list what > and its like do
	case left.isList():
		return Has, false
	case right.isList() && negative:
		return NotIn, false
	case right.isList():
		return In, false
	case right.isSingle() && written == NotIn:
		return NotEqual, false
	case right.isSingle() && (written == In || written == Has):
		return Equal, false
	case left.isSingle() && written == Has:
		return In, false
	default:
		return "", false
	}
}

// anyOf returns the condition that a list has one of some values.
func anyOf(list Operand, wanted *List) string {
	var conditions []string
	for _, item := range wanted.Items {
		if _, isNull := item.(*Null); !isNull {
			conditions = append(conditions, list.String()+" HAS "+item.String())
		}
	}
	if len(conditions) == 1 {
		return conditions[0]
	}
	return "(" + strings.Join(conditions, " OR ") + ")"
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
		if !ok || c.reported[comparison] {
			return true
		}
		for _, use := range usesIn(comparison) {
			name := use.path.String()
			before, seen := first[name]
			switch {
			case !seen:
				first[name] = use
			case before.list != use.list:
				c.report(SeverityWarning, RuleNeverTrue, use.path, "a %s here and a %s in %s: where it is the one, the other comparison is never true",
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
