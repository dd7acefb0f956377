package runtime_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen/internal/runtime"
)

type (
	status     string
	attributes string
	moment     time.Time
	level      uint8
)

// evening is still 1 January in UTC, but the 2nd where it was taken.
var evening = time.Date(2026, 1, 2, 1, 34, 5, 6789, time.FixedZone("IST", 5*3600+1800))

const eveningText = "2026-01-01T20:04:05Z"

// Paging and hidden are embedded below.
type Paging struct {
	PageSize *int `form:"PageSize,omitempty"`
}

type hidden struct {
	Reason string `json:"Reason"`
}

// Request has a field of every kind that a body of the document can have.
type Request struct {
	Text       *string     `json:"Text,omitempty"`
	Flag       *bool       `json:"Flag,omitempty"`
	Number     *int        `json:"Number,omitempty"`
	Big        *int64      `json:"Big,omitempty"`
	Small      *level      `json:"Small,omitempty"`
	Double     *float64    `json:"Double,omitempty"`
	Float      *float32    `json:"Float,omitempty"`
	Status     *status     `json:"Status,omitempty"`
	At         *time.Time  `json:"At,omitempty"`
	Moment     *moment     `json:"Moment,omitempty"`
	Events     []status    `json:"Events,omitempty"`
	Times      []time.Time `json:"Times"`
	Pointed    *[]status   `json:"Pointed,omitempty"`
	Attributes attributes  `json:"Attributes,omitempty"`
	When       time.Time   `json:"When,omitzero"`
	Renamed    *string     `form:"FormName,omitempty" json:"JSONName,omitempty"`
	OptionOnly *string     `form:",omitempty" json:"NameInJSON"`
	Skipped    chan int    `json:"-"`
	NotInForm  chan int    `form:"-" json:"NotInForm"`
	Dash       *string     `form:"-,"`
}

func TestMarshalFormSends(t *testing.T) {
	tests := map[string]struct {
		body Request
		want url.Values
	}{
		"nothing for nil, nil slices and empty omitempty fields": {
			Request{}, url.Values{},
		},
		"pointers to false, zero and the empty text": {
			Request{Flag: new(false), Number: new(0), Text: new(""), Double: new(0.0), Status: new(status(""))},
			url.Values{"Flag": {"false"}, "Number": {"0"}, "Text": {""}, "Double": {"0"}, "Status": {""}},
		},
		"text byte for byte": {
			Request{Text: new("{\"a\":\"x y&z=1+2 é☃\"}\r\n%;\x00\xff")},
			url.Values{"Text": {"{\"a\":\"x y&z=1+2 é☃\"}\r\n%;\x00\xff"}},
		},
		"times in UTC and whole seconds": {
			Request{At: &evening, Moment: new(moment(evening)), When: evening},
			url.Values{"At": {eveningText}, "Moment": {eveningText}, "When": {eveningText}},
		},
		"the zero time when it is pointed to": {
			Request{At: new(time.Time{})}, url.Values{"At": {"0001-01-01T00:00:00Z"}},
		},
		"slices as repeated bare keys, in order": {
			Request{Events: []status{"start", "end", ""}, Times: []time.Time{evening}, Pointed: &[]status{"a", "b"}},
			url.Values{"Events": {"start", "end", ""}, "Times": {eveningText}, "Pointed": {"a", "b"}},
		},
		"nothing for empty slices": {
			Request{Events: []status{}, Times: []time.Time{}, Pointed: &[]status{}}, url.Values{},
		},
		"enums and named texts as they are": {
			Request{Status: new(status("completed")), Attributes: "{}"},
			url.Values{"Status": {"completed"}, "Attributes": {"{}"}},
		},
		"integers in decimal": {
			Request{Number: new(-7), Big: new(int64(math.MaxInt64)), Small: new(level(255))},
			url.Values{"Number": {"-7"}, "Big": {"9223372036854775807"}, "Small": {"255"}},
		},
		"floats exactly and without exponent": {
			Request{Double: new(1234567.5), Float: new(float32(0.1))},
			url.Values{"Double": {"1234567.5"}, "Float": {"0.1"}},
		},
		"large floats without exponent": {
			Request{Double: new(1e21), Float: new(float32(1e-7))},
			url.Values{"Double": {"1000000000000000000000"}, "Float": {"0.0000001"}},
		},
		"the key of the form tag before that of the json tag": {
			Request{Renamed: new("x"), OptionOnly: new("y"), Dash: new("z")},
			url.Values{"FormName": {"x"}, "NameInJSON": {"y"}, "-": {"z"}},
		},
		"no field tagged with a dash": {
			Request{Skipped: make(chan int), NotInForm: make(chan int)}, url.Values{},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := runtime.MarshalForm(test.body)
			require.NoError(t, err)
			assert.Equal(t, test.want, got)

			got, err = runtime.MarshalForm(&test.body)
			require.NoError(t, err)
			assert.Equal(t, test.want, got, "by pointer")
		})
	}
}

