package document

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

// CheckNames returns what a request holds that the document does not declare, and
// what it repeats although it is no list. The validator lets both pass. The path
// begins with /v1, whatever the server stands below.
func (d *Document) CheckNames(r *http.Request, body []byte) []error {
	o, _, err := d.Find(r.Method, r.URL.EscapedPath())
	if err != nil {
		return []error{err}
	}
	return slices.Concat(o.checkQueryNames(r.URL.RawQuery), o.checkConditional(r.Header), o.checkBodyNames(body))
}

// CheckValues returns where a request lacks what the document requires, or holds
// a value that it does not allow.
func (d *Document) CheckValues(r *http.Request, body []byte) []error {
	o, path, err := d.Find(r.Method, r.URL.EscapedPath())
	if err != nil {
		return []error{err}
	}
	return slices.Concat(
		split(openapi3filter.ValidateRequest(r.Context(), o.input(r, path))),
		o.checkBodyValue(r.Header, body),
	)
}

// CheckResponse returns every way in which an answer is not what the document
// says of the operation, members that it does not declare among them.
func (o *Operation) CheckResponse(status int, header http.Header, body []byte) []error {
	r, err := http.NewRequestWithContext(context.Background(), o.Method, o.Path, nil)
	if err != nil {
		return []error{err}
	}
	declared, byNumber := o.declared(status)
	if declared == nil {
		return []error{fmt.Errorf("status %d: the document declares only %v", status, o.Statuses)}
	}
	if !byNumber && mediaType(header) != jsonType {
		return nil // a gateway's, which may be anything
	}
	problems := checkHeader(declared, header)
	schema := schemaOf(declared)
	if schema == nil {
		if len(body) > 0 {
			problems = append(problems, fmt.Errorf("status %d: expected no body", status))
		}
		return problems
	}
	problems = append(problems, checkJSON(schema, body)...)
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: o.input(r, nil),
		Status:                 status,
		Header:                 header,
		Body:                   io.NopCloser(bytes.NewReader(body)),
		Options:                options(),
	}
	return append(problems, split(openapi3filter.ValidateResponse(r.Context(), input))...)
}

// declared is what the document says of a status, and whether it says so by its
// number and not of all others.
func (o *Operation) declared(status int) (response *openapi3.Response, byNumber bool) {
	responses := o.route.Operation.Responses
	if ref := responses.Value(strconv.Itoa(status)); ref != nil {
		return ref.Value, true
	}
	// A failure that the document does not foresee; what else there is would be news.
	if ref := responses.Default(); ref != nil && status >= http.StatusBadRequest {
		return ref.Value, false
	}
	return nil, false
}

func (o *Operation) input(r *http.Request, path map[string]string) *openapi3filter.RequestValidationInput {
	return &openapi3filter.RequestValidationInput{Request: r, PathParams: path, Route: &o.route, Options: options()}
}

func options() *openapi3filter.Options {
	return &openapi3filter.Options{
		ExcludeRequestBody: true, // see checkBodyValue
		MultiError:         true,
		AuthenticationFunc: checkScheme,
	}
}

// checkScheme wants the scheme of one of the document's security schemes, and
// something after it.
func checkScheme(_ context.Context, input *openapi3filter.AuthenticationInput) error {
	want := input.SecurityScheme.Scheme
	scheme, credential, _ := strings.Cut(input.RequestValidationInput.Request.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, want) || credential == "" {
		return fmt.Errorf("expected an Authorization of scheme %s", want)
	}
	return nil
}

func (o *Operation) checkQueryNames(raw string) []error {
	query, err := url.ParseQuery(raw)
	if err != nil {
		return []error{fmt.Errorf("query: %w", err)}
	}
	return o.checkNames(InQuery, query)
}

// checkConditional wants If-Match, which makes a request conditional, only where
// the document says that the operation heeds it.
func (o *Operation) checkConditional(header http.Header) []error {
	const name = "If-Match"
	if _, ok := o.Input(InHeader, name); !ok && header.Get(name) != "" {
		return []error{fmt.Errorf("header %s: the document does not declare it", name)}
	}
	return nil
}

func (o *Operation) checkBodyNames(body []byte) []error {
	switch {
	case o.body == nil && len(body) > 0:
		return []error{errors.New("body: expected none")}
	case o.body == nil:
		return nil
	case o.media == jsonType:
		return checkJSON(o.body, body)
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return []error{fmt.Errorf("form: %w", err)}
	}
	return o.checkNames(InForm, form)
}

