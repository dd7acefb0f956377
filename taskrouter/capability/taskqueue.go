package capability

import "time"

// TaskQueue is a token for a program that watches one task queue. Unless
// NoDefaults is set it lets the program fetch the queue. Its fields are explained
// at [Worker].
type TaskQueue struct {
	AccountSID   string // AC…
	WorkspaceSID string // WS…
	TaskQueueSID string // WQ…

	TTL          time.Duration // an hour if zero
	NotBefore    time.Time     // at once if zero
	FriendlyName string        // TaskQueueSID unless set
	NoDefaults   bool

	AllowUpdateSelf         bool // POST to the task queue
	AllowDeleteSelf         bool // DELETE the task queue
	AllowFetchSubresources  bool // GET what is below the task queue, such as its statistics
	AllowUpdateSubresources bool // POST to what is below the task queue
	AllowDeleteSubresources bool // DELETE what is below the task queue

	Policies Policies
}

// Sign makes the text of the token, as [Worker.Sign] does.
func (q TaskQueue) Sign(authToken string) (string, error) {
	return token{
		accountSID:   q.AccountSID,
		workspaceSID: q.WorkspaceSID,
		channel: channel{
			kind: "task queue", field: "TaskQueueSID", prefix: "WQ", sid: q.TaskQueueSID, claim: "taskqueue_sid",
			url: URL("Workspaces", q.WorkspaceSID, "TaskQueues", q.TaskQueueSID),
		},
		friendlyName: q.FriendlyName,
		ttl:          q.TTL,
		notBefore:    q.NotBefore,
		noDefaults:   q.NoDefaults,
		permissions: permissions{
			updateSelf: q.AllowUpdateSelf, deleteSelf: q.AllowDeleteSelf,
			fetchSubresources: q.AllowFetchSubresources, updateSubresources: q.AllowUpdateSubresources, deleteSubresources: q.AllowDeleteSubresources,
		},
		policies: q.Policies,
	}.sign(authToken)
}
