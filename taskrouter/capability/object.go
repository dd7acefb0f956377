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

// fault is everything that was reported, nil if nothing was.
func (o *object) fault() error {
	if len(*o.faults) == 0 {
		return nil
	}
	return errors.New(strings.Join(*o.faults, "; "))
}

// has tells whether there is such a member. Null is as good as nothing.
func (o *object) has(name string) bool {
	raw, found := o.members[name]
	return found && string(raw) != "null"
}

// optional takes a member into target, and tells whether there was one that fits.
func (o *object) optional(name string, target any) bool {
	raw, found := o.members[name], o.has(name)
	delete(o.members, name)
	if !found {
		return false
	}
	if err := json.Unmarshal(raw, target); err != nil {
		o.report("%s: %v", name, err)
		return false
	}
	return true
}

// required takes a member that must be there into target.
func (o *object) required(name string, target any) {
	o.demand(name)
	o.optional(name, target)
}

func (o *object) demand(name string) {
	if !o.has(name) {
		o.report("%s is missing", name)
	}
}

// child takes a member that is an object; it is empty if there is none. Its faults
// are among those of o.
func (o *object) child(name string) *object {
	child := &object{path: o.path + name + ".", faults: o.faults}
	o.optional(name, &child.members)
	return child
}

// sid takes a member that is a SID with one of some prefixes, if it is there.
func (o *object) sid(name string, prefixes ...string) string {
	var sid string
	if o.optional(name, &sid) && !slices.ContainsFunc(prefixes, func(prefix string) bool { return isSID(prefix, sid) }) {
		o.report("%s is %q, expected %s and then letters and digits", name, sid, strings.Join(prefixes, " or "))
	}
	return sid
}

// requiredSID takes a SID that must be there.
func (o *object) requiredSID(name string, prefixes ...string) string {
	o.demand(name)
	return o.sid(name, prefixes...)
}

// lastSecond is the end of the year 9999, the last that has a text by RFC 3339.
const lastSecond = 253402300799

// time takes a member that counts seconds since 1970, if it is there. Fractions
// are cut off; no library of the service writes any.
func (o *object) time(name string) time.Time {
	var seconds float64 // exact for whole numbers up to 2^53, and reads 1.7e9 as well
	if !o.optional(name, &seconds) {
		return time.Time{}
	}
	if seconds < 0 || seconds > lastSecond {
		o.report("%s is %g, expected seconds since 1970, up to the year 9999", name, seconds)
	}
	return time.Unix(int64(seconds), 0).UTC()
}

// requiredTime takes a time that must be there.
func (o *object) requiredTime(name string) time.Time {
	o.demand(name)
	return o.time(name)
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
