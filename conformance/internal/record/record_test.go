package record

import (
	"errors"
	"flag"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/conformance"
)

var update = flag.Bool("update", false, "write the expected recording, to be read in review")

const life = "life.txtar"

// folderWith is a folder of its own with a copy of the fixture of the tests.
func folderWith(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	data, err := os.ReadFile(filepath.Join("testdata", life))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(folder, life), data, 0o644))
	return folder
}

// A wire carries requests to a handler in memory, so that time can be the test's.
type wire struct {
	handler http.Handler
}

func (w wire) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	if r.Body == nil {
		r.Body = http.NoBody // as a server has it
	}
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, r)
	return answer.Result(), nil
}

func newRecorder(t *testing.T, base string, handler http.Handler, change func(*Options)) *Recorder {
	t.Helper()
	options := Options{BaseURL: base, Credentials: testCredentials, Patience: 15 * time.Second, Transport: wire{handler}}
	if change != nil {
		change(&options)
	}
	recorder, err := New(options)
	require.NoError(t, err)
	return recorder
}

// outcomesOf records a folder in time that does not pass for the others.
func outcomesOf(t *testing.T, r *Recorder, folder string, names ...string) (outcomes []Outcome) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		err := r.Folder(t.Context(), folder, names, func(o Outcome) { outcomes = append(outcomes, o) })
		require.NoError(t, err)
	})
	return outcomes
}

// recordOnce records the fixture from a new service.
func recordOnce(t *testing.T, folder string) Outcome {
	t.Helper()
	s := newService()
	outcomes := outcomesOf(t, newRecorder(t, s.base, s, nil), folder)
	require.Len(t, outcomes, 1)
	require.NoError(t, outcomes[0].Err)
	return outcomes[0]
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(path...))
	require.NoError(t, err)
	return string(data)
}

func TestRecordingAgainGivesTheSameBytesThoughEverythingElseIsAnother(t *testing.T) {
	first, second := folderWith(t), folderWith(t)
	require.True(t, recordOnce(t, first).Changed)
	once := read(t, first, life)

	outcome := recordOnce(t, first)
	assert.Equal(t, once, read(t, first, life), "again, into the same file")
	assert.False(t, outcome.Changed)

	require.True(t, recordOnce(t, second).Changed)
	assert.Equal(t, once, read(t, second, life), "again, from the first version of the file")
}

// The expected file was read by people: what the service did is in it, and what
// differs with every run is as the fixture had it.
func TestRecordingHoldsWhatTheServiceAnswered(t *testing.T) {
	folder := folderWith(t)
	recordOnce(t, folder)
	if *update {
		require.NoError(t, os.WriteFile(filepath.Join("testdata", "life.recorded"), []byte(read(t, folder, life)), 0o644))
	}
	assert.Equal(t, read(t, "testdata", "life.recorded"), read(t, folder, life))
}

// A recording is consistent: what replays it can be recorded, and nothing changes.
func TestRecordingCanBeReplayedAndRecordedFromTheReplay(t *testing.T) {
	folder := folderWith(t)
	recordOnce(t, folder)
	scenario, err := conformance.Load(os.DirFS(folder), life)
	require.NoError(t, err)
	replayer := conformance.NewReplayer(scenario)

	outcomes := outcomesOf(t, newRecorder(t, "http://127.0.0.1:8080", replayer, nil), folder, "life")
	require.Len(t, outcomes, 1)
	require.NoError(t, outcomes[0].Err)
	assert.Equal(t, Outcome{Fixture: life, Exchanges: len(scenario.Exchanges)}, outcomes[0])
	assert.NoError(t, replayer.Err())
}

// What a server does as the fixture says changes nothing in the fixture, although
// every SID, time, tag and age is another. So the first recording of one that was
// composed shows what the service does otherwise, and nothing else.
func TestTheFixturesOfThisProjectComeBackFromTheirReplayInDisguise(t *testing.T) {
	names, err := fs.Glob(conformance.Fixtures, "*.txtar")
	require.NoError(t, err)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // with the race detector it takes a minute
			scenario, err := conformance.Load(conformance.Fixtures, name)
			require.NoError(t, err)
			replayer := conformance.NewReplayer(scenario)
			recording, _, err := recordIn(t, newRecorder(t, here, newDisguise(replayer), nil), scenario)
			if errors.Is(err, ErrNotRecordable) {
				t.Skip(err)
			}
			require.NoError(t, err)
			require.NoError(t, replayer.Err())

			recording.Scenario.Source = scenario.Source
			want, err := conformance.Format(scenario)
			require.NoError(t, err)
			got, err := conformance.Format(recording.Scenario)
			require.NoError(t, err)
			assert.Equal(t, string(want), string(got))
		})
	}
}
