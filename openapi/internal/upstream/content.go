package upstream

import (
	"maps"
	"mime"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

const form = "application/x-www-form-urlencoded"

func (c *comparer) body(at place, theirs, ours *openapi3.RequestBodyRef) {
	var published, held openapi3.Content
	if theirs != nil && theirs.Value != nil {
		published = theirs.Value.Content
	}
	if ours != nil && ours.Value != nil {
		held = ours.Value.Content
	}
	c.content(at+" body", input, published, held)
}

// answers compares those of success. Which failures a document lists is its own
// affair.
func (c *comparer) answers(at place, theirs, ours *openapi3.Responses) {
	published, held := successes(theirs), successes(ours)
	missing, extra := without(published, held), without(held, published)
	if len(missing) == 1 && len(extra) == 1 {
		t, o := missing[0], extra[0]
		c.report(Lack, at, "theirs answers with status %s, ours with %s", t, o)
		c.answer(at+place(" "+o), published[t], held[o])
		missing, extra = nil, nil
	}
	for _, status := range missing {
		c.report(Lack, at+place(" "+status), "ours lacks the status")
	}
	for _, status := range extra {
		c.report(Extra, at+place(" "+status), "theirs has no such status")
	}
	for _, status := range slices.Sorted(maps.Keys(published)) {
		if o := held[status]; o != nil {
			c.answer(at+place(" "+status), published[status], o)
		}
	}
}

func successes(responses *openapi3.Responses) map[string]*openapi3.Response {
	found := make(map[string]*openapi3.Response)
	for status, ref := range responses.Map() {
		if strings.HasPrefix(status, "2") && ref != nil && ref.Value != nil {
			found[status] = ref.Value
		}
	}
	return found
}

func (c *comparer) answer(at place, theirs, ours *openapi3.Response) {
	for _, name := range slices.Sorted(maps.Keys(theirs.Headers)) {
		known := func(n string) bool { return strings.EqualFold(n, name) }
		if !slices.ContainsFunc(slices.Collect(maps.Keys(ours.Headers)), known) {
			c.report(Lack, at+place(" header "+name), "ours lacks it")
		}
	}
	c.content(at, output, theirs.Content, ours.Content)
}

// content compares bodies of one media type.
func (c *comparer) content(at place, way direction, theirs, ours openapi3.Content) {
	published, held := schemasOf(theirs), schemasOf(ours)
	for _, media := range slices.Sorted(maps.Keys(published)) {
		o, ok := held[media]
		if !ok {
			c.report(Lack, at, "ours has no %s; theirs: %s", media, c.view(published[media]))
			continue
		}
		if media == form && way == input {
			c.value(place(strings.TrimSuffix(string(at), " body"))+" form", text, published[media], o)
			continue
		}
		c.value(at, way, published[media], o)
	}
	for _, media := range without(held, published) {
		c.report(Extra, at, "theirs has no %s", media)
	}
}

// schemasOf are those of the media types without their parameters.
func schemasOf(content openapi3.Content) map[string]*openapi3.Schema {
	schemas := make(map[string]*openapi3.Schema)
	for name, media := range content {
		bare, _, err := mime.ParseMediaType(name)
		if err != nil {
			bare = name
		}
		schemas[bare] = nil
		if media != nil {
			schemas[bare] = valueOf(media.Schema)
		}
	}
	return schemas
}

func without[V any](m, other map[string]V) []string {
	var names []string
	for name := range m {
		if _, ok := other[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
