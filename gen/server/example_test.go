package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/gen/server"
)

// stub answers one operation. A call of another one panics; package taskroutertest answers
// them all.
type stub struct{ server.ServerInterface }

func (stub) ListTasks(w http.ResponseWriter, _ *http.Request, workspaceSID string, params gen.ListTasksParams) {
	fmt.Println(workspaceSID, params.AssignmentStatus, *params.PageSize)
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(gen.TaskList{Tasks: []gen.Task{}}); err != nil {
		fmt.Println(err)
	}
}

func Example() {
	handler := server.Handler(stub{})

	request := httptest.NewRequest(http.MethodGet, "/v1/Workspaces/WS1/Tasks?AssignmentStatus=pending&AssignmentStatus=reserved&PageSize=20", nil)
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, request)
	fmt.Println(answer.Code)

	request = httptest.NewRequest(http.MethodGet, "/v1/Workspaces/WS1/Tasks?PageSize=many", nil)
	answer = httptest.NewRecorder()
	handler.ServeHTTP(answer, request)
	fmt.Println(answer.Code, answer.Body)
	// Output:
	// WS1 [pending reserved] 20
	// 200
	// 400 Invalid format for parameter PageSize: parameter "PageSize": "many" is no integer
}
