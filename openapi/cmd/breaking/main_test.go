package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// inRepository stands the test in a new repository of one commit without our document,
// whatever git was told by whoever runs the tests.
func inRepository(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("the tests need nothing but Go, and this one is about git")
	}
	dir := t.TempDir()
	t.Chdir(dir)
	for name, value := range map[string]string{
		"GIT_DIR": filepath.Join(dir, ".git"), "GIT_WORK_TREE": dir, "GIT_INDEX_FILE": filepath.Join(dir, ".git", "index"),
		"GIT_CONFIG_GLOBAL": os.DevNull, "GIT_CONFIG_SYSTEM": os.DevNull,
		"GIT_AUTHOR_NAME": "test", "GIT_AUTHOR_EMAIL": "test@example.com",
		"GIT_COMMITTER_NAME": "test", "GIT_COMMITTER_EMAIL": "test@example.com",
	} {
		t.Setenv(name, value)
	}
	for _, args := range [][]string{
		{"init", "--quiet"},
		{"commit", "--quiet", "--allow-empty", "--message", "nothing"},
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

func TestRunWithoutAReleaseInAShallowClone(t *testing.T) {
	inRepository(t)
	head, err := exec.CommandContext(t.Context(), "git", "rev-parse", "HEAD").Output()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(os.Getenv("GIT_DIR"), "shallow"), head, 0o600))
	_, err = run(t.Context(), os.Stdout, nil)
	assert.EqualError(t, err, "expected a tag, found none in a shallow clone: git fetch --unshallow --tags")
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
