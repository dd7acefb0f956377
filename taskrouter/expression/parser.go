package expression

import (
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// maxNesting is how deep parentheses may stand in each other. What the service
// allows is not documented; the deepest that was seen in production is 6.
const maxNesting = 500

// Expression is a condition, parsed and ready to be matched. Nothing changes it,
// and many goroutines can use it.
type Expression struct {
	source   string
	root     Condition
	compiled condition
}

// Parse reads an expression. What it refuses it explains with a [*SyntaxError].
func Parse(source string) (*Expression, error) {
	p, err := newParser(source)
	if err != nil {
		return nil, err
	}
	root, err := p.condition()
	if err != nil {
		return nil, err
	}
	return &Expression{source: source, root: root, compiled: compile(root)}, nil
}

// MustParse is like [Parse] and panics where that returns an error. It is for
// expressions that are part of a program.
func MustParse(source string) *Expression {
	e, err := Parse(source)
	if err != nil {
		panic(err)
	}
	return e
}

// ParsePath reads a path alone, such as the task.agent_sid of a known worker. What
// it refuses it explains with a [*SyntaxError].
func ParsePath(source string) (*Path, error) {
	p, err := newParser(source)
	if err != nil {
		return nil, err
	}
	if p.token.kind != pathToken {
		return nil, p.unexpected("a name such as task.agent_sid")
	}
	path, err := p.path()
	if err == nil && p.token.kind != endToken {
		err = p.unexpected("the end")
	}
	if err != nil {
		return nil, err
	}
	return path, nil
}

// Root returns the tree.
func (e *Expression) Root() Condition { return e.root }

// Source returns what was parsed.
func (e *Expression) Source() string { return e.source }

// String returns the canonical form: keywords in capitals, == for =, HAS and IN
// for their arrows, texts in single quotes where that is possible, parentheses
// around each AND in an OR. It is parsed to the same tree.
func (e *Expression) String() string { return e.root.String() }

// Position returns the line and column of an offset into the source, such as the
// Start of a node.
func (e *Expression) Position(offset int) Position { return positionOf(e.source, offset) }

// Paths returns the paths of the expression, sorted and each once.
func (e *Expression) Paths() []string {
	names := []string{}
	for _, path := range paths(e.root) {
		names = append(names, path.String())
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// parser reads by recursive descent. Between its steps, token is what comes next
// and end where the last one ended.
type parser struct {
	lexer
	token token
	end   int
	depth int
}

func newParser(source string) (*parser, error) {
	for i, r := range source {
		if _, size := utf8.DecodeRuneInString(source[i:]); r == utf8.RuneError && size == 1 {
			return nil, newSyntaxError(source, Span{i, i + 1}, "UTF-8", "")
		}
	}
	p := &parser{lexer: lexer{source: source}}
	return p, p.advance()
}

// advance and unexpected return an error rather than a *SyntaxError, so that
// nobody takes a nil of that type for a failure.
func (p *parser) advance() error {
	next, err := p.next()
	if err != nil {
		return err
	}
	p.end = p.token.End
	p.token = next
	return nil
}

func (p *parser) unexpected(expected string) error {
	return p.fail(p.token.Span, expected, p.hint())
}

// condition reads all that is left.
func (p *parser) condition() (Condition, error) {
	if p.token.kind == endToken {
		return nil, p.fail(p.token.Span, "an expression such as 1==1", "")
	}
	root, err := p.disjunction()
	if err != nil {
		return nil, err
	}
	if p.token.kind != endToken {
		return nil, p.unexpected("AND, OR or the end")
	}
	return root, nil
}

func (p *parser) disjunction() (Condition, error) { return p.chain(Or, p.conjunction) }

func (p *parser) conjunction() (Condition, error) { return p.chain(And, p.term) }

// chain reads terms for as long as the connective follows.
func (p *parser) chain(connective Connective, term func() (Condition, error)) (Condition, error) {
	start := p.token.Start
	var terms []Condition
	for {
		next, err := term()
		if err != nil {
			return nil, err
		}
		terms = append(terms, next)
		if !p.token.is(keywordToken, string(connective)) {
			break
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
	if len(terms) == 1 {
		return terms[0], nil
	}
	return &Logical{Span: Span{start, p.end}, Connective: connective, Conditions: terms}, nil
}

// term reads a comparison, or conditions in parentheses.
func (p *parser) term() (Condition, error) {
	if !p.token.is(symbolToken, "(") {
		return p.comparison()
	}
	if p.depth == maxNesting {
		return nil, p.fail(p.token.Span, "at most "+strconv.Itoa(maxNesting)+" parentheses in each other", "")
	}
	open := p.token.Start
	p.depth++
	defer func() { p.depth-- }()
	if err := p.advance(); err != nil {
		return nil, err
	}
	inner, err := p.disjunction()
	if err != nil {
		return nil, err
	}
	if p.token.kind == endToken {
		return nil, p.fail(p.token.Span, `AND, OR or ")"`, "the ( at "+positionOf(p.source, open).String()+" is not closed")
	}
	if !p.token.is(symbolToken, ")") {
		return nil, p.unexpected(`AND, OR or ")"`)
	}
	return inner, p.advance()
}

func (p *parser) comparison() (Condition, error) {
	start := p.token.Start
	left, err := p.operand(`a name, a constant or "("`)
	if err != nil {
		return nil, err
	}
	operator, err := p.operator(left)
	if err != nil {
		return nil, err
	}
	right, err := p.operand("a name or a constant")
	if err != nil {
		return nil, err
	}
	return &Comparison{Span: Span{start, p.end}, Left: left, Operator: operator, Right: right}, nil
}

// operators by how they are written. NOT is the first half of one.
var operators = map[string]Operator{
	"==": Equal, "=": Equal, "!=": NotEqual,
	">": Greater, ">=": GreaterOrEqual, "<": Less, "<=": LessOrEqual,
	"CONTAINS": Contains, "HAS": Has, ">-": Has, "IN": In, "<-": In, "NOT": NotIn,
}

func (p *parser) operator(left Operand) (Operator, error) {
	const expected = "an operator (== != > >= < <= CONTAINS HAS IN NOT IN)"
	operator, ok := operators[p.token.text]
	if !ok {
		return "", p.fail(p.token.Span, expected, p.hintAfter(left))
	}
	if err := p.advance(); err != nil {
		return "", err
	}
	if operator != NotIn {
		return operator, nil
	}
	if !p.token.is(keywordToken, "IN") {
		return "", p.fail(p.token.Span, "IN after NOT", p.hintAfterNot())
	}
	return operator, p.advance()
}

func (p *parser) operand(expected string) (Operand, error) {
	switch {
	case p.token.kind == pathToken:
		return p.path()
	case p.token.is(symbolToken, "["):
		return p.list()
	case p.token.is(symbolToken, "("):
		return nil, p.fail(p.token.Span, expected, "a list stands in [ ]")
	default:
		return p.scalar(expected)
	}
}

func (p *parser) path() (*Path, error) {
	path := &Path{Span: p.token.Span, Steps: p.token.steps}
	return path, p.advance()
}

func (p *parser) scalar(expected string) (Scalar, error) {
	scalar := p.token.scalar()
	if scalar == nil {
		return nil, p.unexpected(expected)
	}
	if number, ok := scalar.(*Number); ok && math.IsInf(number.Float64(), 0) {
		return nil, p.fail(p.token.Span, "a smaller number", "")
	}
	return scalar, p.advance()
}

// scalar returns the constant that a token is, or nil.
func (t token) scalar() Scalar {
	switch {
	case t.kind == stringToken:
		return &String{Span: t.Span, Value: t.text[1 : len(t.text)-1]}
	case t.kind == numberToken:
		return &Number{Span: t.Span, Text: t.text}
	case t.is(keywordToken, "TRUE"), t.is(keywordToken, "FALSE"):
		return &Boolean{Span: t.Span, Value: t.text == "TRUE"}
	case t.is(keywordToken, "NULL"):
		return &Null{Span: t.Span}
	default:
		return nil
	}
}

func (p *parser) list() (Operand, error) {
	list := &List{Span: p.token.Span}
	if err := p.advance(); err != nil {
		return nil, err
	}
	for !p.token.is(symbolToken, "]") {
		if len(list.Items) > 0 {
			if !p.token.is(symbolToken, ",") {
				return nil, p.unexpected(`"," or "]"`)
			}
			if err := p.advance(); err != nil {
				return nil, err
			}
		}
		item, err := p.scalar("a constant (a list holds no names and no lists)")
		if err != nil {
			return nil, err
		}
		list.Items = append(list.Items, item)
	}
	list.End = p.token.End
	return list, p.advance()
}
