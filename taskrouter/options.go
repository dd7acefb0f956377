package taskrouter

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"time"
)

// An Option sets up a client; see [NewClient].
type Option func(*config) error

// config is what the options and the environment say.
type config struct {
	token, apiKey    credentials
	credentials      credentials // of the two, or of the environment
	baseURL          *url.URL
	region, edge     string
	httpClient       *http.Client
	timeout          time.Duration // of a call that does not set its own; 0 for none
	maxResponseBytes int64
}

// WithAuthToken authenticates with the SID of an account and its auth token. To
// act for a sub-account, name its SID with its own token.
func WithAuthToken(accountSID, authToken string) Option {
	return func(c *config) (err error) {
		c.token, err = tokenCredentials("WithAuthToken", accountSID, authToken)
		return err
	}
}

// WithAPIKey authenticates with an API key of the account, its SID (SK…) and
// its secret. It wins over [WithAuthToken]. The SID of the account is not sent;
// it guards against values that have changed places.
func WithAPIKey(accountSID, keySID, secret string) Option {
	return func(c *config) error {
		key, err := keyCredentials("WithAPIKey", keySID, secret)
		c.apiKey = key
		return errors.Join(checkCredential("WithAPIKey: account SID", accountSID, "AC"), err)
	}
}

func tokenCredentials(source, accountSID, authToken string) (credentials, error) {
	if err := checkCredential(source+": account SID", accountSID, "AC"); err != nil {
		return nil, err
	}
	if authToken == "" {
		return nil, fmt.Errorf("%s: the auth token is empty", source)
	}
	return basicAuth(accountSID, authToken), nil
}

func keyCredentials(source, keySID, secret string) (credentials, error) {
	if err := checkCredential(source+": API key SID", keySID, "SK"); err != nil {
		return nil, err
	}
	if secret == "" {
		return nil, fmt.Errorf("%s: the secret of the API key is empty", source)
	}
	return basicAuth(keySID, secret), nil
}

// checkCredential does not repeat the value: it may be the secret, in the
// wrong place.
func checkCredential(what, sid, prefix string) error {
	if sid == "" {
		return fmt.Errorf("%s is empty, expected a SID that begins with %s", what, prefix)
	}
	if !strings.HasPrefix(sid, prefix) || strings.ContainsFunc(sid, func(r rune) bool { return r <= ' ' || r == ':' }) {
		return fmt.Errorf("%s is no SID that begins with %s", what, prefix)
	}
	return nil
}

// WithBaseURL sends requests to another address than the service's, an
// emulator's or a proxy's. The URL is absolute and may have a path, below which
// /v1 is found.
func WithBaseURL(base string) Option {
	return func(c *config) (err error) {
		c.baseURL, err = parseBaseURL("WithBaseURL", base)
		return err
	}
}

// WithRegion sends requests to a region of the service, such as "ie1", by an
// edge, such as "dublin". The service demands both or neither.
func WithRegion(region, edge string) Option {
	return func(c *config) (err error) {
		c.region, c.edge, err = checkRegion("WithRegion", region, edge)
		return err
	}
}

// WithHTTPClient sends requests with a client of the caller's, for the sake of
// its proxy, TLS settings, timeout or instrumented transport. It is copied, not
// changed. Redirects are not followed whatever it says.
func WithHTTPClient(client *http.Client) Option {
	return func(c *config) error {
		if client == nil {
			return errors.New("WithHTTPClient: the client is nil")
		}
		copied := *client
		c.httpClient = &copied
		return nil
	}
}

// WithMaxResponseBytes bounds what is read of an answer, 32 MiB unless set. A
// page of 1,000 tasks has about 2 MB.
func WithMaxResponseBytes(n int64) Option {
	return func(c *config) error {
		if n <= 0 {
			return fmt.Errorf("WithMaxResponseBytes: %d is not positive", n)
		}
		c.maxResponseBytes = min(n, math.MaxInt64-1) // one more is read, to see the end
		return nil
	}
}

// newConfig applies options in their order and takes from the environment what
// they leave open.
func newConfig(options []Option) (*config, error) {
	c := &config{maxResponseBytes: 32 << 20}
	var failures []error
	for _, option := range options {
		if option == nil {
			failures = append(failures, errors.New("an Option is nil"))
			continue
		}
		failures = append(failures, option(c))
	}
	if err := errors.Join(failures...); err != nil {
		return nil, err
	}
	if err := errors.Join(c.authenticate(), c.address()); err != nil {
		return nil, err
	}
	if c.httpClient == nil {
		c.httpClient, c.timeout = defaultHTTPClient(), 30*time.Second
	}
	// A redirect would carry the request, and on the same host its credentials,
	// to a place that nobody chose.
	c.httpClient.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c, nil
}

