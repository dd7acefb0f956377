package merge_test

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/internal/merge"
)

// A random document and random changes to it. A seed is all the input there is: a
// decision in the middle of the bytes of a fuzzer would move all that follow.
func FuzzWhatAProgramChanges(f *testing.F) {
	for seed := range uint64(300) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		random := mergeRandom{rand.New(rand.NewPCG(seed, 0))}
		original := random.profile()
		var other, old, left mergeProfile
		require.NoError(t, json.Unmarshal([]byte(random.profile()), &other))
		require.NoError(t, json.Unmarshal([]byte(original), &old), original)
		result := mergeChange(t, original, func(p *mergeProfile) {
			random.change(reflect.ValueOf(p).Elem(), reflect.ValueOf(other))
			left = *p
		})
		before, after := mergeEncode(t, old), mergeEncode(t, left)

		deep, err := merge.Objects([]byte(original), []byte(before), []byte(after), mergeAnyFits)
		require.NoError(t, err)
		within := string(deep) == result // or else whole members were replaced
		assert.Equal(t, mergeUnknown(t, original, within), mergeUnknown(t, result, within))
		changed := mergeMembers(t, after)
		for name, text := range mergeMembers(t, before) {
			if changed[name] == text {
				delete(changed, name)
			}
		}
		for name := range mergeMembers(t, result) {
			assert.True(t, strings.Contains(original, `"`+name+`"`) || changed[name] != "" || name == "\ufffd" || name == "ab", "%s is in %s and neither in %s nor in %s", name, result, original, after)
		}

		again, err := merge.Objects([]byte(result), []byte(after), []byte(after), mergeAnyFits)
		require.NoError(t, err)
		assert.Equal(t, result, string(again))
	})
}

// mergeMembers returns the texts of the members of an object.
func mergeMembers(t *testing.T, text string) map[string]string {
	var members map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(text), &members))
	texts := map[string]string{}
	for name, text := range members {
		texts[name] = string(text)
	}
	return texts
}

// mergeUnknown returns the members, one by one and in their order, that a
// mergeProfile does not know of a document and, within, of each place that it has.
func mergeUnknown(t *testing.T, text string, within bool) []string {
	known := []string{"id", "name"}
	for field := range reflect.TypeFor[mergeProfile]().Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		known = append(known, name)
	}
	known = append(known, "inner", "untagged")
	decoder := json.NewDecoder(strings.NewReader(text))
	var unknown []string
	_, err := decoder.Token()
	for require.NoError(t, err); decoder.More(); {
		start := decoder.InputOffset()
		name, err := decoder.Token()
		require.NoError(t, err)
		nameText := strings.TrimLeft(text[start:decoder.InputOffset()], ", \n\t")
		var value json.RawMessage
		require.NoError(t, decoder.Decode(&value))
		fold := func(other string) bool { return strings.EqualFold(other, name.(string)) }
		switch {
		case fold("place") && value[0] == '{' && within:
			unknown = append(unknown, mergeUnknown(t, string(value), within)...)
		case name == "" || !slices.ContainsFunc(known, fold):
			unknown = append(unknown, nameText+":"+string(value))
		}
	}
	return unknown
}

// Nothing of a document is unknown to a map.
func FuzzMaps(f *testing.F) {
	f.Add([]byte(`{"a":1.0,"A":{"b":[1,null]},"a":{"c":"\ud800"}}`), []byte(`{"A":{"b":[null,2,{}]},"a":{"c":"d"}}`))
	f.Add([]byte("null"), []byte(` { "":12345678901234567890} `))
	f.Add([]byte(`{"a":[[1],[1.0],{"id":1,"x":2}]}`), []byte(`{"a":[{"id":1,"x":3},[1.00]]}`))
	f.Fuzz(func(t *testing.T, original, other []byte) {
		var left map[string]any
		if json.Unmarshal(original, &left) != nil || json.Unmarshal(other, &left) != nil {
			t.Skip("no objects")
		}
		left = nil
		require.NoError(t, json.Unmarshal(other, &left))
		mergeChange(t, string(original), func(m *map[string]any) { *m = left })
	})
}

func FuzzAnything(f *testing.F) {
	f.Add([]byte(`{"a":{"b":1}}`), []byte(`{"A":{"b":[]}}`), []byte(`{"a":{"B":2},"A":1}`))
	f.Add([]byte(`{"a":[1,{"b":1}]}`), []byte(`{"a":[{},{}]}`), []byte(`{"a":[{},null]}`))
	f.Add([]byte(`{"a":}`), []byte(`[1]`), []byte(""))
	f.Fuzz(func(t *testing.T, original, before, after []byte) {
		result, err := merge.Objects(original, before, after, mergeAnyFits)
		if err != nil {
			assert.Nil(t, result)
			return
		}
		var object map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(result, &object))
		for _, text := range [][]byte{original, before, after} {
			require.NoError(t, json.Unmarshal(text, &object))
		}
	})
}

// mergeRandom makes documents and changes.
type mergeRandom struct{ *rand.Rand }

func (r mergeRandom) one(of ...string) string { return of[r.IntN(len(of))] }

func (r mergeRandom) text() string {
	return r.one(`"a"`, `"b"`, `"c"`, `"\u0061"`, `""`, `"<é>"`, "null")
}

func (r mergeRandom) number() string {
	return r.one("1", "1.0", "1e0", "0.123456789", "-2", "0", "null")
}

