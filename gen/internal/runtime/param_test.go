package runtime_test

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen/internal/runtime"
)

func stylePath(value any) (string, error) {
	return runtime.StyleParamWithOptions("simple", false, "TaskSid", value,
		runtime.StyleParamOptions{ParamLocation: runtime.ParamLocationPath, Type: "string"})
}

func styleQuery(name string, value any) (string, error) {
	return runtime.StyleParamWithOptions("form", true, name, value,
		runtime.StyleParamOptions{ParamLocation: runtime.ParamLocationQuery})
}

func styleHeader(value any) (string, error) {
	return runtime.StyleParamWithOptions("simple", false, "If-Match", value,
		runtime.StyleParamOptions{ParamLocation: runtime.ParamLocationHeader, Type: "string"})
}

// deleteTask builds the URL in the steps of a generated client.
func deleteTask(t testing.TB, segment string) *url.URL {
	server, err := url.Parse("https://host/prefix/")
	require.NoError(t, err)
	target, err := server.Parse("." + fmt.Sprintf("/v1/Workspaces/WS1/Tasks/%s", segment))
	require.NoError(t, err)
	request, err := http.NewRequest(http.MethodDelete, target.String(), nil)
	require.NoError(t, err)
	return request.URL
}

func TestPathParameterIsOneSegment(t *testing.T) {
	tests := map[string]struct {
		value any
		want  string
	}{
		"a SID":                       {"WT0123", "WT0123"},
		"a name with a space":         {"voice calls", "voice%20calls"},
		"a percent sign":              {"100%", "100%25"},
		"dots spelled with percent":   {"%2e%2e", "%252e%252e"},
		"a slash spelled with it":     {"a%2Fb", "a%252Fb"},
		"separators of parameters":    {"a;b,c", "a%3Bb%2Cc"},
		"reserved but harmless signs": {"a:b&c=d+e", "a:b&c=d+e"},
		"more than two dots":          {"...", "..."},
		"dots beside text":            {"..a", "..a"},
		"unicode":                     {"é☃", "%C3%A9%E2%98%83"},
		"a named text":                {status("x"), "x"},
		"a pointer":                   {new("x"), "x"},
		"a number":                    {0, "0"},
		"a flag":                      {false, "false"},
		"a time":                      {evening, eveningText},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := stylePath(test.value)
			require.NoError(t, err)
			assert.Equal(t, test.want, got)
			assert.Equal(t, "/prefix/v1/Workspaces/WS1/Tasks/"+test.want, deleteTask(t, got).EscapedPath())
		})
	}
}

func TestPathParameterIsRefused(t *testing.T) {
	tests := map[string]struct {
		value any
		want  string
	}{
		"when empty":           {"", `parameter "TaskSid": is empty`},
		"when a dot":           {".", `parameter "TaskSid": is "."`},
		"when it would climb":  {"..", `parameter "TaskSid": is ".."`},
		"with a slash":         {"W S/1", `parameter "TaskSid": "W S/1" contains '/'`},
		"with a backslash":     {`a\b`, `parameter "TaskSid": "a\\b" contains '\\'`},
		"with a question mark": {"a?b", `parameter "TaskSid": "a?b" contains '?'`},
		"with a hash":          {"a#b", `parameter "TaskSid": "a#b" contains '#'`},
		"with a line break":    {"a\nb", `parameter "TaskSid": "a\nb" contains '\n'`},
		"with NUL":             {"a\x00", `parameter "TaskSid": "a\x00" contains '\x00'`},
		"with DEL":             {"a\x7f", `parameter "TaskSid": "a\x7f" contains '\x7f'`},
		"with a C1 control":    {"a\u0085", `parameter "TaskSid": "a\u0085" contains '\u0085'`},
		"when not UTF-8":       {"a\xff", `parameter "TaskSid": "a\xff" is not UTF-8`},
		"when nil":             {nil, `parameter "TaskSid": nil cannot be sent in a path`},
		"when a nil pointer":   {(*string)(nil), `parameter "TaskSid": *string cannot be sent in a path`},
		"when a slice":         {[]string{"a"}, `parameter "TaskSid": []string cannot be sent in a path`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := stylePath(test.value)
			assert.EqualError(t, err, test.want)
			assert.Empty(t, got)
		})
	}
}

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
			got, err := styleQuery("Key", test.value)
			require.NoError(t, err)
			assert.Equal(t, test.want, got)
		})
	}
}

