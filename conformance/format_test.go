package conformance_test

import (
	"io/fs"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/conformance"
)

func TestFormatWritesTheCanonicalForm(t *testing.T) {
	data, err := conformance.Format(everythingParsed)
	require.NoError(t, err)
	assert.Equal(t, everything, string(data))
}

func TestFormatTakesEmptyListsForNoLists(t *testing.T) {
	none := []conformance.Field{}
	_, err := conformance.Format(one(func(e *conformance.Exchange) {
		e.Request.Header, e.Request.Form, e.Response.Header = none, none, none
	}))
	assert.NoError(t, err)
}

// one is a scenario of one small exchange, after a change.
func one(change func(*conformance.Exchange)) *conformance.Scenario {
	exchange := conformance.Exchange{
		Name:     "a",
		Request:  conformance.Request{Method: "GET", Path: "/p"},
		Response: conformance.Response{Status: 200},
	}
	change(&exchange)
	return &conformance.Scenario{
		Name:      "s.txtar",
		Source:    conformance.SourceLive,
		Exchanges: []conformance.Exchange{exchange},
	}
}

func TestFormatRefusesWhatWouldReadBackOtherwise(t *testing.T) {
	form := []conformance.Field{{Name: "Content-Type", Value: "application/x-www-form-urlencoded"}}
	for promise, c := range map[string]struct {
		change func(*conformance.Exchange)
		want   string
	}{
		"a body that begins a section": {func(e *conformance.Exchange) {
			e.Response.Body = "text\n-- b: request --\nGET /p\n-- b: response --\n200"
		}, `exchange "a" cannot be written`},
		"a body where there can be no": {func(e *conformance.Exchange) {
			e.Response = conformance.Response{Status: 204, Body: "text"}
		}, "expected no body with status 204"},
		"a credential": {func(e *conformance.Exchange) {
			e.Request.Header = []conformance.Field{{Name: "Authorization", Value: "Basic c2VjcmV0"}}
		}, "a scheme and no credential"},
		"a header of two lines": {func(e *conformance.Exchange) {
			e.Response.Header = []conformance.Field{{Name: "A", Value: "b\nC: d"}}
		}, `exchange "a" cannot be written`},
		"a header that ends with a space": {func(e *conformance.Exchange) {
			e.Response.Header = []conformance.Field{{Name: "A", Value: "b "}}
		}, `exchange "a" cannot be written`},
		"a form without its type": {func(e *conformance.Exchange) {
			e.Request.Form = []conformance.Field{{Name: "Key", Value: "value"}}
		}, "expected a Content-Type"},
		"a key with an equals sign": {func(e *conformance.Exchange) {
			e.Request.Header = form
			e.Request.Form = []conformance.Field{{Name: "Key=a", Value: "value"}}
		}, `exchange "a" cannot be written`},
		"a form and JSON at once": {func(e *conformance.Exchange) {
			e.Request.Header = form
			e.Request.Form = []conformance.Field{{Name: "Key", Value: "value"}}
			e.Request.JSON = `{"a=b":1}`
		}, `expected a line Key=value`},
		"a name with a space in front": {func(e *conformance.Exchange) {
			e.Name = " a"
		}, `exchange " a" cannot be written`},
		"a query in the path": {func(e *conformance.Exchange) {
			e.Request.Path = "/p?a=b"
		}, `exchange "a" cannot be written`},
	} {
		t.Run(promise, func(t *testing.T) {
			_, err := conformance.Format(one(c.change))
			require.ErrorContains(t, err, "format: s.txtar: ")
			require.ErrorContains(t, err, c.want)
			assert.NotContains(t, err.Error(), "c2VjcmV0")
		})
	}
}

func TestFormatRefusesACommentThatReadsBackOtherwise(t *testing.T) {
	scenario := one(func(*conformance.Exchange) {})
	scenario.Comment = "words\n-- a --"
	_, err := conformance.Format(scenario)
	require.NoError(t, err, "the # keeps it a comment")

	scenario.Source = "live\n# more"
	_, err = conformance.Format(scenario)
	assert.ErrorContains(t, err, "the comment cannot be written")

	scenario.Source = conformance.SourceLive
	scenario.Exchanges = nil
	_, err = conformance.Format(scenario)
	assert.ErrorContains(t, err, `expected a section "NAME: request"`)
}

func TestEveryFixtureIsInCanonicalForm(t *testing.T) {
	names, err := fs.Glob(conformance.Fixtures, "*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			scenario, err := conformance.Load(conformance.Fixtures, name)
			require.NoError(t, err)
			file, err := fs.ReadFile(conformance.Fixtures, name)
			require.NoError(t, err)

			data, err := conformance.Format(scenario)
			require.NoError(t, err)
			assert.Equal(t, string(file), string(data))
			assert.NotEmpty(t, scenario.Comment, "a fixture says what it shows")
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(everything))
	f.Add([]byte(minimal("GET /p?a=1;b", "200 OK")))
	f.Add([]byte("source: live\n#\n# a\n-- a: request --\r\nGET /p\n-- a: response --\n200\n\n-- x --\r"))
	f.Fuzz(func(t *testing.T, data []byte) {
		scenario, err := conformance.Parse("fuzz.txtar", data)
		if err != nil {
			return
		}
		written, err := conformance.Format(scenario)
		require.NoError(t, err, "what was read can be written")

		again, err := conformance.Parse("fuzz.txtar", written)
		require.NoError(t, err)
		assert.Equal(t, scenario, again)

		rewritten, err := conformance.Format(again)
		require.NoError(t, err)
		assert.Equal(t, string(written), string(rewritten), "written twice, the bytes are the same")
	})
}
