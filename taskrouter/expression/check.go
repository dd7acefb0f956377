package expression

import (
	"fmt"
	"slices"
	"strings"
)

// Context is where an expression stands, and with it what its names mean.
type Context int

// The contexts.
const (
	// ContextQueue is the TargetWorkers of a task queue, and the TargetWorkersExpression
	// of the list of workers: names are attributes of the worker.
	ContextQueue Context = iota
	// ContextFilter is a filter of a workflow, and the EvaluateTaskAttributes of the list
	// of tasks: names are attributes of the task.
	ContextFilter
	// ContextTarget is a target of a workflow: names begin with task or worker.
	ContextTarget
	// ContextSkipIf is the skip_if of a target: names are workers.available,
	// workers.unavailable and workers.WA…, the SID of an activity.
	ContextSkipIf
)

// Severity is how bad a finding is.
type Severity int

// The severities.
const (
	// SeverityWarning is for what may be meant, and what the service may understand.
	SeverityWarning Severity = iota + 1
	// SeverityError is for what cannot work, whatever the attributes are. Names of another
	// context are among it, though an attribute could be called task or worker.
	SeverityError
)

// String returns warning or error.
func (s Severity) String() string {
	if s == SeverityError {
		return "error"
	}
	return "warning"
}

// Rule is what a finding is about. Programs tell findings apart by it.
type Rule string

// The rules.
const (
	RuleContext      Rule = "context"      // a name that means something in another context only
	RuleNeverTrue    Rule = "never-true"   // what is never true, only of what is missing, or always
	RuleMixedTypes   Rule = "mixed-types"  // single values of different kinds
	RuleQuotes       Rule = "quotes"       // a name that was meant as a text, or a text as a name
	RuleUnknownName  Rule = "unknown-name" // a name or value that no sample has
	RuleUnnameable   Rule = "unnameable"   // an attribute that no expression can name
	RulePrecedence   Rule = "precedence"   // AND beside OR without parentheses
	RuleOrder        Rule = "order"        // an order that the service ignores, or a term without effect
	RuleUndocumented Rule = "undocumented" // what the service may or may not know
)

// Finding is something in an expression that can be parsed, and is probably a
// mistake.
type Finding struct {
	Severity Severity // [SeverityWarning] or [SeverityError]
	Rule     Rule     // one of the Rule constants
	// Position and Text are those of the part that it is about. Both are zero if
	// it is about the samples.
	Position Position
	Text     string
	// Message says what is wrong and what to do.
	Message string
}

// String returns all of it in one line, with the text shortened.
func (f Finding) String() string {
	if f.Text == "" {
		return fmt.Sprintf("%s: %s", f.Severity, f.Message)
	}
	return oneLine(fmt.Sprintf("%s: %s: %s: %s", f.Position, f.Severity, shorten(f.Text), f.Message))
}

// Samples are attributes that occur, to hold an expression against. The more of
// them, the better: what none of them has is taken for a mistake, though never for
// more than a [SeverityWarning].
type Samples struct {
	Tasks   []Attributes // for names of tasks, in filters and targets
	Workers []Attributes // for names of workers; better [Worker.Fields]
}

// Check finds what can be parsed and cannot mean what was meant: names of another
// context, comparisons that are never true, and more that people get wrong. With
// samples it also finds names that nothing has, types that do not fit, and
// attributes that no expression can name. The findings are in the order in which
// they stand.
func (e *Expression) Check(context Context, samples Samples) []Finding {
	return NewChecker(samples).Check(e, context)
}

// Checker checks many expressions against the same samples, which it looks through
// once. It is not for several goroutines.
type Checker struct {
	tasks, workers *index
}

// NewChecker makes a Checker. The samples must not change while it is used.
func NewChecker(samples Samples) *Checker {
	return &Checker{tasks: newIndex(samples.Tasks), workers: newIndex(samples.Workers)}
}

