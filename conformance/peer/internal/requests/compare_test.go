package requests

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen"
)

// A request that the tests change.
func example(t *testing.T, change func(*http.Request)) facets {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://example.com/v1/Workspaces/WS1?List=a&List=b&One=1", strings.NewReader("Name=x&Flag=true&Many=a&Many=b"))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "Basic abc")
	r.Header.Set("If-Match", "3")
	change(r)
	return sentBy(t, r)
}

func sentBy(t *testing.T, r *http.Request) facets {
	t.Helper()
	w := new(wire)
	w.begin(answer{status: http.StatusOK, body: "{}"})
	response, err := (&http.Client{Transport: w}).Do(r)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Len(t, w.sent(), 1)
	return w.sent()[0]
}

func body(r *http.Request, media, text string) {
	other, _ := http.NewRequest(r.Method, "/", strings.NewReader(text))
	r.Body, r.GetBody, r.ContentLength = other.Body, other.GetBody, other.ContentLength
	r.Header.Set("Content-Type", media)
}

func form(r *http.Request, text string) { body(r, "application/x-www-form-urlencoded", text) }

func TestEachPartOfARequestIsCompared(t *testing.T) {
	same := func(*http.Request) {}
	inJSON := func(text string) func(*http.Request) {
		return func(r *http.Request) { body(r, "application/json", text) }
	}
	for name, test := range map[string]struct {
		ours, theirs func(*http.Request)
		want         []string // place | ours | theirs
	}{
		"the same": {same, same, nil},
		"another order of keys": {same, func(r *http.Request) {
			r.URL.RawQuery = "One=1&List=a&List=b"
			form(r, "Many=a&Many=b&Flag=true&Name=x")
		}, nil},
		"another spelling":                  {same, func(r *http.Request) { r.URL.RawQuery = "One=%31&List=%61&List=b" }, nil},
		"another user agent":                {same, func(r *http.Request) { r.Header.Set("User-Agent", "another") }, nil},
		"method":                            {same, func(r *http.Request) { r.Method = http.MethodPut }, []string{"method | POST | PUT"}},
		"scheme":                            {same, func(r *http.Request) { r.URL.Scheme = "http" }, []string{"origin | https://example.com | http://example.com"}},
		"host":                              {same, func(r *http.Request) { r.URL.Host = "example.net" }, []string{"origin | https://example.com | https://example.net"}},
		"path":                              {same, func(r *http.Request) { r.URL.Path += "/Tasks" }, []string{"path | /v1/Workspaces/WS1 | /v1/Workspaces/WS1/Tasks"}},
		"a slash that is data":              {func(r *http.Request) { r.URL.Path, r.URL.RawPath = "/a/b", "/a%2Fb" }, func(r *http.Request) { r.URL.Path = "/a/b" }, []string{"path | /a%2Fb | /a/b"}},
		"the spelling of a path":            {func(r *http.Request) { r.URL.Path, r.URL.RawPath = "/a;b", "/a%3Bb" }, func(r *http.Request) { r.URL.Path = "/a;b" }, []string{"escaped path | /a%3Bb | /a;b"}},
		"a value of the query":              {same, func(r *http.Request) { r.URL.RawQuery = "List=a&List=b&One=2" }, []string{`query One | "1" | "2"`}},
		"a value of the query too much":     {same, func(r *http.Request) { r.URL.RawQuery += "&Two=" }, []string{`query Two | nothing | ""`}},
		"a value of the query that is gone": {same, func(r *http.Request) { r.URL.RawQuery = "List=a&List=b" }, []string{`query One | "1" | nothing`}},
		"another order of a list":           {same, func(r *http.Request) { r.URL.RawQuery = "List=b&List=a&One=1" }, []string{`query List | "a", "b" | "b", "a"`}},
		"a list in one value":               {same, func(r *http.Request) { r.URL.RawQuery = "List=a,b&One=1" }, []string{`query List | "a", "b" | "a,b"`}},
		"a value that is repeated":          {same, func(r *http.Request) { form(r, "Name=x&Name=x&Flag=true&Many=a&Many=b") }, []string{`form Name | "x" | "x", "x"`}},
		"a query that is not escaped":       {same, func(r *http.Request) { r.URL.RawQuery += "&Two=a b" }, []string{`query | nothing | not escaped`, `query Two | nothing | "a b"`}},
		"a field":                           {same, func(r *http.Request) { form(r, "Name=x&Flag=True&Many=a&Many=b") }, []string{`form Flag | "true" | "True"`}},
		"a field that is gone":              {same, func(r *http.Request) { form(r, "Flag=true&Many=a&Many=b") }, []string{`form Name | "x" | nothing`}},
		"If-Match":                          {same, func(r *http.Request) { r.Header.Set("If-Match", "4") }, []string{`header If-Match | "3" | "4"`}},
		"no If-Match":                       {same, func(r *http.Request) { r.Header.Del("If-Match") }, []string{`header If-Match | "3" | nothing`}},
		"credentials":                       {same, func(r *http.Request) { r.Header.Set("Authorization", "Basic abd") }, []string{`header Authorization | "Basic abc" | "Basic abd"`}},
		"a header twice":                    {same, func(r *http.Request) { r.Header.Add("Authorization", "Basic abc") }, []string{`header Authorization | "Basic abc" | "Basic abc", "Basic abc"`}},
		"the same JSON":                     {inJSON(`{"a":[1,2],"b":"<"}`), inJSON("{ \"b\": \"\\u003c\",\n\"a\": [1,2] }"), nil},
		"other JSON":                        {inJSON(`{"a":[1,2]}`), inJSON(`{"a":[2,1]}`), []string{`body | {"a":[1,2]} | {"a":[2,1]}`}},
		"no body":                           {inJSON(`{}`), inJSON(``), []string{`body | {} | nothing`}},
		"a body that is no JSON":            {inJSON(`{}`), inJSON(`{`), []string{`body | {} | {`}},
	} {
		t.Run(name, func(t *testing.T) {
			ours := outcome{requests: []facets{example(t, test.ours)}}
			theirs := outcome{requests: []facets{example(t, test.theirs)}}
			var got []string
			for _, d := range compare("getTask", ours, theirs) {
				got = append(got, strings.TrimPrefix(d.String(), "getTask | "))
			}
			assert.Equal(t, test.want, got)
		})
	}
}

