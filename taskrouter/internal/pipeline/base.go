package pipeline

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// ServiceURL is where the service answers: in a region, by an edge, or where it
// does unless both are named.
func ServiceURL(region, edge string) *url.URL {
	if region == "" {
		return &url.URL{Scheme: "https", Host: "taskrouter.twilio.com"}
	}
	return &url.URL{Scheme: "https", Host: "taskrouter." + edge + "." + region + ".twilio.com"}
}

var hostLabel = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// CheckRegion returns a region and an edge that go together.
func CheckRegion(source, region, edge string) (string, string, error) {
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

// ParseBaseURL reads an address below which requests go. Source is where it comes
// from.
func ParseBaseURL(source, base string) (*url.URL, error) {
	u, err := ParseURL(source, base)
	if err != nil {
		return nil, err
	}
	if u.RawQuery != "" || u.ForceQuery {
		return nil, fmt.Errorf("%s: has a query", source)
	}
	u = u.JoinPath() // without dot segments, which would be resolved in every request
	return &url.URL{Scheme: u.Scheme, Host: strings.TrimSuffix(u.Host, ":"), Path: strings.TrimSuffix(u.Path, "/"), RawPath: strings.TrimSuffix(u.RawPath, "/")}, nil
}

// ParseURL reads an address to which requests go. The error does not repeat it,
// because it may hold a password.
func ParseURL(source, text string) (*url.URL, error) {
	const expected = "expected an absolute http or https URL, such as https://localhost:8080/prefix"
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: not a URL, %s", source, expected)
	case u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		return nil, fmt.Errorf("%s: %s", source, expected)
	case u.User != nil:
		return nil, fmt.Errorf("%s: holds a user name; credentials have options of their own", source)
	case u.Fragment != "":
		return nil, fmt.Errorf("%s: has a fragment", source)
	}
	return u, nil
}
