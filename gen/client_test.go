package gen_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/gen"
)

func TestEmptyListLeavesNothingInAQuery(t *testing.T) {
	tests := map[string]struct {
		params gen.ListTasksParams
		want   string
	}{
		"beside another parameter": {gen.ListTasksParams{AssignmentStatus: []gen.TaskStatus{}, PageSize: new(5)}, "/v1/Workspaces/WS1/Tasks?PageSize=5"},
		"alone":                    {gen.ListTasksParams{AssignmentStatus: []gen.TaskStatus{}}, "/v1/Workspaces/WS1/Tasks"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			request, err := gen.NewListTasksRequest("https://host", "WS1", &test.params)
			require.NoError(t, err)
			assert.Equal(t, "https://host"+test.want, request.URL.String())
		})
	}
}
