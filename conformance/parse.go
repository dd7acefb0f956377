package conformance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/tools/txtar"
)

const (
	requestSuffix  = ": request"
	responseSuffix = ": response"

	formType = "application/x-www-form-urlencoded"
	jsonType = "application/json"
)

var (
	methodPattern = regexp.MustCompile(`^[A-Z]+$`)
	statusPattern = regexp.MustCompile(`^[2-5][0-9][0-9]( .*)?$`)
	tokenPattern  = regexp.MustCompile("^[0-9A-Za-z!#$%&'*+.^_`|~-]+$")
)

// connectionHeaders describe one connection and one encoding of a body. Replayed
// on another connection they would be wrong.
var connectionHeaders = []string{
	"Connection", "Content-Encoding", "Content-Length", "Host", "Keep-Alive",
	"Te", "Trailer", "Transfer-Encoding", "Upgrade",
}

// Parse reads a fixture. The name, usually that of the file, becomes the name
// of the scenario and begins every error.
func Parse(name string, data []byte) (*Scenario, error) {
	if !utf8.Valid(data) {
		return nil, fmt.Errorf("%s: expected text in UTF-8", name)
	}
	if at := bytes.IndexByte(data, '\r'); at >= 0 {
		return nil, fmt.Errorf("%s: line %d: expected a line feed at its end and no carriage return", name, 1+bytes.Count(data[:at], []byte("\n")))
	}
	if !bytes.HasSuffix(data, []byte("\n")) {
		data = append(bytes.Clone(data), '\n')
	}
	archive := txtar.Parse(data)
	scenario := &Scenario{Name: name}
	if err := parseComment(scenario, string(archive.Comment)); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if err := parseFiles(scenario, archive.Files); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return scenario, nil
}

// parseComment reads what stands before the first file: header lines, then
// comment lines.
func parseComment(s *Scenario, text string) error {
	var comment []string
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" {
			continue
		}
		if rest, ok := strings.CutPrefix(line, "#"); ok {
			comment = append(comment, strings.TrimPrefix(rest, " "))
			continue
		}
		if comment != nil {
			return fmt.Errorf("comment: expected another line that begins with #, or the first section, not %q", line)
		}
		if err := parseCommentHeader(s, line); err != nil {
			return err
		}
	}
	if s.Source == "" {
		return fmt.Errorf("comment: expected a line %q", "source: "+SourceReference)
	}
	s.Comment = strings.Join(comment, "\n")
	return nil
}

func parseCommentHeader(s *Scenario, line string) error {
	key, value, _ := strings.Cut(line, ": ")
	switch {
	case key != "source":
		return fmt.Errorf("comment: expected source, the only header, or a line that begins with #, not %q", line)
	case s.Source != "":
		return fmt.Errorf("comment: expected source once, not again in %q", line)
	}
	switch value {
	case SourceLive, SourceEmulator, SourceReference:
		s.Source = value
		return nil
	}
	return fmt.Errorf("comment: expected source to be %s, %s or %s, not %q",
		SourceLive, SourceEmulator, SourceReference, value)
}

func parseFiles(s *Scenario, files []txtar.File) error {
	if len(files) == 0 {
		return fmt.Errorf("expected a section %q and its response", "NAME"+requestSuffix)
	}
	seen := make(map[string]bool)
	for pair := range slices.Chunk(files, 2) {
		exchange, err := parsePair(pair)
		if err != nil {
			return err
		}
		if seen[exchange.Name] {
			return fmt.Errorf("section %q: expected a name that no exchange before it has", pair[0].Name)
		}
		seen[exchange.Name] = true
		s.Exchanges = append(s.Exchanges, exchange)
	}
	return nil
}

func parsePair(pair []txtar.File) (Exchange, error) {
	var exchange Exchange
	name, ok := strings.CutSuffix(pair[0].Name, requestSuffix)
	if !ok || name == "" {
		return exchange, fmt.Errorf("section %q: expected the name %q", pair[0].Name, "NAME"+requestSuffix)
	}
	exchange.Name = name
	if len(pair) < 2 {
		return exchange, fmt.Errorf("section %q: expected a section %q after it", pair[0].Name, name+responseSuffix)
	}
	if pair[1].Name != name+responseSuffix {
		return exchange, fmt.Errorf("section %q: expected the name %q", pair[1].Name, name+responseSuffix)
	}
	var err error
	if exchange.Request, err = parseRequest(string(pair[0].Data)); err != nil {
		return exchange, fmt.Errorf("section %q: %w", pair[0].Name, err)
	}
	if exchange.Response, err = parseResponse(string(pair[1].Data)); err != nil {
		return exchange, fmt.Errorf("section %q: %w", pair[1].Name, err)
	}
	return exchange, nil
}

// split takes a section apart: its first line, its header lines, and the body
// without the line feed that ends the section.
func split(text string) (first string, header []string, body string) {
	first, rest, _ := strings.Cut(text, "\n")
	for rest != "" {
		var line string
		line, rest, _ = strings.Cut(rest, "\n")
		if line == "" {
			break
		}
		header = append(header, line)
	}
	return first, header, strings.TrimSuffix(rest, "\n")
}

