package expression

import (
	"cmp"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strconv"
	"strings"
)

type kind uint8

const (
	nullKind kind = iota
	booleanKind
	numberKind
	textKind
	listKind
	objectKind
)

// value is a Go value as the language sees it. Which field counts is up to kind.
type value struct {
	kind    kind
	boolean bool
	number  number
	text    string
	list    []any
}

// number is an integer, exact, or the nearest float64. A float without a fraction
// that int64 can hold is exact, so that 5.0 is 5 however large 5 is.
type number struct {
	float   float64
	integer int64
	exact   bool
}

func numberOf(f float64) number {
	const beyond = 1 << 63 // the first that int64 cannot hold
	if f == math.Trunc(f) && -beyond <= f && f < beyond {
		return integerOf(int64(f))
	}
	return number{float: f}
}

func integerOf(i int64) number { return number{float: float64(i), integer: i, exact: true} }

func (n number) compare(other number) int {
	if n.exact && other.exact {
		return cmp.Compare(n.integer, other.integer)
	}
	order := cmp.Compare(n.float, other.float)
	switch {
	case order != 0 || n.exact == other.exact:
		return order
	case n.exact: // the other is the first that int64 cannot hold, to which this one is rounded
		return -1
	default:
		return 1
	}
}

// valueOf takes a nil of any type for null, which is what it is in JSON.
func valueOf(x any) value {
	switch x := x.(type) {
	case nil:
		return value{}
	case bool:
		return value{kind: booleanKind, boolean: x}
	case string:
		return value{kind: textKind, text: x}
	case float64:
		return value{kind: numberKind, number: numberOf(x)}
	case int64:
		return value{kind: numberKind, number: integerOf(x)}
	case json.Number:
		if n, ok := parseNumber(string(x)); ok {
			return value{kind: numberKind, number: n}
		}
		return value{kind: textKind, text: string(x)}
	case []any:
		if x == nil {
			return value{}
		}
		return value{kind: listKind, list: x}
	case map[string]any:
		if x == nil {
			return value{}
		}
		return value{kind: objectKind}
	default:
		return reflected(reflect.ValueOf(x))
	}
}

// reflected is for types that JSON does not decode to.
func reflected(v reflect.Value) value {
	v = pointedTo(v)
	switch v.Kind() {
	case reflect.Invalid:
		return value{}
	case reflect.Slice, reflect.Map:
		if v.IsNil() {
			return value{}
		}
	}
	switch v.Kind() {
	case reflect.Bool:
		return value{kind: booleanKind, boolean: v.Bool()}
	case reflect.String:
		return value{kind: textKind, text: v.String()}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return value{kind: numberKind, number: integerOf(v.Int())}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return value{kind: numberKind, number: unsigned(v.Uint())}
	case reflect.Float32, reflect.Float64:
		return value{kind: numberKind, number: numberOf(v.Float())}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return value{kind: objectKind} // JSON has no bytes
		}
		list := make([]any, v.Len())
		for i := range list {
			list[i] = v.Index(i).Interface()
		}
		return value{kind: listKind, list: list}
	default:
		return value{kind: objectKind}
	}
}

// pointedTo follows pointers, the Invalid value for a nil. A pointer that leads to
// itself is one that is followed no further.
func pointedTo(v reflect.Value) reflect.Value {
	const most = 8
	for range most {
		if v.Kind() != reflect.Pointer && v.Kind() != reflect.Interface {
			return v
		}
		v = v.Elem()
	}
	return v
}

func unsigned(u uint64) number {
	if signed := int64(u); signed >= 0 {
		return integerOf(signed)
	}
	return number{float: float64(u)}
}

// member returns the member of an object, or nil.
func member(object any, name string) any {
	switch object := object.(type) {
	case map[string]any:
		return object[name]
	case Attributes:
		return object[name]
	}
	v := pointedTo(reflect.ValueOf(object))
	if v.Kind() != reflect.Map || v.Type().Key().Kind() != reflect.String {
		return nil
	}
	found := v.MapIndex(reflect.ValueOf(name).Convert(v.Type().Key()))
	if !found.IsValid() {
		return nil
	}
	return found.Interface()
}

// element returns the element of a list, or nil.
func element(list any, index int) any {
	elements := valueOf(list).list
	if index >= len(elements) {
		return nil
	}
	return elements[index]
}

func (v value) isScalar() bool {
	return v.kind == booleanKind || v.kind == numberKind || v.kind == textKind
}

// asNumber returns a number, and the number that a text spells in plain decimals.
func (v value) asNumber() (n number, ok bool) {
	if v.kind == numberKind {
		return v.number, true
	}
	if v.kind != textKind || !isDecimal(v.text) {
		return number{}, false
	}
	return parseNumber(v.text)
}

// isDecimal reports whether a text is digits, perhaps with a sign before them and
// a point among them. A phone number, which begins with +, is none.
func isDecimal(text string) bool {
	whole, fraction, point := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	return allDigits(whole) && (!point || allDigits(fraction))
}

func allDigits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}

// parseNumber parses what JSON calls a number. One that is beyond float64 is
// infinite.
func parseNumber(text string) (n number, ok bool) {
	if i, ok := parseInteger(text); ok {
		return integerOf(i), true
	}
	f, err := strconv.ParseFloat(text, 64)
	return numberOf(f), err == nil || errors.Is(err, strconv.ErrRange)
}

// maxDigits is how many digits always fit a uint64.
const maxDigits = 19

// parseInteger asks strconv only where there is an integer that fits, since that
// allocates its errors.
func parseInteger(text string) (i int64, ok bool) {
	digits, negative := strings.CutPrefix(text, "-")
	if len(digits) > maxDigits || !allDigits(digits) {
		return 0, false
	}
	u, err := strconv.ParseUint(digits, 10, 64)
	if err != nil || u > math.MaxInt64 {
		return 0, false
	}
	if negative {
		return -int64(u), true
	}
	return int64(u), true
}

// compare orders numbers by value and texts by code point. A number and a text
// are ordered by value if the text spells a number. Nothing else has an order.
func compare(a, b value) (order int, ok bool) {
	if a.kind == textKind && b.kind == textKind {
		return strings.Compare(a.text, b.text), true
	}
	x, isNumber := a.asNumber()
	y, bothNumbers := b.asNumber()
	return x.compare(y), isNumber && bothNumbers
}

// same reports whether two scalars are equal.
func same(a, b value) bool {
	switch {
	case a.kind == booleanKind && b.kind == booleanKind:
		return a.boolean == b.boolean
	case a.kind == textKind && b.kind == textKind:
		return a.text == b.text
	}
	order, ok := compare(a, b)
	return ok && order == 0
}
