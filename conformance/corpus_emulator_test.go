package conformance_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/conformance"
)

// TestCorpusOfTheEmulator asks the emulator what others asked the service, in the same
// order. All that the service answered is answered, with the same values, but for SIDs
// and times and for what a list names with a reason.
func TestCorpusOfTheEmulator(t *testing.T) {
	folders := filepath.SplitList(os.Getenv(corpusVariable))
	if len(folders) == 0 {
		t.Skipf("%s names no folder", corpusVariable)
	}
	for _, folder := range folders {
		conversations, err := recordedIn(os.DirFS(find(folder)))
		require.NoError(t, err)
		for _, scenario := range conversations {
			t.Run(scenario.Name, func(t *testing.T) {
				list := readDiffering(t, filepath.Join("testdata", "recordings-differ.txt")).of(scenario.Name)
				counted, problems := holdAgainstEmulator(t, scenario, list)
				for _, problem := range problems {
					t.Error(problem)
				}
				list.checkNeeded(t)
				t.Log(counted)
			})
		}
	}
}

// recordedIn are the conversations in the files of a folder that are recordings.
func recordedIn(folder fs.FS) ([]*conformance.Scenario, error) {
	var all []*conformance.Scenario
	err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".json" {
			return err
		}
		data, err := fs.ReadFile(folder, name)
		if err != nil {
			return err
		}
		entries := recordings(data)
		if entries == nil {
			return nil
		}
		scenario, err := conversationOf(strings.TrimSuffix(path.Base(name), ".json"), entries)
		all = append(all, scenario)
		return err
	})
	return all, err
}

// recordings are the entries of a file that holds some.
func recordings(data []byte) []json.RawMessage {
	var entries []json.RawMessage
	if json.Unmarshal(data, &entries) != nil || !slices.ContainsFunc(entries, looksRecorded) {
		return nil
	}
	return entries
}

func conversationOf(name string, entries []json.RawMessage) (*conformance.Scenario, error) {
	scenario := &conformance.Scenario{Name: name}
	for _, entry := range entries {
		exchange, err := exchangeOf(entry)
		if err != nil {
			return nil, err
		}
		exchange.Name = entryName(exchange.Request)
		if exchange.Request.Form != nil {
			exchange.Request.Header = append(exchange.Request.Header, conformance.Field{Name: "Content-Type", Value: formType})
		}
		// The account is blackened.
		exchange.Response.Body = strings.ReplaceAll(exchange.Response.Body, "<account_sid>", "AC228c14652c374b1f5ced78e9b0bdb8e1")
		exchange.Response.Header = mediaTypeOf(exchange.Response.Header)
		if scenario.Exchanges == nil {
			scenario.Exchanges = workspacesOf(exchange)
		}
		scenario.Exchanges = append(scenario.Exchanges, exchange)
	}
	return scenario, nil
}

const formType = "application/x-www-form-urlencoded"

// entryName is what the list calls an exchange, such as POST Workers: SIDs say nothing.
func entryName(r conformance.Request) string {
	kinds := slices.DeleteFunc(strings.Split(r.Path, "/"), sids.MatchString)
	return r.Method + " " + kinds[len(kinds)-1]
}

// mediaTypeOf is the one header that is about the answer and not the way it took.
func mediaTypeOf(header []conformance.Field) []conformance.Field {
	media, _, _ := strings.Cut(headerOf(header).Get("Content-Type"), ";")
	return []conformance.Field{{Name: "Content-Type", Value: media}}
}

// workspacesOf creates the workspaces that a list shows, as somebody did before the
// recording.
func workspacesOf(list conformance.Exchange) []conformance.Exchange {
	var body struct{ Workspaces []json.RawMessage }
	if json.Unmarshal([]byte(list.Response.Body), &body) != nil {
		return nil
	}
	var creations []conformance.Exchange
	for _, workspace := range body.Workspaces {
		var sent struct {
			FriendlyName     string `json:"friendly_name"`
			EventCallbackURL string `json:"event_callback_url"`
		}
		if json.Unmarshal(workspace, &sent) != nil {
			return nil
		}
		creations = append(creations, conformance.Exchange{
			Name: "before the recording",
			Request: conformance.Request{
				Method: "POST",
				Path:   "/v1/Workspaces",
				Header: []conformance.Field{{Name: "Authorization", Value: "Basic"}, {Name: "Content-Type", Value: formType}},
				Form: []conformance.Field{
					{Name: "FriendlyName", Value: sent.FriendlyName},
					{Name: "EventCallbackUrl", Value: sent.EventCallbackURL},
				},
			},
			Response: conformance.Response{Status: 201, Body: string(workspace)},
		})
	}
	return creations
}

// of are the entries of the list for one scenario.
func (list differings) of(scenario string) differings {
	return slices.DeleteFunc(slices.Clone(list), func(d *differing) bool { return !d.isOf(scenario) })
}

func TestARecordingIsHeldAgainstTheEmulator(t *testing.T) {
	workspace := func(name string) string {
		return `{"sid": "WS2755ca500fe07f93394eba29bccd4fca", "account_sid": "<account_sid>", "friendly_name": "` + name + `", "event_callback_url": "",
			"timeout_activity_name": "Offline", "multi_task_enabled": true, "date_created": "2019-09-05T12:28:13Z"}`
	}
	activity := strings.ReplaceAll(corpusActivity, "AC228c14652c374b1f5ced78e9b0bdb8e1", "<account_sid>")
	list := `[` + corpusGet("", "200", workspace("Old")) + `]`
	list = strings.ReplaceAll(list, `"url": "`+corpusWorkspace, `"url": "https://taskrouter.twilio.com/v1/Workspaces`)
	list = strings.ReplaceAll(list, workspace("Old"), `{"workspaces": [`+workspace("Old")+`]}`)
	list = strings.TrimSuffix(list, "]") + "," + corpusGet("", "200", workspace("New")) + "," +
		strings.Replace(corpusCreate, corpusActivity, strings.ReplaceAll(activity, "Break", "Brake"), 1) + "]"
	conversations, err := recordedIn(fstest.MapFS{
		"2019/life.json":   {Data: []byte(list)},
		"2019/answer.json": {Data: []byte(activity)},
		"2019/notes.txt":   {Data: []byte("[]")},
	})
	require.NoError(t, err)
	require.Len(t, conversations, 1)
	require.Equal(t, "life", conversations[0].Name)

	counted, problems := holdAgainstEmulator(t, conversations[0], nil)
	text := strings.Join(problems, "\n")
	assert.Equal(t, "of 4 answers 0 are the same, 4 but for members in the list, and 0 are others, as the list says", counted.String())
	assert.Contains(t, text, `GET Workspaces: friendly_name: $["friendly_name"]: "New" became "Old"`)
	assert.Contains(t, text, `POST Activities: friendly_name: $["friendly_name"]: "Brake" became "Break"`)
	assert.Contains(t, text, "before the recording: links.workers", "what was not recorded is told")
	for _, same := range []string{"sid: ", "status: ", "date_created: ", "multi_task_enabled", "GET Workspaces: workspaces.friendly_name"} {
		assert.NotContains(t, text, ": "+same)
	}
	assert.NotEmpty(t, conversations[0].Exchanges)

	_, err = recordedIn(fstest.MapFS{"a.json": {Data: []byte(`[{"method": "GET", "url": "/v1", "status": 1}]`)}})
	assert.ErrorContains(t, err, "expected a status")
}
