package taskrouter_test

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// The tests of this file send every operation of the document through the
// facade and hold what arrives against the document, key by key.

const etag = `W/"3"`

func TestEveryOperationHasItsMethods(t *testing.T) {
	table := facade(newService(t).client, nil)
	documented := map[string]bool{}
	for _, o := range operations(t) {
		documented[o.id] = true
		methods := table[o.id]
		if !o.list {
			assert.Len(t, methods, 1, "%s: methods of the facade", o.id)
			continue
		}
		if assert.Len(t, methods, 2, "%s: methods of the facade, one for a page and one for the list", o.id) {
			list := reflect.TypeOf(methods[1])
			assert.True(t, list.NumOut() == 1 && list.Out(0).CanSeq2(), "%s: %s is nothing to range over", o.id, list)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(table)) {
		assert.True(t, documented[id], "%s: the document has no such operation", id)
	}
}

func TestEveryKeyIsSentAsTheDocumentSays(t *testing.T) {
	eachRoute(t, func(t *testing.T, r route) {
		request, values := r.build(t, withSamples)
		want := expectation{identifiers: r.ids(), values: values}
		var options []taskrouter.CallOption
		if r.operation.conditional {
			want.ifMatch = etag
			options = append(options, taskrouter.WithIfMatch(etag))
		}
		r.checkSent(t, want, request, options...)
	})
}

// Flags have too few values to be told apart when all are set. One at a time,
// it shows if two have changed places.
func TestEveryKeyIsSentOnItsOwn(t *testing.T) {
	eachRoute(t, func(t *testing.T, r route) {
		for _, only := range r.pairing(t).pairs {
			request, values := r.build(t, func(p pair) filler {
				if p.key.name == only.key.name {
					return sample
				}
				return nothing
			})
			r.checkSent(t, expectation{identifiers: r.ids(), values: values}, request)
		}
	})
}

func TestZerosAreSentAndEmptySlicesAreNot(t *testing.T) {
	eachRoute(t, func(t *testing.T, r route) {
		request, values := r.build(t, withZeros)
		r.checkSent(t, expectation{identifiers: r.ids(), values: values}, request)
	})
}

func TestNothingButRequiredKeysIsSentUnlessSet(t *testing.T) {
	eachRoute(t, func(t *testing.T, r route) {
		request, values := r.build(t, withNothing)
		r.checkSent(t, expectation{identifiers: r.ids(), values: values}, request)
	})
}

// The generator may give two operations one type, as both kinds of reservation
// have. What only one of them takes must not get lost on its way to the other.
func TestFieldsThatTheDocumentDoesNotDeclareAreRefused(t *testing.T) {
	eachRoute(t, func(t *testing.T, r route) {
		for _, field := range r.pairing(t).undeclared {
			for name, fill := range map[string]filler{"a sample": sample, "zero": zero} {
				value, err := fill(schemaOf("string", ""), field.Type, 0)
				require.NoError(t, err)
				if (key{}).isSent(value) {
					request, _ := r.build(t, withNothing)
					request.FieldByIndex(field.Index).Set(value)
					err = r.checkRefused(t, r.ids(), request)
					assert.ErrorContains(t, err, field.Name, "%s: %s set to %s", r.operation.id, field.Name, name)
				}
			}
		}
	})
}

func TestArraysOutsideTheirBoundsAreRefused(t *testing.T) {
	eachRoute(t, func(t *testing.T, r route) {
		for _, p := range r.pairing(t).pairs {
			request, values := r.build(t, withSamples)
			field := request.FieldByIndex(p.field.Index)
			resize := func(n int) {
				slice := reflect.MakeSlice(p.field.Type, n, n)
				for i := range n {
					slice.Index(i).Set(values[p.key.name].Index(i % 2))
				}
				field.Set(slice)
			}
			if least := int(p.key.schema.MinItems); least > 0 {
				field.SetZero()
				assert.ErrorContains(t, r.checkRefused(t, r.ids(), request), p.field.Name)
				resize(least - 1)
				assert.ErrorContains(t, r.checkRefused(t, r.ids(), request), p.field.Name)
			}
			if p.key.schema.MaxItems != nil {
				most := int(*p.key.schema.MaxItems)
				resize(most + 1)
				assert.ErrorContains(t, r.checkRefused(t, r.ids(), request), p.field.Name)
				resize(most)
				values[p.key.name] = field
				r.checkSent(t, expectation{identifiers: r.ids(), values: values}, request)
			}
		}
	})
}

func TestIfMatchIsRefusedWhereTheDocumentDoesNotDeclareIt(t *testing.T) {
	eachRoute(t, func(t *testing.T, r route) {
		if r.operation.conditional {
			return // TestEveryKeyIsSentAsTheDocumentSays sends it
		}
		request, _ := r.build(t, withSamples)
		err := r.checkRefused(t, r.ids(), request, taskrouter.WithIfMatch(etag))
		assert.ErrorContains(t, err, "WithIfMatch", r.operation.id)
	})
}

// What would lead to another resource, or to none.
var (
	dots        = []string{"", ".", ".."}
	separations = []string{"a/b", `a\b`, "a?b", "a#b", "a\x00b", "a\nb"}
)

func TestIdentifiersThatNameNoResourceOfTheKindAreRefused(t *testing.T) {
	eachRoute(t, func(t *testing.T, r route) {
		request, _ := r.build(t, withSamples)
		for _, identifier := range r.operation.identifiers {
			refused := slices.Concat(dots, separations)
			if identifier.prefix != "" {
				refused = append(refused, sid("CA", 1), "voice", strings.ToLower(sid(identifier.prefix, 1)))
				for _, separation := range separations { // it is not the prefix that they are refused for
					refused = append(refused, identifier.prefix+separation)
				}
			}
			for _, text := range refused {
				ids := r.ids()
				ids[identifier.name] = text
				err := r.checkRefused(t, ids, request)
				assert.ErrorContains(t, err, identifier.name, "%s: %s is %q", r.operation.id, identifier.name, text)
			}
		}
	})
}

// Length and digits of a SID are the service's to judge, and so is what a
// unique name may consist of.
func TestIdentifiersThatTheServiceCanJudgeAreSentVerbatim(t *testing.T) {
	eachRoute(t, func(t *testing.T, r route) {
		request, values := r.build(t, withSamples)
		for _, identifier := range r.operation.identifiers {
			accepted := []string{"voice", "TC1", "très bien", "100%", "..%2F", "a+b&c=d;e:f@g,h", "..."}
			if identifier.prefix != "" {
				accepted = []string{identifier.prefix + "1", identifier.prefix + "no hex", identifier.prefix + strings.Repeat("f", 64)}
			}
			for _, text := range accepted {
				ids := r.ids()
				ids[identifier.name] = text
				r.checkSent(t, expectation{identifiers: ids, values: values}, request)
			}
		}
	})
}
