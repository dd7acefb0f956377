package document_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/taskrouter-go/sdk/openapi"
	"github.com/taskrouter-go/sdk/openapi/document"
)

// What a client sends, and what a server answers, are held against the document.
func Example() {
	d, err := document.Load(openapi.Document)
	if err != nil {
		fmt.Println(err)
		return
	}
	operation, path, err := d.Find(http.MethodPost, "/v1/Workspaces/WS2755ca500fe07f93394eba29bccd4fca/Tasks")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(operation.ID, path)

	body := "Priority=high&Attribute=%7B%7D"
	request := httptest.NewRequest(http.MethodPost, "/v1/Workspaces/WS2755ca500fe07f93394eba29bccd4fca/Tasks", strings.NewReader(body))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.SetBasicAuth("AC00000000000000000000000000000000", "token")
	for _, problem := range append(d.CheckNames(request, []byte(body)), d.CheckValues(request, []byte(body))...) {
		fmt.Println(problem)
	}
	for _, problem := range operation.CheckResponse(http.StatusNoContent, nil, nil) {
		fmt.Println(problem)
	}
	// Output:
	// createTask map[WorkspaceSid:WS2755ca500fe07f93394eba29bccd4fca]
	// form Attribute: the document does not declare it
	// body: Error at "/Priority": value must be an integer
	// status 204: the document declares only [201 400 401 404 429]
}
