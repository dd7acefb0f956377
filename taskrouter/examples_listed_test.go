package taskrouter_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// documented returns the packages of the module that programs can import, by their
// folders below the root of it, with their examples where pkg.go.dev files them. Those
// without an exported name are left out.
func documented(t *testing.T) map[string]*doc.Package {
	t.Helper()
	packages := make(map[string]*doc.Package)
	root := os.DirFS("..")
	require.NoError(t, fs.WalkDir(root, ".", func(folder string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil || !entry.IsDir():
			return err
		case slices.Contains([]string{"internal", "cmd", "examples", "testdata", "node_modules"}, entry.Name()),
			folder != "." && strings.HasPrefix(entry.Name(), "."), isModule(root, folder):
			return fs.SkipDir
		}
		if p := documentedIn(t, folder); p != nil {
			packages[folder] = p
		}
		return nil
	}))
	return packages
}

// isModule tells whether a folder below the root is a module of its own.
func isModule(root fs.FS, folder string) bool {
	_, err := fs.Stat(root, folder+"/go.mod")
	return folder != "." && err == nil
}

func documentedIn(t *testing.T, folder string) *doc.Package {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("..", folder, "*.go"))
	require.NoError(t, err)
	var files []*ast.File
	set := token.NewFileSet()
	for _, name := range names {
		file, failure := parser.ParseFile(set, name, nil, parser.ParseComments)
		require.NoError(t, failure)
		files = append(files, file)
	}
	if len(files) == 0 || files[0].Name.Name == "main" {
		return nil
	}
	p, err := doc.NewFromFiles(set, files, "github.com/taskrouter-go/sdk/"+filepath.ToSlash(folder))
	require.NoError(t, err)
	if len(p.Consts)+len(p.Vars)+len(p.Funcs)+len(p.Types) == 0 {
		return nil
	}
	return p
}

// examplesOf returns the examples of a type and its methods.
func examplesOf(t *doc.Type) []*doc.Example {
	examples := slices.Clone(t.Examples)
	for _, f := range slices.Concat(t.Funcs, t.Methods) {
		examples = append(examples, f.Examples...)
	}
	return examples
}

func allExamples(p *doc.Package) []*doc.Example {
	examples := slices.Clone(p.Examples)
	for _, f := range p.Funcs {
		examples = append(examples, f.Examples...)
	}
	for _, t := range p.Types {
		examples = append(examples, examplesOf(t)...)
	}
	return examples
}

// isTested tells whether the test says what an example prints.
func isTested(e *doc.Example) bool { return e.Output != "" }

// isService tells whether a type is a service, which AttributesService, an interface,
// is not.
func isService(t *doc.Type) bool {
	_, isStruct := t.Decl.Specs[0].(*ast.TypeSpec).Type.(*ast.StructType)
	return isStruct && strings.HasSuffix(t.Name, "Service")
}

func TestEveryServiceHasAnExample(t *testing.T) {
	services := 0
	for _, service := range documented(t)["taskrouter"].Types {
		if !isService(service) {
			continue
		}
		services++
		assert.True(t, slices.ContainsFunc(examplesOf(service), isTested), "%s has no example with an output", service.Name)
	}
	assert.Equal(t, 11, services) // that of the client's field, and those of its ten methods
}

func TestEveryPackageHasAnExample(t *testing.T) {
	packages := documented(t)
	for _, folder := range []string{"taskrouter", "taskrouter/taskroutertest", "gen", "openapi", "conformance"} {
		assert.Contains(t, packages, folder)
	}
	for folder, p := range packages {
		assert.True(t, slices.ContainsFunc(p.Examples, isTested), "%s has no example of the package with an output", folder)
	}
}

// What an example needs stands in its file, so that go/doc, and with it pkg.go.dev, can
// show it as a program.
func TestEveryExampleIsAWholeProgram(t *testing.T) {
	for folder, p := range documented(t) {
		for _, e := range allExamples(p) {
			assert.True(t, isTested(e), "%s: Example%s has no output", folder, e.Name)
			assert.NotNil(t, e.Play, "%s: Example%s needs what is not in its file", folder, e.Name)
		}
	}
}
