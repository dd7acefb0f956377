package taskroutertest_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/openapi"
	"github.com/taskrouter-go/sdk/openapi/document"
	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

// newServer returns a server that ends with the test. Each of its answers is held
// against the document.
func newServer(t *testing.T, options ...taskroutertest.Option) *taskroutertest.Server {
	t.Helper()
	s := taskroutertest.NewServer(append([]taskroutertest.Option{taskroutertest.WithAfter(checkAnswer(t))}, options...)...)
	t.Cleanup(s.Close)
	return s
}

var loadDocument = sync.OnceValues(func() (map[string]*document.Operation, error) {
	d, err := document.Load(openapi.Document)
	if err != nil {
		return nil, err
	}
	operations := make(map[string]*document.Operation)
	for _, operation := range d.Operations() {
		operations[operation.ID] = operation
	}
	return operations, nil
})

// checkAnswer returns a hook that holds answers against the document. A request for no
// operation must be answered with an error object. A call that broke has no answer.
func checkAnswer(t require.TestingT) func(taskroutertest.Call, taskroutertest.Answer) {
	operations, err := loadDocument()
	require.NoError(t, err)
	return func(call taskroutertest.Call, answer taskroutertest.Answer) {
		if answer.Status == 0 {
			return
		}
		if call.Operation == "" {
			var body struct{ Message string }
			assert.NoError(t, json.Unmarshal(answer.Body, &body))
			assert.NotEmpty(t, body.Message)
			return
		}
		assert.Empty(t, operations[call.Operation].CheckResponse(answer.Status, answer.Header, answer.Body),
			"%s %s is answered with what the document does not allow: %d %s", call.Method, call.Path, answer.Status, answer.Body)
	}
}

// newWorkspace returns a client and the SID of a workspace that the template FIFO made.
func newWorkspace(t *testing.T, s *taskroutertest.Server) (*taskrouter.Client, string) {
	t.Helper()
	client := s.Client()
	workspace, err := client.Workspaces.Create(t.Context(), taskrouter.CreateWorkspaceRequest{
		FriendlyName: "Support",
		Template:     new(taskrouter.WorkspaceTemplateFIFO),
	})
	require.NoError(t, err)
	return client, workspace.SID
}

// An exchange is a request as it is, past the facade, and what came of it.
type exchange struct {
	Status int
	Header http.Header
	// Body is the answer, decoded; nil if there is none.
	Body map[string]any
}

// send sends a request with the credentials of the server. The path begins after /v1,
// and the fields of a POST are its form.
func send(t *testing.T, s *taskroutertest.Server, method, path string, fields url.Values) exchange {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.URL()+"/v1"+path, strings.NewReader(fields.Encode()))
	require.NoError(t, err)
	request.SetBasicAuth(s.AccountSID(), s.AuthToken())
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return do(t, s, request)
}

// do sends a request as it stands.
func do(t *testing.T, s *taskroutertest.Server, request *http.Request) exchange {
	t.Helper()
	response, err := s.HTTPClient().Do(request)
	require.NoError(t, err)
	e := exchange{Status: response.StatusCode, Header: response.Header}
	if response.StatusCode != http.StatusNoContent {
		require.NoError(t, json.NewDecoder(response.Body).Decode(&e.Body))
	}
	require.NoError(t, response.Body.Close())
	return e
}

// fields are a form from names and values in turn.
func fields(pairs ...string) url.Values {
	form := make(url.Values)
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return form
}
