package workflow_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

type extra = map[string]json.RawMessage

// withTarget returns a configuration whose only filter has one target.
func withTarget(target string) string {
	return `{"task_routing":{"filters":[{"expression":"a","targets":[` + target + `]}]}}`
}

func parse(t *testing.T, text string) workflow.Configuration {
	t.Helper()
	configuration, err := workflow.Parse(text)
	require.NoError(t, err)
	return configuration
}

func parseTarget(t *testing.T, target string) workflow.Target {
	t.Helper()
	return parse(t, withTarget(target)).TaskRouting.Filters[0].Targets[0]
}

func TestParseReadsEveryField(t *testing.T) {
	got := parse(t, ` { "task_routing" : {
		"filters": [
			{
				"filter_friendly_name": "Spanish <callers>",
				"expression": " language == \"es\" & ",
				"targets": [
					{
						"queue": "${QUEUE}", "expression": "b", "priority": 0, "timeout": 30, "order_by": "c",
						"skip_if": "d", "known_worker_sid": "e", "known_worker_friendly_name": "f"
					},
					{}
				]
			},
			{"expression": "", "targets": []}
		],
		"default_filter": {"queue": "WQ2"}
	} } `)
	assert.Equal(t, workflow.Configuration{TaskRouting: workflow.TaskRouting{
		Filters: []workflow.Filter{
			{FriendlyName: "Spanish <callers>", Expression: ` language == "es" & `, Targets: []workflow.Target{
				{
					Queue: "${QUEUE}", Expression: "b", Priority: new(0), Timeout: new(30), OrderBy: "c",
					SkipIf: "d", KnownWorkerSID: "e", KnownWorkerFriendlyName: "f",
				},
				{},
			}},
			{},
		},
		DefaultFilter: &workflow.Target{Queue: "WQ2"},
	}}, got)
}

func TestParseTakesWhatMayBeMissing(t *testing.T) {
	tests := map[string]struct {
		text string
		want workflow.TaskRouting
	}{
		"no filters":               {`{"task_routing":{}}`, workflow.TaskRouting{}},
		"an empty list of filters": {`{"task_routing":{"filters":[]}}`, workflow.TaskRouting{Filters: []workflow.Filter{}}},
		"an empty default filter":  {`{"task_routing":{"default_filter":{}}}`, workflow.TaskRouting{DefaultFilter: &workflow.Target{}}},
		"an empty filter":          {`{"task_routing":{"filters":[{}]}}`, workflow.TaskRouting{Filters: []workflow.Filter{{}}}},
		"null for both":            {`{"task_routing":{"filters":null,"default_filter":null}}`, workflow.TaskRouting{}},
		"null in a filter": {
			`{"task_routing":{"filters":[{"filter_friendly_name":null,"friendly_name":null,"expression":null,"targets":null}]}}`,
			workflow.TaskRouting{Filters: []workflow.Filter{{}}},
		},
		"null in a target": {
			`{"task_routing":{"default_filter":{"queue":null,"task_queue_sid":null,"expression":null,"priority":null,"timeout":null,
			"order_by":null,"skip_if":null,"known_worker_sid":null,"known_worker_friendly_name":null}}}`,
			workflow.TaskRouting{DefaultFilter: &workflow.Target{}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, workflow.Configuration{TaskRouting: test.want}, parse(t, test.text))
		})
	}
}

