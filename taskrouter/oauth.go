package taskrouter

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/internal/pipeline"
)

// createToken is the operation of an [Error] that is about fetching a token.
const createToken = "createToken"

// serviceTokenURL is where the official libraries fetch tokens.
const serviceTokenURL = "https://oauth.twilio.com/v2/token"

// clientCredentials hold a function, so that no print can show the secret.
type clientCredentials struct {
	form func() url.Values
}

// WithClientCredentials authenticates with tokens that are fetched for an OAuth
// client of the account, its ID and its secret, by the grant client_credentials.
// They are kept and renewed as [WithTokenSource] says. Fetching one is repeated
// as a GET would be; if it fails, so does the call, with an [*Error] whose
// Operation is "createToken" if there was an answer.
func WithClientCredentials(clientID, clientSecret string) Option {
	return func(c *config) error {
		if clientID == "" || clientSecret == "" {
			return errors.New("WithClientCredentials: the ID or the secret of the client is empty")
		}
		c.authentication.clientCredentials = &clientCredentials{form: func() url.Values {
			return url.Values{"grant_type": {"client_credentials"}, "client_id": {clientID}, "client_secret": {clientSecret}}
		}}
		return nil
	}
}

// WithTokenURL fetches the tokens of [WithClientCredentials] from another address
// than the service's, which is https://oauth.twilio.com/v2/token whatever
// [WithRegion] says.
func WithTokenURL(address string) Option {
	return func(c *config) error {
		u, err := pipeline.ParseURL("WithTokenURL", address)
		if err != nil {
			return err
		}
		c.authentication.tokenURL = u.String()
		return nil
	}
}

// source sends the requests for tokens by the client and the retries of config.
func (credentials *clientCredentials) source(c *config) pipeline.TokenSource {
	send := pipeline.NewForTokens(c.pipeline)
	target := cmp.Or(c.authentication.tokenURL, serviceTokenURL)
	policy := c.pipeline.Retry
	policy.RepeatUnsafe = true // one token more does no harm
	return func(ctx context.Context) (token string, expiry time.Time, err error) {
		call := &pipeline.Call{Operation: gen.Operation{ID: createToken, Method: http.MethodPost}, Options: pipeline.Options{Retry: &policy}}
		request, err := http.NewRequestWithContext(pipeline.WithCall(ctx, call), http.MethodPost, target, strings.NewReader(credentials.form().Encode()))
		if err != nil {
			return "", time.Time{}, fmt.Errorf("build the request for a token: %w", err)
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		call.Path = cmp.Or(request.URL.EscapedPath(), "/")
		call.Operation.Path = call.Path
		response, err := send(request) //nolint:bodyclose // ReadBody does it
		if err != nil {
			return "", time.Time{}, sendError(ctx, call, err)
		}
		body := pipeline.ReadBody(response, c.pipeline.MaxResponseBytes)
		err = failureOf(ctx, call, response, body, func(data []byte) (failure error) {
			token, expiry, failure = pipeline.DecodeToken(data, time.Now())
			return failure
		})
		if failure, ok := errors.AsType[*Error](err); ok && isSuccess(failure.StatusCode) {
			failure.Body = nil // a token that was not understood is one nevertheless
		}
		return token, expiry, err
	}
}
