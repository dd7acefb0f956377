//go:build unix

package main

import (
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBlocksOfAPageHaveTheirSectionsAndLines(t *testing.T) {
	page := "# Title\n\n## One\n\n```sh\necho 1\n\n## no heading\n```\n\ntext\n\n## Two\n```go\nfunc f() {}\n```\n```text\n```\n"
	assert.Equal(t, []block{
		{section: "One", line: 6, language: "sh", text: "echo 1\n\n## no heading\n"},
		{section: "Two", line: 15, language: "go", text: "func f() {}\n"},
		{section: "Two", line: 18, language: "text"},
	}, blocks(page))
}

// newWalker returns one that follows a page on a machine as run makes it, and the file
// in which it tells what it does.
func newWalker(t *testing.T, page string) (w *walker, told string) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("needs git")
	}
	machine, err := newMachine(t.Context(), "../../..")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, machine.remove()) })
	out, err := os.Create(filepath.Join(t.TempDir(), "told"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = out.Close() })
	return &walker{machine: machine, log: log.New(out, "", 0), blocks: blocks(page)}, out.Name()
}

func TestAWalkDoesWhatThePageSays(t *testing.T) {
	w, told := newWalker(t, "```sh\nmkdir new && cd new\n```\n```go\npackage main\n```\n```go\nx := 1\n```\n```text\nof no command\n```\n```sh\ncat main.go\n```\n```text\npackage main\n```\n")
	require.NoError(t, w.walk(t.Context()))
	assert.Equal(t, filepath.Join(w.machine.work, "new"), w.folder)
	assert.FileExists(t, filepath.Join(w.folder, "main.go"))
	out, err := os.ReadFile(told)
	require.NoError(t, err)
	assert.Contains(t, string(out), "as printed\n\n4 steps\n")
}

func TestAWalkFailsWhereThePageIsWrong(t *testing.T) {
	w, _ := newWalker(t, "")
	for name, test := range map[string]struct{ page, want string }{
		"a command fails":               {"\n```sh\ntrue\nfalse\ntrue\n```\n", "README.md, line 3: exit status 1"},
		"it prints something else":      {"```sh\necho 1\n```\n```text\n2\n```\n", "README.md, line 5: expected\n2\nbut the commands before it printed\n1\n"},
		"it prints more":                {"```sh\necho 1; echo 2\n```\n```text\n1\n```\n", "README.md, line 5: expected\n1\nbut the commands before it printed\n1\n2\n"},
		"a program is not there":        {"```sh\ngit status\n```\n", "README.md, line 2: exit status 127"},
		"there is nothing to do":        {"```go\nx := 1\n```\n", "nothing to do"},
		"nobody says how to serve":      {"```sh\necho WS…\n```\n", "does not say how to run the emulator"},
		"the emulator does not serve":   {"```sh\necho WS…\n```\n```sh\ntrue " + emulatorCommand + "\n```\n", "ended before it had said how to call it"},
		"the first section is followed": {"## Try it\n```sh\ntest -f go.mod\nfalse\n```\n", "README.md, line 3: exit status 1"},
	} {
		t.Run(name, func(t *testing.T) {
			w.blocks = blocks(test.page)
			assert.ErrorContains(t, w.walk(t.Context()), test.want)
		})
	}
}

func TestAMachineHasNothingOfThisOne(t *testing.T) {
	t.Setenv("TWILIO_AUTH_TOKEN", "secret")
	t.Setenv("GOFLAGS", "-v")
	w, _ := newWalker(t, "```sh\necho $TWILIO_AUTH_TOKEN$GOFLAGS$GOPATH$GOCACHE; ls -A $HOME\n```\n```text\n\n```\n"+
		"## Try it\n```sh\nls README.md go.mod\n```\n```text\nREADME.md\ngo.mod\n```\n")
	require.NoError(t, w.walk(t.Context()))
	assert.NoDirExists(t, filepath.Join(w.machine.copy, ".git"))
	release, err := os.ReadDir(filepath.Join(w.machine.root, "proxy/github.com/taskrouter-go/sdk/@v"))
	require.NoError(t, err)
	assert.Len(t, release, 4)

	require.NoError(t, w.machine.remove())
	assert.NoDirExists(t, w.machine.root)
}
