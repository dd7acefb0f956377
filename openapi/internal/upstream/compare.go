// Package upstream compares a published OpenAPI document of the service with ours.
//
// The documents describe one service in different words. What counts is what a
// client can see: operations, what they take, and what they answer. Names of
// operations and schemas, descriptions, defaults, failures and how a schema is put
// together do not. Where ours says the same or says it more closely, there is
// nothing to report; rules.go says how that is judged.
package upstream

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Compare returns every difference, by operation in the order of the paths.
func Compare(theirs, ours *openapi3.T) ([]Finding, error) {
	published, held := operationsOf(theirs), operationsOf(ours)
	c := newComparer(namesOf(ours))
	common := 0
	for _, key := range keysInOrder(published, held) {
		t, inTheirs := published[key]
		o, inOurs := held[key]
		switch {
		case !inOurs:
			c.at = t.Operation
			c.report(Lack, place(t.Method+" "+t.Path), "ours lacks the operation; theirs: %s", t.ID)
		case !inTheirs:
			c.at = o.Operation
			c.report(Extra, place(o.Method+" "+o.Path), "theirs has no such operation")
		default:
			common++
			c.at = o.Operation
			c.operation(t, o)
		}
	}
	if common == 0 {
		return nil, errors.New("no operation is in both documents: is it a document of this service?")
	}
	return c.findings, nil
}

func keysInOrder(published, held map[string]operation) []string {
	all := maps.Clone(published)
	maps.Copy(all, held) // ours give the order where both have it
	return slices.SortedFunc(maps.Keys(all), func(a, b string) int {
		return inOrder(all[a].Operation, all[b].Operation)
	})
}

// comparer collects what it finds.
type comparer struct {
	names    map[any]place // of the schemas and parameters that have one in our document
	at       Operation     // ours, except for one that we lack
	findings []Finding
	found    map[string]int
	inside   map[pair]bool
	views    map[*openapi3.Schema]*view
}

func newComparer(names map[any]place) *comparer {
	return &comparer{
		names:  names,
		found:  make(map[string]int),
		inside: make(map[pair]bool),
		views:  make(map[*openapi3.Schema]*view),
	}
}

// view remembers what a schema says, as most are asked for many times.
func (c *comparer) view(schema *openapi3.Schema) *view {
	v := c.views[schema]
	if v == nil {
		v = viewOf(schema)
		c.views[schema] = v
	}
	return v
}

// pair is what is being compared, by which a schema that holds itself is known.
type pair struct {
	theirs, ours *openapi3.Schema
}

// report keeps a finding, or the operation if another showed the same before.
func (c *comparer) report(kind Kind, where place, format string, args ...any) {
	what := fmt.Sprintf(format, args...)
	key := fmt.Sprint(kind, where, what)
	i, known := c.found[key]
	if !known {
		i = len(c.findings)
		c.found[key] = i
		c.findings = append(c.findings, Finding{Kind: kind, Where: string(where), What: what})
	}
	if operations := &c.findings[i].Operations; !slices.Contains(*operations, c.at) {
		*operations = append(*operations, c.at)
	}
}

// namesOf are the places that are edited once for all that refer to them.
func namesOf(doc *openapi3.T) map[any]place {
	names := make(map[any]place)
	if doc.Components == nil {
		return names
	}
	for name, ref := range doc.Components.Schemas {
		if ref != nil && ref.Value != nil && ref.Ref == "" {
			names[ref.Value] = place(name)
		}
	}
	for name, ref := range doc.Components.Parameters {
		if ref != nil && ref.Value != nil && ref.Ref == "" {
			names[ref.Value] = place("parameter " + name)
		}
	}
	return names
}

// placeOf is the place of a schema that is reached at one. A reference that stands
// alone in an allOf is a reference with a description.
func (c *comparer) placeOf(at place, schema *openapi3.Schema) place {
	for range maxDepth {
		if schema == nil {
			return at
		}
		if name, ok := c.names[schema]; ok {
			return name
		}
		if len(schema.AllOf) != 1 || len(schema.Properties) > 0 || len(schema.Enum) > 0 {
			return at
		}
		schema = valueOf(schema.AllOf[0])
	}
	return at
}

