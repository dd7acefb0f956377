package merge_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/internal/merge"
)

func encodeAttributes(v any) (gen.Attributes, error) {
	text, err := mergeMarshal(v)
	return gen.Attributes(text), err
}

// A set is encoded in an order of its own, so that what is merged entry by entry
// reads otherwise than what the program left: the list is then replaced whole.
func TestAChangeIsReadAgainAsItWasLeft(t *testing.T) {
	changed, err := merge.Change(`{"set":["c","\u0062","a"],"any":1.0}`, func(p *mergeProfile) error {
		delete(p.Set, "a")
		return nil
	}, encodeAttributes)
	require.NoError(t, err)
	assert.Equal(t, gen.Attributes(`{"any":1.0,"set":["b","c"]}`), changed)
}
