package gen_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen"
)

func TestAttributesAreAStringOrNullInJSON(t *testing.T) {
	tests := map[string]struct {
		attributes gen.Attributes
		text       string
	}{
		"none":                 {"", `null`},
		"an empty object":      {"{}", `"{}"`},
		"an object":            {`{"language": "es"}`, `"{\"language\": \"es\"}"`},
		"more than ASCII":      {`{"é":"☃"}`, `"{\"é\":\"☃\"}"`},
		"text that is no JSON": {"no\nJSON", `"no\nJSON"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			text, err := json.Marshal(gen.Task{Attributes: test.attributes})
			require.NoError(t, err)
			assert.Contains(t, string(text), `"attributes":`+test.text)

			var task gen.Task
			require.NoError(t, json.Unmarshal([]byte(`{"attributes":`+test.text+`}`), &task))
			assert.Equal(t, test.attributes, task.Attributes)
		})
	}
	t.Run("but an object is neither", func(t *testing.T) {
		assert.Error(t, json.Unmarshal([]byte(`{"attributes":{}}`), new(gen.Task)))
	})
}

func TestAttributesDecodeIntoWhatTheCallerHas(t *testing.T) {
	attributes := gen.Attributes(`{"language":"es","level":3}`)
	var caller struct {
		Language string
		Level    int
	}
	require.NoError(t, attributes.Decode(&caller))
	assert.Equal(t, "es", caller.Language)
	assert.Equal(t, 3, caller.Level)

	var members map[string]any
	require.NoError(t, attributes.Decode(&members))
	assert.Equal(t, map[string]any{"language": "es", "level": 3.0}, members)
}

func TestAttributesThatDoNotDecodeSaySo(t *testing.T) {
	tests := map[string]struct {
		attributes gen.Attributes
		into       any
		text       string
	}{
		"none":                {"", new(any), "decode attributes: there are none"},
		"no JSON":             {"no", new(any), "decode attributes: invalid character 'o' in literal null (expecting 'u')"},
		"of another type":     {`{"level":"high"}`, new(int), "decode attributes: json: cannot unmarshal object into Go value of type int"},
		"into nothing at all": {"{}", nil, "decode attributes: json: Unmarshal(nil)"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			assert.EqualError(t, test.attributes.Decode(test.into), test.text)
		})
	}
	t.Run("and can be asked why", func(t *testing.T) {
		var mismatch *json.UnmarshalTypeError
		assert.ErrorAs(t, gen.Attributes(`[]`).Decode(new(struct{})), &mismatch)
	})
}
