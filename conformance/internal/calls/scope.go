package calls

import (
	"maps"
	"net/url"
	"slices"
)

// A scope is which requests of an operation a method makes.
type scope struct {
	fixed  url.Values // what the method itself sends
	fields []string   // what it may send besides, if not empty
	any    bool       // whether it may send anything besides
}

// everything is the scope of a method that makes all requests of its operation.
var everything = scope{any: true}

// only is the scope of a method that sends some values, written as a query, and
// some fields.
func only(fixed string, fields ...string) scope {
	values, err := url.ParseQuery(fixed)
	if err != nil {
		panic(err)
	}
	return scope{fixed: values, fields: fields}
}

// instruction is the scope of a method that carries out an instruction.
func instruction(name string) scope {
	return scope{fixed: url.Values{"Instruction": {name}}, any: true}
}

func (s scope) holds(r Request) bool {
	for name, values := range s.fixed {
		if !slices.Equal(r.Values[name], values) {
			return false
		}
	}
	if s.any {
		return true
	}
	if len(r.Values) == 0 {
		return false // a verb always sends something
	}
	for name, values := range s.rest(r).Values {
		if !slices.Contains(s.fields, name) || values[0] == "" {
			return false
		}
	}
	return true
}

// rest is a request without what the method itself sends.
func (s scope) rest(r Request) Request {
	r.Values = maps.Clone(r.Values)
	for name := range s.fixed {
		r.Values.Del(name)
	}
	return r
}
