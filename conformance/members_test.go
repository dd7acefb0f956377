package conformance_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/conformance"
	"github.com/taskrouter-go/sdk/conformance/internal/calls"
	"github.com/taskrouter-go/sdk/openapi/document"
)

// Fixtures show what an answer looks like; this shows the most and the least that
// the document lets it be, so that no member depends on whether a fixture has it.
func TestNoMemberOfAnAnswerIsLost(t *testing.T) {
	w := newWire(t)
	for _, operation := range w.document.Operations() {
		schema := operation.Answer()
		if schema == nil {
			continue
		}
		for name, v := range map[string]variant{
			"all members":              {},
			"null where it may be":     {null: true},
			"empty lists and objects":  {empty: true},
			"required members only":    {required: true},
			"values of later versions": {unknown: true},
		} {
			t.Run(operation.ID+"/"+name, func(t *testing.T) {
				body, err := json.Marshal(v.answer(schema))
				require.NoError(t, err)
				if !v.unknown {
					header := http.Header{"Content-Type": {"application/json"}}
					require.Empty(t, operation.CheckResponse(operation.Success(), header, body), "the answer is made up wrongly")
				}
				checkMembers(t, w, operation, body)
			})
		}
	}
}

func checkMembers(t *testing.T, w *wire, operation *document.Operation, body []byte) {
	w.answer(http.HandlerFunc(func(answer http.ResponseWriter, _ *http.Request) {
		answer.Header().Set("Content-Type", "application/json")
		answer.WriteHeader(operation.Success())
		_, _ = answer.Write(body)
	}))
	exchange := conformance.Exchange{Response: conformance.Response{Body: string(body)}}
	made := 0
	for _, call := range calls.Of(operation.ID) {
		request := someRequest(operation, call.Operation)
		if !call.Makes(request) {
			continue
		}
		made++
		result, err := call.Do(t.Context(), w.clients["Basic"], request)
		require.NoError(t, err, call.Method)
		lost, added := compareResult([]conformance.Exchange{exchange}, result)
		assert.Empty(t, append(lost, inventions(added)...), call.Method)
	}
	assert.Positive(t, made, "methods of the facade that make a request of %s", operation.ID)
}

// A variant is one way to fill what a schema leaves open.
type variant struct {
	null     bool // what may be null is
	empty    bool // lists and objects without named members have no entries
	required bool // what need not be there is not
	unknown  bool // enumerations hold a value that they do not list
}

// answer is a body by a schema. The metadata of a page tell that it is the only
// one, and where its entries are.
func (v variant) answer(schema *openapi3.Schema) any {
	body := v.value(schema)
	object, ok := body.(map[string]any)
	if !ok || object["meta"] == nil {
		return body
	}
	meta := map[string]any{
		"page": 0, "page_size": 50, "previous_page_url": nil, "next_page_url": nil,
		"first_page_url": "https://taskrouter.twilio.com/v1/Workspaces?PageSize=50&Page=0",
		"url":            "https://taskrouter.twilio.com/v1/Workspaces?PageSize=50&Page=0",
	}
	for name, member := range object {
		if _, isList := member.([]any); isList {
			meta["key"] = name
		}
	}
	object["meta"] = meta
	return object
}

func (v variant) value(schema *openapi3.Schema) any {
	switch {
	case v.null && schema.Nullable:
		return nil
	case schema.Type.Is("array"):
		if v.empty {
			return []any{}
		}
		return []any{v.value(schema.Items.Value), v.value(schema.Items.Value)}
	case schema.Type.Is("integer"):
		return 7
	case schema.Type.Is("number"):
		return 1.5
	case schema.Type.Is("boolean"):
		return true
	case schema.Type.Is("string"):
		return v.text(schema)
	}
	return v.object(schema)
}

func (v variant) text(schema *openapi3.Schema) string {
	switch {
	case len(schema.Enum) > 0 && v.unknown:
		return "later"
	case len(schema.Enum) > 0:
		return schema.Enum[0].(string)
	case schema.Format == "date-time":
		return "2026-03-17T09:41:05Z"
	case strings.HasPrefix(schema.Pattern, "^[a-zA-Z]{2}"):
		return "WT" + strings.Repeat("0", 32)
	case strings.HasPrefix(schema.Pattern, "^"):
		prefix, _, _ := strings.Cut(schema.Pattern[1:], "[")
		return prefix + strings.Repeat("0", 32)
	}
	return `{"text": "of some kind"}`
}

// object has the members of the schema, or of the one schema that an allOf wraps
// to give it a description.
func (v variant) object(schema *openapi3.Schema) any {
	if len(schema.AllOf) == 1 {
		return v.value(schema.AllOf[0].Value)
	}
	object := make(map[string]any)
	if others := schema.AdditionalProperties; others.Schema != nil && !v.empty {
		object["of"] = v.value(others.Schema.Value)
	} else if others.Has != nil && *others.Has && !v.empty {
		object["of"] = map[string]any{"any": []any{"kind", 1.5, nil}}
	}
	for name, property := range schema.Properties {
		if v.required && !slices.Contains(schema.Required, name) {
			continue
		}
		object[name] = v.value(property.Value)
	}
	return object
}
