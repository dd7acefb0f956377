package conformance_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/conformance"
	"github.com/taskrouter-go/sdk/conformance/internal/record"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

// TestTheEmulatorAnswersAsTheFixtures sends the requests of every fixture to the
// emulator. What comes must be what the fixture says, but for what differs with every
// run: SIDs, ETags, times, ages.
func TestTheEmulatorAnswersAsTheFixtures(t *testing.T) {
	list := readDiffering(t, "testdata/emulator-differs.txt")
	var all tally
	t.Run("each", func(t *testing.T) {
		for _, scenario := range fixtures(t) {
			t.Run(scenarioName(scenario), func(t *testing.T) {
				t.Parallel()
				counted, problems := holdAgainstEmulator(t, scenario, list)
				all.add(counted)
				for _, problem := range problems {
					t.Error(problem)
				}
			})
		}
	})
	list.checkNeeded(t)
	t.Log(&all)
}

// A tally counts exchanges by how their answers compare.
type tally struct {
	mu                   sync.Mutex
	same, members, whole int
}

func (t *tally) add(other *tally) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.same += other.same
	t.members += other.members
	t.whole += other.whole
}

func (t *tally) String() string {
	return fmt.Sprintf("of %d answers %d are the same, %d but for members in the list, and %d are others, as the list says",
		t.same+t.members+t.whole, t.same, t.members, t.whole)
}

// holdAgainstEmulator sends a scenario to a new emulator. It returns how its answers
// compare, and where one differs and the list does not say so.
func holdAgainstEmulator(t *testing.T, scenario *conformance.Scenario, list differings) (counted *tally, problems []string) {
	t.Helper()
	name := scenarioName(scenario)
	came := repeat(t, scenario)
	counted = new(tally)
	for i, exchange := range scenario.Exchanges {
		found := differences(exchange.Response, came.Exchanges[i].Response)
		switch {
		case len(found) == 0:
			counted.same++
		case list.excuse(name, exchange.Name):
			counted.whole++
		default:
			counted.members++
		}
		for _, d := range list.unexplained(name, exchange.Name, found) {
			problems = append(problems, fmt.Sprintf("%s: %s: %s", exchange.Name, d.member, d.what))
		}
	}
	return counted, problems
}

// repeat sends a scenario to a new emulator, in a time that begins when it always does.
func repeat(t *testing.T, scenario *conformance.Scenario) (came *conformance.Scenario) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := taskroutertest.NewServer()
		defer s.Close()
		var err error
		came, err = recorderOf(t, s, scenario, record.Options{}).Repeat(t.Context(), scenario)
		require.NoError(t, err)
	})
	return came
}

func scenarioName(s *conformance.Scenario) string {
	return strings.TrimSuffix(s.Name, conformance.Extension)
}

// pacedTransport sends the requests of a scenario when the fixture has them sent:
// what a time brings about, such as the end of a reservation, and what is counted
// between two times depend on it. None is sent before all times of its answer have
// come. Where the fixture does not tell, they are a second apart: lists are sorted by
// times, and those of the service are whole seconds.
type pacedTransport struct {
	transport http.RoundTripper
	exchanges []conformance.Exchange // that are left
	first     time.Time              // in the fixture, zero until one is told
	begin     time.Time              // when that is in the test
}

func (p *pacedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	var told time.Time
	if len(p.exchanges) > 0 { // what is deleted after a scenario is in no fixture
		told, p.exchanges = latestTime(p.exchanges[0].Response), p.exchanges[1:]
	}
	next := time.Now().Add(time.Second)
	switch {
	case told.IsZero():
	case p.first.IsZero():
		p.first, p.begin = told, next
	case p.begin.Add(told.Sub(p.first)).After(next):
		next = p.begin.Add(told.Sub(p.first))
	}
	<-time.After(time.Until(next))
	return p.transport.RoundTrip(r.WithContext(context.WithoutCancel(r.Context()))) // waiting is no part of the attempt
}

// timeOfHappening finds what tells in an answer when something was, and not for when
// it counts.
var timeOfHappening = regexp.MustCompile(`"(?:date_[a-z_]+|event_date|end_time)": *"([^"]+)"`)

// latestTime is zero if an answer tells none.
func latestTime(response conformance.Response) time.Time {
	var latest time.Time
	for _, match := range timeOfHappening.FindAllStringSubmatch(response.Body, -1) {
		if t, err := time.Parse(time.RFC3339, match[1]); err == nil && t.After(latest) {
			latest = t
		}
	}
	return latest
}

func TestRequestsAreSentWhenTheFixtureHasThemSent(t *testing.T) {
	first := `{"date_created": "2026-03-05T08:00:00Z", "virtual_start_time": "2026-03-06T00:00:00Z"}`
	for name, test := range map[string]struct {
		bodies []string
		sent   []time.Duration // after the first one
	}{
		"no times":           {[]string{"", "[]", "<html>"}, []time.Duration{0, time.Second, 2 * time.Second}},
		"a time":             {[]string{first, `{"date_updated": "2026-03-05T08:02:00Z"}`}, []time.Duration{0, 2 * time.Minute}},
		"a first time later": {[]string{"", first, `{"event_date":"2026-03-05T08:00:09Z"}`}, []time.Duration{0, time.Second, 10 * time.Second}},
		"the latest of several": {[]string{first, `[{"end_time": "2026-03-05T08:00:07Z"}, {"date_created": "2026-03-05T08:00:05Z"}]`, ""},
			[]time.Duration{0, 7 * time.Second, 8 * time.Second}},
		"a time that has come": {[]string{first, "", "", `{"date_created": "2026-03-05T08:00:02Z"}`}, []time.Duration{0, time.Second, 2 * time.Second, 3 * time.Second}},
		"what is no time":      {[]string{first, `{"date_created": "soon"}`}, []time.Duration{0, time.Second}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var sent []time.Duration
				begin := time.Now().Add(time.Second)
				paced := &pacedTransport{transport: roundTrip(func(r *http.Request) (*http.Response, error) {
					sent = append(sent, time.Since(begin))
					return nil, r.Context().Err()
				})}
				for _, body := range test.bodies {
					paced.exchanges = append(paced.exchanges, conformance.Exchange{Response: conformance.Response{Body: body}})
				}
				for range test.bodies {
					ctx, cancel := context.WithTimeout(t.Context(), time.Second)
					_, err := paced.RoundTrip(httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil))
					cancel()
					require.NoError(t, err)
				}
				assert.Equal(t, test.sent, sent)
			})
		})
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
