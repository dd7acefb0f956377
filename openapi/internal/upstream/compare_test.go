package upstream

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The parts of documents of one operation, in YAML.
func query(schema string) string {
	return "{operationId: listA, parameters: [{name: q, in: query, schema: " + schema + "}], responses: {}}"
}

func formOf(schema string) string {
	return "{operationId: listA, requestBody: {content: {application/x-www-form-urlencoded: {schema: " + schema + "}}}, responses: {}}"
}

func jsonOf(schema string) string {
	return "{operationId: listA, requestBody: {content: {application/json: {schema: " + schema + "}}}, responses: {}}"
}

func answer(schema string) string {
	return "{operationId: listA, responses: {'200': {description: '', content: {application/json: {schema: " + schema + "}}}}}"
}

const components = `
components:
  schemas:
    Loop: {type: object, properties: {next: {$ref: '#/components/schemas/Loop'}, n: {type: integer}}}
    Ring: {type: object, properties: {next: {$ref: '#/components/schemas/Ring'}, n: {type: string}}}
    Grid: {type: array, items: {$ref: '#/components/schemas/Grid'}}
    Map: {type: object, additionalProperties: {$ref: '#/components/schemas/Map'}}
    Twist: {allOf: [{$ref: '#/components/schemas/Twist'}, {properties: {x: {$ref: '#/components/schemas/Twist'}}}]}
    Colour: {type: string, enum: [red, green]}
`

func document(get string) string {
	return "openapi: 3.1.0\npaths:\n  /v1/A:\n    get: " + get + components
}

