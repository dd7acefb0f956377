package api

import (
	"cmp"
	"crypto/subtle"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/gen/server"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/router"
	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// An API answers requests, one at a time.
type API struct {
	routes routes
	// credentials are passwords by user name.
	credentials map[string]string
	basePath    string
	deliver     func([]router.Callback)

	mu      sync.Mutex
	account *router.Account
	limits  limits
	alarm   alarm
}

var _ server.ServerInterface = (*API)(nil)

// A Config is what an [API] is made of.
type Config struct {
	Account *router.Account
	// Credentials are the passwords of those who may call, by user name.
	Credentials map[string]string
	// RateLimits tells whether too many requests are refused.
	RateLimits bool
	// BasePath is what stands before the /v1 of all paths, such as /base, or "".
	BasePath string
	// Deliver makes callbacks; nil makes none. It is called with the lock of the API held,
	// so it only begins to.
	Deliver func([]router.Callback)
	// Speed is how many seconds pass for the account in one of the machine, 0 for 1.
	Speed float64
}

// New returns an API.
func New(config Config) *API {
	a := &API{
		routes:      routes{operations: make(map[string]gen.Operation)},
		credentials: config.Credentials,
		basePath:    config.BasePath,
		account:     config.Account,
		limits:      limits{enforced: config.RateLimits},
		deliver:     config.Deliver,
	}
	for _, operation := range gen.Operations {
		a.routes.operations[operation.Method+" "+a.basePath+operation.Path] = operation
	}
	server.HandlerWithOptions(a, server.StdHTTPServerOptions{
		BaseURL:          a.basePath,
		BaseRouter:       &a.routes,
		ErrorHandlerFunc: func(w http.ResponseWriter, r *http.Request, err error) { a.fail(w, r, refusalOf(err)) },
	})
	a.routes.seal()
	a.alarm.init(&a.mu, a.wake, cmp.Or(config.Speed, 1))
	return a
}

// AccountSID is the SID of the account.
func (a *API) AccountSID() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.account.SID
}

// Dump returns the state as a file.
func (a *API) Dump() ([]byte, error) {
	a.begin()
	defer a.end()
	return a.account.Dump()
}

// Load replaces the state by that of a file. Whoever may call may do so as before, and
// the account of the file by the password of the one that was there. What waits there is
// routed.
func (a *API) Load(data []byte, seed uint64) error {
	a.begin()
	defer a.end()
	account, err := router.Load(data, a.account.SID, seed, a.alarm.clock.now())
	if err != nil {
		return err
	}
	a.credentials[account.SID] = a.credentials[a.account.SID]
	a.account = account
	return nil
}

// CatchUp has everything happen that is due.
func (a *API) CatchUp() {
	a.begin()
	a.end()
}

// Matters tells whether a callback is still to be made: not if another state was loaded
// since, nor if the reservation that it asks about is over.
func (a *API) Matters(c router.Callback) bool {
	a.begin()
	defer a.end()
	return c.Account == a.account && (c.Event != nil || a.account.IsPending(c.Assignment))
}

// CarryOut does what an application answered when it was asked about an assignment.
func (a *API) CarryOut(c router.Callback, instruction webhook.Instruction) error {
	a.begin()
	defer a.end()
	if c.Account != a.account {
		return router.ErrGone
	}
	return a.account.CarryOut(c.Assignment, instruction)
}

// CancelUnanswered cancels a reservation about which no application could be asked.
func (a *API) CancelUnanswered(c router.Callback) {
	a.begin()
	defer a.end()
	if c.Account == a.account {
		a.account.CancelUnanswered(c.Assignment)
	}
}

// Operation tells which operation a request is for, or that it is for none.
func (a *API) Operation(r *http.Request) (gen.Operation, bool) {
	found := a.routes.find(r.WithContext(r.Context()))
	return found.operation, found.handle != nil
}

// Answer answers a request, whose body is read already.
func (a *API) Answer(r *http.Request) *Answer {
	answer := &Answer{header: make(http.Header)}
	found := a.routes.find(r)
	query, err := url.ParseQuery(r.URL.RawQuery)
	a.carryOut(answer, r, found, query, err)
	answer.encode()
	return answer
}

// carryOut carries a call out. What else there is to do for its answer is done before
// and after it, and need not wait for other calls.
func (a *API) carryOut(answer *Answer, r *http.Request, found route, query url.Values, unreadable error) {
	a.begin()
	defer a.end()
	answer.Header().Set("Twilio-Request-Id", a.account.NextSID("RQ"))
	if refusal := a.authenticate(r); refusal != nil {
		answer.Header().Set("WWW-Authenticate", `Basic realm="Twilio API"`)
		a.fail(answer, r, refusal)
		return
	}
	if refusal := a.limits.count(answer.Header(), time.Now(), found.operation, query); refusal != nil {
		a.fail(answer, r, refusal)
		return
	}
	if refusal := checkText(query, unreadable); refusal != nil {
		a.fail(answer, r, refusal)
		return
	}
	if found.handle == nil {
		a.refuseMethod(answer, r)
		return
	}
	found.handle(answer, r)
}

// refuseMethod answers a request for which there is no operation: one by another method
// than the resource has, or one of a resource that is none.
func (a *API) refuseMethod(answer *Answer, r *http.Request) {
	allowed := a.routes.methods(r)
	if len(allowed) == 0 {
		a.fail(answer, r, &router.Refusal{Status: http.StatusNotFound, Code: codeNotFound})
		return
	}
	answer.Header().Set("Allow", strings.Join(allowed, ", "))
	a.fail(answer, r, &router.Refusal{Status: http.StatusMethodNotAllowed, Code: codeMethod, Message: "Method not allowed"})
}

// Authenticate tells whether a request has the credentials of somebody who may call.
func (a *API) Authenticate(r *http.Request) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.authenticate(r) == nil
}

// authenticate wants the user name and the password of somebody who may call.
func (a *API) authenticate(r *http.Request) *router.Refusal {
	user, password, ok := r.BasicAuth()
	if !ok {
		return unauthorized("No credentials provided")
	}
	if known, ok := a.credentials[user]; !ok || subtle.ConstantTimeCompare([]byte(known), []byte(password)) != 1 {
		return wrongCredentials()
	}
	return nil
}

func wrongCredentials() *router.Refusal { return unauthorized("The credentials are not valid") }

func unauthorized(why string) *router.Refusal {
	return &router.Refusal{Status: http.StatusUnauthorized, Code: codeUnauthorized, Message: "Authentication Error - " + why}
}

// root is what the URLs of an answer begin with.
func (a *API) root(r *http.Request) string {
	scheme := "http"
	switch {
	case r.URL.Scheme != "":
		scheme = r.URL.Scheme // of a request that came without a connection
	case r.TLS != nil:
		scheme = "https"
	}
	return scheme + "://" + r.Host + a.basePath + version
}

const version = "/v1"

// resourcePath is the path of a request as messages have it.
func (a *API) resourcePath(r *http.Request) string {
	return strings.TrimPrefix(r.URL.Path, a.basePath+version)
}
