package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/taskrouter-go/sdk/conformance"
	"github.com/taskrouter-go/sdk/openapi"
	"github.com/taskrouter-go/sdk/openapi/document"
)

// A catalogue serves scenarios: a list of them at /, and each below its name.
type catalogue struct {
	shelves []*shelf
}

// A shelf is what is served of one scenario.
type shelf struct {
	name     string
	scenario *conformance.Scenario
	whole    *conformance.Replayer   // below /name
	single   []*conformance.Replayer // below /name/1, /name/2 and so on: one exchange each
}

// loadDocument loads it once, for the list, which not every run asks for.
var loadDocument = sync.OnceValues(func() (*document.Document, error) { return document.Load(openapi.Document) })

func newCatalogue(scenarios []*conformance.Scenario) (*catalogue, error) {
	c := new(catalogue)
	for _, scenario := range scenarios {
		name := baseName(scenario.Name)
		if strings.Trim(name, ".") == "" {
			return nil, fmt.Errorf("fixture %q: expected a name that can be a segment of a path", scenario.Name)
		}
		if c.find(name) != nil {
			return nil, fmt.Errorf("two fixtures are named %q, and each needs a path of its own", name)
		}
		c.shelves = append(c.shelves, newShelf(name, scenario))
	}
	return c, nil
}

func newShelf(name string, scenario *conformance.Scenario) *shelf {
	s := &shelf{name: name, scenario: scenario, whole: conformance.NewReplayer(scenario)}
	for _, exchange := range scenario.Exchanges {
		s.single = append(s.single, conformance.NewRepeater(scenario.Name, exchange))
	}
	return s
}

// baseName is the name of a fixture without that of its format.
func baseName(file string) string {
	return strings.TrimSuffix(file, conformance.Extension)
}

func (c *catalogue) find(name string) *shelf {
	for _, s := range c.shelves {
		if s.name == name {
			return s
		}
	}
	return nil
}

func (c *catalogue) names() []string {
	var names []string
	for _, s := range c.shelves {
		names = append(names, s.name)
	}
	return names
}

// ServeHTTP takes the base path off by hand. A mux would clean the rest, and a
// client that sends // or .. has to hear of it.
func (c *catalogue) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	first, rest := cutSegment(r.URL.EscapedPath())
	if first == "" && rest == "" {
		c.serveList(w, r)
		return
	}
	s := c.find(unescape(first))
	if s == nil {
		c.notFound(w, fmt.Sprintf("no scenario is named %q: the base URL of a client is http://HOST:PORT/NAME", unescape(first)))
		return
	}
	replayer, base := s.whole, s.base()
	if second, below := cutSegment(rest); isNumber(second) {
		n, err := strconv.Atoi(second)
		if err != nil || n < 1 || n > len(s.single) {
			c.notFound(w, fmt.Sprintf("%s has the exchanges 1 to %d, not %s", s.base(), len(s.single), second))
			return
		}
		replayer, base, rest = s.single[n-1], s.exchangeBase(n), below
	}
	if rest == "" || rest == "/" {
		control(w, r, base, replayer)
		return
	}
	replayer.ServeHTTP(w, withPath(r, rest))
}

// cutSegment cuts the first segment off a path.
func cutSegment(path string) (segment, rest string) {
	segment, rest, found := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if found {
		rest = "/" + rest
	}
	return segment, rest
}

func unescape(segment string) string {
	plain, err := url.PathUnescape(segment)
	if err != nil {
		return segment
	}
	return plain
}

var isNumber = regexp.MustCompile(`^[0-9]+$`).MatchString

// withPath is the request as it would be without the base path.
func withPath(r *http.Request, escaped string) *http.Request {
	r = r.WithContext(r.Context()) // a copy
	r.URL = &url.URL{Path: unescape(escaped), RawPath: escaped, RawQuery: r.URL.RawQuery}
	return r
}

func (s *shelf) base() string {
	return "/" + url.PathEscape(s.name)
}

// exchangeBase counts from 1, as people do.
func (s *shelf) exchangeBase(n int) string {
	return s.base() + "/" + strconv.Itoa(n)
}

func (c *catalogue) serveList(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		notAllowed(w, r, http.MethodGet)
		return
	}
	d, err := loadDocument()
	if err != nil {
		writeJSON(w, http.StatusInternalServerError, problem{Error: err.Error()})
		return
	}
	writeJSON(w, http.StatusOK, c.list(d))
}

// control answers at a base path itself.
func control(w http.ResponseWriter, r *http.Request, base string, replayer *conformance.Replayer) {
	switch r.Method {
	case http.MethodGet:
		report := newReport(base, replayer.Report())
		status := http.StatusOK
		if !report.Complete {
			status = http.StatusConflict // so that a script need not read JSON
		}
		writeJSON(w, status, report)
	case http.MethodPost:
		replayer.Rewind()
		w.WriteHeader(http.StatusNoContent)
	default:
		notAllowed(w, r, http.MethodGet, http.MethodPost)
	}
}

func notAllowed(w http.ResponseWriter, r *http.Request, allowed ...string) {
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	writeJSON(w, http.StatusMethodNotAllowed, problem{
		Error: fmt.Sprintf("expected %s here, not %s", strings.Join(allowed, " or "), r.Method),
	})
}

func (c *catalogue) notFound(w http.ResponseWriter, why string) {
	writeJSON(w, http.StatusNotFound, problem{Error: why, Scenarios: c.names()})
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(text.Bytes()) // a client that left needs no answer
}

// differences lists what did not fit, and what was not served of that which a
// request came for. With all, every exchange has to be served below one of its
// two base paths.
func (c *catalogue) differences(all bool) string {
	var parts []string
	for _, s := range c.shelves {
		whole := s.whole.Report()
		if !whole.Touched() && all {
			whole = s.served(whole)
		}
		if whole.Touched() || all {
			parts = appendDifference(parts, s.base(), whole)
		}
		for i, replayer := range s.single {
			if single := replayer.Report(); single.Touched() {
				parts = appendDifference(parts, s.exchangeBase(i+1), single)
			}
		}
	}
	return strings.Join(parts, "\n")
}

// served marks the exchanges of a report that were served on their own.
func (s *shelf) served(report conformance.Report) conformance.Report {
	for i, replayer := range s.single {
		report.Entries[i].Served = len(replayer.Report().Unserved()) == 0
	}
	return report
}

func appendDifference(parts []string, base string, report conformance.Report) []string {
	if err := report.Err(); err != nil {
		return append(parts, base+": "+err.Error())
	}
	return parts
}