// authenticate chooses the credentials: an option before the environment, an
// API key before a token.
func (c *config) authenticate() (err error) {
	switch {
	case c.apiKey != nil:
		c.credentials = c.apiKey
	case c.token != nil:
		c.credentials = c.token
	case os.Getenv("TWILIO_API_KEY") != "":
		c.credentials, err = keyCredentials("TWILIO_API_KEY and TWILIO_API_SECRET", os.Getenv("TWILIO_API_KEY"), os.Getenv("TWILIO_API_SECRET"))
	case os.Getenv("TWILIO_ACCOUNT_SID") != "" || os.Getenv("TWILIO_AUTH_TOKEN") != "":
		c.credentials, err = tokenCredentials("TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN", os.Getenv("TWILIO_ACCOUNT_SID"), os.Getenv("TWILIO_AUTH_TOKEN"))
	default:
		err = errors.New("no credentials: use WithAuthToken or WithAPIKey, or set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN")
	}
	return err
}

// address chooses where requests go: an option before the environment, a base
// URL before a region.
func (c *config) address() (err error) {
	switch {
	case c.baseURL != nil && c.region != "":
		return errors.New("WithBaseURL and WithRegion exclude each other: both say where requests go")
	case c.baseURL != nil:
		return nil
	}
	if base := os.Getenv("TASKROUTER_BASE_URL"); base != "" && c.region == "" {
		c.baseURL, err = parseBaseURL("TASKROUTER_BASE_URL", base)
		return err
	}
	region, edge := c.region, c.edge
	if region == "" && (os.Getenv("TWILIO_REGION") != "" || os.Getenv("TWILIO_EDGE") != "") {
		region, edge, err = checkRegion("TWILIO_REGION and TWILIO_EDGE", os.Getenv("TWILIO_REGION"), os.Getenv("TWILIO_EDGE"))
		if err != nil {
			return err
		}
	}
	host := "taskrouter.twilio.com"
	if region != "" {
		host = "taskrouter." + edge + "." + region + ".twilio.com"
	}
	c.baseURL = &url.URL{Scheme: "https", Host: host}
	return nil
}

var hostLabel = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func checkRegion(source, region, edge string) (string, string, error) {
	if region == "" || edge == "" {
		return "", "", fmt.Errorf("%s: region is %q and edge is %q, but the service demands both; edge alone would be us1, region alone is not served", source, region, edge)
	}
	for _, label := range []string{region, edge} {
		if !hostLabel.MatchString(label) {
			return "", "", fmt.Errorf("%s: %q is not the name of a region or an edge, expected lower-case letters and digits", source, label)
		}
	}
	return region, edge, nil
}

func parseBaseURL(source, base string) (*url.URL, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, fmt.Errorf("%s: not a URL, expected one such as https://localhost:8080/prefix", source) // err repeats the text, which may hold a password
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		return nil, fmt.Errorf("%s: expected an absolute http or https URL, such as https://localhost:8080/prefix", source)
	case u.User != nil:
		return nil, fmt.Errorf("%s: holds a user name; credentials are set with WithAuthToken or WithAPIKey", source)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, fmt.Errorf("%s: has a query or a fragment", source)
	}
	u = u.JoinPath() // without dot segments, which would be resolved in every request
	return &url.URL{Scheme: u.Scheme, Host: u.Host, Path: strings.TrimSuffix(u.Path, "/"), RawPath: strings.TrimSuffix(u.RawPath, "/")}, nil
}

// shared is the transport of all clients that are given none, so that one that is
// thrown away leaves no connections behind.
var shared struct {
	sync.Mutex
	source, transport *http.Transport
}

func defaultHTTPClient() *http.Client {
	source, ok := http.DefaultTransport.(*http.Transport)
	if !ok { // the program has replaced it, and wants its own used
		return &http.Client{}
	}
	shared.Lock()
	defer shared.Unlock()
	if shared.source != source {
		shared.source, shared.transport = source, source.Clone()
		shared.transport.MaxIdleConnsPerHost = 32 // net/http keeps two to a host, and this is the only one
	}
	return &http.Client{Transport: shared.transport}
}
