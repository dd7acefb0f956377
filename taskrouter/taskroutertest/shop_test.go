package taskroutertest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

// A shop is a server with a workspace that the template FIFO made, and requests as
// they are to what is in the workspace.
type shop struct {
	t      *testing.T
	server *taskroutertest.Server
	sid    string // of the workspace
}

func newShop(t *testing.T, options ...taskroutertest.Option) *shop {
	t.Helper()
	p := &shop{t: t, server: newServer(t, options...)}
	p.sid = p.workspace("FriendlyName", "Support", "Template", "FIFO")
	return p
}

// workspace makes a workspace and returns its SID.
func (p *shop) workspace(pairs ...string) string {
	p.t.Helper()
	made := send(p.t, p.server, http.MethodPost, "/Workspaces", fields(pairs...))
	require.Equal(p.t, http.StatusCreated, made.Status, made.Body)
	return made.text("sid")
}

// call sends a request to the workspace.
func (p *shop) call(method, path string, pairs ...string) exchange {
	p.t.Helper()
	return send(p.t, p.server, method, "/Workspaces/"+p.sid+path, fields(pairs...))
}

// make makes something and returns its SID.
func (p *shop) make(path string, pairs ...string) string {
	p.t.Helper()
	made := p.call(http.MethodPost, path, pairs...)
	require.Equal(p.t, http.StatusCreated, made.Status, made.Body)
	return made.text("sid")
}

// update changes something and returns it as it became.
func (p *shop) update(path string, pairs ...string) exchange {
	p.t.Helper()
	changed := p.call(http.MethodPost, path, pairs...)
	require.Equal(p.t, http.StatusOK, changed.Status, changed.Body)
	return changed
}

func (p *shop) get(path string) exchange {
	p.t.Helper()
	found := p.call(http.MethodGet, path)
	require.Equal(p.t, http.StatusOK, found.Status, found.Body)
	return found
}

func (p *shop) remove(path string) {
	p.t.Helper()
	require.Equal(p.t, http.StatusNoContent, p.call(http.MethodDelete, path).Status)
}

// lacks wants that something is not there.
func (p *shop) lacks(path string) {
	p.t.Helper()
	missing := p.call(http.MethodGet, path)
	assert.Equal(p.t, map[string]any{
		"code": 20404.0, "status": 404.0, "more_info": "https://www.twilio.com/docs/errors/20404",
		"message": "The requested resource /Workspaces/" + p.sid + path + " was not found",
	}, missing.Body)
}

// refuses wants that a request is refused with a message.
func (p *shop) refuses(message, method, path string, pairs ...string) {
	p.t.Helper()
	refused := p.call(method, path, pairs...)
	assert.Equal(p.t, map[string]any{
		"code": 20001.0, "status": 400.0, "more_info": "https://www.twilio.com/docs/errors/20001", "message": message,
	}, refused.Body)
	assert.Equal(p.t, http.StatusBadRequest, refused.Status)
}

// list returns a member of each entry of a list, whose query is names and values.
func (p *shop) list(member, path string, query ...string) []any {
	p.t.Helper()
	return p.get(path + "?" + fields(query...).Encode()).list(member)
}

// named is the SID of an entry of a list, by its friendly name.
func (p *shop) named(path, friendlyName string) string {
	p.t.Helper()
	found := p.list("sid", path, "FriendlyName", friendlyName)
	require.Len(p.t, found, 1)
	return found[0].(string)
}

// url is the URL of something in the workspace.
func (p *shop) url(path string) string {
	return "https://taskrouter.test/v1/Workspaces/" + p.sid + path
}

// text is a member of an answer.
func (e exchange) text(member string) string {
	text, _ := e.Body[member].(string)
	return text
}

// list returns a member of each entry of a list.
func (e exchange) list(member string) []any {
	members := []any{}
	for _, entry := range e.entries() {
		members = append(members, entry.(map[string]any)[member])
	}
	return members
}

func (e exchange) entries() []any { return e.Body[e.meta()["key"].(string)].([]any) }

func (e exchange) meta() map[string]any { return e.Body["meta"].(map[string]any) }

// later lets time pass in a bubble.
func later(d time.Duration) { <-time.After(d) }

// Times in bubbles, where it is midnight when they begin.
const (
	midnight    = "2000-01-01T00:00:00Z"
	minuteLater = "2000-01-01T00:01:00Z"
)

// conditional sends a request with If-Match.
func (p *shop) conditional(method, path, ifMatch string, pairs ...string) exchange {
	p.t.Helper()
	request := p.request(method, p.url(path), fields(pairs...))
	request.Header.Set("If-Match", ifMatch)
	return do(p.t, p.server, request)
}

func (p *shop) request(method, address string, form url.Values) *http.Request {
	p.t.Helper()
	return newRequest(p.t, p.server, method, address, form)
}

// newRequest is a request with the credentials of a server, to an address as it is.
func newRequest(t *testing.T, s *taskroutertest.Server, method, address string, form url.Values) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form.Encode()))
	require.NoError(t, err)
	request.SetBasicAuth(s.AccountSID(), s.AuthToken())
	if method == http.MethodPost {
		request.Header.Set("Content-Type", formType)
	}
	return request
}

// inBubble runs a test where time passes only when all wait.
func inBubble(t *testing.T, test func(*shop)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(newShop(t)) })
}
