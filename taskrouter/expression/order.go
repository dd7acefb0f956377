package expression

import (
	"math"
	"slices"
	"strings"
)

// Order says which workers are asked first. It is the order_by of a target.
type Order struct {
	Terms  []Term // one at least; the first decides, unless workers are equal by it
	source string
}

// Term is an attribute to order by. It decides between workers for whom the terms
// before it are equal.
type Term struct {
	Span
	Path *Path
	// Direction is "" if there is none. What the service does without one is not
	// documented; here it is the same as Ascending.
	Direction Direction
}

// Direction is how a [Term] orders.
type Direction string

// The directions.
const (
	Ascending  Direction = "ASC"
	Descending Direction = "DESC"
)

// ParseOrder reads an order such as worker.level DESC, worker.cost ASC. What it
// refuses it explains with a [*SyntaxError].
func ParseOrder(source string) (*Order, error) {
	p, err := newParser(source)
	if err != nil {
		return nil, err
	}
	order := &Order{source: source}
	for {
		term, err := p.orderTerm()
		if err != nil {
			return nil, err
		}
		order.Terms = append(order.Terms, term)
		if p.token.kind == endToken {
			return order, nil
		}
		if !p.token.is(symbolToken, ",") {
			return nil, p.unexpected(order.following())
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
}

// following says what can come after the last term.
func (o *Order) following() string {
	if o.Terms[len(o.Terms)-1].Direction == "" {
		return "ASC, DESC, a comma or the end"
	}
	return "a comma or the end"
}

func (p *parser) orderTerm() (Term, error) {
	if p.token.kind != pathToken {
		return Term{}, p.unexpected("an attribute such as worker.level")
	}
	path, err := p.path()
	if err != nil {
		return Term{}, err
	}
	term := Term{Span: path.Span, Path: path}
	direction := Direction(upperCase(p.token.text))
	if p.token.kind != pathToken || direction != Ascending && direction != Descending {
		return term, nil
	}
	term.Direction = direction
	term.End = p.token.End
	return term, p.advance()
}

// Source returns what was parsed.
func (o *Order) Source() string { return o.source }

// String returns the canonical form.
func (o *Order) String() string {
	terms := make([]string, len(o.Terms))
	for i, term := range o.Terms {
		terms[i] = strings.TrimSpace(term.Path.String() + " " + string(term.Direction))
	}
	return strings.Join(terms, ", ")
}

// Position returns the line and column of an offset into the source.
func (o *Order) Position(offset int) Position { return positionOf(o.source, offset) }

// Check finds what can be parsed and cannot mean what was meant: names that are no
// attributes of a worker, terms without a direction or without effect and, with
// samples of workers, attributes that no worker has and those whose values make the
// service ignore the order.
func (o *Order) Check(samples Samples) []Finding {
	return NewChecker(samples).CheckOrder(o)
}

// CheckOrder is [Order.Check] with the samples of the Checker.
func (c *Checker) CheckOrder(o *Order) []Finding {
	ofWorkers := &Checker{tasks: newIndex(nil), workers: c.workers}
	check := ofWorkers.newCheck(o.source, ContextTarget)
	seen := map[string]bool{}
	for _, term := range o.Terms {
		if name := term.Path.String(); seen[name] {
			check.report(SeverityWarning, RuleOrder, term.Path, "workers are ordered by it already: this has no effect")
		} else {
			seen[name] = true
			check.checkTerm(term)
		}
	}
	return check.sorted()
}

func (c *checker) checkTerm(term Term) {
	path := term.Path
	if term.Direction == "" {
		c.report(SeverityWarning, RuleUndocumented, path, "what the order is without a direction is not documented: write %[1]s ASC or %[1]s DESC", path)
	}
	if c.checkOrdered(path) {
		return
	}
	c.checkPath(path)
	if is, ok := c.builtInKinds(path); ok && is != setOf(numberKind) {
		c.report(SeverityWarning, RuleOrder, path, "this is no integer, which makes the service ignore the whole order")
		return
	}
	for _, worker := range c.workers.samples {
		if found := resolve(path.Steps[1:], scope{names: worker}); found != nil && !valueOf(found).isInteger() {
			c.report(SeverityWarning, RuleOrder, path, "a worker has %s here: one that is no integer makes the service ignore the whole order", shorten(FormatValue(found)))
			return
		}
	}
}

// checkOrdered finds what is no attribute of a worker.
func (c *checker) checkOrdered(path *Path) (found bool) {
	first := path.Steps[0].Name
	switch strings.ToLower(first) {
	case "worker", "workers":
		return c.checkTargetPath(path)
	case "task":
		c.report(SeverityError, RuleContext, path, "workers are ordered by their own attributes, not by those of the task")
	default:
		c.report(SeverityError, RuleContext, path, "workers are ordered by their attributes: write worker.%s", path)
	}
	return true
}

// Sort puts candidates in order, given the fields of the worker that each is. The
// first is asked first. Workers who lack an attribute come last, whatever the
// direction; equal ones stay as they were, so hand in first who has been without
// a task for the longest.
//
// If an attribute of one candidate is no integer, the service ignores the order,
// all of it: Sort then leaves the candidates as they were and returns false.
func Sort[T any](order *Order, candidates []T, fields func(T) Attributes) bool {
	type ranked struct {
		candidate T
		ranks     []rank
	}
	sorted := make([]ranked, len(candidates))
	for i, candidate := range candidates {
		ranks, ok := order.ranks(fields(candidate))
		if !ok {
			return false
		}
		sorted[i] = ranked{candidate, ranks}
	}
	slices.SortStableFunc(sorted, func(a, b ranked) int { return slices.CompareFunc(a.ranks, b.ranks, rank.compare) })
	for i := range sorted {
		candidates[i] = sorted[i].candidate
	}
	return true
}

// rank is what one term makes of one worker.
type rank struct {
	missing    bool
	descending bool
	number     number
}

func (r rank) compare(other rank) int {
	if r.missing != other.missing {
		if r.missing {
			return 1
		}
		return -1
	}
	if r.descending {
		r, other = other, r
	}
	return r.number.compare(other.number)
}

func (o *Order) ranks(worker Attributes) (ranks []rank, ok bool) {
	for _, term := range o.Terms {
		found := valueOf(resolve(term.Path.Steps, scope{target: true, worker: worker}))
		switch {
		case found.kind == nullKind:
			ranks = append(ranks, rank{missing: true})
		case !found.isInteger():
			return nil, false
		default:
			ranks = append(ranks, rank{descending: term.Direction == Descending, number: found.number})
		}
	}
	return ranks, true
}

// isInteger reports whether a value is a number without a fraction, as 5 and 5.0
// are.
func (v value) isInteger() bool {
	return v.kind == numberKind && v.number.float == math.Trunc(v.number.float)
}
