package record

import (
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"

	"github.com/taskrouter-go/sdk/conformance"
)

// Credentials of a run. What is set is used, and hidden.
type Credentials struct {
	AccountSID  string
	AuthToken   string
	APIKey      string // wins over the auth token
	APISecret   string
	BearerToken string // for exchanges that ask for Bearer
}

// CredentialsFrom reads them from the environment.
func CredentialsFrom(getenv func(string) string) Credentials {
	return Credentials{
		AccountSID:  getenv("TWILIO_ACCOUNT_SID"),
		AuthToken:   getenv("TWILIO_AUTH_TOKEN"),
		APIKey:      getenv("TWILIO_API_KEY"),
		APISecret:   getenv("TWILIO_API_SECRET"),
		BearerToken: getenv("TWILIO_BEARER_TOKEN"),
	}
}

// minSecret keeps credentials from being words: "test" would have to be removed
// wherever an answer says it.
const minSecret = 8

func (c Credentials) check() error {
	for _, s := range []struct{ name, value string }{
		{"TWILIO_ACCOUNT_SID", c.AccountSID},
		{"TWILIO_AUTH_TOKEN", c.AuthToken},
		{"TWILIO_API_KEY", c.APIKey},
		{"TWILIO_API_SECRET", c.APISecret},
		{"TWILIO_BEARER_TOKEN", c.BearerToken},
	} {
		if s.value != "" && len(s.value) < minSecret {
			return fmt.Errorf("%s: expected at least %d characters: it could not be told apart from the words of an answer", s.name, minSecret)
		}
	}
	switch {
	case c.APIKey != "" && c.APISecret == "":
		return errors.New("TWILIO_API_SECRET: expected the secret of TWILIO_API_KEY")
	case c.APISecret != "" && c.APIKey == "":
		return errors.New("TWILIO_API_KEY: expected the key of TWILIO_API_SECRET")
	case c.AuthToken != "" && c.AccountSID == "":
		return errors.New("TWILIO_ACCOUNT_SID: expected the account of TWILIO_AUTH_TOKEN")
	}
	return nil
}

// basic is empty if there are none.
func (c Credentials) basic() (user, password string) {
	if c.APIKey != "" {
		return c.APIKey, c.APISecret
	}
	if c.AuthToken != "" {
		return c.AccountSID, c.AuthToken
	}
	return "", ""
}

// scheme is how a request authenticates that no fixture asks for.
func (c Credentials) scheme() string {
	if _, password := c.basic(); password == "" && c.BearerToken != "" {
		return "Bearer"
	}
	return "Basic"
}

// secrets lists what must never be written. The Basic credential contains the
// user and the password, but may be quoted as a whole.
func (c Credentials) secrets() []secret {
	all := []secret{
		{c.AccountSID, accountSID},
		{c.AuthToken, "removed-auth-token"},
		{c.APIKey, "removed-api-key"},
		{c.APISecret, "removed-api-secret"},
		{c.BearerToken, "removed-bearer-token"},
	}
	for _, pair := range [][2]string{{c.AccountSID, c.AuthToken}, {c.APIKey, c.APISecret}} {
		if pair[1] != "" {
			credential := base64.StdEncoding.EncodeToString([]byte(pair[0] + ":" + pair[1]))
			all = append(all, secret{credential, "removed-basic-credential"})
		}
	}
	var set []secret
	for _, s := range all {
		if s.value != "" && s.value != s.instead {
			set = append(set, s)
		}
	}
	return set
}

// What is sent where the fixture was refused, and to a server on this machine if
// the environment has nothing: an emulator asks for credentials but knows none.
const (
	nobody         = accountSID
	nobodyPassword = "wrong-on-purpose"
)

// authorize adds what the fixture's Authorization names, if it names one.
func (c Credentials) authorize(r *http.Request, exchange conformance.Exchange) {
	if exchange.Response.Status == http.StatusUnauthorized {
		c = Credentials{}
	}
	switch scheme(exchange.Request) {
	case "Basic":
		user, password := c.basic()
		if password == "" {
			user, password = nobody, nobodyPassword
		}
		r.SetBasicAuth(user, password)
	case "Bearer":
		r.Header.Set("Authorization", "Bearer "+cmp.Or(c.BearerToken, nobodyPassword))
	}
}

// checkFor tells before anything is sent that a scenario needs what is not there.
func (c Credentials) checkFor(s *conformance.Scenario) error {
	for _, exchange := range s.Exchanges {
		if exchange.Response.Status == http.StatusUnauthorized {
			continue
		}
		_, password := c.basic()
		switch scheme := scheme(exchange.Request); {
		case scheme == "Basic" && password == "":
			return fmt.Errorf("exchange %q: expected TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, or TWILIO_API_KEY and TWILIO_API_SECRET", exchange.Name)
		case scheme == "Bearer" && c.BearerToken == "":
			return fmt.Errorf("exchange %q: expected TWILIO_BEARER_TOKEN", exchange.Name)
		}
	}
	return nil
}

func scheme(r conformance.Request) string {
	for _, field := range r.Header {
		if http.CanonicalHeaderKey(field.Name) == "Authorization" {
			return field.Value
		}
	}
	return ""
}
