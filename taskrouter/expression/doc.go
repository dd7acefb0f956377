// Package expression reads the language in which TaskRouter is told which workers
// a task queue has, which tasks a filter of a workflow is for, and which workers
// a target asks. It finds out what is wrong with an expression before the service
// has it, and says what the expression is true of.
//
//	e, err := expression.Parse(`languages HAS "es" AND level >= 3`)
//	if err != nil {
//		return err // a *SyntaxError: where, what stands there, what could
//	}
//	for _, finding := range e.Check(expression.ContextQueue, expression.Samples{}) {
//		log.Print(finding)
//	}
//	if e.Match(expression.Attributes{"languages": []any{"en", "es"}, "level": 5}) {
//		…
//	}
//
// [Parse] reads an expression, [ParseOrder] an order_by, and [ParsePath] a known_worker_sid.
// What cannot be read is a [*SyntaxError]; what can be read never fails. What was parsed does
// not change, and many goroutines can use it.
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
// [Context]; an index counts from 0. A text cannot hold the quote that it stands in.
//
// There is no arithmetic, no function, no negation of a condition, no name with a
// hyphen in it and no negative number. A path alone is no condition: write
// vip == true. A task queue may have an empty expression, and then has no workers;
// here an empty one is an error.
//
// # What is true
//
// A path that leads nowhere is null, and so is a null in the attributes.
//
//   - x == null is true where x is missing, and x != null where it is there, be it a
//     single value, a list or an object.
//   - == and != compare single values otherwise: texts, numbers, true and false.
//   - >, >=, < and <= order numbers by value and texts by code point. CONTAINS finds
//     a text in a text.
//   - HAS finds the single value on its right in the list on its left, IN the value
//     on its left in the list on its right.
//   - A comparison of what does not fit is false and never an error: that of a list
//     by any operator but HAS, IN and NOT IN, and by these without a list.
//
// # In a test
//
// What a workspace does with a worker or a task can be asked without it:
//
//	worker := expression.Worker{SID: "WK1", Attributes: attributes} // of ParseAttributes
//	queue.Match(worker.Fields())              // is the worker in the queue?
//	filter.Match(task)                        // is the filter for the task?
//	target.MatchTarget(task, worker.Fields()) // does the target ask the worker?
//	skipIf.MatchCounts(expression.Count(workers))
//	expression.Sort(order, workers, expression.Worker.Fields)
//
// # Where the service's answer is not known
//
// The documentation leaves the following open. These are the choices of this
// package. [Expression.Check] and [Order.Check] warn of those with a mark, where
// attributes decide as far as samples show it.
//
//	AND beside OR without parentheses      ! AND binds tighter
//	words with small letters, but for      like those with capitals
//	and, in, not in
//	"Es" beside "es", Level beside level   ! different
//	a number and a text                    ! the text counts as the number that it spells in plain
//	                                         decimals, for == as for >: "6" == 6, "06" == 6 and "6" > 5;
//	                                         otherwise they are unequal and have no order
//	true and a text, or a number           ! unequal, without an order: "true" == true is false
//	a list and another, an object          ! neither == nor !=, but != null
//	> >= < <= of texts                       by code point, also where both spell numbers: "10" < "9"
//	> >= < <= with null, true or false     ! false
//	CONTAINS                               ! of two texts whether the one is in the other, else false
//	null and lists as constants              allowed: samples of the service have them
//	== null                                  true of what is missing
//	!= where one side is missing             true: x != true holds without an x
//	HAS, IN where a side is missing          false
//	NOT IN where the list is missing         true: who has no list has nothing in it
//	NOT IN where the value is missing        true of every list
//	\ in a text                            ! a character like any other
//	names with letters beyond a to z       ! allowed
//	names with _ and $                       allowed
//	words of the language as names         ! only after a dot: task.in
//	space beyond ASCII, as of web pages      not allowed
//	"." with space around it                 not allowed
//	parentheses in parentheses               up to 500
//	sid, friendly_name, activity_sid,      ! their values, if [Worker.Fields] is matched
//	activity_name, channel in a queue
//	the same, beside attributes so called    win over the attributes
//	CONTAINS, HAS, IN, NOT IN in a skip_if ! as elsewhere
//	a skip_if that names an activity         its count is 0
//	that no worker is in
//	order_by without ASC or DESC           ! ASC
//	5.0 in an order_by                       an integer
//	"5" in an order_by                     ! no integer: the whole order is ignored
package expression
