package capability

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// object is a JSON object whose members are taken out one by one, by their exact
// names: encoding/json alone would take EXP for exp. What is wrong with them is
// kept until it is asked for.
type object struct {
	path    string // of the object, and a dot; "" for the outermost
	members map[string]json.RawMessage
	faults  *[]string // of the outermost
}

// newObject reads an object. A text that is not UTF-8 is refused: the decoder
// would put other characters in the place of its bytes.
func newObject(text []byte) (*object, error) {
	o := &object{faults: new([]string)}
	if !utf8.Valid(text) || json.Unmarshal(text, &o.members) != nil || o.members == nil {
		return nil, errors.New("expected a JSON object")
	}
	return o, nil
}

func (o *object) report(format string, arguments ...any) {
	*o.faults = append(*o.faults, o.path+fmt.Sprintf(format, arguments...))
}

// mismatch reports a value that does not fit, or the beginning of a long one.
func (o *object) mismatch(name string, value json.RawMessage, expected string) {
	o.report("%s is %.40s, expected %s", name, value, expected)
}

// fault is everything that was reported, nil if nothing was.
func (o *object) fault() error {
	if len(*o.faults) == 0 {
		return nil
	}
	return errors.New(strings.Join(*o.faults, "; "))
}

// has tells whether there is such a member. Null is as good as nothing.
func (o *object) has(name string) bool {
	value, found := o.members[name]
	return found && string(value) != "null"
}

// demand reports members that are not there. It comes before they are taken.
func (o *object) demand(names ...string) {
	for _, name := range names {
		if !o.has(name) {
			o.report("%s is missing", name)
		}
	}
}

// take takes a member into target, and tells whether there was one that fits.
func (o *object) take(name string, target any, expected string) bool {
	value, found := o.members[name], o.has(name)
	delete(o.members, name)
	if !found {
		return false
	}
	if json.Unmarshal(value, target) != nil {
		o.mismatch(name, value, expected)
		return false
	}
	return true
}

func (o *object) text(name string) (text string) {
	o.take(name, &text, "a string")
	return text
}

// flag takes a member that is false unless it is there.
func (o *object) flag(name string) (flag bool) {
	o.take(name, &flag, "true or false")
	return flag
}

// child takes a member that is an object; it is empty if there is none.
func (o *object) child(name string) *object {
	var members map[string]json.RawMessage
	o.take(name, &members, "an object")
	return o.inner(name, members)
}

// inner is an object within o, whose faults are among those of o.
func (o *object) inner(name string, members map[string]json.RawMessage) *object {
	return &object{path: o.path + name + ".", members: members, faults: o.faults}
}

// sid takes a member that is a SID with one of some prefixes.
func (o *object) sid(name string, prefixes ...string) string {
	var sid string
	if o.take(name, &sid, "a string") && !slices.ContainsFunc(prefixes, func(prefix string) bool { return isSID(prefix, sid) }) {
		o.report("%s is %q, expected %s and then letters and digits", name, sid, strings.Join(prefixes, " or "))
	}
	return sid
}

// lastSecond is the end of the year 9999, the last that has a text by RFC 3339.
const lastSecond = 253402300799

// time takes a member that counts seconds since 1970. Fractions are cut off; no
// library of the service writes any.
func (o *object) time(name string) time.Time {
	const expected = "seconds since 1970, up to the year 9999"
	value := o.members[name]
	var seconds float64 // exact for whole numbers up to 2^53, and reads 1.7e9 as well
	if !o.take(name, &seconds, expected) {
		return time.Time{}
	}
	if seconds < 0 || seconds > lastSecond {
		o.mismatch(name, value, expected)
	}
	return time.Unix(int64(seconds), 0).UTC()
}

// close reports members that were not taken, where an unknown one could change
// what the others mean.
func (o *object) close() {
	for _, name := range slices.Sorted(maps.Keys(o.members)) {
		o.report("%s is not known", name)
	}
}

// rest is what was not taken, nil if that is nothing.
func (o *object) rest() map[string]json.RawMessage {
	if len(o.members) == 0 {
		return nil
	}
	return o.members
}