func TestParseReadsOlderNames(t *testing.T) {
	tests := map[string]struct {
		members string
		want    workflow.Target
	}{
		"alone":               {`"task_queue_sid":"WQ1"`, workflow.Target{Queue: "WQ1"}},
		"beside null":         {`"queue":null,"task_queue_sid":"WQ1"`, workflow.Target{Queue: "WQ1"}},
		"null":                {`"queue":"WQ1","task_queue_sid":null`, workflow.Target{Queue: "WQ1"}},
		"of the same value":   {`"task_queue_sid":"WQ\u0031","queue":"WQ1"`, workflow.Target{Queue: "WQ1"}},
		"of another value":    {`"task_queue_sid":"WQ\u0032","queue":"WQ1"`, workflow.Target{Queue: "WQ1", Extra: extra{"task_queue_sid": json.RawMessage(`"WQ\u0032"`)}}},
		"empty":               {`"task_queue_sid":""`, workflow.Target{Extra: extra{"queue": json.RawMessage(`""`)}}},
		"empty, beside a new": {`"queue":"WQ1","task_queue_sid":""`, workflow.Target{Queue: "WQ1", Extra: extra{"task_queue_sid": json.RawMessage(`""`)}}},
		"beside an empty new": {`"queue":"","task_queue_sid":"WQ1"`, workflow.Target{Extra: extra{"queue": json.RawMessage(`""`), "task_queue_sid": json.RawMessage(`"WQ1"`)}}},
	}
	for name, test := range tests {
		t.Run("a queue "+name, func(t *testing.T) {
			assert.Equal(t, test.want, parseTarget(t, "{"+test.members+"}"))
		})
		t.Run("a name "+name, func(t *testing.T) {
			rename := strings.NewReplacer("task_queue_sid", "friendly_name", "queue", "filter_friendly_name").Replace
			want := workflow.Filter{FriendlyName: test.want.Queue}
			for name, value := range test.want.Extra {
				if want.Extra == nil {
					want.Extra = extra{}
				}
				want.Extra[rename(name)] = value
			}
			got := parse(t, `{"task_routing":{"filters":[{`+rename(test.members)+`}]}}`)
			assert.Equal(t, want, got.TaskRouting.Filters[0])
		})
	}
}

func TestParseReadsNumbersInEverySpelling(t *testing.T) {
	tests := map[string]int{
		`5`: 5, `"5"`: 5, `5.0`: 5, `"5.0"`: 5, `5e2`: 500, `"1.50E+2"`: 150, `1500e-2`: 15, `0`: 0, `-0`: 0, `-7`: -7, `0.0e99999999999999999999`: 0,
		`9223372036854775807`: 9223372036854775807, `-9223372036854775808`: -9223372036854775808, `9007199254740991.0`: 9007199254740991,
		`2147483647`: 2147483647, `"\u0035"`: 5, `10`: 10,
	}
	for text, want := range tests {
		t.Run(text, func(t *testing.T) {
			got := parseTarget(t, `{"priority":`+text+`,"timeout":`+text+`}`)
			assert.Equal(t, workflow.Target{Priority: &want, Timeout: &want}, got)
		})
	}
}

func TestParseRefusesWhatIsNoInt(t *testing.T) {
	const inRange = "a whole number in range, from -9223372036854775808 to 9223372036854775807"
	tests := map[string]string{
		`5.5`:                      "found the number 5.5, expected a whole number, not a fraction",
		`"5.5"`:                    `found the text "5.5", expected a whole number, not a fraction`,
		`1e-1`:                     "found the number 1e-1, expected a whole number, not a fraction",
		`9007199254740993.0`:       "found the number 9007199254740993.0, expected " + inRange, // as a float it is another
		`9223372036854775808`:      "found the number 9223372036854775808, expected " + inRange,
		`-9223372036854775809`:     "found the number -9223372036854775809, expected " + inRange,
		`1e19`:                     "found the number 1e19, expected " + inRange,
		`"1e99999999999999999999"`: `found the text "1e99999999999999999999", expected ` + inRange,
		`"soon"`:                   `found the text "soon", expected a whole number`,
		`""`:                       `found the text "", expected a whole number`,
		`" 5"`:                     `found the text " 5", expected a whole number`,
		`"5\n"`:                    `found the text "5\n", expected a whole number`,
		`"0x10"`:                   `found the text "0x10", expected a whole number`,
		`"${TIMEOUT}"`:             `found the text "${TIMEOUT}", expected a whole number`,
		`true`:                     "found true, expected a whole number",
		`[5]`:                      "found a list, expected a whole number",
		`{}`:                       "found an object, expected a whole number",
	}
	for text, want := range tests {
		t.Run(text, func(t *testing.T) {
			_, err := workflow.Parse(withTarget(`{"timeout":` + text + `}`))
			assert.EqualError(t, err, "workflow: read configuration: task_routing.filters[0].targets[0].timeout: "+want)
		})
	}
}

