package webhook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// ErrUnverified is wrapped by every error about a request of which it is not
// certain that the service made it.
var ErrUnverified = errors.New("the request is not known to be the service's")

// defaultMaxBody is in bytes, and much more than a callback has: the service allows
// attributes 4,096 characters.
const defaultMaxBody = 1 << 20

// A Verifier tells the callbacks of the service from what others send. It can be
// used by many goroutines.
type Verifier struct {
	tokens     TokenSource
	unusable   error // what is wrong with the tokens
	addressing addressing
	maxBody    int64         // 0 for defaultMaxBody
	maxAge     time.Duration // 0 for any
	logger     *slog.Logger  // nil for slog.Default
}

// A TokenSource returns the auth tokens with which an account's callbacks may be
// signed. The SID comes from a request that is not verified yet, from AccountSid in its
// form or else in its URL, and is empty if there is none, as where the body is JSON:
// what is looked up must be worth nothing without the signature. Without a token, as
// for an account that is not known, the request is refused; an empty one counts for
// nothing; an error answers the request with status 500.
type TokenSource func(ctx context.Context, accountSID string) ([]string, error)

// NewVerifier returns a verifier of callbacks that are signed with one of these
// auth tokens: the primary one of the account that the workspace belongs to, and
// while it is being replaced, the new one as well. A verifier without a token, or
// with one that is empty or has white space around it, as from a file, verifies
// nothing; [Verifier.With] reports it.
func NewVerifier(authTokens ...string) *Verifier {
	if len(authTokens) == 0 {
		return &Verifier{}
	}
	for _, token := range authTokens {
		if err := checkToken(token); err != nil {
			return &Verifier{unusable: err}
		}
	}
	tokens := slices.Clone(authTokens)
	return &Verifier{tokens: func(context.Context, string) ([]string, error) { return tokens, nil }}
}

// checkToken finds a token with which everybody could sign, and one with which the
// service does not.
func checkToken(token string) error {
	switch {
	case token == "":
		return errors.New("an auth token is empty")
	case token != strings.TrimSpace(token):
		return errors.New("an auth token begins or ends with white space, as with the line break of a file")
	}
	return nil
}

// usable tells why nothing can be verified, if so.
func (v *Verifier) usable() error {
	switch {
	case v == nil:
		return errors.New("the verifier is nil")
	case v.unusable != nil:
		return v.unusable
	case v.tokens == nil:
		return errors.New("there is no auth token to verify with")
	}
	return nil
}

func (v *Verifier) log() *slog.Logger {
	if v == nil || v.logger == nil {
		return slog.Default()
	}
	return v.logger
}

// Verify reports whether the service made a request: nil if so, and otherwise an
// error that wraps [ErrUnverified] or, if that cannot be told because there are no
// tokens, another one. It reads the body, and puts it back; what else reads it, such
// as [http.Request.ParseForm], has to come later.
//
// A form is verified with all values of all fields, any other body by its SHA-256
// in the URL, and a request without a body by its URL alone. The method is not
// signed: others than POST and GET, which the service uses, are refused, and so is
// a GET with a body.
func (v *Verifier) Verify(r *http.Request) error {
	_, err := v.verify(r)
	return err
}

// Handler serves a request by next if the service made it, and otherwise answers
// 403. It is for what else the service requests, such as TwiML and the status of
// calls. It panics if next is nil.
func (v *Verifier) Handler(next http.Handler) http.Handler {
	mustBeFunction(next != nil)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := v.Verify(r); err != nil {
			v.refuse(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// refuse answers a request that could not be verified, and tells only the log why.
func (v *Verifier) refuse(w http.ResponseWriter, r *http.Request, err error) {
	level, status := slog.LevelDebug, http.StatusForbidden
	if !errors.Is(err, ErrUnverified) {
		level, status = slog.LevelError, http.StatusInternalServerError
	}
	v.log().LogAttrs(r.Context(), level, "taskrouter callback refused",
		slog.String("error", err.Error()), slog.String("remote", r.RemoteAddr), slog.Int("status", status))
	http.Error(w, http.StatusText(status), status)
}

func unverified(why error) error {
	return fmt.Errorf("webhook: %w: %w", ErrUnverified, why)
}

// verify verifies a request, and returns its form, nil if it has none.
func (v *Verifier) verify(r *http.Request) (url.Values, error) {
	if err := v.usable(); err != nil {
		return nil, fmt.Errorf("webhook: verify a request: %w", err)
	}
	c, err := v.claimOf(r)
	if err != nil {
		return nil, unverified(err)
	}
	tokens, err := v.tokens(r.Context(), c.account)
	if err != nil {
		return nil, fmt.Errorf("webhook: look up the auth tokens: %w", err)
	}
	if !c.fits(tokens) {
		return nil, unverified(c.mismatch(len(tokens)))
	}
	if err := v.checkAge(c.made); err != nil {
		return nil, unverified(err)
	}
	return c.form, nil
}

func (v *Verifier) checkAge(made time.Time) error {
	if v.maxAge == 0 {
		return nil
	}
	if made.IsZero() {
		return errors.New("it does not say when it was made")
	}
	if time.Since(made).Abs() > v.maxAge {
		return fmt.Errorf("it was made at %v, more than %v from now", made, v.maxAge)
	}
	return nil
}
