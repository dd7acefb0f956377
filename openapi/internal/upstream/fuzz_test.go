package upstream

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/openapi"
)

// FuzzCompare holds any document against ours and against itself.
func FuzzCompare(f *testing.F) {
	for _, get := range []string{
		query("{type: string}"), formOf("{properties: {a: null}}"), answer("{$ref: '#/components/schemas/Twist'}"),
		answer("{allOf: [{$ref: '#/components/schemas/Loop'}, {$ref: '#/components/schemas/Grid'}]}"), "{responses: {'200': null}}",
		"{parameters: [null], requestBody: null}", answer("{oneOf: [{$ref: '#/components/schemas/Map'}, {type: 'null'}, {}]}"),
	} {
		f.Add([]byte(document(get)))
	}
	f.Add(openapi.Document[:0])
	ours, err := Load(openapi.Document)
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, data []byte) {
		theirs, err := Load(data)
		if err != nil {
			return
		}
		findings, err := Compare(theirs, ours)
		if err == nil {
			_ = Report{Findings: findings}.String()
		}
		again, err := Load(data)
		require.NoError(t, err)
		if findings, err := Compare(theirs, again); err == nil {
			assert.Empty(t, findings, "a document differs from itself")
		}
	})
}
