package taskroutertest_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/taskrouter-go/sdk/gen"
)

// Whatever comes in, what rig.do promises must hold: there is an answer, it is one of
// the document, and what is refused changes nothing.

func operationsBy(method string) []gen.Operation {
	var operations []gen.Operation
	for _, operation := range gen.Operations {
		if operation.Method == method {
			operations = append(operations, operation)
		}
	}
	return operations
}

// kept is the rig of the last request, if nothing has changed in it.
var kept *rig

func fresh(t *testing.T) *rig {
	t.Helper()
	r := kept
	if r == nil {
		r = newRig(t)
	}
	kept = nil
	before := r.dump(t)
	t.Cleanup(func() {
		if !t.Failed() && r.dump(t) == before {
			kept = r
		}
	})
	return r
}

func FuzzForm(f *testing.F) {
	for i, form := range []string{
		"", "FriendlyName=a", "FriendlyName=a&UniqueName=b", "FriendlyName=%", "FriendlyName=a;b", "FriendlyName=%ff&UniqueName=b",
		"FriendlyName=a&FriendlyName=b", "FriendlyName=Support&Template=FIFO&MultiTaskEnabled=no&EventCallbackUrl=https%3A%2F%2Fexample.com%23rc%3D2",
		"FriendlyName=a&Configuration=%7B%22task_routing%22%3A%7B%22filters%22%3A%5B%5D%7D%7D&TaskReservationTimeout=120",
		"FriendlyName=a&Configuration=%7B%22task_routing%22%3Anull%7D", "FriendlyName=a&Configuration=task_routing%3A",
		"FriendlyName=a&TargetWorkers=languages+HAS+%22en%22&MaxReservedWorkers=5&TaskOrder=LIFO",
		"Attributes=%7B%22a%22%3A%5B1%2C%7B%22b%22%3Anull%7D%5D%7D&Priority=3&Timeout=60&TaskChannel=voice&VirtualStartTime=2000-01-01",
		"AssignmentStatus=canceled&Reason=done&Attributes=%7B%7D", "AssignmentStatus=completed", "Capacity=3&Available=false",
		"ReservationStatus=accepted", "Instruction=dequeue&DequeueFrom=%2B1&DequeueStatusCallbackEvent=initiated,ringing",
		"Instruction=conference&To=a&MaxParticipants=2&Beep=onEnter", "Instruction=supervise&Supervisor=WK0",
		"ActivitySid=WA00000000000000000000000000000000&RejectPendingReservations=true",
	} {
		for n := i % 5; n < len(operationsBy(http.MethodPost)); n += 5 {
			f.Add(uint8(n), form)
		}
	}
	f.Fuzz(func(t *testing.T, n uint8, form string) {
		operations := operationsBy(http.MethodPost)
		r := fresh(t)
		r.post(t, r.path(operations[int(n)%len(operations)]), formType, form)
	})
}

func FuzzJSON(f *testing.F) {
	r := newRig(f)
	for _, body := range []string{
		"", "{}", "[]", "null", `{"queueSids":[]}`, `{"queueSids":["` + r.sids["TaskQueueSid"] + `"]}`, `{"QueueSids":["WQ00000000000000000000000000000000"],"x":1}`,
		`{"queueSids":["x"]}`, `{"queueSids":[null]}`, `{"queueSids":{"a":[1]}}`, `{"queueSids":["WQ00000000000000000000000000000000"],"QUEUESIDS":1}`, "\xff",
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		r := fresh(t)
		r.post(t, r.path(gen.OperationGetTaskQueueBulkRealTimeStatistics), jsonType, body)
	})
}

func FuzzQuery(f *testing.F) {
	for i, query := range []string{
		"", "PageSize=1", "PageSize=0", "PageSize=1001", "Page=1", "Page=0", "PageToken=PA", "PageSize=2&Page=1&PageToken=PAWS0",
		"Ordering=Priority:desc,DateCreated:asc", "Ordering=DateUpdated:asc", "Ordering=:", "FriendlyName=%00", "FriendlyName=%ff", "a;b", "%",
		"EvaluateTaskAttributes=type+%3D%3D+%22call%22", "TargetWorkersExpression=worker.languages+HAS+%22en%22", "EvaluateWorkerAttributes=%7B%22a%22%3A1%7D",
		"AssignmentStatus=pending,reserved&AssignmentStatus=assigned", "Available=yes", "Minutes=60", "StartDate=2000-01-01", "EndDate=2000-01-01T00:00:00Z",
		"Minutes=1&StartDate=2000-01-01", "TaskChannel=voice", "TaskQueueName=Sample+Queue", "WorkerSid=WK0", "SplitByWaitTime=5,10",
	} {
		for n := i % 5; n < len(operationsBy(http.MethodGet)); n += 5 {
			f.Add(uint8(n), query)
		}
	}
	f.Fuzz(func(t *testing.T, n uint8, query string) {
		operations := operationsBy(http.MethodGet)
		r := fresh(t)
		request := httptest.NewRequest(http.MethodGet, serviceURL+r.path(operations[int(n)%len(operations)]), nil)
		request.URL.RawQuery = query
		r.do(t, request)
	})
}

func FuzzPath(f *testing.F) {
	for i, path := range []string{
		"/", "", "*", "/v1", "/v1/", "/v1/Workspaces", "/v1/Workspaces/", "/v1//Workspaces", "/v1/Workspaces/.", "/v1/Workspaces/..", "/v1/Workspaces/%2e%2e/Tasks",
		"/v1/Workspaces/WS/Tasks", "/v1/Workspaces//TaskQueues", "/v1/Workspaces/a%2Fb", "/v1/Workspaces/%ff", "/v1/Workspaces/%00", "/v2/Workspaces",
		"/v1/Workspaces/{WorkspaceSid}/Workers/Statistics", "/v1/Workspaces/WS/Workers/{x...}", "/v1/Workspaces;a=b", "/v1/../v1/Workspaces", `/v1\Workspaces`,
	} {
		methods := []string{"GET", "POST", "DELETE", "HEAD", "PUT", "PATCH", "OPTIONS", "CONNECT", "TRACE", "get", "X"}
		f.Add("GET", path)
		f.Add(methods[i%len(methods)], path)
	}
	f.Fuzz(func(t *testing.T, method, path string) {
		address, err := url.Parse(serviceURL)
		if err != nil || method == "" || strings.ContainsFunc(method, func(r rune) bool { return r <= ' ' || r > '~' }) {
			t.Skip("net/http lets no such request through")
		}
		r := fresh(t)
		path = strings.ReplaceAll(path, "WS", r.sids["WorkspaceSid"])
		address.Path = path
		if decoded, err := url.PathUnescape(path); err == nil {
			address.Path, address.RawPath = decoded, path
		}
		request := httptest.NewRequest(http.MethodGet, serviceURL, nil)
		request.Method, request.URL = method, address
		r.do(t, request)
	})
}
