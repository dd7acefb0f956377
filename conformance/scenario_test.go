package conformance_test

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/conformance"
)

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

func TestLoadAllReadsTheFixturesOfAFolderByName(t *testing.T) {
	scenarios, err := conformance.LoadAll(fstest.MapFS{
		"b.txtar":      file(minimal("GET /b", "200")),
		"a.txtar":      file(minimal("GET /a", "200")),
		"README.md":    file("for people"),
		"deep/c.txtar": file("not looked at"),
	})
	require.NoError(t, err)
	require.Len(t, scenarios, 2)
	assert.Equal(t, "a.txtar", scenarios[0].Name)
	assert.Equal(t, "b.txtar", scenarios[1].Name)
	assert.Equal(t, "/b", scenarios[1].Exchanges[0].Request.Path)
}

func TestLoadAllReadsTheBuiltInFixtures(t *testing.T) {
	scenarios, err := conformance.LoadAll(conformance.Fixtures)
	require.NoError(t, err)
	assert.NotEmpty(t, scenarios)
}

func TestLoadAllNamesEveryFileThatIsWrong(t *testing.T) {
	scenarios, err := conformance.LoadAll(fstest.MapFS{
		"a.txtar": file("source: nowhere\n"),
		"b.txtar": file(minimal("GET /b", "200")),
		"c.txtar": file(minimal("GET /c", "99")),
	})
	assert.Empty(t, scenarios, "nothing is read half")
	require.ErrorContains(t, err, "a.txtar: comment: expected source to be")
	require.ErrorContains(t, err, `c.txtar: section "a: response": expected a status code`)
	assert.NotContains(t, err.Error(), "b.txtar")
}

func TestLoadAllRefusesAFolderThatHoldsNoFixture(t *testing.T) {
	_, err := conformance.LoadAll(fstest.MapFS{"README.md": file("for people")})
	assert.EqualError(t, err, "expected fixtures, files named *.txtar, and there are none")
}

func TestLoadAllRefusesAFolderThatIsMissing(t *testing.T) {
	_, err := conformance.LoadAll(missing{})
	assert.ErrorContains(t, err, "file does not exist")
}
