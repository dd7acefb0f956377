package conformance_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/conformance"
)

func TestCompareJSONFindsWhatIsLost(t *testing.T) {
	for name, test := range map[string]struct {
		original, became string
		lost, added      []string
	}{
		"the same":                       {`{"a": 1, "b": [true, null, "x"]}`, `{"b":[true,null,"x"],"a":1}`, nil, nil},
		"a number written otherwise":     {`{"a": 1.0, "b": 1e2}`, `{"a": 1, "b": 100}`, nil, nil},
		"a number beyond float64":        {`{"a": 9007199254740993}`, `{"a": 9007199254740992}`, []string{`$["a"]: 9007199254740993 became 9007199254740992`}, nil},
		"a time written otherwise":       {`{"a": "2026-03-17T09:00:00+00:00"}`, `{"a": "2026-03-17T09:00:00Z"}`, nil, nil},
		"another time":                   {`{"a": "2026-03-17T09:00:00Z"}`, `{"a": "2026-03-17T09:00:01Z"}`, []string{`$["a"]: "2026-03-17T09:00:00Z" became "2026-03-17T09:00:01Z"`}, nil},
		"a time that became a number":    {`{"a": "2026-03-17T09:00:00Z"}`, `{"a": 5}`, []string{`$["a"]: "2026-03-17T09:00:00Z" became 5`}, nil},
		"text that became another one":   {`{"a": "x"}`, `{"a": "y"}`, []string{`$["a"]: "x" became "y"`}, nil},
		"null that is gone":              {`{"a": null}`, `{}`, []string{`$["a"]: null is gone`}, []string{`$: {}`}},
		"null that became zero":          {`{"a": null}`, `{"a": 0}`, []string{`$["a"]: null became 0`}, nil},
		"a number that became text":      {`{"a": 1}`, `{"a": "1"}`, []string{`$["a"]: 1 became "1"`}, nil},
		"an unknown member":              {`{"a": 1, "b": {"c": 2}}`, `{"a": 1}`, []string{`$["b"]["c"]: 2 is gone`}, nil},
		"an entry of a list":             {`{"a": [1, 2]}`, `{"a": [1]}`, []string{`$["a"]: [length 2] became [length 1]`, `$["a"][1]: 2 is gone`}, nil},
		"an entry too much":              {`{"a": [1]}`, `{"a": [1, 2]}`, []string{`$["a"]: [length 1] became [length 2]`}, []string{`$["a"][1]: 2`}},
		"entries in another order":       {`[1, 2]`, `[2, 1]`, []string{`$[0]: 1 became 2`, `$[1]: 2 became 1`}, nil},
		"an empty list that is null":     {`{"a": []}`, `{"a": null}`, []string{`$["a"]: [] became null`}, nil},
		"a member that encoding adds":    {`{"a": 1}`, `{"a": 1, "b": null}`, nil, []string{`$["b"]: null`}},
		"text that only looks like null": {`{"a": "null"}`, `{"a": null}`, []string{`$["a"]: "null" became null`}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			loss, err := conformance.CompareJSON([]byte(test.original), []byte(test.became))
			require.NoError(t, err)
			assert.Equal(t, conformance.Loss{Lost: test.lost, Added: test.added}, loss)
		})
	}
}

func TestCompareJSONRefusesWhatIsNoJSON(t *testing.T) {
	_, err := conformance.CompareJSON([]byte(`{`), []byte(`{}`))
	assert.ErrorContains(t, err, "the original")
	_, err = conformance.CompareJSON([]byte(`{}`), []byte(`{} x`))
	assert.ErrorContains(t, err, "what it became")
}

func FuzzCompareJSON(f *testing.F) {
	f.Add([]byte(`{"a": [1.50, "2026-03-17T09:00:00Z", null, {"b": {}}], "": []}`))
	f.Add([]byte(`-0e-5`))
	f.Fuzz(func(t *testing.T, text []byte) {
		loss, err := conformance.CompareJSON(text, text)
		if err != nil {
			return
		}
		require.Empty(t, loss, "a text is the same as itself")
		loss, err = conformance.CompareJSON(append([]byte(`{"all":`), append(text, '}')...), []byte(`{"all":"something else"}`))
		require.NoError(t, err)
		var value string
		_ = json.Unmarshal(text, &value) // most are no text
		require.True(t, len(loss.Lost) > 0 || value == "something else", "another text is not")
	})
}
