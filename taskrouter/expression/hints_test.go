package expression

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEveryHintIsGiven(t *testing.T) {
	for word, hint := range hints {
		_, err := ParseOrder("a " + word)
		var syntaxError *SyntaxError
		require.ErrorAs(t, err, &syntaxError, word)
		assert.Equal(t, word, syntaxError.Text)
		assert.Equal(t, hint, syntaxError.Hint, word)
	}
}
