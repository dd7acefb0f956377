package workflow_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

// corpusVariable names a folder with configurations that others use, JSON files.
// They are not part of this repository.
const corpusVariable = "WORKFLOW_CORPUS"

func TestCorpusIsReadAndWrittenWithoutLoss(t *testing.T) {
	folder := os.Getenv(corpusVariable)
	if folder == "" {
		t.Skipf("%s names no folder", corpusVariable)
	}
	files, err := filepath.Glob(filepath.Join(find(folder), "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files, "expected JSON files in %s", folder)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			configuration, err := workflow.Parse(string(text))
			require.NoError(t, err)
			assert.Equal(t, canonical(t, string(text)), canonical(t, configuration.String()))
			assert.Equal(t, configuration, parse(t, configuration.String()))
		})
	}
	t.Logf("%d configurations", len(files))
}

// find finds a folder that is named as seen from the root of the repository, from
// where tests are run, or from here, where they run.
func find(folder string) string {
	if fromRoot := filepath.Join("..", "..", folder); !filepath.IsAbs(folder) {
		if _, err := os.Stat(fromRoot); err == nil {
			return fromRoot
		}
	}
	return folder
}
