package taskroutertest

import (
	"cmp"
	"fmt"
	"net"
	"net/http"
	"path"
	"regexp"

	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/router"
)

// An Option sets up a server; see [NewServer].
type Option func(*config)

type config struct {
	seed       uint64
	accountSID string
	authToken  string
	apiKeys    map[string]string
	listener   net.Listener
	basePath   string
	rateLimits bool
	before     []func(Call) *Failure
	after      []func(Call, Answer)
	speed      float64

	callbackNetwork http.RoundTripper
	afterCallback   []func(Callback)
}

func newConfig(options []Option) config {
	c := config{seed: 1, speed: 1, apiKeys: make(map[string]string)}
	for _, option := range options {
		if option == nil {
			panic("taskroutertest: NewServer: an Option is nil")
		}
		option(&c)
	}
	if c.authToken == "" {
		c.authToken = router.SID("", c.seed, 1)
	}
	return c
}

func (c config) hasHooks() bool { return len(c.before)+len(c.after) > 0 }

// passwords are those of all who may call, by user name.
func (c config) passwords(accountSID string) map[string]string {
	all := map[string]string{accountSID: c.authToken}
	for sid, secret := range c.apiKeys {
		all[sid] = secret
	}
	return all
}

// WithSeed makes other SIDs. The same seed and the same calls in the same order give
// the same SIDs, in every run; the seed is 1 unless set. A test with several servers
// gives each its own, or they have SIDs in common: an application that outlives one of them
// takes the events of the next for those that it was told of, and ignores them.
func WithSeed(seed uint64) Option {
	return func(c *config) { c.seed = seed }
}

// WithAccount sets the SID of the account (AC and 32 hex digits) and its auth token.
// Unless set they follow from the seed.
func WithAccount(accountSID, authToken string) Option {
	if !router.IsSID("AC", accountSID) || authToken == "" {
		panic("taskroutertest: WithAccount: expected a SID of AC and 32 hex digits, and a token")
	}
	return func(c *config) { c.accountSID, c.authToken = accountSID, authToken }
}

// WithAPIKey lets an API key call, too.
func WithAPIKey(keySID, secret string) Option {
	if keySID == "" || secret == "" {
		panic("taskroutertest: WithAPIKey: the key and its secret must not be empty")
	}
	return func(c *config) { c.apiKeys[keySID] = secret }
}

// WithListener serves the connections of a listener, for programs that need a port,
// in place of calls in memory: by http, without TLS. The server closes it. It is for
// tests outside of bubbles of testing/synctest, whose time stands still as long as anybody
// waits for the network.
func WithListener(listener net.Listener) Option {
	if listener == nil {
		panic("taskroutertest: WithListener: the listener is nil")
	}
	return func(c *config) { c.listener = listener }
}

// WithBasePath serves below a path, such as /base: requests begin with /base/v1, and so
// do the URLs in answers. Others are answered with 404. Its segments are of letters,
// digits and any of ._~-.
func WithBasePath(base string) Option {
	if !basePath.MatchString(base) || path.Clean(base) != base {
		panic(fmt.Sprintf("taskroutertest: WithBasePath: expected a path like /base, not %q", base))
	}
	return func(c *config) { c.basePath = base }
}

var basePath = regexp.MustCompile(`^(/[A-Za-z0-9._~-]+)+$`)

// WithRateLimits refuses requests as the service does that come too often: the three
// filters that it limits to three requests a second, the bulk statistics, of which it
// allows five, and more than 100 of any in a second, a number that is made up. Without
// the option the X-Rate-Limit headers count, and nothing is refused.
func WithRateLimits() Option {
	return func(c *config) { c.rateLimits = true }
}

// WithBefore calls f before each call is carried out, requests for no operation
// included. If f returns a failure, the call fails so; one that [Server.Fail] would not
// take panics. With several of these options all are called, in their order, and the
// first failure counts.
//
// Calls that come at once call f at once. It may call the server, and is then called
// for that call, too.
func WithBefore(f func(Call) *Failure) Option {
	if f == nil {
		panic("taskroutertest: WithBefore: the function is nil")
	}
	return func(c *config) { c.before = append(c.before, f) }
}

// WithAfter calls f with each answer before it goes out, those of failures included. A
// call that broke, by an Err, by a client that gave up or by [Server.Close], has an
// answer without a Status. With several of these options all are called, in their
// order.
//
// Calls that come at once call f at once. It may call the server, and is then called
// for that call, too.
func WithAfter(f func(Call, Answer)) Option {
	if f == nil {
		panic("taskroutertest: WithAfter: the function is nil")
	}
	return func(c *config) { c.after = append(c.after, f) }
}

// WithCallbackClient has the Transport of a client make the callbacks to URLs that no handler
// answers, see [Server.Handle]; nothing else of the client counts. Without the option they
// are not made, so that no test reaches an application by mistake. A Transport may leave
// callbacks alone, too: by an error that is [ErrNoHandler]. Redirects are not followed, and
// however fast the time of the server passes, see
// [WithSpeed], there are 5 seconds to answer an assignment, and 15 for an event.
func WithCallbackClient(client *http.Client) Option {
	if client == nil {
		panic("taskroutertest: WithCallbackClient: the client is nil")
	}
	return func(c *config) { c.callbackNetwork = cmp.Or(client.Transport, http.DefaultTransport) }
}

// WithAfterCallback calls f after each callback, one to a fallback URL included, once its
// answer is carried out, but before a reservation ends about which nobody could be asked.
// Without the option, what fails is logged by [log/slog], and so is, once for each URL, that
// no handler answers it while others do. With several of these options all are called, in
// their order.
//
// Callbacks that are made at once call f at once. It may call the server, but neither
// [Server.Drain] nor [Server.Close].
func WithAfterCallback(f func(Callback)) Option {
	if f == nil {
		panic("taskroutertest: WithAfterCallback: the function is nil")
	}
	return func(c *config) { c.afterCallback = append(c.afterCallback, f) }
}

// WithSpeed lets time pass faster, so that with a factor of 60 a minute takes a second:
// timeouts come sooner, and dates are ahead of those of the machine. It is for programs that
// somebody looks at, 10,000 at most; a test waits for nothing in a bubble of testing/synctest. Limits on
// requests, delays of failures and callbacks take the time of the machine, but the pause
// after one that nobody answers does not. Applications refuse callbacks that are dated ahead
// if they look at that, see [webhook.WithMaxAge].
func WithSpeed(factor float64) Option {
	if !(factor > 0 && factor <= maxSpeed) {
		panic(fmt.Sprintf("taskroutertest: WithSpeed: the factor is %v, expected one above 0 and up to %d", factor, maxSpeed))
	}
	return func(c *config) { c.speed = factor }
}

// maxSpeed lets a year pass in an hour, more or less. Dates stay within what JSON can tell.
const maxSpeed = 10_000