// Check is [Expression.Check] with the samples of the Checker.
func (c *Checker) Check(e *Expression, context Context) []Finding {
	check := c.newCheck(e.source, context)
	Walk(e.root, func(node Node) bool {
		switch node := node.(type) {
		case *Logical:
			check.checkPrecedence(node)
			check.checkChoice(node)
		case *Comparison:
			check.checkComparison(node)
		case *Path:
			check.checkPath(node)
		case *String:
			check.checkString(node)
		}
		return true
	})
	check.checkUses(e.root)
	return check.sorted()
}

// checker is what is found in one expression or order.
type checker struct {
	*Checker
	source   string
	context  Context
	reported map[*Comparison]bool
	unquoted map[*Path]bool // paths that were probably meant as texts
	findings []Finding
}

func (c *Checker) newCheck(source string, context Context) *checker {
	return &checker{
		Checker: c, source: source, context: context,
		reported: map[*Comparison]bool{}, unquoted: map[*Path]bool{},
	}
}

// report leaves it to sorted to count lines and columns, all at once.
func (c *checker) report(severity Severity, rule Rule, at Node, format string, arguments ...any) {
	span := at.Extent()
	if comparison, ok := at.(*Comparison); ok {
		c.reported[comparison] = true
	}
	c.findings = append(c.findings, Finding{
		Severity: severity,
		Rule:     rule,
		Position: Position{Offset: span.Start},
		Text:     c.source[span.Start:span.End],
		Message:  fmt.Sprintf(format, arguments...),
	})
}

// sorted returns the findings in the order in which they stand, and after them
// those about the samples.
func (c *checker) sorted() []Finding {
	slices.SortStableFunc(c.findings, func(a, b Finding) int { return a.Position.Offset - b.Position.Offset })
	at := Position{Line: 1, Column: 1}
	for i := range c.findings {
		at = at.advance(c.source, c.findings[i].Position.Offset)
		c.findings[i].Position = at
	}
	return append(c.findings, c.unnameable()...)
}

// checkPrecedence finds an AND within an OR that has no parentheses of its own.
func (c *checker) checkPrecedence(node *Logical) {
	if node.Connective != Or {
		return
	}
	for _, condition := range node.Conditions {
		if _, ok := condition.(*Logical); ok && !c.isParenthesized(condition) {
			c.report(SeverityWarning, RulePrecedence, condition, "AND is taken to bind tighter than OR, which is not documented: put it in parentheses")
		}
	}
}

func (c *checker) isParenthesized(node Node) bool {
	span := node.Extent()
	before := strings.TrimRight(c.source[:span.Start], spaces)
	after := strings.TrimLeft(c.source[span.End:], spaces)
	return strings.HasSuffix(before, "(") && strings.HasPrefix(after, ")")
}

// checkChoice finds AND where OR was meant, and the reverse: no name has two values,
// and every value differs from one of two.
func (c *checker) checkChoice(node *Logical) {
	operator := Equal
	if node.Connective == Or {
		operator = NotEqual
	}
	first := map[string]*Comparison{} // by the name that is compared
	for _, condition := range node.Conditions {
		comparison, ok := condition.(*Comparison)
		if !ok || comparison.Operator != operator {
			continue
		}
		turned := pathFirst(comparison)
		if isConstant(turned.Left) || !isConstant(turned.Right) {
			continue
		}
		name := turned.Left.String()
		before, seen := first[name]
		switch {
		case !seen:
			first[name] = turned
		case same(compileOperand(before.Right).constant, compileOperand(turned.Right).constant):
			continue
		case operator == Equal:
			c.report(SeverityWarning, RuleNeverTrue, comparison, "%s cannot be %s and %s at once: write OR, or %s IN [ … ]", name, before.Right, turned.Right, name)
		default:
			c.report(SeverityWarning, RuleNeverTrue, comparison, "every %s differs from %s or from %s, so this is always true: write AND, or %s NOT IN [ … ]", name, before.Right, turned.Right, name)
		}
	}
}

func (c *checker) checkString(node *String) {
	if strings.Contains(node.Value, `\`) {
		c.report(SeverityWarning, RuleUndocumented, node, `the language has no escapes: the \ is taken for a character like any other, which is not documented`)
	}
}
