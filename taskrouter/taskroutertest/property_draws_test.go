package taskroutertest_test

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"pgregory.net/rapid"
)

// What is drawn at random: numbers, and forms that are right or wrong.

// draw draws one of some, each as often. Those that rapid draws itself are the first
// ones mostly.
func draw[T any](t *rapid.T, label string, items []T) T {
	return items[number(t, label, 0, len(items)-1)]
}

// oneIn is true rarely.
func oneIn(t *rapid.T, n int, label string) bool { return number(t, label, 0, n-1) == n-1 }

func number(t *rapid.T, label string, least, most int) int {
	return least + int(evenly.Draw(t, label)*float64(most-least+1))
}

// evenly draws numbers from 0 to less than 1.
var evenly = rapid.Custom(func(t *rapid.T) float64 {
	fraction := 0.0
	for range 16 {
		fraction /= 2
		if rapid.Bool().Draw(t, "") {
			fraction += 0.5
		}
	}
	return fraction
})

// A form is built field by field; valid tells whether it can be.
type form struct {
	t     *rapid.T
	set   url.Values
	valid bool
}

func newForm(t *rapid.T) *form { return &form{t: t, set: make(url.Values), valid: true} }

// want tells whether a field is to be sent.
func (f *form) want(field string) bool { return rapid.Bool().Draw(f.t, field) }

// wrong tells whether a field is to be wrong, and then makes it so.
func (f *form) wrong(field string, values ...string) bool {
	if !oneIn(f.t, 32, field+" is wrong") {
		return false
	}
	f.set.Set(field, draw(f.t, "wrong "+field, values))
	f.valid = false
	return true
}

// text sets a field that can be one of some texts.
func (f *form) text(field string, value *string, texts ...string) {
	*value = draw(f.t, field, texts)
	f.set.Set(field, *value)
}

func (f *form) flag(field string, value *bool) {
	if !f.want(field) {
		return
	}
	*value = rapid.Bool().Draw(f.t, field+" is")
	f.set.Set(field, strconv.FormatBool(*value))
}

func (f *form) number(field string, value *int, least, most int, wrong ...string) {
	if !f.want(field) || f.wrong(field, append(wrong, "many")...) {
		return
	}
	*value = number(f.t, field+" is", least, most)
	f.set.Set(field, strconv.Itoa(*value))
}

// refer sets a field that refers to a resource, sometimes to one that is not there.
func refer[T interface{ resource() *modelResource }](f *form, field, prefix string, value *T, items []T) {
	if len(items) == 0 || !f.want(field) || f.wrong(field, "nonsense", prefix+strings.Repeat("0", 32)) {
		return
	}
	*value = draw(f.t, field+" is", items)
	f.set.Set(field, (*value).resource().sid)
}

func (f *form) attributes(value *modelAttributes) {
	if !f.want("Attributes") || f.wrong("Attributes", "{", "[]", "1", `{"text":"`+strings.Repeat("x", 4096)+`"}`) {
		return
	}
	*value = drawAttributes(f.t)
	f.set.Set("Attributes", value.spaced())
}

func drawAttributes(t *rapid.T) modelAttributes {
	a := modelAttributes{
		kind:  draw(t, "kind", []string{"", "call", "chat", "mail"}),
		level: number(t, "level", -1, 4),
	}
	a.tags = draw(t, "tags", [][]string{nil, {"en"}, {"es"}, {"es", "fr"}, {"fr", "en"}})
	return a
}

func drawExpression(t *rapid.T, depth int) modelExpression {
	kind := draw(t, "kind", []string{"call", "chat", "mail"})
	level := number(t, "level", 0, 4)
	tag := draw(t, "tag", []string{"en", "es", "fr"})
	shapes := []modelExpression{
		{fmt.Sprintf("kind == '%s'", kind), func(a modelAttributes) bool { return a.kind == kind }},
		{fmt.Sprintf("kind != %q", kind), func(a modelAttributes) bool { return a.kind != kind }},
		{fmt.Sprintf("kind IN ['%s', 'call']", kind), func(a modelAttributes) bool { return a.kind == kind || a.kind == "call" }},
		{fmt.Sprintf("level > %d", level), func(a modelAttributes) bool { return a.level > level }},
		{fmt.Sprintf("level <= %d", level), func(a modelAttributes) bool { return a.level >= 0 && a.level <= level }},
		{fmt.Sprintf("tags HAS '%s'", tag), func(a modelAttributes) bool { return slices.Contains(a.tags, tag) }},
		{"1==1", func(modelAttributes) bool { return true }},
		{"1==0", func(modelAttributes) bool { return false }},
	}
	e := draw(t, "expression", shapes)
	if depth == 0 || rapid.Bool().Draw(t, "simple") {
		return e
	}
	if rapid.Bool().Draw(t, "and") {
		return e.and(drawExpression(t, depth-1))
	}
	return e.or(drawExpression(t, depth-1))
}

// name is one that some resources share.
func name(t *rapid.T) string { return draw(t, "name", []string{"One", "Two", "Drei & Vier", "fünf"}) }

// ifMatch draws an If-Match, and tells whether the version meets it.
func ifMatch(t *rapid.T, version int) (header []string, met bool) {
	v := strconv.Itoa(version)
	switch number(t, "If-Match", 0, 7) {
	case 0:
		return []string{"If-Match", v}, true
	case 1:
		return []string{"If-Match", `"` + v + `"`}, true
	case 2:
		return []string{"If-Match", `W/"` + v + `"`}, true
	case 3:
		return []string{"If-Match", "*"}, true
	case 4:
		return []string{"If-Match", strconv.Itoa(version + 1)}, false
	case 5:
		return []string{"If-Match", `"` + strconv.Itoa(version+7) + `"`}, false
	}
	return nil, true
}
