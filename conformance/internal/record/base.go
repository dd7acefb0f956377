package record

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"github.com/taskrouter-go/sdk/conformance"
)

// serviceURL begins every URL of a fixture, whoever answered.
const (
	serviceHost = "taskrouter.twilio.com"
	serviceURL  = "https://" + serviceHost
)

// parseBase reads a base URL. Its errors do not show it: it may hold a password.
func parseBase(text string) (*url.URL, error) {
	base, err := url.Parse(strings.TrimRight(text, "/"))
	switch {
	case err != nil || base.Hostname() == "":
		return nil, fmt.Errorf("base URL: expected one like %s or http://127.0.0.1:8080", serviceURL)
	case base.User != nil || base.RawQuery != "" || base.Fragment != "":
		return nil, errors.New("base URL: expected no user, query or fragment in it")
	case base.Scheme != "https" && base.Scheme != "http":
		return nil, errors.New("base URL: expected https, or http on this machine")
	case base.Scheme == "http" && !loopback(base.Hostname()):
		return nil, fmt.Errorf("base URL: expected https, since credentials would go to %s in the clear", base.Host)
	}
	return base, nil
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback()
}

// sourceOf is where a fixture comes from that was recorded there.
func sourceOf(base *url.URL) string {
	host := "." + strings.ToLower(strings.TrimSuffix(base.Hostname(), "."))
	if strings.HasSuffix(host, ".twilio.com") {
		return conformance.SourceLive
	}
	return conformance.SourceEmulator
}