func TestMarshalFormSendsRequiredFieldsEvenWhenEmpty(t *testing.T) {
	got, err := runtime.MarshalForm(struct {
		FriendlyName string `json:"FriendlyName"`
		Available    bool   `json:"Available"`
		Priority     int    `json:"Priority"`
	}{})
	require.NoError(t, err)
	assert.Equal(t, url.Values{"FriendlyName": {""}, "Available": {"false"}, "Priority": {"0"}}, got)
}

func TestMarshalFormSendsNoEmptyFieldsMarkedOmitzero(t *testing.T) {
	got, err := runtime.MarshalForm(Marked{})
	require.NoError(t, err)
	assert.Empty(t, got)
}

// Marked has the tag that the generator writes for x-omitzero.
type Marked struct {
	Status status `json:"Status,omitempty,omitzero"`
}

func TestMarshalFormFlattensEmbeddedStructs(t *testing.T) {
	type body struct {
		Paging
		hidden
		*Request
	}
	tests := map[string]struct {
		body body
		want url.Values
	}{
		"by value": {
			body{Paging: Paging{new(5)}, hidden: hidden{"busy"}},
			url.Values{"PageSize": {"5"}, "Reason": {"busy"}},
		},
		"by pointer": {
			body{Request: &Request{At: &evening}},
			url.Values{"Reason": {""}, "At": {eveningText}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := runtime.MarshalForm(test.body)
			require.NoError(t, err)
			assert.Equal(t, test.want, got)
		})
	}
}

