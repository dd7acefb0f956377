package taskrouter_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// declarations are the exported types and constants of a package.
type declarations struct {
	types     map[string]*ast.TypeSpec
	docs      map[string]string // of types
	constants map[string]ast.Expr
}

// declarationsOf reads the files of a directory that are no tests.
func declarationsOf(t *testing.T, directory string) declarations {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(directory, "*.go"))
	require.NoError(t, err)
	d := declarations{map[string]*ast.TypeSpec{}, map[string]string{}, map[string]ast.Expr{}}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, declaration := range file.Decls {
			if group, ok := declaration.(*ast.GenDecl); ok {
				d.add(group)
			}
		}
	}
	require.NotEmpty(t, d.types, directory)
	require.NotEmpty(t, d.constants, directory)
	return d
}

func (d declarations) add(group *ast.GenDecl) {
	for _, spec := range group.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			if spec.Name.IsExported() {
				d.types[spec.Name.Name] = spec
				d.docs[spec.Name.Name] = group.Doc.Text() + spec.Doc.Text()
			}
		case *ast.ValueSpec:
			for i, name := range spec.Names {
				if group.Tok == token.CONST && name.IsExported() && i < len(spec.Values) {
					d.constants[name.Name] = spec.Values[i]
				}
			}
		}
	}
}

// generated returns the name that an expression takes from package gen.
func generated(expression ast.Expr) (string, bool) {
	selector, ok := expression.(*ast.SelectorExpr)
	if !ok {
		return "", false
	}
	qualifier, ok := selector.X.(*ast.Ident)
	return selector.Sel.Name, ok && qualifier.Name == "gen"
}

// exception lets types of package gen stay out of the facade.
type exception struct {
	reason string
	holds  func(*ast.TypeSpec) bool
}

// notReExported are the types that users of the facade do not need.
var notReExported = []exception{
	{"the generated client is what the facade is laid over", named("Client", "ClientInterface", "ClientOption", "HttpRequestDoer", "RequestEditorFn")},
	{"operations are for the facade and for those who use the generated client", named("Operation", "PathParameter")},
	{"the facade has errors of its own", named("Error", "PathParameterError")},
	{"both kinds of reservation are updated by UpdateReservationRequest", named("UpdateTaskReservationRequest")},
	{"the facade answers lists with pages of its own", isListEnvelope},
	{"parameters are passed as what their names stand for", isAliasOfScalar},
	{"bodies are passed by the names of their types", isAliasOfBody},
	{"the facade sends If-Match by WithIfMatch", holdsIfMatchOnly},
}

func named(names ...string) func(*ast.TypeSpec) bool {
	return func(spec *ast.TypeSpec) bool { return slices.Contains(names, spec.Name.Name) }
}

func isListEnvelope(spec *ast.TypeSpec) bool {
	return strings.HasSuffix(spec.Name.Name, "List") && slices.Contains(fieldsOf(spec), "Meta")
}

func isAliasOfScalar(spec *ast.TypeSpec) bool {
	switch target := spec.Type.(type) {
	case *ast.Ident:
		return spec.Assign.IsValid() && slices.Contains([]string{"string", "int", "bool", "float64"}, target.Name)
	case *ast.SelectorExpr:
		return spec.Assign.IsValid() && target.Sel.Name == "Time"
	}
	return false
}

func isAliasOfBody(spec *ast.TypeSpec) bool {
	return spec.Assign.IsValid() && strings.HasSuffix(spec.Name.Name, "RequestBody")
}

func holdsIfMatchOnly(spec *ast.TypeSpec) bool {
	return strings.HasSuffix(spec.Name.Name, "Params") && slices.Equal(fieldsOf(spec), []string{"IfMatch"})
}

// fieldsOf returns the names of the fields of a struct.
func fieldsOf(spec *ast.TypeSpec) (names []string) {
	structure, ok := spec.Type.(*ast.StructType)
	if !ok {
		return nil
	}
	for _, field := range structure.Fields.List {
		for _, name := range field.Names {
			names = append(names, name.Name)
		}
	}
	return names
}

func TestGeneratedTypesAreReExportedUnlessNobodyNeedsThem(t *testing.T) {
	gen, facade := declarationsOf(t, "../gen"), declarationsOf(t, ".")
	uses := make([]int, len(notReExported))
	for _, name := range slices.Sorted(maps.Keys(gen.types)) {
		spec := gen.types[name]
		if i := slices.IndexFunc(notReExported, func(e exception) bool { return e.holds(spec) }); i >= 0 {
			uses[i]++
			continue
		}
		alias, found := facade.types[name]
		if !assert.True(t, found, "gen.%s is not re-exported, and no reason for that is listed", name) {
			continue
		}
		target, fromGen := generated(alias.Type)
		assert.True(t, alias.Assign.IsValid() && fromGen && target == name, "%s is not an alias of gen.%s", name, name)
	}
	for i, exception := range notReExported {
		assert.NotZero(t, uses[i], "the exception is of no use any more: %s", exception.reason)
	}
}

func TestGeneratedConstantsAreReExported(t *testing.T) {
	gen, facade := declarationsOf(t, "../gen"), declarationsOf(t, ".")
	for _, name := range slices.Sorted(maps.Keys(gen.constants)) {
		target, fromGen := generated(facade.constants[name])
		assert.True(t, fromGen && target == name, "gen.%s is not re-exported under its name", name)
	}
}

func TestAliasesOfGeneratedTypesAreCalledTheSameAndLinkToThem(t *testing.T) {
	facade := declarationsOf(t, ".")
	for _, name := range slices.Sorted(maps.Keys(facade.types)) {
		target, fromGen := generated(facade.types[name].Type)
		if !fromGen {
			continue
		}
		assert.True(t, facade.types[name].Assign.IsValid(), "%s is a type of its own, not an alias of gen.%s", name, target)
		assert.Equal(t, target, name, "the alias of gen.%s", target)
		assert.Contains(t, facade.docs[name], "[gen."+target+"]", "the doc comment of %s", name)
	}
}

func TestReExportedConstantsAreCalledTheSame(t *testing.T) {
	facade := declarationsOf(t, ".")
	for _, name := range slices.Sorted(maps.Keys(facade.constants)) {
		if target, fromGen := generated(facade.constants[name]); fromGen {
			assert.Equal(t, target, name, "the constant gen.%s", target)
		}
	}
}
