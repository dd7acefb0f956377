package workflow_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

func TestStringWritesTheCanonicalForm(t *testing.T) {
	tests := map[string]struct {
		configuration workflow.Configuration
		want          string
	}{
		"nothing":          {workflow.Configuration{}, `{"task_routing":{}}`},
		"an empty list":    {workflow.Configuration{TaskRouting: workflow.TaskRouting{Filters: []workflow.Filter{}}}, `{"task_routing":{"filters":[]}}`},
		"an empty filter":  {workflow.Configuration{TaskRouting: workflow.TaskRouting{Filters: []workflow.Filter{{}}}}, `{"task_routing":{"filters":[{"expression":"","targets":[]}]}}`},
		"an empty default": {workflow.Configuration{TaskRouting: workflow.TaskRouting{DefaultFilter: &workflow.Target{}}}, `{"task_routing":{"default_filter":{}}}`},
		"everything, in the order of the document, and Extra by name": {
			workflow.Configuration{
				TaskRouting: workflow.TaskRouting{
					Filters: []workflow.Filter{
						{FriendlyName: "<é>", Expression: `a == "b" & c < 1`, Targets: []workflow.Target{
							{
								Queue: "WQ1", Expression: "b", Priority: new(0), Timeout: new(30), OrderBy: "c", SkipIf: "d",
								KnownWorkerSID: "e", KnownWorkerFriendlyName: "f", Extra: extra{"zz": json.RawMessage(`1`), "a": json.RawMessage(` [ "<", 1.0 ] `)},
							},
							{Timeout: new(-1)},
						}, Extra: extra{"b": json.RawMessage(`null`)}},
						{Expression: "\u2028"},
					},
					DefaultFilter: &workflow.Target{Queue: "WQ2"},
					Extra:         extra{"c": nil},
				},
				Extra: extra{"": json.RawMessage(`{ }`), `"`: json.RawMessage(`"\/"`)},
			},
			`{"task_routing":{"filters":[` +
				`{"filter_friendly_name":"<é>","expression":"a == \"b\" & c < 1","targets":[` +
				`{"queue":"WQ1","expression":"b","priority":0,"timeout":30,"order_by":"c","skip_if":"d","known_worker_sid":"e","known_worker_friendly_name":"f","a":["<",1.0],"zz":1},` +
				`{"timeout":-1}],"b":null},` +
				`{"expression":"\u2028","targets":[]}],` +
				`"default_filter":{"queue":"WQ2"},"c":null},"":{},"\"":"\/"}`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, test.want, test.configuration.String())
			encoded, err := test.configuration.MarshalJSON()
			require.NoError(t, err)
			assert.Equal(t, test.want, string(encoded))
		})
	}
}

func TestFieldsWinOverExtra(t *testing.T) {
	value := json.RawMessage(`"x"`)
	c := workflow.Configuration{
		TaskRouting: workflow.TaskRouting{
			Filters: []workflow.Filter{
				{FriendlyName: "a", Expression: "b", Targets: []workflow.Target{{}}, Extra: extra{"filter_friendly_name": value, "expression": value, "targets": value}},
				{Extra: extra{"filter_friendly_name": value, "expression": value, "targets": value, "friendly_name": value, "a": value}},
			},
			DefaultFilter: &workflow.Target{Queue: "WQ1", Priority: new(0), Extra: extra{"queue": value, "priority": value, "timeout": value, "task_queue_sid": value}},
			Extra:         extra{"filters": value, "default_filter": value},
		},
		Extra: extra{"task_routing": value},
	}
	assert.Equal(t, `{"task_routing":{"filters":[{"filter_friendly_name":"a","expression":"b","targets":[{}]},`+
		`{"filter_friendly_name":"x","expression":"x","targets":"x","a":"x","friendly_name":"x"}],`+
		`"default_filter":{"queue":"WQ1","priority":0,"timeout":"x","task_queue_sid":"x"}}}`, c.String())
	assert.Len(t, c.TaskRouting.DefaultFilter.Extra, 4, "writing changes nothing")

	assert.Equal(t, `{"task_routing":"x"}`, workflow.Configuration{Extra: extra{"task_routing": value}}.String())
	c.TaskRouting.Filters, c.TaskRouting.DefaultFilter = nil, nil
	assert.Equal(t, `{"task_routing":{"filters":"x","default_filter":"x"}}`, c.String())
}

