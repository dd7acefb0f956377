package webhook_test

import (
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/openapi"
	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// decodeSchema reads a schema of the document.
func decodeSchema(t *testing.T, name string) *openapi3.Schema {
	t.Helper()
	schema := decodeDocument(t).Components.Schemas[name]
	require.NotNil(t, schema, "the document has no schema %s", name)
	return schema.Value
}

func decodeDocument(t *testing.T) *openapi3.T {
	t.Helper()
	document, err := decodeReadDocument()
	require.NoError(t, err)
	return document
}

var decodeReadDocument = sync.OnceValues(func() (*openapi3.T, error) {
	return openapi3.NewLoader().LoadFromData(openapi.Document)
})

// decodeViews are all views of events, by their names.
var decodeViews = map[string]func(webhook.Event) (any, bool){
	"Activity":       decodeView(webhook.Event.Activity),
	"Reservation":    decodeView(webhook.Event.Reservation),
	"Task":           decodeView(webhook.Event.Task),
	"TaskChannel":    decodeView(webhook.Event.TaskChannel),
	"TaskQueue":      decodeView(webhook.Event.TaskQueue),
	"Worker":         decodeView(webhook.Event.Worker),
	"WorkerChannel":  decodeView(webhook.Event.WorkerChannel),
	"Workflow":       decodeView(webhook.Event.Workflow),
	"WorkflowTarget": decodeView(webhook.Event.WorkflowTarget),
}

func decodeView[V any](view func(webhook.Event) (V, bool)) func(webhook.Event) (any, bool) {
	return func(e webhook.Event) (any, bool) { return view(e) }
}

// decodeViewsOf returns the names of the views that an event has, sorted.
func decodeViewsOf(event webhook.Event) []string {
	var names []string
	for name, view := range decodeViews {
		if _, ok := view(event); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// decodeFlat returns all that a callback says in Go, but for its Fields, by where it
// is said: "SID", "Task.SID".
func decodeFlat(callback any) map[string]string {
	flat := map[string]string{}
	add := func(prefix string, value any) {
		for field, value := range reflect.ValueOf(value).Fields() {
			if field.Name != "Fields" {
				flat[prefix+field.Name] = fmt.Sprint(value)
			}
		}
	}
	add("", callback)
	if event, ok := callback.(webhook.Event); ok {
		for name, view := range decodeViews {
			value, _ := view(event)
			add(name+".", value)
		}
	}
	return flat
}

// decodeDifferences are the places where two callbacks differ.
func decodeDifferences(a, b any) []string {
	flatA, flatB := decodeFlat(a), decodeFlat(b)
	var differences []string
	for _, place := range slices.Sorted(maps.Keys(flatA)) {
		if flatA[place] != flatB[place] {
			differences = append(differences, place)
		}
	}
	return differences
}

// decodeAssignmentForm is an assignment callback with all documented fields.
func decodeAssignmentForm() url.Values {
	return url.Values{
		"Timestamp":        {"1773738000"},
		"AccountSid":       {"AC0123456789abcdef0123456789abcdef"},
		"WorkspaceSid":     {"WS0123456789abcdef0123456789abcdef"},
		"WorkflowSid":      {"WW0123456789abcdef0123456789abcdef"},
		"TaskQueueSid":     {"WQ0123456789abcdef0123456789abcdef"},
		"WorkerSid":        {"WK0123456789abcdef0123456789abcdef"},
		"WorkerAttributes": {`{"contact_uri": "client:ann"}`},
		"TaskSid":          {"WT0123456789abcdef0123456789abcdef"},
		"TaskAttributes":   {`{"call_sid": "CA0123456789abcdef0123456789abcdef", "language": "pt"}`},
		"TaskAge":          {"42"},
		"TaskPriority":     {"7"},
		"ReservationSid":   {"WR0123456789abcdef0123456789abcdef"},
	}
}

// decodeWith returns a form with other fields over it. Nil takes one away.
func decodeWith(form url.Values, name string, values ...string) url.Values {
	form = maps.Clone(form)
	delete(form, name)
	if values != nil {
		form[name] = values
	}
	return form
}

// decodeInstructionErrors takes apart what CheckInstruction joins.
func decodeInstructionErrors(t *testing.T, err error) []webhook.InstructionError {
	t.Helper()
	var found []webhook.InstructionError
	switch wrapped := err.(type) { //nolint:errorlint // it is the wrappers that are looked for
	case nil:
	case *webhook.InstructionError:
		found = append(found, *wrapped)
	case interface{ Unwrap() error }:
		found = decodeInstructionErrors(t, wrapped.Unwrap())
	case interface{ Unwrap() []error }:
		for _, err := range wrapped.Unwrap() {
			found = append(found, decodeInstructionErrors(t, err)...)
		}
	default:
		t.Errorf("%v is no InstructionError", err)
	}
	return found
}
