package expression

import (
	"math"
	"strconv"
)

// Node is a part of an expression: a [Condition], which is true or false, or an
// [Operand], which has a value. String prints it in canonical form. A tree is
// not to be changed after it was parsed.
type Node interface {
	String() string
	// Extent returns where the node stands in the source, without parentheses
	// around it.
	Extent() Span
}

// Condition is a [*Logical] or a [*Comparison].
type Condition interface {
	Node
	condition()
}

// Operand is what a comparison compares: a [*Path], a [*List] or a [Scalar].
type Operand interface {
	Node
	operand()
}

// Scalar is a [*String], a [*Number], a [*Boolean] or a [*Null].
type Scalar interface {
	Operand
	scalar()
}

// Span is a stretch of the source in bytes, from Start to before End. It is
// embedded in every node.
type Span struct {
	Start, End int
}

// Extent returns the span itself.
func (s Span) Extent() Span { return s }

// Connective is how the conditions of a [Logical] are joined.
type Connective string

// The connectives.
const (
	And Connective = "AND"
	Or  Connective = "OR"
)

// Logical is two or more conditions that are joined alike, as in a AND b AND c.
type Logical struct {
	Span
	Connective Connective  // [And] or [Or]
	Conditions []Condition // two at least; one that is a *Logical itself is joined otherwise, or stands in parentheses
}

// Operator is what a [Comparison] asks, in its canonical spelling.
type Operator string

// The operators. The first seven are for single values, the others for lists.
const (
	Equal          Operator = "=="
	NotEqual       Operator = "!="
	Greater        Operator = ">"
	GreaterOrEqual Operator = ">="
	Less           Operator = "<"
	LessOrEqual    Operator = "<="
	Contains       Operator = "CONTAINS" // the text on the left has the text on the right in it
	Has            Operator = "HAS"      // the list on the left has the value on the right
	In             Operator = "IN"       // the value on the left is in the list on the right
	NotIn          Operator = "NOT IN"
)

// Comparison is one test.
type Comparison struct {
	Span
	Left     Operand // a constant, a list of them or a path, and so is Right
	Operator Operator
	Right    Operand
}

// Path names a value, as worker.routing.skills[0] does.
type Path struct {
	Span
	Steps []Step // one at least, of which the first has a Name
}

// Step is one step of a [Path]: into the member Name of an object or, where Name
// is "", into the element Index of a list, counted from 0.
type Step struct {
	Name  string
	Index int // 0 or more
}

// List is a list of constants.
type List struct {
	Span
	Items []Scalar // in their order; none in an empty list
}

// String is a constant text.
type String struct {
	Span
	Value string // what stands between the quotes, as it is written
}

// Number is a constant number, as it is written: digits, and perhaps a point and
// more digits.
type Number struct {
	Span
	Text string
}

// Float64 returns the number, rounded to the nearest that a float64 can hold.
func (n *Number) Float64() float64 {
	f, err := strconv.ParseFloat(n.Text, 64)
	if err != nil {
		return math.Inf(1) // there is no sign, and what Parse accepts is in range
	}
	return f
}

// Boolean is true or false.
type Boolean struct {
	Span
	Value bool
}

// Null is null, which is also what a name stands for that has no value.
type Null struct {
	Span
}

func (*Logical) condition()    {}
func (*Comparison) condition() {}

func (*Path) operand()    {}
func (*List) operand()    {}
func (*String) operand()  {}
func (*Number) operand()  {}
func (*Boolean) operand() {}
func (*Null) operand()    {}

func (*String) scalar()  {}
func (*Number) scalar()  {}
func (*Boolean) scalar() {}
func (*Null) scalar()    {}

// Walk visits a node and all that it consists of, from left to right. It leaves
// out what a node consists of if visit returns false for it.
func Walk(node Node, visit func(Node) bool) {
	if !visit(node) {
		return
	}
	switch node := node.(type) {
	case *Logical:
		for _, condition := range node.Conditions {
			Walk(condition, visit)
		}
	case *Comparison:
		Walk(node.Left, visit)
		Walk(node.Right, visit)
	case *List:
		for _, item := range node.Items {
			Walk(item, visit)
		}
	}
}

// paths returns the paths of a node in the order in which they stand.
func paths(node Node) []*Path {
	var found []*Path
	Walk(node, func(node Node) bool {
		if path, ok := node.(*Path); ok {
			found = append(found, path)
		}
		return true
	})
	return found
}
