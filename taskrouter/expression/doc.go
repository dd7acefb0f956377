// Package expression reads the language in which TaskRouter is told which workers
// a task queue has, which tasks a filter of a workflow is for, and which workers
// a target asks. It finds out what is wrong with an expression before the service
// has it, and says what the expression is true of.
//
//	e, err := expression.Parse(`languages HAS "es" AND level >= 3`)
//	if err != nil {
//		return err // a *SyntaxError: where, what stands there, what could
//	}
//	for _, finding := range e.Check(expression.Queue, expression.Samples{}) {
//		log.Print(finding)
//	}
//	if e.Match(expression.Attributes{"languages": []any{"en", "es"}, "level": 5}) {
//		…
//	}
//
// # The language
//
// An expression is a comparison, or several that are joined by AND and OR. AND
// binds tighter, and parentheses bind tightest. A comparison has an operator and
// two sides, each of which is a constant or a path:
//
//	condition  = comparison | condition AND condition | condition OR condition | "(" condition ")"
//	comparison = side operator side
//	side       = path | constant | "[" constant, … "]"
//	constant   = "text" | 'text' | digits | digits.digits | true | false | null
//	path       = name, then any number of .name and [index]
//	operator   = == | = | != | > | >= | < | <= | CONTAINS | HAS | >- | IN | <- | NOT IN
//
// Words of the language may have small letters. Names and texts are taken as they
// are written. What a path means is up to where the expression stands, see
// [Context]; an index counts from 0.
//
// There is no arithmetic, no function, no negation of a condition, no name with a
// hyphen in it and no negative number. A path alone is no condition: write
// vip == true.
//
// # What is true
//
// A path that leads nowhere is null, and so is a null in the attributes.
//
//   - == and != compare single values: texts, numbers, true and false. Against
//     null they ask whether something is there, and of a list, too, whether it is.
//   - >, >=, < and <= order numbers by value and texts by code point. CONTAINS
//     finds a text in a text.
//   - HAS finds the single value on its right in the list on its left, IN the
//     value on its left in the list on its right.
//   - A comparison of things that do not fit is false and never an error: all of
//     the first three kinds with a list, HAS, IN and NOT IN without one.
//
// # Where the service's answer is not known
//
// The documentation leaves the following open. These are the choices of this
// package; [Expression.Check] warns of most of them.
//
//	AND beside OR without parentheses      AND binds tighter
//	a number and a text                    the text counts as the number that it spells in plain
//	                                       decimals, for == as for >: "6" == 6 and "6" > 5; otherwise
//	                                       they are unequal and have no order
//	true and a text, or a number           unequal, without an order: "true" == true is false
//	a list and another, an object          neither == nor !=, but != null
//	> >= < <= of texts                     by code point, also where both spell numbers: "10" < "9"
//	> >= < <= with null, true or false     false
//	CONTAINS with anything but two texts   false
//	== null                                true of what is missing, as != null is of what is not
//	!= where one side is missing           true: x != true holds without an x
//	HAS, IN where a side is missing        false
//	NOT IN where a side is missing         true: who has no list has nothing in it
//	\ in a text                            a character like any other; a text cannot hold its own quote
//	letters beyond a to z in names         allowed
//	space beyond ASCII, as of web pages    not allowed
//	words of the language as names         not alone, but after a dot: task.in
//	"." with space around it               not allowed
//	names of a worker that the service     sid, friendly_name, activity_sid, activity_name and channel
//	sets, beside attributes so called      win over the attributes, see [Worker.Fields]
//	order_by without ASC or DESC           ASC
//	5.0 in an order_by                     an integer
//	a skip_if that names an activity       its count is 0
//	that no worker is in
package expression
