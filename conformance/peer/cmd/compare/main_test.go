package main

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/conformance/peer/internal/measure"
)

// TestMain refuses to serve: nothing is measured in these tests, and if that were
// tried the program would run them again.
func TestMain(m *testing.M) {
	if slices.Contains(os.Args, measure.ServeArgument) {
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func TestArgumentsAreChecked(t *testing.T) {
	for name, test := range map[string]struct {
		arguments []string
		want      string
	}{
		"an argument":        {[]string{"now"}, `unexpected argument "now"`},
		"no time":            {[]string{"-each", "0s"}, "expected a positive duration for -each, not 0s"},
		"an unknown flag":    {[]string{"-fast"}, "flag provided but not defined"},
		"half of a report":   {[]string{"-builds=false", "-out", "a.md"}, "-builds=false excludes these"},
		"half of the README": {[]string{"-builds=false", "-readme", "a.md"}, "-builds=false excludes these"},
	} {
		t.Run(name, func(t *testing.T) {
			assert.ErrorContains(t, run(t.Context(), test.arguments, io.Discard, io.Discard), test.want)
		})
	}
}

func TestDocumentIsCheckedBeforeAnythingIsMeasured(t *testing.T) {
	readme := filepath.Join(t.TempDir(), "README.md")
	assert.ErrorContains(t, run(t.Context(), []string{"-readme", readme}, io.Discard, io.Discard), "read the document for the short table")

	require.NoError(t, os.WriteFile(readme, []byte("# Title\n"), 0o644))
	err := run(t.Context(), []string{"-readme", readme}, io.Discard, io.Discard)
	assert.ErrorContains(t, err, "find the place of the short table in "+readme)
	assert.ErrorContains(t, err, "<!-- make peer -->")
}

func TestEnvironmentDoesNotLeadElsewhere(t *testing.T) {
	for _, name := range []string{"TWILIO_REGION", "TWILIO_EDGE", "TASKROUTER_BASE_URL"} {
		t.Setenv(name, "elsewhere")
	}
	require.Error(t, run(t.Context(), []string{"-readme", filepath.Join(t.TempDir(), "none")}, io.Discard, io.Discard))
	for _, name := range []string{"TWILIO_REGION", "TWILIO_EDGE", "TASKROUTER_BASE_URL"} {
		assert.Empty(t, os.Getenv(name), name)
	}
}

func TestTableGoesIntoTheDocument(t *testing.T) {
	readme := filepath.Join(t.TempDir(), "README.md")
	require.NoError(t, os.WriteFile(readme, []byte("before\n<!-- make peer -->\n<!-- /make peer -->\nafter\n"), 0o644))
	text, err := options{readme: readme}.readmeWith("| table |\n")
	require.NoError(t, err)
	require.NoError(t, write(readme, text))
	written, err := os.ReadFile(readme)
	require.NoError(t, err)
	assert.Equal(t, "before\n<!-- make peer -->\n| table |\n<!-- /make peer -->\nafter\n", string(written))
}
