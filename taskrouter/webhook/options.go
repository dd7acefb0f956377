package webhook

import (
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// An Option sets up a verifier; see [Verifier.With].
type Option func(*Verifier) error

// With returns a copy of the verifier with further options. The error says all
// that is wrong with them, and with the tokens.
func (v *Verifier) With(options ...Option) (*Verifier, error) {
	if v == nil {
		return nil, fmt.Errorf("webhook: set up a verifier: %w", v.usable())
	}
	changed := *v
	var problems []error
	for _, option := range options {
		if option == nil {
			problems = append(problems, errors.New("an Option is nil"))
			continue
		}
		problems = append(problems, option(&changed))
	}
	problems = append(problems, changed.usable())
	if err := errors.Join(problems...); err != nil {
		return nil, fmt.Errorf("webhook: set up a verifier: %w", err)
	}
	return &changed, nil
}

// WithBaseURL says below which URL the service finds what this program serves,
// such as "https://example.com" or, if a proxy takes a prefix off the path,
// "https://example.com/taskrouter". A prefix that [http.StripPrefix] takes off is no
// part of it: the path counts as it arrived at the server. The Host of a request and
// what proxies say of it do not count then. It is the safest way: without it, a
// callback of another program with the same auth token can be sent here, with that
// program's host.
func WithBaseURL(base string) Option {
	return func(v *Verifier) error {
		if err := v.addressing.setBase(base); err != nil {
			return fmt.Errorf("WithBaseURL: %w", err)
		}
		return nil
	}
}

// WithTrustedProxy believes what proxies say about the URL that they were asked
// for. The peers are the addresses from which they connect, such as "127.0.0.1" or
// "10.0.0.0/8"; from elsewhere, and through a Unix socket, the headers are ignored.
// The headers are those that the proxies set or remove on every request, of
// Forwarded, X-Forwarded-Host, X-Forwarded-Port and X-Forwarded-Proto; if two of
// them tell the same, the later one holds, but X-Forwarded-Port always over the port
// of a host. A header with several values is not believed, and the request is
// refused: see [WithBaseURL], which is also the only way if a proxy takes a prefix off
// the path. The option replaces proxies that were trusted before.
func WithTrustedProxy(peers []string, headers ...string) Option {
	return func(v *Verifier) error {
		if err := v.addressing.setProxies(peers, headers); err != nil {
			return fmt.Errorf("WithTrustedProxy: %w", err)
		}
		return nil
	}
}

// WithTokenSource asks for the tokens of each request's account. Use it if
// callbacks of several accounts arrive, such as sub-accounts, which sign with
// tokens of their own: [NewVerifier] would let whoever has one of its tokens sign
// for all. It replaces the tokens of the verifier.
//
// Only the account is certain then: whoever has its token can put the SIDs of
// another one's workspace, task or worker beside it.
func WithTokenSource(tokens TokenSource) Option {
	return func(v *Verifier) error {
		if tokens == nil {
			return errors.New("WithTokenSource: the function is nil")
		}
		v.tokens, v.unusable = tokens, nil
		return nil
	}
}

// WithMaxBody bounds the body of a callback, in bytes, 1 MiB unless set. Longer ones
// are refused without being read to the end.
func WithMaxBody(bytes int64) Option {
	return func(v *Verifier) error {
		if bytes <= 0 {
			return fmt.Errorf("WithMaxBody: %d is not positive", bytes)
		}
		v.maxBody = bytes
		return nil
	}
}

// WithMaxAge refuses callbacks whose time differs by more than d from now, against
// somebody who recorded one and sends it again. The time is that of the signed
// fields TimestampMs and Timestamp, or without fields of the parameters of the URL;
// a callback without one is refused, such as the [Assignment] without a Time that a
// [Client] sends. Requests for TwiML need not have one: guard their handlers with a
// verifier that has no such option. Callbacks then have no age, since the service
// does not document when it repeats one.
func WithMaxAge(d time.Duration) Option {
	return func(v *Verifier) error {
		if d <= 0 {
			return fmt.Errorf("WithMaxAge: %v is not positive", d)
		}
		v.maxAge = d
		return nil
	}
}

// WithLogger has records written to a logger other than [slog.Default]: why a
// request was refused at level debug, what went wrong with a callback of the
// service at level error, and what the service will probably not be able to do at
// level warn. Tokens and signatures are in none.
func WithLogger(logger *slog.Logger) Option {
	return func(v *Verifier) error {
		if logger == nil {
			return errors.New("WithLogger: the logger is nil")
		}
		v.logger = logger
		return nil
	}
}
