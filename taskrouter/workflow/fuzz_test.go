package workflow_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"task_routing":{"filters":[{"filter_friendly_name":"a","friendly_name":"b","expression":"c < 1","targets":[{"queue":"WQ1","priority":"5.0","timeout":1e1},{}]}],"default_filter":{"task_queue_sid":"WQ2","order_by":"","skip_if":"1==1","known_worker_sid":"task.a","known_worker_friendly_name":null}}}`,
		`{"task_routing":{"filters":[],"x":{"y":[1.50,"\ud83d\ude00",null]},"Filters":[]},"z":1e400}`,
		`{"task_routing":{"filters":[{"targets":[{"timeout":"soon","timeout":-0.0}]},null],"default_filter":{"queue":"","task_queue_sid":"\ud800"}}}`,
		"{\"task_routing\":\n{}} {}", `{"task_routing":{"filters":[{"friendly_name":"","expression":"","targets":[]}]}}`, "\"\xff", "[[", " null",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		configuration, err := workflow.Parse(text)
		if err != nil {
			assert.Contains(t, err.Error(), "workflow: read configuration: ")
			assert.Zero(t, configuration)
			return
		}
		written := configuration.String()
		require.True(t, json.Valid([]byte(written)), written)
		again, err := workflow.Parse(written)
		require.NoError(t, err, written)
		require.Equal(t, configuration, again)
		require.Equal(t, canonical(t, text), canonical(t, written))

		encoded, err := json.Marshal(configuration)
		require.NoError(t, err)
		var decoded workflow.Configuration
		require.NoError(t, json.Unmarshal(encoded, &decoded))
		require.Equal(t, canonical(t, text), canonical(t, decoded.String()))
	})
}

// FuzzConfiguration asserts of all that is read that it is checked, explained and
// drawn, and that a plan leads a task where it is said to go.
func FuzzConfiguration(f *testing.F) {
	for _, c := range diagrams() {
		f.Add(c.String(), `{"language":"es","agent":"WK1"}`)
	}
	f.Add(`{"task_routing":{"filters":[{"expression":"1==1","targets":[{"queue":"WQ1","timeout":1,"skip_if":"workers.WA1 > 0"},{"expression":"worker.level >= task.level","known_worker_sid":"task.a[0].b","order_by":"worker.level DESC, worker.x"}]}]}}`, `{"a":[{"b":1}],"level":1e400}`)
	f.Fuzz(func(t *testing.T, text, task string) {
		c, err := workflow.Parse(text)
		if err != nil {
			return
		}
		names, err := expression.ParseAttributes(task)
		if err != nil {
			return
		}
		start := time.Now()
		w := people()
		w.Tasks = []expression.Attributes{names}
		var queues []workflow.Queue // that the configuration names, so that workers are asked
		for _, filter := range c.TaskRouting.Filters {
			for _, target := range filter.Targets {
				queues = append(queues, workflow.Queue{SID: target.Queue, FriendlyName: filter.FriendlyName, TargetWorkers: new("1==1")})
			}
		}
		for _, w := range []workflow.Workspace{{}, w, {Queues: queues, Workers: w.Workers, Tasks: w.Tasks}} {
			problems := c.Check(w)
			for _, problem := range problems {
				require.NotEmpty(t, problem.Place)
				require.NotEmpty(t, problem.Rule)
				require.NotContains(t, problem.String(), "\n")
			}
			explanation := c.Explain(names, w)
			require.Contains(t, []workflow.End{workflow.EndWaits, workflow.EndCanceled, workflow.EndDropped, workflow.EndExpired}, explanation.End)
			require.GreaterOrEqual(t, explanation.After, time.Duration(0))
			if explanation.End != workflow.EndDropped { // after what time has no meaning if somebody was asked
				require.Contains(t, explanation.String(), explanation.After.String())
			}
			assertDrawable(t, c.Diagram(w))
			steps, end := led{t, c.Plan(), names, w}.walk()
			require.Equal(t, explained(explanation), steps)
			require.Equal(t, explanation.End, end)
		}
		requireRoute(t, c, names)
		require.Less(t, time.Since(start), 10*time.Second)
	})
}

// decode reads JSON with numbers as they are spelled.
func decode(t *testing.T, text string) (value any) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	require.NoError(t, decoder.Decode(&value), text)
	return value
}

// canonical does to a configuration, as JSON alone, what reading and writing may
// do to it: known members that are null go, older names become the newer ones,
// numbers have one spelling, and what the service requires is there.
func canonical(t *testing.T, text string) string {
	t.Helper()
	document := decode(t, text).(map[string]any)
	routing := document["task_routing"].(map[string]any)
	clean(routing, "filters", "default_filter")
	filters, _ := routing["filters"].([]any)
	for _, filter := range filters {
		filter := filter.(map[string]any)
		clean(filter, "filter_friendly_name", "friendly_name", "expression", "targets")
		rename(filter, "friendly_name", "filter_friendly_name")
		addTo(filter, "expression", "")
		addTo(filter, "targets", []any{})
		for _, target := range filter["targets"].([]any) {
			canonicalTarget(t, target.(map[string]any))
		}
	}
	if target, ok := routing["default_filter"].(map[string]any); ok {
		canonicalTarget(t, target)
	}
	written, err := json.Marshal(document)
	require.NoError(t, err)
	return string(written)
}

func canonicalTarget(t *testing.T, target map[string]any) {
	t.Helper()
	clean(target, "queue", "task_queue_sid", "expression", "priority", "timeout", "order_by", "skip_if", "known_worker_sid", "known_worker_friendly_name")
	rename(target, "task_queue_sid", "queue")
	for _, name := range []string{"priority", "timeout"} {
		if value, ok := target[name]; ok {
			target[name] = plainNumber(t, fmt.Sprint(value))
		}
	}
}

// plainNumber spells a number in one way. What a float rounds, it rounds for both
// sides of a comparison.
func plainNumber(t *testing.T, text string) json.Number {
	t.Helper()
	number, err := strconv.ParseFloat(text, 64)
	require.NoError(t, err)
	return json.Number(strconv.FormatFloat(number+0, 'f', -1, 64)) // -0 is 0
}

func clean(object map[string]any, names ...string) {
	for _, name := range names {
		if value, ok := object[name]; ok && value == nil {
			delete(object, name)
		}
	}
}

func rename(object map[string]any, older, name string) {
	old, isOld := object[older]
	if value, ok := object[name]; isOld && (!ok || value == old) {
		object[name] = old
		delete(object, older)
	}
}

func addTo(object map[string]any, name string, value any) {
	if _, ok := object[name]; !ok {
		object[name] = value
	}
}
