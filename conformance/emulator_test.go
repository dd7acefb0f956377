package conformance_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

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
		recorder, err := record.New(record.Options{
			BaseURL:     s.URL(),
			Source:      conformance.SourceEmulator,
			Credentials: record.Credentials{AccountSID: s.AccountSID(), AuthToken: s.AuthToken()},
			Transport:   secondApart{s.HTTPClient().Transport},
		})
		require.NoError(t, err)
		came, err = recorder.Repeat(t.Context(), scenario)
		require.NoError(t, err)
	})
	return came
}

func scenarioName(s *conformance.Scenario) string {
	return strings.TrimSuffix(s.Name, conformance.Extension)
}

// secondApart sends requests a second apart, as the fixtures do: lists are sorted by
// times, and those of the service are whole seconds.
type secondApart struct{ transport http.RoundTripper }

func (s secondApart) RoundTrip(r *http.Request) (*http.Response, error) {
	<-time.After(time.Second)
	return s.transport.RoundTrip(r)
}