func TestCompare(t *testing.T) {
	tests := map[string]struct {
		theirs, ours string
		want         []string
	}{
		"a parameter that is required": {
			"{operationId: listA, parameters: [{name: q, in: query, required: true, schema: {type: string}}], responses: {}}",
			query("{type: string}"), []string{"listA query q: theirs is required, ours optional"},
		},
		"a header of another case is the same": {
			"{parameters: [{name: if-match, in: header, schema: {type: string}}], responses: {}}",
			"{operationId: listA, parameters: [{name: If-Match, in: header, schema: {type: string}}], responses: {}}", nil,
		},
		"a parameter that moves": {
			"{parameters: [{name: q, in: header, schema: {type: string}}], responses: {}}",
			query("{type: string}"),
			[]string{"listA header q: ours lacks it; theirs: string, optional", "listA query q: theirs has no such parameter"},
		},
		"a parameter without a schema says nothing": {
			"{parameters: [{name: q, in: query}], responses: {}}", query("{type: string}"), nil,
		},
		"a parameter of ours without a schema": {
			query("{type: string}"), "{operationId: listA, parameters: [{name: q, in: query}], responses: {}}",
			[]string{"listA query q: ours has no type; theirs: string"},
		},
		"a parameter in JSON": {
			"{parameters: [{name: q, in: query, content: {application/json: {schema: {type: integer}}}}], responses: {}}",
			query("{type: string}"), []string{"listA query q: theirs is integer, ours string"},
		},
		"a list that is written otherwise": {
			"{parameters: [{name: q, in: query, explode: false, schema: {type: array, items: {type: string}}}], responses: {}}",
			query("{type: array, items: {type: string}}"),
			[]string{"listA query q: theirs is written with style form, explode false; ours with style form, explode true"},
		},
		"what is deprecated": {
			"{deprecated: true, parameters: [{name: q, in: query, deprecated: true, schema: {type: string}}], responses: {}}",
			query("{type: string}"), []string{"listA: theirs is deprecated", "listA query q: theirs is deprecated"},
		},
		"a member that is deprecated": {
			answer("{properties: {a: {type: string, deprecated: true}}}"), answer("{properties: {a: {type: string}}}"),
			[]string{"listA 200.a: theirs is deprecated"},
		},
		"a flag that theirs calls text": {
			query("{type: string}"), query("{type: boolean}"), []string{"listA query q: theirs is string, ours boolean"},
		},
		"a number that theirs calls text": {
			formOf("{properties: {n: {type: string}}}"), formOf("{properties: {n: {type: integer}}}"),
			[]string{"listA form.n: theirs is string, ours integer"},
		},
		"text with a format is no flag": {
			query("{type: string, format: date}"), query("{type: boolean}"), []string{"listA query q: theirs is string (date), ours boolean"},
		},
		"text that ours calls a list": {
			query("{type: string}"), query("{type: array, items: {type: string}}"),
			[]string{"listA query q: theirs is string, ours list of string"},
		},
		"a flag in an answer is no text": {
			answer("{properties: {f: {type: string}}}"), answer("{properties: {f: {type: boolean}}}"),
			[]string{"listA 200.f: theirs is string, ours boolean"},
		},
		"a flag in a JSON body is no text": {
			jsonOf("{properties: {f: {type: string}}}"), jsonOf("{properties: {f: {type: boolean}}}"),
			[]string{"listA body.f: theirs is string, ours boolean"},
		},
		"text where theirs has a flag": {
			query("{type: boolean}"), query("{type: string}"), []string{"listA query q: theirs is boolean, ours string"},
		},
		"values that ours lists and theirs does not": {query("{type: string}"), query("{type: string, enum: [a]}"), nil},
		"values that theirs lists and ours does not": {
			query("{type: string, enum: [a, b]}"), query("{type: string}"), []string{"listA query q: ours lists no values; theirs: a, b"},
		},
		"values of a list": {
			query("{type: array, items: {type: string, enum: [a, b, null]}}"), query("{type: array, items: {type: string, enum: [a, c]}}"),
			[]string{`listA query q[]: ours lacks the value "b"`, `listA query q[]: theirs has no value "c"`},
		},
		"values written as constants": {
			query("{oneOf: [{const: a}, {const: b}, {const: c}]}"), query("{type: string, enum: [a, b]}"),
			[]string{`listA query q: ours lacks the value "c"`},
		},
		"a shared list of values shows once": {
			answer("{properties: {a: {type: string, enum: [red, green, blue]}, b: {type: string, enum: [red, green, blue]}}}"),
			answer("{properties: {a: {$ref: '#/components/schemas/Colour'}, b: {allOf: [{$ref: '#/components/schemas/Colour'}], description: why}}}"),
			[]string{`Colour: ours lacks the value "blue"`},
		},
		"formats that matter": {
			answer("{properties: {a: {type: string, format: date-time}, b: {type: integer, format: int64}, c: {type: string, format: date}, d: {type: string, format: rfc-2822}}}"),
			answer("{properties: {a: {type: string}, b: {type: integer}, c: {type: string, format: date-time}, d: {type: string, format: date-time}}}"),
			[]string{
				"listA 200.a: theirs has the format date-time, ours none",
				"listA 200.b: theirs has the format int64, ours none",
				"listA 200.c: theirs has the format date, ours date-time",
				"listA 200.d: theirs has the format rfc-2822, ours date-time",
			},
		},
		"formats that do not": {
			answer("{properties: {a: {type: integer, format: int32}, b: {type: number}, c: {type: string, format: http-method}, d: {type: integer, format: int64, maximum: 1000}}}"),
			answer("{properties: {a: {type: integer}, b: {type: number, format: double}, c: {type: string}, d: {type: integer, maximum: 1000}}}"), nil,
		},
		"ranges and patterns": {
			query("{type: string, pattern: ^A$, minLength: 1}"), query("{type: string, pattern: ^B$}"),
			[]string{"listA query q: theirs has the pattern ^A$, ours ^B$"},
		},
		"a wider range": {
			query("{type: integer, minimum: 0, maximum: 5}"), query("{type: integer, maximum: 4}"),
			[]string{"listA query q: theirs has maximum 5, ours 4", "listA query q: theirs has minimum 0, ours none"},
		},
		"lengths without a pattern": {
			query("{type: string, maxLength: 5}"), query("{type: string}"), []string{"listA query q: theirs has maxLength 5, ours none"},
		},
		"an object of which theirs says nothing": {
			answer("{properties: {a: {type: object}, b: {type: object, additionalProperties: true}, c: {}, d: {type: object, additionalProperties: {}}}}"),
			answer("{properties: {a: {properties: {x: {type: string}}}, b: {type: object, additionalProperties: {type: string}}, c: {type: integer}, d: {properties: {x: {type: string}}}}}"), nil,
		},
		"an object of which ours says nothing": {
			answer("{properties: {a: {properties: {x: {type: string, nullable: true}}}}}"), answer("{properties: {a: {type: object, additionalProperties: true}}}"),
			[]string{"listA 200.a.x: ours lacks it; theirs: string, may be null"},
		},
		"a map of ours holds what theirs names": {
			answer("{properties: {a: {properties: {x: {type: string}, y: {type: integer}}}}}"), answer("{properties: {a: {type: object, additionalProperties: {type: string}}}}"),
			[]string{"listA 200.a.*: theirs is integer, ours string"},
		},
		"a map of theirs holds what ours names": {
			answer("{type: object, additionalProperties: {type: string}}"), answer("{properties: {x: {type: string}, y: {type: integer}}}"),
			[]string{"listA 200.y: theirs is string, ours integer"},
		},
		"a map of which ours says nothing": {
			answer("{type: object, additionalProperties: {type: string}}"), answer("{type: object}"),
			[]string{"listA 200.*: ours has no type; theirs: string"},
		},
		"a map beside members": {
			answer("{properties: {x: {type: string}}, additionalProperties: {type: integer}}"), answer("{properties: {x: {type: string}}}"),
			[]string{"listA 200.*: ours has no type; theirs: integer"},
		},
		"anything beside members": {
			answer("{properties: {x: {type: string}}, additionalProperties: {}}"), answer("{properties: {x: {type: string}}}"), nil,
		},
		"maps of other values": {
			answer("{type: object, additionalProperties: {type: string, nullable: true}}"), answer("{type: object, additionalProperties: {type: string}}"),
			[]string{"listA 200.*: theirs may be null, ours not"},
		},
		"an object without members": {
			answer("{type: object, additionalProperties: false}"), answer("{properties: {x: {type: string}}}"), []string{"listA 200.x: theirs has no such member"},
		},
		"members of lists of objects": {
			answer("{properties: {l: {type: array, items: {properties: {a: {properties: {x: {type: string}}}}}}}}"),
			answer("{properties: {l: {type: array, items: {properties: {a: {properties: {y: {type: string}}}}}}}}"),
			[]string{"listA 200.l[].a.x: ours lacks it; theirs: string", "listA 200.l[].a.y: theirs has no such member"},
		},
		"members of an allOf": {
			formOf("{allOf: [{properties: {a: {type: string}}}, {properties: {b: {type: string}}, required: [b]}]}"), formOf("{properties: {a: {type: string}}}"),
			[]string{"listA form.b: ours lacks it; theirs: string, required"},
		},
		"types that go without saying": {
			answer("{properties: {a: {items: {type: string}}, b: {additionalProperties: {type: string}}}}"),
			answer("{properties: {a: {type: string}, b: {type: string}}}"),
			[]string{"listA 200.a: theirs is list of string, ours string", "listA 200.b: theirs is object, ours string"},
		},
		"a pattern and a limit of another kind": {
			answer("{type: string, pattern: ^A$, minLength: 2, minItems: 2}"), answer("{type: string, pattern: ^A$}"),
			[]string{"listA 200: theirs has minItems 2, ours none"},
		},
		"a list of anything": {
			answer("{type: array, items: {type: string}}"), answer("{type: array}"), []string{"listA 200[]: ours has no type; theirs: string"},
		},
		"null in a list": {
			answer("{type: array, items: {type: [string, 'null']}}"), answer("{type: array, items: {type: string}}"),
			[]string{"listA 200[]: theirs may be null, ours not"},
		},
		"null written as a choice": {
			answer("{properties: {a: {oneOf: [{$ref: '#/components/schemas/Colour'}, {type: 'null'}]}}}"), answer("{properties: {a: {$ref: '#/components/schemas/Colour'}}}"),
			[]string{"listA 200.a: theirs may be null, ours not"},
		},
		"null of everything is no news": {
			answer("{properties: {sid: {type: string, nullable: true}, a: {type: string, nullable: true}}}"), answer("{properties: {sid: {type: string}, a: {type: string}}}"), nil,
		},
		"null that theirs does not know": {
			answer("{properties: {a: {type: string}}}"), answer("{properties: {a: {type: [string, 'null']}}}"), nil,
		},
		"null in a JSON body": {
			jsonOf("{properties: {sid: {type: string, nullable: true}}}"), jsonOf("{properties: {sid: {type: string}}}"),
			[]string{"listA body.sid: theirs may be null, ours not"},
		},
		"null in a form": {formOf("{properties: {a: {type: string, nullable: true}}}"), formOf("{properties: {a: {type: string}}}"), nil},
		"two types": {
			answer("{type: [string, integer]}"), answer("{type: string}"), []string{"listA 200: theirs is integer or string, ours string"},
		},
		"a choice": {
			answer("{oneOf: [{type: string}, {type: integer}]}"), answer("{type: string}"),
			[]string{"listA 200: theirs is one of several schemas, ours string: look at it yourself"},
		},
		"the same choice": {
			answer("{anyOf: [{type: string}, {type: integer}]}"), answer("{oneOf: [{type: string}, {type: integer}]}"), nil,
		},
		"another choice": {
			answer("{oneOf: [{type: string}, {type: object}]}"), answer("{oneOf: [{type: string}, {properties: {x: {type: string}}}]}"),
			[]string{"listA 200: theirs is one of several schemas, ours one of several schemas: look at it yourself"},
		},
		"a choice beside members": {
			formOf("{properties: {a: {type: string}, b: {type: string}}, anyOf: [{required: [a]}, {required: [b]}]}"), formOf("{properties: {a: {type: string}}}"),
			[]string{"listA form: theirs is one of several schemas of a, b, ours object of a: look at it yourself", "listA form.b: ours lacks it; theirs: string, optional"},
		},
		"schemas that hold themselves": {
			answer("{$ref: '#/components/schemas/Loop'}"), answer("{$ref: '#/components/schemas/Ring'}"), []string{"Ring.n: theirs is integer, ours string"},
		},
		"schemas that hold only themselves": {
			answer("{properties: {a: {$ref: '#/components/schemas/Grid'}, b: {$ref: '#/components/schemas/Map'}, c: {$ref: '#/components/schemas/Twist'}}}"),
			answer("{properties: {a: {type: string}, b: {$ref: '#/components/schemas/Map'}, c: {$ref: '#/components/schemas/Twist'}}}"),
			[]string{"listA 200.a: theirs is list of lists, ours string"},
		},
		"a body": {
			formOf("{properties: {a: {type: string}}}"), "{operationId: listA, responses: {}}",
			[]string{"listA body: ours has no application/x-www-form-urlencoded; theirs: object of a"},
		},
		"a body that is required": {
			"{requestBody: {required: true, content: {text/plain: {}}}, responses: {}}", "{operationId: listA, requestBody: {content: {text/plain: {}}}, responses: {}}",
			[]string{"listA body: theirs is required, ours optional"},
		},
		"a body of another kind": {
			jsonOf("{properties: {a: {type: string}}}"), formOf("{properties: {a: {type: string}}}"),
			[]string{"listA body: ours has no application/json; theirs: object of a", "listA body: theirs has no application/x-www-form-urlencoded"},
		},
		"a media type with a parameter": {
			"{responses: {'200': {description: '', content: {'application/json; charset=utf-8': {schema: {type: string}}}}}}",
			answer("{type: string}"), nil,
		},
		"another status of success": {
			"{responses: {'201': {description: ''}}}", "{operationId: listA, responses: {'200': {description: ''}}}",
			[]string{"listA: theirs answers with status 201, ours with 200"},
		},
		"more statuses of success": {
			"{responses: {'200': {description: ''}, '202': {description: ''}}}", "{operationId: listA, responses: {'200': {description: ''}}}",
			[]string{"listA 202: ours lacks the status"},
		},
		"fewer statuses of success": {
			"{responses: {'404': {description: ''}}}", "{operationId: listA, responses: {'200': {description: ''}, default: {description: ''}}}",
			[]string{"listA 200: theirs has no such status"},
		},
		"any status": {
			"{responses: {default: {description: '', content: {application/json: {schema: {type: string}}}}}}", answer("{type: integer}"),
			[]string{"listA 200: theirs is string, ours integer"},
		},
		"any status of success": {
			"{responses: {2XX: {description: '', content: {application/json: {schema: {type: string}}}}, default: {description: ''}}}", answer("{type: integer}"),
			[]string{"listA 200: theirs is string, ours integer"},
		},
		"any status of failure": {
			"{responses: {'200': {description: ''}, default: {description: ''}}}", "{operationId: listA, responses: {'200': {description: ''}}}", nil,
		},
		"failures": {
			"{responses: {'204': {description: ''}, '404': {description: ''}}}", "{operationId: listA, responses: {'204': {description: ''}, '429': {description: ''}, default: {description: ''}}}", nil,
		},
		"headers of an answer": {
			"{responses: {'200': {description: '', headers: {etag: {}, X-New: {}, X-Other: {schema: {type: integer}}}}}}",
			"{operationId: listA, responses: {'200': {description: '', headers: {ETag: {}, X-Ours: {}, X-Other: {schema: {type: string}}}}}}",
			[]string{"listA 200 header X-New: ours lacks it", "listA 200 header X-Other: theirs is integer, ours string"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, test.want, lines(compare(t, load(t, document(test.theirs)), load(t, document(test.ours)))))
		})
	}
}

