package peer_test

import (
	"cmp"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	openapi "github.com/twilio/twilio-go/rest/taskrouter/v1"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter"
)

// migrating is the page about moving from the peer to this SDK.
func migrating(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/migrating-from-twilio-go.md")
	require.NoError(t, err)
	return string(page)
}

// sectionOf is what stands below a heading of the page.
func sectionOf(t *testing.T, heading string) string {
	t.Helper()
	_, section, ok := strings.Cut(migrating(t), "\n## "+heading+"\n")
	require.True(t, ok, "the page has no section %s", heading)
	section, _, _ = strings.Cut(section, "\n## ")
	return section
}

// rowsOf are the cells of the rows of a section's tables that begin with code.
func rowsOf(section string) (rows [][]string) {
	for line := range strings.Lines(section) {
		if strings.HasPrefix(line, "| `") {
			rows = append(rows, strings.Split(strings.Trim(line, "| \n"), " | "))
		}
	}
	return rows
}

var codeInCell = regexp.MustCompile("^`([^`]+)`$")

func codeOf(t *testing.T, cell string) string {
	t.Helper()
	match := codeInCell.FindStringSubmatch(cell)
	require.NotNil(t, match, "%s is more than code", cell)
	return match[1]
}

// placeholders are what the arguments of the page's calls are called.
var placeholders = map[string]string{
	"ws": "WS1", "task": "WT1", "worker": "WK1", "queue": "WQ1", "workflow": "WW1", "activity": "WA1",
	"channel": "TC1", "workerChannel": "WC1", "reservation": "WR1", "event": "EV1", "reason": "done",
}

// A wire writes down what is sent, and answers with an empty object.
type wire struct {
	status int // 200 unless set
	sent   []sent
}

