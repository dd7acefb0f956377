package workflow_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

// A label without a text is an error to Mermaid.
func TestDiagramHasATextInEveryLabel(t *testing.T) {
	text := workflow.Configuration{TaskRouting: workflow.TaskRouting{
		Filters:       []workflow.Filter{{Targets: []workflow.Target{{}}}},
		DefaultFilter: &workflow.Target{},
	}}.Diagram(workflow.Workspace{})

	assert.Contains(t, text, `filter0{"no expression"}`)
	assert.Contains(t, text, `filter0target0["no queue"]`)
	assert.Contains(t, text, `fallback["default filter<br/>no queue"]`)
}
