package capability

import (
	"net/http"
	"time"
)

// Worker is a token for the program of one worker. Unless NoDefaults is set it
// lets the program fetch the worker, the activities of the workspace, its tasks
// and the worker's reservations, and hear of what happens to them.
//
// Each kind of token is a type of its own. With one type for all, a WorkerSID
// that was forgotten would make the token of a whole workspace.
type Worker struct {
	AccountSID   string // AC…
	WorkspaceSID string // WS…
	WorkerSID    string // WK…

	// TTL is how long the token is valid: an hour if zero, a second at least. It
	// counts in whole seconds from signing. No upper limit is known; samples of the
	// service go to eight hours.
	TTL time.Duration
	// NotBefore is when the token begins to be valid: at once if zero, and then no
	// claim says so. With the time of signing in it, the token of a clock that runs
	// ahead would be refused at first.
	NotBefore time.Time
	// FriendlyName is WorkerSID unless set.
	FriendlyName string
	// NoDefaults leaves out everything that a token permits unless asked, but for
	// the websocket, without which the service takes no token. Policies can bring
	// some of it back.
	NoDefaults bool

	AllowUpdateSelf         bool // POST to the worker, with whatever is in it
	AllowDeleteSelf         bool // DELETE the worker
	AllowFetchSubresources  bool // GET what is below the worker, such as its channels
	AllowUpdateSubresources bool // POST to what is below the worker
	AllowDeleteSubresources bool // DELETE what is below the worker
	AllowUpdateActivities   bool // POST to the worker with an ActivitySid and nothing else
	AllowUpdateReservations bool // POST to the tasks of the workspace and to the worker's reservations

	// Policies come after those that the other fields make, and must not say the
	// contrary of them.
	Policies Policies
}

// Sign makes the text of the token. The error tells all mistakes at once, and
// never the auth token.
func (w Worker) Sign(authToken string) (string, error) {
	workspace := URL("Workspaces", w.WorkspaceSID)
	self := URL("Workspaces", w.WorkspaceSID, "Workers", w.WorkerSID)
	reservations := self + "/Reservations/**"
	tasks := workspace + "/Tasks/**"

	var allowed Policies
	if w.AllowUpdateActivities {
		activity := allow(http.MethodPost, self)
		activity.PostFilter = map[string]Matcher{"ActivitySid": {Required: true}}
		allowed = append(allowed, activity)
	}
	if w.AllowUpdateReservations {
		allowed = append(allowed, allow(http.MethodPost, tasks), allow(http.MethodPost, reservations))
	}
	return token{
		accountSID:   w.AccountSID,
		workspaceSID: w.WorkspaceSID,
		// The documentation has the workspace as the channel of a worker's token;
		// the samples and every library of the service have the worker.
		channel:      channel{kind: "worker", field: "WorkerSID", prefix: "WK", sid: w.WorkerSID, claim: "worker_sid", url: self},
		friendlyName: w.FriendlyName,
		ttl:          w.TTL,
		notBefore:    w.NotBefore,
		noDefaults:   w.NoDefaults,
		permissions: permissions{
			updateSelf: w.AllowUpdateSelf, deleteSelf: w.AllowDeleteSelf,
			fetchSubresources: w.AllowFetchSubresources, updateSubresources: w.AllowUpdateSubresources, deleteSubresources: w.AllowDeleteSubresources,
		},
		defaults: Policies{
			allow(http.MethodGet, workspace+"/Activities"),
			allow(http.MethodGet, tasks),
			allow(http.MethodGet, reservations),
		},
		allowed:  allowed,
		policies: w.Policies,
	}.sign(authToken)
}
