package requests

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/taskrouter-go/sdk/conformance"
	"github.com/taskrouter-go/sdk/conformance/internal/calls"
	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/openapi/document"
)

// A call is what both libraries are told to send.
type call struct {
	name       string
	operation  gen.Operation
	pathValues map[string]string
	values     url.Values // of the query or the form
	json       string     // the body, where it is JSON
	ifMatch    string
	login      login
	// answer is that of a fixture.
	answer answer
}

// path are the values of the path in their order.
func (c call) path() []string {
	values := make([]string, 0, len(c.operation.PathParameters))
	for _, parameter := range c.operation.PathParameters {
		values = append(values, c.pathValues[parameter.Name])
	}
	return values
}

// A login is how a client is set up.
type login struct {
	user, password string
	token          string // instead of them
	region, edge   string
}

const accountSID = "AC228c14652c374b1f5ced78e9b0bdb8e1"

// The clients that most calls are made with, by the scheme of Authorization.
var logins = map[string]login{
	"Basic":  {user: accountSID, password: "secret"},
	"Bearer": {token: "token"},
}

// texts are values of inputs that are texts. Each of them has to arrive.
var texts = []string{
	"Support",
	"",
	" two  spaces ",
	"a+b&c=d;e,f#g?h/i%41",
	"Grüße, 你好, \U0001F642, e\u0301",
	`score > 1.5 AND build == "2.0.1"`,
	`C:\temp\1 "quoted"` + "\tand\r\nbroken",
	"<b>&amp;</b>",
}

// attributes are values of inputs that hold JSON, the last of them none.
var attributes = []string{
	`{"languages":["en","es"],"level":2.5,"nothing":null}`,
	`{}`,
	" {\n\t\"name\" : \"Jörg \U0001F642 & <Söhne>\", \"a+b\": 1e3 } ",
	"",
	"not JSON",
}

// flags, numbers and times are values of inputs of the other types, as they are
// written in a program.
var (
	flags   = []string{"true", "false"}
	numbers = []string{"1", "0", "-1", "2147483647"}
	times   = []string{"2026-02-09T07:30:00Z", "2026-02-09T08:30:00+01:30", "2026-02-09T07:30:00.678Z", "1900-01-01T00:00:00-05:00"}
)

// later is a value that an enumeration may get one day.
const later = "yet-to-come"

// bodies are those of the only operation whose body is JSON.
var bodies = []string{
	`{"queueSids":["WQ5e9ab69ae2a9bd6ef5e3f1b3b0b4c1d2"]}`,
	`{"queueSids":["WQ5e9ab69ae2a9bd6ef5e3f1b3b0b4c1d2","WQ<&>"]}`,
	`{"queueSids":[]}`,
}

// etags are values of If-Match.
var etags = []string{"0", `"3"`, `W/"a b"`, "*"}

// odd are what stands behind the prefix of a SID, or a unique name, which lead where
// they should.
var odd = []string{"1", "1.5", "my channel", "grün", "a+b", "50%", "50%41", "a;b,c", "a@b:c=d&e$f", "~_-.", "...", `a"b<c>`, `a\b`, "[a]{b}|c^d`"}

// astray are what stands there and leads elsewhere.
var astray = []string{"a/b", "a?x=1#", "a#b", "../../../v1/Workspaces", "a\x00b", "a\nb"}

// callsOf are all calls of an operation: with nothing that may be left out, with each
// input alone in each of its values, with all at once, and with identifiers that ask
// for care.
func callsOf(o gen.Operation, inputs []input) []call {
	required := base(o)
	for _, in := range inputs {
		if in.Required {
			in.set(&required, in.values[0])
		}
	}
	required.name = "what is required"
	all := []call{required}
	if len(required.inputs()) > 0 {
		nothing := base(o)
		nothing.name = "nothing"
		all = append(all, nothing)
	}
	most := 1
	for _, in := range inputs {
		most = max(most, len(in.values))
		for _, value := range in.values {
			alone := required.clone("%s alone: %s", in.Name, show(value...))
			in.set(&alone, value)
			all = append(all, alone)
		}
	}
	for i := range most {
		every := required.clone("everything, %d", i+1)
		for _, in := range inputs {
			in.set(&every, in.values[i%len(in.values)])
		}
		all = append(all, every)
	}
	return append(all, identifierCalls(required)...)
}

// identifierCalls are a call with each value of its path changed.
func identifierCalls(c call) []call {
	var all []call
	for _, parameter := range c.operation.PathParameters {
		values := []string{"", ".", "..", "XX1"}
		for _, end := range slices.Concat(odd, astray) {
			values = append(values, parameter.Prefix+end)
		}
		for _, value := range values {
			changed := c.clone("%s is %s", parameter.Name, show(value))
			changed.pathValues[parameter.Name] = value
			all = append(all, changed)
		}
	}
	return all
}

// loginCalls are a call by clients that are set up in other ways.
func loginCalls(c call) []call {
	user := logins["Basic"].user
	var all []call
	for _, l := range []login{
		{user: "SK0123456789abcdef0123456789abcdef", password: "secret"},
		{user: user, password: "p-w_1"},
		{user: user, password: "geheim: ü"},
		logins["Bearer"],
		{user: user, password: "secret", region: "ie1", edge: "dublin"},
		{user: user, password: "secret", region: "ie1"},
		{user: user, password: "secret", edge: "dublin"},
	} {
		changed := c.clone("client %q", l)
		changed.login = l
		all = append(all, changed)
	}
	return all
}

// base is a call of an operation without any input.
func base(o gen.Operation) call {
	c := call{operation: o, values: url.Values{}, pathValues: make(map[string]string), login: logins["Basic"]}
	for _, parameter := range o.PathParameters {
		c.pathValues[parameter.Name] = parameter.Prefix + "5e9ab69ae2a9bd6ef5e3f1b3b0b4c1d2"
		if parameter.Prefix == "" {
			c.pathValues[parameter.Name] = "voice"
		}
	}
	return c
}

func (c call) clone(format string, arguments ...any) call {
	c.name = fmt.Sprintf(format, arguments...)
	c.values, c.pathValues = maps.Clone(c.values), maps.Clone(c.pathValues)
	return c
}

// fixtureCalls are the requests of all fixtures.
func fixtureCalls(d *document.Document) ([]call, error) {
	scenarios, err := conformance.LoadAll(conformance.Fixtures)
	if err != nil {
		return nil, err
	}
	operations := operationsByID()
	var all []call
	for _, scenario := range scenarios {
		for _, exchange := range scenario.Exchanges {
			operation, path, err := d.Find(exchange.Request.Method, exchange.Request.Path)
			if err != nil {
				return nil, err
			}
			request, err := calls.RequestOf(exchange.Request, path)
			if err != nil {
				return nil, err
			}
			c := call{
				name: "fixture " + scenario.Name + ": " + exchange.Name, operation: operations[operation.ID],
				pathValues: path, values: request.Values, json: string(request.JSON),
				answer: answer{exchange.Response.Status, exchange.Response.Body},
			}
			for _, field := range exchange.Request.Header {
				switch {
				case strings.EqualFold(field.Name, "If-Match"):
					c.ifMatch = field.Value
				case field.Name == "Authorization":
					c.login = logins[field.Value]
				}
			}
			all = append(all, c)
		}
	}
	return all, nil
}

func operationsByID() map[string]gen.Operation {
	operations := make(map[string]gen.Operation)
	for _, operation := range gen.Operations {
		operations[operation.ID] = operation
	}
	return operations
}