func TestParseKeepsMembersItDoesNotKnow(t *testing.T) {
	got := parse(t, `{
		"task_routing": {
			"filters": [{
				"Expression": "b",
				"targets": [{"Timeout": 1, "": [ 1.50, 1e400 ], "__proto__": {"\ud83d\ude00": "\u0041 <"}}],
				"queue": null
			}],
			"default_filter": {"filter_friendly_name": "Default", "Expression": "1==1", "filters": [ ]},
			"comment": null
		},
		"version": "2"
	}`)
	assert.Equal(t, workflow.Configuration{
		TaskRouting: workflow.TaskRouting{
			Filters: []workflow.Filter{{
				Targets: []workflow.Target{{Extra: extra{
					"Timeout": json.RawMessage(`1`), "": json.RawMessage(`[1.50,1e400]`),
					"__proto__": json.RawMessage(`{"\ud83d\ude00":"\u0041 <"}`),
				}}},
				Extra: extra{"Expression": json.RawMessage(`"b"`), "queue": json.RawMessage(`null`)},
			}},
			DefaultFilter: &workflow.Target{Extra: extra{
				"filter_friendly_name": json.RawMessage(`"Default"`), "Expression": json.RawMessage(`"1==1"`), "filters": json.RawMessage(`[]`),
			}},
			Extra: extra{"comment": json.RawMessage(`null`)},
		},
		Extra: extra{"version": json.RawMessage(`"2"`)},
	}, got)
}

func TestParseKeepsEmptyTexts(t *testing.T) {
	text := `{"task_routing":{"filters":[{"filter_friendly_name":"","expression":"","targets":[{"queue":"","expression":"","order_by":"","skip_if":"","known_worker_sid":"","known_worker_friendly_name":""}]}]}}`
	assert.Equal(t, text, parse(t, text).String())
	assert.NotContains(t, parse(t, text).TaskRouting.Filters[0].Extra, "expression", "it is written anyway")
}

