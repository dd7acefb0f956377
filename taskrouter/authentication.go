package taskrouter

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/taskrouter-go/sdk/taskrouter/internal/pipeline"
)

// authentication is what the options say of it; nil for what they do not set.
type authentication struct {
	token, apiKey     pipeline.Credentials
	source            TokenSource
	clientCredentials *clientCredentials
	tokenURL          string
}

// WithAuthToken authenticates with the SID of an account and its auth token. To
// act for a sub-account, name its SID with its own token: what an account can
// reach is decided by its credentials alone.
func WithAuthToken(accountSID, authToken string) Option {
	return func(c *config) (err error) {
		c.authentication.token, err = pipeline.AuthToken("WithAuthToken", accountSID, authToken)
		return err
	}
}

// WithAPIKey authenticates with an API key of the account, its SID (SK…) and
// its secret. It wins over [WithAuthToken]. The SID of the account is not sent;
// it guards against values that have changed places. A key of a sub-account acts
// for that one.
func WithAPIKey(accountSID, keySID, secret string) Option {
	return func(c *config) error {
		key, err := pipeline.APIKey("WithAPIKey", keySID, secret)
		c.authentication.apiKey = key
		return errors.Join(pipeline.CheckCredential("WithAPIKey: account SID", accountSID, "AC"), err)
	}
}

// A TokenSource fetches a new token, and tells when it expires, with the zero time
// if that is not known. It need not keep the token: the client does.
type TokenSource func(ctx context.Context) (token string, expiry time.Time, err error)

// WithTokenSource authenticates with tokens of any source. One is fetched when a
// call needs it, once for all calls that wait for it; again a minute before it
// expires, or halfway if it lives for less than two; and once for a call that the
// service answers with 401, which then makes another attempt. If the source fails
// and there is no token that is still good, so does the call, and nothing is sent.
//
// The source is called in a goroutine of its own, with the values of a call's
// context but two minutes of time: others may wait for longer than that call does.
func WithTokenSource(source TokenSource) Option {
	return func(c *config) error {
		if source == nil {
			return errors.New("WithTokenSource: the source is nil")
		}
		c.authentication.source = source
		return nil
	}
}

// authenticate chooses the credentials: an option before the environment, an
// API key before a token.
func (c *config) authenticate() (err error) {
	a := c.authentication
	switch {
	case a.source != nil && a.clientCredentials != nil:
		err = errors.New("WithTokenSource and WithClientCredentials exclude each other")
	case (a.source != nil || a.clientCredentials != nil) && (a.apiKey != nil || a.token != nil):
		err = errors.New("WithTokenSource and WithClientCredentials exclude WithAPIKey and WithAuthToken")
	case a.tokenURL != "" && a.clientCredentials == nil:
		err = errors.New("WithTokenURL is for WithClientCredentials, which is missing")
	case a.source != nil:
		c.pipeline.Credentials = pipeline.Bearer(pipeline.TokenSource(a.source))
	case a.clientCredentials != nil:
		c.pipeline.Credentials = pipeline.Bearer(a.clientCredentials.source(c))
	case a.apiKey != nil:
		c.pipeline.Credentials = a.apiKey
	case a.token != nil:
		c.pipeline.Credentials = a.token
	case os.Getenv("TWILIO_API_KEY") != "":
		c.pipeline.Credentials, err = pipeline.APIKey("TWILIO_API_KEY and TWILIO_API_SECRET", os.Getenv("TWILIO_API_KEY"), os.Getenv("TWILIO_API_SECRET"))
	case os.Getenv("TWILIO_ACCOUNT_SID") != "" || os.Getenv("TWILIO_AUTH_TOKEN") != "":
		c.pipeline.Credentials, err = pipeline.AuthToken("TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN", os.Getenv("TWILIO_ACCOUNT_SID"), os.Getenv("TWILIO_AUTH_TOKEN"))
	default:
		err = errors.New("no credentials: use WithAuthToken or WithAPIKey, or set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN")
	}
	return err
}
