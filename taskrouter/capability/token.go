package capability

import (
	"cmp"
	"net/http"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// version is that of capability tokens, not of this package.
const version = "v1"

// token is what the tokens of workers, task queues and workspaces have in common.
type token struct {
	accountSID, workspaceSID string
	channel                  channel
	friendlyName             string
	ttl                      time.Duration
	notBefore                time.Time
	noDefaults               bool
	permissions              permissions
	defaults                 Policies // of the kind, besides those that all have
	allowed                  Policies // by permissions that only the kind has
	policies                 Policies // the caller's
}

// channel is what a token is for, and where its websocket listens.
type channel struct {
	kind   string // as people say
	field  string // of the struct, and prefix of the SID in it
	prefix string
	sid    string
	claim  string // that holds the SID besides channel; "" for a workspace
	url    string
}

// permissions are those that every kind of token can have.
type permissions struct {
	updateSelf, deleteSelf                                    bool
	fetchSubresources, updateSubresources, deleteSubresources bool
}

func (t token) sign(authToken string) (string, error) {
	lifetime := newLifetime(t.ttl, t.notBefore)
	policies := t.allPolicies()
	if err := refusal("token of a "+t.channel.kind, authToken,
		checkKey("auth token", authToken),
		checkSID("AccountSID", "AC", t.accountSID),
		checkSID("WorkspaceSID", "WS", t.workspaceSID),
		t.checkChannel(),
		lifetime.check(),
		checkText("FriendlyName", t.friendlyName),
		t.policies.check(),
		policies.checkConflicts(),
	); err != nil {
		return "", err
	}
	claims := jwt.MapClaims{
		"version":       version,
		"iss":           t.accountSID,
		"account_sid":   t.accountSID,
		"workspace_sid": t.workspaceSID,
		"channel":       t.channel.sid,
		"friendly_name": cmp.Or(t.friendlyName, t.channel.sid),
		"policies":      policies,
	}
	if t.channel.claim != "" {
		claims[t.channel.claim] = t.channel.sid
	}
	lifetime.set(claims)
	return sign(nil, claims, authToken)
}

// checkChannel leaves a workspace to the check of WorkspaceSID.
func (t token) checkChannel() error {
	if t.channel.claim == "" {
		return nil
	}
	return checkSID(t.channel.field, t.channel.prefix, t.channel.sid)
}

// allPolicies are in the order of the documented example: the websocket, the
// resource itself, what is below it, what only the kind has, and the caller's.
func (t token) allPolicies() Policies {
	webSocket := webSocketURL + "/" + t.accountSID + "/" + t.channel.sid
	policies := Policies{allow(http.MethodGet, webSocket), allow(http.MethodPost, webSocket)}
	if !t.noDefaults {
		policies = append(policies, allow(http.MethodGet, t.channel.url))
	}
	policies = append(policies, t.permissions.policies(t.channel.url)...)
	if !t.noDefaults {
		policies = append(policies, t.defaults...)
	}
	policies = append(policies, t.allowed...)
	return append(policies, t.policies...)
}

func (p permissions) policies(self string) (policies Policies) {
	below := self + "/**"
	for _, permission := range []struct {
		granted     bool
		method, url string
	}{
		{p.updateSelf, http.MethodPost, self},
		{p.deleteSelf, http.MethodDelete, self},
		{p.fetchSubresources, http.MethodGet, below},
		{p.updateSubresources, http.MethodPost, below},
		{p.deleteSubresources, http.MethodDelete, below},
	} {
		if permission.granted {
			policies = append(policies, allow(permission.method, permission.url))
		}
	}
	return policies
}

func allow(method, url string) Policy { return Policy{URL: url, Method: method, Allow: true} }