func lines(findings []Finding) []string {
	var found []string
	for _, f := range findings {
		found = append(found, f.Where+": "+f.What)
	}
	return found
}

func TestCompareMatchesPaths(t *testing.T) {
	ours := `
openapi: 3.0.3
paths:
  /v1/A/{ASid}:
    parameters: [{name: ASid, in: path, required: true, schema: {type: string, pattern: ^AA$}}]
    get: {operationId: getA, responses: {}}
    delete: {operationId: deleteA, responses: {}}
  /v1/B:
    get: {operationId: listB, responses: {}}
`
	theirs := `
openapi: 3.0.1
servers: [{url: https://api.example.com/elsewhere}]
paths:
  /A/{Sid}/:
    servers: [{url: 'https://{region}.example.com/v1/', variables: {region: {default: us1}}}]
    get: {parameters: [{name: Sid, in: path, required: true, schema: {type: string, pattern: ^AB$}}], responses: {}}
    put: {operationId: ReplaceA, servers: [{url: /v1}], responses: {}}
`
	findings := compare(t, load(t, theirs), load(t, ours))
	assert.Equal(t, []string{
		"path parameters: {Sid} is {ASid} here",
		"getA path ASid: theirs has the pattern ^AB$, ours ^AA$",
		"PUT /v1/A/{Sid}: ours lacks the operation; theirs: ReplaceA",
		"DELETE /v1/A/{ASid}: theirs has no such operation",
		"GET /v1/B: theirs has no such operation",
	}, lines(findings))
	assert.Equal(t, Note, findings[0].Kind)
	assert.Equal(t, []Operation{{ID: "ReplaceA", Method: "PUT", Path: "/v1/A/{Sid}"}}, findings[2].Operations)
}

