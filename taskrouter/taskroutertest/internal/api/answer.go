package api

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/gen/server"
	"github.com/taskrouter-go/sdk/taskrouter/internal/pipeline"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/router"
)

// An Answer is a whole answer. Handlers write to it as to a client.
type Answer struct {
	Status int
	Body   []byte
	header http.Header
	value  any // that the body is to say, nil for nothing
}

// Header returns the header, which may be changed.
func (a *Answer) Header() http.Header { return a.header }

// WriteHeader sets the status.
func (a *Answer) WriteHeader(status int) { a.Status = status }

// Write appends to the body.
func (a *Answer) Write(p []byte) (int, error) {
	a.Body = append(a.Body, p...)
	return len(p), nil
}

// Codes of errors that are not of TaskRouter alone.
const (
	codeUnauthorized = 20003
	codeMethod       = 20004
	codeNotFound     = 20404
	codeTooMany      = 20429
)

// A call is what a handler needs of the request that it answers.
type call struct {
	api     *API
	request *http.Request
	header  http.Header // of the answer
	root    string
	version int // that the answer shows
}

// answer answers a request with what a handler returns: a value, nothing, or why not.
func (a *API) answer(w http.ResponseWriter, r *http.Request, status int, handle func(*call) (any, error)) {
	value, err := handle(&call{api: a, request: r, header: w.Header(), root: a.root(r)})
	if err != nil {
		a.fail(w, r, refusalOf(err))
		return
	}
	if value == nil {
		w.WriteHeader(status)
		return
	}
	write(w, status, value)
}

// write answers with a value, which nobody changes any more.
func write(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.(*Answer).value = value
}

// encode makes the body.
func (a *Answer) encode() {
	if a.value == nil {
		return
	}
	body, err := pipeline.EncodeJSON(a.value)
	if err != nil {
		panic(fmt.Sprintf("taskroutertest: encode an answer: %v", err)) // all values are of generated types
	}
	a.Body = body
}

// fail answers with a refusal.
func (a *API) fail(w http.ResponseWriter, r *http.Request, refusal *router.Refusal) {
	w.Header().Del("ETag") // which a list sets before it is made
	write(w, refusal.Status, a.ErrorObject(r, *refusal))
}

// ErrorObject is what a refused request is answered with. A refusal without a message
// has the one that is usual for its status, and that one's code unless it has another.
func (a *API) ErrorObject(r *http.Request, refusal router.Refusal) gen.Error {
	if refusal.Message == "" {
		usual := a.usualRefusal(r, refusal.Status)
		refusal.Message, refusal.Code = usual.Message, cmp.Or(refusal.Code, usual.Code)
	}
	object := gen.Error{Message: optional(refusal.Message), Status: &refusal.Status}
	if refusal.Code != 0 {
		object.Code = &refusal.Code
		object.MoreInfo = new("https://www.twilio.com/docs/errors/" + strconv.Itoa(refusal.Code))
	}
	if refusal.Status == http.StatusUnauthorized {
		object.Detail = new("Your AccountSid or AuthToken was incorrect.")
	}
	return object
}

// usualRefusal is what the service says with a status of which nothing else is known.
func (a *API) usualRefusal(r *http.Request, status int) *router.Refusal {
	switch status {
	case http.StatusUnauthorized:
		return wrongCredentials()
	case http.StatusNotFound:
		return &router.Refusal{Status: status, Code: codeNotFound, Message: "The requested resource " + a.resourcePath(r) + " was not found"}
	case http.StatusTooManyRequests:
		return &router.Refusal{Status: status, Code: codeTooMany, Message: http.StatusText(status)}
	default:
		return &router.Refusal{Status: status, Message: http.StatusText(status)}
	}
}

// refusalOf tells an error as the service would.
func refusalOf(err error) *router.Refusal {
	if refusal, ok := errors.AsType[*router.Refusal](err); ok {
		return refusal
	}
	if required, ok := errors.AsType[*server.RequiredParamError](err); ok {
		return router.Invalid("%s field is required", required.ParamName)
	}
	if invalid, ok := errors.AsType[*server.InvalidParamFormatError](err); ok {
		return router.Invalid("%s cannot be read: %v", invalid.ParamName, cause(invalid))
	}
	return router.Invalid("The request cannot be read: %v", err)
}

// cause is what is wrong with a parameter, without its name, which the router puts
// before it.
func cause(err *server.InvalidParamFormatError) string {
	return strings.TrimPrefix(err.Err.Error(), fmt.Sprintf("parameter %q: ", err.ParamName))
}

// tag sets the header ETag to a version, that of a list to the highest in it.
func (c *call) tag(version int) {
	c.version = max(c.version, version)
	c.header.Set("ETag", strconv.Itoa(c.version))
}

// url is that of a resource of a workspace, by its path below that.
func (c *call) url(w *router.Workspace, path ...string) string {
	u := make([]byte, 0, 256) // as much as most have
	u = append(u, c.root...)
	u = append(u, "/Workspaces/"...)
	u = append(u, w.SID...)
	for _, segment := range path {
		u = append(u, '/')
		u = append(u, segment...)
	}
	return string(u)
}

// link is a URL as links have it.
func (c *call) link(w *router.Workspace, path ...string) *string { return new(c.url(w, path...)) }

// optionalLink is the link to a resource of a kind, null for none.
func (c *call) optionalLink(w *router.Workspace, kind, sid string) *string {
	if sid == "" {
		return nil
	}
	return c.link(w, kind, sid)
}

// second is a time as the service writes it.
func second(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

// seconds is a duration as the service writes it.
func seconds(d time.Duration) int { return int(d / time.Second) }

// optional is null for an empty text.
func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
