package upstream

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/openapi"
)

// mutation is one change of our document, and what is found while it lasts: where
// holds the places, what a part of the text.
type mutation struct {
	name  string
	apply func() (undo func())
	where []string
	what  string // while ours is changed
	// reverse is what while theirs is, at where or at declared; both are empty if
	// there is nothing to report.
	reverse    string
	declared   string
	operations []string
}

// TestFindsEachMutation changes our document in every way, one at a time, on our
// side and on theirs. Every hundredth time all operations are compared, otherwise,
// which saves a minute, those that the change concerns and two others.
func TestFindsEachMutation(t *testing.T) {
	changed, intact := load(t, string(openapi.Document)), load(t, string(openapi.Document))
	require.Empty(t, compare(t, intact, changed), "a document differs from itself")
	for i, m := range mutationsOf(t, changed) {
		concerned := func(id string) bool {
			return i%100 == 0 || id == "getEvent" || id == "deleteTask" || slices.Contains(m.operations, id)
		}
		assertMutation(t, m, changed, intact, concerned)
	}
	require.Empty(t, compare(t, intact, changed), "a mutation was not undone")
}

func TestMutationsAreOfEveryKind(t *testing.T) {
	kinds := make(map[string]int)
	for _, m := range mutationsOf(t, load(t, string(openapi.Document))) {
		kind, _, _ := strings.Cut(m.name, " ")
		kinds[kind]++
	}
	for _, kind := range []string{
		"format", "limit", "list", "member", "null", "operation", "parameter", "pattern", "required", "status", "type", "value",
	} {
		assert.Greater(t, kinds[kind], 10, "mutations of %s", kind)
	}
}

func assertMutation(t *testing.T, m mutation, changed, intact *openapi3.T, concerned func(id string) bool) {
	t.Helper()
	defer m.apply()()
	changed, intact = only(changed, concerned), only(intact, concerned)
	assertFound(t, m, m.what, compare(t, intact, changed))
	if m.declared != "" {
		m.where = []string{m.declared}
	}
	assertFound(t, m, m.reverse, compare(t, changed, intact))
}

// only is a document with some of its operations.
func only(doc *openapi3.T, concerned func(id string) bool) *openapi3.T {
	part := *doc
	part.Paths = openapi3.NewPaths()
	for path, item := range doc.Paths.Map() {
		kept := &openapi3.PathItem{Parameters: item.Parameters}
		for method, o := range item.Operations() {
			if concerned(o.OperationID) {
				kept.SetOperation(method, o)
			}
		}
		part.Paths.Set(path, kept)
	}
	return &part
}

// assertFound wants exactly that, of exactly the operations that show it, once.
func assertFound(t *testing.T, m mutation, what string, findings []Finding) {
	t.Helper()
	if what == "" {
		assert.Empty(t, findings, m.name)
		return
	}
	var where []string
	operations := make(map[string]bool)
	for _, f := range findings {
		where = append(where, f.Where)
		assert.Contains(t, f.What, what, m.name)
		for _, o := range f.Operations {
			operations[o.ID] = true
		}
	}
	assert.ElementsMatch(t, m.where, where, m.name)
	assert.Equal(t, m.operations, slices.Sorted(maps.Keys(operations)), m.name)
}

func mutationsOf(t *testing.T, doc *openapi3.T) []mutation {
	t.Helper()
	var all []mutation
	for _, o := range operationsOf(doc) {
		all = append(all, ofOperation(doc, o)...)
		all = append(all, ofParameters(o)...)
		all = append(all, ofStatus(o))
	}
	r := &reach{doc: doc, names: namesOf(doc), sites: make(map[*openapi3.Schema]*site)}
	r.document()
	for schema, s := range r.sites {
		all = append(all, r.ofMembers(schema, s)...)
		all = append(all, ofValue(schema, s)...)
	}
	slices.SortFunc(all, func(a, b mutation) int { return strings.Compare(a.name, b.name) })
	return all
}

func ofOperation(doc *openapi3.T, o operation) []mutation {
	item := doc.Paths.Value(o.Path)
	return []mutation{{
		name: "operation " + o.ID,
		apply: func() func() {
			item.SetOperation(o.Method, nil)
			return func() { item.SetOperation(o.Method, o.details) }
		},
		where:      []string{o.Method + " " + o.Path},
		what:       "ours lacks the operation",
		reverse:    "theirs has no such operation",
		operations: []string{o.ID},
	}}
}

