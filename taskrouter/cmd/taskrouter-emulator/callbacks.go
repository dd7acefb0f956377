package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

// callbackClients make the callbacks, by what the flag -callbacks says; nil makes none.
var callbackClients = map[string]*http.Client{
	"loopback": {Transport: newLoopback()},
	"all":      {},
	"none":     nil,
}

// loopback makes requests to this machine, and no others: a state or a program that was
// written for the service has the URLs of an application that is in use.
type loopback struct{ network *http.Transport }

func newLoopback() loopback {
	network := http.DefaultTransport.(*http.Transport).Clone()
	network.Proxy = nil
	network.DialContext = dialLoopback
	return loopback{network}
}

// RoundTrip judges by the host in the URL. Nothing is looked up.
func (l loopback) RoundTrip(r *http.Request) (*http.Response, error) {
	host := r.URL.Hostname()
	if isLoopback(host) || isLocalhost(host) {
		return l.network.RoundTrip(r)
	}
	if r.Body != nil {
		_ = r.Body.Close() // which nobody reads
	}
	return nil, fmt.Errorf("%s is beyond loopback, and needs the flag -callbacks all: %w", host, taskroutertest.ErrNoHandler)
}

// isLocalhost tells whether a name is reserved for this machine (RFC 6761).
func isLocalhost(host string) bool {
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}

// dialLoopback does not look names up, either: whoever answers could say any address.
func dialLoopback(ctx context.Context, network, address string) (net.Conn, error) {
	var dialer net.Dialer
	host, port, err := net.SplitHostPort(address)
	if err != nil || isLoopback(host) {
		return dialer.DialContext(ctx, network, address)
	}
	connection, err := dialer.DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
	if err == nil {
		return connection, nil
	}
	connection, other := dialer.DialContext(ctx, network, net.JoinHostPort("::1", port)) // where Node listens
	if other != nil {
		return nil, err
	}
	return connection, nil
}

// loggedFields are those fields of callbacks that say what one is about, without people, by
// the keys that package webhook logs them with.
// Assignments have neither event nor type.
var loggedFields = []struct{ key, name string }{
	{"event", "Sid"}, {"type", "EventType"}, {"task", "TaskSid"}, {"reservation", "ReservationSid"},
}

// logCallbacks logs each callback when its answer is carried out.
func logCallbacks(logger *slog.Logger) func(taskroutertest.Callback) {
	return func(c taskroutertest.Callback) {
		level, outcome := slog.LevelInfo, "made"
		switch {
		case errors.Is(c.Err, taskroutertest.ErrNoHandler):
			outcome = "not made"
		case c.Err != nil:
			level, outcome = slog.LevelWarn, "failed"
		}
		attributes := []slog.Attr{slog.String("url", withoutSecrets(c.URL)), slog.String("outcome", outcome)}
		for _, field := range loggedFields {
			if value := c.Form.Get(field.name); value != "" {
				attributes = append(attributes, slog.String(field.key, value))
			}
		}
		if c.Form.Get("EventType") == "" {
			attributes = append(attributes, slog.Bool("fallback", c.Fallback))
		}
		if c.Instruction != nil {
			attributes = append(attributes, slog.String("instruction", nameOf(c.Instruction)))
		}
		if c.Err != nil {
			attributes = append(attributes, slog.String("error", withoutQuery(c.Err, c.URL)))
		}
		logger.LogAttrs(context.Background(), level, "callback", attributes...)
	}
}

// nameOf is the name of an instruction, such as Accept.
func nameOf(instruction webhook.Instruction) string {
	return strings.TrimPrefix(fmt.Sprintf("%T", instruction), "webhook.")
}

// withoutSecrets is a URL without user, password and query.
func withoutSecrets(target string) string {
	u, err := url.Parse(target)
	if err != nil {
		return "no URL" // a password may be anywhere in it
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}

// withoutQuery is the text of an error about a URL, without its query.
func withoutQuery(err error, target string) string {
	u, parsing := url.Parse(target)
	if parsing != nil || u.RawQuery == "" {
		return err.Error()
	}
	return strings.ReplaceAll(err.Error(), "?"+u.RawQuery, "")
}
