package conformance_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/conformance"
	"github.com/taskrouter-go/sdk/conformance/internal/record"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

// The flag is for make record.
var writeRecorded = flag.Bool("record", false, "write what the emulator answers into its fixtures, in place of comparing")

const fixtureFolder = "fixtures"

// TestTheFixturesOfTheEmulatorAreWhatItAnswers records each fixture that says to be of
// the emulator from a new one, byte by byte. No other fixture is touched.
func TestTheFixturesOfTheEmulatorAreWhatItAnswers(t *testing.T) {
	names := fixturesOfTheEmulator(t, fixtureFolder)
	require.NotEmpty(t, names)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if *writeRecorded {
				t.Log(recordUntilItStays(t, fixtureFolder, name))
				return
			}
			committed := readFixture(t, fixtureFolder, name)
			assert.Equal(t, committed, recordedFrom(t, name, committed), "make record writes another file")
			assert.Equal(t, committed, recordedFrom(t, name, spoilt(t, name, committed)), "something is kept, and was not answered")
		})
	}
}

// fixturesOfTheEmulator are the names of those of a folder.
func fixturesOfTheEmulator(t *testing.T, folder string) (names []string) {
	t.Helper()
	scenarios, err := conformance.LoadAll(os.DirFS(folder)) // and not those built in, which may be older
	require.NoError(t, err)
	for _, scenario := range scenarios {
		if scenario.Source == conformance.SourceEmulator {
			names = append(names, scenario.Name)
		}
	}
	return names
}

func readFixture(t *testing.T, folder, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(folder, name))
	require.NoError(t, err)
	return string(data)
}

// recordedFrom is what recording makes of a fixture.
func recordedFrom(t *testing.T, name, content string) string {
	t.Helper()
	folder := folderOf(t, map[string]string{name: content})
	recordFromTheEmulator(t, folder, name)
	return readFixture(t, folder, name)
}

func folderOf(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, content := range files {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600))
	}
	return folder
}

// recordFromTheEmulator records a fixture from an emulator of its own, in the time of
// the fixture: in a bubble, whose clock shows it.
func recordFromTheEmulator(t *testing.T, folder, name string) (outcome record.Outcome) {
	t.Helper()
	scenario, err := conformance.Load(os.DirFS(folder), name)
	require.NoError(t, err)
	synctest.Test(t, func(t *testing.T) {
		<-time.After(time.Until(beginning(scenario)))
		s := taskroutertest.NewServer()
		defer s.Close()
		recorder := recorderOf(t, s, scenario, record.Options{Exact: true})
		err := recorder.Folder(t.Context(), folder, []string{name}, func(o record.Outcome) { outcome = o })
		require.NoError(t, err)
	})
	require.NoError(t, outcome.Err)
	return outcome
}

// recorderOf an emulator sends the requests of a scenario when the fixture has them sent.
func recorderOf(t *testing.T, s *taskroutertest.Server, scenario *conformance.Scenario, options record.Options) *record.Recorder {
	t.Helper()
	options.BaseURL = s.URL()
	options.Source = conformance.SourceEmulator
	options.Credentials = record.Credentials{AccountSID: s.AccountSID(), AuthToken: s.AuthToken()}
	options.Transport = &pacedTransport{transport: s.HTTPClient().Transport, exchanges: scenario.Exchanges}
	recorder, err := record.New(options)
	require.NoError(t, err)
	return recorder
}

// A new fixture may say when it begins, by any time in its answers.
var beginningOfNew = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

// beginning is when the first request of a scenario is due, but for the second that
// passes before each.
func beginning(scenario *conformance.Scenario) time.Time {
	for i, exchange := range scenario.Exchanges {
		if told := latestTime(exchange.Response); !told.IsZero() {
			return told.Add(-time.Duration(i+1) * time.Second)
		}
	}
	return beginningOfNew.Add(-time.Second)
}

// recordUntilItStays records a fixture until nothing changes: a request is sent when
// the fixture has it sent, and that may be another time once the answers are there. It
// says what became of the fixture.
func recordUntilItStays(t *testing.T, folder, name string) string {
	t.Helper()
	before := readFixture(t, folder, name)
	for range 10 {
		outcome := recordFromTheEmulator(t, folder, name)
		if outcome.Changed {
			continue
		}
		if readFixture(t, folder, name) == before {
			return fmt.Sprintf("%d exchanges, unchanged", outcome.Exchanges)
		}
		return fmt.Sprintf("%d exchanges, changed", outcome.Exchanges)
	}
	require.Fail(t, "each recording differs from the one before")
	return ""
}

var numberMember = regexp.MustCompile(`": (\d)`)