func ofParameters(o operation) []mutation {
	var all []mutation
	whole := o.details.Parameters
	for i, ref := range whole {
		p := ref.Value
		all = append(all, mutation{
			name: "parameter " + o.ID + " " + p.Name,
			apply: func() func() {
				o.details.Parameters = slices.Delete(slices.Clone(whole), i, i+1)
				return func() { o.details.Parameters = whole }
			},
			where:      []string{o.ID + " " + p.In + " " + p.Name},
			what:       "ours lacks it; theirs: ",
			reverse:    "theirs has no such parameter",
			operations: []string{o.ID},
		})
	}
	return all
}

func ofStatus(o operation) mutation {
	responses := o.details.Responses
	status := slices.Sorted(maps.Keys(successes(responses)))[0]
	return mutation{
		name: "status " + o.ID,
		apply: func() func() {
			was := responses.Value(status)
			responses.Delete(status)
			responses.Set("299", was)
			return func() { responses.Delete("299"); responses.Set(status, was) }
		},
		where:      []string{o.ID},
		what:       "theirs answers with status ",
		reverse:    "theirs answers with status 299",
		operations: []string{o.ID},
	}
}

// site is where a schema stands, which is told here by a walk that shares nothing
// with the comparison but the view of a schema.
type site struct {
	where      string
	ways       map[direction]bool
	operations map[string]bool
	composers  map[string]map[string]bool // schemas that hold it in an allOf, with their operations
}

func (s *site) ids() []string { return slices.Sorted(maps.Keys(s.operations)) }

type reach struct {
	doc   *openapi3.T
	names map[any]place
	sites map[*openapi3.Schema]*site
}

func (r *reach) document() {
	for _, o := range operationsOf(r.doc) {
		for _, p := range o.parameters {
			where := o.ID + " " + p.In + " " + p.Name
			if name, ok := r.names[p]; ok {
				where = string(name)
			}
			r.walk(o.ID, where, text, valueOf(p.Schema))
		}
		if o.details.RequestBody != nil {
			for media, content := range o.details.RequestBody.Value.Content {
				way := input
				if media == form {
					way = text
				}
				r.walk(o.ID, "", way, valueOf(content.Schema))
			}
		}
		for _, response := range successes(o.details.Responses) {
			for _, content := range response.Content {
				r.walk(o.ID, "", output, valueOf(content.Schema))
			}
		}
	}
}

func (r *reach) walk(operation, where string, way direction, schema *openapi3.Schema) {
	if schema == nil {
		return
	}
	if name, ok := r.names[schema]; ok {
		where = string(name)
	}
	s := r.sites[schema]
	if s == nil {
		s = &site{where: where, ways: make(map[direction]bool), operations: make(map[string]bool), composers: make(map[string]map[string]bool)}
		r.sites[schema] = s
	}
	if s.operations[operation] && s.ways[way] {
		return
	}
	s.ways[way], s.operations[operation] = true, true
	for name, ref := range schema.Properties {
		r.walk(operation, where+"."+name, way, ref.Value)
	}
	if schema.Items != nil {
		r.walk(operation, where+"[]", way, schema.Items.Value)
	}
	if others := schema.AdditionalProperties.Schema; others != nil {
		r.walk(operation, where+".*", way, others.Value)
	}
	for _, part := range schema.AllOf {
		r.walk(operation, where, way, part.Value)
		if len(schema.AllOf) > 1 {
			composers := r.sites[part.Value].composers
			if composers[where] == nil {
				composers[where] = make(map[string]bool)
			}
			composers[where][operation] = true
		}
	}
}

// holders are the places at which a change of the schema as a whole shows: its own if an
// operation holds it for itself, and that of each allOf that it is a part of.
func (s *site) holders() []string {
	alone := maps.Clone(s.operations)
	var holders []string
	for where, operations := range s.composers {
		holders = append(holders, where)
		for o := range operations {
			delete(alone, o)
		}
	}
	if len(alone) > 0 {
		holders = append(holders, s.where)
	}
	return holders
}