func TestWhatIsNoJSONIsWrittenAsTextAndIsAnError(t *testing.T) {
	tests := map[string]struct{ value, written, problem string }{
		"an expression":   {`a < "b"`, `"a < \"b\""`, "line 1, column 1: invalid character 'a' looking for beginning of value"},
		"nothing":         {"", `""`, "found an empty text, expected JSON"},
		"two values":      {"1 2", `"1 2"`, "line 1, column 3: invalid character '2' after top-level value"},
		"an injection":    {`1,"queue":"WQ1"`, `"1,\"queue\":\"WQ1\""`, "line 1, column 2: invalid character ',' after top-level value"},
		"invalid UTF-8":   {"\"\xff\"", `"\"\ufffd\""`, "line 1, column 2: found the byte 0xff, expected UTF-8"},
		"a member twice":  {`{"b":1,"b":2}`, `"{\"b\":1,\"b\":2}"`, `found the member "b" twice, expected it once`},
		"half of a pair":  {`"\udc00"`, `"\"\\udc00\""`, `found \udc00, half of a surrogate pair, expected both halves`},
		"what is endless": {strings.Repeat("[", 10001), `"` + strings.Repeat("[", 10001) + `"`, "line 1, column 10001: exceeded max depth"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := workflow.Configuration{TaskRouting: workflow.TaskRouting{DefaultFilter: &workflow.Target{Extra: extra{"a": json.RawMessage(test.value)}}}}
			assert.Equal(t, `{"task_routing":{"default_filter":{"a":`+test.written+`}}}`, strings.ReplaceAll(c.String(), "\ufffd", `\ufffd`)) // Go 1.27 writes the sign itself
			_, err := c.MarshalJSON()
			require.Error(t, err)
			assert.Equal(t, "workflow: write configuration: task_routing.default_filter.a: "+test.problem, withoutCharacter(err))
			_, err = json.Marshal(c)
			assert.Error(t, err)
		})
	}
}

func TestWhatIsNoUTF8IsAnErrorAndNeverANameTwice(t *testing.T) {
	one := json.RawMessage(`1`)
	c := workflow.Configuration{TaskRouting: workflow.TaskRouting{Filters: []workflow.Filter{{
		Expression: "a\xff", Extra: extra{"b\xfe": one, "b\xff": one, "b\ufffd": one, "c": json.RawMessage("x")},
	}}}}
	assert.Equal(t, `{"task_routing":{"filters":[{"expression":"a\ufffd","targets":[],"b\ufffd":1,"c":"x"}]}}`, strings.ReplaceAll(c.String(), "\ufffd", `\ufffd`))
	_, err := c.MarshalJSON()
	assert.EqualError(t, err, `workflow: write configuration: task_routing.filters[0].expression: found "a\xff", expected UTF-8
task_routing.filters[0]: found "b\xfe", expected UTF-8
task_routing.filters[0]: found "b\xff", expected UTF-8
task_routing.filters[0].c: line 1, column 1: invalid character 'x' looking for beginning of value`)
}

func TestConfigurationIsWrittenInsideOtherJSON(t *testing.T) {
	text := `{"task_routing":{"filters":[{"expression":"a < 1 & b","targets":[{"queue":"WQ1"}]}]}}`
	var encoded bytes.Buffer
	encoder := json.NewEncoder(&encoded)
	encoder.SetEscapeHTML(false)
	require.NoError(t, encoder.Encode(map[string]any{"value": parse(t, text), "pointer": new(parse(t, text))}))
	assert.Equal(t, `{"pointer":`+text+`,"value":`+text+"}\n", encoded.String())
}

