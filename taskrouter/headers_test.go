package taskrouter_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

func TestEveryRequestNamesTheLibraryAndAsksForJSON(t *testing.T) {
	service := newFakeService(t, answer(200, suitsAll))
	for _, m := range methodsOf(service.client(t)) {
		_, err := m.call(t.Context(), m.arguments())
		require.NoError(t, err)
	}
	for _, request := range service.seen() {
		assert.Regexp(t, `^taskrouter-go/`+taskrouter.Version+` \(\w+; \w+\) go1\.\d+`, request.Header.Get("User-Agent"))
		assert.Equal(t, []string{"application/json"}, request.Header["Accept"])
		assert.NotContains(t, request.Header, "If-Match")
	}
}
