package workflow_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestREADMEShowsWhatTheExamplePrints(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	source, err := os.ReadFile("example_test.go")
	require.NoError(t, err)
	_, section, ok := strings.Cut(string(readme), "\n## Check a workflow before it is uploaded\n")
	require.True(t, ok, "the README has no such section")
	section, _, _ = strings.Cut(section, "\n## ")
	blocks := strings.Split(section, "```")
	require.Greater(t, len(blocks), 2)
	for i := 1; i < len(blocks); i += 2 {
		language, block, _ := strings.Cut(blocks[i], "\n")
		if language == "sh" {
			continue
		}
		prefix := map[string]string{"go": "\t", "text": "\t// ", "mermaid": "\t// "}[language]
		shown := string(source) + unindented(string(source), prefix)
		assert.Contains(t, shown, block, "the block in %s is not what the example has", language)
	}
}

// unindented takes a prefix from each line that has it.
func unindented(text, prefix string) string {
	return strings.ReplaceAll("\n"+text, "\n"+prefix, "\n")
}