func (r *reach) ofMembers(schema *openapi3.Schema, s *site) []mutation {
	var all []mutation
	for name, ref := range schema.Properties {
		removed := mutation{
			name: "member " + s.where + "." + name,
			apply: func() func() {
				delete(schema.Properties, name)
				return func() { schema.Properties[name] = ref }
			},
			what:       "ours lacks it; theirs: ",
			reverse:    "theirs has no such member",
			declared:   s.where + "." + name,
			operations: s.ids(),
		}
		if len(schema.Properties) == 1 && len(s.composers) == 0 {
			removed.reverse = "" // without members theirs says nothing
		}
		for _, holder := range s.holders() {
			removed.where = append(removed.where, holder+"."+name)
		}
		all = append(all, removed, ofRequired(schema, s, name))
		if ref.Value.Nullable && s.ways[output] {
			view := viewOf(schema)
			all = append(all, ofNull(ref.Value, s, name, view.nullSaysNothing()))
		}
	}
	return all
}

func ofRequired(schema *openapi3.Schema, s *site, name string) mutation {
	was := schema.Required
	flip := mutation{
		name:       "required " + s.where + "." + name,
		where:      []string{s.where + "." + name},
		operations: s.ids(),
	}
	required := slices.Contains(was, name)
	flip.apply = func() func() {
		if required {
			schema.Required = slices.DeleteFunc(slices.Clone(was), func(n string) bool { return n == name })
		} else {
			schema.Required = append(slices.Clone(was), name)
		}
		return func() { schema.Required = was }
	}
	switch {
	case !s.ways[output] && required:
		flip.what, flip.reverse = "theirs is required, ours optional", "theirs is optional, ours required"
	case !s.ways[output]:
		flip.what, flip.reverse = "theirs is optional, ours required", "theirs is required, ours optional"
	case required:
		flip.what = "theirs is in every answer, ours optional"
	default:
		flip.reverse = "theirs is in every answer, ours optional"
	}
	return flip
}

func ofNull(member *openapi3.Schema, s *site, name string, noNews bool) mutation {
	m := mutation{
		name:       "null " + s.where + "." + name,
		apply:      func() func() { member.Nullable = false; return func() { member.Nullable = true } },
		where:      []string{s.where + "." + name},
		what:       "theirs may be null, ours not",
		operations: s.ids(),
	}
	if noNews {
		m.what = ""
	}
	return m
}

func ofValue(schema *openapi3.Schema, s *site) []mutation {
	one := func(kind, what, reverse string, apply func() func()) mutation {
		return mutation{
			name: kind + " " + s.where, apply: apply, where: s.holders(),
			what: what, reverse: reverse, operations: s.ids(),
		}
	}
	var all []mutation
	if len(schema.Enum) > 1 {
		was := schema.Enum
		for i := range was {
			all = append(all, one("value", fmt.Sprintf("ours lacks the value %q", was[i]), fmt.Sprintf("theirs has no value %q", was[i]), func() func() {
				schema.Enum = slices.Delete(slices.Clone(was), i, i+1)
				return func() { schema.Enum = was }
			}))
		}
	}
	if was := schema.Type; was != nil && schema.AdditionalProperties.Schema == nil {
		other := openapi3.TypeObject
		if was.Is(other) {
			other = openapi3.TypeArray
		}
		all = append(all, one("type", "theirs is ", "theirs is ", func() func() {
			schema.Type = &openapi3.Types{other}
			return func() { schema.Type = was }
		}))
	}
	if was := *schema; was.Type.Is("array") {
		all = append(all, one("list", "theirs is list of", "ours list of", func() func() {
			*schema = openapi3.Schema{Type: &openapi3.Types{"boolean"}}
			return func() { *schema = was }
		}))
	}
	if was := schema.Format; was == "date-time" || was == "int64" || was == "uri" {
		all = append(all, one("format", "theirs has the format "+was, "", func() func() {
			schema.Format = ""
			return func() { schema.Format = was }
		}))
	}
	if was := schema.Pattern; was != "" {
		all = append(all, one("pattern", "theirs has the pattern "+was, "", func() func() {
			schema.Pattern = ""
			return func() { schema.Pattern = was }
		}))
	}
	if was := schema.Max; was != nil {
		all = append(all, one("limit", fmt.Sprintf("theirs has maximum %v, ours none", *was), "", func() func() {
			schema.Max = nil
			return func() { schema.Max = was }
		}))
	}
	return all
}

func load(t testing.TB, text string) *openapi3.T {
	t.Helper()
	doc, err := Load([]byte(text))
	require.NoError(t, err)
	return doc
}

func compare(t testing.TB, theirs, ours *openapi3.T) []Finding {
	t.Helper()
	findings, err := Compare(theirs, ours)
	require.NoError(t, err)
	return findings
}
