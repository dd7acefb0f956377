package taskrouter

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"net/http"
	"os"
	"time"

	"github.com/taskrouter-go/sdk/taskrouter/internal/pipeline"
)

// An Option sets up a client; see [NewClient].
type Option func(*config) error

// config is what the options and the environment say.
type config struct {
	authentication authentication
	region, edge   string
	attemptTimeout time.Duration
	pipeline       pipeline.Config
}

// WithBaseURL sends requests to another address than the service's, an
// emulator's or a proxy's. The URL is absolute and may have a path, below which
// /v1 is found.
func WithBaseURL(base string) Option {
	return func(c *config) (err error) {
		c.pipeline.BaseURL, err = pipeline.ParseBaseURL("WithBaseURL", base)
		return err
	}
}

// WithRegion sends requests to a region of the service, such as "ie1", by an
// edge, such as "dublin". The service demands both or neither.
func WithRegion(region, edge string) Option {
	return func(c *config) (err error) {
		c.region, c.edge, err = pipeline.CheckRegion("WithRegion", region, edge)
		return err
	}
}

// WithHTTPClient sends requests with a client of the caller's, for the sake of
// its proxy, TLS settings, cookies, timeout or instrumented transport. It is copied,
// not changed. Redirects are not followed whatever it says. Its Timeout, if it has
// one and [WithAttemptTimeout] does not say otherwise, is that of an attempt.
// Without a Transport it has the one of clients without this option.
func WithHTTPClient(client *http.Client) Option {
	return func(c *config) error {
		if client == nil {
			return errors.New("WithHTTPClient: the client is nil")
		}
		copied := *client
		c.pipeline.Client = &copied
		return nil
	}
}

// WithAttemptTimeout ends an attempt after d, from looking for a connection to
// the last byte of the answer: after 30 seconds unless set. What a call may take
// with all its attempts is for its context to say, or for [WithTimeout].
func WithAttemptTimeout(d time.Duration) Option {
	return func(c *config) error {
		if d <= 0 {
			return fmt.Errorf("WithAttemptTimeout: %v is not positive", d)
		}
		c.attemptTimeout = d
		return nil
	}
}

// WithMaxResponseBytes bounds what is read of an answer, 32 MiB unless set; a longer
// one is [ErrInvalidResponse]. A page of 1,000 tasks has about 2 MB.
func WithMaxResponseBytes(n int64) Option {
	return func(c *config) error {
		if n <= 0 {
			return fmt.Errorf("WithMaxResponseBytes: %d is not positive", n)
		}
		c.pipeline.MaxResponseBytes = min(n, math.MaxInt64-1) // one more is read, to see the end
		return nil
	}
}

// newConfig applies options in their order and takes from the environment what
// they leave open.
func newConfig(options []Option) (*config, error) {
	c := &config{pipeline: pipeline.Config{
		UserAgent:        pipeline.UserAgent(Version),
		MaxResponseBytes: 32 << 20,
		Retry:            pipeline.DefaultPolicy,
		Budget:           &pipeline.Budget{},
		Limits:           &pipeline.Limits{},
	}}
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
	c.setHTTPClient()
	if err := errors.Join(c.address(), c.authenticate()); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *config) setHTTPClient() {
	if c.pipeline.Client == nil {
		c.pipeline.Client = &http.Client{}
	}
	client := c.pipeline.Client
	if client.Transport == nil {
		client.Transport = pipeline.DefaultTransport()
	}
	client.Timeout = cmp.Or(c.attemptTimeout, max(client.Timeout, 0), 30*time.Second)
}

// address chooses where requests go: an option before the environment, a base
// URL before a region.
func (c *config) address() (err error) {
	switch {
	case c.pipeline.BaseURL != nil && c.region != "":
		return errors.New("WithBaseURL and WithRegion exclude each other: both say where requests go")
	case c.pipeline.BaseURL != nil:
		return nil
	}
	if base := os.Getenv("TASKROUTER_BASE_URL"); base != "" && c.region == "" {
		c.pipeline.BaseURL, err = pipeline.ParseBaseURL("TASKROUTER_BASE_URL", base)
		return err
	}
	region, edge := c.region, c.edge
	if region == "" && (os.Getenv("TWILIO_REGION") != "" || os.Getenv("TWILIO_EDGE") != "") {
		region, edge, err = pipeline.CheckRegion("TWILIO_REGION and TWILIO_EDGE", os.Getenv("TWILIO_REGION"), os.Getenv("TWILIO_EDGE"))
		if err != nil {
			return err
		}
	}
	c.pipeline.BaseURL = pipeline.ServiceURL(region, edge)
	return nil
}
