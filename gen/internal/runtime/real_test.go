package runtime_test

import (
	"encoding/json"
	"math"
	"net/url"
	"testing"
	"time"

	oapi "github.com/oapi-codegen/runtime"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The tests of this file show the faults that this package corrects. One that
// fails after an upgrade says that the real runtime has changed: read the
// package comment, and see whether the correction can go.

func realForm(t *testing.T, body any) url.Values {
	form, err := oapi.MarshalForm(body, nil)
	require.NoError(t, err)
	return form
}

func realStyle(t *testing.T, style string, location oapi.ParamLocation, value any) string {
	text, err := oapi.StyleParamWithOptions(style, style == "form", "Key", value, oapi.StyleParamOptions{ParamLocation: location})
	require.NoError(t, err)
	return text
}

func realBind(query url.Values, dest any) error {
	return oapi.BindQueryParameterWithOptions("form", true, false, "Key", query, dest, oapi.BindQueryParameterOptions{})
}

func TestRealRuntimeStillLosesTimes(t *testing.T) {
	assert.Empty(t, realForm(t, Request{At: &evening}))
}

func TestRealRuntimeStillNumbersTheElementsOfSlices(t *testing.T) {
	assert.Equal(t, url.Values{"Events[0]": {"start"}, "Events[1]": {"end"}}, realForm(t, Request{Events: []status{"start", "end"}}))
}

func TestRealRuntimeStillWritesFloatsWithExponent(t *testing.T) {
	assert.Equal(t, url.Values{"Double": {"1e+21"}}, realForm(t, Request{Double: new(1e21)}))
	assert.Equal(t, url.Values{"Double": {"NaN"}}, realForm(t, Request{Double: new(math.NaN())}))
}

func TestRealRuntimeStillPrintsMapsAndNestsStructs(t *testing.T) {
	type body struct {
		M      map[string]string `json:"M,omitempty"`
		A      map[bool]string   `json:"A,omitempty"`
		Nested *Paging           `json:"Nested,omitempty"`
	}
	assert.Equal(t, url.Values{"M": {"map[p:q]"}}, realForm(t, body{M: map[string]string{"p": "q"}}))
	assert.Equal(t, url.Values{"A": {"map[true:hello]"}}, realForm(t, body{A: map[bool]string{true: "hello"}}))
	assert.Equal(t, url.Values{"Nested[PageSize]": {"5"}}, realForm(t, body{Nested: &Paging{new(5)}}))
}

func TestRealRuntimeStillPutsEmbeddedStructsInBrackets(t *testing.T) {
	assert.Equal(t, url.Values{"[PageSize]": {"5"}}, realForm(t, struct{ Paging }{Paging{new(5)}}))
}

func TestRealRuntimeStillLosesUnionsAndAdditionalProperties(t *testing.T) {
	assert.Empty(t, realForm(t, struct {
		union                json.RawMessage
		AdditionalProperties map[string]any `json:"-"`
	}{json.RawMessage(`1`), map[string]any{"Unknown": "x"}}))
}

func TestRealRuntimeStillSendsEmptyFieldsMarkedOmitzero(t *testing.T) {
	assert.Equal(t, url.Values{"Status": {""}}, realForm(t, Marked{}))
}

// deleteTask builds the URL in the steps of a client that the generator's own
// template makes.
func deleteTask(t testing.TB, segment string) *url.URL {
	server, err := url.Parse("https://host/prefix/")
	require.NoError(t, err)
	target, err := server.Parse("./v1/Workspaces/WS1/Tasks/" + segment)
	require.NoError(t, err)
	return target
}

func TestRealRuntimeStillLetsPathsClimb(t *testing.T) {
	segment := realStyle(t, "simple", oapi.ParamLocationPath, "..")
	assert.Equal(t, "/prefix/v1/Workspaces/WS1/", deleteTask(t, segment).Path)
	segment = realStyle(t, "simple", oapi.ParamLocationPath, "")
	assert.Equal(t, "/prefix/v1/Workspaces/WS1/Tasks/", deleteTask(t, segment).Path)
}

func TestRealRuntimeStillSendsSlashesAndControlCharacters(t *testing.T) {
	assert.Equal(t, "W%20S%2F1%5C%3F%23%0A", realStyle(t, "simple", oapi.ParamLocationPath, "W S/1\\?#\n"))
}

func TestRealRuntimeStillHandsLineBreaksOnToHeaders(t *testing.T) {
	assert.Equal(t, "a\r\n\x00", realStyle(t, "simple", oapi.ParamLocationHeader, "a\r\n\x00"))
}

func TestRealRuntimeStillKeepsTheCallersZoneInQueries(t *testing.T) {
	assert.Equal(t, "Key=2026-01-02T01%3A34%3A05.000006789%2B05%3A30", realStyle(t, "form", oapi.ParamLocationQuery, evening))
}

func TestRealRuntimeStillSendsTheKeyOfAnEmptySlice(t *testing.T) {
	assert.Equal(t, "Key=", realStyle(t, "form", oapi.ParamLocationQuery, []status{}))
}

func TestRealRuntimeStillSendsNaNInQueries(t *testing.T) {
	assert.Equal(t, "Key=NaN", realStyle(t, "form", oapi.ParamLocationQuery, math.NaN()))
}

func TestRealRuntimeStillRefusesYesAndNo(t *testing.T) {
	for _, text := range []string{"yes", "YES", "no", "2", ""} {
		assert.Error(t, realBind(url.Values{"Key": {text}}, new(*bool)), text)
	}
	// It reads this as true, which the service does not.
	var flag *bool
	require.NoError(t, realBind(url.Values{"Key": {"t"}}, &flag))
	assert.True(t, *flag)
}

func TestRealRuntimeStillTakesCommasForText(t *testing.T) {
	var got []status
	require.NoError(t, realBind(url.Values{"Key": {"a,b"}}, &got))
	assert.Equal(t, []status{"a,b"}, got)
	require.NoError(t, realBind(url.Values{"Key": {""}}, &got))
	assert.Equal(t, []status{""}, got)
}

func TestRealRuntimeStillReadsAnEmptyTimeAsTheYear1(t *testing.T) {
	var got *time.Time
	require.NoError(t, realBind(url.Values{"Key": {""}}, &got))
	require.NotNil(t, got)
	assert.Equal(t, 1, got.Year())
}

func TestRealRuntimeStillTakesTheFirstOfTwoTimes(t *testing.T) {
	var got *time.Time
	require.NoError(t, realBind(url.Values{"Key": {"2016-07-31", "2017-07-31"}}, &got))
	assert.Equal(t, 2016, got.Year())
}

func TestRealRuntimeStillRefusesBareDatesOutsideOfQueries(t *testing.T) {
	for _, location := range []oapi.ParamLocation{oapi.ParamLocationPath, oapi.ParamLocationHeader} {
		assert.Error(t, oapi.BindStyledParameterWithOptions("simple", "Key", "2016-07-31", new(time.Time),
			oapi.BindStyledParameterOptions{ParamLocation: location, ValueIsUnescaped: true}))
	}
}
