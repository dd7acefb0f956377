package examples_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/packages"
)

// imports are what the blocks of the pages may use without saying so.
var imports = []string{
	"context", "errors", "fmt", "log", "log/slog", "net/http", "os", "sync", "time",
	"github.com/taskrouter-go/sdk/gen",
	"github.com/taskrouter-go/sdk/taskrouter",
	"github.com/taskrouter-go/sdk/taskrouter/capability",
	"github.com/taskrouter-go/sdk/taskrouter/expression",
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest",
	"github.com/taskrouter-go/sdk/taskrouter/webhook",
	"github.com/taskrouter-go/sdk/taskrouter/workflow",
}

// given are the names that the blocks of the pages take for known.
const given = `
	ctx context.Context
	client *taskrouter.Client
	ws, taskSID, reservationSID, workerSID, breakSID string
	workerSIDs []string
	accountSID, authToken, keySID, secret, clientID, clientSecret string
	source func(context.Context) (string, time.Time, error)
	limiter taskrouter.Limiter
	measure, dump taskrouter.Middleware
	transport http.RoundTripper
	workspace *taskrouter.Workspace
	activity *taskrouter.Activity
	workflow *taskrouter.Workflow
	config string
	server *taskroutertest.Server
`

// A page shows whole programs, declarations and statements. Each compiles as it stands,
// though what is no program need not use what it declares, or is part of a file that does.
func TestEveryGoBlockOfThePagesCompiles(t *testing.T) {
	checker := newChecker(t)
	sources := goFiles(t, "..") + goFiles(t, "../../docs") + goFiles(t, "../../conformance/peer")
	pages, err := filepath.Glob("../../docs/*.md")
	require.NoError(t, err)
	all := 0
	for _, page := range append(pages, "../../README.md") {
		if filepath.Base(page) == "changing-the-api.md" {
			continue // it shows parts of a change that was not kept, and has a test beside it
		}
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		found := blocks(string(text), "go")
		require.Len(t, found, strings.Count(string(text), "\n```go\n"), page)
		all += len(found)
		for i, block := range found {
			t.Run(fmt.Sprintf("%s/%d", filepath.Base(page), i+1), func(t *testing.T) {
				if err := checker.check(block); err != nil {
					assert.True(t, shows(sources, block), "%v\n%s", err, block)
					return
				}
				formatted, err := format.Source([]byte(block))
				require.NoError(t, err)
				assert.Equal(t, string(formatted), block, "not as gofmt writes it")
			})
		}
	}
	assert.Greater(t, all, 40, "there were 56")
}

func TestABlockThatIsWrongIsFound(t *testing.T) {
	checker := newChecker(t)
	for name, test := range map[string]struct{ block, want string }{
		"a name that is not there":        {"_, err := client.Task(ws).Get(ctx, taskSID)", "Task"},
		"a field that is not there":       {"_ = taskrouter.CreateTaskRequest{Color: 1}", "Color"},
		"a value of another type":         {"_ = taskrouter.CreateTaskRequest{Priority: 1}", "cannot use 1"},
		"a program without a method":      {"package main\n\nfunc main() { missing() }", "missing"},
		"a program that imports too much": {"package main\n\nimport \"os\"\n\nfunc main() {}", `"os" imported and not used`},
		"a package that no page may use":  {"package main\n\nimport _ \"net/http/httputil\"\n\nfunc main() {}", "net/http/httputil is not among the imports"},
		"a declaration":                   {"func f() int { return \"\" }", "cannot use"},
		"what is no Go":                   {"if {", "missing condition"},
	} {
		t.Run(name, func(t *testing.T) { assert.ErrorContains(t, checker.check(test.block), test.want) })
	}
}

// blocks returns the fenced blocks of a page in a language.
func blocks(page, language string) []string {
	var found []string
	for i, part := range strings.Split("\n"+page, "\n```") {
		if text, ok := strings.CutPrefix(part, language+"\n"); ok && i%2 == 1 {
			found = append(found, text+"\n")
		}
	}
	return found
}

// goFiles returns the text of all Go files below a folder.
func goFiles(t *testing.T, folder string) string {
	t.Helper()
	var text strings.Builder
	require.NoError(t, filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" {
			return err
		}
		source, err := os.ReadFile(path)
		text.Write(source)
		return err
	}))
	return text.String()
}

// A checker checks the types of a block against the packages as they are.
type checker map[string]*types.Package

func newChecker(t *testing.T) checker {
	t.Helper()
	loaded, err := packages.Load(&packages.Config{Mode: packages.NeedTypes | packages.NeedName}, imports...)
	require.NoError(t, err)
	require.Zero(t, packages.PrintErrors(loaded))
	c := make(checker)
	for _, p := range loaded {
		c[p.PkgPath] = p.Types
	}
	return c
}

// Import returns a package that was loaded.
func (c checker) Import(path string) (*types.Package, error) {
	if p, ok := c[path]; ok {
		return p, nil
	}
	return nil, fmt.Errorf("%s is not among the imports of the pages", path)
}

func (c checker) check(block string) error {
	files := token.NewFileSet()
	file, err := parse(files, block)
	if err != nil {
		return err
	}
	var failure error
	config := types.Config{Importer: c, Error: func(err error) {
		if e, ok := errors.AsType[types.Error](err); ok && (isProgram(block) || !e.Soft) && failure == nil { // soft is what is not used
			failure = err
		}
	}}
	_, _ = config.Check("page", files, []*ast.File{file}, nil) // Error has seen what is wrong
	return failure
}

func isProgram(block string) bool { return strings.HasPrefix(block, "package ") }

// parse reads a block as a program, as declarations or as statements, whichever it is.
func parse(files *token.FileSet, block string) (*ast.File, error) {
	if isProgram(block) {
		return parser.ParseFile(files, "program", block, 0)
	}
	header := "package page\nimport (\n\"" + strings.Join(imports, "\"\n\"") + "\"\n)\n"
	if file, err := parser.ParseFile(files, "declarations", header+block, 0); err == nil {
		return file, nil
	}
	parameters := strings.ReplaceAll(strings.TrimSpace(given), "\n", ",\n")
	return parser.ParseFile(files, "statements", header+"func _("+parameters+") error { {\n"+block+"\n}; return nil }", 0)
}
