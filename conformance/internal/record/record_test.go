package record

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/conformance"
)

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

func newRecorder(t *testing.T, server *httptest.Server, change func(*Options)) *Recorder {
	t.Helper()
	options := Options{BaseURL: server.URL, Credentials: testCredentials, Patience: 2 * time.Second}
	if change != nil {
		change(&options)
	}
	recorder, err := New(options)
	require.NoError(t, err)
	return recorder
}

// recordOnce records the folder from a new service and returns the outcome.
func recordOnce(t *testing.T, folder string) Outcome {
	t.Helper()
	server := newService().start()
	defer server.Close()
	var outcomes []Outcome
	err := newRecorder(t, server, nil).Folder(t.Context(), folder, nil, func(o Outcome) { outcomes = append(outcomes, o) })
	require.NoError(t, err)
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

	require.False(t, recordOnce(t, first).Changed, "again, into the same file: %s", diffOf(once, read(t, first, life)))
	require.True(t, recordOnce(t, second).Changed)
	assert.Equal(t, once, read(t, second, life), "again, from the first version of the file")
}

func diffOf(want, got string) string {
	if want == got {
		return ""
	}
	return got
}

func TestRecordingHoldsWhatTheServiceAnswered(t *testing.T) {
	folder := folderWith(t)
	recordOnce(t, folder)
	assert.Equal(t, read(t, "testdata", "life.recorded"), read(t, folder, life))
}

// A recording is consistent: what replays it can be recorded, and nothing changes.
func TestRecordingCanBeReplayedAndRecordedFromTheReplay(t *testing.T) {
	folder := folderWith(t)
	recordOnce(t, folder)
	scenario, err := conformance.Load(os.DirFS(folder), life)
	require.NoError(t, err)
	server := httptest.NewServer(conformance.NewReplayer(scenario))
	defer server.Close()

	var outcome Outcome
	err = newRecorder(t, server, nil).Folder(context.Background(), folder, []string{"life"}, func(o Outcome) { outcome = o })
	require.NoError(t, err)
	require.NoError(t, outcome.Err)
	assert.False(t, outcome.Changed)
	assert.Empty(t, outcome.Statuses)
}

var _ = http.MethodGet
