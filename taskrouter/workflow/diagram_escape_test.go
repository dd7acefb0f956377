package workflow_test

import (
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

// named draws a configuration of one filter that has a name and a target.
func named(name string) string {
	return workflow.Configuration{TaskRouting: workflow.TaskRouting{Filters: []workflow.Filter{{
		FriendlyName: name, Expression: "1 == 1",
		Targets: []workflow.Target{{Queue: "WQ1", SkipIf: name}},
	}}}}.Diagram(workflow.Workspace{})
}

var question = regexp.MustCompile(`(?m)^    filter0\{"(.*)\n1 == 1"\}$`)

// labelOf returns what the diagram writes of the name of a filter.
func labelOf(t *testing.T, name string) string {
	t.Helper()
	match := question.FindStringSubmatch(named(name))
	require.NotNil(t, match, "expected a node of the filter in:\n%s", named(name))
	return match[1]
}

// hostile are names that Mermaid would show otherwise, or not at all, if they were
// written as they are.
var hostile = []struct{ what, name, want string }{
	{"a quote, which ends a label", `a "b"`, `a #quot;b#quot;`},
	{"HTML", `<b>x</b>`, `#lt;b#gt;x#lt;/b#gt;`},
	{"a break", `x<br/>y`, `x#lt;br/#gt;y`},
	{"entities of HTML", `&amp;`, `#amp;amp#59;`},
	{"entities of Mermaid", `#quot;`, `#35;quot#59;`},
	{"a Markdown string", "`x`", `#96;x#96;`},
	{"bold and italic", `**x** *y*`, `#42;#42;x#42;#42; #42;y#42;`},
	{"underlines around a word", `_x_`, `#95;x#95;`},
	{"underlines in a word", `task.agent_sid`, `task.agent_sid`},
	{"a number of a list", `1. x`, `1#46; x`},
	{"another", `12) x`, `12#41; x`},
	{"a number that is none of a list", `1.5 (2)`, `1.5 (2)`},
	{"a bullet", `- x`, `#45; x`},
	{"a rule", `---`, `#45;#45;#45;`},
	{"a heading and a quotation", `# x > y`, `#35; x #gt; y`},
	{"a link", `[x](y)`, `#91;x#93;(y)`},
	{"an address of a page", `https://a.b`, `https#58;//a.b`},
	{"an address of mail", `a@b.c`, `a#64;b.c`},
	{"a backslash", `a\nb\`, `a#92;nb#92;`},
	{"a directive", `%%{init: {}}%%`, `#37;#37;#123;init#58; #123;#125;#125;#37;#37;`},
	{"a style, which loses a semicolon", `style:"x"`, `style#58;#quot;x#quot;`},
	{"a formula", `$$x$$`, `#36;#36;x#36;#36;`},
	{"an icon", `fa:fa-car`, `fa#58;fa-car`},
	{"the shapes of nodes", `|x| {y}`, `#124;x#124; #123;y#125;`},
	{"a word of the language", `end`, `end`},
	{"a direction", `wrong direction LRx`, `wrong directio#110; LRx`},
	{"a word that is none", `direction == 'in'`, `direction == 'in'`},
	{"a name that a direction follows in the next line: direction", `TB`, `TB`},
	{"letters and signs of others", `Ünïcödé 日本語 « 😀 »`, `Ünïcödé 日本語 « 😀 »`},
	{"an expression", `a.b_c == 'd' AND (e >= 1 OR f != 2)`, `a.b_c == 'd' AND (e #gt;= 1 OR f != 2)`},
	{"several spaces", `a   b`, `a #nbsp;#nbsp;b`},
	{"spaces around", ` a `, `#nbsp;a#nbsp;`},
	{"nothing but a space", ` `, `#nbsp;`},
	{"a tab", "a\tb", `a b`},
	{"lines, whose indents are left out", "a AND\r\n    b", `a AND b`},
	{"spaces that are no ASCII", "\u00a0\u3000\u2028", `#160;#12288;#8232;`},
	{"signs that join or turn what is by", "a\u200db\u202e", `a#8205;b#8238;`},
	{"control characters, never seen", "a\x00\x1b\u0085b", `a���b`},
	{"bytes that are no UTF-8", "a\xffb", `a�b`},
	{"sixty characters", strings.Repeat("é", 60), strings.Repeat("é", 60)},
	{"more of them, which are cut", strings.Repeat("é", 61), strings.Repeat("é", 60) + "…"},
	{"a cut before the escaping", strings.Repeat(`"`, 61), strings.Repeat("#quot;", 60) + "…"},
	{"a space before the cut, a plain one", strings.Repeat("é", 59) + " é", strings.Repeat("é", 59) + " …"},
}

func TestDiagramEscapesWhatMermaidWouldNotShow(t *testing.T) {
	for _, test := range hostile {
		t.Run(test.what, func(t *testing.T) {
			assert.Equal(t, test.want, labelOf(t, test.name))
		})
	}
}

// The file is one of those that conformance/mermaid renders and compares with what is
// seen. If the diagram is to be another, make diagrams-check says whether it is right.
func TestDiagramOfHostileNamesIsTheOneThatMermaidRenders(t *testing.T) {
	var routing workflow.TaskRouting
	var workspace workflow.Workspace
	for i, text := range hostile {
		queue := workflow.Queue{SID: fmt.Sprintf("WQ%d", i), FriendlyName: text.name}
		workspace.Queues = append(workspace.Queues, queue)
		routing.Filters = append(routing.Filters, workflow.Filter{
			FriendlyName: text.what, Expression: text.name,
			Targets: []workflow.Target{{Queue: queue.SID, SkipIf: fmt.Sprintf("a == '%s'", text.name)}},
		})
	}
	got := workflow.Configuration{TaskRouting: routing}.Diagram(workspace)
	assertDrawn(t, "hostile", got)
	assert.Contains(t, got, `-.->|"skip if a == '#lt;b#gt;x#lt;/b#gt;'"|`, "arrows have labels too")
}

func TestDiagramEscapesEveryLabel(t *testing.T) {
	name, want := `"x" <b>`, `#quot;x#quot; #lt;b#gt;`
	text := workflow.Configuration{TaskRouting: workflow.TaskRouting{
		Filters: []workflow.Filter{{FriendlyName: name, Expression: name, Targets: []workflow.Target{
			{Queue: name, Expression: name, OrderBy: name, KnownWorkerFriendlyName: name},
			{Queue: "WQ1", SkipIf: `a == "<b>"`, Timeout: new(5)},
		}}},
		DefaultFilter: &workflow.Target{Queue: name},
	}}.Diagram(workflow.Workspace{Queues: []workflow.Queue{{SID: "WQ1", FriendlyName: name}}})

	assert.Contains(t, text, fmt.Sprintf("filter0{\"%[1]s\n%[1]s\"}", want))
	assert.Contains(t, text, fmt.Sprintf("filter0target0[\"%[1]s\nonly %[1]s\nif %[1]s\nby %[1]s\nno timeout\"]", want))
	assert.Contains(t, text, fmt.Sprintf(`filter0target1["%s"]`, want))
	assert.Contains(t, text, `-.->|"skip if a == #quot;#lt;b#gt;#quot;"|`)
	assert.Contains(t, text, fmt.Sprintf("fallback[\"default filter\n%s\"]", want))
}

// A label without a text is an error to Mermaid.
func TestDiagramHasATextInEveryLabel(t *testing.T) {
	text := workflow.Configuration{TaskRouting: workflow.TaskRouting{
		Filters:       []workflow.Filter{{Targets: []workflow.Target{{}}}},
		DefaultFilter: &workflow.Target{},
	}}.Diagram(workflow.Workspace{})

	assert.Contains(t, text, `filter0{"no expression"}`)
	assert.Contains(t, text, `filter0target0["no queue`+"\nno timeout\"]")
	assert.Contains(t, text, "fallback[\"default filter\nno queue\"]")
}

func FuzzDiagramKeepsNamesInTheirLabels(f *testing.F) {
	for _, name := range []string{`a "b"`, "a\n\nb", `%%{init: {}}%%`, `#quot;`, "ﬂ°", " ", "…", "a == 1"} {
		f.Add(name)
	}
	special := regexp.MustCompile("[\"<>&`*{}|%$:@\\[\\]\\\\~^\\n]")
	number, name := regexp.MustCompile(`#([0-9]+);`), regexp.MustCompile(`#(quot|lt|gt|amp|nbsp);`)
	lines := strings.Count(named("a"), "\n")
	f.Fuzz(func(t *testing.T, text string) {
		if text == "" {
			return
		}
		written := labelOf(t, text)
		assert.NotEmpty(t, written)
		assert.True(t, utf8.ValidString(written))
		assert.NotRegexp(t, special, written)
		// A skip_if that can be parsed draws an arrow more, and the end that it leads to.
		assert.Contains(t, []int{lines, lines + 2}, strings.Count(named(text), "\n"))

		entities := name.ReplaceAllString(number.ReplaceAllString(written, "&#$1;"), "&$1;")
		assert.NotRegexp(t, `(^|[^&])#`, entities)
		if utf8.ValidString(text) && utf8.RuneCountInString(text) <= 60 && strings.IndexFunc(text, unicode.IsControl) < 0 {
			read := html.UnescapeString(entities)
			assert.Equal(t, strings.ReplaceAll(text, "\u00a0", " "), strings.ReplaceAll(read, "\u00a0", " "))
		}
	})
}