func (c *comparer) operation(theirs, ours operation) {
	at := place(nameOf(ours.Operation))
	if theirs.details.Deprecated && !ours.details.Deprecated {
		c.report(Lack, at, "theirs is deprecated")
	}
	c.pathParameters(theirs, ours)
	c.parameters(at, theirs.parameters, ours.parameters)
	c.body(at, theirs.details.RequestBody, ours.details.RequestBody)
	c.answers(at, theirs.details.Responses, ours.details.Responses)
}

func nameOf(o Operation) string {
	return cmp.Or(o.ID, o.Method+" "+o.Path)
}

// pathParameters compares them by their place in the path.
func (c *comparer) pathParameters(theirs, ours operation) {
	names := hole.FindAllString(ours.Path, -1)
	for i, name := range hole.FindAllString(theirs.Path, -1) {
		if name != names[i] {
			c.report(Note, "path parameters", "%s is %s here", name, names[i])
		}
		t, o := theirs.pathParameter(name), ours.pathParameter(names[i])
		if t == nil || o == nil {
			continue // a document that does not declare it says nothing of it
		}
		c.parameter(place(nameOf(ours.Operation)+" path "+o.Name), t, o)
	}
}

func (o operation) pathParameter(hole string) *openapi3.Parameter {
	name := strings.Trim(hole, "{}")
	for _, p := range o.parameters {
		if p.In == openapi3.ParameterInPath && p.Name == name {
			return p
		}
	}
	return nil
}

func (c *comparer) parameters(at place, theirs, ours []*openapi3.Parameter) {
	held, published := byKey(ours), byKey(theirs)
	for _, t := range theirs {
		if t.In == openapi3.ParameterInPath {
			continue
		}
		here := at + place(" "+t.In+" "+t.Name)
		o := held[parameterKey(t)]
		if o == nil {
			c.report(Lack, here, "ours lacks it; theirs: %s, %s", c.view(schemaOf(t)), requiredness(t.Required))
			continue
		}
		c.parameter(here, t, o)
	}
	for _, o := range ours {
		if o.In != openapi3.ParameterInPath && published[parameterKey(o)] == nil {
			c.report(Extra, at+place(" "+o.In+" "+o.Name), "theirs has no such parameter")
		}
	}
}

func byKey(parameters []*openapi3.Parameter) map[string]*openapi3.Parameter {
	m := make(map[string]*openapi3.Parameter)
	for _, p := range parameters {
		m[parameterKey(p)] = p
	}
	return m
}

func (c *comparer) parameter(at place, theirs, ours *openapi3.Parameter) {
	if name, ok := c.names[ours]; ok {
		at = name
	}
	if theirs.In != openapi3.ParameterInPath { // which are always required
		c.required(at, theirs.Required, ours.Required)
	}
	if theirs.Deprecated && !ours.Deprecated {
		c.report(Lack, at, "theirs is deprecated")
	}
	c.value(at, text, schemaOf(theirs), schemaOf(ours))
	c.style(at, theirs, ours)
}

// style compares how a list is written.
func (c *comparer) style(at place, theirs, ours *openapi3.Parameter) {
	t, o := c.view(schemaOf(theirs)), c.view(schemaOf(ours))
	if !t.is("array") || !o.is("array") {
		return
	}
	published, err := theirs.SerializationMethod()
	held, errOurs := ours.SerializationMethod()
	if err != nil || errOurs != nil || *published == *held {
		return
	}
	c.report(Lack, at, "theirs is written with style %s, explode %t; ours with style %s, explode %t",
		published.Style, published.Explode, held.Style, held.Explode)
}

// schemaOf is that of a parameter, which may be written in a format of its own.
func schemaOf(p *openapi3.Parameter) *openapi3.Schema {
	if p.Schema != nil {
		return p.Schema.Value
	}
	for _, name := range slices.Sorted(maps.Keys(p.Content)) {
		if media := p.Content[name]; media != nil {
			return valueOf(media.Schema)
		}
	}
	return nil
}

func (c *comparer) required(at place, theirs, ours bool) {
	if theirs != ours {
		c.report(Lack, at, "theirs is %s, ours %s", requiredness(theirs), requiredness(ours))
	}
}

func requiredness(required bool) string {
	if required {
		return "required"
	}
	return "optional"
}
