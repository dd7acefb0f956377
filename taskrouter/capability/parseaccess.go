package capability

import (
	"encoding/json"
	"fmt"
	"time"
)

// AccessClaims are what an access token says.
type AccessClaims struct {
	ID         string // jti, "" if there is none
	AccountSID string // AC…
	KeySID     string // SK…
	Identity   string // "" if there is none
	Region     string // "" if there is none
	// IssuedAt and NotBefore are zero if there are none.
	IssuedAt, NotBefore, ExpiresAt time.Time
	// TaskRouter is zero if the token is for other products only. What else the
	// grant may have is not kept.
	TaskRouter TaskRouterGrant
	// Grants holds those of other products, nil if there are none.
	Grants map[string]json.RawMessage
	// Other holds the claims that have no field here, nil if there are none.
	Other map[string]json.RawMessage
}

// ParseAccess reads an access token that was signed with the secret of an API
// key, or with one of several secrets. Errors are those of [Parse].
func ParseAccess(text, keySecret string, furtherSecrets ...string) (AccessClaims, error) {
	token, err := verify(text, "secret of the API key", keySecret, furtherSecrets)
	if err != nil {
		return AccessClaims{}, err
	}
	claims, err := readAccessClaims(token)
	if err != nil {
		return AccessClaims{}, malformed(err.Error())
	}
	if err := checkTimes(claims.NotBefore, claims.ExpiresAt); err != nil {
		return AccessClaims{}, err
	}
	return claims, nil
}

func readAccessClaims(token *verified) (claims AccessClaims, err error) {
	if token.header["cty"] != contentType {
		return claims, fmt.Errorf("its header has no cty %s, as with a capability token, which Parse reads", contentType)
	}
	o := token.claims
	if region, found := token.header["twr"]; found {
		var ok bool
		if claims.Region, ok = region.(string); !ok {
			o.report("twr of its header is %v, expected a text", region)
		}
	}
	o.demand("iss", "sub", "exp", "grants")
	claims.ID = o.text("jti")
	claims.KeySID = o.sid("iss", "SK")
	claims.AccountSID = o.sid("sub", "AC")
	claims.IssuedAt = o.time("iat")
	claims.NotBefore = o.time("nbf")
	claims.ExpiresAt = o.time("exp")
	claims.readGrants(o.child("grants"))
	claims.Other = o.rest()
	return claims, o.fault()
}

func (c *AccessClaims) readGrants(grants *object) {
	c.Identity = grants.text(identityName)
	grant := grants.child(grantName)
	c.TaskRouter.WorkspaceSID = grant.sid("workspace_sid", "WS")
	c.TaskRouter.WorkerSID = grant.sid("worker_sid", "WK")
	c.TaskRouter.Role = grant.text("role")
	c.Grants = grants.rest()
}
