package runtime

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// URL is that of a path of the document, such as /v1/Workspaces/{Sid}, below a
// server. The values stand for the parameters of the path in their order, each as
// one escaped segment; one that cannot is a [PathParameterError].
func URL(server, path string, values ...string) (string, error) {
	if strings.ContainsAny(server, "?#") {
		return "", errors.New("the URL of the server has a query or a fragment")
	}
	const sid = 34 // the length of one
	var target strings.Builder
	target.Grow(len(server) + len(path) + len(values)*sid)
	target.WriteString(strings.TrimSuffix(server, "/"))
	for _, value := range values {
		before, rest, _ := strings.Cut(path, "{")
		name, after, _ := strings.Cut(rest, "}")
		if err := checkSegment(value); err != nil {
			return "", &PathParameterError{Name: name, Err: err}
		}
		target.WriteString(before)
		target.WriteString(url.PathEscape(value))
		path = after
	}
	target.WriteString(path)
	return target.String(), nil
}

// PathParameterError is a value that cannot stand in a path for the parameter
// of that name.
type PathParameterError struct {
	Name string
	Err  error
}

// Error names the parameter and says what is wrong with the value.
func (e *PathParameterError) Error() string { return fmt.Sprintf("parameter %q: %v", e.Name, e.Err) }

// Unwrap returns what is wrong with the value.
func (e *PathParameterError) Unwrap() error { return e.Err }

// checkSegment refuses what is no name of one resource. Escaping is not enough:
// dots have no escaped form, url.Parse resolves them, and so do proxies;
// and a SID with a slash in it is a mistake, which is better told than sent.
//
// A percent sign passes. It goes out as %25, so the segment stays one segment
// for whoever decodes it once, as HTTP asks, and `..%2F` arrives as those five
// characters.
func checkSegment(text string) error {
	switch {
	case text == "":
		return errors.New("is empty")
	case text == "." || text == "..":
		return fmt.Errorf("is %q", text)
	case !utf8.ValidString(text):
		return fmt.Errorf("%q is not UTF-8", text)
	}
	for _, r := range text {
		if strings.ContainsRune(`/\?#`, r) || unicode.IsControl(r) {
			return fmt.Errorf("%q contains %q", text, r)
		}
	}
	return nil
}
