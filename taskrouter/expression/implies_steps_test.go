package expression

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestImpliesSpendsAStepOnEachPairOfItems(t *testing.T) {
	left := func(premise, conclusion string) int {
		i := implication{left: maxSteps}
		i.holds(MustParse(premise).root, MustParse(conclusion).root)
		return i.left
	}
	assert.Equal(t, maxSteps-1, left(`a == 1`, `a == 2`))
	assert.Equal(t, maxSteps-1-2-3, left(`a IN [1, 2]`, `b IN [1, 2, 3]`))
	assert.Equal(t, maxSteps-1-2-3-2*3, left(`a IN [1, 2]`, `a IN [2, 1, 3]`))
	assert.Equal(t, maxSteps-3, left(`a == 1 AND b == 2`, `c == 3`))
}
