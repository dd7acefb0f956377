package capability

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/golang-jwt/jwt/v5"
)

// sign makes the text of a token. The same claims give the same text: maps are
// encoded in the order of their names.
func sign(header map[string]any, claims jwt.MapClaims, key string) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, claims)
	maps.Copy(token.Header, header)
	return token.SignedString([]byte(key))
}

// lifetime is when a token is valid: for ttl from now, and not before notBefore
// if that is set.
type lifetime struct {
	now, notBefore time.Time
	ttl            time.Duration
}

func newLifetime(ttl time.Duration, notBefore time.Time) lifetime {
	return lifetime{now: time.Now(), notBefore: notBefore, ttl: cmp.Or(ttl, time.Hour)}
}

// end is cut to the second. Rounded up, an access token of 24 hours could be a
// second too long for the service.
func (l lifetime) end() int64 { return l.now.Add(l.ttl).Unix() }

func (l lifetime) check() error {
	if l.ttl < time.Second {
		return fmt.Errorf("TTL is %v, expected a second or more, or zero for an hour", l.ttl)
	}
	if l.notBefore.IsZero() {
		return nil
	}
	if begin := l.notBefore.Unix(); begin < 0 || begin >= l.end() {
		return fmt.Errorf("NotBefore is %s, expected a time after 1970 and before the token ends", l.notBefore.Format(time.RFC3339))
	}
	return nil
}

// set writes the lifetime into claims.
func (l lifetime) set(claims jwt.MapClaims) {
	claims["exp"] = l.end()
	if !l.notBefore.IsZero() {
		claims["nbf"] = l.notBefore.Unix()
	}
}

// checkKey finds an empty key, with which everybody could sign, and one that was
// read with the end of its line, which signs what the service refuses.
func checkKey(name, key string) error {
	switch {
	case key == "":
		return fmt.Errorf("the %s is empty", name)
	case key != strings.TrimSpace(key):
		return fmt.Errorf("the %s begins or ends with white space, as with the line break of a file", name)
	}
	return nil
}

// checkSID finds what must not become part of a token or of the URL of a policy,
// where a slash or a dot would open other doors. What stands in the place of the
// SID of an account or of a key is not shown: it may be the secret beside it.
func checkSID(field, prefix, sid string) error {
	switch {
	case isSID(prefix, sid):
		return nil
	case sid == "":
		return fmt.Errorf("%s is empty, expected a SID that begins with %s", field, prefix)
	case prefix == "AC" || prefix == "SK":
		return fmt.Errorf("%s is something else, not shown as it may be a secret, expected %s and then letters and digits", field, prefix)
	}
	return fmt.Errorf("%s is %q, expected %s and then letters and digits", field, sid, prefix)
}

func isSID(prefix, text string) bool {
	rest, found := strings.CutPrefix(text, prefix)
	return found && isAlphanumeric(rest)
}

func isAlphanumeric(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
}

// checkText finds bytes that JSON cannot hold. The encoder would put another
// character in their place and so make two names one.
func checkText(field, text string) error {
	if !utf8.ValidString(text) {
		return fmt.Errorf("%s is %q, expected valid UTF-8", field, text)
	}
	return nil
}

// refusal is all that is wrong with a token that was to be signed, or nil. Faults
// quote what is in the fields; the key, which can be there by mistake, is taken out
// of them.
func refusal(token, key string, faults ...error) error {
	err := errors.Join(faults...)
	if err == nil {
		return nil
	}
	if key != "" && strings.Contains(err.Error(), key) {
		err = errors.New(strings.ReplaceAll(err.Error(), key, "…"))
	}
	return fmt.Errorf("capability: sign the %s: %w", token, err)
}
