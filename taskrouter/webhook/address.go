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

// setBase sets the URL below which the service finds what the program serves. No
// error shows it: in a malformed one, a password can be anywhere.
func (a *addressing) setBase(base string) error {
	parsed, err := url.Parse(base)
	if err != nil || !isHTTP(parsed) {
		return errors.New("it is no absolute http or https URL")
	}
	if strings.ContainsAny(base, "?#") {
		return errors.New("it has a query or a fragment")
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
	var prefixes []netip.Prefix
	for _, peer := range peers {
		prefix, err := parsePrefix(peer)
		if err != nil {
			return fmt.Errorf("%q is neither an IP address nor a range such as 10.0.0.0/8, without a zone", peer)
		}
		prefixes = append(prefixes, prefix)
	}
	var names []string
	for _, header := range headers {
		name := http.CanonicalHeaderKey(header)
		if !slices.Contains(forwardingHeaders, name) {
			return fmt.Errorf("the header %q is none of %s", header, strings.Join(forwardingHeaders, ", "))
		}
		names = append(names, name)
	}
	a.peers, a.headers = prefixes, names
	return nil
}

// parsePrefix reads an address or a range. IPv4 written as IPv6 is IPv4, as the
// addresses that it is compared with are.
func parsePrefix(text string) (netip.Prefix, error) {
	if !strings.Contains(text, "/") {
		address, err := netip.ParseAddr(text)
		if err == nil && address.Zone() != "" {
			err = errors.New("a zone would not be compared")
		}
		if err != nil {
			return netip.Prefix{}, err
		}
		address = address.Unmap()
		return netip.PrefixFrom(address, address.BitLen()), nil
	}
	prefix, err := netip.ParsePrefix(text)
	if err != nil || !prefix.Addr().Is4In6() {
		return prefix, err
	}
	return prefix.Addr().Unmap().Prefix(prefix.Bits() - 96) // an error if it is wider than all of IPv4
}

// targets are the URLs that the service may have signed for a request.
func (a *addressing) targets(r *http.Request, target string) ([]string, error) {
	before := a.base
	if before == "" {
		seen, err := a.origin(r)
		if err != nil {
			return nil, err
		}
		before = seen.String()
	}
	return spellings(before, target), nil
}

// origin is where a request was sent, as far as is known.
func (a *addressing) origin(r *http.Request) (origin, error) {
	seen := origin{scheme: "http"}
	if r.TLS != nil {
		seen.scheme = "https"
	}
	if a.trusts(r.RemoteAddr) {
		for _, name := range a.headers {
			if err := seen.read(r.Header, name); err != nil {
				return origin{}, fmt.Errorf("header %s: %w", name, err)
			}
		}
	}
	if seen.host != "" {
		return seen, nil
	}
	if err := seen.setHost(r.Host); err != nil {
		return origin{}, fmt.Errorf("header Host: %w", err)
	}
	return seen, nil
}

// requestTarget is path and query as they arrived. [http.StripPrefix] and the
// like change r.URL, but not r.RequestURI.
func requestTarget(r *http.Request) (string, error) {
	target := r.RequestURI
	if target == "" { // the request did not come through a server
		target = r.URL.RequestURI()
	}
	if scheme, _, rest := splitURL(target); scheme != "" { // as proxies are asked
		target = rest
		if !strings.HasPrefix(rest, "/") {
			target = "/" + rest
		}
	}
	if !strings.HasPrefix(target, "/") {
		return "", fmt.Errorf("the request is for %q, expected a path", target)
	}
	return target, nil
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

// readForwarded reads an element of the header of RFC 7239. A quoted value that
// has quotes or a semicolon in it is refused, as what follows might be taken for
// the proxy's.
func (o *origin) readForwarded(element string) error {
	found := map[string]string{}
	for pair := range strings.SplitSeq(element, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
		name = strings.ToLower(name)
		if len(value) > 1 && value[0] == '"' && value[len(value)-1] == '"' {
			value = value[1 : len(value)-1]
		}
		if _, again := found[name]; again || strings.ContainsAny(value, `"\`) {
			return fmt.Errorf("%q is there twice, or is not to be read", name)
		}
		found[name] = value
	}
	if scheme, ok := found["proto"]; ok {
		if err := o.setScheme(scheme); err != nil {
			return err
		}
	}
	if host, ok := found["host"]; ok {
		return o.setHost(host)
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

// hostCharacters are those of names and addresses with a port. A host must not
// have others: over HTTP/2 a client can write the beginning of a path there, and
// have a signature for a longer path accepted.
const hostCharacters = digits + "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-._~:[]"

const digits = "0123456789"

func (o *origin) setHost(host string) error {
	if host == "" || strings.Trim(host, hostCharacters) != "" {
		return fmt.Errorf("%q is no host", host)
	}
	o.host = host
	return nil
}

func (o *origin) setPort(port string) error {
	if port == "" || strings.Trim(port, digits) != "" {
		return fmt.Errorf("%q is no port", port)
	}
	o.port = port
	return nil
}

// spellings are the ways in which the service may have signed a URL, of which
// what comes before the target of the request is known. The service drops the port
// of some URLs of voice and keeps it in others; for TaskRouter it is not documented,
// and a default port may have got lost on the way. A URL without a path is signed
// as it is, but requested with one.
func spellings(before, target string) []string {
	scheme, authority, prefix := splitURL(before)
	host, port := splitPort(authority)
	other := host
	if port == "" {
		other = host + ":" + defaultPort(scheme)
	}
	urls := []string{before + target, scheme + other + prefix + target}
	if bare := target[1:]; bare == "" || bare[0] == '?' {
		urls = append(urls, before+bare, scheme+other+prefix+bare)
	}
	return urls
}

func defaultPort(scheme string) string {
	if strings.EqualFold(scheme, "https://") {
		return "443"
	}
	return "80"
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
