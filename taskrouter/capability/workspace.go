package capability

import "time"

// Workspace is a token for a program that watches a whole workspace. Unless
// NoDefaults is set it lets the program fetch the workspace; what is in it is
// for the fields to allow. They are explained at [Worker].
type Workspace struct {
	AccountSID   string // AC…
	WorkspaceSID string // WS…

	TTL          time.Duration // an hour if zero
	NotBefore    time.Time     // at once if zero
	FriendlyName string        // WorkspaceSID unless set
	NoDefaults   bool

	AllowUpdateSelf         bool // POST to the workspace
	AllowDeleteSelf         bool // DELETE the workspace
	AllowFetchSubresources  bool // GET everything in the workspace
	AllowUpdateSubresources bool // POST to everything in the workspace
	AllowDeleteSubresources bool // DELETE everything in the workspace

	Policies Policies
}

// Sign makes the text of the token, as [Worker.Sign] does.
func (w Workspace) Sign(authToken string) (string, error) {
	return token{
		accountSID:   w.AccountSID,
		workspaceSID: w.WorkspaceSID,
		channel:      channel{kind: "workspace", sid: w.WorkspaceSID, url: URL("Workspaces", w.WorkspaceSID)},
		friendlyName: w.FriendlyName,
		ttl:          w.TTL,
		notBefore:    w.NotBefore,
		noDefaults:   w.NoDefaults,
		permissions: permissions{
			updateSelf: w.AllowUpdateSelf, deleteSelf: w.AllowDeleteSelf,
			fetchSubresources: w.AllowFetchSubresources, updateSubresources: w.AllowUpdateSubresources, deleteSubresources: w.AllowDeleteSubresources,
		},
		policies: w.Policies,
	}.sign(authToken)
}
