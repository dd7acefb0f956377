package expression_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
)

func TestParseAttributesKeepsEveryDigit(t *testing.T) {
	attributes := parseAttributes(t, ` {"id": 12345678901234567890123, "share": 0.10, "list": [1]} `)
	assert.Equal(t, expression.Attributes{
		"id": json.Number("12345678901234567890123"), "share": json.Number("0.10"), "list": []any{json.Number("1")},
	}, attributes)
}

func TestParseAttributesTakesNothingForNoAttributes(t *testing.T) {
	for _, text := range []string{"", " \n\t", "null", " null "} {
		assert.Nil(t, parseAttributes(t, text), "%q", text)
	}
	assert.Equal(t, expression.Attributes{}, parseAttributes(t, "{}"))
}

func TestParseAttributesRefusesWhatIsNoObject(t *testing.T) {
	const prefix = "expression: reading attributes: expected a JSON object"
	for text, want := range map[string]string{
		`[1]`:            prefix + ", not the array",
		`"{}"`:           prefix + ", not the string",
		`5`:              prefix + ", not the number",
		`true`:           prefix + ", not the bool",
		`{"a": 1`:        prefix + ": unexpected EOF",
		`{'a': 1}`:       prefix + ": invalid character '\\'' looking for beginning of object key string",
		`es`:             prefix + ": invalid character 'e' looking for beginning of value",
		`{"a": 1} {}`:    "expression: reading attributes: there is text after the JSON object",
		`{"a": 1} x`:     "expression: reading attributes: there is text after the JSON object",
		`{"a": 1}}`:      "expression: reading attributes: there is text after the JSON object",
		`null {"a": 1}`:  "expression: reading attributes: there is text after the JSON object",
		"{\"a\": 1}\x00": "expression: reading attributes: there is text after the JSON object",
	} {
		attributes, err := expression.ParseAttributes(text)
		assert.Nil(t, attributes, "%q", text)
		assert.EqualError(t, err, want, "%q", text)
	}
}

func TestParseAttributesKeepsTheErrorOfJSON(t *testing.T) {
	_, err := expression.ParseAttributes("{'a': 1}")
	var syntaxError *json.SyntaxError
	assert.ErrorAs(t, err, &syntaxError)
}

func TestFieldsPutWhatTheServiceSetsAboveTheAttributes(t *testing.T) {
	attributes := expression.Attributes{
		"sid": "own", "friendly_name": "own", "activity_sid": "own", "activity_name": "own", "channel": "own", "level": 3,
	}
	before := len(attributes)
	worker := expression.Worker{
		SID: "WK1", FriendlyName: "Ada", ActivitySID: "WA1", ActivityName: "Idle", Available: true, Attributes: attributes,
		Channels: map[string]expression.Channel{"voice": {ConfiguredCapacity: 2, AssignedTasks: 1, AvailableCapacityPercentage: 50}},
	}
	fields := worker.Fields()
	assert.Equal(t, expression.Attributes{
		"sid": "WK1", "friendly_name": "Ada", "activity_sid": "WA1", "activity_name": "Idle", "level": 3,
		"channel": map[string]any{"voice": map[string]any{
			"configured_capacity": 2, "assigned_tasks": 1, "available_capacity_percentage": 50,
		}},
	}, fields)

	fields["level"] = 4
	fields["more"] = 1
	assert.Len(t, attributes, before, "the attributes of the worker stay as they are")
	assert.Equal(t, 3, attributes["level"])
	assert.Equal(t, "own", attributes["sid"])
}

func TestFieldsLeaveOutWhatIsNotKnown(t *testing.T) {
	worker := expression.Worker{Attributes: expression.Attributes{"sid": "own", "channel": "own"}}
	assert.Equal(t, expression.Attributes{"sid": "own", "channel": "own"}, worker.Fields())

	assert.Equal(t, expression.Attributes{}, expression.Worker{}.Fields())

	worker.Channels = map[string]expression.Channel{}
	assert.Equal(t, expression.Attributes{"sid": "own", "channel": map[string]any{}}, worker.Fields(), "to have no channels is known")
}

func TestFieldsAreWhatExpressionsName(t *testing.T) {
	fields := expression.Worker{
		SID: "WK1", FriendlyName: "Ada", ActivityName: "Idle",
		Channels: map[string]expression.Channel{"voice": {ConfiguredCapacity: 2, AssignedTasks: 1, AvailableCapacityPercentage: 50}},
	}.Fields()
	const source = `worker.sid IN ['WK1'] AND worker.friendly_name == 'Ada' AND worker.activity_name IN ['Idle']
		AND worker.channel.voice.assigned_tasks == 1 AND worker.channel.voice.configured_capacity == 2
		AND worker.channel.voice.available_capacity_percentage < 75 AND worker.channel.chat.assigned_tasks == null`
	assert.True(t, parse(t, source).MatchTarget(nil, fields))
}

func TestCountCountsByActivityAndAvailability(t *testing.T) {
	assert.Equal(t, expression.Counts{
		Available: 2, Unavailable: 1, Activities: map[string]int{"WA1": 2, "WA2": 1},
	}, expression.Count([]expression.Worker{
		{ActivitySID: "WA1", Available: true}, {ActivitySID: "WA2"}, {ActivitySID: "WA1", Available: true},
	}))
	assert.Equal(t, expression.Counts{Activities: map[string]int{}}, expression.Count(nil))
	assert.Equal(t, expression.Counts{Available: 1, Unavailable: 1, Activities: map[string]int{"": 2}},
		expression.Count([]expression.Worker{{Available: true}, {}}), "who has an activity that is not known is counted, too")
}
