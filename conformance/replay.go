package conformance

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// maxBody is more than the service takes: a workflow configuration of 1 MB,
// form-encoded, has at most 3 MB.
const maxBody = 4 << 20

// A Replayer answers requests with the responses of scenarios. Each exchange is
// served once: a request gets the first one left that it fits, whatever the
// order. A request that fits none gets status 501 with the difference from the
// nearest one, and Err reports it too. A Replayer is safe for concurrent use.
//
// To serve below a path, wrap it in [http.StripPrefix].
type Replayer struct {
	mu      sync.Mutex
	entries []*Entry
	misfits []string // reports of requests that fitted nothing
	repeats bool     // what was served is served again
}

// NewReplayer makes a Replayer of scenarios, which must not be changed later.
func NewReplayer(scenarios ...*Scenario) *Replayer {
	p := new(Replayer)
	for _, scenario := range scenarios {
		for _, exchange := range scenario.Exchanges {
			p.entries = append(p.entries, &Entry{Scenario: scenario.Name, Exchange: exchange})
		}
	}
	return p
}

// NewRepeater makes a Replayer of a single exchange, which it serves as often
// as a request fits it. It is for tests of one operation, without the rest of
// the scenario.
func NewRepeater(scenario string, exchange Exchange) *Replayer {
	return &Replayer{
		entries: []*Entry{{Scenario: scenario, Exchange: exchange}},
		repeats: true,
	}
}

// ServeHTTP answers from the first exchange left that the request fits.
func (p *Replayer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		report := fmt.Sprintf("%s %s: its body could not be read: %v", r.Method, r.URL.EscapedPath(), err)
		p.remember(report)
		http.Error(w, report, http.StatusNotImplemented)
		return
	}
	response, report := p.take(wire{
		method: r.Method,
		path:   r.URL.EscapedPath(),
		query:  r.URL.RawQuery,
		header: r.Header,
		body:   body,
	})
	if report != "" {
		http.Error(w, report, http.StatusNotImplemented)
		return
	}
	write(w, response)
}

// Err is nil if every request fitted an exchange and every exchange was served.
// Otherwise it lists what did not.
func (p *Replayer) Err() error {
	return p.Report().Err()
}

// Report is what the Replayer has seen so far.
func (p *Replayer) Report() Report {
	p.mu.Lock()
	defer p.mu.Unlock()

	report := Report{Misfits: slices.Clone(p.misfits)}
	for _, e := range p.entries {
		report.Entries = append(report.Entries, *e)
	}
	return report
}

// Rewind forgets what was served and what did not fit, as if no request had come.
func (p *Replayer) Rewind() {
	p.mu.Lock()
	defer p.mu.Unlock()

	p.misfits = nil
	for _, e := range p.entries {
		e.Served = false
	}
}

func (p *Replayer) remember(report string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.misfits = append(p.misfits, report)
}

// take serves an exchange, or reports why none fits.
func (p *Replayer) take(got wire) (response Response, report string) {
	p.mu.Lock()
	defer p.mu.Unlock()

	for _, e := range p.left() {
		if e.fits(got) {
			e.Served = true
			return e.Exchange.Response, ""
		}
	}
	report = p.explain(got)
	p.misfits = append(p.misfits, report)
	return Response{}, report
}

// left are the exchanges that a request can still get.
func (p *Replayer) left() []*Entry {
	var left []*Entry
	for _, e := range p.entries {
		if !e.Served || p.repeats {
			left = append(left, e)
		}
	}
	return left
}

func (p *Replayer) explain(got wire) string {
	lines := []string{fmt.Sprintf("%s %s: no exchange left fits", got.method, target(got.path, got.query))}
	for _, e := range p.entries {
		if e.Served && e.fits(got) {
			lines = append(lines, "served already: "+e.String())
		}
	}
	near, difference := nearest(p.left(), got)
	if near == nil {
		lines = append(lines, "no exchange left has a path like it")
	} else {
		lines = append(lines, "nearest: "+near.String(), "  (- want, + got)")
	}
	return strings.Join(append(lines, difference...), "\n")
}

// nearest finds the exchange that the client most likely meant: one with the
// same method and path if there is one, then the one that differs least.
func nearest(entries []*Entry, got wire) (near *Entry, difference []string) {
	best := unlike
	for _, e := range entries {
		likeness := likenessOf(e.Exchange.Request, got)
		if likeness == unlike || likeness > best {
			continue
		}
		lines := diff(e.Exchange.Request, got)
		if likeness < best || len(lines) < len(difference) {
			near, best, difference = e, likeness, lines
		}
	}
	return near, difference
}

// How like a request is to an exchange, the most like first.
const (
	sameLine      = iota // method and path
	sameOnlyPath         // path, another method
	sameShape            // method and shape of the path
	sameOnlyShape        // shape of the path, another method
	unlike
)

func likenessOf(want Request, got wire) int {
	method := want.Method == got.method
	path := samePath(want.Path, got.path)
	like := path || shape(want.Path) == shape(got.path)
	switch {
	case path && method:
		return sameLine
	case path:
		return sameOnlyPath
	case like && method:
		return sameShape
	case like:
		return sameOnlyShape
	}
	return unlike
}

// sidPattern knows a SID by its two capitals; names of collections have one.
var sidPattern = regexp.MustCompile(`^[A-Z]{2}[0-9A-Za-z]*$`)

// shape is a path without the SIDs.
func shape(path string) string {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		if sidPattern.MatchString(segment) {
			segments[i] = "{sid}"
		}
	}
	return strings.Join(segments, "/")
}

func write(w http.ResponseWriter, response Response) {
	// An empty entry keeps the server from guessing a type that the fixture
	// does not name.
	w.Header()["Content-Type"] = nil
	for _, field := range response.Header {
		w.Header().Add(field.Name, field.Value)
	}
	w.WriteHeader(response.Status)
	if !bodiless(response.Status) {
		_, _ = io.WriteString(w, response.Body) // a client that left needs no answer
	}
}
