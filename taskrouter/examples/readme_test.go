package examples_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The README shows parts of programs that are compiled and tested, less indented.
func TestREADMEShowsThesePrograms(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	tests := map[string]struct {
		files  []string
		blocks int
	}{
		"Answer what TaskRouter calls": {[]string{"callbacks/main.go", "callbacks/main_test.go"}, 4},
		"Tokens for browsers":          {[]string{"workertoken/main.go"}, 1},
		"Test without the service": {[]string{
			"../taskroutertest/example_test.go", "../taskroutertest/example_bubble_test.go", "../taskroutertest/example_application_test.go",
		}, 5},
	}
	for heading, test := range tests {
		t.Run(heading, func(t *testing.T) {
			var source strings.Builder
			for _, file := range test.files {
				text, err := os.ReadFile(file)
				require.NoError(t, err)
				source.Write(text)
			}
			_, section, ok := strings.Cut(string(readme), "\n## "+heading+"\n")
			require.True(t, ok, "the README has no such section")
			section, _, _ = strings.Cut(section, "\n## ")
			shown := blocks(section, "go")
			assert.Len(t, shown, test.blocks)
			for _, block := range shown {
				assert.True(t, shows(source.String(), block), block)
			}
		})
	}
}

// shows tells whether a source has a block, at whatever depth.
func shows(source, block string) bool {
	for range 4 {
		if strings.Contains(source, block) {
			return true
		}
		source = strings.ReplaceAll(source, "\n\t", "\n")
	}
	return false
}
