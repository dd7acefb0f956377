package workflow

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Parse reads a configuration as the service takes it: with older names of
// members (friendly_name of a filter, task_queue_sid of a target), numbers as
// text, nulls, which are as if the member were not there, and members that it
// does not know, which go to Extra. Names are case-sensitive. Texts are kept as
// they are; expressions are not read.
//
// It is an error if something would have to be guessed or lost: a value of the
// wrong type, a number that is no int, a member that is there twice, half of a
// surrogate pair, invalid UTF-8. The error has everything that was found, a line
// each, with its place, such as task_routing.filters[2].targets[0].timeout. An
// error of syntax has line and column, counted in characters from 1, and is alone.
// encoding/json sets the limit for nesting, 10,000.
func Parse(text string) (Configuration, error) {
	return readValue([]byte(text), (*reader).configuration)
}

// UnmarshalJSON reads a configuration as [Parse] does, replacing the one that was
// there. A null changes nothing, as is the convention of encoding/json.
func (c *Configuration) UnmarshalJSON(data []byte) error {
	return unmarshal(data, c, (*reader).configuration)
}

// UnmarshalJSON reads what stands in task_routing, as [Parse] does.
func (t *TaskRouting) UnmarshalJSON(data []byte) error {
	return unmarshal(data, t, (*reader).taskRouting)
}

// UnmarshalJSON reads a filter as [Parse] does.
func (f *Filter) UnmarshalJSON(data []byte) error { return unmarshal(data, f, (*reader).filter) }

// UnmarshalJSON reads a target as [Parse] does.
func (t *Target) UnmarshalJSON(data []byte) error { return unmarshal(data, t, (*reader).target) }

func unmarshal[T any](data []byte, into *T, read func(r *reader, place string, raw json.RawMessage) T) error {
	if string(data) == "null" {
		return nil
	}
	value, err := readValue(data, read)
	if err == nil {
		*into = value
	}
	return err
}

func readValue[T any](data []byte, read func(r *reader, place string, raw json.RawMessage) T) (value T, err error) {
	if err := checkSyntax(data); err != nil {
		return value, fmt.Errorf("workflow: read configuration: %w", err)
	}
	r := reader{problems: checkMembers(topLevel, data)}
	value = read(&r, topLevel, data)
	if err := errors.Join(r.problems...); err != nil {
		var none T
		return none, fmt.Errorf("workflow: read configuration: %w", err)
	}
	return value, nil
}

// A reader reads values whose syntax is correct, and collects what is wrong with them.
type reader struct{ problems []error }

func (r *reader) expected(place, what string, found json.RawMessage) {
	r.problems = append(r.problems, fmt.Errorf("%s: found %s, expected %s", place, describe(found), what))
}

func (r *reader) configuration(place string, raw json.RawMessage) (c Configuration) {
	o, ok := r.object(place, raw)
	if !ok {
		return c
	}
	routing, ok := o.take("task_routing")
	if !ok {
		r.problems = append(r.problems, o.lacks("task_routing"))
		return c
	}
	c.TaskRouting = r.taskRouting(o.at("task_routing"), routing)
	c.Extra = o.rest()
	return c
}

func (r *reader) taskRouting(place string, raw json.RawMessage) (routing TaskRouting) {
	o, ok := r.object(place, raw)
	if !ok {
		return routing
	}
	routing.Filters = list(r, o, "filters", r.filter)
	if filter, ok := o.take("default_filter"); ok {
		routing.DefaultFilter = new(r.target(o.at("default_filter"), filter))
	}
	routing.Extra = o.rest()
	return routing
}

func (r *reader) filter(place string, raw json.RawMessage) (f Filter) {
	o, ok := r.object(place, raw)
	if !ok {
		return f
	}
	f.FriendlyName = r.renamed(o, "filter_friendly_name", "friendly_name")
	f.Expression, _ = r.text(o, "expression")
	// The list is written even if there is none, so an empty one is read as none:
	// what is written reads as what it was written from.
	if targets := list(r, o, "targets", r.target); len(targets) > 0 {
		f.Targets = targets
	}
	f.Extra = o.rest()
	return f
}

func (r *reader) target(place string, raw json.RawMessage) (t Target) {
	o, ok := r.object(place, raw)
	if !ok {
		return t
	}
	t.Queue = r.renamed(o, "queue", "task_queue_sid")
	t.Expression = r.optional(o, "expression")
	t.Priority = r.number(o, "priority")
	t.Timeout = r.number(o, "timeout")
	t.OrderBy = r.optional(o, "order_by")
	t.SkipIf = r.optional(o, "skip_if")
	t.KnownWorkerSID = r.optional(o, "known_worker_sid")
	t.KnownWorkerFriendlyName = r.optional(o, "known_worker_friendly_name")
	t.Extra = o.rest()
	return t
}