// spoilt is a fixture with other numbers, versions and limits in its answers. SIDs and
// times stay: requests are made of them.
func spoilt(t *testing.T, name, content string) string {
	t.Helper()
	scenario, err := conformance.Parse(name, []byte(content))
	require.NoError(t, err)
	for _, exchange := range scenario.Exchanges {
		spoilTags(exchange.Request.Header, "If-Match")
		spoilTags(exchange.Response.Header, "ETag", "X-Rate-Limit-Remaining")
	}
	for i := range scenario.Exchanges {
		body := &scenario.Exchanges[i].Response.Body
		*body = numberMember.ReplaceAllString(*body, `": 7$1`)
	}
	data, err := conformance.Format(scenario)
	require.NoError(t, err)
	return string(data)
}

// spoilTags gives a version another number wherever it stands.
func spoilTags(header []conformance.Field, names ...string) {
	for i, field := range header {
		if slices.Contains(names, field.Name) {
			header[i].Value += "7"
		}
	}
}

// newFixture is as little as somebody writes: requests, statuses, the SIDs that later
// requests use, and the times to which something is waited for.
const newFixture = `source: emulator
# A task is offered in vain.

-- create workspace: request --
POST /v1/Workspaces
Authorization: Basic
Content-Type: application/x-www-form-urlencoded

FriendlyName=Night Shift
Template=FIFO
-- create workspace: response --
201

{"sid": "WS11111111111111111111111111111111", "date_created": "2027-02-03T04:05:06Z"}
-- find the available activity: request --
GET /v1/Workspaces/WS11111111111111111111111111111111/Activities?Available=true
Authorization: Basic
-- find the available activity: response --
200

{"activities": [{"sid": "WA22222222222222222222222222222222"}]}
-- create worker: request --
POST /v1/Workspaces/WS11111111111111111111111111111111/Workers
Authorization: Basic
Content-Type: application/x-www-form-urlencoded

FriendlyName=Dana
ActivitySid=WA22222222222222222222222222222222
-- create worker: response --
201
-- create task: request --
POST /v1/Workspaces/WS11111111111111111111111111111111/Tasks
Authorization: Basic
Content-Type: application/x-www-form-urlencoded

Attributes={}
-- create task: response --
201

{"sid": "WT33333333333333333333333333333333"}
-- get the task, which waits again: request --
GET /v1/Workspaces/WS11111111111111111111111111111111/Tasks/WT33333333333333333333333333333333
Authorization: Basic
-- get the task, which waits again: response --
200

{"assignment_status": "pending", "date_updated": "%s"}
`

func TestANewFixtureIsRecordedInItsTime(t *testing.T) {
	folder := folderOf(t, map[string]string{"new.txtar": fmt.Sprintf(newFixture, "2027-02-03T04:07:09Z")})
	assert.Equal(t, "5 exchanges, changed", recordUntilItStays(t, folder, "new.txtar"))
	recorded := readFixture(t, folder, "new.txtar")
	scenario, err := conformance.Parse("new.txtar", []byte(recorded))
	require.NoError(t, err)

	created, waiting := scenario.Exchanges[3].Response, scenario.Exchanges[4].Response
	assert.Contains(t, created.Body, `"date_created": "2027-02-03T04:05:09Z"`, "three seconds after the workspace")
	assert.Contains(t, waiting.Body, `"date_updated": "2027-02-03T04:07:09Z"`, "the reservation has timed out")
	assert.Contains(t, waiting.Body, `"age": 120`)
	assert.Contains(t, waiting.Body, `"assignment_status": "pending"`)
	assert.Contains(t, waiting.Header, conformance.Field{Name: "ETag", Value: "3"})

	assert.Equal(t, "5 exchanges, unchanged", recordUntilItStays(t, folder, "new.txtar"))
	assert.Equal(t, recorded, readFixture(t, folder, "new.txtar"))
}

// Nothing tells in the answer that somebody waited longer than for what happened, so
// the second recording would be another one, if it were the last.
func TestRecordingEndsWhenNothingChangesAnyMore(t *testing.T) {
	folder := folderOf(t, map[string]string{
		"at.txtar":    fmt.Sprintf(newFixture, "2027-02-03T04:07:09Z"),
		"after.txtar": fmt.Sprintf(newFixture, "2027-02-03T04:09:00Z"),
	})
	for _, name := range []string{"at.txtar", "after.txtar"} {
		recordUntilItStays(t, folder, name)
	}
	withoutName := func(name string) string { // of which the SIDs that are made up depend
		return sids.ReplaceAllString(readFixture(t, folder, name), "")
	}
	assert.Equal(t, withoutName("at.txtar"), withoutName("after.txtar"))
}

func TestOnlyFixturesOfTheEmulatorAreRecordedFromIt(t *testing.T) {
	of := func(source string) string { return strings.Replace(newFixture, "emulator", source, 1) }
	folder := folderOf(t, map[string]string{
		"reference.txtar": of(conformance.SourceReference),
		"emulator.txtar":  of(conformance.SourceEmulator),
		"live.txtar":      of(conformance.SourceLive),
	})
	assert.Equal(t, []string{"emulator.txtar"}, fixturesOfTheEmulator(t, folder))
}
