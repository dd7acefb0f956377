// Package record sends the requests of a fixture to a server again and writes the
// answers that come into the fixture.
//
// A recording is repeatable: SIDs, ETags, times, ages and whatever else differs
// with every run stay as the fixture has them, so that recording twice gives the
// same bytes and a difference is one of the service. It is clean: credentials are
// taken out of an answer as it is read, personal data before it is written.
package record

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/taskrouter-go/sdk/conformance"
)

// Options of a Recorder.
type Options struct {
	BaseURL     string // where to record; TLS, unless it is this machine
	Source      string // what the fixtures say; by default it follows from the host
	Credentials Credentials
	Patience    time.Duration     // how long an answer may take to become the fixture's
	Transport   http.RoundTripper // by default http.DefaultTransport
	// Exact tells that the server lives in the time of the fixture and does the same in
	// every run: times, ages, versions and limits are written as they come, not kept.
	Exact bool
}

// A Recorder records scenarios from one server.
type Recorder struct {
	base        *url.URL
	source      string
	credentials Credentials
	patience    time.Duration
	transport   http.RoundTripper
	clean       *cleaner
	exact       bool
}

// attemptTime is how long one request may take.
const attemptTime = 30 * time.Second

// New checks the options. No error shows a credential.
func New(options Options) (*Recorder, error) {
	base, err := parseBase(options.BaseURL)
	if err != nil {
		return nil, err
	}
	switch options.Source {
	case "":
		options.Source = sourceOf(base)
	case conformance.SourceLive, conformance.SourceEmulator:
	default:
		return nil, fmt.Errorf("source: expected %s or %s, not %q", conformance.SourceLive, conformance.SourceEmulator, options.Source)
	}
	if options.Patience < 0 {
		return nil, fmt.Errorf("patience: expected a duration that is not negative, not %v", options.Patience)
	}
	if err := options.Credentials.check(); err != nil {
		return nil, err
	}
	return &Recorder{
		base:        base,
		source:      options.Source,
		credentials: options.Credentials,
		patience:    options.Patience,
		transport:   cmp.Or(options.Transport, http.DefaultTransport),
		clean:       newCleaner(options.Credentials.secrets(), base),
		exact:       options.Exact,
	}, nil
}

// A Recording is what came of a scenario.
type Recording struct {
	Scenario *conformance.Scenario // with the new answers; nil if it failed
	Statuses []string              // what is answered otherwise than before
	Cleanup  []string              // workspaces that the scenario left behind
}

// ErrNotRecordable is the error for a scenario with an answer that no server gives
// because it is asked to.
var ErrNotRecordable = errors.New("cannot be recorded")

// Record sends a scenario. It does not change it.
func (r *Recorder) Record(ctx context.Context, s *conformance.Scenario) (recording Recording, err error) {
	if err := r.check(s); err != nil {
		return recording, err
	}
	c := r.conversation(s)
	defer func() { recording.Cleanup = c.cleanUp(ctx) }()
	if err := c.hold(ctx, s); err != nil {
		return recording, err
	}
	recording.Scenario = c.rewritten(s, r.source)
	recording.Statuses = changedStatuses(s, recording.Scenario)
	return recording, nil
}

func (r *Recorder) check(s *conformance.Scenario) error {
	for _, exchange := range s.Exchanges {
		if status := exchange.Response.Status; status == http.StatusTooManyRequests || status >= 500 {
			return fmt.Errorf("exchange %q: %w: nobody can ask for status %d", exchange.Name, ErrNotRecordable, status)
		}
	}
	if loopback(r.base.Hostname()) {
		return nil // a server on this machine takes any credentials
	}
	return r.credentials.checkFor(s)
}

func (r *Recorder) conversation(s *conformance.Scenario) *conversation {
	names := newNames(s, r.credentials.AccountSID)
	etags := newETags()
	names.exact, etags.exact = r.exact, r.exact
	return &conversation{
		sender: sender{
			base:        r.base,
			credentials: r.credentials,
			names:       names,
			etags:       etags,
		},
		transport: r.transport,
		clean:     r.clean,
		patience:  r.patience,
	}
}

func changedStatuses(old, recorded *conformance.Scenario) []string {
	var changed []string
	for i, exchange := range recorded.Exchanges {
		was, is := old.Exchanges[i].Response.Status, exchange.Response.Status
		if was != is {
			changed = append(changed, fmt.Sprintf("%s: %d, was %d", exchange.Name, is, was))
		}
	}
	return changed
}
