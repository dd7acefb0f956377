package capability

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	// contentType says in the header of an access token what it is.
	contentType = "twilio-fpa;v=1"
	// maxAccessTTL is the longest that the service takes for an access token.
	maxAccessTTL = 24 * time.Hour
	// grantName and identityName are those in the claim grants.
	grantName    = "task_router"
	identityName = "identity"
)

// AccessToken is a token for the program of one worker by way of an API key, as
// version 2 of the service's JavaScript SDK for TaskRouter takes it. Unlike a
// [Worker] it has no policies: what the program may do is up to the role.
type AccessToken struct {
	AccountSID string // AC…
	KeySID     string // SK…, of a key that is not restricted
	// Identity is what the user is called in the products that the token is for.
	// It is left out if it is empty.
	Identity string
	// TTL is how long the token is valid: an hour if zero, from a second to 24
	// hours. It counts in whole seconds from signing.
	TTL time.Duration
	// NotBefore is when the token begins to be valid: at once if zero.
	NotBefore time.Time
	// Region is where the token is used, such as ie1. It is left out of the header
	// if it is empty.
	Region string
	// TaskRouter is required, but for its role.
	TaskRouter TaskRouterGrant
	// Grants are those of other products by their names in the token, such as
	// voice. Each encodes as a JSON object, whose members are up to the product:
	//
	//	"voice": map[string]any{"incoming": map[string]bool{"allow": true}}
	Grants map[string]any
}

// TaskRouterGrant says as whom the program comes.
type TaskRouterGrant struct {
	WorkspaceSID string `json:"workspace_sid,omitempty"` // WS…
	WorkerSID    string `json:"worker_sid,omitempty"`    // WK…
	Role         string `json:"role,omitempty"`          // worker unless set; no other is documented
}

// Sign makes the text of the token with the secret of the API key. The error
// tells all mistakes at once, and never the secret.
//
// The claim jti is the SID of the key and the second of signing, as documented:
// tokens of the same second share it. Nothing is known to go by it.
func (a AccessToken) Sign(keySecret string) (string, error) {
	lifetime := newLifetime(a.TTL, a.NotBefore)
	grants, grantsFault := a.encodeGrants()
	if err := refusal("access token", keySecret,
		checkKey("secret of the API key", keySecret),
		checkSID("AccountSID", "AC", a.AccountSID),
		checkSID("KeySID", "SK", a.KeySID),
		checkText("Identity", a.Identity),
		lifetime.check(),
		checkAccessTTL(a.TTL),
		checkRegion(a.Region),
		checkSID("TaskRouter.WorkspaceSID", "WS", a.TaskRouter.WorkspaceSID),
		checkSID("TaskRouter.WorkerSID", "WK", a.TaskRouter.WorkerSID),
		checkText("TaskRouter.Role", a.TaskRouter.Role),
		grantsFault,
	); err != nil {
		return "", err
	}
	now := lifetime.now.Unix()
	claims := jwt.MapClaims{
		"jti":    fmt.Sprintf("%s-%d", a.KeySID, now),
		"iss":    a.KeySID,
		"sub":    a.AccountSID,
		"iat":    now, // documented, though most libraries of the service leave it out
		"grants": grants,
	}
	lifetime.set(claims)
	header := map[string]any{"cty": contentType}
	if a.Region != "" {
		header["twr"] = a.Region
	}
	return sign(header, claims, keySecret)
}

func checkAccessTTL(ttl time.Duration) error {
	if ttl > maxAccessTTL {
		return fmt.Errorf("TTL is %v, expected 24 hours at most: the service refuses more with error 20157", ttl)
	}
	return nil
}

func checkRegion(region string) error {
	if region != "" && !isAlphanumeric(region) {
		return fmt.Errorf("the region is %q, expected letters and digits, such as ie1", region)
	}
	return nil
}

// encodeGrants makes the claim grants.
func (a AccessToken) encodeGrants() (map[string]any, error) {
	grant := a.TaskRouter
	grant.Role = cmp.Or(grant.Role, "worker")
	grants := map[string]any{grantName: grant}
	if a.Identity != "" {
		grants[identityName] = a.Identity
	}
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(a.Grants)) {
		text, err := json.Marshal(a.Grants[name])
		switch {
		case name == grantName || name == identityName:
			faults = append(faults, fmt.Errorf("the grant %q is among Grants, expected it in its own field", name))
		case err != nil:
			faults = append(faults, fmt.Errorf("encode the grant %q: %w", name, err))
		case text[0] != '{':
			faults = append(faults, fmt.Errorf("the grant %q is %s in JSON, expected an object", name, text))
		default:
			faults = append(faults, checkText("a name in Grants", name))
			grants[name] = json.RawMessage(text)
		}
	}
	return grants, errors.Join(faults...)
}
