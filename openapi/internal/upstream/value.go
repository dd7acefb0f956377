package upstream

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// direction is the way that a value goes, and how.
type direction int

const (
	text   direction = iota // to the service, as text: parameters and forms
	input                   // to the service, as JSON
	output                  // to the client, as JSON
)

// maxDepth is far more than a document of people needs.
const maxDepth = 50

func (c *comparer) value(at place, way direction, theirs, ours *openapi3.Schema) {
	here := pair{theirs, ours}
	if c.inside[here] || len(c.inside) > maxDepth {
		return
	}
	c.inside[here] = true
	defer delete(c.inside, here)

	at = c.placeOf(at, ours)
	t, o := c.view(theirs), c.view(ours)
	switch {
	case t.saysNothing():
		return
	case o.saysNothing():
		c.report(Lack, at, "ours has no type; theirs: %s", t)
		return
	case len(t.choices) > 0 || len(o.choices) > 0:
		c.choices(at, way, t, o)
		if !slices.Equal(t.types, o.types) {
			return
		}
	case !sameType(t, o):
		c.report(Lack, at, "theirs is %s, ours %s", t, o)
		return
	}
	c.enum(at, t, o)
	c.restrictions(at, t, o)
	c.entries(at, way, t, o)
	c.members(at, way, t, o)
}

// choices compares those that are written alike. Which of others mean the same is
// for people to tell.
func (c *comparer) choices(at place, way direction, t, o *view) {
	if !c.sameChoices(way, t.choices, o.choices) {
		c.report(Lack, at, "theirs is %s, ours %s: look at it yourself", t, o)
	}
}

func (c *comparer) sameChoices(way direction, theirs, ours []openapi3.SchemaRefs) bool {
	if len(theirs) != len(ours) {
		return false
	}
	trial := newComparer(c.names)
	trial.inside, trial.views = c.inside, c.views
	for i := range theirs {
		if len(theirs[i]) != len(ours[i]) {
			return false
		}
		for j := range theirs[i] {
			trial.value("", way, valueOf(theirs[i][j]), valueOf(ours[i][j]))
			trial.value("", way, valueOf(ours[i][j]), valueOf(theirs[i][j]))
		}
	}
	return len(trial.findings) == 0
}

func (c *comparer) enum(at place, t, o *view) {
	switch {
	case len(t.enum) == 0:
		return // ours may list what theirs leaves open
	case len(o.enum) == 0:
		c.report(Lack, at, "ours lists no values; theirs: %s", strings.Join(t.enum, ", "))
		return
	}
	for _, value := range t.enum {
		if !slices.Contains(o.enum, value) {
			c.report(Lack, at, "ours lacks the value %q", value)
		}
	}
	for _, value := range o.enum {
		if !slices.Contains(t.enum, value) {
			c.report(Extra, at, "theirs has no value %q", value)
		}
	}
}

// restrictions compares what theirs says. Where it says nothing, ours says more.
func (c *comparer) restrictions(at place, t, o *view) {
	if t.format != o.format && formatMatters(t, o) {
		c.report(Lack, at, "theirs has the format %s, ours %s", t.format, cmp.Or(o.format, "none"))
	}
	if t.pattern != "" && t.pattern != o.pattern {
		c.report(Lack, at, "theirs has the pattern %s, ours %s", t.pattern, cmp.Or(o.pattern, "none"))
	}
	for _, name := range slices.Sorted(maps.Keys(t.limits)) {
		limit, ok := o.limits[name]
		switch {
		case t.pattern != "" && strings.HasSuffix(name, "Length"):
			continue // the pattern says it too
		case !ok:
			c.report(Lack, at, "theirs has %s %v, ours none", name, t.limits[name])
		case limit != t.limits[name]:
			c.report(Lack, at, "theirs has %s %v, ours %v", name, t.limits[name], limit)
		}
	}
}

func (c *comparer) entries(at place, way direction, t, o *view) {
	if t.items == nil || !t.is("array") {
		return
	}
	at = at.entries()
	if o.items == nil {
		c.report(Lack, at, "ours has no type; theirs: %s", c.view(t.items))
		return
	}
	c.null(at, way, t.items, o.items)
	c.value(at, way, t.items, o.items)
}

func (c *comparer) members(at place, way direction, t, o *view) {
	if !t.is("object") || t.free() {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(t.properties)) {
		c.theirMember(at, way, t, o, name)
	}
	for _, name := range slices.Sorted(maps.Keys(o.properties)) {
		c.ourMember(at, way, t, o, name)
	}
	switch {
	case t.others == nil || c.view(t.others).saysNothing():
	case o.others != nil:
		c.mapValue(at, way, t.others, o.others)
	case o.free() || len(t.properties) > 0:
		c.report(Lack, at.values(), "ours has no type; theirs: %s", c.view(t.others))
	}
}

// mapValue compares what a map of ours holds.
func (c *comparer) mapValue(at place, way direction, theirs, ours *openapi3.Schema) {
	c.null(at.values(), way, theirs, ours)
	c.value(at.values(), way, theirs, ours)
}

func (c *comparer) theirMember(at place, way direction, t, o *view, name string) {
	member := t.properties[name].schema
	ours, ok := o.properties[name]
	switch {
	case ok:
		c.member(c.homeOf(at, ours).member(name), way, t, o, name)
	case o.others != nil && !c.view(o.others).saysNothing(): // ours is a map, which holds it
		c.mapValue(at, way, member, o.others)
	default:
		v := c.view(member)
		c.report(Lack, at.member(name), "ours lacks it; theirs: %s%s", v, detail(way, t, v, name))
	}
}

// detail is what a reader of an answer, or a writer of a request, has to know of a
// member besides its type.
func detail(way direction, t, member *view, name string) string {
	switch {
	case way != output:
		return ", " + requiredness(t.required[name])
	case member.nullable && !t.nullSaysNothing():
		return ", may be null"
	}
	return ""
}

func (c *comparer) ourMember(at place, way direction, t, o *view, name string) {
	if _, ok := t.properties[name]; ok {
		return
	}
	ours := o.properties[name]
	at = c.homeOf(at, ours).member(name)
	if t.others == nil {
		c.report(Extra, at, "theirs has no such member")
		return
	}
	c.value(at, way, t.others, ours.schema) // theirs is a map, which holds it
}

// homeOf is the place of the schema that declares a member.
func (c *comparer) homeOf(at place, p property) place {
	if name, ok := c.names[p.home]; ok {
		return name
	}
	return at
}

func (c *comparer) member(at place, way direction, t, o *view, name string) {
	theirs, ours := t.properties[name].schema, o.properties[name].schema
	switch {
	case way != output:
		c.required(at, t.required[name], o.required[name])
	case t.required[name] && !o.required[name]:
		c.report(Lack, at, "theirs is in every answer, ours optional")
	}
	if way == input || !t.nullSaysNothing() {
		c.null(at, way, theirs, ours)
	}
	published, held := c.view(theirs), c.view(ours)
	if published.deprecated && !held.deprecated {
		c.report(Lack, at, "theirs is deprecated")
	}
	c.value(at, way, theirs, ours)
}

// null does without the opposite: who is ready for null loses nothing where none
// comes.
func (c *comparer) null(at place, way direction, theirs, ours *openapi3.Schema) {
	if way == text {
		return // where there is no null
	}
	t, o := c.view(theirs), c.view(ours)
	if t.nullable && !o.nullable && !o.saysNothing() {
		c.report(Lack, at, "theirs may be null, ours not")
	}
}
