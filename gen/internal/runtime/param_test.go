package runtime_test

import (
	"math"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen/internal/runtime"
)

func TestQueryParameterSends(t *testing.T) {
	tests := map[string]struct {
		value any
		want  string
	}{
		"false":                         {false, "Key=false"},
		"true":                          {new(true), "Key=true"},
		"zero":                          {0, "Key=0"},
		"a negative number":             {int64(-5), "Key=-5"},
		"an unsigned number":            {uint16(7), "Key=7"},
		"a float without exponent":      {1e21, "Key=1000000000000000000000"},
		"a short float":                 {float32(0.1), "Key=0.1"},
		"the empty text":                {"", "Key="},
		"an enum":                       {status("pending"), "Key=pending"},
		"a time in UTC":                 {evening, "Key=2026-01-01T20%3A04%3A05Z"},
		"a named time":                  {moment(evening), "Key=2026-01-01T20%3A04%3A05Z"},
		"an array as repeated keys":     {[]status{"pending", "reserved"}, "Key=pending&Key=reserved"},
		"an array of times":             {[]time.Time{evening}, "Key=2026-01-01T20%3A04%3A05Z"},
		"an element that is empty":      {[]string{"", "a"}, "Key=&Key=a"},
		"nothing for an empty array":    {[]status{}, ""},
		"nothing for a nil array":       {[]status(nil), ""},
		"nothing for a nil pointer":     {(*bool)(nil), ""},
		"reserved characters, escaped":  {"a b+c&d=e%f;g\n☃", "Key=a+b%2Bc%26d%3De%25f%3Bg%0A%E2%98%83"},
		"a comma inside of one element": {[]string{"a,b", "c"}, "Key=a%2Cb&Key=c"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := runtime.QueryParam("Key", test.value)
			require.NoError(t, err)
			assert.Equal(t, test.want, got)
		})
	}
}

func TestQueryParameterIsRefused(t *testing.T) {
	tests := map[string]struct {
		value any
		want  string
	}{
		"when a map":              {map[string]string{}, `parameter "Key": map[string]string cannot be sent in a query`},
		"when a struct":           {Paging{}, `parameter "Key": runtime_test.Paging cannot be sent in a query`},
		"when bytes":              {[]byte("x"), `parameter "Key": []uint8 cannot be sent in a query`},
		"when not a number":       {math.NaN(), `parameter "Key": float64 NaN cannot be sent in a query`},
		"when infinite":           {[]float64{math.Inf(1)}, `parameter "Key": []float64 +Inf cannot be sent in a query`},
		"when nil":                {nil, `parameter "Key": <nil> cannot be sent in a query`},
		"when before the year 0":  {time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC), `parameter "Key": time.Time year -1 cannot be sent in a query`},
		"when years are too long": {time.Date(9999, 12, 31, 23, 0, 0, 0, time.FixedZone("", -2*3600)), `parameter "Key": time.Time year 10000 cannot be sent in a query`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := runtime.QueryParam("Key", test.value)
			assert.EqualError(t, err, test.want)
			assert.Empty(t, got)
		})
	}
}

func TestHeaderParameterIsVerbatim(t *testing.T) {
	for value, want := range map[any]string{
		`W/"3"`:      `W/"3"`,
		"0":          "0",
		"":           "",
		"a b, %2F é": "a b, %2F é",
		status("x"):  "x",
		3:            "3",
		evening:      eveningText,
	} {
		got, err := runtime.HeaderParam("If-Match", value)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
}

func TestHeaderParameterIsRefused(t *testing.T) {
	tests := map[string]struct {
		value any
		want  string
	}{
		"with a carriage return": {"a\rb", `parameter "If-Match": contains '\r', expected one line of text`},
		"with a line feed":       {"a\nX-Evil: 1", `parameter "If-Match": contains '\n', expected one line of text`},
		"with NUL":               {"\x00", `parameter "If-Match": contains '\x00', expected one line of text`},
		"when a slice":           {[]string{"a"}, `parameter "If-Match": []string cannot be sent in a header`},
		"when nil":               {nil, `parameter "If-Match": <nil> cannot be sent in a header`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := runtime.HeaderParam("If-Match", test.value)
			assert.EqualError(t, err, test.want)
			assert.Empty(t, got)
		})
	}
}

func FuzzQueryParameter(f *testing.F) {
	for _, s := range []string{"", " ", "+", "&", "=", "%", ";", "a,b", "é☃", "\n", "\x00\xff", "#"} {
		f.Add("Key", s, s)
	}
	f.Add("Key<[]&=", "a", "b")
	f.Fuzz(func(t *testing.T, name, one, two string) {
		if name == "" {
			t.Skip("a parameter has a name")
		}
		pair, err := runtime.QueryParam(name, one)
		require.NoError(t, err)
		pairs, err := runtime.QueryParam(name, []string{one, two})
		require.NoError(t, err)

		got, err := url.ParseQuery(pair)
		require.NoError(t, err)
		assert.Equal(t, url.Values{name: {one}}, got)

		got, err = url.ParseQuery(pairs)
		require.NoError(t, err)
		assert.Equal(t, url.Values{name: {one, two}}, got)
	})
}
