package openapi_test

import (
	"fmt"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/taskrouter-go/sdk/openapi"
)

// Any library that reads OpenAPI reads the document. Package document knows more of it.
func Example() {
	document, err := openapi3.NewLoader().LoadFromData(openapi.Document)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(document.OpenAPI, document.Info.Title)
	fmt.Println(document.Paths.Find("/v1/Workspaces/{WorkspaceSid}/Tasks").Post.OperationID)
	// Output:
	// 3.0.3 TaskRouter
	// createTask
}
