package taskrouter_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// This file holds what arrived against what the document says, and shows that
// the check can fail.

// arrival is a request as it came off the wire, nothing decoded.
type arrival struct {
	method, path, query string
	header              http.Header
	body                string
}

// Where requests are sent, and by whom.
const (
	basePath   = "/base"
	accountSID = "AC00000000000000000000000000000001"
	authToken  = "token:with a colon"
)

// expectation is a request that the document calls for.
type expectation struct {
	operation operation
	// identifiers are the SIDs and names in the path, by its parameters.
	identifiers map[string]string
	// values are those of the fields that were set, by the keys of the document.
	values  map[string]reflect.Value
	ifMatch string
}

// differences returns what is wrong with a request, an entry for every key.
func (e expectation) differences(got arrival) []string {
	found := e.targetDifferences(got)
	found = append(found, e.headerDifferences(got.header)...)
	found = append(found, e.pairDifferences(inQuery, got.query)...)
	switch e.operation.contentType {
	case "":
		if got.body != "" {
			found = append(found, fmt.Sprintf("body: %q, expected none", got.body))
		}
	case "application/json":
		found = append(found, e.jsonDifferences(got.body)...)
	default:
		found = append(found, e.pairDifferences(inForm, got.body)...)
	}
	for i := range found {
		found[i] = e.operation.id + ": " + found[i]
	}
	return found
}

func (e expectation) targetDifferences(got arrival) (found []string) {
	if got.method != e.operation.method {
		found = append(found, fmt.Sprintf("method: %s, expected %s", got.method, e.operation.method))
	}
	want := strings.Split(basePath+e.operation.path, "/")
	for i, segment := range want {
		if name, isParameter := strings.CutPrefix(segment, "{"); isParameter {
			want[i] = e.identifiers[strings.TrimSuffix(name, "}")]
		}
	}
	// Segments are decoded one by one, so that an escaped slash is no separator.
	segments := strings.Split(got.path, "/")
	for i, segment := range segments {
		if decoded, err := url.PathUnescape(segment); err == nil {
			segments[i] = decoded
		}
	}
	if !slices.Equal(segments, want) {
		found = append(found, fmt.Sprintf("path: %q, expected the segments %q", got.path, want))
	}
	return found
}

func (e expectation) headerDifferences(got http.Header) (found []string) {
	want := http.Header{
		"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte(accountSID+":"+authToken))},
		"Accept":        {"application/json"},
	}
	if e.operation.contentType != "" {
		want.Set("Content-Type", e.operation.contentType)
	}
	if e.ifMatch != "" {
		want.Set("If-Match", e.ifMatch)
	}
	if !strings.HasPrefix(got.Get("User-Agent"), "taskrouter-go/") {
		found = append(found, fmt.Sprintf("header \"User-Agent\": %q, expected taskrouter-go/…", got.Values("User-Agent")))
	}
	rest := got.Clone()
	for _, name := range []string{"User-Agent", "Content-Length", "Accept-Encoding"} { // the last two are net/http's
		rest.Del(name)
	}
	return append(found, keyDifferences(inHeader, want, rest)...)
}

func (e expectation) pairDifferences(in place, text string) []string {
	want, err := e.texts(in)
	if err != nil {
		return []string{err.Error()}
	}
	got, err := parsePairs(text)
	if err != nil {
		return []string{fmt.Sprintf("%s: %v", in, err)}
	}
	return keyDifferences(in, want, got)
}

func (e expectation) jsonDifferences(body string) []string {
	texts, err := e.texts(inJSON)
	if err != nil {
		return []string{err.Error()}
	}
	want := map[string]any{}
	for _, key := range e.operation.keys {
		if sent, ok := texts[key.name]; ok {
			want[key.name] = jsonOf(key.schema, sent)
		}
	}
	var got map[string]any
	decoder := json.NewDecoder(strings.NewReader(body))
	decoder.UseNumber() // 1 and 1.0 are not the same text
	if err := decoder.Decode(&got); err != nil {
		return []string{fmt.Sprintf("%s: %q: %v", inJSON, body, err)}
	}
	return keyDifferences(inJSON, want, got)
}

// texts are those to be sent in one place, by the keys of the document.
func (e expectation) texts(in place) (map[string][]string, error) {
	texts := map[string][]string{}
	for _, key := range e.operation.keys {
		value, set := e.values[key.name]
		if key.place != in || !set || !key.isSent(value) {
			continue
		}
		encoded, err := encode(key.schema, value)
		if err != nil {
			return nil, fmt.Errorf("%s key %q: %w", in, key.name, err)
		}
		texts[key.name] = encoded
	}
	return texts, nil
}

