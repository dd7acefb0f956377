package upstream

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Operation names an operation.
type Operation struct {
	ID, Method, Path string
}

func (o Operation) String() string {
	return fmt.Sprintf("%s, %s %s", cmp.Or(o.ID, "without operationId"), o.Method, o.Path)
}

// operation is one with what its path says of it too.
type operation struct {
	Operation
	details    *openapi3.Operation
	parameters []*openapi3.Parameter
}

var hole = regexp.MustCompile(`\{[^{}]*\}`)

// key is what an operation of one document shares with its like in another. They
// may name the parameters of the path differently.
func (o Operation) key() string { return o.Method + " " + o.shape() }

func (o Operation) shape() string { return hole.ReplaceAllString(o.Path, "{}") }

func operationsOf(doc *openapi3.T) map[string]operation {
	operations := make(map[string]operation)
	for _, path := range doc.Paths.Keys() {
		item := doc.Paths.Value(path)
		if item == nil {
			continue
		}
		for method, op := range item.Operations() {
			whole := "/" + strings.Trim(basePath(doc, item, op)+path, "/")
			o := operation{
				Operation:  Operation{ID: op.OperationID, Method: method, Path: whole},
				details:    op,
				parameters: parametersOf(item.Parameters, op.Parameters),
			}
			key := o.key()
			if _, taken := operations[key]; taken { // by a path that differs in the names only
				key = method + " " + path
			}
			operations[key] = o
		}
	}
	return operations
}

// basePath is the path of the server that applies, the nearest.
func basePath(doc *openapi3.T, item *openapi3.PathItem, op *openapi3.Operation) string {
	servers := doc.Servers
	if len(item.Servers) > 0 {
		servers = item.Servers
	}
	if op.Servers != nil && len(*op.Servers) > 0 {
		servers = *op.Servers
	}
	if len(servers) == 0 || servers[0] == nil {
		return ""
	}
	base, err := servers[0].BasePath()
	if err != nil {
		return "" // a URL that is none says nothing of the path
	}
	return strings.TrimRight(base, "/")
}

// parametersOf are those of the path and of the operation, which win.
func parametersOf(shared, own openapi3.Parameters) []*openapi3.Parameter {
	var parameters []*openapi3.Parameter
	taken := make(map[string]bool)
	for _, ref := range slices.Concat(own, shared) {
		if ref == nil || ref.Value == nil || taken[parameterKey(ref.Value)] {
			continue
		}
		taken[parameterKey(ref.Value)] = true
		parameters = append(parameters, ref.Value)
	}
	return parameters
}

// parameterKey tells parameters of one operation apart. Names of headers know no case.
func parameterKey(p *openapi3.Parameter) string {
	if p.In == openapi3.ParameterInHeader {
		return p.In + " " + strings.ToLower(p.Name)
	}
	return p.In + " " + p.Name
}

var methods = []string{"GET", "POST", "PUT", "PATCH", "DELETE"}

func inOrder(a, b Operation) int {
	return cmp.Or(
		cmp.Compare(a.shape(), b.shape()),
		cmp.Compare(slices.Index(methods, a.Method), slices.Index(methods, b.Method)),
		cmp.Compare(a.Method, b.Method),
	)
}