func TestWhatIsMadeOfACallIsCompared(t *testing.T) {
	request := facets{placeMethod: "GET", placeOrigin: "https://example.com", placePath: "/a", placeEscaped: "/a"}
	other := facets{placeMethod: "GET", placeOrigin: "https://example.com", placePath: "/b", placeEscaped: "/b", "query A": `"1"`}
	for name, test := range map[string]struct {
		ours, theirs outcome
		want         []difference
	}{
		"both refuse, each in its words": {outcome{refusal: "one"}, outcome{refusal: "two"}, nil},
		"one refuses": {outcome{refusal: "why"}, outcome{requests: []facets{request}}, []difference{
			{"getTask", "request", "refused: why", "GET https://example.com/a"},
		}},
		"one makes no request and is content": {outcome{}, outcome{requests: []facets{request}}, []difference{
			{"getTask", "request", nothing, "GET https://example.com/a"},
		}},
		"a second page that is another": {outcome{requests: []facets{request, request}}, outcome{requests: []facets{request, other}}, []difference{
			{"getTask", "page 2 path", "/a", "/b"},
			{"getTask", "page 2 query A", nothing, `"1"`},
		}},
		"a third page": {outcome{requests: []facets{request, request, other}}, outcome{requests: []facets{request, request}}, []difference{
			{"getTask", "page 3 request", "GET https://example.com/b", nothing},
		}},
		"an error behind the same requests": {outcome{requests: []facets{request}}, outcome{requests: []facets{request}, refusal: "why"}, []difference{
			{"getTask", "page 2 request", nothing, "refused: why"},
		}},
		"a value that cannot be told": {outcome{requests: []facets{other}}, outcome{requests: []facets{request}, cannotSay: []string{"query A"}}, []difference{
			{"getTask", "path", "/b", "/a"},
			{"getTask", "query A", `"1"`, noField},
		}},
		"a value that cannot be told, and another that is sent instead": {outcome{requests: []facets{other}}, outcome{requests: []facets{{
			placeMethod: "GET", placeOrigin: "https://example.com", placePath: "/b", placeEscaped: "/b", "query A": `"2"`,
		}}, cannotSay: []string{"query A"}}, []difference{{"getTask", "query A", `"1"`, `"2"`}}},
		"more records": {outcome{records: 1}, outcome{records: 2}, []difference{{"getTask", "records", "1", "2"}}},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, test.want, compare("getTask", test.ours, test.theirs))
		})
	}
}

func TestARequestThatCannotBeReadIsNoDifference(t *testing.T) {
	w := new(wire)
	w.begin(answer{status: http.StatusOK})
	for name, r := range map[string]*http.Request{
		"form":   {URL: mustParse(t, "https://example.com/"), Body: io.NopCloser(strings.NewReader("a=%zz"))},
		"query":  {URL: mustParse(t, "https://example.com/?a=%zz")},
		"scheme": {URL: mustParse(t, "/v1")},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.RoundTrip(r)
			require.Error(t, err)
			assert.Empty(t, w.sent())
		})
	}
}

func TestAListWithoutAnEndEndsTheCall(t *testing.T) {
	c, err := newComparison()
	require.NoError(t, err)
	made := base(gen.OperationListTasks)
	endless, err := withLinks(c.answers[made.operation.ID].body, "", links[""](pathOf(made), 1))
	require.NoError(t, err)
	for _, name := range []string{"ListTask", "StreamTask"} { // ours notices that the pages repeat
		t.Run(name, func(t *testing.T) {
			method, err := theirMethodNamed(name)
			require.NoError(t, err)
			got, err := c.doTheirs(made, method, []answer{{status: http.StatusOK, body: endless}})
			require.NoError(t, err)
			assert.Contains(t, got.refusal, "the call makes more than 20 requests")
			assert.Len(t, got.requests, mostRequests)
		})
	}
}
