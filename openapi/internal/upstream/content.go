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
	if published != nil && held != nil && theirs.Value.Required && !ours.Value.Required {
		c.report(Lack, at+" body", "theirs is required, ours optional")
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
		if !isWildcard(t) {
			c.report(Lack, at, "theirs answers with status %s, ours with %s", t, o)
		}
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

// successes are the answers of the statuses of success, or that of any status if there
// are none.
func successes(responses *openapi3.Responses) map[string]*openapi3.Response {
	found := make(map[string]*openapi3.Response)
	for status, ref := range responses.Map() {
		if strings.HasPrefix(status, "2") && ref != nil && ref.Value != nil {
			found[status] = ref.Value
		}
	}
	if other := responses.Default(); len(found) == 0 && other != nil && other.Value != nil {
		found["default"] = other.Value
	}
	return found
}

// isWildcard tells a status that says less than a number.
func isWildcard(status string) bool {
	return status == "default" || strings.EqualFold(status, "2XX")
}

func (c *comparer) answer(at place, theirs, ours *openapi3.Response) {
	for _, name := range slices.Sorted(maps.Keys(theirs.Headers)) {
		here := at + place(" header "+name)
		t, o := headerOf(theirs, name), headerOf(ours, name)
		switch {
		case o == nil:
			c.report(Lack, here, "ours lacks it")
		case t != nil:
			c.value(here, text, schemaOf(t), schemaOf(o))
		}
	}
	c.content(at, output, theirs.Content, ours.Content)
}

// headerOf finds one whose name is written in any case.
func headerOf(response *openapi3.Response, name string) *openapi3.Parameter {
	for n, ref := range response.Headers {
		if strings.EqualFold(n, name) && ref != nil && ref.Value != nil {
			return &ref.Value.Parameter
		}
	}
	return nil
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
