package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// find calls a function with the text of each file below the root of the repository whose
// name ends so, without what tools have put there.
func find(t *testing.T, end string, function func(path, text string)) {
	t.Helper()
	require.NoError(t, filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == "build" || entry.Name() == ".git"):
			return filepath.SkipDir
		case entry.IsDir() || !strings.HasSuffix(path, end):
			return nil
		}
		text, err := os.ReadFile(path)
		function(path, string(text))
		return err
	}))
}

var (
	testFunction = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w*)\(`)
	testNamed    = regexp.MustCompile("`((?:Test|Fuzz)[A-Z]\\w*)(…?)`")
	makeTarget   = regexp.MustCompile(`(?m)^([a-z-]+):`)
	makeNamed    = regexp.MustCompile("(?:`|\\$ )make\\s([a-z]+(?:-[a-z]+)*)")
)

// Whoever looks for a test by its name finds it. A name may be cut off with three dots.
func TestPagesNameTestsThatExist(t *testing.T) {
	var tests []string
	find(t, "_test.go", func(_, text string) {
		for _, match := range testFunction.FindAllStringSubmatch(text, -1) {
			tests = append(tests, match[1])
		}
	})
	named := 0
	find(t, ".md", func(path, text string) {
		for _, match := range testNamed.FindAllStringSubmatch(text, -1) {
			named++
			assert.True(t, has(tests, match[1], match[2] != ""), "%s names %s", path, match[0])
		}
	})
	assert.Greater(t, named, 30)
}

func has(names []string, name string, cut bool) bool {
	for _, each := range names {
		if each == name || cut && strings.HasPrefix(each, name) {
			return true
		}
	}
	return false
}

func TestPagesNameTargetsThatExist(t *testing.T) {
	makefile, err := os.ReadFile("../Makefile")
	require.NoError(t, err)
	var targets []string
	for _, match := range makeTarget.FindAllStringSubmatch(string(makefile), -1) {
		targets = append(targets, match[1])
	}
	named := 0
	find(t, ".md", func(path, text string) {
		for _, match := range makeNamed.FindAllStringSubmatch(text, -1) {
			named++
			assert.Contains(t, targets, match[1], "%s names make %s", path, match[1])
		}
	})
	assert.Greater(t, named, 30)
}
