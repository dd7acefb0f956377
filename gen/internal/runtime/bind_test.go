package runtime_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen/internal/runtime"
)

// bindQuery reads an optional parameter as a generated server does.
func bindQuery(query string, dest any) error {
	values, err := url.ParseQuery(query)
	if err != nil {
		return err
	}
	return runtime.BindQueryParameterWithOptions("form", true, false, "Key", values, dest, runtime.BindQueryParameterOptions{})
}

func bindPath(value string, dest any) error {
	return runtime.BindStyledParameterWithOptions("simple", "Key", value, dest, runtime.BindStyledParameterOptions{
		ParamLocation: runtime.ParamLocationPath, Required: true, ValueIsUnescaped: true,
	})
}

func bindHeader(value string, dest any) error {
	return runtime.BindStyledParameterWithOptions("simple", "Key", value, dest, runtime.BindStyledParameterOptions{
		ParamLocation: runtime.ParamLocationHeader,
	})
}

func TestBooleansAreReadAsTheServiceReadsThem(t *testing.T) {
	tests := map[string]bool{
		"true": true, "TRUE": true, "True": true, "1": true, "yes": true, "YES": true, "yEs": true,
		"false": false, "0": false, "no": false, "": false, "2": false, "t": false, "on": false, "maybe": false, "01": false,
	}
	for text, want := range tests {
		t.Run(text, func(t *testing.T) {
			var optional *bool
			require.NoError(t, bindQuery("Key="+text, &optional))
			require.NotNil(t, optional)
			assert.Equal(t, want, *optional)

			var plain bool
			require.NoError(t, bindQuery("Key="+text, &plain))
			assert.Equal(t, want, plain)
		})
	}
}

func TestTimesAreReadFromDateTimesAndBareDates(t *testing.T) {
	tests := map[string]time.Time{
		"2026-01-02T03:04:05Z":           time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		"2026-01-02T03:04:05+02:00":      time.Date(2026, 1, 2, 1, 4, 5, 0, time.UTC),
		"2026-01-02T03:04:05.006789012Z": time.Date(2026, 1, 2, 3, 4, 5, 6789012, time.UTC),
		"2016-07-31":                     time.Date(2016, 7, 31, 0, 0, 0, 0, time.UTC),
	}
	for text, want := range tests {
		t.Run(text, func(t *testing.T) {
			var optional *time.Time
			require.NoError(t, bindQuery("Key="+url.QueryEscape(text), &optional))
			require.NotNil(t, optional)
			assert.WithinDuration(t, want, *optional, 0)

			var named *moment
			require.NoError(t, bindQuery("Key="+url.QueryEscape(text), &named))
			require.NotNil(t, named)
			assert.WithinDuration(t, want, time.Time(*named), 0)

			var plain, inPath, inHeader time.Time
			require.NoError(t, bindQuery("Key="+url.QueryEscape(text), &plain))
			require.NoError(t, bindPath(text, &inPath))
			require.NoError(t, bindHeader(text, &inHeader))
			for _, got := range []time.Time{plain, inPath, inHeader} {
				assert.WithinDuration(t, want, got, 0)
			}
		})
	}
}

func TestTimesThatAreNoneAreRefused(t *testing.T) {
	const expected = " is no time, expected the like of 2016-07-31T12:00:00Z or 2016-07-31"
	var got *time.Time
	assert.EqualError(t, bindQuery("Key=", &got), `parameter "Key": ""`+expected)
	assert.EqualError(t, bindQuery("Key=yesterday", &got), `parameter "Key": "yesterday"`+expected)
	assert.EqualError(t, bindQuery("Key=2016-02-30", &got), `parameter "Key": "2016-02-30"`+expected)
	assert.Nil(t, got)

	var plain time.Time
	assert.EqualError(t, bindPath("yesterday", &plain), `parameter "Key": "yesterday"`+expected)
	assert.Error(t, bindPath("", &plain))
	assert.Error(t, bindHeader("", &plain))
}

func TestQueryArraysAreReadFromRepeatedKeysAndCommas(t *testing.T) {
	tests := map[string][]status{
		"Key=pending":                               {"pending"},
		"Key=pending&Key=reserved":                  {"pending", "reserved"},
		"Key=pending,reserved":                      {"pending", "reserved"},
		"Key=pending%2Creserved":                    {"pending", "reserved"},
		"Key=pending,reserved&Other=x&Key=assigned": {"pending", "reserved", "assigned"},
		"Key=,pending,,":                            {"pending"},
		"Key=":                                      nil,
		"Key=,&Key=":                                nil,
		"Other=x":                                   nil,
		"Key=%20a&Key=b+":                           {" a", "b "},
		"Key=" + url.QueryEscape("é☃&=+"):           {"é☃&=+"},
		"Key=pending&key=reserved&Key%5B0%5D=assigned": {"pending"},
	}
	for query, want := range tests {
		t.Run(query, func(t *testing.T) {
			var got []status
			require.NoError(t, bindQuery(query, &got))
			assert.Equal(t, want, got)

			var pointed *[]status
			require.NoError(t, bindQuery(query, &pointed))
			if want == nil {
				assert.Nil(t, pointed)
				return
			}
			assert.Equal(t, want, *pointed)
		})
	}
}

func TestQueryArraysThatAreNotExplodedAreReadTheSame(t *testing.T) {
	for _, values := range [][]string{{"a,b"}, {"a", "b"}} {
		var got []status
		require.NoError(t, runtime.BindQueryParameterWithOptions("form", false, true, "Key",
			url.Values{"Key": values}, &got, runtime.BindQueryParameterOptions{}))
		assert.Equal(t, []status{"a", "b"}, got)
	}
}

