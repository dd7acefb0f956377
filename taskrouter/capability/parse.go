package capability

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Claims are what a capability token says.
type Claims struct {
	AccountSID   string // AC…
	WorkspaceSID string // WS…
	// Channel is the SID of what the token is for: WK…, WQ… or WS….
	Channel      string
	WorkerSID    string // "" unless the token is for a worker
	TaskQueueSID string // "" unless the token is for a task queue
	FriendlyName string // "" if there is none
	// NotBefore is zero if there is none.
	NotBefore, ExpiresAt time.Time
	// Policies are as they are, also where the service would refuse them.
	Policies Policies
	// Other holds the claims that have no field here, nil if there are none.
	Other map[string]json.RawMessage
}

// Parse reads a capability token that was signed with an auth token, or with one
// of several: while the auth token of an account is being changed, tokens that were
// signed with the old one are still around. A token that is refused gives one of
// [ErrMalformed], [ErrWrongKey], [ErrExpired] and [ErrNotYetValid]; an auth token
// that is empty or has white space around it gives an error of its own. No claim is
// looked at unless the signature is right.
//
// The clock of this machine decides whether a token is expired, with no allowance
// for a clock that is wrong.
func Parse(text, authToken string, furtherAuthTokens ...string) (Claims, error) {
	token, err := verify(text, "auth token", authToken, furtherAuthTokens)
	if err != nil {
		return Claims{}, err
	}
	claims, err := readClaims(token.claims)
	if err != nil && token.header["cty"] == contentType {
		return Claims{}, malformed("it is an access token, which ParseAccess reads")
	}
	if err != nil {
		return Claims{}, malformed(err.Error())
	}
	if err := checkTimes(claims.NotBefore, claims.ExpiresAt); err != nil {
		return Claims{}, err
	}
	return claims, nil
}

func readClaims(o *object) (claims Claims, err error) {
	o.demand("account_sid", "workspace_sid", "channel", "iss", "version", "exp", "policies")
	claims.AccountSID = o.sid("account_sid", "AC")
	claims.WorkspaceSID = o.sid("workspace_sid", "WS")
	claims.Channel = o.sid("channel", "WK", "WQ", "WS")
	claims.WorkerSID = o.sid("worker_sid", "WK")
	claims.TaskQueueSID = o.sid("taskqueue_sid", "WQ")
	issuer, stated := o.text("iss"), o.text("version")
	claims.FriendlyName = o.text("friendly_name")
	claims.NotBefore = o.time("nbf")
	claims.ExpiresAt = o.time("exp")
	claims.Policies = readPolicies(o)
	claims.Other = o.rest()
	if o.fault() == nil {
		claims.checkAgreement(o, issuer, stated)
	}
	return claims, o.fault()
}

// checkAgreement finds claims that contradict each other. The channel of a worker
// may be its workspace, as the documentation has it.
func (c Claims) checkAgreement(o *object, issuer, stated string) {
	if issuer != c.AccountSID {
		o.report("iss is %q, expected the account_sid %s", issuer, c.AccountSID)
	}
	if stated != version {
		o.report("version is %q, expected %s", stated, version)
	}
	same := map[string]string{"WK": c.WorkerSID, "WQ": c.TaskQueueSID, "WS": c.WorkspaceSID}[c.Channel[:2]]
	if same != "" && same != c.Channel {
		o.report("channel is %s, and the token is for %s", c.Channel, same)
	}
}

// maxLength is how long a token may be, in bytes. It travels in a URL or a header,
// which are far shorter.
const maxLength = 1 << 20

// verified is a token whose signature is right.
type verified struct {
	header map[string]any
	claims *object
}

// parser leaves claims to this package, which looks at them after the signature
// and closer: the library's own check takes exp for a float of any size.
var parser = jwt.NewParser(
	jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
	jwt.WithStrictDecoding(),
	jwt.WithoutClaimsValidation(),
)

// verify takes a token apart and holds its signature against each of the keys.
func verify(text, keyName, key string, further []string) (*verified, error) {
	keys := jwt.VerificationKeySet{}
	for _, each := range append([]string{key}, further...) {
		if err := checkKey(keyName, each); err != nil {
			return nil, fmt.Errorf("capability: parse a token: %w", err)
		}
		keys.Keys = append(keys.Keys, []byte(each))
	}
	if len(text) > maxLength {
		return nil, malformed(fmt.Sprintf("it has %d bytes, expected %d at most", len(text), maxLength))
	}
	if strings.ContainsAny(text, "\r\n") {
		return nil, malformed("it has a line break, over which the decoder would read")
	}
	unread := new(payload)
	token, err := parser.ParseWithClaims(text, unread, func(*jwt.Token) (any, error) { return keys, nil })
	if errors.Is(err, jwt.ErrSignatureInvalid) {
		return nil, fmt.Errorf("capability: %w", ErrWrongKey)
	}
	if err != nil {
		_, reason, _ := strings.Cut(err.Error(), ": ") // after the library's words for malformed
		return nil, malformed(reason)
	}
	if _, critical := token.Header["crit"]; critical {
		return nil, malformed("its header demands extensions that are not known here") // RFC 7515, 4.1.11
	}
	claims, err := newObject(unread.text)
	if err != nil {
		return nil, malformed("claims: " + err.Error())
	}
	return &verified{header: token.Header, claims: claims}, nil
}

// payload keeps the claims of a token as they are until its signature has been
// found right.
type payload struct {
	jwt.MapClaims // for the interface; it stays empty
	text          []byte
}

func (p *payload) UnmarshalJSON(text []byte) error {
	p.text = bytes.Clone(text)
	return nil
}

func malformed(reason string) error {
	return fmt.Errorf("capability: %w: %s", ErrMalformed, reason)
}

func checkTimes(begin, end time.Time) error {
	now := time.Now()
	if !now.Before(end) {
		return fmt.Errorf("capability: %w: it ended at %s", ErrExpired, end.Format(time.RFC3339))
	}
	if now.Before(begin) {
		return fmt.Errorf("capability: %w: it begins at %s", ErrNotYetValid, begin.Format(time.RFC3339))
	}
	return nil
}
