package webhook

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// addressing says which URL the service requested, which a program behind a
// proxy cannot see for itself.
type addressing struct {
	base    string         // scheme, host and prefix of the path; "" for what the request says
	peers   []netip.Prefix // the proxies whose headers are believed
	headers []string       // the headers of theirs that are believed, as in forwardingHeaders
}

// forwardingHeaders are the headers by which proxies tell what they were asked.
var forwardingHeaders = []string{"Forwarded", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Proto"}

// setBase sets the URL below which the service finds what the program serves.
func (a *addressing) setBase(base string) error {
	parsed, err := url.Parse(base)
	if err != nil {
		return errors.New("it does not parse as a URL") // the error of url.Parse would show a password
	}
	if !isHTTP(parsed) {
		return fmt.Errorf("%q is no absolute http or https URL", parsed.Redacted())
	}
	if strings.ContainsAny(base, "?#") {
		return fmt.Errorf("%q has a query or a fragment", parsed.Redacted())
	}
	a.base = strings.TrimSuffix(signedURL(base), "/")
	return nil
}

func isHTTP(u *url.URL) bool {
	return (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
}

func (a *addressing) setProxies(peers, headers []string) error {
	if len(peers) == 0 || len(headers) == 0 {
		return errors.New("expected the addresses of proxies, and the headers of theirs to believe")
	}
	for _, peer := range peers {
		prefix, err := parsePrefix(peer)
		if err != nil {
			return fmt.Errorf("%q is neither an IP address nor a range such as 10.0.0.0/8", peer)
		}
		a.peers = append(a.peers, prefix)
	}
	for _, header := range headers {
		name := http.CanonicalHeaderKey(header)
		if !slices.Contains(forwardingHeaders, name) {
			return fmt.Errorf("the header %q is none of %s", header, strings.Join(forwardingHeaders, ", "))
		}
		a.headers = append(a.headers, name)
	}
	return nil
}

func parsePrefix(text string) (netip.Prefix, error) {
	if strings.Contains(text, "/") {
		return netip.ParsePrefix(text)
	}
	address, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, err
	}
	return address.Unmap().WithZone("").Prefix(address.Unmap().BitLen())
}

// target is the URL of a request as the service wrote it, as far as is known.
func (a *addressing) target(r *http.Request) (string, error) {
	if a.base != "" {
		return a.base + requestTarget(r), nil
	}
	seen := origin{scheme: "http", host: r.Host}
	if r.TLS != nil {
		seen.scheme = "https"
	}
	if a.trusts(r.RemoteAddr) {
		for _, name := range a.headers {
			if err := seen.read(r.Header, name); err != nil {
				return "", fmt.Errorf("header %s: %w", name, err)
			}
		}
	}
	return seen.String() + requestTarget(r), nil
}

// requestTarget is path and query as they arrived. [http.StripPrefix] and the
// like change r.URL, but not r.RequestURI.
func requestTarget(r *http.Request) string {
	if r.RequestURI == "" { // the request did not come through a server
		return r.URL.RequestURI()
	}
	_, _, rest := splitURL(r.RequestURI)
	if strings.HasPrefix(r.RequestURI, "/") {
		rest = r.RequestURI // a URL may stand in it
	}
	return rest
}

func (a *addressing) trusts(remote string) bool {
	peer, err := netip.ParseAddrPort(remote)
	if err != nil {
		return false
	}
	address := peer.Addr().Unmap().WithZone("")
	return slices.ContainsFunc(a.peers, func(p netip.Prefix) bool { return p.Contains(address) })
}

// origin is the part of a URL before the path.
type origin struct{ scheme, host, port string }

func (o *origin) String() string {
	if o.port == "" {
		return o.scheme + "://" + o.host
	}
	host, _ := splitPort(o.host)
	return o.scheme + "://" + host + ":" + o.port
}

// read takes over what a header of a trusted proxy says. It must not leave a
// choice: of several values, some may be the client's.
func (o *origin) read(header http.Header, name string) error {
	values := header.Values(name)
	if len(values) == 0 {
		return nil
	}
	if len(values) > 1 || strings.Contains(values[0], ",") {
		return errors.New("there is more than one value, so one may be made up; state the base URL instead")
	}
	value := strings.TrimSpace(values[0])
	switch name {
	case "Forwarded":
		return o.readForwarded(value)
	case "X-Forwarded-Proto":
		return o.setScheme(value)
	case "X-Forwarded-Host":
		return o.setHost(value)
	default:
		return o.setPort(value)
	}
}

// readForwarded reads an element of the header of RFC 7239.
func (o *origin) readForwarded(element string) error {
	for pair := range strings.SplitSeq(element, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
		value = strings.Trim(value, `"`)
		var err error
		switch strings.ToLower(name) {
		case "proto":
			err = o.setScheme(value)
		case "host":
			err = o.setHost(value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (o *origin) setScheme(scheme string) error {
	o.scheme = strings.ToLower(scheme)
	if o.scheme != "http" && o.scheme != "https" {
		return fmt.Errorf("the scheme is %q, expected http or https", scheme)
	}
	return nil
}

func (o *origin) setHost(host string) error {
	if host == "" || strings.ContainsAny(host, `/?#@\ `) {
		return fmt.Errorf("%q is no host", host)
	}
	o.host = host
	return nil
}

func (o *origin) setPort(port string) error {
	if port == "" || strings.Trim(port, "0123456789") != "" {
		return fmt.Errorf("%q is no port", port)
	}
	o.port = port
	return nil
}

// spellings are the ways in which the service may have signed a URL. It drops the
// port of some URLs of voice and keeps it in others; for TaskRouter it is not
// documented, and a default port may have got lost on the way.
func spellings(target string) []string {
	scheme, authority, rest := splitURL(target)
	host, port := splitPort(authority)
	if port != "" {
		return []string{target, scheme + host + rest}
	}
	port = "80"
	if scheme == "https://" {
		port = "443"
	}
	return []string{target, scheme + host + ":" + port + rest}
}

// splitPort splits the port off an authority, whose host may be an IPv6 address
// in brackets.
func splitPort(authority string) (host, port string) {
	colon := strings.LastIndexByte(authority, ':')
	if colon <= strings.LastIndexByte(authority, ']') {
		return authority, ""
	}
	return authority[:colon], authority[colon+1:]
}
