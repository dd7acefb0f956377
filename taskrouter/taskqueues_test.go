package taskrouter_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

func TestBulkStatisticsAreOfOneToFiftyQueues(t *testing.T) {
	for n, passes := range map[int]bool{0: false, 1: true, 50: true, 51: false} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			service := newFakeService(t, answer(200, `{"task_queue_response_count":1}`))
			statistics, err := service.client(t).TaskQueues("WS1").BulkRealTimeStatistics(t.Context(), taskrouter.TaskQueueBulkRealTimeStatisticsRequest{
				QueueSIDs: slices.Repeat([]string{"WQ1"}, n),
			})
			if passes {
				require.NoError(t, err)
				assert.Equal(t, 1, statistics.TaskQueueResponseCount)
				return
			}
			assertAbout(t, taskrouter.ErrInvalidArgument, err)
			assert.ErrorContains(t, err, fmt.Sprintf("QueueSIDs has %d entries, expected 1 to 50", n))
			assert.Empty(t, service.seen())
		})
	}
}
