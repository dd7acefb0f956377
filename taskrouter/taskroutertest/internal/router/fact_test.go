package router

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/taskrouter-go/sdk/gen"
)

func TestFactsAreInTheOrderOfTheirNames(t *testing.T) {
	assert.True(t, slices.IsSorted(factNames[:]))
	assert.Len(t, factsByName, int(factCount), "names of which two are the same")
	assert.NotContains(t, factsByName, "")
}

// TestFactsAreAMapOfTexts sets facts in any order, several times too.
func TestFactsAreAMapOfTexts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := map[string]string{}
		var facts Facts
		for range rapid.IntRange(0, 60).Draw(t, "facts") {
			fact, text := Fact(rapid.IntRange(0, int(factCount)-1).Draw(t, "fact")), rapid.String().Draw(t, "text")
			facts.Set(fact, text)
			want[factNames[fact]] = text
		}
		for fact, name := range factNames {
			assert.Equal(t, want[name], facts.Get(Fact(fact)), name)
		}
		assert.Equal(t, want, maps.Collect(facts.All()))
		assert.Equal(t, len(want), facts.Len())
	})
}

// TestFactsAreReadAndWrittenAsAMapIs writes whatever JSON makes of a map, and reads what
// it makes of the text, that of names that the router does not know, too.
func TestFactsAreReadAndWrittenAsAMapIs(t *testing.T) {
	names := append(slices.Clone(factNames[:]), "", "a", "task", "task_age_", "task_agent", "worker_call_sid", "zzz", `"<é>\`, "\u2028")
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.MapOf(rapid.SampledFrom(names), rapid.OneOf(
			rapid.String(), rapid.StringOf(rapid.SampledFrom([]rune("a\"\\/<&>\u007f\u2028\u2029\n\x00\ufffd😀"))),
		)).Draw(t, "facts")
		text, err := json.Marshal(want)
		require.NoError(t, err)

		r := fileReader{texts: make(map[string]string)}
		var facts Facts
		facts.read(&r, "here", text)
		require.NoError(t, r.err())
		assert.Equal(t, want, maps.Collect(facts.All()))
		assert.Equal(t, len(want), facts.Len())

		byJSON, own := newFileWriter(), newFileWriter()
		require.NoError(t, byJSON.value(2, want))
		require.NoError(t, facts.write(own, 2))
		assert.Equal(t, byJSON.out.String(), own.out.String())
	})
}

func TestAllOfTheFactsNeedNotBeTaken(t *testing.T) {
	facts := Facts{others: map[string]string{"a": "", "task_z": "", "zzz": ""}}
	facts.Set(FactTaskSID, "")
	facts.Set(FactWorkerSID, "")
	all := slices.Sorted(maps.Keys(maps.Collect(facts.All())))
	for n := range all {
		var taken []string
		for name := range facts.All() {
			taken = append(taken, name)
			if len(taken) == n+1 {
				break
			}
		}
		assert.Equal(t, all[:n+1], taken)
	}
}

func TestFactsOfAFileAreReadAsJSONReadsAMap(t *testing.T) {
	for name, data := range map[string]string{
		"null":           `{"task_sid": null, "b": null}`,
		"twice":          `{"task_sid": "1", "a": "1", "task_sid": "2", "a": "2"}`,
		"escaped names":  `{"task\u005fsid": "1", "\u0061\n": "2"}`,
		"half a pair":    `{"task_sid": "\ud800x", "\udc00": "2"}`,
		"out of order":   `{"workflow_sid": "1", "zzz": "3", "activity_sid": "2"}`,
		"empty":          `{ }`,
		"case":           `{"Task_sid": "1"}`,
		"escaped quotes": `{"task_sid": "\"}\\", "a": "\\\"{"}`,
	} {
		t.Run(name, func(t *testing.T) {
			var want map[string]string
			require.NoError(t, json.Unmarshal([]byte(data), &want))
			a, err := load(fileOfAnEvent(t, data), loadedAt)
			require.NoError(t, err)
			e := a.Workspaces.rows()[0].Events.rows()[0]
			assert.Equal(t, want, maps.Collect(e.Data.All()))
			again, err := load(dump(t, a), loadedAt)
			require.NoError(t, err)
			assert.Equal(t, e.Data, again.Workspaces.rows()[0].Events.rows()[0].Data)
		})
	}
}

func TestFactsThatAreNoTextsAreRefused(t *testing.T) {
	for _, data := range []string{`null`, `[]`, `"a"`, `7`, `{"a":{}}`, `{"task_sid":7}`, `{"a":"b","task_sid":true}`, `{"a":[]}`, `{"a":false}`} {
		_, err := load(fileOfAnEvent(t, data), loadedAt)
		assert.EqualError(t, err, "workspaces[0].events[0].event_data: is "+data+", an object of texts is expected")
	}
}

func fileOfAnEvent(t *testing.T, data string) []byte {
	t.Helper()
	return broken(t, `"activities": [`, fmt.Sprintf(
		`"events": [{"event_type": "a", "resource_type": "workspace", "resource_sid": "WS00000000000000000000000000000001", "event_data": %s}], "activities": [`, data))
}

func TestTextsOfFactsAreKeptOnce(t *testing.T) {
	r := fileReader{texts: make(map[string]string)}
	texts := []byte(`"` + strings.Repeat("a", 100) + `"`)
	_, _ = r.shared(texts)
	assert.Zero(t, testing.AllocsPerRun(10, func() { _, _ = r.shared(texts) }))
}

func TestAnEventShowsWhatWasWhenItHappened(t *testing.T) {
	d := newDesk(t)
	d.task.TaskQueueSID = d.queue.SID
	r := d.ask(d.task, d.ann)
	require.NoError(t, d.move(r, gen.ReservationStatusAccepted))
	e := d.Events.rows()[d.Events.Len()-1]
	before := maps.Collect(e.Data.All())
	assert.Subset(t, before, map[string]string{
		"task_age": "0", "task_age_in_queue": "0", "task_attributes": `{"call_sid":"CA1"}`, "task_priority": "0", "task_version": "1",
		"worker_name": "Ann", "task_queue_name": "Sample Queue", "workflow_name": "Default Fifo Workflow", "workspace_name": "Support",
	})

	d.account.Begin(noon.Add(7 * time.Second))
	require.NoError(t, d.UpdateTask(d.task, gen.UpdateTaskRequest{Attributes: `{"a":1}`, Priority: new(9)}))
	require.NoError(t, d.UpdateWorker(d.ann, gen.UpdateWorkerRequest{FriendlyName: new("Anna"), Attributes: `{"b":2}`}))
	require.NoError(t, d.UpdateTaskQueue(d.queue, gen.UpdateTaskQueueRequest{FriendlyName: new("Other"), TargetWorkers: new("1==2")}))
	require.NoError(t, d.UpdateWorkflow(d.flow, gen.UpdateWorkflowRequest{FriendlyName: new("Other")}))
	require.NoError(t, d.Update(gen.UpdateWorkspaceRequest{FriendlyName: new("Other")}))
	assert.Equal(t, before, maps.Collect(e.Data.All()))
}

func TestAnEventHasFactsOnlyIfItHasAllOfThem(t *testing.T) {
	d := newDesk(t)
	var e *Event
	for e = range d.Events.All() {
		if e.Type == "task.created" {
			break
		}
	}
	for name, test := range map[string]struct {
		facts map[Fact]string
		want  bool
	}{
		"none":                {nil, true},
		"one":                 {map[Fact]string{FactTaskSID: d.task.SID}, true},
		"all":                 {map[Fact]string{FactTaskSID: d.task.SID, FactWorkflowSID: d.flow.SID, FactWorkspaceSID: d.SID}, true},
		"another value":       {map[Fact]string{FactTaskSID: "WT"}, false},
		"another value, last": {map[Fact]string{FactTaskSID: d.task.SID, FactWorkspaceSID: "WS"}, false},
		"one that is missing": {map[Fact]string{FactTaskSID: d.task.SID, FactTaskQueueSID: d.queue.SID}, false},
	} {
		t.Run(name, func(t *testing.T) {
			var facts Facts
			for fact, text := range test.facts {
				facts.Set(fact, text)
			}
			assert.Equal(t, test.want, e.Has(facts))
		})
	}
}