func TestMarshalFormRefusesWhatItCannotSend(t *testing.T) {
	tests := map[string]struct {
		body any
		want string
	}{
		"a channel": {
			struct {
				Priority chan int `form:"Priority"`
			}{},
			"field Priority (chan int): cannot be sent in a form",
		},
		"a map": {
			struct {
				M map[string]string `form:"M"`
			}{map[string]string{"p": "q"}},
			"field M (map[string]string): cannot be sent in a form",
		},
		"a nullable, which is a map": {
			struct {
				A map[bool]string `form:"A,omitempty"`
			}{map[bool]string{true: "hello"}},
			"field A (map[bool]string): cannot be sent in a form",
		},
		"a nested struct": {
			struct {
				Nested Paging `form:"Nested"`
			}{},
			"field Nested (runtime_test.Paging): cannot be sent in a form",
		},
		"an embedded struct under a key of its own": {
			struct {
				Paging `json:"Paging"`
			}{},
			"field Paging (runtime_test.Paging): cannot be sent in a form",
		},
		"an interface": {
			struct {
				V any `form:"V"`
			}{"text"},
			"field V (interface {}): cannot be sent in a form",
		},
		"a function": {
			struct {
				F func() `form:"F"`
			}{},
			"field F (func()): cannot be sent in a form",
		},
		"a complex number": {
			struct {
				C complex128 `form:"C"`
			}{},
			"field C (complex128): cannot be sent in a form",
		},
		"an array": {
			struct {
				A [2]string `form:"A"`
			}{},
			"field A ([2]string): cannot be sent in a form",
		},
		"bytes": {
			struct {
				B []byte `form:"B"`
			}{[]byte("x")},
			"field B ([]uint8): cannot be sent in a form",
		},
		"a slice of slices": {
			struct {
				S [][]string `form:"S"`
			}{[][]string{{"x"}}},
			"field S ([][]string): cannot be sent in a form",
		},
		"a nil among the elements": {
			struct {
				S []*string `form:"S"`
			}{[]*string{nil}},
			"field S ([]*string): cannot be sent in a form",
		},
		"NaN": {
			struct {
				D float64 `form:"D"`
			}{math.NaN()},
			"field D (float64): NaN cannot be sent in a form",
		},
		"infinity": {
			struct {
				D *float32 `form:"D"`
			}{new(float32(math.Inf(-1)))},
			"field D (*float32): -Inf cannot be sent in a form",
		},
		"a year with five digits": {
			struct {
				T time.Time `form:"T"`
			}{time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)},
			"field T (time.Time): year 10000 cannot be sent in a form",
		},
		"an unexported field, such as the value of a union": {
			struct {
				union json.RawMessage
			}{json.RawMessage(`1`)},
			// Go 1.27 prints the type by another name.
			fmt.Sprintf("field union (%T): is not exported, cannot be sent in a form", json.RawMessage{}),
		},
		"a field without a key": {
			struct{ Bare string }{"x"},
			"field Bare (string): has no name in a form or json tag, cannot be sent in a form",
		},
		"an embedded time, which has no key": {
			struct{ time.Time }{evening},
			"field Time (time.Time): has no name in a form or json tag, cannot be sent in a form",
		},
		"two fields with one key": {
			struct {
				A string `form:"Key"`
				B string `json:"Key"`
			}{"x", "y"},
			`field B (string): key "Key" is taken by another field, cannot be sent in a form`,
		},
		"additional properties": {
			struct {
				AdditionalProperties map[string]any `json:"-"`
			}{map[string]any{"Unknown": "x"}},
			"field AdditionalProperties (map[string]interface {}): cannot be sent in a form",
		},
		"a fault in an embedded struct": {
			struct{ Inner }{},
			"field Hole (chan int): cannot be sent in a form",
		},
		"a body that is no struct": {url.Values{}, "form body (url.Values): is not a struct, or is nil"},
		"a nil body":               {nil, "form body (<nil>): is not a struct, or is nil"},
		"a nil pointer":            {(*Paging)(nil), "form body (*runtime_test.Paging): is not a struct, or is nil"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := runtime.MarshalForm(test.body)
			assert.EqualError(t, err, test.want)
			assert.Nil(t, got)
		})
	}
}

// Inner is embedded above.
type Inner struct {
	Hole chan int `form:"Hole"`
}

func TestMarshalFormLetsNoAdditionalPropertiesPass(t *testing.T) {
	got, err := runtime.MarshalForm(struct {
		AdditionalProperties map[string]any `json:"-"`
	}{map[string]any{}})
	require.NoError(t, err)
	assert.Empty(t, got)
}

func FuzzMarshalFormText(f *testing.F) {
	for _, s := range []string{"", "a b", "a+b&c=d%;", "é☃", "\n\x00\xff", `{"k":"v"}`} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, one, two string) {
		form, err := runtime.MarshalForm(Request{
			Text:       &one,
			Attributes: attributes(one),
			Events:     []status{status(one), status(two)},
		})
		require.NoError(t, err)

		want := url.Values{"Text": {one}, "Events": {one, two}}
		if one != "" {
			want["Attributes"] = []string{one}
		}
		got, err := url.ParseQuery(form.Encode())
		require.NoError(t, err)
		assert.Equal(t, want, got)
	})
}