func TestParseSaysWhatItCannotRead(t *testing.T) {
	long := strings.Repeat("é", 100)
	tests := map[string]struct{ text, want string }{
		"a list":                   {`[]`, "the top level: found a list, expected an object"},
		"null":                     {` null`, "the top level: found null, expected an object"},
		"no task_routing":          {`{"filters":[]}`, "the top level: found filters, expected the member task_routing with an object"},
		"task_routing null":        {`{"task_routing":null}`, "the top level: found nothing, expected the member task_routing with an object"},
		"task_routing a text":      {`{"task_routing":"{}"}`, `task_routing: found the text "{}", expected an object`},
		"filters an object":        {`{"task_routing":{"filters":{}}}`, "task_routing.filters: found an object, expected a list"},
		"a filter that is null":    {`{"task_routing":{"filters":[{},null]}}`, "task_routing.filters[1]: found null, expected an object"},
		"a target that is a text":  {withTarget(`{},"WQ1"`), `task_routing.filters[0].targets[1]: found the text "WQ1", expected an object`},
		"a default_filter":         {`{"task_routing":{"default_filter":[{}]}}`, "task_routing.default_filter: found a list, expected an object"},
		"an older name":            {withTarget(`{"queue":"WQ1","task_queue_sid":1}`), "task_routing.filters[0].targets[0].task_queue_sid: found the number 1, expected a text"},
		"an expression":            {withTarget(`{"expression":false}`), "task_routing.filters[0].targets[0].expression: found false, expected a text"},
		"what is long":             {withTarget(`{"timeout":"` + long + `"}`), `task_routing.filters[0].targets[0].timeout: found the text "` + long[:59*2] + `…, expected a whole number`},
		"a member twice":           {`{"task_routing":{},"task_routing":{}}`, `the top level: found the member "task_routing" twice, expected it once`},
		"a name in two spellings":  {withTarget(`{"queue":"a","\u0071ueue":"a"}`), `task_routing.filters[0].targets[0]: found the member "queue" twice, expected it once`},
		"an unknown member twice":  {withTarget(`{"a b":[{"c":{"d":1,"d":1}}]}`), `task_routing.filters[0].targets[0]["a b"][0].c: found the member "d" twice, expected it once`},
		"an odd name at the top":   {`{"task_routing":{},"a.b":{"c":1,"c":2}}`, `["a.b"]: found the member "c" twice, expected it once`},
		"half a pair":              {withTarget(`{"queue":"\\ud800 \ud83d\ude00 \uD83d"}`), `task_routing.filters[0].targets[0].queue: found \uD83d, half of a surrogate pair, expected both halves`},
		"half a pair in a name":    {`{"task_routing":{"x\ude00\ud83d":1}}`, `task_routing: found \ude00, half of a surrogate pair, expected both halves`},
		"half a pair, unknown":     {`{"task_routing":{"x":["\ud83d\ud83d\ude00"]}}`, `task_routing.x[0]: found \ud83d, half of a surrogate pair, expected both halves`},
		"an empty text":            {"", "found an empty text, expected JSON"},
		"white space":              {" \r\n\t", "found an empty text, expected JSON"},
		"invalid UTF-8":            {"{\n\"é\xff\":1}", "line 2, column 3: found the byte 0xff, expected UTF-8"},
		"no JSON":                  {"{\r\n  'task_routing': {}}", `line 2, column 3: invalid character '\'' looking for beginning of object key string`},
		"a comma too many":         {"{\"é\":[1,]}", "line 1, column 9: invalid character ']' looking for beginning of value"},
		"an end too early":         {"{\"task_routing\":\n{", "line 2, column 1: unexpected end of JSON input"},
		"text after the document":  {"{\"task_routing\":{}}\n{}", "line 2, column 1: invalid character '{' after top-level value"},
		"what is nested too deep":  {`{"task_routing":{"x":` + strings.Repeat("[", 10_000), "line 1, column 10020: exceeded max depth"},
		"what is said about depth": {`{"task_routing":{` + strings.Repeat(`"deep":{`, 100) + `"a":1,"a":1` + strings.Repeat("}", 102), "task_routing" + strings.Repeat(".deep", 37) + `…: found the member "a" twice, expected it once`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := workflow.Parse(test.text)
			require.Error(t, err)
			assert.Equal(t, "workflow: read configuration: "+test.want, withoutCharacter(err))
			assert.Zero(t, got)
		})
	}
}

// withoutCharacter is the text of an error without the character at which JSON is
// nested too deep: Go 1.27 does not name it any more.
func withoutCharacter(err error) string {
	return strings.ReplaceAll(err.Error(), "invalid character '[' exceeded", "exceeded")
}

func TestParseRefusesAByteOrderMark(t *testing.T) { // whose first byte Go 1.26 names, and the whole of it Go 1.27
	got, err := workflow.Parse("\ufeff{}")
	assert.ErrorContains(t, err, "workflow: read configuration: line 1, column ")
	assert.ErrorContains(t, err, " looking for beginning of value")
	assert.Zero(t, got)
}

func TestParseSaysEverythingThatIsWrong(t *testing.T) {
	_, err := workflow.Parse(`{"task_routing":{
		"filters":[{"expression":1,"friendly_name":[]},{"targets":[{"timeout":"soon","queue":{}}],"x":1,"x":2},7],
		"default_filter":0
	}}`)
	assert.EqualError(t, err, `workflow: read configuration: task_routing.filters[1]: found the member "x" twice, expected it once
task_routing.filters[0].friendly_name: found a list, expected a text
task_routing.filters[0].expression: found the number 1, expected a text
task_routing.filters[1].targets[0].queue: found an object, expected a text
task_routing.filters[1].targets[0].timeout: found the text "soon", expected a whole number
task_routing.filters[2]: found the number 7, expected an object
task_routing.default_filter: found the number 0, expected an object`)
}