// parsePairs reads key=value pairs. Other than [url.ParseQuery], it wants the
// equals sign: a bare key leaves open what was meant.
func parsePairs(text string) (map[string][]string, error) {
	pairs := map[string][]string{}
	for piece := range strings.SplitSeq(text, "&") {
		if piece == "" {
			continue // every reader passes over it
		}
		name, value, found := strings.Cut(piece, "=")
		if !found {
			return nil, fmt.Errorf("%q has no equals sign", piece)
		}
		name, nameErr := url.QueryUnescape(name)
		value, valueErr := url.QueryUnescape(value)
		if err := errors.Join(nameErr, valueErr); err != nil {
			return nil, fmt.Errorf("%q: %w", piece, err)
		}
		pairs[name] = append(pairs[name], value)
	}
	return pairs, nil
}

// keyDifferences compares key by key, in both directions.
func keyDifferences[V any](in place, want, got map[string]V) (found []string) {
	for _, name := range slices.Sorted(maps.Keys(want)) {
		value, arrived := got[name]
		switch {
		case !arrived:
			found = append(found, fmt.Sprintf("%s key %q: missing, expected %s", in, name, show(want[name])))
		case !reflect.DeepEqual(value, want[name]):
			found = append(found, fmt.Sprintf("%s key %q: %s, expected %s", in, name, show(value), show(want[name])))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if _, expected := want[name]; !expected {
			found = append(found, fmt.Sprintf("%s key %q: %s, expected no such key", in, name, show(got[name])))
		}
	}
	return found
}

// show tells 1 from "1", which formatting by fmt does not for a [json.Number].
func show(value any) string {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return err.Error()
	}
	return strings.TrimSpace(text.String())
}

func schemaOf(typeName, format string) *openapi3.Schema {
	return &openapi3.Schema{Type: &openapi3.Types{typeName}, Format: format}
}

func arrayOf(items *openapi3.Schema) *openapi3.Schema {
	return &openapi3.Schema{Type: &openapi3.Types{"array"}, Items: items.NewRef()}
}

// evening is still 1 March in UTC, but the 2nd where it was taken. To round it
// would be wrong too.
var evening = time.Date(2026, 3, 2, 1, 34, 5, 999_999_999, time.FixedZone("IST", 5*3600+1800))

// exampleExpectation has a key of every kind; exampleArrival fulfils it.
func exampleExpectation() expectation {
	return expectation{
		operation: operation{
			id: "updateThing", method: "POST", path: "/v1/Things/{ThingSid}", contentType: "application/x-www-form-urlencoded",
			keys: []key{
				{"At", inForm, false, schemaOf("string", "date-time")},
				{"Count", inForm, false, schemaOf("integer", "")},
				{"Events", inForm, false, arrayOf(schemaOf("string", ""))},
				{"Flag", inForm, false, schemaOf("boolean", "")},
				{"Left", inForm, false, schemaOf("string", "")},
				{"Name", inForm, true, schemaOf("string", "")},
				{"PageSize", inQuery, false, schemaOf("integer", "")},
			},
		},
		identifiers: map[string]string{"ThingSid": "TH1"},
		values: map[string]reflect.Value{
			"At":       reflect.ValueOf(&evening),
			"Count":    reflect.ValueOf(new(0)),
			"Events":   reflect.ValueOf([]string{"ringing", "answered"}),
			"Flag":     reflect.ValueOf(new(false)),
			"Left":     reflect.ValueOf((*string)(nil)),
			"Name":     reflect.ValueOf(""),
			"PageSize": reflect.ValueOf(new(50)),
		},
		ifMatch: `W/"3"`,
	}
}

func exampleArrival() arrival {
	return arrival{
		method: "POST", path: "/base/v1/Things/TH1", query: "PageSize=50",
		header: http.Header{
			"Authorization":   {"Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMTp0b2tlbjp3aXRoIGEgY29sb24="},
			"Accept":          {"application/json"},
			"Accept-Encoding": {"gzip"},
			"Content-Type":    {"application/x-www-form-urlencoded"},
			"Content-Length":  {"1"},
			"If-Match":        {`W/"3"`},
			"User-Agent":      {"taskrouter-go/1.2.3"},
		},
		body: "At=2026-03-01T20%3A04%3A05Z&Count=0&Events=ringing&Events=answered&Flag=false&Name=",
	}
}

