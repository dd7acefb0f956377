package workflow

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"
)

// String returns the configuration in its canonical form, the text for the
// service: compact JSON, with the members in the order of the fields, and after
// them those of Extra, sorted by name. Filters are left out if they are nil, and
// texts and numbers if they are empty or nil; the expression and the targets of a
// filter, which the service requires, are always there. <, > and & are written as
// they are.
//
// The result is always JSON. A value of Extra that [Parse] would not take, such as
// one that is no JSON, is written as a text that holds it. Bytes that are not UTF-8
// are replaced in texts, and a member whose name has some is left out.
// [Configuration.MarshalJSON] makes an error of all these.
func (c Configuration) String() string {
	text, _ := c.format()
	return text
}

// MarshalJSON returns what [Configuration.String] does. It is an error, with the
// place of everything that is wrong, if a text or a name is not UTF-8, or if a
// value of Extra is not JSON, holds a member twice or holds half of a surrogate
// pair. Note that json.Marshal escapes <, > and & in what it is given;
// [json.Encoder.SetEscapeHTML] turns that off.
func (c Configuration) MarshalJSON() ([]byte, error) {
	return marshal(func(w *writer) { w.configuration(topLevel, c) })
}

// MarshalJSON returns what stands in task_routing, as [Configuration.MarshalJSON]
// does.
func (t TaskRouting) MarshalJSON() ([]byte, error) {
	return marshal(func(w *writer) { w.taskRouting(topLevel, t) })
}

// MarshalJSON returns a filter as [Configuration.MarshalJSON] does.
func (f Filter) MarshalJSON() ([]byte, error) {
	return marshal(func(w *writer) { w.filter(topLevel, f) })
}

// MarshalJSON returns a target as [Configuration.MarshalJSON] does.
func (t Target) MarshalJSON() ([]byte, error) {
	return marshal(func(w *writer) { w.target(topLevel, t) })
}

func marshal(write func(w *writer)) ([]byte, error) {
	var w writer
	write(&w)
	if err := errors.Join(w.problems...); err != nil {
		return nil, fmt.Errorf("workflow: write configuration: %w", err)
	}
	return w.text.Bytes(), nil
}

// format returns the canonical form, and what it could not write as it is.
func (c Configuration) format() (string, []error) {
	var w writer
	w.configuration(topLevel, c)
	return w.text.String(), w.problems
}

func (w *writer) configuration(place string, c Configuration) {
	w.object(place, c.Extra, known{
		name: "task_routing",
		set:  c.TaskRouting.Filters != nil || c.TaskRouting.DefaultFilter != nil || len(c.TaskRouting.Extra) > 0,
		must: true,
		write: func(place string) {
			w.taskRouting(place, c.TaskRouting)
		},
	})
}

// A writer writes JSON, and collects what it could not write as it is.
type writer struct {
	text     bytes.Buffer
	problems []error
}

func (w *writer) taskRouting(place string, routing TaskRouting) {
	filters := w.list("filters", len(routing.Filters), func(place string, i int) { w.filter(place, routing.Filters[i]) })
	filters.set = routing.Filters != nil
	defaultFilter := known{name: "default_filter", set: routing.DefaultFilter != nil, write: func(place string) {
		w.target(place, *routing.DefaultFilter)
	}}
	w.object(place, routing.Extra, filters, defaultFilter)
}

func (w *writer) filter(place string, f Filter) {
	expression := w.string("expression", f.Expression)
	targets := w.list("targets", len(f.Targets), func(place string, i int) { w.target(place, f.Targets[i]) })
	expression.must, targets.must = true, true
	w.object(place, f.Extra, w.string("filter_friendly_name", f.FriendlyName), expression, targets)
}

func (w *writer) target(place string, t Target) {
	w.object(place, t.Extra,
		w.string("queue", t.Queue),
		w.string("expression", t.Expression),
		w.number("priority", t.Priority),
		w.number("timeout", t.Timeout),
		w.string("order_by", t.OrderBy),
		w.string("skip_if", t.SkipIf),
		w.string("known_worker_sid", t.KnownWorkerSID),
		w.string("known_worker_friendly_name", t.KnownWorkerFriendlyName),
	)
}

// known is a member that has a field.
type known struct {
	name string
	// set tells whether the field is; if not, the member of that name in Extra counts.
	set bool
	// must tells whether the member is written if neither is there.
	must  bool
	write func(place string)
}

func (w *writer) string(name, value string) known {
	return known{name: name, set: value != "", write: func(place string) {
		if !utf8.ValidString(value) {
			w.notUTF8(place, value)
		}
		w.quote(value)
	}}
}

func (w *writer) number(name string, value *int) known {
	return known{name: name, set: value != nil, write: func(string) { w.text.WriteString(strconv.Itoa(*value)) }}
}

func (w *writer) list(name string, length int, write func(place string, i int)) known {
	return known{name: name, set: length > 0, write: func(place string) {
		w.text.WriteByte('[')
		for i := range length {
			if i > 0 {
				w.text.WriteByte(',')
			}
			write(elementOf(place, i), i)
		}
		w.text.WriteByte(']')
	}}
}

func (w *writer) object(place string, extra map[string]json.RawMessage, members ...known) {
	others := maps.Clone(extra)
	w.text.WriteByte('{')
	start := w.text.Len()
	name := func(name string) string {
		if w.text.Len() > start {
			w.text.WriteByte(',')
		}
		w.quote(name)
		w.text.WriteByte(':')
		return memberOf(place, name)
	}
	for _, member := range members {
		raw, isExtra := others[member.name]
		delete(others, member.name)
		switch {
		case member.set || member.must && !isExtra:
			member.write(name(member.name))
		case isExtra:
			w.raw(name(member.name), raw)
		}
	}
	for _, other := range slices.Sorted(maps.Keys(others)) {
		if !utf8.ValidString(other) {
			w.notUTF8(place, other)
			continue // with its bytes replaced it could be the name of another
		}
		w.raw(name(other), others[other])
	}
	w.text.WriteByte('}')
}

// raw writes a value of Extra.
func (w *writer) raw(place string, raw json.RawMessage) {
	if raw == nil {
		raw = json.RawMessage("null") // as encoding/json does
	}
	if problems := check(place, raw); len(problems) > 0 {
		w.problems = append(w.problems, problems...)
		w.quote(string(raw))
		return
	}
	w.text.Write(compact(raw))
}

func check(place string, raw json.RawMessage) []error {
	if err := checkSyntax(raw); err != nil {
		return []error{fmt.Errorf("%s: %w", place, err)}
	}
	return checkMembers(place, raw)
}

func (w *writer) notUTF8(place, text string) {
	w.problems = append(w.problems, fmt.Errorf("%s: found %s, expected UTF-8", place, shorten(strconv.Quote(text))))
}

// quote writes a text as JSON.
func (w *writer) quote(text string) {
	encoder := json.NewEncoder(&w.text)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) //nolint:errchkjson // a string always encodes
	w.text.Truncate(w.text.Len() - len("\n"))
}
