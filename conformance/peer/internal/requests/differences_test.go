package requests

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func mustParse(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	require.NoError(t, err)
	return u
}

func TestAnEntryIsForWhatItNames(t *testing.T) {
	entries, err := parse("# A comment.\n\ntheirs: A reason.\nget* listTasks | query * | \"1.5\" | \"1\"\n")
	require.NoError(t, err)
	require.Equal(t, []*Entry{{Operations: []string{"get*", "listTasks"}, Place: "query *", Ours: `"1.5"`, Theirs: `"1"`, Whose: Theirs, Reason: "A reason.", needed: map[string]bool{}}}, entries)
	for _, test := range []struct {
		difference
		explained bool
	}{
		{difference{"getTask", "query A", `"1.5"`, `"1"`}, true},
		{difference{"listTasks", "query A", `"1.5"`, `"1"`}, true},
		{difference{"listTaskQueues", "query A", `"1.5"`, `"1"`}, false},
		{difference{"updateTask", "query A", `"1.5"`, `"1"`}, false},
		{difference{"getTask", "form A", `"1.5"`, `"1"`}, false},
		{difference{"getTask", "query A", `"1.5"`, `"2"`}, false},
		{difference{"getTask", "query A", `"1.6"`, `"1"`}, false},
		{difference{"getTask", "query A", `"1.5"`, nothing}, false},
	} {
		assert.Equal(t, test.explained, entries[0].explains(test.difference), test.String())
	}
}

func TestAStarStandsForAnyText(t *testing.T) {
	for _, test := range []struct {
		pattern, text string
		fits          bool
	}{
		{"a", "a", true},
		{"a", "ab", false},
		{"*", "", true},
		{"*", "a/b | c", true},
		{"a*", "ab", true},
		{"a*", "ba", false},
		{"*a", "ba", true},
		{"*a", "ab", false},
		{"a*b*c", "a1b2c", true},
		{"a*b*c", "a1c", false},
		{"a*a", "a", false},
		{"a*b*c", "abc", true},
		{"[a]*", "[a]b", true},
	} {
		assert.Equal(t, test.fits, fits(test.pattern, test.text), "%s and %s", test.pattern, test.text)
	}
}

func TestAListThatCannotBeReadIsAnError(t *testing.T) {
	for name, text := range map[string]string{
		"an entry without a reason":     `getTask | path | a | b`,
		"a reason that is nobody's":     "mine: A reason.\ngetTask | path | a | b",
		"a reason that is no sentence":  "theirs: reason\ngetTask | path | a | b",
		"an entry that says too little": "theirs: A reason.\ngetTask | path | a",
		"an entry that says too much":   "theirs: A reason.\ngetTask | path | a | b | c",
		"an empty pattern":              "theirs: A reason.\ngetTask |  | a | b",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parse(text)
			assert.ErrorContains(t, err, "expected whose it is")
		})
	}
}

func TestAValueStandsInOneLine(t *testing.T) {
	assert.Equal(t, `"a \x7c b", "\r\n", ""`, show("a | b", "\r\n", ""))
}
