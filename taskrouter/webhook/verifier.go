package webhook

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// ErrUnverified is wrapped by every error about a request of which it is not
// certain that the service made it.
var ErrUnverified = errors.New("the request is not known to be the service's")

// A Verifier tells the callbacks of the service from what others send. It can be
// used by many goroutines.
type Verifier struct {
	tokens     TokenSource
	addressing addressing
	maxBody    int64
	maxAge     time.Duration
	logger     *slog.Logger
	unusable   error // why nothing can be verified, if so
}

// A TokenSource returns the auth tokens with which an account's callbacks may be
// signed. The SID comes from a request that is not verified yet, and is empty if
// it names none: what is looked up must be worth nothing without the signature.
// An error answers the request with status 500.
type TokenSource func(ctx context.Context, accountSID string) ([]string, error)

// NewVerifier returns a verifier of callbacks that are signed with one of these
// auth tokens: the primary one of the account that the workspace belongs to, and
// while it is being replaced, the new one as well. A verifier without a token, or
// with an empty one, verifies nothing; [Verifier.With] reports it.
func NewVerifier(authTokens ...string) *Verifier {
	tokens := slices.Clone(authTokens)
	v := &Verifier{
		tokens:  func(context.Context, string) ([]string, error) { return tokens, nil },
		maxBody: 1 << 20,
	}
	if len(tokens) == 0 {
		v.unusable = errors.New("there is no auth token to verify with")
	}
	if slices.Contains(tokens, "") {
		v.unusable = errors.New("an auth token is empty")
	}
	return v
}

func (v *Verifier) log() *slog.Logger {
	if v == nil || v.logger == nil {
		return slog.Default()
	}
	return v.logger
}

// Verify reports whether the service made a request: nil if so, and otherwise an
// error that wraps [ErrUnverified] or, if that cannot be told because there are no
// tokens, another one. It reads the body, and puts it back.
//
// A form is verified with all values of all fields, any other body by its SHA-256
// in the URL, and a request without a body by its URL alone.
func (v *Verifier) Verify(r *http.Request) error {
	_, err := v.verify(r)
	return err
}

// Handler serves a request by next if the service made it, and otherwise answers
// 403. It is for what else the service requests, such as TwiML and the status of
// calls.
func (v *Verifier) Handler(next http.Handler) http.Handler {
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

func unverified(format string, arguments ...any) error {
	return fmt.Errorf("webhook: %w: %w", ErrUnverified, fmt.Errorf(format, arguments...))
}

// verify verifies a request, and returns its form, nil if it has none.
func (v *Verifier) verify(r *http.Request) (url.Values, error) {
	if v == nil {
		return nil, errors.New("webhook: the verifier is nil")
	}
	if v.unusable != nil {
		return nil, fmt.Errorf("webhook: verify a request: %w", v.unusable)
	}
	sent, err := signatureOf(r)
	if err != nil {
		return nil, unverified("%w", err)
	}
	body, err := v.read(r)
	if err != nil {
		return nil, unverified("read the body: %w", err)
	}
	target, err := v.addressing.target(r)
	if err != nil {
		return nil, unverified("%w", err)
	}
	form, err := formOf(r, body)
	if err != nil {
		return nil, unverified("%w", err)
	}
	signed, err := signedFields(target, body, form)
	if err != nil {
		return nil, unverified("%w", err)
	}
	tokens, err := v.tokens(r.Context(), form.Get("AccountSid"))
	if err != nil {
		return nil, fmt.Errorf("webhook: look up the auth tokens: %w", err)
	}
	if !fits(sent, tokens, spellings(target), signed) {
		return nil, unverified("the signature fits none of %d tokens with any of %q", len(tokens), spellings(target))
	}
	if err := v.checkAge(form); err != nil {
		return nil, unverified("%w", err)
	}
	return form, nil
}

// signatureOf is the signature that a request claims to have.
func signatureOf(r *http.Request) ([]byte, error) {
	headers := r.Header.Values(SignatureHeader)
	if len(headers) != 1 {
		return nil, fmt.Errorf("expected one header %s, found %d", SignatureHeader, len(headers))
	}
	sent, err := base64.StdEncoding.Strict().DecodeString(headers[0])
	if err != nil {
		return nil, fmt.Errorf("header %s: %w", SignatureHeader, err)
	}
	return sent, nil
}

// read reads the body of a request, and puts it back.
func (v *Verifier) read(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	if r.ContentLength > v.maxBody {
		return nil, fmt.Errorf("it has %d bytes, more than %d", r.ContentLength, v.maxBody)
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, v.maxBody+1))
	if err != nil {
		return nil, err
	}
	if int64(len(body)) > v.maxBody {
		return nil, fmt.Errorf("it has more than %d bytes", v.maxBody)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return body, nil
}

// formOf are the fields of a body, nil if it is no form.
func formOf(r *http.Request, body []byte) (url.Values, error) {
	mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if mediaType != "application/x-www-form-urlencoded" {
		return nil, nil
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, fmt.Errorf("read the form: %w", err)
	}
	return form, nil
}

// hashesIn are the hashes of the body that a URL has: none or one, if it is the
// service's.
func hashesIn(target string) []string {
	_, query, _ := strings.Cut(target, "?")
	parameters, _ := url.ParseQuery(query) // what does not parse is no hash, but may be signed
	return parameters[bodyHash]
}

// signedFields are the fields that are signed beside the URL: those of the form,
// unless the URL has the hash of the body. A body that is neither is not signed at
// all, whatever the signature of the URL says.
func signedFields(target string, body []byte, form url.Values) (url.Values, error) {
	if hashes := hashesIn(target); len(hashes) > 0 {
		return nil, checkHash(hashes, body)
	}
	if form == nil && len(body) > 0 {
		return nil, fmt.Errorf("the body is no form, and the URL has no %s", bodyHash)
	}
	return form, nil
}

func checkHash(hashes []string, body []byte) error {
	if len(hashes) > 1 {
		return fmt.Errorf("the URL has %d values of %s", len(hashes), bodyHash)
	}
	want, err := hex.DecodeString(hashes[0])
	if err != nil {
		return fmt.Errorf("%s: %w", bodyHash, err)
	}
	if got := sha256.Sum256(body); subtle.ConstantTimeCompare(got[:], want) != 1 {
		return fmt.Errorf("the body is not the one that %s is of", bodyHash)
	}
	return nil
}

// fits tells whether a signature is one that the service may have made. It takes
// the same time wherever it fits.
func fits(sent []byte, tokens, targets []string, form url.Values) bool {
	texts := []string{signedForm(form)}
	if asSent := signedFormAsSent(form); asSent != texts[0] {
		texts = append(texts, asSent)
	}
	found := 0
	for _, token := range tokens {
		if token == "" { // everybody could have made it
			continue
		}
		for _, target := range targets {
			for _, text := range texts {
				found |= subtle.ConstantTimeCompare(signature(token, target+text), sent)
			}
		}
	}
	return found == 1
}

func (v *Verifier) checkAge(form url.Values) error {
	if v.maxAge == 0 {
		return nil
	}
	made := timeOf(form)
	if made.IsZero() {
		return errors.New("it does not say when it was made")
	}
	if age := time.Since(made); age.Abs() > v.maxAge {
		return fmt.Errorf("it was made %v ago, more than %v", age.Round(time.Second), v.maxAge)
	}
	return nil
}
