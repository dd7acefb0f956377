package pipeline

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAttributesMayBeAnyObjectOrNothing(t *testing.T) {
	for _, text := range []string{"", "{}", " \t\r\n{} ", `{"a":[1,{"b":null}],"a":2}`} {
		assert.NoError(t, CheckAttributes(text), text)
	}
}

func TestAttributesThatAreNoObjectAreRefusedWithTheReason(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"an array":               {" \n[1]", `Attributes: the text begins with '[', expected a JSON object`},
		"null":                   {"null", `Attributes: the text begins with 'n', expected a JSON object`},
		"not UTF-8":              {"{\"a\":\"\xff\"}", "Attributes: not UTF-8"},
		"white space":            {" ", "Attributes: not JSON: unexpected end of JSON input"},
		"an object without end":  {`{"a":1`, "Attributes: not JSON: unexpected end of JSON input"},
		"an object and more":     {`{} {}`, "Attributes: not JSON: invalid character '{' after top-level value"},
		"a key without quotes":   {`{a:1}`, "Attributes: not JSON: invalid character 'a' looking for beginning of object key string"},
		"a comma before the end": {`{"a":1,}`, "Attributes: not JSON: invalid character '}' looking for beginning of object key string"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { assert.EqualError(t, CheckAttributes(test.text), test.want) })
	}
}

func TestAttributesThatAreNoJSONAreASyntaxError(t *testing.T) {
	var syntax *json.SyntaxError
	assert.ErrorAs(t, CheckAttributes(`{a}`), &syntax)
}
