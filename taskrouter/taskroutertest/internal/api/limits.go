package api

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/router"
)

// limits count requests by the second, for the X-Rate-Limit headers, and refuse those
// that are too many, if they are enforced.
type limits struct {
	enforced bool
	second   int64
	counts   map[string]int
}

// perSecond is how many requests are allowed. The service's number is not known.
const perSecond = 100

// filters are those that the service limits, each with the name that it has for that.
var filters = map[string]struct{ parameter, key string }{
	gen.OperationListTasks.ID:      {"EvaluateTaskAttributes", "Task-List-EvaluateTaskAttributes"},
	gen.OperationListWorkers.ID:    {"TargetWorkersExpression", "Worker-List-TargetWorkersExpression"},
	gen.OperationListTaskQueues.ID: {"EvaluateWorkerAttributes", "TaskQueue-List-EvaluateWorkerAttributes"},
}

const (
	filtersPerSecond = 3
	bulkPerSecond    = 5
)

func (l *limits) count(header http.Header, now time.Time, operation gen.Operation, query url.Values) *router.Refusal {
	if l.second != now.Unix() {
		l.second, l.counts = now.Unix(), make(map[string]int)
	}
	config, limit := "Account", perSecond
	switch filter, limited := filters[operation.ID]; {
	case limited && query.Has(filter.parameter):
		config, limit = filter.key, filtersPerSecond
	case operation.ID == gen.OperationGetTaskQueueBulkRealTimeStatistics.ID:
		config, limit = operation.ID, bulkPerSecond
	}
	l.counts[config]++
	header.Set("X-Rate-Limit-Config", config)
	header.Set("X-Rate-Limit-Limit", strconv.Itoa(limit))
	header.Set("X-Rate-Limit-Remaining", strconv.Itoa(max(0, limit-l.counts[config])))
	if !l.enforced || l.counts[config] <= limit {
		return nil
	}
	header.Set("Retry-After", "1")
	return &router.Refusal{Status: http.StatusTooManyRequests, Code: codeTooMany, Message: "Too Many Requests"}
}
