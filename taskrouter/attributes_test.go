package taskrouter_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

type caller struct {
	Language string   `json:"language"`
	Skills   []string `json:"skills,omitempty"`
}

func TestAttributesAreMadeOfWhatEncodesAsAnObject(t *testing.T) {
	tests := map[string]struct {
		value any
		want  taskrouter.Attributes
	}{
		"a struct":              {caller{"es", []string{"sales"}}, `{"language":"es","skills":["sales"]}`},
		"a pointer to a struct": {&caller{Language: "é"}, `{"language":"é"}`},
		"a map":                 {map[string]any{"b": 1, "a": nil}, `{"a":null,"b":1}`},
		"an empty map":          {map[string]any{}, `{}`},
		"attributes as text":    {rawObject{}, `{"raw":true}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			attributes, err := taskrouter.AttributesOf(test.value)
			require.NoError(t, err)
			assert.Equal(t, test.want, attributes)
		})
	}
}

type rawObject struct{}

func (rawObject) MarshalJSON() ([]byte, error) { return []byte(`{"raw":true}`), nil }

func TestAttributesAreNotMadeOfAnythingElse(t *testing.T) {
	tests := map[string]struct {
		value any
		text  string
	}{
		"nil":           {nil, "taskrouter: encode attributes of <nil>: Attributes: the text begins with 'n', expected a JSON object"},
		"a nil map":     {map[string]int(nil), "taskrouter: encode attributes of map[string]int: Attributes: the text begins with 'n', expected a JSON object"},
		"a nil pointer": {(*caller)(nil), "taskrouter: encode attributes of *taskrouter_test.caller: Attributes: the text begins with 'n', expected a JSON object"},
		"a slice":       {[]string{"a"}, "taskrouter: encode attributes of []string: Attributes: the text begins with '[', expected a JSON object"},
		"a text":        {`{"a":1}`, "taskrouter: encode attributes of string: Attributes: the text begins with '\"', expected a JSON object"},
		"a channel":     {make(chan int), "taskrouter: encode attributes: json: unsupported type: chan int"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			attributes, err := taskrouter.AttributesOf(test.value)
			assert.EqualError(t, err, test.text)
			assert.Empty(t, attributes)
		})
	}
}

// sendAttributes sends attributes in each of the requests that have them.
func sendAttributes(t *testing.T, service *fakeService, attributes taskrouter.Attributes) map[string]error {
	tasks, workers := service.tasks(t), service.client(t).Workers("WS1")
	failures := map[string]error{}
	_, failures["createTask"] = tasks.Create(t.Context(), taskrouter.CreateTaskRequest{Attributes: attributes})
	_, failures["updateTask"] = tasks.Update(t.Context(), "WT1", taskrouter.UpdateTaskRequest{Attributes: attributes})
	_, failures["createWorker"] = workers.Create(t.Context(), taskrouter.CreateWorkerRequest{Attributes: attributes})
	_, failures["updateWorker"] = workers.Update(t.Context(), "WK1", taskrouter.UpdateWorkerRequest{Attributes: attributes})
	return failures
}

func TestAttributesAreSentAsTheyAreWritten(t *testing.T) {
	for _, attributes := range []taskrouter.Attributes{`{}`, "\n{ \"b\": 1.50, \"a\": [\"é☃\", null], \"a\": \"&=+%\" }\n"} {
		service := newFakeService(t, answer(200, `{}`))
		for operation, err := range sendAttributes(t, service, attributes) {
			assert.NoError(t, err, operation)
		}
		for _, request := range service.seen() {
			assert.Equal(t, string(attributes), request.Form.Get("Attributes"))
		}
		assert.Len(t, service.seen(), 4)
	}
}

func TestNoAttributesAreNotSent(t *testing.T) {
	service := newFakeService(t, answer(200, `{}`))
	for operation, err := range sendAttributes(t, service, "") {
		assert.NoError(t, err, operation)
	}
	for _, request := range service.seen() {
		assert.NotContains(t, request.Form, "Attributes")
	}
	assert.Len(t, service.seen(), 4)
}

func TestAttributesThatAreNoObjectAreRefused(t *testing.T) {
	for _, attributes := range []taskrouter.Attributes{"null", " null ", "[]", `"{}"`, "7", "not json", `{"a":1`, `{"a":1}{}`, "{'a':1}", " "} {
		t.Run(string(attributes), func(t *testing.T) {
			service := newFakeService(t, answer(200, `{}`))
			for operation, err := range sendAttributes(t, service, attributes) {
				assertAbout(t, taskrouter.ErrInvalidArgument, err)
				assert.ErrorContains(t, err, "taskrouter: "+operation+": invalid argument: Attributes: ")
			}
			assert.Empty(t, service.seen())
		})
	}
}

func TestAttributesOfAnAnswerDecode(t *testing.T) {
	task, err := newFakeService(t, answer(200, `{"attributes":"{\"language\":\"es\",\"skills\":[\"sales\"]}"}`)).tasks(t).Get(t.Context(), "WT1")
	require.NoError(t, err)
	var got caller
	require.NoError(t, task.Attributes.Decode(&got))
	assert.Equal(t, caller{"es", []string{"sales"}}, got)
	again, err := taskrouter.AttributesOf(got)
	require.NoError(t, err)
	assert.Equal(t, task.Attributes, again)
}