func (r mergeRandom) unknown() string {
	return r.one("1.0", "123456789012345678901234567890", "null", `"\u0041\/<>&"`, `"\ud800"`, "\"é\u2028\"", `{"b": 1.0, "a":[ ]}`, "[1.0, null]", "-0")
}

func (r mergeRandom) orNull(value func() string) func() string {
	return func() string {
		if r.IntN(8) == 0 {
			return "null"
		}
		return value()
	}
}

func (r mergeRandom) list(entry func() string) func() string {
	return func() string {
		var entries []string
		for range r.IntN(5) {
			entries = append(entries, r.one("", " ")+entry())
		}
		return "[" + strings.Join(entries, ",") + "]"
	}
}

func (r mergeRandom) place() string {
	return r.object(map[string]func() string{
		"id":   func() string { return r.one("1", "2", "3", "0", "null") },
		"name": r.text,
	})
}

// indexed is a place with a key of its own, without which it cannot be found again
// where a type that knows it by its key has put it.
func (r mergeRandom) indexed() string {
	return `{"x":` + r.unknown() + r.one("", `,"name":"a"`, `,"NAME":"\u0062"`) + r.one(`,"id":1}`, `,"ID":2}`, `, "id" :3}`)
}

func (r mergeRandom) byName() string {
	var members []string
	for range r.IntN(4) {
		members = append(members, r.one(`"home"`, `"work"`, `"Home"`, `"hom\u0065"`)+":"+r.orNull(r.place)())
	}
	return "{" + strings.Join(members, ",") + "}"
}

func (r mergeRandom) profile() string {
	return r.object(map[string]func() string{
		"owner": r.text, "note": r.text, "inner": r.text, "pointer": r.text,
		"quoted":   func() string { return r.one(`"1"`, `"12345678901234567"`, "null") },
		"big":      func() string { return r.one("12345678901234567890", "1", "0") },
		"inexact":  r.number,
		"time":     r.time,
		"times":    r.list(r.time),
		"place":    r.orNull(r.place),
		"optional": r.orNull(r.place),
		"places":   r.orNull(r.list(r.orNull(r.place))),
		"pointers": r.orNull(r.list(r.orNull(r.place))),
		"names":    r.orNull(r.list(r.text)),
		"numbers":  r.list(r.list(r.number)),
		"pair":     r.list(r.text),
		"set":      r.list(r.text),
		"index":    r.list(r.indexed),
		"by_name":  r.orNull(r.byName),
		"any":      func() string { return r.one(r.number(), r.text(), r.byName(), r.list(r.place)(), r.list(r.number)()) },
		"raw":      func() string { return r.one(r.unknown(), r.place(), r.list(r.place)()) },
		"untagged": func() string { return r.one("true", "false") },
	})
}

func (r mergeRandom) time() string {
	return r.one(`"2026-03-01T09:30:00.000Z"`, `"2026-03-01T09:30:00+01:00"`, `"2026-03-01T09:30:00Z"`, "null")
}

// object writes some of the members that it has values for, some of them spelt
// otherwise or more than once, and others among them.
func (r mergeRandom) object(values map[string]func() string) string {
	names := slices.Sorted(maps.Keys(values))
	var members []string
	for range r.IntN(2 * len(names)) {
		name := r.one(names...)
		value := values[name]
		switch r.IntN(8) {
		case 0:
			name = strings.ToUpper(name)
		case 1:
			name = strings.ReplaceAll(name, "s", "ſ")
		case 2, 3:
			name, value = r.one("unknown", `a\u0062`, `\ud800`, "<&>\u2028", "", "Unknown"), r.unknown
		}
		members = append(members, r.one("", " ", "\n\t")+`"`+name+`"`+r.one("", " ")+":"+r.one("", " ")+value())
	}
	return "{" + strings.Join(members, ",") + r.one("", " ") + "}"
}

// change takes some of other, at any depth, and puts lists in disorder.
func (r mergeRandom) change(v, other reflect.Value) {
	decision := r.IntN(4)
	if decision == 0 {
		return
	}
	switch {
	case decision == 1 || v.Type() == reflect.TypeFor[time.Time]() || v.Type() == reflect.TypeFor[json.RawMessage]():
		v.Set(other)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			r.change(v.Field(i), other.Field(i))
		}
	case v.Kind() == reflect.Slice && v.Len() > 0:
		v.Set(r.disorder(reflect.AppendSlice(reflect.MakeSlice(v.Type(), 0, v.Len()), v), other))
	case v.Kind() == reflect.Map && !v.IsNil():
		changed := reflect.MakeMap(v.Type())
		for _, m := range []reflect.Value{v, other} {
			for key, value := range m.Seq2() {
				if r.IntN(3) > 0 {
					changed.SetMapIndex(key, value)
				}
			}
		}
		v.Set(changed)
	default:
		v.Set(other)
	}
}

func (r mergeRandom) disorder(list, other reflect.Value) reflect.Value {
	i := r.IntN(list.Len())
	switch r.IntN(6) {
	case 0:
		return reflect.AppendSlice(list.Slice(0, i), list.Slice(i+1, list.Len()))
	case 1:
		return reflect.AppendSlice(list, other)
	case 2:
		return reflect.AppendSlice(other, list)
	case 3:
		return reflect.Append(list, list.Index(i))
	case 4:
		reflect.Swapper(list.Interface())(0, i)
	}
	if other.Len() > 0 {
		r.change(list.Index(i), other.Index(r.IntN(other.Len())))
	}
	return list
}
