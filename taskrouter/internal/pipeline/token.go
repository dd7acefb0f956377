package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// TokenSource fetches a new token, and tells when it expires if that is known.
type TokenSource func(context.Context) (token string, expiry time.Time, err error)

// bearer keeps a token for all callers.
type bearer struct {
	source TokenSource

	mutex   sync.Mutex
	value   string    // "" for none
	expiry  time.Time // zero if it is not known
	renewAt time.Time // zero for never
	running *fetch    // nil for none
}

// A fetch of a token. Its fields are set before done is closed.
type fetch struct {
	done  chan struct{}
	value string
	err   error
}

// Bearer returns credentials that send a token. It is fetched when it is
// needed, once for all callers who need it, and again before it expires or when
// the service no longer accepts it.
func Bearer(source TokenSource) Credentials { return &bearer{source: source} }

func (b *bearer) authorize(request *http.Request) error {
	value, err := b.token(request.Context())
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+value)
	return nil
}

// renew drops the token that was refused, unless another caller has already
// seen to it.
func (b *bearer) renew(request *http.Request) bool {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if request.Header.Get("Authorization") == "Bearer "+b.value {
		b.value = ""
	}
	return true
}

func (b *bearer) token(ctx context.Context) (string, error) {
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	value, f := b.current(ctx)
	if f == nil {
		return value, nil
	}
	var patience <-chan time.Time // without end
	if value != "" {
		timer := time.NewTimer(mostPatience)
		defer timer.Stop()
		patience = timer.C
	}
	select {
	case <-f.done:
		return f.value, f.err
	case <-patience:
		return value, nil
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// mostPatience is how long a call waits for a new token while there is an old one
// that will do.
const mostPatience = 2 * time.Second

// current returns a token that will do, "" for none, and the fetch of the next
// one if it is time for that.
func (b *bearer) current(ctx context.Context) (string, *fetch) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	now := time.Now()
	if b.value != "" && (b.renewAt.IsZero() || now.Before(b.renewAt)) {
		return b.value, nil
	}
	if b.running == nil {
		b.running = &fetch{done: make(chan struct{})}
		go b.run(ctx, b.running)
	}
	if now.Before(b.expiry) {
		return b.value, b.running
	}
	return "", b.running
}

// mostFetchTime bounds a fetch, for which many may wait.
const mostFetchTime = 2 * time.Minute

// run fetches a token on behalf of all who wait for it. It goes on if the caller
// who began it gives up: otherwise callers who have less time than a fetch takes
// would never have a token.
func (b *bearer) run(ctx context.Context, f *fetch) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), mostFetchTime)
	defer cancel()
	late := time.AfterFunc(mostFetchTime, func() { // also for a source that does not heed ctx
		b.settle(f, "", time.Time{}, context.DeadlineExceeded)
	})
	defer late.Stop()
	var value string
	var expiry time.Time
	err := errors.New("the token source did not return")
	defer func() {
		if reason := recover(); reason != nil { // here it would end the program, and no caller could prevent it
			err = fmt.Errorf("the token source panicked: %v", reason)
		}
		b.settle(f, value, expiry, err)
	}()
	value, expiry, err = b.source(ctx)
	if err == nil {
		err = checkToken(value)
	}
}

// settle ends a fetch, once.
func (b *bearer) settle(f *fetch, value string, expiry time.Time, err error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.running != f {
		return
	}
	switch now := time.Now(); {
	case err == nil:
		b.value, b.expiry, b.renewAt = value, expiry, renewal(expiry, now)
	case b.value != "" && now.Before(b.expiry): // it will do for now
		b.renewAt = now.Add(min(b.expiry.Sub(now), pauseAfterFailure))
		value, err = b.value, nil
	}
	b.running, f.value, f.err = nil, value, err
	close(f.done)
}

// pauseAfterFailure is how long a token that could not be renewed is used before
// that is tried again.
const pauseAfterFailure = 5 * time.Second

// renewal is a minute before a token expires, or half its life if it lives for
// less than two: time enough for a request that is on its way.
func renewal(expiry, now time.Time) time.Time {
	if expiry.IsZero() {
		return expiry
	}
	return expiry.Add(-min(time.Minute, max(expiry.Sub(now), 0)/2))
}

// checkToken does not repeat the token, which is a secret even if it is wrong.
func checkToken(value string) error {
	if value == "" {
		return errors.New("the token is empty")
	}
	if strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return errors.New("the token holds a space, a control character or one beyond ASCII")
	}
	return nil
}

// DecodeToken reads the answer of RFC 6749, section 5.1, that arrived now.
func DecodeToken(data []byte, now time.Time) (token string, expiry time.Time, err error) {
	var answer struct {
		AccessToken string       `json:"access_token"`
		TokenType   string       `json:"token_type"`
		ExpiresIn   *json.Number `json:"expires_in"` // in seconds, in quotes or not
	}
	if json.Unmarshal(data, &answer) != nil { // whose error could repeat a part of the token
		return "", expiry, errors.New("the body is not the JSON object that holds a token")
	}
	if answer.TokenType != "" && !strings.EqualFold(answer.TokenType, "Bearer") {
		return "", expiry, errors.New("token_type is not bearer")
	}
	if answer.AccessToken == "" {
		return "", expiry, errors.New("access_token is missing or empty")
	}
	if answer.ExpiresIn == nil {
		return answer.AccessToken, expiry, nil
	}
	seconds, err := answer.ExpiresIn.Float64()
	if err != nil || seconds < 0 || seconds > 1e9 {
		return "", expiry, errors.New("expires_in is no number of seconds")
	}
	return answer.AccessToken, now.Add(time.Duration(seconds * float64(time.Second))), nil
}
