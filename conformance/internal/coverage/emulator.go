package coverage

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/taskrouter-go/sdk/openapi/document"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

// AskEmulator asks the emulator for each operation, so that it fails and so that it
// succeeds, and adds to the rows what was answered. Where an answer is not there, or
// is not what the document says, that is a gap. Each operation is asked of a new
// server, which must have one of everything.
func AskEmulator(d *document.Document, newServer func() (*taskroutertest.Server, error), rows []Row) error {
	for i, o := range d.Operations() {
		s, err := newServer()
		if err != nil {
			return err
		}
		a := asker{server: s, operation: o, row: &rows[i]}
		if err = a.fail(); err == nil {
			err = a.succeed()
		}
		slices.Sort(rows[i].Emulator)
		s.Close()
		if err != nil {
			return fmt.Errorf("ask the emulator for %s: %w", o.ID, err)
		}
	}
	return nil
}

// Emulated counts the operations that the emulator was made to carry out and to refuse.
func Emulated(rows []Row) int {
	n := 0
	for _, row := range rows {
		if len(row.Emulator) == 2 {
			n++
		}
	}
	return n
}

// An asker makes the requests of one operation.
type asker struct {
	server    *taskroutertest.Server
	operation *document.Operation
	row       *Row
}

// fail asks for what is not there in what is or, for all that is there, by a page that
// no page leads to or without what is required.
func (a asker) fail() error {
	template, want := a.operation.Path, http.StatusBadRequest
	if start, end := strings.LastIndex(template, "{"), strings.LastIndex(template, "}"); start >= 0 {
		template, want = template[:start]+nobody+template[end+1:], http.StatusNotFound
	}
	paths, err := a.paths(template)
	if err != nil {
		return err
	}
	if len(paths) == 0 {
		return fmt.Errorf("expected something at %s, there is nothing", template)
	}
	var request requested
	switch {
	case want == http.StatusNotFound:
		if request, err = a.valid(); err != nil {
			return err
		}
	case a.operation.Method == http.MethodGet:
		request.query = url.Values{"PageToken": {nobody}}
	}
	request.path = paths[0]
	came, err := a.ask(request)
	if err != nil {
		return err
	}
	a.count(came, want)
	return nil
}

// nobody is what nothing is called.
const nobody = "ffffffffffffffffffffffffffffffff"

// succeed asks for each resource that is there until one of them can be had. Some
// are in use, and can neither be deleted nor changed in every way.
func (a asker) succeed() error {
	request, err := a.valid()
	if err != nil {
		return err
	}
	paths, err := a.paths(a.operation.Path)
	if err != nil {
		return err
	}
	came := answer{body: []byte("there is none")}
	for _, request.path = range paths {
		if came, err = a.ask(request); err != nil {
			return err
		}
		if came.status == a.operation.Success() {
			break
		}
	}
	a.count(came, a.operation.Success())
	return nil
}

// count adds the status of an answer to the row, or why it cannot.
func (a asker) count(came answer, want int) {
	if came.status != want {
		a.row.Gaps = append(a.row.Gaps, fmt.Sprintf("the emulator is expected to answer %d, not %d: %s", want, came.status, came.body))
		return
	}
	problems := a.operation.CheckResponse(came.status, came.header, came.body)
	for _, problem := range problems {
		a.row.Gaps = append(a.row.Gaps, fmt.Sprintf("the emulator answers %d otherwise than the document says: %v", want, problem))
	}
	if len(problems) == 0 {
		a.row.Emulator = append(a.row.Emulator, want)
	}
}

// requested is what a request has besides its method.
type requested struct {
	path  string
	query url.Values
	form  url.Values
	json  string
}

type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a asker) ask(r requested) (answer, error) { return a.send(a.operation.Method, r) }

func (a asker) send(method string, r requested) (answer, error) {
	body, media := r.form.Encode(), "application/x-www-form-urlencoded"
	if r.json != "" {
		body, media = r.json, "application/json"
	}
	request, err := http.NewRequestWithContext(context.Background(), method, a.server.URL()+r.path+"?"+r.query.Encode(), strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	request.Header.Set("Content-Type", media)
	request.SetBasicAuth(a.server.AccountSID(), a.server.AuthToken())
	response, err := a.server.HTTPClient().Do(request)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header, text}, err
}

// paths are those of all resources that a template fits. What has a SID in it is
// listed by what stands before that.
func (a asker) paths(template string) ([]string, error) {
	before, rest, found := strings.Cut(template, "/{")
	if !found {
		return []string{template}, nil
	}
	_, rest, _ = strings.Cut(rest, "}")
	sids, err := a.sids(before)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, sid := range sids {
		paths, err := a.paths(before + "/" + sid + rest)
		if err != nil {
			return nil, err
		}
		all = append(all, paths...)
	}
	return all, nil
}

// sids are those of the entries of a list.
func (a asker) sids(path string) ([]string, error) {
	came, err := a.send(http.MethodGet, requested{path: path})
	if err != nil {
		return nil, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(came.body, &members); err != nil || came.status != http.StatusOK {
		return nil, fmt.Errorf("expected a list at %s, not %d: %s", path, came.status, came.body)
	}
	delete(members, "meta")
	var sids []string
	for _, list := range members {
		var entries []struct{ SID string }
		if err := json.Unmarshal(list, &entries); err != nil {
			return nil, fmt.Errorf("list %s: %w", path, err)
		}
		for _, entry := range entries {
			sids = append(sids, entry.SID)
		}
	}
	return sids, nil
}

// values are what required inputs can be. SIDs are those of what the path in braces
// lists.
var values = map[string]string{
	"Configuration": `{"task_routing": {"default_filter": {"queue": "{/TaskQueues}"}}}`,
	"FriendlyName":  "New",
	"UniqueName":    "new",
	"WorkflowSid":   "{/Workflows}",
	"queueSids":     `{"queueSids": ["{/TaskQueues}"]}`,
}

// also are inputs that are required for a reason which the document cannot tell: there
// are several workflows.
var also = map[string]string{"createTask": "WorkflowSid"}

// valid is the least that the operation takes.
func (a asker) valid() (requested, error) {
	r := requested{form: make(url.Values)}
	for _, input := range a.operation.Inputs {
		if !input.Required && also[a.operation.ID] != input.Name {
			continue
		}
		value, err := a.value(input.Name)
		if err != nil {
			return r, err
		}
		if input.In == document.InJSON {
			r.json = value
			continue
		}
		r.form.Set(input.Name, value)
	}
	return r, nil
}

func (a asker) value(name string) (string, error) {
	value, ok := values[name]
	if !ok {
		return "", fmt.Errorf("expected a value of %s in the table, there is none", name)
	}
	before, rest, found := strings.Cut(value, "{/")
	if !found {
		return value, nil
	}
	list, rest, _ := strings.Cut(rest, "}")
	paths, err := a.paths("/v1/Workspaces/{WorkspaceSid}/" + list + "/{Sid}")
	if err != nil || len(paths) == 0 {
		return "", fmt.Errorf("expected one of %s for %s: %w", list, name, err)
	}
	return before + paths[0][strings.LastIndex(paths[0], "/")+1:] + rest, nil
}