// An object is one of the document. What is read of it moves out of members.
type object struct {
	place          string
	members, extra map[string]json.RawMessage
}

func (r *reader) object(place string, raw json.RawMessage) (object, bool) {
	o := object{place: place, extra: map[string]json.RawMessage{}}
	if err := json.Unmarshal(raw, &o.members); err != nil || o.members == nil { // nil for null
		r.expected(place, "an object", raw)
		return o, false
	}
	return o, true
}

func (o object) at(name string) string { return memberOf(o.place, name) }

// lacks says that a member is missing, and what is there instead.
func (o object) lacks(name string) error {
	found := "nothing"
	if len(o.members) > 0 {
		found = shorten(strings.Join(slices.Sorted(maps.Keys(o.members)), ", "))
	}
	return fmt.Errorf("%s: found %s, expected the member %s with an object", o.place, found, name)
}

// take returns a member, unless it is null or not there.
func (o object) take(name string) (json.RawMessage, bool) {
	raw, ok := o.members[name]
	delete(o.members, name)
	return raw, ok && string(raw) != "null"
}

// rest returns what is for Extra.
func (o object) rest() map[string]json.RawMessage {
	for name, raw := range o.members {
		o.extra[name] = compact(raw)
	}
	if len(o.extra) == 0 {
		return nil
	}
	return o.extra
}

func (r *reader) text(o object, name string) (value string, ok bool) {
	raw, ok := o.take(name)
	if !ok {
		return "", false
	}
	if err := json.Unmarshal(raw, &value); err != nil {
		r.expected(o.at(name), "a text", raw)
	}
	return value, true
}

// optional reads a text that may be missing. An empty one is kept in extra, since
// it may not mean the same as none.
func (r *reader) optional(o object, name string) string {
	value, ok := r.text(o, name)
	o.keepEmpty(name, value, ok)
	return value
}

// renamed reads a text that has an older name too. The newer name wins.
func (r *reader) renamed(o object, name, older string) string {
	oldRaw := o.members[older]
	old, isOld := r.text(o, older)
	value, isNew := r.text(o, name)
	switch {
	case !isNew:
		value = old
	case isOld && old != value:
		o.extra[older] = oldRaw
	}
	o.keepEmpty(name, value, isOld || isNew)
	return value
}

func (o object) keepEmpty(name, value string, ok bool) {
	if ok && value == "" {
		o.extra[name] = json.RawMessage(`""`)
	}
}

// list reads a list of objects; it is nil if there is none.
func list[T any](r *reader, o object, name string, read func(place string, raw json.RawMessage) T) []T {
	raw, ok := o.take(name)
	if !ok {
		return nil
	}
	var elements []json.RawMessage
	if err := json.Unmarshal(raw, &elements); err != nil {
		r.expected(o.at(name), "a list", raw)
		return nil
	}
	values := make([]T, len(elements))
	for i, element := range elements {
		values[i] = read(elementOf(o.at(name), i), element)
	}
	return values
}

func (r *reader) number(o object, name string) *int {
	raw, ok := o.take(name)
	if !ok {
		return nil
	}
	text := string(raw)
	if raw[0] == '"' {
		_ = json.Unmarshal(raw, &text) // its syntax is correct
	}
	number, err := integer(text)
	if err != nil {
		r.expected(o.at(name), err.Error(), raw)
		return nil
	}
	return &number
}

var (
	errNumber   = errors.New("a whole number")
	errFraction = errors.New("a whole number, not a fraction")
	errRange    = fmt.Errorf("a whole number in range, from %d to %d", math.MinInt, math.MaxInt)
)

// integer returns the value of a number as JSON writes it, 5.0 and 5e2 included.
// Its errors are what was expected.
func integer(text string) (int, error) {
	var number json.Number
	if err := json.Unmarshal([]byte(text), &number); err != nil || number.String() != text {
		return 0, errNumber
	}
	if integer, err := strconv.Atoi(text); err == nil {
		return integer, nil
	}
	const exact = 1 << 53 // below which a float holds every integer
	switch float, err := number.Float64(); {
	case err != nil || math.Abs(float) >= exact:
		return 0, errRange
	case float != math.Trunc(float):
		return 0, errFraction
	default:
		return int(float), nil
	}
}