func TestWireCheckAcceptsWhatTheDocumentSays(t *testing.T) {
	assert.Empty(t, exampleExpectation().differences(exampleArrival()))
}

func TestWireCheckReports(t *testing.T) {
	replace := func(old, new string) func(*testing.T, *arrival) {
		return func(t *testing.T, a *arrival) {
			require.Contains(t, a.body, old)
			a.body = strings.Replace(a.body, old, new, 1)
		}
	}
	header := func(name string, values ...string) func(*testing.T, *arrival) {
		return func(_ *testing.T, a *arrival) { a.header[name] = values }
	}
	noHeader := func(name string) func(*testing.T, *arrival) {
		return func(_ *testing.T, a *arrival) { a.header.Del(name) }
	}
	tests := map[string]struct {
		mutate func(*testing.T, *arrival)
		want   []string // one for every difference
	}{
		"an array with indexes": {
			replace("Events=ringing&Events=answered", "Events[0]=ringing&Events[1]=answered"),
			[]string{`form key "Events": missing`, `form key "Events[0]"`, `form key "Events[1]"`},
		},
		"an array joined by commas":   {replace("ringing&Events=", "ringing%2C"), []string{`form key "Events"`}},
		"an array in another order":   {replace("Events=ringing&Events=answered", "Events=answered&Events=ringing"), []string{`form key "Events"`}},
		"a key in another case":       {replace("Count", "count"), []string{`form key "Count": missing`, `form key "count"`}},
		"a time with an offset":       {replace("2026-03-01T20%3A04%3A05Z", "2026-03-02T01%3A34%3A05%2B05%3A30"), []string{`form key "At"`}},
		"a time in the caller's zone": {replace("2026-03-01T20%3A04", "2026-03-02T01%3A34"), []string{`form key "At"`}},
		"a time with nanoseconds":     {replace("05Z", "05.999999999Z"), []string{`form key "At"`}},
		"a rounded time":              {replace("05Z", "06Z"), []string{`form key "At"`}},
		"a missing key":               {replace("Flag=false&", ""), []string{`form key "Flag": missing`}},
		"a missing required key":      {replace("&Name=", ""), []string{`form key "Name": missing`}},
		"a repeated scalar":           {replace("Count=0", "Count=0&Count=0"), []string{`form key "Count"`}},
		"another value":               {replace("Flag=false", "Flag=0"), []string{`form key "Flag"`}},
		"an unknown key":              {replace("Name=", "Name=&Nickname=x"), []string{`form key "Nickname"`}},
		"a key that was not set":      {replace("Name=", "Name=&Left="), []string{`form key "Left"`}},
		"a key without a value":       {replace("Name=", "Name"), []string{`form: "Name" has no equals sign`}},
		"a broken escape":             {replace("%3A", "%ZZ"), []string{`form: "At=`}},
		"a query key in the body": {
			func(_ *testing.T, a *arrival) { a.body += "&" + a.query; a.query = "" },
			[]string{`query key "PageSize": missing`, `form key "PageSize"`},
		},
		"a query key in another case": {
			func(_ *testing.T, a *arrival) { a.query = "pageSize=50" },
			[]string{`query key "PageSize": missing`, `query key "pageSize"`},
		},
		"no body": {
			func(_ *testing.T, a *arrival) { a.body = "" },
			[]string{`"At": missing`, `"Count": missing`, `"Events": missing`, `"Flag": missing`, `"Name": missing`},
		},
		"another method":                  {func(_ *testing.T, a *arrival) { a.method = "PUT" }, []string{"method: PUT"}},
		"a path without the base":         {func(_ *testing.T, a *arrival) { a.path = "/v1/Things/TH1" }, []string{"path:"}},
		"another identifier":              {func(_ *testing.T, a *arrival) { a.path = "/base/v1/Things/TH2" }, []string{"path:"}},
		"an escaped slash":                {func(_ *testing.T, a *arrival) { a.path = "/base/v1/Things%2FTH1" }, []string{"path:"}},
		"another version in If-Match":     {header("If-Match", `W/"4"`), []string{`header key "If-Match"`}},
		"If-Match without its quotes":     {header("If-Match", "3"), []string{`header key "If-Match"`}},
		"no If-Match":                     {noHeader("If-Match"), []string{`header key "If-Match": missing`}},
		"If-Match twice":                  {header("If-Match", `W/"3"`, `W/"3"`), []string{`header key "If-Match"`}},
		"other credentials":               {header("Authorization", "Basic QUM6"), []string{`header key "Authorization"`}},
		"no credentials":                  {noHeader("Authorization"), []string{`header key "Authorization": missing`}},
		"another content type":            {header("Content-Type", "application/json"), []string{`header key "Content-Type"`}},
		"another type to accept":          {header("Accept", "*/*"), []string{`header key "Accept"`}},
		"a foreign user agent":            {header("User-Agent", "Go-http-client/1.1"), []string{`header "User-Agent"`}},
		"a header that is not documented": {header("X-More", "1"), []string{`header key "X-More"`}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := exampleArrival()
			test.mutate(t, &got)
			found := exampleExpectation().differences(got)
			require.Len(t, found, len(test.want), "%q", found)
			for i, want := range test.want {
				assert.Contains(t, found[i], "updateThing: ")
				assert.Contains(t, found[i], want)
			}
		})
	}
}

