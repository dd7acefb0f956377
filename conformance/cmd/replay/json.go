package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/taskrouter-go/sdk/conformance"
	"github.com/taskrouter-go/sdk/openapi/document"
)

// What the program answers for itself. The shapes hold all that a fixture does,
// so that a test run in another language needs no reader of the format.

type list struct {
	Operations []string   `json:"operations"` // of the OpenAPI document, in its order
	Scenarios  []scenario `json:"scenarios"`
}

type scenario struct {
	Name      string     `json:"name"`
	Base      string     `json:"base"` // path below which the scenario is served
	Source    string     `json:"source"`
	Comment   string     `json:"comment"`
	Exchanges []exchange `json:"exchanges"`
}

type exchange struct {
	Name     string   `json:"name"`
	Base     string   `json:"base"`   // path below which this exchange is served, and no other
	Served   bool     `json:"served"` // below the base path of the scenario
	Request  request  `json:"request"`
	Call     *call    `json:"call,omitempty"` // the request, as a generated client is called
	Response response `json:"response"`
}

type request struct {
	Method string          `json:"method"`
	Path   string          `json:"path"`  // percent-encoded
	Query  []field         `json:"query"` // decoded
	Header []field         `json:"header"`
	Form   []field         `json:"form"` // decoded
	JSON   json.RawMessage `json:"json,omitempty"`
}

// A call has the types of the OpenAPI document: numbers, flags and lists are ones
// of JSON.
type call struct {
	Operation string            `json:"operation"` // its operationId
	Template  string            `json:"template"`  // of its path
	Path      map[string]string `json:"path"`      // decoded
	Query     map[string]any    `json:"query"`
	Header    map[string]string `json:"header"` // those that are parameters
	Body      any               `json:"body,omitempty"`
}

type response struct {
	Status int     `json:"status"`
	Header []field `json:"header"`
	Body   string  `json:"body"`
}

// A field may come more than once, which is why they are lists and no objects.
type field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type report struct {
	Base        string   `json:"base"`
	Complete    bool     `json:"complete"` // every request fitted and every exchange was served
	Served      []string `json:"served"`   // names of exchanges
	Unserved    []string `json:"unserved"`
	Differences []string `json:"differences"` // the requests that fitted nothing, and why
}

type problem struct {
	Error     string   `json:"error"`
	Scenarios []string `json:"scenarios,omitempty"`
}

func (c *catalogue) list(d *document.Document) list {
	l := list{Scenarios: []scenario{}}
	for _, o := range d.Operations() {
		l.Operations = append(l.Operations, o.ID)
	}
	for _, s := range c.shelves {
		l.Scenarios = append(l.Scenarios, s.list(d))
	}
	return l
}

func (s *shelf) list(d *document.Document) scenario {
	listed := scenario{
		Name:    s.name,
		Base:    s.base(),
		Source:  s.scenario.Source,
		Comment: s.scenario.Comment,
	}
	for i, entry := range s.whole.Report().Entries {
		listed.Exchanges = append(listed.Exchanges, exchange{
			Name:     entry.Exchange.Name,
			Base:     s.exchangeBase(i + 1),
			Served:   entry.Served,
			Request:  newRequest(entry.Exchange.Request),
			Call:     newCall(d, entry.Exchange.Request),
			Response: newResponse(entry.Exchange.Response),
		})
	}
	return listed
}

func newRequest(r conformance.Request) request {
	return request{
		Method: r.Method,
		Path:   r.Path,
		Query:  queryFields(r.Query),
		Header: fields(r.Header),
		Form:   fields(r.Form),
		JSON:   json.RawMessage(r.JSON),
	}
}

// newCall is nil if the document does not declare what the request holds, as it
// may be in fixtures of somebody else.
func newCall(d *document.Document, r conformance.Request) *call {
	made := &http.Request{Method: r.Method, URL: &url.URL{Path: unescape(r.Path), RawPath: r.Path, RawQuery: r.Query}, Header: make(http.Header)}
	for _, f := range r.Header {
		made.Header.Add(f.Name, f.Value)
	}
	c, err := d.Call(made, bodyOf(r))
	if err != nil {
		return nil
	}
	return &call{Operation: c.Operation.ID, Template: c.Operation.Path, Path: c.Path, Query: c.Query, Header: c.Header, Body: c.Body}
}

func bodyOf(r conformance.Request) []byte {
	if r.JSON != "" {
		return []byte(r.JSON)
	}
	form := make(url.Values)
	for _, f := range r.Form {
		form.Add(f.Name, f.Value)
	}
	return []byte(form.Encode())
}

func newResponse(r conformance.Response) response {
	return response{Status: r.Status, Header: fields(r.Header), Body: r.Body}
}

func fields(from []conformance.Field) []field {
	to := make([]field, 0, len(from))
	for _, f := range from {
		to = append(to, field(f))
	}
	return to
}

// queryFields keeps the order of the fixture, which url.ParseQuery does not.
func queryFields(query string) []field {
	decoded := []field{}
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		decoded = append(decoded, field{Name: unescapeQuery(name), Value: unescapeQuery(value)})
	}
	return decoded
}

// unescapeQuery cannot fail for a fixture that was read: Parse has checked it.
func unescapeQuery(text string) string {
	plain, err := url.QueryUnescape(text)
	if err != nil {
		return text
	}
	return plain
}

func newReport(base string, r conformance.Report) report {
	answer := report{
		Base:        base,
		Complete:    r.Err() == nil,
		Served:      []string{},
		Unserved:    []string{},
		Differences: append([]string{}, r.Misfits...),
	}
	for _, entry := range r.Entries {
		if entry.Served {
			answer.Served = append(answer.Served, entry.Exchange.Name)
		} else {
			answer.Unserved = append(answer.Unserved, entry.Exchange.Name)
		}
	}
	return answer
}