func parseRequest(text string) (Request, error) {
	first, header, body := split(text)
	request, err := parseRequestLine(first)
	if err != nil {
		return request, err
	}
	if request.Header, err = parseHeader(header); err != nil {
		return request, err
	}
	if err := checkAuthorization(request.Header); err != nil {
		return request, err
	}
	return request, parseRequestBody(&request, body)
}

func parseRequestLine(line string) (Request, error) {
	var request Request
	method, target, _ := strings.Cut(line, " ")
	if !methodPattern.MatchString(method) || !strings.HasPrefix(target, "/") || strings.ContainsAny(target, " #") {
		return request, fmt.Errorf("expected a line like %q, not %q", "GET /v1/Workspaces?PageSize=50", line)
	}
	request.Method = method
	request.Path, request.Query, _ = strings.Cut(target, "?")
	if _, err := url.ParseRequestURI(request.Path); err != nil {
		return request, fmt.Errorf("expected a path as in a URL: %w", err)
	}
	if _, err := url.ParseQuery(request.Query); err != nil {
		return request, fmt.Errorf("expected a query as in a URL: %w", err)
	}
	return request, nil
}

func parseRequestBody(request *Request, body string) error {
	if body == "" {
		return nil
	}
	var err error
	switch mediaType(request.Header) {
	case formType:
		request.Form, err = parseForm(body)
		return err
	case jsonType:
		if !json.Valid([]byte(body)) {
			return errors.New("expected a body of JSON, as its Content-Type says")
		}
		request.JSON = body
		return nil
	}
	return fmt.Errorf("expected a Content-Type of %s or %s, since there is a body", formType, jsonType)
}

func mediaType(header []Field) string {
	for _, field := range header {
		if http.CanonicalHeaderKey(field.Name) == "Content-Type" {
			media, _, _ := mime.ParseMediaType(field.Value)
			return media
		}
	}
	return ""
}

func parseForm(body string) ([]Field, error) {
	var form []Field
	lines := strings.Split(body, "\n")
	for len(lines) > 0 {
		key, value, ok := strings.Cut(lines[0], "=")
		if !ok || key == "" || strings.HasPrefix(key, "|") {
			return nil, fmt.Errorf("expected a line Key=value, not %q", lines[0])
		}
		bars := barred(lines[1:])
		if len(bars) > 0 && value != "" {
			return nil, fmt.Errorf("expected nothing after %q, since its value follows behind bars", key+"=")
		}
		if len(bars) > 0 {
			value = strings.Join(bars, "\n")
		}
		form = append(form, Field{key, value})
		lines = lines[1+len(bars):]
	}
	return form, nil
}

// barred is the text behind the bars of the lines up to the first without one.
func barred(lines []string) []string {
	var text []string
	for _, line := range lines {
		rest, ok := strings.CutPrefix(line, "|")
		if !ok {
			break
		}
		text = append(text, rest)
	}
	return text
}

func parseResponse(text string) (Response, error) {
	var response Response
	first, header, body := split(text)
	if !statusPattern.MatchString(first) {
		return response, fmt.Errorf("expected a status code from 200 to 599, not %q", first)
	}
	response.Status, _ = strconv.Atoi(first[:3]) // the pattern has seen the digits
	var err error
	if response.Header, err = parseHeader(header); err != nil {
		return response, err
	}
	if body != "" && bodiless(response.Status) {
		return response, fmt.Errorf("expected no body with status %d", response.Status)
	}
	response.Body = body
	return response, nil
}

// bodiless statuses end with their header; a server cannot send a body.
func bodiless(status int) bool {
	return status == http.StatusNoContent || status == http.StatusNotModified
}

func parseHeader(lines []string) ([]Field, error) {
	var header []Field
	for _, line := range lines {
		name, value, ok := strings.Cut(line, ":")
		value = strings.Trim(value, " \t")
		if !ok || !tokenPattern.MatchString(name) || strings.ContainsFunc(value, isControl) {
			return nil, fmt.Errorf("expected a header line Name: value, or an empty line before the body, not %q", line)
		}
		if slices.Contains(connectionHeaders, http.CanonicalHeaderKey(name)) {
			return nil, fmt.Errorf("expected no header %s: it belongs to the connection", name)
		}
		header = append(header, Field{name, value})
	}
	return header, nil
}

func isControl(r rune) bool {
	return r < ' ' && r != '\t' || r == 0x7f
}

// checkAuthorization keeps credentials out of fixtures. It never shows the
// value, for it may be one.
func checkAuthorization(header []Field) error {
	for _, field := range header {
		if http.CanonicalHeaderKey(field.Name) != "Authorization" {
			continue
		}
		if !slices.Contains(schemes, field.Value) {
			return fmt.Errorf("expected Authorization to be %s, a scheme and no credential", strings.Join(schemes, " or "))
		}
	}
	return nil
}
