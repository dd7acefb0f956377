package requests

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen"
)

func TestMembersThatOneLibraryLosesAreFound(t *testing.T) {
	original := `{"a": null, "list": [{"b": 0}, {"b": 0}, {"b": 1}], "c": "x", "d": 1}`
	ours, err := lossesOf(original, map[string]any{"a": nil, "list": []any{map[string]int{"b": 0}, map[string]int{"b": 0}, map[string]int{"b": 1}}, "c": "y"})
	require.NoError(t, err)
	theirs, err := lossesOf(original, map[string]any{"list": []any{map[string]int{}, map[string]int{}, map[string]int{"b": 1}}, "c": "x", "more": true})
	require.NoError(t, err)
	assert.Equal(t, []difference{
		{"getTask", "answer a", "kept", "null is gone"},
		{"getTask", "answer c", `"x" became "y"`, "kept"},
		{"getTask", "answer list[].b", "kept", "0 is gone"},
	}, compareLosses("getTask", ours, theirs), "both lose d, and what was added is no loss")
}

func TestOnlyAnAnswerThatComesBackWithAllMembersIsWhole(t *testing.T) {
	withoutEnvironment(t)
	for name, test := range map[string]struct {
		body         string
		ours, theirs int
		want         []difference
	}{
		"what both know":                     {`{"sid":"WS1"}`, 1, 1, nil},
		"what neither knows":                 {`{"sid":"WS1","yet_to_come":1}`, 0, 0, nil},
		"null where the peer leaves nothing": {`{"sid":"WS1","event_callback_url":null}`, 1, 0, []difference{{"getWorkspace", "answer event_callback_url", kept, "null is gone"}}},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := newComparison()
			require.NoError(t, err)
			made := base(gen.OperationGetWorkspace)
			made.answer = answer{status: http.StatusOK, body: test.body}
			require.NoError(t, c.compareAnswer(t.Context(), made))
			assert.Equal(t, 1, c.answered.all)
			assert.Equal(t, test.ours, c.answered.oursWhole)
			assert.Equal(t, test.theirs, c.answered.theirsWhole)
			assert.Equal(t, test.want, c.order)
		})
	}
}

func TestAMemberIsNamedWithoutItsIndex(t *testing.T) {
	assert.Equal(t, "tasks[].links.task_queue", memberName(`$["tasks"][12]["links"]["task_queue"]`))
}