func TestConfigurationIsReadInsideOtherJSON(t *testing.T) {
	var document struct{ Configuration, Other workflow.Configuration }
	document.Other = workflow.Configuration{Extra: extra{"old": nil}}
	require.NoError(t, json.Unmarshal([]byte(`{"configuration": {"task_routing": {"filters": []}}, "other": {"task_routing":{}}}`), &document))
	assert.Equal(t, parse(t, `{"task_routing":{"filters":[]}}`), document.Configuration)
	assert.Equal(t, workflow.Configuration{}, document.Other, "nothing of the old value may stay")

	require.NoError(t, json.Unmarshal([]byte(`{"configuration":null}`), &document))
	assert.Equal(t, parse(t, `{"task_routing":{"filters":[]}}`), document.Configuration)

	err := json.Unmarshal([]byte(`{"configuration":{"task_routing":[]}}`), &document)
	assert.EqualError(t, err, "workflow: read configuration: task_routing: found a list, expected an object")
	assert.Equal(t, parse(t, `{"task_routing":{"filters":[]}}`), document.Configuration)
}

// What the time or the memory of reading were quadratic in would show here.
func TestParseTakesLargeConfigurations(t *testing.T) {
	const size = 1 << 14
	repeat := func(text string) string { return strings.Repeat(text, size/len(text)) }
	deep := strings.Repeat(`[{"a":`, 4990) + "1" + strings.Repeat("}]", 4990)
	texts := map[string]string{
		"filters":      `{"task_routing":{"filters":[` + repeat(`{"expression":"a == 1","targets":[{"queue":"WQ1","timeout":5,"x":[1]}]},`) + `{}]}}`,
		"one text":     withTarget(`{"queue":"` + repeat(`\u00e9`) + `"}`),
		"one name":     withTarget(`{"` + repeat(`é`) + `":1}`),
		"many numbers": withTarget(`{"x":[` + repeat("1,") + `1]}`),
		"deep":         withTarget(`{"x":` + deep + `,"y":[` + repeat(deep+",") + `1]}`),
	}
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			configuration := parse(t, text)
			assert.Equal(t, configuration, parse(t, configuration.String()))
		})
	}
	wrong := map[string]string{
		"wrong everywhere":         `{"task_routing":{"filters":[` + repeat("1,") + `1]}}`,
		"twice at every depth":     `{"task_routing":{"x":` + strings.Repeat(`{"`+strings.Repeat("a", 40)+`":1,"`+strings.Repeat("a", 40)+`":`, 9000) + "1" + strings.Repeat("}", 9002),
		"a number of large digits": withTarget(`{"timeout":` + repeat("1") + `}`),
	}
	for name, text := range wrong {
		t.Run(name, func(t *testing.T) {
			_, err := workflow.Parse(text)
			require.Error(t, err)
			assert.Less(t, len(err.Error()), 64*len(text), "what is said must not outgrow the text")
		})
	}
}

func ExampleParse() {
	configuration, err := workflow.Parse(`{"task_routing": {
		"filters": [{"friendly_name": "Spanish", "expression": "language == 'es'", "targets": [{"queue": "WQ1", "timeout": "60"}]}]
	}}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, filter := range configuration.TaskRouting.Filters {
		fmt.Println(filter.FriendlyName, filter.Expression, *filter.Targets[0].Timeout)
	}

	_, err = workflow.Parse(`{"task_routing": {"filters": [{"targets": [{"timeout": "soon"}]}]}}`)
	fmt.Println(err)
	// Output:
	// Spanish language == 'es' 60
	// workflow: read configuration: task_routing.filters[0].targets[0].timeout: found the text "soon", expected a whole number
}
