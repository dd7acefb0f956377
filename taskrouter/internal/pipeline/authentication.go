package pipeline

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Credentials put the authentication on requests.
type Credentials interface {
	// authorize fails if there is nothing to authenticate with.
	authorize(*http.Request) error
	// renew tells whether a request that the service did not authorize will be
	// sent with other credentials when it is sent again.
	renew(*http.Request) bool
}

// authenticate sends nothing without credentials, and credentials nowhere but
// to the base URL. It does so for each attempt, because a token may have been
// renewed since the last, and after middleware, which has no use for secrets.
func authenticate(credentials Credentials, base *url.URL, next Step) Step {
	return func(request *http.Request) (*http.Response, error) {
		if request.URL.Scheme != base.Scheme || request.URL.Host != base.Host || request.URL.Opaque != "" ||
			request.Host != "" && request.Host != base.Host { // which a proxy would follow
			return nil, Permanent(fmt.Errorf("the credentials are for %s://%s, and middleware has directed the request elsewhere", base.Scheme, base.Host))
		}
		authorized := request.Clone(request.Context()) // so that middleware does not find them afterwards
		if err := credentials.authorize(authorized); err != nil {
			return nil, Permanent(fmt.Errorf("authenticate: %w", err))
		}
		response, err := next(authorized)
		if err != nil {
			return nil, err
		}
		response.Request = request
		a := attemptOf(request.Context())
		if response.StatusCode != http.StatusUnauthorized {
			a.accepted.Store(true)
		} else if !a.renewed && credentials.renew(authorized) {
			a.renewable.Store(true)
		}
		return response, nil
	}
}

// basic is a function, so that no print can show what it holds.
type basic func(*http.Request)

func newBasic(user, password string) Credentials {
	value := "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
	return basic(func(request *http.Request) { request.Header.Set("Authorization", value) })
}

func (b basic) authorize(request *http.Request) error {
	b(request)
	return nil
}

func (basic) renew(*http.Request) bool { return false }

// AuthToken returns the credentials of an account. Source is where they come from.
func AuthToken(source, accountSID, authToken string) (Credentials, error) {
	if err := CheckCredential(source+": account SID", accountSID, "AC"); err != nil {
		return nil, err
	}
	if authToken == "" {
		return nil, fmt.Errorf("%s: the auth token is empty", source)
	}
	return newBasic(accountSID, authToken), nil
}

// APIKey returns the credentials of an API key. Source is where they come from.
func APIKey(source, keySID, secret string) (Credentials, error) {
	if err := CheckCredential(source+": API key SID", keySID, "SK"); err != nil {
		return nil, err
	}
	if secret == "" {
		return nil, fmt.Errorf("%s: the secret of the API key is empty", source)
	}
	return newBasic(keySID, secret), nil
}

// CheckCredential finds a SID that is none. It does not repeat the value: it may be the secret, in the
// wrong place.
func CheckCredential(what, sid, prefix string) error {
	if sid == "" {
		return fmt.Errorf("%s is empty, expected a SID that begins with %s", what, prefix)
	}
	if !strings.HasPrefix(sid, prefix) || strings.ContainsFunc(sid, func(r rune) bool { return r <= ' ' || r == ':' }) {
		return fmt.Errorf("%s is no SID that begins with %s", what, prefix)
	}
	return nil
}