func ExampleConfiguration_String() {
	configuration := workflow.Configuration{
		TaskRouting: workflow.TaskRouting{
			Filters: []workflow.Filter{{
				FriendlyName: "Spanish callers",
				Expression:   `language == "es"`,
				Targets:      []workflow.Target{{Queue: "WQ1", Priority: new(5), Timeout: new(60)}},
			}},
			DefaultFilter: &workflow.Target{Queue: "WQ2"},
		},
	}
	fmt.Println(configuration)
	// Output:
	// {"task_routing":{"filters":[{"filter_friendly_name":"Spanish callers","expression":"language == \"es\"","targets":[{"queue":"WQ1","priority":5,"timeout":60}]}],"default_filter":{"queue":"WQ2"}}}
}

func TestPartsOfAConfigurationAreWrittenAndReadOnTheirOwn(t *testing.T) {
	const target = `{"queue":"WQ1","expression":"worker.level < task.level","priority":0,"timeout":5,"x":[1.50]}`
	const filter = `{"filter_friendly_name":"a & b","expression":"a < 1","targets":[` + target + `],"y":{}}`
	const routing = `{"filters":[` + filter + `],"default_filter":` + target + `,"z":null}`

	assertOnItsOwn(t, routing, parse(t, `{"task_routing":`+routing+`}`).TaskRouting)
	assertOnItsOwn(t, filter, parse(t, `{"task_routing":`+routing+`}`).TaskRouting.Filters[0])
	assertOnItsOwn(t, target, *parse(t, `{"task_routing":`+routing+`}`).TaskRouting.DefaultFilter)
	assertOnItsOwn(t, `{"expression":"","targets":[]}`, workflow.Filter{})
	assertOnItsOwn(t, `{}`, workflow.Target{})
	assertOnItsOwn(t, `{}`, workflow.TaskRouting{})
}

// assertOnItsOwn asserts that a value is a text, and the other way round.
func assertOnItsOwn[T json.Marshaler](t *testing.T, text string, value T) {
	t.Helper()
	written, err := value.MarshalJSON()
	require.NoError(t, err)
	assert.Equal(t, text, string(written))
	var read T
	require.NoError(t, json.Unmarshal([]byte(text), &read))
	assert.Equal(t, value, read)
	require.NoError(t, json.Unmarshal([]byte("null"), &read))
	assert.Equal(t, value, read, "a null changes nothing")
	err = json.Unmarshal([]byte(`[]`), &read)
	require.EqualError(t, err, "workflow: read configuration: the top level: found a list, expected an object")
	assert.Equal(t, value, read, "an error changes nothing")
}

func TestPartsSayWhatCannotBeWritten(t *testing.T) {
	broken := extra{"a": json.RawMessage("{")}
	for _, part := range []json.Marshaler{
		workflow.Configuration{Extra: broken}, workflow.TaskRouting{Extra: broken}, workflow.Filter{Extra: broken}, workflow.Target{Extra: broken},
	} {
		_, err := part.MarshalJSON()
		assert.EqualError(t, err, "workflow: write configuration: a: line 1, column 1: unexpected end of JSON input")
	}
}

func TestRoutingThatIsSetIsWrittenRatherThanThatOfExtra(t *testing.T) {
	for want, routing := range map[string]workflow.TaskRouting{
		`{"task_routing":"x"}`:                   {},
		`{"task_routing":{"filters":[]}}`:        {Filters: []workflow.Filter{}},
		`{"task_routing":{"default_filter":{}}}`: {DefaultFilter: &workflow.Target{}},
		`{"task_routing":{"y":1}}`:               {Extra: extra{"y": json.RawMessage("1")}},
	} {
		assert.Equal(t, want, workflow.Configuration{TaskRouting: routing, Extra: extra{"task_routing": json.RawMessage(`"x"`)}}.String())
	}
}
