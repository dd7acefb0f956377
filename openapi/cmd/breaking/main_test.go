package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// inRepository stands the test in a new repository of one commit without our document.
func inRepository(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, args := range [][]string{
		{"init", "--quiet"},
		{"-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "--quiet", "--allow-empty", "--message", "nothing"},
	} {
		out, err := exec.CommandContext(t.Context(), "git", args...).CombinedOutput()
		require.NoError(t, err, string(out))
	}
}

func TestRunWithoutARelease(t *testing.T) {
	inRepository(t)
	for _, args := range [][]string{nil, {""}} {
		var out strings.Builder
		broken, err := run(t.Context(), &out, args)
		assert.NoError(t, err)
		assert.False(t, broken)
		assert.Equal(t, "there is no release to compare with; BASE=revision compares with any other\n", out.String())
	}
}

func TestRunTakesTheNewestTag(t *testing.T) {
	inRepository(t)
	require.NoError(t, exec.CommandContext(t.Context(), "git", "tag", "v1.0.0").Run())
	_, err := run(t.Context(), os.Stdout, nil)
	assert.ErrorContains(t, err, "revision v1.0.0: git show: exit status 128: ")
	assert.ErrorContains(t, err, path)
}

func TestRunSaysWhatItExpected(t *testing.T) {
	inRepository(t)
	for want, args := range map[string][]string{
		`expected a revision, git knows no "v9.9.9"`: {"v9.9.9"},
		"expected one revision":                      {"a", "b"},
		"revision HEAD: git show: ":                  {"HEAD"},
		"flag provided but not defined: -x":          {"-x"},
	} {
		broken, err := run(t.Context(), os.Stdout, args)
		assert.ErrorContains(t, err, want)
		assert.False(t, broken)
	}
}