func TestCompareListsPathsOfOneShape(t *testing.T) {
	theirs := load(t, "openapi: 3.0.1\npaths: {'/v1/A/{Sid}': {get: {responses: {}}}, '/v1/A/{UniqueName}': {get: {operationId: byName, responses: {}}}}")
	ours := load(t, "openapi: 3.0.3\npaths: {'/v1/A/{Sid}': {get: {operationId: getA, responses: {}}}}")
	assert.Equal(t, []string{"GET /v1/A/{UniqueName}: ours lacks the operation; theirs: byName"}, lines(compare(t, theirs, ours)))
}

func TestCompareWantsAnOperationInCommon(t *testing.T) {
	theirs := load(t, "openapi: 3.0.1\npaths: {/pets: {get: {responses: {}}}}")
	_, err := Compare(theirs, load(t, document(query("{type: string}"))))
	assert.EqualError(t, err, "no operation is in both documents: is it a document of this service?")
}

func TestLoadSaysWhatItExpected(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"another kind of file": {"hello", "expected an OpenAPI 3 document: "},
		"nothing":              {"", `expected an OpenAPI 3 document, found openapi: ""`},
		"a list":               {"[1]", "expected an OpenAPI 3 document: "},
		"Swagger":              {"swagger: '2.0'\npaths: {}", "expected OpenAPI 3, found Swagger 2.0: convert it first"},
		"a version to come":    {"openapi: 4.0.0\npaths: {/a: {}}", `expected an OpenAPI 3 document, found openapi: "4.0.0"`},
		"no paths":             {"openapi: 3.1.0\ncomponents: {}", "expected paths, found none"},
		"a broken reference":   {"openapi: 3.0.0\npaths: {/a: {get: {responses: {'200': {$ref: '#/components/responses/X'}}}}}", "expected an OpenAPI 3 document: "},
		"another file":         {"openapi: 3.0.0\npaths: {/a: {get: {parameters: [{$ref: other.yaml}]}}}", "disallowed external reference"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Load([]byte(test.text))
			require.Error(t, err)
			assert.Contains(t, err.Error(), test.want)
		})
	}
}
