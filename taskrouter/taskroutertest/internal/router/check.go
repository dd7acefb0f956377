package router

import (
	"bytes"
	"cmp"
	"encoding/json"
	"math"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
)

// The checks below return nil or the refusal of a field by its name. A field that
// is nil was not sent, and passes.

// firstOf returns the first refusal, if there is one.
func firstOf(refusals ...*Refusal) error {
	if refusal := cmp.Or(refusals...); refusal != nil {
		return refusal
	}
	return nil
}

const maxName = 64

// checkName wants something in a name, and no more than most characters of it.
func checkName(field string, name *string, most int) *Refusal {
	switch {
	case name == nil:
		return nil
	case *name == "":
		return Invalid("%s must not be empty", field)
	case utf8.RuneCountInString(*name) > most:
		return Invalid("%s has %d characters, at most %d are allowed", field, utf8.RuneCountInString(*name), most)
	}
	return nil
}

const anyLength = math.MaxInt

func checkRange(field string, value *int, least, most int) *Refusal {
	if value != nil && (*value < least || *value > most) {
		return Invalid("%s must be from %d to %d", field, least, most)
	}
	return nil
}

// CheckEnum wants one of the values that the document lists.
func CheckEnum[E interface {
	~string
	Valid() bool
}](field string, value *E) *Refusal {
	if value != nil && !(*value).Valid() {
		return Invalid("%s cannot be %q", field, string(*value))
	}
	return nil
}

// CheckSID wants the form of a SID, not that there is such a resource.
func CheckSID(field, prefix string, sid *string) *Refusal {
	if sid != nil && !IsSID(prefix, *sid) {
		return Invalid("%s is %s, which is no SID of %s", field, *sid, kinds[prefix])
	}
	return nil
}

// checkReference wants the SID of a resource that is there.
func checkReference[T Entry](field, prefix, noun string, sid *string, table *Table[T]) *Refusal {
	if refusal := CheckSID(field, prefix, sid); sid == nil || refusal != nil {
		return refusal
	}
	if !table.Has(*sid) {
		return Invalid("%s %s does not exist", noun, *sid)
	}
	return nil
}

// kinds are how sentences name what SIDs are of.
var kinds = map[string]string{
	"WS": "a workspace", "WA": "an activity", "WK": "a worker", "WQ": "a task queue", "WW": "a workflow",
	"WT": "a task", "WR": "a reservation", "TC": "a task channel", "WC": "a worker channel", "EV": "an event",
	"AC": "an account", "CA": "a call",
}

// checkURL wants an absolute URL, or none. Its fragment may hold connection
// overrides.
func checkURL(field string, text *string) *Refusal {
	if text == nil || *text == "" {
		return nil
	}
	u, err := url.Parse(*text)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return Invalid("%s is not an absolute http or https URL", field)
	}
	return nil
}

// CheckExpression wants an expression that can be parsed.
func CheckExpression(field string, source *string) *Refusal {
	if source == nil {
		return nil
	}
	if _, err := expression.Parse(*source); err != nil {
		return Invalid("%s: %s", field, strings.TrimPrefix(err.Error(), "expression: "))
	}
	return nil
}

const maxAttributes = 4096

// checkAttributes wants the text of a JSON object. No text is none.
func checkAttributes(text string) *Refusal {
	if text == "" {
		return nil
	}
	if n := utf8.RuneCountInString(text); n > maxAttributes {
		return Invalid("Attributes has %d characters, at most %d are allowed", n, maxAttributes)
	}
	if !isObject(text) {
		return Invalid("Attributes is not a JSON object")
	}
	return nil
}

func isObject(text string) bool {
	return utf8.ValidString(text) && json.Valid([]byte(text)) && strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "{")
}

// compact returns JSON as the service returns it: without the white space, and
// otherwise as it was.
func compact(text string) string {
	var out bytes.Buffer
	if err := json.Compact(&out, []byte(text)); err != nil {
		return text // which was checked before
	}
	return out.String()
}

// set changes a value to one that was sent.
func set[T any](value *T, sent *T) {
	if sent != nil {
		*value = *sent
	}
}