func TestQueryArrayThatIsNotExplodedIsJoinedByComma(t *testing.T) {
	got, err := runtime.StyleParamWithOptions("form", false, "Key", []string{"a", "b c"},
		runtime.StyleParamOptions{ParamLocation: runtime.ParamLocationQuery})
	require.NoError(t, err)
	assert.Equal(t, "Key=a,b+c", got)
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
		"when nil":                {nil, `parameter "Key": nil cannot be sent in a query`},
		"when before the year 0":  {time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC), `parameter "Key": time.Time year -1 cannot be sent in a query`},
		"when years are too long": {time.Date(9999, 12, 31, 23, 0, 0, 0, time.FixedZone("", -2*3600)), `parameter "Key": time.Time year 10000 cannot be sent in a query`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := styleQuery("Key", test.value)
			assert.EqualError(t, err, test.want)
			assert.Empty(t, got)
		})
	}
}

// A generated client splits each fragment at "&" and joins all of them with "&".
func TestEmptyFragmentDoesNotBreakAQuery(t *testing.T) {
	none, err := styleQuery("AssignmentStatus", []status{})
	require.NoError(t, err)
	size, err := styleQuery("PageSize", 5)
	require.NoError(t, err)

	for _, fragments := range [][]string{{none, size}, {size, none}, {size, none, none}} {
		got, err := url.ParseQuery(strings.Join(fragments, "&"))
		require.NoError(t, err)
		assert.Equal(t, url.Values{"PageSize": {"5"}}, got)
	}
	assert.Equal(t, "https://host/p", (&url.URL{Scheme: "https", Host: "host", Path: "/p", RawQuery: none}).String())
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
		got, err := styleHeader(value)
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
		"when nil":               {nil, `parameter "If-Match": nil cannot be sent in a header`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := styleHeader(test.value)
			assert.EqualError(t, err, test.want)
			assert.Empty(t, got)
		})
	}
}

func TestUnknownStylesAndLocationsAreRefused(t *testing.T) {
	tests := map[string]struct {
		style    string
		location runtime.StyleParamOptions
	}{
		// A label puts a dot before the value: "." would become "..".
		"label in a path":         {"label", runtime.StyleParamOptions{ParamLocation: runtime.ParamLocationPath}},
		"matrix in a path":        {"matrix", runtime.StyleParamOptions{ParamLocation: runtime.ParamLocationPath}},
		"deepObject in a query":   {"deepObject", runtime.StyleParamOptions{ParamLocation: runtime.ParamLocationQuery}},
		"form in a header":        {"form", runtime.StyleParamOptions{ParamLocation: runtime.ParamLocationHeader}},
		"simple without location": {"simple", runtime.StyleParamOptions{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := runtime.StyleParamWithOptions(test.style, true, "Key", "x", test.location)
			assert.ErrorContains(t, err, fmt.Sprintf(`parameter "Key": style %q is not supported`, test.style))
		})
	}
}

func FuzzPathParameter(f *testing.F) {
	for _, s := range []string{"", ".", "..", "WS1", "W S/1", "a?b#c%2F", "%2e%2e", `..\`, "a\x7f", "\xff", "é☃", "a;b", "//host", "a\u0085"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		forbidden := value == "" || value == "." || value == ".." || !utf8.ValidString(value) ||
			strings.ContainsAny(value, `/\?#`) || strings.ContainsFunc(value, unicode.IsControl)

		segment, err := stylePath(value)
		if forbidden {
			require.Error(t, err)
			return
		}
		require.NoError(t, err)
		assert.NotContains(t, segment, "/")

		decoded, err := url.PathUnescape(segment)
		require.NoError(t, err)
		assert.Equal(t, value, decoded)

		target := deleteTask(t, segment)
		assert.Equal(t, "/prefix/v1/Workspaces/WS1/Tasks/"+segment, target.EscapedPath())
		assert.Equal(t, "/prefix/v1/Workspaces/WS1/Tasks/"+value, target.Path)
		assert.Empty(t, target.RawQuery)
		assert.Empty(t, target.Fragment)
	})
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
		pair, err := styleQuery(name, one)
		require.NoError(t, err)
		pairs, err := styleQuery(name, []string{one, two})
		require.NoError(t, err)

		got, err := url.ParseQuery(pair)
		require.NoError(t, err)
		assert.Equal(t, url.Values{name: {one}}, got)

		got, err = url.ParseQuery(pairs)
		require.NoError(t, err)
		assert.Equal(t, url.Values{name: {one, two}}, got)
	})
}
