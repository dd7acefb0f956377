// Package capability makes and reads the tokens by which a program that is not
// trusted with the auth token, in a browser say, may use TaskRouter.
//
//	token, err := capability.Worker{
//		AccountSID: accountSID, WorkspaceSID: workspaceSID, WorkerSID: workerSID,
//		TTL:                     8 * time.Hour,
//		AllowUpdateActivities:   true,
//		AllowUpdateReservations: true,
//	}.Sign(authToken)
//
// There are two sorts. A capability token, a [Worker], a [TaskQueue] or a
// [Workspace], is signed with the auth token of the account and lists what is
// allowed, URL by URL. An [AccessToken] is signed with the secret of an API key
// and names a role. Which one is needed is up to the library in the browser:
// version 1 of the service's JavaScript SDK for TaskRouter takes the former,
// version 2 the latter.
//
// No way is known to take one token back: whoever has it can use it until it ends,
// or until the key that signed it is changed. Make it short, and allow no more than
// is needed.
//
// # What a token allows
//
//	claims, err := capability.Parse(token, authToken)
//	claims.Policies.Allows(http.MethodGet, capability.URL("Workspaces", workspaceSID), nil)
//
// tells whether the service should accept a request, by the documented rules of
// which policy matches and which one goes first. [Policies.Allows] lists what is
// assumed beyond them.
//
// # Errors
//
// Sign tells all that is wrong with a token at once, such as a SID of another kind. [Parse]
// and [ParseAccess] tell an expired token from a forged one: ask by errors.Is for
// [ErrExpired], [ErrNotYetValid], [ErrWrongKey] and [ErrMalformed]. No error holds a key.
//
// # Where the service's answer is not known
//
// The documentation gives no longest time for a capability token, so there is none
// here. It does not say whether the websocket of another region than us1 needs
// policies of its own; a token has those of us1.
package capability
