package pipeline

import (
	"log/slog"
	"net/http"
	"net/url"
)

// A Step sends a request, itself or by the step after it.
type Step func(*http.Request) (*http.Response, error)

// Do makes a step what the generated client sends requests with.
func (s Step) Do(request *http.Request) (*http.Response, error) { return s(request) }

// RoundTrip makes a step what middleware wraps.
func (s Step) RoundTrip(request *http.Request) (*http.Response, error) { return s(request) }

// Config is what the steps need. Of it, only Limiter, Logger and the middleware
// may be left out.
type Config struct {
	BaseURL          *url.URL
	UserAgent        string
	Credentials      Credentials
	Client           *http.Client // its Timeout is that of an attempt
	MaxResponseBytes int64
	Retry            Policy
	Budget           *Budget
	Limiter          Limiter
	Limits           *Limits
	Logger           *slog.Logger
	LogValues        bool // of query and form, too

	CallMiddleware, AttemptMiddleware []Middleware
}

// New returns the way that every request of a client goes, from top to bottom.
func New(c Config) Step {
	return addParameters(
		checkAddress(c.BaseURL,
			setHeaders(c.UserAgent,
				logCall(c.Logger,
					wrap(c.CallMiddleware,
						retry(c.Retry, c.Budget, c.MaxResponseBytes,

							// Once for each attempt.
							limitRate(c.Limiter, c.Limits,
								logAttempt(c.Logger, c.LogValues,
									wrap(c.AttemptMiddleware,
										authenticate(c.Credentials, c.BaseURL,
											receive(c.Client, c.MaxResponseBytes)))))))))))
}

// NewForTokens returns the way of the requests that fetch a token: they go to
// another address, cannot be authenticated by what they fetch, and hold a secret
// that no log and no middleware is to see.
func NewForTokens(c Config) Step {
	return setHeaders(c.UserAgent,
		logCall(c.Logger,
			retry(c.Retry, c.Budget, c.MaxResponseBytes,
				logAttempt(c.Logger, false,
					receive(c.Client, c.MaxResponseBytes)))))
}