func TestElementsOfQueryArraysAreReadLikeSingleValues(t *testing.T) {
	var flags []bool
	require.NoError(t, bindQuery("Key=yes,no&Key=1", &flags))
	assert.Equal(t, []bool{true, false, true}, flags)

	var days []time.Time
	require.NoError(t, bindQuery("Key=2016-07-31,2016-08-01T00:00:00Z", &days))
	assert.Equal(t, []time.Time{
		time.Date(2016, 7, 31, 0, 0, 0, 0, time.UTC),
		time.Date(2016, 8, 1, 0, 0, 0, 0, time.UTC),
	}, days)

	assert.EqualError(t, bindQuery("Key=2016-07-31,x", &days),
		`parameter "Key": "x" is no time, expected the like of 2016-07-31T12:00:00Z or 2016-07-31`)
	assert.Error(t, bindQuery("Key=1,x", new([]int)))
}

func TestOtherQueryParametersAreReadByTheRealRuntime(t *testing.T) {
	var text *string
	require.NoError(t, bindQuery("Key=a,b+%26c", &text))
	assert.Equal(t, new("a,b &c"), text)

	var number *int
	require.NoError(t, bindQuery("Key=50", &number))
	assert.Equal(t, new(50), number)

	var enum status
	require.NoError(t, bindQuery("Key=pending", &enum))
	assert.Equal(t, status("pending"), enum)

	assert.Error(t, bindQuery("Key=fifty", &number))
	assert.Error(t, bindQuery("Key=", &number))

	var object struct {
		Role string `json:"role"`
	}
	require.NoError(t, bindQuery("role=admin", &object))
	assert.Equal(t, "admin", object.Role)
}

func TestOtherQueryStylesAreReadByTheRealRuntime(t *testing.T) {
	var got []string
	require.NoError(t, runtime.BindQueryParameterWithOptions("pipeDelimited", false, true, "Key",
		url.Values{"Key": {"a|b,c"}}, &got, runtime.BindQueryParameterOptions{}))
	assert.Equal(t, []string{"a", "b,c"}, got)
}

func TestScalarGivenTwiceIsRefused(t *testing.T) {
	for _, dest := range []any{new(*string), new(*int), new(*bool), new(*time.Time)} {
		assert.EqualError(t, bindQuery("Key=1&Key=2", dest), `parameter "Key": is given 2 times, expected once`)
	}
}

func TestMissingQueryParameter(t *testing.T) {
	for _, dest := range []any{new(string), new(int), new(bool), new(time.Time), new([]status)} {
		bind := func(required bool, query url.Values) error {
			return runtime.BindQueryParameterWithOptions("form", true, required, "Key", query, dest, runtime.BindQueryParameterOptions{})
		}
		assert.NoError(t, bind(false, nil))
		assert.NoError(t, bind(false, url.Values{"Other": {"x"}}))

		var missing *runtime.RequiredParameterError
		require.ErrorAs(t, bind(true, nil), &missing)
		assert.Equal(t, "Key", missing.ParamName)
	}
}

func TestRequiredArrayWithoutElementsIsMissing(t *testing.T) {
	var missing *runtime.RequiredParameterError
	assert.ErrorAs(t, runtime.BindQueryParameterWithOptions("form", true, true, "Key",
		url.Values{"Key": {""}}, new([]status), runtime.BindQueryParameterOptions{}), &missing)
}

func TestBindingLeavesTheQueryOfTheRequestAlone(t *testing.T) {
	query := url.Values{"Key": {"yes"}, "List": {"a,b"}}
	require.NoError(t, runtime.BindQueryParameterWithOptions("form", true, false, "Key", query, new(bool), runtime.BindQueryParameterOptions{}))
	require.NoError(t, runtime.BindQueryParameterWithOptions("form", true, false, "List", query, new([]string), runtime.BindQueryParameterOptions{}))
	assert.Equal(t, url.Values{"Key": {"yes"}, "List": {"a,b"}}, query)
}

func TestPathAndHeaderParametersAreReadVerbatim(t *testing.T) {
	for _, text := range []string{"WS1", "100%", "%2e%2e", "a,b", "a+b", `W/"3"`, "é☃"} {
		var inPath string
		require.NoError(t, bindPath(text, &inPath))
		assert.Equal(t, text, inPath)

		var inHeader status
		require.NoError(t, bindHeader(text, &inHeader))
		assert.Equal(t, status(text), inHeader)
	}
	assert.Error(t, bindPath("", new(string)))
	assert.NoError(t, bindHeader("", new(string)))

	var flag bool
	require.NoError(t, bindHeader("Yes", &flag))
	assert.True(t, flag)

	var number int
	require.NoError(t, bindPath("7", &number))
	assert.Equal(t, 7, number)
}

func FuzzQueryIsReadBack(f *testing.F) {
	f.Add("a b+&=%;é\n", int64(-5), true, int64(1767225845))
	f.Add("", int64(0), false, int64(0))
	f.Fuzz(func(t *testing.T, text string, number int64, flag bool, unix int64) {
		readBack(t, text)
		readBack(t, number)
		readBack(t, flag)
		readBack(t, time.Unix(unix%250_000_000_000, 0).UTC())
	})
}

func readBack[T any](t *testing.T, sent T) {
	t.Helper()
	pair, err := runtime.QueryParam("Key", sent)
	if at, ok := any(sent).(time.Time); ok && (at.Year() < 0 || at.Year() > 9999) {
		require.Error(t, err)
		return
	}
	require.NoError(t, err)
	var got *T
	require.NoError(t, bindQuery(pair, &got))
	require.NotNil(t, got)
	assert.Equal(t, sent, *got)
}