// checkBodyValue does without the validator, whose decoder of forms gives up where
// a schema is made of several, and takes any text for a flag.
func (o *Operation) checkBodyValue(header http.Header, body []byte) []error {
	switch {
	case o.body == nil:
		return nil
	case mediaType(header) != o.media:
		return []error{fmt.Errorf("body: expected a Content-Type of %s", o.media)}
	case o.media == jsonType:
		return checkValue(o.body, body)
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return []error{fmt.Errorf("form: %w", err)}
	}
	value, err := json.Marshal(o.values(InForm, form))
	if err != nil {
		return []error{fmt.Errorf("form: %w", err)}
	}
	return checkValue(o.body, value)
}

func checkValue(schema *openapi3.Schema, text []byte) []error {
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		return []error{fmt.Errorf("body: expected JSON: %w", err)}
	}
	var problems []error
	for _, err := range split(schema.VisitJSON(value, openapi3.MultiErrors())) {
		problems = append(problems, fmt.Errorf("body: %w", err))
	}
	return problems
}

func (o *Operation) checkNames(in string, values url.Values) []error {
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(values)) {
		input, ok := o.Input(in, name)
		if !ok {
			problems = append(problems, fmt.Errorf("%s %s: the document does not declare it", in, name))
			continue
		}
		if n := len(values[name]); n > 1 && !input.List {
			problems = append(problems, fmt.Errorf("%s %s: expected once, came %d times", in, name, n))
		}
	}
	return problems
}

func checkHeader(declared *openapi3.Response, header http.Header) []error {
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(header)) {
		// Names of headers know no case, and the document spells Etag and ETag.
		known := func(d string) bool { return strings.EqualFold(d, name) }
		if name != "Content-Type" && !slices.ContainsFunc(slices.Collect(maps.Keys(declared.Headers)), known) {
			problems = append(problems, fmt.Errorf("header %s: the document does not declare it", name))
		}
	}
	return problems
}

func schemaOf(declared *openapi3.Response) *openapi3.Schema {
	media := declared.Content[jsonType]
	if media == nil {
		return nil
	}
	return media.Schema.Value
}

// checkJSON finds members that the schema does not declare, and members that are
// there twice.
func checkJSON(schema *openapi3.Schema, text []byte) []error {
	var problems []error
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := walk(decoder, schema, "$", &problems); err != nil {
		return append(problems, fmt.Errorf("body: expected JSON: %w", err))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		problems = append(problems, errors.New("body: expected nothing after the JSON value"))
	}
	return problems
}

// walk reads one value. Below a schema of nil everything is allowed.
func walk(decoder *json.Decoder, schema *openapi3.Schema, path string, problems *[]error) error {
	token, err := decoder.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('{'):
		return walkObject(decoder, schema, path, problems)
	case json.Delim('['):
		return walkList(decoder, schema, path, problems)
	}
	return nil
}

func walkObject(decoder *json.Decoder, schema *openapi3.Schema, path string, problems *[]error) error {
	seen := make(map[string]bool)
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return err
		}
		name, _ := token.(string) // a decoder lets nothing else be a name
		at := path + "." + name
		if seen[name] {
			*problems = append(*problems, fmt.Errorf("body: %s: the member is there twice", at))
		}
		seen[name] = true
		member, declared := memberOf(schema, name)
		if !declared {
			*problems = append(*problems, fmt.Errorf("body: %s: the document does not declare it", at))
		}
		if err := walk(decoder, member, at, problems); err != nil {
			return err
		}
	}
	_, err := decoder.Token()
	return err
}

func walkList(decoder *json.Decoder, schema *openapi3.Schema, path string, problems *[]error) error {
	var items *openapi3.Schema
	if schema != nil {
		items = itemsOf(schema)
	}
	for i := 0; decoder.More(); i++ {
		if err := walk(decoder, items, path+"["+strconv.Itoa(i)+"]", problems); err != nil {
			return err
		}
	}
	_, err := decoder.Token()
	return err
}

// memberOf is the schema of a member, nil if it may be anything.
func memberOf(schema *openapi3.Schema, name string) (member *openapi3.Schema, declared bool) {
	if schema == nil {
		return nil, true
	}
	m := membersOf(schema)
	if property, ok := m.properties[name]; ok {
		return property.Value, true
	}
	return m.others, m.free || m.others != nil
}

func mediaType(header http.Header) string {
	media, _, _ := mime.ParseMediaType(header.Get("Content-Type"))
	return media
}

// split takes the errors of the validator apart, each in one line: it repeats
// schema and value over many.
func split(err error) []error {
	if err == nil {
		return nil
	}
	several, ok := err.(openapi3.MultiError) //nolint:errorlint // one that wraps several says for which parameter
	if !ok {
		line, _, _ := strings.Cut(err.Error(), "\n")
		return []error{errors.New(line)}
	}
	var all []error
	for _, e := range several {
		all = append(all, split(e)...)
	}
	return all
}
