package main

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// version is a tag that no release will have.
const version = "v0.0.0-outside"

// What go.mod replaces is the working tree, and a module that is fetched is not
// quite that: other modules in it are cut out, and what is replaced or kept out
// of the repository is missing. So the go command fetches the working tree here
// as it would fetch a release: by version, from a repository.
func TestProgramBuildsFromTheModuleAsItIsFetched(t *testing.T) {
	env := release(t)
	dir := t.TempDir()
	for _, name := range []string{"go.mod", "go.sum", "main.go"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, name), string(text))
	}
	command(t, dir, env, "go", "mod", "edit", "-dropreplace="+sdk, "-require="+sdk+"@"+version)
	command(t, dir, env, "go", "get", sdk+"@"+version)

	info := built(t, dir, env)
	if got := modules(info); !slices.Equal(got, linked) {
		t.Errorf("expected the program to link %q, not %q", linked, got)
	}
	for _, module := range info.Deps {
		if module.Replace != nil || module.Sum == "" {
			t.Errorf("expected %s to be fetched, not replaced", module.Path)
		}
		if module.Path == sdk && module.Version != version {
			t.Errorf("expected %s of the SDK, not %s", version, module.Version)
		}
	}
	checkFetched(t, command(t, dir, env, "go", "list", "-m", "-f", "{{.Dir}}", sdk))
}

// checkFetched looks for what is only right in the working tree.
func checkFetched(t *testing.T, dir string) {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if entry != nil && entry.Name() == "go.mod" {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(found, []string{filepath.Join(dir, "go.mod")}) {
		t.Errorf("expected one module, not %q", found)
	}
}

// Who only makes tokens links what signs them, and none of the rest.
func TestProgramThatMakesTokensLinksOneModuleBesideTheSDK(t *testing.T) {
	env := release(t)
	dir := t.TempDir()
	write(t, filepath.Join(dir, "go.mod"), "module example.com/tokens\n\ngo 1.26.0\n")
	write(t, filepath.Join(dir, "main.go"), `package main

import (
	"fmt"

	"`+sdk+`/taskrouter/capability"
)

func main() {
	token, err := capability.Worker{AccountSID: "AC1", WorkspaceSID: "WS1", WorkerSID: "WK1"}.Sign("secret")
	if err != nil {
		panic(err)
	}
	claims, err := capability.Parse(token, "secret")
	fmt.Println(claims.WorkerSID, err)
}
`)
	command(t, dir, env, "go", "get", sdk+"/taskrouter/capability@"+version)
	if got := command(t, dir, env, "go", "run", "."); got != "WK1 <nil>" {
		t.Errorf("expected the program to read the token that it made, not %q", got)
	}
	if got, want := modules(built(t, dir, env)), []string{"github.com/golang-jwt/jwt/v5", sdk}; !slices.Equal(got, want) {
		t.Errorf("expected the program to link %q, not %q", want, got)
	}
	listed := command(t, dir, env, "go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".")
	if got, want := strings.Fields(listed), []string{"github.com/golang-jwt/jwt/v5", sdk + "/taskrouter/capability", "example.com/tokens"}; !slices.Equal(got, want) {
		t.Errorf("expected the program to consist of %q, not %q", want, got)
	}
}

// The programs of the SDK can be had without a clone, with the fixtures in them.
func TestReplayerIsInstalledByVersion(t *testing.T) {
	bin := t.TempDir()
	command(t, bin, append(release(t), "GOBIN="+bin), "go", "install", sdk+"/conformance/cmd/replay@"+version)
	output, err := exec.CommandContext(t.Context(), filepath.Join(bin, "replay"), "no-such-fixture").CombinedOutput()
	if err == nil || !strings.Contains(string(output), "guide.txtar, ") {
		t.Errorf("expected the names of the built-in fixtures, not %v: %s", err, output)
	}
}

// release commits the working tree to a repository of its own, and answers an
// environment in which the go command takes it for that of the SDK. Other
// modules come from the module cache, and only those that it lacks from afar.
func release(t *testing.T) (env []string) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is missing, which the go command fetches modules with")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	repository := filepath.Join(t.TempDir(), "sdk.git")
	gitConfig := filepath.Join(t.TempDir(), "gitconfig")
	write(t, gitConfig, fmt.Sprintf("[user]\n\tname = consumer\n\temail = consumer@example.com\n[url %q]\n\tinsteadOf = https://%s\n",
		filepath.ToSlash(repository), sdk))
	var known struct{ GOMODCACHE, GOPROXY string }
	parse(t, command(t, ".", nil, "go", "env", "-json", "GOMODCACHE", "GOPROXY"), &known)
	env = []string{
		"GIT_CONFIG_GLOBAL=" + gitConfig,
		"GIT_CONFIG_NOSYSTEM=1",
		"GOPRIVATE=" + sdk,
		"GOPROXY=file://" + filepath.ToSlash(filepath.Join(known.GOMODCACHE, "cache", "download")) + "," + known.GOPROXY,
		"GOSUMDB=off", // the sums of the others have been checked on their way into the cache
		"GOMODCACHE=" + t.TempDir(),
		"GOFLAGS=-modcacherw", // so that it can be removed
		"GOWORK=off",
		"GOTOOLCHAIN=local",
	}
	git := func(args ...string) {
		command(t, root, env, "git", append([]string{"--git-dir=" + repository, "--work-tree=" + root}, args...)...)
	}
	git("init", "--quiet")
	git("add", "--all")
	git("commit", "--quiet", "--message=The working tree")
	git("tag", version)
	return env
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