func TestWireCheckReportsIfMatchThatNobodyAskedFor(t *testing.T) {
	want := exampleExpectation()
	want.ifMatch = ""
	found := want.differences(exampleArrival())
	require.Len(t, found, 1)
	assert.Contains(t, found[0], `header key "If-Match"`)
}

func TestWireCheckReportsABodyWhereThereIsNone(t *testing.T) {
	want := exampleExpectation()
	want.operation.contentType = ""
	got := exampleArrival()
	got.header.Del("Content-Type")
	found := want.differences(got)
	require.Len(t, found, 1)
	assert.Contains(t, found[0], "body: ")
}

func TestWireCheckOfJSON(t *testing.T) {
	want := exampleExpectation()
	want.operation.contentType = "application/json"
	for i := range want.operation.keys {
		want.operation.keys[i].place = inJSON
	}
	const right = `{"At":"2026-03-01T20:04:05Z","Count":0,"Events":["ringing","answered"],"Flag":false,"Name":"","PageSize":50}`
	tests := map[string]struct{ old, new, want string }{
		"accepts what the document says": {"", "", ""},
		"reports a number as text":       {`"PageSize":50`, `"PageSize":"50"`, `"PageSize"`},
		"reports another form of number": {`"PageSize":50`, `"PageSize":5e1`, `"PageSize"`},
		"reports a flag as text":         {`false`, `"false"`, `"Flag"`},
		"reports an array as text":       {`["ringing","answered"]`, `"ringing,answered"`, `"Events"`},
		"reports a missing key":          {`"Count":0,`, ``, `"Count": missing`},
		"reports an unknown key":         {`{`, `{"Nickname":"x",`, `"Nickname"`},
		"reports null for nil":           {`{`, `{"Left":null,`, `"Left"`},
		"reports what is no JSON":        {`{`, `Count=0`, "JSON body: "},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := exampleArrival()
			got.query = ""
			got.header.Set("Content-Type", "application/json")
			got.body = strings.Replace(right, test.old, test.new, 1)
			found := want.differences(got)
			if test.want == "" {
				assert.Empty(t, found)
				return
			}
			require.Len(t, found, 1, "%q", found)
			assert.Contains(t, found[0], test.want)
		})
	}
}

func TestWireCheckReportsGoTypesThatCannotHoldTheValue(t *testing.T) {
	tests := map[string]struct {
		schema *openapi3.Schema
		value  any
	}{
		"a date-time in a text":  {schemaOf("string", "date-time"), "2026-03-01T20:04:05Z"},
		"a text in a date-time":  {schemaOf("string", ""), evening},
		"an integer in a text":   {schemaOf("integer", ""), "1"},
		"an integer in a float":  {schemaOf("integer", ""), 1.5},
		"a boolean in a text":    {schemaOf("boolean", ""), "true"},
		"an array in a text":     {arrayOf(schemaOf("string", "")), "a,b"},
		"a text in an array":     {schemaOf("string", ""), []string{"a"}},
		"elements of other type": {arrayOf(schemaOf("integer", "")), []string{"1"}},
		"an object":              {schemaOf("object", ""), "{}"},
		"no type":                {&openapi3.Schema{}, "x"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := encode(test.schema, reflect.ValueOf(test.value))
			assert.ErrorContains(t, err, "cannot be held by")
		})
	}
}
