package main

import (
	"debug/buildinfo"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
)

const sdk = "github.com/taskrouter-go/sdk"

// linked is what a program that imports the SDK consists of, besides itself and
// the standard library.
var linked = []string{
	"github.com/apapsch/go-jsonmerge/v2",
	"github.com/google/uuid",
	"github.com/oapi-codegen/runtime",
	sdk,
}

func TestProgramLinksTheSDKAndThreeSmallModules(t *testing.T) {
	info := built(t, ".", nil)
	if got := modules(info); !slices.Equal(got, linked) {
		t.Errorf("expected the program to link %q, not %q", linked, got)
	}
}

func TestRoutingLanguageNeedsTheStandardLibraryOnly(t *testing.T) {
	listed := command(t, ".", nil, "go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", sdk+"/taskrouter/workflow")
	want := []string{sdk + "/taskrouter/expression", sdk + "/taskrouter/workflow"}
	if got := strings.Fields(listed); !slices.Equal(got, want) {
		t.Errorf("expected package workflow to consist of %q, not %q", want, got)
	}
}

func TestCallbacksNeedNoMoreThanTheClient(t *testing.T) {
	packages := func(path string) []string {
		return strings.Fields(command(t, ".", nil, "go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", path))
	}
	want := append(packages(sdk+"/taskrouter"), sdk+"/taskrouter/webhook")
	if got := packages(sdk + "/taskrouter/webhook"); !slices.Equal(got, want) {
		t.Errorf("expected package webhook to consist of %q, not %q", want, got)
	}
}

func TestProgramImportsTheSDKAndNothingElse(t *testing.T) {
	var program struct{ Imports, TestImports, XTestImports []string }
	parse(t, command(t, ".", nil, "go", "list", "-json", "."), &program)
	if got := foreign(program.Imports); !slices.Equal(got, []string{sdk + "/taskrouter"}) {
		t.Errorf("expected %s/taskrouter to be all that the program imports, not %q", sdk, got)
	}
	if got := foreign(slices.Concat(program.TestImports, program.XTestImports)); len(got) > 0 {
		t.Errorf("expected the tests to import the standard library only, not %q", got)
	}
}

func TestModuleRequiresTheSDKAndNothingElse(t *testing.T) {
	var module struct {
		Require []struct {
			Path     string
			Indirect bool
		}
	}
	parse(t, command(t, ".", nil, "go", "mod", "edit", "-json"), &module)
	var direct []string
	for _, required := range module.Require {
		if !required.Indirect {
			direct = append(direct, required.Path)
		}
	}
	if !slices.Equal(direct, []string{sdk}) {
		t.Errorf("expected go.mod to require %s and nothing else directly, not %q", sdk, direct)
	}
}

// foreign are the imports that are not the standard library's.
func foreign(imports []string) []string {
	return slices.DeleteFunc(imports, func(path string) bool {
		domain, _, _ := strings.Cut(path, "/")
		return !strings.Contains(domain, ".")
	})
}

// built builds the program in dir and reads what the binary says of itself.
func built(t *testing.T, dir string, env []string) *debug.BuildInfo {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "consumer")
	command(t, dir, env, "go", "build", "-buildvcs=false", "-o", binary, ".")
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

func modules(info *debug.BuildInfo) []string {
	var paths []string
	for _, module := range info.Deps {
		paths = append(paths, module.Path)
	}
	slices.Sort(paths)
	return paths
}

// command runs a command with variables added to the environment, and answers
// its stdout.
func command(t *testing.T, dir string, env []string, name string, args ...string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), name, args...)
	c.Dir = dir
	c.Env = append(os.Environ(), env...)
	var stderr strings.Builder
	c.Stderr = &stderr
	stdout, err := c.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, stderr.String())
	}
	return strings.TrimSpace(string(stdout))
}

func parse(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatal(err)
	}
}