type sent struct {
	method, path, query, form string
	operation                 string // "" if the document has none
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	var form []byte
	if r.Body != nil {
		var err error
		if form, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	w.sent = append(w.sent, sent{r.Method, r.URL.Path, r.URL.RawQuery, string(form), operationAt(r.Method, r.URL.Path)})
	return &http.Response{StatusCode: cmp.Or(w.status, http.StatusOK), Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}")), Request: r}, nil
}

// operationAt is the operation with a path that has placeholders of the right kinds.
func operationAt(method, path string) string {
	for _, operation := range gen.Operations {
		if operation.Method == method && fits(operation, strings.Split(path, "/")) {
			return operation.ID
		}
	}
	return ""
}

func fits(operation gen.Operation, segments []string) bool {
	template := strings.Split(operation.Path, "/")
	if len(template) != len(segments) {
		return false
	}
	parameters := operation.PathParameters
	for i, segment := range template {
		if !strings.HasPrefix(segment, "{") {
			if segment != segments[i] {
				return false
			}
			continue
		}
		if !isPlaceholder(segments[i]) || !strings.HasPrefix(segments[i], parameters[0].Prefix) {
			return false
		}
		parameters = parameters[1:]
	}
	return true
}

func isPlaceholder(value string) bool {
	for _, placeholder := range placeholders {
		if value == placeholder {
			return true
		}
	}
	return false
}

func (w *wire) peer() *openapi.ApiService {
	return newPeer(account, authToken, &http.Client{Transport: w})
}

func (w *wire) client(t *testing.T) *taskrouter.Client {
	t.Helper()
	client, err := taskrouter.NewClient(taskrouter.WithAuthToken(account, authToken), taskrouter.WithHTTPClient(&http.Client{Transport: w}))
	require.NoError(t, err)
	return client
}

// made makes a call as the page writes it, and returns what was sent.
func (w *wire) made(t *testing.T, receiver any, call string) sent {
	t.Helper()
	expression, err := parser.ParseExpr(call)
	require.NoError(t, err, call)
	w.sent = nil
	result := evaluate(t, reflect.ValueOf(receiver), expression)
	if result.Kind() == reflect.Func { // a list sends nothing until it is ranged over
		for range result.Seq2() {
			break
		}
	}
	require.Len(t, w.sent, 1, "%s sends one request", call)
	return w.sent[0]
}

// evaluate makes calls by reflection, on the receiver at the beginning of the
// expression, and returns the first result.
func evaluate(t *testing.T, receiver reflect.Value, expression ast.Expr) reflect.Value {
	t.Helper()
	switch e := expression.(type) {
	case *ast.Ident:
		return named(t, receiver, e.Name)
	case *ast.SelectorExpr:
		return named(t, evaluate(t, receiver, e.X), e.Sel.Name)
	case *ast.CallExpr:
		function := evaluate(t, receiver, e.Fun)
		parameters := function.Type().NumIn()
		if function.Type().IsVariadic() {
			parameters-- // the options
		}
		require.Len(t, e.Args, parameters, "arguments")
		var arguments []reflect.Value
		for i, argument := range e.Args {
			arguments = append(arguments, argumentOf(t, argument, function.Type().In(i)))
		}
		return function.Call(arguments)[0]
	}
	require.Fail(t, "no call", "%T", expression)
	return reflect.Value{}
}

// named is a method or a field.
func named(t *testing.T, of reflect.Value, name string) reflect.Value {
	t.Helper()
	if method := of.MethodByName(name); method.IsValid() {
		return method
	}
	require.Equal(t, reflect.Struct, reflect.Indirect(of).Kind(), "%v has no %s", of.Type(), name)
	field := reflect.Indirect(of).FieldByName(name)
	require.True(t, field.IsValid(), "%v has no %s", of.Type(), name)
	return field
}

// argumentOf is the value that an argument of the page stands for: a context, an
// identifier, nil where the peer takes a pointer, a request with what cannot be left out.
func argumentOf(t *testing.T, argument ast.Expr, as reflect.Type) reflect.Value {
	t.Helper()
	name, ok := argument.(*ast.Ident)
	require.True(t, ok, "an argument is a name")
	switch {
	case name.Name == "ctx":
		return reflect.ValueOf(t.Context())
	case as.Kind() == reflect.String:
		require.Contains(t, placeholders, name.Name)
		return reflect.ValueOf(placeholders[name.Name])
	}
	value := reflect.New(as).Elem()
	if as.Kind() == reflect.Struct {
		for _, field := range value.Fields() {
			switch field.Kind() {
			case reflect.String:
				field.SetString("{}")
			case reflect.Slice:
				if field.Type() == reflect.TypeFor[[]string]() {
					field.Set(reflect.ValueOf([]string{"WQ1"}))
				}
			}
		}
	}
	return value
}

// Each row of the table makes the same operation in both libraries, and no operation and
// no method of the peer is missing.
func TestMigratingHasEveryCallOnce(t *testing.T) {
	rows := rowsOf(sectionOf(t, "Calls"))
	var w wire
	theirs, ours := w.peer(), w.client(t)
	var operations, methods []string
	for _, row := range rows {
		require.Len(t, row, 2, row)
		before, after := codeOf(t, row[0]), codeOf(t, row[1])
		operation := w.made(t, theirs, before).operation
		require.NotEmpty(t, operation, before)
		assert.Equal(t, operation, w.made(t, ours, after).operation, "%s and %s", before, after)
		operations = append(operations, operation)
		method, _, _ := strings.Cut(before, "(")
		methods = append(methods, method)
	}
	var all []string
	for _, operation := range gen.Operations {
		all = append(all, operation.ID)
	}
	require.Len(t, all, 61)
	assert.ElementsMatch(t, all, operations)
	assert.ElementsMatch(t, methodsOfThePeer(methods), methodNames(theirs))
}

// methodsOfThePeer are those that the page says it has, for these calls.
func methodsOfThePeer(calls []string) []string {
	methods := []string{"RequestHandler"}
	for _, call := range calls {
		methods = append(methods, call, call+"WithMetadata")
		if kind, ok := strings.CutPrefix(call, "List"); ok {
			methods = append(methods, "Page"+kind, "Page"+kind+"WithMetadata", "Stream"+kind, "Stream"+kind+"WithMetadata")
		}
	}
	return methods
}

func methodNames(of any) (names []string) {
	for method := range reflect.TypeOf(of).Methods() {
		names = append(names, method.Name)
	}
	return names
}

// A verb sends the field that the page names, by the operation of the peer's method.
func TestMigratingShowsWhatVerbsSend(t *testing.T) {
	rows := rowsOf(sectionOf(t, "Verbs"))
	require.Len(t, rows, 16)
	var w wire
	ours := w.client(t)
	for _, row := range rows {
		require.Len(t, row, 3, row)
		method, field, verb := codeOf(t, row[0]), codeOf(t, row[1]), codeOf(t, row[2])
		made := w.made(t, ours, verb)
		assert.True(t, strings.EqualFold(method, made.operation), "%s makes %s", verb, made.operation)
		form, err := url.ParseQuery(made.form)
		require.NoError(t, err)
		name, value, fixed := strings.Cut(field, "=")
		require.True(t, form.Has(name), "%s sends no %s", verb, name)
		if fixed {
			assert.Equal(t, value, form.Get(name), verb)
		}
	}
}

// What the page shows in Go are parts of programs that are compiled and run.
func TestMigratingShowsTheseProgramsInPairs(t *testing.T) {
	source, err := os.ReadFile("migrating_programs_test.go")
	require.NoError(t, err)
	_, rest, _ := strings.Cut(migrating(t), "```go\n")
	blocks := 0
	for block := range strings.SplitSeq(rest, "```go\n") {
		block, _, _ = strings.Cut(block, "```")
		assert.True(t, shows(string(source), block), block)
		blocks++
	}
	assert.Equal(t, 24, blocks)
}

// shows tells whether a source has a block, at whatever depth.
func shows(source, block string) bool {
	for range 4 {
		if strings.Contains(source, block) {
			return true
		}
		source = strings.ReplaceAll(source, "\n\t", "\n")
	}
	return false
}

// Names of packages on the page are the imports of both libraries; of each, what is named
// is there.
func TestMigratingNamesWhatThereIs(t *testing.T) {
	const ours, theirs = "github.com/taskrouter-go/sdk/", "github.com/twilio/twilio-go"
	packages := map[string]string{
		"taskrouter": ours + "taskrouter", "webhook": ours + "taskrouter/webhook", "capability": ours + "taskrouter/capability",
		"taskroutertest": ours + "taskrouter/taskroutertest", "workflow": ours + "taskrouter/workflow", "gen": ours + "gen",
		"twilio": theirs, "twilioclient": theirs + "/client", "jwt": theirs + "/client/jwt", "openapi": theirs + "/rest/taskrouter/v1",
	}
	directories := directoriesOf(t, slices.Sorted(maps.Values(packages)))
	known := make(map[string]map[string]bool)
	named := 0
	for _, match := range regexp.MustCompile(`\b([a-z]+)\.([A-Z]\w+)(?:\.([A-Z]\w+))?`).FindAllStringSubmatch(inlineCode(migrating(t)), -1) {
		path, ok := packages[match[1]]
		if !ok {
			continue
		}
		if known[path] == nil {
			known[path] = exported(t, directories[path])
		}
		named++
		assert.Contains(t, known[path], match[2], match[0])
		if match[3] != "" {
			assert.Contains(t, known[path], match[2]+"."+match[3], match[0])
		}
	}
	assert.Greater(t, named, 40)
}

// inlineCode is the code of a page that is in its text.
func inlineCode(page string) string {
	var code strings.Builder
	for i, part := range strings.Split(page, "```") {
		if i%2 == 1 {
			continue
		}
		for j, text := range strings.Split(part, "`") {
			if j%2 == 1 {
				code.WriteString(text + "\n")
			}
		}
	}
	return code.String()
}

// directoriesOf are where packages are found.
func directoriesOf(t *testing.T, packages []string) map[string]string {
	t.Helper()
	list, err := exec.CommandContext(t.Context(), "go", append([]string{"list", "-f", "{{.ImportPath}} {{.Dir}}"}, packages...)...).Output()
	require.NoError(t, err)
	directories := make(map[string]string)
	for line := range strings.Lines(string(list)) {
		path, directory, _ := strings.Cut(strings.TrimSpace(line), " ")
		directories[path] = directory
	}
	return directories
}

// exported are the exported names of a package, with those of its types' fields and
// methods behind a dot.
func exported(t *testing.T, directory string) map[string]bool {
	t.Helper()
	sources, err := filepath.Glob(directory + "/*.go")
	require.NoError(t, err)
	files := token.NewFileSet()
	var parsed []*ast.File
	for _, name := range sources {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, fault := parser.ParseFile(files, name, nil, 0)
		require.NoError(t, fault)
		parsed = append(parsed, file)
	}
	documented, err := doc.NewFromFiles(files, parsed, directory)
	require.NoError(t, err)
	names := make(map[string]bool)
	for _, function := range documented.Funcs {
		names[function.Name] = true
	}
	for _, value := range slices.Concat(documented.Consts, documented.Vars) {
		addNames(names, value)
	}
	for _, kind := range documented.Types {
		names[kind.Name] = true
		for _, function := range kind.Funcs {
			names[function.Name] = true
		}
		for _, value := range slices.Concat(kind.Consts, kind.Vars) {
			addNames(names, value)
		}
		for _, method := range kind.Methods {
			names[kind.Name+"."+method.Name] = true
		}
		addFields(names, kind)
	}
	return names
}

func addNames(names map[string]bool, value *doc.Value) {
	for _, name := range value.Names {
		names[name] = true
	}
}

func addFields(names map[string]bool, kind *doc.Type) {
	for _, spec := range kind.Decl.Specs {
		structure, ok := spec.(*ast.TypeSpec).Type.(*ast.StructType)
		if !ok {
			continue
		}
		for _, field := range structure.Fields.List {
			for _, name := range field.Names {
				names[kind.Name+"."+name.Name] = true
			}
		}
	}
}
